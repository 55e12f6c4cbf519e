"""Searches of an archive of ten records: which are found, in which order, and how they divide."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.database.several import SeveralArchives
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.search import engine, index
from archive.search.engine import Filters, Search
from archive.search.query import Query, parse, word_of
from tests.conftest import empty_archive

RECORDS = [  # portal, title, publisher, published_on, kind, state, body
    ("p", "样本预算", "样本财政局", "2020-05-01", "budget", "listed", "正文"),
    ("p", "样本通知", "样本预算局", "2021-05-01", "notice", "listed", "正文"),
    ("p", "样本规划", "样本教育局", "2023-12-31", "plan", "listed", "其中的预算"),
    ("q", "样本预算二", "样本教育局", "2020-05-02", "budget", "withdrawn", "正文"),
    ("q", "样本预算三", None, None, "budget", "listed", "正文"),
    ("q", "样本预算四", "样本教育局", "2020-05-02", "budget", "unlisted", "正文"),
    ("r", "样本决算", "样本财政局", "2019-01-01", "budget", "listed", "正文"),
    ("r", "样本公告", "样本财政局办公室", "2024-01-01", "notice", "listed", "正文"),
    ("r", None, None, "2022-06-15", "other", "listed", "无题"),
    ("r", "样本附件", "样本县政府", "2018-07-01", "other", "listed", None),
]
FILES = [(10, "甲表.pdf", "第一份文件"), (10, "乙表.pdf", None), (10, "丙表.pdf", "另有预算一份")]
INSERT = (
    "INSERT INTO records (portal, url, title, publisher, published_on, kind, state, body, index_number, first_seen, last_seen) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')"
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_up_to_date(empty_archive(tmp_path / "a.db"))
    with transaction(connection):
        for portal in "pqr":
            connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, '样本县', '', 'http://p.example/')",
                (portal,),
            )
        for number, (portal, *values) in enumerate(RECORDS, 1):
            connection.execute(INSERT, (portal, f"http://{portal}.example/{number}", *values, f"6403/2020-{number:05}"))
            index.changed(connection, number, None)
        for number, name, text in FILES:
            connection.execute(
                "INSERT INTO attachments (record_id, name, url, state, text) VALUES (?, ?, ?, 'text', ?)",
                (number, name, f"http://r.example/{name}", text),
            )
        index.catch_up(connection)
    yield connection
    connection.close()


def found(connection: sqlite3.Connection, words: str = "", *, newest: bool = False, **filters: object) -> list[int]:
    """The ids of the hits, which each way of asking tells alike."""
    query = parse(words) if words else None
    search = Search(query, Filters(**filters), newest)  # type: ignore[arg-type]
    ids = engine.first(connection, search, 100)
    assert list(engine.every(connection, search)) == ids
    assert engine.count(connection, search) == len(ids)
    assert engine.latest(connection, search, 100) == sorted(ids, reverse=True)
    return ids


@pytest.mark.parametrize(
    ("words", "newest", "expected"),
    [
        ("预算", False, [6, 4, 1, 5, 2, 3, 10]),  # in titles, then publishers, then texts; the newest first
        ("预算", True, [3, 2, 6, 4, 1, 10, 5]),  # without a date: last
        ("预算 -教育", False, [1, 5, 2, 10]),
        ("预算|决算", False, [6, 4, 1, 7, 5, 2, 3, 10]),
        ("预算 财政", False, [1]),
        ("样本财政", False, [8, 1, 7]),
        ("没有", False, []),
        ("，", False, []),
        ("-预算", False, []),
        ("", False, [8, 3, 9, 2, 6, 4, 1, 7, 10, 5]),
        ("", True, [8, 3, 9, 2, 6, 4, 1, 7, 10, 5]),
    ],
)
def test_hits_and_their_order(connection: sqlite3.Connection, words: str, newest: bool, expected: list[int]) -> None:
    assert found(connection, words, newest=newest) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"portals": ("p",)}, [3, 2, 1]),
        ({"portals": ("p", "q")}, [3, 2, 6, 4, 1, 5]),
        ({"portals": ("x",)}, []),
        ({"kind": "notice"}, [8, 2]),
        ({"publisher": "样本教育局"}, [3, 6, 4]),
        ({"publisher": "样本教育"}, []),  # a whole name
        ({"publisher_has": "财政局"}, [8, 1, 7]),
        ({"publisher_has": "财政 办公室"}, [8]),
        ({"publisher_has": "，"}, []),
        ({"states": ("withdrawn",)}, [4]),
        ({"states": ("withdrawn", "unlisted")}, [6, 4]),
        ({"files": True}, [10]),
        ({"since": 2023}, [8, 3]),
        ({"since": 2024}, [8]),
        ({"since": 2025}, []),
        ({"until": 2019}, [7, 10]),
        ({"until": 2018}, [10]),
        ({"since": 2020, "until": 2020}, [6, 4, 1]),
        ({"since": 2023, "until": 2023}, [3]),
        ({"since": 0}, [8, 3, 9, 2, 6, 4, 1, 7, 10]),  # in years there is nothing without a date
        ({"until": 9999}, [8, 3, 9, 2, 6, 4, 1, 7, 10]),
        ({"since": "2020-05-02"}, [8, 3, 9, 2, 6, 4]),
        ({"until": "2020-05-01"}, [1, 7, 10]),
        ({"since": "2020-05-02", "until": "2020-05-02"}, [6, 4]),
        ({"since": "2020-05", "until": "2020-05"}, [6, 4, 1]),
        ({"since": "2020-06"}, [8, 3, 9, 2]),
        ({"until": "2020-04"}, [7, 10]),
        ({"since": 2020, "until": "2021-05-01"}, [2, 6, 4, 1]),
        ({"since": "2020-05-02", "until": 2020}, [6, 4]),
        ({"since": "2021-05", "until": "2022-06-15"}, [9, 2]),
        ({"kind": "budget", "publisher": "样本教育局", "states": ("unlisted",)}, [6]),
        ({"kind": "budget", "portals": ("r",)}, [7]),
    ],
)
def test_hits_that_filters_leave(
    connection: sqlite3.Connection, filters: dict[str, object], expected: list[int]
) -> None:
    assert found(connection, **filters) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "filters", "expected"),
    [
        ("预算", {"kind": "budget"}, [6, 4, 1, 5]),
        ("预算", {"since": 2021}, [2, 3]),
        ("预算 -教育", {"portals": ("p",)}, [1, 2]),
        ("-预算", {"portals": ("p",)}, []),
        ("预算", {"publisher_has": "教育"}, [6, 4, 3]),
        ("预算", {"files": True}, [10]),
    ],
)
def test_words_and_filters(
    connection: sqlite3.Connection, words: str, filters: dict[str, object], expected: list[int]
) -> None:
    assert found(connection, words, **filters) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "offset", "expected"), [(3, 0, [6, 4, 1]), (3, 3, [5, 2, 3]), (3, 6, [10]), (3, 7, []), (0, 0, [])]
)
def test_pages_of_hits(connection: sqlite3.Connection, limit: int, offset: int, expected: list[int]) -> None:
    assert engine.first(connection, engine.search("预算"), limit, offset) == expected
    if offset == 0:
        assert engine.first(connection, engine.search("预算"), limit) == expected


@pytest.mark.parametrize(
    ("besides", "expected"), [(True, [6, 4, 1, 5, 7, 2, 3, 10]), (False, [6, 4, 1, 7, 5, 2, 3, 10])]
)
def test_titles_with_words_that_may_be_meant_besides_come_after_those_with_what_was_typed(
    connection: sqlite3.Connection, besides: bool, expected: list[int]
) -> None:
    also = word_of("决算")
    assert also
    (typed,) = parse("预算").groups
    search = Search(Query((replace(typed, also=(replace(also, besides=besides),)),)))
    assert engine.first(connection, search, 100) == list(engine.every(connection, search)) == expected


def test_hits_by_month(connection: sqlite3.Connection) -> None:
    months = {"2018-07": 1, "2020-05": 3, "2021-05": 1, "2023-12": 1, "": 1}
    assert engine.by_month(connection, engine.search("预算")) == months


@pytest.mark.parametrize(("most", "counted"), [(0, 0), (6, 6), (7, 7), (8, 7)])
def test_hits_are_counted_up_to_a_number(connection: sqlite3.Connection, most: int, counted: int) -> None:
    assert engine.count_up_to(connection, engine.search("预算"), most) == counted


def test_hits_among_some_records(connection: sqlite3.Connection) -> None:
    assert engine.among(connection, engine.search("预算"), [1, 7, 10, 99]) == {1, 10}
    sql, parameters = engine.ids(engine.search("决算"))
    assert [row[0] for row in connection.execute(sql, parameters)] == [7]


def test_hits_of_several_archives_are_one_list(connection: sqlite3.Connection) -> None:
    """Both are the same here: each record comes twice, and counts twice."""
    with transaction(connection):
        index.changing(connection, 1)
        connection.execute("UPDATE records SET published_on = '2020-05-03' WHERE id = 1")
        index.catch_up(connection)
    path, search = connection.execute("PRAGMA database_list").fetchone()[2], engine.search("预算")
    with closing(SeveralArchives({name: sqlite3.connect(path) for name in ("north", "south")})) as several:
        twice = [record_id for record_id in (1, 6, 4, 5, 2, 3, 10) for _ in range(2)]
        assert engine.first(several, search, 100) == list(engine.every(several, search)) == twice
        assert (engine.count(several, search), engine.count_up_to(several, search, 10)) == (14, 10)
        assert engine.by_month(several, search)["2020-05"] == 6
        assert engine.divide(several, search, 14).counts["kind"]["budget"] == 8


def test_the_last_that_came_in(connection: sqlite3.Connection) -> None:
    assert engine.latest(connection, engine.search("预算"), 3) == [10, 6, 5]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("样本财政局", Filters(kind="budget", publisher="样本财政局")),
        ("样本财政", Filters(kind="budget", publisher_has="样本财政")),
        ("", Filters(kind="budget")),
    ],
)
def test_a_publisher_is_a_whole_name_where_there_is_one(
    connection: sqlite3.Connection, name: str, expected: Filters
) -> None:
    assert engine.of_publisher(connection, Filters(kind="budget"), name) == expected


def test_how_hits_divide(connection: sqlite3.Connection) -> None:
    counts = engine.divide(connection, engine.search("预算"), 7)
    assert counts.step == 1
    assert {name: dict(values) for name, values in counts.counts.items()} == {
        "portal": {"p": 3, "q": 3, "r": 1},
        "kind": {"budget": 4, "notice": 1, "plan": 1, "other": 1},
        "publisher": {"样本财政局": 1, "样本预算局": 1, "样本教育局": 3, "样本县政府": 1},
        "year": {"2018": 1, "2020": 3, "2021": 1, "2023": 1},
        "state": {"listed": 5, "withdrawn": 1, "unlisted": 1},
    }


@pytest.mark.parametrize(("total", "step"), [(0, 1), (1, 1), (10_000, 1), (10_001, 2), (20_000, 2), (20_001, 3)])
def test_of_many_hits_every_nth_is_looked_at(connection: sqlite3.Connection, total: int, step: int) -> None:
    counts = engine.divide(connection, engine.search("预算"), total)
    looked_at = [number for number in (1, 2, 3, 4, 5, 6, 10) if number * 7919 % 1000003 % step == 0]
    assert (counts.step, sum(counts.counts["portal"].values())) == (step, len(looked_at))


def test_hits_as_the_shell_shows_them(connection: sqlite3.Connection) -> None:
    title, text, file, untitled = engine.described(connection, [1, 3, 10, 9], "预算")
    assert title == {
        "url": "http://p.example/1", "title": "样本预算", "index_number": "6403/2020-00001", "publisher": "样本财政局",
        "published_on": "2020-05-01", "kind": "budget", "state": "listed", "snippet": "样本预算",
    }  # fmt: skip
    assert [each["snippet"] for each in (text, file, untitled)] == ["其中的预算", "…另有预算一份", ""]
    assert [hit["snippet"] for hit in engine.described(connection, [10], "乙表")] == ["乙表.pdf"]
    assert engine.described(connection, [], "预算") == []
