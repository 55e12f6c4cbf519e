"""Atom feeds: valid XML whatever the archive holds, in order, so many entries and no more, each with an id for ever."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from lxml import etree

from archive.web.formats import feeds
from tests.web.asking import asking, asking_copy

ATOM = {"a": "http://www.w3.org/2005/Atom"}
UNFIT = "\x01\x0b\x1f\ufffe\uffff"
"""Characters that XML has not."""


def entries(answer: httpx.Response) -> list[etree._Element]:
    assert answer.status_code == 200, answer.text
    return list(etree.fromstring(answer.content).iterfind("a:entry", ATOM))


def texts(answer: httpx.Response, name: str) -> list[str]:
    return [each.findtext(f"a:{name}", "", ATOM) for each in entries(answer)]


@pytest.fixture
def changed(past: Path, tmp_path: Path) -> Callable[..., Callable[[str], httpx.Response]]:
    """Ask a copy of the archive with a past, after statements of SQL."""

    def serve(*statements: str) -> Callable[[str], httpx.Response]:
        return asking_copy(past, tmp_path, *statements)

    return serve


@pytest.fixture(scope="module")
def ask(past: Path) -> Callable[[str], httpx.Response]:
    return asking(past)


@pytest.mark.parametrize("address", ["/-/browse/past/1.atom", "/-/changes.atom", "/-/changes.atom?kind=added"])
def test_characters_that_xml_has_not_are_left_out_of_texts_and_attributes(changed, address: str) -> None:
    """A merged archive may hold anything, in its codes too."""
    unfit = "||".join(f"char({ord(character)})" for character in UNFIT)
    columns = ("title", "publisher", "document_number", "index_number", "body", "kind")
    get = changed(
        f"UPDATE records SET {', '.join(f'{name} = {unfit} || {chr(39)}样例{chr(39)} || {unfit}' for name in columns)}",
        f"UPDATE portals SET name = '样例' || {unfit}",
    )
    answer = get(address)
    found = entries(answer)
    assert found
    assert not set(answer.text) & set(UNFIT)
    assert all(each.findtext("a:title", "", ATOM).strip().endswith("样例") for each in found)
    if "browse" in address:
        assert {each.find("a:category", ATOM).get("term") for each in found} == {"样例"}


def test_an_entry_was_updated_when_its_record_last_changed(ask, past: Path) -> None:
    with closing(sqlite3.connect(past)) as connection:
        latest = "SELECT max(first_seen, coalesce(changed_at, '')) FROM records ORDER BY 1 DESC"
        moments = [row[0] for row in connection.execute(latest)]
    assert texts(ask("/-/browse/past/1.atom"), "updated") == texts(ask("/-/search.atom"), "updated") == moments
    assert len(set(moments)) > 1


def test_what_changed_at_the_same_moment_stands_by_the_day_it_states(changed) -> None:
    get = changed(
        "UPDATE records SET first_seen = '2026-11-20T01:00:00Z', changed_at = NULL",
        "UPDATE records SET published_on = '2017-0' || id || '-01' WHERE id < 4",
    )
    found = texts(get("/-/browse/past/1.atom"), "published")
    assert found == ["2017-03-01T00:00:00+08:00", "2017-02-01T00:00:00+08:00", "2017-01-01T00:00:00+08:00", "", "", ""]


def test_a_day_that_is_none_is_not_reported(changed) -> None:
    get = changed(
        "UPDATE records SET published_on = '2017-5' WHERE id = 1",
        "UPDATE records SET published_on = '2017-05-01' WHERE id = 2",
    )
    assert sorted(texts(get("/-/browse/past/1.atom"), "published"))[-2:] == ["", "2017-05-01T00:00:00+08:00"]


def test_the_author_is_who_published_it_or_else_the_portal(changed) -> None:
    get = changed("UPDATE records SET publisher = NULL WHERE id = 1")
    for address in ("/-/browse/past/1.atom", "/-/changes.atom?kind=added"):
        by_page = {
            each.find("a:link", ATOM).get("href").partition("#")[0].rpartition("/")[2]: each.findtext("a:author/a:name", "", ATOM)
            for each in entries(get(address))
        }  # fmt: skip
        assert by_page.pop("1") == "样例县（有变动）"
        assert set(by_page.values()) == {"样例县民政局"}


def test_an_entry_shows_the_text_around_the_words_and_otherwise_its_beginning(changed) -> None:
    get = changed(
        "UPDATE records SET body = '样例开头。' || replace(hex(zeroblob(300)), '00', '样例') || '样例正文到此。' WHERE id = 2"
    )
    (summary,) = [
        text for text in texts(get("/-/search.atom?q=样例正文"), "summary") if "到此" in text or "开头" in text
    ]
    assert "样例正文到此" in summary
    (summary,) = [
        text for text in texts(get("/-/browse/past/1.atom"), "summary") if "到此" in text or "样例样例" in text
    ]
    assert summary.splitlines()[1].startswith("样例开头。样例样例")
    assert len(summary.splitlines()[1]) == feeds.SUMMARY + 1  # and dots
    assert summary.splitlines()[0].startswith("通知公告 · 已撤下 · 索引号 640397001/2026-00002")


def test_ids_are_made_of_portal_and_address(changed) -> None:
    """The same address in two portals is two records; another title or number is the same one."""
    get = changed(
        "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一样例县', '640396', '')",
        "INSERT INTO records (id, portal, url, title, kind, first_seen, last_seen) SELECT 99, 'other', url, title, kind, first_seen, last_seen FROM records WHERE id = 1",
        "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id) VALUES (99, 1, '2026', '2026', 1)",
    )
    before = set(texts(get("/-/browse/past/1.atom"), "id"))
    assert len(before) == len(entries(get("/-/browse/past/1.atom")))
    get = changed(
        "UPDATE records SET title = '另一标题', id = id + 1000 WHERE id NOT IN (SELECT record_id FROM listings)",
        "UPDATE records SET title = '另一标题'",
    )
    assert set(texts(get("/-/browse/past/1.atom"), "id")) < before


def test_two_events_of_a_record_have_two_ids(changed) -> None:
    get = changed("UPDATE events SET at = '2026-11-22T01:00:00Z', record_id = 1")
    ids = texts(get("/-/changes.atom?kind=changed"), "id")
    assert len(ids) == len(set(ids)) > 1


def test_a_feed_of_changes_has_the_last_of_each_kind_but_of_new_records(ask, past: Path) -> None:
    with closing(sqlite3.connect(past)) as connection:
        kinds = [row[0] for row in connection.execute("SELECT kind FROM events WHERE kind <> 'added'")]
        added = [row[0] for row in connection.execute("SELECT kind FROM events WHERE kind = 'added'")]

    def terms(address: str) -> list[str]:
        return sorted(each.find("a:category", ATOM).get("term") for each in entries(ask(address)))

    assert terms("/-/changes.atom") == sorted(kinds)
    assert terms("/-/changes.atom?kind=added") == sorted(added)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_feed_has_so_many_events_and_no_more(ask, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    everything = texts(ask("/-/changes.atom"), "updated")
    monkeypatch.setattr(feeds, "MOST_EVENTS", most)
    assert texts(ask("/-/changes.atom"), "updated") == everything[:most]
    assert len(entries(ask("/-/changes.atom?kind=changed"))) == min(most, 3)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_of_a_list_a_feed_has_the_last_found_and_the_newest_stated(
    get, database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(feeds, "ENTRIES", most)
    last = [
        row[0]
        for row in database.execute("SELECT title FROM records WHERE kind = 'budget' ORDER BY id DESC LIMIT ?", (most,))
    ]
    newest = "SELECT title FROM records WHERE kind = 'budget' ORDER BY published_on DESC, id DESC LIMIT ?"
    stated = [row[0] for row in database.execute(newest, (most,))]
    for address in ("/-/search.atom?kind=budget", "/-/browse/yangli/1.atom"):
        assert set(texts(get(address), "title")) == {*last, *stated}, address


def test_a_feed_without_entries_was_updated_by_the_last_crawl(ask, get, changed) -> None:
    def updated(answer: httpx.Response) -> str | None:
        assert entries(answer) == []
        return etree.fromstring(answer.content).findtext("a:updated", None, ATOM)

    assert updated(ask("/-/search.atom?q=没有的词")) == "2026-11-22T01:00:00Z"
    assert updated(get("/-/search.atom?q=没有的词")) == "2026-11-21T01:05:00Z"  # when it ended
    assert (
        updated(changed("UPDATE crawls SET finished_at = NULL")("/-/search.atom?q=没有的词")) == "2026-11-22T01:00:00Z"
    )


def test_a_tag_that_is_not_the_feeds_brings_the_feed(site, get) -> None:
    for tag in ('"another"', ""):
        answer = asyncio.run(site.client.get("/-/search.atom?q=棚户区", headers={"if-none-match": tag}))
        assert (answer.status_code, answer.content) == (200, get("/-/search.atom?q=棚户区").content)
