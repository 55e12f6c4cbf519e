"""Reading sealed pages again with today's parser.

What every record says now rests on captures: of the list pages that show its rows, of its own page, of its files. Each is
read again; what differs becomes a version with cause `parser`, and no event, for the government edited nothing. A row
that only today's parser finds on the list pages of a catalogue's last walk becomes a record; one that only an earlier
parser found is no longer taken for listed, or its absence would be claimed.
"""

import asyncio
import json
import logging
import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from archive.database.connection import open_for_reading, transaction
from archive.database.kept_settings import keep_setting, setting
from archive.database.portal_changes import Moves
from archive.database.redaction_version import require_current
from archive.database.withheld import HELD, WITHHELD, is_file_withheld
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError, Exchange
from archive.evidence.text_encoding import text_of
from archive.ingest.deferral import Deferral, Deferred
from archive.ingest.record_writer import PENDING, UNLINKED, Writer
from archive.ingest.windows import Window
from archive.maintenance.bring_up_to_date import bring_up_to_date, open_up_to_date
from archive.maintenance.holding import shown_text
from archive.model import clock
from archive.model.addresses import is_on_the_web
from archive.model.agencies import names_of, stated_in
from archive.model.observations import AnyObservation, AttachmentFile, RecordPage, Row
from archive.model.records import OWN_PAGE
from archive.model.site import Site
from archive.tables import file_pages
from archive.tables.printed_table import to_json_text
from crawler.extract.response_class import CUT
from crawler.families.detection import FAMILIES, detect
from crawler.portals.portal_file import converter_memory_of
from crawler.spiders.pages import READING_VERSION, answer_of, read_list, read_record
from pipelines.attachments import FileReader
from pipelines.normalise import NormalisePipeline
from pipelines.redact import RedactPipeline

logger = logging.getLogger(__name__)

STRIDE = 100
"""Captures read again in one transaction: a run that is killed is simply run again."""

LONGEST_STRIDE, PAUSE = 5.0, 0.2
"""Seconds until a transaction ends, too, and until the next begins: crawls of other portals, which write meanwhile, wait for a minute."""

# The pages behind what a portal's records say: list pages with their catalogue, own pages with catalogue 0, each with
# the records that rest on it; and the list pages of each catalogue's last complete walk, whatever rests on them.
_PAGES = """
    SELECT t.capture_id, t.catalog_id, r.id AS record_id, r.url FROM readings t JOIN records r ON r.id = t.record_id
    WHERE r.portal = :portal AND t.capture_id IS NOT NULL AND r.state <> 'withheld'
      AND (:records IS NULL OR r.id IN (SELECT value FROM json_each(:records)))
    UNION ALL
    SELECT w.capture_id, w.catalog_id, NULL, NULL FROM walks w
    WHERE :records IS NULL AND w.look = 1 AND w.crawl_id = (
        SELECT max(l.crawl_id) FROM ledger l JOIN catalogs c ON c.id = l.catalog_id
        WHERE l.catalog_id = w.catalog_id AND l.complete AND c.portal = :portal)
    ORDER BY 1, 2, 3
"""

# The files of a portal's records with their originals. Those of a file that is pending though its address gave one before: the last.
_FILES = """
    SELECT * FROM (
        SELECT a.id, a.record_id, a.name, a.url, a.text, a.tables, a.pages, a.state, a.media_type, r.url AS record_url, r.title,
               CASE WHEN a.sha256 IS NOT NULL THEN a.capture_id WHEN a.state = ?5 THEN (
                   SELECT max(c.id) FROM captures c JOIN crawls w ON w.id = c.crawl_id
                   WHERE c.url = a.url AND w.portal = r.portal AND c.outcome = 'page' AND c.status = 200) END AS capture_id
        FROM attachments a JOIN records r ON r.id = a.record_id
        WHERE r.portal = ?1 AND a.state NOT IN (?2, ?3) AND r.state <> ?3
          AND (?4 IS NULL OR r.id IN (SELECT value FROM json_each(?4))))
    WHERE capture_id IS NOT NULL ORDER BY id
"""

_HELD = """
    SELECT r.portal, r.url, a.name, h.source, coalesce(a.capture_id, t.capture_id) FROM rosters h
    JOIN records r ON r.id = h.record_id
    LEFT JOIN attachments a ON a.record_id = h.record_id AND a.url = h.source
    LEFT JOIN readings t ON t.record_id = h.record_id AND t.catalog_id = 0
    WHERE h.id = ? AND coalesce(a.capture_id, t.capture_id) IS NOT NULL
"""

