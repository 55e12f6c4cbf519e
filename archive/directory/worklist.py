"""The worklist of the directory: homes that are not archived yet, by what would help most of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archive.directory.coverage import ARCHIVED, NO_RECORDS, Area
from archive.directory.entries import (
    BLOCKED,
    CONFLICT,
    DEAD,
    LOGIN,
    MISREAD,
    MOVED,
    NO_CATALOGUE,
    NOT_A_PORTAL,
    NOT_TRIED,
    SCRIPT_MADE,
    SURVEYED,
    PortalHome,
)
from archive.directory.joining import current_code

NEXT_STEPS = {
    CONFLICT: "settle which home is right: `disclosures survey FILE.csv --settle` with a list of the right ones",
    NOT_TRIED: "`disclosures survey` looks at them",
    SURVEYED: "`disclosures crawl --due`, with DISCLOSURES_PORTALS naming the folder of their files",
    NO_RECORDS: "`disclosures status` says why its crawls gave no record",
    MISREAD: "`disclosures probe HOME` shows what is read; its family of software, or our code, needs mending",
    NO_CATALOGUE: "find the disclosure catalogue in a browser, and write its address into a portal file (docs/add-a-portal.md)",
    SCRIPT_MADE: "find the service behind its pages (docs/add-a-portal.md)",
    LOGIN: "it opens to nobody without a password: ask its operator",
    BLOCKED: "it refuses visitors such as this one: ask its operator, who knows you by DISCLOSURES_CONTACT",
    MOVED: "put its new home into your list, and settle it: `disclosures survey FILE.csv --settle`",
    DEAD: "`disclosures survey --again` some days later; where it stays dead, look for its new home",
    NOT_A_PORTAL: "its list has the wrong address: look for the right one",
}
"""State of a home → what to do next."""


@dataclass(frozen=True, slots=True)
class Work:
    """Homes that one step would help: how many, in which state, by which family of software made,
    one of them, and the step.
    """

    count: int
    state: str
    family: str | None
    example: str
    step: str


def worklist(country: Area, entries: Iterable[PortalHome]) -> list[Work]:
    """Return what is to be done for the homes of the directory, the step first that helps most of them."""
    crawled = {each.division.code: each.state for each in (*country.counties, *country.others) if each.portals}
    groups: defaultdict[tuple[str, str | None], list[PortalHome]] = defaultdict(list)
    for each in entries:
        state = crawled.get(current_code(each.division_code or ""), each.state)
        if state != ARCHIVED:
            groups[CONFLICT if each.state == CONFLICT else state, each.family].append(each)
    return sorted(_works(groups), key=lambda work: (-work.count, work.state, work.family or ""))


def _works(groups: Mapping[tuple[str, str | None], list[PortalHome]]) -> Iterator[Work]:
    for (state, family), alike in groups.items():
        yield Work(len(alike), state, family, alike[0].home, NEXT_STEPS[state])
