"""Texts of the archive that can't be read, as a faulty disk leaves them:
bytes that are no UTF-8, or no JSON where that should be.

One of them would keep every crawl from beginning. Where it does, what can't be read of it is replaced, with a problem
that names the record; its original says what stood there, and `disclosures reparse` reads it again.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from archive.database.kept_settings import drop_setting
from archive.model import clock
from archive.model.records import EMPTY_READING

NOTED = "texts_damaged"
"""The setting that says that a crawl met one."""

_SAYS_SO = ("decode to UTF-8", "JSONDecodeError", "malformed JSON")

_EMPTY = {
    "attachments.pages": None, "attachments.tables": None, "crawls.counts": "{}", "events.detail": "{}", "readings.fields": EMPTY_READING,
    "readings.source_fields": "{}", "records.flags": "[]", "records.source_fields": "{}", "records.tables": None, "versions.changed": "{}",
}  # fmt: skip
"""The columns that hold JSON, each with what says nothing in it; where that is None, a list."""

_OF_TEXTS = {"records.flags", "readings.source_fields", "records.source_fields"}
"""Those of them that hold texts alone."""


@dataclass(frozen=True, slots=True)
class DamagedText:
    """A text that can't be read: its row by the values of `key`, and the record it belongs to (None: to none).

    `readable`: what can be read of it, or stands in its place.
    """

    table: str
    key: dict[str, int | bytes]
    column: str
    record_id: int | None
    value: bytes
    readable: str | None

    @property
    def row(self) -> str:
        """The row, for a person."""
        values = (each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in self.key.values())
        return f"{self.table} {' '.join(map(str, values))}"


def is_cause(error: object) -> bool:
    """Whether an error, or its message, says that a text could not be read."""
    return isinstance(error, json.JSONDecodeError) or any(words in str(error) for words in _SAYS_SO)


def damaged_texts(connection: sqlite3.Connection) -> Iterator[DamagedText]:
    """Yield the texts of all tables that can't be read; reads every row."""
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for table, definition in tables:
        if not definition.startswith("CREATE VIRTUAL") and not table.startswith("records_fts"):
            yield from _of_table(connection, table, has_rowid="WITHOUT ROWID" not in definition)


def _of_table(connection: sqlite3.Connection, table: str, *, has_rowid: bool) -> Iterator[DamagedText]:
    described = connection.execute(f"PRAGMA table_info({table})").fetchall()
    kinds = {name: kind for _, name, kind, *_ in described}
    columns = [name for name, kind in kinds.items() if kind == "TEXT"]
    if not columns:
        return
    key = ["rowid"] if has_rowid else [name for _, name, _, _, _, place in described if place]
    of_record = "record_id" if kinds.get("record_id") == "INTEGER" else "NULL"
    owner = "rowid" if table == "records" else of_record
    read = [f"CAST({name} AS BLOB)" if kinds.get(name) == "TEXT" else name for name in (*key, *columns)]
    for record_id, *values in connection.execute(f"SELECT {owner}, {', '.join(read)} FROM {table}"):  # noqa: S608 - names of our own
        for name, value in zip(columns, values[len(key) :], strict=True):
            readable = _readable(f"{table}.{name}", value) if value is not None else None
            if value is not None and (readable is None or readable.encode() != value):
                yield DamagedText(table, dict(zip(key, values, strict=False)), name, record_id, value, readable)


def _readable(column: str, value: bytes) -> str | None:
    """Return what can be read of a text: of what is no JSON, what says nothing in its column."""
    text = value.decode("utf-8", "replace")
    return text if column not in _EMPTY or _is_like(column, text) else _EMPTY[column]


def _is_like(column: str, text: str) -> bool:
    """Whether a text is JSON of the form that stands in its column."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if type(value) is not type(json.loads(_EMPTY[column] or "[]")):
        return False
    if column == "readings.fields":
        doubts = value.pop("doubts", [])
        return _are_texts(doubts) and all(isinstance(each, str | None) for each in value.values())
    return column not in _OF_TEXTS or _are_texts(value.values() if isinstance(value, dict) else value)


def _are_texts(values: object) -> bool:
    """Whether these are texts, and nothing else."""
    return (
        isinstance(values, Iterable) and not isinstance(values, str) and all(isinstance(each, str) for each in values)
    )


def mend(connection: sqlite3.Connection) -> int:
    """Replace what can't be read, and note it; how many texts.
    The caller's transaction, which then makes the index anew.

    What an index or a derived fact was made of is not known any more.
    """
    damaged = list(damaged_texts(connection))
    now = clock.text(clock.now())
    for each in damaged:
        text = each.readable and each.readable.replace("\0", "")
        with suppress(sqlite3.IntegrityError):  # a key that would be another's: it stays, and is named by doctor
            which = " AND ".join(
                f"{name} = ?" if isinstance(value, int) else f"CAST({name} AS BLOB) = ?"
                for name, value in each.key.items()
            )
            connection.execute(
                f"UPDATE {each.table} SET {each.column} = ? WHERE {which}",  # noqa: S608 - names of our own
                (text, *each.key.values()),
            )
    for record_id in sorted({each.record_id for each in damaged if each.record_id}):
        places = ", ".join(
            dict.fromkeys(f"{each.table}.{each.column}" for each in damaged if each.record_id == record_id)
        )
        connection.execute(
            "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) "
            "SELECT (SELECT max(id) FROM crawls WHERE portal = r.portal), 'text_damaged', r.url, ?1, ?2, ?2 FROM records r "
            "WHERE r.id = ?3 AND EXISTS (SELECT 1 FROM crawls WHERE portal = r.portal) "
            "ON CONFLICT (crawl_id, kind, url) DO UPDATE SET count = count + 1, last_at = excluded.last_at",
            (
                f"{places}: some bytes could not be read and are replaced; `disclosures reparse` reads the original again",
                now,
                record_id,
            ),
        )
    if damaged:
        drop_setting(connection, "segment_version")
    drop_setting(connection, NOTED)
    return len(damaged)
