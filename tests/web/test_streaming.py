"""Files sent while they are made: their time is added up, room is given back, whatever happens."""

import asyncio
import itertools
import sqlite3
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from datasette.app import Datasette

from archive.export import record_rows
from archive.web.formats import page_files
from archive.web.http import streaming
from tests import waiting

SCOPE = {"type": "http", "method": "GET", "path": "/-/search.csv", "raw_path": b"/-/search.csv", "query_string": b"",
         "headers": [], "scheme": "http", "server": ("localhost", 80), "http_version": "1.1"}  # fmt: skip


def sent_by(site: Datasette, taken: int = sys.maxsize) -> list[dict[str, Any]]:
    """All messages of an answer whose reader stays; `taken`: so many are received, and no other."""
    messages: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, str]:
            await asyncio.Event().wait()
            return {}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)
            if len(messages) > taken:
                await asyncio.Event().wait()

        await site.invoke_startup()
        await asyncio.wait_for(site.app()(SCOPE, receive, send), waiting.SECONDS)

    asyncio.run(ask())
    return messages


def endless(*_: object, **__: object) -> Iterator[tuple[object, ...]]:
    return itertools.repeat((1, *["样本" * 60] * (len(record_rows.COLUMNS) - 1)))


@pytest.mark.parametrize("seconds", [5, 20])
def test_the_time_of_all_pieces_is_added_up(site: Datasette, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Each piece is soon made, but there is no end of them: the answer breaks off once they took too long together."""
    clock = itertools.count()
    monkeypatch.setattr(streaming, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    monkeypatch.setattr(streaming, "STEP", 1e9)
    monkeypatch.setattr(streaming, "WHOLE", float(seconds))
    monkeypatch.setattr(page_files.record_rows, "rows", endless)
    messages = sent_by(site)
    assert messages[0]["status"] == 200
    assert all(message.get("more_body") for message in messages[1:])
    assert 1 < len(messages) <= seconds + 3  # at a second or more a piece


def test_nobody_waits_for_a_reader_who_takes_nothing_any_more(
    site: Datasette, get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_ROOM", streaming.threading.BoundedSemaphore(1))
    monkeypatch.setattr(streaming, "PATIENCE", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(page_files.record_rows, "rows", endless)
        messages = sent_by(site, taken=3)
    assert len(messages) == 4
    assert messages[-1]["more_body"], "the answer is not whole"
    assert get("/-/search.csv").status_code == 200


@pytest.mark.parametrize("rows", [0, 600])
def test_room_is_given_back_after_a_file_that_broke(
    site: Datasette, get, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Also where it broke after some rows, of which nothing was sent yet."""
    monkeypatch.setattr(streaming, "_ROOM", streaming.threading.BoundedSemaphore(1))

    def broken(*_: object, **__: object) -> Iterator[tuple[object, ...]]:
        yield from itertools.islice(endless(), rows)
        raise sqlite3.OperationalError("a sample")

    with monkeypatch.context() as patch:
        patch.setattr(page_files.record_rows, "rows", broken)
        answer = get("/-/search.xlsx")
        assert answer.status_code == 400
        assert "a sample" in answer.text
        assert "超时" not in answer.text
    assert get("/-/search.csv").status_code == 200
