"""Most of a portal at once, straight on the store: how many alike changes are doubted, and what becomes of what is kept aside (invariant 12)."""

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.ingest.deferral import Deferral
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import AttachmentFile, CatalogOfPortal, LinkedFile, RecordPage
from tests.conftest import rows
from tests.many_records.records import (
    MANY,
    all_pages,
    all_rows,
    changes,
    edited,
    kept,
    outcome,
    text,
    urls,
    with_new,
)
from tests.test_presence import Crawls, url
from tests.test_store import BUDGETS, DAY, PORTAL, listed, page, row

# --- how many are most ---


@pytest.mark.parametrize(
    ("asked", "changed", "doubted"),
    [(48, 12, False), (48, 13, True), (20, 9, False), (20, 10, True)],
    ids=["a quarter", "more than a quarter", "nine of twenty", "ten of twenty"],
)
def test_pages_of_more_than_a_quarter_and_ten_at_least_are_doubted(
    crawls: Crawls, asked: int, changed: int, doubted: bool
) -> None:
    others = edited(range(1, changed + 1))
    crawls.run(all_rows(), pages=all_pages(others, of=range(1, asked + 1)))
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    assert changes(crawls) == ([] if doubted else urls(others))
    assert kept(crawls) == (changed if doubted else 0)


def test_files_are_no_pages_of_records(crawls: Crawls) -> None:
    """Thirteen of 48 pages are more than a quarter, whatever else was asked for; with four files they would be no more."""
    crawls.run(all_rows(), pages=[*all_pages(edited(range(1, 14))), *map(file, range(40, 44))])
    assert outcome(crawls) == "unsure"


@pytest.mark.parametrize(("changed", "doubted"), [(12, False), (13, True)])
def test_rows_of_more_than_a_quarter_are_doubted(crawls: Crawls, changed: int, doubted: bool) -> None:
    titles = {n: f"样本改名之{n}号" for n in range(1, changed + 1)}
    crawls.run(all_rows(titles), pages=all_pages())
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    assert changes(crawls) == ([] if doubted else urls(titles))


def test_a_record_counts_once_where_its_row_changed_and_its_page(crawls: Crawls) -> None:
    """Twelve rows and pages change together, and one page besides: no kind of change is most of the portal's."""
    titles = {n: f"样本改名之{n}号" for n in range(1, 13)}
    crawls.run(all_rows(titles), pages=all_pages(edited(range(1, 14))))
    assert (outcome(crawls), changes(crawls)) == ("finished", urls(range(1, 14)))


@pytest.mark.parametrize(("lost", "doubted"), [(12, False), (13, True)])
def test_pages_that_have_lost_their_text_are_counted(crawls: Crawls, lost: int, doubted: bool) -> None:
    empty = {n: replace(page(n), body=None) for n in range(1, lost + 1)}
    crawls.run(all_rows(), pages=all_pages(empty))
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    assert len(rows(crawls.path, "SELECT 1 FROM problems WHERE kind = 'body_missing'")) == lost


@pytest.mark.parametrize(("lost", "doubted"), [(12, False), (13, True)])
def test_pages_that_are_gone_are_counted_and_those_that_were_gone_before_are_not(
    crawls: Crawls, lost: int, doubted: bool
) -> None:
    gone = range(1, lost + 1)
    stand = [n for n in MANY if n not in gone]
    crawls.run(all_rows(), pages=all_pages(of=stand), lost=gone)
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    crawls.run(all_rows(), pages=all_pages(of=stand), lost=gone)
    assert outcome(crawls) == "finished", "they were gone the day before"


@pytest.mark.parametrize(("back", "doubted"), [(12, False), (13, True)])
def test_records_that_are_listed_again_are_counted(crawls: Crawls, back: int, doubted: bool) -> None:
    """They went over several days, and stand in the list again on one."""
    gone = list(range(1, back + 1))
    for first in range(0, back, 5):
        away = gone[: first + 5]
        crawls.run(all_rows(but=away), asked=dict.fromkeys(away, "gone"))
    assert Counter(kind for kind, _ in crawls.events()) == {"withdrawn": back}
    crawls.run(all_rows())
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    returned = [address for kind, address in crawls.events() if kind == "returned"]
    assert sorted(returned) == ([] if doubted else urls(gone))
    own, crawls.portal = crawls.portal, replace(PORTAL, id="q")
    crawls.run(listed(row(1)), listed(row(2), catalog=BUDGETS))
    crawls.portal = own
    assert kept(crawls) == (back if doubted else 0), "whatever another portal lists"
    crawls.run(all_rows())
    assert (outcome(crawls), kept(crawls)) == ("finished", 0)


