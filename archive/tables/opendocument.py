"""Tables of OpenDocument letters (odt), and the cells of OpenDocument workbooks (ods) as they are shown. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product, repeat

from lxml import etree

from archive.tables.number_formats import UNSURE
from archive.tables.printed_table import MOST_CELLS, MOST_COLUMNS, Merged, PrintedTable, lines_before
from archive.tables.spans import Spans

_TABLE, _TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "text"))
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_CELLS = frozenset((f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
_LEFT_OUT = frozenset((f"{_TEXT}tracked-changes", f"{_OFFICE}annotation"))
_PRINTED = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}
_LOOKED_BACK = 40  # paragraphs before a table
_MOST_MERGED = 10_000  # rows or columns that a merged cell says to cover


def tables(root: etree._Element) -> Iterator[PrintedTable]:
    """Yield the tables of a letter that have several columns. A table that holds another is layout."""
    above: deque[str] = deque(maxlen=_LOOKED_BACK)
    left = MOST_CELLS
    for node in _paragraphs_and_tables(root):
        if node.tag in _PARAGRAPHS:
            above.extend(_lines(node))
            continue
        table = _table(node, left, lines_before(list(above)))
        left -= len(table.rows) * table.width
        above.clear()
        if table.width > 1:
            yield table
        if left <= 0:
            return


def read_shown_sheets(root: etree._Element) -> "ShownSheets":
    """Return what a workbook says of the cells of its sheets besides their values."""
    shown = ShownSheets({}, {})
    left = MOST_CELLS
    for node in root.iter(f"{_TABLE}table"):
        name = node.get(f"{_TABLE}name", "")
        shown.merged[name], shown.numbers[name] = [], {}
        for row, rows, column, columns, cell in _placed_cells(node):
            height, width = (_number(cell, f"number-{side}-spanned", _MOST_MERGED) for side in ("rows", "columns"))
            if (height, width) != (1, 1):
                shown.merged[name].append((row, column, row + height - 1, column + width - 1))
            if f"{_OFFICE}value" in cell.attrib:
                places = islice(product(range(row, row + rows), range(column, column + columns)), left)
                texts = dict.fromkeys(places, _text(cell))
                shown.numbers[name] |= texts
                left -= len(texts)
    return shown


@dataclass(frozen=True, slots=True)
class ShownSheets:
    """The first and last row and column of each merged cell, and numbers as they are shown, by row and column from 0; both
    by the sheets' names.
    """

    merged: dict[str, list[Merged]]
    numbers: dict[str, dict[tuple[int, int], str]]

    def printed(self, sheet: str, row: int, column: int, value: object) -> str | None:
        """Return a number as it is shown; None for another value, and for one whose last digits are lost."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < UNSURE:
            return None
        return self.numbers.get(sheet, {}).get((row, column))


def _placed_cells(sheet: etree._Element) -> Iterator[tuple[int, int, int, int, etree._Element]]:
    """Yield each cell of a sheet with its row, for how many rows it stands, its column, and for how many columns."""
    row = 0
    for line in sheet.iter(f"{_TABLE}table-row"):
        rows, column = _number(line, "number-rows-repeated"), 0
        for cell in (cell for cell in line if cell.tag in _CELLS):
            columns = _number(cell, "number-columns-repeated")
            yield row, rows, column, columns, cell
            column += columns
        row += rows


def _paragraphs_and_tables(node: etree._Element) -> Iterator[etree._Element]:
    for child in node:
        if child.tag in _LEFT_OUT:
            continue
        is_innermost = child.tag == f"{_TABLE}table" and next(child.iterdescendants(f"{_TABLE}table"), None) is None
        if is_innermost or child.tag in _PARAGRAPHS:
            yield child
        if not is_innermost:
            yield from _paragraphs_and_tables(child)


def _table(node: etree._Element, most: int, before: str) -> PrintedTable:
    """Return a table, up to the row with which it has more than `most` cells."""
    spans = Spans()
    for row in node.iter(f"{_TABLE}table-row"):
        for _ in repeat(None, min(_number(row, "number-rows-repeated"), MOST_CELLS)):
            if most <= 0:
                return spans.table(before=before)
            spans.start_row()
            _add_cells(spans, row)
            most -= max(1, len(spans.rows[-1]))
    return spans.table(before=before)


def _add_cells(spans: Spans, row: etree._Element) -> None:
    for cell in row.iterchildren(f"{_TABLE}table-cell"):
        text = _text(cell)
        height, width = (_number(cell, f"number-{side}-spanned", _MOST_MERGED) for side in ("rows", "columns"))
        for _ in repeat(None, min(_number(cell, "number-columns-repeated"), MOST_COLUMNS)):
            spans.add(text, height, width)


def _text(cell: etree._Element) -> str:
    return "\n".join(line for each in _paragraphs_and_tables(cell) for line in _lines(each))


def _lines(paragraph: etree._Element) -> list[str]:
    """Return the lines of a paragraph, without those of paragraphs in its text boxes and of remarks."""
    return "".join(_pieces(paragraph)).split("\n")


def _pieces(node: etree._Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        if child.tag in _PRINTED:
            yield _PRINTED[child.tag]
        elif child.tag not in _PARAGRAPHS and child.tag not in _LEFT_OUT:
            yield from _pieces(child)
        yield child.tail or ""


def _number(node: etree._Element, name: str, most: int | None = None) -> int:
    """Return a number that an element states, at least 1."""
    stated = node.get(f"{_TABLE}{name}", "")
    number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 1
    return max(1, number if most is None else min(number, most))
