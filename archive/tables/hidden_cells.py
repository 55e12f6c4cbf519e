"""Rows and columns that a workbook hides: nobody sees them who opens or prints it,
so they are no part of a table as printed. Pure.
"""

import re
import zipfile
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from archive.tables.number_formats import sheet_parts
from archive.tables.printed_table import MOST_CELLS, Merged

_LAST_COLUMN = 16_384
_ROW = re.compile(rb"<(?:\w+:)?row\s([^<>]*?)/?>")
_COLUMNS = re.compile(rb"<(?:\w+:)?col\s([^<>]*?)/?>")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\b(r|min|max)=["'](\d{1,7})["']""")


@dataclass(frozen=True, slots=True)
class HiddenCells:
    """The numbers of the rows and columns of a sheet that are hidden, from 0."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()

    def from_column(self, first: int) -> "HiddenCells":
        """Return the same, with columns counted from another first one."""
        return HiddenCells(self.rows, frozenset(column - first for column in self.columns))


def read_hidden_cells(archive: zipfile.ZipFile) -> dict[str, HiddenCells]:
    """Return what each sheet of an xlsx workbook hides, by the sheets' names."""
    return {name: _hidden(archive.read(part)) for name, part in sheet_parts(archive).items()}


def _hidden(sheet: bytes) -> HiddenCells:
    if b"hidden=" not in sheet:
        return HiddenCells()
    rows = {numbers[b"r"] - 1 for numbers in _numbers(_ROW, sheet) if b"r" in numbers}
    spans = [(numbers[b"min"] - 1, numbers[b"max"]) for numbers in _numbers(_COLUMNS, sheet) if len(numbers) > 1]
    columns = {column for first, end in spans for column in range(first, min(end, _LAST_COLUMN))}
    return HiddenCells(frozenset(rows), frozenset(columns))


def _numbers(tag: re.Pattern[bytes], sheet: bytes) -> list[dict[bytes, int]]:
    """Return the numbers that each tag of a hidden row, or of hidden columns, states, by their names."""
    return [
        {name: int(number) for name, number in _NUMBER.findall(found[1])}
        for found in tag.finditer(sheet)
        if _HIDDEN.search(found[1])
    ]


def without_hidden(
    rows: list[list[str]], merged: list[Merged], hidden: HiddenCells
) -> tuple[list[list[str]], list[Merged]]:
    """Return rows and merged cells without what is hidden; a merged cell of which some is shown keeps its text.

    `merged`: the first and last row and column of each merged cell.
    """
    if not hidden.rows and not hidden.columns:
        return rows, merged
    width = max(map(len, rows), default=0)
    shown_rows = [row for row in range(len(rows)) if row not in hidden.rows]
    shown_columns = [column for column in range(width) if column not in hidden.columns]
    cells = [[*row, *[""] * (width - len(row))] for row in rows]
    spans: list[Merged] = []
    for top, left, bottom, right in merged[:MOST_CELLS]:
        first_row, last_row = bisect_left(shown_rows, top), bisect_right(shown_rows, bottom) - 1
        first_column, last_column = bisect_left(shown_columns, left), bisect_right(shown_columns, right) - 1
        if first_row <= last_row and first_column <= last_column and left >= 0:
            cells[shown_rows[first_row]][shown_columns[first_column]] = cells[top][left]
            spans.append((first_row, first_column, last_row, last_column))
    return [[cells[row][column] for column in shown_columns] for row in shown_rows], spans
