"""Why a page could not be had, in one plain line for the operator."""

import re
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from archive.model.observations import Problem
from crawler.extract.response_class import BLOCKED, CUT, ERROR, GARBLED, GONE, HOME, Verdict

UNDECODED, TOO_LARGE = "undecoded", "too_large"
"""Flags of an answer that is still packed: its coding is broken or unknown; it unpacks to more than the limit."""


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt forbids the request; the message says so, or why robots.txt could not be read."""


class NotConnected(IgnoreRequest):
    """A connection that was not made, for the address is not on the public internet; the message says so."""


class LeavesSite(IgnoreRequest):
    """A redirect that leads away from the portal's site: not followed."""


_WORDING: tuple[tuple[type[Exception], str, str], ...] = (
    (ForbiddenByRobots, "robots", "not asked for: {error}"),
    (LeavesSite, "off_site", "{error}"),
    (NotConnected, "not_global", "not connected: {error}"),
    (DownloadConnectionRefusedError, "unreachable", "connection refused"),
    (CannotResolveHostError, "unreachable", "no such host"),
    (DownloadTimeoutError, "unreachable", "no answer in time"),
    (ResponseDataLossError, "cut", "the answer broke off in the middle"),
    (DownloadCancelledError, "too_large", "larger than the limit"),
    (DownloadFailedError, "unreachable", "the connection failed: {error}"),
    (IgnoreRequest, "not_asked", "not asked for: {error}"),
    (OSError, "unreachable", "the connection failed: {error}"),
)

OLD_TLS = "it speaks only a TLS that was given up long ago"
_OLD_TLS = re.compile(
    r"unsupported protocol|protocol version|dh key too small|handshake failure|no ciphers available|ca md too weak",
    re.IGNORECASE,
)

_KINDS = {BLOCKED: "blocked", GONE: "not_found", CUT: "page_cut", ERROR: "not_a_page"}


def why(error: BaseException | None) -> tuple[str, str]:
    """The kind of problem that `error` is, and what happened."""
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):  # so Scrapy says that it unpacks to more
        error = DownloadCancelledError()
    if isinstance(error, DownloadFailedError) and _OLD_TLS.search(str(error)):
        return "unreachable", OLD_TLS
    for kind_of_error, kind, wording in _WORDING:
        if isinstance(error, kind_of_error):
            return kind, wording.format(error=_first_line(error))
    return "failed", f"{type(error).__name__}: {_first_line(error)}"


def unread(response: Response, verdict: Verdict) -> Problem:
    """An answer from which nothing can be read, as a problem: its kind, and what came instead of a page."""
    url = response.request.url if response.request else response.url
    if TOO_LARGE in response.flags:
        return Problem("too_large", url, verdict.reason)
    if verdict.outcome == HOME or (
        verdict.outcome == GONE and response.status == 200 and urlsplit(response.url).path in {"", "/"}
    ):
        return Problem("redirected_home", url, verdict.reason)
    if verdict.reason == GARBLED:
        return Problem("garbled", url, verdict.reason)
    if verdict.outcome == ERROR and response.status != 200:
        return Problem("http_error", url, verdict.reason)
    return Problem(_KINDS.get(verdict.outcome, "http_error"), url, verdict.reason)


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
