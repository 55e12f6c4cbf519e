"""Hands answers and their contents to the writer process, in batches."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Self

from archive.evidence.evidence_reader import beside
from archive.evidence.http_exchange import EvidenceError, Exchange, one_line
from archive.ingest.crawl_log import Failed, Marks
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.ingest.presence import Missing
from archive.masking.redaction import redact
from archive.model import clock
from archive.model.observations import Observation, PortalOfFile, Problem
from archive.model.printable import printable
from pipelines.writer_client import writer_client

logger = logging.getLogger(__name__)

BATCH = 50
"""So many observations, or answers, are written together; a list page with all its rows is one."""

MOST_WAITING = 300
"""So many may wait while others are being written, which takes long where the index is brought up to date; then reading waits."""

MOST_BYTES = 12 * 1024 * 1024
"""Bytes of answers not yet written, those of all crawls of a process together, from which on a crawl with a full batch waits."""

LONGEST_WAIT = 5.0
"""Seconds an answer may wait for its batch to fill: what a killed crawl loses at the most, and the batch being written."""

UNWRITABLE = (sqlite3.Error, EvidenceError, OSError)
"""Exceptions raised by a full disk, a damaged file, a medium taken away, a writer process that was killed."""


class StorePipeline:
    """Scrapy's side of a `CrawlSession`: begins it, feeds it, closes it. One crawl of a portal at a time."""

    mode: str
    crawl_id: int

    def __init__(self, crawler: Any) -> None:  # noqa: ANN401 - the archive's side knows no Scrapy types
        self._crawler = crawler
        self._begun = False
        self._waiting: list[Observation] = []
        self._exchanges: list[tuple[Exchange, str]] = []
        self._failed: list[Failed] = []
        self._flags: dict[int, tuple[str, ...]] = {}
        self._payload = 0
        self._received = 0
        self._since: float | None = None
        self._writing: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._cause = ""

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `spider_closed` is where the reason of the end is known."""
        from scrapy.signals import item_error, spider_closed, spider_error  # noqa: PLC0415 - only where Scrapy runs

        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signal=spider_closed)
        for fault in (spider_error, item_error):
            crawler.signals.connect(pipeline.read_with_fault, signal=fault)
        return pipeline

    def open_spider(self) -> None:
        """Begin the crawl in the archive. Raises ArchiveError, also where another crawl of the portal is running."""
        settings, portal = self._crawler.settings, self._crawler.spider.portal
        self._writer, self._portal = writer_client(), portal.id
        start = SessionStart(
            *places(settings),
            portal_of(portal),
            settings["DISCLOSURES_MODE"],
            portal.schedule.full_every,
            clock.now(),
        )
        self.mode, self.crawl_id = self._writer.begin(start).result()
        self._begun = True
        self._crawler.stats.set_value("disclosures/crawl_id", self.crawl_id)

    async def received(self, exchange: Exchange, outcome: str, flags: Sequence[str] = ()) -> int:
        """Take an answer, with Scrapy's flags, into the batch, which is sealed first; its place in this crawl, from 1."""
        self._exchanges.append((exchange, outcome))
        self._payload += len(exchange.payload)
        self._writer.unwritten += len(exchange.payload)
        self._received += 1
        place = self._received
        if flags:
            self._flags[place] = tuple(flags)
        await self._write_if_due()
        return place

    def failed(self, request: Any, error: Exception) -> None:  # noqa: ANN401
        """Take a request that got no answer into the batch."""
        kind, message = type(error).__name__, printable(redact(str(error)).text[:200])
        body = request.body.decode("utf-8", "replace")
        self._failed.append(Failed(self._received, request.method, request.url, body, kind, message))

    async def process_item(self, observation: Observation) -> Observation:
        """Take `observation` into the batch."""
        self._crawler.stats.inc_value(f"disclosures/{type(observation).__name__}")
        self._waiting.append(observation)
        await self._write_if_due()
        return observation

    def add_problem(self, problem: Problem) -> None:
        """Take a problem that no item of the spider's tells of into the batch."""
        self._crawler.stats.inc_value("disclosures/Problem")
        self._waiting.append(problem)

    def missing(self) -> list[Missing]:
        """Write what waits; then the records whose pages must be requested. For the spider, when nothing else is under way."""
        self._write_now()
        return self._writer.call(self._portal, CrawlSession.missing, clock.now()).result()

    def to_walk_again(self) -> set[str]:
        """Write what waits; then the catalogues to be walked a second time."""
        self._write_now()
        return self._writer.call(self._portal, CrawlSession.to_walk_again).result()

    async def close_spider(self) -> None:
        """Write what is left."""
        if self._begun:
            await self._write()

    def read_with_fault(self, failure: Any, response: Any) -> None:  # noqa: ANN401
        """A page on which our own code failed: a problem for whoever mends it, never a page passed over in silence."""
        # It may quote the page. Masked before it is cut, for half of a number is no longer known as one.
        message = printable(redact(failure.getErrorMessage()).text[:200])
        fault = f"reading the page failed ({failure.type.__name__}: {message}); see the log"
        self.add_problem(Problem("reading_failed", response.url, fault))

    def spider_closed(self, reason: str) -> None:
        """Close the crawl session.

        Its outcome is Scrapy's reason, `incomplete` where a list was not walked as far as it should, or `archive_error`.
        """
        if not self._begun:
            return
        try:
            if self._ending:
                reason = "archive_error"
            elif reason == "finished" and not self._walked():
                reason = "incomplete"
            self._writer.call(self._portal, CrawlSession.close, reason, clock.now(), self._cause).result()
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it, and the crawl be left open without a word
            self._log(error)
            self._note_cause(error)
        else:
            self._crawler.stats.set_value("disclosures/ended", 1)

    def _walked(self) -> bool:
        """Whether every list was read as far as it had to be."""
        if self._crawler.stats.get_value("disclosures/walks_broken"):
            return False
        return self._writer.call(self._portal, CrawlSession.complete).result()

    async def _write_if_due(self) -> None:
        """Have the batch written when it is full or old; wait only where too much waits already.

        Answers alone fill it, too: a "not modified" gives no observation.
        """
        now = monotonic()
        self._since = now if self._since is None else self._since
        count = max(len(self._waiting), len(self._exchanges))
        full = count >= BATCH or self._payload >= MOST_BYTES
        if (full or now - self._since > LONGEST_WAIT) and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write())
        if self._writing and (count >= MOST_WAITING or (full and self._writer.unwritten >= MOST_BYTES)):
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        with self._batch() as commit:
            await asyncio.wrap_future(commit)

    def _write_now(self) -> None:
        with self._batch() as commit:
            commit.result()

    @contextmanager
    def _batch(self) -> Iterator[Future[None]]:
        """Hand over all that waits; what cannot be kept, whatever the reason, ends the crawl."""
        size, observations, exchanges = self._payload, self._waiting, self._exchanges
        marks = Marks(tuple(self._failed), self._flags)
        self._waiting, self._exchanges, self._payload, self._since = [], [], 0, None
        self._failed, self._flags = [], {}
        try:
            yield self._writer.call(self._portal, CrawlSession.commit, observations, exchanges, clock.now(), marks)
        except Exception as error:  # noqa: BLE001
            self.give_up(error)
        finally:
            self._writer.unwritten -= size

    def give_up(self, error: Exception) -> None:
        """End the crawl, for `error` keeps the archive from being read or written."""
        self._log(error)
        self._note_cause(error)
        if not self._ending:
            self._ending = asyncio.create_task(self._crawler.engine.close_spider_async(reason="archive_error"))

    def _note_cause(self, error: Exception) -> None:
        """Keep the first cause, in one line, for whoever reads the summary or the archive."""
        plain = isinstance(error, UNWRITABLE) or type(error).__module__.startswith("archive.")  # else it is no sentence
        kind = "" if plain else f"{type(error).__name__}: "
        self._cause = self._cause or printable(redact(f"{kind}{one_line(error)}").text)[:500]
        self._crawler.stats.set_value("disclosures/cause", self._cause)

    def _log(self, error: Exception) -> None:
        fault = None if isinstance(error, UNWRITABLE) else error  # of our own
        logger.error("archive=%s error=%s", self._crawler.settings["DISCLOSURES_DB"], error, exc_info=fault)


def places(settings: Mapping[str, Any]) -> tuple[Path, Path]:
    """Return the paths of the archive and of its originals, which are beside it unless another place is set."""
    db = Path(settings["DISCLOSURES_DB"])
    return db, Path(settings["DISCLOSURES_EVIDENCE"] or beside(db))


def portal_of(portal: Any) -> PortalOfFile:  # noqa: ANN401
    """A portal file as the archive keeps it: masked, for names and titles are copied from pages."""
    return PortalOfFile(
        id=portal.id,
        name=redact(portal.name).text,
        division_code=portal.division_code,
        home=portal.home,
        catalogs=tuple(replace(each, title=redact(each.title).text) for each in portal.catalogs),
        family=portal.family,
        checked_on=portal.checked.isoformat() if portal.checked else None,
        agencies=tuple(
            replace(
                each,
                name=redact(each.name).text,
                aliases=tuple(redact(name).text for name in each.aliases),
                successor=each.successor and redact(each.successor).text,
            )
            for each in portal.agencies
        ),
    )
