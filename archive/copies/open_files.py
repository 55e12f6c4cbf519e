"""Sealed files that may be given away as they were received:
those of which it is known that they hold no personal data.

Nothing in them was masked, by today's rules; all of their text was read; they hold no pictures and no further files, of
which nobody knows what they show; and neither they nor their record are withheld or held back.
"""

import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.database.redaction_version import FIRST, redaction_version
from archive.database.withheld import hidden
from archive.evidence.evidence_reader import Originals
from archive.masking.personal_numbers import RULES_VERSION
from archive.masking.redaction import redact
from archive.model.magic_numbers import PDF, PNG
from archive.tables.file_pages import PAGE, from_json_text, text_of

_FILE = """
SELECT a.*, c.url AS captured_url FROM attachments a
JOIN records r ON r.id = a.record_id JOIN captures c ON c.id = a.capture_id AND c.sha256 = a.sha256
WHERE a.id = :id AND a.state = 'text' AND a.media_type NOT IN ('application/zip', 'application/gzip') AND r.state <> 'withheld'
  AND length(a.text) < :most
  AND NOT EXISTS (SELECT 1 FROM redactions m JOIN attachments o ON o.record_id = m.record_id AND o.url = m.source
                  WHERE o.sha256 = a.sha256 OR o.id = a.id)
"""
_PDF = "application/pdf"
_LONGEST_TEXT = 5_000_000
"""Characters at which the text of a file is cut: what is behind was never looked at."""

_UNREAD = re.compile(
    rb"/Subtype\s*/(?:Image|Text|FreeText|Stamp|FileAttachment|Widget)\b|/EmbeddedFile|\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|\\pict\b|\\objdata\b|data:image/"
)
"""The beginnings of pictures, further files, remarks and fields in a PDF, an OLE file, RTF or HTML."""

_PACKED_OBJECTS = re.compile(rb"/ObjStm\b.{0,1000}?\bstream\r?\n", re.DOTALL)
"""The beginning of objects of a PDF that are packed together."""

_UNREAD_MEMBER = re.compile(r"(?:^|/)(?:media|embeddings|Pictures|ObjectReplacements)/.|(?:^|/)vbaProject\.bin$")
"""Members of an office file that are pictures, further files or programs."""

_READ_MEMBER = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml|content\.xml")
"""Members all of whose text is in the archive, masked; of the others headers, comments and what was deleted are not."""

_LARGEST = 8 << 20
"""Bytes that are looked through for numbers."""

_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that may be given away, as the archive knows it."""

    row: Mapping[str, Any]

    def read(self, evidence: Path) -> bytes | None:
        """Return its bytes as they were received, of the digest they were sealed with;
        None where it holds what nobody has read.

        Raises EvidenceError where they are missing or no longer what they were.
        """
        with closing(Originals(evidence)) as originals:
            data = originals.payload(self.row["sha256"])
        return None if holds_unread(data) else data


def open_file(connection: sqlite3.Connection, attachment_id: int) -> OpenFile | None:
    """A file that may be given away, as far as the archive itself can tell; None where it may not, or isn't there."""
    row = connection.execute(_FILE, {"id": attachment_id, "most": _LONGEST_TEXT}).fetchone()
    if row is None or redaction_version(connection, FIRST) != RULES_VERSION:
        return None
    if any(hidden(connection, row[address], row["sha256"]) for address in ("url", "captured_url")):
        return None
    pages = from_json_text(dict(row).get("pages"))
    read_whole = all(text_of(row["text"], pages, index) for index, page in enumerate(pages) if page.kind == PAGE)
    if row["media_type"] == _PDF and not pages:  # read by an earlier version, which didn't say which pages are pictures
        read_whole = False
    return OpenFile(row) if read_whole else None


def holds_unread(data: bytes) -> bool:
    """Whether a file holds pictures or further files, whose contents nobody has read,
    or numbers of persons where no text is read from.
    """
    if not data.startswith(b"PK"):
        return any(map(_UNREAD.search, _unpacked(data))) or not (data.startswith(PDF) or _is_clear(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(_is_unread(archive, member) for member in archive.infolist())
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError):
        return True


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield a file as it is, then the objects of a PDF that are packed in it;
    what can't be unpacked is taken for a picture.
    """
    yield data
    for match in _PACKED_OBJECTS.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[match.end() :], _LARGEST)
        except zlib.error:
            yield PNG


def _is_unread(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    if _UNREAD_MEMBER.search(member.filename):
        return True
    if not member.filename.endswith(".xml") or _READ_MEMBER.fullmatch(member.filename):
        return False
    return member.file_size > _LARGEST or not _is_clear(archive.read(member))


def _is_clear(data: bytes) -> bool:
    """Whether bytes that are no PDF hold no number of a person,
    however their characters are written and whatever tags stand between.
    """
    if len(data) > _LARGEST:
        return False
    readings = (data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace"))
    return not any(redact(_TAG.sub(between, text)).counts for text in readings for between in ("", " "))
