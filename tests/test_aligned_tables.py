"""Tables of PDF pages without vertical lines: read where each amount stands below one head, and left alone where not."""

from collections import Counter
from functools import cache

import pytest

from archive.attachments.extraction import Extracted, extract
from archive.budgets.amounts import plain
from archive.budgets.documents import BudgetTable, read_document
from tests.made_budgets.documents import Content, contents, ways
from tests.made_budgets.pdf_printer import PdfPrinter, PrintOptions
from tests.ruled_pages import document, drawn, ruled

CONTENTS = {content.name: content for content in contents()}
LEAST = {"plain": 141, "with_year_before": 147, "in_yuan": 141, "slipped": 141, "accounts": 78, "district": 46}
"""Lines that are read of each content without any rule; with rules between rows there are no fewer."""
LEFT, ROW, HEAD = 40, 20, 700

Texts = list[tuple[str, int, int]]


def lines_of(budgets: list[BudgetTable]) -> Counter[tuple[str, ...]]:
    """Return the lines of tables, with kind, unit, code, name, column and amount."""
    return Counter(
        (table.statement.heading.kind, table.statement.heading.unit or "", line.code, line.name.replace("/", ""),
         plain(line.column_name.replace("/", "")), line.printed)
        for table in budgets for line in table.lines
    )  # fmt: skip


@cache
def known(name: str) -> Counter[tuple[str, ...]]:
    file = ways()["html"](CONTENTS[name])
    return lines_of(read_document(extract(file.data, file.name).tables, CONTENTS[name].title))


@cache
def read_print(name: str, lines: str) -> tuple[Content, list[BudgetTable]]:
    content = CONTENTS[name]
    found = extract(PdfPrinter(PrintOptions(lines=lines)).print(content.sheets), "a.pdf")
    return content, read_document(found.tables, content.title, found.text or "")


@pytest.mark.parametrize("lines", ["rows", "none"])
@pytest.mark.parametrize("name", CONTENTS)
def test_whatever_is_read_of_a_table_without_vertical_lines_is_right(name: str, lines: str) -> None:
    content, budgets = read_print(name, lines)
    read = lines_of(budgets)
    assert read - known(name) == Counter()
    assert read.total() >= LEAST[name]
    failing = {table.statement.heading.title for table in budgets for check in table.checks if not check.holds}
    assert {title[5:] for title in failing} == ({content.slipped} if content.slipped else set())


Boxes = list[tuple[int, int, int, int]]
RULED: Boxes = [(LEFT, HEAD - 6 - row * ROW, 400, ROW) for row in range(-1, 6)]
UNRULED: Boxes = []


def page(*texts: tuple[str, int, int], boxes: Boxes = UNRULED) -> Extracted:
    """Read a page of texts at these places, and of the upper and lower sides of boxes."""
    return extract(document([drawn(boxes, texts, "rows", 8)], (595, 842)), "a.pdf")


def row(number: int, *words: tuple[str, int]) -> Texts:
    return [(text, x, HEAD - number * ROW) for text, x in words]


def amounts(*columns: int) -> Texts:
    """Return four rows of a name and an amount in each column."""
    return [
        text
        for number in range(1, 5)
        for text in row(number, (f"名称{number}", LEFT), *((f"{number},000.00", x) for x in columns))
    ]


HEADS = row(0, ("项目", LEFT), ("上年", 200), ("本年", 300))


def test_columns_are_those_of_words_below_each_other() -> None:
    for boxes in (RULED, UNRULED):
        found = page(*HEADS, *amounts(190, 290), boxes=boxes)
        assert [table.rows for table in found.tables] == [
            (("项目", "上年", "本年"), *((f"名称{n}", f"{n},000.00", f"{n},000.00") for n in range(1, 5)))
        ]
        assert found.message is None


def test_a_head_beside_its_amounts_is_that_of_the_only_column_there() -> None:
    centred = row(0, ("项目", LEFT + 10), ("上年", 160), ("本年", 260))
    [table] = page(*centred, *amounts(190, 290)).tables
    assert table.rows[0] == ("项目", "上年", "本年")


def test_a_head_takes_no_column_to_which_another_is_nearer() -> None:
    upper = row(-1, ("项目", LEFT), ("合计", 160), ("本年", 300))
    assert len(page(*upper, *row(0, ("小计", 350)), *amounts(190, 290), boxes=RULED).tables) == 1
    assert page(*upper, *row(0, ("小计", 240)), *amounts(190, 290), boxes=RULED).tables == ()


