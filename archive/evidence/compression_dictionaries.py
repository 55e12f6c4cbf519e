"""The dictionaries of one evidence file: which portal packs with which, and when a new one is due.

A portal gets its first dictionary once 64 distinct pages, or 2 MB of them, are stored: the pages that waited are
packed again with it, in a file small enough to be rebuilt then. It gets another each time it has sixteen times as many captures, made from its latest
pages, so that a redesign does not spoil the packing for ever. Every dictionary stays in the file.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zlib import crc32

from archive.evidence.compression import Packing, make_dictionary
from archive.evidence.evidence_file import row_sha256
from archive.evidence.http_exchange import EvidenceError
from archive.evidence.unused_bytes import UNTRIMMED

Kind = Literal["payload", "head"]

FIRST_AT = 64
"""Distinct pages (or captures, for heads) of a portal at which its first dictionary is made."""

_FIRST_AT_BYTES = 2_000_000

LARGEST_SAMPLE = 1_000_000
"""Bytes of a page that a first dictionary is made of: all are held at once, and of larger ones eight would be enough."""

_FEWEST = 8
_STEP = 16
_LATEST = 256
_SAMPLE_BYTES = 4_000_000
_GROWTH = 2
_SMALL_FILE = 32_000_000

_WAITING = "SELECT count(*), coalesce(sum(bytes), 0) FROM payloads WHERE waiting = ?"
_ROWS = {
    "payload": "SELECT id, stored, bytes FROM payloads WHERE waiting = ? ORDER BY id",
    "head": "SELECT id, head, head_bytes FROM captures WHERE portal = ? AND head_dictionary_id IS NULL ORDER BY id",
}
_LATER = {
    "payload": """SELECT id, stored, bytes, dictionary_id FROM payloads WHERE dictionary_id IS NOT NULL AND id IN
        (SELECT payload_id FROM captures WHERE portal = ? ORDER BY id DESC LIMIT ?)""",
    "head": """SELECT id, head, head_bytes, head_dictionary_id FROM captures WHERE portal = ?
        ORDER BY id DESC LIMIT ?""",
}
_PACKED_AGAIN = {
    "payload": "UPDATE payloads SET stored = ?, dictionary_id = ?, stored_crc32 = ?, waiting = NULL WHERE id = ?",
    "head": "UPDATE captures SET head = ?, head_dictionary_id = ?, head_crc32 = ? WHERE id = ?",
}


@dataclass(slots=True)
class _Portal:
    """A portal's newest dictionary of one kind, and how many of the kind it has had."""

    made: int
    dictionary_id: int | None


