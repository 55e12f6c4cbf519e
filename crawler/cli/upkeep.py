"""`disclosures backup`, `restore`, `merge`, `doctor`, `withhold` and `review`: the upkeep of an archive."""

import json
import shutil
import sys
from collections.abc import Collection, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.database.connection import open_for_reading, transaction
from archive.evidence.evidence_reader import place_of
from archive.maintenance.bring_up_to_date import bring_up_to_date, leave_no_trace, open_up_to_date
from archive.model import clock
from archive.model.printable import quantity
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly, shown_progress
from crawler.jobs.remote_jobs import brought

if TYPE_CHECKING:  # read where it is wanted alone
    from archive.maintenance.holding import HeldText

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
@click.argument("sources", nargs=-1, metavar="FOLDER")
@click.option(
    "--from-evidence",
    "evidence",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="EVIDENCE",
    help="Make the archive anew from this file of originals alone. Portals not known by their ids are named: [PORTAL]…",
)
@db_option
@plainly
def restore(sources: tuple[str, ...], evidence: Path | None, db: Path) -> None:
    """Put a backup back, after every digest of it was checked, and mask it again. Nothing is written over.

    With --from-evidence, no backup is needed: each crawl is played again from its sealed answers; see docs/commands.md for what
    they don't tell.
    """
    if evidence is not None:
        _restore_from_evidence(evidence, db, sources)
        return
    if len(sources) != 1 or not Path(sources[0]).is_dir():
        raise CommandError("name the FOLDER of one backup, or a file of originals with --from-evidence")
    from archive.maintenance.backup import put_back  # noqa: PLC0415
    from archive.maintenance.masking import TracesLeftError, mask_again  # noqa: PLC0415

    folder = Path(sources[0])
    done = put_back(folder, db, place_of(db))
    click.echo(f"{db}: {done.bytes / MIB:,.1f} MiB put back from {done.folder}, every digest checked")
    with (
        shown_progress() as progress,
        suppress(TracesLeftError),
    ):  # what it says of its own masking may be a stranger's word
        mask_again(db, progress)
    click.echo(
        "note: what was withheld after the backup was made is there again: withhold it before anybody can see the archive"
    )


def _restore_from_evidence(evidence: Path, db: Path, portals: Sequence[str]) -> None:
    from crawler.jobs.restore import restore as restore_from  # noqa: PLC0415

    done = restore_from(evidence, db, portals)
    click.echo(f"{db}: {done.crawls} crawls with {done.captures} answers played again from {evidence}")
    if done.differing:
        click.echo(
            f"note: {done.differing} events and versions are not what was sealed of them: it is sealed anew, under a new name"
        )
    elif done.is_compared:
        click.echo("every event and version that was sealed is as it was")
    elif done.read_otherwise:
        click.echo(f"note: {done.read_otherwise} pages and files were read otherwise than at their time")
    if done.inferred:
        click.echo(
            f"note: {done.inferred} crawls have no log, for an earlier version made them: their modes and times are inferred, "
            "and what they wrote may differ"
        )
    if done.withheld is None:
        click.echo(
            "note: the originals do not say what was withheld: NOTHING IS WITHHELD NOW; withhold it again before anybody can see it"
        )
    elif done.withheld:
        click.echo(f"withheld again: {done.withheld} records, files and addresses; the reasons are lost")
    click.echo("note: decisions of `disclosures review`, what was merged in, and settings are not in the originals")
    if evidence.resolve() != place_of(db).resolve():
        click.echo(
            f"note: put {evidence} at {place_of(db)}, or set DISCLOSURES_EVIDENCE: the archive needs its originals"
        )


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
    from archive.maintenance import holding  # noqa: PLC0415
    from archive.maintenance.merge import FAILED, KNOWN, TAKEN, WAITS  # noqa: PLC0415
    from archive.maintenance.merge import merge as merge_databases  # noqa: PLC0415

    attention = False
    databases = list(brought(sources))
    for outcome in merge_databases(db, place_of(db), databases, clock.text(clock.now())):
        crawls = f"{quantity(outcome.crawls, 'crawl')} " if outcome.crawls else ""
        message = f"{crawls}{outcome.what}" + (f": {outcome.why}" if outcome.why else "")
        click.echo(
            f"{outcome.source}: {outcome.portal}: {message}" if outcome.portal else f"{outcome.source}: {message}"
        )
        attention = attention or outcome.what not in {TAKEN, KNOWN}
        if delete and outcome.source not in sources and outcome.what not in {WAITS, FAILED}:
            shutil.rmtree(outcome.source.parent, ignore_errors=True)
    with closing(open_for_reading(db)) as connection:
        unread = holding.unread(connection)
    _read_again(db, unread)  # what was released here, and came without its text
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


