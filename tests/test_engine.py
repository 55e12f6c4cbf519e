"""Hits, their order, and how they divide: held against plain SQL and substring scans of a made-up archive."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.database.connection import open_for_reading
from archive.export import record_rows
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.search import engine
from archive.search.engine import Filters, Search
from archive.search.index import HEAD, ID, build, catch_up, changed, first_entry, held, month_of
from archive.search.query import parse
from archive.search.segment import MARK, units
from bench.large_archive import KINDS, SUBJECTS, make

RECORDS = 1200


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("hits") / "large.db", RECORDS, 300)


@pytest.fixture(scope="module")
def connection(path: Path) -> sqlite3.Connection:
    return open_for_reading(path)


@pytest.fixture(scope="module")
def texts(connection: sqlite3.Connection) -> dict[int, dict[str, str]]:
    """Of each record the searched texts, their punctuation dropped."""
    columns = ("title", "publisher", "responsible_department", "document_number", "index_number", "body")
    files = "(SELECT group_concat(name || char(10) || coalesce(text, '')) FROM attachments WHERE record_id = r.id)"
    rows = connection.execute(f"SELECT id, {', '.join(columns)}, {files} FROM records r").fetchall()
    return {
        row[0]: dict(zip((*columns, "files"), ("".join(units(text or "")) for text in row[1:]), strict=True))
        for row in rows
    }


def found(connection: sqlite3.Connection, wanted: Search) -> list[int]:
    ids = engine.first(connection, wanted, RECORDS)
    assert len(ids) == len(set(ids)) == engine.count(connection, wanted)
    return ids


def dated(connection: sqlite3.Connection, ids: list[int]) -> list[tuple[str, int]]:
    dates = dict(connection.execute("SELECT id, coalesce(published_on, '') FROM records"))
    return [(dates[record_id], record_id) for record_id in ids]


# --- order ---


@pytest.mark.parametrize(
    "words",
    [
        "预算",
        "县",
        "教育",
        "棚户区改造",
        "预算 教育局",
        "预算|决算 -教育",
        "甲子县 项目",
        "县 年部门预算",
        '"教育局2020" 预算',
    ],
)
def test_title_before_other_heads_before_texts_and_the_newest_first_in_each(
    connection: sqlite3.Connection, texts: dict[int, dict[str, str]], words: str
) -> None:
    groups = [[word.written for word in group.words] for group in parse(words).wanted]

    def place(record_id: int) -> int:
        """The rank of the columns in which all words stand: 0 title, 1 head, 2 anything."""
        for rank, columns in enumerate((engine.TITLE, HEAD)):
            held = [texts[record_id][name] for name in columns]
            if all(any(word in text for word in group for text in held) for group in groups):
                return rank
        return 2

    ids = found(connection, engine.search(words))
    assert ids
    expected = sorted(dated(connection, ids), reverse=True)
    assert ids == sorted((record_id for _, record_id in expected), key=place)
    newest = found(connection, Search(parse(words), newest=True))
    assert newest == [record_id for _, record_id in expected]


def test_pages_follow_each_other(connection: sqlite3.Connection) -> None:
    for wanted in (engine.search("预算"), Search(parse("县"), newest=True), Search()):
        whole = found(connection, wanted)
        pages = [engine.first(connection, wanted, 50, offset) for offset in range(0, len(whole) + 50, 50)]
        assert [record_id for page in pages for record_id in page] == whole


def test_records_without_a_date_come_last(connection: sqlite3.Connection) -> None:
    undated = [
        row[0] for row in connection.execute("SELECT id FROM records WHERE published_on IS NULL ORDER BY id DESC")
    ]
    assert undated
    assert found(connection, Search())[-len(undated) :] == undated


@pytest.mark.parametrize(
    ("date", "month"),
    [("2018-01-30", 24216), ("2017-12-01", 24215), ("0001-01-01", 12), ("9999-12-31", 119_999), (None, 0), ("", 0), ("2018", 0), ("2018-13-01", 0)],
)  # fmt: skip
def test_a_date_s_month_numbers_its_entry(date: str | None, month: int) -> None:
    assert month_of(date) == month
    assert 0 < first_entry(month) < 2**63
    assert first_entry(month) & ID == 0


# --- filters ---

FILTERS = st.builds(
    Filters,
    portals=st.lists(st.sampled_from([f"sample{n:02}" for n in range(1, 41)] + ["nowhere"]), max_size=12).map(tuple),
    kind=st.sampled_from(["", "", *KINDS, "nothing"]),
    since=st.one_of(st.none(), st.integers(0, 9999), st.integers(2015, 2027)),
    until=st.one_of(st.none(), st.integers(0, 9999), st.integers(2007, 2020)),
    states=st.lists(st.sampled_from(["listed", "unlisted", "withdrawn"]), max_size=2).map(tuple),
    files=st.booleans(),
)


def by_sql(connection: sqlite3.Connection, filters: Filters) -> set[int]:
    """The records that filters allow, by columns."""
    asked = {
        "portal": filters.portals,
        "kind": (filters.kind,),
        "publisher": (filters.publisher,),
        "state": filters.states,
    }
    clauses, given = ["1"], []
    for name, values in asked.items():
        if any(values):
            clauses.append(f"{name} IN ({', '.join('?' * len(values))})")
            given += values
    if filters.since is not None:
        clauses.append(f"CAST(year AS INTEGER) >= {filters.since}")
    if filters.until is not None:
        clauses.append(f"CAST(year AS INTEGER) <= {filters.until}")
    if filters.files:
        clauses.append("id IN (SELECT record_id FROM attachments)")
    return {row[0] for row in connection.execute(f"SELECT id FROM records WHERE {' AND '.join(clauses)}", given)}


@settings(max_examples=150, deadline=None)
@given(FILTERS)
def test_filters_are_what_sql_finds(connection: sqlite3.Connection, filters: Filters) -> None:
    assert set(found(connection, Search(filters=filters))) == by_sql(connection, filters)


@settings(max_examples=100, deadline=None)
@given(FILTERS, st.sampled_from(SUBJECTS), st.sampled_from(SUBJECTS))
def test_words_and_filters_together(
    connection: sqlite3.Connection, texts: dict[int, dict[str, str]], filters: Filters, one: str, other: str
) -> None:
    allowed = by_sql(connection, filters)
    having = {
        word: {key for key in allowed if any(word in text for text in texts[key].values())} for word in (one, other)
    }
    for words, expected in (
        (one, having[one]),
        (f"{one} {other}", having[one] & having[other]),
        (f"{one}|{other}", having[one] | having[other]),
        (f"{one} -{other}", having[one] - having[other]),
    ):
        assert set(found(connection, Search(parse(words), filters))) == expected


def test_a_publisher_by_its_name_or_words_in_it(connection: sqlite3.Connection) -> None:
    (name,) = connection.execute("SELECT publisher FROM records LIMIT 1").fetchone()
    whole = found(connection, Search(filters=Filters(publisher=name)))
    assert set(whole) == by_sql(connection, Filters(publisher=name))
    part = found(connection, Search(filters=Filters(publisher_has="教育局")))
    assert len(part) == connection.execute("SELECT count(*) FROM records WHERE publisher LIKE '%教育局%'").fetchone()[0]
    assert found(connection, Search(filters=Filters(publisher_has="。"))) == []
    assert found(connection, Search(filters=Filters(publisher="没有的机构"))) == []


def test_without_a_word_nothing_is_found(connection: sqlite3.Connection) -> None:
    assert found(connection, engine.search("")) == found(connection, engine.search("，。")) == []
    assert found(connection, engine.search("-预算")) == []
    assert found(connection, Search(parse("-预算"), Filters(kind="budget"))) == []


def test_the_entry_follows_its_record(path: Path, tmp_path: Path) -> None:
    """A record that gets another date, kind, state or file is found by them, and no longer by what it had."""
    connection = open_up_to_date(make(tmp_path / "own.db", 50, 10))
    for change in (
        "UPDATE records SET published_on = '1999-09-09' WHERE id = 5",
        "UPDATE records SET published_on = NULL, kind = 'plan', state = 'withdrawn' WHERE id = 5",
        "UPDATE records SET published_on = '2031-01-01', kind = 'budget', state = 'listed' WHERE id = 5",
        "INSERT INTO attachments (record_id, name, url, state) VALUES (5, '样本', 'http://a.example/x', 'pending')",
        "UPDATE attachments SET state = 'unlinked' WHERE record_id = 5",
        "UPDATE records SET title = '另一样本', index_number = NULL, document_number = '样发〔2031〕5号' WHERE id = 5",
    ):
        changed(connection, 5, held(connection, 5))
        connection.execute(change)
        catch_up(connection)
        expected = [row[0] for row in connection.execute("SELECT id FROM records ORDER BY published_on DESC, id DESC")]
        assert engine.first(connection, Search(), 100) == expected
        for kind in ("plan", "budget"):
            for state in ("listed", "withdrawn"):
                filters = Filters(kind=kind, states=(state,))
                assert set(engine.first(connection, Search(filters=filters), 100)) == by_sql(connection, filters)
        with_files = "SELECT DISTINCT record_id FROM attachments WHERE state <> 'unlinked'"
        expected_files = {row[0] for row in connection.execute(with_files)}
        assert set(engine.first(connection, Search(filters=Filters(files=True)), 100)) == expected_files
    connection.execute("INSERT INTO records_fts (records_fts) VALUES ('integrity-check')")
    kept = tokens(connection)
    build(connection)
    assert kept == tokens(connection)
    connection.close()


def tokens(connection: sqlite3.Connection) -> set[tuple[str, str, int, int]]:
    """Entries of the index: column, token, in how many entries, how often."""
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.tokens USING fts5vocab('main', 'records_fts', 'col')")
    return set(connection.execute("SELECT col, term, doc, cnt FROM temp.tokens"))


def test_each_token_of_a_head_stands_in_the_index_once_more_marked_and_no_other(connection: sqlite3.Connection) -> None:
    held = tokens(connection)
    marked = {token for token in held if token[1].startswith(MARK)}
    assert {column for column, *_ in marked} == set(HEAD)
    assert marked == {(column, MARK + term, *counts) for column, term, *counts in held - marked if column in HEAD}


def test_words_in_heads_are_looked_up_among_heads_alone() -> None:
    wanted = engine.search("预算公开 -教育 6403 甲|乙 640324001/2017")
    (everywhere, heads, titles) = (wanted.parameters(*columns)["match"] for columns in ((), HEAD, engine.TITLE))
    assert everywhere == (
        '(("预算 算公 公开" AND "6403"* AND ("甲" OR "乙") AND ("640324001_2017" OR "6403240012017"*))) NOT "教育"'
    )
    expected = '("-预算 -算公 -公开" AND "-6403"* AND ("-甲" OR "-乙") AND ("-640324001_2017" OR "-6403240012017"*))'
    assert heads == f'({expected}) NOT "教育"'
    assert titles == f'(({{title}} : {expected})) NOT "教育"'


def test_records_are_taken_away_each_once_in_the_order_of_the_hits(connection: sqlite3.Connection) -> None:
    """Many times as many as are read at once; one that went meanwhile is left out."""
    for wanted in (Search(), engine.search("预算|决算"), Search(parse("县"), newest=True)):
        ids = found(connection, wanted)
        assert len(ids) > 2 * record_rows.AT_A_TIME or wanted.query
        assert list(engine.every(connection, wanted)) == ids
        assert [row[0] for row in record_rows.rows(connection, iter(ids))] == ids
    some = [3, RECORDS + 1, 2]
    assert [row[0] for row in record_rows.rows(connection, some, body=True)] == [3, 2]


@pytest.mark.parametrize("counted", [RECORDS - 1, RECORDS, RECORDS + 1, RECORDS // 2, RECORDS // 2 - 1])
def test_hits_are_looked_at_one_by_one_as_long_as_there_are_not_too_many(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(engine, "COUNTED", counted)
    step = {RECORDS - 1: 2, RECORDS // 2: 2, RECORDS // 2 - 1: 3}.get(counted, 1)
    assert engine.divide(connection, Search(), RECORDS).step == step


def test_the_last_that_came_in_are_told_the_last_first(connection: sqlite3.Connection) -> None:
    for wanted in (Search(), engine.search("预算"), Search(parse("县 -预算"), Filters(since=2015))):
        ids = found(connection, wanted)
        for limit in (1, 7, RECORDS):
            assert engine.latest(connection, wanted, limit) == sorted(ids, reverse=True)[:limit]


# --- division ---


@pytest.mark.parametrize("words", ["", "预算", "县 -预算", "没有的词"])
def test_a_division_is_what_sql_counts(connection: sqlite3.Connection, words: str) -> None:
    wanted = engine.search(words) if words else Search()
    ids = found(connection, wanted)
    division = engine.divide(connection, wanted, len(ids))
    assert division.step == 1
    for name in engine.FACETS:
        rows = connection.execute(f"SELECT id, {name} FROM records WHERE {name} IS NOT NULL").fetchall()
        assert division.counts[name] == Counter(value for record_id, value in rows if record_id in set(ids))


def test_of_many_hits_some_are_looked_at(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "COUNTED", 300)
    division = engine.divide(connection, Search(), RECORDS)
    assert division.step == 4
    looked_at = sum(division.counts["state"].values())
    assert 0.7 * RECORDS / 4 < looked_at < 1.3 * RECORDS / 4
    whole = Counter(dict(connection.execute("SELECT kind, count(*) FROM records GROUP BY kind")))
    for kind, count in whole.most_common(3):
        assert division.counts["kind"][kind] * division.step == pytest.approx(count, rel=0.35)
    # One in twenty records has a file: none of those looked at, or all of them, would be a sample of nothing.
    with_files = engine.divide(connection, Search(filters=Filters(files=True)), RECORDS)
    assert sum(with_files.counts["state"].values()) * 4 == pytest.approx(RECORDS / 20, rel=0.6)
