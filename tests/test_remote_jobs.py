"""Jobs as a worker does them, and portals as they are handed out: each once, one of a host at a time, nothing by halves."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.evidence.evidence_reader import beside
from archive.ingest.store import Store
from archive.maintenance import job
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check
from archive.model import clock
from archive.model.observations import PortalOfFile
from crawler.cli.main import main
from crawler.jobs.queue import connected, queue_at
from crawler.jobs.remote_jobs import CONTACT, SCRATCH, SPOOL, Job, JobError, Spool, brought, run
from tests.conftest import Answer, Site, empty_archive, portal_file, rows
from tests.test_crawl_portals import LIST, TABLE, page
from tests.worker_machines import RedisServer, needs_redis

NAME = "county.20180101T000000Z"


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spool:
    made = Spool(tmp_path / "spool")
    made.make()
    monkeypatch.setenv(SPOOL, str(made.folder))
    monkeypatch.setenv(SCRATCH, str(tmp_path / "scratch"))
    return made


@pytest.fixture
def site() -> Iterator[Site]:
    with Site({LIST: page(TABLE)}) as serving:
        yield serving


def handed_out(spool: Spool, site: Site, folder: Path) -> Job:
    """A job for a county, and what it is to begin with in the spool."""
    file = portal_file(folder, site.url, ("plan", "规划", LIST))
    job.begin(empty_archive(folder / "archive.db"), "county", spool.begins(NAME))
    return Job(NAME, "county", file.read_text(encoding="utf-8"), "full", 0, 4)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.iterdir()]}


def test_a_job_is_done_once_and_brought_back_whole(
    spool: Spool, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever this machine keeps an archive of its own: a job has nothing to do with that. It asks in the name of who handed it out."""
    monkeypatch.setenv("DISCLOSURES_DB", str(tmp_path / "own.db"))
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path / "own.evidence.db"))
    monkeypatch.delenv(CONTACT, raising=False)
    todo = replace(handed_out(spool, site, tmp_path), contact="desk@sample.example")
    assert "full crawl finished" in run(asdict(todo))
    assert all("desk@sample.example" in agent for agent in site.user_agents)
    done = spool.done(NAME)
    assert modes(done) == {NAME: 0o700, "disclosures.db": 0o600, "evidence.db": 0o600}
    assert list(check(done / "disclosures.db", done / "evidence.db")) == []
    assert len(rows(done / "disclosures.db", "SELECT 1 FROM records")) == 3
    assert list(tmp_path.glob("own*")) == []
    assert not spool.begins(NAME).exists()
    assert list((tmp_path / "scratch").iterdir()) == []
    asked = len(site.requests)
    assert run(asdict(todo)) == f"{NAME}: was done before"
    shutil.rmtree(done)
    assert run(asdict(todo)) == f"{NAME}: was done before, and is merged"
    assert len(site.requests) == asked


