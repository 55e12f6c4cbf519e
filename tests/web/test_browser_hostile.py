"""An archive full of hostile texts in Chromium: nothing runs, nothing is asked for elsewhere, all of it stays visible text."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from archive.web.views.body_text import LONGEST
from tests.web.browsing import fits, patient, served
from tests.web.hostile_archive import HOSTILE, RECORD, UNSEEN, build_hostile
from tests.web.sealed import PAGE, number

PAGES = (
    "",
    "-/search",
    f"-/search?q={quote(HOSTILE)}&publisher={quote(HOSTILE)}",
    "-/browse",
    "-/browse?kind=notice",
    "-/browse/sealed",
    "-/browse/sealed/1",
    f"-/publisher?portal=sealed&name={quote(HOSTILE)}",
    "-/day/2026-11-19",
    "-/changes?from=2026-11-01&to=2026-11-30",
    "-/changes?from=2026-11-01&to=2026-11-30&kind=changed",
    "-/counties/64",
    "-/cards",
    "-/cards/sealed/2026",
    "-/api",
    "-/questions",
    "-/questions/removed_records",
    "-/record/1",
    f"-/record/{RECORD}",
    f"-/copy/{number(PAGE, 2)}",
    *(
        f"disclosures/{table}"
        for table in ("records", "attachments", "versions", "events", "problems", "catalogs", "portals", "listings")
    ),
    f"disclosures/search?_search={quote('样本')}",
    "disclosures/attachments/1",
    "disclosures/versions/1,1",
    "disclosures/problems/1",
    "disclosures/portals/sealed",
    "disclosures?sql=select+*+from+records",
    f"disclosures?sql=select+:p&p={quote(HOSTILE)}",
    f"disclosures?sql={quote(HOSTILE)}",
    f"nope/{quote(HOSTILE, safe='')}",
)

ACTIVE = (
    "main script, main img, main iframe:not(.copy), main object, main embed, base, [onerror], [onload], [onmouseover], [style], "
    "a:is([href^='javascript' i], [href^='data' i])"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    with served(build_hostile(tmp_path_factory.mktemp("hostile"))) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser):
    """A page, what it asked for, and what it did besides."""
    context = patient(browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN"))
    page, asked, done = context.new_page(), [], []
    context.on("request", lambda request: asked.append(request.url))
    context.on("page", lambda other: done.append(f"window {other.url}"))
    page.on("dialog", lambda dialog: (done.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: done.append(f"error {error}"))
    page.on("console", lambda message: done.append(f"console {message.text}"))
    yield page, asked, done
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_hostile_texts_stay_texts(opened, site, path):
    page, asked, done = opened
    asked.clear()
    done.clear()
    answer = page.goto(site + path)
    assert answer.status < 500
    assert page.locator(ACTIVE).count() == 0
    seen = page.evaluate("document.title + document.documentElement.innerText")
    assert [f"{ord(character):X}" for character in UNSEEN if character in seen] == []
    assert len(answer.body()) < 2_000_000
    assert [url for url in asked if not url.startswith((site, "data:,"))] == []
    assert [said for said in done if answer.status == 200 or "Failed to load resource" not in said] == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page), width


def test_a_text_of_five_million_bytes_can_be_read(opened, site):
    """A part of it at a time."""
    page, _, _ = opened
    page.goto(f"{site}-/record/{RECORD}")
    body = page.locator("#body .body")
    first = body.inner_text()
    assert 0.8 * LONGEST < len(first) < 1.5 * LONGEST
    assert "U+202E" in first
    page.locator("#body a[rel=next]").click()
    page.wait_for_url("**?_part=2#body")
    assert body.inner_text() != first
    assert page.locator("#body a[rel=prev]").is_visible()


def test_names_are_seen_as_they_are(opened, site):
    page, _, _ = opened
    page.goto(f"{site}-/record/{RECORD}")
    told = page.locator("h1 .control").all_inner_texts()
    assert told == ["U+202E", "U+2066", "U+200B", "U+FEFF"]
    direction = page.locator("h1").evaluate("node => getComputedStyle(node).direction")
    assert direction == "ltr"


def test_what_was_typed_stays_as_it_was(opened, site):
    """Such a character is often copied along with a name: it must not come back as its code."""
    page, _, _ = opened
    page.goto(f"{site}-/search?q={quote('样本' + UNSEEN)}")
    assert page.input_value("main input[name=q]") == "样本" + UNSEEN
    page.press("main input[name=q]", "Enter")
    page.wait_for_load_state()
    assert page.input_value("main input[name=q]") == "样本" + UNSEEN
