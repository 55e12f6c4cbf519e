"""Present forms of records and lists: records at another address, lists at another one, and all as it was in an older copy of the portal.

Where another document stands at a record's address, of another number and title, or known from elsewhere, that is no change: it has
a record of its own, and the former one leaves the address.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from archive.database import repeated_numbers
from archive.ingest import windows
from archive.ingest.deferral import PAGE, RETURNED, ROW, Deferral, Deferred
from archive.ingest.frontier import ADDRESS
from archive.ingest.layout import Layout
from archive.ingest.record_writer import Writer
from archive.ingest.windows import Window
from archive.model.noise import same, same_body
from archive.model.observations import RecordPage, Row
from archive.model.records import FIELDS, OWN_PAGE, Reading, former_key, same_title
from archive.search import index

TAKEN_OVER = 0.8
"""A list that shows so large a share of what a retired one showed takes its records over."""

OLDER_COPY = 3
"""So many records that are as they were before, where nothing is new, make an older copy of the portal likely."""

LONGEST_COPY = timedelta(weeks=4)
"""A portal that is for so long as it once was has gone back to that."""

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
                     AND c.outcome IN ('gone', 'home', 'redirect')) AS page_gone
    FROM records r JOIN added ON added.record_id = r.id
    WHERE r.portal = :portal AND {same} AND r.id <> :id
      AND added.crawl_id > (SELECT crawl_id FROM added WHERE record_id = :id)
      AND added.crawl_id >= (SELECT max(crawl_id) FROM listings WHERE record_id = :id)
"""
_SAME = (
    "r.index_number = :index_number",
    "r.title = :title AND r.published_on = :published_on AND (r.index_number IS NULL OR :index_number IS NULL)",
)

