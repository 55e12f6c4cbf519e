"""A picture of one figure over the years: a bar for each year's budget and accounts, a gap where there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from archive.web.budgets.shown_figures import STAGES, ShownFigure

LONGEST = 100
"""The width of the longest bar, in units of the picture."""


@dataclass(frozen=True, slots=True)
class FigureBar:
    """The bar of one year and stage; no `figure` where nothing that is checked is known: that is a gap."""

    year: int
    stage: str
    width: int
    figure: ShownFigure | None


@dataclass(frozen=True, slots=True)
class FigureBars:
    """The bars, year by year. `left_out`: figures that are not drawn, for they are not checked."""

    bars: tuple[FigureBar, ...]
    left_out: int


def figure_bars(years: Iterable[int], figures: Mapping[tuple[int, str], ShownFigure]) -> FigureBars | None:
    """Return the picture of the checked ones of figures by year and stage; None where there are none."""
    checked = {key: each for key, each in figures.items() if each.is_checked}
    most = max((each.yuan or Decimal(0) for each in checked.values()), default=Decimal(0))
    if not checked:
        return None
    bars = [
        FigureBar(year, stage, _width(drawn, most) if drawn else 0, drawn)
        for year in years
        for stage in STAGES
        for drawn in (checked.get((year, stage)),)
    ]
    stages = {stage for _, stage in checked}
    return FigureBars(tuple(bar for bar in bars if bar.stage in stages), len(figures) - len(checked))


def _width(figure: ShownFigure, most: Decimal) -> int:
    """Return the width of a bar; the least amount is still seen, none at all is not."""
    yuan = max(figure.yuan or Decimal(0), Decimal(0))
    return max(1, round(LONGEST * yuan / most)) if yuan else 0
