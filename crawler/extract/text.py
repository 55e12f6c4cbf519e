"""The text a reader sees in an element: on one line, or in lines as the page shows them."""

import re
import sys
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

from lxml import etree

from archive.masking.attributes import elements_with
from crawler.extract.field_labels import tidy

Element = Any  # an lxml.html element; lxml ships no types

HIDDEN = frozenset(
    {"script", "style", "noscript", "template", "head", "select", "button", "option", "textarea", "input"}
)
_ASIDES = HIDDEN | {"table"}
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li", "main",
    "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
CONTROLS = ("input", "select", "textarea")
_NO_FIELDS = frozenset({"hidden", "button", "submit", "reset", "image"})
JOINT = "\x1f"  # stands between text of different elements; counts as a blank, and is not part of any value
CONTROL = "\0"  # stands for a field to fill in, which makes the label before it a search form's; in no page's text
TABLE_CELLS = frozenset({"td", "th"})
_SOURCE_BREAK = re.compile(r"(?<![ \t\r\f])[ \t\r\f]*\n\s*")  # looks behind, lest a run of blanks is tried from each
_BROKEN = "\v"  # stands for a line break of the source until the text on both of its sides is known
_HAN_BREAK = re.compile(rf"(?<=[\u2e80-\uffef]){_BROKEN}+(?=[\u2e80-\uffef])")


def in_document(root: Element, *tags: str) -> Iterator[Element]:
    """The elements with these tags in a whole page, also those that stand behind the end of its root element."""
    return chain.from_iterable(top.iter(*tags) for top in (root, *root.itersiblings()))


def line_of(element: Element, most: int = sys.maxsize) -> str:
    """All text of `element` on one line; nested tables and what the style hides left out.

    Who has no use for more than `most` characters saves reading them: a longer text comes cut somewhere behind that.
    """
    return tidy("".join(visible_texts(element, most)))


def visible_texts(element: Element, most: int = sys.maxsize) -> list[str]:
    """The pieces of text of which `line_of` makes one line, as they stand in the markup."""
    if len(element) == 0 and isinstance(element.tag, str):  # as most are
        return [element.text] if element.text else []
    parts: list[str] = []
    length = 0
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node is not element and _is_aside(node):
                walk.skip_subtree()
                continue
            text = node.text
        else:
            text = node.tail if node is not element else None
        if text:
            parts.append(text)
            length += len(text.strip())
            if length > most:
                break
    return parts


def _is_aside(node: Element) -> bool:
    """Whether a node inside a cell is not the cell's own text: a nested table, a hidden box, a script."""
    return node.tag in _ASIDES or is_hidden(node)


def is_hidden(node: Element) -> bool:
    """Whether a node says itself that it is not shown."""
    style = node.get("style")
    is_styled_so = style is not None and "display:none" in style.replace(" ", "").lower()
    return is_styled_so or node.get("hidden") is not None


def in_hidden_boxes(root: Element) -> set[Element]:
    """The elements of `root` that are not shown by what they or something around them says themselves."""
    inside: set[Element] = set()
    for node in elements_with(root, "style", "hidden"):
        if is_hidden(node) and node not in inside:
            inside.update(node.iter(etree.Element))
    return inside


def is_small(element: Element, most: int) -> bool:
    """Whether an element holds so much markup and text at the most, and is no layout of a page."""
    size = 0
    for each in element.iter():
        size += 10 + len(each.text or "") + len(each.tail or "")
        if size > most:
            return False
    return True


def is_control(node: Element) -> bool:
    """Whether a node is a field for a visitor to fill in or choose from."""
    return node.tag in CONTROLS and (node.get("type") or "").lower() not in _NO_FIELDS


def cells(root: Element, skip: Collection[Element] = ()) -> Iterator[tuple[Element, str]]:
    """The text of each block of `root` in order, text of different inline elements joined by JOINT; nothing from inside `skip`."""
    block = root
    around: list[Element] = []  # the blocks around this one
    texts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            tag = node.tag
            if tag in BLOCKS and node is not root:
                if texts:
                    yield block, JOINT.join(texts)
                    texts = []
                around.append(block)
                block = node
            if tag in HIDDEN or node in skip:
                walk.skip_subtree()
                if is_control(node):
                    texts.append(CONTROL)
                continue
            text = node.text
        elif node is root:
            break
        else:
            if node is block and event == "end":
                if texts:
                    yield block, JOINT.join(texts)
                    texts = []
                block = around.pop()
            text = node.tail
        if text and not text.isspace():
            texts.append(flow(text))
    if texts:
        yield root, JOINT.join(texts)


def lines_of(element: Element, skip: Collection[Element] = ()) -> str:
    """The text of `element` in lines: a block a line, the cells of a table row apart by tabs, inline text joined as it is.

    Nothing from inside the elements `skip`.
    """
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node.tag in HIDDEN or node in skip:
                walk.skip_subtree()
                continue
            if node.tag in BLOCKS and node.tag not in TABLE_CELLS and not _in_cell(node, element):
                parts.append("\n")
            if node.text:
                parts.append(_marked(node.text))
            continue
        if event == "end" and node.tag in TABLE_CELLS:
            parts.append("\t")
        elif event == "end" and node.tag in BLOCKS:
            parts.append(" " if _in_cell(node, element) else "\n")
        if node is not element and node.tail:
            parts.append(_marked(node.tail))
    lines = ("\t".join(map(tidy, map(flow, line.split("\t")))).strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def flow(text: str) -> str:
    """Line breaks of the source as a browser shows them: a blank, but nothing between Chinese characters."""
    if "\n" in text or "\t" in text:
        text = _marked(text)
    return _HAN_BREAK.sub("", text).replace(_BROKEN, " ") if _BROKEN in text else text


def _in_cell(node: Element, text: Element) -> bool:
    """Whether a block stands inside a table cell, where it must not break the row; a cell that holds the whole `text` has none."""
    parent = node.getparent()
    return (
        parent is not text
        and node.tag not in {"tr", "table", "tbody", "thead"}
        and parent is not None
        and parent.tag in TABLE_CELLS
    )


def _marked(text: str) -> str:
    return _SOURCE_BREAK.sub(_BROKEN, text).replace("\t", " ") if "\n" in text or "\t" in text else text
