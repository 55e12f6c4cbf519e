"""The portal software that most known portals of a prefecture run, from a table: what one portal says of its neighbours. Pure.

Software goes by prefecture: most have one product for nearly all of their counties. The table is a CSV file with the columns
province, prefecture, counties (known ones), most_frequent_shape (of their addresses) and counties_with_it; such a table is no
part of the project.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.model.divisions import named_in

_FAMILIES = {
    "trs": ("trs", "trs_county", "trs_fujian", "trs_igs"), "hanweb": ("hanweb_jpage", "hanweb_xxgk", "jpaas"),
    "ucap": ("ucap",), "gkmlpt": ("gkmlpt",), "lonsun": ("lonsun",), "vsb": ("vsb",), "deya": ("deya",),
}  # fmt: skip
"""Shapes of addresses, and the families of software that make them; other shapes are no family's alone."""

_COLUMNS = ("province", "prefecture", "counties", "most_frequent_shape", "counties_with_it")


@dataclass(frozen=True, slots=True)
class Likely:
    """Families that most portals of a place run; `reason`: how many do, in a few words."""

    families: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SoftwarePrior:
    """The families that most portals run, by province and prefecture ("" in a municipality)."""

    places: Mapping[tuple[str, str], Likely]

    def of(self, portal: str) -> Likely | None:
        """The families likely for a portal that calls itself so; None where its name is of no one known place."""
        named = named_in(portal)
        places = {(division.province or "", division.prefecture or "") for division in named}
        places |= {(division.province or "", division.name) for division in named if division.prefecture is None}
        known = [self.places[place] for place in sorted(places) if place in self.places]
        return known[0] if len(known) == 1 else None


def read_prior(lines: Iterable[str]) -> SoftwarePrior:
    """The prior in the lines of a CSV file. Raises ValueError where a column is missing or a line breaks off."""
    rows = csv.DictReader(lines)
    if missing := set(_COLUMNS) - set(rows.fieldnames or ()):
        raise ValueError(f"lacks the columns {', '.join(sorted(missing))}")
    places: dict[tuple[str, str], Likely] = {}
    for row in rows:
        province, prefecture, counties, shape, with_it = (row[name] for name in _COLUMNS)
        if None in (counties, shape, with_it):
            raise ValueError(f"line {rows.line_num} is too short")
        if shape in _FAMILIES:
            reason = f"{with_it} of {counties} known portals of {province}{prefecture} run {shape}"
            places[province, prefecture] = Likely(_FAMILIES[shape], reason)
    return SoftwarePrior(places)
