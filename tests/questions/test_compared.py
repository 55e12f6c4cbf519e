"""Every question compared with plain Python over archives drawn at random."""

import pytest

from archive.questions.question_files import questions
from tests.questions.archives import Archives
from tests.questions.comparing import MODELS, Model, difference
from tests.questions.examples import examples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    return Archives(tmp_path_factory.mktemp("drawn"))


@pytest.mark.parametrize("each", MODELS, ids=lambda each: each.question)
def test_a_question_answers_what_plain_python_computes(each: Model, archives: Archives) -> None:
    question = questions()[each.question]
    found = 0
    for made, given, expected in examples(each, archives):
        assert difference(question, made, given, expected, now=each.now) == "", given
        found += len(expected.rows)
    assert found, "nothing was found in any of the archives: they say nothing"
