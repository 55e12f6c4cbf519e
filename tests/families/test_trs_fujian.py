"""TRS in Fujian: first pages static in one HTML, the others by POST from a search service (portals.md §2.3)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import Paging
from crawler.families.detection import detect
from crawler.families.trs_fujian import FAMILY
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site
from tests.families.whole import listed, trs_page, trs_record

LIST = "https://www.county.gov.cn/zwgk/ghxx/gzjzqk/"
SERVICE = "https://www.county.gov.cn/fjdzapp/search"
COUNT, SIZE = 13, 3

TITLES = [f"样本工作情况之{number}" for number in range(1, COUNT + 1)]


def place(number: int) -> str:
    """The path of a record's page; one stands in another column."""
    folder = "zfxxgk/gzdt" if number == 2 else "ghxx/gzjzqk"
    return f"/zwgk/{folder}/202404/t202404{number:02}_9{number:02}.htm"


def address(number: int) -> str:
    return place(number).replace("/zwgk/ghxx/gzjzqk/", "./").replace("/zwgk/", "../../")


def static_row(number: int) -> str:
    title = TITLES[number - 1]
    return (
        f'<li><a href="{address(number)}" target="_blank" title="{title}">{title[:5]}...</a><em id="rel_9{number:02}"></em>'
        f'<span class="bf-pass">2024-04-{number:02}</span></li>'
    )


TEMPLATE = """<div ms-visible="!showStatic"><ul ms-if="list.length==0"><div ms-if="error">暂无数据</div></ul><ul ms-if="list.length>0">
<li ms-repeat="list" ms-if-loop="$index<5"><a ms-attr-title="el.doctitle_cp" ms-attr-href="el.chnldocurl" ms-text="el.doctitle|html"></a>
<span ms-text="el.docreltime | date2('yyyy-MM-dd')" class="bf-pass"></span></li></ul></div>"""
SCRIPT = """<script>var SiteInfo = {{ itpSiteId: 21, searchId: 200210, defaultPgTemp: "pgBar.html" }};</script><script>
var pageChnlInfo={{ quickMode:"动静结合", maxStaticIndex: 2, classsql: "" || "chnlid=1780", recordCount:'{0}', sortfield:'-docorderpri,-docreltime',
 prepage:3, cache:true }}
if(ColumnName.indexOf("图")>-1){{ pageChnlInfo.prepage = 12; }}
require(['list2.trsapi'], function(listModel) {{ listModel({{ quickMode:pageChnlInfo.quickMode, maxStaticIndex: pageChnlInfo.maxStaticIndex,
 listArgs: {{ channelid: SiteInfo.searchId, classsql: pageChnlInfo.classsql }}, listApi: {{
 url: "/fjdzapp/search" }}, pagebar: {{ recordCount: pageChnlInfo.recordCount, prepage: pageChnlInfo.prepage||15 }} }}) }})</script>"""


def static_page(shown: int = 6, count: int = COUNT) -> str:
    """The list's HTML: so many rows in blocks of two, a template, what the script says."""
    numbers = [range(first, min(first + 2, shown + 1)) for first in range(1, shown + 1, 2)]
    blocks = "".join(
        f'<div ms-visible="$showStatic({block[0]})"><ul>{"".join(map(static_row, block))}</ul><div class="dashed"></div></div>'
        for block in numbers
    )
    menu = '<ul><li><a href="../ztgh/" title="样本规划">样本规划</a></li><li class="on"><a href="./">工作情况</a></li></ul>'
    landing = '<ul><li><a href="javascript:void(0);">样式</a><span>11-09</span><span>2023-11-09</span></li></ul>'
    body = f'{menu}{landing}<div ms-controller="list" des="工作情况"><div ms-visible="showStatic">{blocks}</div>{TEMPLATE}</div>'
    return trs_page(body + SCRIPT.format(count))


def served(number: int) -> dict[str, object]:
    """A record as the service gives it: the shown title marked up and cut, the whole one beside it, an address of its own."""
    title = TITLES[number - 1]
    return {
        "doctitle": f"<em>{title[:4]}</em>...",
        "doctitle_cp": title,
        "chnldocurl": f"http://{{host}}{place(number)}",
        "docreltime": f"2024-04-{number:02} 09:30:00",
        "idxid": f"PZ00108-2024-{number:05}",
        "puborg": "样本局",
        "fileno": None,
    }


def service(asked: Asked) -> Served:
    form = {name: values[0] for name, values in parse_qs(asked.form or "").items()}
    wanted = {"channelid": "200210", "classsql": "chnlid=1780", "prepage": "3", "sortfield": "-docorderpri,-docreltime"}
    if not wanted.items() <= form.items():
        return Served('{"code": 500}', status=500)
    first = (int(form["page"]) - 1) * SIZE
    data = [served(number) for number in range(first + 1, min(first + SIZE, COUNT) + 1)]
    text = json.dumps({"pageCount": 5, "data": data}, ensure_ascii=False).replace("{host}", asked.headers["host"])
    return Served(text, content_type="application/json; charset=utf-8")


def site_of(**changed: Any) -> Site:
    details = {place(number): trs_record(title) for number, title in enumerate(TITLES, 1)}
    return Site({"/zwgk/ghxx/gzjzqk/": static_page(), "/fjdzapp/search": service, **details, **changed})


