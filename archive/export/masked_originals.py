"""Sealed originals as they may leave the archive: what holds personal data is masked, or left out."""

import sqlite3
from collections.abc import Container
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from archive.copies.redacted_copies import RedactedCopy, is_page, lists_persons, text_copy
from archive.copies.sanitiser import NotShown, sanitise_page
from archive.database.withheld import is_judged
from archive.evidence.evidence_reader import Originals
from archive.evidence.http_exchange import Exchange
from archive.evidence.text_encoding import text_of
from archive.export.warc import digest_of
from archive.masking.redaction import redact
from archive.model.magic_numbers import CONTROLS, PDF

CLEAR = """
    SELECT DISTINCT sha256 FROM attachments a WHERE sha256 IS NOT NULL AND state IN ('text', 'ocr')
      AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.record_id = a.record_id AND r.source = a.url)
"""
"""Files whose text was read, and in which nothing had to be masked."""

_LEFT_OUT = "left out: it holds personal data, or may hold some"
_MASKED = "personal data is masked"


class MaskedOriginals(Originals):
    """Originals of an `archive` to read, masked. `clear`: the sha256 of files that are known to hold no personal data.

    An answer that is not as it was received has the header `X-Archive-Masked`,
    and the digest of the original beside it.
    """

    def __init__(self, path: Path, archive: sqlite3.Connection, clear: Container[str]) -> None:
        super().__init__(path)
        self._archive, self._clear = archive, clear

    def exchange(self, capture_id: int) -> Exchange:
        """Return a capture as it may be given away. Raises EvidenceError as `Originals` does."""
        exchange = super().exchange(capture_id)
        headers = tuple((name, redact(value).text) for name, value in exchange.response_headers)
        masked = self._masked(capture_id, exchange)
        if masked is None:
            return replace(exchange, response_headers=headers)
        payload, media_type = masked
        kept = tuple((name, value) for name, value in headers if name.lower() != "content-type")
        marks = (
            ("Content-Type", media_type),
            ("X-Archive-Masked", _MASKED if payload else _LEFT_OUT),
            ("X-Archive-Orig-Payload-Digest", digest_of(exchange.payload)),
        )
        return replace(exchange, response_headers=(*kept, *marks), payload=payload)

    def _masked(self, capture_id: int, exchange: Exchange) -> tuple[bytes, str] | None:
        """Return payload and media type of a masked copy, empty where none can be made;
        None where nothing need be masked.
        """
        payload = exchange.payload
        digest = sha256(payload).hexdigest()
        if not payload.strip() or digest in self._clear:
            return None
        text = text_of(exchange)
        if CONTROLS.search(payload[:4096]) or payload.startswith(PDF):
            return b"", "application/octet-stream"
        try:
            if not is_page(exchange, text):
                copy = text_copy(text)
            else:
                page = sanitise_page(text, exchange.url, lambda _: None)
                copy = RedactedCopy("text/html; charset=utf-8", page.html.encode(), page.masked, page)
        except NotShown:
            return b"", "application/octet-stream"
        if not is_judged(self._archive, capture_id, exchange.url, digest) and lists_persons(copy):
            return b"", "application/octet-stream"
        is_masked = copy.masked or (copy.page is not None and redact(text).counts)
        return (copy.body, copy.media_type) if is_masked else None
