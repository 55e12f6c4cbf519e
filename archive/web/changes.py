"""What the JSON of versions and events says, made readable: each field before and now, a long text by its changed part.

Pure. The JSON was written by this archive, but what pages print stands in it: nothing here is markup.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from archive.web.codes import STATES
from archive.web.labels import column_label
from archive.web.naming import Label

SHORT = 40
"""Values up to this length are compared as wholes."""

LONGEST = 160
AROUND = 24
"""A longer value than LONGEST is shown by its changed part, at most so long, and AROUND characters on both sides."""

_FILE = "attachment "
_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Side:
    """A value before, or now: its own part, and what stands on both sides before and behind it, cut to be read."""

    before: str
    own: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a record. None: it was not there. `lengths`: of both values, where they are shown in part only."""

    label: Label
    old: Side | None
    new: Side | None
    lengths: tuple[int, int] | None = None


def changes(changed: object) -> tuple[Change, ...]:
    """What `changed` (field → [before, now]) says, field by field; nothing where it is something else."""
    if not isinstance(changed, Mapping):
        return ()
    return tuple(
        _change(str(name), *value) for name, value in changed.items() if isinstance(value, list) and len(value) == 2
    )


def _change(name: str, before: object, now: object) -> Change:
    if name.startswith(_FILE):
        label = Label(f"附件“{name.removeprefix(_FILE)}”的文件", "file at the same address, SHA-256")
        return Change(label, *compared(_text(before)[:_DIGEST], _text(now)[:_DIGEST]))
    label = Label("附件", "attachments") if name == "attachments" else column_label("records", name)
    old, new = _text(before), _text(now)
    long = max(len(old), len(new)) > LONGEST
    return Change(label, *compared(old, new), (len(old), len(new)) if long else None)


def compared(old: str, new: str) -> tuple[Side | None, Side | None]:
    """Two values as they are shown beside each other; None for an empty one."""
    before, after = 0, 0
    around = AROUND if max(len(old), len(new)) > LONGEST else LONGEST
    if old and new and max(len(old), len(new)) > SHORT:
        before = _shared(old, new)
        after = _shared(old[before:][::-1], new[before:][::-1])
    return _side(old, before, after, around), _side(new, before, after, around)


def _side(text: str, before: int, after: int, around: int) -> Side | None:
    if not text:
        return None
    end = len(text) - after
    own = text[before:end]
    if len(own) > LONGEST:
        own = f"{own[: LONGEST // 2]} …… {own[-LONGEST // 2 :]}"
    lead = text[max(0, before - around) : before]
    rest = text[end : end + around]
    return Side(f"…{lead}" if before > around else lead, own, f"{rest}…" if after > around else rest)


def _shared(one: str, other: str) -> int:
    """How many characters the beginnings of two texts share, found by halves: bodies may be long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def told(changed: object) -> list[tuple[str, str]]:
    """What `changed` says as labels and short texts, for a table's cell."""
    return [(change.label.zh, f"{_plain(change.old)} → {_plain(change.new)}") for change in changes(changed)]


def told_of_event(detail: Mapping[str, object]) -> list[tuple[str, str]]:
    """What an event's detail says as labels and short texts, for a table's cell."""
    pairs = told(detail.get("changed"))
    if was := detail.get("was"):
        pairs.append(("此前", STATES[was].zh if isinstance(was, str) and was in STATES else _text(was)))
    named = {"from": "旧地址", "to": "新地址", "reason": "原页面的回应", "page": "其采集原件", "capture": "采集原件"}
    return pairs + [(label, _text(detail[key])) for key, label in named.items() if detail.get(key)]


def loaded(text: str) -> Mapping[str, object]:
    """A JSON object; empty where it is something else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _plain(side: Side | None) -> str:
    return f"{side.before}{side.own}{side.after}" if side else "（无）"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(_text(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
