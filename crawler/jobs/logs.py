"""Log lines without the items' texts, without numbers of persons, without control characters."""

import logging
import traceback
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure

from archive.masking.redaction import redact
from archive.model.printable import printable


class PlainRecord(logging.LogRecord):
    """A line of the log that may quote a page: masked, and fit for a terminal."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - logging's signature
        super().__init__(*arguments, **named)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = _plain("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the message with its arguments."""
        return _plain(super().getMessage())


def _plain(text: str) -> str:
    return printable(redact(text).text)


class QuietLogFormatter(LogFormatter):
    """Scrapy's lines, but a scraped item is not one: pages are counted, their texts go to the archive only."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor; from then on all lines are plain."""
        logging.setLogRecordFactory(PlainRecord)
        return super().from_crawler(crawler)

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]  # noqa: ANN401
        """No line for an item."""
