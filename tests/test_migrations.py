"""Archives made by earlier versions are brought up to date, with nothing lost."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from archive.database.migrations import migrations
from tests.conftest import Site, crawl, disclosures, portal_file, rows
from tests.test_crawl_portals import LIST, TABLE, page, record
from tests.test_old_archives import emptied

TRANSFERRED = (
    "portals", "catalogs", "crawls", "captures", "records", "listings", "readings", "walks", "ledger", "versions", "budget_changes",
    "attachments", "deferred", "redactions", "events", "problems", "rosters", "certificates",
)  # fmt: skip
"""The tables whose rows are carried. Of `settings`, only which parser read the portal."""

MADE = (
    "settings", "told", "withheld", "portal_changes", "unsealed", "seals", "directory",
    "unindexed", "records_fts", "matches", "search",
    "tally_months", "tally_portals", "tally_events",
    "unread_reports", "annual_reports", "report_statistics", "report_claims", "report_equations", "report_rules",
    "report_checks", "attachment_tables",
    "unread_budgets", "replaced_tables", "replaced_pages", "budget_tables", "budget_lines", "budget_checks", "budget_figures", "unit_tables", "three_public",
    "unread_claims", "claims", "claim_checks", "budget_comparisons",
    "underived", "derived", "document_numbers", "budgets", "agencies", "publisher_names",
)  # fmt: skip
"""Tables and views that every archive has of its own, or makes of the others, by triggers and by who catches up with these."""


def test_an_archive_without_evidence_goes_on_with_it(tmp_path: Path) -> None:
    """The first schema knew no captures: its records stay, and rest on no capture until their pages are read again."""
    db = tmp_path / "a.db"
    pages = {f"/zwgk/d/{n}.html": record(f"样本文件之{n}", f"640324001/2017-0000{n}") for n in (1, 2, 3)}
    with Site({LIST: page(TABLE), **pages}) as site:
        connection = emptied("m001_catalogue", tmp_path)
        for statement in (
            f"INSERT INTO portals (id, name, division_code, home) VALUES ('county', '样本县', '640399', '{site.url}')",
            f"INSERT INTO catalogs (portal, kind, title, url) VALUES ('county', 'plan', '规划', '{site.url[:-1]}{LIST}')",
            (
                "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) "
                "VALUES ('county', 'full', '2017-01-01T00:00:00Z', '2017-01-01T00:00:01Z', 'finished')"
            ),
            (
                "INSERT INTO records (portal, url, title, kind, first_seen, last_seen) "
                f"VALUES ('county', '{site.url}zwgk/d/1.html', '样本文件之1', 'plan', '2017-01-01T00:00:00Z', '2017-01-01T00:00:00Z')"
            ),
            "INSERT INTO listings VALUES (1, 1, '2017-01-01T00:00:00Z', '2017-01-01T00:00:00Z')",
            'INSERT INTO readings VALUES (1, 1, \'{"title": "样本文件之1", "doubts": []}\', \'{"标题": "样本文件之1"}\')',
            "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (1, 'added', '2017-01-01T00:00:00Z', 1)",
        ):
            connection.execute(statement)
        connection.close()
        checked = disclosures("verify", "--db", db)
        assert (checked.returncode, checked.stdout.count("wrong:")) == (1, 1)
        assert "of an earlier version" in checked.stdout
        assert (
            disclosures("redact", "--db", db).returncode == 0
        )  # masked by older rules, which a crawl would not mix with its own
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows(db, "SELECT first_seen, title FROM records WHERE id = 1") == [
        {"first_seen": "2017-01-01T00:00:00Z", "title": "样本文件之1"}
    ]
    assert rows(db, "SELECT count(*) AS n FROM records") == [{"n": 3}]
    assert rows(db, "SELECT count(*) AS n FROM events WHERE kind = 'added'") == [{"n": 3}]
    assert rows(db, "SELECT capture_id FROM readings WHERE record_id = 1 AND capture_id IS NULL") == []
    assert disclosures("verify", "--db", db).returncode == 0


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [migration.name[:5] for migration in migrations.pending(Database(memory=True))]
    assert numbers == [f"m{number:03}_" for number in range(1, len(numbers) + 1)]


def test_each_table_is_carried_by_a_merge_or_made_anew() -> None:
    """A new one is named above, and carried in archive/maintenance/transfer.py: rows that name a record, a crawl or a capture get other ids there."""
    connection = sqlite3.connect(":memory:")
    migrations.apply(Database(connection))
    sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT GLOB 'records_fts_*'"
    tables = {name for (name,) in connection.execute(sql) if not name.startswith(("sqlite_", "_sqlite_"))}
    assert tables == {*TRANSFERRED, *MADE}
