"""Equations that sentences state: what one figure prints, and what the others give in its place.
Exact, and aware of rounding. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from archive.sentences.figures import RATES, TIMES, Figure

_NUMBER = re.compile(r"^\D{0,3}?-?[\d,，.]+\s*")
_HIGHEST_RATE = Decimal(10) ** 9
"""A rate above it is none: its whole is hardly more than nothing."""


@dataclass(frozen=True, slots=True)
class Equation:
    """A relation between figures. `left`: what the first of them prints;
    `right`: what the others give in its place, in its unit.

    `kind`: parts, difference, growth, share, rate, same or times. `shown`: the equation as a reader writes it.
    `is_hint`: it may fail for another reason than a slip.
    """

    kind: str
    left: Decimal
    right: Decimal
    holds: bool
    shown: str
    figures: tuple[Figure, ...]
    is_hint: bool = False

    @property
    def printed(self) -> Figure:
        """The figure on the left."""
        return self.figures[0]

    @property
    def fitting(self) -> str:
        """The figure that would fit on the left, in its scale and unit."""
        unit = _NUMBER.sub("", self.printed.printed)
        value = self.right / self.printed.scale
        return f"{value:f}{unit}" if self.printed.unit in RATES else f"{shown(value)}{unit}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that is known but for `rounding`: printed by one figure, or worked out of several.
    `shown`: as a reader writes it.
    """

    value: Decimal
    rounding: Decimal
    shown: str
    figures: tuple[Figure, ...]

    def changed(self, other: "Amount", sign: int) -> "Amount":
        """Return this amount with another added, or taken away where `sign` is -1."""
        return Amount(
            self.value + sign * other.value,
            self.rounding + other.rounding,
            f"{self.shown} {'+' if sign > 0 else '−'} {other.shown}",
            (*self.figures, *other.figures),
        )

    def times(self, factor: int) -> "Amount":
        """Return this amount taken several times."""
        return Amount(self.value * factor, self.rounding * factor, f"{self.shown} × {factor}", self.figures)

    def negative(self) -> "Amount":
        """Return what is taken away by this amount."""
        return Amount(-self.value, self.rounding, self.shown, self.figures)


def amounts(figures: Sequence[Figure]) -> list[Amount]:
    """Return the amounts that figures print, shown in the scale that they share."""
    scales = {figure.scale for figure in figures}
    scale = scales.pop() if len(scales) == 1 else Decimal(1)
    return [Amount(each.value, each.rounding, shown(each.value / scale), (each,)) for each in figures]


def total(parts: Sequence[Amount]) -> Amount:
    """Return the sum of one part or more."""
    whole, *others = parts
    for other in others:
        whole = whole.changed(other, 1)
    return whole


def shown(value: Decimal) -> str:
    """Return a number as a reader writes it, without zeros at its end."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def equal(kind: str, printed: Amount, other: Amount) -> Equation:
    """Return that a printed amount is what others make."""
    holds = abs(printed.value - other.value) <= printed.rounding + other.rounding
    written = f"{printed.shown} = {other.shown}"
    return Equation(kind, printed.value, other.value, holds, written, (*printed.figures, *other.figures))


def rate(kind: str, printed: Figure, part: Amount, whole: Amount, sign: int = 1) -> Equation | None:
    """Return that a printed rate, per cent or times, is a part of a whole; None where the whole may be nothing.

    `sign`: -1 where a rate of decrease is printed, and `part` is less than nothing if it is right.
    """
    if whole.value <= whole.rounding:
        return None
    factor = Decimal(1) if printed.unit == TIMES else Decimal(100)
    exact, low, high = (
        sign * factor * numerator / denominator
        for numerator, denominator in (
            (part.value, whole.value),
            (part.value - sign * part.rounding, whole.value + whole.rounding),
            (part.value + sign * part.rounding, whole.value - whole.rounding),
        )
    )
    if abs(exact) > _HIGHEST_RATE:
        return None
    written = f"{shown(printed.value)}{printed.unit} = {_bracketed(part)} ÷ {_bracketed(whole)}"
    right = exact.quantize(printed.step, ROUND_HALF_UP)
    holds = _may_print(printed, min(low, high, exact), max(low, high, exact))
    return Equation(kind, printed.value, right, holds, written, (printed, *part.figures, *whole.figures))


def _may_print(printed: Figure, low: Decimal, high: Decimal) -> bool:
    """Whether a number from `low` to `high` may be printed so: rounded up or down in the last digit."""
    return low < printed.value + printed.step and high > printed.value - printed.step


def _bracketed(amount: Amount) -> str:
    return amount.shown if len(amount.figures) == 1 else f"({amount.shown})"
