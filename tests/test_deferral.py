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


def insert(archive: sqlite3.Connection, table: str, **values: object) -> None:
    columns = ", ".join(values)
    archive.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(values))})", (*values.values(),))


def answer(archive: sqlite3.Connection, crawl_id: int, url: str, outcome: str = "page") -> int:
    """Note what an address gave in a crawl; the number of the capture."""
    insert(
        archive, "captures", crawl_id=crawl_id, url=url, fetched_at="", status=200, outcome=outcome, sha256="", bytes=0
    )
    return int(archive.execute("SELECT max(id) FROM captures").fetchone()[0])


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
    of_crawl(archive, 4).forget_unseen([], all_read=all_read)
    assert kept(archive) == [*left, *others]


def test_a_crawl_adopts_what_earlier_ones_of_its_portal_that_broke_off_had_kept(archive: sqlite3.Connection) -> None:
    archive.execute(
        "INSERT INTO crawls (id, portal, mode, started_at, outcome) VALUES (5, 'p', 'full', '', 'shutdown')"
    )
    put(archive, (2, 7, PAGE), (3, 8, PAGE), (1, 9, PAGE), (5, 7, ROW))
    of_crawl(archive, 4).adopt()
    assert kept(archive) == [(4, 7, PAGE), (3, 8, PAGE), (1, 9, PAGE), (5, 7, ROW)]


# --- whether most of a portal changed at once ---


