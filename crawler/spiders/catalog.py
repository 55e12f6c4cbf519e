"""The catalogue spider: walk each list, read the pages of its records and their files, ask after what is missing."""

import re
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response, TextResponse
from scrapy.signals import spider_closed, spider_idle
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from archive.evidence.evidence_store import Evidence
from archive.evidence.text_encoding import text_of
from archive.ingest.frontier import Frontier
from archive.model import clock
from archive.model.observations import AttachmentFile, ListPage, MissingPage, Paging, Problem, RecordPage, Row
from crawler.extract.response_class import BLOCKED, CUT, ERROR, GONE, PAGE, Verdict, ends
from crawler.portals.portal_file import Catalog, Portal, on_site
from crawler.services.answer import Answer
from crawler.spiders import reparse
from crawler.spiders.failures import problem_of, unread
from crawler.spiders.list_family import settle_family
from crawler.spiders.pages import read_list, read_record
from crawler.spiders.traversal import Seen, Walk
from pipelines.store import StorePipeline

PENDING, LISTS, RECORDS, FILES = 20, 10, 0, -10
"""Priorities: what a killed crawl left first; whole lists before the many pages they lead to; files last."""

BLOCKED_IN_A_ROW = 3
"""So many refusals one after the other end the crawl: the portal does not want this visitor now."""

REPEATS = 2
"""A list ends after so many pages one after the other that show nothing but rows shown before."""

OVERLAP = 2
"""An update leaves a list after so many pages one after the other that say nothing new."""

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|zip|rar|7z|jpe?g|png|gif|mp4|txt|ofd)$", re.IGNORECASE)

Found = ListPage | RecordPage | MissingPage | AttachmentFile | Problem | Request


