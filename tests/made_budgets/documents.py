"""Seventy-eight documents with known cells: six contents, each printed in thirteen ways."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.made_budgets.other_forms import accounts, district_budget
from tests.made_budgets.pdf_printer import PdfPrinter, PrintOptions
from tests.made_budgets.printers import letter, rich_text, web_page, workbook
from tests.made_budgets.sheets import Row, Sheet, lined
from tests.made_budgets.unit_budget import UnitBudget, figures
from tests.made_budgets.xls import old_workbook

Tables = Sequence[tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Content:
    """The contents of a document. `slipped`: the title of the table in which a slip is planted, if one is."""

    name: str
    title: str
    sheets: Sequence[Sheet]
    slipped: str = ""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file, and the tables that a reader should find in it, row by row."""

    name: str
    data: bytes
    tables: Tables


_BUDGET = UnitBudget(
    "样本局", 2026,
    figures("30101=620.00 30102=415.50 30108=206.60 30113=124.40 30201=98.80 30217=3.20 30231=8.00 30305=45.50"),
    Decimal("1055.00"), Decimal("5.00"), vehicle_purchase=Decimal("18.00"),
)  # fmt: skip
_LATER = replace(_BUDGET, year=2027, last_year=_BUDGET.expenses, vehicle_purchase=Decimal(0), project=Decimal("980.40"))
_NUMBERS = "1|2|3=4+5|4|5"


def contents() -> list[Content]:
    """Return the contents: plain, with the year before, in yuan, with rows of column numbers and a slip, accounts, a district's."""
    plain, later = _BUDGET.sheets(), _LATER.sheets()
    title = "样本局{}年部门预算（样本，非政府文件）"
    numbered = [_numbered(_slipped(sheet) if "基本支出" in sheet.title else sheet) for sheet in plain]
    return [
        Content("plain", title.format(2026), plain),
        Content("with_year_before", title.format(2027), later),
        Content("in_yuan", title.format(2026), list(map(_in_yuan, plain))),
        Content("slipped", title.format(2026), numbered, slipped="一般公共预算基本支出表"),
        Content("accounts", "样本局2026年度部门决算（样本，非政府文件）", accounts("样本局", 2026)),
        Content("district", title.format(2026), district_budget("样本局", 2026)),
    ]


def ways() -> dict[str, Callable[[Content], MadeFile]]:
    """Return the ways of printing, by their names."""
    return {
        "pdf_boxes": lambda content: _pdf(content, PrintOptions()),
        "pdf_strips": lambda content: _pdf(content, PrintOptions(lines="strips")),
        "pdf_path": lambda content: _pdf(content, PrintOptions(lines="path")),
        "pdf_of_word": lambda content: _pdf(content, PrintOptions(cut_rows=True, size=(420, 298))),
        "pdf_of_excel": lambda content: _pdf(content, PrintOptions(size=(595, 298))),
        "pdf_turned": lambda content: _pdf(content, PrintOptions(turned=True, size=(842, 595))),
        "pdf_side_by_side": lambda content: _pdf(content, PrintOptions(beside=2, size=(1191, 842))),
        "pdf_title_inside": lambda content: _pdf(content, PrintOptions(title_inside=True)),
        "xlsx": lambda content: MadeFile("a.xlsx", workbook(content.sheets), _with_titles(content)),
        "xls": lambda content: MadeFile("a.xls", old_workbook(content.sheets), _with_titles(content)),
        "docx": lambda content: MadeFile("a.docx", letter(content.sheets), _as_they_are(content)),
        "html": lambda content: MadeFile("a.html", web_page(content.sheets, content.title).encode(), _as_they_are(content)),
        "rtf": lambda content: MadeFile("a.rtf", rich_text(content.sheets), _as_they_are(content)),
    }  # fmt: skip


def _pdf(content: Content, options: PrintOptions) -> MadeFile:
    printer = PdfPrinter(options)
    return MadeFile("a.pdf", printer.print(content.sheets), printer.tables)


def _as_they_are(content: Content) -> Tables:
    return [sheet.printed_rows() for sheet in content.sheets]


def _with_titles(content: Content) -> Tables:
    """Return the tables as pages of a workbook: with title and note, without empty rows at their ends."""
    tables = []
    for sheet in content.sheets:
        rows = list(sheet.with_title_inside().printed_rows())
        rows += [(sheet.note, *[""] * (sheet.width - 1))] if sheet.note else []
        while not any(rows[-1]):
            rows.pop()
        tables.append(tuple(rows))
    return tables


def _numbered(sheet: Sheet) -> Sheet:
    """Return a table with a row that numbers its columns, where it has five."""
    if sheet.width != len(_NUMBERS.split("|")):
        return sheet
    rows = (*sheet.rows[: sheet.head], *lined(_NUMBERS), *sheet.rows[sheet.head :])
    return replace(sheet, rows=rows, head=sheet.head + 1)


def _slipped(sheet: Sheet) -> Sheet:
    """Return a table of which one amount, not the sum of those below it any more, is printed otherwise."""
    return replace(sheet, rows=tuple(_with_slip(row) if row[0] == "302" else row for row in sheet.rows))


def _with_slip(row: tuple[str, ...]) -> tuple[str, ...]:
    return (*row[:2], _amount(Decimal(row[2].replace(",", "")) + 9), *row[3:])


def _in_yuan(sheet: Sheet) -> Sheet:
    rows = tuple(
        tuple(
            re.sub(r"^\d[\d,]*\.\d\d$", lambda match: _amount(Decimal(match[0].replace(",", "")) * 10_000), text)
            for text in row
        )
        for row in sheet.rows
    )
    return replace(sheet, rows=rows, unit="元")


def _amount(value: Decimal) -> str:
    return f"{value:,.2f}"
