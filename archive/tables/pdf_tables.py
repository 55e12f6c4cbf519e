"""Tables of printed pages, of PDF and OFD files: lines make a grid, and each character falls into a cell of it.
Where no vertical lines do, see `aligned_tables`.

Coordinates are points, with y upwards, of the page as its text is read: a page turned by 90° is turned back.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, groupby, pairwise, takewhile
from math import inf
from operator import attrgetter
from typing import Protocol

from pypdfium2 import PdfPage, PdfTextPage  # type: ignore[import-untyped]

from archive.tables.aligned_tables import AlignedTable, aligned_tables, may_have_rows
from archive.tables.pdf_characters import (
    Character,
    characters_of,
    lines_of,
    pieces_of,
    text_of,
    text_of_page,
    turn_of,
)
from archive.tables.printed_table import MOST_COLUMNS, Merged, PrintedTable, lines_before, printed_cell
from archive.tables.ruled_lines import NEAR, Box, RuledLine, RuledLines, pdf_lines, turned_box

_MOST_LINES = 2_000  # in one direction, after pieces of one line are joined
_MOST_CELLS = 20_000  # of a grid on one page
_LOWEST_ROW = 6  # points
_FEWEST_ROWS = 5  # of a table of one column
_FEWEST_AMOUNTS = 2  # of a line that is a row of a table though no lines say so
_AMOUNT = re.compile(r"-?[\d,]{1,20}\.\d{2,6}")
_APART = 2  # of the height of a character: a wider gap divides a line over tables side by side
_LARGEST_PAGE = 50_000  # points


class PrintedPage(Protocol):
    """A page whose characters and lines have places."""

    def ruled_lines(self) -> RuledLines:
        """Return the lines that may divide tables."""

    def text(self) -> str:
        """Return the text as it is drawn."""

    def turn(self) -> int:
        """Return by how many quarter turns most of the text is turned, clockwise."""

    def characters(self, turn: int) -> Iterator[Character]:
        """Yield the characters that leave ink, as they stand when the page is turned upright."""

    def box(self) -> Box:
        """Return the edges of the paper."""


class PrintedPdfPage:
    """A page of a PDF."""

    def __init__(self, page: PdfPage, text: PdfTextPage) -> None:
        self._page, self._text = page, text

    def ruled_lines(self) -> RuledLines:
        return pdf_lines(self._page)

    def text(self) -> str:
        return text_of_page(self._text)

    def turn(self) -> int:
        return turn_of(self._text)

    def characters(self, turn: int) -> Iterator[Character]:
        return characters_of(self._text, turn)

    def box(self) -> Box:
        box: Box = self._page.get_bbox()
        return box


class PrintedTables:
    """The tables of a printed file, read page by page. What ends a page is above a table that begins the next one."""

    def __init__(self) -> None:
        self.tables: list[PrintedTable] = []
        self._end_of_page = ""
        self._columns: Sequence[float] = ()
        """The edges of the columns of the grid that ended the last page."""

    def read_page(self, page: PrintedPage, number: int) -> None:
        """Add the tables of a page, from top to bottom; `number` is the page's, from 1."""
        ruled = page.ruled_lines()
        grids, turn = _grids(ruled, page, self._columns)
        self._columns = grids[-1].x if grids else ()
        if not grids:
            self._read_aligned(ruled, page, number)
            return
        grids, printed = _sort_into(grids, page.characters(turn))
        if not grids:
            self._read_aligned(ruled, page, number)
            return
        aligned = [table for gap in _gaps(grids, printed) for table in aligned_tables(gap, ())]
        origin = _origin(page.box(), turn)
        tables: list[_Grid | AlignedTable] = [*grids, *aligned]
        for table in sorted(tables, key=lambda each: (-each.top, each.left)):
            above = [*self._end_of_page.split("\n"), *_above(table, tables, printed)]
            self.tables.append(table.table(number, lines_before(above), origin))
            self._end_of_page = ""
        lowest = min(table.bottom for table in tables)
        self._end_of_page = lines_before([text_of(line) for line in printed if line[0].middle < lowest])

    def _read_aligned(self, ruled: RuledLines, page: PrintedPage, number: int) -> None:
        """Add the tables of a page without grids, whose columns are told by how words stand below each other."""
        as_text = page.text()
        last = inf
        if may_have_rows(as_text, ruled=bool(ruled.horizontal or ruled.vertical)):
            turn = page.turn()
            printed = list(lines_of(page.characters(turn)))
            for table in aligned_tables(printed, ruled.turned(turn)[0]):
                above = [text_of(line) for line in printed if last > line[0].middle > table.top]
                before = lines_before([*self._end_of_page.split("\n"), *above])
                self.tables.append(table.table(number, before))
                self._end_of_page, last = "", table.bottom
        below = as_text.splitlines() if last == inf else [text_of(line) for line in printed if line[0].middle < last]
        self._end_of_page = lines_before(below)


