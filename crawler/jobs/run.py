"""Crawling portals in this process: settings, progress, and a summary that a person understands."""

import asyncio
import gc
import json
import logging
import signal
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, TextIO
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from twisted.internet.task import LoopingCall

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import hold
from archive.database.portal_changes import require_watched
from archive.database.redaction_version import require_current
from archive.evidence.http_exchange import one_line
from archive.ingest.alarm import pages_beside
from archive.ingest.frontier import mode_for
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.masking.redaction import redact
from archive.model import clock
from archive.model.printable import printable, quantity, unfiltered
from crawler import settings as our_settings
from crawler.jobs.checked_settings import SettingError, require_sound
from crawler.jobs.logs import PORTAL, rotate
from crawler.portals.portal_file import PortalFileError
from crawler.spiders.catalog import CatalogSpider
from crawler.spiders.failures import STOPPING
from crawler.spiders.spider_loader import spider_for
from pipelines.store import places

LOOK_AGAIN = 60.0
"""Seconds after which, at the latest, it is looked whether further portals are due."""

AGAIN_AFTER = timedelta(hours=12)
"""One process crawls no portal again sooner than this, whatever its schedule says."""

AT_ONCE = 50
"""Portals crawled at a time: with three seconds between two requests to a host, some twenty requests a second in all."""

FULL_AT_ONCE = AT_ONCE * 4 // 5
"""Of these so many full crawls at the most: a whole walk takes hours, and updates would wait behind them for days. A portal whose
lists were walked wholly before is updated meanwhile.
"""

TERMINAL_REFRESH = 0.5
"""Seconds until the line of progress on a terminal is renewed."""

MOST_PROBLEMS_SHOWN = 10
SHOWN_FIRST = (
    "archive_error", "most_changed", "layout_changed", "fields_missing", "fields_drifted", "list_short", "list_shrunk", "nothing_new",
)  # fmt: skip
"""Kinds of problems that concern a whole list: those of single pages, which may be many, come after them."""

LEADS_AWAY = ("off_site", "not_global")
"""Kinds of problems that say where pages lead: portals link to others, and nothing is wrong with a crawl that does not follow."""

EVENTS = ("added", "changed", "unlisted", "withdrawn", "returned", "moved")
GARBAGE_THRESHOLD = 50_000

COLLECTED_EVERY = 10
"""After so many portals what their crawls left is collected: it takes a tenth of a second."""


@dataclass(slots=True, eq=False)
class PortalCrawl:
    """One portal's crawl: waiting, under way with a `crawler`, or ended. Then its numbers alone are kept: it took a megabyte.

    `cause`: what kept it from beginning, or from its end; empty where nothing did. `mode`: another than what is due.
    """

    spider: type[CatalogSpider]
    crawler: Crawler | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""
    mode: str = ""
    made_at: datetime = field(default_factory=clock.now)
    began: float = 0.0

    def end(self) -> None:
        """Keep the numbers, let the rest go."""
        self.numbers = self._stats()
        self.cause = self.cause or str(self.numbers.get("disclosures/cause", ""))
        self.crawler = None

    def leave(self, cause: str) -> None:
        """Leave it for another time, before it has begun."""
        self.numbers, self.cause = {"disclosures/left": 1}, cause

    @property
    def waits(self) -> bool:
        """Return whether it has not begun."""
        return self.crawler is None and not self.numbers

    def number(self, name: str) -> int:
        """One of the numbers a crawl keeps of itself; 0 before it has begun."""
        return int(self._stats().get(f"disclosures/{name}", 0))

    def seconds_left(self) -> float:
        """The time for the requests that are waiting, at the pace so far; what their answers will lead to is not known yet."""
        stats = self._stats()
        requested = stats.get("scheduler/dequeued", 0)
        waiting = stats.get("scheduler/enqueued", 0) - requested
        return float(waiting * (monotonic() - self.began) / requested) if self.crawler and requested else 0.0

    def _stats(self) -> Mapping[str, Any]:
        try:
            stats = self.crawler.stats if self.crawler else None
            return dict(stats.get_stats()) if stats else self.numbers
        except RuntimeError:  # Scrapy has no statistics yet
            return {}


