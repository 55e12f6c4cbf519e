"""Portals the project has not seen, and everything that can be wrong with one, over real HTTP."""

import gzip
import json
import os
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import Answer, Site, crawl, portal_file, redirect, rows

LIST = "/zwgk/list.html"


def page(main: str, title: str = "样本页面") -> str:
    return f'<!DOCTYPE html><html><head><title>{title}</title></head><body><ul><li><a href="/">首页</a></li></ul>{main}</body></html>'


def record(title: str, index: str, text: str = "样本正文，仅供测试。") -> str:
    return page(
        f"<h1>{title}</h1><table><tr><td>索引号：{index}</td><td>发文字号：同样发[2017]3号</td></tr></table>"
        f'<div class="TRS_Editor"><p>{text}</p></div>',
        title,
    )


def table_row(number: int, link: bool = True) -> str:
    title = f"样本文件之{number}"
    cell = f'<a href="d/{number}.html">{title}</a>' if link else title
    return f"<tr><td>{number}</td><td>2017年3月{number}日</td><td>{cell}</td><td>样本局</td><td>640324001/2017-0000{number}</td></tr>"


TABLE = (
    "<table><tr><th>序号</th><th>公开日期</th><th>信息名称</th><th>公开主体</th><th>索 引 号</th></tr>"
    + "".join(map(table_row, range(1, 4)))
    + "</table>"
)


def problems(db: Path) -> dict[str, str]:
    return {str(row["kind"]): str(row["message"]) for row in rows(db, "SELECT * FROM problems")}


def test_a_real_table_with_other_columns_needs_a_portal_file_and_no_python(tmp_path: Path) -> None:
    pages = {
        LIST: page(TABLE + '共2页 <a href="list_1.html">下一页</a>'),
        "/zwgk/list_1.html": page(
            TABLE.replace("d/", "e/").replace("0000", "0001").replace("之", "之又")
            + '共2页 <a href="list.html">上一页</a>'
        ),
    }
    for number in range(1, 4):
        pages[f"/zwgk/d/{number}.html"] = record(f"样本文件之{number}", f"640324001/2017-0000{number}")
        pages[f"/zwgk/e/{number}.html"] = record(f"样本文件之又{number}", f"640324001/2017-0001{number}")
    with Site(pages) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 0, done.stdout + done.stderr
    found = rows(tmp_path / "a.db", "SELECT * FROM records ORDER BY index_number")
    assert len(found) == 6
    assert {
        name: found[0][name]
        for name in ("title", "index_number", "publisher", "published_on", "document_number", "kind")
    } == {
        "title": "样本文件之1",
        "index_number": "640324001/2017-00001",
        "publisher": "样本局",
        "published_on": "2017-03-01",
        "document_number": "同样发〔2017〕3号",
        "kind": "plan",
    }
    assert json.loads(str(found[0]["source_fields"]))["发文字号"] == "同样发[2017]3号"


