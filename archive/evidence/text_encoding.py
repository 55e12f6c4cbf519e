"""The characters of a page, whatever the portal says or forgets to say about them."""

import codecs

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, to_unicode

from archive.evidence.http_exchange import Exchange

_WESTERN = "cp1252"
"""The encoding that ISO-8859-1 and ASCII mean on the web. No Chinese page is in it, but Java servers declare it where nobody set another."""


def text_of(exchange: Exchange) -> str:
    """Return the text of a sealed page."""
    return decode_page(exchange.payload, exchange.response_header("Content-Type") or "")


def decode_page(body: bytes, content_type: str = "") -> str:
    """Return the text of a page as a crawl decodes it; bytes that no encoding fits become U+FFFD."""
    return to_unicode(body, encoding_of(body, content_type)).removeprefix("\ufeff")


def encoding_of(body: bytes, content_type: str = "") -> str:
    """The encoding to read `body` in: the byte order mark's, the declared one if it fits, UTF-8, or GB18030.

    Without a declaration, guessing takes short Chinese texts in GBK for Korean or Big5. A mainland portal's page that is
    not UTF-8 is in GBK or its superset GB18030.
    """
    marked, _ = read_bom(body)
    if marked:
        return marked
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    for candidate in (declared, "utf-8", "gb18030"):
        if candidate and candidate != _WESTERN and _fits(body, candidate):
            return candidate
    return declared or "utf-8"


def _fits(body: bytes, encoding: str) -> bool:
    """Whether `body` is text in `encoding`; a last character cut in two, as in a page that broke off, is forgiven."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(body)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
