"""Tidy values and stable keys: a record gives the same observation, however a page prints it."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from w3lib.url import canonicalize_url

from archive.masking.redaction import redact_json
from archive.model.observations import AttachmentFile, ListPage, Observation, RecordPage, Row
from archive.model.printable import normal_form
from archive.model.records import AnyReading
from archive.tables.file_pages import without

_BRACKETS = str.maketrans("［］【】[]﹝﹞", "〔〕〔〕〔〕〔〕")
_YEAR_IN_BRACKETS = re.compile(r"(?<!\s)\s*[〔(（]\s*((?:19|20)\d{2})\s*[〕)）]\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

LONGEST = {"title": 1000, "index_number": 200, "document_number": 200}
"""Characters of a field at the most, of those not named 500: several times what any portal prints. The evidence has it whole."""

LONGEST_FIELD, LONGEST_LABEL, LONGEST_VALUE, MOST_LABELS = 500, 100, 4000, 100
LONGEST_BODY = 2_000_000
LONGEST_URL = 4096
LONGEST_NAME = 300


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
                name, text = (_text(item.name) or item.url)[:LONGEST_NAME], _text(item.text)
                removed = [match.start() for match in _CONTROLS.finditer(item.text or "")]
                return replace(item, name=name, text=text, pages=without(item.pages, removed))
        return item


def list_page(page: ListPage) -> ListPage:
    """Return `page` with its rows under their keys."""
    repeats: Counter[str] = Counter()
    rows = []
    for row in map(_with_usable_link, map(tidy_reading, page.rows)):
        key = canonicalize_url(row.url) if row.url else _key_of_cells(page.catalog_url, row, repeats)
        rows.append(replace(row, key=key))
    return replace(
        page, rows=tuple(rows), breadcrumb=tuple(name[:LONGEST_FIELD] for name in page.breadcrumb[:MOST_LABELS])
    )


def record_page(page: RecordPage) -> RecordPage:
    """Return a record's own page under the record's key."""
    links = [file for file in page.attachments if len(file.url) <= LONGEST_URL]
    files = tuple(replace(file, name=(_text(file.name) or file.url)[:LONGEST_NAME]) for file in links)
    body = _text(page.body)
    overlong = {
        "attachments": len(links) < len(page.attachments),
        "body": body is not None and len(body) > LONGEST_BODY,
    }
    page = _doubted(tidy_reading(page), [name for name, is_so in overlong.items() if is_so])
    return replace(page, url=canonicalize_url(page.url), body=body and body[:LONGEST_BODY], attachments=files)


def tidy_reading(reading: AnyReading) -> AnyReading:
    """Return `reading` with its fields tidied; the values as printed only freed of characters that no text can hold.

    What is longer than any portal prints is cut, and the reading doubted as `…_overlong`.
    """
    fields = {name: tidied for name, value in reading.fields.items() if (tidied := _tidy(name, value))}
    source_fields: dict[str, str] = {}
    for label, value in reading.source_fields.items():  # of labels that such characters alone tell apart, the first
        kept = (_text(label) or "")[:LONGEST_LABEL]
        source_fields[kept] = source_fields.get(kept) or (_text(value) or "")[:LONGEST_VALUE]
    overlong = [name for name, value in fields.items() if len(value) > LONGEST.get(name, LONGEST_FIELD)]
    longest = max((len(text) for text in reading.source_fields.values()), default=0)
    if longest > LONGEST_VALUE or len(source_fields) > MOST_LABELS or any(map(_is_overlong, reading.source_fields)):
        overlong.append("source_fields")
    fields |= {name: fields[name][: LONGEST.get(name, LONGEST_FIELD)] for name in overlong if name in fields}
    reading = replace(reading, fields=fields, source_fields=dict(list(source_fields.items())[:MOST_LABELS]))
    return _doubted(reading, overlong)


def _is_overlong(label: str) -> bool:
    return len(label) > LONGEST_LABEL


def _doubted(reading: AnyReading, overlong: Iterable[str]) -> AnyReading:
    doubts = [f"{name}_overlong" for name in overlong]
    return replace(reading, doubts=(*reading.doubts, *doubts)) if doubts else reading


def _with_usable_link(row: Row) -> Row:
    """Return `row` without a link that is too long to be one."""
    return row if row.url is None or len(row.url) <= LONGEST_URL else replace(_doubted(row, ["url"]), url=None)


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
        return normal_form(value).replace(" ", "")
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
