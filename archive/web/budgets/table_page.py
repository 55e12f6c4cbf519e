"""A table of a file or of a record's own page as it was read, /-/record/ID/tables,
with a cell marked and what proves it.
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.budgets.amounts import amount
from archive.budgets.headings import title_among
from archive.database.sealed_days import seal_at
from archive.database.withheld import hidden
from archive.tables.printed_table import Merged, PrintedTable
from archive.web.budgets.shown_figures import figure
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, Row, number

MOST_CELLS = 2_000
"""Cells that a page shows; a longer table is shown part by part."""

MOST_LISTED = 200
"""Tables of a file that are listed."""

_RECORD = """
SELECT r.id, r.title, r.publisher, r.state, r.capture_id, p.id AS portal, p.name AS portal_name
FROM records r JOIN portals p ON p.id = r.portal WHERE r.id = :record AND r.state <> 'withheld'
"""
_FILE = "SELECT id, name, url, state, capture_id FROM attachments WHERE id = :file AND record_id = :record"
_TABLES_OF_FILE, _TABLES_OF_PAGE = "attachments WHERE id = :file", "records WHERE id = :record"
_TABLE = "SELECT tables -> ('$[' || :place || ']') FROM {}"
_LISTED = "SELECT key + 1, value ->> 'page', substr(value ->> 'before', 1, 200) FROM (SELECT tables FROM {}) f, json_each(f.tables) LIMIT :most"
_LINE = """
SELECT l.*, t.record_id, t.attachment_id, t.kind, t.title_printed, t.unit, t.unit_name, t.fiscal_year, t.stage
FROM budget_lines l JOIN budget_tables t ON t.id = l.table_id
WHERE t.record_id = :record AND t.attachment_id IS :file AND l.number = :table AND l.row = :row AND l.place = :column
"""
_FAILING = """
SELECT c.rule, c.place, c.left_value, c.right_value FROM budget_checks c WHERE c.table_id = :table AND NOT c.holds
ORDER BY c.rule, c.place LIMIT 20
"""
_CAPTURE = "SELECT id, url, fetched_at, status, sha256, bytes FROM captures WHERE id = :capture"
# The event that the capture shows, or else the one that brought the record in.
_EVENT = """
SELECT id FROM events WHERE record_id = :record ORDER BY after_capture_id IS NOT :capture, kind <> 'added', id LIMIT 1
"""
_Field = tuple[int, int]
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A requested table of a record: of which file (None: of its page), its number from 1,
    and the cell that is to be marked.
    """

    record: int
    file: int | None
    table: int
    row: int | None
    column: int | None
    part: int | None


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it is laid out."""

    text: str
    height: int
    width: int
    marked: bool

    @property
    def classes(self) -> str:
        """The names by which it is styled: an amount stays in one line."""
        return " ".join(("marked",) * self.marked + ("amount",) * (amount(self.text) is not None))


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Rows of a table, from `first` on, of `rows` in all; which part of how many."""

    lines: Sequence[Sequence[ShownCell]]
    first: int
    rows: int
    part: int
    parts: int


async def page(context: RequestContext) -> Response:
    """The page. Raises NotFound where there is no such table, or it may not be shown."""
    place = TablePlace(
        int(context.part("id")),
        number(context, "file", _NUMBER),
        number(context, "table", _NUMBER) or 1,
        number(context, "row", _NUMBER),
        number(context, "column", _NUMBER),
        number(context, "part", _NUMBER),
    )
    found: dict[str, Any] | None = await context.db.execute_fn(lambda connection: _read(connection, place))
    if found is None:
        raise NotFound(NOTHING_HERE)
    return await context.render("printed_table.html", place=place, **found)


def _read(connection: sqlite3.Connection, place: TablePlace) -> dict[str, Any] | None:
    """Return all that the page shows; None where there is no such table."""
    values = {"record": place.record, "file": place.file}
    record = connection.execute(_RECORD, values).fetchone()
    file = connection.execute(_FILE, values).fetchone() if place.file is not None else None
    if record is None or (place.file is not None and file is None):
        return None
    source = _TABLES_OF_FILE if file else _TABLES_OF_PAGE
    table = _table(connection, source, place)
    if table is None:
        return None
    proof = _proof(connection, place.record, (file or record)["capture_id"])
    line = _line(connection, place)
    return {
        "record": record,
        "file": file,
        "table": table,
        "shown_table": laid_out(table, place),
        "listed": _listed(connection, source, place),
        "line": line,
        "figure": figure(line) if line else None,
        "failing": connection.execute(_FAILING, {"table": line["table_id"]}).fetchall() if line else (),
        **proof,
    }


