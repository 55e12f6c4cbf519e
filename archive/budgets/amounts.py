"""Amounts as budgets print them, and sums of rounded ones. Exact: nothing here is a float."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

UNITS = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
"""Yuan in each unit that a table may state."""

_SIGNS = re.compile("[−–△▲]")
"""Signs of what is less than nothing that no normal form makes a usual minus of."""
_AMOUNT = re.compile(r"-?(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,8})?", re.ASCII)
_HAS_FORM = re.compile(r"-?[\d,]*(?:\.\d+|,\d{3})")
_WITH_UNIT = re.compile(rf"(.*\d)({'|'.join(UNITS)})")
_HALF = Decimal("0.5")


def plain(text: str | None) -> str:
    """Return a cell's text without blanks, full-width digits and signs as usual ones."""
    cell = text or ""
    if not cell.isascii():
        cell = _SIGNS.sub("-", unicodedata.normalize("NFKC", cell))
    return "".join(cell.split())


def amount(text: str | None) -> Decimal | None:
    """Return the amount that a cell prints; None where it prints none, or one of more digits than money has.

    Brackets mean less than nothing. A number broken over lines is one; several numbers below each other are none.
    """
    cell = _number(text)
    if not cell or not (cell[0].isdigit() or cell[0] in "-("):
        return None
    if cell.startswith("(") and cell.endswith(")"):
        cell = f"-{cell[1:-1]}"
    if not _AMOUNT.fullmatch(cell) or _is_stack(text or "", cell):
        return None
    return Decimal(cell.replace(",", ""))


def is_formed(text: str | None) -> bool:
    """Whether a cell prints an amount and no mere number: with decimals, or its thousands apart."""
    return amount(text) is not None and _HAS_FORM.fullmatch(_number(text).strip("()")) is not None


def unit_printed(text: str | None) -> str | None:
    """Return the unit that a cell prints behind its amount; None where it prints none."""
    found = _WITH_UNIT.fullmatch(plain(text))
    return found[2] if found else None


def agree(left: Decimal, right: Decimal, parts: Sequence[Decimal]) -> bool:
    """Whether two amounts are equal but for the rounding of `parts`, of which at least one of the two is a sum."""
    places = min(max((_decimals(each) for each in (left, *parts)), default=0), 2)
    unit = Decimal(1).scaleb(-places)
    return abs(left - right) <= unit * _HALF * (len(parts) + 1)


def rounding(value: Decimal) -> Decimal:
    """Return half of one in the last digit of an amount."""
    return Decimal(1).scaleb(-_decimals(value)) * _HALF


def _number(text: str | None) -> str:
    """Return a cell's text without the sign of the currency before it, and the unit behind it; 负 before it is a sign."""
    cell = plain(text).replace("¥", "", 1)
    if cell.startswith("负"):
        cell = f"-{cell[1:]}"
    found = _WITH_UNIT.fullmatch(cell)
    return found[1] if found else cell


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _is_stack(text: str, cell: str) -> bool:
    """Whether lines of a cell are numbers of their own, which only look like one when put together."""
    lines = [line for line in map(plain, text.split("\n")) if line]
    return len(lines) > 1 and "." not in cell and "," not in cell and all(line.isdigit() for line in lines)
