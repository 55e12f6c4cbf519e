"""Words of a PDF page's lines, as they stand beside and below each other, for tables without vertical lines. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter

from archive.tables.pdf_characters import BLANK, Line, gap, is_han, pieces_of, size_of, text_of

_APART = 0.8  # of the size of the characters: a wider gap divides a line into words of several cells
_LETTERS_APART = 5  # times as far the characters of one word may be set
LEADING = 1.6
"""Times the size of the characters: lines farther apart are none of one text."""
_LEVELS = "类款项"  # heads of a column each
_FORMED = re.compile(r"[-−–△▲负¥(]{0,2}(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)\)?(?:[千百万亿]{0,2}元)?")
"""An amount and no mere number: with decimals, or its thousands apart."""
NUMBER = re.compile(r"[-(]?[\d,.]+%?\)?|[-—－/]+")
"""A number, or the mark of none."""


class UnclearColumnsError(Exception):
    """Words that could stand in either of two columns: there is no table."""


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a line whose characters stand together; or, without text, the room of a column.

    `height`: how high its middle stands, which in a line may differ by half a character; `size`: of its characters.
    """

    left: float
    right: float
    text: str = ""
    height: float = 0.0
    size: float = 0.0

    @property
    def is_amount(self) -> bool:
        return _FORMED.fullmatch(unicodedata.normalize("NFKC", self.text)) is not None

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def overlaps(self, other: "Words") -> bool:
        return self.left < other.right and other.left < self.right

    def distance(self, other: "Words") -> float:
        return max(0.0, self.left - other.right, other.left - self.right)

    def with_room_of(self, other: "Words") -> "Words":
        return replace(self, left=min(self.left, other.left), right=max(self.right, other.right))


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line: its words from left to right, how high its middle stands, and the size of its characters."""

    words: tuple[Words, ...]
    middle: float
    size: float

    @property
    def has_numbers(self) -> bool:
        """Whether several of its words are numbers, so that another such line is of another row."""
        return sum(NUMBER.fullmatch(words.text) is not None for words in self.words) > 1


Lines = list[PrintedLine]
"""The lines of a row."""


def has_amounts(row: Lines) -> bool:
    """Whether a row has amounts, and something beside them."""
    words = [words for line in row for words in line.words]
    return len(words) > 1 and any(each.is_amount for each in words)


def printed_line(line: Line) -> PrintedLine:
    size = size_of(line)
    pieces = pieces_of(line, lambda before, each: gap(before, each, size) > BLANK * size)
    words = (Words(piece[0].left, piece[-1].right, text_of(piece), _height(piece), size_of(piece)) for piece in pieces)
    return PrintedLine(tuple(_put_together(words, _APART * size)), line[0].middle, size)


def _height(piece: Line) -> float:
    return sum(character.middle for character in piece) / len(piece)


def _put_together(words: Iterable[Words], apart: float) -> Iterator[Words]:
    """Yield words, those that are less than `apart` from the one before as one with it, and those set one character
    apart from the other (合　计). An amount is always by itself.
    """
    last: Words | None = None
    for each in words:
        if last and not (last.is_amount or each.is_amount):
            letters = all(len(text) == 1 and is_han(text) for text in (*last.text.split(" "), each.text))
            widest = _LETTERS_APART * apart if letters and each.text not in _LEVELS else apart
            if each.left - last.right <= widest:
                last = replace(last.with_room_of(each), text=f"{last.text} {each.text}")
                continue
        if last:
            yield last
        last = each
    if last:
        yield last


def rooms_of(words: Iterable[Words]) -> list[Words]:
    """Return the rooms that words take, those that overlap as one, from left to right."""
    rooms: list[Words] = []
    for each in sorted(words, key=attrgetter("left")):
        if rooms and each.left < rooms[-1].right:
            rooms[-1] = rooms[-1].with_room_of(each)
        else:
            rooms.append(Words(each.left, each.right))
    return rooms


def columns_below(words: Words, columns: Iterable[Words]) -> list[int]:
    return [number for number, column in enumerate(columns) if words.overlaps(column)]
