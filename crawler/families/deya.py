"""Deya's content management (package com.deya.wcm): lists at /info/iList.jsp, pages counted from 1 by cur_page.

Known from public crawlers' behaviour: /info/iList.jsp?node_id=GK…&site_id=CMS…&cat_id=N&tm_id=&cur_page=N, in any order
and often with cat_id alone (so the old nx.gov.cn); records at /info/<n>/<id>.htm or /<column>/<id>.htm, with their
metadata in spans of #attribute.
"""

import re
from dataclasses import replace

from lxml import etree
from w3lib.url import add_or_replace_parameter, url_query_parameter

from archive.model.observations import ListPage
from crawler.extract.row import absolute
from crawler.families import plain
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer
from crawler.services.json_data import number

_LIST = "/info/iList.jsp?"
_BOX = re.compile(r"<div[^>]{0,200}\bid\s*=\s*[\"']?attribute\b")
_PAGE_LINKS = etree.XPath(".//a[contains(@href, 'cur_page=')]/@href")


def marks(answer: Answer) -> tuple[str, ...]:
    """The address of its lists; with it the parameters of its requests, and the box of a record's metadata."""
    page = f"{answer.url}\n{answer.text}"
    if _LIST not in page:
        return ()
    signs = {
        "made by /info/iList.jsp" if _LIST in answer.url else "links to /info/iList.jsp": True,
        "pages counted by cur_page": "cur_page=" in page,
        "nodes and sites called GK… and CMS…": "node_id=GK" in page or "site_id=CMS" in page,
        "metadata in #attribute": _BOX.search(answer.text),
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """The rows of a page by their meaning; the next page by its link, or by its number where a script is to write it."""
    page = plain.read(answer)
    if page.paging.next_url:
        return page
    page_number = number(url_query_parameter(answer.url, "cur_page")) or 1
    links = (absolute(answer.url, href) for href in _PAGE_LINKS(answer.root))
    linked = next(
        (url for url in links if url and number(url_query_parameter(url, "cur_page")) == page_number + 1), None
    )
    if linked is None and page_number < (page.paging.pages_claimed or 0) and _LIST in answer.url:
        linked = add_or_replace_parameter(answer.url, "cur_page", str(page_number + 1))
    return replace(page, paging=replace(page.paging, next_url=linked))


FAMILY = Family("deya", 1, marks, read)
