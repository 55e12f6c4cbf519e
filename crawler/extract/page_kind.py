"""The kind of a page: a list of records, one record, or neither (a home page, a landing page, a message)."""

from collections.abc import Sequence

from lxml import etree

from archive.model.observations import Paging, RecordPage, Row
from crawler.extract.body import find_body
from crawler.extract.field_labels import tidy
from crawler.extract.pairs import METADATA
from crawler.extract.text import Element, line_of

LIST, DETAIL, OTHER = "list", "detail", "other"

_ARTICLE = etree.XPath("//meta[translate(@name, 'ARTICLE', 'article') = 'articletitle' and normalize-space(@content)]")
_TEXT = 30
"""So many characters (about a sentence) in the place where editors put a record's text are one."""


def page_kind(root: Element, rows: Sequence[Row], paging: Paging, record: RecordPage) -> str:
    """LIST, DETAIL or OTHER: `rows` and `paging` are what the page says read as a list, `record` read as a record's page.

    A record's page may show a short list beside its text, and a list's hover boxes hold what a record's page says: what a
    page declares itself to be, a pager and metadata outside rows tell them apart.
    """
    if rows and paging != Paging():
        return LIST
    in_rows = {(label, value) for row in rows for label, value in row.source_fields.items()}
    beside = [pair for pair in record.source_fields.items() if pair not in in_rows]
    declared = any(tidy(meta.get("content")) for meta in _ARTICLE(root))
    if declared or (len(beside) >= METADATA and record.fields.keys() - {"title", "publisher"}):
        return DETAIL
    if rows:
        return LIST
    body = find_body(root)
    has_text = body is not None and len(line_of(body, _TEXT)) >= _TEXT
    if record.fields.get("title") and (has_text or (record.body and "published_on" in record.fields)):
        return DETAIL
    return OTHER
