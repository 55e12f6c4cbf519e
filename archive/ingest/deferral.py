"""Changes that a crawl seems to have read, kept aside until it ends: most of a portal at once is doubted.

A page that says something else, a record that is listed again, a file of a page that changed: none is written when it is read. At
the end of the crawl all of it is, in its order and under the time at which it was read, unless so many pages changed at once
that the portal itself is the likelier cause: text encoded twice, a maintenance page, an older copy of the site. Then it stays, and
is written when a later crawl reads the same, dropped when one reads again what the archive has.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from archive.model.noise import essence, same
from archive.model.observations import AttachmentFile, LinkedFile, RecordPage, Row
from archive.model.records import OWN_PAGE, same_reading
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable

LEAST, SHARE = 10, 0.25
"""So many pages, and a larger share of those asked, changing alike in one crawl are doubted."""

WITNESSES = 2 * LEAST
"""A crawl that asks for pages of records asks for so many, where there are as many: of fewer none can tell that the portal is the cause."""

ALIKE = 3
"""So many records whose pages say the same, word for word, as they did not before, or are gone while they are listed, show something in the place of their own."""

ROW, PAGE, FILE, RETURNED, MISSING = "row", "page", "file", "returned", "missing"
"""Kinds of what is deferred: a list's row, a record's own page, a file, a record listed or standing again, one that is gone."""

Content = Row | RecordPage | AttachmentFile

_KINDS = {Row: ROW, RecordPage: PAGE, AttachmentFile: FILE}

LED_TO_NOTHING = """
    c.outcome = 'redirect' AND EXISTS (SELECT 1 FROM problems p WHERE p.crawl_id = c.crawl_id AND p.url = c.url
                                       AND p.kind IN ('not_found', 'redirected_home'))
"""
"""The condition for captures c that led to the home page, to an index or to no page, as SQL: the answer behind them stands at another address."""

# Pages of records that a crawl asked for; `gone`: those that gave something the time before. Lists and files are left out.
_ASKED = f"""
    WITH answered AS (
        SELECT c.url, c.outcome IN ('gone', 'home') OR {LED_TO_NOTHING}
               OR c.outcome = 'redirect' AND c.url IN (SELECT value FROM json_each(:missing)) AS gone
        FROM captures c
        WHERE c.crawl_id = :crawl AND c.outcome IN ('page', 'not_modified', 'gone', 'home', 'redirect')
          AND c.url NOT IN (SELECT url FROM catalogs WHERE portal = :portal) AND c.url NOT LIKE '%/robots.txt'
          AND NOT EXISTS (SELECT 1 FROM walks w WHERE w.capture_id = c.id)
          AND c.url NOT IN (SELECT a.url FROM records r JOIN attachments a ON a.record_id = r.id WHERE r.portal = :portal)
          AND (c.outcome <> 'redirect' OR gone)),
    asked AS (SELECT url, max(gone) AS gone FROM answered GROUP BY url)
    SELECT count(*), total(gone AND (SELECT p.outcome FROM captures p WHERE p.url = asked.url AND p.crawl_id < :crawl
                                     ORDER BY p.id DESC LIMIT 1) IN ('page', 'not_modified'))
    FROM asked
"""  # noqa: S608 - constant

_PAGES_BY_LIST = """
    SELECT l.catalog_id, count(DISTINCT r.id) FROM captures c JOIN records r ON r.portal = ?2 AND r.url = c.url
    JOIN listings l ON l.record_id = r.id
    WHERE c.crawl_id IN (SELECT value FROM json_each(?1)) AND c.outcome IN ('page', 'not_modified') GROUP BY l.catalog_id
