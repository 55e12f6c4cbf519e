"""The archives of a simulated country: one that notes the crawls of all portals, and one that keeps what those of a sample read.

Both hold crawls in the archive's own tables, so that the scheduler, the states and the messages are the real ones. A noted crawl writes
its row, two lists, an answer for each of them, its problem, and a record for each day with news: no page is kept. A kept one goes through
a crawl session, with each answer sealed and each record stored, indexed and derived from, as in a crawl over the network.
"""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from archive.database import portal_rows
from archive.database.portal_changes import next_number
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest import health
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.ingest.frontier import FULL_EVERY, Frontier
from archive.ingest.health import Health
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.model.observations import PortalOfFile
from bench.simulated_pages import SimulatedPages, Visit
from bench.simulated_portals import MOST_REQUESTS, Fault, News, SimulatedPortal, Traffic
from crawler.extract.response_class import PAGE
from crawler.jobs import schedule
from crawler.notify import health_message
from crawler.notify.health_message import StateChange

NOTED_LISTS = 2
"""Catalogues of a portal whose crawls are only noted: one of them can fail by itself."""

INDEX_MERGED = "INSERT INTO records_fts (records_fts) VALUES ('optimize')"
_CRAWL = "INSERT INTO crawls (id, portal, mode, started_at, finished_at, outcome) VALUES (?, ?, ?, ?, ?, ?)"
_LEDGER = "INSERT INTO ledger (crawl_id, catalog_id, pages_read, rows_read, complete) VALUES (?, ?, ?, ?, ?)"
_ANSWER = """
    INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
"""
_PROBLEM = "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?)"
_RECORD = """
    INSERT INTO records (portal, url, kind, published_on, first_seen, last_seen) VALUES (?, ?, 'notice', ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Crawled:
    """One crawl: its mode, its time, its answers, and those that the model of a portal foresees."""

    mode: str
    begins: datetime
    ends: datetime
    traffic: Traffic
    foreseen: Traffic


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of a database: of all but its table of captures, of that one, and how many captures it holds."""

    contents: int
    captures: int
    count: int


class SimulatedArchive(ABC):
    """The archive at `db` of some portals, with the real scheduler, states and messages."""

    def __init__(self, db: Path, portals: Iterable[SimulatedPortal]) -> None:
        self.db = db
        self.portals = {portal.file.id: portal for portal in portals}
        self.connection = open_up_to_date(db)
        self.connection.execute("PRAGMA synchronous = OFF")  # nothing of it need survive the machine

    def plan(self, portal: SimulatedPortal, now: datetime) -> schedule.Plan:
        """The next crawl of a portal."""
        return schedule.plan(portal.file, schedule.past_of(self.connection, portal.file.id, now), now)

    def rhythm(self, portal: SimulatedPortal, now: datetime) -> timedelta:
        """Return how often a portal is to be crawled."""
        return schedule.rhythm(self.connection, portal.file, now)

    @abstractmethod
    def crawl(self, portal: SimulatedPortal, mode: str, now: datetime) -> Crawled:
        """Crawl a portal at that moment."""

    def states(self, now: datetime) -> list[Health]:
        """The states of all portals."""
        rhythms = {name: self.rhythm(each, now) for name, each in self.portals.items()}
        return health.health(self.connection, now, rhythms)

    def changes(self, states: Iterable[Health]) -> list[StateChange]:
        """The changes of states that were not reported yet."""
        return health_message.state_changes(self.connection, states)

    def note_reported(self, changes: list[StateChange], now: datetime) -> None:
        """Note that changes were reported."""
        health_message.note_reported(self.connection, changes, clock.text(now))

    def close(self) -> None:
        """Close the archive."""
        self.connection.close()


