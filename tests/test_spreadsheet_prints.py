"""Budgets that LibreOffice prints of workbooks: each amount with its name, the planted slip and no other."""

import shutil
from collections import Counter
from functools import partial

import pytest

from archive.attachments.extraction import extract
from archive.budgets.documents import BudgetTable, read_document
from tests.made_budgets.documents import contents
from tests.made_budgets.sheets import is_amount
from tests.made_budgets.spreadsheet_prints import printed, ruled_workbook

CONTENTS = {content.name: content for content in contents()}
WAYS = {"one_below_another": ruled_workbook, "side_by_side": partial(ruled_workbook, beside=2)}
EACH = [(name, way) for name in CONTENTS for way in WAYS]


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("LibreOffice is not installed")
    made = {f"{name}-{way}": WAYS[way](CONTENTS[name].sheets) for name, way in EACH}
    return printed(made, tmp_path_factory.mktemp("prints"), soffice)


@pytest.mark.parametrize(("name", "way"), EACH)
def test_tables_printed_from_a_spreadsheet_are_read_whole(name: str, way: str, prints: dict[str, bytes]) -> None:
    content = CONTENTS[name]
    found = extract(prints[f"{name}-{way}"], "a.pdf")
    tables = read_document(found.tables, content.title, found.text or "")
    assert [(table.statement.heading.agency, table.statement.heading.unit) for table in tables] == [
        (sheet.agency, sheet.unit) for sheet in content.sheets
    ]
    for table, sheet in zip(tables, content.sheets, strict=True):
        meant = Counter(cell.text for cell in sheet.cells() if is_amount(cell.text))
        assert Counter(line.printed for line in table.lines) == meant, sheet.title
    assert failing(tables) == ({content.slipped} if content.slipped else set())


def failing(tables: list[BudgetTable]) -> set[str]:
    return {table.statement.heading.title[5:] for table in tables if any(not check.holds for check in table.checks)}
