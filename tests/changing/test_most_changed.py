"""Most of a portal at once is doubted: nothing is claimed of it until a later crawl reads the same (invariant 12)."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archive.database.connection import open_for_reading
from archive.export.public_database import snapshot
from archive.ingest.store import Store
from archive.model.observations import CatalogOfPortal, PortalOfFile, RecordPage
from archive.web.http.server import make_datasette
from crawler.spiders.pages import read_record
from tests.changing_portal import (
    LIST,
    NOW,
    Document,
    Portal,
    maintenance,
    of_records,
    redesigned,
)
from tests.conftest import Answer, redirect, rows

Spoil = Callable[[str, Any], Any]


def encoded_twice(path: str, answer: Any) -> Any:
    return answer.encode().decode("latin-1") if isinstance(answer, str) else answer


def taken_for_gbk(path: str, answer: Any) -> Any:
    return answer.encode().decode("gb18030", "replace") if isinstance(answer, str) else answer


def all_gone(path: str, answer: Any) -> Any:
    return Answer("", status=404) if of_records(path) else answer


def led_to_no_page(path: str, answer: Any) -> Any:
    return redirect("/404.html") if of_records(path) else answer


def led_to_the_list(path: str, answer: Any) -> Any:
    return redirect(LIST) if of_records(path) else answer


def another_text(path: str, answer: Any) -> Any:
    """Each page with other words of its own."""
    return answer.replace("样本正文", f"样本正文改作{path}") if isinstance(answer, str) else answer


def states(portal: Portal) -> Counter[str]:
    return Counter(str(each["state"]) for each in rows(portal.db, "SELECT state FROM records"))


@pytest.mark.parametrize("spoil", [encoded_twice, taken_for_gbk, all_gone, maintenance, another_text])
def test_a_day_on_which_most_pages_are_otherwise_makes_no_event(portal: Portal, spoil: Spoil) -> None:
    before = rows(portal.db, "SELECT title, body, state FROM records ORDER BY id")
    assert portal.crawl(spoil) in {"unsure", "incomplete"}
    assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
    assert portal.events() == []
    assert rows(portal.db, "SELECT title, body, state FROM records ORDER BY id") == before
    assert rows(portal.db, "SELECT 1 FROM deferred") == []


@pytest.mark.parametrize("spoil", [encoded_twice, taken_for_gbk, maintenance])
def test_what_says_nothing_of_records_is_not_believed_however_long_it_lasts(portal: Portal, spoil: Spoil) -> None:
    for _ in range(3):
        portal.crawl(spoil)
    portal.crawl()
    assert portal.events() == []


def test_what_a_second_crawl_reads_again_is_told_as_of_when_it_was_first_read(portal: Portal) -> None:
    assert portal.crawl(another_text) == "unsure"
    counts = json.loads(str(rows(portal.db, "SELECT counts FROM crawls ORDER BY id DESC LIMIT 1")[0]["counts"]))
    assert (counts["held"], counts.get("changed", 0)) == (30, 0)
    assert "30 of them seem to have changed, and are doubted" in portal.said
    assert portal.crawl(another_text) == "finished"
    assert Counter(portal.events()) == {("changed", number): 1 for number in range(1, 31)}
    (seen,) = rows(portal.db, "SELECT DISTINCT date(at) AS day FROM events WHERE kind = 'changed'")
    assert seen["day"] == "2026-03-13"


def test_what_was_kept_aside_of_a_page_is_forgotten_when_that_is_gone(portal: Portal) -> None:
    assert portal.crawl(another_text) == "unsure"
    del portal.documents[3]
    portal.crawl()
    assert portal.events() == [("withdrawn", 3)]
    assert rows(portal.db, "SELECT 1 FROM deferred") == []


def test_a_row_that_was_kept_aside_is_forgotten_when_its_list_shows_it_no_more(portal: Portal) -> None:
    """The document's page stands; of another one the list itself has a new address."""
    portal.crawl(lambda path, answer: answer.replace("样本规划", "样本计划") if path == LIST else answer)
    assert len(rows(portal.db, "SELECT DISTINCT record_id FROM deferred WHERE kind = 'row'")) == 30
    portal.documents[7] = Document(7, listed_in=0)
    portal.crawl()
    assert portal.events() == [("unlisted", 7)]
    assert rows(portal.db, "SELECT * FROM deferred") == []


