"""Writing files of records: what each holds, that it was replaced, and what can't be had."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from archive.database.withheld import HELD, WITHHELD, is_file_withheld, note_sent_on
from archive.ingest.deferral import FILE, Deferral
from archive.ingest.record_writer import NO_FILE, Writer
from archive.maintenance.holding import shown_text
from archive.model.observations import UNAVAILABLE, AttachmentFile, Problem
from archive.tables import file_pages
from archive.tables.printed_table import to_json_text

READABLE = frozenset({"text", "ocr", "needs_ocr"})
"""States of a file that need nobody's attention."""


class AttachmentWriter:
    """Writer of files, beside one crawl's `writer` of records. `note_problem` takes a problem and when it was met."""

    def __init__(self, writer: Writer, deferral: Deferral, note_problem: Callable[[Problem, str], None]) -> None:
        self._connection = writer.connection
        self._writer = writer
        self._deferral = deferral
        self._note_problem = note_problem

    def take(self, file: AttachmentFile, now: str) -> None:
        """Write a file of a known record, or keep it aside where what the record's pages say is."""
        known = self._writer.find(file.record_url)
        if known is None:
            return
        self._writer.counts["attachments"] += 1
        if known.state == WITHHELD:
            return
        if self._deferral.queues(known.id):
            self._deferral.put(known.id, FILE, file, file.capture, now)
        else:
            self.write(known.id, file, now)

    def write(self, record_id: int, file: AttachmentFile, now: str) -> None:
        """Write what a file of a record is now; one that can't be had today is still what it was when it was last had."""
        if is_file_withheld(self._connection, file.url, file.sha256):
            file = replace(file, name="", text=None, tables=(), pages=(), state=WITHHELD, message=None, redacted={})
            note_sent_on(self._connection, file.url, file.capture, now)
        file = replace(file, capture=self._sealed_in(file))
        sql = "SELECT * FROM attachments WHERE record_id = ? AND url = ?"
        known = self._connection.execute(sql, (record_id, file.url)).fetchone()
        if file.state not in {*READABLE, UNAVAILABLE, WITHHELD}:
            message = f"{file.state}: {file.message or 'no text could be taken from this file'}"
            self._note_problem(Problem("attachment", file.url, message), now)
        had = bool(known and known["sha256"] and known["state"] not in NO_FILE)
        if file.state in NO_FILE and (had or (known and known["state"] == file.state)):
            return
        file = self._as_shown(record_id, file, now)
        tables = to_json_text(file.tables)
        self._writer.reindex(record_id)
        self._put(record_id, file, tables)
        if had and known["sha256"] != file.sha256 and not _says_the_same(file, known, tables):
            captures = known["capture_id"], file.capture
            self._writer.take_file(record_id, file.name, [known["sha256"], file.sha256], now, captures)
        self._writer.count_masked(record_id, file.url, file.redacted)

    def _as_shown(self, record_id: int, file: AttachmentFile, now: str) -> AttachmentFile:
        """A file without its text where that lists persons and was not released."""
        if not file.text or file.state == WITHHELD:
            return file
        title = f"{self._writer.record(record_id)['title'] or ''} {file.name}"
        text = shown_text(self._connection, record_id, file.url, file.sha256, title, file.text, now)
        return file if text is not None else replace(file, text=None, tables=(), pages=(), state=HELD)

    def _put(self, record_id: int, file: AttachmentFile, tables: str | None) -> None:
        self._connection.execute(
            "INSERT INTO attachments (record_id, url, name, sha256, bytes, media_type, text, tables, pages, state, capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record_id, url) DO UPDATE SET name = excluded.name, "
            "sha256 = excluded.sha256, bytes = excluded.bytes, media_type = excluded.media_type, "
            "text = excluded.text, tables = excluded.tables, pages = excluded.pages, state = excluded.state, capture_id = excluded.capture_id",
            (
                record_id,
                file.url,
                file.name,
                file.sha256,
                file.bytes,
                file.media_type,
                file.text,
                tables,
                file_pages.to_json_text(file.pages),
                file.state,
                file.capture,
            ),
        )

    def _sealed_in(self, file: AttachmentFile) -> int | None:
        """The capture that holds a file's bytes: an earlier one where the portal said that nothing changed since."""
        row = self._connection.execute(
            "SELECT max(o.id) FROM captures n JOIN captures o ON o.url = ? AND o.sha256 = ? AND o.id < n.id "
            "WHERE n.id = ? AND n.outcome = 'not_modified'",
            (file.url, file.sha256, file.capture),
        ).fetchone()
        return row[0] or file.capture


def _says_the_same(file: AttachmentFile, known: sqlite3.Row, tables: str | None) -> bool:
    """Whether a file's text, all of it read, and tables are those known: packed anew, or made at another time, it is no other."""
    is_read = bool(file.text) and file.state == known["state"] == "text" and not file.message
    return is_read and (file.text, tables) == (known["text"], known["tables"])
