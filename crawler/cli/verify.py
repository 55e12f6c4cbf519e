"""The commands `verify`, `reparse` and `redact`: check an archive, read it again, mask it again."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.database.connection import open_for_reading
from archive.evidence.evidence_reader import place_of
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from archive.model.printable import quantity
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly, shown_progress

if TYPE_CHECKING:
    from archive.maintenance.check import Summary

MOST_SHOWN = 50


@click.command()
@db_option
@click.option(
    "--head",
    "--against",
    "against",
    metavar="HASH",
    help="A head or tip printed by an earlier run, kept elsewhere: it must still hold.",
)
@click.option(
    "--roots",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM) of the timestamp authorities you trust: the stamps of all sealed days are checked against them.",
)
@click.option("--reread", is_flag=True, help="Read all originals by today's parser, too, and compare what is stored.")
@plainly
def verify(db: Path, against: str | None, roots: Path | None, reread: bool) -> None:
    """Read all originals again, compare every digest, check the database; say what is wrong, and where.

    Prints the head (the last sealed day's hash) and the tip (the hash over everything): one line kept elsewhere proves
    the whole past. Exit status 1 where anything is wrong.
    """
    from archive.maintenance.check import check, summary  # noqa: PLC0415

    open_for_reading(db).close()
    evidence = place_of(db)
    wrong = 0
    expected = expected_of(against)
    if expected and expected[0] == "":
        expected = _day_of(evidence, str(expected[1]))
    found = ((finding.where, finding.what) for finding in check(db, evidence, expected))
    for where, what in chain(found, _differences(db, evidence) if reread else ()):
        wrong += 1
        if wrong <= MOST_SHOWN:
            click.echo(f"wrong: {where}: {what}")
    wrong += _show_stamps(evidence, roots)
    if wrong > MOST_SHOWN:
        click.echo(f"… and {wrong - MOST_SHOWN} more")
    if not wrong:
        _show_summary(db, summary(db, evidence))
    sys.exit(ATTENTION if wrong else 0)


def _show_summary(db: Path, totals: "Summary") -> None:
    """Say what a sound archive holds, what an operator should know of it, its head and its tip."""
    click.echo(f"all well: {quantity(totals.captures, 'capture')}, {quantity(totals.days, 'day')} sealed")
    notes = (
        (totals.unclaimed, f"{totals.unclaimed} originals that no crawl here points to: it was killed before they were read, or its portal removed"),
        (totals.destroyed, f"{totals.destroyed} payloads were destroyed by decision; their digests stay"),
        (totals.unsealed, f"{totals.unsealed} events and versions are not sealed yet: the next crawl that ends does so"),
        (totals.void, f"{totals.void} sealed events and versions are void: the archive was put back to an earlier state, or another program took them out; see `claims_void` in its problems"),
        (totals.captures and not totals.bytes_compared,
         f"the bytes of {db.name} are not compared: it is being written, or the last writing was cut off or found no originals"),
    )  # fmt: skip
    for note in (note for applies, note in notes if applies):
        click.echo(f"note: {note}")
    if totals.head:
        click.echo(f"head: {totals.head[0]} {totals.head[1]}")
    if totals.tip:
        click.echo(f"tip: {totals.tip[0]} {totals.tip[1]}")


def _show_stamps(evidence: Path, roots: Path | None) -> int:
    """Print what timestamps prove; return how many are wrong."""
    wrong = 0
    for day, result in stamps(evidence, roots.read_bytes() if roots else None):
        if result is None:
            click.echo(f"note: {day} has no timestamp, though earlier days have one")
        elif isinstance(result, str):
            wrong += 1
            click.echo(f"wrong: {day}: {result}")
        elif roots:
            click.echo(f"stamped: {day} before {result.isoformat()}")
        else:
            click.echo(
                f"note: {day} has a timestamp of {result.isoformat()}, signed with its own certificate; --roots checks whose"
            )
    return wrong


def _day_of(evidence: Path, digest: str) -> tuple[str, str]:
    """Return the head with this hash, by the day that it seals; one of no day where no day has it."""
    if evidence.is_file():
        with suppress(EvidenceError, sqlite3.Error), closing(Evidence(evidence)) as sealed:
            return next(((each.day, digest) for each in sealed.manifests() if each.hash == digest), ("any day", digest))
    return "any day", digest


def _differences(db: Path, evidence: Path) -> Iterator[tuple[str, str]]:
    from crawler.spiders.stored_and_sealed import differences  # noqa: PLC0415

    with closing(open_for_reading(db)) as connection:
        portals = [row[0] for row in connection.execute("SELECT id FROM portals ORDER BY id")]
    for portal in portals:
        yield from differences(db, evidence, portal)


def stamps(evidence: Path, roots: bytes | None) -> Iterator[tuple[str, datetime | str | None]]:
    """Yield each stamped day with the time that its token states for the manifest, or in words why the stamp does
    not hold.

    Without `roots` imprint and signature are checked, by the token's own certificate. A day without a token before one
    that has one is told, too; one behind all that have one comes with None, for it may be stamped yet. That a token was
    taken away from a later day, `archive.evidence.fixity` finds.
    """
    from archive.evidence.timestamp import TimestampError, check, stated_time  # noqa: PLC0415

    if not evidence.is_file():
        return
    try:
        with closing(Evidence(evidence)) as sealed:
            manifests = sealed.manifests()
    except (EvidenceError, sqlite3.Error):
        return  # found where the manifests are checked
    last = max((manifest.day for manifest in manifests if manifest.token is not None), default="")
    for manifest in manifests:
        if manifest.token is None:
            if last:
                yield manifest.day, "it has no timestamp, though a later day has one" if manifest.day < last else None
            continue
        try:
            stated = stated_time(manifest.token, manifest.hash)
            yield manifest.day, check(manifest.token, manifest.hash, [roots]) if roots else stated
        except TimestampError as error:
            yield manifest.day, str(error)


def expected_of(against: str | None) -> tuple[str, str] | tuple[int, str] | None:
    """Parse a head (`2026-11-23 HASH`) or tip (`1234 HASH`) as printed, or the hash of a head alone ("", HASH). Raises CommandError."""
    if against is None:
        return None
    place, _, digest = against.strip().rpartition(" ")
    if len(digest) != 64:
        raise CommandError(f"--against {against!r} is not what `disclosures verify` prints behind head: or tip:")
    return (int(place), digest) if place.isdecimal() else (place, digest)


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL]…")
@db_option
@plainly
def reparse(portals: tuple[str, ...], db: Path) -> None:
    """Read the originals again with today's parser. What differs gets cause `parser`, and is no edit by the government.

    PORTAL is a portal's id; without one, all in the archive. Crawls do this by themselves after the parser has changed.
    """
    from archive.attachments.ocr import NOT_INSTALLED  # noqa: PLC0415
    from archive.database.lock import held  # noqa: PLC0415
    from crawler import settings  # noqa: PLC0415
    from crawler.spiders.reparse import reparse as read_again  # noqa: PLC0415

    connection = open_for_reading(db)
    known = [row[0] for row in connection.execute("SELECT id FROM portals ORDER BY id")]
    connection.close()
    if unknown := sorted(set(portals) - set(known)):
        raise CommandError(f"no portal {unknown[0]!r} in {db}; it has {', '.join(known)}")
    unreadable = 0
    for portal in portals or known:
        with held(db, portal):
            done = read_again(db, place_of(db), portal, ocr=settings.DISCLOSURES_OCR)
        unreadable += done["unreadable"]
        click.echo(
            f"{portal}: {quantity(done['captures'], 'capture')} read again: {quantity(done['versions'], 'version')} by the parser, "
            f"{quantity(done['records'], 'record')} found, {quantity(done['files'], 'text')} of files changed"
            + (f", {quantity(done['disowned'], 'row')} no longer read" if done["disowned"] else "")
            + (
                f", {quantity(done['ocr_not_installed'], 'scan')} not read: {NOT_INSTALLED}"
                if done["ocr_not_installed"]
                else ""
            )
            + (f", {quantity(done['unreadable'], 'original')} unreadable" if done["unreadable"] else "")
        )
    sys.exit(ATTENTION if unreadable else 0)


@click.command()
@db_option
@plainly
def redact(db: Path) -> None:
    """Apply today's masking rules to the whole archive: records, their history, files' texts, search index."""
    from archive.maintenance.masking import mask_again  # noqa: PLC0415

    open_for_reading(db).close()
    with shown_progress() as progress:
        done = mask_again(db, progress)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.numbers.items())) or "nothing new to mask"
    click.echo(f"{quantity(done.records, 'record')}, {quantity(done.texts, 'text')} changed: {kinds}")
