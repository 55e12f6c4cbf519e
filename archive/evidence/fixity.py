"""Fixity checking: is every byte of the evidence still what was stored?

Reads the file alone, read-only, and never raises for damage: whatever is wrong becomes a `Fault`. What it cannot
see: captures taken off the very end before they were sealed, by someone who also mended the counters, and
manifests remade from a given day on. Against both, keep `Evidence.head()` or `Evidence.tip()` elsewhere and pass it
in. Of the bytes that belong to no row, which are no evidence, `archive.evidence.unused_bytes` tells most.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

from archive.evidence import block_sums, claims, unused_bytes
from archive.evidence.capture import days_to_seal, hash_up_to, read_capture, sealed_digests
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_file import expected_schema, open_for_reading, row_sha256, schema_of
from archive.evidence.http_exchange import GENESIS, EvidenceError, manifest_hash, one_line

Expected = tuple[str | int, str]
"""(day, hash) as `Evidence.head` gave it, or (number, hash) as `Evidence.tip` did."""

DAMAGE = (sqlite3.Error, EvidenceError, ValueError, TypeError, KeyError, AttributeError, OverflowError, MemoryError)
"""Exceptions that reading damaged rows can raise: ValueError also for a message of SQLite that quotes broken UTF-8."""

_MANIFEST = """SELECT first_id, last_id, captures, previous_hash, hash, sealed_at, token, row_sha256
    FROM manifests WHERE day = ?"""
_SEALED = "SELECT coalesce(min(id), 0), coalesce(max(id), 0), count(*) FROM captures WHERE day = ?"


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
        yield Fault("file", f"SQLite cannot open it: {one_line(error)}")
        return
    with closing(con):
        con.execute("BEGIN")  # one state of the file throughout, though a crawl may be writing
        dictionaries = Dictionaries(con)
        yield from _or_damage("database", _database(con))
        yield from _or_damage("file", _unused(path, con))
        yield from _rows(con, "dictionaries", "dictionary {}".format, partial(_dictionary, con))
        yield from _rows(con, "payloads", partial(_payload_name, con), partial(_payload, con, dictionaries))
        yield from _or_damage("payloads", _payloads_of_no_capture(con))
        yield from _or_damage("payloads", _payloads_that_do_not_wait(con))
        yield from _rows(con, "captures", partial(_capture_name, con), partial(_capture, con, dictionaries))
        yield from _or_damage("captures", _last_number(con, "captures"))
        yield from _or_damage("certificates", _certificates(con))
        yield from _or_damage("block_sums", _block_sums(con))
        yield from _or_damage("claims", _claims(con))
        yield from _or_damage("timestamps", _tokens(con))
        yield from _or_damage("manifests", _manifests(con))
        if expected is not None:
            yield from _expectation(con, *expected)


def _or_damage(where: str, check: Iterator[Fault]) -> Iterator[Fault]:
    """The faults that a check finds, and the damage that ends it."""
    try:
        yield from check
    except (*DAMAGE, OSError) as error:
        yield Fault(where, _damage(error))


def _damage(error: Exception) -> str:
    """An error as a line about what was read: Python's own messages tell it to programmers alone."""
    line = one_line(error)
    return line if isinstance(error, sqlite3.Error | EvidenceError | OSError) else f"is damaged ({line})"


def _rows(
    con: sqlite3.Connection, table: str, name: Callable[[int], str], check: Callable[[int], str | None]
) -> Iterator[Fault]:
    """The gaps in a table's numbers, and for each row that can be read what `check` says of it."""
    for number in (yield from _numbers(con, table)):
        try:
            what = check(number)
        except DAMAGE as error:
            what = _damage(error)
        if what:
            yield Fault(name(number), what)


def _numbers(con: sqlite3.Connection, table: str) -> Generator[Fault, None, list[int]]:
    """The numbers of a table's rows, read from both ends where damage stands between; with a fault for each run that is missing."""
    rising = f"SELECT id FROM {table} NOT INDEXED ORDER BY id"  # noqa: S608 - constant names
    present: list[int] = []
    try:
        for (number,) in con.execute(rising):
            present.append(number)
    except DAMAGE as error:
        yield Fault(table, f"cannot be read past {present[-1] if present else 'the start'}: {_damage(error)}")
        with suppress(*DAMAGE):  # the same damage, met from the other side
            for (number,) in con.execute(f"{rising} DESC"):
                present.append(number)
    numbers = sorted({number for number in present if isinstance(number, int)})
    for before, number in pairwise([0, *numbers]):
        if number - before > 1:
            missing = f"{before + 1}" if number - before == 2 else f"{before + 1} to {number - 1}"
            yield Fault(f"{table} {missing}", "missing")
    return numbers


