"""Reading one capture back from the evidence file, and the chains over all of them: of manifests, with claims, and the tip, without."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.evidence import claims
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


def sealed_digests(con: sqlite3.Connection, day: str) -> Iterator[bytes]:
    """The digests that the manifest of a day seals: of its captures, then of its claims. Raises sqlite3.Error."""
    for table in ("captures", "claims") if claims.are_kept(con) else ("captures",):
        rows = con.execute(f"SELECT digest FROM {table} WHERE day = ? ORDER BY id", (day,))  # noqa: S608 - constant names
        yield from (bytes(digest) for (digest,) in rows)


def days_to_seal(con: sqlite3.Connection, after: str = "") -> list[str]:
    """The days after `after` that have captures or claims, in order. Raises sqlite3.Error."""
    days = "SELECT day FROM captures WHERE day > :after"
    if claims.are_kept(con):
        days += " UNION SELECT day FROM claims WHERE day > :after"
    return [row[0] for row in con.execute(f"SELECT DISTINCT day FROM ({days}) ORDER BY day", {"after": after})]  # noqa: S608 - constant


def hash_up_to(con: sqlite3.Connection, up_to: int) -> str:
    """The tip: the last hash of the chain over the captures numbered `up_to` at most, without claims. Raises sqlite3.Error."""
    days = con.execute("SELECT DISTINCT day FROM captures WHERE id <= ? ORDER BY day", (up_to,)).fetchall()
    previous = GENESIS
    for (day,) in days:
        rows = con.execute("SELECT digest FROM captures WHERE day = ? AND id <= ? ORDER BY id", (day, up_to))
        previous = manifest_hash(previous, (bytes(digest) for (digest,) in rows), day)
    return previous
