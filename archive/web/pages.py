"""What a record's own page shows, read from the archive through Datasette (read-only, time-limited)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive.records import FIELDS
from archive.web.cells import flag_labels, printed
from archive.web.codes import ATTACHMENTS, KINDS, REDACTIONS, STATES
from archive.web.history import History, captures, history, observed
from archive.web.labels import column_label
from archive.web.naming import Label

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

Row = Mapping[str, Any]

_LISTINGS = """
SELECT l.first_seen, l.last_seen, c.id AS catalog_id, c.title, c.path, c.url, c.kind
FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE l.record_id = :id ORDER BY c.id
"""
_FILES = """
SELECT id, name, url, state, bytes, sha256, capture_id FROM attachments WHERE record_id = :id ORDER BY id LIMIT 200
"""
_MASKED = """
SELECT kind, sum(count) AS count FROM redactions WHERE record_id = :id GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """All that a record's own page shows.

    `understood`: column, label, value; `printed`: label → value as printed; `observed`: its state, and when it was seen,
    as a sentence; `capture`: the answer from which it was last read, if it was sealed; `masked`: kind and how many.
    """

    row: Row
    portal: Row
    kind: Label
    state: Label
    understood: tuple[tuple[str, Label, str | None], ...]
    printed: Mapping[str, str]
    flags: tuple[Label, ...]
    listings: tuple[Row, ...]
    history: History
    observed: Label
    files: tuple[tuple[Row, Label], ...]
    masked: tuple[tuple[Label, int], ...]
    capture: Row | None


async def record_page(datasette: "Datasette", database: str, record_id: str) -> RecordPage | None:
    """The page of one record; None where there is no such record."""
    db = datasette.get_database(database)
    row = (await db.execute("SELECT * FROM records WHERE id = :id", {"id": record_id})).first()
    if row is None:
        return None
    own = {"id": row["id"]}
    portal = (await db.execute("SELECT * FROM portals WHERE id = :id", {"id": row["portal"]})).first()
    past = await history(db, row["id"])
    files = (await db.execute(_FILES, own)).rows
    masked = (await db.execute(_MASKED, own)).rows
    return RecordPage(
        row=row,
        portal=portal,
        kind=_named(KINDS, row["kind"]),
        state=_named(STATES, row["state"]),
        understood=tuple((name, column_label("records", name), row[name]) for name in FIELDS),
        printed=printed(row["source_fields"]),
        flags=tuple(flag_labels(row["flags"])),
        listings=tuple((await db.execute(_LISTINGS, own)).rows),
        history=past,
        observed=observed(row, past.entries),
        files=tuple((file, _named(ATTACHMENTS, file["state"])) for file in files),
        masked=tuple((_named(REDACTIONS, kind), count) for kind, count in masked),
        capture=(await captures(db, [row["capture_id"]])).get(row["capture_id"]),
    )


async def portal_names(datasette: "Datasette", database: str) -> dict[str, str]:
    """Portal id → name."""
    rows = await datasette.get_database(database).execute("SELECT id, name FROM portals")
    return {row["id"]: row["name"] for row in rows}


def _named(labels: Mapping[str, Label], code: str) -> Label:
    return labels.get(code, Label(code, ""))
