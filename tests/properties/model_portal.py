"""A made portal that lives through days, the truth about it, and a small crawler that brings it into an archive.

The crawler asks as the spider does (what is pending, what may be "not modified", what a killed crawl has read, what is
missing, a second walk) through `Frontier` and `Store`, without HTTP, so that a day costs milliseconds.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.database.connection import transaction
from archive.ingest.deferral import Deferral, Deferred
from archive.ingest.frontier import Frontier, Known
from archive.ingest.presence import Missing
from archive.ingest.record_writer import Writer
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.clock import text as written
from archive.model.noise import same
from archive.model.observations import Capture, ListPage, MissingPage, Observation, RecordPage
from archive.model.records import OWN_PAGE
from tests.conftest import empty_archive
from tests.properties.documents import CATALOGS, Document, portal
from tests.properties.true_windows import require_true_windows

PAGE_SIZE = 4
STEP = timedelta(hours=9)
START = datetime(2026, 1, 1, 15, 30, tzinfo=UTC)  # half an hour before midnight in Beijing


@dataclass(frozen=True, slots=True)
class Weather:
    """Faults during one crawl. Numbers choose documents; a choice that could not be told from the truth is left out.

    `broken`, `short`, `misread`: the place of a catalogue whose walk breaks off, that shows a quarter of its rows as if they
    were all, whose rows come without their index numbers and half of them not at all. `slips`: a document that the first
    walk does not show. `second`, `broken_again`: what becomes of the second walk, in all catalogues or one. `failing`: documents whose pages answer `failure`.
    `killed`: after so many answers, the last of which is sealed and not read.
    """

    broken: int | None = None
    short: int | None = None
    misread: int | None = None
    slips: int | None = None
    second: str = "whole"
    broken_again: int | None = None
    failing: frozenset[int] = frozenset()
    failure: str = "error"
    killed: int | None = None


FINE = Weather()


@dataclass(slots=True)
class Told:
    """The pages that one crawl was shown, and how the archive was told.

    `before`: what those killed since the last crawl that came to its end were shown, for the next one tells it.
    """

    rows: set[str] = field(default_factory=set)
    complete: set[str] = field(default_factory=set)
    walked_again: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    new_text: set[str] = field(default_factory=set)  # pages that say something else than when they were last read
    new_row: set[str] = field(default_factory=set)
    misread: bool = False
    before: "Told | None" = None

    def says_otherwise(self) -> set[str]:
        """The addresses whose pages or rows say something else than when they were last read."""
        return self.new_text | self.new_row | (self.before.says_otherwise() if self.before else set())

    def was_misread(self) -> bool:
        """Whether rows came without what they always state."""
        return self.misread or (self.before is not None and self.before.was_misread())


class KilledError(Exception):
    """The crawl was killed."""


class World:
    """The portal `p`, its documents by number, and an archive that holds a second portal, `q`, with the same addresses."""

    def __init__(self, folder: Path) -> None:
        self.path = empty_archive(folder / "a.db")
        self.connection = open_up_to_date(self.path)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.documents: dict[int, Document] = {}
        self.now = START
        self.parser = 0
        self.captures = 0
        self.visits = 0
        self.sealed: dict[int, tuple[Document, bool]] = {}  # capture → what its page was, and whether it was cut
        self.addresses: dict[str, int] = {}  # every address there ever was → the document
        self.shown: dict[
            str, tuple[int, int]
        ] = {}  # address → the editions of text and files read last, of a whole page
        self.titles: dict[tuple[str, str], int] = {}
        self.honest: dict[str, int] = defaultdict(int)  # walks of a catalogue since one that lied
        self._killed: Told | None = None
        self._seen_now: list[Observation] = []
        self._sealed_now: list[Capture] = []
        self.lengths: dict[str, int] = {}  # rows of the last complete walk of a catalogue
        self.past: list[tuple[str, dict[int, Document]]] = []  # since when each state of the portal was true
        self.slipped: set[tuple[str, int]] = (
            set()
        )  # at which crawl which document was not shown, though it stood on a list
        for number in range(1, 23):
            self.add({place for place in range(3) if number % (place + 2) == 0} or {0})
        self.first = dict(self.documents)
        self.checked = 0  # the last event whose window was held against the past

    def close(self) -> None:
        self.connection.close()

    # --- what happens ---

    def add(self, places: Iterable[int]) -> None:
        number = len(self.documents) + 1
        self._put(Document(number, frozenset(CATALOGS[place] for place in places), f"http://p.example/{number}.html"))

    def listed(self) -> list[Document]:
        return [each for each in self.documents.values() if each.catalogs]

    def _put(self, document: Document) -> None:
        self.documents[document.number] = document
        self.addresses[document.address] = document.number

    def happens(self, kind: str, choice: int) -> None:
        """Let one thing happen to a document; which of those it can happen to, `choice` says."""
        listed, taken_off = self.listed(), [each for each in self.documents.values() if not each.catalogs]
        if kind == "added":
            self.add({choice % 3})
        elif kind == "returned" and taken_off:
            self._put(
                replace(taken_off[choice % len(taken_off)], catalogs=frozenset({CATALOGS[choice % 3]}), stands=True)
            )
        elif len(listed) > 12 and kind not in {"added", "returned"}:
            document = listed[choice % len(listed)]
            self._put(self._changed(document, kind))
        self.past.append((written(self.now + STEP / 2), dict(self.documents)))

    def at(self, time: str, number: int) -> Document | None:
        """A document as it truly was at a moment; None before it was there."""
        then = next((documents for since, documents in reversed(self.past) if since <= time), self.first)
        return then.get(number)

    def _changed(self, document: Document, kind: str) -> Document:
        changes: dict[str, dict[str, Any]] = {
            "edited": {"text": document.text + 1},
            "files": {"files": document.files % 3 + 1},
            "withdrawn": {"catalogs": frozenset(), "stands": False, "left_a_list": True},
            "unlisted": {"catalogs": frozenset(), "left_a_list": True},
            "page lost": {"stands": False},
            "page back": {"stands": True},
        }
        if not document.left_a_list:
            changes["renamed"] = {"title": document.title + 1}
        if len(document.catalogs) > 1:
            changes["left a list"] = {"catalogs": frozenset(sorted(document.catalogs)[1:]), "left_a_list": True}
        if document.stands:
            changes["moved"] = {"address": f"http://p.example/{document.number}/{len(self.addresses)}.html"}
        return replace(document, **changes.get(kind, {}))

    # --- a crawl ---

    def crawl(self, weather: Weather) -> Told:
        """Crawl the portal wholly; what was shown. Raises KilledError."""
        self.now += STEP
        now = written(self.now)
        store = Store(self.path, self.connection)
        store.begin(portal("p"), "full", now)
        told = self._killed = Told(before=self._killed)
        frontier = Frontier(self.path, "p", store.crawl_id)
        try:
            read_before = frontier.read_before(self.now)
            self._answers_left = weather.killed
            self._slipping = self._slips(weather.slips)
            pending = frontier.pending()
            for catalog in CATALOGS:
                self._walk(store, catalog, weather, told, look=1)
            for address in [*pending, *sorted(told.rows - read_before - set(pending))]:
                known = None if address in pending else frontier.known(address)
                self._read(frontier, store, self._at(address), known, weather, told)
            self._flush(store)
            for missing in store.missing(now):
                if missing.url:
                    self._ask(frontier, store, missing, weather, told)
            self._flush(store)
            for catalog in sorted(store.to_walk_again()):
                self._walk(store, catalog, weather, told, look=2)
            self._flush(store)
            store.finish("finished", now)
            self._killed = None
        finally:
            frontier.close()
            self.checked = require_true_windows(self, self.checked)
        return told

    def _slips(self, choice: int | None) -> int | None:
        """The document that slips from one list page to another: rather one that some list shows no more."""
        likely = sorted(self.listed(), key=lambda each: (not each.left_a_list, each.number))[:5]
        return None if choice is None else likely[choice % 5].number

    def _at(self, address: str) -> Document:
        """The document at an address; a page that is gone where it has moved away from there."""
        document = self.documents[self.addresses[address]]
        return document if document.address == address else replace(document, address=address, stands=False)

    def _answer(self, store: Store, address: str, outcome: str, tag: str | None = None) -> int:
        """Seal an answer. Raises KilledError where it is the last."""
        self.captures += 1
        status = {"not_modified": 304, "gone": 404, "error": 500, "blocked": 403}.get(outcome, 200)
        capture = Capture(
            self.captures, address, written(self.now), status, outcome, f"{self.captures:064x}", 1, tag, None
        )
        self._sealed_now.append(capture)
        if self._answers_left is not None:
            self._answers_left -= 1
            if self._answers_left <= 0:
                self._flush(store)
                raise KilledError
        return self.captures

    def _walk(self, store: Store, catalog: str, weather: Weather, told: Told, look: int) -> None:
        rows = [
            each for each in sorted(self.documents.values(), key=lambda each: -each.number) if catalog in each.catalogs
        ]
        place, whole = CATALOGS.index(catalog), True
        misread = False
        lies = self.honest[catalog] >= 2 and len(rows) >= 8 and abs(self.lengths.get(catalog, 0) - len(rows)) <= 1
        if look == 1:
            rows = [each for each in rows if each.number != self._slipping or not each.stands]
            if self._slipping is not None:
                self.slipped.add((written(self.now), self._slipping))
            whole = weather.broken != place
            if lies and weather.misread == place:
                misread, rows = True, rows[::2]
            elif lies and weather.short == place:
                rows = rows[: len(rows) // 4]
            self.honest[catalog] = 0 if misread or (lies and weather.short == place) else self.honest[catalog] + 1
        else:
            whole = weather.broken_again != place
            rows = {"empty": [], "short": rows[: len(rows) // 4] if len(rows) >= 6 else rows}.get(weather.second, rows)
        pages = [rows[at : at + PAGE_SIZE] for at in range(0, len(rows), PAGE_SIZE)] or [[]]
        for number, page in enumerate(pages, 1):
            if not whole and number == len(pages):
                self._answer(store, f"{catalog}?{number}", "error")
                return
            seen = tuple(document.row(misread=misread) for document in page)
            capture = self._answer(store, f"{catalog}?{number}", "page")
            shown = ListPage(
                seen, catalog_url=catalog, last=number == len(pages), second_pass=look == 2, capture=capture
            )
            self._seen_now.append(shown)
            self._note_rows(catalog, page, told, misread=misread)
        if look == 2:
            if rows and weather.second != "short":
                told.walked_again.add(catalog)
        elif rows:
            told.complete.add(catalog)
            self.lengths[catalog] = len(rows)

    def _note_rows(self, catalog: str, page: list[Document], told: Told, *, misread: bool) -> None:
        told.misread |= misread
        for document in page:
            told.rows.add(document.address)
            if self.titles.get((document.address, catalog), document.title) != document.title:
                told.new_row.add(document.address)
            self.titles[document.address, catalog] = document.title

    def _read(  # noqa: PLR0917 - a request, and its answer
        self, frontier: Frontier, store: Store, document: Document, known: Known | None, weather: Weather, told: Told
    ) -> None:
        failing = document.number in weather.failing and weather.failure != "cut"
        if failing or not document.stands:
            self._answer(store, document.address, weather.failure if failing else "gone")
        elif known and known.etag == document.tag:
            is_read = frontier.has_read(document.address, known.capture_id)
            capture = self._answer(store, document.address, "not_modified", document.tag)
            if not is_read:
                self._see(capture, document, told)
        else:
            cut = document.number in weather.failing
            capture = self._answer(store, document.address, "cut" if cut else "page", document.tag)
            self.sealed[capture] = document, cut
            self._see(capture, document, told, cut=cut)

    def _see(self, capture: int, document: Document, told: Told, *, cut: bool = False) -> None:
        """Have the archive told what a document's page says."""
        self.visits += 1
        self._seen_now.append(replace(document.page(self.visits, self.parser, cut=cut), capture=capture))
        if not cut:
            edition = document.text, document.files
            if self.shown.get(document.address, edition) != edition:
                told.new_text.add(document.address)
            self.shown[document.address] = edition

    def _ask(self, frontier: Frontier, store: Store, missing: Missing, weather: Weather, told: Told) -> None:
        address = str(missing.url)
        document = self._at(address)
        if document.number in weather.failing:
            self._answer(store, address, weather.failure)
            return
        known = frontier.known(address)
        unchanged = bool(known and known.etag == document.tag)
        outcome = "gone" if not document.stands else "not_modified" if unchanged else "page"
        capture = self._answer(store, address, outcome, document.tag if document.stands else None)
        if outcome == "page":
            self.sealed[capture] = document, False
        if missing.state == "withdrawn" and document.stands:
            self._see(capture, document, told)
        told.answers[address] = "gone" if outcome == "gone" else "page"
        self._seen_now.append(MissingPage(address, told.answers[address], f"found to be {outcome}", capture))

    def _flush(self, store: Store) -> None:
        """Write what was received since the last time."""
        store.write(self._seen_now, written(self.now), self._sealed_now)
        self._seen_now, self._sealed_now = [], []

    # --- a later parser, another portal ---

    def another_parser(self) -> None:
        """Read the sealed pages again with a parser that reads more, or less, of each."""
        self.parser = 1 - self.parser
        rest = self.rows("SELECT t.record_id, t.capture_id FROM readings t JOIN records r ON r.id = t.record_id "
                         "WHERE t.catalog_id = 0 AND r.portal = 'p' ORDER BY 2")  # fmt: skip
        kinds = {each["id"]: each["kind"] for each in self.rows("SELECT id, kind FROM catalogs WHERE portal = 'p'")}
        last = self.rows("SELECT max(id) AS id FROM crawls WHERE portal = 'p'")[0]["id"]
        writer = Writer(self.connection, "p", last, kinds, cause="parser")
        with transaction(self.connection):
            Deferral(self.connection, "p", last).read_again(self._deferred_page)
            for each in rest:
                document, cut = self.sealed[each["capture_id"]]
                seen = document.page(self.visits, self.parser, cut=cut)
                writer.take(each["record_id"], OWN_PAGE, seen, each["capture_id"], written(self.now))

    def _deferred_page(self, deferred: Deferred) -> RecordPage:
        assert deferred.capture_id is not None
        document, cut = self.sealed[deferred.capture_id]
        return document.page(self.visits, self.parser, cut=cut)

    def neighbour(self) -> None:
        """A crawl of the second portal, whose lists never change, though pages do."""
        self.now += timedelta(minutes=1)
        store = Store(self.path, self.connection)
        store.begin(portal("q"), "full", written(self.now))
        self._answers_left = None
        rows = tuple(Document(number, frozenset(), f"http://p.example/{number}.html").row() for number in range(1, 12))
        for catalog in CATALOGS:
            capture = self._answer(store, catalog, "page")
            self._seen_now.append(ListPage(rows, catalog_url=catalog, last=True, capture=capture))
        for row in rows:
            document = self._at(row.key)
            if document.stands:
                capture = self._answer(store, row.key, "page", document.tag)
                self._seen_now.append(replace(document.page(0, 0), capture=capture))
        self._flush(store)
        assert store.missing(written(self.now)) == []
        store.finish("finished", written(self.now))

    # --- what the archive says ---

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        self.connection.row_factory = sqlite3.Row
        return [dict(row) for row in self.connection.execute(sql, values)]

    def says_the_truth_of(self, document: Document, record: dict[str, Any]) -> bool:
        """Whether a listed record says what its row prints and, where its page stands, what that says."""
        parsed = document.page(0, self.parser)
        row = document.row()
        stated = {**row.fields, **parsed.fields} if document.stands else row.fields
        if document.left_a_list:
            stated = {name: value for name, value in stated.items() if name != "title"}
        printed = json.loads(record["source_fields"])
        labels = {label: value for label, value in row.source_fields.items() if label != "名称"}
        if document.stands:
            labels |= {label: value for label, value in parsed.source_fields.items() if label != "浏览次数"}
        return (
            all(record[name] == value for name, value in stated.items())
            and (not document.stands or same(record["body"], parsed.body))
            and all(printed.get(label) == value for label, value in labels.items())
        )
