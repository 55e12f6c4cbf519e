"""Faults put into the questions' SQL, one at a time, and whether the questions' tests notice them.

    python -m bench.sql_mutants [QUESTION …] [--keep]

Thresholds are moved, comparisons turned, conditions and keys of joins left out, and so on (see `bench.sql_faults`). Each
faulty question is asked in this process of all archives of its tests, the hand-made and the drawn ones. Survivors that
change no answer are listed, each with its reason, in `tests/questions/survivors.toml`. Fails where one survives that is
not listed, or one is listed that is noticed. `--keep` writes the score of all questions into `docs/benchmarks.json`.
"""

import argparse
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from archive.questions.question_files import Question, questions
from bench import mutants
from bench.sql_faults import SqlFault, faults
from tests.questions import (  # noqa: F401 - their cases join the others
    budget_cases,
    number_cases,
    report_cases,
    report_threshold_cases,
    sentence_cases,
    threshold_cases,
)
from tests.questions.archives import Archives
from tests.questions.cases import CASES
from tests.questions.comparing import MODELS, difference
from tests.questions.examples import case_difference, examples
from tests.questions.small import archive_of

LISTED = Path(__file__).parents[1] / "tests" / "questions" / "survivors.toml"

SECONDS = 2.0
"""Seconds that a faulty question may take; one that takes longer is noticed."""

Check = Callable[[Question], str]
"""The error in a question's answer to one archive, in words; empty where it is right."""


def checks(name: str, folder: Path, archives: Archives) -> list[Check]:
    """The tests of one question, the cheapest first."""
    found: list[Check] = []
    for number, case in enumerate(case for case in CASES if case.question == name):
        connection, ids = archive_of(folder / f"{name}{number}.db", case.write)
        found.append(partial(case_difference, case=case, connection=connection, found=ids, seconds=SECONDS))
    for model in (model for model in MODELS if model.question == name):
        for made, given, expected in examples(model, archives):
            test = partial(difference, made=made, given=given, expected=expected, now=model.now, seconds=SECONDS)
            found.append(test)
    return found


def noticed(question: Question, tests: list[Check]) -> bool | None:
    """Whether a test notices that the question's SQL is faulty; None where it is no SQL any more."""
    for test in tests:
        try:
            if test(question):
                return True
        except sqlite3.Error:
            return None
        except (LookupError, TypeError):  # it has other columns, or other kinds of values
            return True
    return False


def faulty(question: Question) -> Iterator[tuple[SqlFault, Question]]:
    """The question with each fault in it."""
    for fault in faults(question.sql):
        yield fault, replace(question, sql=fault.sql)
    for fault in faults(question.left_out_sql or ""):
        yield replace(fault, name=f"left out: {fault.name}"), replace(question, left_out_sql=fault.sql)


def listed() -> dict[tuple[str, str], str]:
    """The survivors that are listed, and the reason of each."""
    with LISTED.open("rb") as file:
        groups = tomllib.load(file).get("survivor", [])
    return {(group["question"], fault): group["reason"] for group in groups for fault in group["faults"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", nargs="*", help="questions by name; all if none")
    parser.add_argument("--keep", action="store_true", help="write the score of all into docs/benchmarks.json")
    given = parser.parse_args()
    chosen = given.question or list(questions())
    if unknown := set(chosen) - set(questions()):
        parser.error(f"no question {', '.join(sorted(unknown))}")
    known, survivors = listed(), []
    total = caught = equivalent = 0
    print(f"{'question':30} {'faults':>7} {'noticed':>8} {'listed':>7} {'survived':>9} {'noticed %':>10}")
    with tempfile.TemporaryDirectory() as folder:
        archives = Archives(Path(folder))
        for name in chosen:
            tests = checks(name, Path(folder), archives)
            if fault := next(filter(None, (test(questions()[name]) for test in tests)), ""):
                parser.error(f"{name} fails its tests as it is: {fault}")
            results = {fault.name: noticed(question, tests) for fault, question in faulty(questions()[name])}
            results = {fault: result for fault, result in results.items() if result is not None}
            same = [fault for fault, result in results.items() if not result and (name, fault) in known]
            alive = [fault for fault, result in results.items() if not result and (name, fault) not in known]
            wrong = [fault for question, fault in known if question == name and results.get(fault, True)]
            yes = sum(map(bool, results.values()))
            print(
                f"{name:30} {len(results):7} {yes:8} {len(same):7} {len(alive):9} {share(yes, len(results) - len(same)):10.1f}",
                flush=True,
            )
            survivors += [f"{name}: {fault}" for fault in alive]
            survivors += [f"{name}: listed as a survivor, but noticed or not made: {fault}" for fault in wrong]
            total, caught, equivalent = total + len(results), caught + yes, equivalent + len(same)
    left = total - caught - equivalent
    print(f"{'all':30} {total:7} {caught:8} {equivalent:7} {left:9} {share(caught, total - equivalent):10.1f}")
    print("\n".join(["", *survivors]))
    if given.keep and set(chosen) == set(questions()):
        mutants.keep(mutants.Result("archive/questions/*.sql", total, caught, ()), equivalent)
    return 1 if survivors else 0


def share(part: int, whole: int) -> float:
    """Per cent."""
    return 100 * part / whole if whole else 100.0


if __name__ == "__main__":
    sys.exit(main())
