"""Data stated in a page's scripts and attributes: names and the values given to them. Nothing is run.

Pure; nothing here raises, whatever a page holds.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

_QUOTE = r"(?:\\?[\"']|&quot;|&apos;|&#39;)"
_VALUE = rf"{_QUOTE}(.{{0,500}}?){_QUOTE}|(-?\d{{1,15}}(?:\.\d{{1,3}})?)(?![\w.])"
_PAIR = re.compile(rf"(?<![\w$-])([A-Za-z_]\w{{0,40}}){_QUOTE}?\s{{0,20}}:\s{{0,20}}(?:{_VALUE})")
_STRING = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*,?", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_MOST_OBJECTS = 5_000
_LONGEST_OBJECT = 1_000
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def stated(text: str, name: str) -> str | None:
    """The first value, a text in quotes or a number, that `text` gives to `name`: name:'x', "name": "x", name = 3."""
    match = re.search(rf"(?<![\w$-]){re.escape(name)}{_QUOTE}?\s{{0,20}}[:=]\s{{0,20}}(?:{_VALUE})", text)
    return (match[1] if match[1] is not None else match[2]) if match else None


def pairs(text: str) -> dict[str, str]:
    """Every name with its value in an object as scripts write it, {col:1, path:'/', …}; of equal names the first."""
    values: dict[str, str] = {}
    for match in _PAIR.finditer(text):
        values.setdefault(match[1], match[2] if match[2] is not None else match[3])
    return values


def objects(text: str) -> Iterator[tuple[Mapping[str, str], bool]]:
    """The names and values that stand in each object of a script, up to an object within it; and whether another follows in its list."""
    for piece in islice(text.split("{"), 1, _MOST_OBJECTS):
        inside, _, behind = piece[:_LONGEST_OBJECT].partition("}")
        yield pairs(inside), behind.strip() == ","


def first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The value of the first of `names` that has one, escapes resolved; "" where none has."""
    return next((unescaped(values[name]) for name in names if values.get(name)), "")


def strings(text: str, start: int) -> list[str]:
    """The texts of the array whose bracket stands at `start`, escapes resolved, up to what is no text."""
    values = []
    place = start + 1
    while text_match := _STRING.match(text, place):
        values.append(unescaped(text_match[1] if text_match[1] is not None else text_match[2]))
        place = text_match.end()
    return values


def unescaped(text: str) -> str:
    """The text that a script's string in quotes stands for: 热 for \\u70ed, / for \\/."""
    return _ESCAPE.sub(_resolved, text)


def _resolved(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else _CONTROLS.get(escape[2], escape[2])
