"""The probable meaning of words that find little: other characters, pinyin, related words,
words of a sentence, parts of a long word.

Each is the whole search as it would be typed. Whether it finds more is for the caller to say; what finds nothing at all
is not among them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import chain, islice, product

from archive.database.several import Readable
from archive.labels.wording import county
from archive.search import cutting, engine, spelling
from archive.search.agency_names import bare_names
from archive.search.query import Group, Query, parse
from archive.search.segment import units
from archive.search.synonyms import LONGEST_WORD, thesaurus

FEW = 3
"""A search that finds no more than these has found few."""

MOST_SPELLINGS, MOST_RELATED, MOST_SPLITS = 3, 2, 2
_ONE_AFTER_ANOTHER = ("cut", "part")
"""Ways of which the first that finds something is taken, not the one that finds most."""

_TRIED = 12
"""Spellings and splits that find something, of which the ones that find most are taken."""

_COUNTED = 1000
"""Records that are counted of what a part of a word finds."""

_LONGEST_CUT = 14
"""Units of a word that is cut."""

_ALIKE, _NEARLY_THE_SAME = 0.6, 0.75
"""Shares of characters in common, by difflib's measure."""

_PAIR = 2
"""Characters of a word that are looked for one by one; of a longer one, pairs are."""

Reading = Callable[[str], Query]
"""The reading of words typed: with other words for them, or without."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A search to try. `how`: `spelled`, `related`, `cut`, `split` or `part`; `words`: what is new in it;
    `query`: all of it, as typed.
    """

    how: str
    words: str
    query: str


def meant(connection: Readable, search: engine.Search, reading: Reading) -> Iterator[Meant]:
    """Yield what was probably meant by a search, the likeliest first."""
    if search.query is None:
        return
    tried = _Tried(connection, search, reading)
    rare = [group for group in search.query.wanted if tried.is_rare(group)]
    places, words = _counties(connection), _words(connection)
    known = dict.fromkeys((*words, *places))
    letters = _letters(search.query)
    if letters and rare:
        spelled = spelling.words_alike(letters, known), _in_a_row(known, letters)
        yield from tried.best("spelled", None, dict.fromkeys(chain.from_iterable(spelled)), MOST_SPELLINGS)
    if len(rare) > 1:
        yield from tried.best("spelled", None, _all_respelled(search.query, rare, known), 1)
    cut = {group: cutting.Cut(_joined(group.words[0].units)[:LONGEST_WORD], places, words) for group in rare}
    for group in rare:
        yield from tried.best("cut", group, cut[group].within(), 1, parse)
    for group in rare:
        yield from tried.other_words(group, known)
    yield from tried.best("cut", None, _cut(search.query, cut, tried.weight), 1)
    unknown = [group for group in rare if _text(group) not in known]
    for group in unknown:
        yield from tried.best("split", group, _splits(_units(group)), MOST_SPLITS)
    for group in rare:
        part = tried.best("part", group, _parts(_units(group)), 1)
        yield from part or (tried.rarer(group) if group in unknown else [])


@dataclass(frozen=True, slots=True)
class _Tried:
    """Searches that differ from one in a group of words."""

    connection: Readable
    search: engine.Search
    reading: Reading

    def is_rare(self, group: Group) -> bool:
        """Whether a group is one word, neither quoted nor a number, that finds few by itself, without filters too."""
        alone, word = engine.Search(Query((group,))), group.words[0]
        plain = len(group.words) == 1 and not (word.quoted or word.glued or all(map(str.isdecimal, word.units)))
        return plain and engine.count_up_to(self.connection, alone, FEW + 1) <= FEW

    def weight(self, words: str) -> float:
        """Return how much a part of a word says, 0 where it finds nothing.

        What only asks says least, an agency less than what is asked of it, see `cutting.rank`; of anything else the
        longest says most, and what the thesaurus has a row for; then what finds fewest.
        """
        count = engine.count_up_to(self.connection, replace(self.search, query=self.reading(words)), _COUNTED)
        if not count or cutting.asks(words):
            return count and 1 / _COUNTED
        rank = cutting.AGENCY if words in thesaurus().agencies else cutting.rank(words)
        weight = rank if rank < cutting.MOST else (rank + (words in thesaurus().same)) * len(words)
        return weight + 1 / (count + 1)

    def other_words(self, group: Group, known: Collection[str]) -> list[Meant]:
        """Return other words in place of one: of one that nobody knows, those that sound or look alike, too."""
        text = _text(group)
        if text in known or len(text) == 1:
            return self.best("related", group, _related(text), MOST_RELATED)
        is_part = not text.isascii() and not engine.count_up_to(self.connection, engine.Search(Query((group,))), 1)
        longer = (word for word in known if is_part and text in word)
        return (
            self.best("related", group, longer, MOST_RELATED)
            or self.best("spelled", group, spelling.words_alike(text, known), MOST_SPELLINGS)
            or self.best("related", group, _written_alike(text, known), MOST_RELATED)
            or self.best("spelled", group, spelling.one_other_character(text), MOST_SPELLINGS, parse)
        )

    def best(
        self, how: str, group: Group | None, others: Iterable[str], most: int, reading: Reading | None = None
    ) -> list[Meant]:
        """Return those of `others` that find most in place of a group, or of all words;
        of cuts and parts the first that find something.

        `reading`: how it is found out whether one finds something, where that is not as for the whole search.
        """
        query = self.search.query or Query()
        counted: list[tuple[int, Meant]] = []
        for words in filter(None, others):
            read = (reading or self.reading)(words).groups
            groups = read if group is None else _replaced(query.groups, group, read)
            search = replace(self.search, query=Query(groups))
            if engine.count_up_to(self.connection, search, 1):
                text = words if group is None else query.written({group: words})
                counted.append((engine.count(self.connection, search), Meant(how, words, text)))
            if len(counted) == (most if how in _ONE_AFTER_ANOTHER else _TRIED):
                break
        return [each for _, each in sorted(counted, key=lambda pair: -pair[0])[:most]]

    def rarer(self, group: Group) -> list[Meant]:
        """Return the search for the rarer character of a word of two, as a part of it;
        none where neither is found, or the word has more.
        """
        pair = _units(group)
        if len(pair) != _PAIR or any(map(str.isascii, pair)):
            return []
        return self.best("part", group, pair, _PAIR)[-1:]


