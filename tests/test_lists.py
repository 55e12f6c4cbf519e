"""Rows of small lists, by what headers, labels and cells say; lists as whole pages are in tests/golden/. Written after portals.md."""

import pytest
from hypothesis import given, settings

from crawler.extract.dated import known_rows
from crawler.extract.lists import read_rows
from crawler.extract.row import read_row
from crawler.extract.tree import parse_html
from tests.hostile import lines_run, markup
from tests.list_pages import AROUND, BASE, HEAD, HERE, LINE, rows


def table(line: str) -> str:
    return AROUND % f"<table>{HEAD}{line}</table>"


# --- rows of a table under a header (§1 row 7, §2.2) ---


@pytest.mark.parametrize(
    ("cells", "url", "fields"),
    [
        ("<td>A</td><td><a>甲</a></td><td>县</td>", None, {"index_number": "A", "title": "甲", "publisher": "县"}),
        ("<td>A</td><td><a href='javascript:void(0)'>甲</a></td><td></td><td>2017-12-19</td>", None,
         {"index_number": "A", "title": "甲", "published_on": "2017-12-19"}),
        ("<td></td><td><a href='http://other.gov.cn/x.html'>甲</a></td><td></td><td></td>", "http://other.gov.cn/x.html", {"title": "甲"}),
        ("<td>无</td><td><a href='../../zcjd/1.html'>甲</a></td><td>-</td><td>&nbsp;</td>", "http://www.county.gov.cn/xxgk/zcjd/1.html",
         {"title": "甲"}),
        ("<td>A</td><td>甲</td>", None, {"index_number": "A", "title": "甲"}),
        ("<td></td><td>甲</td><td></td><td></td>", None, {"title": "甲"}),
        ("<td>A</td><td>甲</td><td>县</td><td>12-19</td>", None, {"index_number": "A", "title": "甲", "publisher": "县"}),
        ("<td>A</td><td><a href='t20171219_1.html'>甲</a></td><td>县</td><td>12-19</td>", HERE + "t20171219_1.html",
         {"index_number": "A", "title": "甲", "publisher": "县", "published_on": "2017-12-19"}),
        ("<td colspan=2><a href='1.html'>甲</a></td><td>县</td><td>2017-12-19</td>", HERE + "1.html",
         {"title": "甲", "publisher": "县", "published_on": "2017-12-19"}),
        ("<td>A</td><td colspan=3><a href='1.html'>甲</a></td>", HERE + "1.html", {"index_number": "A", "title": "甲"}),
        ("<td>A</td><td>甲 <a href='1.html'>[查看]</a></td><td>县</td><td></td>", HERE + "1.html",
         {"index_number": "A", "title": "甲 [查看]", "publisher": "县"}),
        ("<td>A</td><td>甲</td><td>县</td><td><a href='1.html'>查看</a></td>", HERE + "1.html",
         {"index_number": "A", "title": "甲", "publisher": "县"}),
    ],
)  # fmt: skip
def test_incomplete_and_odd_rows_are_kept(cells: str, url: str | None, fields: dict[str, str]) -> None:
    (row,) = rows(table(f"<tr>{cells}</tr>"))
    assert (row.url, row.fields) == (url, fields)


@pytest.mark.parametrize("span", ["", "0", "-1", "x", "٣", "1.5", "9" * 5000])
def test_a_cell_may_say_that_it_spans_anything(span: str) -> None:
    (row,) = rows(table(f"<tr><td>A</td><td>甲</td><td>县</td><td colspan='{span}'>2017-12-19</td></tr>"))
    assert row.fields == {"index_number": "A", "title": "甲", "publisher": "县", "published_on": "2017-12-19"}


def test_a_date_that_cant_be_read_is_flagged_and_kept_as_printed() -> None:
    (row,) = rows(table("<tr><td>A</td><td><a href='t20171220_1.html'>甲</a></td><td>县</td><td>12-19</td></tr>"))
    assert row.doubts == ("date_unreadable",)
    assert row.source_fields["发布日期"] == "12-19"


