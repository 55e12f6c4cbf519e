"""The country's portals surveyed: many hosts at once, each host slowly, every result kept as it comes."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Protocol
from urllib.parse import urlsplit

from archive.directory.entries import (
    CONFLICT,
    MISREAD,
    MOST_REASON,
    NOT_TRIED,
    STATES,
    SURVEYED,
    PortalHome,
    homes,
    note_found,
)
from archive.model import clock
from archive.model.addresses import one_spelling
from archive.model.atomic_file import atomic_file
from archive.model.observations import is_portal_id
from archive.model.printable import printable
from crawler.portals.portal_file import PortalFileError, known, load, own_files, readable
from crawler.probe.draft import NAMELESS, comment, draft, portal_id
from crawler.probe.software_prior import SoftwarePrior
from crawler.survey.home import SurveyedPortal, survey
from crawler.survey.neighbours_software import SoftwareOfNeighbours

_DRAFTED = "Drafted by `disclosures survey`; nobody has checked it."
"""Remark at the top of each file that a survey writes."""


class Surveyors(Protocol):
    """Those who look at homes, several at a time: threads of this process, or workers on other machines."""

    def begin(self, home: str, prior: SoftwarePrior) -> None:
        """Have a home looked at; `prior`: what its neighbours run."""

    def ended(self) -> Mapping[str, SurveyedPortal]:
        """Return the findings at homes that are done with; wait until there is one."""


class Threads:
    """Threads of this process, as surveyors, each with `delay` seconds between two requests.

    They end with it whatever they wait for: of a home that is not done with nothing is kept.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._ended: SimpleQueue[tuple[str, SurveyedPortal | BaseException]] = SimpleQueue()

    def begin(self, home: str, prior: SoftwarePrior) -> None:
        """Have a thread look at a home."""
        Thread(target=self._look, args=(home, prior), daemon=True).start()

    def ended(self) -> Mapping[str, SurveyedPortal]:
        """Return the findings of a thread that is done; wait until one is. Raises what it raised."""
        home, found = self._ended.get()
        if isinstance(found, BaseException):
            raise found
        return {home: found}

    def _look(self, home: str, prior: SoftwarePrior) -> None:
        try:
            found: SurveyedPortal | BaseException = survey(home, self._delay, prior)
        except BaseException as error:  # noqa: BLE001 - it is raised where the findings are asked for
            found = error
        self._ended.put((home, found))


def to_survey(connection: sqlite3.Connection, *, again: bool) -> list[PortalHome]:
    """The entries that are to be surveyed, by their divisions; with `again` those that found no catalogue before, too."""
    upcoming = set(STATES) - {CONFLICT, SURVEYED} if again else {NOT_TRIED}
    return [each for each in homes(connection) if each.state in upcoming]


def run(
    connection: sqlite3.Connection, upcoming: Sequence[PortalHome], out: Path, hosts: int, surveyors: Surveyors
) -> Iterator[PortalHome]:
    """Have the portals of `upcoming` surveyed, `hosts` at a time, their files written into `out`; yield each as it was found, after it is kept.

    Two homes at one host wait for each other. What was found at one portal is tried first at its neighbours.
    Raises ArchiveError, and OSError where a file can't be written.
    """
    waiting, busy, files = list(upcoming), dict[str, PortalHome](), _files_by_home(out)
    neighbours = SoftwareOfNeighbours(homes(connection))
    while waiting or busy:
        for entry in _free(waiting, set(map(_host, busy.values())), hosts - len(busy)):
            waiting.remove(entry)
            busy[entry.home] = entry
            surveyors.begin(entry.home, neighbours.prior())
        for home, found in surveyors.ended().items():
            entry = busy.pop(home)
            file = files.get(home) or out / f"{entry.portal or _free_id(entry, out)}.toml"
            kept = _kept(connection, entry, found, file)
            neighbours.note(kept)
            yield kept


def _kept(connection: sqlite3.Connection, entry: PortalHome, surveyed: SurveyedPortal, file: Path) -> PortalHome:
    """The entry with what was found, kept in the directory; its portal file is written first."""
    state, reason, portal = surveyed.state, surveyed.reason, entry.portal
    if state == SURVEYED:
        try:
            portal = write_portal_file(entry, surveyed, file)
        except PortalFileError as error:
            state, reason = MISREAD, f"its drafted file can't be used: {error}"
    kept = replace(
        entry, state=state, reason=printable(reason)[:MOST_REASON], portal=portal, family=surveyed.family, columns=surveyed.columns, rows=surveyed.rows,
        surveyed_at=clock.text(clock.now()),
    )  # fmt: skip
    note_found(connection, kept)
    return kept


def write_portal_file(entry: PortalHome, found: SurveyedPortal, file: Path) -> str:
    """Write the portal file of a home, whole or not at all; return its id. Raises PortalFileError and OSError.

    One that is there already, and that no survey drafted or somebody has made theirs, stays as it is.
    """
    if file.exists() and comment(_DRAFTED).encode() not in file.read_bytes():
        return file.stem
    remarks = [_DRAFTED, f"{entry.home}: {found.reason}"]
    text = draft(
        file.stem, found.name or entry.name, entry.home, found.entries, remarks, code=entry.division_code or ""
    )
    with atomic_file(file) as part:
        part.write_text(text, encoding="utf-8")
    try:
        load(file)
    except PortalFileError:
        file.unlink()
        raise
    return file.stem


def _files_by_home(out: Path) -> dict[str, Path]:
    """The operator's portal files, those of a survey that was killed too, by the homes of their portals."""
    files = own_files() | {file.stem: file for file in out.glob("*.toml")}
    portals, _ = readable(files.values())
    return {one_spelling(portal.home): files[portal.id] for portal in portals}


def _free_id(entry: PortalHome, out: Path) -> str:
    """An id for a portal that none has: of its host, else, or where that has no name of its own, with its division's code."""
    taken = {*known(), *(path.stem for path in out.glob("*.toml")), NAMELESS}
    short = portal_id(entry.home)
    names = (short, f"{short}-{entry.division_code}", *(f"{short}-{entry.division_code}-{n}" for n in range(2, 1000)))
    return next(name for name in names if is_portal_id(name) and name not in taken)


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
