"""Fixtures that the tests share: a crawled sample archive, a small HTTP site of pages written for a test, the command line."""

import gc
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import Phase, settings

from archive.analysis import derivation_process
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.proof import differences, side_by_side
from crawler.sample.portal_server import SampleServer
from crawler.sample.site import portal_toml
from tests import marks, skips, warm
from tests.derived_here import derived_here
from tests.files_in_memory import keep_files_in_memory
from tests.garbage import collect_seldom
from tests.new_archives import copy_what_is_made_anew

ROOT = Path(__file__).parent.parent

# The same examples each time: whether tests pass is a change's doing alone. Profile "ci" of hypothesis is so.
settings.register_profile("untimed", settings.get_profile("ci"), deadline=None)
settings.register_profile("drawn", settings.get_profile("default"), deadline=None)  # others each time
settings.register_profile(  # for `make mutants`: that an example fails is enough, it need not be made smaller
    "mutants", settings.get_profile("untimed"), max_examples=30, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("untimed")  # on a busy machine a single example may take long

SLOWEST = (
    "test_every_page", "test_most_changed", "test_bench", "test_ten_days", "test_newcomers_walk", "test_reader_journeys",
    "test_restore", "test_withholding", "test_browser_record", "test_browser", "test_file_tables", "test_crawl_attachments",
    "test_verify_compares", "test_crawl_personal_data", "test_alarm", "test_health", "test_merge", "test_cli", "test_converter",
    "test_reparse", "test_update", "test_kills", "test_redaction", "test_year", "test_proof_page", "test_search_help",
    "test_style", "test_several_archives", "test_page_files",
)  # fmt: skip
"""Files whose tests take longest; they begin first, so that no process is left with one of them at the end."""


def pytest_configure(config: pytest.Config) -> None:
    skips.watch(config)
    keep_files_in_memory()
    copy_what_is_made_anew()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what is collected: no collection of garbage looks through it again and again, then or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        collect_seldom()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of `make test` and `make test-long` neither reads the files of which only the other takes tests."""
    is_file = collection_path.suffix == ".py" and collection_path.is_relative_to(ROOT)
    if is_file and marks.takes_none(collection_path.relative_to(ROOT).as_posix(), config.getoption("markexpr")):
        return True
    return None


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marks.mark(item)
    rank = {name: place for place, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """With `-n`, a file's tests run in one process: what they share, a crawled site or a browser, is made once."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # files begin in the order of `items`
    return LoadFileScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """No test reaches beyond this machine: any other address is an error."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "local"
        assert host in {"127.0.0.1", "::1", "localhost", "local"}, f"a test tried to reach {address}"
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def _derived_here() -> Iterator[None]:
    """Facts are derived in the tests' own process: it is large, and dear to fork. The tests of that fork have it, `forked`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation_process, "forked", derived_here)
        yield


@pytest.fixture(scope="session", autouse=True)
def _time_for_differences() -> Iterator[None]:
    """Texts are compared to the end also on a busy machine, where the time a page has for it may pass while it waits."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (differences, side_by_side):
            patch.setattr(module, "_SECONDS", 60)
        yield


@pytest.fixture
def only_on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """A function that makes a PATH of these programs (shell scripts) alone, where a process of any user can start them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)

        def put(**programs: str) -> Path:
            for program, script in programs.items():
                (folder / program).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
                (folder / program).chmod(0o755)
            monkeypatch.setenv("PATH", name)
            return folder

        yield put


disclosures = warm.disclosures


