"""`scrapy parse URL`: what is read of a page, as rows and fields; it writes no archive."""

import argparse

from scrapy.commands import parse

from crawler.commands.without_archive import WithoutArchive, refuse


class ParseCommand(WithoutArchive, parse.Command):
    """As Scrapy's; a page of no known portal is for `disclosures probe`."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the options."""
        super().process_options(args, opts)
        if opts.callback not in {None, "parse"}:
            refuse(f"-c {opts.callback}: parse reads a page by itself, whatever it is")

    def set_spidercls(self, url: str, opts: argparse.Namespace) -> None:
        """Find the portal. Ends the program, with a line, where there is none."""
        super().set_spidercls(url, opts)
        if self.spidercls is None:
            refuse(f"{url} is of no portal whose file is known: `disclosures probe {url}` reads any page")
