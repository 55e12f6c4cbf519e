"""Atom feeds (RFC 4287) of what a page lists, and of what was observed.

Ids are made of what makes a record itself, its portal and its address, so that they stay when the archive moves to
another site or is merged with others.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from datasette.utils.asgi import Response
from lxml import etree

from archive.database.several import Readable, numbers, ordered
from archive.export import record_rows
from archive.export.rows import Rows
from archive.labels.code_labels import EVENTS, KINDS, STATES
from archive.labels.label import LABELS, SITE, label_of
from archive.labels.language import READER, TAGS, say
from archive.labels.tables import column_label
from archive.labels.when import when
from archive.proof.differences import event_captures, event_lines, json_object, labelled
from archive.search.event_request import ORDER
from archive.search.snippet import snippet
from archive.web.formats.responses import in_time
from archive.web.http.request_context import RequestContext
from archive.web.listings.observed_events import EVER, LAST, ChangesRequest, EventScope
from archive.web.listings.selections import Selection
from archive.web.views.cells import UNTITLED, cut

MEDIA_TYPE = "application/atom+xml; charset=utf-8"

VARIES = "Sec-Fetch-Dest"
"""The header by which an answer is a feed, or a page that shows it."""

ENTRIES = 50
"""Entries of a page's feed of each sort: those that came last, were observed last, or state the latest date."""

MOST_EVENTS = 100

TIME_LIMIT_MS = 3000

SUMMARY = 300
"""Characters of a record's text in its entry."""

Read = tuple[list[dict[str, Any]], str]
"""Rows, and when the last crawl ended."""

NEVER = "1970-01-01T00:00:00Z"

ATOM = "http://www.w3.org/2005/Atom"

