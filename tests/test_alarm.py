"""Silent breakage is a problem and exit status 1, and what only looks like it is not: real crawls over HTTP."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.ingest.alarm import LEAST_PAGES, LEAST_ROWS, WELL_READ, WalkCounts, lacking, longest_usual, too_short
from archive.web.http.server import make_datasette
from bench.ten_days import FAULTS, History, alarms, at, crawl, rows, simulate
from tests.conftest import Site, disclosures, portal_file
from tests.county import County

ALARMS = ("fields_missing", "fields_drifted", "list_short", "list_shrunk", "nothing_new")
MORNING = datetime(2018, 4, 2, 1, tzinfo=UTC)
HEADS = {
    "title": "标题",
    "publisher": "发布单位",
    "index_number": "索引号",
    "document_number": "文号",
    "published_on": "发布日期",
}


@dataclass(frozen=True)
class Entry:
    """One row of the list, and the page it leads to."""

    number: int
    day: date
    document_number: str = ""

    @property
    def stated(self) -> dict[str, str]:
        return {
            "title": f"样本文件之{self.number}",
            "publisher": "样本局",
            "index_number": f"640324001/2017-{self.number:05}",
            "document_number": self.document_number,
            "published_on": self.day.isoformat(),
        }


@dataclass
class Town:
    """A portal of one catalogue, and an archive of it.

    `without`: fields that the lists do not show; `shown`: rows of a page that can be read; `claims`: lists count their rows;
    `checked`: the day that the portal file gives.
    """

    site: Site
    folder: Path
    entries: list[Entry]
    page_size: int = 10
    without: set[str] = field(default_factory=set)
    links: bool = True
    shown: int | None = None
    claims: bool = False
    details: bool = True
    modes: bool = True
    checked: str = ""
    now: datetime = MORNING
    printed: str = ""

    @property
    def db(self) -> Path:
        return self.folder / "town.db"

    def crawl(self, mode: str = "full", days: int = 1) -> dict[str, str]:
        """Crawl the portal as it stands, then let days pass; the alarms raised, whose exit status and summary were right."""
        self.site.answers = {**self._lists(), **self._details()}
        portal = portal_file(self.folder, self.site.url, ("plan", "规划", "/zwgk/list.html"), name="town")
        if self.checked:
            portal.write_text(f"checked = {self.checked}\n{portal.read_text('utf-8')}", "utf-8")
        done = crawl(portal, self.db, self.now, "--mode", mode)
        self.printed = done.stdout
        self.now += timedelta(days=days)
        sql = "SELECT kind, message, url FROM problems WHERE crawl_id = (SELECT max(id) FROM crawls)"
        found = rows(self.db, sql)
        assert done.returncode == bool(found), done.stdout
        assert all(
            f"  problem: {kind}: {message}: {url}" in done.stdout for kind, message, url in found if kind in ALARMS
        )
        told = {kind: message for kind, message, _ in found if kind in ALARMS}
        assert len(told) == sum(kind in ALARMS for kind, _, _ in found)
        return told

    def _lists(self) -> dict[str, str]:
        heads = [name for name in HEADS if name not in self.without]
        pages = [self.entries[at : at + self.page_size] for at in range(0, len(self.entries), self.page_size)]
        made = {}
        for number, entries in enumerate(pages):
            lines = [self._row(entry, heads) for entry in entries[: self.shown]]
            table = f"<tr>{''.join(f'<th>{HEADS[name]}</th>' for name in heads)}</tr>{''.join(lines)}"
            more = f'<a href="list_{number + 1}.html">下一页</a>' if number + 1 < len(pages) else ""
            more += f" 共{len(pages)}页 共{len(self.entries)}条" if self.claims else ""
            made[f"/zwgk/list{f'_{number}' if number else ''}.html"] = _page(f"<table>{table}</table><div>{more}</div>")
        return made

    def _row(self, entry: Entry, heads: list[str]) -> str:
        cells = {name: entry.stated[name] for name in heads}
        if self.links:
            cells["title"] = f'<a href="d/{entry.number}.html">{cells["title"]}</a>'
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells.values())}</tr>"

    def _details(self) -> dict[str, str]:
        text = '<div class="TRS_Editor"><p>样本正文，仅供测试。</p></div>'
        label = "公开方式：主动公开" if self.details and self.modes else "样本"
        return {
            f"/zwgk/d/{entry.number}.html": _page(
                f"<h1>{entry.stated['title']}</h1><table><tr><td>{label}</td></tr></table>{text if self.details else ''}"
            )
            for entry in self.entries
        }


def _page(main: str) -> str:
    return f'<!DOCTYPE html><html><head><title>样本页面</title></head><body><a href="/">首页</a>{main}</body></html>'


def entries(count: int, every: int = 7, last: date = date(2018, 4, 1), numbered: int = 0) -> list[Entry]:
    """Entries, the newest first, one each so many days; the newest `numbered` of them have a document number."""
    return [
        Entry(count - n, last - n * timedelta(days=every), f"样发〔2017〕{n}号" if n < numbered else "")
        for n in range(count)
    ]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Site({}) as site:
        yield Town(site, tmp_path, entries(12))


# --- fields ---


def test_a_field_that_every_row_stated_and_none_does_any_more(town: Town) -> None:
    assert town.crawl() == {}
    town.without = {"publisher", "index_number"}
    said = town.crawl()["fields_missing"]
    assert said == (
        "rows of 规划 suddenly lack index_number (0 of 12 now, 100% before), publisher (0 of 12 now, 100% before)"
    )
    town.without = set()
    assert town.crawl() == {}


def test_a_field_that_was_never_there_or_only_now_and_then_is_not_missed(town: Town) -> None:
    town.entries = entries(12, numbered=6)
    town.without = {"publisher"}
    assert town.crawl() == {}
    town.entries = entries(12)
    assert town.crawl() == {}


def test_rows_that_lead_nowhere_any_more_prove_nobodys_absence(town: Town) -> None:
    """Other rows stand where a list's rows were, none with a page: such a walk shows that the list was misread."""
    town.without = {"index_number"}
    town.crawl()
    town.links = False
    town.entries = [replace(entry, number=entry.number + 100) for entry in town.entries]
    assert "link (0 of 12 now, 100% before)" in town.crawl()["fields_missing"]
    assert rows(town.db, "SELECT DISTINCT kind FROM events") == [("added",)]
    assert rows(town.db, "SELECT DISTINCT complete FROM ledger") == [(1,)]
    assert rows(town.db, "SELECT DISTINCT state FROM records") == [("listed",)]


