"""The pages that say what of the country is archived: counted by codes, a square for each county, opened by province, the same in files and in the shell."""

import asyncio
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from datasette.database import Database
from lxml import html

from archive.directory.coverage import GROUP_OF, GROUPS, county_divisions
from archive.directory.entries import STATES
from archive.labels.code_labels import codes_of
from archive.labels.label import LABELS
from archive.web.http.server import make_datasette
from archive.web.routes import STATIC
from crawler.cli.main import main
from tests.country_archive import REASON, country_archive
from tests.test_excel import sheets
from tests.web.asking import asking, asking_copy, text, tree
from tests.web.exported import lines, table
from tests.web.sample_archive import build
from tests.web.test_every_page import HEAVIEST

HOSTILE = '<img src=x onerror=alert(1)>"县'
HOSTILE_CODE = '6403"><img src=x>'

Ask = Callable[[str], httpx.Response]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Portals of a county (with records), another (without), a prefecture, a code not known, and no code; homes beside them."""
    path = build(tmp_path_factory.mktemp("counties") / "a.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '640324', name = '同心县人民政府' WHERE id = 'yangli'")
        connection.execute("UPDATE portals SET division_code = '640300' WHERE id = 'checked'")
        portals = (("empty", "盐池县人民政府", "640323"), ("old", HOSTILE, HOSTILE_CODE), ("none", "无代码", "县"))
        connection.executemany(
            "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, 'http://x.example/')", portals
        )
        homes = (
            ("http://y.example/", "640324", "surveyed", None), ("http://l.example/", "640302", "blocked", HOSTILE),
            ("http://h.example/", "640303", "conflict", "样本"), ("http://h2.example/", "640303", "dead", "sample"),
            ("http://n.example/", None, "conflict", "sample"), ("http://q.example/", "640381", "conflict", "sample"),
            ("http://z.example/", "640000", "not_tried", None),
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO directory (home, division_code, state, reason, name, source, as_of) VALUES (?, ?, ?, ?, '', 's.csv', '2026-11-01')",
            homes,
        )
    return path


@pytest.fixture(scope="module")
def ask(archive: Path) -> Ask:
    return asking(archive)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return country_archive(tmp_path_factory.mktemp("country") / "a.db")


def rows(page: html.HtmlElement) -> dict[str, list[str]]:
    """The rows of the page's table by what heads them."""
    lines = [[text(cell) for cell in line] for line in page.cssselect("table.coverage tr")]
    return {
        line[0]: line[1:] for line in reversed(lines)
    }  # a prefecture's own portal stands below it, by the same name


def drawn(page: html.HtmlElement, name: str) -> Counter[str]:
    """The number of squares of each group that are drawn of an area."""
    (block,) = page.xpath(f"//ul[@class='cartogram']/li[a='{name}']")
    paths = {path.get("class"): path.get("d") for path in block.cssselect("svg path")}
    return Counter({group: sum(map(int, re.findall(r"h(\d+)", path))) for group, path in paths.items()})


# --- the country ---


def test_provinces_say_how_many_of_their_counties_are_in_which_state(ask: Ask) -> None:
    page = tree(ask("/-/counties"))
    by_name = rows(page)
    assert len(by_name) == 1 + 31 + 1
    assert by_name["宁夏回族自治区"] == ["22", "1", "1", "1", "1", "1", "17", "66", by_name["宁夏回族自治区"][-1]]
    assert by_name["北京市"] == ["16", "0", "0", "0", "0", "0", "16", "—", "—"]
    assert by_name["全部"][:2] == [f"{len(county_divisions()):,}", "1"]
    assert [text(line) for line in page.cssselect("dl.legend dd")] == by_name["全部"][1:7]
    assert [text(line) for line in page.cssselect("ul.portals li")] == ["无代码 县"]


