"""Feeds of pages that list records or changes: each as RFC 4287 wants it, named by its page, with what came last."""

import asyncio
import re

import pytest
from lxml import etree, html

from archive.web.formats import page_files
from tests.web.asking import asking, asking_copy
from tests.web.exported import LISTS

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def feed(answer) -> etree._Element:
    """A feed, after a look whether it is as RFC 4287 wants it."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            (only,) = element.findall(f"a:{name}", ATOM)
            assert only.text
        assert element.findtext("a:id", None, ATOM).startswith("urn:uuid:")
        assert element.findtext("a:author/a:name", None, ATOM)
        assert len(element.findall("a:link[@rel='alternate']", ATOM)) == 1
        assert all(link.get("href").startswith("http://localhost/") for link in element.findall("a:link", ATOM))
        for name in ("updated", "published"):
            assert all(MOMENT.fullmatch(each.text) for each in element.findall(f"a:{name}", ATOM))
    assert len(root.findall("a:link[@rel='self']", ATOM)) == 1
    ids = [each.text for each in root.iterfind(".//a:id", ATOM)]
    assert len(ids) == len(set(ids))
    moments = [each.text for each in root.iterfind("a:entry/a:updated", ATOM)]
    assert moments == sorted(moments, reverse=True)
    if moments:
        assert root.findtext("a:updated", None, ATOM) == moments[0]
    return root


@pytest.mark.parametrize("page", [*LISTS, "/-/search?q=没有这样的记录", "/-/changes", "/-/changes?portal=yangli"])
def test_every_feed_is_valid(get, page):
    root = feed(get(page_files.address(page, "atom")))
    alternate = root.find("a:link[@rel='alternate']", ATOM).get("href")
    assert get(alternate.removeprefix("http://localhost")).status_code == 200


def test_an_entry_states_what_a_reader_needs(get):
    (entry, _) = feed(get("/-/search.atom?q=棚户区")).findall("a:entry", ATOM)
    assert entry.findtext("a:title", None, ATOM) == "样例：某棚户区土地征收公告"
    assert entry.findtext("a:author/a:name", None, ATOM) == "样例县人民政府"
    assert entry.findtext("a:published", None, ATOM) == "2018-05-02T00:00:00+08:00"
    assert get(entry.find("a:link", ATOM).get("href")).status_code == 200


def test_ids_stay_wherever_the_archive_is_served(site):
    def ids(path: str, **headers: str) -> list[str]:
        return [each.text for each in feed_at(path, headers).iterfind(".//a:id", ATOM)]

    def feed_at(path: str, headers: dict[str, str]) -> etree._Element:
        return etree.fromstring(asyncio.run(site.client.get(path, headers=headers)).content)

    assert ids("/-/search.atom?q=棚户区") == ids("/-/search.atom?q=棚户区", host="other.example")


def test_what_came_last_is_in_the_feed_however_old_it_says_it_is(get, monkeypatch, database):
    from archive.web.formats import feeds

    monkeypatch.setattr(feeds, "ENTRIES", 1)
    (last,) = database.execute(
        "SELECT title FROM records WHERE portal = 'yangli' AND kind = 'budget' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    found = [each.text for each in feed(get("/-/search.atom?q=预算&kind=budget")).iterfind("a:entry/a:title", ATOM)]
    assert last in found
    assert len(found) == 2


def test_a_feed_of_withdrawals_holds_nothing_else(history):
    entries = feed(history("/-/changes.atom?kind=withdrawn")).findall("a:entry", ATOM)
    assert entries
    for entry in entries:
        assert entry.findtext("a:title", None, ATOM).startswith("【已撤下】")
        assert entry.find("a:link", ATOM).get("href").startswith("http://localhost/-/proof/")
        assert " 之间" in entry.findtext("a:summary", None, ATOM)
    kinds = {
        entry.find("a:category", ATOM).get("term")
        for entry in feed(history("/-/changes.atom")).findall("a:entry", ATOM)
    }
    assert "changed" in kinds
    assert "added" not in kinds


def test_an_entry_says_which_copies_show_it_and_leads_to_them(history, past):
    entries = feed(history("/-/changes.atom?kind=withdrawn")).findall("a:entry", ATOM)
    for summary in (entry.findtext("a:summary", None, ATOM) for entry in entries):
        named = re.findall(r"^(.+)：存档副本 (\d+) http://localhost/-/copy/(\d+)$", summary, re.MULTILINE)
        assert [what for what, *_ in named] == ["最后列有此记录的列表页", "原页面的响应"]
        assert all(number == at for _, number, at in named)
        assert not re.search(r"：\d+$", summary, re.MULTILINE)  # no number by itself
    as_browsers_ask = asking(past, headers={"sec-fetch-dest": "document"})
    shown = html.fromstring(as_browsers_ask("/-/changes.atom?kind=withdrawn&lang=en").text)
    links = [link for link in shown.cssselect(".entries .summary a") if "/-/copy/" in link.get("href")]
    assert len(links) == 2 * len(entries)
    assert links[0].text_content().startswith("last list page with the record: archived copy ")


def test_a_feed_that_has_nothing_new_is_not_sent_again(site, get):
    tag = get("/-/changes.atom").headers["etag"]
    answer = asyncio.run(site.client.get("/-/changes.atom", headers={"if-none-match": tag}))
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    "page", ["/-/search?q=样例", "/-/browse/yangli/1", LISTS[5], "/-/changes", "/", "/-/browse/yangli"]
)
def test_a_page_names_its_feeds(get, page):
    feeds = html.fromstring(get(page).text).cssselect("link[rel=alternate][type='application/atom+xml']")
    assert feeds
    for link in feeds:
        assert link.get("title")
        feed(get(link.get("href")))


def test_of_a_withheld_record_there_is_neither_feed_nor_file(past, tmp_path):
    ask = asking_copy(past, tmp_path, "UPDATE records SET state = 'withheld' WHERE id = 2")
    forms = ("atom", "csv", "xlsx", "jsonl")
    assert [(ask(f"/-/record/1.{form}").status_code, ask(f"/-/record/2.{form}").status_code) for form in forms] == [
        (200, 404)
    ] * 4
