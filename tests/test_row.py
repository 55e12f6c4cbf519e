"""One row by itself, as services hand rows out, the addresses in it, and marks beside titles; written for the test after portals.md."""

import pytest

from crawler.extract.row import absolute, is_page_link, is_pager, make_row, read_row, target
from crawler.extract.tree import parse_html
from tests.hostile import lines_run
from tests.list_pages import AROUND, BASE, HERE, rows

# --- addresses ---


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./201712/t1.html", HERE + "201712/t1.html"),
        ("../../zcjd/t1.html", "http://www.county.gov.cn/xxgk/zcjd/t1.html"),
        (" /t1.html\n", "http://www.county.gov.cn/t1.html"),
        ("//other.gov.cn/t1.html", "http://other.gov.cn/t1.html"),
        ("HTTPS://other.gov.cn/t1.html", "HTTPS://other.gov.cn/t1.html"),
        ("t\n1.html", HERE + "t1.html"),
        ("ftp://x/1", None),
        ("http://[1/", None),
        ("weixin://dl", None),
    ],
)
def test_addresses_are_made_absolute_by_the_page_s(href: str, url: str | None) -> None:
    assert absolute(BASE, href) == url


@pytest.mark.parametrize(
    "href",
    [None, "", "#", "#top", "javascript:void(0)", " JavaScript:;", "mailto:a@b", "tel:1", "data:x", "about:blank"],
)
def test_links_that_lead_to_no_page(href: str | None) -> None:
    assert not is_page_link(href)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<a href='#' onclick=\"open('/a/1.html')\">样本</a>", "http://www.county.gov.cn/a/1.html"),
        ("<a href=\"javascript:show('/a/1.html')\">样本</a>", "http://www.county.gov.cn/a/1.html"),
        ("<a href='#' onclick=\"open('/a/1.html', '/b/2.html')\">样本</a>", None),  # which of them, the script knows
        ("<a href='#' onclick=\"open('/a/' + id + '.html')\">样本</a>", None),
        ("<a href='/a/3.html' onclick=\"count('/b/4.html')\">样本</a>", "http://www.county.gov.cn/a/3.html"),
    ],
)
def test_a_click_leads_to_the_one_address_that_is_named(link: str, url: str | None) -> None:
    assert target(next(parse_html(link).iter("a")), BASE) == url


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["首页", "下一页"], True),
        (["共12页", "尾页"], True),
        (["下一页"], True),
        (["1/30", "下一页 >>"], True),
        (["下一页", "2018-03-01"], False),
        (["样本县首页改版说明", "2018-03-01"], False),
    ],
)
def test_a_pager_names_two_ways_or_one_and_nothing_else(texts: list[str], expected: bool) -> None:
    assert is_pager(texts) == expected
    assert not is_pager([*texts, "样本" * 100])


@pytest.mark.parametrize(("title", "kept"), [("样本文件之1，全名", True), ("样本文件之1", False), ("", False)])
def test_a_links_own_title_is_kept_where_no_cell_prints_it(title: str, kept: bool) -> None:
    link = next(parse_html(f"<a href='1.html' title='{title}'>样本文件之1</a>").iter("a"))
    row = make_row([("标题", "样本文件之1")], link, [], BASE)
    assert len(row.source_fields) == 1 + kept


@pytest.mark.parametrize(
    ("attribute", "title"),
    [
        ("样本县某项目公开招标公告", "样本县某项目公开招标公告"),
        ("样本县某项目公开招标 2018-03-01", "样本县某项目公开招标"),
        ("样本县某项目公开招标，点击查看", "样本县某项目公开招标"),
        ("样本县某项目公开招标_样本县", "样本县某项目公开招标"),
        ("别的标题", "样本县某项目公开招标"),
    ],
)
def test_a_title_cut_without_a_sign_is_whole_where_the_links_own_goes_on(attribute: str, title: str) -> None:
    link = next(parse_html(f"<a href='1.html' title='{attribute}'>样本县某项目公开招标</a>").iter("a"))
    row = make_row([("标题", "样本县某项目公开招标")], link, [], BASE)
    assert row.fields["title"] == title
    assert row.source_fields["标题"] == "样本县某项目公开招标"


# --- elements that are rows for sure, as services hand them out ---


