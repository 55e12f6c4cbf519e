"""Fixity checking: is every byte of the evidence still what was stored?

Reads the file alone, read-only, and never raises for damage: whatever is wrong becomes a `Fault`. What it cannot
see: captures taken off the very end before they were sealed, by someone who also mended the counters, and
manifests remade from a given day on. Against both, keep `Evidence.head()` or `Evidence.tip()` elsewhere and pass it
in. Of the bytes that belong to no row, which are no evidence, `archive.evidence.unused_bytes` tells most.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

from archive.evidence import block_sums, claims, unused_bytes
from archive.evidence.capture import SealedCapture, days_to_seal, hash_up_to, read_capture, sealed_digests
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import expected_schema, open_for_reading, row_sha256, schema_of
from archive.evidence.http_exchange import GENESIS, EvidenceError, manifest_hash, one_line

Expected = tuple[str | int, str]
"""(day, hash) as `Evidence.head` gave it, or (number, hash) as `Evidence.tip` did."""

DAMAGE = (sqlite3.Error, EvidenceError, ValueError, TypeError, KeyError, AttributeError, OverflowError, MemoryError)
"""Exceptions that reading damaged rows can raise: ValueError also for a message of SQLite that quotes broken UTF-8."""

# In a file made before there were these columns, their names in double quotes are text to SQLite.
_PACKED = {
    "payloads": 'SELECT stored, "stored_crc32" FROM payloads WHERE id = ?',
    "captures": 'SELECT head, "head_crc32" FROM captures WHERE id = ?',
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong. `where`: "capture 17 http://…", "payload <sha256>", "manifest 2026-11-23", "database"…; `what`: one plain line.

    `is_damage`: else the archive is only of an earlier version, or masked by earlier rules.
    """

    where: str
    what: str
    is_damage: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def verify_file(path: Path, expected: Expected | None = None) -> Iterator[Fault]:
    """Recompute everything in the file and yield what is wrong. Never raises for damage.

    Each payload is unpacked and hashed, each capture's digest and each manifest computed again, the numbers
    checked for gaps, SQLite's own check run. `expected`: a hash kept elsewhere.
    """
    if not path.is_file():
        yield Fault("file", f"{path} does not exist")
        return
    try:
        con = open_for_reading(path)
    except DAMAGE as error:
        yield Fault("file", f"SQLite cannot open it: {error}")
        return
    with closing(con):
        try:
            con.execute("BEGIN")  # one state of the file throughout, though a crawl may be writing
        except DAMAGE as error:
            yield Fault("file", f"SQLite cannot read it: {error}")
        yield from _database(con)
        yield from _unused(path, con)
        dictionaries = Dictionaries(con)
        yield from _dictionaries(con)
        yield from _payloads(con, dictionaries)
        yield from _captures(con, dictionaries)
        yield from _certificates(con)
        yield from _claims(con)
        yield from _manifests(con)
        yield from _expectation(con, expected)


def _database(con: sqlite3.Connection) -> Iterator[Fault]:
    """SQLite's own check, and the tables as this version makes them."""
    try:
        for (said,) in con.execute("PRAGMA integrity_check"):
            if said != "ok":
                yield Fault("database", one_line(said))
        for table, row, parent, _ in con.execute("PRAGMA foreign_key_check"):
            yield Fault("database", f"row {row} of {table} points to a row of {parent} that is not there")
        found, wanted = schema_of(con), expected_schema(con)
        for name in sorted(found.keys() | wanted.keys()):
            if found.get(name) != wanted.get(name):
                yield Fault("database", f"{name} is not defined as it was made")
    except DAMAGE as error:
        yield Fault("database", one_line(error))


def _unused(path: Path, con: sqlite3.Connection) -> Iterator[Fault]:
    """Bytes changed that belong to no row."""
    try:
        for where in unused_bytes.changed(path, con):
            yield Fault(where, "a byte that belongs to no row was changed")
    except (*DAMAGE, OSError) as error:
        yield Fault("file", one_line(error))


def _packed_otherwise(con: sqlite3.Connection, table: Literal["payloads", "captures"], number: int) -> bool:
    """Whether the packed form is not the one stored, though it unpacks to the same: nothing is reported of rows without a check sum."""
    stored, crc = con.execute(_PACKED[table], (number,)).fetchone()
    return not isinstance(crc, str) and crc not in {None, crc32(stored)}


