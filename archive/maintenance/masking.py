"""Today's rules for personal data, applied to everything that older rules let into the archive, and to what is taken from others.

What is masked on the way in is masked again where it now stands: records, readings, versions, events, files, problems,
the names of portals and of the agencies in their files, the titles and paths of catalogues. Afterwards no byte of the
file holds what was masked, in the search index, a free page or the write-ahead log. The sealed originals stay as
they are.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.lock import hold
from archive.database.redaction_version import redaction_version, set_redaction_version
from archive.maintenance.bring_up_to_date import bring_up_to_date, leave_no_trace, open_up_to_date
from archive.maintenance.holding import note_traces
from archive.masking.personal_numbers import RULES_VERSION
from archive.masking.redaction import RedactedJson, redact, redact_fields, redact_json
from archive.masking.table_redaction import redact_tables
from archive.model.records import FIELDS, OWN_PAGE
from archive.model.rosters import persons_listed
from archive.search import index
from archive.tables.printed_table import from_json_text, to_json_text

STRIDE = 200
"""Rows of a table without an owner, or records with all that is theirs, in one transaction."""

UNFINISHED = 0
"""Stands for the version of the rules from the first text masked until no trace of it is left."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with text. `owner`: the column that says whose row it is;
    `texts`, `json` and `tables`: columns to be masked.
    """

    name: str
    key: tuple[str, ...]
    owner: str
    texts: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def rows(self) -> str:
        """The query for its rows of the owners after one number up to another."""
        columns = ", ".join(dict.fromkeys((self.owner, *self.key, *self.texts, *self.json, *self.tables)))
        return f"SELECT {columns} FROM {self.name} WHERE {self.owner} > ? AND {self.owner} <= ?"  # noqa: S608 - constant names


_RECORDS = _Table("records", ("id",), "id", texts=(*FIELDS, "body"), json=("source_fields",), tables=("tables",))
_READINGS = _Table("readings", ("record_id", "catalog_id"), "record_id", json=("fields", "source_fields"))
_FILES = _Table(
    "attachments", ("record_id", "url"), "record_id", texts=("name", "text"), json=("pages",), tables=("tables",)
)
_VERSIONS = _Table("versions", ("id",), "record_id", json=("changed",))
_EVENTS = _Table("events", ("id",), "record_id", json=("detail",))
_DEFERRED = _Table("deferred", ("id",), "record_id", json=("content",))
_BUDGET_CHANGES = _Table(
    "budget_changes",
    ("record_id", "url", "after_capture_id", "number", "row", "place"),
    "record_id",
    texts=("unit_name", "name", "column_name"),
)
_SEARCHED = (_RECORDS, _FILES)
_OF_RECORDS = (_RECORDS, _READINGS, _FILES, _VERSIONS, _EVENTS, _DEFERRED, _BUDGET_CHANGES)
_PORTALS = _Table("portals", ("rowid",), "rowid", texts=("name",), json=("agencies",))
_OTHERS = (
    _Table("problems", ("id",), "id", texts=("message",)),
    _Table("catalogs", ("id",), "id", texts=("title", "path")),
    _PORTALS,
)


@dataclass(frozen=True, slots=True)
class _Change:
    """A row with something to mask: its masked values, and by column how many numbers of each kind."""

    table: _Table
    owner: int
    key: Mapping[str, int | str]
    values: Mapping[str, str | None]
    counts: Mapping[str, Mapping[str, int]]


class TracesLeftError(ArchiveError):
    """All is masked, and the file can't be swept yet: that is done when it is next opened for writing."""


@dataclass(slots=True)
class Masked:
    """Counts of a run: in how many records and texts, and how many numbers by kind were added to `redactions`."""

    records: int = 0
    texts: int = 0
    numbers: Counter[str] = field(default_factory=Counter)


def mask_again(db: Path, progress: index.Progress | None = None) -> Masked:
    """Mask the whole archive by today's rules. A killed run is simply run again; a second run changes nothing.

    `progress` is told how many records were looked at, of how many. Raises ArchiveError where there is no archive,
    while a portal is crawled into it, and while another program holds it.
    """
    with closing(open_for_reading(db)) as connection:
        try:
            portals = [row[0] for row in connection.execute("SELECT id FROM portals ORDER BY id")]
        except sqlite3.Error as error:
            raise ArchiveError(f"cannot read the archive {db}: {error}") from error
    with ExitStack() as stack:
        for portal in portals:
            stack.callback(hold(db, portal).release)  # a crawl under way masks by the rules it began with
        connection = stack.enter_context(closing(open_up_to_date(db, progress=progress)))
        connection.row_factory = sqlite3.Row
        try:
            return _mask_all(connection, progress)
        except sqlite3.Error as error:
            busy = error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            then = "; run this again when whatever holds it has ended" if busy else ""
            raise ArchiveError(f"cannot mask the archive {db}: {error}{then}") from error
        except json.JSONDecodeError as error:
            raise ArchiveError(f"cannot mask the archive {db}: a row is no JSON ({error})") from error


