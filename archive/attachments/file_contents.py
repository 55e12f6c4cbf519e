"""The contents of one file, as its reader gives them."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable


@dataclass(frozen=True, slots=True)
class FileContents:
    """Text and tables of a file, and where in its text its pages begin.

    `message`: what is missing from them; `state`: one of those of `extraction`.
    """

    text: str
    tables: Sequence[PrintedTable] = ()
    message: str | None = None
    state: str = "text"
    pages: Sequence[FilePage] = ()
