"""Columns of budget tables in the forms that offices print: codes with and without their names, amounts and mere counts."""

from collections import Counter

import pytest

from tests.budget_forms import GENERAL, TITLED, failing, read, table

WHOLE = {"children": 6, "total": 3, "columns": 5}
NAMES = {
    "201": "一般公共服务支出",
    "20103": "政府办公厅(室)及相关机构事务",
    "2010301": "行政运行",
    "2010302": "一般行政管理事务",
}

SPENDING = """
科目编码|科目名称|合计|基本支出|项目支出
201|一般公共服务支出|120.00|100.00|20.00
20103|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301|行政运行|100.00|100.00|
2010302|一般行政管理事务|20.00||20.00
合计|<|120.00|100.00|20.00
"""
FORMS = {
    "integers as long as codes": """
科目编码|科目名称|总计|基本支出|项目支出
201|一般公共服务支出|1200000|1000000|200000
20103|政府办公厅（室）及相关机构事务|1200000|1000000|200000
2010301|行政运行|1000000|1000000|
2010302|一般行政管理事务|200000||200000
合计|<|1200000|1000000|200000
""",
    "a head whose upper line is cut off": """
码|科目名称|合计|基本支出|项目支出
201|一般公共服务支出|120.00|100.00|20.00
20103|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301|行政运行|100.00|100.00|
2010302|一般行政管理事务|20.00||20.00
合计|<|120.00|100.00|20.00
""",
    "small integers": """
科目编码|科目名称|合计|基本支出|项目支出
201|一般公共服务支出|12|10|2
20103|政府办公厅（室）及相关机构事务|12|10|2
2010301|行政运行|10|10|
2010302|一般行政管理事务|2||2
合计|<|12|10|2
""",
    "code and name in one cell": """
科目|合计|基本支出|项目支出
201 一般公共服务支出|120.00|100.00|20.00
20103 政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301 行政运行|100.00|100.00|
2010302 一般行政管理事务|20.00||20.00
合计|120.00|100.00|20.00
""",
    "code in brackets": """
科目|合计|基本支出|项目支出
[201]一般公共服务支出|120.00|100.00|20.00
[20103]政府办公厅（室）及相关机构事务|120.00|100.00|20.00
[2010301]行政运行|100.00|100.00|
[2010302]一般行政管理事务|20.00||20.00
合计|120.00|100.00|20.00
""",
    "levels apart": """
科目编码|科目名称|合计|基本支出|项目支出
201|一般公共服务支出|120.00|100.00|20.00
201-03|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
201-03-01|行政运行|100.00|100.00|
201-03-02|一般行政管理事务|20.00||20.00
合计|<|120.00|100.00|20.00
""",
    "names of levels": """
科目编码|科目名称|合计|基本支出|项目支出
201类|一般公共服务支出|120.00|100.00|20.00
20103款|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301项|行政运行|100.00|100.00|
2010302项|一般行政管理事务|20.00||20.00
合计|<|120.00|100.00|20.00
""",
    "the last level alone": """
类|款|项|科目名称|合计|基本支出|项目支出
201|||一般公共服务支出|120.00|100.00|20.00
|03||政府办公厅（室）及相关机构事务|120.00|100.00|20.00
||01|行政运行|100.00|100.00|
||02|一般行政管理事务|20.00||20.00
合计|<|<|<|120.00|100.00|20.00
""",
    "each level in its column": """
类|款|项|科目名称|合计|基本支出|项目支出
201|||一般公共服务支出|120.00|100.00|20.00
|20103||政府办公厅（室）及相关机构事务|120.00|100.00|20.00
||2010301|行政运行|100.00|100.00|
||2010302|一般行政管理事务|20.00||20.00
合计|<|<|<|120.00|100.00|20.00
""",
    "all levels in each row": """
类|款|项|科目名称|合计|基本支出|项目支出
201|||一般公共服务支出|120.00|100.00|20.00
201|20103||政府办公厅（室）及相关机构事务|120.00|100.00|20.00
201|20103|2010301|行政运行|100.00|100.00|
201|20103|2010302|一般行政管理事务|20.00||20.00
合计|<|<|<|120.00|100.00|20.00
""",
    "the name first": """
科目名称|科目编码|合计|基本支出|项目支出
一般公共服务支出|201|120.00|100.00|20.00
政府办公厅（室）及相关机构事务|20103|120.00|100.00|20.00
行政运行|2010301|100.00|100.00|
一般行政管理事务|2010302|20.00||20.00
合计||120.00|100.00|20.00
""",
    "the second level alone in the column of codes": """
科目编码|科目名称|合计|基本支出|项目支出
201|一般公共服务支出|120.00|100.00|20.00
03|政府办公厅（室）及相关机构事务|120.00|100.00|20.00
2010301|行政运行|100.00|100.00|
2010302|一般行政管理事务|20.00||20.00
合计|<|120.00|100.00|20.00
""",
    "another classification beside": """
科目编码|科目名称|政府经济分类编码|政府经济分类名称|合计|基本支出|项目支出
201|一般公共服务支出|502|机关商品和服务支出|120.00|100.00|20.00
20103|政府办公厅（室）及相关机构事务|502|机关商品和服务支出|120.00|100.00|20.00
2010301|行政运行|502|机关商品和服务支出|100.00|100.00|
2010302|一般行政管理事务|502|机关商品和服务支出|20.00||20.00
合计|<|<|<|120.00|100.00|20.00
""",
}
"""Forms of one table."""


