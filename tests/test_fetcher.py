"""How a probe asks: after robots.txt, no faster than it may, within its time and size, and nobody inside another's network."""

import gzip
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from io import BytesIO

import pytest

from crawler.probe import fetcher
from crawler.probe.fetcher import Fetcher, FetchError, ForbiddenError
from crawler.settings import REDIRECT_MAX_TIMES
from tests.conftest import Answer, Site, SiteRequest, redirect

ROBOTS = "/robots.txt"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({"/1.html": "样本甲", "/2.html": "样本乙", ROBOTS: Answer("", status=404)}) as serving:
        yield serving


@pytest.fixture
def asked(site: Site) -> Iterator[Fetcher]:
    with closing(Fetcher(site.url, 0)) as asking:
        yield asking


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before each request."""
    waited: list[float] = []
    monkeypatch.setattr(fetcher.time, "sleep", waited.append)
    return waited


def test_a_page_is_asked_for_once_robots_txt_was(site: Site, asked: Fetcher) -> None:
    answer = asked.get(f"{site.url}1.html")
    assert (answer.status, answer.body.decode(), answer.cut) == (200, "样本甲", False)
    asked.get(f"{site.url}2.html")
    assert list(site.requests) == [ROBOTS, "/1.html", "/2.html"]


@pytest.mark.parametrize(
    ("robots", "may"),
    [
        (Answer("User-agent: *\nDisallow: /2", "text/plain"), True),
        (Answer("User-agent: *\nDisallow: /1", "text/plain"), False),
        (Answer("\ufeffUser-agent: *\nDisallow: /1", "text/plain"), False),
        (Answer("User-agent: *\nDisallow: /1", status=404), True),
        (Answer("<html>\nUser-agent: *\nDisallow: /1\n</html>"), True),
        (Answer("", status=503), False),
        (Answer("", status=500), False),
        (redirect("/rules.txt"), False),
    ],
)
def test_robots_txt_is_obeyed(site: Site, asked: Fetcher, robots: Answer, may: bool) -> None:
    site.answers |= {ROBOTS: robots, "/rules.txt": Answer("User-agent: *\nDisallow: /1", "text/plain")}
    if may:
        assert asked.get(f"{site.url}1.html").status == 200
    else:
        with pytest.raises(FetchError) as refused:
            asked.get(f"{site.url}1.html")
        assert isinstance(refused.value, ForbiddenError) == (robots.status < 500)
        assert "/1.html" not in site.requests


@pytest.mark.parametrize(("crawl_delay", "least"), [(None, 3), (1, 3), (7, 7), (3600, 60)])
def test_it_waits_between_requests_and_as_long_as_robots_txt_wants_up_to_a_minute(
    site: Site, pauses: list[float], crawl_delay: int | None, least: float
) -> None:
    rules = "User-agent: *\nDisallow:\n" + (f"Crawl-delay: {crawl_delay}\n" if crawl_delay else "")
    site.answers[ROBOTS] = Answer(rules, "text/plain")
    with closing(Fetcher(site.url, 3)) as asking:
        for name in ("1", "2"):
            asking.get(f"{site.url}{name}.html")
    assert [round(pause, 0) for pause in pauses] == [least, least]


def test_redirects_are_followed_so_often_and_each_is_allowed_by_robots_txt(site: Site, asked: Fetcher) -> None:
    site.answers |= {"/a": redirect("/1.html"), "/round": redirect("/round"), "/forbidden": redirect("/private/1.html")}
    site.answers[ROBOTS] = Answer("User-agent: *\nDisallow: /private", "text/plain")
    assert asked.get(f"{site.url}a").url == f"{site.url}1.html"
    with pytest.raises(FetchError, match=f"sent on more than {REDIRECT_MAX_TIMES} times"):
        asked.get(f"{site.url}round")
    assert site.requests.count("/round") == REDIRECT_MAX_TIMES + 1
    with pytest.raises(ForbiddenError):
        asked.get(f"{site.url}forbidden")


def test_what_is_sent_goes_to_the_address_asked_for_and_no_further(site: Site, asked: Fetcher) -> None:
    forms: list[str | None] = []

    def noted(request: SiteRequest) -> Answer:
        forms.append(request.form)
        return redirect("/1.html") if request.path == "/rows" else Answer("样本")

    site.answers |= {"/rows": noted, "/1.html": noted}
    asked.get(f"{site.url}rows", "page=2")
    assert forms == ["page=2", None]


def test_a_redirect_into_ones_own_network_is_not_followed(site: Site, asked: Fetcher) -> None:
    """The home is this machine by its number, and no other name of it."""
    site.answers["/away"] = redirect(f"{site.url.replace('127.0.0.1', 'localhost')}/1.html")
    with pytest.raises(FetchError, match="not an address of the public internet"):
        asked.get(f"{site.url}away")
    assert "/1.html" not in site.requests


@pytest.mark.parametrize(("most", "cut"), [(9, False), (8, True)])
def test_so_much_of_an_answer_is_read(
    site: Site, asked: Fetcher, monkeypatch: pytest.MonkeyPatch, most: int, cut: bool
) -> None:
    monkeypatch.setattr(fetcher, "MOST_BYTES", most)
    answer = asked.get(f"{site.url}1.html")
    assert (len(answer.body), answer.cut) == (most, cut)


def test_what_unpacks_to_more_than_is_read_is_cut(site: Site, asked: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "MOST_BYTES", 500)
    site.answers["/1.html"] = Answer(gzip.compress(b"x" * 501), headers=(("Content-Encoding", "gzip"),))
    answer = asked.get(f"{site.url}1.html")
    assert (len(answer.body), answer.cut) == (500, True)


def test_the_page_that_leads_to_another_may_have_any_address(site: Site, asked: Fetcher) -> None:
    assert asked.get(f"{site.url}1.html", referer=f"{site.url}目录/").status == 200


class DrippingSite(Site):
    """A site whose answers come a byte at a time, for some seconds."""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == ROBOTS:
            super().answer(handler)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", "10000")
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:  # nobody listens any more
            handler.wfile = BytesIO()
        handler.close_connection = True


def test_no_answer_is_waited_for_longer_than_in_a_crawl(monkeypatch: pytest.MonkeyPatch) -> None:
    """However a server draws it out: each byte comes in time, and all of them do not."""
    monkeypatch.setattr(fetcher, "DOWNLOAD_TIMEOUT", 0.3)
    with (
        DrippingSite({ROBOTS: Answer("", status=404)}) as site,
        closing(Fetcher(site.url, 0)) as asking,
        pytest.raises(FetchError, match="no answer in time"),
    ):
        asking.get(f"{site.url}1.html")


def test_an_answer_that_breaks_off_is_none(site: Site, asked: Fetcher) -> None:
    site.answers["/1.html"] = Answer("样本" * 10, cut=5)
    with pytest.raises(FetchError, match="peer closed connection"):
        asked.get(f"{site.url}1.html")
