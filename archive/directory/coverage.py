"""Coverage of the country: each county-level division with its state,
the portals that an archive has of it, and its home.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

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
    homes,
)
from archive.directory.joining import current_code, merged
from archive.model.divisions import COUNTY, HEADING, Division, divisions, province_of

ARCHIVED, NO_RECORDS, NOT_LISTED = "archived", "no_records", "not_listed"
"""States of divisions besides those of their homes: with records here,
with a portal that was crawled and gave none, in no list.
"""

UNREAD = "unread"

GROUPS: Mapping[str, tuple[str, ...]] = {
    ARCHIVED: (ARCHIVED,),
    SURVEYED: (SURVEYED,),
    BLOCKED: (BLOCKED, LOGIN),
    UNREAD: (NO_RECORDS, MISREAD, NO_CATALOGUE, SCRIPT_MADE, MOVED, DEAD, NOT_A_PORTAL),
    NOT_TRIED: (NOT_TRIED, CONFLICT),
    NOT_LISTED: (NOT_LISTED,),
}
"""Group → its states: as few groups as a map can show, from what is done to what is not begun."""

GROUP_OF = {state: group for group, states in GROUPS.items() for state in states}

LAST_WHOLE_WALK = """
(SELECT w.started_at FROM crawls w WHERE w.portal = p.id AND EXISTS (SELECT 1 FROM ledger WHERE crawl_id = w.id)
 AND NOT EXISTS (SELECT 1 FROM ledger WHERE crawl_id = w.id AND NOT complete) ORDER BY w.id DESC LIMIT 1)
"""
"""The beginning of the last crawl of `portals p` that walked all of its catalogues wholly, as SQL."""

_PORTALS = f"""
WITH withheld AS MATERIALIZED (SELECT portal, count(*) AS records FROM records WHERE state = 'withheld' GROUP BY portal)
SELECT p.id, p.name, p.division_code,
       (SELECT coalesce(sum(records), 0) FROM tally_portals WHERE portal = p.id)
       - coalesce((SELECT records FROM withheld WHERE portal = p.id), 0),
       (SELECT finished_at FROM crawls WHERE portal = p.id AND outcome IS NOT NULL ORDER BY id DESC LIMIT 1), {LAST_WHOLE_WALK}, :archive
FROM portals p ORDER BY p.division_code, p.id
"""  # noqa: S608 - constant
_DIRECTORY = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'directory'"


@dataclass(frozen=True, slots=True)
class ArchivedPortal:
    """A portal of an archive.

    `records`: that are shown; `last_seen`: when its last crawl ended; `walked_at`: when the last whole walk began; both
    UTC.

    `archive`: the name of the archive, where there are several.
    """

    id: str
    name: str
    division_code: str
    records: int
    last_seen: str | None
    walked_at: str | None
    archive: str = ""


class _OfPortals(ABC):
    """Counts of something's portals that are archived."""

    __slots__ = ()

    @property
    @abstractmethod
    def portals(self) -> Sequence[ArchivedPortal]:
        """All its portals that are archived."""

    @property
    def records(self) -> int:
        """The number of its records."""
        return sum(each.records for each in self.portals)

    @property
    def last_seen(self) -> str | None:
        """When the last crawl of one of its portals ended, UTC."""
        return max((each.last_seen for each in self.portals if each.last_seen), default=None)


@dataclass(frozen=True, slots=True)
class CoveredDivision(_OfPortals):
    """A division, its portals that are archived, and its home in the directory, if it has any."""

    division: Division
    portals: tuple[ArchivedPortal, ...] = ()
    home: PortalHome | None = None

    @property
    def state(self) -> str:
        """`archived` where there are records, `no_records` where a crawl gave none,
        `surveyed` where none has ended; else its home's.
        """
        if self.records:
            return ARCHIVED
        if self.portals:
            return NO_RECORDS if self.last_seen else SURVEYED
        return self.home.state if self.home else NOT_LISTED

    @property
    def group(self) -> str:
        """The group of its state, one of GROUPS; `unread` of a state that a later version found."""
        return GROUP_OF.get(self.state, UNREAD)

    def row(self) -> dict[str, str | int | None]:
        """Return it as a row of a table, by the names of the columns."""
        return {
            "division_code": self.division.code,
            "name": self.division.name,
            "prefecture": self.division.prefecture,
            "province": self.division.province,
            "state": self.state,
            "records": self.records,
            "last_seen": self.last_seen,
            "home": self.home.home if self.home else None,
            "reason": self.home.reason if self.home else None,
        }