@pytest.mark.parametrize(
    ("link", "title", "attribute"),
    [
        (
            "<a href=1.html title='点击查看'>关于公布预...</a>",
            "关于公布预...",
            "点击查看",
        ),  # the attribute begins otherwise
        (
            "<a href=1.html title='预算公开-县政府网站'>预算公开</a>",
            "预算公开",
            "预算公开-县政府网站",
        ),  # the title is whole
    ],
)
def test_an_attribute_that_does_not_replace_the_title(link: str, title: str, attribute: str) -> None:
    (row,) = rows(f"<table><tr><th>标题</th><th>索引号</th></tr><tr><td>{link}</td><td>A</td></tr></table>")
    assert (row.fields["title"], row.source_fields["a[title]"]) == (title, attribute)


# --- rows of a link and a date (§1 rows 9-11; §2.1 last form; §2.3) ---


@pytest.mark.parametrize(
    "line",
    [
        "<li><span>2017-12-19</span><a href=t20171219_{0}.html>第{0}条</a></li>",
        "<li><a href=t20171219_{0}.html>第{0}条</a><i>[12-19]</i></li>",
        "<li><a href=t20171219_{0}.html>第{0}条 <em>(12-19)</em></a></li>",
        "<li><a href=t20171219_{0}.html><font class=cont_tit03>第{0}条</font><font class=cont_tit02>2017-12-19</font></a></li>",
        "<li><a href=t20171219_{0}.html title=第{0}条>第...</a><em id=rel_1></em><span class=bf-pass>2017.12.19</span></li>",
        "<li><a href=/c/>[公告]</a> <a href=t20171219_{0}.html>第{0}条</a> 2017年12月19日</li>",
        "<dd><a href=t20171219_{0}.html>第{0}条</a> 2017-12-19</dd>",
        "<li><a href=t20171219_{0}.html><span>2017-12-19</span>第{0}条</a></li>",
        "<li><a href=t20171219_{0}.html><div class=time><b>19</b><i>2017-12</i></div><p>第{0}条</p></a></li>",
        "<li><div><p>2017年12月</p><p>19日</p></div><a href=t20171219_{0}.html>第{0}条</a></li>",
        "<li><a href=t20171219_{0}.html>第{0}条</a><em>12/19</em><em>2017</em></li>",
        "<tr><td><a href=t20171219_{0}.html>第{0}条</a></td><td>2017-12-19</td></tr>",
        "<li><a href=t20171219_{0}.html>第{0}条</a><span>17-12-19</span></li>",
        "<li><a href=t20171219_{0}.html><em>置顶</em>第{0}条<i>NEW</i></a><span>2017-12-19</span></li>",
        "<li><span>[置顶]</span><a href=t20171219_{0}.html>【置顶】第{0}条（最新）</a><i>new</i><span>2017-12-19</span></li>",
        "<tr><td><b>[热]</b><a href=t20171219_{0}.html>第{0}条</a> <font color=red>new!</font></td><td>2017-12-19</td></tr>",
        "<div><p><a href=t20171219_{0}.html>2017-12-19</a></p><p><a href=t20171219_{0}.html>第{0}条</a></p></div>",
        "<li><!-- 2001-01-01 --><script>var day='2001-01-01'</script><a href=t20171219_{0}.html>第{0}条</a><b>2017-12-19</b></li>",
    ],
)
def test_rows_of_a_link_and_a_date(line: str) -> None:
    lines = "".join(line.format(number) for number in range(1, 4))
    kind = {"<tr": "table", "<dd": "dl"}.get(line[:3], "ul")
    read = rows(AROUND % f"<div class=list><{kind}>{lines}</{kind}></div>")
    assert [(row.url, row.fields) for row in read] == [
        (f"{HERE}t20171219_{number}.html", {"title": f"第{number}条", "published_on": "2017-12-19"})
        for number in range(1, 4)
    ]


