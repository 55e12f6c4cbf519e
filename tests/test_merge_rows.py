"""Rows that a merge brings along besides crawls and records: certificates, what is kept aside, and decisions on what lists persons."""

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.database.connection import transaction
from archive.database.portal_changes import REMOVED, RESUMED, RETIRED, Change
from archive.database.withheld import hidden
from archive.directory.entries import Listed, add, homes
from archive.evidence.evidence_reader import beside
from archive.maintenance import job
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.merge import FAILED, KNOWN, SET_ASIDE, TAKEN, WAITS, MergeResult
from archive.maintenance.portal_life import change
from archive.maintenance.withholding import withhold
from archive.masking.personal_numbers import RULES_VERSION
from archive.search import engine, index
from crawler.cli.main import main
from tests.conftest import rows
from tests.jobs import County, Crawl, merged, sound
from tests.test_store import DAY


def write(db: Path, *statements: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(autouse=True)
def rows_of_any_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written here as no crawl writes them all."""
    monkeypatch.setattr("archive.maintenance.merge.check_database", lambda *_: iter(()))


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


def test_what_was_masked_comes_along_by_the_catalogues_of_here(parts: tuple[Path, Path]) -> None:
    """Of a row it stands under its catalogue's number, of a page under 0, of a file under its address."""
    archive, source = parts
    (here, _), (there, _) = first_record(archive), first_record(source)
    catalogs = {db: rows(db, "SELECT id FROM catalogs WHERE portal = 'a' ORDER BY url")[0]["id"] for db in parts}
    assert catalogs[archive] != catalogs[source]
    address = "http://a.example/1.pdf"
    write(source, "DELETE FROM redactions", *(
        f"INSERT INTO redactions (record_id, source, kind, count, rules_version) VALUES ({there}, '{each}', 'phone', {count}, {RULES_VERSION})"
        for count, each in enumerate((catalogs[source], 0, address), 7)
    ))  # fmt: skip
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    found = rows(archive, "SELECT source, count FROM redactions WHERE record_id = ? ORDER BY count", here)
    assert [(each["source"], each["count"]) for each in found] == [(str(catalogs[archive]), 7), ("0", 8), (address, 9)]


def test_a_list_that_two_portals_name_is_each_s_own(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    write(archive, "UPDATE catalogs SET url = replace(url, '//bb.', '//a.') WHERE portal = 'bb'")
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    own = "SELECT DISTINCT c.portal FROM {} l JOIN catalogs c ON c.id = l.catalog_id JOIN crawls w ON w.id = l.crawl_id WHERE w.portal = 'a'"
    assert [rows(archive, own.format(table)) for table in ("walks", "ledger")] == [[{"portal": "a"}]] * 2


def test_the_proof_of_an_event_names_captures_walks_and_catalogues_as_they_are_here(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    Crawl(archive, County("ccc"), 1)  # which has the job's number here
    (there, url), (catalog,) = (
        first_record(source),
        rows(source, "SELECT id, url FROM catalogs WHERE portal = 'a' LIMIT 1"),
    )
    (crawl,) = rows(source, "SELECT max(id) AS id FROM crawls")
    pages = {each["url"]: each["id"] for each in rows(source, "SELECT url, max(id) AS id FROM captures GROUP BY url")}
    detail = {
        "walk": crawl["id"],
        "catalogs": [catalog["id"]],
        "listed": pages[catalog["url"]],
        "page": pages[url],
        "reason": "样本",
    }
    event = "INSERT INTO events (record_id, kind, at, crawl_id, detail, before_capture_id, after_capture_id) VALUES ({}, 'unlisted', '{}', {}, '{}', {}, {})"
    write(source, event.format(there, DAY.format(2), crawl["id"], json.dumps(detail), detail["listed"], detail["page"]))
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    (told,) = rows(archive, "SELECT * FROM events WHERE detail LIKE '%样本%' OR detail ->> '$.reason' = '样本'")
    proof = json.loads(str(told["detail"]))
    assert rows(archive, "SELECT url FROM records WHERE id = ?", told["record_id"]) == [{"url": url}]
    assert rows(archive, "SELECT portal FROM crawls WHERE id = ?", proof["walk"]) == [{"portal": "a"}]
    assert proof["walk"] == told["crawl_id"] != crawl["id"]
    assert rows(archive, "SELECT url, portal FROM catalogs WHERE id = ?", *proof["catalogs"]) == [
        {"url": catalog["url"], "portal": "a"}
    ]
    named = [proof["listed"], told["before_capture_id"], proof["page"], told["after_capture_id"]]
    shown = [rows(archive, "SELECT url FROM captures WHERE id = ?", number)[0]["url"] for number in named]
    assert shown == [catalog["url"], catalog["url"], url, url]


def test_what_went_in_the_job_goes_here_and_is_found_no_more(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    (here, _), (there, _) = first_record(archive), first_record(source)
    file = "INSERT INTO attachments (record_id, name, url, text, state) VALUES ({}, '样本', 'http://a.example/x.txt', '样本独有字句', 'text')"
    with closing(open_up_to_date(archive)) as connection, transaction(connection) as c:
        index.changing(c, here)
        c.execute(file.format(here))
        index.catch_up(c)
    write(source, f"UPDATE records SET title = '样本新题' WHERE id = {there}")
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, "SELECT 1 FROM attachments WHERE url = 'http://a.example/x.txt'") == []
    with closing(open_up_to_date(archive)) as connection:
        assert [engine.count(connection, engine.search(words)) for words in ("独有字句", "样本新题")] == [0, 1]


def test_what_is_withheld_and_the_directory_come_along(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    withhold(source, beside(source), "样本", DAY.format(9), addresses=["http://a.example/plans/"])
    with closing(open_up_to_date(source)) as connection:
        add(connection, [Listed("640324", "", "http://county.example/")], "one.csv", "2026-01-01")
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    with closing(open_up_to_date(archive)) as connection:
        assert hidden(connection, "http://a.example/plans/", "f" * 64) == "withheld"
        assert [each.home for each in homes(connection)] == ["http://county.example/"]


def test_what_was_found_of_a_home_later_stands(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    found = {
        "here later": ("2026-02-01", "2026-01-01"),
        "there later": ("2026-01-01", "2026-02-01"),
        "never here": (None, "2026-01-01"),
        "never there": ("2026-01-01", None),
    }
    for place, (db, state) in enumerate(((archive, "surveyed"), (source, "dead"))):
        for home, days in found.items():
            day = f"'{days[place]}'" if days[place] else "NULL"
            write(
                db,
                f"INSERT INTO directory (home, name, source, as_of, state, surveyed_at) VALUES ('{home}', '', '', '', '{state}', {day})",
            )
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert {each["home"]: each["state"] for each in rows(archive, "SELECT home, state FROM directory")} == {
        "here later": "surveyed", "there later": "dead", "never here": "dead", "never there": "surveyed"
    }  # fmt: skip


def test_a_portal_that_was_retired_before_both_and_is_resumed_here_goes_on(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    retired = Change("a", RETIRED, DAY.format(9))
    for db in parts:
        change(db, [retired])
    change(archive, [Change("a", RESUMED, DAY.format(10))])
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, "SELECT kind FROM portal_changes ORDER BY id") == [{"kind": RETIRED}, {"kind": RESUMED}]
    assert rows(archive, "SELECT retired_at FROM portals WHERE id = 'a'") == [{"retired_at": None}]


def test_a_portal_that_was_removed_elsewhere_stays(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    before = rows(archive, "SELECT * FROM records")
    change(source, [Change("a", REMOVED, DAY.format(9))])
    merged(archive, source)
    assert rows(archive, "SELECT * FROM records") == before


def test_records_whose_addresses_changed_hands_keep_their_numbers(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    one, other = rows(source, "SELECT id, url FROM records WHERE portal = 'a' AND state = 'listed' ORDER BY id LIMIT 2")
    numbers = "SELECT id FROM records WHERE url IN (?, ?) ORDER BY url = ?"
    before = rows(archive, numbers, one["url"], other["url"], one["url"])
    moved = "INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT {}, 'moved', max(started_at), max(id), json_object('from', '{}') FROM crawls"
    write(
        source,
        *(moved.format(each["id"], each["url"]) for each in (one, other)),
        f"UPDATE records SET url = 'free' WHERE id = {one['id']}",
        f"UPDATE records SET url = '{one['url']}' WHERE id = {other['id']}",
        f"UPDATE records SET url = '{other['url']}' WHERE id = {one['id']}",
    )
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, numbers, one["url"], other["url"], other["url"]) == before


def test_a_record_that_moved_twice_since_is_known_by_the_address_it_had_here(parts: tuple[Path, Path]) -> None:
    archive, source = parts
    (here, url), (there, _) = first_record(archive), first_record(source)
    moved = "INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT {}, 'moved', max(started_at), max(id), json_object('from', '{}', 'to', '{}') FROM crawls"
    second, third = "http://a.example/second.html", "http://a.example/third.html"
    write(
        source,
        moved.format(there, url, second),
        moved.format(there, second, third),
        f"UPDATE records SET url = '{third}' WHERE id = {there}",
    )
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    assert rows(archive, "SELECT id FROM records WHERE url IN (?, ?, ?)", url, second, third) == [{"id": here}]
    assert rows(archive, "SELECT id FROM records WHERE url = ?", third) == [{"id": here}]


def test_of_a_portal_that_was_removed_what_was_crawled_after_that_is_taken(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    archive, source = parts
    change(archive, [Change("a", REMOVED, DAY.format(9))])
    anew, county = tmp_path / "anew.db", County("a")
    county.live(random.Random(2))
    Crawl(anew, county, 20)
    assert [each.what for each in merged(archive, source)] == [KNOWN]
    assert rows(archive, "SELECT 1 FROM records WHERE portal = 'a'") == []
    assert [each.what for each in merged(archive, anew)] == [TAKEN]
    assert len(rows(archive, "SELECT 1 FROM records WHERE portal = 'a'")) == len(rows(anew, "SELECT 1 FROM records"))


def test_a_portal_that_was_removed_in_the_second_in_which_it_was_first_crawled_is_not_taken(
    parts: tuple[Path, Path],
) -> None:
    archive, source = parts
    (first,) = rows(source, "SELECT min(started_at) AS at FROM crawls WHERE portal = 'a'")
    change(archive, [Change("a", REMOVED, str(first["at"]))])
    assert [each.what for each in merged(archive, source)] == [KNOWN]
    assert rows(archive, "SELECT 1 FROM records WHERE portal = 'a'") == []


def test_of_two_records_that_moved_to_one_address_the_last_is_what_stood_there(parts: tuple[Path, Path]) -> None:
    """It has the past of a record that the archive took for one of its own."""
    archive, source = parts
    listed = rows(source, "SELECT id, url FROM records WHERE portal = 'a' AND state = 'listed' ORDER BY id LIMIT 3")
    first, last, there = ((int(str(each["id"])), str(each["url"])) for each in listed)
    tables = ("attachments", "listings", "readings", "redactions", "versions", "events")
    moved = "INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT {}, 'moved', max(started_at), max(id), json_object('from', '{}', 'to', '{}') FROM crawls"
    write(
        source,
        *(f"DELETE FROM {table} WHERE record_id = {there[0]}" for table in tables),
        f"DELETE FROM records WHERE id = {there[0]}",
        *(moved.format(*each, there[1]) for each in (first, last)),
        f"UPDATE records SET url = '{there[1]}' WHERE id = {last[0]}",
    )
    past = f"INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT id, 'changed', first_seen, 1, '{{}}' FROM records WHERE url = '{there[1]}'"
    write(archive, past)
    (own,) = rows(archive, "SELECT id FROM records WHERE url = ?", last[1])
    assert [each.what for each in merged(archive, source)] == [TAKEN]
    found = rows(
        archive,
        "SELECT e.record_id, r.url FROM events e JOIN records r ON r.id = e.record_id WHERE e.detail = '{}' AND e.kind = 'changed'",
    )
    assert found == [{"record_id": own["id"], "url": there[1]}]


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


def test_whichever_portal_is_not_taken_needs_attention(
    parts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, source = parts
    for last, status in ((TAKEN, 1), (KNOWN, 1)):
        results = [MergeResult(source, "a", SET_ASIDE, 1, "a sample"), MergeResult(source, "bb", last)]
        monkeypatch.setattr("archive.maintenance.merge.merge", lambda *_, results=results: iter(results))
        done = CliRunner().invoke(main, ["merge", str(source), "--db", str(archive)])
        assert (done.exit_code, done.stdout.count("\n")) == (status, 2)


@pytest.mark.parametrize(
    ("what", "stays"), [(TAKEN, False), (KNOWN, False), (SET_ASIDE, False), (WAITS, True), (FAILED, True)]
)
def test_only_what_was_merged_is_deleted_out_of_a_spool(
    parts: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, stays: bool
) -> None:
    archive, source = parts
    brought = tmp_path / "spool" / "done" / "a.20260101T000000Z" / "disclosures.db"
    brought.parent.mkdir(parents=True)
    shutil.copy(source, brought)
    monkeypatch.setattr("archive.maintenance.merge.merge", lambda *_: iter([MergeResult(brought, "a", what)]))
    CliRunner().invoke(main, ["merge", str(tmp_path / "spool"), "--delete", "--db", str(archive)])
    assert brought.exists() == stays
