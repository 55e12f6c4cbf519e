"""Made documents with known cells: every cell as it was printed, every amount of every table, the planted slip and no other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from archive.attachments.extraction import Extracted, extract
from archive.budgets.amounts import plain
from archive.budgets.documents import BudgetTable, read_document
from tests.made_budgets.documents import Content, MadeFile, contents, ways
from tests.made_budgets.sheets import ABOVE, LEFT, is_amount

CONTENTS = {content.name: content for content in contents()}
EACH = [(name, way) for name in CONTENTS for way in ways()]


@cache
def made(name: str, way: str) -> tuple[Content, MadeFile, Extracted]:
    content = CONTENTS[name]
    file = ways()[way](content)
    return content, file, extract(file.data, file.name)


def budgets(name: str, way: str) -> list[BudgetTable]:
    content, _, found = made(name, way)
    return read_document(found.tables, content.title, found.text or "")


def codes_and_names(row: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the codes of a row, whose 类, 款 and 项 may stand in cells of their own, with their names."""
    cells = [text for text in row if text not in (LEFT, ABOVE)]
    while cells:
        code = cells.pop(0)
        if code.isdigit() and len(code) > 2:
            while cells and (not cells[0] or cells[0].isdigit()):
                code += cells.pop(0)
            yield code, plain(cells[0])


def test_there_are_sixty_of_them() -> None:
    assert len(EACH) >= 60


@pytest.mark.parametrize(("name", "way"), EACH)
def test_every_cell_is_as_printed(name: str, way: str) -> None:
    _, file, found = made(name, way)
    assert [table.rows for table in found.tables] == list(file.tables)


@pytest.mark.parametrize(("name", "way"), EACH)
def test_every_table_is_known_with_all_of_its_amounts(name: str, way: str) -> None:
    content, read = CONTENTS[name], budgets(name, way)
    assert [(table.statement.heading.agency, table.statement.heading.unit) for table in read] == [
        (sheet.agency, sheet.unit) for sheet in content.sheets
    ]
    for table, sheet in zip(read, content.sheets, strict=True):
        meant = Counter(cell.text for cell in sheet.cells() if is_amount(cell.text))
        assert Counter(line.printed for line in table.lines) == meant, sheet.title
        assert table.statement.heading.title.replace(" ", "") == sheet.title
        named = {pair for row in sheet.rows for pair in codes_and_names(row)}
        assert {(line.code, line.name) for line in table.lines if line.code} <= named, sheet.title


@pytest.mark.parametrize(("name", "way"), EACH)
def test_the_planted_slip_is_found_and_no_other(name: str, way: str) -> None:
    content = CONTENTS[name]
    failing = {
        table.statement.heading.title for table in budgets(name, way) for check in table.checks if not check.holds
    }
    assert {title[5:] for title in failing} == ({content.slipped} if content.slipped else set())
