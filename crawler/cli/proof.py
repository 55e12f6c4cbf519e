"""The commands `prove` and `check-proof`: a proof that anybody can check without this archive."""

import os
import re
import sys
from contextlib import closing
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.evidence.evidence_reader import place_of
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly

_EVENT = re.compile(r"event:(\d{1,18})|.*/-/proof/(\d{1,18})(?:[?#].*)?")
_MOST_SHOWN = 50


@click.command()
@click.argument("what", metavar="RECORD|EVENT")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; default: named after what is proved.")
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
    from archive.export.original_files import record_of  # noqa: PLC0415
    from archive.proof.bundle import write_bundle  # noqa: PLC0415
    from archive.proof.event_proof import events_of  # noqa: PLC0415

    if found := _EVENT.fullmatch(what):
        events = [int(found[1] or found[2])]
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
    given = [f"{bundle.captures} captures"]
    given += [f"{bundle.masked} of them masked"] if bundle.masked else []
    given += [f"of {bundle.digests} only the digest"] if bundle.digests else []
    click.echo(f"{path}: {len(events)} event{'s' * (len(events) != 1)}, {', '.join(given)}")
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