def test_an_update_is_judged_by_what_it_reads(town: Town) -> None:
    town.entries = entries(50, numbered=50)
    town.crawl()
    assert town.crawl("update") == {}
    assert rows(town.db, "SELECT rows_read FROM ledger ORDER BY crawl_id") == [(50,), (20,)]
    town.without = {"document_number"}
    assert "document_number (0 of 20 now, 100% before)" in town.crawl("update")["fields_missing"]


def test_an_update_is_not_held_against_rows_that_it_does_not_read(town: Town) -> None:
    """The newest rows never had a document number; those further down, which only full crawls read, all do."""
    town.links, town.page_size = False, 5
    town.entries = [
        replace(entry, document_number="" if n < 10 else f"样发〔2016〕{n}号") for n, entry in enumerate(entries(110))
    ]
    assert town.crawl() == {}
    assert town.crawl("update") == {}
    assert rows(town.db, "SELECT rows_read FROM ledger") == [(110,), (10,)]


def test_record_pages_that_suddenly_say_nothing(town: Town) -> None:
    town.crawl()
    town.details = False
    said = town.crawl()["fields_missing"]
    assert said.startswith(
        "records' own pages suddenly lack body (0 of 12 now, 100% before), disclosure_mode (0 of 12 now"
    )
    assert rows(town.db, "SELECT url FROM problems WHERE kind = 'fields_missing'") == [(town.site.url,)]


def test_a_few_record_pages_say_nothing_yet(town: Town) -> None:
    town.entries = entries(LEAST_PAGES - 1)
    town.crawl()
    town.details = False
    assert "fields_missing" not in town.crawl()


# --- drift ---

_PAGES_BESIDE = """
    SELECT n.url, n.crawl_id, t.url, t.crawl_id FROM problems p JOIN captures n ON n.id = p.capture_id
    JOIN captures t ON t.id = p.before_capture_id WHERE p.kind = ? ORDER BY p.id
"""


