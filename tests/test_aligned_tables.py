"""Tables of PDF pages without vertical lines: read where each amount stands below one head, and left alone where not."""

from collections import Counter
from functools import cache

import pytest

from archive.attachments.extraction import Extracted, extract
from archive.budgets.amounts import plain
from archive.budgets.documents import BudgetTable, read_document
from tests.made_budgets.documents import Content, contents, ways
from tests.made_budgets.pdf_printer import PdfPrinter, PrintOptions
from tests.ruled_pages import document, drawn

CONTENTS = {content.name: content for content in contents()}
LEAST = {"plain": 135, "with_year_before": 147, "in_yuan": 135, "slipped": 135, "accounts": 91, "district": 39}
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


def page(*texts: tuple[str, int, int], rules: Texts | None = None) -> Extracted:
    """Read a page of texts at these places; `rules` are boxes of which the upper and lower sides are drawn."""
    boxes = [(LEFT, HEAD - 6 - row * ROW, 400, ROW) for row in range(-1, 6)] if rules is None else []
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
    for rules in (None, []):
        found = page(*HEADS, *amounts(190, 290), rules=rules)
        assert [table.rows for table in found.tables] == [
            (("项目", "上年", "本年"), *((f"名称{n}", f"{n},000.00", f"{n},000.00") for n in range(1, 5)))
        ]
        assert found.message is None


def test_a_head_beside_its_amounts_is_that_of_the_only_column_there() -> None:
    centred = row(0, ("项目", LEFT + 10), ("上年", 160), ("本年", 260))
    [table] = page(*centred, *amounts(190, 290)).tables
    assert table.rows[0] == ("项目", "上年", "本年")


@pytest.mark.parametrize(
    "texts",
    [
        [*row(0, ("项目", LEFT), ("上年", 150), ("本年", 250), ("增减", 350)), *amounts(190, 290)],  # of which two?
        [*HEADS, *amounts(190, 290), *row(5, ("名称5", LEFT), ("7.00", 240), ("8.00", 262), ("9.00", 284))],
        [*HEADS, *amounts(190, 290), *row(5, ("名称5", LEFT), ("文字", 195), ("8.00", 290))],
        [*HEADS, *amounts(190, 290), *row(5, ("8.00", 190), ("9.00", 290)), *row(6, ("名称6", LEFT), ("8.00", 190))],
        [*HEADS, *amounts(190, 290), *row(5, ("名称4的其余", LEFT)), *row(6, ("名称6", LEFT), ("8.00", 190))],
    ],
    ids=["two heads", "between columns", "words among amounts", "no name", "a name that may go on"],
)
def test_where_words_could_stand_in_several_columns_there_is_no_table_and_that_is_said(texts: Texts) -> None:
    found = page(*texts, *row(7, ("名称7", LEFT), ("1.00", 190), ("2.00", 290)), rules=[])
    assert found.tables == ()
    assert found.message == "amounts in rows without lines, of which no table is made: 1 of 1 page"


def test_heads_over_several_columns_reach_over_all_of_them() -> None:
    upper = [("项目", LEFT, 710), ("收入", 170, 720), ("支出", 270, 720)]
    lower = row(0, ("上年", 145), ("本年", 195), ("上年", 245), ("本年", 295))
    [table] = page(*upper, *lower, *amounts(145, 195, 245, 295), rules=[]).tables
    assert table.rows[:3] == (
        ("", "收入", None, "支出", None),
        ("项目", "", "", "", ""),
        ("", "上年", "本年", "上年", "本年"),
    )
    assert table.merged == ((0, 1, 1, 2), (0, 3, 1, 2))


def test_a_head_as_high_as_all_of_them_is_below_no_other() -> None:
    upper = [("项目", LEFT, 710), ("收入", 170, 720), ("增减", 245, 710)]
    lower = row(0, ("上年", 145), ("本年", 195))
    [table] = page(*upper, *lower, *amounts(145, 195, 245), rules=[]).tables
    assert table.merged == ((0, 1, 1, 2),)


def test_prose_and_lists_of_contents_are_no_tables() -> None:
    prose = [(f"{n}、样本局{n}月支出为1,{n}00.00万元，比上年增加 2,000.00", LEFT, HEAD - n * ROW) for n in range(9)]
    contents_page = [text for n in range(9) for text in row(n, (f"第{n}部分", LEFT), (f"{n}", 400))]
    for texts in (prose, contents_page):
        assert page(*texts, rules=[]).tables == ()
    assert page(("样本局", LEFT, HEAD), ("1,234.00", 200, HEAD)).tables == ()  # a row without a head, between rules


def test_a_page_of_countless_words_has_no_table() -> None:
    texts = [(f"{n}.00", 20 + 7 * column, 830 - 2 * n) for n in range(400) for column in range(75)]
    found = extract(document([drawn([], texts, "none", 1)], (595, 842)), "a.pdf")
    assert (found.state, found.tables) == ("text", ())
