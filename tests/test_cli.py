"""The commands as a newcomer runs them: what they print, their exit status, and one plain line for each mistake."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import doctor, serve
from crawler.cli.main import main
from tests.conftest import disclosures, portal_file, program
from tests.ports import free_port
from tests.waiting import answers, wait_until


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of a wrong use."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_search_finds_a_word_of_two_characters(sample_archive: Path) -> None:
    done = program("search", "预算", "--db", sample_archive, "--limit", 3)
    assert done.returncode == 0
    assert done.stdout.count("2018年部门预算") >= 3
    assert "18 found, the best 3 shown" in done.stderr


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("预算",), 18),
        (("預算",), 18),
        (("棚户区改造", "2017"), None),
        (("同政发〔2017〕92号",), 1),
        (("同政发[2017]９２号",), 1),
        (("640324001/2017-61737",), 1),
        (("预算", "-小学"), None),
        (("绝无此词",), 0),
        (('"', "()*"), 0),
    ],
)
def test_count_prints_a_number_alone(sample_archive: Path, words: tuple[str, ...], count: int | None) -> None:
    done = disclosures("search", *words, "--db", sample_archive, "--count")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().isdigit()
    if count is not None:
        assert int(done.stdout) == count


def test_json_is_a_list_of_objects_best_first(sample_archive: Path) -> None:
    done = disclosures("search", "棚户区改造", "--db", sample_archive, "--json", "--limit", 5)
    hits = json.loads(done.stdout)
    assert len(hits) == 5
    assert all("棚户区改造" in hit["title"] for hit in hits)
    assert set(hits[0]) == {"url", "title", "index_number", "publisher", "published_on", "kind", "state", "snippet"}


def test_a_missing_archive(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "at.db"
    for command in (("search", "预算"), ("serve",)):
        assert "there is no archive" in refused(disclosures(*command, "--db", missing))
    assert not missing.parent.exists()


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"PK\x03\x04 this is no database" * 100)
    assert "cannot read" in refused(disclosures("search", "预算", "--db", other))
    assert "cannot read" in refused(disclosures("crawl", "sample", "--db", other))


def test_an_unknown_key_names_file_and_key(tmp_path: Path) -> None:
    path = portal_file(tmp_path, "http://127.0.0.1:9/", ("plan", "规划", "/a/list.html"))
    path.write_text('colour = "red"\n' + path.read_text())
    line = refused(disclosures("crawl", path, "--db", tmp_path / "a.db"))
    assert "county.toml" in line
    assert "'colour'" in line
    assert "division_code" in line


def test_an_unknown_portal_names_the_known_ones(tmp_path: Path) -> None:
    line = refused(disclosures("crawl", "atlantis", "--db", tmp_path / "a.db"))
    assert "sample" in line
    assert "tongxin" in line


@pytest.mark.parametrize(
    "command", [("crawl", "sample"), ("probe", "http://127.0.0.1:9/"), ("survey",), ("enqueue", "sample")]
)
@pytest.mark.parametrize("delay", ["nan", "inf"])
def test_a_delay_has_an_end(command: tuple[str, ...], delay: str) -> None:
    done = disclosures(*command, "--delay", delay)
    assert (done.returncode, f"'{delay}' is no finite number" in done.stderr) == (2, True), done.stderr


def test_a_port_in_use(sample_archive: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in refused(disclosures("serve", "--db", sample_archive, "--port", port))
        assert str(port) in refused(disclosures("sample", "--port", port))
        assert str(port) in refused(disclosures("demo", "--no-serve", "--db", tmp_path / "a.db", "--sample-port", port))


def test_serve_answers_until_interrupted(sample_archive: Path) -> None:
    port = free_port()
    site = subprocess.Popen(
        [Path(sys.executable).with_name("disclosures"), "serve", "--db", sample_archive, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert site.stdout
    assert site.stderr
    assert f"http://127.0.0.1:{port}/" in site.stdout.readline()
    address = f"http://127.0.0.1:{port}/"
    wait_until(lambda: answers(lambda: urllib.request.urlopen(address, timeout=60).close(), urllib.error.URLError))
    page = urllib.request.urlopen(f"{address}-/search?q=%E9%A2%84%E7%AE%97", timeout=60).read().decode()
    assert 'lang="zh-CN"' in page
    site.send_signal(signal.SIGINT)
    assert site.wait(60) == 0
    assert site.stderr.read() == ""


def test_plain_datasette_searches_chinese_too(sample_archive: Path) -> None:
    command = [Path(sys.executable).with_name("datasette"), str(sample_archive), "--get"]
    address = f"/{sample_archive.stem}/records.json?_search=%E9%A2%84%E7%AE%97&_shape=array&_size=100"
    done = subprocess.run([*command, address], capture_output=True, text=True, timeout=60, check=True)
    assert len(json.loads(done.stdout)) == 18


def test_sample_serves_a_day_until_interrupted() -> None:
    port = free_port()
    command = [Path(sys.executable).with_name("disclosures"), "sample", "--port", str(port), "--day", "2"]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    portal = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    assert portal.stdout
    assert f"day 2: http://127.0.0.1:{port}/" in portal.stdout.readline()
    listed = (
        urllib.request.urlopen(f"http://127.0.0.1:{port}/xxgk/zfxxgkml/ghjh/fzgh/list.html", timeout=60).read().decode()
    )
    assert "民族团结进步创建" in listed  # back-dated, on the list from day 2
    portal.send_signal(signal.SIGINT)
    assert portal.wait(60) == 0


def test_help_names_every_command() -> None:
    shown = disclosures("--help").stdout
    for command in ("crawl", "demo", "sample", "search", "serve"):
        assert command in shown


def test_the_environment_names_the_metadata_that_a_site_is_served_with(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(serve, "serve_archives", lambda *_, metadata, **__: told.append(metadata))
    monkeypatch.setenv("DISCLOSURES_METADATA", "site.yml")
    for options in ([], ["--metadata", "other.yml"]):
        assert CliRunner().invoke(main, ["serve", *options]).exit_code == 0
    assert told == [Path("site.yml"), Path("other.yml")]


def test_commands_that_read_no_pages_load_nothing_that_does(sample_archive: Path) -> None:
    script = (
        "import sys; from crawler.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print(*sorted({'crawler.families', 'scrapy', 'tldextract'} & sys.modules.keys()), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, "search", "预算", "--db", sample_archive]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == "18 found\n\n"


def test_whatever_the_doctor_finds_wrong_counts_though_all_behind_it_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    for states, status in (((doctor.WRONG, doctor.FINE), 1), ((doctor.NOTE, doctor.FINE), 0)):
        found = [doctor.Diagnosis(state, "sample", "a sample") for state in states]
        monkeypatch.setattr(doctor, "diagnose", lambda *_, found=found: iter(found))
        done = CliRunner().invoke(main, ["doctor"])
        assert (done.exit_code, done.stdout.count("a sample")) == (status, 2)
