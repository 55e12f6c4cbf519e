"""The site over a small archive, asked in process."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette

from archive.model import clock
from archive.web.http.server import make_datasette
from archive.web.pages import search_page
from crawler.sample.portal_server import SampleServer
from crawler.sample.site import portal_toml
from tests.conftest import crawl
from tests.web.asking import asking
from tests.web.browsing import BROWSER, WIDTHS, patient, served
from tests.web.divided import NORTH_AND_SOUTH, NOW, divide, three_portals
from tests.web.sample_archive import build, build_past

LEFT = "net::ERR_ABORTED"
"""What Chromium says of a request whose answer nobody waits for any more: the page was left meanwhile."""


@pytest.fixture(autouse=True)
def _patient_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search page may take long here: on a busy machine it would leave out what a test looks for."""
    for limit in ("TIME_LIMIT_MS", "HELP_LIMIT_MS", "COMPLETION_LIMIT_MS"):
        monkeypatch.setattr(search_page, limit, 60_000)


@pytest.fixture
def in_that_week(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands in the week in which the archives here were crawled."""
    monkeypatch.setenv("DISCLOSURES_NOW", NOW)


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("web") / "disclosures.db")


@pytest.fixture(scope="session")
def site(archive) -> Datasette:
    return make_datasette(archive)


@pytest.fixture(scope="session")
def get(site):
    """Ask for a path, with the parameters given; the answer."""

    def ask(path: str, **parameters: object) -> httpx.Response:
        return asyncio.run(site.client.get(path.removeprefix("http://localhost"), params=parameters or None))

    return ask


@pytest.fixture(scope="session")
def database(archive):
    with closing(sqlite3.connect(archive)) as connection:
        yield connection


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three portals."""
    return three_portals(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def parts(whole: Path) -> dict[str, Path]:
    """The archives that `whole` is divided into, by their names."""
    return divide(whole, NORTH_AND_SOUTH)


@pytest.fixture(scope="session")
def past(tmp_path_factory) -> Path:
    """An archive of three crawls, in which records changed and went."""
    return build_past(tmp_path_factory.mktemp("past") / "past.db")


@pytest.fixture(scope="session")
def history(past):
    """Ask the site over the archive with a past for a path; the answer."""
    return asking(past)


@pytest.fixture(scope="session")
def two_days(tmp_path_factory) -> Path:
    """An archive of the sample portal's first two days, yesterday and today, crawled over HTTP, with its originals."""
    folder = tmp_path_factory.mktemp("two_days")
    with SampleServer() as server:
        portal = folder / "sample.toml"
        portal.write_text(portal_toml(server.url), encoding="utf-8")
        for day, moment in ((1, clock.now() - timedelta(days=1)), (2, clock.now())):
            server.set_day(day)
            env = {clock.VARIABLE: clock.text(moment)}
            assert crawl(portal, folder / "sample.db", "--mode", "full", env=env).returncode == 0
    return folder / "sample.db"


# --- in Chromium ---


@pytest.fixture(scope="session")
def two_days_site(two_days, tmp_path_factory) -> Iterator[str]:
    """The address at which it is served, with all ways to subscribe."""
    subscriptions = {
        "site": "https://archive.example.org/",
        "file": str(tmp_path_factory.mktemp("readers") / "readers.db"),
        "rooms": {"样例群": "wecombot://samplekey0000"},
    }
    mail = {"DISCLOSURES_SMTP": "smtp://127.0.0.1:9", "DISCLOSURES_SENDER": "archive@example.org"}
    with served(two_days, {"plugins": {"disclosures": {"subscriptions": subscriptions}}}, **mail) as address:
        yield address


@pytest.fixture(scope="module")  # not for the session: while it is open, this thread's event loop is taken
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not BROWSER.exists():
        pytest.skip("Chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(BROWSER), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=WIDTHS)
def page(browser, request):
    """A page that fails the test where anything appears on its console or fails to load."""
    complaints = []
    context = patient(browser.new_context(viewport={"width": request.param, "height": 900}, locale="zh-CN"))
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda failed: complaints.extend([failed.url] * (failed.failure != LEFT)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield opened
    context.close()
    assert complaints == []
