"""Watching an archive: finding what is new for each watch, writing one message of it, delivering it."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.labels.label import LABELS
from archive.labels.language import DEFAULT, Language
from archive.notify import hit_text
from archive.notify.event_report import last_event
from archive.notify.messages import DeliveryError
from archive.notify.receivers import OutgoingMessage, named, send_to
from archive.search import engine
from crawler.notify.watch_state import Notes
from crawler.notify.watches import Watch

MOST = 200
"""Records or events that a message shows; it says how many more there are."""

_ALL = 1 << 40

_EVENTS = """
SELECT id, record_id, kind, at, not_before FROM events
WHERE id > ? AND id <= ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY id
"""
_HIDDEN = (
    "SELECT id FROM records WHERE state = 'withheld'",
    "SELECT record_id FROM rosters WHERE state IN ('waiting', 'kept')",
)
"""The records that are withheld, and those with a text that is held back."""


@dataclass(frozen=True, slots=True)
class WatchReport:
    """The outcome of one run of a watch. `begins`: records that were there when it began. `failures`: one line each."""

    watch: str
    begins: int | None = None
    new: int = 0
    deliveries: int = 0
    failures: tuple[str, ...] = ()


def run_watch(connection: sqlite3.Connection, notes: Notes, watch: Watch, site: str) -> WatchReport:
    """Find what is new for a watch, and report it; what an earlier run could not deliver comes first.

    `site`: where the archive's own site stands, ending in a slash, for links; empty: nowhere.
    """
    take_back(connection, notes, watch.name)
    earlier = _deliver(notes, watch)
    if earlier.failures:
        return earlier  # what is new meanwhile will be reported in one message, once this one has gone out
    connection.execute("BEGIN")  # one state of the archive, though a crawl may be writing
    try:
        hits, last = _hits(connection, watch), last_event(connection)
        if not notes.began(watch.name, _about(watch)):
            notes.begin(watch.name, _about(watch), () if watch.events else hits, last)
            return replace(earlier, begins=len(hits))
        seen, new = _new(connection, notes, watch, hits, last)
        message = _message(connection, watch, site, new) if new else None
    finally:
        connection.execute("ROLLBACK")
    notes.note(watch.name, seen, last, message)
    now = _deliver(notes, watch)
    return replace(now, new=len(new), deliveries=earlier.deliveries + now.deliveries)


def preview(connection: sqlite3.Connection, notes: Notes, watch: Watch, site: str) -> Iterator[str]:
    """The texts that `run_watch` would send now; nothing is sent or noted."""
    yield from (message["text"] for _, _, message in notes.undelivered(watch.name))
    if notes.began(watch.name, _about(watch)):
        last = last_event(connection)
        _, new = _new(connection, notes, watch, _hits(connection, watch), last)
        if new:
            yield _message(connection, watch, site, new)["text"]


def send_test(watch: Watch) -> Iterator[tuple[str, bool]]:
    """Send each receiver of a watch a message that says that it is a test; a line on each, and whether it was delivered."""
    subject = LABELS["message.test"].name(watch.language).format(title=watch.name)
    text = LABELS["message.test_text"].name(watch.language).format(title=watch.name)
    message = {
        "watch": watch.name,
        "language": watch.language,
        "subject": subject,
        "text": f"{text}\n",
        "count": 0,
        "hits": [],
        "test": True,
    }
    for receiver in (*watch.mail, *watch.hooks):
        try:
            _send(receiver, f"test.{secrets.token_hex(8)}", message)
        except DeliveryError as error:
            yield f"{watch.name}: not delivered to {named(receiver)}: {error}", False
        else:
            yield f"{watch.name}: a test was delivered to {named(receiver)}", True


def _about(watch: Watch) -> str:
    """Return a digest of what a watch looks for; its receivers do not matter."""
    looked_for = {
        **asdict(watch.search.filters),  # whose publisher is only known once the archive is read
        "words": watch.words,
        "publisher": watch.publisher,
        "events": watch.events,
    }
    return hashlib.sha256(json.dumps(looked_for, sort_keys=True).encode()).hexdigest()


def _hits(connection: sqlite3.Connection, watch: Watch) -> list[int]:
    """All records that the search finds, the latest first."""
    filters = engine.of_publisher(connection, watch.search.filters, watch.publisher)
    return engine.latest(connection, replace(watch.search, filters=filters), _ALL)


def _new(
    connection: sqlite3.Connection, notes: Notes, watch: Watch, hits: list[int], last: int
) -> tuple[list[int], list[dict[str, Any]]]:
    """The records to be noted as reported, and each hit: `record` and, where events are watched, `event`, `event_id`, `at`, `not_before`."""
    if not watch.events:
        unseen = notes.unseen(watch.name, hits)
        return unseen, [{"record": record} for record in unseen]
    bounds, among = (notes.last_event(watch.name), last, json.dumps(watch.events)), set(hits)
    rows = connection.execute(_EVENTS, bounds)
    return [], [
        {"record": record, "event": kind, "event_id": number, "at": at, "not_before": not_before}
        for number, record, kind, at, not_before in rows
        if record in among
    ]


def take_back(connection: sqlite3.Connection, notes: Notes, watch: str) -> None:
    """Take out of a watch's undelivered messages what was withheld or held back since they were written."""
    withheld, held = ({row[0] for row in connection.execute(sql)} for sql in _HIDDEN)
    for number, _, message in notes.undelivered(watch) if withheld or held else ():
        hits = [hit for hit in message["hits"] if hit["record"] not in withheld]
        hits = [{**hit, "snippet": None} if hit["record"] in held else hit for hit in hits]
        if hits == message["hits"]:
            continue
        count, language = message["count"] - len(message["hits"]) + len(hits), message.get("language", DEFAULT)
        words = {"subject": _subject(watch, hits, count, language), "text": hit_text.text(hits, count, language)}
        notes.replace(number, {**message, **words, "count": count, "hits": hits})
        if not hits:
            notes.done(number)


