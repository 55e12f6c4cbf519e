"""Text of an attachment, extracted in a process of its own that may hang, crash or grow without harm.

`extract` never raises for a bad file: the failure is the `state`.
The process is shut in: `archive.attachments.sandbox`.

| state | meaning |
|---|---|
| `text` | text was extracted; the message says what is missing from it, if anything |
| `ocr` | text was recognised (all or some of it); it may be wrong and must never be used to accuse |
| `needs_ocr` | a scan or an image: no text in it |
| `ocr_not_installed` | recognition was requested and its package is missing |
| `empty` | nothing in it, or fewer than 16 bytes |
| `not_a_document` | a web page (captcha, error, home page) where the name promises a file |
| `executable`, `encrypted`, `unsupported` | known, and not read |
| `too_large` | the file, what it unpacks to, or its number of members is beyond the limit |
| `no_converter` | the program that reads this kind is not installed |
| `failed` | damaged, or the converter crashed or ran out of time |
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

from archive.attachments.converter import ConversionError, Converter
from archive.tables import file_pages
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable, within_limits

STATES = (
    "ocr", "text", "needs_ocr", "ocr_not_installed", "encrypted", "too_large", "failed", "no_converter", "executable",
    "not_a_document", "unsupported", "empty",
)  # fmt: skip
"""All states; of those of an archive's members the first is the archive's: recognised text marks the whole."""
SMALLEST = 16  # bytes; dead files on portals are answered with status 200 and two bytes

NEEDS_PROGRAM = "needs_program"
"""The state in which a child leaves a file that a program reads, for another child that may start programs."""

_HEAD = 1 << 20  # bytes; the longest line of what is neither text nor tables: names in an archive, mostly; and pages
_LONGEST = 10_000  # characters of a message
_LONGEST_NAME = 255  # characters at the end of a name
_NO_ANSWER = "the converter answered what is no answer"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the cost of one file. Recognising a long scan needs more seconds than the default."""

    seconds: float = 60.0
    memory: int = 512 << 20  # bytes of address space
    max_bytes: int = 50 << 20
    max_unpacked: int = 200 << 20
    max_members: int = 500
    max_pages: int = 3000
    max_ocr_pages: int = 40
    max_text: int = 5_000_000  # characters; what is beyond is cut, and the message says so
    max_table_bytes: int = 32 << 20  # of JSON; 100,000 cells with a number in each take two million


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The result for one file. `media_type` is recognised by its bytes; `members` are the names inside an archive.

    `tables`: those with several columns; of what is `ocr`, only those of pages that were not recognised. `pages`: where
    each begins in the text, as far as the kind of file has pages.
    """

    text: str | None
    media_type: str
    state: str
    message: str | None = None
    members: tuple[str, ...] = ()
    tables: tuple[PrintedTable, ...] = ()
    pages: tuple[FilePage, ...] = ()


def extract(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS, *, ocr: bool = False) -> Extracted:
    """Extract the text of the file `data`, called `name` where it was found.
    The name decides only whether HTML is a document.
    """
    if len(data) < SMALLEST or not data.strip(b"\0\t\r\n "):
        return Extracted(None, "application/x-empty", "empty", f"the file has {len(data)} bytes and nothing to read")
    if len(data) > limits.max_bytes:
        message = f"the file has {len(data)} bytes, the limit is {limits.max_bytes}"
        return Extracted(None, "application/octet-stream", "too_large", message)
    order = {"name": name[-_LONGEST_NAME:], "ocr": ocr, "limits": asdict(limits)}
    result = _convert(data, limits, order)
    if result.state != NEEDS_PROGRAM:
        return result
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="attachment-", ignore_cleanup_errors=True) as workshop:
        result = _convert(data, limits, order | {"programs": programs, "workshop": workshop})
    return result if result.state != NEEDS_PROGRAM else _failed(_NO_ANSWER)


def find_programs() -> dict[str, str]:
    """Return the paths of the programs that read .doc files, by their names, as far as they are installed."""
    return {program: path for program in ("antiword", "soffice") if (path := shutil.which(program))}


def open_walls(programs: Mapping[str, str] | None = None) -> set[str]:
    """Return what a child of the converter process can do on this machine though it should not:
    see `sandbox.open_walls`.

    With `programs`, a child that starts them. Raises ConversionError where there is no such process.
    """
    order: dict[str, object] = {"name": "", "ocr": False, "limits": asdict(DEFAULT_LIMITS), "try_walls": True}
    with tempfile.TemporaryDirectory() as workshop:
        order |= {"programs": programs, "workshop": workshop}
        answer = _converter(ocr=False).convert(json.dumps(order).encode(), b"", DEFAULT_LIMITS.seconds, _HEAD)
    return set((_parsed(answer, _LONGEST).text or "").split())


@cache
def _converter(*, ocr: bool) -> Converter:
    converter = Converter(ocr=ocr)
    atexit.register(converter.close)
    return converter


def _convert(data: bytes, limits: Limits, order: Mapping[str, object]) -> Extracted:
    most = limits.max_text
    try:
        converter = _converter(ocr=bool(order["ocr"]))
        answer = converter.convert(
            json.dumps(order).encode(), data, limits.seconds, 2 * _HEAD + limits.max_table_bytes + 4 * most
        )
        return _parsed(answer, most)
    except ConversionError as error:
        return _failed(str(error))


def _failed(message: str) -> Extracted:
    return Extracted(None, "application/octet-stream", "failed", message)


def _parsed(answer: bytes, most: int) -> Extracted:
    """Return what a converter answered: a line of JSON, one of tables, one of pages, then the text, cut after `most`
    characters. Raises ConversionError if it is anything else.
    """
    head, _, rest = answer.partition(b"\n")
    tables, _, rest = rest.partition(b"\n")
    pages, _, text = rest.partition(b"\n")
    try:
        fields = json.loads(head[:_HEAD])
        read_pages = file_pages.from_json_text(pages[:_HEAD].decode())
        read_tables, _ = within_limits(map(PrintedTable.from_json, json.loads(tables or b"[]")))
    except (ValueError, TypeError, AttributeError, RecursionError):
        fields = None
    match fields:
        case {
            "media_type": str(media_type),
            "state": str(state),
            "message": str() | None as message,
            "members": list(members),
        } if state in (*STATES, NEEDS_PROGRAM):
            cleaned = text.decode("utf-8", "replace").replace("\0", "")[:most]
            note = None if message is None else _plain(message)
            return Extracted(
                cleaned or None,
                _plain(media_type),
                state,
                note,
                tuple(map(_plain, members)),
                tuple(read_tables),
                file_pages.within(read_pages, len(cleaned)),
            )
    raise ConversionError(_NO_ANSWER)


def _plain(text: object) -> str:
    """Return a text as a database takes it, in one line: what a converter answers may be hostile."""
    return " ".join(str(text).split())[:_LONGEST].encode("utf-8", "replace").decode()
