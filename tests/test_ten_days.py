"""A portal through its days: exactly what happened is told, each with its proof, and nothing else."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from bench.ten_days import FAULTS, History, crawl, morning, rows, simulate, unproved, wrong_texts
from crawler.sample.portal_server import SampleServer
from crawler.sample.site import FIRST_DAY, portal_toml
from crawler.sample.site import rows as sample_rows
from tests.county import County
from tests.county_pages import COLUMNS

EDITED = "/xxgk/zfxxgkml/yqhy/201711/t20171121_61705.html"
UNLISTED = "/xxgk/zfxxgkml/zfbz/phqgz/201709/t20170927_44445.html"
WITHDRAWN = "/xxgk/zfxxgkml/czzj/bmys/201801/t20180130_43715.html"
BACKDATED = "/xxgk/zfxxgkml/ghjh/fzgh/201702/t20170214_58744.html"

DAY_2 = [("added", BACKDATED), ("changed", EDITED), ("unlisted", UNLISTED), ("withdrawn", WITHDRAWN)]
DAY_4 = [("returned", WITHDRAWN)]


class Sample:
    """The sample portal and an archive of it, crawled day by day."""

    def __init__(self, folder: Path, server: SampleServer) -> None:
        self.server = server
        self.db = folder / "sample.db"
        self.portal = folder / "sample.toml"
        self.portal.write_text(portal_toml(server.url), encoding="utf-8")

    def crawl(self, day: int, *options: str) -> list[tuple[str, str]]:
        """Crawl the portal as it stands on `day`; the events told, as (kind, path), sorted."""
        self.server.set_day(day)
        # A minute later each day, as crawls that wait for others begin.
        done = crawl(self.portal, self.db, FIRST_DAY + (day - 1) * timedelta(days=1, minutes=1), *options)
        seen = rows(self.db, "SELECT DISTINCT kind FROM problems WHERE crawl_id = ?", (self.last_crawl(),))
        assert {kind for (kind,) in seen} <= {"not_found"}, "of a page that is gone, until a full crawl proves it"
        assert done.returncode == bool(seen), done.stdout + done.stderr
        sql = "SELECT e.kind, url FROM events e JOIN records r ON r.id = record_id WHERE crawl_id = ? ORDER BY 1, 2"
        return [(kind, url.removeprefix(self.server.url)) for kind, url in rows(self.db, sql, (self.last_crawl(),))]

    def last_crawl(self) -> int:
        return int(rows(self.db, "SELECT max(id) FROM crawls")[0][0])

    def detail(self, kind: str, path: str) -> Any:
        sql = "SELECT detail FROM events e JOIN records r ON r.id = record_id WHERE e.kind = ? AND url = ?"
        return json.loads(rows(self.db, sql, (kind, self.server.url + path))[0][0])

    def original(self, capture: int) -> tuple[str, int, str]:
        """The path that a capture asked for, its status and its text, as sealed."""
        evidence = Evidence(beside(self.db))
        exchange = evidence.exchange(capture)
        evidence.close()
        return exchange.url.removeprefix(self.server.url), exchange.status, exchange.payload.decode()

    def states(self) -> dict[str, int]:
        return dict(rows(self.db, "SELECT state, count(*) FROM records GROUP BY state"))


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    with SampleServer() as server:
        yield Sample(tmp_path, server)


def test_each_day_of_the_sample_portal_tells_its_own_events_with_proof_and_no_others(sample: Sample) -> None:
    first = sample.crawl(1, "--mode", "full")
    assert Counter(kind for kind, _ in first) == {"added": 68}
    assert {path for _, path in first if "#row-" not in path} == {
        row.path for row in sample_rows() if row.path and row.from_day == 1
    }
    assert sample.crawl(2, "--mode", "full") == DAY_2
    second = sample.last_crawl()
    assert sample.states() == {"listed": 67, "unlisted": 1, "withdrawn": 1}
    assert sample.crawl(3, "--mode", "full") == []
    assert sample.crawl(4, "--mode", "full") == DAY_4
    assert sample.states() == {"listed": 68, "unlisted": 1}

    assert unproved(sample.db) == []
    path, status, _ = sample.original(sample.detail("withdrawn", WITHDRAWN)["page"])
    assert (path, status) == (WITHDRAWN, 404)
    path, status, _ = sample.original(sample.detail("unlisted", UNLISTED)["page"])
    assert (path, status) == (UNLISTED, 304)
    path, _, text = sample.original(sample.detail("changed", EDITED)["capture"])
    assert path == EDITED
    assert "此句由本项目于第2日加入" in text
    for kind, path in [("added", BACKDATED), ("returned", WITHDRAWN)]:
        assert Path(path).name in sample.original(sample.detail(kind, path)["capture"])[2], "the list that shows it"
    for kind, path in [("withdrawn", WITHDRAWN), ("unlisted", UNLISTED)]:
        assert sample.detail(kind, path)["walk"] == second
        shown = [sample.original(capture) for capture in walk(sample, second, path)]
        assert shown
        assert not any(Path(path).name in text for _, _, text in shown), "the whole list, which does not show it"


def walk(sample: Sample, crawl_id: int, record: str) -> list[int]:
    """The captures that are a crawl's walk of a record's catalogue, whose rows are as many as the ledger counts."""
    catalog = f"{sample.server.url}{record.rsplit('/', 2)[0]}/list.html"
    found = rows(
        sample.db,
        "SELECT capture_id, w.rows, l.rows_read FROM walks w JOIN ledger l USING (crawl_id, catalog_id) "
        "JOIN catalogs c ON c.id = catalog_id WHERE crawl_id = ? AND c.url = ? AND look = 1 AND complete",
        (crawl_id, catalog),
    )
    assert sum(row[1] for row in found) == found[0][2]
    return [row[0] for row in found]


def test_daily_updates_of_the_sample_portal_find_all_by_the_weekly_full_walk(sample: Sample) -> None:
    told = [sample.crawl(day) for day in range(1, 9)]
    modes = [mode for (mode,) in rows(sample.db, "SELECT mode FROM crawls ORDER BY id")]
    assert modes == ["full", *["update"] * 6, "full"]
    assert len(told[0]) == 68
    later = Counter(event for day in told[1:] for event in day)
    assert ("added", BACKDATED) in told[1], "its list grew, so the next update looks for it"
    # What went on the second day and was back on the fourth may pass between two full walks; then neither is told.
    gone_and_back = {("withdrawn", WITHDRAWN), *DAY_4}
    assert later.keys() in ({*DAY_2, *DAY_4}, {*DAY_2, *DAY_4} - gone_and_back)
    assert set(later.values()) == {1}
    assert unproved(sample.db) == []
    assert sample.states() == {"listed": 68, "unlisted": 1}


def test_what_happens_in_a_county_whose_answers_fail_is_found_and_nothing_else(tmp_path: Path) -> None:
    with County(200, faults=FAULTS) as county:
        history = History(county, tmp_path / "county.db")
        for _, found in simulate(tmp_path, history, days=4, share=0.02):
            assert found.false == []
            assert found.late == []
        gone, stays = by_state(history, "withdrawn")[0], by_state(history, "listed")[0]
        county.day += 1
        county.bring_back(gone)
        history.returns(gone)
        new = county.move(stays)
        history.moves(stays, new)
        for day in (5, 6, 7):
            crawl(county.portal_file(tmp_path), history.db, morning(day), "--mode", "full")
            found = history.judge()
            assert found.late == []
            if not found.open:
                break
        assert found.open == Counter()
        assert found.false == []
        assert history.wrong_states() == []
        assert unproved(history.db) == []
        assert wrong_texts(tmp_path, history) == []
        assert events(history.db, gone) == ["added", "withdrawn", "returned"]
        assert events(history.db, new) == ["added", "moved"]
        assert events(history.db, stays) == []


def by_state(history: History, state: str) -> list[str]:
    """The records that are in a state, as the archive has it and the county too."""
    held = rows(history.db, "SELECT url FROM records WHERE state = ? ORDER BY id", (state,))
    alive = history.county.alive() if state == "withdrawn" else frozenset()
    return [url for (url,) in held if url not in alive and (state != "listed" or url in history.county.listed())]


def events(db: Path, url: str) -> list[str]:
    sql = "SELECT e.kind FROM events e JOIN records r ON r.id = record_id WHERE url = ? ORDER BY e.id"
    return [kind for (kind,) in rows(db, sql, (url,))]


class Halves(County):
    """Sends a share of some pages, with a length to match; of each so many times."""

    shares: Mapping[str, float] = {}
    left: Counter[str] = Counter()

    def half(self, times: int) -> None:
        """Send no more than their share of the pages so many times from now on."""
        self.left = Counter(dict.fromkeys(self.shares, times))

    def _spoilt(self, page: Any, path: str) -> tuple[Any, float, bool]:
        part = self.left[path] > 0
        self.left[path] -= part
        return page, self.shares[path] if part else 1, False


def test_a_row_in_which_a_list_breaks_off_twice_is_no_edit(tmp_path: Path) -> None:
    with Halves(100, catalogs=5) as county:
        history = History(county, tmp_path / "county.db")
        lists = (f"/xxgk/zfxxgkml/{slug}/list.html" for _, slug, _ in COLUMNS)
        county.shares = dict(zip(lists, (0.4, 0.45, 0.5, 0.55, 0.6), strict=True))
        portal = county.portal_file(tmp_path)
        history.begins()
        for today in (1, 2, 3, 4):
            county.half(2 if today in (1, 3) else 0)
            crawl(portal, history.db, morning(today), "--mode", "full")
            assert history.judge().false == []
        assert wrong_texts(tmp_path, history) == []
        assert rows(history.db, "SELECT url FROM records WHERE flags <> '[]'") == []


@pytest.mark.parametrize("day", [1, 2])
def test_half_a_page_that_comes_twice_is_neither_an_edit_nor_the_page(tmp_path: Path, day: int) -> None:
    with Halves(20, catalogs=1) as county:
        history = History(county, tmp_path / "county.db")
        county.shares = {min(county.listed()).removeprefix(county.url): 0.5}
        portal = county.portal_file(tmp_path)
        history.begins()
        for today in (1, 2, 3):
            county.half(2 if today == day else 0)
            crawl(portal, history.db, morning(today), "--mode", "full")
            assert history.judge().false == []
        assert wrong_texts(tmp_path, history) == []
