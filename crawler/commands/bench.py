"""`scrapy bench`: Scrapy's own measurement, of this machine and not of our crawls (`python -m bench.all` measures those)."""

from typing import Any, ClassVar

from scrapy.commands import bench

from crawler.commands.without_archive import WithoutArchive

FAST: dict[str, Any] = {
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter",
    "ROBOTSTXT_OBEY": False,
    "LOGSTATS_INTERVAL": 1,
}
"""The server that is measured is Scrapy's own, on this machine: it wants no manners."""


class BenchCommand(WithoutArchive, bench.Command):
    """As Scrapy's, with Scrapy's settings."""

    default_settings: ClassVar[dict[str, Any]] = bench.Command.default_settings

    def process_options(self, args: list[str], opts: Any) -> None:  # noqa: ANN401 - argparse's
        """Take the options; what is said by `-s` counts."""
        assert self.settings is not None  # noqa: S101
        self.settings.setdict(FAST, priority="cmdline")
        super().process_options(args, opts)
