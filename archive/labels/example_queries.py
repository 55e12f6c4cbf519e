"""Example queries: Datasette's canned queries of every archive."""

from dataclasses import dataclass
from pathlib import Path

from archive.labels.label import Label, labels_under


@dataclass(frozen=True, slots=True)
class Example:
    """A statement; its parameters are entered on its page."""

    label: Label
    sql: str


FOLDER = Path(__file__).with_name("queries")
"""Statements, one a file, by the name that stands in the address."""

EXAMPLES = {
    name: Example(label, (FOLDER / f"{name}.sql").read_text(encoding="utf-8").rstrip())
    for name, label in labels_under("query").items()
}
"""By the name that stands in the address."""


def queries() -> dict[str, dict[str, str]]:
    """Return the examples as Datasette's metadata has canned queries, in the reader's language."""
    return {
        name: {
            "sql": example.sql,
            "title": str(example.label),
            "description": example.label.meaning,
        }
        for name, example in EXAMPLES.items()
    }
