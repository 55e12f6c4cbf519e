"""Withholding: all that it takes out of an archive, and all that it leaves, straight on the archive: histories, problems, other records' files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
from click.testing import CliRunner

from archive.database.connection import ArchiveError
from archive.database.withheld import hidden, is_file_withheld, withheld_on
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import Exchange
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.withholding import REMOVED, lift, take_over, withhold
from archive.model.observations import AttachmentFile, Capture, LinkedFile, Problem, RecordPage
from archive.notify import messages
from crawler.cli.main import main
from crawler.notify.watch_state import notes
from crawler.notify.watcher import WatchReport, run_watch
from crawler.notify.watches import load
from tests.conftest import empty_archive, rows
from tests.test_presence import Crawls, url
from tests.test_store import DAY, PLANS, PORTAL, listed, page, row

NOW = "2026-02-01T17:00:00Z"
OTHER_BYTES = "f" * 64
NEW = "http://p.example/new/1.html"
FILE, OTHER_FILE = "http://p.example/a.txt", "http://p.example/b.txt"


def with_files(number: int, *files: tuple[str, str]) -> RecordPage:
    return replace(page(number), attachments=tuple(LinkedFile(name, address) for name, address in files))


def file_of(number: int, address: str, name: str, digest: str) -> AttachmentFile:
    return AttachmentFile(url(number), name, address, sha256=digest * 64, bytes=1, media_type="text/plain", text=f"样本附件{digest}", state="text")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three records: the first moved, and lost a file by a name that only its history has; the third shares a file with it."""
    folder = tmp_path_factory.mktemp("withheld")
    crawls = Crawls(empty_archive(folder / "a.db"))
    same = {"title": "样本文件之1", "index_number": "640399001/2026-00001"}
    first = with_files(1, ("样本名册", FILE), ("样本旧名册", OTHER_FILE))
    crawls.run(
        listed(row(1), row(2), row(3)),
        pages=[first, page(2), with_files(3, ("样本名册", FILE)), file_of(1, FILE, "样本名册", "a"),
               file_of(1, OTHER_FILE, "样本旧名册", "b"), file_of(3, FILE, "样本名册", "a")],
    )  # fmt: skip
    moved = replace(with_files(1, ("样本名册", FILE)), url=NEW, fields={"document_number": "样发〔2026〕9号"})
    crawls.run(listed(replace(row(1, **same), key=NEW), row(2), row(3)), pages=[moved], asked={1: "gone"})
    with closing(Evidence(folder / "a.evidence.db")):
        pass
    assert rows(crawls.path, "SELECT id, url FROM records ORDER BY id") == [
        {"id": 1, "url": NEW}, {"id": 2, "url": url(2)}, {"id": 3, "url": url(3)}
    ]  # fmt: skip
    return crawls.path


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """One's own copy, with its originals, of which there are none."""
    copy(made.with_name("a.evidence.db"), tmp_path)
    return Path(copy(made, tmp_path))


@pytest.fixture
def archive(db: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(db)) as connection:
        yield connection


def originals(db: Path) -> Path:
    return db.with_name("a.evidence.db")


def take_out(db: Path, *records: int, files: tuple[int, ...] = ()) -> None:
    withhold(db, originals(db), "样本缘由", NOW, records=[str(each) for each in records], files=files)


def file_id(db: Path, record: int, address: str) -> int:
    (found,) = rows(db, "SELECT id FROM attachments WHERE record_id = ? AND url = ?", record, address)
    return int(str(found["id"]))


