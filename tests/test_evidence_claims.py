"""Sealed lines about rows of an archive: what they seal, which of them count, and their notes."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence import claims
from archive.evidence.claims import CRAWL, EVENT, TOKEN, VERSION, VOID, WITHHELD, Note, RowName, SealedClaim
from archive.evidence.evidence_store import ClaimNote, Evidence

DAY = "2026-11-20"
ONE, OTHER = b"1" * 32, b"2" * 32
EVENTS = [RowName(EVENT, number, 0) for number in range(4)]
THIRD_VERSION = RowName(VERSION, 1, 3)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The lines 1 to 9, of two archives; those of 2 and 6 to 8 speak of a row again, of another one, or carry notes."""
    with closing(Evidence(tmp_path / "evidence.db")) as evidence:
        evidence.add_claims("sample", [(EVENTS[2], sha256) for sha256 in (ONE, ONE, OTHER)], DAY)
        evidence.add_claims("sample", [(EVENTS[2], OTHER), (EVENTS[1], ONE)], DAY)
        evidence.add_claims("another", [(EVENTS[1], OTHER), (EVENTS[3], ONE)], DAY)
        evidence.add_note(ClaimNote("sample", RowName(CRAWL, 5, 1), "样本记录", DAY))
        evidence.add_note(ClaimNote("another", RowName(CRAWL, 5, 0), "另一样本", DAY))
        evidence.add_note(ClaimNote("sample", RowName(WITHHELD, 0, 0), "[]", DAY))
        evidence.add_claims("sample", [(THIRD_VERSION, ONE)], DAY)
        assert list(evidence.verify()) == []
    with closing(sqlite3.connect(tmp_path / "evidence.db")) as connection:
        yield connection


def test_a_row_is_sealed_by_its_values_without_those_that_are_none() -> None:
    text = b'{"a":0,"b":"","c":"\\u6837\\u672c"}'
    assert claims.row_text({"c": "样本", "b": "", "none": None, "a": 0}) == text
    assert claims.row_sha256({"a": 0, "b": "", "c": "样本"}) == hashlib.sha256(text).digest()


@pytest.mark.parametrize(("sha256", "printed"), [(ONE, f'"{ONE.hex()}"'), (None, "null")], ids=["written", "deleted"])
def test_a_line_seals_its_row_archive_number_and_day(sha256: bytes | None, printed: str) -> None:
    text = (
        f'{{"archive":"sample","day":"{DAY}","id":9,"kind":"version","number":3,"row_id":1,"sha256":{printed}}}'
    ).encode()
    claim = SealedClaim(9, THIRD_VERSION, sha256, DAY)
    assert claims.claim_text("sample", claim) == text
    assert claims.claim_digest("sample", claim) == hashlib.sha256(text).digest()


def test_the_last_line_of_a_row_counts(sealed: sqlite3.Connection) -> None:
    assert claims.last_id(sealed) == 9
    assert claims.last_line(sealed, "sample", EVENTS[2]) == SealedClaim(2, EVENTS[2], OTHER, DAY)
    assert claims.last_line(sealed, "sample", EVENTS[1]) == SealedClaim(3, EVENTS[1], ONE, DAY)
    assert claims.last_line(sealed, "sample", THIRD_VERSION) == SealedClaim(9, THIRD_VERSION, ONE, DAY)
    assert claims.last_line(sealed, "sample", EVENTS[3]) is None
    assert claims.last_line(sealed, "sample", RowName(VERSION, 1, 2)) is None


@pytest.mark.parametrize(("up_to", "expected"), [(0, []), (1, [(2, 1)]), (2, [(2, 2)]), (9, [(1, 3), (2, 2)])])
def test_the_lines_that_count_are_given_by_rows_up_to_a_number(
    sealed: sqlite3.Connection, up_to: int, expected: list[tuple[int, int]]
) -> None:
    counting = list(claims.counting(sealed, "sample", EVENT, up_to))
    assert [(claim.name.row_id, claim.id) for claim in counting] == expected


def test_the_rows_that_later_lines_speak_of_are_given_once(sealed: sqlite3.Connection) -> None:
    assert sorted(claims.after(sealed, "sample", 0)) == [*EVENTS[1:3], THIRD_VERSION]
    assert claims.after(sealed, "sample", 2) == [EVENTS[1], THIRD_VERSION]
    assert claims.after(sealed, "another", 4) == [EVENTS[3]]
    assert claims.after(sealed, "sample", 9) == []


def test_notes_are_given_by_kind_with_whose_they_are(sealed: sqlite3.Connection) -> None:
    assert list(claims.notes(sealed, CRAWL)) == [
        Note(6, "sample", RowName(CRAWL, 5, 1), "样本记录"),
        Note(7, "another", RowName(CRAWL, 5, 0), "另一样本"),
    ]
    assert [note.text for note in claims.notes(sealed, WITHHELD)] == ["[]"]
    assert list(claims.notes(sealed, EVENT)) == []


def test_files_of_earlier_versions_have_no_notes_and_no_claims(sealed: sqlite3.Connection) -> None:
    assert claims.are_kept(sealed)
    sealed.execute("ALTER TABLE claims DROP COLUMN note")
    assert list(claims.notes(sealed, CRAWL)) == []
    sealed.execute("DROP TABLE claims")
    assert (claims.are_kept(sealed), claims.last_id(sealed), list(claims.notes(sealed, CRAWL))) == (False, 0, [])


TEXT = "样本"
SHA256 = claims.note_sha256(TEXT)


@pytest.mark.parametrize(
    ("kind", "sha256", "note", "is_noted"),
    [
        (CRAWL, SHA256, TEXT, True),
        (WITHHELD, SHA256, TEXT, True),
        (CRAWL, SHA256, "另一样本", False),
        (CRAWL, SHA256, None, False),
        (EVENT, SHA256, TEXT, False),
        (TOKEN, ONE, None, True),
        (VOID, None, None, True),
    ],
    ids=["of a crawl", "of what is withheld", "another", "none", "of an event", "of a token", "of what is void"],
)
def test_a_line_has_the_note_that_it_seals(kind: str, sha256: bytes | None, note: str | None, is_noted: bool) -> None:
    assert hashlib.sha256(TEXT.encode()).digest() == SHA256
    assert claims.is_noted(SealedClaim(1, RowName(kind, 1, 0), sha256, DAY), note) == is_noted
