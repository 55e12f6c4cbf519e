"""A published folder: made in one step, served as an unchanging file with counts and tags, replaced while it is served."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from lxml import html

from archive.database.connection import ArchiveError
from archive.export.snapshots import publish, published
from archive.web.http import published as served
from archive.web.http.published import PublishedSite
from archive.web.pages import search_page
from crawler.cli.main import main
from tests.conftest import disclosures
from tests.web import sealed
from tests.web.sample_archive import build

NOW, LATER = "2026-11-27T06:00:00Z", "2026-11-28T06:00:00Z"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("source") / "disclosures.db")


@pytest.fixture(scope="module")
def once(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder published to; read it, don't publish to it."""
    folder = tmp_path_factory.mktemp("public")
    publish(source, folder, NOW)
    return folder


@pytest.fixture
def mine(source: Path, once: Path, tmp_path: Path) -> tuple[Path, Path]:
    """An archive and a folder that it was published to, to change."""
    db = Path(shutil.copyfile(source, tmp_path / "mine.db"))
    return db, Path(shutil.copytree(once, tmp_path / "public", symlinks=True))


def titled(db: Path, title: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE portals SET name = ?", (title,))
        connection.commit()


Ask = Callable[..., httpx.Response]


def asking(site: PublishedSite) -> Ask:
    """Ask a site; the answer."""

    def ask(path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://localhost") as client:
                return await client.request(
                    method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
                )

        return asyncio.run(answer())

    return ask


@pytest.fixture(scope="module")
def site(once: Path) -> PublishedSite:
    return PublishedSite(once)


@pytest.fixture(scope="module")
def ask(site: PublishedSite) -> Ask:
    return asking(site)


# --- making it ---


def test_a_folder_names_what_is_current(source: Path, once: Path) -> None:
    found = published(once)
    assert found.made_at == NOW
    assert found.path.parent.name == f"2026-11-27T060000Z-{found.sha256[:12]}"
    with closing(sqlite3.connect(source)) as connection:
        for table in ("records", "events", "portals"):
            assert found.counts[table] == connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    assert sorted(path.name for path in found.path.parent.iterdir()) == [
        "disclosures.db",
        "inspect-data.json",
        "snapshot.json",
    ]


def test_the_one_before_is_kept_and_older_ones_go(mine: tuple[Path, Path]) -> None:
    db, folder = mine
    (folder / ".1.part").mkdir()  # what a killed run left
    for day in (1, 2, 3):
        titled(db, f"第 {day} 天")
        publish(db, folder, f"2026-12-0{day}T00:00:00Z")
    assert [path.name[:10] for path in sorted(folder.iterdir()) if not path.name.startswith(".")] == [
        "2026-12-02",
        "2026-12-03",
        "current",
    ]
    assert published(folder).made_at == "2026-12-03T00:00:00Z"
    assert not (folder / ".1.part").exists()


@pytest.mark.parametrize(
    "hide",
    [
        "INSERT INTO withheld (target, key, reason, at) VALUES ('address', 'http://p.example/', '', ?)",
        "INSERT INTO rosters (record_id, source, key, persons, state, at) SELECT id, '', url, 9, 'kept', ? FROM records LIMIT 1",
    ],
)
@pytest.mark.parametrize(("at", "stays"), [("2026-11-27T05:59:59Z", True), (NOW, False), (LATER, False)])
def test_the_one_before_goes_where_it_shows_what_is_hidden_since(
    mine: tuple[Path, Path], hide: str, at: str, *, stays: bool
) -> None:
    db, folder = mine
    before = published(folder).path
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(hide, (at,))
    assert publish(db, folder, LATER).path != before
    assert before.exists() == stays


def test_an_archive_that_has_not_changed_stays_as_published(mine: tuple[Path, Path]) -> None:
    db, folder = mine
    before = (folder / "current").readlink()
    done = CliRunner().invoke(main, ["publish", str(folder), "--db", str(db)])
    assert (done.exit_code, "nothing has changed" in done.output) == (0, True), done.output
    assert (folder / "current").readlink() == before
    assert published(folder).made_at == NOW
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []
    served_file = folder / "current" / "disclosures.db"
    whole = served_file.read_bytes()
    served_file.write_bytes(whole.replace("样例结尾".encode(), "样例结末".encode()))  # what no opening of it notices
    assert publish(db, folder, LATER).made_at == LATER
    assert served_file.read_bytes() == whole
    titled(db, "改过")
    assert "nothing has changed" not in CliRunner().invoke(main, ["publish", str(folder), "--db", str(db)]).output


def test_what_can_not_be_published_leaves_what_was(mine: tuple[Path, Path]) -> None:
    db, folder = mine
    before = sorted(path.name for path in folder.iterdir())
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE records SET capture_id = 99999 WHERE id = 1")
        connection.commit()
    with pytest.raises(ArchiveError, match="is damaged"):
        publish(db, folder, LATER)
    assert published(folder).made_at == NOW
    assert {*sorted(path.name for path in folder.iterdir())} - {".lock"} == {*before} - {".lock"}


def test_two_do_not_publish_at_once(mine: tuple[Path, Path]) -> None:
    from filelock import FileLock

    db, folder = mine
    with FileLock(folder / ".lock"), pytest.raises(ArchiveError, match="is being published to already"):
        publish(db, folder, LATER)


def gone(folder: Path) -> None:
    (folder / "current").unlink()


def unreadable(folder: Path) -> None:
    (folder / "current" / "inspect-data.json").write_text("{")


def of_later_version(folder: Path) -> None:
    path = folder / "current" / "snapshot.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))


def without_file(folder: Path) -> None:
    (folder / "current" / "disclosures.db").unlink()


def cut_off(folder: Path) -> None:
    path = folder / "current" / "disclosures.db"
    os.truncate(path, path.stat().st_size - 4096)


def longer(folder: Path) -> None:
    with (folder / "current" / "disclosures.db").open("ab") as file:
        file.write(bytes(4096))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_off, "is not all there"),
        (longer, "is not all there"),
        (gone, "nothing is published in"),
        (unreadable, "is damaged: publish again"),
        (of_later_version, "by a later version of this program"),
        (without_file, "there is no archive at"),
    ],
)
def test_what_can_not_be_served_is_stated(mine: tuple[Path, Path], spoil: Callable[[Path], None], said: str) -> None:
    spoil(mine[1])
    with pytest.raises(ArchiveError, match=said):
        PublishedSite(mine[1])


