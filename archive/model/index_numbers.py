"""Index numbers 索引号 taken apart, by the patterns in use (index_number_patterns.csv). Pure.

The rule is 国务院办公厅秘书局《政府信息公开目录系统实施指引（试行）》(2009), part 2: a code of the publisher, the year, a serial.
Places follow it in their own ways; what fits no pattern is not repaired.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.model.divisions import divisions, province_of
from archive.model.printable import normal_form

_FILE = Path(__file__).with_name("index_number_patterns.csv")
_YEARS = range(1949, 2100)
_LONGEST = 200

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class IndexNumber:
    """An index number's parts. `pattern`: of index_number_patterns.csv.
    `prefix`: without a hyphen where its standard has none.

    `checks`: whether its check digit, or division code, is right; None where the pattern has none.
    """

    pattern: str
    prefix: str
    year: int | None
    month: int | None
    serial: int | None
    checks: bool | None


def taken_apart(text: str) -> IndexNumber | None:
    """The parts of an index number as printed; None where it fits no pattern, or its year is none."""
    if len(text) > _LONGEST:
        return None
    number = "".join(normal_form(text).split()).upper()
    first: IndexNumber | None = None
    for pattern, regex, check in patterns():
        read = _read(pattern, regex, check, number)
        # A nine-digit prefix may be an organisation or a division with an agency's number: what checks is believed.
        if read and read.checks:
            return read
        first = first or read
    return first


def _read(pattern: str, regex: re.Pattern[str], check: str, number: str) -> IndexNumber | None:
    match = regex.match(number)
    if not match:
        return None
    parts = match.groupdict()
    year, month, serial = (int(parts[name]) if parts.get(name) else None for name in ("year", "month", "serial"))
    if (year is not None and year not in _YEARS) or (month is not None and not 1 <= month <= 12):
        return None
    prefix = parts["prefix"].replace("-", "") if check == "GB 11714" else parts["prefix"]
    return IndexNumber(pattern, prefix, year, month, serial, _CHECKS[check](prefix) if check else None)


@cache
def patterns() -> list[tuple[str, re.Pattern[str], str]]:
    """The forms of index numbers: name, pattern and what a number of the form is checked by, the stricter check first."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [(row["pattern"], re.compile(row["regex"], re.ASCII), row["check"]) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row[2] != "GB/T 2260")


def is_organisation_code(code: str) -> bool:
    """Whether a code of eight characters and a check digit is right by GB 11714-1997
    (weights 3 7 9 10 5 8 4 2, modulo 11).
    """
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    total = sum(int(digit, 36) * weight for digit, weight in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=False))
    return "0123456789X0"[(11 - total % 11)] == code[8]


def is_credit_code(code: str) -> bool:
    """Whether a unified social credit code 统一社会信用代码 is right by GB 32100-2015 (weights 3^i, modulo 31)."""
    if len(code) != 18 or any(character not in _CREDIT_ALPHABET for character in code):
        return False
    total = sum(_CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return _CREDIT_ALPHABET[-total % 31] == code[17]


def _is_in_a_division(prefix: str) -> bool:
    """Whether a prefix begins with the code of a division (GB/T 2260) that is known, or of a province that is."""
    return prefix[:6] in divisions() or (province_of(prefix) is not None and not is_organisation_code(prefix))


_CHECKS = {"GB 11714": is_organisation_code, "GB 32100": is_credit_code, "GB/T 2260": _is_in_a_division}