@pytest.mark.parametrize("form", FORMS)
def test_codes_are_known_however_they_stand(form: str) -> None:
    (found,) = read(table(FORMS[form], "部门支出总表\n单位：万元"))
    assert failing(found) == []
    assert Counter(check.rule for check in found.checks) == WHOLE
    named = {line.code: line.name.partition("/")[0] for line in found.lines if line.code}
    assert named == NAMES


def test_a_level_whose_upper_one_is_missing_has_no_code() -> None:
    rows = "类|款|项|科目名称|合计\n201|||一般公共服务支出|1.00\n||01|行政运行|1.00\n|03||办公厅|1.00"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert [line.code for line in found.lines] == ["201", "", "20103"]


@pytest.mark.parametrize("name", ["2026年", "预算数", "本级"])
def test_whole_numbers_in_columns_of_any_name_are_no_codes(name: str) -> None:
    rows = f"科目编码|科目名称|{name}|其中\n201|一般公共服务支出|120|110\n208|社会保障和就业支出|205|201"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert [(line.code, line.printed) for line in found.lines] == [
        ("201", "120"),
        ("201", "110"),
        ("208", "205"),
        ("208", "201"),
    ]


def test_two_digits_that_the_code_below_does_not_go_on_from_are_no_code() -> None:
    rows = "科目编码|科目名称|合计\n201|一般公共服务支出|1.00\n03|办公厅|1.00\n2010401|行政运行|1.00"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert [line.code for line in found.lines] == ["201", "", "2010401"]


@pytest.mark.parametrize(
    "printed", ["-1,200.00", "－1,200.00", "（1,200.00）", "△1,200.00", "▲ 1，200.00", "负1,200.00"]
)
def test_an_amount_may_be_less_than_nothing(printed: str) -> None:
    rows = f"科目编码|科目名称|2025年预算数|2026年预算数|增减额\n201|一般公共服务支出|1,500.00|300.00|{printed}"
    (found,) = read(table(rows, "2026年部门支出总表\n单位：元"))
    assert [(line.printed, str(line.yuan)) for line in found.lines][-1] == (printed, "-1200.00")
    assert [(check.rule, check.holds) for check in found.checks] == [("change", True)]


def test_an_amount_may_have_its_unit_or_the_sign_of_the_currency() -> None:
    rows = "科目编码|科目名称|合计\n201|一般公共服务支出|1.20万元\n208|社会保障和就业支出|￥1,200.00\n210|卫生健康支出|1,200元"
    (found,) = read(table(rows, "部门支出总表\n单位：元"))
    assert [str(line.yuan) for line in found.lines] == ["12000.00", "1200.00", "1200"]


COUNTS = """
项目|预算数|决算数
“三公”经费合计|12.00|11.00
1．因公出国（境）费||
2．公务用车购置及运行费|2.00|1.00
3．公务接待费|10.00|10.00
相关统计数|—|—
1．因公出国（境）团组数（个）|—|1
2．公务用车保有量（辆）|—|3
机要通信用车|—|2
政府采购支出合计|—|20.00
"""


def test_counts_below_amounts_are_no_money() -> None:
    (found,) = read(table(COUNTS, "2026年度“三公”经费支出决算表\n单位：万元"))
    assert [line.printed for line in found.lines if line.row > 4] == ["20.00"]
    assert [sorted(each.parts) for each in found.expenses] == [["reception", "total", "vehicles"]] * 2


