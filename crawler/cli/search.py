"""`disclosures search`."""

import json
import sys
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.model.printable import printable, unfiltered
from archive.search import engine
from archive.search.snippet import marked
from crawler.cli.filters import filter_options, search_of
from crawler.cli.options import ROWS, db_option, plainly


@click.command(context_settings={"ignore_unknown_options": True})
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
    request = search_of(connection, query, **filters) if query.strip() else engine.search(query)
    if only_count:
        click.echo(engine.count(connection, request))
        return
    hits = engine.described(connection, engine.first(connection, request, limit), query)
    if as_json:
        click.echo(json.dumps(hits, ensure_ascii=False, indent=1))
        return
    out = unfiltered(sys.stdout)
    for hit in hits:
        click.echo(shown(hit["published_on"] or "          ", hit["title"] or "（无标题）", query), file=out)
        click.echo(f"            {'  '.join(hit[name] or '' for name in ('publisher', 'index_number')).strip()}")
        click.echo(f"            {hit['url']}")
        if hit["snippet"] != hit["title"]:
            click.echo(f"            {shown('', hit['snippet'] or '', query)}", file=out)
    total = engine.count(connection, request)
    click.echo(f"{total} found" + (f", the best {len(hits)} shown" if total > len(hits) else ""), err=True)


def shown(date: str, text: str, query: str) -> str:
    """A line of a hit, the words found in bold where the terminal can."""
    pieces = [click.style(piece, bold=True) if is_hit else piece for piece, is_hit in marked(printable(text), query)]
    return f"{date}  {''.join(pieces)}" if date else "".join(pieces)
