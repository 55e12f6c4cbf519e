"""The converter process: what code in it cannot do, what becomes of it, and that it ends with its owner."""

import ctypes
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archive.attachments import converter, extraction, sandbox
from archive.attachments.converter import Converter
from archive.attachments.extraction import Extracted, Limits, extract, find_programs, open_walls
from archive.tables.file_pages import LONGEST_NAME, MOST_PAGES
from crawler.cli.doctor import FINE, NOTE, WRONG, diagnose
from tests.conftest import ROOT
from tests.files import SAMPLE
from tests.hostile_converter import WITH_PROGRAM
from tests.waiting import wait_until

HOSTILE = "tests.hostile_converter"
WALL = {
    "read": "files", "list": "files", "write": "files", "write here": "files", "append": "files", "chmod": "files",
    "connect": "network", "send": "network", "fork": "start", "exec": "files", "signal": "processes", "trace": "processes",
}  # fmt: skip
"""The wall that each attempt meets."""
ALLOWED_WITH_PROGRAM = {"fork", "exec", "write here"}
"""The needs of a program that reads a file: met in a folder of its own, and no longer than the file is read."""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Converter]:
    """The converter of `extract`, with hostile readers."""
    monkeypatch.setattr(converter, "MODULE", HOSTILE)
    own = Converter()
    monkeypatch.setattr(extraction, "_converter", lambda **_: own)
    yield own
    own.close()


def tried(name: str, argument: object) -> Extracted:
    return extract(f"{argument}".ljust(32, "#").encode(), name)


def descendants(pid: int) -> set[int]:
    """The processes that a process and those it started have started, as far as they run."""
    found: set[int] = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = int(path.parent.name), path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(rest[1]) == pid and rest[0] != "Z":
            found |= {number, *descendants(number)}
    return found


def ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def evidence() -> Iterator[Path]:
    """A file like the originals', where everybody may read and write: only walls keep a converter out."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        path = Path(name, "evidence.db")
        path.write_text(SAMPLE, "utf-8")
        path.chmod(0o644)
        yield path


@pytest.mark.parametrize(
    ("prefix", "name"),
    [("", name) for name in WALL] + [(WITH_PROGRAM, name) for name in WALL if name not in ALLOWED_WITH_PROGRAM],
)
def test_what_code_in_a_converter_cannot_do(
    hostile: Converter,
    evidence: Path,
    only_on_path: Callable[..., Path],
    prefix: str,
    name: str,
) -> None:
    only_on_path(antiword="exit 1")
    if not sandbox.wrapper() and WALL[name] in open_walls(find_programs() if prefix else None):
        pytest.skip(f"this machine gives no wall against it: {WALL[name]}")
    with socket.create_server(("127.0.0.1", 0)) as server, subprocess.Popen(["/bin/sleep", "600"]) as other:
        server.setblocking(False)
        argument = {"network": server.getsockname()[1], "processes": other.pid}.get(WALL[name], evidence)
        answer = tried(prefix + name, argument)
        with pytest.raises(BlockingIOError):
            server.accept()
        assert other.poll() is None
        other.kill()
    assert (answer.state, (answer.text or "")[:7]) == ("text", "refused")
    assert [path.name for path in evidence.parent.iterdir()] == ["evidence.db"]
    assert (evidence.read_text("utf-8"), evidence.stat().st_mode & 0o777) == (SAMPLE, 0o644)
    assert tried("memory", "").text == "refused: ", "the next file is read"


def test_a_child_holds_its_own_file_alone(hostile: Converter) -> None:
    assert (tried("find descriptors", "").text or "").startswith("refused")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("crash", "the converter crashed (signal 11)"),
        ("hang", "the converter was stopped after 1 s"),
        ("flood", "the converter answered more than 2097156 bytes"),
        ("nonsense", "the converter answered what is no answer"),
        ("again", "the converter answered what is no answer"),
        ("no pages", "the converter answered what is no answer"),
        ("negative pages", "the converter answered what is no answer"),
        ("unknown", "the converter crashed"),
    ],
)
def test_whatever_a_converter_does_is_a_state(hostile: Converter, name: str, message: str) -> None:
    found = extract(b"#" * 32, name, Limits(seconds=1, max_text=1, max_table_bytes=0))
    assert (found.state, found.text, found.message) == ("failed", None, message)
    assert tried("memory", "").state == "text", "the next file is read"


def test_pages_that_a_converter_makes_up_are_bounded(hostile: Converter) -> None:
    first, second = extract(b"#" * 32, "unfit pages").pages
    assert (first.start, second.start) == (0, 1)
    assert LONGEST_NAME // 2 < len(second.name) <= LONGEST_NAME
    assert not {"\0", "\n"} & set(second.name)
    assert len(extract(b"#" * 32, "too many pages").pages) == MOST_PAGES


def test_what_a_database_does_not_take_is_not_taken_from_a_converter(hostile: Converter) -> None:
    found = extract(b"#" * 32, "unfit", Limits(max_text=5))
    assert (found.text, found.media_type, found.members) == ("ababa", "a?/b c", ("?g",))
    assert found.message
    assert (found.message[:5], len(found.message)) == ("d? ef", 10_000)


def test_a_child_that_is_given_up_ends(hostile: Converter) -> None:
    assert tried("memory", "").state == "text"
    before = descendants(os.getpid())
    extract(b"#" * 32, "hang", Limits(seconds=0.5))
    wait_until(lambda: descendants(os.getpid()) <= before)


# --- each wall by itself, though another one covers it ---


def in_child(do: Callable[[], object]) -> str:
    """The value that `do` returns in a process forked for it, or the name of the error it raises."""
    end, report = os.pipe()
    if not (pid := os.fork()):
        try:
            outcome = str(do())
        except BaseException as error:  # noqa: BLE001 - no child goes on as the tests
            outcome = type(error).__name__
        os.write(report, outcome.encode())
        os._exit(0)
    os.close(report)
    os.waitpid(pid, 0)
    with os.fdopen(end) as stream:
        return stream.read()


def shut_in_without(monkeypatch: pytest.MonkeyPatch, *walls: str) -> None:
    for wall in walls:
        monkeypatch.setattr(sandbox, wall, lambda *_, **__: None)


def test_landlock_alone_shuts_files(monkeypatch: pytest.MonkeyPatch, evidence: Path, tmp_path: Path) -> None:
    if sandbox.landlock_version() < 1:
        pytest.skip("this machine gives no wall against it: no Landlock")
    shut_in_without(monkeypatch, "_enter_empty_root", "_give_up_privileges", "_limit")
    monkeypatch.setattr(sandbox, "_give_up_privileges", lambda _: sandbox.forbid_new_privileges())

    def read_all() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder())
        return evidence.read_text("utf-8")

    def signal_parent() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder())
        os.kill(os.getppid(), 0)
        return "sent"

    def read_own() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder(), tmp_path, [])
        Path("own").write_text("own", "utf-8")
        return Path("own").read_text("utf-8")

    assert in_child(read_all) == "PermissionError"
    assert in_child(read_own) == "own"
    if sandbox.landlock_version() >= 6:
        assert in_child(signal_parent) == "PermissionError"


def test_an_empty_root_alone_shuts_files(monkeypatch: pytest.MonkeyPatch, evidence: Path) -> None:
    if os.geteuid():
        pytest.skip("this machine gives no wall against it: not root, and no namespace of its own here")
    shut_in_without(monkeypatch, "_restrict_files", "_give_up_privileges", "_limit")

    def read_all() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder())
        return evidence.read_text("utf-8")

    def write_here() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder())
        return Path("here").write_text("x", "utf-8")

    assert (in_child(read_all), in_child(write_here)) == ("FileNotFoundError", "FileNotFoundError")


def test_all_but_a_program_s_own_folder_is_read_only(
    monkeypatch: pytest.MonkeyPatch, evidence: Path, tmp_path: Path
) -> None:
    if os.geteuid():
        pytest.skip("this machine gives no wall against it: not root, and no namespace of its own here")
    shut_in_without(monkeypatch, "_restrict_files", "_give_up_privileges", "_limit")

    def change() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder(), tmp_path, [])
        Path("own").write_text("own", "utf-8")
        evidence.chmod(0o666)
        return "done"

    assert in_child(change) == "OSError"
    assert (tmp_path / "own").read_text("utf-8") == "own"


@pytest.mark.parametrize("other_user", [True, False])
def test_privileges_are_given_up(monkeypatch: pytest.MonkeyPatch, other_user: bool) -> None:
    """Though there may be no other user: in a namespace made without root."""
    libc = ctypes.CDLL(None)
    if not other_user:
        monkeypatch.setattr(os, "setgroups", refuse)

    def privileges() -> object:
        sandbox.shut_in(Limits(), sandbox.empty_folder())
        capabilities = ctypes.create_string_buffer(24)
        libc.capget(struct.pack("Ii", 0x20080522, 0), capabilities)
        return any(capabilities.raw), libc.prctl(39, 0, 0, 0, 0), libc.prctl(3, 0, 0, 0, 0), os.geteuid() == 0

    assert in_child(privileges) == f"(False, 1, 0, {not other_user and os.geteuid() == 0})"


def refuse(*_: object) -> None:
    raise PermissionError


def test_limits_bind() -> None:
    def limits() -> object:
        sandbox.shut_in(Limits(seconds=7, memory=600 << 20), sandbox.empty_folder())
        kinds = (
            resource.RLIMIT_AS,
            resource.RLIMIT_CPU,
            resource.RLIMIT_CORE,
            resource.RLIMIT_FSIZE,
            resource.RLIMIT_NPROC,
        )
        return [resource.getrlimit(kind)[1] for kind in (*kinds, resource.RLIMIT_NOFILE)]

    assert in_child(limits) == str([600 << 20, 8, 0, 0, 0, 64])


# --- the life of a converter ---


def test_a_converter_that_died_is_started_again(hostile: Converter) -> None:
    others = descendants(os.getpid())
    assert tried("memory", "").state == "text"
    first = descendants(os.getpid()) - others
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(map(ended, first)))
    assert tried("memory", "").state == "text"


def test_a_converter_that_does_not_start_is_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converter, "MODULE", "tests.no_such_module")
    monkeypatch.setattr(extraction, "_converter", lambda **_: Converter())
    assert extract(SAMPLE.encode(), "a.txt").message == "the converter cannot be started"


OWNER = f"""
import os, time
from archive.attachments import converter
from archive.attachments.extraction import extract
converter.MODULE = {HOSTILE!r}
extract(b"#" * 32, "memory")
sleeper = os.fork()
if not sleeper:
    time.sleep(600)
