"""Data stated in a page's scripts and attributes: names and the values given to them. Nothing is run.

Pure; nothing here raises, whatever a page holds.
"""

import re

_QUOTE = r"(?:\\?[\"']|&quot;|&apos;|&#39;)"
_VALUE = rf"{_QUOTE}(.{{0,500}}?){_QUOTE}|(-?\d{{1,15}}(?:\.\d{{1,3}})?)(?![\w.])"
_PAIR = re.compile(rf"(?<![\w$-])([A-Za-z_]\w{{0,40}}){_QUOTE}?\s{{0,20}}:\s{{0,20}}(?:{_VALUE})")
_STRING = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*,?", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def stated(text: str, name: str) -> str | None:
    """The first value, a text in quotes or a number, that `text` gives to `name`: name:'x', "name": "x", name = 3."""
    found = re.search(rf"(?<![\w$-]){re.escape(name)}{_QUOTE}?\s{{0,20}}[:=]\s{{0,20}}(?:{_VALUE})", text)
    return (found[1] if found[1] is not None else found[2]) if found else None


def pairs(text: str) -> dict[str, str]:
    """Every name with its value in an object as scripts write it, {col:1, path:'/', …}; of equal names the first."""
    said: dict[str, str] = {}
    for found in _PAIR.finditer(text):
        said.setdefault(found[1], found[2] if found[2] is not None else found[3])
    return said


def strings(text: str, start: int) -> list[str]:
    """The texts of the array whose bracket stands at `start`, escapes resolved, up to what is no text."""
    values = []
    place = start + 1
    while found := _STRING.match(text, place):
        values.append(_ESCAPE.sub(_resolved, found[1] if found[1] is not None else found[2]))
        place = found.end()
    return values


def _resolved(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else _CONTROLS.get(escape[2], escape[2])