def _grids(lines: RuledLines, page: PrintedPage, columns: Sequence[float]) -> tuple[list["_Grid"], int]:
    """Return the grids of a page, from top to bottom, and by how many quarter turns its text is turned.
    Boxes as wide as the table that ended the page before, of the given `columns`, are rows of it without lines between.
    """
    if not lines.horizontal or not lines.vertical:
        return [], 0
    turn = page.turn()
    horizontal, vertical = lines.turned(turn)
    grids = [grid for group in _connected(horizontal, vertical) if (grid := _Grid.of(*group, columns))]
    return sorted(grids, key=lambda grid: (-grid.y[0], grid.x[0])), turn


def _connected(
    horizontal: list[RuledLine], vertical: list[RuledLine]
) -> Iterator[tuple[list[RuledLine], list[RuledLine]]]:
    """Yield the lines that meet each other, horizontal and vertical ones: one group for each table."""
    if max(len(horizontal), len(vertical)) > _MOST_LINES or len(horizontal) * len(vertical) > 50 * _MOST_LINES:
        return
    meet = defaultdict[int, list[int]](list)
    for row, h in enumerate(horizontal):
        for column, v in enumerate(vertical):
            if h.low - NEAR <= v.at <= h.high + NEAR and v.low - NEAR <= h.at <= v.high + NEAR:
                meet[row].append(-1 - column)
                meet[-1 - column].append(row)
    unseen = set(meet)
    while unseen:
        waiting, group = [unseen.pop()], list[int]()
        while waiting:
            group.append(waiting.pop())
            for other in meet[group[-1]]:
                if other in unseen:
                    unseen.remove(other)
                    waiting.append(other)
        yield [horizontal[each] for each in group if each >= 0], [vertical[-1 - each] for each in group if each < 0]


