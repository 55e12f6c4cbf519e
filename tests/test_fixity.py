"""Whatever is changed in the evidence is found and named."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.evidence import evidence_file
from archive.evidence.capture import read_capture
from archive.evidence.compression_dictionaries import Dictionaries
from archive.evidence.evidence_store import Evidence, EvidenceError
from tests.exchanges import CERTIFICATE, DAYS, archive_of_three_days, archive_with_claims, exchange, faults, page
from tests.tampering import change, one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


SIXTEEN = "http://127.0.0.1:8000/zwgk/t20261123_16.html"
UNSEALED = "its address, headers, times, payload or digest are no longer what was stored"
NO_HASH = "the digests of its captures and claims do not give its hash"


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "DELETE FROM captures WHERE id = 17",
            (
                "payload in row 17: belongs to no capture",
                "captures 17: missing",
                "manifest 2026-11-20: seals 30 captures, 1 to 30; there are 29, 1 to 30",
                f"manifest 2026-11-20: {NO_HASH}",
            ),
        ),
        (
            "DELETE FROM captures WHERE id IN (1, 80)",
            (
                "payload in row 1: belongs to no capture",
                "payload in row 80: belongs to no capture",
                "captures 1: missing",
                "captures 80: missing",
                "manifest 2026-11-20: seals 30 captures, 1 to 30; there are 29, 2 to 30",
                f"manifest 2026-11-20: {NO_HASH}",
            ),
        ),
        (
            "DELETE FROM captures WHERE id IN (71, 72, 91)",
            (
                *(f"payload in row {number}: belongs to no capture" for number in (71, 72, 91)),
                "captures 71 to 72: missing",
                "captures: 91 were numbered, but the last one there is 90",
            ),
        ),
        (
            "UPDATE sqlite_sequence SET seq = 90 WHERE name = 'captures'",
            ("captures: 90 were numbered, but the last one there is 91",),
        ),
        (
            "DELETE FROM sqlite_sequence WHERE name = 'captures'",
            ("captures: 0 were numbered, but the last one there is 91",),
        ),
        ("UPDATE captures SET url = 'http://x/' WHERE id = 17", (f"capture 17 http://x/: {UNSEALED}",)),
        (
            "UPDATE captures SET day = '2026-11-20' WHERE id = 31",
            (
                f"capture 31 http://127.0.0.1:8000/zwgk/t20261123_30.html: {UNSEALED}",
                "manifest 2026-11-20: seals 30 captures, 1 to 30; there are 31, 1 to 31",
                f"manifest 2026-11-20: {NO_HASH}",
                "manifest 2026-11-21: seals 30 captures, 31 to 60; there are 29, 32 to 60",
                f"manifest 2026-11-21: {NO_HASH}",
            ),
        ),
        (
            "UPDATE captures SET digest = zeroblob(32) WHERE id = 17",
            (f"capture 17 {SIXTEEN}: {UNSEALED}", f"manifest 2026-11-20: {NO_HASH}"),
        ),
        (
            "UPDATE captures SET head = zeroblob(40) WHERE id = 17",
            (f"capture 17 {SIXTEEN}: it cannot be unpacked (error when determining content size)",),
        ),
        (
            "UPDATE captures SET payload_id = 9 WHERE id = 17",
            ("payload in row 17: belongs to no capture", f"capture 17 {SIXTEEN}: {UNSEALED}"),
        ),
        (
            "UPDATE payloads SET stored = x'00', bytes = 1 WHERE id = 17",
            (f"payload {hashlib.sha256(page(16)).hexdigest()}: it is marked as packed and is not",),
        ),
        (
            "UPDATE payloads SET stored = x'00', bytes = 1, dictionary_id = NULL WHERE id = 17",
            (f"payload {hashlib.sha256(page(16)).hexdigest()}: is no longer what was stored",),
        ),
        (
            "DELETE FROM payloads WHERE id = 17",
            (
                "database: row 17 of captures points to a row of payloads that is not there",
                "payloads 17: missing",
                f"capture 17 {SIXTEEN}: its payload, row 17, is missing",
            ),
        ),
        ("UPDATE dictionaries SET portal = 'x' WHERE id = 1", ("dictionary 1: is no longer what was stored",)),
        (
            "UPDATE manifests SET token = NULL WHERE day = '2026-11-21'",
            (
                "manifest 2026-11-21: its timestamp is gone",
                "manifest 2026-11-21: its row is no longer what was stored",
            ),
        ),
        (
            "UPDATE manifests SET hash = previous_hash WHERE day = '2026-11-20'",
            (
                "manifest 2026-11-20: its row is no longer what was stored",
                f"manifest 2026-11-20: {NO_HASH}",
                "manifest 2026-11-21: does not follow from the manifest before it",
            ),
        ),
        (
            "DELETE FROM manifests WHERE day = '2026-11-20'",
            (
                "manifest 2026-11-20: missing, though the day has captures or claims and a later day is sealed",
                "manifest 2026-11-21: does not follow from the manifest before it",
            ),
        ),
        ("DELETE FROM manifests WHERE day = '2026-11-21'", ("manifest 2026-11-21: its timestamp is gone",)),
        ("DROP INDEX captures_day", ("database: captures_day is not defined as it was made",)),
        ("ALTER TABLE captures ADD COLUMN note TEXT", ("database: captures is not defined as it was made",)),
        ("CREATE TABLE notes (id INTEGER)", ("database: notes is not defined as it was made",)),
    ],
)
def test_what_is_changed_is_named_and_nothing_else(path: Path, sql: str, named: tuple[str, ...]) -> None:
    archive_of_three_days(path)
    assert faults(path) == []
    change(path, sql)
    assert faults(path) == list(named)


@pytest.mark.parametrize("day", DAYS[:2])
def test_a_day_between_others_whose_manifest_is_gone_is_named(path: Path, day: str) -> None:
    archive_of_three_days(path)
    with closing(Evidence(path)) as evidence:
        evidence.seal("2026-11-25")
    assert faults(path) == []
    change(path, "DELETE FROM manifests WHERE day = ?", day)
    assert f"manifest {day}: missing, though the day has captures or claims and a later day is sealed" in faults(path)


def test_a_dictionary_that_is_gone_is_missed_by_each_page_that_needs_it(path: Path) -> None:
    archive_of_three_days(path)
    change(path, "DELETE FROM dictionaries WHERE id = 1")
    found = faults(path)
    needed = one(path, "SELECT count(*) FROM payloads WHERE dictionary_id = 1")
    assert needed > 0
    assert "dictionaries 1: missing" in found
    assert len([line for line in found if line.endswith(": its dictionary 1 is missing")]) == needed
    assert len(found) == 1 + 2 * needed, "each page once, each reference once"


def test_a_manifest_that_was_sealed_last_is_missed_by_the_hash_kept_elsewhere(path: Path) -> None:
    head = archive_of_three_days(path)
    assert faults(path, head) == []
    change(path, "DELETE FROM manifests WHERE day = ?", head[0])
    assert f"manifest {head[0]}: missing" in faults(path, head)


# --- claims, certificates and what else stands beside the captures ---


@pytest.fixture
def claimed(path: Path) -> Path:
    archive_with_claims(path)
    return path


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "DELETE FROM claims WHERE id IN (2, 3)",
            ("claims 2 to 3: missing", f"manifest 2026-11-20: {NO_HASH}"),
        ),
        (
            "DELETE FROM claims WHERE id = 4",
            ("claims: 4 were numbered, but the last one there is 3", f"manifest 2026-11-20: {NO_HASH}"),
        ),
        ("UPDATE claims SET row_id = 9 WHERE id = 2", ("claim 2: is no longer what was stored",)),
        ("UPDATE claims SET note = '样本' WHERE id = 1", ("claim 1: is no longer what was stored",)),
        ("UPDATE claims SET note = '样本' WHERE kind = 'crawl'", ("claim 4: is no longer what was stored",)),
        ("UPDATE claims SET note = 'note' WHERE kind = 'crawl'", ("claim 4: is no longer what was stored",)),
        ("UPDATE claims SET note = NULL WHERE kind = 'crawl'", ("claim 4: is no longer what was stored",)),
        (
            "UPDATE claims SET day = '2026-11-21' WHERE id = 1",
            ("claim 1: is no longer what was stored", f"manifest 2026-11-20: {NO_HASH}"),
        ),
        ("UPDATE block_sums SET bytes = 4", ("block_sums: its row is no longer what was stored",)),
        (
            "UPDATE certificates SET der = x'00'",
            (f"certificate {hashlib.sha256(CERTIFICATE).hexdigest()}: is no longer what was stored",),
        ),
        (
            "UPDATE payloads SET stored = x'00' WHERE destroyed_at IS NOT NULL",
            (
                f"payload {hashlib.sha256(page(2)).hexdigest()}: was destroyed at 2026-11-21T00:00:00Z, and is still there",
            ),
        ),
        (
            "UPDATE payloads SET destroyed_at = NULL",
            (
                f"payload {hashlib.sha256(page(2)).hexdigest()}: it cannot be unpacked (error when determining content size)",
            ),
        ),
    ],
)
def test_what_is_changed_beside_the_captures_is_named(claimed: Path, sql: str, named: tuple[str, ...]) -> None:
    assert faults(claimed) == []
    change(claimed, sql)
    assert faults(claimed) == list(named)


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


def test_a_file_without_notes_of_claims_is_verified_as_before(claimed: Path) -> None:
    change(claimed, "DELETE FROM claims WHERE kind = 'crawl'")
    change(claimed, "DELETE FROM manifests")
    change(claimed, "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'claims'")
    change(claimed, "ALTER TABLE claims DROP COLUMN note")
    change(claimed, "DROP TABLE certificates")
    change(claimed, "DELETE FROM _sqlite_migrations WHERE name IN ('notes_of_claims', 'certificates_of_servers')")
    assert faults(claimed) == []


def test_another_timestamp_than_the_one_attached(path: Path) -> None:
    """The check sum of a manifest's row is no secret: what was attached is claimed."""
    archive_of_three_days(path)
    with closing(Evidence(path)) as evidence:
        forged = replace(evidence.manifests()[1], token=b"a token of some other server")
    sql = "UPDATE manifests SET token = ?, row_sha256 = ? WHERE day = ?"
    change(path, sql, forged.token, forged.row_sha256(), forged.day)
    assert faults(path) == ["manifest 2026-11-21: its timestamp is not the one that was attached"]


def test_a_capture_filed_before_it_was_fetched(path: Path) -> None:
    """Its digest is no secret either: a day before it was there tells what was put in later."""
    archive_of_three_days(path)
    with closing(evidence_file.open_for_reading(path)) as con:
        capture = replace(read_capture(con, Dictionaries(con), 91), day="2026-11-22")
    change(path, "UPDATE captures SET day = ?, digest = ? WHERE id = 91", capture.day, capture.sealed_as(91))
    assert faults(path) == [
        "capture 91 http://127.0.0.1:8000/a.pdf: it is filed under 2026-11-22, before it was fetched"
    ]


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
    now = forged.head(), forged.tip()
    forged.close()
    for point, before, after in (("manifest 2026-11-21", honest, now[0]), ("captures 1 to 91", tip, now[1])):
        assert before is not None
        assert after is not None
        assert faults(path, after) == []
        assert faults(path, before) == [f"{point}: the hash is {after[1]}, not the {before[1]} kept elsewhere"]


def test_an_altered_header_is_a_fault(path: Path) -> None:
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
