"""Personal data masked in the tree of a page, also where markup cuts a number up.

The text is read in several views, as one can't know how a style sheet sets it: inline elements joined, as a reader sees
them; the same without the elements that stand between two digits, be they hidden, raised, above the line or in the place of
a picture; and the pieces of a line apart. A number found in any of them is masked where it stands, in texts and attributes.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from lxml import etree

from archive.masking.redaction import Redacted, redact

Element = Any  # an lxml element; lxml ships no types

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl",
    "dt", "fieldset", "figure", "figcaption", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select",
    "summary", "table", "tbody", "textarea", "tfoot", "thead", "title", "tr", "ul",
})  # fmt: skip
TABLE_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"table", "tbody", "thead", "tfoot", "tr"})
_TYPED = ("value", "placeholder")  # attributes that a page shows as text
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
PICTURE_PLACE = "▨"
"""Stands in a copy for a picture that isn't shown, also within a number."""
_LEFT_OUT = _INVISIBLE + PICTURE_PLACE
_PIECES = re.compile(rf"[\s{_LEFT_OUT}]+|[^\s{_LEFT_OUT}]+")
_BLANK = re.compile(rf"[\s{_LEFT_OUT}]")
_SPACE = re.compile(r"\s")
NOT_IN_TREES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that lxml refuses in a text that is set, though its parser lets some of them in."""
_LONGEST_NOTE = 30
"""Characters that may stand within a number: of a note, a reading above the line, a button, words in the place of a picture."""

_MOST_NOTES = 8
"""Kinds of such elements on a page."""

_MOST_COLUMNS = 20

_TEXT, _TAIL = "", "tail"
_STRENGTH = " \t\n"
_SHORTEST = 11  # digits of the shortest number that is masked
_WINDOW = 40  # characters on either side of what may stand within a number


_Kind = tuple[str | None, ...]


class _Note(NamedTuple):
    """An inline element of few characters: its place in a view, and its kind."""

    start: int
    end: int
    kind: _Kind


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a piece of text: an element's text, its tail, or one of its attributes ("@name")."""

    element: Element
    place: str

    def get(self) -> str:
        if self.place.startswith("@"):
            return self.element.get(self.place[1:]) or ""
        return (self.element.tail if self.place == _TAIL else self.element.text) or ""

    def put(self, text: str) -> None:
        if self.place.startswith("@"):
            self.element.set(self.place[1:], text)
        elif self.place == _TAIL:
            self.element.tail = text
        else:
            self.element.text = text


@dataclass(slots=True)
class _View:
    """The text of many slots as one: between two words one blank, tab or line break; what can't be seen is left out."""

    parts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    sources: list[tuple[_Slot, int]] = field(default_factory=list)
    length: int = 0

    def add(self, element: Element, place: str, text: str | None) -> None:
        """Add the text of a place, word by word."""
        if not text:
            return
        slot = _Slot(element, place)
        for piece in _PIECES.finditer(text):
            word = piece[0]
            if _BLANK.match(word):
                self.gap(" " if _SPACE.search(word) else "")
                continue
            self.starts.append(self.length)
            self.sources.append((slot, piece.start()))
            self.parts.append(word)
            self.length += len(word)

    def gap(self, blank: str) -> None:
        """Set the next text apart from the one before; of several blanks the strongest stays."""
        if not blank or not self.parts:
            return
        if (last := _STRENGTH.find(self.parts[-1])) < 0:
            self.parts.append(blank)
            self.length += 1
        elif _STRENGTH.find(blank) > last:
            self.parts[-1] = blank

    def tabs(self, count: int) -> None:
        """Begin a further cell of a row; empty cells count, so that columns stay columns."""
        if self.parts and self.parts[-1] == " ":
            self.parts.pop()
            self.length -= 1
        self.parts += ["\t"] * count
        self.length += count

    def mask(self, counts: Counter[str]) -> None:
        """Mask the numbers of this view in the slots themselves, and count them."""
        text = "".join(self.parts)
        redacted = redact(text)
        counts.update(redacted.counts)
        if not redacted.counts:
            return
        masks = (
            (*self._source(place), new)
            for place, (old, new) in enumerate(zip(text, redacted.text, strict=True))
            if old != new
        )
        for slot, masked in groupby(masks, key=itemgetter(0)):
            characters = list(slot.get())
            for _, at, new in masked:
                characters[at] = new
            slot.put("".join(characters))

    def _source(self, place: int) -> tuple[_Slot, int]:
        """Return the slot that a character of this view is from, and its place there."""
        word = bisect_right(self.starts, place) - 1
        slot, start = self.sources[word]
        return slot, start + place - self.starts[word]

    def needs_masking(self) -> bool:
        """Return whether there is anything to mask."""
        return bool(redact("".join(self.parts)).counts)


