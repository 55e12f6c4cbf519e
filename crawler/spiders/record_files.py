"""The files of records: requests for them, and what changed in them."""

from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from archive.evidence.http_exchange import EvidenceError
from archive.model.observations import AttachmentFile
from crawler.extract.response_class import NOT_MODIFIED
from crawler.spiders.portal_site import FILES, Content, PortalSite, verdict_of
from crawler.spiders.traversal import Seen


class RecordFiles:
    """The files of a portal's records, which may stand on other sites, as pages may not."""

    def __init__(self, site: PortalSite) -> None:
        self._site = site
        self._requested = Seen()

    def requests(self, record_url: str, name: str, url: str) -> Iterator[Request]:
        """The request for a file of a record, once a crawl."""
        if self._requested.add((record_url, url)) and self._site.may_queue():
            self._site.count("files_wanted")
            arguments = {"record_url": record_url, "name": name or file_name(url), "url": url}
            request = self._site.request(url, self.parse_file, arguments, errback=self.failed, priority=FILES)
            request.meta["leaves_site"] = True
            yield request

    def parse_file(self, response: Response, record_url: str, name: str, url: str) -> Iterator[Content]:
        """A file, at `url`, that belongs to the record `record_url`."""
        if verdict_of(response).outcome == NOT_MODIFIED:
            yield from self._unchanged(response, record_url, name, url)
            return
        is_foreign_page = isinstance(response, TextResponse) and not self._site.is_own(response.url)
        if response.status != 200 or is_foreign_page:
            if (yield from self._site.not_read(response)):
                self._site.count("files_done")
                yield AttachmentFile(record_url, name, url, capture=response.meta["capture"])
            return
        self._site.count("files_done")
        known = self._site.frontier.file(record_url, url)
        if known is None or known.sha256 != sha256(response.body).hexdigest():
            yield AttachmentFile(record_url, name, url, data=response.body, capture=response.meta["capture"])

    def _unchanged(self, response: Response, record_url: str, name: str, url: str) -> Iterator[Content]:
        """A file that is as it was sealed: read from there, unless the record has it already.

        A record may be new, or have moved, while the file's address is known; or another record's visit sealed a newer one.
        """
        self._site.answered()
        known, sealed = self._site.frontier.file(record_url, url), self._site.frontier.known(url)
        if sealed is None or (known and known.sha256 == sealed.sha256):
            self._site.count("files_done")
            return
        try:
            data = self._site.known_payload(response.meta["known"])
        except EvidenceError:  # destroyed, or damaged: asked for itself
            yield self._site.unconditional(response)
            return
        self._site.count("files_done")
        yield AttachmentFile(record_url, name, url, data=data, capture=response.meta["capture"])

    def failed(self, failure: Failure) -> Iterator[Content]:
        """A file that could not be had: a problem, and the file without its bytes."""
        self._site.count("files_done")
        yield from self._site.failed(failure)
        yield AttachmentFile(**failure.request.cb_kwargs)  # type: ignore[attr-defined]


def file_name(url: str) -> str:
    """Return a name for a file that nobody named: the last part of its address."""
    return unquote(urlsplit(url).path.rpartition("/")[2]) or url
