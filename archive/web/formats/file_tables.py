"""The tables of a file, /-/file/ID/tables: one as CSV or as a workbook, all of them as one workbook."""

import re
import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.export.excel import ExcelSheet, workbook
from archive.export.rows import Row
from archive.export.writers import csv_file
from archive.labels.label import LABELS
from archive.labels.tables import TABLES
from archive.tables.file_pages import FilePage, from_json_text
from archive.tables.printed_table import PrintedTable
from archive.tables.printed_table import from_json_text as tables_from_json_text
from archive.web.formats.responses import download
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext
from archive.web.views.file_text import page_label, page_of

_AMOUNT = re.compile(r"-?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.\d{1,6})?", re.ASCII)
_STATED = ("fiscal_year", "unit")
"""Columns of `budget_tables` that say of figures what their cells don't."""

_OF_FILE = """
SELECT l.number, max(t.fiscal_year) AS fiscal_year, max(t.unit) AS unit
FROM budget_tables t JOIN budget_lines l ON l.table_id = t.id
WHERE t.record_id = :record AND t.attachment_id = :id GROUP BY l.number
"""
_FILE = "SELECT a.* FROM attachments a JOIN records r ON r.id = a.record_id WHERE a.id = ? AND r.state <> 'withheld'"


async def table_file(context: RequestContext) -> Response:
    """One table of the file, as CSV or as a workbook. Raises NotFound."""
    number, form = int(context.part("number")), context.format
    name, sheets = await _sheets(context)
    if not 1 <= number <= len(sheets):
        raise NotFound(NOTHING_HERE)
    chosen = sheets[number - 1]
    title = f"{name} {LABELS['file_page.table'].format(number=number)}"
    pieces = csv_file(chosen.columns, chosen.rows) if form == "csv" else workbook([chosen])
    return download(pieces, title, form)


async def workbook_of_tables(context: RequestContext) -> Response:
    """All tables of the file, each on a sheet of its own. Raises NotFound."""
    name, sheets = await _sheets(context)
    return download(workbook(sheets), name, "xlsx")


async def _sheets(context: RequestContext) -> tuple[str, list[ExcelSheet]]:
    """Return the file's name, and its tables as sheets. Raises NotFound where there are none."""
    number = int(context.part("id"))
    sheets: tuple[str, list[ExcelSheet]] | None = await context.db.execute_fn(lambda c: _read(c, number))
    if sheets is None:
        raise NotFound(NOTHING_HERE)
    return sheets


def _read(connection: sqlite3.Connection, attachment_id: int) -> tuple[str, list[ExcelSheet]] | None:
    row = connection.execute(_FILE, (attachment_id,)).fetchone()
    tables = tables_from_json_text(row["tables"]) if row else ()
    if not tables:
        return None
    pages, stated = from_json_text(dict(row).get("pages")), _stated(connection, row)
    return row["name"], [
        _sheet(_sheet_name(table, number, pages), table, stated.get(number)) for number, table in enumerate(tables, 1)
    ]


def _sheet_name(table: PrintedTable, number: int, pages: tuple[FilePage, ...]) -> str:
    own = page_of(pages, table.page, table.member)
    return (own.name or str(page_label(own))) if own else str(LABELS["file_page.table"].format(number=number))


def _stated(connection: sqlite3.Connection, file: Mapping[str, Any]) -> dict[int, Row]:
    """Return the year and the unit of the figures of a file's tables, by the tables' numbers, where they were read."""
    rows = connection.execute(_OF_FILE, {"record": file["record_id"], "id": file["id"]})
    return {number: stated for number, *stated in map(tuple, rows)}


def _sheet(name: str, table: PrintedTable, stated: Row | None) -> ExcelSheet:
    """Return a table as a sheet called `name`, its first row on top; `stated`: year and unit of its figures."""
    labels = [str(TABLES["budget_tables"].columns[column]) for column in _STATED]
    first, *others = ([_value(cell) for cell in row] for row in table.rows)
    columns = [str(cell if cell is not None else "") for cell in first]
    if stated is None:
        return ExcelSheet(name, columns, others)
    return ExcelSheet(name, [*columns, *labels], [[*row, *stated] for row in others])


def _value(cell: str | None) -> str | Decimal | None:
    """Return an amount as a number with all its digits, anything else as printed."""
    return Decimal(cell.replace(",", "")) if cell and _AMOUNT.fullmatch(cell) else cell
