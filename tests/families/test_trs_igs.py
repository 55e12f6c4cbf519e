"""TRS's search services as lists: IGS, IRS and govsearch (portals.md §1 rows 13–16, §2.2)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import Paging
from crawler.cli.probe import probe
from crawler.families.detection import detect
from crawler.families.trs_igs import FAMILY
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import SiteRequest
from tests.families.golden_site import SAMPLE, GoldenSite, crawled

IGS = "/igs/front/search/list.html?index=zcwj-index&type=zcfg&filter%5BAVAILABLE%5D=true&pageSize=3&pageNumber=1"
TITLES = [f"样本通知之{number}" for number in range(1, 8)]


def test_a_list_of_igs(tmp_path: Path) -> None:
    with GoldenSite("trs_igs", "igs_*", "record_by_itself") as site:
        done = crawled(site, tmp_path, IGS)
    assert site.asked_for("/igs/") == [IGS[:-1] + str(n) for n in (1, 2, 3)]
    assert (done.whole, done.ledger) == (True, [(3, 3, 7, 7, 1)])
    assert (done.family, "page.content" in done.reason) == ("trs_igs", True)
    names = ("index_number", "document_number", "publisher", "published_on", "created_on", "topic")
    assert {title: [row.get(name) for name in names] for title, row in done.records.items()} == {
        **{
            f"样本通知之{n}": [f"000-{n}", f"样发〔2020〕{n}号", "样本局", f"2020-12-0{n}", "2020-11-30", "样本主题"]
            for n in range(1, 7)
        },
        "样本通知之7": ["000-7", None, "样本办公厅", "2020-12-07", None, None],
    }
    assert done.records["样本通知之1"]["body"] == SAMPLE
    assert "#row-" in str(done.records["样本通知之2"]["url"])  # no page of its own


def test_a_service_that_shows_fewer_pages_than_it_has_rows_for_is_no_complete_walk(tmp_path: Path) -> None:
    def capped(request: SiteRequest) -> Served:
        answer = site.answered(request)
        return replace(answer, body=str(answer.body).replace('"total": "7"', '"total": "38546"'))

    with GoldenSite("trs_igs", "igs_*") as site:
        site.answers["/igs/front/search/list.html"] = capped
        done = crawled(site, tmp_path, IGS)
    assert done.ledger == [(3, 3, 38546, 7, 0)]
    assert (done.status, done.problems) == (1, [("pages_missing", "公告1 claims 38546 rows, 7 were found")])


def test_a_service_that_heeds_no_page_number_is_not_asked_for_ever(tmp_path: Path) -> None:
    def stubborn(request: SiteRequest) -> Served:
        first = site.answered(replace(request, query={**request.query, "pageNumber": "1"}))
        return replace(
            first, body=str(first.body).replace('"pageNumber": 1', f'"pageNumber": {request.query["pageNumber"]}')
        )

    with GoldenSite("trs_igs", "igs_*") as site:
        site.answers["/igs/front/search/list.html"] = stubborn
        done = crawled(site, tmp_path, IGS)
    assert len(site.asked_for("/igs/")) == 3
    assert (done.status, {kind for kind, _ in done.problems}) == (1, {"pages_repeat", "pages_missing"})
    assert done.ledger[0][-1] == 0


JSONP = "/govsearch/jsonp/zf_jd_list.jsp?page=1&lb=134657&callback=result&sword=&pubURL=http%3A%2F%2Fxxgk.county.gov.cn%2F&channelId=134657"


def test_a_list_of_govsearch_in_jsonp(tmp_path: Path) -> None:
    with GoldenSite("trs_igs", "jsonp_*") as site:
        done = crawled(site, tmp_path, JSONP)
    assert site.asked_for("jsonp") == [
        JSONP.replace("page=1", f"page={n}") for n in (1, 2, 3, 4)
    ]  # the fourth is empty
    assert (done.whole, done.ledger, done.family) == (True, [(None, 4, 7, 7, 1)], "trs_igs")
    assert [(row["published_on"], row["document_number"], row["publisher"]) for row in done.records.values()] == [
        (f"2020-12-0{n}", f"样发〔2020〕{n}号", "样本局") for n in range(1, 8)
    ]
    assert list(done.records) == TITLES


def test_a_service_that_gives_its_last_page_again_has_ended(tmp_path: Path) -> None:
    def last_again(request: SiteRequest) -> Served:
        return site.answered(replace(request, query={**request.query, "page": min("3", request.query["page"])}))

    with GoldenSite("trs_igs", "jsonp_*") as site:
        site.answers["/govsearch/jsonp/zf_jd_list.jsp"] = last_again
        done = crawled(site, tmp_path, JSONP)
    assert (done.whole, done.ledger) == (True, [(None, 3, 7, 7, 1)])


def test_a_list_of_govsearch_in_html(tmp_path: Path) -> None:
    with GoldenSite("trs_igs", "govsearch_*") as site:
        done = crawled(site, tmp_path, "/govsearch/search.jsp?SType=1")
    assert site.asked_for("govsearch") == [f"/govsearch/search.jsp?SType=1{end}" for end in ("", "&page=2", "&page=3")]
    assert (done.whole, done.ledger, done.family) == (True, [(3, 3, 7, 7, 1)], "trs_igs")
    assert {
        title: (row["index_number"], row["created_on"], row["document_number"]) for title, row in done.records.items()
    } == {f"样本通知之{n}": (f"000-{n}", f"2020-12-0{n}", f"样发〔2020〕{n}号") for n in range(1, 8)}


def test_a_search_page_of_irs(tmp_path: Path) -> None:
    with GoldenSite("trs_igs", "irs_*") as site:
        done = crawled(
            site,
            tmp_path,
            "/irs-c-web/search.shtml?code=17d1d69fedf&dataTypeId=259&searchWord=%E9%80%9A%E7%9F%A5&tenantId=128",
        )
    assert (done.whole, done.ledger) == (True, [(3, 3, 7, 7, 1)])
    assert (done.family, done.reason) == ("trs_igs", "a search page of IRS with its code")
    assert [(row["published_on"], row["publisher"]) for row in done.records.values()] == [
        (f"2020-12-0{n}", "样本局") for n in range(1, 8)
    ]
    assert list(done.records) == TITLES


def test_a_probe_of_a_search_page_of_irs_says_that_its_list_goes_on() -> None:
    address = "irs-c-web/search.shtml?code=17d1d69fedf&dataTypeId=259&searchWord=%E9%80%9A%E7%9F%A5&tenantId=128"
    with GoldenSite("trs_igs", "irs_*") as site:
        page = json.loads(CliRunner().invoke(probe, [site.url + address, "--json", "--delay", "0"]).stdout)
    assert (page["page"], len(page["rows"]), page["pages"], page["doubts"]) == ("list", 3, 3, [])


# --- what an answer says ---

LIST = "http://www.county.gov.cn/igs/front/search/list.html?pageNumber=2"


def igs_answer(**told: object) -> Answer:
    said = {"content": [{"BT": "样本"}], "total": "38546", "pageNumber": 2, "totalPages": 1000, **told}
    return Answer(LIST, json.dumps({"page": said}))


def test_totals_as_texts_and_pages_up_to_the_last() -> None:
    assert FAMILY.read(igs_answer()).paging == Paging(1000, 38546, LIST.replace("=2", "=3"))
    assert FAMILY.read(igs_answer(pageNumber=1000)).paging == Paging(1000, 38546)
    assert FAMILY.read(igs_answer(total=None, totalPages="2")).paging == Paging(2, None)


def test_an_empty_page_ends_a_list_and_an_error_does_not() -> None:
    assert FAMILY.read(igs_answer(content=[])).ended
    assert FAMILY.read(Answer(LIST, '{"num": 0, "data": []}')).ended
    for error in (
        '{"code": 500}',
        '{"page": null}',
        '{"page": {"content": null}}',
        '{"data": {"msg": "样本"}}',
        "[]",
        '"x"',
    ):
        assert FAMILY.read(Answer(LIST, error)) == FAMILY.read(Answer(LIST, "{}"))
        assert not FAMILY.read(Answer(LIST, error)).ended


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"BT": "甲", "bt": "乙"}, {"title": "甲"}),
        ({"title": "样<em>本</em>...", "title_no_tag": "样本全名"}, {"title": "样本全名"}),
        ({"DOCTITLE": "甲", "FileName": "甲的文件名", "FWZH": "无"}, {"title": "甲的文件名"}),
        ({"BT": "甲", "FBRQ": "2006-08-20T18:59:36.000Z", "CWRQ": "2006-08-20T00:00:00.000+0800"},
         {"title": "甲", "published_on": "2006-08-21", "created_on": "2006-08-20"}),
        ({"BT": "甲", "PUBDATE": 1156100376000}, {"title": "甲", "published_on": "2006-08-21"}),
        ({"BT": "甲", "Effectivestate": "0", "AVAILABLE": True, "highlight": {}}, {"title": "甲"}),
    ],
)  # fmt: skip
def test_keys_of_different_sites(said: dict[str, Any], fields: dict[str, str]) -> None:
    (row,) = FAMILY.read(igs_answer(content=[said])).rows
    assert (row.url, row.fields) == (None, fields)


@pytest.mark.parametrize(("total", "goes_on"), [(5, True), (4, False)])
def test_a_list_of_govsearch_ends_with_the_last_of_its_rows(total: int, goes_on: bool) -> None:
    records = [
        {"puburl": f"http://x/{number}.html", "tip": {"title": title}} for number, title in enumerate(TITLES[:2])
    ]
    answer = Answer("http://x/govsearch/jsonp/l.jsp?page=2", json.dumps({"num": total, "data": records}))
    assert (FAMILY.read(answer).paging.next_url is not None) == goes_on


def test_objects_that_say_nothing_are_no_rows() -> None:
    assert (
        FAMILY.read(igs_answer(content=[{}, None, "x", {"highlight": {}}, {"DOCPUBURL": "http://x/"}, {"BT": ""}])).rows
        == ()
    )


@pytest.mark.parametrize(
    ("url", "text", "family"),
    [
        (LIST, "{}", "trs_igs"),
        ("http://x/", '{"page": {"content": [], "orderProperty": "FBRQ"}}', "trs_igs"),
        ("http://x/", '{"data": {"middle": {"list": []}}}', "trs_igs"),
        ("http://x/", 'result({"num": 1, "data": [{"puburl": "http://x/1.html"}]})', "trs_igs"),
        ("http://x/govsearch/search.jsp", "<p>样本</p>", "trs_igs"),
        ("http://x/", '{"page": {"content": [], "totalElements": 3}}', "plain"),
        ("http://x/", '{"data": {"total": 1, "results": [{"url": "http://x/1.html"}]}}', "plain"),
        ("http://x/", "<form action='http://x/govsearch/simp_gov_list.jsp'>", "plain"),
        ("http://x/search?code=17d1d69fedf", "<p>样本</p>", "plain"),
    ],
)
def test_what_marks_an_answer(url: str, text: str, family: str) -> None:
    assert detect(Answer(url, text)).family.name == family


KEYS = ["page", "content", "data", "middle", "list", "listAndBox", "pager", "pageNo", "pageCount", "total", "tip", "puburl", "BT",
        "orderProperty", "num"]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner)),
       st.none() | st.sampled_from(["{}", "x", '{"pageNo": 1}', "[1]"]))  # fmt: skip
def test_any_data_is_read(said: object, form: str | None) -> None:
    for url in (LIST, "http://x/irs/front/search", "http://x/s?code=17d1d69fedf"):
        answer = Answer(url, json.dumps(said), form)
        FAMILY.marks(answer)
        for row in FAMILY.read(answer).rows:
            assert row.source_fields
