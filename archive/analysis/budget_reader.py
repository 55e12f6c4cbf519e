"""Budgets and final accounts read into the archive, out of the tables of files and of records' own pages.

All of it follows from a record and its files alone. Triggers note each change (`archive/database/budgets.sql`),
`catch_up` reads again what is noted, so that the rows are right after a crawl, a reparse and a redaction alike. What a
new version of a file, or of a page, changed is the exception: its earlier tables are kept until both are read, by the
same reader, and compared.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count, groupby

from archive.analysis.rereading import Rereading
from archive.analysis.titles import budgets as budgets_of_title
from archive.budgets.changes import FigureChange, changed_figures
from archive.budgets.documents import BudgetTable, read_document
from archive.budgets.lines import BudgetLine
from archive.budgets.parts import unit_names
from archive.budgets.spending import explains_projects, spending_figures
from archive.sentences.running_text import LONGEST
from archive.tables.printed_table import PrintedTable, from_json_text

VERSION = "18"
"""Raised by hand when the same table is read otherwise than before; all budgets are then read again."""

MOST_FILES = 50
"""Files of a record that are looked through for budgets."""

MOST_SECONDS = 20.0
"""Seconds of processor time for the budgets of a record:
a document of one unit takes a fiftieth, but some are of all of a county's.
"""

_EVERY = (
    "SELECT id FROM records WHERE tables IS NOT NULL UNION SELECT record_id FROM attachments WHERE tables IS NOT NULL"
)
_FILES = (
    # Text that was recognised in a picture may be wrong, and must accuse nobody.
    "SELECT id, capture_id, name, tables, substr(coalesce(text, ''), 1, ?) FROM attachments "
    "WHERE record_id = ? AND state = 'text' AND tables IS NOT NULL ORDER BY id LIMIT ?"
)
_OTHER_TEXTS = (
    "SELECT substr(text, 1, ?) FROM attachments WHERE record_id = ? AND state = 'text' AND tables IS NULL AND text IS NOT NULL "
    "ORDER BY id LIMIT ?"
)
_REPLACED = (
    "SELECT a.id, a.url, p.capture_id, a.capture_id, p.tables, substr(p.text, 1, ?) FROM replaced_tables p "
    "JOIN attachments a ON a.id = p.attachment_id WHERE a.record_id = ? AND a.state = 'text' AND a.tables IS NOT NULL ORDER BY a.id LIMIT ?"
)
_REPLACED_PAGE = (
    "SELECT NULL, r.url, p.before_capture_id, p.after_capture_id, p.tables, substr(p.text, 1, ?) FROM replaced_pages p "
    "JOIN records r ON r.id = p.record_id WHERE r.id = ?"
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
class _Replaced:
    """An earlier version of a file, or of the record's own page where `attachment_id` is None:
    its tables, as JSON, and its text.
    """

    attachment_id: int | None
    url: str
    before_capture_id: int | None
    after_capture_id: int | None
    tables: str
    text: str


@dataclass(frozen=True, slots=True)
class _Input:
    """A record and all that its budgets are read from. `texts`: its own and those of files without tables."""

    record_id: int
    portal: str
    title: str
    publisher: str | None
    sources: Sequence[_Source]
    texts: Sequence[str]
    replaced: Sequence[_Replaced]

    @property
    def characters(self) -> int:
        """Of all tables and texts."""
        read: tuple[_Source | _Replaced, ...] = (*self.sources, *self.replaced)
        return sum(len(each.tables) + len(each.text) for each in read) + sum(map(len, self.texts))


@dataclass(frozen=True, slots=True)
class _Read:
    """A budget table, where it was read from, and which number each printed table of its document has there, from 1."""

    source: _Source
    member: str
    numbers: Sequence[int]
    table: BudgetTable
    unit_name: str | None


@dataclass(frozen=True, slots=True)
class _Changed:
    """A figure that a new version of a file or a page changed, and the table of the new version that shows it."""

    replaced: _Replaced
    read: _Read
    change: FigureChange


@dataclass(frozen=True, slots=True)
class _Output:
    """All that was read of a record's budgets. `explained`: whether a text of it says what its projects are for."""

    tables: Sequence[_Read]
    changes: Sequence[_Changed]
    explained: bool


