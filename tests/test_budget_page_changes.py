"""Figures that a portal changes in the tables of a record's own page, over crawls: what is told of them, and what is no change."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.web.http.server import make_datasette
from tests.budget_forms import DOWN
from tests.conftest import Site, crawl, disclosures, portal_file, rows
from tests.test_budget_archive import LIST, listed, page, web_table

CHANGED = DOWN.replace("2.公务接待费|2.00|3.00", "2.公务接待费|2.00|8.00")
CHANGES = "SELECT * FROM budget_changes"


def with_table(rows_of: str, words: str = "样本正文，仅供测试。") -> str:
    return page(f"<p>“三公”经费支出表</p><p>单位：万元</p>{web_table(rows_of)}<p>{words}</p>")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two pages with budgets, of which the portal changes a figure in the first, and a word in the other."""
    folder = tmp_path_factory.mktemp("pages")
    served = {
        LIST: listed("样本局2026年部门预算", "样本中心2026年部门预算"),
        "/zwgk/d/1.html": with_table(DOWN),
        "/zwgk/d/2.html": with_table(DOWN),
    }
    with Site(served) as site:
        portal = portal_file(folder, site.url, ("budget", "预算", LIST))
        assert crawl(portal, folder / "a.db").returncode == 0
        site.answers |= {
            "/zwgk/d/1.html": with_table(CHANGED),
            "/zwgk/d/2.html": with_table(DOWN, "样本正文，另有一句。"),
        }
        crawl(portal, folder / "a.db", "--mode", "full")
    return folder / "a.db"


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    return tmp_path / "copy.db"


def test_a_changed_figure_of_a_page_is_told_between_its_two_captures(archive: Path) -> None:
    (changed,) = rows(archive, CHANGES)
    assert (changed["name"], changed["before_printed"], changed["after_printed"]) == ("2.公务接待费", "3.00", "8.00")
    assert (changed["before_yuan"], changed["after_yuan"]) == ("30000.00", "80000.00")
    (event,) = rows(
        archive,
        "SELECT e.detail, b.fetched_at < a.fetched_at AS in_order, b.url = a.url AND a.url = c.url AS of_page FROM budget_changes c "
        "JOIN events e ON e.record_id = c.record_id AND e.kind = 'changed' AND e.after_capture_id = c.after_capture_id "
        "JOIN captures b ON b.id = c.before_capture_id JOIN captures a ON a.id = c.after_capture_id",
    )
    assert "body" in json.loads(str(event["detail"]))["changed"]
    assert (event["in_order"], event["of_page"]) == (1, 1)
    assert rows(archive, "SELECT * FROM replaced_pages") == []


def test_the_page_of_the_unit_leads_to_the_cell(archive: Path) -> None:
    client = make_datasette(archive).client
    (portal,) = (row["id"] for row in rows(archive, "SELECT id FROM portals"))
    shown = asyncio.run(client.get(f"/-/budgets/{portal}/unit?name=样本局")).text
    (changed,) = rows(archive, CHANGES)
    cell = f"/-/record/{changed['record_id']}/tables?table={changed['number']}&amp;row={changed['row']}&amp;column={changed['place']}#cell"
    assert f'3.00 → <a href="{cell}">8.00</a>' in shown
    assert "<mark>8.00</mark>" in asyncio.run(client.get(cell.replace("&amp;", "&").partition("#")[0])).text


def test_a_change_in_a_page_that_was_changed_since_leads_to_no_cell(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE readings SET capture_id = 1")
    shown = asyncio.run(make_datasette(copy).client.get("/-/budgets/county/unit?name=样本局")).text
    assert "<b>3.00 → 8.00</b>" in shown


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET tables = replace(tables, '3.00', '3.50')",
        "UPDATE records SET tables = replace(tables, '3.00', '3.50'), body = replace(body, '3.00', '3.50')",
        "UPDATE records SET body = body || ' '",
    ],
)
def test_what_a_better_reader_finds_on_a_page_is_no_change(copy: Path, statement: str) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(statement)
    open_up_to_date(copy).close()
    assert len(rows(copy, CHANGES)) == 1


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("UPDATE records SET body = NULL, tables = NULL", 0),
        ("UPDATE records SET state = 'withheld'", 0),
        ("UPDATE records SET url = url || '?moved'", 1),
    ],
)
def test_what_a_page_changed_goes_and_moves_with_it(copy: Path, statement: str, left: int) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(statement)
    assert (
        len(rows(copy, "SELECT 1 FROM budget_changes c JOIN records r ON (r.id, r.url) = (c.record_id, c.url)")) == left
    )
    assert len(rows(copy, CHANGES)) == left


def test_what_a_withheld_page_said_before_is_withheld_with_it(copy: Path) -> None:
    (changed,) = rows(copy, CHANGES)
    assert disclosures("withhold", changed["record_id"], "--reason", "样本", "--db", copy).returncode == 0
    assert rows(copy, CHANGES) == []


def test_of_two_changes_before_they_are_compared_the_earliest_tables_are_kept(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        (body, tables) = first = connection.execute("SELECT body, tables FROM records WHERE id = 1").fetchone()
        for capture, (old, new) in ((7, ("8.00", "9.00")), (8, ("9.00", "10.00"))):
            changed = {"changed": {"body": [body, body := body.replace(old, new)]}}
            tables = tables.replace(old, new)
            connection.execute(
                "INSERT INTO events (record_id, kind, at, crawl_id, detail, before_capture_id, after_capture_id) "
                "VALUES (1, 'changed', '2026-02-01T00:00:00Z', 2, ?, 6, ?)",
                (json.dumps(changed), capture),
            )
            connection.execute("UPDATE records SET body = ?, tables = ? WHERE id = 1", (body, tables))
    (kept,) = rows(copy, "SELECT * FROM replaced_pages")
    assert (kept["text"], kept["tables"], kept["before_capture_id"], kept["after_capture_id"]) == (*first, 6, 8)
