"""The walls around a process that reads strangers' files: no network, no other file or process, bounded resources.

Namespaces come from `unshare` of util-linux, before the process starts; an empty root, Landlock and limits it puts on
by itself, once it has loaded what it needs. Each wall holds without the others, and where the machine refuses one the
rest are put up all the same: `open_walls` tries them out.
"""

import ctypes
import os
import resource
import shutil
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.attachments.extraction import Limits

_NAMESPACES = ("--net", "--ipc", "--pid", "--fork", "--kill-child")
_NOBODY = 65534
_PROCESSES = 512  # of one user, where a program runs that starts others
_FILES = 64  # open at once, where nothing is started

# The programs that read .doc files find their libraries, fonts and settings here.
_SYSTEM = (
    "/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache",
    "/etc/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice",
)  # fmt: skip

# From the headers of Linux: prctl(2), capset(2), namespaces(7), mount_setattr(2), landlock(7).
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWNS, _CLONE_NEWPID = 0x00020000, 0x20000000
_MS_BIND, _MS_PRIVATE, _ATTR_RDONLY = 0x1000, 1 << 18, 1
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR, _CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 442, 444, 445, 446  # alike on all processors
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""All rights to files that a version of Landlock knows; those after the fifth know the same."""

_libc = ctypes.CDLL(None, use_errno=True)
_fork = ctypes.PyDLL(None, use_errno=True).fork  # the child holds Python's lock, as it did before


@cache
def wrapper() -> tuple[str, ...]:
    """The command that starts another one in namespaces of its own, as far as this machine gives them; else ()."""
    unshare = shutil.which("unshare", path=os.defpath)
    if not unshare:
        return ()
    as_root = [] if os.geteuid() else [(unshare, *_NAMESPACES)]
    for command in (*as_root, (unshare, "--user", "--map-root-user", *_NAMESPACES)):
        if subprocess.run([*command, "/bin/true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - no shell
            return command
    return ()


def empty_folder() -> int:
    """Return a descriptor of a folder that is removed already: nothing can ever be in it."""
    with tempfile.TemporaryDirectory() as name:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY)


def fork() -> int:
    """Fork this process, of one thread, as `os.fork` does, but for what modules have registered to be done in the child:
    it makes locks and random numbers anew, and costs half as much as the fork.
    """
    pid = int(_fork())
    if pid < 0:
        raise OSError(ctypes.get_errno(), "no process")
    return pid


def own_processes() -> Callable[[], bool]:
    """Return a function after which the next process forked is the first of a namespace,
    and sees no process but its own.

    What that one starts ends with it. The function returns False where the machine refuses.
    """
    try:
        here = os.open("/proc/self/ns/pid", os.O_RDONLY)
    except OSError:
        return lambda: False
    # A process enters its own namespace again before it can make another for its next child.
    return lambda: _libc.setns(here, _CLONE_NEWPID) == 0 and _libc.unshare(_CLONE_NEWPID) == 0


def shut_in(limits: "Limits", empty: int, workshop: Path | None = None, programs: Collection[str] = ()) -> None:
    """Shut this process in for good, with no file at all;
    or with `workshop`, an own folder, where it starts `programs`.

    `empty` is what `empty_folder` returned. Nothing is raised where a wall is refused.
    """
    if workshop:
        os.chdir(workshop)
        _make_read_only(workshop)
    else:
        _enter_empty_root(empty)
    os.close(empty)
    _give_up_privileges(workshop)
    _restrict_files(workshop, programs)
    _limit(limits, alone=workshop is None)


def _enter_empty_root(empty: int) -> None:
    with suppress(OSError):
        os.fchdir(empty)
        os.chroot(".")


def _make_read_only(workshop: Path) -> None:
    """Mount all of the file system read-only but for `workshop`: Landlock forbids no chmod."""
    folder = os.fsencode(workshop)
    if _libc.unshare(_CLONE_NEWNS) == 0:
        _set_mounts(b"/", _AT_RECURSIVE, propagation=_MS_PRIVATE)
        _libc.mount(folder, folder, None, ctypes.c_ulong(_MS_BIND), None)
        _set_mounts(b"/", _AT_RECURSIVE, add=_ATTR_RDONLY)
        _set_mounts(folder, 0, remove=_ATTR_RDONLY)
        os.chdir(workshop)  # the mount, not what is under it


def _set_mounts(path: bytes, flags: int, *, add: int = 0, remove: int = 0, propagation: int = 0) -> None:
    attributes = struct.pack("QQQQ", add, remove, propagation, 0)
    _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, path, flags, attributes, ctypes.c_size_t(len(attributes)))


def _give_up_privileges(workshop: Path | None) -> None:
    if os.geteuid() == 0:
        with suppress(OSError):  # root of a namespace of its own: there is no other user in it
            if workshop:
                os.chown(workshop, _NOBODY, _NOBODY)
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    forbid_new_privileges()
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)
    _libc.capset(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def forbid_new_privileges() -> None:
    """Let no program give this process more rights than it has; Landlock asks for that."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def landlock_version() -> int:
    """Return the version of the kernel's Landlock, less than 1 without it."""
    return int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def _handled_kinds(version: int) -> int:
    """Return what the kernel's version of Landlock can forbid: files, from 4 on TCP, too, from 6 on signals."""
    if version < 4:
        return 1
    return 2 if version < 6 else 3


