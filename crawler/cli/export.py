"""The command `disclosures export`: records, a table or the result of SQL as a file; originals as WARC or WACZ."""

import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import click

from archive.database.connection import open_for_reading
from archive.evidence.evidence_reader import place_of
from archive.export import record_rows
from archive.export.dataset_description import LICENCE
from archive.export.file_formats import FORMATS
from archive.export.rows import Rows, with_what_is_stated
from archive.export.writers import WriterError
from archive.labels.example_queries import EXAMPLES
from archive.labels.tables import TABLES
from archive.model import clock
from archive.model.atomic_file import atomic_file
from archive.model.printable import quantity
from archive.proof.differences import IN_WORDS
from archive.questions import question_files
from archive.questions.runner import AnswerError, parameter_values
from archive.search import engine
from archive.search.query import to_match
from crawler.cli.options import ROWS, CommandError, OutputFile, db_option, plainly
from crawler.cli.search import NAMES, filter_options, search_of

ORIGINALS = ("warc", "wacz")
DATASET = "dataset"
TEXT = ("csv", "jsonl")
"""Forms that go to standard output, unless a file is named."""


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("form", type=click.Choice([*FORMATS, *ORIGINALS, DATASET]))
@click.argument("words", nargs=-1)
@filter_options
@click.option("--body", is_flag=True, help="Records with their texts.")
@click.option("--limit", type=ROWS, help="Rows at the most.")
@click.option("--table", metavar="NAME", help="A whole table instead of records: docs/tables.md tells of each.")
@click.option("--sql", metavar="SQL|FILE|NAME", help="The result of SQL: a statement, a file, an example, a question.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="What :NAME in the SQL stands for.")
@click.option("--record", metavar="ID|URL", help="Originals: all captures that show this record.")
@click.option("--crawl", type=int, metavar="ID", help="Originals: all captures of this crawl.")
@click.option("--as-received", is_flag=True, help="Originals: unmasked, byte for byte.")
@click.option("--out", type=OutputFile(), help="The file to write; - is standard output.")
@db_option
@plainly
def export(form: str, db: Path, out: Path | None, **options: Any) -> None:  # noqa: ANN401 - one for each option
    """Write records as csv, xlsx, jsonl or parquet: all, or those that WORDS and options find, as `disclosures search` does.

    csv opens right in Chinese Excel. csv and jsonl go to standard output unless --out names a file; the others to a file
    named after what is in it.

    warc and wacz hold the originals of one --record, --crawl or --portal, for pywb, ReplayWeb.page and the like. What holds
    personal data is masked, and files of which it is not known that they hold none are left out, unless --as-received is
    given: then whatever the pages printed is in the file.

    dataset writes what of the archive is for everybody into the folder that WORDS name, as Parquet by province and year with a
    codebook; into the folder of an earlier release only what differs.
    """
    if unknown := next((word for word in options["words"] if word.startswith("--")), None):
        raise CommandError(f"no such option: {unknown.partition('=')[0]}; `disclosures export --help` lists them")
    if form == DATASET:
        _export_dataset(db, options)
        return
    if form in ORIGINALS:
        _export_originals("warc" if form == "warc" else "wacz", db, out, options)
        return
    if options["record"] is not None or options["crawl"] is not None or options["as_received"]:
        raise CommandError("--record, --crawl and --as-received go with warc and wacz alone")
    with closing(open_for_reading(db)) as connection:
        try:
            rows = _rows(connection, options)
            _write(FORMATS[form].pieces(rows), out or (None if form in TEXT else Path(f"{rows.title}.{form}")))
        except (sqlite3.Error, AnswerError, WriterError) as error:
            raise CommandError(" ".join(str(error).split())) from error


def _rows(connection: sqlite3.Connection, options: dict[str, Any]) -> Rows:
    """Return the rows to export. Raises CommandError."""
    if options["table"] and options["sql"]:
        raise CommandError("choose one of --table and --sql")
    if not options["table"] and not options["sql"]:
        search = search_of(connection, " ".join(options["words"]), **{name: options[name] for name in NAMES})
        body = options["body"]
        rows = record_rows.rows(connection, engine.every(connection, search), body=body)
        return Rows("records", record_rows.columns(body=body), islice(rows, options["limit"]), "records")
    if options["words"]:
        raise CommandError("WORDS go with records, not with --table or --sql")
    if others := [name for name in (*NAMES, "body") if options[name]]:
        raise CommandError(f"--{others[0]} goes with records, not with --table or --sql")
    connection.create_function("zh_match", 1, lambda words: to_match(str(words or "")), deterministic=True)
    values: Mapping[str, object] = {}
    if options["table"]:
        sql = f"SELECT * FROM {_table(options['table'])}"  # noqa: S608 - a known name
    else:
        sql, values = _statement(options["sql"], _parameters(options["params"]))
    cursor = connection.execute(sql, values)
    if cursor.description is None:
        raise CommandError("the SQL must be a SELECT")
    columns = tuple(column[0] for column in cursor.description)
    table: str | None = options["table"]
    taken = islice(map(tuple, cursor), options["limit"])
    words = IN_WORDS.get(table or "", {})
    return with_what_is_stated(connection, Rows(table or "sql", columns, taken, table, words=words))


def _table(name: str) -> str:
    """Return a table or view that the docs describe. Raises CommandError for another one."""
    known = [each for each, table in TABLES.items() if not table.hidden and each != "search"]
    if name not in known:
        raise CommandError(f"there is no table {name!r} to export; there are {', '.join(known)}")
    return name


def _statement(text: str, typed: Mapping[str, str]) -> tuple[str, Mapping[str, object]]:
    """Return the statement that --sql names, and its values: an example of the SQL page, a question, a file, or else the statement itself."""
    if text in EXAMPLES:
        return EXAMPLES[text].sql, typed
    if question := question_files.questions().get(text):
        return question.sql, {**parameter_values(question, typed), "today": clock.today().isoformat()}
    with suppress(OSError, ValueError):  # a statement is a long or impossible file name
        if Path(text).is_file():
            return Path(text).read_text(encoding="utf-8"), typed
    return text, typed


def _parameters(typed: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.partition("=") for each in typed]
    if wrong := next((each for each in pairs if not each[1]), None):
        raise CommandError(f"--param {wrong[0]} must be a name and a value, such as {wrong[0]}=x")
    return {name: value for name, _, value in pairs}


def _write(pieces: Iterable[bytes], out: Path | None) -> None:
    """Write the file, whole or not at all, or to standard output. Raises CommandError."""
    if out is None or str(out) == "-":
        with suppress(BrokenPipeError):
            sys.stdout.buffer.writelines(pieces)
            sys.stdout.buffer.flush()
        return
    try:
        with atomic_file(out) as part, part.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise CommandError(f"cannot write {out}: {error.strerror or error}") from error
    click.echo(f"{out}: {out.stat().st_size:,} bytes", err=True)


def _export_dataset(db: Path, options: dict[str, Any]) -> None:
    """Write the open data release. Raises CommandError and ArchiveError."""
    from archive.export.dataset import release  # noqa: PLC0415

    if others := [name for name, value in options.items() if value and name != "words"]:
        raise CommandError(f"--{others[0].replace('_', '-')} does not go with dataset")
    if len(options["words"]) != 1:
        raise CommandError("name the folder of the release: disclosures export dataset DIR")
    licence, site = os.environ.get("DISCLOSURES_LICENCE") or LICENCE, os.environ.get("DISCLOSURES_SITE", "")
    try:
        done = release(db, Path(options["words"][0]), licence=licence, site=site)
    except WriterError as error:
        raise CommandError(str(error)) from error
    for name, count in done.rows.items():
        click.echo(f"{name}: {quantity(count, 'row')}")
    click.echo(
        f"{options['words'][0]}: {quantity(done.files, 'file')}, {done.written} written, {done.removed} of an earlier release removed"
    )


def _export_originals(form: Literal["warc", "wacz"], db: Path, out: Path | None, options: dict[str, Any]) -> None:
    from archive.export.original_files import export as write  # noqa: PLC0415

    if options["words"]:
        raise CommandError(f"WORDS go with csv, xlsx, jsonl and parquet, not with {form}")
    if others := [name for name in (*NAMES[1:], "body", "table", "sql", "limit") if options[name]]:
        raise CommandError(f"--{others[0]} goes with csv, xlsx, jsonl and parquet, not with {form}")
    chosen = [(name, options[name]) for name in ("record", "crawl", "portal") if options[name] is not None]
    if len(chosen) != 1:
        raise CommandError("choose what to export with one of --record, --crawl, --portal")
    open_for_reading(db).close()
    name, value = chosen[0]
    subject = f"{name}-{value}" if str(value).isalnum() else name
    path = out or Path(f"{subject}.{'warc.gz' if form == 'warc' else 'wacz'}")
    record = options["record"]
    record = int(record) if record and record.isdecimal() else record
    subject_of = {"record": record, "crawl": options["crawl"], "portal": options["portal"]}
    exported = write(db, place_of(db), path, form, **subject_of, as_received=options["as_received"])
    click.echo(f"{path}: {quantity(exported.captures, 'capture')}")
    if exported.masked and options["as_received"]:
        click.echo(f"note: {exported.masked} numbers of persons that the archive masks stand in it unmasked", err=True)
