"""Writing what a crawl saw: one writer, whole batches in one transaction each, the same crawl twice changes nothing."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import cache, partial
from operator import attrgetter
from pathlib import Path

from archive.database import portal_rows
from archive.database.connection import transaction
from archive.database.kept_settings import keep_setting
from archive.database.portal_changes import next_number, require_watched
from archive.database.redaction_version import require_current
from archive.database.withheld import WITHHELD, hidden, note_page
from archive.evidence.evidence_reader import Originals
from archive.ingest import health, windows
from archive.ingest.alarm import NO_PAGES, Alarm, Pair
from archive.ingest.attachment_writer import AttachmentWriter
from archive.ingest.crawl_log import note_line
from archive.ingest.deferral import FILE, PAGE, RETURNED, ROW, Deferral, Deferred
from archive.ingest.layout import Layout
from archive.ingest.presence import Missing, Noted, Presence, newly_missing
from archive.ingest.record_writer import Writer
from archive.ingest.successors import Successors
from archive.ingest.windows import Window
from archive.ingest.wrong_clock import note_wrong_clocks
from archive.maintenance import damaged_texts
from archive.maintenance.bring_up_to_date import bring_up_to_date, keep_up, open_up_to_date
from archive.maintenance.withholding import REMOVED
from archive.model import clock
from archive.model.observations import (
    AttachmentFile,
    Capture,
    ListPage,
    MissingPage,
    Observation,
    PortalOfFile,
    Problem,
    RecordPage,
    Row,
)
from archive.model.records import CUT_PAGE, OWN_PAGE
from archive.search import index

_CAPTURED = attrgetter("url", "fetched_at", "status", "outcome", "sha256", "bytes", "etag", "last_modified")

LONGEST_UNINDEXED = timedelta(minutes=15)
"""So long a row may wait for its record's page before it is indexed without: else each record would be indexed twice."""

UNSURE = "unsure"
"""The outcome of a crawl in which most of the portal changed at once."""


