"""Lines of a statement: each amount with its code, its name and its column; columns by what they hold. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from archive.budgets.amounts import UNITS, amount, plain, rounding, unit_printed
from archive.budgets.headings import unit_of
from archive.budgets.statements import CODE, TOTALS, BudgetRow, BudgetStatement

_CODE_OF_CLASS = 3  # digits
_HAN = re.compile(r"[\u3400-\u9fff]")

_CODED = re.compile(rf"[\[(]?({CODE.pattern})[\])]?(?:[类款项](?![\u3400-\u9fff]))?(?:[-.:/]?([\u3400-\u9fff].*))?")
"""A code, and the name behind it where both stand in one cell."""

_APART = re.compile(r"[1-3]\d\d(?:-\d\d){1,2}")
_CODE_PART = re.compile(r"\d{1,7}|类|款|项|合计|总计|无")
_SECOND_LEVEL = re.compile(r"\d\d")
_LEVEL = re.compile(r"\d{1,2}|类|款|项|合计|总计|无")
_NAMES_AMOUNTS = re.compile(
    r"(?!.*(?:[编代]码|科目|分类|(?:^|/)[类款项]$)).*(?:合计|小计|总计|支出|收入|拨款|金额|经费|[预决]算数?|执行数)"
)
_NAMES_CODES = re.compile("码$|[编代]码|编号|科目|分类|功能|[类款项]")
_NAMES_NO_AMOUNTS = re.compile(
    r"编码|代码|科目$|序号|行次|栏次|人数|人次|批次|个数|数量|辆|台|比例|占比|％|%|面积|级次|组数|日期|年度$|增[减长]率|幅度?$|百分比|完成率"
)
_COUNTED = re.compile(
    r"\((?:单位:)?(?:[个辆台套人次批,、/]{1,5}|平方米|%)\)$|^[个辆台套人次批]{1,2}$|(?:人数|人次数?|批次数?|团组数|保有量|车辆数|台数)$"
)
_TO_THE_CENT = re.compile(r".*\.\d\d\)?")
_LIKE_AMOUNT = re.compile(
    r"(?=.*\d)(?!.*%\)?$)[约近负减超]?[^\u3400-\u9fff]*[千百万亿元余多左右以上下内]{0,8}|#[#A-Z/0!?]*"
)
"""A cell that prints an amount in a form that is not known, or fails to: 12.00*, 约12.00, 1,2345.00, #REF!, ####."""


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
    def rounding(self) -> Decimal:
        """The most by which the true amount may be off, in yuan, as it is printed rounded in its unit."""
        return rounding(self.value) * UNITS[self.unit or "元"]

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


def unread_amounts(statement: BudgetStatement) -> list[tuple[int, int]]:
    """Return row and column of each cell that seems to print an amount, but none that can be read: in no form known, or
    with the end of another cell's text before it.
    """
    return [
        (place, column)
        for place, row in enumerate(statement.rows)
        for column, cell in enumerate(row.cells)
        if cell and amount(cell) is None
        if _LIKE_AMOUNT.fullmatch(plain(cell)) or any(map(_TO_THE_CENT.fullmatch, cell.split()))
    ]


