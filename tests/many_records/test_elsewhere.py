"""Many records that stand otherwise at once, straight on the store: an older copy of the portal, lists and pages elsewhere, or in each other's place."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.model.observations import AttachmentFile, CatalogOfPortal, LinkedFile, RecordPage, Row
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
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, listed, page, row

# --- an older copy of the portal ---


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


def test_what_a_doubted_day_found_missing_waits_for_a_crawl_that_reads_all_lists(crawls: Crawls) -> None:
    new, budgets = range(49, 52), listed(row(1), catalog=BUDGETS)
    crawls.run(with_new(new), budgets)
    crawls.run(with_new([]), budgets, asked=dict.fromkeys(new, "gone"))
    assert (outcome(crawls), kept(crawls)) == ("unsure", 3)
    crawls.run(replace(with_new([]), last=False), budgets)
    assert kept(crawls) == 3
    crawls.run(with_new([]), budgets, asked={49: "gone", 50: "error"})
    assert (crawls.events(), kept(crawls)) == ([("withdrawn", url(49))], 0)


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


def test_an_older_copy_may_be_of_the_first_day(crawls: Crawls) -> None:
    """Since then one record came, then one went, then three came; there was no day with all of these and without those."""
    without = [n for n in MANY if n != 3]
    crawls.run(with_new([49]))
    crawls.run(listed(*map(row, [*without, 49])), asked={3: "gone"})
    crawls.run(listed(*map(row, [*without, 49, 50, 51, 52])))
    before = crawls.events()
    crawls.run(all_rows(), asked=dict.fromkeys((49, 50, 51, 52), "gone"))
    assert (outcome(crawls), crawls.events(), kept(crawls)) == ("unsure", before, 5)


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
    assert crawls.events() == [("changed", url(1))] * 2, "its title is held against what the former list said"


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


RETURNED = """
    SELECT r.url, e.at, e.not_before, c.url AS shown_on FROM events e JOIN records r ON r.id = e.record_id
    JOIN captures c ON c.id = e.after_capture_id WHERE e.kind = 'returned' ORDER BY r.id
"""


def test_records_that_a_list_showed_again_on_a_doubted_day_are_back_as_of_then_though_it_is_retired(
    crawls: Crawls,
) -> None:
    """A new list, in which it may have stood before, shows the first; the pages of the others stand. Today's parser read the last in no list."""
    for last in (5, 10, 13):
        away = range(1, last + 1)
        crawls.run(all_rows(but=away), asked=dict.fromkeys(away, "gone"))
    crawls.run(all_rows())
    assert (outcome(crawls), kept(crawls)) == ("unsure", 13)
    with closing(sqlite3.connect(crawls.path)) as connection:
        connection.execute("DELETE FROM listings WHERE record_id = 3")
        connection.commit()
    crawls.run(listed(row(1), catalog=moved_plans(crawls)), pages=all_pages(of=[2, 3]))
    told = [tuple(each.values()) for each in rows(crawls.path, RETURNED)]
    since = {1: None, 2: DAY.format(4), 3: None}
    assert told == [(url(n), DAY.format(5), since[n], PLANS) for n in since]


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
    titled.run(all_rows({4: listed_as}), pages=[page(4, body, title=title, document_number="样发〔2026〕44号")])
    assert (problems(titled, "another_document"), changes(titled), kept(titled)) == ([], [url(4)], 0)


@pytest.mark.parametrize(("stated", "held"), [({}, 1), ({"publisher": "样本局"}, 0)], ids=["less", "as much"])
def test_a_page_that_states_less_and_none_of_its_files_waits(titled: Crawls, stated: dict[str, str], held: int) -> None:
    linked = LinkedFile("附件", "http://p.example/4.txt")
    full = page(4, text(4), title="样本文件之4", publisher="样本局")
    for _ in range(2):
        titled.run(all_rows(), pages=[replace(full, attachments=(linked,))])
    before = len(titled.events())
    titled.run(all_rows(), pages=[page(4, text(4), title="样本文件之4", **stated)])
    assert (len(titled.events()) - before, kept(titled)) == (1 - held, held)