class PortalsInTurn(AsyncCrawlerProcess):
    """Crawls those that are `waiting`: on one host one after the other, for Scrapy's delay is each crawl's own; of all, AT_ONCE.

    `more` gives those that have become due while others are under way. `only_in_hours`: none begins at another hour than its
    portal file allows. `stopped`: it was asked to stop.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.waiting: list[PortalCrawl] = []
        self.more: Callable[[], Iterable[PortalCrawl]] = tuple
        self.only_in_hours = False
        self.stopped = False
        self._ended = 0
        self._all_ended = False

    async def join(self) -> None:
        """Crawl them, and whatever there is `more` to crawl in the meantime; Scrapy waits for this before it ends the process.

        None waits for another, but for those on its host and for one of AT_ONCE places, of which full crawls leave some.
        """
        at_once, full = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(FULL_AT_ONCE)
        hosts: defaultdict[str | None, asyncio.Lock] = defaultdict(asyncio.Lock)

        async def in_its_turn(crawl: PortalCrawl) -> None:
            host = hosts[urlsplit(crawl.spider.portal.catalogs[0].url).hostname]
            async with host:
                is_full = self._is_full(crawl) and not (full.locked() and self._put_off(crawl))
                async with full if is_full else nullcontext(), at_once:
                    if self.only_in_hours and not _is_open(crawl):
                        crawl.leave("the hours that its file allows were over when there was a place for it")
                    elif not self.stopped:
                        await self._to_its_end(crawl)

        running = {asyncio.create_task(in_its_turn(crawl)) for crawl in self.waiting}
        while running:
            _, running = await asyncio.wait(running, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            more = [] if self.stopped or not running else list(self.more())
            self.waiting.extend(more)
            running |= {asyncio.create_task(in_its_turn(crawl)) for crawl in more}
        self._all_ended = True

    def _is_full(self, crawl: PortalCrawl) -> bool:
        """Whether a crawl is to walk all lists wholly, as it looks before it begins."""
        mode = self.settings["DISCLOSURES_MODE"] or self._mode(crawl, crawl.spider.portal.schedule.full_every)
        return bool(mode == "full")

    def _mode(self, crawl: PortalCrawl, full_every: timedelta | None) -> str:
        """The mode of a crawl that begins now, of a portal that is to be walked wholly so often."""
        return mode_for(places(self.settings)[0], crawl.spider.portal.id, clock.now(), full_every)

    def _put_off(self, crawl: PortalCrawl) -> bool:
        """Make a full crawl that nobody asked for an update, if the portal's lists were ever walked wholly; whether it is one now."""
        if not self.settings["DISCLOSURES_MODE"] and self._mode(crawl, timedelta.max) == "update":
            crawl.mode = "update"
        return bool(crawl.mode)

    async def _to_its_end(self, crawl: PortalCrawl) -> None:
        PORTAL.set(crawl.spider.portal.id)
        crawl.began = monotonic()
        crawl.crawler = self.create_crawler(crawl.spider)
        if crawl.mode:
            crawl.crawler.settings.set("DISCLOSURES_MODE", crawl.mode, priority="cmdline")
        ((ended,), _) = await asyncio.wait([asyncio.ensure_future(self.crawl(crawl.crawler))])
        if not ended.cancelled() and (error := ended.exception()):
            crawl.cause = printable(redact(one_line(error)).text)
        crawl.end()
        self._ended += 1
        if self._ended % COLLECTED_EVERY == 0:
            gc.collect()  # what has ended is held by circles alone

    async def stop(self) -> None:
        """Stop those under way, with what they have, and begin no other. Scrapy calls this at the end of all, too."""
        if not self.stopped and not self._all_ended:
            self.stopped = True
            for crawler in [*self.crawlers]:
                while crawler in self.crawlers and not _has_begun(crawler):  # Scrapy would let it go on
                    await asyncio.sleep(0)
                crawler.signals.send_catch_log(STOPPING)
        await super().stop()