ITEM = "<li><a href={0}.html>第{0}条</a><span>2017-12-19</span></li>"
LINES = [
    "· <a href=t20171219_{0}.html>第{0}条</a> [2017-12-19]<br>",
    "<img src=dot.gif>&nbsp;<a href=t20171219_{0}.html>第{0}条</a>&nbsp;<font color=gray>(2017/12/19)</font><br/>\n",
    "2017年12月19日 <a href=t20171219_{0}.html>第{0}条</a><br>",
    "<a href=t20171219_{0}.html>第{0}条</a><br>2017-12-19<br>",
    "<span><a href=/c/>[公告]</a> <a href=t20171219_{0}.html>第{0}条</a></span> <i>2017-12-19</i><br>",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "around", ["<div>%s</div>", "<p>%s</p>", "<table><tr><td>%s</td></tr></table>", "<div><h3>公告</h3>%s</div>"]
)
def test_rows_may_be_lines_of_an_element(line: str, around: str) -> None:
    lines = "".join(line.format(number) for number in range(1, 5))
    read = rows(AROUND % (around % lines + "<div><a href=index.html>首页</a> <a href=index_1.html>下一页</a></div>"))
    assert [(row.url, row.fields) for row in read] == [
        (f"{HERE}t20171219_{number}.html", {"title": f"第{number}条", "published_on": "2017-12-19"})
        for number in range(1, 5)
    ]


@pytest.mark.parametrize(
    "row",
    [
        "<a href=t20171219_{0}.html>第{0}条</a><span>2017-12-19</span>",
        "<i class=dot></i><a href=t20171219_{0}.html>第{0}条</a> [2017-12-19] ",
        "<em>2017年12月19日</em><a href=t20171219_{0}.html>第{0}条</a><i></i>",
        "<b><a href=/c/>[公告]</a></b><b><a href=t20171219_{0}.html>第{0}条</a></b><em>2017/12/19</em>",
        "<h4><a href=t20171219_{0}.html>第{0}条</a></h4><p>2017-12-19</p>",
        "<div class=day>2017-12-19</div><div class=t><a href=t20171219_{0}.html>第{0}条</a></div>",
    ],
)
@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("", ""),
        ("", "<div><a href=index_1.html>下一页</a></div>"),
        ("<div><a href=/a/>样本栏目</a><a href=/b/>样本目录</a></div>", ""),
    ],
)
def test_rows_may_stand_in_one_box_with_nothing_between(row: str, before: str, behind: str) -> None:
    lines = "".join(row.format(number) for number in range(1, 5))
    read = rows(AROUND % f"<div>{before}{lines}{behind}</div>")
    assert [(row.url, row.fields) for row in read] == [
        (f"{HERE}t20171219_{number}.html", {"title": f"第{number}条", "published_on": "2017-12-19"})
        for number in range(1, 5)
    ]


def test_links_and_days_that_do_not_take_turns_are_no_rows() -> None:
    """Whether a day belongs to the link before it or behind it cannot be told."""
    line = "<a href={0}.html>第{0}条</a><span>2017-12-19</span>"
    lines = "".join(line.format(number) for number in range(1, 5))
    assert rows(f"<div><a href=0.html>第0条</a>{lines}</div>") == ()
    assert rows(f"<div>{lines}<a href=5.html>第5条</a></div>") == ()


def test_one_link_with_its_column_and_its_day_is_no_list() -> None:
    assert rows("<div><a href=c/1/>样本栏目</a><a href=d/1.html>第1条</a><span>2017-12-19</span></div>") == ()


def test_days_of_a_calendar_are_no_rows() -> None:
    days = "".join(f"<td><a href=?d={day}>{day}</a></td>" for day in range(1, 7))
    assert rows(f"<table><tr><td>2017-12-01</td>{days}</tr><tr><td>2017-12-08</td>{days}</tr></table>") == ()


def test_neighbours_with_their_days_are_no_rows() -> None:
    neighbours = ((name, n) for n, name in enumerate(("上一篇：", "下一篇："), 1))
    lines = "".join(f"<b>{name}</b><a href={n}.html>第{n}条</a><i>2017-12-19</i>" for name, n in neighbours)
    assert rows(f"<div>{lines}</div>") == ()


