"""The commands `serve` and `publish`: serve an archive as it is, or make a snapshot of it to be served."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from archive.database.connection import ArchiveError, open_for_reading
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.search.synonyms import thesaurus
from crawler.cli.options import METADATA, CommandError, db_option, plainly

MIB = 1 << 20


@click.command()
@db_option
@click.option(
    "--published",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Serve what `disclosures publish FOLDER` made, in place of --db; what is published later is served as soon as it is there.",
)
@click.option(
    "--metadata",
    envvar=METADATA,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"Datasette's metadata (YAML or JSON): who may see the archive, the settings of plugins. Default: ${METADATA}.",
)
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
    db: Path, published: Path | None, metadata: Path | None, host: str, port: int, host_names: tuple[str, ...]
) -> None:
    """Serve the archive as a searchable site until Ctrl-C."""
    serve_archive(db, host, port, published=published, metadata=metadata, host_names=host_names)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@db_option
@plainly
def publish(folder: Path, db: Path) -> None:
    """Make a snapshot of the archive in FOLDER, to be served: no originals, no internals, every row counted, checked.

    It takes the place of the former one in one step; where anything is wrong, or nothing has changed, the former one stays.
    Crawls may go on.
    """
    from archive.export import snapshots  # noqa: PLC0415

    now = clock.text(clock.now())
    made = snapshots.publish(db, folder, now)
    records, same = (
        made.counts["records"],
        "" if made.made_at == now else "; nothing has changed, it stays as published",
    )
    click.echo(
        f"{made.path.parent}: {records:,} records, {made.bytes / MIB:,.1f} MiB, checked; sha256 {made.sha256}{same}"
    )


def serve_archive(  # noqa: PLR0913 - what the commands have options for
    db: Path,
    host: str,
    port: int,
    *,
    published: Path | None = None,
    metadata: Path | None = None,
    host_names: tuple[str, ...] = (),
) -> None:
    """Serve the archive at `db`, or what is `published`, until Ctrl-C. Raises ArchiveError, SynonymsError, or CommandError where the address can't be had."""
    from archive.web.http.published import PublishedSite  # noqa: PLC0415 - Datasette takes a second to load
    from archive.web.http.server import make_datasette, read_metadata, run  # noqa: PLC0415

    thesaurus()
    settings = read_metadata(metadata) if metadata else None
    application: Any
    if published:
        application = PublishedSite(published, settings)
    else:
        open_for_reading(db).close()
        with suppress(ArchiveError):  # an archive that can't be written to is served as it is
            open_up_to_date(db).close()
        application = make_datasette(db, settings).app()
    try:
        run(application, host, port, lambda url: click.echo(f"The archive: {url}  (Ctrl-C ends it)"), host_names)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"{host}:{port} can't be had ({reason}): choose another with --port") from error
