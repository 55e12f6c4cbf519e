"""Text of workbooks: xlsx, xls, ods. A file that cannot be read raises `Unreadable`."""

import io
import re
import zipfile
from datetime import datetime, time

import python_calamine as calamine

from archive.attachments.extraction import Limits
from archive.attachments.file_kinds import Unreadable
from archive.attachments.office import check_unpacked

_LARGEST_SHEET = 4_000_000  # cells from the first filled one to the last, each of which takes memory, filled or not
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(rb"""(<(?:\w+:)?(?:c|row)\s[^<>]*?\br=["'])([A-Z]{0,3})(\d{1,7})(?=["'])""")
"""The place of a cell ("XFD1048576") or the number of a row, with the tag before it."""


def read_sheets(data: bytes, limits: Limits) -> str:
    """Return every sheet of a workbook, rows as lines, cells separated by tabs. With several sheets, each under its name."""
    if data[:2] == b"PK":
        check_unpacked(data, limits)
        data = _without_gaps(data)
    sheets: list[tuple[str, list[str]]] = []
    size = 0
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in workbook.sheet_names:
            lines = []
            for row in workbook.get_sheet_by_name(name).iter_rows():
                line = "\t".join(map(_cell, row)).rstrip("\t ")
                size += len(line)
                if line:
                    lines.append(line)
                if size > limits.max_text:
                    break
            sheets.append((name, lines))
    except calamine.CalamineError as error:
        if isinstance(error, calamine.PasswordError) or "password" in str(error).lower():
            raise Unreadable("encrypted", "the workbook asks for a password") from error
        raise Unreadable("failed", "the workbook is damaged or of an unknown form") from error
    filled = [(name, lines) for name, lines in sheets if lines]
    if len(filled) < 2:
        return "\n".join(line for _, lines in filled for line in lines)
    return "\n\n".join("\n".join((name, *lines)) for name, lines in filled)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):  # the precision Excel shows
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return " ".join(str(value).split())


def _without_gaps(data: bytes) -> bytes:
    """Return a workbook in which sheets with far stray cells have no empty rows and columns; else `data` as it is."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if _SHEET.fullmatch(name)]
        moved = {name: sheet for name in sheets if (sheet := _close_gaps(archive.read(name)))}
        if not moved:
            return data
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as copy:
            for entry in archive.infolist():
                copy.writestr(entry.filename, moved.get(entry.filename) or archive.read(entry))
    return stream.getvalue()


def _close_gaps(sheet: bytes) -> bytes | None:
    """Return the XML of a sheet whose filled rows and columns are numbered from 1 on; None where it is small enough."""
    rows: set[int] = set()
    columns: set[bytes] = set()
    for _, column, row in _PLACE.findall(sheet):
        rows.add(int(row))
        columns.add(column)
    columns.discard(b"")
    if not rows or not columns or _span(rows) * _span(set(map(_number, columns))) <= _LARGEST_SHEET:
        return None
    if len(rows) * len(columns) > _LARGEST_SHEET:
        raise Unreadable("too_large", f"a sheet spans {len(rows)} rows and {len(columns)} columns")
    new_rows = {row: b"%d" % place for place, row in enumerate(sorted(rows), 1)}
    ordered = sorted(columns, key=_number)
    new_columns = {column: _letters(place) for place, column in enumerate(ordered, 1)} | {b"": b""}
    return _PLACE.sub(lambda match: match[1] + new_columns[match[2]] + new_rows[int(match[3])], sheet)


def _span(places: set[int]) -> int:
    return max(places) - min(places) + 1


def _number(column: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number


def _letters(number: int) -> bytes:
    """Return the letters of a column: A for 1, AA for 27."""
    letters = b""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = bytes([65 + letter]) + letters
    return letters
