"""Widening of a search: other words for the ones that were typed are searched for as well,
those last that are only meant besides.

Each term that must be found is found by its other words too; what is excluded, quoted, or a number, is left as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from archive.database.several import Readable
from archive.search import agency_names
from archive.search.query import Group, Query, Word, word_of
from archive.search.segment import BREAK
from archive.search.synonyms import LONGEST_WORD, thesaurus
from archive.search.writings import as_document_number, other_writings

MOST_OF_A_WORD, MOST_OF_A_SEARCH = 16, 48
"""Words that are added for one that was typed, and for all together."""


def widened(connection: Readable, query: Query) -> Query:
    """Return the query with other words added, from the thesaurus and the archive's own names of agencies."""
    left = MOST_OF_A_SEARCH
    groups = []
    for group in query.groups:
        also = () if group.exclude else tuple(_also(connection, group))[:left]
        left -= len(also)
        groups.append(replace(group, also=also))
    return Query(tuple(groups))


def _also(connection: Readable, group: Group) -> Iterator[Word]:
    """Yield the words to add to a group, without those that are found with one of it anyway."""
    typed = [_apart(word) for word in group.words]
    for word in group.words:
        left = MOST_OF_A_WORD
        for added in _others(connection, word):
            if left and not any(each in _apart(added) for each in typed):
                typed.append(_apart(added))
                left -= 1
                yield added


def _apart(word: Word) -> str:
    """Return the units of a word, apart from each other: 18年 is not found in 2018年."""
    return f" {' '.join(word.units)} "


def _others(connection: Readable, word: Word) -> Iterator[Word]:
    """Yield other words for one, those that the archive has first."""
    text = "".join(word.units)
    if word.quoted or word.prefix or word.glued or BREAK in word.units or len(text) > LONGEST_WORD:
        return
    writings = (text, *other_writings(text))
    number = as_document_number(word.units)
    same = ((*agency_names.others(connection, each), *thesaurus().others(each)) for each in writings)
    yield from _words(chain([number] if number else [], writings[1:], chain.from_iterable(same)))
    besides = chain.from_iterable(thesaurus().besides.get(each, ()) for each in writings)
    yield from (replace(other, besides=True) for other in _words(besides))


def _words(texts: Iterable[str]) -> Iterator[Word]:
    return filter(None, map(word_of, texts))
