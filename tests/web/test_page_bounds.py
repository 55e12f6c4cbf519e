"""Where lists, pages, days and weeks begin and end: one less, just as many, one more; midnight in Beijing is 16:00 UTC."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from lxml import etree, html

from archive.database.time_limit import within
from archive.search import request
from archive.web.formats import responses
from archive.web.pages import browse_pages, home_page, search_page
from archive.web.views import history
from tests.web.asking import asking_copy, text, tree

pytestmark = pytest.mark.usefixtures("in_that_week")


@pytest.fixture
def changed(past: Path, archive: Path, tmp_path: Path) -> Callable[..., Callable[[str], httpx.Response]]:
    """Ask a copy of the archive with a past (`past`) or of the other one, after statements of SQL."""

    def serve(*statements: str, of: str = "past") -> Callable[[str], httpx.Response]:
        return asking_copy({"past": past, "disclosures": archive}[of], tmp_path, *statements)

    return serve


def ids(page: html.HtmlElement) -> list[int]:
    """The records of a page's lines, in order."""
    return [int(link.get("href").rsplit("/", 1)[1]) for link in page.cssselect(".lines .title a, .hits .title")]


# --- days and weeks ---

MIDNIGHTS = (
    "DELETE FROM events",
    *(
        f"INSERT INTO events (record_id, kind, at, crawl_id) VALUES ({number}, 'returned', '{at}', 1)"
        for number, at in enumerate(
            ("2026-10-01T15:59:59Z", "2026-10-01T16:00:00Z", "2026-10-02T15:59:59Z", "2026-10-02T16:00:00Z"), 1
        )
    ),
)


@pytest.fixture(scope="module")
def midnights(past: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], httpx.Response]:
    return asking_copy(past, tmp_path_factory.mktemp("midnights"), *MIDNIGHTS)


