"""The characters of a page, whatever the portal says or forgets to say about them."""

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import webencodings  # type: ignore[import-untyped]
from w3lib.encoding import read_bom, resolve_encoding

if TYPE_CHECKING:  # the converters read no exchange
    from archive.evidence.http_exchange import Exchange

_WESTERN = "cp1252"
"""The encoding that ISO-8859-1 and ASCII mean on the web. No Chinese page is in it, but Java servers declare it where nobody set another."""

_HEAD = 4096
"""Bytes of a page in which its own declaration is looked for: four times what the HTML standard has browsers read."""

_UNREAD = ("replacement", "x-user-defined")
"""Labels of the standard that stand for no text."""

_IN_HEADER = re.compile(r"charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:+-]{1,40})", re.IGNORECASE)
_IN_PAGE = re.compile(
    rb"<(?:meta[\s/][^<>]{0,500}?charset|\?xml[^<>]{0,200}?encoding)\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:+-]{1,40})",
    re.IGNORECASE,
)


def text_of(exchange: "Exchange") -> str:
    """Return the text of a sealed page."""
    return decode_page(exchange.payload, exchange.response_header("Content-Type") or "")


def decode_page(body: bytes, content_type: str = "") -> str:
    """Return the text of a page as a crawl decodes it, at most a character a byte; what no encoding fits becomes U+FFFD."""
    return body.decode(encoding_of(body, content_type), "replace").removeprefix("\ufeff")


def encoding_of(body: bytes, content_type: str = "") -> str:
    """The encoding to read `body` in: the byte order mark's, the declared one if it fits, UTF-8, or GB18030.

    Declarations are labels of the WHATWG's Encoding standard, and Python's other codecs, such as bz2, are none. Without a
    declaration, guessing takes short Chinese texts in GBK for Korean or Big5. A mainland portal's page that is not UTF-8
    is in GBK or its superset GB18030.
    """
    marked, _ = read_bom(body[:4])
    if marked:
        return marked
    declared = next(_declared(body, content_type), None)
    for candidate in (declared, "utf-8", "gb18030"):
        if candidate and candidate != _WESTERN and _fits(body, candidate):
            return candidate
    return declared or "utf-8"


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Yield Python's names of the encodings that the header and the page declare."""
    labels = _IN_HEADER.findall(content_type) + [label.decode() for label in _IN_PAGE.findall(body[:_HEAD])]
    for label in labels:
        known = webencodings.lookup(label)
        codec = known and (resolve_encoding(label) or known.codec_info.name)
        if codec and codec not in _UNREAD:
            yield "utf-16-le" if codec == "utf-16" else codec  # without a byte order mark, as the standard has it


def _fits(body: bytes, encoding: str) -> bool:
    """Whether `body` is text in `encoding`; a last character cut in two, as in a page that broke off, is forgiven."""
    if encoding.startswith("utf-16") and b"\0" not in body[:_HEAD]:
        return False  # any even number of bytes is UTF-16, but marks and digits have a zero byte there
    try:
        codecs.getincrementaldecoder(encoding)().decode(body)
    except UnicodeError:
        return False
    return True
