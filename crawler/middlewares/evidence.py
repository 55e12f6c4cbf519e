"""Every answer of a portal, judged and handed on to be sealed: pages, redirects, refusals, robots.txt, files."""

import os
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.http import Headers, Request, Response, TextResponse
from scrapy.signals import response_downloaded

from archive.evidence.http_exchange import Exchange
from archive.masking.redaction import names_a_person
from archive.model import clock
from archive.model.observations import Problem
from archive.model.printable import printable
from crawler.extract.response_class import CUT, ERROR, NOT_MODIFIED, PAGE, Verdict, ends, judge
from crawler.middlewares.certificates import certificate_of, faults
from crawler.middlewares.robots import is_for_robots
from crawler.spiders.failures import TOO_LARGE, UNDECODED, NotConnected
from pipelines.store import StorePipeline

SOFTWARE = f"Disclosures/{version('disclosures')} Scrapy/{version('scrapy')}"

CLOCKS_ASKED = 3
"""Answers of a crawl that must agree on a time which is not ours."""

UNJUDGED = Verdict(ERROR, "our own code failed on it")
"""The verdict on an answer that could not be judged."""

BROKE_OFF = "dataloss"
"""Scrapy's flag of an answer that is shorter than it announced."""

MOST_ELEMENTS, MOST_OBJECTS = 150_000, 100_000
"""Elements of a page, and objects and lists of one that is data. One with more is sealed, and not read: a row takes some 4 KB."""


