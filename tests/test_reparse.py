"""Captures read again with today's parser: versions with cause `parser`, and never an edit by the government."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence.http_exchange import Exchange
from crawler.spiders import reparse as reparse_module
from tests.conftest import Site, copied, crawl, disclosures, portal_file, rows
from tests.test_crawl_portals import LIST, TABLE, page, record

WORSE_PARSER = """
from dataclasses import replace
from crawler.spiders import list_pages, pages, record_reader, reparse

def read_record(*arguments, **options):
    read = pages.read_record(*arguments, **options)
    fields = {name: value for name, value in read.fields.items() if name != "document_number"}
    return replace(read, fields=fields, body=read.body[:4])

def read_list(*arguments):
    read = pages.read_list(*arguments)
    return replace(read, rows=read.rows[:-1])

record_reader.read_record, list_pages.read_list = read_record, read_list
reparse.versions = lambda: {"reading": 0}
"""

SEES_TOO_MUCH = """
from dataclasses import replace
from crawler.spiders import list_pages, pages, reparse
from archive.model.observations import Row

def read_list(answer, *arguments):
    read = pages.read_list(answer, *arguments)
    address = answer.url.rsplit("/", 1)[0]
    rows = [Row({"title": name}, {"标题": name}, url=f"{address}/{name}") for name in ("about.html", "nowhere.html")]
    return replace(read, rows=(*read.rows, *rows))

list_pages.read_list = read_list
reparse.versions = lambda: {"reading": 0}
"""


@pytest.fixture(scope="module")
def misread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A portal's file, beside it an archive made by a parser that overlooks a row, a document number and most of each text."""
    folder = tmp_path_factory.mktemp("misread")
    pages = {f"/zwgk/d/{n}.html": record(f"样本文件之{n}", f"640324001/2017-0000{n}") for n in (1, 2, 3)}
    with Site({LIST: page(TABLE), **pages}) as site:
        portal, db = portal_file(folder, site.url, ("plan", "规划", LIST)), folder / "a.db"
        assert crawl(portal, db, first=WORSE_PARSER).returncode == 0
        assert (
            rows(db, "SELECT document_number, body FROM records") == [{"document_number": None, "body": "样本正文"}] * 2
        )
        yield portal


@pytest.fixture
def county(misread: Path, tmp_path: Path) -> tuple[Path, Path]:
    """One's own copy of that portal's file, and of its archive."""
    return copied(misread, tmp_path), tmp_path / "a.db"


