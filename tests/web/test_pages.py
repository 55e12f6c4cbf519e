"""Contents of the site's pages, and a running server."""

import asyncio
import gc
import socket
import sqlite3
from contextlib import closing

import pytest
import uvicorn
from lxml import html

from archive.database.connection import ArchiveError
from archive.labels.tables import TABLES
from archive.web.http.server import make_datasette, run
from archive.web.views import cells
from tests.web.asking import text, tree
from tests.web.sample_archive import BODY, build


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
        assert len(shown.strip()) <= cells.SNIPPET_LENGTH + 2
    snippet = (
        html.fromstring(get("/disclosures/search?_search=老旧小区").text).cssselect("td.col-body")[0].text_content()
    )
    assert "到这里才说到老旧小区改造" in snippet
    assert BODY in html.fromstring(get(f"/-/record/{record_id}").text).cssselect(".body")[0].text_content()


def test_table_page(get):
    page = tree(get("/disclosures/records"))
    assert page.cssselect("h1")[0].text_content() == "记录"
    assert [text(cell) for cell in page.cssselect("th")] == [
        "信息名称", "发布机构", "发布日期 ▼", "文号", "索引号", "类别", "状态", "门户",
    ]  # fmt: skip
    assert "_sort=title" in page.cssselect("th.col-title a")[0].get("href")
    assert {cell.text_content() for cell in page.cssselect("td.col-kind")} >= {"预决算", "通知公告"}
    assert "样例县人民政府" in {cell.text_content() for cell in page.cssselect("td.col-portal")}
    assert "索引号重复" in get("/disclosures/records?kind=housing_expropriation&_col=flags").text
    (link,) = tree(get("/disclosures/records?url=http://portal.example/housing/1.html")).cssselect("td.col-url a")
    assert link.get("href") == "http://portal.example/housing/1.html"
    assert link.get("rel") == "noopener noreferrer nofollow"
    dates = get("/disclosures/records.json?_shape=array&_size=max&published_on__notnull=1").json()
    assert [row["published_on"] for row in dates] == sorted((row["published_on"] for row in dates), reverse=True)


def columns(page: html.HtmlElement) -> list[str]:
    """The columns that a table's page displays."""
    return [cell.get("class").removeprefix("col-") for cell in page.cssselect("table.rows th")]


def test_columns_of_a_table_can_be_chosen(get):
    page = tree(get("/disclosures/records?kind=budget&_size=7"))
    (form,) = page.cssselect("form.columns-shown")
    checks = {box.get("value"): "checked" in box.attrib for box in form.cssselect("[name=_col]")}
    assert set(checks) == set(TABLES["records"].columns)
    assert [name for name, checked in checks.items() if checked] == columns(page)
    kept = [(field.get("name"), field.get("value")) for field in form.cssselect("[type=hidden]")]
    assert kept == [("kind", "budget"), ("_size", "7")]
    chosen = tree(get("/disclosures/records", _col=["title", "last_seen"], kind="budget"))
    assert columns(chosen) == ["id", "title", "last_seen"]
    kept = {(field.get("name"), field.get("value")) for field in chosen.cssselect("form.filters [type=hidden]")}
    assert {("_col", "title"), ("_col", "last_seen")} <= kept


def test_what_the_address_sorts_or_filters_by_is_displayed(get):
    usual = set(TABLES["records"].shown)
    assert set(columns(tree(get("/disclosures/records?_sort_desc=last_seen")))) == usual | {"last_seen"}
    assert set(columns(tree(get("/disclosures/records?body__notnull=1&_facet=year")))) == usual | {"body"}
    assert set(columns(tree(get("/disclosures/records?_nocol=body")))) == set(TABLES["records"].columns) - {"body"}


def test_machines_get_all_columns_where_none_are_chosen(get):
    (row, *_) = get("/disclosures/records.json?_shape=array&_size=1").json()
    assert set(row) == set(TABLES["records"].columns)


def test_row_without_a_link_or_title(get):
    page = tree(get("/disclosures/records?title__contains=无链接&_col=url"))
    assert page.cssselect("td.col-url a") == []
    assert "row:" in page.cssselect("td.col-url")[0].text_content()


def test_internals_are_hidden(get):
    shown = get("/disclosures.json").json()
    named = [*shown["tables"], *({**view, "hidden": False} for view in shown["views"] if view["name"] != "matches")]
    assert {table["name"] for table in named if not table["hidden"]} == {
        name for name, table in TABLES.items() if not table.hidden
    }
    page = get("/disclosures").text
    for name in ("readings", "settings", "records_fts", "_sqlite_migrations", "unindexed"):
        assert f"/disclosures/{name}" not in page


def test_settings(site, get):
    settings = site.settings_dict()
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


# --- the server ---


def test_there_is_no_site_of_a_missing_archive(tmp_path):
    with pytest.raises(ArchiveError):
        make_datasette(tmp_path / "none.db")


def test_a_port_in_use_is_an_error(archive):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        run(make_datasette(archive).app(), "127.0.0.1", taken.getsockname()[1])


def test_answers_are_not_held_back(archive, monkeypatch):
    """Only for a socket that knows it speaks TCP does asyncio turn Nagle's algorithm off; else each answer waits 40 ms."""
    protocols = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: protocols.extend(each.proto for each in sockets))
    run(make_datasette(archive).app(), "127.0.0.1", 0)
    assert protocols == [socket.IPPROTO_TCP]


def test_what_is_loaded_is_left_alone_by_the_collector(archive, monkeypatch):
    """It would go through hundreds of thousands of objects in the middle of every tenth page or so."""
    frozen, loaded = [], len(gc.get_objects())
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: frozen.append(gc.get_freeze_count()))
    gc.unfreeze()
    run(make_datasette(archive).app(), "127.0.0.1", 0)
    gc.unfreeze()
    assert frozen[0] > loaded / 2


def test_tables_of_crawls_say_in_words_what_was_counted(history):
    ledger = tree(history("/past/ledger"))
    shown, of_all = text(ledger.cssselect(".columns-shown .count")[0]).split(" / ")
    assert shown == of_all
    assert "已读 " in text(ledger.cssselect("td.col-stated .pairs")[0])
    crawl = text(tree(history("/past/crawls/1")))
    assert "新收录 " in crawl
    assert "列表页 " in crawl
