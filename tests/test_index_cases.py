"""Contents of the search index by record, records that wait for it, and when it is made anew: on an archive of ten records."""

import hashlib
import json
import sqlite3

import pytest

from archive.search import engine, index
from archive.search.segment import VERSION, segment
from tests.test_engine_cases import RECORDS, connection
from tests.test_search_index import index_made_anew, index_of

__all__ = ["connection"]  # the fixture


def waiting(connection: sqlite3.Connection) -> dict[int, list[object] | None]:
    """The records that the index is behind with, and what it holds of them."""
    rows = connection.execute("SELECT record_id, indexed FROM unindexed ORDER BY record_id")
    return {record_id: indexed and json.loads(indexed) for record_id, indexed in rows}


def found(connection: sqlite3.Connection, words: str) -> list[int]:
    return engine.first(connection, engine.search(words), 100)


def rename(connection: sqlite3.Connection, record_id: int, title: str) -> None:
    index.changing(connection, record_id)
    connection.execute("UPDATE records SET title = ? WHERE id = ?", (title, record_id))


def version(connection: sqlite3.Connection) -> list[tuple[str]]:
    return connection.execute("SELECT value FROM settings WHERE name = 'segment_version'").fetchall()


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("budget", "kind_budget"),
        ("a-b_9", "kind_a-b_9"),
        ("x" * 40, f"kind_{'x' * 40}"),
        ("x" * 41, f"kind_{hashlib.sha256(b'x' * 41).hexdigest()[:20]}"),
        ("Budget", f"kind_{hashlib.sha256(b'Budget').hexdigest()[:20]}"),
        ("样本", f"kind_{hashlib.sha256('样本'.encode()).hexdigest()[:20]}"),
    ],
)
def test_the_word_of_a_filter(value: str, word: str) -> None:
    assert index.filter_word("kind", value) == word


def test_an_entry_holds_its_month_texts_and_filters() -> None:
    values = ["标题", None, "6403/1", "样本局", None, "正文", "p", "plan", "listed", "2020-05-01", "甲.pdf", 1]
    number, body, files, title, document, index_number, publisher, department, filters = index.entry(7, values)
    assert number == (120_000 - (12 * 2020 + 4)) * 2**32 + 7
    assert [str(each).split() for each in (body, files, document, department)] == [
        ["正", "文", "_", "正文", "文"],
        segment("甲.pdf").split(),
        [],
        [],
    ]
    assert str(title).split() == ["标", "题", "_", "标题", "题", "-标", "-题", "-_", "-标题", "-题"]
    number_tokens = ["6403", "1", "_", "6403_1", "1", "_", "64031"]
    assert str(index_number).split() == [*number_tokens, *(f"-{token}" for token in number_tokens)]
    publisher_word = index.filter_word("publisher", "样本局")
    assert filters == f"record_any portal_p kind_plan state_listed {publisher_word} files_yes"
    assert "-样本" in str(publisher).split()
    bare = index.entry(7, [*[None] * 6, "p", "plan", "listed", None, None, 0])
    assert (bare[0], bare[1:8], bare[8]) == (
        index.first_entry(0) + 7,
        ("", "", " ", " ", " ", " ", " "),
        "record_any portal_p kind_plan state_listed",
    )


def test_what_waits_is_what_the_index_held_before_the_first_change(connection: sqlite3.Connection) -> None:
    assert waiting(connection) == {}
    before = index.held(connection, 1)
    rename(connection, 1, "样本甲")
    rename(connection, 1, "样本乙")
    assert waiting(connection) == {1: before}
    index.catch_up(connection)
    assert (waiting(connection), found(connection, "样本乙"), found(connection, "样本甲")) == ({}, [1], [])
    assert index_of(connection) == index_made_anew(connection)


def test_records_whose_own_page_was_read_come_first(connection: sqlite3.Connection) -> None:
    for record_id, source in ((1, 0), (2, 1)):
        connection.execute(
            "INSERT INTO readings (record_id, catalog_id, fields, source_fields) VALUES (?, ?, '{}', '{}')",
            (record_id, source),
        )
    for record_id in (1, 2, 3):
        rename(connection, record_id, "另一样本")
    index.catch_up(connection, own_page_read=True)
    assert (list(waiting(connection)), found(connection, "另一样本")) == ([2, 3], [1])
    index.catch_up(connection)
    assert (list(waiting(connection)), found(connection, "另一样本")) == ([], [3, 2, 1])


def test_more_records_than_are_written_at_once(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "STRIDE", 3)
    for record_id in range(1, len(RECORDS) + 1):
        rename(connection, record_id, f"另一样本{record_id}")
    index.catch_up(connection)
    assert sorted(found(connection, "另一样本")) == list(range(1, len(RECORDS) + 1))
    assert index_of(connection) == index_made_anew(connection)


@pytest.mark.parametrize("state", ["up to date", "changed", "new"])
def test_a_record_that_is_deleted_leaves_nothing(connection: sqlite3.Connection, state: str) -> None:
    record_id = 9
    if state == "changed":
        rename(connection, record_id, "另一样本")
    if state == "new":
        record_id = int(
            connection.execute(
                "INSERT INTO records (portal, url, title, kind, first_seen, last_seen) "
                "VALUES ('p', 'http://p.example/new', '另一样本', 'plan', '', '')"
            ).lastrowid
            or 0
        )
        index.changed(connection, record_id, None)
    index.forget(connection, record_id)
    connection.execute("DELETE FROM records WHERE id = ?", (record_id,))
    assert waiting(connection) == {}
    assert index_of(connection) == index_made_anew(connection)


@pytest.mark.parametrize("made_by", ["0", None])
def test_an_index_of_another_version_is_made_anew(connection: sqlite3.Connection, made_by: str | None) -> None:
    assert (index.is_current(connection), version(connection)) == (True, [(VERSION,)])
    connection.execute("DELETE FROM settings WHERE name = 'segment_version'")
    if made_by is not None:
        connection.execute("INSERT INTO settings VALUES ('segment_version', ?)", (made_by,))
    rename(connection, 1, "另一样本")
    connection.execute("UPDATE records SET title = '样本，不知何时改' WHERE id = 2")
    assert not index.is_current(connection)
    index.refresh(connection)
    assert (index.is_current(connection), version(connection), waiting(connection)) == (True, [(VERSION,)], {})
    assert (found(connection, "另一样本"), found(connection, "不知何时")) == ([1], [2])
    assert index_of(connection) == index_made_anew(connection)


def test_an_index_of_this_version_is_only_brought_up_to_date(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE records SET title = '样本，不知何时改' WHERE id = 2")
    rename(connection, 1, "另一样本")
    index.refresh(connection)
    assert (found(connection, "另一样本"), found(connection, "不知何时")) == ([1], [])
