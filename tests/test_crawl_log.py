"""An operator's view of a crawl: files and the time left in the progress, files in the summary, portals' names in the log."""

import os
import re
from pathlib import Path

import pytest

from crawler.jobs import logs
from tests.conftest import Answer, Site, SiteRequest, crawl, disclosures, on_a_terminal, portal_file, rows

LIST = "/zwgk/list.html"


def pages(records: int) -> dict[str, Answer | str]:
    """A list, the records' pages, and a file of each."""
    listed = "".join(
        f'<tr><td><a href="/d/{n}.html">样本文件之{n}</a></td><td>2018-03-{n:02}</td></tr>'
        for n in range(1, records + 1)
    )
    made: dict[str, Answer | str] = {
        LIST: f"<html><body><table><tr><th>标题</th><th>发布日期</th></tr>{listed}</table></body></html>"
    }
    for n in range(1, records + 1):
        made[f"/d/{n}.html"] = (
            f"<html><body><h1>样本文件之{n}</h1><ul><li>索引号：A1-2018-00{n}</li><li>发布日期：2018-03-0{n}</li></ul><div id='zoom'>"
            f"<p>样本正文之{n}，仅供测试。样本正文，仅供测试。样本正文，仅供测试。</p><p><a href='/f/{n}.txt'>附件：样本{n}.txt</a></p></div></body></html>"
        )
        made[f"/f/{n}.txt"] = Answer(f"样本附件之{n}，仅供测试。", "text/plain; charset=utf-8")
    return made


def test_files_count_in_progress_and_summary_and_each_entry_of_the_log_names_its_portal(tmp_path: Path) -> None:
    with Site(pages(2)) as one, Site({**pages(2), "/f/2.txt": Answer("", status=404)}) as other:
        files = [
            portal_file(tmp_path, site.url, ("plan", "规划", LIST), name=name)
            for name, site in (("one", one), ("other", other))
        ]
        db = tmp_path / "a.db"
        done = disclosures("crawl", *files, "--db", db, "--delay", 0, "-L", "DEBUG")
    assert "record pages 4 of 4  files 4 of 4" in done.stderr
    assert "  2 files: 2 read now, 0 without text, 0 not asked for yet" in done.stdout
    assert "  2 files: 1 read now, 1 without text, 0 not asked for yet" in done.stdout
    log = (tmp_path / "crawl.log").read_text("utf-8")
    entries = re.findall(r"^\d{4}-\d\d-\d\d \S+ \[([\w.]+)\] [A-Z]+: (.*)", log, re.MULTILINE)
    crawled = [text for name, text in entries if name in {"scrapy.core.engine", "scrapy.middleware"}]
    assert len(crawled) > 10
    assert [text for text in crawled if not text.startswith(("one: ", "other: "))] == []
    for name, site in (("one", one), ("other", other)):
        asked = [text for text in crawled if f"GET {site.url}" in text]
        assert asked
        assert all(text.startswith(f"{name}: ") for text in asked)


def test_progress_is_one_line_on_a_terminal_with_the_time_left_and_the_log_is_plain(tmp_path: Path) -> None:
    with Site(pages(4)) as site:
        file = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        shown, printed = on_a_terminal("crawl", file, "--db", tmp_path / "a.db", "--delay", 0.5)
    _note, line = shown.removesuffix("\r\n").split("\r\n")
    assert re.search(r"files \d of \d  problems 0  left: 00:0[1-9] or more", line)
    last = line.rpartition("\r")[2]
    assert ("record pages 4 of 4" in last, "left" in last) == (True, False)
    assert "1 of 1 catalogues walked wholly" in printed
    log = (tmp_path / "crawl.log").read_text("utf-8")
    assert "Spider closed (finished)" in log
    assert [text for text in ("\x1b", "样本正文") if text in log] == []


