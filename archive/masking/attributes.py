"""Attributes of elements: bounded before a parser reads them, and the elements that have one, in linear time. Pure.

A parser looks each attribute of an element up among those before it, so that time grows with the square of their number.
"""

import re
from functools import cache
from typing import Any

from lxml import etree

MOST_ATTRIBUTES = 500
"""Attributes of one element that are read."""

_LONG_TAG = re.compile(f"<[A-Za-z][^>]{{{2 * MOST_ATTRIBUTES - 1}}}")
_BRACKET_IN_VALUE = re.compile(r"""=[ \t\n\f\r]*+(?:"[^">]*+>|'[^'>]*+>)""")
"""Either is in every tag with more, which may go on behind a bracket in a value; most pages have neither."""

_GAP, _NO_GAP = r"[ \t\n\f\r/]*+", r"[^ \t\n\f\r/>"  # no other blank parts attributes
_VALUE = r"""(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:"[^"]*+"?|'[^']*+'?|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?+)?+"""
_ATTRIBUTE = f"(?:{_GAP}{_NO_GAP}]{_NO_GAP}=]*+{_VALUE})"
_TAG = re.compile(
    rf"<(?:(!--)(?:-?>)?|(?:[!?]|/(?![A-Za-z]))[^>]*+>?|(/?[A-Za-z]{_NO_GAP}]*+){_ATTRIBUTE}{{0,{MOST_ATTRIBUTES}}}+)"
)
_MORE = re.compile(f"{_ATTRIBUTE}*+")
_END = re.compile(f"{_GAP}>?")
_END_OF_COMMENT = re.compile(r"--!?>|\Z")
_END_OF_TEXT = {
    name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])|\Z", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
"""The end of the elements within which a parser knows no tag."""


def with_few_attributes(markup: str) -> str:
    """Return `markup` without the attributes of any element beyond MOST_ATTRIBUTES."""
    if not _LONG_TAG.search(markup) and not _BRACKET_IN_VALUE.search(markup):
        return markup
    pieces, kept, at = [], 0, 0
    while tag := _TAG.search(markup, at):
        at = tag.end()
        if tag[2] is None:
            at = _end_of(_END_OF_COMMENT, markup, at) if tag[1] and not tag[0].endswith(">") else at
            continue
        end, more = at, _MORE.match(markup, at)
        if more and more.end() > end:
            pieces.append(markup[kept:end])
            end = kept = more.end()
        closed = _END.match(markup, end)
        at = closed.end() if closed else end
        text = _END_OF_TEXT.get(tag[2].lower())
        if text and markup[end:at].endswith(">") and not markup[end:at].endswith("/>"):
            at = _end_of(text, markup, at)
    return "".join([*pieces, markup[kept:]]) if pieces else markup


def _end_of(pattern: re.Pattern[str], markup: str, at: int) -> int:
    """Return where the next match of a pattern ends, which has one at the end of the text."""
    found = pattern.search(markup, at)
    return found.end() if found else at


def elements_with(root: Any, *names: str) -> list[Any]:  # noqa: ANN401 - lxml ships no types
    """Return the elements in `root`, itself among them, that have one of these attributes: by attribute, then in their order.

    Few have: to find the attributes takes a fifth of the time that `//*[@a or @b]` takes; `//@a/..` takes the square.
    """
    return list(dict.fromkeys(value.getparent() for name in names for value in _values(name)(root)))


@cache
def _values(name: str) -> etree.XPath:
    return etree.XPath(f".//@{name}")
