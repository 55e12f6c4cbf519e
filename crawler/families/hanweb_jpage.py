"""Hanweb (jcms, 大汉) columns paged by jpage: /col/col<id>/index.html, then …/jpage/dataproxy.jsp.

The first rows stand in the page's script, as <datastore> with a <record> each or as an array of texts, perhaps in plain `li`
too; further ones are served as the same XML, as script (totalRecord=714.0;totalPage = 27;dataStore = ['<li>..', …]) or
within JSONP. Every record is a row.

Known from public crawlers' behaviour only: older servers obey startrecord and endrecord (three pages at once), newer ones
ignore them and obey page, whose groups are of a size of their own; the page's own link, <nextgroup>, asks for page 1 once
more. So a request says both, and so that they agree: page 1 begins at record 1, each next page behind the records served
so far. Where the page has no such link, records are requested from behind those it shows.
"""

import re
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from urllib.parse import urlsplit

from archive.model.observations import ListPage, Paging, Row
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute, read_row
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer
from crawler.services.inline_data import pairs, stated, strings
from crawler.services.json_data import number, query_of, with_query

_PAGER = ".jpage("
_SERVICE = "dataproxy.jsp"
_HANDED_OVER = "dataStore"

_COLUMN = re.compile(r"/col/col(\d+)(?:/|$)")
_PAGE_OF_RECORD = re.compile(r"/art/(?:19|20)\d{2}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html")
_RECORD = re.compile(r"<record(?:\s[^<>]*)?>")
_NEXT_GROUP = re.compile(r"href\s*=\s*[\"']([^\"'<>]{1,2000})[\"']")
_SCRIPTED = re.compile(r"\s*(?:var\s+)?totalRecord\s*=")
_ARRAY = re.compile(r"(?:dataStore|InitData\w{0,40})\s*[:=]\s*(?=\[)")


@dataclass(frozen=True, slots=True)
class Datastore:
    """Records, the link to the next ones (which says whose they are), and how many rows and pages the service claims."""

    records: tuple[str, ...] = ()
    next_group: str | None = None
    total: int | None = None
    pages: int | None = None

    def rows(self, base_url: str) -> tuple[Row, ...]:
        """The rows that the records are; what prints nothing is none."""
        rows = (read_row(parse_html(record), base_url) for record in self.records)
        return tuple(row for row in rows if row)


