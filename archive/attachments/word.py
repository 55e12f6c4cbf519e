"""Text and tables of Word's markup (WordprocessingML). Pure."""

from collections import deque
from collections.abc import Iterator

from lxml import etree

from archive.attachments.markup import local_name
from archive.tables.printed_table import MOST_COLUMNS, PrintedTable, lines_before
from archive.tables.spans import CellsDownwards

_PRINTED = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}  # elements that stand for a character
_LEFT_OUT = ("Fallback", "del", "sectPr")
_LOOKED_BACK = 40  # paragraphs before a table
_NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def lines(node: etree._Element) -> Iterator[str]:
    """Yield the lines below `node`: one a paragraph, one a table row."""
    for child in node:
        name = local_name(child)
        if name == "p":
            yield from _paragraph(child).split("\n")
            for box in _text_boxes(child):
                yield from lines(box)
        elif name == "tr":
            cells = (" ".join(" ".join(lines(cell)).split()) for cell in _parts(child, "tc"))
            yield "\t".join(cells)
        elif name not in _LEFT_OUT:
            yield from lines(child)


def _parts(node: etree._Element, kind: str) -> Iterator[etree._Element]:
    """Yield the rows (`tr`) of a table or the cells (`tc`) of a row, those in controls and insertions among them."""
    for child in node:
        name = local_name(child)
        if name == kind:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _parts(child, kind)


def _paragraph(node: etree._Element) -> str:
    parts: list[str] = []
    for child in node:
        name = local_name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in _PRINTED:
            parts.append(_PRINTED[name])
        elif name not in ("pPr", "rPr", "del", "moveFrom", "Fallback", "txbxContent"):
            parts.append(_paragraph(child))
    return "".join(parts)


def _text_boxes(node: etree._Element) -> Iterator[etree._Element]:
    for child in node if _has(node, "txbxContent") else ():
        name = local_name(child)
        if name == "txbxContent":
            yield child
        elif name != "Fallback":
            yield from _text_boxes(child)


def tables(root: etree._Element) -> Iterator[PrintedTable]:
    """Yield the tables that have rows of several cells, those of text boxes too.

    A table that holds another is layout.
    """
    above: deque[etree._Element] = deque(maxlen=_LOOKED_BACK)
    for node in _paragraphs_and_tables(root):
        if local_name(node) == "p":
            above.append(node)
            continue
        table = _table(node, lines_before([line for each in above for line in _paragraph(each).split("\n")]))
        if table.width > 1:
            yield table
        above.clear()


def _paragraphs_and_tables(node: etree._Element) -> Iterator[etree._Element]:
    for child in node:
        name = local_name(child)
        if name in _LEFT_OUT:
            continue
        if name in ("p", "tbl") and not (name == "tbl" and _has(child, "tbl")):
            yield child
        if name == "p":
            for box in _text_boxes(child):
                yield from _paragraphs_and_tables(box)
        elif name != "tbl" or _has(child, "tbl"):
            yield from _paragraphs_and_tables(child)


def _has(node: etree._Element, name: str) -> bool:
    """Whether an element with this name, of any namespace, is anywhere below `node`."""
    return next(node.iterdescendants(f"{{*}}{name}"), None) is not None


def _table(node: etree._Element, before: str) -> PrintedTable:
    cells = CellsDownwards()
    for row in _parts(node, "tr"):
        cells.start_row(_number(row, "trPr", "gridBefore", 0))
        for cell in _parts(row, "tc"):
            width = _number(cell, "tcPr", "gridSpan", 1)
            cells.add(
                "\n".join(lines(cell)), width, from_left=_goes_on(cell, "hMerge"), from_above=_goes_on(cell, "vMerge")
            )
    return cells.table(before=before)


def _goes_on(cell: etree._Element, direction: str) -> bool:
    """Whether a cell is the continuation of another: `vMerge` of the one above, `hMerge` of the one on its left."""
    merge = cell.find(f"{_NAMESPACE}tcPr/{_NAMESPACE}{direction}")
    return merge is not None and merge.get(f"{_NAMESPACE}val", "continue") == "continue"


def _number(node: etree._Element, properties: str, name: str, default: int) -> int:
    element = node.find(f"{_NAMESPACE}{properties}/{_NAMESPACE}{name}")
    stated = element.get(f"{_NAMESPACE}val", "") if element is not None else ""
    return min(int(stated), MOST_COLUMNS) if stated.isascii() and stated.isdigit() and len(stated) < 9 else default
