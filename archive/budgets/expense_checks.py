"""Identities that three public expenses must satisfy, within their table and beside that of basic spending. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from archive.budgets.checks import (
    BudgetCheck,
    check_changes,
    check_sum,
    check_units,
    grouped,
    is_whole_of,
    those_that_hold,
)
from archive.budgets.lines import BudgetLine
from archive.budgets.repeated_amounts import print_one_amount
from archive.budgets.statements import BudgetStatement
from archive.budgets.three_public import ExpenseSet, role_of

_PARTS = {"three_public": {"abroad", "vehicles", "reception"}, "vehicles": {"vehicle_purchase", "vehicle_running"}}
_OF_OPERATION = (
    (re.compile("政府采购(?:支出)?(?:合计|总额)$"), re.compile("政府采购(?:货物|工程|服务)支出$")),
    (re.compile("机关运行经费$"), re.compile(r"^\([一二]\)(?:行政单位|参照公务员法管理的?事业单位)$")),
)
_ROLE_OF_CODE = {
    "30212": "abroad", "30217": "reception", "30231": "vehicle_running", "31013": "vehicle_purchase",
    "30215": "会议费", "30216": "培训费", "50202": "会议费", "50203": "培训费",
    "50207": "abroad", "50206": "reception", "50208": "vehicle_running", "50303": "vehicle_purchase",
}  # fmt: skip
"""Codes of the economic classification, of departments and of governments, under which the same expenses stand."""


def check_expenses(
    statement: BudgetStatement, lines: Sequence[BudgetLine], sets: Sequence[ExpenseSet]
) -> Iterator[BudgetCheck]:
    """Yield the identities within a table of three public expenses.

    Where the table does not name all parts of a whole, as far as they can be read, they may hold and cannot fail.
    """
    cells = (cell for row in statement.rows for cell in row.cells if cell)
    named = {role_of(text) for text in (*statement.columns, *cells)}
    for check in (check for each in sets for check in _of_set(each)):
        yield from [check] if _PARTS.get(check.rule, set()) <= named else those_that_hold([check])
    yield from _with_meetings(lines)
    yield from _operation(lines)
    yield from check_units([line for line in lines if role_of(line.column_name)])
    yield from check_changes(statement, lines)


def check_beside_basic(
    sets: Iterable[ExpenseSet],
    statement: BudgetStatement,
    basic: Sequence[tuple[BudgetStatement, Sequence[BudgetLine]]],
) -> Iterator[BudgetCheck]:
    """Yield that an expense is what the tables of basic spending, or of 机关运行经费, print of it, for the table's own year,
    where it is.

    Where basic spending has less of it, projects have the rest;
    where more, that is of other funds: neither says anything.
    """
    own = [each for each in sets if (each.stage, each.year) == (statement.heading.stage, statement.heading.year)]
    tables = [(table.heading.kind, lines) for table, lines in basic]
    printed = [(kind, line) for kind, lines in tables for line in lines if _is_basic(kind, line)]
    expenses = own[0] if len(own) == 1 else ExpenseSet(None, None)
    for role, line in (*expenses.parts.items(), *expenses.beside.items()):
        alike = (
            (kind, other)
            for kind, other in printed
            if _ROLE_OF_CODE[other.code] == role and print_one_amount(line, other)
        )
        for kind, other in islice(alike, 1):
            if line.yuan and other.yuan is not None:
                place = f"{kind} {other.code}"
                yield BudgetCheck("same_amount", place, line.yuan, other.yuan, holds=True, lines=(line, other))


def _of_set(expenses: ExpenseSet) -> Iterator[BudgetCheck]:
    parts = expenses.parts
    vehicles = [parts[role] for role in ("vehicle_purchase", "vehicle_running") if role in parts]
    three = [parts[role] for role in ("abroad", "vehicles", "reception") if role in parts]
    if "vehicles" not in parts:
        three += vehicles
    place = " ".join(str(word) for word in (expenses.year, expenses.stage) if word)
    if "total" in parts and three:
        yield from check_sum("three_public", place, parts["total"], three)
    if "vehicles" in parts and vehicles:
        yield from check_sum("vehicles", place, parts["vehicles"], vehicles)
    if "reception" in parts and expenses.receptions:
        yield from check_sum("reception", place, parts["reception"], expenses.receptions)


def _with_meetings(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """合计 = 三公 + 会议费 + 培训费, where one table has them all."""
    for in_row in grouped(lines, "row").values():
        own = {line.column_name: line for line in in_row}
        whole = own.get("合计")
        others = [
            line
            for name, line in own.items()
            if name in ("会议费", "培训费") or re.fullmatch('[“"]?三公[”"]?经费/(?:小计|合计)', name)
        ]
        if whole and any("三公" in line.column_name for line in others) and len(others) > 1:
            yield from check_sum("expenses_total", whole.name, whole, others)


def _operation(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """政府采购支出合计 = goods + works + services, 机关运行经费 = 行政单位 + 参公事业单位: what 机构运行信息表 prints beside the expenses."""
    for column in grouped(lines, "column").values():
        for whole_named, parts_named in _OF_OPERATION:
            wholes = [line for line in column if whole_named.search(line.name)]
            parts = [line for line in column if parts_named.search(line.name)]
            if len(wholes) == 1 and parts and wholes[0].row < parts[0].row:
                yield from check_sum("items", wholes[0].name, wholes[0], parts)


def _is_basic(kind: str, line: BudgetLine) -> bool:
    """Whether a line of a table of basic spending, or of what runs an office, is the whole of an expense."""
    return line.code in _ROLE_OF_CODE and (is_whole_of(kind, line) or kind == "operating")
