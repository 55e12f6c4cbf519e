"""One spider for each portal file that is known, so that `scrapy list` and `scrapy crawl tongxin` work."""

from __future__ import annotations

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from crawler.portals.portal_file import find, known, load
from crawler.spiders.catalog import CatalogSpider

OLD_TLS = {
    "DOWNLOAD_HANDLERS": {"https": "crawler.middlewares.download_handlers.GuardedOldTlsHandler"},
    "DOWNLOADER_CLIENT_TLS_CIPHERS": "ALL:@SECLEVEL=0",
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.0",
}
"""Scrapy's settings for a portal whose TLS was given up long ago: the library behind Scrapy's usual client can't speak
it any more, Python's own can."""


def spider_for(name: str) -> type[CatalogSpider]:
    """The spider of a portal, by its id or its file's path. Raises PortalFileError."""
    portal = load(find(name))
    own = {
        "name": portal.id,
        "portal": portal,
        "site": portal.site,
        "custom_settings": OLD_TLS if portal.old_tls else None,
    }
    return type(f"CatalogSpider_{portal.id}", (CatalogSpider,), own)


class PortalSpiderLoader:
    """Scrapy's way to the portal files."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> PortalSpiderLoader:
        """A loader; the settings have no say in it."""
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of the portal `spider_name`. Raises PortalFileError, and KeyError where there is no such portal."""
        if spider_name not in known():
            raise KeyError(f"Spider not found: {spider_name}")
        return spider_for(spider_name)

    def find_by_request(self, request: Request) -> list[str]:
        """The portals on whose site a request would be."""
        return [name for name in known() if spider_for(name).site.holds(request.url)]

    def list(self) -> list[str]:
        """The ids of the portals."""
        return sorted(known())
