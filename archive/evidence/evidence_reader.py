"""Reading sealed originals back, each checked against its digests; nothing is changed."""

import hashlib
import os
import sqlite3
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class DestroyedPayload:
    """A payload that was destroyed by decision: its digest, its length, and when (UTC)."""

    sha256: bytes
    bytes: int
    destroyed_at: str


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

    def last_id(self) -> int:
        """The number of the last capture; 0: none."""
        row = self._con.execute("SELECT seq FROM sqlite_sequence WHERE name = 'captures'").fetchone()
        return int(row[0]) if row else 0

    def payload(self, sha256: str) -> bytes:
        """The payload with this sha256 (hex). Raises EvidenceError if it is missing or no longer what it was."""
        if destroyed := self.destroyed(sha256):
            raise EvidenceError(
                f"payload {sha256} was destroyed by decision, {destroyed.destroyed_at}; its digest stays"
            )
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

    def destroyed(self, sha256: str) -> DestroyedPayload | None:
        """Return the payload with this sha256 (hex) where it was destroyed by decision, else None."""
        # In a file made before there was this column, its name in double quotes is text to SQLite.
        row = self._con.execute(
            """SELECT sha256, bytes, "destroyed_at" FROM payloads WHERE sha256 = ?""", (bytes.fromhex(sha256),)
        ).fetchone()
        return None if row is None or row[2] in {None, "destroyed_at"} else DestroyedPayload(*row)

    def exchange(self, capture_id: int) -> Exchange:
        """A capture with its payload. Raises EvidenceError if it is missing or no longer what it was."""
        sealed, sha256 = self.without_payload(capture_id)
        return replace(sealed, payload=self.payload(sha256))

    def without_payload(self, capture_id: int) -> tuple[Exchange, str]:
        """A capture without its payload, and that one's sha256 (hex). Raises EvidenceError as `exchange` does."""
        try:
            capture = read_capture(self._con, self._dictionaries, capture_id)
        except EvidenceError as error:
            raise EvidenceError(f"capture {capture_id}: {error}") from error
        if capture.sealed_as(capture_id) != capture.digest:
            raise EvidenceError(f"capture {capture_id} {capture.exchange.url} is no longer what was stored")
        return capture.exchange, capture.sha256
