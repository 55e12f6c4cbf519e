"""Lonsun (龙讯): /public/column/<organ>?type=4&action=list&catId=…, further pages from the service /site/label/<n>.

Known from public crawlers' behaviour only. The service answers with a piece of HTML: rows (`ul.xxgk_nav_list li`, or a `ul`
a row with a hover box), and a script that says how many pages there are (`pageCount: 25`). What to request stands
in a script of the first page, as an object or an address, with the page's number in pageIndex; where none does, the
list's own address takes pageIndex. Variants: /OpennessContent/showList/<branch>/<column>/page_1.html and
/opennessTarget/?branch_id=…&page=1, which link to their next page.
"""

import re
from dataclasses import replace
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree
from w3lib.url import add_or_replace_parameter, url_query_parameter

from archive.model.observations import ListPage, Paging
from crawler.extract.dated import known_rows
from crawler.extract.row import absolute
from crawler.families import plain
from crawler.families.family import Family
from crawler.services.answer import Answer
from crawler.services.json_data import number

_LABEL = "/site/label/"
_NOTHING = "暂无"
_MARKS = {
    "addresses under /public/column/": ("/public/column/",),
    "a service of lists at /site/label/": (_LABEL,),
    "scripts of Ls": ("Ls.ajax", "Ls.pagination"),
    "rows in xxgk_nav_list or xxgk_navli": ("xxgk_nav_list", "xxgk_navli"),
    "text in j-fontContent": ("j-fontContent",),
    "addresses of OpennessContent or opennessTarget": ("OpennessContent/show", "/opennessTarget/?"),
}
_PAGES = re.compile(r"\bpageCount\s*[:=]\s*[\"']?(\d{1,5})\b")
_TOTAL = re.compile(r"\btotal\s*[:=]\s*[\"']?(\d{1,7})\b")
_ADDRESS = re.compile(r"[\"']((?:/\w{1,40}){0,3}/site/label/\d+(?:\?[^\"'\s<>]{0,1000})?)[\"']")
_DATA = re.compile(r"\bdata\s*:\s*\{([^{}]{0,2000}\bpageIndex\b[^{}]{0,2000})\}")
_NEAR = 2_500
_MOST_CALLS = 20
_ITEMS = etree.XPath(".//ul[contains(@class, 'xxgk_nav_list')]/li")
_PAIR = re.compile(r"[\"']?\b(\w{1,40})[\"']?\s*:\s*(?:\"([^\"]{0,300})\"|'([^']{0,300})'|([\w.]{1,40}))")
_NUMBERED = re.compile(r"(/page_)(\d{1,5})(\.html?)")


def marks(answer: Answer) -> tuple[str, ...]:
    """Addresses of its lists and of its service, the scripts and classes of its templates."""
    text = f"{answer.url}\n{answer.text}"
    return tuple(reason for reason, words in _MARKS.items() if any(word in text for word in words))


def read(answer: Answer) -> ListPage:
    """A first page, or a piece of HTML that the service answers."""
    page = plain.read(answer)
    rows = known_rows(_ITEMS(answer.root), answer.url)
    beside = not rows and "xxgk_navli" not in answer.text and _LABEL not in answer.url and _service(answer, 1)
    # Rows beside a list that is still to come are not its own.
    page = replace(page, rows=rows or (() if beside else page.rows))
    pages, total = _PAGES.search(answer.text), _TOTAL.search(answer.text)
    paging = Paging(
        int(pages[1]) if pages else page.paging.pages_claimed,
        int(total[1]) if pages and total else page.paging.rows_claimed,
        page.paging.next_url or _following(answer, page, int(pages[1]) if pages else None),
    )
    if paging.next_url is None and not page.rows and _LABEL not in answer.url:
        paging = replace(paging, next_url=_service(answer, 1))
    return replace(page, paging=paging, ended=_LABEL in answer.url and not page.rows and _NOTHING in answer.text)


def _following(answer: Answer, page: ListPage, pages: int | None) -> str | None:
    """The page after this one, where no link leads to it; None behind the last that the page claims."""
    numbered = _NUMBERED.search(urlsplit(answer.url).path)
    page_number = int(numbered[2]) if numbered else number(url_query_parameter(answer.url, "pageIndex")) or 1
    if not page.rows or page_number >= (pages or page.paging.pages_claimed or 0):
        return None
    if numbered:
        return answer.url.replace(numbered[0], f"{numbered[1]}{page_number + 1}{numbered[3]}")
    service = None if _LABEL in answer.url else _service(answer, page_number + 1)
    if service and number(url_query_parameter(service, "pageSize")) not in {None, len(page.rows)}:
        service = _service(answer, 1)  # a page of the service holds another number of rows than this one
    return service or add_or_replace_parameter(answer.url, "pageIndex", str(page_number + 1))


def _service(answer: Answer, page: int) -> str | None:
    """The address of a page of the service that a first page names; None where it names none that has pages."""
    for named in islice(_ADDRESS.finditer(answer.text), _MOST_CALLS):
        beside = _DATA.search(answer.text, max(named.start() - _NEAR, 0), named.end() + _NEAR)
        url = absolute(answer.url, named[1])
        if url is None or not (beside or "pageIndex=" in url):
            continue
        parameters = (
            dict(filter(None, (_parameter(pair, answer) for pair in _PAIR.finditer(beside[1])))) if beside else {}
        )
        for name, value in {"IsAjax": "1", "dataType": "html", **parameters, "pageIndex": str(page)}.items():
            url = add_or_replace_parameter(url, name, value)
        return url
    return None


def _parameter(pair: re.Match[str], answer: Answer) -> tuple[str, str] | None:
    """A name and value to ask the service with; a variable's value from the script or the list's own address."""
    name, variable = pair[1], pair[4]
    if not variable:
        return name, pair[2] or pair[3] or ""
    if variable.isdecimal() or variable in {"true", "false"}:
        return name, variable
    assigned = re.search(rf"\b{re.escape(variable)}\s*=\s*[\"']([^\"']{{0,300}})[\"']", answer.text)
    value = assigned[1] if assigned else url_query_parameter(answer.url, name)
    return (name, value) if value is not None else None


FAMILY = Family("lonsun", 1, marks, read)