def test_what_another_worker_brought_first_is_left_as_it_is(
    spool: Spool, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose operator says who they are asks in their name."""
    monkeypatch.setenv(CONTACT, "machine@sample.example")
    todo = replace(handed_out(spool, site, tmp_path), contact="desk@sample.example")

    def meanwhile(_: object) -> Answer:
        spool.done(NAME).mkdir(exist_ok=True)
        (spool.done(NAME) / "disclosures.db").write_text("the other's")
        return Answer(page(TABLE))

    site.answers[LIST] = meanwhile
    assert run(asdict(todo)) == f"{NAME}: another worker had done it"
    assert all("machine@sample.example" in agent for agent in site.user_agents)
    assert {path.name for path in spool.done().iterdir()} == {NAME}
    assert (spool.done(NAME) / "disclosures.db").read_text() == "the other's"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_crawl_has_the_options_that_it_was_handed_out_with(
    spool: Spool, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is to wait for nothing between two requests: 0 is an option, None is none."""
    monkeypatch.setattr(sys, "executable", shutil.which("echo"))
    at_once = handed_out(spool, site, tmp_path)
    as_ever = replace(at_once, name=f"{NAME[:-2]}1Z", delay=None, concurrency=None)
    shutil.copy(spool.begins(at_once.name), spool.begins(as_ever.name))
    for todo, options in ((at_once, " --delay 0 --concurrency 4"), (as_ever, "")):
        assert f" --mode full{options} --set " in run(asdict(todo))


def test_a_machine_with_another_parser_does_not_crawl(spool: Spool, site: Site, tmp_path: Path) -> None:
    todo = handed_out(spool, site, tmp_path)
    with closing(open_up_to_date(spool.begins(NAME))) as connection:
        connection.execute("INSERT INTO settings VALUES ('parser:county', 'another')")
    with pytest.raises(JobError, match="another version of the program than the archive's"):
        run(asdict(todo))
    assert not site.requests
    assert not spool.done(NAME).exists()


def test_a_crawl_that_could_not_begin_brings_nothing(spool: Spool, site: Site, tmp_path: Path) -> None:
    todo = replace(handed_out(spool, site, tmp_path), toml="id = 7")
    with pytest.raises(JobError, match=rf"{NAME}: .*id = 7 must be a text"):
        run(asdict(todo))
    assert list(spool.done().iterdir()) == []
    assert spool.begins(NAME).exists(), "another worker may do it"


def test_what_ended_a_crawl_is_the_last_that_it_said(
    spool: Spool, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho 'note: sample' >&2\necho 'error: the sample' >&2\nexit 3\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(JobError, match=f"^{NAME}: error: the sample$"):
        run(asdict(handed_out(spool, site, tmp_path)))


def test_the_databases_that_were_brought_back_are_those_that_are_whole(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.make()
    for name in ("county.2", "county.1", ".county.3.machine.17.part", "county.4"):
        spool.done(name).mkdir()
        if name != "county.4":
            (spool.done(name) / "disclosures.db").touch()
    single = tmp_path / "single.db"
    found = list(brought([spool.folder, single]))
    assert found == [spool.done("county.1") / "disclosures.db", spool.done("county.2") / "disclosures.db", single]
    assert {path.stat().st_mode & 0o777 for path in (spool.folder, spool.done(), spool.folder / "begin")} == {0o700}


def test_what_waits_of_a_portal_is_of_that_portal_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.make()
    for name in (
        "county.20180102T000000Z",
        "county.20180101T000000Z",
        "county2.20180101T000000Z",
        ".county.2018Z.part",
    ):
        spool.done(name).mkdir()
    assert [path.name for path in spool.waiting("county")] == ["county.20180101T000000Z", "county.20180102T000000Z"]
    assert spool.waiting("count") == []


# --- handing out ---


pytest.importorskip("rq", reason="the extra `many` is not installed")


@needs_redis
def test_one_portal_of_a_host_at_a_time_and_none_that_waits_to_be_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (
        portal_file(tmp_path, f"http://{host}/", ("plan", "规划", "/zwgk/"), name=name)
        for name, host in (("one", "a.example"), ("two", "a.example"), ("three", "b.example"))
    )
    spool = Spool(tmp_path / "spool")
    spool.make()
    orphan = spool.begins("one.20170101T000000Z")
    orphan.touch()
    spool.done("three.20170101T000000Z").mkdir()
    db = tmp_path / "a.db"

    def enqueue(*files: object) -> list[str]:
        words = ["enqueue", *files, "--db", db, "--spool", spool.folder, "--redis", redis]
        done = CliRunner().invoke(main, list(map(str, words)))
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()

    monkeypatch.setattr("crawler.jobs.queue.CONTACT", "desk@sample.example")
    with RedisServer(tmp_path) as server:
        redis = server.url
        first = enqueue(one, two, three)
        assert first[0].startswith("one: handed out, full: ")
        assert first[1] == "two: waits, for one is under way on a.example"
        assert first[2] == f"three: waits to be merged first: {spool.done('three.20170101T000000Z')}"
        assert not orphan.exists()
        (begun,) = (spool.folder / "begin").iterdir()
        assert begun.name.startswith("one.")
        spool.done("three.20170101T000000Z").rmdir()
        again = enqueue(three, two)
        assert again[0].startswith("three: handed out, full: ")
        assert again[1] == "two: waits, for one is under way on a.example"
        assert begun.exists(), "its job is under way"
        with connected(redis) as connection:
            queue = queue_at(connection)
            assert {queue.fetch_job(each).kwargs["values"]["contact"] for each in queue.get_job_ids()} == {
                "desk@sample.example"
            }
            queue.empty()
            assert enqueue("--due", three, "--mode", "update", "--longest", 2)[0].startswith(
                "three: handed out, update: "
            )
            (job_id,) = queue.get_job_ids()
            values = queue.fetch_job(job_id).kwargs["values"]
            assert (values["mode"], values["longest"]) == ("update", 7200)
        just_crawled(db, "three")
        assert enqueue("--due", three) == ["nothing is due"]
    assert not beside(db).exists()


def just_crawled(db: Path, portal: str) -> None:
    store, now = Store(db), clock.text(clock.now())
    store.begin(PortalOfFile(portal, "样本县", "", "http://b.example/", ()), "full", now)
    store.finish("finished", now)
    store.close()
