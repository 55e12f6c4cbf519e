"""Connections to public addresses alone: Scrapy's download handler, with a check between a name's resolution and the connection."""

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.interfaces import IConnector, IReactorTCP
from twisted.internet.protocol import ClientFactory
from twisted.web.client import URI, Agent
from zope.interface import directlyProvides, providedBy

from archive.model.site import Site


class GuardedDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's own, that refuses addresses which the spider's `site` does not allow. Raises NotGlobalError."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._site: Site = crawler.spidercls.site  # type: ignore[attr-defined]

    async def download_request(self, request: Request) -> Response:
        """Return the response to `request`."""
        agent = _GuardedAgent(
            self._site,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _GuardedAgent(_ScrapyAgent):
    def __init__(self, site: Site, **options: Any) -> None:  # noqa: ANN401 - Scrapy's options
        super().__init__(**options)
        self._site = site

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        uri = URI.fromBytes(request.url.encode())
        factory = agent._endpointFactory  # noqa: SLF001 - Twisted has no other place between name and connection
        factory._reactor = _GuardedReactor(factory._reactor, self._site, uri.host.decode(), uri.port)  # noqa: SLF001
        return agent


class _GuardedReactor:
    """The reactor, but for connections that `site` does not allow to the requested host and port."""

    def __init__(self, reactor: IReactorTCP, site: Site, host: str, port: int) -> None:
        self._reactor = reactor
        self._site = site
        self._requested = host, port
        directlyProvides(self, providedBy(reactor))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the reactor has
        return getattr(self._reactor, name)

    def connectTCP(self, host: str, port: int, factory: ClientFactory, *options: Any, **named: Any) -> IConnector:  # noqa: N802, ANN401
        """Connect to the IP address `host`, to which the name was resolved. Raises NotGlobalError."""
        self._site.check(*self._requested, host)
        return self._reactor.connectTCP(host, port, factory, *options, **named)
