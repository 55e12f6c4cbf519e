"""When a crawl's batch is written, what ends the crawl, and with which outcome it is closed; the archive's side stands in."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from archive.ingest.crawl_log import Marks
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.model.observations import Problem
from crawler.portals.portal_file import Portal
from pipelines import store as storing
from pipelines.store import BATCH, LONGEST_WAIT, MOST_BYTES, StorePipeline
from tests.exchanges import exchange

PROBLEM = Problem("sample", "http://p.example/", "样本")


class Stand:
    """A crawl whose archive answers as told: `batches` are those written, `closed` the outcomes of closed sessions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[tuple[int, int]] = []
        self.marks: list[Marks] = []
        self.closed: list[str] = []
        self.ended: list[str] = []
        self.complete, self.unwritten, self.now = True, 0, 0.0
        self.error: Exception | None = None
        self.stats: dict[str, Any] = {}
        monkeypatch.setattr(storing, "writer_client", lambda: self)
        monkeypatch.setattr(storing, "monotonic", lambda: self.now)

        async def close(reason: str) -> None:
            self.ended.append(reason)

        schedule = SimpleNamespace(full_every=timedelta(days=7))
        portal = SimpleNamespace(
            **{name: getattr(Portal("p", "样本县", "", "http://p.example/", ()), name) for name in Portal.__slots__}
        )
        portal.schedule = schedule
        stats = SimpleNamespace(
            set_value=self.stats.__setitem__,
            get_value=self.stats.get,
            inc_value=lambda name: self.stats.update({name: self.stats.get(name, 0) + 1}),
        )
        self.pipeline = StorePipeline(
            SimpleNamespace(
                settings={"DISCLOSURES_DB": "a.db", "DISCLOSURES_EVIDENCE": "a.evidence.db", "DISCLOSURES_MODE": ""},
                spider=SimpleNamespace(portal=portal), stats=stats, engine=SimpleNamespace(close_spider_async=close),
            )
        )  # fmt: skip
        self.pipeline.open_spider()

    def begin(self, _start: SessionStart) -> Future[tuple[str, int]]:
        """A full crawl of the number 7."""
        future: Future[tuple[str, int]] = Future()
        future.set_result(("full", 7))
        return future

    def call(self, _portal: str, method: Callable[..., object], *arguments: Any) -> Future[Any]:
        """The result that the archive's side would give."""
        future: Future[Any] = Future()
        if method is CrawlSession.commit:
            self.batches.append((len(arguments[0]), len(arguments[1])))
            self.marks.append(arguments[3])
        if method is CrawlSession.close:
            self.closed.append(arguments[0])
        if self.error:
            future.set_exception(self.error)
        else:
            future.set_result(self.complete if method is CrawlSession.complete else None)
        return future


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    return Stand(monkeypatch)


def run(work: Callable[[], Any]) -> None:
    async def whole() -> None:
        await work()
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(whole())


@pytest.mark.parametrize(("count", "batches"), [(BATCH - 1, []), (BATCH, [(BATCH, 0)]), (BATCH + 1, [(BATCH + 1, 0)])])
def test_a_full_batch_is_written(stand: Stand, count: int, batches: list[tuple[int, int]]) -> None:
    async def work() -> None:
        for _ in range(count):
            await stand.pipeline.process_item(PROBLEM)

    run(work)
    assert stand.batches == batches


@pytest.mark.parametrize(("count", "batches"), [(BATCH - 1, []), (BATCH, [(0, BATCH)])])
def test_answers_alone_fill_one_too_and_are_numbered(stand: Stand, count: int, batches: list[tuple[int, int]]) -> None:
    places: list[int] = []

    async def work() -> None:
        places.extend([await stand.pipeline.received(exchange(payload=b""), "not_modified") for _ in range(count)])

    run(work)
    assert (stand.batches, places) == (batches, list(range(1, count + 1)))