Page = tuple[int, int, dict[str, int]]
"""A capture, the catalogue it lists (0: a record's own page), and the records that rest on it by their keys."""


def versions() -> dict[str, int]:
    """The versions of today's parser: of the reading that all families share, under "reading", and of each family."""
    return {"reading": READING_VERSION} | {family.name: family.version for family in FAMILIES.values()}


async def catch_up(db: Path, evidence: Path, portal: str, memory_mb: int | None = None) -> None:
    """Read a portal's captures again if another parser read them: its fixes must not be taken for edits by the government."""
    open_up_to_date(db, evidence).close()
    if is_read_by_today(db, portal) is not True:
        done = await asyncio.to_thread(reparse, db, evidence, portal, memory_mb=memory_mb)
        logger.info("portal=%s captures_read_again=%s versions=%s", portal, done["captures"], done["versions"])


def reparse(  # noqa: PLR0913 - options of reading
    db: Path,
    evidence: Path,
    portal: str,
    *,
    ocr: bool = False,
    memory_mb: int | None = None,
    records: Collection[int] | None = None,
    seals: Path | None = None,
) -> Counter[str]:
    """Read the captures behind a portal's records again: how many `captures`, `versions`, new `records`, `unreadable` ones.

    `memory_mb` for each file: where it is not given, what the portal file known by the portal's id says. `records`: only
    those behind these. `seals`: where versions are sealed, by default `evidence`. Raises ArchiveError where the archive
    can't be written, EvidenceError where there are no originals to read.
    """
    memory = memory_mb or converter_memory_of(portal)
    with closing(_Reader(db, evidence, portal, ocr=ocr, memory_mb=memory, records=records, seals=seals)) as reader:
        return reader.run()


def held_text(db: Path, evidence: Path, number: int, *, ocr: bool) -> str | None:
    """Read a text that is held back from its original, masked, for whoever settles it; None where there is none."""
    with closing(open_for_reading(db)) as connection:
        row = connection.execute(_HELD, (number,)).fetchone()
    if row is None:
        return None
    with closing(_Reader(db, evidence, row[0], ocr=ocr, memory_mb=converter_memory_of(row[0]))) as reader:
        return reader.text(*row[1:])


def is_read_by_today(db: Path, portal: str) -> bool | None:
    """Whether a portal's captures were last read by today's parser; None where nobody read any.

    Only the shared reading and the families of the portal's own catalogues count. Archives made before parsers had
    versions hold a digest in their place, and are read again once.
    """
    with closing(open_for_reading(db)) as connection:
        noted = setting(connection, f"parser:{portal}")
        families = connection.execute("SELECT DISTINCT family FROM catalogs WHERE portal = ?", (portal,)).fetchall()
    if noted is None:
        return None
    read_by: dict[str, int] = json.loads(noted) if noted.startswith("{") else {}
    today = versions()
    used = {name for (name,) in families} & read_by.keys() & today.keys()
    return all(read_by.get(name) == today[name] for name in {"reading", *used})


def note_read_by_today(connection: sqlite3.Connection, portal: str) -> None:
    """Note that a portal's captures were last read by today's parser; the caller's transaction."""
    keep_setting(connection, f"parser:{portal}", json.dumps(versions()))


