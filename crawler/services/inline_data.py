"""Data stated in a page's scripts and attributes: names and the values given to them. Nothing is run.

Pure; nothing here raises, whatever a page holds.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from lxml import etree

from crawler.extract.text import Element

QUOTE = r"(?:\\?[\"']|&quot;|&apos;|&#39;)"
_VALUE = rf"{QUOTE}(.{{0,500}}?){QUOTE}|(-?\d{{1,15}}(?:\.\d{{1,3}})?)(?![\w.])"
_PAIR = re.compile(rf"(?<![\w$-])([A-Za-z_]\w{{0,40}}){QUOTE}?\s{{0,20}}:\s{{0,20}}(?:{_VALUE})")
_STRING = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*,?", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<mark>[{}\[\]:,])|(?P<string>\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|`(?:[^`\\]|\\.)*+`)|(?P<word>(?:new\s)?[\w$.+!-]++(?:\([^()]{0,99}\))?)"
    r"|(?P<none>\s++|//[^\n]*+|/\*.*?(?:\*/|\Z))",
    re.DOTALL,
)
_LITERAL = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_GIVEN = re.compile(r"(?:=|\(|\A|\breturn\b)\s{0,20}(?:(?P<parsed>JSON\.parse\(\s{0,20}(?=[\"'`]))|(?=[{\[]))")
_COLON_AND_QUOTE = re.compile(r":\s{0,20}+(?:\\{0,9}[\"'`]|&(?:quot|apos|#0{0,9}3[49]|#[xX]0{0,9}2[27])\b)")
"""In a page as it came, where a value in quotes begins, however they are written; it begins with a sign, for which a search is quick."""

_TEXT = r"(\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`)"
_WRITTEN = re.compile(rf"\bdocument\.write(?:ln)?\(\s{{0,20}}{_TEXT}\s{{0,20}}\)", re.DOTALL)
_VARIABLE = re.compile(
    rf"(?:\b(?:var|let|const)\s++|,\s*+)([A-Za-z_$][\w$]{{0,40}}+)\s*+=\s*+{_TEXT}(?=[ \t]*+(?:[;,\r\n}}]|\Z))(?!\s*+\+)",
    re.DOTALL,
)
"""A variable and the text that it is given, alone and not put together from parts."""

_LINK = re.compile(r"<a\s", re.IGNORECASE)
_BEGIN_LINK = ("<a", "<A", "\\u003c", "\\u003C", "\\x3c", "\\x3C")
"""In a script, where a link may begin. Those of most pages hold none."""

_MOST_NAMED = 200
_ATTRIBUTES = etree.XPath(".//@*[starts-with(., '{')]")
_DECODER = json.JSONDecoder(strict=False)
_COLON = re.compile(r"\s*:")
_ANOTHER = re.compile(r"\s*+(?:,|\)\s*+;?\s*+[\w.$]{1,40}\.push\(|;\s*+[\w.$]{1,40}\[\d{1,4}\]\s*+=)\s*+")
"""Between two objects of a list: a comma, or a call or an assignment that puts the next one in."""

_OPENING, _CLOSING = frozenset("{["), frozenset("}]")
_DEEPEST = 12
_TEXTS = etree.XPath(
    ".//*[self::div or self::span or self::pre or self::textarea]/text()[starts-with(normalize-space(.), '{')]"
)
_MOST_VALUES = 50
_MOST_TOKENS = 200_000
_LONGEST_SCRIPT = 1_000_000
_MOST_OBJECTS = 5_000
_LONGEST_OBJECT = 1_000
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}


def stated(text: str, name: str) -> str | None:
    """The first value, a text in quotes or a number, that `text` gives to `name`: name:'x', "name": "x", name = 3."""
    match = re.search(rf"(?<![\w$-]){re.escape(name)}{QUOTE}?\s{{0,20}}[:=]\s{{0,20}}(?:{_VALUE})", text)
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
        yield pairs(inside), _ANOTHER.fullmatch(behind) is not None


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
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _CONTROLS.get(escape[3], escape[3])


def may_hold_texts(page: str) -> bool:
    """Whether scripts or attributes of a page as it came may hold an object with a text in it. Most pages hold none."""
    return _COLON_AND_QUOTE.search(page) is not None or "JSON.parse" in page


def values(root: Element) -> Iterator[Any]:
    """The objects and lists that the scripts of a page give to names or functions, and that attributes and texts of its elements are."""
    for script in _scripts(root):
        yield from islice(_given(script), _MOST_VALUES)
    for text in islice((*_ATTRIBUTES(root), *map(str.lstrip, _TEXTS(root))), _MOST_VALUES):
        yield value_at(text, 0)[0]


def _scripts(root: Element) -> Iterator[str]:
    """The scripts that stand in a page itself, up to so many of them and so much of each."""
    texts = (script.text for script in root.iter("script") if script.text and script.get("src") is None)
    return (text[:_LONGEST_SCRIPT] for text in islice(texts, _MOST_VALUES))


def _hidden_fields(root: Element) -> Iterator[tuple[str, str]]:
    """The hidden fields of a page by name and value."""
    fields = (field for field in root.iter("input") if field.get("type") == "hidden" and field.get("value") is not None)
    named = ((field.get("id") or field.get("name"), field.get("value")) for field in fields)
    return islice((each for each in named if each[0] is not None), _MOST_NAMED)


def _given(script: str) -> Iterator[Any]:
    start = 0
    while place := _GIVEN.search(script, start):
        value, end = value_at(script, place.end())
        if place["parsed"] and isinstance(value, str):
            value, _ = value_at(value, 0)
        if isinstance(value, dict | list):
            yield value
        start = max(end, place.end())


def named_texts(root: Element) -> dict[str, str]:
    """The texts that scripts of a page give to variables, and its hidden fields hold, by their names; none of a name with several."""
    given = (text for script in _scripts(root) for text in islice(_VARIABLE.finditer(script), _MOST_NAMED))
    named = ((text[1], unescaped(text[2][1:-1])) for text in given)
    texts: dict[str, str] = {}
    several: set[str] = set()
    for name, text in chain(named, _hidden_fields(root)):
        if text.strip() and texts.setdefault(name, text) != text:
            several.add(name)
    return {name: text for name, text in texts.items() if name not in several}


def written_markup(root: Element) -> str:
    """The markup with links that scripts hold and write into a page as it stands: document.write('<li>…</li>'), not what they put together."""
    scripts = list(_scripts(root))
    fields = (value for _, value in _hidden_fields(root))
    if not any(sign in text for text in (*scripts, *fields) for sign in _BEGIN_LINK):
        return ""
    texts = (text for script in scripts for text in islice(_WRITTEN.finditer(script), _MOST_OBJECTS))
    shown = (text for text in named_texts(root).values() if _LINK.search(text))
    return "".join((*(unescaped(text[1][1:-1]) for text in texts), *shown))


def value_at(text: str, start: int) -> tuple[Any, int]:
    """The value that stands at `start` as JSON or as scripts write it, {name: 'x', }, and where it ends.

    None where there is none, and where that became sure: who looks for the next begins there, and reads no text twice.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        written, end = _as_json(text, start)
    try:
        return json.loads(written, strict=False), end
    except (ValueError, RecursionError):
        return None, end


