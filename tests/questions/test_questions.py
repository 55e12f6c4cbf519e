"""Every question finds what it says it finds, and nothing else."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import open_for_reading
from archive.labels.tables import TABLES
from archive.questions.question_files import QuestionError, load, questions
from archive.questions.runner import AnswerError, parameter_values, run_question
from tests.questions import (  # noqa: F401 - their cases join the others
    budget_cases,
    number_cases,
    report_cases,
    report_threshold_cases,
    sentence_cases,
    threshold_cases,
)
from tests.questions.cases import CASES, Case
from tests.questions.examples import case_difference
from tests.questions.small import archive_of


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Case], tuple[sqlite3.Connection, set[int]]]]:
    """The archive of a case and the records to be found in it, written when it is first needed."""
    folder = tmp_path_factory.mktemp("cases")
    archives: dict[int, tuple[sqlite3.Connection, set[int]]] = {}

    def of(case: Case) -> tuple[sqlite3.Connection, set[int]]:
        number = CASES.index(case)
        if number not in archives:
            archives[number] = archive_of(folder / f"{number}.db", case.write)
        return archives[number]

    yield of
    for connection, _ in archives.values():
        connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.question}-{case.write.__name__}")
def test_a_question_finds_what_it_should_and_nothing_else(case: Case, written) -> None:
    connection, found = written(case)
    assert case_difference(questions()[case.question], case, connection, found) == ""


@pytest.mark.parametrize("name", questions())
def test_every_question_has_cases_in_which_it_finds_something_and_leaves_something(name: str, written) -> None:
    found = left = False
    for case in (case for case in CASES if case.question == name):
        connection, _ = written(case)
        answer = run_question(connection, questions()[name], parameter_values(questions()[name], case.given))
        records = {row[0] for row in connection.execute("SELECT id FROM records")}
        in_answer = {row["record_id"] for row in answer.dicts() if row.get("record_id")}
        found |= bool(answer.rows)
        left |= bool(records - in_answer) if in_answer else len(records) > len(answer.rows)
    assert found, "no case in which anything is found"
    assert left, "no case in which anything is left"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    connection, _ = archive_of(tmp_path_factory.mktemp("empty") / "a.db", lambda _: None)
    with closing(connection):
        yield connection


@pytest.mark.parametrize("name", questions())
def test_a_question_has_names_for_all_its_columns_and_runs_where_there_is_nothing(name: str, empty) -> None:
    question = questions()[name]
    answer = run_question(empty, question, parameter_values(question, {}))
    assert (answer.rows, answer.more, answer.left_out) == ((), False, 0)
    unnamed = set(answer.columns) - set(question.columns) - set(TABLES["records"].columns) - {"record_id"}
    assert unnamed == set()
    assert set(question.columns) <= set(answer.columns)
    assert set(filter(None, question.chart or ())) <= set(answer.columns)


JARGON = r"SQL|JSON|NULL|数据库|哈希|表连接|字段|index_number|违规|违法|造假|隐瞒真相|leak|cover-up|censor|fraud|guilt|violat"


@pytest.mark.parametrize("name", questions())
def test_a_question_is_explained_without_jargon_and_without_accusing(name: str) -> None:
    question = questions()[name]
    for words in (question.title, question.means, question.computed, question.caution):
        assert not re.search(JARGON, f"{words.zh} {words.en}", re.IGNORECASE)
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
        assert not re.search(r"[\u4e00-\u9fff]", re.sub("[(（《“][^)）》”]*[)）》”]", "", words.en)) or "〔" in words.en
    assert question.title.zh.endswith("？")
    assert question.title.en.endswith("?")


def test_what_is_not_read_out_yet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    archive_of(path, lambda small: small.record(False, "样本：第一份"))[0].close()
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("UPDATE records SET title = '样本：改过的'")
        writing.commit()
    with closing(open_for_reading(path)) as connection:
        assert run_question(connection, questions()["odd_dates"], {"weekends": 0, "portal": ""}).behind == 1


def test_none_can_write_and_none_runs_away(empty, tmp_path: Path) -> None:
    written = tmp_path / "endless.sql"
    header = "".join(f"-- {key}: 样本 / sample\n" for key in ("title", "means", "computed", "caution"))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"
    written.write_text(f"-- id: Q99\n{header}{endless.format('count(*)')}", encoding="utf-8")
    with pytest.raises(AnswerError, match="longer than"):
        run_question(empty, load(written), {}, seconds=0.05)
    assert empty.execute("SELECT count(*) FROM records").fetchone() == (0,)  # and the connection is as it was
    written.write_text(f"-- id: Q99\n{header}{endless.format('i')}", encoding="utf-8")
    answer = run_question(empty, load(written), {}, most=7)
    assert (len(answer.rows), answer.more) == (7, True)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        empty.execute("DELETE FROM records")


SOUND = "-- id: Q99\n-- title: 样本？ / Sample?\n-- means: 样本 / sample\n-- computed: 样本 / sample\n-- caution: 样本 / sample\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1", "the header lacks id, title, means, computed, caution"),
        (SOUND.replace("Q99", "99") + "SELECT 1", "id: '99' must be like Q01"),
        (
            SOUND.replace("样本？ / Sample?", "样本") + "SELECT 1",
            "title: '样本' must be Chinese, then ` / `, then English",
        ),
        (SOUND + "-- colour: red\nSELECT 1", "line 6: unknown key 'colour'"),
        (SOUND + "-- id: Q98\nSELECT 1", "line 6: id is there twice"),
        (SOUND + "--x\nSELECT 1", "line 6 is neither"),
        (SOUND + "DELETE FROM records", "each statement must be one SELECT"),
        (SOUND + "SELECT 1; DELETE FROM records", "each statement must be one SELECT"),
        (SOUND + "SELECT :days", "parameter days must be both in the header and in the SQL"),
        (SOUND + "-- parameter: days number 30, 天 / days\nSELECT 1", "parameter days must be both"),
        (SOUND + "-- parameter: days number many, 天 / days\nSELECT :days", "days = 'many' must be a whole number"),
        (SOUND + "-- parameter: days colour 1, 天 / days\nSELECT :days", "kind 'colour' is not one of"),
        (SOUND + "-- left out: 样本 / sample\nSELECT 1", "left out: needs both"),
        (SOUND + "-- column: x\nSELECT 1 AS x", "column: 'x' must be NAME, Chinese / English"),
    ],
)
def test_a_wrong_question_file_is_one_line_that_names_file_and_fault(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.sql"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match=re.escape(said)) as error:
        load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_two_questions_of_one_number_are_refused(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / f"{name}.sql").write_text(f"{SOUND}SELECT 1", encoding="utf-8")
    with pytest.raises(QuestionError, match="id Q99 is also that of"):
        questions(tmp_path)


def test_parameters_are_understood_or_refused_in_one_line() -> None:
    question = questions()["removed_records"]
    assert parameter_values(question, {}) == {"state": "withdrawn", "portal": ""}
    with pytest.raises(AnswerError, match="state = 'gone' must be one of"):
        parameter_values(question, {"state": "gone"})
    with pytest.raises(AnswerError, match="has no parameter colour; it has state, portal"):
        parameter_values(question, {"colour": "red"})


@pytest.mark.parametrize(("most", "shown", "more"), [(2, 2, True), (3, 3, False), (4, 3, False)])
def test_more_rows_are_said_to_be_there_only_where_they_are(
    most: int, shown: int, more: bool, empty, tmp_path: Path
) -> None:
    path = tmp_path / "three.sql"
    path.write_text(f"{SOUND}SELECT value FROM json_each('[1, 2, 3]')", encoding="utf-8")
    answer = run_question(empty, load(path), {}, most=most)
    assert (len(answer.rows), answer.more) == (shown, more)
