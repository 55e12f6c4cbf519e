"""A made-up county crawled in small batches through `archive.ingest.crawl_session`, as the pipeline does it, and stopped at any of its steps.

The files of both databases are copied as statements begin: what a kill at that moment leaves behind.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import Exchange
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.ingest.frontier import Frontier
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import ListPage, MissingPage, Observation
from tests.jobs import COLUMNS, County
from tests.natural import contents

ANSWERS_A_BATCH = 3


class CrawlInSteps:
    """One full crawl. Asks as the spider does: with the tag of the page it knows, and not what a killed crawl has read.

    What an answer says is written one batch later than the answer itself is sealed, for pages are read while others arrive.
    """

    def __init__(self, db: Path, county: County, now: datetime) -> None:
        self._county, self._now = county, now
        self._received = 0
        self._exchanges: list[tuple[Exchange, str]] = []
        self._said: list[Observation] = []
        self._ready: list[Observation] = []
        with ExitStack() as stack:
            archive = stack.enter_context(closing(open_up_to_date(db)))
            evidence = stack.enter_context(closing(Evidence(beside(db))))
            start = SessionStart(db, evidence.path, county.portal, "full", timedelta(7), now)
            self._session = CrawlSession(start, archive, evidence)
            self._frontier = stack.enter_context(closing(Frontier(db, county.name, self._session.crawl_id)))
            self._walk()
            self._session.close("finished", self._now)

    def _walk(self) -> None:
        county, read = self._county, self._frontier.read_before(self._now)
        for column in COLUMNS:
            self._list(column, look=1)
        for number, text in {**county.listed[COLUMNS[0]], **county.listed[COLUMNS[1]]}.items():
            if county.url(number) not in read:
                self._answer(county.url(number), "page", county.page(number, text))
        self._write_all()
        for record in self._session.missing(self._now):
            outcome = "gone" if record.url in county.gone else "page"
            asked = MissingPage(str(record.url), outcome, f"found to be {outcome}")
            self._answer(str(record.url), outcome, [asked])
        self._write_all()
        again = self._session.to_walk_again()
        for column in COLUMNS:
            if f"{county.portal.home}{column}/" in again:
                self._list(column, look=2)
        self._write_all()

    def _list(self, column: str, look: int) -> None:
        url, county = f"{self._county.portal.home}{column}/", self._county
        rows = tuple(county.row(number, text) for number, text in county.listed[column].items())
        self._answer(url, "page", [ListPage(rows, catalog_url=url, last=True, second_pass=look == 2)])

    def _answer(self, url: str, outcome: str, said: list[Observation]) -> None:
        """Receive the answer for `url`: "not modified" where the page known of it has the same tag, then only lists are read."""
        payload = f"<html>{url} {said!r}</html>".encode()
        tag = hashlib.sha256(payload).hexdigest()
        known = self._frontier.known(url)
        same = known is not None and known.etag == tag and outcome == "page"
        self._now += timedelta(seconds=1)
        exchange = Exchange(
            self._session.crawl_id, self._county.name, url, "GET", (), b"", self._now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            304 if same else 200, (("Content-Type", "text/html"), ("ETag", tag)), b"" if same else payload, 1, "HTTP/1.1",
            "127.0.0.1", "test",
        )  # fmt: skip
        self._exchanges.append((exchange, "not_modified" if same else outcome))
        self._received += 1
        if not same or isinstance(said[0], ListPage | MissingPage):
            self._said += [replace(each, capture=self._received) for each in said]
        if len(self._exchanges) == ANSWERS_A_BATCH:
            self._write()

    def _write(self) -> None:
        self._session.commit(self._ready, self._exchanges, self._now)
        self._ready, self._said, self._exchanges = self._said, [], []

    def _write_all(self) -> None:
        self._write()
        self._write()


@contextmanager
def watched(statement: Callable[[sqlite3.Connection, str], None]) -> Iterator[None]:
    """Call `statement` as each statement begins, of every connection that is opened meanwhile."""
    connect = sqlite3.connect

    def watching(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(lambda sql: statement(connection, sql))
        return connection

    with patch("sqlite3.connect", watching):
        yield


@dataclass
class Moments:
    """Copies of an archive and its originals as they were at several moments. `folder`: where they are put."""

    folder: Path
    db: Path
    copies: list[Path] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)

    def copy_at(self, _: sqlite3.Connection, sql: str) -> None:
        """Copy both databases where a transaction begins, if they differ from the last copy: something was committed.

        And where what was noted is sealed in the evidence, before the archive says so.
        """
        if sql.startswith(("BEGIN", "DELETE FROM unsealed")):
            self.copy()

    def copy(self) -> None:
        """Copy the files as they are: what is in them is what a kill at this moment leaves."""
        files = [Path(f"{path}{end}") for path in (self.db, beside(self.db)) for end in ("", "-wal")]
        data = {file.name: file.read_bytes() for file in files if file.exists()}
        digest = hashlib.sha256(repr(data).encode()).digest()
        if digest in self._seen:
            return
        self._seen.add(digest)
        folder = self.folder / f"{len(self.copies):03}"
        folder.mkdir(parents=True)
        for name, content in data.items():
            (folder / name).write_bytes(content)
        self.copies.append(folder / self.db.name)


def mixed(archive: Path, originals: Path, folder: Path) -> Path:
    """An archive as it was at one moment beside originals as they were at another."""
    folder.mkdir(parents=True)
    for source in (archive, beside(originals)):
        for end in ("", "-wal"):
            if Path(f"{source}{end}").exists():
                shutil.copy(f"{source}{end}", folder / f"{source.name}{end}")
    return folder / archive.name


_TABLES = (
    "records",
    "listings",
    "readings",
    "versions",
    "attachments",
    "redactions",
    "events",
    "derived",
    "document_numbers",
)
_OF_THE_CRAWL = {
    *("first_seen", "last_seen", "seen_at", "changed_at", "at", "not_before", "crawl_id"),
    *("capture_id", "seen_capture_id", "before_capture_id", "after_capture_id"),
}


def without_times(_: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row without the moment, the crawl and the captures it comes from."""
    told = {name: value for name, value in row.items() if name not in _OF_THE_CRAWL}
    if "detail" in told:
        told["detail"] = {
            name: value for name, value in told["detail"].items() if name not in {"capture", "listed", "page", "walk"}
        }
    return told


def outcome(db: Path) -> dict[str, list[str]]:
    """All that an archive says of records, whenever and however often they were asked for."""
    found = contents(db, without_times)
    return {table: found[table] for table in _TABLES}
