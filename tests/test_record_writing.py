"""Pages turned into records, flags, versions, files and problems: straight on the store."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.database.connection import transaction
from archive.ingest.record_writer import Writer
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import AttachmentFile, Capture, LinkedFile, ListPage, Observation, RecordPage
from archive.model.records import CUT_PAGE, OWN_PAGE, READ_IN_DOUBT, ROW_NOT_READ
from tests.conftest import empty_archive, rows
from tests.test_absence_proof import NEIGHBOUR
from tests.test_rosters import NAMES, TITLE
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, count, crawl, listed, page, row

URL = "http://p.example/1.html"
FILE = "http://p.example/1.pdf"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def record(path: Path, number: int = 1) -> dict[str, Any]:
    (found,) = rows(path, "SELECT * FROM records WHERE portal = 'p' AND url = ?", f"http://p.example/{number}.html")
    return found


def events(path: Path) -> list[object]:
    return [event["kind"] for event in rows(path, "SELECT kind FROM events WHERE kind <> 'added' ORDER BY id")]


def versions(path: Path, number: int = 1) -> list[tuple[Any, str]]:
    sql = "SELECT changed, cause FROM versions v JOIN records r ON r.id = record_id WHERE r.url LIKE ? ORDER BY number"
    return [(json.loads(str(each["changed"])), str(each["cause"])) for each in rows(path, sql, f"%/{number}.html")][1:]


def linked(*names: str) -> Observation:
    files = tuple(LinkedFile(name, f"http://p.example/{name}") for name in names)
    return replace(page(1), attachments=files)


def had(state: str, sha256: str | None = None, text: str | None = None, message: str | None = None) -> AttachmentFile:
    return AttachmentFile(URL, "1.pdf", FILE, sha256, 9 if sha256 else None, None, text, state, message)


def withhold(path: Path, target: str, key: str) -> None:
    """Have it noted that a record, an address, or a file by its sha256, is withheld."""
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        sql = "INSERT INTO withheld (target, key, reason, at, record_id) VALUES (?, ?, '', ?, 0)"
        connection.execute(sql, (target, key, DAY.format(1)))


# --- dates and flags ---


@pytest.mark.parametrize(
    ("first_seen", "published", "future"),
    [
        ("2026-01-01T15:59:59Z", "2026-01-01", False),
        ("2026-01-01T15:59:59Z", "2026-01-02", True),
        ("2026-01-01T16:00:00Z", "2026-01-02", False),  # midnight in Beijing, where days of publication are days
        ("2026-01-01T23:30:00Z", "2026-01-02", False),
        ("2026-01-01T23:30:00Z", "2026-01-03", True),
        ("2025-12-31T16:30:00Z", "2026-01-01", False),
        ("2026-01-01T00:00:00Z", "2025-12-31", False),
        ("2026-01-01T00:00:00Z", "2071-01-01", True),
    ],
)
def test_a_date_is_in_the_future_where_its_day_in_china_was_still_to_come(
    path: Path, first_seen: str, published: str, future: bool
) -> None:
    store = Store(empty_archive(path))
    store.begin(PORTAL, "full", first_seen)
    store.write([listed(row(1, published_on=published))], first_seen)
    store.finish("finished", first_seen)
    store.close()
    flagged = ["date_in_future"] if future else []
    year = ["index_year_differs"] if published[:4] != "2026" else []
    assert json.loads(record(path)["flags"]) == flagged + year
    crawl(path, [listed(row(1, published_on=published)), page(1)], day=28)
    assert json.loads(record(path)["flags"]) == flagged + year, "the day it was first seen counts"


def test_flags_come_and_go_with_what_pages_say(path: Path) -> None:
    crawl(path, [listed(row(1, title="样本文件之..."))])
    assert record(path)["flags"] == '["title_truncated"]'
    crawl(path, [listed(row(1, title="样本文件之...")), page(1, title="样本文件之1全称")], day=2)
    assert (record(path)["flags"], record(path)["title"]) == ("[]", "样本文件之1全称")
    crawl(
        path, [listed(row(1, title="样本文件之...")), page(1, title="样本文件之1全称", index_number="9/2026-9")], day=3
    )
    assert record(path)["flags"] == '["index_number_differs"]'


def test_the_four_dates_are_kept_apart(path: Path) -> None:
    store = Store(empty_archive(path))
    store.begin(PORTAL, "full", DAY.format(20))
    answer = Capture(1, URL, DAY.format(20), 200, "page", "0" * 64, 1, None, "Thu, 15 Jan 2026 00:00:00 GMT")
    dated = [listed(row(1, published_on="2026-01-10")), replace(page(1, created_on="2026-01-05"), capture=1)]
    store.write(dated, DAY.format(20), [answer])
    store.finish("finished", DAY.format(20))
    store.close()
    kept = record(path)
    assert (kept["created_on"], kept["published_on"], kept["first_seen"]) == (
        "2026-01-05",
        "2026-01-10",
        DAY.format(20),
    )
    captured = rows(path, "SELECT last_modified FROM captures WHERE id = ?", kept["capture_id"])
    assert captured == [{"last_modified": "Thu, 15 Jan 2026 00:00:00 GMT"}]
    crawl(path, [listed(row(1)), page(1)], day=21)  # neither date is stated any more
    assert (record(path)["created_on"], record(path)["published_on"]) == (None, None)


def test_the_kind_is_that_of_the_first_catalogue_of_the_portal_file(path: Path) -> None:
    crawl(path, [listed(row(1), catalog=BUDGETS)])
    assert record(path)["kind"] == "budget"
    crawl(path, [listed(row(1), catalog=BUDGETS), listed(row(1))], day=2)
    assert record(path)["kind"] == "plan"
    assert events(path) == []


# --- listings ---


def test_a_listing_says_when_the_catalogue_showed_the_record_first_and_last(path: Path) -> None:
    crawl(path, [listed(row(1), row(2)), listed(row(1), catalog=BUDGETS)])
    crawl(path, [listed(row(1)), listed(replace(row(1), url=f"{URL}?b"), catalog=BUDGETS)], day=2)
    crawl(path, [listed(row(1))], day=3)
    sql = "SELECT r.url, c.url AS catalog, l.first_seen, l.last_seen, l.crawl_id, link FROM listings l JOIN records r ON r.id = record_id JOIN catalogs c ON c.id = catalog_id ORDER BY 1, 2 DESC"
    assert [tuple(each.values()) for each in rows(path, sql)] == [
        (URL, PLANS, DAY.format(1), DAY.format(3), 3, None),
        (URL, BUDGETS, DAY.format(1), DAY.format(2), 2, f"{URL}?b"),
        ("http://p.example/2.html", PLANS, DAY.format(1), DAY.format(1), 1, None),
    ]
    seen = rows(path, "SELECT first_seen, last_seen FROM records ORDER BY url")
    assert [tuple(each.values()) for each in seen] == [(DAY.format(1), DAY.format(3)), (DAY.format(1), DAY.format(1))]


@pytest.mark.parametrize("state", ["unlisted", "withdrawn"])
def test_a_record_that_is_listed_again_has_returned_with_the_list_that_shows_it(path: Path, state: str) -> None:
    crawl(path, [listed(row(1), row(2))])
    with_state = open_up_to_date(path)
    with_state.execute("UPDATE records SET state = ? WHERE url = ?", (state, URL))
    with_state.close()
    store = Store(path)
    store.begin(PORTAL, "full", DAY.format(2))
    store.write(
        [replace(listed(row(1)), capture=5)],
        DAY.format(2),
        [Capture(5, PLANS, DAY.format(2), 200, "page", "0" * 64, 1, None, None)],
    )
    store.finish("finished", DAY.format(2))
    store.close()
    (event,) = rows(path, "SELECT detail, at FROM events WHERE kind = 'returned'")
    assert (json.loads(str(event["detail"])), event["at"]) == ({"capture": 5, "was": state}, DAY.format(2))
    assert record(path)["state"] == "listed"


def test_a_list_that_did_not_change_is_proved_by_the_answer_that_shows_it(path: Path) -> None:
    store = Store(empty_archive(path))
    crawls = [
        ([(1, PLANS, "page"), (2, BUDGETS, "page"), (3, PLANS, "error")], []),
        (
            [(4, PLANS, "not_modified"), (5, BUDGETS, "page")],
            [replace(listed(row(1)), capture=4), replace(listed(row(2), catalog=BUDGETS), capture=5)],
        ),
    ]
    for day, (kinds, lists) in enumerate(crawls, 1):
        store.begin(PORTAL, "full", DAY.format(day))
        captures = [Capture(n, url, DAY.format(day), 200, kind, "0" * 64, 1, None, None) for n, url, kind in kinds]
        store.write(lists, DAY.format(day), captures)
        store.finish("finished", DAY.format(day))
    store.close()
    assert [each["capture_id"] for each in rows(path, "SELECT capture_id FROM records ORDER BY url")] == [1, 5]
    assert [each["capture_id"] for each in rows(path, "SELECT capture_id FROM walks ORDER BY 1")] == [4, 5]


def test_half_a_page_makes_no_record_and_takes_nothing_away(path: Path) -> None:
    def cut(**fields: str) -> ListPage:
        return listed(replace(row(1), fields=fields, source_fields={"标题": fields["title"]}, doubts=(CUT_PAGE,)))

    crawl(path, [cut(title="样本文"), listed(row(2), catalog=BUDGETS)])
    assert [found["title"] for found in rows(path, "SELECT title FROM records")] == ["样本文件之2"]
    crawl(path, [listed(row(1))], day=2)
    assert (record(path)["title"], record(path)["flags"], events(path)) == ("样本文件之1", "[]", [])
    crawl(path, [cut(title="样本文")], day=3)
    assert (record(path)["title"], record(path)["flags"], events(path)) == ("样本文件之1", "[]", [])
    assert record(path)["last_seen"] == DAY.format(3)


# --- versions and what is no version ---


def test_what_a_catalogue_or_page_says_first_completes_and_what_it_says_next_changes(path: Path) -> None:
    crawl(path, [listed(row(1))])
    crawl(path, [listed(row(1)), listed(row(1, topic="样本"), catalog=BUDGETS)], day=2)
    assert (record(path)["topic"], versions(path), record(path)["changed_at"]) == ("样本", [], None)
    crawl(path, [listed(row(1)), listed(row(1, topic="样例"), catalog=BUDGETS)], day=3)
    assert versions(path) == [({"topic": ["样本", "样例"]}, "source")]
    assert (events(path), record(path)["changed_at"]) == (["changed"], DAY.format(3))


def test_the_event_of_a_change_says_what_changed_and_which_capture_shows_it(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1)])
    store = crawl(path, [listed(row(1))], day=2, finish=False)
    shown = Capture(1, URL, DAY.format(2), 200, "page", "0" * 64, 1, None, None)
    store.write([replace(page(1, "样本正文，另一种"), capture=1)], DAY.format(2), [shown])
    store.finish("finished", DAY.format(2))
    store.close()
    (event,) = rows(path, "SELECT detail, after_capture_id FROM events WHERE kind = 'changed'")
    assert json.loads(str(event["detail"])) == {"changed": {"body": ["样本正文", "样本正文，另一种"]}, "capture": 1}
    assert event["after_capture_id"] == 1


def test_a_text_with_other_blanks_is_the_one_known(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1, "样本正文，第一段。")])
    crawl(path, [listed(row(1)), page(1, "样本 正文，第一段。 ", topic="样本")], day=2)
    assert (record(path)["body"], versions(path)) == ("样本正文，第一段。", [({"topic": [None, "样本"]}, "source")])


def test_a_record_that_was_withheld_before_its_portal_was_removed_stays_so(path: Path) -> None:
    crawl(path, [])
    withhold(path, "record", f"p {URL}")
    crawl(path, [listed(row(1), row(2))], day=2)
    assert [record(path, number)["state"] for number in (1, 2)] == ["withheld", "listed"]


def test_a_reading_whose_doubts_are_lost_has_none(path: Path) -> None:
    crawl(path, [listed(row(1))])
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        connection.execute("UPDATE readings SET fields = json_remove(fields, '$.doubts')")
    crawl(path, [listed(row(1, title="样本新题"))], day=2)
    assert events(path) == ["changed"]


def test_a_new_record_is_found_by_its_title(path: Path) -> None:
    crawl(path, [listed(row(1), row(2))])
    with closing(open_up_to_date(path)) as connection:
        assert count(connection, "样本文件之1") == 1


def test_a_changed_label_that_no_column_holds_is_kept_and_no_version(path: Path) -> None:
    crawl(path, [listed(row(1)), page(1)])
    other = replace(page(1), source_fields={"文号": "1", "语种": "中文"})
    crawl(path, [listed(row(1)), other], day=2)
    assert json.loads(record(path)["source_fields"]) == {"标题": "样本文件之1", "文号": "1", "语种": "中文"}
    assert (versions(path), events(path)) == ([], [])


@pytest.fixture
def parser(path: Path) -> Any:
    """A record that was read, and the writer with which a later parser reads its pages again."""
    store = crawl(path, [listed(row(1)), page(1)], finish=False)
    store.write([], DAY.format(1), [Capture(1, PLANS, DAY.format(1), 200, "page", "0" * 64, 1, None, None)])
    store.finish("finished", DAY.format(1))
    store.close()
    connection = open_up_to_date(path)
    connection.row_factory = sqlite3.Row
    catalogs = {each["id"]: each["kind"] for each in connection.execute("SELECT id, kind FROM catalogs")}
    yield Writer(connection, "p", 1, catalogs, cause="parser")
    connection.close()


def test_what_a_later_parser_reads_is_a_version_and_no_edit(path: Path, parser: Writer) -> None:
    with transaction(parser.connection):
        again = RecordPage({**page(1).fields, "topic": "样本"}, {"文号": "1"}, body="样本正文，读全")
        parser.take(1, OWN_PAGE, again, None, DAY.format(9))
    assert versions(path) == [({"topic": [None, "样本"], "body": ["样本正文", "样本正文，读全"]}, "parser")]
    assert (events(path), record(path)["changed_at"]) == ([], None)
    crawl(path, [listed(row(1)), replace(page(1, "样本正文，读全", topic="样本"))], day=10)
    assert events(path) == [], "the next crawl, by the same parser, finds what it knows"


@pytest.mark.parametrize("stands", [True, False])
def test_a_row_that_today_s_parser_does_not_find_is_doubted_and_not_missed(
    path: Path, parser: Writer, stands: bool
) -> None:
    (catalog,) = rows(path, "SELECT id FROM catalogs WHERE url = ?", PLANS)
    with transaction(parser.connection):
        assert parser.disown(1, int(str(catalog["id"])), 1, DAY.format(9))
        assert not parser.disown(1, int(str(catalog["id"])), 1, DAY.format(9))
    assert record(path)["flags"] == f'["{ROW_NOT_READ}"]'
    assert rows(path, "SELECT * FROM listings") == []
    assert rows(path, "SELECT capture_id FROM readings WHERE catalog_id = ?", catalog["id"]) == [{"capture_id": 1}]
    store = Store(path)
    store.begin(PORTAL, "full", DAY.format(10))
    store.write([listed(row(1, title="样本文件之一") if stands else row(2))], DAY.format(10))
    assert store.missing(DAY.format(10)) == []
    store.finish("finished", DAY.format(10))
    store.close()
    assert events(path) == [], "what completes a doubtful row is no edit"
    assert record(path)["flags"] == ("[]" if stands else f'["{ROW_NOT_READ}"]')


def test_a_page_first_read_on_a_doubted_day_keeps_its_proof_and_the_next_reading_is_no_edit(path: Path) -> None:
    store = crawl(path, [listed(row(1))], finish=False)
    shown = Capture(1, URL, DAY.format(1), 200, "page", "0" * 64, 1, None, None)
    store.write([replace(page(1), capture=1)], DAY.format(1), [shown])
    with transaction(store._connection):
        store._writer.doubt(1, OWN_PAGE, None, DAY.format(1))
    store.finish("finished", DAY.format(1))
    store.close()
    assert record(path)["flags"] == f'["{READ_IN_DOUBT}"]'
    assert rows(path, "SELECT capture_id FROM readings WHERE catalog_id = ?", OWN_PAGE) == [{"capture_id": 1}]
    crawl(path, [listed(row(1)), page(1, "样本正文，另一种")], day=2)
    assert (record(path)["body"], record(path)["flags"], events(path)) == ("样本正文，另一种", "[]", [])


def test_a_row_first_read_on_a_doubted_day_keeps_the_list_page_that_shows_it(path: Path) -> None:
    store = crawl(path, [listed(row(1))], finish=False)
    store.write([], DAY.format(1), [Capture(1, PLANS, DAY.format(1), 200, "page", "0" * 64, 1, None, None)])
    (catalog,) = rows(path, "SELECT id FROM catalogs WHERE url = ?", PLANS)
    with transaction(store._connection):
        store._writer.doubt(1, int(str(catalog["id"])), 1, DAY.format(1))
    store.finish("finished", DAY.format(1))
    store.close()
    assert rows(path, "SELECT catalog_id, capture_id FROM readings") == [{"catalog_id": catalog["id"], "capture_id": 1}]


def read_on(path: Path, number: int, *observations: Observation) -> None:
    """A day's crawl, which has one capture, of the record's page."""
    store = crawl(path, [listed(row(1))], day=number, finish=False)
    shown = Capture(number, URL, DAY.format(number), 200, "page", f"{number:064x}", 1, None, None)
    store.write(observations, DAY.format(number), [shown])
    store.finish("finished", DAY.format(number))
    store.close()


def test_a_page_that_is_read_again_from_an_earlier_capture_was_last_seen_when_it_was(path: Path) -> None:
    for day in (1, 2):
        read_on(path, day, replace(page(1), capture=day))
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        connection.row_factory = sqlite3.Row
        catalogs = {each["id"]: each["kind"] for each in connection.execute("SELECT id, kind FROM catalogs")}
        Writer(connection, "p", 2, catalogs, cause="parser").take(1, OWN_PAGE, page(1), 1, DAY.format(9))
    assert rows(path, "SELECT seen_capture_id FROM readings WHERE catalog_id = 0") == [{"seen_capture_id": 2}]


def test_the_last_capture_that_shows_a_page_as_it_was_read_is_kept(path: Path) -> None:
    for number, body, other in ((1, "样本正文", {}), (2, "样本正文", {}), (3, None, {"topic": "样本"})):
        read_on(path, number, replace(page(1, **other), body=body, capture=number))
        (reading,) = rows(path, "SELECT capture_id, seen_capture_id FROM readings WHERE catalog_id = ?", OWN_PAGE)
        assert tuple(reading.values()) == {1: (1, 1), 2: (1, 2), 3: (3, None)}[number], "a page without its text"


def test_when_a_later_parser_s_version_came_about_is_not_known(path: Path) -> None:
    read_on(path, 1, replace(page(1), capture=1))
    read_on(path, 2)
    with closing(open_up_to_date(path)) as connection, transaction(connection):
        connection.row_factory = sqlite3.Row
        Writer(connection, "p", 2, {}, cause="parser").take(1, OWN_PAGE, page(1, "样本正文，读全"), 2, DAY.format(9))
    (version,) = rows(path, "SELECT capture_id, not_before, before_capture_id FROM versions WHERE number > 1")
    assert tuple(version.values()) == (2, None, None)


@pytest.mark.parametrize(("listed_as", "headed"), [(TITLE, "样本"), ("样本", TITLE)])
def test_a_text_that_lists_persons_is_held_back_as_of_the_day_on_which_it_was_read(
    path: Path, listed_as: str, headed: str
) -> None:
    crawl(path, [listed(row(1, title=listed_as)), page(1, "、".join(NAMES), title=headed)], day=3)
    assert record(path)["body"] is None
    assert rows(path, "SELECT state, at FROM rosters") == [{"state": "waiting", "at": DAY.format(3)}]


def test_what_a_record_said_once_is_known_again(path: Path) -> None:
    crawl(path, [listed(row(1, title="样本甲")), linked("1.pdf")])
    crawl(path, [listed(row(1, title="样本乙", topic="样本")), linked("1.pdf")], day=2)
    crawl(path, [listed(row(1, title="样本丙", topic="样本")), linked("2.pdf")], day=3)
    with closing(open_up_to_date(path)) as connection:
        connection.row_factory = sqlite3.Row
        writer = Writer(connection, "p", 3, {})

        def known(**now: object) -> bool:
            return writer.restores(1, {name: [None, value] for name, value in now.items()})

        titles = ("样本甲", "样本乙", " 样本 甲", "样本丙", "样本丁", None)
        assert [known(title=title) for title in titles] == [True, True, True, False, False, False], "but for blanks"
        assert [known(topic=topic) for topic in (None, "", "样本")] == [True, False, False]
        assert [known(attachments=[name]) for name in ("1.pdf", "2.pdf")] == [True, False]
        assert not known(publisher="样本甲"), "in another field"
        assert [known(title="样本甲", topic=topic) for topic in (None, "样本甲")] == [True, False], "all of it"


# --- what is counted, and what belongs to no record ---


def test_pages_and_files_of_unknown_records_are_left_to_the_next_crawl(path: Path) -> None:
    crawl(path, [listed(row(2)), page(1), had("text", "1" * 64, "样本")])
    assert rows(path, "SELECT url FROM records") == [{"url": "http://p.example/2.html"}]
    assert rows(path, "SELECT * FROM attachments") == []
    (found,) = rows(path, "SELECT counts FROM crawls")
    assert json.loads(str(found["counts"])) == {"added": 1, "list_pages": 1, "rows": 1}


def test_a_page_without_a_text_is_a_problem_where_there_was_one(path: Path) -> None:
    bare = replace(page(1), body=None)
    crawl(path, [listed(row(1)), bare])
    assert rows(path, "SELECT * FROM problems") == []
    crawl(path, [listed(row(1)), page(1)], day=2)
    crawl(path, [listed(row(1)), bare], day=3)
    assert rows(path, "SELECT kind, crawl_id FROM problems") == [{"kind": "body_missing", "crawl_id": 3}]
    assert record(path)["body"] == "样本正文"


def test_how_much_was_masked_is_counted_for_each_source_as_it_is_now(path: Path) -> None:
    def masked(*counts: dict[str, int]) -> list[Observation]:
        own, other = counts
        return [listed(replace(row(1), redacted=other)), replace(page(1), redacted=own)]

    crawl(path, masked({"phone": 2, "bank_card": 1}, {"phone": 1}))
    sql = "SELECT source, kind, count FROM redactions ORDER BY 1, 2"
    (catalog,) = rows(path, "SELECT id FROM catalogs WHERE url = ?", PLANS)
    listing = (str(catalog["id"]), "phone", 1)
    assert [tuple(each.values()) for each in rows(path, sql)] == [("0", "bank_card", 1), ("0", "phone", 2), listing]
    crawl(path, masked({"phone": 3}, {"phone": 1}), day=2)
    assert [tuple(each.values()) for each in rows(path, sql)] == [("0", "phone", 3), listing]


def test_what_a_portal_file_says_is_kept_as_it_says_it_now(path: Path) -> None:
    crawl(path, [replace(listed(row(1)), breadcrumb=("首页", "样本"), family=("trs", "样本标记"))])
    store = Store(path)
    store.begin(NEIGHBOUR, "full", DAY.format(2))
    store.finish("finished", DAY.format(2))
    named = replace(PORTAL, name="样本县（新）", checked_on="2026-01-02", family="trs", home="http://new.example/")
    store.begin(
        replace(named, catalogs=(replace(PORTAL.catalogs[0], kind="notice", title="样本公告"),)), "full", DAY.format(3)
    )
    store.write([replace(listed(row(1)), breadcrumb=(), family=None)], DAY.format(3))
    store.finish("finished", DAY.format(3))
    store.close()
    (portal,) = rows(path, "SELECT * FROM portals WHERE id = 'p'")
    stated = [portal[each] for each in ("name", "checked_on", "family", "home")]
    assert stated == ["样本县（新）", "2026-01-02", "trs", "http://new.example/"]
    sql = "SELECT kind, title, path, family, family_reason FROM catalogs WHERE portal = 'p' ORDER BY id"
    assert [tuple(each.values()) for each in rows(path, sql)] == [
        ("notice", "样本公告", "首页 > 样本", "trs", "样本标记"),
        ("budget", "预算", None, None, None),
    ]
    assert rows(path, "SELECT name FROM portals WHERE id = 'q'") == [{"name": "样本邻县"}]
    assert [each["catalog_id"] for each in rows(path, "SELECT catalog_id FROM ledger WHERE crawl_id = 3")] == [1]
