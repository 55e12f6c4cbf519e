"""No page, whatever it holds, makes a family raise, and none of one product is claimed by another."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.evidence.text_encoding import encoding_of
from archive.model.observations import Paging
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.hostile import markup, texts
from tests.saved_pages import needs_saved_pages, saved_pages

SAVED = saved_pages(".html", ".xml", ".json")
OF_ITS_OWN = {"deya": "deya", "gkmlpt": "gkmlpt", "hanweb_jpage": "hanweb", "hanweb_xxgk": "", "jpaas": "jpaas", "lonsun": "lonsun",
              "ucap": "ucap", "vsb": "vsb"}  # fmt: skip
"""Of families without marks on others' pages, the folder of saved pages of their own."""

HEX = "0123456789abcdef" * 2
_SCRAPS = (
    "createPageHTML('page_div',3, 1,'list','shtml',6);", "createPageHTML(21, 0, \"index\", \"html\")", f'<meta name="channelId" content="{HEX}">',
    f"var u = '/common/search/{HEX}?_isJson=true&_pageSize=2&page=';", f"channelId = '{HEX}'", "<publishtime>2017-05-15</publishtime>",
    "<publishtime>", "<li id=line_u8_0><a href=1.htm>样本</a>", "<li id=line_u8_>", "<span class=p_pages>", 'Ls.ajax({url: "/site/label/8888",',
    "data: {pageIndex: n, organId: x, catId: '3'}", "pageCount: 9", "<ul class=xxgk_nav_list><li><a>样本</a>2017-12-19", "/info/iList.jsp?cur_page=3",
    "<a href='?cur_page=2'>2</a>", "<a onclick=\"go('list_2.html')\">下一页</a>", "<select onchange=x><option value='?page=2'>2", "共3页 1/3",
)  # fmt: skip
pages = st.lists(st.one_of(st.sampled_from(_SCRAPS), markup, texts), max_size=6).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["data", "results", "list", "page", "rows", "total", "title", "url", "domainMetaList", "resultList", "name", "value"]),
        inner,
        max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip
ADDRESSES = (
    "http://www.csx.gov.cn/", "http://www.csx.gov.cn/zwgk/list.html", "http://www.csx.gov.cn/info/iList.jsp?cat_id=1&cur_page=2",
    f"http://www.csx.gov.cn/common/search/{HEX}?_isJson=true&page=2", "http://www.csx.gov.cn/site/label/8888?pageIndex=x",
    "http://www.csx.gov.cn/OpennessContent/showList/1/2/page_1.html", "file:///x.html", "",
)  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
@settings(deadline=None, max_examples=60)
@given(pages | values.map(json.dumps), st.sampled_from(ADDRESSES))
def test_any_page_is_read(name: str, text: str, url: str) -> None:
    family, answer = FAMILIES[name], Answer(url, text)
    assert all(reason.strip() for reason in family.marks(answer))
    read = family.read(answer)
    assert not (read.ended and read.rows)
    assert all(row.url or row.source_fields for row in read.rows)
    assert read.paging.next_url is None or read.paging.next_url != url
    assert all(row.url is None or row.url.startswith(("http://", "https://")) for row in read.rows)
    page = family.record(answer)
    assert page is None or page.url == url
    assert detect(answer).reason


@needs_saved_pages
@pytest.mark.parametrize("name", OF_ITS_OWN)
def test_saved_pages_of_other_products_have_no_marks(name: str) -> None:
    for path in SAVED:
        body = path.read_bytes()
        answer = Answer("http://www.csx.gov.cn/zwgk/list.html", body.decode(encoding_of(body), errors="replace"))
        assert path.parent.name == OF_ITS_OWN[name] or FAMILIES[name].marks(answer) == (), path
        assert name != "gkmlpt" or FAMILIES[name].record(answer) is None


@pytest.mark.parametrize(
    ("name", "url", "text"),
    [
        ("deya", "http://www.csx.gov.cn/list.jsp?cur_page=2", "<div id=attribute></div>"),
        ("lonsun", "http://www.csx.gov.cn/public/list.html", "<script>var urls.ajax = 1</script>"),
        ("ucap", "http://www.csx.gov.cn/xx/201712/t20171219_1.shtml", "createPageHTML(3, 0, 'list', 'shtml')"),
        ("vsb", "http://www.csx.gov.cn/info/1039/3201.htm", "<p>样本</p>"),
    ],
)
def test_what_marks_no_page(name: str, url: str, text: str) -> None:
    assert FAMILIES[name].marks(Answer(url, text)) == ()


