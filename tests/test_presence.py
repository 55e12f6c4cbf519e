"""Records claimed to be gone, and those that are not: straight on the store, one doubt at a time."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.store import Store
from archive.model.observations import (
    AttachmentFile,
    Capture,
    LinkedFile,
    ListPage,
    MissingPage,
    Observation,
    Problem,
    RecordPage,
    Row,
)
from archive.tables.printed_table import PrintedTable
from tests.conftest import rows
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, listed, page, row

READINGS = "SELECT record_id, catalog_id, fields, source_fields, capture_id FROM readings"
ALL = tuple(row(number) for number in range(1, 21))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def url(number: int) -> str:
    return f"http://p.example/{number}.html"


class Crawls:
    """Crawls of an archive, one a day, each answer with a capture of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.day = 0
        self.captures = 0
        self.portal = PORTAL

    def capture(self, store: Store, address: str, outcome: str = "page") -> int:
        self.captures += 1
        seen = Capture(self.captures, address, DAY.format(self.day), 200, outcome, "0" * 64, 1, None, None)
        store.write([], DAY.format(self.day), [seen])
        return self.captures

    def run(
        self,
        *lists: ListPage,
        pages: Iterable[RecordPage | AttachmentFile] = (),
        lost: Iterable[int] = (),
        unchanged: Iterable[int] = (),
        asked: dict[int, str] | None = None,
        lost_as: str = "gone",
        second: ListPage | None = None,
        seconds: Iterable[ListPage] = (),
        reason: str = "finished",
        mode: str = "full",
    ) -> None:
        self.day += 1
        now = DAY.format(self.day)
        store = Store(self.path)
        store.begin(self.portal, mode, now)
        for seen in lists:
            number = self.capture(store, seen.catalog_url)
            store.write([with_capture(seen, number)], now)
        for own in pages:
            store.write([with_capture(own, self.capture(store, own.url))], now)
        for number in lost:
            self.capture(store, url(number), lost_as)
            if lost_as == "redirect":
                store.write([Problem("not_found", url(number), "sent on to no page")], now)
        for number in unchanged:
            self.capture(store, url(number), "not_modified")
        self.missing = [record.url for record in store.missing(now)]
        for record, outcome in (asked or {}).items():
            if url(record) not in self.missing:
                continue
            number = self.capture(store, url(record), outcome)
            store.write([MissingPage(url(record), outcome, f"found to be {outcome}", number)], now)
        self.again = store.to_walk_again()
        for seen in [second] if second else seconds:
            number = self.capture(store, seen.catalog_url)
            store.write([with_capture(seen, number, second_pass=True)], now)
        store.finish(reason, now)
        store.close()

    def events(self) -> list[tuple[str, str]]:
        sql = "SELECT e.kind, r.url FROM events e JOIN records r ON r.id = e.record_id WHERE e.kind <> 'added' ORDER BY e.id"
        return [(str(found["kind"]), str(found["url"])) for found in rows(self.path, sql)]


def with_capture(seen: Observation, number: int, *, second_pass: bool = False) -> Observation:
    if isinstance(seen, ListPage):
        return replace(seen, capture=number, second_pass=second_pass)
    return replace(seen, capture=number)


def without(*gone: int, last: bool = True) -> ListPage:
    return listed(*(each for number, each in enumerate(ALL, 1) if number not in gone), last=last)


@pytest.fixture
def crawls(path: Path) -> Crawls:
    made = Crawls(path)
    made.run(listed(*ALL))
    return made


def test_withdrawn_only_when_its_own_page_is_gone_too(crawls: Crawls) -> None:
    crawls.run(without(7), asked={7: "gone"})
    assert crawls.missing == [url(7)]
    assert crawls.events() == [("withdrawn", url(7))]
    (event,) = rows(crawls.path, "SELECT * FROM events WHERE kind = 'withdrawn'")
    proof = json.loads(str(event["detail"]))
    assert proof["walk"] == event["crawl_id"] == 2
    assert rows(crawls.path, "SELECT url, outcome FROM captures WHERE id = ?", proof["page"]) == [
        {"url": url(7), "outcome": "gone"}
    ]
    walked = rows(crawls.path, "SELECT c.url FROM walks w JOIN captures c ON c.id = w.capture_id WHERE w.crawl_id = 2")
    assert walked == [{"url": PLANS}]


