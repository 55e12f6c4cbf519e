"""Numbers in other figures than those of any script's decimals:
六四〇三, 陆肆零叁, circled ⑥④⓪③, in brackets ⑴, raised ⁶, 64O3 for 6403.

Only a longer run of such figures is a number written digit by digit; ① to ⑨ before items, an amount (三百二十), a year
(二〇一八年) and the mark of a footnote behind a number are not. A word as long as an ID number or a mobile's
may have some letters that were taken for digits, or Chinese numerals among its digits (139玖534零716), and a sign taken
for the X at its end.
"""

import re

from archive.masking.personal_numbers import BLANK, HYPHEN, NOTHING, is_mobile
from archive.model.index_numbers import is_credit_code

_SHORTEST = 8
"""So many figures at least: a birth date within an ID number, a landline."""

_HAN = (
    "〇一二三四五六七八九",
    "○幺二三四五六七八九",
    "零壹贰叁肆伍陆柒捌玖",
    "零壹貳參肆伍陸柒捌玖",
    "〇㊀㊁㊂㊃㊄㊅㊆㊇㊈",
    "〇㈠㈡㈢㈣㈤㈥㈦㈧㈨",
)
_ENCLOSED = (
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽",
    "🄋➀➁➂➃➄➅➆➇➈",
    "🄌➊➋➌➍➎➏➐➑➒",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "₀₁₂₃₄₅₆₇₈₉",
    "⓪⑴⑵⑶⑷⑸⑹⑺⑻⑼",
    "🄀⒈⒉⒊⒋⒌⒍⒎⒏⒐",
)
_DIGITS = {ord(figure): str(digit) for figures in (*_HAN, *_ENCLOSED) for digit, figure in enumerate(figures)}
_DIGITS |= dict.fromkeys(map(ord, "ⓍⓧⅩ"), "X")

_RUNS = tuple(
    re.compile(rf"[{figures}](?:[{BLANK}{HYPHEN}\r\n]{{0,2}}+[{figures}]){{{_SHORTEST - 1},}}+[ⓍⓧⅩ]?")
    for figures in map("".join, (_HAN, _ENCLOSED))
)

_FIGURES = {ord(figure): str(digit) for figures in _HAN for digit, figure in enumerate(figures)}
_LETTERS = str.maketrans("OoОоQDlIІӀⅠЗз", "0000001111133")
_ALIKE = _FIGURES | _LETTERS | dict.fromkeys(map(ord, "XxХхΧχ×╳✕"), "X")
_LIKE_DIGITS = "0-9" + "".join(map(chr, _FIGURES | _LETTERS))
_MISREAD = re.compile(  # begins with a sign rather than with what stands before it, for that is sought faster
    rf"[{_LIKE_DIGITS}](?<![0-9A-Za-z][{_LIKE_DIGITS}])[{_LIKE_DIGITS}]{{10}}"
    rf"(?:[{_LIKE_DIGITS}]{{6}}[{_LIKE_DIGITS}XxХхΧχ×╳✕])?(?![0-9A-Za-z])"
)
_MOST_MISREAD = 7

_LIKE_FIGURES = r"[\dSBZGOolI]"
MISREAD_ID = re.compile(
    rf"(?=\d{{4}}){_LIKE_FIGURES}{{6}}[{BLANK}]?{_LIKE_FIGURES}{{8}}[{BLANK}]?{_LIKE_FIGURES}{{3}}[\dXx](?![\dA-Za-z])"
)
MISREAD_CARD = re.compile(rf"\d(?={_LIKE_FIGURES}{{11,18}}(?![\dA-Za-z]))(?:\d*[SBZGOolI]){{1,7}}\d*(?![\dA-Za-z])")
AS_READ = str.maketrans("SBZGOolI", "58260011")
"""Letters that are read for figures; elsewhere than behind the label of an ID number they make a code."""

_DASHES = re.compile(r"一(?<=1[3-9]\d一)(\d{4})一(?=\d{4}(?!\d))")
"""The dashes of a mobile's number that were recognised as the numeral: 139一5301一1234."""

_WIDE = {ord("！") + place: chr(ord("!") + place) for place in range(94) if chr(ord("!") + place).isalnum()}
_WIDE |= {ord(wide): narrow for wide, narrow in zip("＠．＿", "@._", strict=True)}
_WIDE_RUN = re.compile("[{0}][{0}]*".format("".join(map(chr, _WIDE))))  # which is sought faster than [{0}]+
"""Full-width letters, and the marks of mail addresses; other marks tell texts in Chinese from codes."""


_MARKUP = re.compile(
    r"(?:&(?:nbsp|ensp|emsp|thinsp|shy|zwn?j|#160|#xa0|#173|#8203);|<br\s?/?>)(?=(?:[&<][\w#/ ]{1,7}[;>])?\d)",
    re.ASCII | re.I,
)
"""Blanks, signs that are not seen, and line breaks as markup writes them, before a digit."""


def as_digits(text: str) -> str:
    """Return `text`, of the same length, with numbers written in such figures in ASCII digits, letters of full width
    in ASCII, and blanks between digits that are written as markup (&nbsp;, <br>) as signs that are not seen.
    """
    text = _WIDE_RUN.sub(_in_ascii, text)
    if "&" in text or "<" in text:
        text = _MARKUP.sub(_as_blank, text)
    text = _DASHES.sub(r"-\1-", text)
    for runs in _RUNS:
        text = runs.sub(lambda run: run[0].translate(_DIGITS), text)
    return _MISREAD.sub(_as_read, text)


def _as_blank(word: re.Match[str]) -> str:
    return ("\n" if word[0][0] == "<" else "").ljust(len(word[0]), NOTHING)


def _in_ascii(letters: re.Match[str]) -> str:
    return letters[0].translate(_WIDE)


def _as_read(word: re.Match[str]) -> str:
    """A word as long as a mobile's or an ID number, in digits where few of its signs only look like some."""
    digits = word[0].translate(_ALIKE)
    if word[0][:-1].isdecimal() and word[0][-1].isalpha() and is_credit_code(word[0]):
        return word[0]
    if not {ord(word[0][0]), ord(word[0][-1])}.isdisjoint(_FIGURES):  # a word beside a number: 三组, 一户
        return word[0]
    if "QQ" in word[0] and not is_mobile(digits):  # 3QQ12345678: the label of an account
        return word[0]
    unlike = sum(old != new for old, new in zip(word[0], digits, strict=True))
    return digits if unlike <= _MOST_MISREAD else word[0]
