"""Three public expenses in made tables: each role's amount by year and stage, and a slip named with both figures."""

from decimal import Decimal

import pytest

from tests.budget_forms import ACROSS, DOWN, EXPECTED, INTERLEAVED, failing, read, table

ACCOUNTS = """
预算数|<|<|<|<|<|决算数|<|<|<|<|<
合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费|合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费
^|^|小计|公务用车购置费|公务用车运行费|^|^|^|小计|公务用车购置费|公务用车运行费|^
1|2|3|4|5|6|7|8|9|10|11|12
12.00|1.00|8.00|5.00|3.00|3.00|9.00|0.00|7.00|4.00|3.00|2.00
"""


def test_three_public_expenses_across() -> None:
    (found,) = read(table(ACROSS, "“三公”经费、会议费、培训费支出预算表\n单位：万元"))
    (expenses,) = found.expenses
    assert {role: line.value for role, line in expenses.parts.items()} == EXPECTED
    assert {check.rule for check in found.checks} == {"three_public", "vehicles", "expenses_total"}
    assert failing(found) == []


@pytest.mark.parametrize("heads", ["2025年预算数|2026年预算数", "上年预算数|本年预算数"])
def test_three_public_expenses_down_the_page_by_year(heads: str) -> None:
    (found,) = read(
        table(DOWN.replace("2025年预算数|2026年预算数", heads), "2026年一般公共预算“三公”经费支出表\n单位：万元")
    )
    before, now = found.expenses
    assert (before.year, now.year) == (2025, 2026)
    assert {role: line.value for role, line in now.parts.items()} == EXPECTED
    assert before.parts["reception"].value == 2
    assert failing(found) == []


def test_budgeted_and_spent_side_by_side_in_accounts() -> None:
    (found,) = read(table(ACCOUNTS, "财政拨款“三公”经费支出决算表\n单位：万元"), title="样本局2025年度部门决算（样本）")
    budgeted, spent = found.expenses
    assert (budgeted.stage, spent.stage, spent.year) == ("budget", "accounts", 2025)
    assert {role: line.value for role, line in budgeted.parts.items()} == EXPECTED
    assert spent.parts["total"].value == 9
    assert failing(found) == []


def test_budgeted_and_spent_interleaved_in_accounts() -> None:
    (found,) = read(
        table(INTERLEAVED, "财政拨款“三公”经费支出决算表\n单位：万元"), title="样本局2025年度部门决算（样本）"
    )
    budgeted, spent = found.expenses
    assert {role: line.value for role, line in budgeted.parts.items()} == {
        "total": 12,
        "abroad": 1,
        "vehicles": 8,
        "reception": 3,
    }
    assert {role: line.value for role, line in spent.parts.items()} == {
        "total": 9,
        "abroad": 0,
        "vehicles": 7,
        "reception": 2,
    }
    assert (budgeted.stage, spent.stage, failing(found)) == ("budget", "accounts", [])


def test_a_slip_in_three_public_expenses_is_named_with_both_figures() -> None:
    (found,) = read(
        table(DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|30.00"), "“三公”经费支出表\n单位：万元")
    )
    assert failing(found) == [("three_public", Decimal("12.00"), Decimal("39.00"))]
