"""The requests that a crawl should make: the archive is the frontier, so the next crawl goes on with a killed one."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive.database.connection import open_for_reading
from archive.ingest.deferral import WITNESSES
from archive.ingest.health import CLOCK_SLACK
from archive.ingest.record_writer import NO_FILE, PENDING, UNLINKED
from archive.ingest.windows import WAS_READ
from archive.masking.redaction import redact_fields
from archive.model.clock import moment
from archive.model.clock import text as written
from archive.model.noise import same_pairs
from archive.model.records import OWN_PAGE, READ_IN_DOUBT

SLACK = timedelta(hours=4)
"""A crawl may begin so much earlier in the day than the one before it and still be a day later: late today is not late for ever."""

FULL_EVERY = timedelta(days=7)
"""A portal is walked wholly so often, unless its file says otherwise: what lists show out of order, or no longer show, is found then."""

TRIES = 3
"""A portal whose full crawls never reach the end of every list is not walked wholly each day, but as often as any other."""

LEAST_DAILY_QUOTA = 20
DAILY_QUOTA_SHARE = 0.01
"""Record pages requested again in a day: this share of the portal's records, and no fewer than the least."""

SHORTEST_INTERVAL = timedelta(days=1) - SLACK
LONGEST_INTERVAL = timedelta(days=60)
INTERVAL_SHARE = 0.25
"""The recrawl interval of a page is this share of its record's age: a record of a month is requested weekly, one of a year every two months."""

SINCE_MOVED = "started_at > coalesce((SELECT value FROM settings WHERE name = 'moved:' || crawls.portal), '')"
"""Of `crawls`: those since the portal stands where it does (archive.maintenance.portal_life)."""
_FULL = f"""
    SELECT started_at, outcome FROM crawls WHERE portal = ? AND mode = 'full' AND outcome IN ('finished', 'incomplete')
      AND started_at <= ? AND {SINCE_MOVED} ORDER BY id DESC LIMIT ?
"""  # noqa: S608 - constant

RESUMES_WITHIN = timedelta(days=1)
MAYBE_UNREAD = 200
"""So many of each killed crawl's last answers may have been sealed and not read any more."""

ADDRESS = "(SELECT coalesce(max(link), r.url) FROM listings WHERE record_id = r.id)"
"""The address at which the page of a record `r` is requested, as its row prints it, as SQL; it may differ from the key made of it."""

_DUE = f"""
    SELECT {ADDRESS} AS address, max(coalesce(r.changed_at, ''), coalesce(r.published_on, '')) AS dated, r.first_seen,
           (SELECT c.fetched_at FROM captures c JOIN crawls w ON w.id = c.crawl_id
            WHERE c.url = {ADDRESS} AND w.portal = r.portal AND c.fetched_at <= ?2 ORDER BY c.id DESC LIMIT 1) AS asked,
           EXISTS (SELECT 1 FROM captures c JOIN crawls w ON w.id = c.crawl_id
                   WHERE c.url = {ADDRESS} AND w.portal = r.portal) AS ever_asked
    FROM records r WHERE r.portal = ?1 AND r.state = 'listed' AND r.url NOT LIKE '%#row-%'
"""  # noqa: S608 - constant

# A crawl that was killed may have sealed a page and not read it any more: were its version sent back, it would never be.
# Nor would a version that only another portal with the same address read.
_KNOWN = f"""
    SELECT c.etag, c.last_modified, c.id, c.sha256 FROM captures c JOIN crawls w ON w.id = c.crawl_id
    WHERE c.url = ? AND w.portal = ? AND c.fetched_at >= ? AND {WAS_READ} ORDER BY c.id DESC LIMIT 1
"""  # noqa: S608 - constant

# A page that was refused, or failed, or broke off before it could be read once, is pending; one that is gone is not.
_PENDING = f"""
    SELECT {ADDRESS} FROM records r WHERE portal = ? AND state = 'listed' AND url NOT LIKE '%#row-%'
      AND NOT EXISTS (SELECT 1 FROM readings WHERE record_id = r.id AND catalog_id = ?)
      AND NOT EXISTS (SELECT 1 FROM attachments WHERE record_id = r.id AND url = r.url AND state <> ?)
      AND NOT EXISTS (SELECT 1 FROM captures c JOIN crawls w ON w.id = c.crawl_id
                      WHERE c.url = {ADDRESS} AND w.portal = r.portal AND c.outcome IN ('gone', 'home', 'redirect'))
    ORDER BY id
"""  # noqa: S608 - constant


