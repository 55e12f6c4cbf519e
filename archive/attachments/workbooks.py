"""Text and tables of workbooks: xlsx, xls, ods. A file that cannot be read raises `Unreadable`."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time

import python_calamine as calamine

from archive.attachments.extraction import Limits
from archive.attachments.file_contents import FileContents
from archive.attachments.file_kinds import Unreadable
from archive.attachments.markup import parse_xml
from archive.attachments.office import check_unpacked
from archive.model import magic_numbers
from archive.tables.file_pages import SHEET, FilePage, joined
from archive.tables.hidden_cells import HiddenCells, read_hidden_cells, without_hidden
from archive.tables.number_formats import UNSURE, NumberFormats, column_number, read_xlsx_formats
from archive.tables.opendocument import ShownSheets, read_shown_sheets
from archive.tables.printed_table import MOST_CELLS, Merged, PrintedTable, printed_cell
from archive.tables.xls_formats import read_xls_formats

_LARGEST_SHEET = 4_000_000  # cells from the first filled one to the last, each of which takes memory, filled or not
_ODS_CONTENT = "content.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(rb"""(<(?:\w+:)?(?:c|row)\s[^<>]*?\br=["'])([A-Za-z]{0,12})(\d{1,18})(?=["'])""")
"""The place of a cell ("XFD1048576") or the number of a row, with the tag before it."""
_FAILED = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt=)["']e["']""")
"""The tag of a cell whose formula failed, up to its type."""


@dataclass(frozen=True, slots=True)
class _Workbook:
    """A workbook's bytes as they are read, and what they say of cells besides their values:
    how they are printed, and which are hidden.

    `is_moved`: empty rows and columns are taken out of its sheets,
    so that the places of merged and hidden cells hold no more.
    """

    data: bytes
    is_moved: bool
    formats: NumberFormats | ShownSheets
    hidden: Mapping[str, HiddenCells]

    def rows(self, sheet: calamine.CalamineSheet, most: int) -> list[list[str]]:
        """The rows of a sheet as they are printed, up to the one with which they have more than `most` characters."""
        rows: list[list[str]] = []
        first = _first_column(sheet)
        for place, values in enumerate(sheet.iter_rows()):
            printed = (self.formats.printed(sheet.name, place, first + n, value) for n, value in enumerate(values))
            rows.append([_cell(value) if cell is None else cell for cell, value in zip(printed, values, strict=True)])
            most -= sum(map(len, rows[-1]))
            if most < 0:
                break
        return rows

    def shown(self, sheet: calamine.CalamineSheet, rows: list[list[str]]) -> tuple[list[list[str]], list[Merged]]:
        """Return the rows and merged cells of a sheet without what is hidden."""
        first = _first_column(sheet)
        stated = [] if self.is_moved else self._merged(sheet)
        merged = [(r0, c0 - first, r1, c1 - first) for r0, c0, r1, c1 in stated]
        return without_hidden(rows, merged, self.hidden.get(sheet.name, HiddenCells()).from_column(first))

    def _merged(self, sheet: calamine.CalamineSheet) -> list[Merged]:
        """Return the first and last row and column of each merged cell of a sheet: calamine tells none of an OpenDocument."""
        if isinstance(self.formats, ShownSheets):
            return self.formats.merged.get(sheet.name, [])
        return [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]


def read_sheets(data: bytes, limits: Limits) -> FileContents:
    """Return every sheet of a workbook, rows as lines, cells separated by tabs.
    With several sheets, each under its name.

    Each sheet is a table, without the rows and columns that are hidden, if it is not hidden itself: they are text
    alone. Numbers are printed as the workbook formats them, as far as `number_formats` knows.
    """
    workbook = _prepared(data, limits)
    sheets: list[tuple[str, list[str]]] = []
    tables: list[PrintedTable] = []
    left = limits.max_text
    try:
        opened = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook.data))
        for number, described in enumerate(opened.sheets_metadata, 1):
            sheet = opened.get_sheet_by_name(described.name)
            rows = workbook.rows(sheet, left)
            left -= sum(len(cell) for row in rows for cell in row)
            sheets.append((described.name, [line for row in rows if (line := "\t".join(row).rstrip("\t "))]))
            if described.visible == calamine.SheetVisibleEnum.Visible:
                tables += _tables(number, described.name, *workbook.shown(sheet, rows))
    except calamine.CalamineError as error:
        if isinstance(error, calamine.PasswordError) or "password" in str(error).lower():
            raise Unreadable("encrypted", "the workbook asks for a password") from error
        raise Unreadable("failed", "the workbook is damaged or of an unknown form") from error
    text, pages = _joined(sheets)
    return FileContents(text, tables, pages=pages)


