"""The time line of a record: what was observed, when, and which captures prove it."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from archive.labels.code_labels import CAPTURES, CAUSES, EVENTS, STATES
from archive.labels.label import Label, label_of
from archive.labels.when import beijing, when
from archive.proof.differences import FieldDiff, diff, json_object
from archive.proof.event_proof import CatalogueWalk, walks_without
from archive.web.http.request_context import Row

MOST = 50
"""Events and re-readings shown on a record's page; the tables have them all."""

LINKED = 12
"""List pages of one walk that are linked one by one; the table `walks` has them all."""

_EVENTS = """
SELECT e.id, e.kind, e.at, e.not_before, e.before_capture_id, e.detail, e.crawl_id, w.started_at, w.mode
FROM events e JOIN crawls w ON w.id = e.crawl_id WHERE e.record_id = :id ORDER BY e.id DESC LIMIT :most
"""
_REREAD = """
SELECT v.number, v.seen_at, v.changed, v.capture_id, v.cause FROM versions v
WHERE v.record_id = :id AND v.cause <> 'source' AND v.changed <> '{}' ORDER BY v.number DESC LIMIT :most
"""
CAPTURED = """
SELECT id, url, fetched_at, status, outcome, sha256, bytes FROM captures
WHERE id IN (SELECT value FROM json_each(:ids))
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof that a record is gone. `page`: what its own page answered; None where it has none.
    `reason`: as the crawl gave it.
    """

    walks: tuple[CatalogueWalk, ...]
    page: Row | None
    reason: str


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event. `when`: between when and when it happened; `before`, `capture`: the answers that show what was before,
    and it; `moved`: its address before and now; `was`: its state before.
    """

    row: Row
    kind: Label
    when: Label
    before: Row | None
    changes: tuple[FieldDiff, ...]
    capture: Row | None
    proof: Proof | None
    moved: tuple[str, str] | None
    was: Label | None


@dataclass(frozen=True, slots=True)
class Reread:
    """A version that nobody's edit made: this archive read a capture again,
    or the portal has a new layout; `cause` says which.
    """

    row: Row
    cause: Label
    changes: tuple[FieldDiff, ...]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Newest first. `more`: there are older events than these."""

    entries: tuple[EventEntry, ...]
    reread: tuple[Reread, ...]
    more: bool

    @property
    def has_changes(self) -> bool:
        """Return whether any of it shows differences."""
        return any(entry.changes for entry in self.entries) or bool(self.reread)


def history(connection: sqlite3.Connection, record_id: int) -> TimeLine:
    """The time line of one record."""
    rows = connection.execute(_EVENTS, {"id": record_id, "most": MOST + 1}).fetchall()
    reread = connection.execute(_REREAD, {"id": record_id, "most": MOST}).fetchall()
    details = [json_object(row["detail"]) for row in rows[:MOST]]
    named = (detail.get(key) for detail in details for key in ("capture", "page"))
    shown = captures(connection, chain(named, (row["before_capture_id"] for row in rows)))
    entries = [_entry(connection, row, detail, shown) for row, detail in zip(rows, details, strict=False)]
    return TimeLine(
        tuple(entries),
        tuple(Reread(row, label_of(CAUSES, row["cause"]), diff(json_object(row["changed"]))) for row in reread),
        len(rows) > MOST,
    )


def captures(connection: sqlite3.Connection, ids: Iterable[object]) -> dict[object, Row]:
    """The rows of captures by their numbers; whatever is no number of one is left out."""
    numbers = sorted({number for number in ids if isinstance(number, int)})
    rows = connection.execute(CAPTURED, {"ids": json.dumps(numbers)}).fetchall() if numbers else []
    return {row["id"]: row for row in rows}


def observation(record: Row, entries: Iterable[EventEntry]) -> Label:
    """Say what was last observed of a record, and when; what its state means where nothing more is known."""
    state, seen = str(record["state"]), beijing(record["last_seen"])
    last_zh, last_en = f"{seen}（北京时间）最后一次见于目录", f"Last seen in a catalogue at {seen} (Beijing time)"
    if state == "listed":
        return Label(f"{last_zh}。", f"{last_en}.")
    entry = next((entry for entry in entries if entry.row["kind"] == state), None)
    if entry is None or entry.proof is None:
        meaning = label_of(STATES, state)
        return Label(f"{last_zh}。{meaning.about}", f"{last_en}. {meaning.about_en}")
    at, page = beijing(entry.row["at"]), entry.proof.page
    zh = f"{last_zh}。{at} 观察到：列出过它的各目录均已完整采集，都不再列出；"
    en = f"{last_en}. At {at} none of its catalogues, read to their end, listed it any more; "
    if state == "withdrawn":
        zh += f"请求其原页面，服务器响应为“{_answer(page)}”。原因不明，也可能是期满依规撤下。"
        en += "its own page was asked for and was gone. The reason isn't known; it may be lawful expiry."
    elif page is not None:
        zh += "请求其原页面，仍可打开。"
        en += "its own page was asked for and still opened."
    else:
        zh += "目录中的这一行在该门户网站没有自己的页面。"
        en += "its row had no page of its own on the site."
    return Label(zh, en)


def _answer(page: Row | None) -> str:
    """Return the answer of a page in a few words."""
    if page is None:
        return CAPTURES["gone"].zh
    outcome = CAPTURES.get(page["outcome"])
    return f"{outcome.zh if outcome else page['outcome']}（HTTP {page['status']}）"


def _entry(
    connection: sqlite3.Connection, row: Row, detail: Mapping[str, Any], shown: Mapping[object, Row]
) -> EventEntry:
    was, ends = detail.get("was"), (detail.get("from"), detail.get("to"))
    return EventEntry(
        row=row,
        kind=label_of(EVENTS, row["kind"]),
        when=when(row["not_before"], row["at"]),
        before=shown.get(row["before_capture_id"]),
        changes=diff(detail.get("changed")),
        capture=shown.get(detail.get("capture")),
        proof=_proof(connection, detail, shown) if "walk" in detail else None,
        moved=(str(ends[0]), str(ends[1])) if all(ends) else None,
        was=STATES.get(str(was)) if was else None,
    )


def _proof(connection: sqlite3.Connection, detail: Mapping[str, Any], shown: Mapping[object, Row]) -> Proof:
    return Proof(walks_without(connection, detail), shown.get(detail.get("page")), str(detail.get("reason", "")))
