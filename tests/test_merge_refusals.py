"""Databases that can't be merged, or not yet: why is said, nothing is changed, and the others are merged."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.lock import held
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest.store import Store
from archive.maintenance import job
from archive.maintenance.merge import FAILED, KNOWN, SET_ASIDE, TAKEN, WAITS
from tests.conftest import empty_archive, rows
from tests.exchanges import exchange
from tests.jobs import NOW, County, Crawl, merged, sound
from tests.natural import contents


def county(name: str = "a") -> County:
    """A county whose catalogues list some records."""
    made = County(name)
    made.live(random.Random(1))
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three archives: `source.db`, and those of other counties, `a.db` and `third.db`."""
    folder = tmp_path_factory.mktemp("made")
    for name, of in (("source.db", "a"), ("a.db", "bb"), ("third.db", "ccc")):
        Crawl(folder / name, county(of), 0)
    return folder


def copied(made: Path, name: str, folder: Path) -> Path:
    """One's own copy of an archive and its originals."""
    for path in (made / name, beside(made / name)):
        shutil.copy(path, folder)
    return folder / name


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Path:
    return copied(made, "source.db", tmp_path)


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """An archive that knows another county, and beside it `third.db`."""
    copied(made, "third.db", tmp_path)
    return copied(made, "a.db", tmp_path)


def require_refused(db: Path, source: Path, why: str) -> None:
    """See that nothing of `source` is merged, and the reason said, while another database is."""
    other = db.with_name("third.db")
    told = {each.source: each for each in merged(db, source, other)}
    assert (told[source].what, why in told[source].why) == (FAILED, True), told[source].why
    assert told[other].what == TAKEN
    assert {row["portal"] for row in rows(db, "SELECT portal FROM crawls")} == {"bb", "ccc"}
    assert sound(db)


def test_a_database_whose_originals_are_missing(db: Path, source: Path) -> None:
    beside(source).unlink()
    require_refused(db, source, f"should be at {beside(source)}, and are not")


@pytest.mark.parametrize("kept", [0, 100, 30_000])
def test_a_database_that_is_half_copied(db: Path, source: Path, kept: int) -> None:
    whole = source.read_bytes()
    assert kept < len(whole)
    source.write_bytes(whole[:kept])
    require_refused(db, source, str(source))


