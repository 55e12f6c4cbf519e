"""Words that sound or look like others: for whoever typed another character, or a word's pinyin or its initials.

Sounds are without tones, and without what is often confused: zh and z, ng and n. Only the characters of GB 2312's first
level, which are in common use, stand in for another. `lookalikes.txt` has characters that look alike, a line each.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from pathlib import Path

from pypinyin import Style, lazy_pinyin, pinyin

_LOOKALIKES = Path(__file__).with_name("lookalikes.txt")
_COMMON = [
    bytes([high, low]).decode("gb2312")
    for high in range(0xB0, 0xD7)
    for low in range(0xA1, 0xFF)
    if (high, low) < (0xD7, 0xFA)
]
LEAST_BEGINNING = 4
"""Letters of pinyin from which on they may be the beginning of a word."""

_MOST_READINGS = 16
"""Ways to read a word aloud of which each is looked at: 还 is hai and huan."""

_HAN = re.compile(r"[一-龥]+")
_CONFUSED = (re.compile(r"^([zcs])h"), r"\1"), (re.compile(r"ng$"), "n")


@lru_cache(maxsize=32768)
def syllables(word: str) -> tuple[str, ...]:
    """Return the pinyin of a word's characters, without tones."""
    return tuple(lazy_pinyin(word, style=Style.NORMAL))


@lru_cache(maxsize=32768)
def readings(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways in which a word may be read, each as its syllables without tones, the likeliest first."""
    aloud = pinyin(word, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys((syllables(word), *islice(product(*aloud), _MOST_READINGS))))


def prepare(words: Iterable[str]) -> None:
    """Work out the pinyin of words, a tenth of a second for all that are known,
    before a reader's search has to wait for it.
    """
    _by_sound()
    for word in words:
        readings(word)
        sound(word)


@lru_cache(maxsize=32768)
def sound(word: str) -> tuple[str, ...]:
    """Return the syllables of a word, those alike that are often confused."""
    return tuple(map(_sound, syllables(word)))


def _sound(syllable: str) -> str:
    for confused, by in _CONFUSED:
        syllable = confused.sub(by, syllable)
    return syllable


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words by how they are spoken: by the letters of their pinyin,
    by these without what is often confused, by initials, by sound.
    """

    letters: Mapping[str, list[str]]
    slurred: Mapping[str, list[str]]
    initials: Mapping[str, list[str]]
    sounds: Mapping[tuple[str, ...], list[str]]

    def of_letters(self, typed: str) -> list[str]:
        """Return the words of which letters are the pinyin or the initials;
        without one, those that sound alike, or begin so.
        """
        whole = [*self.letters.get(typed, ()), *self.initials.get(typed, ())] or self.slurred.get(_slurred(typed), [])
        if whole or len(typed) < LEAST_BEGINNING:
            return whole
        return [word for letters, words in self.letters.items() if letters.startswith(typed) for word in words]


def _slurred(letters: str) -> str:
    """Return letters of pinyin without what is often confused, wherever its syllables begin and end."""
    return re.sub("(?<=[zcs])h|(?<=n)g", "", letters)


@lru_cache(maxsize=4)
def _spoken(words: tuple[str, ...]) -> _Spoken:
    """Return words by how they are spoken; worked out once for all that an archive knows."""
    spoken = _Spoken(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for word in words:
        for letters in dict.fromkeys(map("".join, readings(word))):
            spoken.letters[letters].append(word)
            spoken.slurred[_slurred(letters)].append(word)
        for initials in dict.fromkeys("".join(part[:1] for part in parts) for parts in readings(word)):
            spoken.initials[initials].append(word)
        spoken.sounds[sound(word)].append(word)
    return spoken


def one_other_character(word: str) -> Iterator[str]:
    """Yield a word of Han characters with one of them changed for one that sounds or looks like it."""
    if not _HAN.fullmatch(word):
        return
    for place, (character, heard) in enumerate(zip(word, sound(word), strict=True)):
        others = dict.fromkeys((*_by_look().get(character, ""), *_by_sound().get(heard, ())))
        yield from (word[:place] + other + word[place + 1 :] for other in others if other != character)


def words_in_a_row(letters: str, words: Iterable[str]) -> list[list[str]]:
    """Return for each of the fewest words that letters are the pinyin of, one behind another, those of that pinyin.

    Without such words, those that sound like them; none where nothing does.
    """
    spoken = _spoken(tuple(words))
    return _fewest(letters, spoken.letters) or _fewest(_slurred(letters), spoken.slurred)


def _fewest(letters: str, spelled: Mapping[str, list[str]]) -> list[list[str]]:
    """Return the fewest entries of `spelled` whose keys, one behind another, are these letters; none where none are."""
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
        yield from dict.fromkeys(_spoken(tuple(words)).of_letters(typed))
    elif _HAN.fullmatch(typed):
        yield from (word for word in _spoken(tuple(words)).sounds.get(sound(typed), ()) if word != typed)
