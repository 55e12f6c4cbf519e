"""The text of a redacted copy, line by line, as it stands on the page."""

from collections.abc import Iterator

from lxml import etree

from archive.copies.page_masks import TABLE_CELLS
from archive.copies.redacted_copies import RedactedCopy
from archive.copies.sanitiser import NotShown

NO_TEXT = "no_text"

_LINES = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "option", "p", "pre", "section", "select", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip


def copy_text(copy: RedactedCopy) -> str:
    """Return the text of a copy, a line for each block and row, without empty ones.
    Raises NotShown where it is a picture.
    """
    if copy.page is not None:
        pieces = "".join(_pieces(copy.page.html))
    elif copy.media_type.startswith("text/"):
        pieces = copy.body.decode()
    else:
        raise NotShown(NO_TEXT)
    lines = (" ".join(line.split()) for line in pieces.split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(page: str) -> Iterator[str]:
    body = etree.HTML(page).find("body")
    for event, node in etree.iterwalk(body, events=("start", "end")):
        if node.tag in _LINES:
            yield "\n"
        elif node.tag in TABLE_CELLS:
            yield " "
        yield ((node.text if event == "start" else node.tail) or "").replace("\n", " ")
