"""The writer process, which seals and stores what the crawls of another process read meanwhile.

`python -m archive.ingest.writer_process FD` answers requests on the socket FD, one at a time, until its other end is closed;
`pipelines.writer_client` sends them. A request is the start of a session or a call of one of its methods, a response the result,
or the exception that was raised. All crawls of a process write one archive. When the other end is closed in the midst of a request,
it is finished within GRACE or left undone: it must not hold the archive that its owner gave up.
"""

import gc
import os
import select
import sqlite3
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

from archive.database.connection import ArchiveError, keep_statements_undone_in_memory
from archive.database.lock import BeingCrawledError
from archive.evidence.evidence_store import Evidence, EvidenceError
from archive.ingest.crawl_session import (
    CrawlSession,
    SessionCall,
    SessionStart,
    note_not_begun,
    require_archive,
    require_originals,
)
from archive.maintenance.bring_up_to_date import open_up_to_date

GRACE = 30.0
"""Seconds that a request may still take when its owner is gone."""


class WriterProcess:
    """The open crawl sessions, by portal; archive and evidence are opened once for all of them."""

    def __init__(self) -> None:
        self._sessions: dict[str, CrawlSession] = {}
        self._files: tuple[sqlite3.Connection, Evidence] | None = None

    def answer(self, request: SessionStart | SessionCall) -> object:
        """Return the result of a call, or of a start the crawl's mode and number. Raises what it raises."""
        try:
            if isinstance(request, SessionStart):
                return self._begin(request)
            ends = request.method is CrawlSession.close
            session = self._sessions.pop(request.portal) if ends else self._sessions[request.portal]
            return request.method(session, *request.arguments)
        finally:
            if self._files and not self._sessions:
                for file in self._files:
                    file.close()
                self._files = None

    def _begin(self, start: SessionStart) -> tuple[str, int]:
        require_archive(start.db, start.evidence)
        archive = self._files[0] if self._files else open_up_to_date(start.db, start.evidence)
        try:
            if not self._files:
                keep_statements_undone_in_memory(archive)
            require_originals(start.db, archive, start.evidence)
            self._files = self._files or (archive, Evidence(start.evidence))
            self._sessions[start.portal.id] = session = CrawlSession(start, *self._files)
        except (ArchiveError, EvidenceError, sqlite3.Error) as error:
            if not isinstance(error, BeingCrawledError):
                note_not_begun(start, archive, error)
            if not self._files:
                archive.close()
            raise
        return session.mode, session.crawl_id


def serve(connection: Connection, writer: WriterProcess) -> None:
    """Answer until the other end is closed, or its process gone: requests received until then are done wholly, within GRACE."""
    threading.Thread(target=_end_after_owner, args=(connection.fileno(), GRACE), daemon=True).start()
    while True:
        try:
            connection.send(_response(writer, connection.recv()))
        except (EOFError, ConnectionError):
            return


def _end_after_owner(connection: int, grace: float) -> None:
    """End this process some time after the other end of its connection was closed, should it still be there."""
    poll = select.poll()
    poll.register(connection, select.POLLHUP)
    poll.poll()
    time.sleep(grace)
    os._exit(1)


def _response(writer: WriterProcess, request: SessionStart | SessionCall) -> object:
    """Return the result or the exception, which must not outlive being sent: it holds on to a portal's lock, for one."""
    try:
        return writer.answer(request)
    except Exception as error:  # noqa: BLE001 - it is raised where the request was made
        error.add_note(traceback.format_exc())
        return error


if __name__ == "__main__":
    gc.freeze()  # what is imported stays: no collection needs to look through it
    serve(Connection(int(sys.argv[1])), WriterProcess())