class Store:
    """The archive at `path`, open for one crawl's writing. Raises ArchiveError where it can't be opened.

    `connection`: where it is open already, by `open_up_to_date`; several crawls may share it, and it stays open. `line`: the
    line of the crawl's log (`archive.ingest.crawl_log`) that the next call writes.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection | None = None) -> None:
        self._own = connection is None
        self._connection = connection or open_up_to_date(path)
        self._connection.row_factory = sqlite3.Row
        self.crawl_id = self.line = 0
        self.counts: Counter[str] = Counter()
        self._catalogs: dict[str, int] = {}
        self._read = 0
        self._first_read: set[tuple[int, int]] = set()

    def begin(self, portal: PortalOfFile, mode: str, now: str, crawl_id: int = 0) -> int:
        """Note the portal, its catalogues and a new crawl; the crawl's id, the next where none is given.

        `now` is UTC, ISO 8601. Raises ArchiveError.
        """
        require_current(self._connection)
        self._indexed_at = datetime.fromisoformat(now)
        with transaction(self._connection) as c:
            require_watched(c, portal.id)
            portal_rows.note(c, portal, now)
            known = c.execute("SELECT id, url, kind FROM catalogs WHERE portal = ?", (portal.id,)).fetchall()
            self._catalogs = {row["url"]: row["id"] for row in known}
            c.execute("UPDATE crawls SET outcome = 'interrupted' WHERE portal = ? AND outcome IS NULL", (portal.id,))
            self.crawl_id = crawl_id or next_number(c, "crawls")
            begun = (self.crawl_id, portal.id, mode, now)
            c.execute("INSERT INTO crawls (id, portal, mode, started_at) VALUES (?, ?, ?, ?)", begun)
            ledger = [(self.crawl_id, self._catalogs[catalog.url]) for catalog in portal.catalogs]
            c.executemany("INSERT INTO ledger (crawl_id, catalog_id) VALUES (?, ?)", ledger)
        kinds = {row["id"]: row["kind"] for row in known}
        self._writer = Writer(self._connection, portal.id, self.crawl_id, kinds, counts=self.counts)
        self._alarm = Alarm(self._connection, portal.id, self.crawl_id)
        self._deferral = Deferral(self._connection, portal.id, self.crawl_id)
        self._layout = Layout(self._writer, self._deferral)
        self._attachments = AttachmentWriter(self._writer, self._deferral, self._write_problem)
        self._successors = Successors(self._writer, self._deferral, self._layout)
        self._presence = Presence(self._writer, self._alarm, self._deferral, self._successors)
        with transaction(self._connection):
            self._deferral.adopt()
        return self.crawl_id

    def note_wrong_clocks(self, originals: Originals, now: datetime) -> None:
        """Note the crawls that a wrong clock dated: earlier ones, where it stood ahead, or this one, where it stands behind."""
        with transaction(self._connection) as c:
            for problem in note_wrong_clocks(c, originals, now, self.crawl_id, self._writer.portal):
                self._write_problem(problem, clock.text(now))

    def last_capture(self) -> int:
        """The highest number of a capture that the archive points to; the evidence must have it. 0: none."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()[0])

    def was_crawled(self) -> bool:
        """Whether the archive holds any crawl, or did before its portal was removed."""
        sql = "SELECT EXISTS (SELECT 1 FROM crawls) OR EXISTS (SELECT 1 FROM portal_changes WHERE kind = 'removed')"
        return bool(self._connection.execute(sql).fetchone()[0])

    def _note_line(self, connection: sqlite3.Connection) -> None:
        if self.line:
            note_line(connection, self._writer.portal, self.crawl_id, self.line)

    def write(self, batch: Iterable[Observation], now: str, captures: Iterable[Capture] = ()) -> None:
        """Write all of `captures` and `batch` or, on an error, nothing of them."""
        before = Counter(self.counts), Counter(self._alarm.pages), self._presence.noted.copy()
        with ExitStack() as undone:
            undone.callback(self._count_again, *before)
            with transaction(self._connection) as c:
                for capture in captures:
                    self._write_capture(capture)
                for observation in batch:
                    self._write(observation, now)
                self._index_if_due(c, now)
                self._note_line(c)
            undone.pop_all()

    def _count_again(self, counts: Counter[str], pages: Counter[str], noted: Noted) -> None:
        """Put back what was counted before a batch of which nothing was written."""
        self.counts.clear()
        self.counts.update(counts)
        self._alarm.pages, self._presence.noted = pages, noted

    def _index_if_due(self, connection: sqlite3.Connection, now: str) -> None:
        """Bring the index up to date in strides, with records whose pages were read; and now and then all that follows."""
        if datetime.fromisoformat(now) - self._indexed_at >= LONGEST_UNINDEXED:
            keep_up(connection)
            self._indexed_at = datetime.fromisoformat(now)
        elif self._read >= index.STRIDE:
            keep_up(connection, own_page_read=True)
        else:
            return
        self._read = 0

    def missing(self, now: str) -> list[Missing]:
        """The records whose pages must be requested, for their catalogues no longer show them; short walks are problems."""
        with transaction(self._connection) as c:
            self._note_line(c)
            for catalog_id in self._presence.short_walks():
                title, url = c.execute("SELECT title, url FROM catalogs WHERE id = ?", (catalog_id,)).fetchone()
                short = f"{title} is much shorter than it was; nothing is taken to be gone until the next walk agrees"
                self._write_problem(Problem("list_shrunk", url, short), now)
            self._successors.take_over_lists(self._presence.walked())
            return [*self._presence.missing(), *self._presence.to_ask_again(now)]

    def to_walk_again(self) -> set[str]:
        """The first list pages of the catalogues to be walked a second time before anything is said to be unlisted."""
        again = self._presence.to_walk_again()
        return {url for url, catalog_id in self._catalogs.items() if catalog_id in again}

    def finish(self, outcome: str, now: str, cause: str = "") -> str:
        """Write what changed, what is proved to be gone and what looks broken, then close the crawl session; its outcome.

        Where so much changed at once that the portal itself is the likelier cause, none of that is written, and the outcome is
        `unsure`. `cause`: of an `archive_error`, in one line.
        """
        with transaction(self._connection) as c:
            self._note_line(c)
            home = portal_rows.home(c, self._writer.portal)
            if cause:
                self._write_problem(Problem("archive_error", home, cause), now)
                if damaged_texts.is_cause(cause):
                    keep_setting(c, damaged_texts.NOTED, "1")
            for record_id in self._deferral.unchanged_since():
                self._confirm(record_id, OWN_PAGE)
            self._layout.mark_known()
            found = self._presence.found()
            doubt = self._deferral.doubt(
                self._presence.count_moved(found), self._presence.count_left(found), self._presence.addresses_gone()
            )
            doubt = doubt or self._successors.older_copy(newly_missing(found), self._layout.changes_of_records())
            self._deferral.drop_one_page_for_many()
            if doubt:
                outcome = outcome if cause else UNSURE
                self._write_problem(Problem("most_changed", home, doubt), now)
                self._leave_in_doubt(now)
            else:
                for deferred in self._deferral.own():
                    if not self._waits(deferred, now):
                        self._write_deferred(deferred)
            self._presence.claim(found, now, doubted=bool(doubt))
            self._deferral.forget_unseen(self._presence.walked(), all_read=self.complete())
            if held := self._deferral.count_held():
                self.counts["held"] = held
            for alarm in self._alarm.raised(now):
                self._write_problem(alarm.problem, now, alarm.pages)
            bring_up_to_date(c, self._writer.portal)
            counts = json.dumps(dict(sorted(self.counts.items())))
            stated = json.dumps(self._alarm.pages) if self._alarm.pages else None
            c.execute(
                "UPDATE crawls SET finished_at = ?, outcome = ?, counts = ?, stated = ? WHERE id = ?",
                (now, outcome, counts, stated, self.crawl_id),
            )
            health.note(c, self.crawl_id)
        return outcome

    def _leave_in_doubt(self, now: str) -> None:
        """Leave what looks like a change to the next crawl, with what was read for the first time."""
        self._layout.mark_common()
        for record_id, source in sorted(self._first_read):
            self._writer.doubt(record_id, source, self._listed_on(record_id, source), now)

    def complete(self) -> bool:
        """Whether this crawl walked every one of its catalogues wholly."""
        sql = "SELECT count(*) FROM ledger WHERE crawl_id = ? AND NOT complete"
        return not self._connection.execute(sql, (self.crawl_id,)).fetchone()[0]

    def close(self) -> None:
        """Close the connection, if it is the store's own; the store is of no use afterwards."""
        if self._own:
            self._connection.close()

    # --- pages ---

    def _write(self, observation: Observation, now: str) -> None:
        match observation:
            case ListPage():
                self._write_list_page(observation, now)
            case RecordPage():
                self._write_own_page(observation, now)
                self._read += 1
            case MissingPage():
                self._presence.note_page(observation)
            case AttachmentFile():
                self._attachments.take(observation, now)
                self._read += 1
            case Problem():
                self._write_problem(observation, now)

    def _write_capture(self, capture: Capture) -> None:
        certificate = capture.certificate
        if certificate is not None:
            values = "VALUES (:sha256, :subject, :issuer, :not_before, :not_after)"
            self._connection.execute(f"INSERT OR IGNORE INTO certificates {values}", asdict(certificate))
        self._connection.execute(
            "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (capture.id, self.crawl_id, *_CAPTURED(capture), certificate and certificate.sha256),
        )

    def _write_list_page(self, page: ListPage, now: str) -> None:
        catalog_id = self._catalogs[page.catalog_url]
        shown_by = windows.held_by(self._connection, page.capture)
        # When the catalogue began to list what it did not list before this crawl, and this page shows.
        appeared = cache(partial(windows.of_appearance, self._connection, catalog_id, self.crawl_id, shown_by))
        for row in page.rows:
            self._write_row(row, page, catalog_id, shown_by, appeared, now)
        self.counts["list_pages"] += 1
        self.counts["rows"] += len(page.rows)
        if page.capture is not None:
            self._connection.execute(
                "INSERT OR IGNORE INTO walks VALUES (?, ?, ?, ?, ?)",
                (self.crawl_id, catalog_id, 2 if page.second_pass else 1, page.capture, len(page.rows)),
            )
        if page.second_pass:
            self._presence.second_walk(catalog_id, page)
        else:
            self._alarm.list_page(catalog_id, page.rows)
            self._write_ledger(page, catalog_id)

    def _write_ledger(self, page: ListPage, catalog_id: int) -> None:
        if path := " > ".join(page.breadcrumb):
            self._connection.execute("UPDATE catalogs SET path = ? WHERE id = ?", (path, catalog_id))
        if page.family:
            self._connection.execute(
                "UPDATE catalogs SET family = ?, family_reason = ? WHERE id = ? AND family IS NOT ?",
                (*page.family, catalog_id, page.family[0]),
            )
        self._connection.execute(
            "UPDATE ledger SET pages_read = pages_read + :pages, rows_read = rows_read + :rows, "
            "pages_claimed = coalesce(:pages_claimed, pages_claimed), rows_claimed = coalesce(:rows_claimed, rows_claimed) "
            "WHERE crawl_id = :crawl_id AND catalog_id = :catalog_id",
            {
                "rows": len(page.rows),
                "pages": page.paging.pages_here,
                "pages_claimed": page.paging.pages_claimed,
                "rows_claimed": page.paging.rows_claimed,
                "crawl_id": self.crawl_id,
                "catalog_id": catalog_id,
            },
        )
        if page.last:
            self._connection.execute(
                "UPDATE ledger SET complete = rows_read > 0 AND pages_read >= coalesce(pages_claimed, 0) "
                "AND rows_read >= coalesce(rows_claimed, 0) WHERE crawl_id = ? AND catalog_id = ?",
                (self.crawl_id, catalog_id),
            )

    def _write_row(  # noqa: PLR0913, PLR0917 - a row, where it stands, and when
        self, row: Row, page: ListPage, catalog_id: int, capture: int | None, appeared: Callable[[], Window], now: str
    ) -> None:
        """Write a row of a list page; `capture` holds what that shows, `appeared` returns when its new records appeared."""
        known = self._writer.find(row.key)
        if known is None and (page.cut or CUT_PAGE in row.doubts):
            return  # what half a page shows may be half an address: the whole page shows it next time
        record_id, state = known or self._writer.add(row.key, catalog_id, row, now, appeared())
        if known:
            self._connection.execute("UPDATE records SET last_seen = ? WHERE id = ?", (now, record_id))
        if state == WITHHELD:
            note_page(self._connection, record_id, capture, now)
            return
        if known is None:
            self._first_read.add((record_id, catalog_id))
            if row.redacted:
                self._writer.count_masked(record_id, catalog_id, row.redacted)
            self._note_listing(record_id, catalog_id, row.link, page.capture, now)
            return
        if state != "listed":
            self._presence.listed_again(record_id, state, capture, now)
        listed = self._connection.execute(
            "SELECT crawl_id FROM listings WHERE record_id = ? AND catalog_id = ?", (record_id, catalog_id)
        ).fetchone()
        # A record may be listed twice in different words, pinned and in its place: the first counts, or each crawl would find an edit.
        if listed and listed["crawl_id"] == self.crawl_id:
            return
        if record_id in self._writer.appeared:
            self._writer.note_listed(record_id, appeared())
        # Half a row takes nothing away from what was read before, and does not show it.
        half = CUT_PAGE in row.doubts and catalog_id in self._writer.readings(record_id)
        shows = not half and self._take(record_id, catalog_id, row, capture, now)
        self._note_listing(record_id, catalog_id, row.link, page.capture if shows else None, now)

    def _note_listing(self, record_id: int, catalog_id: int, link: str | None, capture: int | None, now: str) -> None:
        """Note that a catalogue lists a record; on `capture`, if that shows what was read before."""
        self._connection.execute(
            "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, link, capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, "
            "crawl_id = excluded.crawl_id, link = excluded.link, capture_id = coalesce(excluded.capture_id, capture_id)",
            (record_id, catalog_id, now, now, self.crawl_id, link, capture),
        )

    def _write_own_page(self, page: RecordPage, now: str) -> None:
        known = self._writer.find(page.url)
        if known is None:
            return  # its row was in a batch that was never written: the next crawl reads both
        record_id = known.id
        self.counts["record_pages"] += 1
        if known.state == WITHHELD:
            return
        if page.cut and self._writer.readings(record_id).get(OWN_PAGE):
            return  # half a page takes nothing away from what was read before
        if not self._presence.is_shown(known, page, now):
            return  # another page stands where a record was withdrawn
        if not page.cut:
            self._alarm.record_page(page)
        if page.body is None and self._writer.record(record_id)["body"]:
            lost = "no text was found on this page, though there was one; the text read before is kept"
            self._write_problem(Problem("body_missing", page.url, lost), now)
            earlier = self._writer.readings(record_id).get(OWN_PAGE)
            if earlier and earlier.fields.keys() - page.fields.keys():
                return  # without its fields, too, it is a notice in the place of the record's page
        self._take(record_id, OWN_PAGE, page, windows.held_by(self._connection, page.capture), now)

    def _take(self, record_id: int, source: int, reading: Row | RecordPage, capture: int | None, now: str) -> bool:
        """Write the reading of one page, or keep it aside until the crawl's end where the record seems to have changed.

        Return whether the record is now as the page shows it.
        """
        kind = PAGE if source == OWN_PAGE else ROW
        is_deferred = self._deferral.concerns(record_id)
        if is_deferred and self._deferral.says_again(record_id, reading, source):
            self._confirm(record_id, source)
        effect = self._writer.compared(record_id, source, reading, now)
        if (effect and effect.differs) or (is_deferred and self._deferral.queues(record_id)):
            self._deferral.put(record_id, kind, reading, capture, now, catalog_id=source)
            return False
        if is_deferred:
            self._deferral.drop(record_id, kind, source)
        if effect:
            if effect.is_first:
                self._first_read.add((record_id, source))
            self._writer.write(effect, capture, now)
        else:
            self._writer.seen_again(record_id, source, reading, capture)
        self._writer.count_masked(record_id, source, reading.redacted)
        return True

    def _listed_on(self, record_id: int, catalog_id: int) -> int | None:
        """Return the last list page that shows a catalogue's row as it was read."""
        sql = "SELECT capture_id FROM listings WHERE record_id = ? AND catalog_id = ?"
        row = self._connection.execute(sql, (record_id, catalog_id)).fetchone()
        return row[0] if row else None

    def _confirm(self, record_id: int, source: int) -> None:
        """Write what an earlier crawl had kept aside of a page that says it once more."""
        for deferred in self._deferral.of_page(record_id, source):
            self._write_deferred(deferred)

    def _waits(self, deferred: Deferred, now: str) -> bool:
        """Whether a page that may not be its record's own waits for a later crawl to read it again, and its files with it."""
        if deferred.kind == FILE:
            return self._deferral.holds_page(deferred.record_id)
        page = deferred.observation() if deferred.kind == PAGE else None
        why = self._presence.why_doubted(deferred.record_id, page) if isinstance(page, RecordPage) else None
        if isinstance(page, RecordPage) and why:
            self._write_problem(
                Problem("another_document", page.url, f"{why}: it waits until it is read so again"), now
            )
        return why is not None

    def _write_deferred(self, deferred: Deferred) -> None:
        """Write what was kept aside, as of the time at which it was read."""
        record_id, at = deferred.record_id, deferred.at
        self._deferral.settled(deferred)
        if deferred.kind == RETURNED:
            self._presence.bring_back(deferred)
            return
        match deferred.observation():
            case AttachmentFile() as file:
                self._attachments.write(record_id, file, at)
            case reading:
                writer = replace(self._writer, cause="layout") if deferred.by_layout else self._writer
                source, capture = deferred.catalog_id, deferred.capture_id
                writer.take(record_id, source, reading, capture, at, self._listed_on(record_id, source))
                writer.count_masked(record_id, source, reading.redacted)
                self._connection.execute(
                    "UPDATE listings SET capture_id = ? WHERE record_id = ? AND catalog_id = ?",
                    (capture, record_id, source),
                )

    def _write_problem(self, problem: Problem, now: str, pages: Pair = NO_PAGES) -> None:
        self.counts["problems"] += 1
        message = REMOVED if hidden(self._connection, problem.url, "") == "withheld" else problem.message
        self._connection.execute(
            "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at, capture_id, before_capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (crawl_id, kind, url) DO UPDATE SET count = count + 1, last_at = excluded.last_at",
            (self.crawl_id, problem.kind, problem.url, message, now, now, pages.now, pages.then),
        )
