"""A unit's money by year, /-/budgets/PORTAL/unit?name=:
three public expenses, spending and its parts, documents, what changed.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.budgets import spending, three_public
from archive.budgets.headings import PRESCRIBED
from archive.labels.code_labels import CODES
from archive.labels.label import Label
from archive.model.records import OWN_PAGE
from archive.web.budgets.budget_units import budget_units
from archive.web.budgets.figure_bars import FigureBars, figure_bars
from archive.web.budgets.shown_figures import COLUMNS, OF_ITS_OWN_YEAR, STAGES, ShownFigure, chosen, figure
from archive.web.http.errors import NOTHING_HERE, missing
from archive.web.http.request_context import RequestContext, Row, number, portal_in_path

MOST_YEARS = 8
"""Years that are shown at once, up to the newest, or to the one that `until` names."""

MOST_FAILING, MOST_CHANGES = 100, 100

DRAWN = ("total", "reception")
"""Parts of the three public expenses that are drawn."""

_YEAR = re.compile(r"20\d\d", re.ASCII)
_TABLES = """
SELECT t.id, t.record_id, t.attachment_id, t.kind, t.fiscal_year, t.stage, t.empty, r.title, r.published_on, a.name AS file,
       (SELECT count(*) FROM budget_checks c WHERE c.table_id = t.id AND c.holds) AS held
FROM budget_tables t JOIN records r ON r.id = t.record_id LEFT JOIN attachments a ON a.id = t.attachment_id
WHERE t.portal = :portal AND t.unit_name IN (SELECT value FROM json_each(:names)) AND t.fiscal_year IS NOT NULL AND t.stage IS NOT NULL
ORDER BY t.fiscal_year DESC, t.stage, t.record_id, t.attachment_id, t.id
"""
_LINES = f"""
SELECT t.kind, t.fiscal_year, t.stage, l.role, l.code, l.name, {COLUMNS}
FROM budget_tables t JOIN budget_lines l ON l.table_id = t.id
WHERE t.id IN (SELECT value FROM json_each(:tables)) AND {OF_ITS_OWN_YEAR}
"""  # noqa: S608 - constants
_FAILING = """
SELECT c.table_id, c.rule, c.place, c.left_value, c.right_value FROM budget_checks c
WHERE NOT c.holds AND c.table_id IN (SELECT value FROM json_each(:tables)) ORDER BY c.table_id, c.rule, c.place LIMIT :most
"""
_CHANGES = f"""
SELECT c.*, a.id AS file, a.id IS NOT NULL OR p.capture_id IS NOT NULL AS is_shown, e.id AS event, e.not_before, e.at FROM budget_changes c
LEFT JOIN records r ON r.id = c.record_id AND r.url = c.url
LEFT JOIN readings p ON p.record_id = r.id AND p.catalog_id = {OWN_PAGE} AND p.capture_id = c.after_capture_id
LEFT JOIN attachments a ON a.record_id = c.record_id AND a.url = c.url AND a.capture_id = c.after_capture_id
LEFT JOIN events e ON e.record_id = c.record_id AND e.kind = 'changed' AND e.after_capture_id = c.after_capture_id
WHERE c.record_id IN (SELECT value FROM json_each(:records)) AND c.unit_name IN (SELECT value FROM json_each(:names))
ORDER BY c.after_capture_id DESC, c.number, c.row, c.place LIMIT :most
"""  # noqa: S608 - constant

_Key = tuple[str, str, str]
_Cells = Mapping[tuple[int, str], ShownFigure]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure over the years. `code`: of a class (类), "" for any other; `cells`: by year and stage."""

    label: str | Label
    code: str
    cells: _Cells


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """Figures out of one kind of table."""

    label: Label
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class BudgetDocument:
    """A document with budget tables of a unit: its record and file, which kinds it has,
    and of the prescribed ones has not.

    `held`: identities that hold in it; `failing`: those that do not.
    """

    year: int
    stage: str
    row: Row
    kinds: tuple[str, ...]
    missing: tuple[str, ...]
    held: int
    failing: tuple[Row, ...]


async def page(context: RequestContext) -> Response:
    """The page. Raises NotFound where no table is this unit's."""
    of = await portal_in_path(context)
    name = context.parameter("name")
    if not name:
        raise missing("name")
    until = number(context, "until", _YEAR)
    found: dict[str, Any] | None = await context.db.execute_fn(
        lambda connection: _read(connection, of["id"], name, until)
    )
    if found is None:
        raise NotFound(NOTHING_HERE)
    return await context.render("budget_unit.html", portal=of, **found)


