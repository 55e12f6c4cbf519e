"""Sealed originals read back without being opened to write."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from archive.evidence.claims import EVENT, RowName, SealedClaim
from archive.evidence.evidence_reader import SNAPSHOT, DestroyedPayload, Manifest, Originals, beside, place_of
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from tests.exchanges import CERTIFICATE, DAYS, archive_of_three_days, archive_with_claims, exchange, numbers, page
from tests.tampering import change


def test_what_was_sealed_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with closing(Evidence(path)) as evidence:
        stored = evidence.add_many([exchange(1), exchange(2)])
    before = path.read_bytes()
    with closing(Originals(path)) as originals:
        assert originals.path == path
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


@pytest.fixture
def with_claims(tmp_path: Path) -> Path:
    """The file of `archive_with_claims`: the payload of its second capture was destroyed."""
    archive_with_claims(path := tmp_path / "evidence.db")
    return path


FIRST_PAGE, SECOND_PAGE = (sha256(page(number)).hexdigest() for number in (1, 2))


def test_a_payload_that_was_destroyed_is_said_to_be(with_claims: Path) -> None:
    at = f"{DAYS[1]}T00:00:00Z"
    with closing(Originals(with_claims)) as originals:
        assert originals.destroyed(SECOND_PAGE) == DestroyedPayload(bytes.fromhex(SECOND_PAGE), len(page(2)), at)
        assert originals.destroyed(FIRST_PAGE) is None
        assert originals.destroyed("0" * 64) is None
        for reading in (lambda: originals.payload(SECOND_PAGE), lambda: originals.exchange(2)):
            with pytest.raises(EvidenceError, match=f"^payload {SECOND_PAGE} was destroyed by decision, {at}; its"):
                reading()
        assert originals.without_payload(2)[1] == SECOND_PAGE


def test_a_certificate_is_read_back(with_claims: Path) -> None:
    with closing(Originals(with_claims)) as originals:
        assert originals.certificate(sha256(CERTIFICATE).hexdigest()) == CERTIFICATE
        assert originals.certificate("0" * 64) is None


def test_files_of_earlier_versions_have_no_certificates_and_nothing_destroyed(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with closing(Evidence(path)) as evidence:
        evidence.add_many([exchange(1)])
    change(path, "DROP TABLE certificates")
    change(path, "ALTER TABLE payloads DROP COLUMN destroyed_at")
    with closing(Originals(path)) as originals:
        assert originals.certificate("0" * 64) is None
        assert originals.exchange(1) == exchange(1)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM payloads WHERE id = 1", "capture 1: its payload, row 1, is missing"),
        ("DELETE FROM captures WHERE id = 1", "capture 1: it is missing"),
        ("UPDATE captures SET url = 'http://x/' WHERE id = 1", "capture 1 http://x/ is no longer what was stored"),
        ("UPDATE payloads SET stored = x'00', bytes = 1 WHERE id = 1", f"payload {FIRST_PAGE} is no longer what"),
        ("UPDATE payloads SET stored = x'00' WHERE id = 1", f"payload {FIRST_PAGE}: "),
    ],
)
def test_what_was_damaged_is_said_in_a_line(with_claims: Path, sql: str, message: str) -> None:
    change(with_claims, sql)
    with closing(Originals(with_claims)) as originals, pytest.raises(EvidenceError, match=f"^{message}"):
        originals.exchange(1)


def test_a_payload_that_is_not_there_is_missing(with_claims: Path) -> None:
    missing = pytest.raises(EvidenceError, match=f"^payload {'0' * 64} is missing$")
    with closing(Originals(with_claims)) as originals, missing:
        originals.payload("0" * 64)


def test_the_claim_that_counts_for_a_row_is_found(with_claims: Path) -> None:
    with closing(Originals(with_claims)) as originals:
        claim = originals.claim_of("sample", event := RowName(EVENT, 2, 0))
        assert claim == SealedClaim(2, event, sha256(b"event 2").digest(), DAYS[0])
        assert originals.claim_of("another", event) is None


def test_the_head_is_that_of_the_last_sealed_day_and_the_tip_of_all_captures(tmp_path: Path) -> None:
    head = archive_of_three_days(path := tmp_path / "evidence.db")
    with closing(Originals(path)) as originals:
        assert [manifest.day for manifest in originals.manifests()] == list(DAYS[:2])
        assert originals.head() == head == (DAYS[1], originals.manifests()[1].hash)
        assert originals.last_id() == numbers(originals)[-1]
        *_, (_, text, manifest) = originals.manifest_texts(DAYS[2])
        assert manifest is None
        assert originals.tip() == (originals.last_id(), sha256(text).hexdigest())


def test_the_check_sum_of_a_manifest_is_over_all_of_it() -> None:
    manifest = Manifest(DAYS[0], 1, 30, 30, "0" * 64, "1" * 64, f"{DAYS[1]}T00:00:00Z", b"token")
    for changed in (
        {"day": DAYS[1]}, {"first_id": 2}, {"last_id": 31}, {"captures": 29}, {"previous_hash": "2" * 64}, {"hash": "2" * 64},
        {"sealed_at": f"{DAYS[1]}T00:00:01Z"}, {"token": b"another"}, {"token": None},
    ):  # fmt: skip
        assert replace(manifest, **changed).row_sha256() != manifest.row_sha256()


def test_a_file_without_captures_has_no_head_and_no_tip(tmp_path: Path) -> None:
    Evidence(path := tmp_path / "evidence.db").close()
    with closing(Originals(path)) as originals:
        assert (originals.head(), originals.tip(), originals.last_id(), originals.manifests()) == (None, None, 0, [])
        assert list(originals.manifest_texts("")) == []


@pytest.mark.parametrize("since", ["2026-01-01", *DAYS, "2026-11-22"])
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
    (folder := tmp_path / "originals").mkdir()
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(folder))
    assert place_of(tmp_path / "county.db") == folder / "county.evidence.db"


def test_the_originals_of_a_snapshot_are_those_of_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path))
    (snapshot := tmp_path / "county" / "2026-11-20").mkdir(parents=True)
    (snapshot / SNAPSHOT).touch()
    assert place_of(snapshot / "disclosures.db") == tmp_path / "county.evidence.db"
