"""Things that a crawl keeps aside, straight on their table: as they were read, whose they are, and until when."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.deferral import FILE, MISSING, PAGE, RETURNED, ROW, Deferral
from archive.model.observations import AttachmentFile, LinkedFile, RecordPage, Row
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable
from tests.conftest import empty_archive
from tests.test_store import DAY, page, row

TABLE = PrintedTable((("样本", None), ("1", "2")), page=2, before="样本表", merged=((0, 0, 1, 2),))
FULL_ROW = replace(row(7), doubts=("date_unreadable",), url="http://p.example/7.html?a=1", redacted={"phone": 1})
FULL_PAGE = replace(
    page(7),
    doubts=("page_cut",),
    breadcrumb=("首页", "样本"),
    attachments=(LinkedFile("样本.txt", "http://p.example/7.txt"),),
    tables=(TABLE,),
)
FULL_FILE = AttachmentFile(
    page(7).url, "样本.txt", "http://p.example/7.txt", sha256="1" * 64, bytes=9, media_type="text/plain", text="样本附件",
    state="text", message="样本说明", redacted={"phone": 1}, tables=(TABLE,), pages=(FilePage(0, name="样本"), FilePage(2, number=2)),
)  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive of a crawl of a portal, and of three of another one; record 9 is the former's, 7 and 8 the latter's."""
    with closing(sqlite3.connect(empty_archive(tmp_path / "a.db"), isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        crawls = [(1, "q", "shutdown"), (2, "p", "interrupted"), (3, "p", "finished"), (4, "p", None)]
        connection.executemany("INSERT INTO crawls (id, portal, mode, started_at, outcome) VALUES (?, ?, 'full', '', ?)", crawls)  # fmt: skip
        records = [(number, "q" if number == 9 else "p", str(number)) for number in (7, 8, 9)]
        connection.executemany("INSERT INTO records (id, portal, kind, url, first_seen, last_seen) VALUES (?, ?, 'plan', ?, '', '')", records)  # fmt: skip
        yield connection


def of_crawl(archive: sqlite3.Connection, crawl_id: int) -> Deferral:
    return Deferral(archive, "q" if crawl_id == 1 else "p", crawl_id)


def kept(archive: sqlite3.Connection) -> list[tuple[int, int, str]]:
    """Crawl, record and kind of all that is kept aside."""
    return [tuple(each) for each in archive.execute("SELECT crawl_id, record_id, kind FROM deferred ORDER BY id")]


def put(archive: sqlite3.Connection, *those: tuple[int, int, str], catalog_id: int = 0) -> None:
    for crawl_id, record_id, kind in those:
        content: Any = {ROW: FULL_ROW, PAGE: FULL_PAGE, FILE: FULL_FILE}.get(kind, {"was": "unlisted", "is": "listed"})
        of_crawl(archive, crawl_id).put(record_id, kind, content, None, DAY.format(crawl_id), catalog_id=catalog_id)


# --- as it was read ---


@pytest.mark.parametrize("content", [FULL_ROW, FULL_PAGE, FULL_FILE], ids=["row", "page", "file"])
def test_what_was_read_is_kept_as_it_was(
    archive: sqlite3.Connection, content: Row | RecordPage | AttachmentFile
) -> None:
    kind = {Row: ROW, RecordPage: PAGE, AttachmentFile: FILE}[type(content)]
    of_crawl(archive, 4).put(7, kind, content, 5, DAY.format(4), catalog_id=2)
    (deferred,) = of_crawl(archive, 4).own()
    said = (deferred.record_id, deferred.crawl_id, deferred.kind, deferred.catalog_id, deferred.capture_id, deferred.at)
    assert said == (7, 4, kind, 2, 5, DAY.format(4))
    assert deferred.observation() == (content if isinstance(content, Row) else replace(content, capture=5))
    assert "样本" in deferred.content, "Chinese takes up twice the room where it is escaped"


def test_where_values_were_read_and_the_bytes_of_files_are_not_kept(archive: sqlite3.Connection) -> None:
    deferral = of_crawl(archive, 4)
    deferral.put(7, PAGE, replace(FULL_PAGE, read_at={"title": "heading"}), None, DAY.format(4))
    deferral.put(7, FILE, replace(FULL_FILE, data=b"sample"), None, DAY.format(4))
    assert [each.observation() for each in deferral.own()] == [FULL_PAGE, FULL_FILE]


def test_what_an_earlier_version_kept_had_no_tables_and_no_pages(archive: sqlite3.Connection) -> None:
    put(archive, (4, 7, PAGE), (4, 7, FILE))
    archive.execute("UPDATE deferred SET content = json_remove(content, '$.tables', '$.pages')")
    read = [each.observation() for each in of_crawl(archive, 4).own()]
    assert read == [replace(FULL_PAGE, tables=()), replace(FULL_FILE, tables=(), pages=())]


def test_a_record_that_is_back_has_two_states(archive: sqlite3.Connection) -> None:
    put(archive, (4, 7, RETURNED))
    (deferred,) = of_crawl(archive, 4).own(RETURNED)
    assert deferred.states() == ("unlisted", "listed")


@pytest.mark.parametrize(
    ("content", "is_same"),
    [
        (FULL_PAGE, True),
        (replace(FULL_PAGE, body=f"{FULL_PAGE.body}\n浏览次数：12"), True),
        (replace(FULL_PAGE, body="样本新文"), False),
        (replace(FULL_PAGE, fields={"document_number": "样发〔2026〕99号"}), False),
        (replace(FULL_PAGE, attachments=(LinkedFile("样本.txt", "http://p.example/8.txt"),)), False),
        (replace(FULL_PAGE, attachments=(LinkedFile("样本.doc", "http://p.example/7.txt"),)), False),
        (FULL_ROW, True),
        (replace(FULL_ROW, fields={"title": "样本新题"}), False),
    ],
)
def test_whether_a_page_says_again_what_an_earlier_crawl_kept(
    archive: sqlite3.Connection, content: Row | RecordPage, is_same: bool
) -> None:
    put(archive, (3, 7, PAGE), (3, 7, ROW))
    assert of_crawl(archive, 4).says_again(7, content, 0) == is_same
    assert not of_crawl(archive, 4).says_again(8, content, 0)
    assert not of_crawl(archive, 4).says_again(7, content, 1), "it is of another list"
    assert not of_crawl(archive, 3).says_again(7, content, 0), "it is what this crawl kept itself"


def test_the_order_in_which_a_page_links_its_files_says_nothing(archive: sqlite3.Connection) -> None:
    files = (LinkedFile("样本.txt", "http://p.example/7.txt"), LinkedFile("样本.doc", "http://p.example/7.doc"))
    of_crawl(archive, 3).put(7, PAGE, replace(FULL_PAGE, attachments=files), None, "")
    assert of_crawl(archive, 4).says_again(7, replace(FULL_PAGE, attachments=files[::-1]), 0)


def test_what_another_parser_reads_takes_the_place_of_what_was_kept(archive: sqlite3.Connection) -> None:
    put(archive, (4, 7, PAGE), (4, 8, PAGE), (4, 7, ROW), (4, 7, FILE), (1, 9, PAGE), (1, 9, ROW))
    again = replace(FULL_PAGE, body="样本读全")
    of_crawl(archive, 4).read_again(lambda each: again if each.record_id == 7 else None)
    assert kept(archive) == [(4, 7, PAGE), (4, 7, FILE), (1, 9, PAGE), (1, 9, ROW)]
    (read,) = of_crawl(archive, 4).own(PAGE)
    assert (read.observation(), "样本读全" in read.content) == (again, True)


# --- whose it is, and until when ---


@pytest.mark.parametrize(
    ("kind", "left"),
    [(PAGE, [(3, 7, ROW), (3, 8, PAGE)]), (FILE, [(3, 7, ROW), (3, 7, PAGE), (3, 8, PAGE)]), (ROW, [(3, 7, PAGE), (3, 8, PAGE), (3, 7, FILE)])],
)  # fmt: skip
def test_what_is_read_anew_takes_the_place_of_what_an_earlier_crawl_kept(
    archive: sqlite3.Connection, kind: str, left: list[tuple[int, int, str]]
) -> None:
    """With a page go its files."""
    put(archive, (3, 7, ROW), (3, 7, PAGE), (3, 8, PAGE), (3, 7, FILE))
    put(archive, (4, 7, kind), catalog_id=1)
    assert len(kept(archive)) == 5, "they are of another catalogue's list"
    put(archive, (4, 7, kind), (4, 7, kind))
    assert kept(archive) == [*left, (4, 7, kind), (4, 7, kind), (4, 7, kind)]


def test_what_is_kept_is_found_by_record_kind_and_catalogue(archive: sqlite3.Connection) -> None:
    put(archive, (3, 7, PAGE), (3, 7, FILE), (3, 7, RETURNED), (3, 8, PAGE), (4, 7, PAGE))
    put(archive, (3, 7, ROW), catalog_id=1)
    before, now = of_crawl(archive, 3), of_crawl(archive, 4)
    assert kept(archive) == [(3, 7, RETURNED), (3, 8, PAGE), (4, 7, PAGE), (3, 7, ROW)]
    assert [each.kind for each in before.own()] == [RETURNED, PAGE, ROW]
    assert [each.kind for each in before.own(ROW, RETURNED)] == [RETURNED, ROW]
    assert list(before.own(MISSING)) == []
    assert (before.count_held(), now.count_held()) == (2, 1)
    (earlier,) = filter(None, [now.earlier(7, RETURNED), now.earlier(8, RETURNED), before.earlier(7, RETURNED)])
    assert (earlier.record_id, earlier.kind) == (7, RETURNED)


@pytest.mark.parametrize(
    ("kind", "queues", "holds_page", "is_back"),
    [
        (ROW, True, False, False),
        (PAGE, True, True, False),
        (FILE, True, False, False),
        (RETURNED, False, False, True),
        (MISSING, False, False, False),
    ],
)
def test_what_a_crawl_keeps_of_a_record_is_asked_of_that_crawl(
    archive: sqlite3.Connection, kind: str, queues: bool, holds_page: bool, is_back: bool
) -> None:
    put(archive, (4, 7, kind))
    for crawl_id, record_id in ((4, 7), (4, 8), (3, 7)):
        deferral, is_it = of_crawl(archive, crawl_id), (crawl_id, record_id) == (4, 7)
        said = (deferral.queues(record_id), deferral.holds_page(record_id), deferral.is_back(record_id))
        assert said == (queues and is_it, holds_page and is_it, is_back and is_it)


def test_a_change_is_noted_as_the_layouts_and_what_is_written_is_forgotten(archive: sqlite3.Connection) -> None:
    put(archive, (4, 7, PAGE), (4, 8, PAGE))
    deferral = of_crawl(archive, 4)
    first, _ = deferral.own()
    deferral.set_by_layout(first)
    assert [(each.record_id, each.by_layout) for each in deferral.own()] == [(7, 1), (8, 0)]
    deferral.settled(first)
    assert kept(archive) == [(4, 8, PAGE)]


def test_of_a_record_that_is_gone_its_pages_are_forgotten(archive: sqlite3.Connection) -> None:
    put(archive, (3, 7, ROW), (3, 7, PAGE), (3, 7, FILE), (3, 7, MISSING), (3, 8, PAGE))
    of_crawl(archive, 4).forget_pages(7)
    assert kept(archive) == [(3, 7, MISSING), (3, 8, PAGE)]


@pytest.mark.parametrize(
    ("all_read", "left"), [(True, []), (False, [(3, 7, RETURNED), (3, 8, RETURNED), (3, 8, MISSING)])]
)
def test_what_was_kept_of_missing_records_is_forgotten_once_lists_say_otherwise(
    archive: sqlite3.Connection, all_read: bool, left: list[tuple[int, int, str]]
) -> None:
    """This crawl lists record 7; the one before listed record 8, too."""
    put(archive, (3, 7, RETURNED), (3, 7, MISSING), (3, 8, RETURNED), (3, 8, MISSING))
    others = [(3, 7, PAGE), (1, 9, RETURNED), (1, 9, MISSING), (4, 7, MISSING)]
    archive.executemany(
        "INSERT INTO deferred (crawl_id, record_id, kind, catalog_id, at, content) VALUES (?, ?, ?, 0, '', '{}')",
        others,
    )
    archive.executemany(
        "INSERT INTO listings (record_id, catalog_id, crawl_id, first_seen, last_seen) VALUES (?, 1, ?, '', '')",
        [(7, 4), (8, 3)],
    )
    of_crawl(archive, 4).forget_unseen(all_read=all_read)
    assert kept(archive) == [*left, *others]


def test_a_crawl_adopts_what_earlier_ones_of_its_portal_that_broke_off_had_kept(archive: sqlite3.Connection) -> None:
    archive.execute(
        "INSERT INTO crawls (id, portal, mode, started_at, outcome) VALUES (5, 'p', 'full', '', 'shutdown')"
    )
    put(archive, (2, 7, PAGE), (3, 8, PAGE), (1, 9, PAGE), (5, 7, ROW))
    of_crawl(archive, 4).adopt()
    assert kept(archive) == [(4, 7, PAGE), (3, 8, PAGE), (1, 9, PAGE), (5, 7, ROW)]
