"""A portal's life: it moves, gets another id, is retired and removed, in the archive and in every database that is merged."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import open_for_reading
from archive.database.portal_changes import Moves
from archive.database.withheld import hidden
from archive.evidence.evidence_reader import beside
from archive.export.original_files import captures_of_record
from archive.export.public_database import snapshot
from archive.maintenance import job
from archive.maintenance.check import check
from archive.maintenance.merge import KNOWN, TAKEN, merge
from archive.search import engine
from archive.web.http.server import make_datasette
from crawler.portals.file_changes import moved
from tests.conftest import crawl, disclosures, rows
from tests.county import County
from tests.natural import contents
from tests.test_cli import refused

NOW = "2026-11-29T00:00:00Z"


class Portal:
    """A county's portal, crawled once at its old host, and the same pages at a new one."""

    def __init__(self, folder: Path) -> None:
        self.old, self.new = (County(30, catalogs=3, seed=4) for _ in range(2))
        self.old.start()
        self.new.start()
        self.folder = folder
        self.db = folder / "disclosures.db"
        self.file = self.old.portal_file(folder)
        assert crawl(self.file, self.db).returncode == 0

    def copy(self, folder: Path) -> "Copy":
        for path in (self.db, beside(self.db), self.file):
            shutil.copy(path, folder)
        return Copy(self, folder)


