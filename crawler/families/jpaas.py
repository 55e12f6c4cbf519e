"""Hanweb's newer platform (jpaas): column pages whose units are built by /api-gateway/jpaas-publish-server/front/page/build/unit.

A unit names itself in an element of the page: queryData="{'parseType':'bulidstatic','webId':'…','tplSetId':'…','tagId':'…',
'pageId':'…'}" (spelt so) beside url or unitUrl. The service is requested by GET with these values and paramJson
{"pageNo":n,"pageSize":m}, and answers {"data":{"html":"…"}}. Where the page shows its first rows, a pager element holds the
same queryData with count, rows and pageNo as attributes; so does the answer.

Known from public crawlers' behaviour only, and read leniently: which elements hold queryData, that of several units the one
whose tagId speaks of a list is the list, that pageNo counts outside paramJson for nothing. A server that answers page 1 to
every request gives itself away by its pager's pageNo, and nothing is read from it.
"""

import json
import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode, urlsplit

from lxml import etree

from archive.model.observations import ListPage, Paging, Row
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute
from crawler.extract.text import Element
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.families.family import Family
from crawler.services.answer import Answer
from crawler.services.inline_data import pairs, stated
from crawler.services.json_data import inside, number, parse_data, query_of
from crawler.services.link_pagers import read_paging

_PAGE_SIZE = 15
_NEAREST = 4

SERVICE = "jpaas-publish-server/front/page/build/unit"

_PAGE_OF_RECORD = re.compile(r"/art/(?:19|20)\d{2}/art_[0-9a-f]{32}\.html")
_PATH = "/front/page/build/unit"
_NEEDED = ("webId", "tplSetId", "pageId")
_PARAMETERS = ("parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId")
_LIST_WORDS = ("列表", "list", "List", "分页", "内容", "信息", "概览")
_UNITS = etree.XPath(".//*[@querydata]")
_PAGERS = etree.XPath(".//*[(@count and @rows and (@pageno or @querydata)) or contains(@querydata, 'count')]")


@dataclass(frozen=True, slots=True)
class Pager:
    """The statements of a pager: rows in all, rows a page, this page's number from 1 (None: it does not say), and where it stands."""

    count: int | None = None
    size: int | None = None
    page: int | None = None
    place: Element = None

    @property
    def pages(self) -> int | None:
        """The number of pages that it claims; None where it gives no number of rows or no size."""
        return -(-self.count // self.size) if self.count is not None and self.size else None


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a page: the service's address, what is sent to it, whether it looks like a list."""

    address: str
    query: dict[str, str]
    is_list: bool

    def request(self, page: int, size: int) -> str:
        """The address of one page of the unit."""
        parameters = {name: self.query[name] for name in _PARAMETERS if name in self.query}
        parameters["paramJson"] = json.dumps({"pageNo": page, "pageSize": size}, separators=(",", ":"))
        return f"{self.address}?{urlencode(parameters, errors='replace')}"


def marks(answer: Answer) -> tuple[str, ...]:
    """The service's address, with what a unit sends to it; the address of a record."""
    if SERVICE in answer.url:
        return ("an answer of jpaas-publish-server",)
    if SERVICE in answer.text and "tplSetId" in answer.text:
        return ("a list built by jpaas-publish-server",)
    return ("a record at /art/<year>/art_<32 hex digits>.html",) if _PAGE_OF_RECORD.search(answer.url) else ()


def read(answer: Answer) -> ListPage:
    """The rows of an answer; those that a column's page shows; or none where the list is built by the service."""
    if SERVICE in answer.url:
        return _read_answer(answer)
    pager, unit = read_pager(answer.root), read_unit(answer)
    breadcrumb = read_breadcrumb(answer.root)
    if pager:
        rows = _rows_above(pager, answer)
        return ListPage(rows, _paging(pager, len(rows), pager.page or 1, unit), breadcrumb)
    rows = () if unit and unit.is_list else read_rows(answer.root, answer.url)
    if unit and not rows:
        return ListPage((), Paging(None, None, unit.request(1, _PAGE_SIZE)), breadcrumb)
    return ListPage(rows, read_paging(answer.root, answer.url, len(rows)), breadcrumb)


def _rows_above(pager: Pager, answer: Answer) -> tuple[Row, ...]:
    """The rows that stand nearest to a pager: a longer list in a margin is not its own."""
    places = (*islice(pager.place.iterancestors(), _NEAREST), answer.root)
    return next((rows for place in places if (rows := read_rows(place, answer.url))), ())


def _read_answer(answer: Answer) -> ListPage:
    html = inside(answer.data, "data", "html") or inside(answer.data, "data")
    root = parse_html(html if isinstance(html, str) else "")
    query = query_of(answer.url)
    parameters = parse_data(query.get("paramJson", ""))
    page, size = number(inside(parameters, "pageNo")) or 1, number(inside(parameters, "pageSize")) or _PAGE_SIZE
    pager = read_pager(root) or Pager(size=size)
    if pager.page not in {None, page}:
        return ListPage(())
    rows = read_rows(root, answer.url)
    unit = Unit(urlsplit(answer.url)._replace(query="", fragment="").geturl(), query, is_list=True)
    over = page > (pager.pages or 1)
    return ListPage(rows, _paging(pager, len(rows), page, unit), ended=over and not rows)


def _paging(pager: Pager, shown: int, page: int, unit: Unit | None) -> Paging:
    """Return the claims of a pager, and the next page: to the last one claimed, or until one has no rows."""
    goes_on = shown > 0 and (pager.pages is None or page < pager.pages)
    following = unit.request(page + 1, pager.size or _PAGE_SIZE) if goes_on and unit else None
    return Paging(pager.pages, pager.count, following)


def read_pager(root: Element) -> Pager | None:
    """The pager of a page or an answer; None where there is none."""
    for element in _PAGERS(root):
        query = {**pairs(element.get("querydata") or ""), **dict(element.attrib)}
        counts = [number(query.get(name)) for name in ("count", "rows", "pageno", "pageNo")]
        pager = Pager(counts[0], counts[1], counts[2] or counts[3], element)
        if pager.count is not None and pager.size:
            return pager
    return None


def read_unit(answer: Answer) -> Unit | None:
    """The unit that is the page's list: that of its pager, else the one that is called so, else the first."""
    units = []
    for element in _UNITS(answer.root):
        query = pairs(element.get("querydata"))
        address = absolute(answer.url, element.get("url") or element.get("uniturl") or "")
        if all(query.get(name) for name in _NEEDED) and address and _PATH in address:
            is_list = element.get("count") is not None or any(word in query.get("tagId", "") for word in _LIST_WORDS)
            units.append(Unit(address, query, is_list=is_list))
    if units:
        return max(units, key=lambda unit: unit.is_list)
    query = {name: value for name in _PARAMETERS if (value := stated(answer.text, name)) is not None}
    address = absolute(answer.url, f"/api-gateway/{SERVICE}")
    return Unit(address, query, is_list=True) if address and all(query.get(name) for name in _NEEDED) else None


FAMILY = Family("jpaas", 2, marks, read)
