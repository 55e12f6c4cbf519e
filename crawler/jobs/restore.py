"""An archive made anew from its evidence alone: each of its crawls is played again from the sealed answers, in order."""

import asyncio
import math
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from archive.database.connection import ArchiveError, transaction
from archive.evidence import block_sums, evidence_file
from archive.evidence.http_exchange import EvidenceError
from archive.ingest.crawl_log import (
    CLOSE,
    COMMIT,
    MISSING,
    Call,
    LoggedCrawl,
    logged_crawls,
    note_line,
    unlogged_crawls,
    withheld_lists,
)
from archive.maintenance import sealing
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.withholding import withhold_again
from archive.model import clock
from archive.replay.replay import InferredReplay, Replay
from archive.replay.sealed_captures import SealedCaptures
from crawler import settings as our_settings
from crawler.portals.portal_file import Portal, PortalFileError, find, known, load
from crawler.spiders.reparse import note_read_by_today
from crawler.spiders.replayed import ReplayedSpider, replayed_spider
from pipelines.store import portal_of


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome of a restoration.

    `inferred`: crawls without a log. `compared`: how many rows were sealed, and `differing` how many of them are not as they were;
    `read_otherwise`: pages and files that say something else than they did. `withheld`: how many entries are withheld again;
    None where the evidence does not say whether anything was.
    """

    crawls: int
    captures: int
    inferred: int
    is_compared: bool
    differing: int
    read_otherwise: int
    withheld: int | None


_REPLACED = (
    (
        "middlewares",
        "crawler.middlewares.evidence.EvidenceMiddleware",
        "crawler.middlewares.sealed_answers.ReplayedEvidence",
    ),
    (
        "middlewares",
        "crawler.middlewares.robots.ObedientRobotsMiddleware",
        "crawler.middlewares.sealed_answers.ReplayedRobots",
    ),
    ("pipelines", "pipelines.store.StorePipeline", "pipelines.replayed_store.ReplayedStore"),
)
"""Parts of a crawl that ask a portal or seal its answers, and those that stand in their place."""


@dataclass(frozen=True, slots=True)
class _Crawl:
    """A crawl to be played again: its portal's file, its log, and where it has none its captures."""

    portal: Portal
    logged: LoggedCrawl
    captures: list[int]


@dataclass(frozen=True, slots=True)
class _Step:
    """A line of a crawl's log, `call` None for its beginning. `order`: its number among all lines."""

    order: float
    crawl: _Crawl
    call: Call | None


