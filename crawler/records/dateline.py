"""The line under a record's title that says when it was published and by whom, also where it says so without labels."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile

from archive.model.agencies import agency_of
from crawler.extract.body import is_residue
from crawler.extract.dates import ENGLISH_DAY, is_date, parse_date
from crawler.extract.field_labels import (
    BLANK,
    COUNTERS,
    FIELD_OF,
    LABEL_COLON,
    PLAIN_WORDS,
    SOURCES,
    is_label,
    squash,
    tidy,
)
from crawler.extract.pairs import METADATA, read_pairs
from crawler.extract.row import DOCUMENT_NUMBER, date_in, joined_date
from crawler.extract.text import JOINT, Element, line_of

Cell = tuple[Element, str]

_SOURCE_LABELS = SOURCES | {"供稿单位", "作者", "发布机构", "发布单位", "编辑", "责任编辑", "审核"} | set(COUNTERS)
_MAY_STATE_SOURCE = re.compile(
    rf"[{''.join(sorted({label[-1] for label in _SOURCE_LABELS}))}]{BLANK}*+(?:[\]】]{BLANK}*+)?[:：]"
)
"""The last character of such a label and its colon: few texts have both."""

_MOST_LINES = 4
_NEAR = 2
"""So many cells away from the source, or from the title, a date is still the record's."""

_VALUES = frozenset({"td", "dd"})
_OF_HEADS = frozenset({"published_on", "index_number", "document_number"})
_DAY = re.compile(
    r"(?:(?:19|20)\d{2}\s?[-—–/.年]\s?\d{1,2}\s?[-—–/.月]\s?\d{1,2}(?:\s?日)?(?:\s{1,3}\d{1,2}:\d{2}(?::\d{2})?)?"
    rf"|[〇○零一二三四五六七八九]{{4}}年[一二三四五六七八九十]{{1,3}}月[一二三四五六七八九十]{{1,3}}日|{ENGLISH_DAY})"
)
_BEGINS_WITH_DAY = re.compile(rf"[\[（(【\s]{{0,3}}{_DAY.pattern}")
_DATES_RECORD = re.compile(
    rf"{_BEGINS_WITH_DAY.pattern}|.{{0,30}}(?:(?:发布|提交|发表|刊登|更新)(?:于|在|：|:)|日期|时间)[^\d]{{0,8}}{_DAY.pattern}"
)
"""The beginning of a line that says when a record was published: a day, or by whom it was posted on one."""

_SENTENCE = re.compile("[，。；]")
_BESIDE_DAY = re.compile(
    r"(?:发布|提交|发表|刊登|更新)于|(?:浏览|阅读|点击|访问|人气)(?:次数|量|数)?[\s:：]{0,3}\d{0,9}\s?次?"
)
_BETWEEN = re.compile(r"[·•|｜/\[\]【】（）()]")
_SWITCHES = re.compile(r"[【\[（(]?\s?(?:字号|字体(?:大小)?)\s?[:：]?[\s\x1f大中小】\]）)]{0,20}")
_CLOCK = re.compile(r"(?:星期|周)[一二三四五六日天]|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)")
_BARE_COUNT = re.compile(r"(?:(?<=\x1f)|\A)\s{0,3}\d{1,7}\s{0,3}(?=\x1f|\Z)")
"""A figure in an element of its own, such as how often a page was read."""

_LONGEST = 200
_LONGEST_BARE = 60
_LONGEST_APART = 10
_MOST_ABOVE = 4
_LONGEST_NUMBER = 40
_SIGNED_NUMBER = re.compile(rf"(?=[\u4e00-\u9fff]){DOCUMENT_NUMBER.pattern}")
_SMALL_HEADINGS = frozenset({"h3", "h4", "h5"})
_LONGEST_TITLE = 300
_IN_BRACKETS = re.compile(r"[（(][^（()）]{1,100}[)）]")
_SUBTITLE = re.compile("(?:——|—|--).")
_CENTRED = re.compile(r"text-align\s{0,3}:\s{0,3}center", re.IGNORECASE)
NAMING = re.compile(r"[\u4e00-\u9fff《》〈〉“”（）、]{7}")
_DOCUMENTS_TITLE = re.compile(
    r"[^。：:]{0,100}关于[^。：:]{2,150}的(?:通知|通报|公告|公示|通告|意见|决定|批复|复函|函|报告|请示|说明|议案|提案)(?:[（(][^（()）]{1,40}[)）])?"
)
_SHORTEST_TEXT = 30


