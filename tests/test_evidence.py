"""Evidence: what goes in comes out, and whatever is changed afterwards is found and named."""

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.evidence import evidence_file
from archive.evidence.compression import MOST, Packing, make_dictionary
from archive.evidence.compression_dictionaries import FIRST_AT
from archive.evidence.evidence_store import Evidence, EvidenceError
from tests.exchanges import archive_of_three_days, exchange, faults, numbers, page, text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.db"


def test_round_trip(path: Path) -> None:
    given_ones = [exchange(n) for n in range(3)]
    given_ones.append(exchange(3, method="POST", request_body=b"\x00\xffa=1", status=302, payload=b"", ip_address=None))
    evidence = Evidence(path)
    stored = evidence.add_many(given_ones)
    assert [each.id for each in stored] == [1, 2, 3, 4]
    assert [evidence.exchange(each.id) for each in stored] == given_ones
    assert evidence.payload(stored[0].sha256) == page(0)
    assert stored[0].bytes == len(page(0))
    assert stored[0].sha256 == hashlib.sha256(page(0)).hexdigest()
    evidence.close()
    again = Evidence(path)
    assert again.exchange(4) == given_ones[3]
    assert faults(path) == []


def test_committed_when_it_returns(path: Path) -> None:
    evidence = Evidence(path)
    evidence.add_many([exchange()])
    other = sqlite3.connect(path)
    assert other.execute("SELECT count(*) FROM captures").fetchone() == (1,)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_payload_is_stored_once(path: Path) -> None:
    evidence = Evidence(path)
    same = [exchange(n, payload=page(1), portal=f"portal{n % 2}") for n in range(10)]
    stored = evidence.add_many(same[:5]) + evidence.add_many(same[5:])
    assert len({each.sha256 for each in stored}) == 1
    assert sqlite3.connect(path).execute("SELECT count(*) FROM payloads").fetchone() == (1,)


def test_a_failed_batch_leaves_nothing(path: Path) -> None:
    evidence = Evidence(path)
    bad = exchange(FIRST_AT + 1, url="\ud800")
    with pytest.raises(UnicodeEncodeError):
        evidence.add_many([*(exchange(n) for n in range(FIRST_AT + 1)), bad])
    assert numbers(evidence) == []
    evidence.add_many(exchange(n) for n in range(FIRST_AT + 5))  # the dictionary of the failed batch is forgotten
    assert evidence.exchange(FIRST_AT + 5) == exchange(FIRST_AT + 4)
    assert faults(path) == []


def test_bad_time_is_refused() -> None:
    for wrong in ("2026-11-23", "2026-13-23T01:02:03.000000Z", "2026-11-23T01:02:03.000000+08:00"):
        with pytest.raises(ValueError):
            exchange(fetched_at=wrong)


def test_what_is_not_there(path: Path) -> None:
    evidence = Evidence(path)
    with pytest.raises(EvidenceError, match="capture 1: it is missing"):
        evidence.exchange(1)
    with pytest.raises(EvidenceError, match="is missing"):
        evidence.payload("00" * 32)
    with pytest.raises(EvidenceError, match="not sealed"):
        evidence.attach_token("2026-11-23", b"x")
    assert evidence.head() is None
    assert evidence.tip() is None
    path.with_name("no.db").write_bytes(b"no database" * 100)
    with pytest.raises(EvidenceError, match="cannot be opened"):
        Evidence(path.with_name("no.db"))