class _Columns:
    """The columns of a statement.

    `starts`: the first columns of blocks, each of which begins with codes; several stand
    side by side. `amounts`: columns of amounts.
    """

    def __init__(self, statement: BudgetStatement) -> None:
        self._cells = [[_cell(row.cells[column]) for row in statement.rows] for column in range(len(statement.columns))]
        self._names, self._rows = statement.columns, statement.rows
        coded = [column for column in range(len(self._cells)) if self._holds_codes(column)]
        parts = {start: self._parts_of_code(start) for start in coded}
        in_codes = {column for columns in parts.values() for column in columns}
        self.amounts = [
            column for column in range(len(self._cells)) if column not in in_codes and self._holds_amounts(column)
        ]
        blocks = self._blocks(coded)
        self.starts = [block[0] for block in blocks]
        self._codes = [self._codes_of([parts[start] for start in block]) for block in blocks]
        self._measures = {column for column in range(len(self._names)) if self._holds_measures(column)}
        self._mere_counts = {column for column in self.amounts if self._has_mere_counts(column)}

    def block(self, column: int) -> int:
        """Return the number of the block that a column belongs to, -1 for one before the first."""
        return sum(start <= column for start in self.starts) - 1

    def code(self, row: int, block: int) -> str:
        """Return the code of a row in a block; "" where it has none."""
        return self._codes[block][row] if block >= 0 else ""

    def name(self, column: int, text: str) -> str:
        """Return the words of a cell without the code that stands before them; "" for what a quantity is measured in."""
        if column in self._measures:
            return ""
        found = _CODED.fullmatch(text) if column in self.starts else None
        return found[2] or "" if found else text

    def amount(self, row: int, column: int, name: str) -> Decimal | None:
        """The amount of a row whose name is given; None for a count of vehicles or journeys, which looks like one."""
        value = amount(self._rows[row].cells[column])
        is_count = _COUNTED.search(name) or (
            column in self._mere_counts and value and not _TO_THE_CENT.fullmatch(self._cells[column][row])
        )
        return None if is_count else value

    def _holds_codes(self, column: int) -> bool:
        filled = self._filled(column)
        codes = [found for cell in filled if (found := _CODED.fullmatch(cell))]
        own_name = self._names[column]
        if not codes or 2 * len(codes) < len(filled) or _NAMES_AMOUNTS.match(own_name):
            return False
        if 2 * sum(bool(found[2]) for found in codes) > len(codes):
            return True
        if own_name and not _NAMES_CODES.search(own_name):
            return False
        if own_name and column and any(map(_HAN.search, self._cells[column - 1])):
            return True
        behind = next(filter(None, map(self._filled, range(column + 1, len(self._cells)))), [])
        words, parts = (sum(bool(test(cell)) for cell in behind) for test in (_HAN.search, _CODE_PART.fullmatch))
        return bool(behind) and 2 * max(words, parts) >= len(behind)

    def _filled(self, column: int) -> list[str]:
        """Return the texts of a column; of one that others cover, as a code may those of 类, 款, 项, there are none."""
        return [cell for cell in self._cells[column] if cell]

    def _parts_of_code(self, start: int) -> list[int]:
        """Return the columns of one code: 类, 款 and 项 may stand in columns of their own."""
        parts = [start]
        for column in range(start + 1, len(self._cells)):
            filled = self._filled(column)
            is_part = filled and all(map(_LEVEL.fullmatch, filled)) and not _NAMES_AMOUNTS.match(self._names[column])
            if not is_part:
                break
            parts.append(column)
        return parts

    def _holds_amounts(self, column: int) -> bool:
        if _NAMES_NO_AMOUNTS.search(self._names[column].rpartition("/")[2]):
            return False
        return any(amount(cell) is not None for cell in self._cells[column])

    def _holds_measures(self, column: int) -> bool:
        """Whether a column says in what the quantities beside it are measured (台, 辆), and counts none of the amounts."""
        beside = [*self._names[max(column - 1, 0) : column], *self._names[column + 1 : column + 2]]
        return self._names[column].endswith("单位") and any(name.endswith("数量") for name in beside)

    def _blocks(self, coded: list[int]) -> list[list[int]]:
        """Return columns of codes in blocks: those without amounts between are of one, such as two classifications."""
        blocks = [coded[:1]] if coded else []
        for before, start in pairwise(coded):
            if any(before < column < start for column in self.amounts):
                blocks.append([])
            blocks[-1].append(start)
        return blocks

    def _codes_of(self, codes: list[list[int]]) -> list[str]:
        """The code of each row in a block: the first of several, or the longest where they go on from each other; of two
        classifications, the first that has each code once.
        """
        columns = list(map(self._joined_codes, codes))
        if any(one and other and not other.startswith(one) for one, other in zip(columns[0], columns[-1], strict=True)):
            columns = [next(filter(_are_different, columns), columns[0])]
        rows = zip(*columns, strict=True)
        return [_first_in_full([code for code in row if code]) for row in rows]

    def _joined_codes(self, columns: list[int]) -> list[str]:
        """Return the code of each row; one that prints its last level alone has the others from above."""
        levels: list[str] = []
        codes = []
        for row in range(len(self._rows)):
            cells = [self._cells[column][row] for column in columns]
            printed = [self._code_printed(columns[0], row), *cells[1:]]
            filled = [place for place, cell in enumerate(printed) if cell.isdigit()]
            if filled:
                levels = [*levels[: filled[0]], *(printed[place].zfill(2) for place in filled)]
            code = "".join(levels) if filled and len(levels) > filled[-1] else ""
            codes.append(code if CODE.fullmatch(code) else "")
        return codes

    def _code_printed(self, column: int, row: int) -> str:
        """Return the code of a cell; two digits are its 款 where the codes above and below say so: 201, 03, 2010301."""
        cells = self._cells[column]
        found = _CODED.fullmatch(cells[row])
        if found or not _SECOND_LEVEL.fullmatch(cells[row]):
            return found[1] if found else cells[row]
        above = next((code for code in reversed(cells[:row]) if CODE.fullmatch(code)), "")[:_CODE_OF_CLASS]
        whole = f"{above}{cells[row]}"
        return whole if above and "".join(cells[row + 1 : row + 2]).startswith(whole) else cells[row]

    def _has_mere_counts(self, column: int) -> bool:
        """Whether numbers without cents are counts in a column: some are said to be, and amounts there have cents."""
        cells = self._cells[column]
        counted = any(
            _COUNTED.search(label) and amount(cells[place]) is not None
            for place, row in enumerate(self._rows)
            for label in row.labels[:column]
        )
        return counted and any(map(_TO_THE_CENT.fullmatch, cells))


def _cell(text: str | None) -> str:
    """Return a cell's text; a code whose levels are apart (201-03-01) in one."""
    cell = plain(text)
    return cell.replace("-", "") if _APART.fullmatch(cell) else cell


def _are_different(codes: list[str]) -> bool:
    printed = list(filter(None, codes))
    return len(set(printed)) == len(printed)


def _first_in_full(codes: list[str]) -> str:
    """Return the first of several codes, as far as the others go on from it; "" for none."""
    whole = codes[0] if codes else ""
    for code in codes[1:]:
        whole = code if code.startswith(whole) else whole
    return whole


def _row_lines(statement: BudgetStatement, columns: _Columns, place: int, row: BudgetRow) -> Iterator[BudgetLine]:
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
            printed, value, unit_printed(printed) or unit_of([column_name]) or _unit_beside(row, column) or statement.heading.unit,
        )  # fmt: skip


def _unit_beside(row: BudgetRow, column: int) -> str | None:
    """Return the unit that a cell of its own states on the left of an amount; None where none does."""
    return next((text for text in reversed(row.labels[:column]) if text in UNITS), None)


def _labels(columns: _Columns, row: BudgetRow, column: int) -> dict[int, str]:
    """Return the words on the left of an amount by their columns, up to the amounts before,
    merged cells from above among them.
    """
    labels: dict[int, str] = {}
    for left in range(column - 1, -1, -1):
        text = columns.name(left, row.labels[left])
        if left in columns.amounts:
            if labels:
                break
        elif _HAN.search(text) and text not in labels.values() and text not in UNITS:
            labels[left] = text
    return labels
