"""Three public expenses in made tables: each role's amount by year and stage, and a slip named with both figures."""

import re
from decimal import Decimal

import pytest

from archive.budgets.documents import BudgetTable
from archive.budgets.three_public import role_of
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


@pytest.mark.parametrize("years", [("2025年", "2026年"), ("上年决算数", "本年预算数"), ("2025年度", "2026年度")])
def test_three_public_expenses_across_with_a_row_a_year(years: tuple[str, str]) -> None:
    head, before = ACROSS.strip().rpartition("\n")[::2]
    rows = "\n".join(
        (*(f"年度|{line}" for line in head.split("\n")[:1]), *(f"^|{line}" for line in head.split("\n")[1:]))
    )
    rows += f"\n{years[0]}|{before.replace('3.00|6.00', '3.00|0.00')}\n{years[1]}|{before}"
    (found,) = read(table(rows, "2026年“三公”经费、会议费、培训费支出表\n单位：万元"))
    assert [each.year for each in found.expenses] == [2025, 2026]
    assert all({role: line.value for role, line in each.parts.items()} == EXPECTED for each in found.expenses)


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        ("20.00", {"abroad", "vehicle_running", "reception"}),
        ("12.00", {"total", "abroad", "vehicle_running", "reception"}),
    ],
)
def test_a_total_with_meetings_and_training_in_it_is_none_of_the_three(total: str, parts: set[str]) -> None:
    rows = f"""
        单位|合计|因公出国（境）费|公务接待费|公务用车运行费|会议费|培训费
        样本局|{total}|1.00|3.00|8.00|6.00|2.00"""
    (found,) = read(table(rows, "“三公”经费、会议费、培训费预算表\n单位：万元"))
    (expenses,) = found.expenses
    assert expenses.parts.keys() == parts
    assert failing(found) == []


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("样本局（盖章）", "样本局"), ("[156001]样本局", "样本局"), ("156001样本局", "样本局"), ("156-样本局", "样本局"),
        ("120急救中心", "120急救中心"),
    ],
)  # fmt: skip
def test_a_code_and_the_word_for_a_stamp_are_no_part_of_a_name(printed: str, name: str) -> None:
    (found,) = read(table(DOWN, f"2026年“三公”经费预算表\n填报单位：{printed}  单位：万元"))
    assert found.statement.heading.agency == name


def test_columns_alone_say_that_a_table_without_a_title_is_of_three_public_expenses() -> None:
    (found,) = read(table(ACROSS, "单位：万元"))
    assert (found.statement.heading.kind, found.statement.heading.title) == ("three_public", "")
    assert failing(found) == []


def test_of_an_expense_that_stands_twice_the_first_counts() -> None:
    (found,) = read(table(f"{DOWN.strip()}\n3.公务接待费|4.00|9.00", TITLE))
    assert [each.parts["reception"].value for each in found.expenses] == [2, 3]


def test_one_part_alone_is_no_set_of_expenses() -> None:
    """Of the year before, a table states a reception fee and nothing that it could be a part of."""
    only_reception = re.sub(r"\|[\d.]*\|", "||", DOWN).replace("接待费||", "接待费|2.00|")
    found = read(table(only_reception, "2026年一般公共预算“三公”经费支出表\n单位：万元"))
    assert [each.year for each in found[0].expenses] == [2026]


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


@pytest.mark.parametrize("rows", [("年初预算数", "决算数"), ("全年预算数", "决算数"), ("预算数", "决算数")])
def test_budgeted_and_spent_below_each_other_in_accounts(rows: tuple[str, str]) -> None:
    head, amounts = ACROSS.strip().rpartition("\n")[::2]
    lines = [
        f"{name}|{line}"
        for name, line in zip(["项目", "^", "^", *rows], [*head.split("\n"), amounts, amounts], strict=True)
    ]
    (found,) = read(table("\n".join(lines), "2025年度“三公”经费、会议费、培训费支出决算表\n单位：万元"))
    assert [(each.stage, each.year) for each in found.expenses] == [("budget", 2025), ("accounts", 2025)]


