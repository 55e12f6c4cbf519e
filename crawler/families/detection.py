"""Tell from its marks which family of portal software made a page."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module

from crawler.families.family import Family
from crawler.services.answer import Answer

_NAMES = (
    "hanweb_jpage", "hanweb_xxgk", "gkmlpt", "jpaas", "trs_igs", "trs_fujian", "trs_county", "ucap", "vsb", "deya",
    "lonsun", "trs", "plain",
)  # fmt: skip
FAMILIES: dict[str, Family] = {name: import_module(f"crawler.families.{name}").FAMILY for name in _NAMES}
"""By name, those with the surest marks first; `plain` last, which claims nothing."""


@dataclass(frozen=True, slots=True)
class Detected:
    """The family of a page and why, in one plain line."""

    family: Family
    reason: str


def detect(answer: Answer, likely: Collection[str] = (), why: str = "") -> Detected:
    """The family with the most marks on a page; `plain` where none has any.

    Of equals one that is `likely` for another reason, told by `why`; else the first in FAMILIES.
    """
    matches = [(family, family.marks(answer)) for family in FAMILIES.values()]
    most = max(len(marks) for _, marks in matches)
    equals = [match for match in matches if len(match[1]) == most]
    family, marks = next((match for match in equals if match[0].name in likely), equals[0])
    if not most:
        return Detected(FAMILIES["plain"], "no product's marks on the page")
    is_told_by_prior = len(equals) > 1 and family.name in likely
    return Detected(family, "; ".join([*marks, why] if is_told_by_prior else marks))
