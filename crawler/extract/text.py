"""The text a reader sees in an element: on one line, or in lines as the page shows them."""

import re
from typing import Any

from lxml import etree

from crawler.extract.labels import tidy

Element = Any  # an lxml.html element; lxml ships no types

HIDDEN = frozenset({"script", "style", "noscript", "template", "head", "select", "option", "textarea", "input"})
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_CELLS = frozenset({"td", "th"})
_SOURCE_BREAK = re.compile(r"[ \t\r\f]*\n\s*")
_HAN_BREAK = re.compile(r"(?<=[\u2e80-\uffef])[ \t\r\f]*\n\s*(?=[\u2e80-\uffef])")


def line_of(element: Element) -> str:
    """All text of `element` on one line; nested tables and what the style hides left out."""
    return tidy("".join(_visible(element)))


def _visible(element: Element) -> list[str]:
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node is not element and _is_aside(node):
                walk.skip_subtree()
            elif node.text:
                parts.append(node.text)
        elif event == "end":
            if node is not element and node.tail:
                parts.append(node.tail)
        elif node.tail:
            parts.append(node.tail)
    return parts


def _is_aside(node: Element) -> bool:
    """Whether a node inside a cell is not the cell's own text: a nested table, a hidden box, a script."""
    return (
        node.tag in HIDDEN
        or node.tag == "table"
        or "display:none" in (node.get("style") or "").replace(" ", "").lower()
    )


def lines_of(element: Element) -> str:
    """The text of `element` in lines: a block a line, the cells of a table row apart by tabs, inline text joined as it is."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node.tag in HIDDEN:
                walk.skip_subtree()
                continue
            if node.tag in BLOCKS and node.tag not in _CELLS and not _in_cell(node):
                parts.append("\n")
            if node.text:
                parts.append(_flow(node.text))
            continue
        if event == "end" and node.tag in _CELLS:
            parts.append("\t")
        elif event == "end" and node.tag in BLOCKS:
            parts.append(" " if _in_cell(node) else "\n")
        if node is not element and node.tail:
            parts.append(_flow(node.tail))
    lines = ("\t".join(tidy(cell) for cell in line.split("\t")).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _in_cell(node: Element) -> bool:
    """Whether a block stands inside a table cell, where it must not break the row."""
    parent = node.getparent()
    return node.tag not in {"tr", "table", "tbody", "thead"} and parent is not None and parent.tag in _CELLS


def _flow(text: str) -> str:
    """Line breaks of the source as a browser shows them: a blank, but nothing between Chinese characters."""
    return _SOURCE_BREAK.sub(" ", _HAN_BREAK.sub("", text)) if "\n" in text else text
