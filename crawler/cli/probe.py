"""Portals that nobody has looked at: `disclosures probe` reads one page, `survey` lists of home pages; `coverage` says what is covered."""

import csv
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import click

from archive.database.connection import open_for_reading
from archive.database.lock import surveying
from archive.directory.coverage import (
    ARCHIVED,
    NOT_LISTED,
    UNREAD,
    Area,
    CoveredDivision,
    archived_portals,
    country,
    known_homes,
    prefectures,
    provinces,
)
from archive.directory.entries import BLOCKED, NOT_TRIED, SURVEYED, Listed, add
from archive.directory.worklist import worklist
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.model.addresses import is_on_the_web
from archive.model.observations import CatalogOfPortal
from archive.model.printable import quantity
from archive.model.records import FIELDS, Reading
from crawler.cli.options import ATTENTION, CommandError, FiniteRange, db_option, plainly
from crawler.cli.workers import redis_option
from crawler.extract.page_kind import DETAIL, LIST, OTHER
from crawler.portals.catalogue_kinds import kind_of
from crawler.probe.draft import DraftCatalog, comment, draft, portal_id
from crawler.probe.page_reading import MOST_BYTES, NOWHERE, Fetched, Probed, described, read_answer
from crawler.probe.software_prior import SoftwarePrior, read_prior
from pipelines.normalise import tidy_reading

if TYPE_CHECKING:
    from crawler.survey.country import Surveyors

_WIKIDATA = "Wikidata"
"""The one list that everybody may write in."""

_SHOWN = 20
"""Conflicts, and lines of the worklist, that are printed one by one."""


@click.command()
@click.argument("page", metavar="URL_OR_FILE")
@click.option("--base", metavar="URL", help="Where a saved file came from: its links are relative to that.")
@click.option("--json", "as_json", is_flag=True, help="Print one object instead.")
@click.option("--delay", type=FiniteRange(0), default=3.0, show_default=True, help="Seconds between two requests.")
@click.option("--pages", "most", type=click.IntRange(1), default=60, show_default=True, help="Columns requested.")
@click.option("--software", metavar="FILE", help="A CSV file that says what software each prefecture's portals run.")
@plainly
def probe(  # noqa: PLR0913 - its options
    page: str, *, base: str | None, as_json: bool, delay: float, most: int, software: str | None
) -> None:
    """Say which family of portal software a page is of, and all that is read from it, with a draft portal file.

    URL_OR_FILE is a list, a record's page, or a portal's home page, which leads to the disclosure catalogue and its columns;
    or a file in which one was saved. The output is a portal file, with what was found in its comments:
    disclosures probe http://www.xx.gov.cn/ > xx.toml

    Exit status: 0 done, 1 nothing could be read (refused, gone, no list), 2 wrong use.
    """
    prior = _prior(Path(software)) if software else None
    if page.lower().startswith(("http://", "https://")):
        page_read, entries = _fetched(_address(page), delay, most, prior)
    else:
        page_read = _saved(Path(page), _address(base) if base else NOWHERE, prior)
        entries = [DraftCatalog(column, "not requested", is_list=False) for column in page_read.columns]
    click.echo(
        json.dumps(_object(page_read, entries), ensure_ascii=False, indent=1) if as_json else _text(page_read, entries)
    )
    sys.exit(0 if page_read.kind != OTHER or any(entry.is_list for entry in entries) else ATTENTION)


def _address(text: str) -> str:
    """An address of a page on the web. Raises CommandError for anything else."""
    if not is_on_the_web(text):
        raise CommandError(f"{text}: is no http or https address")
    return text


