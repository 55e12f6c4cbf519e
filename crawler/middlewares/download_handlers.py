"""Scrapy's usual download handler, with a check between a name's resolution and the connection: only a site's allowed addresses.

A crawl that is asked to stop waits for no answer longer than its grace.
"""

from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.web._newclient import ParseError
from twisted.web.client import URI, Agent
from zope.interface import directlyProvides, providedBy  # type: ignore[import-untyped]

from archive.model.site import NotGlobalError, Site
from crawler.middlewares.stopping import GRACE
from crawler.spiders.failures import STOPPING, NotConnected, Stopped

LONGEST_HEAD = 256 * 1024
"""Bytes of an answer's headers, with the answers that announce it (1xx): as much as browsers take."""


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's usual handler; raises NotConnected for addresses that the spider's `site` does not allow.

    And Stopped for answers that did not come within GRACE when the crawl was asked to stop.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._site: Site = crawler.spidercls.site  # type: ignore[attr-defined]
        self._pool._factory = _BoundedFactory
        self._under_way: set[_GuardedAgent] = set()
        self._stopping = False
        crawler.signals.connect(self.stop, signal=STOPPING)

    def stop(self) -> None:
        """Give the answers on their way a moment to arrive."""
        self._stopping = True
        for agent in self._under_way:
            agent.hurry()

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
        self._under_way.add(agent)
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except NotGlobalError as error:
            raise NotConnected(str(error)) from error
        except DownloadTimeoutError as error:
            if self._stopping:
                raise Stopped from error
            raise
        finally:
            self._under_way.remove(agent)


class _GuardedAgent(_ScrapyAgent):
    def __init__(self, site: Site, **options: Any) -> None:  # noqa: ANN401 - Scrapy's options
        super().__init__(**options)
        self._site = site

    def hurry(self) -> None:
        """Have the request time out after GRACE."""
        timer: Any = self._timeout_cl  # Twisted's declaration of it is none that mypy reads
        if timer.active():
            timer.reset(GRACE)

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        agent = super()._get_agent(request, timeout)
        agent._getEndpoint = partial(_GuardedEndpoint, self._site, agent._endpointFactory)  # type: ignore[method-assign]
        return agent


class _GuardedEndpoint:
    """The other end of connections to a URI's host: looked for when one is made, for most requests go over one that is there."""

    def __init__(self, site: Site, factory: Any, uri: URI) -> None:  # noqa: ANN401 - Twisted's, without a public name
        self._site, self._factory, self._uri = site, factory, uri
        self._reactor = factory._reactor

    def connect(self, protocols: Any) -> Any:  # noqa: ANN401 - Twisted's
        """Connect a protocol of the factory `protocols`."""
        # Twisted has no other place between name and connection.
        self._factory._reactor = _GuardedReactor(self._reactor, self._site, self._uri.host.decode(), self._uri.port)
        return self._factory.endpointForURI(self._uri).connect(protocols)


class _GuardedReactor:
    """The reactor, but for connections that `site` does not allow to the requested host and port."""

    def __init__(self, reactor: Any, site: Site, host: str, port: int) -> None:  # noqa: ANN401 - of many interfaces
        self._reactor = reactor
        self._site = site
        self._requested = host, port
        directlyProvides(self, providedBy(reactor))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._reactor, name)

    def connectTCP(self, host: str, port: int, *options: Any, **named: Any) -> Any:  # noqa: N802, ANN401 - Twisted's
        """Connect to the IP address `host`, to which the name was resolved. Raises NotGlobalError."""
        self._site.check(*self._requested, host)
        return self._reactor.connectTCP(host, port, *options, **named)


# Twisted takes headers without an end, and any number for a status.


class _BoundedParser(_LenientHTTPClientParser):
    MAX_LENGTH = (
        LONGEST_HEAD  # default 16,384, for one line: of a longer one nothing would arrive, and nobody be told why
    )
    _received = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take a line of the headers. Raises ParseError beyond LONGEST_HEAD."""
        self._received += len(line) + 1
        if self._received > LONGEST_HEAD:
            raise ParseError("its headers have no end", b"")  # type: ignore[no-untyped-call]
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        """Take no line without an end. Raises ParseError."""
        raise ParseError("its headers have no end", line[:100])  # type: ignore[no-untyped-call]

    def statusReceived(self, status: bytes) -> None:  # noqa: N802
        """Take the first line. Raises ParseError where its status has not three digits."""
        super().statusReceived(status)  # type: ignore[no-untyped-call]
        if not 100 <= self.response.code <= 999:
            raise ParseError("its status is none", b"")  # type: ignore[no-untyped-call]


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Deferred[Any]:  # noqa: ANN401 - Twisted's
        answer = super().request(request)
        assert self._parser is not None  # noqa: S101 - as in Scrapy's: made by the call above
        self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802, ANN401
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
