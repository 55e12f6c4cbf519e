"""Every question compared with plain Python over archives drawn at random: a few in `make test`, all in `make test-long`."""

import pytest

from archive.questions.question_files import questions
from tests.questions.archives import SEEDS, Archives
from tests.questions.comparing import MODELS, Model, difference
from tests.questions.examples import examples

pytestmark = pytest.mark.slow

FEW = 5
"""Archives of a topic: with the hand-made cases they notice 97 of 100 faults that `bench.sql_mutants` makes."""

each_model = pytest.mark.parametrize("each", MODELS, ids=lambda each: each.question)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return Archives(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return Archives(tmp_path_factory.mktemp("drawn"), SEEDS)


@each_model
def test_of_a_few_archives_a_question_answers_what_plain_python_computes(each: Model, few: Archives) -> None:
    compare(each, few)


@each_model
def test_of_many_archives_a_question_answers_what_plain_python_computes(each: Model, many: Archives) -> None:
    compare(each, many)


def compare(each: Model, archives: Archives) -> None:
    question = questions()[each.question]
    found = 0
    for made, given, expected in examples(each, archives):
        assert difference(question, made, given, expected, now=each.now) == "", given
        found += len(expected.rows)
    assert found, "nothing was found in any of the archives: they say nothing"
