"""Tidy values and stable keys: a record gives the same observation, however a page prints it."""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from hashlib import sha256

from w3lib.url import canonicalize_url

from archive.model.observations import AttachmentFile, ListPage, Observation, RecordPage, Row
from archive.model.records import AnyReading
from archive.model.redaction import redact_json

_BRACKETS = str.maketrans("［］【】[]﹝﹞", "〔〕〔〕〔〕〔〕")
_YEAR_IN_BRACKETS = re.compile(r"(?<!\s)\s*[〔(（]\s*((?:19|20)\d{2})\s*[〕)）]\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class NormalisePipeline:
    """Tidies values, and gives each row and page its record's key."""

    def process_item(self, item: Observation) -> Observation:
        """Return `item` with tidy values and keys."""
        match item:
            case ListPage():
                return list_page(item)
            case RecordPage():
                return record_page(item)
            case AttachmentFile():
                return replace(item, name=_text(item.name) or item.url, text=_text(item.text))
        return item


def list_page(page: ListPage) -> ListPage:
    """Return `page` with its rows under their keys."""
    repeats: Counter[str] = Counter()
    rows = []
    for row in map(tidy_reading, page.rows):
        key = canonicalize_url(row.url) if row.url else _key_of_cells(page.catalog_url, row, repeats)
        rows.append(replace(row, key=key))
    return replace(page, rows=tuple(rows))


def record_page(page: RecordPage) -> RecordPage:
    """Return a record's own page under the record's key."""
    files = tuple(replace(file, name=_text(file.name) or file.url) for file in page.attachments)
    return replace(tidy_reading(page), url=canonicalize_url(page.url), body=_text(page.body), attachments=files)


def tidy_reading(reading: AnyReading) -> AnyReading:
    """Return `reading` with its fields tidied; the values as printed only freed of characters that no text can hold."""
    fields = {name: tidied for name, value in reading.fields.items() if (tidied := _tidy(name, value))}
    source_fields: dict[str, str] = {}
    for (
        label,
        value,
    ) in reading.source_fields.items():  # of labels that differ in such characters alone, the first stands
        kept = _text(label) or ""
        source_fields[kept] = source_fields.get(kept) or _text(value) or ""
    return replace(reading, fields=fields, source_fields=source_fields)


def _key_of_cells(catalog_url: str, row: Row, repeats: Counter[str]) -> str:
    """The key of a row without a link: its catalogue's address, and its printed cells as a digest.

    Rows of one page that print the same are distinguished by their order. Personal data is masked first, or the digest
    would give it away to whoever tries all numbers.
    """
    cells = json.dumps(redact_json(dict(sorted(row.source_fields.items()))).value, ensure_ascii=False)
    digest = sha256(cells.encode()).hexdigest()[:16]
    repeats[digest] += 1
    again = f"-{repeats[digest]}" if repeats[digest] > 1 else ""
    return f"{canonicalize_url(catalog_url)}#row-{digest}{again}"


def _tidy(name: str, value: str) -> str | None:
    value = (_text(value) or "").strip()
    if name == "index_number":
        return unicodedata.normalize("NFKC", value).replace(" ", "")
    if name == "document_number":
        return document_number(value)
    return value or None


def document_number(printed: str) -> str:
    """A document number (文号) with its year in 〔〕 and ASCII digits, as GB/T 9704-2012 §7.2.5 prints it.

    Portals print the brackets in half a dozen forms: [2017], (2017), ［2017］, 【2017】, ﹝2017﹞.
    """
    digits = "".join(unicodedata.normalize("NFKC", c) if c.isdigit() else c for c in printed)
    return _YEAR_IN_BRACKETS.sub(r"〔\1〕", digits.translate(_BRACKETS), count=1)


def _text(value: str | None) -> str | None:
    """`value` without control characters and stray surrogates, which SQLite and JSON can't hold; None where empty."""
    return (_CONTROLS.sub("", value) or None) if value else None