@click.command()
@click.argument("records", nargs=-1, metavar="[RECORD]…")
@click.option("--reason", metavar="TEXT", help="Why; for the operator's own use, it is shown nowhere.")
@click.option("--url", "urls", multiple=True, help="All captures of this address.")
@click.option("--attachment", "files", type=int, multiple=True, metavar="N", help="The file with this number.")
@click.option("--lift", is_flag=True, help="Give back what was withheld: it is read again from the originals.")
@click.option("--list", "listing", is_flag=True, help="List what is withheld, since when and why.")
@click.option(
    "--destroy", is_flag=True, help="Destroy the originals, too. Their digests stay, so that every seal still verifies."
)
@db_option
@plainly
def withhold(  # noqa: PLR0913, PLR0917 - one for each option
    records: tuple[str, ...],
    reason: str | None,
    urls: tuple[str, ...],
    files: tuple[int, ...],
    lift: bool,
    listing: bool,
    destroy: bool,
    db: Path,
) -> None:
    """Take records, captures or files out of everything public, at once and for good; RECORD is a number or an address.

    The originals stay sealed. Copies elsewhere, backups and what others downloaded are out of reach: publish again where you do.
    """
    open_for_reading(db).close()
    if listing:
        _list_withheld(db)
        return
    if not records and not urls and not files:
        raise CommandError("say what to withhold: a RECORD, --url or --attachment; --list lists what is withheld")
    if lift:
        if reason or destroy:
            raise CommandError("--reason and --destroy don't go with --lift")
        _lift(db, records, urls, files)
        return
    if not (reason or "").strip():
        raise CommandError("--reason TEXT is missing: say why, for whoever asks later")
    from archive.maintenance.withholding import withhold as withhold_all  # noqa: PLC0415

    now = clock.text(clock.now())
    try:
        done = withhold_all(db, place_of(db), str(reason).strip(), now, records=records, addresses=urls, files=files)
    finally:
        renew_copies(db)
    click.echo(
        f"withheld: {quantity(len(done.records), 'record')}, {quantity(len(done.files), 'file')}, {len(done.addresses)} addresses; "
        "publish again what you publish from this archive"
    )
    if destroy:
        _destroy(db, done.addresses, now)
    _end(done.traceless)


def _destroy(db: Path, addresses: Collection[str], now: str) -> None:
    """Destroy the payloads of these addresses' captures, and say what is left."""
    from archive.evidence.destruction import destroy  # noqa: PLC0415

    gone = destroy(place_of(db), addresses, now)
    click.echo(f"destroyed: {quantity(gone.payloads, 'payload')}, {quantity(gone.bytes, 'byte')}; their digests stay")
    if gone.shared:
        click.echo(
            f"kept: {quantity(gone.shared, 'payload')} that captures of other addresses share: withhold these with --url"
        )
    click.echo("kept: list pages, which show other records, too; backups, which you must destroy yourself")


