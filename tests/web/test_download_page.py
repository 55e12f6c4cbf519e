"""The whole archive taken away: the same bytes as the digest says, made once for a state, nothing in it that isn't for everybody."""

import asyncio
import hashlib
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from filelock import FileLock
from lxml import html

from archive.database.connection import ArchiveError
from archive.export import snapshots
from archive.export.snapshots import is_due, kept, renew
from archive.web.http.server import make_datasette
from archive.web.pages import download_page


@pytest.fixture(scope="module")
def own(archive, tmp_path_factory):
    """An archive whose snapshot was made."""
    db = tmp_path_factory.mktemp("own") / "disclosures.db"
    shutil.copy(archive, db)
    renew(db)
    return db


@pytest.fixture(scope="module")
def ask(own):
    site = make_datasette(own)
    return lambda path, **headers: asyncio.run(site.client.get(path, headers=headers))


@pytest.fixture
def fresh(archive, tmp_path):
    """An archive without one."""
    db = tmp_path / "disclosures.db"
    shutil.copy(archive, db)
    return db


def the_link(page) -> str:
    return html.fromstring(page.text).cssselect("a.way")[0].get("href")


def test_the_digest_is_that_of_the_file(ask):
    page = ask("/-/download")
    sent = ask(the_link(page))
    digest = hashlib.sha256(sent.content).hexdigest()
    assert html.fromstring(page.text).cssselect("code")[0].text == digest
    assert ask(f"{the_link(page)}.sha256").text == f"{digest}  {the_link(page).rpartition('/')[2]}\n"
    assert (sent.headers["content-length"], sent.headers["etag"]) == (str(len(sent.content)), f'"{digest}"')
    assert sent.headers["content-disposition"].endswith(f'{digest[:12]}.db"')


