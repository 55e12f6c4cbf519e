"""When a portal is due, and why: by its file, by how often it has news, later after failures; and crawled then."""

import json
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.ingest.frontier import recrawl_interval
from archive.model.observations import CatalogOfPortal
from crawler.jobs.schedule import LONGEST, LONGEST_WAIT, SHORTEST, CrawlHistory, plan
from crawler.portals.portal_file import Portal, Schedule, find
from tests import warm
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.warm import Command

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # noon in Beijing
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def portal(**schedule: object) -> Portal:
    catalogs = (CatalogOfPortal("plan", "样本规划", "http://p.example/list.html"),)
    return Portal("county", "样本县", "", "http://p.example/", catalogs, schedule=Schedule(**schedule))  # type: ignore[arg-type]


def ago(hours: float) -> datetime:
    return NOW - hours * HOUR


def test_a_portal_never_crawled_is_due_at_once_and_walked_wholly() -> None:
    planned = plan(portal(), CrawlHistory(), NOW)
    assert (planned.at, planned.mode, planned.why) == (NOW, "full", "never crawled")


@pytest.mark.parametrize(
    ("news_days", "every"), [(60, SHORTEST), (30, SHORTEST), (15, 2 * DAY), (10, LONGEST), (1, LONGEST), (0, LONGEST)]
)
def test_how_often_is_learned_from_the_days_with_news_within_bounds(news_days: int, every: timedelta) -> None:
    planned = plan(portal(), CrawlHistory(last=NOW, last_full=NOW, news_days=news_days), NOW)
    assert planned.at == NOW + every - 4 * HOUR
    assert planned.mode == "update"
    assert f"news on {news_days} of the last 60 days" in planned.why


def test_the_portal_file_prevails_over_what_is_learned() -> None:
    said = plan(portal(every=6 * HOUR), CrawlHistory(last=NOW, last_full=NOW, news_days=0), NOW)
    assert (said.at, said.mode, said.why) == (NOW + 5 * HOUR, "update", "every 6 h, as its file says")


@pytest.mark.parametrize(
    ("last_full", "full_every", "mode"),
    [
        (24, None, "update"),
        (7 * 24 - 5, None, "update"),
        (7 * 24, None, "full"),
        (24, DAY, "full"),
        (8 * 24, 30 * DAY, "update"),
    ],
)
def test_a_full_walk_comes_on_its_rhythm(last_full: float, full_every: timedelta | None, mode: str) -> None:
    planned = plan(
        portal(full_every=full_every), CrawlHistory(last=ago(21), last_full=ago(last_full), news_days=60), NOW
    )
    assert (planned.mode, planned.at <= NOW) == (mode, True)


def test_a_full_walk_more_often_than_updates_needs_no_update_to_fall_due() -> None:
    planned = plan(portal(every=9 * DAY, full_every=2 * DAY), CrawlHistory(last=ago(45), last_full=ago(45)), NOW)
    assert (planned.at, planned.mode) == (ago(1), "full")


def test_what_falls_due_until_the_next_crawl_is_done_by_that() -> None:
    """A full walk that is due in a day, of a portal that is updated every three days, is the next crawl."""
    planned = plan(portal(full_every=3 * DAY), CrawlHistory(last=NOW, last_full=ago(48)), NOW)
    assert (planned.at > NOW + DAY, planned.mode) == (True, "full")


def test_a_crawl_that_fell_due_within_its_hours_waits_for_the_next_ones_when_these_are_over() -> None:
    planned = plan(portal(every=DAY, hours=(22, 6)), CrawlHistory(last=ago(33), last_full=ago(33)), NOW)
    assert planned.at == NOW + 10 * HOUR  # 22 o'clock in Beijing


def test_a_portal_never_walked_wholly_is_not_crawled_more_often_for_that() -> None:
    planned = plan(portal(), CrawlHistory(last=ago(1), news_days=60), NOW)
    assert (planned.at, planned.mode) == (ago(1) + 20 * HOUR, "full")


def test_a_crawl_that_broke_off_is_gone_on_with_at_once() -> None:
    planned = plan(portal(), CrawlHistory(last=ago(1), interrupted=True), NOW)
    assert (planned.at <= NOW, planned.mode) == (True, "full")


@pytest.mark.parametrize(
    ("failures", "wait"), [(1, DAY), (2, 2 * DAY), (4, 8 * DAY), (5, LONGEST_WAIT), (20, LONGEST_WAIT)]
)
def test_failures_back_off(failures: int, wait: timedelta) -> None:
    planned = plan(portal(every=DAY), CrawlHistory(last=NOW, last_full=NOW, failures=failures), NOW)
    assert planned.at == NOW + wait - 4 * HOUR
    assert "nothing could be read" in planned.why


@pytest.mark.parametrize("failures", [1, 20])
def test_failures_make_no_rhythm_shorter(failures: int) -> None:
    every = 3 * LONGEST_WAIT
    past = CrawlHistory(last=NOW, last_full=NOW, failures=failures)
    assert plan(portal(every=every, full_every=every), past, NOW).at == NOW + recrawl_interval(every)


