"""What of the country is covered: each county-level division with its state, and the worklist of what would help most."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.directory.entries import CONFLICT, NOT_TRIED, SURVEYED, Entry, entries
from archive.model.divisions import COUNTY, Division, divisions

ARCHIVED, UNLISTED_DIVISION = "archived", "not_listed"

_PORTALS = """
    SELECT p.division_code, (SELECT count(*) FROM records WHERE portal = p.id),
           (SELECT max(finished_at) FROM crawls WHERE portal = p.id AND outcome IS NOT NULL)
    FROM portals p
"""

NEXT_STEPS = {
    CONFLICT: "settle which home is right: `disclosures survey FILE.csv --settle` with a list of the right ones",
    NOT_TRIED: "`disclosures survey` looks at them",
    SURVEYED: "`disclosures crawl --due`, with DISCLOSURES_PORTALS naming the folder of their files",
    "misread": "`disclosures probe HOME` shows what is read; its family of software, or our code, needs mending",
    "no_catalogue": "find the disclosure catalogue in a browser, and write its address into a portal file (docs/add-a-portal.md)",
    "script_made": "find the service behind its pages (docs/add-a-portal.md)",
    "login": "it opens to nobody without a password: ask its operator",
    "blocked": "it refuses visitors such as this one: ask its operator, who knows you by DISCLOSURES_CONTACT",
    "moved": "put its new home into your list, and settle it: `disclosures survey FILE.csv --settle`",
    "dead": "`disclosures survey --again` some days later; where it stays dead, look for its new home",
    "not_a_portal": "its list has the wrong address: look for the right one",
}
"""State of a home → what to do next."""


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division. `state`: `archived` where a crawl of its portal ended, else its home's, `not_listed` where it has none."""

    division: Division
    state: str
    records: int = 0
    last_seen: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """Homes that one step would help: how many, in which state, by which family of software made, one of them, and the step."""

    count: int
    state: str
    family: str | None
    example: str
    step: str


def counties(connection: sqlite3.Connection) -> list[County]:
    """Return all county-level divisions with their states, in the order of their codes. Raises sqlite3.Error."""
    homes = {each.division_code: each.state for each in entries(connection) if each.state != CONFLICT}
    portals: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for code, records, last_seen in connection.execute(_PORTALS):
        if last_seen:
            portals[code].append((records, last_seen))
    return [
        County(each, ARCHIVED, sum(count for count, _ in own), max(last for _, last in own))
        if (own := portals.get(each.code))
        else County(each, homes.get(each.code, UNLISTED_DIVISION))
        for each in divisions().values()
        if each.level == COUNTY
    ]


def by_province(covered: Iterable[County]) -> dict[str, Counter[str]]:
    """How many counties of each province are in which state."""
    found: dict[str, Counter[str]] = {}
    for each in covered:
        found.setdefault(each.division.province or each.division.name, Counter())[each.state] += 1
    return found


def worklist(connection: sqlite3.Connection) -> list[Work]:
    """Return what is to be done, the step first that helps most homes. Raises sqlite3.Error."""
    archived = {each.division.code for each in counties(connection) if each.state == ARCHIVED}
    groups: defaultdict[tuple[str, str | None], list[Entry]] = defaultdict(list)
    for each in entries(connection):
        if each.division_code not in archived:
            groups[each.state, each.family].append(each)
    return sorted(_works(groups), key=lambda work: (-work.count, work.state, work.family or ""))


def _works(groups: dict[tuple[str, str | None], list[Entry]]) -> Iterator[Work]:
    for (state, family), homes in groups.items():
        yield Work(len(homes), state, family, homes[0].home, NEXT_STEPS[state])