def test_a_row_that_was_kept_aside_is_forgotten_when_its_list_moves(portal: Portal) -> None:
    portal.crawl(lambda path, answer: answer.replace("样本规划", "样本计划") if path == LIST else answer)
    portal.list_path = "/plans/new/index.html"
    portal.crawl()
    assert rows(portal.db, "SELECT * FROM deferred") == []


def test_nobody_reads_what_is_kept_aside(portal: Portal) -> None:
    """It may list persons: that is judged when it is written."""
    portal.crawl(another_text)
    with closing(open_for_reading(portal.db)) as connection:
        assert connection.execute("SELECT DISTINCT content FROM deferred").fetchall() == [(None,)]
    path = "/a.json?sql=select+distinct+content+from+deferred&_shape=arrays"
    answer = asyncio.run(make_datasette(portal.db).client.get(path, follow_redirects=True))
    assert answer.json()["rows"] == [[None]]
    snapshot(portal.db, portal.folder / "public.db")
    assert rows(portal.folder / "public.db", "SELECT * FROM deferred") == []


def test_one_notice_in_the_place_of_a_few_pages_is_no_change_of_them(portal: Portal) -> None:
    def notice(path: str, answer: Any) -> Any:
        return maintenance(path, answer) if path in {f"/plans/{number}.html" for number in (4, 5, 7)} else answer

    portal.crawl(notice)
    portal.crawl()
    assert portal.events() == []


def test_one_text_under_the_titles_of_a_few_pages_is_no_change_of_them_for_a_day(portal: Portal) -> None:
    def loading(path: str, answer: Any) -> Any:
        notice = '<div class="TRS_Editor"><p>正在加载，请稍候……</p></div>'
        few = path in {f"/plans/{number}.html" for number in (4, 5, 7)}
        return re.sub(r'<div class="TRS_Editor">.*?</div>', notice, answer) if few else answer

    portal.crawl(loading)
    portal.crawl()
    assert (portal.events(), rows(portal.db, "SELECT * FROM deferred")) == ([], [])
    portal.crawl(loading)
    portal.crawl(loading)
    assert portal.events() == [("changed", 4), ("changed", 5), ("changed", 7)]


def test_an_update_that_asks_for_few_pages_asks_for_others_before_it_tells_what_those_say(portal: Portal) -> None:
    """One document is new on a day on which all pages show one notice; a younger one is looked at again."""
    portal.documents[31] = Document(31)
    portal.crawl()
    portal.documents[32] = Document(32)
    asked = len(portal.site.requests)
    assert portal.crawl(maintenance, mode="update") == "unsure"
    pages = {path for path in list(portal.site.requests)[asked:] if of_records(path)}
    assert len(pages) >= 12
    assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
    assert portal.events() == []
    assert len(rows(portal.db, "SELECT 1 FROM records WHERE body LIKE '%并非政府文件%'")) == 32
    assert rows(portal.db, "SELECT 1 FROM records WHERE flags LIKE '%read_in_doubt%'") == []


def test_documents_that_are_listed_again_and_nothing_else_make_no_older_copy(portal: Portal) -> None:
    away = {number: portal.documents.pop(number) for number in (3, 4, 5)}
    portal.crawl()
    portal.documents |= away
    assert portal.crawl() == "finished"
    assert Counter(kind for kind, _ in portal.events()) == {"withdrawn": 3, "returned": 3}


def test_a_page_that_lost_its_text_and_its_fields_is_no_change(portal: Portal) -> None:
    portal.crawl(
        lambda path, answer: "<html><body><h1>样本通知</h1></body></html>" if path == "/plans/4.html" else answer
    )
    assert rows(portal.db, "SELECT kind FROM problems WHERE kind = 'body_missing'") == [{"kind": "body_missing"}]
    portal.crawl()
    assert portal.events() == []


def test_an_update_asks_for_doubted_pages_and_settles_them(portal: Portal) -> None:
    """A portal that says with 304 that a page is as it was when it was doubted says so a second time."""
    tagged: dict[str, str] = {}

    def conditional(path: str, answer: Any) -> Any:
        if not of_records(path):
            return answer
        text = another_text(path, answer)
        tagged[path] = f'"{abs(hash(text))}"'

        def respond(request: Any) -> Answer:
            if request.headers.get("If-None-Match") == tagged[path]:
                return Answer("", status=304)
            return Answer(text, headers=(("ETag", tagged[path]),))

        return respond

    assert portal.crawl(conditional) == "unsure"
    assert portal.crawl(conditional, mode="update") == "finished"
    assert len(portal.events()) == 30
    assert rows(portal.db, "SELECT 1 FROM deferred") == []


