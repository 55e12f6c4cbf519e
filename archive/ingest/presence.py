"""Claims that a record is no longer there: made only on proof, and with the proof.

A record is missing when every catalogue that lists it was walked wholly and plausibly, and none showed it: at a length,
and with fields in its rows, as in its past.
Then its own page is requested. Gone: the record is `withdrawn`. Still there: its catalogues are walked a second time, for a
row can slip from one page to another during a walk; missing again, it is `unlisted`. A refusal, a failure or half a
page proves nothing. The same text under the same index number at a new address is `moved`; so is the same text under the
same title and date, where one of the two has no index number.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.ingest import windows
from archive.ingest.alarm import Alarm
from archive.ingest.record_writer import Writer
from archive.model.noise import same
from archive.model.observations import ListPage, MissingPage
from archive.model.records import FIELDS, OWN_PAGE
from archive.search import index

LEAST_SHARE = 0.8
"""A walk with fewer rows than this share of the usual is implausibly short, …"""

ALWAYS_PLAUSIBLE = 3
"""… unless no more than so many are missing, or the walk before was as short."""

WALKS_COMPARED = 5
AS_SHORT = 0.02
"""Two walks whose lengths differ by no more than this share are as short as each other."""

_MISSING = """
    SELECT r.id, r.state, iif(r.url LIKE '%#row-%', NULL,
           (SELECT coalesce(max(link), r.url) FROM listings WHERE record_id = r.id)) AS address
    FROM records r
    WHERE r.portal = :portal AND r.state IN ('listed', 'unlisted')
      AND EXISTS (SELECT 1 FROM listings l WHERE l.record_id = r.id)
      AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.record_id = r.id
                      AND (l.crawl_id = :crawl OR l.catalog_id NOT IN (SELECT value FROM json_each(:walked))))
    ORDER BY r.id
"""

# What a record may have become: one that is younger, and was not there before the last crawl that still listed the old one.
# (A portal may show both for a while.)
_SUCCESSORS = """
    WITH added AS (SELECT record_id, crawl_id FROM events WHERE kind = 'added')
    SELECT r.*, EXISTS (SELECT 1 FROM readings WHERE record_id = r.id AND catalog_id = :own) AS page_read
    FROM records r JOIN added ON added.record_id = r.id
    WHERE r.portal = :portal AND {same} AND r.id <> :id
      AND added.crawl_id > (SELECT crawl_id FROM added WHERE record_id = :id)
      AND added.crawl_id >= (SELECT max(crawl_id) FROM listings WHERE record_id = :id)
"""
_SAME = (
    "r.index_number = :index_number",
    "r.title = :title AND r.published_on = :published_on AND (r.index_number IS NULL OR :index_number IS NULL)",
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that its catalogues no longer show. `url`: its page's address as its row prints it; None without a page."""

    record_id: int
    url: str | None
    state: str


@dataclass(slots=True)
class Noted:
    """Answers for the pages of missing records, by address, and of each catalogue the second walk so far."""

    answers: dict[str, MissingPage] = field(default_factory=dict)
    pages: Counter[int] = field(default_factory=Counter)
    rows: Counter[int] = field(default_factory=Counter)
    walked_again: set[int] = field(default_factory=set)

    def copy(self) -> "Noted":
        """The same, which later notes leave as it is."""
        return Noted(dict(self.answers), Counter(self.pages), Counter(self.rows), set(self.walked_again))


