"""What a page is made of beside its text: images and style sheets, where they were captured."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from archive.model.magic_numbers import PICTURES

MOST_BYTES = 20_000_000
"""So many bytes of captured parts are shown in one page, …"""

MOST_PARTS = 500
"""… and so many of them asked for."""


def joined(base: str, address: str) -> str:
    """An address on a page at `base`, made absolute; empty where it can't be one."""
    try:
        return urljoin(base, address.strip())
    except ValueError:  # a host that can't be one
        return ""


def picture_type(data: bytes) -> str | None:
    """The media type of an image that a browser shows without doing anything else, told by its bytes.

    None for all else: SVG and PDF can act, and what a file is called says nothing.
    """
    return next((media_type for magic, media_type in PICTURES.items() if data.startswith(magic)), None)


@dataclass(frozen=True, slots=True)
class Part:
    """What was captured at an address. `data`: None for an image of which nobody knows what it says of whom."""

    media_type: str
    data: bytes | None


Find = Callable[[str], Part | None]
"""The part captured at an address; None where none was."""


@dataclass(slots=True)
class Parts:
    """The parts of one page, counted. `missing`: not captured; `withheld`: not surely free of personal data;
    `removed`: scripts, frames and other things that could act."""

    find: Find
    shown: int = 0
    missing: int = 0
    withheld: int = 0
    removed: int = 0
    _bytes: int = 0
    _asked: int = 0

    def picture(self, address: str) -> str | None:
        """A captured image as a `data:` address; None where there is none to show."""
        part = self._had(address)
        if part is None or part.data is None:
            return None
        media_type = picture_type(part.data)
        if media_type is None:
            self.missing += 1
            return None
        self._count(part.data)
        return f"data:{media_type};base64,{b64encode(part.data).decode('ascii')}"

    def sheet(self, address: str) -> bytes | None:
        """A captured style sheet."""
        part = self._had(address)
        if part is None or part.data is None:
            return None
        if part.media_type != "text/css":
            self.missing += 1
            return None
        self._count(part.data)
        return part.data

    def _count(self, data: bytes) -> None:
        self.shown += 1
        self._bytes += len(data)

    def _had(self, address: str) -> Part | None:
        """The part at an address, one that can't be had counted."""
        self._asked += 1
        if address.lower().startswith("data:"):  # nobody has looked at what it shows
            self.withheld += 1
            return None
        within = self._asked <= MOST_PARTS and self._bytes <= MOST_BYTES
        part = self.find(address) if within else None
        if part is None:
            self.missing += 1
        elif part.data is None:
            self.withheld += 1
        return part