def _restrict_files(workshop: Path | None, programs: Collection[str]) -> None:
    """Forbid by Landlock every file, TCP, signals to processes outside, as far as the kernel's version goes."""
    version = landlock_version()
    if version < 1:
        return
    rights = _RIGHTS.get(version, _RIGHTS[5])
    handled = struct.pack("QQQ", rights, 3, 3)[: 8 * _handled_kinds(version)]
    rules = _libc.syscall(_CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), 0)
    if workshop:
        _allow(rules, workshop, rights)
        _allow(rules, Path("/dev/null"), rights & (_READ_FILE | _WRITE_FILE))
        _allow(rules, Path("/dev/urandom"), _READ_FILE)
        for path in {*map(Path, _SYSTEM), *(Path(program).resolve().parent for program in programs)}:
            _allow(rules, path, _EXECUTE | _READ_FILE | _READ_DIR)
    _libc.syscall(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    with suppress(OSError):  # not on this machine
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & _OF_FILES, place)
        _libc.syscall(_ADD_RULE, rules, 1, rule, 0)
        os.close(place)


def _limit(limits: "Limits", *, alone: bool) -> None:
    """Bind this process and what it starts to the limits; `alone`, it starts and writes nothing."""
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, ceil(limits.seconds) + 1),
        (resource.RLIMIT_FSIZE, 0 if alone else limits.max_unpacked),
        (resource.RLIMIT_NPROC, 0 if alone else _PROCESSES),
        (resource.RLIMIT_NOFILE, _FILES if alone else 1024),
        (resource.RLIMIT_AS, limits.memory),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def open_walls() -> list[str]:
    """Return what this process, shut in, can do all the same: `network`, `files`, `processes`, `start`."""
    return [name for name, attempt in _ATTEMPTS.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _reach_this_machine() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.1", 9))  # sends nothing: it only asks for a way there


def _signal_the_parent() -> None:
    parent = os.getppid()
    if not parent:
        raise ProcessLookupError
    os.kill(parent, 0)


def _start_another() -> None:
    if not (pid := os.fork()):
        os._exit(0)
    os.waitpid(pid, 0)


_ATTEMPTS: dict[str, Callable[[], object]] = {
    "network": _reach_this_machine,
    "files": lambda: os.open("/", os.O_RDONLY),
    "processes": _signal_the_parent,
    "start": _start_another,
}
