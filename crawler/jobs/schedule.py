"""The schedule of crawls, with reasons: as a portal's file says, or as often as it has news, within bounds.

After a failure that may have passed a portal is tried again within minutes, then within hours, then in its rhythm, and ever more
rarely. One that refuses is not: it waits its rhythm at the least.

Pure but for reading the archive; the moment is passed in.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from archive.ingest.frontier import FULL_EVERY, SINCE_MOVED, last_full, recrawl_interval
from archive.ingest.health import CLOCK_SLACK, DOWN, FAILING
from archive.model.clock import BEIJING, moment, text
from crawler.portals.portal_file import Portal

DAY = timedelta(days=1)

SHORTEST, LONGEST = DAY, 3 * DAY
"""The bounds of what is learned. An update of a silent portal costs a few requests, and what is withdrawn should be noticed soon."""

NEWS_DAYS = 60
"""The days of the past that show how often a portal has news."""

LONGEST_WAIT = 14 * DAY
"""A portal that refuses, or answers nothing, is tried again after its rhythm, then after twice that, and so on; never later."""

RETRIES = (timedelta(minutes=15), timedelta(hours=3))
"""The waits before the first tries after a failure that may have passed: it was down, or the archive could not be written."""

# A crawl that read no list page at all has failed; one that read some may have a problem, and is no reason to wait. What a clock
# dated that stood ahead is no past.
_CRAWLS = f"""
    SELECT started_at, outcome, EXISTS (SELECT 1 FROM ledger WHERE crawl_id = crawls.id AND pages_read) AS read, health
    FROM crawls WHERE portal = ? AND started_at <= ? AND {SINCE_MOVED} ORDER BY id DESC LIMIT 20
"""  # noqa: S608 - constant
_NEWS = "SELECT count(DISTINCT published_on) FROM records WHERE portal = ? AND published_on > ? AND published_on <= ?"


@dataclass(frozen=True, slots=True)
class CrawlHistory:
    """A portal's crawls so far, as the archive knows them.

    `failures`: so many of the last ones, one after the other, read nothing; `may_pass`: not because the portal refuses, or has changed.
    """

    last: datetime | None = None
    last_full: datetime | None = None
    interrupted: bool = False
    failures: int = 0
    may_pass: bool = False
    news_days: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The next crawl of a portal: when it is due, how it is done, and why, in one line."""

    portal: Portal
    at: datetime
    mode: str
    why: str


def past_of(connection: sqlite3.Connection, portal: str, now: datetime) -> CrawlHistory:
    """The past of one portal in the archive."""
    crawls = connection.execute(_CRAWLS, (portal, text(now + CLOCK_SLACK))).fetchall()
    if not crawls:
        return CrawlHistory()
    since = (now - NEWS_DAYS * DAY).astimezone(BEIJING).date().isoformat()
    until = now.astimezone(BEIJING).date().isoformat()
    (news_days,) = connection.execute(_NEWS, (portal, since, until)).fetchone()
    return CrawlHistory(
        last=moment(crawls[0][0]),
        last_full=last_full(connection, portal, now),
        interrupted=crawls[0][1] in {None, "interrupted", "shutdown"},
        failures=_failures([(outcome, read) for _, outcome, read, _ in crawls]),
        may_pass=crawls[0][3] in {DOWN, FAILING},
        news_days=news_days,
    )


def plan(portal: Portal, past: CrawlHistory, now: datetime) -> Plan:
    """Plan the next crawl of `portal`."""
    every, rhythm = _rhythm(portal, past)
    full_every = portal.schedule.full_every or FULL_EVERY
    if past.last is None:
        return _within_hours(Plan(portal, now, "full", "never crawled"), now)
    at, why = past.last + recrawl_interval(min(every, full_every)), f"every {_in_words(every)}, {rhythm}"
    if past.interrupted:
        at, why = past.last, "its last crawl broke off"
    elif past.failures:
        wait = _after_failures(past, every)
        times = f"{past.failures} times, one after the other" if past.failures > 1 else "once"
        at, why = past.last + recrawl_interval(wait), f"nothing could be read, {times}: waits {_in_words(wait)}"
    if past.last_full and past.last_full + recrawl_interval(full_every) > max(at, now):
        return _within_hours(Plan(portal, at, "update", why), now)
    whole = f"walked wholly every {_in_words(full_every)}" if past.last_full else "never walked wholly"
    return _within_hours(Plan(portal, at, "full", f"{why}; {whole}"), now)


def plans(connection: sqlite3.Connection, portals: Sequence[Portal], now: datetime) -> list[Plan]:
    """The plans of `portals`, the most overdue first."""
    upcoming = [plan(portal, past_of(connection, portal.id, now), now) for portal in portals]
    return sorted(upcoming, key=lambda each: (each.at, each.portal.id))


def rhythm(connection: sqlite3.Connection, portal: Portal, now: datetime) -> timedelta:
    """Return how often a portal is to be crawled; after failures, the wait that they make longer."""
    past = past_of(connection, portal.id, now)
    every, _ = _rhythm(portal, past)
    return max(every, _after_failures(past, every)) if past.failures else every


def _rhythm(portal: Portal, past: CrawlHistory) -> tuple[timedelta, str]:
    """The interval at which a portal is to be crawled, and the reason."""
    return (portal.schedule.every, "as its file says") if portal.schedule.every else _learned(past.news_days)


def _after_failures(past: CrawlHistory, every: timedelta) -> timedelta:
    """The wait after failures, one after the other."""
    retries = RETRIES if past.may_pass else ()
    if past.failures <= len(retries):
        return min(retries[past.failures - 1], every)
    longer: timedelta = every * 2 ** (past.failures - len(retries) - 1)
    return min(longer, max(LONGEST_WAIT, every))


def _failures(crawls: Sequence[tuple[str | None, int]]) -> int:
    """Count the latest crawls that failed one after the other."""
    failed = [
        outcome in {"blocked", "archive_error"} or (not read and outcome == "incomplete") for outcome, read in crawls
    ]
    return failed.index(False) if False in failed else len(failed)


def _learned(news_days: int) -> tuple[timedelta, str]:
    every = min(max(NEWS_DAYS * DAY / max(news_days, 1) / 2, SHORTEST), LONGEST)
    return every, f"for it had news on {news_days} of the last {NEWS_DAYS} days"


def _within_hours(planned: Plan, now: datetime) -> Plan:
    """`planned`, put off to the hours that the portal's file allows."""
    hours = planned.portal.schedule.hours
    if hours is None:
        return planned
    local = max(planned.at, now).astimezone(BEIJING)
    if planned.portal.schedule.closes(local):
        return planned
    begin, end = hours
    opens = datetime.combine(local.date() + DAY * (local.hour >= begin), time(begin), BEIJING)
    why = f"{planned.why}; only from {begin} to {end} o'clock in Beijing"
    return Plan(planned.portal, opens.astimezone(UTC), planned.mode, why)


def _in_words(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if not hours:
        return f"{round(span / timedelta(minutes=1))} min"
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} h"
