"""`scrapy genspider`, which there is nothing to do for: a spider here is a portal file."""

import argparse

from scrapy.commands import genspider

from crawler.commands.without_archive import refuse

_INSTEAD = "a spider is a portal file here, not a module: `disclosures probe ADDRESS > NAME.toml` drafts one"


class GenspiderCommand(genspider.Command):
    """Says how a portal is added."""

    requires_crawler_process = False

    def short_desc(self) -> str:
        """The purpose of the command, for its help."""
        return "Say how a portal is added: `disclosures probe` drafts its file"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Say what to do instead."""
        refuse(_INSTEAD)
