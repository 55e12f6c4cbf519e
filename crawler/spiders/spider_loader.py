"""One spider for each portal file that is known, so that `scrapy list` and `scrapy crawl tongxin` work."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.settings.default_settings import DEFAULT_REQUEST_HEADERS

from crawler.portals.portal_file import Portal, PortalFileError, find, known, load
from crawler.spiders.catalog import CatalogSpider

OLD_TLS = {
    "DOWNLOAD_HANDLERS": {"https": "crawler.middlewares.old_tls.GuardedOldTlsHandler"},
    "DOWNLOADER_CLIENT_TLS_CIPHERS": "ALL:@SECLEVEL=0",
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.0",
}
"""Scrapy's settings for a portal whose TLS was given up long ago: the library behind Scrapy's usual client can't speak
it any more, Python's own can.
"""


def spider_for(name: str) -> type[CatalogSpider]:
    """The spider of a portal, by its id or its file's path. Raises PortalFileError."""
    portal = load(find(name))
    own = {
        "name": portal.id,
        "portal": portal,
        "site": portal.site,
        "custom_settings": _settings_of(portal) or None,
    }
    return type(f"CatalogSpider_{portal.id}", (CatalogSpider,), own)


def _settings_of(portal: Portal) -> dict[str, Any]:
    """Scrapy's settings for a portal, as its file says; options of the command count before them."""
    settings: dict[str, Any] = dict(OLD_TLS) if portal.old_tls else {}
    if portal.delay is not None:
        settings["DOWNLOAD_DELAY"] = portal.delay
    if portal.headers:
        settings["DEFAULT_REQUEST_HEADERS"] = {**DEFAULT_REQUEST_HEADERS, **dict(portal.headers)}
    return settings


class PortalSpiderLoader:
    """Scrapy's way to the portal files."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> PortalSpiderLoader:
        """A loader; the settings have no say in it. Ends the program, with a line, where there is no folder of portal files."""
        try:
            known()
        except PortalFileError as error:
            print(f"disclosures: {error}", file=sys.stderr)
            sys.exit(2)
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of the portal `spider_name`. Raises PortalFileError, and KeyError where there is no such portal."""
        if spider_name not in known():
            raise KeyError(f"Spider not found: {spider_name}")
        return spider_for(spider_name)

    def find_by_request(self, request: Request) -> list[str]:
        """The portals on whose site a request would be; of files that can't be read, none."""
        found = []
        for name in known():
            with suppress(PortalFileError):
                found += [name] if spider_for(name).site.holds(request.url) else []
        return found

    def list(self) -> list[str]:
        """The ids of the portals."""
        return sorted(known())
