"""TRS WCM: a site whose lists are files and whose pagers are written by scripts (portals.md §1, §2.2)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import Paging
from crawler.extract.tree import parse_html
from crawler.families.detection import FAMILIES, detect
from crawler.paging.pager import read_paging
from crawler.paging.script_pagers import with_page
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Site
from tests.families.whole import listed, trs_page, trs_record
from tests.hostile import lines_run, markup

LIST = "http://www.county.gov.cn/zwgk/gsgg/"
DEFINITION = """<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){
  // createPageHTML(9, 0, "list", "html") would lead astray
  document.write("<a href='http://www.county.gov.cn/'>首页</a>"); /* createPageHTML(8, 0, "list", "html") */ }</script>"""

# --- a list of files, with all that is odd on real ones ---

ROWS = {
    0: """<li><a href="./202001/t20200109_101.html" target="_blank"><font class="t3">样本公告之一</font><font class="t2">2020-01-09</font></a></li>
       <li class="cont_line">&nbsp;</li>
       <li><a href="./202001/t20200108_102.html" title="样本公告之二，题目完整">样本公告之二，题...</a><span>2020-01-08</span></li>
       <li><a href="../../zcjd/202001/t20200107_103.html">样本解读，在别的栏目</a><span>01-07</span></li>
       <li ms-repeat="list"><a ms-attr-href="el.url">{{el.title}}</a><span>{{el.date}}</span></li>""",
    1: """<li><a href="http://other.example.org/202001/t20200106_104.html">样本公告，在别的网站</a><span>[2020-01-06]</span></li>
       <li><a href="javascript:void(0);">样式</a><span>11-09</span></li>
       <li><a href="./202001/t20200105_105.html">样本公告，日期没有年份</a><span>01-04</span></li>""",
    2: """<li><a href="./P020200103549500303101.pdf">样本附件，直接链接</a><span>2020.01.03</span></li>
       <li><a href="./202001/t20200102_107.html" title="样本公告之七">样本公告之七</a><span>2020年1月2日</span></li>""",
}  # fmt: skip


def list_page(number: int) -> str:
    call = f'<script>createPageHTML(3, {number}, "index", "html");</script>'
    ticker = '<marquee><ul class="news"><li><a href="/rd/2.html">样本滚动新闻</a>2020-01-09</li></ul></marquee>'
    trail = '<div><a href="../../" class="CurrChnlCls">首页</a>-&gt;<a href="../" class="CurrChnlCls">政务公开</a>-&gt;<a href="./" class="CurrChnlCls">公示公告</a></div>'
    return trs_page(
        f'{ticker}{trail}<div class="list"><ul class="center_list">{ROWS[number]}<li>{call}</li></ul></div>{DEFINITION}'
    )


def files_of_a_site() -> dict[str, Served | str]:
    lists = {f"/zwgk/gsgg/{'index_' + str(number) + '.html' if number else ''}": list_page(number) for number in ROWS}
    return {
        **lists,
        "/zwgk/gsgg/202001/t20200109_101.html": trs_record("样本公告之一", "000-1/2020-00101"),
        "/zwgk/gsgg/202001/t20200108_102.html": trs_record("样本公告之二，题目完整"),
        "/zcjd/202001/t20200107_103.html": trs_record("样本解读，在别的栏目"),
        "/zwgk/gsgg/202001/t20200105_105.html": trs_record("样本公告，日期没有年份"),
        "/zwgk/gsgg/202001/t20200102_107.html": trs_record("样本公告之七"),
        "/zwgk/gsgg/P020200103549500303101.pdf": Served(b"%PDF-1.4\n%%EOF", content_type="application/pdf"),
    }


def test_a_directory_whose_pager_is_a_script(tmp_path: Path) -> None:
    with Site(files_of_a_site()) as site:
        done = listed(site, tmp_path, "/zwgk/gsgg/")
        asked = [path for path in site.requests if path.startswith("/zwgk/gsgg/index")]
    assert asked == ["/zwgk/gsgg/index_1.html", "/zwgk/gsgg/index_2.html"]
    assert done.ledger == [("通知公告1", 3, 3, None, 7, 1)]
    ((family, reason),) = done.families.values()
    assert family == "trs"
    assert "records at tYYYYMMDD_<id>.html" in str(reason)
    assert {
        title: (row["published_on"], str(row["url"]).removeprefix(site.url)) for title, row in done.records.items()
    } == {
        "样本公告之一": ("2020-01-09", "zwgk/gsgg/202001/t20200109_101.html"),
        "样本公告之二，题目完整": ("2020-01-08", "zwgk/gsgg/202001/t20200108_102.html"),
        "样本解读，在别的栏目": ("2020-01-07", "zcjd/202001/t20200107_103.html"),
        "样本公告，在别的网站": ("2020-01-06", "http://other.example.org/202001/t20200106_104.html"),
        "样本公告，日期没有年份": (None, "zwgk/gsgg/202001/t20200105_105.html"),
        "样本附件，直接链接": ("2020-01-03", "zwgk/gsgg/P020200103549500303101.pdf"),
        "样本公告之七": ("2020-01-02", "zwgk/gsgg/202001/t20200102_107.html"),
    }
    flags = {title: row["flags"] for title, row in done.records.items()}
    assert "date_unreadable" in str(flags["样本公告，日期没有年份"])
    assert "off_site" in str(flags["样本公告，在别的网站"])
    assert (done.records["样本公告之一"]["index_number"], done.records["样本公告之一"]["body"]) == (
        "000-1/2020-00101",
        "样本正文，仅供测试。",
    )
    assert (done.status, set(done.problems)) == (1, {"attachment"})  # the file that a row leads to has no text


def test_a_page_of_the_list_that_is_missing_is_noticed(tmp_path: Path) -> None:
    files = {path: file for path, file in files_of_a_site().items() if path != "/zwgk/gsgg/index_2.html"}
    with Site(files) as site:
        done = listed(site, tmp_path, "/zwgk/gsgg/")
    assert done.ledger == [("通知公告1", 3, 2, None, 5, 0)]
    assert (done.status, set(done.problems)) == (1, {"not_found"})


# --- govsearch's static lists: m_nRecordCount, rows of li in a div, hidden tips ---

GOVSEARCH = """<script language="javascript"><!--
// var m_nRecordCount = "99";
var m_nRecordCount = "7";
if(m_nRecordCount.length == 0){{ m_nRecordCount = 0; }}
var m_nCurrPage = {0};
var m_nPageSize = 3;
window.onload = function(){{ PageContext["RecordNum"] = m_nRecordCount; PageContext.params["CurrPage"] = m_nCurrPage + 1;
 PageContext["PageSize"] = m_nPageSize; PageContext.drawNavigator(); }};
