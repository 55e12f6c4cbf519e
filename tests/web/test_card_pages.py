"""Transparency cards as pages: what they show is what the archive counts, and each figure leads to what it counts."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from archive.web.pages.card_pages import DEFINITIONS, share
from tests.web.asking import asking, text, tree


@pytest.fixture(scope="module")
def ask(two_days):
    return asking(two_days)


def test_the_samples_card_says_what_its_report_of_2017_says(ask):
    page = tree(ask("/-/cards/sample/2017"))
    report = text(page.cssselect(".tiles .report")[0])
    assert "4 处数字不一致 figures disagree，1 处提示 hints" in report
    for figure in ("政策解读稿件发布数：文字 95，统计表 0", "主动公开规范性文件数：文字 7，统计表 8", "主动公开政府信息数：文字总数 15,087，分项合计 15,077",
                   "政务微博公开政府信息数 + 政务微信公开政府信息数：文字 5,340，统计表 5,350", "周报50期（全年52期）"):  # fmt: skip
        assert figure in report
    assert "所标日期 未载，期限 2018-03-31" in report
    assert "年报称政府网站公开 5,640 条，目录所见当年 42 条" in report
    assert [text(figure) for figure in page.cssselect(".tiles .figure b")][:3] == ["42", "2/2", "49%"]


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


def test_what_the_words_mean_is_printed_with_card_and_comparison(ask):
    for path in ("/-/cards/sample/2017?lang=", "/-/cards?year=2017&lang="):
        chinese, english = text(tree(ask(path + "zh"))), text(tree(ask(path + "en")))
        assert all(words.zh in chinese and words.en in english for words in DEFINITIONS)
        assert "不是官方文本" in chinese


def test_portals_stand_side_by_side_for_each_year(ask):
    page = tree(ask("/-/cards?year=2017"))
    (row,) = page.cssselect("table.beside tbody tr")
    assert row.cssselect("th a")[0].get("href") == "/-/cards/sample/2017"
    assert [text(cell) for cell in row.cssselect("td")] == [
        "42",
        "2/2",
        "49%",
        "1",
        "0",
        "1／0",
        "已见 seen",
        "4 共核对 33 项",
    ]
    assert [text(year) for year in page.cssselect(".years li")] == ["2018", "2017", "2016"]
    assert text(tree(ask("/-/cards")).cssselect("h1")[0]).startswith("各县2018年公开情况")


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
