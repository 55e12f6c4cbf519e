"""Readers' heavy requests, without processes of their own: which lane each goes by, who waits for a place, what SQL may do."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from archive.web.http import reader_requests
from archive.web.http.errors import TOO_LARGE, TOO_MANY, TOO_SLOW
from archive.web.http.server import make_datasette
from archive.web.processes import lanes, sql_limits
from archive.web.processes.fork_server import ForkServer, WorkFailedError
from archive.web.processes.frames import Head
from archive.web.processes.lanes import MOST_WAITING, Lane, NoPlaceError
from archive.web.processes.sql_limits import CONNECTIONS, FUNCTIONS, LONGEST_STORED, LONGEST_VALUE
from tests.conftest import empty_archive

# --- lanes ---


def a_lane() -> Lane:
    return Lane("sample", at_once=2, each=1, seconds=1, memory=1)


async def is_free(lane: Lane, reader: str) -> bool:
    try:
        async with lane.place(reader):
            return True
    except NoPlaceError:
        return False


def test_so_many_work_at_once_and_one_reader_has_not_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "WAIT", 0)
    lane = a_lane()

    async def found() -> list[bool]:
        async with lane.place("one"):
            free = [await is_free(lane, "one"), await is_free(lane, "two")]
            async with lane.place("two"):
                free.append(await is_free(lane, "three"))
            return [*free, await is_free(lane, "three")]

    assert asyncio.run(found()) == [False, True, False, True]


def test_who_waits_has_the_place_that_another_leaves() -> None:
    lane = a_lane()

    async def found() -> bool:
        async with lane.place("one"):
            waits = asyncio.create_task(is_free(lane, "one"))
            await asyncio.sleep(0)
        return await waits

    assert asyncio.run(found())


def test_so_many_wait_and_whoever_comes_behind_them_is_sent_away_at_once() -> None:
    lane = a_lane()

    async def found() -> list[bool]:
        async with AsyncExitStack() as held:
            for reader in ("one", "two"):
                await held.enter_async_context(lane.place(reader))
            waiting = [asyncio.create_task(is_free(lane, f"reader {number}")) for number in range(MOST_WAITING)]
            await asyncio.sleep(0)
            assert not await is_free(lane, "another")
        return await asyncio.gather(*waiting)

    assert asyncio.run(found()) == [True] * MOST_WAITING


# --- requests ---


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], httpx.Response]:
    site = make_datasette(empty_archive(tmp_path_factory.mktemp("heavy") / "disclosures.db"))
    return lambda path: asyncio.run(site.client.get(path))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes by which requests went to a fork server, all of whose processes end without an answer, of the tables out of time."""
    went: list[str] = []

    @asynccontextmanager
    async def frames(_: ForkServer, request: Head, __: float) -> AsyncIterator[None]:
        went.append(request["lane"])
        raise WorkFailedError(in_time="table" not in request["lane"])
        yield

    monkeypatch.setattr(ForkServer, "is_running", True)
    monkeypatch.setattr(ForkServer, "frames", frames)
    return went


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/disclosures/records", "table"),
        ("/disclosures/records/1", ""),
        ("/disclosures/records.csv", "table file"),
        ("/disclosures/records?_where=1", "sql"),
        ("/disclosures/records.xlsx?_where=1", "sql file"),
        ("/disclosures.json?sql=select+1", "sql"),
        ("/disclosures.jsonl?sql=select+1", "sql file"),
        ("/-/browse", ""),
        ("/", ""),
    ],
)
def test_what_readers_can_make_heavy_goes_by_its_lane(
    ask: Callable[[str], httpx.Response], asked: list[str], path: str, lane: str
) -> None:
    answer = ask(path)
    assert asked == ([lane] if lane else [])
    if lane:
        said = (TOO_SLOW if "table" in lane else TOO_LARGE).zh
        shown = answer.json()["error"] if ".json?" in path else answer.text
        assert (answer.status_code, answer.headers["cache-control"], said in shown) == (400, "no-store", True)
        assert "retry-after" not in answer.headers


def test_who_finds_no_place_is_told_when_to_come_again(
    ask: Callable[[str], httpx.Response], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST_WAITING", 0)
    answer = ask("/disclosures/records")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(reader_requests.RETRY_AFTER))
    assert (TOO_MANY.zh in answer.text, asked) == (True, [])


# --- SQL ---


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """A connection on which readers' SQL runs."""
    monkeypatch.setattr(CONNECTIONS, "readers_sql", True)
    with closing(sqlite3.connect(empty_archive(tmp_path / "a.db"))) as connection:
        sql_limits.limit(connection)
        yield connection


def of_length(count: int) -> str:
    """SQL that makes a value of so many bytes."""
    return f"SELECT printf('%.*c', {count - 2}, 'a') || 'ab'"


@pytest.mark.parametrize(
    "sql",
    [
        *(f"SELECT {name}(1)" for name in sorted(FUNCTIONS)),
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM PRAGMA_function_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM sqlite_dbpage",
        "ATTACH ':memory:' AS other",
        of_length(LONGEST_VALUE + 1),
        f"SELECT {', '.join(['1'] * 201)}",
        f"SELECT 1 {'UNION ALL SELECT 1 ' * 100}",
        f"SELECT {'(' * 201}1{')' * 201}",
        f"SELECT '{'a' * 100_000}'",
        f"SELECT 'a' LIKE '{'%a' * 501}'",
    ],
)
def test_sql_of_readers_can_not(connection: sqlite3.Connection, sql: str) -> None:
    with pytest.raises(sqlite3.Error):
        connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM pragma_table_info('records')",
        of_length(LONGEST_VALUE),
        f"SELECT {', '.join(['1'] * 200)}",
        f"SELECT 1 {'UNION ALL SELECT 1 ' * 99}",
        f"SELECT 'a' LIKE '{'%a' * 500}'",
    ],
)
def test_sql_of_readers_can(connection: sqlite3.Connection, sql: str) -> None:
    assert connection.execute(sql).fetchall()


def test_what_a_page_of_ours_reads_may_be_longer(tmp_path: Path) -> None:
    with closing(sqlite3.connect(empty_archive(tmp_path / "a.db"))) as connection:
        sql_limits.limit(connection)
        assert connection.execute(of_length(LONGEST_VALUE + 1)).fetchall()
        with pytest.raises(sqlite3.Error):
            connection.execute(of_length(LONGEST_STORED + 1)).fetchall()
