"""Addresses of the search page: short ones, malformed ones that break nothing, and which archive and reader each is for."""

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest
from datasette.app import Datasette
from lxml import html

from tests.web.sample_archive import HOSTILE_TITLE
from tests.web.searching import HERE, asking_page, titles, total


@pytest.fixture(scope="module")
def page(get):
    """Ask the search page; its tree."""
    return asking_page(get)


# --- addresses ---


def test_addresses_are_short_and_readable(page):
    link = page(q="预算", kind="budget", page=2, sort="newest").cssselect(".chip")[0].get("href")
    assert link == f"{HERE}?q={quote('预算')}&sort=newest"


def test_what_is_not_understood_is_stated_and_left_out(page):
    tree = page(q="预算", kind="nonsense", from_="abc", page="-3", sort="oldest")
    assert [code.text for code in tree.cssselect(".note code")] == ["kind=nonsense", "sort=oldest", "from=abc"]
    assert total(tree) == 61


def test_a_place_narrows_by_the_beginning_of_division_codes(page, get):
    assert [total(page(place=code)) for code in ("64", "6403", "640399", "640398", "11", "640300")] == [
        66,
        66,
        64,
        2,
        0,
        0,
    ]
    assert total(page(place="64", portal="checked")) == 2
    tree = page(q="预算", place="64")
    assert [chip.text_content() for chip in tree.cssselect(".chip")] == ["行政区划：宁夏回族自治区 ✖"]
    assert tree.xpath("//form//input[@name='place']/@value") == ["64"]
    assert get("/-/search.json?place=64").json()["title"] == "检索 宁夏回族自治区"
    assert "宁夏回族自治区" in html.fromstring(get("/-/subscribe?place=64").text).text_content()
    assert [code.text for code in page(place="县").cssselect(".note code")] == ["place=县"]


PIECES = ("预算", "县", "-", "|", '"', "“", "”", "或", "OR", "(", ")", "*", ":", "^", "\\", "'", ";", "\x00", "\n", "\t", "%", "<script>", "\u202e", "\ufeff",
          "𠮷", "\U0010ffff", "a" * 300, "预" * 1200, "2017", "640324001/2017-", "，", "　", "＂", "｜", "NEAR(", "AND", "NOT", "{title}", "q:", "--", "/*",
          "=", "&", "#", "+", "．", "ﬀ", "İ", "ß", "०", "①", "\ue000", "_", "2017_92", "kind_budget", "record_any")  # fmt: skip
NAMES = (
    "q",
    "portal",
    "place",
    "kind",
    "publisher",
    "from",
    "to",
    "state",
    "files",
    "sort",
    "page",
    "db",
    "_search",
    "_sort",
    "_facet",
    "_next",
    "x" * 50,
    "",
    "_where",
    "[]",
)
VALUES = ("budget", "gone", "yes", "newest", "0", "-1", "1", "2", "200", "201", "999", "99999999999999999999", "2016", "２０１６", "9999", "0000", "1e9", "²",
          "null", "样例县", "disclosures", "../..", "%")  # fmt: skip


def malformed(count: int) -> list[str]:
    """So many addresses of the page, made of what people and programs send by mistake or on purpose."""
    chance = random.Random(20180402)
    made = []
    for _ in range(count):
        pairs = []
        for _ in range(chance.randrange(1, 6)):
            name = "q" if chance.random() < 0.5 else chance.choice(NAMES)
            pieces = PIECES if chance.random() < 0.6 else VALUES
            value = chance.choice(("", " ")).join(chance.choices(pieces, k=chance.randrange(1, 8)))
            encoded = quote(value) if chance.random() < 0.8 else quote(value, safe="&=;+%#<>\"'[]{}|\\^`")
            pairs.append(f"{quote(name)}={encoded}" if chance.random() < 0.95 else encoded)
        tail = chance.choice(("", "", "", "&", "%", "%zz", "%ED%A0%80", "%FF%FE", "=", "&&=&", "%00"))
        made.append(f"{HERE}?{'&'.join(pairs)}{tail}".replace("\x00", "%00").replace("\n", "%0A").replace("\t", "%09"))
    return made


@pytest.mark.parametrize("count", [100, 500])
def test_no_address_breaks_the_page(site, count):
    addresses = malformed(count)
    assert len(set(addresses)) == count

    async def ask_all() -> list[tuple[str, httpx.Response]]:
        return [(address, await site.client.get(address)) for address in addresses]

    for address, answer in asyncio.run(ask_all()):
        assert answer.status_code == 200, address
        tree = html.fromstring(answer.text)
        assert tree.xpath("//script[not(contains(@src, '/complete.js'))] | //style | //*[@style]") == [], address
        assert tree.cssselect("form.asking input[name=q]"), address


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_no_method_breaks_the_page(site, method):
    assert asyncio.run(site.client.request(method, f"{HERE}?q=预算")).status_code < 500


def test_a_hostile_record_stays_text(page):
    tree = page(q="预警")
    assert titles(tree) == [HOSTILE_TITLE]
    assert (
        tree.xpath("//main//script | //main//iframe | //main//img | //main//i | //main//*[@onmouseover or @onerror]")
        == []
    )
    assert tree.cssselect(".passage mark")[0].text == "预警"


def test_the_page_may_be_read_in_a_frame_of_our_own_and_loads_nothing_else(get):
    policy = get(HERE, q="预算").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy


# --- the site around it ---


def test_who_may_not_see_the_records_may_not_search_them(archive):
    closed = Datasette(files=[str(archive)], metadata={"databases": {"disclosures": {"allow": {"id": "editor"}}}})
    assert asyncio.run(closed.client.get(f"{HERE}?q=预算")).status_code == 403
    closed = Datasette(
        files=[str(archive)],
        metadata={"databases": {"disclosures": {"tables": {"records": {"allow": False}}}}},
    )
    assert asyncio.run(closed.client.get(f"{HERE}?q=预算")).status_code == 403


def test_two_archives_are_searched_each_by_itself(archive, past):
    both = Datasette(files=[str(archive), str(past)])
    tree = html.fromstring(asyncio.run(both.client.get(f"{HERE}?q=样例&db=past")).text)
    assert tree.cssselect(".hits .title")[0].get("href").endswith("?db=past")
    assert all("db=past" in link.get("href") for link in tree.cssselect(".facet a, .order a"))
    assert dict(tree.cssselect("form.asking")[0].form_values())["db"] == "past"


def test_without_an_archive_there_is_no_page(tmp_path):
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    assert asyncio.run(Datasette(files=[str(other)]).client.get(HERE)).status_code == 404


def test_an_index_of_another_version_is_not_searched(archive, tmp_path):
    old = tmp_path / "disclosures.db"
    shutil.copy(archive, old)
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE settings SET value = '1' WHERE name = 'segment_version'")
    answer = asyncio.run(Datasette(files=[str(old)]).client.get(f"{HERE}?q=预算"))
    assert answer.status_code == 200
    assert "检索索引是旧版本所建" in answer.text


def test_the_home_page_and_the_header_lead_here(page):
    home = page("/")
    assert home.cssselect("main form[role=search]")[0].get("action") == HERE
    assert HERE in [link.get("href") for link in home.cssselect("header nav a")]
