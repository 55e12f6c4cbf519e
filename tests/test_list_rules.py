"""Rules by which rows are told from what only looks like them: for each a page just inside and one just outside."""

import pytest

from tests.list_pages import HEAD, HERE, LINE, UL_HEAD, rows, titles

# --- headers ---


def headed(*columns: str, cells: tuple[str, ...]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    return f"<table><tr>{head}</tr><tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr></table>"


LINK = "<a href=1.html>样本标题</a>"
LINE_IN_BOX = "<li><a href=/{0}/{1}.html>样本文件之{1}</a><span>2018-03-0{1}</span></li>"


@pytest.mark.parametrize(
    ("columns", "is_header"),
    [
        (("标题", "发布日期"), True),
        (("索引号", "发布日期"), True),
        (("标题", "索引号"), True),
        (("发布机构", "发布日期"), False),  # neither says what the record is
        (("标题", "备注"), False),  # one known name is a word
        (("标题", "名称"), False),  # two names of one field are one
        (("标题", "备" * 20, "发布日期"), True),
        (("标题", "备" * 21, "发布日期"), False),  # a text, and no column's name
        (("标题", "发布日期", *["备注"] * 10), True),
        (("标题", "发布日期", *["备注"] * 11), False),
        (("标题", "2017-12-19", "索引号"), True),
        (("标题", "2017-12-19"), False),
    ],
)
def test_a_header_names_two_fields_in_few_and_short_columns(columns: tuple[str, ...], is_header: bool) -> None:
    cells = (LINK, *["值"] * (len(columns) - 1))
    read = rows(headed(*columns, cells=cells))
    assert [row.source_fields.get(columns[0]) for row in read] == (["样本标题"] if is_header else [])


@pytest.mark.parametrize(
    ("fields", "is_form"),
    [("<td><input></td>", False), ("<td><input></td><td><select></select></td>", True),
     ("<td><input type=hidden></td><td><input type=submit></td>", False)],
)  # fmt: skip
def test_a_header_with_fields_to_fill_in_under_half_its_names_is_a_search_form(fields: str, is_form: bool) -> None:
    head = f"<tr><td>标题</td><td>索引号</td><td>发布日期</td>{fields}</tr>"
    row = f"<tr><td>{LINK}</td><td>A1</td><td>2017-12-19</td><td></td></tr>"
    (read,) = rows(f"<table>{head}{row}</table>")
    assert ("索引号" not in read.source_fields) == is_form


def test_labels_and_values_in_turns_are_no_header_and_a_repeated_header_is() -> None:
    turns = f"<table><tr><td>标题</td><td>甲一</td><td>索引号</td><td>A1/2017</td></tr>{LINE.format(1)}</table>"
    assert "索引号" not in rows(turns)[0].source_fields
    named = f"<table><tr><td>标题</td><td>来件人</td><td>索引号</td><td>备注</td></tr><tr><td>{LINK}</td><td>某</td><td>A1</td><td>无</td></tr></table>"
    assert [row.fields for row in rows(named)] == [{"title": "样本标题", "index_number": "A1"}]


def test_narrow_columns_between_those_of_a_header_are_no_values() -> None:
    spaced = f"<table><tr><td>标题</td><td></td><td>发布机构</td><td></td><td>文号</td></tr><tr><td>{LINK}</td><td><img src=l.gif></td><td>样本局</td><td></td><td>样政发〔2017〕9号</td></tr></table>"
    assert [row.fields for row in rows(spaced)] == [
        {"title": "样本标题", "publisher": "样本局", "document_number": "样政发〔2017〕9号"}
    ]
    empty = f"<table><tr><td>标题</td><td></td><td>索引号</td><td></td></tr>{LINE.format(1)}</table>"
    assert "索引号" not in rows(empty)[0].source_fields


@pytest.mark.parametrize(
    "column", ["<a href=/zcjd/>[政策]</a>", "[<a href=/zcjd/>政策</a>]", "【<a href=/zcjd/>政策</a>】"]
)
def test_a_link_to_a_column_before_the_titles_is_no_part_of_it(column: str) -> None:
    assert [row.fields["title"] for row in rows(headed("标题", "发布日期", cells=(column + LINK, "2017-12-19")))] == [
        "样本标题"
    ]
    own = f"<a href=1.html>[政策]</a>{LINK}"
    assert [row.fields["title"] for row in rows(headed("标题", "发布日期", cells=(own, "2017-12-19")))] == [
        "[政策]样本标题"
    ]


def test_a_second_header_counts_from_where_it_stands() -> None:
    other = f"<tr><th>标题</th><th>文号</th><th>索引号</th><th>生成日期</th></tr><tr><td>{LINK}</td><td>B</td><td>A2</td><td>2018-01-02</td></tr>"
    first, second = rows(f"<table>{HEAD}{LINE.format(1)}{other}</table>")
    assert first.fields["index_number"] == "A1"
    assert second.fields == {
        "title": "样本标题",
        "document_number": "B",
        "index_number": "A2",
        "created_on": "2018-01-02",
    }


# --- rows that stand elsewhere than their header ---

OWN = "<td>A1</td><td><a href=1.html>甲</a></td><td>样本局</td><td>2017-12-19</td>"
APART = [
    (OWN, True),
    (OWN.replace("2017-12-19", ""), True),
    (OWN.replace("2017-12-19", "无"), True),
    (OWN.replace("2017-12-19", "样本镇"), False),  # no date under dates
    (OWN.replace("样本局", "<a href=2.html>样本局</a>"), False),  # a link under another column
    (OWN.replace("<a href=1.html>甲</a>", "甲"), False),  # no link
    (OWN.replace("<a href=1.html>", "<a href='javascript:void(0)'>"), False),
    (OWN + "<td>多</td>", False),
    (OWN.replace("<td>A1</td>", ""), False),
]


@pytest.mark.parametrize(("cells", "is_row"), APART)
def test_a_row_of_another_table_than_its_headers_fits_it_and_has_a_link(cells: str, is_row: bool) -> None:
    html = f"<table>{HEAD}</table><table><tr>{cells}</tr></table>"
    read = [row for row in rows(html) if "索引号" in row.source_fields]  # others are a link with a date beside it
    assert [row.fields["title"] for row in read] == ["甲"] * is_row
    assert titles(f"<table>{HEAD}<tr>{cells}</tr></table>") != [], "in its header's table every row with a value is one"


@pytest.mark.parametrize(("cells", "is_row"), [each for each in APART if each[0].startswith(("<td>A1", "<td><a"))])
def test_a_row_of_li_fits_its_header(cells: str, is_row: bool) -> None:
    # A ul without a link is a row too: some portals list records that have no page.
    is_row = is_row or cells == APART[5][0] or cells == APART[6][0]
    html = (
        "<ul><li>索引号</li><li>标题</li><li>发布单位</li><li>发布日期</li></ul><ul>"
        + cells.replace("td>", "li>")
        + "</ul>"
    )
    assert (titles(html) == ["甲"]) == is_row


@pytest.mark.parametrize(
    "odd", ["<li><a href=2.html>样本局</a></li><li>乙</li><li>2017-12-19</li>", "<li>样本局</li><li><a href=2.html>乙</a></li><li>昨天</li>",
            "<li></li><li></li><li></li>", "<li>首页</li><li>上一页</li><li>下一页</li>"]
)  # fmt: skip
def test_cells_in_one_ul_are_rows_only_if_all_of_them_fit(odd: str) -> None:
    head = "<ul><li>发布机构</li><li>标题</li><li>发布日期</li></ul>"
    good = "<li>样本局</li><li><a href=1.html>甲</a></li><li>2017-12-18</li>"
    assert titles(f"{head}<ul>{good}{good}</ul>") == ["甲", "甲"]
    assert titles(f"{head}<ul>{good}{odd}</ul>") == []


# --- rows that are none ---


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("<td>只有一格</td>", 1),
        ("<td>-</td><td>无</td><td></td><td>/</td>", 1),
        ("<td>首页</td><td>下一页</td><td></td><td></td>", 1),
        ("<td>下一页</td><td>甲</td><td></td><td></td>", 2),
        ("<td>文号</td><td>B1</td><td></td><td></td>", 1),  # a record's metadata below the list
        ("<td>文号：B1</td><td>主题：教育</td>", 1),
        ("<td>文号:B1</td><td>主题:教育</td>", 1),
        ("<td>[文号] B1</td><td>【主题】教育</td>", 1),
        ("<td>文号</td><td><a href=2.html>B1</a></td><td></td><td></td>", 2),
        ("<td>文号</td><td>B1</td><td>样本局</td><td></td>", 2),
    ],
)
def test_lines_without_values_pagers_and_metadata_are_no_rows(line: str, count: int) -> None:
    assert len(rows(f"<table>{HEAD}{LINE.format(1)}<tr>{line}</tr></table>")) == count


