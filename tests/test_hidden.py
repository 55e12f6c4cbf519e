"""What may not be shown, one way in which a capture belongs to it at a time: addresses, digests, states, decisions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.withheld import hidden, withheld_on
from tests.conftest import empty_archive

RECORD, LINK, SENT_ON = "http://p.example/1.html", "http://p.example/1.html?from=list", "http://p.example/a/1.html"
BEFORE, FILE, OTHER = "http://p.example/old/1.html", "http://p.example/1.pdf", "http://p.example/2.html"
NONE, DIGEST = "0" * 64, "a" * 64
NOW = "2026-03-10T17:00:00Z"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Two records, of which the first moved, is printed otherwise in its list, and was read where a visitor is sent on to."""
    with closing(sqlite3.connect(empty_archive(tmp_path / "a.db"), isolation_level=None)) as connection:
        connection.executescript(f"""
            INSERT INTO portals (id, name, division_code, home) VALUES ('p', '样本县', '640324', 'http://p.example/');
            INSERT INTO catalogs (id, portal, kind, title, url) VALUES (1, 'p', 'plan', '样本', 'http://p.example/list');
            INSERT INTO crawls (id, portal, mode, started_at) VALUES (1, 'p', 'full', '{NOW}');
            INSERT INTO records (id, portal, url, kind, first_seen, last_seen) VALUES
                (1, 'p', '{RECORD}', 'plan', '{NOW}', '{NOW}'), (2, 'p', '{OTHER}', 'plan', '{NOW}', '{NOW}');
            INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) VALUES
                (1, 1, '{SENT_ON}', '{NOW}', 200, 'page', '{NONE}', 1);
            INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, link)
                VALUES (1, 1, '{NOW}', '{NOW}', 1, '{LINK}');
            INSERT INTO readings (record_id, catalog_id, fields, source_fields, capture_id) VALUES (1, 0, '{{}}', '{{}}', 1);
            INSERT INTO events (record_id, kind, at, crawl_id, detail)
                VALUES (1, 'moved', '{NOW}', 1, json_object('from', '{BEFORE}', 'to', '{RECORD}'));
        """)
        yield connection


@pytest.mark.parametrize(
    ("target", "key", "shown_at", "digest"),
    [
        ("address", LINK, LINK, NONE),
        ("page", DIGEST, OTHER, DIGEST),
        ("file", DIGEST, FILE, DIGEST),
    ],
)
def test_what_is_withheld_by_its_address_or_by_what_is_in_it(
    archive: sqlite3.Connection, target: str, key: str, shown_at: str, digest: str
) -> None:
    archive.execute("INSERT INTO withheld (target, key, reason, at) VALUES (?, ?, '', ?)", (target, key, NOW))
    assert hidden(archive, shown_at, digest) == "withheld"
    assert hidden(archive, RECORD, NONE) is None


def test_a_withheld_record_is_hidden_by_its_state_alone(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE records SET state = 'withheld' WHERE id = 1")
    assert hidden(archive, RECORD, NONE) == "withheld"
    assert hidden(archive, OTHER, NONE) is None
    assert withheld_on(archive, 1) == "", "since when is not known"
    archive.execute("INSERT INTO withheld (target, key, reason, at) VALUES ('record', ?, '', ?)", (f"p {RECORD}", NOW))
    assert (withheld_on(archive, 1), withheld_on(archive, 2)) == ("2026-03-11", None), "the day in Beijing"


@pytest.mark.parametrize("state", ["waiting", "kept", "released"])
@pytest.mark.parametrize("address", [RECORD, LINK, SENT_ON, BEFORE])
def test_a_record_s_text_is_held_back_at_each_of_its_addresses(
    archive: sqlite3.Connection, address: str, state: str
) -> None:
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (1, '', 'p ' || ?, 9, ?, ?)"
    archive.execute(held, (RECORD, state, NOW))
    assert hidden(archive, address, NONE) == (None if state == "released" else "roster")
    assert hidden(archive, OTHER, NONE) is None


@pytest.mark.parametrize("state", ["waiting", "kept", "released"])
@pytest.mark.parametrize(("address", "digest"), [(FILE, NONE), (OTHER, DIGEST)])
def test_a_file_s_text_is_held_back_at_its_address_and_wherever_the_same_file_stands(
    archive: sqlite3.Connection, address: str, digest: str, state: str
) -> None:
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (1, ?, ?, 9, ?, ?)"
    archive.execute(held, (FILE, DIGEST, state, NOW))
    assert hidden(archive, address, digest) == (None if state == "released" else "roster")
    assert [hidden(archive, each, NONE) for each in (RECORD, LINK, SENT_ON, BEFORE)] == [None] * 4, "its page is shown"


def test_what_stood_at_an_address_that_moved_with_its_portal_is_hidden_there_too(archive: sqlite3.Connection) -> None:
    change = "INSERT INTO portal_changes (portal, kind, at, before, after) VALUES ('p', 'moved', ?, 'q.example', 'http://p.example')"
    archive.execute(change, (NOW,))
    archive.execute("UPDATE records SET state = 'withheld' WHERE id = 1")
    assert hidden(archive, RECORD.replace("p.example", "q.example"), NONE) == "withheld"
    assert hidden(archive, OTHER.replace("p.example", "q.example"), NONE) is None
