"""Rows that a merge brings along besides crawls and records: certificates, what is kept aside, and decisions on what lists persons."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.maintenance import job
from archive.maintenance.merge import TAKEN
from tests.conftest import rows
from tests.jobs import County, Crawl, merged, sound
from tests.test_store import DAY


def write(db: Path, *statements: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Path, Path]:
    """An archive of two counties, and a job that went on with the first of them: its records have other numbers there."""
    archive, source = tmp_path / "archive.db", tmp_path / "job.db"
    counties = [County("bb"), County("a")]
    for seed, county in enumerate(counties):
        county.live(random.Random(seed))
        Crawl(archive, county, 0)
    job.begin(archive, "a", source)
    Crawl(source, counties[1], 1)
    return archive, source


def first_record(db: Path) -> tuple[int, str]:
    """A record of the first county: its number, and its address."""
    (found,) = rows(db, "SELECT id, url FROM records WHERE portal = 'a' ORDER BY url LIMIT 1")
    return int(str(found["id"])), str(found["url"])


def test_certificates_come_along(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    for db, digests in ((archive, "xy"), (source, "yz")):
        columns = [str(each["name"]) for each in rows(db, "SELECT name FROM pragma_table_info('certificates')")]
        for digest in digests:
            values = ", ".join(f"'{digest if name == 'sha256' else 'sample'}'" for name in columns)
            write(db, f"INSERT INTO certificates VALUES ({values})")
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert [each["sha256"] for each in rows(archive, "SELECT sha256 FROM certificates ORDER BY 1")] == ["x", "y", "z"]


def test_what_changed_in_a_budget_comes_along_under_the_numbers_of_here(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    (here, url), (there, _) = first_record(archive), first_record(source)
    (after,) = rows(source, "SELECT max(id) AS id FROM captures WHERE url = ?", url)
    write(
        source,
        "INSERT INTO budget_changes (record_id, url, after_capture_id, kind, number, row, place, code, name, column_name, before_printed, after_printed, checked) "
        f"VALUES ({there}, 'http://a.example/1.pdf', {after['id']}, 'three_public', 1, 1, 1, '', '样本', '样本', '1.00', '2.00', 0)",
    )
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    (told,) = rows(archive, "SELECT record_id, after_capture_id AS capture, after_printed FROM budget_changes")
    assert (told["record_id"], told["after_printed"]) == (here, "2.00")
    assert rows(archive, "SELECT url FROM captures WHERE id = ?", told["capture"]) == [{"url": url}]


def test_what_is_kept_aside_is_that_of_the_later_crawl(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    kept = "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, at, content) VALUES ({}, (SELECT max(id) FROM crawls WHERE portal = '{}'), 'row', 0, '', '{}')"
    other = rows(archive, "SELECT id FROM records WHERE portal = 'bb' LIMIT 1")[0]["id"]
    (here, url), (there, same) = first_record(archive), first_record(source)
    assert url == same
    write(archive, kept.format(here, "a", "of before"), kept.format(other, "bb", "of another county"))
    write(source, kept.format(there, "a", "of the job"))
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, "SELECT record_id, content FROM deferred ORDER BY content") == [
        {"record_id": other, "content": "of another county"},
        {"record_id": here, "content": "of the job"},
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "stands"),
    [
        (("kept", 1), ("released", 2), "released"),
        (("kept", 2), ("released", 1), "kept"),
        (("released", 1), ("waiting", 2), "released"),
        (("waiting", 2), ("released", 1), "released"),
        (("waiting", 1), ("waiting", 2), "waiting"),
        (None, ("kept", 1), "kept"),
        (("kept", 1), None, "kept"),
    ],
)
def test_of_two_decisions_the_later_stands_and_none_is_undone(
    parts: tuple[Path, Path], ours: tuple[str, int] | None, theirs: tuple[str, int] | None, stands: str
) -> None:
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES ({}, '', '{}', 9, '{}', '{}')"
    for db, decision in zip(parts, (ours, theirs), strict=True):
        if decision:
            number, url = first_record(db)
            write(db, held.format(number, f"a {url}", decision[0], DAY.format(decision[1])))
    archive, source = parts
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, "SELECT record_id, state FROM rosters") == [
        {"record_id": first_record(archive)[0], "state": stands}
    ]
    assert sound(archive)