class _Reader:
    def __init__(  # noqa: PLR0913 - as reparse
        self,
        db: Path,
        evidence: Path,
        portal: str,
        *,
        ocr: bool,
        memory_mb: int,
        records: Collection[int] | None = None,
        seals: Path | None = None,
    ) -> None:
        self._connection = open_up_to_date(db, seals or evidence, mend_texts=records is None)
        self._connection.row_factory = sqlite3.Row
        require_current(self._connection)
        self._portal = portal
        self._files = FileReader(ocr=ocr, memory_mb=memory_mb)
        self._records = None if records is None else json.dumps(sorted(records))
        self._done: Counter[str] = Counter()
        self._normalise, self._redact = NormalisePipeline(), RedactPipeline()
        found = self._connection.execute("SELECT home, agencies FROM portals WHERE id = ?", (portal,)).fetchone()
        self._agencies = names_of(stated_in(found["agencies"] if found else None))
        catalogs = self._connection.execute("SELECT * FROM catalogs WHERE portal = ?", (portal,)).fetchall()
        site = Site.of(found["home"] if found else "", [row["url"] for row in catalogs])
        self._moves = Moves.of(self._connection, portal)
        self._is_own: Callable[[str], bool] = lambda url: site.holds(self._moves.address(url))
        kinds = {row["id"]: row["kind"] for row in catalogs}
        self._catalog_urls = {row["id"]: row["url"] for row in catalogs}
        self._families = {row["id"]: row["family"] for row in catalogs}
        last = self._connection.execute("SELECT max(id) FROM crawls WHERE portal = ?", (portal,)).fetchone()[0]
        self._writer = Writer(self._connection, portal, last or 0, kinds, cause="parser")
        held = self._connection.execute("SELECT count(*) FROM captures").fetchone()[0]
        self._evidence = Evidence(evidence) if held else None

    def close(self) -> None:
        self._connection.close()
        if self._evidence:
            self._evidence.close()

    def run(self) -> Counter[str]:
        before = self._versions()
        pages = list(self._pages())
        self._in_strides(pages, self._read_page)
        files = self._connection.execute(_FILES, (self._portal, UNLINKED, WITHHELD, self._records, PENDING)).fetchall()
        for file in files:
            self._read_file(file)
        with transaction(self._connection) as c:
            if self._records is None:
                Deferral(c, self._portal, 0).read_again(self._deferred_page)
            bring_up_to_date(c, self._portal)
            if self._records is None:
                note_read_by_today(c, self._portal)
        self._done["versions"] = self._versions() - before
        return self._done

    def text(self, url: str, name: str | None, source: str, capture_id: int) -> str | None:
        """Return the text of a record's page, or of a file, as a capture shows it."""
        exchange = self._exchange(capture_id)
        if exchange is None:
            return None
        if source:
            file = AttachmentFile(url, name or "", source, capture=capture_id)
            return self._clean(self._files.read(file, exchange.payload)).text
        return self._clean(read_record(text_of(exchange), url, exchange.url, cut=False)).body

    def _in_strides(self, work: list[Any], step: Callable[[Any], None]) -> None:
        upcoming = deque(work)
        while upcoming:
            until = monotonic() + LONGEST_STRIDE
            with transaction(self._connection):
                for _ in range(min(STRIDE, len(upcoming))):
                    step(upcoming.popleft())
                    if monotonic() > until:
                        break
            if monotonic() > until:
                sleep(PAUSE)

    def _versions(self) -> int:
        sql = "SELECT count(*) FROM versions v JOIN records r ON r.id = v.record_id WHERE r.portal = ?"
        return int(self._connection.execute(sql, (self._portal,)).fetchone()[0])

    def _pages(self) -> Iterator[Page]:
        parameters = {"portal": self._portal, "records": self._records}
        rows = self._connection.execute(_PAGES, parameters).fetchall()
        for (capture_id, catalog_id), group in groupby(rows, itemgetter("capture_id", "catalog_id")):
            records = {row["url"]: row["record_id"] for row in group if row["record_id"] is not None}
            yield capture_id, catalog_id, records

    def _read_page(self, page: Page) -> None:
        capture_id, catalog_id, records = page
        exchange = self._exchange(capture_id)
        if exchange and catalog_id == OWN_PAGE:
            self._read_record(exchange, capture_id, records)
        elif exchange:
            self._read_list(exchange, capture_id, catalog_id, records)

    def _deferred_page(self, deferred: Deferred) -> RecordPage | None:
        """The page of a record that a crawl kept aside, as it is read; None where it can't be read."""
        if deferred.capture_id is None or (exchange := self._exchange(deferred.capture_id)) is None:
            return None
        return self._page(exchange, deferred.capture_id, self._writer.record(deferred.record_id)["url"])

    def _page(self, exchange: Exchange, capture_id: int, key: str) -> RecordPage:
        """The page of the record `key` as a capture shows it."""
        outcome = self._connection.execute("SELECT outcome FROM captures WHERE id = ?", (capture_id,)).fetchone()[0]
        page = read_record(text_of(exchange), key, exchange.url, cut=outcome == CUT, agencies=self._agencies)
        files = tuple(replace(file, url=self._moves.address(file.url)) for file in page.attachments)
        return self._clean(replace(page, attachments=files))

    def _read_record(self, exchange: Exchange, capture_id: int, records: Mapping[str, int]) -> None:
        for key, record_id in records.items():
            if not is_on_the_web(key):  # it was changed
                self._done["unreadable"] += 1
                continue
            page = self._page(exchange, capture_id, key)
            self._writer.take(record_id, OWN_PAGE, page, capture_id, clock.text(clock.now()))
            self._writer.count_masked(record_id, OWN_PAGE, page.redacted)

    def _read_list(self, exchange: Exchange, capture_id: int, catalog_id: int, records: Mapping[str, int]) -> None:
        answer = answer_of(exchange)
        looks_like = detect(answer).family
        family = FAMILIES.get(self._families[catalog_id] or "") or looks_like
        page = read_list(answer, family, self._is_own)
        moved = tuple(replace(row, url=row.url and self._moves.address(row.url)) for row in page.rows)
        page = self._clean(replace(page, rows=moved, catalog_url=self._catalog_urls[catalog_id]))
        rows: dict[str, Row] = {}
        for row in page.rows:
            rows.setdefault(row.key, row)  # of several of a record the first counts
        for row in rows.values():
            record_id = records.get(row.key)
            if record_id is None:
                record_id = self._new_record(row, catalog_id, capture_id)
            if record_id is not None:
                self._writer.take(record_id, catalog_id, row, capture_id, clock.text(clock.now()))
                self._writer.count_masked(record_id, catalog_id, row.redacted)
        # A page that software before this one made, or of which nothing can be read, says nothing of rows not found on it.
        if rows and looks_like.name in {family.name, "plain"}:
            for key in records.keys() - rows.keys():
                now = clock.text(clock.now())
                self._done["disowned"] += self._writer.disown(records[key], catalog_id, capture_id, now)

    def _new_record(self, row: Row, catalog_id: int, capture_id: int) -> int | None:
        """A record for a row that no earlier parser saw on the last walk; None where the row is known, or old."""
        shown = self._connection.execute(
            "SELECT c.fetched_at FROM walks w JOIN captures c ON c.id = w.capture_id WHERE w.capture_id = ? "
            "AND w.crawl_id = (SELECT max(crawl_id) FROM ledger WHERE catalog_id = w.catalog_id AND complete)",
            (capture_id,),
        ).fetchone()
        if shown is None or self._writer.find(row.key) is not None:
            return None
        seen_at = shown["fetched_at"][:19] + "Z"
        record_id, _ = self._writer.add(row.key, catalog_id, row, seen_at, Window(after=capture_id))
        self._connection.execute(
            "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, link, capture_id) "
            "SELECT ?, catalog_id, ?, ?, crawl_id, ?, capture_id FROM walks WHERE capture_id = ? AND catalog_id = ? LIMIT 1",
            (record_id, seen_at, seen_at, row.link, capture_id, catalog_id),
        )
        self._done["records"] += 1
        return record_id

    def _read_file(self, file: sqlite3.Row) -> None:
        exchange = self._exchange(file["capture_id"])
        if exchange is None:
            return
        linked = AttachmentFile(file["record_url"], file["name"], file["url"], capture=file["capture_id"])
        read = self._clean(self._files.read(linked, exchange.payload))  # in no transaction: it may take a minute
        self._done[read.state] += 1
        with transaction(self._connection):
            self._keep_file(file, read)

    def _keep_file(self, file: sqlite3.Row, read: AttachmentFile) -> None:
        if is_file_withheld(self._connection, file["url"], read.sha256):
            return
        title, now = f"{file['title'] or ''} {file['name']}", clock.text(clock.now())
        text = shown_text(self._connection, file["record_id"], file["url"], read.sha256, title, read.text, now)
        if read.text and text is None:
            read = replace(read, text=None, tables=(), pages=(), state=HELD)
        new = (read.text, read.state, read.media_type, to_json_text(read.tables), file_pages.to_json_text(read.pages))
        if new != tuple(file[name] for name in ("text", "state", "media_type", "tables", "pages")):
            self._writer.reindex(file["record_id"])
            self._connection.execute(
                "UPDATE attachments SET text = ?, state = ?, media_type = ?, tables = ?, pages = ?, sha256 = ?, bytes = ?, "
                "capture_id = ? WHERE id = ?",
                (*new, read.sha256, read.bytes, file["capture_id"], file["id"]),
            )
            self._writer.count_masked(file["record_id"], file["url"], read.redacted)
            self._done["files"] += 1

    def _clean(self, observation: AnyObservation) -> AnyObservation:
        """Return `observation` tidied and masked as in a crawl."""
        clean = self._redact.masked(self._normalise.process_item(observation))
        assert isinstance(clean, type(observation))  # noqa: S101
        return clean

    def _exchange(self, capture_id: int) -> Exchange | None:
        self._done["captures"] += 1
        try:
            return self._evidence.exchange(capture_id) if self._evidence else None
        except EvidenceError as error:
            self._done["unreadable"] += 1
            logger.warning("capture=%s error=%s", capture_id, error)
            return None
