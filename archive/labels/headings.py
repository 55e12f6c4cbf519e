"""What stands above the columns of a workbook, and what its codes are called: for people, on the site and in the shell."""

from archive.labels.codes import CODES, EVENTS, FLAGS
from archive.labels.labels import column_label
from archive.labels.naming import Label

HEADINGS = {
    "portal_name": Label("门户", "portal"),
    "portal": Label("门户代号", "portal id"),
    "at": Label("观察到的时间", "observed at"),
    "event": Label("变动", "event"),
    "detail": Label("详情", "detail"),
    "page": Label("本档案网址", "address here"),
}
"""Of columns that no table has, or that are called otherwise there."""


def heading(table: str | None, column: str) -> str:
    """What stands above a column, for people."""
    if table == "records" and column in HEADINGS:
        return HEADINGS[column].zh
    return column_label(table, column).zh


def codes_of(table: str | None) -> dict[str, dict[str, str]]:
    """Column → code → what it is called."""
    known = {column: labels for (of, column), labels in CODES.items() if of == table}
    if table == "records":
        known |= {"flags": FLAGS, "event": EVENTS}
    return {column: {code: label.zh for code, label in labels.items()} for column, labels in known.items()}
