"""New rows of a question's answer to be reported to one receiver."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.database.portal_rows import portal_names
from archive.labels.label import LABELS, Label
from archive.labels.language import Language, reading, say
from archive.notify.hit_text import Hit
from archive.questions.answer_request import AnswerRequest, Row, title
from archive.questions.answer_words import row_in_words
from archive.questions.question_files import Question

MOST = 50
"""Rows that are shown one by one; of others it is said how many there are."""

_HIT = ("published_on", "publisher", "kind", "index_number")
_SAID_ELSEWHERE = {*_HIT, "record_id", "title", "portal"}
_RECORD = "SELECT url FROM records WHERE id = ?"


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """A report: the question, in words, how many rows are new, and some of these."""

    title: str
    count: int
    hits: Sequence[Hit]

    @property
    def subject(self) -> Label:
        """The subject of its message, with places for its title and count."""
        return LABELS["message.answers"]

    def summary(self, language: Language) -> str:
        """Return what these are, and what a reader should mind."""
        return LABELS["message.of_question"].name(language)


def answer_report(
    connection: sqlite3.Connection, requested: AnswerRequest, rows: Sequence[Row], site: str, language: Language
) -> AnswerReport:
    """Return the report of some rows of an answer. `site`: where the site stands, ending in a slash."""
    portals = portal_names(connection)
    with reading(language):
        hits = [_hit(connection, requested.question, row, portals, site) for row in rows[:MOST]]
    return AnswerReport(title(connection, requested, language), len(rows), hits)


def _hit(connection: sqlite3.Connection, question: Question, row: Row, portals: Mapping[str, str], site: str) -> Hit:
    """Return a row in the reader's words."""
    record = row.get("record_id")
    url = connection.execute(_RECORD, (record,)).fetchone() if record is not None else None
    text = say("；", "; ").join(row_in_words(question, row, portals, _SAID_ELSEWHERE))
    return {
        **{name: row.get(name) for name in _HIT},
        "title": row.get("title") or (text if record is None else None),
        "portal": portals.get(row.get("portal") or "", row.get("portal")),
        "page": f"{site}-/questions/{question.name}" if record is None else f"{site}-/record/{record}",
        "url": url[0] if url else "",
        "snippet": text,
    }
