"""Pagers of list pages, whoever made them: TRS's `createPageHTML(pages, current, "list", "html")` (current counted from 0,
page n at list_{n-1}.html), or links beside 下一页.
"""

import re

from lxml import etree

from crawler.extract.lists import absolute
from crawler.extract.text import Element
from crawler.families.links import linked_paging
from crawler.items import Paging

_SCRIPTS = etree.XPath(".//script[not(@src)]/text()")
_CALL = re.compile(
    r"createPageHTML\s*\(\s*(?:[\"'][^\"']*[\"']\s*,\s*)?[\"']?(\d{1,5})[\"']?\s*,\s*[\"']?(\d{1,5})[\"']?\s*,\s*"
    r"[\"']([\w./-]+)[\"']\s*,\s*[\"'](\w+)[\"']"
)


def read_paging(root: Element, url: str) -> Paging:
    """What the pager of the list page at `url` says: pages and rows claimed, and where the next page is."""
    for script in _SCRIPTS(root):
        if call := _CALL.search(script):
            pages, current = int(call[1]), int(call[2])
            following = f"{call[3]}_{current + 1}.{call[4]}" if current + 1 < pages else None
            return Paging(pages, None, absolute(url, following) if following else None)
    return linked_paging(root, url)
