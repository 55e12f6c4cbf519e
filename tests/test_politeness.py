"""A polite guest: robots.txt, pacing, refusals, repeated and conditional requests, as a server sees them (design.md §5, 9)."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import Answer, Site, SiteRequest, crawl, disclosures, portal_file, program, redirect, rows
from tests.test_crawl_portals import LIST, page, record

RULES = "User-agent: *\nDisallow: /zwgk/closed/\n"

Pages = Mapping[str, Answer | str | Callable[[SiteRequest], Answer | str]]


class Seen:
    """One request as it reached the server: the moment, and what was asked for under which headers."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.at = time.monotonic()
        self.path = handler.path
        self.method = handler.command
        self.headers = {name.lower(): value for name, value in handler.headers.items()}


class Watched(Site):
    """A site that writes down every request with its headers and its moment."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self.seen: list[Seen] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.seen.append(Seen(handler))
        super().answer(handler)

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]


def robots(text: str, status: int = 200) -> Answer:
    return Answer(text, "text/plain", status)


def list_page(paths: Iterable[str], following: str | None = None) -> str:
    """A list page whose rows lead to `paths`."""
    lines = "".join(
        f'<tr><td>A-{path}</td><td><a href="{path}">样本文件{path}</a></td><td>样本局</td><td>2017-12-19</td></tr>'
        for path in paths
    )
    pager = f'<a href="{following}">下一页</a> 尾页' if following else ""
    head = "<tr><th>索引号</th><th>标题</th><th>发布单位</th><th>发布日期</th></tr>"
    return page(f"<table>{head}{lines}</table>{pager}")


def crawled(site: Site, folder: Path, *options: object, lists: tuple[str, ...] = (LIST,), now: str = "") -> str:
    """Crawl the site one request after the other into `a.db`; what the command printed."""
    portal = portal_file(folder, site.url, *(("plan", f"规划{number}", path) for number, path in enumerate(lists)))
    env = {"DISCLOSURES_NOW": now} if now else None
    return crawl(portal, folder / "a.db", "--concurrency", 1, *options, env=env).stdout


def problems_of(folder: Path, kind: str) -> list[str]:
    """The paths that have a problem of a kind."""
    found = rows(folder / "a.db", "SELECT DISTINCT url FROM problems WHERE kind = ? ORDER BY url", kind)
    return [urlsplit(str(row["url"])).path for row in found]


# --- robots.txt ---


def test_robots_txt_is_obeyed_for_lists_next_pages_records_files_and_redirects(tmp_path: Path) -> None:
    site_pages: Pages = {
        "/robots.txt": robots(RULES),
        LIST: list_page(["d/1.html", "closed/2.html", "d/3.html", "closed/4.pdf"], "closed/list_1.html"),
        "/zwgk/d/1.html": record("样本文件之1", "A1", '<a href="/zwgk/closed/1.pdf">样本附件</a><a href="/zwgk/1.txt">样本附件</a>'),
        "/zwgk/d/3.html": redirect("/zwgk/closed/3.html"),
        "/zwgk/1.txt": Answer("样本附件", "text/plain"),
    }  # fmt: skip
    with Watched(site_pages) as site:
        crawled(site, tmp_path, lists=(LIST, "/zwgk/closed/list.html"))
        asked = sorted(site.paths())
    assert asked == ["/robots.txt", "/zwgk/1.txt", "/zwgk/d/1.html", "/zwgk/d/3.html", LIST]
    closed = [f"/zwgk/closed/{name}" for name in ("1.pdf", "2.html", "4.pdf", "list.html", "list_1.html")]
    assert problems_of(tmp_path, "robots") == [*closed, "/zwgk/d/3.html"]


def test_a_page_that_robots_txt_closed_is_not_asked_for_when_its_row_is_gone_and_nothing_is_claimed(
    tmp_path: Path,
) -> None:
    paths = [f"d/{number}.html" for number in range(1, 9)]
    records = {f"/zwgk/{path}": record(f"样本文件{path}", path) for path in paths}
    with Watched({LIST: list_page(paths), **records}) as site:
        crawled(site, tmp_path, "--mode", "full", now="2018-03-01T02:00:00Z")
        site.seen.clear()
        site.answers |= {LIST: list_page(paths[1:]), "/robots.txt": robots("User-agent: *\nDisallow: /zwgk/d/1.html\n")}
        site.answers.pop("/zwgk/d/1.html")
        crawled(site, tmp_path, "--mode", "full", now="2018-03-02T02:00:00Z")
        assert "/zwgk/d/1.html" not in site.paths()
    assert problems_of(tmp_path, "robots") == ["/zwgk/d/1.html"]
    states = rows(tmp_path / "a.db", "SELECT DISTINCT state FROM records")
    assert {"state": "withdrawn"} not in states


def test_the_rules_for_this_visitor_count_and_not_those_for_others(tmp_path: Path) -> None:
    rules = "User-agent: otherbot\nDisallow: /\n\nUser-agent: disclosures\nDisallow: /zwgk/d/\n\nUser-agent: *\nDisallow: /zwgk/list\n"
    with Watched({"/robots.txt": robots(rules), LIST: list_page(["d/1.html", "e/2.html"])}) as site:
        crawled(site, tmp_path)
        assert site.paths() == ["/robots.txt", LIST, "/zwgk/e/2.html"]


@pytest.mark.parametrize(
    ("answer", "open_to_us"),
    [
        (robots("User-agent: *\nDisallow: /\n", 404), True),
        (robots("User-agent: *\nDisallow: /\n", 403), True),
        (robots("User-agent: *\nDisallow: /\n", 499), True),
        (robots("User-agent: *\nAllow: /\n", 500), False),
        (robots("User-agent: *\nAllow: /\n", 502), False),
        (robots("\n  <!DOCTYPE html><p>User-agent: *\nDisallow: /\n"), True),
        (robots("\ufeff<html>\nUser-agent: *\nDisallow: /\n"), True),
        (robots("\ufeffUser-agent: *\nDisallow: /\n"), False),
        (robots(""), True),
    ],
    ids=["404", "403", "499", "500", "502", "a page in its place", "a page behind a byte order mark", "a byte order mark", "empty"],
)  # fmt: skip
def test_only_a_robots_txt_that_was_had_forbids_and_a_faulty_one_forbids_all(
    tmp_path: Path, answer: Answer, open_to_us: bool
) -> None:
    with Watched({"/robots.txt": answer, LIST: list_page(["d/1.html"])}) as site:
        crawled(site, tmp_path)
        assert (LIST in site.paths()) == open_to_us
        site.seen.clear()
        disclosures("probe", f"{site.url}zwgk/list.html", "--delay", 0)
        assert (LIST in site.paths()) == open_to_us


def test_a_probe_asks_robots_txt_about_what_it_is_sent_on_to() -> None:
    moved = redirect("/zwgk/closed/list.html")
    with Watched({"/robots.txt": robots(RULES), LIST: moved}) as site:
        done = disclosures("probe", f"{site.url}zwgk/list.html", "--delay", 0)
        assert site.paths() == ["/robots.txt", LIST]
    assert (done.returncode, "forbids it" in done.stderr) == (1, True)


# --- pacing ---


def gaps(seen: Iterable[Seen]) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(seen)]


PACED: Pages = {
    LIST: list_page(["d/1.html", "d/2.html"], "list_1.html"),
    "/zwgk/list_1.html": list_page(["d/3.html"]),
    "/zwgk/d/1.html": record("样本文件之1", "A1", '<a href="/zwgk/1.txt">样本附件</a>'),
    "/zwgk/1.txt": Answer("样本附件", "text/plain"),
}

LATE = 0.15
"""Seconds by which a busy machine may write down a request later than it came, which makes the gap behind it look shorter."""


def test_requests_of_every_kind_keep_the_delay(tmp_path: Path) -> None:
    with Watched(PACED) as site:
        crawled(site, tmp_path, "--delay", 0.4)
        seen = site.seen
    assert len(seen) == 7
    assert min(gaps(seen)) >= 0.4 / 2 - LATE  # a delay is varied by half, so that requests come at no beat


def test_a_longer_crawl_delay_of_robots_txt_is_kept_in_full(tmp_path: Path) -> None:
    rules = robots("User-agent: *\nCrawl-delay: 0.3\n")
    with Watched({"/robots.txt": rules, LIST: list_page(f"d/{number}.html" for number in range(8))}) as site:
        crawled(site, tmp_path, "--delay", 0.1)
        seen = site.seen
    assert len(seen) == 10
    assert min(gaps(seen)) >= 0.3 - LATE


def test_a_shorter_crawl_delay_does_not_hasten_a_crawl(tmp_path: Path) -> None:
    rules = robots("User-agent: *\nCrawl-delay: 0.01\n")
    with Watched({"/robots.txt": rules, LIST: list_page(["d/1.html", "d/2.html"])}) as site:
        crawled(site, tmp_path, "--delay", 0.4)
        seen = site.seen
    assert len(seen) == 4
    assert min(gaps(seen)) >= 0.4 / 2 - LATE


@pytest.mark.parametrize(("stated", "kept"), [("60", "60.0"), ("59.5", "59.5"), ("86400", "60.0")])
def test_a_crawl_delay_is_kept_up_to_a_minute(tmp_path: Path, stated: str, kept: str) -> None:
    """Nothing else may be asked for here, so that nobody waits: the crawl's log says which delay holds."""
    with Watched({"/robots.txt": robots(f"User-agent: *\nCrawl-delay: {stated}\nDisallow: /\n")}) as site:
        crawled(site, tmp_path, "--delay", 0.1)
    log = (tmp_path / "crawl.log").read_text(encoding="utf-8")
    assert (
        f"crawl_delay={kept} at_least={kept} host=" in log
    )  # a delay is varied, and this one not below what is asked for


