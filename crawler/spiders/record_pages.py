"""The records' own pages: requests for them, and what they say."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse
from w3lib.url import canonicalize_url

from archive.evidence.http_exchange import EvidenceError
from archive.model.observations import AttachmentFile
from crawler.extract.response_class import CUT, PAGE
from crawler.spiders.pages import read_record
from crawler.spiders.portal_site import PENDING, RECORDS, Content, PortalSite, verdict_of
from crawler.spiders.record_files import RecordFiles, file_name
from crawler.spiders.record_reader import RecordReader
from crawler.spiders.traversal import Seen

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|zip|rar|7z|jpe?g|png|gif|mp4|txt|ofd)$", re.IGNORECASE)


class RecordPages:
    """The pages of a portal's records, which lead to their files."""

    def __init__(self, site: PortalSite, files: RecordFiles) -> None:
        self._site, self._files = site, files
        self._requested = Seen()
        self._reader = RecordReader(site.agencies)

    def requests(self, url: str, priority: int = RECORDS, name: str = "") -> Iterator[Request]:
        """The request for what a row leads to, once a crawl: a record's page, or where the address says so a file.

        `name`: of the file, as the row has it; where no row does, the record's title. A PENDING page, which was never
        read, is requested whatever is known of it.
        """
        if not self._site.is_own(url) or not self._requested.add(url):
            return
        if _FILE.search(urlsplit(url).path):
            key = canonicalize_url(url)
            yield from self._files.requests(key, name or self._site.frontier.title(key), url)
            return
        if not self._site.may_queue():
            return
        self._site.count("pages_wanted")
        self._reader.wanted += 1
        request = self._site.request(url, self.parse_record, {"url": url}, priority=priority)
        yield request.replace(headers={}, meta={}) if priority == PENDING else request

    def parse_record(self, response: Response, url: str) -> Iterable[Content] | AsyncIterator[Content]:
        """A record's own page; `url` is the address its row gives."""
        site, outcome = self._site, verdict_of(response).outcome
        if site.is_read(response, url):
            site.answered()
            key = canonicalize_url(url)
            return chain.from_iterable(
                self._files.requests(key, file.name, file.url) for file in site.frontier.files(key)
            )
        if outcome == PAGE and not isinstance(response, TextResponse) and site.is_own(response.url):
            name = file_name(response.url)
            return [
                AttachmentFile(canonicalize_url(url), name, url, data=response.body, capture=response.meta["capture"])
            ]
        try:
            text = site.text(response)
        except EvidenceError:  # destroyed, damaged, or not at hand: asked for itself
            return [site.unconditional(response)]
        if text is None or outcome == CUT:
            return self._not_whole(response, url, text)
        return self._whole(response, url, text)

    def _not_whole(self, response: Response, url: str, text: str | None) -> Iterator[Content]:
        """Yield what is told of a page that did not come, or of half a page once it is given up: nothing of its files."""
        given_up = yield from self._site.not_read(response)
        if text is not None and given_up:
            page = read_record(text, url, response.url, cut=True, agencies=self._site.agencies)
            yield replace(page, capture=response.meta["capture"])

    async def _whole(self, response: Response, url: str, text: str) -> AsyncIterator[Content]:
        """Yield the record as its page has it, then the requests for its files."""
        page = await self._reader.read(text, url, response.url)
        yield replace(page, capture=response.meta["capture"])
        for linked in page.attachments:
            for request in self._files.requests(canonicalize_url(url), linked.name, linked.url):
                yield request
