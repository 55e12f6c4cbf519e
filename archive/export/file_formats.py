"""The kinds of files that rows are exported as; the site and the shell share them."""

from collections.abc import Callable
from dataclasses import dataclass

from archive.export.excel import xlsx
from archive.export.parquet import parquet_file
from archive.export.rows import Rows
from archive.export.writers import Pieces, Writer, csv_file, json_lines


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of file: its media type, what writes it, and what makes rows ready for it."""

    media_type: str
    write: Writer
    ready: Callable[[Rows], Rows] = lambda rows: rows

    def pieces(self, rows: Rows) -> Pieces:
        """Return the file, piece by piece, as the rows are read."""
        ready = self.ready(rows)
        return self.write(ready.columns, ready.rows)


STREAMED = {
    "csv": FileFormat("text/csv; charset=utf-8", csv_file, Rows.in_beijing_time),
    "xlsx": FileFormat("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx, Rows.labelled),
    "jsonl": FileFormat("application/x-ndjson; charset=utf-8", json_lines, Rows.parsed),
}
"""Formats that the site sends: by the extension of the file."""

FORMATS = {**STREAMED, "parquet": FileFormat("application/vnd.apache.parquet", parquet_file)}
"""All formats, by the extension of the file."""
