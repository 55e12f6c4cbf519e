"""Records as TRS's search services give them, by their keys.

Every site has keys of its own, and releases of the same service spell them differently; all that were seen are in one table.
"""

from collections.abc import Mapping
from typing import Any

from archive.model.observations import Row
from crawler.services.json_data import dicts, keyed_row, spelt_keys

_FIELDS = spelt_keys("trs")
_ADDRESSES = ("chnldocurl", "docpuburl", "puburl", "url")


def rows_of(records: Any, base_url: str) -> tuple[Row, ...]:  # noqa: ANN401
    """The rows that objects of data are; what is no object, or says nothing that is known, is no row."""
    return tuple(row for record in dicts(records) if (row := _row(record, base_url)).source_fields)


def _row(record: Mapping[str, Any], base_url: str) -> Row:
    addresses = {key.lower(): value for key, value in record.items() if value and key.lower() in _ADDRESSES}
    address = next((addresses[name] for name in _ADDRESSES if name in addresses), None)
    return keyed_row(record, _FIELDS, address, base_url)