def test_a_probe_keeps_its_delay_and_a_longer_one_of_robots_txt() -> None:
    with Watched({LIST: redirect("/zwgk/list_1.html")}) as site:
        disclosures("probe", f"{site.url}zwgk/list.html", "--delay", 0.3)
        assert len(site.seen) > 2
        assert min(gaps(site.seen)) >= 0.3 - LATE
        site.answers["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.4\n")
        site.seen.clear()
        disclosures("probe", f"{site.url}zwgk/list.html", "--delay", 0)
        assert len(site.seen) > 2
        assert min(gaps(site.seen)) >= 0.4 - LATE


def test_a_crawl_for_which_nobody_chose_a_rate_waits_for_seconds(tmp_path: Path) -> None:
    with Watched({}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        disclosures("crawl", portal, "--db", tmp_path / "a.db")
        assert site.paths() == ["/robots.txt", LIST]
        assert min(gaps(site.seen)) >= 1.5 - LATE


# --- who asks ---


def test_every_request_says_who_asks_and_carries_no_cookie(tmp_path: Path) -> None:
    cookie = (("Set-Cookie", "visitor=1; Path=/"),)
    pages = {path: Answer(body, headers=cookie) for path, body in PACED.items() if isinstance(body, str)}
    env = {"DISCLOSURES_CONTACT": "desk@example.org"}
    with Watched({**PACED, **pages}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        program("crawl", portal, "--db", tmp_path / "a.db", "--delay", 0, env=env)
        program("probe", f"{site.url}zwgk/list.html", "--delay", 0, env=env)
        asked, seen = site.paths(), site.seen
    assert {"/robots.txt", LIST, "/zwgk/list_1.html", "/zwgk/d/1.html", "/zwgk/1.txt"} <= set(asked)
    agents = {each.headers["user-agent"] for each in seen}
    assert len(agents) == 1
    assert agents.pop().startswith("Disclosures/")
    assert all("desk@example.org" in each.headers["user-agent"] for each in seen)
    assert not any("cookie" in each.headers for each in seen)


# --- addresses ---


def test_no_address_is_asked_for_that_no_page_named(tmp_path: Path) -> None:
    """A list of one page that says how many there are, at an address with a number, a record in a folder, a broken link."""
    first = "/zwgk/list_0.html"
    listed = list_page(["d/2017/t20171219_7.html", "d/t20171219_8.html"]).replace("</body>", "共1页</body>")
    text = '样本正文 <a href="/zwgk/f/">样本文件夹</a> <img src="/zwgk/x.png"> http://127.0.0.1/other.pdf'
    named = ["/zwgk/d/2017/t20171219_7.html", "/zwgk/d/t20171219_8.html"]
    with Watched({first: listed, named[0]: record("样本", "A1", text)}) as site:
        crawled(site, tmp_path, lists=(first,))
        assert sorted(site.paths()) == sorted(["/robots.txt", first, *named])
        assert {each.method for each in site.seen} == {"GET"}


# --- refusals and failures ---

GOOD, REFUSED, MISSING = 200, 403, 404


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([REFUSED] * 2 + [GOOD] + [REFUSED] * 2 + [GOOD], "finished"),
        ([GOOD] + [REFUSED] * 2 + [MISSING] + [REFUSED] * 2, "finished"),
        ([REFUSED, GOOD] * 4, "finished"),
        ([GOOD] + [REFUSED] * 3 + [GOOD] * 3, "blocked"),
        ([REFUSED, GOOD, REFUSED, REFUSED, 429, GOOD, GOOD], "blocked"),
    ],
)
def test_only_three_refusals_in_a_row_end_a_crawl_and_at_once(tmp_path: Path, answers: list[int], outcome: str) -> None:
    statuses = iter(answers)

    def next_record(request: SiteRequest) -> Answer:
        status = next(statuses)
        return (
            Answer(record("样本文件", request.path)) if status == GOOD else Answer("<html>样本</html>", status=status)
        )

    paths = [f"d/{number}.html" for number in range(len(answers))]
    with Watched({LIST: list_page(paths), **{f"/zwgk/{path}": next_record for path in paths}}) as site:
        crawled(site, tmp_path)
        asked = [path for path in site.paths() if path.startswith("/zwgk/d/")]
    assert rows(tmp_path / "a.db", "SELECT outcome FROM crawls") == [{"outcome": outcome}]
    asked_at_most = len(answers)
    for place in range(len(answers) - 2):
        if set(answers[place : place + 3]) <= {REFUSED, 429}:
            asked_at_most = place + 3
            break
    on_its_way = 0 if outcome == "finished" else 1  # when the third refusal is read, one more may have been sent
    assert asked_at_most <= len(asked) <= asked_at_most + on_its_way
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == len(paths), "no row is lost to a refusal"