def dump(db: Path) -> dict[str, list[dict[str, object]]]:
    """Every table but the search index, which can't be read as rows."""
    tables = rows(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'records_fts%'")
    return {str(table["name"]): rows(db, f"SELECT * FROM {table['name']}") for table in tables}


def told(db: Path) -> list[dict[str, object]]:
    return rows(db, "SELECT kind, count(*) AS n FROM events GROUP BY 1")


def test_what_differs_has_the_cause_parser_and_is_no_event(county: tuple[Path, Path]) -> None:
    _, db = county
    done = disclosures("reparse", "--db", db)
    assert done.returncode == 0
    assert "3 captures read again: 3 versions by the parser, 1 record found" in done.stdout
    versions = rows(
        db, "SELECT record_id, number, changed, capture_id FROM versions WHERE cause = 'parser' AND number = 2"
    )
    for version in versions:
        changed = json.loads(str(version["changed"]))
        assert changed["document_number"] == [None, "同样发〔2017〕3号"]
        assert changed["body"] == ["样本正文", "样本正文，仅供测试。"]
        assert rows(db, "SELECT outcome FROM captures WHERE id = ?", version["capture_id"]) == [{"outcome": "page"}]
    assert len(versions) == 2
    assert told(db) == [{"kind": "added", "n": 3}]
    assert rows(db, "SELECT 1 FROM records WHERE changed_at IS NOT NULL") == []
    assert disclosures("search", "仅供测试", "--db", db, "--count").stdout.strip() == "2"


def test_the_row_overlooked_becomes_a_record_that_stays(county: tuple[Path, Path]) -> None:
    _, db = county
    disclosures("reparse", "--db", db)
    assert [row["title"] for row in rows(db, "SELECT title FROM records ORDER BY id")] == [
        "样本文件之1",
        "样本文件之2",
        "样本文件之3",
    ]
    assert rows(db, "SELECT count(*) AS n FROM listings") == [{"n": 3}]


def test_reading_again_twice_changes_nothing(county: tuple[Path, Path]) -> None:
    _, db = county
    disclosures("reparse", "--db", db)
    before = dump(db)
    assert "0 versions by the parser, 0 records found" in disclosures("reparse", "county", "--db", db).stdout
    assert dump(db) == before


def test_a_crawl_with_a_better_parser_reports_no_edit(county: tuple[Path, Path]) -> None:
    """The archive remembers which code read it; a crawl by other code reads the captures again before anything else."""
    portal, db = county
    assert crawl(portal, db, "--mode", "full").returncode == 0
    assert {row["kind"] for row in told(db)} == {"added"}
    assert rows(db, "SELECT DISTINCT cause FROM versions WHERE number > 1") == [{"cause": "parser"}]
    assert rows(db, "SELECT DISTINCT body FROM records WHERE id < 3") == [{"body": "样本正文，仅供测试。"}]


def test_an_original_that_is_damaged_is_passed_over_and_counted(county: tuple[Path, Path]) -> None:
    _, db = county
    evidence = sqlite3.connect(db.with_name("a.evidence.db"))
    evidence.execute("UPDATE payloads SET stored = zeroblob(length(stored))")
    evidence.commit()
    evidence.close()
    done = disclosures("reparse", "--db", db)
    assert done.returncode == 1
    assert "3 originals unreadable" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_portal_that_the_archive_does_not_have(county: tuple[Path, Path]) -> None:
    done = disclosures("reparse", "elsewhere", "--db", county[1])
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no portal 'elsewhere'" in done.stderr


def test_what_only_an_earlier_parser_took_for_a_row_is_not_said_to_be_gone(tmp_path: Path) -> None:
    """A link of the frame whose page stands, and a wrong address that is a 404."""
    pages = {f"/zwgk/d/{n}.html": record(f"样本文件之{n}", f"640324001/2017-0000{n}") for n in (1, 2, 3)}
    with Site({LIST: page(TABLE), "/zwgk/about.html": page("<h1>样本</h1>"), **pages}) as site:
        portal, db = portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db"
        crawl(portal, db, first=SEES_TOO_MUCH)
        assert rows(db, "SELECT count(*) AS n FROM listings") == [{"n": 5}]
        assert "2 rows no longer read" in disclosures("reparse", "--db", db).stdout
        assert "rows no longer read" not in disclosures("reparse", "--db", db).stdout
        assert crawl(portal, db, "--mode", "full").returncode == 0
        assert told(db) == [{"kind": "added", "n": 5}]
        assert rows(db, "SELECT title FROM records WHERE flags LIKE '%row_not_read%' ORDER BY id") == [
            {"title": "about.html"},
            {"title": "nowhere.html"},
        ]
        site.answers[LIST] = page(
            TABLE.replace(
                "</table>",
                '<tr><td>4</td><td>2017年3月4日</td><td><a href="about.html">'
                "样本文件之4</a></td><td>样本局</td><td>640324001/2017-00004</td></tr></table>",
            )
        )
        assert crawl(portal, db, "--mode", "full").returncode == 0
    assert told(db) == [{"kind": "added", "n": 5}]
    assert rows(db, "SELECT title, flags FROM records WHERE url LIKE '%about%'") == [
        {"title": "样本文件之4", "flags": "[]"}
    ]


def test_what_is_masked_in_a_text_read_again_is_counted(tmp_path: Path) -> None:
    text = "样本正文，仅供测试。电话13812345678"
    pages = {f"/zwgk/d/{n}.html": record(f"样本文件之{n}", f"640324001/2017-0000{n}", text) for n in (1, 2, 3)}
    with Site({LIST: page(TABLE), **pages}) as site:
        portal, db = portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db"
        assert crawl(portal, db, first=WORSE_PARSER).returncode == 0
    assert rows(db, "SELECT * FROM redactions") == []
    disclosures("reparse", "--db", db)
    assert rows(db, "SELECT kind, count FROM redactions") == [{"kind": "phone", "count": 1}] * 2


def test_other_crawls_can_write_while_slow_captures_are_read_again(
    county: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction ends after a while, however many captures there are: whoever waits longer than a minute for it fails."""
    portal, db = county
    taken = [0.0]
    pauses: list[float] = []
    read_exchange = reparse_module._Reader._exchange

    def slow(reader: reparse_module._Reader, capture_id: int) -> Exchange | None:
        taken[0] += 4.0
        return read_exchange(reader, capture_id)

    def paused(seconds: float) -> None:
        pauses.append(seconds)
        with closing(sqlite3.connect(db, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(reparse_module, "monotonic", lambda: taken[0])
    monkeypatch.setattr(reparse_module, "sleep", paused)
    monkeypatch.setattr(reparse_module._Reader, "_exchange", slow)
    done = reparse_module.reparse(db, db.with_name("a.evidence.db"), portal.stem)
    assert done["captures"] >= 3
    assert len(pauses) == 1
