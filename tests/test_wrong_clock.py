"""A clock that stands ahead for a crawl, or falls back: noticed, told of the right side, and no later crawl is led astray by it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from archive.evidence.http_exchange import Exchange
from archive.ingest.wrong_clock import crawls_ahead, note_wrong_clocks
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import Answer, Site, copied, crawl, disclosures, empty_archive, portal_file, rows
from tests.exchanges import exchange

NOW = datetime(2018, 3, 10, 4, 0, tzinfo=UTC)
HEAD = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"
ROW = '<tr><td>640324001/2018-0000{n}</td><td><a href="/{n}.html">样本规划{n}</a></td><td>2018-03-0{n}</td></tr>'
PAGES = {
    "/list.html": f"<html><body><table>{HEAD}{''.join(ROW.format(n=n) for n in range(1, 6))}</table></body></html>",
    **{
        f"/{n}.html": f'<html><body><h1>样本规划{n}</h1><div class="TRS_Editor"><p>样本正文{n}</p></div></body></html>'
        for n in range(1, 6)
    },
}


def on(day: float) -> dict[str, str]:
    return {"DISCLOSURES_NOW": (NOW + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(PAGES) as site:
        yield site


@pytest.fixture(scope="module")
def two_crawls(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    county = portal_file(folder, site.url, ("plan", "样本规划", "/list.html"))
    for day in (0, 3):
        assert crawl(county, folder / "a.db", env=on(day)).returncode == 0
    return county


@pytest.fixture
def county(two_crawls: Path, tmp_path: Path) -> Path:
    """One's own portal file, with an archive beside it that was crawled on the days 0 and 3."""
    return copied(two_crawls, tmp_path)


def clocks(db: Path) -> list[tuple[object, object]]:
    return [
        (each["crawl_id"], str(each["message"]).partition(":")[0])
        for each in rows(db, "SELECT crawl_id, message FROM problems WHERE kind = 'clock' ORDER BY crawl_id")
    ]


def test_a_clock_that_stood_a_year_ahead_for_one_crawl(county: Path) -> None:
    db = county.with_name("a.db")
    crawl(county, db, env=on(368))
    status = disclosures("status", "--db", db, env=on(6))
    assert (status.returncode, status.stdout.split()[0]) == (1, "failing")
    assert "is dated 2019-03-13" in status.stdout
    (due,) = json.loads(disclosures("due", county, "--db", db, "--json", env=on(6)).stdout)
    assert due["due"] is True
    done = crawl(county, db, env=on(6))
    assert (done.returncode, "problem: clock: the crawl before is dated 2019-03-13" in done.stdout) == (1, True), (
        done.stdout
    )
    marks = [(3, "the clock was wrong"), (4, "the crawl before is dated 2019-03-13T04")]
    assert clocks(db) == marks
    status = disclosures("status", "--db", db, env=on(6.1))
    assert (status.returncode, "the clock stood ahead then" in status.stdout) == (0, True), status.stdout
    doctor = disclosures("doctor", "--db", db, env=on(6.1)).stdout
    assert "note   clock: crawls dated in the future: 3 (2019-03-13T04" in doctor
    assert "is right now" in doctor
    done = crawl(county, db, env=on(9))
    assert done.returncode == 0, done.stdout
    assert clocks(db) == marks  # it is told once
    assert [each["mode"] for each in rows(db, "SELECT mode FROM crawls ORDER BY id")] == [
        "full", "update", "full", "update", "full",
    ]  # fmt: skip


def test_a_clock_that_fell_back(county: Path) -> None:
    db = county.with_name("a.db")
    done = crawl(county, db, env=on(-400))
    assert (done.returncode, "problem: clock: the clock was wrong: this crawl is dated 2017-02-03" in done.stdout) == (
        1,
        True,
    )
    status = disclosures("status", "--db", db, env=on(-400))
    assert (status.returncode, status.stdout.split()[0]) == (1, "failing")
    assert "the clock was wrong: this crawl is dated 2017-02-03" in status.stdout
    doctor = disclosures("doctor", "--db", db, env=on(-400)).stdout
    assert "wrong  clock: crawl 2 began at 2018-03-13" in doctor
    assert "this machine's clock stands behind" in doctor
    assert disclosures("verify", "--db", db, env=on(-400)).stdout.startswith("all well"), "it is no forger's work"
    crawl(county, db, env=on(6))
    assert disclosures("status", "--db", db, env=on(6)).stdout.startswith("well")


