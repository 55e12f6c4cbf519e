"""`disclosures status`: the state of each portal and of the archive itself, and messages of changes."""

import json
import sys
from collections.abc import Container, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import held
from archive.database.portal_changes import retired
from archive.ingest.health import FAILING, NEVER_CHECKED, STATES, WELL, Health, health, in_order
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.time_stamps import failure
from archive.model import clock
from crawler.cli.options import ATTENTION, CommandError, OutputFile, db_option, metadata_option, plainly
from crawler.jobs.schedule import rhythm
from crawler.portals.portal_file import known, own_files, readable

_UNENDED = """
    SELECT portal, started_at FROM crawls c
    WHERE outcome IS NULL AND id = (SELECT max(id) FROM crawls WHERE portal = c.portal)
"""
_NO_METRICS = "metrics need the extra `metrics`: pip install 'disclosures[metrics]'"
_ARCHIVE, _SUBSCRIPTIONS = "the archive itself", "subscriptions of readers"
UNSTAMPED, ENDED = "unstamped", "ended"

_MEND_FILE = "mend the file: the portal is not crawled until then; `disclosures due` checks it"


@click.command()
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.option(
    "--prometheus",
    type=OutputFile(dir_okay=False),
    metavar="FILE",
    help="Write metrics to FILE, whole or not at all, for the textfile collector of Prometheus's node exporter.",
)
@click.option(
    "--tell",
    multiple=True,
    metavar="ADDRESS",
    help="Send what has changed since the last message to a mail address or a webhook; several times for several.",
)
@metadata_option("Tell of readers' subscriptions, too, that the site's metadata name.")
@plainly
def status(db: Path, as_json: bool, prometheus: Path | None, tell: tuple[str, ...], metadata: Path | None) -> None:
    """Say of each portal how it is, why, and what to do; the gravest first.

    Last, the archive itself, where no server gives a time stamp, and subscriptions that ended, for their mailboxes are dead.

    Exit status 1 where a portal needs attention, or a message was not delivered.
    """
    portals, archive = portal_states(db), archive_state(db)
    if prometheus:
        write_metrics(portals, archive, prometheus)
    delivered = not tell or report_changes([*portals, archive], db, tell)
    states = [
        *portals,
        *([] if archive.state == WELL else [archive]),
        *(subscription_state(metadata) if metadata else []),
    ]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in states], ensure_ascii=False, indent=1))
    else:
        for each in states:
            click.echo(f"{each.state:<15} {each.label}: {each.reason}")
            if each.next_step:
                click.echo(f"{'':<15} → {each.next_step}")
    well = all(each.state in {WELL, NEVER_CHECKED, ENDED} for each in states)
    sys.exit(0 if well and delivered else ATTENTION)


@click.command()
@click.argument("text")
@click.option("--to", "addresses", multiple=True, required=True, metavar="ADDRESS", help="A mail address or a webhook.")
@plainly
def tell(text: str, addresses: tuple[str, ...]) -> None:
    """Send a line of TEXT to mail addresses and webhooks: what a unit or a script has to tell, or to try whether messages arrive.

    Exit status 1 where it was not delivered.
    """
    from archive.notify.messages import DeliveryError  # noqa: PLC0415
    from archive.notify.receivers import check_receiver  # noqa: PLC0415
    from crawler.notify import health_message  # noqa: PLC0415

    delivered, now = True, clock.text(clock.now())
    for address in addresses:
        try:
            check_receiver(address)
            health_message.send_line(address, text, now)
        except DeliveryError as error:
            click.echo(f"not delivered: {error}", err=True)
            delivered = False
    sys.exit(0 if delivered else ATTENTION)


def portal_states(db: Path) -> list[Health]:
    """Return the health of each portal of the archive, and of each portal file that can't be used. Raises ArchiveError."""
    now = clock.now()
    portals, faults = readable(own_files().values())
    examples = dict.fromkeys(known().keys() - own_files().keys())  # nobody is to crawl them
    with closing(open_for_reading(db)) as connection:
        rhythms: dict[str, timedelta | None] = {each.id: rhythm(connection, each, now) for each in portals}
        states, unwatched = health(connection, now, rhythms | examples), retired(connection)
        begun = dict(connection.execute(_UNENDED).fetchall())
    states = [_unended(each, begun[each.portal]) if _is_left(db, each.portal, begun) else each for each in states]
    of_files = {path.stem: str(error) for path, error in faults.items() if path.stem not in unwatched}
    unknown = of_files.keys() - {each.portal for each in states}
    return in_order(
        [
            *(_not_crawled(each, of_files[each.portal]) if each.portal in of_files else each for each in states),
            *(_not_crawled(Health(portal, "", FAILING, ""), of_files[portal]) for portal in sorted(unknown)),
        ]
    )


