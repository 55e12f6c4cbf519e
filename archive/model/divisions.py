"""Administrative divisions by their codes in GB/T 2260: what division_codes.csv lists (division_codes.txt says where they are from)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("division_codes.csv")

PROVINCE, PREFECTURE, COUNTY, ZONE, HEADING = "province", "prefecture", "county", "zone", "heading"
"""Levels. A zone is a development zone or the like, whose code is the statistics office's; a heading is no division."""

_ZONES = range(71, 80)
_HEADING = "市辖区"
_DISTINCTIVE = 2


@dataclass(frozen=True, slots=True)
class Division:
    """A division. `prefecture` and `province`: the names of those it is in, where it is in one."""

    code: str
    name: str
    level: str
    prefecture: str | None
    province: str | None

    @property
    def place(self) -> str:
        """Code, name and where it is, such as 640324 同心县（宁夏回族自治区吴忠市）."""
        above = f"{self.province or ''}{self.prefecture or ''}"
        return f"{self.code} {self.name}" + (f"（{above}）" if above else "")

    def is_named_in(self, text: str) -> bool:
        """Whether the first two characters of its name occur in `text`: 同心县 is in 中国·同心, for portals shorten names."""
        return self.name[:_DISTINCTIVE] in "".join(text.split())


@cache
def divisions() -> Mapping[str, Division]:
    """All divisions known, by code, in the order of their codes."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    known = {}
    for code, name in names.items():
        above = names.get(f"{code[:4]}00") if not code.endswith("00") else None
        province = names[f"{code[:2]}0000"] if not code.endswith("0000") else None
        known[code] = Division(code, name, _level(code, name), above, province)
    return known


def province_of(code: str) -> Division | None:
    """The province in which a division with this code is or was, known or not."""
    return divisions().get(f"{code[:2]}0000")


def named_in(text: str, near: str = "") -> list[Division]:
    """The divisions whose whole names occur in `text`, and not only within another's, as 宁县 does in 正宁县: counties
    first, then those with codes most like `near`, if given.
    """
    printed = "".join(text.split())
    named = [division for division in divisions().values() if division.level != HEADING and division.name in printed]
    names = {division.name for division in named}
    whole = [each for each in named if not any(each.name in name and each.name != name for name in names)]

    def likeness(division: Division) -> tuple[bool, bool, bool, int]:
        code = division.code
        far = code[:2] != near[:2], code[:4] != near[:4], abs(int(code) - int(near or 0))
        return (division.level in {PROVINCE, PREFECTURE}, *far)

    return sorted(whole, key=likeness)


def _level(code: str, name: str) -> str:
    if code.endswith("0000"):
        return PROVINCE
    if code.endswith("00"):
        return PREFECTURE
    if name == _HEADING:
        return HEADING
    return ZONE if int(code[4:]) in _ZONES else COUNTY