@click.command()
@click.option(
    "--release",
    "released",
    type=int,
    multiple=True,
    metavar="N",
    help="Show this text: it lists nobody to be protected.",
)
@click.option("--keep", "kept", type=int, multiple=True, metavar="N", help="Leave this text held back for good.")
@click.option("--show", "shown", type=int, metavar="N", help="Print this text, read from its original, to look at it.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@db_option
@plainly
def review(released: tuple[int, ...], kept: tuple[int, ...], shown: int | None, as_json: bool, db: Path) -> None:
    """List the texts that are held back because they list persons, or settle them by their numbers.

    The decision holds over crawls, reparse, merge and publish. What is released is read again from its original.
    """
    from archive.maintenance import holding  # noqa: PLC0415

    open_for_reading(db).close()
    if shown is not None:
        _show_held(db, shown)
        return
    with closing(open_up_to_date(db)) as connection:
        if not released and not kept:
            _list_held(holding.waiting(connection), as_json)
            return
        with transaction(connection):
            for state, numbers in ((holding.RELEASED, released), (holding.KEPT, kept)):
                for number in numbers:
                    if not holding.settle(connection, number, state, clock.text(clock.now())):
                        raise CommandError(f"no text {number} is held back: `disclosures review` lists them")
            bring_up_to_date(connection)
        traceless = leave_no_trace(connection)
        unread = holding.unread(connection)
    _read_again(db, unread)
    renew_copies(db)
    click.echo(f"released: {len(released)}, kept: {len(kept)}; publish again what you publish from this archive")
    _end(traceless)


def _show_held(db: Path, number: int) -> None:
    from crawler import settings  # noqa: PLC0415
    from crawler.spiders.reparse import held_text  # noqa: PLC0415

    text = held_text(db, place_of(db), number, ocr=settings.DISCLOSURES_OCR)
    if text is None:
        raise CommandError(f"no text {number} can be read from an original: `disclosures review` lists what waits")
    click.echo(text)


def _end(traceless: bool) -> None:
    """End with the status that says whether the archive's file is rid of what was taken out."""
    if not traceless:
        click.echo(
            "the file still holds what was taken out, for another program is using it: end that program, then run "
            "`disclosures review`, or wait for the next crawl",
            err=True,
        )
        sys.exit(ATTENTION)


def _list_held(texts: Sequence["HeldText"], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(text) for text in texts], ensure_ascii=False, indent=1))
        return
    for text in texts:
        where = f"file {text.name}" if text.source else "text"
        click.echo(f"{text.number}  {text.persons} persons  {where}  record {text.record}  {text.title or ''}")
        click.echo(f"    {text.source or text.url}")
    click.echo(f"{len(texts)} wait")


def _list_withheld(db: Path) -> None:
    with closing(open_up_to_date(db)) as connection:
        rows = connection.execute(
            "SELECT target, key, at, reason FROM withheld WHERE reason <> '' AND (target = 'record' OR record_id = 0) "
            "ORDER BY at, target, key"
        )
        for target, key, at, reason in rows:
            click.echo(f"{at}  {target}  {key}  {reason}")


def _lift(db: Path, records: tuple[str, ...], urls: tuple[str, ...], files: tuple[int, ...]) -> None:
    from archive.maintenance.withholding import lift as lift_all  # noqa: PLC0415

    again = lift_all(db, place_of(db), records, urls, files)
    _read_again(db, again)
    renew_copies(db)
    click.echo(
        f"lifted: {quantity(len(again), 'record')} read again from their originals; what their history said before stays gone"
    )


def _read_again(db: Path, records: Sequence[tuple[str, int]]) -> None:
    """Read records, each with its portal, again from their originals."""
    from crawler import settings  # noqa: PLC0415
    from crawler.spiders.reparse import reparse  # noqa: PLC0415

    by_portal: dict[str, list[int]] = {}
    for portal, record_id in records:
        by_portal.setdefault(portal, []).append(record_id)
    for portal, ids in by_portal.items():
        reparse(db, place_of(db), portal, ocr=settings.DISCLOSURES_OCR, records=ids)


def renew_copies(db: Path) -> None:
    """Make the snapshot for download again, where there is one, and see to messages that wait: they show what was withheld."""
    from archive.export import snapshots  # noqa: PLC0415
    from crawler.notify.watch_state import beside, notes  # noqa: PLC0415
    from crawler.notify.watcher import take_back  # noqa: PLC0415

    if snapshots.kept(db) is not None:
        snapshots.renew(db)
    if beside(db).is_file():
        with notes(beside(db)) as state, closing(open_for_reading(db)) as connection:
            for watch in state.watches():
                take_back(connection, state, watch)
            state.leave_no_trace()
