"""The sums that must hold inside a report's table: `rules.csv`, one a line for each template.

`left` and `right` are sums of cells, a cell being `indicator@heading` (2014's table has one column, and needs no
heading). `*` for the heading: the sum holds in each column of the left side's first indicator; `*` for the indicator:
in each line that has all of the headings. `<=`: the left side can't be more, for what was published twice counts once.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.analysis.report_templates import Line, lines

ONLY_HEADING = "统计数"
"""The heading of 2014's only column."""


@dataclass(frozen=True, slots=True)
class Term:
    """One cell of a rule. `rule`: its left side, which names it, and the column it is added up in,
    or `row` where it is added up along its line; `label`: of the left side, as the template words it.
    """

    template: str
    rule: str
    label: str
    relation: str
    side: str
    indicator: str
    heading: str


@cache
def terms() -> tuple[Term, ...]:
    """The terms of all rules of all templates."""
    return tuple(_terms())


def _terms() -> Iterator[Term]:
    with (Path(__file__).parent / "report_rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            template = lines(row["template"])
            for indicator, heading in _instances(row["left"], row["right"], template):
                left, right = (_cells(row[side], indicator, heading) for side in ("left", "right"))
                across = "row" if indicator else left[0][1]
                name = "+".join(dict(left)) + (f"@{across}" if across != ONLY_HEADING else "")
                label = next(line.label for line in template if line.indicator == left[0][0])
                for side, cells in (("left", left), ("right", right)):
                    for cell in cells:
                        yield Term(row["template"], name, label, row["relation"], side, *cell)


def _instances(left: str, right: str, template: tuple[Line, ...]) -> Iterator[tuple[str, str]]:
    """Yield each (indicator, heading) that the stars of a rule stand for."""
    first, _, heading = left.partition("+")[0].partition("@")
    if first == "*":
        needed = {term.partition("@")[2] for term in f"{left}+{right}".split("+")}
        yield from ((line.indicator, "") for line in template if needed <= set(line.columns))
    elif heading == "*":
        yield from (("", column) for line in template if line.indicator == first for column in line.columns)
    else:
        yield "", ""


def _cells(side: str, indicator: str, heading: str) -> list[tuple[str, str]]:
    """The cells that one side of a rule adds up, its stars filled in."""
    pairs = (term.partition("@") for term in side.split("+"))
    return [(name.replace("*", indicator), (column or ONLY_HEADING).replace("*", heading)) for name, _, column in pairs]