def _mask_all(connection: sqlite3.Connection, progress: index.Progress | None) -> Masked:
    done, looked_at = Masked(), 0
    (total,) = connection.execute("SELECT count(*) FROM records").fetchone()
    for low, high in _strides(connection, _RECORDS):
        looked_at = min(looked_at + STRIDE, total)
        if progress:
            progress("records masked again", looked_at, total)
        with transaction(connection):
            _mask(connection, [each for table in _OF_RECORDS for each in _changes(connection, table, low, high)], done)
    for table in _OTHERS:
        for low, high in _strides(connection, table):
            with transaction(connection):
                _mask(connection, list(_changes(connection, table, low, high)), done)
    with transaction(connection):
        if redaction_version(connection, UNFINISHED) != RULES_VERSION:
            note_traces(connection)
        connection.execute("UPDATE redactions SET rules_version = ?1 WHERE rules_version <> ?1", (RULES_VERSION,))
        set_redaction_version(connection, RULES_VERSION)
    if not leave_no_trace(connection):
        raise TracesLeftError(
            "all is masked, but the file still holds the old text, for another program is reading it: "
            "end that program, then run this again; or wait for the next crawl that finds the file free"
        )
    return done


def _strides(connection: sqlite3.Connection, table: _Table) -> Iterator[tuple[int, int]]:
    """The table's rows in strides: those after one id, up to another. Raises ArchiveError where they have no order."""
    sql = f"SELECT max(rowid) FROM (SELECT rowid FROM {table.name} WHERE rowid > ? ORDER BY rowid LIMIT ?)"  # noqa: S608 - constant names
    low = 0
    while (high := connection.execute(sql, (low, STRIDE)).fetchone()[0]) is not None:
        _require_between(table, low, high, high)
        yield low, high
        low = high


def _require_between(table: _Table, low: int, high: int, number: int) -> None:
    """See that a row is one of those asked for. Raises ArchiveError: damage has put the table out of order."""
    if not low < number <= high:
        raise ArchiveError(f"{table.name} is damaged after row {low}: `disclosures verify` says all that is wrong")


def _masked_json(name: str, value: Any, row: sqlite3.Row, stored: Mapping[str, Any]) -> RedactedJson:  # noqa: ANN401 - JSON
    """Mask the JSON of a column; the title of what a page prints stands in the same row, or in its fields."""
    if name != "source_fields":
        return redact_json(value)
    return redact_fields(value, (stored["fields"].get("title") if "fields" in stored else row["title"]) or "")


def _changes(connection: sqlite3.Connection, table: _Table, low: int, high: int) -> Iterator[_Change]:
    """Yield the changes that today's rules make in rows of the owners after `low`, to `high`. Raises ArchiveError."""
    for row in connection.execute(table.rows(), (low, high)).fetchall():
        _require_between(table, low, high, row[table.owner])
        texts = {name: redact(row[name] or "") for name in table.texts}
        stored = {name: json.loads(row[name] or "null") for name in table.json}
        jsons = {name: _masked_json(name, value, row, stored) for name, value in stored.items()}
        tables = {name: redact_tables(from_json_text(row[name])) for name in table.tables}
        counts = {name: masked.counts for name, masked in texts.items()}
        counts |= {name: masked.counts for name, masked in jsons.items()}
        counts |= {name: masked for name, (_, masked) in tables.items()}
        values: dict[str, str | None] = {name: masked.text for name, masked in texts.items() if masked.counts}
        values |= {name: _json(masked.value) for name, masked in jsons.items() if masked.value != stored[name]}
        values |= {name: to_json_text(masked) for name, (masked, found) in tables.items() if found}
        if values:
            yield _Change(table, row[table.owner], {name: row[name] for name in table.key}, values, counts)


def _mask(connection: sqlite3.Connection, changes: Iterable[_Change], done: Masked) -> None:
    """Write what changes, with its place in the search index and its counts; the caller's transaction."""
    changes = list(changes)
    if not changes:
        return
    for record_id in {change.owner for change in changes if change.table in _SEARCHED}:
        index.changing(connection, record_id)
    for change in changes:
        assigned = ", ".join(f"{name} = ?" for name in change.values)
        which = " AND ".join(f"{name} = ?" for name in change.key)
        connection.execute(
            f"UPDATE {change.table.name} SET {assigned} WHERE {which}",  # noqa: S608 - constant names
            (*change.values.values(), *change.key.values()),
        )
    bring_up_to_date(connection)
    for change in changes:
        if change.table is _PORTALS:
            (portal,) = connection.execute("SELECT id FROM portals WHERE rowid = ?", (change.owner,)).fetchone()
            bring_up_to_date(connection, portal)
    numbers = _numbers(changes)
    _note(connection, numbers)
    set_redaction_version(connection, UNFINISHED)
    done.records += len({change.owner for change in changes if change.table in _OF_RECORDS})
    done.texts += sum(len(change.values) for change in changes)
    for (_, _, kind), count in numbers.items():
        done.numbers[kind] += count


