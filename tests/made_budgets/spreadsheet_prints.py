"""Made tables as an office prints them: workbooks with lines around their cells, printed by LibreOffice."""

import io
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.made_budgets.sheets import Sheet, is_amount

_COLUMN, _LINE = 16, 17  # characters wide, points high


def ruled_workbook(sheets: Sequence[Sheet], *, beside: int = 1) -> bytes:
    """Return a workbook that prints tables on landscape pages, so many side by side."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    page = book.add_worksheet("公开表")
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column(0, 40, _COLUMN)
    text = book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"})
    number = book.add_format({"border": 1, "num_format": "#,##0.00"})
    top = 0
    for place in range(0, len(sheets), beside):
        together = sheets[place : place + beside]
        left = 0
        for sheet in together:
            _write(page, sheet, (top, left), (text, number))
            left += sheet.width + 1
        for row in range(max(len(sheet.rows) for sheet in together)):
            page.set_row(top + 3 + row, _LINE * max(_lines(sheet, row) for sheet in together))
        top += max(len(sheet.rows) for sheet in together) + 6
    book.close()
    return stream.getvalue()


def _write(page: Any, sheet: Sheet, corner: tuple[int, int], formats: tuple[Any, Any]) -> None:
    (top, left), (text, number) = corner, formats
    page.write_string(top, left, sheet.label)
    page.merge_range(top + 1, left, top + 1, left + sheet.width - 1, sheet.title)
    page.write_string(top + 2, left, f"部门：{sheet.agency}")
    page.write_string(top + 2, left + sheet.width - 1, f"单位：{sheet.unit}")
    for cell in sheet.cells():
        row, column = top + 3 + cell.row, left + cell.column
        if (cell.height, cell.width) != (1, 1):
            page.merge_range(row, column, row + cell.height - 1, column + cell.width - 1, cell.text, text)
        elif is_amount(cell.text):
            page.write_number(row, column, float(cell.text.replace(",", "")), number)
        else:
            page.write_string(row, column, cell.text, text)


def _lines(sheet: Sheet, row: int) -> int:
    cells = (cell for cell in sheet.cells() if cell.row == row and cell.height == 1)
    return max((-(-2 * len(cell.text) // (_COLUMN * cell.width - 2)) for cell in cells), default=1) or 1


def printed(workbooks: Mapping[str, bytes], folder: Path, program: str) -> dict[str, bytes]:
    """Return the PDFs that LibreOffice prints of workbooks, by the same names."""
    for name, data in workbooks.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    files = [str(folder / f"{name}.xlsx") for name in workbooks]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files]
    subprocess.run(command, capture_output=True, check=True)
    return {name: (folder / f"{name}.pdf").read_bytes() for name in workbooks}
