"""Tables of ruled PDF pages: lines make a grid, and each character falls into a cell of it.
Tables without lines are not seen.

Coordinates are points, with y upwards, of the page as its text is read: a page turned by 90° is turned back.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, pi
from operator import attrgetter

from pypdfium2 import PdfPage, PdfTextPage, raw  # type: ignore[import-untyped]

from archive.tables.printed_table import MOST_COLUMNS, Merged, PrintedTable, lines_before, printed_cell
from archive.tables.ruled_lines import NEAR, UPRIGHT, RuledLine, RuledLines

_MOST_LINES = 2_000  # in one direction, after pieces of one line are joined
_MOST_CELLS = 20_000  # of a grid on one page
_SKIPPED = frozenset((0, 9, 10, 13, 32, 0xA0, 0x3000, 0xFFFE, 0xFFFF))
_LOWEST_ROW = 6  # points
_APART = 2  # of the height of a character: a wider gap divides a line over tables side by side
_LARGEST_PAGE = 50_000  # points
_FIRST_HAN, _LAST_HAN = "\u2e80", "\u9fff"
_BLANK = 0.2  # of the size of the characters: a wider gap between two is a blank


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2

    @property
    def height(self) -> float:
        return self.top - self.bottom


class PdfTables:
    """The tables of a PDF, read page by page. What ends a page is above a table that begins the next one."""

    def __init__(self) -> None:
        self.tables: list[PrintedTable] = []
        self._end_of_page = ""

    def read_page(self, page: PdfPage, text: PdfTextPage, number: int) -> None:
        """Add the tables of a page, from top to bottom; `number` is the page's, from 1."""
        grids, turn = _grids(page, text)
        if not grids:
            self._end_of_page = lines_before(text.get_text_range().splitlines())
            return
        printed = list(_lines(_sort_into(grids, _characters(text, turn))))
        origin = _origin(page, turn)
        for grid in grids:
            above = _above(grid, grids, printed)
            self.tables.append(
                grid.table(number, lines_before([*self._end_of_page.split("\n"), *above.split("\n")]), origin)
            )
            self._end_of_page = ""
        lowest = min(grid.y[-1] for grid in grids)
        self._end_of_page = lines_before([_text(line) for line in printed if line[0].middle < lowest])


def _grids(page: PdfPage, text: PdfTextPage) -> tuple[list["_Grid"], int]:
    """Return the grids of a page, from top to bottom, and by how many quarter turns its text is turned."""
    lines = RuledLines(page)
    if not lines.horizontal or not lines.vertical:
        return [], 0
    turn = _turn(text)
    horizontal, vertical = lines.turned(turn)
    grids = [grid for group in _connected(horizontal, vertical) if (grid := _Grid.of(*group))]
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
        self.characters = defaultdict[int, list[_Character]](list)

    @classmethod
    def of(cls, horizontal: Sequence[RuledLine], vertical: Sequence[RuledLine]) -> "_Grid | None":
        """The grid of lines that meet; None where it is none, or beyond the limits."""
        grid = cls([*horizontal, *_open_ends(horizontal, vertical)], vertical)
        height, width = len(grid.y) - 1, len(grid.x) - 1
        if height < 1 or width < 2 or width > MOST_COLUMNS or height * width > _MOST_CELLS:
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
        middle = (self.y[row] + self.y[row + 1]) / 2
        while right < width and self.owner[row][right] < 0 and not _covers(self._at_x[self.x[right]], middle):
            right += 1
        middle = (self.x[column] + self.x[column + 1]) / 2
        while down < height and not _covers(self._at_y[self.y[down]], middle):
            down += 1
        for r in range(row, down):
            for c in range(column, right):
                self.owner[r][c] = len(self.cells)
        self.cells.append((row, column, down - row, right - column))

    def add(self, character: _Character) -> bool:
        """Take in a character; whether it stands in the grid."""
        column = bisect_right(self.x, (character.left + character.right) / 2) - 1
        row = len(self.y) - 1 - bisect_right(self._upwards, character.middle)
        inside = 0 <= column < len(self.x) - 1 and 0 <= row < len(self.y) - 1
        if inside:
            self.characters[self.owner[row][column]].append(character)
        return inside

    def table(self, page: int, before: str, origin: tuple[float, float]) -> PrintedTable:
        """Return the table; `origin` is the left upper corner of the page."""
        rows: list[list[str | None]] = [[None] * (len(self.x) - 1) for _ in range(len(self.y) - 1)]
        for number, (row, column, _, _) in enumerate(self.cells):
            rows[row][column] = printed_cell("\n".join(map(_text, _lines(self.characters[number]))))
        return PrintedTable(
            tuple(map(tuple, rows)), page, before, tuple(cell for cell in self.cells if cell[2:] != (1, 1)),
            tuple(round(x - origin[0], 1) for x in self.x), tuple(round(origin[1] - y, 1) for y in self.y),
        )  # fmt: skip


