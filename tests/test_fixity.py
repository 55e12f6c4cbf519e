"""Whatever is changed in the evidence, or damaged, is found and named."""

import hashlib
import os
import random
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from archive.evidence import evidence_file, unused_bytes
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_store import Evidence, EvidenceError
from archive.evidence.unused_bytes import UNTRIMMED
from tests.exchanges import DAYS, archive_of_three_days, exchange, faults, numbers, page


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


def change(path: Path, sql: str, *values: object) -> None:
    con = sqlite3.connect(path)
    con.execute("PRAGMA foreign_keys = OFF")
    assert con.execute(sql, values).rowcount != 0
    con.commit()
    con.close()


def flip(path: Path, offset: int, bits: int = 0x01) -> None:
    raw = bytearray(path.read_bytes())
    raw[offset] ^= bits
    path.write_bytes(raw)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("DELETE FROM captures WHERE id = 17", ("captures 17: missing", "manifest 2026-11-20: seals 30 captures")),
        ("DELETE FROM captures WHERE id = 80", ("captures 80: missing",)),
        ("DELETE FROM captures WHERE id = 91", ("captures: 91 were numbered, but the last one there is 90",)),
        (
            "UPDATE sqlite_sequence SET seq = 90 WHERE name = 'captures'",
            ("captures: 90 were numbered, but the last one there is 91",),
        ),
        ("UPDATE captures SET url = 'http://x/' WHERE id = 17", ("capture 17 http://x/: its address",)),
        (
            "UPDATE captures SET day = '2026-11-20' WHERE id = 31",
            ("capture 31 http", "manifest 2026-11-20", "manifest 2026-11-21"),
        ),
        (
            "UPDATE captures SET digest = zeroblob(32) WHERE id = 17",
            ("capture 17 http", "manifest 2026-11-20: the digests"),
        ),
        ("UPDATE captures SET head = zeroblob(40) WHERE id = 17", ("capture 17 http",)),
        (
            "UPDATE captures SET payload_id = 9 WHERE id = 17",
            ("capture 17 http", "payload in row 17: belongs to no capture"),
        ),
        (
            "UPDATE payloads SET stored = x'00', bytes = 1 WHERE id = 17",
            (f"payload {hashlib.sha256(page(16)).hexdigest()}",),
        ),
        ("DELETE FROM payloads WHERE id = 17", ("payloads 17: missing", "_16.html: its payload, row 17, is missing")),
        ("DELETE FROM dictionaries WHERE id = 1", ("dictionaries 1: missing",)),
        ("UPDATE dictionaries SET portal = 'x' WHERE id = 1", ("dictionary 1: is no longer",)),
        ("UPDATE manifests SET token = NULL WHERE day = '2026-11-21'", ("manifest 2026-11-21: its row",)),
        (
            "UPDATE manifests SET hash = previous_hash WHERE day = '2026-11-20'",
            ("manifest 2026-11-20", "manifest 2026-11-21: does not"),
        ),
        (
            "DELETE FROM manifests WHERE day = '2026-11-20'",
            ("manifest 2026-11-20: missing", "manifest 2026-11-21: does not"),
        ),
        ("DELETE FROM manifests WHERE day = '2026-11-21'", ("manifest 2026-11-21: missing",)),
        ("DROP INDEX captures_day", ("database: captures_day",)),
        ("ALTER TABLE captures ADD COLUMN note TEXT", ("database: captures is not defined as it was made",)),
    ],
)
def test_changes_are_named(path: Path, sql: str, named: tuple[str, ...]) -> None:
    head = archive_of_three_days(path)
    assert faults(path, head) == []
    change(path, sql)
    found = faults(path, head)
    for each in named:
        assert any(each in line for line in found), found


@pytest.mark.parametrize("changed", [{"first_id": 2}, {"last_id": 29}, {"captures": 29}])
def test_a_manifest_that_seals_other_captures_than_it_says(path: Path, changed: dict[str, int]) -> None:
    """The check sum of its row is no secret: who changes the one changes the other as well."""
    archive_of_three_days(path)
    evidence = Evidence(path)
    forged = replace(evidence.manifests()[0], **changed)  # type: ignore[arg-type]
    evidence.close()
    ((column, value),) = changed.items()
    sql = f"UPDATE manifests SET {column} = ?, row_sha256 = ? WHERE day = ?"
    change(path, sql, value, forged.row_sha256(), forged.day)
    (fault,) = faults(path)
    assert fault.endswith("; there are 30, 1 to 30")