class EvidenceMiddleware:
    """Stands where an answer is decoded and its characters are settled, but not yet redirected, retried or refused.

    Leaves in `request.meta`: `capture`, the number of the capture in this crawl; `verdict`, what the answer is. Heeds
    `cut_before`, the sha256 (hex) of the half page that the same request gave before: the same bytes again are a page made
    without its end tags, unless other pages of its kind have theirs.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._store: StorePipeline | None = None
        self._with_end: set[object] = set()
        self._hosts: set[str | None] = set()
        self._certificates: set[str | None] = set()
        self._times: list[datetime] = []
        crawler.signals.connect(self.downloaded, signal=response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def downloaded(self, response: Response, request: Request) -> None:
        """Keep the headers as they came over the wire; later layers take some away."""
        request.meta["received"] = (_pairs(response.headers), len(response.body))

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Judge `response`, hand the exchange on to be sealed, let it pass.

        An answer that broke off before its announced end is requested again instead. Raises ResponseDataLossError where
        that was done often enough, and IgnoreRequest where it leads on to an address that holds a number of a person: that
        is neither kept nor followed. What judging raises is raised once the exchange is handed on: one not sealed is lost.
        """
        headers, wire_bytes = request.meta.pop("received", None) or (_pairs(response.headers), len(response.body))
        self._store = self._store or self._crawler.get_item_pipeline(StorePipeline)
        request.meta["verdict"] = UNJUDGED
        try:
            request.meta["verdict"] = self._verdict(request, response)
        finally:
            if self._store:
                request.meta["capture"] = await self._sealed(self._store, request, response, headers, wire_bytes)
        if self._store is None:  # in Scrapy's shell
            return response
        self._note_certificate(self._store, request, response)
        self._note_clock(self._store, request, response)
        if 300 <= response.status < 400 and names_a_person(_location(response)):
            raise IgnoreRequest("it leads to an address that holds a number of a person")
        if BROKE_OFF not in response.flags:
            return response
        again = get_retry_request(request, spider=self._crawler.spider, reason=BROKE_OFF)  # type: ignore[arg-type]
        if again is None:
            raise ResponseDataLossError
        return again

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note a request that got no answer, though it was sent."""
        store = self._crawler.get_item_pipeline(StorePipeline)
        if store and (isinstance(exception, NotConnected) or not isinstance(exception, IgnoreRequest)):
            store.failed(request, exception)

    async def _sealed(
        self,
        store: StorePipeline,
        request: Request,
        response: Response,
        headers: tuple[tuple[str, str], ...],
        wire_bytes: int,
    ) -> int:
        """Hand an exchange on to be sealed; its place in this crawl."""
        certificate, der = certificate_of(response)
        is_known = certificate in self._certificates
        self._certificates.add(certificate)
        exchange = Exchange(
            crawl_id=store.crawl_id,
            portal=self._crawler.spidercls.name,
            url=request.url,
            method=request.method,
            request_headers=_pairs(request.headers),
            request_body=request.body,
            fetched_at=clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            status=response.status,
            response_headers=headers,
            payload=response.body,
            wire_bytes=wire_bytes,
            protocol=response.protocol or "HTTP/1.1",
            ip_address=str(response.ip_address) if response.ip_address else None,
            software=SOFTWARE,
            certificate=certificate,
            certificate_der=None if is_known else der,
        )
        return await store.received(exchange, request.meta["verdict"].outcome, response.flags)

    def _note_certificate(self, store: StorePipeline, request: Request, response: Response) -> None:
        """Note what is wrong with a host's TLS certificate, once a crawl."""
        if response.certificate is None or (host := urlsplit(request.url).hostname) in self._hosts:
            return
        self._hosts.add(host)
        if wrong := "; ".join(faults(response, clock.now())):
            store.add_problem(Problem("certificate", request.url, f"the certificate of {host} {wrong}"))

    def _note_clock(self, store: StorePipeline, request: Request, response: Response) -> None:
        """Note, once a crawl, that the portal's clock disagrees with ours by all of its first answers; not in a simulation."""
        if len(self._times) == CLOCKS_ASKED or os.environ.get(clock.VARIABLE):
            return
        if time := clock.time_of((response.headers.get("Date") or b"").decode("latin-1")):
            self._times.append(time)
        if len(self._times) == CLOCKS_ASKED and (disagreement := clock.disagreement(self._times, clock.now())):
            host = urlsplit(request.url).netloc
            home = self._crawler.spidercls.portal.home  # type: ignore[attr-defined]
            store.add_problem(Problem("clock", home, f"{host}'s {disagreement}: one of them is wrong"))

    def _verdict(self, request: Request, response: Response) -> Verdict:
        """Return the verdict on an answer."""
        if isinstance(response, TextResponse) and _has_too_many_elements(response.text):
            response.flags += [TOO_LARGE, "it has more elements than a page can have"]
        if {UNDECODED, TOO_LARGE}.intersection(response.flags):
            return Verdict(ERROR, response.flags[-1])
        if 300 <= response.status < 400:
            return _elsewhere(request, response)
        if BROKE_OFF in response.flags:
            return Verdict(CUT, "the answer broke off before its announced end")
        if is_for_robots(request) or (response.status == 200 and not isinstance(response, TextResponse)):
            return Verdict("page" if response.status == 200 else "error", f"answered {response.status}")
        text = response.text if isinstance(response, TextResponse) else ""
        requested = request.meta.get("redirect_urls", [request.url])[0]
        home = self._crawler.spidercls.portal.home  # type: ignore[attr-defined]
        verdict = judge(response.status, text, response.url, requested, home)
        kind = getattr(request.callback, "__name__", None)
        if verdict.outcome == PAGE and ends(text):
            self._with_end.add(kind)
        elif verdict.outcome == CUT and kind not in self._with_end and "cut_before" in request.meta:
            whole = request.meta["cut_before"] == sha256(response.body).hexdigest()
            return judge(response.status, text, response.url, requested, home, whole=whole)
        return verdict


def _has_too_many_elements(text: str) -> bool:
    return text.count("<") > MOST_ELEMENTS or text.count("{") + text.count("[") > MOST_OBJECTS


def _elsewhere(request: Request, response: Response) -> Verdict:
    """The verdict on an answer that leads elsewhere: to what was sealed before (304), or to another address."""
    if response.status == 304 and "known" in request.meta:
        return Verdict(NOT_MODIFIED, "unchanged since it was last read")
    if response.status == 304:
        return Verdict(ERROR, "the portal answered 304, that nothing changed, though nothing was known")
    target = _location(response)
    return Verdict(
        "redirect",
        f"leads to {target}" if target else f"the portal answered {response.status} without saying where it leads",
    )


def _location(response: Response) -> str:
    """The target of a redirect, as its header says it; empty where it doesn't."""
    return printable((response.headers.get("Location") or b"").decode("utf-8", "replace"))


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    # Scrapy's own `items` makes each name a header's anew, though it is one.
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in dict.items(headers) for value in values
    )