def write(db: Path, *statements: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


# --- what is hidden ---


@pytest.mark.parametrize("end", ["from", "to"])
def test_either_end_of_a_move_is_hidden(db: Path, end: str) -> None:
    """Of two moves the address between them may be named by one of the events alone."""
    between = "http://p.example/between.html"
    write(
        db,
        f"INSERT INTO events (record_id, kind, at, crawl_id, detail) SELECT 1, 'moved', at, crawl_id, json_object('{end}', '{between}') FROM events LIMIT 1",
    )
    take_out(db, 1)
    with closing(open_up_to_date(db)) as archive:
        assert hidden(archive, between, OTHER_BYTES) == "withheld"


@pytest.mark.parametrize("address", [NEW, url(1), FILE])
def test_each_address_at_which_a_record_and_its_files_stood_is_hidden(db: Path, address: str) -> None:
    write(db, f"UPDATE captures SET url = 'http://p.example/sent-on.html' WHERE url = '{NEW}'")
    take_out(db, 1)
    with closing(open_up_to_date(db)) as archive:
        assert hidden(archive, address, OTHER_BYTES) == "withheld"
        assert hidden(archive, "http://p.example/sent-on.html", OTHER_BYTES) == "withheld", "where its page was read"
        assert hidden(archive, url(2), OTHER_BYTES) is None


def test_a_file_is_withheld_at_every_address(db: Path) -> None:
    take_out(db, files=(file_id(db, 1, FILE),))
    with closing(open_up_to_date(db)) as archive:
        assert hidden(archive, "http://p.example/mirror.txt", "a" * 64) == "withheld"
        assert is_file_withheld(archive, "http://p.example/mirror.txt", "a" * 64)
        assert not is_file_withheld(archive, OTHER_FILE, "b" * 64)


@pytest.mark.parametrize(
    ("address", "link", "is_hidden"),
    [
        ("http://p.example/gk/info.html?id=77", "info.html?id=77", True),
        ("http://p.example/gk/info.html?id=77", "info.html?id=78", False),
        ("http://p.example/gk/77/index.html", "../77/index.html", True),
        ("http://p.example/gk/77/index.html", "../78/index.html", False),
        ("http://p.example/7", "http://p.example/2017.html", False),  # too short to tell of anything
        ("http://p.example/gk/info.html?id=77&copy=1", "info.html?id=77&amp;copy=1", True),
        ("http://p.example/gk/info.html?id=77&copy=1", "info.html?id=77&copy=1", True),
        ("http://p.example/gk/77/index.html", "..&#47;77&#x2f;index&period;html", True),
        ("http://p.example/gk/77/index.html", "/gk/%37%37/./index.html", True),
        ("http://p.example/gk/77/index.html", "/gk/7\n7/index.html", True),
        ("http://p.example/gk/77/index.html", r"\/gk\/77\u002findex\x2ehtml", True),
        ("http://p.example/gk/77/index.html", r"\/gk\/78\u002findex\x2ehtml", False),
        ("http://p.example/gk/%E6%A0%B7%E6%9C%AC.html", "样本.html", True),
        ("http://p.example/gk/%D1%F9%B1%BE.html", "样本.html", True),
        ("http://p.example/gk/样本.html", "%E6%A0%B7%E6%9C%AC.html", True),
    ],
)
def test_pages_that_link_to_what_is_withheld_are_hidden(db: Path, address: str, link: str, *, is_hidden: bool) -> None:
    write(db, f"UPDATE records SET url = '{address}' WHERE id = 2")
    take_out(db, 2)
    with closing(open_up_to_date(db)) as archive:
        reason = hidden(archive, "http://p.example/x.html", OTHER_BYTES, f'<a href="{link}">样本</a>')
    assert (reason == "withheld") == is_hidden


def test_an_address_withheld_by_itself_hides_no_page_that_links_to_it(db: Path) -> None:
    withhold(db, originals(db), "样本", NOW, addresses=["http://p.example/plans/"])
    with closing(open_up_to_date(db)) as archive:
        assert hidden(archive, "http://p.example/plans/", OTHER_BYTES) == "withheld"
        assert hidden(archive, url(2), OTHER_BYTES, '<a href="/plans/">') is None


@pytest.mark.parametrize(("state", "reason"), [("waiting", "roster"), ("kept", "roster"), ("released", None)])
def test_what_lists_persons_is_hidden_wherever_it_stood_until_it_is_released(
    db: Path, state: str, reason: str | None
) -> None:
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (1, '{}', '{}', 9, '{}', '')"
    write(db, held.format("", f"p {NEW}", state), held.format(FILE, "c" * 64, state))
    write(db, f"UPDATE captures SET url = 'http://p.example/sent-on.html' WHERE url = '{NEW}'")
    with closing(open_up_to_date(db)) as archive:
        places = (NEW, url(1), FILE, "http://p.example/sent-on.html")
        assert {hidden(archive, place, OTHER_BYTES) for place in places} == {reason}
        assert hidden(archive, "http://p.example/mirror.txt", "c" * 64) == reason
        assert hidden(archive, url(2), OTHER_BYTES) is None


def test_the_day_of_withholding_is_one_in_beijing(db: Path) -> None:
    take_out(db, 1)
    with closing(open_up_to_date(db)) as archive:
        assert [withheld_on(archive, number) for number in (1, 2)] == ["2026-02-02", None]


# --- what goes, and what stays ---


def test_problems_say_nothing_of_records_any_more(db: Path) -> None:
    places = (NEW, url(1), FILE, url(2), url(3))
    values = ", ".join(f"(1, 'x{n}', '{place}', '样本名册', '', '')" for n, place in enumerate(places))
    write(db, f"INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES {values}")
    write(db, "DELETE FROM readings WHERE record_id = 2 AND catalog_id = 0")  # its page could not be had
    take_out(db, 1, 2)
    said = {each["url"]: each["message"] for each in rows(db, "SELECT url, message FROM problems WHERE kind LIKE 'x%'")}
    assert said == {**dict.fromkeys(places, REMOVED), url(3): "样本名册"}


def test_nor_do_those_of_later_crawls(db: Path) -> None:
    take_out(db, 1)
    with closing(Store(db)) as store:
        store.begin(PORTAL, "full", DAY.format(6))
        store.write([Problem("http_error", each, "样本名册") for each in (NEW, FILE, url(2))], DAY.format(6))
    said = rows(db, "SELECT url, message FROM problems WHERE kind = 'http_error'")
    assert {each["url"]: each["message"] for each in said} == {NEW: REMOVED, FILE: REMOVED, url(2): "样本名册"}


HELD = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES ({}, '{}', 'x', 9, 'released', '')"
KEPT_ASIDE = (
    "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, at, content) VALUES ({}, 1, 'row', 1, '', '样本')"
)


def test_nothing_that_was_held_or_kept_aside_of_a_record_stays(db: Path) -> None:
    write(db, *(HELD.format(n, "") for n in (1, 2)), *(KEPT_ASIDE.format(n) for n in (1, 2)))
    for table, column in (("versions", "changed"), ("events", "detail")):
        write(db, f"UPDATE {table} SET {column} = json_set({column}, '$.title', '样本姓名')")
    take_out(db, 1)
    for table in ("rosters", "deferred"):
        assert rows(db, f"SELECT record_id FROM {table}") == [{"record_id": 2}]
    assert rows(db, "SELECT DISTINCT record_id FROM listings") == [{"record_id": 2}, {"record_id": 3}]
    for table, column in (("versions", "changed"), ("events", "detail")):
        sql = f"SELECT DISTINCT record_id FROM {table} WHERE {column} LIKE '%样本姓名%' ORDER BY 1"
        assert rows(db, sql) == [{"record_id": 2}, {"record_id": 3}]


def test_no_byte_of_what_is_taken_out_is_left(db: Path) -> None:
    words = "样本独有之字句"
    write(db, f"UPDATE versions SET changed = json_object('body', '{words * 999}') WHERE record_id = 1")
    assert words.encode() in db.read_bytes()
    take_out(db, 1)
    assert words.encode() not in db.read_bytes()
    assert rows(db, "PRAGMA freelist_count") == [{"freelist_count": 0}], "nor a page that held one"


def test_a_list_page_that_leads_to_what_is_withheld_is_hidden_whatever_it_calls_it(tmp_path: Path) -> None:
    """Of two lists of two days: a record's reading names one of them alone."""
    db, digests = tmp_path / "a.db", []
    for day, numbers in enumerate(((1, 2), (1, 2), (2,)), 1):
        now = DAY.format(day)
        sent = f"{day}" + "".join(f'<a href="/{number}.html">第{number}号</a>' for number in numbers)
        page_ = Exchange(
            day, PORTAL.id, PLANS, "GET", (), b"", f"{now[:-1]}.000000Z", 200, (), sent.encode(), len(sent.encode()), "HTTP/1.1", "127.0.0.1", "test"
        )  # fmt: skip
        with closing(Evidence(originals(db))) as evidence:
            (sealed,) = evidence.add_many([page_])
        with closing(Store(db)) as store:
            store.begin(PORTAL, "full", now)
            seen = Capture(sealed.id, PLANS, now, 200, "page", sealed.sha256, sealed.bytes, None, None)
            store.write([replace(listed(*map(row, numbers)), capture=sealed.id)], now, [seen])
            store.finish("finished", now)
        digests.append(sealed.sha256)
    take_out(db, 1)
    with closing(open_up_to_date(db)) as archive:
        assert [hidden(archive, PLANS, digest) for digest in digests] == ["withheld", "withheld", None]


def test_of_a_file_goes_its_name_in_the_record_s_history_and_no_other(db: Path) -> None:
    write(
        db, HELD.format(1, FILE), HELD.format(1, ""), HELD.format(3, FILE), KEPT_ASIDE.format(1), KEPT_ASIDE.format(2)
    )
    write(db, f"INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (1, 'x', '{FILE}', '样本名册', '', '')")  # fmt: skip
    write(db, "UPDATE events SET detail = json_object('changed', json('{\"样本名册\": [\"样本名册\", \"样本旧名册\"]}')) WHERE record_id = 1")  # fmt: skip
    take_out(db, files=(file_id(db, 1, FILE),))
    assert rows(db, "SELECT record_id, source FROM rosters ORDER BY id") == [{"record_id": 1, "source": ""}]
    assert rows(db, "SELECT record_id FROM deferred") == [{"record_id": 2}]
    assert rows(db, "SELECT message FROM problems WHERE kind = 'x'") == [{"message": REMOVED}]
    history = [
        str(each["text"])
        for each in rows(db, "SELECT changed AS text FROM versions UNION ALL SELECT detail FROM events")
    ]
    assert not [text for text in history if '"样本名册"' in text]
    assert [text for text in history if "样本旧名册" in text]
    assert {each["name"]: each["state"] for each in rows(db, "SELECT name, state FROM attachments WHERE record_id = 1")} == {"": "withheld"}  # fmt: skip


@pytest.mark.parametrize(("withheld", "new"), [(3, 1), (2, 0)])
def test_what_happened_to_a_withheld_record_is_reported_by_no_watch(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, withheld: int, new: int
) -> None:
    monkeypatch.setattr(messages, "PAUSES", ())
    (file := tmp_path / "watches.toml").write_text('[[watch]]\nname = "样本"\nevents = ["changed"]\nwebhook = "http://127.0.0.1:9/"\n')  # fmt: skip
    (watch,) = load(file).watches

    def look() -> WatchReport:
        with closing(open_up_to_date(db)) as archive, notes(tmp_path / "notes.db") as kept:
            return run_watch(archive, kept, watch, "")

    look()
    crawls = Crawls(db)
    crawls.day, crawls.captures = 5, 900
    crawls.run(listed(row(2), row(3)), pages=[replace(page(2), body="样本正文，改过")])
    take_out(db, withheld)
    assert look().new == new


# --- what is given back ---


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["unlisted"], "unlisted"),
        (["unlisted", "withdrawn"], "withdrawn"),
        (["withdrawn", "returned"], "listed"),
        (["withdrawn", "returned", "changed"], "listed"),
        (["unlisted", "changed"], "unlisted"),
    ],
)
def test_a_record_that_is_lifted_has_the_state_it_had(db: Path, events: list[str], state: str) -> None:
    for kind in events:
        write(db, f"INSERT INTO events (record_id, kind, at, crawl_id) VALUES (2, '{kind}', '{NOW}', 2)")
    take_out(db, 2)
    assert lift(db, originals(db), ["2"], [], []) == [("p", 2)]
    assert rows(db, "SELECT state FROM records WHERE id = 2") == [{"state": state}]


