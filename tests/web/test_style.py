"""The style sheets: every colour has a name, and each name a dark one that can be read; links look like links, lists end whole."""

import re
from itertools import pairwise

import pytest

from archive.web.routes import STATIC
from tests.web.browsing import patient, served
from tests.web.sample_archive import build

_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(", re.IGNORECASE)
_NAMED = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_ROOT = re.compile(r":root \{(.*?)\}", re.DOTALL)

SAME_IN_THE_DARK = {"copy", "on-bar", "on-bar-soft"}
"""Colours on paper or on the bar, which are dark or light by themselves."""


def names() -> tuple[dict[str, str], dict[str, str]]:
    """The colours by their names, light and dark."""
    light, dark = _ROOT.findall((STATIC / "disclosures.css").read_text(encoding="utf-8"))
    return dict(_NAMED.findall(light)), dict(_NAMED.findall(dark))


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_every_colour_has_a_name(sheet):
    rules = _ROOT.sub("", sheet.read_text(encoding="utf-8"))
    assert _COLOUR.findall(rules) == []
    assert set(re.findall(r"var\(--([a-z-]+)", rules)) - {"lines"} <= set(names()[0])


def test_every_name_has_a_dark_colour():
    light, dark = names()
    assert set(light) - set(dark) == SAME_IN_THE_DARK


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("ink", ("paper", "ground", "chosen", "note", "mark")),
        ("soft", ("paper", "ground", "note")),
        ("link", ("paper", "ground", "chosen", "note", "mark")),
        ("accent", ("paper", "ground")),
        ("note-ink", ("note",)),
        ("gone-ink", ("gone",)),
        ("new-ink", ("new",)),
        ("on-bar", ("bar",)),
        ("on-bar-soft", ("bar",)),
    ],
)
def test_text_can_be_read_on_its_grounds(text, grounds, dark):
    light, of_dark = names()
    colours = light | of_dark if dark else light
    for ground in grounds:
        assert contrast(colours[text], colours[ground]) >= 4.5, ground


# --- in Chromium ---


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Return a function that opens a path of the sample archive's site, on a desk or a phone."""
    with served(build(tmp_path_factory.mktemp("style") / "disclosures.db")) as site:
        page = patient(browser.new_page(locale="zh-CN"))

        def open_path(path, width=1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(site + path)
            return page

        yield open_path
        page.close()


@pytest.mark.parametrize("path", ["disclosures/records", "-/search?q=样例"])
def test_lists_that_scroll_end_with_a_whole_line(opened, path):
    page = opened(path)
    lines = page.locator(".facet ul").evaluate_all(
        "lists => lists.map(list => list.clientHeight / list.firstElementChild.offsetHeight)"
    )
    assert lines
    assert all(abs(number - round(number)) < 0.05 for number in lines), lines


def test_a_link_of_words_alone_looks_like_one(opened):
    link = opened("-/browse/yangli").locator(".figures a", has_text="公开情况卡")
    assert link.evaluate("link => getComputedStyle(link).textDecorationLine") == "underline"


def test_chips_stand_apart(opened):
    for width in (1280, 390):
        boxes = (
            opened("", width)
            .locator(".chips li")
            .evaluate_all(
                "chips => chips.map(chip => [chip.offsetLeft, chip.offsetTop, chip.offsetWidth, chip.offsetHeight])"
            )
        )
        rows = sorted({(top, height) for _, top, _, height in boxes})
        assert all(below - (top + height) >= 8 for (top, height), (below, _) in pairwise(rows))


def test_a_check_and_its_words_are_one_line_on_a_phone(opened):
    page = opened("-/search?q=样例", 390)
    page.locator(".toggle-label").click()
    label = page.locator(".narrowing .check")
    assert label.bounding_box()["height"] < 45
    assert label.evaluate("label => getComputedStyle(label).flexDirection") == "row"
