"""A record's own page: its metadata wherever the labels stand, its title, its body."""

import re

from lxml import etree

from archive.records import fullest
from crawler.extract.body import find_body, read_body
from crawler.extract.labels import tidy, value_of
from crawler.extract.pairs import read_pairs, understand
from crawler.extract.text import Element, line_of
from crawler.extract.trail import read_breadcrumb
from crawler.items import RecordPage

_HEADINGS = etree.XPath("//h1 | //h2 | //*[contains(@class, 'title') or contains(@class, 'Title') or contains(@id, 'title')]")
_META = etree.XPath("//meta[@name and @content]")
_PAGE_TITLE = etree.XPath("string(//head/title)")
_SITE_NAME = re.compile(r".*(?:人民政府|政府网|门户网站|政务公开|信息公开|委员会|管委会|局)[-—_|]*$")
_LONGEST_TITLE = 300


def read_detail(root: Element, url: str, *, cut: bool = False) -> RecordPage:
    """What the record's page at `url` says; `cut` where it broke off in the middle."""
    body = find_body(root)
    pairs = understand(read_pairs(root, skip=body), url)
    title = _title(root, pairs.fields.get("title"), body)
    fields = {**pairs.fields, **({"title": title} if title else {})}
    return RecordPage(
        url=url,
        fields=fields,
        source_fields=pairs.source_fields,
        doubts=tuple(sorted({*pairs.doubts, *(["page_cut"] if cut else [])})),
        body=read_body(body),
        breadcrumb=read_breadcrumb(root),
        cut=cut,
    )


def _title(root: Element, labelled: str | None, body: Element | None) -> str | None:
    """The labelled title, else what the page's meta element, heading or window title says, the surest first."""
    site, declared = "", None
    for meta in _META(root):
        name = meta.get("name").lower()
        if name == "sitename":
            site = tidy(meta.get("content"))
        elif name == "articletitle":
            declared = value_of(meta.get("content"))
    inside = set(body.iter()) if body is not None else set()
    headings = [line_of(heading) for heading in _HEADINGS(root) if heading not in inside and heading.tag != "head"]
    window = re.split(r"\s*[_|]\s*|\s+-+\s*", tidy(_PAGE_TITLE(root)))[0]
    named = [text for text in (*headings, window) if _could_be_title(text, site)]
    # A heading repeated in the window's title is the document's, not a box's on the side.
    named.sort(key=lambda text: not (window and _compare(text, window)))
    return fullest([text for text in (labelled, declared, *named) if text])


def _could_be_title(text: str, site: str) -> bool:
    bare = text.rstrip("-—_| ")
    return bool(bare) and len(text) <= _LONGEST_TITLE and bare != site and not (_SITE_NAME.fullmatch(text) and len(bare) <= 20)


def _compare(text: str, window: str) -> bool:
    return text.startswith(window.rstrip(".…")) or window.startswith(text)
