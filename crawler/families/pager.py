"""Pagers of list pages, whoever made them: written by a script (`crawler.families.scripts`), or links beside 下一页."""

from crawler.extract.text import Element
from crawler.families.links import linked_paging
from crawler.families.scripts import script_paging
from crawler.items import Paging


def read_paging(root: Element, url: str) -> Paging:
    """What the pager of the list page at `url` says: pages and rows claimed, and where the next page is."""
    return script_paging(root, url) or linked_paging(root, url)
