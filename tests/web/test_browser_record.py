"""A record's page and archived copies in Chromium: nothing in them runs, nothing leaves the page, both widths, keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from archive.copies.sanitiser import sanitise_page
from archive.web.evidence.archived_copy import HEADERS
from tests.web import sealed
from tests.web.browsing import WIDTHS, fits, fits_widths, patient, served
from tests.web.sealed import build_sealed, number


@dataclass
class Watched:
    """A page, and all that it asked for, said, opened or went to."""

    page: object
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    with served(build_sealed(tmp_path_factory.mktemp("sealed"))) as address:
        yield address


@pytest.fixture(params=WIDTHS)
def watched(browser, request):
    """A page of which every request, dialog, error and window is noted."""
    context = patient(browser.new_context(viewport={"width": request.param, "height": 900}, locale="zh-CN"))
    seen = Watched(context.new_page())
    context.on("request", lambda asked: seen.requests.append(asked.url))
    context.on("page", lambda opened: seen.said.append(f"window {opened.url}"))
    seen.page.on("dialog", lambda dialog: (seen.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
    seen.page.on("pageerror", lambda error: seen.said.append(f"error {error}"))
    seen.page.on("console", lambda message: seen.said.append(f"console {message.text}"))
    yield seen
    context.close()


def press_everything(frame, page) -> None:
    """Click whatever a person could, in a frame or page, and press what the keyboard reaches in it."""
    for place in ("#go", "input", "#top", "#js", "#own", "#data", "#blank", "summary", "p"):
        frame.locator(place).first.click(force=True)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


# --- a hostile page, archived ---


def test_a_hostile_page_does_nothing_in_its_frame(watched, site):
    page, address = watched.page, f"{site}-/copy/{number(sealed.HOSTILE)}"
    page.goto(address)
    frame = page.frame_locator("iframe.copy")
    assert "恶意页面" in frame.locator("p").first.inner_text()
    press_everything(frame, page)
    page.wait_for_timeout(300)
    assert page.url == address
    assert [each.url for each in page.frames] == [address, f"{address}/raw"]
    assert page.frames[1].title() == "样本"
    assert watched.said == []
    own = (f"{site}-/static", f"{site}-/copy/{number(sealed.HOSTILE)}")
    assert [url for url in watched.requests if not url.startswith((*own, "data:,"))] == []
    assert fits(page)


def test_a_hostile_page_does_nothing_when_opened_by_itself(watched, site):
    page, address = watched.page, f"{site}-/copy/{number(sealed.HOSTILE)}/raw"
    page.goto(address)
    press_everything(page, page)
    page.wait_for_timeout(300)
    assert (page.url, page.title()) == (address, "样本")
    assert watched.said == []
    assert [url for url in watched.requests if url != address] == []


def test_without_its_headers_the_copy_is_as_harmless(watched):
    """Scripts may run here and anything may be asked for: that nothing does is the copy's own doing."""
    page = watched.page
    page.route(
        "http://layer.example/",
        lambda route: route.fulfill(
            body=sanitise_page(sealed.HOSTILE_PAGE.decode(), sealed.HOSTILE, lambda _: None).html,
            content_type="text/html; charset=utf-8",
        ),
    )
    page.route("**/favicon.ico", lambda route: route.abort())
    page.goto("http://layer.example/")
    assert page.evaluate("1 + 1") == 2
    press_everything(page, page)
    page.wait_for_timeout(300)
    assert (page.url, page.title()) == ("http://layer.example/", "样本")
    assert watched.said == []
    assert {url for url in watched.requests if "favicon" not in url} == {"http://layer.example/"}


@pytest.mark.parametrize("protected", [True, False])
def test_with_its_headers_alone_the_original_is_as_harmless(watched, protected):
    """Here the page is sent as it was captured: that nothing happens is the doing of the headers, for without them it does."""
    page, reached = watched.page, []
    headers = {**(HEADERS if protected else {}), "Content-Type": "text/html; charset=utf-8"}
    page.route("http://layer.example/", lambda route: route.fulfill(body=sealed.HOSTILE_PAGE, headers=headers))
    page.route(f"{sealed.NOWHERE}/**", lambda route: (reached.append(route.request.url), route.abort()))
    page.goto("http://layer.example/", wait_until="commit")
    page.wait_for_timeout(700)
    ran = [said for said in watched.said if said.startswith(("dialog", "window"))]
    if protected:
        assert (page.title(), ran, reached) == ("样本", [], [])
    else:
        assert ran
        assert reached


