"""Lines of a statement: each amount with its code, its name and its column. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from archive.budgets.amounts import UNITS, amount, plain
from archive.budgets.headings import unit_of
from archive.budgets.statements import CODE, TOTALS, BudgetRow, BudgetStatement

_CODE_PART = re.compile(r"\d{1,7}|类|款|项|合计|总计|无")
_NO_AMOUNTS = re.compile(
    r"编码|代码|科目$|序号|行次|栏次|人数|人次|批次|个数|数量|辆|台|比例|占比|％|%|面积|级次|组数|日期|年度$|增减率|完成率"
)
_CODE_OF_CLASS = 3  # digits
_HAN = re.compile(r"[\u3400-\u9fff]")


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
    columns = _Columns(statement)
    return [line for place, row in enumerate(statement.rows) for line in _row_lines(statement, columns, place, row)]


class _Columns:
    """The columns of a statement by what they hold: codes, in blocks side by side, amounts, or words."""

    def __init__(self, statement: BudgetStatement) -> None:
        self._cells = [[plain(row.cells[column]) for row in statement.rows] for column in range(len(statement.columns))]
        self._names, self._rows = statement.columns, statement.rows
        self.starts = [column for column in range(len(self._cells)) if self._holds_codes(column)]
        self.code_parts = {start: self._parts_of_code(start) for start in self.starts}
        parts = {column for columns in self.code_parts.values() for column in columns}
        self.amounts = [
            column for column in range(len(self._cells)) if column not in parts and self._holds_amounts(column)
        ]

    def block(self, column: int) -> int:
        """Return the number of the block that a column belongs to, -1 for one before the first."""
        return sum(start <= column for start in self.starts) - 1

    def _holds_codes(self, column: int) -> bool:
        filled = [cell for cell in self._cells[column] if cell]
        codes = [cell for cell in filled if CODE.fullmatch(cell)]
        if not codes or 2 * len(codes) < len(filled):
            return False
        behind = next(
            ([cell for cell in self._cells[next_one] if cell] for next_one in self._not_covered(column)), None
        )
        if behind is None:
            return False
        words, parts = (sum(bool(test(cell)) for cell in behind) for test in (_HAN.search, _CODE_PART.fullmatch))
        return 2 * max(words, parts) >= max(1, len(behind))

    def _not_covered(self, column: int) -> Iterator[int]:
        """Yield the columns behind one but those that its cells cover: a code may stand in those of 类, 款 and 项, merged."""
        for behind in range(column + 1, len(self._cells)):
            if any(row.cells[behind] is not None for row in self._rows):
                yield behind

    def _parts_of_code(self, start: int) -> list[int]:
        """Return the columns of one code: 类, 款 and 项 may stand in columns of their own."""
        parts = [start]
        for column in range(start + 1, len(self._cells)):
            filled = [cell for cell in self._cells[column] if cell]
            if not filled or not all(re.fullmatch(r"\d{1,2}|类|款|项|合计|总计|无", cell) for cell in filled):
                break
            parts.append(column)
        return parts

    def _holds_amounts(self, column: int) -> bool:
        if _NO_AMOUNTS.search(self._names[column].rpartition("/")[2]):
            return False
        return any(amount(cell) is not None for cell in self._cells[column])


def _row_lines(statement: BudgetStatement, columns: _Columns, place: int, row: BudgetRow) -> Iterator[BudgetLine]:
    for column in columns.amounts:
        value = amount(row.cells[column])
        if value is None:
            continue
        block = columns.block(column)
        column_name = statement.columns[column]
        labels = _labels(columns, row, column)
        yield BudgetLine(
            place, column, block, column - (columns.starts[block] if block >= 0 else 0), max(labels, default=-1),
            _code(columns, row, block), "/".join(labels[left] for left in sorted(labels)), column_name,
            row.cells[column] or "", value, unit_of([column_name]) or statement.heading.unit,
        )  # fmt: skip


def _code(columns: _Columns, row: BudgetRow, block: int) -> str:
    """Return the code of a row in a block; "" where it has none."""
    if block < 0:
        return ""
    first, *rest = (plain(row.cells[column]) for column in columns.code_parts[columns.starts[block]])
    code = first + "".join(part.zfill(2) for part in rest if part.isdigit())
    return code if CODE.fullmatch(code) else ""


def _labels(columns: _Columns, row: BudgetRow, column: int) -> dict[int, str]:
    """Return the words on the left of an amount by their columns, up to the amounts before, merged cells from above among them."""
    labels: dict[int, str] = {}
    for left in range(column - 1, -1, -1):
        text = row.labels[left]
        if left in columns.amounts:
            if labels:
                break
        elif _HAN.search(text) and text not in labels.values():
            labels[left] = text
    return labels