def datelines(cells: Sequence[Cell]) -> Iterator[int]:
    """The places among `cells` of those that state a source or an author, or a day beside how often a page was read."""
    # Few texts have a colon, and in the others there is no need to look for any label.
    with_colon = (at for at, (_, text) in enumerate(cells) if ("：" in text or ":" in text) and len(text) <= _LONGEST)
    return (at for at in with_colon if _states_source(cells[at][1]))


def bare_date(cells: Sequence[Cell], title: str | None, below: range) -> str | None:
    """A date without a label that stands beside the source, or right under the title, in ISO 8601. `below`: the places there."""
    lines = list(datelines(cells))
    beginning = (at for at in below if _DATES_RECORD.match(cells[at][1]) and not _SENTENCE.search(cells[at][1]))
    agencies = (at for at in below if _agency_beside_date(cells[at][1]))
    within = (parse_date(_unlabelled(cells[at][1])) for at in (*lines, *beginning))
    around = (_first_date(cells, _around(at, len(cells))) for at in lines)
    beside = (parse_date(cells[at][1]) for at in agencies)
    return (
        next(filter(None, chain(within, around)), None)
        or _first_date(cells, below)
        or next(filter(None, beside), None)
        or _date_apart(cells, title, below)
    )


def _date_apart(cells: Sequence[Cell], title: str | None, below: range) -> str | None:
    """The day of a date that stands in two elements beside a title: 06, 2023-05; before it, a clock may stand between."""
    above = max(0, below.start - _NEAR - 2)
    if not title or not below.start or not squash(title).endswith(squash(cells[below.start - 1][1])):
        return None
    near = cells[above : below.stop]
    pieces = [tidy(piece) for _, text in near if len(text) <= _LONGEST_BARE for piece in text.split(JOINT)]
    date = date_in([piece for piece in pieces if 0 < len(piece) <= _LONGEST_APART])
    return parse_date(joined_date(date)) if len(date) > 1 else None


def _around(at: int, count: int) -> list[int]:
    """The places near one of `count` cells, those behind it first."""
    return [*range(at + 1, min(at + 1 + _NEAR, count)), *range(at - 1, max(-1, at - 1 - _NEAR), -1)]


def bare_agency(cells: Sequence[Cell], below: range) -> str | None:
    """An agency without a label that stands with a date right under the title: 样本县财政局 2024-03-05."""
    lines = [cells[at] for at in below]
    beside = next((agency for _, text in lines if (agency := _agency_beside_date(text))), None)
    return beside or _agency_in_line(lines)


def _agency_in_line(below: Sequence[Cell]) -> str | None:
    """The agency in one of two lines of one box, or of two boxes beside each other, the other of which is a day."""
    if len(below) < _NEAR:
        return None
    (first, _), (second, _) = below
    texts = [tidy(text) for _, text in below]
    is_one_line = first is second or first.getnext() is second
    return (
        next((name for name in texts if agency_of(name) == name), None)
        if is_one_line and any(map(is_date, texts))
        else None
    )


def bare_number(cells: Sequence[Cell], below: range) -> str | None:
    """A document's number without a label that stands right under the title, in an element of its own."""
    lines = (cells[at][1] for at in below)
    pieces = (tidy(piece) for text in lines if len(text) <= _LONGEST for piece in text.split(JOINT))
    return next((piece for piece in pieces if DOCUMENT_NUMBER.fullmatch(piece)), None)


def number_above(text: str) -> str | None:
    """The document's number, an agency's sign in front, that stands in a line of its own above the addressee and the first sentence of a text."""
    above = takewhile(
        lambda line: "。" not in line and not line.endswith(("：", ":")), text.split("\n", _MOST_ABOVE)[:_MOST_ABOVE]
    )
    numbers = (line for line in above if len(line) <= _LONGEST_NUMBER and _SIGNED_NUMBER.fullmatch(line))
    return next(numbers, None)


def above_text(cells: Sequence[Cell], body: Element | None) -> list[Cell]:
    """Those of `cells` that stand outside the body, or inside above its first sentence: what it says itself labels nothing.

    But for its last line, if that says where the text comes from or when it was published.
    """
    within = set(body.iter()) if body is not None else set()
    inside = [at for at, (cell, _) in enumerate(cells) if cell in within]
    first = next((at for at in inside if _is_sentence(cells[at][1])), len(cells))
    last = {inside[-1]} if inside and _says_whence(cells[inside[-1]][1]) else set()
    return [each for at, each in enumerate(cells) if at < first or each[0] not in within or at in last]


def _says_whence(text: str) -> bool:
    label = LABEL_COLON.match(text)
    known = squash(label[1]) if label and "。" not in text else ""
    return known in SOURCES or (FIELD_OF.get(known) == "published_on" and known not in PLAIN_WORDS)


