"""Several archives read through one connection: whose number is whose, what is written meanwhile, what takes too long."""

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.several import (
    ArchiveNumber,
    Numbers,
    SeveralArchives,
    UnreadableArchiveError,
    merged,
    numbers,
    ordered,
)
from archive.database.time_limit import within
from tests.web.divided import NORTH_AND_SOUTH, divide, numbered_alike, three_portals


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return divide(three_portals(tmp_path_factory.mktemp("whole")), NORTH_AND_SOUTH)


def test_what_is_written_meanwhile_is_seen(parts: dict[str, Path], tmp_path: Path) -> None:
    """A query whose rows were not all taken would keep its archive as it was."""
    changing = shutil.copy(parts["north"], tmp_path / "changing.db")
    with closing(
        SeveralArchives({"north": sqlite3.connect(changing), "south": sqlite3.connect(parts["south"])})
    ) as several:
        gc.disable()
        try:
            several.execute("SELECT id FROM records").fetchone()
            with closing(sqlite3.connect(changing)) as connection, connection:
                connection.execute("UPDATE portals SET name = '样例县新名'")
            assert "样例县新名" in [row[0] for row in several.execute("SELECT name FROM portals")]
        finally:
            gc.enable()


def test_a_number_is_that_of_its_archive(parts: dict[str, Path]) -> None:
    with closing(SeveralArchives({name: sqlite3.connect(path) for name, path in parts.items()})) as several:
        one, other = (
            archive.execute("SELECT id FROM catalogs ORDER BY id LIMIT 1").fetchone()["id"]
            for archive in several.each()
        )
        same = ArchiveNumber(one, "south")
        assert (one == same, one == int(one), len({one, same, ArchiveNumber(one, "north")})) == (False, True, 2)
        found = several.execute(
            "SELECT id, portal FROM catalogs WHERE id IN (SELECT value FROM json_each(?))", (numbers([one, other]),)
        ).fetchall()
        assert [(row["id"], row["id"].archive, row["portal"]) for row in found] == [
            (one, "north", "two"),
            (other, "south", "one"),
        ]
        asked = several.execute("SELECT min(portal) AS portal FROM catalogs WHERE :id", {"id": other}).fetchall()
        assert [row["portal"] for row in asked] == ["one"], "of its archive alone"


def test_an_archive_whose_rows_can_not_be_read_to_the_end_is_named(tmp_path: Path) -> None:
    for name in ("north", "south"):
        with closing(sqlite3.connect(tmp_path / name)) as connection, connection:
            connection.execute("CREATE TABLE records (title TEXT)")
            connection.executemany("INSERT INTO records VALUES (?)", [("样本" * 100,)] * 1000)
    whole = (tmp_path / "south").read_bytes()
    (tmp_path / "south").write_bytes(whole[: 50 * 4096] + bytes(len(whole) - 50 * 4096))  # all pages but the first ones
    connections = {name: sqlite3.connect(tmp_path / name) for name in ("north", "south")}
    with closing(SeveralArchives(connections)) as several:
        found = several.execute("SELECT title FROM records")
        with pytest.raises(UnreadableArchiveError, match="malformed") as error:
            found.fetchall()
    assert error.value.archive == "south"


def test_a_query_over_several_archives_ends_in_time(parts: dict[str, Path]) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with closing(SeveralArchives({name: sqlite3.connect(path) for name, path in parts.items()})) as several:
        assert within(several, 50, lambda: several.execute(endless).fetchall()) is None
        assert within(several, 5000, lambda: len(several.execute("SELECT 1").fetchall())) == 2


def test_a_list_of_numbers_is_each_archive_s_own(tmp_path: Path) -> None:
    with closing(
        SeveralArchives({name: sqlite3.connect(path) for name, path in numbered_alike(tmp_path).items()})
    ) as several:
        listed = [row["id"] for row in several.execute("SELECT id FROM records ORDER BY id")]
        assert len(set(map(int, listed))) < len(listed)
        chosen = [listed[0], listed[-1]]
        sql = "SELECT id, portal FROM records WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        assert [(row["id"], row["portal"]) for row in several.execute(sql, (numbers(chosen),))] == [
            (chosen[0], "one"),
            (chosen[1], "two"),
        ]


def test_rows_of_all_stand_in_one_order_as_sqlite_would_have_it() -> None:
    rows = [{"at": at, "id": number} for at, number in ((2, 1), (None, 2), (1, 3), (2, 4))]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE rows (at INTEGER, id INTEGER)")
        connection.executemany("INSERT INTO rows VALUES (:at, :id)", rows)
        for terms in (("at", "id"), ("at DESC", "id"), ("at", "id DESC"), ("at DESC", "id DESC"), ("id",)):
            wanted = connection.execute(f"SELECT id FROM rows ORDER BY {', '.join(terms)}").fetchall()
            assert [(row["id"],) for row in ordered(rows, *terms)] == wanted, terms


def test_what_is_found_is_merged_by_rank_and_looked_up_as_it_is_taken() -> None:
    taken = []

    def found(*pairs: tuple[int, str]) -> Iterator[tuple[int, str]]:
        for pair in pairs:
            taken.append(pair)
            yield pair

    hits = merged([found((9, "a"), (2, "b"), (1, "c")), found((7, "d"), (3, "e"))])
    assert [next(hits), next(hits)] == ["a", "d"]
    assert (1, "c") not in taken
    assert list(hits) == ["e", "b", "c"]


def test_lists_that_begin_with_a_number_are_each_archive_s_own() -> None:
    listed = numbers([[ArchiveNumber(1, "north"), 5], [ArchiveNumber(1, "south"), 6], [3, 7]])
    assert isinstance(listed, Numbers)
    assert [listed.of(name) for name in ("north", "south")] == ["[[1, 5], null, [3, 7]]", "[null, [1, 6], [3, 7]]"]
    assert numbers([[1, 5]]) == "[[1, 5]]"


def test_of_two_columns_of_one_name_the_first_is_meant(parts: dict[str, Path]) -> None:
    with closing(SeveralArchives({name: sqlite3.connect(path) for name, path in parts.items()})) as several:
        row = several.execute("SELECT id, -1 AS id FROM catalogs ORDER BY id LIMIT 1").fetchone()
        assert (row["id"], row[1]) == (row[0], -1)
        assert row[0] > 0
