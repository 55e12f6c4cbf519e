"""A table as a file prints it: cells, which of them are merged, and where they stand. Pure."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MOST_CELLS = 100_000
"""Cells of all the tables of a file."""
MOST_COLUMNS = 300
MOST_TABLES = 2_000
LONGEST_CELL, LONGEST_BEFORE = 2_000, 1_000
"""Characters kept of a cell, and of what stands before a table."""

CELLS_APART = "\t"
LINES_BEFORE = 8
"""Lines above a table that are looked at."""

BEGINS_ROW = re.compile(r"[(（]?[一二三四五六七八九十\d]+[)）、.．]|其中|注[:：]|(?:收入|支出)?(?:合计|总计|小计)$")
"""The beginning of a row of its own, and of no rest of the one above."""

Row = tuple[str | None, ...]
Merged = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """One table on one page, as printed.

    `page`: of a PDF, or the number of a sheet, from 1; 0 where there is none. `before`: the lines above it, or the name
    of its sheet. `rows` are of one width; a cell is None where a merged one covers it. `merged`: row, column, height
    and width of each merged cell. `x`, `y`: the lines between columns and between rows, in points from the left and the
    top of the page as it is read. `member`: the file's name inside an archive.
    """

    rows: tuple[Row, ...]
    page: int = 0
    before: str = ""
    merged: tuple[Merged, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    member: str = ""

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def to_json(self) -> dict[str, Any]:
        """Return the table as JSON takes it."""
        return {
            "page": self.page, "before": self.before, "rows": self.rows, "merged": self.merged, "x": self.x, "y": self.y,
            "member": self.member,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "PrintedTable":
        """Return the table that `to_json` gave. Raises ValueError for what is no table, or is beyond the limits."""
        try:
            rows = tuple(
                tuple(None if cell is None else _text(cell, LONGEST_CELL) for cell in row) for row in value["rows"]
            )
            merged = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in value["merged"])
            x, y = (tuple(map(float, value[axis])) for axis in "xy")
            table = cls(
                rows,
                int(value["page"]),
                _text(value["before"], LONGEST_BEFORE),
                merged,
                x,
                y,
                _text(value["member"], 255),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError("no table") from error
        if not all(map(math.isfinite, (*x, *y))):
            raise ValueError("a table at no place")
        if not fits(rows) or len(merged) > MOST_CELLS or len({len(row) for row in rows}) > 1:
            raise ValueError("a table beyond the limits")
        return table

    def between(self, left: int, right: int) -> "PrintedTable":
        """Return the columns from `left` up to `right`; of a cell that reaches beyond them, what is within."""
        merged = tuple(
            (row, first - left, height, last - first)
            for row, column, height, width in self.merged
            for first, last in [(max(column, left), min(column + width, right))]
            if first < last and (height, last - first) != (1, 1)
        )
        rows = tuple(row[left:right] for row in self.rows)
        return replace(self, rows=rows, merged=merged, x=self.x[left : right + 1])

    def flat_text(self) -> str:
        """Return what stands above the table, and its rows a line apart with their cells a tab apart."""
        rows = (CELLS_APART.join(_one_line(cell or "") for cell in row) for row in self.rows)
        return "\n".join((_one_line(self.before), *rows))

    def with_flat_text(self, text: str) -> "PrintedTable":
        """Return the table with another text, of the same length, with the tabs and line ends of `flat_text`."""
        flat = [cell or "" for row in self.rows for cell in row]
        before, *pieces = re.split("[\t\n]", text)
        cells = iter(map(_printed_as, flat, pieces))
        rows = tuple(tuple(None if cell is None else text for cell, text in zip(row, cells)) for row in self.rows)  # noqa: B905
        return replace(self, rows=rows, before=_printed_as(self.before, before))


def to_json_text(tables: Iterable[PrintedTable]) -> str | None:
    """Return the tables of a file as the archive keeps them; None where there are none."""
    return json.dumps([table.to_json() for table in tables], ensure_ascii=False) if tables else None


def from_json_text(text: str | None) -> tuple[PrintedTable, ...]:
    """Return the tables that `to_json_text` gave. Raises ValueError for what is none."""
    return tuple(map(PrintedTable.from_json, json.loads(text or "[]")))


def fits(rows: Sequence[Row]) -> bool:
    """Whether rows are within the limits of one table."""
    return sum(map(len, rows)) <= MOST_CELLS and all(len(row) <= MOST_COLUMNS for row in rows)


def within_limits(tables: Iterable[PrintedTable]) -> tuple[list[PrintedTable], int]:
    """Return the first tables that are within a file's limits, and how many are left out."""
    kept: list[PrintedTable] = []
    cells = left_out = 0
    for table in tables:
        size = sum(map(len, table.rows))
        if not fits(table.rows) or len(kept) == MOST_TABLES or cells + size > MOST_CELLS:
            left_out += 1
        elif size:
            kept.append(table)
            cells += size
    return kept, left_out


def printed_cell(text: str) -> str:
    """Return a cell's text as it is kept: lines without blanks at their ends, at most LONGEST_CELL characters."""
    lines = [" ".join(line.split()) for line in text[: 4 * LONGEST_CELL].split("\n")]
    return "\n".join(filter(None, lines))[:LONGEST_CELL]


def lines_before(lines: Sequence[str]) -> str:
    """Return the last of the lines above a table, as they are kept."""
    kept = [line for line in map(printed_cell, lines) if line][-LINES_BEFORE:]
    return "\n".join(kept)[-LONGEST_BEFORE:]


def evened(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return rows of one width, short ones filled with empty cells."""
    width = max(map(len, rows), default=0)
    return tuple((*row, *[""] * (width - len(row))) for row in rows)


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")


def _printed_as(original: str, text: str) -> str:
    """Return `text` with the line ends of `original`, which has the same length."""
    return "".join("\n" if old == "\n" else new for old, new in zip(original, text, strict=True))


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise TypeError
    text = value[:longest]
    return text if text.isprintable() else text.replace("\0", "").encode("utf-8", "replace").decode()
