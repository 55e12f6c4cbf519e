"""Budgets and final accounts read into the archive, out of the tables of files and of records' own pages.

All of it follows from a record and its files alone. Triggers note each change (`archive/database/budgets.sql`), `catch_up`
reads again what is noted, so that the rows are right after a crawl, a reparse and a redaction alike.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, groupby

from archive.analysis.rereading import Rereading, is_read_by
from archive.budgets.documents import BudgetTable, read_document
from archive.sentences.running_text import LONGEST
from archive.tables.printed_table import PrintedTable, from_json_text

VERSION = "3"
"""Raised by hand when the same table is read otherwise than before; all budgets are then read again."""

MOST_FILES = 50
"""Files of a record that are looked through for budgets."""

MOST_SECONDS = 20.0
"""Seconds of processor time for the budgets of a record: a document of one unit takes a fiftieth, but some are of all of a county's."""

_FILES = (
    # Text that was recognised in a picture may be wrong, and must accuse nobody.
    "SELECT id, capture_id, name, tables, substr(coalesce(text, ''), 1, ?) FROM attachments "
    "WHERE record_id = ? AND state = 'text' AND tables IS NOT NULL ORDER BY id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file of a record, or its own page where `attachment_id` is None: the tables in it, as JSON."""

    attachment_id: int | None
    capture_id: int | None
    name: str
    tables: str
    text: str


@dataclass(frozen=True, slots=True)
class _Input:
    record_id: int
    portal: str
    title: str
    sources: Sequence[_Source]


@dataclass(frozen=True, slots=True)
class _Read:
    """A budget table, whence it was read, and which number each printed table of its document has there, from 1."""

    source: _Source
    member: str
    numbers: Sequence[int]
    table: BudgetTable


def catch_up(connection: sqlite3.Connection) -> None:
    """Read the budgets that are noted as changed, all of them where another version read them; the caller's transaction."""
    if not is_read_by(connection, "budgets_read_by", VERSION):
        connection.execute(
            "INSERT OR IGNORE INTO unread_budgets SELECT id FROM records WHERE tables IS NOT NULL "
            "UNION SELECT record_id FROM attachments WHERE tables IS NOT NULL"
        )
    Rereading("unread_budgets", "budget_tables", _input, _read, _write, MOST_SECONDS).catch_up(connection)


def _input(connection: sqlite3.Connection, record_id: int) -> _Input | None:
    """Return what the budgets of a record are read from; None where it has no tables, or is withheld."""
    row = connection.execute(
        "SELECT portal, title, capture_id, tables, substr(body, 1, ?) FROM records WHERE id = ? AND state <> 'withheld'",
        (LONGEST, record_id),
    ).fetchone()
    if row is None:
        return None
    portal, title, capture_id, tables, body = row
    sources = [_Source(*file) for file in connection.execute(_FILES, (LONGEST, record_id, MOST_FILES))]
    if tables:
        sources.insert(0, _Source(None, capture_id, "", tables, body or ""))
    return _Input(record_id, portal, title or "", sources) if sources else None


def _read(each: _Input) -> list[_Read]:
    return [read for source in each.sources for read in _read_source(source, each.title)]


def _read_source(source: _Source, title: str) -> list[_Read]:
    """Return the budget tables of a file, each file inside an archive read by itself."""
    tables = from_json_text(source.tables)
    read: list[_Read] = []
    for member, numbered in groupby(zip(count(1), tables), key=lambda pair: pair[1].member):
        pairs: list[tuple[int, PrintedTable]] = list(numbered)
        said = f"{title}\n{source.name}\n{member}"
        read += [
            _Read(source, member, [number for number, _ in pairs], table)
            for table in read_document([table for _, table in pairs], said, "" if member else source.text)
        ]
    return read


def _write(connection: sqlite3.Connection, each: _Input, tables: Sequence[_Read]) -> None:
    for table in tables:
        _write_table(connection, each.record_id, table)


def _write_table(connection: sqlite3.Connection, record_id: int, read: _Read) -> None:
    table, heading = read.table, read.table.statement.heading
    (table_id,) = connection.execute(
        "INSERT INTO budget_tables (record_id, attachment_id, capture_id, member, kind, title_printed, pages, unit, "
        "fiscal_year, stage, agency, empty, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            record_id, read.source.attachment_id, read.source.capture_id, read.member, heading.kind, heading.title,
            json.dumps(table.statement.pages), heading.unit, heading.year, heading.stage, heading.agency,
            table.is_empty, table.statement.note or None,
        ),
    ).fetchone()  # fmt: skip
    connection.executemany(
        "INSERT INTO budget_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _line_rows(table_id, read),
    )
    connection.executemany(
        "INSERT INTO budget_checks VALUES (?, ?, ?, ?, ?, ?)",
        [(table_id, each.rule, each.place, _text(each.left), _text(each.right), each.holds) for each in table.checks],
    )


def _line_rows(table_id: int, read: _Read) -> list[tuple[object, ...]]:
    table = read.table
    support = table.support()
    parts = {
        (line.row, line.column): (role, entry, expenses.stage, expenses.year)
        for entry, expenses in enumerate(table.expenses, 1)
        for role, line in expenses.parts.items()
    }
    rows: list[tuple[object, ...]] = []
    for line in table.lines:
        row = table.statement.rows[line.row]
        yuan = line.yuan
        rows.append((
            table_id, read.numbers[row.table], row.page, row.row, row.places[line.column], line.code, line.name, line.column_name,
            line.printed, None if yuan is None else _text(yuan), *support[line.row, line.column],
            *parts.get((line.row, line.column), (None,) * 4),
        ))  # fmt: skip
    return rows


def _text(value: Decimal) -> str:
    """Return an exact decimal, with two places at least."""
    places = value.as_tuple().exponent
    return f"{value:.2f}" if isinstance(places, int) and places > -2 else f"{value:f}"
