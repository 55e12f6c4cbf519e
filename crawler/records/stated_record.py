"""A record's page whose text and metadata are data in its scripts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from archive.attachments.html_tables import html_tables
from archive.model.observations import LinkedFile, RecordPage, Row
from archive.tables.printed_table import within_limits
from crawler.extract.row import absolute
from crawler.extract.text import lines_of
from crawler.extract.tree import parse_html
from crawler.records.linked_files import find_attachments
from crawler.services.json_data import dicts, shown

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


def _listed_files(data: Mapping[str, Any], url: str) -> Iterator[LinkedFile]:
    """The files in those lists of the data that are called by them, each with its name and its address."""
    for file in (file for key, listed in data.items() if _FILES.search(key) for file in dicts(listed)):
        name, address = (
            next(filter(None, (shown(file.get(key)) for key in keys)), "") for keys in (_NAMES, _ADDRESSES)
        )
        target = absolute(url, address) if address else None
        if target and target != url:
            yield LinkedFile(name, target)
