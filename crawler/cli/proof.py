"""The commands `seal`, `prove` and `check-proof`: what proves the archive to those who don't trust it."""

import os
import re
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.evidence.evidence_reader import place_of
from archive.evidence.evidence_store import Evidence
from archive.model.addresses import is_on_the_web
from archive.model.printable import quantity
from crawler.cli.options import ATTENTION, CommandError, OutputFile, db_option, plainly

_EVENT = re.compile(r"event:(\d{1,18})|.*/-/proof/(\d{1,18})(?:[?#].*)?")
_MOST_SHOWN = 50


def timestamp_servers() -> tuple[str, ...]:
    """The time stamp servers that $DISCLOSURES_TIMESTAMP names."""
    return tuple(os.environ.get("DISCLOSURES_TIMESTAMP", "").split())


@click.command()
@click.option(
    "--timestamp",
    "servers",
    metavar="URL",
    multiple=True,
    default=timestamp_servers,
    help="An RFC 3161 time stamp server, to be asked for each sealed day without a stamp; the next one where it fails. Default: "
    "$DISCLOSURES_TIMESTAMP.",
)
@click.option(
    "--publish",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write seal.json into FOLDER, for others to keep; where that is a git repository, commit it.",
)
@db_option
@plainly
def seal(servers: tuple[str, ...], publish: Path | None, db: Path) -> None:
    """Seal the days that are over, and print the head; with --timestamp have a third party witness each.

    Crawls seal as well, when they begin, and ask the servers of $DISCLOSURES_TIMESTAMP when they end; only what is stamped or
    kept elsewhere proves anything to others. Exit status 1 where no server gave a stamp.
    """
    from archive.maintenance.bring_up_to_date import open_up_to_date  # noqa: PLC0415
    from archive.model import clock  # noqa: PLC0415
    from archive.proof.seals import commit, publish_seals  # noqa: PLC0415

    open_for_reading(db).close()
    if not place_of(db).is_file():
        raise CommandError(f"there are no originals at {place_of(db)}: nothing to seal")
    with closing(Evidence(place_of(db))) as evidence:
        evidence.seal(clock.now().date().isoformat())
        head = evidence.head()
    if servers:
        are_stamped = ask_for_stamps(db, servers)
    else:
        open_up_to_date(db, place_of(db)).close()  # which copies the seals into the archive, for the site
        are_stamped = True
    click.echo(f"head: {head[0]} {head[1]}" if head else "no day is over yet: nothing is sealed")
    if publish:
        with closing(open_for_reading(db)) as connection:
            path = publish_seals(connection, publish)
        done = commit(path, f"Seal {head[0]}" if head else "Seal nothing yet")
        click.echo(f"{'committed' if done else 'written'}: {path}")
    sys.exit(0 if are_stamped else ATTENTION)


def ask_for_stamps(db: Path, servers: Sequence[str]) -> bool:
    """Have the days that are sealed stamped, and say what came of it; whether nothing failed. Raises CommandError."""
    if wrong := next((server for server in servers if not is_on_the_web(server)), None):
        raise CommandError(f"a time stamp server's address begins with http:// or https://, not {wrong!r}")
    from archive.maintenance.time_stamps import stamp_days  # noqa: PLC0415

    stamped, failed = stamp_days(db, place_of(db), servers)
    for day in stamped:
        click.echo(f"stamped: {day}")
    if failed:
        click.echo(f"not stamped: {failed.day}, nor later days, since {failed.since}: {failed.message}", err=True)
    return failed is None


@click.command()
@click.argument("what", metavar="RECORD|EVENT")
@click.option("--out", type=OutputFile(), help="The file to write; default: named after what is proved.")
@click.option(
    "--site",
    metavar="URL",
    default=lambda: os.environ.get("DISCLOSURES_SITE", ""),
    help="Where the archive is published, for the permanent address on the sheet. Default: $DISCLOSURES_SITE.",
)
@db_option
@plainly
def prove(what: str, out: Path | None, site: str, db: Path) -> None:
    """Write the proof of an EVENT (event:17, or the address of its sheet), or of all events of a RECORD (its id or address).

    It is a ZIP with the sheet to read, the captures that show what is claimed, the seals of each day from the first of
    them to the last sealed one, and a program that checks all of it with Python alone. Where an original holds personal data,
    a masked copy is in its place, with the original's digest.
    """
    from archive.database.record_addresses import record_of  # noqa: PLC0415
    from archive.proof.bundle import write_bundle  # noqa: PLC0415
    from archive.proof.event_proof import events_of  # noqa: PLC0415

    if event := _EVENT.fullmatch(what):
        events = [int(event[1] or event[2])]
        name = f"proof-event-{events[0]}.zip"
    else:
        with closing(open_for_reading(db)) as connection:
            record = record_of(connection, what)
            events = events_of(connection, record)
        name = f"proof-record-{record}.zip"
        if not events:
            raise CommandError(f"record {record} has no events")
    path = out or Path(name)
    bundle = write_bundle(db, place_of(db), events, path, site=site)
    counts = [quantity(bundle.captures, "capture")]
    counts += [f"{bundle.masked} of them masked"] if bundle.masked else []
    counts += [f"of {bundle.digests} only the digest"] if bundle.digests else []
    click.echo(f"{path}: {quantity(len(events), 'event')}, {', '.join(counts)}")
    click.echo(f"head: {bundle.head.day} {bundle.head.hash}")
    if not bundle.head.is_sealed:
        click.echo(
            f"note: {bundle.head.day} (UTC) is not over: what is written from tomorrow on ends at a day that is sealed, and can "
            "be held against what others keep"
        )


@click.command("check-proof")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="'DAY HASH'",
    help="The hash of a day as kept elsewhere: it must still hold. May be given again.",
)
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    help="A copy of the archive's seal.json kept elsewhere: each of its days must still hold.",
)
@plainly
def check_proof(file: Path, heads: tuple[str, ...], kept: Path | None) -> None:
    """Check a proof that `disclosures prove` wrote, with no archive at hand; say what is wrong with it.

    Without --head or --kept it shows that its parts belong together; with one that they did so when that was kept. Exit
    status 1 where anything is wrong.
    """
    from archive.proof.checking import faults, kept_in  # noqa: PLC0415

    days = kept_in(kept) if kept else {}
    for head in heads:
        day, _, digest = head.strip().replace("=", " ").rpartition(" ")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day.strip()) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise CommandError(
                f"--head {head!r} is not a day and its hash, as a sheet or `disclosures verify` prints them"
            )
        days[day.strip()] = digest
    wrong = list(dict.fromkeys(faults(file, days)))
    for line in wrong[:_MOST_SHOWN]:
        click.echo(f"wrong: {line}")
    if len(wrong) > _MOST_SHOWN:
        click.echo(f"… and {len(wrong) - _MOST_SHOWN} more")
    if not wrong:
        click.echo("all well: everything is as it was sealed")
        if not days:
            click.echo(
                "note: nothing kept elsewhere was given (--head, --kept): who made this file could have made all of it"
            )
    sys.exit(ATTENTION if wrong else 0)
