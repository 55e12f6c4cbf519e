"""Lists of links and dates without a header: news lists, boxes, landing pages; written for the test after portals.md."""

import pytest

from crawler.extract.dated import known_rows
from crawler.extract.tree import parse_html
from tests.list_pages import AROUND, BASE, HERE, rows, titles

# --- news lists (§1 rows 9-11; §2.1 last form; §2.3) ---


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


def test_odd_items_of_a_news_list_are_no_rows() -> None:
    html = (
        AROUND
        % """<div class="list"><ul>
        <li><a href="1.html">第1条</a> 2017-12-19</li><li class="cont_line"></li>
        <li ms-repeat="list"><a ms-attr-href="el.url">{{el.title}}</a><span>{{el.date}}</span></li>
        <li><a href="javascript:void(0);">样式</a><span>11-09</span></li>
        <li><a href="2.html">第2条</a> 2017-12-18</li><li><a href="#">空</a></li>
        <li><a href="list.html">首页</a><a href="list_1.html">下一页</a>共3页</li></ul></div>"""
    )
    assert titles(html) == ["第1条", "第2条"]


def test_blocks_of_one_list_are_one_list_and_the_side_column_another() -> None:
    # §2.3: five rows a block
    block = "<div ms-visible='$showStatic({0})'><ul><li><a href={0}.html>第{0}条</a> 2017-12-19</li></ul></div>"
    html = "<div class=side><ul><li><a href=/x.html>旁</a> 2020-01-01</li><li><a href=/y.html>栏</a> 2020-01-01</li></ul></div>"
    assert titles(html + "<div des=通知>" + "".join(block.format(number) for number in range(1, 4)) + "</div>") == [
        "第1条",
        "第2条",
        "第3条",
    ]


TIP = (
    "style='display:none'><table><tr><td>索引号</td><td>A{0}</td><td>文号</td><td>县发〔2020〕{0}号</td></tr>"
    "<tr><td>名称</td><td>第{0}条的全名</td><td>发布机构</td><td>县政府办</td></tr></table></div>"
)
LABELLED = {
    "宁夏 (§1 row 6)": (
        "<li><a href={0}.html title=第{0}条的全名>第{0}条...</a><span>2020-03-1{0}</span><div class=tab><p><span>索引号：</span>"
        "<span>A{0}</span></p><p><span>发文字号：</span><span>县发〔2020〕{0}号</span></p><p><span>发布机构：</span><span>县政府办</span></p></div></li>"
    ),
    "天津 (§1 row 14)": (
        "<li><a href={0}.html title=第{0}条的全名>第{0}条...</a><span>索引号：A{0}</span><span>文号：县发〔2020〕{0}号</span>"
        "<span>发布日期：2020年03月1{0}日</span><span>发布机构：县政府办</span></li>"
    ),
    "govsearch (§2.2)": "<li><a href={0}.html data-tip=t{0}>第{0}条...</a><span>2020-03-1{0}</span><div class=tip "
    + TIP
    + "</li>",
    "boxes": "<div class=it><a href={0}.html>第{0}条...</a><span>2020-03-1{0}</span></div><div class=tip " + TIP,
}


@pytest.mark.parametrize("line", LABELLED.values(), ids=LABELLED)
def test_a_list_with_labels_in_its_rows_is_many_rows_and_not_one(line: str) -> None:
    lines = "".join(map(line.format, range(1, 5)))
    html = AROUND % f"<ul>{lines}</ul>" if line.startswith("<li") else f"<div>{lines}</div>"
    assert [(row.url, row.fields) for row in rows(html)] == [
        (f"{HERE}{n}.html", {"title": f"第{n}条的全名", "published_on": f"2020-03-1{n}", "index_number": f"A{n}",
                             "document_number": f"县发〔2020〕{n}号", "publisher": "县政府办"})
        for n in range(1, 5)
    ]  # fmt: skip


def test_a_table_in_a_row_says_labels_and_the_row_its_day() -> None:
    # §1 row 16 (广西): dates of other kinds stand in a table inside the row, before its own
    line = (
        "<tr><td>{0}</td><td onmouseenter='td_over(this)'><a href={0}.shtml>第{0}条</a><div><table><tr><td><strong>成文日期：</strong>2020年02月1{0}日</td>"
        "<td><strong>发文单位：</strong>县政府</td></tr></table></div></td><td>县发〔2020〕{0}号</td><td>有效</td><td>2020年02月2{0}日</td></tr>"
    )
    read = rows(AROUND % f"<ul class=more-list><table>{''.join(map(line.format, range(1, 4)))}</table></ul>")
    assert [row.fields for row in read] == [
        {"title": f"第{n}条", "published_on": f"2020-02-2{n}", "created_on": f"2020-02-1{n}", "publisher": "县政府",
         "document_number": f"县发〔2020〕{n}号"}
        for n in range(1, 4)
    ]  # fmt: skip


