"""Writes observations into the archive, in batches, from one thread at a time."""

import asyncio
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Self

from archive.observations import CatalogOfPortal, Observation, PortalOfFile, ProblemSeen
from archive.store import Store

logger = logging.getLogger(__name__)

LARGEST_BATCH = 50
"""Observations in one transaction; a list page with all its rows is one."""

LONGEST_WAIT = 5.0
"""Seconds an observation may wait for its batch to fill: what a killed crawl loses at the most."""


class StorePipeline:
    """Scrapy's side of `archive.store.Store`: opens it, feeds it, closes the crawl's books."""

    def __init__(self, crawler: Any) -> None:  # noqa: ANN401 - the archive's side knows no Scrapy types
        self._crawler = crawler
        self._lock = asyncio.Lock()
        self._waiting: list[Observation] = []
        self._since = 0.0
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401
        """Scrapy's constructor; `spider_closed` is where the reason of the end is known."""
        from scrapy.signals import spider_closed, spider_error  # noqa: PLC0415 - only where Scrapy runs

        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.spider_closed, signal=spider_closed)
        crawler.signals.connect(pipeline.spider_error, signal=spider_error)
        return pipeline

    def open_spider(self) -> None:
        """Begin the crawl in the archive. Raises ArchiveError."""
        settings = self._crawler.settings
        self._store = Store(Path(settings["DISCLOSURES_DB"]))
        self._store.begin(portal_of(self._crawler.spider.portal), settings["DISCLOSURES_MODE"], now())

    async def process_item(self, observation: Observation) -> Observation:
        """Take `observation` into the batch, and write the batch when it is full or old."""
        self._crawler.stats.inc_value(f"disclosures/{type(observation).__name__}")
        if not self._waiting:
            self._since = monotonic()
        self._waiting.append(observation)
        if len(self._waiting) >= LARGEST_BATCH or monotonic() - self._since > LONGEST_WAIT:
            await self._write()
        return observation

    async def close_spider(self) -> None:
        """Write what is left."""
        await self._write()

    def spider_error(self, failure: Any, response: Any) -> None:  # noqa: ANN401
        """A page on which our own code failed: a problem for whoever mends it, never a page passed over in silence."""
        fault = f"reading the page failed ({failure.type.__name__}: {failure.getErrorMessage()[:200]}); see the log"
        self._crawler.stats.inc_value("disclosures/ProblemSeen")
        self._waiting.append(ProblemSeen("reading_failed", response.url, fault))

    def spider_closed(self, reason: str) -> None:
        """Close the crawl's books.

        Its outcome is Scrapy's reason, `incomplete` where a list was not walked wholly, or `archive_error`.
        """
        if self._ending:
            reason = "archive_error"
        elif reason == "finished" and not self._store.complete():
            reason = "incomplete"
        self._store.finish(reason, now())
        self._crawler.stats.set_value("disclosures/crawl_id", self._store.crawl_id)
        self._store.close()

    async def _write(self) -> None:
        async with self._lock:
            batch, self._waiting = self._waiting, []
            if not batch:
                return
            try:
                await asyncio.to_thread(self._store.write, batch, now())
            except sqlite3.Error as error:
                logger.error("archive=%s error=%s", self._crawler.settings["DISCLOSURES_DB"], error)  # noqa: TRY400
                self._give_up()

    def _give_up(self) -> None:
        """End the crawl: what can't be kept must not be fetched."""
        if not self._ending:
            self._ending = asyncio.create_task(self._crawler.engine.close_spider_async(reason="archive_error"))


def portal_of(portal: Any) -> PortalOfFile:  # noqa: ANN401
    """A portal file as the archive keeps it."""
    return PortalOfFile(
        id=portal.id,
        name=portal.name,
        division_code=portal.division_code,
        home=portal.home,
        catalogs=tuple(CatalogOfPortal(c.kind, c.title, c.url) for c in portal.catalogs),
        family=portal.family,
        checked_on=portal.checked.isoformat() if portal.checked else None,
    )


def now() -> str:
    """The present moment, UTC, ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
