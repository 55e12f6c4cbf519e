"""Requests that stay on the portal's site, as they are about to be sent: also those that redirects have made."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from archive.model.site import Site
from crawler.spiders.failures import LeavesSite


class SiteMiddleware:
    """Raises LeavesSite for requests off the spider's `site`, but for files (`leaves_site` in `meta`) and robots.txt."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.spidercls.site)  # type: ignore[attr-defined]

    def process_request(self, request: Request) -> None:
        """Check the address of `request`."""
        requested = request.meta.get("redirect_urls", [request.url])[0]
        may_leave = request.meta.get("leaves_site") or requested.endswith("/robots.txt")
        if not may_leave and not self._site.holds(request.url):
            raise LeavesSite(f"{requested} leads to another site, {urlsplit(request.url).netloc}")
