"""Identities of budget tables: each holds a made table, finds a slip of its own, and says nothing where it does not apply."""

from decimal import Decimal

import pytest

from archive.budgets.documents import BudgetTable
from tests.budget_forms import failing, read, table

Failing = list[tuple[str, Decimal, Decimal]]


def rules(found: BudgetTable) -> set[str]:
    return {check.rule for check in found.checks}


def failed(rule: str, left: str, right: str) -> Failing:
    return [(rule, Decimal(left), Decimal(right))]


# --- within a table ---

FUND = """
科目编码|科目名称|年初结转和结余|本年收入|本年支出|<|<|年末结转和结余
^|^|^|^|小计|基本支出|项目支出|^
合计|<|12.00|500.00|520.00||520.00|-8.00
212|城乡社区支出|12.00|500.00|520.00||520.00|-8.00
21208|国有土地使用权出让收入安排的支出|12.00|500.00|520.00||520.00|{closing}
"""


@pytest.mark.parametrize(("closing", "expected"), [("-8.00", []), ("8.00", failed("carry", "512.00", "528.00"))])
def test_what_a_fund_had_and_got_is_what_it_spent_and_keeps(closing: str, expected: Failing) -> None:
    (found,) = read(table(FUND.format(closing=closing), "2025年度政府性基金预算财政拨款收入支出决算表\n单位：万元"))
    assert [each for each in failing(found) if each[0] == "carry"] == expected
    assert [check.rule for check in found.checks].count("carry") == 3


@pytest.mark.parametrize(
    ("unit", "class_", "item"), [("单位：万元", "-8.00", "-80,000.00元"), ("", "-8.00万元", "-8.00")]
)
def test_an_amount_in_another_unit_than_those_beside_it_or_in_none_is_no_slip(
    unit: str, class_: str, item: str
) -> None:
    rows = FUND.format(closing=item).replace("520.00|-8.00\n21208", f"520.00|{class_}\n21208")
    (found,) = read(table(rows, f"2025年度政府性基金预算财政拨款收入支出决算表\n{unit}"))
    assert failing(found) == []
    assert "carry" in rules(found)


def test_nothing_is_said_of_what_is_kept_where_no_column_has_it() -> None:
    rows = "科目编码|科目名称|年初结转和结余|本年收入|本年支出\n合计|<|1.00|5.00|6.00\n212|城乡社区支出|0.50|3.00|3.50\n213|农林水支出|0.50|2.00|2.50"
    (found,) = read(table(rows, "2025年度政府性基金预算财政拨款收入支出决算表\n单位：万元"))
    assert rules(found) == {"total"}


@pytest.mark.parametrize("number", ["101", "206"])
def test_the_number_of_a_unit_above_the_classes_is_none_of_them(number: str) -> None:
    rows = "编码|名称|合计\n{}205|教育支出|120.00\n20502|普通教育|120.00\n合计||{}"
    (found,) = read(table(rows.format(f"{number}|样本局|120.00\n", "120.00"), "部门支出总表\n单位：万元"))
    assert failing(found) == []
    (slipped,) = read(table(rows.format("", "130.00"), "部门支出总表\n单位：万元"))
    assert failing(slipped) == failed("total", "130.00", "120.00")


@pytest.mark.parametrize(
    ("spent", "expected"),
    [("70.00", []), ("80.00", [*failed("items", "80.00", "70.00"), *failed("balance", "70.00", "80.00")])],
)
def test_income_and_spending_below_each_other_are_each_a_side(spent: str, expected: Failing) -> None:
    income = "收入|\n一、财政拨款收入|66.00\n二、其他收入|4.00\n收入总计|70.00"
    rows = f"项目|金额\n{income}\n支出|\n一、教育支出|60.00\n二、住房保障支出|10.00\n支出总计|{spent}"
    (found,) = read(table(rows, "部门收支总表\n单位：万元"))
    assert failing(found) == expected
    assert [check.rule for check in found.checks] == ["items", "items", "balance"]


def test_staff_and_office_without_classes_beside_them_say_nothing() -> None:
    rows = "经济分类科目|金额|经济分类科目|金额\n基本工资|75.00|办公费|15.00\n人员经费合计|75.00|公用经费合计|15.00"
    (found,) = read(table(rows, "一般公共预算基本支出表\n单位：万元"))
    assert found.checks == ()


