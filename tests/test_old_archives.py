"""Archives as earlier versions made them (the sample portal's first two days), kept whole: each is brought up to date.

With each release one is added, by that release: `python -m tests.test_old_archives`. Its name is its last migration.
"""

import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.database.migrations import migrations
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import Site, crawl, disclosures, portal_file

KEPT = sorted((Path(__file__).parent / "old_archives").glob("*.tar.xz"))

CONTRACT = (
    "portals", "catalogs", "records", "listings", "versions", "events", "attachments", "captures", "crawls", "ledger", "problems",
)  # fmt: skip


@pytest.fixture(params=KEPT, ids=lambda path: path.name.split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An old archive, unpacked."""
    return unpacked(request.param.name.split(".")[0], tmp_path)


def contents(db: Path, columns: dict[str, list[str]] | None = None) -> dict[str, set[tuple[object, ...]]]:
    """The rows of the contract's tables, without the columns that were not there yet."""
    with closing(sqlite3.connect(db)) as connection:
        there = columns or columns_of(connection)
        return {
            table: set(connection.execute(f"SELECT {', '.join(names)} FROM {table}")) for table, names in there.items()
        }


def columns_of(connection: sqlite3.Connection) -> dict[str, list[str]]:
    found = {table: [row[1] for row in connection.execute(f"PRAGMA table_xinfo({table})")] for table in CONTRACT}
    return {table: names for table, names in found.items() if names}


def test_there_are_some() -> None:
    assert len(KEPT) >= 4


def test_an_old_archive_is_brought_up_to_date_with_nothing_lost(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        columns = columns_of(connection)
    before = contents(old, columns)
    assert len(before["records"]) > 60
    checked = disclosures("verify", "--db", old)
    assert (checked.returncode, checked.stdout.count("wrong:")) == (1, 1), checked.stdout
    assert "of an earlier version" in checked.stdout
    assert disclosures("redact", "--db", old).returncode == 0
    assert contents(old, columns) == before
    checked = disclosures("verify", "--db", old)
    assert checked.returncode == 0, checked.stdout
    assert "not sealed" not in checked.stdout, "all that it held is sealed as it was"
    assert int(disclosures("search", "教育", "--count", "--db", old).stdout) > 0


def test_a_crawl_upgrades_an_old_archive_by_itself(old: Path, tmp_path: Path) -> None:
    """The one command that docs/deploy.md names; it says how far it is."""
    with Site({}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        with closing(sqlite3.connect(old)) as connection:
            columns, (records,) = columns_of(connection), connection.execute("SELECT count(*) FROM records").fetchone()
        before = contents(old, columns)
        done = crawl(county, old)
        assert done.returncode == 1, done.stderr  # its one list is gone
        assert "county 测试县" in done.stdout
        again = crawl(county, old)
    lines = done.stderr.splitlines()
    assert (
        lines[0] == f"{old} was written by an earlier version: it is brought up to date first, which may take minutes"
    )
    assert f"{records:,} of {records:,} records indexed" in lines
    assert f"{old} is up to date" in lines
    assert "earlier version" not in again.stderr
    after = contents(old, columns)
    assert all(before[table] <= after[table] for table in before)
    assert disclosures("search", "教育", "--count", "--db", old).stdout.strip() != "0"
    checked = disclosures("verify", "--db", old)
    assert checked.returncode == 0, checked.stdout


def test_a_timer_s_crawl_upgrades_before_it_looks_what_is_due(tmp_path: Path) -> None:
    old = unpacked(KEPT[0].name.split(".")[0], tmp_path)
    with Site({}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        done = crawl(county, old, "--due")
    assert (done.returncode, f"{old} is up to date" in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("old", KEPT[:1], indirect=True)
def test_what_reads_an_old_archive_needs_says_so_in_one_line(old: Path) -> None:
    for command in (("status",), ("ask", "removed_records"), ("coverage",)):
        done = disclosures(*command, "--db", old)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "was written by an earlier version: `disclosures redact`, or the next crawl" in done.stderr
    done = disclosures("search", "教育", "--db", old)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


@pytest.mark.parametrize("old", KEPT[-1:], indirect=True)
def test_what_an_earlier_version_said_of_an_event_is_proved_when_it_is_up_to_date(old: Path, tmp_path: Path) -> None:
    command = ("prove", "event:1", "--out", tmp_path / "proof.zip", "--db", old)
    done = disclosures(*command)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "was written by an earlier version" in done.stderr
    assert disclosures("redact", "--db", old).returncode == 0
    assert disclosures(*command).returncode == 0


def test_an_old_archive_opened_for_writing_is_defined_as_a_new_one(old: Path, tmp_path: Path) -> None:
    open_up_to_date(old).close()
    open_up_to_date(tmp_path / "new.db").close()
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    applied = "SELECT migration_set, name FROM _sqlite_migrations ORDER BY name"
    with closing(sqlite3.connect(tmp_path / "new.db")) as new, closing(sqlite3.connect(old)) as connection:
        for sql in (schema, applied):
            assert connection.execute(sql).fetchall() == new.execute(sql).fetchall()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_old_archive_killed_between_its_two_migrations_goes_on(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        columns = columns_of(connection)
    before = contents(old, columns)
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        migrations.apply(Database(connection), stop_before="m002_rows_of_earlier_archives")
    open_up_to_date(old).close()
    assert contents(old, columns) == before


def unpacked(name: str, folder: Path) -> Path:
    """Unpack the old archive `name` in `folder`."""
    with tarfile.open(Path(__file__).parent / "old_archives" / f"{name}.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder / "a.db"


def emptied(name: str, folder: Path) -> sqlite3.Connection:
    """Open the old archive `name` as an empty one of that version would be."""
    connection = sqlite3.connect(unpacked(name, folder), isolation_level=None)
    tables = "type = 'table' AND name NOT GLOB 'records_fts*' AND name NOT GLOB '_sqlite_*'"
    for (table,) in connection.execute(f"SELECT name FROM sqlite_schema WHERE {tables}").fetchall():
        connection.execute(f"DELETE FROM {table}")
    return connection


def keep() -> Path:
    """Pack an archive made by the version at hand."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "a.db"
        disclosures("demo", "--no-serve", "--db", db)
        with closing(sqlite3.connect(db)) as connection:
            name = connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id DESC LIMIT 1").fetchone()[0]
        kept = Path(__file__).parent / "old_archives" / f"{name}.tar.xz"
        with tarfile.open(kept, "w:xz") as packed:
            for path in sorted(Path(folder).glob("a.*db")):
                packed.add(path, path.name)
    return kept


if __name__ == "__main__":
    print(keep(), file=sys.stdout)
