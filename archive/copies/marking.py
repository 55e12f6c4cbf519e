"""A place marked in a sanitised page: a list's row of one record, or a stretch of text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.copies.page_parts import joined

Element = Any  # an lxml element; lxml ships no types

MARK = "archive-mark"
"""The id of the marked element, so that an address can lead to it."""

_STYLE = "outline: 3px solid #9c2f2f; outline-offset: 2px; background-color: #ffe9a8; scroll-margin: 5rem"
_ROWS = frozenset({"tr", "li", "dl", "p"})
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class MarkedPlace:
    """A place on a page: the row that links to one of `addresses`;
    else the smallest element that holds the first of `texts` that is there.
    """

    addresses: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


NOWHERE = MarkedPlace()


def linked_row(body: Element, base: str, addresses: Iterable[str]) -> Element | None:
    """The row that links to one of these addresses, by whichever of the portal's hosts; None where there is none."""
    places = {_in_portal(address) for address in addresses} - {("", ""), ("/", "")}
    for link in body.iter("a"):
        if link.get("href") and _in_portal(joined(base, link.get("href"))) in places:
            return next((node for node in link.iterancestors() if node.tag in _ROWS), link)
    return None


def mark_place(body: Element, row: Element | None, texts: Iterable[str]) -> bool:
    """Mark a row, or where there is none the element that holds one of `texts`; return whether anything was marked.

    For masked pages alone: where a text was found would else tell what is masked.
    """
    place = row if row is not None else _first_holding(body, texts)
    if place is None:
        return False
    for node in body.xpath(".//*[@id=$mark]", mark=MARK):  # a page may have such an id of its own
        del node.attrib["id"]
    place.set("id", MARK)
    place.set("style", "; ".join(filter(None, (place.get("style", "").rstrip("; "), _STYLE))))
    return True


def _in_portal(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.path, parts.query


def _first_holding(body: Element, texts: Iterable[str]) -> Element | None:
    """Return the smallest element in which the first of `texts` stands that is there, white space aside."""
    whole = _plain("".join(body.itertext()))
    sought = next((text for text in map(_plain, texts) if text and text in whole), None)
    if sought is None:
        return None
    node = body
    while inner := [
        child for child in node if isinstance(child.tag, str) and sought in _plain("".join(child.itertext()))
    ]:
        node = inner[0]
    return node


def _plain(text: str) -> str:
    return _SPACE.sub("", text)
