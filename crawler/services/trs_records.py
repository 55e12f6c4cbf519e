"""Records as TRS's search services give them, by their keys.

Every site has keys of its own, and releases of the same service spell them differently; all that were seen are in one table.
"""

from collections.abc import Mapping
from typing import Any

from archive.model.observations import Row
from crawler.services.json_data import data_row

_FIELDS: dict[str, str | None] = {
    "bt": "title",
    "filename": "title",
    "title_no_tag": "title",
    "doctitle_cp": "title",
    "doctitle": "title",
    "title": "title",
    "idxid": "index_number",
    "syh": "index_number",
    "fwzh": "document_number",
    "filenum": "document_number",
    "fileno": "document_number",
    "wh": "document_number",
    "fwjg_name": "publisher",
    "publisher": "publisher",
    "puborg": "publisher",
    "fwjg": "publisher",
    "fbjg": "publisher",
    "docsourcename": "publisher",
    "source": "publisher",
    "fbrq": "published_on",
    "dates": "published_on",
    "docreltime": "published_on",
    "pubdate": "published_on",
    "time": "published_on",
    "cwrq": "created_on",
    "ztfl_name": "topic",
    **dict.fromkeys(("wzfl_name", "chnldesc", "sitename", "type", "effectivestate", "efectdate")),
}
"""Keys in lower case and the fields that they stand for, the surest of a field first; None: kept as printed. A title behind
`doctitle_cp` or `title_no_tag` may be cut or marked up."""

_PLACE = {key: place for place, key in enumerate(_FIELDS)}
_ADDRESSES = ("chnldocurl", "docpuburl", "puburl", "url")


def rows_of(records: Any, base_url: str) -> tuple[Row, ...]:  # noqa: ANN401
    """The rows that objects of data are; what is no object, or says nothing that is known, is no row."""
    objects = [each for each in records if isinstance(each, dict)] if isinstance(records, list) else []
    return tuple(row for said in objects if (row := _row(said, base_url)).source_fields)


def _row(said: Mapping[str, Any], base_url: str) -> Row:
    known = sorted((key for key in said if key.lower() in _FIELDS), key=lambda key: _PLACE[key.lower()])
    addresses = {key.lower(): value for key, value in said.items() if value and key.lower() in _ADDRESSES}
    address = next((addresses[name] for name in _ADDRESSES if name in addresses), None)
    return data_row(said, {key: _FIELDS[key.lower()] for key in known}, address, base_url)