# The files that could not be had, and when they were tried first and last: an answer is a capture, none at all a problem.
_NOT_HAD = """
    WITH lost AS (SELECT r.url AS record_url, a.name, a.url, a.sha256, r.first_seen FROM attachments a JOIN records r ON r.id = a.record_id
                  WHERE r.portal = :portal AND r.state = 'listed' AND a.state IN (SELECT value FROM json_each(:states))),
    tried AS (SELECT c.url, c.fetched_at AS at FROM captures c JOIN crawls w ON w.id = c.crawl_id
              WHERE w.portal = :portal AND c.url IN (SELECT url FROM lost)
              UNION ALL SELECT p.url, p.last_at FROM problems p JOIN crawls w ON w.id = p.crawl_id
              WHERE w.portal = :portal AND p.url IN (SELECT url FROM lost))
    SELECT record_url, name, lost.url, sha256, coalesce(min(at), first_seen), coalesce(max(at), first_seen)
    FROM lost LEFT JOIN tried ON tried.url = lost.url GROUP BY record_url, lost.url
"""
_ASKED = """
    SELECT count(*) FROM (
        SELECT DISTINCT c.url FROM captures c JOIN records r ON r.portal = :portal AND r.url = c.url
        WHERE c.crawl_id = :crawl AND c.outcome IN ('page', 'not_modified', 'gone', 'home') LIMIT :limit)
"""
# Records' pages that were read before, and that a crawl did not ask for: the newest first.
_UNASKED = f"""
    SELECT {ADDRESS} AS address FROM records r
    WHERE r.portal = :portal AND r.state = 'listed' AND r.url NOT LIKE '%#row-%'
      AND EXISTS (SELECT 1 FROM readings WHERE record_id = r.id AND catalog_id = :own)
      AND NOT EXISTS (SELECT 1 FROM captures WHERE url = {ADDRESS} AND crawl_id = :crawl)
      AND {ADDRESS} NOT IN (SELECT value FROM json_each(:missing))
    ORDER BY r.id DESC LIMIT :limit
"""  # noqa: S608 - constant


