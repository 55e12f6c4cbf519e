"""Several archives served as one site: each page says what it says of one archive with all their portals."""

import asyncio
import csv
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from datasette.app import Datasette
from lxml import html

from archive.questions.question_files import questions
from archive.web.http import server
from archive.web.http.server import make_datasette, site_of
from tests import reporters_archive
from tests.web.divided import ask, contents, divide, numbered_alike

pytestmark = pytest.mark.usefixtures("in_that_week")

SPAN = "from=2026-11-20&to=2026-11-23"
Sites = tuple[Datasette, Datasette]
"""The site of an archive, and that of the archives it was divided into."""


@pytest.fixture(scope="module")
def sites(whole: Path, parts: dict[str, Path]) -> Sites:
    return make_datasette(whole), site_of(parts)


def number(path: Path, sql: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(sql).fetchone()[0])


SEARCHES = (
    "", "q=预算", "q=样例&sort=newest", "q=样例县民政局", "q=没有这样的词", "q=预祘", "q=民政局预算", "portal=one", "publisher=民政", "state=gone&q=样例",
    "from=2017-12-30&to=2018", "q=样例&kind=budget&files=yes",
)  # fmt: skip
PAGES = (
    *(f"/-/search?{each}" for each in SEARCHES),
    *(f"/-/search.{form}?q=预算" for form in ("csv", "jsonl", "json", "atom")),
    "/-/search/completions?q=样例", "/-/search.json?q=预算&page=1", "/-/search.atom",
    "/-/browse", "/-/browse?kind=budget", "/-/browse.json", "/-/browse/one", "/-/browse/two", "/-/browse/one/1", "/-/browse/one.json",
    "/-/browse/one/1.atom", "/-/publisher?portal=one&name=样例县民政局", "/-/publisher.csv?portal=two&name=样例县民政局",
    "/-/day", "/-/day/2017-12-31", "/-/day/2016-12-30", "/-/day/2026-11-20", *(f"/-/day/2017-12-31.{form}" for form in ("csv", "json", "atom")),
    "/-/changes", f"/-/changes?{SPAN}", *(f"/-/changes?kind={kind}&{SPAN}" for kind in ("added", "withdrawn")), f"/-/changes?q=预算&{SPAN}",
    f"/-/changes?portal=one&{SPAN}", *(f"/-/changes.{form}?{SPAN}" for form in ("csv", "json", "atom")), "/-/changes.atom?kind=withdrawn&q=预算",
    "/-/cards", "/-/cards?year=2017", "/-/cards.csv?year=2017", "/-/cards.json?year=2018", "/-/cards/one/2017", "/-/cards/one",
    "/-/budgets", "/-/budgets/one", "/-/counties", "/-/counties/64", "/-/counties.json", "/-/questions",
    *(f"/-/questions/{name}{form}" for name in ("removed_records", "changed_without_new_date", "number_on_several") for form in ("", ".csv", ".json", ".atom")),
)  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_a_page_over_several_archives_says_what_that_over_one_does(sites: Sites, address: str) -> None:
    one, several = (ask(site, address) for site in sites)
    assert one.status_code == several.status_code == 200
    assert contents(several) == contents(one)


@pytest.mark.parametrize("name", questions())
def test_so_does_every_question(sites: Sites, name: str) -> None:
    one, several = (ask(site, f"/-/questions/{name}.json") for site in sites)
    assert contents(several) == contents(one)


def test_the_home_page_says_so_too(sites: Sites) -> None:
    one, several = (html.fromstring(ask(site, "/").text) for site in sites)
    for part in ("section.observed-kind", "ul.figures", "table.portal-table", ".picture", "ul.ways-in"):
        texts = [[" ".join(each.text_content().split()) for each in page.cssselect(part)] for page in (one, several)]
        assert texts[0] == texts[1], part
    choices = [each.text for each in several.cssselect("select[name=db] option")]
    assert choices == ["全部档案", "north", "south"]


