"""Other documents at the addresses of records, straight on the store: addresses that are given again, and documents that change places."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace

import pytest

from archive.database.connection import open_for_reading
from archive.model.observations import ListPage, RecordPage
from archive.web.views.history import history, observation
from tests.conftest import rows
from tests.many_records.records import MANY, kept, outcome, text
from tests.test_presence import Crawls, url
from tests.test_store import DAY, listed, page, row


def own_page(at: int, document: int) -> RecordPage:
    """The page of a document at an address."""
    return page(at, text(document), title=f"样本文件之{document}", index_number=f"640399001/2026-{document:05}")


def pages(at: Mapping[int, int], of: Iterable[int] = MANY) -> list[RecordPage]:
    """The pages at addresses; `at` names the document where it is another than the address's own."""
    return [own_page(n, at.get(n, n)) for n in of]


def rows_of(at: Mapping[int, int], but: Iterable[int] = ()) -> ListPage:
    """The list of the documents, each at its address."""
    return listed(*(replace(row(at.get(n, n)), key=url(n)) for n in MANY if n not in set(but)))


def told(crawls: Crawls) -> list[tuple[str, str]]:
    """What was told of records since the first day: kind, and the title of the document."""
    sql = "SELECT e.kind, r.title FROM events e JOIN records r ON r.id = e.record_id WHERE e.crawl_id > 2 ORDER BY e.kind, r.title"
    return [(str(each["kind"]), str(each["title"]).removeprefix("样本文件之")) for each in rows(crawls.path, sql)]


def standing(crawls: Crawls) -> dict[str, str]:
    """The address at which each listed record stands, by its title."""
    sql = "SELECT title, url FROM records WHERE state = 'listed'"
    return {str(each["title"]).removeprefix("样本文件之"): str(each["url"]) for each in rows(crawls.path, sql)}


@pytest.fixture
def read(crawls: Crawls) -> Crawls:
    """After a crawl in which each page states its title and its number."""
    crawls.run(rows_of({}), pages=pages({}))
    return crawls


def test_another_document_at_the_address_of_one_that_went_is_no_change_of_it(read: Crawls) -> None:
    read.run(rows_of({5: 99}), pages=pages({5: 99}))
    assert (outcome(read), told(read), kept(read)) == ("finished", [("added", "99"), ("withdrawn", "5")], 0)
    assert standing(read)["99"] == url(5)
    (gone,) = rows(read.path, "SELECT * FROM events WHERE kind = 'withdrawn'")
    assert (gone["not_before"], gone["at"]) == (DAY.format(2), DAY.format(3))
    read.run(rows_of({5: 99}), pages=pages({5: 99}))
    assert len(told(read)) == 2


def test_documents_that_change_places_have_moved(read: Crawls) -> None:
    read.run(rows_of({4: 7, 7: 4}), pages=pages({4: 7, 7: 4}))
    assert (told(read), kept(read)) == ([("moved", "4"), ("moved", "7")], 0)
    assert (standing(read)["4"], standing(read)["7"]) == (url(7), url(4))
    read.run(rows_of({}), pages=pages({}))
    assert (told(read), standing(read)["4"]) == ([("moved", "4")] * 2 + [("moved", "7")] * 2, url(4))


def test_documents_whose_addresses_are_numbered_anew_have_moved(read: Crawls) -> None:
    """Each stands at the next one's address, the last one at the first one's: most of the portal, so that it is said twice."""
    at = {n: MANY[n - 2] for n in MANY}
    for expected in ("unsure", "finished"):
        read.run(rows_of(at), pages=pages(at))
        assert outcome(read) == expected
    assert told(read) == sorted(("moved", str(n)) for n in MANY)
    assert standing(read) == {str(document): url(n) for n, document in at.items()}


