"""Rules for every page, in Chromium, on a desk, on a phone and on paper: see `every_page.PAGES`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest

from tests.country_archive import country_archive
from tests.web.axe import findings
from tests.web.browsing import WIDTHS, fits, patient, served
from tests.web.every_page import CLOSED, COUNTRY, METADATA, PAGES, SEALED, SEVERAL, numbers
from tests.web.sealed import build_sealed

TABLET = 768

PAPER = {"width": 718, "height": 1046}
"""An A4 page within margins of 1 cm, in CSS pixels."""

UNREACHABLE = """() => {
  const seen = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && each.id != "main");
  return seen.filter(each => {
    each.focus();
    const marked = each.matches(".toggle") ? each.nextElementSibling : each, style = getComputedStyle(marked);
    return document.activeElement != each || each.tabIndex != 0 || !each.matches(":focus-visible")
      || style.outlineStyle == "none" || parseFloat(style.outlineWidth) < 1;
  }).map(each => each.outerHTML.slice(0, 120));
}"""
"""Elements that can be used by mouse, and can't be reached in the page's own order by keyboard, or aren't marked then."""

CUT_OFF = """() => [...document.querySelectorAll("main *")].filter(each => each.checkVisibility()
    && !["SVG", "IFRAME"].includes(each.tagName.toUpperCase()) && !each.closest("svg")
    && (each.getBoundingClientRect().right > innerWidth + 1 || getComputedStyle(each).overflow != "visible"
        && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)))
    .map(each => each.outerHTML.slice(0, 120))"""
"""Elements that paper would show only a part of."""

OVERLAID = """() => [...document.querySelectorAll(".lines > li > *, .hits li > *")]
    .filter(each => each.checkVisibility() && getComputedStyle(each).display == "block" && each.scrollWidth > each.clientWidth + 1)
    .map(each => each.outerHTML.slice(0, 120))"""
"""Parts of a line that lie over the next one."""

SQUEEZED = """() => [...document.querySelectorAll(".rows.answer td")]
    .filter(each => /^[一-龥]{3,}/.test(each.innerText.trim()) && each.clientWidth < 3 * parseFloat(getComputedStyle(each).fontSize))
    .map(each => each.outerHTML.slice(0, 120))"""
"""Cells of an answer in which characters stand one below another."""

HEADS_OF_NOTHING = """heads => heads.filter(head => {
  let next = head.nextElementSibling;
  if (!next) return false;
  while (next && !next.checkVisibility()) next = next.nextElementSibling;
  return !next || next.tagName == head.tagName;
}).map(each => each.outerHTML.slice(0, 120))"""
"""Headings of what is not printed."""

BROKEN_DATES = r"""() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange(), broken = [];
  for (let text; text = texts.nextNode();) {
    if (text.parentElement.closest("bdi, .body, .pairs, [lang=zh], pre, iframe") || !text.parentElement.checkVisibility()) continue;
    for (const date of text.data.matchAll(/\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?/g)) {
      range.setStart(text, date.index);
      range.setEnd(text, date.index + date[0].length);
      if (new Set([...range.getClientRects()].map(each => Math.round(each.top))).size > 1)
        broken.push(text.parentElement.outerHTML.slice(0, 160));
    }
  }
  return broken;
}"""
"""Dates of the site's own that stand on more lines than one."""

HEAVIEST = 100_000
"""Bytes of a page, with all that it loads, before they are compressed."""

WEIGHT = """() => performance.getEntries().filter(each => "decodedBodySize" in each)
    .reduce((sum, each) => sum + each.decodedBodySize, 0)"""

ON_SCREEN_ONLY = ".top, .skip, .asking, .filters, .jump, .turn a, .pages, .export, .ways, .choose, .recent, button"


CHINESE_COLONS = """[...document.querySelectorAll("td")]
    .map(each => getComputedStyle(each, "::before").content).filter(each => each.includes("："))"""
"""Words that the style puts before cells, with the colon of the other language."""


@pytest.fixture(scope="module")
def address(two_days, two_days_site, tmp_path_factory):
    """Where a path is found."""
    known = numbers(two_days)
    sealed = build_sealed(tmp_path_factory.mktemp("sealed"))
    country = country_archive(tmp_path_factory.mktemp("country") / "country.db")
    with (
        served(sealed) as sealed_site,
        served(country) as country_site,
        served(two_days, METADATA) as closed_site,
        served(two_days, others=[sealed]) as both,
    ):
        sites = dict.fromkeys(SEALED, sealed_site) | dict.fromkeys(COUNTRY, country_site)
        sites |= dict.fromkeys(CLOSED, closed_site) | dict.fromkeys(SEVERAL, both)
        yield lambda path: sites.get(path, two_days_site) + path.format(**known)


