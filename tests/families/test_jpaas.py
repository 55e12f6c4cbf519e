"""Hanweb's jpaas, written after portals.md §2.4: a county whose lists are built by a service, unit by unit."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage
from crawler.families.detection import FAMILIES
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import rows
from tests.families.golden_site import GoldenSite, crawled
from tests.golden_pages import golden_page
from tests.hostile import lines_run, markup

JPAAS = FAMILIES["jpaas"]
COLUMN = "/col/col1554467/index.html"
SERVICE = "/api-gateway/jpaas-publish-server/front/page/build/unit"
HOST = "http://www.county.gov.cn"
TITLES = [f"样本县关于样本事项之{number}的通知（仅供测试）" for number in range(1, 12)]


@pytest.mark.parametrize(
    ("first", "url", "requests", "claimed"),
    [
        ("column_built_later_beside_other_units", COLUMN, 3, (3, 4, 11)),
        ("column_with_its_first_rows", "/col/col1554468/index.html", 2, (3, 3, 11)),
        ("column_before_units_without_a_pager", "/col/col1554469/index.html", 4, (None, 5, None)),
    ],
)
def test_a_county_is_crawled_whole(
    tmp_path: Path, first: str, url: str, requests: int, claimed: tuple[int | None, ...]
) -> None:
    with GoldenSite("jpaas", first, "unit_*", "unpaged_unit_*", "record_*") as site:
        done = crawled(site, tmp_path, url)
    assert len(site.asked_for(SERVICE)) == requests
    assert done.whole, done.problems
    assert done.ledger == [(*claimed, 11, 1)]
    assert (done.family, done.reason) == ("jpaas", "a list built by jpaas-publish-server")
    assert rows(done.db, "SELECT path FROM catalogs") == [{"path": "首页 > 样本公开"}]
    assert list(done.records) == TITLES
    assert done.records[TITLES[0]] == {
        "url": f"/col/col1554467/art/2020/art_{1:032x}.html", "index_number": "0025000/2020-00001", "published_on": "2020-03-01",
        "body": "样本正文之1，仅供测试。", "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2020-03-{n:02}" if n != 6 else None for n in range(1, 12)]
    assert done.records[TITLES[3]]["url"] == "http://mp.weixin.qq.com/s/sample"
    assert done.flags() == {TITLES[3]: ["off_site"], TITLES[5]: ["date_unreadable"]}


def test_a_server_that_gives_page_1_to_every_request_leaves_the_list_incomplete(tmp_path: Path) -> None:
    first = golden_page("jpaas/unit_first_rows").text
    with GoldenSite("jpaas", "column_with_its_first_rows") as site:
        site.answers[SERVICE] = Served(first, content_type="application/json")
        done = crawled(site, tmp_path, "/col/col1554468/index.html")
    assert len(site.asked_for(SERVICE)) == 1
    assert (done.status, [kind for kind, _ in done.problems]) == (1, ["off_site", "list_without_rows"])
    assert [walk[3:] for walk in done.ledger] == [(4, 0)]


@pytest.mark.parametrize(("requested", "is_read"), [(1, False), (2, True), (3, False)])
def test_nothing_is_read_of_an_answer_that_gives_another_page(requested: int, is_read: bool) -> None:
    markup = f"<ul><li><a href=/art/1.html>{TITLES[0]}</a><span>2020-03-01</span></li></ul><div count=31 rows=15 pageNo=2 queryData=''></div>"
    url = f'{HOST}{SERVICE}?paramJson={{"pageNo":{requested},"pageSize":15}}'
    assert bool(JPAAS.read(Answer(url, json.dumps({"data": {"html": markup}}))).rows) == is_read


@pytest.mark.parametrize(("number", "ended"), [(1, False), (2, True)])
def test_an_answer_without_rows_is_the_lists_end_unless_it_is_the_first(number: int, ended: bool) -> None:
    url = f'{HOST}{SERVICE}?paramJson={{"pageNo":{number},"pageSize":15}}'
    for text in ('{"data":{"html":""}}', '{"data":null}', "", "<p>样本错误</p>"):
        assert JPAAS.read(Answer(url, text)) == ListPage((), ended=ended)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<div queryData=\"{'webId':'1','tplSetId':'2','pageId':'3'}\" url='" + SERVICE + "'>", SERVICE,
                                                   "<p count=3 rows=0 pageNo=x queryData=''>", "'webId':'", "tplSetId='9'"])), max_size=30).map("".join),
       st.sampled_from([COLUMN, SERVICE, f"{SERVICE}?paramJson=[", f"{SERVICE}?paramJson=%7B%22pageNo%22:%22x%22%7D"]))  # fmt: skip
def test_any_text_is_read(text: str, path: str) -> None:
    for said in (text, json.dumps({"data": {"html": text}})):
        answer = Answer(HOST + path, said)
        JPAAS.marks(answer)
        JPAAS.read(answer)


@pytest.mark.parametrize(
    "unit",
    [
        "<p queryData=\"{'a':'b',",
        f"<div url='{SERVICE}' queryData=\"{{'webId':'1'}}\">",
        "webId:'a",
        "<p count=1 rows=1>",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: JPAAS.read(large)) < 5 * lines_run(lambda: JPAAS.read(small))
