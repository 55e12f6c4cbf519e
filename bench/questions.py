"""Time of each question in a large archive, over all of its portals, as its page asks it.

    python -m bench.questions [--folder FOLDER] [--records 1000000] [--times 3]

The archive is made if it is missing (see `bench.large_archive`). Target: at most 2 s for each question.
"""

from contextlib import closing
from pathlib import Path

from archive.database.connection import open_for_reading
from archive.questions.question_files import Question, questions
from archive.questions.runner import MOST, QuestionAnswer, parameter_values, run_question
from bench.large_archive import archive_of, sized
from bench.measure import Report, arguments, slowest, tell, work

TARGET = 2000
"""Milliseconds."""

PATIENCE = 120.0
"""Seconds after which a question is given up, which is a failure of this benchmark."""


def measured(path: Path, times: int) -> Report:
    """Ask every question `times` times."""
    with closing(open_for_reading(path)) as connection:
        (held,) = connection.execute("SELECT count(*) FROM derived").fetchone()
        report = Report("questions", f"Questions over {held:,} records, the slowest of {times}")
        for question in questions().values():
            answers: list[QuestionAnswer] = []

            def once(asked: Question = question, into: list[QuestionAnswer] = answers) -> None:
                into.append(run_question(connection, asked, parameter_values(asked, {}), seconds=PATIENCE))

            costs = [work(once) for _ in range(times)]
            rows = f"more than {MOST:,}" if answers[0].more else f"{len(answers[0].rows):,}"
            report.figures.append(slowest(f"{question.id} {question.name}, {rows} rows", costs, TARGET))
    return report


def main() -> None:
    parser = sized(arguments(__doc__))
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    tell(measured(archive_of(options.folder, options.records), options.times), options)


if __name__ == "__main__":
    main()
