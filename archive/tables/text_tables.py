"""Tables of a text that prints rows as lines and cells a tab apart. Pure."""

import re
from collections.abc import Iterator

from archive.tables.printed_table import (
    CELLS_APART,
    LINES_BEFORE,
    MOST_COLUMNS,
    PrintedTable,
    Row,
    lines_before,
    printed_cell,
)

_LABEL = re.compile("[:：]")


def tables_in_text(text: str) -> Iterator[PrintedTable]:
    """Yield the tables of a text that prints rows as lines and cells a tab apart,
    of those whose rows are all of one width.

    Where a row is shorter, cells were merged or blank ones are left out at its end, and nothing says in which column
    the others stand. Lines that label what is above a table (`单位：万元`) may be shorter.
    """
    above: list[str] = []
    rows: list[Row] = []
    for line in (*text.split("\n"), ""):
        if CELLS_APART in line:
            rows.append(tuple(map(printed_cell, line.split(CELLS_APART, MOST_COLUMNS)[:MOST_COLUMNS])))
            continue
        width = len(rows[-1]) if rows else 0
        while rows and len(rows[0]) != width and any(cell and _LABEL.search(cell) for cell in rows[0]):
            above.append(" ".join(filter(None, rows.pop(0))))
        if len(rows) > 1 and all(len(row) == width for row in rows):
            yield PrintedTable(tuple(rows), before=lines_before(above))
            above = []
        elif rows:
            above = [" ".join(filter(None, row)) for row in rows[-LINES_BEFORE:]]
        rows = []
        if line.strip():
            above = [*above[-LINES_BEFORE:], line]