def test_each_county_is_a_square_and_the_squares_say_so(country: Path) -> None:
    page = tree(asking(country)("/-/counties"))
    by_name = rows(page)
    for name in ("宁夏回族自治区", "四川省", "北京市"):
        counted = dict(zip(GROUPS, map(int, by_name[name][1:7]), strict=True))
        assert drawn(page, name) == Counter(counted)
        (said,) = page.xpath(f"//ul[@class='cartogram']/li[a='{name}']/*[name()='svg'][@role='img']/@aria-label")
        assert re.findall(r"\d+", said) == [by_name[name][0], *(str(each) for each in counted.values() if each)]
    assert page.xpath("//main//script | //main//*[@style]") == []


def test_squares_stand_in_the_order_of_the_codes_and_no_further_than_their_rows(country: Path) -> None:
    page = tree(asking(country)("/-/counties"))
    (block,) = page.xpath("//ul[@class='cartogram']/li[a='四川省']")
    places = {}
    for path in block.cssselect("svg path"):
        for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.get("d")):
            places |= {(int(row), int(column) + step): path.get("class") for step in range(int(length))}
    counties = json.loads(asking(country)("/-/counties/51.json").text)["counties"]
    assert [places[place] for place in sorted(places)] == [GROUP_OF[each["state"]] for each in counties]
    width, height = map(int, block.cssselect("svg")[0].get("viewbox").split()[2:])
    assert {column for _, column in places} == set(range(width))
    assert {row for row, _ in places} == set(range(height))


def test_counts_lead_to_searches(ask: Ask) -> None:
    for path, name in (("/-/counties", "宁夏回族自治区"), ("/-/counties/64", "吴忠市"), ("/-/counties/64", "同心县")):
        link = tree(ask(path)).xpath(f"//table//tr[th//text()='{name}']/td[@class='number']/a")[0]
        assert text(link) == ("64" if name == "同心县" else "66")  # with those of the prefecture's own portal
        assert text(tree(ask(link.get("href"))).cssselect(".result b")[0]) == text(link)


def test_an_archive_of_an_earlier_version_shows_its_own_portals(archive: Path, tmp_path: Path) -> None:
    page = tree(asking_copy(archive, tmp_path, "DROP TABLE directory")("/-/counties"))
    assert rows(page)["宁夏回族自治区"][:7] == ["22", "1", "1", "0", "0", "0", "20"]


def test_withheld_records_are_not_counted(archive: Path, tmp_path: Path) -> None:
    get = asking_copy(archive, tmp_path, "UPDATE records SET state = 'withheld' WHERE portal = 'yangli' AND id % 2")
    assert rows(tree(get("/-/counties")))["宁夏回族自治区"][7] == "34"


# --- a province ---


def test_a_province_opens_its_counties(ask: Ask) -> None:
    (link,) = tree(ask("/-/counties")).xpath("//table//a[.='宁夏回族自治区']/@href")
    page = tree(ask(link))
    by_name = rows(page)
    assert drawn(page, "吴忠市") == {"archived": 1, "surveyed": 1, "blocked": 1, "unread": 1, "not_tried": 1}
    assert by_name["吴忠市"][:2] == ["已采集 1 / 5", "66"]
    assert [name for name in reversed(by_name) if name in {"利通区", "红寺堡区", "盐池县", "同心县", "青铜峡市"}] == [
        "利通区", "红寺堡区", "盐池县", "同心县", "青铜峡市",
    ]  # fmt: skip
    assert by_name["同心县"][:2] == ["已采集", "64"]
    assert by_name["盐池县"] == ["已勘察", "0", "—"]
    assert by_name["利通区"] == [f"拒绝访问 {HOSTILE}", "—", "—"]
    assert by_name["红寺堡区"] == ["打不开 sample", "—", "—"]
    assert by_name["青铜峡市"] == ["出处互相矛盾 sample", "—", "—"]
    assert by_name["惠农区"] == ["不在名录中", "—", "—"]
    assert page.xpath("//a[.='同心县']/@href") == ["/-/browse/yangli"]
    assert page.xpath("//main//img") == []


