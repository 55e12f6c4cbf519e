"""The page around an archived copy: its address, when it was captured, what came, and every other capture of it."""

import json
import sqlite3
import time
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from datasette.database import Database

from archive.copies.marking import NOWHERE, MarkedPlace
from archive.copies.redacted_copies import RedactedCopy, redacted_copy
from archive.copies.sanitiser import NotShown, SanitisedPage
from archive.database.portal_changes import Moves
from archive.database.withheld import count_hidden
from archive.evidence.evidence_reader import place_of as evidence_of
from archive.evidence.http_exchange import EvidenceError
from archive.labels.code_labels import CAPTURES, REDACTIONS
from archive.labels.label import LABELS, Label, label_of, labels_under
from archive.web.http import reader_requests
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import Row
from archive.web.processes.fork_server import WorkFailedError
from archive.web.processes.frames import Head
from archive.web.processes.lanes import NoPlaceError
from archive.web.views.record_lines import STATE_EVENT

MOST_CAPTURES = 100
"""Captures of one address that can be chosen from; the table `captures` has them all."""

MOST_RECORDS = 5

NOT_MODIFIED = 304

LONGEST_MARK = 200
"""Characters of a text to be marked in a copy."""

_FRESH = 10.0
"""Seconds within which a browser requests the frame of a page."""

_MADE: WeakKeyDictionary[Database, tuple[tuple[object, ...], float, RedactedCopy]] = WeakKeyDictionary()
"""Of each archive the copy made last: its capture, its digest, the place marked in it and how much was hidden,
and when. It is given away once.
"""

NOT_HERE = LABELS["original.not_here"]
DAMAGED = LABELS["original.damaged"]
UNCHANGED = LABELS["original.unchanged"]
TOO_HEAVY = LABELS["original.too_heavy"]
BUSY = LABELS["original.busy"]
NOT_SHOWN = labels_under("not_shown")
"""Reasons why a capture is not shown, by their codes."""

