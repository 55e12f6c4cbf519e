"""Claims that a record is no longer there: made only on proof, and with the proof.

A record is missing when every catalogue that lists it was walked wholly and plausibly, and none showed it: at a length,
and with fields in its rows, as in its past. One of several that has shown nothing for long is not waited for.
Then its own page is requested. Gone: the record is `withdrawn`. Still there: it may stand in another list now, so that all
must have been walked wholly, but for those that could not be for long. They are walked a second time, for a row can slip from
one page to another during a walk; missing again, the record is `unlisted`. A refusal, a failure or half a
page proves nothing. The same text under the same index number at a new address is `moved`; so is the same text under the same
title and date, whatever its number.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.ingest import windows
from archive.ingest.alarm import Alarm
from archive.ingest.deferral import ALIKE, LED_TO_NOTHING, MISSING, RETURNED, Deferral, Deferred
from archive.ingest.frontier import ADDRESS, LEAST_DAILY_QUOTA, page_interval
from archive.ingest.record_writer import KnownRecord, Writer
from archive.ingest.successors import Successors
from archive.model.clock import moment
from archive.model.noise import same
from archive.model.observations import ListPage, MissingPage, RecordPage
from archive.model.records import OWN_PAGE, same_title

LEAST_SHARE = 0.8
"""A walk with fewer rows than this share of the usual is implausibly short, …"""

ALWAYS_PLAUSIBLE = 3
"""… unless no more than so many are missing, or the walk before was as short."""

WALKS_COMPARED = 5
AS_SHORT = 0.02
"""Two walks whose lengths differ by no more than this share are as short as each other."""

TRIES = 3
"""A catalogue that could not be walked wholly in this crawl nor in so many full ones before is waited for no longer."""

# The catalogues in which a record may stand.
_OPEN_LISTS = """
    SELECT DISTINCT l.catalog_id FROM ledger l JOIN catalogs c ON c.id = l.catalog_id AND c.retired_at IS NULL
    WHERE c.portal = :portal AND l.complete AND (l.crawl_id = :crawl OR l.crawl_id IN (
        SELECT id FROM crawls WHERE portal = :portal AND id < :crawl AND mode = 'full' AND finished_at IS NOT NULL
        ORDER BY id DESC LIMIT :tries))
"""
# The catalogues whose walks are waited for: not those that show no row any more, and have not for long.
_AWAITED_LISTS = """
    SELECT catalog_id FROM ledger WHERE crawl_id = :crawl AND (rows_read OR catalog_id IN (SELECT value FROM json_each(:open)))
"""
_MISSING = f"""
    SELECT r.id, r.state, iif(r.url LIKE '%#row-%' OR r.flags LIKE '%"off_site"%', NULL, {ADDRESS}) AS address
    FROM records r
    WHERE r.portal = :portal AND r.state IN ('listed', 'unlisted')
      AND EXISTS (SELECT 1 FROM listings WHERE record_id = r.id AND catalog_id IN (SELECT value FROM json_each(:walked)))
      AND NOT EXISTS (SELECT 1 FROM listings WHERE record_id = r.id AND (
                      crawl_id = :crawl OR catalog_id IN (SELECT value FROM json_each(:not_walked))))
    ORDER BY r.id
"""  # noqa: S608 - constant

# The pages of records that are gone, which may stand again; when it was said, and when they were last asked for.
_GONE = f"""
    SELECT r.id, r.state, a.address, (SELECT max(at) FROM events WHERE record_id = r.id AND kind = 'withdrawn') AS since,
           (SELECT c.fetched_at FROM captures c JOIN crawls w ON w.id = c.crawl_id
            WHERE c.url = a.address AND w.portal = r.portal ORDER BY c.id DESC LIMIT 1) AS asked
    FROM records r JOIN (SELECT r.id, {ADDRESS} AS address
                         FROM records r WHERE r.portal = :portal AND r.state = 'withdrawn') a ON a.id = r.id
    WHERE r.url NOT LIKE '%#row-%' AND NOT EXISTS (SELECT 1 FROM listings WHERE record_id = r.id AND crawl_id = :crawl)
"""  # noqa: S608 - constant

# Pages that newly answer that they are gone, though lists show their records.
_GONE_THOUGH_LISTED = f"""
    SELECT count(DISTINCT r.id) FROM captures c JOIN records r ON r.portal = :portal AND r.url = c.url
    JOIN listings l ON l.record_id = r.id AND l.crawl_id = :crawl
    WHERE c.crawl_id = :crawl AND (c.outcome IN ('gone', 'home') OR {LED_TO_NOTHING})
      AND (SELECT p.outcome FROM captures p WHERE p.url = c.url AND p.crawl_id < :crawl ORDER BY p.id DESC LIMIT 1) IN ('page', 'not_modified')
