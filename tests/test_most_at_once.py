"""Most of a portal at once, straight on the store: how many alike changes are doubted, and what becomes of what is kept aside (invariant 12)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from archive.database.connection import transaction
from archive.ingest.deferral import Deferral
from archive.ingest.store import Store
from archive.labels.reasons import in_chinese
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import AttachmentFile, CatalogOfPortal, LinkedFile, ListPage, RecordPage, Row
from tests.conftest import rows
from tests.test_presence import Crawls, url
from tests.test_store import BUDGETS, DAY, PORTAL, listed, page, row

MANY = range(1, 49)
"""Records of the portal: a quarter of them is twelve."""


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    """An archive of one crawl of the portal, each record with a text of its own."""
    made = Crawls(tmp_path_factory.mktemp("portal") / "a.db")
    made.run(all_rows(), pages=all_pages())
    return made


@pytest.fixture
def crawls(first_day: Crawls, tmp_path: Path) -> Crawls:
    """One's own, as it was after that day."""
    made = Crawls(Path(copy(first_day.path, tmp_path)))
    made.day, made.captures = first_day.day, first_day.captures
    return made


def all_rows(titles: Mapping[int, str] | None = None, but: Iterable[int] = ()) -> ListPage:
    """The list of all records, some under other titles, some not there."""
    return listed(*(row(n, title=(titles or {}).get(n, f"样本文件之{n}")) for n in MANY if n not in set(but)))


def text(number: int, more: str = "") -> str:
    return f"样本正文第{number}号，并非政府文件。{more}"


def all_pages(others: Mapping[int, RecordPage] | None = None, of: Iterable[int] = MANY) -> list[RecordPage]:
    """The pages of records, `others` in the place of some."""
    return [(others or {}).get(n) or page(n, text(n)) for n in of]


def edited(numbers: Iterable[int], more: str = "改过{}。") -> dict[int, RecordPage]:
    """Pages that say something else, each in words of its own where `more` takes its number."""
    return {n: page(n, text(n, more.format(n))) for n in numbers}


