"""The message that says which portals are no longer as they were: one for all, grouped by cause."""

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any

from archive.ingest.health import WELL
from crawler.notify.messages import DeliveryError, check_hook, check_mail, post, send_mail
from crawler.notify.reported_states import StateChange

_PARTICULAR = re.compile(r"(?<!\S)\S*://\S+|(?<![\w-])[\w-]+(?:\.[\w-]+)+(?::\d+)?|\d[\d.,:-]*")
"""Parts of a reason that concern one portal alone: addresses, hosts, numbers."""


def check(address: str) -> None:
    """Check that a message can be sent there, as far as that can be known before. Raises DeliveryError."""
    if _is_hook(address):
        check_hook(address)
    else:
        check_mail()


def send(address: str, changes: Sequence[StateChange]) -> None:
    """Send the changes to a mail address, or to a webhook as JSON. Raises DeliveryError."""
    content = "\n".join(f"{each.now.portal} {each.now.state} {each.now.crawl_id}" for each in changes)
    message_id = f"health-{sha256(content.encode()).hexdigest()[:32]}"
    if _is_hook(address):
        post(address, payload(changes), message_id)
    else:
        send_mail(address, subject(changes), text(changes), message_id)


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
        lines.extend(f"  {each.now.portal} {each.now.name} (was {each.was})" for each in (first, *others))
        lines.append("")
    return "\n".join(lines).strip()


def payload(changes: Sequence[StateChange]) -> dict[str, Any]:
    """Return the JSON for a webhook: `subject`, `text` and the `changes` one by one."""
    rows = [
        {
            "portal": each.now.portal,
            "name": each.now.name,
            "was": each.was,
            "state": each.now.state,
            "reason": each.now.reason,
            "next_step": each.now.next_step,
            "crawl_id": each.now.crawl_id,
        }
        for each in changes
    ]
    return {"subject": subject(changes), "text": text(changes), "changes": rows}


def _words(state: str) -> str:
    return "well again" if state == WELL else state.replace("_", " ")


def _cause(change: StateChange) -> tuple[str, str]:
    return change.now.state, "" if change.now.state == WELL else _PARTICULAR.sub("…", change.now.reason)


def _is_hook(address: str) -> bool:
    if "://" in address:
        return True
    if "@" in address:
        return False
    raise DeliveryError(f"{address} is neither a mail address nor a webhook's address")
