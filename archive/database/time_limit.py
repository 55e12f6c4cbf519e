"""A limit on the time that SQLite may take."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

from archive.database.several import Readable

Result = TypeVar("Result")

_STEPS = 1000
"""Steps of SQLite's machine between two looks at the clock: well under a millisecond."""


@contextmanager
def time_limit(connection: Readable, seconds: float) -> Iterator[None]:
    """Interrupt whatever `connection` does when the time is over: sqlite3.OperationalError, see `is_interrupted`."""
    end = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > end, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def is_interrupted(error: BaseException) -> bool:
    """Return whether an error says that the time was over."""
    return isinstance(error, sqlite3.OperationalError) and error.args == ("interrupted",)


def within(connection: Readable, milliseconds: int, work: Callable[[], Result]) -> Result | None:
    """Return the result of `work` on the archive; None where that takes too long."""
    with time_limit(connection, milliseconds / 1000):
        try:
            return work()
        except sqlite3.OperationalError as error:
            if not is_interrupted(error):
                raise
            return None
