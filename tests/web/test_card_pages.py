"""Transparency cards as pages: what they show is what the archive counts, and each figure leads to what it counts."""

import re
import sqlite3
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest

from archive.labels.language import LANGUAGES
from archive.model import clock
from archive.model.observations import Row
from archive.web.pages.card_pages import DEFINITIONS, FIGURES, share
from tests.test_store import crawl, listed
from tests.web.asking import asking, asking_copy, text, tree


@pytest.fixture(scope="module")
def ask(two_days):
    return asking(two_days)


def test_the_samples_card_says_what_its_report_of_2017_says(ask):
    page = tree(ask("/-/cards/sample/2017"))
    report = text(page.cssselect(".tiles .report")[0])
    assert "4 处数字不一致，1 处提示" in report
    for figure in ("政策解读稿件发布数：文字 95，统计表 0", "主动公开规范性文件数：文字 7，统计表 8", "主动公开政府信息数：文字总数 15,087，分项合计 15,077",
                   "政务微博公开政府信息数 + 政务微信公开政府信息数：文字 5,340，统计表 5,350", "周报50期（全年52期）"):  # fmt: skip
        assert figure in report
    assert "标注日期：未载；期限：2018-03-31；已见。" in report
    assert (
        "年报称政府网站公开 5,640 条；本档案采集了该门户 11 个目录，其中当年 42 条。两者范围不同，不能直接相比。"
        in report
    )
    assert [text(figure) for figure in page.cssselect(".tiles .figure b")][:3] == ["42", "2/2", "49%"]


def test_a_year_without_records_of_both_dates_has_no_share_of_them(ask):
    (timely,) = [
        each for each in tree(ask("/-/cards/sample/2018")).cssselect(".tiles section") if "按时公开率" in text(each)
    ]
    assert "— 没有一条同时载明生成日期和发布日期，无从判断。" in text(timely)


def test_a_year_of_which_no_page_was_read_has_no_share_of_items(tmp_path):
    row = Row({"title": "样本文件", "published_on": "2020-01-02"}, {}, key="http://p.example/1.html")
    crawl(tmp_path / "a.db", [listed(row)])
    card = text(tree(asking(tmp_path / "a.db")("/-/cards/p/2020")))
    assert "— 还没有读过任何一条的原页，无从判断。" in card


def test_its_figures_lead_to_questions_and_records(ask):
    page = tree(ask("/-/cards/sample/2017"))
    links = [link.get("href") for link in page.cssselect(".tiles a")]
    assert {link for link in links if "/questions/" in link} == {
        f"/-/questions/{name}?portal=sample"
        for name in ("later_than_20_working_days", "missing_metadata", "missing_budgets", "removed_records", "report_arithmetic",
                     "report_deadline", "report_vs_site")
    }  # fmt: skip
    for link in links:
        assert ask(link).status_code == 200, link
    (kind,) = [link for link in links if "kind=hot_topic_response" in link]
    assert parse_qs(urlsplit(kind).query) == {
        "portal": ["sample"],
        "from": ["2017"],
        "to": ["2017"],
        "kind": ["hot_topic_response"],
    }
    assert re.search(r"\b11 条", text(tree(ask(kind))))


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_what_the_words_mean_is_printed_with_card_and_comparison(ask, language):
    for path in ("/-/cards/sample/2017", "/-/cards?year=2017"):
        shown = text(tree(ask(f"{path}{'&' if '?' in path else '?'}lang={language}")))
        assert all(words.name(language) in shown for words in DEFINITIONS)
        assert {"zh": "不是官方文本", "en": "is no official text"}[language] in shown


def test_portals_stand_side_by_side_for_each_year(ask):
    page = tree(ask("/-/cards?year=2017"))
    (row,) = page.cssselect("table.beside tbody tr")
    assert row.cssselect("th a")[0].get("href") == "/-/cards/sample/2017"
    assert [text(cell) for cell in row.cssselect("td")] == [
        "11", "42", "2/2", "49%", "1", "0", "1", "0", "已见", "4 共核对 33 项",
    ]  # fmt: skip
    assert [text(year) for year in page.cssselect(".years li")] == ["2018", "2017", "2016"]
    assert text(tree(ask("/-/cards")).cssselect("h1")[0]).startswith("各县2018年公开情况")


# --- several portals, of which one is archived in part ---


