"""Mask personal data in text on its way into the archive.

In: any text. Out: the same text, of the same length, with what identifies persons masked, and how many of each kind.

- `resident_id` 身份证号: 18 digits with a plausible place, a real birth date and a right check digit (GB 11643), however they
  are grouped, wrapped or spread over cells, also within other numbers (残疾人证号, 学籍号, two numbers without a gap between
  them); and the 15-digit form. Labelled, in a column of such numbers, or of an ID number's form where a division
  has the code it begins with, whatever the check digit. The first 2 digits stay. Numbers in Chinese numerals,
  circled digits or letters like digits (64O3) are read as digits, radicals (⾝份证) as characters.
  Numbers that their publisher masked too little (640324197605**0038) are masked whole.
- `phone` 手机号: 11 digits from 13 to 19, grouped or not. The first 3 digits stay.
- `bank_card` 银行卡号: 16 to 19 digits from 62 or 955, or 16 from 4 or 5, right by Luhn, or 19 that begin as cards of Chinese banks do; any account number (账号, 一卡通,
  存折) that is labelled, in a column of such, or in one of long numbers beside persons' names, but an organisation's. The first 4 stay.
- What a label or a header announces: `travel_document` 护照、准考证 and other personal documents, `number_plate` 车牌号, `chat_account` QQ、微信,
  `home_phone` 家庭电话, the phones of a table of persons and those behind a person's ID number or home, `home_address` 家庭住址 (masked behind the township, also
  where a sentence about a person says 住…, or names an inhabitant behind or before it, and a flat or a house in a village's group
  in a sentence that speaks of a person, of no firm and no works), `email` (also of private mail services anywhere,
  but for boxes that are called an office's: 举报邮箱).

A mobile an agency prints as its own contact looks like a private one, so every mobile is masked. The cost: a reader who
needs that contact must open the original page. Landlines of offices (0953-…, 400-…) stay, as do credit codes, index
numbers, project codes, document numbers and registration numbers, and numbers that are part of a web address, but for
a mobile or a card alone in its path.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from io import StringIO
from typing import Any
from urllib.parse import unquote

from archive.masking.half_masked import half_masked_spans
from archive.masking.labelled_values import is_a_label, labelled_spans
from archive.masking.lone_numbers import alone_in, path_spans
from archive.masking.mistyped_ids import mistyped_id_spans
from archive.masking.number_runs import number_spans
from archive.masking.person_columns import column_spans, names_persons
from archive.masking.personal_numbers import UNSEEN, MaskedSpan, is_mobile
from archive.masking.sentences_about_persons import mail_spans, sentence_spans
from archive.masking.written_figures import as_digits
from archive.model.person_names import name_of
from archive.model.printable import without_radicals
from archive.model.rosters import persons_listed

_Finders = tuple[Callable[[str], Sequence[MaskedSpan]], ...]
_IN_ADDRESSES: _Finders = (
    half_masked_spans,
    number_spans,
    column_spans,
    labelled_spans,
    mistyped_id_spans,
    sentence_spans,
    mail_spans,
)
"""Sure kinds first: a later one then sees the earlier masks."""

_FINDERS: _Finders = (*_IN_ADDRESSES, path_spans)
"""Of an address alone nothing tells whether a file's number in it is one of a series."""

_TURNING = "\u202e"
"""The sign that turns the reading direction."""

_TURNED = re.compile(f"(?<={_TURNING})[^\u202c\n]+")
"""A stretch behind it, up to the sign that ends that."""

_UNSEEN = re.compile(f"[{UNSEEN}]")
_SPELT = re.compile(
    rf"[{UNSEEN}]{{1,40}}(?=[\dXx&])|&(?:amp;)?#(?:0{{0,4}}(?:4[89]|5[0-7])|[xX]0{{0,4}}3\d)(?:;|(?!\w))"
)
"""Signs before a digit that are not seen; and a digit that the page shows as the code that markup has for it (&#49;)."""

_MOST_PASSES = 4
"""A mask can uncover what stood in its shadow; what is left after so many passes stays, as in the first."""

