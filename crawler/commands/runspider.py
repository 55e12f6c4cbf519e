"""`scrapy runspider FILE`: a portal file is crawled; a spider of one's own runs beside the archive, and writes none."""

import argparse

from scrapy.commands import runspider

from crawler.commands.without_archive import WithoutArchive, refuse


class RunspiderCommand(WithoutArchive, runspider.Command):
    """As Scrapy's."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options. Refuses a portal file."""
        super().process_options(args, opts)
        if args and args[0].endswith(".toml"):
            refuse(f"{args[0]} is a portal file: scrapy crawl {args[0]}")
