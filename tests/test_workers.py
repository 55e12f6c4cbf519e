"""Workers in earnest: they outlive a Redis that is restarted, say how far they are, and end a portal gracefully when they are stopped."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Timer
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from archive.database.connection import ArchiveError
from archive.model.divisions import COUNTY, divisions
from crawler.jobs import survey_jobs
from crawler.jobs.queue import connected, queue_at, under_way
from crawler.jobs.remote_jobs import QUEUE
from crawler.jobs.survey_jobs import Workers, workers
from crawler.probe.software_prior import Likely, SoftwarePrior
from crawler.survey.home import SurveyedPortal
from tests import warm
from tests.conftest import Site, SiteRequest, rows
from tests.county import County
from tests.county_sites import FAULTY, sound
from tests.waiting import SECONDS, wait_until
from tests.worker_machines import WITHOUT_WAITING, RedisServer, kill_all_of, needs_redis, started, worker

pytest.importorskip("rq", reason="the extra `many` is not installed")

from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer

pytestmark = needs_redis

RECORDS = 40


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give back the signals that a worker in this process takes."""
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for each, handler in handlers.items():
        signal.signal(each, handler)


@contextmanager
def machines(folder: Path, *, keeps: bool = False) -> Iterator[tuple[RedisServer, County, Path]]:
    """A Redis, a county with its portal file `county.toml`, and the spool."""
    with County(RECORDS, catalogs=1) as county, RedisServer(folder, keeps=keeps) as redis:
        county.portal_file(folder)
        yield redis, county, folder / "spool"


def run(*arguments: object, redis: RedisServer) -> str:
    done = warm.disclosures(*arguments, env={**os.environ, "DISCLOSURES_REDIS": redis.url})
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def jobs(redis: RedisServer) -> list[str]:
    """What the command `jobs` prints, asked for again and again: without a process each time."""
    with connected(redis.url) as connection:
        return list(under_way(connection, datetime.now(UTC)))


def enqueue(folder: Path, redis: RedisServer, *, delay: float = 0.2) -> str:
    """Hand the county out to be crawled slowly."""
    options = ("--mode", "full", "--delay", delay, "--db", folder / "a.db", "--spool", folder / "spool")
    return run("enqueue", folder / "county.toml", *options, redis=redis)


def asked_for_records(county: County) -> dict[str, int]:
    return {path: count for path, count in county.requests.copy().items() if re.search(r"/t\d{8}_", path)}


def test_a_worker_that_is_stopped_ends_its_batch_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with machines(tmp_path) as (redis, county, spool):
        enqueue(tmp_path, redis)
        assert run("jobs", redis=redis).splitlines() == ["county: waits for a worker", "workers: 0, jobs waiting: 1"]
        first = worker(spool, redis.url, tmp_path / "scratch")
        wait_until(lambda: "record pages" in jobs(redis)[0], pause=0.1)
        line, last = run("jobs", redis=redis).splitlines()
        assert re.search(
            rf"^county: {os.uname().nodename}\.{first.pid}\.\w+ for 0:00:\d\d, heard of 0:00:0\d ago: county ", line
        )
        assert last == "workers: 1, jobs waiting: 0"
        assert len(asked_for_records(county)) < RECORDS
        first.terminate()
        assert first.wait() == 0
        (brought,) = spool.glob("done/county.*/disclosures.db")
        assert rows(brought, "SELECT outcome FROM crawls") == [{"outcome": "shutdown"}]
        read = "SELECT count(*) AS n FROM records WHERE body IS NOT NULL"
        assert rows(brought, read) == [{"n": len(asked_for_records(county))}]
        assert "1 crawl taken" in run("merge", spool, "--delete", "--db", tmp_path / "a.db", redis=redis)
        assert "county: handed out" in enqueue(tmp_path, redis, delay=0)
        assert worker(spool, redis.url, tmp_path / "other", os.environ, "--burst").wait() == 0
        run("merge", spool, "--delete", "--db", tmp_path / "a.db", redis=redis)
    assert rows(tmp_path / "a.db", read) == [{"n": RECORDS}]


