"""What the tables of annual reports and their columns are called."""

from archive.labels.columns import PORTAL, Table
from archive.labels.naming import Label

_RECORD = Label("记录", "record", "该年报所在的记录。", "The record that is this report.")
_SOURCE = Label(
    "出处", "source", "page 为原页面正文，其余为附件地址。", "`page`: the record's own page; else the file's address."
)
_PLACE = Label(
    "位置",
    "place",
    "数字在出处文字中的位置（字符，自0起）。",
    "Where the number stands in its source's text, in characters from 0.",
)
_SENTENCE = Label("所在句", "sentence")
_INDICATOR = Label(
    "指标",
    "indicator",
    "本档案的指标编号，如一（二）3为1.2.3。",
    "This archive's number of the indicator: 一(二)3 is 1.2.3.",
)

REPORTS: dict[str, Table] = {
    "annual_reports": Table(
        Label("年报", "annual reports", "政府信息公开工作年度报告，一份一行；由记录与附件读出。", "Annual reports on disclosure, one a row, read from the record and its files."),
        {
            "record_id": _RECORD,
            "portal": PORTAL,
            "reporter": Label("报告单位", "reporter", "依标题，标题未载则依发布机构，再依门户名称。", "As the title says, else the publisher, else the portal."),
            "region": Label("是否全域", "of a whole region", "1 为全县（市、区）的报告，0 为单个机关的报告。", "1: of a whole county, 0: of one agency."),
            "year": Label("报告年度", "year reported on"),
            "template": Label("统计表格式", "template", "2014、2019、2021年格式；空白表示未读到统计表。", "Of 2014, 2019 or 2021; empty: no statistics table was read."),
            "source": _SOURCE,
        },
        label_column="reporter",
        sort_desc="year",
        facets=("year", "template"),
    ),
    "report_statistics": Table(
        Label("年报统计", "report statistics", "年报统计表的每一格。", "Each cell of the reports' statistics tables."),
        {
            "record_id": _RECORD,
            "indicator": _INDICATOR,
            "heading": Label("栏", "heading", "格式所定的栏名。", "The column as the template names it."),
            "label": Label("指标名称", "label", "格式所定的名称。", "As the template words it."),
            "unit": Label("单位", "unit"),
            "printed": Label("原文", "as printed"),
            "value": Label("数值", "value", "空白表示未填。", "Empty: nothing is filled in."),
        },
    ),
    "report_claims": Table(
        Label("年报所述数字", "numbers in reports", "年报文字中带单位的每个数字。", "Each number with a unit in the reports' prose."),
        {
            "record_id": _RECORD,
            "place": _PLACE,
            "source": _SOURCE,
            "printed": Label("原文", "as printed"),
            "value": Label("数值", "value", "万、亿已换算。", "With 万 and 亿 worked in."),
            "unit": Label("单位", "unit"),
            "qualifier": Label("确切程度", "qualifier", "exact 为确数，at_least 为余、多、超过，about 为约、近。", "`exact`, `at_least` (余, 多, 超过) or `about` (约, 近)."),
            "subject": Label("所指", "subject", "数字前的文字。", "The words before it."),
            "sentence": _SENTENCE,
            "indicator": Label("对应指标", "indicator", "文字明言所指的指标；和以+连接；空白表示不对应任何指标。", "The indicator that its words name; a sum is joined by +; empty: none."),
        },
    ),
    "report_equations": Table(
        Label("年报所述算式", "sums in reports", "年报文字自述的合计、增减、比率，以及期刊的全年期数。", "Sums, differences and rates that the prose states, and issues of a series in a year."),
        {
            "record_id": _RECORD,
            "place": _PLACE,
            "kind": Label("算式", "kind", "parts 合计，difference 增减，rate 比率，series 期数。", "`parts`, `difference`, `rate` or `series`."),
            "left_value": Label("所述", "stated"),
            "right_value": Label("算得", "worked out"),
            "shown": Label("写法", "written out"),
            "sentence": _SENTENCE,
        },
    ),
    "report_checks": Table(
        Label("年报核对", "report checks", "年报自身允许的每一项核对：表内合计、文字与表、文字自述的算式。", "Each check that a report allows by itself: sums of the table, prose and table, sums that the prose states."),
        {
            "record_id": _RECORD,
            "kind": Label("核对", "check", "table 表内合计，prose 文字里的合计，beside 文字与表，parts、difference、rate 文字自述的算式，series 期数。", "`table`, `prose`, `beside` (prose and table), `parts`, `difference`, `rate` (sums the prose states), `series`."),
            "rule": Label("条目", "rule", "指标或算式。", "The indicator, or the sum written out."),
            "place": _PLACE,
            "label": Label("指标名称", "label", "格式所定的名称。", "As the template words it."),
            "relation": Label("应为", "relation", "= 相等，<= 不多于，>= 不少于。", "`=`, `<=` or `>=`."),
            "left_value": Label("所写", "stated"),
            "right_value": Label("对照所得", "held against it"),
            "sentence": _SENTENCE,
            "holds": Label("是否一致", "holds", "1 为一致。", "1: it does."),
            "hint": Label("只作提示", "hint", "1 表示不一致也只作提示。", "1: a hint only, even where it doesn't hold."),
        },
    ),
    "report_rules": Table(
        Label("年报合计规则", "report rules", "各格式统计表中应当相等的各格。", "Which cells of each template's table must add up."),
        {
            "template": Label("统计表格式", "template"),
            "rule": Label("规则", "rule"),
            "side": Label("左右", "side"),
            "indicator": _INDICATOR,
            "heading": Label("栏", "heading", "格式所定的栏名。", "The column as the template names it."),
            "relation": Label("应为", "relation", "= 相等，<= 不多于。", "`=` or `<=`."),
            "label": Label("指标名称", "label", "格式所定的名称。", "As the template words it."),
        },
        hidden=True,
    ),
    "unread_reports": Table(
        Label("待读年报", "unread reports", "有变动、尚未重读的年报。", "Reports that changed and are to be read again."),
        {"record_id": _RECORD},
        hidden=True,
    ),
}  # fmt: skip