"""  # noqa: S608 - constant

# Records that this crawl added, and that may have pushed out those that left: none of them is older than these.
_INSTEAD = """
    SELECT count(*) FROM events e JOIN records r ON r.id = e.record_id
    WHERE e.crawl_id = :crawl AND e.kind = 'added' AND coalesce(r.published_on, '~') >= coalesce((
        SELECT max(published_on) FROM records WHERE id IN (SELECT value FROM json_each(:left))), '')
"""

# Records that no other list than this one shows, and that this crawl added; and those that it listed before, with whether any list shows them now.
_ADDED_BY_LIST = """
    SELECT l.record_id FROM listings l JOIN events e ON e.record_id = l.record_id AND e.crawl_id = :crawl AND e.kind = 'added'
    GROUP BY l.record_id HAVING min(l.catalog_id = :catalog)
"""
_SEEN_OF_LIST = """
    SELECT r.id, EXISTS (SELECT 1 FROM listings WHERE record_id = r.id AND crawl_id = :crawl)
    FROM listings l JOIN records r ON r.id = l.record_id
    WHERE l.catalog_id = :catalog AND r.state = 'listed'
      AND NOT EXISTS (SELECT 1 FROM events WHERE record_id = r.id AND crawl_id = :crawl AND kind IN ('added', 'returned'))
