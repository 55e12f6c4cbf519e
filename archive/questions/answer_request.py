"""The request that an address makes for the answer to a question, and its rows, known from one answer to the next."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from archive.database.portal_rows import portal_names
from archive.labels.code_labels import STATES
from archive.labels.language import Language
from archive.questions.question_files import Question, questions
from archive.questions.runner import AnswerError, parameter_values, run_question

Row = Mapping[str, Any]

_RECORDS = "SELECT id, portal, url FROM records WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A request for the answer to a question. `values`: of all of its parameters."""

    question: Question
    values: Mapping[str, str | int]

    @property
    def narrowing(self) -> dict[str, str | int]:
        """The values that are not those by default."""
        return {
            each.name: self.values[each.name]
            for each in self.question.parameters
            if str(self.values[each.name]) != each.default
        }

    def address(self) -> str:
        """Return the query string that makes this request, the same for the same request."""
        return urlencode({"question": self.question.name, **self.narrowing})


def parse_answer_request(arguments: Mapping[str, Sequence[str]]) -> AnswerRequest | None:
    """Return the request that an address's arguments make, each a list of values;
    None where they name no question. Raises ValueError.
    """
    if "question" not in arguments:
        return None
    question = questions().get(arguments["question"][0])
    if question is None:
        raise ValueError(f"no question: {arguments['question'][0]}")
    typed = {each.name: arguments[each.name][0] for each in question.parameters if each.name in arguments}
    try:
        return AnswerRequest(question, parameter_values(question, typed))
    except AnswerError as error:
        raise ValueError(str(error)) from error


def title(connection: sqlite3.Connection, requested: AnswerRequest, language: Language) -> str:
    """Return what is requested in a reader's words."""
    names = portal_names(connection)
    parts = [requested.question.title.name(language)]
    for parameter in requested.question.parameters:
        if value := requested.narrowing.get(parameter.name):
            match parameter.kind:
                case "portal":
                    parts.append(names.get(str(value), str(value)))
                case "state":
                    parts.append(STATES[str(value)].name(language))
                case _:
                    parts.append(f"{parameter.label.name(language)} {value}")
    return " · ".join(parts)


def answer_rows(connection: sqlite3.Connection, requested: AnswerRequest) -> dict[str, Row]:
    """Return the rows of the answer by what makes them the same in a later answer, as a digest. Raises AnswerError.

    A record is known by its portal and address: its number is another one in an archive made anew.
    """
    rows = run_question(connection, requested.question, requested.values).dicts()
    ids = json.dumps([row["record_id"] for row in rows if row.get("record_id") is not None])
    records = {number: of for number, *of in connection.execute(_RECORDS, (ids,))}
    known_by = requested.question.known_by
    return {
        _digest({**row, "record_id": records.get(row.get("record_id"))}[name] for name in known_by): row for row in rows
    }


def _digest(values: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps([*values], ensure_ascii=False).encode()).hexdigest()[:32]
