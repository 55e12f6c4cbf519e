"""The `disclosures` command."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from archive import hits as finding
from archive.database import open_for_reading
from archive.excerpt import marked
from crawler import (
    cli_archive,
    cli_ask,
    cli_export,
    cli_keep,
    cli_many,
    cli_probe,
    cli_schedule,
    cli_serve,
    cli_status,
    cli_watch,
)
from crawler.cli_common import ATTENTION, ROWS, WRONG_USE, CommandError, db_option, plainly
from crawler.cli_filters import filter_options, wanted


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="disclosures", message="%(prog)s %(version)s")
def main() -> None:
    """An archive of county disclosure catalogues (政府信息公开目录)."""


for command in (
    cli_probe.probe, cli_schedule.due, cli_status.status,
    cli_ask.ask_archive, cli_export.export, cli_serve.serve, cli_serve.publish, cli_watch.watch,
    cli_archive.verify, cli_archive.seal, cli_archive.reparse, cli_archive.redact,
    cli_keep.backup, cli_keep.restore, cli_keep.merge, cli_keep.doctor, cli_many.enqueue, cli_many.work,
):  # fmt: skip
    main.add_command(command)


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
@click.option("--delay", type=click.FloatRange(0), help="Seconds between two requests to one host. Default: 3.")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests to one host at a time. Default: 1.")
@plainly
def crawl(  # noqa: PLR0913, PLR0917 - one for each option
    portals: tuple[str, ...], due: bool, mode: str | None, db: Path, delay: float | None, concurrency: int | None
) -> None:
    """Crawl portals into the archive. PORTAL is an id (`scrapy list` shows them) or a portal file's path.

    Exit status: 0 done, 1 done but something needs attention, 2 wrong use.
    """
    names = cli_schedule.due_now(portals, db) if due else list(portals)
    if due and not names:
        click.echo("nothing is due")
        return
    if not names:
        raise CommandError("say which portals to crawl, or --due for all that are due")
    from crawler.run import Rate, crawl_portals  # noqa: PLC0415 - Scrapy takes a second to load

    sys.exit(ATTENTION if crawl_portals(names, db, mode or "", Rate(delay, concurrency)) else 0)


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
    from crawler.run import sample_portal_file  # noqa: PLC0415

    days = (2,) if holds_sample(db) else (1, 2)
    server = start_sample(days[0], sample_port)
    with server, sample_portal_file(server.url) as portal_file:
        for day in days:
            click.echo(f"The sample portal, day {day}")
            server.set_day(day)
            options = ["--db", str(db), "--mode", "full", "--delay", "0", "--concurrency", "8"]
            command = [sys.executable, "-m", "crawler.cli", "crawl", str(portal_file), *options]
            status = subprocess.run(command, check=False).returncode  # noqa: S603 - one crawl a process, for Scrapy's sake
            if status == WRONG_USE:
                sys.exit(WRONG_USE)
        if no_serve:
            sys.exit(status)
        cli_serve.serve_archive(db, host, port)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True)
@filter_options
@db_option
@click.option("--limit", type=ROWS, default=20, show_default=True, help="Hits at the most.")
@click.option("--count", "only_count", is_flag=True, help="Print the number of hits alone.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@plainly
def search(
    *, words: tuple[str, ...], db: Path, limit: int, only_count: bool, as_json: bool, **filters: str | int | bool | None
) -> None:
    """Search titles, numbers, publishers, texts and files; best first.

    All WORDS must be found; | or OR between two asks for either, a leading - excludes one, "…" keeps words together.
    """
    query = " ".join(words)
    connection = open_for_reading(db)
    asked = wanted(connection, query, **filters) if query.strip() else finding.search(query)
    if only_count:
        click.echo(finding.count(connection, asked))
        return
    hits = finding.described(connection, finding.first(connection, asked, limit), query)
    if as_json:
        click.echo(json.dumps(hits, ensure_ascii=False, indent=1))
        return
    for hit in hits:
        click.echo(shown(hit["published_on"] or "          ", hit["title"] or "（无标题）", query))
        click.echo(f"            {'  '.join(hit[name] or '' for name in ('publisher', 'index_number')).strip()}")
        click.echo(f"            {hit['url']}")
        if hit["snippet"] != hit["title"]:
            click.echo(f"            {shown('', hit['snippet'] or '', query)}")
    total = finding.count(connection, asked)
    click.echo(f"{total} found" + (f", the best {len(hits)} shown" if total > len(hits) else ""), err=True)


def shown(date: str, text: str, query: str) -> str:
    """A line of a hit, the words found in bold where the terminal can."""
    pieces = [click.style(piece, bold=True) if found else piece for piece, found in marked(text, query)]
    return f"{date}  {''.join(pieces)}" if date else "".join(pieces)


def holds_sample(db: Path) -> bool:
    """Whether the archive at `db` has crawled the sample portal before: its first day must not come after its second."""
    if not db.is_file():
        return False
    connection = open_for_reading(db)
    return bool(connection.execute("SELECT count(*) FROM crawls WHERE portal = 'sample'").fetchone()[0])


def start_sample(day: int, port: int) -> Any:  # noqa: ANN401
    """A sample portal that listens on `port` of this machine. Raises CommandError where the port is taken."""
    from crawler.sample.server import SampleServer  # noqa: PLC0415

    try:
        return SampleServer(day=day, port=port)
    except OSError as error:
        raise CommandError(f"port {port} can't be had ({error.strerror}): choose another one") from error


if __name__ == "__main__":
    main()
