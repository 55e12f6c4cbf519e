"""The site, asked in process: search, tables, a record's page, and what it does with hostile records and addresses."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from datasette.app import Datasette
from lxml import html

from archive.database import ArchiveError
from archive.segment import tokens
from archive.web import cells, labels, tables_page
from archive.web.gate import ranks
from archive.web.server import make_datasette, serve
from tests.web_archive import BODY, CHECKED, HOSTILE_BODY, HOSTILE_PUBLISHER, HOSTILE_TITLE, build

ROOT = Path(__file__).parents[1]
SEARCHED = ("title", "publisher", "responsible_department", "document_number", "index_number", "body")


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("web") / "disclosures.db")


@pytest.fixture(scope="module")
def site(archive) -> Datasette:
    return make_datasette(archive)


@pytest.fixture(scope="module")
def get(site):
    """Ask for a path, with the parameters given; the answer."""

    def ask(path: str, **parameters: object) -> httpx.Response:
        return asyncio.run(site.client.get(path.removeprefix("http://localhost"), params=parameters or None))

    return ask


@pytest.fixture(scope="module")
def database(archive):
    with closing(sqlite3.connect(archive)) as connection:
        yield connection


def found(answer: httpx.Response) -> list[str]:
    """The titles of a table page, in order."""
    assert answer.status_code == 200, answer.text
    return [cell.text_content().strip() for cell in html.fromstring(answer.text).cssselect("td.col-title")]


def scan(database: sqlite3.Connection, words: str) -> set[int]:
    """The records in which every word stands in one of the searched columns, by looking at each."""
    ids = set()
    for record_id, *texts in database.execute(f"SELECT id, {', '.join(SEARCHED)} FROM records"):
        stripped = ["".join(tokens(text or "")) for text in texts]
        if all(any("".join(tokens(word)) in text for text in stripped) for word in words.split()):
            ids.add(record_id)
    return ids


# --- searching ---

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
    answer = get("/disclosures/records", _search="预算", kind="budget", _size="7")
    assert answer.status_code == 302
    there = urlsplit(answer.headers["location"])
    assert there.path == "/disclosures/search"
    assert parse_qs(there.query) == {"_search": ["预算"], "kind": ["budget"], "_size": ["7"]}
    assert len(found(get(answer.headers["location"]))) == 7


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
def test_what_is_asked_of_the_ranked_view(parameters, ranked):
    assert ranks(parameters) is ranked


def test_a_sorted_search_stays_on_the_table(get):
    titles = found(get("/disclosures/records", _search="预算", _sort="id"))
    assert titles[0].endswith("（之0）")
    assert get("/disclosures/records.json", _search="预算").status_code == 200


def test_search_in_one_column(get):
    assert len(found(get("/disclosures/records", _search_publisher="民政局"))) == 20


@pytest.mark.parametrize("blank", ["", "%20", "%E3%80%80"])
@pytest.mark.parametrize("table", ["records", "search"])
def test_blank_search(get, table, blank):
    answer = get(f"/disclosures/{table}?_search={blank}")
    assert answer.status_code == 200
    assert bool(found(answer)) == (table == "records")


def test_view_without_words_says_what_to_do(get):
    page = get("/disclosures/search").text
    assert "请输入要找的词" in page
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
        narrowed = found(get(kinds[1].cssselect("a")[0].get("href")))
        assert 0 < len(narrowed) < 60
        assert tree.cssselect("#facet-state li")[0].text_content().split()[0] == "在列"


def test_csv_and_json(get):
    lines = get("/disclosures/search.csv", _search="棚户区", _size="max").text.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("id,")
    assert len(get("/disclosures/records.csv", _stream="on").text.splitlines()) == 67


def test_sql_page_knows_zh_match(get):
    sql = "select count(*) as n from search where q match zh_match(:words)"
    assert get("/disclosures.json", sql=sql, words="预算", _shape="array").json() == [{"n": 61}]
    page = get("/disclosures", sql="select url from records where id = 1").text
    assert '<a href="http://portal.example/budgets/0.html" rel="noopener noreferrer nofollow">' in page


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
    assert asyncio.run(both.client.get("/")).text.count('name="_search"') == 1


# --- what is shown ---


def test_hits_are_marked(get):
    page = get("/disclosures/search", _search="老旧小区改造 2017 同政发〔2017〕92号 样例县 640324001/2017-6").text
    row = html.fromstring(page).cssselect("tbody tr")[0]
    for column, marks in {
        "title": ["2017"],
        "document_number": ["同政发〔2017〕92号"],
        "index_number": ["640324001/2017-61737"],
        "publisher": ["样例县"],
        "body": ["老旧小区改造"],
    }.items():
        assert [mark.text for mark in row.cssselect(f".col-{column} mark")] == marks, column


def test_body_is_cut_in_tables_and_whole_on_its_page(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE body = ?", (BODY,)).fetchone()
    for path in (
        "/disclosures/records?body__notnull=1&kind=housing_expropriation",
        "/disclosures/search?_search=工作方案",
    ):
        (shown,) = [cell.text_content() for cell in html.fromstring(get(path).text).cssselect("td.col-body.type-str")]
        assert len(shown.strip()) <= cells.EXCERPT + 2
    snippet = (
        html.fromstring(get("/disclosures/search?_search=老旧小区").text).cssselect("td.col-body")[0].text_content()
    )
    assert "到这里才说到老旧小区改造" in snippet
    assert BODY in html.fromstring(get(f"/disclosures/records/{record_id}").text).cssselect(".body")[0].text_content()


def test_table_page(get):
    page = get("/disclosures/records").text
    tree = html.fromstring(page)
    assert tree.get("lang") == "zh-CN"
    assert tree.cssselect("h1")[0].text_content() == "记录 records"
    head = [cell.text_content().split() for cell in tree.cssselect("th")]
    assert head[:2] == [["编号", "id"], ["信息名称", "title"]]
    assert ["发布日期", "▼", "published_on"] in head
    assert "_sort=title" in tree.cssselect("th.col-title a")[0].get("href")
    assert {cell.text_content() for cell in tree.cssselect("td.col-kind")} >= {"预决算", "通知公告"}
    assert "样例县人民政府" in {cell.text_content() for cell in tree.cssselect("td.col-portal")}
    assert "索引号重复" in get("/disclosures/records?kind=housing_expropriation").text
    (link,) = html.fromstring(get("/disclosures/records?url=http://portal.example/housing/1.html").text).cssselect(
        "td.col-url a"
    )
    assert link.get("href") == "http://portal.example/housing/1.html"
    assert link.get("rel") == "noopener noreferrer nofollow"
    dates = get("/disclosures/records.json?_shape=array&_size=max&published_on__notnull=1").json()
    assert [row["published_on"] for row in dates] == sorted((row["published_on"] for row in dates), reverse=True)


def test_row_without_a_link_or_title(get):
    page = html.fromstring(get("/disclosures/records?title__contains=无链接").text)
    assert page.cssselect("td.col-url a") == []
    assert "row:" in page.cssselect("td.col-url")[0].text_content()


def test_record_page(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE document_number IS NOT NULL").fetchone()
    page = html.fromstring(get(f"/disclosures/records/{record_id}").text)
    text = " ".join(page.text_content().split())
    understood, printed = page.cssselect(".sides section")
    assert "2017-04-28" in understood.text_content()
    assert "2017年4月28日" in printed.text_content()
    for expected in (
        "未在该网站实地核对", "索引号重复", "同一门户另有记录使用相同的索引号", "首页 > 政府信息公开目录 > 棚户区改造",
        "首次发现 first seen2026-11-20 09:02（北京时间）", "最后发现 last seen", "在列", "不是官方文本", "not an official copy",
    ):  # fmt: skip
        assert expected in text, expected
    assert page.xpath("//dd/a[@href='http://portal.example/housing/1.html']/@rel") == ["noopener noreferrer nofollow"]
    assert "各页读数" not in text


def test_record_of_a_checked_portal_has_no_notice(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE portal = ?", (CHECKED.id,)).fetchone()
    assert "未在该网站实地核对" not in get(f"/disclosures/records/{record_id}").text


def test_home_page(get):
    page = html.fromstring(get("/").text)
    text = " ".join(page.text_content().split())
    for expected in (
        "政府信息公开目录档案",
        "66 条记录",
        "2 个门户",
        "3 个目录",
        "部门预算 60 条",
        "Nothing here is an official copy",
    ):
        assert expected in text
    (form,) = page.cssselect("form.find")
    assert (form.get("action"), form.cssselect("input")[0].get("name")) == ("/disclosures/search", "_search")
    dates = [entry.text for entry in page.cssselect(".entries time")]
    assert len(dates) == 10
    assert dates == sorted(dates, reverse=True)
    assert "2071-01-01" not in dates
    (budgets,) = page.xpath("//div[@class='kinds']//a[text()='部门预算']/@href")
    assert html.fromstring(get(budgets).text).cssselect(".result b")[0].text == "60"


def test_internals_are_hidden(get):
    shown = get("/disclosures.json").json()
    assert {table["name"] for table in shown["tables"] if not table["hidden"]} == {
        name for name, table in labels.TABLES.items() if not table.hidden and name != "search"
    }
    page = get("/disclosures").text
    for name in ("readings", "settings", "records_fts", "_sqlite_migrations", "unindexed"):
        assert f"/disclosures/{name}" not in page


def test_settings(site, get):
    settings = get("/-/settings.json").json()
    for name, value in {"suggest_facets": False, "facet_time_limit_ms": 3000, "sql_time_limit_ms": 5000,
                        "max_returned_rows": 1000, "allow_download": False, "default_page_size": 50}.items():  # fmt: skip
        assert settings[name] == value
    assert get("/disclosures.db").status_code == 403
    assert site.get_database("disclosures").is_mutable


def test_a_write_is_refused(get, database):
    assert "error" in get("/disclosures.json", sql="delete from records").text
    assert database.execute("SELECT count(*) FROM records").fetchone() == (66,)


def test_what_a_crawl_adds_is_seen_at_once(tmp_path):
    archive = build(tmp_path / "live.db")
    site = make_datasette(archive)

    def count() -> int:
        return asyncio.run(site.client.get("/live.json?sql=select+count(*)+as+n+from+records&_shape=array")).json()[0][
            "n"
        ]

    before = count()
    with closing(sqlite3.connect(archive)) as writer:
        writer.execute(
            "INSERT INTO records (portal, url, kind, first_seen, last_seen) VALUES ('yangli', 'x', 'other', '', '')"
        )
        writer.commit()
        assert count() == before + 1  # it stands in the -wal only


# --- hostile records ---


@pytest.mark.parametrize(
    "path",
    ["/", "/disclosures/records?portal=checked", "/disclosures/search?_search=预警", "/disclosures/events", "RECORD"],
)
def test_a_hostile_record_stays_text(get, database, path):
    (record_id,) = database.execute("SELECT id FROM records WHERE title = ?", (HOSTILE_TITLE,)).fetchone()
    page = get(path.replace("RECORD", f"/disclosures/records/{record_id}")).text
    tree = html.fromstring(page)
    assert (
        tree.xpath("//main//script | //main//iframe | //main//img | //main//i | //main//*[@onmouseover or @onerror]")
        == []
    )
    assert (
        tree.xpath("//*[starts-with(translate(normalize-space(@href), 'JAVSCRIPT', 'javscript'), 'javascript')]") == []
    )
    assert HOSTILE_TITLE in tree.text_content() or path == "/disclosures/events"
    if path == "RECORD":
        assert HOSTILE_PUBLISHER in tree.text_content()
        assert HOSTILE_BODY in tree.text_content()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " http://a.example/", "data:text/html,x", "//a.example/", "http://", "ftp://a/",
     "http://a.example/\njavascript:", 'http://a.example/"onclick="', "row:样例"],
)  # fmt: skip
def test_only_web_addresses_become_links(address):
    assert "<a" not in cells.web_link(address)


def test_web_addresses_become_links():
    assert 'href="https://a.example/x?y=1&amp;z=2"' in cells.web_link("https://a.example/x?y=1&z=2")


@pytest.mark.parametrize(
    "time", ["", "x", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-20"]
)
def test_beijing_time_of_anything(time):
    assert isinstance(cells.beijing(time), str)


# --- hostile addresses ---

WORDS = ("()*\"", '"', "'", "\\", "\x00", "-", "--", "-预算", "AND", "NEAR(", "*", "^a", "a:b", "{}", "[]", "%", "<script>",
         "“”", "\u202e", "\U0001f3db", "预" * 5000, "\r\n", "NOT NOT", ";drop table records")  # fmt: skip
RAW = ("?_search=%ED%A0%80", "?_search=%FF%FE", "?_search=%", "?_search=%zz", "?_search", "?_search=&_search=a", "?&&&", "?=",
       "?_next=x", "?_next=-1", "?_next=1,2,3", "?_next=99999999999999999999999", "?_search=预算&_next=x", "?_size=x", "?_size=-1",
       "?_timelimit=x", "?_ttl=²", "?_facet=nope", "?_facet=%00", "?_facet_size=²", "?_facet_array=title", "?_facet_array=flags",
       "?_through=x", "?_through={}", "?_through=[]", "?_sort=nope", "?_sort=id&_sort_desc=id", "?_sort_by_desc=1", "?_col=nope",
       "?_col=title", "?_nocol=id", "?id__in=[1", "?id=99999999999999999999999", "?id__gt=99999999999999999999999", "?nope=1", "?__=1",
       "?_where=x", "?_where=1=", "?_fts_table=nope&_search=x", "?_search_nope=x", "?_searchmode=raw&_search=%22", "?_labels=x",
       "?_shape=nope", "?_filter_column=nope&_filter_op=nope&_filter_value=1", "?" + "a=&" * 2000, "/x", "/1,2", "/%00",
       "/99999999999999999999999", "/~00", "/1.nope", ".nope", ".json?_shape=nope", ".json?_next=x", ".csv?_next=x")  # fmt: skip
PATHS = ("/disclosures/records_fts", "/disclosures/readings", "/disclosures/listings/1", "/disclosures/search/1", "/nope", "/nope/records?_search=x",
         "/%ED%A0%80", "/%00", "/%", "//", "/" + "a" * 5000, "/disclosures?sql=", "/disclosures.json?sql=select", "/disclosures?sql=select%201%00",
         "/disclosures?sql=select%20zh_match(1),zh_match(null),zh_match(x'ff')", "/disclosures?sql=pragma%20x", "/disclosures?sql=select%20*%20from%20search",
         "/disclosures?sql=with%20recursive%20c(x)%20as%20(select%201%20union%20all%20select%20x%20from%20c)%20select%20x%20from%20c&_timelimit=20",
         "/-/static-plugins/disclosures/../plugin.py", "/-/static-plugins/disclosures/%2e%2e/plugin.py", "/-/permissions", "/-/nope")  # fmt: skip


# Datasette leaves facets it has not got to, when an earlier one fails.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("table", ["records", "search"])
def test_no_address_breaks_the_site(site, table):
    addresses = [f"/disclosures/{table}{end}" for end in RAW]
    addresses += [f"/disclosures/{table}{ending}?_search={quote(word)}" for word in WORDS for ending in ("", ".json")]
    addresses += PATHS if table == "records" else []

    async def ask_all() -> dict[str, int]:
        return {address: (await site.client.get(address, follow_redirects=True)).status_code for address in addresses}

    statuses = asyncio.run(ask_all())
    assert {address: status for address, status in statuses.items() if status not in {200, 400, 403, 404}} == {}
    assert {status for address, status in statuses.items() if "_search=" in address and "&" not in address and "_nope" not in address
            and "/nope" not in address} == {200}  # fmt: skip


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "DATA"])
def test_no_method_breaks_the_site(site, method):
    assert asyncio.run(site.client.request(method, "/disclosures/records?_search=x")).status_code < 500


def ask_raw(site: Datasette, path: bytes, query: bytes, sent: list | None = None) -> tuple[int, bytes]:
    """Ask as a client does that encodes nothing. `sent`: takes the messages that answer."""
    sent = [] if sent is None else sent

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path.decode("utf-8", "replace"),
             "raw_path": path, "query_string": query, "headers": [(b"host", b"localhost")], "asgi": {"version": "3.0"}}  # fmt: skip
    asyncio.run(site.app()(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_bytes_as_some_clients_send_them(site):
    status, body = ask_raw(site, b"/disclosures/search.json", "_search=棚户区改造&_shape=array".encode())
    assert (status, body.count(b'"id"')) == (200, 1)
    assert ask_raw(site, "/disclosures/预算".encode(), b"")[0] in {302, 404}
    assert ask_raw(site, b"/disclosures/\xff\x00", b"\xff\x00=\xfe")[0] < 500


@pytest.mark.parametrize(
    "path", [b"//evil.example/", b"///evil.example/", b"/\\evil.example/", b"//evil.example/records?_search=x"]
)
def test_no_way_to_another_site(site, path):
    sent = []
    status, _ = ask_raw(site, path, b"", sent)
    location = dict(sent[0]["headers"]).get(b"location", b"/")
    assert status in {302, 404}
    assert location.startswith(b"/")
    assert not location.startswith((b"//", b"/\\"))


def test_two_hundred_thousand_characters(site):
    for query in ("_search=" + "预" * 200_000, "_search=" + "a " * 100_000, "_search_title=" + '"' * 200_000):
        status, body = ask_raw(site, b"/disclosures/search", query.encode())
        assert status == 200
        assert len(body) < 100_000


def test_a_fault_of_ours_stays_a_fault(site, monkeypatch):
    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(cells, "mark", broken)
    assert asyncio.run(site.client.get("/disclosures/records")).status_code == 500


# --- headers ---


@pytest.mark.parametrize("path", ["/", "/disclosures/records", "/disclosures/records?_search=预算", "/nope", "/disclosures/records.json",
                                  "/disclosures/records.csv", "/-/static-plugins/disclosures/disclosures.css"])  # fmt: skip
def test_security_headers(get, path):
    headers = get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy
    assert policy["frame-ancestors"] == "'self'"


def test_own_pages_need_no_script_and_no_inline_style(get):
    for path in (
        "/",
        "/disclosures",
        "/disclosures/records",
        "/disclosures/search?_search=预算",
        "/disclosures/records/1",
        "/disclosures?sql=select+1",
        "/nope",
    ):
        tree = html.fromstring(get(path).text)
        assert tree.xpath("//script | //style | //*[@style]") == [], path


# --- labels ---


def schema(database: sqlite3.Connection) -> dict[str, set[str]]:
    """Tables and views → columns, without what FTS5 keeps for itself."""
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    own = [name for name in names if not name.startswith("records_fts_")]
    columns = {name: {row[1] for row in database.execute(f"PRAGMA table_xinfo([{name}])")} for name in own}
    columns["records_fts"] -= {"records_fts", "rank"}
    return columns


def test_every_table_and_column_has_a_label(database):
    assert {name: set(table.columns) for name, table in labels.TABLES.items()} == schema(database)


def test_every_state_event_and_flag_has_a_label(database):
    def checked(table: str, column: str) -> set[str]:
        (sql,) = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        return set(re.findall(r"'(\w+)'", re.search(rf"{column} IN \(([^)]*)\)", sql)[1]))

    assert checked("records", "state") == set(labels.STATES)
    assert checked("events", "kind") == set(labels.EVENTS)
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("archive", "crawler", "pipelines")
        for path in (ROOT / room).rglob("*.py")
    ]
    flags = {flag for source in sources for flag in re.findall(r'(?:flags|doubts)\.add\("(\w+)"\)', source)}
    assert "title_truncated" in flags
    assert flags <= set(labels.FLAGS)


def test_docs_name_every_table_column_state_and_flag(database):
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert text == tables_page.page(), "make it again: python -m archive.web.tables_page > docs/tables.md"
    sections = dict(re.findall(r"^### `(\w+)`(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    for table, columns in schema(database).items():
        assert columns <= set(re.findall(r"^\| `(\w+)`", sections[table], re.MULTILINE)), table
    assert {*labels.STATES, *labels.FLAGS, *labels.KINDS} <= set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))


def test_metadata_describes_every_column_in_both_languages(get):
    tables = get("/-/metadata.json").json()["databases"]["disclosures"]["tables"]
    assert tables["records"]["columns"]["index_number"].startswith("索引号 / index number")
    for table in tables.values():
        assert re.search(r"[一-鿿].* / [a-z]", table["title"])
        assert all(re.search(r"[一-鿿A-Z].* / [a-z]", column) for column in table["columns"].values())


def test_the_operators_own_metadata_prevails(archive):
    site = Datasette(files=[str(archive)], metadata={"title": "另一个名字"})
    assert "另一个名字" in asyncio.run(site.client.get("/")).text


# --- the server ---


def test_no_archive(tmp_path):
    with pytest.raises(ArchiveError):
        make_datasette(tmp_path / "none.db")


def test_port_in_use(archive):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(archive, "127.0.0.1", taken.getsockname()[1])


def test_serves_until_interrupted(archive):
    program = (
        "import sys, pathlib; from archive.web.server import serve; "
        "serve(pathlib.Path(sys.argv[1]), '127.0.0.1', 0, announce=lambda a: print(a, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(archive)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        address = server.stdout.readline().strip()
        for _ in range(50):
            try:
                assert httpx.get(f"{address}disclosures/search?_search=预算").status_code == 200
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        os.kill(server.pid, signal.SIGINT)
        assert server.wait(timeout=10) == 0
        assert server.stderr.read() == ""
