"""Pagers as portals write them (portals.md §2.1, §2.2): by a script, or as links, buttons and choices."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import Paging
from crawler.extract.tree import parse_html
from crawler.services.link_pagers import read_paging
from crawler.services.script_pagers import with_page
from tests.hostile import lines_run, markup

LIST = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/"
DEFINITION = "function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ if(_nPageCount<=1) return; }"


def paging(html: str, page: str = "list.html") -> Paging:
    return read_paging(parse_html(html), LIST + page)


def script(text: str, page: str = "list.html") -> Paging:
    return paging(f"<script>{text}</script>", page)


# --- scripts ---


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ("createPageHTML(21, 0, index, html)", Paging(21, None, LIST + "index_1.html")),
        ('createPageHTML("21","20","index","html")', Paging(21)),
        ('createPageHTML(1, 0, "list", "html")', Paging(1)),
        ('createPageHTML(0, 0, "list", "html")', Paging(0)),
        ('createPageHTML("page", 50, 0, "list", "html")', Paging(50, None, LIST + "list_1.html")),
        ("createPageHTML( '21' , '3' , 'index' , '.shtml' )", Paging(21, None, LIST + "index_4.shtml")),
        ("createPageHTML(2,0,'index_7401','htm')", Paging(2, None, LIST + "index_7401_1.htm")),
        ("createPageHTML(2,0,'../yqhy/list','html')", Paging(2, None, LIST + "list_1.html")),
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
        ("createPageHTML(21, 0, 'index', 'html', 9)", Paging(21, None, LIST + "index_1.html")),  # a number that nobody named
        ("createPageHTML('page_div', 43, 1, 'list', 'shtml', 860)", Paging(43, 860, LIST + "list_2.shtml")),
        ("createPageHTML('page_div', 43, 42, 'list', 'shtml', 860)", Paging(43, 860, LIST + "list_43.shtml")),
        ("createPageHTML('page_div', 43, 43, 'list', 'shtml', 860)", Paging(43, 860)),
        ("createPageHTML(page_div, 2, 1, 'list', 'shtml')", Paging(2, None, LIST + "list_2.shtml")),
    ],
)  # fmt: skip
def test_calls_of_the_script(call: str, read: Paging) -> None:
    assert script(call) == read
    assert script(f"{DEFINITION}\n{call}") == read


NAMES = "var pageName = 'index'; var pageExt = 'html'; var pageIndex = {} + 1; var pageCount = 11;"


@pytest.mark.parametrize(
    ("text", "page", "read"),
    [
        (NAMES.format(0), "", Paging(11, None, LIST + "index_1.html")),
        (NAMES.format(9), "index_9.html", Paging(11, None, LIST + "index_10.html")),
        (NAMES.format(10), "index_10.html", Paging(11)),
        (NAMES.format(0).replace("pageExt", "ext"), "", Paging()),
        ("$('.pagination').pagination('setPage', 1, 6);", "index.html", Paging(6, None, LIST + "index_2.html")),
        ('$(".pagination").pagination("setPage",2,6);', "index_2.html", Paging(6, None, LIST + "index_3.html")),
        ("$('.pagination').pagination('setPage', 1, 6);", "", Paging(6, None, LIST + "index_2.html")),
        ("$('.pagination').pagination('setPage', 6, 6);", "index_6.html", Paging(6)),
    ],
)
def test_scripts_that_state_or_set_the_page(text: str, page: str, read: Paging) -> None:
    assert script(text, page) == read


@pytest.mark.parametrize(
    ("page", "head", "following"),
    [
        ("index_958_198.html", "", "index_958_197.html"),
        ("index_958_1.html", "", None),
        ("index_198.html", "", None),
        ("index_958_198.html", "<title>样本</title>", None),  # a page of its own, whose pager would stand there
    ],
)
def test_rows_alone_that_a_script_puts_in_place_of_others(page: str, head: str, following: str | None) -> None:
    rows = "<ul><li><span>2017-12-19</span><a href=c1/content.html>样本</a></li></ul>"
    assert paging(f"{head}{rows}", page).next_url == (following and LIST + following)


def test_the_scripts_call_and_not_what_it_wrote_in_a_saved_page() -> None:
    # §2.2: a browser saves both the script and its output
    html = "<script>createPageHTML(5, 1, 'list', 'html')</script><a href=list_9.html>下一页</a>共9页"
    assert paging(html) == Paging(5, None, LIST + "list_2.html")


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
        *(
            (f"var purl='../yqhy/index_95'; var maxPageNum=0; maxPageNum = {pages};", f"{LIST}{page}", Paging(pages, None, following))
            for pages, page, following in (
                (199, "index.html", f"{LIST}index_95_198.html"), (199, "index_95_198.html", f"{LIST}index_95_197.html"),
                (199, "index_95_1.html", None), (1, "index.html", None),
            )
        ),
        ("var maxPageNum = 9;", LIST, Paging()),
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
    assert script(text, url.removeprefix(LIST)) == read


def test_a_script_in_a_comment_of_the_page_and_a_file_of_scripts_say_nothing() -> None:
    call = "createPageHTML(3, 0, 'index', 'html')"
    assert paging(f"<!-- <script>{call}</script> --><script src=page.js>{call}</script>") == Paging()


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


# --- counts that scripts state: the last page, and the one before it ---


@pytest.mark.parametrize(
    ("rows", "size", "at", "claimed", "following"),
    [
        (20, 10, 0, 2, "list_1.html"),
        (21, 10, 1, 3, "list_2.html"),
        (21, 10, 2, 3, None),
        (20, 10, 1, 2, None),
        (10, 10, 0, 1, None),
        (0, 10, 0, 0, None),
        (21, 10, 9, 3, None),
    ],
)
def test_rows_and_their_number_on_a_page_make_the_pages(
    rows: int, size: int, at: int, claimed: int, following: str | None
) -> None:
    script = f"var m_nRecordCount = '{rows}'; var m_nPageSize = {size}; var m_nCurrPage = {at};"
    page = "list.html" if not at else f"list_{at}.html"
    assert paging(f"<script>{script}</script>", page) == Paging(claimed, rows, LIST + following if following else None)


@pytest.mark.parametrize(
    ("pages", "at", "following"), [(3, 0, "list_1.html"), (3, 1, "list_2.html"), (3, 2, None), (1, 0, None)]
)
def test_the_number_of_this_page_and_of_all(pages: int, at: int, following: str | None) -> None:
    address = LIST + following if following else None
    page = "list.html" if not at else f"list_{at}.html"
    assert paging(f"<script>var countPage = {pages}; var currentPage = {at};</script>", page) == Paging(
        pages, None, address
    )
    call = f"<script>createPageHTML({pages}, {at}, 'list', 'html');</script>"
    assert paging(call, page) == Paging(pages, None, address)
    from_one = f"<script>createPageHTML('pager', {pages}, {at + 1}, 'list', 'html', 30);</script>"
    counted_from_one = paging(from_one, page)
    assert (counted_from_one.pages_claimed, counted_from_one.rows_claimed) == (pages, 30)
    assert (counted_from_one.next_url is None) == (following is None)


# --- links, buttons and choices ---


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<div><a href=list.html>首页</a><a href=list_2.html>下一页</a><a href=list_4.html>尾页</a> 总共5页，当前第2页</div>",
         Paging(5, None, LIST + "list_2.html")),
        ("<div class=fenye>共107条记录 第1/8页 <a href=./index_1.html>[下一页]</a></div>", Paging(8, 107, LIST + "index_1.html")),
        ("<ul><li>共有 6348 条</li><li>共 56 页</li><li><a href=list_1.html title=下一页><img src=n.gif></a></li></ul>",
         Paging(56, 6348, LIST + "list_1.html")),
        ("<div><a href=list_1.html>下一页 ></a></div>", Paging(None, None, LIST + "list_1.html")),
        ("<div>1 <a href=list_1.html>2</a> <a href=list_1.html>&gt;</a></div>", Paging(None, None, LIST + "list_1.html")),
        ("<div>共3页 <a href='javascript:void(0)'>下一页</a></div>", Paging(3, None, None)),
        ("<div>共3页 <a href='list.html'>下一页</a></div>", Paging(3, None, None)),
        ("<div>共3页 <a href='http://[x/'>下一页</a></div>", Paging(3, None, None)),
        ("<div>共8条 1/1页 首页 上一页 下一页 尾页</div>", Paging(1, 8, None)),
        ("<div><a>345条</a> <a>上一页</a> <b>1</b> <a href=list_2.html>下一页</a></div>", Paging(None, 345, LIST + "list_2.html")),
        ("<div>每页显示20条 首页 <a href=list_2.html>下一页</a></div>", Paging(None, None, LIST + "list_2.html")),
        ("<div>共102条，7页 <a href=list_2.html>下一页</a></div>", Paging(7, 102, LIST + "list_2.html")),
        ("<div>308条 31页 <a href=list_2.html>下一页</a></div>", Paging(31, 308, LIST + "list_2.html")),
        ("<div><a>1</a><a href=2.html>2</a><a href=3.html>3</a><span>1/32</span><a href=2.html>下页</a></div>", Paging(32, None, LIST + "2.html")),
        ("<div>共有 <b>25</b> 页&nbsp;<a href=list_1.html>下一页</a><a href=list_9.html>下5页</a></div>", Paging(25, None, LIST + "list_1.html")),
    ],
)  # fmt: skip
def test_a_pager_of_links(html: str, read: Paging) -> None:
    assert paging(html) == read


@pytest.mark.parametrize(
    ("html", "page", "pages"),
    [
        ("<a href=list.html>首页</a><a href=list_1.html>下一页</a><a href=list_11.html>尾页</a>", "list.html", 12),
        ("<a href=list_2.html>2</a><a href=list_3.html>3</a><a href=list_2.html>下一页</a><a href=list_28.html>末页</a>", "", 28),
        ("<a href='?page=1'>1</a><b>2</b><a href='?page=3'>3</a><a href='?page=3'>下一页</a><a href='?page=9'>尾页</a>", "?page=2", 9),
        ("<b>1</b><a href=list_1.html>2</a>…<a href=list_27.html>28</a><a href=list_1.html>下一页</a>", "list.html", 28),
        ("<b>1</b><a href=list_1.html>2</a><a href=list_1.html>下一页</a><a href=list_1.html>尾页</a>", "list.html", 2),
        ("<a href=list-1.html>首页</a><a href=list-2.html>下一页</a><a href=list-16.html>尾页</a>", "list-1.html", 16),
        ("<a href='?p=1&c=7'>首页</a><a href='?p=2&c=7'>下一页</a><a href='?p=12&c=7'>尾页</a>", "?c=7", 12),
        ("<a href=/index.html>首页</a><a href=list-2.html>下一页</a><a href=list-16.html>尾页</a>", "list-1.html", None),
        ("<b>1</b><a href=list_1.html>2</a><a href=list_2.html>3</a><a href=list_29.html>30</a><a href=list_1.html>下一页</a>", "list.html", 30),
        ("<a href='?p=1'>1</a><a href='?p=2'>2</a><a href='?p=2'>&gt;</a><a href='?p=40'>&gt;&gt;</a>", "?p=1", 40),
        ("<a href='?p=1'>1</a><a href='?p=2'>2</a><a href='?p=2'>下一页</a><a href='?p=6'>&gt;&gt;</a>", "?p=1", None),  # five pages on
        ("<b>1</b><a href=list_1.html>2</a><a href=list_29.html>30</a><a href=list_1.html>下一页</a>", "list.html", None),
        # The pages are counted down; what is no page of the list; two counts; a list that goes on in the middle.
        ("<a href=yqhy/23.htm>2</a><a href=yqhy/22.htm>3</a><a href=yqhy/23.htm>下一页</a><a href=yqhy/1.htm>尾页</a>", "", None),
        ("<a href=list_1.html>下一页</a><a href=/b/list_9.html>尾页</a>", "list.html", None),
        ("<a href=list_1.html>2</a><a href=list_3.html>3</a><a href=list_1.html>下一页</a><a href=list_9.html>尾页</a>", "", None),
        ("<a href=list_2.html>上一页</a><a href=list_4.html>下一页</a><a href=list_11.html>尾页</a>", "list_3.html", None),
        ("<b>1</b><a href=list_1.html>2</a><a href=list_2.html>3</a><a href=list_1.html>下一页</a>", "list.html", None),
        ("<a href=javascript:>下一页</a><select><option>第1页<option>第2页<option>第3页</select>", "", 3),
        ("<a href=javascript:>下一页</a><select><option>10<option>20</select><select><option>2022<option>2023</select>", "", None),
    ],
)  # fmt: skip
def test_the_last_page_says_how_many_there_are(html: str, page: str, pages: int | None) -> None:
    assert paging(f"<div class=fy>{html}</div>", page).pages_claimed == pages


def test_words_go_before_arrows_on_other_links() -> None:
    html = "<a href='javascript:;'>&gt;</a><a href=/more/>»</a><div>共3页<a href=list_1.html>下一页</a></div>"
    assert paging(html) == Paging(3, None, LIST + "list_1.html")
    last = "<a href=/more/>»</a><div>共3页<a href='javascript:;'>下一页</a></div>"
    assert paging(last) == Paging(3, None, None)


@pytest.mark.parametrize("html", ["", "<p>下一页</p>", "<a href=x.html>更多&gt;&gt;</a>", f"<script>{DEFINITION}</script>",
                                  "<a href=a.html>上一页</a>", "<a>下一页</a>", "<script src=x>createPageHTML(2,0,'a','html')</script>"])  # fmt: skip
def test_no_pager(html: str) -> None:
    assert paging(html) == Paging()


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("""<div>共3页 <a href="javascript:location.href='list_1.html'">下一页</a></div>""", Paging(3, None, LIST + "list_1.html")),
        ("""<a href="#" onclick="window.open('./list_1.html','_self');return false">下一页</a>""", Paging(next_url=LIST + "list_1.html")),
        ("""<button onclick="location='?page=2'">下一页</button>""", Paging(next_url=LIST + "list.html?page=2")),
        ("""<input type=button value="下一页" onclick="toPage('/xxgk/list.jsp?cur_page=2')">""",
         Paging(next_url="http://www.county.gov.cn/xxgk/list.jsp?cur_page=2")),
        # an article list of eportal: the address in a call, and brackets around the counts
        ("""<table><tr><td><a onclick="queryArticleByCondition(this,'/xxgk/7043501/40df4e08/index2.html')">下一页</a></td>
            <td>共 [<b>113</b>] 条记录, 当前页: <font>1</font> /6</td></tr></table>""",
         Paging(6, 113, "http://www.county.gov.cn/xxgk/7043501/40df4e08/index2.html")),
        ("<div><span class=cur>1</span><a href='?page=2'>2</a><a href='?page=3'>3</a></div>", Paging(next_url=LIST + "list.html?page=2")),
        ("<div>1 <a href='list_1.html'>2</a> <a href='list_2.html'>3</a> 共3页</div>", Paging(3, None, LIST + "list_1.html")),
        ("<ul><li><a href='list.html'>1</a></li><li><a href='list_1.html'>2</a></li></ul>", Paging(next_url=LIST + "list_1.html")),
        ("<div><a href=#>1</a><a href='list_1.html'>2</a><a href='javascript:next()'>下一页</a></div>", Paging(next_url=LIST + "list_1.html")),
        ("""<div>共3页<select onchange="location.href=this.value"><option value="list.html" selected>第1页</option>
            <option value="list_1.html">第2页</option><option value="list_2.html">第3页</option></select><a>尾页</a></div>""",
         Paging(3, None, LIST + "list_1.html")),
        ("""<select onchange=go(this)><option value="list.html">1</option><option value="list_1.html">2</option></select>""",
         Paging(2, None, LIST + "list_1.html")),
        ("<a href='javascript:;'>下一页</a><a href='/more/2.html'>下一页</a>", Paging(next_url="http://www.county.gov.cn/more/2.html")),
    ],
)  # fmt: skip
def test_a_pager_that_names_the_next_page(html: str, read: Paging) -> None:
    assert paging(html) == read


@pytest.mark.parametrize(
    "html",
    [
        """<a href="javascript:goPage(2)">下一页</a>""",
        """<a onclick="funGoPage('/module/xxgk/search.jsp',2)">下一页</a>""",  # a number for a form, and not the next page
        """<a onclick="location.href='list_'+2+'.html'">下一页</a>""",
        """<a onclick="open('a.html');open('b.html')">下一页</a>""",
        """<div onclick="location.href='/a.html'"><ul><li><b>下一页</b></li></ul></div>""",
        """<select onchange="window.open(this.value)"><option value="http://www.a.gov.cn/">友情链接1</option>
           <option value="http://www.b.gov.cn/">友情链接2</option></select>""",
        "<div>3 <a href='/rl/2017/4.html'>4</a> <a href='/rl/2017/5.html'>5</a></div>",  # days of a calendar
        "<div>专题 <a href='/zt/1/'>1</a> <a href='/zt/2/'>2</a></div>",
        "<div><a href='/more/'>></a></div>",
        "<link rel=next href='/xxgk/513.html'>",  # the next article
        "<link rel=next href='513.html'>",
        "<link rel=next href='/other/?page=2'>",
    ],
)
def test_what_names_no_next_page(html: str) -> None:
    assert paging(html).next_url is None


@pytest.mark.parametrize(
    ("html", "claimed"),
    [
        ("<div>共5页 <a href=list.html>首页</a> <a href=list_3.html>上一页</a> 下一页 尾页 共98条</div>", (5, 98)),
        (
            "<div><span>共52条</span><span><span>首页</span><span>上页</span><span>下页</span></span><span>11/11</span></div>",
            (11, 52),
        ),
        ("<div>总记录数：7，总页数：1 <span>下一页</span></div>", (1, 7)),
        ("<div>共有 <b>25</b> 页，共计[498]条 <span>下一页</span></div>", (25, 498)),
        ("<div>2017/01/05 更新 <a>下一页</a></div>", (None, None)),
        ("<div>12/11 <a>下一页</a></div>", (None, None)),
        ("<div>0/0页 <a>下一页</a></div>", (None, None)),
        ("<p>第 1/3 页</p><p>详见下一页</p>", (None, None)),
    ],
)
def test_what_a_pager_without_a_next_page_claims(html: str, claimed: tuple[int | None, int | None]) -> None:
    assert paging(html, "list_4.html") == Paging(*claimed)


# --- numbers that fit the rows shown ---


@pytest.mark.parametrize(
    ("html", "shown", "claimed"),
    [
        ("<div>共0条 共5页 <a href=list_1.html>下一页</a></div>", 20, (5, None)),
        ("<div>共0条 <a href=list_1.html>下一页</a></div>", 0, (None, 0)),
        ("<script>laypage.render({count: 98, limit: 20})</script>", 20, (5, 98)),
        ("<script>laypage.render({count: 98, limit: 20})</script>", 18, (5, 98)),  # the last page
        ("<script>laypage.render({count: 98, limit: 20})</script>", 19, (None, None)),
        ("<script>laypage.render({count: 98, limit: 20})</script>", 0, (None, None)),
        ("<script>laypage.render({count: 7, limit: 20})</script>", 7, (1, 7)),
        ("<script>var visits = {count: 8123}; var total = 98, pageSize = 20;</script>", 20, (5, 98)),
        ("<script>pager.show({pno: 1, total: 5, totalRecords: 98})</script>", 20, (5, 98)),
        ("<script>pager.show({pno: 1, total: 6, totalRecords: 98})</script>", 20, (None, None)),
        ("<script>$('#p').pagination(98, {items_per_page: 20});</script>", 20, (5, 98)),
        ("<script>var recordCount = '98'; var maxPage = 5;</script>", 20, (5, 98)),
        ("<script>var recordCount = '98'; var maxPage = 7;</script>", 20, (None, None)),
        ("<input type=hidden id=totalCount value=98><input name=pageSize value=20>", 20, (5, 98)),
        ("<div data-total=98 data-size=20></div>", 20, (5, 98)),
        ("<div data-total=98 data-size=x></div>", 20, (None, None)),
        ("<script>createPageHTML(5, 0, 'list', 'html'); var total = 98, pageSize = 20;</script>", 20, (5, 98)),
        ("<script>createPageHTML(9, 0, 'list', 'html'); var total = 98, pageSize = 20;</script>", 20, (9, None)),
        ("共98条记录 <script>createPageHTML(5, 0, 'list', 'html')</script><a href=list_1.html>下一页</a>", 20, (5, 98)),
        (
            "共3条记录 <script>createPageHTML(5, 0, 'list', 'html')</script><a href=list_1.html>下一页</a>",
            20,
            (5, None),
        ),
        ("<p>共1页 <b>1</b></p>", 3, (1, None)),
        ("<p>共<b>5</b>页</p><p>共<b>98</b>条</p>", 20, (5, 98)),
    ],
)
def test_of_several_numbers_those_count_that_fit_the_rows(
    html: str, shown: int, claimed: tuple[int | None, int | None]
) -> None:
    read = read_paging(parse_html(f"<body>{html}</body>"), LIST + "list.html", shown)
    assert (read.pages_claimed, read.rows_claimed) == claimed


@pytest.mark.parametrize(
    ("call", "read"),
    [
        ("createPageHTML(9,0,'hot','html'); createPageHTML(5,0,'list','html')", Paging(5, None, LIST + "list_1.html")),
        ("createPageHTML(5,0,'list','html'); createPageHTML(9,0,'hot','html')", Paging(5, None, LIST + "list_1.html")),
        ("createPage(5,0,'list','html')", Paging(5, None, LIST + "list_1.html")),
        ("Pager({size:5, current:0, prefix:'list', suffix:'html'})", Paging(5, None, LIST + "list_1.html")),
        ("Pager({size:5, current:4, prefix:'list', suffix:'html'})", Paging(5)),
        ("Pager({size:5, current:0})", Paging()),
    ],
)
def test_calls_of_other_scripts_and_of_another_list(call: str, read: Paging) -> None:
    assert script(call) == read


# --- whatever the page ---


@settings(deadline=None, max_examples=200)
@given(markup, st.text())
def test_any_markup_and_script_are_read(html: str, text: str) -> None:
    paging(html)
    for said in ("createPageHTML(", "var countPage=5;", "m_nRecordCount=1;m_nPageSize=", ""):
        paging(f"<script>{said}{text}</script>{html}", "index.html")


@pytest.mark.parametrize(
    "unit",
    ["<a href=x>下一页", "<div><a href=x>下一页</a>共1页", "<a href=x>a</a>", "<script>createPageHTML(</script>", "<a href=x><div>",
     "<select onchange=x><option value=a.html>1", "<a href=?page=1>1</a>", """<b onclick="f('a.html')">下一页""", "<p>下一页"],
)  # fmt: skip
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (100, 400))
    assert lines_run(lambda: read_paging(large, LIST)) < 5 * lines_run(lambda: read_paging(small, LIST))


@pytest.mark.parametrize(
    "unit",
    ["createPageHTML(", 'createPageHTML("', "/*createPageHTML", "'countPage", "createPageHTML( ", "countPage=\n"],
)
def test_work_grows_with_the_script_and_no_faster(unit: str) -> None:
    small, large = (parse_html(f"<script>{unit * times}</script>") for times in (100, 400))
    assert lines_run(lambda: read_paging(large, LIST)) < 5 * lines_run(lambda: read_paging(small, LIST))
