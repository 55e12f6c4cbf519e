"""Finding records: how many there are, which come first, and how they divide by portal, kind,
publisher, year and state.

What is best first: records with the words, or others that mean the same, in their title; then those with words there
that may be meant besides; then those with them in title, publisher, department and numbers together; then the rest.
Among equals the newest comes first. Nothing is weighed, so a reader can tell why a record stands where it stands, and
no search has to look at all of its hits to show the first.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice

from archive.database.several import Readable, each, merged
from archive.search.index import EVERY, HEAD, ID, MONTHS, filter_word, first_entry, month_of
from archive.search.query import NOTHING, Query, in_heads, parse
from archive.search.snippet import snippet

TITLE = ("title",)
"""The column of the index that tells most; then come those of HEAD, then all."""

COUNTED = 10_000
"""So many hits are looked at to say how they divide; of more, every n-th."""

FACETS = ("portal", "kind", "publisher", "year", "state")

_SHOWN = ("url", "title", "index_number", "publisher", "published_on", "kind", "state")

_FOUND = f"""
FROM records_fts f WHERE f.records_fts MATCH :match AND f.rowid BETWEEN :first AND :last
AND (:from_day = '' OR (SELECT published_on FROM records WHERE id = f.rowid & {ID}) BETWEEN :from_day AND :to_day)
"""  # noqa: S608 - constants
_NEWEST = f"SELECT f.rowid {_FOUND} ORDER BY f.rowid"
_IDS = f"SELECT f.rowid & {ID} AS id {_FOUND}"
_LATEST = f"{_IDS} ORDER BY id DESC LIMIT :limit"
_COUNT = f"SELECT count(*) {_FOUND}"
_BY_MONTH = f"SELECT {MONTHS} - (f.rowid >> 32) AS month, count(*) {_FOUND} GROUP BY month"
_UP_TO = f"SELECT count(*) FROM (SELECT 1 {_FOUND} LIMIT :most)"  # noqa: S608 - constants
_AMONG = f"SELECT f.rowid & {ID} {_FOUND} AND f.rowid & {ID} IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - constants
# The id times a prime, so that what repeats with every n-th record does not meet every n-th hit.
_DIVIDED = f"""
    WITH ids AS MATERIALIZED (SELECT f.rowid & {ID} AS id {_FOUND} AND (f.rowid & {ID}) * 7919 % 1000003 % :step = 0),
    found AS MATERIALIZED (SELECT {", ".join(f"r.{name}" for name in FACETS)} FROM ids CROSS JOIN records r ON r.id = ids.id)
    {" UNION ALL ".join(f"SELECT '{name}', {name}, count(*) FROM found GROUP BY {name}" for name in FACETS)}
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of a search; empty: not narrowed by this. `publisher`: a whole name.

    `publisher_has`: words in a publisher's name. `portals`, `states`: any of these. `since`, `until`: the first and the
    last year, month or day (2017, "2017-05", "2017-05-02").
    """

    portals: tuple[str, ...] = ()
    kind: str = ""
    publisher: str = ""
    publisher_has: str = ""
    since: int | str | None = None
    until: int | str | None = None
    states: tuple[str, ...] = ()
    files: bool = False

    def match(self) -> list[str]:
        """The filters as FTS5 expressions that must all hold."""
        chosen = [
            ("portal", self.portals),
            ("kind", (self.kind,)),
            ("publisher", (self.publisher,)),
            ("state", self.states),
        ]
        words = [[f'"{filter_word(name, value)}"' for value in values if value] for name, values in chosen]
        expressions = [f"({' OR '.join(either)})" for either in words if either]
        if self.publisher_has:
            expressions.append(_within(("publisher",), parse(self.publisher_has).match_wanted() or NOTHING))
        return expressions + (['"files_yes"'] if self.files else [])

    def entries(self) -> tuple[int, int]:
        """The first and the last number of the index's entries in the months that the dates allow."""
        dated = self.since is not None or self.until is not None
        oldest = max(_month(self.since or 0, 1), 1) if dated else 0
        newest = _month(self.until, 12) if self.until is not None else MONTHS
        return first_entry(newest), first_entry(oldest) | ID

    def days(self) -> tuple[str, str]:
        """The first and the last day, where one was given and months do not suffice; else nothing."""
        first, last = str(self.since or ""), str(self.until or "")
        # A year or a month at the end means its last day: no day is later than 99.
        return (first or "0", f"{last or 9999}-99") if "-" in first[5:] or "-" in last[5:] else ("", "")


