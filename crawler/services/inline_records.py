"""Rows of a list, and the record, that scripts show, from the data that stands in the page itself. Pure; nothing is run."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from archive.model.agencies import agency_of
from archive.model.observations import Row
from crawler.extract.field_labels import squash
from crawler.extract.pairs import DATES, FROM_SOURCE
from crawler.extract.place import place_of
from crawler.extract.row import DOCUMENT_NUMBER, INDEX_NUMBER, is_page_link
from crawler.extract.text import Element, line_of
from crawler.services.inline_data import (
    QUOTE,
    first,
    may_hold_texts,
    named_texts,
    objects,
    objects_in,
    unescaped,
    values,
)
from crawler.services.json_data import keyed_row, spelt_keys

_ADDRESSES = (
    "url", "link", "href", "linkUrl", "pubUrl", "puburl", "docpuburl", "docPubUrl", "docUrl", "articleUrl", "infoUrl", "newsUrl",
    "detailUrl", "htmlUrl", "pageUrl", "staticUrl", "urlComp",
)  # fmt: skip
_FIELDS = spelt_keys("inline")
_LEAST = 2
_MOST_SHOWN = 100
"""Characters that a page without its data shows at the most."""

_TEXT_KEY = re.compile(r"\w{0,20}(?:content|body|html|text)\w{0,4}|(?:zw)?nr|zw", re.IGNORECASE)
_TEXT_TYPES = frozenset({"text/template", "text/html", "text/plain"})
"""Types of scripts that hold a text, and are none."""

_MARKUP = re.compile(r"<(?:p|div|br|table|span)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|<%")
_FORMS = {"index_number": INDEX_NUMBER, "document_number": DOCUMENT_NUMBER}
_OF_THE_CLOCK = frozenset({"date", "time"})
_MOST_FIELDS = 20
_VALUE = re.compile(rf":\s{{0,9}}(?:{QUOTE}|`)([^\"'`]{{0,200}})")
_KEY_OF_TEXT = re.compile(rf"(?:content|body|html|text|article|zw|nr)\w{{0,4}}{QUOTE}?\s{{0,9}}\Z", re.IGNORECASE)
_LONGEST_KEY = 40
_LONG_TEXT = 200
_SHORTEST_TEXT = 30


@dataclass(frozen=True, slots=True)
class InlineRecord:
    """A record in the data of its page: what its keys say, its text in HTML, and the object itself."""

    row: Row
    content: str
    data: Mapping[str, Any]


def inline_record(root: Element, text: str, url: str) -> InlineRecord | None:
    """The only object with a title, a day and a text in the scripts of the page `text`; None where there is none, or several.

    What stands in a list is a row of it, and no page's own record.
    """
    stated = [data for value in values(root) for data in objects_in(value)] if _states_text(text, 1) else []
    found = {record.row.fields["title"]: record for data in (*stated, _named(root)) if (record := _record(data, url))}
    return next(iter(found.values())) if len(found) == 1 and not _is_home(url) else None


def inline_text(root: Element, url: str) -> str | None:
    """The only text in HTML that a page holds for its scripts to show: in a variable or a hidden field called by it, or in a field for texts."""
    held = [text for name, text in named_texts(root).items() if _TEXT_KEY.fullmatch(name)]
    fields = (
        each for each in root.iter("textarea", "script") if each.tag != "script" or each.get("type") in _TEXT_TYPES
    )
    held += ["".join(field.itertext()) for field in islice(fields, _MOST_FIELDS)]
    texts = {
        text for text in held if len(text) >= _SHORTEST_TEXT and _MARKUP.search(text) and not _TEMPLATE.search(text)
    }
    return texts.pop() if len(texts) == 1 and not _is_home(url) else None


def inline_fields(root: Element, url: str) -> Row:
    """The fields that the variables and the hidden fields of a record's page state, numbers only where they have the form of one."""
    named = _named(root)
    if not named or _is_home(url):
        return Row({}, {})
    row = _of_agencies(keyed_row(named, _FIELDS, None, url))
    sure = {name: value for name, value in row.fields.items() if name not in _FORMS or _FORMS[name].fullmatch(value)}
    return replace(row, fields=sure)


