"""`disclosures due`: the portals that are due, and why."""

import json
from collections.abc import Container, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import held
from archive.model import clock
from crawler.cli.options import db_option, plainly
from crawler.jobs.schedule import CrawlHistory, Plan, plan, plans
from crawler.portals.portal_file import SAMPLE, Portal, find, known, load


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL…]")
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@plainly
def due(portals: tuple[str, ...], db: Path, as_json: bool) -> None:
    """Say when each portal is to be crawled next, and why; the most overdue first.

    Without PORTAL: all that come with the project, save its sample, and those in the folder $DISCLOSURES_PORTALS.
    """
    now = clock.now()
    upcoming = planned(portals, db, now)
    if as_json:
        rows = [
            {
                "portal": each.portal.id,
                "due": each.at <= now,
                "at": clock.text(each.at),
                "mode": each.mode,
                "why": each.why,
            }
            for each in upcoming
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for each in upcoming:
        click.echo(f"{each.portal.id:<20} {_when(each, now):<22} {each.mode:<7} {each.why}")


def planned(names: Sequence[str], db: Path, now: datetime) -> list[Plan]:
    """The plans of the portals `names`, or of all that are known but the sample, the most overdue first.

    Raises PortalFileError and ArchiveError.
    """
    files = map(find, names) if names else (path for path in known().values() if path != SAMPLE)
    portals = [load(path) for path in files]
    if not db.is_file():
        return [plan(portal, CrawlHistory(), now) for portal in portals]
    with closing(open_for_reading(db)) as connection:
        return plans(connection, portals, now)


def due_now(names: Sequence[str], db: Path, but: Container[str] = ()) -> list[str]:
    """The files of the portals to be crawled now, the most overdue first; one that is being crawled is left to that crawl.

    `but`: ids of portals to be left out.
    """
    now = clock.now()
    upcoming = [each.portal for each in planned(names, db, now) if each.at <= now and each.portal.id not in but]
    return [name for portal in upcoming if (name := _free(portal, names, db))]


def _free(portal: Portal, names: Sequence[str], db: Path) -> str | None:
    """Return the name by which `crawl` knows the portal; None while it is crawled."""
    try:
        with held(db, portal.id):
            pass
    except ArchiveError as error:
        click.echo(f"note: {error}", err=True)
        return None
    return next((name for name in names if Path(name).stem == portal.id), portal.id)


def _when(planned: Plan, now: datetime) -> str:
    if planned.at <= now:
        return "now"
    return planned.at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M +0800")
