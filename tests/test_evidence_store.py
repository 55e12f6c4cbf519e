"""Writing evidence: numbers, runs from other files, days sealed, what a page waits for. Small files; what is changed in them is `test_fixity`'s."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zlib import crc32

import pytest

from archive.evidence import claims, evidence_store
from archive.evidence.claims import RowName
from archive.evidence.compression_dictionaries import FIRST_AT
from archive.evidence.evidence_reader import DestroyedPayload
from archive.evidence.evidence_store import ClaimNote, Evidence, EvidenceError, Origin, Stored
from archive.evidence.http_exchange import GENESIS, Exchange
from tests.exchanges import CERTIFICATE, exchange, faults

FIRST, SECOND, THIRD = "2026-11-20", "2026-11-21", "2026-11-23"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


@pytest.fixture
def evidence(path: Path) -> Iterator[Evidence]:
    with closing(Evidence(path)) as evidence:
        yield evidence


def on(day: str, number: int = 1, **changes: object) -> Exchange:
    return exchange(number, fetched_at=f"{day}T01:02:03.000004Z", **changes)


def table(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_captures_are_numbered_on(evidence: Evidence) -> None:
    assert evidence.last_id() == 0
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert evidence.add_many([exchange(1, payload=b"abc"), exchange(2, payload=b"")])[0] == Stored(1, sha256, 3)
    (third,) = evidence.add_many([exchange(3, payload=b"abc")])
    assert (third, evidence.last_id()) == (Stored(3, sha256, 3), 3)
    assert evidence.add_many([]) == []


def test_a_payload_past_the_limit_is_refused_before_anything_is_written(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_store, "MOST", 5)
    with pytest.raises(ValueError, match=r"t20261123_2\.html: 6 bytes are more than the 5 that are kept"):
        evidence.add_many([exchange(1, payload=b"12345"), exchange(2, payload=b"123456")])
    assert evidence.last_id() == 0
    assert evidence.add_many([exchange(1, payload=b"12345")])[0].bytes == 5


def test_a_run_from_another_file_is_kept_with_what_it_was_there(path: Path, evidence: Evidence) -> None:
    evidence.add_many([exchange(1)])
    evidence.add_many([exchange(2), exchange(3)], Origin(b"source", 7, 5, FIRST, b"last"))
    evidence.keep_tip(2, 2, "tip")
    evidence.keep_tip(2, 2, "another")
    assert table(path, "SELECT * FROM folded") == [(2, 3, b"source", 7, 5, FIRST, b"last")]
    assert table(path, "SELECT * FROM folded_tips") == [(2, 2, "tip")]


def test_a_payload_that_was_destroyed_in_another_file_is_kept_as_such(path: Path, evidence: Evidence) -> None:
    gone = DestroyedPayload(hashlib.sha256(b"destroyed").digest(), len(b"destroyed"), f"{FIRST}T00:00:00Z")
    evidence.add_many([exchange(1), exchange(2, payload=b"")], destroyed={1: gone})
    assert evidence.destroyed(gone.sha256.hex()) == gone
    assert (evidence.without_payload(2)[1], evidence.exchange(1)) == (gone.sha256.hex(), exchange(1))
    assert table(path, "SELECT bytes, stored FROM payloads WHERE destroyed_at IS NOT NULL") == [(9, b"")]
    assert faults(path) == []


def test_a_note_is_kept_with_the_captures_it_speaks_of_or_neither_is(path: Path, evidence: Evidence) -> None:
    def noted(stored: Sequence[Stored]) -> ClaimNote:
        return ClaimNote("sample", RowName(claims.CRAWL, stored[-1].id, 0), "样本", FIRST)

    evidence.add_many([exchange(1), exchange(2)], noted=noted)
    assert table(path, "SELECT row_id, note FROM claims") == [(2, "样本")]
    with pytest.raises(ZeroDivisionError):
        evidence.add_many([exchange(3)], noted=lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
    assert (evidence.last_id(), evidence.last_claim()) == (2, 1)


def test_a_certificate_is_kept_once(path: Path, evidence: Evidence) -> None:
    sha256 = hashlib.sha256(CERTIFICATE).hexdigest()
    known = {"certificate": sha256, "certificate_der": CERTIFICATE}
    alone = [exchange(3, certificate="0" * 64), exchange(4, certificate_der=CERTIFICATE)]
    evidence.add_many([exchange(1, **known), exchange(2, **known), *alone, exchange(5)])
    assert table(path, "SELECT sha256, der FROM certificates") == [(bytes.fromhex(sha256), CERTIFICATE)]


def test_rows_that_later_claims_speak_of(evidence: Evidence) -> None:
    rows = [RowName(claims.EVENT, number, 0) for number in (1, 2)]
    evidence.add_claims("sample", [(row, b"1" * 32) for row in rows], FIRST)
    assert evidence.claimed_after("sample", 1) == rows[1:]
    assert evidence.claimed_after("another", 0) == []


def test_days_that_are_over_are_sealed_each_after_the_one_before(path: Path, evidence: Evidence) -> None:
    assert (evidence.seal(THIRD), evidence.head(), evidence.tip(), evidence.manifests()) == ([], None, None, [])
    evidence.add_many([on(FIRST, 1), on(FIRST, 2), on(SECOND, 3), on(THIRD, 4)])
    unsealed = evidence.tip()
    first, second = evidence.seal(THIRD)
    assert [(each.day, each.first_id, each.last_id, each.captures) for each in (first, second)] == [
        (FIRST, 1, 2, 2),
        (SECOND, 3, 3, 1),
    ]
    assert (first.previous_hash, second.previous_hash, first.token) == (GENESIS, first.hash, None)
    assert datetime.fromisoformat(first.sealed_at).utcoffset() is not None
    assert (len(first.sealed_at), first.sealed_at[-1]) == (len("2026-11-23T00:00:00Z"), "Z")
    assert (evidence.manifests(), evidence.head()) == ([first, second], (SECOND, second.hash))
    assert table(path, "SELECT row_sha256 FROM manifests ORDER BY day") == [
        (each.row_sha256(),) for each in (first, second)
    ]
    assert evidence.seal(THIRD) == []
    assert evidence.tip() == unsealed, "what it covers has not changed"
    (third,) = evidence.seal("2026-11-24")
    assert (third.day, third.previous_hash, evidence.tip()) == (THIRD, second.hash, (4, third.hash))
    assert list(evidence.verify(unsealed)) == list(evidence.verify((SECOND, second.hash))) == []
    assert [fault.where for fault in evidence.verify((SECOND, first.hash))] == [f"manifest {SECOND}"]


def test_a_day_is_one_of_the_calendar(evidence: Evidence) -> None:
    with pytest.raises(ValueError, match="month must be in"):
        evidence.seal("2026-13-01")


def test_what_comes_after_its_day_was_sealed_belongs_to_the_next(path: Path, evidence: Evidence) -> None:
    evidence.add_many([on(FIRST)])
    evidence.seal(THIRD)
    evidence.add_many([on(FIRST, 2), on("2026-11-19", 3), on(THIRD, 4)])
    assert table(path, "SELECT day FROM captures ORDER BY id") == [(FIRST,), (SECOND,), (SECOND,), (THIRD,)]
    assert faults(path) == []


def test_so_do_claims_and_notes(path: Path, evidence: Evidence) -> None:
    evidence.add_many([on(FIRST)])
    evidence.seal(THIRD)
    evidence.add_claims("sample", [(RowName(claims.EVENT, 1, 0), b"1" * 32)], FIRST)
    evidence.add_note(ClaimNote("sample", RowName(claims.CRAWL, 1, 0), "样本", FIRST))
    evidence.add_claims("sample", [(RowName(claims.EVENT, 2, 0), b"2" * 32)], THIRD)
    assert table(path, "SELECT day FROM claims ORDER BY id") == [(SECOND,), (SECOND,), (THIRD,)]
    assert faults(path) == []


def test_a_row_is_claimed_again_where_it_is_another_or_gone(path: Path, evidence: Evidence) -> None:
    for row, sha256, lines in (
        (RowName(claims.EVENT, 1, 0), b"1" * 32, 1),
        (RowName(claims.EVENT, 1, 0), b"1" * 32, 1),
        (RowName(claims.VERSION, 1, 0), b"1" * 32, 2),
        (RowName(claims.EVENT, 1, 0), b"2" * 32, 3),
        (RowName(claims.EVENT, 1, 0), None, 4),
        (RowName(claims.EVENT, 1, 0), None, 4),
        (RowName(claims.EVENT, 9, 0), None, 4),  # it was never there
        (RowName(claims.VOID, 1, 1), None, 5),
        (RowName(claims.VOID, 1, 1), None, 6),  # each time that so many were lost
    ):
        evidence.add_claims("sample", [(row, sha256)], FIRST)
        assert evidence.last_claim() == lines, (row, sha256)
    assert faults(path) == []


def test_a_token_is_kept_with_its_day(path: Path, evidence: Evidence) -> None:
    evidence.add_many([on(FIRST, 1), on(SECOND, 2)])
    sealed = evidence.seal(THIRD)
    evidence.attach_token(FIRST, b"token")
    first, second = evidence.manifests()
    assert (first.token, second) == (b"token", sealed[1])
    assert table(path, "SELECT row_sha256 FROM manifests WHERE token = x'746f6b656e'") == [(first.row_sha256(),)]
    claimed = table(path, "SELECT archive, kind, row_id, number, row_sha256, day FROM claims")
    assert claimed == [("", claims.TOKEN, 20261120, 0, hashlib.sha256(b"token").digest(), "")]
    assert faults(path) == []
    with pytest.raises(EvidenceError, match=f"{THIRD} is not sealed"):
        evidence.attach_token(THIRD, b"token")


HTML, PLAIN = (("Content-Type", "text/HTML; charset=utf-8"),), (("Content-Type", "text/plain"),)
TEXT = b"a text that is packed " * 40


@pytest.mark.parametrize(
    ("headers", "payload", "waiting"),
    [
        (HTML, TEXT, "sample"),
        (PLAIN, TEXT, None),
        ((), TEXT, None),
        (PLAIN, b" \n<p>" + TEXT, "sample"),
        ((), b" " * 255 + b"<p>" + TEXT, "sample"),
        ((), b" " * 256 + b"<p>" + TEXT, None),
        (HTML, b"\x00\xff\x17", None),
    ],
    ids=[
        "declared a page",
        "declared a text",
        "undeclared",
        "begins as one",
        "begins late",
        "too late",
        "packed no shorter",
    ],
)
def test_a_page_waits_for_the_first_dictionary_of_its_portal(
    path: Path, evidence: Evidence, headers: tuple[tuple[str, str], ...], payload: bytes, waiting: str | None
) -> None:
    evidence.add_many([exchange(1, response_headers=headers, payload=payload)])
    assert table(path, "SELECT waiting, bytes FROM payloads") == [(waiting, len(payload))]


def test_no_page_waits_once_its_portal_has_a_dictionary(path: Path, evidence: Evidence) -> None:
    evidence.add_many(exchange(number) for number in range(FIRST_AT))
    evidence.add_many([exchange(FIRST_AT)])
    assert table(path, "SELECT DISTINCT waiting FROM payloads") == [(None,)]


def test_packed_forms_have_check_sums(path: Path, evidence: Evidence) -> None:
    evidence.add_many([exchange(1), exchange(2, payload=b"")])
    stored = table(path, "SELECT stored, stored_crc32 FROM payloads UNION ALL SELECT head, head_crc32 FROM captures")
    assert [crc for _, crc in stored] == [crc32(bytes(packed)) for packed, _ in stored]  # type: ignore[call-overload]
    (size,) = table(path, "SELECT head_bytes FROM captures WHERE id = 1")[0]
    assert isinstance(size, int)
    assert size > 100


def test_a_payload_is_kept_once(path: Path, evidence: Evidence) -> None:
    evidence.add_many([exchange(1), exchange(2, payload=exchange(1).payload, portal="another"), exchange(3)])
    assert table(path, "SELECT payload_id FROM captures ORDER BY id") == [(1,), (1,), (2,)]