@pytest.mark.parametrize(
    ("columns", "cells", "lines", "count"),
    [
        (("索引号", "发布日期"), ("A1", "2017-12-19"), 1, 0),
        (("索引号", "发布日期"), ("A1", "2017-12-19"), 2, 0),
        (("索引号", "发布日期"), ("A1", "2017-12-19"), 3, 3),  # so many are of as many records
        (("标题", "发布日期"), ("甲", "2017-12-19"), 1, 1),  # a row without a link is kept
        (("索引号", "发布日期"), ("<a href=1.html>A1</a>", "2017-12-19"), 1, 1),
    ],
)
def test_few_rows_with_neither_title_nor_link_are_a_records_metadata(
    columns: tuple[str, ...], cells: tuple[str, ...], lines: int, count: int
) -> None:
    line = f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    html = headed(*columns, cells=cells).replace(line, line * lines)
    assert len(rows(html)) == count


def test_tables_in_tables_in_a_row_belong_to_it_all() -> None:
    inner = "<table><tr><td>文号</td><td>B<table><tr><td>公开方式</td><td>主动公开</td></tr></table></td></tr></table>"
    html = f"<table>{HEAD}<tr><td>A1</td><td><a href=1.html>甲</a>{inner}</td><td>样本局</td><td>2017-12-19</td></tr>{LINE.format(2)}</table>"
    first, second = rows(html)
    assert (first.fields["document_number"], first.fields["disclosure_mode"]) == ("B", "主动公开")
    assert second.fields["title"] == "第2条"


