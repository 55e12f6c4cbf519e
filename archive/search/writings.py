"""Numbers as they are typed and printed: 2018年 is also 2018年度, 18年 and 二〇一八年; 第7次 is 第七次, 60岁 is 六十岁;
8月9日 is 8·9, 2018年第5号文 is 〔2018〕5号; and English words in the plural. Pure.
"""

import re
from collections.abc import Iterator, Sequence

_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_YEAR = re.compile(
    r"(?<![0-9])(?:(?P<full>(?:19|20)[0-9]{2})|(?P<short>[0-3][0-9])|(?P<han>[一二][〇零九][〇零一二三四五六七八九]{2}))年(?P<fiscal>度?)"
)
_ONES = "零一二三四五六七八九"
_COUNTED = r"(?=[岁届期批号月日五亩口]|次(?!性)|年(?!度))"
_COUNT_IN_HAN = re.compile(
    rf"(?<![{_ONES}十百千万〇])(?P<tens>[一二三四五六七八九]?十)?(?P<ones>[一二三四五六七八九])?(?<=[{_ONES}十]){_COUNTED}"
)
_COUNT_IN_DIGITS = re.compile(rf"(?<![0-9])(?![0-9]{{2}}年)(?P<tens>[1-9])?(?P<ones>[0-9]){_COUNTED}")
"""Numbers below a hundred that something is counted by."""

_DAY = re.compile(r"(?<![0-9])([0-9]{1,2})月([0-9]{1,2})[日号]")
"""A day, after which what happened on it is called: “8·9”洪灾."""

_PLURAL = re.compile(r"(?P<ies>[a-z]{2,}(?=ies$))|(?P<es>[a-z]+(?:ch|sh|ss|x)(?=es$))|(?P<s>[a-z]{2,}[^aisu](?=s$))")
"""An English word in the plural."""

_NUMBER = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_DOCUMENT = re.compile(
    r"(?P<issuer>.*?)(?:(?<![0-9])(?P<year>(?:19|20)?[0-9]{2}) (?:年 (?:度 )?)?)?(?:第 )?(?P<number>[0-9]{1,4}) 号(?: 文(?: 件)?)?"
)
"""Units with blanks between them: a document's number, in which the year or the issuer may be missing."""


def year_at(text: str, place: int) -> tuple[str, int] | None:
    """Return the year that a folded text has at a place, in four digits, and where it ends there; None for none."""
    if match := _YEAR.match(text, place):
        return _in_digits(match), match.end()
    if number := _NUMBER.match(text, place):
        return number[0], number.end()
    return None


def other_writings(text: str) -> Iterator[str]:
    """Yield a folded text with its first year written otherwise, in four digits, and as 年 and 年度;
    or else with its counts in Han characters for those in digits, and the other way round, and a day as what happened
    on it is called; an English word in the singular.
    """
    match = _YEAR.search(text)
    if match:
        before, year, after = text[: match.start()], _in_digits(match), text[match.end() :]
        writings = [f"{before}{year}{end}{after}" for end in ("年", "年度")]
    else:
        day = _DAY.sub(r"\1·\2", text)
        writings = [_COUNT_IN_HAN.sub(_count_in_digits, text), _COUNT_IN_DIGITS.sub(_count_in_han, text), day]
    if plural := _PLURAL.match(text):
        writings.append(f"{plural['ies']}y" if plural["ies"] else plural[0])
    yield from (each for each in writings if each != text)


def as_document_number(units: Sequence[str]) -> str | None:
    """Return units as a document number is printed, where that is what they are."""
    match = _DOCUMENT.fullmatch(" ".join(units))
    if not match:
        return None
    year = match["year"] or ""
    bracketed = f"〔{year if len(year) == len('2018') else f'20{year}'}〕" if year else ""
    return f"{match['issuer'].replace(' ', '')}{bracketed}{match['number']}号"


def _count_in_digits(count: re.Match[str]) -> str:
    tens = count["tens"]
    ten = _ONES.index(tens[0]) if tens and len(tens) > 1 else bool(tens)
    return str(10 * ten + _ONES.index(count["ones"] or "零"))


def _count_in_han(count: re.Match[str]) -> str:
    tens, ones = (int(count[name] or 0) for name in ("tens", "ones"))
    return (_ONES[tens] if tens > 1 else "") + ("十" if tens else "") + (_ONES[ones] if ones or not tens else "")


def _in_digits(year: re.Match[str]) -> str:
    return year["full"] or (f"20{year['short']}" if year["short"] else year["han"].translate(_DIGITS))
