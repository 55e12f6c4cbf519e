"""List rows by what headers, labels and cells say; every page here is written for the test after portals.md."""

import pytest
from hypothesis import given, settings

from crawler.extract.dated import known_rows
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute, is_page_link, read_row
from crawler.extract.tree import parse_html
from crawler.items import Row
from tests.hostile import lines_run, markup

BASE = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/list.html"
HERE = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/"

# What stands around a list on real pages, all of it tempting: menus, a ticker, a side column, a footer, a search form.
AROUND = """
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bs/">办事服务</a></li></ul></div>
<ul class="menu"><li><a href="/a/">组织机构</a><ul><li><a href="/a/1/">县委</a></li><li><a href="/a/2/">县政府</a></li></ul></li></ul>
<form action="/s"><table><tr><td>索引号</td><td><input></td><td>标题</td><td><input></td></tr>
<tr><td>发布日期</td><td><input></td><td><a href="/gj/">高级检索</a></td><td></td></tr></table></form>
<div class="side"><ul><li><a href="/rd/1.html">热点一</a><span>2020-01-01</span></li></ul></div>
%s
<div class="footer"><ul><li>主办：县政府办</li><li>联系电话：0000</li><li><a href="/map.html">网站地图</a></li><li>2020-01-01</li></ul>
<table><tr><td><a href="/jb/">举报</a></td><td>县政府</td><td>备案</td><td>2020-01-01</td></tr></table></div>
"""


def rows(html: str, base: str = BASE) -> tuple[Row, ...]:
    return read_rows(parse_html(html), base)


def titles(html: str) -> list[str | None]:
    return [row.fields.get("title") for row in rows(html)]


# --- tables (§1 row 7, §2.2: a table 名称 | 索引号 | 发布机构 | 发布日期) ---

HEAD = "<tr><th>索引号</th><th>标题</th><th>发布单位</th><th>发布日期</th></tr>"
LINE = '<tr><td>A{0}</td><td><a href="t20171219_{0}.html">第{0}条</a></td><td>县政府办</td><td>2017-12-19</td></tr>'


def table(*lines: str, head: str = HEAD) -> str:
    return AROUND % f"<table>{head}{''.join(lines)}</table>"


def test_columns_are_known_by_their_header_in_any_order_and_under_any_name() -> None:
    (row,) = rows(
        AROUND
        % """<table><thead><tr><th>序号</th><th>发文字号</th><th>公文标题</th><th>成文日期</th><th>发文机关</th>
        <th>信息索引号</th><th>来件</th></tr></thead><tbody><tr><td>1</td><td>同政发〔2017〕92号</td><td>
        <a href="./201712/t20171219_1.html">关于公布预算的通知</a></td><td>2017年12月19日</td><td>县政府</td><td>A1</td><td>略</td></tr></tbody></table>"""
    )
    assert row.url == HERE + "201712/t20171219_1.html"
    assert row.fields == {"document_number": "同政发〔2017〕92号", "title": "关于公布预算的通知", "created_on": "2017-12-19",
                          "publisher": "县政府", "index_number": "A1"}  # fmt: skip
    assert row.source_fields == {"序号": "1", "发文字号": "同政发〔2017〕92号", "公文标题": "关于公布预算的通知", "成文日期": "2017年12月19日",
                                 "发文机关": "县政府", "信息索引号": "A1", "来件": "略"}  # fmt: skip


def test_proposals_by_their_own_column_names() -> None:
    (row,) = rows("<table><tr><td>案号</td><td>标 题</td><td>承办单位</td><td>办结日期</td></tr>"
                  "<tr><td>15</td><td>关于修路的建议</td><td>交通局</td><td>2017.6.1</td></tr></table>")  # fmt: skip
    assert row.fields == {
        "index_number": "15",
        "title": "关于修路的建议",
        "publisher": "交通局",
        "published_on": "2017-06-01",
    }
    assert row.url is None


def test_odd_lines_are_no_rows() -> None:
    html = table(
        LINE.format(1),
        HEAD,
        '<tr><td colspan="4"><hr></td></tr>',
        "<tr><td>&nbsp;</td><td></td><td></td><td>-</td></tr>",
        "<tr></tr>",
        LINE.format(2),
        '<tr><td><a href="list.html">首页</a></td><td><a href="list_1.html">下一页</a></td><td>共3页</td><td></td></tr>',
    )
    assert titles(html) == ["第1条", "第2条"]


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


