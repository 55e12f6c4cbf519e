"""The moments at which a portal gets a dictionary, and what is packed: each threshold one below, on and one above it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from archive.evidence.compression import Packing
from archive.evidence.compression_dictionaries import FIRST_AT, LARGEST_SAMPLE
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError, Exchange
from tests.exchanges import exchange, faults, numbers, page, text
from tests.tampering import change


def made(path: Path, exchanges: list[Exchange]) -> set[tuple[str, str]]:
    """The dictionaries (portal, kind) of a new file with these captures, all of which can be read back."""
    with closing(Evidence(path)) as evidence:
        stored = evidence.add_many(exchanges)
        assert [evidence.exchange(each.id) for each in stored] == exchanges
    assert faults(path) == []
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT portal, kind FROM dictionaries"))


@pytest.mark.parametrize(
    ("pages", "kinds"), [(FIRST_AT - 1, set()), (FIRST_AT, {"payload", "head"}), (FIRST_AT + 1, {"payload", "head"})]
)
def test_a_portals_first_dictionary_is_made_of_so_many_pages(tmp_path: Path, pages: int, kinds: set[str]) -> None:
    """Another portal's pages do not count, nor does the same page again, nor what is no page."""
    others = [exchange(n, portal="other") for n in range(FIRST_AT, FIRST_AT + 9)]
    found = made(tmp_path / "e.db", [*others, *(exchange(n) for n in range(pages))])
    assert found == {("sample", kind) for kind in kinds}


def test_the_same_page_again_and_files_are_no_further_pages(tmp_path: Path) -> None:
    pdf = (("Content-Type", "application/pdf"),)
    files = [exchange(n, payload=f"%PDF sample {n}".encode() * 20, response_headers=pdf) for n in range(8)]
    plain = [exchange(n, payload=text(n, 90).encode(), response_headers=()) for n in range(100, 108)]
    pages = [exchange(n) for n in range(FIRST_AT - 1)]
    assert made(tmp_path / "e.db", [*pages, *files, *plain, exchange(0), exchange(1)]) == {("sample", "head")}


@pytest.mark.parametrize(
    ("pages", "size", "is_made"),
    [
        (7, 400_000, False),
        (8, 250_000, True),
        (8, 249_999, False),
        (8, LARGEST_SAMPLE, True),
        (8, LARGEST_SAMPLE + 1, False),
    ],
)
def test_fewer_large_pages_suffice(tmp_path: Path, pages: int, size: int, is_made: bool) -> None:
    large = [exchange(n, payload=(page(n) * (size // 4_000 + 1))[:size]) for n in range(pages)]
    assert len(large[0].payload) == size
    assert made(tmp_path / "e.db", large) == ({("sample", "payload")} if is_made else set())


@pytest.mark.parametrize(("captures", "dictionaries"), [(8 * 16 - 1, 1), (8 * 16, 2), (8 * 16 + 1, 2)])
def test_another_dictionary_is_due_at_sixteen_times_as_many_captures(
    tmp_path: Path, captures: int, dictionaries: int
) -> None:
    path = tmp_path / "e.db"
    with patch("archive.evidence.compression_dictionaries.FIRST_AT", 8):
        made(path, [exchange(n, payload=f"<p>{text(n, 30)}</p>".encode()) for n in range(captures)])
    with closing(sqlite3.connect(path)) as connection:
        kinds = connection.execute("SELECT kind, count(*) FROM dictionaries GROUP BY kind").fetchall()
    assert dict(kinds) == {"payload": dictionaries, "head": dictionaries}


@pytest.mark.parametrize(("size", "is_kept"), [(99, True), (100, True), (101, False)])
def test_a_payload_past_the_limit_is_refused_and_with_it_its_batch(tmp_path: Path, size: int, is_kept: bool) -> None:
    with closing(Evidence(tmp_path / "e.db")) as evidence, patch("archive.evidence.evidence_store.MOST", 100):
        batch = [exchange(1, payload=b"x"), exchange(2, payload=b"x" * size)]
        if is_kept:
            assert len(evidence.add_many(batch)) == 2
        else:
            with pytest.raises(ValueError, match=r"2\.html: 101 bytes are more than the 100 that are kept"):
                evidence.add_many(batch)
        assert len(numbers(evidence)) == (2 if is_kept else 0)


@pytest.mark.parametrize("begins", [b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"PK\x03\x04", b"Rar!", b"\x1f\x8b"])
def test_what_is_compressed_already_is_kept_as_it_is(begins: bytes) -> None:
    assert Packing().pack(begins + b"a" * 1000) == begins + b"a" * 1000
    assert len(Packing().pack(b"a" + begins + b"a" * 1000)) < 100


def test_what_is_marked_as_packed_and_is_not_is_refused(tmp_path: Path) -> None:
    """A row whose packed form is as long as the original is the original: then it has no dictionary."""
    path = tmp_path / "e.db"
    with closing(Evidence(path)) as evidence:
        evidence.add_many(exchange(n) for n in range(FIRST_AT))
        (short,) = evidence.add_many([exchange(1000, payload=b"<p>")])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE payloads SET dictionary_id = 1 WHERE sha256 = ?", (bytes.fromhex(short.sha256),))
    with closing(Evidence(path)) as evidence, pytest.raises(EvidenceError, match="marked as packed and is not"):
        evidence.exchange(short.id)
    assert faults(path) == [f"payload {short.sha256}: it is marked as packed and is not"]


@pytest.mark.parametrize(
    ("pages", "damage"),
    [
        (FIRST_AT + 1, "UPDATE payloads SET waiting = 'other' WHERE id = 3"),
        (FIRST_AT + 1, "UPDATE payloads SET waiting = 'sample' WHERE id = 3"),
        (9, "UPDATE payloads SET waiting = 'other' WHERE id = 3"),
        (9, "UPDATE payloads SET stored = x'00' WHERE id = 3"),
        (9, "UPDATE captures SET head = x'00' WHERE id = 3"),
        (FIRST_AT + 1, "UPDATE captures SET head = x'00' WHERE id = 3"),
    ],
)
def test_damage_to_what_a_dictionary_is_made_of_is_told_and_ends_no_crawl(
    tmp_path: Path, pages: int, damage: str
) -> None:
    path = tmp_path / "e.db"
    made(path, [exchange(n) for n in range(pages)])
    change(path, damage)
    assert faults(path) != []
    with closing(Evidence(path)) as evidence, patch("archive.evidence.compression_dictionaries._STEP", 2):
        for portal in ("other", "sample"):
            more = [exchange(n, portal=portal) for n in range(1000, 1000 + 2 * FIRST_AT)]
            evidence.add_many([*more, *(exchange(n, portal=portal) for n in range(2000, 2009))])
