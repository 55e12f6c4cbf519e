"""Counts, reports and requests of a crawl: straight on the store."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.store import Store
from archive.model.agencies import Stated
from archive.model.observations import AttachmentFile, Capture, MissingPage, Observation, Problem
from archive.tables.printed_table import PrintedTable
from tests.conftest import empty_archive, rows
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, crawl, listed, page, row

URL, FILE = "http://p.example/1.html", "http://p.example/1.pdf"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def file(number: int, state: str = "text", **values: Any) -> AttachmentFile:
    url = f"http://p.example/{number}.pdf"
    return AttachmentFile(URL, f"{number}.pdf", url, sha256=f"{number}" * 64, state=state, **values)


def kept(path: Path, column: str) -> Any:
    """A JSON column of the last crawl."""
    (crawl,) = rows(path, f"SELECT {column} AS kept FROM crawls ORDER BY id DESC LIMIT 1")
    return json.loads(str(crawl["kept"]))


def test_what_a_crawl_met_is_counted(path: Path) -> None:
    lists: list[Observation] = [listed(row(1), row(2)), listed(row(3), row(4), row(5), catalog=BUDGETS)]
    problems = [Problem("http_error", f"http://p.example/{n}.html", "样本") for n in range(4)]
    crawl(path, [*lists, page(1), page(2), page(3), file(1), file(2, "ocr"), *problems])
    counts = {"added": 5, "attachments": 2, "list_pages": 2, "problems": 4, "record_pages": 3, "rows": 5}
    assert kept(path, "counts") == counts
    crawl(path, [listed(row(1))], day=2)
    assert kept(path, "counts") == {"list_pages": 1, "rows": 1}


def test_a_batch_that_fails_counts_for_nothing(path: Path) -> None:
    def failing() -> Iterator[Observation]:
        yield from (listed(row(3)), page(1), page(2))
        raise OSError

    store = crawl(path, [listed(row(1), row(2)), page(1)], finish=False)
    with pytest.raises(OSError):
        store.write(failing(), DAY.format(1))
    store.finish("finished", DAY.format(1))
    store.close()
    assert kept(path, "counts") == {"added": 2, "list_pages": 1, "record_pages": 1, "rows": 2}
    assert kept(path, "stated")["read"] == 1


def test_a_crawl_without_record_pages_has_none_to_measure(path: Path) -> None:
    crawl(path, [listed(row(1))])
    assert rows(path, "SELECT stated FROM crawls") == [{"stated": None}]


def test_what_the_portal_file_says_of_agencies_is_kept(path: Path) -> None:
    store = crawl(path, [], finish=False)
    (portal,) = rows(path, "SELECT agencies FROM portals")
    assert portal == {"agencies": None}
    store.finish("finished", DAY.format(1))
    agencies = (Stated("样本局", ("样局",), budget_unit=True),)
    store.begin(replace(PORTAL, agencies=agencies), "full", DAY.format(2))
    store.close()
    (portal,) = rows(path, "SELECT agencies FROM portals")
    assert "样本局" in str(portal["agencies"]), "as text that can be read and searched"
    (agency,) = json.loads(str(portal["agencies"]))
    assert (agency["name"], agency["aliases"], agency["budget_unit"]) == ("样本局", ["样局"], True)


def test_half_a_page_is_no_measure_of_what_pages_state(path: Path) -> None:
    crawl(path, [listed(row(1), row(2), row(3)), page(1), page(2, cut=True), page(3)])
    assert kept(path, "stated")["read"] == 2


def test_a_file_whose_text_could_not_be_taken_is_reported_even_without_a_word_of_why(path: Path) -> None:
    crawl(path, [listed(row(1)), file(1, "encrypted"), file(2, "encrypted", message="样本")])
    messages = [each["message"] for each in rows(path, "SELECT message FROM problems ORDER BY url")]
    assert messages == ["encrypted: no text could be taken from this file", "encrypted: 样本"]


def test_a_problem_keeps_when_it_was_met_first_and_last_in_its_crawl(path: Path) -> None:
    store = Store(empty_archive(path))
    store.begin(PORTAL, "full", DAY.format(1))
    for day in (1, 2, 3):
        store.write([Problem("http_error", URL, f"样本{day}")], DAY.format(day))
    store.write([Problem("blocked", URL, "样本")], DAY.format(3))
    store.finish("finished", DAY.format(3))
    store.close()
    crawl(path, [Problem("http_error", URL, "样本")], day=4)
    sql = "SELECT kind, message, count, first_at, last_at FROM problems ORDER BY id"
    assert [tuple(each.values()) for each in rows(path, sql)] == [
        ("http_error", "样本1", 3, DAY.format(1), DAY.format(3)),
        ("blocked", "样本", 1, DAY.format(3), DAY.format(3)),
        ("http_error", "样本", 1, DAY.format(4), DAY.format(4)),
    ]


def test_a_page_that_lost_its_text_is_reported_in_words(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1)])
    crawl(path, [listed(row(1)), replace(page(1), body=None)], day=2)
    lost = "no text was found on this page, though there was one; the text read before is kept"
    assert rows(path, "SELECT url, message FROM problems") == [{"url": URL, "message": lost}]


def test_a_replaced_file_is_proved_by_its_capture_and_what_is_masked_in_it_counted(path: Path) -> None:
    store = Store(empty_archive(path))
    for number, day in enumerate((DAY.format(1), DAY.format(2)), 1):
        store.begin(PORTAL, "full", day)
        answer = Capture(number, FILE, day, 200, "page", "0" * 64, 1, None, None)
        had = replace(
            file(1), sha256=f"{number}" * 64, text=f"样本{number}", capture=number, redacted={"phone": number}
        )
        store.write([listed(row(1)), had], day, [answer])
        store.finish("finished", day)
    store.close()
    versions = rows(path, "SELECT number, capture_id FROM versions WHERE changed LIKE '%attachment%'")
    assert versions == [{"number": 2, "capture_id": 2}]
    assert rows(path, "SELECT record_id, source, kind, count FROM redactions") == [
        {"record_id": 1, "source": FILE, "kind": "phone", "count": 2}
    ]


TWO_BUDGETS = listed(row(31, index_number="640399001/2026-00031"), row(32), catalog=BUDGETS)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A crawl of an archive of twenty plans and two budgets."""
    crawl(path, [listed(*(row(number) for number in range(1, 21))), TWO_BUDGETS])
    store = Store(path)
    store.begin(PORTAL, "full", DAY.format(2))
    yield store
    store.close()


