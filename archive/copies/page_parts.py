"""The parts of a page beside its text: images and style sheets, where they were captured."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from archive.model.magic_numbers import PICTURES

MOST_BYTES = 20_000_000
"""Bytes of captured parts shown in one page, …"""

MOST_PARTS = 500
"""… and parts looked up for it."""


def joined(base: str, address: str) -> str:
    """Return an address on a page at `base`, made absolute; empty where it can't be one."""
    try:
        return urljoin(base, address.strip())
    except ValueError:  # a host that can't be one
        return ""


def picture_type(data: bytes) -> str | None:
    """Return the media type of an image that a browser shows without doing anything else, recognised by its bytes.

    None for all else: SVG and PDF can act, and what a file is called says nothing.
    """
    return next((media_type for magic, media_type in PICTURES.items() if data.startswith(magic)), None)


@dataclass(frozen=True, slots=True)
class Part:
    """One capture at an address. `data`: None for an image that may show personal data."""

    media_type: str
    data: bytes | None


Find = Callable[[str], Part | None]
"""The part captured at an address; None where none was."""


@dataclass(slots=True)
class Parts:
    """The parts of one page, counted. `missing`: not captured; `withheld`: not surely free of personal data;
    `removed`: scripts, frames and other things that could act.
    """

    find: Find
    shown: int = 0
    missing: int = 0
    withheld: int = 0
    removed: int = 0
    _bytes: int = 0
    _looked_up: int = 0

    def picture(self, address: str) -> str | None:
        """Return a captured image as a `data:` address; None where there is none to show."""
        data = self._data(address, lambda part: picture_type(part.data or b"") is not None)
        return f"data:{picture_type(data)};base64,{b64encode(data).decode('ascii')}" if data else None

    def sheet(self, address: str) -> bytes | None:
        """Return a captured style sheet."""
        return self._data(address, lambda part: part.media_type == "text/css")

    def _data(self, address: str, is_shown: Callable[[Part], bool]) -> bytes | None:
        """Return the data of the part at an address, and count it, or why it can't be shown."""
        self._looked_up += 1
        if address.lower().startswith("data:"):  # nobody has looked at what it shows
            self.withheld += 1
            return None
        within = self._looked_up <= MOST_PARTS and self._bytes <= MOST_BYTES
        part = self.find(address) if within else None
        if part is not None and part.data is None:
            self.withheld += 1
            return None
        if part is None or part.data is None or not is_shown(part):
            self.missing += 1
            return None
        self.shown += 1
        self._bytes += len(part.data)
        return part.data