//--></script>"""
HEAD = """<div class="headOfTable" id="headOfTable"><li class="xh">序号</li><li class="mc">名称</li><li class="sep"></li>
<li class="fbrq">发文日期</li><li class="sep"></li><li class="wh">文号</li><li class="sep"></li></div>"""
LINE = """<div class="row"><li class="xh">{0}</li><li class="mc"><div><a href="../../G00306/202108/t20210831_{0}.htm" target="_blank">样本决定书...</a></div></li>
<li class="sep"></li><li class="fbrq">2021年08月1{0}日</li><li class="sep"></li><li class="wh">〔2021〕{0}号</li><li class="sep"></li></div>
<div id="Tip{0}" class="Tip" style="display:none;"><table><tbody><tr><td colspan="2"><table><tr><td width="50%"><B>索 引 号:</B> 4000-{0}</td>
<td><B>主题分类:</B>样本分类</td></tr></table></td></tr><tr><td colspan="2"><table><tr><td><B>发布机构:</B> 样本局</td><td><B>发文日期:</B>2021年08月1{0}日</td></tr></table></td></tr>
<tr><td colspan="2"><B>名&nbsp;&nbsp;&nbsp;称:</B>样本决定书之{0}</td></tr></tbody></table></div>"""  # fmt: skip


def govsearch_page(number: int) -> str:
    lines = "".join(LINE.format(row) for row in range(number * 3 + 1, min(number * 3 + 4, 8)))
    return trs_page(
        f'{HEAD}<div id="documentContainer">{lines}</div><p id="list_navigator"></p>', head=GOVSEARCH.format(number)
    )


def test_a_list_that_says_its_number_of_rows_in_a_script(tmp_path: Path) -> None:
    files = {
        f"/pub/3300/index_7401{'_' + str(number) if number else ''}.htm": govsearch_page(number) for number in range(3)
    }
    files |= {
        f"/G00306/202108/t20210831_{row}.htm": trs_record(f"样本决定书之{row}", f"4000-{row}") for row in range(1, 8)
    }
    with Site(files) as site:
        done = listed(site, tmp_path, "/pub/3300/index_7401.htm")
        assert [path for path in site.requests if "index_7401_" in path] == [
            "/pub/3300/index_7401_1.htm",
            "/pub/3300/index_7401_2.htm",
        ]
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 3, 3, 7, 7, 1)]
    assert done.families["通知公告1"][0] == "trs"
    assert "m_nRecordCount" in str(done.families["通知公告1"][1])
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


def test_a_pager_of_links_written_by_the_server() -> None:
    html = (
        '<ul><li><dl class="fenye">共25页&nbsp;<span id="pagenav_0">1</span><a id="pagenav_1" href="index_1.html">2</a>'
        '<a id="pagenav_1" href="index_1.html">下一页</a><a id="pagenav_nextgroup" href="index_9.html">下5页</a>'
        '<a id="pagenav_tail" href="index_24.html">尾页</a></dl></li></ul>'
    )
    assert paging(html) == Paging(25, None, LIST + "index_1.html")
    assert paging(html.replace("共25页", "共有 <b>25</b> 页")) == Paging(25, None, LIST + "index_1.html")


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
