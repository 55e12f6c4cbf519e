"""The kind of problem that becomes of a request without a page, and its one plain line for the operator."""

import pytest
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
from scrapy.http import HtmlResponse, Response

from crawler.extract.response_class import BLOCKED, CUT, ERROR, GARBLED, GONE, HOME, Verdict
from crawler.spiders.failures import (
    NO_TLS,
    OLD_TLS,
    TOO_LARGE,
    ForbiddenByRobots,
    LeavesSite,
    NotConnected,
    RedirectLoop,
    note_redirect,
    unread,
    why,
)

PAGE, ON = "http://p.example/1.html", "http://p.example/2.html"
OTHER = "http://other.example/2.html"


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (ForbiddenByRobots("robots.txt of p.example forbids it"), "robots", "not asked for: robots.txt of p.example forbids it"),
        (LeavesSite("it leads away"), "off_site", "it leads away"),
        (RedirectLoop("round and round"), "redirect_loop", "round and round"),
        (NotConnected("10.0.0.1 is not public"), "not_global", "not connected: 10.0.0.1 is not public"),
        (IgnoreRequest("sample"), "not_asked", "not asked for: sample"),
        (IgnoreRequest("larger than DOWNLOAD_MAXSIZE"), "too_large", "larger than the limit"),
        (DownloadCancelledError(), "too_large", "larger than the limit"),
        (DownloadConnectionRefusedError(), "unreachable", "connection refused"),
        (CannotResolveHostError(), "unreachable", "no such host"),
        (DownloadTimeoutError(), "unreachable", "no answer in time"),
        (ResponseDataLossError(), "cut", "the answer broke off in the middle"),
        (DownloadFailedError("reset\nby peer"), "unreachable", "the connection failed: reset"),
        (DownloadFailedError("dh key too small"), "unreachable", OLD_TLS),
        (DownloadFailedError("wrong version number"), "unreachable", NO_TLS),
        (OSError("sample"), "unreachable", "the connection failed: sample"),
        (KeyError("sample"), "failed", "KeyError: 'sample'"),
        (ValueError(), "failed", "ValueError: ValueError"),
    ],
)  # fmt: skip
def test_each_error_is_a_kind_of_problem_in_one_line(error: Exception, kind: str, reason: str) -> None:
    assert why(error) == (kind, reason)


@pytest.mark.parametrize(
    ("error", "last", "reason"),
    [
        (DownloadTimeoutError(), ON, f"no answer in time (sent on to {ON})"),
        (DownloadTimeoutError(), OTHER, f"{PAGE} leads to other.example: no answer in time"),
        (LeavesSite("it leads away"), OTHER, "it leads away"),
        (RedirectLoop("round and round"), ON, "round and round"),
    ],
)
def test_behind_a_redirect_it_says_where_that_led(error: Exception, last: str, reason: str) -> None:
    note_redirect(error, Request(last, meta={"redirect_urls": [PAGE]}))
    assert why(error)[1] == reason


def answer(url: str = PAGE, status: int = 200, flags: list[str] | None = None) -> Response:
    return HtmlResponse(
        url, status=status, flags=flags, request=Request(url, meta={"redirect_urls": [PAGE]} if url != PAGE else {})
    )


@pytest.mark.parametrize(
    ("response", "outcome", "kind"),
    [
        (answer(), BLOCKED, "blocked"),
        (answer(), CUT, "page_cut"),
        (answer(), ERROR, "not_a_page"),
        (answer(status=500), ERROR, "http_error"),
        (answer(status=404), GONE, "not_found"),
        (answer(), GONE, "not_found"),
        (answer(), HOME, "redirected_home"),
        (answer("http://p.example/"), GONE, "redirected_home"),
        (answer("http://p.example"), GONE, "redirected_home"),
        (answer("http://p.example/", status=404), GONE, "not_found"),
        (answer("http://p.example/404.html"), GONE, "not_found"),
        (answer(flags=[TOO_LARGE, "it unpacks to more"]), ERROR, "too_large"),
        (answer(status=302), "redirect", "http_error"),
    ],
)
def test_each_answer_without_a_page_is_a_kind_of_problem(response: Response, outcome: str, kind: str) -> None:
    problem = unread(response, Verdict(outcome, "sample"))
    sent_on = f"sent on to {response.url}: " if response.url != PAGE else ""
    assert (problem.kind, problem.url, problem.message) == (kind, PAGE, f"{sent_on}sample")


def test_a_garbled_page_is_told_as_such_and_where_it_was_sent_on_to_once() -> None:
    assert unread(answer(), Verdict(ERROR, GARBLED)).kind == "garbled"
    told = unread(answer("http://p.example/"), Verdict(HOME, "sent on to the home page"))
    assert told.message == "sent on to the home page"