@dataclass(frozen=True, slots=True)
class Known:
    """The last good answer for an address: what to send back to be answered that nothing changed, its capture and digest (hex)."""

    etag: str | None
    last_modified: str | None
    capture_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of a record, and the digest (hex) of what it was when it was last had; None where it is to be read, again or at all."""

    record_url: str
    name: str
    url: str
    sha256: str | None


class Frontier:
    """A view of what the archive at `db` knows of one portal; read-only. Raises ArchiveError where there is none."""

    def __init__(self, db: Path, portal: str, crawl_id: int) -> None:
        self._connection = open_for_reading(db)
        self._portal = portal
        self._crawl_id = crawl_id
        ended = "SELECT EXISTS (SELECT 1 FROM crawls WHERE portal = ? AND outcome IS NOT NULL)"
        (self._was_crawled,) = self._connection.execute(ended, (portal,)).fetchone()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def known(self, url: str, since: str = "") -> Known | None:
        """The last page that `url` gave in an earlier crawl, at `since` (UTC, ISO 8601) or later, and that was surely read."""
        if not self._was_crawled:
            return None
        row = self._connection.execute(_KNOWN, (url, self._portal, since)).fetchone()
        return Known(*row) if row else None

    def has_read(self, record_url: str, capture_id: int) -> bool:
        """Whether a record's own page was read, beyond doubt, as a capture holds it, or as a later one does."""
        sql = (
            "SELECT 1 FROM records r JOIN readings t ON t.record_id = r.id AND t.catalog_id = ? "
            "WHERE r.portal = ? AND r.url = ? AND max(t.capture_id, coalesce(t.seen_capture_id, t.capture_id)) >= ? "
            "AND NOT EXISTS (SELECT 1 FROM json_each(t.fields, '$.doubts') WHERE value = ?)"
        )
        values = (OWN_PAGE, self._portal, record_url, capture_id, READ_IN_DOUBT)
        row = self._connection.execute(sql, values).fetchone()
        return row is not None

    def title(self, record_url: str) -> str:
        """The title of a record; "" where it has none."""
        sql = "SELECT coalesce(title, '') FROM records WHERE portal = ? AND url = ?"
        row = self._connection.execute(sql, (self._portal, record_url)).fetchone()
        return row[0] if row else ""

    def pending(self) -> list[str]:
        """The addresses of listed records whose own page was never read."""
        rows = self._connection.execute(_PENDING, (self._portal, OWN_PAGE, PENDING))
        return [row[0] for row in rows]

    def doubted(self) -> list[str]:
        """The addresses of records of which an earlier crawl kept aside what their pages or rows said."""
        rows = self._connection.execute(
            f"SELECT {ADDRESS} FROM records r WHERE r.portal = ? AND r.url NOT LIKE '%#row-%' AND r.id IN "  # noqa: S608
            "(SELECT record_id FROM deferred WHERE kind IN ('row', 'page') AND crawl_id < ?) ORDER BY r.id",
            (self._portal, self._crawl_id),
        )
        return [row[0] for row in rows]

    def witnesses(self, missing: Collection[str]) -> list[str]:
        """The addresses of pages to be requested besides, at the end of an update that asked for few, or that asks for `missing` ones.

        What a few pages say, or that they are gone, may be the portal's fault: others tell.
        """
        names = {"portal": self._portal, "crawl": self._crawl_id, "own": OWN_PAGE, "limit": WITNESSES}
        pages = len(missing) + int(self._connection.execute(_ASKED, names).fetchone()[0])
        if not 0 < pages < WITNESSES:
            return []
        names |= {"limit": WITNESSES - pages, "missing": json.dumps(sorted(missing))}
        return [row[0] for row in self._connection.execute(_UNASKED, names)]

    def files(self, record_url: str) -> list[KnownFile]:
        """The files on the portal's own site that belong to a record."""
        return self._files("r.url = ? AND a.state != 'unlinked'", record_url)

    def pending_files(self) -> list[KnownFile]:
        """The files never requested, of all records."""
        return self._files("a.state = ?", PENDING)

    def lost_files(self, now: datetime) -> list[KnownFile]:
        """The files that could not be had and are to be requested again, ever more rarely, the most overdue first."""
        states = json.dumps(sorted(NO_FILE))
        overdue = []
        for *known, first, last in self._connection.execute(_NOT_HAD, {"portal": self._portal, "states": states}):
            waited = (now - moment(last)) / page_interval(now - moment(first))
            if waited >= 1:
                overdue.append((waited, KnownFile(*known)))
        overdue.sort(key=lambda each: (-each[0], each[1].record_url, each[1].url))
        return [file for _, file in overdue[:LEAST_DAILY_QUOTA]]

    def file(self, record_url: str, url: str) -> KnownFile | None:
        """One file of a record."""
        return next(iter(self._files("r.url = ? AND a.url = ?", record_url, url)), None)

    def read_before(self, now: datetime) -> set[str]:
        """The addresses that need not be requested, for the crawls that broke off within a day read their pages."""
        since = self._interrupted_since(now)
        if since is None:
            return set()
        rows = self._connection.execute(
            "SELECT url FROM (SELECT c.url, row_number() OVER (PARTITION BY c.crawl_id ORDER BY c.id DESC) AS last "
            "FROM captures c JOIN crawls w ON w.id = c.crawl_id WHERE w.portal = ? AND c.fetched_at BETWEEN ? AND ? "
            "AND c.outcome IN ('page', 'not_modified') AND w.outcome IS NOT 'not_merged') WHERE last > ?",
            (self._portal, since, written(now + CLOCK_SLACK), MAYBE_UNREAD),
        )
        return {row[0] for row in rows}

    def news(self, key: str, catalog_url: str, source_fields: Mapping[str, str], title: str = "") -> str | None:
        """`new` or `changed` where a catalogue's row is not what it was when last read; None where it prints the same."""
        known = self._connection.execute(
            "SELECT t.source_fields FROM records r JOIN readings t ON t.record_id = r.id "
            "JOIN catalogs c ON c.id = t.catalog_id AND c.url = ? WHERE r.portal = ? AND r.url = ? AND r.state = 'listed'",
            (catalog_url, self._portal, key),
        ).fetchone()
        if known is None:
            withheld = "SELECT 1 FROM records WHERE portal = ? AND url = ? AND state = 'withheld'"
            return None if self._connection.execute(withheld, (self._portal, key)).fetchone() else "new"
        printed = redact_fields(source_fields, title).value
        return None if same_pairs(json.loads(known[0]), printed) else "changed"

    def family(self, catalog_url: str) -> str | None:
        """The family of portal software that made a catalogue's lists when they were last read."""
        sql = "SELECT family FROM catalogs WHERE portal = ? AND url = ?"
        row = self._connection.execute(sql, (self._portal, catalog_url)).fetchone()
        return row[0] if row else None

    def rows_claimed(self, catalog_url: str) -> int | None:
        """Return the number of rows that a catalogue last stated in an earlier crawl."""
        row = self._connection.execute(
            "SELECT l.rows_claimed FROM ledger l JOIN catalogs c ON c.id = l.catalog_id WHERE c.portal = ? AND c.url = ? "
            "AND l.crawl_id < ? AND l.rows_claimed IS NOT NULL ORDER BY l.crawl_id DESC LIMIT 1",
            (self._portal, catalog_url, self._crawl_id),
        ).fetchone()
        return int(row[0]) if row else None

    def due(self, now: datetime, daily_quota: int | None = None) -> list[str]:
        """The addresses of listed records to be requested again today, the most overdue first, within the `daily_quota`."""
        rows = self._connection.execute(_DUE, (self._portal, written(now + CLOCK_SLACK))).fetchall()
        overdue = []
        asked_today = 0
        for url, dated, first_seen, asked, ever_asked in rows:
            if not ever_asked:
                continue
            # Asked only while the clock stood ahead: nobody knows when.
            since_asked = now - moment(asked) if asked else LONGEST_INTERVAL
            asked_today += since_asked < SHORTEST_INTERVAL
            interval = page_interval(now - moment(dated or first_seen))
            if since_asked >= interval:
                overdue.append((since_asked / interval, url))
        if daily_quota is None:
            daily_quota = max(LEAST_DAILY_QUOTA, int(len(rows) * DAILY_QUOTA_SHARE))
        return [url for _, url in sorted(overdue, reverse=True)[: max(daily_quota - asked_today, 0)]]

    def _files(self, condition: str, *values: str) -> list[KnownFile]:
        rows = self._connection.execute(
            "SELECT r.url, a.name, a.url, iif(a.state IN (?, ?), NULL, a.sha256) FROM attachments a "  # noqa: S608 - constant
            f"JOIN records r ON r.id = a.record_id WHERE r.portal = ? AND r.state = 'listed' AND {condition} ORDER BY a.id",
            (PENDING, UNLINKED, self._portal, *values),
        )
        return [KnownFile(*row) for row in rows]

    def _interrupted_since(self, now: datetime) -> str | None:
        """Return when the first of the crawls began that broke off since the last one that came to an end, within a day."""
        rows = self._connection.execute(
            "SELECT started_at, outcome FROM crawls WHERE portal = ? AND id < ? AND started_at BETWEEN ? AND ? ORDER BY id DESC",
            (self._portal, self._crawl_id, written(now - RESUMES_WITHIN), written(now + CLOCK_SLACK)),
        )
        since = None
        for started_at, outcome in rows:
            if outcome not in {"interrupted", "shutdown"}:
                break
            since = str(started_at)
        return since