class Dictionaries:
    """Packs and unpacks for one connection. Writes only within the caller's transaction."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        self._packings: dict[int | None, Packing] = {None: Packing()}
        self._portals: dict[tuple[Kind, str], _Portal] = {}
        self._captures: dict[str, int] = {}

    def forget(self) -> None:
        """Drop what is remembered: the transaction in which it was written has failed."""
        self._packings = {None: Packing()}
        self._portals.clear()
        self._captures.clear()

    def pack(self, kind: Kind, portal: str, data: bytes) -> tuple[bytes, int | None]:
        """`data` packed with the portal's newest dictionary, and the id of that (None: packed without one)."""
        dictionary_id = self._portal(kind, portal).dictionary_id
        stored = self._packing(dictionary_id).pack(data)
        return stored, None if stored is data else dictionary_id

    def unpack(self, stored: bytes, size: int, dictionary_id: int | None) -> bytes:
        """The bytes that were packed. Raises EvidenceError if they cannot be had."""
        if dictionary_id is not None and len(stored) == size:
            raise EvidenceError("it is marked as packed and is not")
        return self._packing(dictionary_id).unpack(stored, size)

    def trim(self) -> None:
        """After a commit: give back the room that packing again left in the file, and the memory that packing took.

        A packing made anew costs a fifth of a millisecond a batch; kept, it takes a megabyte or two for each portal under way.
        """
        self._packings = {None: Packing()}
        if self._pragma("user_version") == UNTRIMMED:
            self._con.execute("VACUUM")
            self._con.execute("PRAGMA user_version = 0")

    def waits(self, portal: str, size: int) -> bool:
        """Whether a page of so many bytes waits for the portal's first dictionary."""
        return size <= LARGEST_SAMPLE and self._portal("payload", portal).dictionary_id is None

    def settle(self, portal: str) -> None:
        """After each capture added: make the dictionaries that are due."""
        if portal not in self._captures:
            counted = self._con.execute("SELECT count(*) FROM captures WHERE portal = ?", (portal,)).fetchone()
            self._captures[portal] = counted[0]
        else:
            self._captures[portal] += 1
        for kind in ("payload", "head"):
            now = self._portal(kind, portal)
            if now.made:
                if self._captures[portal] >= FIRST_AT * _STEP**now.made:
                    self._make(kind, portal, self._latest(kind, portal))
            elif self._first_is_due(kind, portal):
                self._make_first(kind, portal)

    def _first_is_due(self, kind: Kind, portal: str) -> bool:
        if kind == "head":
            return self._captures[portal] >= FIRST_AT
        pages, size = self._con.execute(_WAITING, (portal,)).fetchone()
        return bool(pages >= FIRST_AT or (pages >= _FEWEST and size >= _FIRST_AT_BYTES))

    def _make_first(self, kind: Kind, portal: str) -> None:
        packed = list(self._con.execute(_ROWS[kind], (portal,)))
        rows = [(row, data) for row, stored, size in packed if (data := self._sample(stored, size, None)) is not None]
        self._make(kind, portal, [data for _, data in rows])
        if self._pragma("page_count") * self._pragma("page_size") > _SMALL_FILE:
            return
        for row, data in rows:
            stored, dictionary_id = self.pack(kind, portal, data)
            self._con.execute(_PACKED_AGAIN[kind], (stored, dictionary_id, crc32(stored), row))
        self._con.execute(f"PRAGMA user_version = {UNTRIMMED}")

    def _latest(self, kind: Kind, portal: str) -> list[bytes]:
        samples, total = [], 0
        for _, stored, size, dictionary_id in self._con.execute(_LATER[kind], (portal, _LATEST)):
            data = self._sample(stored, size, dictionary_id) if total + size <= _SAMPLE_BYTES else None
            if data is not None:
                samples.append(data)
                total += size
        return samples

    def _sample(self, stored: bytes, size: int, dictionary_id: int | None) -> bytes | None:
        """The bytes that were packed; None where they are damaged, of which `verify` tells: it stays as it is, and ends no crawl."""
        try:
            return self.unpack(stored, size, dictionary_id)
        except EvidenceError:
            return None

    def _make(self, kind: Kind, portal: str, samples: Sequence[bytes]) -> None:
        now = self._portal(kind, portal)
        now.made += 1
        if len(samples) < _FEWEST:
            return
        content = make_dictionary(samples, _GROWTH**now.made)
        number = self._con.execute("SELECT coalesce(max(id), 0) + 1 FROM dictionaries").fetchone()[0]
        values = (number, portal, kind, len(samples), datetime.now(UTC).isoformat(timespec="seconds"))
        self._con.execute(
            "INSERT INTO dictionaries (id, portal, kind, samples, made_at, row_sha256, dictionary) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*values, row_sha256(*values, blob=content), content),
        )
        now.dictionary_id = number

    def _pragma(self, name: str) -> int:
        return int(self._con.execute(f"PRAGMA {name}").fetchone()[0])

    def _portal(self, kind: Kind, portal: str) -> _Portal:
        known = self._portals.get((kind, portal))
        if known is None:
            made, newest = self._con.execute(
                "SELECT count(*), max(id) FROM dictionaries WHERE portal = ? AND kind = ?", (portal, kind)
            ).fetchone()
            known = self._portals[kind, portal] = _Portal(made, newest)
        return known

    def _packing(self, dictionary_id: int | None) -> Packing:
        packing = self._packings.get(dictionary_id)
        if packing is None:
            row = self._con.execute("SELECT dictionary FROM dictionaries WHERE id = ?", (dictionary_id,)).fetchone()
            if row is None:
                raise EvidenceError(f"its dictionary {dictionary_id} is missing")
            packing = self._packings[dictionary_id] = Packing(row[0])
        return packing