def archive_state(db: Path) -> Health:
    """Return the health of the archive itself: `unstamped` while no server gives a time stamp. Raises ArchiveError."""
    with closing(open_for_reading(db)) as connection:
        unstamped = failure(connection)
    if unstamped is None:
        return Health("", _ARCHIVE, WELL, "")
    reason = f"no time stamp from {unstamped.day} on, since {unstamped.since}: {unstamped.message}"
    return Health(
        "", _ARCHIVE, UNSTAMPED, reason, "`disclosures seal` asks again, as does each crawl; or name another server"
    )


def subscription_state(metadata: Path) -> list[Health]:
    """Return that subscriptions ended, for their mailboxes are dead, if any did lately, or that they can't be read."""
    from crawler.cli.watch import ended_for_dead_mailboxes  # noqa: PLC0415 - only where there are readers

    try:
        ended = ended_for_dead_mailboxes(metadata)
    except (ArchiveError, CommandError) as error:
        return [
            Health("", _SUBSCRIPTIONS, FAILING, str(error), "mend the metadata, or run this as the user of the site")
        ]
    if not ended:
        return []
    numbers = ", ".join(str(each.subscription) for each in ended)
    reason = f"{len(ended)} of dead mailboxes ended, the last at {ended[-1].ended_at}: {numbers}"
    return [
        Health("", _SUBSCRIPTIONS, ENDED, reason, "nothing is to be done; `disclosures subscriptions list` says more")
    ]


def _is_left(db: Path, portal: str, begun: Container[str]) -> bool:
    """Whether a portal's last crawl is without an end, and nobody crawls it now."""
    if portal not in begun:
        return False
    try:
        with held(db, portal):
            return True
    except ArchiveError:  # it is being crawled, or this user may not know
        return False


def _unended(state: Health, begun: str) -> Health:
    """The health of a portal whose last crawl, begun at that time, left no end."""
    reason = (
        f"its last crawl, begun at {begun}, has no end: it was killed, or the archive could not be written any more"
    )
    step = "the next one goes on with it; where it ends so again, `disclosures doctor` and crawl.log beside the archive say why"
    return replace(state, state=FAILING, reason=reason, next_step=step)


def _not_crawled(state: Health, error: str) -> Health:
    """The health of a portal whose file can't be used."""
    return replace(state, state=FAILING, reason=f"its portal file can't be used: {error}", next_step=_MEND_FILE)


def report_changes(states: list[Health], db: Path, addresses: Sequence[str]) -> bool:
    """Report what is no longer as it was last reported, in one message to each of `addresses`; whether all was delivered.

    What was not delivered to one of them is reported to all again the next time. Raises ArchiveError and CommandError.
    """
    from archive.notify.messages import DeliveryError  # noqa: PLC0415
    from archive.notify.receivers import check_receiver  # noqa: PLC0415
    from crawler.notify import health_message  # noqa: PLC0415 - only where requested

    try:
        for address in addresses:
            check_receiver(address)
    except DeliveryError as error:
        raise CommandError(str(error)) from error
    delivered = True
    with closing(open_up_to_date(db)) as connection:
        health_message.forget_others(connection, states)
        changes = health_message.state_changes(connection, states)
        for address in addresses if changes else ():
            try:
                health_message.send(address, changes)
            except DeliveryError as error:
                click.echo(f"not delivered: {error}", err=True)
                delivered = False
        if delivered:
            health_message.note_reported(connection, changes, clock.text(clock.now()))
    return delivered


def write_metrics(portals: list[Health], archive: Health, path: Path) -> None:
    """Write the states as metrics in Prometheus's text format. Raises CommandError where `path` can't be written, or the extra is missing."""
    try:
        from prometheus_client import CollectorRegistry, Gauge, write_to_textfile  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise CommandError(_NO_METRICS) from error

    registry = CollectorRegistry()
    state = Gauge("disclosures_portal_state", "1 for the state a portal is in", ["portal", "state"], registry=registry)
    crawled = Gauge("disclosures_last_crawl_timestamp_seconds", "When the crawl began", ["portal"], registry=registry)
    unstamped = Gauge("disclosures_unstamped", "1 while no server gives a time stamp", registry=registry)
    unstamped.set(archive.state == UNSTAMPED)
    for each in portals:
        for name in STATES:
            state.labels(each.portal, name).set(name == each.state)
        if each.crawled_at:
            crawled.labels(each.portal).set(datetime.fromisoformat(each.crawled_at).timestamp())
    try:
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}") from error
