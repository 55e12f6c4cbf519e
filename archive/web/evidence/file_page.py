"""The page of a file, /-/file/ID: its text page by page, the words searched for marked; the sealed file itself."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.utils.asgi import Forbidden, NotFound, Response

from archive.copies.open_files import OpenFile, open_file
from archive.database.connection import open_for_reading
from archive.evidence.evidence_reader import place_of
from archive.evidence.http_exchange import EvidenceError
from archive.labels import wording
from archive.labels.code_labels import ATTACHMENTS
from archive.labels.label import LABELS, Label, label_of
from archive.search.query import Query
from archive.search.request import parse_request, query_of
from archive.tables.file_pages import FilePage, from_json_text
from archive.tables.printed_table import PrintedTable
from archive.tables.printed_table import from_json_text as tables_from_json_text
from archive.web.evidence.archived_copy import HEADERS
from archive.web.formats.responses import file_name
from archive.web.http import reader_requests
from archive.web.http.access_control import FILES
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, number
from archive.web.http.streaming import saved_as
from archive.web.processes.child import LONGEST_ANSWER
from archive.web.processes.frames import Head
from archive.web.views import capture_frame, cells
from archive.web.views.file_text import ShownText, page_label, page_of, shown_text

MOST_LINKS = 60
"""Pages that are linked by themselves; of more, those where words stand, and the neighbours."""

MOST_TABLES = 200
"""Tables that are listed; the workbook has all."""

_NUMBER = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}")

_REFUSALS = {"not_clear": LABELS["file_page.not_clear"], "unread": LABELS["file_page.unread"]}

_ROW = """
SELECT a.*, r.title AS record_title, r.portal, p.name AS portal_name
FROM attachments a JOIN records r ON r.id = a.record_id JOIN portals p ON p.id = r.portal
WHERE a.id = :id AND r.state <> 'withheld'
"""


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """A page of the file, and the address that shows it. `has_words`: words searched for stand on it."""

    label: Label
    address: str
    chosen: bool
    has_words: bool


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table of the file: its number, from 1; the page it stands on, where that is known;
    what stands above it; its size.
    """

    number: int
    page: Label | None
    above: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class ShownFile:
    """All that the archive has of a file. `pages`: one, of no kind, where none are known;
    `open`: where it may be given away.
    """

    row: Mapping[str, Any]
    pages: tuple[FilePage, ...]
    has_pages: bool
    shown: ShownText | None
    query: Query | None
    tables: tuple[PrintedTable, ...]
    open: OpenFile | None


async def page(context: RequestContext) -> Response:
    """The page. Raises NotFound, BadRequest."""
    file = await context.db.execute_fn(lambda connection: _read(connection, context))
    if file is None:
        raise NotFound(NOTHING_HERE)
    words = context.parameter("q")
    return await context.render(
        "file.html",
        file=file.row,
        state=label_of(ATTACHMENTS, file.row["state"]),
        shown_text=file.shown,
        page=page_label(file.pages[file.shown.index]) if file.shown and file.has_pages else None,
        pages=list(_linked_pages(context, file)) if file.shown and file.has_pages else [],
        links_all=len(file.pages) <= MOST_LINKS,
        number_of_pages=len(file.pages),
        with_words=len(file.shown.found_on) if file.shown else 0,
        address_of=lambda index, part=None: _address(context, index, part),
        mark=lambda text: cells.mark(text, file.query) if file.query else wording.shown(text),
        words=words,
        tables=list(_listed_tables(file))[:MOST_TABLES],
        number_of_tables=len(file.tables),
        may_download=file.open is not None and await _may_download(context),
    )


async def original(context: RequestContext) -> Response:
    """The sealed file, byte for byte. Raises NotFound, and Forbidden where it is not given away."""
    if not await _may_download(context):
        raise Forbidden(LABELS["file_page.not_offered"])
    made = await capture_frame.made_of_originals(context.db, "file", {"id": _id(context)})
    if isinstance(made, Label):
        raise Forbidden(made)
    head, data = made
    if "refused" in head:
        raise Forbidden(_REFUSALS[head["refused"]])
    headers = {**HEADERS, **saved_as(head["name"]), "Cache-Control": "private, no-store"}
    return Response(data, 200, headers, "application/octet-stream")


