"""The ways of a newcomer in Chromium, from the home page in at most three clicks, over two days of the sample portal."""

import sqlite3
from contextlib import closing

import pytest

from archive.labels.when import beijing
from archive.proof.checking import faults
from tests.web.axe import findings
from tests.web.browsing import fits, served

CLICKS = 3


@pytest.fixture(scope="module")
def archive(two_days):
    return two_days


@pytest.fixture(scope="module")
def site(two_days_site):
    return two_days_site


def go(page, site: str, *clicks: str) -> None:
    """From the home page, click on one thing after another: each a selector or, in main, a link's whole text."""
    assert len(clicks) <= CLICKS
    page.goto(site)
    for what in clicks:
        link = page.locator(what) if what.startswith(".") else page.locator("main").get_by_role("link", name=what)
        with page.expect_navigation():  # of which a click alone may have seen only the beginning
            link.first.click()
        assert fits(page), page.url


def titles(page) -> list[str]:
    return page.locator(".lines .title > a").all_inner_texts()


def test_the_budget_of_the_education_bureau(page, site):
    for way in ("同心县（样本门户）", ".picture a:has-text('预决算')"):
        go(page, site, way, "部门预算", "同心县教育局(本级)2018年部门预算")
        assert page.locator("h1").inner_text() == "宁夏吴忠地区同心县教育局(本级)2018年部门预算"


def test_all_hot_topic_responses_of_a_day(page, site, archive):
    go(page, site, "热点回应", "热点回应", "2017-11-21")
    with closing(sqlite3.connect(archive)) as connection:
        wanted = connection.execute(
            "SELECT title FROM records WHERE kind = 'hot_topic_response' AND published_on = '2017-11-21'"
        ).fetchall()
    section = page.locator("section:has(> h3:has-text('热点回应'))")
    assert sorted(section.locator(".title > a").all_inner_texts()) == sorted(title for (title,) in wanted)
    assert len(wanted) == 8


def test_what_was_withdrawn_on_the_second_day(page, site, archive):
    go(page, site, ".counts a:has-text('已撤下')")
    assert titles(page) == ["宁夏吴忠地区同心县第五小学2018年部门预算"]
    with closing(sqlite3.connect(archive)) as connection:
        ((second_day,),) = connection.execute("SELECT started_at FROM crawls ORDER BY id LIMIT 1 OFFSET 1").fetchall()
    assert page.locator(".lines time").first.inner_text().startswith(beijing(second_day)[:10])
    go(page, site, ".counts a:has-text('已撤下')", "宁夏吴忠地区同心县第五小学2018年部门预算")
    assert page.locator(".state").first.inner_text() == "已撤下"
    assert "404" in page.locator(".history").inner_text()


def test_the_archived_copy_of_what_was_withdrawn(page, site):
    record = "宁夏吴忠地区同心县第五小学2018年部门预算"
    go(page, site, ".counts a:has-text('已撤下')", record, ".record a[href*='/-/copy/']")
    assert "/-/copy/" in page.url
    copy = page.frame_locator("iframe")
    assert record in copy.locator("body").inner_text()


def test_from_what_was_withdrawn_to_its_sheet_both_copies_and_the_bundle(page, archive, tmp_path):
    """Four clicks: the two copies are those of the list page that showed it last, and of what its page answered then."""
    with served(archive, {"plugins": {"disclosures": {"proofs": True}}}) as site:
        page.goto(site)
        page.locator(".observed-kind:has-text('已撤下') .lines a.proof-link").first.click()
        page.wait_for_url("**/-/proof/*")
        assert fits(page)
        for place, said in ((0, "第五小学"), (-1, "404")):
            page.locator("article tbody a").nth(place).click()
            page.wait_for_url("**/-/copy/*")
            assert said in page.frame_locator("iframe").locator("body").inner_text()
            page.go_back()
        link = page.locator("a[href$='/bundle.zip']").get_attribute(
            "href"
        )  # clicked, it would fail as a page: it is a file
        (tmp_path / "proof.zip").write_bytes(page.request.get(link).body())
        assert list(faults(tmp_path / "proof.zip", {})) == []


def test_the_table_of_months_opens_and_fits(page, site):
    page.goto(site)
    page.locator(".picture summary").click()
    assert page.locator(".numbers tbody tr").count() > 10
    assert fits(page)
    assert findings(page) == []


def test_by_keyboard_past_the_header(page, site):
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
