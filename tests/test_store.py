"""The store: idempotent, indifferent to order, whole or nothing, and never losing a row."""

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.database.connection import ArchiveError, open_for_reading, open_for_writing, transaction
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import (
    CatalogOfPortal,
    ListPage,
    Observation,
    Paging,
    PortalOfFile,
    Problem,
    RecordPage,
    Row,
)
from archive.model.records import FIELDS
from archive.search import engine
from archive.search import index as search
from tests.conftest import empty_archive

PLANS, BUDGETS = "http://p.example/plans/", "http://p.example/budgets/"
PORTAL = PortalOfFile(
    "p",
    "样本县",
    "640399",
    "http://p.example/",
    (CatalogOfPortal("plan", "规划", PLANS), CatalogOfPortal("budget", "预算", BUDGETS)),
)
DAY = "2026-01-{:02}T00:00:00Z"


def count(connection: sqlite3.Connection, words: str) -> int:
    return engine.count(connection, engine.search(words))


def row(number: int, **fields: str) -> Row:
    said = {"title": f"样本文件之{number}", "index_number": f"640399001/2026-{number:05}", **fields}
    return Row(said, {"标题": said["title"]}, key=f"http://p.example/{number}.html")


def listed(
    *rows: Row, catalog: str = PLANS, last: bool = True, pages: int | None = None, claimed: int | None = None
) -> ListPage:
    return ListPage(rows, Paging(pages, claimed), breadcrumb=("首页", "目录"), catalog_url=catalog, last=last)


def page(number: int, body: str = "样本正文", cut: bool = False, **fields: str) -> RecordPage:
    doubts = ("page_cut",) if cut else ()
    said = {"document_number": f"样发〔2026〕{number}号", **fields}
    return RecordPage(said, {"文号": str(number)}, doubts, url=f"http://p.example/{number}.html", body=body, cut=cut)


def crawl(path: Path, *batches: list[Observation], day: int = 1, finish: bool = True) -> Store:
    store = Store(path if path.exists() else empty_archive(path))
    store.begin(PORTAL, "full", DAY.format(day))
    for batch in batches:
        store.write(batch, DAY.format(day))
    if finish:
        store.finish("finished", DAY.format(day))
        store.close()
    return store


