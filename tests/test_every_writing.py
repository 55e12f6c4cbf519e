"""After each command that may write an archive, `verify` finds it well, sealed, and its bytes compared."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from tests.conftest import Site, crawl, disclosures, portal_file, rows
from tests.test_rosters import Held, page, served
from tests.test_sealing import FORGED, tamper


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Held]:
    with Site(served()) as site:  # type: ignore[arg-type]
        yield Held(tmp_path, site)


def require_well(archive: Held, after: str) -> None:
    said = archive.run("verify")
    assert said.startswith("all well"), (after, said)
    assert "not sealed" not in said, (after, said)
    assert "not compared" not in said, (after, said)


def test_every_command_leaves_an_archive_that_verifies(archive: Held, tmp_path: Path) -> None:
    require_well(archive, "crawl")
    archive.site.answers["/d/3.html"] = page("样本镇通知", "<p>样本通知正文，改过一处。</p>")
    archive.crawl()
    require_well(archive, "a crawl with changes")
    (first, second) = (each["number"] for each in archive.waiting())
    for command in (
        ("review", "--release", first),
        ("review", "--keep", second),
        ("withhold", "3", "--reason", "样本缘由"),
        ("withhold", "3", "--lift"),
        ("reparse",),
        ("redact",),
        ("status",),
        ("publish", tmp_path / "published"),
        ("backup", tmp_path / "backup"),
        ("export", "csv", "--out", tmp_path / "a.csv"),
        ("search", "样本"),
        ("seal",),
        ("verify", "--reread"),
        ("withhold", "2", "--reason", "样本缘由", "--destroy"),
    ):
        done = disclosures(*command, "--db", archive.db)
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        require_well(archive, str(command))
    back = tmp_path / "back.db"
    assert disclosures("restore", tmp_path / "backup", "--db", back).returncode == 0
    assert disclosures("verify", "--db", back).stdout.startswith("all well")


def test_a_job_merged_into_the_archive_leaves_both_well(archive: Held, tmp_path: Path) -> None:
    machine = tmp_path / "machine"
    machine.mkdir()
    of_the_job = machine / "job.db"
    portal = portal_file(machine, archive.site.url, ("other", "样本目录", "/list.html"), name="neighbour")
    assert crawl(portal, of_the_job).returncode == 0
    assert disclosures("verify", "--db", of_the_job).stdout.startswith("all well")
    archive.run("merge", of_the_job)
    require_well(archive, "merge")
    assert disclosures("verify", "--db", of_the_job).stdout.startswith("all well")


def test_a_forged_withdrawal_is_named_before_and_after_the_next_crawl(archive: Held) -> None:
    tamper(archive.db, FORGED.replace(" 2, ", " 1, "))
    said = archive.run("verify", status=1)
    assert "(withdrawn, " in said
    assert "): no crawl made it" in said
    assert "not what the last writing left" in said
    archive.crawl()
    said = archive.run("verify", status=1)
    assert "bytes" not in said, "they are as the last crawl left them"
    assert "): no crawl made it" in said


def test_what_is_read_again_to_be_compared_seals_nothing(archive: Held) -> None:
    before = archive.db.read_bytes(), beside(archive.db).read_bytes()
    archive.run("verify", "--reread")
    assert (archive.db.read_bytes(), beside(archive.db).read_bytes()) == before


def test_what_a_killed_crawl_wrote_is_told_and_sealed_by_the_next(archive: Held) -> None:
    with closing(sqlite3.connect(archive.db)) as connection, closing(Evidence(beside(archive.db))) as evidence:
        connection.execute("INSERT INTO unsealed SELECT 'event', id, 0, 0 FROM events LIMIT 2")
        connection.execute(
            "UPDATE events SET detail = json_set(detail, '$.sample', 1) WHERE id IN (SELECT row_id FROM unsealed)"
        )
        connection.commit()
        last = evidence.last_claim()
    made = "SELECT 1 FROM claims WHERE kind IN ('event', 'version') AND id > ?"
    with closing(sqlite3.connect(beside(archive.db))) as connection:
        connection.execute("DELETE FROM block_sums")
        connection.commit()
    said = archive.run("verify")
    assert "note: 2 events and versions are not sealed yet" in said
    assert "note: the bytes of a.db are not compared" in said
    archive.crawl()
    require_well(archive, "a killed crawl")
    assert len(rows(beside(archive.db), made, last)) == 2