class _Grid:
    """The cells between lines. `x` from left to right, `y` from top to bottom;
    `owner` of a field is the number of its cell.
    """

    def __init__(self, horizontal: Iterable[RuledLine], vertical: Iterable[RuledLine]) -> None:
        self._at_y, self._at_x = defaultdict[float, list[RuledLine]](list), defaultdict[float, list[RuledLine]](list)
        for line in horizontal:
            self._at_y[line.at].append(line)
        for line in vertical:
            self._at_x[line.at].append(line)
        self.x, self.y = sorted(self._at_x), sorted(self._at_y, reverse=True)
        self._upwards = self.y[::-1]
        self.characters = defaultdict[int, list[Character]](list)

    @property
    def top(self) -> float:
        return self.y[0]

    @property
    def bottom(self) -> float:
        return self.y[-1]

    @property
    def left(self) -> float:
        return self.x[0]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.x) - 1

    def is_box(self) -> bool:
        """Whether each row is one cell."""
        return all(width == self.width for _, _, _, width in self.cells)

    def holds_amounts(self) -> bool:
        """Whether most of the cells that hold something hold an amount."""
        texts = [text_of(sorted(cell, key=attrgetter("left"))) for cell in self.characters.values() if cell]
        return 2 * sum(map(bool, map(_AMOUNT.fullmatch, texts))) > len(texts)

    @classmethod
    def of(
        cls, horizontal: Sequence[RuledLine], vertical: Sequence[RuledLine], columns: Sequence[float]
    ) -> "_Grid | None":
        """The grid of lines that meet; None where it is none, or beyond the limits. See `_grids`."""
        grid = cls([*horizontal, *_open_ends(horizontal, vertical)], vertical)
        if grid.width == 1 and columns and max(abs(grid.x[0] - columns[0]), abs(grid.x[1] - columns[-1])) < NEAR:
            grid.x = [grid.x[0], *columns[1:-1], grid.x[1]]
        height, width = len(grid.y) - 1, len(grid.x) - 1
        if (
            height < (1 if width > 1 else _FEWEST_ROWS)
            or width < 1
            or width > MOST_COLUMNS
            or height * width > _MOST_CELLS
        ):
            return None
        grid.merge()
        return grid

    def merge(self) -> None:
        """Give each field to a cell: the one on its left or above, where no line stands between."""
        height, width = len(self.y) - 1, len(self.x) - 1
        self.owner: list[list[int]] = [[-1] * width for _ in range(height)]
        self.cells: list[Merged] = []
        for row in range(height):
            for column in range(width):
                if self.owner[row][column] < 0:
                    self._add_cell(row, column, height, width)

    def _add_cell(self, row: int, column: int, height: int, width: int) -> None:
        right, down = column + 1, row + 1
        while (
            right < width
            and self.owner[row][right] < 0
            and not _covers(self._at_x[self.x[right]], *self.y[row : row + 2])
        ):
            right += 1
        while down < height and not _covers(self._at_y[self.y[down]], *self.x[column : column + 2]):
            down += 1
        for r in range(row, down):
            for c in range(column, right):
                self.owner[r][c] = len(self.cells)
        self.cells.append((row, column, down - row, right - column))

    def add(self, character: Character) -> bool:
        """Take in a character; whether it stands in the grid."""
        column = self._column(character)
        row = self._row(character)
        inside = 0 <= column < len(self.x) - 1 and 0 <= row < len(self.y) - 1
        if inside:
            self.characters[self.owner[row][column]].append(character)
        return inside

    def add_last_row(self, line: Sequence[Character]) -> bool:
        """Take in a line with amounts right below the grid, as a row that lacks its lines; whether it is one."""
        lowest = min(each.bottom for each in line)
        if (
            self.is_box()
            or not lowest < self.bottom < line[0].middle + 2 * line[0].height
            or not self.left < min(each.left for each in line)
            or not max(each.right for each in line) < self.x[-1]
        ):
            return False
        pieces = pieces_of(line, lambda before, each: each.left - before.right > each.height / 2)
        amounts = [piece for piece in pieces if _AMOUNT.fullmatch(text_of(piece))]
        if len(amounts) < _FEWEST_AMOUNTS or 2 * len(amounts) < len(pieces):
            return False
        row = len(self.owner)
        self.y.append(lowest)
        self._upwards = self.y[::-1]
        self.owner.append([len(self.cells)] * self.width)
        self.characters[len(self.cells)] += line
        self.cells.append((row, 0, 1, self.width))
        return True

    def take_back(self) -> None:
        """Give a cell the words that go on from it into the next one, beside an amount: on paper the edge cuts them off."""
        left = attrgetter("left")
        for number, (row, column, _, width) in enumerate(self.cells):
            if column + width == self.width:
                continue
            beside = self.owner[row][column + width]
            if not self.characters[number] or not self.characters[beside]:
                continue
            last, first = max(self.characters[number], key=left), min(self.characters[beside], key=left)
            if not _go_on(last, first):
                continue
            other = sorted(self.characters[beside], key=left)
            over = [each for _, each in takewhile(lambda pair: _go_on(*pair), pairwise([last, *other]))]
            amount = other[len(over) :]
            if amount and _AMOUNT.fullmatch(text_of(amount)) and not any(each.text.isdigit() for each in over):
                self.characters[number] += over
                self.characters[beside] = amount

    def divide(self) -> None:
        """Divide cells that hold words of several columns, of which no line goes over from one into another: an amount
        among them, or in one row some in each column. The lines between them are not drawn.
        """
        for number, (row, column, height, width) in enumerate(list(self.cells)):
            parts = defaultdict[tuple[int, int], list[Character]](list)
            if width > 1 and self._stand_apart(self.characters[number]):
                for character in self.characters[number]:
                    parts[self._row(character), self._column(character)].append(character)
            texts = [text_of(sorted(part, key=attrgetter("left"))) for part in parts.values()]
            are_all = height == 1 and 2 < width == len(parts)
            if len(parts) > 1 and (any(map(_AMOUNT.fullmatch, texts)) or are_all):
                fields = [(r, c) for r in range(row, row + height) for c in range(column, column + width)]
                for place, field in zip(chain((number,), count(len(self.cells))), fields, strict=False):
                    self.characters[place] = parts[field]
                    self.cells[place : place + 1] = [(*field, 1, 1)]

    def _stand_apart(self, characters: Iterable[Character]) -> bool:
        """Whether a gap divides characters of each line wherever they are of several columns."""
        pairs = (pair for line in lines_of(characters) for pair in pairwise(sorted(line, key=attrgetter("left"))))
        return all(
            each.left - before.right > each.height / 2 or self._column(before) == self._column(each)
            for before, each in pairs
        )

    def _row(self, character: Character) -> int:
        return len(self.y) - 1 - bisect_right(self._upwards, character.middle)

    def _column(self, character: Character) -> int:
        return bisect_right(self.x, (character.left + character.right) / 2) - 1

    def table(self, page: int, before: str, origin: tuple[float, float]) -> PrintedTable:
        """Return the table; `origin` is the left upper corner of the page."""
        rows: list[list[str | None]] = [[None] * (len(self.x) - 1) for _ in range(len(self.y) - 1)]
        for number, (row, column, _, _) in enumerate(self.cells):
            rows[row][column] = printed_cell("\n".join(map(text_of, lines_of(self.characters[number]))))
        return PrintedTable(
            tuple(map(tuple, rows)), page, before, tuple(cell for cell in self.cells if cell[2:] != (1, 1)),
            tuple(round(x - origin[0], 1) for x in self.x), tuple(round(origin[1] - y, 1) for y in self.y),
        )  # fmt: skip


