"""Tell from its marks which family of portal software made a page."""

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


def detect(answer: Answer) -> Detected:
    """The family with the most marks on a page; of equals the first in FAMILIES; `plain` where none has any."""
    matches = [(family, family.marks(answer)) for family in FAMILIES.values()]
    family, marks = max(matches, key=lambda each: len(each[1]))
    if not marks:
        return Detected(FAMILIES["plain"], "no product's marks on the page")
    return Detected(family, "; ".join(marks))
