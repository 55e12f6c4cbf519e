"""A record's own page: its metadata wherever the labels stand, its title, its body."""

import re

from lxml import etree

from archive.model.observations import RecordPage
from archive.model.records import CUT_PAGE, fullest, is_cut
from crawler.extract.body import densest, find_body, read_body
from crawler.extract.field_labels import tidy, value_of
from crawler.extract.pairs import METADATA, read_pairs, understand
from crawler.extract.text import Element, line_of
from crawler.extract.trail import read_breadcrumb

_HEADINGS = etree.XPath("(//h1 | //h2)[position() <= 20]")
_TITLE_BOXES = etree.XPath(
    "(//*[contains(@class, 'title') or contains(@class, 'Title') or contains(@id, 'title')])[position() <= 20]"
)
_META = etree.XPath("//meta[@name and @content]")
_PAGE_TITLE = etree.XPath("string(//head/title)")
_SITE_NAME = re.compile(r".*(?:人民政府|政府网|门户网站|政务公开|信息公开|委员会|管委会|局)[-—_|]*$")
_LONGEST_TITLE = 300
_LONGEST_WINDOW = 500


def read_detail(root: Element, url: str, body: Element | None = None, *, cut: bool = False) -> RecordPage:
    """Return what the record's page at `url` says; `cut` where it broke off in the middle. `body`: its text, where found already."""
    body = find_body(root) if body is None else body
    pairs = understand(read_pairs(root, skip=body), url)
    if body is None and (guess := densest(root)) is not None and len(read_pairs(guess)) < METADATA:
        body = guess
    title = _title(root, pairs.fields.get("title"))
    fields = {**pairs.fields, **({"title": title} if title else {})}
    return RecordPage(
        url=url,
        fields=fields,
        source_fields=pairs.source_fields,
        doubts=tuple(sorted({*pairs.doubts, *([CUT_PAGE] if cut else [])})),
        body=read_body(body),
        breadcrumb=read_breadcrumb(root),
        cut=cut,
    )


def _title(root: Element, labelled: str | None) -> str | None:
    """The labelled title, else what the page's meta element, heading or window title says, the surest first."""
    site, declared = "", None
    for meta in _META(root):
        name = meta.get("name").lower()
        if name == "sitename":
            site = tidy(meta.get("content"))
        elif name == "articletitle":
            declared = value_of(meta.get("content"))
    sure = [text for text in (labelled, declared) if text]
    if sure and not is_cut(sure[0]):
        return sure[0]
    window = _without_site(tidy(_PAGE_TITLE(root)[:_LONGEST_WINDOW]), site)
    named: list[str] = []
    for find in (_HEADINGS, _TITLE_BOXES):
        texts = (line_of(heading, _LONGEST_TITLE) for heading in find(root))
        named = [text for text in texts if _could_be_title(text, site)]
        if named:
            break
    # A heading repeated in the window's title is the document's, not a box's on the side.
    named.sort(key=lambda text: not (window and (text.startswith(window.rstrip(".…")) or window.startswith(text))))
    return fullest([*sure, *named, *([window] if _could_be_title(window, site) else [])])


def _without_site(window: str, site: str) -> str:
    """The window's title without the site's name that portals put behind it: 标题-某县人民政府, 标题_信息公开_某县 …"""
    parts = re.split(r"\s*(?:[_|]|\s-+\s|[-—]+(?=[^-—]*$))\s*", window)
    while len(parts) > 1 and (parts[-1] == site or _SITE_NAME.fullmatch(parts[-1]) or len(parts) > 2):
        parts.pop()
    return parts[0] if len(parts) == 1 else window


def _could_be_title(text: str, site: str) -> bool:
    bare = text.rstrip("-—_| ")
    return (
        bool(bare)
        and len(text) <= _LONGEST_TITLE
        and bare != site
        and not (_SITE_NAME.fullmatch(text) and len(bare) <= 20)
    )
