"""The command that tells of what is new."""

import sys
from contextlib import closing
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.search.index import is_current
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly
from crawler.notify.messages import DeliveryError, check_mail
from crawler.notify.watch_state import beside, notes
from crawler.notify.watcher import Told, look, preview
from crawler.notify.watches import WatchFileError, load


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@db_option
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and note nothing.")
@plainly
def watch(file: Path, db: Path, dry_run: bool) -> None:
    """Tell of records that are new for the watches in FILE, or of what was observed, by mail and webhook.

    One message for each watch, and each record in one of them. Exit status 1 where one could not be delivered: it is kept,
    and the next run delivers it.
    """
    try:
        told = load(file)
        if not dry_run and any(each.mail for each in told.watches):
            check_mail()
    except (DeliveryError, WatchFileError) as error:
        raise CommandError(str(error)) from error
    failed = False
    with closing(open_for_reading(db)) as connection:
        if not is_current(connection):
            raise CommandError(f"the search index of {db} was made by another version: a crawl renews it")
        with notes(beside(db)) as kept:
            for each in told.watches:
                if dry_run:
                    for text in preview(connection, kept, each, told.site):
                        click.echo(f"{each.name}:\n{text}")
                    continue
                done = look(connection, kept, each, told.site)
                failed = failed or bool(done.failures)
                for line in done.failures:
                    click.echo(f"{line}; kept for the next run", err=True)
                click.echo(_said(done))
    sys.exit(ATTENTION if failed else 0)


def _said(done: Told) -> str:
    if done.begins is not None:
        return f"{done.watch}: begins now; {done.begins:,} records are there already and are not told"
    return f"{done.watch}: {done.new:,} new, {done.deliveries} messages delivered"
