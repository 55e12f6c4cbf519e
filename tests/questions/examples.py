"""Questions asked of the archives of their tests, and what is wrong with an answer."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from archive.questions.question_files import Question
from archive.questions.runner import AnswerError, parameter_values, run_question
from tests.questions.archives import Archives
from tests.questions.cases import Case
from tests.questions.comparing import Expected, Model, at
from tests.questions.drawn import PORTALS, Drawn


def examples(model: Model, archives: Archives) -> Iterator[tuple[Drawn, Mapping[str, Any], Expected]]:
    """Each drawn archive with each set of parameters, and what a question must answer."""
    for made in archives.of(model.topic):
        for numbers in model.numbers(made):
            for portal in ("", *PORTALS):
                given = {**numbers, "portal": portal}
                yield made, given, model.compute(made, given)


def case_difference(
    question: Question, case: Case, connection: sqlite3.Connection, found: set[int], seconds: float = 10.0
) -> str:
    """The difference between an answer and what a hand-made case expects of it; empty where there is none."""
    try:
        with at(case.now):
            answer = run_question(connection, question, parameter_values(question, case.given), seconds=seconds)
    except AnswerError as error:
        return str(error)
    rows = answer.dicts()
    if case.columns:
        had, expected = [tuple(row[name] for name in case.columns) for row in rows], list(case.expected)
        if not case.ordered:
            had, expected = sorted(had, key=str), sorted(expected, key=str)
    else:
        had, expected = sorted(row["record_id"] for row in rows), sorted(found)
    if had != expected:
        return f"{had} instead of {expected}"
    return "" if answer.left_out == case.left_out else f"{answer.left_out} left out instead of {case.left_out}"
