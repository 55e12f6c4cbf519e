"""Amounts that tables of one budget repeat, and sums of rows that are parts of each other: a slip is found, what may differ left alone."""

from dataclasses import replace

import pytest

from archive.budgets.documents import BudgetTable
from tests.budget_forms import failing, read, table
from tests.test_budget_identities import Failing, failed

OPERATING = """
科目编码|科目名称|机关运行经费支出
|合计|{total}
302|商品和服务支出|{goods}
30201|办公费|{office}
30211|差旅费|40.00
"""
STAFFED = """
科目编码|科目名称|金额
|合计|150.00
301|工资福利支出|50.00
302|商品和服务支出|100.00
30201|办公费|60.00
30211|差旅费|40.00
"""


@pytest.mark.parametrize(
    ("goods", "office", "expected"),
    [
        ("100.00", "60.00", {"302": True, "30201": True, "30211": True}),
        ("100.00", "61.00", {"302": True, "30201": False, "30211": True}),
        ("90.00", "60.00", {"30201": True, "30211": True}),
        ("90.00", "50.00", {}),
    ],
)
def test_operating_expenses_have_the_amounts_of_basic_spending(
    goods: str, office: str, expected: dict[str, bool]
) -> None:
    operating, _ = read(
        table(
            OPERATING.format(total=goods, goods=goods, office=office), "一般公共预算机关运行经费支出预算表\n单位：万元"
        ),
        table(STAFFED, "一般公共预算基本支出预算表\n单位：万元", page=2),
    )
    checks = [check for check in operating.checks if check.rule == "same_amount"]
    assert {check.lines[0].code: check.holds for check in checks} == expected
    assert {check.can_fail for check in checks} <= {"302" in expected}


def test_a_class_that_is_the_same_is_held_by_all_of_its_codes() -> None:
    rows = OPERATING.format(total="100.00", goods="100.00", office="61.00").replace("30211|差旅费|40.00\n", "")
    for title, expected in (
        ("一般公共预算基本支出预算表", {"302": True, "30201": False}),
        ("财政拨款基本支出预算表", {}),
    ):
        operating, _ = read(
            table(rows, "一般公共预算机关运行经费支出预算表\n单位：万元"),
            table(STAFFED, f"{title}\n单位：万元", page=2),
        )
        checks = [check for check in operating.checks if check.rule == "same_amount"]
        assert {check.lines[0].code: check.holds for check in checks} == expected
        assert all(check.can_fail for check in checks)


ITEMS = """
收入|<|支出|<
项目|预算数|项目|预算数
一、一般公共预算拨款收入|100.00|一、一般公共服务支出|{class_}
二、其他收入|10.00|二、社会保障和就业支出|30.00
收入总计|110.00|支出总计|110.00
"""
CLASSES = """
科目编码|科目名称|合计|基本支出|项目支出
|合计|110.00|90.00|20.00
201|一般公共服务支出|80.00|60.00|20.00
208|社会保障和就业支出|30.00|30.00|
"""
SOURCES = "单位|合计|一般公共预算资金|其他收入\n样本局|110.00|100.00|10.00"


def same_amounts(found: BudgetTable) -> dict[str, bool]:
    return {check.place.split(" ")[-1]: check.holds for check in found.checks if check.rule == "same_amount"}


@pytest.mark.parametrize(("printed", "holds"), [("80.00", True), ("80.50", False)])
def test_items_of_a_summary_are_classes_and_columns_of_the_tables_of_its_totals(printed: str, *, holds: bool) -> None:
    summary, _, _ = read(
        table(ITEMS.format(class_=printed), "2026年部门收支总表\n单位：万元"),
        table(f"{SOURCES}\n合计|110.00|100.00|10.00", "2026年部门收入总表\n单位：万元", page=2),
        table(CLASSES, "2026年部门支出总表\n单位：万元", page=3),
    )
    assert same_amounts(summary) == {
        "一般公共服务支出": holds, "社会保障和就业支出": True, "一般公共预算": True, "其他收入": True,
    }  # fmt: skip


def test_an_item_that_may_count_in_another_is_not_accused() -> None:
    rows = "单位|合计|一般公共预算资金|事业收入|其他收入\n样本局|110.00|100.00|4.00|6.00\n合计|110.00|100.00|4.00|6.00"
    summary, _ = read(
        table(ITEMS.format(class_="80.00"), "2026年部门收支总表\n单位：万元"),
        table(rows, "2026年部门收入总表\n单位：万元", page=2),
    )
    assert same_amounts(summary) == {"一般公共预算": True}
    (check,) = (check for check in summary.checks if check.rule == "same_amount")
    assert not check.can_fail


def test_identities_that_could_not_have_failed_alone_make_no_figure_a_checked_one() -> None:
    summary, _ = read(
        table(ITEMS.format(class_="80.00"), "2026年部门收支总表\n单位：万元"),
        table(CLASSES.replace("208|社会保障和就业支出", "207|文化支出"), "2026年部门支出总表\n单位：万元", page=2),
    )
    (repeated,) = (check for check in summary.checks if check.rule == "same_amount")
    line = next(line for line in repeated.lines if line in summary.lines)
    sure = replace(repeated, can_fail=True)
    for checks, held in (([repeated], 1), ([repeated] * 2, 1), ([repeated, sure], 2), ([sure] * 2, 2)):
        assert replace(summary, checks=tuple(checks)).support()[line.row, line.column] == (held, 0)


