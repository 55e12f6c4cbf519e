"""An archive by its natural keys: what two archives with other ids must have in common, row for row."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

_CAPTURE = "(SELECT c.url || ' ' || c.fetched_at FROM captures c WHERE c.id = {})"
_CRAWL = "(SELECT w.portal || ' ' || w.started_at FROM crawls w WHERE w.id = {})"
_CATALOG = "(SELECT c.url FROM catalogs c WHERE c.id = {})"
_RECORD = "(SELECT r.portal || ' ' || r.url FROM records r WHERE r.id = {})"
_PUBLISHER = "(SELECT p.portal || ' ' || p.name FROM publisher_names p WHERE p.id = {})"
_AGENCY = "(SELECT a.portal || ' ' || a.name FROM agencies a WHERE a.id = {})"
_REFERENCES = {
    "record_id": _RECORD,
    "crawl_id": _CRAWL,
    "catalog_id": _CATALOG,
    **dict.fromkeys(("capture_id", "seen_capture_id", "before_capture_id", "after_capture_id"), _CAPTURE),
    "publisher_id": _PUBLISHER,
    "unit_id": _PUBLISHER,
    "agency_id": _AGENCY,
    "successor_id": _AGENCY,
}

TABLES = (
    "portals", "catalogs", "crawls", "captures", "records", "listings", "readings", "walks", "ledger", "versions",
    "attachments", "redactions", "events", "problems", "tally_months", "tally_portals", "tally_events",
    "annual_reports", "report_statistics", "report_claims", "report_equations", "report_checks",
    "derived", "document_numbers", "budgets", "agencies", "publisher_names", "budget_changes",
)  # fmt: skip

Change = Callable[[str, dict[str, Any]], dict[str, Any]]


def contents(db: Path, change: Change = lambda _, row: row) -> dict[str, list[str]]:
    """Every row of every table, sorted, its references as natural keys and without its own id.

    `change` may take from a row what two archives can't have in common.
    """
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        told = {table: _rows(connection, table, change) for table in TABLES}
        told["settings"] = [
            str(tuple(row))
            for row in connection.execute("SELECT * FROM settings WHERE name LIKE 'parser:%' ORDER BY 1")
        ]
        return told


def _rows(connection: sqlite3.Connection, table: str, change: Change) -> list[str]:
    names = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})")]
    shown = [
        f"{_REFERENCES[n].format(f't.{n}')} AS {n}" if n in _REFERENCES else f"t.{n}"
        for n in names
        if n != "id" or table == "portals"
    ]
    if table in {"attachments", "events"}:
        shown.append("row_number() OVER (PARTITION BY t.record_id ORDER BY t.id) AS place")
    found = []
    for row in connection.execute(f"SELECT {', '.join(shown)} FROM {table} t").fetchall():
        told = dict(row)
        if table == "events":
            told["detail"] = _detail(connection, json.loads(told["detail"]))
        if table == "redactions" and told["source"].isdigit():
            told["source"] = _named(connection, _CATALOG, int(told["source"])) or "own page"
        if table == "crawls":
            told["outcome"] = told["outcome"] or "interrupted"  # the next crawl says so
        if "tally" in table and not told.get("records", told.get("events")):
            continue  # a month that was emptied again
        found.append(json.dumps(change(table, told), ensure_ascii=False, sort_keys=True))
    return sorted(found)


def _detail(connection: sqlite3.Connection, detail: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(detail)
    for name, of in (("capture", _CAPTURE), ("listed", _CAPTURE), ("page", _CAPTURE), ("walk", _CRAWL)):
        if told.get(name) is not None:
            told[name] = _named(connection, of, told[name])
    if "catalogs" in told:
        told["catalogs"] = sorted(str(_named(connection, _CATALOG, number)) for number in told["catalogs"])
    return told


def _named(connection: sqlite3.Connection, of: str, number: int) -> str | None:
    found: str | None = connection.execute(f"SELECT {of.format('?')}", (number,)).fetchone()[0]
    return found
