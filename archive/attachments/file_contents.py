"""The contents of one file, as its reader gives them."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.tables.printed_table import PrintedTable


@dataclass(frozen=True, slots=True)
class FileContents:
    """Text and tables of a file. `message`: what is missing from them; `state`: one of those of `extraction`."""

    text: str
    tables: Sequence[PrintedTable] = ()
    message: str | None = None
    state: str = "text"
