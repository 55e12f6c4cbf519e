"""The questions' pages: /-/questions lists them, /-/questions/NAME explains and answers one; its files and feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import BadRequest, NotFound, Response
from markupsafe import Markup, escape

from archive.database.portal_rows import portal_names
from archive.labels.code_labels import STATES
from archive.labels.label import LABELS, Label
from archive.labels.when import beijing
from archive.labels.wording import dated, is_day_or_time, quoted, shown
from archive.model.addresses import is_web_address
from archive.questions.answer_words import in_words, name_of_column
from archive.questions.question_files import Question, questions
from archive.questions.runner import MOST, AnswerError, ParameterError, QuestionAnswer, parameter_values, run_question
from archive.web.formats.answer_files import answer_file
from archive.web.formats.responses import json_response
from archive.web.http.errors import NOTHING_HERE, not_understood
from archive.web.http.request_context import PAGE, RequestContext, pages
from archive.web.listings.observed_events import noticed
from archive.web.views.bars import bars
from archive.web.views.cells import LONGEST_CELL, UNTITLED, cut, web_link

_NOT_SHOWN = {"record_id"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a parameter may have. `chosen`: it is requested; `quoted`: its label is a portal's name."""

    value: str
    label: str
    chosen: bool
    quoted: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter in the page's form. `choices`: None where a number is typed."""

    name: str
    label: Label
    value: str
    choices: tuple[Choice, ...] | None


async def overview(context: RequestContext) -> Response:
    """The list of all questions; as JSON, too."""
    if context.format:
        return json_response({"questions": [_object(context, each) for each in questions().values()]})
    return await context.render("questions.html", questions=tuple(questions().values()))


def _object(context: RequestContext, question: Question) -> dict[str, Any]:
    """Return a question for machines, in the reader's language."""
    words = {name: str(getattr(question, name)) for name in ("title", "means", "computed", "caution")}
    parameters = {each.name: str(each.label) for each in question.parameters}
    address = context.absolute(context.address("questions", f"{question.name}.json"))
    return {"name": question.name, **words, "parameters": parameters, "answer": address}


async def page(context: RequestContext) -> Response:
    """A question's page, or its answer as a file or a feed."""
    question = questions().get(context.part("name"))
    if question is None:
        raise NotFound(NOTHING_HERE)
    typed = {
        each.name: context.parameter(each.name) for each in question.parameters if each.name in context.request.args
    }
    try:
        chosen = parameter_values(question, typed)
        answer = await context.db.execute_fn(lambda connection: run_question(connection, question, chosen))
    except ParameterError as error:
        raise not_understood(error.parameter, typed[error.parameter]) from error
    except AnswerError as error:
        raise BadRequest(str(error)) from error
    if form := context.format:
        return await answer_file(context, question, chosen, answer, form)
    return await context.render("question.html", **await _variables(context, question, chosen, answer))


async def _variables(
    context: RequestContext, question: Question, chosen: Mapping[str, str | int], answer: QuestionAnswer
) -> dict[str, Any]:
    names = await context.db.execute_fn(portal_names)
    page = pages(context, len(answer.rows))
    rows = answer.dicts()
    shown_rows = rows[page.offset : page.offset + PAGE]
    proofs = await context.db.execute_fn(lambda connection: noticed(connection, shown_rows))
    columns = [(name, name_of_column(question, name)) for name in answer.columns if name not in _NOT_SHOWN]
    return {
        "question": question,
        "fields": [_field(question, name, str(value), names) for name, value in chosen.items()],
        "answer": answer,
        "most": MOST,
        "columns": columns,
        "pages": page,
        "rows": [
            [(name, label, _cell(context, row, name, names, proofs)) for name, label in columns] for row in shown_rows
        ],
        "bars": bars(rows, *question.chart) if question.chart else None,
        "bars_by": name_of_column(question, question.chart[0]) if question.chart else None,
        "bar_label": lambda value: in_words(question.chart[0] if question.chart else "", value, names),
        "page_address": context.address("questions", question.name, **chosen),
        "subscribe_address": context.address("subscribe", question=question.name, **chosen),
    }


def _field(question: Question, name: str, value: str, names: Mapping[str, str]) -> Field:
    parameter = next(each for each in question.parameters if each.name == name)
    choices: Mapping[str, str]
    match parameter.kind:
        case "portal":
            choices = {"": str(LABELS["word.all"]), **names}
        case "state":
            choices = {"": str(LABELS["word.all"])} | {code: str(STATES[code]) for code in STATES if code != "listed"}
        case _:
            return Field(name, parameter.label, value, None)
    is_portal = parameter.kind == "portal"
    made = (Choice(code, label, code == value, is_portal and bool(code)) for code, label in choices.items())
    return Field(name, parameter.label, value, tuple(made))


def _cell(
    context: RequestContext,
    row: Mapping[str, Any],
    name: str,
    names: Mapping[str, str],
    proofs: Mapping[tuple[int, str], int],
) -> Markup:
    value = row[name]
    if linked := _link(context, row, name, proofs):
        return linked
    if isinstance(value, str) and is_web_address(value):
        return web_link(value)
    if isinstance(value, int):
        return escape(f"{value:,}") if not name.endswith("year") else escape(value)
    text = cut(in_words(name, value, names), LONGEST_CELL)
    if is_day_or_time(text):
        return dated(text)
    return quoted(text) if text == value or name == "portal" else shown(text)


def _link(
    context: RequestContext, row: Mapping[str, Any], name: str, proofs: Mapping[tuple[int, str], int]
) -> Markup | None:
    """A cell that leads to a record, a publisher, or the sheet of the event that its row tells of; else None."""
    value = row[name]
    if name == "noticed_at" and (event := proofs.get((row.get("record_id") or 0, value))):
        return Markup('<a href="{}">{}</a>').format(context.proof(event), beijing(value))
    if name == "title" and row.get("record_id") is not None:
        title = cut(str(value), LONGEST_CELL) if value and str(value).strip() else str(UNTITLED)
        return Markup('<a href="{}">{}</a>').format(context.record(row["record_id"]), quoted(title))
    if name == "publisher" and value and row.get("portal"):
        address = context.address("publisher", portal=row["portal"], name=value)
        return Markup('<a href="{}">{}</a>').format(address, quoted(cut(value, LONGEST_CELL)))
    return None