@pytest.mark.parametrize(
    ("html", "url", "fields"),
    [
        ("<li><a href='1.html' title='甲的全名'>甲的...</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "甲的全名", "published_on": "2020-03-23"}),
        ("<li><a href='1.html'><span>甲的…</span><i>[2020-03-23]</i></a></li>", HERE + "1.html", {"title": "甲的…", "published_on": "2020-03-23"}),
        ("<li>[<a href='/zcjd/'>政策解读</a>] <a href='1.html'>关于甲的通知</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<tr><td>1</td><td>[<a href='/zcjd/'>政策</a>] <a href='1.html'>关于甲的通知</a></td><td>2020-03-23</td></tr>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<tr><td>1</td><td><a href='/zcjd/'>[政策]</a> <a href='1.html'>关于甲的通知</a></td><td>2020-03-23</td></tr>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<li><a href='1.html'>关于甲的通知<span>[样政发〔2020〕1号]</span></a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23", "document_number": "样政发〔2020〕1号"}),
        ("<li><a href='1.html'>关于甲的通知（样政发〔2020〕1号）</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "关于甲的通知（样政发〔2020〕1号）", "published_on": "2020-03-23"}),
        ("<li><span>1</span><span><a href='1.html'>甲</a></span><span>同政办函[2020]1号</span><em>640324-101/2020-00123</em></li>",
         HERE + "1.html", {"title": "甲", "document_number": "同政办函[2020]1号", "index_number": "640324-101/2020-00123"}),
        ("<tr><td>1</td><td><a href='1.html'>甲</a></td><td>样本县政府办</td><td>2020-03-23</td></tr>", HERE + "1.html",
         {"title": "甲", "publisher": "样本县政府办", "published_on": "2020-03-23"}),
        ("<li><font> · </font><a href='1.html' title='关于甲的通知'>关于甲的…</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<table><tr><td><a href=1.html>关于甲的通知</a></td><td>[2020-03-23]</td></tr></table>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<tr><td>12345</td><td>关于甲的通知</td><td>2020-03-23</td></tr>", None, {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<p>关于甲的通知 2020-03-23</p>", None, {"title": "关于甲的通知 2020-03-23"}),
        ("<div><a href='1.html'>甲</a><p>索引号：A</p></div>", HERE + "1.html", {"title": "甲", "index_number": "A"}),
        ("<a href='1.html'><img src='x.png'></a>", HERE + "1.html", {}),
    ],
)  # fmt: skip
def test_a_row_by_itself(html: str, url: str | None, fields: dict[str, str]) -> None:
    row = read_row(parse_html(html), BASE)
    assert row is not None
    assert (row.url, row.fields) == (url, fields)


@pytest.mark.parametrize(
    "html", ["", "<li class=line></li>", "<li><a href=''></a></li>", "<li><a ms-attr-href='u'>{{el.title}}</a></li>"]
)
def test_what_is_no_row(html: str) -> None:
    assert read_row(parse_html(html), BASE) is None


def test_what_stands_beside_a_row_by_itself() -> None:
    beside = [("索引号", "A"), ("名称", "甲的全名"), ("日期", "2020-03-24")]
    row = read_row(parse_html("<tr><td>1</td><td><a href=1.html>甲的…</a></td><td>2020-03-23</td></tr>"), BASE, beside)
    assert row is not None
    assert row.fields == {"title": "甲的全名", "published_on": "2020-03-23", "index_number": "A"}


@pytest.mark.parametrize(
    "unit", ["<li>", "<div><div>", "<td>a<td><table><tr>", "<li><a href=1.html>甲</a><b>b</b>", "<td>甲</td><td>乙"]
)
def test_work_grows_with_the_row_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (100, 400))
    assert lines_run(lambda: read_row(large, BASE)) < 5 * lines_run(lambda: read_row(small, BASE))


@pytest.mark.parametrize("marked", ["<i>置顶</i>{}", "{}<i>new</i>", "<b>[热]</b> {} <font color=red>NEW!</font>"])
def test_marks_in_the_cell_of_a_title_are_no_part_of_it(marked: str) -> None:
    links = (marked.format(f"<a href=t20171219_{number}.html>第{number}条</a>") for number in range(1, 4))
    lines = "".join(f"<tr><td>{link}<td>2017-12-19" for link in links)
    read = rows(AROUND % f"<table><tr><th>标题<th>发布日期{lines}</table>")
    assert [row.fields["title"] for row in read] == ["第1条", "第2条", "第3条"]


def test_a_title_that_looks_like_a_mark_stays() -> None:
    lines = "".join(
        f"<li><a href=t20171219_{number}.html>【热】</a><span>2017-12-19</span></li>" for number in range(3)
    )
    assert [row.fields["title"] for row in rows(AROUND % f"<ul>{lines}</ul>")] == ["【热】"] * 3
