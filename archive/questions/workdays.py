"""Working days by the State Council's holiday notices, with the days that are made up for,
from the package chinesecalendar.

What is outside the years that the package covers is not known, and said to be.
"""

from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import accumulate

import chinese_calendar

FIRST = date(min(chinese_calendar.holidays).year, 1, 1)
LAST = date(max(chinese_calendar.holidays).year, 12, 31)
"""The first and the last day that are covered."""

VERSION = version("chinesecalendar")

WEEKEND = "周末"
_SATURDAY = 5


@cache
def day_counts() -> tuple[int, ...]:
    """For each day from FIRST on, how many working days there are up to it, the day itself included."""
    days = (FIRST + timedelta(days=count) for count in range((LAST - FIRST).days + 1))
    return tuple(accumulate(map(_is_working_day, days)))


def _is_working_day(day: date) -> bool:
    """Whether people work on a day that is covered; the package looks through all its years for each day."""
    return day in chinese_calendar.workdays or (day.weekday() < _SATURDAY and day not in chinese_calendar.holidays)


def _day(text: str | None) -> date | None:
    """A day that is covered; None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def working_days(start: str | None, end: str | None) -> int | None:
    """Working days after the day `start` (ISO 8601) up to `end`, that included; negative where `end` is earlier.

    None where one of them is no day, or not covered.
    """
    first, last = _day(start), _day(end)
    if first is None or last is None:
        return None
    counts = day_counts()
    return counts[(last - FIRST).days] - counts[(first - FIRST).days]


@lru_cache(maxsize=1 << 14)
def rest_day(text: str | None) -> str | None:
    """Return the reason why a day is free of work: a holiday's Chinese name, or WEEKEND;
    empty for a working day, None where unknown.
    """
    day = _day(text)
    if day is None:
        return None
    if _is_working_day(day):
        return ""
    _, name = chinese_calendar.get_holiday_detail(day)
    known = next((holiday.chinese for holiday in chinese_calendar.Holiday if holiday.value == name), None)
    return str(known) if known else WEEKEND
