"""Workbooks of Excel 97 (BIFF8), written by hand: texts, numbers with formats, merged cells."""

import struct
from collections.abc import Sequence

from tests.made_budgets.sheets import Sheet, is_amount

_SECTOR = 512
_GENERAL, _MONEY = 0, 1  # styles


def old_workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with a sheet for each table: title, agency and unit within it, amounts as numbers with a format."""
    streams = [_sheet(sheet) for sheet in sheets]
    return _container(_globals(sheets, streams) + b"".join(streams))


def _globals(sheets: Sequence[Sheet], streams: Sequence[bytes]) -> bytes:
    code = "#,##0.00_ ;\\-#,##0.00\\ "
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + _record(0x42, struct.pack("<H", 1200))
    head += _record(0x41E, struct.pack("<H", 164) + _text(code, 2))
    for number in (0, 164):
        head += _record(0xE0, struct.pack("<HHH14x", 0, number, 0))
    names = [_text(sheet.label, 1) for sheet in sheets]
    place = len(head) + sum(4 + 6 + len(name) for name in names) + 4
    for name, stream in zip(names, streams, strict=True):
        head += _record(0x85, struct.pack("<IH", place, 0) + name)
        place += len(stream)
    return head + _record(0x0A)


def _sheet(sheet: Sheet) -> bytes:
    printed = sheet.with_title_inside()
    cells = [_cell(cell.row, cell.column, cell.text) for cell in printed.cells()]
    cells += [_cell(2 + len(sheet.rows), 0, sheet.note)] if sheet.note else []
    merged = sorted(printed.merged())
    ranges = b"".join(
        struct.pack("<HHHH", row, row + high - 1, left, left + wide - 1) for row, left, high, wide in merged
    )
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6))
    size = _record(0x200, struct.pack("<IIHHH", 0, 3 + len(sheet.rows), 0, sheet.width, 0))
    return begin + size + b"".join(cells) + _record(0xE5, struct.pack("<H", len(merged)) + ranges) + _record(0x0A)


def _cell(row: int, column: int, text: str) -> bytes:
    if is_amount(text):
        return _record(0x203, struct.pack("<HHHd", row, column, _MONEY, float(text.replace(",", ""))))
    return _record(0x204, struct.pack("<HHH", row, column, _GENERAL) + _text(text, 2)) if text else b""


def _text(text: str, size: int) -> bytes:
    return len(text).to_bytes(size, "little") + b"\1" + text.encode("utf-16-le")


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _container(stream: bytes) -> bytes:
    """Return an OLE file with a stream called Workbook."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    table = [*range(1, sectors), -2, -2, -3]  # the stream, the directory, the table itself
    filled = [*table, *[-1] * (128 - len(table))]
    assert len(filled) == 128, "one sector of the table holds no more"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<i", sectors + 1) + b"\xff" * (4 * 108)
    directory = _entry("Root Entry", 5, 1, -2, 0) + _entry("Workbook", 2, -1, 0, len(stream)) + bytes(256)
    return head + stream.ljust(sectors * _SECTOR, b"\0") + directory + struct.pack("<128i", *filled)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<BBiii", kind, 1, -1, -1, child)
    return text.ljust(64, b"\0") + struct.pack("<H", len(text)) + links + bytes(36) + struct.pack("<iQ", start, size)
