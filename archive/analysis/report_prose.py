"""The numbers in the prose of an annual report, and what its sentences say of each other's numbers.

In: the text of a report without its table. Out: one `Claim` for each number with a unit, with its place; and the
equations that the sentences state (`archive/sentences`). A number is held to mean an indicator of the table only where
the words right before it name that indicator (`report_indicators.py`), and never where the sentence speaks of another
year or of several: lawsuits about resettlement are no lawsuits about disclosure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.analysis.report_indicators import meant
from archive.sentences import stated_equations
from archive.sentences.equations import Equation, shown
from archive.sentences.figures import CLAUSE, FULL_WIDTH, Figure, read_figures
from archive.sentences.passages import Passages

MOST_CLAIMS = 2000

KINDS = ("parts", "difference", "rate", "series")
"""Kinds of equations that are held against a report; those of rates of change are `claims` like others."""

_SERIES = (("周报", 52), ("月报", 12), ("季报", 4))


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the prose. `indicator`: the indicators of the table that it means, joined by +, or None."""

    figure: Figure
    indicator: str | None


def read_claims(text: str, template: str | None, year: int | None) -> tuple[Claim, ...]:
    """The numbers with a unit in `text`, the first MOST_CLAIMS of them.
    `template` and `year` are the report's: they tell what the numbers mean.
    """
    text = text.translate(FULL_WIDTH)
    return tuple(
        Claim(each, meant(text[each.begin : each.start], each.unit, template, year) if template else None)
        for each in read_figures(text, MOST_CLAIMS, CLAUSE)
    )


def read_equations(claims: Sequence[Claim], text: str) -> tuple[Equation, ...]:
    """The sums, differences and rates that the sentences around `claims`, read from `text`,
    state; and numbers of issues.
    """
    figures = [claim.figure for claim in claims]
    stated = (each for each in stated_equations.read_equations(Passages(text, figures)) if each.kind in KINDS)
    return (*stated, *(equation for figure in figures for equation in _series(figure)))


def _series(figure: Figure) -> Iterator[Equation]:
    """A weekly bulletin has 52 issues a year, or 53; a monthly 12; a quarterly 4."""
    for name, issues in _SERIES:
        if figure.unit == "期" and figure.subject.endswith(name):
            written = f"{name}{shown(figure.value)}期（全年{issues}期）"
            yield Equation("series", figure.value, Decimal(issues), figure.value >= issues, written, (figure,))
