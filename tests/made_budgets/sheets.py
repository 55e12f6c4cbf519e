"""Tables as they are meant to be printed: their cells, and which of them are merged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import attrgetter

Row = tuple[str | None, ...]

LEFT, ABOVE = "<", "^"
"""Marks of a cell that the one on its left, or above it, covers."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is meant: `row` and `column` of its upper left corner, from 0."""

    row: int
    column: int
    height: int
    width: int
    text: str

    def with_text(self, text: str) -> "Cell":
        """Return the cell with another text."""
        return replace(self, text=text)

    def at_row(self, row: int) -> "Cell":
        """Return the cell in another row."""
        return replace(self, row=row)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what stands above it. `rows`: texts and marks; `head`: how many of them are its head."""

    label: str
    title: str
    agency: str
    unit: str
    rows: tuple[tuple[str, ...], ...]
    head: int
    note: str = ""

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0])

    def cells(self) -> list[Cell]:
        """Return the cells, row by row."""
        return [
            Cell(row, column, *self._size(row, column), text)
            for row, line in enumerate(self.rows)
            for column, text in enumerate(line)
            if text not in (LEFT, ABOVE)
        ]

    def with_title_inside(self) -> "Sheet":
        """Return the table with two rows above its head: its title, merged over its width, and its agency and unit."""
        between = [""] * (self.width - 2)
        above = (
            (self.title, *[LEFT] * (self.width - 1)),
            (f"部门：{self.agency}", *between, f"单位：{self.unit}"),
        )
        return replace(self, rows=(*above, *self.rows), head=self.head + 2)

    def rows_of_cells(self) -> list[list[tuple[Cell, bool]]]:
        """Return for each row its cells and, marked so, those that reach into it from above."""
        return [
            [
                (cell, cell.row < row)
                for cell in sorted(self.cells(), key=attrgetter("column"))
                if cell.row <= row < cell.row + cell.height
            ]
            for row in range(len(self.rows))
        ]

    def printed_rows(self) -> tuple[Row, ...]:
        """Return rows as a reader should give them: None where a merged cell covers the place."""
        return tuple(tuple(None if text in (LEFT, ABOVE) else text for text in line) for line in self.rows)

    def merged(self) -> set[tuple[int, int, int, int]]:
        """Return row, column, height and width of each merged cell."""
        return {
            (cell.row, cell.column, cell.height, cell.width)
            for cell in self.cells()
            if (cell.height, cell.width) != (1, 1)
        }

    def _size(self, row: int, column: int) -> tuple[int, int]:
        below = [line[column] for line in self.rows[row + 1 :]]
        return 1 + _run(below, ABOVE), 1 + _run(self.rows[row][column + 1 :], LEFT)


def is_amount(text: str) -> bool:
    """Whether a text is an amount with decimals."""
    return "." in text and text.replace(".", "").replace(",", "").isdigit()


def lined(text: str) -> tuple[tuple[str, ...], ...]:
    """Return rows of lines with cells a bar apart."""
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in text.strip().split("\n"))


def _run(texts: Sequence[str], mark: str) -> int:
    return sum(1 for _ in takewhile(mark.__eq__, texts))
