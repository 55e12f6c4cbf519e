"""The sealed days of the chain, as the table `seals` keeps them beside the records, where originals aren't at hand."""

import sqlite3
from typing import NamedTuple

_SEALS = "SELECT day, hash, coalesce(stamped_at, '') FROM seals"


class Seal(NamedTuple):
    """A sealed day, its hash, and the time of its time stamp (UTC), "" where it has none."""

    day: str
    hash: str
    stamped_at: str


def last_seal(connection: sqlite3.Connection) -> Seal | None:
    """Return the last sealed day, the head of the chain, which holds for all before; None while none is sealed."""
    return _seal(connection.execute(f"{_SEALS} ORDER BY day DESC LIMIT 1").fetchone())


def seal_at(connection: sqlite3.Connection, moment: str | None) -> Seal | None:
    """Return the seal of the day (UTC) of a moment of the archive;
    None where it isn't sealed, or there is no such moment.
    """
    return _seal(connection.execute(f"{_SEALS} WHERE day = substr(?, 1, 10)", (moment,)).fetchone())


def _seal(row: tuple[str, str, str] | None) -> Seal | None:
    return Seal(*row) if row else None
