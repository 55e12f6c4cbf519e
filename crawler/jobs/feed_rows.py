"""Feeds (`scrapy crawl -O out.jsonl`): what a crawl reads as flat rows, masked, without the records' texts.

docs/commands.md describes them. They say what the portal's pages say at the moment; the archive knows more, and
`disclosures export` is the way to have that.
"""

from collections.abc import Iterator
from typing import Any

from scrapy.exporters import CsvItemExporter, JsonItemExporter, JsonLinesItemExporter

from archive.model.observations import AttachmentFile, ListPage, RecordPage
from archive.model.records import FIELDS

COLUMNS = ("page", "url", *FIELDS, "catalog", "record", "name", "media_type", "bytes", "sha256", "state")


def feed_rows(item: object) -> Iterator[dict[str, Any]]:
    """Yield the rows of an observation: one for each row of a list, one for a record's page, one for a file."""
    match item:
        case ListPage():
            for row in item.rows:
                yield {"page": "list", "url": row.url or row.key, **row.fields, "catalog": item.catalog_url}
        case RecordPage():
            yield {"page": "record", "url": item.url, **item.fields}
        case AttachmentFile():
            own = {name: getattr(item, name) for name in ("url", "name", "media_type", "bytes", "sha256", "state")}
            yield {"page": "file", **own, "record": item.record_url}


class _Rows:
    """Put before one of Scrapy's exporters, it exports the rows of an item, each with all COLUMNS."""

    def __init__(self, *file: Any, **options: Any) -> None:  # noqa: ANN401 - Scrapy's options
        options["fields_to_export"] = options.get("fields_to_export") or COLUMNS
        super().__init__(*file, **options)

    def export_item(self, item: Any) -> None:  # noqa: ANN401
        """Write the rows of an item."""
        for row in feed_rows(item):
            super().export_item({name: row.get(name) for name in COLUMNS})  # type: ignore[misc]


class JsonRows(_Rows, JsonItemExporter):
    """A list of objects."""


class JsonLinesRows(_Rows, JsonLinesItemExporter):
    """An object a line."""


class CsvRows(_Rows, CsvItemExporter):
    """CSV with a header."""