@pytest.mark.parametrize(
    ("failures", "every", "wait"),
    [
        (1, DAY, timedelta(minutes=15)),
        (2, DAY, 3 * HOUR),
        (3, DAY, DAY),
        (4, DAY, 2 * DAY),
        (7, DAY, LONGEST_WAIT),
        (2, HOUR, HOUR),  # never more rarely than in its rhythm
    ],
)
def test_what_may_have_passed_is_tried_again_within_minutes_then_hours(
    failures: int, every: timedelta, wait: timedelta
) -> None:
    past = CrawlHistory(last=NOW, last_full=NOW, failures=failures, may_pass=True)
    planned = plan(portal(every=every), past, NOW)
    assert planned.at == NOW + recrawl_interval(wait)
    assert NOW < planned.at <= NOW + wait


@pytest.mark.parametrize(
    ("hours", "at"),
    [
        ((11, 13), NOW),
        ((12, 13), NOW),
        ((22, 13), NOW),
        ((13, 15), NOW + HOUR),
        ((22, 6), NOW + 10 * HOUR),
        ((9, 12), NOW + 21 * HOUR),
        ((0, 6), NOW + 12 * HOUR),
    ],
)
def test_only_within_the_hours_its_file_allows(hours: tuple[int, int], at: datetime) -> None:
    assert plan(portal(hours=hours), CrawlHistory(), NOW).at == at


@pytest.mark.parametrize(
    ("hours", "closes"),
    [
        ((22, 6), "2026-03-11T06:00:00+08:00"),
        ((23, 24), "2026-03-11T00:00:00+08:00"),
        ((8, 24), "2026-03-11T00:00:00+08:00"),
        ((23, 0), "2026-03-11T00:00:00+08:00"),
        ((8, 23), None),
        ((0, 6), None),
        (None, None),
    ],
)
def test_hours_end_at_the_last_one_in_beijing(hours: tuple[int, int] | None, closes: str | None) -> None:
    now = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # 23:30 in Beijing
    at = Schedule(hours=hours).closes(now)
    assert (at and at.isoformat()) == closes


LIST = "<html><body><table><tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>{}</table></body></html>"
ROW = '<tr><td>640324001/2026-0000{n}</td><td><a href="{n}.html">样本规划{n}</a></td><td>2026-03-0{n}</td></tr>'
RECORD = '<html><body><h1>样本规划</h1><div class="TRS_Editor"><p>样本正文</p></div></body></html>'


