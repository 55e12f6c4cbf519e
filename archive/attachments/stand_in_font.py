"""A font of one box for Chinese, Japanese and Korean text whose fonts are not in their PDF,
as the converters find none.

Without any, pdfium leaves out the text of turned pages and characters that stand alone: it takes them for nothing wide.
"""

import ctypes
import struct
from typing import Any

from pypdfium2 import raw  # type: ignore[import-untyped]

_CHARSETS = frozenset((128, 129, 134, 136))  # Shift JIS, Hangul, GB 2312, Big 5
_HANDLE = 1
_EM = 1000
_kept: list[Any] = []  # pdfium calls these for as long as it runs


def install() -> None:
    """Have pdfium use the font from now on, in this process and those forked of it."""
    font = box_font()
    info = raw.FPDF_SYSFONTINFO(version=1)

    def map_font(_: object, _weight: int, _italic: int, charset: int, *_rest: object) -> int | None:
        return _HANDLE if charset in _CHARSETS else None

    def font_data(_: object, _handle: object, table: int, buffer: int, size: int) -> int:
        if table:
            return 0
        if size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    callbacks = {
        "MapFont": map_font,
        "GetFontData": font_data,
        "GetFontCharset": lambda *_: 134,
        "DeleteFont": lambda *_: None,
    }
    types = dict(raw.FPDF_SYSFONTINFO._fields_)
    for name, callback in callbacks.items():
        setattr(info, name, types[name](callback))
    _kept.append(info)
    raw.FPDF_SetSystemFontInfo(ctypes.byref(info))


def box_font() -> bytes:
    """Return a TrueType font with one glyph for all characters, a box as wide and high as the em, and one for none."""
    low, high = -_EM // 5, _EM - _EM // 5
    glyph = struct.pack(">hhhhh", 1, 0, low, _EM, high) + struct.pack(">HH", 3, 0) + bytes((1, 1, 1, 1))
    glyph += struct.pack(">hhhh", 0, _EM, 0, -_EM) + struct.pack(">hhhh", low, 0, high - low, 0)
    metrics = struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, high, low, 0, _EM, 0, 0, _EM, 1, 0, 0, 0, 0, 0, 0, 0, 2)
    head = struct.pack(
        ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, low, _EM, high, 0, 8, 2, 0, 0
    )
    characters = (
        struct.pack(">HHHHI", 0, 1, 3, 10, 12)
        + struct.pack(">HHIII", 13, 0, 28, 0, 1)
        + struct.pack(">III", 0, 0x10FFFF, 1)
    )
    tables = {
        b"cmap": characters, b"glyf": glyph, b"head": head, b"hhea": metrics, b"hmtx": struct.pack(">HhHh", _EM, 0, _EM, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2), b"maxp": struct.pack(">IH26x", 0x10000, 2),
    }  # fmt: skip
    place, entries, body = 12 + 16 * len(tables), b"", b""
    for tag, table in tables.items():
        entries += tag + struct.pack(">III", 0, place + len(body), len(table))
        body += table.ljust(-(-len(table) // 4) * 4, b"\0")
    return struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 32) + entries + body