def test_what_is_of_no_county_stands_in_its_prefecture_or_below(ask: Ask) -> None:
    page = tree(ask("/-/counties/64"))
    bodies = {text(body[0][0]): [text(line[0]) for line in body[1:]] for body in page.cssselect("table.coverage tbody")}
    assert bodies["吴忠市"][:2] == [HOSTILE_CODE, "吴忠市"]
    assert bodies["其他"] == ["宁夏回族自治区"]


def test_counties_of_no_prefecture_are_one_place(archive: Path, tmp_path: Path) -> None:
    """Of Chongqing some have codes that begin with 5001, others with 5002."""
    get = asking_copy(
        archive,
        tmp_path,
        "UPDATE portals SET division_code = '500101' WHERE id = 'yangli'",
        "UPDATE portals SET division_code = '500229' WHERE id = 'checked'",
    )
    page = tree(get("/-/counties/50"))
    assert [text(name) for name in page.cssselect(".cartogram a")] == ["直辖"]
    assert rows(page)["直辖"][:2] == ["已采集 2 / 38", "66"]
    (link,) = page.xpath("//tr[th='直辖']/td/a/@href")
    assert link == "/-/search?place=50"
    assert text(tree(get(link)).cssselect(".result b")[0]) == "66"


def test_squares_lead_to_their_rows(ask: Ask) -> None:
    page = tree(ask("/-/counties/64"))
    anchors = [link.removeprefix("#") for link in page.xpath("//ul[@class='cartogram']//a/@href")]
    assert len(anchors) == 5
    assert set(anchors) <= set(page.xpath("//@id"))


def test_only_a_whole_walk_of_all_catalogues_is_one(tmp_path: Path) -> None:
    path = build(tmp_path / "a.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '640324' WHERE id = 'yangli'")
        connection.execute("UPDATE ledger SET complete = 1")
    walked = rows(tree(asking(path)("/-/counties/64")))["同心县"]
    assert walked[0] == "已采集"
    assert re.fullmatch(r"2026-11-2\d", walked[2])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE ledger SET complete = 0 WHERE catalog_id = 1")
    assert rows(tree(asking(path)("/-/counties/64")))["同心县"][0] == "已采集 尚未完整采集"


def test_last_seen_is_the_end_of_the_last_crawl_that_ended(country: Path, tmp_path: Path) -> None:
    code = "640121"
    crawls = (
        ("2026-11-25T01:00:00.000Z", "2026-11-25T20:00:00.000Z", "blocked"),
        ("2026-11-28T01:00:00.000Z", None, None),
    )
    get = asking_copy(
        country,
        tmp_path,
        f"INSERT OR IGNORE INTO portals (id, name, division_code, home) VALUES ('c{code}', '样本', '{code}', 'http://x.example/')",
        *(
            f"INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) VALUES ('c{code}', 'full', {', '.join(repr(each) if each else 'NULL' for each in crawl)})"
            for crawl in crawls
        ),
    )
    (county,) = (each for each in get("/-/counties/64.json").json()["counties"] if each["code"] == code)
    assert (county["last_seen"], county["state"]) == ("2026-11-25T20:00:00.000Z", "no_records")
    page = tree(get("/-/counties/64"))
    assert rows(page)[county["name"]][-1] == rows(page)["银川市"][-1] == "2026-11-26"  # in Beijing
    assert rows(tree(get("/-/counties")))["宁夏回族自治区"][-1] == "2026-11-26"
    assert rows(tree(get("/-/counties")))["北京市"][-1] == "2026-11-21"


def test_a_county_merged_since_is_that_into_which_it_was(tmp_path: Path) -> None:
    path = build(tmp_path / "a.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '410322' WHERE id = 'yangli'")
    by_name = rows(tree(asking(path)("/-/counties/41")))
    assert by_name["孟津区"][1] == "64"
    assert "孟津县" not in by_name
    assert f"1 / {len(county_divisions()):,} 个县级行政区" in text(tree(asking(path)("/")))


def test_a_province_without_counties_and_one_that_is_none(ask: Ask) -> None:
    assert "没有县级行政区" in text(tree(ask("/-/counties/81")))
    assert ask("/-/counties/99").status_code == 404
    assert ask("/-/counties/99.csv").status_code == 404


