"""Coverage of the country: each county-level division with its state."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from archive.directory.entries import CONFLICT, homes
from archive.model.divisions import COUNTY, Division, divisions

ARCHIVED, UNLISTED_DIVISION = "archived", "not_listed"

_PORTALS = """
    SELECT p.division_code, (SELECT count(*) FROM records WHERE portal = p.id),
           (SELECT max(finished_at) FROM crawls WHERE portal = p.id AND outcome IS NOT NULL)
    FROM portals p
"""


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division. `state`: `archived` where a crawl of its portal ended, else its home's, `not_listed` where it has none."""

    division: Division
    state: str
    records: int = 0
    last_seen: str | None = None


def counties(connection: sqlite3.Connection) -> list[County]:
    """Return all county-level divisions with their states, in the order of their codes. Raises sqlite3.Error."""
    states = {each.division_code: each.state for each in homes(connection) if each.state != CONFLICT}
    portals: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for code, records, last_seen in connection.execute(_PORTALS):
        if last_seen:
            portals[code].append((records, last_seen))
    return [
        County(each, ARCHIVED, sum(count for count, _ in own), max(last for _, last in own))
        if (own := portals.get(each.code))
        else County(each, states.get(each.code, UNLISTED_DIVISION))
        for each in divisions().values()
        if each.level == COUNTY
    ]


def by_province(covered: Iterable[County]) -> dict[str, Counter[str]]:
    """The number of counties by province and state."""
    found: dict[str, Counter[str]] = {}
    for each in covered:
        found.setdefault(each.division.province or each.division.name, Counter())[each.state] += 1
    return found