@pytest.mark.parametrize("outcome", ["blocked", "error", "home", "cut"])
def test_a_page_that_was_not_had_proves_nothing(crawls: Crawls, outcome: str) -> None:
    crawls.run(without(7), asked={7: outcome}, second=without(7))
    assert crawls.events() == []


def test_a_list_that_still_shows_a_page_that_is_gone_does_not_date_the_withdrawal(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[page(3)])
    crawls.run(listed(*ALL), lost=[3])
    gone = crawls.captures
    crawls.run(without(3), asked={3: "gone"})
    (told,) = rows(crawls.path, "SELECT not_before, after_capture_id FROM events WHERE kind = 'withdrawn'")
    assert told == {"not_before": DAY.format(2), "after_capture_id": gone}


@pytest.mark.parametrize(("lost", "told"), [((8, 9), 1), ((8, 9, 10), 0)])
def test_a_day_on_which_listed_pages_are_gone_withdraws_nothing(
    crawls: Crawls, lost: tuple[int, ...], told: int
) -> None:
    crawls.run(without(5), pages=[page(n) for n in (5, *lost)], asked={5: "page"}, second=without(5))
    crawls.run(without(5), lost=lost, asked={5: "gone"})
    assert [kind for kind, _ in crawls.events()] == ["unlisted", *["withdrawn"] * told]
    crawls.run(without(5), asked={5: "gone"})
    assert [kind for kind, _ in crawls.events()] == ["unlisted", "withdrawn"]


def test_a_row_that_leads_to_another_site_is_unlisted_when_no_list_shows_it(crawls: Crawls) -> None:
    elsewhere = replace(row(99), key="http://other.example/99.html", doubts=("off_site",))
    crawls.run(listed(*ALL, elsewhere))
    crawls.run(listed(*ALL), second=listed(*ALL))
    assert (crawls.missing, crawls.events()) == ([None], [("unlisted", elsewhere.key)])


def test_a_page_not_asked_proves_nothing(crawls: Crawls) -> None:
    crawls.run(without(7), second=without(7))
    assert crawls.events() == []


def test_a_walk_that_did_not_reach_its_end_proves_nothing(crawls: Crawls) -> None:
    crawls.run(without(7, last=False), asked={7: "gone"})
    assert (crawls.missing, crawls.events()) == ([], [])


def test_a_walk_implausibly_short_proves_nothing_until_the_next_agrees(crawls: Crawls) -> None:
    gone = range(10, 21)
    crawls.run(without(*gone), asked=dict.fromkeys(gone, "gone"))
    assert (crawls.missing, crawls.events()) == ([], [])
    assert [found["kind"] for found in rows(crawls.path, "SELECT kind FROM problems")] == ["list_shrunk"]
    crawls.run(without(*gone), asked=dict.fromkeys(gone, "gone"))
    assert crawls.events() == [("withdrawn", url(number)) for number in gone]


def test_unlisted_only_after_a_second_walk(crawls: Crawls) -> None:
    crawls.run(without(7), asked={7: "page"})
    assert (crawls.again, crawls.events()) == ({PLANS}, [])
    crawls.run(without(7), asked={7: "page"}, second=without(7))
    assert crawls.events() == [("unlisted", url(7))]
    assert rows(crawls.path, "SELECT state FROM records WHERE url = ?", url(7)) == [{"state": "unlisted"}]


def test_a_row_that_slipped_between_pages_is_found_by_the_second_walk(crawls: Crawls) -> None:
    crawls.run(without(7), asked={7: "page"}, second=listed(*ALL))
    assert crawls.events() == []


def test_a_second_walk_that_broke_off_proves_nothing(crawls: Crawls) -> None:
    crawls.run(without(7), asked={7: "page"}, second=without(7, last=False))
    assert crawls.events() == []


