"""The kind of a page: a list of records, one record, or neither (a home page, a landing page, a message)."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from lxml import etree

from archive.model.observations import Paging, RecordPage, Row
from crawler.extract.body import densest, find_body
from crawler.extract.dated import AROUND_A_BLOCK, MOST_HOLDERS, heads_what_is_beside
from crawler.extract.field_labels import SOURCES, squash, tidy
from crawler.extract.pairs import BESIDE_DATE, METADATA
from crawler.extract.row import LINKS, absolute, is_more, is_page_link
from crawler.extract.text import Element, line_of, visible_texts

LIST, DETAIL, OTHER = "list", "detail", "other"

_ARTICLE = etree.XPath("//meta[translate(@name, 'ARTICLE', 'article') = 'articletitle' and normalize-space(@content)]")
_TEXT = 30
"""So many characters (about a sentence) in the place where editors put a record's text are one."""

_SHORT_PROSE, _PROSE, _LONG_PROSE = 40, 80, 300
"""So many characters in sentences are an article's: with its day and its source, or above what is called related; with one of them or hardly any rows; in any case."""

_FEW = 2
_SENTENCE = 10
_MOST_BESIDE = 100
"""No page shows more rows beside what it is for."""

_ENDS = re.compile("[。！？；]|(?<=[a-z])[.!?](?![a-z])")
_BEFORE = etree.XPath("preceding::text()[not(parent::a or parent::script or parent::style or parent::title)]")
_IN_FILES = etree.XPath(
    "boolean(//a/@href[contains(., '.pdf') or contains(., '.doc') or contains(., '.xls') or contains(., '.ofd') or contains(., '.wps')]"
    ") or boolean(//*[self::iframe or self::embed][contains(@src, '.pdf')] | //@pdfsrc)"
)
"""Whether a page leads to documents, which may be all of a record's text."""
_NEIGHBOURS = etree.XPath(".//text()[contains(., '上一') or contains(., '下一')][not(parent::script or parent::style)]")
_NEIGHBOUR = re.compile(r"[\[【<]?[上下]一(?:篇|[条则]\s*[:：])")
_SHOWN_BY_SCRIPT = etree.XPath("boolean(.//script[contains(., '.pdf')])")


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
    if len(rows) > _MOST_BESIDE:
        return LIST
    names_source = BESIDE_DATE in record.read_at.values() or any(squash(label) in SOURCES for label, _ in beside)
    if rows and not _is_article(root, body, rows, record, names_source):
        return OTHER if shows_the_latest(root, rows, record.url) else LIST
    leads_to_files = _IN_FILES(root) or (body is not None and _SHOWN_BY_SCRIPT(body))
    is_among_others = bool(rows) or len(beside) > 1 or names_source
    return DETAIL if _is_record(root, record, has_text, is_among_others, leads_to_files) else OTHER


def _is_record(root: Element, record: RecordPage, has_text: bool, is_among_others: bool, leads_to_files: bool) -> bool:
    """Whether a page without metadata that is no list is a record's: by its title, its day, and a text or a file.

    `has_text`: in the place where editors put it. `is_among_others`: rows, its source or several labels stand beside it.
    """
    titled, day_at = bool(record.fields.get("title")), record.read_at.get("published_on")
    if has_text or not titled:
        return has_text and (titled or day_at is not None)
    if not record.body:
        if day_at is None or day_at.startswith("meta"):
            return False
        return leads_to_files or (day_at.startswith("label") and is_among_others)
    if day_at is not None or is_among_others:
        return True
    is_placed = bool(record.breadcrumb) or any(map(heads_what_is_beside, map(str.strip, root.itertext())))
    return is_placed and _prose_in(densest(root), ()) >= _SHORT_PROSE


def _is_article(
    root: Element, body: Element | None, rows: Sequence[Row], record: RecordPage, names_source: bool
) -> bool:
    """Whether a page with rows is an article with others beside it: it leads to the one before or behind it (上一篇), or there
    are sentences in a place without rows, and a sign that they are its own.
    """
    targets = {row.url for row in rows}
    links = [link for link in LINKS(root) if absolute(record.url, link.get("href")) in targets]
    edited = _prose_in(body, links)
    prose = max(edited, _prose_in(densest(root), links), _prose_before(links))
    if edited >= _PROSE or prose >= _LONG_PROSE or any(_NEIGHBOUR.match(text.strip()) for text in _NEIGHBOURS(root)):
        return True
    dates = {row.fields.get("published_on") for row in rows}
    own = record.fields.get("published_on", next(iter(dates))) not in dates
    if own and names_source:
        return prose >= _SHORT_PROSE
    return prose >= _PROSE and (own or names_source or len(rows) <= _FEW)


def _prose_in(body: Element | None, links: Sequence[Element]) -> int:
    """Return the number of characters in sentences of a place that holds none of `links`."""
    if body is None or not set(links).isdisjoint(LINKS(body)):
        return 0
    return _prose(visible_texts(body))


def _prose_before(links: Sequence[Element]) -> int:
    """Return the number of characters in sentences before the first of `links`."""
    return _prose(_BEFORE(links[0])) if links else 0


def _prose(texts: Iterable[str]) -> int:
    *sentences, _ = _ENDS.split("".join(texts))
    return sum(length for length in map(len, map(str.strip, sentences)) if length >= _SENTENCE)


def shows_the_latest(root: Element, rows: Sequence[Row], url: str) -> bool:
    """Whether `rows`, read from the page at `url`, are the newest of another list: their own box has a link to more of them.

    Only on a page with more links than these, for a page with nothing else is a list all the same; and not where each row
    has such a link.
    """
    targets = {row.url for row in rows}
    links = {link: absolute(url, link.get("href")) for link in LINKS(root) if is_page_link(link.get("href"))}
    own = [place for place, target in enumerate(links.values()) if target in targets]
    if not own or len(links) - len(own) <= AROUND_A_BLOCK:
        return False
    more = [place for place, link in enumerate(links) if is_more(link) and links[link] != url]
    if any(own[0] < place < own[-1] for place in more):
        return False
    first, last = (list(links)[place] for place in (own[0], own[-1]))
    ends = set(last.iterancestors())
    holders = (up for up in first.iterancestors() if up in ends and up.tag not in {"body", "html"})
    for box in islice(holders, MOST_HOLDERS):
        others = [link for link in LINKS(box) if links.get(link, url) not in targets]
        if len(others) > AROUND_A_BLOCK:
            break
        if any(is_more(link) and links.get(link, url) != url for link in others):
            return True
    return False
