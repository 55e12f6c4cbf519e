"""Homes of portals surveyed by workers: handed out by RQ on Redis, a job each, and what was found taken back. Needs the extra `many`."""

import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from archive.database.connection import ArchiveError
from archive.directory.entries import MISREAD
from archive.model.observations import CatalogOfPortal
from crawler.jobs import remote_jobs
from crawler.jobs.queue import connected, last_line, queue_at
from crawler.jobs.remote_jobs import TRIES
from crawler.probe.draft import DraftCatalog
from crawler.probe.software_prior import Likely, SoftwarePrior
from crawler.settings import CONTACT, user_agent
from crawler.spiders.reparse import versions
from crawler.survey.home import FAILED, SurveyedPortal, survey

LONGEST = 3600
"""Seconds a home may take: forty columns, each as slow as a page may be."""

_KEPT = 24 * 3600
"""Seconds for which what was found waits for the survey that asked for it, should that have been killed."""

_GIVEN_UP = ("failed", "stopped", "canceled")
"""RQ's names for the states of jobs that nobody does any more, and that are not done."""

_LOOKS_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class SurveyJob:
    """One home for one worker: seconds between two requests, what its neighbours run, the parser's versions, how the operator is reached."""

    home: str
    delay: float
    likely: list[tuple[str, str, list[str], str]]
    read_by: dict[str, int]
    contact: str

    @property
    def prior(self) -> SoftwarePrior:
        """The software of neighbours."""
        return SoftwarePrior(
            {(province, prefecture): Likely(tuple(families), reason) for province, prefecture, families, reason in self.likely}
        )  # fmt: skip


class Workers:
    """The machines where `disclosures work` runs, as surveyors.

    A home's job has a name of its own: a survey that was killed finds what workers did meanwhile, and hands nothing out twice.
    """

    def __init__(self, connection: Any, delay: float) -> None:  # noqa: ANN401 - of an optional extra
        self._queue = queue_at(connection)
        self._delay = delay
        self._out: dict[str, SurveyJob] = {}

    def begin(self, home: str, prior: SoftwarePrior) -> None:
        """Hand out a home, before what else waits in the queue."""
        likely = [(*place, list(each.families), each.reason) for place, each in prior.places.items()]
        self._out[home] = SurveyJob(home, self._delay, likely, versions(), CONTACT)
        job = self._queue.fetch_job(_job_id(home))
        if job is None or job.get_status(refresh=False) in _GIVEN_UP:
            self._hand_out(home)

    def ended(self) -> Mapping[str, SurveyedPortal]:
        """Return the findings at homes that are done with, one at the least; what Redis has forgotten is handed out again.

        Raises ArchiveError where a worker has another version of the program.
        """
        while True:
            findings = {home: result for home in self._out if (result := self._finding(home))}
            for home in findings:
                del self._out[home]
            if findings or not self._out:
                return findings
            time.sleep(_LOOKS_EVERY)

    def _hand_out(self, home: str) -> None:
        from rq import Retry  # noqa: PLC0415 - an optional extra

        self._queue.enqueue_call(
            survey_home,
            kwargs={"values": asdict(self._out[home])},
            job_id=_job_id(home),
            timeout=LONGEST,
            result_ttl=_KEPT,
            retry=Retry(max=TRIES - 1),
            meta={"host": urlsplit(home).hostname or "", "portal": home},
            description=home,
            at_front=True,
        )

    def _finding(self, home: str) -> SurveyedPortal | None:
        """The findings at a home; None while nobody is done with it."""
        job = self._queue.fetch_job(_job_id(home))
        if job is None:
            self._hand_out(home)
            return None
        status = job.get_status(refresh=False)
        if status not in {*_GIVEN_UP, "finished"}:
            return None
        result = job.latest_result()
        job.cleanup(ttl=1)  # RQ can't delete a job whose worker was killed
        if status in _GIVEN_UP:
            return SurveyedPortal(MISREAD, f"{FAILED}, {TRIES} times: {last_line(result)}")
        if result.return_value is None:
            raise ArchiveError(f"{result.worker_name} has another version of the program than this machine")
        return _read(result.return_value)


@contextmanager
def workers(address: str, delay: float) -> Iterator[Workers]:
    """The workers that take jobs from Redis at `address`, as surveyors. Says so where there are none. Raises ArchiveError."""
    from rq import Worker  # noqa: PLC0415

    with connected(address) as connection:
        if not Worker.count(queue=queue_at(connection)):
            print("note: no worker is there: start `disclosures work` on a machine or more", file=sys.stderr)
        yield Workers(connection, delay)


def survey_home(values: dict[str, Any]) -> dict[str, Any] | None:
    """On a worker: survey a home; what was found, as plain data, or None where this machine would read pages otherwise."""
    job = SurveyJob(**values)
    if job.read_by != versions():
        return None
    contact = os.environ.get(remote_jobs.CONTACT) or job.contact
    surveyed = survey(job.home, job.delay, job.prior, remote_jobs.note_progress, user_agent(contact))
    entries = tuple(replace(entry, listed=None) for entry in surveyed.entries)
    print(f"{job.home}: {surveyed.state}: {surveyed.reason}", flush=True)
    return asdict(replace(surveyed, entries=entries))


def _read(values: dict[str, Any]) -> SurveyedPortal:
    """The findings in a job's result."""
    entries = (DraftCatalog(**{**each, "column": CatalogOfPortal(**each["column"])}) for each in values["entries"])
    return SurveyedPortal(**{**values, "entries": tuple(entries)})


def _job_id(home: str) -> str:
    """The name of a home's job; no portal's id begins with a capital."""
    return f"HOME-{hashlib.sha256(home.encode()).hexdigest()[:32]}"
