"""Changes of portals' states since they were last reported in a message."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.database.connection import transaction
from archive.ingest.health import NEVER_CHECKED, WELL, Health


@dataclass(frozen=True, slots=True)
class StateChange:
    """A portal whose state is another than the one last reported: `was`, or `well` where nothing was reported yet."""

    now: Health
    was: str


def changes(connection: sqlite3.Connection, states: Iterable[Health]) -> list[StateChange]:
    """Return those of `states` that are to be reported. Raises sqlite3.Error."""
    reported = dict(connection.execute("SELECT portal, health FROM told").fetchall())
    seen = [StateChange(each, reported.get(each.portal, WELL)) for each in states if each.state != NEVER_CHECKED]
    return [change for change in seen if change.now.state != change.was]


def note(connection: sqlite3.Connection, delivered: Sequence[StateChange], now: str) -> None:
    """Note that these were reported. `now`: UTC, ISO 8601. Raises ArchiveError."""
    with transaction(connection) as c:
        c.executemany(
            "INSERT INTO told (portal, health, at) VALUES (?, ?, ?) "
            "ON CONFLICT (portal) DO UPDATE SET health = excluded.health, at = excluded.at",
            [(change.now.portal, change.now.state, now) for change in delivered],
        )