HOST = "http://www.csx.gov.cn"
OTHER = "f" * 32
TWO_SERVICES = "".join(
    f"<script>u = '/common/search/{name}?_isJson=true&_pageSize=2'</script>" for name in (HEX, OTHER)
)
ARTICLES = [{"title": f"样本通知之{n}", "url": f"{HOST}/{n}.html", "puburl": f"/{n}.html"} for n in (1, 2)]


@pytest.mark.parametrize(
    ("name", "path", "text", "paging"),
    [
        ("gkmlpt", "/gkmlpt/api/all/1?page=1&sid=7", {"total": 1, "articles": ARTICLES},  # more than there are: it counts wrongly
         Paging(None, 1, f"{HOST}/gkmlpt/api/all/1?page=2&sid=7")),
        ("trs_igs", "/govsearch/list.jsp?page=2", {"num": 5, "data": ARTICLES}, Paging(None, 5, f"{HOST}/govsearch/list.jsp?page=3")),
        ("trs_igs", "/govsearch/list.jsp?page=2", {"num": 4, "data": ARTICLES}, Paging(None, 4)),
        ("lonsun", "/public/column/1?catId=7", "<li><a href=1.html>样本通知</a> 2018-03-01</li><script>visits = {total: 98}</script>", Paging()),
        ("ucap", "/csx/list.shtml", f"{TWO_SERVICES}<script>channelId = '{OTHER}'</script>",
         Paging(next_url=f"{HOST}/common/search/{OTHER}?_isJson=true&_pageSize=2&page=1")),
        ("hanweb_xxgk", "/col/col7/index.html", '<a href="/module/xxgk/search.jsp?infotypeId=A1&amp;area=x7">样本</a>',
         Paging(None, None, f"{HOST}/module/xxgk/search.jsp", "infotypeId=A1&area=x7&currpage=1")),
    ],
)  # fmt: skip
def test_how_a_list_goes_on(name: str, path: str, text: object, paging: Paging) -> None:
    read = FAMILIES[name].read(Answer(HOST + path, text if isinstance(text, str) else json.dumps(text)))
    assert read.paging == paging


STORE = "<datastore><nextgroup><![CDATA[<a href='/dataproxy.jsp?columnid={0}&unitid=1'></a>]]></nextgroup><recordset>{1}</recordset></datastore>"
ROW = "<table><tr class=tr_main_value_odd><td>{}</td></tr></table>"
RECORD = "<record><![CDATA[<li><a href='/art/{0}.html'>样本通知之{0}</a>2018-03-01</li>]]></record>"


@pytest.mark.parametrize(
    ("name", "url", "text", "addresses"),
    [
        ("hanweb_jpage", f"{HOST}/col/col768/index.html",
         STORE.format(7684, RECORD.format(1) + RECORD.format(2)) + STORE.format(768, RECORD.format(3)), ["/art/3.html"]),
        ("hanweb_xxgk", f"{HOST}/module/xxgk/search.jsp",
         ROW.format(f"<a href=1.html>样本甲</a><td>{ROW.format('<a href=2.html>样本乙</a>')}"), ["/module/xxgk/1.html"]),
        ("trs_fujian", f"https{HOST[4:]}/fjdzapp/search", json.dumps({"data": [{"doctitle": "样本", "chnldocurl": f"{HOST}/1.htm"}]}),
         [f"https{HOST[4:]}/1.htm"]),
    ],
)  # fmt: skip
def test_which_rows_are_a_list_s_own(name: str, url: str, text: str, addresses: list[str]) -> None:
    assert [(row.url or "").removeprefix(HOST) for row in FAMILIES[name].read(Answer(url, text)).rows] == addresses


def test_catalogues_of_a_place_below_a_folder_stand_there() -> None:
    page = Answer(f"{HOST}/xyz/gkmlpt/index", "<script>window._CONFIG = {TREE: [{id: 10, name: '政务公开'}]}</script>")
    assert [*FAMILIES["gkmlpt"].catalogues(page)] == [("政务公开", f"{HOST}/xyz/gkmlpt/index#10")]


def test_neighbours_are_no_reason_where_a_page_s_own_marks_are() -> None:
    page = Answer(f"{HOST}/1.htm", "<!-- Announced by Visual SiteBuilder 9 -->")
    assert detect(page, ("vsb",), "9 of 10 neighbours").reason == "a comment says Visual SiteBuilder"