def outcome(crawls: Crawls) -> str:
    """The last crawl's outcome; why any was doubted can be said in Chinese."""
    doubts = rows(crawls.path, "SELECT message FROM problems WHERE kind = 'most_changed'")
    assert all(in_chinese(str(each["message"])) for each in doubts)
    return str(rows(crawls.path, "SELECT outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]["outcome"])


def kept(crawls: Crawls) -> int:
    return len(rows(crawls.path, "SELECT DISTINCT record_id FROM deferred"))


def changes(crawls: Crawls) -> list[str]:
    return sorted({address for kind, address in crawls.events() if kind == "changed"})


def urls(numbers: Iterable[int]) -> list[str]:
    return sorted(map(url, numbers))


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


def test_that_a_page_given_since_has_not_changed_confirms_nothing(doubted: Crawls) -> None:
    """A crawl that was killed had sealed the page and not read it: "not modified" speaks of that one."""
    with closing(Store(doubted.path)) as store:
        store.begin(PORTAL, "full", DAY.format(3))
        doubted.capture(store, url(1))
    doubted.day = 3
    doubted.run(all_rows(), unchanged=[1, 2])
    assert changes(doubted) == [url(2)]


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
    assert rows(crawls.path, "SELECT kind FROM deferred WHERE record_id = 1 ORDER BY id") == [
        {"kind": "page"},
        {"kind": "file"},
    ]
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


@pytest.mark.parametrize(("alike", "by_layout"), [(9, 0), (10, 10)])
def test_a_line_that_half_of_the_changed_pages_gained_is_the_layout_s(
    crawls: Crawls, alike: int, by_layout: int
) -> None:
    others = edited(range(1, 21)) | edited(range(1, alike + 1), "\n样本县人民政府门户网站")
    crawls.run(all_rows(), pages=all_pages(others))
    assert len(rows(crawls.path, "SELECT 1 FROM deferred WHERE by_layout")) == by_layout


def test_what_the_layout_made_is_no_event_and_an_edit_beside_it_is_one(crawls: Crawls) -> None:
    others = edited(MANY, "\n样本县人民政府门户网站") | edited([5], "改过。\n样本县人民政府门户网站")
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(others))
    assert (outcome(crawls), changes(crawls), kept(crawls)) == ("finished", [url(5)], 0)
    causes = Counter(str(each["cause"]) for each in rows(crawls.path, "SELECT cause FROM versions WHERE number > 1"))
    assert causes == {"layout": 47, "source": 1}


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


def flagged(crawls: Crawls) -> list[str]:
    found = rows(crawls.path, "SELECT url FROM records WHERE flags LIKE '%read_in_doubt%'")
    return [str(each["url"]) for each in found]


# --- an older copy of the portal ---


def with_new(new: Iterable[int]) -> ListPage:
    return listed(*map(row, [*MANY, *new]))


@pytest.mark.parametrize(("came", "doubted"), [(2, False), (3, True)])
def test_three_records_that_are_missing_where_nothing_is_new_make_an_older_copy(
    crawls: Crawls, came: int, doubted: bool
) -> None:
    new = range(49, 49 + came)
    crawls.run(with_new(new))
    crawls.run(with_new([]), asked=dict.fromkeys(new, "gone"))
    assert outcome(crawls) == ("unsure" if doubted else "finished")
    assert crawls.events() == ([] if doubted else [("withdrawn", url(n)) for n in new])
    crawls.run(with_new([]), asked=dict.fromkeys(new, "gone"))
    assert crawls.events() == [("withdrawn", url(n)) for n in new], "a second crawl finds the same"


def test_three_texts_that_are_as_they_were_make_an_older_copy(crawls: Crawls) -> None:
    crawls.run(all_rows(), pages=all_pages(edited([1, 2, 3])))
    crawls.run(all_rows(), pages=all_pages())
    assert (outcome(crawls), changes(crawls), kept(crawls)) == ("unsure", urls([1, 2, 3]), 3)
    crawls.run(all_rows(), pages=all_pages(edited([1, 2, 3])))
    assert (outcome(crawls), len(crawls.events()), kept(crawls)) == ("finished", 3, 0)


@pytest.mark.parametrize("news", ["a record", "a text"])
def test_what_was_never_there_before_shows_that_it_is_no_older_copy(crawls: Crawls, news: str) -> None:
    crawls.run(with_new([49, 50, 51]))
    pages = all_pages(edited([7])) if news == "a text" else []
    crawls.run(with_new([60] if news == "a record" else []), pages=pages, asked=dict.fromkeys((49, 50, 51), "gone"))
    assert outcome(crawls) == "finished"
    assert Counter(kind for kind, _ in crawls.events())["withdrawn"] == 3


def test_records_that_never_stood_so_together_make_no_older_copy(crawls: Crawls) -> None:
    """One that came on the second day and two that stood from the first: there was no day with all others and without these."""
    crawls.run(with_new([49]))
    crawls.run(all_rows(but=[3, 4]), asked=dict.fromkeys((3, 4, 49), "gone"))
    assert outcome(crawls) == "finished"
    assert crawls.events() == [("withdrawn", url(n)) for n in (3, 4, 49)]


def test_an_older_copy_brings_back_what_went_and_moved_since_for_a_day(crawls: Crawls) -> None:
    """One record went, one moved and one was edited; for a day all stand as they did, and then as they do."""
    moved = "http://p.example/new/5.html"
    rows_now = listed(*(replace(row(n), key=moved) if n == 5 else row(n) for n in MANY if n != 3))
    pages_now = [*edited([7]).values(), replace(page(5, text(5)), url=moved)]
    crawls.run(rows_now, pages=pages_now, asked={3: "gone", 5: "gone"})
    told = [("changed", url(7)), ("withdrawn", url(3)), ("moved", moved)]
    assert sorted(crawls.events()) == sorted(told)
    before = rows(crawls.path, "SELECT url, title, body, state FROM records ORDER BY id")
    crawls.run(all_rows(), pages=all_pages(of=(3, 5, 7)))
    assert outcome(crawls) == "unsure"
    assert rows(crawls.path, "SELECT counts ->> '$.added' AS added FROM crawls ORDER BY id DESC LIMIT 1") == [
        {"added": 0}
    ]
    crawls.run(rows_now, listed(row(1), catalog=BUDGETS), pages=pages_now, asked={3: "gone", 5: "gone"})
    assert (outcome(crawls), kept(crawls)) == ("finished", 0)
    assert sorted(crawls.events()) == sorted(told)
    assert rows(crawls.path, "SELECT url, title, body, state FROM records ORDER BY id") == before
    assert len(rows(crawls.path, "SELECT DISTINCT record_id FROM listings")) == 48, "and no other listing is lost"


# --- a list at a new address ---


def moved_plans(crawls: Crawls) -> str:
    """Let the list of plans stand at another address from now on."""
    moved = "http://p.example/new/plans/"
    crawls.portal = replace(PORTAL, catalogs=(CatalogOfPortal("plan", "规划", moved), PORTAL.catalogs[1]))
    return moved


def listed_in(crawls: Crawls, address: str) -> set[object]:
    sql = "SELECT r.url FROM listings l JOIN records r ON r.id = l.record_id JOIN catalogs c ON c.id = l.catalog_id WHERE c.url = ?"
    return {each["url"] for each in rows(crawls.path, sql, address)}


@pytest.mark.parametrize(("shown", "taken_over"), [(38, False), (39, True)])
def test_a_list_that_shows_four_fifths_of_what_a_retired_one_showed_takes_its_records_over(
    crawls: Crawls, shown: int, taken_over: bool
) -> None:
    """A record that the new one does not show is missing, then, and else nothing is known of it."""
    moved = moved_plans(crawls)
    crawls.run(listed(*(row(n) for n in range(1, shown + 1)), catalog=moved))
    assert crawls.missing == ([url(n) for n in range(shown + 1, 49)] if taken_over else [])


def test_it_is_what_the_retired_list_showed_last_that_counts(crawls: Crawls) -> None:
    """Eight records had left it, and stand in another list: of the forty others the new one shows four fifths."""
    elsewhere = listed(*(row(n) for n in range(41, 49)), catalog=BUDGETS)
    crawls.run(all_rows(but=range(41, 49)), elsewhere)
    moved = moved_plans(crawls)
    crawls.run(listed(*(row(n) for n in range(1, 33)), catalog=moved), elsewhere)
    assert crawls.missing == [url(n) for n in range(33, 41)]


def test_what_a_list_printed_that_is_walked_no_more_only_completes_a_record(crawls: Crawls) -> None:
    crawls.run(listed(row(1, publisher="样本局"), *(row(n) for n in MANY if n > 1)))
    moved = moved_plans(crawls)
    crawls.run(listed(row(1, title="样本新题"), *(row(n) for n in MANY if n > 1), catalog=moved))
    record = rows(crawls.path, "SELECT title, publisher FROM records WHERE url = ?", url(1))
    assert record == [{"title": "样本新题", "publisher": "样本局"}]


def rows_at(numbers: Iterable[int], folder: str) -> list[Row]:
    return [replace(row(n), key=f"http://p.example/{folder}{n}.html") for n in numbers]


@pytest.mark.parametrize("folder", ["", "new/"])
def test_what_another_list_shows_of_a_retired_one_stands_in_that_list_alone(crawls: Crawls, folder: str) -> None:
    moved, shown = moved_plans(crawls), rows_at(MANY, folder)
    crawls.run(listed(row(60), catalog=moved), listed(*shown, catalog=BUDGETS))
    assert listed_in(crawls, moved) == {url(60)}
    assert listed_in(crawls, BUDGETS) >= {each.key for each in shown}


@pytest.mark.parametrize("folder", ["", "new/"])
def test_what_a_list_showed_before_another_was_retired_does_not_show_that_it_takes_over(
    crawls: Crawls, folder: str
) -> None:
    """It shows the same few records as the one retired, of which four fifths once stood in it."""
    once, now = rows_at(range(1, 41), folder), rows_at(range(1, 11), folder)
    crawls.run(all_rows(), listed(*once, catalog=BUDGETS))
    crawls.run(all_rows(), listed(*now, catalog=BUDGETS))
    moved_plans(crawls)
    crawls.run(listed(*now, catalog=BUDGETS))
    assert listed_in(crawls, BUDGETS) == {each.key for each in once}


# --- other pages in the place of a record's own ---


def problems(crawls: Crawls, kind: str) -> list[str]:
    sql = "SELECT url FROM problems WHERE kind = ? ORDER BY url"
    return [str(each["url"]) for each in rows(crawls.path, sql, kind)]


@pytest.fixture
def titled(crawls: Crawls) -> Crawls:
    """After a crawl in which each page states the title under which the list shows it."""
    crawls.run(all_rows(), pages=[page(n, text(n), title=f"样本文件之{n}") for n in MANY])
    return crawls


def each_other_s() -> list[RecordPage | AttachmentFile]:
    """Two pages that say what the other one does; one of them links a file."""
    file = AttachmentFile(url(4), "附件", "http://p.example/7.txt", text="样本附件", state="text", sha256="1" * 64)
    linking = replace(page(4, text(7), title="样本文件之7"), attachments=(LinkedFile(file.name, file.url),))
    return [linking, page(7, text(4), title="样本文件之4"), file]


def test_pages_in_each_other_s_place_are_a_problem_and_no_change(titled: Crawls) -> None:
    titled.run(all_rows(), pages=each_other_s())
    assert (outcome(titled), changes(titled), kept(titled)) == ("finished", [], 2)
    assert (problems(titled, "another_document"), rows(titled.path, "SELECT 1 FROM attachments")) == (urls([4, 7]), [])
    titled.run(all_rows(), pages=[page(n, text(n), title=f"样本文件之{n}") for n in (4, 7)])
    assert (changes(titled), kept(titled)) == ([], 0)


def test_pages_that_stay_in_each_other_s_place_are_told_as_of_when_they_were_first_read(titled: Crawls) -> None:
    titled.run(all_rows(), pages=each_other_s())
    titled.run(all_rows(), pages=each_other_s())
    assert (changes(titled), kept(titled)) == (urls([4, 7]), 0)
    told = rows(titled.path, "SELECT DISTINCT at FROM events WHERE kind = 'changed'")
    assert [each["at"] for each in told] == [DAY.format(3)]
    assert len(rows(titled.path, "SELECT 1 FROM attachments")) == 1


@pytest.mark.parametrize(
    ("listed_as", "title", "body"),
    [
        ("样本更名", "样本更名", "样本新文。"),
        ("样本文件之4", "样本文件之4（修订）", "样本新文。"),
        ("样本文件之4", "样本更名", text(4)),
    ],
    ids=["its list calls it so, too", "it says more than its list", "its text is as it was"],
)
def test_a_page_with_another_title_may_have_changed(titled: Crawls, listed_as: str, title: str, body: str) -> None:
    titled.run(all_rows({4: listed_as}), pages=[page(4, body, title=title)])
    assert (problems(titled, "another_document"), kept(titled)) == ([], 0)


def test_a_page_that_never_had_its_list_s_title_has_changed_where_its_text_did(titled: Crawls) -> None:
    titled.run(all_rows({4: "样本别名"}), pages=[page(4, text(4), title="样本文件之4")])
    titled.run(all_rows({4: "样本别名"}), pages=[page(4, text(4, "改过。"), title="样本通知")])
    assert (problems(titled, "another_document"), kept(titled)) == ([], 0)


# --- all records at other addresses ---


def printed(number: int) -> str:
    """The address of a record's print view."""
    return f"{url(number)}?print=1"


def walk_print_views(crawls: Crawls) -> None:
    """A crawl of lists that lead to print views, one of which was edited; the pages at the former addresses stand."""
    views = [replace(row(n), key=printed(n)) for n in MANY]
    pages = [replace(each, url=f"{each.url}?print=1") for each in all_pages(edited([9]))]
    crawls.run(listed(*views), pages=pages, asked=dict.fromkeys(MANY, "page"), second=listed(*views))


def test_a_day_on_which_lists_lead_to_other_addresses_leaves_no_record_behind(crawls: Crawls) -> None:
    walk_print_views(crawls)
    assert outcome(crawls) == "unsure"
    crawls.run(all_rows(), pages=all_pages())
    assert (outcome(crawls), crawls.events(), kept(crawls)) == ("finished", [], 0)
    assert sorted(str(each["url"]) for each in rows(crawls.path, "SELECT url FROM records")) == urls(MANY)


def test_records_that_lists_lead_to_at_other_addresses_for_good_have_moved(crawls: Crawls) -> None:
    walk_print_views(crawls)
    walk_print_views(crawls)
    assert outcome(crawls) == "finished"
    assert Counter(kind for kind, _ in crawls.events()) == {"moved": len(MANY) - 1, "unlisted": 1}
    at_views = rows(crawls.path, "SELECT 1 FROM records WHERE url LIKE '%?print=1'")
    assert len(at_views) == len(MANY)


# --- many records that leave their lists together ---

OTHERS, NEW = range(101, 131), range(201, 231)
"""Records of another list, and those that may come in their place."""


def walk_both(crawls: Crawls, second: Iterable[int], missing: Iterable[int] = ()) -> None:
    """A crawl of both lists, of which the second shows these; the pages of the `missing` ones stand."""
    lists = [all_rows(), listed(*map(row, second), catalog=BUDGETS)]
    crawls.run(*lists, asked=dict.fromkeys(missing, "page"), seconds=lists)


def test_a_list_that_answers_with_another_one_s_rows_for_a_day_unlists_nothing(crawls: Crawls) -> None:
    walk_both(crawls, OTHERS)
    walk_both(crawls, MANY, OTHERS)
    assert (outcome(crawls), kept(crawls)) == ("unsure", len(OTHERS))
    walk_both(crawls, OTHERS)
    assert (outcome(crawls), crawls.events(), kept(crawls)) == ("finished", [], 0)


def test_many_records_that_stay_in_no_list_are_unlisted_by_the_second_crawl(crawls: Crawls) -> None:
    walk_both(crawls, OTHERS)
    for _ in range(2):
        walk_both(crawls, MANY, OTHERS)
    assert (outcome(crawls), crawls.events()) == ("finished", [("unlisted", url(n)) for n in OTHERS])


def test_a_list_of_the_latest_alone_drops_what_new_ones_push_out(crawls: Crawls) -> None:
    walk_both(crawls, OTHERS)
    walk_both(crawls, NEW, OTHERS)
    assert (outcome(crawls), crawls.events()) == ("finished", [("unlisted", url(n)) for n in OTHERS])


def test_a_list_that_stayed_short_is_not_doubted_once_more(crawls: Crawls) -> None:
    walk_both(crawls, OTHERS)
    for new in NEW[:2]:
        walk_both(crawls, [*OTHERS[:3], new], OTHERS[3:])
    assert (outcome(crawls), len(crawls.events())) == ("finished", len(OTHERS) - 3)
