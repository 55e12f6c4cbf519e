"""The `disclosures` command."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from archive import search as searching
from archive.database import ArchiveError, open_for_reading
from crawler.portal import PortalFileError

DEFAULT_DB = "data/disclosures.db"

ATTENTION = 1
WRONG_USE = 2


class CommandError(click.ClickException):
    """An error the user can mend: one plain line, exit status 2."""

    exit_code = WRONG_USE

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - click's signature
        """The message on standard error."""
        click.echo(f"disclosures: {self.format_message()}", err=True)


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors a user can cause into one line and exit status 2."""

    @wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return command(*args, **kwargs)
        except (ArchiveError, PortalFileError) as error:
            raise CommandError(str(error)) from error

    return wrapper


db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=lambda: Path(os.environ.get("DISCLOSURES_DB", DEFAULT_DB)),
    help=f"The archive. Default: $DISCLOSURES_DB, else {DEFAULT_DB}.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="disclosures", message="%(prog)s %(version)s")
def main() -> None:
    """An archive of county disclosure catalogues (政府信息公开目录)."""


@main.command()
@click.argument("portals", nargs=-1, required=True, metavar="PORTAL…")
@click.option(
    "--mode", type=click.Choice(["full"]), default="full", show_default=True, help="How to walk the catalogues."
)
@db_option
@click.option("--delay", type=click.FloatRange(0), help="Seconds between two requests to one host. Default: 3.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests to one host at a time. Default: 1.")
@plainly
def crawl(portals: tuple[str, ...], mode: str, db: Path, delay: float | None, concurrency: int | None) -> None:
    """Crawl portals into the archive. PORTAL is an id (`scrapy list` shows them) or a portal file's path.

    Exit status: 0 done, 1 done but something needs attention, 2 wrong use.
    """
    from crawler.run import Rate, crawl_portals  # noqa: PLC0415 - Scrapy takes a second to load

    sys.exit(ATTENTION if crawl_portals(portals, db, mode, Rate(delay, concurrency)) else 0)


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
    """Crawl the sample portal over real HTTP, then serve the archive."""
    from crawler.run import Rate, crawl_portals, sample_portal_file  # noqa: PLC0415

    server = start_sample(1, sample_port)
    with server, sample_portal_file(server.url) as portal_file:
        status = crawl_portals((str(portal_file),), db, "full", Rate(0, 8))
        if no_serve:
            sys.exit(ATTENTION if status else 0)
        serve_archive(db, host, port)


@main.command()
@db_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@plainly
def serve(db: Path, host: str, port: int) -> None:
    """Serve the archive as a searchable site until Ctrl-C."""
    serve_archive(db, host, port)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True)
@db_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Hits at the most.")
@click.option("--count", "only_count", is_flag=True, help="Print the number of hits alone.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@plainly
def search(words: tuple[str, ...], db: Path, limit: int, only_count: bool, as_json: bool) -> None:
    """Search titles, numbers, publishers and texts; best first.

    All WORDS must be found; "…" keeps words together, a leading - excludes one.
    """
    query = " ".join(words)
    connection = open_for_reading(db)
    if only_count:
        click.echo(searching.count(connection, query))
        return
    hits = searching.search(connection, query, limit)
    if as_json:
        click.echo(json.dumps(hits, ensure_ascii=False, indent=1))
        return
    for hit in hits:
        click.echo(shown(hit["published_on"] or "          ", hit["title"] or "（无标题）", query))
        click.echo(f"            {'  '.join(hit[name] or '' for name in ('publisher', 'index_number')).strip()}")
        click.echo(f"            {hit['url']}")
        if hit["snippet"] != hit["title"]:
            click.echo(f"            {shown('', hit['snippet'] or '', query)}")
    total = searching.count(connection, query)
    click.echo(f"{total} found" + (f", the best {len(hits)} shown" if total > len(hits) else ""), err=True)


def shown(date: str, text: str, query: str) -> str:
    """A line of a hit, the words found in bold where the terminal can."""
    pieces = [click.style(piece, bold=True) if found else piece for piece, found in searching.marked(text, query)]
    return f"{date}  {''.join(pieces)}" if date else "".join(pieces)


def start_sample(day: int, port: int) -> Any:  # noqa: ANN401
    """A sample portal that listens on `port` of this machine. Raises CommandError where the port is taken."""
    from crawler.sample.server import SampleServer  # noqa: PLC0415

    try:
        return SampleServer(day=day, port=port)
    except OSError as error:
        raise CommandError(f"port {port} can't be had ({error.strerror}): choose another one") from error


def serve_archive(db: Path, host: str, port: int) -> None:
    """Serve the archive at `db` until Ctrl-C. Raises CommandError where the address can't be had."""
    from archive.web.server import serve as serve_site  # noqa: PLC0415 - Datasette takes a second to load

    try:
        serve_site(db, host, port, lambda url: click.echo(f"The archive: {url}  (Ctrl-C ends it)"))
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"{host}:{port} can't be had ({reason}): choose another with --port") from error


if __name__ == "__main__":
    main()