def test_a_crawl_that_got_no_answer_has_no_originals(db: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    with closing(Store(source)) as store:
        store.begin(county().portal, "full", NOW)
    assert [told.what for told in merged(db, source)] == [TAKEN]
    assert rows(db, "SELECT portal, outcome FROM crawls ORDER BY id DESC LIMIT 1") == [
        {"portal": "a", "outcome": "interrupted"}
    ]
    assert [told.what for told in merged(db, source)] == [KNOWN]


def test_originals_of_a_crawl_that_the_database_does_not_know(db: Path, source: Path) -> None:
    with closing(Evidence(beside(source))) as evidence:
        evidence.add_many([exchange(1, crawl_id=7, portal="a")])
    require_refused(db, source, "has originals of crawl 7, which")


@pytest.mark.parametrize("locked", ["source.db", "a.db"])
def test_a_portal_that_is_being_crawled(db: Path, source: Path, locked: str) -> None:
    with held(source.with_name(locked), "a"):
        require_refused(db, source, f"a is being crawled into {source.with_name(locked)} already")
    assert [told.what for told in merged(db, source)] == [TAKEN]


def test_another_portal_of_the_archive_may_be_crawled_meanwhile(db: Path, source: Path) -> None:
    with held(db, "bb"):
        assert [told.what for told in merged(db, source)] == [TAKEN]


@pytest.mark.parametrize("version", [1, 99])
def test_an_archive_that_was_masked_by_other_rules(db: Path, source: Path, version: int) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(f"INSERT OR REPLACE INTO settings VALUES ('redaction_version', '{version}')")
    before = contents(db)
    (told,) = merged(db, source)
    assert (told.what, told.portal) == (FAILED, None)
    assert told.why.startswith(f"{db}: ")
    assert told.why.endswith(f"--db {db}")
    assert contents(db) == before


def test_a_database_named_twice_is_merged_once(db: Path, source: Path) -> None:
    assert [told.what for told in merged(db, source, source)] == [TAKEN]


def test_of_two_that_began_alike_the_earlier_is_taken_in_whatever_order_they_are_named(
    source: Path, tmp_path: Path
) -> None:
    db = empty_archive(tmp_path / "a.db")
    merged(db, source)
    twins = [tmp_path / "early.db", tmp_path / "late.db"]
    for day, twin in zip((3, 4), twins, strict=True):
        job.begin(db, "a", twin)
        Crawl(twin, county(), day)
    told = {each.source.name: each.what for each in merged(db, *reversed(twins))}
    assert told == {"early.db": TAKEN, "late.db": SET_ASIDE}


def parser(db: Path, portal: str, value: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (f"parser:{portal}", value))


def test_another_portals_parser_is_of_no_concern(db: Path, source: Path) -> None:
    merged(db, source)
    parser(db, "bb", "ours")
    parser(source, "bb", "theirs")
    Crawl(source, county(), 1)
    assert [told.what for told in merged(db, source)] == [TAKEN]
    assert rows(db, "SELECT value FROM settings WHERE name = 'parser:bb'") == [{"value": "ours"}]


def test_the_parser_that_read_a_portal_comes_with_it(db: Path, source: Path) -> None:
    parser(source, "a", "theirs")
    assert [told.what for told in merged(db, source)] == [TAKEN]
    assert rows(db, "SELECT value FROM settings WHERE name = 'parser:a'") == [{"value": "theirs"}]
    Crawl(source, county(), 1)
    parser(db, "a", "ours")
    (told,) = merged(db, source)
    assert (told.what, told.portal, told.crawls) == (WAITS, "a", 0)
    assert rows(db, "SELECT value FROM settings WHERE name = 'parser:a'") == [{"value": "ours"}]


ENDLESS = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n)"
RENAMED = [f"UPDATE {table} SET {column} = '../../x'" for table, column in
           (("portals", "id"), ("records", "portal"), ("crawls", "portal"), ("catalogs", "portal"), ("publisher_names", "portal"), ("agencies", "portal"))]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([f"CREATE TRIGGER evil AFTER UPDATE ON records BEGIN SELECT {ENDLESS}; END"], "evil is a trigger that no version makes"),
        (["PRAGMA legacy_alter_table = ON", "ALTER TABLE crawls RENAME TO aside",
          f"CREATE VIEW crawls AS SELECT * FROM aside WHERE {ENDLESS}"], "not defined as this version makes it"),
        (["ALTER TABLE records ADD COLUMN evil TEXT GENERATED ALWAYS AS (hex(zeroblob(500000000)))"], "not defined as this version"),
        (["UPDATE records SET source_fields = '{'"], "its source_fields is not valid text"),
        (["UPDATE records SET first_seen = '9999-99-99'"], "is stated to be seen first at 9999-99-99"),
        (RENAMED, "'../../x' can't be a portal's id"),
    ],
    ids=["a trigger", "an endless view", "a generated column", "no JSON", "no day", "a portal named as a path"],
)  # fmt: skip
def test_what_this_program_would_not_write(db: Path, source: Path, changes: list[str], why: str) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        for change in changes:
            connection.execute(change)
    require_refused(db, source, why)


def test_originals_that_another_made(db: Path, source: Path) -> None:
    with closing(sqlite3.connect(beside(source), isolation_level=None)) as connection:
        connection.execute("ALTER TABLE captures RENAME TO aside")
        connection.execute(f"CREATE VIEW captures AS SELECT * FROM aside WHERE {ENDLESS}")
    require_refused(db, source, "source.evidence.db: database: aside is not defined as it was made")


def test_originals_that_are_a_pipe(db: Path, source: Path) -> None:
    beside(source).unlink()
    os.mkfifo(beside(source))
    require_refused(db, source, "source.evidence.db is no file")


@pytest.mark.parametrize("detail", ['{"capture": 99999}', "[1]", '{"catalogs": 3}', "[" * 900 + "]" * 900])
def test_events_that_no_crawl_writes(db: Path, source: Path, detail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.maintenance.merge.check_database", lambda *_: iter(()))  # one who forges seals, too
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("UPDATE events SET detail = ?", (detail,))
    require_refused(db, source, "an event of a holds what no crawl writes")
