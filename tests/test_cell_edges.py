"""Cells of PDF tables whose edges words go over, and rows that lack the lines between their cells."""

import pytest

from archive.attachments.extraction import extract
from archive.tables.printed_table import PrintedTable
from tests.ruled_pages import document, drawn


def tables(content: bytes) -> tuple[PrintedTable, ...]:
    return extract(document([content], (300, 300)), "a.pdf").tables


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        ([("Office", 23), ("1.00", 83), ("2.00", 143)], ("Office", "1.00", "2.00")),
        ([("Name", 23), ("First", 83), ("Second", 143)], ("Name", "First", "Second")),
        ([("1.00", 83)], ("1.00", None, None)),
        ([("Name", 23), ("First", 83)], ("Name First", None, None)),
        ([("Office of all", 43), ("2.00", 143)], ("Office of all 2.00", None, None)),
    ],
    ids=["amounts", "heads", "one of them", "not in each column", "over a line"],
)
def test_words_of_several_columns_are_apart_where_a_row_lacks_the_lines_between_them(
    words: list[tuple[str, int]], cells: tuple[str | None, ...]
) -> None:
    boxes = [(20 + 60 * column, bottom, 60, 20) for column in range(3) for bottom in (100, 140)] + [(20, 120, 180, 20)]
    whole = [(f"{column}{row}", 23 + 60 * column, row) for column in range(3) for row in (106, 146)]
    (table,) = tables(drawn(boxes, [*whole, *((text, x, 126) for text, x in words)], "boxes", 8))
    assert table.rows == (("0146", "1146", "2146"), cells, ("0106", "1106", "2106"))


@pytest.mark.parametrize(
    ("texts", "cells"),
    [
        ([("公务用车运行维护费", 23, 126), ("2.56", 120, 126)], ("公务用车运行维护费", "2.56")),
        ([("公务用车", 23, 126), ("运行 2.56", 83, 126)], ("公务用车", "运行 2.56")),
        ([("公务用车运行维护费", 23, 126)], ("公务用车运行维", "护费")),
        ([("公务用车运行维护费", 23, 126), ("备注", 120, 126)], ("公务用车运行维", "护费 备注")),
        ([("公务用车运行维", 23, 122), ("费 2.56", 81, 130)], ("公务用车运行维", "费 2.56")),
        ([("12,345,678,901.00", 23, 126), ("2.56", 120, 126)], ("12,345,678,901.", "00 2.56")),
    ],
    ids=["over the edge", "beside it", "no amount", "beside other words", "in another line", "a number"],
)
def test_words_that_go_over_the_edge_of_a_cell_are_its_own_beside_an_amount(
    texts: list[tuple[str, int, int]], cells: tuple[str, str]
) -> None:
    boxes = [(20 + 60 * column, 120 - 20 * row, 60, 20) for column in range(2) for row in range(2)]
    drawing = drawn(boxes, [*texts, ("0", 23, 106), ("1", 83, 106)], "boxes", 8)
    (table,) = tables(drawing)
    assert table.rows[0] == cells
