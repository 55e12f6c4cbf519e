"""Sanitised style, which loads nothing: rules and declarations as they were, without imports, fonts and addresses.

An address of a captured image becomes the image itself, any other `none`.
Text that isn't CSS is left out, as browsers do.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

import tinycss2

from archive.copies.page_parts import Parts, joined

LONGEST = 1_000_000
"""Characters of style read of one page; the rest is left out."""

DEEPEST = 50
"""Style with brackets nested deeper is left out: no sheet needs that."""

_BRACKETS = re.compile(r"[()\[\]{}]")
_ENDLESS = re.compile(r"\d{1000}")
LONG_NUMBER = re.compile(r"\d{11}")  # as long as the shortest private number
_HOLDS_RULES = frozenset({"media", "supports", "layer", "container"})
_HOLDS_FRAMES = frozenset({"keyframes", "-webkit-keyframes"})
_ACTS = frozenset({"behavior", "-moz-binding", "src"})
_REORDERS = frozenset({"order", "unicode-bidi", "flex-direction", "flex-flow"})
"""Declarations that can set characters in another order than that in which they are masked."""
_COUNTS = frozenset({"counter-reset", "counter-set", "counter-increment"})
_FONTS = frozenset({"font", "font-family"})
_FETCHES = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element", "paint", "expression"})  # fmt: skip

Token = Any  # tinycss2 comes without types
_WITHOUT_SPACE = {"skip_comments": True, "skip_whitespace": True}
_NONE = tinycss2.parse_one_component_value("none")


def sanitise_sheet(text: str, base: str, parts: Parts) -> str:
    """Sanitise a style sheet that stood at the address `base`."""
    if not _is_readable(text):
        return ""
    return _escaped("\n".join(_rules(tinycss2.parse_stylesheet(text, **_WITHOUT_SPACE), base, parts)))


def sanitise_declarations(text: str, base: str, parts: Parts) -> str:
    """Sanitise the value of a `style` attribute."""
    if not _is_readable(text):
        return ""
    return _escaped("; ".join(_declarations(tinycss2.parse_blocks_contents(text, **_WITHOUT_SPACE), base, parts)))


def _is_readable(text: str) -> bool:
    """Return whether it can be read as CSS: brackets nested without end, or a number without end, can't."""
    steps = (1 if bracket in "([{" else -1 for bracket in _BRACKETS.findall(text))
    return max(accumulate(steps), default=0) <= DEEPEST and not _ENDLESS.search(text)


def _escaped(css: str) -> str:
    """Return `css` as it can stand in a page: without the one character that could end it."""
    return css.replace("<", "\\3c ")


def _rules(rules: Iterable[Token], base: str, parts: Parts) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule" and not LONG_NUMBER.search(tinycss2.serialize(rule.prelude)):
            yield _qualified(rule, base, parts)
        elif rule.type == "at-rule" and rule.lower_at_keyword in (_HOLDS_RULES | _HOLDS_FRAMES) and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, **_WITHOUT_SPACE)
            head = f"@{rule.lower_at_keyword}{tinycss2.serialize(rule.prelude)}"
            yield f"{head}{{{' '.join(_rules(inner, base, parts))}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in {"import", "font-face"}:
            parts.missing += 1


def _qualified(rule: Token, base: str, parts: Parts) -> str:
    inner = tinycss2.parse_blocks_contents(rule.content, **_WITHOUT_SPACE)
    return f"{tinycss2.serialize(rule.prelude)}{{{'; '.join(_declarations(inner, base, parts))}}}"


def _declarations(declarations: Iterable[Token], base: str, parts: Parts) -> Iterator[str]:
    for each in declarations:
        if each.type != "declaration" or each.lower_name in (_ACTS | _REORDERS) or _prints_digits(each):
            continue
        value = [_settled(token, base, parts) for token in each.value]
        if not _fetches(value):
            yield f"{each.name}:{tinycss2.serialize(value)}{'!important' if each.important else ''}"


def _prints_digits(declaration: Token) -> bool:
    """Return whether it can print digits, which could be a part of a number cut up: a text, an attribute, a counter's start."""
    kinds = {token.type for token in declaration.value}
    if declaration.lower_name in _COUNTS:
        return not kinds.isdisjoint({"number", "function"})
    if any(token.type == "function" and token.lower_name == "attr" for token in declaration.value):
        return True
    strings = (token.value for token in declaration.value if token.type == "string")
    return declaration.lower_name not in _FONTS and any(char.isdigit() for text in strings for char in text)


def _settled(token: Token, base: str, parts: Parts) -> Token:
    """Return a value's token, an address replaced by what was captured there."""
    address = _address(token)
    if address is None or address.startswith("#"):
        return token
    data = parts.picture(joined(base, address))
    return tinycss2.parse_one_component_value(f'url("{data}")') if data else _NONE


def _address(token: Token) -> str | None:
    if token.type == "url":
        return str(token.value)
    if token.type == "function" and token.lower_name == "url":
        return next((str(inner.value) for inner in token.arguments if inner.type == "string"), "")
    return None


def _fetches(tokens: Iterable[Token]) -> bool:
    """Return whether anything is left that a browser could ask for."""
    for token in tokens:
        if token.type == "url" or (token.type == "function" and token.lower_name == "url"):
            if not str(_address(token)).startswith(("data:image/", "#")):
                return True
        elif token.type == "function":
            if token.lower_name in _FETCHES or _fetches(token.arguments):
                return True
        elif token.type.endswith(" block") and _fetches(token.content):
            return True
    return False
