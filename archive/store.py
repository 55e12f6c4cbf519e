"""Writing what a crawl saw: one writer, whole batches in one transaction each, the same crawl twice changes nothing."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from archive import search
from archive.database import open_for_writing, transaction
from archive.observations import ListPageSeen, Observation, PortalOfFile, ProblemSeen, RecordPageSeen
from archive.records import CUT_PAGE, FIELDS, REPEATED, Merged, Reading, merge

OWN_PAGE = 0
"""The `catalog_id` of readings of a record's own page."""

INDEXING_STRIDE = 1000
"""So many changes are indexed at once: a record is then indexed once, not when its row and again when its page is read."""

_STATED = ", ".join(f"{name} = :{name}" for name in FIELDS)
_UPDATE = f"UPDATE records SET {_STATED}, kind = :kind, flags = :flags, source_fields = :source_fields, body = :body, changed_at = :changed_at WHERE id = :id"  # noqa: S608


class Store:
    """The archive at `path`, open for one crawl's writing. Raises ArchiveError where it can't be opened."""

    def __init__(self, path: Path) -> None:
        self._connection = open_for_writing(path)
        self._connection.row_factory = sqlite3.Row
        self.crawl_id = 0
        self.counts: Counter[str] = Counter()
        self._portal = ""
        self._catalogs: dict[str, int] = {}
        self._kinds: dict[int, str] = {}
        self._batch_counts: Counter[str] = Counter()
        # The rows read in this crawl; a table, so that a batch taken back takes its rows back too.
        self._connection.execute(
            "CREATE TEMP TABLE read_rows (record_id, catalog_id, PRIMARY KEY (record_id, catalog_id))"
        )

    def begin(self, portal: PortalOfFile, mode: str, now: str) -> int:
        """Note the portal, its catalogues and a new crawl; the crawl's id. `now` is UTC, ISO 8601."""
        with transaction(self._connection) as c:
            c.execute(
                "INSERT INTO portals (id, name, division_code, home, family, checked_on) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET name = excluded.name, division_code = excluded.division_code, "
                "home = excluded.home, family = excluded.family, checked_on = excluded.checked_on",
                (portal.id, portal.name, portal.division_code, portal.home, portal.family, portal.checked_on),
            )
            for catalog in portal.catalogs:
                c.execute(
                    "INSERT INTO catalogs (portal, kind, title, url) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (portal, url) DO UPDATE SET kind = excluded.kind, title = excluded.title",
                    (portal.id, catalog.kind, catalog.title, catalog.url),
                )
            for row in c.execute("SELECT id, url, kind FROM catalogs WHERE portal = ?", (portal.id,)):
                self._catalogs[row["url"]] = row["id"]
                self._kinds[row["id"]] = row["kind"]
            c.execute("UPDATE crawls SET outcome = 'interrupted' WHERE portal = ? AND outcome IS NULL", (portal.id,))
            begun = c.execute("INSERT INTO crawls (portal, mode, started_at) VALUES (?, ?, ?)", (portal.id, mode, now))
            self.crawl_id = int(begun.lastrowid or 0)
            for catalog in portal.catalogs:
                c.execute(
                    "INSERT INTO ledger (crawl_id, catalog_id) VALUES (?, ?)",
                    (self.crawl_id, self._catalogs[catalog.url]),
                )
        self._portal = portal.id
        return self.crawl_id

    def write(self, batch: Iterable[Observation], now: str) -> None:
        """Write all of `batch` or, on an error, nothing of it."""
        self._batch_counts = Counter[str]()
        with transaction(self._connection) as c:
            for observation in batch:
                match observation:
                    case ListPageSeen():
                        self._write_list_page(observation, now)
                    case RecordPageSeen():
                        self._write_own_page(observation, now)
                    case ProblemSeen():
                        self._write_problem(observation, now)
            if c.execute("SELECT count(*) FROM unindexed").fetchone()[0] >= INDEXING_STRIDE:
                search.catch_up(c)
        self.counts.update(self._batch_counts)

    def finish(self, outcome: str, now: str) -> None:
        """Close the crawl's books: outcome, time and counts."""
        with transaction(self._connection) as c:
            search.catch_up(c)
            c.execute(
                "UPDATE crawls SET finished_at = ?, outcome = ?, counts = ? WHERE id = ?",
                (now, outcome, json.dumps(dict(sorted(self.counts.items()))), self.crawl_id),
            )

    def complete(self) -> bool:
        """Whether this crawl walked every one of its catalogues wholly."""
        sql = "SELECT count(*) FROM ledger WHERE crawl_id = ? AND NOT complete"
        return not self._connection.execute(sql, (self.crawl_id,)).fetchone()[0]

    def close(self) -> None:
        """Close the connection; the store is of no use afterwards."""
        self._connection.close()

    # --- pages ---

    def _write_list_page(self, page: ListPageSeen, now: str) -> None:
        catalog_id = self._catalogs[page.catalog_url]
        for row in page.rows:
            self._write_row(row.url, catalog_id, row.reading, now)
        self._batch_counts["list_pages"] += 1
        self._batch_counts["rows"] += len(page.rows)
        if page.path:
            self._connection.execute("UPDATE catalogs SET path = ? WHERE id = ?", (page.path, catalog_id))
        self._connection.execute(
            "UPDATE ledger SET pages_read = pages_read + 1, rows_read = rows_read + :rows, "
            "pages_claimed = coalesce(:pages_claimed, pages_claimed), rows_claimed = coalesce(:rows_claimed, rows_claimed) "
            "WHERE crawl_id = :crawl_id AND catalog_id = :catalog_id",
            {
                "rows": len(page.rows),
                "pages_claimed": page.pages_claimed,
                "rows_claimed": page.rows_claimed,
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

    def _write_row(self, url: str, catalog_id: int, reading: Reading, now: str) -> None:
        found = self._connection.execute(
            "SELECT id FROM records WHERE portal = ? AND url = ?", (self._portal, url)
        ).fetchone()
        if found:
            record_id = int(found["id"])
            self._connection.execute("UPDATE records SET last_seen = ? WHERE id = ?", (now, record_id))
        else:
            added = self._connection.execute(
                "INSERT INTO records (portal, url, kind, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)",
                (self._portal, url, self._kinds[catalog_id], now, now),
            )
            record_id = int(added.lastrowid or 0)
            search.changed(self._connection, record_id, None)
            self._event(record_id, "added", now, {})
        self._connection.execute(
            "INSERT INTO listings VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen",
            (record_id, catalog_id, now, now),
        )
        # A catalogue may list a record twice in different words, pinned to its top and again in its place: the first
        # counts, or each crawl would take the one for an edit of the other.
        first = "INSERT OR IGNORE INTO read_rows VALUES (?, ?)"
        if self._connection.execute(first, (record_id, catalog_id)).rowcount:
            self._read(record_id, catalog_id, reading, now)

    def _write_own_page(self, page: RecordPageSeen, now: str) -> None:
        found = self._connection.execute(
            "SELECT id FROM records WHERE portal = ? AND url = ?", (self._portal, page.url)
        ).fetchone()
        if not found:
            return  # its row was in a batch that was never written: the next crawl reads both
        self._batch_counts["record_pages"] += 1
        record_id = int(found["id"])
        if page.cut and self._readings(record_id).get(OWN_PAGE):
            return  # half a page takes nothing away from what was read before
        self._read(record_id, OWN_PAGE, page.reading, now, body=page.body)

    def _write_problem(self, problem: ProblemSeen, now: str) -> None:
        self._batch_counts["problems"] += 1
        self._connection.execute(
            "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (crawl_id, kind, url) DO UPDATE SET count = count + 1, last_at = excluded.last_at",
            (self.crawl_id, problem.kind, problem.url, problem.message, now, now),
        )

    # --- records ---

    def _read(self, record_id: int, catalog_id: int, reading: Reading, now: str, body: str | None = None) -> None:
        """Take in one page's reading; where it says something else than that page said before, the record changes."""
        readings = self._readings(record_id)
        earlier = readings.get(catalog_id)
        old = self._record(record_id)
        new_body = body if catalog_id == OWN_PAGE else old["body"]
        if earlier == reading and new_body == old["body"]:
            return
        readings[catalog_id] = reading
        self._connection.execute(
            "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)",
            (
                record_id,
                catalog_id,
                _json({**reading.fields, "doubts": list(reading.doubts)}),
                _json(reading.source_fields),
            ),
        )
        catalogs = sorted(key for key in readings if key != OWN_PAGE)
        merged = merge([readings[key] for key in catalogs], readings.get(OWN_PAGE), old["first_seen"][:10])
        changed = {name: [old[name], merged.fields[name]] for name in FIELDS if old[name] != merged.fields[name]}
        if new_body != old["body"]:
            changed["body"] = [old["body"], new_body]
        edited = bool(changed) and earlier is not None and CUT_PAGE not in earlier.doubts
        self._update(old, merged, self._kinds[catalogs[0]], new_body, now if edited else old["changed_at"])
        if edited:
            self._event(record_id, "changed", now, {"changed": changed})
        if old["index_number"] != merged.fields["index_number"]:
            self._flag_repeated(record_id, old["index_number"], merged.fields["index_number"])

    def _update(
        self, old: Mapping[str, Any], merged: Merged, kind: str, body: str | None, changed_at: str | None
    ) -> None:
        record_id = old["id"]
        new = {**merged.fields, "body": body}
        if any(old[name] != new[name] for name in search.INDEXED):
            search.changed(self._connection, record_id, [old[name] for name in search.INDEXED])
        repeated = [REPEATED] if REPEATED in old["flags"] else []
        self._connection.execute(
            _UPDATE,
            {
                **merged.fields,
                "id": record_id,
                "kind": kind,
                "flags": _json(sorted({*merged.flags, *repeated})),
                "source_fields": _json(merged.source_fields),
                "body": body,
                "changed_at": changed_at,
            },
        )

    def _flag_repeated(self, record_id: int, left: str | None, taken: str | None) -> None:
        """Keep `index_number_repeated` on exactly the records of this portal that share a number.

        Record `record_id` had the number `left` and has `taken` now.
        """
        if left:
            others = self._holders(left, record_id)
            if len(others) == 1:
                self._set_flag(others[0], REPEATED, on=False)
        others = self._holders(taken, record_id) if taken else []
        self._set_flag(record_id, REPEATED, on=bool(others))
        for other in others:
            self._set_flag(other, REPEATED, on=True)

    def _holders(self, number: str, besides: int) -> list[int]:
        """Up to two other records of this portal with `number`: more need no second look."""
        sql = "SELECT id FROM records WHERE portal = ? AND index_number = ? AND id <> ? LIMIT 2"
        return [row["id"] for row in self._connection.execute(sql, (self._portal, number, besides))]

    def _set_flag(self, record_id: int, flag: str, *, on: bool) -> None:
        old = self._connection.execute("SELECT flags FROM records WHERE id = ?", (record_id,)).fetchone()["flags"]
        flags = set(json.loads(old))
        new = _json(sorted(flags | {flag} if on else flags - {flag}))
        if new != old:
            self._connection.execute("UPDATE records SET flags = ? WHERE id = ?", (new, record_id))

    def _record(self, record_id: int) -> Mapping[str, Any]:
        row = self._connection.execute("SELECT * FROM records WHERE id = ?", (record_id,)).fetchone()
        return dict(row)

    def _readings(self, record_id: int) -> dict[int, Reading]:
        rows = self._connection.execute(
            "SELECT catalog_id, fields, source_fields FROM readings WHERE record_id = ?", (record_id,)
        )
        readings = {}
        for row in rows:
            fields = json.loads(row["fields"])
            doubts = tuple(fields.pop("doubts"))
            readings[row["catalog_id"]] = Reading(fields, json.loads(row["source_fields"]), doubts)
        return readings

    def _event(self, record_id: int, kind: str, now: str, detail: dict[str, Any]) -> None:
        self._batch_counts[kind] += 1
        self._connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (?, ?, ?, ?, ?)",
            (record_id, kind, now, self.crawl_id, _json(detail)),
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
