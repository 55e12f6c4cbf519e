"""Text from portals made fit for a terminal: no control characters, which could move its cursor or write to its clipboard."""

import re
from typing import TextIO

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` with a sign in the place of each control character but line breaks and tabs."""
    return _CONTROLS.sub("\ufffd", text)


class PrintableStream:
    """A text stream that lets printable text through; all else is the stream's own.

    `unfiltered` is the stream itself, for escapes of ours.
    """

    def __init__(self, stream: TextIO) -> None:
        self.unfiltered = stream

    def write(self, text: str) -> int:
        """Write `text`, printable."""
        return self.unfiltered.write(printable(text))

    def __getattr__(self, name: str) -> object:
        return getattr(self.unfiltered, name)


def unfiltered(stream: TextIO) -> TextIO:
    """Return the stream behind a filter, or the stream itself."""
    return stream.unfiltered if isinstance(stream, PrintableStream) else stream