@pytest.mark.parametrize(
    "line", ["<a href={0}.html>样本县第{0}小学</a><br>", "<a href={0}.html>网友{0}</a> 说，样本县第{0}条<br>"]
)
def test_lines_without_dates_are_no_rows(line: str) -> None:
    assert rows(f"<div>{''.join(line.format(number) for number in range(1, 9))}</div>") == ()


@pytest.mark.parametrize(
    "link",
    [
        "<a href='#' onclick=\"window.open('d/{0}.html')\">第{0}条</a>",
        "<a href=\"javascript:openUrl('d/{0}.html')\">第{0}条</a>",
    ],
)
def test_a_link_leads_where_its_script_says(link: str) -> None:
    lines = "".join(f"<li>{link.format(number)} 2017-12-19</li>" for number in range(1, 4))
    assert [row.url for row in rows(f"<ul>{lines}</ul>")] == [f"{HERE}d/{number}.html" for number in range(1, 4)]


@pytest.mark.parametrize(
    "row",
    [
        "<tr onclick=\"location.href='d/{0}.html'\"><td>{0}</td><td>样本第{0}条</td><td>2017-12-19</td></tr>",
        "<li onclick=\"window.open('d/{0}.html')\"><b>样本第{0}条</b> <i>2017-12-19</i></li>",
        "<li onclick=\"window.open('d/{0}.html')\"><p>26PD0{0}-01</p><p>样本第{0}条</p><p>一标</p><p>2017-12-19</p></li>",
    ],
)
def test_a_row_leads_where_its_script_says(row: str) -> None:
    kind = "table" if row.startswith("<tr") else "ul"
    read = rows(f"<{kind}>{''.join(row.format(number) for number in range(1, 4))}</{kind}>")
    assert [(row.url, row.fields) for row in read] == [
        (f"{HERE}d/{number}.html", {"title": f"样本第{number}条", "published_on": "2017-12-19"})
        for number in range(1, 4)
    ]


def test_a_link_whose_address_a_script_makes_up_leads_nowhere() -> None:
    lines = "".join(
        f"<li><a href='#' onclick='show({number})'>第{number}条</a> 2017-12-19</li>" for number in range(1, 4)
    )
    assert rows(f"<ul>{lines}</ul>") == ()


@pytest.mark.parametrize(
    ("trail", "count"),
    [("您现在的位置：<a href=/>首页</a> &gt; <a href=/gk/>公开</a> &gt; <a href=/gk/1/>公告</a>", 3), ("", 0)],
)
def test_days_without_years_make_a_list_below_a_trail(trail: str, count: int) -> None:
    """Boxes of home pages print such days, too."""
    lines = "".join(f"<li><a href=d/{number}.html>第{number}条</a> 12-19</li>" for number in range(1, 4))
    assert len(rows(f"<div>{trail}</div><ul>{lines}</ul>")) == count


def test_a_header_may_be_divided_in_a_row_below() -> None:
    head = "<tr><th rowspan=2>标题</th><th colspan=2>日期</th><th rowspan=2>发布机构</th></tr><tr><th>成文日期</th><th>发布日期</th></tr>"
    line = "<tr><td><a href=1.html>甲</a></td><td>2017-12-01</td><td>2017-12-19</td><td>样本县政府办</td></tr>"
    assert [row.fields for row in rows(f"<table>{head}{line}</table>")] == [
        {"title": "甲", "created_on": "2017-12-01", "published_on": "2017-12-19", "publisher": "样本县政府办"}
    ]


@pytest.mark.parametrize("pairs", [2, 3])
def test_a_table_may_show_several_records_in_a_row(pairs: int) -> None:
    cells = [f"<td><a href=t20171219_{n}.html>第{n}条</a></td><!-- x --><td>[2017-12-19]</td>" for n in range(7)]
    lines = "".join(f"<tr>{''.join(cells[start : start + pairs])}</tr>" for start in range(0, 7, pairs))
    read = rows(AROUND % f"<table>{lines}</table>")
    assert [(row.url, row.fields) for row in read] == [
        (f"{HERE}t20171219_{n}.html", {"title": f"第{n}条", "published_on": "2017-12-19"}) for n in range(7)
    ]