def test_a_head_in_the_middle_of_its_column_is_that_of_texts_on_its_left_below_a_head_of_several() -> None:
    upper = row(-1, ("项目", 115), ("本年", 290))
    heads = row(0, ("编码", LEFT), ("科目名称", 160), ("小计", 240), ("基本支出", 330))
    codes = [
        text
        for number in range(1, 5)
        for text in row(
            number, (f"20{number}", LEFT), ("行政", 90), (f"{number},000.00", 240), (f"{number},000.00", 340)
        )
    ]
    [table] = page(*upper, *heads, *codes, boxes=RULED).tables
    assert table.rows[:3] == (
        ("项目", None, "本年", None),
        ("编码", "科目名称", "小计", "基本支出"),
        ("201", "行政", "1,000.00", "1,000.00"),
    )


@pytest.mark.parametrize(
    ("name", "number", "tables"), [("公用经费合计", 5, 1), ("公用经费", 5, 0), ("公用经费合计", 2.5, 0)]
)
def test_a_total_in_the_last_row_may_stand_in_a_column_of_amounts(name: str, number: float, tables: int) -> None:
    height = round(HEAD - number * ROW)
    last = [("人员经费合计", LEFT, height), ("9,000.00", 190, height), (name, 290, height)]
    heads = row(0, ("项目", LEFT), ("上年", 200), ("本年", 300))
    assert len(page(*heads, *amounts(190, 290), *last, boxes=UNRULED).tables) == tables


def rows_ending_at(*columns: int) -> Texts:
    """Return rows of amounts of several widths that end at the same place in each column."""
    widths = {"1.00": 16, "20.00": 20, "1,000.00": 31}  # points, at the size of the page
    texts = [("样本甲", *widths), ("样本乙", *reversed(widths))]
    return [
        text
        for number, (name, *values) in enumerate(texts, 1)
        for text in row(
            number, (name, LEFT), *((value, x - widths[value]) for value, x in zip(values, columns, strict=True))
        )
    ]


@pytest.mark.parametrize("boxes", [RULED, UNRULED], ids=["rows", "none"])
def test_a_head_in_the_middle_of_a_wide_cell_is_that_of_the_amounts_at_its_right_edge(boxes: Boxes) -> None:
    """Cells 100 points wide: heads stand 40 from both edges, amounts at the right one, and some of them stand nearer to the
    head of the next column.
    """
    upper = [("本年支出", 242, HEAD + ROW), ("名称", LEFT + 8, HEAD + 10)]
    lower = row(0, ("合计", 142), ("基本", 242), ("项目", 342))
    title = ("样本支出表", LEFT, HEAD + 2 * ROW)
    body = rows_ending_at(198, 298, 398)
    [table] = page(title, *upper, *lower, *body, boxes=boxes).tables
    assert table.rows[:2] == (("名称", "本年支出", None, None), ("", "合计", "基本", "项目"))
    assert table.rows[2:] == (("样本甲", "1.00", "20.00", "1,000.00"), ("样本乙", "1,000.00", "20.00", "1.00"))


def test_amounts_that_end_at_several_places_or_below_several_heads_tell_no_cells() -> None:
    title = ("样本支出表", LEFT, HEAD + 2 * ROW)
    lower = row(0, ("合计", 142), ("基本", 242), ("项目", 342))
    assert page(title, *lower, *rows_ending_at(198, 298, 398)).tables
    ragged = row(3, ("样本丙", LEFT), ("1.00", 178), ("1.00", 284), ("1.00", 384))
    assert page(title, *lower, *rows_ending_at(198, 298, 398), *ragged).tables == ()
    headless = [*row(0, ("基本", 242), ("项目", 342)), *rows_ending_at(198, 298, 398)]
    other = [(text, x, y - 5 * ROW) for text, x, y in [title, *HEADS, *amounts(190, 290)]]
    [table] = page(title, *headless, *other).tables  # of the other one
    assert table.rows[0] == ("项目", "上年", "本年")
    deeper = row(-1, ("合计", 142), ("基本", 242), ("项目", 342)) + row(0, ("其中", 315))
    assert page(title, *deeper, *rows_ending_at(198, 298, 398)).tables == ()


@pytest.mark.parametrize(
    ("income", "spending", "columns"),
    [(170, 270, (145, 220, 295)), (165, 290, (145, 220, 295)), (163, 223, (145, 185, 225))],
    ids=["between", "over neither's middle", "as near to one as to the other"],
)
def test_where_a_column_may_be_below_either_of_two_upper_heads_there_is_no_table(
    income: int, spending: int, columns: tuple[int, ...]
) -> None:
    upper = row(-1, ("项目", LEFT), ("收入", income), ("支出", spending))
    lower = row(0, *((name, column + 8) for name, column in zip(("甲款", "乙款", "丙款"), columns, strict=True)))
    assert page(*upper, *lower, *amounts(*columns)).tables == ()