def _has_begun(crawler: Crawler) -> bool:
    """Whether the crawl can be stopped."""
    try:
        return crawler.engine.running
    except RuntimeError:  # Scrapy has no engine yet
        return False


def crawl_portals(
    names: Sequence[str],
    settings: Settings,
    due: Callable[[Container[str]], tuple[Sequence[str], Sequence[PortalFileError]]] | None = None,
) -> bool | None:
    """Crawl the portals `names` (ids or files) by `settings`, and while any is under way those that `due` names besides.

    `due` is called with the ids of portals that are left out. Returns whether something needs attention, None where the
    process was asked to stop: then nothing else is to be begun, either. Prints progress to standard error and a summary to standard output. Raises PortalFileError and ArchiveError before anything is fetched.
    """
    db, evidence = places(settings)
    spiders = [spider_for(name) for name in names]
    clock.now()
    with closing(open_up_to_date(db, evidence)) as connection:
        require_current(connection)
        for spider in spiders:
            require_watched(connection, spider.portal.id)
    for spider in spiders:
        hold(db, spider.portal.id).release()
    if settings["LOG_FILE"]:
        rotate(Path(settings["LOG_FILE"]))
    process = PortalsInTurn(settings)
    if not our_settings.CONTACT and any(not _is_loopback(spider.portal.home) for spider in spiders):
        print("note: set DISCLOSURES_CONTACT to an address where a portal's operator can reach you", file=sys.stderr)
    for doubt in (doubt for spider in spiders for doubt in spider.portal.doubts):
        print(f"note: {doubt}", file=sys.stderr)
    process.waiting = crawls = [PortalCrawl(spider) for spider in spiders]
    if due:
        process.more, process.only_in_hours = partial(_due_besides, crawls, due), True
    # Pages make many objects that die young and few cycles: Python's collector, as set by default, takes a tenth of a
    # crawl's time to find next to nothing.
    gc.freeze()
    logging.raiseExceptions = False  # where the log can't be written, the summary says what happened
    gc.set_threshold(GARBAGE_THRESHOLD)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with _progress(crawls, unfiltered(sys.stderr), settings.getfloat("DISCLOSURES_PROGRESS")):
        process.start()
    for number, handler in handlers.items():  # Scrapy leaves its own, which end nothing any more
        signal.signal(number, handler)
    attention = [_reported(crawl, db, _log(settings)) for crawl in crawls]
    return None if process.stopped else any(attention)


def _is_open(crawl: PortalCrawl) -> bool:
    """Whether the portal's file allows crawls at this hour."""
    schedule = crawl.spider.portal.schedule
    return schedule.hours is None or schedule.closes(clock.now()) is not None


def _reported(crawl: PortalCrawl, db: Path, log: str) -> bool:
    """Print what a crawl did; whether it needs attention."""
    crawl_id, cause = crawl.number("crawl_id"), crawl.cause and f": {crawl.cause}"
    if crawl.waits or not crawl_id:  # the process was interrupted, or the archive could not be had
        print(f"{crawl.spider.portal.id}: not begun{cause}")
        return True
    if not crawl.number("ended"):
        print(f"{crawl.spider.portal.id}: the crawl did not come to its end{cause}; see {log}")
        return True
    lines, well = summary(db, crawl_id, log)
    print("\n".join(lines))
    return not well


