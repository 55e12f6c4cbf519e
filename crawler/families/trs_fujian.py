"""TRS WCM as Fujian's portals use it ("动静结合"): the first pages of a list in one HTML page, the others from a service.

Known from saved pages: the rows of the first pages stand in blocks `ms-visible="$showStatic(n)"`, which the browser shows
one after the other; templates (`ms-repeat`, without addresses) follow; a script says `recordCount`, `prepage` (rows a page),
`classsql` and `listApi`. Known from public clients' behaviour only: the service takes the form below by POST, pages counted
from 1, and answers {"pageCount": n, "data": [{doctitle, doctitle_cp, chnldocurl, docpuburl, docreltime, …}]}, in older
releases {"count": n, "docs": [{title, chnldocurl, time}]}; here the list may lie anywhere.
"""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from archive.model.observations import ListPage, Paging, Row
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute
from crawler.extract.trail import read_breadcrumb
from crawler.families import trs
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer
from crawler.services.json_data import inside, number, objects
from crawler.services.script_pagers import with_page
from crawler.services.trs_records import rows_of

_STATIC = etree.XPath(
    ".//*[contains(@ms-visible, 'showStatic') and not(contains(@ms-visible, '!'))]"
    "[not(ancestor::*[contains(@ms-visible, 'showStatic')][1])]"
)
_SETTINGS = {
    name: re.compile(pattern)
    for name, pattern in {
        "rows": r"\brecordCount\s*:\s*[\"']?(\d{1,7})\b",
        "size": r"\bprepage\s*:\s*[\"']?([1-9]\d{0,3})\b",
        "channelid": r"\b(?:channelid|searchId)\s*:\s*[\"']?(\d{1,12})\b",
        "classsql": r"\bclasssql\s*:\s*(?:(?:\"\"|'')\s*\|\|\s*)?[\"']([^\"'\n]{1,300})[\"']",
        "sortfield": r"\bsortfield\s*:\s*[\"']([^\"'\n]{1,100})[\"']",
        "service": r"\blistApi\s*:\s*\{[^{}]{0,300}?\burl\s*:\s*[\"']([^\"'\n]{1,300})[\"']",
    }.items()
}
_SORT = "-docorderpri,-docreltime"
_SIZE = 15
_LISTED = ("chnldocurl", "docpuburl")


def marks(answer: Answer) -> tuple[str, ...]:
    """Blocks of static pages, and what the script tells the service; the keys of the service's answers."""
    if answer.data is not None:
        keys = "chnldocurl" in answer.text and "docreltime" in answer.text
        return ("records with chnldocurl and docreltime",) if keys else ()
    signs = {
        "pages in blocks of $showStatic": "showStatic" in answer.text and "ms-visible" in answer.text,
        "the number of rows in pageChnlInfo": "pageChnlInfo" in answer.text or "list2.trsapi" in answer.text,
        "templates of ms-controller": "ms-controller" in answer.text,
    }
    general = trs.marks(answer) if any(signs.values()) else ()
    signs["templates of ms-controller"] &= bool(general)
    own = reasons(signs)
    return (*own, *general) if own else ()


def read(answer: Answer) -> ListPage:
    """The static pages of a list, or a page that the service answered."""
    return _served(answer) if answer.data is not None else _static(answer)


def _static(answer: Answer) -> ListPage:
    settings = {name: match[1] for name, pattern in _SETTINGS.items() if (match := pattern.search(answer.text))}
    boxes = _STATIC(answer.root) or ([] if "service" in settings else [answer.root])
    rows = tuple(row for box in boxes for row in read_rows(box, answer.url))
    return ListPage(rows, _static_paging(settings, len(rows), answer.url), read_breadcrumb(answer.root))


def _static_paging(settings: dict[str, str], shown: int, url: str) -> Paging:
    """Return what the script says: how many pages, how many of them these rows fill, and how to ask for the first of the others."""
    if "rows" not in settings:
        return Paging()
    rows, size = int(settings["rows"]), int(settings.get("size", _SIZE))
    pages = -(-rows // size)
    here = pages if shown >= rows else min(shown // size, pages)
    service = absolute(url, settings.get("service", ""))
    if here == pages or "service" not in settings or not {"channelid", "classsql"} <= settings.keys():
        return Paging(pages, rows, pages_here=here)
    form = {
        "channelid": settings["channelid"],
        "sortfield": settings.get("sortfield", _SORT),
        "classsql": settings["classsql"],
        "classcol": "publishyear",
        "classnum": 100,
        "classsort": 0,
        "cache": "true",
        "page": here + 1,
        "prepage": size,
    }
    return Paging(pages, rows, service, urlencode(form, errors="replace"), pages_here=here)


def _served(answer: Answer) -> ListPage:
    listed = objects(answer.data, *_LISTED)
    rows = tuple(_as_listed(row, answer.url) for row in rows_of(listed, answer.url))
    request = parse_qs(answer.form or urlsplit(answer.url).query)
    page, size = (number(request.get(name, [""])[0]) for name in ("page", "prepage"))
    pages = number(inside(answer.data, "pageCount"))
    claimed = next((n for key in ("recordCount", "count", "total") if (n := number(inside(answer.data, key)))), None)
    more = page is not None and (page < pages if pages else len(rows) >= (size or _SIZE))
    paging = Paging(pages, claimed)
    if rows and more and page and answer.form:
        paging = Paging(pages, claimed, answer.url, with_page(f"?{answer.form}", "page", page + 1)[1:])
    ended = not listed and any(inside(answer.data, key) == [] for key in ("data", "docs", "datas"))
    return ListPage(rows, paging, ended=ended)


def _as_listed(row: Row, url: str) -> Row:
    """`row` with its address as the static pages lead to it: by the list's scheme where it is on the list's host."""
    if row.url and (urlsplit(row.url).hostname, row.url[:5]) == (urlsplit(url).hostname, "http:"):
        return replace(row, url=f"{urlsplit(url).scheme}{row.url[4:]}")
    return row


FAMILY = Family("trs_fujian", 1, marks, read, places=("/zwgk/zfxxgk/", "/zwgk/"))
