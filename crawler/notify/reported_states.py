"""Which portals are no longer as was last told of them in a message."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.database.connection import transaction
from archive.ingest.health import NEVER_CHECKED, WELL, Health


@dataclass(frozen=True, slots=True)
class Change:
    """A portal whose state is another than the one last told: `was`, or `well` where nothing was told yet."""

    now: Health
    was: str


def changes(connection: sqlite3.Connection, found: Iterable[Health]) -> list[Change]:
    """Those of `found` to be told of. Raises sqlite3.Error."""
    told = dict(connection.execute("SELECT portal, health FROM told").fetchall())
    seen = [Change(each, told.get(each.portal, WELL)) for each in found if each.state != NEVER_CHECKED]
    return [change for change in seen if change.now.state != change.was]


def note(connection: sqlite3.Connection, delivered: Sequence[Change], now: str) -> None:
    """Note that these were told. `now`: UTC, ISO 8601. Raises ArchiveError."""
    with transaction(connection) as c:
        c.executemany(
            "INSERT INTO told (portal, health, at) VALUES (?, ?, ?) "
            "ON CONFLICT (portal) DO UPDATE SET health = excluded.health, at = excluded.at",
            [(change.now.portal, change.now.state, now) for change in delivered],
        )
