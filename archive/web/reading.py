"""A record's text as it is read: paragraphs, and the tables whose cells the archive keeps apart by tabs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

LONGEST = 100_000
"""So many characters of a body are shown at once, unless all of it is asked for."""

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
class Reading:
    """A text as far as it is shown. `length`: of the whole of it, in characters."""

    blocks: tuple[Block, ...]
    shown: int
    length: int

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it."""
        return self.shown < self.length


def reading(text: str, most: int, length: int | None = None) -> Reading:
    """`text` in blocks, `most` characters of it, cut at the end of a line where one is near. `length`: where `text` is a part."""
    cut = text
    if len(text) > most:
        end = text.rfind("\n", most - most // 10, most)
        cut = text[: end if end > 0 else most]
    return Reading(tuple(_blocks(cut.split("\n"))), len(cut), length if length is not None else len(text))


def _blocks(lines: Iterable[str]) -> Iterable[Block]:
    for is_table, group in groupby((line for line in lines if line.strip()), key=lambda line: "\t" in line):
        if is_table:
            yield Block(rows=tuple(_cells(line) for line in group))
        else:
            yield from (Block(line) for line in group)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(line.split("\t", WIDEST - 1))