_CAPTURE = """
SELECT c.*, w.portal, w.mode, w.started_at, p.name AS portal_name, p.checked_on
FROM captures c JOIN crawls w ON w.id = c.crawl_id JOIN portals p ON p.id = w.portal WHERE c.id = :id
"""
# A page belongs to the record at its address, or to those that were read from any capture of it; a file to those that link to it.
_RECORDS = f"""
SELECT id, title, state, {STATE_EVENT} FROM records r WHERE id IN (
    SELECT id FROM records WHERE portal = :portal AND url IN (:url, :now)
    UNION SELECT record_id FROM readings WHERE catalog_id = 0 AND capture_id IN (SELECT id FROM captures WHERE url = :url)
    UNION SELECT record_id FROM attachments WHERE capture_id IN (SELECT id FROM captures WHERE url = :url)
) ORDER BY id LIMIT :most
"""  # noqa: S608 - constant
_LISTS = """
SELECT DISTINCT c.id, c.title FROM walks w JOIN catalogs c ON c.id = w.catalog_id WHERE w.capture_id = :id ORDER BY c.id LIMIT 5
"""
# A record that moved, or whose portal did, has captures at more than one address.
_SAME = """
SELECT id, url, fetched_at, status, outcome, sha256, bytes FROM captures WHERE url = :url OR url IN (
    SELECT value FROM json_each(:stood)
    UNION SELECT json_extract(detail, '$.from') FROM events WHERE record_id = :record AND kind = 'moved'
    UNION SELECT json_extract(detail, '$.to') FROM events WHERE record_id = :record AND kind = 'moved'
) ORDER BY fetched_at DESC, id DESC LIMIT :most
"""
_CONFIRMED = """
SELECT max(id) AS id FROM captures WHERE url = :url AND id < :id AND status = 200 AND outcome = 'page'
"""
# A row is known by where it links to; else by the title that it prints, which its list may have cut, and its index number.
_PLACE = """
SELECT 'address' AS kind, url AS value FROM records WHERE id = :id
UNION ALL SELECT 'address', link FROM listings WHERE record_id = :id AND link IS NOT NULL
UNION ALL SELECT 'address', e.detail ->> side.value FROM events e, json_each('["$.from", "$.to"]') side
    WHERE e.record_id = :id AND e.kind = 'moved'
UNION ALL SELECT 'text', trim(fields ->> '$.title', '.… ') FROM readings
    WHERE record_id = :id AND catalog_id <> 0 AND fields ->> '$.title' <> ''
UNION ALL SELECT 'text', title FROM records WHERE id = :id AND title <> ''
UNION ALL SELECT 'text', index_number FROM records WHERE id = :id AND index_number <> ''
"""
_FILE = """
SELECT id, name, state, media_type FROM attachments WHERE capture_id IN (SELECT id FROM captures WHERE url = :url) LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Archived:
    """One capture. `records`: that it shows; `lists`: the catalogues of which it is a list page; `same`: other captures
    of its address, newest first; `confirms`: the capture that a "not modified" speaks of; `copy` or else `why_not`.
    """

    row: Row
    outcome: Label
    records: tuple[Row, ...]
    lists: tuple[Row, ...]
    same: tuple[tuple[Row, Label], ...]
    more: bool
    file: Row | None
    confirms: int | None
    copy: RedactedCopy | None
    why_not: Label | None

    @property
    def masked(self) -> tuple[tuple[Label, int], ...]:
        """Kinds of numbers masked in the copy, and how many of each."""
        counts = self.copy.masked if self.copy else {}
        return tuple((label_of(REDACTIONS, kind), count) for kind, count in sorted(counts.items()))


async def archived(db: Database, capture_id: int, place: MarkedPlace = NOWHERE) -> Archived | None:
    """All that the page says of one capture, a place in it marked; None where there is none of this number."""
    capture: Archived | None = await db.execute_fn(lambda connection: registered(connection, capture_id))
    if capture is None or capture.confirms:
        return capture
    made_as = await _made_as(db, capture.row, place)
    copy, why_not = await shown(db, capture.row, place)
    if copy is not None:
        _MADE[db] = (made_as, time.monotonic(), copy)
    return replace(capture, copy=copy, why_not=why_not)


def registered(connection: sqlite3.Connection, capture_id: int, most: int = MOST_CAPTURES) -> Archived | None:
    """Return what the archive itself says of a capture, and of up to `most` captures of its page;
    None where it knows none.
    """
    row = connection.execute(_CAPTURE, {"id": capture_id}).fetchone()
    if row is None:
        return None
    moves = Moves.of(connection, row["portal"])
    url, now = {"url": row["url"]}, moves.address(row["url"])
    parameters = {**url, "now": now, "portal": row["portal"], "most": MOST_RECORDS}
    records = tuple(connection.execute(_RECORDS, parameters).fetchall())
    record = records[0]["id"] if len(records) == 1 else None
    stood = json.dumps([now, *moves.former([now])])
    same = connection.execute(_SAME, {**url, "stood": stood, "record": record, "most": most + 1}).fetchall()
    return Archived(
        row=row,
        outcome=label_of(CAPTURES, row["outcome"]),
        records=records,
        lists=tuple(connection.execute(_LISTS, {"id": capture_id}).fetchall()),
        same=tuple((each, label_of(CAPTURES, each["outcome"])) for each in same[:most]),
        more=len(same) > most,
        file=connection.execute(_FILE, url).fetchone(),
        confirms=_confirmed(connection, row),
        copy=None,
        why_not=UNCHANGED,
    )


def holder_of(connection: sqlite3.Connection, row: Row) -> Row:
    """Return the capture that holds what a capture says: of a "not modified" the one that it confirms, else itself."""
    confirmed = connection.execute("SELECT * FROM captures WHERE id = ?", (_confirmed(connection, row),)).fetchone()
    return confirmed or row


def _confirmed(connection: sqlite3.Connection, row: Row) -> int | None:
    """Return the capture that a "not modified" confirms; None of any other capture, and where there is none."""
    if row["status"] != NOT_MODIFIED:
        return None
    (confirmed,) = connection.execute(_CONFIRMED, {"url": row["url"], "id": row["id"]}).fetchone()
    return None if confirmed is None else int(confirmed)


async def place_of(db: Database, record_id: int | None, text: str) -> MarkedPlace:
    """The place to be marked: the row of a record, or the first that holds a text."""
    if record_id is None:
        return MarkedPlace(texts=(text[:LONGEST_MARK],)) if text.strip() else NOWHERE
    rows = await db.execute(_PLACE, {"id": record_id})
    return MarkedPlace(
        tuple(row["value"] for row in rows if row["kind"] == "address"),
        tuple(row["value"] for row in rows if row["kind"] == "text"),
    )


async def framed(db: Database, row: Row, place: MarkedPlace = NOWHERE) -> tuple[RedactedCopy | None, Label | None]:
    """The copy of a capture, or why there is none, for the frame:
    what the page around it has just made is made once only.
    """
    made = _MADE.pop(db, None)
    if made and made[0] == await _made_as(db, row, place) and time.monotonic() - made[1] < _FRESH:
        return made[2], None
    return await shown(db, row, place)


async def _made_as(db: Database, row: Row, place: MarkedPlace) -> tuple[object, ...]:
    """Contents of a copy; another one is to be made where more is withheld or held back since."""
    return row["id"], row["sha256"], place, await db.execute_fn(count_hidden)


async def shown(db: Database, row: Row, place: MarkedPlace = NOWHERE) -> tuple[RedactedCopy | None, Label | None]:
    """The copy of a capture, or why there is none."""
    request = {"id": row["id"], "sha256": row["sha256"], "addresses": place.addresses, "texts": place.texts}
    made = await made_of_originals(db, "copy", request)
    if isinstance(made, Label):
        return None, made
    head, body = made
    page = SanitisedPage(html=body.decode(), **head["page"]) if head["page"] else None
    return RedactedCopy(head["media_type"], body, head["masked"], page), None


async def made_of_originals(db: Database, job: str, request: Head) -> tuple[Head, bytes] | Label:
    """Return what a job makes of originals in a process of its own, or why there is nothing to be shown:
    no originals, no place, too heavy.
    """
    evidence = evidence_of(Path(db.path))
    if not evidence.is_file():
        return NOT_HERE
    try:
        head, body = await reader_requests.job(
            db.ds, "copy", job, {"db": db.path, "evidence": str(evidence), **request}
        )
    except WorkFailedError:
        return TOO_HEAVY
    except NoPlaceError:
        return BUSY
    if "not_shown" in head:
        return NOT_SHOWN[head["not_shown"]]
    return DAMAGED if "damaged" in head else (head, body)


def _made(_datasette: Datasette, request: Head) -> tuple[Head, bytes]:
    """Make a copy, or say why not."""
    place = MarkedPlace(tuple(request["addresses"]), tuple(request["texts"]))
    make = redacted_copy if place == NOWHERE else partial(redacted_copy, place=place)
    try:
        copy = make(Path(request["db"]), Path(request["evidence"]), request["id"], request["sha256"])
    except NotShown as reason:
        return {"not_shown": str(reason)}, b""
    except EvidenceError:
        return {"damaged": True}, b""
    page = copy.page and {
        field.name: getattr(copy.page, field.name) for field in fields(copy.page) if field.name != "html"
    }
    masked = dict(copy.masked)
    if page:
        page["masked"] = masked
    return {"media_type": copy.media_type, "masked": masked, "page": page}, copy.body


reader_requests.JOBS["copy"] = _made
