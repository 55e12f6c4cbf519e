"""Every question compared with plain Python over archives drawn at random."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.database import open_for_writing
from archive.question import questions
from tests.questions import drawn_numbers, drawn_topics, plain_dates, plain_numbers  # noqa: F401 - their models join the others
from tests.questions.comparing import MODELS, Model, difference
from tests.questions.drawn import PORTALS, Drawn, drawn

SEEDS = int(os.environ.get("QUESTION_SEEDS", "6"))
"""How many archives are drawn for each topic."""


TOPICS: dict[str, Callable[[Drawn], None]] = {
    "dates": drawn_topics.dates,
    "numbers": drawn_numbers.numbers,
    "patterns": drawn_numbers.patterns,
    "copies": drawn_numbers.copies,
}
"""What fills the archives of each topic."""


class Archives:
    """The drawn archives by topic, each made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, list[Drawn]] = {}
        open_for_writing(folder / "empty.db").close()

    def of(self, topic: str) -> list[Drawn]:
        """All archives of a topic."""
        if topic not in self._made:
            write = TOPICS[topic]
            paths = [(seed, self._folder / f"{topic}{seed}.db") for seed in range(SEEDS)]
            self._made[topic] = [drawn(self._folder / "empty.db", path, write, seed) for seed, path in paths]
        return self._made[topic]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return Archives(tmp_path_factory.mktemp("drawn"))


@pytest.mark.parametrize("each", MODELS, ids=lambda each: each.question)
def test_a_question_answers_what_plain_python_computes(each: Model, archives: Archives) -> None:
    question = questions()[each.question]
    found = 0
    for made in archives.of(each.topic):
        for numbers in each.numbers(made):
            for portal in ("", *PORTALS):
                given = {**numbers, "portal": portal}
                expected = each.compute(made, given)
                assert difference(question, made, given, expected, each.now) == "", given
                found += len(expected.rows)
    assert found, "nothing was found in any of the archives: they say nothing"
