"""UCAP's service of lists, which answers JSON: /common/search/<channel>?_isJson=true&page=N, and an older one.

Known from public crawlers' behaviour and one saved item: data.total, data.rows (of a page), data.results[] with title, url,
publishedTimeStr and metadata under the labels that records' pages print; the older one has page.list[] with c_syh (索引号),
c_fbjg (发布机构), c_wjbh (文号), fwrq (发文日期) and pubDate.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from w3lib.url import add_or_replace_parameter, url_query_parameter

from archive.model.observations import ListPage, Paging, Row
from crawler.extract.field_labels import FIELD_OF, squash
from crawler.services.answer import Answer
from crawler.services.json_data import data_row, inside, number, record_keys

# Where the service's answers, of several ages, hold a list, and what they call its parts.
_LISTS = (("data",), ("results", "data"), ("page",))
_ROWS, _TOTALS, _NUMBERS = ("results", "list"), ("total", "totalRow", "allRow"), ("page", "pageNumber")
_PARAMETERS = ("page", "curPage", "pageNo", "pageIndex")
_FIELDS = record_keys("ucap")


def read_data(answer: Answer) -> ListPage | None:
    """The page of a list that an answer of the service holds; None where it is no data, or none of the service's."""
    listed = next((found for path in _LISTS if isinstance(found := inside(answer.data, *path), Mapping)), {})
    items = next((listed[name] for name in _ROWS if isinstance(listed.get(name), list)), None)
    if items is None:
        return None
    rows = tuple(row for item in _objects(items) if (row := _row(item, answer.url)).url or row.source_fields)
    parameter = next((name for name in _PARAMETERS if url_query_parameter(answer.url, name)), "page")
    asked = number(url_query_parameter(answer.url, parameter)) or 1
    total, page = _first(listed, _TOTALS), _first(listed, _NUMBERS) or asked
    size = _first(listed, ("rows", "pageSize")) or len(items) or 1
    pages = _first(listed, ("totalPage",)) or (-(-total // size) if total is not None else None)
    goes_on = bool(items) and page == asked < (pages or 0)  # one that gives another page than requested never ends
    following = add_or_replace_parameter(answer.url, parameter, str(asked + 1)) if goes_on else None
    return ListPage(rows, Paging(pages, total, following), ended=not items)


def _objects(data: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []


def _first(said: Mapping[str, Any], names: Iterable[str]) -> int | None:
    return next((count for name in names if (count := number(said.get(name))) is not None), None)


def _row(item: Mapping[str, Any], url: str) -> Row:
    """The row that one object of the service is: its own keys, and the labels of what its metadata holds."""
    said = {str(key).lower(): value for key, value in item.items()}
    labels: dict[str, str | None] = {}
    for group in _objects(item.get("domainMetaList")):
        for pair in _objects(group.get("resultList")):
            if isinstance(name := pair.get("name"), str) and name.strip():
                said[name], labels[name] = pair.get("value"), FIELD_OF.get(squash(name))
    return data_row(said, {**_FIELDS, **labels}, said.get("url"), url)
