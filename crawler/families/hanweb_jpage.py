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
from itertools import pairwise
from urllib.parse import urlencode, urlsplit

from archive.model.observations import ListPage, Paging
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family
from crawler.paging.inline_data import pairs, stated
from crawler.services.answer import Answer
from crawler.services.datastore import Datastore, holds_store, read_store
from crawler.services.json_data import number, query_of

_PAGER = ".jpage("
_SERVICE = "dataproxy.jsp"


def marks(answer: Answer) -> tuple[str, ...]:
    """Records in a datastore, the pager's call, the address of its service."""
    found = []
    if holds_store(answer.text):
        found.append("records in a datastore")
    if _PAGER in answer.text:
        found.append("a pager of jpage")
    if _SERVICE in answer.text or _SERVICE in answer.url:
        found.append(f"rows served by {_SERVICE}")
    return tuple(found)


def read(answer: Answer) -> ListPage:
    """The records in a column's page or in its service's answer."""
    store = read_store(answer)
    if _SERVICE not in urlsplit(answer.url).path:
        rows = store.rows(answer.url) if store.records else read_rows(answer.root, answer.url)
        return ListPage(rows, _first(answer, store, len(rows)), read_breadcrumb(answer.root))
    behind_last = _asked(answer.url)["startrecord"] > (store.total or 1)
    return ListPage(store.rows(answer.url), _next(answer.url, store), ended=behind_last and not store.records)


def _first(answer: Answer, store: Datastore, count: int) -> Paging:
    """Return what a column's page, which shows `count` rows, claims, and the first request to its service."""
    call = _call(answer.text, store.next_group)
    total = store.total if store.total is not None else number(stated(call, "totalRecord"))
    link = store.next_group or stated(call, "proxyUrl")
    service = absolute(answer.url, link) if link else None
    more = store.next_group is not None if total is None else count < total
    if not more or not service:
        return Paging(None, total)
    size = len(store.records) or count or 1
    said = {**pairs(_parameters(answer.text, call)), **query_of(service)}
    said["perpage"] = stated(call, "perPage") or str(size)
    page = number(said.get("page")) or (2 if store.records else 1)
    return Paging(None, total, _request(service, said, page, 1 if page == 1 else size + 1, size))


def _next(url: str, store: Datastore) -> Paging:
    """Return what the service's answer claims, and the request for the records behind it."""
    asked, count = _asked(url), len(store.records)
    start = asked["startrecord"] + count
    more = store.next_group is not None if store.total is None else start <= store.total
    if not count or not more:
        return Paging(None, store.total)
    size = max(asked["endrecord"] - asked["startrecord"] + 1, 1) if asked["endrecord"] else count
    said = {"perpage": str(size), **query_of(url), **query_of(store.next_group or "")}
    return Paging(None, store.total, _request(url, said, asked["page"] + 1, start, size))


def _request(service: str, said: dict[str, str], page: int, start: int, size: int) -> str:
    place = {"page": page, "startrecord": start, "endrecord": start + size - 1}
    query = urlencode({**said, **place}, safe="/", errors="replace")
    return urlsplit(service)._replace(query=query, fragment="").geturl()


def _asked(url: str) -> dict[str, int]:
    """The place in the list that a request asks for."""
    query = query_of(url)
    defaults = {"page": 1, "startrecord": 1, "endrecord": 0}
    return {name: number(query.get(name)) or default for name, default in defaults.items()}


def _call(text: str, next_group: str | None) -> str:
    """Return the text of the pager's call for the store with this link: of several calls the one to its unit."""
    calls = [(before[-100:], after) for before, after in pairwise(text.split(_PAGER))]
    unit = query_of(next_group or "").get("unitid") or "-"
    return max(calls, key=lambda call: (unit in call[0], unit in call[1]), default=("", ""))[1]


def _parameters(text: str, call: str) -> str:
    """Return the parameters that a call sends along with each request: an object in it, or in the variable that it names."""
    said = call.partition("ajaxParam")[2].lstrip("\"' :=")
    if name := re.match(r"[A-Za-z_]\w{0,60}", said):
        said = re.split(rf"\b{name[0]}\s*=\s*(?=\{{)", text, maxsplit=1)[-1]
    return said.partition("}")[0] if said.startswith("{") else ""


FAMILY = Family("hanweb_jpage", 1, marks, read)