def page_interval(age: timedelta) -> timedelta:
    """Return how long a page is left alone whose record has been as it is for so long."""
    return min(max(age * INTERVAL_SHARE, SHORTEST_INTERVAL), LONGEST_INTERVAL)


def mode_for(db: Path, portal: str, now: datetime, full_every: timedelta | None = None) -> str:
    """`full` where the portal was never walked wholly, not for `full_every` (default FULL_EVERY), or unsurely; else `update`."""
    last, outcome = None, None
    with closing(open_for_reading(db)) as connection, suppress(sqlite3.Error):
        last = last_full(connection, portal, now)
        ended = "SELECT outcome FROM crawls WHERE portal = ? AND outcome IN ('finished', 'incomplete', 'unsure') ORDER BY id DESC"
        outcome = (connection.execute(ended, (portal,)).fetchone() or [None])[0]
    is_recent = last is not None and now - last < recrawl_interval(full_every or FULL_EVERY)
    return "update" if is_recent and outcome != "unsure" else "full"


def recrawl_interval(every: timedelta) -> timedelta:
    """Return the interval after which something done `every` so often is due again: somewhat sooner, see SLACK."""
    return every - min(SLACK, every / 6)


def last_full(connection: sqlite3.Connection, portal: str, now: datetime) -> datetime | None:
    """Return when the last full crawl of a portal began that reached the end of every list; the last of TRIES, where none did.

    What was crawled before the portal moved does not count, nor what is still to come by its date, for a clock stood ahead.
    """
    crawls = connection.execute(_FULL, (portal, written(now + CLOCK_SLACK), TRIES)).fetchall()
    for started_at, outcome in crawls:
        if outcome == "finished":
            return moment(started_at)
    return moment(crawls[0][0]) if len(crawls) == TRIES else None
