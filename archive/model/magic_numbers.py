"""Magic numbers: the bytes by which files of a kind begin. Pure."""

import re

PDF = b"%PDF-"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"
RAR = b"Rar!\x1a\x07"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
GIF = (b"GIF87a", b"GIF89a")
TIFF = (b"II*\0", b"MM\0*")
EXECUTABLE = b"MZ"

PICTURES = {PNG: "image/png", JPEG: "image/jpeg", **dict.fromkeys(GIF, "image/gif")}
"""Magic number → media type of the images that every browser shows."""

NOT_PAGES = (PDF, OLE, ZIP, GZIP, RAR, PNG, JPEG, *GIF, EXECUTABLE)
"""Files that portals send where a page was requested."""

COMPRESSED = tuple(magic[:4] for magic in (PDF, ZIP, GZIP, RAR, SEVEN_ZIP, *PICTURES, b"RIFF", b"OggS", b"ID3"))
"""First bytes of files that are compressed already."""

CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that text hardly ever holds."""
