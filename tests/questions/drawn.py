"""Archives drawn at random, of two portals that are alike, so that a question can be compared with plain Python.

What is true of the rows is kept beside them as Python values: nothing is read back from the archive but its authority
list of agencies, which `tests/test_agencies.py` tests by itself.
"""

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from archive.database.connection import open_for_reading
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.questions.small import Small

PORTALS = ("county", "other")

RECORD = dict.fromkeys(("index_number", "title", "publisher", "published_on", "document_number", "created_on", "responsible_department", "disclosure_period", "body", "capture_id", "prefix", "year", "month", "serial", "checks", "pattern", "subject", "series", "issue", "issue_unit", "last_modified", "url_date", "issued"))  # fmt: skip
"""Columns of a record, and what the drawing knows of it, where nothing is drawn."""

WHOLE_RECORD = {"page_cut", "row_not_read", "ocr_suspect", "personal_link"}
"""Flags that make everything about a record doubtful."""
NUMBER = WHOLE_RECORD | {"index_number_differs"}
TITLE = WHOLE_RECORD | {"title_missing", "title_truncated"}
DATE = WHOLE_RECORD | {"date_unreadable"}
PUBLISHER = WHOLE_RECORD | {"publisher_truncated"}
FUTURE = {"date_in_future"}
FLAGS = sorted(NUMBER | TITLE | DATE | PUBLISHER | FUTURE)


@dataclass
class Drawn:
    """An archive and what is true of it; each row as its columns' names and values."""

    small: Small
    draw: random.Random
    records: list[SimpleNamespace] = field(default_factory=list)
    catalogs: list[SimpleNamespace] = field(default_factory=list)
    crawls: list[SimpleNamespace] = field(default_factory=list)
    ledger: list[SimpleNamespace] = field(default_factory=list)
    events: list[SimpleNamespace] = field(default_factory=list)
    attachments: list[SimpleNamespace] = field(default_factory=list)
    redactions: list[SimpleNamespace] = field(default_factory=list)
    reports: list[SimpleNamespace] = field(default_factory=list)
    agencies: dict[int, SimpleNamespace] = field(default_factory=dict)
    names: dict[tuple[str, str], SimpleNamespace | None] = field(default_factory=dict)
    connection: sqlite3.Connection | None = None

    def portal(self, name: str, agencies: Iterable[dict[str, Any]] = ()) -> None:
        """A portal of the sample county, with what its file says of agencies."""
        self.small.portals.add(name)
        said = json.dumps(list(agencies), ensure_ascii=False)
        self.small.insert(
            "portals", id=name, name="样本", division_code="640324", home="http://a.example/", agencies=said
        )

    def catalog(self, portal: str, kind: str = "notice") -> SimpleNamespace:
        """One more catalogue of a portal."""
        number = len(self.catalogs)
        row = {"portal": portal, "kind": kind, "title": f"样本目录{number}", "url": f"http://a.example/c{number}/"}
        return _kept(self.catalogs, self.small.insert("catalogs", **row), row)

    def crawl(self, portal: str, started_at: str, finished_at: str | None) -> SimpleNamespace:
        """A crawl; one without an end is under way."""
        row = {"portal": portal, "mode": "full", "started_at": started_at, "finished_at": finished_at}
        return _kept(self.crawls, self.small.insert("crawls", **row), row)

    def walk(self, crawl: SimpleNamespace, catalog: SimpleNamespace, complete: bool) -> None:
        """The reading of a catalogue in a crawl, to its end or not."""
        self.small.insert("ledger", crawl_id=crawl.id, catalog_id=catalog.id, complete=int(complete))
        self.ledger.append(SimpleNamespace(crawl=crawl, catalog=catalog, complete=complete))

    def record(
        self, catalogs: list[SimpleNamespace], meaning: dict[str, Any] | None = None, **columns: Any
    ) -> SimpleNamespace:
        """A record that stands in `catalogs`; `meaning` is known of it and not written."""
        columns.setdefault("title", "样本：通知")
        columns["portal"] = catalogs[0].portal
        columns.setdefault("kind", catalogs[0].kind)
        columns.setdefault("state", "listed")
        columns.setdefault("first_seen", "2018-06-01T01:00:00Z")
        columns.setdefault("last_seen", columns["first_seen"])
        row_id = self.small.record(False, catalog=catalogs[0].id, **columns)
        for catalog in catalogs[1:]:
            self.small.insert("listings", record_id=row_id, catalog_id=catalog.id, first_seen="", last_seen="")
        row = {**RECORD, **columns, **(meaning or {}), "catalogs": catalogs, "flags": set(columns.get("flags", ()))}
        return _kept(self.records, row_id, row)

    def event(self, record: SimpleNamespace, kind: str, at: str, changed: Iterable[str] = ()) -> None:
        """Something that happened to a record; of every other it is known since when it may have."""
        changed = list(changed)
        not_before = record.first_seen if len(self.events) % 2 else None
        detail = {"changed": {name: ["前", "后"] for name in changed}} if kind == "changed" else {}
        self.small.event(record.id, kind, at, not_before, **detail)
        row = {"record": record, "kind": kind, "at": at, "changed": changed, "not_before": not_before}
        _kept(self.events, len(self.events) + 1, row)

    def capture(self, crawl: SimpleNamespace, **columns: Any) -> int:
        """An answer of a portal; its id."""
        row = {"url": "http://a.example/", "status": 200, "outcome": "stored", "sha256": "0" * 64, "bytes": 1}
        return self.small.insert("captures", crawl_id=crawl.id, **row, **columns)

    def attachment(self, record: SimpleNamespace, state: str, capture_id: int | None, fetched_at: str | None) -> None:
        """A file of a record."""
        number = len(self.attachments)
        row = {"name": f"样本{number}.pdf", "url": f"http://a.example/{number}.pdf", "state": state}
        row_id = self.small.insert("attachments", record_id=record.id, capture_id=capture_id, **row)
        _kept(self.attachments, row_id, {**row, "record": record, "fetched_at": fetched_at})

    def redaction(self, record: SimpleNamespace, source: str, kind: str, count: int) -> None:
        """The numbers masked in a record."""
        row = {"source": source, "kind": kind, "count": count}
        self.small.insert("redactions", record_id=record.id, rules_version=1, **row)
        self.redactions.append(SimpleNamespace(**row, record=record))

    def flags(self, chance: float = 0.12, of: Iterable[str] = FLAGS) -> list[str]:
        """No flag mostly, or one, or two."""
        pool = sorted(of)
        return [self.draw.choice(pool) for _ in range(2) if self.draw.random() < chance]

    def agency(self, portal: str, name: str | None) -> SimpleNamespace | None:
        """The agency of a printed name; None where that isn't known, or there is no name."""
        return self.names.get((portal, name)) if name else None

    def whose(self, record: SimpleNamespace) -> tuple[str, str | int]:
        """A value that all records of one agency share, in a portal; a name that is nobody's stands for itself."""
        agency = self.agency(record.portal, record.publisher)
        return record.portal, agency.id if agency else record.publisher or ""