def test_a_doubted_page_that_is_gone_on_the_next_day_is_withdrawn(portal: Portal) -> None:
    portal.crawl(another_text)
    del portal.documents[3]
    asked = len(portal.site.requests)
    portal.crawl()
    assert portal.events() == [("withdrawn", 3)]
    assert list(portal.site.requests)[asked:].count("/plans/3.html") == 1


def test_a_few_changes_are_told_by_the_crawl_that_reads_them(portal: Portal) -> None:
    portal.edit(5, "样本正文，改过。")
    del portal.documents[3]
    assert portal.crawl() == "finished"
    assert sorted(portal.events()) == [("changed", 5), ("withdrawn", 3)]
    portal.documents[3] = Document(3)
    portal.crawl()
    assert sorted(portal.events()) == [("changed", 5), ("returned", 3), ("withdrawn", 3)]


def test_what_is_kept_aside_is_written_by_the_next_crawl_where_one_is_killed(portal: Portal) -> None:
    portal.edit(5, "样本正文，改过。")
    (known,) = rows(portal.db, "SELECT p.*, c.url, c.title FROM portals p JOIN catalogs c ON c.portal = p.id")
    catalog = CatalogOfPortal("plan", str(known["title"]), str(known["url"]))
    store = Store(portal.db)
    store.begin(
        PortalOfFile(str(known["id"]), str(known["name"]), "", str(known["home"]), (catalog,)),
        "full",
        "2026-03-12T05:00:00Z",
    )
    page = _own_page(portal, 5)
    store.write([page], "2026-03-12T05:00:01Z")
    assert portal.events() == []
    store.close()  # as if it were killed
    assert portal.crawl() == "finished"
    assert portal.events() == [("changed", 5)]


def _own_page(portal: Portal, number: int) -> RecordPage:
    url = f"{portal.site.url}plans/{number}.html"
    return read_record(portal.look(portal.documents[number]), url, url, cut=False)


def test_copies_of_one_document_that_are_edited_alike_have_changed(portal: Portal) -> None:
    copies = {number: replace(Document(number), copy_of=2) for number in (31, 32, 34)}
    portal.documents |= copies
    portal.crawl()
    before = len(portal.events())
    portal.documents |= {number: replace(copy, text="样本正文，改过。") for number, copy in copies.items()}
    portal.crawl()
    assert sorted(portal.events()[before:]) == [("changed", number) for number in copies]


# --- an older copy of the portal ---


def test_an_older_copy_of_the_portal_withdraws_nothing(portal: Portal) -> None:
    new = {number: Document(number) for number in range(31, 37)}
    portal.documents |= new
    portal.edit(7, "样本正文，改过。")
    portal.crawl()
    for number in new:
        del portal.documents[number]
    portal.edit(7, "")
    assert portal.crawl() == "unsure"
    portal.documents |= new
    portal.edit(7, "样本正文，改过。")
    assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
    assert portal.events() == [("changed", 7)]


def test_what_an_older_copy_shows_does_not_date_what_truly_happened_before(portal: Portal) -> None:
    """A document is withdrawn and another one edited; both stand as they were in an older copy, when the next crawl comes."""
    then = dict(portal.documents)
    portal.documents |= {number: Document(number) for number in range(31, 37)}
    portal.crawl()
    seen = (NOW + timedelta(days=portal.day)).strftime("%Y-%m-%dT%H:%M")
    now = {number: document for number, document in portal.documents.items() if number != 3} | {
        7: Document(7, text="样本正文，改过。")
    }
    portal.documents = then
    assert portal.crawl() == "unsure"
    portal.documents = now
    assert portal.crawl() == "finished"
    told = rows(portal.db, "SELECT kind, not_before FROM events WHERE kind <> 'added' ORDER BY kind")
    assert [each["kind"] for each in told] == ["changed", "withdrawn"]
    assert [str(each["not_before"])[:16] for each in told] == [seen, seen]


def test_an_older_copy_brings_back_what_went_and_moved_since(portal: Portal) -> None:
    """Since the copy was made one document came, one went, one moved and one was edited: all of it is undone for a day."""
    then = dict(portal.documents)
    now = {number: document for number, document in then.items() if number != 3} | {
        5: Document(5, folder="new/"),
        7: Document(7, text="样本正文，改过。"),
        31: Document(31),
    }
    portal.documents = dict(now)
    portal.crawl()
    told = portal.events()
    assert Counter(told) == {("withdrawn", 3): 1, ("changed", 7): 1, ("moved", 5): 1}
    portal.documents = dict(then)
    assert portal.crawl() == "unsure"
    portal.documents = dict(now)
    assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
    assert portal.events() == told
    assert states(portal) == {"listed": 30, "withdrawn": 1}