def test_lists_and_files_that_are_refused_end_a_crawl_too(tmp_path: Path) -> None:
    lists = tuple(f"/zwgk/{number}/list.html" for number in range(6))
    refusals = {path: Answer("", status=403) for path in lists}
    with Watched(refusals) as site:
        crawled(site, tmp_path, lists=lists)
        assert len(site.paths()) in {1 + 3, 1 + 4}  # one may be on its way when the third refusal is read
    other = tmp_path / "other"
    other.mkdir()
    with Watched({LIST: list_page(f"d/{number}.pdf" for number in range(6))}) as site:
        site.answers |= {f"/zwgk/d/{number}.pdf": Answer("", status=403) for number in range(6)}
        crawled(site, other)
        assert len(site.paths()) in {2 + 3, 2 + 4}
    for db in (tmp_path / "a.db", other / "a.db"):
        assert rows(db, "SELECT outcome FROM crawls") == [{"outcome": "blocked"}]


def test_what_failed_in_passing_is_asked_for_three_times_and_a_refusal_once(tmp_path: Path) -> None:
    wanted = {500: 3, 502: 3, 503: 3, 504: 3, 522: 3, 524: 3, 408: 3, 501: 1, 404: 1, 410: 1, 400: 1, 401: 1, 429: 1}
    answers = {f"/zwgk/d/{status}.html": Answer("<html>样本</html>", status=status) for status in wanted}
    with Watched({LIST: list_page(f"d/{status}.html" for status in wanted), **answers}) as site:
        crawled(site, tmp_path)
        times = Counter(site.paths())
    assert {status: times[f"/zwgk/d/{status}.html"] for status in wanted} == wanted
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == len(wanted)


