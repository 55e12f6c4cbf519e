"""Figures of budgets by what they are: spending and its parts, whose they are, what explains them, what changed. Pure."""

from decimal import Decimal

import pytest

from archive.budgets.changes import changed_figures
from archive.budgets.documents import BudgetTable
from archive.budgets.parts import unit_names
from archive.budgets.spending import explains_projects, role_of_spending, spending_figures
from tests.budget_forms import DOWN, GENERAL, TITLED, failing, read, table

THREE = "“三公”经费支出表\n单位：万元"


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("合计", "spending"), ("金额", "spending"), ("本年支出合计", "spending"), ("2026年预算数/小计", "spending"),
        ("基本支出", "basic"), ("本年支出/基本支出/小计", "basic"), ("2026年预算数/项目支出", "project"), ("项目支出", "project"),
        ("上缴上级支出", None), ("2025年执行数/合计", None), ("项目支出/政府性基金", None), ("比上年增减/项目支出", None),
        ("基本支出/人员经费", None), ("政府性基金预算/合计", None), ("完成预算%", None),
    ],
)  # fmt: skip
def test_a_column_is_the_whole_or_a_part_of_spending(column: str, role: str | None) -> None:
    assert role_of_spending(column) == role


def test_figures_of_the_year_before_are_of_that_year() -> None:
    rows = """
科目编码|科目名称|2025年预算数|<|<|2026年预算数|<|<
^|^|小计|基本支出|项目支出|小计|基本支出|项目支出
|合计|90.00|80.00|10.00|120.00|100.00|20.00
201|一般公共服务支出|90.00|80.00|10.00|120.00|100.00|20.00
20103|政府办公厅（室）及相关机构事务|90.00|80.00|10.00|120.00|100.00|20.00
"""
    (found,) = read(table(rows, TITLED))
    figures = {
        (each.line.code, each.role, each.year): each.line.value
        for each in spending_figures(found.statement.heading, found.lines)
    }
    assert figures["", "spending", 2025] == Decimal("90.00")
    assert figures["201", "project", 2026] == Decimal("20.00")
    assert {code for code, _, _ in figures} == {"", "201"}


def test_a_function_s_class_that_stands_twice_has_the_figure_of_its_first_row_and_what_is_bought_none() -> None:
    rows = "科目编码|科目名称|合计\n201|样本甲|5.00\n201|样本乙|7.00\n208|样本丙|9.00\n302|商品和服务支出|3.00"
    (found,) = read(table(rows, TITLED))
    figures = spending_figures(found.statement.heading, found.lines)
    assert [(each.line.code, each.line.printed) for each in figures] == [("201", "5.00"), ("208", "9.00")]


def test_tables_of_one_unit_bear_the_name_that_most_of_them_print() -> None:
    assert unit_names(["样本县教育局", "样本县教育", None, "样本县教育局"]) == ["样本县教育局"] * 4
    assert unit_names(["样本县教育局", None, "样本县水务局"]) == ["样本县教育局", "样本县教育局", "样本县水务局"]
    assert unit_names([None, None], (None, "样本县水务局", "样本县财政局")) == ["样本县水务局"] * 2
    assert unit_names([], ("样本县水务局",)) == []


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("项目支出20.00万元，主要用于样本设备更新。", True),
        ("2026年项目支出\n20.00万元，\n其中：样本项目12.00万元", True),
        ("样本局项目支出绩效目标表", True),
        ("项目支出：指在基本支出之外为完成特定任务发生的支出。", False),
        ("合计 基本支出 项目支出", False),
        ("基本支出主要用于工资。项目支出20.00万元。接待费用于公务。", False),
    ],
)
def test_projects_are_explained_where_a_text_says_what_they_are_for(text: str, explained: bool) -> None:
    assert explains_projects(text) is explained


def test_figures_that_differ_between_two_versions() -> None:
    later = DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|2.50").replace(
        "合计|11.00|12.00", "合计|11.00|11.50"
    )
    changes = changed_figures(read(table(DOWN, THREE)), read(table(later, THREE)))
    assert [(each.before.name, each.before.printed, each.after.printed) for each in changes] == [
        ("“三公”经费合计", "12.00", "11.50"),
        ("2.公务接待费", "3.00", "2.50"),
    ]
    assert [each.checked for each in changes] == [False, False]


def test_a_figure_in_another_unit_or_at_another_place_is_no_change() -> None:
    in_yuan = DOWN.replace(".00", "0000.00")
    assert changed_figures(read(table(DOWN, THREE)), read(table(in_yuan, THREE.replace("万元", "元")))) == []
    assert changed_figures(read(table(DOWN, THREE)), read(table(DOWN, "样本\n" + THREE, page=3))) == []


def test_what_stands_twice_in_a_version_is_not_compared() -> None:
    twice = read(table(DOWN, THREE), table(DOWN.replace("3.00", "4.00"), THREE, page=2))
    assert changed_figures(read(table(DOWN, THREE)), twice) == []


