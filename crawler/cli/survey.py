"""The commands `survey` and `coverage`: from lists of home pages to portal files, and what of the country is covered."""

import csv
import json
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from archive.database.connection import open_for_reading
from archive.directory.coverage import ARCHIVED, UNLISTED_DIVISION, by_province, counties, worklist
from archive.directory.entries import BLOCKED, NOT_TRIED, SURVEYED, Listed, add
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from crawler.cli.options import ATTENTION, CommandError, db_option, plainly

_SHOWN = 20
"""Conflicts, and lines of the worklist, that are printed one by one."""


@click.command()
@click.argument("lists", nargs=-1, metavar="FILE.csv…")
@click.option(
    "--wikidata", is_flag=True, help="Ask Wikidata's query service for divisions with an official website, too."
)
@click.option("--settle", is_flag=True, help="Where lists contradict each other, the homes in FILE.csv are right.")
@click.option("--list-only", is_flag=True, help="Keep the lists in the directory; look at no portal.")
@click.option("--again", is_flag=True, help="Look again at homes where no catalogue was found.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), envvar="DISCLOSURES_PORTALS", default="portals",
    show_default=True, metavar="DIR", help="The folder for portal files; default: $DISCLOSURES_PORTALS, else portals.",
)  # fmt: skip
@click.option(
    "--delay",
    type=click.FloatRange(0),
    default=3.0,
    show_default=True,
    help="Seconds between two requests to one host.",
)
@click.option("--hosts", type=click.IntRange(1, 64), default=16, show_default=True, help="Hosts asked at a time.")
@db_option
@plainly
def survey(  # noqa: PLR0913 - one for each option
    lists: tuple[str, ...],
    *,
    wikidata: bool,
    settle: bool,
    list_only: bool,
    again: bool,
    out: Path,
    delay: float,
    hosts: int,
    db: Path,
) -> None:
    """Look at the portals of lists of home pages, and write a portal file for each that can be read.

    FILE.csv has a column `home`, and `code` (GB/T 2260) or `name` (full) beside it. Each home is kept in the directory with its source;
    what is broken off goes on with the next `disclosures survey`, which needs no list. Exit status 1 where some were not read.
    """
    sources = [(path, _read(Path(path))) for path in lists]
    if wikidata:
        sources.append(("Wikidata", _asked()))
    with closing(open_up_to_date(db)) as connection:
        today = clock.now().date().isoformat()
        for source, rows in sources:
            added, complaints = add(connection, rows, Path(source).name, today, settle=settle and source != "Wikidata")
            click.echo(f"{source}: {len(rows)} rows, {added} new homes, {len(complaints)} conflicts")
            for line in complaints[:_SHOWN]:
                click.echo(f"  conflict: {line}")
        if list_only:
            return
        found = _surveyed(connection, out, delay, hosts, again=again)
    click.echo(_summary(found))
    sys.exit(ATTENTION if found.total() > found[SURVEYED] else 0)


def _read(path: Path) -> list[Listed]:
    """The rows of an operator's list. Raises CommandError."""
    from crawler.survey.lists import read_list  # noqa: PLC0415

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(read_list(file))
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: is not UTF-8") from error
    except (ValueError, csv.Error) as error:
        raise CommandError(f"{path}: {error}") from error


def _asked() -> list[Listed]:
    """The rows that Wikidata has. Raises CommandError."""
    from crawler.survey.wikidata import WikidataError, ask  # noqa: PLC0415

    try:
        return list(ask())
    except WikidataError as error:
        raise CommandError(str(error)) from error


def _surveyed(connection: sqlite3.Connection, out: Path, delay: float, hosts: int, *, again: bool) -> Counter[str]:
    """Survey what is to be surveyed, and tell of each; how many were found in which state. Raises ArchiveError and CommandError."""
    from crawler.survey.country import Survey, run, to_survey  # noqa: PLC0415 - what asks takes a while to load

    upcoming = to_survey(connection, again=again)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{out}: cannot be made: {error.strerror or error}") from error
    found: Counter[str] = Counter()
    for number, entry in enumerate(run(connection, upcoming, Survey(out, delay, hosts)), 1):
        found[entry.state] += 1
        file = f" {out / f'{entry.portal}.toml'}:" if entry.state == SURVEYED else ""
        click.echo(f"[{number}/{len(upcoming)}] {entry.state:<12} {entry.home} {entry.name}:{file} {entry.reason}")
    return found


def _summary(found: Counter[str]) -> str:
    if not found:
        return (
            "nothing to survey: every home of the directory was looked at; --again looks at those without a catalogue"
        )
    return f"surveyed {found.total()}: " + ", ".join(f"{count} {state}" for state, count in found.most_common())


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one object: counties, and what to do next.")
@db_option
@plainly
def coverage(*, as_json: bool, db: Path) -> None:
    """Say what of the country is archived, province by province, what is not and why, and what would help most."""
    with closing(open_for_reading(db)) as connection:
        covered, todo = counties(connection), worklist(connection)
    if as_json:
        rows = [
            {
                "division_code": each.division.code, "name": each.division.name, "prefecture": each.division.prefecture,
                "province": each.division.province, "state": each.state, "records": each.records, "last_seen": each.last_seen,
            }
            for each in covered
        ]  # fmt: skip
        click.echo(
            json.dumps({"counties": rows, "next": [asdict(each) for each in todo]}, ensure_ascii=False, indent=1)
        )
        return
    for province, states in by_province(covered).items():
        click.echo(_line(province, states))
    click.echo(_line("all", Counter(each.state for each in covered)))
    if todo:
        click.echo("\nnext:")
    for work in todo[:_SHOWN]:
        software = f" of {work.family}" if work.family else ""
        click.echo(f"{work.count:>5} {work.state}{software}, such as {work.example}: {work.step}")


def _line(province: str, states: Counter[str]) -> str:
    """A province's counties: how many there are, are archived, surveyed, tried in vain, still to be tried, and in no list."""
    vain = states.total() - sum(states[each] for each in (ARCHIVED, SURVEYED, NOT_TRIED, UNLISTED_DIVISION))
    return (
        f"{province}: {states.total()} counties, {states[ARCHIVED]} archived, {states[SURVEYED]} surveyed, {states[BLOCKED]} blocked, "
        f"{vain - states[BLOCKED]} not read, {states[NOT_TRIED]} to be tried, {states[UNLISTED_DIVISION]} in no list"
    )
