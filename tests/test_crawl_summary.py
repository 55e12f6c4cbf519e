"""The summary that ends a crawl: what it did, what is wrong first, and whether somebody has to look."""

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest

from crawler.jobs.run import MOST_PROBLEMS_SHOWN, _is_loopback, summary
from tests.conftest import empty_archive
from tests.test_presence import Crawls, url, without
from tests.test_store import listed, page, row


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two full crawls of twenty records, one of which changed and one of which went."""
    crawls = Crawls(empty_archive(tmp_path_factory.mktemp("summary") / "a.db"))
    crawls.run(listed(*map(row, range(1, 21))), pages=[page(1), page(2)])
    crawls.run(without(7), pages=[page(1, "改过的样本正文")], asked={7: "gone"})
    return crawls.path


@pytest.fixture
def db(two_days: Path, tmp_path: Path) -> Path:
    return Path(copy(two_days, tmp_path))


def said(db: Path, *statements: str, crawl: int = 2) -> tuple[list[str], bool]:
    """The lines of a crawl's summary without those of its head and its end, and whether all is well."""
    with closing(sqlite3.connect(db)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    lines, well = summary(db, crawl, "crawl.log")
    assert lines[-1] == f"  archive: {db}   log: crawl.log"
    return lines[1:-1], well


def problem(kind: str, number: int = 1, crawl: int = 2) -> str:
    return (
        "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) "
        f"VALUES ({crawl}, '{kind}', '{url(number)}', 'sample', '', '')"
    )


def test_it_counts_what_this_crawl_walked_and_found(db: Path) -> None:
    walked, found = said(db)[0]
    assert walked == "  1 of 2 catalogues walked wholly: 19 rows on 1 list page"
    assert found == "  20 records in the archive: 0 new, 1 changed, 1 withdrawn"
    assert said(db, crawl=1)[0][1] == "  20 records in the archive: 20 new, 0 changed"
    update = said(db, "UPDATE crawls SET mode = 'update'")[0][0]
    assert update == "  2 catalogues looked through for news: 19 rows on 1 list page"


@pytest.mark.parametrize(
    ("changes", "well"),
    [
        ([], True),
        (["UPDATE crawls SET outcome = 'incomplete'"], False),
        ([problem("http_error")], False),
        ([problem("http_error", crawl=1)], True),  # of another crawl
        ([problem("off_site"), problem("not_global")], True),  # where pages lead, and nothing is wrong with the crawl
        ([problem("off_site"), problem("blocked")], False),
    ],
)
def test_all_is_well_where_it_ended_and_nothing_is_to_be_looked_at(db: Path, changes: list[str], *, well: bool) -> None:
    assert said(db, *changes)[1] == well


def test_what_concerns_a_whole_list_is_said_before_single_pages_and_the_rest_is_a_number(db: Path) -> None:
    pages = [problem("http_error", number) for number in range(MOST_PROBLEMS_SHOWN)]
    lines = said(db, *pages, problem("most_changed"), problem("layout_changed"))[0][2:]
    kinds = [line.removeprefix("  problem: ").partition(":")[0] for line in lines[:-1]]
    assert kinds == ["layout_changed", "most_changed", *["http_error"] * (MOST_PROBLEMS_SHOWN - 2)]
    assert lines[-1] == "  … and 2 more, in the table problems"


def test_files_are_counted_by_what_was_read_now_and_what_is_left(db: Path) -> None:
    """One read in this crawl, one in the one before, one without text, one not asked for; and what counts for nothing."""
    (now,) = sqlite3.connect(db).execute("SELECT max(id) FROM captures WHERE crawl_id = 2").fetchone()
    files = (
        (1, "'a'", "'样本'", "text", now), (2, "'b'", "'样本'", "text", 1), (3, "'c'", "NULL", "needs_ocr", 1), (4, "NULL", "NULL", "pending", "NULL"),
        (5, "'e'", "NULL", "unlinked", now), (6, "'f'", "NULL", "withheld", now),
    )  # fmt: skip
    written = [
        f"INSERT INTO attachments (record_id, name, url, sha256, text, state, capture_id) VALUES (1, '', 'http://p.example/{n}.pdf', {digest}, {text}, '{state}', {capture})"
        for n, digest, text, state, capture in files
    ]
    assert said(db)[0][2:] == []
    assert said(db, *written)[0][2] == "  4 files: 1 read now, 1 without text, 1 not asked for yet"


def test_records_and_files_of_another_portal_are_not_counted(db: Path) -> None:
    other = (
        "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一样本县', '640323', '')",
        "INSERT INTO records (id, portal, kind, url, first_seen, last_seen) VALUES (999, 'other', 'plan', 'http://o.example/', '', '')",
        "INSERT INTO attachments (record_id, name, url, state) VALUES (999, '', 'http://o.example/1.pdf', 'pending')",
    )
    before = said(db)[0]
    assert said(db, *other)[0] == before


@pytest.mark.parametrize(
    ("home", "is_ours"),
    [("http://127.0.0.1:8000/", True), ("http://localhost:8000/", True), ("http://[::1]/", True),
     ("http://www.p.example/", False), ("http://p.example/127.0.0.1/", False), ("http://www.localhost.example/", False)],
)  # fmt: skip
def test_who_asks_no_machine_but_its_own_need_not_say_who_they_are(home: str, is_ours: bool) -> None:
    assert _is_loopback(home) == is_ours


def test_changes_that_are_doubted_are_a_number(db: Path) -> None:
    doubted = "UPDATE crawls SET counts = json_set(coalesce(counts, '{}'), '$.held', 3) WHERE id = 2"
    lines = said(db, doubted)[0]
    assert lines[2] == "  3 of them seem to have changed, and are doubted until a later crawl reads the same"
    assert "doubted" not in " ".join(said(db, crawl=1)[0])
