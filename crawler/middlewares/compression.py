"""Content codings undone within a limit; an answer whose coding is broken goes on as it came, to be sealed."""

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS, HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from crawler.spiders.failures import TOO_LARGE, UNDECODED

MOST_CODINGS = 3
"""Codings applied one over the other: servers use one, bombs many."""


class CannotUnpackError(Exception):
    """A body that its Content-Encoding does not describe, or that unpacks to more than the limit."""


def unpack(body: bytes, codings: Sequence[str], most: int) -> bytes:
    """Undo the `codings` of a body: the values of its Content-Encoding headers. Raises CannotUnpackError beyond `most` bytes.

    A body that breaks off gives what it holds.
    """
    names = [
        name for value in codings for name in value.lower().replace(" ", "").split(",") if name not in {"", "identity"}
    ]
    if len(names) > MOST_CODINGS:
        raise CannotUnpackError(f"it has {len(names)} content codings")
    to_undo, unknown = HttpCompressionMiddleware._split_encodings([name.encode("latin-1") for name in names])
    if unknown:
        raise CannotUnpackError("its content coding is unknown")
    for name in to_undo:
        try:
            body = HttpCompressionMiddleware._decode(body, name, most)
        except _DecompressionMaxSizeExceeded as error:
            raise UnpacksTooLargeError(f"it unpacks to more than {most} bytes") from error
        except Exception as error:  # each library has its own errors, and zstd's and brotli's have no base
            raise CannotUnpackError(f"its content coding {name.decode()} could not be undone") from error
    return body


class UnpacksTooLargeError(CannotUnpackError):
    """A body that unpacks to more than the limit."""


class CompressionMiddleware:
    """In the place of Scrapy's HttpCompressionMiddleware, but that it loses no answer: what cannot be unpacked has a flag."""

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Say which codings are understood."""
        request.headers.setdefault("Accept-Encoding", b", ".join(ACCEPTED_ENCODINGS))

    def process_response(self, request: Request, response: Response) -> Response:
        """Return `response` unpacked; where that fails, its last flags are UNDECODED or TOO_LARGE and the reason."""
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        if not codings or not response.body:
            return response
        try:
            body = unpack(response.body, codings, self._most)
        except CannotUnpackError as error:
            flag = TOO_LARGE if isinstance(error, UnpacksTooLargeError) else UNDECODED
            return copied(response, Response, response.body, flags=[*response.flags, flag, str(error)])
        del response.headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return copied(response, kind, body)


def copied(response: Response, kind: type[Response], body: bytes, **changed: Any) -> Response:  # noqa: ANN401 - of each kind
    """Return `response` as one of a kind, with what is `changed`.

    Scrapy's `replace` cannot make a plain one of a text, and guesses the encoding of a text whose encoding is changed.
    """
    names = ("url", "status", "headers", "flags", "certificate", "ip_address", "protocol")
    return kind(body=body, **{name: getattr(response, name) for name in names} | changed)