def table(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


RECORDS = (
    f"SELECT url, {', '.join(FIELDS)}, kind, state, flags, source_fields, body, changed_at FROM records ORDER BY url"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_the_same_observations_twice_change_nothing_but_last_seen(path: Path) -> None:
    batch: list[Observation] = [listed(row(1), row(2)), page(1), page(2)]
    crawl(path, batch)
    before = table(path, RECORDS), table(path, "SELECT * FROM events"), table(path, "SELECT * FROM readings")
    crawl(path, batch, day=2)
    assert (table(path, RECORDS), table(path, "SELECT * FROM events"), table(path, "SELECT * FROM readings")) == before
    assert table(path, "SELECT DISTINCT first_seen, last_seen FROM records") == [(DAY.format(1), DAY.format(2))]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_pages_does_not_matter(shuffled: random.Random) -> None:
    lists: list[Observation] = [
        listed(row(1), row(2, title="样本文件之..."), last=False),
        listed(row(3), row(4)),
        listed(row(2, publisher="样本局"), row(5, index_number="640399001/2026-00001"), catalog=BUDGETS),
    ]
    pages: list[Observation] = [
        page(number, f"正文{number}", title=f"样本文件之{number}全称") for number in range(1, 6)
    ]
    shuffled.shuffle(lists)
    shuffled.shuffle(pages)
    with TemporaryDirectory() as folder:
        crawl(Path(folder) / "a.db", lists, pages)
        changed = table(Path(folder) / "a.db", RECORDS)
    with TemporaryDirectory() as folder:
        crawl(Path(folder) / "a.db", sorted(lists, key=str), sorted(pages, key=str))
        assert table(Path(folder) / "a.db", RECORDS) == changed


def test_a_batch_is_written_whole_or_not_at_all(path: Path) -> None:
    store = crawl(path, [listed(row(1))], finish=False)
    unknown = replace(listed(row(2)), catalog_url="http://p.example/unknown/")
    with pytest.raises(KeyError):
        store.write([listed(row(3)), unknown], DAY.format(1))
    assert table(path, "SELECT url FROM records") == [("http://p.example/1.html",)]
    store.write([listed(row(3))], DAY.format(1))
    store.close()
    assert len(table(path, "SELECT 1 FROM records")) == 2


def test_a_changed_page_is_an_event_and_a_first_page_is_not(path: Path) -> None:
    crawl(path, [listed(row(1))])
    crawl(path, [listed(row(1)), page(1)], day=2)
    assert table(path, "SELECT kind FROM events") == [("added",)]
    crawl(path, [listed(row(1)), page(1, "改过的样本正文", document_number="样发〔2026〕9号")], day=3)
    (_, (kind, detail)) = table(path, "SELECT kind, detail FROM events ORDER BY id")
    assert kind == "changed"
    assert json.loads(str(detail))["changed"] == {
        "body": ["样本正文", "改过的样本正文"],
        "document_number": ["样发〔2026〕1号", "样发〔2026〕9号"],
    }
    assert table(path, "SELECT changed_at FROM records") == [(DAY.format(3),)]


def test_a_crawl_reads_again_what_it_changed_alone(path: Path) -> None:
    crawl(path, [listed(row(1), row(2)), page(1, body="样本支出110万元，比上年增加10万元，增长10%。")])
    assert table(path, "SELECT count(*) FROM claims") == [(1,)]
    with closing(open_for_writing(path)) as connection, transaction(connection):
        connection.execute("DELETE FROM claims")
        connection.execute("DELETE FROM report_rules")
    crawl(path, [page(2)], day=2)
    assert table(path, "SELECT count(*) FROM claims UNION SELECT count(*) FROM report_rules") == [(0,)]


def test_half_a_page_takes_nothing_from_a_whole_one(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1, "样本正文的全部")])
    crawl(path, [listed(row(1)), page(1, "样本正", cut=True)], day=2)
    assert table(path, "SELECT body, flags FROM records") == [("样本正文的全部", "[]")]


def test_a_whole_page_completes_half_a_one_without_an_event(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1, "样本正", cut=True)])
    assert table(path, "SELECT body, flags FROM records") == [("样本正", '["page_cut"]')]
    crawl(path, [listed(row(1)), page(1, "样本正文的全部")], day=2)
    assert table(path, "SELECT body, flags FROM records") == [("样本正文的全部", "[]")]
    assert table(path, "SELECT kind FROM events") == [("added",)]


def test_a_record_listed_twice_in_one_catalogue_is_not_edited_by_that(path: Path) -> None:
    batches: list[list[Observation]] = [
        [listed(row(1, title="[置顶]样本文件之1"), last=False)],
        [listed(row(1), row(2))],
    ]
    for day in (1, 2, 3):
        crawl(path, *batches, day=day)
    assert table(path, "SELECT kind FROM events") == [("added",), ("added",)]
    assert table(path, "SELECT title FROM records ORDER BY url") == [("[置顶]样本文件之1",), ("样本文件之2",)]
    crawl(path, [listed(row(1), row(2))], day=4)  # no longer pinned: that is a change
    assert table(path, "SELECT kind FROM events WHERE crawl_id = 4") == [("changed",)]


def test_a_batch_taken_back_leaves_no_counts(path: Path) -> None:
    store = crawl(path, finish=False)
    with pytest.raises(KeyError):
        store.write([listed(row(1)), replace(listed(row(2)), catalog_url="http://p.example/unknown/")], DAY.format(1))
    assert not store.counts
    store.write([listed(row(2))], DAY.format(1))
    store.close()
    assert table(path, "SELECT title FROM records") == [("样本文件之2",)]


