"""The probable meaning of words that find little: other characters, words in pinyin, parts of a long word.

Each is the whole search as it would be typed. Whether it finds more is for the caller to say; what finds nothing at all
is not among them.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from archive.search import engine, spelling
from archive.search.agency_names import AGENCY, bare_names
from archive.search.query import Group, Query, parse
from archive.search.synonyms import LONGEST_WORD, thesaurus

FEW = 3
"""A search that finds no more than these has found few."""

MOST_SPELLINGS, MOST_SPLITS = 3, 2
_TRIED = 12
"""Spellings and splits that find something, of which the ones that find most are taken."""

_LONGEST_CUT = 14
"""Units of a word that is cut."""

Reading = Callable[[str], Query]
"""The reading of words typed: with other words for them, or without."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A search to try. `how`: `spelled`, `split` or `part`; `words`: what is new in it; `query`: all of it, as typed."""

    how: str
    words: str
    query: str


def meant(connection: sqlite3.Connection, search: engine.Search, reading: Reading) -> Iterator[Meant]:
    """Yield what was probably meant by a search, the likeliest first."""
    if search.query is None:
        return
    tried = _Tried(connection, search, reading)
    rare = [group for group in search.query.wanted if tried.is_rare(group)]
    letters = _letters(search.query)
    if letters and rare:
        yield from tried.best("spelled", None, _known_words(connection, letters), MOST_SPELLINGS)
    for group in rare:
        known = tried.best("spelled", group, _known_words(connection, _text(group)), MOST_SPELLINGS)
        yield from known or tried.best(
            "spelled", group, spelling.one_other_character(_text(group)), MOST_SPELLINGS, parse
        )
    for group in rare:
        yield from tried.best("split", group, _splits(_units(group)), MOST_SPLITS)
    for group in rare:
        yield from tried.best("part", group, _parts(_units(group)), 1)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Searches that differ from one in a group of words."""

    connection: sqlite3.Connection
    search: engine.Search
    reading: Reading

    def is_rare(self, group: Group) -> bool:
        """Return whether a group is one word, neither quoted nor a number, that finds few by itself, without filters too."""
        alone, word = engine.Search(Query((group,))), group.words[0]
        plain = len(group.words) == 1 and not (word.quoted or word.glued or all(map(str.isdecimal, word.units)))
        return plain and not engine.at_least(self.connection, alone, FEW + 1)

    def best(
        self, how: str, group: Group | None, others: Iterable[str], most: int, reading: Reading | None = None
    ) -> list[Meant]:
        """Return those of `others` that find most in place of a group, or of all words; of parts the first that find something.

        `reading`: how it is found out whether one finds something, where that is not as for the whole search.
        """
        query = self.search.query or Query()
        found: list[tuple[int, Meant]] = []
        for words in others:
            read = (reading or self.reading)(words).groups
            groups = (
                read
                if group is None
                else tuple(chain.from_iterable(read if each is group else (each,) for each in query.groups))
            )
            wanted = replace(self.search, query=Query(groups))
            if engine.at_least(self.connection, wanted, 1):
                text = words if group is None else query.written({group: words})
                found.append((engine.count(self.connection, wanted), Meant(how, words, text)))
            if len(found) == (most if how == "part" else _TRIED):
                break
        return [each for _, each in sorted(found, key=lambda pair: -pair[0])[:most]]


def _text(group: Group) -> str:
    return "".join(group.words[0].units)[:LONGEST_WORD]


def _units(group: Group) -> tuple[str, ...]:
    return group.words[0].units[:_LONGEST_CUT]


def _letters(query: Query) -> str:
    """Return the letters of a search in Latin letters alone, such as `jiao yu ju`; empty where there is anything else."""
    text = "".join(_text(group) for group in query.groups if not group.exclude)
    return text if len(query.groups) > 1 and re.fullmatch(r"[a-z]+", text) else ""


def _known_words(connection: sqlite3.Connection, typed: str) -> Iterator[str]:
    """Return known words that sound like what is typed: of the thesaurus, and the names of the archive's agencies."""
    return spelling.words_alike(typed, dict.fromkeys((*thesaurus().words, *bare_names(connection))))


def _splits(units: tuple[str, ...]) -> Iterator[str]:
    """Yield a word of three units or more as two; cut where a known word or an agency's name ends first, then from the middle."""
    text, middle = "".join(units), len(units) / 2
    ends = {len(part) for part in thesaurus().parts(text)[:1]} | {
        found.end() for found in [AGENCY.match(text)] if found
    }
    cuts = [("".join(units[:place]), "".join(units[place:]), place) for place in range(1, len(units))]
    likely = sorted(cuts, key=lambda cut: (len(cut[0]) not in ends, abs(cut[2] - middle)))
    yield from (f"{one} {other}" for one, other, _ in likely if len(units) > 2)


def _parts(units: tuple[str, ...]) -> Iterator[str]:
    """Yield runs of two units or more, the longest first."""
    for length in range(len(units) - 1, 1, -1):
        yield from ("".join(units[start : start + length]) for start in range(len(units) - length + 1))