latin = st.text(st.characters(max_codepoint=255), max_size=30)
headers = st.lists(st.tuples(latin, latin), max_size=6).map(tuple)
changes = st.fixed_dictionaries(
    {
        "request_headers": headers,
        "response_headers": headers,
        "payload": st.binary(max_size=3000),
        "request_body": st.binary(max_size=50),
        "url": st.text(max_size=50),
        "status": st.integers(0, 999),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_any_headers_and_bytes_come_back(path: Path, changed: dict[str, object]) -> None:
    evidence = Evidence(path)
    put = replace(exchange(), **changed)  # type: ignore[arg-type]
    (stored,) = evidence.add_many([put])
    assert evidence.exchange(stored.id) == put
    evidence.close()


def test_pages_wait_for_their_dictionary(path: Path) -> None:
    evidence = Evidence(path)
    evidence.add_many(exchange(n) for n in range(FIRST_AT - 1))
    con = sqlite3.connect(path)
    kinds = "SELECT kind FROM dictionaries ORDER BY kind"
    assert con.execute(kinds).fetchall() == []
    size = "SELECT sum(length(stored)) FROM payloads WHERE id < 64"
    before = con.execute(size).fetchone()[0]
    con.close()
    evidence.add_many(
        [exchange(FIRST_AT), exchange(0, url="http://127.0.0.1:8000/x.jpg", payload=b"\xff\xd8\xff" + b"0" * 500)]
    )
    con = sqlite3.connect(path)
    assert con.execute(kinds).fetchall() == [("head",), ("payload",)]
    assert con.execute(size).fetchone()[0] * 2 < before
    assert con.execute("SELECT count(*) FROM payloads WHERE waiting IS NOT NULL").fetchone() == (0,)
    assert con.execute("SELECT length(stored) = bytes, dictionary_id FROM payloads ORDER BY id DESC").fetchone() == (
        1,
        None,
    )
    con.close()
    assert [evidence.exchange(n + 1).payload for n in range(FIRST_AT - 1)] == [page(n) for n in range(FIRST_AT - 1)]
    evidence.close()
    raw = sum(len(page(n)) for n in range(300))
    evidence = Evidence(path)
    evidence.add_many(exchange(n) for n in range(FIRST_AT + 1, 300))
    evidence.close()
    assert path.stat().st_size * 5 < raw
    assert faults(path) == []


def test_a_grown_portal_gets_another_dictionary(path: Path) -> None:
    evidence = Evidence(path)
    many = FIRST_AT * 16 + 1
    evidence.add_many(exchange(n) for n in range(FIRST_AT))
    evidence.add_many(exchange(n, payload=text(n, 60).encode()) for n in range(FIRST_AT, many))
    con = sqlite3.connect(path)
    assert con.execute("SELECT count(*) FROM dictionaries WHERE kind = 'payload'").fetchone() == (2,)
    assert evidence.exchange(1).payload == page(0)
    assert evidence.exchange(many).payload == text(many - 1, 60).encode()


def test_unpacking_is_bounded() -> None:
    packing = Packing()
    bomb = packing.pack(b"0" * 10_000_000)
    assert packing.unpack(bomb, 10_000_000) == b"0" * 10_000_000
    for claimed in (9_999_999, MOST + 1, -1):
        with pytest.raises(EvidenceError):
            packing.unpack(bomb, claimed)
    assert packing.pack(b"") == b""
    assert packing.unpack(b"", 0) == b""


@pytest.mark.parametrize(
    "samples", [[b""] * 8, [b"x"] * 64, [b"abc" * 9, b""], [bytes([n]) * 50_000 for n in range(8)]]
)
def test_any_samples_make_a_dictionary(samples: list[bytes]) -> None:
    packing = Packing(make_dictionary(samples, 2))
    assert all(packing.unpack(packing.pack(each), len(each)) == each for each in samples)


def test_sealing(path: Path) -> None:
    day, hash_ = archive_of_three_days(path)
    evidence = Evidence(path)
    first, second = evidence.manifests()
    assert (first.day, first.first_id, first.last_id, first.captures) == ("2026-11-20", 1, 30, 30)
    assert (second.day, second.hash) == (day, hash_)
    digests = [
        row[0].hex() for row in sqlite3.connect(path).execute("SELECT digest FROM captures WHERE id > 30 AND id <= 60")
    ]
    assert hash_ == hashlib.sha256("\n".join([first.hash, *digests, "2026-11-21"]).encode()).hexdigest()
    assert second.token == b"a token of some server"
    assert evidence.seal("2026-11-23") == []
    tip = evidence.tip()
    assert tip is not None
    assert tip[0] == 91
    evidence.add_many([exchange(200), exchange(201, fetched_at="2026-11-24T00:00:00.000000Z")])
    assert [sealed.day for sealed in evidence.seal("2026-11-25")] == ["2026-11-23", "2026-11-24"]
    assert list(evidence.verify((day, hash_))) == []
    assert list(evidence.verify(tip)) == []
    assert evidence.tip() == (93, evidence.manifests()[-1].hash)


def test_a_clock_gone_back(path: Path) -> None:
    head = archive_of_three_days(path)
    evidence = Evidence(path)
    evidence.add_many([exchange(300, fetched_at="2026-11-20T05:00:00.000000Z")])
    last = numbers(evidence)[-1]
    day = sqlite3.connect(path).execute("SELECT day FROM captures WHERE id = ?", (last,)).fetchone()
    assert day == ("2026-11-22",)
    assert [sealed.day for sealed in evidence.seal("2026-12-01")] == ["2026-11-22", "2026-11-23"]
    assert list(evidence.verify(head)) == []


WRITER = """
import sys
from pathlib import Path
from archive.evidence.evidence_store import Evidence
from tests.exchanges import exchange
evidence = Evidence(Path(sys.argv[1]))
start = int(sys.argv[2])
for batch in range(10_000):
    stored = evidence.add_many(exchange(start + batch * 7 + n) for n in range(7))
    print(stored[-1].id, flush=True)
"""


def test_killed_while_writing(path: Path) -> None:
    chance = random.Random(5)
    done = 0
    for attempt in range(4):
        arguments = [sys.executable, "-c", WRITER, str(path), str(attempt * 100_000)]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 30)):
            done = int(process.stdout.readline())
        time.sleep(chance.random() * 0.02)
        process.kill()
        done = max([done, *(int(line) for line in process.stdout.read().split("\n")[:-1] if line)])
        assert process.wait() == -signal.SIGKILL
        assert faults(path) == []
        evidence = Evidence(path)
        there = numbers(evidence)
        assert there == list(range(1, len(there) + 1))
        assert len(there) >= done
        assert len(there) % 7 == 0
        evidence.close()
    assert done > 0


def test_verify_while_writing(path: Path) -> None:
    """A check sees one state of the file each time, though a crawl goes on, and does not stand in its way."""
    evidence = Evidence(path)
    evidence.add_many([exchange(0)])
    found: list[str] = []
    done = threading.Event()

    def check() -> None:
        while not done.is_set():
            found.extend(faults(path))

    checker = threading.Thread(target=check)
    checker.start()
    for n in range(1, FIRST_AT * 3):
        evidence.add_many([exchange(n)])
    done.set()
    checker.join()
    assert found == []
    assert evidence.exchange(FIRST_AT * 3) == exchange(FIRST_AT * 3 - 1)


def test_a_new_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy made while it is being made has no tables, or all."""
    path, seen = tmp_path / "e.db", []
    apply = evidence_file.MIGRATIONS.apply

    def watched(db: Database) -> None:
        seen.append(path.exists())
        apply(db)

    monkeypatch.setattr(evidence_file.MIGRATIONS, "apply", watched)
    evidence_file.open_for_writing(path).close()
    assert seen == [False]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["e.db"]
