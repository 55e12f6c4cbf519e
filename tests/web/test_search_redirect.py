"""Searching on the site: the table's own box, the ranked view, facets, paging, and the formats to take away."""

import asyncio
import sqlite3
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from datasette.app import Datasette
from lxml import html

from archive.search.segment import units
from archive.web.http.middleware import is_ranked
from tests.web.asking import titles_in_table

SEARCHED = ("title", "publisher", "responsible_department", "document_number", "index_number", "body")


def scan(database: sqlite3.Connection, words: str) -> set[int]:
    """The records in which every word stands in one of the searched columns, by looking at each."""
    ids = set()
    for record_id, *texts in database.execute(f"SELECT id, {', '.join(SEARCHED)} FROM records"):
        stripped = ["".join(units(text or "")) for text in texts]
        if all(any("".join(units(word)) in text for text in stripped) for word in words.split()):
            ids.add(record_id)
    return ids


QUERIES = (
    "预算",
    "棚",
    "大棚",
    "教育局",
    "棚户区改造 2017",
    "老旧小区改造",
    "同政发〔2017〕92号",
    "640324001/2017-",
    "棚戶區改造",
    "２０１７年棚户区",
    "没有的词",
)


@pytest.mark.parametrize("query", QUERIES)
def test_table_and_view_find_what_a_scan_finds(get, database, query):
    expected = scan(database, query)
    assert bool(expected) == (query != "没有的词")
    for table in ("records", "search"):
        rows = get(f"/disclosures/{table}.json", _search=query, _size="max", _shape="objects").json()
        assert {row["id"] for row in rows["rows"]} == expected
        assert rows["filtered_table_rows_count"] == len(expected)


def test_box_of_the_table_leads_to_the_best_first(get):
    answer = get(
        "/disclosures/records", _search="预算", kind="budget", _size="7", _next="9"
    )  # a place among the table's rows
    assert answer.status_code == 302
    there = urlsplit(answer.headers["location"])
    assert there.path == "/disclosures/search"
    assert parse_qs(there.query) == {"_search": ["预算"], "kind": ["budget"], "_size": ["7"]}
    assert len(titles_in_table(get(answer.headers["location"]))) == 7


def test_best_first_title_before_body(get):
    ranked = get("/disclosures/search.json", _search="改造", _shape="array").json()
    assert "改造" in ranked[0]["title"]
    assert [row["rank"] for row in ranked] == sorted(row["rank"] for row in ranked)


@pytest.mark.parametrize(
    ("parameters", "ranked"),
    [
        ([("_search", "预算")], True),
        ([("_search", "预算"), ("_sort", ""), ("kind", "budget"), ("_facet", "publisher")], True),
        ([("_search", "预算"), ("_filter_column", "year"), ("_filter_op", "exact"), ("_filter_value", "2017")], True),
        ([("_search", "")], False),
        ([("_search", "预算"), ("_sort", "id")], False),
        ([("_search", "预算"), ("_sort_desc", "id")], False),
        ([("_search", "预算"), ("_nofilter", "1")], False),
        ([("_search", "预算"), ("_searchmode", "raw")], False),
        ([("_search", "预算"), ("topic", "x")], False),  # the view hasn't the column
        ([("_search", "预算"), ("flags__contains", "x")], False),
        ([("_search", "预算"), ("_facet", "topic")], False),
        ([("_search", "预算"), ("_filter_column_1", "topic")], False),
        ([("_search_title", "预算")], False),
    ],
)
def test_what_is_sent_to_the_ranked_view(parameters, ranked):
    assert is_ranked(parameters) is ranked


def test_a_sorted_search_stays_on_the_table(get):
    titles = titles_in_table(get("/disclosures/records", _search="预算", _sort="id"))
    assert titles[0].endswith("（之0）")
    assert get("/disclosures/records.json", _search="预算").status_code == 200


def test_search_in_one_column(get):
    assert len(titles_in_table(get("/disclosures/records", _search_publisher="民政局"))) == 20


@pytest.mark.parametrize("blank", ["", "%20", "%E3%80%80"])
@pytest.mark.parametrize("table", ["records", "search"])
def test_blank_search(get, table, blank):
    answer = get(f"/disclosures/{table}?_search={blank}")
    assert answer.status_code == 200
    assert bool(titles_in_table(answer)) == (table == "records")


def test_view_without_words_says_what_to_do(get):
    page = get("/disclosures/search").text
    assert "请输入检索词" in page
    assert 'name="_search"' in page
    assert get("/disclosures/search.json").json()["rows"] == []


def test_paging_shows_every_hit_once(get):
    for first, hits in (("/disclosures/search?_search=预算&_size=25", 61), ("/disclosures/records?_size=25", 66)):
        links, following = [], [first]
        while following:
            page = html.fromstring(get(following[0]).text)
            links += page.xpath("//td[contains(@class, 'col-title')]/a/@href")
            following = page.xpath("//p[@class='next']/a/@href")
        assert len(links) == len(set(links)) == hits


def test_facets_with_their_labels(get, database):
    for path in ("/disclosures/search?_search=预算", "/disclosures/records"):
        tree = html.fromstring(get(path).text)
        assert [facet.get("id") for facet in tree.cssselect(".facet")] == [
            "facet-kind", "facet-publisher", "facet-year", "facet-state",
        ]  # fmt: skip
        kinds = tree.cssselect("#facet-kind li")
        assert kinds[0].text_content().split() == ["预决算", "60"]
        narrowed = titles_in_table(get(kinds[1].cssselect("a")[0].get("href")))
        assert 0 < len(narrowed) < 60
        assert tree.cssselect("#facet-state li")[0].text_content().split()[0] == "在列"


def test_csv_and_json(get):
    lines = get("/disclosures/search.csv", _search="棚户区", _size="max").text.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("\ufeffid,")
    assert len(get("/disclosures/records.csv", _stream="on").text.splitlines()) == 67


def test_sql_page_knows_zh_match(get):
    sql = "select count(*) as n from search where q match zh_match(:words)"
    assert get("/disclosures.json", sql=sql, words="预算", _shape="array").json() == [{"n": 61}]
    page = get("/disclosures", sql="select url from records where id = 1").text
    assert '<a href="http://portal.example/budgets/0.html" rel="noopener noreferrer nofollow" translate="no">' in page


def test_plain_datasette_searches_chinese_too(archive):
    plain = Datasette(files=[str(archive)])
    rows = asyncio.run(plain.client.get("/disclosures/records.json?_search=预算&_shape=array&_size=max")).json()
    assert len(rows) == 61


def test_other_databases_are_left_alone(tmp_path, archive):
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.executescript(
            "CREATE TABLE records (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO records VALUES (1, 'http://a.example/ AND b');"
            "CREATE VIRTUAL TABLE f USING fts5 (title, content='records'); INSERT INTO f (f) VALUES ('rebuild');"
        )
    both = Datasette(files=[str(other), str(archive)])
    answer = asyncio.run(both.client.get("/other/records?_search=b"))
    assert answer.status_code == 200
    assert "/other/search" not in answer.text
    assert "信息名称" not in answer.text
    assert asyncio.run(both.client.get("/")).text.count('name="q"') == 1
