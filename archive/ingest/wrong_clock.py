"""Crawls that a wrong clock dated: those that are still to come, and one that begins before what was there already.

Of two clocks that disagree the portal's own tells which is right: each answer states it (`Date`). Where it tells nothing, what
most crawls say is held to be right.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from archive.database import portal_rows
from archive.evidence.evidence_reader import Originals
from archive.evidence.http_exchange import EvidenceError
from archive.ingest.health import CLOCK_SLACK, WRONG_CLOCK
from archive.model import clock
from archive.model.clock import moment, text
from archive.model.observations import Problem

MOST_REPORTED = 20
"""Crawls that are reported: where a clock fell back by years, all are ahead."""

MOST_ANSWERS = 5
"""Answers of a crawl in which the portal's time is looked for."""


@dataclass(frozen=True, slots=True)
class AheadCrawl:
    """A crawl that is still to come by its date. `is_wrong`: its clock was; else the one is that says so now."""

    crawl_id: int
    portal: str
    started_at: str
    is_wrong: bool


def crawls_ahead(
    connection: sqlite3.Connection, originals: Originals | None, now: datetime, before: int | None = None
) -> list[AheadCrawl]:
    """Return the last crawls that are still to come, the last first; those with lower ids than `before`, if it is given."""
    counted = (
        "SELECT id, portal, started_at FROM crawls WHERE (?1 IS NULL OR id < ?1) AND started_at {} ?2 ORDER BY id DESC"
    )
    limit = text(now + CLOCK_SLACK)
    ahead = connection.execute(counted.format(">"), (before, limit)).fetchall()
    if not ahead:
        return []
    others = len(connection.execute(counted.format("<="), (before, limit)).fetchall())
    return [
        AheadCrawl(crawl_id, portal, started_at, _was_wrong(_portals_time(connection, originals, crawl_id), started_at, now, len(ahead) <= others))
        for crawl_id, portal, started_at in ahead[:MOST_REPORTED]
    ]  # fmt: skip


def note_wrong_clocks(
    connection: sqlite3.Connection, originals: Originals, now: datetime, crawl_id: int, portal: str
) -> list[Problem]:
    """Note of crawls before `crawl_id` that a clock which stood ahead dated them; return the problems of this one.

    Where now the clock stands behind, this one is dated wrong.
    """
    ahead = crawls_ahead(connection, originals, now, before=crawl_id)
    home = portal_rows.home(connection, portal)
    problems = []
    for crawl in (each for each in ahead if each.is_wrong):
        was = f"{WRONG_CLOCK}: this crawl is dated {crawl.started_at}, and a later one began at {text(now)}"
        noted = connection.execute(
            "INSERT OR IGNORE INTO problems (crawl_id, kind, url, message, first_at, last_at) "
            "SELECT ?1, 'clock', home, ?2, ?3, ?3 FROM portals WHERE id = ?4",
            (crawl.crawl_id, was, text(now), crawl.portal),
        ).rowcount
        if noted > 0 and crawl.portal == portal:
            before = f"the crawl before is dated {crawl.started_at}, which is still to come: the clock stood ahead then"
            problems.append(Problem("clock", home, before))
    if right := [each for each in ahead if not each.is_wrong]:
        behind = f"{WRONG_CLOCK}: this crawl is dated {text(now)}, and one before it {right[0].started_at}"
        problems.append(Problem("clock", home, behind))
    return problems


def _was_wrong(portals: datetime | None, started_at: str, now: datetime, by_most: bool) -> bool:
    if portals is not None:
        if abs(portals - moment(started_at)) < clock.AGREES:
            return False
        if abs(portals - now) < clock.AGREES or portals < now:
            return True
    return by_most


def _portals_time(connection: sqlite3.Connection, originals: Originals | None, crawl_id: int) -> datetime | None:
    """Return what the portal's clock said in a crawl: the latest, for answers out of a cache say an earlier one."""
    if originals is None:
        return None
    sql = "SELECT id FROM captures WHERE crawl_id = ? ORDER BY id LIMIT ?"
    times = []
    for (capture_id,) in connection.execute(sql, (crawl_id, MOST_ANSWERS)).fetchall():
        try:
            exchange, _ = originals.without_payload(capture_id)
        except EvidenceError:
            continue
        if time := clock.time_of(exchange.response_header("Date")):
            times.append(time)
    return max(times, default=None)