def test_what_was_carried_out_is_no_budget_and_its_sums_are_held_all_the_same() -> None:
    (found,) = read(table(DOWN.replace("2025年预算数", "2025年执行数").replace("|2.00|3.00", "|9.00|3.00"), TITLE))
    assert [(each.stage, each.year) for each in found.expenses] == [(None, 2025), ("budget", 2026)]
    assert failing(found) == [("three_public", Decimal("11.00"), Decimal("18.00"))]


ORGANISATION = """
项目|行次|年初预算数|全年预算数|决算数
一、“三公”经费支出|1|—|—|—
（一）支出合计|2|16.00|15.00|{total}
1．因公出国（境）费|3|0.00|0.00|0.00
2．公务用车购置及运行维护费|4|12.00|12.00|10.97
（1）公务用车购置费|5|0.00|0.00|0.00
（2）公务用车运行维护费|6|12.00|12.00|10.97
3．公务接待费|7|4.00|3.00|2.30
（二）相关统计数|8|—|—|—
1．国内公务接待批次（个）|9|—|—|31
（一）政府采购支出合计|10|—|—|28.40
"""


@pytest.mark.parametrize(
    ("total", "failed"), [("13.27", []), ("13.72", [("three_public", Decimal("13.72"), Decimal("13.27"))])]
)
def test_the_total_below_a_head_of_three_public_expenses(
    total: str, failed: list[tuple[str, Decimal, Decimal]]
) -> None:
    (found,) = read(
        table(ORGANISATION.format(total=total), "2025年度财政拨款“三公”经费及机关运行经费支出决算表\n单位：万元")
    )
    assert [(each.stage, str(each.parts["total"].value)) for each in found.expenses] == [
        ("budget", "16.00"),
        ("budget", "15.00"),
        ("accounts", total),
    ]
    assert failing(found) == failed


