"""The keeper: a process that keeps the books of the crawls of another, which reads pages meanwhile.

`python -m archive.ingest.writer_process FD` answers requests on the socket FD, one at a time, until its other end is closed; who asks is
`pipelines.writer_client`. A request is a portal's id, the name of a method of `CrawlBooks` and its arguments, an answer what it
gives back, or the exception it raises. "begin" opens a portal's books. All crawls of a process write one archive.
"""

import sqlite3
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from archive.evidence.evidence_store import Evidence
from archive.ingest.crawl_session import CrawlBooks
from archive.maintenance.bring_up_to_date import open_up_to_date


class Keeper:
    """The books that are open, by portal; archive and evidence are opened once for all of them."""

    def __init__(self) -> None:
        self._books: dict[str, CrawlBooks] = {}
        self._files: tuple[sqlite3.Connection, Evidence] | None = None

    def answer(self, portal: str, method: str, *arguments: Any) -> object:  # noqa: ANN401 - each method has its own
        """What the method gives back, or of "begin" the crawl's mode and number. Raises what it raises."""
        try:
            if method == "begin":
                return self._begin(portal, *arguments)
            books = self._books.pop(portal) if method == "close" else self._books[portal]
            return getattr(books, method)(*arguments)
        finally:
            if self._files and not self._books:
                for file in self._files:
                    file.close()
                self._files = None

    def _begin(self, portal: str, db: Path, evidence: Path, *about: Any) -> tuple[str, int]:  # noqa: ANN401
        self._files = self._files or (open_up_to_date(db), Evidence(evidence))
        self._books[portal] = books = CrawlBooks(db, *self._files, *about)
        return books.mode, books.crawl_id


def serve(connection: Connection, keeper: Keeper) -> None:
    """Answer until the other end is closed, or its process gone: what was asked until then is done wholly."""
    while True:
        try:
            connection.send(_answered(keeper, connection.recv()))
        except (EOFError, BrokenPipeError):
            return


def _answered(keeper: Keeper, asked: tuple[Any, ...]) -> object:
    """What is sent back. An exception must not outlive that: what it holds on to is a portal's lock, for one."""
    try:
        return keeper.answer(*asked)
    except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
        error.add_note(traceback.format_exc())
        return error


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), Keeper())
