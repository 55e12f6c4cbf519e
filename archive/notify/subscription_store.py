"""Subscriptions of readers, kept in a file of its own, never in the archive: addresses are nobody else's business.

A subscription is confirmed by whoever reads what is sent there; until then, nothing but one message goes there. Tokens
are random, and the file holds only their digests: whoever reads it can neither confirm nor leave for others. Of what is
deleted no byte is left in the file, and no log of it outlives a change.
"""

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from archive.database.connection import ArchiveError, transaction
from archive.database.migrations import statements
from archive.labels.language import Language
from archive.model import clock

Way = Literal["mail", "chat"]

Purpose = Literal["confirm", "leave"]

CONFIRM_WITHIN = timedelta(days=1)
"""A subscription that was not confirmed by then is deleted."""

MOST_WAITING_AT_RECEIVER = 3
MOST_WAITING = 500
"""Subscriptions that wait for a confirmation: of one receiver, and of all.
So nobody can flood a stranger, and no crowd many.
"""

MOST_OF_RECEIVER = 100
"""Subscriptions of one receiver."""

DEAD_AFTER, DEAD_WITHIN = 5, timedelta(days=4)
"""A mailbox that its server refused (5xx) so many times in a row, over so long, is dead: its subscriptions end."""

ENDED_KEPT = timedelta(days=90)
"""The time for which an operator is told that a subscription ended for its mailbox is dead."""

