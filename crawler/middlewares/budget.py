"""The most that one crawl may take of a portal, and of this machine: pages, bytes, hours, time-outs one after the other."""

import asyncio
from time import monotonic
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Request, Response

from archive.model import clock
from archive.model.observations import Problem
from crawler.portals.portal_file import CrawlBudget, Portal
from pipelines.store import StorePipeline

MEGABYTE = 1_000_000


class BudgetMiddleware:
    """Ends a crawl as incomplete when the budget in its portal file is used up, or its hours are over; the next one goes on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._portal: Portal = crawler.spidercls.portal  # type: ignore[attr-defined]
        self._began = monotonic()
        self._closes = self._portal.schedule.closes(clock.now())  # one begun at another hour is somebody's own wish
        self._pages = self._bytes = self._timeouts = 0
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Count `response`, as it came over the wire."""
        self._pages += 1
        self._bytes += len(response.body)
        self._timeouts = 0
        self._end_where_spent()
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count a time-out."""
        if isinstance(exception, DownloadTimeoutError):
            self._timeouts += 1
        self._end_where_spent()

    def _end_where_spent(self) -> None:
        spent = self._spent(self._portal.budget)
        engine, store = self._crawler.engine, self._crawler.get_item_pipeline(StorePipeline)
        if spent and self._ending is None and engine and store:
            store.add_problem(Problem("over_budget", self._portal.home, f"the crawl ended after {spent}"))
            self._ending = asyncio.create_task(engine.close_spider_async(reason="incomplete"))

    def _spent(self, budget: CrawlBudget) -> str:
        if self._pages >= budget.pages:
            return f"{self._pages} answers (most_pages)"
        if self._bytes >= budget.megabytes * MEGABYTE:
            return f"{budget.megabytes} MB (most_megabytes)"
        if monotonic() - self._began >= budget.hours * 3600:
            return f"{budget.hours} hours (most_hours)"
        if self._closes and clock.now() >= self._closes:
            return f"{self._closes.hour} o'clock in Beijing, until when its file allows it (hours)"
        if self._timeouts >= budget.timeouts:
            return f"{self._timeouts} answers one after the other that did not come in time (most_timeouts)"
        return ""
