"""Mask personal data in the tables of a file, where the head of a column says what stands below it,
and in the names of its pages.
"""

from collections.abc import Iterable
from dataclasses import replace

from archive.masking.redaction import redact
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable


def redact_tables(tables: Iterable[PrintedTable]) -> tuple[tuple[PrintedTable, ...], dict[str, int]]:
    """Return a file's tables without personal data, and how many numbers of each kind were masked.

    They are masked as one text: a table that goes on over pages or sheets has its header in the first alone.
    """
    tables = tuple(tables)
    texts = [text for table in tables for text in (table.member, table.flat_text())]
    masked = redact("\n".join(texts))
    if not masked.counts:
        return tables, {}
    pieces = _pieces(masked.text, texts)
    return tuple(
        replace(table.with_flat_text(text), member=member)
        for table, member, text in zip(tables, pieces[::2], pieces[1::2], strict=True)
    ), masked.counts


def _pieces(joined: str, texts: Iterable[str]) -> list[str]:
    """Cut a text into pieces as long as `texts`, which it joins."""
    pieces, at = [], 0
    for text in texts:
        pieces.append(joined[at : at + len(text)])
        at += len(text) + 1
    return pieces


def redact_pages(pages: Iterable[FilePage]) -> tuple[FilePage, ...]:
    """Return pages without personal data in the names of sheets and files in an archive, which their text repeats."""
    return tuple(replace(page, name=redact(page.name).text, member=redact(page.member).text) for page in pages)
