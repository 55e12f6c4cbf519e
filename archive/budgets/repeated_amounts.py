"""Amounts that tables of one document repeat, and whether they print them alike. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, islice

from archive.budgets.checks import (
    GRAND,
    SPENT,
    SUBTOTAL,
    SUMMARIES,
    BudgetCheck,
    check_amounts,
    is_whole,
    own_name,
    staff_and_office,
    totals_by_label,
)
from archive.budgets.lines import BudgetLine
from archive.budgets.spending import spending_figures
from archive.budgets.statements import BudgetStatement

_Table = tuple[BudgetStatement, Sequence[BudgetLine]]

_SAME_TOTAL = ({"summary", "income"}, {"summary", "spending"}, {"fiscal_summary", "fiscal_spending"})
_SAME_CODES = ({"fiscal_spending", "general_spending"}, {"basic_spending"})
_FUNDS = {"general_spending": "一般公共预算", "fund_spending": "政府性基金", "capital_spending": "国有资本"}
"""The fund that a table is about, as it is called above its column in the summary of all funds."""


def check_between(tables: Sequence[_Table]) -> Iterator[BudgetCheck]:
    """Yield identities between tables of one document: the same total in two, the same amounts where that holds."""
    for one, other in combinations(tables, 2):
        kinds = {one[0].heading.kind, other[0].heading.kind}
        whole, part = (one, other) if one[0].heading.kind in SUMMARIES else (other, one)
        if kinds in _SAME_TOTAL:
            for side, total in table_totals(*part):
                for line in _on_side(side, total, whole[1]):
                    yield from _equal("same_total", f"{one[0].heading.kind} {other[0].heading.kind}", line, [total])
        elif kinds in _SAME_CODES:
            yield from _same_codes(one[0].heading.kind, one[1], other[1])
        elif kinds == {"general_spending", "basic_spending"}:
            yield from _basic_total(*((one, other) if one[0].heading.kind == "general_spending" else (other, one)))
        elif whole[0].heading.kind == "fiscal_summary":
            yield from _total_of_fund(whole, part)


def table_totals(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[tuple[str, BudgetLine]]:
    """Yield the totals of a statement that other tables repeat, each with its side: `income` or `spending`."""
    kind = statement.heading.kind
    if kind in SUMMARIES:
        for line, *_ in totals_by_label(lines, GRAND):
            yield _side(line), line
    else:
        totals = [line for line in lines if line.is_of_whole_table]
        wholes = [line for line in totals if SPENT.search(line.column_name)] or filter(is_whole, totals)
        for line in islice(wholes, 1):
            yield "income" if kind == "income" else "spending", line


def print_one_amount(one: BudgetLine, other: BudgetLine) -> bool:
    """Whether two lines print one amount, each rounded in its own unit; no where a unit is not stated."""
    return all(check.holds for check in _equal("same_amount", "", one, [other])) and None not in (one.yuan, other.yuan)


def _equal(rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that a line is the sum of lines of another table, whatever their units."""
    yield from check_amounts(rule, f"{place} {whole.code}".strip(), whole, parts)


def _same_codes(kind: str, lines: Sequence[BudgetLine], others: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that codes have the same amounts in two tables of the same total: without a fund, 财政拨款 is 一般公共预算."""
    ours, theirs = _by_code(lines), _by_code(others)
    if "" in ours and "" in theirs and print_one_amount(ours[""], theirs[""]):
        for code, line in ours.items():
            if code in theirs:
                yield from _equal("same_amount", kind, line, [theirs[code]])


def _by_code(lines: Sequence[BudgetLine]) -> dict[str, BudgetLine]:
    """Return the whole of each code, "" for the total; nothing of a table that has a code twice
    or columns without a whole.
    """
    wholes = [line for line in lines if (line.code or line.is_total) and is_whole(line)]
    by_code = {line.code: line for line in wholes}
    return by_code if len(by_code) == len(wholes) else {}


def _basic_total(general: _Table, basic: _Table) -> Iterator[BudgetCheck]:
    """Yield that the basic part of 一般公共预算 is the total of its own table, or of the two groups that this parts it in."""
    heading = general[0].heading
    wholes = [
        each.line
        for each in spending_figures(heading, general[1])
        if not each.line.code and (each.role, each.stage, each.year) == ("basic", heading.stage, heading.year)
    ]
    parts = [line for _, line in table_totals(*basic)] or staff_and_office(basic[1])
    if len(wholes) == 1 and parts and "一般公共预算" in basic[0].heading.title:
        yield from _equal("same_total", "general_spending basic_spending", wholes[0], parts)


def _total_of_fund(summary: _Table, other: _Table) -> Iterator[BudgetCheck]:
    """Yield that accounts print what was spent of a fund in the year (本年支出合计) as the table of that fund does."""
    kind = other[0].heading.kind
    if kind in _FUNDS and summary[0].heading.stage == "accounts":
        of_fund = (line for line in summary[1] if SUBTOTAL.fullmatch(line.name) and _FUNDS[kind] in line.column_name)
        for line in of_fund:
            for _, total in table_totals(*other):
                yield from _equal("same_total", f"fiscal_summary {kind}", line, [total])


def _side(line: BudgetLine) -> str:
    """Return the side of a summary that a total stands on, as its name says, or else its column's."""
    named = line.name if re.search("收入|支出", line.name) else line.column_name
    return "income" if "收入" in named else "spending"


def _on_side(side: str, total: BudgetLine, lines: Sequence[BudgetLine]) -> Iterator[BudgetLine]:
    """Yield the totals of a summary's side that a total repeats:
    of the year (本年收入合计) alone, or with what is carried over.
    """
    pattern = SUBTOTAL if "本年" in own_name(total) else GRAND
    yield from (line for line, *_ in totals_by_label(lines, pattern) if _side(line) == side)
