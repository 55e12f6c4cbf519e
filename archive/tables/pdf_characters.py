"""The characters of a printed page, its lines, and the pieces that these are set in.

Coordinates are points, with y upwards, of the page as its text is read: a page turned by 90° is turned back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import pi
from operator import attrgetter
from typing import NamedTuple

from pypdfium2 import PdfTextPage, raw  # type: ignore[import-untyped]

from archive.tables.ruled_lines import turned_box

BLANK = 0.2
"""Of the size of the characters: a wider gap between two is a blank."""
BLANKS = frozenset((0, 9, 10, 13, 32, 0xA0, 0x3000, 0xFFFE, 0xFFFF))
"""Characters that leave no ink, by their numbers."""
_AGAIN = 0.12  # of the size: no two characters that belong beside each other begin so near
_FEWEST_LINES = 10  # of single characters, that are looked at
_FIRST_HAN, _LAST_HAN = "\u2e80", "\u9fff"


class Character(NamedTuple):
    """A character and its box; `middle`: how high the middle of it stands."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    middle: float

    @property
    def height(self) -> float:
        """The height of its box."""
        return self.top - self.bottom


Line = list[Character]


def turn_of(text: PdfTextPage) -> int:
    """Return by how many quarter turns most of the text of a page is turned, clockwise."""
    turns = Counter[int]()
    for index in range(0, text.count_chars(), 7):
        if raw.FPDFText_GetUnicode(text.raw, index) not in BLANKS:
            turns[round(raw.FPDFText_GetCharAngle(text.raw, index) / (pi / 2)) % 4] += 1
    return max(turns, key=turns.__getitem__, default=0)


def characters_of(text: PdfTextPage, turn: int) -> Iterator[Character]:
    """Yield the characters of a page that leave ink, as they stand when it is turned upright."""
    box, page = raw.FS_RECTF(), text.raw
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(page, index)
        if code in BLANKS or not raw.FPDFText_GetLooseCharBox(page, index, box):
            continue
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if turn:
            left, bottom, right, top = turned_box((left, bottom, right, top), turn)
        yield Character(chr(code), left, bottom, right, top, (bottom + top) / 2)


def lines_of(characters: Iterable[Character]) -> Iterator[Line]:
    """Yield the characters of each line, from top to bottom, not yet from left to right."""
    line: Line = []
    for each in sorted(characters, key=attrgetter("middle"), reverse=True):
        if line and line[0].middle - each.middle > max(line[0].height, each.height) / 2:
            yield line
            line = []
        line.append(each)
    if line:
        yield line


def text_of(line: Iterable[Character]) -> str:
    """Return the characters of a line from left to right, blanks where they stand apart; one that is printed again at
    nearly its place, as bold is printed without a font of its own, stands once.
    """
    characters = sorted(line, key=attrgetter("left"))
    size = size_of(characters)
    blank, again = BLANK * size, _AGAIN * size
    parts = [characters[0].text]
    for before, each in pairwise(characters):
        if each.left - before.left < again and each.text == before.text:
            continue
        if each.left - before.right > blank and gap(before, each, size) > blank:
            parts.append(" ")
        parts.append(each.text)
    return "".join(parts)


def text_of_page(page: PdfTextPage) -> str:
    """Return the text of a page in the order of its drawing; by its lines where pdfium gives each character one of its own,
    as it does with narrow columns, which it takes for Chinese written downwards.
    """
    text: str = page.get_text_range()
    lengths = [len(line) for line in map(str.strip, text.split("\n")) if line]
    if 2 * lengths.count(1) <= max(len(lengths), _FEWEST_LINES):
        return text
    return "\n".join(map(text_of, lines_of(characters_of(page, turn_of(page)))))


def pieces_of(line: Iterable[Character], are_apart: Callable[[Character, Character], bool]) -> list[Line]:
    """Return the pieces of a line, each from left to right, divided where neighbours `are_apart`."""
    pieces: list[Line] = []
    for each in sorted(line, key=attrgetter("left")):
        if not pieces or are_apart(pieces[-1][-1], each):
            pieces.append([])
        pieces[-1].append(each)
    return pieces


def size_of(characters: Iterable[Character]) -> float:
    """Return the size of characters: the height of the highest, for of some pdfium gives the box of the ink."""
    return max(each.height for each in characters)


def gap(before: Character, each: Character, size: float) -> float:
    """Return the room between two characters of a size that neither of them takes."""
    return each.left - before.right - _bearing(before, size) - _bearing(each, size)


def is_han(character: str) -> bool:
    """Whether a character is one of Chinese writing."""
    return _FIRST_HAN <= character <= _LAST_HAN


def _bearing(character: Character, size: float) -> float:
    """Return how much room a Han character has beside its box: of some (一, 目) pdfium gives the box of the ink."""
    return max(0.0, size - (character.right - character.left)) / 2 if is_han(character.text) else 0.0
