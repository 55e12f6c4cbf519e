"""Destroying sealed payloads by decision: the bytes go, the digests stay, so that every seal still verifies."""

import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.database.connection import transaction
from archive.evidence.evidence_file import open_for_writing
from archive.evidence.http_exchange import EvidenceError

_OF_ADDRESSES = """
    SELECT DISTINCT p.id, p.bytes, EXISTS (
        SELECT 1 FROM captures o WHERE o.payload_id = p.id AND o.url NOT IN (SELECT value FROM json_each(:urls)))
    FROM captures c JOIN payloads p ON p.id = c.payload_id
    WHERE c.url IN (SELECT value FROM json_each(:urls)) AND p.destroyed_at IS NULL AND p.bytes > 0
"""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Payloads destroyed and their bytes; `shared`: payloads kept, for captures of other addresses have the same."""

    payloads: int
    bytes: int
    shared: int


def destroy(path: Path, urls: Collection[str], now: str) -> Destroyed:
    """Destroy the payloads of all captures of `urls`, except those that another address's captures share.

    Headers, times and digests stay. Done again, it changes nothing. `now`: UTC, ISO 8601. Raises EvidenceError.
    """
    if not path.is_file():
        raise EvidenceError(f"there is no evidence file at {path}: nothing was destroyed")
    with closing(open_for_writing(path)) as con:
        try:
            with transaction(con):
                rows = con.execute(_OF_ADDRESSES, {"urls": json.dumps(sorted(urls))}).fetchall()
                own = [(number, size) for number, size, shared in rows if not shared]
                con.executemany(
                    "UPDATE payloads SET stored = x'', dictionary_id = NULL, waiting = NULL, stored_crc32 = NULL, "
                    "destroyed_at = ? WHERE id = ?",
                    [(now, number) for number, _ in own],
                )
            con.execute("VACUUM")
            busy = con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            raise EvidenceError(f"cannot destroy payloads in {path}: {error}") from error
    if busy:
        raise EvidenceError(f"{path} is being read: end that program, then run the same command again")
    return Destroyed(len(own), sum(size for _, size in own), len(rows) - len(own))