def _is_sentence(text: str) -> bool:
    return "。" in text and not LABEL_COLON.match(text)


def heads_of(cells: Sequence[Cell]) -> list[Element]:
    """The elements above the text of a record: those that state its source, its date, its number."""
    short = ((cell, text) for cell, text in cells if len(text) <= _LONGEST)
    return [
        cell for cell, text in short if any(map(_is_heads, LABEL_COLON.findall(text))) or _is_label_of_heads(cell, text)
    ]


def _is_label_of_heads(cell: Element, text: str) -> bool:
    """Whether a cell holds a label alone, and the one behind it no other: a row of metadata, and none above columns."""
    behind = cell.getnext() if _is_heads(text) else None
    return behind is not None and behind.tag in _VALUES and not is_label(line_of(behind, _LONGEST_BARE))


def _is_heads(label: str) -> bool:
    return squash(label) in _SOURCE_LABELS or FIELD_OF.get(squash(label)) in _OF_HEADS


def under_title(cells: Sequence[Cell], title: str | None) -> range:
    """The places of the cells right under the title, where that stands as a heading and not as the value of a label."""
    if not title:
        return range(0)
    heading = squash(title)
    starts = (at for at, (_, text) in enumerate(cells) if heading[:1] in text)
    end = next(filter(None, (_end_of_heading(cells, at, heading) for at in starts)), len(cells))
    return range(end, min(end + _NEAR, len(cells)))


def _end_of_heading(cells: Sequence[Cell], at: int, title: str) -> int | None:
    """The place behind a heading that begins with the cell `at`, be it broken into lines; None where none does."""
    line = ""
    for end in range(at, min(at + _MOST_LINES, len(cells))):
        line += squash(cells[end][1])
        if not title.startswith(line) or _is_value(cells, at):
            return None
        if line == title:
            return end + 1
    return None


def _is_value(cells: Sequence[Cell], at: int) -> bool:
    """Whether the cell before, in the same row or box, is a label and nothing else."""
    (before, text), (cell, _) = cells[at - 1], cells[at]
    return at > 0 and is_label(text) and before.getparent() is cell.getparent()


def _agency_beside_date(text: str) -> str | None:
    """The agency in a cell that says nothing but an agency, a day, the document's number and how often it was read."""
    day = _DAY.search(text) if len(text) <= _LONGEST_BARE else None
    if day is None:
        return None
    label = LABEL_COLON.search(text, day.end())
    behind = text[day.end() : label.start() if label and squash(label[1]) not in SOURCES else None]
    rest = f"{text[: day.start()]}{JOINT}{behind}"
    for beside in (_SWITCHES, _CLOCK, _BESIDE_DAY, _BARE_COUNT, DOCUMENT_NUMBER, _BETWEEN):
        rest = beside.sub(JOINT, rest)
    rest = tidy(rest.replace(JOINT, " "))
    return agency_of(rest) if rest and "：" not in rest else None


def begins_dateline(text: str) -> bool:
    """Whether a text begins with a day, or with a label that datelines have."""
    return _BEGINS_WITH_DAY.match(text) is not None or begins_with_its_label(text)


def begins_with_its_label(text: str) -> bool:
    """Whether a text begins with a label that datelines have."""
    label = LABEL_COLON.match(text.strip())
    known = squash(label[1]) if label else ""
    return known in _SOURCE_LABELS or FIELD_OF.get(known) == "published_on"


def title_above(cells: Sequence[Cell]) -> str | None:
    """The line above the dateline, or one that is set off above a day: the title of a page that marks none."""
    at = next(datelines(cells), None)
    if at is not None and (before := _before_labels(cells[at][1])):
        return before
    if at is None:
        days = (
            at
            for at, (_, text) in enumerate(cells)
            if at and len(text) <= _LONGEST_BARE and _BEGINS_WITH_DAY.match(text)
        )
        at = next((at for at in days if _is_set_off(cells[at - 1][0], is_date(tidy(cells[at][1])))), None)
    above = [tidy(text) for _, text in cells[max(0, at - _NEAR - 1) : at]] if at else []
    return next(
        (text for text in reversed(above) if text and len(text) <= _LONGEST_TITLE and not _is_below_title(text)), None
    )


def _before_labels(text: str) -> str | None:
    """The text before the first label of a dateline, in an element of its own, where it names something."""
    label = LABEL_COLON.search(text)
    before = text[: label.start()] if label else ""
    named = tidy(before.replace(JOINT, " "))
    return named if before.rstrip(" ").endswith(JOINT) and NAMING.search(named) and not _DAY.search(named) else None


