"""Content codings undone within a limit; an answer whose coding is broken goes on as it came, to be sealed."""

from collections.abc import Sequence
from typing import Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import ACCEPTED_ENCODINGS, HttpCompressionMiddleware
from scrapy.http import Request, Response, TextResponse
from scrapy.responsetypes import responsetypes

MOST_CODINGS = 3
"""Codings applied one over the other: servers use one, bombs many."""

UNDECODED = "undecoded"
"""The flag of an answer that is still packed: its coding is broken, unknown, or unpacks to more than the limit."""


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
    to_undo, unknown = HttpCompressionMiddleware._split_encodings([name.encode("latin-1") for name in names])  # noqa: SLF001
    if unknown:
        raise CannotUnpackError("its content coding is unknown")
    for name in to_undo:
        try:
            body = HttpCompressionMiddleware._decode(body, name, most)  # noqa: SLF001
        except Exception as error:  # each library has its own errors, and zstd's and brotli's have no base
            raise CannotUnpackError(f"its content coding {name.decode()} could not be undone") from error
    return body


class CompressionMiddleware:
    """In the place of Scrapy's HttpCompressionMiddleware, but that it loses no answer: what cannot be unpacked is UNDECODED."""

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
        """Return `response` unpacked; with the flag UNDECODED and the reason, the last of its flags, where that fails."""
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        if not codings or not response.body:
            return response
        try:
            body = unpack(response.body, codings, self._most)
        except CannotUnpackError as error:
            return response.replace(cls=Response, flags=[*response.flags, UNDECODED, str(error)])
        del response.headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body, **({"encoding": None} if issubclass(kind, TextResponse) else {}))
