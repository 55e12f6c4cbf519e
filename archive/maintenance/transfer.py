"""Transfer of all that one archive knows of a portal into another one, ids re-assigned: for
`archive.maintenance.merge` and `archive.maintenance.job`.

The archive that is carried from is attached as `theirs`; temporary tables say which id of theirs is which of ours. What
a record is called changes when it moves, its history doesn't: a record of theirs is ours where ours stood under the
address that theirs had before its new crawls.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from archive.database.connection import ArchiveError
from archive.database.migrations import stored_columns
from archive.database.portal_changes import next_number
from archive.maintenance import holding
from archive.maintenance.bring_up_to_date import bring_up_to_date
from archive.maintenance.masking import TakenTexts
from archive.search import index

INDEXED_AT_ONCE = 1000

_CAPTURES = re.compile(r"(?:before|after|seen)_capture")
_MAPS = ("crawl", "catalog", "record", "capture")
_OF_RECORDS = "t.record_id IN (SELECT theirs FROM temp.record_map)"
_OF_NEW_CRAWLS = "t.crawl_id IN (SELECT theirs FROM temp.crawl_map WHERE new)"

_HISTORY = (  # table, its key, the rows of theirs, where its rows of ours may be gone
    ("attachments", ("record_id", "url"), _OF_RECORDS),
    ("listings", ("record_id", "catalog_id"), _OF_RECORDS),
    ("readings", ("record_id", "catalog_id"), _OF_RECORDS),
    ("redactions", ("record_id", "source", "kind"), _OF_RECORDS),
    ("versions", ("record_id", "number"), _OF_RECORDS),
    ("budget_changes", ("record_id", "url", "after_capture_id", "number", "row", "place"), _OF_RECORDS),
)
# Ours stand where somebody has settled them: theirs don't know of it.
_UNDECIDED = """
    t.state <> 'waiting' AND NOT EXISTS (SELECT 1 FROM main.rosters o WHERE o.key = t.key AND o.state <> 'waiting' AND o.at > t.at)
    OR NOT EXISTS (SELECT 1 FROM main.rosters o WHERE o.key = t.key AND o.state <> 'waiting')
"""
_OF_CRAWLS = ("walks", "ledger", "problems")
_OF_A_RECORD = ("attachments", "deferred", "listings", "readings", "redactions", "rosters", "versions", "events")

_FILES = "SELECT url, name, text, state = 'unlinked' FROM {}.attachments WHERE record_id = {}"
_SEARCHED_OTHERWISE = f"""
    SELECT m.ours FROM temp.record_map m JOIN theirs.records t ON t.id = m.theirs JOIN main.records o ON o.id = m.ours
    WHERE NOT m.new AND (
        {" OR ".join(f"t.{name} IS NOT o.{name}" for name in index.INDEXED)}
        OR EXISTS ({_FILES.format("theirs", "t.id")} EXCEPT {_FILES.format("main", "o.id")})
        OR EXISTS ({_FILES.format("main", "o.id")} EXCEPT {_FILES.format("theirs", "t.id")}))