def _due_besides(
    crawls: Sequence[PortalCrawl], due: Callable[[Container[str]], tuple[Sequence[str], Sequence[PortalFileError]]]
) -> Iterator[PortalCrawl]:
    """Yield the crawls of portals that have become due and that are not among `crawls`, or only among those long ended."""
    recent = {
        crawl.spider.portal.id for crawl in crawls if clock.now() - crawl.made_at < AGAIN_AFTER or not crawl.numbers
    }
    try:
        names, _ = due(recent)
    except (PortalFileError, ArchiveError) as error:  # a file that is being edited keeps no other from being crawled
        print(f"note: {error}", file=sys.stderr)
        return
    for name in names:
        yield PortalCrawl(spider_for(name))


def crawl_settings(
    db: Path, mode: str, delay: float | None, concurrency: int | None, more: Mapping[str, str]
) -> Settings:
    """Our settings with the options of `disclosures crawl`: seconds between requests to one host and requests at a time, None as ever.

    `more` counts before these. The log goes to crawl.log beside `db`. Raises SettingError.
    """
    settings = Settings()
    settings.setmodule(our_settings, priority="project")
    ours = {
        "DISCLOSURES_DB": str(db),
        "DISCLOSURES_MODE": mode,
        "DOWNLOAD_DELAY": delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "CONCURRENT_REQUESTS": concurrency,
    }
    settings.setdict({name: value for name, value in ours.items() if value not in {None, ""}}, priority="cmdline")
    for name, value in more.items():
        try:
            settings.set(name, value, priority="cmdline")
        except (TypeError, ValueError):
            raise SettingError(f"{name} = {value!r} must be a table, in JSON") from None
    require_sound(settings)
    if not settings["LOG_FILE"]:
        settings.set("LOG_FILE", str(log_beside(places(settings)[0])), priority="cmdline")
    return settings


def log_beside(db: Path) -> Path:
    """Return the path of the log of crawls into the archive `db`."""
    return db.parent / "crawl.log"


def _log(settings: Settings) -> str:
    return str(settings["LOG_FILE"] or "the log")


def _is_loopback(url: str) -> bool:
    return "//127." in url or "//localhost" in url or "//[::1]" in url


# --- progress ---


@contextmanager
def _progress(crawls: Sequence[PortalCrawl], out: TextIO, refresh: float) -> Iterator[None]:
    """One line that changes in place on a terminal; plain lines in a file, one every `refresh` seconds."""
    began = monotonic()
    terminal = out.isatty()

    def show() -> None:
        line = _progress_line(crawls, monotonic() - began)
        with suppress(OSError):  # a terminal that went away, or a full disk: no reason to end a crawl
            out.write(f"\r\x1b[2K{line}" if terminal else f"{line}\n")
            out.flush()

    loop = LoopingCall(show)
    loop.start(TERMINAL_REFRESH if terminal else refresh, now=terminal)
    try:
        yield
    finally:
        if loop.running:
            loop.stop()
        show()
        if terminal:
            out.write("\n")


