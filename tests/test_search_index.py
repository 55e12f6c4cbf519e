"""The search index after every change of an archive: it holds what the records say, and of those that are gone nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings

from archive.database.connection import open_for_reading, transaction
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.masking import mask_again
from archive.model.observations import AttachmentFile, LinkedFile, ListPage, MissingPage, Paging, RecordPage, Row
from archive.search import engine, index
from archive.search.engine import Filters, Search
from tests.changing_archive import DOCUMENTS, PHONE, PORTALS, STEPS, Crawl, Document, do
from tests.conftest import empty_archive

EXAMPLES = int(os.environ.get("SEARCH_EXAMPLES", "12"))


def index_of(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """All that stands in the index: each token, in which entry, column and place; and how many entries and tokens it counts."""
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.held USING fts5vocab('main', 'records_fts', 'instance')"
    )
    totals = connection.execute("SELECT 'totals', block FROM records_fts_data WHERE id = 1")
    return {*map(tuple, connection.execute("SELECT term, doc, col, offset FROM temp.held")), *map(tuple, totals)}


def index_made_anew(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """The index as it would be if it were made of the records as they are."""
    with closing(sqlite3.connect(":memory:")) as copy:
        connection.backup(copy)
        index.build(copy)
        return index_of(copy)


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES, deadline=None, phases=(Phase.reuse, Phase.generate)
)  # crawls are slow to shrink, and few
@given(DOCUMENTS, STEPS)
def test_after_every_change_the_index_holds_what_the_records_say(
    documents: list[Document], steps: list[Crawl | str]
) -> None:
    """Records added, changed, withdrawn, back, moved (one of the two is then forgotten), masked; files unlinked; crawls broken off."""
    with TemporaryDirectory() as folder:
        path = empty_archive(Path(folder) / "a.db")
        for day, step in enumerate(steps, 1):
            do(path, day, step, documents)
            with closing(open_up_to_date(path)) as connection:  # which finishes what a broken crawl left
                assert index_of(connection) == index_made_anew(connection), step


def sample(
    number: int, title: str, index_number: str, body: str = "样本正文", files: tuple[LinkedFile, ...] = ()
) -> tuple[Row, RecordPage]:
    """A row and its record's page."""
    url = f"http://p.example/{number}.html"
    row = Row({"title": title, "index_number": index_number}, {}, key=url)
    return row, RecordPage({}, {}, url=url, body=body, attachments=files)


class Archive:
    """The archive of one portal, crawled day by day."""

    def __init__(self, path: Path) -> None:
        self.path = empty_archive(path)
        self._day = 0

    def crawl(self, *records: tuple[Row, RecordPage], files: tuple[AttachmentFile, ...] = (), catalog: int = 1) -> None:
        """A crawl of one catalogue, its budgets, that finds these records; the pages of others are gone."""
        self._day += 1
        now, budgets = f"2026-01-{self._day:02}T00:00:00Z", PORTALS["p"].catalogs[catalog].url
        store = Store(self.path)
        store.begin(PORTALS["p"], "full", now)
        rows = tuple(row for row, _ in records)
        store.write(
            [
                ListPage(rows, Paging(1, len(rows)), catalog_url=budgets, last=True),
                *(page for _, page in records),
                *files,
            ],
            now,
        )
        store.write([MissingPage(each.url, "gone", "a sample") for each in store.missing(now) if each.url], now)
        store.finish("finished", now)
        store.close()

    def found(self, words: str) -> list[str]:
        """The addresses and states of the records found."""
        with closing(open_for_reading(self.path)) as connection:
            ids = engine.first(connection, engine.search(words), 100)
            return [hit["url"] or "" for hit in engine.described(connection, ids, words)]

    def count(self, words: str) -> int:
        """The number said to be found."""
        with closing(open_for_reading(self.path)) as connection:
            return engine.count(connection, engine.search(words))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "a.db")


def test_an_index_built_again_holds_what_waited_for_it_once(archive: Archive) -> None:
    """A crawl that broke off left records waiting; another version then makes the whole index anew."""
    archive.crawl(sample(1, "样本预算", "A-1"), sample(2, "样本", "A-2"))
    with closing(open_up_to_date(archive.path)) as connection, transaction(connection):
        index.changing(connection, 1)
        connection.execute("UPDATE records SET title = '样本决算' WHERE id = 1")
        index.forget(connection, 2)
        index.changed(connection, 2, None)  # as a record that was never in it
        connection.execute("UPDATE settings SET value = 'of old' WHERE name = 'segment_version'")
    for _ in range(2):
        with closing(open_up_to_date(archive.path)) as connection:
            assert index_of(connection) == index_made_anew(connection)
        assert [archive.count(word) for word in ("预算", "决算", "样本")] == [0, 1, 2]
    archive.crawl(sample(1, "样本预算", "A-1"), sample(2, "样本", "A-2"))
    with closing(open_up_to_date(archive.path)) as connection:
        assert index_of(connection) == index_made_anew(connection)