def _open_ends(horizontal: Sequence[RuledLine], vertical: Sequence[RuledLine]) -> Iterator[RuledLine]:
    """Yield the sides that a table cut by the end of its page lacks:
    most of its vertical lines go on beyond the last horizontal one.
    """
    left, right = min(line.at for line in vertical), max(line.at for line in vertical)
    top, bottom = max(line.at for line in horizontal), min(line.at for line in horizontal)
    above = [line.high for line in vertical if line.high - top > _LOWEST_ROW]
    below = [line.low for line in vertical if bottom - line.low > _LOWEST_ROW]
    for ends in (above, below):
        if 2 * len(ends) > len(vertical):
            yield RuledLine(round(sum(ends) / len(ends), 1), left, right)


def _covers(lines: Iterable[RuledLine], place: float) -> bool:
    return any(line.low - NEAR <= place <= line.high + NEAR for line in lines)


# --- characters ---


def _turn(text: PdfTextPage) -> int:
    """Return by how many quarter turns most of the text of a page is turned, clockwise."""
    turns = Counter[int]()
    for index in range(0, text.count_chars(), 7):
        if raw.FPDFText_GetUnicode(text.raw, index) not in _SKIPPED:
            turns[round(raw.FPDFText_GetCharAngle(text.raw, index) / (pi / 2)) % 4] += 1
    return max(turns, key=turns.__getitem__, default=0)


def _origin(page: PdfPage, turn: int) -> tuple[float, float]:
    left, bottom, right, top = (number if abs(number) < _LARGEST_PAGE else 0.0 for number in page.get_bbox())
    corners = [UPRIGHT[turn](x, y) for x in (left, right) for y in (bottom, top)]
    return min(x for x, _ in corners), max(y for _, y in corners)


def _characters(text: PdfTextPage, turn: int) -> Iterator[_Character]:
    box, upright = raw.FS_RECTF(), UPRIGHT[turn]
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if code in _SKIPPED or not raw.FPDFText_GetLooseCharBox(text.raw, index, box):
            continue
        x0, y0 = upright(box.left, box.bottom)
        x1, y1 = upright(box.right, box.top)
        yield _Character(chr(code), min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _sort_into(grids: Sequence[_Grid], characters: Iterable[_Character]) -> list[_Character]:
    """Put characters into their grids; return those that stand in none."""
    return [character for character in characters if not any(grid.add(character) for grid in grids)]


def _lines(characters: Iterable[_Character]) -> Iterator[list[_Character]]:
    """Yield the characters of each line, from top to bottom, not yet from left to right."""
    line: list[_Character] = []
    for each in sorted(characters, key=attrgetter("middle"), reverse=True):
        if line and line[0].middle - each.middle > _higher(line[0], each) / 2:
            yield line
            line = []
        line.append(each)
    if line:
        yield line


def _text(line: Iterable[_Character]) -> str:
    """Return the characters of a line from left to right, blanks where they stand apart."""
    characters = sorted(line, key=attrgetter("left"))
    size = max(each.height for each in characters)
    parts = [characters[0].text]
    for before, each in pairwise(characters):
        if each.left - before.right > _BLANK * size + _bearing(before, size) + _bearing(each, size):
            parts.append(" ")
        parts.append(each.text)
    return "".join(parts)


def _bearing(character: _Character, size: float) -> float:
    """Return how much room a Han character has beside its box: of some (一, 目) pdfium gives the box of the ink."""
    is_han = _FIRST_HAN <= character.text <= _LAST_HAN
    return max(0.0, size - (character.right - character.left)) / 2 if is_han else 0.0


def _higher(one: _Character, other: _Character) -> float:
    """Return the height of the higher one: of some characters pdfium gives the box of the ink."""
    return max(one.height, other.height)


def _above(grid: _Grid, grids: Sequence[_Grid], printed: Iterable[list[_Character]]) -> str:
    """Return the lines between a table and the tables above it;
    of a line over tables side by side what stands over this one.
    """
    top = grid.y[0]
    in_column = [other for other in grids if other.x[0] < grid.x[-1] and grid.x[0] < other.x[-1]]
    ceiling = min((other.y[-1] for other in in_column if other.y[-1] >= top), default=inf)
    left, right = _room_beside(grid, grids)
    lines = (_between(line, left, right) for line in printed if top <= line[0].middle < ceiling)
    return lines_before([_text(line) for line in lines if line])


def _room_beside(grid: _Grid, grids: Iterable[_Grid]) -> tuple[float, float]:
    """Return how far the room of a table reaches to the left and to the right:
    half the way to a table that stands beside it.
    """
    beside = [other for other in grids if other.y[0] > grid.y[-1] and grid.y[0] > other.y[-1]]
    left = max(((other.x[-1] + grid.x[0]) / 2 for other in beside if other.x[-1] <= grid.x[0]), default=-inf)
    right = min(((grid.x[-1] + other.x[0]) / 2 for other in beside if other.x[0] >= grid.x[-1]), default=inf)
    return left, right


def _between(line: Iterable[_Character], left: float, right: float) -> list[_Character]:
    """Return the pieces of a line, set far apart, that reach into the room from `left` to `right`."""
    pieces: list[list[_Character]] = []
    for each in sorted(line, key=attrgetter("left")):
        if not pieces or each.left - pieces[-1][-1].right > _APART * each.height:
            pieces.append([])
        pieces[-1].append(each)
    return [each for piece in pieces if piece[0].left < right and piece[-1].right > left for each in piece]
