"""The budgets of the sample portal: what its files hold is what their maker meant, cell by cell, and one slip is planted."""

from pathlib import Path

import pytest

from archive.attachments.extraction import extract
from tests.conftest import rows
from tests.made_budgets.sample_files import FOLDER, SLIP, sheets

ABOVE = {".pdf": 0, ".xlsx": 2}
"""Rows above the head, within the table: of a workbook its title, agency and unit."""


@pytest.mark.parametrize(("year", "name"), [(2016, "ybj_2016.pdf"), (2017, "ybj_2017.xlsx"), (2018, "ybj_2018.pdf")])
def test_a_file_holds_the_cells_that_were_meant(year: int, name: str) -> None:
    found, meant = extract((FOLDER / name).read_bytes(), name).tables, sheets(year)
    first = ABOVE[Path(name).suffix]
    assert [table.rows[first : first + len(sheet.rows)] for table, sheet in zip(found, meant, strict=True)] == [
        sheet.printed_rows() for sheet in meant
    ]


def test_the_archive_has_the_figures_of_three_years_and_the_slip(sample_archive: Path) -> None:
    sql = "SELECT fiscal_year, stage, reception FROM three_public GROUP BY fiscal_year, stage, reception ORDER BY 1"
    assert [tuple(row.values()) for row in rows(sample_archive, sql)] == [
        (2016, "budget", "32000.00"), (2017, "budget", "26000.00"), (2018, "budget", "20000.00"),
    ]  # fmt: skip
    failing = rows(
        sample_archive, "SELECT rule, left_value, right_value FROM budget_checks WHERE NOT holds AND rule = 'children'"
    )
    assert [tuple(row.values()) for row in failing] == [("children", SLIP[1], SLIP[0])]
    others = rows(sample_archive, "SELECT DISTINCT table_id FROM budget_checks WHERE NOT holds")
    assert len(others) == 1
