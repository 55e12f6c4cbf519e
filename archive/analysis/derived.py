"""Facts derived from records: numbers taken apart, budgets, working days, keys of what is the same; and who publishes.

`catch_up` reads whatever records have changed (triggers note them), in the writer's transaction: the store calls it
after batches, as it does for the search index. `learn` says whose the publishers' names are, at the end of a crawl.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.analysis import document_numbers, titles
from archive.analysis.derivation_problems import note_failure
from archive.analysis.derivation_process import Failure, derive
from archive.database.kept_settings import keep_setting, setting
from archive.model import agencies, index_numbers
from archive.model.agencies import Agency, NameEvidence
from archive.model.divisions import divisions
from archive.model.printable import normal_form
from archive.model.records import is_cut
from archive.questions import workdays
from archive.search.index import OWN_PAGE_READ

VERSION = f"1 {workdays.VERSION}"
"""Changes whenever the same record would be read otherwise; everything is then read again (see `refresh`)."""

DERIVED = ("derived", "document_numbers", "budgets")
"""The tables that hold something of a record, under its `record_id`."""

BATCH = 1000

NO_NUMBER, NO_CREATED, NO_PUBLISHER, NO_DEPARTMENT, NO_DOCUMENT_NUMBER, NO_PUBLISHED, NO_TEXT = 1, 2, 4, 8, 16, 32, 64
"""The missing-field mask: bits of the column `lacks`."""

DOUBTFUL_NUMBER, DOUBTFUL_TITLE, DOUBTFUL_DATE, DOUBTFUL_PUBLISHER, IN_FUTURE = 1, 2, 4, 8, 16
"""The mask of quality flags: bits of the column `doubtful`; and that its date was to come when it was first seen."""

_ALL = DOUBTFUL_NUMBER | DOUBTFUL_TITLE | DOUBTFUL_DATE | DOUBTFUL_PUBLISHER
_QUALITY_FLAGS = {
    "page_cut": _ALL,
    "row_not_read": _ALL,
    "ocr_suspect": _ALL,
    "personal_link": _ALL,
    "index_number_differs": DOUBTFUL_NUMBER,
    "title_missing": DOUBTFUL_TITLE,
    "title_truncated": DOUBTFUL_TITLE,
    "title_differs": DOUBTFUL_TITLE,
    "publisher_truncated": DOUBTFUL_PUBLISHER,
    "publisher_differs": DOUBTFUL_PUBLISHER,
    "date_unreadable": DOUBTFUL_DATE,
    "date_differs": DOUBTFUL_DATE,
    "date_from_meta": DOUBTFUL_DATE,
    "date_in_future": IN_FUTURE,
}
_MISSING_FIELDS = (
    ("index_number", NO_NUMBER),
    ("created_on", NO_CREATED),
    ("publisher", NO_PUBLISHER),
    ("responsible_department", NO_DEPARTMENT),
    ("document_number", NO_DOCUMENT_NUMBER),
    ("published_on", NO_PUBLISHED),
    ("body", NO_TEXT),
)

LEAST_TEXT = 100
LEAST_TITLE = 10
"""Characters from which on a text, or a title, is so much its own that the same one is no chance."""

_INSPECTS = re.compile("(?:政务公开|信息公开|政府网站).{0,12}(?:督查|检查|抽查|普查|评估|考核|通报)")

_COLUMNS = (
    "id", "portal", "kind", "index_number", "title", "publisher", "published_on", "document_number", "created_on",
    "responsible_department", "flags", "body",
)  # fmt: skip
_WAITING = (
    f"SELECT {', '.join(f'r.{name}' for name in _COLUMNS)} FROM underived u JOIN records r ON r.id = u.record_id "  # noqa: S608
    "WHERE {} ORDER BY u.record_id LIMIT {}"
)
_NAME = "INSERT INTO publisher_names (portal, name) VALUES (?, ?) ON CONFLICT (portal, name) DO UPDATE SET name = name RETURNING id"


def refresh(
    connection: sqlite3.Connection, portal: str | None = None, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Read what is noted as changed; everything again where another version read it. The caller's transaction.

    `portal`: the one whose agencies are learned again; else those of which something was read or a name is unknown.
    `progress` is told how many were read, of how many.
    """
    if setting(connection, "derived_version") != VERSION:
        for table in DERIVED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - constant names
        connection.execute("INSERT OR IGNORE INTO underived SELECT id FROM records")
        keep_setting(connection, "derived_version", VERSION)
    sql = "SELECT DISTINCT r.portal FROM underived u JOIN records r ON r.id = u.record_id"
    portals = {portal} if portal else {row[0] for row in connection.execute(sql)}
    catch_up(connection, progress=progress)
    if not portal:
        # A crawl that was killed has read names, and not said whose they are; of cut ones that may never be known.
        unknown = connection.execute("SELECT portal, name FROM publisher_names WHERE agency_id IS NULL").fetchall()
        portals |= {whose for whose, name in unknown if not is_cut(name)}
    for each in sorted(portals):
        learn(connection, each)