def test_it_holds_what_is_for_everybody_and_can_be_searched(ask, tmp_path, database):
    taken = tmp_path / "taken.db"
    taken.write_bytes(ask(the_link(ask("/-/download"))).content)
    with closing(sqlite3.connect(taken)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table in ("records", "listings", "events", "versions", "captures"):
            count = f"SELECT count(*) FROM {table}"
            assert connection.execute(count).fetchone() == database.execute(count).fetchone()
        assert connection.execute("SELECT count(*) FROM unindexed").fetchone() == (0,)
        assert connection.execute("SELECT DISTINCT fields, source_fields FROM readings").fetchall() == [("{}", "{}")]
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
        assert not names & {"payloads", "manifests", "dictionaries"}
    site = make_datasette(taken)
    assert asyncio.run(site.client.get("/-/search.json?q=棚户区")).json()["total"] == 2


def test_a_broken_download_is_gone_on_with(ask):
    link = the_link(ask("/-/download"))
    whole = ask(link)
    rest = ask(link, range="bytes=5000-", **{"if-range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[5000:])
    assert rest.headers["content-range"] == f"bytes 5000-{len(whole.content) - 1}/{len(whole.content)}"
    assert ask(link, range="bytes=5000-", **{"if-range": '"another"'}).status_code == 200
    for odd in ("bytes=99999999999-", "bytes=-5", "bytes=1-2,4-5", "lines=1-", "bytes=x-"):
        assert (answer := ask(link, range=odd)).status_code == 200
        assert answer.content == whole.content


def test_the_rest_begins_with_the_byte_requested_up_to_the_last(ask):
    link = the_link(ask("/-/download"))
    whole = ask(link).content
    last = len(whole) - 1
    for first in (1, last):
        answer = ask(link, range=f"bytes={first}-")
        assert (answer.status_code, answer.content) == (206, whole[first:])
        assert answer.headers["content-length"] == str(len(whole) - first)
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    for first in (0, last + 1):
        answer = ask(link, range=f"bytes={first}-")
        assert (answer.status_code, answer.content) == (200, whole)
        assert "content-range" not in answer.headers


def test_head_states_how_long_it_is_and_sends_nothing(own, ask):
    link = the_link(ask("/-/download"))
    answer = asyncio.run(make_datasette(own).client.head(link))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(ask(link).content))


def test_what_could_not_be_made_is_not_tried_again_at_once(fresh, monkeypatch):
    tried = []

    def fails(db):
        tried.append(db)
        raise ArchiveError("a sample")

    monkeypatch.setattr(download_page, "renew", fails)
    site = make_datasette(fresh)
    for wait, times in ((3600.0, 1), (3600.0, 1), (0.0, 2)):
        monkeypatch.setattr(download_page, "REST", wait)
        asyncio.run(site.client.get("/-/download"))
        for thread in threading.enumerate():
            if thread.name == "snapshot":
                thread.join(20)
        assert len(tried) == times


def test_it_is_made_once_for_a_state_and_not_for_a_request(own, ask, monkeypatch):
    monkeypatch.setattr(download_page, "renew", None)
    before = kept(own)
    for _ in range(3):
        ask("/-/download")
    assert not is_due(own)
    monkeypatch.setattr(snapshots, "APART", timedelta(0))
    assert not is_due(own)  # nothing happened since
    with closing(sqlite3.connect(own)) as connection:
        connection.execute(
            "INSERT INTO crawls (portal, mode, started_at) VALUES ('yangli', 'full', '2026-11-22T01:00:00Z')"
        )
        connection.commit()
    assert is_due(own)
    monkeypatch.setattr(snapshots, "APART", timedelta(days=1))
    assert not is_due(own)
    assert kept(own) == before


def test_it_is_made_when_the_page_is_first_requested(fresh):
    site = make_datasette(fresh)
    first = asyncio.run(site.client.get("/-/download"))
    assert "正在生成" in first.text
    for thread in threading.enumerate():
        if thread.name == "snapshot":
            thread.join(20)
    link = the_link(asyncio.run(site.client.get("/-/download")))
    assert asyncio.run(site.client.get(link)).status_code == 200


def test_the_one_before_goes_and_its_address_with_it(fresh):
    first = renew(fresh)
    with closing(sqlite3.connect(fresh)) as connection:
        connection.execute("UPDATE portals SET home = 'http://other.example/'")
        connection.commit()
    second = renew(fresh)
    assert first.sha256 != second.sha256
    assert [path.name for path in second.path.parent.glob("*.db")] == [second.path.name]
    site = make_datasette(fresh)
    assert asyncio.run(site.client.get(f"/-/download/{first.path.name}")).status_code == 404


def test_two_make_it_one_after_the_other(fresh):
    folder = fresh.with_name("disclosures.snapshot")
    folder.mkdir()
    with FileLock(folder / ".lock"), pytest.raises(ArchiveError, match="being made already"):
        renew(fresh)


def test_where_it_cannot_be_made_the_page_says_so(fresh, caplog):
    fresh.with_name("disclosures.snapshot").write_text("in the way")
    site = make_datasette(fresh)
    asyncio.run(site.client.get("/-/download"))
    for thread in threading.enumerate():
        if thread.name == "snapshot":
            thread.join(20)
    answer = asyncio.run(site.client.get("/-/download"))
    assert answer.status_code == 200
    assert "目前没有可下载的文件" in answer.text
    assert [record.getMessage() for record in caplog.records if "no snapshot" in record.getMessage()]


def test_what_is_damaged_is_not_offered(fresh):
    made = renew(fresh)
    for harm in (lambda: made.path.write_bytes(b"short"), lambda: (made.path.parent / "snapshot.json").write_text("{")):
        harm()
        assert kept(fresh) is None


def test_an_operator_may_not_offer_it(own):
    site = make_datasette(own)
    site._metadata_local = {"plugins": {"disclosures": {"download": False}}}
    assert asyncio.run(site.client.get("/-/download")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/-/download/nope.db", "/-/download/nope.db.sha256", "/-/download/~2E~2E~2Fdisclosures.db", "/disclosures.db"],
)
def test_nothing_else_is_to_be_had(ask, path):
    assert ask(path).status_code in {403, 404}


def test_what_is_published_is_downloaded_as_it_is(archive, tmp_path):
    from archive.export.snapshots import publish
    from archive.web.http.published import PublishedSite

    made = publish(archive, tmp_path / "public", "2026-11-25T00:00:00Z")
    site = PublishedSite(tmp_path / "public").datasette
    page = asyncio.run(site.client.get("/-/download"))
    assert html.fromstring(page.text).cssselect("code")[0].text == made.sha256
    sent = asyncio.run(site.client.get(the_link(page)))
    assert hashlib.sha256(sent.content).hexdigest() == made.sha256
    assert asyncio.run(site.client.get("/-/search.json?q=棚户区")).json()["total"] == 2
    assert asyncio.run(site.client.get("/-/search.csv?q=棚户区")).status_code == 200
