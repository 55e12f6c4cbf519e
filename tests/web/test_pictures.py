"""The pictures of the reader's guide and the READMEs, taken from the site over two days of the sample portal.

`make pictures` puts them where they belong; the tests see that this can be done, and that none is missing.
"""

import base64
import os
from pathlib import Path

import pytest

from archive.web.routes import STATIC
from tests.conftest import ROOT
from tests.web.browsing import patient

FOLDER = "DISCLOSURES_PICTURES"
WIDTH, SHARP = 760, 1
WITHDRAWN = "宁夏吴忠地区同心县第五小学2018年部门预算"

LARGEST = 20_000
"""Bytes of a picture at the most: the guide loads all of them, and a page has 100,000."""

PICTURES = {
    "search": ("-/search?q=预算", "main", 640),
    "history": (WITHDRAWN, "#history", 420),
    "dates": (WITHDRAWN, "dl.days", 200),
    "copy": (f"{WITHDRAWN} copy", ".choose, .copy", 560),
}
"""Name → the page (or the record), the elements from the first of which to the last it reaches, the height at the most."""


PLACE = (
    "nodes => [nodes[0].getBoundingClientRect().top + scrollY, nodes.at(-1).getBoundingClientRect().bottom + scrollY]"
)

IMAGES = """async images => { await Promise.all(images.map(image => image.decode()));
  return images.map(image => [new URL(image.src).pathname.split("/").pop(),
    [+image.getAttribute("width"), +image.getAttribute("height"), image.naturalWidth, image.naturalHeight, image.alt.length > 20]]) }"""
"""Of each image: its file, the size that the page says it has, its own, and whether it is told in words."""


def visit(page, site: str, where: str) -> None:
    """Open a page: by its address or, where that is a title, as readers do."""
    if where.startswith("-/"):
        page.goto(site + where)
        return
    title, _, copy = where.partition(" ")
    page.goto(f"{site}-/search?q={title}")
    page.locator(".hits .title").first.click()
    page.wait_for_url("**/record/*")
    if copy:
        page.locator(".way", has_text="存档副本").click()
        page.wait_for_url("**/-/copy/*")
        page.locator("iframe.copy").scroll_into_view_if_needed()  # what is out of sight isn't drawn
        page.frame_locator("iframe.copy").locator("body").inner_text()


def take(page, selector: str, height: int) -> tuple[bytes, int]:
    """A picture of the page from the first of some elements to the last, and its height in CSS pixels."""
    top, bottom = page.locator(selector).evaluate_all(PLACE)
    clip = {"x": 0, "y": top, "width": WIDTH, "height": min(height, round(bottom - top) // 2 * 2), "scale": SHARP}
    session = page.context.new_cdp_session(page)
    shot = session.send(
        "Page.captureScreenshot", {"format": "webp", "quality": 40, "clip": clip, "captureBeyondViewport": True}
    )
    return base64.b64decode(shot["data"]), clip["height"]


@pytest.fixture(scope="module")
def taken(browser, two_days_site, tmp_path_factory) -> dict[str, tuple[Path, int]]:
    """Every picture: its file and its height."""
    folder = Path(os.environ.get(FOLDER) or tmp_path_factory.mktemp("pictures"))
    context = patient(browser.new_context(viewport={"width": WIDTH, "height": 900}, locale="zh-CN"))
    page = context.new_page()
    pictures = {}
    for name, (where, selector, height) in PICTURES.items():
        visit(page, two_days_site, where)
        data, tall = take(page, selector, height)
        path = folder / f"guide-{name}.webp"
        path.write_bytes(data)
        pictures[name] = (path, tall)
    context.close()
    return pictures


def test_the_pictures_can_be_taken(taken):
    for path, height in taken.values():
        assert path.read_bytes()[8:12] == b"WEBP"
        assert 2_000 < path.stat().st_size < LARGEST, path.name
        assert height > 80


def test_the_guide_shows_each_of_them_as_large_as_it_is(page, taken, two_days_site):
    page.goto(f"{two_days_site}-/guide")
    images = page.locator("main img")
    shown = dict(images.evaluate_all(IMAGES))
    assert shown.keys() == {path.name for path, _ in taken.values()} == {path.name for path in STATIC.glob("*.webp")}
    for name, (width, height, *own, told) in shown.items():
        assert own == [SHARP * width, SHARP * height], name
        assert told, name


def test_the_readmes_show_a_picture_that_is_there():
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "(archive/web/static/guide-search.webp)" in text