def _go_on(before: Character, each: Character) -> bool:
    """Whether two characters stand beside each other in one line."""
    return each.left - before.right < each.height / 4 and abs(each.middle - before.middle) < each.height / 2


def _open_ends(horizontal: Sequence[RuledLine], vertical: Sequence[RuledLine]) -> Iterator[RuledLine]:
    """Yield the sides that a table cut by the end of its page lacks:
    most of its vertical lines go on beyond the last horizontal one, or its outer ones do.
    """
    left, right = min(line.at for line in vertical), max(line.at for line in vertical)
    top, bottom = max(line.at for line in horizontal), min(line.at for line in horizontal)
    above = [(line.high, line.at) for line in vertical if line.high - top > _LOWEST_ROW]
    below = [(line.low, line.at) for line in vertical if bottom - line.low > _LOWEST_ROW]
    for ends in (above, below):
        if 2 * len(ends) > len(vertical) or (left < right and {left, right} <= {at for _, at in ends}):
            yield RuledLine(round(sum(end for end, _ in ends) / len(ends), 1), left, right)


def _covers(lines: Iterable[RuledLine], begin: float, end: float) -> bool:
    """Whether a line stands between two places: at their middle, and not for its end near one of them."""
    middle, near = (begin + end) / 2, min(NEAR, abs(begin - end) / 4)
    return any(line.low - near <= middle <= line.high + near for line in lines)


