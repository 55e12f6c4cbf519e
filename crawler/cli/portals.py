"""`disclosures portals` and `due`: the life of a portal, and when each is to be crawled next."""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from archive.database.connection import open_for_reading
from archive.database.portal_changes import MOVED, REMOVED, RENAMED, RESUMED, RETIRED, Change, retired
from archive.maintenance.portal_life import Extent, change
from archive.masking.redaction import redact
from archive.model import clock
from archive.model.addresses import is_on_the_web, one_spelling
from archive.model.observations import is_portal_id
from archive.model.printable import quantity
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly
from crawler.cli.upkeep import renew_copies
from crawler.jobs.due import NONE, planned
from crawler.jobs.schedule import Plan
from crawler.portals import file_changes
from crawler.portals.portal_file import PortalFileError, known, load, own_files

portal_argument = click.argument("portal", metavar="PORTAL")
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")


def changes_archive(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that changes the archive its place, the option to change nothing, and plain errors."""
    return db_option(dry_run_option(plainly(command)))


_LIST = """
    SELECT p.id, p.name, p.home, (SELECT count(*) FROM records WHERE portal = p.id),
           (SELECT max(started_at) FROM crawls WHERE portal = p.id) FROM portals p ORDER BY p.id
"""
_HOSTS = "SELECT url FROM records WHERE portal = ? UNION ALL SELECT url FROM catalogs WHERE portal = ?"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line of the list.

    `state`: watched, retired, not crawled, `example`: a file that comes with the project, or `no file`: none is known for it.
    """

    portal: str
    name: str
    home: str
    state: str
    records: int = 0
    crawled_at: str | None = None
    retired_at: str | None = None
    file: str | None = None


@click.group()
def portals() -> None:
    """List the archive's portals, or say that one has moved, has another id, is retired, or is to be removed.

    Portal files of your own are changed with the archive; those that come with the project are not.
    """


@portals.command("list")
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@plainly
def list_portals(db: Path, as_json: bool) -> None:
    """List the portals of the archive and those of which there is a file: whether they are watched, and since when not."""
    files, own = {identity: str(path) for identity, path in known().items()}, own_files()
    portals_by_id = {}
    if db.is_file():
        with closing(open_for_reading(db)) as connection:
            unwatched = retired(connection)
            for identity, name, home, records, crawled_at in connection.execute(_LIST):
                more = unwatched.get(identity), files.get(identity)
                state = "retired" if identity in unwatched else "watched" if identity in files else "no file"
                portals_by_id[identity] = _Listed(identity, name, home, state, records, crawled_at, *more)
    faults = []
    for identity, file in files.items():
        if identity not in portals_by_id:
            try:
                portal, state = load(Path(file)), "not crawled" if identity in own else "example"
            except PortalFileError as error:
                faults.append(error)
            else:
                portals_by_id[identity] = _Listed(identity, portal.name, portal.home, state, file=file)
    for fault in faults:
        click.echo(f"not listed: {fault}", err=True)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in portals_by_id.values()], ensure_ascii=False, indent=1))
    for each in () if as_json else portals_by_id.values():
        last = f"last crawl {each.crawled_at[:10]}" if each.crawled_at else "never crawled"
        click.echo(f"{each.state:<12} {each.portal:<20} {each.records:>8,} records  {last}  {each.name}  {each.home}")
    sys.exit(ATTENTION if faults else 0)


@portals.command()
@portal_argument
@click.argument("home", metavar="HOME")
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="OLD[=NEW]",
    help="A further host that has moved; NEW is an address, by default HOME's. May be given again.",
)
@changes_archive
def move(portal: str, home: str, hosts: tuple[str, ...], db: Path, dry_run: bool) -> None:
    """Say that PORTAL stands at another address now: HOME. Paths are taken to be the same there.

    Records keep their numbers, versions and events, and are those found at the new host. What was crawled there already, as if it
    were new, becomes one with them. The next crawl is a full one.
    """
    if not is_on_the_web(home):
        raise CommandError(f"{home}: is no http or https address")
    home = one_spelling(home)
    identity, now = _identity(portal), clock.text(clock.now())
    moves = _moves(db, identity, home, hosts)
    file = file_changes.own_file(portal)
    text = file_changes.moved(file.read_text(encoding="utf-8"), moves, home) if file else None
    if file and text:
        _require_sound(file, text)
    changed = [Change(identity, MOVED, now, before, after) for before, after in moves.items()]
    extent = change(db, changed, {"home": home}, dry_run=dry_run)
    for before, after in moves.items():
        click.echo(f"{_in_tense('moved', dry_run)}: {identity}, from {before} to {after}")
    click.echo(f"  {_counted(extent)}; {extent.joined} of the records had been found there as if they were new")
    _write(file, text, identity, f"home = {json.dumps(home)}", dry_run)


@portals.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@changes_archive
def rename(old: str, new: str, db: Path, dry_run: bool) -> None:
    """Give the portal OLD the id NEW, everywhere. Where there is a file NEW.toml, its name and division count at once."""
    if not is_portal_id(new):
        raise CommandError(f"{new!r}: an id is lower-case letters, digits, - and _, a letter first")
    identity, now = _identity(old), clock.text(clock.now())
    if new == identity:
        raise CommandError(f"the archive has a portal {new!r} already: itself")
    file = file_changes.own_file(old)
    target = file.with_name(f"{new}.toml") if file else known().get(new)
    text = file_changes.renamed(file.read_text(encoding="utf-8"), new) if file else None
    if file and target and text:
        if target.exists():
            raise CommandError(f"{target} exists: delete it or {file}")
        _require_sound(target, text)
    stated = {}
    if target and not file:
        renamed = load(target)
        stated = {"name": redact(renamed.name).text, "division_code": renamed.division_code}
    extent = change(db, [Change(identity, RENAMED, now, after=new)], stated, dry_run=dry_run)
    click.echo(f"{_in_tense('renamed', dry_run)}: {identity} to {new}\n  {_counted(extent)}")
    _write(target if file else None, text, identity, f'id = "{new}", and call it {new}.toml', dry_run)
    if file and not dry_run:
        file.unlink()
    click.echo(f"  addresses of the site's pages that name {identity} (/-/browse/{identity}) now name {new}")


