"""The sheet that proves an event, /-/proof/ID: what is claimed, captures that show it, what it does not prove."""

import json
import logging
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datasette.utils.asgi import BadRequest, Forbidden, NotFound, Response

from archive.database.connection import ArchiveError
from archive.database.sealed_days import Seal, last_seal, seal_at
from archive.database.withheld import hidden, is_record_withheld
from archive.evidence.evidence_reader import place_of
from archive.evidence.http_exchange import EvidenceError
from archive.labels.label import LABELS
from archive.model.clock import today
from archive.proof.bundle import write_bundle
from archive.proof.differences import diff, first_texts
from archive.proof.event_proof import ABSENT, AFTER, BEFORE, PAGE, DamagedEventError, EventProof, event_proof
from archive.proof.sheet import Kept, SealedDay, Sheet, ShownCapture, SiteLinks, fragment
from archive.web.formats.responses import citation_response
from archive.web.http import reader_requests
from archive.web.http.access_control import PROOFS
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import NOTHING_HERE, TOO_LARGE
from archive.web.http.request_context import RequestContext, Row
from archive.web.processes.fork_server import WorkFailedError
from archive.web.processes.frames import Head
from archive.web.processes.lanes import NoPlaceError
from archive.web.views import citation
from archive.web.views.capture_frame import BUSY

logger = logging.getLogger(__name__)

REFUSED = LABELS["error.bundles"]

_EVENT_RECORD = "SELECT record_id FROM events WHERE id = ?"
_CAPTURES = "SELECT * FROM captures WHERE id IN (SELECT value FROM json_each(?))"
_LIST_PAGES = "SELECT DISTINCT capture_id FROM walks WHERE capture_id IN (SELECT value FROM json_each(?))"
# Events are sealed when their crawl ends, with the captures of that day.
_FINISHED = "SELECT finished_at FROM crawls WHERE id = ?"
# What the record's own page showed before: not every event names it, for of what is gone a list page was seen last.
_OWN_BEFORE = """
SELECT max(b.id) FROM captures a JOIN captures b ON b.url = a.url AND b.id < a.id AND b.outcome = 'page' AND b.status = 200
WHERE a.id = ?
"""


@dataclass(frozen=True, slots=True)
class KnownProof:
    """A proof as far as the archive knows it. `list_pages`: captures that are list pages; `hidden`: captures shown to
    nobody; `own`: the record's own page before and now, None where either isn't there; `sealed`, `head`: the day that
    seals the event and the last sealed one, None where there is none yet.
    """

    proof: EventProof
    rows: Mapping[int, Row]
    list_pages: frozenset[int]
    hidden: frozenset[int]
    own: tuple[int, int] | None
    sealed: SealedDay | None
    head: SealedDay | None


async def page(context: RequestContext) -> Response:
    """The sheet. Of a withheld record there is none: its page says so."""
    known = await _known(context)
    if isinstance(known, int):
        return Response.redirect(context.record(known))
    sheet = await _sheet(context, known)
    return await context.render("proof.html", database=context.database, sheet=sheet, content=fragment(sheet))


async def walks(context: RequestContext) -> Response:
    """The list pages of the walks without the record, one by one. Raises NotFound where there are none."""
    known = await _known(context)
    if isinstance(known, int):
        return Response.redirect(context.record(known))
    if not known.proof.walks:
        raise NotFound(NOTHING_HERE)
    sheet = await _sheet(context, known)
    return await context.render("proof_walks.html", database=context.database, sheet=sheet)


async def citation_file(context: RequestContext) -> Response:
    """The citation of the sheet as a file for programs that keep references. Raises NotFound."""
    known = await _known(context)
    if isinstance(known, int):
        raise NotFound(NOTHING_HERE)
    cited = citation.of_sheet(known.proof, _address(context, known.proof), str(today()))
    return citation_response(cited, context.format)