def test_an_unlisted_record_is_asked_after_until_it_is_withdrawn_or_returns(crawls: Crawls) -> None:
    crawls.run(without(7, 8), asked={7: "page", 8: "page"}, second=without(7, 8))
    crawls.run(without(7, 8), asked={7: "gone", 8: "page"})
    assert crawls.missing == [url(7), url(8)]
    crawls.run(listed(*ALL))
    told = ["unlisted", "unlisted", "withdrawn", "returned", "returned"]
    assert [kind for kind, _ in crawls.events()] == told
    assert rows(crawls.path, "SELECT DISTINCT state FROM records") == [{"state": "listed"}]


def test_a_record_in_two_catalogues_is_missing_only_when_both_lack_it(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), listed(ALL[6], catalog=BUDGETS))
    crawls.run(without(7), listed(ALL[6], catalog=BUDGETS), asked={7: "gone"})
    assert (crawls.missing, crawls.events()) == ([], [])
    crawls.run(without(7), asked={7: "gone"})  # the other list was not walked at all
    assert (crawls.missing, crawls.events()) == ([], [])


def test_a_record_that_may_have_left_its_list_for_one_that_could_not_be_walked_is_not_unlisted(crawls: Crawls) -> None:
    budgets = listed(*(row(number) for number in range(31, 36)), catalog=BUDGETS)
    crawls.run(listed(*ALL), budgets)
    broken = replace(budgets, rows=budgets.rows[:1], last=False)
    crawls.run(without(7), broken, asked={7: "page"}, seconds=[without(7), budgets])
    assert (crawls.again, crawls.events()) == (set(), [])
    crawls.run(without(7), replace(budgets, rows=(*budgets.rows, row(7))))
    assert crawls.events() == []


def test_a_row_that_slipped_in_another_list_is_found_by_the_second_walk(crawls: Crawls) -> None:
    budgets = listed(*(row(number) for number in range(31, 36)), catalog=BUDGETS)
    crawls.run(listed(*ALL), budgets)
    there = replace(budgets, rows=(*budgets.rows, row(7)))
    crawls.run(without(7), budgets, asked={7: "page"}, seconds=[without(7), there])
    assert (crawls.again, crawls.events()) == ({PLANS, BUDGETS}, [])


def test_a_list_that_can_not_be_walked_for_long_is_not_waited_for(crawls: Crawls) -> None:
    budgets = listed(*(row(number) for number in range(31, 36)), catalog=BUDGETS)
    crawls.run(listed(*ALL), budgets)
    for _ in range(3):
        crawls.run(without(7), asked={7: "page"}, second=without(7))
        assert crawls.events() == []
    crawls.run(without(7), asked={7: "page"}, second=without(7))
    assert crawls.events() == [("unlisted", url(7))]


def text(number: int, body: str = "样本正文，同一篇") -> RecordPage:
    return page(number, body, index_number="640399001/2026-00007", title="样本文件之7")