def test_an_upper_head_far_off_the_middle_of_the_columns_below_it_may_be_over_one_of_them() -> None:
    lower = row(0, ("甲款", 153), ("乙款", 198))
    for income, read in ((160, 0), (175, 1)):
        found = page(*row(-1, ("项目", LEFT), ("收入", income)), *lower, *amounts(145, 190))
        assert len(found.tables) == read


def test_a_row_between_two_rules_is_no_table_and_between_three_it_is() -> None:
    texts = [*HEADS, *row(1, ("名称", LEFT), ("1.00", 190), ("2.00", 290))]
    assert page(*texts, boxes=[(LEFT, HEAD - 2 * ROW, 400, 3 * ROW)]).tables == ()
    assert len(page(*texts, boxes=RULED[1:3]).tables) == 1
    more = row(2, ("名称", LEFT), ("3.00", 190), ("4.00", 290))
    assert page(*texts, *more, boxes=[(LEFT, HEAD - 3 * ROW, 400, 4 * ROW)]).tables == ()


@pytest.mark.parametrize(
    "texts",
    [
        [*row(0, ("项目", LEFT), ("上年", 150), ("本年", 250), ("增减", 350)), *amounts(190, 290)],  # of which two?
        [*HEADS, *amounts(190, 290), *row(5, ("名称5", LEFT), ("7.00", 240), ("8.00", 262), ("9.00", 284))],
        [*HEADS, *amounts(190, 290), *row(5, ("名称5", LEFT), ("文字", 195), ("8.00", 290))],
        [*HEADS, *amounts(190, 290), *row(5, ("8.00", 190), ("9.00", 290)), *row(6, ("名称6", LEFT), ("8.00", 190))],
        [*HEADS, *amounts(190, 290), *row(5, ("名称5", LEFT), ("8.00", 190), ("9.00", 290), ("较上年减少，下降", 340))],
        [*HEADS, *amounts(190, 290), *row(5, ("名称4的其余", LEFT)), *row(6, ("名称6", LEFT), ("8.00", 190))],
    ],
    ids=["two heads", "between columns", "words among amounts", "no name", "a note", "a name that may go on"],
)
def test_where_words_could_stand_in_several_columns_there_is_no_table_and_that_is_said(texts: Texts) -> None:
    found = page(*texts, *row(7, ("名称7", LEFT), ("1.00", 190), ("2.00", 290)))
    assert found.tables == ()
    assert found.message == "amounts in rows without lines, of which no table is made: 1 of 1 page"


def test_heads_over_several_columns_reach_over_all_of_them() -> None:
    upper = [("项目", LEFT, 710), ("收入", 170, 720), ("支出", 270, 720)]
    lower = row(0, ("上年", 145), ("本年", 195), ("上年", 245), ("本年", 295))
    [table] = page(*upper, *lower, *amounts(145, 195, 245, 295)).tables
    assert table.rows[:2] == (("项目", "收入", None, "支出", None), ("", "上年", "本年", "上年", "本年"))
    assert table.merged == ((0, 1, 1, 2), (0, 3, 1, 2))


def test_a_head_as_high_as_all_of_them_is_below_no_other() -> None:
    upper = [("项目", LEFT, 710), ("收入", 170, 720), ("增减", 245, 710)]
    lower = row(0, ("上年", 145), ("本年", 195))
    [table] = page(*upper, *lower, *amounts(145, 195, 245)).tables
    assert table.merged == ((0, 1, 1, 2),)


def test_words_less_than_a_character_apart_are_of_one_head_and_levels_of_a_code_are_heads_of_their_own() -> None:
    apart = row(0, ("项目", LEFT), ("上年", 190), ("本年", 290), ("预算", 311))
    [table] = page(*apart, *amounts(190, 290)).tables
    assert table.rows[0] == ("项目", "上年", "本年 预算")
    levels = [text for number in range(1, 5) for text in row(number, ("201", 100), ("01", 130), ("02", 160))]
    [table] = page(*HEADS, *row(0, ("类", 100), ("款", 130), ("项", 160)), *levels, *amounts(200, 290)).tables
    assert table.rows[0] == ("项目", "类", "款", "项", "上年", "本年")