def test_a_withheld_record_that_a_list_goes_on_to_show_was_listed_until_then(db: Path) -> None:
    take_out(db, 2)
    crawls = Crawls(db)
    crawls.day, crawls.captures = 5, 900
    crawls.run(listed(row(2), row(3)))
    lift(db, originals(db), ["2"], [], [])
    assert rows(db, "SELECT state, last_seen FROM records WHERE id = 2") == [
        {"state": "listed", "last_seen": DAY.format(6)}
    ]
    assert crawls.events()[-1:] != [("returned", url(2))]


def test_a_file_withheld_with_another_record_is_given_back_with_that_alone(db: Path) -> None:
    take_out(db, 1)
    shared = file_id(db, 3, FILE)
    assert rows(db, "SELECT state FROM attachments WHERE id = ?", shared) == [{"state": "withheld"}]
    with pytest.raises(ArchiveError, match="is not withheld"):
        lift(db, originals(db), [], [], [shared])
    assert lift(db, originals(db), ["1"], [], []) == [("p", 1), ("p", 3)]
    assert rows(db, "SELECT state FROM attachments WHERE id = ?", shared) == [{"state": "pending"}]


# --- what is taken over ---


def test_what_another_archive_withholds_is_the_record_of_the_same_portal(db: Path, tmp_path: Path) -> None:
    """A second portal has a record at the same address."""
    theirs = Path(copy(db, tmp_path / "theirs.db"))
    take_out(theirs, 2)
    other = Crawls(db)
    other.day, other.captures = 5, 900
    other.portal = replace(PORTAL, id="a")
    other.run(listed(row(2)))
    with closing(open_up_to_date(db)) as archive:
        archive.execute("ATTACH ? AS theirs", (str(theirs),))
        take_over(archive, originals(db), "m.reason")
        noted = {row[0] for row in archive.execute("SELECT record_id FROM withheld WHERE target <> 'page'")}
        states = dict(archive.execute("SELECT portal || ' ' || url, state FROM records").fetchall())
    assert noted == {2}
    assert states[f"p {url(2)}"] == "withheld"
    assert states[f"a {url(2)}"] == "listed"