def _prior(path: Path) -> SoftwarePrior:
    """The table of software in a file. Raises CommandError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_prior(file)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, csv.Error) as error:
        raise CommandError(f"{path}: {error}") from error


def _fetched(url: str, delay: float, most: int, prior: SoftwarePrior | None) -> tuple[Probed, list[DraftCatalog]]:
    """The page at `url`, and the catalogues it leads to; ends the command where the page can't be had."""
    from crawler.probe.fetcher import Fetcher, FetchError  # noqa: PLC0415
    from crawler.probe.home_survey import (  # noqa: PLC0415 - what asks takes a while to load
        PageReader,
        check,
        find_catalogue,
        within_frames,
    )

    with closing(Fetcher(url, delay, lambda address: click.echo(f"asking {address}", err=True))) as fetcher:
        reader = PageReader(fetcher, prior)
        try:
            page = reader.read(url)
        except FetchError as error:
            click.echo(f"disclosures: {error}", err=True)
            sys.exit(ATTENTION)
        if page.kind != OTHER or page.blocked:
            return page, []
        framed = within_frames(reader, page)
        if framed.kind == LIST:
            return framed, []
        catalogue = find_catalogue(reader, page)
        if not catalogue.columns and catalogue.kind != OTHER:
            return catalogue, []
        page = replace(page, doubts=tuple(dict.fromkeys((*page.doubts, *catalogue.doubts))))
        return page, list(check(reader, catalogue.columns, catalogue.url, most))


def _saved(path: Path, url: str, prior: SoftwarePrior | None) -> Probed:
    """The page in the file `path`, taken from `url`. Raises CommandError."""
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror or error}") from error
    return read_answer(Fetched(url, 200, body[:MOST_BYTES], "", cut=len(body) > MOST_BYTES), url, prior)


# --- as one object ---


def _object(page: Probed, entries: list[DraftCatalog]) -> dict[str, Any]:
    paging, is_detail = page.listed.paging, page.kind == DETAIL
    return {
        "page": page.kind,
        "blocked": page.blocked,
        "family": page.detected.family.name if page.detected else None,
        "reason": page.detected.reason if page.detected else None,
        "rows": [{**_fields(row), "url": row.url} for row in page.listed.rows],
        "next_pages": [paging.next_url] if paging.next_url else [],
        "pages": paging.pages_claimed,
        "total": paging.rows_claimed,
        "fields": _fields(page.record),
        "read_at": dict(page.record.read_at),
        "breadcrumb": list(page.listed.breadcrumb or page.record.breadcrumb),
        "attachments": [{"name": file.name, "url": file.url} for file in page.record.attachments],
        "body": page.record.body if is_detail else None,
        "columns": [
            {"title": entry.column.title, "kind": entry.column.kind, "url": entry.column.url, "list": entry.is_list}
            for entry in entries
        ],
        "leads": list(page.leads),
        "doubts": list(page.doubts),
    }


def _fields(page: Reading) -> dict[str, Any]:
    """The fields of a row or a record's page as `records` would hold them, and its labels as printed."""
    read = tidy_reading(page)
    return {**{name: read.fields.get(name) for name in FIELDS}, "source_fields": dict(read.source_fields)}


# --- as a portal file with comments ---


def _text(page: Probed, entries: list[DraftCatalog]) -> str:
    remarks = list(_remarks(page, entries))
    if page.kind == LIST:
        trail = page.listed.breadcrumb
        title = trail[-1] if trail else page.site or "目录"
        entries = [DraftCatalog(CatalogOfPortal(kind_of(title), title, page.url), described(page), is_list=True)]
    if not entries:
        return "\n".join(map(comment, remarks))
    home = urljoin(page.url, "/")
    return draft(portal_id(home), page.site, home, entries, remarks)