@pytest.mark.parametrize(("over", "batches"), [(-1, []), (0, [(0, 2)]), (1, [(0, 2)])])
def test_so_many_bytes_of_answers_fill_one(stand: Stand, over: int, batches: list[tuple[int, int]]) -> None:
    async def work() -> None:
        await stand.pipeline.received(exchange(payload=bytes(MOST_BYTES - 10 + over)), "page")
        await stand.pipeline.received(exchange(payload=bytes(10)), "page")

    run(work)
    assert stand.batches == batches
    assert stand.unwritten == (0 if batches else MOST_BYTES + over)


@pytest.mark.parametrize(("seconds", "batches"), [(LONGEST_WAIT, []), (LONGEST_WAIT + 0.1, [(2, 0)])])
def test_none_waits_too_long_to_be_filled(stand: Stand, seconds: float, batches: list[tuple[int, int]]) -> None:
    async def work() -> None:
        await stand.pipeline.process_item(PROBLEM)
        stand.now += seconds
        await stand.pipeline.process_item(PROBLEM)

    run(work)
    assert stand.batches == batches


def test_what_is_left_is_written_before_anything_is_asked_and_at_the_end(stand: Stand) -> None:
    async def work() -> None:
        await stand.pipeline.process_item(PROBLEM)
        stand.pipeline.missing()
        await stand.pipeline.process_item(PROBLEM)
        stand.pipeline.to_walk_again()
        await stand.pipeline.process_item(PROBLEM)
        await stand.pipeline.close_spider()

    run(work)
    assert stand.batches == [(1, 0)] * 3


def test_answers_alone_and_requests_that_failed_are_written_at_the_end_too_each_once(stand: Stand) -> None:
    request = SimpleNamespace(body=b"", method="GET", url="http://p.example/")

    async def work() -> None:
        await stand.pipeline.received(exchange(payload=b""), "cut", ["dataloss"])
        stand.pipeline.failed(request, OSError("gone"))
        stand.pipeline.missing()
        await stand.pipeline.received(exchange(payload=b""), "page")
        await stand.pipeline.close_spider()

    run(work)
    assert stand.batches == [(0, 1), (0, 1)]
    assert [(len(marks.failed), dict(marks.flags)) for marks in stand.marks] == [(1, {1: ("dataloss",)}), (0, {})]


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("disk full"), OSError("gone"), KeyError("a fault of our own")]
)
def test_what_cannot_be_written_ends_the_crawl_once(stand: Stand, error: Exception) -> None:
    async def work() -> None:
        stand.error = error
        for _ in range(3 * BATCH):
            await stand.pipeline.process_item(PROBLEM)
            await asyncio.sleep(0)
        await stand.pipeline.close_spider()

    run(work)
    assert stand.ended == ["archive_error"]
    stand.error = None
    stand.pipeline.spider_closed("finished")
    assert stand.closed == ["archive_error"]
    assert stand.unwritten == 0


@pytest.mark.parametrize(
    ("reason", "broken", "complete", "outcome"),
    [
        ("finished", None, True, "finished"), ("finished", None, False, "incomplete"), ("finished", 1, True, "incomplete"),
        ("blocked", 1, False, "blocked"), ("shutdown", None, True, "shutdown"),
    ],
)  # fmt: skip
def test_the_session_is_closed_with_what_ended_the_crawl(
    stand: Stand, reason: str, broken: int | None, complete: bool, outcome: str
) -> None:
    stand.complete = complete
    if broken:
        stand.stats["disclosures/walks_broken"] = broken
    stand.pipeline.spider_closed(reason)
    assert stand.closed == [outcome]
    assert stand.stats["disclosures/ended"] == 1


def test_the_first_cause_is_the_one_that_is_told(stand: Stand) -> None:
    async def work() -> None:
        stand.error = sqlite3.OperationalError("disk full")
        await stand.pipeline.process_item(PROBLEM)
        await stand.pipeline.close_spider()

    run(work)
    stand.error = OSError("gone")
    stand.pipeline.spider_closed("finished")
    assert stand.stats["disclosures/cause"] == "disk full"


def test_a_session_that_cannot_be_closed_is_not_said_to_be(stand: Stand) -> None:
    stand.error = OSError("gone")
    stand.pipeline.spider_closed("finished")
    assert "disclosures/ended" not in stand.stats
