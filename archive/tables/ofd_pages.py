"""The pages of OFD files, the format of agencies' final documents (GB/T 33190-2016): their characters and lines. Pure.

A page holds objects: text, with the place where each character begins on its baseline, and paths. The file counts millimetres from
the left upper corner of the paper; coordinates here are points, with y upwards.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, repeat
from math import atan2, pi
from unicodedata import east_asian_width

from lxml import etree

from archive.tables.pdf_characters import BLANKS, Character, text_of
from archive.tables.ruled_lines import IDENTITY, Box, Matrix, RuledLines, moved, product, turned_box

_POINTS = 72 / 25.4  # of a millimetre
_LARGEST = 100_000  # millimetres, or whatever else a number counts
_ASCENT = 0.88  # of its size: how high a Chinese character reaches above its baseline
_SIZE = 4.0  # millimetres, of characters whose size can't be read
_A4 = (0.0, 0.0, 210.0, 297.0)
_NUMBERS_BEHIND = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""The number of numbers behind each letter of a path."""


class OfdPage:
    """A page of an OFD file, on which its templates and itself are drawn. `area`: the paper's left, top, width and height."""

    def __init__(self, area: str | None) -> None:
        x, y, width, height = numbers if len(numbers := _numbers(area)) == 4 else _A4
        self._on_paper = _POINTS, 0, 0, -_POINTS, -_POINTS * x, _POINTS * (y + height)
        self._box = 0.0, 0.0, _POINTS * width, _POINTS * height
        self._lines = RuledLines()
        self._drawn: list[tuple[str, Box]] = []
        self._turns = Counter[int]()

    def draw(self, content: etree._Element) -> None:
        """Add what a page, or the template of one, shows."""
        for node in content.iter("{*}TextObject", "{*}PathObject"):
            if node.get("Visible") == "false":
                continue
            left, top = (*_numbers(node.get("Boundary")), 0.0, 0.0)[:2]
            placed = product(product(_matrix(node.get("CTM")), (1, 0, 0, 1, left, top)), self._on_paper)
            if node.tag.endswith("}TextObject"):
                self._write(node, placed)
            else:
                self._rule(node, placed)

    def box(self) -> Box:
        """Return the edges of the paper."""
        return self._box

    def ruled_lines(self) -> RuledLines:
        """Return the lines that may divide tables."""
        return self._lines

    def turn(self) -> int:
        """Return by how many quarter turns most of the text is turned, clockwise."""
        return max(self._turns, key=self._turns.__getitem__, default=0)

    def characters(self, turn: int) -> Iterator[Character]:
        """Yield the characters that leave ink, as they stand when the page is turned upright."""
        for text, box in self._drawn:
            left, bottom, right, top = turned_box(box, turn)
            yield Character(text, left, bottom, right, top, (bottom + top) / 2)

    def text(self) -> str:
        """Return the text: lines in the order in which they are drawn, each from left to right."""
        lines: list[list[Character]] = []
        for each in self.characters(self.turn()):
            before = lines[-1][-1] if lines else each
            if not lines or abs(each.middle - before.middle) > max(each.height, before.height) / 2:
                lines.append([])
            lines[-1].append(each)
        return "\n".join(map(text_of, lines))

    def _write(self, node: etree._Element, placed: Matrix) -> None:
        size = abs(next(iter(_numbers(node.get("Size"))), 0.0)) or _SIZE
        turn = round(-atan2(placed[1], placed[0]) / (pi / 2)) % 4
        x = y = 0.0
        for code in node.iterfind("{*}TextCode"):
            x, y = (next(iter(_numbers(code.get(name))), before) for name, before in (("X", x), ("Y", y)))
            for character, left, baseline, width in _set(code, x, y, size):
                if ord(character) not in BLANKS:
                    top = baseline - _ASCENT * size
                    corners = moved(left, top, placed), moved(left + width, top + size, placed)
                    xs, ys = zip(*corners, strict=True)
                    self._drawn.append((character, (min(xs), min(ys), max(xs), max(ys))))
                    self._turns[turn] += 1

    def _rule(self, node: etree._Element, placed: Matrix) -> None:
        stroked = node.get("Stroke") != "false"
        data = (node.findtext("{*}AbbreviatedData") or "").split()
        if (stroked or node.get("Fill") == "true") and self._lines.count(len(data) // 3):
            for points in _outlines(data):
                self._lines.add_outline([moved(x, y, placed) for x, y in points], stroked=stroked)


def _set(code: etree._Element, x: float, y: float, size: float) -> Iterator[tuple[str, float, float, float]]:
    """Yield the characters of a piece of text, where each begins, and its width; the first at `x` and `y`.

    Without steps between them, or where these end, each follows the one before. The file says nothing of widths: a step that is no
    longer than the size is one.
    """
    text = code.text or ""
    right, down = (_steps(code.get(name), len(text)) for name in ("DeltaX", "DeltaY"))
    for place, character in enumerate(text):
        width = size if east_asian_width(character) in "WFA" else size / 2
        step = right[place] if place < len(right) else 0.0 if down else width
        yield character, x, y, step if 0 < step <= size else width
        x += step
        y += down[place] if place < len(down) else 0.0


def _steps(listed: str | None, most: int) -> list[float]:
    """Return at most so many steps of a list in which `g 3 4.5` stands for three of 4.5; none of one that can't be read."""
    steps: list[float] = []
    parts = iter((listed or "").split())
    try:
        for part in islice(parts, most):
            times, step = (int(next(parts, "")), next(parts, "")) if part == "g" else (1, part)
            steps += repeat(float(step), min(times, most - len(steps)))
    except ValueError:
        return []
    return steps


def _numbers(listed: str | None) -> list[float]:
    """Return the numbers of a list; none of one that can't be read."""
    try:
        numbers = [float(part) for part in (listed or "").split()]
    except ValueError:
        return []
    return numbers if all(abs(number) < _LARGEST for number in numbers) else []


def _matrix(listed: str | None) -> Matrix:
    match _numbers(listed):
        case [a, b, c, d, e, f]:
            return a, b, c, d, e, f
    return IDENTITY


def _outlines(data: list[str]) -> Iterator[list[tuple[float, float]]]:
    """Yield the corners of each part of a path that is drawn without lifting the pen; curves end it."""
    points: list[tuple[float, float]] = []
    parts = iter(data)
    for letter in parts:
        numbers = _numbers(" ".join(islice(parts, _NUMBERS_BEHIND.get(letter, 0))))
        if letter != "L" or not numbers:
            if len(points) > 1:
                yield [*points, points[0]] if letter == "C" else points
            points = []
        if len(numbers) > 1:
            points.append((numbers[-2], numbers[-1]))
    if len(points) > 1:
        yield points
