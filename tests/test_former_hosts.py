"""A portal whose file names another host, where the former one has been given up: what is told of the records that stood there."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.health import Health, health
from archive.ingest.store import Store
from archive.labels.reasons import in_chinese
from archive.model.observations import Problem
from tests.test_absence_proof import NEIGHBOUR
from tests.test_presence import ALL, Crawls, url
from tests.test_store import DAY, PLANS, PORTAL, listed

OLD, NEW = "http://p.example", "http://n.example"


def moved(address: str) -> str:
    return address.replace(OLD, NEW)


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """A portal of twenty records whose file names a new host from the second day on; another portal stays at the former one."""
    made = Crawls(tmp_path / "a.db")
    with closing(Store(made.path)) as store:
        store.begin(NEIGHBOUR, "full", DAY.format(1))
        store.finish("finished", DAY.format(1))
    made.run(listed(*ALL))
    catalogs = tuple(replace(each, url=moved(each.url)) for each in PORTAL.catalogs)
    made.portal = replace(PORTAL, home=f"{NEW}/", catalogs=catalogs)
    return made


def told(crawls: Crawls, lost: list[str], led_on: int = 0) -> Health:
    """The state of the portal after a crawl of the new host that had no answer at some addresses and was led on from other pages."""
    crawls.day += 1
    now = DAY.format(crawls.day)
    with closing(Store(crawls.path)) as store:
        store.begin(crawls.portal, "full", now)
        there = listed(*(replace(each, key=moved(str(each.key))) for each in ALL), catalog=moved(PLANS))
        store.write([there, *(Problem("unreachable", each, "no such host") for each in lost)], now)
        for number in range(led_on):
            crawls.capture(store, url(100 + number), "redirect")
        store.finish("finished", now)
    with closing(sqlite3.connect(crawls.path)) as archive:
        return next(each for each in health(archive) if each.portal == "p")


def test_records_at_a_host_that_is_given_up_are_told_of_with_the_command_for_it(crawls: Crawls) -> None:
    found = told(crawls, [url(number) for number in range(1, 21)])
    assert found.state == "changed_layout"
    assert (
        found.reason == "20 records stand at p.example, where the portal stood before; nothing of them can be had there"
    )
    move = f"`disclosures portals move p {NEW}/ --host p.example`"
    assert found.next_step == f"if the portal has moved for good, {move} makes one of what was crawled at both hosts"
    assert in_chinese(found.reason)
    assert in_chinese(found.next_step)


def test_three_pages_are_no_odd_ones_where_fewer_lead_on_today(crawls: Crawls) -> None:
    told(crawls, [], led_on=5)
    assert told(crawls, [url(1), url(2), url(3)], led_on=2).reason.startswith("3 records stand at p.example, ")


def test_of_two_former_hosts_the_one_is_told_of_whose_pages_lead_nowhere(crawls: Crawls) -> None:
    between = replace(PORTAL.catalogs[0], url="http://between.example/plans/")
    with closing(Store(crawls.path)) as store:
        store.begin(replace(crawls.portal, catalogs=(between,)), "full", DAY.format(1))
        store.finish("finished", DAY.format(1))
    lost = [
        *(url(number) for number in range(1, 6)),
        *(f"http://between.example/{number}.html" for number in (1, 2, 3)),
    ]
    assert told(crawls, lost, led_on=5).reason.startswith("3 records stand at between.example, ")


@pytest.mark.parametrize(
    ("lost", "led_on"),
    [
        ([url(1), url(2)], 0),
        ([url(1), url(2), url(3)], 3),
        ([moved(url(number)) for number in range(1, 8)], 0),
        ([f"http://other.example/{number}.html" for number in range(1, 8)], 0),
    ],
    ids=["odd ones", "where most lead on", "at the host itself", "at a host of no list"],
)
def test_other_pages_that_cannot_be_had_are_no_move(crawls: Crawls, lost: list[str], led_on: int) -> None:
    assert "stand at" not in told(crawls, lost, led_on).reason


@pytest.mark.parametrize(("home", "lists_moved"), [(NEW, 1), (OLD, 2)], ids=["another list", "the home page"])
def test_a_host_where_something_of_the_portal_still_stands_is_not_given_up(
    crawls: Crawls, home: str, lists_moved: int
) -> None:
    lists = (replace(each, url=moved(each.url)) for each in PORTAL.catalogs[:lists_moved])
    crawls.portal = replace(PORTAL, home=f"{home}/", catalogs=(*lists, *PORTAL.catalogs[lists_moved:]))
    assert "stand at" not in told(crawls, [url(number) for number in range(1, 21)]).reason
