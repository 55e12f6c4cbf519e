"""Rows of a list that scripts show, from the data that stands in the page itself. Pure; nothing is run."""

import re
from collections.abc import Mapping

from archive.model.observations import Row
from crawler.extract.place import place_of
from crawler.extract.row import is_page_link
from crawler.extract.text import Element, line_of
from crawler.services.inline_data import first, objects, unescaped
from crawler.services.json_data import data_row, record_keys

_ADDRESSES = ("url", "link", "href", "linkUrl", "pubUrl", "puburl", "docpuburl", "docPubUrl")
_FIELDS = record_keys("inline")
_LEAST = 2
_MOST_SHOWN = 100
"""Characters that a page without its data shows at the most."""

_TEXT_OF_RECORD = re.compile(r"[\"'](?:content|html|body|text|article)[\"']\s{0,9}:\s{0,9}[\"'][^\"']{200}")


def inline_rows(root: Element, text: str, url: str) -> tuple[Row, ...]:
    """The rows of the only list of titles, addresses and days in the scripts of the page `text`; () where it has several, or shows anything.

    The data of a home page, or of a record's page, its text among them, are no list either.
    """
    if len(line_of(root, _MOST_SHOWN)) > _MOST_SHOWN or _TEXT_OF_RECORD.search(text) or _is_home(url):
        return ()
    lists: list[list[Row]] = [[]]
    for values, goes_on in objects(text):
        row = _row(values, url)
        lists[-1] += [row] if row else []
        if not (row and goes_on):
            lists.append([])
    found = [rows for rows in lists if len(rows) >= _LEAST]
    return tuple(found[0]) if len(found) == 1 else ()


def _is_home(url: str) -> bool:
    place = place_of(url)
    return place is not None and place.folder == "/" and place.is_index


def _row(values: Mapping[str, str], url: str) -> Row | None:
    """The row that an object is; None where it has no title, no day, or no address of a page."""
    href = first(values, _ADDRESSES)
    row = data_row({key: unescaped(value) for key, value in values.items()}, _FIELDS, href, url)
    return row if is_page_link(href) and row.url and {"title", "published_on"} <= row.fields.keys() else None