"""


class NotAContinuationError(Exception):
    """The archive carried from does not go on from the one carried to; the message says why."""


class Transfer:
    """The transfer of one portal. Works in the caller's transaction; the caller has attached `theirs`.

    `crawls` (theirs → ours): the crawls of theirs that are carried; `known`: those that are here already. `captures`:
    theirs → ours, of all crawls. `texts` masks what is carried, None where `theirs` is trusted to be masked.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what is carried
        self,
        connection: sqlite3.Connection,
        portal: str,
        crawls: Mapping[int, int],
        known: Mapping[int, int],
        captures: Iterable[tuple[int, int]],
        texts: TakenTexts | None = None,
    ) -> None:
        self._c = connection
        self._texts = texts
        self._written: set[int] = set()
        self._portal = portal
        for name in _MAPS:
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}_map")
            connection.execute(f"CREATE TEMP TABLE {name}_map (theirs INTEGER PRIMARY KEY, ours INTEGER, new INTEGER)")
        connection.execute("CREATE INDEX temp.record_map_by_ours ON record_map (ours)")
        self._map("crawl", [(*pair, 1) for pair in crawls.items()] + [(*pair, 0) for pair in known.items()])
        self._map("capture", ((*pair, 0) for pair in captures))

    def everything(self, *, ids_kept: bool = False) -> None:
        """Carry all that belongs to the portal. Raises NotAContinuationError.
        `ids_kept`: records keep theirs, for there are none here.
        """
        self._portal_and_catalogs()
        self._crawls()
        self._map("record", self._records(ids_kept=ids_kept))
        touched = [row[0] for row in self._c.execute(_SEARCHED_OTHERWISE)]
        for record_id in touched:
            index.changed(self._c, record_id, index.held(self._c, record_id))
        self._join()
        self._write_records()
        for table, key, rows in _HISTORY:
            self._delete_gone(table, key)
            self._put(table, key, rows)
        self._c.execute("DELETE FROM main.deferred WHERE record_id IN (SELECT ours FROM temp.record_map)")
        self._put("deferred", None, _OF_RECORDS)
        self._put("rosters", ("record_id", "source"), f"{_OF_RECORDS} AND ({_UNDECIDED})")
        for table in _OF_CRAWLS:
            self._put(table, None, _OF_NEW_CRAWLS)
        self._events()
        self._index()
        if self._texts:
            self._texts.note()
            holding.judge(self._c, self._written)
        bring_up_to_date(self._c, self._portal)

    def originals_only(self, message: str, now: str) -> None:
        """Carry the crawls and their captures, and nothing of what they say; a problem of each says why."""
        self._portal_and_catalogs(known_only=True)
        self._crawls()
        self._c.execute(
            "UPDATE crawls SET outcome = 'not_merged' WHERE id IN (SELECT ours FROM temp.crawl_map WHERE new)"
        )
        self._c.execute(
            "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) "
            "SELECT m.ours, 'not_merged', p.home, ?, ?, ? FROM temp.crawl_map m JOIN portals p ON p.id = ? WHERE m.new",
            (message, now, now, self._portal),
        )

    # --- what belongs to the portal ---

    def _portal_and_catalogs(self, *, known_only: bool = False) -> None:
        of_portal = f"t.portal = {self._text(self._portal)}"
        if not known_only:
            self._put("portals", ("id",), f"t.id = {self._text(self._portal)}")
            self._put("catalogs", ("portal", "url"), of_portal)
        pairs = self._c.execute(
            f"SELECT t.id, o.id, 0 FROM theirs.catalogs t JOIN main.catalogs o USING (portal, url) WHERE {of_portal}"
        ).fetchall()
        self._map("catalog", [(0, 0, 0), *pairs])

    def _crawls(self) -> None:
        self._c.execute(
            "UPDATE crawls SET outcome = 'interrupted' WHERE portal = ? AND outcome IS NULL", (self._portal,)
        )
        self._put("crawls", None, "t.id IN (SELECT theirs FROM temp.crawl_map WHERE new)", ids="crawl")
        self._c.execute(
            "UPDATE crawls SET outcome = 'interrupted' WHERE outcome IS NULL AND id IN (SELECT ours FROM temp.crawl_map)"
        )
        self._put("captures", None, _OF_NEW_CRAWLS, ids="capture")
        taken = ", ".join(self._taken("certificates", name) for name in stored_columns(self._c, "certificates"))
        self._c.execute(f"INSERT OR IGNORE INTO main.certificates SELECT {taken} FROM theirs.certificates m")

    def _records(self, *, ids_kept: bool) -> list[tuple[int, int, int]]:
        """Return triples: a record of theirs, which of ours it is, and whether it is new here."""
        c, portal = self._c, (self._portal,)
        ours = dict(c.execute("SELECT url, id FROM main.records WHERE portal = ?", portal).fetchall())
        new = "SELECT record_id FROM theirs.events t WHERE kind = 'added' AND " + _OF_NEW_CRAWLS
        added = {row[0] for row in c.execute(new)}
        moves = "SELECT record_id, detail ->> '$.from' FROM theirs.events t WHERE kind = 'moved' AND " + _OF_NEW_CRAWLS
        before = dict(reversed(c.execute(f"{moves} ORDER BY t.id").fetchall()))
        last = next_number(c, "main.records") - 1
        mapped = []
        for record_id, url in c.execute("SELECT id, url FROM theirs.records WHERE portal = ? ORDER BY id", portal):
            if ids_kept:
                mapped.append((record_id, record_id, 1))
            elif record_id in added:
                last += 1
                mapped.append((record_id, last, 1))
            elif (stood := before.get(record_id, url)) in ours:
                mapped.append((record_id, ours[stood], 0))
            else:
                raise NotAContinuationError(f"it knows {stood}, which is not here")
        return mapped

    def _join(self) -> None:
        """Records of ours that turned out to be the present form of others: their events are those others' now."""
        gone = self._c.execute(
            "SELECT id, url FROM main.records WHERE portal = ? AND id NOT IN (SELECT ours FROM temp.record_map)",
            (self._portal,),
        ).fetchall()
        for record_id, url in gone:
            became = self._c.execute(
                "SELECT m.ours FROM theirs.events t JOIN temp.record_map m ON m.theirs = t.record_id "
                f"WHERE t.kind = 'moved' AND t.detail ->> '$.to' = ? AND {_OF_NEW_CRAWLS} ORDER BY t.id DESC",
                (url,),
            ).fetchone()
            if became is None:
                raise NotAContinuationError(f"it does not know {url}, which is here")
            index.forget(self._c, record_id)
            self._c.execute("DELETE FROM events WHERE record_id = ? AND kind = 'added'", (record_id,))
            self._c.execute("UPDATE events SET record_id = ? WHERE record_id = ?", (became[0], record_id))
            for table in _OF_A_RECORD:
                self._c.execute(f"DELETE FROM {table} WHERE record_id = ?", (record_id,))
            self._c.execute("DELETE FROM records WHERE id = ?", (record_id,))

    def _write_records(self) -> None:
        # Addresses may have changed hands: each is free before it is taken.
        self._c.execute(
            "UPDATE main.records SET url = 'moving:' || id WHERE id IN (SELECT o.id FROM temp.record_map m "
            "JOIN main.records o ON o.id = m.ours JOIN theirs.records t ON t.id = m.theirs WHERE t.url <> o.url)"
        )
        self._put("records", ("id",), f"t.portal = {self._text(self._portal)}", ids="record")

    def _delete_gone(self, table: str, key: tuple[str, ...]) -> None:
        """Delete the rows of ours, of records that are known on both sides, which theirs have no longer."""
        mapped = self._mapped(table)
        same = " AND ".join(f"{mapped[name]} = o.{name}" for name in key if name != "record_id")
        self._c.execute(
            f"DELETE FROM main.{table} AS o WHERE record_id IN (SELECT ours FROM temp.record_map WHERE NOT new) "
            f"AND NOT EXISTS (SELECT 1 FROM temp.record_map m JOIN theirs.{table} t ON t.record_id = m.theirs "
            f"WHERE m.ours = o.record_id AND {same})"
        )

    def _events(self) -> None:
        maps = {name: dict(self._c.execute(f"SELECT theirs, ours FROM temp.{name}_map").fetchall()) for name in _MAPS}
        events = self._c.execute(
            "SELECT record_id, kind, at, crawl_id, detail, not_before, before_capture_id, after_capture_id "
            f"FROM theirs.events t WHERE {_OF_NEW_CRAWLS} ORDER BY id"
        ).fetchall()
        first = next_number(self._c, "main.events")
        try:
            carried = [
                (
                    number,
                    maps["record"][record_id],
                    kind,
                    at,
                    maps["crawl"][crawl_id],
                    self._detail(detail, maps),
                    not_before,
                    *(maps["capture"].get(capture) for capture in captures),
                )
                for number, (record_id, kind, at, crawl_id, detail, not_before, *captures) in enumerate(events, first)
            ]
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ArchiveError(f"an event of {self._portal} holds what no crawl writes") from error
        self._c.executemany(
            "INSERT INTO main.events (id, record_id, kind, at, crawl_id, detail, not_before, before_capture_id, after_capture_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            carried,
        )

    def _detail(self, text: str, maps: Mapping[str, Mapping[int, int]]) -> str:
        detail = _detail(text, maps)
        return self._texts.text("detail", detail) if self._texts else detail

    def _index(self) -> None:
        index.catch_up(self._c)
        new = [row[0] for row in self._c.execute("SELECT ours FROM temp.record_map WHERE new ORDER BY ours")]
        for start in range(0, len(new), INDEXED_AT_ONCE):
            for record_id in new[start : start + INDEXED_AT_ONCE]:
                index.changed(self._c, record_id, None)
            index.catch_up(self._c)

    # --- rows ---

    def _map(self, name: str, rows: Iterable[tuple[int, int, int]]) -> None:
        self._c.executemany(f"INSERT INTO temp.{name}_map VALUES (?, ?, ?)", rows)

    def _mapped(self, table: str, ids: str | None = None) -> dict[str, str]:
        """Each column of ours → what to read for it from a row `t` of theirs; without `id`, unless it has a map."""
        mapped = {}
        for column in stored_columns(self._c, table):
            name = ids if column == "id" else None
            if column.endswith("_id"):
                name = _CAPTURES.sub("capture", column.removesuffix("_id"))
            if name in _MAPS:
                mapped[column] = f"(SELECT ours FROM temp.{name}_map WHERE theirs = t.{column})"
            elif column != "id" or table == "portals":
                mapped[column] = f"t.{column}"
        if table == "redactions":  # a catalogue's number, 0, or a file's address
            mapped["source"] = (
                "iif(t.source GLOB '[0-9]*' AND t.source NOT GLOB '*[^0-9]*', "
                "(SELECT ours FROM temp.catalog_map WHERE theirs = CAST(t.source AS INTEGER)) || '', t.source)"
            )
        return mapped

    def _put(self, table: str, key: tuple[str, ...] | None, rows: str, ids: str | None = None) -> None:
        """Write the rows of theirs that differ from ours, in their order. Without a `key` they are all new."""
        mapped = self._mapped(table, ids)
        names = ", ".join(mapped)
        theirs = ", ".join(f"{what} AS {name}" for name, what in mapped.items())
        order = "t.id" if "id" in stored_columns(self._c, table) else "1"
        taken = ", ".join(self._taken(table, name) for name in mapped)
        put = f"INSERT INTO main.{table} ({names}) SELECT {taken} FROM (SELECT {theirs} FROM theirs.{table} t WHERE {rows} ORDER BY {order}) m"
        if key is not None:
            same = " AND ".join(f"o.{name} {'=' if name in key else 'IS'} m.{name}" for name in mapped)
            kept = ", ".join(f"{name} = excluded.{name}" for name in mapped if name not in key)
            put += f" WHERE NOT EXISTS (SELECT 1 FROM main.{table} o WHERE {same}) "
            put += f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {kept}"
        if table in {"records", "attachments"}:
            owner = "id" if table == "records" else "record_id"
            self._written.update(row[0] for row in self._c.execute(f"{put} RETURNING {owner}"))
            return
        self._c.execute(put)

    def _taken(self, table: str, column: str) -> str:
        """Return SQL for a column of a row `m` as it is written here."""
        return self._texts.expression(table, column) if self._texts else f"m.{column}"

    def _text(self, value: str) -> str:
        """`value` as SQL: portals' ids are plain, yet a file from elsewhere may hold anything."""
        return str(self._c.execute("SELECT quote(?)", (value,)).fetchone()[0])


def _detail(text: str, maps: Mapping[str, Mapping[int, int]]) -> str:
    """An event's detail with its numbers of captures, of the walk and of its catalogues as they are here."""
    detail: dict[str, Any] = json.loads(text)
    for name, of in (("capture", "capture"), ("listed", "capture"), ("page", "capture"), ("walk", "crawl")):
        if detail.get(name) is not None:
            detail[name] = maps[of][detail[name]]
    if "catalogs" in detail:
        detail["catalogs"] = sorted(maps["catalog"][number] for number in detail["catalogs"])
    return json.dumps(detail, ensure_ascii=False)
