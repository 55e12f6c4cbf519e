"""The pages that links in messages lead to, in Chromium: at both widths, in both languages, light and dark, for everybody."""

from collections.abc import Iterator

import pytest

from archive.notify.subscription_store import open_subscriptions
from tests.subscriptions.office import Office
from tests.web.axe import findings
from tests.web.browsing import WIDTHS, fits, patient, served
from tests.web.conftest import browser  # noqa: F401 - a fixture

LOCALES = {"zh-CN": "zh", "en-US": "en"}


@pytest.fixture
def address(desk: Office) -> Iterator[str]:
    with served(desk.db, desk.settings) as site:
        yield site


def tokens(desk: Office, receiver: str) -> tuple[str, str]:
    """The tokens that confirm and end a subscription that waits."""
    with open_subscriptions(desk.file) as subscriptions:
        subscription = subscriptions.request("mail", receiver, "q=样本文件&events=withdrawn", "zh")
        return subscriptions.token(subscription, "confirm"), subscriptions.token(subscription, "leave")


def look(page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        assert fits(page), width
    assert page.locator("h1").count() == 1
    assert findings(page) == []


@pytest.mark.parametrize(("locale", "scheme"), [("zh-CN", "light"), ("en-US", "dark")])
def test_pages_behind_links_serve_everybody(desk: Office, address: str, browser, locale: str, scheme: str) -> None:  # noqa: F811
    context = patient(browser.new_context(locale=locale, color_scheme=scheme))
    page, (confirm, leave) = context.new_page(), tokens(desk, "reader@example.org")
    for path, then in ((f"confirm/{confirm}", "confirmed"), (f"leave/{leave}", "left")):
        page.goto(f"{address}-/subscriptions/{path}")
        assert page.get_attribute("html", "lang").startswith(LOCALES[locale])
        look(page)
        heading = page.locator("h1").inner_text()
        with page.expect_navigation():
            page.locator("main button").click()
        assert page.locator("h1").inner_text() != heading, then
        look(page)
    page.goto(f"{address}-/subscriptions/leave/{leave}")  # gone
    look(page)
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert "/-/subscribe" in links  # a way on from a link that has expired
    context.close()
