"""Excel workbooks of rows: dates that are dates, links that lead somewhere, columns as wide as what stands in them.

Every other text stays a text, whatever a spreadsheet would make of it.
"""

import math
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from archive.export.rows import Row
from archive.export.writers import PIECE, Pieces
from archive.labels.label import LABELS
from archive.model.addresses import is_web_address

XLSX_ROWS = 1_048_576 - 1
"""Rows a sheet holds below its headings; what is more goes on the next sheet."""

XLSX_TEXT = 32_767
"""Characters a cell holds; a longer text is cut, and says so."""

CUT = LABELS["word.cut_short"]

MOST_LINKS = 65_530
"""Links a sheet holds; addresses beyond are text."""

LONGEST_LINK = 2_079
"""Characters of a link."""

NARROWEST, WIDEST = 6, 60
"""Width of a column, in digits; a Chinese character takes two."""

_FITTED = 500
"""Rows of a sheet that its columns are made to fit."""

_LONGEST = 10**15  # digits beyond are lost
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_YEAR = 1900  # before it, Excel knows no dates
_SHEET_NAME = 31  # characters
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_OPTIONS = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}


@dataclass(frozen=True, slots=True)
class ExcelSheet:
    """Rows for one sheet. `name`: "" for Excel's own; `columns`: the headings,
    none where the rows have theirs among them.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Row]


def xlsx(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write a workbook of one list."""
    return workbook([ExcelSheet("", columns, rows)])


def workbook(sheets: Iterable[ExcelSheet]) -> Pieces:
    """Write a workbook. It is made in a file beside; until it is whole, pieces are empty."""
    with tempfile.TemporaryFile(prefix="disclosures-") as file:
        book = xlsxwriter.Workbook(file, _OPTIONS)
        formats = _Formats(book)
        for sheet in sheets:
            writer = _SheetWriter(book, sheet, formats)
            for number, row in enumerate(sheet.rows, 1):
                if writer.is_full:
                    writer.close()
                    writer = _SheetWriter(book, sheet, formats)
                writer.write(row)
                if number % 500 == 0:
                    yield b""
            writer.close()
        book.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


class _Formats:
    """The formats of a workbook's cells."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = book.add_format({"bold": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.link = book.get_default_url_format()


class _SheetWriter:
    """One sheet while it is written, from the first row to the last."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: ExcelSheet, formats: _Formats) -> None:
        self._sheet = book.add_worksheet(_sheet_name(sheet.name, [each.name for each in book.worksheets()]))
        self._formats = formats
        self._headed = bool(sheet.columns)
        self._place = 0  # of the next row
        self._links = 0
        self._widths: list[int] = []
        if self._headed:
            self._sheet.freeze_panes(1, 0)
            self._fit(sheet.columns)
            for column, heading in enumerate(sheet.columns):
                self._sheet.write_string(0, column, heading, formats.heading)
            self._place = 1

    @property
    def is_full(self) -> bool:
        """Whether the next row needs another sheet."""
        return self._place > XLSX_ROWS

    def write(self, row: Row) -> None:
        """Write the next row."""
        if self._place <= _FITTED:
            self._fit(row)
        for column, value in enumerate(row):
            if value is not None and value != "":
                self._write_cell(column, value)
        self._place += 1

    def close(self) -> None:
        """Finish the sheet: its filter, and the widths of its columns."""
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST))
        if self._headed and self._widths:
            self._sheet.autofilter(0, 0, max(self._place - 1, 1), len(self._widths) - 1)

    def _fit(self, row: Row) -> None:
        self._widths += [0] * (len(row) - len(self._widths))
        for column, value in enumerate(row):
            self._widths[column] = max(self._widths[column], _width(value))

    def _write_cell(self, column: int, value: object) -> None:
        """Write a number as a number, if Excel keeps all its digits, a day or moment as such; all else as text."""
        if isinstance(value, int | float | Decimal) and math.isfinite(value) and -_LONGEST < value < _LONGEST:
            self._sheet.write_number(self._place, column, value)
        elif isinstance(value, datetime):
            self._sheet.write_datetime(self._place, column, value, self._formats.moment)
        elif day := _day(value):
            self._sheet.write_datetime(self._place, column, day, self._formats.day)
        else:
            self._write_text(column, value.hex() if isinstance(value, bytes) else str(value))

    def _write_text(self, column: int, text: str) -> None:
        if self._links < MOST_LINKS and len(text) <= LONGEST_LINK and is_web_address(text):
            self._links += 1
            self._sheet.write_url(self._place, column, text, self._formats.link)
            return
        if len(text) > XLSX_TEXT:
            text = text[: XLSX_TEXT - len(str(CUT))] + str(CUT)
        self._sheet.write_string(self._place, column, text)


def _day(value: object) -> date | None:
    """Return the day that a text is, if Excel knows it."""
    if isinstance(value, str) and _DAY.fullmatch(value) and int(value[:4]) >= _FIRST_YEAR:
        with suppress(ValueError):
            return date.fromisoformat(value)
    return None


def _width(value: object) -> int:
    """Return the width of a cell's longest line, in digits."""
    if value is None:
        return 0
    lines = str(value)[: 4 * WIDEST].split("\n")
    return max(sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line) for line in lines)


def _sheet_name(name: str, taken: Sequence[Any]) -> str | None:
    """Return a name as a sheet may have it, another than those taken; None where Excel's own will do."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip(" '")[:_SHEET_NAME].strip(" '")
    if not plain:
        return None
    used, number, unique = {str(each).lower() for each in taken}, 1, plain
    while unique.lower() in used or unique.lower() == "history":  # a name that Excel keeps for itself
        number += 1
        unique = f"{plain[: _SHEET_NAME - len(str(number)) - 1]} {number}"
    return unique
