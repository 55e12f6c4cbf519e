"""Hits of a search in archives with a past: held against a plain scan, filter, sort and count."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.database.connection import open_for_reading
from archive.export import record_rows
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.search import engine
from archive.search.engine import Filters, Search
from archive.search.query import parse
from tests.changing_archive import PHONE, TEXT, Crawl, Document, do
from tests.conftest import empty_archive
from tests.plain_scan import place, scan, texts_of_records

EXAMPLES = int(os.environ.get("SEARCH_EXAMPLES", "100"))
WORDS = st.one_of(
    st.sampled_from(("预", "县", "预算", "棚户区", "棚戶區改造", "2017", "201", "92", "12345", "1234", "2345", "640399001/2017-", "640399001/2017-00001",
                     "决算.xls", "财政局", "样政发〔2017〕92号", "abc", "ab", "138", "绝无此词")),
    TEXT.map(lambda text: "".join(text.split())).filter(bool),
)  # fmt: skip


@pytest.fixture(scope="module")
def connections(tmp_path_factory: pytest.TempPathFactory) -> list[sqlite3.Connection]:
    """Three archives with a past, made once."""
    made = []
    for place_, (documents, steps) in enumerate(_pasts()):
        path = empty_archive(tmp_path_factory.mktemp("past") / f"{place_}.db")
        for day, step in enumerate(steps, 1):
            do(path, day, step, documents)
        open_up_to_date(path).close()
        made.append(open_for_reading(path))
    return made


def _pasts() -> Iterator[tuple[list[Document], list[Crawl | str]]]:
    """Documents in which words stand in all places, and crawls that leave records in all states."""

    def document(
        title: str, body: str = "样本正文", files: tuple[tuple[int, str, str], ...] = (), **fields: str
    ) -> Document:
        return Document(tuple(sorted({"title": title, **fields}.items())), body, files)

    documents = [
        document("2017年棚户区改造预算公开", published_on="2017-12-31", publisher="县财政局", index_number="640399001/2017-00001"),
        document("样本棚戶區决算", "县教育局预算，1,234元", published_on="2018-01-01", publisher="县财政局", document_number="样政发〔2017〕92号"),
        document("县公开办公告12345", "预算\n算县", ((1, "决算.xls", "预算 公开"),), published_on="2017-01-01", responsible_department="县预算局"),
        document("abc 2017", f"样本预算，电话{PHONE}。", ((1, "名单.pdf", "棚户区改造"), (2, "决算.xls", "abc")), publisher="县教育局"),
        document("样本棚戶區决算", "县教育局预算，1,234元，后来改过", publisher="县财政局", document_number="样政发〔2017〕92号"),
    ]  # fmt: skip
    everything = {number: (number - 1, False) for number in range(1, 5)}
    first = [Crawl(portal, everything, gone=False, ended=True) for portal in ("p", "q")]
    yield documents, first
    yield documents, [*first, Crawl("p", {1: (0, False), 2: (2, False)}, gone=True, ended=True), "mask"]
    yield (
        documents,
        [
            *first,
            Crawl("q", {1: (0, True), 2: (3, False)}, gone=False, ended=True),
            Crawl("q", {1: (0, True), 2: (4, False), 3: (2, False)}, gone=True, ended=True),
            Crawl("q", {1: (0, True), 2: (4, False)}, gone=False, ended=True),
            Crawl("p", {4: (0, False), 2: (2, False)}, gone=False, ended=False),
        ],
    )


FILTERS = st.builds(
    Filters,
    portals=st.sampled_from(((), (), ("p",), ("q",), ("p", "q"), ("nowhere",))),
    kind=st.sampled_from(("", "", "plan", "budget")),
    publisher=st.sampled_from(("", "", "", "县财政局", "县教育局", "县财")),
    since=st.sampled_from((None, None, 2016, 2017, 2018, 2019)),
    until=st.sampled_from((None, None, 2016, 2017, 2018)),
    states=st.sampled_from(((), (), ("listed",), ("unlisted", "withdrawn"), ("withdrawn",))),
    files=st.booleans(),
)


def allowed(connection: sqlite3.Connection, filters: Filters) -> set[int]:
    """The records that filters allow, worked out one by one."""
    linked = {row[0] for row in connection.execute("SELECT record_id FROM attachments WHERE state <> 'unlinked'")}
    sql = "SELECT id, portal, kind, publisher, published_on, state FROM records"
    return {
        record_id
        for record_id, portal, kind, publisher, day, state in connection.execute(sql)
        if (not filters.portals or portal in filters.portals)
        and filters.kind in {"", kind}
        and filters.publisher in {"", publisher}
        and (filters.since is None or (day is not None and int(day[:4]) >= filters.since))
        and (filters.until is None or (day is not None and int(day[:4]) <= filters.until))
        and (not filters.states or state in filters.states)
        and (not filters.files or record_id in linked)
    }


def in_order(connection: sqlite3.Connection, ids: set[int], key: Callable[[int], int]) -> list[int]:
    """By `key`, in each the newest first, those without a date last, then those that came last first."""
    days = dict(connection.execute("SELECT id, coalesce(published_on, '') FROM records"))
    newest = sorted(ids, key=lambda record_id: (days[record_id], record_id), reverse=True)
    return sorted(newest, key=key)


def pages(connection: sqlite3.Connection, wanted: Search, size: int) -> list[int]:
    """The hits page by page, until one is empty."""
    found: list[int] = []
    while page := engine.first(connection, wanted, size, len(found)):
        assert len(page) <= size
        found += page
    return found


@dataclass(frozen=True)
class SearchCase:
    """One search of an archive, and the number of hits on a page of it."""

    archive: int
    words: tuple[str, ...]
    without: tuple[str, ...]
    filters: Filters
    newest: bool
    size: int


SEARCHES = st.builds(
    SearchCase,
    st.integers(0, 2),
    st.lists(WORDS, max_size=2).map(tuple),
    st.lists(WORDS, max_size=1).map(tuple),
    FILTERS,
    st.booleans(),
    st.integers(1, 4),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(SEARCHES)
def test_hits_are_those_of_a_scan_filtered_sorted_counted_and_paged(
    connections: list[sqlite3.Connection], asked: SearchCase
) -> None:
    connection, words, filters, newest = connections[asked.archive], asked.words, asked.filters, asked.newest
    typed = " ".join([*words, *(f"-{word}" for word in asked.without)])
    wanted = Search(parse(typed) if typed else None, filters, newest=newest)
    texts = texts_of_records(connection)
    expected = allowed(connection, filters)
    if typed:
        expected &= scan(connection, *words)
        expected -= scan(connection, *asked.without)
    found = in_order(
        connection, expected, lambda record_id: 0 if newest or not typed else place(words, texts[record_id])
    )
    assert engine.first(connection, wanted, 100) == found
    assert pages(connection, wanted, asked.size) == found
    assert engine.count(connection, wanted) == len(found)
    exported = list(engine.every(connection, wanted))
    assert exported == found
    assert [row[0] for row in record_rows.rows(connection, iter(exported))] == found
    assert engine.latest(connection, wanted, asked.size) == sorted(found, reverse=True)[: asked.size]
    for facet, counts in engine.divide(connection, wanted, len(found)).counts.items():
        values = dict(connection.execute(f"SELECT id, {facet} FROM records"))
        assert counts == Counter(values[record_id] for record_id in found if values[record_id]), facet


def test_the_archives_searched_hold_records_in_every_state(connections: list[sqlite3.Connection]) -> None:
    """Else the test above would say less than it seems to."""
    states, seen = Counter[str](), Counter[str]()
    for connection in connections:
        states.update(row[0] for row in connection.execute("SELECT state FROM records"))
        seen.update(row[0] for row in connection.execute("SELECT kind FROM events"))
        seen.update(row[0] for row in connection.execute("SELECT state FROM attachments"))
    assert states.keys() == {"listed", "unlisted", "withdrawn"}
    assert seen.keys() >= {"added", "changed", "unlisted", "withdrawn", "returned", "moved", "unlinked", "text"}


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (None, None, {"2017-12-31", "2018-01-01", "2017-01-01", None}),
        (2017, None, {"2017-12-31", "2018-01-01", "2017-01-01"}),
        (2018, None, {"2018-01-01"}),
        (2019, None, set()),
        (None, 2016, set()),
        (None, 2017, {"2017-12-31", "2017-01-01"}),
        (None, 2018, {"2017-12-31", "2018-01-01", "2017-01-01"}),
        (2017, 2017, {"2017-12-31", "2017-01-01"}),
        (2018, 2017, set()),
        (0, 9999, {"2017-12-31", "2018-01-01", "2017-01-01"}),
    ],
)
def test_both_years_are_included_and_what_has_no_date_is_in_none(
    connections: list[sqlite3.Connection], since: int | None, until: int | None, days: set[str | None]
) -> None:
    wanted = Search(filters=Filters(since=since, until=until))
    sql = "SELECT published_on FROM records WHERE id = ?"
    found = [
        connections[0].execute(sql, (number,)).fetchone()[0] for number in engine.first(connections[0], wanted, 100)
    ]
    assert set(found) == days
    assert len(found) == engine.count(connections[0], wanted) == 2 * len(days)  # of two portals
