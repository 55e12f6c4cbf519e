"""A cartogram of counties: for each, in the order of the codes, a square of the same size,
without borders or places; pure.

`_coverage.html` draws it as SVG, without script or style: a run of squares of one group is a dashed line, a unit wide.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.directory.coverage import GROUPS, Area


@dataclass(frozen=True, slots=True)
class Squares:
    """The squares of an area. `paths`: group → its squares as an SVG path, in units of a square;
    `across`, `rows`: how many.
    """

    area: Area
    paths: Mapping[str, str]
    across: int
    rows: int


def squares(area: Area, across: int) -> Squares:
    """Return the squares of an area, `across` of them in a row."""
    paths = _paths([each.group for each in area.counties], across)
    return Squares(
        area, {name: paths[name] for name in GROUPS if name in paths}, across, -(-len(area.counties) // across)
    )


def _paths(groups: Sequence[str], across: int) -> dict[str, str]:
    paths: defaultdict[str, str] = defaultdict(str)
    places = ((group, *divmod(number, across)) for number, group in enumerate(groups))
    for (group, row), run in groupby(places, key=lambda place: place[:2]):
        columns = [column for _, _, column in run]
        paths[group] += f"M{columns[0]} {row}h{len(columns)}"
    return paths