def catch_up(connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
    """Read the budgets that are noted as changed, all where another version read them, as `Rereading.catch_up` does."""
    reading = Rereading("budgets", "budget_tables", VERSION, _EVERY, _input, _read, _write, MOST_SECONDS)
    reading.catch_up(connection, own_page_read=own_page_read)


def _input(connection: sqlite3.Connection, record_id: int) -> _Input | None:
    """Return what the budgets of a record are read from; None where it has no tables, or is withheld."""
    row = connection.execute(
        "SELECT portal, title, publisher, capture_id, tables, substr(body, 1, ?) FROM records WHERE id = ? AND state <> 'withheld'",
        (LONGEST, record_id),
    ).fetchone()
    if row is None:
        return None
    portal, title, publisher, capture_id, tables, body = row
    sources = [_Source(*file) for file in connection.execute(_FILES, (LONGEST, record_id, MOST_FILES))]
    if tables:
        sources.insert(0, _Source(None, capture_id, "", tables, body or ""))
    if not sources:
        return None
    others = [text for (text,) in connection.execute(_OTHER_TEXTS, (LONGEST, record_id, MOST_FILES))]
    earlier = connection.execute(_REPLACED_PAGE, (LONGEST, record_id)).fetchall() if tables else []
    earlier += connection.execute(_REPLACED, (LONGEST, record_id, MOST_FILES)).fetchall()
    replaced = [_Replaced(*each) for each in earlier]
    return _Input(record_id, portal, title or "", publisher, sources, [body or "", *others], replaced)


def _read(each: _Input) -> _Output:
    tables = [read for source in each.sources for read in _read_source(source, each)]
    changes = [change for replaced in each.replaced for change in _changes(replaced, tables, each)]
    texts = [*each.texts, *(source.text for source in each.sources if source.attachment_id is not None)]
    return _Output(tables, changes, bool(tables) and any(map(explains_projects, texts)))


def _read_source(source: _Source, of: _Input) -> list[_Read]:
    """Return the budget tables of a file, each file inside an archive read by itself."""
    tables = from_json_text(source.tables)
    # Text and tables are often files of their own; of several files with tables it is not known which the text is of.
    text = "\n".join((source.text, *of.texts)) if len(of.sources) == 1 else source.text
    read: list[_Read] = []
    for member, numbered in groupby(zip(count(1), tables), key=lambda pair: pair[1].member):
        pairs: list[tuple[int, PrintedTable]] = list(numbered)
        titles = f"{of.title}\n{source.name}\n{member}"
        document = read_document([table for _, table in pairs], titles, "" if member else text)
        stated = [table.statement.heading.agency for table in document]
        names = unit_names(stated, (*map(_unit_in_title, (member, source.name, of.title)), of.publisher))
        numbers = [number for number, _ in pairs]
        read += [_Read(source, member, numbers, table, name) for table, name in zip(document, names, strict=True)]
    return read


def _unit_in_title(title: str) -> str | None:
    """Return the unit whose budget a title or a file's name announces."""
    return next((budget.unit for budget in budgets_of_title(title)), None)


def _changes(replaced: _Replaced, tables: Sequence[_Read], of: _Input) -> Iterator[_Changed]:
    """Yield the figures of a file or a page that were others in its earlier version."""
    later = {id(read.table): read for read in tables if read.source.attachment_id == replaced.attachment_id}
    source = next((read.source for read in later.values()), None)
    if source is not None:
        if source.attachment_id is None:
            of = replace(of, texts=(replaced.text, *of.texts[1:]))
        earlier = _read_source(replace(source, tables=replaced.tables, text=replaced.text), of)
        for change in changed_figures((read.table for read in earlier), (read.table for read in later.values())):
            yield _Changed(replaced, later[id(change.table)], change)


def _write(connection: sqlite3.Connection, of: _Input, output: _Output) -> None:
    """Write what was read of a record; what was compared with its earlier version need not be kept any longer."""
    for read in output.tables:
        _write_table(connection, of, read, explained=output.explained)
    connection.executemany(
        "INSERT INTO budget_changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [_change_row(of.record_id, each) for each in output.changes],
    )
    compared = [(each.attachment_id,) for each in of.replaced]
    connection.executemany("DELETE FROM replaced_tables WHERE attachment_id = ?", compared)
    connection.execute("DELETE FROM replaced_pages WHERE record_id = ?", (of.record_id,))


def _write_table(connection: sqlite3.Connection, of: _Input, read: _Read, *, explained: bool) -> None:
    table, heading = read.table, read.table.statement.heading
    (table_id,) = connection.execute(
        "INSERT INTO budget_tables (record_id, attachment_id, capture_id, member, kind, title_printed, pages, unit, fiscal_year, "
        "stage, agency, empty, note, portal, unit_name, explained) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            of.record_id, read.source.attachment_id, read.source.capture_id, read.member, heading.kind, heading.title,
            json.dumps(table.statement.pages), heading.unit, heading.year, heading.stage, heading.agency,
            table.is_empty, table.statement.note or None, of.portal, read.unit_name, explained,
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


def _change_row(record_id: int, changed: _Changed) -> tuple[object, ...]:
    read, before, after = changed.read, changed.change.before, changed.change.after
    heading, row = read.table.statement.heading, read.table.statement.rows[after.row]
    return (
        record_id, changed.replaced.url, changed.replaced.before_capture_id, changed.replaced.after_capture_id, read.unit_name, heading.kind,
        heading.year, heading.stage, read.numbers[row.table], row.row, row.places[after.column], after.code, after.name, after.column_name,
        after.unit, before.printed, after.printed, _yuan(before), _yuan(after), changed.change.checked,
    )  # fmt: skip


def _line_rows(table_id: int, read: _Read) -> list[tuple[object, ...]]:
    table = read.table
    support, roles = table.support(), _roles(table)
    rows: list[tuple[object, ...]] = []
    for line in table.lines:
        row = table.statement.rows[line.row]
        rows.append((
            table_id, read.numbers[row.table], row.page, row.row, row.places[line.column], line.code, line.name, line.column_name,
            line.printed, _yuan(line), *support[line.row, line.column],
            *roles.get((line.row, line.column), (None,) * 4),
        ))  # fmt: skip
    return rows


def _roles(table: BudgetTable) -> dict[tuple[int, int], tuple[str, int | None, str | None, int | None]]:
    """Return by row and column of a line its role, which set of three public expenses it is of,
    and that figure's stage and year.
    """
    return {
        (each.line.row, each.line.column): (each.role, None, each.stage, each.year)
        for each in spending_figures(table.statement.heading, table.lines)
    } | {
        (line.row, line.column): (role, entry, expenses.stage, expenses.year)
        for entry, expenses in enumerate(table.expenses, 1)
        for role, line in expenses.parts.items()
    }


def _yuan(line: BudgetLine) -> str | None:
    return None if line.yuan is None else _text(line.yuan)


def _text(value: Decimal) -> str:
    """Return an exact decimal, with two places at least."""
    places = value.as_tuple().exponent
    return f"{value:.2f}" if isinstance(places, int) and places > -2 else f"{value:f}"
