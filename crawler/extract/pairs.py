"""Label–value pairs, however a page lays them out.

One reader for all forms: 「索 引 号：X」 in one node; the label in <strong>, <span> or <font> and the value beside it; the
label in a cell and the value in the next; several pairs in one line. A value ends where the next label begins, known or not.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from archive.model.agencies import agency_of
from crawler.extract.dates import parse_date
from crawler.extract.field_labels import (
    COUNTERS,
    FIELD_OF,
    LABEL_COLON,
    PLAIN_WORDS,
    RANK,
    SOURCES,
    UNKNOWN_LABEL,
    bracketed_label,
    glued_label,
    is_label,
    may_begin_with_label,
    squash,
    tidy,
    value_of,
)
from crawler.extract.text import (
    BLOCKS,
    CONTROL,
    CONTROLS,
    JOINT,
    TABLE_CELLS,
    Element,
    cells,
    is_control,
    line_of,
    visible_texts,
)

DATES = frozenset({"published_on", "created_on"})
AGENCIES = frozenset({"publisher", "responsible_department"})

_WITHOUT_STOP = AGENCIES | {"index_number", "document_number"}
"""Fields whose values are no sentence, though a full stop may stand behind the last one."""

METADATA = 3
"""So many labels make a block the record's metadata, and not its text."""

FROM_SOURCE = "publisher_from_source"
"""The doubt about a publisher that nothing but the source (来源) names."""

BESIDE_DATE = "text beside the date"
"""The place of a publisher that no label names, right under the title."""

DATE_UNREADABLE = "date_unreadable"
"""The doubt about a printed date that gives no day: 12-19 without a year."""

_LONGEST_CELL = 600
_LONGEST_NEIGHBOUR = 200
_PLACE = 2  # so many characters at the beginning of two agencies' names are the same where both name their place
_CELL_TAGS = frozenset({"td", "th", "dt", "dd", "li", "div", "p"})
_BOX_OF = {"td": "table", "th": "table", "dt": "dl", "dd": "dl", "li": "ul"}
"""The element around the cells of one block of metadata."""

_HEADS = TABLE_CELLS | {"dt"}  # cells that may hold a label without a colon

_LONGEST_LABEL = 12
_LONGEST_UNKNOWN = 100
_LEAST_KNOWN = 2
"""So many known labels vouch for an unknown one in the same table or list …"""
_LEAST_KNOWN_BLOCKS = 3
"""… and so many for one in other blocks beside each other."""

_LONG_TEXTS = {label for label, name in FIELD_OF.items() if name == "title"} | {
    "内容概述", "关键词", "主题词", "内容", "附件", "相关信息",
}  # fmt: skip
"""Labels whose values may hold whatever ends another's."""

_MOST_IN_A_ROW = 40
"""Cells of a row, or items of a list, that are looked at for labels."""

_PLAIN_BESIDE = frozenset({"来源", "时间", "日期", "作者", "编辑", *COUNTERS})
"""Plain words that are labels where they stand in an element of their own beside a label that is no such word."""

_UNKNOWN = r"[\u4e00-\u9fff]{2,8}[\s\u200b\ufeff]{0,3}"
_NEXT_LABEL = re.compile(rf"(?<=[\s|｜\]】)）;；])[\[【（(]?\s?({_UNKNOWN})[\]】]?[:：](?!//)")
_COUNTS = re.compile("次数|点击|浏览|阅读|访问|人气|字体|字号|打印|分享|收藏|下载")
_ACTIONS = "打印|关闭|字体|字号|大中小|[大中小](?=[】\\])）\\s])|收藏|分享|纠错|返回|复制|放大|缩小|扫一扫|扫码|点击|浏览|阅读|访问"
_FURNITURE = re.compile(
    rf"[|｜©]|[【\[(（〖]\s{{0,3}}(?:我要)?(?:{_ACTIONS}|查看|更多|进入)|(?<=\s)(?:我要)?(?:{_ACTIONS})|版权所有|[Cc]opyright|\s/\s|(?<=\s)[AaTt][+-]"
)
"""Marks that end a value beside the next label: a bar, ©, the buttons of a page (打印, 关闭, 字体：大 中 小)."""
_BUTTON = re.compile(
    rf"\s{{0,9}}(?:我要)?(?:{_ACTIONS}|查看|更多|下载|进入|转到)(?![\u4e00-\u9fff]{{0,20}}[局委办厅部院会府处所])"
)
"""A button of the page at the beginning of a value, where an agency's name should stand."""

