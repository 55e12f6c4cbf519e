"""Writers of files: CSV that opens right in Chinese Excel, xlsx, JSON Lines.

Pure: rows in, pieces of a file out, a few rows at a time, so that memory stays flat however many there are.
"""

import base64
import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Callable, Generator, Iterable, Sequence

import xlsxwriter

from archive.export.rows import Row

Pieces = Generator[bytes, None, None]
Writer = Callable[[Sequence[str], Iterable[Row]], Pieces]

BOM = b"\xef\xbb\xbf"
"""Without it Chinese Excel reads a CSV file as GBK."""

PIECE = 1 << 16
"""Bytes, about, that are gathered before they are handed on."""

XLSX_ROWS = 1_048_576 - 1
"""Rows a sheet holds below its headings; what is more goes on the next sheet."""

XLSX_TEXT = 32_767
"""Characters a cell holds; a longer text is cut, and says so."""

CUT = "…（过长，已截断 cut）"

# What spreadsheets take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), full-width forms too.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# What Excel would turn into another number, or into a day: long numbers, leading zeros, exponents, 1-2017.
_NUMBER_LIKE = re.compile(r"[0-9]{12,}|0[0-9]+|[0-9.]+[eE][0-9]+|[0-9]{1,4}[-/][0-9]{1,5}", re.ASCII)
_LONGEST_NUMBER = 10**15


class WriterError(Exception):
    """Rows that can't be written so; the message is one line."""


def csv_file(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write CSV as in RFC 4180, in UTF-8 with a byte order mark.

    A text that a spreadsheet would run gets an apostrophe before it; one that it would take for another number or a day
    a tab behind it, which spreadsheets don't show.
    """
    yield BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        if buffer.tell() >= PIECE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _harmless(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if not isinstance(value, str):
        return value
    if _FORMULA.match(value):
        return f"'{value}"
    return f"{value}\t" if _NUMBER_LIKE.fullmatch(value) else value


def json_lines(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write an object a line, by the columns' names (https://jsonlines.org/). Bytes become base64, infinities null."""
    buffer = io.StringIO()
    for row in rows:
        buffer.write(json_text(dict(zip(columns, row, strict=True))))
        buffer.write("\n")
        if buffer.tell() >= PIECE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def json_text(value: object) -> str:
    """Return `value` as JSON, Chinese as it is."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_encoded)
    except ValueError:  # an infinity, which JSON has not
        return json.dumps(
            json.loads(json.dumps(value, default=_encoded), parse_constant=lambda _: None), ensure_ascii=False
        )


def _encoded(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _emptied(buffer: io.StringIO) -> bytes:
    """Return what was gathered; the buffer is then empty."""
    piece = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return piece


def xlsx(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write an Excel workbook in which every text is a text. It is made in a file beside; until it is whole, pieces are empty."""
    with tempfile.TemporaryFile(prefix="disclosures-") as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        )
        bold = book.add_format({"bold": True})
        sheet, place = None, XLSX_ROWS
        for row in rows:
            if place == XLSX_ROWS:
                sheet, place = _sheet(book, columns, bold), 0
            place += 1
            for column, value in enumerate(row):
                _write_cell(sheet, place, column, value)
            if place % 500 == 0:
                yield b""
        if sheet is None:
            _sheet(book, columns, bold)
        book.close()
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sheet(book: xlsxwriter.Workbook, columns: Sequence[str], bold: object) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), 16)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, bold)
    return sheet


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    """Write a number as a number, if Excel keeps all its digits; anything else as text."""
    if value is None or value == "":
        return
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) < _LONGEST_NUMBER:
        sheet.write_number(row, column, value)
        return
    text = value.hex() if isinstance(value, bytes) else str(value)
    if len(text) > XLSX_TEXT:
        text = text[: XLSX_TEXT - len(CUT)] + CUT
    sheet.write_string(row, column, text)
