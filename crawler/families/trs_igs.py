"""TRS's search services as lists: IGS and IRS in JSON, govsearch in JSONP and HTML.

Known from saved answers: GET /igs/front/search/list.html?…pageNumber=n gives {"page": {"content": […], "total": "38546",
"pageNumber": n, "totalPages": 1000}}, the total as a text and the pages no more than 1000; which keys a record has differs
from site to site. Known from public clients' behaviour only: POST /irs/front/search with JSON gives {"data": {"middle":
{"list": […]}, "pager": {…}}} (or "listAndBox", a record in "data" of each), its search page names `code` and `dataTypeId`
in its address; govsearch's JSONP gives {"num": n, "data": [{"puburl", "tip": {…}}]} for page=n, and a few blank lines and a
byte order mark before its callback.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.model.observations import ListPage, Paging
from crawler.extract.row import absolute
from crawler.families import plain, trs
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer
from crawler.services.json_data import dicts, inside, number, parse_data, query_of
from crawler.services.script_pagers import with_page
from crawler.services.trs_records import rows_of

_SERVICE = re.compile(r"/(?:igs|irs)/front/search\b")
_SEARCH_CODE = re.compile(r"[?&]code=[0-9a-f]{10,12}\b")
_PAGE = re.compile(r"[?&](page|pageIndex|pageNo)=(\d{1,6})\b")
_FORM = json.loads(Path(__file__).with_name("trs_igs_form.json").read_text(encoding="utf-8"))
_NAMED_IN_ADDRESS = ("code", "configCode", "codes", "dataTypeId", "searchWord", "orderBy", "searchBy", "tenantId")


def marks(answer: Answer) -> tuple[str, ...]:
    """Addresses of the services, and the shape of their answers."""
    path, data, of_irs = urlsplit(answer.url).path, answer.data, "/irs" in answer.url or "/irs" in answer.text
    page = inside(data, "page")
    signs = {
        "an address of TRS's search service": _SERVICE.search(path),
        "an address of govsearch": "/govsearch/" in path,
        "a search page of IRS with its code": data is None and of_irs and _SEARCH_CODE.search(answer.url),
        "an answer with page.content and orderProperty": inside(page, "content") is not None
        and "orderProperty" in page,
        "an answer with data.middle": _middle(data),
        "records with puburl": inside(data, "data", 0, "puburl") is not None,
    }
    return (*reasons(signs), *(trs.marks(answer) if data is None and any(signs.values()) else ()))


def read(answer: Answer) -> ListPage:
    """The list that a service answered, the page of one, or how to ask for the first."""
    data = answer.data
    if data is None:
        return _search_page(answer) if _SEARCH_CODE.search(answer.url) else plain.read(answer)
    if isinstance(inside(data, "page", "content"), list):
        return _igs(answer, inside(data, "page"))
    return _irs(answer, data) if _middle(data) else _govsearch(answer, data)


def _igs(answer: Answer, page: Any) -> ListPage:  # noqa: ANN401
    at, pages = number(page.get("pageNumber")), number(page.get("totalPages"))
    following = with_page(answer.url, "pageNumber", at + 1) if at and pages and at < pages else None
    return _listed(answer, page["content"], Paging(pages, number(page.get("total")), following))


def _irs(answer: Answer, data: Any) -> ListPage:  # noqa: ANN401
    middle, pager = _middle(data), inside(data, "data", "pager")
    records = _list(inside(middle, "list")) or [inside(each, "data") for each in _list(inside(middle, "listAndBox"))]
    at, pages = number(inside(pager, "pageNo")), number(inside(pager, "pageCount"))
    request = parse_data(answer.form or "")
    paging = Paging(pages, number(inside(pager, "total")))
    if at and pages and at < pages and isinstance(request, dict):
        form = json.dumps({**request, "pageNo": at + 1}, ensure_ascii=False)
        paging = Paging(pages, paging.rows_claimed, answer.url, form)
    return _listed(answer, records, paging)


def _govsearch(answer: Answer, data: Any) -> ListPage:  # noqa: ANN401
    records = next((value for key in ("data", "list") if isinstance(value := inside(data, key), list)), None)
    if records is None:
        return ListPage(())
    total, place = number(inside(data, "num")), _PAGE.search(answer.url)
    name, at = (place[1], int(place[2])) if place else ("page", 1)
    more = bool(records) and (total is None or at * len(records) < total)
    following = with_page(answer.url, name, at + 1) if more else None
    records = [{**each, **(tip if isinstance(tip := each.get("tip"), dict) else {})} for each in dicts(records)]
    return _listed(answer, records, Paging(None, total, following))


def _listed(answer: Answer, records: Any, paging: Paging) -> ListPage:  # noqa: ANN401
    return ListPage(rows_of(records, answer.url), paging, ended=not records)


def _search_page(answer: Answer) -> ListPage:
    """A search page without results, which its script asks for: the address says what."""
    query = query_of(answer.url)
    form = {**_FORM, **{name: query[name] for name in _NAMED_IN_ADDRESS if query.get(name)}}
    service = absolute(answer.url, "/irs/front/search")
    return ListPage((), Paging(next_url=service, next_form=json.dumps(form, ensure_ascii=False), pages_here=0))


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _middle(data: Any) -> Any:  # noqa: ANN401
    middle = inside(data, "data", "middle")
    return middle if isinstance(middle, dict) else None


FAMILY = Family("trs_igs", 1, marks, read)
