"""A small archive written for one question: rows that it must find, and rows that it must not."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.database.connection import open_for_reading
from archive.maintenance.bring_up_to_date import open_up_to_date

FIRST = "2018-01-01T00:00:00Z"
"""When the first crawl of each portal began and ended, wholly."""

SEEN = "2018-06-01T01:00:00Z"


@dataclass
class Small:
    """The archive while it is written. Records given `found=True` are those that the question must find."""

    connection: sqlite3.Connection
    found: set[int] = field(default_factory=set)
    portals: set[str] = field(default_factory=set)

    def portal(self, name: str = "county", division_code: str = "640324") -> int:
        """A portal with one catalogue, walked wholly on the first day; the catalogue's id."""
        if name not in self.portals:
            self.portals.add(name)
            self.insert(
                "portals", id=name, name="样本县人民政府", division_code=division_code, home="http://a.example/"
            )
            catalog = self.insert(
                "catalogs", portal=name, kind="notice", title="通知公告", url=f"http://a.example/{name}/"
            )
            crawl = self.insert(
                "crawls", portal=name, mode="full", started_at=FIRST, finished_at=FIRST, outcome="finished"
            )
            self.insert("ledger", crawl_id=crawl, catalog_id=catalog, pages_read=1, rows_read=1, complete=1)
        sql = "SELECT min(id) FROM catalogs WHERE portal = ?"
        return int(self.connection.execute(sql, (name,)).fetchone()[0])

    def crawl(self, at: str, name: str = "county") -> int:
        """Another crawl."""
        return self.insert("crawls", portal=name, mode="update", started_at=at, finished_at=at, outcome="finished")

    def record(self, found: bool, title: str, **columns: Any) -> int:
        """A record, listed in its portal's catalogue; flags and source fields as Python values."""
        portal = columns.setdefault("portal", "county")
        catalog = columns.pop("catalog", None) or self.portal(portal)
        number = self.connection.execute("SELECT count(*) FROM records").fetchone()[0] + 1
        values = {
            "kind": "notice",
            "first_seen": SEEN,
            "last_seen": SEEN,
            "url": f"http://a.example/{number}.html",
            **columns,
        }
        values["flags"] = json.dumps(values.get("flags", []))
        record_id = self.insert("records", title=title, **values)
        self.insert("listings", record_id=record_id, catalog_id=catalog, first_seen=SEEN, last_seen=SEEN)
        if found:
            self.found.add(record_id)
        return record_id

    def portal_file(self, agencies: list[dict[str, Any]], name: str = "county") -> None:
        """Publishers in the portal's file."""
        self.portal(name)
        said = json.dumps(agencies, ensure_ascii=False)
        self.connection.execute("UPDATE portals SET agencies = ? WHERE id = ?", (said, name))

    def event(self, record_id: int, kind: str, at: str = SEEN, not_before: str | None = None, **detail: Any) -> None:
        """Something that happened to a record."""
        values = {"record_id": record_id, "kind": kind, "at": at, "not_before": not_before, "crawl_id": 1}
        self.insert("events", **values, detail=json.dumps(detail))

    def insert(self, table: str, **values: Any) -> int:
        """A row of any table; its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        return int(self.connection.execute(sql, list(values.values())).lastrowid or 0)


def archive_of(path: Path, write: Callable[[Small], object]) -> tuple[sqlite3.Connection, set[int]]:
    """An archive that `write` fills, opened for reading; the records that are to be found in it."""
    small = Small(open_up_to_date(path))
    write(small)
    small.connection.close()
    open_up_to_date(path).close()  # what a crawl would do at its end
    return open_for_reading(path), small.found
