"""A record's page whose text and metadata, or some of it, are data for its scripts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archive.attachments.html_tables import html_tables
from archive.model.observations import LinkedFile, RecordPage, Row
from archive.tables.printed_table import within_limits
from crawler.extract.field_labels import SOURCES, squash
from crawler.extract.pairs import FROM_SOURCE
from crawler.extract.row import absolute
from crawler.extract.text import Element, cells, lines_of
from crawler.extract.tree import parse_html
from crawler.records.detail import DATE_FROM_META
from crawler.records.linked_files import find_attachments
from crawler.records.title import WINDOW, could_be_title
from crawler.services.inline_records import inline_fields, inline_object
from crawler.services.json_data import dicts, shown

_DOUBTS = {"published_on": DATE_FROM_META, "publisher": FROM_SOURCE}
"""The doubts about fields that a page states to its scripts alone."""

_FILES = re.compile("attach|annex|file|fujian|fj", re.IGNORECASE)
_NAMES, _ADDRESSES = ("name", "title", "fileName", "filename"), ("url", "path", "fileUrl", "filePath", "href")


def with_data(page: RecordPage, row: Row, content: str, data: Mapping[str, Any]) -> RecordPage:
    """`page` completed by what its data say: a `row` of its fields, the text in HTML, and lists of files.

    A label that the page shows goes before the data, but for the title, which is often the site's in the page itself.
    """
    text = parse_html(content)
    linked = find_attachments(text, page.url, text)
    files = {file.url: file for file in (*linked, *_listed_files(data, page.url))}
    titled = {"title": row.fields["title"]} if "title" in row.fields else {}
    return replace(
        page,
        fields={**row.fields, **page.fields, **titled},
        source_fields={**row.source_fields, **page.source_fields},
        doubts=tuple(sorted({*row.doubts, *page.doubts})),
        body=lines_of(text) or page.body,
        tables=tuple(within_limits(html_tables(text))[0]) or page.tables,
        read_at={**dict.fromkeys(row.fields, "inline data"), **page.read_at, **dict.fromkeys(titled, "inline data")},
        attachments=tuple(files.values()),
    )


def with_scripts_fields(page: RecordPage, root: Element, text: str) -> RecordPage:
    """`page` with the fields that it does not print, as its variables and hidden fields state them, or an object about what it shows.

    A title also in place of the window's, of which it is a part. `root`, `text`: the page as a tree, and as it came.
    """
    rows = [inline_fields(root, page.url)]
    if not {"title", "published_on"} <= page.fields.keys() | rows[0].fields.keys():
        rows.append(inline_object(root, text, page.url, lambda: squash("".join(each for _, each in cells(root)))))
    fields = dict(page.fields)
    title = rows[0].fields.get("title", "")
    if page.read_at.get("title") == WINDOW and title and title in fields["title"]:
        del fields["title"]
    stated = {name: value for row in reversed(rows) for name, value in row.fields.items()}
    added = {name: value for name, value in stated.items() if name not in fields and _may_be(page, name, value)}
    if not added:
        return page
    return replace(
        page,
        fields={**page.fields, **added},
        read_at={**page.read_at, **dict.fromkeys(added, "variable or hidden field")},
        doubts=tuple(sorted({*page.doubts, *(_DOUBTS[name] for name in added if name in _DOUBTS)})),
    )


def _may_be(page: RecordPage, name: str, value: str) -> bool:
    """Whether a value that scripts alone know may be a field's: no site's name, and no publisher other than the printed source."""
    if name == "publisher":
        sources = (printed for label, printed in page.source_fields.items() if squash(label) in SOURCES)
        return not any(sources) and not value.endswith("人民政府")
    return name != "title" or could_be_title(value, "")


def _listed_files(data: Mapping[str, Any], url: str) -> Iterator[LinkedFile]:
    """The files in those lists of the data that are called by them, each with its name and its address."""
    for file in (file for key, listed in data.items() if _FILES.search(key) for file in dicts(listed)):
        name, address = (
            next(filter(None, (shown(file.get(key)) for key in keys)), "") for keys in (_NAMES, _ADDRESSES)
        )
        target = absolute(url, address) if address else None
        if target and target != url:
            yield LinkedFile(name, target)
