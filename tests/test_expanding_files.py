"""Files that are small as sent and large once opened: what they take stays within the limits."""

import zlib
from collections.abc import Callable

import pytest

from archive.attachments import extraction, sandbox
from archive.attachments.converter import Converter
from archive.attachments.extraction import extract, open_walls
from tests.files import SAMPLE, docx, pdf, text_cell, xlsx


def blanks(megabytes: int) -> bytes:
    """So many zero bytes, as zlib packs them, made without making them."""
    packer = zlib.compressobj(9)
    first, second, third = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(3))
    assert second == third
    check = ((megabytes << 20) % 65521) << 16 | 1
    return first + second * (megabytes - 1) + b"\x03\0" + check.to_bytes(4, "big")


BOMBS: dict[str, Callable[[], bytes]] = {
    "docx": lambda: docx("<w:p/>" * 20_000_000),
    "pdf": lambda: pdf(zlib.compress(blanks(2048), 9), filters=b"/Filter[/FlateDecode/FlateDecode]"),
}


def test_without_namespaces_files_are_read_within_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "wrapper", lambda: ())
    own = Converter()
    monkeypatch.setattr(extraction, "_converter", lambda **_: own)
    assert extract(SAMPLE.encode(), "a.txt").text == SAMPLE
    assert extract(BOMBS["docx"](), "a.docx").state == "too_large"
    assert "start" not in open_walls()
    own.close()


@pytest.mark.parametrize("kind", BOMBS)
def test_small_files_that_expand_to_gigabytes_stay_within_the_limit(kind: str) -> None:
    data = BOMBS[kind]()
    assert len(data) < 600_000
    found = extract(data, f"a.{kind}")
    assert (found.state, found.text) == ({"docx": "too_large", "pdf": "failed"}[kind], None)
    assert found.message


def test_a_sheet_with_a_far_stray_cell_is_read() -> None:
    rows = f'<row r="2">{text_cell("B2", "甲")}<c r="AA2"><v>1</v></c></row><row r="1048576">{text_cell("XFD1048576", "乙")}</row>'
    found = extract(xlsx(rows, f'<row r="1">{text_cell("A1", "丙")}{text_cell("C1", "丁")}</row>'), "a.xlsx")
    assert (found.state, found.text) == ("text", "表1\n甲\t1\n\t\t乙\n\n表2\n丙\t\t丁")


@pytest.mark.parametrize("place", ["ZZZZZZ99999999", "zzzz5", "XFE1048577"])
def test_a_cell_beyond_what_a_workbook_can_hold_costs_nothing(place: str) -> None:
    row = f'<row r="1"><c r="A1"><v>7</v></c><c r="{place}"><v>1</v></c></row>'
    found = extract(xlsx(row), "a.xlsx")
    assert (found.state, "".join(found.text.split())) == ("text", "71")


def test_a_sheet_too_wide_even_without_gaps_is_too_large() -> None:
    cells = "".join(f'<row r="{n}"><c r="{column(n)}{n}"><v>1</v></c></row>' for n in range(1, 2100))
    found = extract(xlsx(cells), "a.xlsx")
    assert (found.state, found.message) == ("too_large", "a sheet spans 2099 rows and 2099 columns")


def column(number: int) -> str:
    return ("" if number <= 26 else column((number - 1) // 26)) + chr(65 + (number - 1) % 26)