def _remarks(page: Probed, entries: list[DraftCatalog]) -> Iterator[str]:
    yield f"{page.url}: {_named(page)}"
    if page.detected:
        yield f"family {page.detected.family.name}: {page.detected.reason}"
    if page.listed.breadcrumb:
        yield "breadcrumb: " + " > ".join(page.listed.breadcrumb)
    for doubt in page.doubts:
        yield f"looks wrong: {doubt}"
    if page.kind == DETAIL:
        yield from _record(page)
    if page.kind == OTHER and not entries:
        yield from (f"may be the disclosure catalogue: {lead}" for lead in page.leads)
        yield "no list, no record, and no links to catalogues: give the address of a list"
    for row in page.listed.rows:
        fields = tidy_reading(row).fields
        cells = [fields.get(name) or "-" for name in ("published_on", "index_number", "publisher", "title")]
        yield "  " + "  ".join([*cells, row.url or "-"])
    if entries or page.kind == LIST:
        yield "Drafted by `disclosures probe`; nobody has checked it. Save it under the name of its id, ID.toml."


def _named(page: Probed) -> str:
    if page.blocked or page.kind == LIST:
        return described(page)
    return "a record's page" if page.kind == DETAIL else "neither a list nor a record's page"


def _record(page: Probed) -> Iterator[str]:
    record = page.record
    read = tidy_reading(record)
    for name in FIELDS:
        if name in read.fields:
            place = record.read_at.get(name)
            yield f"{name}: {read.fields[name]}" + (f"  ({place})" if place else "")
    yield "as printed: " + "; ".join(f"{label}={value}" for label, value in read.source_fields.items())
    yield from (f"file: {file.name}  {file.url}" for file in record.attachments)
    body = record.body or ""
    yield f"text of {len(body)} characters: {body[:80]}" if body else "no text"


# --- lists of portals ---


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
    type=FiniteRange(0),
    default=3.0,
    show_default=True,
    help="Seconds between two requests to one host.",
)
@click.option("--hosts", type=click.IntRange(1, 64), default=16, show_default=True, help="Hosts asked at a time.")
@click.option("--workers", is_flag=True, help="Have the machines where `disclosures work` runs look at the homes.")
@redis_option
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
    workers: bool,
    redis: str,
    db: Path,
) -> None:
    """Look at the portals of lists of home pages, and write a portal file for each that can be read.

    FILE.csv has a column `home`, and `code` (GB/T 2260) or `name` (full) beside it. Each home is kept in the directory with its source;
    what is broken off goes on with the next `disclosures survey`, which needs no list. Exit status 1 where some were not read.
    """
    sources = [(path, _read_list(Path(path))) for path in lists]
    if wikidata:
        sources.append((_WIKIDATA, _homes_in_wikidata()))
    with surveying(db), closing(open_up_to_date(db)) as connection:
        today = clock.now().date().isoformat()
        for source, rows in sources:
            is_anybodys, name = source == _WIKIDATA, Path(source).name
            holds = settle and not is_anybodys
            added, complaints = add(connection, rows, name, today, settle=holds, is_anybodys=is_anybodys)
            click.echo(
                f"{source}: {quantity(len(rows), 'row')}, {quantity(added, 'new home')}, {quantity(len(complaints), 'conflict')}"
            )
            for line in complaints[:_SHOWN]:
                click.echo(f"  conflict: {line}")
        if list_only:
            return
        with _surveyors(redis if workers else None, delay) as surveyors:
            states = _surveyed(connection, out, hosts, surveyors, again=again)
    click.echo(_summary(states))
    sys.exit(ATTENTION if states.total() > states[SURVEYED] else 0)


def _read_list(path: Path) -> list[Listed]:
    """The rows of an operator's list. Raises CommandError."""
    from crawler.survey.operators_lists import read_list  # noqa: PLC0415

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(read_list(file))
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: is not UTF-8") from error
    except (ValueError, csv.Error) as error:
        raise CommandError(f"{path}: {error}") from error


def _homes_in_wikidata() -> list[Listed]:
    """The rows that Wikidata has. Raises CommandError."""
    from crawler.survey.wikidata import WikidataError, ask  # noqa: PLC0415

    try:
        return list(ask())
    except WikidataError as error:
        raise CommandError(str(error)) from error