# --- what becomes of it ---


@pytest.fixture
def doubted(crawls: Crawls) -> Crawls:
    """The archive after a day on which the pages of twenty records said something else, each in its own words."""
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 21))))
    assert (outcome(crawls), kept(crawls), changes(crawls)) == ("unsure", 20, [])
    return crawls


def test_what_the_next_crawl_reads_again_is_written_under_the_time_it_was_first_read(doubted: Crawls) -> None:
    doubted.run(all_rows(), pages=all_pages(edited(range(1, 21))))
    assert (outcome(doubted), kept(doubted), changes(doubted)) == ("finished", 0, urls(range(1, 21)))
    assert rows(doubted.path, "SELECT DISTINCT at FROM events WHERE kind = 'changed'") == [{"at": DAY.format(2)}]


def test_what_the_next_crawl_does_not_read_again_is_dropped(doubted: Crawls) -> None:
    doubted.run(all_rows(), pages=all_pages())
    assert (outcome(doubted), kept(doubted), changes(doubted)) == ("finished", 0, [])


def test_another_change_of_a_page_takes_the_place_of_the_one_kept_aside(doubted: Crawls) -> None:
    """Five pages say a third thing: they are as few as any day's changes, and are told as such."""
    others = edited(range(1, 21)) | edited(range(1, 6), "改了又改{}。")
    doubted.run(all_rows(), pages=all_pages(others))
    assert (outcome(doubted), kept(doubted), changes(doubted)) == ("finished", 0, urls(range(1, 21)))
    bodies = [str(each["body"]) for each in rows(doubted.path, "SELECT body FROM records ORDER BY id LIMIT 6")]
    assert bodies == [others[n].body for n in range(1, 7)]


def test_a_page_that_was_not_asked_for_waits(doubted: Crawls) -> None:
    doubted.run(all_rows(), pages=all_pages(of=range(21, 49)))
    assert (outcome(doubted), kept(doubted), changes(doubted)) == ("finished", 20, [])


def test_a_page_that_the_portal_says_has_not_changed_since_confirms_what_was_kept_aside(doubted: Crawls) -> None:
    doubted.run(all_rows(), unchanged=range(1, 11))
    assert (kept(doubted), changes(doubted)) == (10, urls(range(1, 11)))


def test_that_a_page_has_not_changed_confirms_it_though_it_was_given_once_more_afterwards(doubted: Crawls) -> None:
    with closing(Store(doubted.path)) as store:
        store.begin(PORTAL, "full", DAY.format(3))
        doubted.capture(store, url(1), "not_modified")
        doubted.capture(store, url(1))
        store.finish("finished", DAY.format(3))
    assert changes(doubted) == [url(1)]


def test_that_a_page_given_since_has_not_changed_confirms_nothing(doubted: Crawls) -> None:
    """A crawl that was killed had sealed the page and not read it: "not modified" speaks of that one."""
    with closing(Store(doubted.path)) as store:
        store.begin(PORTAL, "full", DAY.format(3))
        doubted.capture(store, url(1))
    doubted.day = 3
    doubted.run(all_rows(), unchanged=[1, 2])
    assert changes(doubted) == [url(2)]


