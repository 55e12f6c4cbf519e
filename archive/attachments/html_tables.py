"""Tables of web pages, cells that span rows and columns as stated. A table that holds another is layout."""

from collections.abc import Collection, Iterator

from lxml import etree

from archive.attachments.markup import BLOCKS, is_hidden, visible_text
from archive.tables.printed_table import MOST_COLUMNS, PrintedTable, lines_before
from archive.tables.spans import Spans

_HIGHEST = 10_000  # rows that a cell may span
_LOOKED_BACK = 40  # pieces of text before a table


def html_tables(root: etree._Element, skip: Collection[etree._Element] = ()) -> Iterator[PrintedTable]:
    """Yield the tables of a web page that have rows of several cells, without what is inside `skip`."""
    if next(root.iter("table"), None) is None:
        return
    above: list[str] = [""]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if event == "start" and (is_hidden(node) or node in skip):
            walk.skip_subtree()
        elif event == "start" and node.tag == "table" and node.find(".//table") is None:
            table = _table(node, above)
            if table.width > 1:
                yield table
            above = [""]
            walk.skip_subtree()
        else:
            if node.tag in BLOCKS or node.tag == "br":
                above = [*above[-_LOOKED_BACK:], ""]
            above[-1] += (node.text if event == "start" else node.tail) or ""


def _table(node: etree._Element, above: list[str]) -> PrintedTable:
    captions = [visible_text(caption) for caption in node.iter("caption")]
    spans = Spans()
    for row in node.iter("tr"):
        spans.start_row()
        for cell in row:
            if cell.tag in ("td", "th") and not is_hidden(cell):
                height, width = _span(cell, "rowspan", _HIGHEST), _span(cell, "colspan", MOST_COLUMNS)
                spans.add(visible_text(cell), height, width)
    return spans.table(before=lines_before([*above, *captions]))


def _span(cell: etree._Element, attribute: str, most: int) -> int:
    """Return how many rows or columns a cell spans, 1 where the page states nothing of use."""
    stated = (cell.get(attribute) or "").strip()
    return min(int(stated), most) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 1
