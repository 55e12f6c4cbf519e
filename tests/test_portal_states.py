"""The state that each fault leads to: docs/states.md is the table, and here is each fault, provoked on a local portal.

`python -m tests.test_portal_states` prints the table as it should be.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database.lock import held
from archive.evidence.evidence_reader import place_of
from archive.ingest.health import Health, health
from archive.labels.code_labels import HEALTH
from crawler.cli.status import portal_states
from tests import warm
from tests.conftest import ROOT, Answer, Site, copied, portal_file, redirect, rows
from tests.test_health import tls

PAGE = ROOT / "docs" / "states.md"
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"
ROW = '<tr><td>640324001/2026-{n:05}</td><td><a href="/{n}.html">样本之{n}</a></td><td>2026-03-01</td></tr>'
PLANS, BUDGETS = range(1, 8), range(8, 12)


def a_list(numbers: range) -> str:
    return f"<html><body><table>{HEAD}{''.join(ROW.format(n=n) for n in numbers)}</table></body></html>"


def record(number: int) -> str:
    return f'<html><body><h1>样本之{number}</h1><div class="TRS_Editor"><p>样本正文之{number}</p></div></body></html>'


GOOD = {
    "/plans.html": a_list(PLANS),
    "/budgets.html": a_list(BUDGETS),
    **{f"/{n}.html": record(n) for n in (*PLANS, *BUDGETS)},
}
LISTS = ("/plans.html", "/budgets.html")
RECORDS = tuple(f"/{n}.html" for n in (*PLANS, *BUDGETS))
LOST, MAINTENANCE, SHIELD, SHELL, TABLELESS = (
    f"<html><body>{text}</body></html>"
    for text in (
        "<p>404</p>", "<p>系统维护中，请稍后访问。</p>", "<p>您的请求可能存在威胁，已被拦截！</p>",
        "<div class=app id=root>样本首页</div>" * 9, f"<table>{HEAD}</table>",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A portal with two catalogues that was well on its first day, and an archive of it."""

    site: Site
    portal: Path

    @property
    def db(self) -> Path:
        return self.portal.with_name("a.db")

    @property
    def host(self) -> str:
        return self.site.url.split("/")[2]

    def crawled(self, day: float = 1) -> Health:
        """The portal's state after a crawl on that day."""
        moment = (NOW + day * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
        options = ("--delay", 0, "--mode", "full")
        warm.disclosures("crawl", self.portal, "--db", self.db, *options, env={"DISCLOSURES_NOW": moment})
        return self.health()

    def health(self, now: datetime | None = None) -> Health:
        with closing(sqlite3.connect(self.db)) as connection:
            (found,) = health(connection, now)
        return found

    def answers(self, answer: Answer | str, *paths: str) -> None:
        """Have the portal give this answer to requests for `paths`, both lists if none is named."""
        self.site.answers.update(dict.fromkeys(paths or LISTS, answer))

    def everywhere(self, answer: Answer | str) -> None:
        """Have the portal give this answer to whatever is asked for."""
        self.answers(answer, *self.site.answers, "/robots.txt")


Fault = Callable[[Town], Health]


def answering(answer: Answer | str, *paths: str) -> Fault:
    def fault(town: Town) -> Health:
        town.answers(answer, *paths)
        return town.crawled()

    return fault


def everything_answers_503(town: Town) -> Health:
    town.everywhere(Answer("", status=503))
    return town.crawled()


def goes_round(town: Town) -> Health:
    town.answers(redirect("/a.html"))
    town.answers(redirect("/b.html"), "/a.html")
    town.answers(redirect("/a.html"), "/b.html")
    return town.crawled()


def everything_goes_round(town: Town) -> Health:
    town.everywhere(redirect("/in.html"))
    town.answers(redirect("/out.html"), "/in.html")
    town.answers(redirect("/in.html"), "/out.html")
    return town.crawled()


def everything_at_a_dead_host(town: Town) -> Health:
    town.everywhere(redirect("http://new.portal.invalid/", 301))
    return town.crawled()


def everything_at_a_private_host(town: Town) -> Health:
    town.everywhere(redirect("http://127.0.0.1:1/", 301))
    return town.crawled()


def another_site(town: Town) -> Health:
    town.answers(redirect(f"{town.site.url.replace('127.0.0.1', 'localhost')}plans.html", 301))
    return town.crawled()


def given_up(town: Town) -> Health:
    """As where the portal's file was edited, and nobody said that the portal moved."""
    portal_file(town.portal.parent, town.site.url.replace("127.0.0.1", "localhost"), *_CATALOGS)
    return town.crawled()


def nothing_listens(town: Town) -> Health:
    """As where the machine is switched off."""
    with Site({}) as other:
        gone = other.url
    portal_file(town.portal.parent, gone, *_CATALOGS)
    return town.crawled()


def plain_http(town: Town) -> Health:
    portal_file(town.portal.parent, town.site.url.replace("http:", "https:"), *_CATALOGS)
    return town.crawled()


def over_tls(prepare: Callable[[Site, Path], None]) -> Fault:
    def fault(town: Town) -> Health:
        with Site(GOOD) as site:
            prepare(site, town.portal.parent)
            for path in (town.db, place_of(town.db)):  # it is so from the first day on, at another address
                path.unlink()
            portal_file(town.portal.parent, site.url.replace("http:", "https:"), *_CATALOGS)
            return town.crawled()

    return fault


def originals_missing(town: Town) -> Health:
    place_of(town.db).unlink()
    return town.crawled()


def killed_thrice(town: Town) -> Health:
    with closing(sqlite3.connect(town.db)) as connection, connection:
        for _ in range(3):
            connection.execute(
                "INSERT INTO crawls (portal, mode, started_at, outcome) VALUES ('county', 'full', ?, 'interrupted')",
                ("2026-03-11T04:00:00Z",),
            )
    return town.health()


def told_of_county(town: Town, monkeypatch: pytest.MonkeyPatch) -> Health:
    """The portal's state by the command, a day later."""
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(town.portal.parent))
    monkeypatch.setenv("DISCLOSURES_NOW", "2026-03-11T04:00:00Z")
    (found,) = [each for each in portal_states(town.db) if each.portal == "county"]
    return found