def test_a_page_that_shows_another_document_than_its_list_says_waits_as_long_as_it_does(read: Crawls) -> None:
    for _ in range(3):
        read.run(rows_of({}), pages=pages({4: 7, 7: 4}))
        assert (told(read), kept(read)) == ([], 2)
    read.run(rows_of({}), pages=pages({}))
    assert (told(read), kept(read)) == ([], 0)


def test_a_row_that_names_another_document_than_its_page_waits_as_long_as_it_does(read: Crawls) -> None:
    for _ in range(3):
        read.run(rows_of({4: 7, 7: 4}), pages=pages({}))
        assert (told(read), kept(read)) == ([], 2)
    read.run(rows_of({}), pages=pages({}))
    assert (told(read), kept(read)) == ([], 0)


def test_another_document_in_a_list_is_told_when_its_page_could_not_be_read_twice(read: Crawls) -> None:
    but = [n for n in MANY if n != 5]
    read.run(rows_of({5: 99}), pages=pages({}, of=but))
    assert (told(read), kept(read)) == ([], 1)
    read.run(rows_of({5: 99}), pages=pages({}, of=but))
    assert told(read) == [("added", "99"), ("withdrawn", "5")]


def test_another_document_at_the_address_of_a_withdrawn_one_does_not_bring_that_back(read: Crawls) -> None:
    read.run(rows_of({}, but=[5]), pages=pages({}, of=range(6, 49)), asked={5: "gone"})
    read.run(rows_of({5: 99}), pages=pages({5: 99}))
    assert told(read) == [("added", "99"), ("withdrawn", "5")]
    (new,) = rows(read.path, "SELECT not_before FROM events WHERE kind = 'added' AND crawl_id = 4")
    assert new["not_before"] == DAY.format(3)


@pytest.mark.parametrize("same", ["number", "title", "text"])
def test_a_document_that_keeps_its_number_its_title_or_its_text_has_changed(read: Crawls, same: str) -> None:
    number, title, body = ("640399001/2026-00099", "样本新题", text(99))
    fields = {"title": f"样本文件之{5}" if same == "title" else title}
    fields |= {"index_number": "640399001/2026-00005" if same == "number" else number}
    lists = listed(*(row(5, **fields) if n == 5 else row(n) for n in MANY))
    own = page(5, text(5) if same == "text" else body, **fields)
    read.run(lists, pages=[own if n == 5 else own_page(n, n) for n in MANY])
    assert {kind for kind, _ in told(read)} == {"changed"}


def test_the_former_record_keeps_its_text_and_the_new_one_its_address(read: Crawls) -> None:
    read.run(rows_of({5: 99}), pages=pages({5: 99}))
    found = rows(read.path, "SELECT url, body, state FROM records WHERE url LIKE ? ORDER BY id", f"{url(5)}%")
    assert [(each["body"], each["state"]) for each in found] == [(text(5), "withdrawn"), (text(99), "listed")]
    assert found[1]["url"] == url(5)
    with closing(open_for_reading(read.path)) as connection:
        connection.row_factory = sqlite3.Row
        entries = history(connection, 5).entries
        said = observation(connection.execute("SELECT * FROM records WHERE id = 5").fetchone(), entries)
    assert "At 2026-01-03 08:00 another document stood at its address." in said.en
    assert [entry.capture and entry.capture["url"] for entry in entries if entry.kind.en == "withdrawn"] == [url(5)]


def test_a_document_that_is_back_at_the_address_that_another_one_had_has_returned(read: Crawls) -> None:
    read.run(rows_of({5: 99}), pages=pages({5: 99}))
    read.run(rows_of({}), pages=pages({}))
    assert told(read) == [("added", "99"), ("returned", "5"), ("withdrawn", "5"), ("withdrawn", "99")]
    assert (standing(read)["5"], len(standing(read))) == (url(5), len(MANY))
    (back,) = rows(read.path, "SELECT * FROM events WHERE kind = 'returned'")
    assert (back["not_before"], back["at"]) == (DAY.format(3), DAY.format(4))