_OPENING, _CLOSING, _BLANKS = "【[（(", "】]）)", " \t\u00a0\u3000" + JOINT
_CLOSES = tuple(_CLOSING)
_BETWEEN_PAIRS = "；;，, "  # in a sentence of labels and values
_MAY_END = re.compile(r"[|｜©【\[(（〖】\]）)版Cc\s]")  # a character of each thing that ends a value
_OPENS = re.compile(r"[【\[（(]")
_MARKED_LABEL = re.compile(r"[:：】\]]\s*$")
_COLON = re.compile("[:：]")
_DAY = re.compile(r"(?<=[\s(（\[【])(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")


@dataclass(slots=True)
class Pairs:
    """The values read by labels: `fields` as understood (dates in ISO 8601), `source_fields` as printed, `doubts` as flags.

    `labels`: field → the label it was understood from, as printed.
    """

    fields: dict[str, str] = field(default_factory=dict)
    source_fields: dict[str, str] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)


def read_pairs(root: Element, skip: Collection[Element] = ()) -> list[tuple[str, str]]:
    """Every label in `root` with its printed value ("" where none is), in order; nothing from inside the elements `skip`."""
    return pairs_in(cells(root, skip))


def pairs_in(texts: Iterable[tuple[Element, str]]) -> list[tuple[str, str]]:
    """Every known label in `texts` of cells with its printed value, in order; then unknown ones that stand in one box with known ones."""
    pairs: list[tuple[str, str]] = []
    labelled: list[Element] = []
    others: list[tuple[Element, str]] = []
    for cell, text in texts:
        has_colon = "：" in text or ":" in text
        if len(text) <= _LONGEST_CELL and (has_colon or may_begin_with_label(text)):
            known = [pair for pair in _pairs_of(cell, text) if squash(pair[0]) not in COUNTERS]
            pairs += known
            labelled += [cell] * len(known)
            if known:
                continue
        if len(text) <= _LONGEST_UNKNOWN and (has_colon or (len(text) <= _LONGEST_LABEL and cell.tag in _HEADS)):
            others.append((cell, text))
    if others and len(pairs) >= _LEAST_KNOWN:
        pairs.extend(_unknown_pairs(others, Counter(map(_box, labelled))))
    return pairs


def _unknown_pairs(others: Iterable[tuple[Element, str]], boxes: Counter[Element]) -> Iterator[tuple[str, str]]:
    """Pairs of labels that nobody listed, each in a cell of a box that holds several known ones."""
    labels: set[Element] = set()  # cells that are nothing but a label
    for cell, text in others:
        label = UNKNOWN_LABEL.match(text if _COLON.search(text) else f"{text}：")
        least = _LEAST_KNOWN if cell.tag in _BOX_OF else _LEAST_KNOWN_BLOCKS
        if label is None or boxes[_box(cell)] < least or is_label(text) or _is_value(cell, labels):
            continue
        value = _plain(text[label.end() :])
        if not value:
            labels.add(cell)
            value = _beside(cell, text) or ""
        if value and _is_stated(value) and not _COUNTS.search(label[0]):
            yield _plain(label[0]).rstrip(":： "), value


def _is_value(cell: Element, labels: Collection[Element]) -> bool:
    """Whether the cell before is a label alone, known or one of `labels`, so that this one holds its value."""
    before = cell.getprevious()
    return (
        before is not None
        and _same_row(before, cell)
        and (before in labels or is_label(line_of(before, _LONGEST_CELL)))
    )


