"""Databases of jobs folded into one archive: as if one machine had done all, however the work was split and whatever was killed."""

import os
import random
import re
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archive.evidence import evidence_store
from archive.evidence.evidence_reader import beside
from archive.ingest.frontier import Frontier
from archive.maintenance import job
from archive.maintenance import merge as merging
from archive.maintenance.check import check, summary
from archive.maintenance.merge import FAILED, KNOWN, SET_ASIDE, TAKEN, WAITS
from tests.conftest import rows
from tests.jobs import County, Crawl, World, full_disk, merged, sound
from tests.natural import contents
from tests.warm import disclosures


@pytest.mark.slow
@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_however_it_is_split_the_archive_is_the_same(chance: random.Random, crawls_a_job: int) -> None:
    with TemporaryDirectory() as folder:
        one, many = Path(folder) / "one.db", Path(folder) / "many.db"
        world = World(Path(folder), chance)
        world.pass_days(4, one, many, crawls_a_job)
        assert contents(many) == contents(one)
        assert sound(many)
        assert {told.what for told in merged(many, *world.jobs)} == {KNOWN}
        chance.shuffle(world.jobs)
        again = Path(folder) / "again.db"
        assert {told.what for told in merged(again, *world.jobs)} == {TAKEN}
        assert contents(again) == contents(one)
        assert sound(again)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two counties' three days, in `one.db` by one machine and in `many.db` by jobs of one crawl each."""
    made = World(tmp_path_factory.mktemp("world"), random.Random(5))
    made.pass_days(3, made.folder / "one.db", made.folder / "many.db", 1)
    return made


def copied(db: Path, folder: Path) -> Path:
    for path in (db, beside(db)):
        shutil.copy(path, folder)
    return folder / db.name


def test_the_archive_made_by_jobs_is_sound_and_no_poorer(world: World) -> None:
    many = world.folder / "many.db"
    assert contents(many) == contents(world.folder / "one.db")
    assert {row["kind"] for row in rows(many, "SELECT DISTINCT kind FROM events")} >= {
        "added",
        "changed",
        "withdrawn",
        "moved",
    }
    assert sound(many)


def test_a_merged_archive_is_crawled_on_as_any_other(world: World, tmp_path: Path) -> None:
    one, many = copied(world.folder / "one.db", tmp_path), copied(world.folder / "many.db", tmp_path)
    for db in (one, many):
        Crawl(db, world.counties[0], 3)
    assert contents(many) == contents(one)
    assert sound(many)


# --- killed ---


