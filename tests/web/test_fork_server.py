"""Processes for readers' requests: one whose work fails ends alone, and says why to the operator."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.web.processes.fork_server import ForkServer, WorkFailedError
from archive.web.processes.frames import Head, packed


def work(connection: socket.socket, request: Head) -> None:
    """Raise what is asked for, or answer."""
    errors = {"fault": ValueError("sample"), "left": ConnectionError("sample"), "memory": MemoryError("sample")}
    if error := errors.get(request["work"]):
        raise error
    connection.sendall(packed({"last": True}))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def server(log: Path) -> Iterator[ForkServer]:
    server = ForkServer(lambda: logging.getLogger().addHandler(logging.FileHandler(log)), work)
    server.start()
    yield server
    server.stop()


async def answers(server: ForkServer, name: str) -> list[Head]:
    async with server.frames({"work": name}, 60) as frames:
        return [head async for head, _ in frames]


@pytest.mark.parametrize(("name", "is_logged"), [("fault", True), ("left", False), ("memory", False)])
def test_work_that_fails_ends_its_process_alone(server: ForkServer, log: Path, name: str, is_logged: bool) -> None:
    """A reader who left, and memory that was used up, are no faults of ours."""
    with pytest.raises(WorkFailedError):
        asyncio.run(answers(server, name))
    said = log.read_text(encoding="utf-8")
    assert ("work for a reader failed" in said, "ValueError: sample" in said) == (is_logged, is_logged)
    assert [head["last"] for head in asyncio.run(answers(server, "answer"))] == [True]
