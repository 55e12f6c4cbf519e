"""The bounds of proof: how short a walk may be, how whole a second one, and what a claim keeps of what it rests on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.store import Store
from archive.model.observations import ListPage, MissingPage, Observation, Paging, Row
from tests.conftest import rows
from tests.test_presence import Crawls, redesigned, url, with_capture, without
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, listed, page, row


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path / "a.db")


def first(count: int) -> ListPage:
    """A list of the first so many records."""
    return listed(*(row(number) for number in range(1, count + 1)))


def details(crawls: Crawls, kind: str) -> list[dict[str, Any]]:
    return [json.loads(str(e["detail"])) for e in rows(crawls.path, "SELECT detail FROM events WHERE kind = ?", kind)]


@pytest.mark.parametrize(
    ("earlier", "now", "short"),
    [
        ([20], 16, False),
        ([20], 15, True),
        ([4], 1, False),  # no more than three are missing
        ([5], 1, True),
        ([10, 2], 7, False),
        ([11, 2], 7, True),
        ([20, 13], 10, False),  # the walk before was as short
        ([20, 14], 10, True),
        ([20, 6], 10, True),
        ([60, 20, 20, 20, 20], 16, True),
        ([60, 20, 20, 20, 20, 20], 16, False),  # five walks are compared
        ([300, 204], 200, False),  # as short by two in a hundred
        ([300, 205], 200, True),
    ],
)
def test_how_short_a_walk_may_be(crawls: Crawls, earlier: list[int], now: int, short: bool) -> None:
    for count in earlier:
        crawls.run(first(count))
    crawls.run(first(now))
    kinds = rows(crawls.path, "SELECT kind FROM problems WHERE crawl_id = ?", len(earlier) + 1)
    assert [each["kind"] for each in kinds] == ["list_shrunk"] * short
    assert crawls.missing == ([] if short else [url(number) for number in range(now + 1, max(earlier) + 1)])


def paged(*numbers: int, last: bool = True, claimed: tuple[int | None, int | None] = (None, None)) -> ListPage:
    paging = Paging(*claimed)
    return ListPage(tuple(map(row, numbers)), paging, catalog_url=PLANS, last=last)


EVEN, ODD = range(2, 20, 2), (1, 3, 5, 9, 11, 13, 15, 17, 19, 20)  # without 7


@pytest.mark.parametrize(
    ("second", "proves"),
    [
        ([paged(*EVEN, *ODD, claimed=(1, 19))], True),
        ([paged(*EVEN, last=False, claimed=(2, 19)), paged(*ODD, claimed=(2, 19))], True),
        ([paged(*EVEN, *ODD, claimed=(2, 19))], False),  # a page is missing
        ([paged(*EVEN, *ODD, claimed=(1, 20))], False),  # a row is missing
        ([paged(*EVEN, *ODD, claimed=(None, None))], True),
        ([paged(*range(1, 7), *range(8, 18))], True),  # three rows fewer than the first walk had
        ([paged(*range(1, 7), *range(8, 17))], False),  # fewer than four in five
    ],
)
def test_how_whole_a_second_walk_must_be(crawls: Crawls, second: list[ListPage], proves: bool) -> None:
    crawls.run(first(20))
    crawls.run(without(7), asked={7: "page"}, seconds=second)
    assert crawls.events() == [("unlisted", url(7))] * proves


@pytest.mark.parametrize(("second", "proves"), [([], False), ([1], True)])
def test_a_second_walk_of_a_short_list(crawls: Crawls, second: list[int], proves: bool) -> None:
    crawls.run(first(2))
    crawls.run(first(1), asked={2: "page"}, second=paged(*second))
    assert crawls.events() == [("unlisted", url(2))] * proves


def test_a_batch_that_fails_leaves_what_was_noted_before_as_it_was(crawls: Crawls) -> None:
    def failing(*batch: Observation) -> Iterator[Observation]:
        yield from batch
        raise OSError

    crawls.run(first(20))
    store = Store(crawls.path)
    store.begin(PORTAL, "full", now := DAY.format(2))
    number = crawls.capture(store, PLANS)
    store.write([with_capture(without(7, 8), number)], now)
    asked = [MissingPage(url(7), "page", "stands", number), MissingPage(url(8), "gone", "404", number)]
    pages = [paged(*EVEN[:3], *EVEN[4:], last=False), paged(*ODD, claimed=(2, 18))]
    store.write([*asked, with_capture(pages[0], number, second_pass=True)], now)
    answers = [MissingPage(url(each), "blocked", "refused", number) for each in (7, 8)]
    with pytest.raises(OSError):
        store.write(failing(*answers, with_capture(pages[1], number, second_pass=True)), now)
    assert store.to_walk_again() == {PLANS}
    store.write([with_capture(pages[1], number, second_pass=True)], now)
    store.finish("finished", now)
    store.close()
    assert crawls.events() == [("unlisted", url(7)), ("withdrawn", url(8))]


def test_a_failed_batch_proves_nothing(crawls: Crawls) -> None:
    def failing(observation: Observation) -> Iterator[Observation]:
        yield observation
        raise OSError

    crawls.run(first(20))
    store = Store(crawls.path)
    store.begin(PORTAL, "full", now := DAY.format(2))
    number = crawls.capture(store, PLANS)
    store.write([with_capture(without(7), number), MissingPage(url(7), "page", "stands", number)], now)
    with pytest.raises(OSError):
        store.write(failing(with_capture(without(7), number, second_pass=True)), now)
    store.finish("finished", now)
    store.close()
    assert crawls.events() == []


def test_a_record_that_is_unlisted_is_not_walked_for_again(crawls: Crawls) -> None:
    crawls.run(first(20))
    crawls.run(without(7), asked={7: "page"}, second=without(7))
    crawls.run(without(7), asked={7: "page"}, second=without(7))
    assert (crawls.again, crawls.events()) == (set(), [("unlisted", url(7))])


def test_a_row_without_a_page_is_missing_once_a_second_walk_agrees(crawls: Crawls) -> None:
    bare = Row({"title": "样本文件，无链接"}, {"标题": "样本文件，无链接"}, key=f"{PLANS}#row-1")
    crawls.run(listed(*(row(number) for number in range(1, 21)), bare))
    crawls.run(first(20))
    assert (crawls.missing, crawls.again, crawls.events()) == ([None], {PLANS}, [])
    crawls.run(first(20), second=first(20))
    assert crawls.events() == [("unlisted", bare.key)]
    proof = {
        "walk": 3,
        "pages": 2,
        "catalogs": [1],
        "listed": 1,
        "page": None,
        "reason": "the row had no page of its own",
    }
    assert details(crawls, "unlisted") == [proof]


def test_a_claim_keeps_what_proves_it(crawls: Crawls) -> None:
    crawls.run(first(20), listed(row(7), row(8), catalog=BUDGETS))
    crawls.run(without(7, 9), listed(row(8), catalog=BUDGETS), asked={7: "gone", 9: "gone"})
    found = rows(crawls.path, "SELECT id, url FROM captures WHERE crawl_id = 2 AND outcome = 'gone'")
    captures = {each["url"]: each["id"] for each in found}
    gone = {"walk": 2, "reason": "found to be gone"}
    assert details(crawls, "withdrawn") == [
        {**gone, "pages": 2, "catalogs": [1, 2], "listed": 2, "page": captures[url(7)]},
        {**gone, "pages": 1, "catalogs": [1], "listed": 1, "page": captures[url(9)]},
    ]


def test_rows_that_suddenly_lack_a_field_prove_nobodys_absence(crawls: Crawls) -> None:
    crawls.run(listed(*(row(number, publisher="样本局") for number in range(1, 21))))
    crawls.run(without(7), asked={7: "gone"})
    assert (crawls.missing, details(crawls, "withdrawn")) == ([], [])


def moving(number: int) -> Row:
    """A row of a record that shows the index number of record 7."""
    return row(number, index_number="640399001/2026-00007")


def test_what_is_anothers_present_form_is_left_for_the_next_crawl_and_the_rest_is_not(crawls: Crawls) -> None:
    body = "样本正文之七"
    crawls.run(first(20), pages=[page(7, body)])
    others = [row(number) for number in range(1, 21) if number != 7]
    crawls.run(listed(*others, moving(27), row(28)), pages=[page(27, body)])
    crawls.run(listed(*others), asked={7: "gone", 27: "gone", 28: "gone"})
    assert crawls.missing == [url(7), url(27), url(28)]
    assert crawls.events() == [("moved", url(27)), ("withdrawn", url(28))]
    (moved,) = details(crawls, "moved")
    found = rows(crawls.path, "SELECT id FROM captures WHERE url = ? AND outcome = 'gone'", url(7))
    assert moved == {
        "from": url(7), "to": url(27), "walk": 3, "pages": 1, "catalogs": [1], "listed": 3, "page": found[0]["id"], "reason": "found to be gone",
    }  # fmt: skip
    crawls.run(listed(*others), asked={27: "gone"})
    assert crawls.events()[-1] == ("withdrawn", url(27))


STATED = {"title": "样本公告", "published_on": "2018-02-03"}
NUMBERED = {**STATED, "index_number": "640399001/2026-00003"}


@pytest.mark.parametrize(
    ("before", "after", "flagged"), [(NUMBERED, STATED, [[], []]), (STATED, NUMBERED, [["index_number_repeated"]] * 2)]
)
def test_a_number_that_comes_or_goes_with_a_move_is_repeated_where_another_has_it(
    crawls: Crawls, before: dict[str, str], after: dict[str, str], flagged: list[list[str]]
) -> None:
    crawls.run(listed(*map(row, range(1, 21)), redesigned(31, **before)), pages=[page(31, "样本正文", **before)])
    crawls.run(
        listed(*map(row, range(1, 21)), redesigned(32, **after)),
        pages=[page(32, "样本正文", **after)],
        asked={31: "gone"},
    )
    assert crawls.events() == [("moved", url(32))]
    found = rows(crawls.path, "SELECT flags FROM records WHERE url IN (?, ?) ORDER BY url", url(3), url(32))
    assert [
        [flag for flag in json.loads(str(each["flags"])) if flag == "index_number_repeated"] for each in found
    ] == flagged
