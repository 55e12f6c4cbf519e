"""Portals whose state is no longer as last reported, and the message that says so: one for all, grouped by cause."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from archive.database.connection import transaction
from archive.ingest.health import NEVER_CHECKED, WELL, Health
from archive.notify.receivers import OutgoingMessage, send_to

_PARTICULAR = re.compile(r"(?<!\S)\S*://\S+|(?<![\w-])[\w-]+(?:\.[\w-]+)+(?::\d+)?|\d[\d.,:-]*")
"""Parts of a reason that concern one portal alone: addresses, hosts, numbers."""

_TOLD = "SELECT portal, health FROM told UNION ALL SELECT substr(name, 6), value FROM settings WHERE name GLOB 'told:*'"
"""The states last reported: of the archive's portals, and in the settings of portal files that it knows nothing of."""

_REPORTED = ("portal", "name", "state", "reason", "next_step", "crawl_id")


@dataclass(frozen=True, slots=True)
class StateChange:
    """A portal whose state is another than the one last reported: `was`, or `well` where nothing was reported yet."""

    now: Health
    was: str


def state_changes(connection: sqlite3.Connection, states: Iterable[Health]) -> list[StateChange]:
    """Return those of `states` that are to be reported. Raises sqlite3.Error."""
    reported = dict(connection.execute(_TOLD).fetchall())
    seen = [StateChange(each, reported.get(each.portal, WELL)) for each in states if each.state != NEVER_CHECKED]
    return [change for change in seen if change.now.state != change.was]


def note_reported(connection: sqlite3.Connection, delivered: Sequence[StateChange], now: str) -> None:
    """Note that these were reported. `now`: UTC, ISO 8601. Raises ArchiveError."""
    with transaction(connection) as c:
        held = {portal for (portal,) in c.execute("SELECT id FROM portals")}
        c.executemany(
            "INSERT INTO told (portal, health, at) VALUES (?, ?, ?) "
            "ON CONFLICT (portal) DO UPDATE SET health = excluded.health, at = excluded.at",
            [(change.now.portal, change.now.state, now) for change in delivered if change.now.portal in held],
        )
        c.executemany(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)",
            [(f"told:{change.now.portal}", change.now.state) for change in delivered if change.now.portal not in held],
        )


def forget_others(connection: sqlite3.Connection, states: Iterable[Health]) -> None:
    """Forget what was reported of portal files that can be used again, or are gone. Raises ArchiveError."""
    with transaction(connection) as c:
        c.execute(
            "DELETE FROM settings WHERE name GLOB 'told:*' AND substr(name, 6) NOT IN (SELECT value FROM json_each(?))",
            (json.dumps([each.portal for each in states]),),
        )


def send(address: str, changes: Sequence[StateChange]) -> None:
    """Send the changes to a mail address, a webhook or a chat room. Raises DeliveryError."""
    content = "\n".join(f"{each.now.portal} {each.now.state} {each.now.crawl_id}" for each in changes)
    words = subject(changes), text(changes)
    send_to(address, OutgoingMessage(*words, payload(changes), "\n".join(words)), f"health-{_digest(content)}")


def send_line(address: str, line: str, now: str) -> None:
    """Send a line to a mail address, a webhook or a chat room. Raises DeliveryError."""
    text = " ".join(line.split())
    subject = f"Disclosures: {text}"
    message = OutgoingMessage(subject[:200], f"{text}\n", {"subject": subject, "text": text}, subject)
    send_to(address, message, f"line-{_digest(f'{now} {text}')}")


def subject(changes: Sequence[StateChange]) -> str:
    """One line, such as `Disclosures: 2 down, 1 well again`."""
    counts = Counter(each.now.state for each in changes)
    return f"Disclosures: {', '.join(f'{n} {_words(state)}' for state, n in counts.items())}"


def text(changes: Sequence[StateChange]) -> str:
    """All of it, grouped by cause."""
    lines = []
    for _, group in groupby(sorted(changes, key=_cause), key=_cause):
        first, *others = group
        lines.append(_words(first.now.state) + (f": {first.now.reason}" if first.now.state != WELL else ""))
        if first.now.next_step:
            lines.append(f"  → {first.now.next_step}")
        lines.extend(f"  {each.now.label} (was {each.was})" for each in (first, *others))
        lines.append("")
    return "\n".join(lines).strip()


def payload(changes: Sequence[StateChange]) -> dict[str, Any]:
    """Return the JSON for a webhook: `subject`, `text` and the `changes` one by one."""
    rows = [{"was": each.was, **{name: getattr(each.now, name) for name in _REPORTED}} for each in changes]
    return {"subject": subject(changes), "text": text(changes), "changes": rows}


def _words(state: str) -> str:
    return "well again" if state == WELL else state.replace("_", " ")


def _cause(change: StateChange) -> tuple[str, str]:
    return change.now.state, "" if change.now.state == WELL else _PARTICULAR.sub("…", change.now.reason)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
