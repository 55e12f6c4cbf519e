"""What the tables are called that questions are answered from."""

from archive.labels.columns import ID, KIND, PORTAL, RECORD, Table
from archive.labels.naming import Label

_YEAR = Label("年份", "year")
_NAME = Label("名称", "name")
_PUBLISHER = Label("发布机构", "publisher", "所印名称的编号。", "The name as printed, by its number.")
_DOUBTFUL = Label(
    "存疑",
    "doubtful",
    "由记录的存疑标记得出：1 编号、2 标题、4 日期、8 发布机构、16 日期在将来，可相加；0 无。问题不以存疑之处计。",
    "From the record's flags: 1 number, 2 title, 4 date, 8 publisher, 16 a date in the future, added up; 0: nothing. Questions don't count what is doubtful.",
)

DERIVED: dict[str, Table] = {
    "agencies": Table(
        Label("机构", "agencies", "发布机构名录：由档案归纳，并按门户文件更正。", "Publishing agencies: learned from the archive, corrected by portal files."),
        {
            "id": ID,
            "portal": PORTAL,
            "name": Label("名称", "name", "最完整的名称。", "The fullest of its names."),
            "type": Label(
                "类型", "type", "government 政府、office 政府办公室、department 部门、township 乡镇街道、institution 事业单位。",
                "government, government office, department, township or street office, institution such as a school.",
            ),
            "index_prefix": Label("索引号前缀", "index prefix", "该机构的索引号几乎都用的前缀；空白表示不能确定。", "The prefix that nearly all its index numbers bear; empty: not sure."),
            "budget_unit": Label("预算单位", "budget unit", "1 有自己的预决算，0 没有；空白表示未知。", "1: has a budget of its own, 0: has not; empty: not known."),
            "successor_id": Label("后继机构", "successor", "机构改革后由哪个机构承接；见门户文件。", "What it became, as the portal file says."),
            "stated": Label("门户文件所述", "stated", "1 表示门户文件写明。", "1: the portal file says so."),
        },
        label_column="name",
        facets=("portal", "type"),
    ),
    "publisher_names": Table(
        Label("发布机构所印名称", "publishers' names", "所印的发布机构名称，各属哪个机构。", "Names of publishers as printed, and whose they are."),
        {
            "id": ID,
            "portal": PORTAL,
            "name": _NAME,
            "agency_id": Label("机构", "agency", "空白表示不能确定，如截断后有几种可能。", "Empty: not sure, such as a cut name that several agencies begin with."),
        },
        label_column="name",
        hidden=True,
    ),
    "derived": Table(
        Label("由记录读出", "particulars", "由记录读出的编号、日期与对照用的键，随记录变动重读。", "What is read out of records: numbers, days, keys to compare by; read again when a record changes."),
        {
            "record_id": RECORD,
            "portal": PORTAL,
            "kind": KIND,
            "published_on": Label("发布日期", "date published"),
            "publisher_id": _PUBLISHER,
            "index_pattern": Label("索引号格式", "pattern", "archive/model/index_number_patterns.csv 的编号；空白表示都不符合。", "Of archive/model/index_number_patterns.csv; empty: none fits."),
            "index_prefix": Label("索引号前缀", "prefix"),
            "index_year": Label("索引号年份", "year of the number"),
            "index_month": Label("索引号月份", "month of the number"),
            "index_serial": Label("索引号流水号", "serial"),
            "index_checks": Label("校验", "checks", "1 校验码或区划代码正确，0 不正确；空白表示该格式没有校验。", "1: its check digit or division code is right, 0: it isn't; empty: the pattern has none."),
            "working_days": Label("工作日数", "working days", "生成日期之后到发布日期（含）的工作日数；空白表示缺日期或历书未涵盖。", "After the date created, up to the date published; empty: a date is missing or not covered."),
            "rest_day": Label("休息日", "day of rest", "发布日期是周末或哪个节假日；空文字表示工作日，空白表示未知。", "The holiday or weekend of the date published; an empty text: a working day; empty: not known."),
            "lacks": Label("所缺", "lacks", "所缺项目：1 索引号、2 生成日期、4 发布机构、8 责任部门、16 文号、32 发布日期、64 正文，可相加。", "1 index number, 2 date created, 4 publisher, 8 responsible department, 16 document number, 32 date published, 64 text, added up."),
            "doubtful": _DOUBTFUL,
            "title_key": Label("标题键", "title key", "标点空白之外标题相同则键相同；短于10字为空。", "The same for titles that differ in blanks and punctuation alone; empty under 10 characters."),
            "text_key": Label("正文键", "text key", "正文相同则键相同；短于100字为空。", "The same for the same text; empty under 100 characters."),
            "subject_key": Label("所关文件键", "subject key", "规范性文件与解读它的文件相同。", "The same for a normative document and its interpretation."),
            "explains": Label("是否解读", "explains", "1 表示解读别的文件。", "1: explains another document."),
            "inspects": Label("是否公开检查", "inspects", "1 表示标题说的是政务公开的检查、评估或通报。", "1: its title tells of an inspection of disclosure."),
            "series_key": Label("连续公开键", "series key", "同一年同一系列的各期相同。", "The same for all issues of a series in a year."),
            "issue": Label("期次", "issue"),
            "issue_unit": Label("期次单位", "counted in", "期、周、季度或月。", "Issues, weeks, quarters or months."),
        },
        hidden=True,
    ),
    "document_numbers": Table(
        Label("文号", "document numbers", "拆开的文号，几个文号写在一起的各占一行。", "Document numbers taken apart; of several that stand together, each."),
        {
            "record_id": RECORD,
            "portal": PORTAL,
            "issuer": Label("发文机关代字", "issuer code", "如同政发。", "Such as 同政发."),
            "year": _YEAR,
            "serial": Label("序号", "serial"),
            "doubtful": _DOUBTFUL,
        },
        facets=("portal", "issuer", "year"),
    ),
    "budgets": Table(
        Label("预决算", "budgets", "标题所说的预算与决算：哪个单位、哪一年。", "Budgets and final accounts that titles announce: whose, of which year."),
        {
            "record_id": RECORD,
            "portal": PORTAL,
            "year": Label("预算年度", "fiscal year"),
            "type": Label("种类", "type", "budget 预算，accounts 决算。", "budget, or final accounts."),
            "unit_id": Label("单位", "unit", "标题所说的单位；标题未说的，为发布机构。", "The unit the title names, or else the publisher."),
            "named": Label("标题写明单位", "named", "1 表示标题写明。", "1: the title names it."),
            "doubtful": _DOUBTFUL,
        },
        facets=("portal", "year", "type"),
    ),
    "underived": Table(
        Label("待读出", "underived", "新读到或变动后尚未读出的记录。", "Records not read out yet."),
        {"record_id": RECORD},
        hidden=True,
    ),
}  # fmt: skip