@dataclass(frozen=True, slots=True)
class _Open:
    """A crawl that is being played."""

    replay: Replay
    crawler: Crawler
    task: asyncio.Task[None]

    @property
    def spider(self) -> ReplayedSpider:
        """Its spider."""
        assert isinstance(self.crawler.spider, ReplayedSpider)  # noqa: S101 - it was made with one
        return self.crawler.spider

    async def read(self) -> None:
        """Wait until the spider has read all that it asked for. Raises what ended it."""
        idle = asyncio.create_task(self.crawler.spidercls.is_idle.wait())  # type: ignore[attr-defined]
        await asyncio.wait([idle, self.task], return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()
        error = self.replay.error or (self.task.exception() if self.task.done() else None)
        if error:
            raise error

    async def end(self) -> None:
        """Let the spider end."""
        if not self.task.done() and self.crawler.engine:
            await self.crawler.engine.close_spider_async(reason="finished")
        await asyncio.wait([self.task])


class CrawlsAgain(AsyncCrawlerProcess):
    """Plays crawls again step by step, in the order in which all of them went on: several may be open at a time.

    `before` is called with each step's order, `replay` makes a crawl's. What fails ends it, and is the `error`.
    """

    def __init__(
        self,
        settings: Settings,
        steps: Sequence[_Step],
        before: Callable[[float], None],
        replay: Callable[[_Crawl], Replay],
    ) -> None:
        super().__init__(settings)
        self._steps, self._before, self._replay = steps, before, replay
        self._open: dict[str, _Open] = {}
        self.error: BaseException | None = None

    async def join(self) -> None:
        """Play all steps."""
        try:
            for step in self._steps:
                self._before(step.order)
                if step.call is None:
                    await self._begin(step.crawl)
                else:
                    await self._play(self._open[step.crawl.portal.id], step.crawl.portal.id, step.call)
            for portal in [*self._open]:
                await self._leave(portal)
        except BaseException as error:  # noqa: BLE001 - it is raised where the process was started
            self.error = error

    async def _begin(self, crawl: _Crawl) -> None:
        portal = crawl.portal.id
        await self._leave(portal)
        replay = self._replay(crawl)
        replay.begin()
        with _clock_at(crawl.logged.began):
            crawler = self.create_crawler(replayed_spider(crawl.portal, replay))
            opened = self._open[portal] = _Open(replay, crawler, self.crawl(crawler))
            await opened.read()
            while crawl.captures and opened.spider.go_on():  # without a log
                await opened.read()
        if crawl.captures:
            replay.close("")
            await self._open.pop(portal).end()

    async def _play(self, opened: _Open, portal: str, call: Call) -> None:
        replay = opened.replay
        replay.now = call.at
        if call.kind == COMMIT:
            replay.play(call)
        elif call.kind == CLOSE:
            replay.close(call.outcome, call.cause)
            await self._open.pop(portal).end()
        else:
            with _clock_at(call.at):  # what was had lately is asked for only if it changed
                goes_on = opened.spider.go_on()
                if goes_on:
                    await opened.read()
            if not goes_on and call.kind == MISSING:  # the spider ended by itself
                replay.missing()

    async def _leave(self, portal: str) -> None:
        """Leave a portal's crawl, if one is open, as it was left when it was killed."""
        if opened := self._open.pop(portal, None):
            await opened.end()
            opened.replay.session.abandon()


def restore(evidence: Path, db: Path, names: Sequence[str] = ()) -> Restored:
    """Make the archive `db` anew from `evidence`; `names`: ids or files of portals, beside those that are known.

    Raises ArchiveError where `db` exists or can't be written, EvidenceError where the originals can't be read, PortalFileError
    where a portal has no file.
    """
    if db.exists():
        raise ArchiveError(
            f"{db} exists already, and nothing is written over: say with --db where the new archive goes"
        )
    with closing(SealedCaptures(evidence)) as originals:
        crawls = _crawls(originals, names)
        db.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=db.parent, prefix=f".{db.name}.restoring-") as folder:
            new = Path(folder, db.name)
            done = _make(new, originals, crawls, db.parent / "crawl.log")
            with closing(evidence_file.open_for_writing(evidence)) as connection:
                block_sums.take_away(connection)  # they are of the file that was lost
            new.rename(db)
    open_up_to_date(db, evidence).close()  # seals what is not sealed yet
    return done


def _crawls(originals: SealedCaptures, names: Sequence[str]) -> list[_Crawl]:
    evidence = originals.path
    try:
        logged = logged_crawls(evidence)
    except (KeyError, TypeError, ValueError) as error:
        raise EvidenceError(f"{evidence}: the log of a crawl is damaged: `disclosures verify` says where") from error
    unlogged = unlogged_crawls(evidence)
    if not logged and not unlogged:
        raise EvidenceError(f"{evidence} holds no crawl: there is nothing to restore")
    portals = _portals(names, {each.portal.id for each in logged} | {portal for _, portal, _ in unlogged})
    tagged = set[str]()
    crawls = [_Crawl(portals[each.portal.id], each, []) for each in logged]
    for crawl_id, portal, captures in unlogged:
        crawls.append(
            _Crawl(portals[portal], _inferred(originals, portals[portal], crawl_id, captures, tagged), captures)
        )
    return sorted(crawls, key=lambda crawl: crawl.logged.crawl_id)


def _portals(names: Sequence[str], wanted: set[str]) -> dict[str, Portal]:
    """The files of the portals `wanted`: of those named, else of those known."""
    portals = {portal.id: portal for portal in (load(find(name)) for name in names)}
    files = known()
    for portal in sorted(wanted - portals.keys()):
        if portal not in files:
            raise PortalFileError(f"the evidence has crawls of {portal}, which is not known: name its portal file")
        portals[portal] = load(files[portal])
    return {portal: portals[portal] for portal in sorted(wanted)}


def _inferred(
    originals: SealedCaptures, portal: Portal, crawl_id: int, captures: list[int], tagged: set[str]
) -> LoggedCrawl:
    """A crawl without a log: an update where it asked a list only for changes, full where it could have, else as the rules want it.

    `tagged`: addresses whose answers had a tag or a date by which to ask so; the crawl's are added.
    """
    lists, mode, began, tags = {catalog.url for catalog in portal.catalogs}, "", "", set()
    for number in captures:
        exchange, _ = originals.without_payload(number)
        began = began or exchange.fetched_at
        if exchange.response_header("ETag") or exchange.response_header("Last-Modified"):
            tags.add(exchange.url)
        if exchange.url in lists:
            if exchange.request_header("If-None-Match") or exchange.request_header("If-Modified-Since"):
                mode = "update"
            elif exchange.url in tagged:
                mode = mode or "full"
    tagged |= tags
    return LoggedCrawl(0, "", crawl_id, portal_of(portal), mode, datetime.fromisoformat(began), (0, 0))


