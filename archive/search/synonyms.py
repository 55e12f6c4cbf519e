"""Words that mean the same, or that a person means besides:
short forms, everyday words, official terms, agencies' names.

Pure, but for the files. `synonyms.csv` and the operator's own file have a row for words that mean the same (`words`),
what is meant with them besides (`also`: 征收 with 拆迁, not the other way round), and the kind of catalogue they name.
`agency_forms.csv` has the names of each agency, and what has its duties today (`successor`: 卫健局 for 卫计局).
"""

import csv
import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, product
from pathlib import Path

from archive.labels.code_labels import KINDS
from archive.search.segment import units

VARIABLE = "DISCLOSURES_SYNONYMS"
"""The environment variable with the path of the operator's own file."""

SYNONYMS, AGENCY_FORMS = (Path(__file__).with_name(name) for name in ("synonyms.csv", "agency_forms.csv"))

LONGEST_WORD = 40
"""Characters of a word in which known ones are looked for."""

_MOST_COMBINED = 24
"""Combinations of other words for the parts of one word."""


class SynonymsError(ValueError):
    """An operator's file that can't be read; the message is one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """By word, in the form of `folded`: words that mean the same, words meant besides, the kind of catalogue.

    `words`: all of them, those meant besides included. `meaning`: the words with which each word is meant besides.
    `agencies`: the names of agencies.
    """

    same: Mapping[str, Sequence[str]]
    besides: Mapping[str, Sequence[str]]
    kinds: Mapping[str, str]
    words: Sequence[str]
    meaning: Mapping[str, Sequence[str]]
    agencies: Collection[str]

    def others(self, word: str) -> Iterator[str]:
        """Yield what means the same as a folded word, or as the words known within it."""
        if word in self.same:
            yield from self.same[word]
            return
        choices = [(part, *self.same.get(part, ())) for part in self.parts(word)]
        combined = islice(product(*choices), 1, _MOST_COMBINED + 1)
        yield from ("".join(parts) for parts in combined)

    def parts(self, word: str) -> list[str]:
        """Return a folded word cut into known words, the longest first, and what stands between them."""
        cut, start, place = [], 0, 0
        while place < len(word):
            known = next(
                (word[place:end] for end in range(len(word), place + 1, -1) if word[place:end] in self.same), ""
            )
            if known:
                cut += [word[start:place], known]
                start = place + len(known)
            place += len(known) or 1
        return [part for part in (*cut, word[start:]) if part]


def folded(word: str) -> str:
    """Return the letters and digits of a word in the form in which they are searched for."""
    return "".join(units(word[:LONGEST_WORD]))


def thesaurus() -> Thesaurus:
    """Return what the project's files and the operator's say; read once. Raises SynonymsError."""
    return _thesaurus(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=4)
def _thesaurus(own_file: str) -> Thesaurus:
    same: dict[str, dict[str, None]] = defaultdict(dict)
    besides: dict[str, dict[str, None]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    for row in (*_rows(SYNONYMS), *(_rows(Path(own_file)) if own_file else ())):
        words = row["words"].split()
        for word in map(folded, words):
            same[word] |= dict.fromkeys(words)
            besides[word] |= dict.fromkeys(row["also"].split())
            if row["kind"]:
                kinds[word] = row["kind"]
    agencies = _agencies()
    for word, names in agencies.items():
        same[word] |= dict.fromkeys(names)
    words = dict.fromkeys((*same, *map(folded, chain.from_iterable(besides.values()))))
    meaning: dict[str, list[str]] = defaultdict(list)
    for word, others in besides.items():
        for other in map(folded, others):
            meaning[other].append(word)
    return Thesaurus(
        _without_themselves(same), _without_themselves(besides), kinds, tuple(words), meaning, agencies.keys()
    )


def _without_themselves(others: Mapping[str, Mapping[str, None]]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(other for other in of if folded(other) != word) for word, of in others.items()}


def _agencies() -> dict[str, list[str]]:
    """Return the names of each agency by each of them: its own, then its successors', then those it succeeded."""
    rows = [(row["names"].split(), row["successor"].split()) for row in _read(AGENCY_FORMS)]
    row_of = {name: number for number, (names, _) in enumerate(rows) for name in names}
    after = {number: [row_of[name] for name in successors] for number, (_, successors) in enumerate(rows)}
    before: dict[int, list[int]] = defaultdict(list)
    for number, successors in after.items():
        for successor in successors:
            before[successor].append(number)
    related = {number: [number, *_onward(number, after), *_onward(number, before)] for number in after}
    return {folded(name): [each for of in related[number] for each in rows[of][0]] for name, number in row_of.items()}


def _onward(number: int, following: Mapping[int, Sequence[int]]) -> Iterator[int]:
    """Yield the rows that a row leads to, however many steps."""
    for each in following.get(number, ()):
        yield each
        yield from _onward(each, following)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: value or "" for name, value in row.items() if name} for row in csv.DictReader(file, strict=True)]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a file of synonyms. Raises SynonymsError."""
    try:
        rows = _read(path)
    except (OSError, ValueError, csv.Error) as error:
        raise SynonymsError(f"{path}: can't be read as CSV in UTF-8: {str(error).splitlines()[0]}") from error
    for number, row in enumerate(rows, 2):
        if not row.get("words", "").strip():
            raise SynonymsError(f"{path}: row {number} has no `words`; the columns are words, also, kind")
        if row.get("kind") and row["kind"] not in KINDS:
            raise SynonymsError(f"{path}: row {number}: kind = {row['kind']!r} must be one of {', '.join(KINDS)}")
        yield {"also": "", "kind": "", **row}
