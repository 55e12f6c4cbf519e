"""Hanweb's newer platform (jpaas): column pages whose units are built by /api-gateway/jpaas-publish-server/front/page/build/unit.

A unit names itself in an element of the page: queryData="{'parseType':'bulidstatic','webId':'…','tplSetId':'…','tagId':'…',
'pageId':'…'}" (spelt so) beside url or unitUrl. The service is requested by GET with these values and paramJson
{"pageNo":n,"pageSize":m}, and answers {"data":{"html":"…"}}. Where the page shows its first rows, a pager element holds the
same queryData with count, rows and pageNo as attributes; so does the answer.

Known from public crawlers' behaviour only, and read leniently: which elements hold queryData, that of several units the one
whose tagId speaks of a list is the list, that pageNo counts outside paramJson for nothing. A server that answers page 1 to
every request gives itself away by its pager's pageNo, and nothing is read from it.
"""

from itertools import islice
from urllib.parse import urlsplit

from archive.model.observations import ListPage, Paging, Row
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.families.family import Family
from crawler.paging.pager import read_paging
from crawler.services.answer import Answer
from crawler.services.jpaas_units import SERVICE, Pager, Unit, read_pager, read_unit
from crawler.services.json_data import inside, number, parse_data, query_of

_PAGE_SIZE = 15
_NEAREST = 4


def marks(answer: Answer) -> tuple[str, ...]:
    """The service's address, with what a unit sends to it."""
    if SERVICE in answer.url:
        return ("an answer of jpaas-publish-server",)
    if SERVICE in answer.text and "tplSetId" in answer.text:
        return ("a list built by jpaas-publish-server",)
    return ()


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
    return ListPage(rows, read_paging(answer.root, answer.url), breadcrumb)


def _rows_above(pager: Pager, answer: Answer) -> tuple[Row, ...]:
    """The rows that stand nearest to a pager, lest a longer list in a margin is taken for its own."""
    places = (*islice(pager.place.iterancestors(), _NEAREST), answer.root)
    return next((rows for place in places if (rows := read_rows(place, answer.url))), ())


def _read_answer(answer: Answer) -> ListPage:
    html = inside(answer.data, "data", "html") or inside(answer.data, "data")
    root = parse_html(html if isinstance(html, str) else "")
    said = query_of(answer.url)
    asked = parse_data(said.get("paramJson", ""))
    page, size = number(inside(asked, "pageNo")) or 1, number(inside(asked, "pageSize")) or _PAGE_SIZE
    pager = read_pager(root) or Pager(size=size)
    if pager.page not in {None, page}:
        return ListPage(())
    rows = read_rows(root, answer.url)
    unit = Unit(urlsplit(answer.url)._replace(query="", fragment="").geturl(), said, is_list=True)
    over = page > (pager.pages or 1)
    return ListPage(rows, _paging(pager, len(rows), page, unit), ended=over and not rows)


def _paging(pager: Pager, shown: int, page: int, unit: Unit | None) -> Paging:
    """Return the claims of a pager, and the next page: to the last one claimed, or until one has no rows."""
    goes_on = shown > 0 and (pager.pages is None or page < pager.pages)
    following = unit.request(page + 1, pager.size or _PAGE_SIZE) if goes_on and unit else None
    return Paging(pager.pages, pager.count, following)


FAMILY = Family("jpaas", 1, marks, read)
