"""The catalogue spider of a crawl that is played again from its sealed answers."""

import asyncio
from dataclasses import replace
from pathlib import Path

from scrapy.exceptions import DontCloseSpider

from archive.replay.replay import Replay
from crawler.portals.portal_file import Portal
from crawler.spiders.catalog import CatalogSpider


class ReplayedSpider(CatalogSpider):
    """Walks what `replay` has of the portal. `is_idle`: set while it has read all that it asked for, and waits to go on."""

    replay: Replay
    is_idle: asyncio.Event

    async def catch_up(self, db: Path, evidence: Path) -> None:
        """Read nothing again: all that the archive says was read by this parser."""

    def idle(self) -> None:
        """Wait, once it has begun."""
        if self._site:
            self.is_idle.set()
            raise DontCloseSpider

    def closed(self, reason: str) -> None:
        """Close the files it read from; it waits for nothing any more."""
        super().closed(reason)
        self._when_idle = []
        self.is_idle.set()

    def go_on(self) -> bool:
        """Ask the store what it asks next when it is idle, what is missing or what to walk again; whether there is such a question."""
        if not self._when_idle:
            return False
        requests = self._when_idle.pop(0)()
        if requests:
            self.is_idle.clear()
        for request in requests:
            self.crawler.engine.crawl(request)
        return True


def replayed_spider(portal: Portal, replay: Replay) -> type[ReplayedSpider]:
    """The spider of one crawl: `portal` with the catalogues that its file had then."""
    then = replay.logged.portal
    portal = replace(portal, home=then.home, catalogs=then.catalogs, family=then.family)
    own = {"name": portal.id, "portal": portal, "site": portal.site, "replay": replay, "is_idle": asyncio.Event()}
    return type(f"ReplayedSpider_{portal.id}", (ReplayedSpider,), own)
