"""Tidy values and stable keys: the same record gives the same observation, however a page prints it."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from itemadapter import ItemAdapter
from w3lib.url import canonicalize_url

from archive.observations import (
    AttachmentSeen,
    LinkedFile,
    ListedRow,
    ListPageSeen,
    Observation,
    PageAsked,
    ProblemSeen,
    RecordPageSeen,
)
from archive.records import Reading
from archive.redact import redact_json

_BRACKETS = str.maketrans("［］【】[]﹝﹞", "〔〕〔〕〔〕〔〕")
_YEAR_IN_BRACKETS = re.compile(r"\s*[〔(（]\s*((?:19|20)\d{2})\s*[〕)）]\s*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class NormalisePipeline:
    """Turns the spider's items into observations for the archive."""

    def process_item(self, item: object) -> Observation:
        """The observation that `item`, one of `crawler.items`, stands for; a file is one already."""
        if isinstance(item, AttachmentSeen):
            return replace(item, name=_text(item.name) or item.url, text=_text(item.text))
        said = ItemAdapter(item)
        if said["page"] == "list":
            return list_page(said)
        if said["page"] == "detail":
            return record_page(said)
        if said["page"] == "asked":
            return PageAsked(said["url"], said["outcome"], said["reason"], said["capture"])
        return ProblemSeen(said["kind"], said["url"], said["message"])


def list_page(said: Mapping[str, Any]) -> ListPageSeen:
    """A list page with its rows under their keys."""
    repeats: Counter[str] = Counter()
    rows = []
    for row in said["rows"]:
        read = reading(ItemAdapter(row))
        key = canonicalize_url(row.url) if row.url else _key_of_cells(said["catalog_url"], read, repeats)
        rows.append(ListedRow(key, read, row.url if row.url != key else None))
    return ListPageSeen(
        catalog_url=said["catalog_url"],
        rows=tuple(rows),
        pages_claimed=said["paging"].pages_claimed,
        rows_claimed=said["paging"].rows_claimed,
        path=" > ".join(said["breadcrumb"]) or None,
        last=said["last"],
        look=said["look"],
        capture=said["capture"],
        family=said["family"],
        pages=said["paging"].pages_here,
    )


def record_page(said: Mapping[str, Any]) -> RecordPageSeen:
    """A record's own page under the record's key."""
    files = tuple(LinkedFile(_text(file.name) or file.url, file.url, file.own) for file in said["attachments"])
    return RecordPageSeen(
        canonicalize_url(said["url"]), reading(said), _text(said["body"]), said["cut"], files, capture=said["capture"]
    )


def reading(said: Mapping[str, Any]) -> Reading:
    """Fields tidied; the values as printed only freed of characters that no text can hold."""
    fields = {name: tidied for name, value in said["fields"].items() if (tidied := _tidy(name, value))}
    source_fields: dict[str, str] = {}
    for label, value in said[
        "source_fields"
    ].items():  # of labels that differ in such characters alone, the first stands
        kept = _text(label) or ""
        source_fields[kept] = source_fields.get(kept) or _text(value) or ""
    return Reading(fields, source_fields, tuple(said["doubts"]))


def _key_of_cells(catalog_url: str, read: Reading, repeats: Counter[str]) -> str:
    """The key of a row without a link: its catalogue's address, and its printed cells as a digest.

    Rows of one page that print the same are told apart by their order. Personal data is masked first, or the digest
    would give it away to whoever tries all numbers.
    """
    cells = json.dumps(redact_json(dict(sorted(read.source_fields.items()))).value, ensure_ascii=False)
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
