"""For machines: the API's page, each example of which works; a record as JSON; robots.txt, llms.txt, sitemap, rates, MCP."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from lxml import etree, html
from protego import Protego

from archive.export.record_rows import COLUMNS
from archive.web.http.server import make_datasette
from archive.web.pages import site_files
from tests.web.browsing import served

MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def sited(archive, **settings: object):
    """Ask a site with an operator's settings."""
    site = make_datasette(archive, {"plugins": settings})
    return lambda path: asyncio.run(site.client.get(path.removeprefix("http://localhost")))


# --- the API's page ---


def test_every_example_of_the_api_works(get):
    tree = html.fromstring(get("/-/api").text)
    examples = [link.get("href") for link in tree.cssselect("a.example")]
    assert len(examples) > 15
    for example in examples:
        answer = get(example)
        assert answer.status_code == 200, example
        if ".json" in example.partition("?")[0] + "?":
            assert answer.json() or "changes" in example
    forms = {re.search(r"\.(\w+)(\?|$)", example)[1] for example in examples if "." in example}
    assert forms >= {"json", "csv", "atom"}


def test_the_api_page_names_every_field_and_parameter(get):
    codes = {code.text for code in html.fromstring(get("/-/api").text).cssselect("dl.columns code")}
    assert set(COLUMNS) | {"page", "body"} <= codes
    assert {"q", "portal", "kind", "publisher", "from", "to", "state", "files", "sort", "year", "name"} <= codes
    assert set(get("/-/search.json?q=预算&body=yes").json()["records"][0]) <= codes


def test_the_page_works_where_nothing_is_archived_yet(tmp_path):
    from archive.maintenance.bring_up_to_date import open_up_to_date

    open_up_to_date(tmp_path / "empty.db").close()
    ask = sited(tmp_path / "empty.db")
    for path in ("/-/api", "/llms.txt", "/robots.txt", "/sitemap.xml", "/-/sitemap/pages.xml"):
        assert ask(path).status_code == 200, path
    for link in html.fromstring(ask("/-/api").text).cssselect("a.example"):
        assert ask(link.get("href")).status_code == 200


def test_every_page_leads_to_the_api_and_the_download(get):
    links = {link.get("href") for link in html.fromstring(get("/").text).cssselect("footer a")}
    assert {"/-/api", "/-/download"} <= links


def test_a_record_is_shown_whole(past):
    ask = sited(past)
    with closing(sqlite3.connect(past)) as connection:
        (number,) = connection.execute("SELECT record_id FROM events WHERE kind = 'withdrawn' LIMIT 1").fetchone()
        counts = [connection.execute(f"SELECT count(*) FROM {name} WHERE record_id = ?", (number,)).fetchone()[0]
                  for name in ("listings", "events", "versions", "attachments")]  # fmt: skip
    told = ask(f"/-/record/{number}.json").json()
    assert told["record"]["id"] == number
    assert isinstance(told["record"]["source_fields"], dict)
    assert [len(told[name]) for name in ("listings", "events", "versions", "attachments")] == counts
    assert all(isinstance(event["detail"], dict) for event in told["events"])
    assert ask(told["record"]["page"]).status_code == 200
    missing = ask("/-/record/999999.json")
    assert (missing.status_code, missing.json()["ok"]) == (404, False)