def _ids(con: sqlite3.Connection, table: str) -> tuple[list[int], list[Fault]]:
    """The numbers of a table's rows that can be read, with a fault for each run that is missing."""
    found: list[int] = []
    after: list[int] = []
    faults: list[Fault] = []
    rising = f"SELECT id FROM {table} NOT INDEXED ORDER BY id"  # noqa: S608 - constant names
    try:
        for (number,) in con.execute(rising):
            found.append(number)
    except DAMAGE as error:
        faults.append(Fault(table, f"cannot be read past {found[-1] if found else 'the start'}: {one_line(error)}"))
        try:
            for (number,) in con.execute(f"{rising} DESC"):
                after.append(number)
        except DAMAGE:
            pass  # the same damage, met from the other side: already reported
    ids = sorted({number for number in (*found, *after) if isinstance(number, int)})
    for before, number in zip([0, *ids], ids, strict=False):
        if number - before > 1:
            missing = f"{before + 1}" if number - before == 2 else f"{before + 1} to {number - 1}"
            faults.append(Fault(f"{table} {missing}", "missing"))
    return ids, faults


def _dictionaries(con: sqlite3.Connection) -> Iterator[Fault]:
    ids, faults = _ids(con, "dictionaries")
    yield from faults
    for number in ids:
        try:
            *told, kept, content = con.execute(
                "SELECT id, portal, kind, samples, made_at, row_sha256, dictionary FROM dictionaries WHERE id = ?",
                (number,),
            ).fetchone()
            if row_sha256(*told, blob=content) != kept:
                yield Fault(f"dictionary {number}", "is no longer what was stored")
        except DAMAGE as error:
            yield Fault(f"dictionary {number}", one_line(error))


def _payloads(con: sqlite3.Connection, dictionaries: Dictionaries) -> Iterator[Fault]:
    ids, faults = _ids(con, "payloads")
    yield from faults
    for number in ids:
        where = f"payload in row {number}"
        try:
            sha256, stored, size, dictionary_id, destroyed_at = con.execute(
                'SELECT sha256, stored, bytes, dictionary_id, "destroyed_at" FROM payloads WHERE id = ?', (number,)
            ).fetchone()
            where = f"payload {sha256.hex()}"
            if destroyed_at not in {None, "destroyed_at"}:
                if stored:
                    yield Fault(where, f"was destroyed at {destroyed_at}, and is still there")
                continue
            if hashlib.sha256(dictionaries.unpack(stored, size, dictionary_id)).digest() != sha256:
                yield Fault(where, "is no longer what was stored")
            elif _packed_otherwise(con, "payloads", number):
                yield Fault(where, "a byte of its packed form was changed")
        except DAMAGE as error:
            yield Fault(where, one_line(error))
    try:
        unused = "SELECT id FROM payloads WHERE id NOT IN (SELECT payload_id FROM captures)"
        for (number,) in con.execute(unused):
            yield Fault(f"payload in row {number}", "belongs to no capture")
    except DAMAGE as error:
        yield Fault("captures", one_line(error))


def _captures(con: sqlite3.Connection, dictionaries: Dictionaries) -> Iterator[Fault]:
    ids, faults = _ids(con, "captures")
    yield from faults
    for number in ids:
        try:
            what = _differs(read_capture(con, dictionaries, number), number)
            if not what and _packed_otherwise(con, "captures", number):
                what = "a byte of its packed headers was changed"
        except DAMAGE as error:
            what = one_line(error)
        if what:
            yield Fault(_name(con, number), what)
    yield from _end(con, "captures", ids)


def _certificates(con: sqlite3.Connection) -> Iterator[Fault]:
    """The certificates, in files that keep them."""
    try:
        if con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'certificates'").fetchone():
            for sha256, der in con.execute("SELECT sha256, der FROM certificates"):
                if hashlib.sha256(der).digest() != sha256:
                    yield Fault(f"certificate {sha256.hex()}", "is no longer what was stored")
    except DAMAGE as error:
        yield Fault("certificates", one_line(error))


def _end(con: sqlite3.Connection, table: str, ids: list[int]) -> Iterator[Fault]:
    """Whether the last row is the last that was numbered."""
    try:
        row = con.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    except DAMAGE as error:
        yield Fault("database", one_line(error))
        return
    counted, last = (row[0] if row else 0), (ids[-1] if ids else 0)
    if counted != last:
        yield Fault(table, f"{counted} were numbered, but the last one there is {last}")