def test_a_figure_of_a_table_that_states_no_unit_is_compared_as_it_is_printed() -> None:
    unitless = THREE.partition("\n")[0]
    (change,) = changed_figures(read(table(DOWN, unitless)), read(table(DOWN.replace("3.00\n3", "4.00\n3"), unitless)))
    assert (change.before.printed, change.after.printed, change.after.yuan) == ("3.00", "4.00", None)
    with_unit = read(table(DOWN.replace("3.00\n3", "4.00\n3"), THREE))
    assert changed_figures(read(table(DOWN, unitless)), with_unit) == [], "and with no other one"


def test_rows_of_one_name_are_told_apart_by_their_codes() -> None:
    def version(printed: str) -> list[BudgetTable]:
        return read(table(f"科目编码|科目名称|合计\n201|样本支出|5.00\n208|样本支出|{printed}", TITLED))

    (change,) = changed_figures(version("7.00"), version("9.00"))
    assert (change.after.code, change.before.printed, change.after.printed) == ("208", "7.00", "9.00")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2025年“三公”经费支出表\n单位：万元", "2026年“三公”经费支出表\n单位：万元"),
        ("2026年“三公”经费支出预算表\n单位：万元", "2026年“三公”经费支出决算表\n单位：万元"),
    ],
)
def test_tables_of_two_years_or_stages_in_a_version_are_compared_each_with_its_own(first: str, second: str) -> None:
    def version(printed: str) -> list[BudgetTable]:
        rows = "项目|金额\n“三公”经费合计|12.00\n公务接待费|"
        return read(table(f"{rows}3.00", first), table(f"{rows}{printed}", second, page=2))

    (change,) = changed_figures(version("4.00"), version("5.00"))
    assert (change.before.printed, change.after.printed) == ("4.00", "5.00")
    assert change.table.statement.heading == version("5.00")[1].statement.heading


def test_a_change_is_checked_where_both_figures_are() -> None:
    def general(total: str) -> str:
        return GENERAL.replace("120.00", total).replace("20.00", "20.00" if total == "120.00" else "30.00")

    changes = changed_figures(read(table(general("120.00"), TITLED)), read(table(general("130.00"), TITLED)))
    assert ("201", True) in {(each.after.code, each.checked) for each in changes}
    sums_wrong = GENERAL.replace("120.00", "125.00")
    for before, after in ((sums_wrong, general("130.00")), (general("130.00"), sums_wrong)):
        one_sided = changed_figures(read(table(before, TITLED)), read(table(after, TITLED)))
        assert {each.checked for each in one_sided if each.after.code == "201"} == {False}


@pytest.mark.parametrize("head", ["当年财政拨款预算安排", "一般公共预算安排"])
def test_a_sum_below_a_head_over_all_expenses_is_their_total(head: str) -> None:
    rows = (
        f"单位编码|单位名称|{head}|<|<|<|<|<\n^|^|合计|因公出国（境）费用|公务用车购置及运行费|<|<|公务接待费\n"
        "^|^|^|^|小计|公务用车购置费|公务用车运行费|^\n|合计|21.95||19.60||19.60|2.35"
    )
    (found,) = read(table(rows, "一般公共预算“三公”经费支出预算表\n单位：万元"))
    (expenses,) = found.expenses
    assert {role: line.printed for role, line in expenses.parts.items()} == {
        "total": "21.95",
        "vehicles": "19.60",
        "vehicle_running": "19.60",
        "reception": "2.35",
    }
    assert {check.rule for check in found.checks} >= {"three_public"}


def test_a_table_is_of_the_stage_of_its_latest_year() -> None:
    rows = "项目|2024年决算数|2025年预算数|2026年预算数\n公务接待费|1.80|3.00|2.50\n公务用车费|12.00|14.00|13.00\n合计|13.80|17.00|15.50"
    (found,) = read(table(rows, "“三公”经费支出表\n单位：万元"))
    assert found.statement.heading.stage == "budget"
    assert [(each.stage, each.year, each.parts["total"].printed) for each in found.expenses] == [
        ("accounts", 2024, "13.80"),
        ("budget", 2025, "17.00"),
        ("budget", 2026, "15.50"),
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("2026年预算比2024年决算增减", "-0.80"),
        ("2026年比2025年增减", "-2.00"),
        ("较上年增减", "-2.00"),
        ("与2024年相比增减", "-0.80"),
    ],
)
def test_a_change_is_between_the_years_that_its_column_names(column: str, expected: str) -> None:
    head = f"科目编码|科目名称|2024年决算数|2025年预算数|2026年预算数|{column}\n"
    for printed, fails in ((expected, 0), ("0.10", 1)):
        (found,) = read(table(f"{head}207|文化支出|13.80|15.00|13.00|{printed}", "一般公共预算支出表\n单位：万元"))
        assert [rule for rule, *_ in failing(found)] == ["change"] * fails
        assert "change" in {check.rule for check in found.checks}


def test_nothing_is_changed_where_no_year_is_known() -> None:
    rows = "科目编码|科目名称|预算数|较上年增减\n207|文化支出|13.00|2.00"
    (found,) = read(table(rows, "一般公共预算支出表\n单位：万元"), title="")
    assert failing(found) == []