def test_a_table_inside_a_row_belongs_to_the_row() -> None:
    # §1 row 16: a metadata table inside the row
    inner = "<table><tr><th>索引号</th><td>B</td><th>名称</th><td>甲的全名</td></tr><tr><th>责任部门</th><td>某局</td><th>文号</th><td>C</td></tr></table>"
    (first, second) = rows(
        table(f"<tr><td>A</td><td><a href=1.html>甲</a>{inner}</td><td>县</td><td>2017-12-19</td></tr>", LINE.format(2))
    )
    assert first.fields == {"index_number": "A", "title": "甲", "publisher": "县", "published_on": "2017-12-19",
                            "responsible_department": "某局", "document_number": "C"}  # fmt: skip
    assert first.source_fields["索引号"] == "A"
    assert second.fields["title"] == "第2条"


def test_a_list_inside_a_layout_table() -> None:
    html = f"<table><tr><td>导航</td><td><table>{HEAD}{LINE.format(1)}</table></td></tr></table>"
    assert titles(html) == ["第1条"]


def test_a_header_in_a_table_of_its_own() -> None:
    html = AROUND % f"<table>{HEAD}</table><div><table>{LINE.format(1)}{LINE.format(2)}</table></div>"
    assert [row.fields["index_number"] for row in rows(html)] == ["A1", "A2"]


def test_a_records_metadata_is_no_list() -> None:
    html = ("<table><tr><td>索引号</td><td>A</td><td>标题</td><td>甲</td></tr><tr><td>文号</td><td>B</td><td>发布日期</td><td>2017-12-19</td></tr>"
            "<tr><td>公开方式</td><td>主动公开</td></tr></table>")  # fmt: skip
    assert rows(html) == ()


def test_tables_closed_wrongly() -> None:
    # §3 trap 8: 樟树 closes the header's row before its cells and opens a second page inside a box
    html = f"<div><!DOCTYPE html><html><body><table><tr></tr><th>索引号</th><th>标题</th><th>发布单位</th><th>发布日期</th></tr>{LINE.format(1)}"
    assert titles(html) == ["第1条"]


# --- ul rows (§2.1) ---

UL_HEAD = '<div class="head"><ul><li>索 引 号</li><li>名　　称</li><li>发布机构</li><li>生成日期</li></ul></div>'
UL = """<div class="xxgk_wrap"><ul><li><span>640324-101/2017-0012{0}</span></li>
<li class="w353"><a href="./201712/t20171219_{0}.html"{1} target="_blank">关于公布2017年部门预...</a></li>
<li><span>县政府...</span></li><li class="w100"><span>2017-12-19</span></li> </ul>{2}</div>"""
HOVER = """<div class="hover_box"><p>索 引 号：<span>640324-101/2017-0012{0}</span></p>
<p>名　　称：<span>关于公布2017年部门预算的通知之{0}</span></p><p>文　　号：<span></span></p><p>公开时限：长期公开</p>
<p>生成日期：<span>2017-12-18</span></p><p>责任部门：<span>县政府办公室</span></p></div>"""


def ul_row(number: int, *, attribute: bool = False, hover: bool = False) -> str:
    title = f' title="关于公布2017年部门预算的通知之{number}"' if attribute else ""
    return UL.format(number, title, HOVER.format(number) if hover else "")


def test_ul_rows_under_a_header_and_with_hover_boxes() -> None:
    first, second = rows(AROUND % (UL_HEAD + ul_row(1, hover=True) + ul_row(2, hover=True)))
    assert first.url == HERE + "201712/t20171219_1.html"
    assert first.fields == {
        "index_number": "640324-101/2017-00121",
        "title": "关于公布2017年部门预算的通知之1",
        "publisher": "县政府...",
        "responsible_department": "县政府办公室",
        "created_on": "2017-12-19",
        "disclosure_period": "长期公开",
    }
    assert first.source_fields["名 称"] == "关于公布2017年部门预..."
    assert first.source_fields["文 号"] == ""
    assert second.fields["title"] == "关于公布2017年部门预算的通知之2"


def test_ul_rows_under_a_header_alone() -> None:
    row, _ = rows(AROUND % (UL_HEAD + ul_row(1) + ul_row(2, attribute=True)))
    assert row.fields == {"index_number": "640324-101/2017-00121", "title": "关于公布2017年部门预...", "publisher": "县政府...",
                          "created_on": "2017-12-19"}  # fmt: skip


def test_ul_rows_with_hover_boxes_alone() -> None:
    row, _ = rows(AROUND % (ul_row(1, hover=True) + ul_row(2, hover=True)))
    assert row.fields["index_number"] == "640324-101/2017-00121"
    assert row.fields["title"] == "关于公布2017年部门预算的通知之1"
    assert (row.fields["published_on"], row.fields["created_on"]) == ("2017-12-19", "2017-12-18")