# --- the message ---


def _message(connection: sqlite3.Connection, watch: Watch, site: str, new: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the message, as JSON and, in `subject` and `text`, as mail."""
    names = dict(connection.execute("SELECT id, name FROM portals"))
    of = dict(connection.execute(
        "SELECT id, portal FROM records WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([hit["record"] for hit in new[:MOST]]),),
    ))  # fmt: skip
    shown = [
        {
            **hit,
            "portal": names[of[hit["record"]]],
            "page": f"{site}-/record/{hit['record']}" if site else None,
            **({"proof": f"{site}-/proof/{hit['event_id']}"} if site and "event_id" in hit else {}),
            **described,
        }
        for hit in new[:MOST]
        for described in engine.described(connection, [hit["record"]], watch.words)
    ]
    return {
        "watch": watch.name,
        "language": watch.language,
        "subject": _subject(watch.name, shown, len(new), watch.language),
        "text": hit_text.text(shown, len(new), watch.language),
        "count": len(new),
        "hits": shown,
    }


def _subject(watch: str, hits: list[dict[str, Any]], count: int, language: Language) -> str:
    """Return the subject of a message of records or, where its hits have events, of these."""
    label = LABELS["message.changes"] if any("event" in hit for hit in hits) else LABELS["message.records"]
    return label.format(title=watch, count=count).name(language)


# --- delivering ---


def _deliver(notes: Notes, watch: Watch) -> WatchReport:
    """Deliver what is undelivered to those who have not got it yet."""
    deliveries, failures = 0, []
    for number, message_id, message in notes.undelivered(watch.name):
        missing = False
        for receiver in (*watch.mail, *watch.hooks):
            if notes.was_delivered(number, _mark(receiver)):
                continue
            try:
                _send(receiver, message_id, message)
            except DeliveryError as error:
                missing = True
                failures.append(f"{watch.name}: not delivered to {named(receiver)}: {error}")
            else:
                notes.delivered(number, _mark(receiver))
                deliveries += 1
        if not missing:
            notes.done(number)
    return WatchReport(watch.name, deliveries=deliveries, failures=tuple(failures))


def _send(receiver: str, message_id: str, message: dict[str, Any]) -> None:
    brief = hit_text.brief(message["hits"], message["count"], message.get("language", DEFAULT)) or message["text"]
    forms = OutgoingMessage(
        message["subject"], message["text"], {"id": message_id, **message}, f"{message['subject']}\n{brief}"
    )
    send_to(receiver, forms, message_id)


def _mark(receiver: str) -> str:
    """Return the mark by which the notes know a receiver: not the address of a webhook, which may be secret."""
    return hashlib.sha256(receiver.encode()).hexdigest()[:20]
