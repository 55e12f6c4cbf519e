"""Which counties are archived: counted by their codes, opened by province, and nothing claimed that was not walked."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from lxml import html

from archive.model.divisions import COUNTY, divisions
from archive.web.http.server import make_datasette
from tests.web.asking import text, tree
from tests.web.sample_archive import build

HOSTILE = '<img src=x onerror=alert(1)>"县'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """Portals of a county (with records), another (without), a prefecture, a code not known, and no code at all."""
    path = build(tmp_path_factory.mktemp("counties") / "a.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '640324', name = '同心县人民政府' WHERE id = 'yangli'")
        connection.execute("UPDATE portals SET division_code = '640300' WHERE id = 'checked'")
        for portal, name, code in (
            ("empty", "盐池县人民政府", "640323"),
            ("old", HOSTILE, "640321"),
            ("none", "无代码", "县"),
        ):
            connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, 'http://x.example/')",
                (portal, name, code),
            )
    return make_datasette(path)


def page(site: Datasette, path: str) -> html.HtmlElement:
    return tree(asyncio.run(site.client.get(path)))


def test_provinces_say_how_many_of_their_counties_are_archived(site: Datasette) -> None:
    shown = page(site, "/-/counties")
    lines = {text(line) for line in shown.cssselect("ul.kinds li")}
    assert len(lines) == 31
    assert {"宁夏回族自治区 1 / 22", "北京市 0 / 16"} <= lines
    counties = sum(division.level == COUNTY for division in divisions().values())
    assert text(shown.cssselect(".figures")[0]) == f"1 已采集 {counties:,} 全部"
    assert [text(line) for line in shown.cssselect("ul.portals li")] == ["无代码 县"]


def test_a_province_opens_its_counties(site: Datasette) -> None:
    (link,) = page(site, "/-/counties").xpath("//a[.='宁夏回族自治区']/@href")
    shown = page(site, link)
    (wuzhong,) = [section for section in shown.cssselect("section") if "吴忠市" in text(section.cssselect("h2")[0])]
    assert text(wuzhong.cssselect("h2")[0]) == "吴忠市 1 / 5"
    tongxin, yanchi = [text(line) for line in wuzhong.cssselect("li")][::-1]
    assert tongxin.startswith("同心县 64 条 同心县人民政府 · ")
    assert yanchi == "盐池县 0 条 盐池县人民政府 · 尚未完整采集"
    assert text(wuzhong.cssselect("p.none")[0]) == "尚未采集：利通区、红寺堡区、青铜峡市"
    assert shown.xpath("//a[.='同心县']/@href") == ["/a/records?portal=yangli"]
    others = [text(line) for line in shown.cssselect("section")[-1].cssselect("li")]
    assert [line.split()[0] for line in others] == ["吴忠市", "640321"]
    assert HOSTILE in others[1]
    assert shown.xpath("//main//img") == []


def test_both_pages_are_json_too(site: Datasette) -> None:
    def data(path: str) -> dict[str, Any]:
        return asyncio.run(site.client.get(path)).json()

    whole = data("/-/counties.json")
    assert whole["archived"] == 1
    assert {"code": "64", "name": "宁夏回族自治区", "counties": 22, "archived": 1} in whole["provinces"]
    counties = {county["name"]: county for county in data("/-/counties/64.json")["counties"]}
    assert [portal["records"] for portal in counties["同心县"]["portals"]] == [64]
    assert counties["利通区"]["portals"] == []
    assert counties["利通区"]["prefecture"] == "吴忠市"


def test_only_a_whole_walk_of_all_catalogues_is_one(tmp_path: Path) -> None:
    path = build(tmp_path / "a.db")
    site = make_datasette(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '640324'")
        connection.execute("UPDATE ledger SET complete = 1")
    walked = [text(line) for line in page(site, "/-/counties/64").cssselect("section ul.portals li")]
    assert len(walked) == 2
    assert all("最近一次完整采集：2026-11-2" in line for line in walked)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE ledger SET complete = 0 WHERE catalog_id = 1")
    half = [text(line) for line in page(site, "/-/counties/64").cssselect("section ul.portals li")]
    assert sorted("尚未完整采集" in line for line in half) == [False, True]


def test_a_province_without_counties_and_one_that_is_none(site: Datasette) -> None:
    assert "没有县级行政区" in text(page(site, "/-/counties/81"))
    assert asyncio.run(site.client.get("/-/counties/99")).status_code == 404


def test_the_home_page_leads_there(site: Datasette) -> None:
    assert page(site, "/").xpath("//main//a[contains(., '哪些县已采集')]/@href") == ["/-/counties"]


def test_the_home_page_counts_counties_with_records_alone(site: Datasette) -> None:
    """Not a portal without records, nor one that is no county's."""
    counties = sum(division.level == COUNTY for division in divisions().values())
    assert f"1 / {counties:,} 个县级行政区" in text(page(site, "/"))


def test_who_may_not_see_an_archive_finds_no_mention_of_it(site: Datasette) -> None:
    closed = Datasette(files=[site.get_database("a").path], metadata={"databases": {"a": {"allow": {"id": "root"}}}})
    assert "宁夏回族自治区 0 / 22" in {text(line) for line in page(closed, "/-/counties").cssselect("ul.kinds li")}