GROUPS = """
人员经费|<|<|公用经费|<|<|<|<|<
科目编码|科目名称|决算数|科目编码|科目名称|决算数|科目编码|科目名称|决算数
301|工资福利支出|60.00|302|商品和服务支出|14.00|307|债务利息及费用支出|
30101|基本工资|60.00|30201|办公费|14.00|310|资本性支出|1.00
303|对个人和家庭的补助|5.00||||31002|办公设备购置|1.00
人员经费合计|<|{staff}|公用经费合计|<|<|<|<|{office}
"""
BASIC = "2025年度一般公共预算财政拨款基本支出决算明细表\n单位：{}"


@pytest.mark.parametrize(
    ("staff", "office", "expected"),
    [
        ("65.00", "15.00", []),
        ("60.00", "15.00", failed("total", "60.00", "65.00")),
        ("65.00", "14.00", failed("total", "14.00", "15.00")),
    ],
)
def test_groups_side_by_side_have_sums_of_their_own(staff: str, office: str, expected: Failing) -> None:
    (found,) = read(table(GROUPS.format(staff=staff, office=office), BASIC.format("万元")))
    assert failing(found) == expected
    assert ("total" in rules(found)) is True


def test_groups_of_several_units_are_not_summed() -> None:
    rows = GROUPS.format(staff="65.00", office="99.00").replace("|310|", "|302|").replace("|31002|", "|30299|")
    (found,) = read(table(rows, BASIC.format("万元")))
    assert "total" not in rules(found)


UNITS = """
单位代码|单位名称|总计|一般公共预算|政府性基金预算|上年结转
合计|<|740.00|700.00|10.00|30.00
205001|样本局（本级）|500.00|480.00|0.00|20.00
205002|样本中心|{total}|220.00|10.00|{carried}
"""


@pytest.mark.parametrize(
    ("total", "carried", "expected"),
    [
        ("240.00", "10.00", []),
        ("250.00", "10.00", [*failed("columns", "250.00", "240.00"), *failed("total", "740.00", "750.00")]),
        ("240.00", "11.00", [*failed("columns", "240.00", "241.00"), *failed("total", "30.00", "31.00")]),
    ],
)
def test_rows_of_units_make_up_the_total_in_any_table(total: str, carried: str, expected: Failing) -> None:
    (found,) = read(table(UNITS.format(total=total, carried=carried), "2026年部门收入总表\n单位：万元"))
    assert failing(found) == expected


OTHERS = """
科目编码|科目名称|合计|人员经费支出|公用经费支出|专项业务经费支出
201|一般公共服务支出|{whole}|100.00|20.00|30.00
20101|人大事务|90.00|60.00|20.00|10.00
20103|政府办公厅（室）及相关机构事务|60.00|40.00||20.00
"""


@pytest.mark.parametrize(
    ("whole", "expected"),
    [("150.00", []), ("120.00", [*failed("children", "120.00", "150.00"), *failed("columns", "120.00", "150.00")])],
)
def test_staff_and_office_are_not_all_where_other_columns_stand_beside_them(whole: str, expected: Failing) -> None:
    (found,) = read(table(OTHERS.format(whole=whole), "2026年部门支出总表\n单位：万元"))
    assert failing(found) == expected


def test_staff_and_office_are_all_where_the_columns_beside_them_part_the_total_otherwise() -> None:
    rows = OTHERS.replace("专项业务经费支出", "财政拨款").format(whole="120.00")
    rows = rows.replace("|90.00|60.00|20.00|", "|90.00|70.00|20.00|").replace("60.00|40.00|", "30.00|30.00|")
    (found,) = read(table(rows, "2026年部门支出总表\n单位：万元"))
    assert failing(found) == []
    assert [check.rule for check in found.checks].count("columns") == 3


ITEMS = """
收入|<|支出|<
项目|金额|项目|金额
一、本年收入|100.00|一、本年支出|100.00
（一）一般公共预算|{general}|（一）一般公共服务支出|80.00
其中：专项收入|5.00|1.人员经费|50.00
（二）政府性基金预算|30.00|（二）城乡社区支出|20.00
二、上年结转|10.00|二、结转下年|10.00
（一）一般公共预算|10.00||
收入总计|110.00|支出总计|110.00
"""


@pytest.mark.parametrize(("general", "expected"), [("70.00", []), ("80.00", failed("items", "100.00", "110.00"))])
def test_an_item_is_made_up_of_the_items_below_it(general: str, expected: Failing) -> None:
    (found,) = read(table(ITEMS.format(general=general), "2026年财政拨款收支总表\n单位：万元"))
    assert failing(found) == expected