def test_a_slip_in_three_public_expenses_is_named_with_both_figures() -> None:
    (found,) = read(
        table(DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|30.00"), "“三公”经费支出表\n单位：万元")
    )
    assert failing(found) == [("three_public", Decimal("12.00"), Decimal("39.00"))]


# --- identities beyond the table's own sums ---

BASIC = """
科目编码|科目名称|合计
301|工资福利支出|80.00
302|商品和服务支出|20.00
30217|公务接待费|3.00
30231|公务用车运行维护费|{vehicles}
|合计|100.00
"""
BY_UNIT = """
单位|三公经费合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费
^|^|^|小计|公务用车购置费|公务用车运行费|^
合计|12.00|1.00|8.00|5.00|3.00|{reception}
样本局本级|8.00|1.00|5.00|5.00|0.00|2.00
样本中心|4.00|0.00|3.00|0.00|3.00|1.00
"""
RECEPTIONS = """
项目|预算数|决算数
“三公”经费合计|12.00|9.00
1.因公出国（境）费|1.00|0.00
2.公务用车购置及运行维护费|8.00|7.00
（1）公务用车购置费|5.00|4.00
（2）公务用车运行维护费|3.00|3.00
3.公务接待费|3.00|2.00
（1）国内接待费|2.50|{home}
其中：外事接待费|0.40|0.30
（2）国（境）外接待费|0.50|0.50
"""
CHANGES = """
项目|2025年预算数|2026年预算数|增减额
合计|10.00|12.00|2.00
1.因公出国（境）费|1.00|1.00|
2.公务接待费|2.00|3.00|{change}
3.公务用车购置及运行费|7.00|8.00|1.00
"""
TITLE = "2026年“三公”经费支出预算表\n单位：万元"


def support(found: BudgetTable, role: str) -> tuple[int, int]:
    line = found.expenses[-1].parts[role]
    return found.support()[line.row, line.column]


def test_receptions_stand_under_their_code_in_the_table_of_basic_spending() -> None:
    basic = table(BASIC.format(vehicles="1.00"), "2026年一般公共预算基本支出表\n单位：万元", page=2)
    expenses, _ = read(table(ACROSS, TITLE), basic)
    (same,) = [check for check in expenses.checks if check.rule == "same_amount"]
    assert (same.left, same.right, same.holds) == (Decimal("30000.00"), Decimal("30000.00"), True)
    assert support(expenses, "reception") == (2, 0)
    assert support(expenses, "vehicle_running") == (1, 0)  # projects have the rest of it: no contradiction
    assert failing(expenses) == []


def test_expenses_of_another_year_are_not_held_against_this_years_basic_spending() -> None:
    basic = table(BASIC.format(vehicles="3.00"), "2026年一般公共预算基本支出表\n单位：万元", page=2)
    expenses, _ = read(table(DOWN.replace("2.00|3.00", "3.00|3.00"), TITLE), basic)
    held = [check.lines[0] for check in expenses.checks if check.rule == "same_amount"]
    assert {line.column_name for line in held} == {"2026年预算数"}


def test_expenses_of_several_units_are_held_against_one_basic_spending_by_their_total_alone() -> None:
    basic = table(BASIC.format(vehicles="1.00"), "2026年一般公共预算基本支出表\n单位：万元", page=2)
    units = BY_UNIT.format(reception="3.00")
    with_total, _ = read(table(units, TITLE), basic)
    without, _ = read(table(units.replace("合计|12.00|1.00|8.00|5.00|3.00|3.00\n", ""), TITLE), basic)
    assert [check.place for check in with_total.checks if check.rule == "same_amount"] == ["basic_spending 30217"]
    assert [check for check in without.checks if check.rule == "same_amount"] == []


def test_two_tables_of_basic_spending_hold_an_expense_once() -> None:
    basic = BASIC.format(vehicles="3.00")
    titles = ("2026年财政拨款基本支出表\n单位：万元", "2026年一般公共预算基本支出表\n单位：元")
    one, other = (table(basic, title, page) for page, title in enumerate(titles, 2))
    expenses, *_ = read(table(ACROSS, TITLE), one, other)
    assert [support(expenses, role) for role in ("reception", "vehicle_running")] == [(2, 0), (2, 0)]


@pytest.mark.parametrize(("reception", "expected"), [("3.00", (2, 0)), ("3.50", (0, 2))])
def test_the_total_is_that_of_the_units_below_it(reception: str, expected: tuple[int, int]) -> None:
    (found,) = read(table(BY_UNIT.format(reception=reception), TITLE))
    line = found.expenses[0].parts["reception"]
    assert found.support()[line.row, line.column] == expected
    assert ("total" in {rule for rule, *_ in failing(found)}) == (expected == (0, 2))


def test_rows_that_make_up_no_total_are_no_units() -> None:
    rows_of = BY_UNIT.replace("8.00|1.00|5.00|5.00|0.00|2.00", "80.00|10.00|50.00|50.00|0.00|20.00")
    (found,) = read(table(rows_of.format(reception="3.00"), TITLE))
    assert "total" not in {check.rule for check in found.checks}


@pytest.mark.parametrize(("home", "expected"), [("1.50", (2, 0)), ("1.00", (1, 1))])
def test_receptions_are_those_at_home_and_abroad(home: str, expected: tuple[int, int]) -> None:
    (found,) = read(table(RECEPTIONS.format(home=home), "2025年财政拨款“三公”经费支出决算表\n单位：万元"))
    assert support(found, "reception") == expected
    assert [check.rule for check in found.checks].count("reception") == 2
    assert found.expenses[-1].parts["reception"].value == 2


@pytest.mark.parametrize(("change", "expected"), [("1.00", (2, 0)), ("1.10", (1, 1))])
def test_the_change_against_last_year_holds_an_expense(change: str, expected: tuple[int, int]) -> None:
    (found,) = read(table(CHANGES.format(change=change), TITLE))
    assert support(found, "reception") == expected


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("公务接待费/小计", "reception"),
        ("公务接待费/国内接待费", None),
        ("公务接待费/国（境）外接待费", None),
        ("公务接待费/其中：外事接待费", None),
        ("“三公”经费/小计", "total"),
        ("公务用车购置及运行费/小计", "vehicles"),
        ("因公出国（境）费/合计", "abroad"),
        ("项目支出/小计", None),
        ("机关运行经费/公务接待费", None),
    ],
)
def test_which_part_a_column_below_a_head_is(column: str, role: str | None) -> None:
    assert role_of(column) == role
