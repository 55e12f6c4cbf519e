"""`disclosures backup`, `restore`, `merge` and `doctor`: the upkeep of an archive."""

import shutil
import sys
from pathlib import Path

import click

from archive.evidence.evidence_reader import place_of
from archive.model import clock
from crawler.cli.options import ATTENTION, db_option, plainly
from crawler.jobs.remote_jobs import brought

MIB = 1 << 20


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@db_option
@plainly
def backup(folder: Path, db: Path) -> None:
    """Copy the archive and its originals to a new FOLDER, as they are at one moment; crawls may go on.

    Every digest of the copy is checked. The originals hold personal data unmasked: keep the folder private.
    """
    from archive.maintenance.backup import back_up  # noqa: PLC0415

    done = back_up(db, place_of(db), folder, clock.text(clock.now()))
    click.echo(f"{done.folder}: {done.bytes / MIB:,.1f} MiB, every digest checked")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@db_option
@plainly
def restore(folder: Path, db: Path) -> None:
    """Put a backup back, after every digest of it was checked. Nothing is written over."""
    from archive.maintenance.backup import put_back  # noqa: PLC0415

    done = put_back(folder, db, place_of(db))
    click.echo(f"{db}: {done.bytes / MIB:,.1f} MiB put back from {done.folder}, every digest checked")


@click.command()
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="FROM…",
    type=click.Path(exists=True, path_type=Path),
)
@db_option
@click.option("--delete", is_flag=True, help="Delete what was merged out of a spool.")
@plainly
def merge(sources: tuple[Path, ...], db: Path, delete: bool) -> None:
    """Merge finished databases into the archive, their originals with them. FROM is a database, or a spool with all in it.

    In any order; again without harm; killed, the same command goes on. Exit status 1 where something could not be merged.
    """
    from archive.maintenance.merge import FAILED, KNOWN, TAKEN, WAITS  # noqa: PLC0415
    from archive.maintenance.merge import merge as merge_databases  # noqa: PLC0415

    attention = False
    databases = list(brought(sources))
    for outcome in merge_databases(db, place_of(db), databases, clock.text(clock.now())):
        crawls = f"{outcome.crawls} crawl{'s' if outcome.crawls != 1 else ''} " if outcome.crawls else ""
        message = f"{crawls}{outcome.what}" + (f": {outcome.why}" if outcome.why else "")
        click.echo(
            f"{outcome.source}: {outcome.portal}: {message}" if outcome.portal else f"{outcome.source}: {message}"
        )
        attention = attention or outcome.what not in {TAKEN, KNOWN}
        if delete and outcome.source not in sources and outcome.what not in {WAITS, FAILED}:
            shutil.rmtree(outcome.source.parent, ignore_errors=True)
    if not databases:
        click.echo("nothing to merge")
    sys.exit(ATTENTION if attention else 0)


@click.command()
@db_option
@plainly
def doctor(db: Path) -> None:
    """Look whether the machine, the configuration, the disk, the archive and its evidence are in order, and say what to do.

    Exit status 1 where something is wrong. Reads no payload: `disclosures verify` reads them all.
    """
    from crawler.cli.doctor import WRONG, diagnose  # noqa: PLC0415 - Scrapy's settings take a while to load

    wrong = 0
    for diagnosis in diagnose(db, place_of(db)):
        wrong += diagnosis.state == WRONG
        click.echo(f"{diagnosis.state:<6} {diagnosis.what}: {diagnosis.message}")
    sys.exit(ATTENTION if wrong else 0)
