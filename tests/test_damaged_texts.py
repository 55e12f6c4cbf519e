"""Texts whose bytes a faulty disk has changed, straight on an archive: which are found, and what stands there afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.damaged_texts import NOTED, damaged_texts, mend
from tests.test_store import crawl, listed, page, row

CUT = "样本".encode() + "样".encode()[:2]
MENDED = "样本�"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Of two records; two texts of the first are damaged, the link of the second's row, and a catalogue's title."""
    path = tmp_path / "a.db"
    crawl(path, [listed(row(1), row(2)), page(1)])
    with closing(open_up_to_date(path)) as connection:
        connection.execute("UPDATE records SET body = CAST(?1 AS TEXT), publisher = CAST(?1 AS TEXT) WHERE id = 1", (CUT,))  # fmt: skip
        connection.execute("UPDATE listings SET link = CAST(? AS TEXT) WHERE record_id = 2", (CUT,))
        connection.execute("UPDATE catalogs SET title = CAST(? AS TEXT) WHERE id = 1", (CUT,))
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, '1')", (NOTED,))
        yield connection


def test_each_damaged_text_is_found_with_the_record_that_it_is_of(archive: sqlite3.Connection) -> None:
    found = [(each.table, each.column, each.record_id, each.value) for each in damaged_texts(archive)]
    assert sorted(found, key=str) == [
        ("catalogs", "title", None, CUT),
        ("listings", "link", 2, CUT),
        ("records", "body", 1, CUT),
        ("records", "publisher", 1, CUT),
    ]


def test_what_can_be_read_of_it_stands_there_afterwards_and_each_record_has_one_problem(
    archive: sqlite3.Connection,
) -> None:
    with transaction(archive):
        assert mend(archive) == 4
    assert list(damaged_texts(archive)) == []
    assert archive.execute("SELECT body, publisher FROM records WHERE id = 1").fetchone()[:] == (MENDED, MENDED)
    assert archive.execute("SELECT title FROM catalogs ORDER BY id").fetchall()[0][0] == MENDED
    noted = archive.execute("SELECT url, message, count FROM problems WHERE kind = 'text_damaged' ORDER BY url")
    assert [(url, message.partition(":")[0], count) for url, message, count in noted] == [
        ("http://p.example/1.html", "records.publisher, records.body", 1),
        ("http://p.example/2.html", "listings.link", 1),
    ]
    names = {name for (name,) in archive.execute("SELECT name FROM settings")}
    assert names.isdisjoint({NOTED, "segment_version"}), "the index is made anew, and no crawl looks again"


def test_damage_that_comes_again_counts_once_more(archive: sqlite3.Connection) -> None:
    for _ in range(2):
        with transaction(archive):
            mend(archive)
            archive.execute("UPDATE listings SET link = CAST(? AS TEXT) WHERE record_id = 2", (CUT,))
    (count,) = archive.execute("SELECT count FROM problems WHERE url LIKE '%/2.html' AND kind = 'text_damaged'").fetchone()  # fmt: skip
    assert count == 2


def test_an_archive_without_damage_keeps_its_index(tmp_path: Path) -> None:
    crawl(tmp_path / "a.db", [listed(row(1))])
    with closing(open_up_to_date(tmp_path / "a.db")) as connection, transaction(connection):
        assert mend(connection) == 0
        assert connection.execute("SELECT 1 FROM settings WHERE name = 'segment_version'").fetchone() is not None


@pytest.mark.parametrize(
    ("column", "damaged", "mended"), [("body", b"\0" + CUT, MENDED), ("flags", b"{}", "[]"), ("flags", b"[", "[]")]
)
def test_no_nul_and_no_json_of_another_form_is_left(
    archive: sqlite3.Connection, column: str, damaged: bytes, mended: str
) -> None:
    with transaction(archive):
        archive.execute(f"UPDATE records SET {column} = CAST(? AS TEXT) WHERE id = 2", (damaged,))
        assert mend(archive) == 5
    assert archive.execute(f"SELECT {column} FROM records WHERE id = 2").fetchone()[0] == mended