def test_ul_rows_with_neither() -> None:
    first, second = rows(AROUND % (ul_row(1) + ul_row(2)))
    assert first.fields == {"index_number": "640324-101/2017-00121", "title": "关于公布2017年部门预...", "publisher": "县政府...",
                            "published_on": "2017-12-19"}  # fmt: skip
    assert second.url == HERE + "201712/t20171219_2.html"


def test_ul_rows_with_missing_cells_and_without_a_link() -> None:
    html = UL_HEAD + "".join(
        f'<div class="xxgk_wrap"><ul>{cells}</ul></div>'
        for cells in (
            "<li></li><li><a href=1.html>甲</a></li><li></li><li></li>",
            "<li>A2</li><li>乙</li><li>县</li><li>2017-12-19</li>",
            "<li><a href=3.html>丙</a></li><li>2017-12-19</li>",
            "<li>&nbsp;</li><li></li><li></li><li>-</li>",
        )
    )
    assert [(row.url, row.fields["title"]) for row in rows(AROUND % html)] == [
        (HERE + "1.html", "甲"),
        (None, "乙"),
        (HERE + "3.html", "丙"),
    ]


def test_ul_header_and_pager_are_no_rows() -> None:
    pager = "<ul><li><a href=list.html>首页</a></li><li><a href=list_1.html>下一页</a></li><li>共3页</li><li></li></ul>"
    assert len(rows(AROUND % (UL_HEAD + ul_row(1) + UL_HEAD + ul_row(2) + pager))) == 2


def test_columns_of_fixed_width() -> None:
    # §1 row 12 (重庆): header and rows are ul of the same form
    html = ("<ul class=list-cont><li class=w120>索引号</li><li class=w400>标题</li><li class=w172>发文字号</li><li class=w110>发布日期</li></ul>"
            "<ul class=list-cont><li>A</li><li><a href=1.html>甲</a></li><li>县发〔2020〕1号</li><li><span>2020-01-01</span></li></ul>")  # fmt: skip
    (row,) = rows(AROUND % html)
    assert row.fields == {
        "index_number": "A",
        "title": "甲",
        "document_number": "县发〔2020〕1号",
        "published_on": "2020-01-01",
    }


@pytest.mark.parametrize("own_head", [False, True])
def test_rows_whose_cells_follow_one_another_in_one_ul(own_head: bool) -> None:
    head = "<li class=w120>发布机构</li><li class=w400>标题</li><li class=w110>发布日期</li>"
    cells = "".join(
        f"<li class=w120>县政府办</li><li class=w400><a href={n}.html>第{n}条</a></li><li class=w110><span>2020-01-0{n}</span></li>"
        for n in range(1, 7)
    )
    html = f"<ul>{head}{cells}</ul>" if own_head else f"<ul>{head}</ul><ul>{cells}</ul>"
    read = rows(AROUND % html)
    assert [row.url for row in read] == [f"{HERE}{n}.html" for n in range(1, 7)]
    assert read[5].fields == {"publisher": "县政府办", "title": "第6条", "published_on": "2020-01-06"}


def test_cells_that_do_not_fill_whole_rows_are_no_rows() -> None:
    cells = "<li>县政府办</li><li><a href=1.html>甲</a></li><li>2020-01-01</li><li>县政府办</li>"
    assert titles(f"<ul><li>发布机构</li><li>标题</li><li>发布日期</li></ul><ul>{cells}</ul>") == []


def test_rows_of_li_in_a_box_with_a_hidden_tip_after_each() -> None:
    # §1 row 13: govsearch; its header's empty cells separate the columns
    head = "<div class=head><li>序号</li><li>名称</li><li class=sep></li><li>发文日期</li><li class=sep></li></div>"
    line = (
        "<div class=row><li>{0}</li><li><div><a href={0}.htm>样本决...</a></div></li><li></li><li>2021年08月1{0}日</li><li></li></div>"
        "<div class=Tip style='DISPLAY: none;'><table><tr><td><table><tr><td><B>索 引 号:</B> A{0}</td></tr></table></td></tr>"
        "<tr><td><B>名　称:</B>样本决定书之{0}</td></tr></table></div>"
    )
    headed = rows(AROUND % (head + line.format(1) + line.format(2)))
    assert [row.fields for row in headed] == [
        {"index_number": f"A{n}", "title": f"样本决定书之{n}", "created_on": f"2021-08-1{n}"} for n in (1, 2)
    ]
    bare = "<div class=row><li>{0}</li><li><a href={0}.htm>第{0}条</a></li><li>2021-08-1{0}</li><li>〔2021〕{0}号</li></div>"
    assert [row.fields for row in rows(AROUND % (bare.format(1) + bare.format(2)))] == [
        {"title": f"第{n}条", "published_on": f"2021-08-1{n}", "document_number": f"〔2021〕{n}号"} for n in (1, 2)
    ]


