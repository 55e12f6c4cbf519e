"""The site as a reader meets it, in Chromium, on a desk and on a phone: tables, search and records."""

from collections.abc import Iterator

import pytest

from tests.web.browsing import WIDTHS, fits, fits_widths, patient, served
from tests.web.sample_archive import build, build_past


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    with served(build(tmp_path_factory.mktemp("web") / "disclosures.db")) as address:
        yield address


def test_from_the_home_page_to_a_record(page, site):
    page.goto(site)
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert fits(page)
    page.fill("main input[name=q]", "预算")
    page.press("main input[name=q]", "Enter")
    page.wait_for_url("**/search?**")
    assert fits(page)
    hit = page.locator(".hits .title").first
    assert hit.locator("mark").first.inner_text() == "预算"
    title = hit.inner_text()
    hit.click()
    page.wait_for_url("**/record/*")
    assert page.locator("h1").inner_text() == title
    assert fits(page)


def test_words_are_completed_while_they_are_typed(page, site):
    page.goto(f"{site}-/search")
    assert page.locator("#completions option").count() == 0
    with page.expect_response("**/-/search/completions?q=*"):
        page.locator("main input[name=q]").press_sequentially("棚户区")
    page.locator("#completions option").first.wait_for(state="attached")
    offered = page.eval_on_selector_all("#completions option", "options => options.map(option => option.value)")
    assert "棚户区改造" in offered
    assert any(each.startswith("样例：") for each in offered)


def test_searching_by_keyboard_and_narrowing(page, site):
    page.goto(f"{site}-/search")
    assert fits(page)
    page.focus("main input[name=q]")
    page.keyboard.type("预算|棚户区")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    assert page.locator(".hits li").count() == 50
    assert fits(page)
    if page.viewport_size["width"] < 640:  # on a phone the filters stand behind a switch
        assert not page.locator("select[name=kind]").is_visible()
        page.focus("#show-filters")
        page.keyboard.press("Space")
    page.select_option("select[name=kind]", "housing_expropriation")
    page.fill("input[name=from]", "2018")
    page.press("input[name=from]", "Enter")
    page.wait_for_url("**kind=housing_expropriation**")
    assert page.locator(".hits .title").all_inner_texts() == [
        "样例：搭建大棚补贴的预算说明...",
        "样例：某棚户区土地征收公告",
    ]
    assert fits(page)
    page.locator(".chip", has_text="2018").click()
    page.wait_for_url(lambda address: "from=" not in address)
    assert page.locator(".hits .title").count() == 3
    page.goto(f"{site}-/search?q={'没有的词' * 60}")
    assert fits(page)


@pytest.mark.parametrize("page", WIDTHS[:1], indirect=True)
def test_a_record_with_a_past_fits_its_width(page, tmp_path):
    with served(build_past(tmp_path / "past.db")) as site:
        for number in range(1, 7):
            page.goto(f"{site}-/record/{number}")
            assert fits_widths(page), number
            assert page.locator("ol.history > li").count() > 0
        for path in (
            "captures",
            "captures/14",
            "walks",
            "versions",
            "attachments",
            "attachments/1",
            "redactions",
            "events",
        ):
            page.goto(f"{site}past/{path}")
            assert fits_widths(page), path


def test_a_search_keeps_its_months_whole_and_its_fields_in_a_line(page, site):
    page.goto(f"{site}-/search?q=预算")
    months = page.locator(".when figcaption span:is(:first-child, :last-child)")
    assert months.count() == 2
    assert months.evaluate_all(
        "spans => spans.every(each => each.offsetHeight < 1.8 * parseFloat(getComputedStyle(each).lineHeight))"
    )
    fields = page.locator(".narrowing :is(input:not([type=checkbox]):not([type=hidden]), select)")
    assert len(set(fields.evaluate_all("fields => fields.map(each => each.offsetHeight)"))) == 1


def test_a_single_hit_has_the_width_of_the_page(page, site):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site}-/search?q=某棚户区土地征收公告")
    assert page.locator(".hits li").count() == 1
    assert page.locator(".dividing").count() == 0  # nothing to divide, so nothing stands beside it
    assert page.locator(".hits .title").bounding_box()["width"] > 300


@pytest.mark.parametrize("page", WIDTHS[:1], indirect=True)
def test_all_records_are_a_table_that_fits_with_its_head_in_sight(page, site):
    page.goto(f"{site}disclosures/records")
    assert fits(page)
    box, table = page.locator(".box").bounding_box(), page.locator("table.rows").bounding_box()
    assert table["width"] <= box["width"]
    assert max(page.locator("tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")) < 70
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    assert page.locator("thead th").first.bounding_box()["y"] == 0
    page.evaluate("scrollTo(0, 0)")
    page.locator(".columns-shown summary").click()
    page.locator(".columns-shown [value=source_fields]").check()
    page.locator(".columns-shown [value=publisher]").uncheck()
    page.locator(".columns-shown button").click()
    page.wait_for_url("**_col=source_fields**")
    assert page.locator("th.col-source_fields").count() == 1
    assert page.locator("th.col-publisher").count() == 0
    assert fits(page)
    page.locator(".box").evaluate("box => box.scrollTo(0, 500)")  # what is chosen is wider, and scrolls by itself
    assert page.locator("thead th").first.bounding_box()["y"] == pytest.approx(
        page.locator(".box").bounding_box()["y"], abs=2
    )


def test_no_page_needs_a_script(browser, site):
    """From the home page over a search and its filters to a record, a question and a table, with scripts switched off."""
    context = patient(browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False))
    page = context.new_page()
    page.goto(site)
    page.fill("main input[name=q]", "预算")
    page.press("main input[name=q]", "Enter")
    page.wait_for_url("**/search?**")
    page.locator("label[for=show-filters]").click()
    page.fill("input[name=from]", "2018")
    page.press("input[name=from]", "Enter")
    page.wait_for_url("**from=2018**")
    page.locator(".hits .title a, .hits a.title").first.click()
    page.wait_for_url("**/record/*")
    page.goto(f"{site}-/questions/number_on_several")
    page.select_option("select[name=portal]", "checked")
    page.locator("form.jump button").click()
    page.wait_for_url("**portal=checked**")
    page.goto(f"{site}disclosures/records")
    page.locator(".columns-shown summary").click()
    page.locator(".columns-shown [value=kind]").uncheck()
    page.locator(".columns-shown button").click()
    page.wait_for_url("**_col=title**")
    context.close()


def test_a_box_search_on_the_table_comes_best_first(page, site):
    page.goto(f"{site}disclosures/records")
    page.fill("input[name=_search]", "棚户区改造 2017")
    page.press("input[name=_search]", "Enter")
    page.wait_for_url("**/search?**")
    assert page.locator("td.col-title").all_inner_texts() == ["样例：关于印发2017年棚户区改造工作方案的通知"]


def test_a_hostile_record_stays_text(page, site):
    for path in ("disclosures/search?_search=预警", "disclosures/records?portal=checked", "disclosures"):
        page.goto(site + path)
        assert page.locator("main script, main iframe, main img, [onmouseover], a[href^=javascript]").count() == 0
    page.goto(f"{site}disclosures/search?_search=预警")
    page.locator("td.col-title a").click()
    page.wait_for_url("**/record/*")
    assert "<script>" in page.locator("h1").inner_text()
    assert page.locator("main script, main iframe, main img, [onmouseover], a[href^=javascript]").count() == 0
    assert fits(page)