def _replaced(groups: Iterable[Group], group: Group, by: Iterable[Group]) -> tuple[Group, ...]:
    """Return `groups` with others in the place of one."""
    return tuple(chain.from_iterable(by if each is group else (each,) for each in groups))


def _text(group: Group) -> str:
    return "".join(group.words[0].units)[:LONGEST_WORD]


def _units(group: Group) -> tuple[str, ...]:
    """The units of a word without those that only ask."""
    text = _text(group)
    asked_of = cutting.without_asking(text)
    return (group.words[0].units if asked_of in {text, ""} else tuple(units(asked_of)))[:_LONGEST_CUT]


def _letters(query: Query) -> str:
    """The letters of a search in Latin letters alone, such as `jiao yu ju`; empty where there is anything else."""
    text = "".join(_text(group) for group in query.groups if not group.exclude)
    return text if re.fullmatch(r"[a-z]+", text) else ""


def _related(text: str) -> list[str]:
    """Return the words with which one is meant besides, those that share most characters with it;
    none where none shares any.
    """
    shared = {word: len(set(text).intersection(word)) for word in thesaurus().meaning.get(text, ())}
    most = max(shared.values(), default=0)
    return [word for word, number in shared.items() if number == most > 0]


def _written_alike(text: str, known: Collection[str]) -> list[str]:
    """Return the known words that have most of a word's characters in their order, but for those that ask; of letters,
    for they are few, nearly all. Where known words stand in it, which are found as its parts, only those of the same characters.
    """
    text = cutting.without_asking(text) or text
    near = [word for word in known if text not in known and len(set(text).intersection(word)) > 1]
    if any(word in text for word in near):
        near = [word for word in near if sorted(word) == sorted(text)]
    return get_close_matches(text, near, MOST_RELATED, _NEARLY_THE_SAME if text.isascii() else _ALIKE)


def _in_a_row(known: Iterable[str], letters: str) -> Iterator[str]:
    """Yield known words of which letters are the pinyin, one behind another."""
    yield from map(" ".join, islice(product(*spelling.words_in_a_row(letters, known)), _TRIED))


def _all_respelled(query: Query, rare: Iterable[Group], known: Iterable[str]) -> Iterator[str]:
    """Yield a search with each of its rare words as a known one that sounds like it,
    where there are some for at least two.
    """
    alike = {group: list(spelling.words_alike(_text(group), known)) for group in rare}
    respelled = {group: words for group, words in alike.items() if words}
    if len(respelled) > 1:
        chosen = islice(product(*respelled.values()), _TRIED)
        yield from (query.written(dict(zip(respelled, words, strict=True))) for words in chosen)


def _words(connection: Readable) -> Mapping[str, None]:
    """Return all known words, in order: the names of the archive's agencies, and those of the thesaurus."""
    return dict.fromkeys((*bare_names(connection), *thesaurus().words))


def _counties(connection: Readable) -> set[str]:
    """Return the names of the archive's counties, with and without 县."""
    names = {county(name) for (name,) in connection.execute("SELECT name FROM portals")}
    return names | {name[:-1] for name in names if len(name) > 2}


def _cut(query: Query, cut: Mapping[Group, cutting.Cut], weight: Callable[[str], float]) -> Iterator[str]:
    """Yield a search with its rare words cut, the fullest first; `weight`: how much a piece says."""
    tries = {group: each.searches(weight) for group, each in cut.items()}
    latest = {group: next(each, "") for group, each in tries.items()}
    yield query.written(latest)
    while found := {group: words for group, each in tries.items() if (words := next(each, None))}:
        latest |= found
        yield query.written(latest)


def _splits(cut: tuple[str, ...]) -> Iterator[str]:
    """Yield a word of two units or more as two, cut from the middle."""
    places = sorted(range(1, len(cut)), key=lambda place: abs(place - len(cut) / 2))
    yield from (f"{_joined(cut[:place])} {_joined(cut[place:])}" for place in places)


def _parts(cut: tuple[str, ...]) -> Iterator[str]:
    """Yield runs of two units or more, the longest first."""
    for length in range(len(cut) - 1, 1, -1):
        yield from (_joined(cut[start : start + length]) for start in range(len(cut) - length + 1))


def _joined(cut: Sequence[str]) -> str:
    """Return a word of units; numbers next to each other stay two (5·8)."""
    return re.sub(r"(?<=[0-9])\n(?=[0-9])", "·", "\n".join(cut)).replace("\n", "")
