"""Log lines without the items' texts."""

from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from twisted.python.failure import Failure


class QuietLogFormatter(LogFormatter):
    """Scrapy's lines, but a scraped item is not one: pages are counted, their texts go to the archive only."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> None:  # type: ignore[override]  # noqa: ANN401
        """No line for an item."""