"""

_LISTED_AND_PAGES = """
    SELECT (SELECT l.capture_id FROM listings l JOIN captures c ON c.id = l.capture_id
            WHERE l.record_id = :record AND l.catalog_id IN (SELECT value FROM json_each(:catalogs))
            ORDER BY c.fetched_at DESC, c.id DESC LIMIT 1),
           (SELECT count(DISTINCT capture_id) FROM walks
            WHERE crawl_id = :crawl AND catalog_id IN (SELECT value FROM json_each(:catalogs)))
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that its catalogues no longer show. `url`: its page's address as its row prints it; None without a page."""

    record_id: int
    url: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Found:
    """A missing record at the end of a crawl. `state`: what is proved of it; `earlier`: what a doubted crawl found of it."""

    record: Missing
    state: str | None
    earlier: Deferred | None


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

    def __init__(self, writer: Writer, alarm: Alarm, deferral: Deferral, successors: Successors) -> None:
        self._connection = writer.connection
        self._writer = writer
        self._alarm = alarm
        self._deferral = deferral
        self._successors = successors
        self._portal = writer.portal
        self._crawl_id = writer.crawl_id
        self.noted = Noted()
        self._joined: set[int] = set()

    def note_page(self, answer: MissingPage) -> None:
        """Take in what the page of a missing record turned out to be."""
        self.noted.answers[answer.url] = answer

    def is_shown(self, known: KnownRecord, page: RecordPage, now: str) -> bool:
        """Whether a page is the record's own: where that was withdrawn, by its title or its text. It then stands again."""
        if known.state != "withdrawn" or self._deferral.is_back(known.id):
            return True
        record = self._writer.record(known.id)
        title, body = page.fields.get("title"), page.body
        if not (title and same(title, record["title"])) and not (body and same(body, record["body"])):
            return False
        self._back(known.id, "unlisted", "withdrawn", page.capture, now)
        return True

    def why_doubted(self, record_id: int, page: RecordPage) -> str | None:
        """Say why what came from the address of a record's own page may not be that; None where it may."""
        readings = self._writer.readings(record_id)
        own = readings.pop(OWN_PAGE, None)
        if own is None:
            return None
        if self._deferral.came_for_many(record_id):
            return "this page has the same text as others, which had texts of their own"
        title = page.fields.get("title", "")
        listed = [each.fields["title"] for each in readings.values() if each.fields.get("title")]
        had_it = any(same_title(own.fields.get("title", ""), each) for each in listed)
        has_it = any(same_title(title, each) for each in listed)
        if had_it and not has_it and not same(page.body, self._writer.record(record_id)["body"]):
            return f"this page is headed {title!r}, and its list calls it otherwise"
        if own.fields.keys() - page.fields.keys() and not page.attachments and self._writer.has_files(record_id):
            return "this page states less than before, and none of its files"
        return None

    def listed_again(self, record_id: int, was: str, capture: int | None, now: str) -> None:
        """Take in that a list shows a record that was gone from it."""
        self._back(record_id, "listed", was, capture, now)

    def bring_back(self, deferred: Deferred) -> None:
        """Say that a record is back, as of when that was read."""
        was, state = deferred.states()
        detail, record_id = {"capture": deferred.capture_id, "was": was}, deferred.record_id
        if state == "listed":
            window = self._listed_since(deferred)
        else:
            window = windows.of_return(self._connection, self._portal, record_id, deferred.capture_id)
        self._writer.set_state(record_id, state, "returned", deferred.at, detail, window)

    def _listed_since(self, deferred: Deferred) -> windows.Window:
        """Return the window in which lists came to show a record again: those that do, though they may be retired by now."""
        lists = "SELECT catalog_id FROM listings WHERE record_id = ? AND crawl_id >= ? ORDER BY catalog_id"
        shown_in = self._connection.execute(lists, (deferred.record_id, deferred.crawl_id))
        since = (
            windows.of_appearance(self._connection, row["catalog_id"], deferred.crawl_id, deferred.capture_id)
            for row in shown_in
        )
        return min(since, key=lambda each: each.not_before or "", default=windows.Window(after=deferred.capture_id))

    def _back(self, record_id: int, state: str, was: str, capture: int | None, now: str) -> None:
        """Keep aside until the crawl's end that a record is back; say it where an earlier crawl found the same."""
        if self._deferral.is_back(record_id):
            return
        if earlier := self._deferral.earlier(record_id, RETURNED):
            self._deferral.settled(earlier)
            self.bring_back(earlier)
            return
        self._deferral.put(record_id, RETURNED, {"was": was, "is": state}, capture, now)

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

    def walked(self) -> list[int]:
        """The catalogues walked wholly, at a plausible length and with the usual fields."""
        return [
            catalog for catalog in self._complete() if self._plausible(catalog) and not self._alarm.misread(catalog)
        ]

    def missing(self) -> list[Missing]:
        """The records to be requested: listed once, and not in any walk of this crawl."""
        walked = self.walked()
        if not walked:
            return []
        names = {"crawl": self._crawl_id, "open": json.dumps(sorted(self._open_lists()))}
        awaited = {row["catalog_id"] for row in self._connection.execute(_AWAITED_LISTS, names)}
        names = {"portal": self._portal, "crawl": self._crawl_id, "walked": json.dumps(walked)}
        rows = self._connection.execute(_MISSING, {**names, "not_walked": json.dumps(sorted(awaited - set(walked)))})
        return [Missing(row["id"], row["address"], row["state"]) for row in rows]

    def to_ask_again(self, now: str) -> list[Missing]:
        """The withdrawn records whose pages are asked for again, ever more rarely, the most overdue first."""
        rows = self._connection.execute(_GONE, {"portal": self._portal, "crawl": self._crawl_id}).fetchall()
        overdue = []
        for row in rows:
            interval = page_interval(moment(now) - moment(row["since"] or now))
            waited = (moment(now) - moment(row["asked"] or row["since"] or now)) / interval
            if waited >= 1:
                overdue.append((waited, Missing(row["id"], row["address"], row["state"])))
        overdue.sort(key=lambda each: (-each[0], each[1].record_id))
        return [record for _, record in overdue[: max(LEAST_DAILY_QUOTA, len(rows) // 100)]]

    def to_walk_again(self) -> set[int]:
        """The catalogues to be walked again: all, where records are missing though their pages stand, or have no page to ask."""
        lists = self._open_lists()
        doubtful = lists <= set(self.walked()) and any(
            record.state == "listed" and (record.url is None or self._outcome(record) == "page")
            for record in self.missing()
        )
        return lists if doubtful else set()

    def found(self) -> list[Found]:
        """The records that are missing at the end of the crawl, in the order of their ids."""
        found = [
            Found(record, self._proved(record), self._deferral.earlier(record.record_id, MISSING))
            for record in self.missing()
        ]
        self._successors.compare([self._writer.record(each.record.record_id) for each in found if each.state])
        return found

    def count_moved(self, found: Iterable[Found]) -> int:
        """Count those of the `found` that stand at another address now, where no earlier crawl found the same."""
        new = (each.record.record_id for each in found if each.state and not each.earlier)
        return sum(len(self._successors.moved(self._writer.record(record_id))) == 1 for record_id in new)

    def count_left(self, found: Iterable[Found]) -> int:
        """Count those of the `found` that left lists of about the usual length, where no earlier crawl found the same, beyond the new ones
        that may have pushed them out, being none older: lists that shrank were doubted for that.
        """
        long = {catalog for catalog in self._complete() if self._is_long(*self._lengths(catalog))}
        gone = (each.record.record_id for each in found if each.state == "unlisted" and not each.earlier)
        left = [record_id for record_id in gone if self._catalogs(record_id) & long]
        names = {"crawl": self._crawl_id, "left": json.dumps(left)}
        return len(left) - int(self._connection.execute(_INSTEAD, names).fetchone()[0])

    def addresses_gone(self) -> list[str]:
        """The addresses of missing records at which this crawl found nothing any more."""
        return [url for url, answer in self.noted.answers.items() if answer.outcome == "gone"]

    def _forms(self, record_ids: Iterable[int]) -> dict[int, set[int]]:
        """Return the records that each may have become, whatever is proved of it and whatever the texts say."""
        records = ((record_id, self._writer.record(record_id)) for record_id in record_ids)
        return {record_id: {form["id"] for form in self._successors.possible(record)} for record_id, record in records}

    def _forget_doubtful(self, found: Iterable[Found], *, doubted: bool) -> None:
        """Take out again what this crawl added of records that are known and, of lists that show other things than they did, all that it added.

        That is told where the next crawl reads it, too. Where the crawl is not `doubted`, lists that it read implausibly are.
        """
        forms = set[int]()
        if doubted:
            forms = set[int]().union(*self._forms(each.record.record_id for each in found).values())
        for catalog in set(self._complete()) - (set() if doubted else set(self.walked())):
            names = {"catalog": catalog, "crawl": self._crawl_id}
            added = {row["record_id"] for row in self._connection.execute(_ADDED_BY_LIST, names)}
            seen = dict(map(tuple, self._connection.execute(_SEEN_OF_LIST, names))) if added else {}
            became = self._forms(record_id for record_id, is_seen in seen.items() if not is_seen)
            if len(became) > len(seen) / 2:
                forms = forms.union(*became.values())
                forms |= added if sum(not each for each in became.values()) > len(seen) / 2 else set()
        if doubted or forms:
            self._successors.forget_moved(forms)

    def claim(self, found: Iterable[Found], now: str, *, doubted: bool) -> None:
        """Say of each record `found` missing what is proved, with the proof; where the crawl is `doubted`, keep it aside for the next.

        So are withdrawals on a day on which the portal says of pages that they are gone while it lists them.
        """
        self._forget_doubtful(found, doubted=doubted)
        fails = self._count_gone_though_listed() >= ALIKE
        for each in found:
            if each.state is None or each.record.record_id in self._joined:
                continue  # one joined is another's present form now; that it is missing too, the next crawl finds
            if doubted or (each.state == "withdrawn" and not each.earlier and fails):
                self._deferral.put(each.record.record_id, MISSING, {}, None, now)
                continue
            if each.earlier:
                self._deferral.settled(each.earlier)
            self._leave(each.record, each.state, now)

    def _count_gone_though_listed(self) -> int:
        """Count the records that this crawl's lists show, and whose pages it found to be gone, as they were not before."""
        of = {"portal": self._portal, "crawl": self._crawl_id}
        return int(self._connection.execute(_GONE_THOUGH_LISTED, of).fetchone()[0])

    def _proved(self, record: Missing) -> str | None:
        """The state that is proved of a missing record: `withdrawn`, `unlisted`, None."""
        outcome = self._outcome(record)
        if outcome == "gone":
            return "withdrawn"
        seen_twice = self._open_lists() <= self.noted.walked_again.intersection(self.walked())
        stands = record.state == "listed" and seen_twice and (outcome == "page" or record.url is None)
        return "unlisted" if stands else None

    def _leave(self, record: Missing, state: str, now: str) -> None:
        """Say that a record is `unlisted` or `withdrawn`, unless it stands elsewhere now, or may do so."""
        old = self._writer.record(record.record_id)
        gone = self.noted.answers[str(record.url)].capture if state == "withdrawn" else None
        window = windows.of_disappearance(self._connection, self._portal, self._crawl_id, record.record_id, gone)
        moved = self._successors.moved(old)
        if len(moved) == 1:
            window = windows.of_move(self._connection, window, moved[0]["id"])
            self._successors.join(old, moved[0])
            self._joined.add(moved[0]["id"])
            detail = {"from": old["url"], "to": moved[0]["url"], **self._proof(record)}
            self._writer.event(old["id"], "moved", now, detail, window)
        elif not any(_is_waited_for(successor, state) for successor in self._successors.possible(old)):
            self._writer.set_state(record.record_id, state, state, now, self._proof(record), window)
            self._deferral.forget_pages(record.record_id)

    def _proof(self, record: Missing) -> dict[str, Any]:
        """The walk that did not show the record (its list pages, so many, are in `walks`), the last list page that did, and the
        capture of its own page.
        """
        answer, catalogs = self.noted.answers.get(record.url or ""), self._catalogs(record.record_id)
        parameters = {"record": record.record_id, "crawl": self._crawl_id, "catalogs": json.dumps(sorted(catalogs))}
        listed, pages = self._connection.execute(_LISTED_AND_PAGES, parameters).fetchone()
        return {
            "walk": self._crawl_id,
            "pages": pages,
            "catalogs": sorted(catalogs),
            "listed": windows.held_by(self._connection, listed),
            "page": answer.capture if answer else None,
            "reason": answer.reason if answer else "the row had no page of its own",
        }

    def _outcome(self, record: Missing) -> str | None:
        answer = self.noted.answers.get(record.url or "")
        return answer.outcome if answer else None

    def _catalogs(self, record_id: int) -> set[int]:
        rows = self._connection.execute(
            "SELECT l.catalog_id FROM listings l JOIN catalogs c ON c.id = l.catalog_id "
            "WHERE l.record_id = ? AND c.retired_at IS NULL",
            (record_id,),
        )
        return {row["catalog_id"] for row in rows}

    def _open_lists(self) -> set[int]:
        """The catalogues in which a record may stand: those that can be walked wholly, as far as is known."""
        names = {"portal": self._portal, "crawl": self._crawl_id, "tries": TRIES}
        return {row["catalog_id"] for row in self._connection.execute(_OPEN_LISTS, names)}

    def _complete(self) -> list[int]:
        sql = "SELECT catalog_id FROM ledger WHERE crawl_id = ? AND complete"
        return [row["catalog_id"] for row in self._connection.execute(sql, (self._crawl_id,))]

    def _plausible(self, catalog_id: int) -> bool:
        """Whether this crawl's walk of a catalogue is about as long as its earlier complete walks."""
        now, before = self._lengths(catalog_id)
        return self._is_long(now, before) or abs(before[0] - now) <= max(ALWAYS_PLAUSIBLE, AS_SHORT * now)

    def _lengths(self, catalog_id: int) -> tuple[int, list[int]]:
        """Return how many rows this crawl's complete walk of a catalogue has, and the last ones before, the last first."""
        sql = "SELECT rows_read FROM ledger WHERE catalog_id = ? AND complete AND crawl_id <= ? ORDER BY crawl_id DESC LIMIT ?"
        now, *before = self._connection.execute(sql, (catalog_id, self._crawl_id, WALKS_COMPARED + 1))
        return now["rows_read"], [row["rows_read"] for row in before]

    @staticmethod
    def _is_long(now: int, before: Sequence[int]) -> bool:
        """Whether a walk is not implausibly short against those before."""
        return not before or _long_enough(now, max(before))

    def _length(self, catalog_id: int) -> int:
        """Return the number of rows that this crawl's first traversal of a catalogue read."""
        sql = "SELECT rows_read FROM ledger WHERE crawl_id = ? AND catalog_id = ?"
        return int(self._connection.execute(sql, (self._crawl_id, catalog_id)).fetchone()["rows_read"])


def newly_missing(found: Iterable[Found]) -> set[int]:
    """The records of `found` that were listed, and that no doubted crawl found missing before."""
    return {each.record.record_id for each in found if each.record.state == "listed" and not each.earlier}


def _is_waited_for(successor: Mapping[str, Any], state: str) -> bool:
    """Whether the page of what a record may have become can still say so: where the record's own is gone, for no more than TRIES crawls."""
    to_be_read = successor["state"] == "listed" and not successor["page_read"] and not successor["page_gone"]
    return bool(to_be_read and (state != "withdrawn" or successor["crawls_since"] < TRIES))


def _long_enough(rows: int, usual: int) -> bool:
    """Whether a walk of so many rows is not implausibly short, where so many are usual."""
    return usual - rows <= ALWAYS_PLAUSIBLE or rows >= LEAST_SHARE * usual
