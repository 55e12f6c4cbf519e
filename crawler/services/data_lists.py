"""Lists that a portal's service gives as data, whatever holds their records: the list itself, {data: {rows: […], total: 87}}, JSON in a text.

Pure. For services that an operator names as a catalogue; a family reads its own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.model.observations import Paging, Row
from crawler.services.inline_records import row_of
from crawler.services.json_data import dicts, key_spelling, number, parse_data, query_of
from crawler.services.script_pagers import with_page

_TOTALS = (
    "total",
    "totalcount",
    "totalelements",
    "totalrecord",
    "totalrecords",
    "totalrows",
    "totalnum",
    "recordcount",
    "rowcount",
    "allrow",
    "count",
)
_PAGES = ("pages", "totalpages", "totalpage", "pagecount", "pagetotal")
_SIZES = ("pagesize", "size", "limit", "rows", "perpage", "prepage")
_COUNTED_FROM_0 = "totalelements"
"""The key by which a service is known whose first page is page 0."""

_PAGE = re.compile(r"page|p|pn|page_?(?:no|num|number|index)|cur(?:rent)?_?page", re.IGNORECASE)
_DEEPEST = 5
_MOST_LISTS = 200


@dataclass(frozen=True, slots=True)
class _DataList:
    """The rows of a list of records, and the objects that it stands in, the nearest first."""

    rows: tuple[Row, ...]
    around: tuple[Mapping[str, Any], ...]


def data_list(data: Any, url: str) -> tuple[tuple[Row, ...], Paging]:  # noqa: ANN401 - JSON
    """The rows of the only outermost list of records in the answer of the service at `url`, and its paging; no rows where it has none, or several."""
    level: list[tuple[Any, tuple[Mapping[str, Any], ...]]] = [(data, ())]
    for _ in range(_DEEPEST):
        level = [(parse_data(value) if isinstance(value, str) else value, around) for value, around in level]
        lists = [_DataList(rows, around) for value, around in level if (rows := _rows(value, url))]
        if lists:
            return (lists[0].rows, _paging(lists[0], url)) if len(lists) == 1 else ((), Paging())
        level = [inner for value, around in level for inner in _held(value, around)][:_MOST_LISTS]
    return (), Paging()


def markup_in(data: Any) -> str:  # noqa: ANN401 - JSON
    """The texts with links in an answer that is data, one behind the other."""
    level, texts = [data], list[str]()
    for _ in range(_DEEPEST):
        texts += [value for value in level if isinstance(value, str) and "<a " in value]
        held = (
            value.values() if isinstance(value, dict) else value for value in level if isinstance(value, dict | list)
        )
        level = [inner for values in held for inner in values][:_MOST_LISTS]
    return "".join(texts)


def _held(value: Any, around: tuple[Mapping[str, Any], ...]) -> Iterator[tuple[Any, tuple[Mapping[str, Any], ...]]]:  # noqa: ANN401
    """The values of an object that may hold a list, with the objects around them."""
    if isinstance(value, dict):
        yield from ((inner, (value, *around)) for inner in value.values() if isinstance(inner, dict | list | str))


def _rows(value: Any, url: str) -> tuple[Row, ...]:  # noqa: ANN401
    """The rows that the objects of a list are: all with a title, if most of them have an address and a day, too."""
    rows = [row for record in dicts(value) if "title" in (row := row_of(record, url)).fields]
    whole = sum(row.url is not None and "published_on" in row.fields for row in rows)
    return tuple(rows) if whole * 2 > len(dicts(value)) else ()


def _paging(listed: _DataList, url: str) -> Paging:
    total, pages = _count(listed, _TOTALS), _count(listed, _PAGES)
    query = query_of(url)
    named = [(name, int(value)) for name, value in query.items() if _PAGE.fullmatch(name) and number(value) is not None]
    sizes = [size for name, value in query.items() if key_spelling(name) in _SIZES and (size := number(value))]
    size = next(iter(sizes), _count(listed, _SIZES) or len(listed.rows))
    if pages is None and total is not None and size:
        pages = -(-total // size)
    if len(named) != 1 or pages is None:
        return Paging(pages, total)
    (name, at), keys = named[0], {key_spelling(key) for around in listed.around for key in around}
    first = 0 if at == 0 or _COUNTED_FROM_0 in keys else 1
    return Paging(pages, total, with_page(url, name, at + 1) if at - first + 1 < pages else None)


def _count(listed: _DataList, names: tuple[str, ...]) -> int | None:
    """The number that the nearest object around a list gives to the first of `names`."""
    for around in listed.around:
        counts = {key_spelling(key): count for key, value in around.items() if (count := number(value)) is not None}
        if found := next((counts[name] for name in names if counts.get(name)), None):
            return found
    return None
