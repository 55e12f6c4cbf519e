"""The kind of a file, recognised by its bytes alone: names and Content-Type headers lie.

Pure; damaged containers are `Kind.DAMAGED`, nothing is raised. The readers raise `Unreadable`.
"""

import io
import struct
import zipfile
import zlib
from enum import StrEnum

import olefile

from archive.model import magic_numbers


class Kind(StrEnum):
    """The kind of a file; the value is its media type."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    OFD = "application/ofd"
    ZIP = "application/zip"
    GZIP = "application/gzip"
    RAR = "application/vnd.rar"
    SEVEN_ZIP = "application/x-7z-compressed"
    DOC = "application/msword"
    XLS = "application/vnd.ms-excel"
    PPT = "application/vnd.ms-powerpoint"
    ENCRYPTED_OFFICE = "application/x-ole-encrypted"
    OLE = "application/x-ole-storage"
    RTF = "application/rtf"
    HTML = "text/html"
    MHTML = "multipart/related"
    XML = "application/xml"
    TEXT = "text/plain"
    PNG = "image/png"
    JPEG = "image/jpeg"
    GIF = "image/gif"
    BMP = "image/bmp"
    TIFF = "image/tiff"
    WEBP = "image/webp"
    EXECUTABLE = "application/x-executable"
    DAMAGED = "application/x-damaged"
    UNKNOWN = "application/octet-stream"


class Unreadable(Exception):  # noqa: N818 - it describes the file
    """A file without text for us: `state` is one of those of `extraction`, the message one plain line."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(message)
        self.state = state


class ProgramNeeded(Exception):  # noqa: N818 - it describes the file
    """A file that is read by a program, where none can be started."""


IMAGES = frozenset((Kind.PNG, Kind.JPEG, Kind.GIF, Kind.BMP, Kind.TIFF, Kind.WEBP))

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"{\\rtf", Kind.RTF),
    (magic_numbers.GZIP + b"\x08", Kind.GZIP),
    (magic_numbers.RAR, Kind.RAR),
    (magic_numbers.SEVEN_ZIP, Kind.SEVEN_ZIP),
    *((magic, Kind(media_type)) for magic, media_type in magic_numbers.PICTURES.items()),
    *((magic, Kind.TIFF) for magic in magic_numbers.TIFF),
    (b"\x7fELF", Kind.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", Kind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", Kind.EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", Kind.EXECUTABLE),  # a Windows shortcut
)
_HTML_TAGS = (
    b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<script", b"<div", b"<title", b"<p>", b"<style",
)  # fmt: skip
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError, EOFError, OSError,
)  # fmt: skip
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def sniff(data: bytes) -> Kind:
    """Return the kind of `data`."""
    if kind := _sniff_magic(data):
        return kind
    if data[:4] in (magic_numbers.ZIP, b"PK\x05\x06"):
        return _sniff_zip(data)
    if data.startswith(magic_numbers.OLE):
        return _sniff_ole(data)
    if magic_numbers.PDF in data[:1024]:
        return Kind.PDF
    return _sniff_text(data)


def _sniff_magic(data: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(magic_numbers.EXECUTABLE) and b"\0" in data[:64]:
        return Kind.EXECUTABLE
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return Kind.BMP
    return Kind.WEBP if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def decode(data: bytes) -> str | None:
    """Return the text of `data`: by its byte order mark, else UTF-8 if it is that without fault,
    else GB 18030; else None.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _sniff_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100].decode("ascii", "replace") if "mimetype" in names else ""
    except _BROKEN_ZIP:
        return Kind.DAMAGED
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", Kind.DOCX), ("xl/", Kind.XLSX), ("ppt/", Kind.PPTX)):
            if any(name.startswith(folder) for name in names):
                return kind
    if "OFD.xml" in names:
        return Kind.OFD
    return next((kind for kind in (Kind.ODT, Kind.ODS) if mimetype == kind), Kind.ZIP)


def _sniff_ole(data: bytes) -> Kind:
    try:
        streams = ole_streams(data)
    except (OSError, ValueError, IndexError, RecursionError):
        return Kind.DAMAGED
    if "EncryptedPackage" in streams:
        return Kind.ENCRYPTED_OFFICE
    if "WordDocument" in streams:
        start = streams["WordDocument"]
        # The flag word of the file information block: bit 8 is fEncrypted.
        flags = int.from_bytes(data[start + 10 : start + 12], "little")
        return Kind.ENCRYPTED_OFFICE if flags & 0x0100 else Kind.DOC
    if "Workbook" in streams or "Book" in streams:
        return Kind.XLS
    return Kind.PPT if "PowerPoint Document" in streams else Kind.OLE


def ole_streams(data: bytes) -> dict[str, int]:
    """Return the names of the entries in the root of an OLE compound file, with the byte at which each starts.

    Only the root counts: a letter may hold an embedded workbook, and the other way round. Raises OSError,
    ValueError, IndexError or RecursionError on damage.
    """
    with olefile.OleFileIO(io.BytesIO(data)) as file:  # bytes by themselves may be taken for a path
        return {entry.name: (entry.isectStart + 1) * file.sector_size for entry in file.root.kids}


def _sniff_text(data: bytes) -> Kind:
    head = data[:8192]
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    start = (head.decode("utf-16", "ignore").encode() if wide else head.removeprefix(b"\xef\xbb\xbf")).lstrip().lower()
    if start.startswith(b"mime-version:") and b"multipart/related" in start:
        return Kind.MHTML
    if start.startswith((b"<?xml", b"<?mso-application")) and not any(
        tag in start for tag in (b"<!doctype html", b"<html")
    ):
        return Kind.XML
    if start.startswith(b"<") and any(tag in start for tag in _HTML_TAGS):
        return Kind.HTML
    if not wide and (b"\0" in data or (len(head) - len(head.translate(None, _CONTROLS))) * 50 > len(head)):
        return Kind.UNKNOWN
    return Kind.TEXT if decode(data) is not None else Kind.UNKNOWN
