"""Run a question on the archive: within a time limit, so many rows at the most, and nothing written.

The caller opens the archive for reading only; here the time is limited, and rows are left in the database once there
are enough of them.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.database.several import Readable, SeveralArchives, ordered
from archive.database.time_limit import is_interrupted, time_limit
from archive.model import clock
from archive.questions.ordering import with_order
from archive.questions.question_files import Parameter, Question, QuestionError, parameter_value

MOST = 10_000
"""Rows at the most: for more, one portal at a time, or SQL."""

SECONDS = 10.0
"""Seconds that one question may take."""


class AnswerError(Exception):
    """A question that can't be answered with these parameters; the message is one line that says why."""


class ParameterError(AnswerError):
    """A value that a parameter can't have. `parameter`: its name."""

    def __init__(self, message: str, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """The answer to a question. `more`: there are more rows than these. `left_out`: rows that are not counted.

    `behind`: records that a crawl under way has read and that no answer knows yet.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    left_out: int
    behind: int

    def dicts(self) -> list[dict[str, Any]]:
        """Return each row by its columns' names."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def parameter_values(question: Question, typed: Mapping[str, str]) -> dict[str, str | int]:
    """Return the values of all parameters of `question`: those `typed`, the others by default. Raises AnswerError."""
    known = {parameter.name: parameter for parameter in question.parameters}
    if unknown := sorted(typed.keys() - known.keys()):
        names = ", ".join(known) or "none"
        raise AnswerError(f"{question.name} has no parameter {', '.join(unknown)}; it has {names}")
    return {name: _value(parameter, typed) for name, parameter in known.items()}


def _value(parameter: Parameter, typed: Mapping[str, str]) -> str | int:
    try:
        return parameter_value(parameter, typed.get(parameter.name, parameter.default))
    except QuestionError as error:
        raise ParameterError(str(error), parameter.name) from error


def run_question(
    connection: Readable,
    question: Question,
    values: Mapping[str, str | int],
    *,
    most: int = MOST,
    seconds: float = SECONDS,
) -> QuestionAnswer:
    """Run `question` on a connection opened for reading; `values`: those of its parameters.

    Raises AnswerError where it takes longer than `seconds`.
    """
    parameters = {**values, "today": clock.today().isoformat()}
    try:
        with time_limit(connection, seconds):
            columns, rows = _answer(connection, question, parameters, most + 1)
            left_out = _sum(connection, question.left_out_sql or "SELECT 0", parameters)
            behind = _sum(connection, "SELECT count(*) FROM underived", {})
    except sqlite3.OperationalError as error:
        if not is_interrupted(error):
            raise
        raise AnswerError(f"{question.name} takes longer than {seconds:g} s here: ask for one portal") from error
    return QuestionAnswer(columns, tuple(map(tuple, rows[:most])), len(rows) > most, left_out, behind)


def _answer(
    connection: Readable, question: Question, parameters: Mapping[str, Any], most: int
) -> tuple[tuple[str, ...], list[Sequence[Any]]]:
    """Return the columns of the answer and its first rows, `most` of them; those of several archives in one order."""
    if isinstance(connection, SeveralArchives):
        sql, terms, added = with_order(question.sql)
        cursors = [archive.execute(sql, parameters) for archive in connection.each()]
        rows = ordered((row for cursor in cursors for row in cursor.fetchmany(most)), *terms)
        end = len(cursors[0].description) - added
        return tuple(column[0] for column in cursors[0].description[:end]), [row[:end] for row in rows]
    cursor = connection.execute(question.sql, parameters)
    rows = cursor.fetchmany(most)
    cursor.close()
    return tuple(column[0] for column in cursor.description), rows


def _sum(connection: Readable, sql: str, parameters: Mapping[str, Any]) -> int:
    return sum(number or 0 for (number,) in connection.execute(sql, parameters))
