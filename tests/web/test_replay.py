"""A bundle's captures in ReplayWeb.page, from a folder that holds its npm package (`.ci/run` gets it where npm is at hand)."""

import asyncio
import os
import re
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from aiohttp import web

from archive.evidence.evidence_reader import beside
from archive.proof.bundle import write_bundle
from tests.web.browsing import patient


@pytest.fixture
def player(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address of the player, and the folder it is served from, with ranges as it asks for them."""
    if not (package := os.environ.get("DISCLOSURES_REPLAYWEB")):
        pytest.skip("DISCLOSURES_REPLAYWEB does not name a folder with ReplayWeb.page")
    for name in ("index.html", "ui.js", "sw.js"):
        shutil.copy(Path(package) / name, tmp_path / name)
    loop, ready, addresses = asyncio.new_event_loop(), threading.Event(), []

    app = web.Application()
    app.router.add_static("/", tmp_path)
    runner = web.AppRunner(app)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        addresses.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()

    def serve() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait()
    yield addresses[0], tmp_path
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def test_the_captures_of_a_bundle_open(browser, player: tuple[str, Path], two_days: Path) -> None:
    address, folder = player
    with closing(sqlite3.connect(two_days)) as archive:
        event, url, title, seen = archive.execute(
            "SELECT e.id, r.url, r.title, c.fetched_at FROM events e JOIN records r ON r.id = e.record_id "
            "JOIN captures c ON c.id = r.capture_id WHERE e.kind = 'withdrawn'"
        ).fetchone()
    write_bundle(two_days, beside(two_days), [event], folder / "proof.zip")
    with zipfile.ZipFile(folder / "proof.zip") as bundle:
        bundle.extract("captures.wacz", folder)
    page = patient(browser.new_context()).new_page()
    moment = re.sub(r"\D", "", seen)[:14]
    page.goto(f"{address}/index.html?source={address}/captures.wacz#view=replay&url={quote_plus(url)}&ts={moment}")
    page.frame_locator("iframe").first.get_by_text(title).first.wait_for()
    page.context.close()