@dataclass(frozen=True, slots=True)
class Area(_OfPortals):
    """The country, a province or a prefecture: its counties, in the order of their codes,
    and what in it is of none of them.

    `code`: the digits, none, two or four, with which the codes of all of them begin; `name`: None of the country, and
    of what belongs to a province directly.
    """

    code: str
    name: str | None
    counties: tuple[CoveredDivision, ...]
    others: tuple[CoveredDivision, ...] = ()

    @property
    def groups(self) -> Counter[str]:
        """The number of counties in each of GROUPS."""
        return Counter(each.group for each in self.counties)

    @property
    def portals(self) -> list[ArchivedPortal]:
        """All its portals that are archived."""
        return [portal for each in (*self.counties, *self.others) for portal in each.portals]


@cache
def county_divisions() -> tuple[Division, ...]:
    """All county-level divisions, in the order of their codes; those that were merged into others are left out."""
    return tuple(each for each in divisions().values() if each.level == COUNTY and each.code not in merged())


def archived_portals(connection: sqlite3.Connection, archive: str = "") -> list[ArchivedPortal]:
    """Return the portals of an archive of this name, by their divisions. Raises sqlite3.Error."""
    return [ArchivedPortal(*row) for row in connection.execute(_PORTALS, {"archive": archive})]


def known_homes(connection: sqlite3.Connection) -> list[PortalHome]:
    """Return the entries of an archive's directory; none where an earlier version wrote it. Raises sqlite3.Error."""
    return homes(connection) if connection.execute(_DIRECTORY).fetchone() else []


def covered(
    of: Iterable[Division], portals: Iterable[ArchivedPortal], entries: Iterable[PortalHome]
) -> list[CoveredDivision]:
    """Return divisions with their portals and homes, in their order."""
    own: defaultdict[str, list[ArchivedPortal]] = defaultdict(list)
    for portal in portals:
        own[current_code(portal.division_code)].append(portal)
    home_of: dict[str, PortalHome] = {}
    for entry in sorted(entries, key=lambda each: each.state == CONFLICT):  # what contradicts a home is none beside it
        if entry.division_code:
            home_of.setdefault(current_code(entry.division_code), entry)
    return [CoveredDivision(each, tuple(own.get(each.code, ())), home_of.get(each.code)) for each in of]


def elsewhere(portals: Collection[ArchivedPortal], entries: Collection[PortalHome]) -> list[CoveredDivision]:
    """Return what is of no county: of provinces, prefectures and zones, and of codes that no division has."""
    named = {each.division_code for each in portals} | {each.division_code for each in entries if each.division_code}
    codes = {current_code(each) for each in named} - {each.code for each in county_divisions()}
    return covered(map(_division, sorted(codes)), portals, entries)


def country(portals: Collection[ArchivedPortal], entries: Collection[PortalHome]) -> Area:
    """Return the whole country."""
    return Area("", None, tuple(covered(county_divisions(), portals, entries)), tuple(elsewhere(portals, entries)))


def provinces(of: Area) -> list[Area]:
    """Return the provinces of the country, those without counties left out."""
    by_code = groupby(of.counties, key=lambda each: each.division.code[:2])
    return [_within(of, code, divisions()[f"{code}0000"].name, tuple(counties)) for code, counties in by_code]


def prefectures(of: Area) -> list[Area]:
    """Return the prefectures of a province."""
    by_name = (
        (name, tuple(counties)) for name, counties in groupby(of.counties, key=lambda each: each.division.prefecture)
    )
    return [
        _within(of, _common([each.division.code for each in counties]), name, counties) for name, counties in by_name
    ]


def outside(of: Area, areas: Iterable[Area]) -> list[CoveredDivision]:
    """Return what is of no county and in none of the areas."""
    codes = tuple(each.code for each in areas)
    return [each for each in of.others if not each.division.code.startswith(codes)]


def _within(of: Area, code: str, name: str | None, counties: tuple[CoveredDivision, ...]) -> Area:
    return Area(code, name, counties, tuple(each for each in of.others if each.division.code.startswith(code)))


def _common(codes: Collection[str]) -> str:
    """The two or four digits that codes of one province begin with:
    those of Chongqing, 5001 and 5002, have but two in common.
    """
    fours = {code[:4] for code in codes}
    return fours.pop() if len(fours) == 1 else fours.pop()[:2]


def _division(code: str) -> Division:
    """The division with a code; one by the name of its code, where none has it."""
    province = province_of(code)
    return divisions().get(code) or Division(code, code, HEADING, None, province.name if province else None)