def _box(cell: Element) -> Element:
    """The table or list that a cell stands in, or the block around it."""
    tag = _BOX_OF.get(cell.tag)
    return next(cell.iterancestors(tag), None) if tag else cell.getparent()


def understand(pairs: Iterable[tuple[str, str]], url: str | None = None, agencies: Collection[str] = ()) -> Pairs:
    """The fields that `pairs` state: of several labels for one field the surest that has a value counts.

    Of a label that is there several times `source_fields` has what its field was understood from, else the first that is printed.
    A date without a year takes it from `url` where day and month agree; one that can't be read is a doubt. A source (来源) is
    the publisher only where it is an agency, by the form of its name or one of `agencies`, and doubted as FROM_SOURCE.
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
        value = value_of(printed.removesuffix("。") if name in _WITHOUT_STOP else printed)
        if not name or not value:
            continue
        if name in DATES:
            value = parse_date(value, url)
        elif known in SOURCES and (value := agency_of(value.strip("[]【】 "), agencies)) is None:
            continue
        if value is None:
            unread.add(name)
        elif (rank := RANK[known]) < ranks.get(name, len(RANK)):
            read.fields[name], read.labels[name], ranks[name] = value, label, rank
            read.source_fields[label] = printed
    if unread - read.fields.keys():
        read.doubts.add(DATE_UNREADABLE)
    if squash(read.labels.get("publisher", "")) in SOURCES:
        read.doubts.add(FROM_SOURCE)
    return read


def _pairs_of(cell: Element, text: str) -> list[tuple[str, str]]:
    if (pairs := _with_colons(text)) and not ("】" in text and _are_counters(pairs)):
        label, last = pairs[-1]
        if not last or last.isspace():
            pairs[-1] = (label, _beside(cell, label) or "")
        return [(_plain(label), _plain(value).rstrip(_BETWEEN_PAIRS)) for label, value in pairs if _is_stated(value)]
    if pairs := _in_brackets(text):
        return pairs
    if _begins_with_inline_label(text) and (pairs := _inline_pairs(text)):
        return pairs
    if cell.tag in _CELL_TAGS and is_label(text):
        value = _beside(cell, text)
        if value is not None and _is_stated(value) and (squash(text) not in PLAIN_WORDS or cell.tag in _HEADS):
            return [(_plain(text), value)]
    return []


def labelled(text: str) -> list[tuple[str, str]]:
    """The labels and values of a text that consists of several, as titles of links do on some portals: 文章标题：… 发布时间：…"""
    if "\n" not in text and "\r" not in text:  # titles are lines, and those may well name a time or a place
        return []
    lines = (line for line in text.splitlines() if line.strip())
    pairs = [pair for line in lines for pair in _with_colons(line)]
    return [(_plain(label), _plain(value)) for label, value in pairs] if len(pairs) >= _LEAST_KNOWN else []


def _are_counters(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether nothing but counters and the page's buttons (字体：大 中 小) have a colon behind them, so that brackets may hold the labels."""
    return all(squash(label) in COUNTERS for label, _ in pairs)


def _with_colons(text: str) -> list[tuple[str, str]]:
    """Known labels followed by a colon, and what stands behind each up to the next label; where that is unknown, it as well."""
    colons = text.count("：") + text.count(":")
    if not colons:
        return []
    if colons == 1:  # nearly always so, and then there is no need to look for any label anywhere
        label, _, value = text.partition("：" if "：" in text else ":")
        if is_label(label) and label.strip(JOINT)[-1:].isalpha():
            return [(label, _up_to_furniture(value, squash(label)))]
    labels = list(LABEL_COLON.finditer(text))
    ends = [*(following.start() for following in labels[1:]), len(text)]
    printed = [(label[1], text[label.end() : end]) for label, end in zip(labels, ends, strict=False)]
    return [pair for label, value in printed for pair in _ended(label, value)]


