"""What everything in the archive is called, in Chinese and English: the one place for the site and for docs/tables.md.

Wording states what was observed. Terms follow the field's own usage (GB/T 21063, Regulations on Open Government
Information); a code without a label here is shown as it is.
"""

from collections.abc import Callable

from archive.labels.codes import CODES, EVENTS, FLAGS, KINDS, OUTCOMES, PROBLEMS, STATES
from archive.labels.columns import Table
from archive.labels.naming import Label
from archive.labels.tables import TABLES

__all__ = ["CODES", "EVENTS", "FLAGS", "KINDS", "OUTCOMES", "PROBLEMS", "STATES", "TABLES", "Label", "Table"]

SITE = Label(
    "政府信息公开目录档案",
    "Disclosures",
    "县级政府信息公开目录的存档：目录里列出过什么、何时列出、之后有何变化。本站不是官方网站，所载内容均非官方文本，请以原页面为准。",
    "An archive of county governments' disclosure catalogues: what they listed, when, and what changed since. "
    "Nothing here is an official copy; the original page prevails.",
)

LOOKUPS: dict[str, str] = {
    "exact": "等于", "not": "不等于", "contains": "包含", "endswith": "结尾是", "startswith": "开头是",
    "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "like": "LIKE", "notlike": "非 LIKE", "glob": "GLOB",
    "in": "属于", "notin": "不属于", "arraycontains": "列表含", "arraynotcontains": "列表不含", "date": "日期为",
    "isnull": "为空", "notnull": "不为空", "isblank": "空白", "notblank": "不空白",
}  # fmt: skip
"""Datasette's filters, by their keys."""


def table_label(table: str) -> Label:
    """What a table is called; its own name where this archive doesn't know it."""
    known = TABLES.get(table)
    return known.label if known else Label(table, "")


def is_internal(table: str) -> bool:
    """Whether a table is kept out of the site's lists."""
    return table in TABLES and TABLES[table].hidden


def column_label(table: str | None, column: str) -> Label:
    """What a column is called; its own name where this archive doesn't know it."""
    if column == "Link":  # what Datasette heads the row links of a table with several keys
        return Label("编号", "")
    known = TABLES.get(table or "")
    return known.columns.get(column, Label(column, "")) if known else Label(column, "")


def code_label(table: str, column: str, value: object) -> str:
    """A value as a reader should see it: the Chinese label of a code, anything else as it is."""
    label = CODES.get((table, column), {}).get(str(value))
    return label.zh if label else str(value)


def arranged(table: str, names: list[str]) -> list[int]:
    """The places of a table's columns in the order they are shown: as TABLES has them, technical ones left out."""
    known = list(TABLES[table].columns) if table in TABLES else []
    shown = [place for place, name in enumerate(names) if table != "search" or name not in {"q", "rank"}]
    return sorted(shown, key=lambda place: known.index(names[place]) if names[place] in known else -1)


PLAIN: dict[str, Callable[..., object]] = {
    "table_label": lambda table: Label(table, ""),
    "column_label": lambda _table, column: Label(column, ""),
    "code_label": lambda _table, _column, value: str(value),
    "arranged": lambda _table, names: list(range(len(names))),
}
"""The same functions for databases that are no archives, whatever their tables are called."""