def test_every_state_has_a_group_and_a_name() -> None:
    assert set(GROUP_OF) == {*STATES, "archived", "no_records", "not_listed"} == set(codes_of("counties")["state"])
    assert sum(map(len, GROUPS.values())) == len(GROUP_OF)
    assert [LABELS[f"county_group.{each}"].en for each in GROUPS]


def test_a_state_of_a_later_version_is_shown_as_it_is(archive: Path, tmp_path: Path) -> None:
    get = asking_copy(archive, tmp_path, "UPDATE directory SET state = 'sealed' WHERE division_code = '640302'")
    assert rows(tree(get("/-/counties/64")))["利通区"][0].startswith("sealed ")
    assert rows(tree(get("/-/counties")))["宁夏回族自治区"][3:5] == ["0", "2"]


def test_in_english_names_are_marked_as_chinese(ask: Ask) -> None:
    page = tree(ask("/-/counties/64?lang=en"))
    assert page.xpath("//tr/th//text()[.='同心县']/ancestor::*[@lang][1]/@lang") == ["zh"]
    assert rows(page)["盐池县"][0] == "surveyed"


# --- files, the shell ---


def test_both_pages_are_json_too(ask: Ask) -> None:
    whole = ask("/-/counties.json").json()
    assert (whole["counties"], whole["archived"], whole["records"]) == (len(county_divisions()), 1, 66)
    (ningxia,) = (each for each in whole["provinces"] if each["code"] == "64")
    assert (ningxia["name"], ningxia["counties"], ningxia["archived"]) == ("宁夏回族自治区", 22, 1)
    assert ningxia["groups"] == {
        "archived": 1, "surveyed": 1, "blocked": 1, "unread": 1, "not_tried": 1, "not_listed": 17,
    }  # fmt: skip
    province = ask("/-/counties/64.json").json()
    counties = {county["name"]: county for county in province["counties"]}
    (portal,) = counties["同心县"]["portals"]
    assert portal == {
        "id": "yangli", "name": "同心县人民政府", "records": 64, "last_seen": portal["last_seen"], "walked_at": portal["walked_at"],
    }  # fmt: skip
    assert counties["利通区"] == {
        "code": "640302", "name": "利通区", "prefecture": "吴忠市", "province": "宁夏回族自治区", "state": "blocked", "records": 0,
        "last_seen": None, "home": "http://l.example/", "reason": HOSTILE, "portals": [],
    }  # fmt: skip
    assert [each["code"] for each in province["others"]] == ["640000", HOSTILE_CODE, "640300"]


def test_pages_are_files_too(ask: Ask) -> None:
    read = table(ask("/-/counties.csv"))
    assert len(read) == len(county_divisions())
    (tongxin,) = (row for row in read if row["division_code"] == "640324")
    assert (tongxin["state"], tongxin["records"], tongxin["home"]) == ("archived", "64", "http://y.example/")
    assert len(lines(ask("/-/counties/64.jsonl"))) == 22 + 3
    (sheet,) = sheets(ask("/-/counties/64.xlsx").content).values()
    assert sheet[0][:6] == ["行政区划代码", "名称", "地级行政区", "省级行政区", "状态", "记录"]
    assert ["640302", "利通区", "吴忠市", "宁夏回族自治区", "拒绝访问", 0] in [row[:6] for row in sheet]
    page = tree(ask("/-/counties/64"))
    assert {page.cssselect(".export a")[n].get("href") for n in range(4)} == {
        f"/-/counties/64.{form}" for form in ("csv", "json", "jsonl", "xlsx")
    }