# --- serving it ---


def test_it_is_served_as_it_is_for_good_and_counted(site: PublishedSite, ask: Ask, once: Path) -> None:
    database = site.datasette.get_database("disclosures")
    assert not database.is_mutable
    assert database.hash == published(once).sha256
    tables = {table["name"]: table["count"] for table in ask("/disclosures.json").json()["tables"]}
    assert tables["records"] == published(once).counts["records"]
    assert ask("/disclosures/search?_search=预算").status_code == 200


WAYS = ["/", "/-/search?q=预算", "/-/browse", "/-/day", "/-/changes", "/-/counties", "/disclosures", "/-/record/1",
        "/disclosures/records?_facet=kind", "/disclosures/records.json", "/disclosures?sql=select+1", "/-/static-plugins/disclosures/disclosures.css"]  # fmt: skip


@pytest.mark.parametrize("path", WAYS)
def test_answers_may_be_kept_and_are_known_again(ask: Ask, path: str) -> None:
    answer = ask(path)
    while answer.is_redirect:
        answer = ask(answer.headers["location"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers.get("vary") == (None if "static" in path else "Cookie, Authorization, Accept-Language")
    again = ask(str(answer.url), if_none_match=f'"x", {answer.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


def test_answers_in_another_language_are_others(ask: Ask) -> None:
    tags = {language: ask("/", accept_language=language).headers["etag"] for language in ("zh", "en")}
    assert tags["zh"] != tags["en"]
    remembered = ask("/", cookie="disclosures_lang=en", if_none_match=tags["en"])
    assert (remembered.status_code, remembered.headers["etag"]) == (304, tags["en"])
    assert ask("/", cookie="disclosures_lang=en", if_none_match=tags["zh"]).status_code == 200
    assert "etag" not in ask("/?lang=en").headers  # it sets the cookie


def test_pages_say_as_of_when(ask: Ask) -> None:
    (shown,) = html.fromstring(ask("/").text).cssselect("footer time")
    assert (shown.get("datetime"), shown.text) == (NOW, "2026-11-27 14:00")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/nothing-here", {}),
        ("/disclosures?sql=select+nonsense", {}),
        ("/", {"cookie": "ds_actor=x"}),
        ("/", {"authorization": "Bearer x"}),
    ],
)
def test_what_must_not_be_kept_is_not(ask: Ask, path: str, headers: dict[str, str]) -> None:
    tag = ask("/").headers["etag"]
    answer = ask(path, if_none_match=tag, **headers)
    assert answer.status_code != 304
    assert "etag" not in answer.headers
    assert "public" not in answer.headers.get("cache-control", "")


def test_what_was_not_found_in_time_is_not_kept(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_page, "TIME_LIMIT_MS", 0)
    answer = ask("/-/search?q=预算")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in answer.headers


def test_another_day_or_originals_at_hand_make_other_answers(
    ask: Ask, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {ask("/").headers["etag"]}
    with monkeypatch.context() as patch:
        patch.setattr(served, "today", lambda: "2031-01-01")
        tags.add(ask("/").headers["etag"])
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(source))
    tags.add(ask("/").headers["etag"])
    assert len(tags) == 3


def test_a_newer_snapshot_is_served_at_once_and_a_broken_one_never(mine: tuple[Path, Path]) -> None:
    db, folder = mine
    ask = asking(PublishedSite(folder))
    first = ask("/").headers["etag"]
    names = []
    for day in (1, 2, 3):
        titled(db, f"改名{day}县")
        publish(db, folder, f"2026-12-0{day}T00:00:00Z")
        answer = ask("/", if_none_match=first)
        assert answer.status_code == 200
        assert f"改名{day}县" in answer.text
        names += [row["name"] for row in ask("/disclosures/portals.json?_shape=array").json()][:1]
        for _ in range(6):  # whichever thread answers
            assert f"改名{day}县" in ask("/disclosures/portals").text
    assert names == ["改名1县", "改名2县", "改名3县"]
    whole = (folder / "current").resolve()
    half = folder / "half"  # as a copy to another machine arrives, its link first
    (folder / "link").symlink_to("half")
    (folder / "link").replace(folder / "current")
    assert "改名3县" in ask("/disclosures/portals?_nocount=1").text
    titled(db, "改名4县")
    publish(db, folder / "elsewhere", LATER)
    shutil.copytree((folder / "elsewhere" / "current").resolve(), half)
    assert "改名4县" in ask("/disclosures/portals?_nocount=1").text
    assert whole.is_dir()


def test_originals_are_kept_elsewhere_unless_an_operator_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(sealed.build_sealed(tmp_path), tmp_path / "public", NOW)
    ask = asking(PublishedSite(tmp_path / "public"))
    capture = sealed.number(sealed.PAGE)
    assert "封存的原件另行保存，本站不提供" in ask(f"/-/copy/{capture}").text
    assert ask(f"/-/copy/{capture}/raw").status_code == 415
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(tmp_path / "evidence.db"))
    assert "<iframe" in ask(f"/-/copy/{capture}").text
    assert ask(f"/-/copy/{capture}/raw").status_code == 200


# --- the commands ---


def test_publish_and_serve_as_a_user_would(mine: tuple[Path, Path]) -> None:
    db, folder = mine
    made = disclosures("publish", folder, "--db", db)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.startswith(f"{folder.resolve()}/20")
    assert f"sha256 {published(folder).sha256}" in made.stdout
    wrong = CliRunner().invoke(main, ["publish", str(folder), "--db", str(folder / "none.db")])
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    wrong = CliRunner().invoke(main, ["serve", "--published", str(folder / "none")])
    said = f"nothing is published in {folder / 'none'}: `disclosures publish {folder / 'none'}` does so"
    assert (wrong.exit_code, wrong.stderr) == (2, f"disclosures: {said}\n")


def test_plain_datasette_serves_the_folder_too(once: Path) -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("datasette"), once / "current", "--get", "/disclosures.json"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    told = json.loads(found.stdout)
    assert {table["name"]: table["count"] for table in told["tables"]}["records"] == published(once).counts["records"]
