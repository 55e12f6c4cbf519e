"""Numbers in the tree of a web page, set as one reads them on: without what is hidden in them or stands above the line."""

import re
from typing import Any

from lxml import etree

from archive.masking.attributes import elements_with

Element = Any  # an lxml element; lxml ships no types

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|color\s*:\s*transparent|clip\s*:\s*rect|(?:left|top|indent)\s*:\s*-\d{3}"
    r"|(?:font-size|opacity|width|height)\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)
_ORDER = re.compile(r"(?<![\w-])order\s*:\s*(-?\d{1,9})(?!\d)", re.IGNORECASE)
_LONGEST = 19
"""Digits of the longest number that is set in another order than it is written."""
_NUMBER = re.compile(rf"[\dXx]{{2,{_LONGEST}}}")
_TURNING = re.compile(r"unicode-bidi\s*:\s*(?:isolate-|bidi-)override", re.IGNORECASE)


def set_figures(root: Element) -> None:
    """Leave out the readings above ruby text and what is hidden within a number; set raised and lowered figures as such
    (m²), and what an element turns around, or a style sets in another order, in the order in which one reads it.
    """
    etree.strip_elements(root, "rt", "rp", with_tail=False)
    for node in root.iter("sup", "sub"):
        figures = _RAISED if node.tag == "sup" else _LOWERED
        node.text = node.text and node.text.translate(figures)
    styled = elements_with(root, "style")
    for holder in dict.fromkeys(node.getparent() for node in styled if _ORDER.search(node.get("style"))):
        if holder is not None and _is_of_figures(holder):
            holder[:] = sorted(holder, key=_place)
    for node in dict.fromkeys((*elements_with(root, "hidden"), *styled, *root.iter("bdo"))):
        if not node.text or node.find("*") is not None:
            continue
        style = node.get("style") or ""
        if _stands_in_a_number(node) and (node.get("hidden") is not None or _HIDING.search(style)):
            node.text = None
        elif _is_turned(node, style):
            node.text = node.text[::-1]


def _is_of_figures(holder: Element) -> bool:
    """Whether an element holds, in several elements and nowhere else, the figures of one number."""
    if not 2 <= len(holder) <= _LONGEST or any(len(node) for node in holder):
        return False
    if any((text or "").strip() for text in (holder.text, *(node.tail for node in holder))):
        return False
    return _NUMBER.fullmatch("".join((node.text or "").strip() for node in holder)) is not None


def _place(node: Element) -> int:
    """Where a style sets an element among those beside it."""
    order = _ORDER.search(node.get("style") or "")
    return int(order[1]) if order else 0


def _is_turned(node: Element, style: str) -> bool:
    """Whether an element's characters are read from its last to its first."""
    to_the_left = (node.get("dir") or "").lower() == "rtl" or "rtl" in style.lower()
    return to_the_left and (node.tag == "bdo" or _TURNING.search(style) is not None)


def _stands_in_a_number(node: Element) -> bool:
    previous = node.getprevious()
    before = node.getparent().text if previous is None else previous.tail
    return (before or "")[-1:].isdigit() and (node.tail or "")[:1].isdigit()
