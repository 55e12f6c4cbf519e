"""Crawling on many machines: portals handed out by RQ on Redis, their databases brought back to be merged.

The spool is a folder that all machines see (NFS, sshfs, or rsync between them); only whole files are copied to and from
it, for SQLite must not work on one. `begin/NAME.db` is what a job begins with, `done/NAME/` what it brought back, a NAME
being a portal and the moment it was handed out. A job is run at least once: a second run of it finds the first one's result
and drops its own.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from archive.evidence.evidence_reader import beside
from archive.maintenance.backup import copy_database
from archive.model.atomic_file import atomic_file, atomic_folder

QUEUE = "disclosures"
PROGRESS = "progress"
"""The name under which a job's progress stands in the queue."""

DB = "disclosures.db"

PATIENCE = 90
"""Seconds without a sign of life after which a worker is taken for dead, and its portal is handed out again."""

LONGEST = 7 * 24 * 3600
"""Seconds a crawl may take; it is then interrupted, and what it found is brought back."""

TRIES = 5
"""Times that a portal is handed out until somebody looks into it."""

ENDS_WITHIN = 120
"""Seconds an interrupted crawl has to end."""

SPOOL, SCRATCH, CONTACT = "DISCLOSURES_SPOOL", "DISCLOSURES_SCRATCH", "DISCLOSURES_CONTACT"
"""The variables that name these folders on a job's machine, and how its operator is reached."""

STOP = Event()
"""Set on a worker that is stopped: the crawl under way ends, and what it found is brought back."""

_LOOKS_EVERY = 0.2
_REPORTS_EVERY = 2.0
_LONGEST_LINE = 1_000