@pytest.mark.parametrize("ahead", [True, False])
def test_the_portal_s_own_clock_says_which_side_is_wrong(site: Site, tmp_path: Path, ahead: bool) -> None:
    """Though there is one crawl only: it was made by a clock a year ahead, or it is this machine that is a year behind now."""
    db = tmp_path / "a.db"
    crawl(portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html")), db)
    env = {}
    if ahead:
        with closing(sqlite3.connect(db)) as connection, connection:
            connection.execute("UPDATE crawls SET started_at = strftime('%Y-%m-%dT%H:%M:%SZ', started_at, '+365 days')")
    else:
        behind = datetime.now(UTC) - timedelta(days=365)
        env = {"DISCLOSURES_NOW": behind.strftime("%Y-%m-%dT%H:%M:%SZ")}
    doctor = disclosures("doctor", "--db", db, env=env).stdout
    assert ("note   clock: crawls dated in the future" in doctor, "stands behind" in doctor) == (ahead, not ahead), (
        doctor
    )


@pytest.mark.parametrize(("hours", "told"), [(24 * 365, True), (-24 * 365, True), (20, False)])
def test_a_crawl_whose_clock_disagrees_with_the_portal_s(tmp_path: Path, hours: float, told: bool) -> None:
    date = (("Date", format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)),)
    pages = {path: replace(Answer(text), headers=date) for path, text in PAGES.items()}
    with Site({**pages, "/robots.txt": Answer("", status=404, headers=date)}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        done = crawl(county, tmp_path / "a.db")
    assert (done.returncode, "'s clock says " in done.stdout) == (int(told), told), done.stdout
    assert len(clocks(tmp_path / "a.db")) == told


@pytest.fixture
def ahead(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An archive in which the crawl of one portal, which had two answers, is dated a year ahead of another's, the second."""
    with closing(open_up_to_date(empty_archive(tmp_path / "b.db"))) as connection:
        for number, (portal, began) in enumerate((("p", "2027-01-01T00:00:00Z"), ("q", "2026-01-01T00:00:00Z")), 1):
            connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES (?, '', '', '')", (portal,))
            connection.execute("INSERT INTO crawls (portal, mode, started_at) VALUES (?, 'full', ?)", (portal, began))
            capture = "INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) VALUES (?, 1, '', '', 200, 'page', '', 1)"
            connection.execute(capture, (number,))
        yield connection


class Dated:
    """Originals whose answers state these times."""

    def __init__(self, *dates: str) -> None:
        self.dates = dates

    def without_payload(self, number: int) -> tuple[Exchange, str]:
        return exchange(number, response_headers=(("Date", self.dates[number - 1]),)), ""


OF_NOW, OF_THEN = "Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 01 Jan 2027 00:00:00 GMT"
SECOND = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "is_wrong"),
    [((OF_NOW, OF_NOW), True), ((OF_THEN, OF_THEN), False), ((OF_NOW, OF_THEN), False), ((OF_THEN, OF_NOW), False)],
)
def test_the_latest_time_that_a_portal_states_is_its_clock_s(
    ahead: sqlite3.Connection, dates: tuple[str, str], is_wrong: bool
) -> None:
    """An answer out of a cache states an earlier one."""
    (crawl_ahead,) = crawls_ahead(ahead, Dated(*dates), SECOND)  # type: ignore[arg-type]
    assert (crawl_ahead.crawl_id, crawl_ahead.is_wrong) == (1, is_wrong)


def test_where_no_portal_tells_and_as_many_crawls_say_either_the_clock_of_today_is_right(
    ahead: sqlite3.Connection,
) -> None:
    assert [each.is_wrong for each in crawls_ahead(ahead, None, SECOND)] == [True]
    assert [each.is_wrong for each in crawls_ahead(ahead, None, SECOND, before=2)] == [False]


@pytest.mark.parametrize(("portal", "told"), [("p", 1), ("q", 0)])
def test_a_wrong_date_is_told_of_its_own_portal_alone(ahead: sqlite3.Connection, portal: str, told: int) -> None:
    problems = note_wrong_clocks(ahead, Dated(OF_NOW, OF_NOW), SECOND, 2, portal)  # type: ignore[arg-type]
    assert len(problems) == told
    noted = ahead.execute("SELECT crawl_id, kind FROM problems").fetchall()
    assert [tuple(each) for each in noted] == [(1, "clock")]
