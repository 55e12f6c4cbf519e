"""Scrapy's own commands in the project's root: `crawl` writes the archive that is named, no other touches one."""

import csv
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.evidence.evidence_reader import beside
from archive.model.observations import ListPage, Row
from crawler.jobs.feed_rows import feed_rows
from tests import warm
from tests.conftest import ROOT, Site, disclosures, portal_file, rows
from tests.test_cli import refused
from tests.test_crawl_portals import LIST, TABLE, page, record

SPIDER = """
import scrapy
class Mine(scrapy.Spider):
    name = "mine"
    start_urls = ["{url}"]
    def parse(self, response):
        yield {{"status": response.status}}
"""


@dataclass(frozen=True)
class Project:
    """The project as a newcomer finds it, with one portal file; the archive is in a folder of its own."""

    folder: Path
    site: Site

    def scrapy(self, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `scrapy` in the project's root."""
        own = {"DISCLOSURES_PORTALS": str(self.folder), "DISCLOSURES_DB": str(self.folder / "production" / "a.db")}
        env = {**own, "BROWSER": "true", "EDITOR": "cat", **env}
        return warm.scrapy(*arguments, "-s", "DOWNLOAD_DELAY=0", env=env, cwd=ROOT)

    @property
    def untouched(self) -> bool:
        return not (self.folder / "production").exists()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    pages = {f"/zwgk/d/{n}.html": record(f"样本文件之{n}", f"640324001/2017-0000{n}") for n in (1, 2, 3)}
    with Site({LIST: page(TABLE), **pages}) as site:
        portal_file(folder, site.url, ("plan", "规划", LIST))
        (folder / "mine.py").write_text(SPIDER.format(url=site.url[:-1] + LIST), "utf-8")
        yield Project(folder, site)


def test_a_crawl_seals_beside_the_archive_that_is_named_and_shows_what_disclosures_crawl_shows(
    project: Project, tmp_path: Path
) -> None:
    db = tmp_path / "x.db"
    feeds = [word for name in ("out.jsonl", "out.csv", "out.json") for word in ("-O", tmp_path / name)]
    done = project.scrapy("crawl", "county", "-s", f"DISCLOSURES_DB={db}", *feeds)
    assert done.returncode == 0, done.stderr
    assert "full crawl finished" in done.stdout
    assert "record pages 3 of 3" in done.stderr
    assert "Traceback" not in (tmp_path / "crawl.log").read_text()
    assert len(rows(db, "SELECT 1 FROM records")) == 3
    assert len(rows(beside(db), "SELECT 1 FROM captures")) == len(rows(db, "SELECT 1 FROM captures")) > 3
    assert project.untouched
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert sorted(line["page"] for line in lines) == ["list"] * 3 + ["record"] * 3
    assert {line["url"] for line in lines} == {row["url"] for row in rows(db, "SELECT url FROM records")}
    assert lines == json.loads((tmp_path / "out.json").read_text("utf-8"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [line["title"] for line in table] == [line["title"] or "" for line in lines]
    documented = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [name for name in lines[0] if f"`{name}`" not in documented] == []


def test_a_row_without_a_page_has_the_address_by_which_it_is_known() -> None:
    rows_of = (Row({"title": "样本"}, {}, key="http://a.example/#row-1"), Row({}, {}, url="http://a.example/1.html"))
    assert [each["url"] for each in feed_rows(ListPage(rows_of))] == [
        "http://a.example/#row-1",
        "http://a.example/1.html",
    ]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("fetch", "{list}", "--nolog"), "样本文件之1"),
        (("fetch", "{list}", "--nolog", "--spider", "county", "--headers"), "User-Agent: Disclosures/"),
        (("view", "{list}", "--nolog"), ""),
        (("shell", "{list}", "--nolog", "-c", "len(list(spider.parse(response))[0].rows)"), "3"),
        (("parse", "{list}", "--nolog", "--nocolour"), "样本文件之1"),
        (("parse", "{record}", "--nolog", "--nocolour"), "640324001/2017-00001"),
        (("check",), ""),
        (("list",), "county"),
        (("edit", "county"), '[[catalogs]]'),
        (("settings", "--get", "DISCLOSURES_MODE"), ""),
        (("runspider", "{folder}/mine.py", "-o", "-:jsonlines", "--nolog"), '{"status": 200}'),
        (("bench", "-s", "CLOSESPIDER_TIMEOUT=1"), ""),
    ],
)  # fmt: skip
def test_no_other_command_touches_an_archive(project: Project, arguments: tuple[str, ...], shown: str) -> None:
    places = {
        "list": project.site.url[:-1] + LIST,
        "record": f"{project.site.url}zwgk/d/1.html",
        "folder": str(project.folder),
    }
    done = project.scrapy(
        *(word.format(**places) if word.startswith("{") and word[1] != '"' else word for word in arguments)
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Error:" not in done.stderr
    assert shown in done.stdout
    assert project.untouched


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crawl", "county", "-s", "DISCLOSURES_MODE=ful"), "DISCLOSURES_MODE = 'ful' must be full, update, or empty"),
        (
            ("crawl", "county", "-s", "DISCLOSURES_MODE2=full"),
            "DISCLOSURES_MODE2 is no setting; there are DISCLOSURES_DB",
        ),
        (("crawl", "county", "-s", "DISCLOSURES_DB=/"), "must be a file's path"),
        (("crawl", "county", "-s", "DISCLOSURES_PROGRESS=nan"), "DISCLOSURES_PROGRESS = 'nan' must be a number"),
        (("crawl", "county", "-s", "RETRY_TIMES=1.5"), "RETRY_TIMES = '1.5' must be a number"),
        (("crawl", "county", "-s", "ROBOTSTXT_OBEY=maybe"), "ROBOTSTXT_OBEY = 'maybe' must be true or false"),
        (("crawl", "county", "-s", "LOG_FILE=/proc/none"), "LOG_FILE = '/proc/none' can't be written"),
        (("crawl", "county", "-s", "CONCURRENT_REQUESTS=0"), "CONCURRENT_REQUESTS = '0' must be a number from 1"),
        (
            ("crawl", "county", "-s", "DISCLOSURES_PROGRESS=0"),
            "DISCLOSURES_PROGRESS = '0' must be seconds, at least one",
        ),
        (("crawl", "county", "-s", "DOWNLOAD_TIMEOUT"), "Invalid -s value"),
        (("crawl", "county", "-L", "LOUD"), "LOG_LEVEL = 'LOUD' must be one of"),
        (("crawl", "county", "-a", "x=1"), "a portal takes no arguments"),
        (("crawl", "atlantis"), "no portal 'atlantis'"),
        (("crawl",), "name one portal"),
        (("genspider", "a", "b.example"), "a spider is a portal file here"),
        (("runspider", "county.toml"), "is a portal file"),
        (("parse", "http://127.0.0.1:9/"), "is of no portal whose file is known"),
        (("parse", "http://127.0.0.1:9/", "-c", "parse_list"), "parse reads a page by itself"),
        (("edit", "atlantis"), "no portal 'atlantis'"),
    ],
)
def test_mistakes_are_a_plain_line(project: Project, arguments: tuple[str, ...], said: str) -> None:
    done = project.scrapy(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert said in done.stderr.splitlines()[-1]
    assert project.untouched


def test_a_missing_folder_of_portal_files_is_a_plain_line(project: Project) -> None:
    done = project.scrapy("list", DISCLOSURES_PORTALS="/nowhere")
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["disclosures: DISCLOSURES_PORTALS = '/nowhere' is no folder"],
    )


def test_disclosures_crawl_takes_settings_and_a_log_level(project: Project, tmp_path: Path) -> None:
    file, db = project.folder / "county.toml", tmp_path / "a.db"
    done = disclosures(
        "crawl", file, "--db", db, "-s", "DOWNLOAD_DELAY=0", "-s", "DISCLOSURES_MODE=full", "-L", "DEBUG"
    )
    assert done.returncode == 0, done.stderr
    assert "DEBUG" in (tmp_path / "crawl.log").read_text()
    assert "'ful' must be" in refused(disclosures("crawl", file, "--db", db, "-s", "DISCLOSURES_MODE=ful"))
    assert "must be NAME=VALUE" in refused(disclosures("crawl", file, "--db", db, "-s", "DOWNLOAD_DELAY"))
    assert "ITEM_PIPELINES = '5' must be a table, in JSON" in refused(
        disclosures("crawl", file, "--db", db, "-s", "ITEM_PIPELINES=5")
    )
    assert "LOG_LEVEL = 'LOUD'" in refused(disclosures("crawl", file, "--db", db, "--loglevel", "LOUD"))
