"""The SQL page: its examples run, tables and limits are told."""

import asyncio
import sqlite3

import pytest
from datasette.database import QueryInterrupted
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


def form(tree: html.HtmlElement) -> dict[str, str]:
    """The contents of the form with the query, as it would be sent again."""
    (asked,) = tree.cssselect("form.sql")
    return {str(name): str(value) for name, value in asked.form_values()}


ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n)\nselect count(*), :x as x from n"


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("delete from records", "SELECT"),
        ("selec 1 -- <b>\u200b", "SELECT"),
        ("select nope from records", "nope"),
        ("select * from nowhere", "nowhere"),
        ("select nothing(1)", "nothing"),
        ("select json('{')", "JSON"),
        (ENDLESS, "查询超时"),
    ],
)
@pytest.mark.parametrize("form_of", ["", ".csv"])
def test_a_query_survives_its_error_with_its_text_parameters_and_title(get, sql, says, form_of):
    answer = get(f"/disclosures{form_of}", sql=sql, x="样例", _title="样例标题", _timelimit="50")
    tree = html.fromstring(answer.text)
    assert says in tree.cssselect(".note")[0].text_content()
    again = form(tree)
    assert again["sql"].strip() == sql.strip()
    assert again["_title"] == "样例标题"
    assert again.get("x", "样例") == "样例"
    assert (":x" in sql) <= ("x" in again)


def test_a_canned_query_that_takes_too_long_can_be_changed(site, get, monkeypatch):
    async def interrupted(_database, sql, parameters, **_):
        raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, parameters)

    name = next(name for name in EXAMPLES if ":words" in EXAMPLES[name].sql)
    monkeypatch.setattr(site, "execute", interrupted)
    answer = get(f"/disclosures/{name}", words="样例")
    assert "查询超时" in answer.text
    again = form(html.fromstring(answer.text))
    assert again["sql"].strip() == EXAMPLES[name].sql.strip()
    assert again["words"] == "样例"


def test_errors_of_sql_are_in_the_language_of_the_reader(get):
    sqls = ["delete from records", "select nope from records", "select * from nowhere", "select nothing(1)", "selec 1", "select json('{')",
            "select r.id from records r, records s where title = 1", "select 1 from records where", "select 'x"]  # fmt: skip
    for sql in sqls:
        chinese, english = (
            html.fromstring(get("/disclosures", sql=sql, lang=language).text).cssselect(".note")[0]
            for language in ("zh", "en")
        )
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese.text_content())
        assert "SQLite" not in chinese.text_content() + english.text_content()
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in english.text_content())


def test_a_query_has_a_permanent_address_with_its_title(site, get):
    sql = "select title, :kind as kind from records\nwhere kind = :kind limit 2"
    tree = html.fromstring(get("/disclosures", sql=sql, kind="budget", _title="样例：两条 <b>").text)
    assert tree.cssselect("h1")[0].text_content() == "样例：两条 <b>"
    (address,) = {link.get("href") for link in tree.cssselect("a") if "/-/sql?" in (link.get("href") or "")}
    assert "disclosures" not in address
    again = html.fromstring(get(get(address).headers["location"]).text)
    assert form(again) == form(tree)
    assert len(again.cssselect("table.rows tbody tr")) == 2
    as_csv = get(get(address.replace("/-/sql?", "/-/sql.csv?")).headers["location"])
    assert len(as_csv.text.strip().splitlines()) == 3
    assert "%E6%A0%B7%E4%BE%8B" in as_csv.headers["content-disposition"]


def test_without_a_query_the_address_leads_to_where_one_is_written(get):
    assert html.fromstring(get(get("/-/sql").headers["location"]).text).cssselect("form.sql textarea[name=sql]")