@pytest.mark.parametrize("keeps", [True, False], ids=["with its memory", "without"])
def test_a_worker_outlives_restarts_of_redis(tmp_path: Path, keeps: bool) -> None:
    """While it crawls, and while it waits; what it crawls is brought back, and crawled by nobody else.

    However long Redis is away: this worker's requests to it fail at once, as another's do after ten seconds.
    """
    with machines(tmp_path, keeps=keeps) as (redis, county, spool), ExitStack() as stack:
        enqueue(tmp_path, redis)
        process = worker(spool, redis.url, tmp_path / "scratch", program=WITHOUT_WAITING)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        wait_until(lambda: asked_for_records(county))
        redis.stop()
        under_way = len(asked_for_records(county))
        wait_until(lambda: len(asked_for_records(county)) > under_way + 10)  # longer than between two signs of life
        redis.start()
        wait_until(lambda: list(spool.glob("done/county.*")))
        assert set(asked_for_records(county).values()) == {1}
        run("merge", spool, "--delete", "--db", tmp_path / "a.db", redis=redis)
        wait_until(lambda: jobs(redis) == ["workers: 1, jobs waiting: 0"], pause=0.1)
        redis.stop()
        redis.start()
        assert "county: handed out" in enqueue(tmp_path, redis, delay=0)
        wait_until(lambda: list(spool.glob("done/county.*")))
        assert process.returncode is None
    assert process.returncode == 0