def test_the_same_number_and_text_at_a_new_address_is_moved(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    (before,) = rows(crawls.path, "SELECT id, first_seen FROM records WHERE url = ?", url(7))
    new = row(99, title="样本文件之7", index_number="640399001/2026-00007")
    crawls.run(listed(*without(7).rows, new), pages=[text(99)], asked={7: "gone"})
    assert crawls.events() == [("moved", url(99))]
    (after,) = rows(crawls.path, "SELECT id, first_seen, state, flags FROM records WHERE url = ?", url(99))
    assert (after["id"], after["first_seen"], after["state"]) == (before["id"], before["first_seen"], "listed")
    assert "index_number_repeated" not in str(after["flags"])
    assert rows(crawls.path, "SELECT count(*) AS n FROM events WHERE kind = 'added'") == [{"n": 20}]
    (counts,) = rows(crawls.path, "SELECT counts FROM crawls WHERE id = 3")
    assert json.loads(str(counts["counts"]))["moved"] == 1
    assert json.loads(str(counts["counts"])).get("added", 0) == 0


def redesigned(number: int, **fields: str) -> Row:
    return Row(fields, {"标题": fields["title"]}, key=url(number))


REDESIGNED = {"title": "样本公告，无索引号", "published_on": "2018-02-03"}


@pytest.mark.parametrize(
    ("there", "text", "expected"),
    [
        (REDESIGNED, "样本正文", "moved"),
        ({**REDESIGNED, "index_number": "640399001/2018-00001"}, "样本正文", "moved"),  # the new site has numbers
        (REDESIGNED, "样本正文，另一篇", "withdrawn"),
        ({**REDESIGNED, "published_on": "2018-02-04"}, "样本正文", "withdrawn"),
        ({**REDESIGNED, "title": "样本公告，另一个"}, "样本正文", "withdrawn"),
    ],
)
def test_without_an_index_number_the_same_title_date_and_text_are_a_move(
    path: Path, there: dict[str, str], text: str, expected: str
) -> None:
    """A redesign that changes every address must not look like the withdrawal of everything."""
    crawls = Crawls(path)
    crawls.run(listed(*ALL, redesigned(31, **REDESIGNED)), pages=[page(31, "样本正文", **REDESIGNED)])
    crawls.run(listed(*ALL, redesigned(32, **there)), pages=[page(32, text, **there)], asked={31: "gone"})
    assert crawls.events() == [(expected, url(32 if expected == "moved" else 31))]


def test_two_numbers_that_differ_are_no_move_whatever_else_is_the_same(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    same = {"title": "样本文件之7", "index_number": "640399001/2026-00099"}
    crawls.run(
        listed(*without(7).rows, row(99, **same)), pages=[page(99, "样本正文，同一篇", **same)], asked={7: "gone"}
    )
    assert crawls.events() == [("withdrawn", url(7))]


def test_a_move_is_one_too_where_both_addresses_were_listed_for_a_while(crawls: Crawls) -> None:
    old, new = page(7, "样本正文之七"), page(27, "样本正文之七")
    moved = listed(*ALL, row(27, index_number="640399001/2026-00007"))
    crawls.run(listed(*ALL), pages=[old])
    crawls.run(moved, pages=[new])
    crawls.run(listed(*(each for each in moved.rows if each.key != url(7))), asked={7: "gone"})
    assert crawls.events() == [("moved", url(27))]


def test_of_two_that_stood_side_by_side_from_the_first_none_is_what_the_other_became(crawls: Crawls) -> None:
    both = listed(*ALL, row(27, index_number="640399001/2026-00007"))
    crawls.run(both, pages=[page(27, "样本正文之七")])
    crawls.run(both, pages=[page(7, "样本正文之七")])
    crawls.run(listed(*ALL), asked={27: "gone"})
    assert crawls.events() == [("withdrawn", url(27))]


def test_another_text_under_the_number_is_no_move(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    new = row(99, title="样本文件之7", index_number="640399001/2026-00007")
    crawls.run(listed(*without(7).rows, new), pages=[text(99, "样本正文，另一篇")], asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_a_move_is_not_called_a_withdrawal_while_the_new_page_is_unread(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    new = row(99, title="样本文件之7", index_number="640399001/2026-00007")
    crawls.run(listed(*without(7).rows, new), asked={7: "gone"})
    assert crawls.events() == []
    crawls.run(listed(*without(7).rows, new), pages=[text(99)], asked={7: "gone"})
    assert crawls.events() == [("moved", url(99))]


def test_what_happened_to_the_new_address_meanwhile_stays_told(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    new = row(99, title="样本文件之7", index_number="640399001/2026-00007")
    crawls.run(without(7, last=False), listed(new, last=False), pages=[text(99, "样本正文，初稿")])
    crawls.run(listed(*without(7).rows, new), pages=[text(99)], asked={7: "gone"})
    assert crawls.events() == [("changed", url(99)), ("moved", url(99))]
    versions = rows(
        crawls.path,
        "SELECT v.number FROM versions v JOIN records r ON r.id = v.record_id WHERE r.url = ? ORDER BY 1",
        url(99),
    )
    assert versions == [{"number": 1}, {"number": 2}]


# --- versions ---


def versions(path: Path, number: int) -> list[dict[str, object]]:
    sql = "SELECT v.* FROM versions v JOIN records r ON r.id = v.record_id WHERE r.url = ? ORDER BY v.number"
    return rows(path, sql, url(number))


def test_each_real_change_makes_a_version_with_its_capture(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    crawls.run(listed(*ALL), pages=[text(7, "样本正文，改过")])
    first, second = versions(crawls.path, 7)
    assert (first["number"], first["changed"], first["cause"]) == (1, "{}", "source")
    assert (second["number"], second["cause"]) == (2, "source")
    assert json.loads(str(second["changed"])) == {"body": ["样本正文，同一篇", "样本正文，改过"]}
    assert rows(crawls.path, "SELECT url FROM captures WHERE id = ?", second["capture_id"]) == [{"url": url(7)}]
    assert second["seen_at"] == DAY.format(3)


@pytest.mark.parametrize(
    "noisy",
    [
        "样本正文，同一篇\n浏览次数：124",
        "样本正文，\u200b同一篇",
        "样本正文，同一篇\n分享到：微信 微博",
        "样本正文, 同一篇".replace(", ", "，"),
    ],
)
def test_noise_makes_no_version_and_no_write(crawls: Crawls, noisy: str) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    before = rows(crawls.path, READINGS)
    crawls.run(listed(*ALL), pages=[text(7, noisy)])
    assert len(versions(crawls.path, 7)) == 1
    assert crawls.events() == []
    assert rows(crawls.path, READINGS) == before


def test_a_counter_among_the_labels_is_noise(crawls: Crawls) -> None:
    def counted(count: str) -> RecordPage:
        own = text(7)
        return replace(own, source_fields={"文号": "7", "浏览次数": count})

    crawls.run(listed(*ALL), pages=[counted("12")])
    before = rows(crawls.path, READINGS)
    crawls.run(listed(*ALL), pages=[counted("13")])
    assert rows(crawls.path, READINGS) == before


def test_a_page_without_a_text_takes_none_away_and_says_so(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), pages=[text(7)])
    crawls.run(listed(*ALL), pages=[replace(text(7), body=None)])
    assert crawls.events() == []
    assert rows(crawls.path, "SELECT body FROM records WHERE url = ?", url(7)) == [{"body": "样本正文，同一篇"}]
    assert [found["kind"] for found in rows(crawls.path, "SELECT kind FROM problems")] == ["body_missing"]


@pytest.mark.parametrize("fields", [{}, {"document_number": "样发〔2026〕99号"}])
def test_a_page_without_its_text_and_a_field_is_a_notice_in_the_place_of_the_record_s(
    crawls: Crawls, fields: dict[str, str]
) -> None:
    said = "SELECT title, document_number, body FROM records WHERE url = ?"
    crawls.run(listed(*ALL), pages=[page(7, title="样本文件之7")])
    before = rows(crawls.path, said, url(7))
    crawls.run(listed(*ALL), pages=[replace(page(7), fields=fields, body=None)])
    assert (crawls.events(), rows(crawls.path, said, url(7))) == ([], before)


def test_a_page_without_a_text_takes_no_table_away(crawls: Crawls) -> None:
    def tables() -> list[object]:
        return [each["tables"] for each in rows(crawls.path, "SELECT tables FROM records WHERE url = ?", url(7))]

    crawls.run(listed(*ALL), pages=[replace(page(7), tables=(PrintedTable((("样本", "1"),)),))])
    before = tables()
    assert before != [None]
    crawls.run(listed(*ALL), pages=[replace(page(7), body=None)])
    assert tables() == before
    crawls.run(listed(*ALL), pages=[page(7)])
    assert tables() == [None], "a page with its text and without a table does"


def test_files_linked_and_no_longer_linked_are_changes_and_their_addresses_are_not(crawls: Crawls) -> None:
    def with_files(*files: tuple[str, str]) -> RecordPage:
        return replace(text(7), attachments=tuple(LinkedFile(name, address) for name, address in files))

    one, other = ("甲.pdf", "http://p.example/f?id=1&t=1"), ("甲.pdf", "http://p.example/f?id=1&t=2")
    crawls.run(listed(*ALL), pages=[with_files(one)])
    crawls.run(listed(*ALL), pages=[with_files(other)])
    assert crawls.events() == []
    crawls.run(listed(*ALL), pages=[with_files(other, ("乙.pdf", "http://p.example/f?id=2"))])
    assert [json.loads(str(v["changed"])) for v in versions(crawls.path, 7)[1:]] == [
        {"attachments": [["甲.pdf"], ["甲.pdf", "乙.pdf"]]}
    ]
