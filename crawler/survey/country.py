"""The country's portals surveyed: many hosts at once, each host slowly, every result kept as it comes."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from archive.directory.entries import CONFLICT, MISREAD, NOT_TRIED, STATES, SURVEYED, PortalHome, homes, note_found
from archive.model import clock
from archive.model.atomic_file import atomic_file
from crawler.portals.portal_file import PortalFileError, is_id, known, load
from crawler.probe.draft import draft, portal_id
from crawler.survey.home import SurveyedPortal, survey
from crawler.survey.neighbours_software import SoftwareOfNeighbours

FAILED = "the survey itself failed"


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey under way: where portal files go, seconds between two requests to one host, and hosts asked at a time."""

    out: Path
    delay: float
    hosts: int


def to_survey(connection: sqlite3.Connection, *, again: bool) -> list[PortalHome]:
    """The entries that are to be surveyed, by their divisions; with `again` those that found no catalogue before, too."""
    upcoming = set(STATES) - {CONFLICT, SURVEYED} if again else {NOT_TRIED}
    return [each for each in homes(connection) if each.state in upcoming]


def run(connection: sqlite3.Connection, upcoming: Sequence[PortalHome], to: Survey) -> Iterator[PortalHome]:
    """Survey the portals of `upcoming`; yield each as it was found, after it is kept. Raises ArchiveError.

    Two homes at one host wait for each other. What was found at one portal is tried first at its neighbours.
    """
    waiting, busy = list(upcoming), set[str]()
    running: dict[Future[SurveyedPortal], PortalHome] = {}
    neighbours = SoftwareOfNeighbours(homes(connection))
    with ThreadPoolExecutor(to.hosts) as pool:
        try:
            while waiting or running:
                for entry in _free(waiting, busy, to.hosts - len(running)):
                    waiting.remove(entry)
                    busy.add(_host(entry))
                    running[pool.submit(survey, entry.home, to.delay, neighbours.prior())] = entry
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    entry = running.pop(future)
                    busy.discard(_host(entry))
                    found = _kept(connection, entry, _result(future), to.out)
                    neighbours.note(found)
                    yield found
        finally:
            pool.shutdown(cancel_futures=True)


def _result(future: Future[SurveyedPortal]) -> SurveyedPortal:
    """The findings of a survey; a failure of our own code is a portal that is not read."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - whatever our code met on a page nobody has seen
        return SurveyedPortal(MISREAD, f"{FAILED}: {type(error).__name__}")


def _kept(connection: sqlite3.Connection, entry: PortalHome, found: SurveyedPortal, out: Path) -> PortalHome:
    """The entry with what was found, kept in the directory; its portal file is written first."""
    state, reason, portal = found.state, found.reason, entry.portal
    if state == SURVEYED:
        try:
            portal = write_portal_file(entry, found, out)
        except PortalFileError as error:
            state, reason = MISREAD, f"its drafted file can't be used: {error}"
    kept = replace(
        entry, state=state, reason=reason, portal=portal, family=found.family, columns=len(found.lists), rows=found.rows,
        surveyed_at=clock.text(clock.now()),
    )  # fmt: skip
    note_found(connection, kept)
    return kept


def write_portal_file(entry: PortalHome, found: SurveyedPortal, out: Path) -> str:
    """Write the portal file of a home into the folder `out`, whole or not at all; return its id. Raises PortalFileError."""
    identity = entry.portal or _free_id(entry, {*known(), *(path.stem for path in out.glob("*.toml"))})
    name = found.name or entry.name
    remarks = ["Drafted by `disclosures survey`; nobody has checked it.", f"{entry.home}: {found.reason}"]
    text = draft(identity, name, entry.home, found.entries, remarks, code=entry.division_code or "")
    path = out / f"{identity}.toml"
    with atomic_file(path) as file:
        file.write_text(text, encoding="utf-8")
    try:
        load(path)
    except PortalFileError:
        path.unlink()
        raise
    return identity


def _free_id(entry: PortalHome, taken: set[str]) -> str:
    """An id for a portal that none has: of its host, else with its division's code."""
    short = portal_id(entry.home)
    names = (short, f"{short}-{entry.division_code}", *(f"{short}-{entry.division_code}-{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in taken and is_id(name))


def _free(waiting: Iterable[PortalHome], busy: set[str], most: int) -> list[PortalHome]:
    """The next entries whose hosts nobody asks, one of a host."""
    chosen: dict[str, PortalHome] = {}
    for entry in waiting:
        host = _host(entry)
        if len(chosen) >= most:
            break
        if host not in busy and host not in chosen:
            chosen[host] = entry
    return list(chosen.values())


def _host(entry: PortalHome) -> str:
    return urlsplit(entry.home).netloc.lower()
