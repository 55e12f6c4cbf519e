"""Bounds of reading a page: metadata, bodies, titles, lists without labels; for each a page just inside and one just outside."""

import pytest

from archive.model.observations import RecordPage
from crawler.extract.body import find_body, read_body
from crawler.extract.page_kind import page_kind
from crawler.extract.pairs import read_pairs
from crawler.extract.text import line_of, lines_of
from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail
from crawler.services.link_pagers import read_paging
from tests.list_pages import BASE, rows, titles

URL = "http://www.county.gov.cn/xxgk/201712/t20171219_1.html"


def detail(html: str) -> RecordPage:
    return read_detail(parse_html(html), URL)


def pairs(html: str) -> list[tuple[str, str]]:
    return read_pairs(parse_html(html))


# --- labels and values ---


@pytest.mark.parametrize(("length", "is_read"), [(600, True), (601, False)])
def test_a_block_with_labels_has_600_characters_at_most(length: int, is_read: bool) -> None:
    text = "文号：B1 主题：".ljust(length, "样")
    assert len(text) == length
    assert bool(pairs(f"<p>{text}</p>")) == is_read


@pytest.mark.parametrize(("length", "is_read"), [(200, True), (201, False)])
def test_a_value_in_the_next_cell_has_200_characters_at_most(length: int, is_read: bool) -> None:
    html = f"<table><tr><td>名称</td><td>{'样' * length}</td></tr></table>"
    assert bool(pairs(html)) == is_read


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<td>索引号</td><td>文号</td><td>B1</td>", [("文号", "B1")]),  # a label is no value
        ("<td>索引号</td><td>经办人：样本</td>", []),  # nor is what looks like one
        ("<td>索引号</td><td>主题：教育</td>", [("主题", "教育")]),
        ("<td>索引号：</td><td>经办人：样本</td>", [("索引号", "")]),
        ("<td>名称</td><th>样本</th>", [("名称", "样本")]),
        ("<th>名称</th><td>样本</td>", [("名称", "样本")]),
        ("<td>内容</td><td>样本</td>", [("内容", "样本")]),
        ("<td>点击数</td><td>12</td>", []),
        ("<td>名称</td>", []),
    ],
)
def test_cells_beside_each_other(html: str, read: list[tuple[str, str]]) -> None:
    assert pairs(f"<table><tr>{html}</tr></table>") == read


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<div>索引号</div><div>A1</div>", [("索引号", "A1")]),
        ("<div>索引号</div><div><p>A1</p></div>", []),  # a box that holds others is no value
        ("<div>索引号</div><p>A1</p>", []),
        ("<p>索引号</p><p>A1</p>", []),
        ("<ul><li>索引号</li><li>A1</li></ul>", []),
        ("<dl><dt>索引号</dt><dt>A1</dt></dl>", []),
        ("<dl><dt>来源</dt><dd>样本局</dd></dl>", [("来源", "样本局")]),
        ("<div>来源</div><div>样本局</div>", []),  # an ordinary word outside a table
        ("<p><b>来源</b><i>样本局</i></p>", []),
        ("<p><b>索引号</b><i>A1</i></p>", [("索引号", "A1")]),
        ("<p><b>索引号</b><i>A1</i><b>来源</b><i>样本局</i></p>", [("索引号", "A1"), ("来源", "样本局")]),
        ("<p><b>索引号</b><i></i></p>", []),
        ("<li>索引号：<div>A1</div></li>", [("索引号", "A1")]),
        ("<p>索引号：A1<br>文号：B1</p>", [("索引号", "A1"), ("文号", "B1")]),
        ("<p>索引号: A1 文号: B1</p>", [("索引号", "A1"), ("文号", "B1")]),
        ("<p>文号:B1：样本</p>", [("文号", "B1：样本")]),
        ("<p>旧文号：B1</p>", []),
        ("<p>发布时间：2017-12-19 15:30</p>", [("发布时间", "2017-12-19 15:30")]),
    ],
)
def test_labels_outside_tables(html: str, read: list[tuple[str, str]]) -> None:
    assert pairs(html) == read


# --- bodies ---

