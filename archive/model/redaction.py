"""Mask personal data in text on its way into the archive.

In: any text. Out: the same text, of the same length, with three kinds of number masked, and how many of each kind.

- `resident_id` 身份证号: 18 digits (the last may be X) with a plausible division, a real birth date and a right GB 11643
  check digit, also in groups, one digit to a box, over a line break or in full-width digits; and the 15-digit form with
  a province code and a real date. The first 2 digits stay.
- `phone` 手机号: 11 digits from 13 to 19, also grouped, with dots or the first 3 in brackets, after +86, 0086 or 0. The first
  3 digits stay.
- `bank_card` 银行卡号: 16 to 19 digits from 62 or 955, or 16 from 4 or 5, right by Luhn, also grouped. The first 4 stay.

A mobile an agency prints as its own contact looks like a private one, so every mobile is masked. The cost: a reader who
needs that contact must open the original page. Landlines (0953-…, 400-…) stay.

A number is never part of a longer run of digits or Latin letters, save that a word such as Tel or ID may stand right before
it and a mobile right behind an ID number; so credit codes, serial numbers of files and 21-digit numbers stay; so does whatever stands inside an index number 索引号, and a card or phone number that is part of a web
address. Known costs: an old ID number has no check digit, so about one in thirty 15-digit numbers that begin with a
province code is masked; three bare columns of 3, 4 and 4 digits that look like a spaced mobile are masked unless they
stand in a longer row of numbers. Account numbers of passbooks follow no checkable rule and stay.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any

from archive.model.index_numbers import is_credit_code

RULES_VERSION = 2

_BLANK = r" \t\u00a0\u00ad\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff"
_HYPHEN = r"\-\u2010-\u2015\u2212\ufe63\uff0d"
_ALNUM = r"\dA-Za-zＡ-Ｚａ-ｚ"
_GAP = rf"[{_BLANK}\r\n{_HYPHEN}]{{0,3}}+"  # between two digits of an ID: also the line break of a narrow cell
_SEP = rf"(?:[{_BLANK}]{{1,2}}+|[{_BLANK}]?[{_HYPHEN}][{_BLANK}]?)"  # between groups of a phone or card
_WORDS_BEFORE = ("Tel", "Phone", "Mobile", "ID", "Card", "No")
_AFTER_WORD = "".join(rf"|(?<=(?<![{_ALNUM}])(?i:{word}))" for word in _WORDS_BEFORE)
_START, _END, _END_GROUPED = rf"(?:(?<![{_ALNUM}]){_AFTER_WORD})", rf"(?![{_ALNUM}])", rf"(?![{_ALNUM}*])"

_GAPS = re.compile(rf"[{_BLANK}\r\n{_HYPHEN}]+")
_HYPHENS = re.compile(rf"[{_HYPHEN}]")

# Nothing masked is shorter than 11 digits, so whatever does not lie in such a run is never looked at twice.
_RUN = re.compile(rf"\d(?:{_GAP}\d){{10,}}+(?:{_GAP}[XxＸｘ])?")
_CONTEXT = 300  # characters around a run in which a web address or an index number is recognised

# A first digit no number of the kind begins with ends the matter early (digits beyond ASCII are looked at later).
_ID_LEAD, _CARD_LEAD, _PHONE_LEAD = (rf"{_START}(?=[{first}]|[^\x00-\x7f])" for first in ("1-8", "4569", "018"))
_ID_18 = re.compile(rf"{_ID_LEAD}(?=(\d(?:{_GAP}\d){{16}}+{_GAP}[\dXxＸｘ])(?:{_END}|1[3-9]\d{{9}}{_END}))")
_ID_15 = re.compile(rf"{_ID_LEAD}(?=(\d{{15}}){_END})")
_CARDS = (
    re.compile(rf"{_CARD_LEAD}(?=(\d{{16,19}}){_END})"),
    re.compile(rf"{_CARD_LEAD}(?=(\d{{4}}(?:{_SEP}\d{{4}}){{3}}{_SEP}\d{{1,3}}){_END_GROUPED})"),
    re.compile(rf"{_CARD_LEAD}(?=(\d{{4}}(?:{_SEP}\d{{4}}){{3}}){_END_GROUPED})"),
    re.compile(rf"{_CARD_LEAD}(?=(\d{{4}}(?:{_SEP}\d{{4}}){{2}}{_SEP}\d{{5,7}}){_END_GROUPED})"),
    re.compile(rf"{_CARD_LEAD}(?=(\d{{4,15}}(?:{_SEP}|\r?\n)\d{{4,15}}){_END_GROUPED})"),
)
_PHONE = re.compile(rf"{_PHONE_LEAD}(?=(\d{{11,15}}){_END})")
_PHONE_GROUPED = re.compile(
    rf"{_PHONE_LEAD}(?=((?:\d{{3}}{_SEP}\d{{4}}{_SEP}\d{{4}}|\d{{3}}{_SEP}\d{{8}}|\d{{7}}{_SEP}\d{{4}}"
    rf"|\d{{4}}{_SEP}\d{{3}}{_SEP}\d{{4}}|\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{5}}|\d{{4}}{_SEP}\d{{4}}{_SEP}\d{{3}})){_END_GROUPED})"
)

_PHONE_ODD = re.compile(
    rf"1[3-9]\d\.\d{{4}}\.\d{{4}}(?!\.?[{_ALNUM}])|[(（]1[3-9]\d[)）]{_GAP}\d{{4}}{_GAP}\d{{4}}{_END_GROUPED}"
)
_ODD_START = re.compile(rf"(?:{_START}|(?<=86))(?<![\d*]\.)")

_ID_SHAPES = tuple(
    map(frozenset, ((2, 4, 6, 10, 12, 14, 17), (4, 8, 12, 16), (3, 6, 9, 12, 15), (3, 6, 10, 14), (6, 12)))
)
_ID_HYPHEN_SHAPE = frozenset((6, 10, 12, 14, 17))
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    str(n) for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for n in range(first, last + 1)
)  # fmt: skip

# The shapes of index numbers in use; a number inside one of them is no personal number.
_INDEX_NUMBER = re.compile(
    r"(?<![0-9A-Za-z/\-])(?:"
    r"[0-9A-Z]{7,8}-?[0-9X]/\d{4}-\d{5}"
    r"|(?P<credit>[0-9A-HJ-NPQRTUWXY]{18})/\d{4}(?:\d\d)?-\d{5}"
    r"|[0-9A-Z]{8}[0-9X]-\d{4}-\d{1,40}"
    r"|\d{10}/\d{4}-\d{6}"
    r"|[A-Z]{1,2}[0-9A-Z]{3,4}-\d{1,40}-\d{4}-\d{1,40}"
    r"|\d{1,40}-\w{1,40}-\w{1,40}-\d{1,40}-\d{8}-\d{1,40}"
    r"|[A-Z]{3}\d{4,40}[0-9A-Za-z\-]{0,40}-\d{4}-\d{1,40}"
    r")(?![0-9A-Za-z/\-])"
)
_ADDRESS = re.compile(r"""(?:https?://|www\.)[!-~]{0,280}[/_\-]$""", re.IGNORECASE)
_ADDRESS_ENDS = re.compile(r"""[\s"'<>,;|]""")
_LONE_ZERO = re.compile(r"(?<![\d*])[0*]\.$")  # 0.138…: the decimals of a ratio
_AMOUNT_AFTER = re.compile(r"\.\d{1,2}(?!\d)|[万亿]?元|[万亿]")
_NUMBER_BEFORE = re.compile(rf"(?<![\d*A-Za-z{_HYPHEN}])(?:\d{{3,6}}|[\d,]{{1,12}}\.\d{{1,4}})[{_BLANK}]{{1,2}}$")
_NUMBER_AFTER = re.compile(rf"[{_BLANK}]{{1,2}}(?:\d{{3,6}}|[\d,]{{1,12}}\.\d{{1,4}})(?![\d*A-Za-z])")


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible number at `window[start:end]`, and its digits in ASCII without gaps."""

    window: str
    start: int
    end: int
    previous_end: int  # where the last number of this kind ended
    digits: str


def redact(text: str) -> Redacted:
    """Mask ID numbers, mobiles and bank cards in `text`. The length stays; doing it again changes nothing."""
    counts: dict[str, int] = {}
    pieces: list[str] = []
    done = 0
    for run in _RUN.finditer(text):
        start, end = run.span()
        left = max(0, start - _CONTEXT)
        window = text[left : end + _CONTEXT]
        masked = _mask_run(window, start - left, end - left, counts)
        if masked is not window:
            pieces += (text[done:start], masked[start - left : end - left])
            done = end
    text = "".join((*pieces, text[done:])) if pieces else text
    return Redacted(_mask_odd_phones(text, counts), counts)


def _mask_odd_phones(text: str, counts: dict[str, int]) -> str:
    """Mask mobiles that dots or brackets keep from being one run of digits."""

    def masked(phone: re.Match[str]) -> str:
        if not _ODD_START.match(text, phone.start()):
            return phone[0]
        counts["phone"] = counts.get("phone", 0) + 1
        kept = 3 if phone[0][0] == "1" else 4
        return phone[0][:kept] + re.sub(r"\d", "*", phone[0][kept:])

    return _PHONE_ODD.sub(masked, text)


def names_a_person(address: str) -> bool:
    """Whether a web address holds an ID number of today's form, so that keeping it would keep that."""
    return "resident_id" in redact(address).counts


def redact_json(value: object) -> RedactedJson:
    """Mask every string and whole number in nested dicts and lists, keys too.

    A number that must be masked becomes a string. Two keys that become equal are distinguished by `#2`, `#3`.
    """
    counts: dict[str, int] = {}
    return RedactedJson(_redact_value(value, counts), counts)


def _redact_value(value: object, counts: dict[str, int]) -> object:
    if isinstance(value, Mapping):
        out: dict[object, object] = {}
        for key, item in value.items():
            name = unique = _redact_value(key, counts)
            number = 1
            while unique in out:
                number += 1
                unique = f"{name}#{number}"
            out[unique] = _redact_value(item, counts)
        return out
    if isinstance(value, (list, tuple)):
        return [_redact_value(item, counts) for item in value]
    text = value if isinstance(value, str) else _whole_number(value)
    if text is None:
        return value
    found = redact(text)
    for kind, count in found.counts.items():
        counts[kind] = counts.get(kind, 0) + count
    return found.text if found.counts else value


def _whole_number(value: object) -> str | None:
    """The digits of a whole number short enough to be personal data, None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**20 and value == int(value):
        return str(int(value))
    return None


def _mask_run(window: str, start: int, end: int, counts: dict[str, int]) -> str:
    """Mask what lies in `window[start:end]`, sure kinds first: a later rule then sees the earlier masks."""
    stages = _STAGES_UNBROKEN if window[start:end].isalnum() else _STAGES
    for kind, pattern, valid, keep in stages:
        masked: list[tuple[int, int]] = []
        for match in pattern.finditer(window, start, end + 1):  # one more, to see the boundary
            first, last = match.span(1)
            previous = masked[-1][1] if masked else -1
            if first < previous or last > end:
                continue
            candidate = _candidate(window, first, last, previous)
            if valid(candidate) and not _in_index_number(candidate, kind):
                masked.append((first, last))
        if masked:
            window = _with_masks(window, masked, keep)
            counts[kind] = counts.get(kind, 0) + len(masked)
    return window


def _candidate(window: str, start: int, end: int, previous_end: int) -> _Candidate:
    digits = _GAPS.sub("", window[start:end])
    if not digits.isascii():
        digits = "".join(str(int(c)) if c.isdecimal() else "X" for c in digits)
    return _Candidate(window, start, end, previous_end, digits.upper())


def _breaks(c: _Candidate) -> tuple[int, ...]:
    """After how many digits each gap stands."""
    groups = _GAPS.split(c.window[c.start : c.end])
    return tuple(accumulate(map(len, groups[:-1])))


def _with_masks(window: str, spans: list[tuple[int, int]], keep: int) -> str:
    """`window` with each span masked but for its first `keep` digits (of a phone: after its country code)."""
    characters = list(window)
    for start, end in spans:
        places = [i for i in range(start, end) if characters[i].isalnum()]
        skip = len(places) - 11 if keep == 3 else 0
        for place in places[skip + keep :]:
            characters[place] = "*"
    return "".join(characters)


def _is_id_18(c: _Candidate) -> bool:
    digits = c.digits
    if not ("11" <= digits[:2] <= "83" and _is_birth_date(digits[6:14])):
        return False
    check = "10X98765432"[sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=False)) % 11]
    return digits[17] == check and _is_id_shape(c)


def _is_id_shape(c: _Candidate) -> bool:
    breaks = _breaks(c)
    if not breaks:
        return True
    if c.window[c.end : c.end + 1] == "*":
        return False
    if _has_hyphen(c):
        return _ID_HYPHEN_SHAPE.issuperset(breaks) and _is_whole_hyphen_run(c)
    return len(breaks) in (1, 17) or any(shape.issuperset(breaks) for shape in _ID_SHAPES)


def _is_id_15(c: _Candidate) -> bool:
    return c.digits[:2] in _PROVINCES and _is_birth_date("19" + c.digits[6:12]) and not _is_other_number(c)


def _is_birth_date(digits: str) -> bool:
    if digits[:2] not in ("19", "20"):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _is_card(c: _Candidate) -> bool:
    chinese = c.digits.startswith(("62", "955"))
    if not (chinese or (len(c.digits) == 16 and c.digits[0] in "45")) or not 16 <= len(c.digits) <= 19:
        return False
    if not _passes_luhn(c.digits) or _is_other_number(c):
        return False
    breaks = _breaks(c)
    if not breaks:
        return True
    if _has_hyphen(c) and not _is_whole_hyphen_run(c):
        return False
    # Rows of four-digit amounts are common, credit cards of other nets in official lists are not.
    return chinese or (len(breaks) == 3 and not _in_number_row(c))


def _passes_luhn(digits: str) -> bool:
    doubled = sum(int(d) * 2 - 9 * (d > "4") for d in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def _is_mobile(digits: str) -> bool:
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"


def _is_phone(c: _Candidate) -> bool:
    digits = c.digits
    for prefix in ("0086", "86", "0"):
        if len(digits) == 11 + len(prefix) and digits.startswith(prefix):
            digits = digits.removeprefix(prefix)
    if not _is_mobile(digits) or _is_other_number(c) or _AMOUNT_AFTER.match(c.window, c.end):
        return False
    return c.window[c.start - 1 : c.start] not in ("¥", "￥", "$")


def _is_grouped_phone(c: _Candidate) -> bool:
    if not _is_phone(c) or (_has_hyphen(c) and not _is_whole_hyphen_run(c)):
        return False
    has_blank = re.search(rf"[{_BLANK}]", c.window[c.start : c.end]) is not None
    return not (has_blank and _in_number_row(c))


def _has_hyphen(c: _Candidate) -> bool:
    return _HYPHENS.search(c.window, c.start, c.end) is not None


def _is_whole_hyphen_run(c: _Candidate) -> bool:
    """Whether no further group hangs on by a hyphen (+86- does not count)."""
    before, after = c.window[max(0, c.start - 6) : c.start], c.window[c.end : c.end + 2]
    if re.match(rf"[{_HYPHEN}][{_ALNUM}*]", after):
        return False
    if re.search(rf"(?<![{_ALNUM}*{_HYPHEN}])(?:00)?86[{_HYPHEN}]$", before):
        return True
    return re.search(rf"[{_ALNUM}*][{_HYPHEN}]$", before) is None


def _in_number_row(c: _Candidate) -> bool:
    """Whether short numbers stand beside it with only blanks between, as in a table of amounts."""
    if c.start - c.previous_end > 2 and _NUMBER_BEFORE.search(c.window[max(0, c.start - 24) : c.start]):
        return True
    after = _NUMBER_AFTER.match(c.window, c.end)
    if not after:
        return False
    place = re.compile(rf"[{_BLANK}]+").match(c.window, c.end)
    phone = place and _PHONE_GROUPED.match(c.window, place.end())
    return not (phone and _is_mobile(_candidate(c.window, *phone.span(1), -1).digits))


def _is_other_number(c: _Candidate) -> bool:
    """Whether it is part of a web address, or the decimals of a ratio."""
    before = c.window[c.start - 1 : c.start]
    if before == ".":
        return _LONE_ZERO.search(c.window[max(0, c.start - 3) : c.start]) is not None
    if before not in ("/", "_", "-"):
        return False
    token = _ADDRESS_ENDS.split(c.window[max(0, c.start - _CONTEXT) : c.start])[-1]
    return _ADDRESS.search(token) is not None


def _in_index_number(c: _Candidate, kind: str) -> bool:
    beside = c.window[max(0, c.start - 1) : c.start] + c.window[c.end : c.end + 1]
    if "-" not in beside and "/" not in beside:
        return False
    for match in _INDEX_NUMBER.finditer(c.window, max(0, c.start - 150), c.end + 150):
        if match.start() < c.end and c.start < match.end():
            # An ID number before a slash is still one, unless it is a right credit code as well.
            return match["credit"] is None or kind != "resident_id" or is_credit_code(match["credit"])
    return False


_STAGES: tuple[tuple[str, re.Pattern[str], Callable[[_Candidate], bool], int], ...] = (
    ("resident_id", _ID_18, _is_id_18, 2),
    ("resident_id", _ID_15, _is_id_15, 2),
    *(("bank_card", pattern, _is_card, 4) for pattern in _CARDS),
    ("phone", _PHONE, _is_phone, 3),
    ("phone", _PHONE_GROUPED, _is_grouped_phone, 3),
)
_STAGES_UNBROKEN = (*_STAGES[:3], _STAGES[-2])  # those for numbers without gaps
