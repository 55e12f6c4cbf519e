"""Joining of lists of portals to divisions: a row's code and name lead to one division, or the row says why not. Pure.

Divisions are renamed (同心县 becomes 同心市), get other codes when they do, and are merged; lists that others keep are often
older than that. `merged_divisions.csv` has those that are gone, and into which they went: no row leads to them. Those
of 2021 stand in division_codes.csv twice, by the code of before and by that of since.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.model.divisions import COUNTY, PREFECTURE, PROVINCE, ZONE, Division, divisions, named_in

_MERGED = Path(__file__).with_name("merged_divisions.csv")
_CODE = re.compile(r"\d{6}(?:000000)?")


class ConflictError(ValueError):
    """A row that leads to no division, or to several; the message is one plain line."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The division that a row leads to. `note`: how, where it is not by its own code or name."""

    division: Division
    note: str = ""


def join(code: str, name: str) -> Joined:
    """Return the division of a row with this code, GB/T 2260, and name; either may be "". Raises ConflictError."""
    if not code:
        return _by_name(name)
    if not _CODE.fullmatch(code):
        raise ConflictError(f"{code!r} is no division code: six digits")
    code = code[:6]
    if known := divisions().get(code):
        return _current(_checked(known, name))
    if code in merged():
        return Joined(divisions()[current_code(code)], _merger(code, name))
    near = [each for each in divisions().values() if each.code[:4] == code[:4] and name and each.is_named_in(name)]
    if len(near) == 1:
        return Joined(near[0], f"renamed: {code} {name}")
    raise ConflictError(f"{code} {name}: no division has this code".replace(" :", ":"))


def _checked(division: Division, name: str) -> Joined:
    """The division with a row's code, which its name must not contradict."""
    if not name or division.name in name:
        return Joined(division)
    if division.is_named_in(name):
        return Joined(division, f"renamed: {name}")
    raise ConflictError(f"{division.code} is {division.name}, not {name}")


def current_code(code: str) -> str:
    """Return the code of the division into which the one with `code` was merged, or its own."""
    return merged().get(code, code)


def _current(joined: Joined) -> Joined:
    """The division into which the one that a row leads to was merged, or that one."""
    old = joined.division
    current = divisions()[current_code(old.code)]
    return joined if current is old else Joined(current, _merger(old.code, old.name))


def _merger(code: str, name: str) -> str:
    return f"{f'{code} {name}'.strip()} was merged into it"


def _by_name(name: str) -> Joined:
    """The one division that a full name, such as 宁夏回族自治区吴忠市同心县, ends in."""
    if not name:
        raise ConflictError("it has neither a code nor a name")
    named = named_in(name)
    lowest = [each for each in named if each.level in {COUNTY, ZONE}] or [
        each for each in named if each.level == PREFECTURE
    ]
    lowest = lowest or [each for each in named if each.level == PROVINCE]
    # Of several of one name, that of the prefecture which is named; else of the province.
    placed = [each for each in lowest if each.prefecture and each.prefecture in name]
    placed = placed or [each for each in lowest if each.province and each.province in name] or lowest
    # Of one that has the same name by its code of before and by that of since, it is the present one.
    joined = sorted(map(_current, map(Joined, placed)), key=lambda each: bool(each.note), reverse=True)
    current = {each.division.code: each for each in joined}
    if len(current) != 1:
        among = f": {'; '.join(each.place for each in placed)}" if placed else ""
        raise ConflictError(f"{name} names {'several divisions' if placed else 'no known division'}{among}")
    return next(iter(current.values()))


@cache
def merged() -> dict[str, str]:
    """The codes of divisions that were merged into others, and those of the others."""
    with _MERGED.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["into"] for row in csv.DictReader(file)}
