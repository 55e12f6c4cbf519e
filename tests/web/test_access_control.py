"""An archive that is closed shows nothing without the password, whatever is asked for, served as it is or published."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from datasette_auth_passwords.utils import hash_password
from lxml import html

from archive.database.connection import ArchiveError
from archive.export.snapshots import publish
from archive.web.http.published import PublishedSite
from archive.web.http.server import make_datasette, read_metadata
from tests.ports import free_port
from tests.web.axe import findings
from tests.web.browsing import fits
from tests.web.closed_archive import BASE, METADATA, PASSWORD, USER, basic, log_in, visitor


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> dict:
    path = tmp_path_factory.mktemp("closed") / "metadata.yml"
    path.write_text(METADATA.format(user=USER), encoding="utf-8")
    return read_metadata(path)


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_PASSWORD_HASH", hash_password(PASSWORD, iterations=1000))


@pytest.fixture(scope="module", params=["as it is", "published"])
def closed(request: pytest.FixtureRequest, archive: Path, metadata: dict, tmp_path_factory) -> object:
    """The closed site."""
    if request.param == "as it is":
        return make_datasette(archive, metadata).app()
    folder = tmp_path_factory.mktemp("public")
    publish(archive, folder, "2026-11-27T06:00:00Z")
    return PublishedSite(folder, metadata)


def shape(address: str) -> str:
    """The part that addresses have in common that lead to pages of one kind."""
    parts = urlsplit(address)
    keys = sorted({pair.partition("=")[0] for pair in parts.query.split("&")})
    return re.sub(r"[0-9]+|%[0-9A-F]{2}", "0", f"{parts.path}?{'&'.join(keys)}")


@pytest.fixture(scope="module")
def addresses(archive: Path) -> list[str]:
    """An address of each kind that the open site leads to, and those that no page names."""
    ask = visitor(make_datasette(archive).app())
    waiting, known = ["/"], {shape("/"): "/"}
    while waiting and len(known) < 150:
        address = waiting.pop(0)
        answer = ask(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        links = html.fromstring(answer.text).xpath("//@href | //form[@method='get' or not(@method)]/@action")
        for link in [*map(str, links), answer.headers.get("location", "")]:
            found = urldefrag(urljoin(f"{BASE}{address}", link)).url
            if found.startswith(f"{BASE}/") and shape(found) not in known:
                known[shape(found)] = found.removeprefix(BASE)
                waiting.append(known[shape(found)])
    assert len(known) > 40
    return [*known.values(), "/disclosures.db", "/-/metadata.json", "/-/databases.json", "/-/plugins", "/-/settings",
            "/-/threads", "/disclosures/records?_search=x", "/-/permissions", "/-/actor.json", "/-/archived/1", "/-/archived/1/raw", "/-/archived/1/originals.wacz",
            "/nothing-here", "//disclosures", "/%2fdisclosures", "/-/static/../disclosures", "/-/loginx", "/-/login/", "/.json"]  # fmt: skip


def test_nothing_is_shown_without_the_password(closed: object, addresses: list[str]) -> None:
    ask = visitor(closed)
    for address in addresses:
        if "/-/static" in address and ".." not in address:
            continue
        answer = ask(address)
        assert answer.status_code in {302, 403, 404}, address
        shown = re.sub('<a class="language".*?</a>', "", answer.text)  # it says again what was asked for
        assert not re.search('预算|同心|yangli|记录|href="/disclosures', shown), address
        if answer.status_code == 302:  # to the same in another form, which is refused
            assert ask(answer.headers["location"]).status_code == 403, address
        assert "etag" not in answer.headers
        assert "public" not in answer.headers.get("cache-control", "")
    assert ask("/").status_code == 403
    assert ask("/disclosures/records", "POST").status_code == 403
    assert ask("/disclosures/records", "HEAD").status_code == 403
    assert ask("/", headers={"If-None-Match": "*"}).status_code == 403


def test_style_and_the_form_to_log_in_are_shown(closed: object) -> None:
    ask = visitor(closed)
    assert ask("/-/static-plugins/disclosures/disclosures.css").status_code == 200
    page = html.fromstring(ask("/").text)
    assert "/-/login" in page.xpath("//main//a/@href")
    form = html.fromstring(ask("/-/login").text)
    assert {label.get("for") for label in form.cssselect("label")} == {"username", "password"}
    assert not form.xpath("//nav//a[contains(@href, 'disclosures')]")


def test_who_logs_in_sees_it_and_no_answer_is_kept_for_others(closed: object) -> None:
    ask = visitor(closed)
    wrong = log_in(ask, "not it")
    assert "用户名或密码不对" in wrong.text
    assert ask("/").status_code == 403
    assert log_in(ask, PASSWORD).status_code == 302
    for path in ("/", "/-/record/1", "/-/search?q=预算"):
        answer = ask(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store"), path
        assert "etag" not in answer.headers
    assert visitor(closed)("/").status_code == 403


def test_programs_send_the_password_along_where_that_is_allowed(closed: object, archive: Path, metadata: dict) -> None:
    assert visitor(closed)("/disclosures/records.json", headers=basic(USER, PASSWORD)).status_code == 403
    allowing = {**metadata, "plugins": {**metadata["plugins"], "disclosures": {"basic_auth": True}}}
    allowed = make_datasette(archive, allowing).app()
    ask = visitor(allowed)
    answer = ask("/disclosures/records.json", headers=basic(USER, PASSWORD))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    for headers in (
        basic(USER, "wrong"),
        basic(USER, "密码"),
        basic("nobody", PASSWORD),
        {"Authorization": "Basic"},
        {"Authorization": "Basic @@@"},
        {"Authorization": "Basic ZGVzaw="},
        {"Cookie": "ds_actor=forged"},
    ):
        assert visitor(allowed)("/", headers=headers).status_code == 403, headers


def test_a_browser_may_be_prompted_for_the_password(archive: Path, metadata: dict) -> None:
    plugin = {**metadata["plugins"]["datasette-auth-passwords"], "http_basic_auth": True}
    ask = visitor(make_datasette(archive, {**metadata, "plugins": {"datasette-auth-passwords": plugin}}).app())
    refused = ask("/disclosures/records")
    assert (refused.status_code, "WWW-Authenticate" in refused.headers) == (401, True)
    assert ask("/disclosures/records", headers=basic(USER, PASSWORD)).status_code == 200
    assert ask("/", headers={"Authorization": "Basic @@@"}).status_code == 401


def test_an_open_archive_offers_no_login(archive: Path) -> None:
    page = html.fromstring(visitor(make_datasette(archive).app())("/").text)
    assert not page.xpath("//a[contains(@href, 'login')]")


@pytest.mark.parametrize("text", ["allow: [", "- a", "just words"])
def test_metadata_that_can_not_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "metadata.yml"
    path.write_text(text)
    with pytest.raises(ArchiveError, match="metadata"):
        read_metadata(path)
    with pytest.raises(ArchiveError, match="cannot read the metadata"):
        read_metadata(tmp_path / "none.yml")


# --- in Chromium ---


@pytest.fixture(scope="module")
def address(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the closed site is served."""
    path = tmp_path_factory.mktemp("served") / "metadata.yml"
    path.write_text(METADATA.format(user=USER), encoding="utf-8")
    command = [
        Path(sys.executable).with_name("disclosures"),
        "serve",
        "--db",
        archive,
        "--metadata",
        path,
        "--port",
        free_port(),
    ]
    env = {**os.environ, "SAMPLE_PASSWORD_HASH": hash_password(PASSWORD, iterations=1000)}
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True, env=env) as process:
        yield process.stdout.readline().split()[2]
        process.terminate()


def test_a_reader_logs_in(page, address: str) -> None:
    page.goto(f"{address}-/login")
    assert fits(page)
    assert findings(page) == []
    page.get_by_label("用户名").fill(USER)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    page.get_by_role("button", name="退出").wait_for()
    assert page.title() == "政府信息公开目录档案"
