"""`verify` compares what is stored with what the originals say, with characters, with a head kept elsewhere."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import open_for_writing
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.maintenance.check import check_database
from archive.maintenance.sealing import copy_seals
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows


@pytest.fixture
def archive(sample_archive: Path, tmp_path: Path) -> Path:
    """A copy of the sample archive with its originals."""
    db = tmp_path / "sample.db"
    shutil.copy(sample_archive, db)
    shutil.copy(beside(sample_archive), beside(db))
    return db


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount != 0
        connection.commit()


def verify(db: Path, *options: object, status: int = 1) -> str:
    done = disclosures("verify", "--db", db, *options)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_an_archive_that_says_what_its_originals_say_is_well_and_stays_as_it_is(archive: Path) -> None:
    before = archive.read_bytes(), beside(archive).read_bytes()
    assert "all well" in verify(archive, "--reread", status=0)
    assert (archive.read_bytes(), beside(archive).read_bytes()) == before


A_RECORD = "(SELECT min(id) FROM records WHERE body IS NOT NULL AND state = 'listed')"
OTHERS = [
    f"(SELECT id FROM records WHERE body IS NOT NULL AND state = 'listed' ORDER BY id LIMIT 1 OFFSET {n})"
    for n in range(6)
]
"""One record after the other: what is done to each is found by one reading of the originals, which takes a second."""


def test_what_is_stored_otherwise_than_the_originals_say_is_found(archive: Path) -> None:
    statements = {
        f"UPDATE records SET body = NULL WHERE id = {OTHERS[0]}": "body",
        f"UPDATE records SET body = body || '伪' WHERE id = {OTHERS[1]}": "body",
        f"UPDATE records SET title = '伪造的标题' WHERE id = {OTHERS[2]}": "title",
        f"UPDATE records SET published_on = '1999-01-01' WHERE id = {OTHERS[3]}": "published_on",
        "UPDATE records SET title = '伪造的标题' WHERE id = (SELECT id FROM records WHERE url LIKE '%#row-%')": "title",
        f"UPDATE records SET source_fields = '{{}}' WHERE id = {OTHERS[4]}": "source_fields",
        "UPDATE records SET tables = replace(tables, '1', '7') WHERE id = (SELECT max(id) FROM records WHERE tables LIKE '%1%')": "tables",
        "UPDATE attachments SET tables = replace(tables, '1', '7') WHERE id = (SELECT max(id) FROM attachments WHERE tables LIKE '%1%')": "tables",
    }
    for statement in reversed(statements):  # those that look for a text first
        tamper(archive, statement)
    found = re.findall(r"something else: (\w+)\n", verify(archive, "--reread"))
    assert sorted(found) == sorted(statements.values())


HAPPENED = f"""
    INSERT INTO events (record_id, kind, at, crawl_id)
    SELECT record_id, '{{}}', at, crawl_id FROM events WHERE record_id = {A_RECORD} LIMIT 1
