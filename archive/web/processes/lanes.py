"""Lanes: how many may work at once, what each may take, and how long the others wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

WAIT = 5.0
"""Seconds that a reader waits for a place; then there is none."""

MOST_WAITING = 16


class NoPlaceError(Exception):
    """As many are at work as may be, and nobody ended in time."""


@dataclass(slots=True)
class Lane:
    """Work of one kind. `seconds`: until an answer, or its next piece, is there;
    `memory`: bytes beside what the process has already.
    """

    name: str
    at_once: int
    each: int
    """Of one reader, at once."""
    seconds: float
    memory: int
    sql: bool = False
    """Whether readers wrote the SQL."""
    _working: Counter[Hashable] = field(default_factory=Counter)
    _waiting: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def place(self, reader: Hashable) -> AsyncIterator[None]:
        """Hold a place. Raises NoPlaceError where none is free in time."""
        if self._waiting >= MOST_WAITING:
            raise NoPlaceError
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT), self._changed:
                await self._changed.wait_for(lambda: self._is_free(reader))
                self._working[reader] += 1
        except TimeoutError as error:
            raise NoPlaceError from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._working[reader] -= 1
            self._working += Counter()  # without those that have none
            async with self._changed:
                self._changed.notify_all()

    def _is_free(self, reader: Hashable) -> bool:
        return self._working.total() < self.at_once and self._working[reader] < self.each
