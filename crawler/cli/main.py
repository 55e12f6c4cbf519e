"""The `disclosures` command."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO, cast

import click

from archive.database.connection import ArchiveError, open_for_reading
from archive.model.printable import PrintableStream
from crawler.cli.options import (
    ATTENTION,
    METADATA,
    WRONG_USE,
    CommandError,
    FiniteRange,
    db_option,
    plainly,
    shown_progress,
)
from crawler.portals.portal_file import PortalFileError

MODULES = {
    **{name: name for name in ("ask", "export", "portals", "probe", "search", "serve", "status", "verify", "watch")},
    **dict.fromkeys(("backup", "doctor", "merge", "restore", "review", "withhold"), "upkeep"),
    **dict.fromkeys(("enqueue", "jobs", "work"), "workers"),
    **dict.fromkeys(("redact", "reparse"), "verify"),
    "check-proof": "proof",
    "coverage": "probe",
    "due": "portals",
    "prove": "proof",
    "publish": "serve",
    "seal": "proof",
    "subscriptions": "watch",
    "survey": "probe",
    "tell": "status",
}
"""Command → its module. Each is loaded when it is run: together they need half a second, and a crawl none of them."""

ALIASES = {"portal": "portals"}


class Commands(click.Group):
    """The commands of this module and those of MODULES."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted({*self.commands, *MODULES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        cmd_name = ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in MODULES:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"crawler.cli.{MODULES[cmd_name]}"), cmd_name.replace("-", "_"))
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="disclosures", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """An archive of county disclosure catalogues (政府信息公开目录)."""
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", PrintableStream(stream or _nowhere())) for stream in streams)
    context.call_on_close(lambda: _restore(*streams))
    context.with_resource(ends_as_interrupted())


def _nowhere() -> TextIO:
    """The stream in the place of one that was closed before the command began (`>&-`)."""
    return Path(os.devnull).open("w", encoding="utf-8")


@contextmanager
def ends_as_interrupted() -> Iterator[None]:
    """Let SIGTERM, and a terminal that goes away (SIGHUP), end a command as Ctrl-C does: what it has half made is cleared away.

    Who takes SIGTERM otherwise, as crawls, the site and workers do, takes SIGHUP so, too. It comes twice where a shell passes it on.
    What is ignored, by `nohup` for one, stays so.
    """

    def hang_up(*_: object) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.raise_signal(signal.SIGTERM)

    handlers: dict[signal.Signals, Any] = {signal.SIGTERM: signal.default_int_handler, signal.SIGHUP: hang_up}
    taken = [number for number in handlers if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, handlers[number])
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _restore(out: TextIO, err: TextIO) -> None:
    """Put back the streams that were there before."""
    sys.stdout, sys.stderr = out, err


@main.command()
@click.argument("portals", nargs=-1, metavar="PORTAL…")
@click.option(
    "--due", is_flag=True, help="Only those that are due: of PORTAL…, or of all that are known. See `disclosures due`."
)
@click.option(
    "--mode",
    type=click.Choice(["full", "update"]),
    help="Read everything, or what is new, changed or due. Default: update, or full where the last one is a week old.",
)
@db_option
@click.option("--delay", type=FiniteRange(0), help="Seconds between two requests to one host. Default: 3.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests to one host at a time. Default: 1.")
@click.option("-s", "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of Scrapy's, or of ours.")
@click.option("-L", "--loglevel", metavar="LEVEL", help="Of crawl.log: DEBUG, INFO, WARNING, ERROR. Default: INFO.")
@plainly
def crawl(  # noqa: PLR0913 - one for each option
    *,
    portals: tuple[str, ...],
    due: bool,
    mode: str | None,
    db: Path,
    delay: float | None,
    concurrency: int | None,
    settings: tuple[str, ...],
    loglevel: str | None,
) -> None:
    """Crawl portals into the archive. PORTAL is an id (`scrapy list` shows them) or a portal file's path.

    Exit status: 0 done, 1 done but something needs attention, 2 wrong use.
    """
    from pipelines.writer_client import writer_client  # noqa: PLC0415

    if not due:
        writer_client()  # starts while all else is loaded, which takes most of a second
    bring_up_to_date(db)
    names, more = list(portals), None
    faults: list[PortalFileError] = []
    if due:
        from crawler.jobs.due import due_now  # noqa: PLC0415

        names, faults = _due(portals, db)
        more = partial(due_now, portals, db)
    if not names:
        raise CommandError("say which portals to crawl, or --due for all that are due")
    writer_client()
    from crawler.jobs.checked_settings import SettingError  # noqa: PLC0415
    from crawler.jobs.run import crawl_portals, crawl_settings  # noqa: PLC0415

    if wrong := next((each for each in settings if "=" not in each), None):
        raise CommandError(f"-s {wrong}: must be NAME=VALUE")
    overridden = dict(each.split("=", 1) for each in settings) | ({"LOG_LEVEL": loglevel} if loglevel else {})
    try:
        by = crawl_settings(db, mode or "", delay, concurrency, overridden)
    except SettingError as error:
        raise CommandError(str(error)) from error
    attention = crawl_portals(names, by, more)
    if attention is None:
        sys.exit(ATTENTION)
    done = [stamp_days(db), notify_readers(db)]
    sys.exit(ATTENTION if attention or faults or not all(done) else 0)