NUMBERED_BEHIND = """
收入|<|支出|<
项目|预算数|项目|预算数
一、财政拨款收入|520.00|一、一般公共服务支出|{spent}
二、其他收入|10.00|二、卫生健康支出|30.00
本年收入合计|530.00|本年支出合计|530.00
三、上级补助收入|5.00|三、对附属单位补助支出|20.00
四、上年结转（结余）|20.00|四、结转下年|5.00
收入总计|555.00|支出总计|555.00
"""


@pytest.mark.parametrize(("spent", "expected"), [("500.00", []), ("505.00", failed("items", "530.00", "535.00"))])
def test_items_numbered_behind_the_total_of_the_year_are_carried_over(spent: str, expected: Failing) -> None:
    (found,) = read(table(NUMBERED_BEHIND.format(spent=spent), "2026年部门收支总表\n单位：万元"))
    assert failing(found) == expected
    assert [check.rule for check in found.checks].count("carry") == 2


CARRIED_BY_FUND = """
收入|<|支出|<|<
项目|金额|项目|合计|一般公共预算财政拨款
一、一般公共预算财政拨款|100.00|一、教育支出|98.00|98.00
本年收入合计|100.00|本年支出合计|98.00|98.00
年初财政拨款结转和结余|5.00|年末财政拨款结转和结余|7.00|7.00
一、一般公共预算财政拨款|5.00|||
总计|105.00|总计|105.00|105.00
"""
YEAR_OF_A_FUND = """
科目编码|科目名称|年初结转和结余|<|本年收入|本年支出|<|<|年末结转和结余|<
^|^|合计|项目支出结转|^|合计|基本支出|项目支出|合计|项目支出结转
合计|<|5.00|3.00|100.00|98.00|60.00|38.00|7.00|7.00
205|教育支出|5.00|3.00|100.00|98.00|60.00|38.00|7.00|7.00
"""


def test_what_is_carried_over_is_parted_by_fund_and_is_not_what_was_spent() -> None:
    found = read(
        table(CARRIED_BY_FUND, "2025年度财政拨款收入支出决算总表\n单位：万元"),
        table(YEAR_OF_A_FUND, "2025年度一般公共预算财政拨款收入支出决算表\n单位：万元", page=2),
        text="2025年度一般公共预算财政拨款支出98.00万元。",
    )
    assert [failing(each) for each in found] == [[], []]
    assert [rules(each) >= {"same_total"} for each in found] == [True, True]
    assert "prose" in rules(found[1])


def test_a_gap_closed_from_what_was_kept_is_carried_over() -> None:
    rows = "项目|决算数\n一、财政拨款收入|100.00\n本年收入合计|100.00\n用事业基金弥补收支差额|2.00\n年初结转和结余|5.00\n总计|{}"
    for total, expected in (("107.00", []), ("105.00", failed("carry", "105.00", "107.00"))):
        (found,) = read(table(rows.format(total), "2018年度收入支出决算总表\n单位：万元"))
        assert failing(found) == expected


def test_items_behind_the_total_of_the_year_that_is_first_are_its_own() -> None:
    rows = (
        "项目|金额\n本年收入合计|530.00\n一、财政拨款收入|520.00\n二、其他收入|10.00\n上年结转|20.00\n收入总计|550.00"
    )
    (found,) = read(table(rows, "2026年部门收支总表\n单位：万元"))
    assert [(check.rule, check.holds) for check in found.checks] == [("items", True), ("carry", True)]


ITEMS_ALONE = """
科目编码|科目名称|合计|基本支出|项目支出
合计|<|960.30|700.30|260.00
2010601|行政运行|600.30|600.30|
2010602|一般行政管理事务|{item}||{item}
2080505|机关事业单位基本养老保险缴费支出|100.00|100.00|
"""


@pytest.mark.parametrize(
    ("item", "expected"),
    [("260.00", []), ("260.50", [])],
)
def test_items_without_their_classes_make_up_the_total(item: str, expected: Failing) -> None:
    (found,) = read(table(ITEMS_ALONE.format(item=item), "2026年部门支出总表\n单位：万元"))
    assert failing(found) == expected
    assert ("total" in rules(found)) is (item == "260.00")


# --- between tables ---

GENERAL = """
科目编码|科目名称|本年支出|<|<
^|^|小计|基本支出|项目支出
合计|<|100.00|{basic}|20.00
201|一般公共服务支出|100.00|80.00|20.00
"""


