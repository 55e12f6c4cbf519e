"""Present forms of records and lists: records at another address, lists at another one, and all as it was in an older copy of the portal."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from archive.database import repeated_numbers
from archive.ingest.deferral import RETURNED, Deferral
from archive.ingest.frontier import ADDRESS
from archive.ingest.layout import LEAST_CHANGED, Layout
from archive.ingest.record_writer import Writer
from archive.model.noise import same_body
from archive.model.records import FIELDS, OWN_PAGE
from archive.search import index

TAKEN_OVER = 0.8
"""A list that shows so large a share of what a retired one showed takes its records over."""

OLDER_COPY = 3
"""So many records that are as they were before, where nothing is new, make an older copy of the portal likely."""

_PAST = """
    SELECT e.crawl_id, e.record_id, e.kind FROM events e JOIN records r ON r.id = e.record_id
    WHERE r.portal = ? AND e.crawl_id < ? AND e.kind <> 'changed' ORDER BY e.crawl_id, e.id
"""
_LISTS = ("added", "returned", "moved")
"""Kinds of events after which a record is listed; after `returned` it may be its page alone that stands."""

_ADDED = """
    SELECT r.id, (SELECT max(o.id) FROM events m JOIN records o ON o.id = m.record_id AND o.portal = r.portal
                  WHERE m.kind = 'moved' AND json_extract(m.detail, '$.from') = r.url) AS moved
    FROM events e JOIN records r ON r.id = e.record_id AND r.portal = :portal WHERE e.crawl_id = :crawl AND e.kind = 'added'
"""
_OF_RECORD = (
    "deferred",
    "listings",
    "readings",
    "attachments",
    "redactions",
    "versions",
    "events",
    "underived",
    "unindexed",
)

# How much of what a retired list showed when it was last read stands in a list of this crawl, under its address or another.
_TAKEN_OVER = """
    WITH former AS (SELECT l.record_id FROM listings l JOIN records r ON r.id = l.record_id
                    WHERE l.catalog_id = :former AND r.state = 'listed'
                      AND l.crawl_id = (SELECT max(crawl_id) FROM listings WHERE catalog_id = :former))
    SELECT count(*), total(
        EXISTS (SELECT 1 FROM listings n WHERE n.record_id = former.record_id AND n.catalog_id = :now AND n.crawl_id = :crawl)
        OR EXISTS (SELECT 1 FROM records o JOIN records r ON r.portal = o.portal AND r.id <> o.id AND (
                       r.index_number = o.index_number OR r.title = o.title AND r.published_on = o.published_on)
                   JOIN listings n ON n.record_id = r.id AND n.catalog_id = :now AND n.crawl_id = :crawl
                   WHERE o.id = former.record_id))
    FROM former
"""

# What a record may have become: one that is younger, and was not there before the last crawl that still listed the old one.
# (A portal may show both for a while.)
_SUCCESSORS = """
    WITH added AS (SELECT record_id, crawl_id FROM events WHERE kind = 'added')
    SELECT r.*, EXISTS (SELECT 1 FROM readings WHERE record_id = r.id AND catalog_id = :own) AS page_read,
           EXISTS (SELECT 1 FROM captures c JOIN crawls w ON w.id = c.crawl_id AND w.portal = r.portal
                   WHERE c.url = {address}
                     AND c.outcome IN ('gone', 'home', 'redirect')) AS page_gone,
           (SELECT count(*) FROM crawls WHERE portal = r.portal AND id >= added.crawl_id AND finished_at IS NOT NULL) AS crawls_since
    FROM records r JOIN added ON added.record_id = r.id
    WHERE r.portal = :portal AND {same} AND r.id <> :id
      AND added.crawl_id > (SELECT crawl_id FROM added WHERE record_id = :id)
      AND added.crawl_id >= (SELECT max(crawl_id) FROM listings WHERE record_id = :id)
