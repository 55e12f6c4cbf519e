"""Bars as long as the number of rows that have each value; pure. `_bars.html` draws them, without script or style."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 100
"""The width of the longest bar, in units of the picture."""

MOST_BARS = 15
MOST_MONTHS = 24

_DATE = re.compile(r"\d{4}-\d\d")
_TIME = re.compile(r"\d{4}(-\d\d)?")


@dataclass(frozen=True, slots=True)
class Bar:
    """One value, how much there is of it, and the width of its bar."""

    value: str
    amount: int
    width: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars, and how many values are left out, being the least (or, where values are times, the earliest)."""

    bars: tuple[Bar, ...]
    left_out: int


def bars(rows: Iterable[Mapping[str, Any]], by: str, of: str | None) -> Bars | None:
    """Rows counted by the column `by`, or the column `of` summed by it; None where there is nothing to compare.

    Dates are counted by month, where these are few, or else by year, in the order of time; anything else by size.
    """
    amounts: Counter[str] = Counter()
    for row in rows:
        value = str(row[by] if row[by] is not None else "")
        amounts[value[:7] if _DATE.match(value) else value] += int(row[of] or 0) if of else 1
    if len(amounts) > MOST_MONTHS and all(_TIME.fullmatch(value) for value in amounts if value):
        months, amounts = amounts, Counter()
        for month, amount in months.items():
            amounts[month[:4]] += amount
    if len(amounts) < 2:
        return None
    if all(_TIME.fullmatch(value) for value in amounts if value):
        chosen = sorted(amounts.items())[-MOST_MONTHS:]
    else:
        chosen = amounts.most_common(MOST_BARS)
    most = max(1, *amounts.values())
    drawn = tuple(Bar(value, amount, max(1, round(LONGEST * amount / most))) for value, amount in chosen)
    return Bars(drawn, len(amounts) - len(drawn))