def _due(portals: Sequence[str], db: Path) -> tuple[list[str], list[PortalFileError]]:
    """The portals that are due, and what is wrong with portal files; ends the command where none is due."""
    from crawler.jobs.due import NONE, due_now  # noqa: PLC0415
    from crawler.portals.portal_file import own_files  # noqa: PLC0415

    names, faults = due_now(portals, db)
    for fault in faults:
        click.echo(f"not crawled: {fault}", err=True)
    if not names:
        click.echo("nothing is due" if portals or own_files() else f"nothing is due: {NONE}")
        sys.exit(ATTENTION if faults else 0)
    return names, faults


def stamp_days(db: Path) -> bool:
    """Have the days that are sealed stamped where $DISCLOSURES_TIMESTAMP names servers; whether nothing failed."""
    if not os.environ.get("DISCLOSURES_TIMESTAMP") or not db.is_file():
        return True
    from crawler.cli.proof import ask_for_stamps, timestamp_servers  # noqa: PLC0415

    return ask_for_stamps(db, timestamp_servers())


def notify_readers(db: Path) -> bool:
    """Send readers what they subscribed to where $DISCLOSURES_METADATA names the site's metadata; whether nothing failed."""
    if not os.environ.get(METADATA) or not db.is_file():
        return True
    from crawler.cli.watch import send_due  # noqa: PLC0415

    try:
        return send_due(db, Path(os.environ[METADATA]))
    except (ArchiveError, CommandError) as error:
        click.echo(f"readers were sent nothing: {error}", err=True)
        return False


def bring_up_to_date(db: Path) -> None:
    """Bring an archive that an earlier version wrote up to date, and say so.

    Raises ArchiveError, also where the archive is lost, though its originals are there.
    """
    from archive.evidence.evidence_reader import place_of  # noqa: PLC0415
    from archive.ingest.crawl_session import require_archive  # noqa: PLC0415
    from archive.maintenance.upgrade import is_behind, upgrade  # noqa: PLC0415

    require_archive(db, place_of(db))
    if not is_behind(db):
        return
    click.echo(
        f"{db} was written by an earlier version: it is brought up to date first, which may take minutes", err=True
    )
    with shown_progress() as progress:
        upgrade(db, progress)
    click.echo(f"{db} is up to date", err=True)


@main.command()
@click.option(
    "--day", type=click.IntRange(1), default=1, show_default=True, help="Show the site as it stood on this day."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8640, show_default=True, help="0 takes a free one.")
@plainly
def sample(day: int, port: int) -> None:
    """Serve the bundled sample portal until Ctrl-C."""
    server = start_sample(day, port)
    click.echo(f"The sample portal as of day {day}: {server.url}/  (Ctrl-C ends it)")
    server.serve_forever()


@main.command()
@db_option
@click.option("--no-serve", is_flag=True, help="Only crawl.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve the archive at.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option(
    "--sample-port",
    type=click.IntRange(1, 65535),
    default=8640,
    show_default=True,
    help="Where the sample portal stands.",
)
@plainly
def demo(db: Path, no_serve: bool, host: str, port: int, sample_port: int) -> None:
    """Crawl the sample portal over real HTTP on its first day and its second, then serve the archive."""
    from crawler.cli.serve import serve_archives  # noqa: PLC0415
    from crawler.sample.site import portal_toml  # noqa: PLC0415

    days = (2,) if holds_sample(db) else (1, 2)
    server = start_sample(days[0], sample_port)
    with server, tempfile.TemporaryDirectory() as folder:
        portal_file = Path(folder) / "sample.toml"
        portal_file.write_text(portal_toml(server.url), encoding="utf-8")
        for day in days:
            click.echo(f"The sample portal, day {day}")
            server.set_day(day)
            options = ["--db", str(db), "--mode", "full", "--delay", "0", "--concurrency", "8"]
            command = [sys.executable, "-m", "crawler.cli.main", "crawl", str(portal_file), *options]
            status = subprocess.run(command, check=False).returncode  # noqa: S603 - one crawl a process, for Scrapy's sake
            if status == WRONG_USE:
                sys.exit(WRONG_USE)
        if no_serve:
            sys.exit(status)
        serve_archives({db.stem: db}, host, port)


def holds_sample(db: Path) -> bool:
    """Return whether the archive at `db` has crawled the sample portal before: its first day must not come after its second."""
    if not db.is_file():
        return False
    connection = open_for_reading(db)
    return bool(connection.execute("SELECT count(*) FROM crawls WHERE portal = 'sample'").fetchone()[0])


def start_sample(day: int, port: int) -> Any:  # noqa: ANN401
    """A sample portal that listens on `port` of this machine. Raises CommandError where the port is taken."""
    from crawler.sample.portal_server import SampleServer  # noqa: PLC0415

    try:
        return SampleServer(day=day, port=port)
    except OSError as error:
        raise CommandError(f"port {port} can't be had ({error.strerror}): choose another one") from error


if __name__ == "__main__":
    main()