def test_whole_numbers_are_amounts_where_nothing_is_counted() -> None:
    (found,) = read(
        table(
            COUNTS.replace("（个）", "").replace("（辆）", "").replace("团组数", "").replace("保有量", ""),
            "“三公”经费支出表\n单位：万元",
        )
    )
    assert [line.printed for line in found.lines if line.row > 4] == ["1", "3", "2", "20.00"]


@pytest.mark.parametrize("change", ["增减额", "预算数差额", "两年差异"])
def test_a_column_of_changes_is_no_set_of_expenses(change: str) -> None:
    rows = f"项目|2025年预算数|2026年预算数|{change}\n合计|3.00|2.00|-1.00\n公务接待费|3.00|2.00|-1.00\n因公出国（境）费|0.00|0.00|0.00"
    (found,) = read(table(rows, "“三公”经费支出表\n单位：万元"))
    assert [(each.year, str(each.parts["total"].value)) for each in found.expenses] == [(2025, "3.00"), (2026, "2.00")]


@pytest.mark.parametrize("head", ["2025年预算数 2026年预算数", "预算数 决算数"])
def test_columns_below_a_head_of_several_years_or_stages_are_no_set_of_expenses(head: str) -> None:
    (found,) = read(
        table(f"{head}|<|<\n合计|因公出国（境）费|公务接待费\n3.00|1.00|2.00", "“三公”经费支出表\n单位：万元")
    )
    assert found.expenses == ()


@pytest.mark.parametrize(
    ("rows", "totals"),
    [
        ("合计|3.00|1.00|2.00\n样本局本级|2.00|1.00|1.00\n样本站|1.00||1.00", ["3.00"]),
        ("样本局|3.00|1.00|2.00\n样本局本级|2.00|1.00|1.00\n样本站|1.00||1.00", ["3.00"]),
        ("样本甲站|2.00|1.00|1.00\n样本乙站|1.00||1.00", ["2.00", "1.00"]),
        ("合计|3.00|1.00|2.00", ["3.00"]),
        ("|3.00|1.00|2.00\n|2.00|1.00|1.00", []),
    ],
    ids=["a total", "its own name", "neither", "a total alone", "no names"],
)
def test_expenses_of_units_in_a_unit_s_table_are_none_of_its_own(rows: str, totals: list[str]) -> None:
    head = "单位名称|合计|因公出国（境）费|公务接待费\n"
    (found,) = read(table(head + rows, "2026年“三公”经费支出表\n部门：样本局 单位：万元"))
    assert [str(each.parts["total"].value) for each in found.expenses] == totals
    assert sum(check.rule == "three_public" and check.holds for check in found.checks) >= len(rows.split("\n")) - 1
    assert failing(found) == []


@pytest.mark.parametrize("total", ["|||共　计", "共计|||", "合计|||"])
def test_a_total_may_be_called_otherwise_and_stand_in_the_column_of_codes(total: str) -> None:
    (found,) = read(table(GENERAL.replace("|||合计", total), TITLED))
    assert Counter(check.rule for check in found.checks if check.holds) == WHOLE
    assert failing(found) == []


def test_what_was_carried_out_of_a_budget_is_no_budget() -> None:
    head = "项目|2025年预算数|2025年预算执行数|2026年预算数\n"
    rows = "共  计|4.00|3.00|2.00\n因公出国（境）费|1.00|1.00|1.00\n公务接待费|3.00|2.00|1.00"
    (found,) = read(table(head + rows, "2026年“三公”经费支出表\n单位：万元"))
    assert [(each.stage, each.year, str(each.parts["total"].value)) for each in found.expenses] == [
        ("budget", 2025, "4.00"), (None, 2025, "3.00"), ("budget", 2026, "2.00"),
    ]  # fmt: skip
    assert [(check.rule, check.holds) for check in found.checks] == [("three_public", True)] * 3


def test_a_row_of_changes_is_no_set_of_expenses() -> None:
    rows = "年度|合计|因公出国（境）费|公务接待费\n2025年|3.00|0.00|3.00\n2026年|2.00|0.00|2.00\n2026年比2025年增减|-1.00|0.00|-1.00"
    (found,) = read(table(rows, "“三公”经费支出表\n单位：万元"))
    assert [(each.year, str(each.parts["total"].value)) for each in found.expenses] == [(2025, "3.00"), (2026, "2.00")]