"""
_SAME = (
    "r.index_number = :index_number",
    "r.title = :title AND r.published_on = :published_on AND (r.index_number IS NULL OR r.index_number IS NOT :index_number)",
)

_CONTENTS = "sha256, bytes, media_type, text, tables, pages, state, capture_id"
"""The columns of a file that say what it holds."""


class Successors:
    """One crawl's finding of present forms of its portal's records and lists; works in the caller's transaction."""

    def __init__(self, writer: Writer, deferral: Deferral, layout: Layout) -> None:
        self._connection = writer.connection
        self._writer = writer
        self._deferral = deferral
        self._layout = layout
        self._portal = writer.portal
        self._crawl_id = writer.crawl_id

    def take_over_lists(self, walked: Collection[int]) -> None:
        """Let a list that this crawl `walked` take over the records of one that is no longer walked, where it shows nearly all of them."""
        retired = self._connection.execute(
            "SELECT c.id FROM catalogs c WHERE c.portal = ? AND c.retired_at IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM listings WHERE catalog_id = c.id)",
            (self._portal,),
        ).fetchall()
        for (former,) in retired:
            for catalog in walked:
                names = {"former": former, "now": catalog, "crawl": self._crawl_id}
                of_all, found = self._connection.execute(_TAKEN_OVER, names).fetchone()
                if of_all and found >= TAKEN_OVER * of_all:
                    self._connection.execute(
                        "INSERT OR IGNORE INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, link, capture_id) "
                        "SELECT record_id, :now, first_seen, last_seen, crawl_id, link, capture_id FROM listings "
                        "WHERE catalog_id = :former",
                        names,
                    )

    def older_copy(self, missing: set[int], changes: Iterable[tuple[int, Mapping[str, Any]]]) -> str | None:
        """Say that the portal is as an earlier crawl saw it: what it lists, without the records newly `missing`, and what `changes` say of records.

        A record that is back at an address of before is missing at its present one.
        """
        back = {each.record_id for each in self._deferral.own(RETURNED)}
        added = self._added()
        moved_back = {moved for moved in added.values() if moved is not None}
        if len(moved_back) < len(added):
            return None
        reverted = set()
        for record_id, changed in changes:
            if not self._writer.restores(record_id, changed):
                return None
            reverted.add(record_id)
        if not missing | reverted:
            return None  # documents that are listed again, and nothing else, or that a doubted crawl found where they stood before, too
        if len(missing | back | reverted) < OLDER_COPY or not self._were_listed(missing, back | moved_back):
            return None
        return (
            f"{len(missing)} records are missing, {len(back | moved_back)} are back and {len(reverted)} say what they said before, all "
            "as it was once: this may be an older copy of the portal"
        )

    def _were_listed(self, missing: set[int], back: set[int]) -> bool:
        """Whether the records that are listed now, without those `missing` and with those that are `back`, were listed so after
        an earlier crawl, or between two.
        """
        listed = set[int]()
        undo: dict[int, list[tuple[int, bool]]] = {}
        for row in self._connection.execute(_PAST, (self._portal, self._crawl_id)):
            undo.setdefault(row["crawl_id"], []).append((row["record_id"], row["record_id"] in listed))
            (listed.add if row["kind"] in _LISTS else listed.discard)(row["record_id"])
        now = (listed - missing) | back
        for crawl in sorted(undo, reverse=True)[:-1]:
            for record_id, was_listed in reversed(undo[crawl]):
                (listed.add if was_listed else listed.discard)(record_id)
            if listed ^ now <= {record_id for record_id, _ in undo[crawl]}:
                return True
        return not missing and not back

    def _added(self) -> dict[int, int | None]:
        """The records that this crawl added, each with the one that moved away from its address."""
        rows = self._connection.execute(_ADDED, {"portal": self._portal, "crawl": self._crawl_id})
        return {row["id"]: row["moved"] for row in rows}

    def forget_moved(self, forms: Collection[int]) -> None:
        """Take out again what a doubted crawl added of records that are known: those of the `forms` that they may have taken, which the next
        crawl adds where they stay, and what stands where a record moved away from, which is that one as it was.
        """
        for record_id, moved in self._added().items():
            if moved is None and record_id not in forms:
                continue
            index.forget(self._connection, record_id)
            for table in _OF_RECORD:
                self._connection.execute(f"DELETE FROM {table} WHERE record_id = ?", (record_id,))  # noqa: S608 - constant names
            self._writer.counts["added"] -= 1
            self._connection.execute("DELETE FROM records WHERE id = ?", (record_id,))

    def moved(self, old: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The records with the text of `old` that stand elsewhere now."""
        return [
            new
            for new in self.possible(old)
            if new["page_read"] and old["body"] and new["body"] and self._is_same_text(old, new)
        ]

    def compare(self, missing: Sequence[Mapping[str, Any]]) -> None:
        """Compare the texts of many `missing` records with those of what they may have become: what tells most apart is the portal's layout."""
        pairs = ((old, new) for old in missing if len(missing) >= LEAST_CHANGED for new in self.possible(old))
        self._layout.compare(
            (old["body"], new["body"], self._files_of(old, new))
            for old, new in pairs
            if new["page_read"] and old["body"] and new["body"]
        )

    def _is_same_text(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether two records have one text, though it may stand in another layout now."""
        files = self._files_of(old, new)
        alike = same_body(new["body"], old["body"], files)
        return alike or self._layout.explains(old["id"], old["body"], new["body"], files)

    def _files_of(self, *records: Mapping[str, Any]) -> list[str]:
        """The names of the files that pages of records link to."""
        ids = json.dumps([record["id"] for record in records])
        sql = "SELECT name FROM attachments WHERE record_id IN (SELECT value FROM json_each(?))"
        return [row["name"] for row in self._connection.execute(sql, (ids,))]

    def possible(self, old: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The younger records with the number of `old`, or its title and date under another; whether their pages were read, or are gone, and how many crawls
        ended since they came.
        """
        parameters = {"own": OWN_PAGE, **old}
        return [
            dict(row)
            for alike in _SAME
            for row in self._connection.execute(_SUCCESSORS.format(address=ADDRESS, same=alike), parameters)
        ]

    def join(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Make `new` the present form of `old`, under `old`'s id."""
        c, ids = self._connection, {"old": old["id"], "new": new["id"]}
        self._writer.reindex(old["id"])
        index.forget(c, new["id"])
        c.execute("DELETE FROM deferred WHERE record_id IN (:old, :new)", ids)
        self._keep_files(old["id"], new["id"])
        for table in ("listings", "readings", "attachments", "redactions"):
            c.execute(f"DELETE FROM {table} WHERE record_id = :old", ids)  # noqa: S608 - constant names
            c.execute(f"UPDATE {table} SET record_id = :old WHERE record_id = :new", ids)  # noqa: S608
        c.execute("UPDATE OR REPLACE rosters SET record_id = :old WHERE record_id = :new", ids)
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
        kept = (*FIELDS, "url", "kind", "flags", "source_fields", "body", "tables", "capture_id", "state", "last_seen")
        values = ", ".join(f"{name} = :{name}" for name in kept)
        c.execute(f"UPDATE records SET {values} WHERE id = :old", {**new, **ids})  # noqa: S608
        repeated_numbers.note(c, self._writer.portal, old["id"], old["index_number"], new["index_number"])

    def _keep_files(self, old: int, new: int) -> None:
        """Give the new form the files that stand at the addresses of before, and that it could not be asked for yet."""
        c, ids = self._connection, {"old": old, "new": new}
        had = "FROM attachments o WHERE o.record_id = :old AND o.url = attachments.url AND o.sha256 IS NOT NULL"
        kept = c.execute(
            f"UPDATE attachments SET ({_CONTENTS}) = (SELECT {_CONTENTS} {had}) "  # noqa: S608 - constant names
            f"WHERE record_id = :new AND sha256 IS NULL AND EXISTS (SELECT 1 {had}) RETURNING url",
            ids,
        ).fetchall()
        for (url,) in kept:
            c.execute("UPDATE redactions SET record_id = ? WHERE record_id = ? AND source = ?", (new, old, url))
