"""Pagers of list pages, whoever made them: written by a script (`crawler.families.scripts`), or links beside 下一页."""

import re

from lxml import etree

from crawler.extract.labels import squash
from crawler.extract.lists import absolute, is_page_link
from crawler.extract.text import Element, line_of
from crawler.families.scripts import script_paging
from crawler.items import Paging

_ARROWS = frozenset({">", "›", "»", ">>"})
_NEXT = frozenset({"下一页", "下页", "后一页", "下一頁", "next", "Next", "下一页>", "下一页>>", *_ARROWS})
_LONGEST_NAME = 20
_LONGEST_PAGER = 400
_PAGES = re.compile(r"共\s*[有计]?\s*(\d{1,5})\s*页|第?\s*\d{1,5}\s*/\s*(\d{1,5})\s*页?")
_ROWS = re.compile(r"共\s*[有计]?\s*(\d{1,7})\s*(?:条|篇|项|个记录|条记录)")
_LINKS = etree.XPath(".//a[@href]")
_PAGER = etree.XPath("ancestor::*[position() <= 3]")


def read_paging(root: Element, url: str) -> Paging:
    """What the pager of the list page at `url` says: pages and rows claimed, and where the next page is."""
    return script_paging(root, url) or _linked(root, url)


def _linked(root: Element, url: str) -> Paging:
    """A pager of links: the address behind 下一页, and the numbers printed around it."""
    named = [link for link in _LINKS(root) if not _NEXT.isdisjoint(_names(link))]
    if not named:
        return Paging()
    # Words before arrows, which stand on other links too; of several the first that leads anywhere.
    link = min(named, key=lambda link: (_ARROWS.issuperset(_names(link)), not is_page_link(link.get("href"))))
    text = next((text for box in reversed(_PAGER(link)) if _PAGES.search(text := line_of(box, _LONGEST_PAGER))), "")
    text = text if len(text) < _LONGEST_PAGER else ""
    pages, rows = _PAGES.search(text), _ROWS.search(text)
    following = absolute(url, link.get("href")) if is_page_link(link.get("href")) else None
    return Paging(
        pages_claimed=int(pages[1] or pages[2]) if pages else None,
        rows_claimed=int(rows[1]) if rows else None,
        next_url=following if following != url else None,
    )


def _names(link: Element) -> set[str]:
    """What a link is called: by its text or its title."""
    return {squash(line_of(link, _LONGEST_NAME)), squash(link.get("title") or "")} - {""}