@pytest.mark.parametrize(("basic", "holds"), [("80.00", True), ("80.10", False)])
@pytest.mark.parametrize(("unit", "staff", "office"), [("万元", "65.00", "15.00"), ("元", "650,012.34", "149,990.00")])
def test_basic_spending_is_the_total_of_its_own_table(
    basic: str, holds: bool, unit: str, staff: str, office: str
) -> None:
    found, own = read(
        table(GENERAL.format(basic=basic), "2025年度一般公共预算财政拨款支出决算表\n单位：万元"),
        table(GROUPS.format(staff=staff, office=office), BASIC.format(unit), page=2),
    )
    for each in (found, own):
        assert [check.holds for check in each.checks if check.rule == "same_total"] == [holds]


def test_basic_spending_of_all_funds_is_not_that_of_one() -> None:
    found, _ = read(
        table(GENERAL.format(basic="80.00"), "2025年度一般公共预算财政拨款支出决算表\n单位：万元"),
        table(
            "科目编码|科目名称|金额\n合计|<|90.00\n301|工资福利支出|90.00",
            "2025年度财政拨款基本支出决算表\n单位：万元",
            page=2,
        ),
    )
    assert "same_total" not in rules(found)


SUMMARY = """
收入|<|支出|<|<|<
项目|金额|项目|合计|一般公共预算财政拨款|政府性基金预算财政拨款
一、一般公共预算财政拨款|100.00|一、一般公共服务支出|100.00|100.00|
二、政府性基金预算财政拨款|{fund}|二、城乡社区支出|{fund}||{fund}
本年收入合计|620.00|本年支出合计|620.00|100.00|{fund}
总计|620.00|总计|620.00|100.00|520.00
"""


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("决算", {"fund_spending": False, "general_spending": True}),
        ("预算", {"fund_spending": True, "general_spending": True}),  # the total with what is carried over, too
    ],
)
def test_what_was_spent_of_a_fund_is_the_total_of_its_table(stage: str, expected: dict[str, bool]) -> None:
    found, *_ = read(
        table(SUMMARY.format(fund="502.00"), f"2025年度财政拨款收入支出{stage}总表\n单位：万元"),
        table(GENERAL.format(basic="80.00"), f"2025年度一般公共预算财政拨款支出{stage}表\n单位：万元", page=2),
        table(FUND.format(closing="-8.00"), f"2025年度政府性基金预算财政拨款收入支出{stage}表\n单位：万元", page=3),
    )
    totals = {check.place.split()[1]: check.holds for check in found.checks if check.rule == "same_total"}
    assert totals == expected


@pytest.mark.parametrize(
    ("printed", "holds"),
    [("1,134.57", True), ("1,134.56", False), ("1,134.75", False), ("1135", True), ("1136", False)],
)
def test_a_total_is_rounded_in_the_unit_of_its_table(printed: str, holds: bool) -> None:
    summary = "收入|<|支出|<\n项目|金额|项目|金额\n一、财政拨款|11,345,678.00|一、教育支出|11,345,678.00\n收入总计|11,345,678.00|支出总计|11,345,678.00"
    spending = f"科目编码|科目名称|合计\n合计|<|{printed}\n205|教育支出|{printed}"
    found, _ = read(table(summary, "部门收支总表\n单位：元"), table(spending, "部门支出总表\n单位：万元", page=2))
    assert [check.holds for check in found.checks if check.rule == "same_total"] == [holds]


def test_a_text_rounds_in_its_own_unit_too() -> None:
    summary = "收入|<|支出|<\n项目|金额|项目|金额\n一、财政拨款|1,134.57|一、教育支出|1,134.57\n收入总计|1,134.57|支出总计|1,134.57"
    for stated, holds in (("11345678.00", True), ("11347578.00", False)):
        (found,) = read(
            table(summary, "2026年部门收支总表\n单位：万元"), text=f"样本局2026年度收入、支出预算总计{stated}元。"
        )
        assert {check.holds for check in found.checks if check.rule == "prose"} == {holds}


def test_the_amounts_of_funds_make_up_that_of_all_in_each_row_of_a_side() -> None:
    rows = """
收入|<|支出|<|<|<
项目|金额|项目|合计|一般公共预算财政拨款|政府性基金预算财政拨款
一、一般公共预算财政拨款|30.00|一、一般公共服务支出|30.00|25.00|5.00
二、政府性基金预算财政拨款|20.00|二、城乡社区支出|20.00|5.00|15.00
本年收入合计|50.00|本年支出合计|50.00|30.00|20.00
总计|50.00|总计|50.00|30.00|{}
"""
    for fund, expected in (("20.00", []), ("22.00", [("columns", Decimal(50), Decimal(52))])):
        (found,) = read(table(rows.strip().format(fund), "2025年度财政拨款收入支出决算总表\n单位：万元"))
        assert sum(check.rule == "columns" for check in found.checks) == 4
        assert [each for each in failing(found) if each[0] == "columns"] == expected


