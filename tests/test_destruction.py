"""Payloads destroyed by decision: those of the addresses that are named, and of no other; every seal still verifies."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence import evidence_file
from archive.evidence.destruction import Destroyed, destroy
from archive.evidence.evidence_reader import Originals
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from tests.conftest import rows
from tests.exchanges import exchange, faults, page

AT = "2026-11-24T00:00:00Z"
FIRST, SECOND, COPY, EMPTY = (f"http://p.example/{name}.html" for name in ("1", "2", "copy", "empty"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two pages, the first at two addresses, and an answer without a body; all wait for the first dictionary of their portal."""
    with closing(Evidence(tmp_path / "evidence.db")) as evidence:
        evidence.add_many([
            exchange(1, url=FIRST), exchange(2, url=SECOND), exchange(1, url=COPY), exchange(3, url=EMPTY, payload=b""),
        ])  # fmt: skip
        evidence.seal("2026-11-24")
    return tmp_path / "evidence.db"


def are_there(path: Path, *numbers: int) -> list[bool]:
    """Which captures have their payloads still; of the others it is said when they were destroyed."""
    with closing(Originals(path)) as originals:
        digests = [originals.without_payload(number)[1] for number in numbers]
        gone = [originals.destroyed(digest) for digest in digests]
        for digest in (digest for digest, destroyed in zip(digests, gone, strict=True) if destroyed):
            with pytest.raises(EvidenceError, match=f"was destroyed by decision, {AT}"):
                originals.payload(digest)
    return [destroyed is None for destroyed in gone]


def test_what_stood_at_an_address_goes_and_nothing_else(path: Path) -> None:
    assert destroy(path, [SECOND], AT) == Destroyed(1, len(page(2)), 0)
    assert are_there(path, 1, 2, 3, 4) == [True, False, True, True]
    assert page(2) not in path.read_bytes()
    assert faults(path) == []


def test_what_another_address_shares_stays_until_that_is_named_too(path: Path) -> None:
    assert destroy(path, [FIRST], AT) == Destroyed(0, 0, 1)
    assert are_there(path, 1) == [True]
    assert destroy(path, [FIRST, COPY], AT) == Destroyed(1, len(page(1)), 0)
    assert are_there(path, 1, 2, 3) == [False, True, False]
    assert faults(path) == []


def test_done_again_it_changes_nothing_and_an_empty_payload_is_none(path: Path) -> None:
    destroy(path, [SECOND], AT)
    assert destroy(path, [SECOND, EMPTY], "2026-11-25T00:00:00Z") == Destroyed(0, 0, 0)
    assert are_there(path, 2, 4) == [False, True]


def test_what_was_destroyed_is_in_no_dictionary_made_later(path: Path) -> None:
    """It waited for one, as the other pages do."""
    destroy(path, [SECOND], AT)
    waiting = rows(path, "SELECT id FROM payloads WHERE waiting IS NOT NULL ORDER BY id")
    assert waiting == [{"id": 1}]


def test_a_file_that_is_being_read_may_still_hold_it_and_that_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_file, "_BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM captures").fetchone()
        with pytest.raises(EvidenceError, match="is being read"):
            destroy(path, [SECOND], AT)
    destroy(path, [SECOND], AT)
    assert are_there(path, 2) == [False]


def test_without_originals_nothing_is_destroyed(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no evidence file"):
        destroy(tmp_path / "evidence.db", [FIRST], AT)
    assert list(tmp_path.iterdir()) == []
