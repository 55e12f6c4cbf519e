"""A real Redis, three workers, one of them killed with all its processes: the merged archive is what one machine makes."""

import json
import os
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from archive.evidence.evidence_reader import beside
from archive.maintenance.check import check
from archive.model import clock
from archive.model.noise import essence
from bench.ten_days import morning
from tests import warm
from tests.conftest import rows
from tests.county import County
from tests.natural import contents
from tests.waiting import wait_until
from tests.worker_machines import RedisServer, kill_all_of, needs_redis, worker

pytest.importorskip("rq", reason="the extra `many` is not installed")
CRAWLING = ("--delay", 0, "--mode", "full")


def until_brought(spool: Path, wanted: int) -> None:
    wait_until(lambda: len(list(spool.glob("done/county*"))) == wanted)


def without_chance(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row without what no two crawls have in common: seconds, view counters and clocks in pages, the order of answers."""
    if table == "captures":
        del row["sha256"], row["bytes"]
    if table == "derived":
        del row["text_key"]
    if table == "crawls":
        row["stated"] = json.loads(row["stated"] or "{}")
    if table == "versions":
        row["changed"] = json.loads(row["changed"])
    text = json.dumps(row, ensure_ascii=False)
    told: dict[str, Any] = json.loads(re.sub(r"2018-01-0(\d)T[\d:.]+Z", r"day \1", text), object_hook=_essential)
    return told


def _essential(told: dict[str, Any]) -> dict[str, Any]:
    body = told.get("body")
    if isinstance(body, list):
        told["body"] = [essence(text) for text in body]
    elif isinstance(body, str):
        told["body"] = essence(body)
    return told


@needs_redis
def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    one, many, spool = tmp_path / "one.db", tmp_path / "many.db", tmp_path / "spool"
    with ExitStack() as stack:
        counties = [stack.enter_context(County(20, catalogs=2, seed=n, address=f"127.0.0.{n}")) for n in (1, 2, 3)]
        files = [county.portal_file(tmp_path, f"county{n}") for n, county in enumerate(counties, 1)]
        redis = stack.enter_context(RedisServer(tmp_path)).url
        for day, handed_out in ((1, files), (2, files[:1])):
            env = {**os.environ, clock.VARIABLE: morning(day).isoformat()}
            options = ["--db", many, "--mode", "full", "--spool", spool, "--redis", redis, "--delay", 0.05]
            done = warm.disclosures("enqueue", *handed_out, *options, env=env)
            assert (done.returncode, done.stdout.count("handed out, full: ")) == (0, len(handed_out)), done.stderr
            again = warm.disclosures("enqueue", *handed_out, *options, env=env)
            assert (again.returncode, again.stdout.count("is under way")) == (0, len(handed_out)), again.stderr
            workers = [worker(spool, redis, tmp_path / f"machine{n}", env) for n in range(3 if day == 1 else 1)]
            if day == 1:
                wait_until(lambda: list(tmp_path.glob("machine*/*/evidence.db")))
                busy = next(tmp_path.glob("machine*/*/evidence.db")).parts[-3]
                kill_all_of(workers.pop(int(busy.removeprefix("machine"))))
            for file in handed_out:
                assert warm.disclosures("crawl", file, "--db", one, *CRAWLING, env=env).returncode == 0
            until_brought(spool, len(handed_out))
            for process in workers:
                process.terminate()
                process.wait()
            done = warm.disclosures("merge", spool, "--delete", "--db", many, env=env)
            assert (done.returncode, done.stdout.count("1 crawl taken")) == (0, len(handed_out)), done.stderr
            assert [path.name for path in spool.glob("*/*")] == []
            counties[0].next_day(share=0.1)
    assert contents(many, without_chance) == contents(one, without_chance)
    assert {row["kind"] for row in rows(many, "SELECT kind FROM events")} >= {"added", "changed", "withdrawn"}
    assert list(check(many, beside(many))) == []


@needs_redis
def test_what_is_wrong_is_stated_in_one_line(tmp_path: Path) -> None:
    with County(3, catalogs=1) as county, RedisServer(tmp_path) as server:
        redis = server.url
        portal, spool = county.portal_file(tmp_path), tmp_path / "spool"
        options = ["--db", tmp_path / "a.db", "--spool", spool]
        for command, said in (
            (["enqueue", portal, *options, "--redis", redis.replace("sample", "wrong")], "can't be had"),
            (["enqueue", portal, *options, "--redis", "127.0.0.1"], "no address of a Redis"),
            (["enqueue", *options, "--redis", redis], "say which portals"),
            (["enqueue", portal, "--redis", redis], "say which folder"),
            (["work", "--spool", spool, "--redis", "redis://127.0.0.1:1"], "can't be had"),
            (["jobs", "--redis", "redis://127.0.0.1:1"], "can't be had"),
            (["survey", "--workers", "--redis", "redis://127.0.0.1:1", "--db", tmp_path / "a.db"], "can't be had"),
        ):
            done = warm.disclosures(*command, env={"DISCLOSURES_SPOOL": ""})
            assert (done.returncode, done.stderr.count("\n"), said in done.stderr) == (2, 1, True), done.stderr
