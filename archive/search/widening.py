"""Widening of a search: other words for the ones that were typed are searched for as well.

Each term that must be found is found by its other words too; what is excluded, quoted, or a number, is left as it is.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from archive.search import agency_names
from archive.search.query import Group, Query, Word, word_of
from archive.search.segment import BREAK
from archive.search.synonyms import LONGEST_WORD, folded, thesaurus

MOST_OF_A_WORD, MOST_OF_A_SEARCH = 16, 48
"""Words that are added for one that was typed, and for all together."""


def widened(connection: sqlite3.Connection, query: Query) -> Query:
    """Return the query with other words added, from the thesaurus and the archive's own names of agencies."""
    left = MOST_OF_A_SEARCH
    groups = []
    for group in query.groups:
        also = () if group.exclude else tuple(_also(connection, group))[:left]
        left -= len(also)
        groups.append(replace(group, also=also))
    return Query(tuple(groups))


def _also(connection: sqlite3.Connection, group: Group) -> Iterator[Word]:
    """Yield the words to add to a group, without those that are found with one of it anyway."""
    found = ["".join(word.units) for word in group.words]
    for word in group.words:
        left = MOST_OF_A_WORD
        for other in _others(connection, word):
            text = folded(other)
            if left and not any(each in text for each in found) and (added := word_of(other)):
                found.append(text)
                left -= 1
                yield added


def _others(connection: sqlite3.Connection, word: Word) -> Iterator[str]:
    """Return other words for one, those that the archive has first."""
    text = "".join(word.units)
    if word.quoted or word.prefix or word.glued or BREAK in word.units or len(text) > LONGEST_WORD:
        return iter(())
    return chain(agency_names.others(connection, text), thesaurus().others(text))