@pytest.mark.parametrize(
    ("before", "expected"),
    [("", {"title": "甲", "publisher": "样本局"}), ("<td>A1</td>", {"index_number": "A1", "title": "甲"})],
)
def test_a_cell_that_spans_into_the_titles_column_is_the_title(before: str, expected: dict[str, str]) -> None:
    html = f"<table>{HEAD}<tr>{before}<td colspan=2><a href=1.html>甲</a></td><td>样本局</td><td>2017-12-19</td></tr></table>"
    (row,) = rows(html)
    assert row.url == HERE + "1.html"
    assert expected.items() <= row.fields.items()


def test_a_cell_that_spans_everything_is_bounded() -> None:
    assert rows(f"<table>{HEAD}<tr><td colspan=9999><a href=1.html>甲</a></td></tr></table>")[0].fields == {
        "title": "甲"
    }


# --- hover boxes and bare rows ---


@pytest.mark.parametrize(("labels", "are_rows"), [(3, True), (2, False)])
def test_three_labelled_values_are_a_hover_box(labels: int, are_rows: bool) -> None:
    pairs = "".join(f"<p>{label}：值</p>" for label in ("索引号", "文号", "公开方式")[:labels])
    html = f"<div><ul><li>甲</li><li>乙</li></ul><div style='display:none'>{pairs}</div></div>"
    assert bool(rows(html)) == are_rows


def test_labelled_values_of_no_record_are_no_hover_box() -> None:
    footer = (
        "<ul><li>发布机构：县政府</li><li>信息来源：样本中心</li><li>责任部门：样本局</li>"
        + "<li>样本</li>" * 4
        + "</ul>"
    )
    assert rows(f"<div>{footer}</div>") == ()
    assert len(rows(f"<div>{footer.replace('信息来源', '索引号')}</div>")) == 1


@pytest.mark.parametrize(
    ("line", "is_row"),
    [
        ("<li><a href=1.html>甲</a></li><li>2017-12-19</li>", True),
        ("<li><a href=1.html>甲</a></li><li>640324-101/2017-00121</li>", True),
        ("<li>甲</li><li>2017-12-19</li>", False),  # no link
        ("<li><a href=1.html>甲</a></li><li>样本镇</li>", False),  # nothing known
    ],
)
def test_rows_without_any_label_are_a_link_and_something_known_by_its_form(line: str, is_row: bool) -> None:
    html = f"<div class=list><ul>{line}</ul><ul>{line.replace('1.html', '2.html')}</ul></div>"
    assert (len(rows(html)) == 2) == is_row


