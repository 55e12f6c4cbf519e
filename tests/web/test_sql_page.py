"""The SQL page: its examples run, tables and limits are told."""

import asyncio

import pytest
from lxml import html

from archive.labels.example_queries import EXAMPLES
from archive.labels.tables import TABLES
from archive.web.http.server import make_datasette


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_finds_something(past, name):
    site = make_datasette(past)
    (portal,) = asyncio.run(site.get_database("past").execute("SELECT id FROM portals LIMIT 1")).first()
    given = {"words": "样例", "portal": portal}
    page = asyncio.run(site.client.get(f"/past/{name}", params=given))
    assert page.status_code == 200
    tree = html.fromstring(page.text)
    assert EXAMPLES[name].label.zh in tree.cssselect("h1")[0].text_content()
    assert tree.cssselect("table.rows tbody tr")
    rows = asyncio.run(site.client.get(f"/past/{name}.jsonl", params=given)).text.splitlines()
    assert len(rows) == len(tree.cssselect("table.rows tbody tr"))


@pytest.mark.parametrize("path", ["/disclosures", "/disclosures?sql=select+1", "/disclosures/records_by_year"])
def test_the_page_states_limits_examples_and_every_column(get, path):
    tree = html.fromstring(get(path).text)
    text = " ".join(tree.text_content().split())
    assert "每次至多 5 秒" in text
    assert "至多显示 1,000 行" in text
    links = {link.get("href") for link in tree.cssselect("a")}
    assert {f"/disclosures/{name}" for name in EXAMPLES} <= links
    told = {code.text for code in tree.cssselect("details.columns code")}
    for name, table in TABLES.items():
        assert table.hidden or {name, *table.columns} <= told
