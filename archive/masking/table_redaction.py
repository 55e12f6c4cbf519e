"""Mask personal data in the tables of a file, where the head of a column says what stands below it, and in the names of its pages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from archive.masking.redaction import redact
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable


def redact_tables(tables: Iterable[PrintedTable]) -> tuple[tuple[PrintedTable, ...], dict[str, int]]:
    """Return tables without personal data, and how many numbers of each kind were masked."""
    counts: Counter[str] = Counter()

    def masked(text: str) -> str:
        result = redact(text)
        counts.update(result.counts)
        return result.text

    return tuple(table.with_texts(masked) for table in tables), dict(counts)


def redact_pages(pages: Iterable[FilePage]) -> tuple[FilePage, ...]:
    """Return pages without personal data in the names of sheets and of files inside an archive, which their text repeats."""
    return tuple(replace(page, name=redact(page.name).text, member=redact(page.member).text) for page in pages)