def test_the_shell_tells_the_same(country: Path) -> None:
    done = CliRunner().invoke(main, ["coverage", "--json", "--db", str(country)], catch_exceptions=False)
    told = {
        each["division_code"]: (each["state"], each["records"], each["last_seen"])
        for each in json.loads(done.stdout)["counties"]
    }
    site = lines(asking(country)("/-/counties.jsonl"))
    assert told == {each["division_code"]: (each["state"], each["records"], each["last_seen"]) for each in site}
    words = CliRunner().invoke(main, ["coverage", "--db", str(country)], catch_exceptions=False).stdout
    figures = rows(tree(asking(country)("/-/counties")))["宁夏回族自治区"][:8]
    (line,) = (line for line in words.splitlines() if line.startswith("宁夏回族自治区: "))
    assert re.findall(r"[\d,]+\d|\d", line) == figures


def test_the_shell_names_the_counties_of_a_province(archive: Path) -> None:
    def shell(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["coverage", *options, "--db", str(archive)], catch_exceptions=False)
        return done.exit_code, done.output

    said = shell("--province", "64")[1].splitlines()
    wuzhong = next(place for place, line in enumerate(said) if line.startswith("吴忠市: 5 counties, 1 archived, "))
    assert said[wuzhong + 1 : wuzhong + 5] == [
        f"  640302 利通区: blocked, {HOSTILE}",
        "  640303 红寺堡区: dead, sample",
        "  640323 盐池县: surveyed, 0 records, last crawled never",
        f"  640324 同心县: archived, 64 records, last crawled {last_seen(archive)}",
    ]
    assert next(line for line in said if line.startswith("宁夏回族自治区: ")).endswith("; 66 records")
    told = json.loads(shell("--province", "64", "--json")[1])
    assert {each["division_code"][:2] for each in told["counties"]} == {"64"}
    assert shell("--province", "99") == (2, "disclosures: no province has counties whose codes begin with 99\n")


def last_seen(archive: Path) -> str:
    with closing(sqlite3.connect(archive)) as connection:
        (time,) = connection.execute("SELECT max(finished_at) FROM crawls WHERE portal = 'yangli'").fetchone()
    return str(time)[:10]


# --- who may see what; how heavy it is ---


def test_the_home_page_leads_there(ask: Ask) -> None:
    home = tree(ask("/"))
    assert home.xpath("//main//a[contains(., '哪些县已采集')]/@href") == ["/-/counties"]
    assert f"1 / {len(county_divisions()):,} 个县级行政区" in text(
        home
    )  # not a portal without records, nor one of no county


def test_who_may_not_see_an_archive_finds_no_mention_of_it(archive: Path) -> None:
    closed = Datasette(files=[str(archive)], metadata={"databases": {"a": {"allow": {"id": "root"}}}})
    answer = asyncio.run(closed.client.get("/-/counties"))
    assert rows(tree(answer))["宁夏回族自治区"][:2] == ["22", "0"]
    assert "同心县人民政府" not in asyncio.run(closed.client.get("/-/counties/64.json")).text


def test_of_two_archives_each_link_names_its_own(archive: Path, country: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.db"
    other.write_bytes(country.read_bytes())
    both = make_datasette(archive)
    both.add_database(Database(both, path=str(other)))
    page = tree(asyncio.run(both.client.get("/-/counties/64")))
    links: list[Any] = page.xpath("//table//th//a/@href")
    assert {link.rpartition("db=")[2] for link in links} == {"a", "b"}
    counties = asyncio.run(both.client.get("/-/counties/64.json")).json()["counties"]
    assert {portal["archive"] for county in counties for portal in county["portals"]} == {"a", "b"}
    assert all(asyncio.run(both.client.get(link)).status_code == 200 for link in links[:12])


@pytest.mark.parametrize("path", ["/-/counties", "/-/counties/51", "/-/counties/13", "/-/counties/51?lang=en"])
@pytest.mark.parametrize("archived_of", [1, 2, 10_000])
def test_pages_stay_light(path: str, archived_of: int, tmp_path: Path) -> None:
    answer = asking(country_archive(tmp_path / "a.db", archived_of))(path)
    styles = sum((STATIC / name).stat().st_size for name in ("disclosures.css", "counties.css"))
    assert len(answer.content) + styles <= HEAVIEST
    if archived_of > 1:
        assert REASON[:30] in answer.text or path == "/-/counties"
