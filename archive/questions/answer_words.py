"""Answers in the reader's language: names of columns, codes, times and portals as people read them."""

import re
from collections.abc import Container, Mapping
from typing import Any

from archive.labels.code_labels import code_label
from archive.labels.label import Label
from archive.labels.language import say
from archive.labels.tables import TABLES
from archive.labels.when import beijing
from archive.labels.wording import names_of_changed
from archive.questions.question_files import Question

_HAN = re.compile("[一-龥]")
_TIMES = ("_at", "_seen", "not_before")
_CODED = {
    "masked_kind": ("redactions", "kind"),
    "stage": ("budget_tables", "stage"),
    "part": ("budget_lines", "role"),
    "rule": ("budget_checks", "rule"),
}
"""Columns of answers that hold codes, and the columns of tables whose codes these are."""


def name_of_column(question: Question, column: str) -> Label:
    """Return the label of a column: as named by the question itself, or else as the same column of records."""
    return question.columns.get(column) or TABLES["records"].columns[column]


def in_words(column: str, value: object, portals: Mapping[str, str]) -> str:
    """Return a value as a reader should see it. `portals`: id → name."""
    if value is None or value == "":
        return "—"
    if column == "portal":
        return portals.get(str(value), str(value))
    if column.endswith(_TIMES):
        return beijing(str(value))
    return str(named(column, value))


def named(column: str, value: object) -> object:
    """A value with codes by their names and words of both languages in the reader's; a number or a time as it is."""
    if not isinstance(value, str):
        return value
    if column == "changed":
        return say("、", ", ").join(names_of_changed(value))
    if column in _CODED:
        return code_label(*_CODED[column], value)
    return code_label("records", column, _in_language(value))


def row_in_words(
    question: Question, row: Mapping[str, Any], portals: Mapping[str, str], left_out: Container[str]
) -> list[str]:
    """Return what a row says, each value behind its name, without columns `left_out` and those that say nothing."""
    colon = say("：", ": ")
    return [
        f"{name_of_column(question, column)}{colon}{in_words(column, value, portals)}"
        for column, value in row.items()
        if column not in left_out and value not in {None, ""}
    ]


def _in_language(text: str) -> str:
    """A text of an answer in the reader's language, where it is in both (Chinese / English)."""
    chinese, between, english = text.partition(" / ")
    is_in_both = between and english and "/" not in chinese and _HAN.search(chinese) and not _HAN.search(english)
    return say(chinese, english) if is_in_both else text
