"""The text of one file, whatever its kind: read where it is told to, without regard to who could be harmed by it.

`archive.attachments.converter_process` calls it shut in. Nothing is imported later than this module: a process that is
shut in finds no file of Python's.
"""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO

from lxml import etree

from archive.attachments import markup, office, rtf, workbooks
from archive.attachments.extraction import SMALLEST, STATES, Extracted, Limits
from archive.attachments.file_contents import FileContents
from archive.attachments.file_kinds import IMAGES, Kind, Unreadable, decode, sniff
from archive.attachments.html_tables import html_tables
from archive.attachments.ocr import recogniser
from archive.evidence.text_encoding import decode_page
from archive.model.printable import quantity
from archive.tables import file_pages
from archive.tables.file_pages import MEMBER, FilePage
from archive.tables.printed_table import PrintedTable, within_limits
from archive.tables.text_tables import tables_in_text

_CHUNK = 1 << 20
_LONGEST_NAME = 255  # characters, of a member of an archive
_UNREAD = {  # kinds without a reader: state and message
    Kind.EXECUTABLE: ("executable", "the file is a program"),
    Kind.ENCRYPTED_OFFICE: ("encrypted", "the office file asks for a password"),
    Kind.DAMAGED: ("failed", "the file is cut or damaged"),
    Kind.ZIP: ("unsupported", "an archive within an archive is not opened"),
    Kind.GZIP: ("unsupported", "an archive within an archive is not opened"),
    Kind.RAR: ("unsupported", "a RAR archive is not read"),
    Kind.SEVEN_ZIP: ("unsupported", "a 7-Zip archive is not read"),
    Kind.PPT: ("unsupported", "a presentation is not read"),
    Kind.OLE: ("unsupported", "an OLE file of unknown content is not read"),
    Kind.UNKNOWN: ("unsupported", "a file of unknown kind is not read"),
}
# Raised by the readers on damage: lxml's XMLSyntaxError is a SyntaxError, PdfiumError a RuntimeError.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, ValueError, KeyError, IndexError, EOFError, RuntimeError,
    OSError,
)  # fmt: skip
_NUL = re.compile("\0")
_NO_MEMORY = "reading it needs more memory than the limit"
_MEMBERS_APART = "\n\n"
_SKIPPED_MEMBERS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Order:
    """The options of reading a file: the name it was found under, its limits,
    and whether to recognise text in pictures.

    `inside` an archive no further archive is opened. `programs`: paths of antiword and LibreOffice by name; None where
    no program can be started, and `ProgramNeeded` is raised for a file that needs one.
    """

    name: str
    limits: Limits
    ocr: bool
    inside: bool = False
    programs: Mapping[str, str] | None = None


def read(data: bytes, order: Order) -> Extracted:
    """Extract the text of one file."""
    if len(data) < SMALLEST:
        return Extracted(None, "application/x-empty", "empty", f"the file has {len(data)} bytes and nothing to read")
    kind = sniff(data)
    try:
        return _read_kind(kind, data, order)
    except Unreadable as error:
        return Extracted(None, kind.value, error.state, str(error))
    except MemoryError:
        return Extracted(None, kind.value, "too_large", _NO_MEMORY)
    except _DAMAGE as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            return Extracted(None, kind.value, "too_large", _NO_MEMORY)
        return Extracted(None, kind.value, "failed", f"the file is damaged ({type(error).__name__})")


def _read_kind(kind: Kind, data: bytes, order: Order) -> Extracted:
    if kind == Kind.ZIP and not order.inside:
        return _read_zip(data, order)
    if kind == Kind.GZIP and not order.inside:
        return _read_gzip(data, order)
    content = _read_document(kind, data, order)
    text, message, max_text = _clean(content.text), content.message, order.limits.max_text
    if not text:
        raise Unreadable("empty", "there is no text in the file")
    pages = file_pages.without(content.pages, [match.start() for match in _NUL.finditer(content.text)])
    if len(text) > max_text:
        text, message = text[:max_text], f"the text is cut after {max_text} characters"
    tables, left_out = within_limits(content.tables)
    if left_out:
        message = "; ".join(filter(None, (message, _left_out(left_out))))
    kept = file_pages.within(pages, len(text))
    return Extracted(text, kind.value, content.state, message, tables=tuple(tables), pages=kept)


def _left_out(tables: int) -> str:
    return f"not kept, beyond the limits: {quantity(tables, 'table')}"


def _clean(text: str) -> str:
    """Return the text as SQLite and JSON take it: no NUL, no halves of characters."""
    return _NUL.sub("", text).encode("utf-8", "replace").decode()


