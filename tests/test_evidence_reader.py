"""Sealed originals read back without being opened to write."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from archive.evidence.evidence_reader import Originals, beside, place_of
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from tests.exchanges import DAYS, archive_of_three_days, exchange, numbers


def test_what_was_sealed_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with closing(Evidence(path)) as evidence:
        stored = evidence.add_many([exchange(1), exchange(2)])
    before = path.read_bytes()
    with closing(Originals(path)) as originals:
        assert originals.exchange(stored[1].id) == exchange(2)
        assert originals.payload(stored[0].sha256) == exchange(1).payload
        assert numbers(originals) == [1, 2]
        with pytest.raises(sqlite3.OperationalError):
            originals._con.execute("DELETE FROM captures")
    assert path.read_bytes() == before


def test_packed_originals_are_read_back(tmp_path: Path) -> None:
    archive_of_three_days(tmp_path / "evidence.db")
    with closing(Originals(tmp_path / "evidence.db")) as originals:
        assert all(originals.exchange(number).payload for number in numbers(originals))


@pytest.mark.parametrize("since", DAYS)
def test_the_texts_of_manifests_from_a_day_on_give_their_hashes(tmp_path: Path, since: str) -> None:
    archive_of_three_days(tmp_path / "evidence.db")
    with closing(Originals(tmp_path / "evidence.db")) as originals:
        found = list(originals.manifest_texts(since))
    assert [day for day, _, _ in found] == [day for day in DAYS if day >= since]
    sealed = [(sha256(text).hexdigest(), manifest.hash) for _, text, manifest in found if manifest]
    assert len(sealed) == len(found) - 1, "the last day is not over"
    assert all(digest == stated for digest, stated in sealed)


def test_what_is_no_evidence_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no evidence file"):
        Originals(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("no database, but long enough to be taken for one" * 100)
    with pytest.raises(EvidenceError, match="cannot be opened as evidence") as found:
        Originals(tmp_path / "text.db")
    assert "\n" not in str(found.value)


def test_where_originals_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCLOSURES_EVIDENCE", raising=False)
    assert place_of(tmp_path / "disclosures.db") == beside(tmp_path / "disclosures.db") == tmp_path / "evidence.db"
    assert place_of(tmp_path / "county.db") == tmp_path / "county.evidence.db"
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path / "sealed.db"))
    assert place_of(tmp_path / "disclosures.db") == tmp_path / "sealed.db"
