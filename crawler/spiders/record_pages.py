"""The records' own pages: requests for them, and what they say."""

import re
from collections.abc import Iterator
from dataclasses import replace
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
from crawler.spiders.traversal import Seen

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|zip|rar|7z|jpe?g|png|gif|mp4|txt|ofd)$", re.IGNORECASE)


class RecordPages:
    """The pages of a portal's records, which lead to their files."""

    def __init__(self, site: PortalSite, files: RecordFiles) -> None:
        self._site, self._files = site, files
        self._requested = Seen()

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
        self._site.count("pages_wanted")
        request = self._site.request(url, self.parse_record, {"url": url}, priority=priority)
        yield request.replace(headers={}, meta={}) if priority == PENDING else request

    def parse_record(self, response: Response, url: str) -> Iterator[Content]:
        """A record's own page; `url` is the address its row gives."""
        site, key, outcome = self._site, canonicalize_url(url), verdict_of(response).outcome
        if site.is_read(response, key):
            site.answered()
            for file in site.frontier.files(key):
                yield from self._files.requests(key, file.name, file.url)
            return
        if outcome == PAGE and not isinstance(response, TextResponse) and site.is_own(response.url):
            name = file_name(response.url)
            yield AttachmentFile(key, name, url, data=response.body, capture=response.meta["capture"])
            return
        try:
            text = site.text(response)
        except EvidenceError:  # destroyed, damaged, or not at hand: asked for itself
            yield site.unconditional(response)
            return
        if text is None or outcome == CUT:
            given_up = yield from site.not_read(response)
            if text is None or not given_up:
                return
        page = read_record(text, url, response.url, cut=outcome == CUT, agencies=site.agencies)
        yield replace(page, capture=response.meta["capture"])
        for linked in page.attachments:
            yield from self._files.requests(key, linked.name, linked.url)
