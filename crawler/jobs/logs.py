"""Log lines that name their portal, without the items' texts, without numbers of persons, without control characters."""

import logging
import traceback
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure

from archive.masking.redaction import redact
from archive.model.printable import printable

LARGEST, KEPT = 10_000_000, 5
"""Bytes of a log from which on the next crawl begins a new one, and how many older ones are kept."""

PORTAL: ContextVar[str] = ContextVar("portal", default="")
"""The portal whose crawl is going on, where several do in one process."""


class PlainRecord(logging.LogRecord):
    """A line of the log that may quote a page: masked, and fit for a terminal; before it the portal of its crawl, if any."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - logging's signature
        super().__init__(*arguments, **named)
        self._portal = PORTAL.get()
        if self.exc_info and self.exc_info[0]:
            self.exc_text = _plain("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the message with its arguments."""
        portal = self._portal or getattr(getattr(self, "spider", None), "name", "")
        return _plain(f"{portal}: {super().getMessage()}" if portal else super().getMessage())


def _plain(text: str) -> str:
    return printable(redact(text).text)


def rotate(log: Path) -> None:
    """Let a log that has grown large be an older one: `crawl.log.1` is the last, of KEPT."""
    with suppress(OSError):  # there is none, or another process has just done it
        if log.stat().st_size < LARGEST:
            return
        for number in range(KEPT - 1, 0, -1):
            with suppress(FileNotFoundError):
                log.with_name(f"{log.name}.{number}").replace(log.with_name(f"{log.name}.{number + 1}"))
        log.replace(log.with_name(f"{log.name}.1"))


class QuietLogFormatter(LogFormatter):
    """Scrapy's lines, but a scraped item is not one: pages are counted, their texts go to the archive only."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor; from then on all lines are plain."""
        logging.setLogRecordFactory(PlainRecord)
        # Scrapy's handler alone looks at the level: for each answer a line would be made that nobody writes.
        logging.getLogger("scrapy").setLevel(crawler.settings["LOG_LEVEL"])
        return super().from_crawler(crawler)

    def item_error(  # type: ignore[override]
        self,
        item: Any,  # noqa: ANN401
        exception: BaseException,
        response: Response | Failure | None,
        spider: Spider,
    ) -> dict[str, Any]:
        """Name the kind of an item that a pipeline failed on; the traceback stands below."""
        return {"level": logging.ERROR, "msg": "item=%(kind)s error", "args": {"kind": type(item).__name__}}

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]  # noqa: ANN401
        """No line for an item."""