# --- a page with its parts ---


def test_a_page_is_shown_with_what_was_captured(watched, site):
    page = watched.page
    page.goto(f"{site}-/copy/{number(sealed.PAGE, 2)}")
    frame = page.frame_locator("iframe.copy")
    heading = frame.locator("h1")
    assert heading.evaluate("node => getComputedStyle(node).color") == "rgb(1, 2, 3)"
    assert "data:image/png" in heading.evaluate("node => getComputedStyle(node).backgroundImage")
    assert frame.locator("img").evaluate("node => node.decode().then(() => node.naturalWidth)") == 60
    assert "138********" in frame.locator("body").inner_text()
    assert watched.said == []
    assert fits(page)
    page.locator(".choose a:not([aria-current])").click()
    page.wait_for_url(f"**/copy/{number(sealed.PAGE)}")
    assert "一百元" in page.frame_locator("iframe.copy").locator("body").inner_text()


@pytest.mark.parametrize("watched", WIDTHS[:1], indirect=True)
@pytest.mark.parametrize("url", [sealed.TEXT, sealed.SEEN, sealed.XLS, sealed.LIST, sealed.GONE])
def test_every_sort_of_copy_fits_its_width(watched, site, url):
    watched.page.goto(f"{site}-/copy/{number(url)}")
    assert fits_widths(watched.page)
    assert watched.said == []


# --- a record ---


@pytest.mark.parametrize("watched", WIDTHS[:1], indirect=True)
@pytest.mark.parametrize("record", [1, 2, 3, 4])
def test_a_record_fits_its_width(watched, site, record):
    page = watched.page
    page.goto(f"{site}-/record/{record}")
    assert fits_widths(page)
    page.locator("details").evaluate_all("nodes => nodes.forEach(node => node.open = true)")
    assert fits_widths(page)
    assert watched.said == []


@pytest.mark.parametrize("watched", WIDTHS[1:], indirect=True)
def test_on_a_phone_the_text_begins_on_the_first_screen(watched, site):
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    for record in (1, 4):
        page.goto(f"{site}-/record/{record}")
        text = page.locator("#body .body p").first.bounding_box()
        assert text["y"] + 3 * 29 < 844, record  # three lines of it


def test_a_record_can_be_read_by_keyboard(watched, site):
    page = watched.page
    page.goto(f"{site}-/record/1")
    reached = []
    for _ in range(20):  # past the skip link and the header
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().split(/\\s+/)[0]"))
    assert {"存档副本", "原页面", "时间线", "附件", "引用"} <= set(reached)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.locator(".ways a[href='#cite']").press("Enter")
    assert page.url.endswith("#cite")


def test_a_click_selects_the_whole_citation(watched, site):
    page = watched.page
    page.goto(f"{site}-/record/1")
    line = page.locator(".line").first
    line.click()
    assert page.evaluate("getSelection().toString()").strip() == line.inner_text().strip()
    assert "[EB/OL]" in line.inner_text()


def test_from_a_withdrawn_record_to_its_archived_copy(watched, site):
    page = watched.page
    page.goto(f"{site}-/record/4")
    assert "已撤下" in page.locator("header .state").inner_text()
    page.locator(".ways a").first.click()
    page.wait_for_url(f"**/copy/{number(sealed.GONE)}")
    assert "样本：后来不在的一页" in page.frame_locator("iframe.copy").locator("body").inner_text()
    page.go_back()
    page.locator(".proof a", has_text=f"存档副本 {number(sealed.GONE, 2)}").click()
    page.wait_for_url(f"**/copy/{number(sealed.GONE, 2)}")
    assert "页面不存在" in page.frame_locator("iframe.copy").locator("body").inner_text()
