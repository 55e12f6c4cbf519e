"""`evidence.db`: every response the crawler got, sealed so that a later change shows.

One writer at a time; several processes may hold the file open (each write waits its turn). A capture belongs to
the day (UTC) of its `fetched_at`. Should the clock go back to a day already sealed, the capture goes to the first
day not sealed, so that no manifest ever changes. So do claims, on the day of their sealing. Days without either have no manifest.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zlib import crc32

from archive.database.connection import transaction
from archive.evidence import claims
from archive.evidence.capture import days_to_seal, sealed_digests
from archive.evidence.compression import MOST
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import open_for_writing
from archive.evidence.evidence_reader import DestroyedPayload, Manifest, Originals
from archive.evidence.fixity import Expected, Fault, verify_file
from archive.evidence.http_exchange import (
    COLUMNS,
    GENESIS,
    EvidenceError,
    Exchange,
    capture_digest,
    head_of,
    manifest_hash,
)
from archive.model import clock

__all__ = ["Evidence", "EvidenceError", "Exchange", "Fault", "Manifest", "Stored", "verify_file"]

_INSERT = """INSERT INTO captures (id, crawl_id, portal, url, fetched_at, status, payload_id, day, digest, head_bytes,
    head, head_dictionary_id, head_crc32) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_PAYLOAD = """INSERT INTO payloads (sha256, bytes, dictionary_id, waiting, stored, stored_crc32)
    VALUES (?, ?, ?, ?, ?, ?) RETURNING id"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture as committed: its number, and the sha256 (hex) and length of its payload."""

    id: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The identity of a run of captures in the evidence file it comes from.

    `source`: the digest of that file's first capture; `first`: the number of the run's first one there, and their crawl and
    day there; `last_digest`: of the run's last one there.
    """

    source: bytes
    first: int
    crawl_id: int
    day: str
    last_digest: bytes


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """A claim with a note, to be sealed on the day `today` (UTC) of the archive of this name."""

    archive: str
    name: claims.RowName
    text: str
    today: str


class Evidence(Originals):
    """The open file, to write as well. The caller sees to it that two threads do not use it at once."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises EvidenceError if that cannot be done."""
        self.path = path
        self._con = open_for_writing(path)
        self._dictionaries = Dictionaries(self._con)

    def close(self) -> None:
        """Close the file; what was written is in the one file then, with no `-wal` beside it."""
        self._con.close()

    def add_many(
        self,
        exchanges: Iterable[Exchange],
        origin: Origin | None = None,
        destroyed: Mapping[int, DestroyedPayload] | None = None,
        noted: Callable[[Sequence[Stored]], ClaimNote] | None = None,
    ) -> list[Stored]:
        """Write all in one transaction and commit it. Raises ValueError for a payload past the limit, before writing.

        `origin`: what they were in another evidence file, kept with them. `destroyed`: by their places, payloads that were
        destroyed there. `noted`: what is noted with them, given what was stored.
        """
        gone = destroyed or {}
        hashed = [
            (exchange, gone[place].sha256 if place in gone else hashlib.sha256(exchange.payload).digest())
            for place, exchange in enumerate(exchanges)
        ]
        for exchange, _ in hashed:
            if len(exchange.payload) > MOST:
                raise ValueError(
                    f"{exchange.url}: {len(exchange.payload)} bytes are more than the {MOST} that are kept"
                )
        with self._transaction():
            number = self.last_id()
            first_open = self._first_open_day()
            self._con.executemany(
                "INSERT OR IGNORE INTO payloads (sha256, bytes, stored, destroyed_at) VALUES (?, ?, x'', ?)",
                [(payload.sha256, payload.bytes, payload.destroyed_at) for payload in gone.values()],
            )
            stored = [
                self._add(exchange, sha256, number + place, first_open)
                for place, (exchange, sha256) in enumerate(hashed, start=1)
            ]
            if origin is not None:
                there = (origin.source, origin.first, origin.crawl_id, origin.day, origin.last_digest)
                self._con.execute(
                    "INSERT INTO folded VALUES (?, ?, ?, ?, ?, ?, ?)", (number + 1, number + len(stored), *there)
                )
            if noted is not None:
                self._note(noted(stored))
        self._dictionaries.trim()
        return stored

    def keep_tip(self, first_id: int, captures: int, tip: str) -> None:
        """Note the tip of a file whose captures were folded in from `first_id` on: the hash over its first `captures`."""
        with self._transaction():
            self._con.execute("INSERT OR IGNORE INTO folded_tips VALUES (?, ?, ?)", (first_id, captures, tip))

    def seal(self, today: str) -> list[Manifest]:
        """Seal each day before `today` (`2026-11-23`, UTC) that has captures or claims and no manifest; the new manifests, in order."""
        before = date.fromisoformat(today).isoformat()
        sealed_at = clock.text(datetime.now(UTC))
        made = []
        with self._transaction():
            last, previous = self.head() or ("", GENESIS)
            for day in days_to_seal(self._con, last):
                if day >= before:
                    break
                hash_ = manifest_hash(previous, sealed_digests(self._con, day), day)
                counted = "SELECT coalesce(min(id), 0), coalesce(max(id), 0), count(*) FROM captures WHERE day = ?"
                first, last_id, count = self._con.execute(counted, (day,)).fetchone()
                manifest = Manifest(day, first, last_id, count, previous, hash_, sealed_at, None)
                self._con.execute(
                    """INSERT INTO manifests (day, first_id, last_id, captures, previous_hash, hash, sealed_at, row_sha256)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    (day, first, last_id, count, previous, hash_, sealed_at, manifest.row_sha256()),
                )
                made.append(manifest)
                previous = hash_
        return made

    def add_claims(self, archive: str, rows: Iterable[tuple[claims.RowName, bytes | None]], today: str) -> None:
        """Seal rows of an archive as they are, with their sha256, None where they were deleted; what is sealed so already is not again.

        `today`: UTC, `2026-11-23`.
        """
        with self._transaction():
            claims.append(self._con, archive, rows, max(today, self._first_open_day()))

    def add_note(self, note: ClaimNote) -> None:
        """Seal a claim with a note."""
        with self._transaction():
            self._note(note)

    def _note(self, note: ClaimNote) -> None:
        day = max(note.today, self._first_open_day())
        claims.append_note(self._con, note.archive, note.name, note.text, day)

    def last_claim(self) -> int:
        """The number of the last claim; 0: none."""
        return claims.last_id(self._con)

    def claimed_after(self, archive: str, number: int) -> list[claims.RowName]:
        """The rows that claims after `number` speak of."""
        return claims.after(self._con, archive, number)

    def attach_token(self, day: str, token: bytes) -> None:
        """Keep a timestamp server's answer with the manifest of `day`. Raises EvidenceError if the day is not sealed."""
        with self._transaction():
            manifest = next((each for each in self.manifests() if each.day == day), None)
            if manifest is None:
                raise EvidenceError(f"{day} is not sealed, so there is nothing to stamp")
            sealed = replace(manifest, token=token)
            self._con.execute(
                "UPDATE manifests SET token = ?, row_sha256 = ? WHERE day = ?", (token, sealed.row_sha256(), day)
            )
            name = claims.RowName(claims.TOKEN, int(day.replace("-", "")), 0)
            claims.append(self._con, "", [(name, hashlib.sha256(token).digest())], "")

    def verify(self, expected: Expected | None = None) -> Iterator[Fault]:
        """Recompute everything committed so far; see `archive.evidence.fixity.verify_file`."""
        return verify_file(self.path, expected)

    def _add(self, exchange: Exchange, sha256: bytes, number: int, first_open: str) -> Stored:
        payload_id = self._payload_id(exchange, sha256)
        day = max(exchange.fetched_at[:10], first_open)
        head = head_of(exchange)
        stored, dictionary_id = self._dictionaries.pack("head", exchange.portal, head)
        columns = [getattr(exchange, name) for name in COLUMNS]
        digest = capture_digest(exchange, number, day, sha256.hex())
        packed = (len(head), stored, dictionary_id, crc32(stored))
        self._con.execute(_INSERT, (number, *columns, payload_id, day, digest, *packed))
        if exchange.certificate and exchange.certificate_der:
            kept_certificate = bytes.fromhex(exchange.certificate), exchange.certificate_der
            self._con.execute("INSERT OR IGNORE INTO certificates VALUES (?, ?)", kept_certificate)
        self._dictionaries.settle(exchange.portal)
        return Stored(number, sha256.hex(), len(exchange.payload))

    def _payload_id(self, exchange: Exchange, sha256: bytes) -> int:
        row = self._con.execute("SELECT id FROM payloads WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            stored, dictionary_id = self._dictionaries.pack("payload", exchange.portal, exchange.payload)
            size = len(exchange.payload)
            may_wait = stored is not exchange.payload and _is_page(exchange)
            waits = may_wait and self._dictionaries.waits(exchange.portal, size)
            kept = (size, dictionary_id, exchange.portal if waits else None, stored, crc32(stored))
            row = self._con.execute(_INSERT_PAYLOAD, (sha256, *kept)).fetchone()
        return int(row[0])

    def _first_open_day(self) -> str:
        sealed = self.head()
        return (date.fromisoformat(sealed[0]) + timedelta(days=1)).isoformat() if sealed else ""

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with ExitStack() as undone:
            undone.callback(self._dictionaries.forget)
            with transaction(self._con):
                yield
            undone.pop_all()


def _is_page(exchange: Exchange) -> bool:
    declared = exchange.response_header("Content-Type") or ""
    return "html" in declared.lower() or exchange.payload[:256].lstrip()[:1] == b"<"
