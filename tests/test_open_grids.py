"""Rows of PDF tables that lack lines: at the end of a table, at the end of a page, and alone on the next one."""

import pytest

from archive.attachments.extraction import extract
from archive.tables.printed_table import PrintedTable
from tests.ruled_pages import ROW, document, drawn, ruled

_ROWS = [
    ["编码", "科目名称", "合计", "基本支出"],
    ["201", "一般公共", "12.00", "2.00"],
    ["20103", "办公厅", "8.00", "1.00"],
    ["20104", "发展", "4.0000", "1.0000"],
]
_TOP, _LEFT, _COLUMN = 180, 20, 60


def _tables(*pages: bytes) -> tuple[PrintedTable, ...]:
    return extract(document(pages, (300, 220)), "a.pdf").tables


def _texts(rows: list[list[str]], top: int, column: int = _COLUMN) -> bytes:
    """Rows without lines."""
    texts = [
        (cell, _LEFT + column * number + 3, top - ROW * (row + 1) + 6)
        for row, line in enumerate(rows)
        for number, cell in enumerate(line)
    ]
    return drawn([], texts, "none", 8)


def _line(x0: int, y0: int, x1: int, y1: int) -> bytes:
    return b" %d %d m %d %d l S " % (x0, y0, x1, y1)


@pytest.mark.parametrize("unruled", [1, 2])
def test_rows_below_the_last_line_are_rows_of_the_table(unruled: int) -> None:
    above, below = _ROWS[:-unruled], _ROWS[-unruled:]
    (table,) = _tables(ruled(above) + _texts(below, _TOP - ROW * len(above)))
    assert [list(row) for row in table.rows] == _ROWS


@pytest.mark.parametrize(
    "line", [["由", "12.00", "万元", "减为", "2.00", "万元"], ["注：", "12.00"], ["第", "1", "页"]]
)
def test_other_lines_below_a_table_are_none_of_its_rows(line: list[str]) -> None:
    (table,) = _tables(ruled(_ROWS) + _texts([line], _TOP - ROW * len(_ROWS), column=36))
    assert [list(row) for row in table.rows] == _ROWS


def test_outer_lines_that_go_on_hold_the_row_that_the_end_of_its_page_cuts() -> None:
    lowest = _TOP - ROW * 3
    right = _LEFT + _COLUMN * 4
    outer = _line(_LEFT, lowest, _LEFT, lowest - ROW) + _line(right, lowest, right, lowest - ROW)
    last = ["20104", "发展", "4.00", ""]
    (table,) = _tables(ruled(_ROWS[:3]) + _texts([last], lowest) + outer)
    assert [list(row) for row in table.rows] == [*_ROWS[:3], last]


def test_a_box_alone_on_the_next_page_is_a_row_of_the_table_that_is_as_wide() -> None:
    box = ruled([["", None, None, None]]) + _texts(_ROWS[3:], _TOP)
    first, second = _tables(ruled(_ROWS[:3]), box)
    assert [list(row) for row in [*first.rows, *second.rows]] == _ROWS


def test_a_box_of_text_on_the_next_page_is_none() -> None:
    box = ruled([["", None, None, None]]) + _texts([["本表为样本，数据为虚构，供测试用。"]], _TOP)
    (table,) = _tables(ruled(_ROWS), box)
    assert [list(row) for row in table.rows] == _ROWS


@pytest.mark.parametrize(("amount", "divided"), [("12.00", True), ("甲", False)])
def test_rows_without_lines_between_their_cells_are_divided_where_they_hold_amounts(amount: str, divided: bool) -> None:
    boxes = [["", None, None, "备注"], ["^", "^", "^", "样本"], *_ROWS[2:]]
    texts = [["编码", "科目名称", "合计"], ["201", "一般公共", amount]]
    (table,) = _tables(ruled(boxes) + _texts(texts, _TOP))
    assert ([list(row[:3]) for row in table.rows[:2]] == texts) == divided
    assert [list(row) for row in table.rows[2:]] == _ROWS[2:]