def test_a_page_whose_files_were_unlinked_before_has_none_to_lose(titled: Crawls) -> None:
    linked = LinkedFile("附件", "http://p.example/4.txt")
    full = page(4, text(4), title="样本文件之4", publisher="样本局")
    for files in ((linked,), ()):
        titled.run(all_rows(), pages=[replace(full, attachments=files)])
    before = len(titled.events())
    titled.run(all_rows(), pages=[page(4, text(4), title="样本文件之4")])
    assert (len(titled.events()) - before, kept(titled)) == (1, 0)


def test_a_page_that_never_had_its_list_s_title_has_changed_where_its_text_did(titled: Crawls) -> None:
    titled.run(all_rows({4: "样本别名"}), pages=[page(4, text(4), title="样本文件之4")])
    titled.run(all_rows({4: "样本别名"}), pages=[page(4, text(4, "改过。"), title="样本通知")])
    assert (problems(titled, "another_document"), kept(titled)) == ([], 0)


# --- all records at other addresses ---


def printed(number: int) -> str:
    """The address of a record's print view."""
    return f"{url(number)}?print=1"


def walk_print_views(crawls: Crawls, *new: Row) -> None:
    """A crawl of lists that lead to print views, one of which was edited; the pages at the former addresses stand."""
    views = [*new, *(replace(row(n), key=printed(n)) for n in MANY)]
    pages = [replace(each, url=f"{each.url}?print=1") for each in all_pages(edited([9]))]
    crawls.run(listed(*views), pages=pages, asked=dict.fromkeys(MANY, "page"), second=listed(*views))


def test_a_day_on_which_lists_lead_to_other_addresses_leaves_no_record_behind(crawls: Crawls) -> None:
    walk_print_views(crawls)
    assert outcome(crawls) == "unsure"
    crawls.run(all_rows(), pages=all_pages())
    assert (outcome(crawls), crawls.events(), kept(crawls)) == ("finished", [], 0)
    assert sorted(str(each["url"]) for each in rows(crawls.path, "SELECT url FROM records")) == urls(MANY)


def test_a_record_that_is_new_on_such_a_day_stays(crawls: Crawls) -> None:
    walk_print_views(crawls, row(60))
    assert outcome(crawls) == "unsure"
    assert sorted(str(each["url"]) for each in rows(crawls.path, "SELECT url FROM records")) == urls([*MANY, 60])


@pytest.mark.parametrize(("besides", "has_moved"), [("", True), ("另有改动。", False)])
def test_a_record_that_moves_in_the_portal_s_new_layout_has_the_text_that_it_had(
    crawls: Crawls, besides: str, has_moved: bool
) -> None:
    framed, moved = edited(MANY, "\n样本县人民政府门户网站"), "http://p.example/new/7.html"
    for _ in range(2):
        crawls.run(all_rows(), pages=all_pages(framed, of=[n for n in MANY if n != 7]))
    elsewhere = listed(*(replace(row(n), key=moved) if n == 7 else row(n) for n in MANY))
    crawls.run(elsewhere, pages=[replace(framed[7], url=moved, body=f"{framed[7].body}{besides}")], asked={7: "gone"})
    assert crawls.events() == ([("moved", moved)] if has_moved else [("withdrawn", url(7))])


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


def test_that_is_doubted_where_the_records_stood_from_the_first_crawl_on_too(tmp_path: Path) -> None:
    """Then it is no older copy of the portal. Sixteen are a quarter of the rows of both lists, and seventeen are more."""
    for count, doubted in ((16, False), (17, True)):
        crawls, others = Crawls(tmp_path / f"{count}.db"), OTHERS[:count]
        walk_both(crawls, others)
        walk_both(crawls, MANY[:count], others)
        assert outcome(crawls) == ("unsure" if doubted else "finished"), count


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
