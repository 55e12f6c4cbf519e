"""Pagers of list pages, whoever made them: written by a script (`crawler.paging.script_pagers`), or links beside 下一页."""

from archive.model.observations import Paging
from crawler.extract.text import Element
from crawler.paging.link_pagers import linked_paging
from crawler.paging.script_pagers import script_paging


def read_paging(root: Element, url: str) -> Paging:
    """Return what the pager of the list page at `url` says: pages and rows claimed, and where the next page is."""
    return script_paging(root, url) or linked_paging(root, url)