def at(moment: datetime) -> dict[str, str]:
    return {"DISCLOSURES_NOW": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def told(done_stdout: str) -> dict[str, tuple[bool, str]]:
    return {each["portal"]: (each["due"], each["mode"]) for each in json.loads(done_stdout)}


def test_when_a_portal_is_due_is_told_in_beijing_time(tmp_path: Path) -> None:
    file = portal_file(tmp_path, "http://p.example/", ("plan", "规划", "/"))
    file.write_text(file.read_text(encoding="utf-8").replace("[[", 'hours = "4-5"\n\n[[', 1), encoding="utf-8")
    shown = disclosures("due", file, "--db", tmp_path / "a.db", env=at(NOW))
    assert " 2026-03-11 04:00 +0800 " in shown.stdout


def test_due_says_what_is_due_and_crawl_due_crawls_that_alone(tmp_path: Path) -> None:
    """Three portals: one with its own rhythm, one that refuses, one left to what is learned; over a week of hours."""
    folder, db = tmp_path / "portals", tmp_path / "a.db"
    folder.mkdir()
    pages = {"/list.html": LIST.format("".join(ROW.format(n=n) for n in (1, 2))), "/1.html": RECORD, "/2.html": RECORD}
    refused = {path: Answer("", status=403) for path in ("/robots.txt", "/list.html")}
    with Site(pages) as often, Site(refused) as shut, Site(pages) as seldom:
        for name, site in (("often", often), ("shut", shut), ("seldom", seldom)):
            portal_file(folder, site.url, ("plan", "样本规划", "/list.html"), name=name)
        own = folder / "often.toml"
        own.write_text(own.read_text(encoding="utf-8").replace("[[", 'every = "6h"\n\n[[', 1), encoding="utf-8")

        def run(*arguments: object, hours: float) -> str:
            env = {**at(NOW + hours * HOUR), "DISCLOSURES_PORTALS": str(folder)}
            done = warm.disclosures(*arguments, "--db", db, env=env)
            assert done.returncode in {0, 1}, done.stderr
            return done.stdout

        names = ("often", "shut", "seldom")
        assert told(run("due", *names, "--json", hours=0)) == dict.fromkeys(names, (True, "full"))
        crawled = run("crawl", "--due", *names, "--delay", 0, hours=0)
        assert all(f"{name} 测试县" in crawled for name in names)
        assert run("crawl", "--due", *names, "--delay", 0, hours=1) == "nothing is due\n"
        after_six = told(run("due", *names, "--json", hours=6))
        assert after_six == {"often": (True, "update"), "shut": (False, "full"), "seldom": (False, "update")}
        crawled = run("crawl", "--due", *names, "--delay", 0, hours=6)
        assert ("often 测试县" in crawled, "shut 测试县" in crawled, "seldom 测试县" in crawled) == (True, False, False)
        assert told(run("due", "shut", "--json", hours=67)) == {"shut": (False, "full")}
        assert told(run("due", "shut", "--json", hours=69)) == {"shut": (True, "full")}
    modes = rows(db, "SELECT portal, mode FROM crawls ORDER BY id")
    assert [tuple(each.values()) for each in modes][-1] == ("often", "update")


def test_portals_of_one_host_are_crawled_in_turn(tmp_path: Path) -> None:
    """Two portals on one host would be asked twice as fast as one; and of a portal that is being crawled nothing is due."""
    pages = {"/list.html": LIST.format(ROW.format(n=1)), "/1.html": RECORD}
    with Site(pages) as one, Site(pages) as other:
        files = [
            portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"), name=name)
            for name, site in (("one", one), ("other", other))
        ]
        done = warm.disclosures("crawl", *files, "--db", tmp_path / "a.db", "--delay", 0)
        assert done.returncode == 0, done.stderr
    first, second = rows(tmp_path / "a.db", "SELECT started_at, finished_at FROM crawls ORDER BY id")
    captures = rows(tmp_path / "a.db", "SELECT crawl_id FROM captures ORDER BY id")
    assert [each["crawl_id"] for each in captures] == sorted(each["crawl_id"] for each in captures)  # type: ignore[type-var]
    assert str(first["finished_at"]) <= str(second["started_at"])


def test_three_full_walks_that_reach_no_end_are_enough_for_a_while(tmp_path: Path) -> None:
    """A list that always lacks a page must not have its portal walked wholly every day."""
    pages = {
        "/list.html": LIST.format(ROW.format(n=1)).replace("</table>", '</table><a href="list_1.html">下一页</a>'),
        "/1.html": RECORD,
    }
    with Site(pages) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        for day in range(5):
            warm.disclosures("crawl", county, "--db", tmp_path / "a.db", "--delay", 0, env=at(NOW + day * DAY))
    crawls = rows(tmp_path / "a.db", "SELECT mode, outcome FROM crawls ORDER BY id")
    assert [each["mode"] for each in crawls] == ["full", "full", "full", "update", "update"]
    assert {each["outcome"] for each in crawls[:3]} == {"incomplete"}


def test_without_portals_those_of_one_s_own_are_reported_and_no_example(tmp_path: Path) -> None:
    db = tmp_path / "none.db"
    done = disclosures("due", "--db", db)
    assert (done.returncode, done.stdout) == (0, "")
    assert "DISCLOSURES_PORTALS" in done.stderr
    assert "DISCLOSURES_PORTALS" in disclosures("crawl", "--due", "--db", db).stdout
    shutil.copy(find("tongxin"), tmp_path)
    own = disclosures("due", "--db", db, env={"DISCLOSURES_PORTALS": str(tmp_path)}).stdout
    assert own.startswith("tongxin ")
    assert "never crawled" in own
    assert len(own.splitlines()) == 1
    assert disclosures("due", "sample", "--db", db).stdout.startswith("sample ")


def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    done = disclosures("crawl", "--db", tmp_path / "a.db")
    assert (done.returncode, done.stderr) == (
        2,
        "disclosures: say which portals to crawl, or --due for all that are due\n",
    )
    done = disclosures("due", env={"DISCLOSURES_PORTALS": str(tmp_path / "nowhere")})
    assert done.returncode == 2
    assert done.stderr == f"disclosures: DISCLOSURES_PORTALS = '{tmp_path / 'nowhere'}' is no folder\n"


def test_an_interrupted_process_begins_no_other_portal(tmp_path: Path) -> None:
    """Ctrl-C ends the crawl under way, whose books are closed; what would have come next on the host is not begun."""
    commands: list[Command] = []

    def interrupts(_: object) -> Answer:
        commands[0].send_signal(signal.SIGINT)
        return Answer(LIST.format(ROW.format(n=1)))

    with Site({"/list.html": interrupts}) as one, Site({"/list.html": LIST.format(ROW.format(n=1))}) as other:
        files = [
            portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"), name=name)
            for name, site in (("one", one), ("other", other))
        ]
        commands.append(Command("disclosures", "crawl", *files, "--db", tmp_path / "a.db", "--delay", 0))
        with commands[0] as command:
            done = command.ended(60)
        assert not other.requests
    assert "other: not begun" in (done.stdout + done.stderr).splitlines()
    assert rows(tmp_path / "a.db", "SELECT portal, outcome FROM crawls") == [{"portal": "one", "outcome": "shutdown"}]


def test_a_full_crawl_requested_is_made_whatever_is_due(tmp_path: Path) -> None:
    with Site({"/list.html": LIST.format(ROW.format(n=1)), "/1.html": RECORD}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        for _ in range(2):
            crawl(county, tmp_path / "a.db", "--mode", "full")
    assert [each["mode"] for each in rows(tmp_path / "a.db", "SELECT mode FROM crawls")] == ["full", "full"]
