"""Answers from the evidence in the place of a portal's: nothing is connected to."""

from collections import defaultdict, deque

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from archive.evidence.http_exchange import EvidenceError
from archive.ingest.crawl_log import Failed
from archive.replay.replay import Answered, Replay
from crawler.middlewares.evidence import EvidenceMiddleware
from crawler.middlewares.robots import ObedientRobotsMiddleware
from crawler.spiders.failures import TOO_LARGE, UNDECODED, NotConnected
from pipelines.store import StorePipeline

_ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        CannotResolveHostError,
        DownloadCancelledError,
        DownloadConnectionRefusedError,
        DownloadFailedError,
        DownloadTimeoutError,
        NotConnected,
        ResponseDataLossError,
    )
}

RequestKey = tuple[str, str, bytes]
"""A request: its method, address and body."""


class NotSealed(IgnoreRequest):
    """The crawl that is played again got no answer to this request."""


class SealedAnswers(BaseDownloadHandler):
    """Answers each request of a crawl with the capture of it; the same request again with the next one.

    Raises the error that was raised where there came no answer, and NotSealed where the request was never made. Leaves in `request.meta`
    the `place` of the answer in the crawl.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._replay: Replay = crawler.spidercls.replay  # type: ignore[attr-defined]
        self._answers: defaultdict[RequestKey, deque[Answered | Failed]] = defaultdict(deque)
        for answer in self._replay.answers():
            self._answers[self._key_of(answer)].append(answer)

    async def download_request(self, request: Request) -> Response:
        """Return the next answer to `request`."""
        answers = self._answers.get((request.method, request.url, request.body))
        if not answers:
            raise NotSealed("it was not asked for, or not answered")
        answer = answers.popleft()
        if isinstance(answer, Failed):
            raise _ERRORS.get(answer.error, DownloadFailedError)(answer.message)
        request.meta["place"] = answer.place
        try:
            return self._response(answer, request.url)
        except EvidenceError as error:
            raise NotSealed(str(error)) from error

    def _key_of(self, answer: Answered | Failed) -> RequestKey:
        if isinstance(answer, Failed):
            return answer.method, answer.url, answer.body.encode()
        exchange, _ = self._replay.evidence.without_payload(answer.capture_id)
        return exchange.method, exchange.url, exchange.request_body

    def _response(self, answer: Answered, url: str) -> Response:
        """An answer as it came, but for its content codings, which are undone already, or could not be."""
        exchange = self._replay.evidence.exchange(answer.capture_id)
        headers = Headers()
        for name, value in exchange.response_headers:
            if name.lower() != "content-encoding":
                headers.appendlist(name, value.encode("latin-1"))
        kind = responsetypes.from_args(headers=headers, url=url, body=exchange.payload)
        if {UNDECODED, TOO_LARGE}.intersection(answer.flags):
            kind = Response
        return kind(
            url=url,
            status=exchange.status,
            headers=headers,
            body=exchange.payload,
            flags=[*answer.flags],
            protocol=exchange.protocol,
        )


class ReplayedEvidence(EvidenceMiddleware):
    """In the place of EvidenceMiddleware: judges answers as it does, and seals none."""

    async def _sealed(
        self,
        store: StorePipeline,
        request: Request,
        response: Response,
        headers: tuple[tuple[str, str], ...],
        wire_bytes: int,
    ) -> int:
        place: int = request.meta["place"]
        replay: Replay = self._crawler.spidercls.replay  # type: ignore[attr-defined]
        replay.received(place, request.meta["verdict"].outcome)
        return place


class ReplayedRobots(ObedientRobotsMiddleware):
    """In the place of ObedientRobotsMiddleware: no host is there to be spared."""

    def _keep_crawl_delay(self, parser: object, request: Request) -> None:
        pass