_SHORT = 60
"""Characters of texts that come again and again, as labels, names and kinds do: the last ones are remembered."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A masked text and how many numbers of each kind were masked (only kinds that occur)."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RedactedJson:
    """A masked JSON value and how many numbers of each kind were masked (only kinds that occur)."""

    value: Any
    counts: dict[str, int] = field(default_factory=dict)


def redact(text: str) -> Redacted:
    """Mask personal data in `text`. The length stays; doing it again changes nothing."""
    return _redact_short(text) if len(text) <= _SHORT else _redact(text)


def _redact(text: str, finders: _Finders = _FINDERS) -> Redacted:
    counts: dict[str, int] = {}
    masked = _masked_as_stored(text, counts, finders)
    if _TURNING in masked and _TURNED.search(masked):
        masked = _turned(_masked_as_stored(_turned(masked), counts, finders))
    if "&" in masked or _UNSEEN.search(masked):
        masked = _masked_as_spelt(masked, counts, finders)
    return Redacted(masked, counts)


def _masked_as_stored(text: str, counts: dict[str, int], finders: _Finders) -> str:
    """`text` with what is masked in it as its characters follow each other; what is masked anew is counted."""
    masked = read = as_digits(without_radicals(text))
    for _ in range(_MOST_PASSES):
        before = masked
        for find in finders:
            if spans := find(masked):
                masked = _masked(masked, spans, counts)
        if masked == before:
            break
    return masked if read == text else _as_written(text, read, masked)


def _masked_as_spelt(text: str, counts: dict[str, int], finders: _Finders) -> str:
    """`text` with what is masked in it as it is without signs that are not seen, and with digits in place of their codes."""
    read = _SPELT.sub(_digit_of, text)
    masked = _masked_as_stored(read, counts, finders) if read != text else read
    if masked == read:
        return text
    written, done, at = StringIO(), 0, 0
    for match in _SPELT.finditer(text):
        between, digit = match.start() - done, _digit_of(match)
        written.write(masked[at : at + between])
        at += between
        is_masked = digit != masked[at : at + len(digit)]
        written.write("*" * len(match[0]) if is_masked else match[0])
        at += len(digit)
        done = match.end()
    written.write(masked[at:])
    return written.getvalue()


def _digit_of(spelt: re.Match[str]) -> str:
    """The digit that a code stands for; nothing for signs that are not seen."""
    return unescape(unescape(spelt[0])) if spelt[0][0] == "&" else ""


def _turned(text: str) -> str:
    """`text` in the order in which one reads it, where a sign turns a stretch of it around; of that, the text as stored."""
    return _TURNED.sub(lambda stretch: stretch[0][::-1], text)


def _as_written(text: str, read: str, masked: str) -> str:
    """`text` with the masks that what was read in its place has got."""
    return "".join(old if new == digit else new for old, digit, new in zip(text, read, masked, strict=True))


_redact_short = lru_cache(maxsize=4096)(_redact)


def _masked(text: str, spans: Sequence[MaskedSpan], counts: dict[str, int]) -> str:
    """`text` with each span masked but for its first characters; what is masked anew is counted."""
    pieces: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda span: span.start):
        start = max(span.start, done)
        old, kept = text[start : span.end], 0
        new = []
        for character in old:
            word = character.isalnum()
            kept += word
            new.append("*" if word and kept > span.keep else character)
        if (masked := "".join(new)) != old:
            pieces += (text[done:start], masked)
            done = span.end
            counts[span.kind] = counts.get(span.kind, 0) + 1
    return "".join((*pieces, text[done:]))


def names_a_person(address: str) -> bool:
    """Whether a web address, or a header's value, holds a number of a person, so that keeping it would keep that."""
    written = address, unquote(address), unquote(unquote(address))  # what a page puts into a query is quoted twice
    return any(_redact_short(text, _IN_ADDRESSES).counts for text in {*written})


