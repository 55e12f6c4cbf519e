"""Tables of records' own pages: kept cell by cell with what is merged, masked, and gone with the text that they stand in."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.tables.printed_table import MOST_CELLS, MOST_TABLES
from crawler.spiders.pages import read_record
from crawler.spiders.reparse import reparse
from tests.budget_forms import GENERAL
from tests.conftest import Answer, Site, copied, crawl, disclosures, portal_file, rows
from tests.files import docx, word_table
from tests.made_budgets.printers import web_table
from tests.made_budgets.sheets import Sheet, lined
from tests.test_budget_archive import LIST, listed, page
from tests.test_rosters import NAMES

SHEET = Sheet("表五", "一般公共预算支出表", "样本局", "元", lined(GENERAL), 3)
PHONES = "<table><tr><td>联系人</td><td>手机</td></tr><tr><td>样本</td><td>13900000000</td></tr></table>"
ROSTER = "".join(f"<tr><td>{number}</td><td>{name}</td><td>300</td></tr>" for number, name in enumerate(NAMES))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A portal file, beside it the archive: a page with a budget table and a list of telephones, one with a file, a roster."""
    folder = tmp_path_factory.mktemp("page_tables")
    above = f"<p>样本正文，仅供测试。</p><p>{SHEET.title}</p><p>单位：{SHEET.unit}</p>"
    roster = f"<p>样本</p><table><tr><th>序号</th><th>户主姓名</th><th>金额</th></tr>{ROSTER}</table>"
    served: dict[str, Answer | str] = {
        LIST: listed("样本局2026年部门预算", "样本局2026年部门决算", "样本镇低保对象花名册"),
        "/zwgk/d/1.html": page(f"{above}{web_table(SHEET)}{PHONES}"),
        "/zwgk/d/2.html": page('<p>样本正文，仅供测试。</p><a href="../f/a.docx">样本附件.docx</a>'),
        "/zwgk/d/3.html": page(roster).replace("样本局2026年部门预算", "样本镇低保对象花名册"),
        "/zwgk/f/a.docx": Answer(docx(word_table("样本\t1.00\n样本\t2.00")), "application/octet-stream"),
    }
    with Site(served) as site:
        portal = portal_file(folder, site.url, ("budget", "预算", LIST))
        crawl(portal, folder / "a.db")
        crawl(portal, folder / "a.db", "--mode", "full")
        yield portal


@pytest.fixture
def archive(crawled: Path, tmp_path: Path) -> Path:
    """One's own copy of the archive, with its originals."""
    copied(crawled, tmp_path)
    return tmp_path / "a.db"


def printed(db: Path, condition: str = "attachment_id IS NULL") -> list[dict[str, object]]:
    return rows(db, f"SELECT cells, merged, before FROM attachment_tables WHERE {condition} ORDER BY record_id, number")


def test_a_table_of_a_page_is_kept_with_its_merged_cells_and_read_as_a_budget(archive: Path) -> None:
    table, _ = printed(archive)
    assert json.loads(str(table["cells"])) == [list(row) for row in SHEET.printed_rows()]
    assert set(map(tuple, json.loads(str(table["merged"])))) == SHEET.merged()
    assert str(table["before"]).split("\n")[-2:] == ["一般公共预算支出表", "单位：元"]
    lines = rows(archive, "SELECT code, column_name, value_yuan FROM budget_lines WHERE code = '2010301'")
    assert [tuple(line.values()) for line in lines] == [
        ("2010301", "本年支出合计", "100.00"), ("2010301", "基本支出", "100.00"),
    ]  # fmt: skip


def test_personal_data_are_masked_in_it(archive: Path) -> None:
    _, phones = printed(archive)
    assert json.loads(str(phones["cells"])) == [["联系人", "手机"], ["样本", "139********"]]


def test_the_same_page_again_changes_nothing(archive: Path) -> None:
    assert rows(archive, "SELECT max(number) AS last FROM versions") == [{"last": 1}]
    own = rows(archive, "SELECT seen_capture_id > capture_id AS again FROM readings WHERE catalog_id = 0")
    assert own == [{"again": 1}] * 3


def test_reading_captures_again_adds_tables_that_were_not_read_and_makes_no_version(archive: Path) -> None:
    before = printed(archive, "true")
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute("UPDATE records SET tables = NULL")
        connection.execute("UPDATE attachments SET tables = NULL")
        connection.commit()
    assert printed(archive, "true") == []
    done = reparse(archive, archive.with_name("a.evidence.db"), "county")
    assert (printed(archive, "true"), done["versions"]) == (before, 0)


def test_a_text_that_is_held_back_or_withheld_takes_its_tables_along(archive: Path) -> None:
    assert rows(archive, "SELECT body, tables FROM records WHERE title LIKE '%花名册'") == [
        {"body": None, "tables": None}
    ]
    (record,) = rows(archive, "SELECT id FROM records WHERE title LIKE '%预算'")
    done = disclosures("withhold", record["id"], "--reason", "样本", "--db", archive)
    assert done.returncode == 0, done.stdout + done.stderr
    assert printed(archive) == []
    assert b"2010301" not in archive.read_bytes()


@pytest.mark.parametrize(
    "table",
    [
        "<table>" + ("<tr>" + "<td>1</td>" * 1000 + "</tr>") * 200 + "</table>",
        "<table><tr><td>1</td><td>" * 300 + "1" + "</td></tr></table>" * 300,
        "<table>" + "<tr><td rowspan=10000 colspan=300>1</td><td>1</td></tr>" * 3000 + "</table>",
        "<table><tr><td>1</td><td>1</td></tr></table>" * 10_000,
    ],
)
def test_tables_of_a_hostile_page_are_bounded_and_its_text_is_kept(table: str) -> None:
    begun = time.process_time()
    read = read_record(page(f"<p>样本正文，仅供测试。</p>{table}"), "http://a/", "http://a/", cut=False)
    assert time.process_time() - begun < 10
    assert (read.body or "").startswith("样本正文，仅供测试。")
    assert len(read.tables) <= MOST_TABLES
    assert sum(len(row) for each in read.tables for row in each.rows) <= MOST_CELLS
