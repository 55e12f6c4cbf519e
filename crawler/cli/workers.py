"""`disclosures enqueue`, `work` and `jobs`: hand portals out to many machines, work them off, and say how far they are."""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.model import clock
from crawler.cli.options import ATTENTION, CommandError, FiniteRange, db_option, plainly
from crawler.jobs.due import planned
from crawler.jobs.remote_jobs import LONGEST, PATIENCE, SCRATCH, SPOOL, JobError, Spool
from crawler.portals.portal_file import find

REDIS, DEFAULT_REDIS = "DISCLOSURES_REDIS", "redis://127.0.0.1:6379"
DEFAULT_SCRATCH = "data/jobs"

redis_option = click.option(
    "--redis",
    default=lambda: os.environ.get(REDIS, DEFAULT_REDIS),
    metavar="URL",
    help=f"Where Redis is, with its password. Default: ${REDIS}, else {DEFAULT_REDIS}.",
)


spool_option = click.option(  # without a default: it must be the same folder everywhere
    "--spool",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: os.environ.get(SPOOL) or None,
    help=f"The folder that all machines see. Default: ${SPOOL}.",
)


def spool_at(folder: Path | None) -> Spool:
    """The spool. Raises CommandError where none is named."""
    if folder is None:
        raise CommandError(f"say which folder all machines see, with --spool or ${SPOOL}")
    return Spool(folder)


@click.command()
@click.argument("portals", nargs=-1, metavar="PORTAL…")
@click.option("--due", is_flag=True, help="Only those that are due: of PORTAL…, or of all that are known.")
@click.option("--mode", type=click.Choice(["full", "update"]), help="As for `disclosures crawl`. Default: as is due.")
@db_option
@spool_option
@redis_option
@click.option("--delay", type=FiniteRange(0), help="Seconds between two requests to one host. Default: 3.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests to one host at a time. Default: 1.")
@click.option(
    "--longest",
    type=FiniteRange(min=0, min_open=True),
    default=LONGEST / 3600,
    show_default=True,
    help="Hours a crawl may take; the next one goes on with it.",
)
@plainly
def enqueue(  # noqa: PLR0913 - one for each option
    *,
    portals: tuple[str, ...],
    due: bool,
    mode: str | None,
    db: Path,
    spool: Path | None,
    redis: str,
    delay: float | None,
    concurrency: int | None,
    longest: float,
) -> None:
    """Hand portals out to the machines where `disclosures work` runs, each with what the archive knows of it.

    One at a time of each host. What they bring back, `disclosures merge SPOOL` folds into the archive.
    """
    from crawler.jobs.queue import JobQueue, connected  # noqa: PLC0415

    if not portals and not due:
        raise CommandError("say which portals to hand out, or --due for all that are due")
    target, now = spool_at(spool), clock.now()
    files = {file.stem: file for file in map(find, portals)}
    upcoming, faults = planned(portals, db, now)
    for fault in faults:
        click.echo(f"not handed out: {fault}", err=True)
    plans = [(plan, files.get(plan.portal.id) or find(plan.portal.id)) for plan in upcoming]
    due_plans = [(replace(plan, mode=mode or plan.mode), file) for plan, file in plans if plan.at <= now or not due]
    try:
        with connected(redis) as connection:
            queue = JobQueue(connection, db, target, delay, concurrency, longest * 3600)
            for line in queue.hand_out(due_plans, now):
                click.echo(line)
    except OSError as error:
        raise CommandError(f"cannot write to {target.folder}: {error.strerror or error}") from error
    if not due_plans:
        click.echo("nothing is due")
    sys.exit(ATTENTION if faults else 0)


@click.command()
@spool_option
@redis_option
@click.option(
    "--scratch",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: os.environ.get(SCRATCH, DEFAULT_SCRATCH),
    help=f"A folder on a disk of this machine, to crawl into. Default: ${SCRATCH}, else {DEFAULT_SCRATCH}.",
)
@click.option("--burst", is_flag=True, help="End when no portal waits.")
@click.option(
    "--patience",
    type=click.IntRange(2),
    default=PATIENCE,
    show_default=True,
    help="Seconds without a sign of life after which a worker is taken for dead; the same for all.",
)
@plainly
def work(spool: Path | None, redis: str, scratch: Path, burst: bool, patience: int) -> None:
    """Crawl portals that `disclosures enqueue` hands out, one after the other, until Ctrl-C.

    A worker that is killed, with its whole machine or not, loses nothing: its portal is handed out again.
    """
    from crawler.jobs.queue import connected  # noqa: PLC0415

    target = spool_at(spool)
    try:
        with connected(redis) as connection:
            from crawler.jobs.worker import work as work_off  # noqa: PLC0415 - of an optional extra, which is there

            work_off(connection, target, scratch, patience, burst=burst)
    except (OSError, JobError) as error:
        raise CommandError(str(error)) from error


@click.command()
@redis_option
@plainly
def jobs(redis: str) -> None:
    """Say what workers do and what waits for one: a line for each portal that is crawled, or home that is surveyed."""
    from crawler.jobs.queue import connected, under_way  # noqa: PLC0415

    with connected(redis) as connection:
        for line in under_way(connection, datetime.now(UTC)):
            click.echo(line)
