"""Questions as they are run: what their SQL is told besides a reader's parameters."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.database.connection import open_for_reading
from archive.model import clock
from archive.questions.question_files import questions
from archive.questions.runner import run_question
from tests.conftest import empty_archive


@pytest.mark.parametrize(
    ("now", "day"), [("2026-01-31T15:30:00Z", "2026-01-31"), ("2026-01-31T16:00:00Z", "2026-02-01")]
)
def test_a_question_is_asked_on_a_day_of_china(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, day: str
) -> None:
    monkeypatch.setenv(clock.VARIABLE, now)
    question = replace(questions()["report_deadline"], sql="SELECT :today AS today", left_out_sql=None)
    with closing(open_for_reading(empty_archive(tmp_path / "a.db"))) as connection:
        assert run_question(connection, question, {}).rows == ((day,),)


@pytest.mark.parametrize(("most", "more"), [(2, True), (3, False), (4, False)])
def test_it_is_said_that_there_are_more_rows_where_there_are(tmp_path: Path, most: int, more: bool) -> None:
    question = replace(questions()["report_deadline"], sql="VALUES (1), (2), (3)", left_out_sql=None)
    with closing(open_for_reading(empty_archive(tmp_path / "a.db"))) as connection:
        answer = run_question(connection, question, {}, most=most)
    assert (len(answer.rows), answer.more) == (min(most, 3), more)