@pytest.mark.parametrize(("steps", "arrives"), [(5, True), (6, False)])
def test_a_visitor_is_sent_on_five_times_at_most(tmp_path: Path, steps: int, arrives: bool) -> None:
    chain: dict[str, Answer | str] = {
        f"/zwgk/d/{step}.html": redirect(f"/zwgk/d/{step + 1}.html") for step in range(steps)
    }
    chain[f"/zwgk/d/{steps}.html"] = record("样本文件之1", "A1")
    with Watched({LIST: list_page(["d/0.html"]), **chain}) as site:
        crawled(site, tmp_path)
        assert (f"/zwgk/d/{steps}.html" in site.paths()) == arrives
    assert bool(rows(tmp_path / "a.db", "SELECT 1 FROM records WHERE body IS NOT NULL")) == arrives


# --- asking again ---


def test_only_pages_that_were_read_are_asked_for_on_condition_and_each_with_its_own_marks(tmp_path: Path) -> None:
    """Of five records one is read, one gone, one refused, one broken; a file; the list itself, in both modes."""
    modified = "Tue, 19 Dec 2017 04:00:00 GMT"

    def marked(body: str, name: str, status: int = 200) -> Answer:
        return Answer(body, status=status, headers=(("ETag", f'"{name}"'), ("Last-Modified", modified)))

    link = '<a href="/zwgk/1.txt">样本附件</a>'
    pages: dict[str, Answer | str] = {
        LIST: marked(list_page(f"d/{number}.html" for number in range(1, 6)), "list"),
        "/zwgk/d/1.html": marked(record("样本文件之1", "A1", link), "one"),
        "/zwgk/d/2.html": marked("<html>404</html>", "two", 404),
        "/zwgk/d/3.html": marked("<html>403</html>", "three", 403),
        "/zwgk/d/4.html": marked("<html>500</html>", "four", 500),
        "/zwgk/d/5.html": record("样本文件之5", "A5"),
        "/zwgk/1.txt": Answer("样本附件的文字", "text/plain", headers=(("ETag", '"file"'),)),
    }

    def conditions(site: Watched) -> dict[str, tuple[str | None, str | None]]:
        given = {}
        for seen in site.seen:
            told = seen.headers.get("if-none-match"), seen.headers.get("if-modified-since")
            if any(told):
                given[seen.path.removeprefix("/zwgk/")] = told
        return given

    with Watched(pages) as site:
        crawled(site, tmp_path, "--mode", "full", now="2018-03-01T02:00:00Z")
        assert conditions(site) == {}
        site.seen.clear()
        crawled(site, tmp_path, "--mode", "full", now="2018-03-08T02:00:00Z")
        records = {"d/1.html": ('"one"', modified)}
        assert conditions(site) == {**records, "1.txt": ('"file"', None)}
        site.seen.clear()
        crawled(site, tmp_path, "--mode", "update", now="2018-04-09T02:00:00Z")
        update = conditions(site)
    assert update["list.html"] == ('"list"', modified)
    assert {"d/2.html", "d/3.html", "d/4.html", "d/5.html"}.isdisjoint(update)


def test_so_much_of_a_robots_txt_is_read_as_its_standard_wants(tmp_path: Path) -> None:
    """Rules behind half a megabyte are not heeded, and those before it are."""
    rules = "User-agent: *\nDisallow: /closed/\n" + "# sample\n" * 60_000 + "Disallow: /\n"
    listed = '<html><body><ul><li><a href="/closed/1.html">样本文件之1的标题</a><span>2017-05-02</span></li></ul></body></html>'
    with Site({"/robots.txt": Answer(rules, "text/plain"), "/list.html": listed}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", "/list.html")), tmp_path / "a.db")
        assert list(site.requests) == ["/robots.txt", "/list.html"]
