"""A year's budgets or final accounts of all units of a county side by side, /-/budgets/PORTAL/YEAR, also as a file."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datasette.utils.asgi import NotFound, Response

from archive.budgets import spending, three_public
from archive.export.rows import Rows
from archive.labels.code_labels import CODES
from archive.labels.label import LABELS
from archive.labels.language import say
from archive.web.budgets.budget_units import budget_units
from archive.web.budgets.shown_figures import COLUMNS, OF_ITS_OWN_YEAR, STAGES, ShownFigure, chosen, figure
from archive.web.formats.responses import json_response, whole_file
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, Row, choice, portal_in_path

ROLES = (*three_public.ROLES, *spending.ROLES)
"""Figures of a unit, in the order of the columns: three public expenses, then spending and its parts."""

NAME = "unit"
"""The parameter's value that sorts by the units' names; any other is one of ROLES."""

_FIGURES = f"""
SELECT t.unit_name, l.role, {COLUMNS} FROM budget_tables t JOIN budget_lines l ON l.table_id = t.id
WHERE t.portal = :portal AND t.fiscal_year = :year AND t.stage = :stage AND t.unit_name IS NOT NULL
  AND t.kind IN ('three_public', 'spending') AND {OF_ITS_OWN_YEAR} AND l.code = ''
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class UnitYear:
    """A unit's figures of one year by their roles."""

    unit: str
    figures: Mapping[str, ShownFigure]

    @property
    def unchecked(self) -> list[str]:
        """The roles of figures that are not checked."""
        return [role for role in ROLES if role in self.figures and not self.figures[role].is_checked]


async def page(context: RequestContext) -> Response:
    """The page, or its table as a file. Raises NotFound where no unit has figures of that year."""
    of = await portal_in_path(context)
    year, stage = int(context.part("year")), choice(context, "stage", STAGES) or "budget"
    sort = choice(context, "sort", {NAME: None, **dict.fromkeys(ROLES)}) or "total"
    units = await context.db.execute_fn(lambda connection: _read(connection, of["id"], year, stage))
    if not units:
        raise NotFound(NOTHING_HERE)
    units = sorted(units, key=lambda each: _order(each, sort))
    title = f"{of['name']} {year} {STAGES[stage]}"
    if form := context.format:
        return _file(title, units, form)
    return await context.render(
        "budget_year.html",
        portal=of,
        year=year,
        stage=stage,
        stages=STAGES,
        sort=sort,
        columns=[(role, CODES["budget_lines", "role"][role]) for role in ROLES],
        units=units,
        figures=sum(len(each.figures) for each in units),
        unchecked=sum(len(each.unchecked) for each in units),
    )


def _order(each: UnitYear, sort: str) -> tuple[object, ...]:
    """Return by what a unit stands: its name; or an amount, the largest first, behind all others where unchecked."""
    if sort == NAME:
        return (each.unit,)
    compared = each.figures.get(sort)
    if compared is None or not compared.is_checked or compared.yuan is None:
        return (compared is None, True, 0, each.unit)
    return (False, False, -compared.yuan, each.unit)


def _read(connection: sqlite3.Connection, portal_id: str, year: int, stage: str) -> list[UnitYear]:
    units = budget_units(connection, portal_id)
    found: dict[str, dict[str, list[ShownFigure]]] = defaultdict(lambda: defaultdict(list))
    rows: list[Row] = connection.execute(_FIGURES, {"portal": portal_id, "year": year, "stage": stage}).fetchall()
    for row in rows:
        found[units.name(row["unit_name"])][row["role"]].append(figure(row))
    return [
        UnitYear(unit, {role: chosen(figures) for role, figures in by_role.items()}) for unit, by_role in found.items()
    ]


def _file(title: str, units: Iterable[UnitYear], form: str) -> Response:
    """Return the table in yuan: for people in words, for machines with names and codes."""
    for_machines = form in {"json", "jsonl"}
    words = {role: role if for_machines else str(label) for role, label in CODES["budget_lines", "role"].items()}
    rows = [
        (
            each.unit,
            *(_value(each.figures.get(role), form) for role in ROLES),
            each.unchecked if for_machines else say("、", ", ").join(words[role] for role in each.unchecked),
        )
        for each in units
    ]
    unit, unchecked = str(LABELS["budget.unit"]), str(LABELS["budget.unchecked"])
    first, last = ("unit", "unchecked") if for_machines else (unit, unchecked)
    table = Rows(title, (first, *(words[role] for role in ROLES), last), rows)
    if form == "json":
        return json_response({"title": title, "currency": "CNY", "units": table.dicts()})
    return whole_file(table, form)


def _value(of: ShownFigure | None, form: str) -> object:
    """Return an amount in yuan: exact, as text; as a number in a workbook, which holds no other.
    None where it has no unit.
    """
    if of is None or of.yuan is None:
        return None
    return float(of.yuan) if form == "xlsx" else f"{of.yuan:f}"