def test_static_pages_and_then_a_service(tmp_path: Path) -> None:
    with site_of() as site:
        done = listed(site, tmp_path, "/zwgk/ghxx/gzjzqk/")
        assert [path for path in site.requests if path == "/fjdzapp/search"] == ["/fjdzapp/search"] * 3
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 5, 5, COUNT, COUNT, 1)]
    ((family, reason),) = done.families.values()
    assert family == "trs_fujian"
    assert "$showStatic" in str(reason)
    assert [(title, row["published_on"]) for title, row in done.records.items()] == [
        (title, f"2024-04-{number:02}") for number, title in enumerate(TITLES, 1)
    ]
    assert str(done.records[TITLES[1]]["url"]) == site.url + "zwgk/zfxxgk/gzdt/202404/t20240402_902.htm"
    last = done.records[TITLES[-1]]
    assert (last["index_number"], last["publisher"], last["document_number"]) == ("PZ00108-2024-00013", "样本局", None)
    assert last["url"] == site.url + "zwgk/ghxx/gzjzqk/202404/t20240413_913.htm"


def test_a_page_that_the_service_has_not_is_noticed(tmp_path: Path) -> None:
    def lacking(asked: Asked) -> Served:
        return Served(status=404) if "page=4&" in (asked.form or "") else service(asked)

    with site_of(**{"/fjdzapp/search": lacking}) as site:
        done = listed(site, tmp_path, "/zwgk/ghxx/gzjzqk/")
    assert done.ledger == [("通知公告1", 5, 3, COUNT, 9, 0)]
    assert (done.status, set(done.problems)) == (1, {"not_found"})


def test_a_service_that_answers_with_an_error_ends_no_list(tmp_path: Path) -> None:
    def failing(_: Asked) -> Served:
        return Served('{"code": -1, "msg": "样本错误"}', content_type="application/json")

    with site_of(**{"/fjdzapp/search": failing}) as site:
        done = listed(site, tmp_path, "/zwgk/ghxx/gzjzqk/")
    assert done.ledger == [("通知公告1", 5, 2, COUNT, 6, 0)]
    assert (done.status, set(done.problems)) == (1, {"list_without_rows"})


def test_a_list_whose_pages_are_all_static_asks_no_service(tmp_path: Path) -> None:
    with site_of(**{"/zwgk/ghxx/gzjzqk/": static_page(shown=COUNT)}) as site:
        done = listed(site, tmp_path, "/zwgk/ghxx/gzjzqk/")
        assert "/fjdzapp/search" not in site.requests
    assert (done.status, done.ledger) == (0, [("通知公告1", 5, 5, COUNT, COUNT, 1)])


def test_a_list_without_static_pages_comes_from_the_service(tmp_path: Path) -> None:
    with site_of(**{"/zwgk/ghxx/gzjzqk/": static_page(shown=0)}) as site:
        done = listed(site, tmp_path, "/zwgk/ghxx/gzjzqk/")
    assert (done.status, done.ledger) == (0, [("通知公告1", 5, 5, COUNT, COUNT, 1)])
    assert list(done.records) == TITLES


# --- what a page says ---


def paging(html: str) -> Paging:
    return FAMILY.read(Answer(LIST, html)).paging


def test_a_page_that_is_not_full_is_asked_for_again() -> None:
    read = paging(static_page(shown=5))
    assert (read.pages_claimed, read.rows_claimed, read.pages_here) == (5, 13, 1)
    assert "page=2&" in str(read.next_form)


@pytest.mark.parametrize("lost", ["classsql", "searchId", "listApi"])
def test_a_script_that_does_not_say_how_to_ask_on(lost: str) -> None:
    assert paging(static_page().replace(lost, "other")) == Paging(5, 13, pages_here=2)


def test_a_page_without_counts() -> None:
    assert paging("<ul ms-visible='$showStatic(1)'><li><a href=1.htm>样本</a>2024-01-01</li></ul>") == Paging()


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


def test_a_record_without_an_address_is_kept_and_times_are_days_in_china() -> None:
    said = {"data": [{"doctitle_cp": "样本甲", "chnldocurl": "", "docreltime": 1711900800000}, RECORD]}
    first = FAMILY.read(Answer(SERVICE, json.dumps(said), FORM)).rows[0]
    assert (first.url, first.fields) == (None, {"title": "样本甲", "published_on": "2024-04-01"})


def test_addresses_on_the_same_host_are_asked_for_as_the_list_was() -> None:
    hosts = ("http://www.county.gov.cn/1.htm", "http://other.county.gov.cn/1.htm", "https://www.county.gov.cn/2.htm")
    said = {"data": [{**RECORD, "chnldocurl": url} for url in hosts]}
    assert [row.url for row in FAMILY.read(Answer(SERVICE, json.dumps(said), FORM)).rows] == [
        "https://www.county.gov.cn/1.htm",
        "http://other.county.gov.cn/1.htm",
        "https://www.county.gov.cn/2.htm",
    ]


# --- what marks it ---


def test_what_marks_a_page() -> None:
    for html in (static_page(), static_page(shown=0), json.dumps({"data": [RECORD]})):
        assert detect(Answer(LIST, html)).family.name == "trs_fujian"
    assert (
        detect(Answer(LIST + "202404/t20240401_1.htm", "<html ms-controller='root'>样本</html>")).family.name
        == "trs_fujian"
    )
    assert (
        detect(Answer("https://www.county.gov.cn/art/1.html", "<html ms-controller='root'>样本</html>")).family.name
        == "plain"
    )


@settings(deadline=None, max_examples=100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["data", "docs", "pageCount", "count", "chnldocurl", "doctitle", "docreltime"]), inner)),
       st.none() | st.sampled_from([FORM, "page=x", "{}"]))  # fmt: skip
def test_any_data_is_read(data: object, form: str | None) -> None:
    answer = Answer(SERVICE, json.dumps(data), form)
    FAMILY.marks(answer)
    for row in FAMILY.read(answer).rows:
        assert row.url is None or row.url.startswith("http")