IDS = [
    "zoomcon",
    "zoom",
    "vsb_content",
    "vsb_content_2",
    "vsb_content_4",
    "contentregion",
    "ucap-content",
    "ZOOM",
    "UCAP-CONTENT",
]
CLASSES = ["zz-xl-ct", "zz-xl-sec", "trs_ueditor", "trs_editor", "custom_unionstyle", "v_news_content", "article_content", "article-content",
           "xxgk_wenzhang", "j-fontcontent", "pages_content", "news_content", "article_zoom", "bt_content", "TRS_Editor", "x TRS_UEDITOR y"]  # fmt: skip


def test_each_name_of_a_text_is_known() -> None:
    beside = f"<div><p>{'另外的文字' * 40}</p></div>"
    for name in IDS:
        assert detail(f"{beside}<div id='{name}'>样本</div>").body == "样本", name
        assert detail(f"<div class='{name}'>样本</div>").body is None, name
    for name in CLASSES:
        assert detail(f"{beside}<div class='{name}'>样本</div>").body == "样本", name
        assert detail(f"<div id='{name}'>样本</div>").body is None, name
    assert detail("<body id=zoom>样本</body>").body is None


@pytest.mark.parametrize(("length", "is_body"), [(30, True), (29, False)])
def test_a_text_without_a_name_has_30_characters_at_least(length: int, is_body: bool) -> None:
    assert bool(detail(f"<div><p>{'样' * length}</p></div>").body) == is_body


@pytest.mark.parametrize(("labels", "is_metadata"), [(3, True), (2, False)])
def test_three_labels_make_a_block_metadata(labels: int, is_metadata: bool) -> None:
    block = "".join(f"<p>{label}：样本</p>" for label in ("索引号", "文号", "主题")[:labels])
    inner = f"<div id=zoom>{'正文' * 20}</div>"
    around = detail(f"<div class=xxgk_wenzhang>{block}{inner}</div>")
    assert (around.body == "正文" * 20) == is_metadata
    assert ("index_number" in around.fields) == is_metadata
    unnamed = detail(f"<div>{block}<p>{'正文' * 20}</p></div>")
    assert (unnamed.body is None) == is_metadata
    assert unnamed.fields["index_number"] == "样本"


HIDING = ["script", "style", "noscript", "template", "select", "textarea"]
APART = ["address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4",
         "h5", "h6", "header", "li", "main", "nav", "ol", "p", "pre", "section", "ul"]  # fmt: skip


def test_what_is_no_text_and_what_is_a_line_of_its_own() -> None:
    for tag in HIDING:
        root = parse_html(f"<div id=zoom>甲<{tag}>乙</{tag}>丙</div>")
        assert (line_of(root.find(".//div")), lines_of(root)) == ("甲丙", "甲丙"), tag
    for tag in APART:
        assert read_body(find_body(parse_html(f"<div id=zoom>甲<{tag}>乙</{tag}>丙</div>"))) == "甲\n乙\n丙", tag
    for tag in ("span", "b", "font", "a", "i"):
        assert read_body(find_body(parse_html(f"<div id=zoom>甲<{tag}>乙</{tag}>丙</div>"))) == "甲乙丙", tag
    assert read_body(find_body(parse_html("<div id=zoom>甲<br>乙<hr>丙</div>"))) == "甲\n乙\n丙"


# --- titles ---


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (f"<h1>{'样' * 300}</h1>", "样" * 300),
        (f"<h1>{'样' * 301}</h1><h2>样本标题</h2>", "样本标题"),
        ("<h1>样本县财政局</h1><h2>样本标题</h2>", "样本标题"),
        (f"<h1>{'样' * 21}局</h1><h2>样本标题</h2>", f"{'样' * 21}局"),  # too long for a site's name
        ("<title>样本标题_县政府</title><h1>一</h1><h1>样本标题</h1>", "样本标题"),
        ("<meta name='ArticleTitle' content='无'><h1>样本标题</h1>", "样本标题"),
        ("<meta name='articletitle' content='样本标题'><h1>另一</h1>", "样本标题"),
        ("<p>名称：样本标题</p><meta name='ArticleTitle' content='另一'>", "样本标题"),
        ("<title>样本标题 - 信息公开 - 样本县</title>", "样本标题"),
        ("<title>样本标题|样本县信息公开</title>", "样本标题"),
        ("<div class=Title>样本标题</div>", "样本标题"),
        ("<div id=atitle>样本标题</div>", "样本标题"),
    ],
)  # fmt: skip
def test_which_of_several_titles_counts(html: str, title: str) -> None:
    assert detail(html).fields["title"] == title


