"""Alarms for what breaks silently: fields that are suddenly not stated, lists that suddenly show few rows, nothing new for too long.

Each catalogue is held against its own past, and so are the portal's record pages: a first crawl raises no alarm, and nor
does what was never there. Full crawls and updates alike read the first pages of every list, so that these are compared.

What stays away becomes usual, and what goes away page by page always was. Therefore fields are also held against a measure that
stands still: the first crawl since the day on which a person last saw the portal work, as its file says (`checked`), or the first
of all. Whoever looks, and finds that the portal states no more, writes that day into the file.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from archive.database import portal_rows
from archive.ingest import windows
from archive.model.clock import BEIJING, beijing_day, moment
from archive.model.observations import Problem, RecordPage, Row

HEAD_PAGES = 2
"""List pages of a walk whose rows are counted: an update reads as many, where there are as many."""

READ, LINK, BODY = "read", "link", "body"
"""Names of the counts kept beside those of fields: rows or pages in all, rows with a page of their own, record pages with a text."""

LEAST_ROWS, LEAST_PAGES = 3, 10
"""Fewer rows, or record pages, say nothing: those of several crawls are then taken together."""

COMPARED = 5
"""So many earlier walks say what is usual, by their median: what stays away is reported by about half as many crawls."""

USUAL = 0.9
LEFT = 0.25
"""Shares: a field that at least USUAL of the rows or pages stated as a rule, and now less than LEFT of that share, is missing."""

WELL_READ = 10
"""So many rows, or record pages, of one crawl say what a portal states."""

KEPT = 0.5
"""A field that at least USUAL of the rows or pages of the first crawl stated, and now less than KEPT of that share, has drifted away."""

SHORT = 0.5
"""A list's first pages with fewer rows than this share of the usual are too short."""

RHYTHM, SEASONS = timedelta(days=3 * 365), timedelta(days=2 * 365)
"""Lengths of past: the first says what is usual; one shorter than the second shows no seasons."""

LEAST_SILENCES = 10
"""Fewer silences between days with news are no rhythm."""

FAR_LONGER, NEVER_LONG = 2, timedelta(days=14)
"""A silence is too long from so many times the usual on, and not before two weeks: the longest holidays are over then."""

MOST_REPORTED = 3
"""A silence is reported by so many crawls."""

# A crawl in which most of the portal changed at once says nothing of what is usual.
_WALKS = """
    SELECT l.crawl_id, l.pages_read, l.complete, l.stated FROM ledger l JOIN crawls w ON w.id = l.crawl_id
    WHERE l.catalog_id = ? AND l.crawl_id <= ? AND l.stated IS NOT NULL AND w.outcome IS NOT 'unsure'
    ORDER BY l.crawl_id DESC LIMIT ?
"""
_PAGES = """
    SELECT id, stated FROM crawls WHERE portal = ? AND id < ? AND stated IS NOT NULL AND outcome IS NOT 'unsure'
    ORDER BY id DESC LIMIT ?
"""
_FAR_ENOUGH = 60

_SINCE_CHECKED = """
    w.id < :crawl AND w.outcome IS NOT 'unsure' AND s.stated ->> 'read' >= :enough
    AND date(w.started_at, '+8 hours') >= coalesce((SELECT checked_on FROM portals WHERE id = w.portal), '')
    ORDER BY w.id LIMIT 1
"""
_FIRST_WALK = f"""
    SELECT s.stated, w.id, w.started_at FROM ledger s JOIN crawls w ON w.id = s.crawl_id
    WHERE s.catalog_id = :of AND {_SINCE_CHECKED}
"""  # noqa: S608 - constant
_FIRST_PAGES = f"""
    SELECT s.stated, w.id, w.started_at FROM crawls s JOIN crawls w ON w.id = s.id WHERE s.portal = :of AND {_SINCE_CHECKED}
"""  # noqa: S608 - constant

_LIST_PAGE = "SELECT min(capture_id) FROM walks WHERE crawl_id = ? AND catalog_id = ? AND look = 1"

# The page at :address goes before others, and then one of which it is known what was read from it.
_RECORD_PAGE = """
    SELECT c.id, c.url FROM captures c JOIN records r ON r.portal = :portal AND r.url = c.url AND r.state <> 'withheld'
    LEFT JOIN readings g ON g.record_id = r.id AND g.catalog_id = 0 AND coalesce(g.seen_capture_id, g.capture_id) = c.id
    WHERE c.crawl_id = :crawl AND c.outcome = 'page'
    ORDER BY c.url = :address DESC, g.record_id IS NULL, (g.fields ->> :field IS NOT NULL) = :states DESC, c.id LIMIT 1
"""

