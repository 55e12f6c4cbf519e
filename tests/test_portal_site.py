"""A portal's site during a crawl, by one answer after the other: what is asked again, what is given up, and when a crawl ends."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from archive.ingest.frontier import Frontier
from archive.model.clock import text
from archive.model.observations import Problem
from crawler.extract.response_class import BLOCKED, CUT, ERROR, GONE, NOT_MODIFIED, PAGE, Verdict
from crawler.portals.portal_file import CrawlBudget, load
from crawler.spiders.failures import TOO_LARGE
from crawler.spiders.portal_site import FILES, RECORDS, Content, PortalSite
from crawler.spiders.record_files import RecordFiles
from crawler.spiders.record_pages import RecordPages
from tests.conftest import empty_archive, portal_file
from tests.past_crawls import Past
from tests.test_frontier import DAY, NOW

URL = "http://www.new.example/1.html"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PortalSite]:
    with closing(Frontier(empty_archive(tmp_path / "a.db"), "county", 1)) as frontier:
        yield site_of(tmp_path, frontier)


def site_of(folder: Path, frontier: Frontier) -> PortalSite:
    portal = load(portal_file(folder, "http://www.new.example/", ("plan", "样本规划", "/list.html")))
    spider = get_crawler(Spider, {"RETRY_TIMES": 2})._create_spider("county")
    return PortalSite(spider, portal, frontier)


def answer(
    outcome: str, status: int = 200, url: str = URL, flags: list[str] | None = None, **meta: object
) -> HtmlResponse:
    asked = Request(url, meta={"verdict": Verdict(outcome, "sample"), "capture": 1, **meta})
    return HtmlResponse(url, status=status, body="<p>样本</p>".encode(), request=asked, flags=flags)


def became(site: PortalSite, response: HtmlResponse) -> list[Content]:
    return list(site.not_read(response))


@pytest.mark.parametrize(
    ("outcome", "status", "flags", "again"),
    [
        (BLOCKED, 200, [], True), (CUT, 200, [], True), (ERROR, 200, [], True), (GONE, 200, [], False),
        (BLOCKED, 403, [], False), (ERROR, 500, [], False), (ERROR, 200, [TOO_LARGE, "sample"], False),
    ],
)  # fmt: skip
def test_what_may_pass_is_asked_for_again(
    site: PortalSite, outcome: str, status: int, flags: list[str], *, again: bool
) -> None:
    (told,) = became(site, answer(outcome, status, flags=flags))
    assert isinstance(told, Request) == again
    assert isinstance(told, Problem) != again


def test_it_is_asked_for_so_often_and_then_given_up(site: PortalSite) -> None:
    response = answer(ERROR)
    for _ in range(2):
        (request,) = became(site, response)
        assert isinstance(request, Request)
        response = answer(ERROR, **{key: value for key, value in request.meta.items() if key.startswith("retry")})
    assert isinstance(became(site, response)[0], Problem)


REFUSED = (BLOCKED, 403)


@pytest.mark.parametrize(
    ("answers", "ends"),
    [
        ([REFUSED] * 2, False),
        ([REFUSED] * 3, True),
        ([(BLOCKED, 200)] * 3, True),
        ([REFUSED, REFUSED, (GONE, 404), REFUSED], False),
        ([REFUSED, REFUSED, (ERROR, 500), REFUSED, REFUSED], False),
        ([REFUSED, REFUSED, (PAGE, 200), REFUSED], False),
        ([REFUSED, (GONE, 404), REFUSED, REFUSED, REFUSED], True),
    ],
)
def test_three_refusals_in_a_row_end_a_crawl(site: PortalSite, answers: list[tuple[str, int]], *, ends: bool) -> None:
    def hear() -> None:
        for outcome, status in answers:
            response = answer(outcome, status)
            if outcome == PAGE:
                assert site.text(response)
            else:
                became(site, response)

    if ends:
        with pytest.raises(CloseSpider) as closed:
            hear()
        assert closed.value.reason == "blocked"
    else:
        hear()


def test_a_page_of_another_site_is_not_read_and_said_to_be_one(site: PortalSite) -> None:
    elsewhere = answer(PAGE, url="http://www.other.example/1.html")
    assert site.text(elsewhere) is None
    (told,) = became(site, elsewhere)
    assert isinstance(told, Problem)
    assert (told.kind, "the answer came from another site" in told.message) == ("off_site", True)


def test_what_is_asked_for_anew_names_no_version_and_goes_where_it_went(site: PortalSite) -> None:
    asked = answer(NOT_MODIFIED, known=7, leaves_site=True, former_host=True, retry_times=1)
    assert asked.request is not None
    asked.request.headers["If-None-Match"] = '"7"'
    again = site.unconditional(asked)
    assert (again.meta, again.headers, again.dont_filter) == ({"leaves_site": True, "former_host": True}, {}, True)


@pytest.mark.parametrize(
    ("days", "priority", "is_conditional"),
    [(90, RECORDS, True), (91, RECORDS, False), (365, FILES, True), (366, FILES, False)],
)
def test_what_was_had_whole_long_ago_is_asked_for_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    priority: int,
    *,
    is_conditional: bool,
) -> None:
    past = Past(tmp_path / "past.db")
    past.crawl((URL, "page"), began=NOW)
    monkeypatch.setenv("DISCLOSURES_NOW", text(NOW + days * DAY))
    with closing(Frontier(past.db, "p", 99)) as frontier:
        site = site_of(tmp_path, frontier)
        request = site.request(URL, site.failed, {}, priority=priority)
    assert ("If-Modified-Since" in request.headers) == is_conditional


def test_no_more_is_queued_than_the_crawls_budget_lets_be_answered(site: PortalSite) -> None:
    """Lists can lead to more pages, and these to more files, than memory holds; what is left out waits for the next crawl."""
    site.portal = replace(site.portal, budget=CrawlBudget(pages=5))
    files = RecordFiles(site)
    records = RecordPages(site, files)
    queued = [request for number in range(4) for request in records.requests(f"http://www.new.example/{number}.html")]
    queued += [
        request for number in range(4) for request in files.requests(URL, "样本", f"http://f.example/{number}.pdf")
    ]
    assert [request.url.rpartition("/")[2] for request in queued] == ["0.html", "1.html", "2.html", "3.html", "0.pdf"]
