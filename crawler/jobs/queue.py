"""The queue of jobs in Redis, by RQ: hand portals out, work them off. Needs the extra `many`."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from archive.database.connection import ArchiveError, open_for_reading
from archive.evidence.evidence_reader import place_of
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.job import begin
from archive.model.atomic_file import atomic_file
from crawler.jobs import remote_jobs
from crawler.jobs.remote_jobs import ENDS_WITHIN, QUEUE, TRIES, Job, Spool
from crawler.jobs.schedule import Plan

NOT_INSTALLED = "RQ is not installed: pip install 'disclosures[many]'"


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Redis at `address`. Raises ArchiveError, in one line, where RQ is not installed and for whatever goes wrong with Redis."""
    try:
        import redis  # noqa: PLC0415 - an optional extra
        import rq  # noqa: F401, PLC0415
    except ImportError:
        raise ArchiveError(NOT_INSTALLED) from None
    try:
        connection = redis.Redis.from_url(address, socket_timeout=30)
    except ValueError as error:
        raise ArchiveError(f"this is no address of a Redis: {error}") from error
    try:
        connection.ping()
        yield connection
    except redis.exceptions.RedisError as error:
        where = urlsplit(address).hostname
        raise ArchiveError(f"Redis at {where} can't be had: {str(error).splitlines()[0]}") from error


@dataclass(frozen=True, slots=True)
class JobQueue:
    """Portals of the archive `db` go to the queue in Redis and to the `spool`.

    They are crawled with `delay` seconds between two requests to one host and `concurrency` requests at a time, None as ever,
    for `longest` seconds at the most.
    """

    connection: Any
    db: Path
    spool: Spool
    delay: float | None
    concurrency: int | None
    longest: float

    def hand_out(self, plans: Sequence[tuple[Plan, Path]], now: datetime) -> Iterator[str]:
        """Hand out a job for each of `plans`, with its portal's file, save where one is under way; in lines, what was done.

        Of each host, one portal at a time. Raises ArchiveError, EvidenceError, OSError.
        """
        from rq import Queue  # noqa: PLC0415
        from rq.serializers import JSONSerializer  # noqa: PLC0415

        self.spool.make()
        open_up_to_date(self.db).close()
        with FileLock(self.spool.folder / "enqueue.lock"):
            queue = Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)
            under_way = _under_way(queue)
            hosts = {str(job.meta["host"]): str(job.meta["portal"]) for job in under_way}
            self._tidy({job.description for job in under_way})
            for plan, file in plans:
                portal, host = plan.portal.id, urlsplit(plan.portal.catalogs[0].url).hostname or ""
                if waiting := self.spool.waiting(portal):
                    yield f"{portal}: waits to be merged first: {waiting[0]}"
                elif host in hosts:
                    yield f"{portal}: waits, for {hosts[host]} is under way on {host}"
                else:
                    failed = _given_up(queue, portal)
                    self._hand_out(queue, plan, file, now)
                    hosts[host] = portal
                    yield f"{portal}: handed out, {plan.mode}: {plan.why}{failed}"

    def _hand_out(self, queue: Any, plan: Plan, file: Path, now: datetime) -> None:  # noqa: ANN401
        from rq import Retry  # noqa: PLC0415

        from crawler.spiders.reparse import catch_up  # noqa: PLC0415

        portal, ticket = plan.portal.id, f"{now:%Y%m%dT%H%M%SZ}"
        name = f"{portal}.{ticket}"
        with closing(open_for_reading(self.db)) as connection:
            known = connection.execute("SELECT 1 FROM portals WHERE id = ?", (portal,)).fetchone()
        if known:
            asyncio.run(catch_up(self.db, place_of(self.db), portal))
        with atomic_file(self.spool.begins(name)) as part:
            begin(self.db, portal, part)
        toml = file.read_text(encoding="utf-8")
        job = Job(name, portal, toml, plan.mode, self.delay, self.concurrency, self.longest)
        queue.enqueue_call(
            remote_jobs.run,
            kwargs={"values": asdict(job)},
            job_id=f"{portal}--{ticket}",  # a new one each time: RQ can't delete a job whose worker was killed
            timeout=int(self.longest + 2 * ENDS_WITHIN),
            retry=Retry(max=TRIES - 1),
            meta={"host": urlsplit(plan.portal.catalogs[0].url).hostname or "", "portal": portal},
            description=name,
        )

    def _tidy(self, names: set[str]) -> None:
        """Delete what jobs were to begin with that nobody does any more."""
        kept = {f"{name}.db" for name in names}
        for path in (self.spool.folder / "begin").glob("*.db*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _under_way(queue: Any) -> list[Any]:  # noqa: ANN401
    """The jobs that wait for a worker, or have one."""
    ids = [*queue.get_job_ids(), *queue.intermediate_queue.get_job_ids()]
    for registry in (queue.started_job_registry, queue.deferred_job_registry, queue.scheduled_job_registry):
        ids += registry.get_job_ids(cleanup=False)
    jobs = [queue.fetch_job(job_id) for job_id in dict.fromkeys(ids)]
    return [job for job in jobs if job is not None]


def _given_up(queue: Any, portal: str) -> str:  # noqa: ANN401
    """Say why the last job of a portal was given up, where it was, as the end of a sentence; it is said once."""
    failed = queue.failed_job_registry
    ids = sorted(job_id for job_id in failed.get_job_ids(cleanup=False) if job_id.rpartition("--")[0] == portal)
    if not ids:
        return ""
    job = queue.fetch_job(ids[-1])
    result = job.latest_result() if job else None
    lines = (result.exc_string or "").strip().splitlines() if result else []
    for job_id in ids:
        failed.remove(job_id)
    return f"; it was given up after {TRIES} tries: {lines[-1] if lines else 'see the log of the workers'}"


def work(connection: Any, spool: Spool, scratch: Path, patience: int, *, burst: bool) -> None:  # noqa: ANN401
    """Work portals off, one after the other, until stopped; with `burst`, until none waits.

    Workers that give no sign of life for `patience` seconds are taken for dead by the others. Raises OSError.
    """
    from rq import Worker  # noqa: PLC0415
    from rq.serializers import JSONSerializer  # noqa: PLC0415

    class PortalWorker(Worker):
        """RQ's, with our patience in place of a minute and its own."""

        def get_heartbeat_ttl(self, job: Any, working_time: float = 0.0) -> int:  # noqa: ANN401 - RQ's signature
            return patience

    spool.make()
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update({remote_jobs.SPOOL: str(spool.folder.resolve()), remote_jobs.SCRATCH: str(scratch.resolve())})
    worker = PortalWorker(
        [QUEUE],
        connection=connection,
        serializer=JSONSerializer,
        job_monitoring_interval=max(1, patience // 3),
        maintenance_interval=max(1, patience // 3),
        # An idle worker looks for the dead between two waits for work, which last 15 seconds less than this.
        worker_ttl=patience + 15,
    )
    worker.work(burst=burst, logging_level="WARNING")
