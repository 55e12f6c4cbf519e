"""The JSON of versions and events made readable: each field before and now, differences word by word.

Pure. The JSON was written by this archive, but what pages print stands in it: nothing here is markup. A word is a
Chinese character, a number, or a run of letters; diff-match-patch finds which were taken out and put in, and joins them
to stretches that a person would mark.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

from archive.labels.code_labels import STATES
from archive.labels.label import LABELS, Label, labels_under
from archive.labels.language import say
from archive.labels.reasons import in_words
from archive.labels.tables import column_label

SAME, OLD, NEW, GAP = "", "del", "ins", "gap"
"""Kinds of pieces of text: on both sides, only before, only now, or dots for what is not shown."""

BESIDE = 80
"""Values up to this length are shown whole, before and now. Of longer ones only what differs, …"""

LONGEST = 160
"""… so many characters of each piece at the most, …"""

AROUND = 24
"""… with so many characters on both sides, …"""

MOST_PLACES = 20
"""… in so many places at the most."""

MOST_COMPARED = 100_000
"""Texts that differ over a longer stretch are not compared word by word."""

_SECONDS = 0.1  # spent on one comparison; then the rest counts as replaced
_FILE = "attachment "
_DIGEST = 12
_DETAILS = labels_under("detail")
_CAPTURES = labels_under("detail_capture")
_DOTS = " …… "
_WORDS = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[A-Za-z]+")
_IN_WORD = re.compile(r"[0-9A-Za-z.,]")
_FIRST_CODE = 0xF0000  # of the private characters that stand for words while they are compared


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and what it is."""

    kind: str
    text: str


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of a record, before and now. None: it was not there.

    `merged`: where it is long, both sides in one, at the places that differ; `more` of
    these are not shown. `lengths`: of both values.
    """

    label: Label
    old: Pieces | None
    new: Pieces | None
    merged: Pieces = ()
    more: int = 0
    lengths: tuple[int, int] = (0, 0)


def diff(changed: object) -> tuple[FieldDiff, ...]:
    """Return what `changed` (field → [before, now]) says, field by field; nothing where it is something else."""
    if not isinstance(changed, Mapping):
        return ()
    return tuple(
        _field_diff(str(name), *value) for name, value in changed.items() if isinstance(value, list) and len(value) == 2
    )


def _field_diff(name: str, before: object, now: object) -> FieldDiff:
    old, new = _text(before), _text(now)
    if name.startswith(_FILE):
        label = LABELS["word.file"].format(name=name.removeprefix(_FILE))
        # Two digests have nothing in common; their beginnings are enough to tell them apart.
        return FieldDiff(label, _whole(OLD, old[:_DIGEST]), _whole(NEW, new[:_DIGEST]))
    label = LABELS["word.attachments"] if name == "attachments" else column_label("records", name)
    return field_diff(label, old, new)


def field_diff(label: Label, old: str, new: str) -> FieldDiff:
    """Two values as they are shown beside each other, or as one where they are long."""
    if not old or not new:
        return FieldDiff(label, _whole(OLD, old), _whole(NEW, new), lengths=(len(old), len(new)))
    pieces = differences(old, new)
    merged, more = _places(pieces) if max(len(old), len(new)) > BESIDE else ((), 0)
    return FieldDiff(
        label, _side(merged or pieces, NEW), _side(merged or pieces, OLD), merged, more, (len(old), len(new))
    )


def differences(old: str, new: str) -> Pieces:
    """All of `old` and `new` in pieces; those that are not NEW make `old`, those that are not OLD make `new`."""
    matcher = diff_match_patch()
    before = matcher.diff_commonPrefix(old, new)
    after = matcher.diff_commonSuffix(old[before:], new[before:])
    while before and _IN_WORD.match(old[before - 1]):  # not within a word
        before -= 1
    while after and _IN_WORD.match(old[len(old) - after]):
        after -= 1
    own, other = old[before : len(old) - after], new[before : len(new) - after]
    pieces = [Piece(SAME, old[:before]), *_compared(own, other), Piece(SAME, old[len(old) - after :])]
    return tuple(piece for piece in pieces if piece.text)


def first_places(pieces: Pieces) -> tuple[str, str]:
    """Return, of both sides, the text in which the first difference stands, within its line; "" where there is none."""
    at = next((place for place, piece in enumerate(pieces) if piece.kind in {OLD, NEW}), None)
    if at is None:
        return "", ""
    ahead = pieces[at - 1].text[-AROUND:] if at and pieces[at - 1].kind == SAME else ""
    sides = ["".join(piece.text for piece in pieces[at : at + 2] if piece.kind == own) for own in (OLD, NEW)]
    before, now = ((ahead.rpartition("\n")[2] + side).strip().partition("\n")[0] for side in sides)
    return before, now


def first_texts(changes: Iterable[FieldDiff]) -> tuple[str, str]:
    """Return the text by which the first of some changes is found on a page before, and on one now."""
    change = next((change for change in changes if change.old and change.new), None)
    if change is None:
        return "", ""
    if change.merged:
        return first_places(change.merged)
    return _plain(change.old), _plain(change.new)


def _compared(old: str, new: str) -> Iterator[Piece]:
    if not old or not new or max(len(old), len(new)) > MOST_COMPARED:
        yield from (Piece(OLD, old), Piece(NEW, new))
        return
    words: dict[str, str] = {}
    coded = [old, new]
    if max(old + new) < chr(_FIRST_CODE):
        coded = [
            _WORDS.sub(lambda word: words.setdefault(word[0], chr(_FIRST_CODE + len(words))), text) for text in coded
        ]
    meant = {ord(code): word for word, code in words.items()}
    matcher = diff_match_patch()
    matcher.Diff_Timeout = _SECONDS
    steps = matcher.diff_main(*coded, checklines=False)
    matcher.diff_cleanupSemantic(steps)
    for step, text in steps:
        yield Piece({-1: OLD, 0: SAME, 1: NEW}[step], text.translate(meant))


def _places(pieces: Pieces) -> tuple[Pieces, int]:
    """Return what differs, with a little on both sides, and in how many more places something does."""
    shown: list[Piece] = []
    places = 0
    for number, piece in enumerate(pieces):
        if piece.kind != SAME:
            places += not (number and pieces[number - 1].kind != SAME)
            if places <= MOST_PLACES:
                shown.append(Piece(piece.kind, _cut(piece.text)))
        elif places <= MOST_PLACES:
            shown.extend(_between(piece.text, first=number == 0, last=number == len(pieces) - 1))
    return tuple(shown), max(0, places - MOST_PLACES)


def _between(text: str, *, first: bool, last: bool) -> Iterator[Piece]:
    """A stretch that stands on both sides: its ends, where something else stands next to them."""
    if len(text) <= (AROUND if first or last else 2 * AROUND):
        yield Piece(SAME, text)
        return
    if not first:
        yield Piece(SAME, text[:AROUND])
    yield Piece(GAP, _DOTS)
    if not last:
        yield Piece(SAME, text[-AROUND:])


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}{_DOTS}{text[-LONGEST // 2 :]}"


def _side(pieces: Iterable[Piece], without: str) -> Pieces:
    return tuple(piece for piece in pieces if piece.kind != without)


def _whole(kind: str, text: str) -> Pieces | None:
    return (Piece(kind, _cut(text)),) if text else None


def diff_lines(changed: object) -> list[tuple[str, str]]:
    """Return what `changed` says as labels and short texts, in the reader's language, for a table's cell."""
    return [(str(change.label), f"{_plain(change.old)} → {_plain(change.new)}") for change in diff(changed)]


def event_lines(detail: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return what an event's detail says as labels and short texts, for a table's cell."""
    pairs = diff_lines(detail.get("changed"))
    if was := detail.get("was"):
        pairs.append(
            (str(LABELS["word.before"]), str(STATES[was]) if isinstance(was, str) and was in STATES else _text(was))
        )
    details = ((key, str(label), _text(detail[key])) for key, label in _DETAILS.items() if detail.get(key))
    return pairs + [(label, in_words(text) if key == "reason" else text) for key, label, text in details]


