"""Searching, held against a plain substring scan written for the test."""

import re
import sqlite3
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import search
from archive.database import open_for_reading

FIELDS = ("title", "document_number", "index_number", "publisher", "responsible_department", "body")


@pytest.fixture(scope="module")
def connection(sample_archive: Path) -> sqlite3.Connection:
    return open_for_reading(sample_archive)


def scan(connection: sqlite3.Connection, *words: str) -> set[int]:
    """The records in which each word stands in some field: NFKC, simplified, lower case, punctuation and blanks aside."""

    def plain(text: str) -> str:
        text = (
            unicodedata.normalize("NFKC", text).lower().translate(str.maketrans("預棚戶區會議縣員", "预棚户区会议县员"))
        )
        text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
        text = re.sub(r"(?<=\d)[^\w]+(?=\d)", "|", text)  # two numbers stay two
        return "".join(character for character in text if character.isalnum() or character == "|")

    found = set()
    for record_id, *values in connection.execute(f"SELECT id, {', '.join(FIELDS)} FROM records"):
        texts = [plain(line) for value in values if value for line in value.split("\n")]
        if all(any(_bounded(plain(word), text) for text in texts) for word in words):
            found.add(record_id)
    return found


def _bounded(word: str, text: str) -> bool:
    """Whether `word` stands in `text`, its digits not inside a longer number (a number's beginning will do at its end)."""
    before = r"(?<![0-9])" if word[0].isdigit() else ""
    after = r"(?![0-9])" if word[-1].isdigit() and (len(word) < 5 or not word.isdigit()) else ""
    return re.search(before + re.escape(word) + after, text) is not None


def found(connection: sqlite3.Connection, query: str) -> set[int]:
    sql = "SELECT rowid FROM records_fts WHERE records_fts MATCH ?"
    return {row[0] for row in connection.execute(sql, (search.to_match(query),))}


@pytest.mark.parametrize(
    "query",
    ["预", "棚", "县", "预算", "公开", "政策", "同心县", "部门预算", "棚户区改造", "棚户区改造 2017", "预算 小学 2018", "2017", "92",
     "扶贫 解读", "同政发〔2017〕92号", "５６４０", "預算", "棚戶區改造", "640324", "61737", "三公经费", "绝无此词", "危房危房改造", "A"],
)  # fmt: skip
def test_search_equals_a_scan(connection: sqlite3.Connection, query: str) -> None:
    assert found(connection, query) == scan(connection, *query.split())
    assert search.count(connection, query) == len(scan(connection, *query.split()))


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
    titles = [hit["title"] for hit in search.search(connection, "棚户区改造", 10)]
    assert all("棚户区改造" in str(title) for title in titles)


def test_a_snippet_shows_the_words_found(connection: sqlite3.Connection) -> None:
    (hit,) = search.search(connection, "城市执法体制改革改进城市管理工作的指导意见", 5)
    assert "城市执法体制改革" in str(hit["snippet"])
    assert len(str(hit["snippet"])) < 100


def test_marked_pieces_give_the_text_again(connection: sqlite3.Connection) -> None:
    text = "关于棚户区改造的通知，共5,640户，棚戶區二期"
    pieces = search.marked(text, "棚户区 5640")
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, hit in pieces if hit] == ["棚户区", "5,640", "棚戶區"]


@given(st.text(max_size=60))
def test_no_query_is_an_error(connection: sqlite3.Connection, query: str) -> None:
    search.count(connection, query)
    search.marked("关于2017年预算的通知 abc", query)


@pytest.mark.parametrize(
    "query",
    ["", " ", '"', '""', "()", "*", "AND", "NEAR(a b)", "预算 OR", "^预算", "title:预算", "-" * 50, "预" * 5000, "\0"],
)
def test_what_looks_like_syntax_is_text(connection: sqlite3.Connection, query: str) -> None:
    assert search.count(connection, query) >= 0
