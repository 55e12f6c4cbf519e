"""TRS WCM: a site whose lists are files and whose pagers are written by scripts (portals.md §1, §2.2)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.tree import parse_html
from crawler.families import FAMILIES, Answer, detect
from crawler.families.pager import read_paging
from crawler.families.scripts import with_page
from crawler.items import Paging
from tests.conftest import Answer as Served
from tests.families.whole import SAMPLE, GoldenSite, crawled
from tests.hostile import lines_run, markup

LIST = "http://www.county.gov.cn/zwgk/gsgg/"


def test_a_directory_whose_pager_is_a_script(tmp_path: Path) -> None:
    with GoldenSite("trs", "directory_*", "record_with_text_in_trs_editor") as site:
        site.answers["/zwgk/gsgg/P020200103549500303101.pdf"] = Served(
            b"%PDF-1.4\n%%EOF", content_type="application/pdf"
        )
        done = crawled(site, tmp_path, "/zwgk/gsgg/")
    assert site.asked_for("/zwgk/gsgg/index") == ["/zwgk/gsgg/index_1.html", "/zwgk/gsgg/index_2.html"]
    assert done.ledger == [(3, 3, None, 7, 1)]
    assert (done.family, "records at tYYYYMMDD_<id>.html" in done.reason) == ("trs", True)
    assert {title: (row.get("published_on"), row["url"]) for title, row in done.records.items()} == {
        "样本公告之一": ("2020-01-09", "/zwgk/gsgg/202001/t20200109_101.html"),
        "样本公告之二，题目完整": ("2020-01-08", "/zwgk/gsgg/202001/t20200108_102.html"),
        "样本解读，在别的栏目": ("2020-01-07", "/zcjd/202001/t20200107_103.html"),
        "样本公告，在别的网站": ("2020-01-06", "http://other.example.org/202001/t20200106_104.html"),
        "样本公告，日期没有年份": (None, "/zwgk/gsgg/202001/t20200105_105.html"),
        "样本附件，直接链接": ("2020-01-03", "/zwgk/gsgg/P020200103549500303101.pdf"),
        "样本公告之七": ("2020-01-02", "/zwgk/gsgg/202001/t20200102_107.html"),
    }
    assert done.flags() == {"样本公告，在别的网站": ["off_site"], "样本公告，日期没有年份": ["date_unreadable"]}
    assert done.records["样本公告之一"].items() >= {"index_number": "000-1/2020-00101", "body": SAMPLE}.items()
    assert (done.status, [kind for kind, _ in done.problems]) == (
        1,
        ["attachment"],
    )  # the file that a row leads to has no text


def test_a_page_of_the_list_that_is_missing_is_noticed(tmp_path: Path) -> None:
    with GoldenSite("trs", "directory_whose_pager_is_a_script", "directory_rows_off_site_and_without_year") as site:
        done = crawled(site, tmp_path, "/zwgk/gsgg/")
    assert done.ledger == [(3, 2, None, 5, 0)]
    assert (done.status, [kind for kind, _ in done.problems]) == (1, ["not_found"])


def test_a_list_of_govsearch_that_says_its_number_of_rows_in_a_script(tmp_path: Path) -> None:
    with GoldenSite("trs", "govsearch_*") as site:
        done = crawled(site, tmp_path, "/pub/3300/index_7401.htm")
    assert site.asked_for("index_7401_") == ["/pub/3300/index_7401_1.htm", "/pub/3300/index_7401_2.htm"]
    assert (done.whole, done.ledger) == (True, [(3, 3, 7, 7, 1)])
    assert (done.family, "m_nRecordCount" in done.reason) == ("trs", True)
    names = ("index_number", "created_on", "document_number", "publisher", "topic")
    assert {title: [row[name] for name in names] for title, row in done.records.items()} == {
        f"样本决定书之{row}": [f"4000-{row}", f"2021-08-1{row}", f"〔2021〕{row}号", "样本局", "样本分类"]
        for row in range(1, 8)
    }


# --- pagers ---


def paging(html: str, url: str = LIST) -> Paging:
    return read_paging(parse_html(html), url)


def script(text: str, url: str = LIST) -> Paging:
    return paging(f"<script>{text}</script>", url)


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ("createPageHTML(21, 0, index, html)", Paging(21, None, LIST + "index_1.html")),
        ("createPageHTML( '21' , '3' , 'index' , '.shtml' )", Paging(21, None, LIST + "index_4.shtml")),
        ("createPageHTML(2,0,'index_7401','htm')", Paging(2, None, LIST + "index_7401_1.htm")),
        ("createPageHTML(2,0,'../gsgg/list','html')", Paging(2, None, LIST + "list_1.html")),
        ("var a = 'http://x/'; createPageHTML(3, 0, 'index', 'html')", Paging(3, None, LIST + "index_1.html")),
        ("createPageHTML(3, 0, 'index', 'html');// createPageHTML(9, 0, 'list', 'html')", Paging(3, None, LIST + "index_1.html")),
        ("// createPageHTML(9, 0, 'list', 'html')\ncreatePageHTML(3, 2, 'index', 'html')", Paging(3)),
        ("/* createPageHTML(9, 0, 'list', 'html')\n */ createPageHTML(3, 0, 'index', 'html')", Paging(3, None, LIST + "index_1.html")),
        ("<!--\ncreatePageHTML(3, 0, 'index', 'html');\n//-->", Paging(3, None, LIST + "index_1.html")),
        ("<!-- createPageHTML(3, 0, 'index', 'html');\n-->", Paging()),
        ("/* createPageHTML(3, 0, 'index', 'html');", Paging()),
        ("function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}", Paging()),
        ("function createPageHTML(divName, _nPageCount, _nCurrIndex, _sPageName, _sPageExt, _nPageSum){}", Paging()),
        # With a box to write to and the number of rows, pages are counted from 1.
        ("createPageHTML('page_div', 43, 1, 'list', 'shtml', 860)", Paging(43, 860, LIST + "list_2.shtml")),
        ("createPageHTML('page_div', 43, 42, 'list', 'shtml', 860)", Paging(43, 860, LIST + "list_43.shtml")),
        ("createPageHTML('page_div', 43, 43, 'list', 'shtml', 860)", Paging(43, 860)),
        ("createPageHTML(page_div, 2, 1, 'list', 'shtml')", Paging(2, None, LIST + "list_2.shtml")),
    ],
)  # fmt: skip
def test_calls_of_the_script(call: str, read: Paging) -> None:
    assert script(call) == read


HANDAN = ('var countnum= 6348;\nvar currentPage={0};\nvar prevPage=currentPage-1\nvar countPage=56//共多少页\nvar endPage=countPage-1\n'
          'document.write("<a href=\\"index.html\\" target=\\"_self\\" >首页</a>");')  # fmt: skip


@pytest.mark.parametrize(
    ("text", "url", "read"),
    [
        (HANDAN.format(0), LIST, Paging(56, 6348, LIST + "index_1.html")),
        (HANDAN.format(0), LIST + "index.html", Paging(56, 6348, LIST + "index_1.html")),
        (HANDAN.format(54), LIST + "index_54.html", Paging(56, 6348, LIST + "index_55.html")),
        (HANDAN.format(55), LIST + "index_55.html", Paging(56, 6348)),
        ("var countPage = 1", LIST, Paging(1)),
        ("var currentPage = 0; var countPage = 3; var kind = '.shtml'", LIST, Paging(3, None, LIST + "index_1.shtml")),
        ("var countPage = '3'; var file = \"list_\"; var kind = 'htm'", LIST, Paging(3, None, LIST + "list_1.htm")),
        ('var m_nRecordCount = "1234"; var m_nCurrPage = 0; var m_nPageSize = 20;', LIST + "nei.htm", Paging(62, 1234, LIST + "nei_1.htm")),
        ("var m_nRecordCount = 40; var m_nCurrPage = 1; var m_nPageSize = 20;", LIST + "nei_1.htm", Paging(2, 40)),
        ("var m_nRecordCount = 41;\nvar m_nCurrPage = 1;\nvar m_nPageSize = 20;", LIST + "haqj.jsp?Stype=2&page=2&channelid=1",
         Paging(3, 41, LIST + "haqj.jsp?Stype=2&page=3&channelid=1")),
        ("var m_nRecordCount = 41; var m_nPageSize = 20;", LIST + "haqj.jsp", Paging(3, 41, LIST + "haqj.jsp?page=2")),
        ('PageContext["RecordNum"] = 41; PageContext["PageSize"] = 20; m_nCurrPage = 0; // m_nRecordCount', LIST + "index.html",
         Paging(3, 41, LIST + "index_1.html")),
        ('var m_nRecordCount = ""; if(m_nRecordCount.length == 0){ m_nRecordCount = 0; } var m_nPageSize = 20;', LIST, Paging(0, 0)),
        ("var m_nRecordCount = count; var m_nPageSize = size;", LIST, Paging()),
        ("m_nRecordCount == 7; m_nPageSize == 2", LIST, Paging()),
    ],
)  # fmt: skip
def test_counts_in_a_script(text: str, url: str, read: Paging) -> None:
    assert script(text, url) == read


def test_a_script_in_a_comment_of_the_page_and_a_file_of_scripts_say_nothing() -> None:
    call = "createPageHTML(3, 0, 'index', 'html')"
    assert paging(f"<!-- <script>{call}</script> --><script src=page.js>{call}</script>") == Paging()


def test_a_pager_of_links_that_counts_its_pages_beside_a_number_in_bold() -> None:
    html = '<div>共有 <b>25</b> 页&nbsp;<a href="index_1.html">下一页</a><a href="index_9.html">下5页</a></div>'
    assert paging(html) == Paging(25, None, LIST + "index_1.html")


@pytest.mark.parametrize(
    ("url", "name", "changed"),
    [
        ("http://x/a?page=9&b=1#c", "page", "http://x/a?page=2&b=1#c"),
        ("http://x/a?prepage=9&page=1", "page", "http://x/a?prepage=9&page=2"),
        ("http://x/a?b=%5B1%5D", "page", "http://x/a?b=%5B1%5D&page=2"),
        ("http://x/a", "page", "http://x/a?page=2"),
        ("http://x/a?page=", "page", "http://x/a?page=2"),
    ],
)
def test_the_number_of_a_page_in_an_address(url: str, name: str, changed: str) -> None:
    assert with_page(url, name, 2) == changed


@settings(deadline=None, max_examples=150)
@given(markup, st.text())
def test_any_script_is_read(html: str, text: str) -> None:
    for said in ("createPageHTML(", "var countPage=5;", "m_nRecordCount=1;m_nPageSize=", ""):
        paging(f"<script>{said}{text}</script>{html}", LIST + "index.html")


@pytest.mark.parametrize(
    "unit",
    ["createPageHTML(", 'createPageHTML("', "/*createPageHTML", "'countPage", "createPageHTML( ", "countPage=\n"],
)
def test_work_grows_with_the_script_and_no_faster(unit: str) -> None:
    small, large = (parse_html(f"<script>{unit * times}</script>") for times in (100, 400))
    assert lines_run(lambda: read_paging(large, LIST)) < 5 * lines_run(lambda: read_paging(small, LIST))


# --- what marks it ---


def family_of(html: str, url: str = LIST) -> str:
    return detect(Answer(url, html)).family.name


@pytest.mark.parametrize(
    "html",
    [
        "<a href=./202001/t20200109_1.html>样本</a>",
        "<a href='../../zcjd/202001/t20200109_1.shtml'>样本</a>",
        '<a href="http://www.county.gov.cn/202001/t20200109_1.htm">样本</a>',
        '<a href="//zfxxgk.county.gov.cn/202001/t20200109_1.htm">样本</a>',
        "<div class=TRS_Editor><DIV class=cas_content><P>样本</P></DIV></div>",
        '<div class="view TRS_UEDITOR trs_paper_default trs_external"><p>样本</p></div>',
        '<a class="CurrChnlCls" href="../">样本</a>',
        "<script>var m_nRecordCount = 1; var m_nPageSize = 20;</script>",
    ],
)
def test_what_marks_a_page(html: str) -> None:
    assert family_of(html) == "trs"


def test_a_records_own_address_marks_it() -> None:
    assert family_of("<p>样本</p>", LIST + "202001/t20200109_1.html") == "trs"


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<a href="http://www.other.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="http://www.other.gov.cn/?u=http://www.county.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="http://notcounty.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="/art/2020/3/1/art_1_2.html">样本</a><script>createPageHTML(3, 0, "list", "shtml")</script>',
        '{"url": "./202001/t20200109_1.html", "class": "TRS_Editor"}',
        'result({"url": "./202001/t20200109_1.html"})',
        "var m_nRecordCount = 1",
    ],
)
def test_what_does_not_mark_a_page(html: str) -> None:
    assert family_of(html) == "plain"


def test_the_county_template_is_told_from_others_by_more_marks() -> None:
    html = '<ul><li><a href="./201712/t20171219_1.html">样本</a></li></ul><div class="hover_box"></div><a class="CurrChnlCls">首页</a><script>createPageHTML(1, 0, "list", "html")</script>'
    assert family_of(html) == "trs_county"
    assert family_of(html, "http://www.county.gov.cn/xxgk_13518/zfxxgkml/yqhy/list.html") == "trs_county"
    assert family_of(html.replace("hover_box", "box")) == "trs"
    assert FAMILIES["trs_county"].marks(Answer(LIST + "xxgk/zfxxgkml/list.html", "<p>样本</p>")) == ()


@settings(deadline=None, max_examples=100)
@given(markup)
def test_any_page_is_judged_and_read(html: str) -> None:
    answer = Answer(LIST, html)
    for family in FAMILIES.values():
        family.marks(answer)
        family.read(answer)