def test_a_list_that_is_much_shorter_is_reported_under_its_title_and_address(path: Path, store: Store) -> None:
    store.write([listed(row(1), row(2))], DAY.format(2))
    assert store.missing(DAY.format(2)) == []
    store.missing(DAY.format(3))
    message = "规划 is much shorter than it was; nothing is taken to be gone until the next walk agrees"
    assert rows(path, "SELECT kind, url, message, count, first_at FROM problems") == [
        {"kind": "list_shrunk", "url": PLANS, "message": message, "count": 2, "first_at": DAY.format(2)}
    ]


def test_the_lists_of_records_whose_pages_stand_are_walked_again(store: Store) -> None:
    store.write([listed(*(row(number) for number in range(1, 20)))], DAY.format(2))
    assert [each.url for each in store.missing(DAY.format(2))] == ["http://p.example/20.html"]
    store.write([MissingPage("http://p.example/20.html", "page", "stands")], DAY.format(2))
    assert store.to_walk_again() == set()  # it may stand in the list that was not walked
    store.write([TWO_BUDGETS], DAY.format(2))
    assert store.to_walk_again() == {PLANS, BUDGETS}


def test_a_second_walk_that_agrees_proves_an_absence(path: Path, store: Store) -> None:
    plans = listed(*(row(number) for number in range(1, 20)))
    answers = [Capture(n, PLANS, DAY.format(2), 200, "page", "0" * 64, 1, None, None) for n in (1, 2)]
    store.write([replace(plans, capture=1), TWO_BUDGETS], DAY.format(2), answers)
    store.write([MissingPage("http://p.example/20.html", "page", "stands")], DAY.format(2))
    store.write([replace(plans, capture=2, second_pass=True), replace(TWO_BUDGETS, second_pass=True)], DAY.format(2))
    store.finish("finished", DAY.format(2))
    assert rows(path, "SELECT url FROM records WHERE state = 'unlisted'") == [{"url": "http://p.example/20.html"}]
    assert [tuple(each.values()) for each in rows(path, "SELECT * FROM walks")] == [(2, 1, 1, 1, 19), (2, 1, 2, 2, 19)]
    assert rows(path, "SELECT rows_read FROM ledger WHERE crawl_id = 2 AND catalog_id = 1") == [{"rows_read": 19}]


def test_a_new_record_is_proved_by_the_list_that_shows_it(path: Path, store: Store) -> None:
    answer = Capture(1, PLANS, DAY.format(2), 200, "page", "0" * 64, 1, None, None)
    store.write([replace(listed(row(40)), capture=1)], DAY.format(2), [answer])
    (added,) = rows(path, "SELECT detail FROM events WHERE crawl_id = 2 AND kind = 'added'")
    assert json.loads(str(added["detail"])) == {"capture": 1}
    versions = "SELECT v.capture_id FROM versions v JOIN records r ON r.id = v.record_id WHERE r.url LIKE '%/40.html'"
    assert rows(path, versions) == [{"capture_id": 1}]


def test_a_crawl_is_whole_when_every_list_was_walked_to_its_end(store: Store) -> None:
    store.write([listed(row(1))], DAY.format(2))
    assert not store.complete()
    store.write([listed(row(31), catalog=BUDGETS)], DAY.format(2))
    assert store.complete()


@pytest.mark.parametrize(
    ("later", "is_change"),
    [
        ({}, False),
        ({"text": "样本二"}, True),
        ({"text": None}, True),
        ({"tables": (PrintedTable((("样本", "2"),)),)}, True),
        ({"message": "3 pages were not read"}, True),
        ({"state": "needs_ocr", "text": None}, True),
    ],
)
def test_a_file_packed_anew_is_a_change_only_where_it_may_say_something_else(
    path: Path, later: dict[str, object], is_change: bool
) -> None:
    for day, more in enumerate(({}, later), 1):
        values: dict[str, Any] = {"sha256": f"{day}" * 64, "text": "样本一", **more}
        had = replace(file(1), **values)
        crawl(path, [listed(row(1)), had], day=day)
    assert rows(path, "SELECT count(*) AS n FROM events WHERE kind = 'changed'") == [{"n": int(is_change)}]
    assert rows(path, "SELECT sha256 FROM attachments") == [{"sha256": "2" * 64}]