async def bundle(context: RequestContext) -> Response:
    """The bundle, made by a process of its own. Raises Forbidden, NotFound where there are no originals,
    BadRequest where it is too large.
    """
    if not await context.may(PROOFS):
        raise Forbidden(REFUSED)
    number, evidence = int(context.part("id")), place_of(Path(context.db.path))
    if not evidence.is_file():
        raise NotFound(NOTHING_HERE)
    site = context.absolute(str(context.datasette.urls.path("/")))
    request = {"db": context.db.path, "evidence": str(evidence), "event": number, "site": site}
    try:
        head, body = await reader_requests.job(context.datasette, "proof", "proof", request)
    except WorkFailedError as error:
        raise BadRequest(TOO_LARGE) from error
    except NoPlaceError:
        return Response(str(BUSY), 503, {"Retry-After": "10"}, "text/plain; charset=utf-8")
    if "missing" in head:
        raise NotFound(head["missing"])
    logger.info("proof taken: event %s of %s", number, context.database)
    headers = {"Content-Disposition": f'attachment; filename="proof-event-{number}.zip"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, "application/zip")


def _made(_datasette: Datasette, request: Head) -> tuple[Head, bytes]:
    """Write the bundle of an event, or say why not."""
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        out = Path(folder, "proof.zip")
        try:
            write_bundle(Path(request["db"]), Path(request["evidence"]), [request["event"]], out, site=request["site"])
        except (ArchiveError, EvidenceError) as error:
            return {"missing": str(error)}, b""
        return {}, out.read_bytes()


reader_requests.JOBS["proof"] = _made


async def _known(context: RequestContext) -> KnownProof | int:
    """Return what is known of the requested event's proof, or the record that is withheld.
    Raises NotFound, and BadRequest where the event is damaged.
    """
    try:
        known: KnownProof | int | None = await context.db.execute_fn(
            lambda connection: _read(connection, int(context.part("id")))
        )
    except DamagedEventError as error:
        raise BadRequest(LABELS["error.damaged_event"]) from error
    if known is None:
        raise NotFound(NOTHING_HERE)
    return known


def _read(connection: sqlite3.Connection, event_id: int) -> KnownProof | int | None:
    event = connection.execute(_EVENT_RECORD, (event_id,)).fetchone()
    if event is None:
        return None
    if is_record_withheld(connection, event[0]):
        return int(event[0])
    proof = event_proof(connection, event_id)
    numbers = json.dumps(list(proof.shown))
    rows = {row["id"]: row for row in connection.execute(_CAPTURES, (numbers,))}
    list_pages = frozenset(row[0] for row in connection.execute(_LIST_PAGES, (numbers,)))
    hidden_ones = frozenset(number for number, row in rows.items() if hidden(connection, row["url"], row["sha256"]))
    (finished_at,) = connection.execute(_FINISHED, (proof.event["crawl_id"],)).fetchone() or (None,)
    return KnownProof(
        proof,
        rows,
        list_pages,
        hidden_ones,
        own=_own_pages(connection, proof, list_pages),
        sealed=_sealed_day(seal_at(connection, finished_at)),
        head=_sealed_day(last_seal(connection)),
    )


def _sealed_day(seal: Seal | None) -> SealedDay | None:
    return SealedDay(seal.day, seal.hash, is_sealed=True, stamped_at=seal.stamped_at) if seal else None


def _own_pages(connection: sqlite3.Connection, proof: EventProof, list_pages: frozenset[int]) -> tuple[int, int] | None:
    """Return the captures of the record's own page before and now; None where either isn't there."""
    by_use = {what: number for number, whats in proof.shown.items() for what in whats if number not in list_pages}
    after = by_use.get(AFTER) or by_use.get(PAGE)
    before = by_use.get(BEFORE)
    if after and not before:
        (before,) = connection.execute(_OWN_BEFORE, (after,)).fetchone()
    return (before, after) if before and after and before != after else None


async def _sheet(context: RequestContext, known: KnownProof) -> Sheet:
    proof, number = known.proof, known.proof.event["id"]
    address = _address(context, proof)
    has_bundle = place_of(Path(context.db.path)).is_file() and await context.may(PROOFS)
    own = known.own and {"before": known.own[0], "after": known.own[1]}
    return Sheet(
        proof,
        {capture.id: capture for capture in _captures(context, known)},
        known.sealed,
        known.head,
        address,
        SiteLinks(
            record=context.absolute(context.record(proof.record["id"])),
            walks=context.absolute(context.address("proof", number, "walks")) if proof.walks else "",
            comparison=context.absolute(context.address("compare", **own)) if own else "",
            bundle=context.absolute(context.address("proof", number, "bundle.zip")) if has_bundle else "",
        ),
        citation.of_sheet(proof, address, str(today())),
    )


def _captures(context: RequestContext, known: KnownProof) -> Iterator[ShownCapture]:
    """The captures as the sheet shows them; the place that shows what is claimed is marked in their copies."""
    marks = dict(zip((BEFORE, AFTER), first_texts(diff(known.proof.changed)), strict=True))
    for number, row in known.rows.items():
        shows = known.proof.shown[number]
        place: dict[str, object] = {}
        if number in known.list_pages and shows != (ABSENT,):
            place = {"record": known.proof.record["id"]}
        elif text := next((marks[what] for what in shows if marks.get(what)), ""):
            place = {"mark": text}
        copy = None if number in known.hidden else context.absolute(context.address("copy", number, **place))
        kept: Kept = "digest" if copy is None else "whole"
        facts = row["url"], row["fetched_at"], row["status"], row["outcome"], row["sha256"]
        yield ShownCapture(number, *facts, row["certificate"], kept, copy)


def _address(context: RequestContext, proof: EventProof) -> str:
    return context.absolute(context.proof(proof.event["id"]))
