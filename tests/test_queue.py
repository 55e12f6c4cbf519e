"""The queue of jobs in Redis: what a job is handed out with, which portals are under way, and why a job was given up."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.jobs.queue import JobQueue, connected, queue_at, under_way
from crawler.jobs.remote_jobs import ENDS_WITHIN, TRIES, Spool
from crawler.jobs.schedule import CrawlHistory, Plan, plan
from crawler.portals.portal_file import load
from tests.conftest import empty_archive, portal_file
from tests.worker_machines import RedisServer, needs_redis

pytest.importorskip("rq", reason="the extra `many` is not installed")
pytestmark = needs_redis

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server, connected(server.url) as connection:
        yield connection


@pytest.fixture
def jobs(redis: Any, tmp_path: Path) -> JobQueue:
    redis.flushall()
    return JobQueue(redis, empty_archive(tmp_path / "a.db"), Spool(tmp_path / "spool"), 2.5, 3, 3600)


def a_plan(folder: Path, name: str = "one", host: str = "a.example") -> tuple[Plan, Path]:
    file = portal_file(folder, f"http://{host}/", ("plan", "规划", "/zwgk/"), name=name)
    return plan(load(file), CrawlHistory(), NOW), file


def handed_out(jobs: JobQueue, *plans: tuple[Plan, Path], later: int = 0) -> list[str]:
    return list(jobs.hand_out(plans, NOW + timedelta(seconds=later)))


def the_job(jobs: JobQueue) -> Any:
    queue = queue_at(jobs.connection)
    (job_id,) = queue.get_job_ids()
    return queue.fetch_job(job_id)


def test_a_job_has_all_that_a_machine_needs_and_its_time(jobs: JobQueue, tmp_path: Path) -> None:
    planned, file = a_plan(tmp_path)
    assert handed_out(jobs, (planned, file)) == ["one: handed out, full: never crawled"]
    job = the_job(jobs)
    values = job.kwargs["values"]
    assert (values["portal"], values["mode"], values["toml"]) == ("one", "full", file.read_text("utf-8"))
    assert (values["delay"], values["concurrency"], values["longest"]) == (2.5, 3, 3600)
    assert (job.timeout, job.retries_left) == (3600 + 2 * ENDS_WITHIN, TRIES - 1)
    assert values["name"] == job.description == "one.20260310T040000Z"
    assert jobs.spool.begins(values["name"]).is_file()


def later_on(queue: Any, job: Any) -> None:
    queue.scheduled_job_registry.schedule(job, datetime.now(UTC) + timedelta(days=1))


def after_another(queue: Any, job: Any) -> None:
    queue.deferred_job_registry.add(job, -1)


def being_taken(queue: Any, job: Any) -> None:
    """A worker has the job, and has not yet said so."""
    queue.connection.lpush(queue.intermediate_queue.key, job.id)


@pytest.mark.parametrize("put", [later_on, after_another, being_taken])
def test_a_portal_whose_job_is_neither_waiting_nor_begun_is_under_way(
    jobs: JobQueue, tmp_path: Path, put: Callable[[Any, Any], None]
) -> None:
    first, second = a_plan(tmp_path), a_plan(tmp_path, "two")
    handed_out(jobs, first)
    queue, job = queue_at(jobs.connection), the_job(jobs)
    queue.remove(job.id)
    put(queue, job)
    assert handed_out(jobs, first, second, later=1) == [
        f"{name}: waits, for one is under way on a.example" for name in ("one", "two")
    ]
    assert jobs.spool.begins("one.20260310T040000Z").is_file()
    lines = list(under_way(jobs.connection, NOW))
    assert lines == ["one: waits for a worker", "workers: 0, jobs waiting: 0"]


def test_two_portals_of_one_host_are_not_handed_out_together(jobs: JobQueue, tmp_path: Path) -> None:
    plans = [a_plan(tmp_path), a_plan(tmp_path, "two"), a_plan(tmp_path, "three", "b.example")]
    assert [line.partition(":")[2][:12] for line in handed_out(jobs, *plans)] == [" handed out,", " waits, for ", " handed out,"]  # fmt: skip
    assert list(under_way(jobs.connection, NOW))[-1] == "workers: 0, jobs waiting: 2"


def test_a_portal_that_moved_is_not_handed_out_while_its_former_host_is_crawled(jobs: JobQueue, tmp_path: Path) -> None:
    handed_out(jobs, a_plan(tmp_path))
    moved = a_plan(tmp_path, host="b.example")
    assert handed_out(jobs, moved, later=1) == ["one: waits, for one is under way on a.example"]
    assert handed_out(jobs, a_plan(tmp_path, "two", "b.example"), later=2) == ["two: handed out, full: never crawled"]


def test_why_a_job_was_given_up_is_said_once_and_of_its_own_portal(jobs: JobQueue, tmp_path: Path) -> None:
    one, more = a_plan(tmp_path), a_plan(tmp_path, "one-more", "b.example")
    handed_out(jobs, more)
    queue, job = queue_at(jobs.connection), the_job(jobs)
    queue.remove(job.id)
    queue.failed_job_registry.add(job, -1)
    assert handed_out(jobs, one, later=1) == ["one: handed out, full: never crawled"]
    (line,) = handed_out(jobs, more, later=2)
    assert line.partition("; ")[2] == f"it was given up after {TRIES} tries: see the log of the workers"
    queue.empty()
    assert handed_out(jobs, more, later=3) == ["one-more: handed out, full: never crawled"]


def test_what_nobody_does_any_more_is_tidied_away(jobs: JobQueue, tmp_path: Path) -> None:
    handed_out(jobs, a_plan(tmp_path))
    queue_at(jobs.connection).empty()
    handed_out(jobs, a_plan(tmp_path, "two", "b.example"), later=1)
    assert [path.name for path in (jobs.spool.folder / "begin").iterdir()] == ["two.20260310T040001Z.db"]