def test_one_row_without_any_label_is_no_list() -> None:
    assert rows("<div><ul><li><a href=1.html>甲</a></li><li>2017-12-19</li></ul></div>") == ()


def test_a_hover_box_belongs_to_the_row_before_it() -> None:
    box = "<div>索引号：A{0}<br>文号：B{0}<br>公开方式：主动公开</div>"
    line = f"<ul><li>{{0}}</li><li><a href={{0}}.html>第{{0}}条</a></li></ul>{box}"
    read = rows(f"<div>{line.format(1)}{line.format(2)}</div>")
    assert [(row.fields["index_number"], row.fields["document_number"]) for row in read] == [("A1", "B1"), ("A2", "B2")]


@pytest.mark.parametrize("box", ["<div style='display: none'>{}</div>", "<table><tr><td>{}</td></tr></table>"])
def test_what_a_row_under_a_header_holds_unseen_is_its_hover_box(box: str) -> None:
    inside = box.format("<p>索引号：A{0}</p><p>文号：样政发〔2017〕{0}号</p>")
    line = f"<tr><td><a href={{0}}.html>第{{0}}条</a>{inside}</td><td>2017-12-19</td></tr>"
    read = rows(f"<table><tr><th>名称</th><th>发布日期</th></tr>{line.format(1)}{line.format(2)}</table>")
    assert [(row.fields["title"], row.fields["index_number"], row.fields["document_number"]) for row in read] == [
        (f"第{number}条", f"A{number}", f"样政发〔2017〕{number}号") for number in (1, 2)
    ]


def test_ul_rows_take_the_header_of_their_own_list() -> None:
    first = UL_HEAD + "<div><ul><li>A1</li><li><a href=1.html>甲</a></li><li>样本局</li><li>2017-12-19</li></ul></div>"
    other = "<ul><li>标题</li><li>公开日期</li></ul><ul><li><a href=2.html>乙</a></li><li>2018-01-02</li></ul>"
    read = rows(f"<div>{first}{other}</div>")
    assert [row.fields.get("created_on") or row.fields.get("published_on") for row in read] == [
        "2017-12-19",
        "2018-01-02",
    ]


def test_below_a_month_a_day_of_another_one_has_no_year() -> None:
    lines = "".join(
        f"<li><a href={day}.html>样本通知之{day}</a><span>{day}</span></li>" for day in ("03-20", "03-19", "04-02")
    )
    days = [row.fields.get("published_on") for row in rows(f"<h3>2024年3月</h3><ul>{lines}</ul>")]
    assert days == ["2024-03-20", "2024-03-19", None]


@pytest.mark.parametrize(("numbers", "is_list"), [(("2",), False), (("2", "3"), True)])
def test_boxes_with_ways_to_more_are_a_landing_page_unless_numbers_turn_its_pages(
    numbers: tuple[str, ...], is_list: bool
) -> None:
    box = "<div><ul>{}</ul><a href=/{}/>更多</a></div>"
    boxes = (box.format("".join(LINE_IN_BOX.format(name, n) for n in range(1, 4)), name) for name in ("a", "b"))
    pages = "".join(f"<a href=x_{number}.html>{number}</a>" for number in numbers)
    assert bool(rows(f"{''.join(boxes)}<p>{pages}</p>")) == is_list


@pytest.mark.parametrize(("year", "day"), [("2018年", "03月01日"), ("2018", "03-01")])
def test_a_year_and_a_day_that_stand_apart_are_one_date(year: str, day: str) -> None:
    lines = "".join(f"<li><a href={n}.html>样本通知之{n}</a><b>{day}</b><i>{year}</i></li>" for n in range(3))
    assert [row.fields["published_on"] for row in rows(f"<ul>{lines}</ul>")] == ["2018-03-01"] * 3