_READ_NOW = """
    SELECT c.id, c.title, c.url FROM ledger l JOIN catalogs c ON c.id = l.catalog_id
    WHERE l.crawl_id = ? AND l.rows_read ORDER BY c.id
"""

# Rows that stood in the list when it was first walked wholly are no news of that day; those that came later are.
_BEGAN = """
    SELECT min(w.finished_at) FROM ledger l JOIN crawls w ON w.id = l.crawl_id
    WHERE l.catalog_id = ? AND l.crawl_id < ? AND l.complete
"""
_NEWS = """
    SELECT date(r.published_on) FROM listings l JOIN records r ON r.id = l.record_id
    WHERE l.catalog_id = :catalog AND date(r.published_on) <= :today
    UNION SELECT date(first_seen, '+8 hours') FROM listings WHERE catalog_id = :catalog AND first_seen > :began
    AND date(first_seen, '+8 hours') <= :today
"""
_REPORTED = """
    SELECT count(*) FROM problems p JOIN crawls w ON w.id = p.crawl_id
    WHERE w.portal = ? AND p.kind = 'nothing_new' AND p.url = ? AND p.first_at > ? AND w.id < ?
"""


_PAGES_BESIDE = """
    SELECT n.url, n.fetched_at, t.url, t.fetched_at FROM problems p
    JOIN captures n ON n.id = p.capture_id JOIN captures t ON t.id = p.before_capture_id
    WHERE p.crawl_id = ? AND instr(?, p.message) = 1
    AND NOT EXISTS (SELECT 1 FROM records WHERE url IN (n.url, t.url) AND state = 'withheld') ORDER BY p.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Lack:
    """A field that `now` of `read` rows state, and that a `usual` share of them stated at the time that `then` says."""

    field: str
    now: int
    read: int
    usual: float
    then: str = "before"

    def __str__(self) -> str:
        return f"{self.field} ({self.now} of {self.read} now, {self.usual:.0%} {self.then})"


@dataclass(frozen=True, slots=True)
class Pair:
    """Captures of two pages to be looked at side by side: one as it is now, and one that was read well."""

    now: int | None = None
    then: int | None = None


NO_PAGES = Pair()


@dataclass(frozen=True, slots=True)
class FirstRead:
    """The fields stated when a list, or a portal's record pages, were first read well: the counts, and in which crawl."""

    counts: Mapping[str, int]
    crawl_id: int
    started_at: str

    def lacking(self, now: Mapping[str, int]) -> list[Lack]:
        """The fields that have drifted away: `now` counts what is stated today."""
        day = f"on {beijing_day(self.started_at)}"
        shares = {field: count / self.counts[READ] for field, count in self.counts.items() if field != READ}
        read = now.get(READ, 0)
        return [
            Lack(field, now.get(field, 0), read, share, day)
            for field, share in sorted(shares.items())
            if share >= USUAL and now.get(field, 0) < KEPT * share * read
        ]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm, and the pages that show what it says, where there are some."""

    problem: Problem
    pages: Pair = NO_PAGES


@dataclass(frozen=True, slots=True)
class WalkCounts:
    """The length of one crawl's traversal of a catalogue, and the counts of its first pages."""

    pages_read: int
    complete: bool
    counts: Counter[str]
    crawl_id: int = 0


def counted(rows: Iterable[Row]) -> Counter[str]:
    """Count the rows, those that have a page of their own, and those that state each field."""
    counts = Counter[str]()
    for row in rows:
        counts.update([READ, *(name for name, value in row.fields.items() if value)])
        counts[LINK] += "#row-" not in row.key
    return counts


def lacking(counts: Sequence[Mapping[str, int]], least: int) -> list[Lack]:
    """The fields that the newest of `counts` (newest first) suddenly lacks; `least` rows say something."""
    now, *past = _blocks(counts, least) or [Counter[str]()]
    fields = sorted({field for block in past for field in block} - {READ})
    shares = {field: median(block[field] / block[READ] for block in past[:COMPARED]) for field in fields}
    return [
        Lack(field, now[field], now[READ], share)
        for field, share in shares.items()
        if share >= USUAL and now[field] < LEFT * share * now[READ]
    ]


def too_short(walks: Sequence[WalkCounts]) -> str | None:
    """Describe why the newest of `walks` (newest first) is too short, where it is not whole: updates leave lists midway.

    A whole walk's length is `archive.ingest.presence`'s to judge.
    """
    heads = [walk.counts[READ] for walk in walks if walk.pages_read >= HEAD_PAGES]
    if len(heads) < 2 or walks[0].complete or walks[0].pages_read < HEAD_PAGES:
        return None
    now, usual = heads[0], median(heads[1 : 1 + COMPARED])
    return f"{now} rows, where {usual:.0f} are usual" if now < SHORT * usual else None