@pytest.mark.parametrize("unread", ["30.00*", "约30.00", "3,0.00", "30.00左右", "1 0.00 20.00", "#REF!", "####"])
def test_nothing_is_said_to_differ_over_an_amount_that_is_not_read(unread: str) -> None:
    rows = f"""
科目编码|科目名称|合计|基本支出|项目支出
205|教育支出|130.00|120.00|10.00
20502|普通教育|130.00|120.00|10.00
2050202|小学教育|{unread}|20.00|10.00
2050203|初中教育|100.00|99.00|
"""
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert [(check.place, check.holds) for check in found.checks if not check.holds] == [
        ("20502 基本支出", False),
        ("2050203", False),
    ]


def test_amounts_of_several_units_are_added_in_yuan() -> None:
    rows = "项目|预算数\n“三公”经费合计|11.00万元\n因公出国（境）费|0.00\n公务接待费|30,000.00元\n公务用车购置及运行费|{}万元"
    for running, holds in (("8.00", True), ("9.00", False)):
        (found,) = read(table(rows.format(running), "“三公”经费支出表\n单位：万元"))
        assert [(check.rule, check.holds) for check in found.checks] == [("three_public", holds)]


def test_a_change_in_another_unit_is_not_held_against_its_years() -> None:
    rows = (
        "科目编码|科目名称|2025年预算数（万元）|2026年预算数（万元）|增减额\n201|一般公共服务支出|1.00|3.00|20,000.00元"
    )
    (found,) = read(table(rows, "2026年部门支出总表"))
    assert (len(found.lines), found.checks) == (3, ())


@pytest.mark.parametrize(("title", "year"), [("样本局部门预算公开表", 2026), ("样本局2025年部门预算", 2025)])
def test_heads_say_the_year_where_nothing_else_does(title: str, year: int) -> None:
    rows = "科目编码|科目名称|2026年预算|<\n^|^|合计|基本支出\n201|一般公共服务支出|9.00|9.00"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"), title=title)
    assert found.statement.heading.year == year


NUMBERED = """
收入|<|支出|<
项目|预算数|项目|预算数
{0}一般公共预算拨款|100.00|{0}一般公共服务支出|80.00
{1}其他收入|10.00|{1}卫生健康支出|{2}
收入总计|110.00|支出总计|110.00
"""


@pytest.mark.parametrize(("first", "second"), [("一、", "二、"), ("（一）", "（二）"), ("1.", "2."), ("1、", "2、")])
def test_items_make_up_the_total_however_they_are_numbered(first: str, second: str) -> None:
    for amount, holding in (("30.00", [True, True]), ("20.00", [True, False])):
        (found,) = read(table(NUMBERED.format(first, second, amount), "部门收支总表\n单位：万元"))
        assert [check.holds for check in found.checks if check.rule == "items"] == holding


def test_numbered_parts_of_an_item_without_a_number_are_not_taken_for_all() -> None:
    rows = NUMBERED.format("（一）", "（二）", "10.00").replace("支出总计|110.00", "支出总计|150.00")
    (found,) = read(
        table(rows.replace("收入总计", "事业收入|5.00|其他支出|60.00\n收入总计"), "部门收支总表\n单位：万元")
    )
    assert [check.rule for check in found.checks] == ["balance"]


def test_a_unit_below_the_table_is_its_own() -> None:
    (found,) = read(table(f"{SPENDING.strip()}\n单位：万元|<|<|<|<", "部门支出总表"))
    assert {str(line.yuan) for line in found.lines if line.code == "2010301"} == {"1000000.00"}
    assert len(found.statement.rows) == 5


def test_columns_of_two_units_have_each_their_own() -> None:
    rows = "科目编码|科目名称|支出合计（万元）|其中：接待费（元）\n201|一般公共服务支出|1.20|300.00"
    (found,) = read(table(rows, "部门支出总表"))
    assert found.statement.heading.unit is None
    assert [str(line.yuan) for line in found.lines] == ["12000.00", "300.00"]
    (found,) = read(table(rows, "部门支出总表\n单位：元"))
    assert [str(line.yuan) for line in found.lines] == ["12000.00", "300.00"], "whatever the table's is"


def test_a_head_of_total_over_several_columns_is_no_row_of_amounts() -> None:
    rows = "||合计|<\n科目编码|科目名称||\n||基本支出（元）|项目支出（万元）\n201|一般公共服务支出|1.20|300.00"
    (found,) = read(table(rows, "部门支出总表"))
    assert [(line.column_name, str(line.yuan)) for line in found.lines] == [
        ("合计/基本支出(元)", "1.20"), ("合计/项目支出(万元)", "3000000.00"),
    ]  # fmt: skip


