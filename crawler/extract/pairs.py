"""Label–value pairs, however a page lays them out.

One reader for all forms: 「索 引 号：X」 in one node; the label in <strong>, <span> or <font> and the value beside it; the
label in a cell and the value in the next; several pairs in one line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from crawler.extract.dates import parse_date
from crawler.extract.field_labels import (
    COUNTERS,
    FIELD_OF,
    LABEL_COLON,
    PLAIN_WORDS,
    RANK,
    UNKNOWN_LABEL,
    is_label,
    may_begin_with_label,
    squash,
    tidy,
    value_of,
)
from crawler.extract.text import BLOCKS, CONTROLS, HIDDEN, Element, flow, is_control, line_of

DATES = frozenset({"published_on", "created_on"})

METADATA = 3
"""So many labels make a block the record's metadata, and not its text."""

_LONGEST_CELL = 600
_LONGEST_NEIGHBOUR = 200
_JOINT = "\x1f"  # stands between text of different elements; counts as a blank, and is not part of any value
_CONTROL = "\0"  # stands for a field to fill in, which makes the label before it a search form's; in no page's text
_CELL_TAGS = frozenset({"td", "th", "dt", "dd", "li", "div", "p"})


@dataclass(slots=True)
class Pairs:
    """The values read by labels: `fields` as understood (dates in ISO 8601), `source_fields` as printed, `doubts` as flags."""

    fields: dict[str, str] = field(default_factory=dict)
    source_fields: dict[str, str] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)


def read_pairs(root: Element, skip: Element | None = None) -> list[tuple[str, str]]:
    """Every known label in `root` with its printed value ("" where none is), in order; nothing from inside `skip`."""
    pairs: list[tuple[str, str]] = []
    for cell, text in _cells(root, skip):
        if len(text) <= _LONGEST_CELL and ("：" in text or ":" in text or may_begin_with_label(text)):
            pairs.extend(pair for pair in _pairs_of(cell, text) if squash(pair[0]) not in COUNTERS)
    return pairs


def understand(pairs: Iterable[tuple[str, str]], url: str | None = None) -> Pairs:
    """The fields that `pairs` state: of several labels for one field the surest that has a value counts.

    Of a label that is there several times `source_fields` has what its field was understood from, else the first that is printed.
    A date without a year takes it from `url` where day and month agree; one that can't be read is a doubt.
    """
    read = Pairs()
    ranks: dict[str, int] = {}
    unread: set[str] = set()
    for label, printed in pairs:
        if printed and not read.source_fields.get(label):
            read.source_fields.pop(label, None)  # it stands where its value does, so that labels alike keep their order
        read.source_fields.setdefault(label, printed)
        known = squash(label)
        name = FIELD_OF.get(known)
        value = value_of(printed)
        if not name or not value:
            continue
        if name in DATES:
            value = parse_date(value, url)
        if value is None:
            unread.add(name)
        elif (rank := RANK[known]) < ranks.get(name, len(RANK)):
            read.fields[name], ranks[name] = value, rank
            read.source_fields[label] = printed
    if unread - read.fields.keys():
        read.doubts.add("date_unreadable")
    return read


def _cells(root: Element, skip: Element | None) -> Iterator[tuple[Element, str]]:
    """The text of each block of `root` in order, text of different inline elements joined by _JOINT."""
    blocks: list[Element] = [root]
    texts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        block_ends = False
        if event == "start":
            tag = node.tag
            passed_over = node is skip or tag in HIDDEN
            if passed_over:
                walk.skip_subtree()
                if is_control(node):
                    texts.append(_CONTROL)
            if tag in BLOCKS and node is not root:
                if texts:
                    yield blocks[-1], _JOINT.join(texts)
                    texts = []
                blocks.append(node)
            text = None if passed_over else node.text
        else:
            block_ends = event == "end" and node is blocks[-1] and node is not root
            text = node.tail if node is not root else None
        if block_ends:
            if texts:
                yield blocks[-1], _JOINT.join(texts)
                texts = []
            blocks.pop()
        if text and not text.isspace():
            texts.append(flow(text))
    if texts:
        yield root, _JOINT.join(texts)


def _pairs_of(cell: Element, text: str) -> list[tuple[str, str]]:
    if pairs := _with_colons(text):
        label, last = pairs[-1]
        if not last or last.isspace():
            pairs[-1] = (label, _beside(cell) or "")
        return [(_plain(label), _plain(value)) for label, value in pairs if _is_stated(value)]
    first, joint, _ = text.partition(_JOINT)
    if joint and is_label(first) and squash(first) not in PLAIN_WORDS and (pairs := _inline_pairs(text)):
        return pairs
    if cell.tag in _CELL_TAGS and is_label(text):
        value = _beside(cell)
        if (
            value is not None
            and _is_stated(value)
            and (squash(text) not in PLAIN_WORDS or cell.tag in {"td", "th", "dt"})
        ):
            return [(_plain(text), value)]
    return []


def _with_colons(text: str) -> list[tuple[str, str]]:
    """Known labels followed by a colon, and what stands behind each up to the next."""
    colons = text.count("：") + text.count(":")
    if not colons:
        return []
    if colons == 1:  # nearly always so, and then there is no need to look for any label anywhere
        label, _, value = text.partition("：" if "：" in text else ":")
        if is_label(label) and label.strip(_JOINT)[-1:].isalpha():
            return [(label, value)]
    labels = list(LABEL_COLON.finditer(text))
    ends = [*(following.start() for following in labels[1:]), len(text)]
    return [(label[1], text[label.end() : end]) for label, end in zip(labels, ends, strict=False)]


def _inline_pairs(text: str) -> list[tuple[str, str]]:
    """Labels without a colon, each in an element of its own, and what stands in the elements up to the next one."""
    pairs: list[tuple[str, str]] = []
    for part in text.split(_JOINT):
        if is_label(part) and squash(part) not in PLAIN_WORDS:
            pairs.append((tidy(part), ""))
        else:
            label, value = pairs[-1]
            pairs[-1] = (label, value + part)
    return [(label, _plain(value).lstrip(":： ")) for label, value in pairs if _plain(value) and _is_stated(value)]


def _plain(text: str) -> str:
    return tidy(text.replace(_JOINT, "").replace(_CONTROL, " "))


def _is_stated(value: str) -> bool:
    """Whether a value, be it empty, is printed, and not to be filled in."""
    printed, control, _ = value.partition(_CONTROL)
    return not control or bool(_plain(printed))


def _beside(cell: Element) -> str | None:
    """The value in a block inside `cell` or in the next cell; None where that is a label again, too long or missing."""
    inner = next((child for child in cell if child.tag in BLOCKS and child.tag != "br"), None)
    neighbour = inner if inner is not None else cell.getnext()
    if neighbour is None or neighbour.tag not in _CELL_TAGS or (inner is None and not _same_row(cell, neighbour)):
        return None
    value = line_of(neighbour, _LONGEST_NEIGHBOUR)
    if len(value) > _LONGEST_NEIGHBOUR or UNKNOWN_LABEL.match(value) or is_label(value) or LABEL_COLON.match(value):
        return None
    return _CONTROL if any(map(is_control, neighbour.iter(*CONTROLS))) else value


def _same_row(cell: Element, neighbour: Element) -> bool:
    """Whether two neighbours can be label and value: cells of a row, a term and its definition, two small boxes."""
    if cell.tag in {"td", "th"}:
        return neighbour.tag in {"td", "th"}
    if cell.tag == "dt":
        return bool(neighbour.tag == "dd")
    return bool(cell.tag == neighbour.tag == "div") and not any(child.tag in BLOCKS for child in neighbour)
