"""The pages of records that are no longer listed: whether they are still there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scrapy import Request
from scrapy.http import Response

from archive.evidence.http_exchange import EvidenceError
from archive.ingest.presence import Missing
from archive.model.observations import MissingPage
from crawler.extract.response_class import GONE, NOT_MODIFIED, PAGE
from crawler.spiders.pages import read_record
from crawler.spiders.portal_site import Content, PortalSite, verdict_of


class MissingPages:
    """The pages of a portal's records that its catalogues no longer list."""

    def __init__(self, site: PortalSite) -> None:
        self._site = site

    def requests(self, missing: Iterable[Missing]) -> list[Request]:
        """The requests for the pages of those records that have one."""
        return [self._request(record.url, record.state) for record in missing if record.url]

    def _request(self, url: str, state: str) -> Request:
        """The request for a page, also at a host where the portal stood before its file was edited: a redirect to the site proves what it is."""
        request = self._site.request(url, self.parse_missing, {"url": url, "withdrawn": state == "withdrawn"})
        request.meta["former_host"] = not self._site.is_own(url)
        return request

    def parse_missing(self, response: Response, url: str, *, withdrawn: bool) -> Iterator[Content]:
        """Yield the outcome for the page of a record that is no longer listed, and what it says, always where one was `withdrawn`."""
        verdict = verdict_of(response)
        if not self._site.is_own(response.url):  # whoever has a former host now can say nothing of the portal
            yield from self._site.not_read(response)
            return
        stands = verdict.outcome in {PAGE, NOT_MODIFIED}
        if stands and (withdrawn or not self._site.is_read(response, url)):
            try:
                text = self._site.text(response)
            except EvidenceError:  # destroyed, damaged, or not at hand: asked for itself
                yield self._site.unconditional(response)
                return
            if text is not None:
                page = read_record(text, url, response.url, cut=False, agencies=self._site.agencies)
                yield replace(page, capture=response.meta["capture"])
        if stands or verdict.outcome == GONE:
            self._site.answered()
            outcome = GONE if verdict.outcome == GONE else PAGE
            yield MissingPage(url, outcome, verdict.reason, response.meta["capture"])
        else:
            yield from self._site.not_read(response)
