"""The directory of the country's portals, straight on an archive: which rows of lists contradict, and which survey of a home holds."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.directory.entries import CONFLICT, MISREAD, NOT_TRIED, SURVEYED, Listed, add, homes, note_found, take_over
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive
from tests.test_store import DAY

TONGXIN, YANCHI = "640324", "640323"
HOME = "http://a.example/"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        yield connection


def note(connection: sqlite3.Connection, *listed_homes: tuple[str, str], source: str = "one.csv", settle: bool = False) -> list[str]:  # fmt: skip
    """Add homes, each with the code of its division; what contradicts what."""
    rows = [Listed(code, "", home) for code, home in listed_homes]
    return add(connection, rows, source, "2026-01-01", settle=settle)[1]


def states(connection: sqlite3.Connection) -> dict[str, str]:
    return {each.home: each.state for each in homes(connection)}


# --- what contradicts ---


def test_a_home_of_two_divisions_and_a_second_home_of_one_are_conflicts(archive: sqlite3.Connection) -> None:
    assert note(archive, (TONGXIN, HOME)) == []
    said = note(archive, (TONGXIN, HOME), (TONGXIN, "http://b.example/"), source="two.csv")
    assert said == [f"http://b.example/: {TONGXIN} 同心县 has another home in one.csv: {HOME}"]
    said = note(archive, (YANCHI, HOME), source="three.csv")
    assert said == [f"{HOME}: one.csv has it for {TONGXIN}, three.csv for {YANCHI}"]
    assert states(archive) == {HOME: NOT_TRIED, "http://b.example/": CONFLICT}


def test_a_home_that_contradicts_is_nobody_s_other_home(archive: sqlite3.Connection) -> None:
    note(archive, (TONGXIN, HOME), (TONGXIN, "http://b.example/"))
    archive.execute("DELETE FROM directory WHERE home = ?", (HOME,))
    assert note(archive, (TONGXIN, "http://c.example/")) == []


def test_a_list_that_settles_prevails_over_others_and_over_conflicts(archive: sqlite3.Connection) -> None:
    note(archive, (TONGXIN, HOME), (TONGXIN, "http://b.example/"), (YANCHI, "http://c.example/"))
    assert note(archive, (TONGXIN, "http://b.example/"), source="right.csv", settle=True) == []
    assert states(archive) == {"http://b.example/": NOT_TRIED, "http://c.example/": NOT_TRIED}


def test_homes_that_an_earlier_version_kept_in_another_spelling_contradict_nothing(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    with closing(sqlite3.connect(db)) as earlier, earlier:
        for home, code, state, surveyed_at in (
            ("HTTP://A.example", TONGXIN, NOT_TRIED, None),
            (HOME, TONGXIN, CONFLICT, DAY.format(1)),
            ("http://c.example:80/", YANCHI, SURVEYED, DAY.format(2)),
            ("http://c.example/", YANCHI, MISREAD, DAY.format(1)),
            ("http://e.example", None, MISREAD, DAY.format(1)),
            ("http://e.example/", None, SURVEYED, DAY.format(2)),
            ("ftp://d.example", None, CONFLICT, None),
        ):
            values = (home, "", code, "one.csv", "2026-01-01", state, surveyed_at)
            earlier.execute(
                "INSERT INTO directory (home, name, division_code, source, as_of, state, surveyed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        earlier.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%one_spelling%'")
    with closing(open_up_to_date(db)) as archive:
        of_divisions = {HOME: NOT_TRIED, "http://c.example/": SURVEYED}
        assert states(archive) == {**of_divisions, "http://e.example/": SURVEYED, "ftp://d.example": CONFLICT}
        assert note(archive, (TONGXIN, "http://a.example"), (YANCHI, "http://C.example")) == []


# --- what was found ---


@pytest.mark.parametrize(("surveyed_at", "taken"), [(DAY.format(2), True), (DAY.format(1), False), (None, False)])
def test_of_two_surveys_of_a_home_the_later_one_is_taken_over(
    archive: sqlite3.Connection, tmp_path: Path, surveyed_at: str | None, taken: bool
) -> None:
    note(archive, (TONGXIN, HOME))
    (own,) = homes(archive)
    note_found(archive, replace(own, state="dead", surveyed_at=DAY.format(1)))
    theirs = empty_archive(tmp_path / "theirs.db")
    with closing(open_up_to_date(theirs)) as other:
        note(other, (TONGXIN, HOME), (YANCHI, "http://b.example/"))
        note_found(other, replace(own, state=SURVEYED, surveyed_at=surveyed_at))
    archive.execute("ATTACH ? AS theirs", (str(theirs),))
    take_over(archive, lambda _, column: f"m.{column}")
    assert states(archive) == {HOME: SURVEYED if taken else "dead", "http://b.example/": NOT_TRIED}