def _as_json(text: str, start: int) -> tuple[str, int]:
    """A script's value written as JSON, and where it ends; "" where it is none, and where that became sure.

    What scripts call by a name becomes null.
    """
    written: list[str] = []
    depth = 0
    for token in islice(_TOKEN.finditer(text, start), _MOST_TOKENS):
        if token.start() != start:  # behind what no value holds
            break
        start = token.end()
        if not token["none"]:
            if token[0] in _CLOSING and written[-1:] == [","]:
                written.pop()
            written.append(token["mark"] or _scalar(token))
            depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        if written and not depth:
            return "".join(written), start
    return "", start


def _scalar(token: re.Match[str]) -> str:
    if token["string"]:
        return json.dumps(unescaped(token[0][1:-1]))
    if _COLON.match(token.string, token.end()):
        return json.dumps(token[0])
    return token[0] if _LITERAL.fullmatch(token[0]) else "null"


def objects_in(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """The object that a value is, and those in it one in another, the outer ones first.

    What stands in a list is one of many; what an object that is alone in one holds is not.
    """
    level = [value]
    for _ in range(_DEEPEST):
        level = [each for each in level if isinstance(each, dict)][:_MOST_OBJECTS]
        yield from level
        held = [inner for each in level for inner in each.values()]
        alone = (
            inner[0] for inner in held if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], dict)
        )
        level = [*held, *(inner for each in alone for inner in each.values())]