def test_a_later_parser_reads_pages_again_that_are_kept_aside_and_leaves_rows_to_the_next_crawl(
    doubted: Crawls,
) -> None:
    """On the capture of one page it finds nothing, on those of the others something else."""
    with closing(open_up_to_date(doubted.path)) as archive, transaction(archive):
        aside = Deferral(archive, "p", 2)
        aside.put(30, "row", row(30, title="样本新题"), None, DAY.format(2), catalog_id=1)
        aside.put(31, "returned", {"was": "unlisted", "is": "listed"}, None, DAY.format(2))
        Deferral(archive, "q", 0).read_again(lambda _: None)
        assert len(list(aside.own())) == 22, "they are another portal's"
        Deferral(archive, "p", 0).read_again(
            lambda each: page(each.record_id, f"读全{each.capture_id}") if each.record_id > 1 else None
        )
        pages = {each.record_id: each.observation() for each in aside.own("page")}
        captures = {each.record_id: each.capture_id for each in aside.own("page")}
        assert [each.kind for each in aside.own() if each.kind != "page"] == ["returned"]
    assert pages == {n: replace(page(n, f"读全{captures[n]}"), capture=captures[n]) for n in range(2, 21)}


def test_pages_that_went_since_are_kept_no_longer(doubted: Crawls) -> None:
    doubted.run(all_rows(but=[3]), pages=all_pages(of=range(21, 49)), asked={3: "gone"})
    assert (doubted.events(), kept(doubted)) == ([("withdrawn", url(3))], 19)


@pytest.mark.parametrize("same", [2, 3])
def test_three_pages_of_one_text_are_a_notice_and_two_are_edits(crawls: Crawls, same: int) -> None:
    notice = {n: page(n, "样本门户今日整理内容，各页暂时都显示这一段文字。") for n in range(1, same + 1)}
    crawls.run(all_rows(), pages=all_pages(notice))
    assert (outcome(crawls), kept(crawls)) == ("finished", 0)
    assert changes(crawls) == (urls(notice) if same == 2 else [])


def test_files_of_a_page_wait_with_it(crawls: Crawls) -> None:
    """Their texts are of the page that is doubted, and are written, or dropped, with it."""
    with_file = {n: replace(each, attachments=(LinkedFile("样本.txt", file(n).url),)) for n, each in edited(range(1, 21)).items()}  # fmt: skip
    crawls.run(all_rows(), pages=[*all_pages(with_file), file(1)])
    assert rows(crawls.path, "SELECT 1 FROM attachments") == []
    waiting = "SELECT d.kind, c.url FROM deferred d JOIN captures c ON c.id = d.capture_id WHERE d.record_id = 1 ORDER BY d.id"
    assert [tuple(each.values()) for each in rows(crawls.path, waiting)] == [("page", url(1)), ("file", file(1).url)]
    crawls.run(all_rows(), pages=all_pages(with_file))
    assert rows(crawls.path, "SELECT name, text FROM attachments WHERE record_id = 1") == [
        {"name": "样本.txt", "text": "样本附件"}
    ]


def file(number: int) -> AttachmentFile:
    address = f"http://p.example/{number}.txt"
    return AttachmentFile(url(number), "样本.txt", address, "1" * 64, 9, "text/plain", "样本附件", "text", None)


@pytest.mark.parametrize("ended", ["interrupted", "shutdown", "archive_error", "finished"])
def test_a_crawl_goes_on_with_what_one_that_was_broken_off_kept_aside(crawls: Crawls, ended: str) -> None:
    """One that came to its end has written, or doubted, what it kept aside: that is for the next reading to settle."""
    with closing(open_up_to_date(crawls.path)) as connection, transaction(connection) as c:
        c.execute("INSERT INTO crawls (id, portal, mode, started_at, outcome) VALUES (9, 'p', 'full', ?, ?)", (DAY.format(2), ended))  # fmt: skip
        Deferral(connection, "p", 9).put(7, "page", page(7, text(7, "改过。")), None, DAY.format(2))
    crawls.day += 1
    crawls.run(all_rows(), pages=all_pages(of=range(8, 49)))
    broken_off = ended != "finished"
    assert (changes(crawls), kept(crawls)) == ([url(7)] if broken_off else [], 0 if broken_off else 1)


# --- a layout ---


@pytest.mark.parametrize(
    ("changed", "asked", "alike", "by_layout"),
    [(20, 20, 9, 0), (20, 20, 10, 10), (20, 40, 20, 20), (20, 41, 20, 0)],
)
def test_a_line_that_half_of_a_list_s_pages_gained_is_the_layout_s(
    crawls: Crawls, changed: int, asked: int, alike: int, by_layout: int
) -> None:
    others = edited(range(1, changed + 1)) | edited(range(1, alike + 1), "\n样本县人民政府门户网站")
    crawls.run(all_rows(), pages=all_pages(others, of=MANY[:asked]))
    assert len(rows(crawls.path, "SELECT 1 FROM deferred WHERE by_layout")) == by_layout


