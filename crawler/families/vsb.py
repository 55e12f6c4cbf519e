"""Boda's Visual SiteBuilder (VSB): rows with ids line_u8_0 …, records at /info/<tree>/<id>.htm, text in #vsb_content.

The pages of a news list count down: beside tzgg.htm the second of 24 is tzgg/23.htm, and each row that is added moves all
others on. When a page is added during a walk, the page behind 下页 is no longer the next: a page of rows is left out, and
the walk is not complete, for it found fewer pages than the last one claims. So the claims are read from every page, the
last too, and where the next page is only from its link. A list of disclosures (gkml_list.jsp) is requested by
ainfolist…p= (the page), …t= (how many there are) and …c= (rows of one), which its links say.

Known from public crawlers' behaviour, fragments of records' pages and a list page of a college's site.
"""

import re
from dataclasses import replace
from itertools import islice, takewhile

from lxml import etree

from archive.model.observations import ListPage
from crawler.extract.dated import known_rows
from crawler.extract.text import Element
from crawler.families import plain
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer

_LINE = re.compile(r"line_u\d+_\d")
_ITEMS = etree.XPath(".//li[starts-with(@id, 'line_u')]")
_PAGER = etree.XPath("boolean(.//*[contains(@class, 'p_pages') or starts-with(@id, 'fanye')])")
_HIGHEST = 6


def marks(answer: Answer) -> tuple[str, ...]:
    """Return the signs that the product writes into its pages."""
    page = f"{answer.url}\n{answer.text}"
    signs = {
        "a comment says Visual SiteBuilder": "Announced by Visual SiteBuilder" in page,
        "rows with ids such as line_u8_0": "line_u" in page and _LINE.search(page),
        "asked for by ainfolist… or EgovTreeURl": "ainfolist" in page or "egovinfo.EgovTreeURl" in page,
        "text in #vsb_content": "vsb_content" in page,
        "files behind /system/_content/download.jsp": "/system/_content/download.jsp?" in page,
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """The rows that the product numbers, else those of a page by their meaning."""
    page = plain.read(answer)
    rows = known_rows(_items(answer.root), answer.url)
    return replace(page, rows=rows) if rows else page


def _items(root: Element) -> list[Element]:
    """The numbered rows of the list with the pager: a page may show others beside it, longer than its own last page."""
    lists: dict[str, list[Element]] = {}
    for item in _ITEMS(root):
        lists.setdefault(item.get("id").rpartition("_")[0], []).append(item)
    return max(lists.values(), key=lambda items: (-_far_from_pager(items[0]), len(items)), default=[])


def _far_from_pager(item: Element) -> int:
    """Return the number of boxes that a row stands in, up to the one that holds a pager as well."""
    boxes = takewhile(lambda box: box.tag not in {"body", "html"}, islice(item.iterancestors(), _HIGHEST))
    return next((height for height, box in enumerate(boxes) if _PAGER(box)), _HIGHEST)


FAMILY = Family("vsb", 1, marks, read)
