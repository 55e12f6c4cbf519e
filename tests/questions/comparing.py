"""Comparison of a question's answer with what plain Python computes from the same archive."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archive.model.clock import VARIABLE
from archive.questions.question_files import Question
from archive.questions.runner import AnswerError, QuestionAnswer, parameter_values, run_question
from tests.questions.drawn import Drawn

Order = str | Callable[[Mapping[str, Any]], Any]
"""A column by which rows stand, the highest first where a `-` stands before it; or what is computed from a row."""


@dataclass(frozen=True)
class Expected:
    """The answer that is right: `rows` with all its columns but those `without` (others are ignored), in `order`, and how many are left out."""

    rows: list[dict[str, Any]]
    order: tuple[Order, ...] = ()
    left_out: int = 0
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A question's meaning in plain Python. `topic`: the archives it is compared over. `numbers`: values to be tried of
    each parameter that is a number; `now`: the moment at which it is asked.
    """

    question: str
    topic: str
    compute: Callable[[Drawn, Mapping[str, Any]], Expected]
    numbers: Callable[[Drawn], Iterable[Mapping[str, int]]]
    now: str = ""


MODELS: list[Model] = []


def model(
    question: str,
    topic: str,
    numbers: Callable[[Drawn], Iterable[Mapping[str, int]]] = lambda _: [{}],
    now: str = "",
) -> Callable[[Callable[[Drawn, Mapping[str, Any]], Expected]], Callable[[Drawn, Mapping[str, Any]], Expected]]:
    """Note a function that computes what a question should answer."""

    def noted(
        compute: Callable[[Drawn, Mapping[str, Any]], Expected],
    ) -> Callable[[Drawn, Mapping[str, Any]], Expected]:
        MODELS.append(Model(question, topic, compute, numbers, now))
        return compute

    return noted


@contextmanager
def at(moment: str) -> Iterator[None]:
    """Let the archive's clock show a moment; nothing changes for an empty one."""
    before = os.environ.get(VARIABLE)
    if moment:
        os.environ[VARIABLE] = moment
    try:
        yield
    finally:
        if moment:
            os.environ.pop(VARIABLE)
            if before is not None:
                os.environ[VARIABLE] = before


def difference(
    question: Question,
    made: Drawn,
    given: Mapping[str, Any],
    expected: Expected,
    *,
    now: str = "",
    seconds: float = 10.0,
) -> str:
    """The difference between a question's answer and what is expected of it, in words; empty where there is none."""
    assert made.connection
    typed = {name: str(value) for name, value in given.items()}
    try:
        with at(now):
            answer = run_question(made.connection, question, parameter_values(question, typed), seconds=seconds)
    except AnswerError as error:
        return str(error)
    return difference_of(answer, expected)


def difference_of(answer: QuestionAnswer, expected: Expected) -> str:
    """The difference between an answer and what is expected of it, in words; empty where there is none."""
    rows = answer.dicts()
    columns = [name for name in answer.columns if name not in expected.without]
    wanted, had = (Counter(tuple(row[name] for name in columns) for row in each) for each in (expected.rows, rows))
    if wanted != had:
        return f"({', '.join(columns)})\n too many {sorted((had - wanted).elements(), key=str)}\n missing {sorted((wanted - had).elements(), key=str)}"
    for one, other in pairwise(rows):
        if _before(other, one, expected.order):
            return f"{other} must stand before {one}"
    if answer.left_out != expected.left_out:
        return f"{answer.left_out} left out instead of {expected.left_out}"
    return ""


def _before(one: Mapping[str, Any], other: Mapping[str, Any], order: tuple[Order, ...]) -> bool:
    """Whether a row must stand before another one."""
    for each in order:
        turned = isinstance(each, str) and each.startswith("-")
        mine, its = (_rank(each(row) if callable(each) else row[each.removeprefix("-")]) for row in (one, other))
        if mine != its:
            return (mine > its) if turned else (mine < its)
    return False


def _rank(value: Any) -> tuple[Any, ...]:
    """Where a value stands among others: nothing first, numbers before texts."""
    return (0,) if value is None else (2, value) if isinstance(value, str) else (1, value)