def test_items_are_compared_with_no_table_of_another_total_or_year() -> None:
    for items, classes in (
        (ITEMS, CLASSES.replace("110.00|90.00", "111.00|91.00")),
        (ITEMS.replace("预算数", "2025年预算数"), CLASSES),
        (ITEMS, CLASSES.replace("合计|基本支出|项目支出", "2025年预算数/合计|基本支出|项目支出")),
    ):
        summary, _ = read(
            table(items.format(class_="80.50"), "2026年部门收支总表\n单位：万元"),
            table(classes, "2026年部门支出总表\n单位：万元", page=2),
        )
        assert same_amounts(summary) == {}


def test_the_year_before_with_the_same_total_is_another_year() -> None:
    rows = """
收入|<|支出|<|<
项目|2026年预算数|项目|2025年预算数|2026年预算数
一、财政拨款|110.00|一、一般公共服务支出|70.00|80.00
||二、社会保障和就业支出|40.00|30.00
收入总计|110.00|支出总计|110.00|110.00
"""
    summary, _ = read(
        table(rows, "2026年部门收支总表\n单位：万元"), table(CLASSES, "2026年部门支出总表\n单位：万元", page=2)
    )
    assert same_amounts(summary) == {"一般公共服务支出": True, "社会保障和就业支出": True}


USES = """
收入|<|支出|<|<|<
^|^|功能分类|<|支出用途|<
项目|金额|项目|金额|项目|金额
一、财政拨款|110.00|一、教育支出|{education}|一、基本支出|90.00
||||二、项目支出|20.00
收入合计|110.00|支出合计|<|<|110.00
"""


@pytest.mark.parametrize(("education", "holds"), [("110.00", True), ("111.00", False)])
def test_a_side_of_several_columns_has_one_total(education: str, *, holds: bool) -> None:
    rows = "科目编码|科目名称|合计|基本支出|项目支出\n|合计|110.00|90.00|20.00\n205|教育支出|110.00|90.00|20.00"
    summary, _ = read(
        table(USES.format(education=education), "2026年部门收支总表\n单位：万元"),
        table(rows, "2026年部门支出总表\n单位：万元", page=2),
    )
    assert same_amounts(summary) == {"教育支出": holds, "基本支出": True, "项目支出": True}


GROUPED = """
项目|<|金额
收入总计|<|110.00
一般公共预算资金|小计|{fund}
^|财政拨款|100.00
^|专项收入|
其他资金|小计|10.00
^|事业收入|6.00
^|其他收入|4.00
^|其中：捐赠|1.00
"""


@pytest.mark.parametrize(
    ("fund", "expected"),
    [("100.00", []), ("90.00", [*failed("items", "90.00", "100.00"), *failed("total", "110.00", "100.00")])],
)
def test_groups_of_rows_have_sums_that_make_up_the_total(fund: str, expected: Failing) -> None:
    (found,) = read(table(GROUPED.format(fund=fund), "收入总表\n单位：万元"))
    assert failing(found) == expected
    assert [check.rule for check in found.checks] == ["items", "items", "total"]


PURCHASES = """
采购品目|专项名称|科目|物品|组织形式|总计
合计|||||{total}
一、货物A|||||30.00
|设备购置费|办公设备购置|||30.00
|||计算机|集中|20.00
|||复印机|集中|10.00
二、服务C|||||70.00
|会议费|会议费|||50.00
|||会议服务|分散|50.00
||培训费|||20.00
|||会议服务|分散|20.00
"""


@pytest.mark.parametrize(("total", "expected"), [("100.00", []), ("90.00", failed("items", "90.00", "100.00"))])
def test_purchases_are_nested_by_where_their_words_stand(total: str, expected: Failing) -> None:
    (found,) = read(table(PURCHASES.format(total=total), "2026年政府采购预算表\n单位：万元"))
    assert failing(found) == expected
    assert len(found.checks) == 6


def test_purchases_that_are_not_nested_so_are_left_alone() -> None:
    (found,) = read(table(PURCHASES.format(total="1.00").replace("20.00", "21.00"), "2026年政府采购预算表\n单位：万元"))
    assert len(found.checks) in (0, 6)
    rows = "采购项目|数量|单位|金额\n家具|10|套|12.00\n电脑|20|台|10.00\n合计|||22.00"
    (found,) = read(table(rows, "2026年政府采购预算表\n单位：万元"))
    assert found.checks == ()


def test_meetings_and_training_are_what_basic_spending_prints_of_them() -> None:
    rows = "项目|预算数\n“三公”经费小计|3.00\n因公出国（境）费|0.00\n公务接待费|3.00\n会议费|6.00\n培训费|2.00"
    basic = "科目编码|科目名称|金额\n30215|会议费|6.00\n30216|培训费|1.00"
    found, _ = read(
        table(rows, "“三公”经费、会议费、培训费支出表\n单位：万元"),
        table(basic, "一般公共预算基本支出表\n单位：万元", page=2),
    )
    assert same_amounts(found) == {"30215": True}


@pytest.mark.parametrize(("total", "held"), [("110.00", True), ("120.00", False)])
def test_the_only_row_is_held_by_a_sum_that_is_no_chance(total: str, *, held: bool) -> None:
    (found,) = read(table(SOURCES.replace("|110.00", f"|{total}"), "2026年部门收入总表\n单位：万元"))
    assert [check.holds for check in found.checks] == ([True] if held else [])
