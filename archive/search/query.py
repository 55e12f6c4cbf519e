"""The query language: what a person typed, as words and how they are joined, and the FTS5 expression that finds them.

Words with blanks between them must all be found; `|`, OR or 或 between two words asks for either; a leading - excludes;
"…" keeps together. Nothing else is syntax, and nothing a person can type is an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.model.printable import normal_form
from archive.search.segment import GAP, glue, marked, pairs, rows, units

LONGEST_QUERY = 1000
MOST_WORDS = 32
NOTHING = f'"{GAP}{GAP}"'
"""A MATCH expression that is valid and finds nothing (an empty one is an error in FTS5)."""

_MARKS: dict[str, str | int | None] = {
    "”": '"', "“": '"', "„": '"', "＂": '"', "　": " ", "\n": " ", "\r": " ", "｜": "|", "－": "-",
}  # fmt: skip
_ITEM = re.compile(r'(?P<bar>\|)|(?P<exclude>-?)(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"|]+))')
_PHRASE = re.compile(r'"([^"]*)"')
_PLAIN = re.compile(r"[^\s|\"-][^\s|\"]*")
_OR = {"OR", "或"}
_NUMBER_LIKE = re.compile(r"(?=.*[0-9])(?=.*[-/.])[0-9A-Za-z./-]+", re.ASCII)


def phrase(text: str) -> str:
    """The FTS5 expression that finds `text` as it stands; `text` must have a letter or a digit."""
    *before, last = rows(text)
    parts = [part for row in before for part in (pairs(row), row[-1], GAP)] + [pairs(last) or last[0]]
    expression = f'"{" ".join(filter(None, parts))}"'
    return expression + "*" if before and len(last) == 1 else expression


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: as written, and its units in order.

    `prefix`: a number that may go on. `glued`: an index number's start, run together. `quoted`: it stood in quotes.
    `besides`: nobody typed it, nor does it mean the same as what was typed, but whoever typed that may mean it.
    """

    written: str
    units: tuple[str, ...]
    prefix: bool = False
    glued: str = ""
    quoted: bool = False
    besides: bool = False

    def typed(self) -> str:
        """Return the word as it can stand among others."""
        plain = not self.quoted and _PLAIN.fullmatch(self.written)
        return self.written if plain else f'"{self.written}"'

    def match(self) -> str:
        """The word as an FTS5 expression; safe, for units are letters and digits only."""
        expression = phrase(self.written) + ("*" if self.prefix else "")
        return f'({expression} OR "{self.glued}"*)' if self.glued else expression


@dataclass(frozen=True, slots=True)
class Group:
    """Words of which one is enough; or, with `exclude`, of which none may be found.

    `also`: words that nobody typed and that do as well, see `archive.search.widening`.
    """

    words: tuple[Word, ...]
    exclude: bool = False
    also: tuple[Word, ...] = ()

    def written(self) -> str:
        """Return the words typed, as they can be typed."""
        return "-" * self.exclude + "|".join(word.typed() for word in self.words)

    def match(self) -> str:
        """The group as an FTS5 expression."""
        return _joined(" OR ", (word.match() for word in (*self.words, *self.also)))


@dataclass(frozen=True, slots=True)
class Query:
    """Groups that must all hold."""

    groups: tuple[Group, ...] = ()

    @property
    def wanted(self) -> tuple[Group, ...]:
        """The terms that must be found."""
        return tuple(group for group in self.groups if not group.exclude)

    @property
    def unwanted(self) -> tuple[Group, ...]:
        """The terms that must not be found."""
        return tuple(group for group in self.groups if group.exclude)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that may be found in a hit, those that were added included."""
        return tuple(word for group in self.wanted for word in (*group.words, *group.also))

    @property
    def also(self) -> tuple[str, ...]:
        """The words that were added to those typed."""
        return tuple(dict.fromkeys(word.written for group in self.wanted for word in group.also))

    def closely(self) -> "Query":
        """Return the query without the words that may be meant besides."""
        return Query(
            tuple(replace(group, also=tuple(word for word in group.also if not word.besides)) for group in self.groups)
        )

    def as_typed(self) -> "Query":
        """Return the query without the words that were added."""
        return Query(tuple(replace(group, also=()) for group in self.groups))

    def written(self, instead: Mapping[Group, str] | None = None) -> str:
        """The query as it can be typed; `instead`: other text for some of its groups, nothing to leave one out."""
        texts = ((instead or {}).get(group, group.written()) for group in self.groups)
        return " ".join(filter(None, texts))

    def match_wanted(self) -> str:
        """Return the terms that must be found as an FTS5 expression; empty where there are none."""
        return _joined(" AND ", (group.match() for group in self.wanted))

    def match_unwanted(self) -> str:
        """Return the terms that must not be found, each group enough to leave a record out."""
        return _joined(" OR ", (group.match() for group in self.unwanted))


def in_heads(expression: str) -> str:
    """The FTS5 expression that finds in heads alone what `expression`, of this module's making, finds anywhere."""
    return _PHRASE.sub(lambda found: f'"{marked(found[1])}"', expression)


def _joined(by: str, expressions: Iterable[str]) -> str:
    parts = list(expressions)
    return f"({by.join(parts)})" if len(parts) > 1 else "".join(parts)


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Parse a search as typed."""
    items = list(_ITEM.finditer(text[:LONGEST_QUERY].translate(str.maketrans(_MARKS))))
    groups: list[Group] = []
    either = False
    count = 0
    for place, found in enumerate(items):
        if found["bar"] or (not either and _is_or(items, place)):
            either = bool(groups)
            continue
        quoted = found["quoted"] is not None
        word = word_of(found["quoted"] if quoted else found["plain"], quoted=quoted)
        if word is None or count == MOST_WORDS:
            continue
        count += 1
        if either and not found["exclude"]:
            groups[-1] = Group((*groups[-1].words, word), groups[-1].exclude)
        else:
            groups.append(Group((word,), bool(found["exclude"])))
        either = False
    return Query(tuple(groups))


def _is_or(items: list[re.Match[str]], place: int) -> bool:
    """Whether an item is OR or 或 between two words; at the beginning and the end it is a word like any other."""
    written = items[place]["plain"]
    between = 0 < place < len(items) - 1 and not items[place]["exclude"]
    return bool(between and written and normal_form(written) in _OR)


def word_of(written: str, *, quoted: bool = False) -> Word | None:
    """The word that `written` is; None where it has no letter or digit."""
    cut = tuple(units(written))
    if not cut:
        return None
    number = normal_form(written).strip()
    number_like = len(glue(number)) >= 6 and _NUMBER_LIKE.fullmatch(number)
    lone_digits = len(cut) == 1 and cut[0].isascii() and cut[0].isdigit()
    year = len(cut[0]) == 4 and cut[0].startswith(("19", "20"))
    return Word(
        written=written,
        units=cut,
        prefix=lone_digits and len(cut[0]) >= 4 and not year,
        glued=glue(number) if number_like else "",
        quoted=quoted,
    )


def to_match(text: str | None) -> str:
    """`text`, as a person typed it, as an FTS5 expression over `records_fts`; never one that FTS5 rejects."""
    query = parse(text or "")
    wanted, unwanted = query.match_wanted(), query.match_unwanted()
    if not wanted:
        return NOTHING
    return f"{wanted} NOT {unwanted}" if unwanted else wanted