def _in_brackets(text: str) -> list[tuple[str, str]]:
    """Labels in brackets and what stands behind each up to the next; of one alone only its own word tells that it is a label."""
    labels = list(bracketed_label().finditer(text)) if "】" in text or "]" in text else []
    begins = bool(labels) and not tidy(text[: labels[0].start()])
    is_sure = begins and squash(labels[0][1]) not in PLAIN_WORDS
    if len(labels) < _LEAST_KNOWN and not (is_sure and text[labels[0].end() :].strip(_BLANKS)):
        return []
    ends = [*(following.start() for following in labels[1:]), len(text)]
    return [(_plain(label[1]), _plain(text[label.end() : end])) for label, end in zip(labels, ends, strict=True)]


def _ended(label: str, value: str) -> Iterator[tuple[str, str]]:
    """A label with its value up to what is not part of it, then what unknown labels stand behind it."""
    known = squash(label)
    if known in _LONG_TEXTS:
        yield label, value
        return
    following = list(_NEXT_LABEL.finditer(value)) or list(glued_label().finditer(value))
    ends = [*(each.start() for each in following), len(value)]
    yield label, _up_to_furniture(value[: ends[0]], known)
    for each, end in zip(following, ends[1:], strict=True):
        if not _COUNTS.search(each[1]):
            yield each[1], _up_to_furniture(value[each.end() : end])


def _up_to_furniture(value: str, label: str = "") -> str:
    """The value of `label` without the page's buttons behind it, and that of an agency without a date behind it."""
    if FIELD_OF.get(label) in AGENCIES and _BUTTON.match(value):
        return ""
    if not _MAY_END.search(value.strip(_BLANKS)) or label in _LONG_TEXTS:  # nearly always so
        return value
    if end := _FURNITURE.search(value):
        value = value[: end.start()]
    if FIELD_OF.get(label) in AGENCIES:
        day = _DAY.search(value)
        value = _names_apart(_up_to_other_elements(value[: day.start()] if day else value))
    value = value.rstrip(_OPENING + _BLANKS)  # of what stands behind
    closes_earlier = value.endswith(_CLOSES) and not _OPENS.search(value)  # a bracket that was opened before the label
    return value.rstrip(_CLOSING + _BLANKS) if closes_earlier else value


def _names_apart(value: str) -> str:
    """The names of several agencies, each in an element of its own, with a blank between: those that begin with the same place."""
    names = [name for part in value.split(JOINT) if (name := part.strip(_BLANKS + _BETWEEN_PAIRS + "。"))]
    apart = len(names) > 1 and len({name[:_PLACE] for name in names}) == 1
    return " ".join(names) if apart else value


def _up_to_other_elements(value: str) -> str:
    """The value of an agency's label without what stands in elements behind it, where that makes it no agency any more."""
    own = value.strip(_BLANKS).partition(JOINT)[0]
    return own if own != value and agency_of(own) and not agency_of(_plain(value)) else value


def _begins_with_inline_label(text: str) -> bool:
    """Whether the first of a text's elements is a label without a colon: for a plain word (标题) further labels vouch."""
    first, *others = text.split(JOINT)
    if not others or not is_label(first):
        return False
    return squash(first) not in PLAIN_WORDS or len(list(filter(_is_sure, others))) >= _LEAST_KNOWN


def _is_sure(text: str) -> bool:
    """Whether a text is a label, and no plain word."""
    return is_label(text) and squash(text) not in PLAIN_WORDS


def _inline_pairs(text: str) -> list[tuple[str, str]]:
    """Labels without a colon, each in an element of its own, and what stands in the elements up to the next one."""
    pairs: list[tuple[str, str]] = []
    for part in text.split(JOINT):
        if not pairs or _is_sure(part) or (is_label(part) and squash(part) in _PLAIN_BESIDE):
            pairs.append((tidy(part), ""))
        else:
            label, value = pairs[-1]
            is_agency = FIELD_OF.get(squash(label)) in AGENCIES
            pairs[-1] = (label, _names_apart(f"{value}{JOINT}{part}") if is_agency else value + part)
    return [(label, _plain(value).lstrip(":： ")) for label, value in pairs if _plain(value) and _is_stated(value)]


