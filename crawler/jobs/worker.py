"""Workers: RQ's, with a patience of our own, which outlive a Redis that goes away and end a portal gracefully. Needs the extra `many`."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from secrets import token_hex
from typing import Any

from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError
from rq import Worker, worker_registration
from rq.serializers import JSONSerializer

from crawler.jobs import remote_jobs
from crawler.jobs.remote_jobs import QUEUE, Spool


def _forgiving(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that notes something in Redis, left undone where that is away: what is lost is a sign of life, and the worker goes on."""

    @wraps(method)
    def noted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any method's
        with suppress(NoConnectionError, NoAnswerError):
            return method(*arguments, **named)
        return None

    return noted


class PortalWorker(Worker):
    """RQ's worker, taken for dead after `patience` seconds without a sign of life, in place of a minute and its own.

    Waiting for work, RQ's own loop waits for Redis, too. Stopped (SIGTERM), it asks the job under way to end.
    """

    def __init__(self, connection: Any, patience: int) -> None:  # noqa: ANN401 - of an optional extra
        self._patience = patience
        super().__init__(
            [QUEUE],
            name=f"{os.uname().nodename}.{os.getpid()}.{token_hex(3)}",
            connection=connection,
            serializer=JSONSerializer,
            job_monitoring_interval=max(1, patience // 3),
            maintenance_interval=max(1, patience // 3),
            # An idle worker looks for the dead between two waits for work, which last 15 seconds less than this.
            worker_ttl=patience + 15,
        )

    heartbeat = _forgiving(Worker.heartbeat)
    maintain_heartbeats = _forgiving(Worker.maintain_heartbeats)
    set_state = _forgiving(Worker.set_state)
    set_shutdown_requested_date = _forgiving(Worker.set_shutdown_requested_date)
    check_for_suspension = _forgiving(Worker.check_for_suspension)
    execute_job = _forgiving(Worker.execute_job)
    register_death = _forgiving(Worker.register_death)

    @_forgiving
    def run_maintenance_tasks(self) -> None:
        """Look for the dead; and be known to Redis, which may have come back without its memory."""
        self.connection.hset(self.key, mapping=self.serialize())
        worker_registration.register(self)
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def get_heartbeat_ttl(self, job: Any, working_time: float = 0.0) -> int:  # noqa: ANN401 - RQ's signature
        """Return the seconds until a job without a sign of life is handed out again."""
        return self._patience

    def handle_warm_shutdown_request(self) -> None:
        """Pass on to the job under way, if any, that it is to end."""
        if self.horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)

    def setup_work_horse_signals(self) -> None:
        """Let a job know that it is to end, in place of killing it."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, lambda *_: remote_jobs.STOP.set())


def work(connection: Any, spool: Spool, scratch: Path, patience: int, *, burst: bool) -> None:  # noqa: ANN401
    """Work jobs off, one after the other, until stopped; with `burst`, until none waits.

    Workers that give no sign of life for `patience` seconds are taken for dead by the others. Raises OSError.
    """
    spool.make()
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.update({remote_jobs.SPOOL: str(spool.folder.resolve()), remote_jobs.SCRATCH: str(scratch.resolve())})
    PortalWorker(connection, patience).work(burst=burst, logging_level="WARNING")