def test_a_page_in_gbk_without_a_charset(tmp_path: Path) -> None:
    gbk = Answer(page(TABLE).encode("gb18030"), content_type="text/html")
    detail = Answer(record("样本文件之1", "640324001/2017-00001", "公开").encode("gb18030"), content_type="text/html")
    with Site({LIST: gbk, "/zwgk/d/1.html": detail}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    found = rows(tmp_path / "a.db", "SELECT title, publisher, body FROM records ORDER BY index_number")
    assert found[0] == {"title": "样本文件之1", "publisher": "样本局", "body": "公开"}


def test_a_failed_detail_page_keeps_its_row(tmp_path: Path) -> None:
    with Site({LIST: page(TABLE), "/zwgk/d/1.html": record("样本文件之1", "640324001/2017-00001")}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        missing = {f"{site.url}zwgk/d/{number}.html" for number in (2, 3)}
    assert done.returncode == 1
    assert "problem: not_found: the portal answered 404" in done.stdout
    assert [row["title"] for row in rows(tmp_path / "a.db", "SELECT title FROM records ORDER BY id")] == [
        "样本文件之1",
        "样本文件之2",
        "样本文件之3",
    ]
    assert {
        row["url"] for row in rows(tmp_path / "a.db", "SELECT url FROM problems WHERE kind = 'not_found'")
    } == missing


def test_a_detail_page_cut_in_the_middle_keeps_what_was_good(tmp_path: Path) -> None:
    whole = record("样本文件之1", "640324001/2017-00001", "样本正文，" * 200)
    broken_off = Answer(whole, cut=len(whole.encode()) // 2)  # fewer bytes than announced
    lengths = count(len(whole) // 2)

    class Faulty(Site):
        def answer(self, handler: BaseHTTPRequestHandler) -> None:
            """As many bytes as announced, but no page's end, and each time it breaks off elsewhere."""
            self.answers["/zwgk/d/2.html"] = Answer(whole[: next(lengths)])
            super().answer(handler)

    with Faulty({LIST: page(TABLE), "/zwgk/d/1.html": broken_off, "/zwgk/d/3.html": whole}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 1
    assert set(problems(tmp_path / "a.db")) == {"cut", "page_cut"}
    first, second, third = rows(tmp_path / "a.db", "SELECT title, body, flags FROM records ORDER BY id")
    assert (first["title"], first["body"]) == ("样本文件之1", None)
    assert "page_cut" in str(second["flags"])
    assert str(second["body"]).startswith("样本正文")
    assert "page_cut" not in str(third["flags"])


def test_a_page_made_without_its_end_tags_is_whole(tmp_path: Path) -> None:
    endless = record("样本文件之1", "640324001/2017-00001").replace("</body></html>", "")
    listed = page(TABLE + '共1页 <a href="list.html">下一页</a>').replace("</body></html>", "")
    pages = {f"/zwgk/d/{number}.html": endless for number in (1, 2, 3)}
    with Site({LIST: listed, **pages}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 0, done.stdout
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger") == [{"complete": 1}]
    assert all("page_cut" not in str(row["flags"]) for row in rows(tmp_path / "a.db", "SELECT flags FROM records"))


def test_a_page_without_its_end_tags_is_cut_where_others_of_its_kind_have_theirs(tmp_path: Path) -> None:
    whole = record("样本文件之1", "640324001/2017-00001")
    pages = {f"/zwgk/d/{number}.html": whole for number in (1, 2)}
    with Site({LIST: page(TABLE), **pages, "/zwgk/d/3.html": whole.replace("</body></html>", "")}) as site:
        assert crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db").returncode == 1
    flags = [str(row["flags"]) for row in rows(tmp_path / "a.db", "SELECT flags FROM records ORDER BY id")]
    assert ["page_cut" in each for each in flags] == [False, False, True]


def test_a_list_page_of_another_site(tmp_path: Path) -> None:
    with Site({"/": page(TABLE)}) as other, Site({}) as site:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        site.answers[LIST] = redirect(elsewhere)
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert not other.requests
    assert done.returncode == 1
    assert "another site" in problems(tmp_path / "a.db")["off_site"]
    assert rows(tmp_path / "a.db", "SELECT 1 FROM records") == []
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger") == [{"complete": 0}]


def test_a_page_without_rows_in_place_of_a_list(tmp_path: Path) -> None:
    with Site({LIST: page("<h1>某县人民政府</h1><p>欢迎访问</p>")}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 1
    assert "list_without_rows" in problems(tmp_path / "a.db")
    assert rows(tmp_path / "a.db", "SELECT outcome FROM crawls") == [{"outcome": "incomplete"}]


def test_a_portal_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    done = crawl(portal_file(tmp_path, url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 1
    assert "refused" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger") == [{"complete": 0}]


def test_a_portal_that_refuses_ends_the_crawl(tmp_path: Path) -> None:
    many = "".join(table_row(number) for number in range(1, 10))
    listed = page(TABLE.replace("</table>", many + "</table>"))
    refused = {f"/zwgk/d/{number}.html": Answer("<html>访问被拒绝</html>", status=403) for number in range(1, 10)}
    with Site({LIST: listed, **refused}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db", "--concurrency", 1)
        asked = [path for path in site.requests if path.startswith("/zwgk/d/")]
    assert done.returncode == 1
    assert rows(tmp_path / "a.db", "SELECT outcome FROM crawls") == [{"outcome": "blocked"}]
    assert len(asked) <= 4
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 9


def test_missing_list_pages_are_a_problem_and_leave_the_walk_incomplete(tmp_path: Path) -> None:
    with Site({LIST: page(TABLE + '<script>createPageHTML(12, 0, "list", "html");</script>')}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        assert "/zwgk/list_1.html" in site.requests
    (ledger,) = rows(tmp_path / "a.db", "SELECT * FROM ledger")
    assert (ledger["pages_claimed"], ledger["pages_read"], ledger["rows_read"], ledger["complete"]) == (12, 1, 3, 0)


def test_a_list_page_cut_in_the_middle_is_no_complete_walk(tmp_path: Path) -> None:
    whole = page(TABLE + '共2页 <a href="list_1.html">下一页</a>')
    with Site({LIST: whole[: whole.index("</table>")]}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 1
    assert "ends in the middle" in problems(tmp_path / "a.db")["page_cut"]
    assert rows(tmp_path / "a.db", "SELECT rows_read, complete FROM ledger") == [{"rows_read": 3, "complete": 0}]


def test_rows_that_lead_elsewhere_are_kept_and_not_followed(tmp_path: Path) -> None:
    with Site({}) as other, Site({}) as site:
        away = other.url.replace("127.0.0.1", "localhost")
        site.answers[LIST] = Answer(page(TABLE.replace('href="d/2.html"', f'href="{away}d/2.html"')))
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        assert not other.requests
    flagged = rows(tmp_path / "a.db", "SELECT title FROM records WHERE flags LIKE '%off_site%'")
    assert flagged == [{"title": "样本文件之2"}]


def test_several_portals_in_one_process(tmp_path: Path) -> None:
    with Site({LIST: page(TABLE)}) as one, Site({LIST: page(TABLE)}) as two:
        files = [
            portal_file(tmp_path, one.url, ("plan", "规划", LIST), name="one"),
            portal_file(tmp_path, two.url, ("budget", "预算", LIST), name="two"),
        ]
        done = crawl(files[0], tmp_path / "a.db", files[1])
    assert done.returncode == 1  # the details are missing
    counted = rows(tmp_path / "a.db", "SELECT portal, count(*) AS n FROM records GROUP BY portal ORDER BY portal")
    assert counted == [{"portal": "one", "n": 3}, {"portal": "two", "n": 3}]


def test_an_archive_that_cannot_be_written_ends_the_crawl(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    archive = open_up_to_date(db)
    archive.execute("CREATE TRIGGER full BEFORE INSERT ON readings BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    archive.close()
    with Site({LIST: page(TABLE)}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
    assert done.returncode == 1
    assert "archive_error" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "error=disk full" in (tmp_path / "crawl.log").read_text()
    assert rows(db, "SELECT outcome FROM crawls") == [{"outcome": "archive_error"}]


def test_a_page_that_unpacks_to_too_much_is_a_problem_and_the_crawl_goes_on(tmp_path: Path) -> None:
    packed = Answer(gzip.compress(b"0" * (60 << 20), 1), headers=(("Content-Encoding", "gzip"),))
    pages = {"/zwgk/d/1.html": packed, "/zwgk/d/2.html": record("样本文件之2", "640324001/2017-00002")}
    with Site({LIST: page(TABLE), **pages}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    (told,) = rows(tmp_path / "a.db", "SELECT message FROM problems WHERE kind = 'too_large'")
    assert told["message"] == "it unpacks to more than 52428800 bytes"
    assert rows(tmp_path / "a.db", "SELECT bytes FROM captures WHERE url LIKE '%/1.html'") == [
        {"bytes": len(packed.body)}
    ]
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records WHERE body IS NOT NULL")) == 1


def test_a_fault_of_our_own_is_a_problem_and_not_silence(tmp_path: Path) -> None:
    """A spider whose reading of records' pages fails: rows kept, a problem for each page, exit status 1."""
    first = (
        "from crawler.spiders import record_reader\n"
        "def broken(*_, **__): raise NameError('no such name')\n"
        "record_reader.read_record = broken"
    )
    with Site({LIST: page(TABLE), "/zwgk/d/1.html": record("样本文件之1", "640324001/2017-00001")}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        done = crawl(portal, tmp_path / "a.db", first=first)
    assert done.returncode == 1
    assert "reading_failed: reading the page failed (NameError: no such name)" in done.stdout
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 3


# --- manners ---


def test_robots_txt_is_obeyed_by_every_one_of_many_first_requests(tmp_path: Path) -> None:
    """Scrapy 2.14–2.19 lets the third and later requests that wait for robots.txt through."""
    paths = [f"/zwgk/{number}/list.html" for number in range(5)]
    robots = Answer("User-agent: *\nDisallow: /zwgk/\n", content_type="text/plain")
    with Site({"/robots.txt": robots, **{path: page(TABLE) for path in paths}}) as site:
        catalogs = [("plan", f"规划{number}", path) for number, path in enumerate(paths)]
        done = crawl(portal_file(tmp_path, site.url, *catalogs), tmp_path / "a.db")
        assert list(site.requests) == ["/robots.txt"]
    assert done.returncode == 1
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM problems WHERE kind = 'robots'")) == 5


def test_robots_txt_that_fails_forbids_everything(tmp_path: Path) -> None:
    with Site({"/robots.txt": Answer(status=503), LIST: page(TABLE)}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        assert set(site.requests) == {"/robots.txt"}
    assert "it answered 503" in problems(tmp_path / "a.db")["robots"]


def test_a_home_page_in_place_of_robots_txt_forbids_nothing(tmp_path: Path) -> None:
    home = Answer("<html><body>User-agent: *\nDisallow: /</body></html>")
    with Site({"/robots.txt": home, LIST: page(TABLE)}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        assert LIST in site.requests


def test_no_port_is_opened() -> None:
    from scrapy.settings.default_settings import EXTENSIONS_BASE

    from crawler.jobs.run import crawl_settings

    kept = crawl_settings(Path("a.db"), "", None, None, {}).get_component_priority_dict_with_base("EXTENSIONS")
    assert {"CoreStats", "RemoteControl", "TelnetConsole"} == {
        each.rpartition(".")[2] for each in EXTENSIONS_BASE.keys() - kept.keys()
    }


def test_a_crawl_counts_as_scrapy_does_without_a_wrapper_around_each_call() -> None:
    from scrapy.utils.test import get_crawler

    from crawler.settings import STATS_CLASS

    stats = get_crawler(settings_dict={"STATS_CLASS": STATS_CLASS}).stats
    assert stats is not None
    stats.inc_value("disclosures/Problem")
    stats.inc_value("disclosures/Problem")
    assert stats.get_stats() == {"disclosures/Problem": 2}
    assert [name for name in vars(stats) if name.startswith("_cached")] == []


def test_a_crawl_from_nothing_says_who_visits_and_loads_no_library_that_it_never_uses(tmp_path: Path) -> None:
    script = (
        "import sys; from crawler.cli.main import main\n"
        "try: main()\n"
        "finally: print({'aiohttp', 'twisted.conch'} & sys.modules.keys(), file=sys.stderr)"
    )
    with Site({LIST: page(TABLE)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        command = [sys.executable, "-c", script, "crawl", portal, "--db", tmp_path / "a.db", "--delay", "0"]
        environment = {**os.environ, "DISCLOSURES_CONTACT": "desk@example.org"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
        assert all(agent.startswith("Disclosures/") and "desk@example.org" in agent for agent in site.user_agents)
        assert site.user_agents
    assert done.stderr.endswith("\nset()\n")