"""


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (f"UPDATE records SET state = 'withdrawn' WHERE id = {A_RECORD}", "is stated to be withdrawn, and its last event is added"),
        (f"UPDATE records SET state = 'unlisted' WHERE id = {A_RECORD}", "is stated to be unlisted, and its last event is added"),
        (HAPPENED.format("withdrawn"), "is stated to be listed, and its last event is withdrawn"),
        (f"DELETE FROM events WHERE record_id = {A_RECORD}", "is stated to be listed, and its last event is none"),
        (f"UPDATE records SET state = 'withheld' WHERE id = {A_RECORD}", "is stated to be withheld, and nobody withheld it"),
        (f"UPDATE records SET first_seen = '2001-01-01T00:00:00Z' WHERE id = {A_RECORD}", "is stated to be seen first at 2001"),
        (f"UPDATE listings SET first_seen = '2001-01-01T00:00:00Z' WHERE record_id = {A_RECORD}", "is stated to be seen from 2001"),
        (f"UPDATE listings SET last_seen = '2999-01-01T00:00:00Z' WHERE record_id = {A_RECORD}", "by a crawl that did not run at 2999"),
        (f"UPDATE records SET last_seen = '2001-01-01T00:00:00Z' WHERE id = {A_RECORD}", ", and the record is not"),
        ("UPDATE ledger SET rows_read = rows_read + 7", "rows, and"),
        ("UPDATE ledger SET complete = 1, pages_claimed = pages_read + 1", "claims more pages than were read"),
    ],
)  # fmt: skip
def test_a_state_that_events_crawls_and_walks_do_not_bear_out_is_named(
    archive: Path, statement: str, found: str
) -> None:
    tamper(archive, statement)
    assert found in "\n".join(map(str, check_database(archive)))


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE portals SET home = 'https://forged.example/'", "its home is not as in the sealed log of its last crawl"),
        ("UPDATE portals SET name = '伪造县', division_code = '110101'", "its name, division_code is not as in the sealed log"),
        ("UPDATE crawls SET outcome = 'budget_reached' WHERE id = 1", "is stated to have ended as budget_reached, and its sealed log says"),
        (f"UPDATE records SET kind = 'forged' WHERE id = {A_RECORD}", "is stated to be of the kind forged, which no catalogue of it has"),
    ],
)  # fmt: skip
def test_what_the_sealed_logs_of_crawls_say_otherwise_is_named(archive: Path, statement: str, found: str) -> None:
    tamper(archive, statement)
    (fault,) = check_database(archive, beside(archive))
    assert found in str(fault)


def test_what_changed_since_the_last_crawl_is_not_compared_with_its_log(archive: Path) -> None:
    tamper(
        archive,
        "UPDATE portals SET home = 'https://moved.example/'",
        "INSERT INTO portal_changes (portal, kind, at, before, after) "
        "SELECT id, 'moved', '2999-01-01T00:00:00Z', 'a.example', 'moved.example' FROM portals",
        "UPDATE catalogs SET kind = 'other'",
        "UPDATE crawls SET outcome = 'interrupted'",
    )
    assert [str(fault) for fault in check_database(archive, beside(archive))] == []


def test_a_crawl_that_doubted_what_it_read_is_not_stated_to_be_finished(archive: Path) -> None:
    tamper(
        archive,
        "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) "
        "SELECT id, 'most_changed', 'u', 'm', started_at, started_at FROM crawls WHERE outcome = 'finished' LIMIT 1",
    )
    assert "is stated to have ended as finished, and most" in "\n".join(map(str, check_database(archive)))


def test_what_is_back_is_not_stated_to_be_withdrawn(archive: Path) -> None:
    tamper(archive, HAPPENED.format("returned"), f"UPDATE records SET state = 'withdrawn' WHERE id = {A_RECORD}")
    found = "\n".join(map(str, check_database(archive)))
    assert "is stated to be withdrawn, and its last event is returned" in found


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO seals SELECT '2001-01-01', captures, previous_hash, hash, sealed_at, stamped_at FROM seals LIMIT 1",
        "UPDATE seals SET hash = previous_hash",
        "UPDATE seals SET captures = captures + 1",
        "UPDATE seals SET sealed_at = '2001-01-01T00:00:00Z'",
    ],
)
def test_a_seal_that_the_evidence_does_not_have_is_named(archive: Path, statement: str) -> None:
    with closing(Evidence(beside(archive))) as evidence, closing(open_for_writing(archive)) as connection:
        evidence.seal("9999-01-01")
        copy_seals(connection, evidence)
    assert list(check_database(archive, beside(archive))) == []
    tamper(archive, statement)
    (fault,) = check_database(archive, beside(archive))
    assert str(fault).endswith(f"is not as in {beside(archive).name}")


WITHHELD_BY_ITS_KEY = f"""
    INSERT INTO withheld (target, key, reason, at, record_id)
    SELECT 'record', portal || ' ' || url, 'sample', '2018', 0 FROM records WHERE id = {A_RECORD}
"""
WALKED_AGAIN = """
    INSERT INTO walks (crawl_id, catalog_id, look, capture_id, rows) SELECT crawl_id, catalog_id, 2, capture_id, rows FROM walks WHERE look = 1
