"""The number formats of an xls workbook (BIFF8), which its cells name by their styles."""

import io
import struct
from collections.abc import Iterator

import olefile

from archive.tables.number_formats import BUILT_IN, MOST_STYLED, NumberFormats, Styles

_BOUND_SHEET, _FORMAT, _XF, _BOF = 0x85, 0x41E, 0xE0, 0x809
_NUMBER, _RK, _MULTIPLE_RK, _FORMULA = 0x203, 0x27E, 0xBD, 0x6


def read_xls_formats(data: bytes) -> NumberFormats:
    """Return the formats of an xls workbook; of no cell where it is of an older form."""
    codes = dict(BUILT_IN)
    formats: list[str] = []
    names: dict[int, str] = {}
    styles: dict[str, Styles] = {}
    cells: Styles = {}
    for place, kind, body in _records(data):
        if kind == _BOUND_SHEET:
            names[_number(body, 0, 4)] = _text(body, 6, 1)
        elif kind == _FORMAT:
            codes[_number(body, 0)] = _text(body, 2, 2)
        elif kind == _XF:
            formats.append(codes.get(_number(body, 2), ""))
        elif kind == _BOF:
            cells = styles.setdefault(names[place], {}) if place in names else {}
        elif len(cells) < MOST_STYLED:
            cells |= dict(_styled(kind, body))
    return NumberFormats(formats, styles)


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each record of the workbook's stream: its place, its kind and its body."""
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        stream = file.openstream("Workbook").read() if file.exists("Workbook") else b""
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _styled(kind: int, body: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield row, column and style of the numbers that a record holds."""
    row, column = _number(body, 0), _number(body, 2)
    if kind in (_NUMBER, _RK, _FORMULA):
        yield (row, column), _number(body, 4)
    elif kind == _MULTIPLE_RK:
        for number in range((len(body) - 6) // 6):
            yield (row, column + number), _number(body, 4 + 6 * number)


def _number(body: bytes, place: int, size: int = 2) -> int:
    return int.from_bytes(body[place : place + size], "little")


def _text(body: bytes, place: int, size: int) -> str:
    """Return a text behind its length of `size` bytes, and a byte that says how wide its characters are."""
    length, text = _number(body, place, size), body[place + size + 1 :]
    if body[place + size : place + size + 1] == b"\1":
        return text[: 2 * length].decode("utf-16-le", "replace")
    return text[:length].decode("latin-1")
