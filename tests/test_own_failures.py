"""Failures of our own, not of a portal: their cause stands in the summary, in `status` and in the message; and stops no other portal."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence.evidence_reader import place_of
from bench.year import webhook
from tests.conftest import Site, copied, crawl, disclosures, empty_archive, portal_file, rows
from tests.test_portal_states import GOOD

Town = tuple[Path, Path]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(GOOD) as site:
        yield site


@pytest.fixture(scope="module")
def first_day(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A portal file, and an archive of it."""
    folder = tmp_path_factory.mktemp("first")
    county = portal_file(folder, site.url, ("plan", "样本规划", "/plans.html"))
    assert crawl(county, folder / "a.db").returncode == 0
    return county, folder / "a.db"


@pytest.fixture
def town(first_day: Town, tmp_path: Path) -> Town:
    """One's own."""
    return copied(first_day[0], tmp_path), tmp_path / "a.db"


def test_a_crawl_that_could_not_begin(town: Town, site: Site) -> None:
    county, db = town
    originals = place_of(db).rename(db.with_name("elsewhere.db"))
    done = crawl(county, db)
    cause = f"{place_of(db)} is missing, though {db} points to 9 originals in it: put it back"
    assert (done.returncode, done.stdout.splitlines()) == (1, [f"county: not begun: {cause}"])
    assert not place_of(db).exists()
    assert "KeyError" not in db.with_name("crawl.log").read_text("utf-8")
    told = disclosures("status", "--db", db)
    assert (told.returncode, told.stdout.split()[0], cause in told.stdout) == (1, "failing", True), told.stdout
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        for _ in range(2):
            disclosures("status", "--db", db, "--tell", address)
    assert [cause in str(message["text"]) for message in heard] == [True]
    assert rows(db, "SELECT outcome, finished_at IS NOT NULL AS ended FROM crawls WHERE id = 2") == [
        {"outcome": "archive_error", "ended": 1}
    ]
    originals.rename(place_of(db))
    assert crawl(county, db).returncode == 0
    assert disclosures("status", "--db", db).stdout.startswith("well")


def test_a_crawl_that_fails_before_its_first_request(town: Town) -> None:
    """A failure that Scrapy would only log, as if there had been nothing to ask for."""
    county, db = town
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE settings SET value = '{' WHERE name = 'parser:county'")
    done = crawl(county, db)
    assert (done.returncode, "archive_error" in done.stdout, "JSONDecodeError" in done.stdout) == (1, True, True)
    assert rows(db, "SELECT outcome, health FROM crawls WHERE id = 2") == [
        {"outcome": "archive_error", "health": "failing"}
    ]
    assert "JSONDecodeError" in disclosures("status", "--db", db).stdout


def test_a_crawl_under_way_is_no_failure(town: Town) -> None:
    from archive.database.lock import held

    county, db = town
    with held(db, "county"):
        assert crawl(county, db).returncode == 2
    assert len(rows(db, "SELECT 1 FROM crawls")) == 1


def test_a_portal_file_with_a_slip_stops_its_portal_alone(town: Town, site: Site) -> None:
    county, db = town
    slip = county.with_name("slip.toml")
    slip.write_text('id = "slip"\n', encoding="utf-8")
    said = f"not crawled: {slip}: name is missing"
    env = {"DISCLOSURES_NOW": "2030-01-01T00:00:00Z"}
    done = disclosures("due", county, slip, "--db", db, env=env)
    assert (done.returncode, done.stderr.strip(), "county" in done.stdout) == (1, said, True)
    done = disclosures("crawl", "--due", county, slip, "--db", db, "--delay", 0, env=env)
    assert (done.returncode, said in done.stderr, "county 测试县" in done.stdout) == (1, True, True), done.stderr
    done = disclosures("crawl", "--due", county, slip, "--db", db, env=env)
    assert (done.returncode, done.stderr.strip(), done.stdout) == (1, said, "nothing is due\n")
    assert disclosures("crawl", slip, "--db", db).returncode == 2


