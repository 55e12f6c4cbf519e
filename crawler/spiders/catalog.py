"""The catalogue spider: walk each list, read the pages of its records and their files, ask after what is missing."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response, TextResponse
from scrapy.signals import spider_idle

from archive.ingest.frontier import Frontier
from archive.model import clock
from archive.model.observations import Observation
from archive.model.site import Site
from crawler.extract.page_kind import LIST, page_kind
from crawler.families.detection import detect
from crawler.portals.portal_file import Portal
from crawler.services.answer import Answer
from crawler.spiders import reparse
from crawler.spiders.list_pages import ListPages
from crawler.spiders.missing_pages import MissingPages
from crawler.spiders.pages import read_list, read_record
from crawler.spiders.portal_site import PENDING, PortalSite
from crawler.spiders.record_files import RecordFiles
from crawler.spiders.record_pages import RecordPages
from pipelines.store import StorePipeline, places


class CatalogSpider(Spider):
    """Walks the catalogues of `portal`, on its `site`; subclasses, one for each portal file, say which."""

    portal: Portal
    site: Site
    _site: PortalSite | None = None
    _when_idle: list[Callable[[], list[Request]]]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - Scrapy's signature
        """Scrapy's constructor."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the requests for what a killed crawl left, what is due again, and the first page of each catalogue."""
        store = self.crawler.get_item_pipeline(StorePipeline)
        assert store is not None, "the pipelines of crawler/settings.py are missing"  # noqa: S101
        try:
            async for request in self._first_requests(store):
                request.meta["is_start_request"] = True  # so that Scrapy's queue keeps their order
                yield request
        except Exception as error:  # noqa: BLE001 - Scrapy would only log it, and the crawl end as if nothing were there
            store.give_up(error)

    async def _first_requests(self, store: StorePipeline) -> AsyncIterator[Request]:
        (db, evidence), update = places(self.settings), store.mode == "update"
        await self.catch_up(db, evidence)
        frontier = Frontier(db, self.portal.id, store.crawl_id)
        self._store, self._site = store, PortalSite(self, self.portal, frontier)
        files = RecordFiles(self._site)
        records = RecordPages(self._site, files)
        self._records, self._missing = records, MissingPages(self._site)
        self._lists = ListPages(self._site, records, update=update)
        self._when_idle = [self._missing_requests, self._second_pass]
        for url in frontier.pending():
            for request in records.requests(url, PENDING):
                yield request
        for file in [*frontier.pending_files(), *frontier.lost_files(clock.now())]:
            for request in files.requests(file.record_url, file.name, file.url):
                yield request
        for url in frontier.doubted() if update else []:
            for request in records.requests(url):
                yield request
        for url in frontier.due(clock.now(), self.portal.schedule.budget) if update else []:
            for request in records.requests(url):
                yield request
        for catalog in self.portal.catalogs:
            yield self._lists.request(catalog, catalog.url)

    def parse(self, response: Response) -> Iterator[Observation]:
        """Read a page of which nothing is known: for `scrapy parse` and the shell. Crawls know what they asked for."""
        answer = Answer(response.url, response.text if isinstance(response, TextResponse) else "")
        record = read_record(answer.text, response.url, response.url, cut=False)
        page = read_list(answer, detect(answer).family, self.site.holds)
        is_list = page_kind(answer.root, page.rows, page.paging, record) == LIST
        yield from [page] if is_list else [record] if record.fields or record.body else []

    async def catch_up(self, db: Path, evidence: Path) -> None:
        """Read the portal's captures again where another parser read them."""
        await reparse.catch_up(db, evidence, self.portal.id, self.portal.converter_memory_mb)

    def idle(self) -> None:
        """Ask, when all is read, the pages of records no longer listed, and others beside few; then walk catalogues once more."""
        while self._site and self._when_idle:
            requests = self._when_idle.pop(0)()
            for request in requests:
                self.crawler.engine.crawl(request)
            if requests:
                raise DontCloseSpider

    def closed(self, reason: str) -> None:
        """Close the files the crawl read from, whatever the reason of its end."""
        if self._site:
            self._site.close()

    def _missing_requests(self) -> list[Request]:
        missing = self._store.missing()
        return [
            *self._missing.requests(missing),
            *self._witness_requests({record.url for record in missing if record.url}),
        ]

    def _witness_requests(self, missing: set[str]) -> Iterator[Request]:
        """The requests for pages that tell, in an update that asks for few, whether what these say is the portal's fault."""
        if self._site and self._store.mode == "update":
            for url in self._site.frontier.witnesses(missing):
                yield from self._records.requests(url)

    def _second_pass(self) -> list[Request]:
        urls = self._store.to_walk_again()
        return [self._lists.request(catalog, catalog.url, 2) for catalog in self.portal.catalogs if catalog.url in urls]