def no_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> Health:
    with closing(sqlite3.connect(town.db)) as connection, connection:
        connection.execute("UPDATE crawls SET outcome = NULL, finished_at = NULL, health = NULL")
    with held(town.db, "county"):  # while it is under way
        assert told_of_county(town, monkeypatch).state == "never_checked"
    return told_of_county(town, monkeypatch)


def broken_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> Health:
    town.portal.write_text(re.sub("name = .*", "", town.portal.read_text("utf-8")), "utf-8")
    return told_of_county(town, monkeypatch)


def nobody_crawls(town: Town) -> Health:
    return town.health(NOW + 7 * DAY)


def clock_ahead(town: Town) -> Health:
    town.crawled(365)
    return town.health(NOW + DAY)


def clock_back(town: Town) -> Health:
    town.crawled(-10)
    return town.health(NOW + DAY)


_CATALOGS = (("plan", "样本规划", LISTS[0]), ("budget", "样本预算", LISTS[1]))
_HALF = a_list(PLANS)[:-60]
FAULTS: dict[str, Callable[..., Health]] = {
    "the archive's originals are missing, or another file's": originals_missing,
    "the last crawl was killed, or the disk was full at its end": no_end,
    "three crawls one after the other were killed": killed_thrice,
    "the portal's file has a slip": broken_file,
    "a crawl is dated in the future: the clock stood ahead": clock_ahead,
    "a crawl is dated before the one before it: the clock stands behind": clock_back,
    "nobody crawls for twice the portal's rhythm": nobody_crawls,
    "nothing listens: the machine is off": nothing_listens,
    "everything answers 503, robots.txt too": everything_answers_503,
    "robots.txt answers 503": answering(Answer("", status=503), "/robots.txt"),
    "all lists answer 500": answering(Answer("", status=500)),
    "one list of several answers 500": answering(Answer("", status=500), LISTS[1]),
    "all pages of records answer 500": answering(Answer("", status=500), *RECORDS),
    "a maintenance page with status 200": answering(MAINTENANCE),
    "a maintenance page in the place of records' pages": answering(MAINTENANCE, *RECORDS),
    "an empty answer with status 200": answering(Answer("")),
    "packed answers are damaged": answering(
        Answer(b"\x1f\x8b\x08\x00damaged", headers=(("Content-Encoding", "gzip"),))
    ),
    "answers break off before their announced end": answering(Answer(a_list(PLANS), cut=100)),
    "pages of lists end in the middle": answering(_HALF),
    "redirects go round in a circle": goes_round,
    "so do those of robots.txt": everything_goes_round,
    "everything is sent on to a host that is no more, robots.txt too": everything_at_a_dead_host,
    "everything is sent on to a host in a private network": everything_at_a_private_host,
    "a list goes on on a page that is not there": answering(
        a_list(PLANS).replace("</table>", '</table><a href="/plans_1.html">下一页</a>'), LISTS[0]
    ),
    "lists are sent on to another site": another_site,
    "a notice that the site has moved stands in the place of its pages": answering(
        "<html><body><p>样本县人民政府网站已迁移，新网址：<a href='http://new.example/'>http://new.example/</a></p></body></html>"
    ),
    "the portal's file names its new host, and nothing answers at the former one": given_up,
    "lists are gone": answering(Answer(LOST, status=404)),
    "one list of several is gone": answering(Answer(LOST, status=404), LISTS[1]),
    "a redesign": answering(SHELL),
    "lists are empty tables": answering(TABLELESS),
    "a list shows a few of its rows": answering(a_list(range(1, 4)), LISTS[0]),
    "a login stands before the lists": answering(redirect("/login")),
    "a firewall's page with status 200": answering(SHIELD),
    "a refusal in JSON with status 200": answering(Answer('{"code":403,"msg":"访问被拒绝"}', "application/json")),
    "403": answering(Answer("", status=403)),
    "robots.txt forbids all": answering(Answer("User-agent: *\nDisallow: /", "text/plain"), "/robots.txt"),
    "robots.txt forbids all pages of records": answering(
        Answer("User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in RECORDS), "text/plain"), "/robots.txt"
    ),
    "the portal's file says https, and the server speaks plain HTTP there": plain_http,
    "the server's certificate has expired and is another host's": over_tls(
        lambda site, folder: tls(site, folder) and None
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Site(GOOD) as site:
        town = Town(site, portal_file(tmp_path_factory.mktemp("town"), site.url, *_CATALOGS))
        assert town.crawled(0).state == "well"
        yield town


@pytest.fixture
def town(first_day: Town, tmp_path: Path) -> Town:
    """One's own, as it was after its first day."""
    first_day.site.answers = dict(GOOD)
    return Town(first_day.site, copied(first_day.portal, tmp_path))


def told(fault: str, town: Town, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The row of the table: the fault, what it is told as, why, and what to do; addresses as a portal would have them."""
    provoke = FAULTS[fault]
    found = provoke(town, monkeypatch) if provoke in {broken_file, no_end} else provoke(town)
    return [fault, f"`{found.state}`", _tidied(found.reason, town), _tidied(found.next_step, town)]


def _tidied(text: str, town: Town) -> str:
    text = text.replace(f"localhost:{town.host.partition(':')[2]}", "elsewhere.example")
    text = text.replace(str(town.portal.parent), "/srv").replace("127.0.0.1:1/", "10.0.0.1/")
    text = re.sub(r"(?<=T04:00:)\d\d(?=Z)", "00", text)  # the clock runs on until the crawl begins
    text = re.sub(r"127\.0\.0\.1:\d{3,}|127\.0\.0\.1(?= expired)", "portal.example", text)
    return text.replace("127.0.0.1:1", "10.0.0.1").replace("127.0.0.1", "10.0.0.1").replace("|", "\\|")


def table() -> dict[str, list[str]]:
    """The rows of the page, by their faults."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {row[0]: row for row in cells if len(row) == 4 and row[0] != "what is wrong"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told_as_the_page_says_and_harms_no_record(
    fault: str, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(fault, town, monkeypatch) == table()[fault]
    states = [row["state"] for row in rows(town.db, "SELECT state FROM records")]
    assert (set(states), len(states) >= 11) == ({"listed"}, True)
    assert not rows(town.db, "SELECT 1 FROM events WHERE kind <> 'added'")


def test_a_portal_is_well_again_when_its_fault_has_passed(town: Town) -> None:
    for provoke in (goes_round, everything_answers_503, everything_at_a_dead_host):
        assert provoke(town).state == "down"
        town.site.answers = dict(GOOD)
        assert town.crawled(2).state == "well"


def test_the_page_has_every_fault_and_state_and_no_other() -> None:
    assert table().keys() == FAULTS.keys()
    states = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(states) == {*HEALTH, "never_checked"}
    used: Mapping[str, list[str]] = table()
    assert not any("twisted" in cell or "Failure" in cell for row in used.values() for cell in row)


def main() -> None:
    """Print the table."""
    import tempfile

    with Site(GOOD) as site, tempfile.TemporaryDirectory() as name:
        first = Town(site, portal_file(Path(name), site.url, *_CATALOGS))
        first.crawled(0)
        for number, fault in enumerate(FAULTS):
            site.answers = dict(GOOD)
            folder = Path(name, str(number))
            folder.mkdir()
            town = Town(site, copied(first.portal, folder))
            with pytest.MonkeyPatch.context() as patch:
                print("|", " | ".join(told(fault, town, patch)), "|", flush=True)


if __name__ == "__main__":
    main()
