"""The budget tables of one document, with their lines, checks, and how many identities hold each figure. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from archive.budgets.checks import SUMMARIES, BudgetCheck, check_statement, those_that_hold
from archive.budgets.expense_checks import check_beside_basic, check_expenses
from archive.budgets.lines import BudgetLine, read_lines, unread_amounts
from archive.budgets.parts import stated_parts
from archive.budgets.prose import StatedAmounts
from archive.budgets.repeated_amounts import check_between
from archive.budgets.statements import BudgetStatement, read_statements
from archive.budgets.summary_checks import check_summary, is_listed
from archive.budgets.three_public import ExpenseSet, expense_sets, of_whole_unit
from archive.tables.printed_table import PrintedTable

ENOUGH = 2
"""Identities that must hold a figure, and none contradict it, for it to be checked."""


def is_checked(held: int, failed: int) -> bool:
    """Whether a figure is checked that so many identities hold, and so many do not."""
    return held >= ENOUGH and not failed


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
        """Return for the row and column of each line how many identities hold it, and how many do not.

        Of those that could not have failed one counts where no other holds it: they alone make no figure a checked one.
        """
        held, tested, failed = (Counter[tuple[int, int]]() for _ in range(3))
        own = set(self.lines)
        for check in self.checks:
            for line in set(check.lines) & own:
                (held if check.holds else failed)[line.row, line.column] += 1
                tested[line.row, line.column] += check.can_fail
        places = dict.fromkeys((line.row, line.column) for line in self.lines)
        return {place: (held[place] if tested[place] else min(held[place], 1), failed[place]) for place in places}


def read_document(tables: Sequence[PrintedTable], title: str = "", text: str = "") -> list[BudgetTable]:
    """Return the budget tables among the tables of a document.
    `title` says year, stage and agency where the tables do not.

    Of several lines of it, such as a record's title and its file's name, the last one that says so counts. `text`: the
    document's own, whose sentences are held against its table of three public expenses, if it has one.
    """
    read: list[tuple[BudgetStatement, list[BudgetLine], list[ExpenseSet], list[BudgetCheck]]] = []
    between: list[BudgetCheck] = []
    parts = stated_parts(read_statements(tables), title.split("\n"))
    for part in parts:
        with_lines = [(statement, read_lines(statement)) for statement in part]
        between += check_between(with_lines)
        basic = [each for each in with_lines if each[0].heading.kind in ("basic_spending", "operating")]
        for statement, lines in with_lines:
            is_of_expenses = statement.heading.kind == "three_public"
            of_rows = expense_sets(statement.heading, statement.columns, lines) if is_of_expenses else []
            expenses = of_whole_unit(statement.heading, of_rows)
            between += check_beside_basic(expenses, statement, basic)
            read.append((statement, lines, expenses, list(_within(statement, lines, of_rows))))
    kinds = Counter(statement.heading.kind for statement, lines, *_ in read if lines)
    stated = StatedAmounts(text) if kinds else None
    tables_read: list[BudgetTable] = []
    for statement, lines, expenses, within in read:
        heading = statement.heading
        checks = [
            *_without_unread(statement, lines, within),
            *_of(between, lines),
        ]
        if stated and len(parts) == 1:  # else nothing says of which unit the text is
            checks += stated.check_parts(heading, lines, expenses)
            if kinds[heading.kind] > 1:  # of its tables one may be of another fund
                checks += those_that_hold(stated.check_expenses(expenses, heading))
        if stated and kinds[heading.kind] == 1:  # else nothing says which of them the text means
            checks += stated.check_expenses(expenses, heading)
            checks += stated.check_totals(statement, lines)
            checks += () if heading.kind == "three_public" else stated.check_names(lines)
        tables_read.append(BudgetTable(statement, tuple(lines), tuple(checks), tuple(expenses)))
    return tables_read


def _within(
    statement: BudgetStatement, lines: Sequence[BudgetLine], expenses: Sequence[ExpenseSet]
) -> Iterable[BudgetCheck]:
    """Return the identities within one statement, as its kind has them."""
    kind = statement.heading.kind
    if kind == "three_public":
        return check_expenses(statement, lines, expenses)
    if kind in SUMMARIES:
        return check_summary(statement, lines)
    listed = check_summary(statement, lines) if kind in ("income", "spending") and is_listed(lines) else ()
    return chain(check_statement(statement, lines), listed)


def _without_unread(
    statement: BudgetStatement, lines: Sequence[BudgetLine], checks: list[BudgetCheck]
) -> list[BudgetCheck]:
    """Return identities without those that fail over a row, or over columns, in which an amount could not be read,
    and without any that fails in rows that no word names: the side of a table that a page cut off.
    """
    if len({line.row for line in lines}) > 1 and all(line.label_column < 0 for line in lines):
        return list(those_that_hold(checks))
    if all(check.holds for check in checks):
        return checks
    unread = unread_amounts(statement)
    rows, columns = {row for row, _ in unread}, {column for _, column in unread}
    return [check for check in checks if check.holds or not _goes_over(check.lines, rows, columns)]


def _goes_over(lines: Iterable[BudgetLine], rows: Set[int], columns: Set[int]) -> bool:
    """Whether lines stand in the only row of theirs that is one of `rows`, or in one of `columns`."""
    own = {line.row for line in lines}
    return not own.isdisjoint(rows) if len(own) == 1 else any(line.column in columns for line in lines)


def _of(between: Iterable[BudgetCheck], lines: Sequence[BudgetLine]) -> list[BudgetCheck]:
    """Return the identities between tables that name a line of one of them."""
    own = {id(line) for line in lines}
    return [check for check in between if any(id(line) in own for line in check.lines)]