def addresses_of_persons(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses on a page that hold a number of a person, be it alone in its place (/13812345678.pdf).

    What is alone there begins with no day (yymmdd), and no other address on the page has one with the same first digits: files
    are numbered in a series.
    """
    addresses = {*addresses}
    return alone_in(addresses) | {*filter(names_a_person, addresses)}


def redact_json(value: object) -> RedactedJson:
    """Mask every string and whole number in nested dicts and lists, keys too; a key is the label of its value.

    A number that must be masked becomes a string. Two keys that become equal are distinguished by `#2`, `#3`.
    """
    counts: dict[str, int] = {}
    return RedactedJson(_redact_value(value, counts), counts)


def redact_fields(fields: Mapping[str, str], title: str) -> RedactedJson:
    """Mask what a page of this title prints beside labels, as `redact_json` does; where it lists persons only how many stays."""
    masked = redact_json(dict(fields))
    persons = {label: persons_listed(title, value) for label, value in masked.value.items()}
    lists = {label: f"（列有约 {count} 人，不予公开）" for label, count in persons.items() if count}
    return RedactedJson({**masked.value, **lists}, masked.counts)


def _redact_value(value: object, counts: dict[str, int], label: str = "") -> object:
    if isinstance(value, str):  # first, for nearly all are
        return _redact_text(value, value, counts, label)
    if isinstance(value, Mapping):
        out: dict[object, object] = {}
        before: object = None
        for key, item in value.items():
            name = unique = _redact_value(key, counts)
            number = 1
            while unique in out:
                number += 1
                unique = f"{name}#{number}"
            if _is_id_of_a_page(key, item) and _holder(value) != "person":
                out[unique], before = item, None
                continue
            label = _label(name, value)
            if isinstance(before, str) and isinstance(item, (str, int)) and is_a_label(before):
                label = before  # {"label": "证件号码", "value": …}
            out[unique] = _redact_value(_as_table(before, item, counts), counts, label)
            before = item if key in _NAMES_OF_LABELS or _is_row(item) else None
        return out
    if isinstance(value, (list, tuple)):
        return [_redact_value(item, counts, label) for item in _as_table(None, value, counts)]
    text = _whole_number(value)
    return value if text is None else _redact_text(text, value, counts, label)


def _redact_text(text: str, value: object, counts: dict[str, int], label: str) -> object:
    """Return `value`, which is `text`, masked as what stands behind `label`."""
    if _is_of_every_record(label) and not redact(text).counts:
        return value  # behind such a label less is masked, if anything
    head = f"{label}：" if label else ""
    masked = redact(head + text)
    for kind, count in masked.counts.items():
        counts[kind] = counts.get(kind, 0) + count
    return masked.text[len(head) :] if masked.counts else value


@lru_cache(maxsize=1024)
def _is_of_every_record(label: str) -> bool:
    """Whether a label, however blanks stretch it, is one of those that every row and page of a catalogue prints."""
    return "".join(label.split()) in LABELS_OF_RECORDS


def _is_id_of_a_page(key: object, value: object) -> bool:
    """Whether a value looks like a mobile's number and its key says that it numbers something else: docId 19071200123."""
    if not isinstance(key, str) or not _ID_OF_A_PAGE.fullmatch(key):
        return False
    text = value if isinstance(value, str) else _whole_number(value)
    return text is not None and text.isdecimal() and is_mobile(text)


def _label(name: object, mapping: Mapping[Any, object]) -> str:
    """The label that a key is, one of programs in words; the phones and addresses of persons are at home."""
    key = name if isinstance(name, str) and len(name) <= _LONGEST_LABEL else ""
    label = _in_words(key) if key.isascii() else key
    if label in _OF_EITHER:
        return "" if label != key and _holder(mapping) == "firm" else label
    if label in _ADDRESSES and _holder(mapping) == "person":
        return "家庭住址"
    return label.replace("联系电话", "家庭电话") if "联系电话" in label and _holder(mapping) == "person" else label


@lru_cache(maxsize=1024)
def _in_words(key: str) -> str:
    words = _WORDS_OF_A_KEY.sub("_", key).lower()
    return next((label for pattern, label in _KEYS if pattern.fullmatch(words)), key)


def _holder(mapping: Mapping[Any, object]) -> str:
    """Whether a mapping tells of a person, of a firm or an office, or of neither."""
    keys = [key for key in mapping if isinstance(key, str)]
    texts = [value for value in mapping.values() if isinstance(value, str)]
    if names_persons("\t".join(keys)) or not _KEYS_OF_PERSONS.isdisjoint(map(str.lower, keys)):
        return "person"
    if any(_A_FIRM.search(text) for text in texts):
        return "firm"
    return "person" if any(len(text) <= _LONGEST_NAME and name_of(text) for text in texts) else ""


def _as_table(head: object, value: Any, counts: dict[str, int]) -> Any:  # noqa: ANN401 - any value of JSON
    """Return rows of a table, lists of texts in a list, as its heads say, which may stand before it; other values as they are."""
    if not (isinstance(value, (list, tuple)) and value and all(map(_is_row, value))):
        return value
    heads = [head] if _is_row(head) else []
    rows = [[_CELL_BREAK.sub(" ", cell) for cell in row] for row in (*heads, *value)]
    masked = redact("\n".join(map("\t".join, rows)))
    if not masked.counts:
        return value
    for kind, count in masked.counts.items():
        counts[kind] = counts.get(kind, 0) + count
    return [line.split("\t") for line in masked.text.split("\n")][len(heads) :]


def _is_row(value: object) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(cell, str) for cell in value)


