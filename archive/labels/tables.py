"""Labels of the archive's tables and columns, and how the site shows each table."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.labels.label import LABELS, Label, label_of, labels_under


@dataclass(frozen=True, slots=True)
class StatedBeside:
    """Another `table` whose `columns` state something of the figures of a row, whose column `key` has its key."""

    table: str
    key: str
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view, and how the site shows it and files have it: see tables.toml."""

    label: Label
    columns: Mapping[str, Label]
    hidden: bool = False
    emptied: bool = False
    shown: Sequence[str] = ()
    label_column: str | None = None
    sort: str | None = None
    sort_desc: str | None = None
    facets: Sequence[str] = ()
    sortable: Sequence[str] | None = None
    decimals: Sequence[str] = ()
    stated: StatedBeside | None = None


_DISPLAY: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _table(name: str, label: Label) -> Table:
    display = _DISPLAY.get(name, {})
    stated = StatedBeside(**display["stated"]) if "stated" in display else None
    return Table(label, labels_under(f"column.{name}"), **{**display, "stated": stated})


TABLES: dict[str, Table] = {name: _table(name, label) for name, label in labels_under("table").items()}
"""Tables and their columns, in the order in which they are shown."""

HEADINGS = labels_under("heading")
"""Labels of columns in files of records that no table has, or that are called otherwise there."""

LOOKUPS = labels_under("lookup")
"""Datasette's filters of a column, by their keys."""


def table_label(table: str) -> Label:
    """Return the label of a table, its own name where this archive doesn't know it."""
    return TABLES[table].label if table in TABLES else Label(table, "")


def is_internal(table: str) -> bool:
    """Whether a table is kept out of the site's lists."""
    return table in TABLES and TABLES[table].hidden


def column_label(table: str | None, column: str) -> Label:
    """Return the label of a column, its own name where this archive doesn't know it."""
    if column == "Link":  # what Datasette heads the row links of a table with several keys
        return LABELS["shared.id"]
    return label_of(TABLES[table].columns if table in TABLES else {}, column)


def heading(table: str | None, column: str) -> Label:
    """Return what stands above a column in a workbook."""
    label = HEADINGS.get(column) if table == "records" else None
    return label or column_label(table, column)


def holds_times(column: str) -> bool:
    """Whether a column of this name holds moments, as the archive writes them."""
    return column in {"at", "not_before"} or column.endswith(("_at", "_seen"))


def arranged(table: str, names: list[str]) -> list[int]:
    """Return the places of a table's columns in the order of TABLES, technical ones left out."""
    known = list(TABLES[table].columns) if table in TABLES else []
    shown = [place for place, name in enumerate(names) if table != "search" or name not in {"q", "rank"}]
    return sorted(shown, key=lambda place: known.index(names[place]) if names[place] in known else -1)


def displayed(table: str, names: list[str], arguments: Mapping[str, str]) -> dict[str, int]:
    """Return the columns that the page of a table displays, in order, and their places; `arguments`: of its address.

    They are those that `_col` and `_nocol` leave, or else those of TABLES, and what the address sorts or filters by.
    """
    places = {names[place]: place for place in arranged(table, names)}
    shown = set(TABLES[table].shown) if table in TABLES else set()
    if not shown or arguments.keys() & {"_col", "_nocol"}:
        return places
    named = {arguments.get("_sort"), arguments.get("_sort_desc"), *(key.partition("__")[0] for key in arguments)}
    return {name: place for name, place in places.items() if name in shown | named}


PLAIN: dict[str, Callable[..., object]] = {
    "table_label": lambda table: Label(table, ""),
    "column_label": lambda _table, column: Label(column, ""),
    "code_label": lambda _table, _column, value: str(value),
    "arranged": lambda _table, names: list(range(len(names))),
    "displayed": lambda _table, names, _arguments: {name: place for place, name in enumerate(names)},
}
"""The same functions for databases that are no archives, whatever their tables are called."""
