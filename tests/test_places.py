"""Places of a process that crawls many portals: full crawls leave some of them to updates."""

import asyncio
import sqlite3
from collections.abc import Container, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from archive.model import clock
from crawler.jobs import run
from crawler.jobs.run import PortalCrawl, PortalsInTurn
from crawler.portals.portal_file import PortalFileError, Schedule
from crawler.spiders.catalog import CatalogSpider
from tests.conftest import empty_archive

CRAWLED = "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) VALUES (?, 'full', ?, ?, 'finished')"


def crawl_of(portal: str, host: str, hours: tuple[int, int] | None = None) -> PortalCrawl:
    """A crawl of a portal that is walked wholly once in seven days."""
    catalog, schedule = SimpleNamespace(url=f"http://{host}/list.html"), Schedule(hours=hours)
    spider = SimpleNamespace(portal=SimpleNamespace(id=portal, catalogs=[catalog], schedule=schedule))
    return PortalCrawl(spider)  # type: ignore[arg-type]


class Watched(PortalsInTurn):
    """Crawls that end when they are told to; `under_way`: those that have begun, `most`: of them at once."""

    def __init__(self, db: Path, mode: str = "") -> None:
        super().__init__(Settings({"DISCLOSURES_DB": str(db), "DISCLOSURES_EVIDENCE": "", "DISCLOSURES_MODE": mode}))
        self.under_way: list[str] = []
        self.most: int = 0
        self.may_end = asyncio.Event()

    async def _to_its_end(self, crawl: PortalCrawl) -> None:
        portal = crawl.spider.portal.id
        self.under_way.append(portal)
        self.most = max(self.most, len(self.under_way))
        await self.may_end.wait()
        self.under_way.remove(portal)

    async def begun(self, crawls: Sequence[PortalCrawl]) -> list[str]:
        """Begin crawls; those under way when no further one begins."""
        self.waiting = list(crawls)
        joined = asyncio.create_task(self.join())
        for _ in range(20):  # turns of the loop
            await asyncio.sleep(0)
        begun = list(self.under_way)
        self.may_end.set()
        await joined
        return begun


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """An archive in which the portals u0, u1, … were walked wholly just now, o0, o1, … long ago."""
    path = empty_archive(tmp_path / "a.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        for portal in (*numbered("u", 60), *numbered("o", 60)):
            now = clock.text(clock.now() - (portal[0] == "o") * timedelta(days=100))
            row = (portal, "样本县", "640324", f"http://{portal}.example/")
            connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, ?)", row)
            connection.execute(CRAWLED, (portal, now, now))
    return path


def alone(*portals: str) -> list[PortalCrawl]:
    """Crawls of portals, each on a host of its own."""
    return [crawl_of(portal, f"{portal}.example") for portal in portals]


def numbered(letter: str, count: int) -> list[str]:
    return [f"{letter}{number}" for number in range(count)]


def test_full_crawls_leave_places_to_the_updates_that_are_due_behind_them(db: Path) -> None:
    watched = Watched(db)
    begun = asyncio.run(watched.begun(alone(*numbered("f", 60), *numbered("u", 60))))
    assert [portal for portal in begun if portal[0] == "f"] == numbered("f", run.FULL_AT_ONCE)
    assert [portal for portal in begun if portal[0] == "u"] == numbered("u", run.AT_ONCE - run.FULL_AT_ONCE)


def test_updates_alone_take_all_places_and_no_more(db: Path) -> None:
    watched = Watched(db)
    assert asyncio.run(watched.begun(alone(*numbered("u", 60)))) == numbered("u", run.AT_ONCE)
    assert watched.most == run.AT_ONCE


@pytest.mark.parametrize(("mode", "places"), [("full", run.FULL_AT_ONCE), ("update", run.AT_ONCE)])
def test_a_mode_that_is_asked_for_is_that_of_all(db: Path, mode: str, places: int) -> None:
    assert len(asyncio.run(Watched(db, mode).begun(alone(*numbered("u", 60))))) == places


def test_portals_on_one_host_are_crawled_one_after_the_other(db: Path) -> None:
    watched = Watched(db)
    assert asyncio.run(
        watched.begun([*map(crawl_of, ("u0", "u1", "u2"), ("one.example", "one.example", "two.example"))])
    ) == ["u0", "u2"]
    assert watched.most == 2