def event_captures(detail: Mapping[str, object]) -> list[tuple[str, int]]:
    """Return the captures that an event's detail names: what each is, in the reader's language, and its number."""
    numbers = ((label, detail.get(key)) for key, label in _CAPTURES.items())
    return [(str(label), number) for label, number in numbers if isinstance(number, int)]


def event_pairs(detail: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return what an event's detail says, and which archived copies it names, as labels and short texts."""
    copies = ((label, f"{LABELS['word.copy']} {number}") for label, number in event_captures(detail))
    return [*event_lines(detail), *copies]


def labelled(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return each text behind its label, in the punctuation of the reader's language."""
    return [f"{label}{say('：', ': ')}{text}" for label, text in pairs]


def _in_a_cell(pairs: Callable[[Mapping[str, object]], list[tuple[str, str]]]) -> Callable[[object], object]:
    """Return what turns JSON into the text of a cell; `pairs`: the labels and texts of its object."""

    def in_words(value: object) -> object:
        return say("；", "; ").join(labelled(pairs(json_object(value)))) if isinstance(value, str) else value

    return in_words


IN_WORDS: Mapping[str, Mapping[str, Callable[[object], object]]] = {
    "events": {"detail": _in_a_cell(event_pairs)},
    "versions": {"changed": _in_a_cell(diff_lines)},
}
"""By table and column: what turns the JSON in it into words of the reader's language."""


def json_object(text: str) -> Mapping[str, object]:
    """A JSON object; empty where it is something else."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _plain(side: Pieces | None) -> str:
    return "".join(piece.text for piece in side) if side else say("（无）", "(nothing)")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return say("、", ", ").join(_text(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
