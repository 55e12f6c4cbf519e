"""The budgets of a county, /-/budgets/PORTAL: unit by year, each cell a document; /-/budgets lists the counties."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datasette.utils.asgi import Response

from archive.budgets.headings import PRESCRIBED
from archive.database.several import ordered
from archive.web.budgets.budget_units import BudgetUnits, budget_units
from archive.web.budgets.shown_figures import STAGES
from archive.web.http.request_context import PAGE, RequestContext, Row, choice, pages, portal_in_path

MOST_YEARS = 8
"""Years side by side, up to the newest."""

_PORTALS = """
SELECT p.id, p.name, p.division_code, count(DISTINCT t.unit_name) AS units, count(*) AS tables, min(t.fiscal_year) AS first, max(t.fiscal_year) AS last
FROM budget_tables t JOIN portals p ON p.id = t.portal GROUP BY p.id ORDER BY p.division_code, p.id
"""
_TABLES = """
SELECT unit_name, fiscal_year, kind, record_id FROM budget_tables
WHERE portal = :portal AND stage = :stage AND fiscal_year IS NOT NULL AND unit_name IS NOT NULL
"""
# Documents that a title announces, whether or not tables could be read from them.
_ANNOUNCED = """
SELECT n.name AS unit_name, b.year AS fiscal_year, b.record_id FROM budgets b JOIN publisher_names n ON n.id = b.unit_id
WHERE b.portal = :portal AND b.type = :stage AND NOT b.doubtful
"""
_EXPECTED = "SELECT name FROM agencies WHERE portal = :portal AND budget_unit"
_FAILING = """
SELECT t.unit_name, t.fiscal_year, count(*) AS failing FROM budget_checks c JOIN budget_tables t ON t.id = c.table_id
WHERE NOT c.holds AND t.portal = :portal AND t.stage = :stage AND fiscal_year IS NOT NULL AND unit_name IS NOT NULL GROUP BY 1, 2
"""
_WALKED = """
SELECT date(max(w.started_at), '+8 hours') FROM catalogs c JOIN ledger l ON l.catalog_id = c.id JOIN crawls w ON w.id = l.crawl_id
WHERE c.portal = :portal AND c.kind = 'budget' AND l.complete
"""


@dataclass(slots=True)
class GridCell:
    """A unit's document of one year, as far as it is known.
    `kinds`: of its tables; `failing`: identities that do not hold.
    """

    kinds: set[str] = field(default_factory=set)
    records: set[int] = field(default_factory=set)
    failing: int = 0

    @property
    def prescribed(self) -> int:
        """The number of prescribed tables that were found."""
        return len(self.kinds & set(PRESCRIBED))

    @property
    def has_three_public(self) -> bool:
        """Whether the table of three public expenses is among them."""
        return "three_public" in self.kinds

    @property
    def record(self) -> int | None:
        """The record of the document; None where there are several."""
        return next(iter(self.records)) if len(self.records) == 1 else None


Grid = Mapping[str, Mapping[int, GridCell]]


async def overview(context: RequestContext) -> Response:
    """The counties of which budgets were read; where there is one alone, its grid."""
    rows = ordered(await context.db.execute(_PORTALS), "division_code", "id")
    if len(rows) == 1:
        return Response.redirect(context.address("budgets", rows[0]["id"]))
    return await context.render("budget_portals.html", portals=rows)


async def page(context: RequestContext) -> Response:
    """The grid of a county, of its budgets or of its final accounts."""
    of = await portal_in_path(context)
    stage = choice(context, "stage", STAGES) or "budget"
    grid, walked = await context.db.execute_fn(lambda connection: _read(connection, of["id"], stage))
    all_years = {year for cells in grid.values() for year in cells}
    first, last = min(all_years, default=0), max(all_years, default=-1)
    years = range(max(first, last - MOST_YEARS + 1), last + 1)
    shown = pages(context, len(grid))
    return await context.render(
        "budget_grid.html",
        portal=of,
        stage=stage,
        stages=STAGES,
        years=years,
        earlier=years.start - first,
        prescribed=len(PRESCRIBED),
        units=[(unit, grid[unit]) for unit in sorted(grid)[shown.offset : shown.offset + PAGE]],
        documents=sum(len(cells) for cells in grid.values()),
        pages=shown,
        walked=walked,
        awaited={year for year in years if not walked or walked < due(stage, year)},
    )


def due(stage: str, year: int) -> str:
    """The day by which a year's budget, or its final accounts, are out: a catalogue walked before proves nothing."""
    return f"{year}-04-30" if stage == "budget" else f"{year + 1}-10-31"


def _read(connection: sqlite3.Connection, portal_id: str, stage: str) -> tuple[Grid, str | None]:
    """Return the cells by unit and year, units without any among them;
    and the day of the last whole walk of budgets' catalogues.
    """
    of = {"portal": portal_id, "stage": stage}
    units = budget_units(connection, portal_id)
    grid: defaultdict[str, dict[int, GridCell]] = defaultdict(lambda: defaultdict(GridCell))
    for name, year, kind, record_id in map(tuple, connection.execute(_TABLES, of)):
        cell = grid[units.name(name)][year]
        cell.kinds.add(kind)
        cell.records.add(record_id)
    _add(grid, units, connection.execute(_ANNOUNCED, of))
    for row in connection.execute(_FAILING, of):
        grid[units.name(row["unit_name"])][row["fiscal_year"]].failing += row["failing"]
    for (name,) in map(tuple, connection.execute(_EXPECTED, of)):
        grid[name]
    (walked,) = connection.execute(_WALKED, of).fetchone()
    return grid, walked


def _add(grid: Mapping[str, Any], units: BudgetUnits, announced: Iterable[Row]) -> None:
    """Add documents that titles announce, where their tables have not told of them already."""
    for row in announced:
        cell = grid[units.name(row["unit_name"])][row["fiscal_year"]]
        if not cell.kinds:
            cell.records.add(row["record_id"])
