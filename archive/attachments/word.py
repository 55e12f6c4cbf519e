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
_ROW, _CELL, _VALUE = (f"{_NAMESPACE}{name}" for name in ("trPr", "tcPr", "val"))
_STATED = {
    f"{_NAMESPACE}gridBefore": _ROW, f"{_NAMESPACE}gridSpan": _CELL,
    f"{_NAMESPACE}hMerge": _CELL, f"{_NAMESPACE}vMerge": _CELL,
}  # fmt: skip
"""Properties of rows and cells, and the elements that they stand in."""
_GOES_ON = "continue"


class WordPart:
    """One part of a letter, its body or its notes; or a slide."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._boxed = _has(root, "txbxContent")
        self._stated = _stated_below(root)
        self._cells: dict[etree._Element, list[str]] = {}
        """The lines of cells, which are read for the text and again for a table."""

    def lines(self) -> Iterator[str]:
        """Yield the lines: one a paragraph, one a table row."""
        return self._lines(self._root)

    def tables(self) -> Iterator[PrintedTable]:
        """Yield the tables that have rows of several cells, those of text boxes too.

        A table that holds another is layout.
        """
        above: deque[etree._Element] = deque(maxlen=_LOOKED_BACK)
        for node in self._paragraphs_and_tables(self._root):
            if local_name(node) == "p":
                above.append(node)
                continue
            table = self._table(node, lines_before([line for each in above for line in _paragraph(each).split("\n")]))
            if table.width > 1:
                yield table
            above.clear()

    def _lines(self, node: etree._Element) -> Iterator[str]:
        for child in node:
            name = local_name(child)
            if name == "p":
                yield from _paragraph(child).split("\n")
                for box in self._text_boxes(child):
                    yield from self._lines(box)
            elif name == "tr":
                yield "\t".join(" ".join(" ".join(self._cell(cell)).split()) for cell in _parts(child, "tc"))
            elif name not in _LEFT_OUT:
                yield from self._lines(child)

    def _cell(self, cell: etree._Element) -> list[str]:
        if (lines := self._cells.get(cell)) is None:
            known = len(self._cells)
            lines = list(self._lines(cell))
            if len(self._cells) == known:  # it holds no other cells, whose lines would be kept twice
                self._cells[cell] = lines
        return lines

    def _text_boxes(self, node: etree._Element) -> Iterator[etree._Element]:
        for child in node if self._boxed and _has(node, "txbxContent") else ():
            name = local_name(child)
            if name == "txbxContent":
                yield child
            elif name != "Fallback":
                yield from self._text_boxes(child)

    def _paragraphs_and_tables(self, node: etree._Element) -> Iterator[etree._Element]:
        for child in node:
            name = local_name(child)
            if name in _LEFT_OUT:
                continue
            if name in ("p", "tbl") and not (name == "tbl" and _has(child, "tbl")):
                yield child
            if name == "p":
                for box in self._text_boxes(child):
                    yield from self._paragraphs_and_tables(box)
            elif name != "tbl" or _has(child, "tbl"):
                yield from self._paragraphs_and_tables(child)

    def _table(self, node: etree._Element, before: str) -> PrintedTable:
        cells = CellsDownwards()
        for row in _parts(node, "tr"):
            cells.start_row(_number(self._stated.get(row, {}).get("gridBefore", ""), 0))
            for cell in _parts(row, "tc"):
                stated = self._stated.get(cell, {})
                cells.add(
                    "\n".join(self._cell(cell)),
                    _number(stated.get("gridSpan", ""), 1),
                    from_left=stated.get("hMerge") == _GOES_ON,
                    from_above=stated.get("vMerge") == _GOES_ON,
                )
        return cells.table(before=before)


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


def _has(node: etree._Element, name: str) -> bool:
    """Whether an element with this name, of any namespace, is anywhere below `node`."""
    return next(node.iterdescendants(f"{{*}}{name}"), None) is not None


def _stated_below(root: etree._Element) -> dict[etree._Element, dict[str, str]]:
    """Return the values of the properties of rows and cells by their names, the first of each.

    A cell goes on where `vMerge` (from above) or `hMerge` (from the left) says so, or says nothing.
    """
    stated: dict[etree._Element, dict[str, str]] = {}
    for one in root.iter(*_STATED):
        owner = None if (properties := one.getparent()) is None else properties.getparent()
        if owner is not None and properties.tag == _STATED[one.tag]:
            stated.setdefault(owner, {}).setdefault(local_name(one), one.get(_VALUE, _GOES_ON))
    return stated


def _number(stated: str, default: int) -> int:
    return min(int(stated), MOST_COLUMNS) if stated.isascii() and stated.isdigit() and len(stated) < 9 else default