@pytest.mark.parametrize(
    ("html", "read"),
    [
        # landing pages show one of several forms of a date by their style (§2.3)
        ("<ul><li><a href=1.html>甲</a><span>11-09</span><span>[11-09]</span><span>2023.11.09</span><span>[2023-11-09]</span></li></ul>",
         [(HERE + "1.html", {"title": "甲", "published_on": "2023-11-09"})]),
        # a header with names nobody knows between those known
        ("<table><tr><td>名称</td><td>大小</td><td>发布日期</td></tr><tr><td><a href=1.html>甲</a></td><td>1 MB</td><td>2017-12-19</td></tr></table>",
         [(HERE + "1.html", {"title": "甲", "published_on": "2017-12-19"})]),
        ("<ul><li><a href='https://mp.weixin.qq.com/s/1'>甲</a> 2017-12-19</li><li><a href='./P0201712.pdf'>乙</a> 2017-12-19</li></ul>",
         [("https://mp.weixin.qq.com/s/1", {"title": "甲", "published_on": "2017-12-19"}),
          (HERE + "P0201712.pdf", {"title": "乙", "published_on": "2017-12-19"})]),
        # a title broken into lines, and a link around a title and a summary
        ("<ul><li><a href=1.html>关于样本<br>的通知</a> 2017-12-19</li><li><a href=2.html>样本公告<br>样本摘要。</a> 2017-12-19</li></ul>",
         [(HERE + "1.html", {"title": "关于样本的通知", "published_on": "2017-12-19"}),
          (HERE + "2.html", {"title": "样本公告", "published_on": "2017-12-19"})]),
        ("<ul><li><a href=1.html>甲</a><i>二〇一七年十二月十九日</i></li><li><a href=2.html>乙</a><i>２０１７—１２—１９</i></li></ul>",
         [(HERE + "1.html", {"title": "甲", "published_on": "2017-12-19"}), (HERE + "2.html", {"title": "乙", "published_on": "2017-12-19"})]),
        # a word of the title in an element of its own is no mark
        ("<ul><li><a href=1.html><b>新</b>能源推广<b>最新</b></a> 2017-12-19</li></ul>",
         [(HERE + "1.html", {"title": "新能源推广最新", "published_on": "2017-12-19"})]),
        # a row without a date stays in a dated list
        ("<ul><li><a href=1.html>甲</a> 2017-12-19</li><li><a href=2.html>乙</a></li><li><a href=3.html>丙</a> 2017-12-18</li></ul>",
         [(HERE + "1.html", {"title": "甲", "published_on": "2017-12-19"}), (HERE + "2.html", {"title": "乙"}),
          (HERE + "3.html", {"title": "丙", "published_on": "2017-12-18"})]),
    ],
)  # fmt: skip
def test_small_lists(html: str, read: list[tuple[str, dict[str, str]]]) -> None:
    assert [(row.url, row.fields) for row in rows(html)] == read


@pytest.mark.parametrize(
    "link",
    [
        "<a href={0}.html><h4>第{0}条</h4><p class=date>2017-12-19</p><p>摘要，讲的是第{0}条里的事</p></a>",
        "<a href={0}.html title=第{0}条><div>第{0}条</div><p>摘要，讲的是第{0}条里的事</p></a><i>2017-12-19</i>",
        "<a href={0}.html><img src=x.jpg></a><h3><a href={0}.html>第{0}条</a></h3><i>2017-12-19</i>",
    ],
)
def test_a_link_around_a_whole_box_is_called_by_its_heading(link: str) -> None:
    read = rows(f"<ul>{''.join(f'<li>{link.format(number)}</li>' for number in (1, 2))}</ul>")
    assert [row.fields["title"] for row in read] == ["第1条", "第2条"]


def test_rows_that_a_family_knows_need_no_date() -> None:
    html = """<li><a href=1.html title=第1条的全名>第1条...</a></li><li><a href="javascript:void(0)">第2条</a> 2017-12-19</li>
        <li><a ms-attr-href=el.url>{{el.title}}</a></li><li></li><li><a href=list.html>上一页</a> <a href=list_2.html>下一页</a></li>"""
    read = known_rows(parse_html(html).iter("li"), BASE)
    assert [(row.url, dict(row.fields)) for row in read] == [
        (HERE + "1.html", {"title": "第1条的全名"}),
        (None, {"title": "第2条", "published_on": "2017-12-19"}),
    ]