def longest_usual(days: Sequence[date]) -> timedelta | None:
    """Return the longest usual silence after news on `days` (sorted); None where they are too few to say.

    One exceptional silence says nothing, so it is the second longest of the last years that counts. A past of less than
    two years shows no seasons: the silence must then be as long as all of it.
    """
    recent = [day for day in days if days[-1] - day < RHYTHM]
    silences = sorted(later - earlier for earlier, later in pairwise(recent))
    if len(silences) < LEAST_SILENCES:
        return None
    span = recent[-1] - recent[0]
    return max(FAR_LONGER * silences[-2], NEVER_LONG, span if span < SEASONS else NEVER_LONG)


class Alarm:
    """The alarms of one crawl; works in the caller's transaction. `pages` counts what record pages state."""

    def __init__(self, connection: sqlite3.Connection, portal: str, crawl_id: int) -> None:
        self._connection = connection
        self._portal = portal
        self._crawl_id = crawl_id
        self.pages: Counter[str] = Counter()

    def list_page(self, catalog_id: int, rows: Iterable[Row]) -> None:
        """Count the rows of a list page, which the ledger has not counted yet."""
        walk = (self._crawl_id, catalog_id)
        sql = "SELECT pages_read, stated FROM ledger WHERE crawl_id = ? AND catalog_id = ?"
        pages_read, stated = self._connection.execute(sql, walk).fetchone()
        if pages_read < HEAD_PAGES:
            counts = Counter[str](json.loads(stated or "{}")) + counted(rows)
            self._connection.execute(
                "UPDATE ledger SET stated = ? WHERE crawl_id = ? AND catalog_id = ?", (json.dumps(counts), *walk)
            )

    def record_page(self, page: RecordPage) -> None:
        """Count what a record's page states."""
        self.pages.update([READ, *(name for name, value in page.fields.items() if value)])
        self.pages[BODY] += bool(page.body)

    def misread(self, catalog_id: int) -> list[Lack]:
        """The fields that this crawl's rows of a catalogue suddenly lack: what such a walk does not show may be there."""
        return lacking([walk.counts for walk in self._walks(catalog_id)], LEAST_ROWS)

    def raised(self, now: str) -> list[Raised]:
        """All alarms, when the crawl is at its end; `now` is UTC, ISO 8601."""
        catalogs = self._connection.execute(_READ_NOW, (self._crawl_id,)).fetchall()
        return [*(alarm for catalog in catalogs for alarm in self._of_catalog(catalog, now)), *self._of_record_pages()]

    def _of_catalog(self, catalog: Sequence[Any], now: str) -> Iterator[Raised]:
        catalog_id, title, url = catalog
        walks = self._walks(catalog_id)
        missing = self.misread(catalog_id)
        if missing:
            pages = self._list_pages(catalog_id, walks[1].crawl_id)
            yield Raised(Problem("fields_missing", url, f"rows of {title} suddenly lack {_listed(missing)}"), pages)
        first = self._first(_FIRST_WALK, catalog_id)
        if first and (lost := _drifted(first, [walk.counts for walk in walks], missing)):
            pages = self._list_pages(catalog_id, first.crawl_id)
            yield Raised(Problem("fields_drifted", url, f"rows of {title} no longer state {_listed(lost)}"), pages)
        if short := too_short(walks):
            yield Raised(Problem("list_short", url, f"the first pages of {title} show {short}"))
        if silence := self._silence(catalog_id, url, now):
            yield Raised(Problem("nothing_new", url, f"nothing new in {title} {silence}"))

    def _of_record_pages(self) -> Iterator[Raised]:
        if not self.pages:
            return
        before = self._connection.execute(_PAGES, (self._portal, self._crawl_id, _FAR_ENOUGH)).fetchall()
        counts = [self.pages, *(Counter(json.loads(row["stated"])) for row in before)]
        home = portal_rows.home(self._connection, self._portal)
        missing = lacking(counts, LEAST_PAGES)
        if missing:
            message = f"records' own pages suddenly lack {_listed(missing)}"
            yield Raised(
                Problem("fields_missing", home, message), self._record_pages(missing[0].field, before[0]["id"])
            )
        first = self._first(_FIRST_PAGES, self._portal)
        if first and (lost := _drifted(first, counts, missing)):
            message = f"records' own pages no longer state {_listed(lost)}"
            yield Raised(Problem("fields_drifted", home, message), self._record_pages(lost[0].field, first.crawl_id))

    def _first(self, sql: str, of: int | str) -> FirstRead | None:
        """The fields stated when a list, or the portal's record pages, were first read well; None where no crawl says it."""
        row = self._connection.execute(sql, {"of": of, "crawl": self._crawl_id, "enough": WELL_READ}).fetchone()
        return FirstRead(json.loads(row["stated"]), row["id"], row["started_at"]) if row else None

    def _list_pages(self, catalog_id: int, then: int) -> Pair:
        """The first page of a catalogue in this crawl, and in crawl `then`."""
        crawls = (self._crawl_id, then)
        pages = (self._connection.execute(_LIST_PAGE, (crawl, catalog_id)).fetchone()[0] for crawl in crawls)
        return Pair(*(windows.held_by(self._connection, page) for page in pages))

    def _record_pages(self, field: str, then: int) -> Pair:
        """A record's page of this crawl that does not state `field`, and the same page, or else another one, of crawl `then`."""
        of = {"portal": self._portal, "field": field, "address": None, "crawl": self._crawl_id, "states": False}
        page, of["address"] = self._connection.execute(_RECORD_PAGE, of).fetchone() or (None, None)
        before = self._connection.execute(_RECORD_PAGE, of | {"crawl": then, "states": True}).fetchone()
        return Pair(page, before["id"] if before else None)

    def _walks(self, catalog_id: int) -> list[WalkCounts]:
        """This crawl's walk of a catalogue and those before it, newest first."""
        rows = self._connection.execute(_WALKS, (catalog_id, self._crawl_id, _FAR_ENOUGH)).fetchall()
        if not rows or rows[0]["crawl_id"] != self._crawl_id:
            return []
        return [
            WalkCounts(
                row["pages_read"], bool(row["complete"]), Counter(json.loads(row["stated"])), crawl_id=row["crawl_id"]
            )
            for row in rows
        ]

    def _silence(self, catalog_id: int, url: str, now: str) -> str | None:
        """Describe the silence of a list where it is far longer than usual, and was not yet when the list was first walked."""
        began = self._connection.execute(_BEGAN, (catalog_id, self._crawl_id)).fetchone()[0]
        if began is None:
            return None
        today = beijing_day(now)
        rows = self._connection.execute(_NEWS, {"catalog": catalog_id, "today": today.isoformat(), "began": began})
        days = sorted(date.fromisoformat(row[0]) for row in rows)
        usual = longest_usual(days)
        if usual is None or today - days[-1] <= usual or beijing_day(began) - days[-1] > usual:
            return None
        parameters = (self._portal, url, days[-1].isoformat(), self._crawl_id)
        reported = self._connection.execute(_REPORTED, parameters).fetchone()[0]
        if reported >= MOST_REPORTED:
            return None
        return f"since {days[-1]}, for {(today - days[-1]).days} days; more than {usual.days} are unusual there"