class Copy:
    """A copy of the archive and of the portal's file."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal, self.db, self.file = portal, folder / portal.db.name, folder / portal.file.name

    def move(self, *options: object) -> str:
        done = disclosures("portals", "move", self.file, f"{self.portal.new.url}/", "--db", self.db, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self) -> dict[str, int]:
        found = rows(self.db, "SELECT kind, count(*) AS n FROM events GROUP BY kind")
        return {str(row["kind"]): int(str(row["n"])) for row in found}

    def repeated(self) -> int:
        return len(rows(self.db, "SELECT 1 FROM records WHERE flags LIKE '%index_number_repeated%'"))


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = Portal(tmp_path_factory.mktemp("portal"))
    yield made
    made.old.stop()
    made.new.stop()


@pytest.fixture
def copy(portal: Portal, tmp_path: Path) -> Copy:
    return portal.copy(tmp_path)


def test_a_crawl_of_the_new_host_finds_the_same_records(portal: Portal, copy: Copy) -> None:
    before = rows(copy.db, "SELECT id, replace(url, ?, ?) AS url FROM records", portal.old.url, portal.new.url)
    copy.move()
    assert rows(copy.db, "SELECT id, url FROM records") == before
    portal.old.reset_counts()
    done = crawl(copy.file, copy.db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "full crawl finished" in done.stdout
    assert rows(copy.db, "SELECT id, url FROM records") == before
    assert (copy.events(), copy.repeated(), portal.old.count) == ({"added": 30}, 0, 0)
    assert len(rows(copy.db, "SELECT 1 FROM catalogs")) == 3
    assert crawl(copy.file, copy.db, "--mode", "update").returncode == 0
    assert (copy.events(), portal.old.count) == ({"added": 30}, 0)
    assert disclosures("verify", "--reread", "--db", copy.db).returncode == 0


def test_what_was_crawled_at_the_new_host_as_if_it_were_new_becomes_one_with_the_old(
    portal: Portal, copy: Copy
) -> None:
    shutil.copy(copy.file, old := copy.file.with_suffix(".old"))
    copy.file.write_text(copy.file.read_text("utf-8").replace(portal.old.url, portal.new.url), "utf-8")
    crawl(copy.file, copy.db)
    assert (copy.events(), copy.repeated() > 0) == ({"added": 60}, True)
    said = refused(disclosures("portals", "move", copy.file, f"{portal.new.url}/", "--db", copy.db))
    assert f"say --host 127.0.0.1:{portal.old.port}" in said
    assert "30 of the records had been found there" in copy.move("--host", f"127.0.0.1:{portal.old.port}")
    assert (copy.events(), copy.repeated(), len(rows(copy.db, "SELECT 1 FROM records"))) == ({"added": 30}, 0, 30)
    assert {row["id"] for row in rows(copy.db, "SELECT id FROM records")} == set(range(1, 31))
    assert len(rows(copy.db, "SELECT 1 FROM catalogs")) == 3
    assert crawl(copy.file, copy.db).returncode == 0
    assert copy.events() == {"added": 30}
    assert old.exists()
    assert disclosures("verify", "--db", copy.db).returncode == 0


def test_reading_sealed_pages_of_the_old_host_again_changes_nothing(copy: Copy) -> None:
    copy.move()
    before = contents(copy.db)
    done = disclosures("reparse", copy.file.stem, "--db", copy.db)
    assert done.returncode == 0, done.stderr
    assert contents(copy.db) == before


def test_a_dry_run_says_what_would_happen_and_changes_nothing(portal: Portal, copy: Copy) -> None:
    before, text = contents(copy.db), copy.file.read_text("utf-8")
    said = copy.move("--dry-run")
    assert "would be moved: county" in said
    assert "30 records, 30 events, 3 catalogues, 1 crawl" in said
    spelled = disclosures(
        "portals", "move", copy.file, "HTTP://desk:secret@New.example:80", "--db", copy.db, "--dry-run"
    ).stdout
    assert "to http://new.example\n" in spelled
    assert "secret" not in spelled
    for command in (("rename", copy.file, "other"), ("retire", "county"), ("remove", "county")):
        done = disclosures("portals", *command, "--db", copy.db, "--dry-run")
        assert done.returncode == 0, done.stderr
        assert "would be" in done.stdout
        assert "30 records" in done.stdout
    assert contents(copy.db) == before
    assert copy.file.read_text("utf-8") == text


def test_the_portal_s_file_says_where_it_is_now_and_keeps_its_comments(portal: Portal, copy: Copy) -> None:
    whole = copy.file.read_text("utf-8").replace('url = "/', f'url = "{portal.old.url}/', 1)
    copy.file.write_text(f"# seen by the desk\n{whole}", "utf-8")
    copy.file.chmod(0o664)
    copy.move()
    assert copy.file.stat().st_mode & 0o777 == 0o664, "who may read and write it"
    text = copy.file.read_text("utf-8")
    assert text.startswith("# seen by the desk\n")
    assert portal.old.url not in text
    assert text.count(portal.new.url) == 2


def test_what_is_withheld_and_held_back_stays_so_at_either_host(portal: Portal, copy: Copy) -> None:
    url = str(rows(copy.db, "SELECT url FROM records WHERE id = 7")[0]["url"])
    assert disclosures("withhold", 7, "--reason", "样本", "--db", copy.db).returncode == 0
    listed = str(rows(copy.db, "SELECT url FROM records WHERE id = 8")[0]["url"])
    with closing(sqlite3.connect(copy.db)) as connection:  # as where its text lists persons
        roster = (8, "", f"county {listed}", 9, "kept", NOW)
        connection.execute(
            "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (?, ?, ?, ?, ?, ?)", roster
        )
        connection.commit()
    copy.move()
    assert crawl(copy.file, copy.db).returncode == 0
    assert rows(copy.db, "SELECT state, title FROM records WHERE id = 7") == [{"state": "withheld", "title": None}]
    assert len(rows(copy.db, "SELECT 1 FROM records")) == 30
    with closing(sqlite3.connect(copy.db)) as connection:  # as where its page was read again at the new host
        connection.execute("UPDATE readings SET capture_id = NULL WHERE record_id = 8")
        connection.commit()
    with closing(open_for_reading(copy.db)) as connection:
        for address in (url, url.replace(portal.old.url, portal.new.url)):
            assert hidden(connection, address, "") == "withheld"
        for address in (listed, listed.replace(portal.old.url, portal.new.url)):
            assert hidden(connection, address, "") == "roster"


def test_captures_of_the_old_host_are_exported_and_destroyed_with_their_record(portal: Portal, copy: Copy) -> None:
    url = str(rows(copy.db, "SELECT url FROM records WHERE id = 7")[0]["url"])
    copy.move()
    assert crawl(copy.file, copy.db).returncode == 0
    now = url.replace(portal.old.url, portal.new.url)
    own = {row["id"] for row in rows(copy.db, "SELECT id FROM captures WHERE url IN (?, ?)", url, now)}
    with closing(open_for_reading(copy.db)) as connection:
        assert own <= set(captures_of_record(connection, 7))
    for number in own:
        page = asyncio.run(make_datasette(copy.db).client.get(f"/-/copy/{number}"))
        assert "/-/record/7" in page.text
        assert all(f"/-/copy/{other}" in page.text for other in own - {number})
    assert len(own) == 2
    done = disclosures("withhold", url, "--reason", "样本", "--destroy", "--db", copy.db)
    assert done.returncode == 0, done.stderr
    assert {row["key"] for row in rows(copy.db, "SELECT key FROM withheld WHERE target = 'address'")} >= {url}
    kept = (
        "SELECT 1 FROM captures c JOIN payloads p ON p.id = c.payload_id WHERE c.url IN (?, ?) AND destroyed_at IS NULL"
    )
    assert rows(beside(copy.db), kept, url, now) == []
    assert disclosures("verify", "--db", copy.db).returncode == 0


def test_another_id_stands_everywhere(copy: Copy) -> None:
    done = disclosures("portal", "rename", copy.file, "yanchi", "--db", copy.db)
    assert done.returncode == 0, done.stderr
    assert not copy.file.exists()
    file = copy.file.with_name("yanchi.toml")
    for table in ("catalogs", "crawls", "records", "tally_portals", "publisher_names", "derived"):
        assert {row["portal"] for row in rows(copy.db, f"SELECT portal FROM {table}")} == {"yanchi"}, table
    assert disclosures("search", "样本", "--portal", "yanchi", "--count", "--db", copy.db).stdout == "30\n"
    done = crawl(file, copy.db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert copy.events() == {"added": 30}
    assert disclosures("verify", "--reread", "--db", copy.db).returncode == 0


def test_a_retired_portal_is_never_due_and_is_not_crawled(copy: Copy) -> None:
    env = {"DISCLOSURES_PORTALS": str(copy.file.parent)}
    assert "county" in disclosures("due", "--db", copy.db, env=env).stdout
    assert disclosures("portals", "retire", "county", "--db", copy.db).returncode == 0
    assert disclosures("due", "--db", copy.db, env=env).stdout == ""
    assert disclosures("due", "county", "--db", copy.db, env=env).stdout == ""
    assert "is retired since" in refused(crawl(copy.file, copy.db))
    assert disclosures("status", "--db", copy.db).stdout == ""
    listed = json.loads(disclosures("portals", "list", "--json", "--db", copy.db, env=env).stdout)
    (own,) = [each for each in listed if each["portal"] == "county"]
    assert (own["state"], own["records"], bool(own["retired_at"])) == ("retired", 30, True)
    assert {each["portal"]: each["state"] for each in listed} == {
        "county": "retired",
        "sample": "example",
        "tongxin": "example",
    }
    copy.file.with_name("bad.toml").write_text('id = "bad"', "utf-8")
    done = disclosures("portals", "list", "--db", copy.db, env=env)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 3)
    assert "bad.toml: name is missing" in done.stderr
    copy.file.with_name("bad.toml").unlink()
    assert "is retired already" in refused(disclosures("portals", "retire", "county", "--db", copy.db))
    assert {row["state"] for row in rows(copy.db, "SELECT state FROM records")} == {"listed"}
    assert disclosures("portals", "retire", "county", "--lift", "--db", copy.db).returncode == 0
    assert "county" in disclosures("due", "--db", copy.db, env=env).stdout
    assert "is not retired" in refused(disclosures("portals", "retire", "county", "--lift", "--db", copy.db))


def test_a_removed_portal_leaves_its_originals_and_no_number_is_given_twice(portal: Portal, copy: Copy) -> None:
    assert "say --yes" in refused(disclosures("portals", "remove", "county", "--db", copy.db))
    assert len(rows(copy.db, "SELECT 1 FROM records")) == 30
    sealed = len(rows(beside(copy.db), "SELECT 1 FROM captures"))
    env = {"DISCLOSURES_PORTALS": str(copy.file.parent)}
    done = disclosures("portals", "remove", "county", "--yes", "--db", copy.db, env=env)
    assert done.returncode == 0, done.stderr
    tables = ("portals", "catalogs", "crawls", "captures", "records", "listings", "readings", "versions", "events",
              "ledger", "walks", "problems", "derived", "underived", "publisher_names", "agencies", "tally_portals")  # fmt: skip
    assert {name: len(rows(copy.db, f"SELECT 1 FROM {name}")) for name in tables} == dict.fromkeys(tables, 0)
    with closing(open_for_reading(copy.db)) as connection:
        assert engine.count(connection, engine.search("样本")) == 0
    assert len(rows(beside(copy.db), "SELECT 1 FROM captures")) == sealed
    assert disclosures("verify", "--db", copy.db).returncode == 0
    assert disclosures("due", "--db", copy.db, env=env).stdout == ""  # though its file is there
    assert crawl(copy.file, copy.db).returncode == 0
    assert rows(copy.db, "SELECT min(id) AS id FROM records") == [{"id": 31}]
    assert rows(copy.db, "SELECT min(id) AS id FROM crawls") == [{"id": 2}]
    assert disclosures("verify", "--db", copy.db).returncode == 0
    assert "county" in disclosures("due", "--db", copy.db, env=env).stdout


def test_what_was_withheld_of_a_removed_portal_stays_so_and_nobody_reads_that_there_was_one(
    copy: Copy, tmp_path: Path
) -> None:
    (url,) = [str(row["url"]) for row in rows(copy.db, "SELECT url FROM records WHERE id = 7")]
    assert disclosures("withhold", 7, "--reason", "样本", "--db", copy.db).returncode == 0
    assert disclosures("portals", "remove", "county", "--yes", "--db", copy.db).returncode == 0
    public = snapshot(copy.db, tmp_path / "public.db").path
    assert rows(public, "SELECT 1 FROM portal_changes") == []
    assert crawl(copy.file, copy.db).returncode == 0
    (record,) = rows(copy.db, "SELECT id, state, title, body, source_fields FROM records WHERE url = ?", url)
    assert record["id"] != 7
    assert (record["state"], record["title"], record["body"], record["source_fields"]) == ("withheld", None, None, "{}")
    assert rows(copy.db, "SELECT 1 FROM listings WHERE record_id = ?", record["id"]) == []
    shown = "SELECT l.capture_id FROM walks l JOIN captures c ON c.id = l.capture_id JOIN withheld w ON w.key = c.sha256 AND w.target = 'page'"
    assert rows(copy.db, shown)
    assert disclosures("verify", "--db", copy.db).returncode == 0


@pytest.mark.parametrize(
    ("moves", "before", "now"),
    [
        ([("a.example", "http://b.example")], "http://a.example/x?y=1#row-1", "http://b.example/x?y=1#row-1"),
        ([("a.example", "http://b.example")], "https://A.example/x", "http://b.example/x"),
        ([("a.example", "http://b.example")], "http://a.example:8080/x", "http://a.example:8080/x"),
        ([("a.example", "http://b.example")], "http://www.a.example/x", "http://www.a.example/x"),
        ([("a.example", "http://b.example")], "http://c.example/http://a.example/", "http://c.example/http://a.example/"),
        ([("a.example", "https://a.example")], "http://a.example/x", "https://a.example/x"),
        ([("a.example", "http://b.example"), ("b.example", "https://c.example:81")], "http://a.example", "https://c.example:81"),
        ([("a.example", "http://b.example")], "http://[a.example/", "http://[a.example/"),
    ],
)  # fmt: skip
def test_addresses_on_a_host_that_has_moved(moves: list[tuple[str, str]], before: str, now: str) -> None:
    known = Moves(moves)
    assert known.address(before) == now
    assert known.address(now) == now
    assert before == now or not before.startswith("http://a.example/") or before in known.former([now])


def test_addresses_in_a_file_are_on_the_former_host_however_that_is_written() -> None:
    file = 'home = "http://OLD.example/"\nurl = "http://Old.example/zwgk/"\nurl = "http://other.example/zwgk/"\n'
    now = 'home = "https://new.example/"\nurl = "https://new.example/zwgk/"\nurl = "http://other.example/zwgk/"\n'
    assert moved(file, {"old.example": "https://new.example"}, "https://new.example/") == now


def brought(copy: Copy, folder: Path) -> Path:
    """A job that began from the archive and crawled the portal as it was then."""
    path = folder / "job.db"
    job.begin(copy.db, "county", path)
    done = crawl(copy.file, path)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.mark.parametrize("change", ["move", "rename", "retire", "remove"])
def test_a_job_that_was_out_meanwhile_is_taken_through_the_same(
    portal: Portal, copy: Copy, change: str, tmp_path: Path
) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    path = brought(copy, folder)
    before = rows(path, "SELECT id, url FROM records ORDER BY id")
    if change == "move":
        copy.move()
    else:
        options = {"rename": ["yanchi"], "remove": ["--yes"]}.get(change, [])
        name = copy.file if change == "rename" else "county"
        assert disclosures("portals", change, name, *options, "--db", copy.db).returncode == 0
    results = list(merge(copy.db, beside(copy.db), [path], NOW))
    assert [result.what for result in results] == [KNOWN if change == "remove" else TAKEN]
    assert rows(path, "SELECT id, url FROM records ORDER BY id") == before  # what is merged stays as it is
    expected = 0 if change == "remove" else 30
    assert len(rows(copy.db, "SELECT 1 FROM records")) == expected
    assert copy.events() == ({"added": 30} if expected else {})
    assert len(rows(copy.db, "SELECT 1 FROM crawls")) == (2 if expected else 0)
    assert list(check(copy.db, beside(copy.db))) == []
    if change == "retire":
        assert rows(copy.db, "SELECT 1 FROM portals WHERE retired_at IS NOT NULL")
    if change == "move":
        assert not rows(copy.db, "SELECT 1 FROM records WHERE url LIKE ?", f"{portal.old.url}%")


def test_a_job_that_begins_later_knows_of_it(copy: Copy, tmp_path: Path) -> None:
    copy.move()
    folder = tmp_path / "job"
    folder.mkdir()
    path = brought(copy, folder)
    assert [row["kind"] for row in rows(path, "SELECT kind FROM portal_changes")] == ["moved"]
    assert rows(path, "SELECT mode FROM crawls ORDER BY id DESC LIMIT 1") == [{"mode": "full"}]
    assert [result.what for result in merge(copy.db, beside(copy.db), [path], NOW)] == [TAKEN]
    assert (copy.events(), list(check(copy.db, beside(copy.db)))) == ({"added": 30}, [])


def test_an_archive_takes_over_what_became_of_portals_in_the_one_that_is_merged(copy: Copy, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    for source, target in ((copy.db, other), (beside(copy.db), beside(other))):
        shutil.copy(source, target)
    copy.move()
    assert crawl(copy.file, copy.db).returncode == 0
    assert disclosures("portals", "rename", copy.file, "yanchi", "--db", copy.db).returncode == 0
    assert [result.what for result in merge(other, beside(other), [copy.db], NOW)] == [TAKEN]
    assert contents(other) == contents(copy.db)
    assert list(check(other, beside(other))) == []
    assert [result.what for result in merge(other, beside(other), [copy.db], NOW)] == [KNOWN]


def test_an_archive_from_which_a_portal_was_removed_can_be_merged(copy: Copy, tmp_path: Path) -> None:
    assert disclosures("portals", "remove", "county", "--yes", "--db", copy.db).returncode == 0
    assert crawl(copy.file, copy.db).returncode == 0
    other = tmp_path / "other.db"
    assert [result.what for result in merge(other, beside(other), [copy.db], NOW)] == [TAKEN]
    assert copy.events() == {"added": 30}
    assert list(check(other, beside(other))) == []


def test_mistakes_are_one_line(copy: Copy) -> None:
    def said(*words: object) -> str:
        return refused(disclosures("portals", *words, "--db", copy.db))

    assert "has no portal 'atlantis'" in said("move", "atlantis", "http://127.0.0.1:9/")
    assert "no http or https address" in said("move", "county", "new.example")
    assert "must be a host" in said("move", "county", "http://127.0.0.1:9/", "--host", "http://a.example/x")
    assert "lower-case letters" in said("rename", "county", "New Name")
    assert "must be a host" in said("move", "county", "http://127.0.0.1:9/", "--host", "=http://a.example/")
    assert "has a portal 'county' already" in said("rename", "county", "county")
    assert "already: itself" in said("rename", copy.file, "county")
