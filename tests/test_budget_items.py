"""Items of summaries: what they consist of, what stands beside their totals, and which other tables repeat them."""

from decimal import Decimal

import pytest

from archive.budgets.documents import BudgetTable, is_checked
from tests.budget_forms import failing, read, table

SUMMARY = """
收入|<|支出|<|<|<
项目名称|金额|功能科目名称|功能分类|支出用途|<
^|^|^|金额|项目名称|金额
一、财政拨款|100.00|一、一般公共服务支出|{classes}|一、基本支出|90.00
1.一般公共预算|{fund}|二、国防支出||二、项目支出|20.00
2.政府性基金||八、社会保障和就业支出|30.00||
二、其他资金|10.00||||
当年收入小计|110.00|||当年支出小计|110.00
收入合计|110.00|||支出合计|110.00
"""
TITLED = "收支预算总表\n单位：万元"


def checked(found: BudgetTable) -> set[str]:
    support = found.support()
    return {line.name for line in found.lines if is_checked(*support[line.row, line.column])}


@pytest.mark.parametrize(
    ("classes", "fund", "expected"),
    [
        ("80.00", "100.00", []),
        ("81.00", "100.00", [("items", Decimal("110.00"), Decimal("111.00"))]),
        ("80.00", "99.00", [("items", Decimal("100.00"), Decimal("99.00"))]),
    ],
)
def test_items_beside_a_total_make_it_up_as_funds_make_up_an_item(
    classes: str, fund: str, expected: list[object]
) -> None:
    (found,) = read(table(SUMMARY.format(classes=classes, fund=fund), TITLED))
    assert failing(found) == expected
    assert ("一、财政拨款" in checked(found)) == (fund == "100.00")


def test_what_follows_an_item_may_be_some_of_it_alone() -> None:
    rows = "项目|金额\n一、事业收入|50.00\n1.学费|{}\n2.住宿费|10.00\n二、财政拨款|60.00\n收入总计|110.00"
    (some,) = read(table(rows.format("30.00"), TITLED))
    (every,) = read(table(rows.format("40.00"), TITLED))
    assert failing(some) == failing(every) == []
    assert [len(found.checks) for found in (some, every)] == [1, 2]


def test_items_of_another_year_beside_a_total_are_not_of_it() -> None:
    rows = "项目|2025年预算数|2026年预算数\n一、财政拨款|50.00|60.00\n二、其他收入|10.00|9.00\n收入总计||69.00"
    (found,) = read(table(rows, TITLED))
    assert failing(found) == []


# --- repeated elsewhere ---

FISCAL = """
收入|<|支出|<
项目名称|金额|项目名称|金额
一、一般公共预算|100.00|一、基本支出|90.00
二、政府性基金||二、项目支出|10.00
收入合计|100.00|支出合计|100.00
"""
BASIC = "科目编码|科目名称|基本支出\n|合计|90.00\n301|工资福利支出|{staff}\n30101|基本工资|60.00\n302|商品和服务支出|30.00\n30215|会议费|30.00"
OPERATING = "科目编码|科目名称|机关运行经费支出\n|合计|{whole}\n302|商品和服务支出|30.00\n30215|会议费|30.00"


def test_a_summary_prints_the_total_of_the_table_of_basic_spending() -> None:
    fiscal, basic = read(
        table(FISCAL, "财政拨款收支预算总表\n单位：万元"),
        table(BASIC.format(staff="60.00"), "财政拨款基本支出预算表\n单位：万元"),
    )
    assert "fiscal_summary basic_spending 基本支出" in {check.place for check in fiscal.checks}
    assert "一、基本支出" in checked(fiscal)
    assert "合计" in checked(basic)


def test_other_basic_spending_than_a_summary_prints_says_nothing() -> None:
    tables = (
        table(FISCAL.replace("90.00", "80.00"), "财政拨款收支预算总表\n单位：万元"),
        table(BASIC.format(staff="60.00"), "一般公共预算基本支出预算表\n单位：万元"),
    )
    fiscal, basic = read(*tables)
    assert [each[0] for each in failing(fiscal)] == ["items"]
    assert failing(basic) == []


def test_two_summaries_print_one_fund_alike() -> None:
    whole, fiscal = read(
        table(SUMMARY.format(classes="80.00", fund="100.00"), TITLED), table(FISCAL, "财政拨款收支预算总表\n单位：万元")
    )
    assert "summary fiscal_summary 一般公共预算" in {check.place for check in whole.checks}
    assert "一、一般公共预算" in checked(fiscal)


@pytest.mark.parametrize("staff", ["60.00", "61.00"])
def test_a_column_that_is_called_basic_spending_is_the_whole_of_its_table(staff: str) -> None:
    basic, operating = read(
        table(BASIC.format(staff=staff), "一般公共预算基本支出预算表\n单位：万元"),
        table(OPERATING.format(whole="30.00"), "一般公共预算机关运行经费支出预算表\n单位：万元"),
    )
    assert {"302", "30215"} <= {check.place.split()[-1] for check in basic.checks if check.rule == "same_amount"}
    assert len(failing(basic)) == 2 * (staff == "61.00")
    assert {"商品和服务支出", "会议费"} <= checked(operating)