def test_the_pages_of_one_list_of_several_may_have_a_new_layout(crawls: Crawls) -> None:
    others = [row(n) for n in range(101, 201)]
    lists, pages = [all_rows(), listed(*others, catalog=BUDGETS)], [page(n, text(n)) for n in range(101, 201)]
    crawls.run(*lists, pages=pages)
    crawls.run(*lists, pages=[*all_pages(edited(MANY, "\n样本县人民政府门户网站")), *pages])
    assert len(rows(crawls.path, "SELECT 1 FROM deferred WHERE by_layout")) == len(MANY)


def test_many_documents_that_are_declared_void_at_once_have_changed(crawls: Crawls) -> None:
    void = edited(MANY, "\n本文件已经废止。")
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(void))
    assert (outcome(crawls), changes(crawls)) == ("finished", urls(MANY))


def test_what_the_layout_made_is_no_event_and_an_edit_beside_it_is_one(crawls: Crawls) -> None:
    others = edited(MANY, "\n样本县人民政府门户网站") | edited([5], "改过。\n样本县人民政府门户网站")
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(others))
    assert (outcome(crawls), changes(crawls), kept(crawls)) == ("finished", [url(5)], 0)
    causes = Counter(str(each["cause"]) for each in rows(crawls.path, "SELECT cause FROM versions WHERE number > 1"))
    assert causes == {"layout": 47, "source": 1}


@pytest.mark.parametrize(("besides", "cause"), [("", "layout"), ("另有改动。", "source")])
def test_a_page_that_is_read_after_the_others_took_on_a_layout_has_changed_in_what_else_it_says(
    crawls: Crawls, besides: str, cause: str
) -> None:
    """It links a file, too, which the layout names in its text."""
    linked = LinkedFile("样本附件.txt", "http://p.example/7.txt")
    before, framed = replace(page(7, text(7)), attachments=(linked,)), edited(MANY, "\n样本县人民政府门户网站")
    crawls.run(all_rows(), pages=[before])
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(framed, of=[n for n in MANY if n != 7]))
    now = f"{framed[7].body}{besides}\n样本附件.txt"
    crawls.run(all_rows(), pages=[replace(before, body=now)])
    assert (outcome(crawls), kept(crawls)) == ("finished", 0)
    (last,) = rows(crawls.path, "SELECT cause FROM versions WHERE record_id = 7 ORDER BY number DESC LIMIT 1")
    assert last["cause"] == cause


def test_what_another_portal_s_pages_took_on_is_an_edit_here(crawls: Crawls) -> None:
    frame, catalog = "\n样本县人民政府门户网站", "http://p.example/other/"
    own = replace(row(7), key=f"{catalog}7.html")
    other = replace(PORTAL, id="other", catalogs=(CatalogOfPortal("plan", "规划", catalog),))
    framed = all_rows(), all_pages(edited(MANY, frame))
    before, after = (
        (listed(own, catalog=catalog), [replace(page(7, text(7, more)), url=own.key)]) for more in ("", frame)
    )
    for crawls.portal, (lists, pages) in ((other, before), (PORTAL, framed), (PORTAL, framed), (other, after)):
        crawls.run(lists, pages=pages)
    causes = (
        "SELECT v.cause FROM versions v JOIN records r ON r.id = v.record_id WHERE r.portal = 'other' AND number > 1"
    )
    assert rows(crawls.path, causes) == [{"cause": "source"}]


def test_a_page_that_loses_the_line_that_others_gain_is_edited(crawls: Crawls) -> None:
    frame = "\n样本县人民政府门户网站"
    crawls.run(all_rows(), pages=all_pages(edited([48], frame)))
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 25), frame)))
    by_layout = rows(crawls.path, "SELECT record_id FROM deferred WHERE by_layout ORDER BY record_id")
    assert [each["record_id"] for each in by_layout] == [*range(1, 25)]