@pytest.mark.parametrize(("only_in_hours", "begun"), [(True, ["open"]), (False, ["open", "shut"])])
def test_a_portal_that_has_a_place_when_its_hours_are_over_is_left_for_the_next_day(
    db: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    only_in_hours: bool,
    begun: list[str],
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 10, 4, 0, tzinfo=UTC))  # noon in Beijing
    watched = Watched(db)
    watched.only_in_hours = only_in_hours
    crawls = [crawl_of("open", "a.example", (8, 13)), crawl_of("shut", "b.example", (8, 12))]
    assert asyncio.run(watched.begun(crawls)) == begun
    assert crawls[1].waits is not only_in_hours
    cause = "the hours that its file allows were over when there was a place for it"
    assert crawls[1].cause == only_in_hours * cause
    assert run._reported(crawls[1], db, "crawl.log")
    assert capsys.readouterr().out == f"shut: not begun{only_in_hours * f': {cause}'}\n"


def test_a_portal_that_was_walked_long_ago_is_updated_while_there_is_no_place_to_walk_it(db: Path) -> None:
    watched = Watched(db)
    crawls = alone(*numbered("f", run.FULL_AT_ONCE - 1), *numbered("o", 5))
    begun = asyncio.run(watched.begun(crawls))
    assert begun == [*numbered("f", run.FULL_AT_ONCE - 1), *numbered("o", 5)]
    assert [crawl.mode for crawl in crawls[-5:]] == ["", *["update"] * 4]


def test_a_portal_whose_last_walk_is_doubted_waits_to_be_walked(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        now = clock.text(clock.now())
        connection.execute(CRAWLED.replace("'finished'", "'unsure'"), ("o0", now, now))
    crawls = alone(*numbered("f", run.FULL_AT_ONCE), "o0")
    assert asyncio.run(Watched(db).begun(crawls)) == numbered("f", run.FULL_AT_ONCE)
    assert crawls[-1].mode == ""


def test_a_crawl_that_is_put_off_is_made_in_its_mode(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = PortalsInTurn(Settings({"DISCLOSURES_DB": str(db), "DISCLOSURES_MODE": ""}))
    modes: list[str] = []

    async def crawled(crawler: Crawler) -> None:
        modes.append(crawler.settings["DISCLOSURES_MODE"])

    monkeypatch.setattr(process, "create_crawler", lambda _: Crawler(CatalogSpider, process.settings))
    monkeypatch.setattr(process, "crawl", crawled)
    put_off, planned = alone("o0", "o1")
    put_off.mode = "update"
    for crawl in (put_off, planned):
        asyncio.run(process._to_its_end(crawl))
    assert modes == ["update", ""]


def test_what_is_under_way_or_was_crawled_within_half_a_day_is_not_crawled_besides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    crawls = alone("waits", "lately", "just", "long")
    for crawl, hours in zip(crawls, (30, 11, 12, 30), strict=True):
        crawl.made_at = now - timedelta(hours=hours)
    for crawl in crawls[1:]:
        crawl.numbers = {"disclosures/crawl_id": 1}
    left_out: list[Container[str]] = []

    def due(but: Container[str]) -> tuple[list[str], list[PortalFileError]]:
        left_out.append(but)
        return [], []

    assert list(run._due_besides(crawls, due)) == []
    assert left_out == [{"waits", "lately"}]

    def broken(_: Container[str]) -> tuple[list[str], list[PortalFileError]]:
        raise PortalFileError("sample.toml: is being edited")

    assert list(run._due_besides(crawls, broken)) == []
    assert capsys.readouterr().err == "note: sample.toml: is being edited\n"


def test_the_time_left_is_that_of_what_waits_at_the_pace_so_far() -> None:
    (crawl,) = alone("a")
    assert crawl.seconds_left() == 0
    numbers = {"scheduler/enqueued": 30, "scheduler/dequeued": 10}
    crawl.crawler = SimpleNamespace(stats=SimpleNamespace(get_stats=lambda: numbers))  # type: ignore[assignment]
    crawl.began = monotonic() - 20
    assert crawl.seconds_left() == pytest.approx(40, rel=0.1)
    numbers["scheduler/dequeued"] = 0
    assert crawl.seconds_left() == 0
