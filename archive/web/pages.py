"""What the home page shows, read from the archive through Datasette (read-only, time-limited)."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from archive.web.codes import KINDS
from archive.web.naming import Label

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette

Row = Mapping[str, Any]

NEWEST = 10

# Dates still to come are left to the table itself: a mistyped year would stand on top of the home page for ever.
_NEWEST = """
SELECT r.id, r.title, r.publisher, r.published_on, r.kind, r.state, p.name AS portal_name
FROM records r JOIN portals p ON p.id = r.portal
WHERE r.published_on <= date('now', '+8 hours') ORDER BY r.published_on DESC, r.id DESC LIMIT :newest
"""
_CATALOGS = """
SELECT c.id, c.kind, c.title, c.path, c.url, p.name AS portal_name,
       (SELECT count(*) FROM listings l WHERE l.catalog_id = c.id) AS records
FROM catalogs c JOIN portals p ON p.id = c.portal ORDER BY c.kind, p.name, c.id
"""
_PORTALS = """
SELECT p.*, (SELECT count(*) FROM records r WHERE r.portal = p.id) AS records,
       (SELECT max(started_at) FROM crawls c WHERE c.portal = p.id) AS crawled_at
FROM portals p ORDER BY p.division_code, p.id
"""


@dataclass(frozen=True, slots=True)
class Home:
    """One archive on the home page."""

    database: str
    records: int
    portals: tuple[Row, ...]
    catalogs: tuple[tuple[Label, tuple[Row, ...]], ...]
    newest: tuple[Row, ...]

    @property
    def catalog_count(self) -> int:
        """How many catalogues there are."""
        return sum(len(rows) for _, rows in self.catalogs)


async def home(datasette: "Datasette", database: str) -> Home:
    """The home page's part on one archive."""
    db = datasette.get_database(database)
    records = (await db.execute("SELECT count(*) FROM records")).single_value()
    newest = await db.execute(_NEWEST, {"newest": NEWEST})
    catalogs = sorted((await db.execute(_CATALOGS)).rows, key=lambda row: _kind_order(row["kind"]))
    by_kind = groupby(catalogs, key=lambda row: str(row["kind"]))
    return Home(
        database=database,
        records=records,
        portals=tuple((await db.execute(_PORTALS)).rows),
        catalogs=tuple((_named(KINDS, kind), tuple(rows)) for kind, rows in by_kind),
        newest=tuple(newest.rows),
    )


async def portal_names(datasette: "Datasette", database: str) -> dict[str, str]:
    """Portal id → name."""
    rows = await datasette.get_database(database).execute("SELECT id, name FROM portals")
    return {row["id"]: row["name"] for row in rows}


def _named(labels: Mapping[str, Label], code: str) -> Label:
    return labels.get(code, Label(code, ""))


def _kind_order(kind: str) -> int:
    kinds = list(KINDS)
    return kinds.index(kind) if kind in kinds else len(kinds)