def _progress_line(crawls: Sequence[PortalCrawl], seconds: float) -> str:
    def total(name: str) -> int:
        return sum(crawl.number(name) for crawl in crawls)

    who = crawls[0].spider.portal.id if len(crawls) == 1 else f"{len(crawls)} portals"
    left = max(crawl.seconds_left() for crawl in crawls)
    return (
        f"{who}  {_clock(seconds)}  list pages {total('ListPage')}  "
        f"record pages {total('RecordPage')} of {total('pages_wanted')}  files {total('files_done')} of {total('files_wanted')}  "
        f"problems {total('Problem')}" + (f"  left: {_clock(left)} or more" if left >= 1 else "")
    )


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{f'{hours}:' if hours else ''}{rest // 60:02}:{rest % 60:02}"


# --- summary ---

# Pictures of text that nobody reads here are without text, and nothing is wrong.
_FILES = """
    SELECT count(*), total(a.sha256 IS NOT NULL AND a.capture_id IN (SELECT id FROM captures WHERE crawl_id = :crawl)),
           total(a.text IS NULL AND a.state <> 'pending'), total(a.state = 'pending')
    FROM attachments a JOIN records r ON r.id = a.record_id
    WHERE r.portal = :portal AND a.state NOT IN ('unlinked', 'withheld')
"""


def _described(connection: sqlite3.Connection, crawl_id: int, kind: str, url: str, message: str) -> list[str]:
    """A problem in a line, and in another one the pages that show it."""
    pages = pages_beside(connection, crawl_id, message)
    return [f"  problem: {kind}: {message}: {url}", *([f"    {pages}"] if pages else [])]


def summary(db: Path, crawl_id: int, log: str) -> tuple[list[str], bool]:
    """Say what crawl `crawl_id` did, in lines for a person, and whether all is well."""
    with closing(open_for_reading(db)) as connection:
        problems = connection.execute(
            "SELECT kind, url, message FROM problems WHERE crawl_id = ? "
            "ORDER BY kind NOT IN (SELECT value FROM json_each(?)), kind, id",
            (crawl_id, json.dumps(SHOWN_FIRST)),
        ).fetchall()
        shown = [_described(connection, crawl_id, *each) for each in problems[:MOST_PROBLEMS_SHOWN]]
        lines = [*_counts(connection, crawl_id), *map(printable, chain.from_iterable(shown))]
        (outcome,) = connection.execute("SELECT outcome FROM crawls WHERE id = ?", (crawl_id,)).fetchone()
    if len(problems) > MOST_PROBLEMS_SHOWN:
        lines.append(f"  … and {len(problems) - MOST_PROBLEMS_SHOWN} more, in the table problems")
    lines.append(f"  archive: {db}   log: {log}")
    attention = [kind for kind, _, _ in problems if kind not in LEADS_AWAY]
    return lines, outcome == "finished" and not attention


def _counts(connection: sqlite3.Connection, crawl_id: int) -> list[str]:
    """Return the extent of a crawl and its findings, of lists, records and files, a line each."""
    portal, name, mode, outcome, seconds, doubted = connection.execute(
        "SELECT p.id, p.name, c.mode, c.outcome, unixepoch(c.finished_at) - unixepoch(c.started_at), c.counts ->> '$.held' "
        "FROM crawls c JOIN portals p ON p.id = c.portal WHERE c.id = ?",
        (crawl_id,),
    ).fetchone()
    catalogs, whole, pages, rows = connection.execute(
        "SELECT count(*), total(complete), total(pages_read), total(rows_read) FROM ledger WHERE crawl_id = ?",
        (crawl_id,),
    ).fetchone()
    sql = "SELECT kind, count(*) FROM events WHERE crawl_id = ? GROUP BY kind"
    events = dict(connection.execute(sql, (crawl_id,)).fetchall())
    held = connection.execute("SELECT count(*) FROM records WHERE portal = ?", (portal,)).fetchone()[0]
    files, read, unread, waiting = connection.execute(_FILES, {"crawl": crawl_id, "portal": portal}).fetchone()
    counted = [kind for kind in EVENTS if events.get(kind) or kind in {"added", "changed"}]
    counts = [f"{events.get(kind, 0)} {'new' if kind == 'added' else kind}" for kind in counted]
    walked = "catalogues looked through for news" if mode == "update" else f"of {catalogs} catalogues walked wholly"
    lines = [
        f"{portal} {name}: {mode} crawl {outcome} in {seconds} s",
        f"  {catalogs if mode == 'update' else int(whole)} {walked}: {quantity(int(rows), 'row')} on {quantity(int(pages), 'list page')}",
        f"  {quantity(held, 'record')} in the archive: {', '.join(counts)}",
    ]
    if doubted:
        lines.append(f"  {doubted} of them seem to have changed, and are doubted until a later crawl reads the same")
    if files:
        state = f"{int(read)} read now, {int(unread)} without text, {int(waiting)} not asked for yet"
        lines.append(f"  {quantity(files, 'file')}: {state}")
    return lines