def test_a_records_captures_are_those_that_show_it_its_versions_and_its_files(past, tmp_path):
    """Each of a page of its own."""
    past = Path(shutil.copy(past, tmp_path))
    columns = ", ".join(
        f"c.{name}" for name in ("crawl_id", "url", "fetched_at", "status", "outcome", "sha256", "bytes")
    )
    with closing(sqlite3.connect(past)) as connection, connection:
        for start, table in ((10_000, "attachments"), (20_000, "versions")):
            copies = f"SELECT {start} + t.id, {columns} FROM {table} t, (SELECT * FROM captures LIMIT 1) c"
            connection.execute(f"INSERT INTO captures (id, {columns.replace('c.', '')}) {copies}")
            connection.execute(f"UPDATE {table} SET capture_id = {start} + id")
    ask = sited(past)
    with closing(sqlite3.connect(past)) as connection:
        numbers = [row[0] for row in connection.execute("SELECT id FROM records")]
        for number in numbers:
            told = ask(f"/-/record/{number}.json").json()
            columns = [f"SELECT capture_id FROM {table} WHERE {key} = {number}" for table, key in (("records", "id"), ("versions", "record_id"), ("attachments", "record_id"))]  # fmt: skip
            shown = {row[0] for sql in columns for row in connection.execute(sql) if row[0] is not None}
            assert [capture["id"] for capture in told["captures"]] == sorted(shown), number
            assert all(capture["page"].endswith(f"/-/copy/{capture['id']}") for capture in told["captures"])
            for name, order in (
                ("events", "at"),
                ("versions", "number"),
                ("attachments", "id"),
                ("listings", "catalog_id"),
            ):
                places = [row[order] for row in told[name]]
                assert places == sorted(places)
    assert len(numbers) > 3


def test_a_record_has_one_address_whatever_the_archive_is_called(past, tmp_path):
    pages = []
    for name in ("disclosures", "other"):
        ask = sited(Path(shutil.copy(past, tmp_path / f"{name}.db")))
        pages.append(html.fromstring(ask("/-/record/3").text).cssselect("article.record")[0])
        assert pages[-1].getroottree().xpath("//link[@rel='canonical']/@href") == ["http://localhost/-/record/3"]
        former = ask(f"/{name}/records/3?_part=2&db=x")
        assert (former.status_code, former.headers["location"]) == (302, "/-/record/3?_part=2")
        assert ask(f"/{name}/records/3.json").json()["rows"][0][0] == 3
    assert pages[0].cssselect("h1")[0].text_content() == pages[1].cssselect("h1")[0].text_content() != ""


# --- robots and the sitemap ---


def test_robots_may_read_pages_and_nothing_endless(get):
    text = get("/robots.txt").text
    rules = Protego.parse(text)
    for path in ("/", "/-/record/3", "/-/browse/yangli/1", "/-/publisher?portal=yangli&name=x", "/-/day/2018-07-01",
                 "/-/static-plugins/disclosures/disclosures.css?abc", "/sitemap.xml", "/llms.txt"):  # fmt: skip
        assert rules.can_fetch(f"http://localhost{path}", "any"), path
    for path in ("/-/search?q=x", "/disclosures/records?_facet=kind", "/disclosures?sql=select+1", "/-/search.csv",
                 "/disclosures/records.jsonl", "/-/copy/1", "/-/download/x.db", "/-/day/2018-07-01.json"):  # fmt: skip
        assert not rules.can_fetch(f"http://localhost{path}", "any"), path
    assert rules.crawl_delay("any") == 1
    assert list(rules.sitemaps) == ["http://localhost/sitemap.xml"]


def test_an_operator_says_what_robots_may_do(archive):
    closed = RobotFileParser()
    closed.parse(sited(archive, disclosures={"robots": "block"})("/robots.txt").text.splitlines())
    assert not closed.can_fetch("any", "http://localhost/")
    own = "User-agent: Example\nDisallow: /"
    assert sited(archive, disclosures={"robots": own})("/robots.txt").text == own + "\n"


def test_the_sitemap_names_every_record_once(get, monkeypatch, database):
    monkeypatch.setattr(site_files, "RECORDS", 25)
    index = etree.fromstring(get("/sitemap.xml").content)
    assert index.tag == f"{{{MAP['s']}}}sitemapindex"
    files = [each.text for each in index.iterfind(".//s:loc", MAP)]
    assert len(files) == 4  # the other pages, and 66 records by 25
    found = []
    for file in files:
        tree = etree.fromstring(get(file.removeprefix("http://localhost")).content)
        assert tree.tag == f"{{{MAP['s']}}}urlset"
        found += [each.text for each in tree.iterfind(".//s:loc", MAP)]
    assert len(found) == len(set(found))
    ids = [row[0] for row in database.execute("SELECT id FROM records")]
    assert {f"http://localhost/-/record/{number}" for number in ids} <= set(found)
    assert "http://localhost/-/budgets" in found
    for address in [each for each in found if "/records/" not in each]:
        assert get(address.removeprefix("http://localhost")).status_code == 200, address
    assert get("/-/sitemap/records-9.xml").status_code == 404


