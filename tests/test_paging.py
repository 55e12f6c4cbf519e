"""Pagers of the TRS county template (portals.md §2.1, §2.2): written by a script call, or as links."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.tree import parse_html
from crawler.families.pager import read_paging
from crawler.items import Paging
from tests.hostile import lines_run, markup

LIST = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/"
DEFINITION = "function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ if(_nPageCount<=1) return; }"


def paging(html: str, page: str = "list.html") -> Paging:
    return read_paging(parse_html(html), LIST + page)


@pytest.mark.parametrize(
    ("call", "claimed", "following"),
    [
        ('createPageHTML(21, 0, "index", "html");', 21, "index_1.html"),
        ("createPageHTML( 3 ,1,'list','shtml')", 3, "list_2.shtml"),
        ('createPageHTML("21","20","index","html")', 21, None),
        ('createPageHTML(1, 0, "list", "html")', 1, None),
        ('createPageHTML(0, 0, "list", "html")', 0, None),
        ('createPageHTML("page", 50, 0, "list", "html")', 50, "list_1.html"),
    ],
)
def test_the_scripts_call(call: str, claimed: int, following: str | None) -> None:
    read = paging(f"<script>{DEFINITION}\n{call}</script>")
    assert read == Paging(claimed, None, LIST + following if following else None)


def test_the_scripts_call_and_not_what_it_wrote_in_a_saved_page() -> None:
    # §2.2: a browser saves both the script and its output
    html = "<script>createPageHTML(5, 1, 'list', 'html')</script><a href=list_9.html>下一页</a>共9页"
    assert paging(html) == Paging(5, None, LIST + "list_2.html")


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
    ],
)  # fmt: skip
def test_a_pager_of_links(html: str, read: Paging) -> None:
    assert paging(html) == read


def test_words_go_before_arrows_on_other_links() -> None:
    html = "<a href='javascript:;'>&gt;</a><a href=/more/>»</a><div>共3页<a href=list_1.html>下一页</a></div>"
    assert paging(html) == Paging(3, None, LIST + "list_1.html")
    last = "<a href=/more/>»</a><div>共3页<a href='javascript:;'>下一页</a></div>"
    assert paging(last) == Paging(3, None, None)


@pytest.mark.parametrize("html", ["", "<p>下一页</p>", "<a href=x.html>更多&gt;&gt;</a>", f"<script>{DEFINITION}</script>",
                                  "<a href=a.html>上一页</a>", "<a>下一页</a>", "<script src=x>createPageHTML(2,0,'a','html')</script>"])  # fmt: skip
def test_no_pager(html: str) -> None:
    assert paging(html) == Paging()


@settings(deadline=None, max_examples=150)
@given(markup, st.text())
def test_any_markup_is_read(html: str, script: str) -> None:
    paging(f"<script>createPageHTML({script}</script>{html}")
    paging(html)


@pytest.mark.parametrize(
    "unit",
    ["<a href=x>下一页", "<div><a href=x>下一页</a>共1页", "<a href=x>a</a>", "<script>createPageHTML(</script>"],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (100, 400))
    assert lines_run(lambda: read_paging(large, LIST)) < 5 * lines_run(lambda: read_paging(small, LIST))
