"""The clock: the machine's time, or for tests and simulations a moment given, from which time then runs on."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")

VARIABLE = "DISCLOSURES_NOW"

BEIJING = timezone(timedelta(hours=8))

AGREES = timedelta(days=1)
"""Clocks that differ by less are not held against each other: portals' own stand wrong by hours."""


class ClockError(ValueError):
    """The moment given can't be read; the message is one line."""


def now() -> datetime:
    """The present moment, UTC. Raises ClockError."""
    ahead = _ahead(os.environ.get(VARIABLE, ""))  # first, or the first answer would be before the moment given
    return datetime.now(UTC) + ahead


def today() -> date:
    """The present day in Beijing. Raises ClockError."""
    return now().astimezone(BEIJING).date()


def moment(text: str) -> datetime:
    """The moment that a time in ISO 8601 is; one without a zone is UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def beijing_day(text: str) -> date:
    """The day in Beijing at a time in ISO 8601. Raises ValueError."""
    return moment(text).astimezone(BEIJING).date()


def text(moment: datetime) -> str:
    """A moment as the archive writes it: UTC, ISO 8601, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _ahead(given: str) -> timedelta:
    """Return how far the clock given is ahead of the machine's, from the first call on."""
    if not given:
        return timedelta(0)
    try:
        return moment(given) - datetime.now(UTC)
    except ValueError as error:
        raise ClockError(f"{VARIABLE}={given!r} must be a moment such as 2018-04-03T01:00:00Z") from error


def time_of(header: str | None) -> datetime | None:
    """Return the time that the header `Date` states, None where it states none."""
    try:
        time = parsedate_to_datetime(header or "")
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # the last: a year that no clock has, at the latest in UTC
        return None


def disagreement(times: Iterable[datetime], now: datetime) -> str:
    """Say how the portal's clock, by its answers, disagrees with ours, as the end of a sentence; else empty."""
    latest = max(times, default=now)
    return "" if abs(latest - now) < AGREES else f"clock says {text(latest)}, this machine's {text(now)}"


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return the result of `work`, a conversation with another machine.

    Raises TimeoutError where that takes longer, however often it says a little: a limit of a socket is on each wait alone.
    What is then still under way keeps no program from ending.
    """
    results: SimpleQueue[Result | BaseException] = SimpleQueue()

    def run() -> None:
        try:
            results.put(work())
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            results.put(error)

    Thread(target=run, daemon=True).start()
    try:
        result = results.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no whole answer within {seconds:.0f} s") from None
    if isinstance(result, BaseException):
        raise result
    return result
