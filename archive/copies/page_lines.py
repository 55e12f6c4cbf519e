"""The text of a sanitised page, line by line, as it stands there."""

from collections.abc import Iterator

from lxml import etree

from archive.copies.page_masks import TABLE_CELLS

_LINES = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip


def page_lines(page: str, between_cells: str = " ") -> str:
    """Return the text of a page, with a new line for each block and row."""
    return "".join(_pieces(page, between_cells))


def _pieces(page: str, between_cells: str) -> Iterator[str]:
    body = etree.HTML(page).find("body")
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _LINES:
            yield "\n"
        elif node.tag in TABLE_CELLS:
            yield between_cells
        yield ((node.text if event == "start" else node.tail) or "").replace("\n", " ")
