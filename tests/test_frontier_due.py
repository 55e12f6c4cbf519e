"""The crawl to come, by what the archive knows: rows that are news, claims and families of lists, pages due, full or update."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.ingest import frontier
from archive.ingest.frontier import TRIES, Frontier, mode_for
from archive.ingest.store import Store
from archive.masking.redaction import redact_fields, redact_json
from archive.model.clock import text
from archive.model.observations import Capture, ListPage, Paging, Row
from tests.past_crawls import SECOND, URL, Past
from tests.test_absence_proof import NEIGHBOUR
from tests.test_frontier import DAY, HOUR, NOW, Archive
from tests.test_store import BUDGETS, PLANS, PORTAL, listed, row


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path / "a.db")


# --- what a list said before ---


def test_a_row_is_news_where_it_does_not_print_what_it_did(past: Past) -> None:
    def news(number: int, catalog: str = PLANS, portal: str = "p", **printed: str) -> str | None:
        key = f"http://p.example/{number}.html"
        return past.ask(lambda asked: asked.news(key, catalog, printed), portal=portal)

    counted = Row({"title": "样本三"}, {"标题": "样本三", "浏览次数": "12"}, key="http://p.example/3.html")
    masked = Row({"title": "样本四"}, {"电话": "138****5678"}, key="http://p.example/4.html")
    past.crawl(seen=[listed(row(1), row(2), counted, masked)])
    past.crawl(seen=[listed(row(1, title="样本邻县的文件"), row(9))], portal=NEIGHBOUR)
    assert news(1, 标题="样本文件之1") is None
    assert news(1, 标题="样本文件之一") == "changed"
    assert news(1, 标题="样本文件之1", 文号="1") == "changed"
    assert news(8, 标题="样本文件之8") == "new"
    assert news(9, 标题="样本文件之9") == "new", "it is another portal's"
    assert news(1, BUDGETS, 标题="样本文件之1") == "new", "this catalogue did not list it"
    assert news(1, portal="q", 标题="样本文件之1") == "changed"
    assert news(3, 标题="样本三", 浏览次数="13") is None
    with closing(sqlite3.connect(past.db)) as archive, archive:
        archive.execute(
            "UPDATE records SET state = 'withheld' WHERE url IN ('http://p.example/2.html', 'http://p.example/9.html')"
        )
    assert news(2, 标题="样本改名") is None, "it is withheld"
    assert news(9, 标题="样本文件之9") == "new", "another portal's is"
    store = Store(past.db)
    store._connection.execute("UPDATE records SET state = 'unlisted' WHERE url LIKE '%/2.html'")
    store.close()
    assert news(2, 标题="样本文件之2") == "new", "it is back"


def test_a_row_whose_numbers_were_masked_is_no_news(past: Past) -> None:
    phone = "1390013" + "8000"  # masked before it is stored
    kept = Row({"title": "样本"}, {"联系电话": "[电话]"}, key=URL)
    past.crawl(seen=[listed(kept)])
    store = Store(past.db)
    store.begin(PORTAL, "full", text(NOW))
    said = redact_json({"联系电话": phone}).value
    assert said != {"联系电话": phone}
    store.write([listed(replace(kept, source_fields=said))], text(NOW))
    store.finish("finished", text(NOW))
    store.close()
    assert past.ask(lambda asked: asked.news(URL, PLANS, {"联系电话": phone})) is None


def test_a_row_that_lists_persons_is_no_news_by_their_names(past: Past) -> None:
    title, persons = "样本镇低保对象名单", {"备注": "马玉兰、杨占山、李建国、王小花、周生虎"}
    past.crawl(seen=[listed(Row({"title": title}, redact_fields(persons, title).value, key=URL))])
    assert past.ask(lambda asked: asked.news(URL, PLANS, persons, title)) is None


def claims(rows: int | None, catalog: str = PLANS) -> ListPage:
    return replace(listed(row(1), catalog=catalog), paging=Paging(rows_claimed=rows), family=("trs", "样本"))


def test_the_rows_a_list_claimed_last_in_an_earlier_crawl(past: Past) -> None:
    def claimed(crawl_id: int, catalog: str = PLANS) -> int | None:
        return past.ask(lambda asked: asked.rows_claimed(catalog), crawl_id)

    past.crawl(seen=[claims(10), claims(70, BUDGETS)])
    past.crawl(seen=[claims(50)], portal=NEIGHBOUR)
    past.crawl(seen=[claims(11)])
    past.crawl(seen=[claims(None)])
    assert [claimed(crawl_id) for crawl_id in (1, 2, 3, 4, 5)] == [None, 10, 10, 11, 11]
    assert claimed(5, BUDGETS) == 70


def test_the_family_that_made_a_list_last(past: Past) -> None:
    def family(portal: str, catalog: str = PLANS) -> str | None:
        return past.ask(lambda asked: asked.family(catalog), portal=portal)

    past.crawl(seen=[claims(1)])
    past.crawl(seen=[replace(claims(1), family=("jpage", "样本"))], portal=NEIGHBOUR)
    assert (family("p"), family("q"), family("p", BUDGETS)) == ("trs", "jpage", None)
    assert family("p", "http://p.example/unknown/") is None
    past.crawl(seen=[replace(claims(1), family=None)])
    assert family("p") == "trs"


# --- what is due ---


@pytest.fixture
def archive(tmp_path: Path) -> Iterable[Archive]:
    made = Archive(tmp_path / "due.db")
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("age", "asked", "due"),
    [
        (1 * DAY, 20 * HOUR, True),  # no page is asked more often than daily, but a crawl may come four hours early
        (1 * DAY, 20 * HOUR - SECOND, False),
        (-30 * DAY, 20 * HOUR, True),  # dated in the future
        (20 * DAY + HOUR, 5 * DAY, False),  # NOW is an hour past midnight, where days of publication begin
        (20 * DAY + HOUR, 5 * DAY + HOUR / 4, True),
        (20 * DAY + HOUR, 5 * DAY + HOUR / 4 - SECOND, False),
        (3000 * DAY, 60 * DAY, True),
        (3000 * DAY, 60 * DAY - SECOND, False),
    ],
)
def test_a_page_is_due_from_a_quarter_of_its_record_s_age_on(
    archive: Archive, age: timedelta, asked: timedelta, due: bool
) -> None:
    address = archive.add(1, age - HOUR if age == 20 * DAY + HOUR else age, asked)
    assert archive.due() == ([address] if due else [])


def test_only_listed_records_with_pages_that_were_asked_for_are_due(archive: Archive) -> None:
    archive.store.write([listed(row(3, published_on="2010-01-01"), last=False)], text(NOW - 400 * DAY))
    asked = archive.add(1, 300 * DAY, 90 * DAY)
    gone = archive.add(2, 300 * DAY, 90 * DAY)
    archive.store.write([listed(row(4, published_on="2010-01-01"), last=False)], text(NOW - 400 * DAY))
    archive.store._connection.execute("UPDATE records SET state = 'unlisted' WHERE url = ?", (gone,))
    assert archive.due() == [asked]
    archive.ask(asked, 50 * DAY)
    assert archive.due() == [], "the last time counts"


@pytest.mark.parametrize(
    ("budget", "asked_today", "count"), [(0, 0, 0), (3, 0, 3), (3, 2, 1), (3, 3, 0), (3, 4, 0), (30, 0, 25)]
)
def test_the_portal_file_s_budget_is_the_day_s(archive: Archive, budget: int, asked_today: int, count: int) -> None:
    overdue = [archive.add(number, 300 * DAY, (60 + number) * DAY) for number in range(1, 26)]
    for number in range(31, 31 + asked_today):
        archive.add(number, 300 * DAY, timedelta(0))
    with closing(Frontier(archive.path, PORTAL.id, 99)) as asked:
        assert asked.due(NOW, budget) == overdue[::-1][:count]


def test_another_portal_s_records_are_neither_due_nor_counted(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontier, "LEAST_DAILY_QUOTA", 1)
    overdue = [archive.add(number, 300 * DAY, (60 + number) * DAY) for number in (1, 2, 3)]
    other = Store(archive.path)
    other.begin(NEIGHBOUR, "full", text(NOW - 400 * DAY))
    other.write([listed(*(row(n, published_on="2010-01-01") for n in range(100, 400)))], text(NOW - 400 * DAY))
    asked = Capture(99, "http://p.example/3.html", text(NOW), 200, "page", "0" * 64, 1, None, None)
    other.write([], text(NOW), [asked])
    other.close()
    assert archive.due() == overdue[-1:]


# --- full or update ---


@pytest.mark.parametrize(
    ("ago", "every", "mode"),
    [
        (7 * DAY - 4 * HOUR, None, "full"),
        (7 * DAY - 4 * HOUR - SECOND, None, "update"),
        (20 * HOUR, DAY, "full"),
        (20 * HOUR - SECOND, DAY, "update"),
        (5 * HOUR, 6 * HOUR, "full"),  # short intervals: a sixth earlier, no more
        (5 * HOUR - SECOND, 6 * HOUR, "update"),
    ],
)
def test_a_full_crawl_is_due_again_somewhat_before_its_interval_is_over(
    past: Past, ago: timedelta, every: timedelta | None, mode: str
) -> None:
    past.crawl(began=NOW - ago)
    assert mode_for(past.db, "p", NOW, every) == mode
    assert mode_for(past.db, "q", NOW, every) == "full", "it was never crawled"


Crawl = tuple[str, str, int]
"""A crawl's mode and outcome, and how many days ago it began."""


