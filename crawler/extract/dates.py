"""Dates as portals print them, as ISO 8601 days; anything that is not surely a date is None."""

import re
from datetime import date, datetime

from archive.model.clock import BEIJING
from archive.model.printable import normal_form

_NUMERALS = {"〇": "0", "○": "0", "零": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
             "八": "8", "九": "9"}  # fmt: skip
_FULL = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:[-—–/.]|年)\s*(\d{1,2})\s*(?:[-—–/.]|月)\s*(\d{1,2})(?!\d)")
_CLOCK = r"(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?"
_COMPACT = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]){_CLOCK}(?!\d)")
_CHINESE = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")
_UTC = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d*(Z|[+-]\d{2}:?\d{2})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
ENGLISH_DAY = (
    rf"(?<![A-Za-z]){_MONTH}\s?(\d{{1,2}})(?:st|nd|rd|th)?\s?,?\s?((?:19|20)\d{{2}})(?!\d)"
    rf"|(?<![\d./-])(\d{{1,2}})(?:st|nd|rd|th)?[\s-]?{_MONTH}[\s,-]{{0,2}}((?:19|20)\d{{2}})(?!\d)"
)
"""A day as English pages print it: March 9, 2021, 9 Mar. 2021, 09-Mar-2021."""

_ENGLISH = re.compile(ENGLISH_DAY)
_EPOCH = re.compile(r"[1-9]\d{8,9}(?:\d{3})?")
_YEARLESS = re.compile(r"[\[(（【]?\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?\s*[\])）】]?")
_SHORT = re.compile(r"[\[(（【]?\s*(\d{2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[\])）】]?")
_TIME_BEHIND = re.compile(r"(?<=\d) \d{1,2}:\d{2}(?::\d{2})?$")
_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)|t((?:19|20)\d{2})(\d{2})(\d{2})_"
    r"|/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})/"
)
_OF_DAYS = re.compile(r"[\d年]")
"""A character of every day, however it is written."""

_AROUND_DAYS = re.compile(r"[\s\[\]()【】]|\d{1,2}:\d{2}(:\d{2}(\.\d{1,3})?)?|星期.|发布|日期|时间|:")
_LONGEST = 200
_LONGEST_BARE = 17  # September9th,2021


def parse_date(text: str | None, url: str | None = None) -> str | None:
    """The first date in `text` as YYYY-MM-DD, or None.

    Understood: 2017-12-19, 2017/1/9, 2023.11.09, 2020年08月02日, with a time or brackets around, 20171219, 201712191530,
    二〇一七年十二月十九日, March 9, 2021, ISO 8601 with a zone and seconds or milliseconds since 1970 (both as days in China). A date without
    a year (10-19, (01-25), [11-09]) or with two figures of it (18-10-19) takes the year from `url`, and only where all else
    agrees with it.
    """
    if not text:
        return None
    text = normal_form(text[:_LONGEST]).strip()
    if zoned := _UTC.search(text):
        return _zoned(zoned)
    if stated := _stated(text):
        return _day(*stated)
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.fromtimestamp(seconds, BEIJING).date().isoformat()
    return _by_address(text, url) if url else None


def is_date(text: str) -> bool:
    """Whether `text` is a date and little else: a cell to be read as one without any label."""
    if len(text) > _LONGEST:
        return False
    text = normal_form(text)
    if not _OF_DAYS.search(text):
        return False
    bare = _AROUND_DAYS.sub("", text)
    return len(bare) <= _LONGEST_BARE and bool(
        _FULL.fullmatch(bare.rstrip("日"))
        or _YEARLESS.fullmatch(bare)
        or _COMPACT.fullmatch(bare)
        or _SHORT.fullmatch(bare)
        or _CHINESE.fullmatch(bare)
        or _ENGLISH.fullmatch(bare)
    )


def url_day(url: str) -> str | None:
    """The day that stands in an address, as YYYY-MM-DD: of creation or publication, never to be taken for either."""
    match = _URL_DAY.search(url)
    return _day(*[part for part in match.groups() if part]) if match else None


def _by_address(text: str, url: str) -> str | None:
    """The day of a date whose year is short or missing, where the day in an address agrees with it."""
    text = _TIME_BEHIND.sub("", text)
    if short := _SHORT.fullmatch(text):
        stated = _with_year_of(url, int(short[2]), int(short[3]))
        return stated if stated and stated[2:4] == short[1] else None
    yearless = _YEARLESS.fullmatch(text)
    return _with_year_of(url, int(yearless[1]), int(yearless[2])) if yearless else None


def _with_year_of(url: str, month: int, day: int) -> str | None:
    stated = url_day(url)
    return stated if stated and stated[5:] == f"{month:02}-{day:02}" else None


def _stated(text: str) -> tuple[str, str, str] | None:
    """Year, month and day as figures, of a text that prints them in figures, Chinese numerals or English."""
    if match := _FULL.search(text) or _COMPACT.search(text):
        return match[1], match[2], match[3]
    if chinese := _CHINESE.search(text):
        year = "".join(_NUMERALS[numeral] for numeral in chinese[1])
        return year, _number(chinese[2]), _number(chinese[3])
    if english := _ENGLISH.search(text):
        month, day, year = english.group(1, 2, 3) if english[1] else english.group(5, 4, 6)
        return year, str(_MONTHS.index(month) + 1), day
    return None


def _zoned(match: re.Match[str]) -> str | None:
    try:
        moment = datetime.fromisoformat(match[1] + ("+00:00" if match[2] == "Z" else match[2]))
        return moment.astimezone(BEIJING).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _number(numerals: str) -> str:
    """十二 → 12, 三十一 → 31, 五 → 5; what is no number gives one that no month or day has."""
    tens, ten, units = numerals.rpartition("十")
    if not ten:
        return _NUMERALS[units] if len(units) == 1 else "99"
    value = int(_NUMERALS.get(tens, "1" if not tens else "9")) * 10 + int(_NUMERALS.get(units, "0"))
    return str(value)