def test_meetings_stand_under_their_code_in_the_table_of_what_runs_the_office() -> None:
    expenses = "合计|“三公”经费|<|会议费\n^|小计|公务接待费|^\n35.00|5.00|5.00|30.00"
    found, _ = read(
        table(expenses, "“三公”经费、会议费支出预算表\n单位：万元"),
        table(OPERATING.format(whole="30.00"), "机关运行经费支出预算表\n单位：万元"),
    )
    assert "operating 30215" in {check.place for check in found.checks}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026年机关运行经费财政拨款预算30.00万元。", {"operating spending"}),
        ("2026年政府采购预算总金额为12.00万元。", {"procurement spending"}),
    ],
)
def test_a_text_states_the_totals_of_operating_and_procurement(text: str, expected: set[str]) -> None:
    tables = (
        table(OPERATING.format(whole="30.00"), "机关运行经费支出预算表\n单位：万元"),
        table("项目|采购品目|总计\n合计||12.00\n一、货物||5.00\n二、服务||7.00", "政府采购预算表\n单位：万元"),
    )
    checks = [check for found in read(*tables, text=text) for check in found.checks if check.rule == "prose"]
    assert {check.place for check in checks} == expected
    other = text.replace("30.00", "31.00").replace("12.00", "13.00")
    assert [check.holds for found in read(*tables, text=other) for check in found.checks if check.rule == "prose"] == [
        False
    ]


@pytest.mark.parametrize(("office", "expected"), [("10.00", []), ("11.00", ["items"])])
def test_basic_spending_is_what_staff_and_office_cost(office: str, expected: list[str]) -> None:
    rows = f"项目|金额\n一、基本支出|60.00\n人员经费|50.00\n公用经费|{office}\n二、项目支出|40.00\n支出总计|100.00"
    (found,) = read(table(rows, "部门收支总表\n单位：万元"))
    assert [rule for rule, *_ in failing(found)] == expected
    assert ("一、基本支出" in checked(found)) == (not expected)


@pytest.mark.parametrize(("unit", "held"), [("30.00", 3), ("29.00", 1)])
def test_the_only_unit_of_a_table_has_what_all_have(unit: str, held: int) -> None:
    rows = f"单位名称|总计|一般公共预算|其他收入\n合计|40.00|30.00|10.00\n样本局|40.00|{unit}|10.00"
    (found,) = read(table(rows, "部门收入总表\n单位：万元"))
    assert [rule for rule, *_ in failing(found) if rule == "total"] == []
    assert (len([check for check in found.checks if check.rule == "total"]) == 3) == (held == 3)


FUNCTIONS = """
科目编码|科目名称|合计|基本支出|项目支出
|合计|{total}|80.00|
201|一般公共服务支出|70.00|60.00|
20101|人大事务|70.00|60.00|
2010101|行政运行|70.00|60.00|
208|社会保障和就业支出|{pension}|8.00|
20805|行政事业单位养老支出|{pension}|8.00|
2080505|机关事业单位基本养老保险缴费支出|{pension}|8.00|
221|住房保障支出|12.00|12.00|
22102|住房改革支出|12.00|12.00|
2210201|住房公积金|12.00|12.00|
"""
ECONOMY = """
科目编码|科目名称|合计
|合计|80.00
301|工资福利支出|{staff}
30101|基本工资|60.00
30108|机关事业单位基本养老保险缴费|8.00
30113|住房公积金|{fund}
"""


@pytest.mark.parametrize(
    ("functions", "basic", "fund", "held"),
    [
        ("一般公共预算支出表", "一般公共预算基本支出表", "12.00", {"住房公积金", "基本养老保险"}),
        ("一般公共预算支出表", "一般公共预算基本支出表", "11.00", {"基本养老保险"}),  # projects may have the rest
        ("部门支出总表", "一般公共预算基本支出表", "12.00", set()),  # of more funds
    ],
)
def test_an_expense_is_the_same_by_function_and_by_economy(
    functions: str, basic: str, fund: str, held: set[str]
) -> None:
    one, other = read(
        table(FUNCTIONS.format(total="90.00", pension="8.00"), f"{functions}\n单位：万元"),
        table(ECONOMY.format(staff="80.00", fund=fund), f"{basic}\n单位：万元", page=2),
    )
    for found in (one, other):
        same = [check for check in found.checks if check.rule == "same_amount"]
        assert {check.place.split()[-1] for check in same} == held
        assert not any(check.can_fail for check in same)


def test_a_class_of_one_fund_is_the_item_of_all_where_that_has_paid_all_of_it() -> None:
    summary = """
    收入|<|支出|<
    项目|金额|项目|金额
    一、一般公共预算|90.00|一、一般公共服务支出|75.00
    二、其他资金|5.00|八、社会保障和就业支出|8.00
    ||十九、住房保障支出|12.00
    收入总计|95.00|支出总计|95.00
    """
    one, other = read(
        table(summary.strip(), "部门收支总表\n单位：万元"),
        table(FUNCTIONS.format(total="90.00", pension="8.00"), "一般公共预算支出表\n单位：万元", page=2),
    )
    for found in (one, other):
        same = [check for check in found.checks if check.rule == "same_amount"]
        assert {check.lines[1].code for check in same} == {"", "208", "221"}
        assert failing(found) == []
    last_year = FUNCTIONS.replace("|合计|基本支出", "|2025年预算数/合计|基本支出", 1).format(
        total="90.00", pension="8.00"
    )
    for found in read(
        table(summary.strip(), "2026年部门收支总表\n单位：万元"),
        table(last_year, "2026年一般公共预算支出表\n单位：万元", page=2),
    ):
        assert "208" not in {check.lines[1].code for check in found.checks if check.rule == "same_amount"}
