"""Figures that differ between two versions of a budget's document. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from archive.budgets.documents import BudgetTable, is_checked
from archive.budgets.lines import BudgetLine

_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure of the later version's `table` that was another in the earlier one. `checked`: in both of them."""

    table: BudgetTable
    before: BudgetLine
    after: BudgetLine
    checked: bool


@dataclass(frozen=True, slots=True)
class _Figure:
    table: BudgetTable
    line: BudgetLine
    checked: bool


def changed_figures(earlier: Iterable[BudgetTable], later: Iterable[BudgetTable]) -> list[FigureChange]:
    """Return the figures that both versions have at the same code, name and column of the same table, and that differ.

    What stands there more than once in a version is not compared.
    """
    before, after = _figures(earlier), _figures(later)
    return [
        FigureChange(now.table, then.line, now.line, then.checked and now.checked)
        for key, now in after.items()
        if (then := before.get(key)) is not None and _differ(then.line, now.line)
    ]


def _differ(one: BudgetLine, other: BudgetLine) -> bool:
    """Whether two amounts differ; nothing says so where one alone has a unit."""
    if one.yuan is None or other.yuan is None:
        return one.unit == other.unit and one.value != other.value
    return one.yuan != other.yuan


def _figures(tables: Iterable[BudgetTable]) -> dict[_Key, _Figure]:
    """Return the figures that stand once in a document, by where they stand."""
    figures: dict[_Key, _Figure] = {}
    several: set[_Key] = set()
    for table in tables:
        heading, support = table.statement.heading, table.support()
        for line in table.lines:
            key = (heading.kind, heading.stage, heading.year, heading.agency, line.code, line.name, line.column_name)
            several |= {key} & figures.keys()
            figures[key] = _Figure(table, line, is_checked(*support[line.row, line.column]))
    return {key: figure for key, figure in figures.items() if key not in several}