def pages_beside(town: Town, kind: str) -> list[tuple[str, int, str, int]]:
    """The pages that problems of a kind name: the one now and its crawl, the one read well and its crawl."""
    home = town.site.url.rstrip("/")
    return [
        (now.removeprefix(home), crawl_now, then.removeprefix(home), crawl_then)
        for now, crawl_now, then, crawl_then in rows(town.db, _PAGES_BESIDE, (kind,))
    ]


def test_a_field_that_goes_away_row_by_row_is_told_until_somebody_has_looked(town: Town) -> None:
    town.entries = entries(12, numbered=12)
    assert town.crawl() == {}
    town.entries = entries(12, numbered=8)
    assert town.crawl() == {}
    town.entries = entries(12, numbered=5)
    lost = "rows of 规划 no longer state document_number (5 of 12 now, 100% on 2018-04-02)"
    assert town.crawl() == {"fields_drifted": lost}
    assert pages_beside(town, "fields_drifted") == [("/zwgk/list.html", 3, "/zwgk/list.html", 1)]
    page = f"{town.site.url}zwgk/list.html"
    compared = f"compare {page} of 2018-04-04 09:00 with {page} of 2018-04-02 09:00, which was read well"
    assert f"    {compared}\n" in town.printed
    status = disclosures("status", "--db", town.db, env=at(town.now)).stdout
    assert f"changed_layout  town 测试县（样本）: {lost}\n" in status
    assert "write the day into its file (`checked`)" in status
    assert compared in status
    links = portal_page_links(town.db)
    assert [address for address, text in links if "缺少项目的页面" in text] == [f"/-/copy/{first_capture(town.db, 3)}"]
    assert [address for address, text in links if "此前读取无误的页面" in text] == [
        f"/-/copy/{first_capture(town.db, 1)}"
    ]
    town.checked = town.now.date().isoformat()
    assert town.crawl() == {}, "no crawl since then says what the portal states"
    assert town.crawl() == {}


def portal_page_links(db: Path) -> list[tuple[str, str]]:
    page = html.fromstring(asyncio.run(make_datasette(db).client.get("/-/browse/town")).text)
    return [(link.get("href"), link.text_content()) for link in page.iter("a")]


def first_capture(db: Path, crawl_id: int) -> int:
    """The capture of the first page of the list in a crawl."""
    ((number,),) = rows(db, "SELECT min(capture_id) FROM walks WHERE crawl_id = ?", (crawl_id,))
    return int(number)


def test_what_record_pages_state_no_longer_is_shown_on_one_page_then_and_now(town: Town) -> None:
    town.crawl()
    town.modes = False
    assert "fields_missing" in town.crawl()
    later = next(number for number in range(3, 9) if "fields_missing" not in town.crawl())  # it is as usual by then
    ((now, crawl_now, then, crawl_then),) = pages_beside(town, "fields_drifted")
    assert (now, crawl_now, crawl_then) == (then, later, 1)
    assert now.startswith("/zwgk/d/")
    assert pages_beside(town, "fields_missing")[0][1::2] == (2, 1)


def test_a_list_of_few_rows_does_not_say_what_a_portal_states(town: Town) -> None:
    town.entries = entries(WELL_READ - 1, numbered=WELL_READ - 1)
    town.crawl()
    town.entries = entries(WELL_READ - 1, numbered=4)
    assert town.crawl() == {}


def many(*shares: float, read: int = 20) -> list[Mapping[str, int]]:
    return [{"read": read, "publisher": round(read * share)} for share in shares]


def test_a_change_is_told_until_it_is_older_than_half_of_the_walks_compared() -> None:
    told = [bool(lacking(many(*[0.0] * walks, *[1.0] * 9), LEAST_ROWS)) for walks in range(1, 6)]
    assert told == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("newest_first", "missing"),
    [
        (many(0.0), False),
        (many(0.0, 1.0), True),
        (many(0.2, 1.0), True),
        (many(0.3, 1.0), False),
        (many(0.0, 0.8), False),
        (many(0.0, 1.0, 0.0, 1.0), True),
        (many(0.0, 0.0, 0.0, 1.0), False),
        (many(0.0, 1.0, read=2), False),
        (many(0.0, 0.0, 1.0, 1.0, read=2), True),
        ([*many(0.0, read=2), *many(1.0, 1.0)], False),
    ],
)
def test_what_is_missing_is_told_by_its_own_past(newest_first: list[Mapping[str, int]], missing: bool) -> None:
    assert bool(lacking(newest_first, LEAST_ROWS)) == missing