def doubt(
    archive: sqlite3.Connection,
    *,
    read: int = 0,
    asked: int = 0,
    rows: int = 0,
    pages: int = 0,
    textless: int = 0,
    returned: int = 0,
    gone: int = 0,
    moved: int = 0,
    left: int = 0,
) -> str | None:
    """Say whether crawl 4 is doubted that `read` so many rows in two lists and `asked` for so many pages, of which some are now gone."""
    for catalog_id, rows_read in enumerate((read // 2, read - read // 2), 1):
        insert(archive, "ledger", crawl_id=4, catalog_id=catalog_id, rows_read=rows_read)
    for number in range(asked):
        answer(archive, 3, str(number))
        answer(archive, 4, str(number), "gone" if number < gone else "page")
    for number in range(textless):
        insert(archive, "problems", crawl_id=4, kind="body_missing", url=number, message="", first_at="", last_at="")
    for kind, count in ((ROW, rows), (PAGE, pages), (RETURNED, returned)):
        put(archive, *((4, record_id, kind) for record_id in range(100, 100 + count)))
    return of_crawl(archive, 4).doubt(moved, left)


REASONS = {
    "rows": "rows say something else than before",
    "pages": "records' pages say something else than before",
    "textless": "records' pages have no text any more",
    "returned": "rows are of records that were gone",
    "gone": "records' pages are gone",
    "moved": "rows are of records that stood elsewhere",
    "left": "records are in no list any more",
}


@pytest.mark.parametrize(
    ("many", "of", "is_doubted"), [(9, 20, False), (10, 20, True), (12, 48, False), (13, 48, True)]
)
@pytest.mark.parametrize("kind", REASONS)
def test_ten_and_more_than_a_quarter_of_what_was_read_are_doubted(
    archive: sqlite3.Connection, kind: str, many: int, of: int, is_doubted: bool
) -> None:
    all_read = {"asked": of, "read": 4} if kind in {"pages", "textless", "gone"} else {"read": of, "asked": 4}
    said = (
        f"{many} of {of} {REASONS[kind]}, all at once: the portal itself is doubted, until a later crawl reads the same"
    )
    assert doubt(archive, **all_read, **{kind: many}) == (said if is_doubted else None)


def test_a_record_whose_row_changed_with_its_page_counts_as_a_row(archive: sqlite3.Connection) -> None:
    assert doubt(archive, read=48, asked=48, rows=12, pages=24) is None


def test_what_the_layout_changed_and_what_other_crawls_met_counts_for_nothing(archive: sqlite3.Connection) -> None:
    put(archive, *((3, record_id, PAGE) for record_id in range(20)))
    insert(archive, "ledger", crawl_id=3, catalog_id=1, rows_read=1000)
    for number in range(20):
        insert(archive, "problems", crawl_id=3, kind="body_missing", url=number, message="", first_at="", last_at="")
        insert(archive, "problems", crawl_id=4, kind="cut", url=number, message="", first_at="", last_at="")
    put(archive, *((4, record_id, PAGE) for record_id in range(200, 220)))
    for deferred in of_crawl(archive, 4).own():
        of_crawl(archive, 4).set_by_layout(deferred)
    assert doubt(archive, read=20, asked=20) is None
    assert "20 of 20 rows are of records that stood" in str(of_crawl(archive, 4).doubt(20, 0))


def test_pages_that_were_gone_before_or_are_asked_for_the_first_time_are_not_newly_gone(
    archive: sqlite3.Connection,
) -> None:
    for number in range(40):
        answer(archive, 2, str(number))
        answer(archive, 3, str(number), ("gone", "home", "error", "not_modified")[number % 4])
        answer(archive, 4, str(number), ("gone", "home")[number % 2])
    for number in range(40, 60):
        answer(archive, 4, str(number), "gone")
    assert of_crawl(archive, 4).doubt(0, 0) is None, "ten of sixty gave something the time before"
    for number in range(3, 43, 4):
        answer(archive, 3, f"page {number}")
        answer(archive, 4, f"page {number}", "gone")
    assert "20 of 70 records' pages are gone" in str(of_crawl(archive, 4).doubt(0, 0))


def test_pages_that_lead_to_none_are_gone_and_those_that_lead_to_another_say_nothing(
    archive: sqlite3.Connection,
) -> None:
    for number in range(40):
        answer(archive, 3, str(number))
        answer(archive, 4, str(number), "redirect")
    for number, kind in enumerate(["not_found", "redirected_home"] * 6 + ["http_error"] * 3):
        insert(archive, "problems", crawl_id=4, kind=kind, url=number, message="", first_at="", last_at="")
    insert(archive, "problems", crawl_id=3, kind="not_found", url=30, message="", first_at="", last_at="")
    assert "12 of 12 records' pages are gone" in str(of_crawl(archive, 4).doubt(0, 0))
    assert "16 of 16 records' pages are gone" in str(of_crawl(archive, 4).doubt(0, 0, ["20", "21", "22", "23", "x"]))


def test_files_of_the_portals_records_are_no_pages(archive: sqlite3.Connection) -> None:
    for number in range(60):
        answer(archive, 3, str(number))
        answer(archive, 4, str(number), "gone" if number < 40 else "page")
    for number in range(40):
        insert(archive, "attachments", record_id=7 if number < 28 else 9, name="", url=str(number), state="text")
    assert "12 of 32 records' pages are gone" in str(of_crawl(archive, 4).doubt(0, 0))


def test_counting_pages_takes_time_in_proportion_to_pages_and_files(archive: sqlite3.Connection) -> None:
    steps = []
    for first in (0, 400):
        for number in range(first, first + 400):
            answer(archive, 4, str(number))
            insert(archive, "attachments", record_id=7, name="", url=f"{number}.txt", state="text")
        counted: list[int] = []
        archive.set_progress_handler(lambda counted=counted: counted.append(100), 100)  # type: ignore[misc]
        assert of_crawl(archive, 4).doubt(0, 0) is None
        archive.set_progress_handler(None, 0)
        steps.append(sum(counted))
    assert steps[1] < 2.5 * steps[0]


def test_pages_that_went_in_a_crawl_that_broke_off_do_not_count_again(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE crawls SET outcome = 'shutdown' WHERE id = 3")
    archive.execute("UPDATE crawls SET outcome = 'finished' WHERE id = 2")
    for number in range(48):
        answer(archive, 2, str(number))
        answer(archive, 3 if number < 10 else 4, str(number), "gone" if 5 <= number < 23 else "page")
    assert "13 of 48 records' pages are gone" in str(of_crawl(archive, 4).doubt(0, 0))


def test_a_crawl_is_held_against_all_that_those_asked_for_that_it_goes_on_with(archive: sqlite3.Connection) -> None:
    """Lists, files, robots.txt, and what was refused are no pages of records; the crawl before those that broke off is not gone on with."""
    archive.execute("UPDATE crawls SET outcome = 'shutdown' WHERE id = 3")
    archive.execute("UPDATE crawls SET outcome = 'finished' WHERE id = 2")
    insert(archive, "catalogs", id=1, portal="p", kind="plan", title="", url="list")
    insert(archive, "attachments", record_id=7, name="", url="file", state="text")
    for crawl_id, pages in ((2, 30), (3, 20), (4, 20)):
        for number in range(pages):
            answer(archive, crawl_id, f"{crawl_id} {number}", ("page", "not_modified")[number % 2])
        for url, outcome in (
            ("list", "page"),
            ("file", "page"),
            ("http://p/robots.txt", "page"),
            ("refused", "blocked"),
        ):
            answer(archive, crawl_id, url, outcome)
        answer(archive, crawl_id, f"{crawl_id} 0")
        insert(archive, "walks", crawl_id=crawl_id, catalog_id=1, look=1, capture_id=answer(archive, crawl_id, "list 2"), rows=1)  # fmt: skip
    put(archive, *((4, record_id, PAGE) for record_id in range(100, 111)))
    assert "11 of 40 records' pages say something else" in str(of_crawl(archive, 4).doubt(0, 0))


# --- pages that stand for many, and pages that stay as they are ---


@pytest.mark.parametrize(
    ("pages", "before", "left"),
    [
        ([page(7, "样本通告"), page(8, "样本通告"), page(9, "样本通告")], ["甲", "乙", "丙"], [10]),
        ([page(7, "样本通告"), page(8, "样本通告")], ["甲", "乙"], [7, 8, 10]),
        ([page(7, "样本通告"), page(8, "样本通告"), page(9, "样本通告")], ["甲", "甲", "丙"], [7, 8, 9, 10]),
        ([page(7, "样本通告"), page(8, "样本通告"), page(9, "样本")], ["甲", "乙", "丙"], [7, 8, 9, 10]),
        ([page(7, "样本"), page(8, "样本", title="一"), page(9, "样本")], ["甲", "乙", "丙"], [7, 8, 9, 10]),
        ([page(7, ""), page(8, ""), page(9, "")], ["甲", "乙", "丙"], [7, 8, 9, 10]),
    ],
    ids=["a notice", "two", "of one document", "in other words", "under another title", "without a text"],
)
def test_one_page_in_the_place_of_three_is_forgotten_with_its_files(
    archive: sqlite3.Connection, pages: list[RecordPage], before: list[str], left: list[int]
) -> None:
    deferral = of_crawl(archive, 4)
    for number, (each, body) in enumerate(zip(pages, before, strict=True), 7):
        archive.execute("UPDATE records SET body = ? WHERE id = ?", (body, number))
        deferral.put(number, PAGE, each, None, "")
    deferral.put(10, PAGE, page(10, "样本正文"), None, "")
    put(archive, *((4, number, kind) for number in (7, 10) for kind in (FILE, ROW)), (3, 7, PAGE))
    deferral.drop_one_page_for_many()
    assert [record_id for crawl_id, record_id, kind in kept(archive) if (crawl_id, kind) == (4, PAGE)] == left
    others = [(record_id, kind) for _, record_id, kind in kept(archive) if kind != PAGE]
    assert others == [*([(7, FILE)] if 7 in left else []), (7, ROW), (10, FILE), (10, ROW)]
    assert (3, 7, PAGE) in kept(archive)


def test_pages_that_were_kept_aside_and_have_not_changed_since_are_found(archive: sqlite3.Connection) -> None:
    """Record 8's page gave something else between; record 9's has changed, and record 10's page was read by this crawl."""
    for number in (7, 8, 9):
        of_crawl(archive, 3).put(number, PAGE, page(number), answer(archive, 3, f"page {number}"), "")
    of_crawl(archive, 3).put(7, FILE, FULL_FILE, answer(archive, 3, "file"), "")
    of_crawl(archive, 4).put(10, PAGE, page(10), answer(archive, 3, "page 10"), "")
    answer(archive, 3, "page 8")
    for number in (7, 8, 10):
        answer(archive, 4, f"page {number}", "not_modified")
    answer(archive, 4, "file", "not_modified")
    answer(archive, 4, "page 9")
    assert of_crawl(archive, 4).unchanged_since() == [7]
    assert of_crawl(archive, 3).unchanged_since() == []