def test_a_history_remade_is_told_by_the_hash_kept_elsewhere(path: Path) -> None:
    """Someone who rewrites a header, its digest and every manifest after it is caught by the hash alone."""
    archive_of_three_days(path)
    evidence = Evidence(path)
    honest, tip = evidence.head(), evidence.tip()
    evidence.close()
    path.unlink()
    forged = Evidence(path)
    for nth, day in enumerate(DAYS):
        forged.add_many(
            exchange(n + (n == 17) * 900, fetched_at=f"{day}T01:02:03.000004Z") for n in range(nth * 30, nth * 30 + 30)
        )
    forged.seal("2026-11-23")
    forged.close()
    assert faults(path) == []
    assert any("manifest 2026-11-21: the hash is" in line for line in faults(path, honest))
    assert any("captures 1 to 91: the hash is" in line for line in faults(path, tip))


def test_an_altered_header(path: Path) -> None:
    archive_of_three_days(path)
    con = sqlite3.connect(path)
    head, size, dictionary = con.execute(
        "SELECT head, head_bytes, head_dictionary_id FROM captures WHERE id = 5"
    ).fetchone()
    packer = Dictionaries(con)
    altered = packer.unpack(head, size, dictionary).replace(b"test/0", b"test/1")
    stored, dictionary = packer.pack("head", "sample", altered)
    con.close()
    change(path, "UPDATE captures SET head = ?, head_dictionary_id = ? WHERE id = 5", stored, dictionary)
    (fault,) = faults(path)
    assert fault.startswith("capture 5 http://127.0.0.1:8000/zwgk/t20261123_4.html")
    with pytest.raises(EvidenceError, match=r"capture 5 http.* no longer"):
        Evidence(path).exchange(5)


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
        ("SELECT stored FROM payloads WHERE id = 17", "payload "),
        ("SELECT head FROM captures WHERE id = 17", "capture 17 http"),
    ],
)
def test_a_changed_byte_that_unpacks_to_the_same_is_told(path: Path, sql: str, named: str) -> None:
    """zstd reads over a bit of its frame's header (RFC 8878 §3.1.1.1.1.3)."""
    archive_of_three_days(path)
    honest = _everything(path)
    flip(path, _where(path, sql, 4), 0x10)
    assert _everything(path) == honest
    (fault,) = faults(path)
    assert fault.startswith(named)
    assert "a byte of its packed " in fault


def test_a_file_without_check_sums_of_packed_forms_is_verified_as_before(path: Path) -> None:
    archive_of_three_days(path)
    change(path, "DELETE FROM _sqlite_migrations WHERE name <> 'tables'")
    con = sqlite3.connect(path)
    con.executescript(
        "PRAGMA secure_delete = ON; ALTER TABLE payloads DROP COLUMN stored_crc32; ALTER TABLE captures DROP COLUMN head_crc32;"
        "ALTER TABLE payloads DROP COLUMN destroyed_at;"
        "DROP TABLE folded; DROP TABLE folded_tips; DROP TABLE claims; DROP TABLE block_sums; DROP TABLE certificates; VACUUM"
    )
    con.close()
    assert faults(path) == []
    evidence = Evidence(path)
    evidence.add_many([exchange(1000)])
    evidence.close()
    assert faults(path) == []
    assert one(path, "SELECT count(*) FROM captures WHERE head_crc32 IS NOT NULL") == 1


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


def one(path: Path, sql: str) -> int:
    return int(sqlite3.connect(path).execute(sql).fetchone()[0])


@pytest.mark.parametrize("length", [0, 50, 1024, 20_000])
def test_a_file_cut_short(path: Path, length: int) -> None:
    head = archive_of_three_days(path)
    path.write_bytes(path.read_bytes()[:length])
    assert faults(path, head)


def test_no_file(path: Path) -> None:
    assert faults(path) == [f"file: {path} does not exist"]
    path.write_bytes(os.urandom(4096))
    assert faults(path)[0].startswith("file: SQLite cannot open it")
