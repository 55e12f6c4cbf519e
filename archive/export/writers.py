"""Writers of text files: CSV that opens right in Chinese Excel, JSON Lines.

Pure: rows in, pieces of a file out, a few rows at a time, so that memory stays flat however many there are.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Callable, Generator, Iterable, Sequence

from archive.export.rows import Row

Pieces = Generator[bytes, None, None]
Writer = Callable[[Sequence[str], Iterable[Row]], Pieces]

BOM = b"\xef\xbb\xbf"
"""Without it Chinese Excel reads a CSV file as GBK."""

PIECE = 1 << 16
"""Bytes, about, that are gathered before they are handed on."""

# What spreadsheets take for a formula (https://owasp.org/www-community/attacks/CSV_Injection), full-width forms too.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# What Excel would turn into another number, or into a day: long numbers, leading zeros, exponents, 1-2017.
_NUMBER_LIKE = re.compile(r"[0-9]{12,}|0[0-9]+|[0-9.]+[eE][0-9]+|[0-9]{1,4}[-/][0-9]{1,5}", re.ASCII)


class WriterError(Exception):
    """Rows that can't be written so; the message is one line."""


def csv_file(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write CSV as in RFC 4180, in UTF-8 with a byte order mark.

    A text that a spreadsheet would run gets an apostrophe before it; one that it would take for another number or a day
    a tab behind it, which spreadsheets don't show.
    """
    yield BOM
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_harmless(column) for column in columns])
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
        if buffer.tell() >= PIECE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _harmless(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if not isinstance(value, str):
        return value
    if _FORMULA.match(value):
        return f"'{value}"
    return f"{value}\t" if _NUMBER_LIKE.fullmatch(value) else value


def json_lines(columns: Sequence[str], rows: Iterable[Row]) -> Pieces:
    """Write an object a line, by the columns' names (https://jsonlines.org/). Bytes become base64, infinities null."""
    buffer = io.StringIO()
    for row in rows:
        buffer.write(json_text(dict(zip(columns, row, strict=True))))
        buffer.write("\n")
        if buffer.tell() >= PIECE:
            yield _emptied(buffer)
    yield _emptied(buffer)


def json_text(value: object) -> str:
    """Return `value` as JSON, Chinese as it is."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_encoded)
    except ValueError:  # an infinity, which JSON has not
        return json.dumps(
            json.loads(json.dumps(value, default=_encoded), parse_constant=lambda _: None), ensure_ascii=False
        )


def _encoded(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _emptied(buffer: io.StringIO) -> bytes:
    """Return what was gathered; the buffer is then empty."""
    piece = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return piece
