"""Events and versions are sealed as they are written: what is forged, removed or changed shows, and honest archives stay well."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.maintenance import job, sealing
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check, summary
from archive.maintenance.merge import TAKEN
from archive.maintenance.withholding import lift, withhold
from tests.conftest import rows
from tests.crawled_in_steps import CrawlInSteps
from tests.jobs import FIRST, NOW, Crawl, merged
from tests.test_stopped_anywhere import lived

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls of a county in which records come, change, move and go."""
    db = tmp_path_factory.mktemp("sealed") / "a.db"
    CrawlInSteps(db, lived(3), FIRST)
    CrawlInSteps(db, lived(6), FIRST + DAY)
    return db


def copied(db: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for source in (db, beside(db)):
        shutil.copy(source, folder)
    return folder / db.name


@pytest.fixture
def db(crawled: Path, tmp_path: Path) -> Path:
    return copied(crawled, tmp_path / "copy")


def tamper(path: Path, sql: str) -> None:
    """Change a database as any program would."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(sql).rowcount > 0, sql
        connection.commit()


def faults(db: Path) -> list[str]:
    """The faults, save for the bytes that were changed, which `tests/test_block_sums.py` looks at, and for states that forged
    events don't bear out: those `tests/test_verify_compares.py` looks at.
    """
    found = map(str, check(db, beside(db)))
    return [fault for fault in found if ": bytes " not in fault and " is stated to be " not in fault]


def claims(db: Path) -> int:
    """The number of lines that speak of events and versions."""
    with closing(sqlite3.connect(beside(db))) as evidence:
        sql = "SELECT count(*) FROM claims WHERE kind IN ('event', 'version')"
        return int(evidence.execute(sql).fetchone()[0])


FORGED = (
    "INSERT INTO events (record_id, kind, at, crawl_id, detail) "
    "SELECT min(id), 'withdrawn', '2026-01-02T00:00:00Z', 2, '{}' FROM records"
)


def test_all_events_and_versions_are_sealed(db: Path) -> None:
    assert list(check(db, beside(db))) == []
    kinds = {row["kind"] for row in rows(db, "SELECT kind FROM events")}
    assert kinds >= {"added", "changed", "withdrawn", "moved"}, "a record that moved has another's versions and events"
    (counted,) = rows(db, "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM versions) AS n")
    with closing(sqlite3.connect(beside(db))) as evidence:
        named = "SELECT count(DISTINCT kind || ' ' || row_id || ' ' || number) FROM claims WHERE kind IN ('event', 'version')"
        assert evidence.execute(named).fetchone()[0] >= counted["n"] > 30
    told = summary(db, beside(db))
    assert (told.unsealed, told.void) == (0, 0)


def test_a_manifest_can_be_computed_from_the_rows_alone(db: Path) -> None:
    """As archive/evidence/http_exchange.py says it, with nothing but JSON and SHA-256."""

    def sha256(value: object) -> bytes:
        return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).digest()

    with closing(Evidence(beside(db))) as evidence:
        *_, last = evidence.seal("9999-01-01")
    with closing(sqlite3.connect(beside(db))) as evidence_file, closing(sqlite3.connect(db)) as archive:
        evidence_file.row_factory = archive.row_factory = sqlite3.Row
        lines = evidence_file.execute("SELECT * FROM claims WHERE day = ? ORDER BY id", (last.day,)).fetchall()
        captures = evidence_file.execute(
            "SELECT digest FROM captures WHERE day = ? ORDER BY id", (last.day,)
        ).fetchall()
        digests = [bytes(row["digest"]) for row in captures]
        for line in lines:
            named = {name: line[name] for name in ("archive", "day", "id", "kind", "number", "row_id")}
            row = line["row_sha256"]
            digests.append(sha256({**named, "sha256": row.hex() if row else None}))
        lines_of_manifest = [last.previous_hash, *(digest.hex() for digest in digests), last.day]
        assert hashlib.sha256("\n".join(lines_of_manifest).encode()).hexdigest() == last.hash
        event = archive.execute("SELECT * FROM events ORDER BY id DESC LIMIT 1").fetchone()
        sealed = [line["row_sha256"] for line in lines if (line["kind"], line["row_id"]) == ("event", event["id"])]
        assert sealed[-1] == sha256({name: value for name, value in dict(event).items() if value is not None})


def test_the_same_crawl_twice_seals_nothing_new(db: Path) -> None:
    before = claims(db)
    CrawlInSteps(db, lived(6), FIRST + 2 * DAY)
    assert claims(db) == before
    assert list(check(db, beside(db))) == []


def test_a_forged_event_is_found_and_no_later_writing_blesses_it(db: Path) -> None:
    tamper(db, FORGED)
    (url,) = (row["url"] for row in rows(db, "SELECT url FROM records ORDER BY id LIMIT 1"))
    (event,) = (row["id"] for row in rows(db, "SELECT max(id) AS id FROM events"))
    expected = [f"a.db: event {event} (withdrawn, {url}): no crawl made it"]
    assert faults(db) == expected
    CrawlInSteps(db, lived(9), FIRST + 2 * DAY)
    assert faults(db) == expected
    with closing(open_up_to_date(db)) as connection, transaction(connection):  # as `redact` would
        connection.execute("UPDATE events SET detail = '{}' WHERE id = ?", (event,))
    assert faults(db) == expected


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM events WHERE id = 12", "a.db: event 12: sealed on {}, is gone"),
        ("DELETE FROM versions WHERE record_id = 2 AND number = 1", "a.db: version 1 of record 2 ({}): sealed on {}, is gone"),
        ("UPDATE events SET kind = 'withdrawn' WHERE id = 3", "a.db: event 3 (withdrawn, {}): is not what was sealed on {}"),
        ("UPDATE events SET at = '2020-01-01T00:00:00Z' WHERE id = 3", "is not what was sealed on {}"),
        ("UPDATE versions SET changed = '{\"title\": [\"甲\", \"乙\"]}' WHERE record_id = 2 AND number = 1", "a.db: version 1 of record 2 ({}): is not what was sealed on {}"),
        ("UPDATE versions SET cause = 'parser' WHERE record_id = 2", "is not what was sealed on {}"),
        ("INSERT INTO versions (record_id, number, seen_at, changed, cause) VALUES (2, 999, '2026-01-01T00:00:00Z', '{}', 'source')", "a.db: version 999 of record 2 ({}): no crawl made it"),
        ("DELETE FROM events", "a.db: event 1: sealed on {}, is gone"),
    ],
)  # fmt: skip
def test_what_is_removed_changed_or_added_by_another_program_is_named(db: Path, sql: str, found: str) -> None:
    tamper(db, sql)
    lines = faults(db)
    pieces = found.split("{}")
    assert any(all(piece in line for piece in pieces) for line in lines), lines
    open_up_to_date(db).close()
    assert faults(db) == lines


def test_a_last_event_taken_out_is_told_of_though_its_number_is_given_again(db: Path) -> None:
    tamper(db, "DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
    assert len(faults(db)) == 1
    CrawlInSteps(db, lived(9), FIRST + 2 * DAY)
    assert faults(db) == []
    assert summary(db, beside(db)).void == 1
    (problem,) = rows(db, "SELECT message FROM problems WHERE kind = 'claims_void'")
    assert str(problem["message"]).startswith("1 sealed events and versions are not here")


def test_what_our_own_code_deletes_and_makes_again_is_no_loss(db: Path) -> None:
    with closing(open_up_to_date(db)) as connection, transaction(connection):
        connection.execute("DELETE FROM events WHERE id = (SELECT max(id) FROM events)")
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id) SELECT record_id, 'changed', at, crawl_id FROM events LIMIT 1"
        )
    assert summary(db, beside(db)).void == 0
    assert faults(db) == []


def test_what_was_sealed_before_a_kill_and_is_noted_still_is_no_loss(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed when the claims were in the evidence and the notes had not gone; the event that was made changes after that."""

    def killed(*_: object) -> None:
        raise sqlite3.OperationalError

    made = "INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT record_id, 'changed', at, crawl_id, '{}' FROM events LIMIT 1"
    monkeypatch.setattr(sealing, "keep_setting", killed)
    before = claims(db)
    with suppress(sqlite3.OperationalError):
        changed(db, made)
    monkeypatch.undo()
    assert (claims(db), summary(db, beside(db)).unsealed) == (before + 1, 1)
    changed(
        db, "UPDATE events SET detail = json_object('changed', json_object()) WHERE id = (SELECT max(id) FROM events)"
    )
    assert faults(db) == []
    assert (summary(db, beside(db)).void, summary(db, beside(db)).unsealed) == (0, 0)


def test_events_are_not_named_in_place_of_others(db: Path) -> None:
    tamper(db, "DELETE FROM events WHERE id = 12")
    assert len(faults(db)) == 1


def changed(db: Path, sql: str) -> None:
    with closing(open_up_to_date(db)) as connection, transaction(connection):
        connection.execute(sql)


def withheld(db: Path) -> None:
    withhold(db, beside(db), "样本缘由", NOW, records=["2", "3"])
    assert rows(db, "SELECT count(*) AS n FROM events WHERE detail = '{}'")[0]["n"]


def lifted(db: Path) -> None:
    withheld(db)
    lift(db, beside(db), ["2"], [], [])


@pytest.mark.parametrize(
    "write",
    [
        withheld,
        lifted,
        lambda db: changed(db, "UPDATE versions SET changed = '{}'"),
        lambda db: changed(db, "UPDATE versions SET number = number + 1000 WHERE record_id = 2"),
        lambda db: changed(db, "DELETE FROM events WHERE id > 5"),
    ],
)
def test_what_our_own_code_writes_is_sealed_anew(db: Path, write: Callable[[Path], None]) -> None:
    before = claims(db)
    write(db)
    assert claims(db) > before
    assert faults(db) == []


def test_a_job_and_the_archive_it_is_merged_into_are_sealed_each(db: Path, tmp_path: Path) -> None:
    of_the_job = tmp_path / "job.db"
    job.begin(db, "a", of_the_job)
    CrawlInSteps(of_the_job, lived(9), FIRST + 3 * DAY)
    assert list(check(of_the_job, beside(of_the_job))) == []
    with closing(Evidence(beside(of_the_job))) as evidence:
        evidence.seal("9999-01-01")
        tip = evidence.tip()
    assert {each.what for each in merged(db, of_the_job)} == {TAKEN}
    assert list(check(db, beside(db))) == []
    assert tip
    assert list(check(db, beside(db), tip)) == [], (
        "the tip of a file is that of its captures: it holds where it was merged"
    )
    tamper(db, FORGED)
    assert len(faults(db)) == 1


# --- the archive is older than its evidence ---


def older(db: Path, crawled_again: Path) -> Path:
    """`crawled_again` goes on from `db`; its archive is put back to what `db` was."""
    CrawlInSteps(crawled_again, lived(9), FIRST + 2 * DAY)
    shutil.copy(db, crawled_again)
    return crawled_again


def test_an_archive_put_back_to_an_older_state_is_named_and_then_goes_on(crawled: Path, db: Path) -> None:
    later = older(crawled, db)
    lines = faults(later)
    assert len(lines) == 1, lines
    assert lines[0].startswith("a.db: claims sealed later: ")
    assert " are missing: a.db is older than they are" in lines[0]
    assert not any(fault.is_damage for fault in check(later, beside(later)) if ": bytes " not in str(fault))
    CrawlInSteps(later, lived(9), FIRST + 3 * DAY)
    assert list(check(later, beside(later))) == []
    void = summary(later, beside(later)).void
    assert f": {void} are missing" in lines[0]
    (problem,) = rows(later, "SELECT crawl_id, message FROM problems WHERE kind = 'claims_void'")
    assert (problem["crawl_id"], problem["message"].split()[0]) == (2, str(void))
    CrawlInSteps(later, lived(9), FIRST + 4 * DAY)
    assert summary(later, beside(later)).void == void
    assert len(rows(later, "SELECT 1 FROM problems WHERE kind = 'claims_void'")) == 1


def test_a_forged_event_in_an_older_state_is_not_blessed_by_going_on(crawled: Path, db: Path) -> None:
    later = older(crawled, db)
    tamper(later, FORGED)
    CrawlInSteps(later, lived(9), FIRST + 3 * DAY)
    (found,) = faults(later)
    assert found.endswith("no crawl made it")


def test_claims_cut_off_the_end_are_missed(db: Path) -> None:
    tamper(beside(db), "DELETE FROM claims WHERE id > 20")
    assert any("claims: " in line and "the last one there is 20" in line for line in faults(db))
    tamper(beside(db), "UPDATE sqlite_sequence SET seq = 20 WHERE name = 'claims'")
    assert any("were sealed, and a.evidence.db has 20" in line for line in faults(db))


@pytest.mark.parametrize(
    "change",
    ["row_id = row_id + 1", "number = 5", "row_sha256 = zeroblob(32)", "row_sha256 = NULL", "day = '2001-01-01'", "kind = 'void'", "archive = 'another'"],
)  # fmt: skip
def test_a_changed_line_of_the_claims_is_named(db: Path, change: str) -> None:
    tamper(beside(db), f"UPDATE claims SET {change} WHERE id = 7")
    assert any("claim 7: is no longer what was stored" in line for line in faults(db))


def test_days_with_claims_alone_are_sealed_too(db: Path) -> None:
    with closing(Evidence(beside(db))) as evidence:
        manifests = evidence.seal("9999-01-01")
        assert [each.captures for each in manifests if each.captures == 0] == [0]
        assert list(evidence.verify()) == []
    tamper(beside(db), "UPDATE claims SET day = '2025-12-31' WHERE id = 1")
    assert any("do not give its hash" in line for line in faults(db))


# --- whoever has no evidence, or another's ---


def test_an_archive_without_originals_notes_what_it_would_seal(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    Crawl(db, lived(3), 0)
    beside(db).unlink()
    changed(db, "UPDATE events SET detail = '{}'")
    assert not beside(db).exists()
    assert rows(db, "SELECT count(*) AS n FROM unsealed WHERE kind = 'event'")[0]["n"] > 3


def test_an_address_that_is_withheld_by_itself_is_in_the_sealed_list(db: Path) -> None:
    (page,) = rows(db, "SELECT url FROM captures c WHERE NOT EXISTS (SELECT 1 FROM records WHERE url = c.url) LIMIT 1")
    withhold(db, beside(db), "样本缘由", NOW, addresses=[str(page["url"])])
    tamper(db, "DELETE FROM withheld WHERE target = 'address'")
    assert [each for each in faults(db) if f"address {page['url']}: it was withheld on" in each] != []


def test_two_archives_in_one_evidence_keep_their_claims_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "a.db", tmp_path / "b.db"
    CrawlInSteps(one, lived(3), FIRST)
    with closing(open_up_to_date(other, beside(one))) as connection, transaction(connection):
        connection.execute(
            "INSERT INTO portals (id, name, division_code, home) VALUES ('p', '样本', '640399', 'http://p/')"
        )
        connection.execute("INSERT INTO crawls (portal, mode, started_at) VALUES ('p', 'full', '2026-01-01T00:00:00Z')")
        connection.execute(
            "INSERT INTO records (portal, url, kind, first_seen, last_seen) VALUES ('p', 'http://p/1', 'plan', '', '')"
        )
        connection.execute("INSERT INTO events (record_id, kind, at, crawl_id) VALUES (1, 'added', '', 1)")
    assert list(check(one, beside(one))) == []
    assert [str(fault) for fault in check(other, beside(one)) if "event" in str(fault)] == []
    withhold(one, beside(one), "样本缘由", NOW, records=["1"])
    assert [str(fault) for fault in check(other, beside(one)) if "it was withheld" in str(fault)] == []
    tamper(other, "DELETE FROM events")
    assert any("event 1: sealed on" in str(fault) for fault in check(other, beside(one)))


def test_a_crawl_that_ends_is_sealed_while_others_go_on(db: Path) -> None:
    with closing(open_up_to_date(db)) as archive, closing(Evidence(beside(db))) as evidence:
        start = SessionStart(db, evidence.path, lived(6).portal, "full", timedelta(7), FIRST + 5 * DAY)
        session = CrawlSession(start, archive, evidence)
        with transaction(archive):
            archive.execute("UPDATE events SET detail = '{}' WHERE id < 4")
        before = evidence.last_claim()
        session.close("finished", FIRST + 5 * DAY)
        assert evidence.last_claim() == before + 1 + 3  # the end of the crawl's log
        assert summary(db, beside(db)).unsealed == 0
