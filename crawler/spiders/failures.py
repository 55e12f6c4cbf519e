"""The reason why a page could not be had, in one plain line for the operator."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request
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
from twisted.internet.error import ConnectError, ConnectionLost
from twisted.web._newclient import ParseError

from archive.model.observations import Problem
from crawler.extract.response_class import BLOCKED, CUT, ERROR, GARBLED, GONE, HOME, Verdict

UNDECODED, TOO_LARGE = "undecoded", "too_large"
"""Flags of an answer that is still packed: its coding is broken or unknown; it unpacks to more than the limit."""


STOPPING = object()
"""The signal, of Scrapy's kind, that a crawl is sent as it is asked to stop."""


class ForbiddenByRobots(IgnoreRequest):
    """robots.txt forbids the request; the message says so, or why robots.txt could not be read."""


class NotConnected(IgnoreRequest):
    """A connection that was not made, for the address is not on the public internet; the message says so."""


class LeavesSite(IgnoreRequest):
    """A redirect that leads away from the portal's site: not followed."""


class Stopped(IgnoreRequest):
    """A request that was given up, for the crawl was asked to stop: nothing is known of its page."""


class RedirectLoop(IgnoreRequest):
    """Redirects without an end; the message names their addresses."""


_WORDING: tuple[tuple[type[Exception], str, str], ...] = (
    (ForbiddenByRobots, "robots", "not asked for: {error}"),
    (LeavesSite, "off_site", "{error}"),
    (RedirectLoop, "redirect_loop", "{error}"),
    (NotConnected, "not_global", "not connected: {error}"),
    (DownloadConnectionRefusedError, "unreachable", "connection refused"),
    (CannotResolveHostError, "unreachable", "no such host"),
    (DownloadTimeoutError, "unreachable", "no answer in time"),
    (ResponseDataLossError, "cut", "the answer broke off in the middle"),
    (DownloadCancelledError, "too_large", "larger than the limit"),
    (DownloadFailedError, "unreachable", "the connection failed: {error}"),
    (IgnoreRequest, "not_asked", "not asked for: {error}"),
    (ConnectError, "unreachable", "the connection failed: {error}"),
    (ConnectionLost, "unreachable", "the connection failed: {error}"),
    (OSError, "unreachable", "the connection failed: {error}"),
)

_REDIRECTED = "disclosures_redirected"
"""The attribute of an error that keeps the address that was requested and the one that redirects led to."""

OLD_TLS = "it speaks only a TLS that was given up long ago"
_OLD_TLS = re.compile(
    r"unsupported protocol|protocol version|dh key too small|handshake failure|no ciphers available|ca md too weak",
    re.IGNORECASE,
)

NO_TLS = "it answers plain HTTP at its https address"
_NO_TLS = re.compile(
    r"wrong[ _]version[ _]number|record[ _]layer[ _]failure|http[ _]request|packet[ _]length", re.IGNORECASE
)

NO_HTTP = "its answer is no HTTP: a header can't be read"

_KINDS = {BLOCKED: "blocked", GONE: "not_found", CUT: "page_cut", ERROR: "not_a_page"}


def why(error: BaseException | None) -> tuple[str, str]:
    """The kind of problem that `error` is, and what happened; behind a redirect, also where it led."""
    kind, reason = _kind_and_reason(error)
    first, last = getattr(error, _REDIRECTED, ("", ""))
    if not first or isinstance(error, LeavesSite | RedirectLoop):
        return kind, reason
    host = urlsplit(last).netloc
    if host == urlsplit(first).netloc:
        return kind, f"{reason} (sent on to {last})"
    return kind, f"{first} leads to {host}: {reason}"


def note_redirect(error: BaseException, request: Request) -> None:
    """Have `why` tell where redirects led before `error` came of `request`."""
    if urls := request.meta.get("redirect_urls"):
        setattr(error, _REDIRECTED, (urls[0], request.url))


def requested_url(request: Request) -> str:
    """Return the address that was requested before any redirect."""
    return str(request.meta.get("redirect_urls", [request.url])[0])


def _kind_and_reason(error: BaseException | None) -> tuple[str, str]:
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):  # so Scrapy says that it unpacks to more
        error = DownloadCancelledError()
    if isinstance(error, DownloadFailedError):
        for pattern, reason in ((_OLD_TLS, OLD_TLS), (_NO_TLS, NO_TLS)):
            if pattern.search(str(error)):
                return "unreachable", reason
        if any(isinstance(reason, ValueError | ParseError | KeyError) for reason in _reasons(error)):
            return "unreachable", NO_HTTP
    for kind_of_error, kind, wording in _WORDING:
        if isinstance(error, kind_of_error):
            return kind, wording.format(error=_first_line(error))
    return "failed", f"{type(error).__name__}: {_first_line(error)}"


def unread(response: Response, verdict: Verdict) -> Problem:
    """An answer from which nothing can be read, as a problem: its kind, and what came instead of a page."""
    url = requested_url(response.request) if response.request else response.url
    if url != response.url and "sent on" not in verdict.reason:
        verdict = replace(verdict, reason=f"sent on to {response.url}: {verdict.reason}")
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
    return (_words(error).splitlines() or [type(error).__name__])[0][:300]


def _words(error: BaseException | None) -> str:
    """The message of an error, where Twisted wraps others those of these: it quotes them as code."""
    wrapped = _reasons(error)
    return "; ".join(dict.fromkeys(_of_openssl(each) or str(each) for each in wrapped)) if wrapped else str(error)


def _reasons(error: BaseException | None) -> list[BaseException]:
    """The errors that Twisted wraps in one."""
    wrapped = getattr(error.__cause__, "reasons", None) if error else None
    return [failure.value for failure in wrapped or ()]


def _of_openssl(error: BaseException) -> str:
    """The reasons that OpenSSL gives, "" where `error` is none of its; it keeps them as tuples of library, function, reason."""
    reasons = error.args[0] if isinstance(error, SSL.Error) and error.args else None
    return ", ".join(str(each[-1]) for each in reasons) if isinstance(reasons, list) else ""