def _origin(box: Box, turn: int) -> tuple[float, float]:
    left, bottom, right, top = (number if abs(number) < _LARGEST_PAGE else 0.0 for number in box)
    left, _, _, top = turned_box((left, bottom, right, top), turn)
    return left, top


def _sort_into(grids: Sequence[_Grid], characters: Iterable[Character]) -> tuple[list[_Grid], list[list[Character]]]:
    """Put characters into their grids; return these, and the lines of those that stand in none.

    A grid of one column is a box around text, which may hold a table, or of amounts the last column of a table that its
    page's side cut off.
    """
    tables_first = sorted(grids, key=_Grid.is_box)
    outside = [character for character in characters if not any(grid.add(character) for grid in tables_first)]
    printed = [line for line in lines_of(outside) if not any(grid.add_last_row(line) for grid in tables_first)]
    for grid in grids:
        grid.take_back()
        grid.divide()
    boxes = [grid for grid in grids if grid.is_box() and not grid.holds_amounts()]
    boxed = [character for box in boxes for cell in box.characters.values() for character in cell]
    if boxed:
        printed = list(lines_of([*boxed, *(character for line in printed for character in line)]))
    return [grid for grid in grids if grid not in boxes], printed


def _gaps(grids: Iterable[_Grid], printed: Iterable[list[Character]]) -> Iterator[list[list[Character]]]:
    """Yield the lines between grids that may hold a table without vertical lines, from top to bottom."""
    places = [(grid.bottom, grid.top) for grid in grids]
    for key, lines in groupby(
        printed, lambda line: [(line[0].middle < bottom, line[0].middle > top) for bottom, top in places]
    ):
        gap = list(lines)
        if all(map(any, key)) and may_have_rows("\n".join(map(text_of, gap)), ruled=False):
            yield gap


def _above(
    table: "_Grid | AlignedTable", tables: Iterable["_Grid | AlignedTable"], printed: Iterable[list[Character]]
) -> list[str]:
    """Return the lines between a table and the tables above it;
    of a line over tables side by side what stands over this one.
    """
    grids = [other for other in tables if isinstance(other, _Grid)]
    left, right = _room_beside(table, grids) if isinstance(table, _Grid) else (-inf, inf)
    over = [
        other
        for other in tables
        if not (isinstance(other, _Grid) and isinstance(table, _Grid)) or _share_room(other, table)
    ]
    ceiling = min((other.bottom for other in over if other is not table and other.bottom >= table.top), default=inf)
    lines = (_between(line, left, right) for line in printed if table.top < line[0].middle < ceiling)
    return [text_of(line) for line in lines if line]


def _share_room(grid: _Grid, other: _Grid) -> bool:
    """Whether one of two grids stands above the other."""
    return grid.x[0] < other.x[-1] and other.x[0] < grid.x[-1]


def _room_beside(grid: _Grid, grids: Iterable[_Grid]) -> tuple[float, float]:
    """Return how far the room of a table reaches to the left and to the right:
    half the way to a table that stands beside it.
    """
    beside = [other for other in grids if other.y[0] > grid.y[-1] and grid.y[0] > other.y[-1]]
    left = max(((other.x[-1] + grid.x[0]) / 2 for other in beside if other.x[-1] <= grid.x[0]), default=-inf)
    right = min(((grid.x[-1] + other.x[0]) / 2 for other in beside if other.x[0] >= grid.x[-1]), default=inf)
    return left, right


def _between(line: Iterable[Character], left: float, right: float) -> list[Character]:
    """Return the pieces of a line, set far apart, that reach into the room from `left` to `right`."""
    pieces = pieces_of(line, lambda before, each: each.left - before.right > _APART * each.height)
    return [each for piece in pieces if piece[0].left < right and piece[-1].right > left for each in piece]