def test_of_a_date_in_several_forms_the_one_with_a_year_counts() -> None:
    # §2.3: landing pages show one of five by their style
    html = "<ul><li><a href=1.htm>甲</a><span>11-09</span><span>[11-09]</span><span>2023.11.09</span><span>[2023-11-09]</span></li></ul>"
    assert [row.fields for row in rows(html)] == [{"title": "甲", "published_on": "2023-11-09"}]


def test_boxes_of_a_link_and_a_date_where_there_is_no_other_list() -> None:
    line = "<div class=it><div class=t><a href={0}.html>第{0}条</a></div><div class=d>2020-01-0{0}</div></div>"
    lines = "".join(map(line.format, range(1, 4)))
    menu = "<div><a href=/a/>甲</a></div><p><a href=/b/>乙</a></p>"
    assert titles(menu + lines + "<p>主办单位：县政府办</p>") == ["第1条", "第2条", "第3条"]
    assert {frozenset(row.fields) for row in rows(menu + lines)} == {frozenset({"title", "published_on"})}
    assert titles(menu + line.format(1)) == []
    assert titles("<ul><li><a href=9.html>第9条</a> 2020-01-09</li></ul>" + lines) == ["第9条"]


@pytest.mark.parametrize(
    "pager",
    [
        "<div>共9页 <a href=list_7.html>上一页</a> <span>下一页</span></div>",
        "<script>createPageHTML(9, 8, 'list', 'html');</script>",
    ],
)
def test_a_last_page_of_one_row_is_read_and_not_the_longer_list_beside_it(pager: str) -> None:
    news = "".join(f"<li><a href=/rd/{n}.html>热点{n}</a> 2020-01-0{n}</li>" for n in range(1, 6))
    side = f"<div class=side><ul class=s>{news}</ul></div>"
    main = f"<div class=main><ul class=m><li><a href=1.html>第1条</a> 2017-12-19</li></ul>{pager}</div>"
    head = "<script>function createPageHTML(){document.write('下一页')}</script>"
    assert titles(head + side + main) == titles(head + main + side) == ["第1条"]


@pytest.mark.parametrize(
    "html",
    [
        "<ul><li>索引号：A</li><li>标题：甲</li><li>发布机构：县政府办</li><li>发布日期：2017-12-19</li><li>有效性：有效</li></ul>",
        "<table><tr><td>索引号</td><td>Whgs-16</td><td>信息分类</td><td></td></tr><tr><td>内容概述</td><td colspan=3></td></tr></table>",
        "<table><tr><td>名称</td><td>关于公布预算的通知</td><td>发布机构</td><td>县</td></tr><tr><td><a href=1.html>甲</a></td><td>a</td><td>b</td><td>c</td></tr></table>",
    ],
)
def test_a_records_own_labels_are_no_list(html: str) -> None:
    assert rows(html) == ()


def test_a_header_with_names_nobody_knows_between_those_known() -> None:
    html = "<table><tr><td>名称</td><td>大小</td><td>发布日期</td><td>下载</td></tr><tr><td><a href=1.html>甲</a></td><td>1 MB</td><td>2017-12-19</td><td>次</td></tr></table>"
    assert [row.fields for row in rows(html)] == [{"title": "甲", "published_on": "2017-12-19"}]


@pytest.mark.parametrize(
    "link",
    [
        "<a href={0}.html><h4>第{0}条</h4><p class=date>2017-12-19</p><p>摘要，讲的是第{0}条里的事</p></a>",
        "<a href={0}.html title=第{0}条><div>第{0}条</div><p>摘要，讲的是第{0}条里的事</p></a><i>2017-12-19</i>",
        "<a href={0}.html><img src=x.jpg></a><h3><a href={0}.html>第{0}条</a></h3><i>2017-12-19</i>",
    ],
)
def test_a_link_around_a_whole_box_is_called_by_its_heading(link: str) -> None:
    assert titles(f"<ul>{''.join(f'<li>{link.format(number)}</li>' for number in (1, 2))}</ul>") == ["第1条", "第2条"]


