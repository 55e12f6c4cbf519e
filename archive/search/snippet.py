"""The words found, as they stand in a text: where they are, and the passage that shows most of them.

Pure. `query` is what a person typed, or the query that was made of it. Exact places are worked out only for titles and
short passages; in a long text a passage is first guessed from a copy folded character by character.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from archive.search.query import Query, Word, parse
from archive.search.segment import BREAK, located_units, simplified

WIDTH = 90
LONGEST_TEXT = 1_000_000
"""Characters of a text that are looked through for a passage."""

_MOST_PLACES = 80
"""Places of all words together that are weighed against each other."""

_MARK = r"(?:[^\w\n]|_)"
"""A character that is no part of a word, nor the end of a line."""


def words_of(query: str | Query) -> tuple[Word, ...]:
    """The words that may be found in a hit."""
    return (parse(query) if isinstance(query, str) else query).words


def spans(text: str, query: str | Query) -> list[tuple[int, int]]:
    """Return the spans of `text` where words of `query` stand, in order, overlapping ones joined."""
    located = located_units(text)
    starts: dict[str, list[int]] = {}
    for place, (unit, _, _) in enumerate(located):
        starts.setdefault(unit, []).append(place)
    places = [place for word in words_of(query) for place in _occurrences(word, located, starts)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _occurrences(
    word: Word, located: list[tuple[str, int, int]], starts: dict[str, list[int]]
) -> Iterator[tuple[int, int]]:
    """Each place of one word: by its first unit, and whole numbers that go on where it is a prefix."""
    first, *rest = word.units
    openings = starts.get(first, [])
    if word.prefix and not rest:
        openings = [place for unit, places in starts.items() if unit.startswith(first) for place in places]
    for place in openings:
        last = place + len(rest)
        if last < len(located) and all(
            located[place + step][0] == unit
            or (word.glued and step == len(rest) and located[place + step][0].startswith(unit))
            for step, unit in enumerate(rest, 1)
        ):
            yield located[place][1], located[last][2]


def marked(text: str, query: str | Query) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a hit; the pieces joined give `text` again."""
    edges = [0, *(edge for span in spans(text, query) for edge in span), len(text)]
    return [(text[a:b], bool(i % 2)) for i, (a, b) in enumerate(pairwise(edges)) if a < b]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text, on one line, and the words of the query that stand in it.
    `place`: where the first of them stands in the text.
    """

    text: str
    words: frozenset[Word]
    place: int


def passage(text: str | None, query: str | Query, width: int = WIDTH) -> Passage | None:
    """About `width` characters of `text` where most of the words stand; None where none does."""
    if not text:
        return None
    folded = text[:LONGEST_TEXT].translate(_FOLDING)
    words = words_of(query)
    places = _places(folded, words, _MOST_PLACES // max(len(words), 1))
    lead = width // 3

    def words_at(start: int) -> frozenset[Word]:
        return frozenset(
            word for word, at in places.items() if any(start <= place < start + width - lead for place in at)
        )

    # The most words first, then sentences before titles and labels, then the earliest place. What was guessed wrongly is skipped.
    starts = sorted(
        {place for at in places.values() for place in at},
        key=lambda place: (-len(words_at(place)), not _in_sentence(folded, place), place),
    )
    for place in starts:
        start = max(0, place - lead)
        start = max(start, *(text.rfind(mark, start, place) + 1 for mark in "。；！？\n"))
        around = text[start : start + width]
        if spans(around, query):
            line, cut = " ".join(around.split()), start + width < len(text)
            return Passage(f"{'…' if start else ''}{line}{'…' if cut else ''}", words_at(place), place)
    return None


def places(text: str, query: str | Query, most: int) -> list[int]:
    """Return where words of the query stand in a text of any length, in order, as guessed for passages;
    of each word the first `most`.
    """
    by_word = _places(text.translate(_FOLDING), words_of(query), most)
    return sorted({place for at in by_word.values() for place in at})


def _places(folded: str, words: Iterable[Word], most: int) -> dict[Word, list[int]]:
    """Return where each word stands in folded text, the first `most` of its places."""
    return {word: [match.start() for match in islice(_pattern(word).finditer(folded), most)] for word in words}


def _in_sentence(text: str, place: int) -> bool:
    """Return whether what stands at a place is part of a sentence, not a title, a label or a cell by itself."""
    start = text.rfind("\n", max(0, place - WIDTH), place) + 1
    end = text.find("\n", place, place + WIDTH)
    return any(mark in text[start : end if end >= 0 else place + WIDTH] for mark in "。，；,;")


def snippet(text: str | None, query: str | Query, width: int = WIDTH) -> str | None:
    """The passage of `text` that shows most of the words of `query`; None where none is found."""
    best = passage(text, query, width)
    return best.text if best else None


def found_in(texts: Iterable[str | None], query: str | Query) -> frozenset[Word]:
    """The words of `query` that stand in one of these short texts."""
    present = [text for text in texts if text]
    return frozenset(
        word for word in words_of(query) if any(_pattern(word).search(text.translate(_FOLDING)) for text in present)
    )


class _Folding(dict[int, str]):
    """Code point → the character searched for in its place; one for one, so that places stay what they are."""

    def __missing__(self, code: int) -> str:
        normal = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = simplified(normal) if len(normal) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()


@lru_cache(maxsize=1024)
def _pattern(word: Word) -> re.Pattern[str]:
    """Return the pattern of a word in folded text: its characters with some punctuation between them."""
    units = [r"\s+" if unit == BREAK else r",?".join(map(re.escape, unit)) for unit in word.units]
    before = r"(?<![0-9])" if word.units[0][0].isdecimal() else ""
    after = r"(?![0-9])" if word.units[-1][-1].isdecimal() and not (word.prefix or word.glued) else ""
    return re.compile(before + f"{_MARK}{{0,6}}?".join(units) + after)