def _month(date: int | str, of_year: int) -> int:
    """Return the number of a date's month, counted from the year 0; of a year, its month `of_year`."""
    year, *rest = map(int, str(date).split("-"))
    return 12 * year + (rest[0] if rest else of_year) - 1


@dataclass(frozen=True, slots=True)
class Search:
    """Words and filters; `newest`: newest first, else best first. `query` None: every record that the filters allow."""

    query: Query | None = None
    filters: Filters = field(default_factory=Filters)
    newest: bool = False

    def words(self, *columns: str) -> str:
        """Return the words as an FTS5 expression that finds them all in `columns`,
        which are of HEAD (none: anywhere); empty without a query.
        """
        match = (self.query.match_wanted() or NOTHING) if self.query is not None else ""
        return _within(columns, match) if columns and match else match

    def parameters(self, *columns: str, without: str = "") -> dict[str, int | str]:
        """Return the parameters of the SQL: the hits whose words all stand in `columns`,
        but for those of the expression `without`.
        """
        words = self.words(*columns)
        match = " AND ".join([*([words] if words else []), *self.filters.match()]) or f'"{EVERY}"'
        left_out = [each for each in (self.query.match_unwanted() if self.query else "", without) if each]
        first, last = self.filters.entries()
        from_day, to_day = self.filters.days()
        return {
            "from_day": from_day,
            "to_day": to_day,
            "match": " NOT ".join([f"({match})", *left_out]),
            "first": first,
            "last": last,
        }


def _within(columns: tuple[str, ...], expression: str) -> str:
    """Return `expression` restricted to these columns of HEAD."""
    marked = in_heads(expression)
    return marked if columns == HEAD else f"({{{' '.join(columns)}}} : {marked})"


@dataclass(frozen=True, slots=True)
class HitCounts:
    """Counts of hits: facet → value → how many. `step`: every so many-th was looked at; 1: all, and it is exact."""

    counts: Mapping[str, Counter[str]]
    step: int


def of_publisher(connection: Readable, filters: Filters, name: str) -> Filters:
    """`filters`, narrowed to a publisher of this name or, if there is none, those with these words in their names."""
    if name and connection.execute("SELECT 1 FROM records WHERE publisher = ? LIMIT 1", (name,)).fetchone():
        return replace(filters, publisher=name)
    return replace(filters, publisher_has=name)


def search(text: str) -> Search:
    """The search for what a person typed, best first; where there are no words in it, it finds nothing."""
    return Search(parse(text))


def count(connection: Readable, wanted: Search) -> int:
    """Return the exact number of records found."""
    return sum(number for (number,) in connection.execute(_COUNT, wanted.parameters()))


def by_month(connection: Readable, wanted: Search) -> Counter[str]:
    """Return how many records are found of each month (2017-05), of those without one under ''."""
    counted: Counter[str] = Counter()
    for month, number in connection.execute(_BY_MONTH, wanted.parameters()):
        counted[f"{month // 12:04}-{month % 12 + 1:02}" if month else ""] += number
    return counted


def count_up_to(connection: Readable, wanted: Search, most: int) -> int:
    """Return the number of records found, or `most` where there are more; looks at no more in each archive."""
    counts = connection.execute(_UP_TO, {**wanted.parameters(), "most": most})
    return min(most, sum(int(count) for (count,) in counts))


def among(connection: sqlite3.Connection, wanted: Search, ids: Sequence[int]) -> set[int]:
    """Return those of `ids` that the search finds."""
    return {row[0] for row in connection.execute(_AMONG, {**wanted.parameters(), "ids": json.dumps(ids)})}


def first(connection: Readable, wanted: Search, limit: int, offset: int = 0) -> list[int]:
    """The ids of the first `limit` records found, after `offset` of them."""
    # A way is gone only when the ones before are gone to their ends, so that what they found is known, and no more than
    # is shown. To leave it out in SQL, as `every` must, is to look for it once more.
    ways = [search.parameters(*columns) for search, columns in _ways(wanted)]
    return list(islice(merged(_once(_ranked(archive, ways)) for archive in each(connection)), offset, offset + limit))