def test_a_title_printed_again_as_continued_begins_no_table() -> None:
    head, first, *rest = SPENDING.strip().split("\n")
    (found,) = read(
        table(f"{head}\n{first}", "部门支出总表\n单位：万元"),
        table("\n".join((head, *rest)), "部门支出总表（续表）\n单位：万元", page=2),
    )
    assert Counter(check.rule for check in found.checks) == WHOLE


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("项目支出表", None), ("部门预算项目支出及其他支出预算表", None), ("2026年项目支出预算明细表", None), ("2026年社会保险基金预算支出表", None), ("基本支出和项目支出预算表", "basic_spending"),
        ("一般公共预算财政拨款收入支出决算表", "general_spending"), ("一般公共预算财政拨款收入支出决算总表", "fiscal_summary"),
    ],
)  # fmt: skip
def test_projects_are_no_table_of_spending(title: str, kind: str | None) -> None:
    found = read(table(SPENDING, f"{title}\n单位：万元"))
    assert [each.statement.heading.kind for each in found] == [kind] * bool(kind)


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        ("2026年一般公共预算财政拨款支出120.00万元，占本年支出合计的100%。", [True]),
        ("（一）总体情况。一般公共预算财政拨款支出102.00万元，比上年增加3.00万元。", [False]),
        ("政府性基金和一般公共预算财政拨款支出130.00万元。", []),
    ],
)
def test_a_text_states_spending_without_the_word_budget(stated: str, holds: list[bool]) -> None:
    (found,) = read(table(SPENDING, "一般公共预算支出表\n单位：万元"), text=stated)
    assert [check.holds for check in found.checks if check.rule == "prose"] == holds


BESIDE = """
2026年收入预算总表|<|<||2026年一般公共预算支出表|<|<|<
部门：样本局||单位：万元||部门：样本局|||单位：元
项目|<|金额||科目编码|科目名称|支出|<
^|^|^||^|^|合计|基本支出
一、财政拨款|<|12.00||201|一般公共服务支出|70,000.00|70,000.00
二、其他收入|<|3.00||20103|政府办公厅（室）及相关机构事务|70,000.00|70,000.00
合计|<|15.00||208|社会保障和就业支出|50,000.00|50,000.00
||||合计|<|120,000.00|120,000.00
"""
CENTRED = """
|2026年收入预算总表||||2026年一般公共预算支出表||
项目||金额||科目编码|科目名称|合计|基本支出
一、财政拨款||12.00||201|一般公共服务支出|7.00|7.00
二、其他收入||3.00||208|社会保障和就业支出|5.00|5.00
合计||15.00||合计||12.00|12.00
"""


@pytest.mark.parametrize(
    ("rows", "units"), [(BESIDE, ["万元", "元"]), (CENTRED, [None, None]), (f"{CENTRED}{CENTRED.strip()}", [None] * 4)]
)
def test_titles_in_one_row_of_a_sheet_are_of_tables_side_by_side(rows: str, units: list[str | None]) -> None:
    found = read(table(rows))
    assert [each.statement.heading.kind for each in found] == ["income", "general_spending"] * (len(units) // 2)
    assert [each.statement.heading.unit for each in found] == units
    assert not any(map(failing, found))
    assert {check.rule for check in found[1].checks} >= {"total"}
    places = {row.places[line.column] for line in found[1].lines for row in [found[1].statement.rows[line.row]]}
    assert places == {6, 7}
    assert {line.column_name.rpartition("/")[2] for line in found[1].lines} == {"合计", "基本支出"}


def test_the_unit_of_a_row_in_a_cell_of_its_own_is_no_part_of_its_name() -> None:
    rows = (
        "项目|单位|预算数\n一、“三公”经费合计|元|155000.00\n1.因公出国（境）费用|万元|2.00\n2.公务用车运行维护费|万元|11.00\n"
        "3.公务接待费|万元|2.50\n公务用车保有量|辆|12\n国内公务接待|批次|31"
    )
    (found,) = read(table(rows, "“三公”经费及相关信息表\n单位：万元"))
    assert [(line.name, line.yuan) for line in found.lines] == [
        ("一、“三公”经费合计", 155_000),
        ("1.因公出国(境)费用", 20_000),
        ("2.公务用车运行维护费", 110_000),
        ("3.公务接待费", 25_000),
    ]
    assert set(found.expenses[0].parts) == {"total", "abroad", "vehicle_running", "reception"}
    assert failing(found) == []
