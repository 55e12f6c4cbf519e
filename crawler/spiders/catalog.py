"""The catalogue spider: walk each list to its end, then read every record's page."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from crawler.extract.detail import read_detail
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.failures import problem_of
from crawler.families import trs_county
from crawler.items import ListPage, Problem, RecordPage, Row
from crawler.portal import Catalog, Portal

LISTS_FIRST = 10
"""Priority of list pages: the whole list is then known, and stored, before the many pages it leads to are asked for."""

BLOCKED_IN_A_ROW = 3
"""So many refusals one after the other end the crawl: the portal does not want this visitor now."""

PAGE_END_WITHIN = 4096
"""The end of a page stands within so many bytes of its last one; some sites write a comment or a script behind it."""

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|zip|rar|7z|jpe?g|png|gif|mp4|txt|ofd)$", re.IGNORECASE)
_PAGE_END = re.compile(rb"</\s*(?:html|body)\s*>", re.IGNORECASE)

Found = ListPage | RecordPage | Problem | Request


class CatalogSpider(Spider):
    """Walks the catalogues of `portal`; subclasses, one for each portal file, say which."""

    portal: Portal

    def __init__(self, name: str | None = None, **kwargs: str | None) -> None:
        super().__init__(name, **kwargs)
        self._walked: dict[str, set[str]] = {catalog.url: set() for catalog in self.portal.catalogs}
        self._refusals = 0

    async def start(self) -> AsyncIterator[Request]:
        """The first page of each catalogue."""
        for catalog in self.portal.catalogs:
            yield self._list_request(catalog, catalog.url)

    def parse_list(self, response: Response, catalog: Catalog) -> Iterator[Found]:
        """The rows of a list page, then its next page and the pages of its records."""
        self._refusals = 0
        if problem := self._unreadable(response):
            yield problem
            return
        root = parse_html(response.text)
        rows = tuple(self._marked_off_site(row) for row in read_rows(root, response.url))
        if not rows:
            yield Problem("list_without_rows", response.url, f"no row could be read from this page of {catalog.title}")
            return
        paging = trs_county.read_paging(root, response.url)
        walked = self._walked[catalog.url]
        ends = paging.next_url is None or paging.next_url in walked
        cut = self._is_cut(response)
        if cut:
            yield Problem(
                "page_cut", response.url, f"this list page of {catalog.title} ends in the middle: more may follow"
            )
        yield ListPage(catalog.url, response.url, rows, paging, read_breadcrumb(root), last=ends and not cut)
        if not ends:
            yield self._list_request(catalog, str(paging.next_url))
        elif paging.pages_claimed and len(walked) < paging.pages_claimed:
            claim = f"{catalog.title} claims {paging.pages_claimed} pages, {len(walked)} were found"
            yield Problem("pages_missing", response.url, claim)
        for row in rows:
            if row.url and self.is_own(row.url) and not _FILE.search(urlsplit(row.url).path):
                self.crawler.stats.inc_value("disclosures/pages_wanted")
                yield Request(row.url, self.parse_record, errback=self.failed, cb_kwargs={"url": row.url})

    def parse_record(self, response: Response, url: str) -> Iterator[Found]:
        """A record's own page; `url` is the address its row gives."""
        self._refusals = 0
        if problem := self._unreadable(response):
            yield problem
            return
        if urlsplit(response.url).path in {"", "/"} and urlsplit(url).path not in {"", "/"}:
            yield Problem("redirected_home", url, "the page leads to the portal's home page")
            return
        cut = self._is_cut(response)
        if cut:
            yield Problem("page_cut", url, "the page ends in the middle; what it says is kept as doubtful")
        yield read_detail(parse_html(response.text), url, cut=cut)

    def failed(self, failure: Failure) -> Iterator[Found]:
        """A page that could not be had: a problem; its row, if it had one, is kept. Ends the crawl when refused often."""
        problem = problem_of(failure, failure.request.url)  # type: ignore[attr-defined]
        self._refusals = self._refusals + 1 if problem.kind == "blocked" else 0
        yield problem
        if self._refusals >= BLOCKED_IN_A_ROW:
            raise CloseSpider("blocked")

    @classmethod
    def is_own(cls, url: str) -> bool:
        """Whether `url` is on the portal's own site: its host, or one of the same domain."""
        home, host = urlsplit(cls.portal.home).hostname or "", urlsplit(url).hostname or ""
        domain = home.removeprefix("www.")
        return host in {home, domain} or (not domain.replace(".", "").isdigit() and host.endswith(f".{domain}"))

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """For Scrapy's shell and the like: requests to the portal's own site."""
        return cls.is_own(request.url)

    def _list_request(self, catalog: Catalog, url: str) -> Request:
        self._walked[catalog.url].add(url)
        return Request(
            url,
            self.parse_list,
            errback=self.failed,
            cb_kwargs={"catalog": catalog},
            priority=LISTS_FIRST,
            dont_filter=True,
        )

    @staticmethod
    def _is_cut(response: Response) -> bool:
        """Whether a page breaks off before its end."""
        return not _PAGE_END.search(response.body, max(0, len(response.body) - PAGE_END_WITHIN))

    def _unreadable(self, response: Response) -> Problem | None:
        """Why nothing can be read from an answer: another site's page, or no page at all."""
        if not self.is_own(response.url):
            asked = response.request.url if response.request else response.url
            return Problem("led_off_site", asked, f"the answer came from another site: {response.url}")
        if not isinstance(response, TextResponse):
            kind = (response.headers.get("Content-Type") or b"no media type").decode("latin-1")
            return Problem("not_a_page", response.url, f"no web page but {kind}, {len(response.body)} bytes")
        return None

    def _marked_off_site(self, row: Row) -> Row:
        return row if row.url is None or self.is_own(row.url) else replace(row, doubts=(*row.doubts, "off_site"))