@pytest.fixture(scope="module")
def opened(browser):
    """One page for all."""
    context = patient(browser.new_context(locale="zh-CN"))
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def in_english(browser):
    """One page for all, of a reader who asks for English and dark colours."""
    context = patient(browser.new_context(locale="en-US", color_scheme="dark"))
    yield context.new_page()
    context.close()


def one_row(archive: Path, sql: str) -> tuple:
    with closing(sqlite3.connect(archive)) as connection:
        return connection.execute(sql).fetchone()


@pytest.mark.parametrize("path", [*PAGES, *SEALED, *COUNTRY, *CLOSED, *SEVERAL], ids=lambda path: path or "home")
def test_every_page_serves_everybody(opened, address, path):
    page = opened
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(address(path))
    assert page.evaluate(WEIGHT) <= HEAVIEST
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.title()
    assert page.locator("h1").count() == 1
    page.keyboard.press("Tab")  # from here on, what has the focus is marked as for a keyboard
    assert page.evaluate(
        "[document.activeElement.className, document.activeElement.getBoundingClientRect().x >= 0]"
    ) == ["skip", True]
    for width in (*WIDTHS, TABLET):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page), width
        assert page.evaluate(BROKEN_DATES) == [], width
        assert page.evaluate(OVERLAID) == [], width
        assert page.evaluate(UNREACHABLE) == [], width
        if width in WIDTHS:
            assert findings(page) == [], width
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="light")
    assert (
        page.locator(ON_SCREEN_ONLY).evaluate_all(
            "nodes => nodes.filter(node => node.checkVisibility()).map(node => node.outerHTML)"
        )
        == []
    )
    assert page.evaluate(CUT_OFF) == page.evaluate(OVERLAID) == page.evaluate(SQUEEZED) == []
    assert page.locator("h2:visible, h3:visible").evaluate_all(HEADS_OF_NOTHING) == []


@pytest.mark.parametrize("path", [*PAGES, *SEALED, *COUNTRY, *CLOSED], ids=lambda path: path or "home")
def test_every_page_serves_readers_of_english_in_the_dark(in_english, address, path):
    """One load and one run of axe-core, in English and in dark colours: of each by itself, a page has no elements that the other hasn't."""
    page = in_english
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.goto(address(path))
    assert page.get_attribute("html", "lang") == "en"
    assert fits(page)
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    assert fits(page)
    assert page.evaluate(BROKEN_DATES) == []
    assert page.evaluate(CHINESE_COLONS) == []
    assert findings(page) == []


@pytest.mark.parametrize("path", ["-/proof/{withdrawal}", "-/proof/{change}"])
def test_a_sheet_is_one_printed_page_with_its_links(opened, address, path):
    page = opened
    page.goto(address(path))
    with closing(pypdfium2.PdfDocument(page.pdf(format="A4"))) as document:
        assert len(document) == 1
        printed = "".join(document[0].get_textpage().get_text_range().split())
    assert address(path) in printed
    digests = page.locator("tbody code").all_inner_texts()
    assert digests
    assert [digest for digest in digests if digest not in printed] == []
    assert (
        page.locator("article a[href]").evaluate_all(
            "links => links.filter(link => !/^https?:/.test(link.getAttribute('href'))).length"
        )
        == 0
    )


def test_a_record_on_paper_says_where_its_links_lead(opened, address, two_days):
    """The PDF that a browser prints: all of the record, the addresses of its proof in full, none of the site's own ways."""
    page, (url, title) = opened, one_row(two_days, "SELECT url, title FROM records WHERE state = 'withdrawn'")
    page.goto(address("-/record/{withdrawn}"))
    page.locator("h1", has_text=title).wait_for()
    with closing(pypdfium2.PdfDocument(page.pdf(format="A4"))) as document:
        printed = "".join("".join(sheet.get_textpage().get_text_range().split()) for sheet in document)
    proof = page.locator(".proof a[href*='/-/copy/']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert len(proof) > 2
    for told in (title, url, page.url, *(f"<{link}>" for link in proof)):
        assert told in printed, told
    for left_out in ("跳到正文", "全部记录", "时间线引用"):
        assert left_out not in printed