def _last_number(con: sqlite3.Connection, table: str) -> Iterator[Fault]:
    """Whether the last row is the last that was numbered."""
    row = con.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    (last,) = con.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()  # noqa: S608 - constant names
    counted = row[0] if row else 0
    if counted != last:
        yield Fault(table, f"{counted} were numbered, but the last one there is {last}")


def _database(con: sqlite3.Connection) -> Iterator[Fault]:
    """SQLite's own check, and the tables as this version makes them."""
    for (message,) in con.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield Fault("database", one_line(message))
    for table, row, parent, _ in con.execute("PRAGMA foreign_key_check"):
        yield Fault("database", f"row {row} of {table} points to a row of {parent} that is not there")
    yield from check_schema(con)


def check_schema(con: sqlite3.Connection) -> Iterator[Fault]:
    """Compare the tables, indexes, views and triggers with those that this version makes; nothing else is read."""
    stored, expected = schema_of(con), expected_schema(con)
    for name in sorted(stored.keys() | expected.keys()):
        if stored.get(name) != expected.get(name):
            yield Fault("database", f"{name} is not defined as it was made")


def _unused(path: Path, con: sqlite3.Connection) -> Iterator[Fault]:
    """Bytes changed that belong to no row."""
    for where in unused_bytes.changed(path, con):
        yield Fault(where, "a byte that belongs to no row was changed")


def _row(con: sqlite3.Connection, table: str, number: int) -> dict[str, Any]:
    """A row by its columns' names: files of earlier versions lack the later columns. Raises EvidenceError where there is none."""
    rows = con.execute(f"SELECT * FROM {table} WHERE id = ?", (number,))  # noqa: S608 - constant names
    names, values = [name for name, *_ in rows.description], rows.fetchone()
    if values is None:
        raise EvidenceError("it is missing")
    return dict(zip(names, values, strict=True))


def _packed_otherwise(stored: bytes, crc: int | None) -> bool:
    """Whether the packed form is not the one stored, though it unpacks to the same: nothing is reported of rows without a check sum."""
    return crc is not None and crc != crc32(stored)


def _dictionary(con: sqlite3.Connection, number: int) -> str | None:
    row = _row(con, "dictionaries", number)
    values = (row[name] for name in ("id", "portal", "kind", "samples", "made_at"))
    return None if row_sha256(*values, blob=row["dictionary"]) == row["row_sha256"] else "is no longer what was stored"


def _payload_name(con: sqlite3.Connection, number: int) -> str:
    """The payload's sha256 if that can be read, else the number of its row."""
    try:
        (sha256,) = con.execute("SELECT sha256 FROM payloads WHERE id = ?", (number,)).fetchone()
        return f"payload {sha256.hex()}"
    except DAMAGE:
        return f"payload in row {number}"


def _payload(con: sqlite3.Connection, dictionaries: Dictionaries, number: int) -> str | None:
    row = _row(con, "payloads", number)
    stored, destroyed_at = row["stored"], row.get("destroyed_at")
    if destroyed_at is not None:
        return f"was destroyed at {destroyed_at}, and is still there" if stored else None
    if hashlib.sha256(dictionaries.unpack(stored, row["bytes"], row["dictionary_id"])).digest() != row["sha256"]:
        return "is no longer what was stored"
    return "a byte of its packed form was changed" if _packed_otherwise(stored, row.get("stored_crc32")) else None


def _payloads_of_no_capture(con: sqlite3.Connection) -> Iterator[Fault]:
    unused = "SELECT id FROM payloads WHERE id NOT IN (SELECT payload_id FROM captures) ORDER BY id"
    for (number,) in con.execute(unused):
        yield Fault(f"payload in row {number}", "belongs to no capture")


def _payloads_that_do_not_wait(con: sqlite3.Connection) -> Iterator[Fault]:
    """Payloads that are said to wait for a dictionary, and have one, or belong to another portal."""
    unasked = """SELECT id FROM payloads WHERE waiting IS NOT NULL EXCEPT SELECT p.id FROM captures c
        JOIN payloads p ON p.id = c.payload_id WHERE p.waiting = c.portal AND p.dictionary_id IS NULL ORDER BY 1"""
    for (number,) in con.execute(unasked):
        yield Fault(_payload_name(con, number), "is said to wait for the dictionary of a portal, and does not")


