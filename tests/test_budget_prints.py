"""Tables whose columns a page's side cuts off, or whose texts are printed over each other, as spreadsheets print them: nothing
is said to differ that may only be unread.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from archive.tables.printed_table import PrintedTable
from tests.budget_forms import SUMMARY, failing, read, table

SPENDING = "部门支出总表\n部门：样本局 单位：万元"
EXPENSES = "一般公共预算“三公”经费支出表\n部门：样本局 单位：万元"


@pytest.mark.parametrize(
    ("names", "expected"), [("", []), ("201|一般公共服务支出|", [("columns", Decimal(2246), Decimal(1191))])]
)
def test_columns_without_the_names_of_their_rows_are_a_part_of_a_table(names: str, expected: list[object]) -> None:
    head = "科目编码|科目名称|" if names else ""
    whole = "|合计|" if names else ""
    rows = f"{head}合计|基本支出|项目支出\n{whole}2,246.00|1,191.00|1,055.00\n{names}2,246.00|1,191.00|"
    (found,) = read(table(rows, SPENDING))
    assert [check for check in failing(found) if check[0] == "columns"] == expected


@pytest.mark.parametrize(
    ("projects", "expected"),
    [("", []), ("|项目支出", [("columns", Decimal(2246), Decimal(1191)), ("columns", Decimal(1191), Decimal(1190))])],
)
def test_one_half_of_spending_alone_is_no_sum(projects: str, expected: list[object]) -> None:
    head = f"科目编码|科目名称|合计|基本支出{projects}"
    amounts = ("|10.00", "|", "|") if projects else ("", "", "")
    rows = [
        "|合计|2,577.00|2,567.00",
        "201|一般公共服务支出|2,246.00|1,191.00",
        "20103|政府办公厅（室）及相关机构事务|1,191.00|1,190.00",
    ]
    (found,) = read(table("\n".join([head, *map(str.__add__, rows, amounts)]), SPENDING))
    assert [check for check in failing(found) if check[0] == "columns"] == expected


def test_what_could_not_have_failed_alone_makes_no_figure_a_checked_one() -> None:
    (found,) = read(table("科目编码|科目名称|合计|基本支出\n201|一般公共服务支出|2,246.00|2,246.00", SPENDING))
    assert [(check.rule, check.holds, check.can_fail) for check in found.checks] == [("columns", True, False)]


@pytest.mark.parametrize(
    ("reception", "amount", "expected"),
    [("", "", []), ("|公务接待费", "|", [("three_public", Decimal("29.20"), Decimal("26.00"))])],
)
def test_a_table_without_one_of_the_three_expenses_does_not_say_what_they_are_together(
    reception: str, amount: str, expected: list[object]
) -> None:
    rows = f"合计|因公出国（境）费|公务用车购置及运行维护费{reception}\n29.20|0.00|26.00{amount}"
    (found,) = read(table(rows, EXPENSES))
    assert failing(found) == expected


@pytest.mark.parametrize(
    ("running", "expected"), [("", []), ("|公务用车运行费", [("vehicles", Decimal(26), Decimal(18))])]
)
def test_vehicles_without_the_column_of_running_them_are_no_sum(running: str, expected: list[object]) -> None:
    rows = (
        f"合计|因公出国（境）费|公务接待费|公务用车购置及运行费|<{'|<' if running else ''}\n"
        f"^|^|^|小计|公务用车购置费{running}\n29.20|0.00|3.20|26.00|18.00{'|' if running else ''}"
    )
    (found,) = read(table(rows, EXPENSES))
    assert failing(found) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("二支、出社会保障和就", []), ("二、社会保障和就业支出", [("items", Decimal(110), Decimal(90))])],
)
def test_a_total_of_one_item_among_names_that_are_not_read_says_nothing(name: str, expected: list[object]) -> None:
    rows = SUMMARY.replace("二、社会保障和就业支出|30.00", f"{name}|10.00")
    (found,) = read(table(rows, "部门收支总表\n部门：样本局 单位：万元"))
    assert [check for check in failing(found) if check[0] == "items"] == expected


@pytest.mark.parametrize(("running", "expected"), [("费 8.00", []), ("7.00", [("vehicles", Decimal(26), Decimal(25))])])
def test_an_amount_with_the_end_of_another_text_before_it_is_not_read(running: str, expected: list[object]) -> None:
    head = "合计|因公出国（境）费|公务接待费|公务用车购置及运行费|<|<\n^|^|^|小计|购置费|运行费"
    (found,) = read(table(f"{head}\n29.20|0.00|3.20|26.00|18.00|{running}", EXPENSES))
    assert failing(found) == expected


HEAD = "科目编码|科目名称|合计|基本支出|项目支出\n"
EDUCATION, MEDICINE = "205|教育支出|30.00|20.00|10.00", "210|卫生健康支出|12.00|12.00|"
WHOLE = f"{HEAD}|合计|42.00|32.00|10.00\n{EDUCATION}"
GENERAL = "一般公共预算支出表\n部门：样本局 单位：万元"


def at(left: int, top: int, rows: str, before: str = "", page: int = 1) -> PrintedTable:
    """A table at a place of its page; those with their left side at one place have the same lines."""
    made = table(rows, before, page)
    x = tuple(left + (50 + left // 100) * column for column in range(made.width + 1))
    return replace(made, x=x, y=tuple(top + 20 * row for row in range(len(made.rows) + 1)))


def pages(tables: list[PrintedTable]) -> list[list[int]]:
    return [[row.page for row in found.statement.rows] for found in read(*tables)]


def test_tables_side_by_side_go_on_below_their_own_columns() -> None:
    right = WHOLE.replace("42", "52").replace("32", "42")
    made = [
        at(50, 400, WHOLE, SPENDING),
        at(350, 420, right, GENERAL),
        at(50, 60, MEDICINE, page=2),
        at(350, 60, MEDICINE.replace("12", "22"), page=2),
    ]
    assert pages(made) == [[1, 1, 2], [1, 1, 2]]
    read_tables = read(*made)
    assert [line.printed for found in read_tables for line in found.lines if line.row == 2] == ["12.00"] * 2 + [
        "22.00"
    ] * 2
    assert [failing(found) for found in read_tables] == [[], []]


def test_of_tables_one_above_another_the_lower_goes_on() -> None:
    made = [at(50, 60, WHOLE, SPENDING), at(350, 400, WHOLE, GENERAL), at(50, 60, MEDICINE, page=2)]
    assert pages(made) == [[1, 1], [1, 1, 2]]


def test_behind_another_table_none_goes_on() -> None:
    other = at(50, 600, "姓名|职务|电话|地址|备注\n样本|样本|样本|样本|样本", "样本名单")
    assert pages([at(50, 400, WHOLE, SPENDING), other, at(50, 60, MEDICINE, page=2)]) == [[1, 1]]


def test_amounts_that_the_end_of_a_page_cuts_are_put_together() -> None:
    head = "科目编码|科目名称|合计|基本支出|项目支出\n"
    first = f"{head}205|教育支出|27,477,600.00|21,217,600.00|6,260,000.00\n|合计|27,477,60|21,217,60|6,260,000."
    rest = f"{head}||0.00|0.00|00"
    (found,) = read(table(first, SPENDING), table(rest, page=2))
    assert [line.value for line in found.lines if line.is_total] == [27_477_600, 21_217_600, 6_260_000]
    assert failing(found) == []


def test_amounts_below_whole_ones_are_of_a_row_of_their_own() -> None:
    head = "科目编码|科目名称|合计|基本支出|项目支出\n"
    (found,) = read(table(f"{head}205|教育支出|20.00|20.00|0", SPENDING), table(f"{head}||0.00|0.00|0", page=2))
    assert len(found.statement.rows) == 2


@pytest.mark.parametrize(("cut", "expected"), [("80.00", []), ("79.00", [("items", Decimal(110), Decimal(30))])])
def test_items_lack_no_more_than_the_rows_whose_names_are_cut(cut: str, expected: list[object]) -> None:
    rows = SUMMARY.replace("一、一般公共服务支出|80.00", f"务支出|{cut}").replace(
        "二、社会保障和就业支出|30.00", "二、社会保障和就业支出|20.00"
    )
    rows = rows.replace("本年收入合计|", "|三、住房保障支出|10.00\n本年收入合计|", 1).replace("\n|三", "\n||三", 1)
    (found,) = read(table(rows, "部门收支总表\n部门：样本局 单位：万元"))
    assert [check for check in failing(found) if check[0] == "items"] == expected


@pytest.mark.parametrize(("cut", "expected"), [("20.00", []), ("19.00", [("children", Decimal(30), Decimal(10))])])
def test_codes_lack_no_more_than_the_rows_whose_codes_are_cut(cut: str, expected: list[object]) -> None:
    rows = f"科目|合计\n[205]教育支出|30.00\n[20501]教育管理|10.00\n育|{cut}\n[208]社会保障支出|5.00\n合计|35.00"
    (found,) = read(table(rows, SPENDING))
    assert failing(found) == expected


@pytest.mark.parametrize(("cut", "expected"), [("110.00", []), ("99.00", [("items", Decimal(110), Decimal(10))])])
def test_one_row_whose_name_is_cut_may_be_all_that_items_lack(cut: str, expected: list[object]) -> None:
    rows = f"项目|预算数\n入|{cut}\n拨款|{cut}\n二、非税收入|0.00\n三、其他收入|{'0.00' if not expected else '10.00'}\n收入总计|110.00"
    (found,) = read(table(rows, "部门收入总表\n部门：样本局 单位：万元"))
    assert failing(found) == expected
