"""The `disclosures` command run in processes that have its modules loaded already: for the many crawls of the tests.

A server process loads them once and forks for each command, and a crawl for its keeper. What reads the environment while it is loaded is as it was
then: `tests.conftest.program` runs the command's own program, started from nothing.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from crawler.cli import ELSEWHERE

_LOADED = [
    "crawler.cli",
    *(f"crawler.{module}" for module in sorted(set(ELSEWHERE.values()))),
    "crawler.run",
    "crawler.spiders.catalog",
    "pipelines.store",
    "archive.keeper",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.downloadermiddlewares.cookies",
    "scrapy.extensions.remote_control",
]
_SECONDS = 120

_processes = get_context("forkserver")
_processes.set_forkserver_preload(_LOADED)


class _Keeper:
    """A crawl's keeper, forked as well: no connection to a database is open yet. Stands in the place of `subprocess.Popen`."""

    def __init__(self, command: Sequence[str], pass_fds: Sequence[int]) -> None:
        self._pid = os.fork()
        if not self._pid:
            from archive.keeper import Keeper, serve

            signal.set_wakeup_fd(-1)
            os.closerange(3, pass_fds[0])
            os.closerange(pass_fds[0] + 1, os.sysconf("SC_OPEN_MAX"))
            serve(Connection(pass_fds[0]), Keeper())
            os._exit(0)

    def wait(self) -> int:
        """The exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


def _main(arguments: list[str], folder: str, env: Mapping[str, str], cwd: Path | None) -> NoReturn:
    """In the new process: what the command's program does, its output in files."""
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(Path(folder, name), os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(env)
    if cwd:
        os.chdir(cwd)
    sys.argv = arguments
    from crawler.cli import main
    from pipelines import keeping

    keeping.Popen = _Keeper  # type: ignore[assignment, misc]
    main()
    sys.exit()


def disclosures(
    *arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, seconds: float = _SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run the command. Raises subprocess.TimeoutExpired."""
    command = ["disclosures", *map(str, arguments)]
    with TemporaryDirectory() as folder:
        process = _processes.Process(target=_main, args=(command, folder, {**os.environ, **(env or {})}, cwd))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, seconds)
        out, err = (Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
    return subprocess.CompletedProcess(command, process.exitcode, out, err)
