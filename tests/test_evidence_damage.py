"""Whatever byte of the evidence is damaged, that is found and named, and all else is looked at still."""

import hashlib
import os
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence import evidence_file, unused_bytes
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_store import Evidence
from archive.evidence.unused_bytes import UNTRIMMED
from tests.exchanges import archive_of_three_days, archive_with_claims, exchange, faults, numbers, page
from tests.tampering import blank_page, change, flip, one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


def _where(path: Path, sql: str, nth: int | None = None) -> int:
    """The offset in the file of the `nth` byte of a value, or one in its middle; of a long one, which goes on on other pages, near its beginning."""
    value = sqlite3.connect(path).execute(sql).fetchone()[0]
    raw = value.encode() if isinstance(value, str) else value
    piece = raw if len(raw) <= 80 else raw[:20]
    return path.read_bytes().index(piece) + (len(piece) // 2 if nth is None else nth)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT stored FROM payloads WHERE id = 40", f"payload {hashlib.sha256(page(39)).hexdigest()}"),
        ("SELECT stored FROM payloads WHERE substr(stored, 1, 4) = x'25504446'", "payload "),
        ("SELECT url FROM captures WHERE id = 40", "capture 40 http"),
        ("SELECT digest FROM captures WHERE id = 40", "capture 40 http"),
        ("SELECT head FROM captures WHERE id = 40", "capture 40 http"),
        ("SELECT hash FROM manifests WHERE day = '2026-11-21'", "manifest 2026-11-21"),
        ("SELECT token FROM manifests WHERE day = '2026-11-21'", "manifest 2026-11-21"),
        ("SELECT dictionary FROM dictionaries WHERE id = 1", "dictionary 1"),
        ("SELECT dictionary FROM dictionaries WHERE id = 2", "dictionary 2"),
    ],
)
def test_a_flipped_byte_is_named(path: Path, sql: str, named: str) -> None:
    archive_of_three_days(path)
    flip(path, _where(path, sql))
    found = faults(path)
    assert any(line.startswith(named) for line in found), found


def _everything(path: Path) -> object:
    """All the evidence that can be read out of the file: exchanges, tokens, manifests."""
    evidence = Evidence(path)
    try:
        return [evidence.exchange(n) for n in numbers(evidence)], evidence.manifests(), evidence.head()
    finally:
        evidence.close()


@pytest.mark.slow
def test_any_flipped_byte_is_found_or_harmless(path: Path) -> None:
    """At random offsets over the whole file: a fault, or the evidence reads exactly as before."""
    head = archive_of_three_days(path, each=25)
    whole = path.read_bytes()
    honest = _everything(path)
    chance = random.Random(7)
    found = 0
    offsets = [*range(0, 100, 7), *(chance.randrange(len(whole)) for _ in range(150))]
    for offset in offsets:
        raw = bytearray(whole)
        raw[offset] ^= 1 << chance.randrange(8)
        path.write_bytes(raw)
        if faults(path, head):
            found += 1
        else:
            assert _everything(path) == honest, f"a flip at {offset} changed the evidence unseen"
        for extra in ("-wal", "-shm"):
            path.with_name(path.name + extra).unlink(missing_ok=True)
    assert found > 0.85 * len(offsets)  # the rest: pages of indexes, and a few numbers of SQLite's header


def free_bytes(path: Path) -> dict[tuple[str, str], int]:
    """By table and kind of page, the offset of a byte of no row: behind an overflow page's payload, before a leaf's first cell."""
    raw, found = path.read_bytes(), {}
    pages = "SELECT name, pagetype, (pageno - 1) * pgsize, pgsize, unused FROM dbstat WHERE name IN ('payloads', 'captures')"
    for name, kind, start, size, free in sqlite3.connect(path).execute(pages):
        first = int.from_bytes(raw[start + 5 : start + 7], "big")
        if kind != "internal" and free:
            found[name, kind] = start + (size if kind == "overflow" else first) - 1
    return found


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "SELECT stored FROM payloads WHERE id = 17",
            f"payload {hashlib.sha256(page(16)).hexdigest()}: a byte of its packed form was changed",
        ),
        (
            "SELECT head FROM captures WHERE id = 17",
            "capture 17 http://127.0.0.1:8000/zwgk/t20261123_16.html: a byte of its packed headers was changed",
        ),
    ],
)
def test_a_changed_byte_that_unpacks_to_the_same_is_told(path: Path, sql: str, named: str) -> None:
    """zstd reads over a bit of its frame's header (RFC 8878 §3.1.1.1.1.3)."""
    archive_of_three_days(path)
    honest = _everything(path)
    flip(path, _where(path, sql, 4), 0x10)
    assert _everything(path) == honest
    assert faults(path) == [named]


