"""Numbers in other figures than those of any script's decimals: 六四〇三, 陆肆零叁, circled ⑥④⓪③, in brackets ⑴.

Only a longer run of such figures is a number written digit by digit; ① to ⑨ before items, an amount (三百二十), a year
(二〇一八年) and the mark of a footnote behind a number are not.
"""

import re

from archive.masking.personal_numbers import BLANK, HYPHEN

_SHORTEST = 8
"""So many figures at least: a birth date within an ID number, a landline."""

_HAN = ("〇一二三四五六七八九", "○一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "零壹貳參肆伍陸柒捌玖")
_ENCLOSED = ("⓪①②③④⑤⑥⑦⑧⑨", "⓿❶❷❸❹❺❻❼❽❾", "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽", "🄋➀➁➂➃➄➅➆➇➈", "🄌➊➋➌➍➎➏➐➑➒", "⓪⑴⑵⑶⑷⑸⑹⑺⑻⑼", "🄀⒈⒉⒊⒋⒌⒍⒎⒏⒐")
_DIGITS = {ord(figure): str(digit) for figures in (*_HAN, *_ENCLOSED) for digit, figure in enumerate(figures)}
_DIGITS |= dict.fromkeys(map(ord, "ⓍⓧⅩ"), "X")


def _run_of(writings: tuple[str, ...]) -> str:
    figures = "".join(writings)
    return rf"[{figures}](?:[{BLANK}{HYPHEN}\r\n]{{0,2}}+[{figures}]){{{_SHORTEST - 1},}}+[ⓍⓧⅩ]?"


_RUN = re.compile(f"{_run_of(_HAN)}|{_run_of(_ENCLOSED)}")


def as_digits(text: str) -> str:
    """Return `text`, of the same length, with numbers written in such figures in ASCII digits."""
    return _RUN.sub(lambda run: run[0].translate(_DIGITS), text)
