"""Label–value pairs, however a page lays them out.

One reader for all forms: 「索 引 号：X」 in one node; the label in <strong>, <span> or <font> and the value beside it; the
label in a cell and the value in the next; several pairs in one line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from crawler.extract.dates import parse_date
from crawler.extract.labels import (
    FIELD_OF,
    LABEL_ALONE,
    LABEL_COLON,
    PLAIN_WORDS,
    RANK,
    UNKNOWN_LABEL,
    squash,
    tidy,
    value_of,
)
from crawler.extract.text import BLOCKS, Element, line_of

DATES = frozenset({"published_on", "created_on"})

_LONGEST_CELL = 600
_LONGEST_NEIGHBOUR = 200
_JOINT = "\x1f"  # stands between text of different elements; counts as a blank, and is not part of any value
_TEXTS = etree.XPath(
    ".//text()[normalize-space() and not(parent::script or parent::style or parent::option or parent::textarea)]"
)
_CELL_TAGS = frozenset({"td", "th", "dt", "dd", "li", "div", "p"})


@dataclass(slots=True)
class Pairs:
    """What labels say: `fields` as understood (dates in ISO 8601), `source_fields` as printed, `doubts` as flags."""

    fields: dict[str, str] = field(default_factory=dict)
    source_fields: dict[str, str] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)


def read_pairs(root: Element, skip: Element | None = None) -> list[tuple[str, str]]:
    """Every known label in `root` with its printed value ("" where none is), in order; nothing from inside `skip`."""
    pairs: list[tuple[str, str]] = []
    for cell, text in _cells(root, skip):
        if len(text) <= _LONGEST_CELL:
            pairs.extend(_pairs_of(cell, text))
    return pairs


def understand(pairs: Iterable[tuple[str, str]], url: str | None = None) -> Pairs:
    """The fields that `pairs` state: of several labels for one field the surest that has a value counts.

    A date without a year takes it from `url` where day and month agree; one that can't be read is a doubt.
    """
    read = Pairs()
    ranks: dict[str, int] = {}
    unread: set[str] = set()
    for label, printed in pairs:
        read.source_fields[label] = read.source_fields.get(label) or printed
        name = FIELD_OF.get(squash(label))
        value = value_of(printed)
        if not name or not value:
            continue
        if name in DATES:
            value = parse_date(value, url)
        if value is None:
            unread.add(name)
        elif (rank := RANK[squash(label)]) < ranks.get(name, len(RANK)):
            read.fields[name], ranks[name] = value, rank
    if unread - read.fields.keys():
        read.doubts.add("date_unreadable")
    return read


def _cells(root: Element, skip: Element | None) -> list[tuple[Element, str]]:
    """The text of each block of `root` in order, text of different inline elements joined by _JOINT."""
    skipped = set(skip.iter()) if skip is not None else set()
    cells: list[tuple[Element, list[str]]] = []
    for text in _TEXTS(root):
        owner = text.getparent()
        block = owner.getparent() if text.is_tail else owner
        if block in skipped:
            continue
        while block is not None and block is not root and block.tag not in BLOCKS:
            block = block.getparent()
        if cells and cells[-1][0] is block:
            cells[-1][1].append(text)
        else:
            cells.append((block, [text]))
    return [(cell, _JOINT.join(texts)) for cell, texts in cells]


def _pairs_of(cell: Element, text: str) -> list[tuple[str, str]]:
    labels = list(LABEL_COLON.finditer(text)) if ":" in text or "：" in text else []
    if labels:
        ends = [*(following.start() for following in labels[1:]), len(text)]
        pairs = [
            (tidy(label[1].replace(_JOINT, "")), _plain(text[label.end() : end]))
            for label, end in zip(labels, ends, strict=True)
        ]
        if not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], _beside(cell) or "")
        return pairs
    first, joint, rest = text.partition(_JOINT)
    if joint and LABEL_ALONE.fullmatch(first) and squash(first) not in PLAIN_WORDS:
        value = _plain(rest)
        if value and not LABEL_ALONE.fullmatch(value):
            return [(tidy(first), value.lstrip(":： "))]
    if cell is not None and cell.tag in _CELL_TAGS and LABEL_ALONE.fullmatch(text):
        value = _beside(cell)
        if value is not None and (squash(text) not in PLAIN_WORDS or cell.tag in {"td", "th", "dt"}):
            return [(_plain(text), value)]
    return []


def _plain(text: str) -> str:
    return tidy(text.replace(_JOINT, ""))


def _beside(cell: Element | None) -> str | None:
    """The value in a block inside `cell` or in the next cell; None where that is a label again, too long or missing."""
    if cell is None:
        return None
    inner = next((child for child in cell if child.tag in BLOCKS and child.tag != "br"), None)
    neighbour = inner if inner is not None else cell.getnext()
    if (
        neighbour is None
        or neighbour.tag not in _CELL_TAGS
        or (inner is None and not _same_row(cell, neighbour))
    ):
        return None
    value = line_of(neighbour)
    another = UNKNOWN_LABEL.match(value) or LABEL_ALONE.fullmatch(value) or LABEL_COLON.match(value)
    return None if another or len(value) > _LONGEST_NEIGHBOUR else value


def _same_row(cell: Element, neighbour: Element) -> bool:
    """Whether two neighbours can be label and value: cells of a row, a term and its definition, two small boxes."""
    if cell.tag in {"td", "th"}:
        return neighbour.tag in {"td", "th"}
    if cell.tag == "dt":
        return bool(neighbour.tag == "dd")
    return bool(cell.tag == neighbour.tag == "div") and not any(child.tag in BLOCKS for child in neighbour)