def _prepared(data: bytes, limits: Limits) -> _Workbook:
    """Return a workbook as it can be read within the limits. Raises Unreadable."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_unpacked(archive, limits)
            if shown := _shown_sheets(archive):
                return _Workbook(data, is_moved=False, formats=shown, hidden={})
            rewritten, is_moved = _rewritten(archive)
            formats = read_xlsx_formats(zipfile.ZipFile(io.BytesIO(rewritten)) if rewritten else archive)
            hidden = {} if is_moved else read_hidden_cells(archive)
            return _Workbook(rewritten or data, is_moved, formats, hidden)
    formats = read_xls_formats(data) if data.startswith(magic_numbers.OLE) else NumberFormats()
    return _Workbook(data, is_moved=False, formats=formats, hidden={})


def _shown_sheets(archive: zipfile.ZipFile) -> ShownSheets | None:
    """Return the cells of an OpenDocument workbook as they are shown; None for any other, and for one that is encrypted."""
    content = archive.read(_ODS_CONTENT) if _ODS_CONTENT in archive.namelist() else b""
    return read_shown_sheets(parse_xml(content)) if content.lstrip().startswith(b"<") else None


def _joined(sheets: list[tuple[str, list[str]]]) -> tuple[str, tuple[FilePage, ...]]:
    """The text of all sheets, by name and lines, and where each begins in it; with several, each under its name."""
    several = sum(bool(lines) for _, lines in sheets) > 1
    numbered = (
        (FilePage(0, SHEET, number, name), "\n".join((name, *lines) if several and lines else lines))
        for number, (name, lines) in enumerate(sheets, 1)
    )
    return joined(numbered, "\n\n")


def _first_column(sheet: calamine.CalamineSheet) -> int:
    """Return the number of the first filled column, from 0 on."""
    return int((sheet.start or (0, 0))[1])


def _tables(number: int, name: str, rows: list[list[str]], merged: list[Merged]) -> Iterator[PrintedTable]:
    """Yield the table of a sheet, without empty rows and columns at its end, if several of its columns are filled.

    `merged`: the first and last row and column of each merged cell.
    """
    height = max((place for place, row in enumerate(rows, 1) if any(row)), default=0)
    width = max((place for row in rows for place, cell in enumerate(row, 1) if cell), default=0)
    if width < 2:
        return
    cells: list[list[str | None]] = [[printed_cell(cell) for cell in row[:width]] for row in rows[:height]]
    spans: list[Merged] = []
    for top, left, bottom, right in merged[:MOST_CELLS]:
        last_row, last_column = min(bottom, height - 1), min(right, width - 1)
        if not (0 <= left <= last_column and 0 <= top <= last_row) or (top, left) == (last_row, last_column):
            continue
        spans.append((top, left, last_row - top + 1, last_column - left + 1))
        for row in range(top, last_row + 1):
            for column in range(left, last_column + 1):
                if (row, column) != (top, left):
                    cells[row][column] = None
    yield PrintedTable(tuple(map(tuple, cells)), number, printed_cell(name), tuple(spans))


def _cell(value: object) -> str:
    """Return a cell's value on one line; a number whose last digits are lost as Excel prints it without a format.

    Such a number was an ID's or an account's: its first digits alone, with noughts behind them, are no less somebody's.
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):  # the precision Excel shows
        if abs(value) >= UNSURE:
            return f"{value:.5E}"
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    return " ".join(str(value).split())


def _rewritten(archive: zipfile.ZipFile) -> tuple[bytes | None, bool]:
    """Return a workbook whose failed formulas (#REF!) are texts, which calamine leaves out else, and in which sheets with
    far stray cells have no empty rows and columns; and whether one had such. None where there is neither.
    """
    changed: dict[str, bytes] = {}
    is_moved = False
    for name in filter(_SHEET.fullmatch, archive.namelist()):
        sheet = archive.read(name)
        moved = _close_gaps(sheet)
        is_moved = is_moved or moved is not None
        texts, failed = _FAILED.subn(rb'\1"str"', moved or sheet)
        if failed or moved:
            changed[name] = texts
    if not changed:
        return None, False
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as copy:
        for entry in archive.infolist():
            copy.writestr(entry.filename, changed.get(entry.filename) or archive.read(entry))
    return stream.getvalue(), is_moved


def _close_gaps(sheet: bytes) -> bytes | None:
    """Return the XML of a sheet whose filled rows and columns are numbered from 1 on; None where it is small enough."""
    rows: set[int] = set()
    columns: set[bytes] = set()
    for _, column, row in _PLACE.findall(sheet):
        rows.add(int(row))
        columns.add(column)
    columns.discard(b"")
    if not rows or not columns or _span(rows) * _span(set(map(column_number, columns))) <= _LARGEST_SHEET:
        return None
    if len(rows) * len(columns) > _LARGEST_SHEET:
        raise Unreadable("too_large", f"a sheet spans {len(rows)} rows and {len(columns)} columns")
    new_rows = {row: b"%d" % place for place, row in enumerate(sorted(rows), 1)}
    ordered = sorted(columns, key=column_number)
    new_columns = {column: _letters(place) for place, column in enumerate(ordered, 1)} | {b"": b""}
    return _PLACE.sub(lambda match: match[1] + new_columns[match[2]] + new_rows[int(match[3])], sheet)


def _span(places: set[int]) -> int:
    return max(places) - min(places) + 1


def _letters(number: int) -> bytes:
    """Return the letters of a column: A for 1, AA for 27."""
    letters = b""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = bytes([65 + letter]) + letters
    return letters
