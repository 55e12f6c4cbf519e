"""The budget tables of one document, with their lines, checks, and how many identities hold each figure. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from archive.budgets.checks import BudgetCheck, check_between, check_statement
from archive.budgets.headings import stage_of, year_of
from archive.budgets.lines import BudgetLine, read_lines
from archive.budgets.prose import StatedAmounts
from archive.budgets.statements import BudgetStatement, read_statements
from archive.budgets.three_public import ExpenseSet, expense_sets
from archive.tables.printed_table import PrintedTable

ENOUGH = 2
"""Identities that must hold a figure, and none contradict it, for it to be checked."""


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """A budget table: its statement, lines, identities, and sets of three public expenses."""

    statement: BudgetStatement
    lines: tuple[BudgetLine, ...]
    checks: tuple[BudgetCheck, ...]
    expenses: tuple[ExpenseSet, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the table holds no amount, not even 0: an empty table is a statement, too."""
        return not self.lines

    def support(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Return for the row and column of each line how many identities hold it, and how many do not."""
        held, failed = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        own = set(self.lines)
        for check in self.checks:
            for line in set(check.lines) & own:
                (held if check.holds else failed)[line.row, line.column] += 1
        return {
            (line.row, line.column): (held[line.row, line.column], failed[line.row, line.column]) for line in self.lines
        }


def read_document(tables: Sequence[PrintedTable], title: str = "", text: str = "") -> list[BudgetTable]:
    """Return the budget tables among the tables of a document. `title` says year and stage where the tables do not.

    `text`: the document's own, whose sentences are held against its table of three public expenses, if it has one.
    """
    statements = list(_with_stated(read_statements(tables), title))
    read: list[tuple[BudgetStatement, list[BudgetLine], list[ExpenseSet]]] = []
    for statement in statements:
        lines = read_lines(statement)
        expenses = expense_sets(statement.heading, lines) if statement.heading.kind == "three_public" else []
        read.append((statement, lines, expenses))
    between = [
        check for part in _parts([(statement, lines) for statement, lines, _ in read]) for check in check_between(part)
    ]
    kinds = Counter(statement.heading.kind for statement, lines, _ in read if lines)
    stated = StatedAmounts(text) if kinds else None
    tables_read: list[BudgetTable] = []
    for statement, lines, expenses in read:
        heading = statement.heading
        checks = [*check_statement(statement, lines, expenses), *_of(between, lines)]
        if stated and kinds[heading.kind] == 1:  # else nothing says which of them the text means
            checks += stated.check_expenses(expenses, heading.stage, heading.year)
            checks += stated.check_totals(statement, lines)
        tables_read.append(BudgetTable(statement, tuple(lines), tuple(checks), tuple(expenses)))
    return tables_read


def _parts(
    read: Iterable[tuple[BudgetStatement, list[BudgetLine]]],
) -> list[list[tuple[BudgetStatement, list[BudgetLine]]]]:
    """Return the tables of each unit: a document of several has the first kind of table again for each, or names another agency."""
    parts: list[list[tuple[BudgetStatement, list[BudgetLine]]]] = []
    for statement, lines in read:
        first = parts[-1][0][0].heading if parts else None
        if first is None or first.kind == statement.heading.kind or not _alike(first.agency, statement.heading.agency):
            parts.append([])
        parts[-1].append((statement, lines))
    return parts


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two names may be of one agency: a table may cut its name, or state none."""
    return not one or not other or one in other or other in one


def _of(between: Iterable[BudgetCheck], lines: Sequence[BudgetLine]) -> list[BudgetCheck]:
    """Return the identities between tables that name a line of one of them."""
    own = {id(line) for line in lines}
    return [check for check in between if any(id(line) in own for line in check.lines)]


def _with_stated(statements: Iterable[BudgetStatement], title: str) -> Iterable[BudgetStatement]:
    """Yield statements with the year and the stage of the document, and the agency of the table before, where theirs state none."""
    year, stage, agency = year_of([title]), stage_of(title), None
    for statement in statements:
        heading = statement.heading
        year, agency = heading.year or year, heading.agency or agency
        stated = replace(
            heading, year=heading.year or year, stage=heading.stage or stage, agency=heading.agency or agency
        )
        yield replace(statement, heading=stated)