def test_a_head_over_other_columns_takes_none_from_the_one_beside_it() -> None:
    levels = [text for number in range(1, 5) for text in row(number, ("201", 100), ("01", 140), ("02", 180))]
    whole = [("项目", LEFT, HEAD + 10), ("上年", 250, HEAD + 10)]
    heads = [*row(-1, ("科目编码", 146)), *whole, *row(0, ("类", 118), ("款", 158), ("项", 198))]
    [table] = page(*heads, *levels, *amounts(240)).tables
    assert table.rows[:2] == (("项目", "科目编码", None, None, "上年"), ("", "类", "款", "项", ""))


def test_a_row_that_begins_as_one_is_no_rest_of_the_one_above() -> None:
    texts = [
        *HEADS,
        *amounts(190, 290),
        *row(5, ("二、其余", LEFT)),
        *row(6, ("名称6", LEFT), ("8.00", 190), ("9.00", 290)),
    ]
    [table] = page(*texts).tables
    assert table.rows[5] == ("二、其余", "", "")


def test_what_stands_far_above_is_no_part_of_a_head() -> None:
    far = row(-3, ("样本单位", LEFT), ("样本文字", 200))
    [table] = page(*far, *HEADS, *amounts(190, 290)).tables
    assert table.rows[0] == ("项目", "上年", "本年")


def test_heads_broken_into_lines_are_one_text_each_below_the_head_over_them() -> None:
    x = (145, 195, 245, 295)
    upper = [("用车购置及运行", 233, 724)]
    lines = [("公务接", 147, 716), ("待费", 151, 706), ("小计", 203, 704), ("用车购", 251, 708), ("置费", 255, 698),
             ("用车运", 301, 708), ("行费", 305, 698), ("项目", LEFT, 711)]  # fmt: skip
    [table] = page(*upper, *lines, *amounts(*x)).tables
    assert table.rows[:2] == (
        ("项目", "公务接\n待费", "用车购置及运行", None, None),
        ("", "", "小计", "用车购\n置费", "用车运\n行费"),
    )


@pytest.mark.parametrize("numbers", [(), (("1", 160), ("2", 210))], ids=["lowest", "above numbers"])
def test_the_lowest_head_of_amounts_is_over_one_column(numbers: tuple[tuple[str, int], ...]) -> None:
    texts = [
        *row(-1, ("项目", LEFT), ("基本支", 145), ("项目支", 188)),
        *row(0, ("出", 160), ("出", 188)),
        *amounts(145, 188),
    ]
    assert page(*texts).tables == ()
    assert page(*texts, *row(1, *numbers)).tables == ()


@pytest.mark.parametrize(("height", "read"), [(10, 1), (20, 0)], ids=["in the middle", "as high"])
def test_an_upper_head_between_two_columns_is_over_both_unless_heads_of_one_column_stand_as_high(
    height: int, read: int
) -> None:
    name = ("项目", LEFT, HEAD + height)
    lower = row(0, ("甲款", 153), ("乙款", 233))
    tables = page(name, *row(-1, ("收入", 190), ("支出", 345)), *lower, *row(0, ("丙款", 313), ("丁款", 393)),
                  *amounts(145, 225, 305, 385)).tables  # fmt: skip
    assert [table.merged for table in tables] == [((0, 1, 1, 2), (0, 3, 1, 2))] * read


def test_a_head_between_two_columns_in_the_middle_of_the_whole_head_may_be_that_of_a_third() -> None:
    lower = row(0, ("甲款", 153), ("乙款", 233))
    upper = row(-2, ("收入", 190))
    assert page(("项目", LEFT, HEAD), *row(-1, ("财政", 190)), *upper, *lower, *amounts(145, 225)).tables == ()


def test_below_a_title_or_a_unit_one_row_of_amounts_with_a_head_is_a_table() -> None:
    one = row(1, ("样本局", LEFT), ("1.00", 190), ("2.00", 290))
    for title in ("样本支出表", "部门：样本局 单位：万元"):
        above = row(-1, (title, LEFT))
        [table] = page(*above, *HEADS, *one).tables
        assert (table.rows, table.before) == ((("项目", "上年", "本年"), ("样本局", "1.00", "2.00")), title)
        assert page(*above, *one).tables == ()
    assert page(*row(-1, ("样本支出", LEFT)), *HEADS, *one).tables == ()


def test_amounts_below_heads_alone_are_a_table_where_no_line_may_hold_their_name() -> None:
    texts = [
        *row(-1, ("样本支出表", LEFT)),
        *row(0, ("上年", 190), ("本年", 290)),
        *row(1, ("1.00", 190), ("2.00", 290)),
    ]
    assert [table.rows for table in page(*texts).tables] == [(("上年", "本年"), ("1.00", "2.00"))]
    assert page(*texts, *row(2, ("样本局", LEFT))).tables == ()