def test_rows_that_a_family_knows_need_no_date() -> None:
    html = """<li><a href=1.html title=第1条的全名>第1条...</a></li><li><a href="javascript:void(0)">第2条</a> 2017-12-19</li>
        <li><a ms-attr-href=el.url>{{el.title}}</a></li><li></li><li><a href=list.html>上一页</a> <a href=list_2.html>下一页</a></li>"""
    read = known_rows(parse_html(html).iter("li"), BASE)
    assert [(row.url, dict(row.fields)) for row in read] == [
        (HERE + "1.html", {"title": "第1条的全名"}),
        (None, {"title": "第2条", "published_on": "2017-12-19"}),
    ]


def test_off_site_and_direct_file_links_are_rows_too() -> None:
    html = "<ul><li><a href='https://mp.weixin.qq.com/s/1'>甲</a> 2017-12-19</li><li><a href='./P0201712.pdf'>乙</a> 2017-12-19</li></ul>"
    assert [row.url for row in rows(html)] == ["https://mp.weixin.qq.com/s/1", HERE + "P0201712.pdf"]


def test_a_row_without_a_date_stays_in_a_dated_list() -> None:
    html = "<ul><li><a href=1.html>甲</a> 2017-12-19</li><li><a href=2.html>乙</a></li><li><a href=3.html>丙</a> 2017-12-18</li></ul>"
    assert titles(html) == ["甲", "乙", "丙"]


@pytest.mark.parametrize(
    "html", ["", "<p>没有目录</p>", AROUND % "", "<ul><li>a</li><li>b</li></ul>", "<table></table>"]
)
def test_a_page_without_a_list(html: str) -> None:
    assert [row for row in rows(html) if row.url != "http://www.county.gov.cn/rd/1.html"] == []


# --- landing pages ---

DATED = '<li><a href="/a/{0}.html" title="样本文件之{0}">样本文件之{0}</a><span>2018-03-{0:02}</span></li>'


def boxes(*numbers: int, style: str = "") -> str:
    return f'<ul class="box" {style}>' + "".join(DATED.format(number) for number in numbers) + "</ul>"


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            f'<h2>公告 <a href="/gg/">更多</a></h2>{boxes(1, 2, 3)}<h2>动态 <a href="/dt/">更多&gt;&gt;</a></h2>{boxes(4, 5)}',
            id="boxes with a link to more between them",
        ),
        pytest.param(
            '<a href="/a/">MORE+</a><a href="/b/" title="更多"><img></a><a href="/c/">查看更多</a>' + boxes(1, 2, 3),
            id="one dated list among boxes of other kinds",
        ),
        pytest.param(boxes(1, 2) + boxes(3, 4, style='style="display: none"'), id="tabs, one of them shown"),
        pytest.param(
            "<div><p><a href=/gj/>高级搜索</a></p><div><a href=/a/>更多</a><p>样本文件</p><span>2018-03-01</span></div></div>"
            "<div><p><a href=/ysq/>依申请公开</a></p><div><a href=/b/>领导分工</a><span>2018-03-02</span></div></div>",
            id="boxes of links with a date among them",
        ),
    ],
)
def test_a_landing_page_is_no_list(page: str) -> None:
    assert rows(page) == ()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(f'<h2>公告 <a href="/gg/">更多</a></h2>{boxes(1, 2, 3)}', id="a box in the margin"),
        pytest.param(
            f'<a href="/a/">更多</a><a href="/b/">更多</a><a href="/c/">更多</a>{boxes(1, 2)}<p>首页 上一页 下一页 尾页</p>',
            id="boxes, and a pager",
        ),
        pytest.param(
            f'<div>当前位置：<a href="/">首页</a> &gt; <a href="/gg/">公告</a></div><a href="/a/">更多</a><a href="/b/">更多</a>'
            f'<a href="/c/">更多</a>{boxes(1, 2)}',
            id="boxes around a list that says where it is",
        ),
        pytest.param(boxes(1, 2).replace("</li>", '<a href="/x">更多</a></li>'), id="a link to more in each row"),
        pytest.param(boxes(1, 2) + "<hr>" + boxes(3, 4), id="rows in groups"),
    ],
)
def test_a_list_beside_boxes_is_read(page: str) -> None:
    assert {row.fields["published_on"] for row in rows(page)} >= {"2018-03-01", "2018-03-02"}


def test_the_labels_and_values_beside_a_record_are_no_rows() -> None:
    boxed = "<ul><li>索引号：<font>A1-2018-001</font></li><li>发文机关：<font>样本局</font></li><li>发布日期：2018-03-01</li></ul>"
    assert rows(boxed) == ()
    turns = (
        "<table><tr><td>索引号</td><td>A1-2018-001</td><td>信息分类</td><td></td></tr>"
        "<tr><td>内容概述</td><td></td></tr><tr><td>相关信息</td><td></td></tr></table>"
    )
    assert rows(turns) == ()