"""


@pytest.mark.parametrize(
    "statements",
    [
        (HAPPENED.format("returned"), f"UPDATE records SET state = 'unlisted' WHERE id = {A_RECORD}"),  # back without its list
        (WITHHELD_BY_ITS_KEY, f"UPDATE records SET state = 'withheld' WHERE id = {A_RECORD}"),
        (WALKED_AGAIN,),
        ("UPDATE ledger SET complete = 0, pages_claimed = pages_read + 1",),
        ("UPDATE crawls SET finished_at = '2001-01-01T00:00:00Z'",),  # the clock was set back meanwhile
    ],
)  # fmt: skip
def test_a_state_that_is_borne_out_is_not_named(archive: Path, statements: tuple[str, ...]) -> None:
    tamper(archive, *statements)
    assert "is stated to" not in "\n".join(map(str, check_database(archive)))


def test_the_text_of_a_file_that_is_not_what_its_original_says_is_found(tmp_path: Path) -> None:
    row = '<li><a href="/1.html">样本文件之1的标题</a><span>2017-05-02</span></li>'
    page = '<h1>样本文件</h1><div class="TRS_Editor"><p>样本正文，仅供测试。<a href="/1.txt">样本附件.txt</a></p></div>'
    file = Answer("样本附件的文字，仅供测试。" * 3, "text/plain; charset=utf-8")
    with Site({"/list.html": f"<ul>{row}</ul>", "/1.html": page, "/1.txt": file}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", "/list.html")), tmp_path / "a.db")
    assert "all well" in verify(tmp_path / "a.db", "--reread", status=0)
    tamper(tmp_path / "a.db", "UPDATE attachments SET text = text || '伪'")
    assert "/1.txt: its originals say something else: text" in verify(tmp_path / "a.db", "--reread")


def test_json_that_is_none_is_named_and_keeps_nothing_from_being_read_again(archive: Path) -> None:
    for damaged, record in zip(
        ("fields = '{\"title'", "fields = '[]'", "source_fields = '{\"title'"), OTHERS, strict=False
    ):
        tamper(archive, f"UPDATE readings SET {damaged} WHERE record_id = {record} AND catalog_id <> 0")
    said = verify(archive, "--reread")
    assert (said.count("its fields is not valid text"), said.count("its source_fields is not valid text")) == (2, 1)
    assert "its originals say something else" not in said


def test_what_was_withheld_and_is_no_more_is_named_though_nobody_gave_it_back(archive: Path) -> None:
    for options in (("--reason", "样本"), ("--lift",), ("--reason", "样本")):
        assert disclosures("withhold", "1", *options, "--db", archive).returncode == 0
        assert "all well" in verify(archive, status=0)
    tamper(archive, "DELETE FROM withheld")
    tamper(beside(archive), "DELETE FROM block_sums")
    (key,) = rows(archive, "SELECT portal || ' ' || url AS key FROM records WHERE id = 1")
    assert f"record {key['key']}: it was withheld on " in verify(archive)


def test_a_trigger_of_someone_s_own_is_named_and_a_table_is_not(archive: Path) -> None:
    tamper(archive, "CREATE TABLE own (x)")
    tamper(beside(archive), "DELETE FROM block_sums")
    assert "all well" in verify(archive, status=0)
    tamper(archive, "CREATE TRIGGER own_trigger AFTER UPDATE ON records BEGIN DELETE FROM problems; END")
    assert "schema: own_trigger is a trigger that no version makes" in verify(archive)


def test_text_that_is_none_is_named(archive: Path) -> None:
    tamper(archive, f"UPDATE records SET body = CAST(x'E6A0B7FFE69CAC' AS TEXT) WHERE id = {A_RECORD}")
    said = verify(archive, "--reread")
    assert "its body is not valid text" in said
    assert "its originals say something else: body\n" in said
    told = disclosures("doctor", "--db", archive).stdout
    (number,) = rows(archive, f"SELECT {A_RECORD} AS id")
    assert f"wrong  texts: 1 are damaged, some of their bytes can't be read (record {number['id']}): " in told
    assert "`disclosures reparse` mends them" in told
    before = rows(archive, "SELECT id, CAST(body AS BLOB) AS body FROM records WHERE id <> ?", number["id"])
    assert disclosures("reparse", "--db", archive).returncode == 0
    assert "all well" in verify(archive, "--reread", status=0)
    assert rows(archive, "SELECT id, CAST(body AS BLOB) AS body FROM records WHERE id <> ?", number["id"]) == before
    (problem,) = rows(archive, "SELECT message FROM problems WHERE kind = 'text_damaged'")
    assert "records.body: some bytes could not be read" in str(problem["message"])
    assert "texts" not in disclosures("doctor", "--db", archive).stdout


def test_a_head_kept_elsewhere_finds_a_tail_that_was_cut_off(archive: Path) -> None:
    with closing(Evidence(beside(archive))) as evidence:
        evidence.seal("9999-01-01")
        head = evidence.head()
    assert head
    assert "all well" in verify(archive, "--head", head[1], status=0)
    assert "all well" in verify(archive, "--head", " ".join(head), status=0)
    with closing(sqlite3.connect(beside(archive))) as connection:
        connection.execute("DELETE FROM manifests")
        connection.commit()
    assert "missing" in verify(archive, "--head", head[1])
    assert "missing" in verify(archive, "--head", "0" * 64)


def test_a_figure_that_is_not_what_is_read_out_of_its_record_is_found(archive: Path) -> None:
    statements = {
        "budget_lines": "UPDATE budget_lines SET value_yuan = '1' WHERE number = 1 AND value_yuan <> '1'",
        "budget_tables": "UPDATE budget_tables SET fiscal_year = 1999",
        "budget_checks": "UPDATE budget_checks SET holds = 1 - holds",
        "claim_checks": "UPDATE claim_checks SET holds = 1 - holds",
        "report_statistics": "UPDATE report_statistics SET value = 7777",
        "derived": "UPDATE derived SET working_days = 99",
    }
    tamper(archive, *statements.values())
    said = verify(archive, "--reread")
    assert {*re.findall(r": its originals say something else: the table (\w+)\n", said)} == {*statements}


def test_figures_read_by_another_version_or_not_yet_are_not_compared(archive: Path) -> None:
    tamper(
        archive,
        "UPDATE budget_lines SET value_yuan = '1'",
        "UPDATE settings SET value = '0' WHERE name = 'budgets_read_by'",
        "UPDATE claim_checks SET holds = 1 - holds",
        "INSERT INTO unread_claims SELECT id FROM records",
    )
    tamper(beside(archive), "DELETE FROM block_sums")
    assert "all well" in verify(archive, "--reread", status=0)


def test_flags_that_are_no_texts_are_named_and_keep_nothing_from_being_read_again(archive: Path) -> None:
    for flags, record in zip(("[1]", "[{}]", "[null]"), OTHERS, strict=False):
        tamper(archive, f"UPDATE records SET flags = '{flags}' WHERE id = {record}")
    assert verify(archive, "--reread").count("its flags is not valid text") == 3


def test_a_reading_of_other_things_than_texts_is_named(archive: Path) -> None:
    for fields, record in zip(('{"title": {}}', '{"doubts": [1]}', '{"doubts": null}'), OTHERS, strict=False):
        tamper(archive, f"UPDATE readings SET fields = '{fields}' WHERE record_id = {record}")
    assert verify(archive, "--reread").count("its fields is not valid text") >= 3


def test_an_address_that_is_none_is_told_with_what_else_is_read(archive: Path) -> None:
    tamper(archive, f"UPDATE records SET url = 'http://[1/' WHERE id = {A_RECORD}")
    assert "http://[1/: its originals say something else" in verify(archive, "--reread")


def test_a_timestamp_that_no_token_states_is_named(archive: Path) -> None:
    with closing(Evidence(beside(archive))) as evidence, closing(open_for_writing(archive)) as connection:
        evidence.seal("9999-01-01")
        copy_seals(connection, evidence)
    tamper(archive, "UPDATE seals SET stamped_at = '2018-03-02T00:00:00Z'")
    (fault,) = check_database(archive, beside(archive))
    assert "is stated to be stamped at 2018-03-02T00:00:00Z, and sample.evidence.db has no such timestamp" in str(fault)


def test_originals_that_are_a_link_to_itself_are_told(archive: Path) -> None:
    beside(archive).unlink()
    beside(archive).symlink_to(beside(archive).name)
    assert "sample.evidence.db: missing" in verify(archive)


def test_an_archive_that_is_a_link_to_itself_is_told(tmp_path: Path) -> None:
    loop = tmp_path / "a.db"
    loop.symlink_to(loop.name)
    for command in ("verify", "serve", "doctor"):
        done = disclosures(command, "--db", loop)
        assert "Traceback" not in done.stderr
        assert command == "doctor" or "there is no archive" in done.stderr