@pytest.mark.parametrize(
    "row",
    [
        "<a href='{0}.html'><p>关于样本的通知{0}</p><span>2017-12-1{0}</span></a>",
        "<div><a href='{0}.html'>关于样本的通知{0}</a><span>2017-12-1{0}</span></div>",
    ],
)
def test_two_boxes_in_the_cell_of_a_layout_are_two_rows(row: str) -> None:
    found = rows(f"<table><tr><td>{row.format(1)}{row.format(2)}</td></tr></table>")
    assert [(each.fields["title"], each.fields["published_on"]) for each in found] == [
        ("关于样本的通知1", "2017-12-11"),
        ("关于样本的通知2", "2017-12-12"),
    ]


@pytest.mark.parametrize(
    "beside", ["", "<a href=/x/1.html>样本新闻之一，与本页无关</a> <a href=/x/2.html>样本新闻之二</a>"]
)
def test_a_small_page_within_a_row_of_a_layout_is_no_row(beside: str) -> None:
    lines = "".join(f"<li><h5><a href={n}.html>样本通知之{n}</a></h5><b>2018-03-0{n}</b></li>" for n in range(1, 4))
    page = f"<table><tr><td><p><a href=/>样本网</a> <a href=/a/>样本县服务中心</a></p>{beside}<div>{lines}</div></td></tr></table>"
    assert titles(f"<form>{page}</form>") == ["样本通知之1", "样本通知之2", "样本通知之3"]


@pytest.mark.parametrize(
    ("more", "is_list"),
    [
        ("<a class=more href=/{0}/></a>", False),
        ("<a href=/{0}/><img src=/images/more.gif></a>", False),
        ("<a href=/{0}/><img src=/images/1.gif alt=更多></a>", False),
        ("<a class=more href=/{0}/>样本栏目</a>", True),
        ("<a href=/{0}/><img src=/images/moremore.gif></a>", True),
        ("<a class=icon href=/{0}/></a>", True),
        ("<a href=/{0}/>更多公告&gt;&gt;</a>", False),
        ("<a href=/{0}/>进入栏目》</a>", False),
        ("<a href=/{0}/>/more→</a>", False),
        ("<a href=/{0}/>[+]</a>", False),
        ("<a href=/{0}/>……</a>", False),
        ("<a href='javascript:open(\"{0}\")'>+</a>", True),
        ("<a href=/{0}/>全部</a>", True),
    ],
)
def test_a_way_to_more_may_be_a_picture_or_a_sign(more: str, is_list: bool) -> None:
    boxes = (
        f"<div><ul>{''.join(LINE_IN_BOX.format(name, n) for n in range(1, 4))}</ul>{more.format(name)}</div>"
        for name in ("a", "b", "c")
    )
    assert bool(rows("".join(boxes))) == is_list


def test_tables_whose_first_row_is_a_heading_with_a_way_to_more_are_a_landing_page() -> None:
    line = "<tr><td><a href={0}{1}.html>样本通知之{1}</a><td>2018-03-0{1}"
    table = "<td><table><tr><td>样本栏目<td><a href=/{0}/>{2}</a>{1}</table>"
    lines = {name: "".join(line.format(name, n) for n in range(1, 4)) for name in ("a", "b")}
    assert titles(f"<table><tr>{''.join(table.format(name, lines[name], '更多') for name in lines)}</table>") == []
    one = table.format("a", lines["a"], "更多")
    assert titles(f"<table><tr>{one}</table>") == ["样本通知之1", "样本通知之2", "样本通知之3"]


@pytest.mark.parametrize(("trail", "found"), [("<p>当前位置：<a href=/>首页</a> &gt; 样本栏目</p>", 3), ("", 0)])
def test_under_a_trail_a_few_rows_with_years_are_the_list_and_not_more_without(trail: str, found: int) -> None:
    hot = "".join(f"<li><a href=/rd/{n}.html>样本要闻之{n}</a><span>05-0{n}</span></li>" for n in range(1, 8))
    own = "".join(f"<li><a href={n}.html>样本通知之{n}</a><span>2018-03-0{n}</span></li>" for n in range(1, 4))
    page = f"{trail}<div class=own><ul>{own}</ul></div><div><h3>样本要闻</h3><ul>{hot}</ul></div>"
    assert titles(page) == [f"样本通知之{n}" for n in range(1, found + 1)]