def test_status_names_portal_files_that_cannot_be_used_and_tells_of_each_once(town: Town) -> None:
    county, db = town
    folder = county.parent
    slip = folder / "slip.toml"
    slip.write_text('id = "slip"\n', encoding="utf-8")
    env = {"DISCLOSURES_PORTALS": str(folder)}
    heard: list[dict[str, list[dict[str, str]]]] = []
    with webhook(heard.append) as address:

        def told() -> list[str]:
            before = len(heard)
            disclosures("status", "--db", db, "--tell", address, env=env)
            return [f"{each['portal']} {each['state']}" for message in heard[before:] for each in message["changes"]]

        assert told() == ["slip failing"]
        assert told() == []
        county.write_text(county.read_text("utf-8").replace("name =", "nmae ="), "utf-8")
        done = disclosures("status", "--db", db, env=env)
        assert [line.split()[:2] for line in done.stdout.splitlines()[::2]] == [
            ["failing", "county"],
            ["failing", "slip"],
        ]
        assert f"its portal file can't be used: {slip}: name is missing" in done.stdout
        assert told() == ["county failing"]
        county.write_text(county.read_text("utf-8").replace("nmae =", "name ="), "utf-8")
        slip.unlink()
        assert told() == ["county well"]
        slip.write_text('id = "slip"\n', encoding="utf-8")
        assert told() == ["slip failing"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda db: db.write_bytes(b""), "is empty, though"),
        (lambda db: db.unlink(), "is missing, though"),
        (lambda db: db.write_bytes(b"not a database" * 99), "it is damaged, or no archive: move it away"),
        (
            lambda db: db.write_bytes(db.read_bytes()[:4096] + b"x" * 40960),
            "it is damaged, or no archive: move it away",
        ),
    ],
    ids=["empty", "missing", "no database", "damaged"],
)
@pytest.mark.parametrize("options", [(), ("--due",)])
def test_an_archive_that_is_lost_beside_its_originals_is_not_begun_anew(
    town: Town, damage: Callable[[Path], object], said: str, options: tuple[str, ...]
) -> None:
    county, db = town
    damage(db)
    before = db.read_bytes() if db.exists() else None
    done = crawl(county, db, *options)
    assert (done.returncode, done.stderr.count("\n"), said in done.stderr) == (2, 1, True), done.stderr
    assert "`disclosures restore`" in done.stderr
    assert (db.read_bytes() if db.exists() else None) == before
    place_of(db).rename(db.with_name("away.db"))
    if said.startswith("is"):
        assert crawl(county, db, *options).returncode == 0


def test_an_archive_made_anew_beside_the_originals_of_another_is_refused(town: Town) -> None:
    """As by a command that writes, before anybody crawled."""
    county, db = town
    empty_archive(db)
    done = crawl(county, db)
    assert (done.returncode, "is new, though" in done.stdout, "not begun" in done.stdout) == (1, True, True), (
        done.stdout
    )


DAMAGES = {
    "a text that is to be indexed": (
        "INSERT OR IGNORE INTO unindexed VALUES (1, NULL)",
        "UPDATE records SET body = CAST(x'E6A0B7FFE69CAC' AS TEXT) WHERE id = 1",
    ),
    "a title that facts are derived from": ("UPDATE records SET title = CAST(x'E6A0B7FF' AS TEXT) WHERE id = 2",),
    "what a list said of a record": (
        "UPDATE readings SET fields = '{\"title' WHERE record_id = 2 AND catalog_id <> 0",
    ),
    "the flags of a record": ("UPDATE records SET flags = '[\"' WHERE id = 2",),
    "an address that is asked for first": (
        "DELETE FROM readings WHERE record_id = 3 AND catalog_id = 0",
        "UPDATE listings SET link = CAST(x'68747470FF' AS TEXT) WHERE record_id = 3",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_one_damaged_text_stops_no_crawl_for_long(town: Town, damage: str) -> None:
    """The crawl that meets it may be given up; the next one mends it, names the record, and comes to its end."""
    county, db = town
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in DAMAGES[damage]:
            connection.execute(statement)
    first, second = crawl(county, db, "--mode", "full"), crawl(county, db, "--mode", "full")
    assert "decode to UTF-8 column" in first.stdout or first.returncode in {0, 1}
    assert "finished" in second.stdout, second.stdout + second.stderr
    (problem,) = rows(db, "SELECT kind, url FROM problems WHERE kind = 'text_damaged'")
    assert str(problem["url"]).startswith(site_of(county))
    checked = disclosures("verify", "--db", db)
    assert "can't be read" not in checked.stdout


def site_of(county: Path) -> str:
    return next(line.split('"')[1] for line in county.read_text("utf-8").splitlines() if line.startswith("home"))
