"""The command `disclosures ask`: run one of the archive's questions."""

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from archive.database.connection import open_for_reading
from archive.export.file_formats import FORMATS
from archive.export.rows import Rows
from archive.model.printable import quantity
from archive.questions.question_files import Question, questions
from archive.questions.runner import MOST, AnswerError, QuestionAnswer, parameter_values, run_question
from crawler.cli.options import CommandError, db_option, plainly


@click.command()
@click.argument("question", required=False)
@click.option(
    "--set", "typed", multiple=True, metavar="NAME=VALUE", help="A parameter of the question; may be given again."
)
@click.option("--csv", "form", flag_value="csv", help="Print CSV that opens right in Chinese Excel.")
@click.option("--json", "form", flag_value="json", help="Print a list of objects.")
@db_option
@plainly
def ask(question: str | None, typed: tuple[str, ...], form: str | None, db: Path) -> None:
    """List the questions, or answer one: what it means and what it doesn't prove first, then its rows."""
    known = questions()
    if question is None:
        _list(known.values(), form)
        return
    if question not in known:
        raise CommandError(f"no question {question!r}: `disclosures ask` lists them")
    chosen = known[question]
    try:
        with closing(open_for_reading(db)) as connection:
            answer = run_question(connection, chosen, parameter_values(chosen, dict(map(_pair, typed))))
    except AnswerError as error:
        raise CommandError(str(error)) from error
    match form:
        case "csv":
            click.echo(b"".join(FORMATS["csv"].pieces(Rows(chosen.name, answer.columns, answer.rows))), nl=False)
        case "json":
            click.echo(json.dumps(answer.dicts(), ensure_ascii=False, indent=1))
        case _:
            _show(chosen, answer)
    _report_rest(chosen, answer)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"--set {text!r} must be NAME=VALUE")
    return name.strip(), value


def _list(known: Iterable[Question], form: str | None) -> None:
    if form == "json":
        entries = [
            {
                "question": each.name,
                "id": each.id,
                "title": each.title.zh,
                "title_en": each.title.en,
                "parameters": {parameter.name: parameter.default for parameter in each.parameters},
            }
            for each in known
        ]
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for each in known:
        parameters = " ".join(f"{parameter.name}={parameter.default}" for parameter in each.parameters)
        click.echo(f"{each.name:28} {each.title.zh}\n{'':28} {each.title.en}\n{'':28} {parameters}")


def _show(question: Question, answer: QuestionAnswer) -> None:
    for words in (question.title, question.means, question.caution):
        click.echo(f"{words.zh}\n{words.en}\n")
    click.echo("  ".join(answer.columns))
    for row in answer.rows:
        click.echo("  ".join(map(_plain, row)))


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    return "-" if value is None else " ".join(str(value).split())


def _report_rest(question: Question, answer: QuestionAnswer) -> None:
    """Say, beside the answer, how many rows there are and what is not among them."""
    if answer.more:
        click.echo(f"more than {MOST} rows: the first {MOST} are shown; narrow it with --set portal=ID", err=True)
    else:
        click.echo(quantity(len(answer.rows), "row"), err=True)
    if answer.left_out and question.left_out:
        click.echo(f"not counted, {question.left_out.en}: {answer.left_out}", err=True)
    if answer.behind:
        click.echo(f"not counted yet, just read by a crawl under way: {answer.behind}", err=True)