def marks(answer: Answer) -> tuple[str, ...]:
    """Records in a datastore, the pager's call, the address of its service; the address of a record."""
    signs = {
        "records in a datastore": holds_store(answer.text),
        "a pager of jpage": _PAGER in answer.text,
        f"rows served by {_SERVICE}": _SERVICE in answer.text or _SERVICE in answer.url,
        "a record at /art/<year>/<month>/<day>/": _PAGE_OF_RECORD.search(answer.url),
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """The records in a column's page or in its service's answer."""
    store = read_store(answer)
    if _SERVICE not in urlsplit(answer.url).path:
        rows = store.rows(answer.url) if store.records else read_rows(answer.root, answer.url)
        return ListPage(rows, _first(answer, store, len(rows)), read_breadcrumb(answer.root))
    behind_last = _place_in(answer.url)["startrecord"] > (store.total or 1)
    return ListPage(store.rows(answer.url), _next(answer.url, store), ended=behind_last and not store.records)


def _first(answer: Answer, store: Datastore, count: int) -> Paging:
    """Return what a column's page, which shows `count` rows, claims, and the first request to its service."""
    call = _call(answer.text, store.next_group)
    total = store.total if store.total is not None else number(stated(call, "totalRecord"))
    claims = _claims(total, store.pages, number(stated(call, "perPage")), count)
    link = store.next_group or stated(call, "proxyUrl")
    service = absolute(answer.url, link) if link else None
    more = store.next_group is not None if total is None else count < total
    if not more or not service:
        return claims
    size = len(store.records) or count or 1
    query = {**pairs(_parameters(answer.text, call)), **query_of(service)}
    query["perpage"] = stated(call, "perPage") or str(size)
    page = number(query.get("page")) or (2 if store.records else 1)
    return replace(claims, next_url=_request(service, query, page, 1 if page == 1 else size + 1, size))


def _next(url: str, store: Datastore) -> Paging:
    """Return what the service's answer claims, and the request for the records behind it."""
    place, count = _place_in(url), len(store.records)
    claims = _claims(store.total, store.pages, number(query_of(url).get("perpage")), count)
    start = place["startrecord"] + count
    more = store.next_group is not None if store.total is None else start <= store.total
    if not count or not more:
        return claims
    size = max(place["endrecord"] - place["startrecord"] + 1, 1) if place["endrecord"] else count
    query = {"perpage": str(size), **query_of(url), **query_of(store.next_group or "")}
    return replace(claims, next_url=_request(url, query, place["page"] + 1, start, size))


def _claims(total: int | None, pages: int | None, size: int | None, count: int) -> Paging:
    """Return the claims of a pager, whose pages have `size` rows: an answer holds several of them at once.

    `pages` counts where there is no size, for the service counts by a size of its own.
    """
    if not total or not (size or pages):
        return Paging(pages, total)
    size = size or -(-total // (pages or 1))
    pages = -(-total // size)
    return Paging(pages, total, pages_here=min(-(-count // size), pages))


def _request(service: str, query: dict[str, str], page: int, start: int, size: int) -> str:
    place = {"page": page, "startrecord": start, "endrecord": start + size - 1}
    return with_query(service, {**query, **place}, safe="/")


def _place_in(url: str) -> dict[str, int]:
    """The place in the list that a request asks for."""
    query = query_of(url)
    defaults = {"page": 1, "startrecord": 1, "endrecord": 0}
    return {name: number(query.get(name)) or default for name, default in defaults.items()}


def _call(text: str, next_group: str | None) -> str:
    """Return the text of the pager's call for the store with this link.

    Of several calls one to its unit; of these the one that hands the records over, for another, of the form that searches
    them, claims a number of its own.
    """
    calls = [(before[-100:], after) for before, after in pairwise(text.split(_PAGER))]
    unit = query_of(next_group or "").get("unitid") or "-"

    def rank(call: tuple[str, str]) -> tuple[bool, bool, bool]:
        return unit in call[0], unit in call[1], _HANDED_OVER in call[1].partition("})")[0]

    return max(calls, key=rank, default=("", ""))[1]


def _parameters(text: str, call: str) -> str:
    """Return the parameters that a call sends along with each request: an object in it, or in the variable that it names."""
    script = call.partition("ajaxParam")[2].lstrip("\"' :=")
    if name := re.match(r"[A-Za-z_]\w{0,60}", script):
        script = re.split(rf"\b{name[0]}\s*=\s*(?=\{{)", text, maxsplit=1)[-1]
    return script.partition("}")[0] if script.startswith("{") else ""


def holds_store(text: str) -> bool:
    """Whether a page or an answer holds records in one of these forms."""
    return "<datastore" in text or _SCRIPTED.match(text) is not None


def read_store(answer: Answer) -> Datastore:
    """The store of the page's own column; where no link says whose the stores are, the largest."""
    text = _unwrapped(answer)
    stores = [_of_xml(chunk.partition("</datastore")[0]) for chunk in text.split("<datastore")[1:]]
    if not stores:
        arrays = [tuple(strings(text, match.end())) for match in _ARRAY.finditer(text)]
        names = ("totalRecord", "totalPage") if _SCRIPTED.match(text) else ()
        claims = [number(stated(text, name)) for name in names] or [None, None]
        return Datastore(max(arrays, key=len, default=()), None, claims[0], claims[1])
    column = _COLUMN.search(answer.url)
    return max(stores, key=lambda store: (column is not None and _of_column(store, column[1]), len(store.records)))


def _unwrapped(answer: Answer) -> str:
    """The answer's text; of JSONP the text in it that holds the records."""
    values = answer.data.values() if isinstance(answer.data, dict) else ()
    return next((value for value in values if isinstance(value, str) and holds_store(value)), answer.text)


def _of_column(store: Datastore, column: str) -> bool:
    return store.next_group is not None and f"columnid={column}&" in f"{store.next_group}&"


def _of_xml(chunk: str) -> Datastore:
    head, *records = _RECORD.split(chunk)
    link = _NEXT_GROUP.search(head.partition("<nextgroup")[2]) or _NEXT_GROUP.search(chunk.partition("</recordset")[2])
    claims = (number(head.partition(f"<{name}>")[2].partition("<")[0]) for name in ("totalrecord", "totalpage"))
    bodies = (record.partition("</record>")[0].strip() for record in records)
    return Datastore(tuple(map(_content, bodies)), link[1].replace("&amp;", "&") if link else None, *claims)


def _content(body: str) -> str:
    opened, marked, rest = body.partition("<![CDATA[")
    return rest.partition("]]>")[0] if marked and not opened.strip() else unescape(body)


FAMILY = Family("hanweb_jpage", 2, marks, read)