def _read_document(kind: Kind, data: bytes, order: Order) -> FileContents:
    """Return the contents of a file that is no archive."""
    if kind == Kind.PDF:
        return _read_pdf(data, order)
    if kind == Kind.OFD:
        return _read_ofd(data, order)
    if kind in IMAGES:
        return _read_image(data, order)
    if kind in (Kind.HTML, Kind.MHTML):
        return _read_page(kind, data, order.name)
    content = _read_office(kind, data, order)
    return FileContents(content, list(tables_in_text(content))) if isinstance(content, str) else content


def _read_office(kind: Kind, data: bytes, order: Order) -> FileContents | str:
    """Return the contents of a file, or its text, whose rows are lines with a tab between cells."""
    limits = order.limits
    readers: dict[Kind, Callable[[], FileContents | str]] = {
        Kind.DOCX: lambda: office.read_docx(data, limits),
        Kind.XLSX: lambda: workbooks.read_sheets(data, limits),
        Kind.XLS: lambda: workbooks.read_sheets(data, limits),
        Kind.ODS: lambda: workbooks.read_sheets(data, limits),
        Kind.PPTX: lambda: office.read_slides(data, limits),
        Kind.ODT: lambda: office.read_odt(data, limits),
        Kind.DOC: lambda: office.read_doc(data, limits, order.programs),
        Kind.RTF: lambda: rtf.read_rtf(data),
        Kind.XML: lambda: markup.read_xml(data),
        Kind.TEXT: lambda: markup.tidy((decode(data) or "").split("\n")),
    }
    if kind not in readers:
        raise Unreadable(*_UNREAD[kind])
    return readers[kind]()


def _read_page(kind: Kind, data: bytes, name: str) -> FileContents:
    if kind == Kind.MHTML:
        page = markup.read_html(markup.mhtml_page(data) or "")
    else:
        page = markup.read_html(decode_page(data))
        if reason := markup.refusal(page, name):
            raise Unreadable("not_a_document", reason)
    return FileContents(page.text, [] if page.root is None else list(html_tables(page.root)))


def _read_image(data: bytes, order: Order) -> FileContents:
    if not order.ocr:
        raise Unreadable("needs_ocr", "the file is an image")
    return FileContents(recogniser().read(data), (), "the text was recognised and may be wrong", "ocr")


def _read_pdf(data: bytes, order: Order) -> FileContents:
    limits, document = order.limits, office.open_pdf(data)
    pages, tables = office.pdf_pages(document, limits)
    scans = [number for number, text in enumerate(pages) if text is None]
    notes = [] if len(pages) == len(document) else [f"not read: {quantity(len(document) - len(pages), 'page')}"]
    state = "text"
    if scans and order.ocr:
        for number in scans[: limits.max_ocr_pages]:
            pages[number] = recogniser().read_page(document[number])
        notes.append(
            f"recognised, and may be wrong: {min(len(scans), limits.max_ocr_pages)} of {quantity(len(document), 'page')}"
        )
        scans, state = scans[limits.max_ocr_pages :], "ocr"
    if scans and len(scans) == len(pages):
        raise Unreadable("needs_ocr", f"without text: {quantity(len(document), 'page')}")
    if scans:
        notes.append(f"without text: {len(scans)} of {quantity(len(document), 'page')}")
    return _printed(pages, tables, notes, state, quantity(len(document), "page"))


def _read_ofd(data: bytes, order: Order) -> FileContents:
    pages, tables = office.ofd_pages(data, order.limits)
    total, without = quantity(len(pages), "page"), pages.count(None)
    if without == len(pages):
        raise Unreadable("unsupported", f"without text, and pictures of OFD files are not read: {total}")
    return _printed(pages, tables, [f"without text: {without} of {total}"] if without else [], "text", total)


def _printed(
    pages: Sequence[str | None], tables: Sequence[PrintedTable], notes: Sequence[str], state: str, total: str
) -> FileContents:
    """Return the contents of a printed file, with a note more where rows of amounts are in no table."""
    ruled = {table.page for table in tables}
    unruled = sum(office.has_rows_of_amounts(text or "") for number, text in enumerate(pages, 1) if number not in ruled)
    if unruled:
        notes = [*notes, f"amounts in rows without lines, of which no table is made: {unruled} of {total}"]
    numbered = ((FilePage(0, number=number), text or "") for number, text in enumerate(pages, 1))
    text, printed = file_pages.joined(numbered, "\n\n")
    return FileContents(text, tables, "; ".join(notes) or None, state, printed)