def test_commands_wait_for_a_redis_that_is_restarted(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        redis.stop()
        restart = Timer(1, redis.start)
        restart.start()
        Workers(connection, 0).begin("http://a.example/", SoftwarePrior({}))
        restart.join()
        assert len(queue_at(connection)) == 1


# --- survey ---


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, Site]]:
    """A sound portal and one of each fault, by the state that they are to be found in."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(Site(pages)) for name, pages in {"surveyed": sound(), **FAULTY}.items()}


def list_of(sites: dict[str, Site], folder: Path) -> Path:
    path = folder / "list.csv"
    counties = (code for code, each in divisions().items() if each.level == COUNTY)
    lines = (f"{code},{site.url}" for code, site in zip(counties, sites.values(), strict=False))
    path.write_text("\n".join(["code,home", *lines]), encoding="utf-8")
    return path


def found(db: Path) -> list[dict[str, object]]:
    return rows(
        db,
        "SELECT home, name, division_code, state, reason, portal, family, columns, rows FROM directory ORDER BY home",
    )


def test_workers_find_what_threads_of_this_machine_find(sites: dict[str, Site], tmp_path: Path) -> None:
    """Though one of them is killed, and Redis loses its memory; and who keeps the archive is named to the portals."""
    survey = ("survey", list_of(sites, tmp_path), "--delay", 0)
    alone = warm.disclosures(*survey, "--db", tmp_path / "one.db", "--out", tmp_path / "one")
    assert alone.returncode == 1
    env = {**os.environ, "DISCLOSURES_CONTACT": "desk@sample.example"}
    with RedisServer(tmp_path) as redis, ExitStack() as stack:
        command = [*survey, "--workers", "--redis", redis.url, "--db", tmp_path / "many.db", "--out", tmp_path / "many"]
        process = stack.enter_context(started(*command, env=env))
        wait_until(lambda: "waits for a worker" in jobs(redis)[0], pause=0.1)
        redis.stop()
        redis.start()
        scratch, spool = tmp_path / "scratch", tmp_path / "spool"
        killed = worker(spool, redis.url, scratch)
        wait_until(lambda: any("desk@sample.example" in agent for site in sites.values() for agent in site.user_agents))
        kill_all_of(killed)
        for _ in range(2):
            stack.callback(kill_all_of, worker(spool, redis.url, scratch))
        assert process.wait() == 1
    assert found(tmp_path / "many.db") == found(tmp_path / "one.db")
    assert {path.name: path.read_text() for path in (tmp_path / "many").iterdir()} == {
        path.name: path.read_text() for path in (tmp_path / "one").iterdir()
    }


def work_off(connection: Any) -> None:
    """Do what waits in the queue, in this process."""
    SimpleWorker([QUEUE], connection=connection, serializer=JSONSerializer).work(burst=True)


def test_a_worker_that_is_stopped_finishes_the_home_under_way(tmp_path: Path) -> None:
    stopped = Event()

    def late(_: SiteRequest) -> str:
        stopped.wait(SECONDS)
        return "<html><head><title>样本饭店</title></head><body>样本</body></html>"

    with Site({"/": late}) as site, RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        handed_out = Workers(connection, 0)
        handed_out.begin(site.url, SoftwarePrior({}))
        process = worker(tmp_path / "spool", redis.url, tmp_path / "scratch")
        wait_until(lambda: "/" in site.requests)
        process.terminate()
        wait_until(lambda: Worker.all(connection)[0].shutdown_requested_date)
        stopped.set()
        assert process.wait() == 0
        assert handed_out.ended()[site.url].state == "not_a_portal"
    assert list(site.requests).count("/") == 1


def test_what_workers_found_while_the_survey_was_killed_is_taken(sites: dict[str, Site], tmp_path: Path) -> None:
    site = sites["surveyed"]
    with RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        Workers(connection, 0).begin(site.url, SoftwarePrior({}))
        work_off(connection)
        assert [line for line in run("jobs", redis=redis).splitlines() if site.url in line] == []
        asked = len(site.requests)
        again = Workers(connection, 0)
        again.begin(site.url, SoftwarePrior({("样本省", "样本市"): Likely(("vsb",), "sample")}))
        assert again.ended()[site.url].state == "surveyed"
        work_off(connection)
        assert len(site.requests) == asked
        assert again.ended() == {}
        wait_until(lambda: not connection.keys("rq:job:*"))  # what was taken is no answer to the next survey


def test_a_home_that_redis_has_forgotten_is_handed_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_jobs, "survey", lambda *_: SurveyedPortal("dead", "sample"))
    with RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        work = iter([lambda: work_off(connection)])
        monkeypatch.setattr(survey_jobs, "time", SimpleNamespace(sleep=lambda _: next(work)()))
        handed_out = Workers(connection, 0)
        handed_out.begin("http://a.example/", SoftwarePrior({}))
        connection.flushall()
        assert handed_out.ended() == {"http://a.example/": SurveyedPortal("dead", "sample")}


def test_what_is_given_up_is_a_portal_that_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def fails(home: str, *_: object) -> NoReturn:
        tries.append(home)
        raise MemoryError("sample")

    with RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        for _ in range(2):
            handed_out = Workers(connection, 0)
            monkeypatch.setattr(survey_jobs, "survey", fails)
            handed_out.begin("http://a.example/", SoftwarePrior({}))
            work_off(connection)
            assert handed_out.ended() == {
                "http://a.example/": SurveyedPortal("misread", "the survey itself failed, 5 times: MemoryError: sample")
            }
    assert len(tries) == 10


def test_a_worker_of_another_version_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RedisServer(tmp_path) as redis, connected(redis.url) as connection:
        handed_out = Workers(connection, 0)
        monkeypatch.setattr(survey_jobs, "versions", lambda: {"reading": 0})
        handed_out.begin("http://a.example/", SoftwarePrior({}))
        monkeypatch.undo()
        work_off(connection)
        with pytest.raises(ArchiveError, match="has another version of the program than this machine"):
            handed_out.ended()


def test_a_home_is_handed_out_before_what_waits_and_with_what_is_known_of_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    priors = []

    def looks(_: str, __: float, prior: SoftwarePrior, *___: object) -> SurveyedPortal:
        priors.append(prior)
        return SurveyedPortal("dead", "sample")

    prior = SoftwarePrior({("样本省", "样本市"): Likely(("vsb", "trs"), "sample")})
    monkeypatch.setattr(survey_jobs, "survey", looks)
    with RedisServer(tmp_path) as redis, County(1, catalogs=1) as county, workers(redis.url, 0) as handed_out:
        assert "no worker is there" in capsys.readouterr().err
        county.portal_file(tmp_path)
        enqueue(tmp_path, redis)
        handed_out.begin("http://a.example/", prior)
        with connected(redis.url) as connection:
            first, second = queue_at(connection).get_job_ids()
            assert (first.startswith("HOME-"), second.startswith("county--")) == (True, True)
            SimpleWorker([QUEUE], connection=connection, serializer=JSONSerializer).work(max_jobs=1)
        assert handed_out.ended() == {"http://a.example/": SurveyedPortal("dead", "sample")}
    assert priors == [prior]
