"""Redacted copies of sealed captures: a page sanitised, a text masked, an image whose text was recognised.

Fail closed: nothing is shown of a capture that can't be masked surely.
Reads the archive and its evidence, changes neither.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urldefrag

from archive.copies.marking import NOWHERE, MarkedPlace
from archive.copies.page_lines import page_lines
from archive.copies.page_masks import mask_text
from archive.copies.page_parts import Part, picture_type
from archive.copies.sanitiser import LONGEST_PAGE, UNSURE, NotShown, SanitisedPage, masks_all, sanitise_page
from archive.database.connection import open_for_reading
from archive.database.withheld import hidden, is_judged
from archive.evidence.evidence_reader import UNREADABLE, Originals
from archive.evidence.http_exchange import EvidenceError, Exchange
from archive.evidence.text_encoding import text_of
from archive.masking.redaction import redact_json
from archive.model.magic_numbers import CONTROLS, PDF
from archive.model.rosters import persons_listed
from archive.model.site import Site

EMPTY, PICTURE, UNKNOWN, ELSEWHERE, TOO_LONG = "empty", "picture", "unknown_kind", "elsewhere", "too_long"
NOT_PUBLIC = {"withheld": "withheld", "roster": "roster"}
"""Codes of the reasons for which a capture is shown to nobody."""

_PART = """
    SELECT id, sha256 FROM captures WHERE url = ? AND status = 200 AND outcome = 'page' ORDER BY abs(id - ?) LIMIT 1
"""
_RECOGNISED = """
    SELECT a.text FROM attachments a JOIN captures c ON c.id = a.capture_id
    WHERE c.url = ?1 AND a.sha256 = ?2 AND a.state = 'ocr'
      AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.record_id = a.record_id AND r.source = a.url)
"""
_MANY_DIGITS = re.compile(r"(?:\d[\s-]?){11}")


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """A capture as it may be shown. `page`: its sanitised page, where it is one; `masked`: numbers by kind."""

    media_type: str
    body: bytes
    masked: Mapping[str, int] = field(default_factory=dict)
    page: SanitisedPage | None = None


def redacted_copy(db: Path, evidence: Path, capture_id: int, digest: str, place: MarkedPlace = NOWHERE) -> RedactedCopy:
    """Return the redacted copy of a capture whose payload has the sha256 `digest`;
    where it is a page, with a place marked.

    Raises NotShown; EvidenceError where the capture is missing or not what it was.
    """
    with closing(Originals(evidence)) as originals, closing(open_for_reading(db)) as archive:
        try:
            exchange = originals.exchange(capture_id)
            if sha256(exchange.payload).hexdigest() != digest:
                raise EvidenceError(f"capture {capture_id} is not the one the archive knows by this number")
            if not _site(archive, exchange.portal).holds(exchange.url):
                raise NotShown(ELSEWHERE)
            if why := hidden(archive, exchange.url, digest, text_of(exchange)):
                raise NotShown(NOT_PUBLIC[why])
            copy = _copy(exchange, _Parts(archive, originals, capture_id), place)
            return copy if is_judged(archive, capture_id, exchange.url, digest) else _without_persons(copy)
        except UNREADABLE as error:
            raise EvidenceError(f"capture {capture_id} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Parts:
    """The captured parts of one page."""

    archive: sqlite3.Connection
    originals: Originals
    capture_id: int

    def find(self, address: str) -> Part | None:
        """The capture at an address that is nearest to the page itself; an image only where its text is known."""
        url = urldefrag(address).url
        row = self.archive.execute(_PART, (url, self.capture_id)).fetchone()
        if row is None or hidden(self.archive, url, row[1]):
            return None
        try:
            exchange = self.originals.exchange(row[0])
        except EvidenceError:
            return None
        if picture_type(exchange.payload) and not self.is_clear(exchange):
            return Part("", None)
        return Part(_content_type(exchange).partition(";")[0].strip(), exchange.payload)

    def is_clear(self, exchange: Exchange) -> bool:
        """Return whether the text in an image was recognised, and neither was masked nor has a long number in it."""
        image = (exchange.url, sha256(exchange.payload).hexdigest())
        texts = [row[0] or "" for row in self.archive.execute(_RECOGNISED, image)]
        return bool(texts) and not any(_MANY_DIGITS.search(text) for text in texts)


def _copy(exchange: Exchange, parts: _Parts, place: MarkedPlace) -> RedactedCopy:
    if not exchange.payload.strip():
        raise NotShown(EMPTY)
    if media_type := picture_type(exchange.payload):
        if not parts.is_clear(exchange):
            raise NotShown(PICTURE)
        return RedactedCopy(media_type, exchange.payload)
    text = text_of(exchange)
    if is_page(exchange, text):
        page = sanitise_page(text, exchange.url, parts.find, place)
        return RedactedCopy("text/html; charset=utf-8", page.html.encode(), page.masked, page)
    if CONTROLS.search(exchange.payload[:4096]) or exchange.payload.startswith(PDF):
        raise NotShown(UNKNOWN)
    return text_copy(text)


def lists_persons(copy: RedactedCopy) -> bool:
    """Return whether a copy shows a list of persons."""
    if copy.page is not None:
        title = copy.page.html.partition("<title>")[2].partition("</title>")[0]
        return persons_listed(title, page_lines(copy.page.html, "\t")) > 0
    text = copy.body.decode() if copy.media_type.startswith("text/") else ""
    return persons_listed(text[:100], text) > 0


def _without_persons(copy: RedactedCopy) -> RedactedCopy:
    """Return a copy as it is. Raises NotShown where it lists persons."""
    if lists_persons(copy):
        raise NotShown(NOT_PUBLIC["roster"])
    return copy


def _site(archive: sqlite3.Connection, portal: str) -> Site:
    """Return the site of a portal as the archive knows it."""
    addresses = archive.execute(
        "SELECT home FROM portals WHERE id = ?1 UNION ALL SELECT url FROM catalogs WHERE portal = ?1", (portal,)
    )
    return Site(tuple(address for (address,) in addresses))


def _content_type(exchange: Exchange) -> str:
    return (exchange.response_header("Content-Type") or "").lower()


def is_page(exchange: Exchange, text: str) -> bool:
    """Whether an answer with this text is shown as a page."""
    content_type = _content_type(exchange)
    if "html" in content_type:
        return True
    start = text[:1024].lstrip().lower()
    return not content_type.endswith(("xml", "json")) and start.startswith(
        ("<!doctype html", "<html", "<head", "<body")
    )


def text_copy(text: str) -> RedactedCopy:
    """Return the copy of a text (also XML and JSON). Markup in it could cut a number up: then it is not shown."""
    if len(text) > LONGEST_PAGE:
        raise NotShown(TOO_LONG)
    counts: Counter[str] = Counter()
    if text.lstrip()[:1] in {"{", "["}:
        with suppress(ValueError, RecursionError):
            redacted = redact_json(json.loads(text))
            text = json.dumps(redacted.value, ensure_ascii=False, indent=1)
            counts.update(redacted.counts)
    masked_text = mask_text(text)
    counts.update(masked_text.counts)
    if not masks_all(masked_text.text):
        raise NotShown(UNSURE)
    return RedactedCopy("text/plain; charset=utf-8", masked_text.text.encode(), dict(counts))
