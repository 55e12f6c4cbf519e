"""Labels that portals use: every label seen on a page, and the field it stands for.

Fields are read by these labels wherever they stand, never by position or CSS class: the same class means different
things on different sites, and the same thing has many names (GB/T 21063.3 and the 2009 guideline for disclosure
catalogues name the elements; portals vary them).
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from archive.model.printable import any_of

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

LABELS: dict[str, list[str]] = _DATA["fields"]
"""Field → labels, the surest first: where a page states several, the earliest of the list counts."""

UNMAPPED: list[str] = _DATA["labels"]["unmapped"]
"""Labels known to stand in such blocks that fill no field: kept as printed, and they end the value before them."""

COUNTERS: list[str] = _DATA["labels"]["counters"]
"""Labels whose values change without the record changing, or that are no statement at all: never kept."""

SOURCES: frozenset[str] = frozenset(_DATA["labels"]["sources"])
"""Labels (来源) that name where a text comes from: an agency there is the publisher, a newspaper is not."""

FIELD_OF: dict[str, str] = {label: field for field, labels in LABELS.items() for label in labels}
RANK: dict[str, int] = {label: place for labels in LABELS.values() for place, label in enumerate(labels)}

# Alone or as a header these say what a cell is; in running text 时间, 日期, 主题 and their like are ordinary words.
PLAIN_WORDS = frozenset({
    "日期", "时间", "分类", "主题", "内容", "附件", "来源", "名称", "标题", "时效", "审核", "编辑", "来自", "Title", "Date", "Author", "Editor", *COUNTERS,
})  # fmt: skip

ABSENT = frozenset({"", "无", "空", "暂无", "其它", "其他", "-", "--", "—", "——", "/", "null", "None", "undefined"})
"""Printed values that mean that there is none."""

BLANK = r"[\s\u200b-\u200f\u2060\ufeff]"
"""Every kind of blank that portals put into labels and values, invisible characters among them."""

_LONGEST_LABEL = 24
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_BEFORE_LABELS = (
    " \t\r\n\x0b\x0c\x1e\x1f\x85\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000"
    "\ufeff[【(（"
)
_AROUND_LABELS = "[]【】()（）:：|｜"
_UNNUMBERED = re.compile(r"[\u4e00-\u9fff]{0,12}\s?[〔﹝\[［【(（]\s?[〕﹞\]］】)）]\s?第?\s?号")
"""A document's number that nobody has filled in: 〔〕号."""


def squash(text: str) -> str:
    """`text` without blanks of any kind, a closing colon or brackets around it: a label ready to be looked up."""
    return _squash_label(text) if len(text) <= _LONGEST_LABEL else _squash(text)


def _squash(text: str) -> str:
    if not (text.isascii() or text.isprintable()):
        text = _INVISIBLE.sub("", text)
    return "".join(text.split()).strip(_AROUND_LABELS)


_squash_label = lru_cache(maxsize=4096)(_squash)  # the same labels stand on page after page


def tidy(text: str) -> str:
    """`text` on one line, runs of blanks as one, none at the ends."""
    if not (text.isascii() or text.isprintable()):
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def value_of(text: str) -> str | None:
    """A printed value as understood: tidied, and None where it says that there is none."""
    value = tidy(text)
    is_empty = value in ABSENT or not value.strip("-—– ") or (value[-1] == "号" and _UNNUMBERED.fullmatch(value))
    return None if is_empty else value


KNOWN = frozenset({*FIELD_OF, *UNMAPPED, *COUNTERS})
_LABEL = any_of(sorted(KNOWN), f"{BLANK}*")

LABEL_COLON = re.compile(
    rf"(?:(?<=[\s\u200b-\u200f\u2060\ufeff|｜\]】)）0-9;；])|^)[\[【（(]?{BLANK}?({_LABEL}){BLANK}*[\]】]?{BLANK}*[:：]"
)
"""A known label and its colon, at the start of a text or after a blank: several may stand in one line."""


@cache
def bracketed_label() -> re.Pattern[str]:
    """A known label that stands in brackets instead of before a colon: 【来源】某局 【发布时间】2017-12-19."""
    return re.compile(rf"[\[【]{BLANK}?({_LABEL}){BLANK}?[\]】](?!{BLANK}?[:：])")


@cache
def glued_label() -> re.Pattern[str]:
    """A known label and its colon, also right behind the value before it."""
    return re.compile(rf"({_LABEL}){BLANK}*[:：]")


_FIRST_CHARACTERS = frozenset(label[0] for label in KNOWN)


def may_begin_with_label(text: str) -> bool:
    """Whether `text` begins as labels do, blanks and brackets aside: a quick look that spares most texts a closer one."""
    first = text[:1]
    return first in _FIRST_CHARACTERS or (
        first in _BEFORE_LABELS and text.lstrip(_BEFORE_LABELS)[:1] in _FIRST_CHARACTERS
    )


def is_label(text: str) -> bool:
    """Whether `text`, of a whole cell, is nothing but a known label."""
    return len(text) <= _LONGEST_LABEL and may_begin_with_label(text) and squash(text) in KNOWN


UNKNOWN_LABEL = re.compile(rf"{BLANK}*[\u4e00-\u9fff]{{2,8}}{BLANK}*[:：]")
"""The form of a label of another value, whether we know the label or not."""