def test_the_list_of_what_is_withheld_names_what_was_named(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not all the addresses and pages that go with a record."""
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(originals(db)))
    take_out(db, 1)
    take_out(db, files=(file_id(db, 3, FILE),))
    done = CliRunner().invoke(main, ["withhold", "--list", "--db", str(db)])
    assert [line.split()[1:] for line in done.stdout.splitlines()] == [
        ["address", FILE, "样本缘由"], ["file", "a" * 64, "样本缘由"], ["record", "p", NEW, "样本缘由"]
    ]  # fmt: skip


@pytest.mark.parametrize("reason", [(), ("--reason", ""), ("--reason", "  ")])
def test_nothing_is_withheld_without_a_reason(db: Path, reason: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["withhold", "1", *reason, "--db", str(db)])
    assert (done.exit_code, "--reason TEXT is missing" in done.stderr) == (2, True)
    assert rows(db, "SELECT 1 FROM withheld") == []


def test_a_reason_stands_in_no_file_that_is_made_of_the_archive(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(originals(db)))
    take_out(db, 1)
    for asked in (("--table", "withheld"), ("--sql", "SELECT target, reason FROM withheld")):
        done = CliRunner().invoke(main, ["export", "csv", *asked, "--db", str(db)])
        assert (done.exit_code, "record" in done.stdout, "样本缘由" in done.stdout) == (0, True, False)
