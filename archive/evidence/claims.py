"""The claims of an archive, sealed: one line for each event and version as it was written, changed or deleted. Append-only.

A line names a row: the archive (a random name in its settings), `event` or `version`, the event's id or the record's with
the version's number; and gives the sha256 of the row (`row_sha256`), or none where the row was deleted. The last line for a
row counts. Further kinds: `void`, so many sealed rows (`number`) which the archive, that knew of lines up to `row_id`, did not have;
and `token`, a timestamp that was attached to a day's manifest (`row_id`: the day as a number, 20261123), of no archive, and
filed under no day itself, for else every day would have something to seal and to stamp.

Two kinds carry a `note`, of which `row_sha256` is the sha256, so that an archive can be made anew from its originals: `crawl`, the
log of a crawl (`row_id`) in lines numbered from 0 (`archive.ingest.crawl_log`), and `withheld`, all that the archive withholds
(`archive.maintenance.sealing`).
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from archive.evidence.http_exchange import canonical

EVENT, VERSION, TOKEN, VOID = "event", "version", "token", "void"
CRAWL, WITHHELD = "crawl", "withheld"


class RowName(NamedTuple):
    """A row of an archive: its kind, and the event's id and 0, or the record's id and the version's number."""

    kind: str
    row_id: int
    number: int


class SealedClaim(NamedTuple):
    """A sealed line. `row_sha256`: of the row; None where it was deleted."""

    id: int
    name: RowName
    row_sha256: bytes | None
    day: str


class Note(NamedTuple):
    """A line with a note: its number, the archive's name, and the row's, and what it says."""

    id: int
    archive: str
    name: RowName
    text: str


_LINE = "SELECT id, kind, row_id, number, row_sha256, day FROM claims"
_INSERT = """INSERT INTO claims (id, archive, kind, row_id, number, row_sha256, day, digest, note)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def row_text(row: Mapping[str, object]) -> bytes:
    """A row as it is sealed: the canonical JSON of its columns by name, those without a value left out.

    So a column that a later version adds changes no sum until it has a value; a migration that gives it one updates the rows, and
    so notes them to be sealed anew.
    """
    return canonical({name: value for name, value in row.items() if value is not None})


def row_sha256(row: Mapping[str, object]) -> bytes:
    """The sha256 of a row as it is sealed."""
    return hashlib.sha256(row_text(row)).digest()


def claim_text(archive: str, claim: SealedClaim) -> bytes:
    """The canonical JSON of a line, whose sha256 is its digest; see `archive.evidence.http_exchange`."""
    kind, row_id, number = claim.name
    sha256 = claim.row_sha256.hex() if claim.row_sha256 is not None else None
    named = {"archive": archive, "kind": kind, "row_id": row_id, "number": number}
    return canonical({**named, "id": claim.id, "day": claim.day, "sha256": sha256})


def claim_digest(archive: str, claim: SealedClaim) -> bytes:
    """The 32 bytes that seal one line."""
    return hashlib.sha256(claim_text(archive, claim)).digest()


def are_kept(con: sqlite3.Connection) -> bool:
    """Whether the file has a table of claims: those of earlier versions have none."""
    return con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'claims'").fetchone() is not None


def last_id(con: sqlite3.Connection) -> int:
    """The number of the last line; 0: none."""
    row = con.execute("SELECT seq FROM sqlite_sequence WHERE name = 'claims'").fetchone()
    return int(row[0]) if row else 0


def last_line(con: sqlite3.Connection, archive: str, name: RowName) -> SealedClaim | None:
    """The line that counts for a row."""
    where = "WHERE archive = ? AND kind = ? AND row_id = ? AND number = ? ORDER BY id DESC LIMIT 1"
    row = con.execute(f"{_LINE} {where}", (archive, *name)).fetchone()
    return None if row is None else _claim(row)


def append(con: sqlite3.Connection, archive: str, rows: Iterable[tuple[RowName, bytes | None]], day: str) -> None:
    """Add a line for each row that the last one does not say the same of. The caller's transaction."""
    number = last_id(con)
    for name, sha256 in rows:
        before = last_line(con, archive, name)
        if sha256 == (before.row_sha256 if before else None) and name.kind != VOID:
            continue
        number += 1
        claim = SealedClaim(number, name, sha256, day)
        con.execute(_INSERT, (number, archive, *name, sha256, day, claim_digest(archive, claim), None))


def append_note(con: sqlite3.Connection, archive: str, name: RowName, text: str, day: str) -> None:
    """Add a line with a note. The caller's transaction."""
    claim = SealedClaim(last_id(con) + 1, name, note_sha256(text), day)
    values = (claim.id, archive, *name, claim.row_sha256, day, claim_digest(archive, claim), text)
    con.execute(_INSERT, values)


def note_sha256(text: str) -> bytes:
    """The sha256 of a note, in UTF-8."""
    return hashlib.sha256(text.encode()).digest()


def is_noted(claim: SealedClaim, note: str | None) -> bool:
    """Whether a line has the note that it seals: one where its kind carries a note, else none."""
    if claim.name.kind in {CRAWL, WITHHELD}:
        return note is not None and note_sha256(note) == claim.row_sha256
    return note is None


def notes(con: sqlite3.Connection, kind: str) -> Iterator[Note]:
    """The lines of a kind that have a note, in order; none in files of versions that kept none."""
    if "note" in {row[1] for row in con.execute("PRAGMA table_info(claims)")}:
        sql = (
            "SELECT id, archive, kind, row_id, number, note FROM claims WHERE kind = ? AND note IS NOT NULL ORDER BY id"
        )
        for number, archive, *name, text in con.execute(sql, (kind,)):
            yield Note(number, archive, RowName(*name), text)


def counting(con: sqlite3.Connection, archive: str, kind: str, up_to: int) -> Iterator[SealedClaim]:
    """Of the lines up to number `up_to`, the one that counts for each row of a kind, by the rows' names."""
    last: SealedClaim | None = None
    where = "WHERE archive = ? AND kind = ? AND id <= ? ORDER BY row_id, number, id"
    for row in con.execute(f"{_LINE} {where}", (archive, kind, up_to)):
        claim = _claim(row)
        if last is not None and last.name != claim.name:
            yield last
        last = claim
    if last is not None:
        yield last


def after(con: sqlite3.Connection, archive: str, number: int) -> list[RowName]:
    """The rows of an archive that lines after `number` speak of, each once."""
    sql = "SELECT DISTINCT kind, row_id, number FROM claims WHERE id > ? AND archive = ? AND kind IN (?, ?)"
    return [RowName(*row) for row in con.execute(sql, (number, archive, EVENT, VERSION))]


def _claim(row: tuple[int, str, int, int, bytes | None, str]) -> SealedClaim:
    number, kind, row_id, place, sha256, day = row
    return SealedClaim(number, RowName(kind, row_id, place), sha256, day)