def program(
    *arguments: object, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the `disclosures` command as a user would, its program started from nothing."""
    return subprocess.run(
        [Path(sys.executable).with_name("disclosures"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )


def on_a_terminal(*arguments: object) -> tuple[str, str]:
    """Run the `disclosures` command with its messages to a terminal; what that showed, and what was printed. It must succeed."""
    terminal, inside = os.openpty()
    command = [Path(sys.executable).with_name("disclosures"), *map(str, arguments)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=inside, timeout=120, check=True)
        return os.read(terminal, 100_000).decode(), done.stdout.decode()
    finally:
        os.close(inside)
        os.close(terminal)


@dataclass(frozen=True)
class Answer:
    """An answer of a test's site: a body (text is sent as UTF-8), its headers, a status. `cut`: break off after so many bytes."""

    body: str | bytes = ""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


def redirect(to: str, status: int = 302) -> Answer:
    """The answer that sends a visitor on to another address."""
    return Answer(status=status, headers=(("Location", to),))


@dataclass(frozen=True)
class SiteRequest:
    """A request to a test's site: the values of the query, the body of a POST (None for a GET), the headers by lower-case names."""

    path: str
    query: Mapping[str, str]
    form: str | None
    headers: Mapping[str, str]


Answers = Mapping[str, Answer | str | Callable[[SiteRequest], Answer | str]]
"""The answers of a site, by path with query or, failing that, without; one may be a function of what was asked."""


def send_answer(handler: BaseHTTPRequestHandler, answers: Answers) -> None:
    """Send the answer to the request that a handler has. A missing path is a 404."""
    parts = urlsplit(handler.path)
    answer = answers.get(handler.path) or answers.get(parts.path)
    form = None
    if handler.command == "POST":
        form = handler.rfile.read(int(handler.headers["Content-Length"] or 0)).decode()
    if callable(answer):
        headers = {name.lower(): value for name, value in handler.headers.items()}
        answer = answer(SiteRequest(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), form, headers))
    answer = answer or Answer("<html><body>404</body></html>", status=404)
    answer = Answer(answer) if isinstance(answer, str) else answer
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    handler.send_response(answer.status)
    handler.send_header("Content-Type", answer.content_type)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in answer.headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body if answer.cut is None else body[: answer.cut])
    if answer.cut is not None:
        handler.close_connection = True


class Site:
    """An HTTP site on a free loopback port; robots may visit unless told."""

    def __init__(self, answers: Answers) -> None:
        self.answers = dict(answers)
        self.requests: deque[str] = deque(maxlen=10_000)
        self.user_agents: set[str] = set()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: unbuffered, each answer waits for a delayed acknowledgement
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                site.requests.append(self.path)
                site.user_agents.add(self.headers["User-Agent"])
                site.answer(self)

            do_POST = do_GET  # noqa: N815 - the name http.server calls

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        send_answer(handler, self.answers)

    def __enter__(self) -> "Site":
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def portal_file(folder: Path, home: str, *catalogs: tuple[str, str, str], name: str = "county") -> Path:
    """A portal file for a test's site; `catalogs` are (kind, title, url)."""
    path = folder / f"{name}.toml"
    text = f'id = "{name}"\nname = "测试县（样本）"\ndivision_code = "640324"\nhome = "{home}"\n'
    for kind, title, url in catalogs:
        text += f'\n[[catalogs]]\nkind = "{kind}"\ntitle = "{title}"\nurl = "{url}"\n'
    path.write_text(text, encoding="utf-8")
    return path


def crawl(
    portal: Path, db: Path, *options: object, env: Mapping[str, str] | None = None, first: str = ""
) -> subprocess.CompletedProcess[str]:
    """Crawl a portal file into `db` without delay; `first`: statements that the crawl's process runs before."""
    return warm.disclosures(
        "crawl", portal, "--db", db, "--delay", 0, "--concurrency", 4, *options, env=env, first=first
    )


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        db = Path(folder) / "empty.db"
        open_up_to_date(db).close()
        return db.read_bytes()


def empty_archive(db: Path) -> Path:
    """An archive with nothing in it at `db`, copied: making one takes ten times as long."""
    db.parent.mkdir(parents=True, exist_ok=True)
    db.write_bytes(_empty())
    return db


def copied(portal: Path, folder: Path) -> Path:
    """Copy a portal file, and the archives beside it with their originals, into a folder; the copy of the file."""
    for path in (portal, *portal.parent.glob("*.db")):
        shutil.copy(path, folder)
    return folder / portal.name


def rows(db: Path, sql: str, *parameters: object) -> list[dict[str, object]]:
    """The rows of a query as dicts."""
    connection = sqlite3.connect(db)
    connection.row_factory = sqlite3.Row
    found = [dict(row) for row in connection.execute(sql, parameters)]
    connection.close()
    return found


@pytest.fixture(scope="session")
def sample_server() -> Iterator[SampleServer]:
    """The sample portal on day 1."""
    with SampleServer() as server:
        yield server


@pytest.fixture(scope="session")
def sample_portal(sample_server: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal file for the running sample portal."""
    path = tmp_path_factory.mktemp("portal") / "sample.toml"
    path.write_text(portal_toml(sample_server.url), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def sample_archive(sample_portal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the sample portal, crawled over HTTP; read it, don't write it."""
    db = tmp_path_factory.mktemp("archive") / "sample.db"
    done = crawl(sample_portal, db)
    assert done.returncode == 0, done.stdout + done.stderr
    return db
