"""Check sums of an archive's file by blocks, kept in the evidence while nobody writes the archive.

They find a byte that changed under the archive: in a text, an index, a free page. A session that writes takes them away when
it begins and puts new ones when it ends, so after one that was killed there is nothing to compare with. Fields of SQLite's
header that a copy made page by page has otherwise, and that say nothing of its contents, are left out.
"""

import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from zlib import crc32

from archive.evidence.evidence_file import row_sha256

BLOCK = 65_536

# The journal's mode, the counters of changes and of the schema, and the version of SQLite that wrote last
# (https://www.sqlite.org/fileformat2.html).
_LEFT_OUT = (slice(18, 20), slice(24, 28), slice(40, 44), slice(92, 100))


@dataclass(frozen=True, slots=True)
class BlockSums:
    """The CRC-32 of each block of the file of `archive`, whose `size` is in bytes."""

    archive: str
    size: int
    sums: bytes

    def row_sha256(self) -> bytes:
        """The check sum kept beside the row."""
        return row_sha256(self.archive, self.size, blob=self.sums)


def sums_of(archive: str, db: Path) -> BlockSums:
    """Compute the sums of a file that nobody writes. Raises OSError."""
    sums, size = array("I"), 0
    with db.open("rb") as file:
        while block := file.read(BLOCK):
            sums.append(crc32(block if size else _without_counters(block)))
            size += len(block)
    return BlockSums(archive, size, sums.tobytes())


def differences(one: BlockSums, other: BlockSums) -> Iterator[tuple[int, int]]:
    """The ranges of bytes (first, last), of blocks side by side, in which two files differ."""
    size = max(one.size, other.size)
    ours, theirs = array("I", one.sums), array("I", other.sums)
    blocks = range(max(len(ours), len(theirs)))
    differing = [place for place in blocks if ours[place : place + 1] != theirs[place : place + 1]]
    for _, run in groupby(enumerate(differing), key=lambda each: each[1] - each[0]):
        places = [place for _, place in run]
        yield places[0] * BLOCK, min((places[-1] + 1) * BLOCK, size) - 1


def read(con: sqlite3.Connection) -> BlockSums | None:
    """The sums that are kept; None where there are none. Raises sqlite3.Error."""
    if not con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'block_sums'").fetchone():
        return None
    row = con.execute("SELECT archive, bytes, sums FROM block_sums").fetchone()
    return None if row is None else BlockSums(*row)


def put(con: sqlite3.Connection, kept: BlockSums) -> None:
    """Keep sums in place of others. Raises sqlite3.Error."""
    con.execute(
        "INSERT OR REPLACE INTO block_sums VALUES (1, ?, ?, ?, ?)",
        (kept.archive, kept.size, kept.row_sha256(), kept.sums),
    )


def take_away(con: sqlite3.Connection) -> BlockSums | None:
    """Delete the sums that are kept, and return them. Raises sqlite3.Error."""
    kept = read(con)
    if kept is not None:
        con.execute("DELETE FROM block_sums")
    return kept


def is_sound(con: sqlite3.Connection) -> bool:
    """Whether the row is as it was stored. Raises sqlite3.Error."""
    kept = read(con)
    return kept is None or con.execute("SELECT row_sha256 FROM block_sums").fetchone()[0] == kept.row_sha256()


def _without_counters(block: bytes) -> bytes:
    header = bytearray(block)
    for field in _LEFT_OUT:
        header[field] = bytes(field.stop - field.start)
    return bytes(header)