# --- no lists ---


@pytest.mark.parametrize(
    "html",
    [
        "", "<p>没有目录</p>", "<ul><li>a</li><li>b</li></ul>", "<table></table>",
        "<ul><li>索引号：A</li><li>标题：甲</li><li>发布机构：县政府办</li><li>发布日期：2017-12-19</li><li>有效性：有效</li></ul>",
        "<table><tr><td>索引号</td><td>Whgs-16</td><td>信息分类</td><td></td></tr><tr><td>内容概述</td><td colspan=3></td></tr></table>",
        "<table><tr><td>名称</td><td>关于公布预算的通知</td><td>发布机构</td><td>县</td></tr><tr><td><a href=1.html>甲</a></td><td>a</td><td>b</td><td>c</td></tr></table>",
    ],
)  # fmt: skip
def test_a_page_without_a_list(html: str) -> None:
    assert rows(html) == ()


@pytest.mark.parametrize("start", ["当前位置：<a href=/>首页</a>", "<a href=/>首页</a>", "网站<a href=/>首页</a>"])
def test_the_trail_in_the_first_row_of_a_list_is_none(start: str) -> None:
    lines = "".join(f"<tr><td><a href={n}.html>第{n}条</a></td><td>2017-12-19</td></tr>" for n in range(1, 4))
    read = rows(f"<table><tr><td>{start} &gt; <a href=/gk/>信息公开</a> &gt; 公告</td></tr>{lines}</table>")
    assert [row.fields["title"] for row in read] == ["第1条", "第2条", "第3条"]


@pytest.mark.parametrize("trail", ["", "<tr><td>您的位置：<a href=/>首页</a> &gt; <a href=/gk/>公开</a></td></tr>"])
def test_a_menu_of_the_rows_form_before_a_list_is_none(trail: str) -> None:
    menu = "".join(f"<tr><td><a href=/{n}/>样本栏目{n}</a></td></tr>" for n in range(1, 4))
    lines = "".join(f"<tr><td><a href={n}.html>第{n}条</a></td><td>2017-12-19</td></tr>" for n in range(1, 7))
    tables = f"<td><table>{menu}</table></td><td><table>{trail}</table><table>{lines}</table></td>"
    read = rows(f"<table><tr>{tables}</tr></table>")
    assert [row.fields["title"] for row in read] == [f"第{n}条" for n in range(1, 7)]


BESIDE = ["推荐信息", "相关文章", "【相关阅读】", "热门文章", "点击排行", "阅读排行榜", "猜你喜欢", "热点推荐"]


@pytest.mark.parametrize("heading", BESIDE)
def test_a_list_that_is_headed_as_one_beside_the_page_is_none(heading: str) -> None:
    box = (
        f"<div class=side><div class=bt>{heading}</div><ul>{ITEM.format(7)}{ITEM.format(8)}{ITEM.format(9)}</ul></div>"
    )
    own = "<div class=list><h2>公告</h2><p><a href=1.html>第1条</a> 2017-12-19</p><p><a href=2.html>第2条</a> 2017-12-19</p></div>"
    assert rows(f"<div>{box}<div>暂无信息</div></div>") == ()
    for page in (box + own, own + box):
        assert [row.fields["title"] for row in rows(f"<div>{page}</div>")] == ["第1条", "第2条"]


@pytest.mark.parametrize("heading", ["相关文件", "通知公告", "最新信息", "推荐信息一览：本县今年公布的全部文件与通知"])
def test_a_list_headed_by_the_column_it_stands_in_is_the_pages(heading: str) -> None:
    trail = f"<div>当前位置：<a href=/>首页</a> &gt; <a href=/gk/>公开</a> &gt; {heading}</div>"
    assert len(rows(f"{trail}<div><h3>{heading}</h3><ul>{ITEM.format(1)}{ITEM.format(2)}</ul></div>")) == 2


