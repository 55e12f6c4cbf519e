"""`scrapy crawl PORTAL`: what `disclosures crawl` does and shows, with Scrapy's options."""

import argparse
from pathlib import Path

from scrapy.commands import crawl

from archive.database.connection import ArchiveError
from archive.evidence.http_exchange import EvidenceError
from archive.model.clock import ClockError
from crawler.commands.without_archive import checked, refuse
from crawler.jobs.run import crawl_portals, log_beside
from crawler.portals.portal_file import PortalFileError


class CrawlCommand(crawl.Command):
    """Crawl a portal into the archive."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments of the command, for its help."""
        return "[options] <portal>"

    def short_desc(self) -> str:
        """The purpose of the command, for its help."""
        return "Crawl a portal into the archive, by its id or its file's path"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options."""
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - set by Scrapy
        if opts.spargs:
            refuse("-a: a portal takes no arguments, its file says all")
        checked(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl."""
        assert self.settings is not None  # noqa: S101
        if len(args) != 1:
            refuse("name one portal; `disclosures crawl` takes several")
        if not opts.logfile and not self.settings["LOG_FILE"]:
            self.settings.set("LOG_FILE", str(log_beside(Path(self.settings["DISCLOSURES_DB"]))), priority="cmdline")
        try:
            self.exitcode = int(crawl_portals(args, self.settings) is not False)
        except (ArchiveError, ClockError, EvidenceError, PortalFileError) as error:
            refuse(str(error))