class Presence:
    """The claims of one crawl; works in the caller's transaction. `noted`: what the claims rest on beside the ledger."""

    def __init__(
        self, connection: sqlite3.Connection, writer: Writer, alarm: Alarm, portal: str, crawl_id: int
    ) -> None:
        self._connection = connection
        self._writer = writer
        self._alarm = alarm
        self._portal = portal
        self._crawl_id = crawl_id
        self.noted = Noted()
        self._joined: set[int] = set()

    def note_page(self, answer: MissingPage) -> None:
        """Take in what the page of a missing record turned out to be."""
        self.noted.answers[answer.url] = answer

    def second_walk(self, catalog_id: int, page: ListPage) -> None:
        """Take in a page of a catalogue's second walk, which proves as much as the first only where it is as whole."""
        self.noted.pages[catalog_id] += page.paging.pages_here
        self.noted.rows[catalog_id] += len(page.rows)
        pages, rows = self.noted.pages[catalog_id], self.noted.rows[catalog_id]
        whole = rows > 0 and pages >= (page.paging.pages_claimed or 0) and rows >= (page.paging.rows_claimed or 0)
        if page.last and whole and _long_enough(rows, self._length(catalog_id)):
            self.noted.walked_again.add(catalog_id)

    def short_walks(self) -> list[int]:
        """Catalogues walked to their end in this crawl, but implausibly short against their past."""
        return [catalog for catalog in self._complete() if not self._plausible(catalog)]

    def missing(self) -> list[Missing]:
        """The records to be requested: listed once, and not in any walk of this crawl."""
        complete = self._complete()
        walked = [catalog for catalog in complete if self._plausible(catalog) and not self._alarm.misread(catalog)]
        if not walked:
            return []
        rows = self._connection.execute(
            _MISSING, {"portal": self._portal, "crawl": self._crawl_id, "walked": f"[{','.join(map(str, walked))}]"}
        )
        return [Missing(row["id"], row["address"], row["state"]) for row in rows]

    def to_walk_again(self) -> set[int]:
        """The catalogues of records that are missing though their pages stand, or that have no page to ask."""
        doubtful = [
            record.record_id
            for record in self.missing()
            if record.state == "listed" and (record.url is None or self._outcome(record) == "page")
        ]
        return {catalog for record_id in doubtful for catalog in self._catalogs(record_id)}

    def claim(self, now: str) -> None:
        """Say of each record still missing what is proved, with the proof."""
        for record in self.missing():
            if record.record_id in self._joined:
                continue  # it is another's present form now; that it is missing too, the next crawl finds
            outcome = self._outcome(record)
            seen_twice = self._catalogs(record.record_id) <= self.noted.walked_again
            if outcome == "gone":
                self._leave(record, "withdrawn", now)
            elif record.state == "listed" and seen_twice and (outcome == "page" or record.url is None):
                self._leave(record, "unlisted", now)

    def _leave(self, record: Missing, state: str, now: str) -> None:
        """Say that a record is `unlisted` or `withdrawn`, unless it stands elsewhere now, or may do so."""
        old = self._writer.record(record.record_id)
        gone = self.noted.answers[str(record.url)].capture if state == "withdrawn" else None
        window = windows.of_disappearance(self._connection, self._portal, self._crawl_id, record.record_id, gone)
        successors = self._successors(old)
        moved = [new for new in successors if new["page_read"] and old["body"] and same(new["body"], old["body"])]
        if len(moved) == 1:
            window = windows.of_move(self._connection, window, moved[0]["id"])
            self._join(old, moved[0])
            self._joined.add(moved[0]["id"])
            detail = {"from": old["url"], "to": moved[0]["url"], **self._proof(record)}
            self._writer.event(old["id"], "moved", now, detail, window)
        elif not any(new["state"] == "listed" and not new["page_read"] for new in successors):
            self._writer.set_state(record.record_id, state, state, now, self._proof(record), window)

    def _successors(self, old: Mapping[str, Any]) -> list[dict[str, Any]]:
        asked = {"own": OWN_PAGE, **old}
        return [dict(row) for alike in _SAME for row in self._connection.execute(_SUCCESSORS.format(same=alike), asked)]

    def _join(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Make `new` the present form of `old`, under `old`'s id."""
        c, ids = self._connection, {"old": old["id"], "new": new["id"]}
        self._writer.reindex(old["id"])
        index.forget(c, new["id"])
        for table in ("listings", "readings", "attachments", "redactions"):
            c.execute(f"DELETE FROM {table} WHERE record_id = :old", ids)  # noqa: S608 - constant names
            c.execute(f"UPDATE {table} SET record_id = :old WHERE record_id = :new", ids)  # noqa: S608
        c.execute("DELETE FROM versions WHERE record_id = :new AND number = 1", ids)
        c.execute(
            "UPDATE versions SET record_id = :old, number = number - 1 + "
            "(SELECT max(number) FROM versions WHERE record_id = :old) WHERE record_id = :new",
            ids,
        )
        added = "DELETE FROM events WHERE record_id = ? AND kind = 'added' RETURNING crawl_id"
        self._writer.counts["added"] -= [tuple(row) for row in c.execute(added, (new["id"],))].count((self._crawl_id,))
        c.execute("UPDATE events SET record_id = :old WHERE record_id = :new", ids)
        c.execute("DELETE FROM records WHERE id = :new", ids)
        kept = (*FIELDS, "url", "kind", "flags", "source_fields", "body", "capture_id", "state", "last_seen")
        values = ", ".join(f"{name} = :{name}" for name in kept)
        c.execute(f"UPDATE records SET {values} WHERE id = :old", {**new, **ids})  # noqa: S608
        self._writer.flag_repeated(old["id"], old["index_number"], new["index_number"])

    def _proof(self, record: Missing) -> dict[str, Any]:
        """The walk that did not show the record (its list pages are in `walks`), and the capture of its page."""
        answer = self.noted.answers.get(record.url or "")
        return {
            "walk": self._crawl_id,
            "catalogs": sorted(self._catalogs(record.record_id)),
            "page": answer.capture if answer else None,
            "reason": answer.reason if answer else "the row had no page of its own",
        }

    def _outcome(self, record: Missing) -> str | None:
        answer = self.noted.answers.get(record.url or "")
        return answer.outcome if answer else None

    def _catalogs(self, record_id: int) -> set[int]:
        rows = self._connection.execute("SELECT catalog_id FROM listings WHERE record_id = ?", (record_id,))
        return {row["catalog_id"] for row in rows}

    def _complete(self) -> list[int]:
        sql = "SELECT catalog_id FROM ledger WHERE crawl_id = ? AND complete"
        return [row["catalog_id"] for row in self._connection.execute(sql, (self._crawl_id,))]

    def _plausible(self, catalog_id: int) -> bool:
        """Whether this crawl's walk of a catalogue is about as long as its earlier complete walks."""
        sql = "SELECT rows_read FROM ledger WHERE catalog_id = ? AND complete AND crawl_id <= ? ORDER BY crawl_id DESC LIMIT ?"
        lengths = self._connection.execute(sql, (catalog_id, self._crawl_id, WALKS_COMPARED + 1))
        now, *before = [row["rows_read"] for row in lengths]
        if not before or _long_enough(now, max(before)):
            return True
        return bool(abs(before[0] - now) <= max(ALWAYS_PLAUSIBLE, AS_SHORT * now))

    def _length(self, catalog_id: int) -> int:
        """Return the number of rows that this crawl's first traversal of a catalogue read."""
        sql = "SELECT rows_read FROM ledger WHERE crawl_id = ? AND catalog_id = ?"
        return int(self._connection.execute(sql, (self._crawl_id, catalog_id)).fetchone()["rows_read"])


def _long_enough(rows: int, usual: int) -> bool:
    """Whether a walk of so many rows is not implausibly short, where so many are usual."""
    return usual - rows <= ALWAYS_PLAUSIBLE or rows >= LEAST_SHARE * usual
