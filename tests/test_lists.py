"""List rows by what headers, labels and cells say; every page here is written for the test after portals.md."""

import pytest
from hypothesis import given, settings

from crawler.extract.lists import read_rows
from crawler.extract.row import read_row
from crawler.extract.tree import parse_html
from tests.hostile import lines_run, markup
from tests.list_pages import AROUND, BASE, HEAD, HERE, LINE, UL_HEAD, rows, table, titles, ul_row

# --- tables (§1 row 7, §2.2: a table 名称 | 索引号 | 发布机构 | 发布日期) ---


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
