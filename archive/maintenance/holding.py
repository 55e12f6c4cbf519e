"""Holding back texts that list persons, until somebody has looked at them, and settling them.

A text that is held back is in no column of the archive: of a record its body, of a file its text is NULL, and what
history said of it is gone. It is read again from its original when it is released. A decision is kept by the record's
portal and key, or by the digest of the file, wherever that stands.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from archive.database.kept_settings import keep_setting, setting
from archive.database.withheld import HELD, SETTLED_AS_HELD
from archive.model.rosters import RULES_VERSION, persons_listed
from archive.search import index

WAITING, RELEASED, KEPT = "waiting", "released", "kept"

STRIDE = 500
"""Records, or files, that are judged between two looks at the archive."""

TRACES = "traces"
"""The setting that says that free pages may still hold what was withheld or held back."""

_VERSION = "roster_version"
_KEY = "SELECT portal || ' ' || url FROM records WHERE id = ?"
_NOTE = """
    INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (:record, :source, :key, :persons, :state, :at)
    ON CONFLICT (record_id, source) DO UPDATE SET
        key = excluded.key, persons = excluded.persons,
        state = iif(rosters.key = excluded.key AND rosters.state <> 'waiting', rosters.state, excluded.state)
    RETURNING state
"""
_RECORD = "SELECT id, title, body, first_seen FROM records WHERE body IS NOT NULL"
_FILE = """
    SELECT a.id, a.record_id, r.title, a.name, a.url, a.sha256, a.text, r.first_seen FROM attachments a
    JOIN records r ON r.id = a.record_id WHERE a.text IS NOT NULL
"""
_RECORDS, _FILES = f"{_RECORD} AND id > ? ORDER BY id LIMIT ?", f"{_FILE} AND a.id > ? ORDER BY a.id LIMIT ?"
_UNJUDGED = "NOT EXISTS (SELECT 1 FROM rosters WHERE record_id = {} AND source = {})"
_UNJUDGED_RECORD = f"{_RECORD} AND id = ? AND {_UNJUDGED.format('records.id', chr(39) * 2)}"
_UNJUDGED_FILES = f"{_FILE} AND a.record_id = ? AND {_UNJUDGED.format('a.record_id', 'a.url')}"
_WAITING = """
    SELECT h.id, h.record_id, r.portal, r.url, r.title, r.publisher, r.published_on, h.source, a.name, h.persons, h.state, h.at
    FROM rosters h JOIN records r ON r.id = h.record_id
    LEFT JOIN attachments a ON a.record_id = h.record_id AND a.url = h.source
    WHERE h.state = 'waiting' ORDER BY h.id
"""


@dataclass(frozen=True, slots=True)
class HeldText:
    """A text that waits to be looked at. `source`: the file's address, "" for the record's text; `name`: the file's."""

    number: int
    record: int
    portal: str
    url: str
    title: str | None
    publisher: str | None
    published_on: str | None
    source: str
    name: str | None
    persons: int
    state: str
    at: str


def shown_body(connection: sqlite3.Connection, record_id: int, title: str, body: str, now: str) -> str | None:
    """Return a record's text as it may be kept: None where it lists persons and wasn't released, which is noted."""
    return body if _may_be_shown(connection, record_id, "", None, persons_listed(title, body), now) else None


def shown_text(  # noqa: PLR0913, PLR0917 - what a file is
    connection: sqlite3.Connection, record_id: int, url: str, sha256: str | None, title: str, text: str | None, now: str
) -> str | None:
    """Return a file's text as `shown_body` does a record's. `title`: the record's, with the file's name."""
    if not text or sha256 is None:
        return text
    persons = persons_listed(f"{title} {text[:100]}", text)
    return text if _may_be_shown(connection, record_id, url, sha256, persons, now) else None


def _may_be_shown(  # noqa: PLR0913, PLR0917
    connection: sqlite3.Connection, record_id: int, source: str, sha256: str | None, persons: int, now: str
) -> bool:
    known = connection.execute(
        "SELECT key, state FROM rosters WHERE record_id = ? AND source = ?", (record_id, source)
    ).fetchone()
    if not persons and known is None:
        return True
    key = connection.execute(_KEY, (record_id,)).fetchone()[0] if sha256 is None else sha256
    if not persons:
        if known[0] == key and known[1] != WAITING:
            return bool(known[1] == RELEASED)
        connection.execute("DELETE FROM rosters WHERE record_id = ? AND source = ?", (record_id, source))
        return True
    settled = "SELECT state FROM rosters WHERE key = ? AND state <> 'waiting' ORDER BY at DESC, id DESC LIMIT 1"
    decided = connection.execute(settled, (key,)).fetchone()
    values = {"record": record_id, "source": source, "key": key, "persons": persons, "at": now}
    (state,) = connection.execute(_NOTE, {**values, "state": decided[0] if decided else WAITING}).fetchone()
    return bool(state == RELEASED)


