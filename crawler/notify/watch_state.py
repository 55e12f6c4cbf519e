"""State of the watches: records already reported, messages still to be delivered; kept in a file of its own beside the archive.

What somebody watches is nobody else's business, and a watch only ever reads the archive. A record is noted as reported in the same
step in which the message that reports it is written down, and the message goes only when it was delivered to all. So each
record is in one message, and a message that was not delivered, or of which a killed run did not note it, is delivered again as it
was, under the same id.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError, transaction
from archive.database.lock import alone

_SCHEMA = """
CREATE TABLE IF NOT EXISTS own (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS watches (name TEXT PRIMARY KEY, about TEXT NOT NULL, last_event INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS seen (watch TEXT, record INTEGER, PRIMARY KEY (watch, record)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, watch TEXT NOT NULL, message TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS delivered (id INTEGER, receiver TEXT, PRIMARY KEY (id, receiver)) STRICT, WITHOUT ROWID;
"""
_VERSION = 1


def beside(db: Path) -> Path:
    """Return the path of the state for the archive `db`."""
    return db.with_name(f"{db.stem}.watches.db")


@contextmanager
def notes(path: Path) -> Iterator["Notes"]:
    """The notes at `path`, made if missing, for this process alone. Raises ArchiveError."""
    try:
        with alone(Path(f"{path}.lock"), f"{path} is in use: another `disclosures watch` is running"):
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, isolation_level=None)
            try:
                yield Notes(connection, path)
            finally:
                connection.close()
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot use {path}: {error}") from error


class Notes:
    """The notes, open."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Bring them up to date. Raises ArchiveError where a later version wrote them."""
        self._con = connection
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise ArchiveError(f"{path} was written by a later version of this program: update it first")
        with transaction(connection):
            for statement in _SCHEMA.strip().split(";\n"):
                connection.execute(statement)
            connection.execute("INSERT OR IGNORE INTO own VALUES ('id', ?)", (secrets.token_hex(6),))
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        (self._id,) = connection.execute("SELECT value FROM own WHERE name = 'id'").fetchone()

    def began(self, watch: str, about: str) -> bool:
        """Return whether the watch has begun, looking for the same: `about` says what it looks for."""
        row = self._con.execute("SELECT about FROM watches WHERE name = ?", (watch,)).fetchone()
        return row is not None and row[0] == about

    def begin(self, watch: str, about: str, records: Iterable[int], last_event: int) -> None:
        """Begin it, or begin it anew where it looks for something else: `records` are there already, and not reported."""
        with transaction(self._con):
            self._con.execute("DELETE FROM seen WHERE watch = ?", (watch,))
            self._con.execute("INSERT OR REPLACE INTO watches VALUES (?, ?, ?)", (watch, about, last_event))
            self._see(watch, records)

    def last_event(self, watch: str) -> int:
        """The last event that was looked at."""
        return int(self._con.execute("SELECT last_event FROM watches WHERE name = ?", (watch,)).fetchone()[0])

    def unseen(self, watch: str, records: Iterable[int]) -> list[int]:
        """Those of `records` that were not reported, in their order."""
        seen = {row[0] for row in self._con.execute("SELECT record FROM seen WHERE watch = ?", (watch,))}
        return [record for record in records if record not in seen]

    def note(self, watch: str, records: Sequence[int], last_event: int, message: dict[str, Any] | None) -> None:
        """Note in one step what was looked at, and the message that reports it."""
        with transaction(self._con):
            self._see(watch, records)
            self._con.execute("UPDATE watches SET last_event = ? WHERE name = ?", (last_event, watch))
            if message is not None:
                text = json.dumps(message, ensure_ascii=False)
                self._con.execute("INSERT INTO messages (watch, message) VALUES (?, ?)", (watch, text))

    def undelivered(self, watch: str) -> list[tuple[int, str, dict[str, Any]]]:
        """Messages still to be delivered, the oldest first: number, id for all the world, message."""
        rows = self._con.execute("SELECT id, message FROM messages WHERE watch = ? ORDER BY id", (watch,))
        return [(number, f"{self._id}.{number}", json.loads(text)) for number, text in rows]

    def replace(self, number: int, message: dict[str, Any]) -> None:
        """Put another message in the place of one that is still to be delivered."""
        text = json.dumps(message, ensure_ascii=False)
        with transaction(self._con):
            self._con.execute("UPDATE messages SET message = ? WHERE id = ?", (text, number))

    def leave_no_trace(self) -> None:
        """Rid the file of what was replaced or done."""
        self._con.execute("VACUUM")

    def watches(self) -> list[str]:
        """The names of the watches that have begun."""
        return [row[0] for row in self._con.execute("SELECT name FROM watches ORDER BY name")]

    def was_delivered(self, number: int, receiver: str) -> bool:
        """Return whether a message is noted as delivered to `receiver`."""
        sql = "SELECT 1 FROM delivered WHERE id = ? AND receiver = ?"
        return self._con.execute(sql, (number, receiver)).fetchone() is not None

    def delivered(self, number: int, receiver: str) -> None:
        """Note that a message was delivered to `receiver`."""
        self._con.execute("INSERT OR IGNORE INTO delivered VALUES (?, ?)", (number, receiver))

    def done(self, number: int) -> None:
        """Forget a message that was delivered to all."""
        with transaction(self._con):
            self._con.execute("DELETE FROM messages WHERE id = ?", (number,))
            self._con.execute("DELETE FROM delivered WHERE id = ?", (number,))

    def _see(self, watch: str, records: Iterable[int]) -> None:
        self._con.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", ((watch, record) for record in records))
