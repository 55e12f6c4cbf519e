"""An archive of several that is damaged while it is served: pages answer with the others and name it; files say that they can't."""

import asyncio
import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from datasette.app import Datasette
from lxml import html

from archive.database.several import UnreadableArchiveError
from archive.web.http import archives
from archive.web.http.server import SETTINGS, ArchiveDatabase, site_of
from archive.web.processes import sql_limits
from tests.web.divided import ask

pytestmark = pytest.mark.usefixtures("in_that_week")

PAGES = (
    "/", "/-/search?q=预算", "/-/search", "/-/browse", "/-/day", "/-/day/2017-12-31", "/-/changes", "/-/cards", "/-/cards?year=2017",
    "/-/budgets", "/-/counties", "/-/counties/64", "/-/questions", "/-/questions/removed_records", "/-/browse/one",
)  # fmt: skip
FILES = ("/-/search.json?q=预算", "/-/search.csv?q=预算", "/-/changes.atom", "/-/browse.json")
SAID = "档案“north”的文件现在无法读取"


def damage(path: Path) -> None:
    """Write over all of a file but its first page."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


@pytest.fixture
def copies(parts: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    return {name: Path(shutil.copy(path, tmp_path / f"{name}.db")) for name, path in parts.items()}


@pytest.fixture
def site(copies: dict[str, Path]) -> Datasette:
    """The site of both archives, the north one damaged while it is served."""
    served = site_of(copies)
    assert ask(served, "/-/search?q=没有的词").status_code == 200
    damage(copies["north"])
    return served


def notes(page: str) -> list[str]:
    return [note.text_content() for note in html.fromstring(page).cssselect("main > .note")]


def test_pages_answer_with_the_others_and_name_what_cannot_be_read(site: Datasette) -> None:
    for address in PAGES:
        answer = ask(site, address)
        assert answer.status_code == 200, (address, answer.text[-2000:])
        said = [note for note in notes(answer.text) if SAID in note]
        assert len(said) == 1, address
        assert "disclosures doctor" in said[0]
    assert "丙" in ask(site, "/-/search?q=预算").text
    english = ask(site, "/-/search?q=预算&lang=en")
    assert any("“north” can't be read" in note for note in notes(english.text))


def test_no_file_leaves_out_an_archive_in_silence(site: Datasette) -> None:
    for ask_first in ("/-/browse", "/-/search?q=预算"):
        assert ask(site, ask_first).status_code == 200
    for address in FILES:
        answer = ask(site, address)
        assert (answer.status_code, "disclosures doctor" in answer.text) == (503, True), address
    assert ask(site, "/-/search.json?q=预算").json()["error"].startswith(SAID)


def test_what_is_in_it_cannot_be_shown_at_present(site: Datasette) -> None:
    for address in ("/-/search?q=预算&db=north", "/-/browse/two", "/north/records", "/-/record/1?db=north"):
        answer = ask(site, address)
        assert (answer.status_code, "disclosures doctor" in answer.text) == (503, True), (address, answer.text[-900:])


def test_where_all_are_damaged_pages_say_so(site: Datasette, copies: dict[str, Path]) -> None:
    damage(copies["south"])
    answer = ask(site, "/-/browse")
    assert (answer.status_code, "disclosures doctor" in answer.text) == (503, True)


def test_another_file_in_an_archive_s_place_is_read_by_whoever_had_read_the_former(
    copies: dict[str, Path], tmp_path: Path
) -> None:
    served = site_of(copies)
    names = tuple(archives.archives(served))
    both = archives.together(served, names)
    count = "SELECT count(*) FROM records"
    before = [number for (number,) in both._result_of(lambda connection: connection.execute(count))]
    less = Path(shutil.copy(copies[names[0]], tmp_path / "less.db"))
    with closing(sqlite3.connect(less)) as connection, connection:
        connection.execute("DELETE FROM records WHERE id = (SELECT max(id) FROM records)")
    served.databases = {**served.databases, names[0]: ArchiveDatabase(served, str(less))}
    assert [number for (number,) in both._result_of(lambda connection: connection.execute(count))] == [
        before[0] - 1,
        before[1],
    ]


def test_the_last_archive_that_can_be_read_is_never_left_out(copies: dict[str, Path]) -> None:
    served = site_of(copies)
    first, last = archives.archives(served)
    assert [archives.leave_out(served, name, "a sample") for name in (first, first, last)] == [True, False, False]
    assert archives.left_out(served) == [first]
    assert archives.readable(served, [first, last]) == (last,)


def test_an_archive_whose_file_is_whole_again_is_read_again_after_a_while(
    site: Datasette,
    copies: dict[str, Path],
    parts: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        assert SAID in ask(site, "/-/browse").text
        assert SAID in ask(site, "/-/changes").text
    (told,) = [record.getMessage() for record in caplog.records if "can't be read" in record.getMessage()]
    assert f"`disclosures doctor --db {copies['north']}`" in told
    shutil.copy(parts["north"], copies["north"])
    monkeypatch.setattr(archives, "LEFT_OUT", 0.0)
    again = ask(site, "/-/browse")
    assert (again.status_code, SAID in again.text, "乙" in again.text) == (200, False, True)


def test_so_it_is_where_the_thread_that_asks_keeps_pages_of_the_damaged_file(
    copies: dict[str, Path], parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SETTINGS, "num_sql_threads", 1)
    monkeypatch.setattr(sql_limits, "CONNECTIONS", replace(sql_limits.CONNECTIONS, mapped=0))
    database = archives.together(site_of(copies), ("north", "south"))
    damage(copies["north"])
    with pytest.raises(UnreadableArchiveError):
        asyncio.run(database.execute("SELECT max(title) FROM records"))
    shutil.copy(parts["north"], copies["north"])
    assert len(asyncio.run(database.execute("SELECT max(title) FROM records")).rows) == 2