class JobError(Exception):
    """A job that can't be done here; the message is one plain line."""


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder that all machines see."""

    folder: Path

    def begins(self, name: str) -> Path:
        """The database that a job begins with."""
        return self.folder / "begin" / f"{name}.db"

    def done(self, name: str = "") -> Path:
        """Return the folder of what a job brought back, or of all jobs."""
        return self.folder / "done" / name

    def waiting(self, portal: str) -> list[Path]:
        """Return the folders brought back of a portal."""
        return sorted(self.done().glob(f"{portal}.[0-9]*Z"))

    def make(self) -> None:
        """Make its folders. The originals in it hold personal data: nobody else may look. Raises OSError."""
        for path in (self.folder, self.folder / "begin", self.done()):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Job:
    """One portal for one worker: all that a machine needs which knows nothing of it.

    `name`: portal and moment; `toml`: its portal file; `mode`: full or update; seconds between requests and requests at a
    time, None as ever; `longest`: LONGEST, or less; `contact`: how portals' operators reach those who keep the archive, where the
    worker's machine does not say otherwise.
    """

    name: str
    portal: str
    toml: str
    mode: str
    delay: float | None = None
    concurrency: int | None = None
    longest: float = LONGEST
    contact: str = ""


def run(values: dict[str, Any]) -> str:
    """On a worker: do a job, print and return in a line what became of it. Raises JobError."""
    summary = _run(Job(**values))
    print(summary, flush=True)
    return summary


def _run(job: Job) -> str:
    """Crawl one portal into a database of its own, and bring that to the spool.

    Killed, it leaves a folder in the scratch place, from which the same machine goes on.
    """
    from crawler.spiders.reparse import is_read_by_today  # noqa: PLC0415 - for those who crawl

    spool, folder = Spool(Path(os.environ[SPOOL])), Path(os.environ[SCRATCH]) / job.name
    if spool.done(job.name).exists():
        return f"{job.name}: was done before"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        db, portal = folder / DB, folder / f"{job.portal}.toml"
        portal.write_text(job.toml, encoding="utf-8")
        if not db.exists() and not spool.begins(job.name).exists():
            return f"{job.name}: was done before, and is merged"
        if not db.exists():
            with atomic_file(db) as part:
                shutil.copyfile(spool.begins(job.name), part)
        if is_read_by_today(db, job.portal) is False:  # or its way of reading would be taken for edits
            raise JobError("this machine has another version of the program than the archive's: give both the same")
        summary = _crawl(job, portal, db)
        first = _bring(folder, spool, job.name)
    except OSError as error:
        raise JobError(f"{job.name}: {error.strerror or error}: {error.filename or folder}") from error
    shutil.rmtree(folder, ignore_errors=True)
    return summary if first else f"{job.name}: another worker had done it"


def _crawl(job: Job, portal: Path, db: Path) -> str:
    """Crawl in a process of its own; the first line of its summary. Raises JobError and OSError."""
    options = [("--mode", job.mode), ("--delay", job.delay), ("--concurrency", job.concurrency)]
    words = [str(word) for option in options if option[1] not in {None, ""} for word in option]
    command = [sys.executable, "-m", "crawler.cli.main", "crawl", str(portal), "--db", str(db), *words]
    command += ["--set", f"DISCLOSURES_PROGRESS={_REPORTS_EVERY:.0f}"]
    env = {key: value for key, value in os.environ.items() if key not in {"DISCLOSURES_DB", "DISCLOSURES_EVIDENCE"}}
    env[CONTACT] = env.get(CONTACT) or job.contact
    out, err = db.with_name("out.txt"), db.with_name("err.txt")
    with out.open("wb") as output, err.open("wb") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, env=env)  # noqa: S603 - our own command
        try:
            status = _ended(process, job.longest, _Progress(err))
        finally:
            process.kill()
    if status not in {0, 1}:
        lines = err.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise JobError(f"{job.name}: {lines[-1] if lines else f'the crawl ended with status {status}'}")
    return next(iter(out.read_text(encoding="utf-8", errors="replace").splitlines()), "")


def _ended(process: "subprocess.Popen[bytes]", longest: float, progress: "_Progress") -> int:
    """The exit status of a crawl, whose progress is reported meanwhile.

    It is interrupted when its time is over or the worker is stopped, and killed when the worker that runs this is gone.
    """
    worker, until = os.getppid(), time.monotonic() + longest
    while process.poll() is None:
        time.sleep(_LOOKS_EVERY)
        if os.getppid() != worker:
            raise JobError("the worker is gone: its portal is handed out again, and must not be crawled twice at once")
        if STOP.is_set() or time.monotonic() > until:
            return _interrupted(process)
        progress.report()
    return process.returncode


def _interrupted(process: "subprocess.Popen[bytes]") -> int:
    """The exit status of a crawl that is asked to end: what it has asked for has a moment to arrive, and no more is asked."""
    process.terminate()
    try:
        return process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        raise JobError(f"the crawl did not end within {ENDS_WITHIN} s when interrupted") from None


@dataclass(slots=True)
class _Progress:
    """The progress of a crawl, as the last line of the file `lines` has it, for the queue to show."""

    lines: Path
    reported: str = ""
    looked_at: float = field(default_factory=time.monotonic)

    def report(self) -> None:
        """Note the last line with the job, where it is another than before; every few seconds at the most."""
        if time.monotonic() - self.looked_at < _REPORTS_EVERY:
            return
        self.looked_at = time.monotonic()
        *_, last = ["", *self._end().splitlines()]
        if last != self.reported:
            self.reported = last
            note_progress(last)

    def _end(self) -> str:
        with self.lines.open("rb") as file:
            file.seek(max(0, self.lines.stat().st_size - _LONGEST_LINE))
            return file.read().decode("utf-8", "replace")


def note_progress(line: str) -> None:
    """Note with the job under way how far it is; not where Redis is away, nor where no queue handed the job out."""
    from redis.exceptions import RedisError  # noqa: PLC0415 - an optional extra
    from rq import get_current_job  # noqa: PLC0415

    with suppress(RedisError):
        if job := get_current_job():
            job.meta[PROGRESS] = line
            job.save_meta()  # type: ignore[no-untyped-call]


def _bring(folder: Path, spool: Spool, name: str) -> bool:
    """Copy the databases to the spool, whole or not at all; whether nobody else did so before. Raises OSError."""
    try:
        with atomic_folder(spool.done(name), f"{os.uname().nodename}.{os.getpid()}") as part:
            for path in (folder / DB, beside(folder / DB)):
                if path.is_file():
                    copy_database(path, part / path.name, 0o600)
    except OSError:
        if not spool.done(name).is_dir():
            raise
        return False
    with suppress(OSError):
        spool.begins(name).unlink()
    return True


def brought(folders: Sequence[Path]) -> Iterator[Path]:
    """The databases that stand for `folders`: each itself where it is a file, those that jobs brought where it is a spool."""
    for path in folders:
        if path.is_dir():
            spool = Spool(path)
            yield from sorted(folder / DB for folder in spool.done().glob("[!.]*") if (folder / DB).is_file())
        else:
            yield path
