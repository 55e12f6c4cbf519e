"""The reading of real budgets' tables: identities that hold, cells as another reader gives them, time a page.

DISCLOSURES_BUDGETS=FOLDER python -m bench.budgets [--cells]

`--cells` compares numeric cells with those of pdfplumber, which must be installed by hand (`pip install pdfplumber`); it takes a
hundred times as long. Each identity that fails, and each sentence whose figures do not agree, is printed: look whether the file prints it so. Nothing of a file is kept.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from pypdfium2 import PdfDocument  # type: ignore[import-untyped]

from archive.attachments.extraction import extract
from archive.budgets.amounts import amount, plain
from archive.budgets.documents import ENOUGH, BudgetTable, read_document
from archive.sentences.stated_equations import Sentence, read_sentences
from archive.tables.pdf_tables import PrintedPdfPage, PrintedTables
from archive.tables.printed_table import PrintedTable
from bench.measure import Figure, Report, arguments, tell

MOST_FAILING, LEAST_ALIKE, MOST_MS = 16, 99.8, 5.0


@dataclass(slots=True)
class Reading:
    """The reading of one file."""

    path: Path
    tables: Sequence[PrintedTable]
    budgets: list[BudgetTable]
    sentences: list[Sentence]


@dataclass(slots=True)
class Cells:
    """Numeric cells: of ours, of another reader, and alike on the same page."""

    ours: int = 0
    theirs: int = 0
    alike: int = 0
    others: list[str] = field(default_factory=list)


def read_folder(folder: Path) -> Iterator[Reading]:
    """Yield what is read of each file of a folder, as the converter reads it."""
    for path in sorted(
        path for path in folder.iterdir() if path.suffix in (".pdf", ".xlsx", ".xls", ".docx", ".doc", ".htm", ".html")
    ):
        file = extract(path.read_bytes(), path.name)
        text = file.text or ""
        yield Reading(path, file.tables, read_document(file.tables, path.stem, text), read_sentences(text))


def ms_a_page(paths: Sequence[Path]) -> float:
    """Return the milliseconds of the processor that the tables of a PDF page take, its text being read anyway."""
    spent, pages = 0.0, 0
    for path in paths:
        document, tables = PdfDocument(path), PrintedTables()
        for number, page in enumerate(document, 1):
            text = page.get_textpage()
            text.get_text_range()
            began = time.process_time()
            tables.read_page(PrintedPdfPage(page, text), number)
            spent += time.process_time() - began
            pages += 1
        document.close()
    return 1000 * spent / max(pages, 1)


def compare_cells(path: Path, tables: Sequence[PrintedTable], cells: Cells) -> None:
    """Add the numeric cells of a PDF's pages, as we and as pdfplumber read them."""
    ours: dict[int, Counter[str]] = {}
    for table in tables:
        numbers = ours.setdefault(table.page, Counter())
        numbers.update(plain(cell) for row in table.rows for cell in row if amount(cell) is not None)
    with import_module("pdfplumber").open(path) as document:
        for number, page in enumerate(document.pages, 1):
            if number not in ours:
                continue
            found = page.extract_tables()
            theirs = Counter(plain(cell) for rows in found for row in rows for cell in row if amount(cell) is not None)
            cells.ours += ours[number].total()
            cells.theirs += theirs.total()
            cells.alike += (ours[number] & theirs).total()
            for kind, lacking in (("ours alone", ours[number] - theirs), ("theirs alone", theirs - ours[number])):
                cells.others += (
                    [f"{path.name[:12]} page {number}, {kind}: {' '.join(sorted(lacking))[:200]}"] if lacking else []
                )


def measured(folder: Path, *, cells: bool = False) -> Report:
    """Measure all files of a folder."""
    report = Report("budgets", "Tables of real budgets")
    readings = list(read_folder(folder))
    tables = [table for reading in readings for table in reading.budgets]
    checks = [check for table in tables for check in table.checks]
    support = [pair for table in tables for pair in table.support().values()]
    stated = [each for reading in readings for sentence in reading.sentences for _, each in sentence.equations]
    checked = sum(held >= ENOUGH and not failed for held, failed in support)
    report.figures += [
        Figure("files", len(readings), ""),
        Figure("budget tables", len(tables), ""),
        Figure("amounts", len(support), ""),
        Figure("amounts checked", checked, ""),
        Figure("identities that hold", sum(check.holds for check in checks), ""),
        Figure("identities that fail", sum(not check.holds for check in checks), "", MOST_FAILING),
        Figure("equations of sentences that hold", sum(each.holds for each in stated), ""),
        Figure("equations of sentences that do not", sum(not each.holds for each in stated), ""),
        Figure(
            "tables of a PDF page",
            ms_a_page([each.path for each in readings if each.path.suffix == ".pdf"]),
            "ms",
            MOST_MS,
        ),
    ]
    report.notes += list(_failing(readings))
    report.notes += list(_disagreeing(readings))
    report.notes += list(_expenses(readings))
    if cells:
        counted = Cells()
        for reading in readings:
            if reading.path.suffix == ".pdf":
                compare_cells(reading.path, reading.tables, counted)
        report.figures.append(Figure("numeric cells", counted.ours, ""))
        lacking = 100 * (1 - counted.alike / max(counted.theirs, 1))
        report.figures += [
            Figure("numeric cells of pdfplumber's", counted.theirs, ""),
            Figure("of these not ours", lacking, "%", 100 - LEAST_ALIKE),
        ]
        report.notes += counted.others
    return report


def _failing(readings: Sequence[Reading]) -> Iterator[str]:
    for reading in readings:
        for table in reading.budgets:
            for check in table.checks:
                if not check.holds:
                    where = f"{reading.path.name[:12]} pages {table.statement.pages} {table.statement.heading.kind}"
                    yield f"fails: {where} {check.rule} {check.place}: {check.left} ≠ {check.right}"


def _disagreeing(readings: Sequence[Reading]) -> Iterator[str]:
    for reading in readings:
        for sentence in reading.sentences:
            for _, equation in sentence.equations:
                if not equation.holds:
                    yield f"stated: {reading.path.name[:12]} {equation.shown}, would fit: {equation.fitting}: {sentence.text[-160:]}"


def _expenses(readings: Sequence[Reading]) -> Iterator[str]:
    for reading in readings:
        for table in reading.budgets:
            for expenses in table.expenses:
                parts = " ".join(f"{role}={line.yuan}" for role, line in expenses.parts.items())
                yield f"three public expenses: {reading.path.name[:12]} {expenses.year} {expenses.stage}: {parts}"


def main() -> None:
    """Measure the folder that DISCLOSURES_BUDGETS names."""
    parser = arguments(__doc__)
    parser.add_argument("--cells", action="store_true", help="compare numeric cells with pdfplumber's")
    options = parser.parse_args()
    folder = os.environ.get("DISCLOSURES_BUDGETS")
    if not folder:
        parser.error("DISCLOSURES_BUDGETS names no folder of budgets")
    report = measured(Path(folder), cells=options.cells)
    if options.keep:
        report.notes.clear()  # they quote real budgets, of which nothing goes into the project
    tell(report, options)


if __name__ == "__main__":
    main()