def _plain(text: str) -> str:
    return tidy(text.replace(JOINT, "").replace(CONTROL, " "))


def _is_stated(value: str) -> bool:
    """Whether a value, be it empty, is printed, and not to be filled in."""
    printed, control, _ = value.partition(CONTROL)
    return not control or bool(_plain(printed))


def _beside(cell: Element, label: str) -> str | None:
    """The value in a block inside the `cell` of a label, below it or in the next cell; None where that is a label again, too long or missing."""
    inner = next((child for child in cell if child.tag in BLOCKS and child.tag != "br"), None)
    held = _below(cell) if inner is None else inner
    behind = (each for each in cell.itersiblings("*") if line_of(each, 1) not in {":", "："})
    neighbour = next(behind, None) if held is None else held
    if neighbour is None or neighbour.tag not in _CELL_TAGS or (held is None and not _same_row(cell, neighbour)):
        return None
    value = line_of(neighbour, _LONGEST_NEIGHBOUR)
    if FIELD_OF.get(squash(label)) in AGENCIES and len(neighbour) > 1:
        value = _plain(_names_apart(JOINT.join(visible_texts(neighbour, _LONGEST_NEIGHBOUR))))
    is_next = UNKNOWN_LABEL.match(value) and squash(label) not in _LONG_TEXTS
    if len(value) > _LONGEST_NEIGHBOUR or is_next or is_label(value) or LABEL_COLON.match(value):
        return None
    return CONTROL if any(map(is_control, neighbour.iter(*CONTROLS))) else value


def _same_row(cell: Element, neighbour: Element) -> bool:
    """Whether two neighbours can be label and value: cells of a row, a term and its definition, two small boxes."""
    if cell.tag in TABLE_CELLS:
        return neighbour.tag in TABLE_CELLS
    if cell.tag == "dt":
        return bool(neighbour.tag == "dd")
    if cell.tag == "li" and (_MARKED_LABEL.search(line_of(cell, _LONGEST_CELL)) or _takes_turns(cell.getparent())):
        return bool(neighbour.tag == "li")
    return bool(cell.tag == neighbour.tag == "div") and not any(child.tag in BLOCKS for child in neighbour)


def _takes_turns(holder: Element) -> bool:
    """Whether the items of a list are labels and values by turns."""
    labels = [_is_label(item) for item in islice(holder.iterchildren("li"), _MOST_IN_A_ROW)]
    return len(labels) >= 2 * _LEAST_KNOWN and all(labels[::2])


def _below(cell: Element) -> Element | None:
    """The cell below one of a table's row that holds nothing but labels, where that row of values is the only one."""
    row = cell.getparent()
    if cell.tag not in TABLE_CELLS or row is None:
        return None
    labels = _cells_of(row)
    following = [cells for each in _rows_behind(row) if (cells := _cells_of(each))]
    fits = bool(following) and _LEAST_KNOWN <= len(labels) == len(following[0]) <= _MOST_IN_A_ROW
    if not fits or not all(map(_is_label, labels)) or any(map(_is_label, following[0])):
        return None
    alone = len(following) == 1 or all(map(_is_label, following[1]))
    return following[0][labels.index(cell)] if alone else None


def _rows_behind(row: Element) -> Iterator[Element]:
    """The next two rows of a table behind one, be it in the table's head."""
    holder = row.getparent()
    body = next(holder.itersiblings("tbody"), None) if holder is not None and holder.tag == "thead" else None
    return islice(chain(row.itersiblings("tr"), () if body is None else body.iterchildren("tr")), 2)


def _cells_of(row: Element) -> list[Element]:
    return list(islice(row.iterchildren("td", "th"), _MOST_IN_A_ROW + 1))


def _is_label(cell: Element) -> bool:
    return is_label(line_of(cell, _LONGEST_CELL))
