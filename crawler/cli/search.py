"""The command `disclosures search`, and the options by which it and `disclosures export` narrow records: the search page's filters."""

import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archive.database.connection import open_for_reading
from archive.labels.code_labels import KINDS
from archive.model.printable import printable, unfiltered
from archive.search import engine
from archive.search.index import is_current
from archive.search.query import Query
from archive.search.request import DATE, EXACT, PLACE, STATE_CHOICES, parse_request, resolved
from archive.search.snippet import marked
from crawler.cli.options import ROWS, CommandError, db_option, plainly

NAMES = ("portal", "place", "kind", "publisher", "since", "until", "state", "files", "newest", "exact")


class _Date(click.ParamType):  # type: ignore[type-arg]  # click's own types differ by version
    """A year, a month or a day."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the date as it is; anything else is wrong use."""
        if not DATE.fullmatch(value) or value < "1000":
            self.fail(f"{value!r} is no year, month or day such as 2017, 2017-05 or 2017-05-02", param, ctx)
        return value


class _Place(click.ParamType):  # type: ignore[type-arg]
    """A division's code, or the first digits of it."""

    name = "place"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code as it is; anything else is wrong use."""
        if not PLACE.fullmatch(value):
            self.fail(f"{value!r} is no division code or its first digits, such as 64, 6403 or 640324", param, ctx)
        return value


_OPTIONS = (
    click.option("--portal", metavar="ID", help="Of this portal; for records a part of its name does, too."),
    click.option(
        "--place",
        type=_Place(),
        metavar="CODE",
        help="Of a division, by its code or the first digits of it: 64, 6403, 640324.",
    ),
    click.option("--kind", type=click.Choice(list(KINDS)), metavar="KIND", help=f"Of one kind: {', '.join(KINDS)}."),
    click.option("--publisher", metavar="NAME", help="Of one publisher: its whole name, or words in it."),
    click.option(
        "--since",
        type=_Date(),
        metavar="DATE",
        help="Of this year, month or day or later, as stated: 2017, 2017-05, 2017-05-02.",
    ),
    click.option("--until", type=_Date(), metavar="DATE", help="Of this year, month or day or earlier."),
    click.option(
        "--state",
        type=click.Choice(list(STATE_CHOICES)),
        metavar="STATE",
        help="In one state: listed, unlisted, withdrawn; gone: either of the latter.",
    ),
    click.option("--files", is_flag=True, help="With attachments."),
    click.option("--newest", is_flag=True, help="The newest first, not those that have the words in their titles."),
    click.option(
        "--exact", is_flag=True, help="The words alone, without their short forms, synonyms and agencies' other names."
    ),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of NAMES."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def search_of(connection: sqlite3.Connection, words: str, **filters: Any) -> engine.Search:  # noqa: ANN401
    """The search for `words` under the options NAMES, having told of words that were added.

    Raises CommandError where the index is of another version.
    """
    if not is_current(connection):
        raise CommandError("the search index was made by another version: `disclosures serve` or a crawl renews it")
    arguments = {name: str(filters[name] or "") for name in ("portal", "place", "kind", "publisher", "state")}
    arguments |= {"q": words, "from": str(filters["since"] or ""), "to": str(filters["until"] or "")}
    arguments |= {"files": "yes" if filters["files"] else "", "sort": "newest" if filters["newest"] else ""}
    arguments |= {"exact": EXACT if filters["exact"] else ""}
    portals = dict(map(tuple, connection.execute("SELECT id, name FROM portals ORDER BY division_code, id")))
    request = resolved(connection, parse_request(arguments), portals)
    if request.query and request.query.also:
        click.echo(f"also searched for: {'、'.join(request.query.also)} (--exact: your words alone)", err=True)
    return request


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
    Short forms, synonyms and other names of agencies are found as well, unless --exact is given or a word is quoted;
    what only these found says so in JSON (`also_searched`).
    """
    typed = " ".join(words)
    connection = open_for_reading(db)
    request = search_of(connection, typed, **filters) if typed.strip() else engine.search(typed)
    query = request.query or Query()
    if only_count:
        click.echo(engine.count(connection, request))
        return
    ids = engine.first(connection, request, limit)
    hits = engine.described(connection, ids, query)
    if as_json:
        typed_alone = engine.among(connection, replace(request, query=query.as_typed()), ids)
        also = {"also_searched": query.also}
        objects = [
            hit if record_id in typed_alone else {**hit, **also} for record_id, hit in zip(ids, hits, strict=True)
        ]
        click.echo(json.dumps(objects, ensure_ascii=False, indent=1))
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


def shown(date: str, text: str, query: Query) -> str:
    """A line of a hit, the words found in bold where the terminal can."""
    pieces = [click.style(piece, bold=True) if is_hit else piece for piece, is_hit in marked(printable(text), query)]
    return f"{date}  {''.join(pieces)}" if date else "".join(pieces)
