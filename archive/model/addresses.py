"""Addresses on the web, as people type them and as pages print them."""

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Port of each scheme on the web, where an address names none."""

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)


def is_on_the_web(address: str) -> bool:
    """Whether `address` is a whole http or https one, with a host and a port that can be some."""
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", parts.netloc)
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


def is_web_address(text: str) -> bool:
    """Return whether `text` is an http(s) address and nothing else, such as may become a link."""
    return _WEB_ADDRESS.fullmatch(text) is not None
