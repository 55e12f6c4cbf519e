"""Lines of a statement: each amount with its code, its name and its column. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from archive.budgets.amounts import UNITS, unit_printed
from archive.budgets.columns import HAN, Columns
from archive.budgets.headings import unit_of
from archive.budgets.statements import TOTALS, BudgetRow, BudgetStatement

_CODE_OF_CLASS = 3  # digits


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """An amount of a statement. `value` in the unit printed.

    `block`: the number of the table within it, of several side by side; `offset`: how many columns behind its code's.
    `label_column`: the column of the nearest word on its left, -1 where there is none.
    """

    row: int
    column: int
    block: int
    offset: int
    label_column: int
    code: str
    name: str
    column_name: str
    printed: str
    value: Decimal
    unit: str | None

    @property
    def yuan(self) -> Decimal | None:
        """The amount in yuan; None where the table states no unit."""
        return None if self.unit is None else self.value * UNITS[self.unit]

    @property
    def is_total(self) -> bool:
        """Whether it is the total of its column."""
        return not self.code and self.name in TOTALS

    @property
    def is_of_whole_table(self) -> bool:
        """Whether its row is that of the whole table, which may have no name."""
        return self.is_total or not self.name or self.name.endswith("总计")

    @property
    def is_of_class(self) -> bool:
        """Whether it has the code of a class (类), of three digits."""
        return len(self.code) == _CODE_OF_CLASS


def read_lines(statement: BudgetStatement) -> list[BudgetLine]:
    """Return the lines of a statement, row by row; columns of codes, serial numbers and counts hold no amounts."""
    columns = Columns(statement)
    return [line for place, row in enumerate(statement.rows) for line in _row_lines(statement, columns, place, row)]


def _row_lines(statement: BudgetStatement, columns: Columns, place: int, row: BudgetRow) -> Iterator[BudgetLine]:
    for column in columns.amounts:
        labels = _labels(columns, row, column)
        label_column = max(labels, default=-1)
        value = columns.amount(place, column, labels.get(label_column, ""))
        if value is None:
            continue
        block = columns.block(column)
        column_name, printed = statement.columns[column], row.cells[column] or ""
        yield BudgetLine(
            place, column, block, column - (columns.starts[block] if block >= 0 else 0), label_column,
            columns.code(place, block), "/".join(labels[left] for left in sorted(labels)), column_name,
            printed, value, unit_printed(printed) or unit_of([column_name]) or statement.heading.unit,
        )  # fmt: skip


def _labels(columns: Columns, row: BudgetRow, column: int) -> dict[int, str]:
    """Return the words on the left of an amount by their columns, up to the amounts before, merged cells from above among them."""
    labels: dict[int, str] = {}
    for left in range(column - 1, -1, -1):
        text = columns.name(left, row.labels[left])
        if left in columns.amounts:
            if labels:
                break
        elif HAN.search(text) and text not in labels.values():
            labels[left] = text
    return labels
