"""Tables of a text that prints rows as lines and cells a tab apart. Pure."""

from collections.abc import Iterator

from archive.tables.printed_table import (
    CELLS_APART,
    LINES_BEFORE,
    MOST_COLUMNS,
    PrintedTable,
    Row,
    evened,
    lines_before,
    printed_cell,
)


def tables_in_text(text: str) -> Iterator[PrintedTable]:
    """Yield the tables of a text that prints rows as lines and cells a tab apart; what is merged is not known."""
    above: list[str] = []
    rows: list[Row] = []
    for line in (*text.split("\n"), ""):
        if CELLS_APART in line:
            rows.append(tuple(map(printed_cell, line.split(CELLS_APART, MOST_COLUMNS)[:MOST_COLUMNS])))
            continue
        if len(rows) > 1:
            yield PrintedTable(evened(rows), before=lines_before(above))
            above = []
        elif rows:
            above += [" ".join(filter(None, row)) for row in rows if row]
        rows = []
        if line.strip():
            above = [*above[-LINES_BEFORE:], line]
