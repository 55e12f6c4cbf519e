"""UCAP: /{site}/{column}/list.shtml or xxgk_list.shtml, records at /YYYYMM/<32 hex digits>.shtml (newer ones c11_199590.shtml).

A list's pages are written by the server (list_2.shtml is the second) or come as JSON from /common/search/<channel>, to
which a first page leads that holds rows or none. Known from saved pages (a record, a home page), from an item of the
search service and from public crawlers' behaviour.
"""

import re
from dataclasses import replace

from w3lib.url import add_or_replace_parameter, url_query_parameter

from archive.model.observations import ListPage, Paging, RecordPage
from crawler.extract.dates import parse_date
from crawler.extract.detail import read_detail
from crawler.extract.row import absolute
from crawler.extract.text import line_of
from crawler.families import plain
from crawler.families.family import Family
from crawler.services.answer import Answer
from crawler.services.json_data import number
from crawler.services.ucap_service import read_data

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


def marks(answer: Answer) -> tuple[str, ...]:
    """Addresses of records, the elements and scripts of its templates, an answer of its service."""
    said = f"{answer.url}\n{answer.text}"
    found = {
        "records at /YYYYMM/<32 hex digits>.shtml or the like": ".shtml" in said and _RECORD.search(said),
        "a script that names the site's id": "websiteId" in said and _SITE.search(said),
        "elements such as <ucapcontent>": any(element in said for element in _ELEMENTS),
        "a pager by createPageHTML with pages and rows": "createPageHTML(" in said and _PAGER.search(said),
        "a service of lists at /common/search/": "_isJson=" in said and _SERVICE.search(said),
    }
    return tuple(reason for reason, seen in found.items() if seen)


def read(answer: Answer) -> ListPage:
    """A page of the service, or one of the site."""
    return read_data(answer) or _page_of_site(answer)


def record(answer: Answer) -> RecordPage | None:
    """A record's page of the old template, whose only date stands in <publishtime> without a label; None for any other."""
    if "<publishtime" not in answer.text:
        return None
    page = read_detail(answer.root, answer.url)
    said = next((line_of(element) for element in answer.root.iter("publishtime")), "")
    published = parse_date(said)
    if published is None or "published_on" in page.fields:
        return page
    fields = {**page.fields, "published_on": published}
    return replace(page, fields=fields, source_fields={**page.source_fields, "publishtime": said})


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
    services = {found[1]: found[0] for found in _SERVICE.finditer(answer.text)}
    channel = _CHANNEL.search(answer.text)
    service = services.get(channel[1]) if channel else None
    if service is None and len(services) == 1:
        service = next(iter(services.values()))
    if service is None and channel and not page.rows:
        service = f"/common/search/{channel[1]}?_isAgg=true&_isJson=true&_pageSize=20&_template=index"
    return absolute(answer.url, service) if service else None


FAMILY = Family("ucap", 1, marks, read, record)
