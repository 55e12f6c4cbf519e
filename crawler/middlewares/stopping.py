"""A crawl that is asked to stop: nothing more is fetched, and what is on its way has a moment to arrive."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request
from twisted.python.failure import Failure

from crawler.middlewares.robots import is_for_robots
from crawler.spiders.failures import STOPPING, Stopped

GRACE = 3.0
"""Seconds that an answer on its way has to arrive when its crawl is asked to stop."""


class StopMiddleware:
    """Stands where requests leave: once the crawl is asked to stop, each goes back to those that wait, for the next crawl to make."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stopping = False
        crawler.signals.connect(self.stop, signal=STOPPING)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def stop(self) -> None:
        """Let no request leave from now on, nor those that wait for their turn at a host."""
        self._stopping = True
        for slot in self._crawler.engine.downloader.slots.values():
            while slot.queue:
                slot.queue.popleft()[1].errback(Failure(Stopped()))  # type: ignore[no-untyped-call]

    def process_request(self, request: Request) -> None:
        """Raise Stopped where the crawl was asked to stop."""
        if self._stopping:
            raise Stopped

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Return a `request` that was given up; not one for robots.txt, which is made outside the queue, again and again."""
        return request if isinstance(exception, Stopped) and not is_for_robots(request) else None