def _read(connection: sqlite3.Connection, portal_id: str, name: str, until: int | None) -> dict[str, Any] | None:
    units = budget_units(connection, portal_id)
    names = json.dumps(units.names(name), ensure_ascii=False)
    tables = connection.execute(_TABLES, {"portal": portal_id, "names": names}).fetchall()
    if not tables:
        return None
    numbers = json.dumps([table["id"] for table in tables])
    failing = connection.execute(_FAILING, {"tables": numbers, "most": MOST_FAILING}).fetchall()
    records = json.dumps(sorted({table["record_id"] for table in tables}))
    lines = connection.execute(_LINES, {"tables": numbers}).fetchall()
    figures = _figures(lines)
    blocks = _blocks(figures, {line["code"]: line["name"] for line in lines})
    known = [table["fiscal_year"] for table in tables]
    last = min(max(known), until or max(known))
    years = range(max(min(known), last - MOST_YEARS + 1), last + 1)
    shown = [each for block in blocks for row in block.rows for (year, _), each in row.cells.items() if year in years]
    return {
        "name": units.name(name),
        "years": years,
        "earlier": years.start - 1 if min(known) < years.start else None,
        "stages": [stage for stage in STAGES if any(table["stage"] == stage for table in tables)],
        "blocks": blocks,
        "pictures": [(CODES["budget_lines", "role"][role], bars) for role, bars in _pictures(years, figures)],
        "documents": _documents(tables, failing),
        "changes": connection.execute(_CHANGES, {"records": records, "names": names, "most": MOST_CHANGES}).fetchall(),
        "figures": len(shown),
        "unchecked": sum(not each.is_checked for each in shown),
    }


def _figures(lines: Iterable[Row]) -> dict[_Key, _Cells]:
    """Return the figures by kind of table, role and code, then by year and stage; of several documents' one."""
    found: dict[_Key, dict[tuple[int, str], list[ShownFigure]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        found[line["kind"], line["role"], line["code"]][line["fiscal_year"], line["stage"]].append(figure(line))
    return {key: {of: chosen(figures) for of, figures in cells.items()} for key, cells in found.items()}


def _blocks(figures: Mapping[_Key, _Cells], class_names: Mapping[str, str]) -> list[FigureBlock]:
    """Return the figures of each kind of table: those of its total, then what is spent on each class."""
    blocks = []
    for kind, roles in (("three_public", three_public.ROLES), *((kind, spending.ROLES) for kind in spending.KINDS)):
        codes = sorted(code for of, role, code in figures if of == kind and code and role == "spending")
        rows = [
            *(FigureRow(CODES["budget_lines", "role"][role], "", figures.get((kind, role, ""), {})) for role in roles),
            *(FigureRow(class_names[code], code, figures[kind, "spending", code]) for code in codes),
        ]
        if shown := tuple(row for row in rows if row.cells):
            blocks.append(FigureBlock(CODES["budget_tables", "kind"][kind], shown))
    return blocks


def _pictures(years: Sequence[int], figures: Mapping[_Key, _Cells]) -> Iterable[tuple[str, FigureBars]]:
    for role in DRAWN:
        bars = figure_bars(years, figures.get(("three_public", role, ""), {}))
        if bars is not None:
            yield role, bars


def _documents(tables: Iterable[Row], failing: Iterable[Row]) -> list[BudgetDocument]:
    """Return the documents that tables stand in, the newest year first."""
    by_table: dict[int, list[Row]] = defaultdict(list)
    for check in failing:
        by_table[check["table_id"]].append(check)
    by_document: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for table in tables:
        place = (table["fiscal_year"], table["stage"], table["record_id"], table["attachment_id"])
        by_document[place].append(table)
    documents = []
    for (year, stage, *_), own in by_document.items():
        kinds = {table["kind"] for table in own}
        documents.append(
            BudgetDocument(
                year,
                stage,
                own[0],
                tuple(kind for kind in CODES["budget_tables", "kind"] if kind in kinds),
                tuple(kind for kind in PRESCRIBED if kind not in kinds),
                sum(table["held"] for table in own),
                tuple(check for table in own for check in by_table[table["id"]]),
            )
        )
    return documents
