"""Reading sealed originals back, each checked against its digests; nothing is changed."""

import hashlib
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

from archive.evidence.capture import read_capture
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import open_for_reading
from archive.evidence.http_exchange import EvidenceError, Exchange

UNREADABLE = (sqlite3.Error, UnicodeDecodeError, OverflowError)
"""Exceptions that reading a damaged file can raise, beside EvidenceError."""


def beside(db: Path) -> Path:
    """Return the path at which the originals of `db` are kept: `evidence.db` beside `disclosures.db`, else named after it."""
    return db.with_name("evidence.db" if db.name == "disclosures.db" else f"{db.stem}.evidence.db")


def place_of(db: Path) -> Path:
    """Return the path of the originals of the archive `db`: $DISCLOSURES_EVIDENCE, else beside it."""
    return Path(os.environ.get("DISCLOSURES_EVIDENCE") or beside(db))


class Originals:
    """An evidence file, open to read. The caller sees to it that two threads do not use it at once."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises EvidenceError where there is none, or it is none."""
        self.path = path
        if not path.is_file():
            raise EvidenceError(f"there is no evidence file at {path}, where the originals should be")
        try:
            self._con = open_for_reading(path)
        except UNREADABLE as error:
            raise EvidenceError(f"{path} cannot be opened as evidence: {str(error).splitlines()[0]}") from error
        self._dictionaries = Dictionaries(self._con)

    def close(self) -> None:
        """Close the file."""
        self._con.close()

    def payload(self, sha256: str) -> bytes:
        """The payload with this sha256 (hex). Raises EvidenceError if it is missing or no longer what it was."""
        row = self._con.execute(
            "SELECT stored, bytes, dictionary_id FROM payloads WHERE sha256 = ?", (bytes.fromhex(sha256),)
        ).fetchone()
        if row is None:
            raise EvidenceError(f"payload {sha256} is missing")
        try:
            found = self._dictionaries.unpack(*row)
        except EvidenceError as error:
            raise EvidenceError(f"payload {sha256}: {error}") from error
        if hashlib.sha256(found).hexdigest() != sha256:
            raise EvidenceError(f"payload {sha256} is no longer what was stored")
        return found

    def exchange(self, capture_id: int) -> Exchange:
        """A capture with its payload. Raises EvidenceError if it is missing or no longer what it was."""
        try:
            capture = read_capture(self._con, self._dictionaries, capture_id)
        except EvidenceError as error:
            raise EvidenceError(f"capture {capture_id}: {error}") from error
        if capture.sealed_as(capture_id) != capture.digest:
            raise EvidenceError(f"capture {capture_id} {capture.exchange.url} is no longer what was stored")
        return replace(capture.exchange, payload=self.payload(capture.sha256))
