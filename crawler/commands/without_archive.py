"""Scrapy as it comes, beside our manners: for the commands that look at a page and write no archive."""

import argparse
import sys
from typing import Any, NoReturn

from scrapy.settings import Settings

from crawler.jobs.checked_settings import SettingError, require_sound
from crawler.portals.portal_file import PortalFileError

PLAIN: dict[str, Any] = {
    "ITEM_PIPELINES": {},
    "DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.charset.CharsetMiddleware": 587},
    "DOWNLOAD_HANDLERS": {},
    "FEED_EXPORTERS": {},
}
"""Settings for any page: without what ours add to Scrapy's for a portal's crawl. Robots, rate and name stay."""


class WithoutArchive:
    """Put before one of Scrapy's commands, it keeps that from writing an archive, and tells mistakes in a line."""

    settings: Settings | None

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options; what is said by `-s` counts."""
        assert self.settings is not None  # noqa: S101 - set by Scrapy
        self.settings.setdict(PLAIN, priority="cmdline")
        super().process_options(args, opts)  # type: ignore[misc]
        checked(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command."""
        try:
            super().run(args, opts)  # type: ignore[misc]
        except (PortalFileError, KeyError) as error:
            refuse(str(error.args[0] if error.args else error))


def refuse(message: str) -> NoReturn:
    """End the program as for any wrong use: with one line, and status 2."""
    print(f"scrapy: {message}", file=sys.stderr)
    sys.exit(2)


def checked(settings: Settings) -> None:
    """End the program, with a line, where a setting can't be right."""
    try:
        require_sound(settings)
    except SettingError as error:
        refuse(str(error))