# --- cut titles (§3 trap 1) ---


def test_a_cut_title_is_made_whole_by_the_attribute_or_the_hover_box() -> None:
    assert titles(UL_HEAD + ul_row(1, attribute=True) + ul_row(2, hover=True) + ul_row(3)) == [
        "关于公布2017年部门预算的通知之1",
        "关于公布2017年部门预算的通知之2",
        "关于公布2017年部门预...",
    ]


def test_an_attribute_that_begins_otherwise_does_not_replace_the_title() -> None:
    html = "<table><tr><th>标题</th><th>索引号</th></tr><tr><td><a href=1.html title='点击查看'>关于公布预...</a></td><td>A</td></tr></table>"
    (row,) = rows(html)
    assert row.fields["title"] == "关于公布预..."
    assert row.source_fields["a[title]"] == "点击查看"


def test_a_whole_title_is_not_replaced_by_a_longer_attribute() -> None:
    html = "<table><tr><th>标题</th><th>索引号</th></tr><tr><td><a href=1.html title='预算公开-县政府网站'>预算公开</a></td><td>A</td></tr></table>"
    assert titles(html) == ["预算公开"]


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
def test_absolute(href: str, url: str | None) -> None:
    assert absolute(BASE, href) == url


@pytest.mark.parametrize(
    "href",
    [None, "", "#", "#top", "javascript:void(0)", " JavaScript:;", "mailto:a@b", "tel:1", "data:x", "about:blank"],
)
def test_links_that_lead_to_no_page(href: str | None) -> None:
    assert not is_page_link(href)


# --- elements that are rows for sure, as services hand them out ---


@pytest.mark.parametrize(
    ("html", "url", "fields"),
    [
        ("<li><a href='1.html' title='甲的全名'>甲的...</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "甲的全名", "published_on": "2020-03-23"}),
        ("<li><a href='1.html'><span>甲的…</span><i>[2020-03-23]</i></a></li>", HERE + "1.html", {"title": "甲的…", "published_on": "2020-03-23"}),
        ("<li>[<a href='/zcjd/'>政策解读</a>] <a href='1.html'>关于甲的通知</a><b>2020-03-23</b></li>", HERE + "1.html",
         {"title": "关于甲的通知", "published_on": "2020-03-23"}),
        ("<li><span>1</span><span><a href='1.html'>甲</a></span><span>同政办函[2020]1号</span><em>640324-101/2020-00123</em></li>",
         HERE + "1.html", {"title": "甲", "document_number": "同政办函[2020]1号", "index_number": "640324-101/2020-00123"}),
        ("<tr><td>1</td><td><a href='1.html'>甲</a></td><td>样本县政府办</td><td>2020-03-23</td></tr>", HERE + "1.html",
         {"title": "甲", "publisher": "样本县政府办", "published_on": "2020-03-23"}),
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
        ul_row(1, hover=True),
        "<li><a href=1.html>甲</a> 2017-12-19</li>",
        "<a href=1.html>甲</a> 2017-12-19",
        "<div><a href=1.html>甲</a> <b>2017-12-19</b></div>",
        "<div><div><div><a href=1.html>甲</a></div></div></div>",
        "<div class=row><li>A</li><li><a href=1.html>甲</a></li></div><div style=display:none>索引号：1</div>",
        "<ul><li>标题</li><li>发布日期</li></ul><ul><li><a href=1.html>甲</a></li><li>2017-12-19</li></ul>下一页",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    """Four times the page is at most five times the work (rows in rows count once more, up to the size of a row)."""
    small, large = (parse_html(f"<table>{HEAD}" * unit.startswith("<tr") + unit * times) for times in (150, 600))
    assert lines_run(lambda: read_rows(large, BASE)) < 5 * lines_run(lambda: read_rows(small, BASE))


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


@pytest.mark.parametrize(
    "unit", ["<li>", "<div><div>", "<td>a<td><table><tr>", "<li><a href=1.html>甲</a><b>b</b>", "<td>甲</td><td>乙"]
)
def test_work_grows_with_the_row_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (100, 400))
    assert lines_run(lambda: read_row(large, BASE)) < 5 * lines_run(lambda: read_row(small, BASE))
