"""Work in the archive that must not take long."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from archive.database.time_limit import is_interrupted, time_limit

Result = TypeVar("Result")


def within(connection: sqlite3.Connection, milliseconds: int, work: Callable[[], Result]) -> Result | None:
    """Return the result of `work` on the archive; None where that takes too long."""
    with time_limit(connection, milliseconds / 1000):
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not is_interrupted(error):
                raise
            return None