def test_what_goes_back_to_how_it_was_for_good_is_told_by_the_second_crawl(portal: Portal) -> None:
    then = dict(portal.documents)
    portal.documents |= {7: Document(7, text="样本正文，改过。"), 31: Document(31), 32: Document(32)}
    portal.crawl()
    portal.documents = then
    assert [portal.crawl(), portal.crawl()] == ["unsure", "finished"]
    assert Counter(portal.events()) == {("changed", 7): 2, ("withdrawn", 31): 1, ("withdrawn", 32): 1}


@pytest.mark.parametrize("many", [4, 30])
def test_records_that_move_back_for_good_are_told_by_the_second_crawl(portal: Portal, many: int) -> None:
    then = dict(portal.documents)
    portal.documents |= {number: Document(number, folder="new/") for number in list(then)[:many]}
    while portal.crawl() != "finished":
        pass
    assert Counter(kind for kind, _ in portal.events()) == {"moved": many}
    portal.documents = then
    assert [portal.crawl(), portal.crawl()] == ["unsure", "finished"]
    assert Counter(kind for kind, _ in portal.events()) == {"moved": 2 * many}


def test_the_newest_records_that_stay_away_are_withdrawn_by_the_second_crawl(portal: Portal) -> None:
    portal.documents |= {number: Document(number) for number in range(31, 37)}
    portal.crawl()
    for number in range(31, 37):
        del portal.documents[number]
    assert portal.crawl() == "unsure"
    assert portal.events() == []
    assert portal.crawl() == "finished"
    assert Counter(portal.events()) == {("withdrawn", number): 1 for number in range(31, 37)}


# --- pages that are gone, and stand again ---


@pytest.mark.parametrize("spoil", [all_gone, led_to_no_page, led_to_the_list])
def test_a_claim_from_a_day_on_which_all_pages_were_gone_is_never_made(portal: Portal, spoil: Spoil) -> None:
    """Three records are unlisted; then for a day every page of the portal is gone."""
    taken = {number: portal.documents.pop(number) for number in (3, 4, 5)}
    standing = {document.path: document for document in taken.values()}

    def with_pages(path: str, answer: Any) -> Any:
        return answer

    def unlist(portal: Portal, spoil: Spoil) -> str:
        answers = portal.answers

        def with_standing() -> Any:
            return answers() | {path: portal.look(document) for path, document in standing.items()}

        portal.answers = with_standing  # type: ignore[method-assign]
        try:
            return portal.crawl(spoil)
        finally:
            del portal.answers

    assert unlist(portal, with_pages) == "finished"
    assert Counter(kind for kind, _ in portal.events()) == {"unlisted": 3}
    assert unlist(portal, spoil) == "unsure"
    for _ in range(2):
        assert unlist(portal, with_pages) == "finished"
    assert Counter(kind for kind, _ in portal.events()) == {"unlisted": 3}
    assert states(portal) == {"listed": 27, "unlisted": 3}


def test_a_withdrawn_record_whose_page_stands_again_is_asked_for_and_returns(portal: Portal) -> None:
    gone = portal.documents.pop(3)
    portal.crawl()
    assert portal.events() == [("withdrawn", 3)]
    answers = portal.answers

    def with_another_page(text: str) -> Callable[[], Any]:
        return lambda: answers() | {gone.path: text}

    portal.answers = with_another_page(redesigned(Document(99)))  # type: ignore[method-assign]
    portal.crawl()
    assert portal.events() == [("withdrawn", 3)]  # another document stands there
    portal.answers = with_another_page(portal.look(gone))  # type: ignore[method-assign]
    portal.crawl()
    assert portal.events() == [("withdrawn", 3), ("returned", 3)]
    assert states(portal) == {"listed": 29, "unlisted": 1}


def test_half_a_list_page_makes_no_record(portal: Portal) -> None:
    portal.documents |= {number: Document(number) for number in range(31, 34)}

    def half(path: str, answer: Any) -> Any:
        return answer[: answer.index("样本规划第31号") - 20] if path == LIST else answer

    assert portal.crawl(half) == "incomplete"
    assert rows(portal.db, "SELECT count(*) AS n FROM records")[0]["n"] == 30
    assert portal.crawl() == "finished"
    assert rows(portal.db, "SELECT count(*) AS n FROM records")[0]["n"] == 33
    assert portal.events() == []