def test_one_number_on_two_records_is_flagged_on_both_and_only_as_long_as_it_is(path: Path) -> None:
    crawl(path, [listed(row(1), row(2, index_number="640399001/2026-00001"), row(3))])
    flagged = "SELECT url FROM records WHERE flags LIKE '%index_number_repeated%' ORDER BY url"
    assert table(path, flagged) == [("http://p.example/1.html",), ("http://p.example/2.html",)]
    crawl(path, [listed(row(1), row(2), row(3))], day=2)
    assert table(path, flagged) == []


def test_the_same_number_on_another_portal_is_no_repetition(path: Path) -> None:
    crawl(path, [listed(row(1))])
    store = Store(path)
    store.begin(replace(PORTAL, id="q"), "full", DAY.format(2))
    store.write([listed(row(1))], DAY.format(2))
    store.finish("finished", DAY.format(2))
    store.close()
    assert table(path, "SELECT portal, flags FROM records ORDER BY portal") == [("p", "[]"), ("q", "[]")]


ROWS = st.builds(
    lambda number, index, title: row(number, title=title, **({"index_number": index} if index else {})),
    st.integers(1, 5),
    st.sampled_from(["A/2026-1", "A/2026-2", ""]),
    st.sampled_from(["预算", "预算之...", "决算公开"]),
)
CRAWLS = st.lists(
    st.lists(
        st.builds(
            lambda rows, catalog: listed(*{each.key: each for each in rows}.values(), catalog=catalog),
            st.lists(ROWS, min_size=1, max_size=4),
            st.sampled_from([PLANS, BUDGETS]),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(CRAWLS)
def test_after_any_crawls_a_number_is_flagged_on_exactly_the_records_that_share_it(
    crawls: list[list[Observation]],
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        for day, batch in enumerate(crawls, 1):
            crawl(path, batch, day=day)
        shared = "SELECT url FROM records r WHERE EXISTS (SELECT 1 FROM records o WHERE o.id <> r.id AND o.index_number = r.index_number)"
        flagged = "SELECT url FROM records WHERE flags LIKE '%index_number_repeated%'"
        assert sorted(table(path, flagged)) == sorted(table(path, shared))
        events = table(path, "SELECT kind, count(*) FROM events WHERE kind = 'added' GROUP BY 1")
        assert events == [("added", len(table(path, "SELECT 1 FROM records")))]


def test_a_record_in_two_catalogues_has_two_listings_and_the_first_ones_kind(path: Path) -> None:
    crawl(path, [listed(row(1, publisher="样本局"), catalog=BUDGETS), listed(row(1, topic="规划"))])
    assert table(path, "SELECT kind, publisher, topic FROM records") == [("plan", "样本局", "规划")]
    assert len(table(path, "SELECT 1 FROM listings")) == 2


@pytest.mark.parametrize(
    ("pages", "complete"),
    [
        ([listed(row(1))], 1),
        ([listed(row(1), last=False)], 0),
        ([listed()], 0),
        ([listed(row(1), pages=2)], 0),
        ([listed(row(1), pages=2, last=False), listed(row(2), pages=2)], 1),
        ([listed(row(1), claimed=2)], 0),
        ([listed(row(1), row(2), claimed=2)], 1),
    ],
)
def test_a_walk_is_complete_only_at_its_claimed_end(path: Path, pages: list[Observation], complete: int) -> None:
    crawl(path, pages)
    assert table(
        path, "SELECT complete FROM ledger l JOIN catalogs c ON c.id = l.catalog_id WHERE c.url LIKE '%plans%'"
    ) == [(complete,)]


def test_a_row_stays_where_its_page_fails(path: Path) -> None:
    crawl(path, [listed(row(1), row(2)), Problem("http_error", "http://p.example/1.html", "500"), page(2)])
    assert table(path, "SELECT url, title, body FROM records ORDER BY url") == [
        ("http://p.example/1.html", "样本文件之1", None),
        ("http://p.example/2.html", "样本文件之2", "样本正文"),
    ]


def test_problems_of_one_kind_and_page_are_counted(path: Path) -> None:
    trouble = Problem("http_error", "http://p.example/1.html", "the portal answered 500")
    crawl(path, [trouble, trouble, replace(trouble, url="http://p.example/2.html")])
    assert table(path, "SELECT url, count FROM problems ORDER BY url") == [
        ("http://p.example/1.html", 2),
        ("http://p.example/2.html", 1),
    ]


def test_a_crawl_that_broke_off_is_called_so_by_the_next(path: Path) -> None:
    crawl(path, [listed(row(1))], finish=False).close()
    crawl(path, [listed(row(1))], day=2)
    assert table(path, "SELECT outcome FROM crawls ORDER BY id") == [("interrupted",), ("finished",)]


# --- the search index follows ---

STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["预算", "决算公开", "棚户区", ""]), st.booleans()),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_the_index_equals_the_records_after_any_changes(steps: list[tuple[int, str, bool]]) -> None:
    """Some crawls are dropped without an end, as if killed; whoever opens the archive next catches up."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        for day, (number, word, finished) in enumerate(steps, 1):
            batch: list[Observation] = [listed(row(number, title=f"样本{word}{number}")), page(number, f"正文{word}")]
            store = crawl(path, batch, day=day, finish=finished)
            if not finished:
                store.close()
        open_up_to_date(path).close()
        connection = open_for_reading(path)
        for word in ("预算", "决算", "棚户区", "样本", "正文"):
            scanned = connection.execute(
                "SELECT count(*) FROM records WHERE instr(title || char(10) || coalesce(body, ''), ?)", (word,)
            ).fetchone()[0]
            assert count(connection, word) == scanned, word
        connection.close()


def test_another_segmentation_builds_the_index_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl(path, [listed(row(1), row(2))])
    monkeypatch.setattr(search, "VERSION", "another")
    monkeypatch.setattr(search, "segment", lambda text: "甲" if text else "")
    connection = open_up_to_date(path)
    assert connection.execute("SELECT value FROM settings WHERE name = 'segment_version'").fetchone()[0] == "another"
    assert (count(connection, "甲"), count(connection, "样本文件")) == (2, 0)
    connection.close()
    monkeypatch.undo()
    connection = open_up_to_date(path)
    assert (count(connection, "甲"), count(connection, "样本文件")) == (0, 2)
    connection.close()


def test_what_is_no_archive_is_one_plain_line(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(ArchiveError, match="not a disclosures archive"):
        open_for_reading(other)
    with pytest.raises(ArchiveError, match="there is no archive"):
        open_for_reading(tmp_path / "none.db")


def test_a_record_is_indexed_when_its_page_was_read_or_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "STRIDE", 2)
    store = Store(tmp_path / "a.db")
    store.begin(PORTAL, "full", DAY.format(1))
    connection = open_for_reading(tmp_path / "a.db")
    store.write([listed(row(1), row(2), row(3))], DAY.format(1))
    assert count(connection, "样本文件之1") == 0
    store.write([page(1), page(2)], DAY.format(1))
    assert [count(connection, f"样本文件之{number}") for number in (1, 2, 3)] == [1, 1, 0]
    store.write([], "2026-01-01T00:15:00Z")
    assert count(connection, "样本文件之3") == 1
    store.write([page(3, body="改后的样本")], "2026-01-01T00:16:00Z")
    store.finish("finished", "2026-01-01T00:17:00Z")
    assert count(connection, "改后的样本") == 1
    store.close()
    assert connection.execute("SELECT count(*) FROM unindexed").fetchone()[0] == 0


def test_what_follows_from_records_is_read_when_they_are_indexed(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "STRIDE", 2)
    store = Store(tmp_path / "a.db")
    store.begin(replace(PORTAL, catalogs=(CatalogOfPortal("annual_report", "年报", PLANS),)), "full", DAY.format(1))
    store.write([listed(row(1), row(2), row(3))], DAY.format(1))
    store.write([page(number, body="样本支出\t110万元，比上年增加10万元。") for number in (1, 2)], DAY.format(1))
    with closing(open_for_reading(tmp_path / "a.db")) as connection:
        waiting = {
            what: [row[0] for row in connection.execute(f"SELECT record_id FROM unread_{what}")]
            for what in ("reports", "budgets", "claims")
        }
    assert waiting == {"reports": [3], "budgets": [], "claims": []}
    store.close()
