"""`disclosures watch` and `disclosures subscriptions`: messages of what is new, for the operator's desk and for readers."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from archive.database.connection import open_for_reading
from archive.model.printable import quantity
from archive.notify.messages import DeliveryError, check_mail
from archive.notify.subscription_run import send_subscriptions
from archive.notify.subscription_settings import SubscriptionSettings, SubscriptionSettingsError, subscription_settings
from archive.notify.subscription_store import Ended, Subscription, open_subscriptions
from archive.search.index import is_current
from crawler.cli.options import ATTENTION, CommandError, db_option, metadata_option, plainly
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
        _require_index(connection, db)
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


def _require_index(connection: sqlite3.Connection, db: Path) -> None:
    if not is_current(connection):
        raise CommandError(f"the search index of {db} was made by another version: a crawl renews it")


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
    return f"{report.watch}: {report.new:,} new, {quantity(report.deliveries, 'message')} delivered"


# --- subscriptions of readers ---

subscriptions_option = metadata_option(
    "The metadata that the site is served with: `plugins: disclosures: subscriptions:`.", required=True
)


@click.group()
def subscriptions() -> None:
    """Send readers what they subscribed to on the site; list subscriptions, and forget some."""


@subscriptions.command()
@db_option
@click.option(
    "--published",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Read what `disclosures publish FOLDER` made, in place of --db: nothing is sent that is not published.",
)
@subscriptions_option
@plainly
def send(db: Path, published: Path | None, metadata: Path) -> None:
    """Send each confirmed subscription what was observed since its last message.

    Exit status 1 where one could not be delivered: the next run sends it again.
    """
    from archive.export import snapshots  # noqa: PLC0415 - only where requested

    sys.exit(0 if send_due(snapshots.published(published).path if published else db, metadata) else ATTENTION)


@subscriptions.command(name="list")
@subscriptions_option
@plainly
def list_subscriptions(metadata: Path) -> None:
    """List subscriptions: number, since when, way and receiver (the name of a mail address by its first letter), and to what.

    Last, those that ended in the last 90 days, for their mailboxes are dead.
    """
    with open_subscriptions(_settings(metadata).file) as opened:
        for each in opened.all():
            since = each.confirmed_at or "unconfirmed"
            failures = f"  failed {each.failures} times" if each.failures else ""
            click.echo(f"{each.id:>6} {since:<20} {each.way} {_masked(each)}  {each.topic or '-'}{failures}")
        for ended in opened.ended():
            click.echo(f"{ended.subscription:>6} ended {ended.ended_at}: {ended}")


@subscriptions.command()
@click.argument("receivers", nargs=-1, required=True, metavar="RECEIVER…")
@subscriptions_option
@plainly
def forget(receivers: tuple[str, ...], metadata: Path) -> None:
    """Delete all subscriptions of a mail address or a room, or those of a number that `list` shows."""
    with open_subscriptions(_settings(metadata).file) as opened:
        for receiver in receivers:
            forgotten = [each for each in opened.all() if str(each.id) == receiver] or opened.of(receiver)
            for each in forgotten:
                opened.end(each)
            click.echo(f"{len(forgotten)} deleted")


def send_due(db: Path, metadata: Path) -> bool:
    """Send readers what is new in an archive, a line on each failure; whether there was none. Raises ArchiveError, CommandError."""
    settings, sent, failed = _settings(metadata), 0, 0
    with closing(open_for_reading(db)) as connection:
        _require_index(connection, db)
        for report in send_subscriptions(connection, settings):
            sent += bool(report.events)
            failed += bool(report.failure)
            if report.failure:
                click.echo(f"subscription {report.number}: not delivered: {report.failure}", err=True)
            if report.ended:
                click.echo(f"subscription {report.number} ended: {report.ended}", err=True)
    click.echo(f"subscriptions: {quantity(sent, 'message')} delivered, {failed} not")
    return not failed


def ended_for_dead_mailboxes(metadata: Path) -> list[Ended]:
    """Return the subscriptions that ended lately, for their mailboxes are dead; none where the metadata have none.

    Raises ArchiveError, CommandError.
    """
    settings = _settings_in(metadata, _read(metadata))
    if settings is None or not settings.file.exists():
        return []
    with open_subscriptions(settings.file) as opened:
        return opened.ended()


def _settings(metadata: Path) -> SubscriptionSettings:
    """Return the settings of subscriptions in the operator's metadata. Raises ArchiveError, CommandError."""
    values = _read(metadata)
    databases = values.get("databases") or {}
    if any(each.get("allow", True) is not True for each in (values, *databases.values())):
        raise CommandError(f"{metadata}: the archive is closed (`allow:`), so nobody subscribes to it")
    settings = _settings_in(metadata, values)
    if settings is None:
        raise CommandError(f"{metadata} has no `plugins: disclosures: subscriptions:`")
    return settings


def _read(metadata: Path) -> dict[str, Any]:
    from archive.web.http.server import read_metadata  # noqa: PLC0415 - Datasette takes a second to load

    return read_metadata(metadata)


def _settings_in(metadata: Path, values: dict[str, Any]) -> SubscriptionSettings | None:
    """Return the settings of subscriptions in the values of the operator's metadata, None where there are none. Raises CommandError."""
    from archive.web.http.server import plugin_settings  # noqa: PLC0415 - the same

    try:
        return subscription_settings(plugin_settings(values).get("subscriptions"))
    except SubscriptionSettingsError as error:
        raise CommandError(f"{metadata}: {error}") from error


def _masked(subscription: Subscription) -> str:
    name, at, host = subscription.receiver.rpartition("@")
    return f"{name[:1]}…{at}{host}" if subscription.way == "mail" else subscription.receiver