@portals.command()
@portal_argument
@click.option("--lift", is_flag=True, help="Watch it again.")
@changes_archive
def retire(portal: str, lift: bool, db: Path, dry_run: bool) -> None:
    """Watch PORTAL no longer: it is never due. Its records stay as they are, and the site says until when it was watched."""
    identity = _identity(portal)
    changed = Change(identity, RESUMED if lift else RETIRED, clock.text(clock.now()))
    extent = change(db, [changed], dry_run=dry_run)
    click.echo(
        f"{_in_tense('watched again' if lift else 'retired', dry_run)}: {identity}\n  {_counted(extent)} stay as they are"
    )


@portals.command()
@portal_argument
@click.option("--yes", is_flag=True, help="Don't ask.")
@changes_archive
def remove(portal: str, yes: bool, db: Path, dry_run: bool) -> None:
    """Take everything of PORTAL out of the archive: records, versions, events, its part of the index. Originals stay sealed."""
    identity = _identity(portal)
    removed = [Change(identity, REMOVED, clock.text(clock.now()))]
    extent = change(db, removed, dry_run=True)
    if dry_run:
        click.echo(f"would be removed: {identity}\n  {_counted(extent)}")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise CommandError(f"{_counted(extent)} would be deleted: say --yes")
        click.echo(f"{identity}: {_counted(extent)} will be deleted.")
        if click.prompt("Type the portal's id to go on", default="", show_default=False) != identity:
            raise CommandError("nothing was removed")
    change(db, removed)
    renew_copies(db)
    click.echo(f"removed: {identity}\n  {_counted(extent)}; the originals stay sealed")
    click.echo("  publish again what you publish from this archive; backups hold it still")
    if file := file_changes.own_file(portal):
        click.echo(f"  {file} stays; the portal is due no more unless you name it")


def _identity(name: str) -> str:
    return Path(name).stem if name.endswith(".toml") else name


def _moves(db: Path, portal: str, home: str, hosts: tuple[str, ...]) -> Mapping[str, str]:
    """Return the former hosts and what is in their place. Raises CommandError where none is told or known."""
    with closing(open_for_reading(db)) as connection:
        row = connection.execute("SELECT home FROM portals WHERE id = ?", (portal,)).fetchone()
        stood = {urlsplit(url).netloc.lower() for (url,) in connection.execute(_HOSTS, (portal, portal))}
    moves = {}
    base = _base(home)
    if row is not None and _base(row[0]) != base:
        moves[urlsplit(row[0]).netloc.lower()] = base
    for host in hosts:
        old, _, new = host.partition("=")
        if not old or "/" in old or (new and not is_on_the_web(new)):
            raise CommandError(f"--host {host}: must be a host, or HOST=ADDRESS with http or https")
        moves[old.lower()] = _base(new) if new else base
    if row is None:
        raise CommandError(f"the archive has no portal {portal!r}: `disclosures portals list` names them")
    if not moves:
        others = sorted(stood - {urlsplit(home).netloc.lower()})
        more = f"; its records stand on {', '.join(others)}, too: say --host {others[0]}" if others else ""
        raise CommandError(f"{portal} is at {base} already{more}")
    return moves


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _require_sound(path: Path, text: str) -> None:
    """Raise PortalFileError where the changed text would be no portal file."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, path.name)
        draft.write_text(text, encoding="utf-8")
        load(draft)


def _write(file: Path | None, text: str | None, portal: str, otherwise: str, dry_run: bool) -> None:
    if file and text:
        if not dry_run:
            file_changes.write(file, text)
        click.echo(f"  {file}: {_in_tense('changed', dry_run)}")
    else:
        click.echo(f"  no file of your own is known for {portal}: say in it {otherwise}")


def _in_tense(done: str, dry_run: bool) -> str:
    return f"would be {done}" if dry_run else done


def _counted(extent: Extent) -> str:
    counts = (
        (extent.records, "record"),
        (extent.events, "event"),
        (extent.catalogs, "catalogue"),
        (extent.crawls, "crawl"),
    )
    return ", ".join(quantity(*each) for each in counts)


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL…]")
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@plainly
def due(portals: tuple[str, ...], db: Path, as_json: bool) -> None:
    """Say when each portal is to be crawled next, and why; the most overdue first.

    Without PORTAL: all in the folder $DISCLOSURES_PORTALS. Those that come with the project are examples.
    """
    now = clock.now()
    upcoming, faults = planned(portals, db, now)
    for fault in faults:
        click.echo(f"not crawled: {fault}", err=True)
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
    elif not portals and not own_files():
        click.echo(f"note: {NONE}", err=True)
    for each in () if as_json else upcoming:
        click.echo(f"{each.portal.id:<20} {_when(each, now):<22} {each.mode:<7} {each.why}")
    sys.exit(ATTENTION if faults else 0)


def _when(plan: Plan, now: datetime) -> str:
    if plan.at <= now:
        return "now"
    return plan.at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M +0800")
