"""Words that sound or look like others: for whoever typed another character, or a word's pinyin or its initials.

Sounds are without tones, and without what is often confused: zh and z, ng and n. Only the characters of GB 2312's first
level, which are in common use, stand in for another. `lookalikes.txt` has characters that look alike, a line each.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin

_LOOKALIKES = Path(__file__).with_name("lookalikes.txt")
_COMMON = [
    bytes([high, low]).decode("gb2312")
    for high in range(0xB0, 0xD7)
    for low in range(0xA1, 0xFF)
    if (high, low) < (0xD7, 0xFA)
]
LEAST_BEGINNING = 4
"""Letters of pinyin from which on they may be the beginning of a word."""

_HAN = re.compile(r"[一-龥]+")
_CONFUSED = (re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"ng$"), "n")


@lru_cache(maxsize=32768)
def syllables(word: str) -> tuple[str, ...]:
    """Return the pinyin of a word's characters, without tones."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


def prepare(words: Iterable[str]) -> None:
    """Work out the pinyin of words, a tenth of a second for all that are known, before a reader's search has to wait for it."""
    for word in words:
        syllables(word)


def sound(word: str) -> tuple[str, ...]:
    """Return the syllables of a word, those alike that are often confused."""
    return tuple(map(_sound, syllables(word)))


def _sound(syllable: str) -> str:
    for confused, by in _CONFUSED:
        syllable = confused.sub(by, syllable)
    return syllable


def _of_letters(letters: str, words: Iterable[str]) -> list[str]:
    """Return the words of which letters are the pinyin or the initials; without one, those of which they are the beginning."""
    spelled = [(word, syllables(word)) for word in words]
    whole = [word for word, parts in spelled if letters in {"".join(parts), "".join(part[:1] for part in parts)}]
    if whole or len(letters) < LEAST_BEGINNING:
        return whole
    return [word for word, parts in spelled if "".join(parts).startswith(letters)]


def one_other_character(word: str) -> Iterator[str]:
    """Yield a word of Han characters with one of them changed for one that sounds or looks like it."""
    if not _HAN.fullmatch(word):
        return
    for place, (character, heard) in enumerate(zip(word, sound(word), strict=True)):
        others = dict.fromkeys((*_by_look().get(character, ""), *_by_sound().get(heard, ())))
        yield from (word[:place] + other + word[place + 1 :] for other in others if other != character)


def words_in_a_row(letters: str, words: Iterable[str]) -> list[list[str]]:
    """Return for each of the fewest words that letters are the pinyin of, one behind another, those of that pinyin; none where they are not."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for word in words:
        spelled["".join(syllables(word))].append(word)
    longest = max(map(len, spelled), default=0)
    fewest: list[list[list[str]] | None] = [[], *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for begin in range(max(0, end - longest), end):
            before, found = fewest[begin], spelled.get(letters[begin:end])
            shortest = fewest[end]
            if before is not None and found and (shortest is None or len(before) < len(shortest) - 1):
                fewest[end] = [*before, found]
    return fewest[-1] or []


@lru_cache(maxsize=1)
def _by_sound() -> Mapping[str, list[str]]:
    """Return common characters by their most common sound."""
    characters: dict[str, list[str]] = defaultdict(list)
    for character in _COMMON:
        characters[sound(character)[0]].append(character)
    return characters


@lru_cache(maxsize=1)
def _by_look() -> Mapping[str, str]:
    groups = _LOOKALIKES.read_text(encoding="utf-8").split()
    others: dict[str, str] = defaultdict(str)
    for group in groups:
        for character in group:
            others[character] += group
    return others


def words_alike(typed: str, words: Iterable[str]) -> Iterator[str]:
    """Yield those of `words` that are meant by pinyin, where that is typed, or else sound like what is typed."""
    if re.fullmatch(r"[a-z]{2,40}", typed):
        yield from _of_letters(typed, words)
    elif _HAN.fullmatch(typed):
        sounds = sound(typed)
        yield from (word for word in words if len(word) == len(typed) and word != typed and sound(word) == sounds)