def _capture_name(con: sqlite3.Connection, number: int) -> str:
    """The capture's number and, if that can be read, its address."""
    try:
        (url,) = con.execute("SELECT url FROM captures WHERE id = ?", (number,)).fetchone()
    except DAMAGE:
        return f"capture {number}"
    return f"capture {number} {url}"


def _capture(con: sqlite3.Connection, dictionaries: Dictionaries, number: int) -> str | None:
    capture = read_capture(con, dictionaries, number)
    if capture.sealed_as(number) != capture.digest:
        return "its address, headers, times, payload or digest are no longer what was stored"
    if capture.day < capture.exchange.fetched_at[:10]:
        return f"it is filed under {capture.day}, before it was fetched"
    row = _row(con, "captures", number)
    return "a byte of its packed headers was changed" if _packed_otherwise(row["head"], row.get("head_crc32")) else None


def _certificates(con: sqlite3.Connection) -> Iterator[Fault]:
    """The certificates, in files that keep them."""
    if con.execute("SELECT 1 FROM sqlite_schema WHERE name = 'certificates'").fetchone():
        for sha256, der in con.execute("SELECT sha256, der FROM certificates"):
            if hashlib.sha256(der).digest() != sha256:
                yield Fault(f"certificate {sha256.hex()}", "is no longer what was stored")


def _block_sums(con: sqlite3.Connection) -> Iterator[Fault]:
    """The check sums of the archive's file, where they are kept."""
    if not block_sums.is_sound(con):
        yield Fault("block_sums", "its row is no longer what was stored")


def _claims(con: sqlite3.Connection) -> Iterator[Fault]:
    """The claims, in files that keep them."""
    if claims.are_kept(con):
        yield from _rows(con, "claims", "claim {}".format, partial(_claim, con))
        yield from _last_number(con, "claims")


def _claim(con: sqlite3.Connection, number: int) -> str | None:
    row = _row(con, "claims", number)
    name = claims.RowName(row["kind"], row["row_id"], row["number"])
    claim = claims.SealedClaim(number, name, row["row_sha256"], row["day"])
    is_sealed = claims.claim_digest(row["archive"], claim) == row["digest"]
    return None if is_sealed and claims.is_noted(claim, row.get("note")) else "is no longer what was stored"


def _manifests(con: sqlite3.Connection) -> Iterator[Fault]:
    """The chain, over the digests as stored: that each is right is checked with its capture."""
    days = [day for (day,) in con.execute("SELECT day FROM manifests NOT INDEXED ORDER BY day")]
    yield from _or_damage("manifests", _missing_manifests(con, days))
    for day in days:
        yield from _or_damage(f"manifest {day}", _manifest(con, day))


def _missing_manifests(con: sqlite3.Connection, sealed: list[str]) -> Iterator[Fault]:
    """The days that no manifest seals, though one seals a later day."""
    for day in days_to_seal(con):
        if day not in sealed and day < max(sealed, default=""):
            yield Fault(f"manifest {day}", "missing, though the day has captures or claims and a later day is sealed")


def _manifest(con: sqlite3.Connection, day: str) -> Iterator[Fault]:
    where, row = f"manifest {day}", con.execute(_MANIFEST, (day,)).fetchone()
    first, last, count, stated_previous, stated, _, token, kept = row
    if row_sha256(day, *row[:6], blob=token) != kept:
        yield Fault(where, "its row is no longer what was stored")
    there = con.execute(_SEALED, (day,)).fetchone()
    if there != (first, last, count):
        what = f"seals {count} captures, {first} to {last}; there are {there[2]}, {there[0]} to {there[1]}"
        yield Fault(where, what)
    before = con.execute("SELECT hash FROM manifests WHERE day < ? ORDER BY day DESC LIMIT 1", (day,)).fetchone()
    if stated_previous != (before[0] if before else GENESIS):
        yield Fault(where, "does not follow from the manifest before it")
    if manifest_hash(stated_previous, sealed_digests(con, day), day) != stated:
        yield Fault(where, "the digests of its captures and claims do not give its hash")


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


def _expectation(con: sqlite3.Connection, point: str | int, wanted: str) -> Iterator[Fault]:
    """Whether the hash kept elsewhere still comes out."""
    where = f"manifest {point}" if isinstance(point, str) else f"captures 1 to {point}"
    try:
        if isinstance(point, str):
            row = con.execute("SELECT hash FROM manifests WHERE day = ?", (point,)).fetchone()
            actual = row[0] if row else None
        else:
            actual = hash_up_to(con, point)
    except DAMAGE as error:
        yield Fault(where, _damage(error))
        return
    if actual != wanted:
        yield Fault(where, "missing" if actual is None else f"the hash is {actual}, not the {wanted} kept elsewhere")
