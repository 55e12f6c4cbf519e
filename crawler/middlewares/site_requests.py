"""Requests that stay on the portal's site, as they are about to be sent: also those that redirects have made."""

from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.model.site import Site
from crawler.middlewares.robots import is_for_robots
from crawler.spiders.failures import LeavesSite, RedirectLoop, note_redirect


class SiteMiddleware:
    """Raises LeavesSite for requests off the spider's `site`, but for files (`leaves_site` in `meta`), robots.txt, and pages of
    records at a host where the portal stood before (`former_host`): what these redirect to must stand there or on the site.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.spidercls.site)  # type: ignore[attr-defined]

    def process_request(self, request: Request) -> None:
        """Check the address of `request`."""
        requested = request.meta.get("redirect_urls", [request.url])[0]
        is_former = request.meta.get("former_host") and _host(request.url) == _host(requested)
        may_leave = request.meta.get("leaves_site") or is_former or is_for_robots(request)
        if not may_leave and not self._site.holds(request.url):
            raise LeavesSite(f"{requested} leads to another site, {urlsplit(request.url).netloc}")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note where redirects led before `exception`."""
        note_redirect(exception, request)


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


class NamedRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own; raises RedirectLoop, which names the addresses, where redirects have no end.

    An answer that leads to what is no address is not followed.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Return the request for where `response` leads, or `response` itself."""
        try:
            return super().process_response(request, response)
        except ValueError:  # a port, or a host in brackets, that can't be one
            return response

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:  # noqa: ANN401 - Scrapy's signature
        try:
            return super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            urls = [*request.meta.get("redirect_urls", []), request.url, redirected.url]
            again = next((place for place, url in enumerate(urls) if url in urls[:place]), None)
            if again is None:
                raise RedirectLoop(f"{urls[0]} is sent on {len(urls) - 1} times, at last to {urls[-1]}") from error
            circle = urls[urls.index(urls[again]) : again + 1]
            raise RedirectLoop(f"{urls[0]} is sent round in a circle: {' → '.join(circle)}") from error
