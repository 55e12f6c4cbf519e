"""TRS in Fujian: first pages static in one HTML, the others by POST from a search service (portals.md §2.3)."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.families.detection import detect
from crawler.families.trs_fujian import FAMILY
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.families.golden_site import SAMPLE, GoldenSite, crawled

LIST = "https://www.county.gov.cn/zwgk/ghxx/gzjzqk/"
SERVICE = "https://www.county.gov.cn/fjdzapp/search"
FIRST = "/zwgk/ghxx/gzjzqk/"
TITLES = [f"样本工作情况之{number}" for number in range(1, 14)]


def test_static_pages_and_then_a_service(tmp_path: Path) -> None:
    with GoldenSite("trs_fujian", "two_static_pages_in_one", "service_*") as site:
        done = crawled(site, tmp_path, FIRST)
    assert len(site.asked_for("/fjdzapp/search")) == 3
    assert done.whole
    assert done.ledger == [(5, 5, 13, 13, 1)]
    assert (done.family, "$showStatic" in done.reason) == ("trs_fujian", True)
    assert list(done.records) == TITLES
    assert done.days() == [f"2024-04-{number:02}" for number in range(1, 14)]
    assert done.records[TITLES[1]]["url"] == "/zwgk/zfxxgk/gzdt/202404/t20240402_902.htm"
    assert done.records[TITLES[-1]] == {
        "url": "/zwgk/ghxx/gzjzqk/202404/t20240413_913.htm", "index_number": "PZ00108-2024-00013", "publisher": "样本局",
        "published_on": "2024-04-13", "body": SAMPLE, "flags": [],
    }  # fmt: skip


def test_a_page_that_the_service_has_not_is_noticed(tmp_path: Path) -> None:
    with GoldenSite("trs_fujian", "two_static_pages_in_one", "service_titles_marked_up_and_cut") as site:
        done = crawled(site, tmp_path, FIRST)
    assert done.ledger == [(5, 3, 13, 9, 0)]
    assert (done.status, [kind for kind, _ in done.problems]) == (1, ["not_found"])


def test_a_service_that_answers_with_an_error_ends_no_list(tmp_path: Path) -> None:
    with GoldenSite("trs_fujian", "two_static_pages_in_one") as site:
        site.answers["/fjdzapp/search"] = Served('{"code": -1, "msg": "样本错误"}', content_type="application/json")
        done = crawled(site, tmp_path, FIRST)
    assert done.ledger == [(5, 2, 13, 6, 0)]
    assert (done.status, [kind for kind, _ in done.problems]) == (1, ["list_without_rows"])


@pytest.mark.parametrize(
    ("first", "url", "requests"), [("all_pages_static", "/zwgk/jt/", 0), ("no_page_static", "/zwgk/dt/", 5)]
)
def test_a_list_that_is_all_static_or_not_at_all(tmp_path: Path, first: str, url: str, requests: int) -> None:
    with GoldenSite("trs_fujian", first, "service_*") as site:
        done = crawled(site, tmp_path, url)
    assert len(site.asked_for("/fjdzapp/search")) == requests
    assert (done.whole, done.ledger) == (True, [(5, 5, 13, 13, 1)])
    assert list(done.records) == TITLES


FORM = "channelid=1&classsql=chnlid%3D1&page=6&prepage=3"
RECORD = {"doctitle": "样本", "chnldocurl": "/zwgk/202404/t20240401_1.htm", "docreltime": "2024-04-01 00:00:00"}


@pytest.mark.parametrize(
    ("said", "rows", "following"),
    [
        ({"pageCount": 8, "data": [RECORD]}, 1, True),
        ({"pageCount": 6, "data": [RECORD] * 3}, 3, False),
        ({"data": [RECORD] * 3}, 3, True),
        ({"data": [RECORD] * 2}, 2, False),
        (
            {"count": "20", "docs": [{"title": "样本", "chnldocurl": "http://x/1.htm", "time": "2024-04-01"}] * 3},
            3,
            True,
        ),
        ({"result": {"page": {"list": [RECORD] * 3}}}, 3, True),
        ({"code": -1, "data": None}, 0, False),
    ],
)
def test_what_the_service_answers(said: Mapping[str, object], rows: int, following: bool) -> None:
    read = FAMILY.read(Answer(SERVICE, json.dumps(said), FORM))
    assert [row.fields for row in read.rows] == [{"title": "样本", "published_on": "2024-04-01"}] * rows
    assert not read.ended
    wanted = (SERVICE, FORM.replace("page=6", "page=7")) if following else (None, None)
    assert (read.paging.next_url, read.paging.next_form) == wanted


def test_an_empty_page_ends_the_list_and_an_error_does_not() -> None:
    assert FAMILY.read(Answer(SERVICE, '{"pageCount": 8, "data": []}', FORM)).ended
    assert not FAMILY.read(Answer(SERVICE, '{"code": 500, "data": {}}', FORM)).ended


# --- what marks it ---


@pytest.mark.parametrize(("path", "family"), [("202404/t20240401_1.htm", "trs_fujian"), ("1.html", "plain")])
def test_what_marks_a_page(path: str, family: str) -> None:
    assert detect(Answer(LIST + path, "<html ms-controller='root'>样本</html>")).family.name == family


@settings(deadline=None, max_examples=100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["data", "docs", "pageCount", "count", "chnldocurl", "doctitle", "docreltime"]), inner)),
       st.none() | st.sampled_from([FORM, "page=x", "{}"]))  # fmt: skip
def test_any_data_is_read(data: object, form: str | None) -> None:
    answer = Answer(SERVICE, json.dumps(data), form)
    FAMILY.marks(answer)
    for row in FAMILY.read(answer).rows:
        assert row.url is None or row.url.startswith("http")