def _blocks(counts: Sequence[Mapping[str, int]], least: int) -> list[Counter[str]]:
    """`counts`, those of fewer than `least` rows taken together with the ones that follow."""
    blocks = []
    block = Counter[str]()
    for each in counts:
        block.update(each)
        if block[READ] >= least:
            blocks.append(block)
            block = Counter[str]()
    return blocks


def _drifted(first: FirstRead, counts: Sequence[Mapping[str, int]], missing: Iterable[Lack]) -> list[Lack]:
    """The fields that the newest of `counts` (newest first) lacks beside `first`, but those that are `missing` suddenly."""
    blocks = _blocks(counts, WELL_READ)
    reported = {lack.field for lack in missing}
    return [lack for lack in first.lacking(blocks[0]) if lack.field not in reported] if blocks else []


def _listed(missing: Iterable[Lack]) -> str:
    return ", ".join(map(str, missing))


def pages_beside(connection: sqlite3.Connection, crawl_id: int, reason: str) -> str:
    """Name the page that lacks what an alarm misses, and one that was read well; "" where `reason` begins with none such.

    Nor where an earlier version wrote the archive.
    """
    try:
        row = connection.execute(_PAGES_BESIDE, (crawl_id, reason)).fetchone()
    except sqlite3.OperationalError as error:
        if "no such column" not in str(error):
            raise
        return ""
    if row is None:
        return ""
    url, at, read_well, then = row
    return f"compare {url} of {_minute(at)} with {read_well} of {_minute(then)}, which was read well"


def _minute(text: str) -> str:
    """A moment, ISO 8601, in China, to the minute."""
    return f"{moment(text).astimezone(BEIJING):%Y-%m-%d %H:%M}"
