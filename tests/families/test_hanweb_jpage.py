"""Hanweb columns paged by jpage, written after portals.md §2.4: a county whose service is of the older or of the newer kind."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.families.detection import FAMILIES
from crawler.services.answer import Answer
from tests.conftest import rows
from tests.families.golden_site import GoldenSite, crawled
from tests.golden_pages import golden_page
from tests.hostile import lines_run, markup

JPAGE = FAMILIES["hanweb_jpage"]
HOST = "http://www.county.gov.cn"
COLUMN = "/col/col76841/index.html"
SERVICE = "/module/web/jpage/dataproxy.jsp"
TITLES = [f"关于样本事项之{number}的通知（仅供测试）" for number in range(1, 18)]


@pytest.mark.parametrize(
    ("first", "services", "url", "requests"),
    [
        ("column_with_a_datastore_beside_anothers", "service_*", "/col/col76841/index.html", 3),
        ("column_before_a_service_of_windows", "service_of_windows_*", "/col/col76844/index.html", 3),
        ("older_column_with_rows_in_an_array", "older_service_*", "/col/col76841/index.html?older", 2),
        ("older_column_before_a_service_in_jsonp", "jsonp_*", "/col/col76845/index.html", 2),
    ],
)
def test_a_county_is_crawled_whole(tmp_path: Path, first: str, services: str, url: str, requests: int) -> None:
    with GoldenSite("hanweb_jpage", first, services, "record_*") as site:
        done = crawled(site, tmp_path, url)
    assert done.whole, done.problems
    assert len(site.asked_for(SERVICE)) == len(set(site.asked_for(SERVICE))) == requests
    assert (done.family, "a pager of jpage" in done.reason) == ("hanweb_jpage", True)
    assert rows(done.db, "SELECT path FROM catalogs") == [{"path": "首页 > 样本公开"}]
    assert list(done.records) == TITLES
    assert done.records[TITLES[0]] == {
        "url": "/art/2020/3/1/art_46143_9001.html", "index_number": "0140013/2020-00001", "published_on": "2020-03-01",
        "body": "样本正文之1，仅供测试。", "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2020-03-{number:02}" if number != 11 else None for number in range(1, 18)]
    assert done.records[TITLES[7]]["url"] == "http://mp.weixin.qq.com/s/sample"
    assert "#row-" in str(done.records[TITLES[8]]["url"])
    assert done.records[TITLES[9]]["document_number"] == "样本办函〔2020〕1号"
    assert done.flags() == {TITLES[7]: ["off_site"], TITLES[10]: ["date_unreadable"]}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (golden_page("hanweb_jpage/service_that_obeys_nothing").text, "pages_repeat"),
        ("<datastore><recordset></recordset></datastore>", "list_without_rows"),
    ],
    ids=["obeys nothing", "gives nothing"],
)
def test_a_service_that_fails_leaves_the_list_incomplete(tmp_path: Path, answer: str, kind: str) -> None:
    with GoldenSite("hanweb_jpage", "column_with_a_datastore_beside_anothers") as site:
        site.answers[SERVICE] = answer
        done = crawled(site, tmp_path, "/col/col76841/index.html")
    assert len(site.asked_for(SERVICE)) <= 2
    assert (done.status, kind in dict(done.problems)) == (1, True)
    assert [walk[2:] for walk in done.ledger] == [(17, 6, 0)]


def test_rows_that_stand_in_the_page_besides_are_not_doubled() -> None:
    alone, besides = (
        (golden_page(f"hanweb_jpage/{name}").expected() or {})["read"]["list"]["rows"]
        for name in ("column_with_a_datastore_beside_anothers", "column_with_the_same_rows_in_html")
    )
    assert (alone, len(alone)) == (besides, 6)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<datastore>", "<record>", "<![CDATA[", "]]>", "</record>", "<nextgroup>", "</recordset>",
                                                   "dataStore=['", "\\u12", "',", ".jpage({", "ajaxParam:x", "totalRecord:", "proxyUrl:'//["])), max_size=30)
       .map("".join), st.sampled_from([COLUMN, SERVICE, f"{SERVICE}?page=x&startrecord=-1&endrecord=99999999999"]))  # fmt: skip
def test_any_text_is_read(text: str, path: str) -> None:
    answer = Answer(HOST + path, text)
    JPAGE.marks(answer)
    JPAGE.read(answer)


@pytest.mark.parametrize(
    "unit",
    ["<datastore><record>", "<record><![CDATA[<li>a", "dataStore=['a", ".jpage({ajaxParam:a", "<nextgroup>href='"],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: JPAGE.read(large)) < 5 * lines_run(lambda: JPAGE.read(small))
