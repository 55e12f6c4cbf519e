"""The download handler of portals whose TLS was given up long ago, by itself: other crawls need not load aiohttp."""

from typing import Any

from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.crawler import Crawler

from archive.model.site import NotGlobalError, Site
from crawler.spiders.failures import NotConnected


class GuardedOldTlsHandler(AiohttpDownloadHandler):
    """Scrapy's handler over aiohttp; raises NotConnected for addresses that the spider's `site` does not allow."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        site: Site = crawler.spidercls.site  # type: ignore[attr-defined]
        connector: Any = self._session.connector
        resolve = connector._resolve_host  # also of addresses that are numbers

        async def resolve_allowed(host: str, port: int, traces: Any = None) -> list[dict[str, Any]]:  # noqa: ANN401
            addresses: list[dict[str, Any]] = await resolve(host, port, traces)
            try:
                for address in addresses:
                    site.check(host, port, address["host"])
            except NotGlobalError as error:
                raise NotConnected(str(error)) from error
            return addresses

        connector._resolve_host = resolve_allowed
