"""Why a page could not be had, in one plain line for the operator."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.items import Problem
from crawler.middlewares.robots import ForbiddenByRobots

BLOCKING = frozenset({401, 403, 405, 412, 418, 429, 521})
"""Answers of firewalls and rate limits, not of catalogues (portals' challenges: 加速乐 521, 瑞数 412, 云堤 405)."""

_WORDING: tuple[tuple[type[Exception], str, str], ...] = (
    (ForbiddenByRobots, "robots", "not asked for: {error}"),
    (DownloadConnectionRefusedError, "unreachable", "connection refused"),
    (CannotResolveHostError, "unreachable", "no such host"),
    (DownloadTimeoutError, "unreachable", "no answer in time"),
    (ResponseDataLossError, "cut", "the answer broke off in the middle"),
    (DownloadCancelledError, "too_large", "larger than the limit"),
    (DownloadFailedError, "unreachable", "the connection failed: {error}"),
    (IgnoreRequest, "not_asked", "not asked for: {error}"),
    (OSError, "unreachable", "the connection failed: {error}"),
)


def problem_of(failure: Failure, url: str) -> Problem:
    """The failed request for `url` as a problem: its kind, and what happened."""
    error = failure.value
    if isinstance(error, HttpError):
        return answered(error.response.status, url)
    for kind_of_error, kind, wording in _WORDING:
        if isinstance(error, kind_of_error):
            return Problem(kind, url, wording.format(error=_first_line(error)))
    return Problem("failed", url, f"{type(error).__name__}: {_first_line(error)}")


def answered(status: int, url: str) -> Problem:
    """An HTTP status that is no page, as a problem."""
    if status in BLOCKING:
        return Problem("blocked", url, f"the portal answered {status}: it refuses this visitor")
    if status in {404, 410}:
        return Problem("not_found", url, f"the portal answered {status}: no such page")
    return Problem("http_error", url, f"the portal answered {status}")


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