def _read_gzip(data: bytes, order: Order) -> Extracted:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
        inner = _read_within(stream, order.limits.max_unpacked)
    if inner is None:
        message = f"it unpacks to more than {order.limits.max_unpacked} bytes"
        return Extracted(None, Kind.GZIP.value, "too_large", message)
    result = read(inner, replace(order, name=order.name.removesuffix(".gz"), inside=True))
    return replace(result, media_type=Kind.GZIP.value)


def _read_zip(data: bytes, order: Order) -> Extracted:
    limits = order.limits
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        entries = [entry for entry in entries if not any(part in entry.filename for part in _SKIPPED_MEMBERS)]
        members = tuple(member_name(entry) for entry in entries[: limits.max_members])
        if len(entries) > limits.max_members:
            message = f"it holds {len(entries)} files, the limit is {limits.max_members}"
            return Extracted(None, Kind.ZIP.value, "too_large", message, members)
        results: list[Extracted] = []
        left = limits.max_unpacked
        for entry, name in zip(entries, members, strict=True):
            member, size = _read_member(archive, entry, left, replace(order, name=name, inside=True))
            left -= size
            if left < 0:
                message = f"it unpacks to more than {limits.max_unpacked} bytes"
                return Extracted(None, Kind.ZIP.value, "too_large", message, members)
            results.append(member)
    return _joined(members, results, limits.max_text)


def _read_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, order: Order) -> tuple[Extracted, int]:
    """The result for one member, and how many bytes it unpacks to (only just more than `left` if it is larger)."""
    if entry.flag_bits & 1:
        return Extracted(None, Kind.ZIP.value, "encrypted", "the archive asks for a password"), 0
    try:
        with archive.open(entry) as stream:
            content = _read_within(stream, left)
    except _DAMAGE as error:
        message = f"the member is damaged ({type(error).__name__})"
        return Extracted(None, Kind.DAMAGED.value, "failed", message), 0
    if content is None:
        return Extracted(None, Kind.UNKNOWN.value, "too_large"), left + 1
    return read(content, order), len(content)


def _joined(members: tuple[str, ...], results: list[Extracted], max_text: int) -> Extracted:
    """One result for an archive: the texts under the names of their files, and a message for what was not read."""
    if not results:
        return Extracted(None, Kind.ZIP.value, "empty", "the archive holds no file")
    state = min((item.state for item in results), key=STATES.index)
    unread = [f"{name}: {item.message}" for name, item in zip(members, results, strict=True) if not item.text]
    text, pages = _members_joined((name, item) for name, item in zip(members, results, strict=True) if item.text)
    if len(text) > max_text:
        text, unread = text[:max_text], [f"the text is cut after {max_text} characters", *unread]
    tables, left_out = within_limits(
        replace(table, member=name) for name, item in zip(members, results, strict=True) for table in item.tables
    )
    if left_out:
        unread = [_left_out(left_out), *unread]
    notes = unread[:20] + ([f"and {len(unread) - 20} more"] if len(unread) > 20 else [])
    kept = file_pages.within(pages, len(text))
    return Extracted(text or None, Kind.ZIP.value, state, "; ".join(notes) or None, members, tuple(tables), kept)


def _members_joined(members: Iterable[tuple[str, Extracted]]) -> tuple[str, list[FilePage]]:
    """Return the texts of an archive's files, each under its name, as one;
    and their pages, the first of each with the name.
    """
    texts: list[str] = []
    pages: list[FilePage] = []
    start = 0
    for number, (name, item) in enumerate(members, 1):
        texts.append(f"{name}\n{item.text}")
        first, *others = item.pages or (FilePage(0, MEMBER, number),)
        own = start + len(name) + 1
        pages.append(replace(first, start=start, member=name))
        pages += (replace(page, start=own + page.start, member=name) for page in others)
        start += len(texts[-1]) + len(_MEMBERS_APART)
    return _MEMBERS_APART.join(texts), pages


def _read_within(stream: IO[bytes] | gzip.GzipFile, limit: int) -> bytes | None:
    """Return all of a stream, or None once it gives more than `limit` bytes, whatever its header declares."""
    parts, size = [], 0
    while part := stream.read(_CHUNK):
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


def member_name(entry: zipfile.ZipInfo) -> str:
    """The name of a member: Chinese Windows writes GB 18030 without saying so, some tools UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        name = decode(name.encode("cp437", "replace")) or name
    return name[:_LONGEST_NAME]
