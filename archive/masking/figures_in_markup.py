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
_TURNING = re.compile(r"unicode-bidi\s*:\s*(?:isolate-|bidi-)override", re.IGNORECASE)


def set_figures(root: Element) -> None:
    """Leave out the readings above ruby text and what is hidden within a number; set raised and lowered figures as such
    (m²), and what an element turns around in the order in which one reads it.
    """
    etree.strip_elements(root, "rt", "rp", with_tail=False)
    for node in root.iter("sup", "sub"):
        figures = _RAISED if node.tag == "sup" else _LOWERED
        node.text = node.text and node.text.translate(figures)
    for node in dict.fromkeys((*elements_with(root, "hidden", "style"), *root.iter("bdo"))):
        if not node.text or node.find("*") is not None:
            continue
        style = node.get("style") or ""
        if _stands_in_a_number(node) and (node.get("hidden") is not None or _HIDING.search(style)):
            node.text = None
        elif _is_turned(node, style):
            node.text = node.text[::-1]


def _is_turned(node: Element, style: str) -> bool:
    """Whether an element's characters are read from its last to its first."""
    to_the_left = (node.get("dir") or "").lower() == "rtl" or "rtl" in style.lower()
    return to_the_left and (node.tag == "bdo" or _TURNING.search(style) is not None)


def _stands_in_a_number(node: Element) -> bool:
    previous = node.getprevious()
    before = node.getparent().text if previous is None else previous.tail
    return (before or "")[-1:].isdigit() and (node.tail or "")[:1].isdigit()