@pytest.mark.parametrize(("spent", "held"), [("5.00", True), ("4.00", False)])
def test_a_fund_that_carries_nothing_over_spends_what_it_gets(spent: str, held: bool) -> None:
    rows = f"""
项目|<|年初结转和结余|本年收入|本年支出|<|<|年末结转和结余
科目编码|科目名称|^|^|小计|基本支出|项目支出|^
合计|<||5.00|{spent}||{spent}|
213|农林水支出||5.00|{spent}||{spent}|
"""
    (found,) = read(table(rows.strip(), "2025年度政府性基金预算财政拨款收入支出决算表\n单位：万元"))
    assert ("carry" in rules(found)) == held
    assert failing(found) == []


def test_spending_that_is_listed_without_codes_is_the_sum_of_its_items() -> None:
    rows = (
        "项目|2026年预算数\n一、基本支出|100.00\n其中：人员经费|60.00\n公用经费|40.00\n二、项目支出|20.00\n支出合计|{}"
    )
    for total, expected in (("120.00", []), ("210.00", [("items", Decimal(210), Decimal(120))])):
        (found,) = read(table(rows.format(total), "部门支出总表\n单位：万元"))
        assert "items" in rules(found)
        assert failing(found) == expected


def test_spending_that_is_listed_twice_is_no_sum_of_all_items() -> None:
    rows = "项目|2026年预算数\n一、基本支出|100.00\n二、项目支出|20.00\n一、工资福利支出|90.00\n二、商品和服务支出|30.00\n支出合计|120.00"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert failing(found) == []


@pytest.mark.parametrize(("pension", "held"), [("8.00", True), ("9.00", False)])
def test_items_without_numbers_are_held_where_they_make_up_the_total(pension: str, held: bool) -> None:
    rows = f"收入|<|支出|<\n项目|金额|项目|金额\n一、财政拨款|98.00|一般公共服务支出|90.00\n||社会保障和就业支出|{pension}\n本年收入合计|98.00|本年支出合计|98.00"
    (found,) = read(table(rows, "部门收支总表\n单位：万元"))
    assert sum(check.rule == "items" for check in found.checks) == 1 + held
    assert failing(found) == []


def test_a_total_without_a_name_is_held_by_the_classes_below_it() -> None:
    rows = "科目编码|科目名称|金额\n||{}\n501|机关工资福利支出|70.00\n502|机关商品和服务支出|30.00"
    for total, held in (("100.00", True), ("110.00", False)):
        (found,) = read(table(rows.format(total), "一般公共预算基本支出表\n单位：万元"))
        assert ("total" in rules(found)) == held
        assert failing(found) == []


def test_what_is_bought_is_paid_by_its_funds() -> None:
    rows = """
采购项目|采购品目|数量|合计|一般公共预算|政府性基金
合计|||60.00|50.00|10.00
货物类|||20.00|20.00|
办公设备购置|复印机|2|20.00|20.00|
工程类|||40.00|{}|10.00
办公楼维修|修缮工程|1|40.00|30.00|10.00
"""
    for paid, expected in (("30.00", set()), ("33.00", {"columns"})):
        (found,) = read(table(rows.strip().format(paid), "政府采购预算表\n单位：万元"))
        assert "columns" in rules(found)
        assert {rule for rule, *_ in failing(found)} == expected


def test_accounts_print_an_expense_in_the_only_column_of_basic_spending() -> None:
    details = """
人员经费|<|<|公用经费|<|<
科目编码|科目名称|决算数|科目编码|科目名称|决算数
301|工资福利支出|75.00|302|商品和服务支出|5.00
30108|机关事业单位基本养老保险缴费|15.00|30217|公务接待费|2.00
30101|基本工资|60.00|30201|办公费|3.00
人员经费合计|<|75.00|公用经费合计|<|5.00
"""
    expenses = "项目|决算数\n合计|2.00\n因公出国（境）费|0.00\n公务用车购置及运行费|0.00\n公务接待费|2.00"
    _, found = read(
        table(details.strip(), "一般公共预算财政拨款基本支出决算明细表\n单位：万元"),
        table(expenses, "“三公”经费支出决算表\n单位：万元", page=2),
        title="样本局2025年度部门决算（样本，非政府文件）",
    )
    assert ("same_amount", "basic_spending 30217") in {(check.rule, check.place) for check in found.checks}
