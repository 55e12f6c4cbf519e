"""A portal's site during a crawl: requests for its pages, the texts of its answers, and what no answer comes of."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from archive.evidence.evidence_store import Evidence
from archive.evidence.text_encoding import text_of
from archive.ingest.frontier import Frontier
from archive.model import clock
from archive.model.agencies import names_of
from archive.model.observations import Observation, Problem
from crawler.extract.response_class import BLOCKED, CUT, ERROR, NOT_MODIFIED, PAGE, Verdict, ends
from crawler.portals.portal_file import Portal
from crawler.spiders.failures import TOO_LARGE, requested_url, unread, why
from pipelines.store import places

PENDING, LISTS, RECORDS, FILES = 20, 10, 0, -10
"""Priorities: what a killed crawl left first; whole lists before the many pages they lead to; files last."""

PAGES_BELIEVED, FILES_BELIEVED = timedelta(days=90), timedelta(days=365)
"""So long after it was had whole a page, or a file, is asked for only if it changed: some servers say that nothing did, whatever changed."""

BLOCKED_IN_A_ROW = 3
"""So many refusals one after the other end the crawl: the portal does not want this visitor now."""

Content = Observation | Request
"""Anything that a callback yields."""


class PortalSite:
    """The site of `portal`, of which `frontier` knows what earlier crawls had."""

    def __init__(self, spider: Spider, portal: Portal, frontier: Frontier) -> None:
        self.portal, self.frontier = portal, frontier
        self._spider = spider
        self._site = portal.site
        self.agencies = names_of(portal.agencies)
        self._refusals = self._wanted = 0
        now = clock.now()
        self._pages_since, self._files_since = (clock.text(now - age) for age in (PAGES_BELIEVED, FILES_BELIEVED))

    def close(self) -> None:
        """Close the files the crawl read from: whoever closes an archive last clears away its -wal."""
        self.frontier.close()
        if "_evidence" in vars(self):
            self._evidence.close()

    def is_own(self, url: str) -> bool:
        """Whether `url` is on the portal's own site."""
        return self._site.holds(url)

    def count(self, name: str) -> None:
        """Add one to a number that the crawl keeps of itself."""
        if self._spider.crawler.stats:
            self._spider.crawler.stats.inc_value(f"disclosures/{name}")

    def may_queue(self) -> bool:
        """Count one more page or file that is wanted, and return whether the crawl's budget would let it be answered.

        What may not is not queued, where lists lead to more than memory holds: the next crawl asks for it.
        """
        self._wanted += 1
        return self._wanted <= self.portal.budget.pages

    def request(self, url: str, callback: Any, arguments: dict[str, Any], **options: Any) -> Request:  # noqa: ANN401
        """A request that asks only for what changed since the last good answer, if there was one lately."""
        since = self._files_since if options.get("priority") == FILES else self._pages_since
        known = self.frontier.known(url, since)
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        headers = {name: value for name, value in conditions.items() if value}
        meta = {"known": known.capture_id} if known and headers else {}
        options.setdefault("errback", self.failed)
        return Request(url, callback, cb_kwargs=arguments, headers=headers, meta=meta, **options)

    def failed(self, failure: Failure) -> Iterator[Content]:
        """A page that could not be had at all: a problem; its row, if it had one, is kept."""
        kind, reason = why(failure.value)
        yield Problem(kind, requested_url(failure.request), reason)  # type: ignore[attr-defined]

    def answered(self) -> None:
        """Note that the portal answers this visitor."""
        self._refusals = 0

    def text(self, response: Response) -> str | None:
        """The page to be read: the answer's, or the one known from before where it says that nothing changed. Raises EvidenceError."""
        if verdict_of(response).outcome == NOT_MODIFIED:
            self.answered()
            return self.known_text(response.meta["known"])
        readable = isinstance(response, TextResponse) and self.is_own(response.url)
        if not readable or verdict_of(response).outcome not in {PAGE, CUT}:
            return None
        self.answered()
        return response.text

    def is_read(self, response: Response, url: str) -> bool:
        """Whether an answer says that nothing changed since the record at `url` was read: what another crawl only asked for was not."""
        if verdict_of(response).outcome != NOT_MODIFIED:
            return False
        return self.frontier.has_read(canonicalize_url(url), response.meta["known"])

    def unconditional(self, response: Response) -> Request:
        """The request of an answer once more, whatever is known of its page."""
        assert response.request is not None  # noqa: S101 - Scrapy's answers know their requests
        kept = {name: value for name, value in response.request.meta.items() if name in {"leaves_site", "former_host"}}
        return response.request.replace(headers={}, meta=kept, dont_filter=True)

    def known_text(self, capture_id: int) -> str:
        """The text of a sealed page."""
        return text_of(self._evidence.exchange(capture_id))

    def known_payload(self, capture_id: int) -> bytes:
        """The bytes of a sealed answer. Raises EvidenceError, also where they were destroyed."""
        return self._evidence.exchange(capture_id).payload

    def not_read(self, response: Response) -> Generator[Content, None, bool]:
        """Ask again for a page that failed in passing, or give it up with a problem; returns whether it was given up."""
        verdict, request = verdict_of(response), response.request
        assert request is not None  # noqa: S101 - Scrapy's answers know their requests
        self._refusals = self._refusals + 1 if verdict.outcome == BLOCKED else 0
        may_pass = verdict.outcome in {BLOCKED, CUT, ERROR} and TOO_LARGE not in response.flags
        if self._refusals < BLOCKED_IN_A_ROW and response.status == 200 and may_pass:
            retry = get_retry_request(request, spider=self._spider, reason=verdict.outcome)
            if retry:
                if verdict.outcome == CUT and not self._ended_before(request.url):
                    retry.meta["cut_before"] = sha256(response.body).hexdigest()
                yield retry
                return False
        if self.is_own(response.url):
            yield unread(response, verdict)
        else:
            yield Problem("off_site", requested_url(request), f"the answer came from another site: {response.url}")
        if self._refusals >= BLOCKED_IN_A_ROW:
            raise CloseSpider("blocked")
        return True

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(places(self._spider.settings)[1])

    def _ended_before(self, url: str) -> bool:
        """Whether a page had its end tag when it was last had."""
        known = self.frontier.known(url)
        return known is not None and known.capture_id > 0 and ends(self.known_text(known.capture_id))


def verdict_of(response: Response) -> Verdict:
    """Return the verdict of the evidence middleware on an answer."""
    verdict: Verdict = response.meta["verdict"]
    return verdict
