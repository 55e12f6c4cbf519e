"""Addresses on the web, as people type them and as pages print them."""

import html
import re
from urllib.parse import unquote, urlsplit

from archive.model.printable import UNSEEN

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Port of each scheme on the web, where an address names none."""

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)

_HOST_AND_PORT = re.compile(r"(?:[^\[\]@\s]*+@)?(?:\[[^\[\]@\s]*+\](?::\d*+)?|[^\[\]\s]*+)")
"""User, host and port of an address: a host stands in brackets, or has none, and no blank."""


def is_on_the_web(address: str) -> bool:
    """Whether `address` is a whole http or https one, with a host and a port that can be some."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0 and _HOST_AND_PORT.fullmatch(parts.netloc) is not None
    except ValueError:  # a host, or a port, that can't be one
        return False
    return usable and parts.scheme in {"http", "https"}


def one_spelling(address: str) -> str:
    """Return the address of a web page in the one spelling of all that lead to it.

    Scheme and host in lower case, a path, and neither the scheme's own port, a user's name, nor a place on the page.
    Raises ValueError where it `is_on_the_web` not.
    """
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(f":{DEFAULT_PORTS[parts.scheme]}").removesuffix(":")
    return parts._replace(netloc=host, path=parts.path or "/", fragment="").geturl()


def spellings(typed: str) -> tuple[str, ...]:
    """Return an address as somebody typed it and, where it is one on the web, in the one spelling of all that lead there."""
    address = typed.strip()
    return tuple(dict.fromkeys((typed, one_spelling(address)))) if is_on_the_web(address) else (typed,)


def is_web_address(text: str) -> bool:
    """Return whether `text` is an http(s) address and nothing else, such as may become a link."""
    return _WEB_ADDRESS.fullmatch(text) is not None


_ESCAPE = re.compile(r"\\(?:u(?P<four>[0-9A-Fa-f]{4})|x(?P<two>[0-9A-Fa-f]{2})|/)")
_LEADS_NOWHERE = re.compile(r"/(?:\./)+")


def as_followed(text: str) -> str:
    """Return what a page, its scripts or its data print with each address in it as a browser would follow it.

    Whatever stands for a character (an entity, an escape of JSON, a percent code) is that character; blanks, signs that
    are not seen, and steps to where one is are left out.
    """
    text = unquote(html.unescape(_ESCAPE.sub(_character, text)))
    return _LEADS_NOWHERE.sub("/", UNSEEN.sub("", "".join(text.split())))


def _character(escape: re.Match[str]) -> str:
    code = escape["four"] or escape["two"]
    return chr(int(code, 16)) if code else "/"