def _claims(con: sqlite3.Connection) -> Iterator[Fault]:
    """The claims, and the check sums that stand beside them."""
    try:
        if not claims.are_kept(con):
            return
        if not block_sums.is_sound(con):
            yield Fault("block_sums", "its row is no longer what was stored")
    except DAMAGE as error:
        yield Fault("database", one_line(error))
    ids, faults = _ids(con, "claims")
    yield from faults
    for number in ids:
        try:
            # In a file made before there was the last column, its name in double quotes is text to SQLite.
            archive, *name, row_sha256_, day, digest, note = con.execute(
                'SELECT archive, kind, row_id, number, row_sha256, day, digest, "note" FROM claims WHERE id = ?',
                (number,),
            ).fetchone()
            claim = claims.SealedClaim(number, claims.RowName(*name), row_sha256_, day)
            is_whole = note in {None, "note"} or claims.note_sha256(note) == row_sha256_
            if not is_whole or claims.claim_digest(archive, claim) != digest:
                yield Fault(f"claim {number}", "is no longer what was stored")
        except DAMAGE as error:
            yield Fault(f"claim {number}", one_line(error))
    yield from _end(con, "claims", ids)


def _name(con: sqlite3.Connection, number: int) -> str:
    """The capture's number and, if that can be read, its address."""
    try:
        (url,) = con.execute("SELECT url FROM captures WHERE id = ?", (number,)).fetchone()
    except DAMAGE:
        return f"capture {number}"
    return f"capture {number} {url}"


def _differs(capture: SealedCapture, number: int) -> str | None:
    if capture.sealed_as(number) != capture.digest:
        return "its address, headers, times, payload or digest are no longer what was stored"
    if capture.day < capture.exchange.fetched_at[:10]:
        return f"it is filed under {capture.day}, before it was fetched"
    return None


def _manifests(con: sqlite3.Connection) -> Iterator[Fault]:
    """The chain, over the digests as stored: that each is right is checked with its capture."""
    previous = GENESIS
    try:
        days = [row[0] for row in con.execute("SELECT day FROM manifests NOT INDEXED ORDER BY day")]
        last = days[-1] if days else ""
        for day in days_to_seal(con):
            if day <= last and day not in days:
                yield Fault(
                    f"manifest {day}", "missing, though the day has captures or claims and a later day is sealed"
                )
        yield from _tokens(con)
    except DAMAGE as error:
        yield Fault("manifests", one_line(error))
        return
    for day in days:
        where = f"manifest {day}"
        try:
            row = con.execute(
                "SELECT first_id, last_id, captures, previous_hash, hash, sealed_at, token, row_sha256 FROM manifests WHERE day = ?",
                (day,),
            ).fetchone()
            for what in _manifest_faults(con, day, row, previous):
                yield Fault(where, what)
            previous = row[4]
        except DAMAGE as error:
            yield Fault(where, one_line(error))


def _tokens(con: sqlite3.Connection) -> Iterator[Fault]:
    """Whether each timestamp that was attached is there still."""
    if not claims.are_kept(con):
        return
    tokens = dict(con.execute("SELECT CAST(replace(day, '-', '') AS INTEGER), token FROM manifests"))
    for claim in claims.counting(con, "", claims.TOKEN, claims.last_id(con)):
        token, day = tokens.get(claim.name.row_id), str(claim.name.row_id)
        where = f"manifest {day[:4]}-{day[4:6]}-{day[6:]}"
        if token is None:
            yield Fault(where, "its timestamp is gone")
        elif hashlib.sha256(token).digest() != claim.row_sha256:
            yield Fault(where, "its timestamp is not the one that was attached")


def _manifest_faults(con: sqlite3.Connection, day: str, row: tuple[object, ...], previous: str) -> Iterator[str]:
    *told, token, kept = row
    first, last, count, stated_previous, stated, _ = told
    if not isinstance(token, bytes | None) or row_sha256(day, *told, blob=token) != kept:
        yield "its row is no longer what was stored"
    counted = "SELECT coalesce(min(id), 0), coalesce(max(id), 0), count(*) FROM captures WHERE day = ?"
    there = con.execute(counted, (day,)).fetchone()
    if there != (first, last, count):
        yield f"seals {count} captures, {first} to {last}; there are {there[2]}, {there[0]} to {there[1]}"
    if stated_previous != previous:
        yield "does not follow from the manifest before it"
    if manifest_hash(str(stated_previous), sealed_digests(con, day), day) != stated:
        yield "the digests of its captures and claims do not give its hash"


def _expectation(con: sqlite3.Connection, expected: Expected | None) -> Iterator[Fault]:
    """Whether the hash kept elsewhere still comes out."""
    if expected is None:
        return
    point, wanted = expected
    where = f"manifest {point}" if isinstance(point, str) else f"captures 1 to {point}"
    try:
        if isinstance(point, str):
            row = con.execute("SELECT hash FROM manifests WHERE day = ?", (point,)).fetchone()
            found = row[0] if row else None
        else:
            found = hash_up_to(con, point)
    except DAMAGE as error:
        yield Fault(where, one_line(error))
        return
    if found != wanted:
        yield Fault(where, "missing" if found is None else f"the hash is {found}, not the {wanted} kept elsewhere")
