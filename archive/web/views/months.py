"""A picture of how much was published, by month and kind: bars in SVG paths that need neither script nor style.

Pure. One row for all and one for each kind, whole years from left to right; each row has a scale of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.labels.code_labels import KINDS
from archive.labels.label import LABELS, Label, label_of

LEAST_YEARS, MOST_YEARS = 3, 10
"""So many years are drawn, up to the newest; what is older is counted beside."""

HEIGHT, MONTH, BAR = 100, 8, 6
"""Height of a row and width of a month and of its bar, in units of the picture."""


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month of the row for all: its bar's left side and height, month and number."""

    x: int
    height: int
    month: str
    records: int


@dataclass(frozen=True, slots=True)
class BarRow:
    """A row: the path of its bars in a box HEIGHT high; how many records in all, and in its fullest month."""

    kind: str
    label: Label
    path: str
    total: int
    most: int
    fullest: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All rows. `table`: for each month with records, newest first, all its records and those of each kind.

    `earlier`, `later` and `undated`: what isn't drawn, being older, dated after the present month, or without a date.
    """

    years: tuple[int, ...]
    bars: tuple[MonthBar, ...]
    all: BarRow
    kinds: tuple[BarRow, ...]
    table: tuple[tuple[str, int, tuple[int, ...]], ...]
    earlier: int
    later: int
    undated: int

    @property
    def width(self) -> int:
        """Width of the picture."""
        return 12 * MONTH * len(self.years)


def picture(counts: Iterable[tuple[str, str, int]], present: str) -> Picture | None:
    """The picture of (month, kind, records), months as YYYY-MM and '' where there is no date; `present`: this month.

    None where there is nothing to draw.
    """
    tally = _tally(counts, present)
    everything = tally.everything
    if not everything:
        return None
    years = _drawn_years(min(everything), max(everything))
    months = [f"{year:04}-{month:02}" for year in years for month in range(1, 13)]
    drawn = {month: everything[month] for month in months if everything[month]}
    kinds = _kind_rows(tally.by_kind, months)
    return Picture(
        years=tuple(years),
        bars=tuple(
            MonthBar(place * MONTH + 1, _height(drawn[month], max(drawn.values())), month, drawn[month])
            for place, month in enumerate(months)
            if month in drawn
        ),
        all=_bars("", LABELS["word.all"], everything, months),
        kinds=kinds,
        table=tuple(
            (month, records, tuple(tally.by_kind[row.kind][month] for row in kinds))
            for month, records in reversed(drawn.items())
        ),
        earlier=sum(records for month, records in everything.items() if month < months[0]),
        later=tally.later,
        undated=tally.undated,
    )


@dataclass(slots=True)
class _Tally:
    """Records up to the present month by kind and month, and by month; those of later months and without a month."""

    by_kind: dict[str, Counter[str]]
    everything: Counter[str]
    later: int = 0
    undated: int = 0


def _tally(counts: Iterable[tuple[str, str, int]], present: str) -> _Tally:
    tally = _Tally(defaultdict(Counter), Counter())
    for month, kind, records in counts:
        if not month:
            tally.undated += records
        elif month > present:
            tally.later += records
        elif records:
            tally.by_kind[kind][month] += records
            tally.everything[month] += records
    return tally


def _drawn_years(oldest: str, newest: str) -> range:
    """Return the years that are drawn where records are of the months from `oldest` to `newest`."""
    last = int(newest[:4])
    first = min(int(oldest[:4]), last - LEAST_YEARS + 1)
    return range(max(first, last - MOST_YEARS + 1), last + 1)


def _kind_rows(by_kind: Mapping[str, Mapping[str, int]], months: list[str]) -> tuple[BarRow, ...]:
    """Return a row for each kind with records in these months: known kinds in their order, then others."""
    kinds = [kind for kind in (*KINDS, *sorted(by_kind.keys() - KINDS.keys())) if by_kind.get(kind)]
    rows = (_bars(kind, label_of(KINDS, kind), by_kind[kind], months) for kind in kinds)
    return tuple(row for row in rows if row.total)


def _bars(kind: str, label: Label, counts: Mapping[str, int], months: list[str]) -> BarRow:
    drawn = {place: counts[month] for place, month in enumerate(months) if counts.get(month)}
    most = max(drawn.values(), default=0)
    path = "".join(
        f"M{place * MONTH + 1} {HEIGHT}v-{_height(records, most)}h{BAR}V{HEIGHT}z" for place, records in drawn.items()
    )
    fullest = next((months[place] for place, records in drawn.items() if records == most), "")
    return BarRow(kind, label, path, sum(drawn.values()), most, fullest)


def _height(records: int, most: int) -> int:
    """Return the height of a bar; the least one is still seen."""
    return max(3, round(HEIGHT * records / most))