def test_a_sitemap_says_when_a_record_last_changed(get):
    tree = etree.fromstring(get("/-/sitemap/records-0.xml").content)
    assert tree.findtext("s:url/s:lastmod", None, MAP) == "2026-11-20T01:02:03Z"


def test_the_sitemap_covers_every_archive(archive, past, tmp_path):
    from datasette.app import Datasette

    site = Datasette(files=[str(archive), str(past)])
    files = [
        each.text
        for each in etree.fromstring(asyncio.run(site.client.get("/sitemap.xml")).content).iterfind(".//s:loc", MAP)
    ]
    assert len(files) == 4
    for file in files:
        assert asyncio.run(site.client.get(file.removeprefix("http://localhost"))).status_code == 200, file


def test_language_models_get_what_to_mind(get):
    answer = get("/llms.txt")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.text.startswith("# 政府信息公开目录档案")
    assert "nothing here is an official copy" in answer.text
    for address in re.findall(r"\((http://localhost[^)]+)\)", answer.text):
        assert get(address.removeprefix("http://localhost")).status_code == 200, address


# --- rates, closed sites, MCP ---


def test_an_operator_sets_rates(archive):
    rule = {"paths": ["*.csv", "*.xlsx", "*.jsonl"], "max_requests": 2, "window_seconds": 3600, "block_seconds": 60}
    ask = sited(archive, **{"datasette-ip-rate-limit": {"rules": [rule]}})
    assert [ask("/-/search.csv?q=预算").status_code for _ in range(3)] == [200, 200, 429]
    assert int(ask("/disclosures/records.jsonl").headers["retry-after"]) > 0
    assert ask("/-/search?q=预算").status_code == 200


@pytest.mark.parametrize("path", ["/-/search.csv", "/-/search.json", "/-/search.atom", "/-/changes.atom", "/-/record/3.json", "/-/download",
                                  "/-/api", "/llms.txt", "/sitemap.xml", "/-/sitemap/records-0.xml", "/disclosures/records.csv",
                                  "/disclosures.csv?sql=select+1"])  # fmt: skip
def test_a_closed_site_gives_nothing_away(archive, path):
    site = make_datasette(archive, {"allow": {"id": "desk"}})
    answer = asyncio.run(site.client.get(path))
    assert answer.status_code == 403
    assert "样例" not in answer.text
    cookies = {"ds_actor": site.sign({"a": {"id": "desk"}}, "actor")}
    assert asyncio.run(site.client.get(path, cookies=cookies)).status_code == 200


def test_an_mcp_server_finds_chinese_and_writes_nothing(archive):
    """With the extra `mcp` installed: in a process of its own, for the library sets up logging for all."""
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    with (
        served(archive) as address,
        httpx.Client(headers={"accept": "application/json, text/event-stream"}, timeout=30) as client,
    ):
        session: dict[str, str] = {}

        def call(method: str, **parameters: object) -> str:
            asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
            answer = client.post(f"{address}-/mcp", json=asked, headers=session)
            session.update({"mcp-session-id": answer.headers.get("mcp-session-id", session.get("mcp-session-id", ""))})
            return answer.text

        call("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "1"})
        found = call("tools/call", name="execute_canned_query",
                     arguments={"database": "disclosures", "query": "search_words", "parameters": {"words": "棚户区"}})  # fmt: skip
        assert "样例：某棚户区土地征收公告" in found
        refused = call(
            "tools/call", name="execute_sql", arguments={"database": "disclosures", "sql": "delete from records"}
        )
        assert "must be a SELECT" in refused