class CatalogSpider(Spider):
    """Walks the catalogues of `portal`; subclasses, one for each portal file, say which."""

    portal: Portal

    def __init__(self, name: str | None = None, **kwargs: str | None) -> None:
        super().__init__(name, **kwargs)
        self._walks: dict[tuple[str, int], Walk] = {}
        self._refusals = 0
        self._after = [self._ask_missing, self._walk_again]
        self._read_before: set[str] = set()
        self._asked = Seen()
        self._open = ExitStack()
        self._originals: Evidence | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 - Scrapy's signature
        """Scrapy's constructor."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=spider_idle)
        crawler.signals.connect(spider.close, signal=spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the requests for what a killed crawl left, what is due again, and the first page of each catalogue."""
        self._store = self.crawler.get_item_pipeline(StorePipeline)
        assert self._store is not None, "the pipelines of crawler/settings.py are missing"  # noqa: S101
        db, evidence = Path(self.settings["DISCLOSURES_DB"]), Path(self.settings["DISCLOSURES_EVIDENCE"])
        await reparse.catch_up(db, evidence, self.portal.id, self.portal.converter_memory_mb)
        self._update = self._store.mode == "update"
        self._frontier = self._open.enter_context(closing(Frontier(db, self.portal.id, self._store.crawl_id)))
        self._read_before = self._frontier.read_before(clock.now())
        for url in self._frontier.pending():
            for request in self._record_requests(url, PENDING):
                yield request
        for file in self._frontier.pending_files():
            for request in self._file_requests(file.record_url, file.name, file.url):
                yield request
        budget = self.portal.schedule.budget
        for url in self._frontier.due(clock.now(), budget) if self._update else []:
            for request in self._record_requests(url):
                yield request
        for catalog in self.portal.catalogs:
            yield self._list_request(catalog, catalog.url)

    # --- lists ---

    def parse_list(self, response: Response, catalog: Catalog, look: int) -> Iterator[Found]:
        """The rows of a list page, then its next page and the pages of its records."""
        walk = self._walks[catalog.url, look]
        text, given_up = yield from self._list_text(response, walk)
        if text is None:
            return
        answer = Answer(_address(response), text, _form(response.request))
        if problem := settle_family(
            answer, walk, catalog.title, self.portal.family, self._frontier.family(catalog.url)
        ):
            self._break(walk)
            yield problem
            return
        page = read_list(answer, walk.family, self.is_own)
        page = yield from self._not_round(page, walk, catalog, response.url)
        rows, paging = page.rows, page.paging
        if not rows and not page.ended and paging.next_url is None:
            self._break(walk)
            yield Problem("list_without_rows", response.url, f"no row could be read from this page of {catalog.title}")
            return
        if "cut_before" in response.meta and paging == Paging() and not ends(text):
            # Cut at the same place twice, perhaps by a gateway that always does: a list must show where it goes on.
            given_up = True
            self._break(walk)
            yield Problem(
                "page_cut", response.url, f"this list page of {catalog.title} ends in the middle: more may follow"
            )
        at_end = paging.next_url is None or (paging.next_url, paging.next_form) in walk.pages
        walk.take(page)
        yield replace(
            page,
            catalog_url=catalog.url,
            last=at_end and not walk.broken,
            second_pass=look == 2,
            capture=response.meta["capture"],
            family=(walk.family.name, walk.reason),
        )
        wanted = self._wanted(rows, catalog, walk, response) if look == 1 else []
        if not at_end and (look == 2 or self._goes_on(walk, paging, catalog)):
            yield self._list_request(catalog, str(paging.next_url), look, paging.next_form)
        elif at_end and not given_up and (missing := walk.missing(paging)):
            yield Problem("pages_missing", response.url, f"{catalog.title} claims {missing} were found")
        for row in wanted:
            yield from self._record_requests(str(row.url), name=row.fields.get("title") or "")

    def _list_text(self, response: Response, walk: Walk) -> Generator[Found, None, tuple[str | None, bool]]:
        """The text of a list page, None where there is none to be read now; and whether it was given up, being cut."""
        text = self._text(response)
        if text is not None and self._verdict(response).outcome != CUT:
            return text, False
        given_up = yield from self._not_read(response)
        if not given_up:
            return None, False
        self._break(walk)
        return text, True

    def _not_round(self, page: ListPage, walk: Walk, catalog: Catalog, url: str) -> Generator[Problem, None, ListPage]:
        """`page` without the rows that the walk met before; where pages have nothing else, the end of the list.

        A service requested beyond its last page may give that page again for ever, and so does one that heeds no page number:
        only what the list claims can tell that nothing is missing.
        """
        rows = walk.unseen(page.rows)
        walk.repeats = walk.repeats + 1 if page.rows and not rows else 0
        has_all = walk.rows_read >= (page.paging.rows_claimed or walk.rows_read + 1)
        if not walk.repeats or (walk.repeats < REPEATS and page.paging.next_url and not has_all):
            return replace(page, rows=rows)
        if not has_all:
            self._break(walk)
            same = f"{catalog.title} shows the same rows on page after page: what it has beyond them can't be read"
            yield Problem("pages_repeat", url, same)
        return replace(page, rows=(), paging=replace(page.paging, next_url=None, pages_here=0), ended=True)

    def _wanted(self, rows: tuple[Row, ...], catalog: Catalog, walk: Walk, response: Response) -> list[Row]:
        """The rows to follow: in a full crawl all, in an update those that are new or print something else than before."""
        linked = [row for row in rows if row.url and self.is_own(row.url)]
        if not self._update:
            return [row for row in linked if row.url not in self._read_before]
        told = [
            (row, self._frontier.news(canonicalize_url(str(row.url)), catalog.url, row.source_fields)) for row in linked
        ]
        walk.new_rows += sum(news == "new" for _, news in told)
        walk.quiet = 0 if any(news for _, news in told) else walk.quiet + 1
        walk.rows |= {str(row.url) for row in linked}
        walk.left = self._has_left(response, walk)
        return [row for row, news in told if news]

    def _has_left(self, response: Response, walk: Walk) -> bool:
        """Whether a row is gone from the list pages read so far, and can't just have been pushed further down by new ones."""
        plain_get = response.status != 304 and _form(response.request) is None
        known = self._frontier.known(_address(response)) if plain_get else None
        before: list[str] = []
        if known:
            page = read_list(Answer(_address(response), self._text_known(known.capture_id)), walk.family, self.is_own)
            before = [row.url for row in page.rows if row.url and self.is_own(row.url)]
        walk.expected.update(before)
        pushed = before[-walk.new_rows :] if walk.new_rows else []
        return not walk.expected <= walk.rows.union(pushed)

    def _goes_on(self, walk: Walk, paging: Paging, catalog: Catalog) -> bool:
        """Whether a walk goes on: in an update until nothing is new.

        To the end, where a row has left the list, and where the list says that it grew by more rows than were found.
        """
        if not self._update or walk.quiet < OVERLAP or walk.left:
            return True
        before = self._frontier.rows_claimed(catalog.url)
        return None not in (before, paging.rows_claimed) and paging.rows_claimed != before + walk.new_rows  # type: ignore[operator]

    # --- records ---

    def parse_record(self, response: Response, url: str) -> Iterator[Found]:
        """A record's own page; `url` is the address its row gives."""
        key = canonicalize_url(url)
        verdict = self._verdict(response)
        if response.status == 304:
            self._refusals = 0
            for file in self._frontier.files(key):
                yield from self._file_requests(key, file.name, file.url)
            return
        if verdict.outcome == PAGE and not isinstance(response, TextResponse) and self.is_own(response.url):
            yield AttachmentFile(
                key, _file_name(response.url), url, data=response.body, capture=response.meta["capture"]
            )
            return
        text = self._text(response)
        if text is None or verdict.outcome == CUT:
            given_up = yield from self._not_read(response)
            if text is None or not given_up:
                return
        page = read_record(text, url, response.url, self.is_own, cut=verdict.outcome == CUT)
        yield replace(page, capture=response.meta["capture"])
        for linked in page.attachments:
            if linked.own:
                yield from self._file_requests(key, linked.name, linked.url)

    def parse_file(self, response: Response, record_url: str, name: str, url: str) -> Iterator[Found]:
        """A file, at `url`, that belongs to the record `record_url`."""
        if response.status == 304:
            return
        if response.status != 200 or not self.is_own(response.url):
            if (yield from self._not_read(response)):
                yield AttachmentFile(record_url, name, url, capture=response.meta["capture"])
            return
        known = self._frontier.file(record_url, url)
        if known is None or known.sha256 != sha256(response.body).hexdigest():
            yield AttachmentFile(record_url, name, url, data=response.body, capture=response.meta["capture"])

    # --- what is missing ---

    def idle(self) -> None:
        """When all is read: ask the pages of records no longer listed, then walk their catalogues once more."""
        while self._store and self._after:
            requests = self._after.pop(0)(self._store)
            for request in requests:
                self.crawler.engine.crawl(request)
            if requests:
                raise DontCloseSpider

    def _ask_missing(self, store: StorePipeline) -> list[Request]:
        asked = [record.url for record in store.missing() if record.url]
        return [self._request(url, self.parse_missing, {"url": url}) for url in asked]

    def _walk_again(self, store: StorePipeline) -> list[Request]:
        again = store.to_walk_again()
        return [self._list_request(catalog, catalog.url, 2) for catalog in self.portal.catalogs if catalog.url in again]

    def parse_missing(self, response: Response, url: str) -> Iterator[Found]:
        """Yield the outcome for the page of a record that is no longer listed."""
        verdict = self._verdict(response)
        if verdict.outcome in {PAGE, GONE, "not_modified"}:
            self._refusals = 0
            outcome = GONE if verdict.outcome == GONE else PAGE
            yield MissingPage(url, outcome, verdict.reason, response.meta["capture"])
        else:
            yield from self._not_read(response)

    # --- what all share ---

    def failed(self, failure: Failure) -> Iterator[Found]:
        """A page that could not be had at all: a problem; its row, if it had one, is kept."""
        request = failure.request  # type: ignore[attr-defined]
        about = request.cb_kwargs
        if "catalog" in about:
            self._break(self._walks[about["catalog"].url, about["look"]])
        yield problem_of(failure, request.url)
        if "record_url" in about:
            yield AttachmentFile(about["record_url"], about["name"], about["url"])

    def close(self) -> None:  # type: ignore[override]
        """Close the files the crawl read from: whoever closes an archive last clears away its -wal."""
        self._open.close()

    @classmethod
    def is_own(cls, url: str) -> bool:
        """Whether `url` is on the portal's own site."""
        return on_site(cls.portal.home, url)

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """For Scrapy's shell and the like: requests to the portal's own site."""
        return cls.is_own(request.url)

    def _break(self, walk: Walk) -> None:
        """A walk on which a page could not be read, or not wholly, proves nothing."""
        walk.broken = True
        if self.crawler.stats:
            self.crawler.stats.inc_value("disclosures/walks_broken")

    def _request(self, url: str, callback: Any, arguments: dict[str, Any], **options: Any) -> Request:  # noqa: ANN401
        """A request that asks only for what changed since the last good answer, if there was one."""
        known = self._frontier.known(url)
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        headers = {name: value for name, value in conditions.items() if value}
        meta = {"known": known.capture_id} if known and headers else {}
        return Request(url, callback, errback=self.failed, cb_kwargs=arguments, headers=headers, meta=meta, **options)

    def _list_request(self, catalog: Catalog, url: str, look: int = 1, form: str | None = None) -> Request:
        """A list page. A full crawl asks for the page itself, for it is what proves that a record is no longer listed."""
        self._walks.setdefault((catalog.url, look), Walk()).pages.add((url, form))
        request = self._request(url, self.parse_list, {"catalog": catalog, "look": look}, priority=LISTS)
        if form is not None:
            kind = "application/json" if form.startswith("{") else "application/x-www-form-urlencoded"
            headers = {"Content-Type": f"{kind}; charset=UTF-8", "X-Requested-With": "XMLHttpRequest"}
            return request.replace(method="POST", body=form, headers=headers, meta={})
        return request if self._update and look == 1 else request.replace(headers={}, meta={})

    def _record_requests(self, url: str, priority: int = RECORDS, name: str = "") -> Iterator[Request]:
        """The request for what a row leads to, once a crawl: a record's page, or where the address says so a file.

        A PENDING page, which was never read, is requested whatever is known of it.
        """
        if not self.is_own(url) or not self._asked.add(url):
            return
        if _FILE.search(urlsplit(url).path):
            yield from self._file_requests(canonicalize_url(url), name, url)
            return
        if self.crawler.stats:
            self.crawler.stats.inc_value("disclosures/pages_wanted")
        request = self._request(url, self.parse_record, {"url": url}, priority=priority)
        yield request.replace(headers={}, meta={}) if priority == PENDING else request

    def _file_requests(self, record_url: str, name: str, url: str) -> Iterator[Request]:
        """The request for a file of a record, once a crawl."""
        if self._asked.add((record_url, url)):
            about = {"record_url": record_url, "name": name or _file_name(url), "url": url}
            yield self._request(url, self.parse_file, about, priority=FILES)

    @staticmethod
    def _verdict(response: Response) -> Verdict:
        """Return the verdict of the evidence middleware on the answer."""
        verdict: Verdict = response.meta["verdict"]
        return verdict

    def _text(self, response: Response) -> str | None:
        """The page to be read: the answer's, or the one known from before where it says that nothing changed."""
        if response.status == 304 and "known" in response.meta:
            self._refusals = 0
            return self._text_known(response.meta["known"])
        readable = isinstance(response, TextResponse) and self.is_own(response.url)
        if not readable or self._verdict(response).outcome not in {PAGE, CUT}:
            return None
        self._refusals = 0
        return response.text

    def _text_known(self, capture_id: int) -> str:
        """The text of a sealed page."""
        if self._originals is None:
            self._originals = self._open.enter_context(closing(Evidence(Path(self.settings["DISCLOSURES_EVIDENCE"]))))
        return text_of(self._originals.exchange(capture_id))

    def _ended_before(self, url: str) -> bool:
        """Whether a page had its end tag when it was last had."""
        known = self._frontier.known(url)
        return known is not None and ends(self._text_known(known.capture_id))

    def _not_read(self, response: Response) -> Generator[Found, None, bool]:
        """Ask again for a page that failed in passing, or give it up with a problem; returns whether it was given up."""
        verdict, request = self._verdict(response), response.request
        assert request is not None  # noqa: S101 - Scrapy's answers know their requests
        self._refusals = self._refusals + 1 if verdict.outcome == BLOCKED else 0
        if self._refusals < BLOCKED_IN_A_ROW and response.status == 200 and verdict.outcome in {BLOCKED, CUT, ERROR}:
            again = get_retry_request(request, spider=self, reason=verdict.outcome)
            if again:
                if verdict.outcome == CUT and not self._ended_before(request.url):
                    again.meta["cut_before"] = sha256(response.body).hexdigest()
                yield again
                return False
        if self.is_own(response.url):
            yield unread(response, verdict)
        else:
            yield Problem("led_off_site", request.url, f"the answer came from another site: {response.url}")
        if self._refusals >= BLOCKED_IN_A_ROW:
            raise CloseSpider("blocked")
        return True


def _form(request: Request | None) -> str | None:
    """The body that a list page was requested with; None for a plain GET."""
    return request.body.decode() if request and request.method == "POST" else None


def _address(response: Response) -> str:
    """Return the address that answered, with what stands behind # in the requested address: servers never see it, but it may name a catalogue."""
    fragment = urlsplit(response.request.url).fragment if response.request else ""
    return urljoin(response.url, f"#{fragment}") if fragment else response.url


def _file_name(url: str) -> str:
    """Return a name for a file that nobody named: the last part of its address."""
    return unquote(urlsplit(url).path.rpartition("/")[2]) or url