# --- what a page is for ---


def kind(html: str) -> str:
    root = parse_html(html)
    return page_kind(root, rows(html), read_paging(root, BASE), detail(html))


METADATA = "<p>索引号：A1</p><p>文号：B1</p><p>主题：教育</p>"
LISTED = "<ul><li><a href=1.html>甲</a> 2017-12-19</li><li><a href=2.html>乙</a> 2017-12-18</li></ul>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (LISTED, "list"),
        (METADATA + LISTED, "detail"),  # a record beside whose text others are named
        (METADATA + LISTED + "<a href=list_1.html>下一页</a>", "list"),
        (METADATA.replace("<p>主题：教育</p>", "") + LISTED, "list"),
        (METADATA, "detail"),
        ("<p>名称：样本</p><p>来源：样本局</p><p>作者：样本</p>", "other"),
        (f"<h1>样本标题</h1><div id=zoom>{'样' * 30}</div>", "detail"),
        (f"<h1>样本标题</h1><div id=zoom>{'样' * 29}</div>", "other"),
        (f"<div id=zoom>{'样' * 30}</div>", "other"),
        (f"<h1>样本标题</h1><div><p>{'样' * 30}</p></div>", "other"),
        (f"<h1>样本标题</h1><p>发布日期：2017-12-19</p><div><p>{'样' * 30}</p></div>", "detail"),
        ("<meta name=ArticleTitle content=样本标题>" + LISTED, "detail"),
        ("<meta name=ArticleTitle content=' '>" + LISTED, "list"),
        ("<p>样本</p>", "other"),
    ],
)
def test_what_a_page_is_for(html: str, expected: str) -> None:
    assert kind(html) == expected


# --- lists without labels ---


@pytest.mark.parametrize(("boxes", "is_list"), [(2, True), (3, False)])
def test_three_links_to_more_without_a_pager_are_a_landing_page(boxes: int, is_list: bool) -> None:
    html = LISTED + "<a href=/a/>更多</a>" * boxes
    assert bool(rows(html)) == is_list
    assert rows(f"{html}<a href=list_1.html>下一页</a>") != ()
    assert rows(f"<div>当前位置：<a href=/>首页</a> > <a>公告</a></div>{html}") != ()


@pytest.mark.parametrize(
    ("lines", "is_list"),
    [
        (("2017-12-19", "", ""), False),  # one of three says what it is
        (("2017-12-19", ""), True),
        (("", ""), False),
    ],
)
def test_half_the_rows_of_a_list_have_a_date(lines: tuple[str, ...], is_list: bool) -> None:
    html = "".join(f"<li><a href={n}.html>第{n}条</a> {day}</li>" for n, day in enumerate(lines))
    assert bool(rows(f"<ul>{html}</ul>")) == is_list


def test_one_box_of_a_link_and_a_date_is_no_list_and_two_are() -> None:
    box = "<div class=box><p><a href={0}.html>第{0}条</a></p><span>2017-12-19</span></div>"
    assert titles(box.format(1)) == []
    assert titles(box.format(1) + box.format(2)) == ["第1条", "第2条"]
    assert titles((box + "<a href=/x/{0}>别处</a>").format(1) + box.format(2)) == ["第1条", "第2条"]
    two_links = box.replace("</p>", "</p><a href=/x/{0}.html>别处</a>")
    assert titles(two_links.format(1) + two_links.format(2)) == []


@pytest.mark.parametrize("more", ["更多", "更多>>", "更多…", "查看更多", "点击更多信息", "more", "More>>", "MORE+"])
def test_a_link_to_more_is_no_row(more: str) -> None:
    assert titles(f"{LISTED[:-5]}<li><a href=/more/>{more}</a> 2017-12-17</li></ul>") == ["甲", "乙"]
    assert titles(f"{LISTED[:-5]}<li><a href=/more/>{more}的通知</a> 2017-12-17</li></ul>") == [
        "甲",
        "乙",
        f"{more}的通知",
    ]