def test_a_line_of_one_word_is_of_a_head_where_it_cannot_be_a_name_of_the_table() -> None:
    lower = row(0, ("甲款", 153), ("乙款", 233))
    [table] = page(*row(-2, ("支出", 188)), *row(-1, ("项目", LEFT)), *lower, *amounts(145, 225)).tables
    assert (table.rows[0], table.merged) == (("项目", "支出", None), ((0, 1, 1, 2),))
    named = [*row(0, ("项目", LEFT)), *lower]
    assert page(*row(-1, ("支出", 225)), *named, *amounts(145, 225)).tables == ()
    for words, x in (("样本局", LEFT), ("部门：样本", 188)):
        [table] = page(*row(-1, (words, x)), *named, *amounts(145, 225)).tables
        assert table.rows[0] == ("项目", "甲款", "乙款")


def test_amounts_are_read_however_their_sign_and_unit_are_printed() -> None:
    printed = ("负1.00", "△1.00", "１，０００．００", "¥1.00", "1.00万元", "-1,000")
    rows = [text for n, cell in enumerate(printed, 1) for text in row(n, (f"名称{n}", LEFT), (cell, 190))]
    [table] = page(*row(0, ("项目", LEFT), ("金额", 190)), *rows).tables
    assert tuple(cells[1] for cells in table.rows[1:]) == printed


CELLS = [["项目", "金额"], ["样本甲", "1.00"], ["样本乙", "2.00"]]


def beside_ruled(*texts: tuple[str, int, int], top: int, above: str = "") -> Extracted:
    """Read a page with texts and a ruled table whose upper side is at `top`."""
    content = ruled(CELLS, left=LEFT, top=top, above=above) + drawn([], texts, "none", 8)
    return extract(document([content], (595, 842)), "a.pdf")


@pytest.mark.parametrize("top", [HEAD + 100, HEAD - 110], ids=["below it", "above it"])
def test_a_table_without_lines_is_read_beside_a_ruled_one(top: int) -> None:
    title = [("样本收入表", LEFT, HEAD + 14)]
    found = beside_ruled(*title, *HEADS, *amounts(190, 290), top=top, above="样本支出表")
    tables = sorted(found.tables, key=lambda table: table.before)
    assert [table.before for table in tables] == ["样本支出表", "样本收入表"]
    assert tables[0].rows == tuple(map(tuple, CELLS))
    assert tables[1].rows == (
        ("项目", "上年", "本年"), *((f"名称{n}", f"{n},000.00", f"{n},000.00") for n in range(1, 5)),
    )  # fmt: skip
    assert (found.tables[0] is tables[0]) is (top > HEAD)


def test_words_beside_a_ruled_table_and_below_tables_are_no_rows() -> None:
    beside = [text for n in range(1, 5) for text in row(n, (f"名称{n}", 300), (f"{n},000.00", 400))]
    found = beside_ruled(*row(0, ("项目", 300), ("本年", 400)), *beside, ("样本说明", LEFT, 300), top=HEAD - 10)
    assert [table.rows for table in found.tables] == [tuple(map(tuple, CELLS))]
    contents = [ruled(CELLS, left=LEFT, top=HEAD + 80) + drawn([], [*HEADS, *amounts(190, 290), ("样本甲表", LEFT, 300)], "none", 8),
                ruled(CELLS, left=LEFT, top=HEAD)]  # fmt: skip
    tables = extract(document(contents, (595, 842)), "a.pdf").tables
    assert [(table.page, table.before) for table in tables] == [(1, ""), (1, ""), (2, "样本甲表")]


def test_prose_and_lists_of_contents_are_no_tables() -> None:
    prose = [(f"{n}、样本局{n}月支出为1,{n}00.00万元，比上年增加 2,000.00", LEFT, HEAD - n * ROW) for n in range(9)]
    contents_page = [text for n in range(9) for text in row(n, (f"第{n}部分", LEFT), (f"{n}", 400))]
    for texts in (prose, contents_page):
        assert page(*texts).tables == ()
    assert (
        page(("样本局", LEFT, HEAD), ("1,234.00", 200, HEAD), boxes=RULED).tables == ()
    )  # a row without a head, between rules


def test_a_page_of_countless_words_has_no_table() -> None:
    texts = [(f"{n}.00", 20 + 7 * column, 830 - 2 * n) for n in range(400) for column in range(75)]
    found = extract(document([drawn([], texts, "none", 1)], (595, 842)), "a.pdf")
    assert (found.state, found.tables) == ("text", ())
