"""The country's portals surveyed: many hosts at once, each host slowly, every result kept as it comes."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from archive.directory.entries import CONFLICT, MISREAD, NOT_TRIED, SURVEYED, Entry, entries, note_found
from archive.model import clock
from archive.model.atomic_file import atomic_file
from archive.model.divisions import divisions
from crawler.portals.portal_file import PortalFileError, is_id, known, load
from crawler.probe.draft import draft, portal_id
from crawler.probe.software_prior import Likely, SoftwarePrior
from crawler.survey.home import Found, survey

FAILED = "the survey itself failed"


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey under way: where portal files go, seconds between two requests to one host, and hosts asked at a time."""

    out: Path
    delay: float
    hosts: int


def to_survey(connection: sqlite3.Connection, *, again: bool) -> list[Entry]:
    """The entries that are to be surveyed, by their divisions; with `again` those that found no catalogue before, too."""
    settled = {CONFLICT, SURVEYED} if again else set()
    return [
        each for each in entries(connection) if (each.state == NOT_TRIED if not again else each.state not in settled)
    ]


def run(connection: sqlite3.Connection, upcoming: Sequence[Entry], to: Survey) -> Iterator[Entry]:
    """Survey the portals of `upcoming`; yield each as it was found, after it is kept. Raises ArchiveError.

    Two homes at one host wait for each other. What was found at one portal is tried first at its neighbours.
    """
    waiting, busy = list(upcoming), set[str]()
    running: dict[Future[Found], Entry] = {}
    families = _families(entries(connection))
    with ThreadPoolExecutor(to.hosts) as pool:
        try:
            while waiting or running:
                for entry in _free(waiting, busy, to.hosts - len(running)):
                    waiting.remove(entry)
                    busy.add(_host(entry))
                    running[pool.submit(survey, entry.home, to.delay, _prior(families))] = entry
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    entry = running.pop(future)
                    busy.discard(_host(entry))
                    found = _kept(connection, entry, _result(future), to.out)
                    if found.family:
                        families[_place(found)][found.family] += 1
                    yield found
        finally:
            pool.shutdown(cancel_futures=True)


def _result(future: Future[Found]) -> Found:
    """What a survey found; what failed in our own code is a portal that is not read."""
    error = future.exception()
    return Found(MISREAD, f"{FAILED}: {type(error).__name__}") if error else future.result()


def _kept(connection: sqlite3.Connection, entry: Entry, found: Found, out: Path) -> Entry:
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


def write_portal_file(entry: Entry, found: Found, out: Path) -> str:
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


def _free_id(entry: Entry, taken: set[str]) -> str:
    """An id for a portal that none has: of its host, else with its division's code."""
    short = portal_id(entry.home)
    names = (short, f"{short}-{entry.division_code}", *(f"{short}-{entry.division_code}-{n}" for n in range(2, 1000)))
    return next(name for name in names if name not in taken and is_id(name))


def _free(waiting: Iterable[Entry], busy: set[str], most: int) -> list[Entry]:
    """The next entries whose hosts nobody asks, one of a host."""
    chosen: dict[str, Entry] = {}
    for entry in waiting:
        host = _host(entry)
        if len(chosen) >= most:
            break
        if host not in busy and host not in chosen:
            chosen[host] = entry
    return list(chosen.values())


def _host(entry: Entry) -> str:
    return urlsplit(entry.home).netloc.lower()


# --- what neighbours run ---

_Families = Mapping[tuple[str, str], Counter[str]]


def _families(known_ones: Iterable[Entry]) -> defaultdict[tuple[str, str], Counter[str]]:
    """How many portals of each prefecture run which family."""
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in known_ones:
        if entry.family:
            found[_place(entry)][entry.family] += 1
    return found


def _place(entry: Entry) -> tuple[str, str]:
    division = divisions().get(entry.division_code or "")
    return (division.province or "", division.prefecture or "") if division else ("", "")


def _prior(families: _Families) -> SoftwarePrior:
    """The families of each prefecture, the most frequent first."""
    places = {}
    for place, counts in families.items():
        (most, count), *_ = counts.most_common(1)
        reason = f"{count} of {counts.total()} surveyed portals of {''.join(place)} run {most}"
        places[place] = Likely(tuple(family for family, _ in counts.most_common()), reason)
    return SoftwarePrior(places)
