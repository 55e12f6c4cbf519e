"""Reading one capture back from the evidence file, and the chain of manifests over them."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.http_exchange import (
    COLUMNS,
    GENESIS,
    EvidenceError,
    Exchange,
    capture_digest,
    manifest_hash,
    restored,
)

_CAPTURE = """SELECT c.crawl_id, c.portal, c.url, c.fetched_at, c.status,
    c.day, c.digest, c.payload_id, c.head, c.head_bytes, c.head_dictionary_id, p.sha256
    FROM captures c LEFT JOIN payloads p ON p.id = c.payload_id WHERE c.id = ?"""


@dataclass(frozen=True, slots=True)
class SealedCapture:
    """A capture as it stands in the file. `exchange` comes without its payload; `digest` is the one stored."""

    exchange: Exchange
    day: str
    digest: bytes
    payload_id: int
    sha256: str

    def sealed_as(self, capture_id: int) -> bytes:
        """The digest, computed again."""
        return capture_digest(self.exchange, capture_id, self.day, self.sha256)


def read_capture(con: sqlite3.Connection, dictionaries: Dictionaries, capture_id: int) -> SealedCapture:
    """Read one capture. Raises EvidenceError if it is missing or damaged beyond reading, sqlite3.Error if the file is."""
    row = con.execute(_CAPTURE, (capture_id,)).fetchone()
    if row is None:
        raise EvidenceError("it is missing")
    day, digest, payload_id, head, head_bytes, head_dictionary_id, sha256 = row[len(COLUMNS) :]
    if sha256 is None:
        raise EvidenceError(f"its payload, row {payload_id}, is missing")
    try:
        columns = dict(zip(COLUMNS, row[: len(COLUMNS)], strict=True))
        exchange = restored(columns, dictionaries.unpack(head, head_bytes, head_dictionary_id))
        return SealedCapture(exchange, str(day), bytes(digest), int(payload_id), sha256.hex())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvidenceError(f"its row is damaged ({error})") from error


def chain(con: sqlite3.Connection, up_to: int, day: str = "", previous: str = GENESIS) -> Iterator[tuple[str, str]]:
    """(day, hash) of each day after `day`, over the captures numbered `up_to` at most. Raises sqlite3.Error."""
    days = con.execute(
        "SELECT DISTINCT day FROM captures WHERE day > ? AND id <= ? ORDER BY day", (day, up_to)
    ).fetchall()
    for (each,) in days:
        rows = con.execute("SELECT digest FROM captures WHERE day = ? AND id <= ? ORDER BY id", (each, up_to))
        previous = manifest_hash(previous, (bytes(digest) for (digest,) in rows), each)
        yield each, previous


def hash_up_to(con: sqlite3.Connection, up_to: int, day: str = "", previous: str = GENESIS) -> str:
    """The last hash of `chain`; `previous` where it is empty. Raises sqlite3.Error."""
    hashes = [hash_ for _, hash_ in chain(con, up_to, day, previous)]
    return hashes[-1] if hashes else previous