def test_a_log_that_has_grown_large_is_an_older_one_from_the_next_crawl_on(tmp_path: Path) -> None:
    with Site(pages(1)) as site:
        file = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        log, older = tmp_path / "crawl.log", [tmp_path / f"crawl.log.{n}" for n in range(1, logs.KEPT + 2)]
        log.write_text("a little\n", "utf-8")
        crawl(file, tmp_path / "a.db")
        assert log.read_text("utf-8").startswith("a little\n")
        for path in older[: logs.KEPT]:
            path.write_text(path.name, "utf-8")
        os.truncate(log, logs.LARGEST)
        crawl(file, tmp_path / "a.db")
    assert log.stat().st_size < logs.LARGEST == older[0].stat().st_size
    assert [path.read_text("utf-8") for path in older[1 : logs.KEPT]] == [path.name for path in older[: logs.KEPT - 1]]
    assert not older[logs.KEPT].exists()


def test_delay_and_headers_of_a_portal_s_file_are_kept_to(tmp_path: Path) -> None:
    seen: list[SiteRequest] = []

    def answer(request: SiteRequest) -> Answer | str:
        seen.append(request)
        return pages(1)[LIST]

    robots = Answer("User-agent: *\n", "text/plain", headers=(("Set-Cookie", "visitor=1; Path=/"),))
    with Site({**pages(1), LIST: answer, "/robots.txt": robots}) as site:
        file = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        own = f'\n[headers]\naccept-language = "zh-CN,zh;q=0.9"\nReferer = "{site.url}"\n'
        file.write_text(f"delay = 1\n{file.read_text('utf-8')}{own}", "utf-8")
        proxy = {"http_proxy": "http://127.0.0.1:9/"}  # which would look names up behind the guard's back
        command = (
            "crawl",
            file,
            "--db",
            tmp_path / "a.db",
            "-s",
            "DOWNLOAD_DELAY_JITTER=0",
            "-s",
            "DOWNLOAD_TIMEOUT=59.5",
        )
        assert disclosures(*command, env=proxy).returncode == 0
        headers = seen[0].headers
        assert (headers["accept-language"], headers["referer"]) == ("zh-CN,zh;q=0.9", site.url)
        assert headers["accept"].startswith("text/html")
        assert headers["user-agent"].startswith("Disclosures/")
        assert "cookie" not in headers, "a visitor without a session is the same to all"
        assert "'DOWNLOAD_DELAY': 1.0" in (tmp_path / "crawl.log").read_text("utf-8")
        assert crawl(file, tmp_path / "b" / "b.db").returncode == 0  # --delay 0 counts before it
        assert "'DOWNLOAD_DELAY'" not in (tmp_path / "b" / "crawl.log").read_text("utf-8")
    assert rows(tmp_path / "a.db", "SELECT count(*) AS n FROM problems") == [{"n": 0}]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("delay = 0", "delay = 0 must be seconds from 1 to 600"),
        ("delay = true", "must be seconds"),
        ('delay = "3"', "must be seconds"),
        ("headers = 3", "must be a table"),
        ('headers = { Cookie = "a=b" }', "'Cookie' is not sent; allowed are Accept, Accept-Language, Referer"),
        ('headers = { Authorization = "x" }', "'Authorization' is not sent"),
        ('headers = { User-Agent = "x" }', "'User-Agent' is not sent"),
        ('headers = { X-Forwarded-For = "1.1.1.1" }', "'X-Forwarded-For' is not sent"),
        ('headers = { Accept-Language = "zh\\r\\nCookie: a=b" }', "must be a text in quotes of ASCII characters"),
        ('headers = { Accept = "' + "a" * 201 + '" }', "200 at the most"),
        ('headers = { Referer = "http://elsewhere.example/" }', "must be an address of the portal's own"),
    ],
)
def test_delay_and_headers_are_bounded(tmp_path: Path, line: str, said: str) -> None:
    file = portal_file(tmp_path, "http://127.0.0.1:9/", ("plan", "规划", LIST))
    file.write_text(f"{line}\n{file.read_text('utf-8')}", "utf-8")
    done = disclosures("crawl", file, "--db", tmp_path / "a.db")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "county.toml" in done.stderr
    assert said in done.stderr