def inline_object(root: Element, text: str, url: str, shown: Callable[[], str]) -> Row:
    """The row that the only object with a title and a day in the scripts of the page `text` of a record is, if that title is among what is `shown`, without blanks."""
    if not may_hold_texts(text):
        return Row({}, {})
    rows = (row_of(data, url) for value in values(root) for data in objects_in(value))
    found = {row.fields["title"]: row for row in rows if {"title", "published_on"} <= row.fields.keys()}
    row = next(iter(found.values())) if len(found) == 1 else Row({}, {})
    return row if row.fields and squash(row.fields["title"]) in shown() else Row({}, {})


def _named(root: Element) -> dict[str, str]:
    """The texts of a page's variables and hidden fields, but for the day and the time at which it is looked at."""
    return {name: text for name, text in named_texts(root).items() if name.lower() not in _OF_THE_CLOCK}


def _states_text(text: str, length: int) -> bool:
    """Whether a page `text` gives a text of at least so many characters to a name such as content. Colons are rare, which makes it quick."""
    values = (value for value in _VALUE.finditer(text) if len(value[1]) >= length)
    return any(_KEY_OF_TEXT.search(text, max(0, value.start() - _LONGEST_KEY), value.start()) for value in values)


def _record(data: Mapping[str, Any], url: str) -> InlineRecord | None:
    texts = [value for key, value in data.items() if isinstance(value, str) and _TEXT_KEY.fullmatch(key)]
    content = max(texts, key=len, default="")
    if len(content) < _SHORTEST_TEXT:
        return None
    named = {key: value.get("name") if isinstance(value, dict) else value for key, value in data.items()}
    row = _of_agencies(keyed_row(named, _FIELDS, None, url))
    is_dated = not DATES.isdisjoint(row.fields)
    return InlineRecord(row, content, data) if is_dated and "title" in row.fields else None


def row_of(record: Mapping[str, Any], url: str) -> Row:
    """The row that a record in data is, its address among it."""
    named = {key: value.get("name") if isinstance(value, dict) else value for key, value in record.items()}
    addresses = {
        key.replace("_", "").lower(): value
        for key, value in record.items()
        if isinstance(value, str) and is_page_link(value)
    }
    address = next((addresses[name.lower()] for name in _ADDRESSES if name.lower() in addresses), None)
    return _of_agencies(keyed_row(named, _FIELDS, address, url))


def _of_agencies(row: Row) -> Row:
    """A row whose publisher, which data names as a source as well, is kept only where it is an agency."""
    named = row.fields.get("publisher")
    if named is None:
        return row
    agency = agency_of(named)
    others = {name: value for name, value in row.fields.items() if name != "publisher"}
    if agency is None:
        return replace(row, fields=others)
    return replace(row, fields={**others, "publisher": agency}, doubts=tuple(sorted({*row.doubts, FROM_SOURCE})))


def inline_rows(root: Element, text: str, url: str) -> tuple[Row, ...]:
    """The rows of the only list of titles, addresses and days in the scripts of the page `text`; () where it has several, or shows anything.

    The data of a home page, or of a record's page, its text among them, are no list either.
    """
    if len(line_of(root, _MOST_SHOWN)) > _MOST_SHOWN or _is_home(url):
        return ()
    if _states_text(text, _LONG_TEXT) or inline_record(root, text, url):
        return ()
    lists: list[list[Row]] = [[]]
    for stated, goes_on in objects(text):
        row = _row(stated, url)
        lists[-1] += [row] if row else []
        if not (row and goes_on):
            lists.append([])
    found = [rows for rows in lists if len(rows) >= _LEAST]
    return tuple(found[0]) if len(found) == 1 else ()


def _is_home(url: str) -> bool:
    place = place_of(url)
    return place is not None and place.folder == "/" and place.is_index


def _row(stated: Mapping[str, str], url: str) -> Row | None:
    """The row that an object is; None where it has no title, no day, or no address of a page."""
    href = first(stated, _ADDRESSES)
    row = _of_agencies(keyed_row({key: unescaped(value) for key, value in stated.items()}, _FIELDS, href, url))
    return row if is_page_link(href) and row.url and {"title", "published_on"} <= row.fields.keys() else None