def _note(connection: sqlite3.Connection, numbers: Mapping[tuple[int, str, str], int]) -> None:
    """Add to what is known to be masked: record, source and kind → how many."""
    connection.executemany(
        "INSERT INTO redactions (record_id, source, kind, count, rules_version) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET count = count + excluded.count, rules_version = excluded.rules_version",
        [(*where, count, RULES_VERSION) for where, count in numbers.items()],
    )


def _numbers(changes: Iterable[_Change]) -> Counter[tuple[int, str, str]]:
    """Count the numbers newly masked, by record, source and kind, each once and where it is printed.

    A field repeats what the page prints, the record repeats its readings, a text its tables,
    and history what was there before.
    """
    numbers: Counter[tuple[int, str, str]] = Counter()
    for change in changes:
        counts = {name: Counter(kinds) for name, kinds in change.counts.items()}
        if change.table is _READINGS:
            source, found = change.key["catalog_id"], counts["fields"] | counts["source_fields"]
        elif change.table is _RECORDS:
            source, found = OWN_PAGE, counts["body"] | counts["tables"]
        elif change.table is _FILES:
            # The text repeats the tables: what both print is counted once.
            source, found = change.key["url"], counts["name"] + (counts["text"] | counts["tables"])
        else:
            continue
        for kind, count in found.items():
            numbers[change.owner, str(source), kind] += count
    return numbers


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_NOT_TEXT = frozenset(("id", "portal", "url", "link", "home", "source", "key", "sha256", "certificate"))
"""Columns of addresses, digests and names of rows: what is said in these is the row's identity."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)?")
_COUNTED = {  # table → the record, the source, and the columns whose numbers are counted, as `_numbers` has them
    "records": ("m.id", str(OWN_PAGE), ("body", "tables")),
    "readings": ("m.record_id", "m.catalog_id", ("fields", "source_fields")),
    "attachments": ("m.record_id", "m.url", ("name", "text", "tables")),
}
_TITLES = {"records": "m.title", "readings": "m.fields ->> 'title'"}
"""The title of the page that prints a row's `source_fields`."""


class UnmaskableError(Exception):
    """A value of another archive that is not as this program writes it, and can't be masked; the message says where."""


class TakenTexts:
    """Masks what is taken from another archive on its way into this one, whatever that says of its own masking.

    Addresses stay as they are.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._fault = ""
        self._numbers: Counter[tuple[int, str, str]] = Counter()
        connection.create_function("masked", 5, self._masked)

    def expression(self, table: str, column: str) -> str:
        """Return SQL for a column of a row `m` of theirs as it is taken."""
        if (column in _NOT_TEXT and (table, column) != ("directory", "source")) or column.endswith("_id"):
            return f"m.{column}"
        if column == "rules_version":
            return str(RULES_VERSION)
        record, source, counted = _COUNTED.get(table, ("NULL", "NULL", ()))
        record = record if column in counted else "NULL"
        title = _TITLES.get(table, "NULL") if column == "source_fields" else "NULL"
        return f"masked('{column}', m.{column}, {title}, {record}, {source})"

    def text(self, column: str, text: str) -> str:
        """Return a value of a column as it is taken."""
        return _masked_value(column, text, "")[0]

    def note(self) -> None:
        """Note what was masked since the last time. Raises UnmaskableError where something could not be."""
        if self._fault:
            raise UnmaskableError(self._fault)
        _note(self._connection, self._numbers)
        self._numbers.clear()

    def _masked(
        self, column: str, value: str | float | None, title: str | None, record: int | None, source: object
    ) -> str | float | None:
        if not isinstance(value, str) or _TIME.fullmatch(value):
            return value
        try:
            masked, counts = _masked_value(column, value, title or "")
        except (ValueError, RecursionError) as error:  # SQLite would print what is raised here
            self._fault = f"a value of `{column}` is not as this program writes it: {error}"
            return None
        if record is not None:
            for kind, count in counts.items():
                where = record, str(source), kind
                self._numbers[where] = max(self._numbers[where], count)
        return masked


def _masked_value(column: str, text: str, title: str) -> tuple[str, Mapping[str, int]]:
    """A text, or JSON, of a column of another archive, masked; and how many numbers of each kind were."""
    if column == "tables":
        tables, counts = redact_tables(from_json_text(text))
        return (to_json_text(tables) or "", counts) if counts else (text, {})
    try:
        value = json.loads(text) if text[:1] in {"{", "["} else None
        held = _without_rosters(value)
        found = redact_fields(held, title) if column == "source_fields" and value else redact_json(held)
    except (ValueError, RecursionError):  # no JSON, or deeper than any that is written here
        value = None
    if value is None:
        masked = redact(text)
        return masked.text, masked.counts
    return text if found.value == value else _json(found.value), found.counts


def _without_rosters(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what history says of a record (`changed`) without the texts of it that list persons."""
    if not isinstance(value, dict):
        return value
    if isinstance(changed := value.get("changed"), dict):
        return {**value, "changed": _without_rosters(changed)}
    if isinstance(both := value.get("body"), list):
        return {
            **value,
            "body": [None if isinstance(text, str) and persons_listed("", text) else text for text in both],
        }
    return value