def mask(root: Element) -> Counter[str]:
    """Mask everything below `root`; return how many numbers of each kind were masked."""
    counts: Counter[str] = Counter()
    for view in _views(root):
        view.mask(counts)
    return counts


def mask_text(text: str) -> Redacted:
    """Mask a text without markup: as it stands, and with its line breaks read as blanks."""
    first = redact(NOT_IN_TREES.sub("\ufffd", text))
    element = etree.Element("pre")
    element.text = first.text
    counts = Counter(first.counts) + mask(element)
    return Redacted(element.text or "", dict(counts))


def is_masked(root: Element) -> bool:
    """Return whether nothing is left to be masked."""
    return not any(view.needs_masking() for view in _views(root))


def _views(root: Element) -> Iterator[_View]:
    """Yield the views one after the other, each made late: what an earlier one masked, the next one sees masked."""
    notes: list[_Note] = []
    whole = _flow(root, notes=notes)
    yield whole
    for kinds in _kinds_within_numbers("".join(whole.parts), notes):
        yield _flow(root, without=kinds)
    yield _flow(root, apart=True)
    for element in root.iter(etree.Element):
        for name in (name for name, value in element.items() if len(value) >= _SHORTEST):
            view = _View()
            view.add(element, f"@{name}", element.get(name))
            yield view


def _flow(
    root: Element, *, apart: bool = False, without: frozenset[_Kind] = frozenset(), notes: list[_Note] | None = None
) -> _View:
    """Return the text below `root`, `apart` with a blank between any two pieces, `without` elements of some kinds.
    Inline elements of few characters are added to `notes`, with their places.
    """
    view, cells, began = _View(), 0, 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            if without and _kind(node) in without:
                walk.skip_subtree()
                continue
            if node.tag in TABLE_CELLS and (columns := _columns_before(node)):
                view.tabs(columns)
            else:
                view.gap(_set_apart(node, cells) or (" " if apart else ""))
            cells += node.tag in TABLE_CELLS
            began = view.length
            for name in _TYPED if node.attrib else ():
                view.add(node, f"@{name}", node.get(name))
            view.add(node, _TEXT, node.text)
            continue
        if notes is not None and _is_inline_leaf(node) and began < view.length <= began + _LONGEST_NOTE:
            notes.append(_Note(began, view.length, _kind(node)))
        cells -= node.tag in TABLE_CELLS
        view.gap(_set_apart(node, cells) or (" " if apart else ""))
        if node is not root:
            view.add(node, _TAIL, node.tail)
    return view


def _kinds_within_numbers(text: str, notes: Iterable[_Note]) -> list[frozenset[_Kind]]:
    """Return the kinds of elements, those that follow each other together, that stand between digits of what can be a number."""
    found: dict[frozenset[_Kind], None] = {}
    rows: list[list[_Note]] = []
    for note in notes:
        if rows and rows[-1][-1].end == note.start:
            rows[-1].append(note)
        else:
            rows.append([note])
    for row in rows:
        start, end = row[0].start, row[-1].end
        before, behind = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
        if before[-1:].isdigit() and behind[:1].isdigit() and sum(map(str.isdigit, before + behind)) >= _SHORTEST:
            found[frozenset(note.kind for note in row)] = None
    return list(found)[:_MOST_NOTES]


def _is_inline_leaf(node: Element) -> bool:
    return not len(node) and node.tag not in BLOCKS and node.tag not in TABLE_CELLS


def _kind(node: Element) -> _Kind:
    """Return the kind of an element by all that a style sheet mostly goes by."""
    return node.tag, node.get("class"), node.get("style"), node.get("hidden")


def _set_apart(node: Element, cells: int) -> str:
    """Return the blank before and behind an element; `cells`: in how many table cells it stands."""
    if node.tag in TABLE_CELLS:
        return " "
    if node.tag not in BLOCKS:
        return ""
    return " " if cells and node.tag not in _ROWS else "\n"


def _columns_before(cell: Element) -> int:
    """Count the columns that the cell before takes; 0 where there is none in the row."""
    before = cell.getprevious()
    if before is None or before.tag not in TABLE_CELLS:
        return 0
    span = before.get("colspan") or ""
    return min(int(span[:4]), _MOST_COLUMNS) if span.isascii() and span.isdigit() and int(span[:4]) else 1
