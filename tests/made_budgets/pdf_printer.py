"""Made tables printed as PDF pages, as Word and Excel print them: written by hand, for neither is at hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.made_budgets.sheets import Cell, Row, Sheet
from tests.ruled_pages import document, drawn

_FONT, _LEADING, _PADDING = 7, 9, 3  # points
_MARGIN = 30


@dataclass(frozen=True, slots=True)
class PrintOptions:
    """The ways of a print.

    `lines`: how lines are drawn, see `tests.ruled_pages`. `cut_rows`: rows go on on the next page in the middle, as Word's do; else the
    head is printed again there, as Excel does. `turned`: the page is turned by 90°. `beside`: so many tables stand side by side.
    `title_inside`: title, agency and unit are rows of the table.
    """

    lines: str = "boxes"
    cut_rows: bool = False
    turned: bool = False
    beside: int = 1
    title_inside: bool = False
    size: tuple[int, int] = (595, 842)


@dataclass(slots=True)
class _Page:
    boxes: list[tuple[int, int, int, int]] = field(default_factory=list)
    texts: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class PdfPrinter:
    """Prints tables; `tables` are the rows of each as they stand on the pages."""

    options: PrintOptions
    tables: list[tuple[Row, ...]] = field(default_factory=list)
    _pages: list[_Page] = field(default_factory=list)

    def print(self, sheets: Sequence[Sheet]) -> bytes:
        """Return a PDF of these tables, each beginning a page, or several side by side."""
        width, height = self.options.size
        for number, sheet in enumerate(sheets):
            if number % self.options.beside == 0:
                self._pages.append(_Page())
            room = (width - 2 * _MARGIN) // self.options.beside
            left = _MARGIN + (number % self.options.beside) * room
            self._print(sheet, left, room - (10 if self.options.beside > 1 else 0))
        contents = [drawn(page.boxes, page.texts, self.options.lines, _FONT) for page in self._pages]
        if not self.options.turned:
            return document(contents, (width, height))
        sideways = [b"q 0 1 -1 0 %d 0 cm %s Q" % (height, content) for content in contents]
        return document(sideways, (height, width), turned=90)

    def _print(self, sheet: Sheet, left: int, width: int) -> None:
        page, top = self._pages[-1], self.options.size[1] - _MARGIN
        above = [sheet.label, sheet.title, f"部门：{sheet.agency}  单位：{sheet.unit}"]
        if self.options.title_inside:
            sheet = sheet.with_title_inside()
        else:
            page.texts += [(line, left, top - (number + 1) * 12) for number, line in enumerate(above)]
            top -= 12 * len(above) + 6
        column = width // sheet.width
        for part in _parts(sheet, column, top - _MARGIN, self.options):
            if part.number:
                self._pages.append(page := _Page())
                top = self.options.size[1] - _MARGIN
            self.tables.append(part.rows)
            self._draw(page, part, left, top, column)
            top -= sum(part.heights)
        if sheet.note:
            page.texts.append((sheet.note, left, top - 12))

    def _draw(self, page: _Page, part: "_Part", left: int, top: int, column: int) -> None:
        sides = [top - sum(part.heights[:row]) for row in range(len(part.heights) + 1)]
        for cell in part.cells:
            x, y = left + cell.column * column, sides[cell.row + cell.height]
            page.boxes.append((x, y, cell.width * column, sides[cell.row] - y))
            for number, line in enumerate(cell.text.split("\n")):
                page.texts.append((line, x + _PADDING, sides[cell.row] - _PADDING - _LEADING * (number + 1) + 2))


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a table that stands on one page; the texts of its cells are broken into lines."""

    number: int
    cells: Sequence[Cell]
    heights: Sequence[int]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as the lines of this page show them: a column that no cell of it begins or ends has none."""
        sides = sorted({side for cell in self.cells for side in (cell.column, cell.column + cell.width)})
        rows: list[list[str | None]] = [[None] * (len(sides) - 1) for _ in self.heights]
        for cell in self.cells:
            rows[cell.row][sides.index(cell.column)] = cell.text
        return tuple(map(tuple, rows))


def _parts(sheet: Sheet, column: int, room: int, options: PrintOptions) -> Iterator[_Part]:
    """Yield the parts of a table, each as high as there is room on its page."""
    broken = [cell.with_text(_broken(cell.text, cell.width * column)) for cell in sheet.cells()]
    lines = [[cell for cell in broken if cell.row == row] for row in range(len(sheet.rows))]
    head = lines[: sheet.head]
    waiting, number = lines[sheet.head :], 0
    while waiting or not number:
        begun: list[list[Cell]] = list(head) if not (number and options.cut_rows) else []
        left = room - sum(map(_height, begun))
        while waiting and _height(waiting[0]) <= left:
            begun.append(waiting.pop(0))
            left -= _height(begun[-1])
        if waiting and options.cut_rows and _lines_in(left) > 0 and _height(waiting[0]) > _LEADING + 2 * _PADDING:
            first, rest = zip(*(_cut(cell, _lines_in(left)) for cell in waiting.pop(0)), strict=True)
            begun.append(list(first))
            waiting.insert(0, list(rest))
        cells = [cell.at_row(row) for row, line in enumerate(begun) for cell in line]
        yield _Part(number, cells, [_height(line) for line in begun])
        number, room = number + 1, options.size[1] - 2 * _MARGIN


def _height(line: Sequence[Cell]) -> int:
    return max(1 + cell.text.count("\n") for cell in line) * _LEADING + 2 * _PADDING


def _lines_in(room: int) -> int:
    return (room - 2 * _PADDING) // _LEADING


def _cut(cell: Cell, lines: int) -> tuple[Cell, Cell]:
    texts = cell.text.split("\n")
    return cell.with_text("\n".join(texts[:lines])), cell.with_text("\n".join(texts[lines:]))


def _broken(text: str, width: int) -> str:
    """Return a text with line ends where the width of its cell is full; numbers are not broken."""
    lines, room = [""], width - 2 * _PADDING
    if text.isascii():
        return text
    for character in text:
        if sum(_FONT if each > "\xff" else _FONT / 2 for each in lines[-1] + character) > room:
            lines.append("")
        lines[-1] += character
    return "\n".join(lines)
