"""Tell from its marks which family of portal software made a page."""

from dataclasses import dataclass

from crawler.families import (
    deya,
    gkmlpt,
    hanweb_jpage,
    hanweb_xxgk,
    jpaas,
    lonsun,
    plain,
    trs,
    trs_county,
    trs_fujian,
    trs_igs,
    ucap,
    vsb,
)
from crawler.families.family import Family
from crawler.services.answer import Answer

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        hanweb_jpage.FAMILY,
        hanweb_xxgk.FAMILY,
        gkmlpt.FAMILY,
        jpaas.FAMILY,
        trs_igs.FAMILY,
        trs_fujian.FAMILY,
        trs_county.FAMILY,
        ucap.FAMILY,
        vsb.FAMILY,
        deya.FAMILY,
        lonsun.FAMILY,
        trs.FAMILY,
        plain.FAMILY,
    )
}
"""By name, those with the surest marks first; `plain` last, which claims nothing."""


@dataclass(frozen=True, slots=True)
class Detected:
    """The family of a page and why, in one plain line."""

    family: Family
    reason: str


def detect(answer: Answer) -> Detected:
    """The family with the most marks on a page; of equals the first in FAMILIES; `plain` where none has any."""
    found = [(family, family.marks(answer)) for family in FAMILIES.values()]
    family, marks = max(found, key=lambda each: len(each[1]))
    if not marks:
        return Detected(plain.FAMILY, "no product's marks on the page")
    return Detected(family, "; ".join(marks))
