"""Machines of the tests of workers: a real Redis that can be restarted, workers in sessions of their own that can be killed whole."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.waiting import answers, wait_until
from tests.warm import Begun

needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")

PATIENCE = 4
"""Seconds without a sign of life after which the tests' workers are taken for dead."""


class RedisServer:
    """A Redis of our own, on a free port of this machine; `keeps`: what it holds outlives a restart."""

    def __init__(self, folder: Path, *, keeps: bool = False) -> None:
        self._folder, self._keeps = folder, keeps
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"redis://:sample@127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        options += [
            "--appendonly",
            "yes" if self._keeps else "no",
            "--appendfsync",
            "always",
            "--requirepass",
            "sample",
        ]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(lambda: socket.create_connection(("127.0.0.1", self._port), 60).close()))

    def stop(self) -> None:
        """Stop it, as `systemctl restart` does."""
        self._process.terminate()
        self._process.wait()

    def __enter__(self) -> "RedisServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


PROGRAM = ("-m", "crawler.cli.main")

WITHOUT_WAITING = (
    "-c",
    "from crawler.jobs import queue; queue.RESTARTS_WITHIN = 0; from crawler.cli.main import main; main()",
)
"""Our command, whose requests to a Redis that is away fail at once."""


def started(*arguments: object, env: Mapping[str, str] = os.environ) -> "subprocess.Popen[bytes]":
    """A command of ours that is under way, in a session of its own; what it prints is nobody's."""
    command = [sys.executable, *PROGRAM, *map(str, arguments)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=dict(env), start_new_session=True, stdout=quiet, stderr=quiet)


def worker(
    spool: Path,
    redis: str,
    scratch: Path,
    env: Mapping[str, str] = os.environ,
    *options: object,
    program: tuple[str, str] = PROGRAM,
) -> Begun:
    """A worker under way, in a process that has our modules loaded already."""
    places = ("--spool", spool, "--redis", redis, "--scratch", scratch)
    return Begun((*program, "work", *places, "--patience", PATIENCE, *options), env)


def kill_all_of(process: Begun) -> None:
    """As when its machine loses power: every process of its session, whatever groups they made for themselves."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            session = int(stat.read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        if session == process.pid:
            os.kill(int(stat.parent.name), signal.SIGKILL)
    process.wait()