_VERSION = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark TEXT NOT NULL,
    way TEXT NOT NULL,
    receiver TEXT NOT NULL,
    topic TEXT NOT NULL,
    language TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    confirmed_at TEXT,
    reported_through INTEGER NOT NULL DEFAULT 0,
    sending_through INTEGER,
    under_way INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS tokens (
    digest TEXT PRIMARY KEY,
    subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    purpose TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_by_subscription ON tokens (subscription);
"""
_SINCE_VERSION_1 = """
ALTER TABLE subscriptions ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD COLUMN refused_since TEXT;
CREATE TABLE ended (
    subscription INTEGER PRIMARY KEY,
    refusals INTEGER NOT NULL,
    refused_since TEXT NOT NULL,
    ended_at TEXT NOT NULL
) STRICT;
CREATE TABLE known_rows (
    subscription INTEGER NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
    row TEXT NOT NULL,
    is_due INTEGER NOT NULL,
    PRIMARY KEY (subscription, row)
) STRICT, WITHOUT ROWID;
"""
_COLUMNS = (
    "id, mark, way, receiver, topic, language, requested_at, confirmed_at, reported_through, sending_through, under_way, failures, "
    "refusals, refused_since"
)


class RefusedError(Exception):
    """Too many subscriptions wait for a confirmation, or the receiver has too many."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription. `mark`: random, for the ids of its messages.

    `receiver`: a mail address, or the name of a room; `topic`: the query string of an `EventRequest`.

    `reported_through`: the last event that was reported, or passed over. `sending_through`: the last event of a message
    that was begun; None where none is. `under_way`: 1 while it is being sent, and may have arrived. `failures`:
    attempts in a row that failed; `refusals`: those that the receiver's server refused for good, the first of them at
    `refused_since`.
    """

    id: int
    mark: str
    way: Way
    receiver: str
    topic: str
    language: Language
    requested_at: str
    confirmed_at: str | None
    reported_through: int
    sending_through: int | None
    under_way: int
    failures: int
    refusals: int
    refused_since: str | None

    def is_dead(self, now: datetime) -> bool:
        """Whether its mailbox was refused so often, and for so long, that nobody reads there any more."""
        return (
            self.refused_since is not None
            and self.refusals >= DEAD_AFTER
            and now - clock.moment(self.refused_since) >= DEAD_WITHIN
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """A subscription that ended, for its mailbox is dead: its number, and since when and how often it was refused.
    Its address is forgotten.
    """

    subscription: int
    refusals: int
    refused_since: str
    ended_at: str

    def __str__(self) -> str:
        """Return why it ended, on one line."""
        return (
            f"its mailbox is dead: refused {self.refusals} times since {self.refused_since}; its address is forgotten"
        )


@contextmanager
def open_subscriptions(path: Path) -> Iterator["Subscriptions"]:
    """The subscriptions at `path`, which is made if missing, for its owner alone;
    those not confirmed in time are deleted.

    Raises ArchiveError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
            yield Subscriptions(connection, path)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot use the subscriptions {path}: {error}") from error


class Subscriptions:
    """The subscriptions, open."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Bring the file up to date. Raises ArchiveError where a later version wrote it."""
        self._con = connection
        for setting in ("journal_mode = DELETE", "temp_store = MEMORY", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {setting}")
        if self._version() != _VERSION:
            with transaction(connection):  # several processes of a site begin at once: one of them does it
                self._bring_up_to_date(path)
        self._expire()

    def _version(self) -> int:
        return int(self._con.execute("PRAGMA user_version").fetchone()[0])

    def _bring_up_to_date(self, path: Path) -> None:
        version = self._version()
        if version > _VERSION:
            raise ArchiveError(f"{path} was written by a later version of this program: update it first")
        if version < _VERSION:
            for statement in statements(_SCHEMA + _SINCE_VERSION_1):
                self._con.execute(statement)
            self._con.execute(f"PRAGMA user_version = {_VERSION}")

    def _expire(self) -> None:
        until = clock.text(clock.now() - CONFIRM_WITHIN)
        self._delete("confirmed_at IS NULL AND requested_at <= ?", until)
        self._con.execute("DELETE FROM ended WHERE ended_at <= ?", (clock.text(clock.now() - ENDED_KEPT),))

    def _delete(self, condition: str, *values: object) -> None:
        """Delete subscriptions, and every byte of them: SQLite leaves what it deletes
        in its pages until they are made anew.
        """
        cursor = self._con.execute(f"DELETE FROM subscriptions WHERE {condition}", values)  # noqa: S608 - conditions of ours
        if cursor.rowcount:
            self._con.execute("VACUUM")

    # --- coming and going ---

    def request(self, way: Way, receiver: str, topic: str, language: Language) -> Subscription:
        """Note a subscription that waits for its confirmation. Raises RefusedError."""
        with transaction(self._con):
            waiting, same = self._all("confirmed_at IS NULL"), self.of(receiver)
            waiting_there = sum(each.confirmed_at is None for each in same)
            if (
                waiting_there >= MOST_WAITING_AT_RECEIVER
                or len(waiting) >= MOST_WAITING
                or len(same) >= MOST_OF_RECEIVER
            ):
                raise RefusedError
            cursor = self._con.execute(
                "INSERT INTO subscriptions (mark, way, receiver, topic, language, requested_at) VALUES (?, ?, ?, ?, ?, ?)",
                (secrets.token_hex(8), way, receiver, topic, language, clock.text(clock.now())),
            )
        return self._all("id = ?", cursor.lastrowid)[0]

    def token(self, subscription: Subscription, purpose: Purpose) -> str:
        """Return a new token that confirms a subscription, or ends it."""
        token = secrets.token_urlsafe(24)
        self._con.execute("INSERT INTO tokens VALUES (?, ?, ?)", (_digest(token), subscription.id, purpose))
        return token

    def find(self, token: str, purpose: Purpose) -> Subscription | None:
        """Return the subscription that a token confirms or ends; None where it does not, or does not any more."""
        matching = "id = (SELECT subscription FROM tokens WHERE digest = ? AND purpose = ?)"
        return next(iter(self._all(matching, _digest(token), purpose)), None)

    def confirm(self, subscription: Subscription, last_event: int, rows: Iterable[str] = ()) -> None:
        """Begin to report what comes after `last_event`, or besides `rows` of an answer, in the place of the
        receiver's former subscription to the same.
        """
        former = (subscription.way, subscription.receiver, subscription.topic, subscription.id)
        self._delete("(way, receiver, topic) = (?, ?, ?) AND id <> ? AND confirmed_at IS NOT NULL", *former)
        with transaction(self._con):
            self._con.execute(
                "UPDATE subscriptions SET confirmed_at = ?, reported_through = ? WHERE id = ?",
                (clock.text(clock.now()), last_event, subscription.id),
            )
            self._con.execute("DELETE FROM tokens WHERE subscription = ? AND purpose = 'confirm'", (subscription.id,))
            self._con.executemany("INSERT INTO known_rows VALUES (?, ?, 0)", [(subscription.id, row) for row in rows])

    def end(self, subscription: Subscription) -> None:
        """Delete a subscription, and its receiver with it."""
        self._delete("id = ?", subscription.id)

    def of(self, receiver: str) -> list[Subscription]:
        """Return all subscriptions of a receiver."""
        return [each for each in self.all() if mailbox(each.receiver) == mailbox(receiver)]

    def all(self) -> list[Subscription]:
        """Return all subscriptions, in the order in which they were requested."""
        return self._all("true")

    def _all(self, condition: str, *values: object) -> list[Subscription]:
        sql = f"SELECT {_COLUMNS} FROM subscriptions WHERE {condition} ORDER BY id"  # noqa: S608 - conditions of ours
        return [Subscription(*row) for row in self._con.execute(sql, values)]

    # --- sending ---

    def begin(self, number: int, through: int) -> None:
        """Note that a message of the events up to `through` is being sent."""
        self._con.execute("UPDATE subscriptions SET sending_through = ?, under_way = 1 WHERE id = ?", (through, number))

    def reported(self, number: int, through: int) -> None:
        """Note that the events up to `through`, and the rows that were due, were reported,
        or that none of them was to be.
        """
        self._con.execute(
            "UPDATE subscriptions SET reported_through = ?, sending_through = NULL, under_way = 0, failures = 0, "
            "refusals = 0, refused_since = NULL WHERE id = ?",
            (through, number),
        )
        self._con.execute("UPDATE known_rows SET is_due = 0 WHERE subscription = ?", (number,))

    def due_rows(self, number: int, rows: Iterable[str]) -> list[str]:
        """Return the rows of an answer that are to be reported, noted as due:
        those of a message that was not delivered, or else all new ones.

        Rows that are in the answer no more are forgotten: they would be new again.
        """
        rows = list(rows)
        with transaction(self._con):
            gone = "subscription = ? AND row NOT IN (SELECT value FROM json_each(?))"
            self._con.execute(f"DELETE FROM known_rows WHERE {gone}", (number, json.dumps(rows)))  # noqa: S608 - ours
            known = dict(self._con.execute("SELECT row, is_due FROM known_rows WHERE subscription = ?", (number,)))
            due = [row for row in rows if known.get(row)] or [row for row in rows if row not in known]
            sql = "INSERT INTO known_rows VALUES (?, ?, 1) ON CONFLICT DO NOTHING"
            self._con.executemany(sql, [(number, row) for row in due])
        return due

    def failed(self, number: int) -> None:
        """Note that a message was not delivered, and is to be sent again."""
        self._con.execute("UPDATE subscriptions SET under_way = 0, failures = failures + 1 WHERE id = ?", (number,))

    def refused(self, number: int) -> None:
        """Note that a failure was a refusal of the receiver, for good."""
        self._con.execute(
            "UPDATE subscriptions SET refusals = refusals + 1, refused_since = coalesce(refused_since, ?) WHERE id = ?",
            (clock.text(clock.now()), number),
        )

    def end_dead(self) -> list[Ended]:
        """End the subscriptions of dead mailboxes, forget their receivers, and keep that they ended."""
        now = clock.now()
        dead = [each for each in self.all() if each.is_dead(now)]
        ended = [Ended(each.id, each.refusals, each.refused_since or "", clock.text(now)) for each in dead]
        with transaction(self._con):
            self._con.executemany("INSERT INTO ended VALUES (?, ?, ?, ?)", [astuple(each) for each in ended])
        for each in dead:
            self.end(each)
        return ended

    def ended(self) -> list[Ended]:
        """Return the subscriptions that ended, for their mailboxes are dead, in the last ENDED_KEPT."""
        return [Ended(*row) for row in self._con.execute("SELECT * FROM ended ORDER BY ended_at, subscription")]


def mailbox(receiver: str) -> str:
    """Return what is the same for all spellings of one mailbox:
    a mail address without what stands behind a plus, in lower case.
    """
    name, at, host = receiver.casefold().rpartition("@")
    return f"{name.partition('+')[0]}{at}{host}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