def _table(connection: sqlite3.Connection, source: str, place: TablePlace) -> PrintedTable | None:
    """Return the requested table of a file, or of the record's own page; None where there is none."""
    values = {"record": place.record, "file": place.file, "place": place.table - 1}
    row = connection.execute(_TABLE.format(source), values).fetchone()
    with suppress(ValueError):  # what another program wrote there may be no table
        return PrintedTable.from_json(json.loads(row[0])) if row[0] else None
    return None


def _listed(connection: sqlite3.Connection, source: str, place: TablePlace) -> list[tuple[int, int, str]]:
    """Return the number, the page and the title of each table of a file, or of the record's own page."""
    values = {"record": place.record, "file": place.file, "most": MOST_LISTED}
    rows = connection.execute(_LISTED.format(source), values)
    return [(place, page, _title(before or "")) for place, page, before in map(tuple, rows)]


def _title(before: str) -> str:
    """Return of the lines above a table the one that is a budget table's title, or else the first."""
    lines = before.split("\n")
    return title_among(lines) or lines[0]


def _line(connection: sqlite3.Connection, place: TablePlace) -> Row | None:
    """Return the amount of a budget that the marked cell is; None where it is none."""
    if place.row is None or place.column is None:
        return None
    values = {
        "record": place.record,
        "file": place.file,
        "table": place.table,
        "row": place.row,
        "column": place.column,
    }
    line: Row | None = connection.execute(_LINE, values).fetchone()
    return line


def _proof(connection: sqlite3.Connection, record_id: int, capture_id: int | None) -> dict[str, Any]:
    """Return the capture that holds a table, the day that seals it,
    and the event whose sheet proves it, as far as there are any.
    """
    capture = connection.execute(_CAPTURE, {"capture": capture_id}).fetchone()
    event = connection.execute(_EVENT, {"record": record_id, "capture": capture_id}).fetchone()
    return {
        "capture": capture,
        "has_copy": capture is not None and hidden(connection, capture["url"], capture["sha256"]) is None,
        "seal": seal_at(connection, capture["fetched_at"]) if capture else None,
        "event": event["id"] if event else None,
    }


def laid_out(table: PrintedTable, place: TablePlace) -> ShownTable:
    """Return the part of a table that is requested, or that holds the marked cell,
    merged cells as far as they reach into it.
    """
    most = max(1, MOST_CELLS // max(1, table.width))
    parts = max(1, -(-len(table.rows) // most))
    part = place.part or (place.row or 0) // most + 1
    chosen = part if part <= parts else 1
    first = (chosen - 1) * most
    last = min(first + most, len(table.rows))
    owners = _owners(table)
    lines = [list(_cells(table, owners, row, range(first, last), place)) for row in range(first, last)]
    return ShownTable(lines, first, len(table.rows), chosen, parts)


def _cells(
    table: PrintedTable, owners: Mapping[_Field, Merged], row: int, rows: range, place: TablePlace
) -> Iterator[ShownCell]:
    """Yield the cells that begin in a row of those shown; a merged one from before them begins with the first."""
    for column in range(table.width):
        top, left, height, width = owners.get((row, column), (row, column, 1, 1))
        if (row, column) == (max(top, rows.start), left):
            marked = (place.row, place.column) == (top, left)
            yield ShownCell(table.rows[top][left] or "", min(top + height, rows.stop) - row, width, marked)


def _owners(table: PrintedTable) -> dict[_Field, Merged]:
    """Return for each field of a merged cell that cell."""
    return {
        (top + down, left + right): (top, left, height, width)
        for top, left, height, width in table.merged
        for down in range(min(height, len(table.rows) - top))
        for right in range(min(width, table.width - left))
    }
