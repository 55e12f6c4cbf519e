"""A search in words: what was understood of it and, where it finds few or nothing, what would find more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, takewhile
from typing import Any

from archive.database.several import Readable
from archive.labels import wording
from archive.labels.code_labels import KINDS
from archive.labels.label import LABELS, Label
from archive.search import agency_names, cutting, engine
from archive.search.meant import Meant, meant
from archive.search.query import Group, Query, Word
from archive.search.request import FILTERS, GONE, STATE_CHOICES, SearchRequest, query_of, resolved
from archive.search.synonyms import folded, thesaurus

HOW = {
    "spelled": LABELS["suggestion.spelled"],
    "related": LABELS["suggestion.related"],
    "cut": LABELS["suggestion.cut"],
    "split": LABELS["suggestion.split"],
    "part": LABELS["suggestion.part"],
}
"""The words for each way in which something else may be meant."""

MOST_NAMES_TRIED = 6
"""Names of an agency, the typed one and others for it, that are looked up among publishers."""

MANY_MORE = 3
"""Times as many hits that make a search worth suggesting."""

_TAKEN_AWAY = (
    "(?:已经?|都)?被?(?:撤下|撤掉|撤走|撤除|删除|删掉|删去|删|下架|移除|消失|不见|没(?=了))(?:掉|了)?的?"
    "|(?<![a-z])(?:removed|withdrawn|deleted|disappeared|vanished)(?![a-z])"
)
_OF_WHAT_IS_GONE = re.compile(f"^(?:{_TAKEN_AWAY})|(?:{_TAKEN_AWAY})$")
"""The beginning or the end of a word that asks for records which are not listed any more: 被删的预算, 预算不见了."""

Changes = dict[str, Any]
"""Fields of a request, and what they become."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try: the request, and how many records it finds."""

    label: Label
    count: int
    request: SearchRequest

    @property
    def address(self) -> str:
        """Return the query string of the request."""
        return self.request.address()


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
    connection: Readable,
    requested: SearchRequest,
    search: engine.Search,
    portals: Mapping[str, str],
    total: int,
) -> Iterator[Suggestion]:
    """Yield what finds more than `search`, made of `requested`, which finds `total`;
    each with its count, the likeliest first.
    """
    known = {requested.address()}
    for label, changes in _tries(connection, requested, search, portals, total):
        request = replace(requested, **changes, page=1)
        if request.address() in known:
            continue
        known.add(request.address())
        count = engine.count(connection, resolved(connection, request, portals))
        if count > MANY_MORE * total:
            yield Suggestion(label, count, request)


def hints(
    connection: Readable, requested: SearchRequest, query: Query, portals: Mapping[str, str]
) -> Iterator[Suggestion]:
    """Yield filters that words of a search name: the kind of catalogue, the publisher, or that records are gone."""
    for group in query.wanted:
        for label, rest, filter_ in _named(connection, requested, group):
            request = replace(requested, words=query.written({group: rest}), page=1, **filter_)
            count = engine.count(connection, resolved(connection, request, portals))
            if count:
                yield Suggestion(label, count, request)


def _named(connection: Readable, requested: SearchRequest, group: Group) -> Iterator[tuple[Label, str, Changes]]:
    """Yield the filters that a word names, where no such filter is set, each with what is left of the word."""
    names = [folded(word.written) for word in (*group.words, *group.also) if not word.quoted]
    kind = thesaurus().kinds.get(names[0]) if names and len(group.words) == 1 else None
    if kind and not requested.kind:
        yield _labelled("kind", KINDS[kind]), "", {"kind": kind}
    # Names that the archive has come first among the words added.
    tried = names[:MOST_NAMES_TRIED]
    publisher = next((name for name in tried if agency_names.is_publisher(connection, name)), None)
    if publisher and not requested.publisher:
        yield _labelled("publisher", Label(publisher, publisher)), "", {"publisher": publisher}
    gone = _OF_WHAT_IS_GONE.search(names[0]) if names and len(group.words) == 1 else None
    if gone and not requested.state:
        rest = names[0][: gone.start()] + names[0][gone.end() :]
        yield _labelled("state", STATE_CHOICES[GONE]), cutting.without_asking(rest), {"state": GONE}


def _labelled(name: str, value: Label) -> Label:
    return Label(f"{FILTERS[name].zh}：{value.zh}", f"{FILTERS[name].en}: {value.en}")


def _tries(
    connection: Readable,
    requested: SearchRequest,
    search: engine.Search,
    portals: Mapping[str, str],
    total: int,
) -> Iterator[tuple[Label, Changes]]:
    """Yield what might find more: a label, and what changes of the request."""

    def reading(words: str) -> Query:
        return query_of(connection, replace(requested, words=words)) or Query()

    # To take words apart helps where they find nothing; where they find little, only other words are worth telling.
    wanted = meant(connection, search, reading)
    for each in _whole_words(wanted) if total else wanted:
        yield HOW[each.how].format(words=each.words), {"words": each.query}
    if total:
        return
    narrowed = requested.filters()
    for name in narrowed:
        yield LABELS["suggestion.filter"].format(zh=FILTERS[name].zh, en=FILTERS[name].en), {name: ""}
    everywhere = dict.fromkeys(narrowed, "")
    if len(narrowed) > 1:
        yield LABELS["suggestion.filters"], everywhere
    for label, changes in chain(_in_place(requested, portals), _other_words(search.query or Query())):
        yield label, changes
        if narrowed:
            yield LABELS["suggestion.both"].format(zh=label.zh, en=label.en), everywhere | changes


def _whole_words(wanted: Iterator[Meant]) -> Iterator[Meant]:
    """Yield the other words among what was probably meant, which come before splits and parts."""
    first = takewhile(lambda each: each.how in ("spelled", "related", "cut"), wanted)
    yield from (each for each in first if each.how != "cut")


def _in_place(requested: SearchRequest, portals: Mapping[str, str]) -> Iterator[tuple[Label, Changes]]:
    """Yield the request with the county that its words begin with as a filter."""
    for name in portals.values():
        county = wording.county(name)
        rest = requested.words.removeprefix(county).strip()
        if rest != requested.words and rest and not requested.portal:
            yield LABELS["suggestion.place"].format(place=county, words=rest), {"words": rest, "portal": county}


def _other_words(query: Query) -> Iterator[tuple[Label, Changes]]:
    """Yield the request with fewer words, or with any of them."""
    groups = query.wanted
    if query.unwanted and groups:
        yield LABELS["suggestion.exclusions"], {"words": Query(groups).written()}
    if len(groups) > 2:
        for group in groups:
            changes = {"words": query.written({group: ""})}
            yield LABELS["suggestion.without"].format(words=group.written()), changes
    if len(groups) > 1:
        for group in groups:
            yield LABELS["suggestion.only"].format(words=group.written()), {"words": group.written()}
        typed = (word.typed() for group in groups for word in group.words)
        yield LABELS["suggestion.any"], {"words": " | ".join(typed)}