class NotedArchive(SimulatedArchive):
    """An archive that holds of crawls what the scheduler and the states read, and no page.

    There a crawl ends as if it had asked for nothing but its lists: what is slow is told by the time for an answer.
    """

    def __init__(self, db: Path, portals: Iterable[SimulatedPortal], now: datetime) -> None:
        super().__init__(db, portals)
        self._captures = 0
        self._lists: dict[str, list[tuple[int, str]]] = {}
        self.connection.execute("BEGIN")
        for name, portal in self.portals.items():
            portal_rows.note(
                self.connection, replace(_of_file(portal), catalogs=portal.file.catalogs[:NOTED_LISTS]), clock.text(now)
            )
            sql = "SELECT id, url FROM catalogs WHERE portal = ? ORDER BY id"
            self._lists[name] = self.connection.execute(sql, (name,)).fetchall()
            self._note_news(portal, portal.earlier_news(schedule.NEWS_DAYS), now)

    def crawl(self, portal: SimulatedPortal, mode: str, now: datetime) -> Crawled:
        """Note a crawl."""
        self._note_news(portal, portal.news_until(now), now)
        fault = portal.fault_at(now)
        traffic = portal.traffic(mode, fault, now)
        is_cut = traffic.requests >= MOST_REQUESTS
        crawl_id = next_number(self.connection, "crawls")
        begun, ended = clock.text(now), clock.text(now + fault.duration(NOTED_LISTS))
        crawl = (crawl_id, portal.file.id, mode, begun, ended, fault.outcome(is_whole=not is_cut))
        self.connection.execute(_CRAWL, crawl)
        self._note_lists(portal, crawl_id, fault, ended, is_whole=mode == "full" and not is_cut)
        if is_cut:
            problem = ("over_budget", portal.file.home, f"stopped after {traffic.requests:,} answers")
            self.connection.execute(_PROBLEM, (crawl_id, *problem, ended, ended))
        health.note(self.connection, crawl_id)
        if fault.leaves_lists:
            portal.was_read(traffic, mode, now)
        return Crawled(mode, now, now + fault.duration(traffic.requests), traffic, traffic)

    def states(self, now: datetime) -> list[Health]:
        """The states of all portals; what was noted so far is committed."""
        self.connection.execute("COMMIT")
        return super().states(now)

    def note_reported(self, changes: list[StateChange], now: datetime) -> None:
        """Note that changes were reported, and go on."""
        super().note_reported(changes, now)
        self.connection.execute("BEGIN")

    def close(self) -> None:
        """Close the archive."""
        self.connection.execute("COMMIT")
        super().close()

    def _note_news(self, portal: SimulatedPortal, news: Iterable[News], now: datetime) -> None:
        """Write a record for each day that brought some: the scheduler counts the days."""
        seen = clock.text(now)
        self.connection.executemany(
            _RECORD,
            (
                (portal.file.id, f"{portal.file.home}{each.day}.html", each.day.isoformat(), seen, seen)
                for each in news
                if each.added
            ),
        )

    def _note_lists(self, portal: SimulatedPortal, crawl_id: int, fault: Fault, ended: str, *, is_whole: bool) -> None:
        """Write the lists that were read, an answer for each of them, and the problem of each that could not be."""
        lists = self._lists[portal.file.id]
        unread = fault.unread(lists)
        for catalog_id, url in lists:
            is_read = (catalog_id, url) not in unread
            self.connection.execute(_LEDGER, (crawl_id, catalog_id, is_read, is_read, is_read and is_whole))
            if is_read:
                self._captures += 1
                self.connection.execute(_ANSWER, (self._captures, crawl_id, url, ended, 200, PAGE, ""))
            else:
                self.connection.execute(_PROBLEM, (crawl_id, fault.kind, url, fault.message, ended, ended))


class KeptArchive(SimulatedArchive):
    """An archive with all that its portals' crawls read, and the evidence beside it."""

    def __init__(self, db: Path, portals: Iterable[SimulatedPortal], since: date) -> None:
        super().__init__(db, portals)
        self._evidence = Evidence(beside(db))
        self._pages = {name: SimulatedPages(portal, since) for name, portal in self.portals.items()}

    def crawl(self, portal: SimulatedPortal, mode: str, now: datetime) -> Crawled:
        """Crawl a portal through a crawl session: its answers are sealed, what they say is stored."""
        pages = self._pages[portal.file.id]
        pages.take(portal.news_until(now))
        fault = portal.fault_at(now)
        foreseen = portal.traffic(mode, fault, now)
        start = SessionStart(self.db, beside(self.db), _of_file(portal), mode, FULL_EVERY, now)
        with patch.dict(os.environ, {clock.VARIABLE: clock.text(now)}):
            session = CrawlSession(start, self.connection, self._evidence)
            with closing(Frontier(self.db, portal.file.id, session.crawl_id)) as frontier:
                visit = Visit(pages, session, frontier, now)
                visit.run(fault)
            ends = now + fault.duration(visit.traffic.requests)
            session.close(fault.outcome(is_whole=session.complete()), ends)
        if fault.leaves_lists:
            portal.was_read(visit.traffic, mode, now)
        return Crawled(mode, now, ends, visit.traffic, foreseen)

    def close(self) -> None:
        """Close the archive and its evidence."""
        super().close()
        self._evidence.close()

    def sizes(self) -> dict[str, Sizes]:
        """The sizes of the archive and of its evidence."""
        return {"archive": _sizes(self.db, INDEX_MERGED), "evidence": _sizes(beside(self.db))}


def _sizes(path: Path, *tidying: str) -> Sizes:
    """The sizes of a database's copy, after SQL statements that tidy it: without what later writings overwrite."""
    copy = path.with_suffix(".copy")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        (count,) = connection.execute("SELECT count(*) FROM captures").fetchone()
        sizes = []
        for statements in (tidying, ("DROP TABLE captures",)):
            for statement in (*statements, "VACUUM"):
                connection.execute(statement)
            sizes.append(copy.stat().st_size)
    copy.unlink()
    whole, without = sizes
    return Sizes(without, whole - without, count)


def _of_file(portal: SimulatedPortal) -> PortalOfFile:
    file = portal.file
    return PortalOfFile(file.id, file.name, file.division_code, file.home, file.catalogs)