@pytest.mark.parametrize("portal", ["", "&portal=past"])
@pytest.mark.parametrize(
    ("span", "records"),
    [
        ("from=2026-10-02&to=2026-10-02", [3, 2]),
        ("from=2026-10-01&to=2026-10-02", [3, 2, 1]),
        ("from=2026-10-02&to=2026-10-03", [4, 3, 2]),
        ("from=2026-10-03&to=2026-10-03", [4]),
        ("to=2026-10-07", [4, 3, 2, 1]),
        ("to=2026-10-08", [4, 3, 2]),
        ("to=2026-10-09", [4]),
        ("to=2026-10-10", []),
        ("from=2026-09-25&to=2026-09-30", []),
    ],
)
def test_what_was_observed_within_days_of_beijing(midnights, span: str, records: list[int], portal: str) -> None:
    """The same on the page, in its counts, in files and in JSON; seven days where the first isn't said."""
    get = midnights
    page = tree(get(f"/-/changes?kind=returned&{span}{portal}"))
    assert ids(page) == records
    assert int(page.cssselect(".counts .chosen b")[0].text) == len(records)
    assert [json.loads(line)["id"] for line in get(f"/-/changes.jsonl?{span}{portal}").text.splitlines()] == records
    answer = get(f"/-/changes.json?kind=returned&{span}{portal}").json()
    assert ([event["id"] for event in answer["events"]], answer["total"]) == (records, len(records))
    feed = etree.fromstring(get(f"/-/changes.atom?kind=returned&{span}{portal}").content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 4  # whatever the days: a reader keeps its own


def test_a_kind_of_event_is_exported_alone(changed) -> None:
    get = changed(*MIDNIGHTS, "UPDATE events SET kind = 'moved' WHERE record_id = 2")
    for kind, records in (("returned", [4, 3, 1]), ("moved", [2])):
        span = "from=2026-10-01&to=2026-10-03"
        assert [event["id"] for event in get(f"/-/changes.json?kind={kind}&{span}").json()["events"]] == records


def test_the_days_beside_a_day_are_those_on_which_something_happened(changed) -> None:
    """By the dates that records state, but for those that nobody means, and by what was observed."""
    get = changed(
        "DELETE FROM events",
        "UPDATE records SET published_on = CASE id WHEN 1 THEN '0210-03-01' WHEN 2 THEN '2026-09-30' WHEN 3 THEN '2026-10-05' WHEN 4 THEN '9999-01-01' END",
        "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (1, 'returned', '2026-10-01T15:59:59Z', 1), "
        "(2, 'returned', '2026-10-01T16:00:00Z', 1), (3, 'returned', '2026-10-03T16:00:00Z', 1)",
    )
    for day, before, after in (
        ("2026-09-30", [], ["2026-10-01"]),
        ("2026-10-02", ["2026-10-01"], ["2026-10-04"]),
        ("2026-10-04", ["2026-10-02"], ["2026-10-05"]),
        ("2026-10-05", ["2026-10-04"], []),
    ):
        page = tree(get(f"/-/day/{day}"))
        beside = [
            [link.get("href")[-10:] for link in page.cssselect(f".turn a[rel={way}]")] for way in ("prev", "next")
        ]
        assert beside == [before, after], day


def test_a_withheld_record_is_in_no_list_of_what_was_observed(changed) -> None:
    get = changed("UPDATE records SET state = 'withheld', title = NULL WHERE id = 6")
    shown = tree(get("/")).xpath("//h3[contains(., '新收录')]/following-sibling::ol")[0]
    assert (6 in ids(shown), 5 in ids(shown)) == (False, True)
    for place in ("/-/changes?kind=added&from=2026-11-01", "/-/changes?kind=added&from=2026-11-01&portal=past"):
        listed = ids(tree(get(place)))
        assert (6 in listed, 5 in listed) == (False, True), place


# --- pages of fifty ---


@pytest.mark.parametrize(("records", "last"), [(1, 1), (49, 1), (50, 1), (51, 2), (60, 2)])
def test_a_list_has_as_many_pages_as_it_needs(changed, records: int, last: int) -> None:
    day = f"UPDATE records SET published_on = iif(id <= {records}, '2015-03-04', '2015-03-05'), kind = 'budget', publisher = '样例县某局'"
    get = changed(day, f"DELETE FROM listings WHERE catalog_id = 1 AND record_id > {records}", of="disclosures")
    for address in ("/-/day/2015-03-04", "/-/browse/yangli/1"):
        found = [number for page in range(1, last + 1) for number in ids(tree(get(f"{address}?page={page}")))]
        assert sorted(found) == list(range(1, records + 1)), address
        assert get(f"{address}?page={last + 1}").status_code == 404
        answers = [get(f"{address}.json?page={page}").json() for page in range(1, last + 1)]
        assert [row["id"] for answer in answers for row in answer["records"]] == sorted(found, reverse=True)
        assert [bool(answer["next"]) for answer in answers] == [True] * (last - 1) + [False]
        assert {(answer["total"], answer["pages"]) for answer in answers} == {(records, last)}


def test_a_list_that_is_narrowed_has_as_many_pages_as_what_is_left_needs(changed) -> None:
    get = changed(
        "UPDATE records SET published_on = iif(id <= 5, '2014-03-04', '2015-03-04'), publisher = '样例县某局', "
        "kind = iif(id BETWEEN 6 AND 10, 'plan', 'budget')",
        of="disclosures",
    )
    for address, left in (
        ("/-/browse/yangli/1?year=2014", range(1, 6)),
        ("/-/day/2015-03-04?kind=plan", range(6, 11)),
        ("/-/publisher?portal=yangli&name=样例县某局&kind=plan", range(6, 11)),
    ):
        assert sorted(ids(tree(get(address)))) == [*left], address
        assert get(f"{address}&page=2").status_code == 404, address


def test_the_last_page_of_a_search_that_can_be_turned_to(get, monkeypatch: pytest.MonkeyPatch) -> None:
    assert request.parse_request({"page": str(request.LAST_PAGE)}).page == request.LAST_PAGE
    for odd in (str(request.LAST_PAGE + 1), "0", "-1", "x", ""):
        assert request.parse_request({"page": odd}).page == 1
    monkeypatch.setattr(search_page, "PAGE_SIZE", 20)
    pages = [ids(tree(get(f"/-/search?q=预算&page={number}"))) for number in (1, 2, 3, 4, 5)]
    assert [len(page) for page in pages] == [20, 20, 20, 1, 0]
    assert len({number for page in pages for number in page}) == 61
    turns = tree(get("/-/search?q=预算&page=3"))
    assert [link.get("href").rpartition("=")[2] for link in turns.cssselect(".pages a[rel]")] == ["2", "4"]
    assert tree(get("/-/search?q=预算&page=4")).cssselect(".pages a[rel=next]") == []
    monkeypatch.setattr(search_page, "LAST_PAGE", 3)
    assert tree(get("/-/search?q=预算&page=3")).cssselect(".pages a[rel=next]") == []


@pytest.mark.parametrize(("most", "status"), [(60, 400), (61, 200), (62, 200)])
def test_a_workbook_holds_so_many_rows(get, monkeypatch: pytest.MonkeyPatch, most: int, status: int) -> None:
    monkeypatch.setattr(responses, "MOST_IN_XLSX", most)
    assert get("/-/search.xlsx?q=预算").status_code == status
    assert get("/-/search.csv?q=预算").status_code == 200


def test_the_name_of_a_file_is_bounded_and_turns_no_direction() -> None:
    assert responses.file_name("样" * 61, "csv") == f"{'样' * 60}.csv"
    assert responses.file_name("样" * 60, "csv") == f"{'样' * 60}.csv"
    assert responses.file_name("样\u202e例\u2066\u2069\x00\x1f本", "csv") == "样 例 本.csv"
    assert responses.file_name(" .. ", "xlsx") == "（无标题）.xlsx"


# --- the search page ---


def test_a_part_of_a_name_means_every_portal_that_has_it(get, database) -> None:
    for part in ("样例", "样例县"):
        assert "66" in text(tree(get(f"/-/search?portal={part}")).cssselect(".result b")[0])
    whole = database.execute("SELECT count(*) FROM records WHERE portal = 'yangli'").fetchone()[0]
    assert text(tree(get("/-/search?portal=人民政府")).cssselect(".result b")[0]) == str(whole)


def test_no_one_keeps_an_answer_that_came_short(get, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that took too long may be answered in time when next asked for."""

    def interrupted(*_: object) -> None:
        raise sqlite3.OperationalError("interrupted")

    assert get("/-/search?q=预算").headers.get("cache-control") != "no-store"
    assert get("/-/search?q=没有的词").headers.get("cache-control") != "no-store"
    monkeypatch.setattr(search_page.engine, "divide", interrupted)
    assert get("/-/search?q=预算").headers["cache-control"] == "no-store"
    monkeypatch.setattr(search_page.engine, "count", interrupted)
    assert get("/-/search?q=预算").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("most", "chosen"), [(1, False), (2, True), (3, True)])
def test_with_many_portals_a_countys_name_is_typed(
    get, monkeypatch: pytest.MonkeyPatch, most: int, chosen: bool
) -> None:
    monkeypatch.setattr(search_page, "MOST_PORTALS", most)
    assert bool(tree(get("/-/search")).cssselect("form.asking select[name=portal]")) is chosen


def test_of_a_facet_so_many_values_are_shown_years_newest_first(get, monkeypatch: pytest.MonkeyPatch) -> None:
    def values(label: str) -> list[str]:
        (facet,) = [
            each for each in tree(get("/-/search")).cssselect(".facet") if label in text(each.cssselect("h2")[0])
        ]
        return [text(link) for link in facet.cssselect("li a")]

    assert values("年份") == ["2071", "2018", "2017", "2016"]
    agencies = values("发布机构")
    monkeypatch.setattr(search_page, "MOST_VALUES", 2)
    assert values("年份") == ["2071", "2018"]
    assert values("发布机构") == agencies[:2]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("样例预算", ["样例 预算"]),
        ("样预算", ["样 预算"]),
        ("预算", []),
        ("样例预算2017", ["样例 预算 2017"]),
        ("样例预算x", ["样例 预算"]),
    ],
)
def test_a_word_is_cut_where_known_ones_begin_and_end(get, words: str, parts: list[str]) -> None:
    labels = [text(link) for link in tree(get(f"/-/search?q={words}")).cssselect(".nothing li a")]
    assert [label for label in labels if "拆成" in label] == [f"拆成词：{each}" for each in parts]


@pytest.mark.parametrize("most", [1, 2, 8])
def test_so_many_suggestions_and_no_more(get, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    address = "/-/search?q=棚户区 教育局 民政局 财政局&kind=budget&from=2016&state=listed&portal=yangli"
    every = [text(link) for link in tree(get(address)).cssselect(".nothing li a")]
    monkeypatch.setattr(search_page, "MOST_SUGGESTIONS", most)
    assert [text(link) for link in tree(get(address)).cssselect(".nothing li a")] == every[:most]
    assert len(every) == 8


# --- other pages ---


def test_a_publishers_list_is_bounded_and_the_most_records_come_first(
    get, database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = "SELECT publisher FROM records WHERE portal = 'yangli' GROUP BY publisher ORDER BY count(*) DESC, publisher"
    expected = [row[0] for row in database.execute(sql)]
    assert [text(link) for link in tree(get("/-/browse/yangli")).cssselect(".publishers a")] == expected
    for most in (len(expected), len(expected) - 1):
        monkeypatch.setattr(browse_pages, "MOST_PUBLISHERS", most)
        assert [text(link) for link in tree(get("/-/browse/yangli")).cssselect(".publishers a")] == expected[:most]


@pytest.mark.parametrize(("most", "shown"), [(1, ["核对过的样例县"]), (2, ["核对过的样例县", "样例县人民政府"])])
def test_where_portals_are_many_the_home_page_shows_those_that_need_attention(
    changed, monkeypatch: pytest.MonkeyPatch, most: int, shown: list[str]
) -> None:
    """Fewer records, but its last crawl was refused: it comes before the larger one."""
    refused = "UPDATE crawls SET outcome = iif(portal = 'checked', 'blocked', 'finished')"
    get = changed(
        refused, "UPDATE portals SET checked_on = '2026-11-01'", "UPDATE ledger SET complete = 1", of="disclosures"
    )
    monkeypatch.setattr(home_page, "MOST_PORTALS", most)
    page = tree(get("/"))
    assert [text(link) for link in page.cssselect(".portal-table th a")] == shown
    assert text(page.cssselect(".figures li")[0]) == "66 条记录", "of all portals"


@pytest.mark.parametrize("events", [49, 50, 51])
def test_a_records_page_shows_its_last_fifty_events(changed, events: int) -> None:
    rows = ", ".join(f"(2, 'returned', '2026-10-01T00:00:{number:02}Z', 1)" for number in range(events))
    get = changed(
        "DELETE FROM events WHERE record_id = 2", f"INSERT INTO events (record_id, kind, at, crawl_id) VALUES {rows}"
    )
    page = tree(get("/-/record/2"))
    assert len(page.cssselect("ol.history > li")) == min(events, history.MOST)
    assert bool(page.cssselect("#history a[href*='/events?']")) is (events > history.MOST)
    assert len(get("/-/record/2.json").json()["events"]) == events


def test_of_what_was_found_last_the_newest_by_its_date_comes_first_and_the_future_last(get, database) -> None:
    """Records with no date, or one still to come, come behind the others of its crawl."""
    shown = ids(tree(get("/")).xpath("//h3[contains(., '新收录')]/following-sibling::ol")[0])
    found = "SELECT r.id FROM records r JOIN events e ON e.record_id = r.id AND e.kind = 'added' ORDER BY e.crawl_id DESC, {}"
    order = found.format("published_on IS NULL OR published_on > '2026-11-24', published_on DESC, r.id DESC")
    assert shown == [row[0] for row in database.execute(order)][: home_page.NEWEST["added"]]


@pytest.mark.parametrize(("now", "first"), [("2026-11-20T15:59:00Z", 5), ("2026-11-20T16:00:00Z", 6)])
def test_what_is_dated_today_is_not_still_to_come(
    changed, monkeypatch: pytest.MonkeyPatch, now: str, first: int
) -> None:
    monkeypatch.setenv("DISCLOSURES_NOW", now)
    get = changed(
        "UPDATE records SET published_on = iif(id = 6, '2026-11-21', '2026-11-1' || id)",
        "UPDATE events SET crawl_id = 1",
    )
    assert ids(tree(get("/")).xpath("//h3[contains(., '新收录')]/following-sibling::ol")[0])[0] == first


def test_a_catalogue_was_walked_when_it_was_last_walked_wholly(changed) -> None:
    """The moment of that crawl, as a day in Beijing."""
    for statement, day in (
        ("UPDATE crawls SET started_at = '2026-11-22T15:59:59Z' WHERE id = 3", "2026-11-22"),
        ("UPDATE crawls SET started_at = '2026-11-22T16:00:00Z' WHERE id = 3", "2026-11-23"),
        ("UPDATE ledger SET complete = 0 WHERE crawl_id = 3", "2026-11-21"),
        ("UPDATE ledger SET complete = 0 WHERE crawl_id > 1", "2026-11-20"),
    ):
        (row,) = tree(changed(statement)("/-/browse/past")).cssselect(".portal-table tbody tr")
        assert day in text(row), statement


def test_only_what_took_too_long_is_taken_for_that() -> None:
    def fails(message: str) -> None:
        raise sqlite3.OperationalError(message)

    with closing(sqlite3.connect(":memory:")) as connection:
        assert within(connection, 1000, lambda: fails("interrupted")) is None
        assert within(connection, 1000, lambda: 5) == 5
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            within(connection, 1000, lambda: fails("no such table: a sample"))


def test_the_numbers_of_kinds_are_those_of_their_records(get, database) -> None:
    counts = {
        text(item.cssselect("a")[0]).split()[0]: text(item.cssselect(".count")[0])
        for item in tree(get("/-/browse")).cssselect(".chips li")
    }
    for kind, label in (("budget", "预决算"), ("housing_expropriation", "棚户区改造/征地拆迁"), ("notice", "通知公告")):
        (records,) = database.execute("SELECT count(*) FROM records WHERE kind = ?", (kind,)).fetchone()
        assert str(records) in counts[label]
