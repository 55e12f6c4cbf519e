"""The number of hits of each month or year, drawn as bars that narrow the search when clicked; pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from archive.labels.label import LABELS, Label
from archive.search.request import SearchRequest

HEIGHT, STEP = 60, 10
"""Height of the picture and distance of its bars, in units of the picture."""

MOST_YEARS_BY_MONTH = 4
"""Hits of more years than these are drawn by year."""

MOST_BARS = 60
"""More are not drawn: the latest of those with hits are."""

RECENT = (
    (1, LABELS["recent.day"]),
    (7, LABELS["recent.week"]),
    (30, LABELS["recent.month"]),
    (365, LABELS["recent.year"]),
)
"""Numbers of days up to today, and what they are called."""


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """A month or a year: where its bar stands, how high it is, how many hits, the query string that narrows to it."""

    when: str
    count: int
    x: int
    height: int
    address: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars; `undated`: hits without a date. `wider`: the query string that narrows to no date, where one is set."""

    bars: tuple[PeriodBar, ...]
    undated: int
    wider: str

    @property
    def width(self) -> int:
        """Width of the picture."""
        return STEP * len(self.bars)


def histogram(months: Mapping[str, int], requested: SearchRequest) -> Histogram | None:
    """Return the picture of hits by month (2017-05; '': undated); None where all are of one month."""
    dated = Counter({month: count for month, count in months.items() if month})
    if len(dated) < 2:
        return None
    years = {month[:4] for month in dated}
    counts = dated if len(years) <= MOST_YEARS_BY_MONTH else _by_year(dated)
    most = max(counts.values())
    bars = (
        PeriodBar(
            when, counts[when], place * STEP + 1, _height(counts[when], most), requested.address(since=when, until=when)
        )
        for place, when in enumerate(_axis(counts))
    )
    wider = requested.address(since="", until="") if requested.since or requested.until else ""
    return Histogram(tuple(bars), months.get("", 0), wider)


def _by_year(months: Mapping[str, int]) -> Counter[str]:
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month[:4]] += count
    return years


def _axis(counts: Mapping[str, int]) -> list[str]:
    """Return what stands side by side: all from the first to the last, or those with hits where that is too much."""
    first, last = min(counts), max(counts)
    by_month = "-" in first
    numbers = range(_number(first), _number(last) + 1)
    whole = [
        f"{number // 12:04}-{number % 12 + 1:02}" if by_month else f"{number:04}" for number in numbers[: MOST_BARS + 1]
    ]
    return whole if len(whole) <= MOST_BARS else sorted(counts)[-MOST_BARS:]


def _number(when: str) -> int:
    year, _, month = when.partition("-")
    return int(year) * 12 + int(month) - 1 if month else int(year)


def _height(count: int, most: int) -> int:
    """Return the height of a bar; the least one is still seen."""
    return max(2, round(HEIGHT * count / most)) if count else 0


def recent(requested: SearchRequest, today: date) -> list[tuple[Label, str]]:
    """Return the ways to hits of the last day, week, month and year, by the date stated: label and query string."""
    return [
        (label, requested.address(since=str(today - timedelta(days=days - 1)), until=str(today)))
        for days, label in RECENT
    ]