def catch_up(
    connection: sqlite3.Connection,
    *,
    own_page_read: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Read out of all records that have changed. The caller's transaction.

    `own_page_read`: only of those whose own page was read, the others are likely to change again soon. A record that
    takes too long is left, with a problem that says so, until it changes or is read otherwise. `progress` is told how
    many were read, of how many.
    """
    (total,) = connection.execute("SELECT count(*) FROM underived").fetchone() if progress else (0,)
    done = 0
    connection.execute("DELETE FROM underived WHERE record_id IN (SELECT id FROM records WHERE state = 'withheld')")
    sql = _WAITING.format(OWN_PAGE_READ if own_page_read else "1", BATCH)
    names: dict[tuple[str, str], int] = {}
    while records := [_record(row) for row in connection.execute(sql)]:
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in DERIVED}
        _load()
        results = derive(_facts, [(record["portal"], record) for record in records])
        for record, facts in zip(records, results, strict=True):
            if isinstance(facts, Failure):
                note_failure(connection, record["id"], facts)
            else:
                _add_rows(rows, connection, record, facts, names)
        for table, width in (("derived", 23), ("document_numbers", 6), ("budgets", 7)):
            marks = ", ".join("?" * width)
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608 - constant names
        connection.executemany("DELETE FROM underived WHERE record_id = ?", [(record["id"],) for record in records])
        if progress:
            done += len(records)
            progress("records read for what is derived", done, total)


def _load() -> None:
    """Load what facts are derived with: else each process that is forked to derive some would load it anew."""
    divisions()
    index_numbers.patterns()
    workdays.day_counts()


def _record(row: Sequence[Any]) -> dict[str, Any]:
    """A record as facts are derived from it: of its text, which may be long, the fingerprint alone."""
    record = dict(zip(_COLUMNS, row, strict=True))
    return {**record, "body": bool(record["body"]), "text": titles.fingerprint(record["body"], LEAST_TEXT)}


@dataclass(frozen=True, slots=True)
class _Facts:
    """Facts that one record states by itself. `particulars`: the columns of `derived` from `index_pattern` on."""

    particulars: tuple[Any, ...]
    doubtful: int
    issued: Sequence[document_numbers.DocumentNumber]
    budgets: Sequence[titles.Budget]


def _facts(record: Mapping[str, Any]) -> _Facts:
    title = normal_form(record["title"] or "")
    doubtful = _quality_mask(record["flags"])
    issued = document_numbers.taken_apart(record["document_number"] or "")
    return _Facts(tuple(_particulars(record, title, doubtful)), doubtful, issued, titles.budgets(title))


def _add_rows(
    rows: Mapping[str, list[tuple[Any, ...]]],
    connection: sqlite3.Connection,
    record: Mapping[str, Any],
    facts: _Facts,
    names: dict[tuple[str, str], int],
) -> None:
    """Add to the rows of each table those that belong to one record."""
    record_id, portal, doubtful = record["id"], record["portal"], facts.doubtful
    publisher = _name(connection, portal, record["publisher"], names)
    rows["derived"].append((record_id, portal, record["kind"], record["published_on"], publisher, *facts.particulars))
    rows["document_numbers"] += [
        (record_id, portal, n.issuer, n.year, n.serial, doubtful & DOUBTFUL_NUMBER) for n in facts.issued
    ]
    for each in facts.budgets:
        unit = _name(connection, portal, each.unit, names) if each.unit else publisher
        named = each.unit is not None
        rows["budgets"].append((record_id, portal, each.year, each.type, unit, named, doubtful & DOUBTFUL_TITLE))


def _particulars(record: Mapping[str, Any], title: str, doubtful: int) -> Iterator[Any]:
    """The columns of `derived` from `index_pattern` on."""
    number = index_numbers.taken_apart(record["index_number"] or "")
    if number:
        yield from (number.pattern, number.prefix, number.year, number.month, number.serial, number.checks)
    else:
        yield from (None,) * 6
    kind = record["kind"]
    issue = None if doubtful & DOUBTFUL_TITLE else titles.issue(title)
    explains = kind == "policy_interpretation" or titles.explains(title)
    yield workdays.working_days(record["created_on"], record["published_on"])
    yield workdays.rest_day(record["published_on"])
    yield sum(bit for name, bit in _MISSING_FIELDS if not record[name])
    yield doubtful
    yield titles.fingerprint(title, LEAST_TITLE)
    yield record["text"]
    yield titles.subject(title) if explains or kind == "normative_document" else None
    yield int(explains)
    yield int(bool(_INSPECTS.search(title)))
    yield from (issue.key, issue.number, issue.unit) if issue else (None, None, None)


def _quality_mask(flags: str) -> int:
    mask = 0
    for flag in json.loads(flags):
        mask |= _QUALITY_FLAGS.get(flag, 0)
    return mask


def _name(
    connection: sqlite3.Connection, portal: str, name: str | None, known: dict[tuple[str, str], int]
) -> int | None:
    """The number of a name as printed in a portal; a new one where there is none."""
    if not name:
        return None
    if (portal, name) not in known:
        known[portal, name] = int(connection.execute(_NAME, (portal, name)).fetchone()[0])
    return known[portal, name]


# --- whose names they are ---


def learn(connection: sqlite3.Connection, portal: str) -> None:
    """Say anew whose the names of a portal's publishers are, from its records and its portal file.
    The caller's transaction.
    """
    row = connection.execute("SELECT division_code, agencies FROM portals WHERE id = ?", (portal,)).fetchone()
    division = divisions().get(row[0])
    learned = agencies.learn(
        _evidence(connection, portal), agencies.stated_in(row[1]), division.name if division else ""
    )
    _keep(connection, portal, learned)


def _evidence(connection: sqlite3.Connection, portal: str) -> NameEvidence:
    """Return the evidence that a portal's records give of its publishers;
    names that no record bears any more are forgotten.
    """
    names = dict(map(tuple, connection.execute("SELECT id, name FROM publisher_names WHERE portal = ?", (portal,))))
    published = "SELECT publisher_id, count(*) FROM derived WHERE portal = ? AND publisher_id IS NOT NULL GROUP BY 1"
    counts = {names[name]: count for name, count in connection.execute(published, (portal,))}
    prefixes: dict[str, dict[str, int]] = defaultdict(dict)
    for prefix, publisher, count in connection.execute(
        "SELECT index_prefix, publisher_id, count(*) FROM derived INDEXED BY derived_by_serial WHERE portal = ? "
        "AND index_prefix IS NOT NULL AND publisher_id IS NOT NULL AND NOT doubtful & ? GROUP BY 1, 2",
        (portal, DOUBTFUL_NUMBER),
    ):
        prefixes[names[publisher]][prefix] = count
    budgeted = (
        "SELECT unit_id, max(named AND NOT doubtful) FROM budgets WHERE portal = ? AND unit_id IS NOT NULL GROUP BY 1"
    )
    units = {names[unit]: bool(sure) for unit, sure in connection.execute(budgeted, (portal,))}
    gone = set(names.values()) - counts.keys() - units.keys()
    forget = "DELETE FROM publisher_names WHERE portal = ? AND name = ?"
    connection.executemany(forget, ((portal, name) for name in gone))
    return NameEvidence(
        dict.fromkeys(units, 0) | counts, prefixes, frozenset(name for name, sure in units.items() if sure)
    )


def _keep(connection: sqlite3.Connection, portal: str, learned: Sequence[Agency]) -> None:
    """Write the agencies, keeping the numbers of those that were there; and whose each name is."""
    connection.execute("UPDATE publisher_names SET agency_id = NULL WHERE portal = ?", (portal,))
    connection.execute("UPDATE agencies SET successor_id = NULL WHERE portal = ?", (portal,))
    connection.executemany(
        "INSERT INTO agencies (portal, name, type, index_prefix, budget_unit, stated) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (portal, name) DO UPDATE SET type = excluded.type, index_prefix = excluded.index_prefix, "
        "budget_unit = excluded.budget_unit, stated = excluded.stated",
        [(portal, each.name, each.type, each.prefix, each.budget_unit, each.stated) for each in learned],
    )
    names = json.dumps([each.name for each in learned])
    gone = "DELETE FROM agencies WHERE portal = ? AND name NOT IN (SELECT value FROM json_each(?))"
    connection.execute(gone, (portal, names))
    agency = "(SELECT id FROM agencies WHERE portal = ?1 AND name = ?2)"
    connection.executemany(
        f"UPDATE publisher_names SET agency_id = {agency} WHERE portal = ?1 AND name = ?3",  # noqa: S608 - constant
        [(portal, each.name, name) for each in learned for name in (each.name, *each.aliases)],
    )
    connection.executemany(
        f"UPDATE agencies SET successor_id = {agency} WHERE portal = ?1 AND name = ?3",  # noqa: S608 - constant
        [(portal, each.successor, each.name) for each in learned],
    )
