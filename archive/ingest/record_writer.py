"""Writing records: a page's reading taken in, what it changes, its version, its event, its place in the search index."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from archive.database import repeated_numbers
from archive.database.portal_changes import next_number
from archive.database.withheld import WITHHELD, is_file_withheld, is_key_withheld
from archive.ingest import windows
from archive.ingest.windows import Window
from archive.maintenance.holding import shown_body
from archive.masking.personal_numbers import RULES_VERSION
from archive.model.clock import beijing_day
from archive.model.noise import essence, same, same_body
from archive.model.observations import UNAVAILABLE, LinkedFile, RecordPage
from archive.model.records import (
    CUT_PAGE,
    FIELDS,
    OWN_PAGE,
    READ_IN_DOUBT,
    REPEATED,
    ROW_NOT_READ,
    Merged,
    Reading,
    merge,
    same_reading,
)
from archive.search import index
from archive.tables.printed_table import to_json_text

_WIDEN = """
    SET not_before = :since, before_capture_id = :before WHERE record_id = :id AND not_before > coalesce(:since, '')
"""
_WIDEN_EVENT = f"UPDATE events {_WIDEN} AND kind IN ('added', 'returned') AND crawl_id = :crawl"
_WIDEN_VERSION = (
    f"UPDATE versions {_WIDEN} AND number = 1 "  # noqa: S608 - constant
    "AND EXISTS (SELECT 1 FROM events WHERE record_id = :id AND kind = 'added' AND crawl_id = :crawl)"
)

UNSURE = frozenset({CUT_PAGE, ROW_NOT_READ, READ_IN_DOUBT})
"""The doubts about a reading that the next one of its page completes, instead of changing what it said."""

PENDING, UNLINKED = "pending", "unlinked"
"""States of a file without a text: not requested yet, on another site, no longer linked."""

NO_FILE = frozenset({UNAVAILABLE, "empty", "not_a_document"})
"""States in which nothing, or a captcha or an error page, stands in the place of a file."""


class KnownRecord(NamedTuple):
    """A record that the archive holds."""

    id: int
    state: str


@dataclass(frozen=True, slots=True)
class ReadingEffect:
    """The effect of the `reading` of one page on the record `old`.

    `files`: those that the page links to, where they are not the known ones. `changed`: old and new values by name. `differs`:
    the page says something else than before, so that the record has changed; else it is only completed. `is_first`: the page was not
    read before, or only in doubt. `kind`: that of the first catalogue that lists the record.
    """

    old: dict[str, Any]
    source: int
    reading: Reading
    merged: Merged
    body: str | None
    tables: str | None
    files: Sequence[LinkedFile] | None
    changed: Mapping[str, Any]
    differs: bool
    is_first: bool
    kind: str


@dataclass(slots=True)
class Writer:
    """Writer of records, for one crawl of a portal or for its captures read again.

    `kinds`: catalogue id → kind. `cause`: 'source', or 'parser' for captures read again; those make versions but no
    events, for the government edited nothing. `counts`: events by kind. `appeared`: records that this crawl saw appear.
    """

    connection: sqlite3.Connection
    portal: str
    crawl_id: int
    kinds: Mapping[int, str]
    cause: str = "source"
    counts: Counter[str] = field(default_factory=Counter)
    appeared: set[int] = field(default_factory=set)

    def find(self, url: str) -> KnownRecord | None:
        """The record with this key."""
        sql = "SELECT id, state FROM records WHERE portal = ? AND url = ?"
        row = self.connection.execute(sql, (self.portal, url)).fetchone()
        return KnownRecord(*row) if row else None

    def add(self, url: str, source: int, reading: Reading, now: str, window: Window) -> KnownRecord:
        """A new record, as the `reading` of its row in the catalogue `source` makes it. `window`: when it appeared.

        One that was withheld before its portal was removed stays so, and empty.
        """
        is_withheld = is_key_withheld(self.connection, self.portal, url)
        added = KnownRecord(next_number(self.connection, "records"), WITHHELD if is_withheld else "listed")
        record = {**dict.fromkeys(FIELDS), **added._asdict(), "portal": self.portal, "url": url}
        record |= {"kind": self.kinds[source], "first_seen": now, "last_seen": now, "capture_id": window.after}
        if not is_withheld:
            merged = self._merged({source: reading}, record)
            record |= {**merged.fields, "flags": _json(merged.flags), "source_fields": _json(merged.source_fields)}
        columns = f"({', '.join(record)}) VALUES ({', '.join(f':{name}' for name in record)})"
        self.connection.execute(f"INSERT INTO records {columns}", record)
        index.changed(self.connection, added.id, None)
        if not is_withheld:
            self._keep_reading(added.id, source, reading, window.after, None)
            repeated_numbers.note(self.connection, self.portal, added.id, None, record["index_number"])
        self._version(added.id, {}, now, window)
        self.event(added.id, "added", now, {"capture": window.after}, window)
        return added

    def note_listed(self, record_id: int, window: Window) -> None:
        """Note that one more catalogue lists a record that this crawl saw appear, and may have done so since its own `window`."""
        known = {"id": record_id, "crawl": self.crawl_id, "since": window.not_before, "before": window.before}
        self.connection.execute(_WIDEN_EVENT, known)
        self.connection.execute(_WIDEN_VERSION, known)

    def take(  # noqa: PLR0913, PLR0917 - a reading, where it stands, and what it is held against
        self,
        record_id: int,
        source: int,
        reading: Reading,
        capture: int | None,
        now: str,
        shown: int | None = None,
    ) -> None:
        """Write the reading of one page, which `capture` shows; where it differs from the one before, the record has changed.

        `source`: the catalogue that lists the record, or OWN_PAGE. The first reading of a page, or one after a reading that is
        UNSURE, only completes the record. A page on which no text is found takes none away. `shown`: the last list page that
        shows the reading before; of own pages that is known.
        """
        if effect := self.compared(record_id, source, reading, now):
            self.write(effect, capture, now, shown)
        else:
            self.seen_again(record_id, source, reading, capture)

    def compared(self, record_id: int, source: int, reading: Reading, now: str) -> ReadingEffect | None:
        """Return the effect of the reading of one page on a record; None where it says nothing that is not there, or is to say nothing."""
        old = self.record(record_id)
        if old["state"] == WITHHELD:
            return None
        readings = self.readings(record_id)
        own = readings.get(source)
        earlier = own or self._in_former_list(readings, source)
        body, tables, files, renamed = old["body"], old["tables"], None, None
        if isinstance(reading, RecordPage):
            if reading.body and not same_body(reading.body, body, self.names_of_files(record_id, reading)):
                title = f"{old['title'] or ''} {reading.fields.get('title', '')}"
                body = shown_body(self.connection, record_id, title, reading.body, now)
            if reading.body:
                tables = to_json_text(reading.tables) if body else None
            if CUT_PAGE not in reading.doubts:
                files, renamed = self._files(record_id, self._named(reading.attachments))
        is_known = (body, tables, files) == (old["body"], old["tables"], None)
        if earlier and same_reading(earlier, reading) and is_known:
            return None
        merged = self._merged({**readings, source: reading}, old)
        changed = {name: [old[name], merged.fields[name]] for name in FIELDS if old[name] != merged.fields[name]}
        if body != old["body"]:
            changed["body"] = [old["body"], body]
        if renamed is not None:
            changed["attachments"] = renamed
        differs = bool(changed) and earlier is not None and UNSURE.isdisjoint(earlier.doubts)
        is_first = own is None or READ_IN_DOUBT in own.doubts
        first = min((key for key in {*readings, source} if key != OWN_PAGE), default=OWN_PAGE)
        kind = self.kinds.get(first, str(old["kind"]))
        return ReadingEffect(old, source, reading, merged, body, tables, files, changed, differs, is_first, kind)

    def seen_again(self, record_id: int, source: int, reading: Reading, capture: int | None) -> None:
        """Note that `capture` shows a record's own page as it was read before; one on which no text is found does not show that."""
        if source == OWN_PAGE and self.cause == "source" and not self._is_textless(reading, self.record(record_id)):
            self.connection.execute(
                "UPDATE readings SET seen_capture_id = ? WHERE record_id = ? AND catalog_id = ?",
                (capture, record_id, OWN_PAGE),
            )

    def write(self, effect: ReadingEffect, capture: int | None, now: str, shown: int | None = None) -> None:
        """Write what a reading makes of a record. `shown`: the last list page that shows the reading before; of own pages that is known."""
        record_id = effect.old["id"]
        is_seen = effect.source == OWN_PAGE and not self._is_textless(effect.reading, effect.old)
        if effect.differs and effect.source == OWN_PAGE:
            shown = self.last_shown(record_id, whole=effect.body != effect.old["body"])
        if effect.files is not None:
            self._link(record_id, effect.files)
        self._keep_reading(record_id, effect.source, effect.reading, capture, capture if is_seen else None)
        if effect.differs:
            self.note_change(record_id, effect.changed, now, self._window(shown, capture))
        edited = effect.differs and self.cause == "source"
        self._update(effect, now if edited else effect.old["changed_at"], capture)

    def disown(self, record_id: int, source: int, capture: int, now: str) -> bool:
        """Note that only an earlier parser read a record's row on `capture`: no catalogue lists it by that any more.

        The record stays, with its doubt, until a crawl reads the row again. Returns whether it was taken for listed.
        """
        reading = self.readings(record_id)[source]
        doubts = tuple(dict.fromkeys((*reading.doubts, ROW_NOT_READ)))
        self.take(record_id, source, replace(reading, doubts=doubts), capture, now)
        where = (record_id, source)
        return (
            self.connection.execute("DELETE FROM listings WHERE record_id = ? AND catalog_id = ?", where).rowcount > 0
        )

    def doubt(self, record_id: int, source: int, listed: int | None, now: str) -> None:
        """Note that a page was read for the first time on a day on which the portal is doubted: the next reading completes the record.

        `listed`: the list page that shows it, where `source` is a catalogue.
        """
        reading = self.readings(record_id)[source]
        doubts = tuple(dict.fromkeys((*reading.doubts, READ_IN_DOUBT)))
        capture = self.last_shown(record_id, whole=False) if source == OWN_PAGE else listed
        self.take(record_id, source, replace(reading, doubts=doubts), capture, now)

    def count_masked(self, record_id: int, source: int | str, counts: Mapping[str, int]) -> None:
        """Keep how much was masked in one source of a record: a catalogue's row, OWN_PAGE, or a file's address."""
        where = (record_id, str(source))
        sql = "SELECT kind, count FROM redactions WHERE record_id = ? AND source = ?"
        if dict(map(tuple, self.connection.execute(sql, where))) == dict(counts):
            return
        self.connection.execute("DELETE FROM redactions WHERE record_id = ? AND source = ?", where)
        self.connection.executemany(
            "INSERT INTO redactions (record_id, source, kind, count, rules_version) VALUES (?, ?, ?, ?, ?)",
            [(*where, kind, count, RULES_VERSION) for kind, count in counts.items()],
        )

    def take_file(
        self, record_id: int, name: str, replaced: Sequence[str | None], now: str, captures: Sequence[int | None]
    ) -> None:
        """A file was replaced at its address; `replaced`, `captures`: its sha256, and where that was read, before and now."""
        self.connection.execute("UPDATE records SET changed_at = ? WHERE id = ?", (now, record_id))
        self.note_change(record_id, {f"attachment {name}": list(replaced)}, now, self._window(*captures))

    def note_change(self, record_id: int, changed: Mapping[str, Any], now: str, window: Window) -> None:
        """Note a change as a version and, where the source made it, as an event."""
        self._version(record_id, changed, now, window)
        if self.cause == "source":
            self.event(record_id, "changed", now, {"changed": changed, "capture": window.after}, window)

    def set_state(  # noqa: PLR0913, PLR0917 - an event, and the state that it leads to
        self, record_id: int, state: str, event: str, now: str, detail: Mapping[str, Any], window: Window
    ) -> None:
        """Put a record into `state` and note the `event` with its proof."""
        self.reindex(record_id)
        self.connection.execute("UPDATE records SET state = ? WHERE id = ?", (state, record_id))
        self.event(record_id, event, now, detail, window)

    def event(self, record_id: int, kind: str, now: str, detail: Mapping[str, Any], window: Window) -> None:
        """Note that something happened to a record, within `window` and by `now`."""
        self.counts[kind] += 1
        if kind in {"added", "returned"}:
            self.appeared.add(record_id)
        known = window.by(now)
        values = (next_number(self.connection, "events"), record_id, kind, now, self.crawl_id, _json(detail))
        self.connection.execute(
            "INSERT INTO events (id, record_id, kind, at, crawl_id, detail, not_before, before_capture_id, after_capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, known.not_before, known.before, known.after),
        )

    def reindex(self, record_id: int) -> None:
        """Note, before its searched texts change, what the index holds of a record."""
        index.changing(self.connection, record_id)

    def record(self, record_id: int) -> dict[str, Any]:
        """The row of a record."""
        return dict(self.connection.execute("SELECT * FROM records WHERE id = ?", (record_id,)).fetchone())

    def readings(self, record_id: int) -> dict[int, Reading]:
        """Return the reading of a record from each catalogue's page, by catalogue id."""
        sql = "SELECT catalog_id, fields, source_fields FROM readings WHERE record_id = ?"
        readings = {}
        for row in self.connection.execute(sql, (record_id,)):
            fields = json.loads(row["fields"])
            doubts = tuple(fields.pop("doubts", ()))  # a damaged key is none
            readings[row["catalog_id"]] = Reading(fields, json.loads(row["source_fields"]), doubts)
        return readings

    def restores(self, record_id: int, changed: Mapping[str, Any]) -> bool:
        """Whether all that a change would make of a record is what it said before an earlier change."""
        sql = "SELECT changed FROM versions WHERE record_id = ?"
        versions = [json.loads(row["changed"]) for row in self.connection.execute(sql, (record_id,))]
        return all(
            any(name in each and _is_same(each[name][0], value) for each in versions)
            for name, (_, value) in changed.items()
        )

    def has_files(self, record_id: int) -> bool:
        """Whether a record's page links to files, as it was last read."""
        sql = "SELECT 1 FROM attachments WHERE record_id = ? AND state <> ?"
        return self.connection.execute(sql, (record_id, UNLINKED)).fetchone() is not None

    def names_of_files(self, record_id: int, page: RecordPage) -> Iterator[str]:
        """Yield the names of the files that a record's page links to, now or before."""
        known = self.connection.execute("SELECT name FROM attachments WHERE record_id = ?", (record_id,)).fetchall()
        yield from (row["name"] for row in known)
        yield from (file.name for file in page.attachments)

    def _merged(self, readings: Mapping[int, Reading], old: Mapping[str, Any]) -> Merged:
        """The record that its readings make; a value that differs from the old one in noise alone stays the old one.

        What a list printed that is no longer walked only completes what others print.
        """
        catalogs = [key for key in readings if key != OWN_PAGE]
        if len(catalogs) > 1:
            former = self._former_lists()
            catalogs.sort(key=lambda key: (key in former, key))
        seen_on = beijing_day(old["first_seen"]).isoformat()
        merged = merge([readings[key] for key in catalogs], readings.get(OWN_PAGE), seen_on)
        for name in FIELDS:
            if same(old[name], merged.fields[name]):
                merged.fields[name] = old[name]
        return merged

    def _former_lists(self) -> set[int]:
        """The catalogues that are no longer walked."""
        sql = "SELECT id FROM catalogs WHERE portal = ? AND retired_at IS NOT NULL"
        return {int(row["id"]) for row in self.connection.execute(sql, (self.portal,))}

    def _in_former_list(self, readings: Mapping[int, Reading], source: int) -> Reading | None:
        """Return the reading of the last list that is no longer walked, where a list read for the first time now stands in its place."""
        if source == OWN_PAGE or not readings:
            return None
        former = self._former_lists()
        if source in former or readings.keys() - former - {OWN_PAGE}:
            return None
        return readings.get(max(former & readings.keys(), default=OWN_PAGE - 1))

    def _named(self, files: Sequence[LinkedFile]) -> list[LinkedFile]:
        """The files that a page links to; what is withheld has no name."""
        return [replace(file, name="") if is_file_withheld(self.connection, file.url) else file for file in files]

    def _files(
        self, record_id: int, files: Sequence[LinkedFile]
    ) -> tuple[Sequence[LinkedFile] | None, list[list[str]] | None]:
        """The `files` that a page links to, None where they are those known; and their names before and now, where these changed."""
        rows = self.connection.execute(
            "SELECT name, url, state FROM attachments WHERE record_id = ? ORDER BY id", (record_id,)
        ).fetchall()
        linked = {row["url"]: row["name"] for row in rows if row["state"] != UNLINKED}
        before, after = list(linked.values()), [file.name for file in files]
        if set(linked) == {file.url for file in files} and before == after:
            return None, None
        renamed = sorted(map(essence, before)) != sorted(map(essence, after))
        return files, [before, after] if renamed else None

    def _link(self, record_id: int, files: Sequence[LinkedFile]) -> None:
        """Keep which files a page links to."""
        self.reindex(record_id)
        linked = self.connection.execute("SELECT url FROM attachments WHERE record_id = ?", (record_id,)).fetchall()
        for url in {row["url"] for row in linked} - {file.url for file in files}:
            self.connection.execute(
                "UPDATE attachments SET state = ? WHERE record_id = ? AND url = ?", (UNLINKED, record_id, url)
            )
        for file in files:
            self.connection.execute(
                "INSERT INTO attachments (record_id, name, url, state) VALUES (:record_id, :name, :url, :state) "
                "ON CONFLICT (record_id, url) DO UPDATE SET name = excluded.name, "
                "state = iif(attachments.state = 'unlinked', excluded.state, attachments.state)",
                {"record_id": record_id, "name": file.name, "url": file.url, "state": PENDING},
            )

    def _window(self, shown: int | None, capture: int | None) -> Window:
        """Return when what capture `shown` shows became what `capture` shows; open where captures were only read again."""
        if self.cause == "parser":
            return Window(after=capture)
        return windows.of_change(self.connection, self.portal, shown, capture)

    def last_shown(self, record_id: int, *, whole: bool) -> int | None:
        """Return the last capture read as a record's own page is known; `whole`: with the text, too, that is known of it."""
        row = self.connection.execute(
            "SELECT seen_capture_id, capture_id FROM readings WHERE record_id = ? AND catalog_id = ?",
            (record_id, OWN_PAGE),
        ).fetchone()
        if row is None:
            return None
        seen: int | None = row["seen_capture_id"]
        return seen if seen is not None or whole else row["capture_id"]

    @staticmethod
    def _is_textless(reading: Reading, old: Mapping[str, Any]) -> bool:
        """Whether a page is one on which no text was found, though there was one."""
        return isinstance(reading, RecordPage) and reading.body is None and old["body"] is not None

    def _keep_reading(
        self, record_id: int, source: int, reading: Reading, capture: int | None, seen: int | None
    ) -> None:
        fields = _json({**reading.fields, "doubts": list(reading.doubts)})
        self.connection.execute(
            "INSERT OR REPLACE INTO readings (record_id, catalog_id, fields, source_fields, capture_id, seen_capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (record_id, source, fields, _json(reading.source_fields), capture, seen),
        )

    def _update(self, effect: ReadingEffect, changed_at: str | None, capture: int | None) -> None:
        """Write those columns of a record that a reading changes: each column more has its indexes and triggers."""
        old, merged = effect.old, effect.merged
        repeated = [REPEATED] if REPEATED in old["flags"] else []
        new = {
            **merged.fields,
            "kind": effect.kind,
            "flags": _json(sorted({*merged.flags, *repeated})),
            "source_fields": _json(merged.source_fields),
            "body": effect.body,
            "tables": effect.tables,
            "changed_at": changed_at,
            "capture_id": capture,
        }
        changed = {name: value for name, value in new.items() if value != old[name]}
        if not changed.keys().isdisjoint(index.INDEXED):
            self.reindex(old["id"])
        if changed:
            columns = ", ".join(f"{name} = :{name}" for name in changed)
            self.connection.execute(f"UPDATE records SET {columns} WHERE id = :id", {**changed, "id": old["id"]})  # noqa: S608 - names of our own
        if "index_number" in changed:
            number = merged.fields["index_number"]
            repeated_numbers.note(self.connection, self.portal, old["id"], old["index_number"], number)

    def _version(self, record_id: int, changed: Mapping[str, Any], now: str, window: Window) -> None:
        known = window.by(now)
        self.connection.execute(
            "INSERT INTO versions (record_id, number, seen_at, capture_id, changed, cause, not_before, before_capture_id) "
            "SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM versions WHERE record_id = ?1",
            (record_id, now, known.after, _json(changed), self.cause, known.not_before, known.before),
        )


_json = json.JSONEncoder(ensure_ascii=False).encode


def _is_same(one: object, other: object) -> bool:
    """Whether two values of a field, a text or the names of files say the same."""
    return one == other or (isinstance(one, str) and isinstance(other, str) and same(one, other))