def _ways(wanted: Search) -> list[tuple[Search, tuple[str, ...]]]:
    """Return the searches, and the columns they go by, whose hits come one after another;
    each finds what those before it find.
    """
    if wanted.newest or wanted.query is None:
        return [(wanted, ())]
    closely = replace(wanted, query=wanted.query.closely())
    return [*([(closely, TITLE)] if closely != wanted else []), *((wanted, columns) for columns in (TITLE, HEAD, ()))]


Ranked = tuple[int, int, str, int]
"""A record found: the way in which it was, counted down; month and date of publication; id. The highest comes first."""


def _ranked(archive: Readable, ways: Sequence[Mapping[str, int | str]]) -> Iterator[Ranked]:
    """Yield what is found in one archive in each of some ways, in order."""
    for way, parameters in enumerate(ways):
        yield from ((-way, month_of(date), date, record_id) for date, record_id in _in_order(archive, parameters))


def _once(found: Iterator[Ranked]) -> Iterator[Ranked]:
    """Each record at its first place."""
    met: set[int] = set()
    for ranked in found:
        if ranked[-1] not in met:
            met.add(ranked[-1])
            yield ranked


def every(connection: Readable, wanted: Search) -> Iterator[int]:
    """The ids of all records found, in order, looked up as they are taken;
    in memory is at most one month's of each archive.
    """
    ways = _ways(wanted)
    before = ["", *(search.words(*columns) for search, columns in ways)]
    parameters = [
        search.parameters(*columns, without=found) for (search, columns), found in zip(ways, before, strict=False)
    ]
    return merged(_ranked(archive, parameters) for archive in each(connection))


def ids(wanted: Search) -> tuple[str, dict[str, int | str]]:
    """Return the statement that finds the ids of all records found, in no order,
    and its parameters: for other statements.
    """
    return _IDS, wanted.parameters()


def latest(connection: sqlite3.Connection, wanted: Search, limit: int) -> list[int]:
    """The ids of the `limit` records found that came into the archive last, the last first."""
    return [row[0] for row in connection.execute(_LATEST, {**wanted.parameters(), "limit": limit})]


def _in_order(archive: Readable, parameters: Mapping[str, int | str]) -> Iterator[tuple[str, int]]:
    """Dates and ids of the records found, newest first. The index has them by month;
    of each month the dates are looked up.
    """
    numbers = (row[0] for row in archive.execute(_NEWEST, parameters))
    dated = "SELECT published_on, id FROM records WHERE id IN (SELECT value FROM json_each(?)) ORDER BY published_on DESC, id DESC"
    for _, month in groupby(numbers, key=lambda number: number >> 32):
        ids = [number & ID for number in month]
        yield from ((row[0] or "", row[1]) for row in archive.execute(dated, (json.dumps(ids),)))


def divide(connection: Readable, wanted: Search, total: int) -> HitCounts:
    """Count the hits, `total` of them, by each of FACETS."""
    step = -(-total // COUNTED) or 1
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for name, value, times in connection.execute(_DIVIDED, {**wanted.parameters(), "step": step}):
        if value:
            counts[name][value] += times
    return HitCounts({name: Counter(dict(sorted(values.items()))) for name, values in counts.items()}, step)


def described(connection: sqlite3.Connection, ids: Sequence[int], words: str | Query) -> list[dict[str, str | None]]:
    """These records as the shell shows them, each with a `snippet`: text around the words found, or else its title."""
    sql = f"SELECT {', '.join(_SHOWN)}, body FROM records WHERE id = ?"  # noqa: S608 - constant names
    described = []
    for record_id in ids:
        *values, body = connection.execute(sql, (record_id,)).fetchone()
        hit = dict(zip(_SHOWN, values, strict=True))
        passage = snippet(body, words) or _of_files(connection, record_id, words) or hit["title"] or ""
        described.append({**hit, "snippet": passage})
    return described


def _of_files(connection: sqlite3.Connection, record_id: int, words: str | Query) -> str | None:
    """Text of a record's files around the words found in one."""
    files = connection.execute("SELECT name, text FROM attachments WHERE record_id = ? ORDER BY id", (record_id,))
    return next((passage for name, text in files if (passage := snippet(f"{name}\n{text or ''}", words))), None)