# --- rows ---


def test_an_update_that_reads_few_rows_of_a_list_that_claims_many(town: Town) -> None:
    town.entries, town.claims = entries(50), True
    town.crawl()
    town.crawl("update")
    town.shown = 3
    assert town.crawl("update")["list_short"] == "the first pages of 规划 show 6 rows, where 20 are usual"
    assert rows(town.db, "SELECT outcome FROM crawls") == [("finished",)] * 3


def test_a_whole_list_that_is_short_is_told_once_and_by_the_walks_length(town: Town) -> None:
    town.crawl()
    town.entries = town.entries[:4]
    assert "much shorter than it was" in town.crawl()["list_shrunk"]


@pytest.mark.parametrize(
    ("now", "short"),
    [
        (WalkCounts(2, False, Counter(read=9)), True),
        (WalkCounts(2, False, Counter(read=10)), False),
        (WalkCounts(2, True, Counter(read=9)), False),
        (WalkCounts(1, False, Counter(read=9)), False),
    ],
)
def test_only_the_same_pages_are_compared(now: WalkCounts, short: bool) -> None:
    whole = WalkCounts(30, True, Counter(read=20))
    assert bool(too_short([now, whole, WalkCounts(1, False, Counter(read=2)), whole])) == short
    assert too_short([now]) is None
    assert too_short([]) is None


# --- news ---


def test_nothing_new_for_far_longer_than_usual_is_told_by_three_crawls(town: Town) -> None:
    town.entries, town.links = entries(150), False
    assert town.crawl(days=9) == {}
    assert town.crawl("update", days=5) == {}
    said = town.crawl("update")["nothing_new"]
    assert said == "nothing new in 规划 since 2018-04-01, for 15 days; more than 14 are unusual there"
    assert [set(town.crawl("update")) for _ in range(3)] == [{"nothing_new"}, {"nothing_new"}, set()]
    town.entries = [Entry(999, town.now.date()), *town.entries]
    assert town.crawl("update", days=16) == {}
    assert set(town.crawl("update")) == {"nothing_new"}


def test_a_catalogue_that_was_silent_when_it_was_first_walked_is_no_news(town: Town) -> None:
    town.entries, town.links = entries(150, last=date(2017, 6, 1)), False
    assert town.crawl(days=30) == {}
    assert town.crawl() == {}


def test_rows_that_are_new_here_are_news_whatever_their_dates(town: Town) -> None:
    town.entries, town.links = entries(150), False
    town.crawl(days=10)
    town.entries.insert(3, Entry(999, date(2017, 1, 1)))
    assert town.crawl(days=10) == {}
    assert town.crawl() == {}


def test_a_date_in_the_future_is_no_news(town: Town) -> None:
    town.entries, town.links = [Entry(998, date(2071, 1, 1)), *entries(150)], False
    town.crawl(days=30)
    assert set(town.crawl()) == {"nothing_new"}


def test_a_date_in_the_first_years_of_the_calendar_is_a_date() -> None:
    assert longest_usual([date(1, 1, 1), date(3, 1, 1)]) is None


@given(st.lists(st.dates(), unique=True))
def test_no_silence_is_too_long_that_was_usual_twice(days: list[date]) -> None:
    usual = longest_usual(sorted(days))
    if usual is not None:
        longer = [later - earlier for earlier, later in zip(sorted(days), sorted(days)[1:], strict=False)][-10:]
        assert sum(silence > usual for silence in longer) <= 1


# --- no false alarms; those of the sample portal's days would fail tests/test_ten_days.py ---


def test_ten_days_of_a_county_whose_answers_fail_raise_none(tmp_path: Path) -> None:
    with County(60, catalogs=2, faults=FAULTS) as county:
        history = History(county, tmp_path / "county.db")
        found = [found for _, found in simulate(tmp_path, history, days=10, share=0.05)]
    assert sum(each.walks for each in found) > 10
    assert alarms(history.db) == []