_STATED = ("published_on", "document_number", "index_number")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EVENTS = f"""
SELECT e.id AS event_id, e.at, e.not_before, e.kind AS event, e.detail, {record_rows.selected(record_rows.COLUMNS)}
FROM (SELECT * FROM events WHERE {{}} ORDER BY at DESC, id DESC LIMIT :most) e
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
"""  # noqa: S608 - constant names
_CAME_LAST = """
SELECT id, (SELECT first_seen FROM records WHERE id = came.id) AS at FROM (SELECT id FROM ({}) ORDER BY id DESC LIMIT :most) came
"""
_OBSERVED_LAST = """
SELECT record_id AS id, at, id AS event_id FROM events WHERE kind <> 'added' AND record_id IN ({}) ORDER BY at DESC, id DESC LIMIT :most
"""
_RENEWED = (
    "SELECT record_id, max(at) FROM events WHERE record_id IN (SELECT value FROM json_each(?)) GROUP BY record_id"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `key`: what it is, for ever; `updated`: a moment, UTC; `published`: a day, or None.

    `copies`: archived copies that show what it says, each in words and by its address.
    """

    key: tuple[str, ...]
    title: str
    page: str
    updated: str
    author: str
    summary: str
    category: str
    published: str | None = None
    copies: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The summary, with the copies' addresses below it."""
        return "\n".join([self.summary, *(f"{words} {address}" for words, address in self.copies)])


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `page`: the address of what it is the feed of; `most`: so many entries it has, the last ones; `crawled`:
    when the last crawl ended, which is when a feed without entries was updated.
    """

    title: str
    page: str
    entries: Sequence[Entry]
    crawled: str
    most: int = 2 * ENTRIES


async def of_selection(context: RequestContext, selection: Selection) -> Response:
    """Return the feed of what a page lists: what came into the archive or was seen to change last,
    and what is newest by the date it states.
    """

    def read(connection: Readable) -> Read:
        ids = dict.fromkeys(chain(_last(connection, selection), islice(selection.every(connection), ENTRIES)))
        rows = Rows(selection.title, record_rows.columns(body=True), record_rows.rows(connection, ids, body=True))
        renewed = dict(map(tuple, connection.execute(_RENEWED, (numbers(ids),))))
        return [{**row, "renewed_at": renewed.get(row["id"], "")} for row in rows.dicts()], last_crawl(connection)

    rows, crawled = await in_time(context, TIME_LIMIT_MS, read)
    entries = [_of_record(context, row, selection.words) for row in rows]
    return await feed_response(context, Feed(selection.title, selection.page, entries, crawled))


def _last(connection: Readable, selection: Selection) -> Iterator[int]:
    """The ids of the records that came into the archive last, and of those of which something was observed last."""
    ids, values = selection.ids(connection)
    values = {**values, "most": ENTRIES}
    came = ordered(connection.execute(_CAME_LAST.format(ids), values), "at DESC", "id DESC")
    observed = ordered(connection.execute(_OBSERVED_LAST.format(ids), values), *LAST)
    yield from (row["id"] for row in (*came[:ENTRIES], *observed[:ENTRIES]))


async def of_changes(context: RequestContext, requested: ChangesRequest) -> Response:
    """Return the feed of what the page of changes lists, ever; without new records, where no kinds are requested."""
    kinds = [kind for kind in requested.kinds if kind != "added" or requested.kinds != ORDER]
    page = context.address("changes", **requested.address)
    return await of_events(context, requested.title, page, requested.scope, kinds)


async def of_events(
    context: RequestContext, title: str, page: str, scope: EventScope, kinds: Sequence[str]
) -> Response:
    """Return the feed of the last events of some kinds. `page`: what it is the feed of."""
    entries, crawled = await event_entries(context, scope, kinds)
    return await feed_response(context, Feed(title, page, entries, crawled, MOST_EVENTS))


async def event_entries(context: RequestContext, scope: EventScope, kinds: Sequence[str]) -> tuple[list[Entry], str]:
    """Return the entries of the last events of some kinds, the last first, and when the last crawl ended."""
    sql = _EVENTS.format(scope.of_kind())

    def read(connection: Readable) -> Read:
        values = {**EVER, **scope.values, "most": MOST_EVENTS}
        rows = [dict(row) for kind in kinds for row in connection.execute(sql, {**values, "kind": kind})]
        return rows, last_crawl(connection)

    rows, crawled = await in_time(context, TIME_LIMIT_MS, read)
    rows.sort(key=lambda row: (row["at"], row["event_id"]), reverse=True)
    return [_of_event(context, row) for row in rows], crawled


def last_crawl(connection: Readable) -> str:
    """Return when the last crawl ended, as a feed without entries states it."""
    ended = connection.execute("SELECT max(coalesce(finished_at, started_at)) FROM crawls")
    return max((at for (at,) in ended if at), default=NEVER)


def _of_record(context: RequestContext, row: Mapping[str, Any], words: str) -> Entry:
    text = snippet(row["body"], words, SUMMARY) if words else None
    lines = [str(label_of(KINDS, row["kind"])), str(STATES[row["state"]])]
    lines += [f"{column_label('records', column)} {row[column]}" for column in _STATED if row[column]]
    return Entry(
        key=(row["portal"], row["url"]),
        title=_title(row),
        page=context.absolute(context.record(row["id"])),
        updated=max(row["first_seen"], row["changed_at"] or "", row["renewed_at"]),
        published=row["published_on"],
        author=row["publisher"] or row["portal_name"],
        summary="\n".join([" · ".join(lines), text or cut(row["body"] or "", SUMMARY)]).strip(),
        category=row["kind"],
    )


def _of_event(context: RequestContext, row: Mapping[str, Any]) -> Entry:
    label, happened = EVENTS[row["event"]], when(row["not_before"], row["at"])
    detail, colon = json_object(row["detail"]), say("：", ": ")
    context = context.holding(row["event_id"])
    return Entry(
        key=(row["portal"], row["url"], row["event"], row["at"], row["detail"]),
        title=say(f"【{label}】{_title(row)}", f"[{label}] {_title(row)}"),
        page=context.absolute(context.proof(row["event_id"])),
        updated=row["at"],
        author=row["publisher"] or row["portal_name"],
        summary="\n".join([label.meaning, str(happened), *labelled(event_lines(detail))]),
        category=row["event"],
        copies=tuple(
            (f"{what}{colon}{LABELS['word.copy']} {number}", context.absolute(context.address("copy", number)))
            for what, number in event_captures(detail)
        ),
    )


def _title(row: Mapping[str, Any]) -> str:
    return cut(row["title"] or "", SUMMARY) or str(UNTITLED)


async def feed_response(context: RequestContext, feed: Feed) -> Response:
    """Return the response with a feed; 304 to a reader who has it.

    Whoever opens the address in a browser reads the same entries as a page: browsers have no view for feeds.
    """
    entries = sorted(feed.entries, key=lambda entry: (entry.updated, entry.published or ""), reverse=True)[: feed.most]
    here = context.absolute(context.with_parameters())
    if context.request.headers.get("sec-fetch-dest") == "document":
        shown = {"title": feed.title, "page": feed.page, "here": in_language(here), "entries": entries}
        response = await context.render("feed.html", **shown)
        response.headers |= {"cache-control": "no-store", "vary": VARIES}
        return response
    page = context.absolute(feed.page)
    body = document(title=feed.title, page=page, here=here, entries=entries, otherwise=feed.crawled)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "max-age=300", "vary": VARIES}
    if context.request.headers.get("if-none-match") == tag:
        return Response("", status=304, headers=headers, content_type=MEDIA_TYPE)
    return Response(body, headers=headers, content_type=MEDIA_TYPE)


def document(*, title: str, page: str, here: str, entries: Iterable[Entry], otherwise: str) -> bytes:
    """Return a feed as RFC 4287 has it. `page`: what it is the feed of;
    `otherwise`: when it was updated, if it has no entries.

    What XML can't hold is left out.
    """
    entries = list(entries)
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", TAGS[READER.get()])
    _add(root, "id", _urn(re.sub(r"^https?://[^/]*", "", here)))
    _add(root, "title", f"{title} · {SITE}")
    _add(root, "subtitle", SITE.meaning)
    _add(root, "updated", max((entry.updated for entry in entries), default=otherwise))
    _add(_add(root, "author"), "name", str(SITE))
    _add(root, "link", rel="self", type="application/atom+xml", href=in_language(here))
    _add(root, "link", rel="alternate", type="text/html", href=page)
    for entry in entries:
        element = _add(root, "entry")
        _add(element, "id", _urn(*entry.key))
        _add(element, "title", entry.title)
        _add(element, "link", rel="alternate", type="text/html", href=entry.page)
        _add(element, "updated", entry.updated)
        if entry.published and _DAY.fullmatch(entry.published):
            _add(element, "published", f"{entry.published}T00:00:00+08:00")
        _add(_add(element, "author"), "name", entry.author)
        _add(element, "category", term=entry.category)
        _add(element, "summary", entry.text, type="text")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def in_language(address: str) -> str:
    """Return a feed's address that names the reader's language,
    for programs that follow feeds know neither cookie nor preference.
    """
    return f"{address}{'&' if '?' in address else '?'}lang={READER.get()}"


def _urn(*parts: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts, ensure_ascii=False)).urn


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    for key, value in attributes.items():
        element.set(key, _NOT_XML.sub("", value))
    if text is not None:
        element.text = _NOT_XML.sub("", text)
    return element
