"""The kind of a page: a list of records, one record, or neither (a home page, a landing page, a message)."""

import re
from collections.abc import Sequence

from lxml import etree

from archive.model.observations import Paging, RecordPage, Row
from crawler.extract.body import densest, find_body
from crawler.extract.dated import shows_the_latest
from crawler.extract.field_labels import tidy
from crawler.extract.pairs import METADATA
from crawler.extract.row import LINKS, absolute
from crawler.extract.text import Element, line_of, visible_texts

LIST, DETAIL, OTHER = "list", "detail", "other"

_ARTICLE = etree.XPath("//meta[translate(@name, 'ARTICLE', 'article') = 'articletitle' and normalize-space(@content)]")
_TEXT = 30
"""So many characters (about a sentence) in the place where editors put a record's text are one."""


_PROSE = 80
"""So many characters in sentences are an article's, and not a remark above a list."""

_LONG_PROSE = 300
_SENTENCE = re.compile(r"[\u4e00-\u9fff]{2,}[^。！？；]{8,}[。！？；]")
_RELATED = re.compile(
    r"相关(?:文章|新闻|链接|阅读|信息|内容|报道|稿件|推荐|政策|解读)|延伸阅读|推荐阅读|猜你喜欢|热门(?:文章|推荐)|关联稿件"
)
_RELATED_TEXTS = etree.XPath(
    ".//text()[contains(., '相关') or contains(., '阅读') or contains(., '热门') or contains(., '关联')]"
)


def page_kind(root: Element, rows: Sequence[Row], paging: Paging, record: RecordPage) -> str:
    """LIST, DETAIL or OTHER: `rows` and `paging` are what the page says read as a list, `record` read as a record's page.

    A record's page may show a short list beside its text, a list's hover boxes hold what a record's page says, and a landing
    page shows the newest of a list: what a page declares itself to be, a pager, metadata outside rows and sentences tell them apart.
    """
    body = find_body(root)
    has_text = body is not None and len(line_of(body, _TEXT)) >= _TEXT
    declared = any(tidy(meta.get("content")) for meta in _ARTICLE(root))
    goes_on = paging.next_url is not None or paging.rows_claimed is not None or (paging.pages_claimed or 0) > 1
    if rows and goes_on and not (declared and has_text):
        return LIST
    in_rows = {(label, value) for row in rows for label, value in row.source_fields.items()}
    beside = [pair for pair in record.source_fields.items() if pair not in in_rows]
    if declared or (len(beside) >= METADATA and record.fields.keys() - {"title", "publisher"}):
        return DETAIL
    if rows and not _is_article(root, body, rows, record):
        return OTHER if shows_the_latest(root, rows, record.url) else LIST
    titled, dated = bool(record.fields.get("title")), "published_on" in record.fields
    if (has_text and (titled or dated)) or (titled and record.body and (dated or rows)):
        return DETAIL
    return OTHER


def _is_article(root: Element, body: Element | None, rows: Sequence[Row], record: RecordPage) -> bool:
    """Whether a page with rows is an article with related ones below: sentences in a place without rows, and a sign that they are its own."""
    body = densest(root) if body is None else body
    targets = {row.url for row in rows}
    if body is None or any(absolute(record.url, link.get("href")) in targets for link in LINKS(body)):
        return False
    prose = sum(map(len, _SENTENCE.findall("".join(visible_texts(body)))))
    dates = {row.fields.get("published_on") for row in rows}
    own = record.fields.get("published_on", next(iter(dates))) not in dates
    related = any(_RELATED.search(text) for text in _RELATED_TEXTS(root))
    return prose >= _LONG_PROSE or (prose >= _PROSE and (own or related))
