"""The horizontal and vertical lines of a printed page, as its paths draw them. Coordinates are points, with y upwards."""

import ctypes
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from pypdfium2 import PdfPage, raw  # type: ignore[import-untyped]

NEAR = 3
"""Points; lines no further apart are one, and lines that end so near a line meet it."""
_THICKEST = 3  # points; a rectangle that is no thicker is a line
_SHORTEST_ROW, _SHORTEST_COLUMN = 4, 8  # points of a line that can be a side of a cell
_MOST_SEGMENTS = 20_000  # of all paths of a page; more is a drawing
_DEEPEST = 4  # forms within forms
_FARTHEST = 50_000  # points from the corner of a page

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
UPRIGHT: dict[int, Callable[[float, float], tuple[float, float]]] = {
    0: lambda x, y: (x, y),
    1: lambda x, y: (-y, x),
    2: lambda x, y: (-x, -y),
    3: lambda x, y: (y, -x),
}
"""The turns that set a point upright where text runs by so many quarter turns clockwise, as pdfium counts."""


def turned_box(box: Box, turn: int) -> Box:
    """Return a box as it stands when its page is turned upright."""
    (x0, y0), (x1, y1) = UPRIGHT[turn](*box[:2]), UPRIGHT[turn](*box[2:])
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@dataclass(frozen=True, slots=True, order=True)
class RuledLine:
    """A horizontal line at y = `at`, or a vertical one at x = `at`, from `low` to `high` in the other direction."""

    at: float
    low: float
    high: float


class RuledLines:
    """The horizontal and vertical lines of a page; none where it draws so many that it is a drawing."""

    def __init__(self) -> None:
        self.horizontal: list[RuledLine] = []
        self.vertical: list[RuledLine] = []
        self._segments = 0

    def count(self, segments: int) -> bool:
        """Count so many segments of paths; whether the page is still none that draws too many."""
        self._segments += segments
        if self._segments > _MOST_SEGMENTS:
            self.horizontal, self.vertical = [], []
        return self._segments <= _MOST_SEGMENTS

    def add_outline(self, points: Sequence[tuple[float, float]], *, stroked: bool) -> None:
        """Add what is drawn from one point to the next without lifting the pen."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        box = min(xs), min(ys), max(xs), max(ys)
        if min(box[2] - box[0], box[3] - box[1]) <= _THICKEST:
            self.add_box(box, stroked=False)
        elif stroked:
            self._add_sides(points)

    def add_box(self, box: Box, *, stroked: bool) -> None:
        """Add a line, if a box is so thin, else its sides where they are drawn."""
        left, bottom, right, top = box
        wide, high = right - left > _THICKEST, top - bottom > _THICKEST
        if wide and not high:
            self._add(self.horizontal, RuledLine((bottom + top) / 2, left, right))
        elif high and not wide:
            self._add(self.vertical, RuledLine((left + right) / 2, bottom, top))
        elif wide and stroked:
            self._add(self.horizontal, RuledLine(bottom, left, right), RuledLine(top, left, right))
            self._add(self.vertical, RuledLine(left, bottom, top), RuledLine(right, bottom, top))

    def turned(self, turn: int) -> tuple[list[RuledLine], list[RuledLine]]:
        """Return both kinds as they lie when text is read, pieces joined."""
        upright = UPRIGHT[turn]
        horizontal, vertical = list[RuledLine](), list[RuledLine]()
        corners = [((line.low, line.at), (line.high, line.at)) for line in self.horizontal]
        corners += [((line.at, line.low), (line.at, line.high)) for line in self.vertical]
        for start, end in corners:
            (x0, y0), (x1, y1) = upright(*start), upright(*end)
            if y0 == y1:
                horizontal.append(RuledLine(y0, min(x0, x1), max(x0, x1)))
            else:
                vertical.append(RuledLine(x0, min(y0, y1), max(y0, y1)))
        return _joined(horizontal, _SHORTEST_COLUMN), _joined(vertical, _SHORTEST_ROW)

    def _add_sides(self, points: Sequence[tuple[float, float]]) -> None:
        for (x0, y0), (x1, y1) in pairwise(points):
            if abs(y1 - y0) < 1 and abs(x1 - x0) > _THICKEST:
                self._add(self.horizontal, RuledLine((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) < 1 and abs(y1 - y0) > _THICKEST:
                self._add(self.vertical, RuledLine((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _add(self, lines: list[RuledLine], *added: RuledLine) -> None:
        lines += filter(_is_on_paper, added)


def pdf_lines(page: PdfPage) -> RuledLines:
    """Return the lines of a PDF page."""
    lines = RuledLines()
    count = raw.FPDFPage_CountObjects(page.raw)
    _read((raw.FPDFPage_GetObject(page.raw, index) for index in range(count)), lines, IDENTITY, 0)
    return lines


def _read(objects: Iterable[raw.FPDF_PAGEOBJECT], lines: RuledLines, matrix: Matrix, depth: int) -> bool:
    """Add the paths of a page or of a form; whether it may draw more."""
    for each in objects:
        kind = raw.FPDFPageObj_GetType(each)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            if not _read_path(each, lines, matrix):
                return False
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            count = raw.FPDFFormObj_CountObjects(each)
            inner = (raw.FPDFFormObj_GetObject(each, index) for index in range(count))
            if not _read(inner, lines, product(_matrix(each), matrix), depth + 1):
                return False
    return True


def _read_path(path: raw.FPDF_PAGEOBJECT, lines: RuledLines, matrix: Matrix) -> bool:
    count = raw.FPDFPath_CountSegments(path)
    if not lines.count(count):
        return False
    if mode := _draw_mode(path):
        if 2 < count <= 5:  # bounds are quicker than corners, but of a single line they are as thick as its stroke
            lines.add_box(_bounds(path, matrix), stroked=mode.stroked)
        else:
            for points in _outlines(path, product(_matrix(path), matrix)):
                lines.add_outline(points, stroked=mode.stroked)
    return True


def _is_on_paper(line: RuledLine) -> bool:
    """Whether a line stands where a page can have one: a number in a file may be anything, and none at all."""
    return all(abs(number) < _FARTHEST for number in (line.at, line.low, line.high))


@dataclass(frozen=True, slots=True)
class _DrawMode:
    stroked: bool


def _draw_mode(path: raw.FPDF_PAGEOBJECT) -> _DrawMode | None:
    """The way in which a path is drawn; None where it is not."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    return _DrawMode(bool(stroke.value)) if fill.value or stroke.value else None


