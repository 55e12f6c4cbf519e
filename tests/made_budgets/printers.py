"""Made tables printed as files: web pages, workbooks, and PDFs that Chromium prints."""

import io
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import xlsxwriter
from playwright.sync_api import sync_playwright

from tests.files import docx, rtf, word
from tests.made_budgets.sheets import Cell, Sheet, is_amount

_CHROMIUM = shutil.which("chromium")
_STYLE = """@page{size:A4;margin:18mm 14mm}@page wide{size:A4 landscape}
body{font:10pt "Noto Sans CJK SC",sans-serif}h1,h2{font-weight:400;text-align:center}h1{font-size:18pt}h2{font-size:14pt;break-before:page}
table{border-collapse:collapse;width:100%}td{border:0.6pt solid #000;padding:3pt 5pt;height:14pt}td.n{text-align:right}
p.a{display:flex;justify-content:space-between;margin:0 0 4pt}.wide{page:wide}"""


def web_page(sheets: Sequence[Sheet], title: str, prose: Sequence[str] = ()) -> str:
    """Return a web page with a title, sentences and tables."""
    text = "".join(f"<p>{escape(line)}</p>" for line in prose)
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"<body><h1>{escape(title)}</h1>{text}{''.join(map(_section, sheets))}</body></html>"
    )


def _section(sheet: Sheet) -> str:
    note = f"<p>{escape(sheet.note)}</p>" if sheet.note else ""
    return (
        f"<section{' class=wide' if sheet.width > 6 else ''}><h2>{escape(sheet.title)}</h2><p>{sheet.label}</p>"
        f"<p class=a><span>部门：{escape(sheet.agency)}</span><span>单位：{sheet.unit}</span></p>{web_table(sheet)}{note}</section>"
    )


def web_table(sheet: Sheet) -> str:
    """Return a table as HTML, its head as one."""
    rows = [""] * len(sheet.rows)
    for cell in sheet.cells():
        number = " class=n" if is_amount(cell.text) else ""
        spans = f"{_attribute('rowspan', cell.height)}{_attribute('colspan', cell.width)}"
        rows[cell.row] += f"<td{number}{spans}>{escape(cell.text)}</td>"
    head, body = ("".join(f"<tr>{row}</tr>" for row in part) for part in (rows[: sheet.head], rows[sheet.head :]))
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _attribute(name: str, value: int) -> str:
    return f" {name}={value}" if value > 1 else ""


def chromium_pdf(page: str) -> bytes:
    """Return a web page as Chromium prints it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.set_content(page)
        printed = tab.pdf(prefer_css_page_size=True)
        browser.close()
    return printed


def workbook(sheets: Sequence[Sheet], *, pages: bool = True) -> bytes:
    """Return a workbook with a page for each table, or one for all: titles within, amounts as numbers with a format."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": datetime(2017, 1, 1, tzinfo=UTC)})
    text, amount = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "#,##0.00"})
    page, top = None, 0
    for sheet in sheets:
        if page is None or pages:
            page, top = book.add_worksheet(sheet.label), 0
            page.set_column(0, sheet.width - 1, 18)
        for cell in sheet.with_title_inside().cells():
            first, last = top + cell.row, top + cell.row + cell.height - 1
            if (cell.height, cell.width) != (1, 1):
                page.merge_range(first, cell.column, last, cell.column + cell.width - 1, cell.text, text)
            elif is_amount(cell.text):
                page.write_number(first, cell.column, float(cell.text.replace(",", "")), amount)
            else:
                page.write_string(first, cell.column, cell.text, text)
        top += len(sheet.rows) + 2
        if sheet.note:
            page.write(top, 0, sheet.note)
        top += 2
    book.close()
    return stream.getvalue()


def letter(sheets: Sequence[Sheet]) -> bytes:
    """Return a Word file of these tables, each below its title, agency and unit."""
    body = ""
    for sheet in sheets:
        body += "".join(map(word, (sheet.label, sheet.title, f"部门：{sheet.agency}", f"单位：{sheet.unit}")))
        body += f"<w:tbl>{''.join(map(_word_row, sheet.rows_of_cells()))}</w:tbl>{word(sheet.note)}"
    return docx(body)


def _word_row(cells: Sequence[tuple[Cell, bool]]) -> str:
    row = ""
    for cell, is_continued in cells:
        merge = "<w:vMerge/>" if is_continued else '<w:vMerge w:val="restart"/>' if cell.height > 1 else ""
        properties = f'<w:tcPr><w:gridSpan w:val="{cell.width}"/>{merge}</w:tcPr>'
        row += f"<w:tc>{properties}{word('' if is_continued else cell.text)}</w:tc>"
    return f"<w:tr>{row}</w:tr>"


def rich_text(sheets: Sequence[Sheet]) -> bytes:
    """Return an RTF file of these tables, each below its title, agency and unit."""
    body = ""
    for sheet in sheets:
        above = (sheet.label, sheet.title, f"部门：{sheet.agency}", f"单位：{sheet.unit}")
        body += "".join(f"{line}\\par\n" for line in above)
        body += "".join(map(_rich_row, sheet.rows_of_cells())) + f"\\pard {sheet.note}\\par\n"
    return rtf(body)


def _rich_row(cells: Sequence[tuple[Cell, bool]]) -> str:
    forms = texts = ""
    for cell, is_continued in cells:
        merge = "\\clvmrg" if is_continued else "\\clvmgf" if cell.height > 1 else ""
        forms += f"{merge}\\cellx{1000 * (cell.column + cell.width)}"
        texts += f"{'' if is_continued else cell.text}\\cell "
    return f"\\trowd{forms}\\pard\\intbl {texts}\\row\n"
