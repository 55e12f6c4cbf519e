"""Work in the archive that must not take long."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from datasette.utils import sqlite_timelimit

Result = TypeVar("Result")


def within(connection: sqlite3.Connection, milliseconds: int, work: Callable[[], Result]) -> Result | None:
    """Return the result of `work` on the archive; None where that takes too long."""
    with sqlite_timelimit(connection, milliseconds):
        try:
            return work()
        except sqlite3.OperationalError as error:
            if error.args != ("interrupted",):
                raise
            return None
