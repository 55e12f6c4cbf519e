"""The queue of jobs in Redis, by RQ: portals handed out, and what workers do with them. Needs the extra `many`."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
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
from crawler.jobs.remote_jobs import ENDS_WITHIN, PROGRESS, QUEUE, TRIES, Job, Spool
from crawler.jobs.schedule import Plan
from crawler.settings import CONTACT

NOT_INSTALLED = "RQ is not installed: pip install 'disclosures[many]'"

RESTARTS_WITHIN = 10
"""Seconds that every command waits for a Redis that was there and is gone."""


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Redis at `address`, whose restarts are waited for.

    Raises ArchiveError, in one line, where RQ is not installed and for whatever goes wrong with Redis.
    """
    try:
        import redis  # noqa: PLC0415 - an optional extra
        import rq  # noqa: F401, PLC0415
        from redis.backoff import ConstantBackoff, NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415
    except ImportError:
        raise ArchiveError(NOT_INSTALLED) from None
    try:
        connection = redis.Redis.from_url(address, socket_timeout=30, retry=Retry(NoBackoff(), 0))
    except ValueError as error:
        raise ArchiveError(f"this is no address of a Redis: {error}") from error
    try:
        connection.ping()
        connection.set_retry(Retry(ConstantBackoff(1), RESTARTS_WITHIN))
        yield connection
    except redis.exceptions.RedisError as error:
        where = urlsplit(address).hostname
        raise ArchiveError(f"Redis at {where} can't be had: {str(error).splitlines()[0]}") from error


def queue_at(connection: Any) -> Any:  # noqa: ANN401 - of an optional extra
    """The queue of jobs in a Redis."""
    from rq import Queue  # noqa: PLC0415
    from rq.serializers import JSONSerializer  # noqa: PLC0415

    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


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
        """Hand out a job for each of `plans`, with its portal's file, except where one is under way; in lines, what was done.

        Of each host, one portal at a time, and of each portal, one host. Raises ArchiveError, EvidenceError, OSError.
        """
        self.spool.make()
        open_up_to_date(self.db).close()
        with FileLock(self.spool.folder / "enqueue.lock"):
            queue = queue_at(self.connection)
            under_way = _under_way(queue)
            hosts = {str(job.meta["host"]): str(job.meta["portal"]) for job in under_way}
            self._tidy({job.description for job in under_way})
            for plan, file in plans:
                portal, host = plan.portal.id, urlsplit(plan.portal.catalogs[0].url).hostname or ""
                busy = next((each for each in hosts.items() if host == each[0] or portal == each[1]), None)
                if waiting := self.spool.waiting(portal):
                    yield f"{portal}: waits to be merged first: {waiting[0]}"
                elif busy:
                    yield f"{portal}: waits, for {busy[1]} is under way on {busy[0]}"
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
        job = Job(name, portal, toml, plan.mode, self.delay, self.concurrency, self.longest, CONTACT)
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
    ids = failed.get_job_ids(cleanup=False)
    job_id = next((each for each in ids if each.rpartition("--")[0] == portal), None)
    if job_id is None:
        return ""
    job = queue.fetch_job(job_id)
    failed.remove(job_id)
    return f"; it was given up after {TRIES} tries: {last_line(job.latest_result() if job else None)}"


def last_line(result: Any) -> str:  # noqa: ANN401 - of an optional extra
    """The last line of what ended a job that failed."""
    lines = (result.exc_string or "").strip().splitlines() if result else []
    return str(lines[-1]) if lines else "see the log of the workers"


def under_way(connection: Any, now: datetime) -> Iterator[str]:  # noqa: ANN401 - of an optional extra
    """Yield a line for each job of the queue in a Redis: who does it for how long, when that worker was last heard of, and how far it is."""
    from rq import Worker  # noqa: PLC0415

    queue = queue_at(connection)
    for job in _under_way(queue):
        what = str(job.meta["portal"])
        if job.worker_name and job.started_at:
            last = now - max(filter(None, (job.last_heartbeat, job.started_at)))
            progress = job.meta.get(PROGRESS) or "no progress yet"
            yield f"{what}: {job.worker_name} for {_whole(now - job.started_at)}, heard of {_whole(last)} ago: {progress}"
        else:
            yield f"{what}: waits for a worker"
    yield f"workers: {Worker.count(queue=queue)}, jobs waiting: {len(queue)}"


def _whole(duration: timedelta) -> timedelta:
    return timedelta(seconds=max(0, round(duration.total_seconds())))
