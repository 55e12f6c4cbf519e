"""From a page's text to its tree, whatever the text."""

import re

from lxml import etree

from crawler.extract.text import Element

# lxml's own parser class: elements of lxml.html are made by Python code, at three times the cost of reading a page.
_PARSER = etree.HTMLParser(encoding="utf-8", recover=True, huge_tree=True, remove_pis=True)
SURROGATES = re.compile("[\ud800-\udfff]")
_LONG_TAG = re.compile(r"<([a-zA-Z][\w:-]*)([^<>]{20000,})")
_MOST_ATTRIBUTES = 2_000
_DEEPEST = 2_048
"""Elements within one another that the parser takes; it leaves out what stands deeper."""

_TAG = re.compile(r"<(/?)[a-zA-Z]")


def parse_html(text: str) -> Element:
    """The root element of a page; an empty one for a page without any markup or text."""
    if len(text) > 20_000:
        text = _LONG_TAG.sub(_without_crowd, text)
    try:
        root = etree.fromstring(_encoded(text), parser=_PARSER)
    except etree.XMLSyntaxError:
        root = None
    return etree.fromstring(b"<html><body></body></html>", parser=_PARSER) if root is None else root


def nests_too_deep(text: str) -> bool:
    """Whether elements of a page stand in one another so deep that the parser leaves out what is within."""
    if text.count("<") < _DEEPEST:
        return False
    depth = deepest = 0
    for tag in _TAG.finditer(text):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    if deepest < _DEEPEST:
        return False
    parse_html(text)  # which knows the elements that have no end tag
    return any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in _PARSER.error_log)


def _without_crowd(tag: re.Match[str]) -> str:
    """A tag without its attributes where they are thousands, over which the parser takes seconds: it compares each with all."""
    crowd = len(tag[2].split(None, _MOST_ATTRIBUTES)) > _MOST_ATTRIBUTES
    return f"<{tag[1]} " if crowd else tag[0]


def _encoded(text: str) -> bytes:
    """`text` in UTF-8 without what a tree can't hold; looked for only where it is, for nearly all pages have none."""
    try:
        return text.replace("\x00", "").encode()
    except UnicodeEncodeError:
        return SURROGATES.sub("", text.replace("\x00", "")).encode()
