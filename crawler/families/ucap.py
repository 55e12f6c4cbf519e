"""UCAP: /{site}/{column}/list.shtml or xxgk_list.shtml, records at /YYYYMM/<32 hex digits>.shtml (newer ones c11_199590.shtml).

A list's pages are written by the server (list_2.shtml is the second) or come as JSON from /common/search/<channel>, to
which a first page leads that holds rows or none. Known from saved pages (a record, a home page), from an item of the
search service and from public crawlers' behaviour: data.total, data.rows (of a page), data.results[] with title, url,
publishedTimeStr and metadata under the labels that records' pages print; an older service has page.list[] with c_syh (索引号),
c_fbjg (发布机构), c_wjbh (文号), fwrq (发文日期) and pubDate.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from w3lib.url import add_or_replace_parameter, url_query_parameter

from archive.model.observations import ListPage, Paging, RecordPage, Row
from crawler.extract.dates import parse_date
from crawler.extract.field_labels import FIELD_OF, squash
from crawler.extract.row import absolute
from crawler.extract.text import line_of
from crawler.families import plain
from crawler.families.family import Family, reasons
from crawler.records.detail import read_detail
from crawler.services.answer import Answer
from crawler.services.json_data import data_row, dicts, inside, number, record_keys

_RECORD = re.compile(r"/\d{6}/(?:[0-9a-f]{32}|c\d\d_\d{1,9})\.shtml|/c\d{4,9}/content\.shtml")
_SITE = re.compile(r"websiteId\s*[=:]\s*[\"'][0-9a-f]{32}")
_ELEMENTS = ("<ucap", "<UCAP", "<publishtime>")
_SERVICE = re.compile(r"/(?:common/search|searchList|search)/([0-9a-f]{32})\?[^\"'\s<>]{0,500}")
_CHANNEL = re.compile(
    r"[\"']?\b[cC]hannel_?[iI]d\b[\"']?(?:\s*[:=]\s*|\s+content\s*=\s*)[\"']([0-9a-f]{32})[\"']"  # in a script, a meta element
)
_PAGER = re.compile(
    r"createPageHTML\(\s*[\"'][\w-]+[\"']\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*[\"']([\w./-]+)[\"']\s*,"
    r"\s*[\"'](\w+)[\"']\s*,\s*(\d{1,7})\s*\)"
)

# Where the service's answers, of several ages, hold a list, and what they call its parts.
_LISTS = (("data",), ("results", "data"), ("page",))
_ROWS, _TOTALS, _NUMBERS = ("results", "list"), ("total", "totalRow", "allRow"), ("page", "pageNumber")
_PARAMETERS = ("page", "curPage", "pageNo", "pageIndex")
_FIELDS = record_keys("ucap")


def marks(answer: Answer) -> tuple[str, ...]:
    """Addresses of records, the elements and scripts of its templates, an answer of its service."""
    page = f"{answer.url}\n{answer.text}"
    signs = {
        "records at /YYYYMM/<32 hex digits>.shtml or the like": ".shtml" in page and _RECORD.search(page),
        "a script that names the site's id": "websiteId" in page and _SITE.search(page),
        "elements such as <ucapcontent>": any(element in page for element in _ELEMENTS),
        "a pager by createPageHTML with pages and rows": "createPageHTML(" in page and _PAGER.search(page),
        "a service of lists at /common/search/": "_isJson=" in page and _SERVICE.search(page),
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """A page of the service, or one of the site."""
    return read_data(answer) or _page_of_site(answer)


def record(answer: Answer) -> RecordPage | None:
    """A record's page of the old template, whose only date stands in <publishtime> without a label; None for any other."""
    if "<publishtime" not in answer.text:
        return None
    page = read_detail(answer.root, answer.url)
    printed = next((line_of(element) for element in answer.root.iter("publishtime")), "")
    published = parse_date(printed)
    if published is None or page.read_at.get("published_on", "").startswith("label"):
        return page
    fields = {**page.fields, "published_on": published}
    read_at = {**page.read_at, "published_on": "element publishtime"}
    return replace(page, fields=fields, source_fields={**page.source_fields, "publishtime": printed}, read_at=read_at)


def _page_of_site(answer: Answer) -> ListPage:
    page = plain.read(answer)
    if call := _PAGER.search(answer.text):
        pages, current, total = int(call[1]), int(call[2]), int(call[5])
        following = absolute(answer.url, f"{call[3]}_{current + 1}.{call[4]}") if current < pages else None
        return replace(page, paging=Paging(pages, total, following))
    service = None if page.paging.next_url else _service(answer, page)
    if service is None:
        return page
    is_first = number(url_query_parameter(service, "_pageSize")) == len(page.rows)
    following = add_or_replace_parameter(service, "page", "2" if is_first else "1")
    rows = page.rows if is_first else ()  # what stands beside a list still to come is not its
    paging = replace(page.paging, next_url=following)
    return replace(page, rows=rows, paging=paging) if following != answer.url else page


def _service(answer: Answer, page: ListPage) -> str | None:
    """The address of the service that a page of the site leads to.

    A page without rows may name nothing but its channel, and leave the rest to a script of the site's.
    """
    services = {match[1]: match[0] for match in _SERVICE.finditer(answer.text)}
    channel = _CHANNEL.search(answer.text)
    service = services.get(channel[1]) if channel else None
    if service is None and len(services) == 1:
        service = next(iter(services.values()))
    if service is None and channel and not page.rows:
        service = f"/common/search/{channel[1]}?_isAgg=true&_isJson=true&_pageSize=20&_template=index"
    return absolute(answer.url, service) if service else None


def read_data(answer: Answer) -> ListPage | None:
    """The page of a list that an answer of the service holds; None where it is no data, or none of the service's."""
    listed = next((value for path in _LISTS if isinstance(value := inside(answer.data, *path), Mapping)), {})
    items = next((listed[name] for name in _ROWS if isinstance(listed.get(name), list)), None)
    if items is None:
        return None
    rows = tuple(row for item in dicts(items) if (row := _row(item, answer.url)).url or row.source_fields)
    parameter = next((name for name in _PARAMETERS if url_query_parameter(answer.url, name)), "page")
    page_requested = number(url_query_parameter(answer.url, parameter)) or 1
    total, page = _first(listed, _TOTALS), _first(listed, _NUMBERS) or page_requested
    size = _first(listed, ("rows", "pageSize")) or len(items) or 1
    pages = _first(listed, ("totalPage",)) or (-(-total // size) if total is not None else None)
    # One that gives another page than requested would never end.
    goes_on = bool(items) and page == page_requested < (pages or 0)
    following = add_or_replace_parameter(answer.url, parameter, str(page_requested + 1)) if goes_on else None
    return ListPage(rows, Paging(pages, total, following), ended=not items)


def _first(listed: Mapping[str, Any], names: Iterable[str]) -> int | None:
    return next((count for name in names if (count := number(listed.get(name))) is not None), None)


def _row(item: Mapping[str, Any], url: str) -> Row:
    """The row that one object of the service is: its own keys, and the labels of what its metadata holds."""
    values = {str(key).lower(): value for key, value in item.items()}
    labels: dict[str, str | None] = {}
    for group in dicts(item.get("domainMetaList")):
        for pair in dicts(group.get("resultList")):
            if isinstance(name := pair.get("name"), str) and name.strip():
                values[name], labels[name] = pair.get("value"), FIELD_OF.get(squash(name))
    return data_row(values, {**_FIELDS, **labels}, values.get("url"), url)


FAMILY = Family("ucap", 1, marks, read, record)
