"""Recognise text in images and scanned pages with rapidocr-onnxruntime, an optional extra.

The text may be wrong: it is marked as recognised and never used to accuse.
"""

import contextlib
import importlib
from functools import cache
from typing import TYPE_CHECKING

from archive.attachments.file_kinds import Unreadable

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]

NOT_INSTALLED = "the package rapidocr-onnxruntime is not installed"

_DOTS_PER_INCH = 200
_LONGEST_SIDE = 4000  # pixels; a page of A4 at 200 dots per inch has 2340


class Recogniser:
    """A recogniser with its models loaded. Raises Unreadable(`ocr_not_installed`) without the package."""

    def __init__(self) -> None:
        try:
            package = importlib.import_module("rapidocr_onnxruntime")
        except ImportError as error:
            raise Unreadable("ocr_not_installed", f"text recognition is on, but {NOT_INSTALLED}") from error
        importlib.import_module("PIL.Image").init()  # reads the code for each kind of image when it meets one, else
        self._engine = package.RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(self, image: object) -> str:
        """Return the lines in an image (bytes of a file, or an array of pixels), top to bottom."""
        with contextlib.suppress(IndexError):  # an image with no text at all
            lines, _ = self._engine(image)
            return "\n".join(line[1] for line in lines or ())
        return ""

    def read_page(self, page: "PdfPage") -> str:
        """Return the lines on a PDF page."""
        longest = max(page.get_size())  # in points, 72 to the inch
        scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(longest, 1))
        return self.read(page.render(scale=scale).to_numpy())


@cache
def recogniser() -> Recogniser:
    """Return the recogniser of this process, made at its first use. Raises Unreadable as `Recogniser` does."""
    return Recogniser()