def _surveyors(redis: str | None, delay: float) -> AbstractContextManager["Surveyors"]:
    """Those who look at homes: the workers that take jobs from the Redis at an address, or threads of this process."""
    if redis:
        from crawler.jobs.survey_jobs import workers  # noqa: PLC0415

        return workers(redis, delay)
    from crawler.survey.country import Threads  # noqa: PLC0415 - what asks takes a while to load

    return nullcontext(Threads(delay))


def _surveyed(
    connection: sqlite3.Connection, out: Path, hosts: int, surveyors: "Surveyors", *, again: bool
) -> Counter[str]:
    """Survey what is to be surveyed, and tell of each; how many were found in which state. Raises ArchiveError and CommandError."""
    from crawler.survey.country import run, to_survey  # noqa: PLC0415

    upcoming = to_survey(connection, again=again)
    states: Counter[str] = Counter()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number, entry in enumerate(run(connection, upcoming, out, hosts, surveyors), 1):
            states[entry.state] += 1
            file = f" {entry.portal}.toml:" if entry.state == SURVEYED else ""
            click.echo(f"[{number}/{len(upcoming)}] {entry.state:<12} {entry.home} {entry.name}:{file} {entry.reason}")
    except OSError as error:
        raise CommandError(f"{out}: cannot be written: {error.strerror or error}") from error
    return states


def _summary(states: Counter[str]) -> str:
    if not states:
        return (
            "nothing to survey: every home of the directory was looked at; --again looks at those without a catalogue"
        )
    return f"surveyed {states.total()}: " + ", ".join(f"{count} {state}" for state, count in states.most_common())


@click.command()
@click.option(
    "--province", metavar="CODE", help="Of one province, county by county: the first two digits of its codes."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object: counties, and what to do next.")
@db_option
@plainly
def coverage(*, province: str | None, as_json: bool, db: Path) -> None:
    """Say what of the country is archived, province by province, what is not and why, and what would help most."""
    with closing(open_for_reading(db)) as connection:
        portals, entries = archived_portals(connection), known_homes(connection)
    covered = country(portals, entries)
    if province:
        covered = _province(covered, province)
        entries = [each for each in entries if (each.division_code or "").startswith(province)]
    todo = worklist(covered, entries)
    if as_json:
        answer = {"counties": [each.row() for each in covered.counties], "next": [asdict(each) for each in todo]}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for area in prefectures(covered) if province else provinces(covered):
        click.echo(_in_words(area, area.name or "of no prefecture"))
        if province:
            click.echo("\n".join(map(_line, (*area.counties, *area.others))))
    click.echo(_in_words(covered, covered.name or "all"))
    if todo:
        click.echo("\nnext:")
    for work in todo[:_SHOWN]:
        software = f" of {work.family}" if work.family else ""
        click.echo(f"{work.count:>5} {work.state}{software}, such as {work.example}: {work.step}")


def _province(of: Area, code: str) -> Area:
    """The province of the country whose codes begin with `code`. Raises CommandError."""
    province = next((each for each in provinces(of) if each.code == code), None)
    if province is None:
        raise CommandError(f"no province has counties whose codes begin with {code}")
    return province


def _line(division: CoveredDivision) -> str:
    """A division with its state and, where it is archived, its records and last crawl, or else why it is not."""
    if division.portals:
        what = f"{quantity(division.records, 'record')}, last crawled {(division.last_seen or 'never')[:10]}"
    else:
        what = division.home.reason or "" if division.home else ""
    return f"  {division.division.code} {division.division.name}: {division.state}{f', {what}' if what else ''}"


def _in_words(area: Area, name: str) -> str:
    """The counties of an area: how many there are, are archived, surveyed, tried in vain, still to be tried, and in no list; its records."""
    groups = area.groups
    return (
        f"{name}: {groups.total()} counties, {groups[ARCHIVED]} archived, {groups[SURVEYED]} surveyed, {groups[BLOCKED]} blocked, "
        f"{groups[UNREAD]} not read, {groups[NOT_TRIED]} to be tried, {groups[NOT_LISTED]} in no list; {quantity(area.records, 'record')}"
    )