def _matrix(each: raw.FPDF_PAGEOBJECT) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(each, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def product(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that moves a point as `first` does, then as `then` does."""
    if then == IDENTITY:
        return first
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    """Return where a matrix moves a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(path: raw.FPDF_PAGEOBJECT, matrix: Matrix) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(path, left, bottom, right, top)
    if matrix == IDENTITY:
        return left.value, bottom.value, right.value, top.value
    corners = [moved(x.value, y.value, matrix) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _outlines(path: raw.FPDF_PAGEOBJECT, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """Yield the corners of each part of a path that is drawn without lifting the pen; curves end it."""
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    for index in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) != raw.FPDF_SEGMENT_LINETO:
            if len(points) > 1:
                yield points
            points = []
        points.append(moved(x.value, y.value, matrix))
        if raw.FPDFPathSegment_GetClose(segment) and len(points) > 1:
            yield [*points, points[0]]
            points = []
    if len(points) > 1:
        yield points


def _joined(lines: Iterable[RuledLine], shortest: float) -> list[RuledLine]:
    """Return lines with those at nearly one place at that place, and their pieces joined; without the shortest."""
    groups: list[list[RuledLine]] = []
    for line in sorted(lines):
        if groups and line.at - groups[-1][-1].at <= NEAR:
            groups[-1].append(line)
        else:
            groups.append([line])
    joined: list[RuledLine] = []
    for group in groups:
        at = round(sum(line.at for line in group) / len(group), 1)
        low, high = None, 0.0
        for line in sorted(group, key=attrgetter("low")):
            if low is None:
                low, high = line.low, line.high
            elif line.low <= high + NEAR:
                high = max(high, line.high)
            else:
                joined.append(RuledLine(at, low, high))
                low, high = line.low, line.high
        joined.append(RuledLine(at, low or 0.0, high))
    return [line for line in joined if line.high - line.low > shortest]