"""


@dataclass(frozen=True, slots=True)
class Deferred:
    """One thing kept aside. `catalog_id`: the catalogue whose row it is, OWN_PAGE for a record's page and all else. `by_layout`: 1 where
    nothing but the portal's layout made the change.
    """

    id: int
    record_id: int
    crawl_id: int
    kind: str
    catalog_id: int
    capture_id: int | None
    at: str
    content: str
    by_layout: int

    def observation(self) -> Content:
        """Return the row, page or file as it was read."""
        return _read(self.kind, json.loads(self.content), self.capture_id)

    def states(self) -> tuple[str, str]:
        """Return the states of a record that is back: the one it had, and the one it has."""
        stated = json.loads(self.content)
        return stated["was"], stated["is"]


class Deferral:
    """The things that one crawl of a portal keeps aside, and that earlier ones left; works in the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, portal: str, crawl_id: int) -> None:
        self._connection = connection
        self._portal = portal
        self._crawl_id = crawl_id
        self._for_many = set[int]()

    def adopt(self) -> None:
        """Make this crawl's own what a crawl that never came to its end had kept aside."""
        self._connection.execute(
            "UPDATE deferred SET crawl_id = ? WHERE crawl_id IN (SELECT id FROM crawls WHERE portal = ? AND "
            "outcome IN ('interrupted', 'shutdown', 'archive_error') AND id < ?)",
            (self._crawl_id, self._portal, self._crawl_id),
        )

    def put(  # noqa: PLR0913 - a column each
        self,
        record_id: int,
        kind: str,
        content: Content | Mapping[str, Any],
        capture: int | None,
        now: str,
        *,
        catalog_id: int = OWN_PAGE,
    ) -> None:
        """Keep something aside in the place of what an earlier crawl had kept of the same page."""
        self.drop(record_id, kind, catalog_id)
        text = json.dumps(content if isinstance(content, Mapping) else _stated(content), ensure_ascii=False)
        self._connection.execute(
            "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, capture_id, at, content) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (record_id, self._crawl_id, kind, catalog_id, capture, now, text),
        )

    def drop(self, record_id: int, kind: str, catalog_id: int) -> None:
        """Forget what earlier crawls kept aside of one page of a record; with its own page go the files that it linked."""
        kinds = f'["{kind}"]' if kind != PAGE else f'["{PAGE}", "{FILE}"]'
        self._connection.execute(
            "DELETE FROM deferred WHERE record_id = ? AND catalog_id = ? AND crawl_id < ? "
            "AND kind IN (SELECT value FROM json_each(?))",
            (record_id, catalog_id, self._crawl_id, kinds),
        )

    def forget_pages(self, record_id: int) -> None:
        """Forget what was kept aside of the rows and the page of a record that is gone, or in no list any more."""
        sql = "DELETE FROM deferred WHERE record_id = ? AND kind IN ('row', 'page', 'file')"
        self._connection.execute(sql, (record_id,))

    def concerns(self, record_id: int) -> bool:
        """Whether anything is kept aside of a record, by whichever crawl."""
        sql = "SELECT 1 FROM deferred WHERE record_id = ?"
        return self._connection.execute(sql, (record_id,)).fetchone() is not None

    def queues(self, record_id: int) -> bool:
        """Whether this crawl has kept aside what a page said of a record: what else it reads of it comes after that."""
        sql = "SELECT 1 FROM deferred WHERE record_id = ? AND crawl_id = ? AND kind IN ('row', 'page', 'file')"
        return self._connection.execute(sql, (record_id, self._crawl_id)).fetchone() is not None

    def holds_page(self, record_id: int) -> bool:
        """Whether this crawl keeps aside what a record's own page said, and with it the files that the page links to."""
        sql = "SELECT 1 FROM deferred WHERE record_id = ? AND crawl_id = ? AND kind = 'page'"
        return self._connection.execute(sql, (record_id, self._crawl_id)).fetchone() is not None

    def is_back(self, record_id: int) -> bool:
        """Whether this crawl has found that a record is back."""
        sql = "SELECT 1 FROM deferred WHERE record_id = ? AND crawl_id = ? AND kind = 'returned'"
        return self._connection.execute(sql, (record_id, self._crawl_id)).fetchone() is not None

    def earlier(self, record_id: int, kind: str, catalog_id: int = OWN_PAGE) -> Deferred | None:
        """Return what an earlier crawl kept aside of one page of a record."""
        rows = self._rows(
            "record_id = ? AND kind = ? AND catalog_id = ? AND crawl_id < ?",
            record_id, kind, catalog_id, self._crawl_id,
        )  # fmt: skip
        return next(rows, None)

    def says_again(self, record_id: int, content: Row | RecordPage, catalog_id: int) -> bool:
        """Whether an earlier crawl kept aside that the same page said the same."""
        before = self.earlier(record_id, _KINDS[type(content)], catalog_id)
        return before is not None and _same(before.observation(), content)

    def own(self, *kinds: str) -> Iterator[Deferred]:
        """Yield what this crawl keeps aside, of these kinds or of all, in its order; each may be forgotten meanwhile."""
        of_kinds = (self._crawl_id, json.dumps(kinds))
        ids = self._connection.execute(
            "SELECT id FROM deferred WHERE crawl_id = ?1 AND (?2 = '[]' OR kind IN (SELECT value FROM json_each(?2))) ORDER BY id",
            of_kinds,
        ).fetchall()
        for (number,) in ids:
            yield from self._rows("id = ?", number)

    def of_page(self, record_id: int, catalog_id: int) -> list[Deferred]:
        """Return what earlier crawls kept aside of a record's page, with its files, or of its row in a catalogue."""
        page = (record_id, catalog_id, self._crawl_id)
        return list(
            self._rows("record_id = ? AND catalog_id = ? AND crawl_id < ? AND kind IN ('row', 'page', 'file')", *page)
        )

    def count_held(self) -> int:
        """Return of how many records this crawl keeps something aside."""
        sql = "SELECT count(DISTINCT record_id) FROM deferred WHERE crawl_id = ?"
        return int(self._connection.execute(sql, (self._crawl_id,)).fetchone()[0])

    def set_by_layout(self, deferred: Deferred) -> None:
        """Note that the portal's layout made a change, and nobody who edited the record."""
        self._connection.execute("UPDATE deferred SET by_layout = 1 WHERE id = ?", (deferred.id,))

    def drop_one_page_for_many(self) -> None:
        """Forget the pages that came in the place of many records' own: with one title and one text, as of a site under maintenance.

        Those with titles of their own and one text, as before it is loaded, are kept in mind.
        """
        pages: dict[bytes, list[int]] = {}
        texts: dict[bytes, list[int]] = {}
        for deferred in self.own(PAGE):
            page = deferred.observation()
            if isinstance(page, RecordPage) and page.body:
                text = essence(page.body)
                content = f"{essence(page.fields.get('title'))}\n{text}"
                pages.setdefault(sha256(content.encode()).digest(), []).append(deferred.record_id)
                texts.setdefault(sha256(text.encode()).digest(), []).append(deferred.record_id)
        for record_ids in pages.values():
            if self._count_former_texts(record_ids) >= ALIKE:
                self._connection.executemany(
                    "DELETE FROM deferred WHERE record_id = ? AND crawl_id = ? AND kind IN ('page', 'file')",
                    [(record_id, self._crawl_id) for record_id in record_ids],
                )
        self._for_many.update(*(each for each in texts.values() if self._count_former_texts(each) >= ALIKE))

    def came_for_many(self, record_id: int) -> bool:
        """Whether this crawl read a text for a record that it read for others as well, of which each had another one."""
        return record_id in self._for_many

    def _count_former_texts(self, record_ids: Sequence[int]) -> int:
        """Return how many different texts some records had before: copies of one document are edited alike."""
        ids = json.dumps(record_ids)
        sql = "SELECT DISTINCT body FROM records WHERE id IN (SELECT value FROM json_each(?))"
        return len({essence(body) for (body,) in self._connection.execute(sql, (ids,))})

    def unchanged_since(self) -> list[int]:
        """Return the records whose pages were kept aside and, as the portal says now, have not changed since."""
        rows = self._connection.execute(
            "SELECT DISTINCT d.record_id FROM deferred d JOIN captures s ON s.id = d.capture_id "
            "JOIN captures c ON c.url = s.url AND c.crawl_id = ?1 AND c.outcome = 'not_modified' "
            "WHERE d.kind = 'page' AND d.crawl_id < ?1 AND NOT EXISTS (SELECT 1 FROM captures b WHERE b.url = s.url "
            "AND b.id > s.id AND b.id < c.id AND b.outcome = 'page')",
            (self._crawl_id,),
        )
        return [row[0] for row in rows]

    def read_again(self, page_of: Callable[[Deferred], RecordPage | None]) -> None:
        """Keep of pages what another parser reads on their captures, as `page_of` says; None: nothing. Rows are left to the next crawl."""
        of_portal = "record_id IN (SELECT id FROM records WHERE portal = ?)"
        self._connection.execute(f"DELETE FROM deferred WHERE kind = 'row' AND {of_portal}", (self._portal,))  # noqa: S608
        sql = f"SELECT id FROM deferred WHERE kind = 'page' AND {of_portal}"  # noqa: S608 - constant
        for (number,) in self._connection.execute(sql, (self._portal,)).fetchall():
            for deferred in self._rows("id = ?", number):
                if page := page_of(deferred):
                    content = json.dumps(_stated(page), ensure_ascii=False)
                    self._connection.execute("UPDATE deferred SET content = ? WHERE id = ?", (content, number))
                else:
                    self.settled(deferred)

    def settled(self, deferred: Deferred) -> None:
        """Forget what is written now."""
        self._connection.execute("DELETE FROM deferred WHERE id = ?", (deferred.id,))

    def forget_unseen(self, walked: Collection[int], *, all_read: bool) -> None:
        """Forget what earlier crawls kept aside of missing records that this one lists and, where it read all lists, of those
        that it found neither back nor gone; and rows that the lists `walked` wholly do not show, or that stood in retired ones.
        """
        self._connection.execute(
            "DELETE FROM deferred WHERE kind IN ('returned', 'missing') AND crawl_id < ?1 "
            "AND record_id IN (SELECT id FROM records WHERE portal = ?2) "
            "AND (?3 OR kind = 'missing' AND record_id IN (SELECT record_id FROM listings WHERE crawl_id = ?1))",
            (self._crawl_id, self._portal, all_read),
        )
        self._connection.execute(
            "DELETE FROM deferred WHERE kind = 'row' AND crawl_id < ?1 AND record_id IN (SELECT id FROM records WHERE portal = ?2) "
            "AND (catalog_id IN (SELECT id FROM catalogs WHERE retired_at IS NOT NULL) OR catalog_id IN (SELECT value FROM json_each(?3)) "
            "AND NOT EXISTS (SELECT 1 FROM listings WHERE record_id = deferred.record_id AND catalog_id = deferred.catalog_id AND crawl_id = ?1))",
            (self._crawl_id, self._portal, json.dumps(list(walked))),
        )

    def doubt(self, moved: int, left: int, missing: Collection[str] = ()) -> str | None:
        """Say why what this crawl kept aside is doubted; None where it is not. `moved`, `left`: records that would be said to have moved, or
        to have left their lists; `missing`: the addresses of those that no list shows and whose pages are gone.
        """
        rows_read = self.rows_by_list().total()
        counts = self._counts_changed()
        asked, gone = 0, 0
        for crawl, pages, lost in self._counts_requested(missing):
            asked, gone = asked + pages, gone + (lost if crawl == self._crawl_id else 0)
        doubts = (
            (counts[ROW], rows_read, "rows say something else than before"),
            (counts[PAGE], asked, "records' pages say something else than before"),
            (self._textless(), asked, "records' pages have no text any more"),
            (counts[RETURNED], rows_read, "rows are of records that were gone"),
            (gone, asked, "records' pages are gone"),
            (moved, rows_read, "rows are of records that stood elsewhere"),
            (left, rows_read, "records are in no list any more"),
        )
        for many, of, what in doubts:
            if many >= LEAST and many > SHARE * of:
                return f"{many} of {of} {what}, all at once: the portal itself is doubted, until a later crawl reads the same"
        return None

    def _counts_changed(self) -> Counter[str]:
        """Count the records of which something is kept aside, by kind; one whose row changed, too, as a row."""
        rows = self._connection.execute(
            "SELECT kind, count(DISTINCT record_id) FROM deferred d WHERE crawl_id = ?1 AND NOT by_layout AND (kind <> 'page' OR NOT EXISTS "
            "(SELECT 1 FROM deferred WHERE record_id = d.record_id AND crawl_id = ?1 AND kind = 'row')) GROUP BY kind",
            (self._crawl_id,),
        )
        return Counter(dict(rows.fetchall()))

    def rows_by_list(self) -> Counter[int]:
        """Return how many rows this crawl's first traversals read, by catalogue."""
        sql = "SELECT catalog_id, rows_read FROM ledger WHERE crawl_id = ?"
        return Counter(dict(self._connection.execute(sql, (self._crawl_id,)).fetchall()))

    def pages_by_list(self) -> Counter[int]:
        """Return of how many records of each catalogue this crawl and those that it goes on with had the own page."""
        crawls = (json.dumps(self._crawls()), self._portal)
        return Counter(dict(self._connection.execute(_PAGES_BY_LIST, crawls).fetchall()))

    def _textless(self) -> int:
        """Return how many record pages of this crawl have lost their text."""
        sql = "SELECT count(*) FROM problems WHERE crawl_id = ? AND kind = 'body_missing'"
        return int(self._connection.execute(sql, (self._crawl_id,)).fetchone()[0])

    def _crawls(self) -> list[int]:
        """Return this crawl and those that it goes on with."""
        rows = self._connection.execute(
            "SELECT id FROM crawls WHERE portal = ?1 AND id <= ?2 AND id > coalesce((SELECT max(id) FROM crawls WHERE portal = ?1 "
            "AND id < ?2 AND outcome NOT IN ('interrupted', 'shutdown', 'archive_error')), 0)",
            (self._portal, self._crawl_id),
        )
        return [crawl for (crawl,) in rows]

    def _counts_requested(self, missing: Collection[str]) -> Iterator[tuple[int, int, int]]:
        """Yield, for this crawl and those it goes on with, how many record pages were asked for, and how many of them had gone."""
        for crawl in self._crawls():
            of = {"crawl": crawl, "portal": self._portal, "missing": json.dumps(sorted(missing))}
            pages, gone = self._connection.execute(_ASKED, of).fetchone()
            yield crawl, pages, int(gone)

    def _rows(self, condition: str, *values: object) -> Iterator[Deferred]:
        sql = (
            "SELECT id, record_id, crawl_id, kind, catalog_id, capture_id, at, content, by_layout FROM deferred WHERE "
        )
        for row in self._connection.execute(f"{sql}{condition} ORDER BY id", values).fetchall():
            yield Deferred(*row)