def statements(connection: sqlite3.Connection, seen: list[int], last: int) -> sqlite3.Connection:
    """`connection`, the process killed as its statement number `last` begins, of all connections' together."""

    def count(_: str) -> None:
        seen[0] += 1
        if seen[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.set_trace_callback(count)
    return connection


def killed_at(last: int, db: Path, sources: list[Path]) -> bool:
    """Whether a merge in a process of its own was killed as its statement number `last` began."""
    child = os.fork()
    if child == 0:
        seen = [0]
        for module, name in ((merging, "open_up_to_date"), (evidence_store, "open_for_writing")):
            opened = getattr(module, name)

            def counting(*paths: Path, opened: Any = opened) -> sqlite3.Connection:
                return statements(opened(*paths), seen, last)

            setattr(module, name, counting)
        try:
            merged(db, *sources)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_killed_at_any_moment_it_goes_on(world: World, tmp_path: Path) -> None:
    db, kills, last = tmp_path / "a.db", 0, 1
    while killed_at(last, db, world.jobs):
        kills += 1
        last = last * 5 // 4 + 1
    assert kills > 20
    merged(db, *world.jobs)
    assert contents(db) == contents(world.folder / "one.db")
    assert sound(db)
    assert (
        summary(db, beside(db)).unclaimed
        == summary(world.folder / "many.db", beside(world.folder / "many.db")).unclaimed
    )


def test_what_fails_changes_nothing(world: World, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    merged(db, *world.jobs[:2])
    before = contents(db)
    with full_disk(db):
        assert {(told.what, "disk is full" in told.why) for told in merged(db, *world.jobs[2:4])} == {(FAILED, True)}
    assert contents(db) == before
    merged(db, *world.jobs)
    assert contents(db) == contents(world.folder / "one.db")


def test_a_database_is_merged_again_as_it_grows(tmp_path: Path) -> None:
    db, growing, county, chance = tmp_path / "a.db", tmp_path / "growing.db", County("a"), random.Random(3)
    twin = tmp_path / "twin"
    twin.mkdir()
    for day, killed in enumerate((None, 2, None)):
        county.live(chance)
        Crawl(growing, county, day, killed)
        assert [told.what for told in merged(db, growing)] == [TAKEN]
        assert contents(db) == contents(growing)
        if day == 0:
            copied(growing, twin)
    Crawl(twin / "growing.db", county, 5)
    assert [told.what for told in merged(db, twin / "growing.db")] == [SET_ASIDE]
    assert [told.what for told in merged(db, growing, twin / "growing.db")] == [KNOWN, KNOWN]
    assert sound(db)
    for path in (growing, twin / "growing.db"):
        assert list(check(db, beside(db), summary(path, beside(path)).tip)) == []


# --- what can't be taken ---


def test_the_second_of_two_that_began_alike_keeps_its_originals_alone(world: World, tmp_path: Path) -> None:
    db, county = copied(world.folder / "many.db", tmp_path), world.counties[0]
    twins = [tmp_path / "twin1.db", tmp_path / "twin2.db"]
    for day, twin in enumerate(twins, 10):
        job.begin(db, county.name, twin)
        Crawl(twin, county, day)
    assert [told.what for told in merged(db, twins[0])] == [TAKEN]
    before = contents(db)
    assert [told.what for told in merged(db, twins[1])] == [SET_ASIDE]
    assert sound(db)
    after = contents(db)
    assert {table for table in after if after[table] != before[table]} == {"crawls", "captures", "problems"}
    assert (
        len(after["captures"]) - len(before["captures"])
        == rows(twins[1], "SELECT count(*) AS n FROM captures WHERE id > 0")[0]["n"]
    )
    assert [told.what for told in merged(db, *twins)] == [KNOWN, KNOWN]
    with closing(Frontier(db, county.name, 99)) as frontier:
        (first,) = rows(twins[0], "SELECT fetched_at FROM captures WHERE id = 1")
        known = frontier.known(f"http://{county.name}.example/plans/")
        assert known is not None
        assert rows(db, "SELECT fetched_at FROM captures WHERE id = ?", known.capture_id) == [first]


def test_what_goes_on_from_a_crawl_that_is_not_there_waits_for_it(world: World, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    third, second, first = (world.jobs[number] for number in (4, 2, 0))
    assert [told.what for told in merged(db, third)] == [WAITS]
    assert contents(db)["records"] == []
    assert [told.what for told in merged(db, third, first, second)] == [TAKEN] * 3


def test_what_another_parser_read_is_not_mixed_with_what_ours_did(world: World, tmp_path: Path) -> None:
    db, path = copied(world.folder / "many.db", tmp_path), tmp_path / "job.db"
    job.begin(db, "a", path)
    Crawl(path, world.counties[0], 10)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO settings VALUES ('parser:a', 'newer')")
    before = contents(db)
    (told,) = merged(db, path)
    assert (told.what, "another version" in told.why) == (WAITS, True)
    assert contents(db) == before


def test_damaged_originals_are_not_merged(world: World, tmp_path: Path) -> None:
    damaged = copied(world.jobs[0], tmp_path)
    with closing(sqlite3.connect(beside(damaged))) as connection, connection:
        connection.execute("UPDATE captures SET day = '2001-01-01' WHERE id = 2")
    told = merged(tmp_path / "a.db", damaged, world.jobs[1])
    assert [each.what for each in told] == [FAILED, TAKEN]
    assert re.match(r"capture 2 .* no longer what was stored", told[0].why)
    assert {row["portal"] for row in rows(tmp_path / "a.db", "SELECT portal FROM crawls")} == {"bb"}


# --- provable ---


def test_the_tip_of_a_merged_file_stays_provable(world: World) -> None:
    many = world.folder / "many.db"
    for path in world.jobs:
        tip = summary(path, beside(path)).tip
        assert tip is not None
        assert list(check(many, beside(many), tip)) == []
    number, digest = tip
    assert [found.what for found in check(many, beside(many), (number, digest[::-1]))] != []


def test_a_change_to_what_a_merged_capture_was_is_found(world: World, tmp_path: Path) -> None:
    many = copied(world.folder / "many.db", tmp_path)
    with closing(sqlite3.connect(beside(many))) as connection, connection:
        connection.execute("UPDATE folded SET source_crawl_id = source_crawl_id + 1 WHERE first_id = 1")
    assert any("no longer give the tip" in found.what for found in check(many, beside(many)))


# --- the command ---


def test_the_command(world: World, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    done = disclosures("merge", world.jobs[2], world.jobs[0], "--db", db)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{world.jobs[0]}: a: 1 crawl taken", f"{world.jobs[2]}: a: 1 crawl taken"]
    done = disclosures("merge", world.jobs[2], "--db", db)
    assert (done.returncode, done.stdout) == (0, f"{world.jobs[2]}: a: known: all its crawls are here\n")
    done = disclosures("merge", world.jobs[5], "--db", db)
    assert (done.returncode, "bb: waits: it goes on from crawls that are not here" in done.stdout) == (1, True)
    for source, said in ((db, "is the archive itself"), (beside(db), "is not a disclosures archive")):
        done = disclosures("merge", source, "--db", db)
        assert (done.returncode, done.stderr.count("\n"), said in done.stderr) == (2, 1, True)
