"""Everything the archive holds has its name in Chinese and English, on the site and in the docs."""

import asyncio
import re
import sqlite3
from pathlib import Path

from datasette.app import Datasette

from archive.attachments.extraction import STATES
from archive.ingest.record_writer import OFF_SITE, PENDING, UNLINKED
from archive.labels import codes, labels, tables_page
from archive.model.observations import UNAVAILABLE
from archive.model.redaction import redact
from crawler.extract import response_class

ROOT = Path(__file__).parents[2]


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
    assert checked("versions", "cause") == set(codes.CAUSES)
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("archive", "crawler", "pipelines")
        for path in (ROOT / room).rglob("*.py")
    ]
    flags = {flag for source in sources for flag in re.findall(r'(?:flags|doubts)\.add\("(\w+)"\)', source)}
    assert "title_truncated" in flags
    assert flags <= set(labels.FLAGS)


def test_every_code_of_evidence_and_files_has_a_label():
    assert set(codes.ATTACHMENTS) == {*STATES, PENDING, OFF_SITE, UNLINKED, UNAVAILABLE}
    outcomes = {
        response_class.PAGE,
        response_class.CUT,
        response_class.GONE,
        response_class.BLOCKED,
        response_class.ERROR,
        response_class.HOME,
    }
    assert set(codes.CAPTURES) == {*outcomes, "redirect", "not_modified"}
    masked = redact("样例：11010519491231002X，13800138000，6222021234567890128")
    assert set(masked.counts) == set(codes.REDACTIONS)


def test_docs_name_every_table_column_state_and_flag(database):
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert text == tables_page.page(), "make it again: python -m archive.labels.tables_page > docs/tables.md"
    sections = dict(re.findall(r"^### `(\w+)`(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL))
    for table, columns in schema(database).items():
        assert columns <= set(re.findall(r"^\| `(\w+)`", sections[table], re.MULTILINE)), table
    named = {code for known in labels.CODES.values() for code in known} | set(labels.FLAGS)
    assert named <= set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))


def test_metadata_describes_every_column_in_both_languages(get):
    tables = get("/-/metadata.json").json()["databases"]["disclosures"]["tables"]
    assert tables["records"]["columns"]["index_number"].startswith("索引号 / index number")
    for table in tables.values():
        assert re.search(r"[一-鿿].* / [a-z]", table["title"])
        assert all(re.search(r"[一-鿿A-Z].* / [a-z]", column) for column in table["columns"].values())


def test_the_operators_own_metadata_prevails(archive):
    site = Datasette(files=[str(archive)], metadata={"title": "另一个名字"})
    assert "另一个名字" in asyncio.run(site.client.get("/")).text
