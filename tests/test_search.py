"""Searching, held against a plain substring scan written for the test."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.database.connection import open_for_reading
from archive.ingest.store import Store
from archive.model.observations import CatalogOfPortal, ListPage, PortalOfFile, RecordPage, Row
from archive.search import engine, query, snippet
from tests.plain_scan import FIELDS, scan


@pytest.fixture(scope="module")
def connection(sample_archive: Path) -> sqlite3.Connection:
    return open_for_reading(sample_archive)


def found(connection: sqlite3.Connection, words: str) -> set[int]:
    sql = "SELECT rowid FROM matches WHERE matches MATCH ?"
    return {row[0] for row in connection.execute(sql, (query.to_match(words),))}


def count(connection: sqlite3.Connection, words: str) -> int:
    return engine.count(connection, engine.search(words))


def best(connection: sqlite3.Connection, words: str, limit: int) -> list[dict[str, str | None]]:
    return engine.described(connection, engine.first(connection, engine.search(words), limit), words)


@pytest.mark.parametrize(
    "query",
    ["预", "棚", "县", "预算", "公开", "政策", "同心县", "部门预算", "棚户区改造", "棚户区改造 2017", "预算 小学 2018", "2017", "92",
     "扶贫 解读", "同政发〔2017〕92号", "５６４０", "預算", "棚戶區改造", "640324", "61737", "三公经费", "绝无此词", "危房危房改造", "A"],
)  # fmt: skip
def test_search_equals_a_scan(connection: sqlite3.Connection, query: str) -> None:
    assert found(connection, query) == scan(connection, *query.split())
    assert count(connection, query) == len(scan(connection, *query.split()))


def test_every_run_of_characters_of_a_title_finds_it(connection: sqlite3.Connection) -> None:
    for record_id, title in connection.execute(
        "SELECT id, title FROM records WHERE title IS NOT NULL LIMIT 12"
    ).fetchall():
        for length in (1, 2, 3, 7):
            for start in range(0, len(title) - length + 1, 3):
                word = title[start : start + length]
                if re.fullmatch(r"[\u4e00-\u9fff]+", word):
                    hits = found(connection, word)
                    assert record_id in hits
                    assert hits == scan(connection, word), word


@pytest.mark.parametrize(
    "written",
    ["同政发〔2017〕92号", "同政发[2017]92号", "同政发（2017）92号", "同政发 2017 92号", "同政发﹝２０１７﹞92號"],
)
def test_a_document_number_is_found_in_any_brackets(connection: sqlite3.Connection, written: str) -> None:
    assert len(found(connection, written)) >= 1


def test_an_index_number_is_found_by_its_beginning(connection: sqlite3.Connection) -> None:
    expected = connection.execute("SELECT count(*) FROM records WHERE index_number LIKE '640324001/2017-%'").fetchone()[
        0
    ]
    assert expected > 10
    numbered = "SELECT count(*) FROM records WHERE index_number LIKE '640324001/2017-%' AND id IN (SELECT value FROM json_each(?))"
    hits = found(connection, "640324001/2017-")
    assert connection.execute(numbered, (str(sorted(hits)),)).fetchone()[0] == expected
    assert len(found(connection, "640324001/2017-6173")) == 1


def test_quotes_keep_together_and_minus_excludes(connection: sqlite3.Connection) -> None:
    assert found(connection, '"部门预算"') == found(connection, "部门预算")
    assert found(connection, "预算 -小学") == scan(connection, "预算") - scan(connection, "小学")
    assert found(connection, "-小学") == set()


def test_title_counts_most(connection: sqlite3.Connection) -> None:
    titles = [hit["title"] for hit in best(connection, "棚户区改造", 10)]
    assert all("棚户区改造" in str(title) for title in titles)


def test_a_snippet_shows_the_words_found(connection: sqlite3.Connection) -> None:
    (hit,) = best(connection, "城市执法体制改革改进城市管理工作的指导意见", 5)
    assert "城市执法体制改革" in str(hit["snippet"])
    assert len(str(hit["snippet"])) < 100


def test_marked_pieces_give_the_text_again(connection: sqlite3.Connection) -> None:
    text = "关于棚户区改造的通知，共5,640户，棚戶區二期"
    pieces = snippet.marked(text, "棚户区 5640")
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, hit in pieces if hit] == ["棚户区", "5,640", "棚戶區"]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_query_is_an_error(connection: sqlite3.Connection, query: str) -> None:
    count(connection, query)
    snippet.marked("关于2017年预算的通知 abc", query)


# --- any word at all, on records written to be difficult ---

DIFFICULT: tuple[dict[str, str], ...] = (
    {"title": "关于公布2017年部门预算的通知", "index_number": "640324001/2017-61737", "publisher": "县财政局"},
    {"title": "關於棚戶區改造的會議", "document_number": "同政发〔2017〕92号", "index_number": "640324001/2017-6173"},
    {"title": "２０１７年“三公”经费，预算、公开", "document_number": "同政办发[2018]192号", "responsible_department": "县预算局"},
    {"title": "PPP项目 e-Gov system 第12017次", "index_number": "014742224A/2023-0043406"},
    {"title": "完成投资5,640万元，占12.5%", "publisher": "棚改办", "index_number": "15"},
    {"title": "山阳𠮷村（2017）第9、92号", "index_number": "PZ00108-3000-2022-00109"},
    {"title": "没有正文的记录..."},
    {"title": "预"},
    {"title": "样本1,8345与72,345,68、1,934，5678"},
)  # fmt: skip
BODIES = (
    "预算公开\n公开预算",
    "经费1,234,567元；棚 户 区",
    "",
    "第２０１７号\n92",
    "abc def 预算2017年",
    "㎡与⺠⽣○",
    "预算201755",
    "算预",
    "",
)


@pytest.fixture(scope="module")
def difficult(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("search") / "a.db"
    home = "http://p.example/"
    store = Store(path)
    store.begin(
        PortalOfFile("p", "样本县", "640399", home, (CatalogOfPortal("other", "目录", home),)),
        "full",
        "2026-01-01T00:00:00Z",
    )
    rows = tuple(Row(fields, {}, key=f"{home}{number}") for number, fields in enumerate(DIFFICULT))
    pages = [RecordPage({}, {}, url=f"{home}{number}", body=body or None) for number, body in enumerate(BODIES)]
    store.write([ListPage(rows, catalog_url=home, last=True), *pages], "2026-01-01T00:00:00Z")
    store.finish("finished", "2026-01-01T00:00:00Z")
    store.close()
    return open_for_reading(path)


TEXTS = [text for text in (*BODIES, *(value for fields in DIFFICULT for value in fields.values())) if text]
WORDS = st.one_of(
    st.builds(lambda text, start, length: text[start : start + length], st.sampled_from(TEXTS), st.integers(0, 25), st.integers(1, 9)),
    st.text(st.sampled_from("预算公开棚户區縣2017９,.、〔〕/abP"), min_size=1, max_size=4),
).map(lambda word: re.sub(r'[\s"“”-]+', "", word))  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS.filter(bool), min_size=1, max_size=3))
def test_any_words_equal_a_scan(difficult: sqlite3.Connection, words: list[str]) -> None:
    query = " ".join(words)
    assert found(difficult, query) == scan(difficult, *words)
    assert count(difficult, query) == len(best(difficult, query, 100))


@settings(deadline=None)
@given(WORDS.filter(bool), WORDS.filter(bool))
def test_any_exclusion_equals_a_scan(difficult: sqlite3.Connection, wanted: str, unwanted: str) -> None:
    expected = scan(difficult, wanted) - scan(difficult, unwanted)
    assert found(difficult, f"{wanted} -{unwanted}") == expected


@settings(deadline=None)
@given(WORDS.filter(lambda word: re.fullmatch(r"[\u4e00-\u9fff]+", word) is not None))
def test_what_is_found_is_shown(difficult: sqlite3.Connection, word: str) -> None:
    for record_id in found(difficult, word):
        texts = difficult.execute(f"SELECT {', '.join(FIELDS)} FROM records WHERE id = ?", (record_id,)).fetchone()
        assert any(snippet.spans(text, word) for text in texts if text)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("640324001/2017-", {0, 1}),
        ("640324001/2017-6173", {0, 1}),
        ("640324001/2017-61737", {0}),
        ("640324001", {0, 1}),
        ("6403240012017", {0, 1}),
        ("324001", set()),
        ("014742224A/2023-", {3}),
        ("同政发〔2017〕92号", {1}),
        ("同政发【2017】92号", {1}),
        ("同政发 92", {1}),
        ('"部门预算" 2017', {0}),
        ('"预算公开"', {0, 2}),
        ("棚戶區", {1}),
        ("2017", {0, 1, 2, 3, 4, 5}),
        ("5640", {4}),
        ("5,640", {4}),
        ("1234567", {1}),
        ("123456", {1}),
        ("12345678", set()),
        ("民生", {5}),
        ("𠮷", {5}),
        ("ｅ-gov", {3}),
        ("县 预算 -三公", {0}),
        # A comma belongs to a number where three digits and no fourth follow it.
        ("8345", {8}),
        ("18345", set()),
        ("1,8345", {8}),
        ("72345", {8}),
        ("68", {8}),
        ("7234568", set()),
        ("1934", {8}),
        ("19345678", set()),
    ],
)
def test_words_worked_out_by_hand(difficult: sqlite3.Connection, query: str, numbers: set[int]) -> None:
    ids = found(difficult, query)
    urls = difficult.execute("SELECT id, url FROM records").fetchall()
    assert {int(url.rsplit("/")[-1]) for record_id, url in urls if record_id in ids} == numbers


SYNTAX: tuple[tuple[str, tuple[str, ...] | None], ...] = (
    ("", None), (" ", None), ('"', None), ('""', None), ("()", None), ("*", None), ("-" * 50, None), ("\0", None), ("预" * 5000, None),
    ("AND", ("AND",)), ("OR", ("OR",)), ("NOT", ("NOT",)), ("OR 预算", ("OR", "预算")), ("预算 OR", ("预算", "OR")),
    ("预算 AND 公开", ("预算", "AND", "公开")), ("预算 NOT 公开", ("预算", "NOT", "公开")), ("NEAR(预算 公开)", ("NEAR(预算", "公开)")),
    ("^预算", ("预算",)), ("title:预算", ("title预算",)), ("预算*", ("预算",)), ("(预算)", ("预算",)), ("预算+公开", ("预算公开",)),
    ("{title}:预算", ("title预算",)), ("预算) OR (县", ("预算", "县")), ("kind_other", ("kindother",)), ("record_any", ("recordany",)),
    ("filters:record_any", ("filtersrecordany",)), ("-预算*", None), ("预算'; --", ("预算",)),
)  # fmt: skip


@pytest.mark.parametrize(("query", "words"), SYNTAX)
def test_what_looks_like_syntax_is_text(
    difficult: sqlite3.Connection, query: str, words: tuple[str, ...] | None
) -> None:
    """Signs of the index's own language are punctuation, its operators are words; None: there is nothing to look for."""
    either = "OR (" in query  # between two words OR is an operator of ours
    expected = (
        set().union(*(scan(difficult, word) for word in words)) if words and either else scan(difficult, *(words or ()))
    )
    assert found(difficult, query) == expected
    assert count(difficult, query) == len(expected)
    assert bool(expected) == (words is not None and set(words) <= {"预算", "县", "预算公开"})