def refresh(connection: sqlite3.Connection) -> None:
    """Judge everything again where another version of the rules did; the caller's transaction."""
    if setting(connection, _VERSION) == str(RULES_VERSION):
        return
    _judge(connection, _rows(connection, _RECORDS), _rows(connection, _FILES))
    keep_setting(connection, _VERSION, str(RULES_VERSION))


def judge(connection: sqlite3.Connection, records: Iterable[int]) -> None:
    """Judge the texts of these records and of their files that nobody has judged, as after a merge; the caller's transaction."""
    for record_id in sorted(records):
        _judge(
            connection,
            connection.execute(_UNJUDGED_RECORD, (record_id,)).fetchall(),
            connection.execute(_UNJUDGED_FILES, (record_id,)).fetchall(),
        )


def _judge(
    connection: sqlite3.Connection, records: Iterable[tuple[Any, ...]], files: Iterable[tuple[Any, ...]]
) -> None:
    for record_id, title, body, at in records:
        if shown_body(connection, record_id, title or "", body, at) is None:
            _empty_body(connection, record_id)
    for number, record_id, title, name, url, sha256, text, at in files:
        if shown_text(connection, record_id, url, sha256, f"{title or ''} {name}", text, at) is None:
            _empty_file(connection, number, record_id)


def empty_all(connection: sqlite3.Connection) -> None:
    """Empty whatever is held back and is still there, as after a merge. The caller's transaction."""
    records = connection.execute(
        "SELECT r.id FROM rosters h JOIN records r ON r.id = h.record_id "  # noqa: S608 - constant
        f"WHERE h.source = '' AND h.state IN {SETTLED_AS_HELD} AND r.body IS NOT NULL"
    ).fetchall()
    for (record_id,) in records:
        _empty_body(connection, record_id)
    files = connection.execute(
        "SELECT a.id, a.record_id FROM rosters h JOIN attachments a ON a.record_id = h.record_id AND a.url = h.source "  # noqa: S608
        f"WHERE h.state IN {SETTLED_AS_HELD} AND a.text IS NOT NULL"
    ).fetchall()
    for number, record_id in files:
        _empty_file(connection, number, record_id)


def waiting(connection: sqlite3.Connection) -> list[HeldText]:
    """Return the texts that wait to be looked at, the oldest first."""
    return [HeldText(*row) for row in connection.execute(_WAITING)]


def settle(connection: sqlite3.Connection, number: int, state: str, now: str) -> bool:
    """Settle one text, and all others with its key, as RELEASED or KEPT; whether there is one of this number.

    What is released is read by reading its record again (`unread`). The caller's transaction.
    """
    row = connection.execute("SELECT key FROM rosters WHERE id = ?", (number,)).fetchone()
    if row is None:
        return False
    connection.execute("UPDATE rosters SET state = ?, at = ? WHERE key = ?", (state, now, row[0]))
    empty_all(connection)
    return True


def unread(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return the portals and ids of records with a text that was released and is not there."""
    rows = connection.execute(
        "SELECT DISTINCT r.portal, r.id FROM rosters h JOIN records r ON r.id = h.record_id "
        "LEFT JOIN attachments a ON a.record_id = r.id AND a.url = h.source "
        "WHERE h.state = 'released' AND r.state <> 'withheld' AND iif(h.source = '', r.body IS NULL, a.state = ?) ORDER BY r.id",
        (HELD,),
    )
    return [(row[0], row[1]) for row in rows]


def note_traces(connection: sqlite3.Connection) -> None:
    """Note that free pages may hold what was just taken out, so that they are swept; the caller's transaction."""
    keep_setting(connection, TRACES, "1")


def _empty_body(connection: sqlite3.Connection, record_id: int) -> None:
    index.changing(connection, record_id)
    connection.execute("UPDATE records SET body = NULL, tables = NULL WHERE id = ?", (record_id,))
    for table, column, path in (("versions", "changed", "$.body"), ("events", "detail", "$.changed.body")):
        connection.execute(
            f"UPDATE {table} SET {column} = json_set({column}, '{path}', json_array(NULL, NULL)) "  # noqa: S608 - constants
            f"WHERE record_id = ? AND json_type({column}, '{path}') IS NOT NULL",
            (record_id,),
        )
    note_traces(connection)


def _empty_file(connection: sqlite3.Connection, number: int, record_id: int) -> None:
    index.changing(connection, record_id)
    connection.execute(
        "UPDATE attachments SET text = NULL, tables = NULL, pages = NULL, state = ? WHERE id = ?", (HELD, number)
    )
    note_traces(connection)


def _rows(connection: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    last = 0
    while rows := connection.execute(sql, (last, STRIDE)).fetchall():
        for row in rows:
            yield tuple(row)
        last = rows[-1][0]
