"""Options by which `disclosures search` and `disclosures export` narrow records: the search page's filters."""

import sqlite3
from collections.abc import Callable
from typing import Any

import click

from archive.labels.code_labels import KINDS
from archive.search import engine
from archive.search.index import is_current
from archive.search.request import STATE_CHOICES, parse_request, resolved
from crawler.cli.options import CommandError

NAMES = ("portal", "kind", "publisher", "since", "until", "state", "files", "newest")

_OPTIONS = (
    click.option("--portal", metavar="ID", help="Of this portal; for records a part of its name does, too."),
    click.option("--kind", type=click.Choice(list(KINDS)), metavar="KIND", help=f"Of one kind: {', '.join(KINDS)}."),
    click.option("--publisher", metavar="NAME", help="Of one publisher: its whole name, or words in it."),
    click.option("--since", type=click.IntRange(1000, 9999), metavar="YEAR", help="Of this year or later, as stated."),
    click.option("--until", type=click.IntRange(1000, 9999), metavar="YEAR", help="Of this year or earlier."),
    click.option(
        "--state",
        type=click.Choice(list(STATE_CHOICES)),
        metavar="STATE",
        help="In one state: listed, unlisted, withdrawn; gone: either of the latter.",
    ),
    click.option("--files", is_flag=True, help="With attachments."),
    click.option("--newest", is_flag=True, help="The newest first, not those that have the words in their titles."),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of NAMES."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def search_of(connection: sqlite3.Connection, words: str, **filters: Any) -> engine.Search:  # noqa: ANN401
    """The search for `words` under the options NAMES. Raises CommandError where the index is of another version."""
    if not is_current(connection):
        raise CommandError("the search index was made by another version: `disclosures serve` or a crawl renews it")
    arguments = {name: str(filters[name] or "") for name in ("portal", "kind", "publisher", "state")}
    arguments |= {"q": words, "from": str(filters["since"] or ""), "to": str(filters["until"] or "")}
    arguments |= {"files": "yes" if filters["files"] else "", "sort": "newest" if filters["newest"] else ""}
    portals = dict(map(tuple, connection.execute("SELECT id, name FROM portals ORDER BY division_code, id")))
    return resolved(connection, parse_request(arguments), portals)