@pytest.mark.parametrize(
    ("crawls", "mode"),
    [
        ([], "full"),
        ([("full", "finished", 1)], "update"),
        ([("update", "finished", 1)], "full"),
        ([("full", "interrupted", 1)], "full"),
        ([("full", "blocked", 1)], "full"),
        ([("full", "finished", 8), ("update", "finished", 1)], "full"),
        ([("full", "finished", 3), ("full", "incomplete", 1)], "update"),
        ([("full", "incomplete", n) for n in (2, 1)], "full"),
        ([("full", "incomplete", n) for n in (3, 2, 1)], "update"),  # TRIES in vain: as often as any other
        ([("full", "incomplete", n) for n in (10, 9, 1)], "update"),
        ([("full", "finished", 9), *(("full", "incomplete", n) for n in (3, 2, 1))], "update"),
        ([("full", "finished", 9), *(("full", "incomplete", n) for n in (2, 1))], "full"),
        ([("full", "incomplete", n) for n in (10, 9, 8)], "full"),
        ([("full", "finished", 2), ("update", "unsure", 1)], "full"),
        ([("full", "finished", 3), ("update", "unsure", 2), ("update", "blocked", 1)], "full"),
        ([("full", "finished", 3), ("update", "unsure", 2), ("update", "finished", 1)], "update"),
        ([("full", "finished", 3), ("update", "unsure", 2), ("update", "incomplete", 1)], "update"),
    ],
)
def test_a_portal_is_walked_wholly_until_it_was(past: Past, crawls: list[Crawl], mode: str) -> None:
    for kind, outcome, days in crawls:
        past.crawl(began=NOW - days * DAY, mode=kind, outcome=outcome)
        past.crawl(began=NOW - days * DAY, portal=NEIGHBOUR)
    assert mode_for(past.db, "p", NOW) == mode
    assert TRIES == 3


def test_a_portal_is_walked_wholly_since_it_moved(past: Past) -> None:
    past.crawl(began=NOW - DAY)
    with closing(sqlite3.connect(past.db)) as connection, connection:
        connection.execute("INSERT INTO settings VALUES ('moved:p', ?)", (text(NOW - HOUR),))
    past.crawl(began=NOW - HOUR / 2, mode="update")
    assert mode_for(past.db, "p", NOW) == "full"


def test_times_are_compared_whatever_zone_the_machine_is_in(past: Past) -> None:
    past.crawl(began=datetime(2019, 12, 31, 23, 30, tzinfo=UTC))
    assert mode_for(past.db, "p", NOW, 2 * HOUR) == "update"
    assert mode_for(past.db, "p", NOW + HOUR, 2 * HOUR) == "full"