# What of a record's listings a crawl noted that read another document's rows: those are that one's.
_LISTED_INSTEAD = """
    INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, link)
    SELECT :new, catalog_id, :at, last_seen, crawl_id, link FROM listings WHERE record_id = :old AND crawl_id = :crawl
    ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, crawl_id = excluded.crawl_id, link = excluded.link
"""
_LISTED_BEFORE = """
    UPDATE listings SET (crawl_id, last_seen) = (SELECT c.crawl_id, w.started_at FROM captures c JOIN crawls w ON w.id = c.crawl_id
                                                 WHERE c.id = listings.capture_id)
    WHERE record_id = :old AND crawl_id = :crawl AND capture_id IS NOT NULL
"""
_NOT_BACK = "DELETE FROM deferred WHERE record_id = :old AND kind = 'returned'"
_READ_INSTEAD = "UPDATE deferred SET record_id = :new WHERE record_id = :old AND crawl_id = :crawl"
_KNOWN_ELSEWHERE = "SELECT 1 FROM records WHERE portal = ? AND title = ? AND body = ? AND id <> ?"
_HOLDER_BEFORE = """
    SELECT max(id) FROM records WHERE portal = :portal AND title = :title AND body = :body AND state = 'withdrawn'
    AND instr(url, :key) = 1
"""
_ANSWERED = f"""
    SELECT 1 FROM records r JOIN captures c ON c.url = {ADDRESS} AND c.crawl_id = :crawl AND c.outcome IN ('page', 'not_modified')
    WHERE r.id = :record
"""  # noqa: S608 - constant

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

    def older_copy(
        self, missing: Mapping[int, bool], changes: Iterable[tuple[int, Mapping[str, Any]]], now: str
    ) -> str | None:
        """Say that the portal is as an earlier crawl saw it: what it lists, without the records `missing`, and what `changes` say of records.

        It is doubted until it says something new, LONGEST_COPY at the most; where nothing but its newest records is missing (True: an
        earlier crawl found that, too), until the next crawl.
        """
        back = {each.record_id for each in self._deferral.own(RETURNED)}
        added = self._added()
        back |= {moved for moved in added.values() if moved is not None}
        reverted = set()
        for record_id, changed in changes:
            if not self._writer.said_before(record_id, changed):
                return None
            reverted.add(record_id)
        if None in added.values() or self._deferral.waits_since(now) >= LONGEST_COPY:
            return None
        if not missing.keys() | reverted:
            return None  # documents that are listed again, and nothing else
        if all(missing.values()) and not back | reverted:
            return None
        if len(missing.keys() | back | reverted) < OLDER_COPY or not self._were_listed(set(missing), back):
            return None
        return (
            f"{len(missing)} records are missing, {len(back)} are back and {len(reverted)} say what they said before, all "
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

    def _is_same_text(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Whether two records have one text, though it may stand in another layout now."""
        alike = same_body(new["body"], old["body"], self._files_of(old, new))
        return alike or self._layout.explains(old["id"], old["body"], new["body"])

    def _files_of(self, *records: Mapping[str, Any]) -> list[str]:
        """The names of the files that pages of records link to."""
        ids = json.dumps([record["id"] for record in records])
        sql = "SELECT name FROM attachments WHERE record_id IN (SELECT value FROM json_each(?))"
        return [row["name"] for row in self._connection.execute(sql, (ids,))]

    def possible(self, old: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The younger records with the number of `old`, or its title and date; whether their pages were read, or are gone."""
        parameters = {"own": OWN_PAGE, **old}
        return [
            dict(row)
            for alike in _SAME
            for row in self._connection.execute(_SUCCESSORS.format(address=ADDRESS, same=alike), parameters)
        ]

    def separate_documents(self) -> list[Deferred]:
        """Give other documents that stand at records' addresses records of their own; what shows each, with the former record."""
        read: dict[int, list[Deferred]] = {}
        for deferred in self._deferral.own(ROW, PAGE):
            read.setdefault(deferred.record_id, []).append(deferred)
        shown = [shows for each in read.values() if (shows := self._shows_another(each))]
        for each in shown:
            self._separate(each)
        return shown

    def is_another(self, deferred: Deferred) -> bool:
        """Whether a page states another document than before: of another title, and of another number or known from elsewhere."""
        reading, record_id = deferred.observation(), deferred.record_id
        before = self._writer.readings(record_id).get(deferred.catalog_id)
        if not isinstance(reading, Reading) or before is None or not _differ(before, reading, "title", same_title):
            return False
        if deferred.kind == ROW:
            return _differ(before, reading, "index_number", same)
        text = reading.body if isinstance(reading, RecordPage) else None
        if text is None or same(text, self._writer.record(record_id)["body"]):
            return False
        known = (self._portal, reading.fields["title"], text, record_id)
        is_known = self._connection.execute(_KNOWN_ELSEWHERE, known).fetchone() is not None
        return is_known or _differ(before, reading, "index_number", same)

    def _shows_another(self, read: Sequence[Deferred]) -> Deferred | None:
        """Return which of the pages `read` of a record shows that another document stands at its address: its own, where a list calls it
        so, or a row where its own was never read, or could not be while two crawls read the row.
        """
        own = next((each for each in read if each.kind == PAGE), None)
        if own is not None:
            return own if self.is_another(own) and self._is_listed_so(own, read) else None
        row = next(filter(self.is_another, read), None)
        if row is None or OWN_PAGE not in self._writer.readings(row.record_id):
            return row
        answered = self._connection.execute(_ANSWERED, {"record": row.record_id, "crawl": self._crawl_id}).fetchone()
        return row if row.confirmed and not answered else None

    def names_another(self, record_id: int) -> bool:
        """Whether a row that this crawl keeps aside names another document than the page that it leads to, as that was read last."""
        own = self._writer.readings(record_id).get(OWN_PAGE)
        kept = [each.observation() for each in self._deferral.of_record(record_id, PAGE)]
        headed = _title(kept[0] if kept else own)
        return own is not None and any(
            self.is_another(row) and not same_title(headed, _title(row.observation()))
            for row in self._deferral.of_record(record_id, ROW)
        )

    def _is_listed_so(self, own: Deferred, read: Iterable[Deferred]) -> bool:
        """Whether a list calls a record as its own page is headed."""
        readings = self._writer.readings(own.record_id)
        rows = {source: reading for source, reading in readings.items() if source != OWN_PAGE}
        rows |= {each.catalog_id: reading for each in read if isinstance(reading := each.observation(), Row)}
        title = _title(own.observation())
        return any(same_title(title, _title(row)) for row in rows.values() if _title(row))

    def _separate(self, shows: Deferred) -> None:
        """Give another document, which `shows` it, the address of a record, whose key tells until when that stood there."""
        c, old = self._connection, self._writer.record(shows.record_id)
        if old["state"] == "withdrawn":
            window = windows.of_return(c, self._portal, old["id"], shows.capture_id)
        else:
            window = self.window_of_leaving(shows)
        c.execute("UPDATE records SET url = ? WHERE id = ?", (former_key(old["url"], shows.at), old["id"]))
        names = {"old": old["id"], "crawl": self._crawl_id, "at": shows.at}
        names["new"] = self._holder_before(old["url"], shows) or self._writer.add(
            old["url"], old["kind"], shows.at, window
        )
        for statement in (_LISTED_INSTEAD, _LISTED_BEFORE, _NOT_BACK, _READ_INSTEAD):
            c.execute(statement, names)

    def _holder_before(self, address: str, shows: Deferred) -> int | None:
        """Give a record its former address again where its own page is back there, and keep aside that it is; its id."""
        page = shows.observation()
        if not isinstance(page, RecordPage):
            return None
        names = {"portal": self._portal, "key": former_key(address, ""), "title": _title(page), "body": page.body}
        (found,) = self._connection.execute(_HOLDER_BEFORE, names).fetchone() or (None,)
        if found is not None:
            self._connection.execute("UPDATE records SET url = ? WHERE id = ?", (address, found))
            self._deferral.put(found, RETURNED, {"was": "withdrawn", "is": "listed"}, shows.capture_id, shows.at)
        return found

    def window_of_leaving(self, shows: Deferred) -> Window:
        """Return when a record left its address to another document, which `shows` it."""
        of = (shows.record_id, shows.catalog_id)
        is_page = shows.kind == PAGE
        before = self._writer.last_shown(of[0], whole=True) if is_page else windows.listed_on(self._connection, *of)
        return windows.of_change(self._connection, self._portal, before, shows.capture_id)

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


def _differ(before: Reading, now: Reading, name: str, alike: Callable[[str, str], bool]) -> bool:
    """Whether two readings both state a field, and not alike."""
    stated = before.fields.get(name), now.fields.get(name)
    return bool(stated[0] and stated[1] and not alike(stated[0], stated[1]))


def _title(reading: object) -> str:
    return reading.fields.get("title", "") if isinstance(reading, Reading) else ""
