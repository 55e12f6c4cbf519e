"""`disclosures watch`: messages of what is new."""

import sys
from contextlib import closing
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.search.index import is_current
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly
from crawler.notify.messages import DeliveryError, check_mail
from crawler.notify.watch_state import beside, notes
from crawler.notify.watcher import WatchReport, preview, run_watch, send_test
from crawler.notify.watches import WatchFile, WatchFileError, load


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@db_option
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send and note nothing.")
@click.option(
    "--test", "is_test", is_flag=True, help="Send each receiver in FILE a message that says that it is a test."
)
@plainly
def watch(file: Path, db: Path, dry_run: bool, is_test: bool) -> None:
    """Report records that are new for the watches in FILE, or of what was observed, by mail and webhook.

    One message for each watch, and each record in one of them. Exit status 1 where one could not be delivered: it is kept,
    and the next run delivers it.
    """
    try:
        watch_file = load(file)
        if not dry_run and any(each.mail for each in watch_file.watches):
            check_mail()
    except (DeliveryError, WatchFileError) as error:
        raise CommandError(str(error)) from error
    if is_test:
        _test(watch_file)
        return
    failed = False
    with closing(open_for_reading(db)) as connection:
        if not is_current(connection):
            raise CommandError(f"the search index of {db} was made by another version: a crawl renews it")
        with notes(beside(db)) as state:
            for each in watch_file.watches:
                if dry_run:
                    for text in preview(connection, state, each, watch_file.site):
                        click.echo(f"{each.name}:\n{text}")
                    continue
                report = run_watch(connection, state, each, watch_file.site)
                failed = failed or bool(report.failures)
                for line in report.failures:
                    click.echo(f"{line}; kept for the next run", err=True)
                click.echo(_message(report))
    sys.exit(ATTENTION if failed else 0)


def _test(watch_file: WatchFile) -> None:
    """Send a test to all receivers; nothing is noted, and no archive is needed."""
    failed = False
    for each in watch_file.watches:
        for line, delivered in send_test(each):
            failed = failed or not delivered
            click.echo(line, err=not delivered)
    sys.exit(ATTENTION if failed else 0)


def _message(report: WatchReport) -> str:
    if report.begins is not None:
        return f"{report.watch}: begins now; {report.begins:,} records are there already and are not reported"
    return f"{report.watch}: {report.new:,} new, {report.deliveries} messages delivered"