async def _may_download(context: RequestContext) -> bool:
    """Whether the reader may have sealed files, and there are any here."""
    here = bool(context.db.path) and place_of(Path(context.db.path)).is_file()
    return here and await context.may(FILES)


def _made(_datasette: Datasette, request: Head) -> tuple[Head, bytes]:
    """Read a sealed file, or say why it is not given away."""
    with closing(open_for_reading(Path(request["db"]))) as connection:
        connection.row_factory = sqlite3.Row
        file = open_file(connection, request["id"])
    if file is None or file.row["bytes"] > LONGEST_ANSWER:
        return {"refused": "not_clear"}, b""
    try:
        data = file.read(Path(request["evidence"]))
    except EvidenceError:
        return {"damaged": True}, b""
    return ({"refused": "unread"}, b"") if data is None else ({"name": _original_name(file.row)}, data)


reader_requests.JOBS["file"] = _made


def _original_name(row: Mapping[str, Any]) -> str:
    """Return what the file is called, with the extension that its address has."""
    name, extension = row["name"], Path(urlsplit(row["url"]).path).suffix
    if not _EXTENSION.fullmatch(extension):
        return file_name(name, "bin")
    return file_name(name[: -len(extension)] if name.lower().endswith(extension.lower()) else name, extension[1:])


def _read(connection: sqlite3.Connection, context: RequestContext) -> ShownFile | None:
    """Return what the page shows; None where there is no such file, or no such page of it. Raises BadRequest."""
    row = _row(connection, _id(context))
    if row is None:
        return None
    known = from_json_text(row.get("pages"))
    pages = known or (FilePage(0),)
    page_number, part_number = number(context, "page", _NUMBER), number(context, "part", _NUMBER)
    if (page_number or 1) > len(pages):
        return None
    query = query_of(connection, parse_request(context.request.args, ""))
    shown = shown_text(row["text"], pages, query, page_number and page_number - 1, part_number) if row["text"] else None
    return ShownFile(
        row,
        pages,
        bool(known),
        shown,
        query,
        tables_from_json_text(row.get("tables")),
        open_file(connection, row["id"]),
    )


def _row(connection: sqlite3.Connection, attachment_id: int) -> dict[str, Any] | None:
    row = connection.execute(_ROW, {"id": attachment_id}).fetchone()
    return dict(row) if row else None


def _linked_pages(context: RequestContext, file: ShownFile) -> Iterator[LinkedPage]:
    """Yield the pages to be linked: all, or of many those where words stand and the neighbours of the one shown."""
    assert file.shown  # noqa: S101
    found, chosen = set(file.shown.found_on), file.shown.index
    indexes: set[int] = set(range(len(file.pages)))
    if len(indexes) > MOST_LINKS:
        indexes = {0, chosen - 1, chosen, chosen + 1, len(file.pages) - 1, *sorted(found)[:MOST_LINKS]} & indexes
    for index in sorted(indexes):
        yield LinkedPage(page_label(file.pages[index]), _address(context, index), index == chosen, index in found)


def _address(context: RequestContext, index: int, part: int | None = None) -> str:
    """The address of one of the file's pages, or of a part of it, with the words searched for."""
    kept = {name: context.parameter(name) or None for name in ("q", "exact")}
    return context.address("file", _id(context), page=index + 1, part=part, **kept)


def _listed_tables(file: ShownFile) -> Iterator[ListedTable]:
    for place, table in enumerate(file.tables, 1):
        own = page_of(file.pages, table.page, table.member) if file.has_pages else None
        above = table.before.split("\n")
        title = " ".join(above[-3:]) if own is None or table.before != own.name else ""
        yield ListedTable(place, page_label(own) if own else None, title, len(table.rows), table.width)


def _id(context: RequestContext) -> int:
    return int(context.part("id"))
