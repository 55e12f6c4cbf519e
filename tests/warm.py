"""The commands `disclosures` and `scrapy` run in processes that have their modules loaded already: for the many crawls of tests.

A server process loads `tests.loaded` and forks for each command; a command that crawls forks for its writer process. What reads
the environment while it is loaded is as it was then: `tests.conftest.program` runs the command's own program, started from
nothing.
"""

import atexit
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from archive.ingest.writer_process import WriterProcess, serve
from crawler.spiders.reading_process import Forked
from pipelines import writer_client

_SECONDS = 120

processes = get_context("forkserver")
"""Begins processes, each a fork of one that has loaded `tests.loaded`."""
processes.set_forkserver_preload(["tests.loaded"])


def _fork_writer() -> None:
    """Have the first writer process ready: forked here, before there are threads; another is started as ever."""
    ours, theirs = socket.socketpair()
    if not (pid := os.fork()):
        signal.pthread_sigmask(signal.SIG_BLOCK, writer_client.SIGNALS)
        ours.close()
        serve(Connection(theirs.detach()), WriterProcess())
        os._exit(0)
    theirs.close()
    start = writer_client.start

    def ready() -> tuple[writer_client.Process, socket.socket]:
        writer_client.start = start
        return Forked(pid), ours

    writer_client.start = ready


def _main(arguments: list[str], folder: str, env: Mapping[str, str], cwd: Path | None, first: str) -> NoReturn:
    """In the new process: what the command's program does, its output in files; before it, the statements `first`."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(Path(folder, name), os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(env)
    if cwd:
        os.chdir(cwd)
    exec(first, {})
    if arguments[1:2] == ["crawl"]:
        _fork_writer()
    sys.argv = arguments
    if arguments[0] == "scrapy":
        from scrapy.cmdline import execute as main
    else:
        from crawler.cli.main import main

    main()
    sys.exit()


class Command:
    """A command of ours under way, in its process before it the statements `first`, which may break something there."""

    def __init__(
        self,
        *words: object,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        first: str = "",
    ) -> None:
        self._words, self._folder = [*map(str, words)], TemporaryDirectory()
        arguments = (self._words, self._folder.name, {**os.environ, **(env or {})}, cwd, first)
        self._process = processes.Process(target=_main, args=arguments)

    def __enter__(self) -> "Command":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._folder.cleanup()

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid or 0, number)

    def ended(self, seconds: float = _SECONDS) -> subprocess.CompletedProcess[str]:
        """Wait for its end; its exit status, and what it printed. Raises subprocess.TimeoutExpired."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._words, seconds)
        out, err = (Path(self._folder.name, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess(self._words, self._process.exitcode, out, err)


def disclosures(
    *arguments: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    seconds: float = _SECONDS,
    first: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run our command to its end, as `Command`. Raises subprocess.TimeoutExpired."""
    with Command("disclosures", *arguments, env=env, cwd=cwd, first=first) as command:
        return command.ended(seconds)


def scrapy(*arguments: object, env: Mapping[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Scrapy's command. Raises subprocess.TimeoutExpired."""
    with Command("scrapy", *arguments, env=env, cwd=cwd) as command:
        return command.ended()


def _begin(words: Sequence[str], env: Mapping[str, str]) -> None:
    """In the new process: what Python does with `-m MODULE …` or `-c CODE …`; what that prints is nobody's."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.environ.clear()
    os.environ.update(env)
    option, program, *arguments = words
    sys.argv = [option, *arguments]
    if option == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        exec(program, {"__name__": "__main__"})


class Begun:
    """A program of Python under way, in a session of its own: what is asked for here of a `subprocess.Popen`.

    `words`: as behind `python`.
    """

    def __init__(self, words: Iterable[object], env: Mapping[str, str] = os.environ) -> None:
        self._process = processes.Process(target=_begin, args=([*map(str, words)], dict(env)))
        self._process.start()
        atexit.register(self._process.kill)  # else the tests' own process waits for one that a failed test left behind
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for its end; return its exit status."""
        self._process.join()
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()