def _kept(rows: list[SimpleNamespace], row_id: int, row: dict[str, Any]) -> SimpleNamespace:
    rows.append(SimpleNamespace(**row, id=row_id))
    return rows[-1]


def drawn(empty: Path, path: Path, write: Callable[[Drawn], object], seed: int) -> Drawn:
    """An archive that `write` fills, opened for reading. `empty`: an archive without rows, of which it is a copy."""
    shutil.copy(empty, path)
    connection = open_up_to_date(path)
    made = Drawn(Small(connection), random.Random(seed))
    connection.execute("BEGIN")
    write(made)
    connection.execute("COMMIT")
    connection.close()
    open_up_to_date(path).close()  # as at the end of a crawl
    made.connection = open_for_reading(path)
    columns = ("id", "portal", "name", "type", "index_prefix", "budget_unit", "successor_id", "stated")
    for row in made.connection.execute(f"SELECT {', '.join(columns)} FROM agencies"):
        agency = SimpleNamespace(**dict(zip(columns, row, strict=True)))
        made.agencies[agency.id] = agency
    for portal, name, agency_id in made.connection.execute("SELECT portal, name, agency_id FROM publisher_names"):
        made.names[portal, name] = made.agencies.get(agency_id)
    return made


def day(text: str) -> date:
    """The day that ISO 8601 text is."""
    return date.fromisoformat(text)


def beijing(moment: str) -> date:
    """The day in Beijing at a moment."""
    return (datetime.fromisoformat(moment) + timedelta(hours=8)).date()


def later(moment: str, **span: int) -> str:
    """The moment so much later."""
    return (datetime.fromisoformat(moment) + timedelta(**span)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