LABELS_OF_RECORDS = frozenset({
    "索引号", "索引", "文号", "发文字号", "名称", "标题", "文件名称", "信息名称", "主题分类", "主题词", "体裁分类",
    "分类", "发布日期", "发布时间", "发文日期", "公开日期", "生成日期", "成文日期", "生效日期", "废止日期", "公开时限", "公开方式",
    "公开形式", "有效性", "时效性", "发布机构", "发布单位", "发文机关", "公开责任部门", "责任部门", "信息来源", "来源", "附件",
})  # fmt: skip
"""Labels that announce nothing of a person."""

_ID_OF_A_PAGE = re.compile(
    r"(?i:(?:doc|article|info|news|content|column|channel|page|file|attach|catalog|item|manuscript|category|parent)?_?id)"
)
_CELL_BREAK = re.compile(r"[\t\n]")
_WORDS_OF_A_KEY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s\-.]+")
_NUMBER = "(?:_?(?:no|num|number|code|id))"
_KEYS = tuple(
    (re.compile(pattern), label)
    for pattern, label in (
        (rf"(?:\w{{1,20}}_)?(?:(?:id|identity|cert(?:ificate)?|credential)_?(?:card_?)?{_NUMBER}|id_?card\w{{0,12}}|sfz\w{{0,12}}|zjh\w{{0,12}})", "身份证号"),
        (rf"(?:\w{{1,20}}_)?(?:acct|account|bank_?(?:card|account|acct)|card|yhkh?|yhzh|khzh){_NUMBER}?", "银行账号"),
        (r"(?:\w{1,20}_)?(?:home|family|jt|parent)_?(?:tel|telephone|phone|lxdh|dh)", "家庭电话"),
        (r"(?:\w{1,20}_)?(?:home|family|resid\w{0,12}|living|live|jt|hj|hk|cz|xj)_?(?:addr(?:ess)?|place|zz|dz|szd)|residence", "家庭住址"),
        (r"addr(?:ess)?|zz|dz|location", "地址"),
        (rf"(?:\w{{1,20}}_)?(?:plate|vehicle|car|cp){_NUMBER}?|cphm?|hphm", "车牌号"),
        (rf"passport{_NUMBER}?|hzh|hzhm", "护照号"),
        (rf"(?:student|pupil|patient|exam|soldier){_NUMBER}|xh", "学号"),
        (rf"(?:we_?chat|wei_?xin|wx){_NUMBER}?|wxh", "微信号"),
    )
)  # fmt: skip
"""The keys of programs, their words apart by low lines, and what each is in words."""

_NAMES_OF_LABELS = frozenset(("label", "name", "title", "key", "field", "text", "k", "n", "项目", "名称", "字段"))
"""Keys whose value can be the label of the next."""

_OF_EITHER = frozenset(("身份证号", "银行账号"))
"""Of these, what firms' documents and accounts are called, too."""

_ADDRESSES = frozenset(("地址", "住址", "详细地址", "住所", "坐落", "房屋坐落"))
_KEYS_OF_PERSONS = frozenset(("xm", "realname", "real_name", "hzxm", "idcard", "sfzh", "sfzhm"))
_LONGEST_NAME = 4
_A_FIRM = re.compile("(?:公司|厂|店|合作社|中心|学校|[小中大]学|医院|卫生院|局|委员会|政府|银行|[办支分]|所|站)$")


_LONGEST_LABEL = 24


def _whole_number(value: object) -> str | None:
    """The digits of a whole number short enough to be personal data, None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**20 and value == int(value):
        return str(int(value))
    return None
