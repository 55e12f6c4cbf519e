"""A record's text as it is read: paragraphs, and the tables whose cells the archive keeps apart by tabs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

LONGEST = 100_000
"""So many characters of a body are shown at once: a part."""

LONGEST_FILE = 20_000
"""… and of an attachment's text; the attachment's own page has more."""

WIDEST = 40
"""Cells of a table's row that stand beside each other; the rest of a wider row follows in its last cell."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the rows of a table."""

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text as far as it is shown: which of how many parts. `length`: of the whole of it, in characters."""

    blocks: tuple[Block, ...]
    shown: int
    length: int
    part: int = 1
    parts: int = 1

    @property
    def is_cut(self) -> bool:
        """Return whether there is more of it."""
        return self.shown < self.length


def beginning(text: str, most: int, length: int | None = None) -> TextPart:
    """The beginning of `text` in blocks, `most` characters at the most. `length`: where `text` is a beginning."""
    cut = text[: _edge(text, most)]
    return TextPart(tuple(_blocks(cut.split("\n"))), len(cut), length if length is not None else len(text))


def part(text: str, number: int, most: int = LONGEST) -> TextPart:
    """The part of `text` with this number, from 1 on; the first where there is none of that number."""
    parts = max(1, -(-len(text) // most))
    number = number if 1 <= number <= parts else 1
    own = text[_edge(text, (number - 1) * most, most) : _edge(text, number * most, most)]
    return TextPart(tuple(_blocks(own.split("\n"))), len(own), len(text), number, parts)


def part_at(text: str, place: int, most: int) -> int:
    """The number of the part in which the character at `place` stands."""
    number = place // most + 1
    return number + (place >= _edge(text, number * most, most) and number * most < len(text))


def _edge(text: str, place: int, most: int | None = None) -> int:
    """Return the place near `place` to cut at: behind the end of a line, where one is near before it."""
    if place >= len(text):
        return len(text)
    most = place if most is None else most
    return text.rfind("\n", place - most // 10, place) + 1 or place


def _blocks(lines: Iterable[str]) -> Iterable[Block]:
    for is_table, group in groupby((line for line in lines if line.strip()), key=lambda line: "\t" in line):
        if is_table:
            yield Block(rows=tuple(_cells(line) for line in group))
        else:
            yield from (Block(line) for line in group)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(line.split("\t", WIDEST - 1))