def test_what_is_subscribed_to_is_the_same_and_no_message_is_offered(sites: Sites) -> None:
    one, several = (html.fromstring(ask(site, "/-/subscribe?q=预算").text) for site in sites)
    titles = [[each.text_content() for each in page.cssselect("ol.entries .title")] for page in (one, several)]
    assert titles[0] == titles[1] != []
    assert [len(page.cssselect("p.note")) for page in (one, several)] == [0, 1]


def test_pages_of_hits_follow_one_another(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hits are in one order, whatever is typed and however far one turns."""
    whole = reporters_archive.build(tmp_path_factory.mktemp("reporters") / "whole.db")
    parts = divide(whole, {"north": ["hedong", "heshang"], "south": ["hexi"]})
    sites = make_datasette(whole), site_of(parts)
    with Path(reporters_archive.RECORDS).with_name("reporters_queries.csv").open(encoding="utf-8", newline="") as file:
        typed = [row["query"] for row in csv.DictReader(file)][:12]
    for query in (*(f"q={words}" for words in typed), "", "page=2", "page=3", "q=样本&page=2", "q=样本&sort=newest"):
        one, several = (ask(site, f"/-/search?{query}") for site in sites)
        assert contents(several) == contents(one), query


# --- addresses ---


def test_an_address_that_does_not_name_its_archive_leads_to_a_choice(sites: Sites) -> None:
    """The archive that holds the record could be another one with each archive that is added."""
    answer = asyncio.run(sites[1].client.get("/-/record/1?_part=2"))
    assert answer.status_code == 300
    links = [each.get("href") for each in html.fromstring(answer.text).cssselect("main ul a")]
    assert links == ["/-/record/1?_part=2&db=north", "/-/record/1?_part=2&db=south"]
    machine = asyncio.run(sites[1].client.get("/-/record/1.json"))
    assert machine.status_code == 300
    assert machine.json()["addresses"] == {name: f"/-/record/1.json?db={name}" for name in ("north", "south")}


def test_nothing_depends_on_the_order_of_the_archives(sites: Sites, parts: dict[str, Path]) -> None:
    other = site_of(dict(reversed(parts.items())))
    for address in (
        "/",
        "/-/search?q=预算",
        "/-/questions/removed_records",
        "/-/sql?sql=select id from records",
        "/-/record/1",
    ):
        texts = [asyncio.run(site.client.get(address)).text for site in (sites[1], other)]
        assert texts[0] == texts[1], address


def test_addresses_say_which_archive_and_stay_when_another_comes_before(
    whole: Path, parts: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(whole, tmp_path / "east.db")
    with closing(sqlite3.connect(tmp_path / "east.db")) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("UPDATE portals SET id = id || '_east'")
    more = site_of({"east": tmp_path / "east.db", **dict(reversed(parts.items()))})
    page = html.fromstring(ask(site_of(parts), "/-/search?q=预算").text)
    links = {each.get("href"): each.text_content() for each in page.cssselect("ol li a.title")}
    assert {re.search(r"db=(\w+)", address)[1] for address in links} == {"north", "south"}
    for address, title in links.items():
        assert html.fromstring(ask(more, address).text).cssselect("h1")[0].text_content() == title


def test_no_page_leads_to_a_choice_but_to_what_each_archive_has_of_its_own(sites: Sites) -> None:
    """Numbers that come out of texts, not of columns, must be given their archive, too."""
    pages = [
        address
        for address in ("/", f"/-/changes.atom?{SPAN}", *PAGES)
        if not re.search(r"\.(csv|jsonl?|xlsx)|completions", address)
    ]
    read = (
        asyncio.run(sites[1].client.get(address, headers={"sec-fetch-dest": "document"}, follow_redirects=True))
        for address in pages
    )
    links = {
        each.get("href").removeprefix("http://localhost").partition("#")[0]
        for page in read
        for each in html.fromstring(page.text).cssselect("main a")
    }
    named = {link for link in links if "db=" in link}
    nameless = {
        link for link in links - named if re.match(r"/-/(?!search|questions|guide|about|changes|day|subscribe)", link)
    }
    assert any(link.startswith("/-/copy/") for link in named)
    assert {link for link in nameless if asyncio.run(sites[1].client.get(link)).status_code == 300} == {"/-/download"}


def test_portals_without_an_archive_in_their_address_are_found(sites: Sites) -> None:
    assert ask(sites[1], "/-/browse/two").status_code == 200
    assert ask(sites[1], "/-/browse/nowhere").status_code == 404
    assert ask(sites[1], "/-/publisher?portal=nowhere&name=样例").status_code == 404


def test_evidence_is_that_of_the_record_s_own_archive(sites: Sites, parts: dict[str, Path]) -> None:
    """The same number is another thing in another archive."""
    capture = number(parts["north"], "SELECT capture_id FROM records WHERE capture_id IS NOT NULL")
    own, other = (ask(sites[1], f"/-/copy/{capture}?db={name}") for name in ("north", "south"))
    assert (own.status_code, other.status_code) == (200, 404)


def test_records_of_the_same_number_are_told_apart(tmp_path: Path) -> None:
    site = site_of(numbered_alike(tmp_path))
    found = ask(site, "/-/search.json?q=预算").json()["records"]
    assert len({each["id"] for each in found}) < len(found)
    lines = html.fromstring(ask(site, "/-/search?q=预算").text).cssselect("ol li a.title")
    links = {line.get("href"): line.text_content() for line in lines}
    assert links == {each["page"].removeprefix("http://localhost"): each["title"] for each in found}
    assert {each["title"][2]: each["portal"] for each in found} == {"甲": "one", "乙": "two"}
    for address, title in links.items():
        assert html.fromstring(ask(site, address).text).cssselect("h1")[0].text_content() == title


def test_rows_for_machines_name_their_archive(sites: Sites) -> None:
    found = ask(sites[1], "/-/search.json?q=预算").json()["records"]
    assert {each["portal"]: each["archive"] for each in found} == {"one": "south", "two": "north", "three": "south"}
    assert all(f"db={each['archive']}" in each["page"] for each in found)
    answered = ask(sites[1], "/-/questions/removed_records.json").json()["rows"]
    assert {each["archive"] for each in answered} == {"north", "south"}
    assert "archive" not in ask(sites[0], "/-/search.json?q=预算").json()["records"][0]


def test_one_archive_of_several_can_be_chosen(sites: Sites) -> None:
    found = ask(sites[1], "/-/search.json?q=预算&db=north").json()["records"]
    assert {each["portal"] for each in found} == {"two"}
    assert "甲预算" not in ask(sites[1], f"/-/changes?db=north&kind=added&{SPAN}").text
    chip = html.fromstring(ask(sites[1], "/-/search?q=预算&db=north").text).cssselect("a.chip")[0]
    assert (chip.text_content(), "db=" in chip.get("href")) == ("档案：north ✖", False)


def test_an_archive_that_a_reader_may_not_see_is_left_out(parts: dict[str, Path]) -> None:
    site = site_of(parts, {"databases": {"north": {"allow": {"id": "desk"}}}})
    assert {each["portal"] for each in ask(site, "/-/search.json?q=预算").json()["records"]} == {"one", "three"}
    assert "乙" not in ask(site, "/-/browse").text
    assert ask(site, "/-/browse/two").status_code == 404
    assert ask(site, "/-/record/1?db=north").status_code == 403


# --- what goes from one archive to another ---


def test_the_same_title_in_another_archive_is_a_neighbour(parts: dict[str, Path], tmp_path: Path) -> None:
    changed = shutil.copy(parts["north"], tmp_path / "changed.db")
    with closing(sqlite3.connect(changed)) as connection, connection:
        (withdrawn,) = connection.execute("SELECT id FROM records WHERE state = 'withdrawn'").fetchone()
        connection.execute("UPDATE records SET title = '样例甲预算之1' WHERE id = ?", (withdrawn,))
    one = number(parts["south"], "SELECT id FROM records WHERE title = '样例甲预算之1'")
    site = site_of({"north": changed, "south": parts["south"]})
    links = [
        each.get("href") for each in html.fromstring(ask(site, f"/-/record/{one}?db=south").text).cssselect("aside a")
    ]
    assert f"/-/record/{withdrawn}?db=north" in links
    sheet = next(link for link in links if link.startswith("/-/proof/"))
    assert sheet.endswith("?db=north")
    assert "样例甲预算之1" in ask(site, sheet).text


def test_sql_is_asked_of_each_archive(sites: Sites) -> None:
    sql = "select portal, count(*) as records from records group by portal order by portal"
    page = html.fromstring(ask(sites[1], f"/-/sql?sql={sql}").text)
    rows = [[cell.text_content() for cell in row.cssselect("td")] for row in page.cssselect("tbody tr")]
    assert rows == [["north", "two", "7"], ["south", "one", "7"], ["south", "three", "7"]]
    assert ask(sites[1], f"/-/sql.json?sql={sql}").json()["rows"][0] == {
        "archive": "north",
        "portal": "two",
        "records": 7,
    }
    assert ask(sites[1], f"/-/sql.csv?sql={sql}").text.split() == [
        "\ufeffarchive,portal,records",
        "north,two,7",
        "south,one,7",
        "south,three,7",
    ]
    location = asyncio.run(sites[1].client.get(f"/-/sql?sql={sql}&db=north")).headers["location"]
    assert location.startswith("/north?sql=")
    assert "db=" not in location
    links = html.fromstring(ask(sites[1], location).text).xpath("//a[contains(@href, '/-/sql?')]/@href")
    assert [parse_qs(urlsplit(link).query) for link in set(links)] == [{"db": ["north"], "sql": [sql]}]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from records", "SELECT"),
        ("select nothing", "nothing"),
        ("select count(*) from records where id = :id", ""),
    ],
)
def test_sql_that_cannot_be_asked_is_said_to_be_wrong(sites: Sites, sql: str, said: str) -> None:
    answer = ask(sites[1], f"/-/sql?sql={sql}")
    assert answer.status_code == 400
    assert said in html.fromstring(answer.text).cssselect("p.note")[0].text_content()
    assert ask(sites[1], f"/-/sql.json?sql={sql}").status_code == 400


# --- for machines, and limits ---


def test_robots_may_read_pages_that_name_their_archive(sites: Sites) -> None:
    one, several = (ask(site, "/robots.txt").text.splitlines() for site in sites)
    assert [line for line in several if line not in one] == ["Allow: /*?db="]


def test_the_sitemap_has_the_pages_of_every_archive(sites: Sites) -> None:
    files = re.findall(r"<loc>http://localhost(.*?)</loc>", ask(sites[1], "/sitemap.xml").text)
    pages = [
        page for file in files for page in re.findall(r"<loc>http://localhost(.*?)</loc>", ask(sites[1], file).text)
    ]
    records = [page for page in pages if "/-/record/" in page]
    assert len(records) == len(set(records)) == 21
    assert {page.rpartition("?")[2] for page in records} == {"db=north", "db=south"}
    assert {ask(sites[1], page.replace("&amp;", "&")).status_code for page in (*records[::5], *pages[::6])} == {200}


def test_what_introduces_the_site_to_machines_leads_to_what_is_there(sites: Sites) -> None:
    for address in re.findall(r"http://localhost(/-/record/[^\s)]*)", ask(sites[1], "/llms.txt").text):
        assert ask(sites[1], address).status_code == 200
    examples = [
        each.get("href") for each in html.fromstring(ask(sites[1], "/-/api").text).cssselect("main code a, main li a")
    ]
    assert {ask(sites[1], each).status_code for each in examples if each.startswith("/-/record/")} == {200}


def test_rows_that_are_left_out_of_an_answer_in_sql_are_told_of(
    parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(server.SETTINGS, "max_returned_rows", 10)
    answer = ask(site_of(parts), "/-/sql.json?sql=select id from records").json()
    assert ([row["archive"] for row in answer["rows"]], answer["truncated"]) == (
        ["north"] * 7 + ["south"] * 10,
        ["south"],
    )