@pytest.fixture(scope="module")
def several(archive, tmp_path_factory):
    """`yangli`, whose budgets are archived; `checked`, whose notices are; `new`, of which there is nothing yet."""
    return asking_copy(
        archive,
        tmp_path_factory.mktemp("several"),
        "INSERT INTO portals (id, name, division_code, home) VALUES ('new', '新样例县', '640397', '')",
        "INSERT INTO crawls (portal, mode, started_at) VALUES ('yangli', 'full', '2026-11-22T01:00:00Z')",
    )


def beside(page) -> dict[str, dict[str, str]]:
    """The comparison: portal → heading → cell."""
    return {
        text(row.cssselect("th a")[0]): {cell.get("data-label"): text(cell) for cell in row.cssselect("td")}
        for row in page.cssselect("table.beside tbody tr")
    }


def test_no_portal_drops_out_of_the_comparison(several):
    page = tree(several("/-/cards?year=2016"))
    rows = beside(page)
    assert list(rows) == ["新样例县", "核对过的样例县", "样例县人民政府"]
    assert [rows[name]["公布"] for name in rows] == ["0", "0", "20"]
    assert [rows[name]["采集的目录数"] for name in rows] == ["0", "1", "2"]
    for link in page.cssselect("table.beside tbody th a"):
        assert several(link.get("href")).status_code == 200


def test_a_portal_of_which_nothing_is_archived_leads_to_its_line(several):
    leads = several("/-/cards/new")
    assert leads.headers["location"] == "/-/cards?portal=new"
    assert list(beside(tree(several("/-/cards?portal=new")))) == ["新样例县"]


def test_what_is_not_collected_is_told_from_what_is_not_seen(several):
    rows = beside(tree(several("/-/cards?year=2016")))
    assert [rows[name]["年报"] for name in rows] == ["未采集"] * 3
    assert [rows[name]["预算"] for name in rows] == ["未采集", "未采集", "1"]
    card = text(tree(several("/-/cards/checked/2018")).cssselect(".tiles")[0])
    assert "采集了哪些目录 1 个目录" in card
    assert "通知公告 1" in card
    assert "预算：未采集" in card
    assert "年报 未采集 本档案没有采集该门户的年报目录" in card


def test_a_report_is_not_seen_only_where_reports_are_collected(archive, tmp_path):
    catalogue = "INSERT INTO catalogs (portal, kind, title, path, url) VALUES ('checked', 'annual_report', '年报', '', 'http://checked.example/r/')"
    ask = asking_copy(archive, tmp_path, catalogue)
    assert beside(tree(ask("/-/cards?year=2018")))["核对过的样例县"]["年报"] == "未见"
    assert "年报 未见 期限" in text(tree(ask("/-/cards/checked/2018")).cssselect(".report")[0])


@pytest.mark.parametrize(("today", "standing"), [("2019-03-31", "尚未到期"), ("2019-04-01", "未见")])
def test_a_report_is_awaited_up_to_the_day_it_is_due(archive, tmp_path, monkeypatch, today, standing):
    monkeypatch.setenv(clock.VARIABLE, f"{today}T12:00:00+08:00")
    catalogue = "INSERT INTO catalogs (portal, kind, title, path, url) VALUES ('checked', 'annual_report', '年报', '', 'http://checked.example/r/')"
    ask = asking_copy(archive, tmp_path, catalogue)
    assert beside(tree(ask("/-/cards?year=2018")))["核对过的样例县"]["年报"] == standing


@pytest.mark.parametrize(("published_on", "standing"), [("2018-03-31", "已见"), ("2018-04-01", "晚于期限")])
def test_a_report_of_the_day_it_is_due_is_not_late(two_days, tmp_path, published_on, standing):
    dated = f"UPDATE records SET published_on = '{published_on}' WHERE id IN (SELECT record_id FROM annual_reports WHERE year = 2017)"
    (row,) = beside(tree(asking_copy(two_days, tmp_path, dated)("/-/cards?year=2017"))).values()
    assert row["年报"] == standing


def test_years_to_come_are_none_and_the_present_one_is_not_over(archive, tmp_path, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, "2018-06-30T12:00:00+08:00")
    later = "UPDATE records SET published_on = '2018-07-01' WHERE published_on > '2018-06-30'"
    ahead = "UPDATE records SET published_on = '2019-01-01' WHERE id = (SELECT max(id) FROM records)"
    old = "UPDATE records SET published_on = iif(id = 1, '1990-01-01', '1989-12-31') WHERE id IN (1, 2)"
    page = tree(asking_copy(archive, tmp_path, later, ahead, old)("/-/cards"))
    years = [text(year) for year in page.cssselect(".years li")]
    assert years == sorted(set(years), reverse=True)
    assert (years[:2], years[-1]) == (["2018", "2017"], "1990")
    assert text(page.cssselect("h1")[0]).startswith("各县2017年公开情况")


