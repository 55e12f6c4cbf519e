"""The commands `serve` and `publish`: serve archives as they are, or make snapshots of them to be served."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.database.connection import ArchiveError
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.search.synonyms import thesaurus
from crawler.cli.options import CommandError, db_option, metadata_option, plainly

if TYPE_CHECKING:
    from archive.export.public_database import Snapshot

MIB = 1 << 20

_NAMED = re.compile(r"(?:(?P<name>[\w-]{1,60})=)?(?P<path>.+)", re.DOTALL)

archives_argument = click.argument("archives", nargs=-1, metavar="[[NAME=]ARCHIVE]...")
"""Archives that are one site together, in place of --db."""


def named_archives(typed: Sequence[str], db: Path) -> dict[str, Path]:
    """Return the archives of a site by their names, which their addresses have: given as NAME=FILE, or the file's name without its end.

    Where none are typed, it is `db`. Raises CommandError where two have one name, and where one has none that can be printed.
    """
    archives: dict[str, Path] = {}
    for each in typed or [str(db)]:
        named = _NAMED.fullmatch(each)
        path = Path(named["path"]) if named else Path(each)
        name = (named and named["name"]) or path.stem
        if not name.isprintable():
            raise CommandError(f"{str(path)!r}: its name can't stand in addresses: give it another, as in north=FILE")
        if name in archives:
            raise CommandError(f"two archives are called {name}: name one of them, as in other={path}")
        archives[name] = path
    return archives


@click.command()
@archives_argument
@db_option
@click.option(
    "--published",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Serve what `disclosures publish FOLDER` made, in place of --db; what is published later is served as soon as it is there.",
)
@metadata_option("Datasette's metadata (YAML or JSON): who may see the archive, the settings of plugins.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option(
    "--host-name",
    "host_names",
    multiple=True,
    metavar="NAME",
    help="A name the site goes by, as readers' browsers state it; may be given again. Default: $DISCLOSURES_HOST_NAMES. "
    "Loopback and the address itself need none.",
)
@plainly
def serve(  # noqa: PLR0913, PLR0917 - one for each option
    archives: tuple[str, ...],
    db: Path,
    published: Path | None,
    metadata: Path | None,
    host: str,
    port: int,
    host_names: tuple[str, ...],
) -> None:
    """Serve the archive as a searchable site until Ctrl-C; several as one, each under its name."""
    if published and archives:
        raise CommandError("--published serves what was published: leave out the archives")
    paths = named_archives(archives, db)
    serve_archives(paths, host, port, published=published, metadata=metadata, host_names=host_names)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@archives_argument
@db_option
@plainly
def publish(folder: Path, archives: tuple[str, ...], db: Path) -> None:
    """Make a snapshot of the archive in FOLDER, to be served: no originals, no internals, every row counted, checked.

    It takes the place of the former one in one step; where anything is wrong, or nothing has changed, the former one stays.
    Crawls may go on. Of several archives, each has a folder of its own in FOLDER, and they are served as one site.
    """
    from archive.export import snapshots  # noqa: PLC0415

    now = clock.text(clock.now())
    paths = named_archives(archives, db)
    if len(paths) == 1:
        _say_published(snapshots.publish(next(iter(paths.values())), folder, now), now)
        return
    for made in snapshots.publish_several(paths, folder, now).values():
        _say_published(made, now)


def _say_published(made: "Snapshot", now: str) -> None:
    """Say what was published."""
    records, same = (
        made.counts["records"],
        "" if made.made_at == now else "; nothing has changed, it stays as published",
    )
    click.echo(
        f"{made.path.parent}: {records:,} records, {made.bytes / MIB:,.1f} MiB, checked; sha256 {made.sha256}{same}"
    )


def serve_archives(  # noqa: PLR0913 - what the commands have options for
    paths: Mapping[str, Path],
    host: str,
    port: int,
    *,
    published: Path | None = None,
    metadata: Path | None = None,
    host_names: tuple[str, ...] = (),
) -> None:
    """Serve the archives at `paths`, by their names, or what is `published`, until Ctrl-C.

    Raises ArchiveError, SynonymsError, or CommandError where the address can't be had.
    """
    from archive.export.snapshots import check_together  # noqa: PLC0415
    from archive.web.http.published import PublishedSite  # noqa: PLC0415 - Datasette takes a second to load
    from archive.web.http.server import read_metadata, run, site_of  # noqa: PLC0415

    thesaurus()
    settings = read_metadata(metadata) if metadata else None
    application: Any
    if published:
        application = PublishedSite(published, settings)
    else:
        check_together(paths)
        for path in paths.values():
            with suppress(ArchiveError):  # an archive that can't be written to is served as it is
                open_up_to_date(path).close()
        application = site_of(paths, settings).app()
    try:
        run(application, host, port, lambda url: click.echo(f"The archive: {url}  (Ctrl-C ends it)"), host_names)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"{host}:{port} can't be had ({reason}): choose another with --port") from error