def test_what_stands_around_a_list_is_none() -> None:
    assert [row.url for row in rows(AROUND % "")] in ([], ["http://www.county.gov.cn/rd/1.html"])


# --- whatever the page ---


@settings(deadline=None, max_examples=250)
@given(markup)
def test_any_markup_is_read(html: str) -> None:
    for row in rows(html):
        assert row.url is None or row.url.startswith(("http://", "https://"))
        assert all(row.fields.values())
        assert row.source_fields
    read_row(parse_html(html), BASE)


@pytest.mark.parametrize(
    "unit",
    [
        LINE.format(1),
        f"<table>{HEAD}<tr><td>A<td><a href=1>甲</a><td>",
        "<table><tr><td><a href=1>甲</a> 2017-12-19",
        "<ul><li><a href=1.html>甲</a> 2017-12-19",
        "<ul><li>A</li><li><a href=1.html>甲</a></li><li>2017-12-19</li></ul><b>x</b>",
        "<div><ul><li>A</li><li><a href=1.html>甲</a></li></ul><div class=hover_box><p>索引号：<span>A</span></p></div></div>",
        "<li><a href=1.html>甲</a> 2017-12-19</li>",
        "<a href=1.html>甲</a> 2017-12-19",
        "<a href=1.html>甲</a> 2017-12-19<br>",
        "<div><a href=1.html>甲</a> 2017-12-19<br><a href=2.html>乙</a> 2017-12-19<br></div>",
        "<div style=display:none><li><a href=1.html>甲</a> 2017-12-19</li></div><div><li><a href=1.html>甲</a> 2017-12-19</li></div>",
        "<li><a href=# onclick=\"open('1.html')\">甲</a> 2017-12-19</li>",
        "<div><a href=1.html>甲</a> <b>2017-12-19</b></div>",
        "<div><div><div><a href=1.html>甲</a></div></div></div>",
        "<div class=row><li>A</li><li><a href=1.html>甲</a></li></div><div style=display:none>索引号：1</div>",
        "<ul><li>标题</li><li>发布日期</li></ul><ul><li><a href=1.html>甲</a></li><li>2017-12-19</li></ul>下一页",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    """Four times the page is at most five times the work (rows in rows count once more, up to the size of a row)."""
    small, large = (parse_html(f"<table>{HEAD}" * unit.startswith("<tr") + unit * times) for times in (75, 300))
    assert lines_run(lambda: read_rows(large, BASE)) < 5 * lines_run(lambda: read_rows(small, BASE))


# --- agencies and boards beside titles ---


def beside(*texts: str) -> list[str | None]:
    lines = (
        f"<li>{text}<a href='t{number}.html'>第{number}条样本通知</a><span>2017-12-19</span></li>"
        for number, text in enumerate(texts)
    )
    return [row.fields.get("publisher") for row in rows(AROUND % f"<ul class=list>{''.join(lines)}</ul>")]


def test_the_only_agency_beside_a_title_is_the_rows_publisher() -> None:
    printed = (
        "<i>[县教育局]</i>",
        "<a href='/jy/'>县教育局</a>",
        "<i>县教育局</i><i>县财政局</i>",
        "<i>各乡镇</i>",
        "<i>县教育新闻网</i>",
        "",
    )
    assert beside(*printed) == ["县教育局", "县教育局", None, None, None, None]
    assert beside(*["<b>发布机构：县政府办</b> <i>县教育局</i>"] * 2) == ["县政府办"] * 2


def posts(author: str) -> int:
    lines = (
        f"<tr><td><a href='/forum-{number}.html'>样本版块{number}</a></td><td><a href='/t{number}.html'>第{number}篇样本帖子</a> 2017-12-19 {author}</td></tr>"
        for number in range(4)
    )
    return sum("样本帖子" in row.fields["title"] for row in rows(AROUND % f"<table>{''.join(lines)}</table>"))


def test_boards_with_their_last_posts_are_no_rows_and_titles_behind_a_link_to_their_column_are() -> None:
    assert posts("<a href='/u1'>某人</a>") == 0
    assert posts("") == 4
