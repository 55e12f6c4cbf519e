"""Reading sealed originals back, each checked against its digests; nothing is changed."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archive.evidence import claims
from archive.evidence.capture import SealedCapture, days_to_seal, hash_up_to, read_capture, sealed_digests
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import open_for_reading, row_sha256
from archive.evidence.http_exchange import GENESIS, EvidenceError, Exchange, manifest_text

UNREADABLE = (sqlite3.Error, UnicodeDecodeError, OverflowError)
"""Exceptions that reading a damaged file can raise, beside EvidenceError."""


SNAPSHOT = "snapshot.json"
"""The file beside a published snapshot, which lies in a folder of the archive's name."""


def beside(db: Path) -> Path:
    """Return the path at which the originals of `db` are kept: `evidence.db` beside `disclosures.db`, else named after it."""
    return db.with_name("evidence.db" if db.name == "disclosures.db" else f"{db.stem}.evidence.db")


def place_of(db: Path) -> Path:
    """Return the path of the originals of the archive `db`: $DISCLOSURES_EVIDENCE, a file or a folder of several archives', else beside it."""
    place = Path(os.environ.get("DISCLOSURES_EVIDENCE") or beside(db))
    if not place.is_dir():
        return place
    published = db.parent.parent if db.with_name(SNAPSHOT).is_file() else None
    return place / f"{published.name if published else db.stem}.evidence.db"


_MANIFEST = "SELECT day, first_id, last_id, captures, previous_hash, hash, sealed_at, token FROM manifests"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One sealed day. `token`: the answer of a timestamp server (`archive.evidence.timestamp`), or None."""

    day: str
    first_id: int
    last_id: int
    captures: int
    previous_hash: str
    hash: str
    sealed_at: str
    token: bytes | None

    def row_sha256(self) -> bytes:
        """The check sum kept beside the row."""
        values = (self.day, self.first_id, self.last_id, self.captures, self.previous_hash, self.hash, self.sealed_at)
        return row_sha256(*values, blob=self.token)


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
            payload = self._dictionaries.unpack(*row)
        except EvidenceError as error:
            raise EvidenceError(f"payload {sha256}: {error}") from error
        if hashlib.sha256(payload).hexdigest() != sha256:
            raise EvidenceError(f"payload {sha256} is no longer what was stored")
        return payload

    def destroyed(self, sha256: str) -> DestroyedPayload | None:
        """Return the payload with this sha256 (hex) where it was destroyed by decision, else None."""
        # In a file made before there was this column, its name in double quotes is text to SQLite.
        row = self._con.execute(
            """SELECT sha256, bytes, "destroyed_at" FROM payloads WHERE sha256 = ?""", (bytes.fromhex(sha256),)
        ).fetchone()
        return None if row is None or row[2] in {None, "destroyed_at"} else DestroyedPayload(*row)

    def certificate(self, sha256: str) -> bytes | None:
        """The TLS certificate (DER) with this sha256 (hex); None where it isn't kept."""
        try:
            row = self._con.execute(
                "SELECT der FROM certificates WHERE sha256 = ?", (bytes.fromhex(sha256),)
            ).fetchone()
        except sqlite3.OperationalError:  # a file made before they were kept
            return None
        return bytes(row[0]) if row else None

    def exchange(self, capture_id: int) -> Exchange:
        """A capture with its payload. Raises EvidenceError if it is missing or no longer what it was."""
        sealed, sha256 = self.without_payload(capture_id)
        return replace(sealed, payload=self.payload(sha256))

    def without_payload(self, capture_id: int) -> tuple[Exchange, str]:
        """A capture without its payload, and that one's sha256 (hex). Raises EvidenceError as `exchange` does."""
        capture = self.sealed_capture(capture_id)
        return capture.exchange, capture.sha256

    def sealed_capture(self, capture_id: int) -> SealedCapture:
        """A capture as it was sealed, without its payload. Raises EvidenceError as `exchange` does."""
        try:
            capture = read_capture(self._con, self._dictionaries, capture_id)
        except EvidenceError as error:
            raise EvidenceError(f"capture {capture_id}: {error}") from error
        if capture.sealed_as(capture_id) != capture.digest:
            raise EvidenceError(f"capture {capture_id} {capture.exchange.url} is no longer what was stored")
        return capture

    def manifests(self) -> list[Manifest]:
        """All sealed days, in order."""
        return [Manifest(*row) for row in self._con.execute(f"{_MANIFEST} ORDER BY day")]

    def head(self) -> tuple[str, str] | None:
        """(day, hash) of the last manifest: the one thing to keep elsewhere, for it proves all before. None: nothing sealed."""
        last: tuple[str, str] | None = self._con.execute(
            "SELECT day, hash FROM manifests ORDER BY day DESC LIMIT 1"
        ).fetchone()
        return last

    def tip(self) -> tuple[int, str] | None:
        """(number of the last capture, hash over all captures up to it, sealed or not). None: no captures.

        `verify` takes it as it takes `head`, also after more was added and sealed.
        """
        last_id = self.last_id()
        return (last_id, hash_up_to(self._con, last_id)) if last_id else None

    def claim_of(self, archive: str, name: claims.RowName) -> claims.SealedClaim | None:
        """The claim that counts for a row; None where there is none."""
        return claims.last_line(self._con, archive, name)

    def manifest_texts(self, since: str) -> Iterator[tuple[str, bytes, Manifest | None]]:
        """From the day `since` on: each day with captures or claims, its manifest's text, and its manifest, None where it isn't sealed yet."""
        manifests = {manifest.day: manifest for manifest in self.manifests()}
        hash_ = [GENESIS, *(manifest.hash for day, manifest in manifests.items() if day < since)][-1]
        for day in days_to_seal(self._con):
            if day >= since:
                text = manifest_text(hash_, sealed_digests(self._con, day), day)
                yield day, text, manifests.get(day)
                hash_ = hashlib.sha256(text).hexdigest()
