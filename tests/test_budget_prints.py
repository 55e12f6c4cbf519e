"""Tables whose columns a page's side cuts off, or whose texts are printed over each other, as spreadsheets print them: nothing
is said to differ that may only be unread.
"""

from decimal import Decimal

import pytest

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