def test_a_flipped_byte_that_belongs_to_no_row_is_told(path: Path) -> None:
    archive_of_three_days(path)
    whole, free = path.read_bytes(), free_bytes(path)
    assert {("payloads", "leaf"), ("payloads", "overflow"), ("captures", "leaf")} <= free.keys()
    for (name, _), offset in free.items():
        flip(path, offset)
        (fault,) = faults(path)
        assert fault == f"{name}, page {offset // 1024 + 1}: a byte that belongs to no row was changed"
        path.write_bytes(whole)
    roots = (
        "SELECT pageno FROM dbstat WHERE path = '/' AND pagetype = 'internal' AND unused > 500 "
        "AND name IN ('sqlite_schema', 'payloads', 'captures') ORDER BY pageno"
    )
    places = [number for (number,) in sqlite3.connect(path).execute(roots)]
    assert places[0] == 1
    for number in places:
        flip(path, (number - 1) * 1024 + 200)
        (fault,) = faults(path)
        assert fault.endswith(f"page {number}: a byte that belongs to no row was changed")
        path.write_bytes(whole)
    flip(path, 80)
    assert faults(path) == ["header of the file: a byte that belongs to no row was changed"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_file_is_sound_at_every_size(path: Path, seed: int) -> None:
    """An index of several pages keeps remains of entries that SQLite moves elsewhere as it grows: no damage."""
    chance = random.Random(seed)
    con = evidence_file.open_for_writing(path)
    for _ in range(240):
        con.execute("INSERT INTO payloads (sha256, bytes, stored) VALUES (?, 1, x'00')", (chance.randbytes(32),))
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert list(unused_bytes.changed(path, con)) == []
    con.close()


def test_rows_packed_again_leave_nothing_behind_that_is_taken_for_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a small file, which is rebuilt then; killed before that; in a large one, where they are not packed again."""
    evidence = Evidence(path)
    monkeypatch.setattr(Dictionaries, "trim", lambda _: None)
    evidence.add_many(exchange(n) for n in range(70))
    evidence.close()
    assert faults(path) == []
    assert one(path, "PRAGMA user_version") == UNTRIMMED
    monkeypatch.undo()
    evidence = Evidence(path)
    evidence.add_many([exchange(70)])
    assert one(path, "PRAGMA user_version") == 0
    monkeypatch.setattr("archive.evidence.compression_dictionaries._SMALL_FILE", 0)
    evidence.add_many(exchange(n, portal="another") for n in range(100, 170))
    evidence.close()
    assert one(path, "SELECT count(*) FROM dictionaries WHERE portal = 'another'") == 2
    assert one(path, "SELECT count(*) FROM payloads WHERE waiting = 'another'") == 64
    assert one(path, "PRAGMA user_version") == 0
    assert faults(path) == []


@pytest.mark.parametrize("length", [0, 50, 1024, 20_000])
def test_a_file_cut_short(path: Path, length: int) -> None:
    head = archive_of_three_days(path)
    path.write_bytes(path.read_bytes()[:length])
    assert faults(path, head)


def test_a_missing_file_and_one_of_noise_are_faults(path: Path) -> None:
    assert faults(path) == [f"file: {path} does not exist"]
    path.write_bytes(os.urandom(4096))
    assert faults(path)[0].startswith("file: SQLite cannot open it")


# --- pages that SQLite can't read ---


UNSEALED = "its address, headers, times, payload or digest are no longer what was stored"
FORGED = f"capture 1 http://x/: {UNSEALED}"
FORGED_CLAIM = "claim 2: is no longer what was stored"
ALSO = (f"payload {hashlib.sha256(page(1)).hexdigest()}: is no longer what was stored", FORGED, FORGED_CLAIM)


@pytest.mark.parametrize(
    ("table", "unreadable", "read"),
    [
        ("dictionaries", "dictionaries: cannot be read past the start", ALSO),
        ("payloads", "payloads: cannot be read past the start", (FORGED_CLAIM,)),
        ("captures", "payloads", (ALSO[0], FORGED_CLAIM)),
        ("captures", "captures: cannot be read past the start", (ALSO[0], FORGED_CLAIM)),
        ("sqlite_sequence", "captures", ALSO),
        ("sqlite_sequence", "claims", ALSO),
        ("certificates", "certificates", ALSO),
        ("block_sums", "block_sums", ALSO),
        ("claims", "claims: cannot be read past the start", ALSO[:2]),
        ("claims_row", "timestamps", ALSO),
        ("manifests", "manifests", ALSO),
        ("captures_day", "manifests", ALSO),
        ("captures_day", "manifest 2026-11-20", ALSO),
        ("payloads_waiting", "database", ALSO),
    ],
)
def test_what_can_t_be_read_keeps_nothing_else_from_being_looked_at(
    path: Path, table: str, unreadable: str, read: tuple[str, ...]
) -> None:
    archive_with_claims(path)
    change(path, "UPDATE payloads SET stored = x'00', bytes = 1, dictionary_id = NULL WHERE id = 1")
    change(path, "UPDATE captures SET url = 'http://x/' WHERE id = 1")
    change(path, "UPDATE claims SET row_id = 9 WHERE id = 2")
    blank_page(path, table)
    found = faults(path)
    assert f"{unreadable}: database disk image is malformed" in found
    assert [line for line in found if line in ALSO] == list(read)


@pytest.mark.parametrize(
    ("table", "expected", "unreadable"),
    [
        ("manifests", ("2026-11-21", "0" * 64), "manifest 2026-11-21"),
        ("captures", (91, "0" * 64), "captures 1 to 91"),
    ],
)
def test_a_hash_kept_elsewhere_that_can_t_be_computed_again(
    path: Path, table: str, expected: tuple[str | int, str], unreadable: str
) -> None:
    archive_of_three_days(path)
    blank_page(path, table)
    assert faults(path, expected)[-1] == f"{unreadable}: database disk image is malformed"


def test_rows_behind_an_unreadable_page_are_looked_at_from_the_end(path: Path) -> None:
    archive_of_three_days(path)
    change(path, "UPDATE captures SET url = 'http://x/' WHERE id IN (1, 91)")
    blank_page(path, "captures", nth=9)
    found = faults(path)
    (cannot,) = (line for line in found if line.startswith("captures: cannot be read past "))
    last = int(re.findall(r"past (\d+): database disk image is malformed$", cannot)[0])
    (missing,) = (line for line in found if line.endswith(": missing"))
    first, behind = map(int, re.findall(r"\d+", missing))
    assert (first, 40 < last < behind < 60) == (last + 1, True)
    assert [line for line in found if line.startswith("capture ")] == [
        f"capture {number} http://x/: {UNSEALED}" for number in (1, 91)
    ]


def test_a_value_of_another_type_is_called_damaged_in_words(path: Path) -> None:
    """One bit makes text of the bytes of a timestamp."""
    archive_of_three_days(path)
    token_and_row_sha256 = bytes([12 + 2 * len(b"a token of some server"), 12 + 2 * 32])
    flip(path, path.read_bytes().index(token_and_row_sha256 + b"2026-11-21"))
    where = [line.partition(" (")[0] for line in faults(path)]
    assert where == [
        "database: non-BLOB value in manifests.token",
        "timestamps: is damaged",
        "manifest 2026-11-21: is damaged",
    ]


def test_numbers_that_are_none_are_no_error(path: Path) -> None:
    archive_of_three_days(path)
    with closing(sqlite3.connect(path)) as con:
        con.execute("PRAGMA writable_schema = ON")
        con.execute("UPDATE sqlite_schema SET sql = replace(sql, 'PRIMARY KEY', '') WHERE name = 'dictionaries'")
        con.commit()
    assert faults(path)[0] == 'database: foreign key mismatch - "captures" referencing "dictionaries"'
