"""The lines of the search page: each record found, its words marked, and the passages in which they stand."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import itemgetter
from sqlite3 import OperationalError
from typing import NamedTuple

from markupsafe import Markup, escape

from archive.database.several import Readable, numbers
from archive.labels.label import Label
from archive.labels.tables import column_label
from archive.search.query import Query, Word
from archive.search.segment import units
from archive.search.snippet import Passage, found_in, passage
from archive.tables.file_pages import FilePage
from archive.web.http.request_context import Row
from archive.web.views.cells import LONGEST_CELL, UNTITLED, cut, mark
from archive.web.views.file_text import page_label
from archive.web.views.record_lines import STATE_EVENT

MOST_PASSAGES = 2
LEAST_FOLDED = 3
"""So many hits with nearly the same title become one line."""

_NUMERALS = frozenset("〇零一二三四五六七八九十百")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")

_SHOWN_WHERE_FOUND = ("document_number", "index_number", "responsible_department")
"""Columns that stand on a line only if a word was found in it."""

_ROWS = f"""
SELECT wanted.key AS place, r.id, r.title, r.publisher, r.published_on, r.kind, r.state, {STATE_EVENT}, r.document_number, r.index_number,
       r.responsible_department, r.body, p.name AS portal_name,
       (SELECT count(*) FROM attachments a WHERE a.record_id = r.id AND a.state <> 'unlinked') AS files
FROM json_each(?) wanted JOIN records r ON r.id = wanted.value JOIN portals p ON p.id = r.portal
"""  # noqa: S608 - constant
_FILES = """
SELECT id, record_id, name, substr(text, 1, 1000000) AS text FROM attachments
WHERE record_id IN (SELECT value FROM json_each(?)) ORDER BY record_id, id
"""


_PAGE_AT = """
SELECT each.key + 1 AS number, each.value AS page FROM attachments a, json_each(a.pages) each
WHERE a.id = :file AND each.value ->> 'start' <= :place ORDER BY each.key DESC LIMIT 1
"""


class FoundPassage(NamedTuple):
    """A passage: what the file is called that it stands in ('': the body), and what it says.

    `file`: the file's id; `page`: which of its pages, from 1, and what that is called.
    """

    name: str
    text: Markup
    file: int | None = None
    page: int | None = None
    page_label: Label | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One line. `details`: what else a word was found in; `passages`: what shows the words.

    `folded`: hits of the same publisher with nearly the same title.
    """

    row: Row
    title: Markup
    publisher: Markup
    details: tuple[tuple[Label, Markup], ...]
    passages: tuple[FoundPassage, ...]
    folded: tuple["Hit", ...] = ()


def hit_lines(connection: Readable, ids: Sequence[int], query: Query) -> tuple[Hit, ...]:
    """The line of each record, in the order of `ids`."""
    rows = sorted(connection.execute(_ROWS, (numbers(ids),)), key=itemgetter("place"))
    bodies = [passage((row["body"] or "").strip().removeprefix(row["title"] or ""), query) for row in rows]
    files: dict[int, list[Row]] = defaultdict(list)
    elsewhere = [
        row["id"]
        for row, body in zip(rows, bodies, strict=True)
        if row["files"] and _sought(query, _seen(row, body, query))
    ]
    for file in connection.execute(_FILES, (numbers(elsewhere),)):
        files[file["record_id"]].append(file)
    return tuple(_hit(connection, row, body, files[row["id"]], query) for row, body in zip(rows, bodies, strict=True))


def folded(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """The hits, those with nearly the same title under the first of them, where there are LEAST_FOLDED and more."""
    alike: dict[object, list[Hit]] = defaultdict(list)
    for hit in hits:
        key = title_key(hit.row["title"] or "")
        alike[(hit.row["portal_name"], hit.row["publisher"], key) if key else hit.row["id"]].append(hit)
    return tuple(
        each
        for of in alike.values()
        for each in ([replace(of[0], folded=tuple(of[1:]))] if len(of) >= LEAST_FOLDED else of)
    )


def title_key(title: str) -> str:
    """Return the part that titles have in common that differ in numbers other than years,
    in marks or in the form of their characters.
    """
    return " ".join(
        unit for unit in units(title) if unit not in _NUMERALS and (not unit.isdecimal() or _YEAR.fullmatch(unit))
    )


def _seen(row: Row, body: Passage | None, query: Query) -> frozenset[Word]:
    """The words that the line shows without its files."""
    return found_in((row["title"], row["publisher"]), query) | (body.words if body else frozenset())


def _sought(query: Query, seen: Set[Word]) -> set[Word]:
    """The words still to be shown: those typed for which no added one is seen,
    and those added where none of them is either.
    """
    sought: set[Word] = set()
    for group in query.wanted:
        if seen.isdisjoint(group.also):
            sought |= set(group.words) if not seen.isdisjoint(group.words) else {*group.words, *group.also}
    return sought - seen


def _hit(connection: Readable, row: Row, body: Passage | None, files: Iterable[Row], query: Query) -> Hit:
    shown: list[tuple[Row | None, Passage]] = [(None, body)] if body else []
    seen = set(_seen(row, body, query))
    for file in files:
        part = passage(f"{file['name']}\n{file['text'] or ''}", query)
        if part and part.words & _sought(query, seen):
            shown.append((file, part))
            seen |= part.words
    return Hit(
        row,
        title=mark(cut(row["title"], LONGEST_CELL), query) if (row["title"] or "").strip() else escape(UNTITLED),
        publisher=mark(row["publisher"] or "", query),
        details=tuple(_details(row, query)),
        passages=tuple(_passage(connection, file, part, query) for file, part in shown[:MOST_PASSAGES]),
    )


def _passage(connection: Readable, file: Row | None, part: Passage, query: Query) -> FoundPassage:
    text = mark(part.text, query)
    if file is None:
        return FoundPassage("", text)
    place = part.place - len(file["name"]) - 1
    return FoundPassage(file["name"], text, file["id"], *_page_at(connection, file["id"], place))


def _page_at(connection: Readable, file: int, place: int) -> tuple[int | None, Label | None]:
    """Return which page of a file, from 1, holds the character at `place` of its text, and what it is called;
    None where no page is known to.
    """
    with suppress(OperationalError):  # a snapshot of an earlier version has no pages
        if row := connection.execute(_PAGE_AT, {"file": file, "place": place}).fetchone():
            return row["number"], page_label(FilePage.from_json(json.loads(row["page"])))
    return None, None


def _details(row: Row, query: Query) -> Iterator[tuple[Label, Markup]]:
    for name in _SHOWN_WHERE_FOUND:
        value = row[name]
        if value and value != row["publisher"] and found_in((value,), query):
            yield column_label("records", name), mark(cut(value, LONGEST_CELL), query)