def test_the_year_before_is_that_alone(ask, two_days):
    with closing(sqlite3.connect(two_days)) as connection:
        sql = "SELECT count(*) FROM records WHERE portal = 'sample' AND published_on LIKE '2016-%'"
        (before,) = connection.execute(sql).fetchone()
    assert before
    assert f"上一年 {before} 条。" in text(tree(ask("/-/cards/sample/2017")))


def test_unchecked_portals_and_crawls_under_way_are_marked(several):
    page = tree(several("/-/cards?year=2018"))
    flags = {text(row.cssselect("th a")[0]): {text(flag) for flag in row.cssselect("th .flag")} for row in page.cssselect("tbody tr")}  # fmt: skip
    unchecked, under_way = "采集规则尚未与原网站核对", "正在采集或已中断"
    assert flags == {"新样例县": {unchecked}, "核对过的样例县": set(), "样例县人民政府": {unchecked, under_way}}
    assert "所列可能不全。 1 个门户如此" in text(page.cssselect(".note")[0])
    assert "所列可能不全" in text(tree(several("/-/cards/yangli/2018")).cssselect(".note")[0])
    assert unchecked in text(tree(several("/-/cards/yangli/2018")).cssselect(".about")[0])
    assert tree(several("/-/cards/checked/2018")).cssselect(".note, .flag") == []


def test_two_portals_can_be_picked(several):
    page = tree(several("/-/cards?year=2018&portal=yangli&portal=new"))
    assert list(beside(page)) == ["新样例县", "样例县人民政府"]
    picked = [select.cssselect("option[selected]")[0].get("value") for select in page.cssselect("select[name=portal]")]
    assert picked == ["new", "yangli"]
    files = {text(link): link.get("href") for link in page.cssselect(".export a")}
    assert [card["portal"] for card in several(files["JSON"]).json()["cards"]] == ["new", "yangli"]
    assert len(beside(tree(several("/-/cards?year=2018&portal=&portal=")))) == 3
    assert several("/-/cards?portal=nowhere").status_code == 404
    assert several("/-/cards?portal=yangli&portal=nowhere").status_code == 404


def test_comparison_and_card_are_files_too(several):
    whole = several("/-/cards.json?year=2018").json()["cards"]
    assert [card["portal"] for card in whole] == ["new", "checked", "yangli"]
    assert list(whole[0]) == list(FIGURES)
    assert (whole[2]["records"], whole[2]["catalogs"], whole[2]["budgets"], whole[2]["report"]) == (22, 2, 1, "not_collected")  # fmt: skip
    assert (whole[1]["budgets"], whole[1]["checked_on"], whole[2]["checked_on"]) == (None, "2026-11-01", None)
    assert several("/-/cards/yangli/2018.json").json()["cards"] == [whole[2]]
    lines = several("/-/cards.csv?year=2018").text.splitlines()
    assert lines[0].startswith("\ufeff门户代号,门户,行政区划代码,采集规则核对日期,年度,采集的目录数,公布")
    assert "未采集" in lines[1]
    assert several("/-/cards.csv?year=2018&lang=en").text.startswith("\ufeffportal id,portal,division code")
    assert several("/-/cards/yangli/2018.xlsx").content.startswith(b"PK")
    assert several("/-/cards/yangli/1999.csv").status_code == 404


def test_home_browsing_and_portal_lead_to_the_cards(ask):
    for path, link in (("/", "/-/cards"), ("/-/browse", "/-/cards"), ("/-/browse/sample", "/-/cards/sample")):
        assert link in {each.get("href") for each in tree(ask(path)).cssselect("main a")}
    assert ask("/-/cards/sample").headers["location"] == "/-/cards/sample/2018"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/-/cards/sample/1999", 404), ("/-/cards/nowhere/2017", 404), ("/-/cards/sample/year", 400), ("/-/cards?year=20170", 400),
     ("/-/cards/sample/２０１７", 400), ("/-/cards?year=1999", 200)],
)  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so(ask, path, status):
    assert ask(path).status_code == status


def test_a_small_share_is_no_percentage_and_nearly_all_is_not_all():
    assert [share(2, 2), share(19, 20), share(999, 1000), share(0, 0)] == ["2/2", "95%", "99%", "—"]


def test_a_card_is_one_printed_page(page, two_days_site):
    if page.viewport_size["width"] < 640:
        pytest.skip("printing knows no phone")
    page.goto(f"{two_days_site}-/cards/sample/2017")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