def _is_set_off(cell: Element, above_date: bool) -> bool:
    """Whether a line is a small heading or, above a date and nothing else, in the middle of the page."""
    is_centred = cell.tag == "center" or (cell.get("align") or "").lower() in {"center", "middle"}
    return cell.tag in _SMALL_HEADINGS or (
        above_date and (is_centred or _CENTRED.search(cell.get("style") or "") is not None)
    )


def _is_below_title(text: str) -> bool:
    """Whether a line is what stands between a title and its dateline: a label, a day, an agency, a number, a subtitle, a remark in brackets."""
    between = (DOCUMENT_NUMBER.fullmatch, _IN_BRACKETS.fullmatch, _SUBTITLE.match)
    return is_date(text) or is_label(text) or agency_of(text) == text or any(form(text) is not None for form in between)


def title_below_metadata(cells: Sequence[Cell]) -> str | None:
    """The only line between a record's metadata and its text: the title of a page that marks none."""
    named = ((cell, tidy(text)) for cell, text in cells if len(text) <= _LONGEST_TITLE and NAMING.search(text))
    return next((text for cell, text in named if not is_residue(text) and _joins_metadata_to_text(cell)), None)


def title_above_metadata(cells: Sequence[Cell]) -> str | None:
    """The only line right above the box of a record's metadata, behind which its text stands: the title of a page that marks none."""
    named = ((cell, tidy(text)) for cell, text in cells if len(text) <= _LONGEST_TITLE and NAMING.search(text))
    lines = [text for cell, text in named if not is_residue(text) and _heads_metadata(cell)]
    return lines[0] if len(lines) == 1 else None


def _heads_metadata(cell: Element) -> bool:
    box = cell.getnext()
    if box is None or not isinstance(box.tag, str) or not len(box) or box.getnext() is None:
        return False
    return not read_pairs(cell) and len(read_pairs(box)) >= METADATA


def title_below_number(cells: Sequence[Cell]) -> str | None:
    """The line in the middle of the page below one that is nothing but a document's number: the title where nothing else marks it."""
    below = (cells[at] for at in range(1, len(cells)) if DOCUMENT_NUMBER.fullmatch(tidy(cells[at - 1][1])))
    named = ((cell, tidy(text)) for cell, text in below if len(text) <= _LONGEST_TITLE and NAMING.search(text))
    return next((text for cell, text in named if "。" not in text and _is_set_off(cell, above_date=True)), None)


def title_above_text(cells: Sequence[Cell]) -> str | None:
    """The line in the middle of the page that has the form of a document's title, and no label, above the first sentence: where nothing marks it."""
    above = takewhile(lambda cell: not _is_sentence(cell[1]), cells)
    lines = ((cell, tidy(text.replace(JOINT, ""))) for cell, text in above if len(text) <= _LONGEST_TITLE)
    named = [text for cell, text in lines if _DOCUMENTS_TITLE.fullmatch(text) and _is_set_off(cell, above_date=True)]
    return named[0] if len(named) == 1 else None


def _joins_metadata_to_text(cell: Element) -> bool:
    above, below = cell.getprevious(), cell.getnext()
    if above is None or below is None or not all(isinstance(each.tag, str) for each in (above, below)):
        return False
    text = line_of(below, _LONGEST)
    return len(text) >= _SHORTEST_TEXT and "。" in text and len(read_pairs(above)) >= METADATA and not read_pairs(cell)


def _states_source(text: str) -> bool:
    if not _MAY_STATE_SOURCE.search(text):
        return False
    labels = {squash(label[1]) for label in LABEL_COLON.finditer(text)} & _SOURCE_LABELS
    return bool(labels - set(COUNTERS)) or bool(labels and _DAY.search(text))


def _first_date(cells: Sequence[Cell], places: Iterable[int]) -> str | None:
    """The first of `places` whose cell is a date, and not the value of a label in the cell before."""
    dates = (at for at in places if len(cells[at][1]) <= _LONGEST and is_date(tidy(cells[at][1])))
    return next((parse_date(cells[at][1]) for at in dates if not _is_value(cells, at)), None)


def _unlabelled(text: str) -> str:
    """The parts of a dateline that no label but the source's, the author's or a counter's stands before."""
    labels = list(LABEL_COLON.finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)]
    parts = [text[: labels[0].start()] if labels else text]
    parts += [
        text[label.end() : end] for label, end in zip(labels, ends, strict=False) if squash(label[1]) in _SOURCE_LABELS
    ]
    return " ".join(parts)