def test_a_layout_that_names_each_page_s_file_in_its_text_is_no_edit(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "a.db")
    linking = {
        n: replace(page(n, text(n)), attachments=(LinkedFile(f"样本附件{n}.txt", f"http://p.example/{n}.txt"),)) for n in MANY
    }  # fmt: skip
    naming = {
        n: replace(each, body=f"{each.body}\n样本附件{n}.txt\n样本县人民政府门户网站") for n, each in linking.items()
    }
    crawls.run(all_rows(), pages=all_pages(linking))
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(naming))
    assert (outcome(crawls), changes(crawls), kept(crawls)) == ("finished", [], 0)


def test_a_line_that_editors_added_to_many_is_no_layout_s(crawls: Crawls) -> None:
    """Eleven pages gain it, fewer than are doubted, and then one that was not asked for with them: each is an edit."""
    added = "\n样本更正说明。"
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 12), added), of=[n for n in MANY if n != 12]))
    assert changes(crawls) == urls(range(1, 12))
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 13), added)))
    assert changes(crawls) == urls(range(1, 13))
    assert rows(crawls.path, "SELECT DISTINCT cause FROM versions WHERE number > 1") == [{"cause": "source"}]


def test_a_column_that_a_list_gains_or_loses_is_the_layout_s_whatever_stands_in_it(crawls: Crawls) -> None:
    with_column = listed(*(row(n, responsible_department=f"样本科室{n}") for n in MANY))
    for seen in (with_column, with_column, all_rows(), all_rows()):
        crawls.run(seen)
        assert rows(crawls.path, "SELECT 1 FROM deferred WHERE NOT by_layout") == []
    assert (outcome(crawls), crawls.events()) == ("finished", [])
    departments = rows(crawls.path, "SELECT DISTINCT responsible_department AS named FROM records")
    assert departments == [{"named": None}]


@pytest.mark.parametrize(("label", "told"), [("发布机构", MANY), ("来源", [])], ids=["as before", "another"])
def test_many_pages_that_print_one_new_value_under_the_same_label_have_changed(
    crawls: Crawls, label: str, told: Iterable[int]
) -> None:
    """An agency that was renamed, and a layout that prints another line where the agency's stood."""

    def by(agency: str, under: str) -> list[RecordPage]:
        return [replace(page(n, text(n), publisher=agency), source_fields={under: agency}) for n in MANY]

    for agency, under in (("样本教育局", "发布机构"), ("样本教育体育局", label)):
        for _ in range(2):
            crawls.run(all_rows(), pages=by(agency, under))
    assert (changes(crawls), kept(crawls)) == (urls(told), 0)


def test_a_row_first_read_on_a_doubted_day_is_completed_by_the_next(crawls: Crawls) -> None:
    titles = {n: f"樣本文件之{n}" for n in [*MANY, 49]}
    crawls.run(listed(*(row(n, title=title) for n, title in titles.items())), pages=all_pages())
    assert (outcome(crawls), flagged(crawls)) == ("unsure", [url(49)])
    crawls.run(with_new([49]), pages=all_pages())
    assert (outcome(crawls), crawls.events(), flagged(crawls)) == ("finished", [], [])
    (new,) = rows(crawls.path, "SELECT title FROM records WHERE url = ?", url(49))
    assert new["title"] == "样本文件之49"


def test_a_row_first_read_on_the_first_of_two_doubted_days_is_completed_by_the_one_after(crawls: Crawls) -> None:
    for title in ("樣本文件之{}", "样夲文件之{}"):
        crawls.run(listed(*(row(n, title=title.format(n)) for n in [*MANY, 49])), pages=all_pages())
        assert (outcome(crawls), flagged(crawls)) == ("unsure", [url(49)])
    crawls.run(with_new([49]), pages=all_pages())
    assert (outcome(crawls), crawls.events(), flagged(crawls)) == ("finished", [], [])


def flagged(crawls: Crawls) -> list[str]:
    found = rows(crawls.path, "SELECT url FROM records WHERE flags LIKE '%read_in_doubt%'")
    return [str(each["url"]) for each in found]