def _stated(content: Content) -> dict[str, Any]:
    """Return what was read, as JSON takes it, without where it was read, the number of its capture and the bytes of a file."""
    return {name: value for name, value in asdict(content).items() if name not in {"read_at", "capture", "data"}}


def _read(kind: str, stated: dict[str, Any], capture: int | None) -> Content:
    """Make a row, page or file again of what `_stated` gave."""
    if kind == ROW:
        return Row(**stated | {"doubts": tuple(stated["doubts"])})
    stated["tables"] = tuple(map(PrintedTable.from_json, stated.get("tables", ())))
    if kind == FILE:
        stated["pages"] = tuple(map(FilePage.from_json, stated.get("pages", ())))
        return AttachmentFile(**stated, capture=capture)
    stated["doubts"] = tuple(stated["doubts"])
    stated["breadcrumb"] = tuple(stated["breadcrumb"])
    stated["attachments"] = tuple(LinkedFile(**each) for each in stated["attachments"])
    return RecordPage(**stated, capture=capture)


def _same(one: Content, other: Content) -> bool:
    """Whether two readings of one page say the same, noise aside."""
    if isinstance(one, RecordPage) and isinstance(other, RecordPage):
        return same_reading(one, other) and same(one.body, other.body) and _files(one) == _files(other)
    return isinstance(one, Row) and isinstance(other, Row) and same_reading(one, other)


def _files(page: RecordPage) -> list[tuple[str, str]]:
    return sorted((file.url, file.name) for file in page.attachments)
