"""A search in words: what was understood of it and, where it finds nothing, what would find something."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from archive.labels.label import LABELS, Label
from archive.search import engine
from archive.search.query import Group, Query, Word, parse
from archive.search.request import FILTERS, SearchRequest

MOST_SUGGESTIONS = 8
LEAST_CUT = 4
"""A word of fewer characters is not cut in two."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try, how many records it finds, and its address."""

    label: Label
    count: int
    address: str


def in_words(query: Query | None) -> Label | None:
    """Say a query in words; None where it has no words."""

    def group(words: tuple[Word, ...], between: str, brackets: str) -> str:
        quoted = [f"“{word.written}”" for word in words]
        return quoted[0] if len(quoted) == 1 else f"{brackets[0]}{between.join(quoted)}{brackets[1]}"

    if query is None or not query.wanted:
        return None
    zh = " 且 ".join(group(each.words, " 或 ", "（）") for each in query.wanted)
    en = " and ".join(group(each.words, " or ", "()") for each in query.wanted)
    if query.unwanted:
        left_out = [word for each in query.unwanted for word in each.words]
        zh += f"，不含 {group(tuple(left_out), ' 或 ', '（）')}"
        en += f", without {group(tuple(left_out), ' or ', '()')}"
    return Label(zh, en)


def suggestions(
    connection: sqlite3.Connection, requested: SearchRequest, search: engine.Search
) -> tuple[Suggestion, ...]:
    """Return what finds something where `search`, made of `requested`, finds nothing; each with its count."""
    tries = (
        Suggestion(label, count, address)
        for label, address, tried in _tries(requested, search)
        if (count := engine.count(connection, tried))
    )
    return tuple(islice(tries, MOST_SUGGESTIONS))


def _tries(requested: SearchRequest, search: engine.Search) -> Iterator[tuple[Label, str, engine.Search]]:
    """Yield what might find something: label, address, search."""
    narrowed = requested.filters()
    for name in narrowed:
        label = LABELS["suggestion.filter"].format(zh=FILTERS[name].zh, en=FILTERS[name].en)
        yield label, requested.address(**{name: ""}), _without(search, name)
    everywhere, bare = dict.fromkeys(narrowed, ""), replace(search, filters=engine.Filters())
    if len(narrowed) > 1:
        yield LABELS["suggestion.filters"], requested.address(**everywhere), bare
    for label, words in _other_words(search.query or Query()):
        yield label, requested.address(words=words), replace(search, query=parse(words))
        if narrowed:
            both = LABELS["suggestion.both"].format(zh=label.zh, en=label.en)
            yield both, requested.address(words=words, **everywhere), replace(bare, query=parse(words))


def _without(search: engine.Search, name: str) -> engine.Search:
    """The same search, not narrowed by one thing."""
    nothing = engine.Filters()
    fields = {"portal": ("portals",), "state": ("states",), "publisher": ("publisher", "publisher_has")}.get(
        name, (name,)
    )
    return replace(search, filters=replace(search.filters, **{field: getattr(nothing, field) for field in fields}))


def _other_words(query: Query) -> Iterator[tuple[Label, str]]:
    """Other words than the requested ones: fewer, any of them, shorter ones."""
    groups = query.wanted
    if query.unwanted and groups:
        yield LABELS["suggestion.exclusions"], _written(groups)
    if len(groups) > 1:
        yield LABELS["suggestion.any"], " | ".join(_word(word) for word in query.words)
        for group in groups:
            kept = _written((group,))
            yield LABELS["suggestion.only"].format(words=kept), kept
    for word in query.words:
        if len(word.units) >= LEAST_CUT and re.fullmatch(r"[^\W0-9_a-zA-Z]+", word.written):
            middle = len(word.written) // 2
            parts = f"{word.written[:middle]} {word.written[middle:]}"
            yield LABELS["suggestion.split"].format(words=parts), parts


def _written(groups: tuple[Group, ...]) -> str:
    return " ".join("|".join(_word(word) for word in group.words) for group in groups)


def _word(word: Word) -> str:
    """A word as it can stand among others."""
    return word.written if re.fullmatch(r"[^\s|\"-][^\s|\"]*", word.written) else f'"{word.written}"'