print(sleeper, flush=True)
extract(b"#" * 32, "hang")
"""


def test_a_converter_ends_with_its_owner_though_that_is_killed() -> None:
    """While a file is read, and though a process that the owner forked lives on."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert owner.stdout
    with owner, owner.stdout:
        sleeper = int(owner.stdout.readline())
        wait_until(lambda: len(descendants(owner.pid)) >= 3)
        others = descendants(owner.pid) - {sleeper}
        owner.kill()
        wait_until(lambda: all(map(ended, others)))
        assert not ended(sleeper)
        os.kill(sleeper, signal.SIGKILL)


def test_the_doctor_says_which_walls_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(converter, "MODULE", "tests.open_converter")
    own = Converter()
    monkeypatch.setattr(extraction, "_converter", lambda **_: own)
    monkeypatch.setattr(sandbox, "wrapper", lambda: ())
    found = [each for each in diagnose(tmp_path / "a.db", tmp_path / "e.db") if each.what == "converters"]
    own.close()
    lines = [each.message.partition(":")[0] for each in found]
    can = [
        "can open what this user can",
        "can open connections",
        "can signal this user's processes",
        "can start processes",
    ]
    assert sorted(lines) == sorted(f"converters {each}" for each in can)
    assert {each.state for each in found} == {NOTE}
    assert all("\n" not in each.message for each in found)


def test_the_doctor_says_that_all_walls_stand(tmp_path: Path) -> None:
    if open_walls() or (find_programs() and open_walls(find_programs()) != {"start"}):
        pytest.skip("this machine gives no wall against it")
    found = [each for each in diagnose(tmp_path / "a.db", tmp_path / "e.db") if each.what == "converters"]
    assert [each.state for each in found] == [FINE]


def test_the_doctor_says_that_no_converter_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(converter, "MODULE", "tests.no_such_module")
    monkeypatch.setattr(extraction, "_converter", lambda **_: Converter())
    found = [each for each in diagnose(tmp_path / "a.db", tmp_path / "e.db") if each.what == "converters"]
    assert [each.state for each in found] == [WRONG]


def test_a_fork_that_is_refused_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_fork", lambda: -1)
    with pytest.raises(OSError, match="no process"):
        sandbox.fork()


def printed_by(code: str) -> str:
    """What a process of its own prints that runs `code`."""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    return ran.stdout


def test_a_child_does_what_no_module_wants_done_after_a_fork() -> None:
    """So that it does not take the time: in a process of one thread, as that of the tests is not."""
    code = (
        "import os; from archive.attachments import sandbox\n"
        "done = []; os.register_at_fork(after_in_child=lambda: done.append('child'))\n"
        "if not (child := sandbox.fork()): os.write(1, f'{done}'.encode()); os._exit(0)\n"
        "os.waitpid(child, 0)"
    )
    assert printed_by(code) == "[]"


def test_a_process_that_a_child_left_behind_is_no_fault() -> None:
    """Where the loaded process is the first of a namespace, those come to it."""
    code = (
        "import os, signal, socket; from archive.attachments.converter_process import _Server\n"
        "_, control = socket.socketpair(); server = _Server(control); child, left_behind = os.fork() or signal.pause(), os.fork()\n"
        "if not left_behind: os._exit(0)\n"
        "os.waitid(os.P_PID, left_behind, os.WEXITED | os.WNOWAIT)\n"
        "server._reports[child] = os.open(os.devnull, os.O_WRONLY)\n"
        "try: server._reap(); print(list(server._reports) == [child])\n"
        "finally: os.kill(child, signal.SIGKILL)"
    )
    assert printed_by(code) == "True\n"


def test_threads_share_a_converter() -> None:
    texts = [f"{SAMPLE}{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda text: extract(text.encode(), "a.txt").text, texts)
        assert list(found) == texts