def _make(new: Path, originals: SealedCaptures, crawls: Sequence[_Crawl], log: Path) -> Restored:
    """Make the archive at `new`, which nobody else knows of yet."""
    evidence = originals.path
    replays: list[Replay] = []
    with closing(open_up_to_date(new, new.with_name("nothing"))) as archive:  # else it would be sealed while it is made

        def replay(crawl: _Crawl) -> Replay:
            if crawl.captures:
                made: Replay = InferredReplay(new, archive, originals, crawl.logged, crawl.captures)
            else:
                made = Replay(new, archive, originals, crawl.logged)
            replays.append(made)
            return made

        again = _WithheldAgain(archive, evidence)
        process = CrawlsAgain(_settings(new, evidence, log), _steps(crawls), again.up_to, replay)
        process.start()
        if process.error:
            raise process.error
        again.up_to(math.inf)
        with transaction(archive):
            for portal in {crawl.portal.id for crawl in crawls}:
                note_read_by_today(archive, portal)
            for crawl in crawls:
                if crawl.logged.calls:
                    note_line(archive, crawl.portal.id, crawl.logged.crawl_id, len(crawl.logged.calls))
        name = sealing.last_name(evidence)
        differing = sealing.take_up(archive, new, evidence, name)
        (captures,) = archive.execute("SELECT count(*) FROM captures").fetchone()
    inferred = sum(1 for crawl in crawls if crawl.captures)
    otherwise = sum(replay.differing for replay in replays)
    withheld = None if again.is_unknown and inferred else again.count
    return Restored(len(crawls), captures, inferred, bool(name), differing, otherwise, withheld)


def _steps(crawls: Sequence[_Crawl]) -> list[_Step]:
    """All steps in order; a crawl without a log is one, before the next crawl that has one."""
    steps, following = [], math.inf
    for crawl in reversed(crawls):
        if crawl.captures:
            steps.append(_Step(following - 0.5, crawl, None))
        else:
            following = crawl.logged.number
            steps += [_Step(call.number, crawl, call) for call in crawl.logged.calls]
            steps.append(_Step(following, crawl, None))
    steps.reverse()
    return sorted(steps, key=lambda step: step.order)


class _WithheldAgain:
    """The records withheld and never given back, to be withheld again when their turn comes."""

    def __init__(self, archive: sqlite3.Connection, evidence: Path) -> None:
        self._archive, self._evidence = archive, evidence
        self._lists = withheld_lists(evidence)
        self._last = {tuple(entry) for entry in self._lists[-1][1]} if self._lists else set()
        self.is_unknown = not self._lists
        self.count = len([entry for entry in self._last if entry[0] == "record" or not entry[3]])

    def up_to(self, line: float) -> None:
        """Withhold what was withheld before a line of the claims was sealed."""
        due: list[list[str]] = []
        while self._lists and self._lists[0][0] < line:
            due = self._lists.pop(0)[1]
        if due:
            with transaction(self._archive):
                entries = [entry for entry in due if tuple(entry) in self._last]
                withhold_again(self._archive, self._evidence, entries)


def _settings(db: Path, evidence: Path, log: Path) -> Settings:
    settings = Settings()
    settings.setmodule(our_settings, priority="project")
    middlewares = dict(our_settings.DOWNLOADER_MIDDLEWARES)
    pipelines: dict[str, int | None] = dict(our_settings.ITEM_PIPELINES)
    for parts, part, replayed in _REPLACED:
        chosen = middlewares if parts == "middlewares" else pipelines
        chosen[replayed] = chosen.pop(part)
    ours: dict[str, Any] = {
        "DISCLOSURES_DB": str(db),
        "DISCLOSURES_EVIDENCE": str(evidence),
        "LOG_FILE": str(log),
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_HANDLERS": {
            **our_settings.DOWNLOAD_HANDLERS,
            **dict.fromkeys(("http", "https"), "crawler.middlewares.sealed_answers.SealedAnswers"),
        },
        "DOWNLOADER_MIDDLEWARES": middlewares,
        "ITEM_PIPELINES": pipelines,
    }
    for name, value in ours.items():
        settings.set(name, value, priority="cmdline")
    return settings


@contextmanager
def _clock_at(moment: datetime) -> Iterator[None]:
    """Let the clock stand where it stood, and run on."""
    before = os.environ.get(clock.VARIABLE)
    os.environ[clock.VARIABLE] = moment.isoformat()
    try:
        yield
    finally:
        del os.environ[clock.VARIABLE]
        if before is not None:
            os.environ[clock.VARIABLE] = before
