"""Atom feeds: valid XML whatever the archive holds, in order, so many entries and no more, each with an id for ever."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from lxml import etree, html

from archive.labels.code_labels import EVENTS
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


def test_an_entry_is_renewed_by_each_change_of_its_record_and_of_its_state(ask, past: Path) -> None:
    with closing(sqlite3.connect(past)) as connection:
        changed = "SELECT max(first_seen, coalesce(changed_at, '')) FROM records ORDER BY 1 DESC"
        latest = "SELECT (SELECT max(at) FROM events WHERE record_id = r.id) FROM records r ORDER BY 1 DESC"
        changes, moments = ([row[0] for row in connection.execute(sql)] for sql in (changed, latest))
    assert moments > changes  # record 2 was withdrawn, and says what it said
    assert texts(ask("/-/browse/past/1.atom"), "updated") == texts(ask("/-/search.atom"), "updated") == moments
    assert len(set(moments)) > 1


def test_what_changed_at_the_same_moment_stands_by_the_day_it_states(changed) -> None:
    get = changed(
        "UPDATE records SET first_seen = '2026-11-20T01:00:00Z', changed_at = NULL",
        "UPDATE events SET at = '2026-11-20T01:00:00Z'",
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


def test_a_record_that_goes_comes_back_into_a_feed_it_had_long_left(changed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "ENTRIES", 1)
    old = "UPDATE events SET at = '2026-11-20T01:00:00Z' WHERE record_id = 2"
    gone = "UPDATE events SET at = '2026-11-30T01:00:00Z' WHERE record_id = 2 AND kind = 'withdrawn'"
    assert "样例公告之2" not in texts(changed(old)("/-/search.atom"), "title")
    for address in ("/-/search.atom", "/-/search.atom?q=样例公告", "/-/browse/past/1.atom"):
        assert texts(changed(old, gone)(address), "title")[0] == "样例公告之2", address


def test_a_feed_of_changes_takes_words_and_kinds_together(ask) -> None:
    def of(query: str) -> set[tuple[str, str]]:
        return {
            (each.find("a:category", ATOM).get("term"), each.findtext("a:title", "", ATOM).partition("】")[2])
            for each in entries(ask(f"/-/changes.atom?{query}"))
        }

    assert of("q=之2&kind=withdrawn&kind=changed") == {("withdrawn", "样例公告之2")}
    assert of("record=2&kind=added") == {("added", "样例公告之2")}
    assert of("q=没有的词") == set()
    assert (
        of("catalog=1&kind=withdrawn") == of("kind=withdrawn") == of("publisher=样例县民政局&kind=withdrawn") != set()
    )
    assert of("publisher=样例县教育局&kind=withdrawn") == set()


def test_the_feed_of_a_catalogue_has_what_it_lists(get) -> None:
    listed = sorted(f"【{EVENTS['added'].zh}】{title}" for title in texts(get("/-/browse/yangli/2.atom"), "title"))
    assert sorted(texts(get("/-/subscribe.atom?catalog=2"), "title")) == listed
    assert sorted(texts(get("/-/changes.atom?catalog=2&kind=added"), "title")) == listed


def test_the_feed_of_a_subscription_has_what_is_subscribed_to(ask) -> None:
    def of(query: str) -> list[str]:
        return texts(ask(f"/-/subscribe.atom?{query}"), "title")

    assert of("q=之2&events=withdrawn&events=changed") == ["【已撤下】样例公告之2"]
    assert of("record=2&events=withdrawn") == of("q=之2&events=withdrawn")
    assert of("q=之2&kind=budget") == []
    assert len(of("portal=past")) == len(of("")) == len(of("publisher=样例县民政局")) > 6
    assert "样例公告之2 · 已撤下" in ask("/-/subscribe.atom?record=2&events=withdrawn").text
    for query in ("events=x", "kind=x", "from=x", "catalog=x"):
        assert ask(f"/-/subscribe.atom?{query}").status_code == ask(f"/-/subscribe?{query}").status_code == 400
    assert ask("/-/subscribe?record=99").status_code == 404


@pytest.mark.parametrize(
    "page",
    ["/-/search?q=样例&kind=notice", "/-/browse/past/1", "/-/publisher?portal=past&name=样例县民政局", "/-/record/2", "/-/changes?q=之2&kind=withdrawn"],
)  # fmt: skip
def test_each_page_leads_to_a_subscription_to_what_it_lists(ask, page: str) -> None:
    (link,) = {each.get("href") for each in html.fromstring(ask(page).text).cssselect("a.subscribe")}
    subscribing = html.fromstring(ask(link).text)
    (feed,) = subscribing.xpath("//link[@type='application/atom+xml']/@href")
    told = texts(ask(feed.removeprefix("http://localhost")), "title")
    assert told
    assert [each.text_content() for each in subscribing.cssselect(".entries .title")] == told[:10]
    if "record" in page or "之2" in page:
        assert all(title.endswith("样例公告之2") for title in told)


@pytest.mark.parametrize(
    ("query", "status"),
    [("kind=x", 400), ("kind=changed&kind=x", 400), ("catalog=x", 400), ("record=0", 400), ("catalog=99", 404), ("record=99", 404), ("portal=x", 404)],
)  # fmt: skip
def test_a_feed_of_changes_of_what_is_not_there(ask, query: str, status: int) -> None:
    for form in ("", ".atom", ".json"):
        assert ask(f"/-/changes{form}?{query}").status_code == status


def test_a_browser_shows_a_feed_as_a_page_with_its_entries(site, get) -> None:
    for address in ("/-/search.atom?q=棚户区", "/-/changes.atom?kind=added", "/-/questions/neighbouring_serials.atom"):
        page = asyncio.run(site.client.get(address, headers={"sec-fetch-dest": "document"}))
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-store"
        root = html.fromstring(page.text)
        links = {link.get("href") for link in root.cssselect("ol.entries p.title a")}
        assert links == {each.find("a:link", ATOM).get("href") for each in entries(get(address))}
        (own,) = etree.fromstring(get(address).content).xpath("a:link[@rel='self']/@href", namespaces=ATOM)
        assert root.cssselect("p.address code")[0].text == own
        for answer in (page, get(address)):
            assert "Sec-Fetch-Dest" in answer.headers["vary"]


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
