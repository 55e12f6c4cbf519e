"""Budgets in PDF pages made with known cells, however they are ruled and broken over pages."""

from decimal import Decimal

import pytest

from archive.attachments.extraction import extract
from archive.budgets.documents import BudgetTable, read_document
from tests.budget_forms import ACROSS, EXPECTED, GENERAL, SUMMARY, YEAR, failing
from tests.ruled_pages import Cells, document, ruled

SIZE = (842, 595)  # points: A4 on its side


def cells(rows: str) -> list[list[str | None]]:
    lines = [line.split("|") for line in rows.strip().split("\n")]
    return [[None if cell == "<" else cell.strip() for cell in line] for line in lines]


def page(table: Cells, above: str, style: str) -> bytes:
    return ruled(table, left=30, top=500, style=style, above=above, column_width=780 // len(table[0]), font=6)


def read(pages: list[bytes]) -> list[BudgetTable]:
    return read_document(extract(document(pages, SIZE), "a.pdf").tables, YEAR)


@pytest.mark.parametrize("style", ["boxes", "strips", "path"])
def test_a_budget_is_read_cell_by_cell(style: str) -> None:
    general = cells(GENERAL)
    pages = [
        page(cells(SUMMARY), "公开01表\n部门收支总表\n部门：样本局  单位：万元", style),
        page(general[:5], "公开05表\n一般公共预算支出表\n部门：样本局  单位：万元", style),
        page(general[5:], "", style),
        page(cells(ACROSS), "公开07表\n“三公”经费、会议费、培训费支出预算表\n部门：样本局  单位：万元", style),
    ]
    summary, spending, expenses = read(pages)
    assert [each.statement.heading.kind for each in (summary, spending, expenses)] == [
        "summary",
        "general_spending",
        "three_public",
    ]
    for found, rows in ((summary, SUMMARY), (spending, GENERAL), (expenses, ACROSS)):
        printed = [cell for line in cells(rows) for cell in line if cell and "." in cell]
        assert [line.printed for line in found.lines] == printed
        assert failing(found) == []
        assert (found.statement.heading.unit, found.statement.heading.agency) == ("万元", "样本局")
    assert spending.statement.pages == (2, 3)
    assert {role: line.value for role, line in expenses.expenses[0].parts.items()} == EXPECTED


def test_a_slip_planted_beyond_a_page_break_is_found_and_no_other() -> None:
    general = cells(GENERAL.replace("行政运行|100.00|100.00", "行政运行|110.00|100.00"))
    above = "一般公共预算支出表\n单位：万元"
    (found,) = read([page(general[:5], above, "boxes"), page(general[5:], "", "boxes")])
    assert sorted(failing(found)) == [
        ("children", Decimal("120.00"), Decimal("130.00")),
        ("columns", Decimal("110.00"), Decimal("100.00")),
    ]


def test_a_title_at_the_end_of_a_page_is_that_of_the_table_on_the_next() -> None:
    end = ruled([], left=30, top=40, above="一般公共预算支出表\n部门：样本局  单位：万元")
    summary, spending = read(
        [page(cells(SUMMARY), "部门收支总表\n单位：万元", "boxes") + end, page(cells(GENERAL), "", "boxes")]
    )
    assert (summary.statement.heading.kind, spending.statement.heading.kind) == ("summary", "general_spending")
    assert spending.statement.heading.unit == "万元"


def test_a_row_whose_line_the_page_break_cut_off_is_read() -> None:
    content = ruled([["201", "1.00"], ["20101", "2.00"], ["20102", "3.00"]], style="boxes")
    assert content.count(b" re S") == 6
    lines = b"".join(b"20 %d m 140 %d l S " % (y, y) for y in (160, 140, 120)) + b"".join(
        b"%d 120 m %d 180 l S " % (x, x) for x in (20, 80, 140)
    )
    (table,) = extract(document([lines + content[content.index(b" BT") :]], (300, 200)), "a.pdf").tables
    assert table.rows == (("201", "1.00"), ("20101", "2.00"), ("20102", "3.00"))


def test_a_row_by_itself_without_the_line_that_the_page_break_cut_off_is_read() -> None:
    content = ruled([["合计", "3.00"]], top=200)
    lines = b"20 180 m 140 180 l S " + b"".join(b"%d 180 m %d 200 l S " % (x, x) for x in (20, 80, 140))
    (table,) = extract(document([lines + content[content.index(b" BT") :]], (300, 200)), "a.pdf").tables
    assert table.rows == (("合计", "3.00"),)