def test_a_record_of_which_its_day_or_kind_alone_changed_is_narrowed_to_by_the_new_one(archive: Archive) -> None:
    def counts() -> list[int]:
        filters = (Filters(since=2017, until=2017), Filters(since=2018), Filters(kind="budget"), Filters(kind="plan"))
        with closing(open_for_reading(archive.path)) as connection:
            return [engine.count(connection, Search(filters=each)) for each in filters]

    def dated(day: str) -> tuple[Row, RecordPage]:
        row, page = sample(1, "样本", "A-1")
        return Row({**row.fields, "published_on": day}, {}, key=row.key), page

    archive.crawl(dated("2017-12-31"))
    assert counts() == [1, 0, 1, 0]
    archive.crawl(dated("2018-01-01"))
    assert counts() == [0, 1, 1, 0]
    archive.crawl(dated("2018-01-01"), catalog=0)  # the catalogue that the portal's file names first tells the kind
    assert counts() == [0, 1, 0, 1]


MOVED = "样本预算", "A-2026-1"
"""The title and index number of a record that moves from page 1 to page 2, where the same text stands under them."""


@pytest.mark.parametrize(
    "between",
    [(), (sample(1, *MOVED), sample(2, *MOVED)), (sample(1, *MOVED), sample(2, "样本预算草案", MOVED[1]))],
    ids=["at once", "both listed for a while", "and changed when it was alone"],
)
def test_a_record_that_became_another_leaves_nothing_in_the_index(
    archive: Archive, between: tuple[tuple[Row, RecordPage], ...]
) -> None:
    """The second number of a moved record is free again: a later record takes it, and isn't found by the moved one's words."""
    other = sample(9, "样本规划", "C-2026-9")
    archive.crawl(sample(1, *MOVED), other)
    if between:
        archive.crawl(*between, other)
    archive.crawl(sample(2, *MOVED), other)
    assert archive.found("预算") == ["http://p.example/2.html"]
    assert (archive.count("预算"), archive.count("草案"), archive.count("样本")) == (1, 0, 2)
    archive.crawl(sample(2, *MOVED), other, sample(3, "样本决算", "B-2026-3"))
    assert (archive.count("预算"), archive.count("草案"), archive.count("样本")) == (1, 0, 3)
    assert archive.found("决算") == ["http://p.example/3.html"]


def test_of_several_changes_before_the_index_catches_up_the_first_tells_what_it_holds(archive: Archive) -> None:
    archive.crawl(sample(1, "样本预算", "A-1"), sample(2, "样本", "A-2"))
    with closing(open_up_to_date(archive.path)) as connection, transaction(connection):
        for title in ("样本决算", "样本规划"):
            index.changed(connection, 1, index.held(connection, 1))
            connection.execute("UPDATE records SET title = ? WHERE id = 1", (title,))
        index.catch_up(connection)
    assert [archive.count(word) for word in ("预算", "决算", "规划", "样本")] == [0, 0, 1, 2]


def test_a_file_is_found_as_long_as_the_archive_keeps_it_and_filtered_as_long_as_it_is_linked(archive: Archive) -> None:
    """Files published once can still be found when the page no longer links them; 'has files' means those linked now."""
    link = LinkedFile("样本名单.xls", "http://p.example/1.xls")
    file = AttachmentFile(
        "http://p.example/1.html", link.name, link.url, "a" * 64, 9, None, "样本附件所说的棚户区", "text"
    )
    other = LinkedFile("样本附表.xls", "http://p.example/2.xls")
    with_files = Search(filters=Filters(files=True))
    for links, files, linked in (((link,), (file,), 1), ((), (), 0), ((other,), (), 1)):
        archive.crawl(sample(1, "样本", "A-1", files=links), sample(2, "样本之二", "A-2"), files=files)
        assert archive.found("棚户区") == archive.found("样本名单") == ["http://p.example/1.html"]
        with closing(open_for_reading(archive.path)) as connection:
            assert engine.count(connection, with_files) == len(engine.first(connection, with_files, 9)) == linked
    archive.crawl(sample(1, "样本甲", "A-1"), sample(2, "样本之二", "A-2"))
    assert archive.count("棚户区") == archive.count("样本甲") == 1


# --- what is found ---


def test_a_moved_record_is_found_by_what_its_new_page_says(archive: Archive) -> None:
    """The number and the text are the same, the title is another."""
    other = sample(9, "样本规划", "C-2026-9")
    archive.crawl(sample(1, "样本预算", "A-2026-1"), other)
    archive.crawl(sample(2, "样本决算公开", "A-2026-1"), other)
    assert archive.found("决算公开") == ["http://p.example/2.html"]
    assert (archive.count("预算"), archive.count("样本")) == (0, 2)


def test_a_file_that_was_replaced_or_masked_is_found_by_what_it_says_now(archive: Archive) -> None:
    """Nothing else about the record changes."""
    link = LinkedFile("样本名单.xls", "http://p.example/1.xls")

    def file(text: str, digest: str) -> AttachmentFile:
        return AttachmentFile("http://p.example/1.html", link.name, link.url, digest * 64, 9, None, text, "text")

    record = sample(1, "样本", "A-1", files=(link,))
    archive.crawl(record, files=(file("样本旧文所说", "a"),))
    archive.crawl(record, files=(file(f"样本新文，电话{PHONE}", "b"),))
    assert [archive.count(word) for word in ("旧文", "新文", PHONE, "样本名单")] == [0, 1, 1, 1]
    mask_again(archive.path)
    assert [archive.count(word) for word in ("旧文", "新文", PHONE, "138", "样本名单")] == [0, 1, 0, 1, 1]
    with closing(open_up_to_date(archive.path)) as connection:
        assert index_of(connection) == index_made_anew(connection)
