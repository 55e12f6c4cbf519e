"""Questions to the archive: one SQL file each in `archive/questions/`, explained in its header.

A header is made of comment lines `-- key: text`; lines that begin with `--` and three blanks go on with the one before.
Texts for readers are in Chinese and English, parted by ` / `. Keys, each once unless said otherwise:

id          Q01 …: the question's number, by which questions are ordered
    title       the question itself
    means       what it means to somebody who knows no SQL
    computed    how its answer is found
    caution     what the answer doesn't prove
    parameter   NAME KIND DEFAULT, label    any number of times; KIND is one of KINDS, DEFAULT - where there is none
    column      NAME, label                 any number of times: columns that are called otherwise than those of records
    known by    COLUMN, COLUMN …            what makes a row the same one in a later answer; without it, its record alone
    chart       COLUMN or COLUMN, COLUMN    what is drawn: rows by a column's value, or the sum of the second by the first
    left out    why rows are not counted; then a second statement, after a line `-- left out`, says how many

`{calendar}` stands for the years whose holidays are known. Then comes one SELECT. `:today` is the present day in
Beijing, `:portal` and so on are the parameters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from archive.labels.label import Label
from archive.questions.workdays import FIRST, LAST

FOLDER = Path(__file__).parent

KINDS = ("number", "portal", "state")
"""Kinds of parameters: a whole number; a portal's id, or none for all; a record's state, or none for any."""

IMPLIED = frozenset({"today"})
"""Parameters that a question gets without being typed."""

STATES = ("listed", "unlisted", "withdrawn")

_TEXTS = ("title", "means", "computed", "caution", "left out")
_ONCE = ("id", "chart", "known by", *_TEXTS)
_NEEDED = ("id", "title", "means", "computed", "caution")
_LINE = re.compile(r"-- (?P<key>[a-z]+(?: [a-z]+)?): (?P<text>.+)")
_PARAMETER = re.compile(r"(?P<name>[a-z_]+) (?P<kind>[a-z]+) (?P<default>\S+), (?P<label>.+)")
_COLUMN = re.compile(r"(?P<name>[a-z_0-9]+), (?P<label>.+)")
_USED = re.compile(r"(?<![:\w']):([a-z_]+)")
_SECOND = "\n-- left out\n"


class QuestionError(ValueError):
    """A question's file that can't be used; the message is one line with the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that narrows a question. `kind`: one of KINDS; `default`: as it would be typed, empty for none."""

    name: str
    kind: str
    default: str
    label: Label


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `columns`: names for columns of its own. `chart`: the column by which, and the one of which, or None.

    `left_out`: why rows are not counted, and `left_out_sql` how many; both None where none are. `known_by`: the columns
    that make a row the same one in a later answer.
    """

    name: str
    id: str
    title: Label
    means: Label
    computed: Label
    caution: Label
    parameters: tuple[Parameter, ...]
    columns: Mapping[str, Label]
    chart: tuple[str, str | None] | None
    sql: str
    left_out: Label | None = None
    left_out_sql: str | None = None
    known_by: tuple[str, ...] = ("record_id",)


@cache
def questions(folder: Path = FOLDER) -> Mapping[str, Question]:
    """Return all questions by name, in the order of their numbers. Raises QuestionError."""
    loaded = sorted((load(path) for path in folder.glob("*.sql")), key=lambda question: question.id)
    for one, other in pairwise(loaded):
        if one.id == other.id:
            raise QuestionError(f"{folder / other.name}.sql: id {other.id} is also that of {one.name}.sql")
    return {question.name: question for question in loaded}


def load(path: Path) -> Question:
    """Load the question in the file at `path`. Raises QuestionError."""
    text = path.read_text(encoding="utf-8").replace("{calendar}", f"{FIRST.year}–{LAST.year}")
    lines = text.splitlines()
    length = next((place for place, line in enumerate(lines) if not line.startswith("--")), len(lines))
    try:
        return _question(path.stem, _entries(lines[:length]), "\n".join(lines[length:]))
    except QuestionError as error:
        raise QuestionError(f"{path}: {error}") from None


def _question(name: str, entries: list[tuple[str, str]], rest: str) -> Question:
    once = {key: text for key, text in entries if key in _ONCE}
    if missing := [key for key in _NEEDED if key not in once]:
        raise QuestionError(f"the header lacks {', '.join(missing)}")
    if not re.fullmatch(r"Q\d\d", once["id"]):
        raise QuestionError(f"id: {once['id']!r} must be like Q01")
    texts = {key: _words(key, once[key]) for key in _TEXTS if key in once}
    parameters = tuple(_parameter(text) for key, text in entries if key == "parameter")
    columns = dict(_column(text) for key, text in entries if key == "column")
    sql, second, left_out = (part.strip() for part in rest.partition(_SECOND))
    if bool(second) != ("left out" in once):
        raise QuestionError("left out: needs both its line in the header and the statement behind -- left out")
    statements = [sql, left_out] if second else [sql]
    _check(statements, parameters)
    by, _, of = once.get("chart", "").partition(", ")
    return Question(
        name,
        once["id"],
        parameters=parameters,
        columns=columns,
        chart=(by, of or None) if by else None,
        sql=sql,
        left_out_sql=left_out or None,
        known_by=tuple(once.get("known by", "record_id").split(", ")),
        **{key.replace(" ", "_"): label for key, label in texts.items()},
    )


def _entries(lines: list[str]) -> list[tuple[str, str]]:
    """Return the header's keys and texts. Raises QuestionError."""
    entries: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        entry = _LINE.fullmatch(line)
        if line.startswith("--   ") and entries:
            key, text = entries.pop()
            more = line[5:].strip()
            # Chinese text goes on without a blank; its punctuation begins at U+2000.
            blank = "" if min(text[-1], more[:1]) > "\u2000" else " "
            entries.append((key, text + blank + more))
        elif not entry:
            raise QuestionError(f"line {number} is neither `-- key: text` nor three blanks and more text")
        elif entry["key"] in _ONCE and entry["key"] in dict(entries):
            raise QuestionError(f"line {number}: {entry['key']} is there twice")
        elif entry["key"] not in (*_ONCE, "parameter", "column"):
            allowed = ", ".join((*_ONCE, "parameter", "column"))
            raise QuestionError(f"line {number}: unknown key {entry['key']!r}; allowed are {allowed}")
        else:
            entries.append((entry["key"], entry["text"].strip()))
    return entries


def _words(key: str, text: str) -> Label:
    zh, _, en = text.partition(" / ")
    if not zh.strip() or not en.strip():
        raise QuestionError(f"{key}: {text[:40]!r} must be Chinese, then ` / `, then English")
    return Label(zh.strip(), en.strip())


def _parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if not match:
        raise QuestionError(f"parameter: {text!r} must be NAME KIND DEFAULT, Chinese / English")
    parameter = Parameter(
        match["name"], match["kind"], match["default"].replace("-", ""), _words("parameter", match["label"])
    )
    if parameter.kind not in KINDS:
        raise QuestionError(f"parameter {parameter.name}: kind {parameter.kind!r} is not one of {', '.join(KINDS)}")
    parameter_value(parameter, parameter.default)
    return parameter


def _column(text: str) -> tuple[str, Label]:
    match = _COLUMN.fullmatch(text)
    if not match:
        raise QuestionError(f"column: {text!r} must be NAME, Chinese / English")
    return match["name"], _words("column", match["label"])


def _check(statements: list[str], parameters: tuple[Parameter, ...]) -> None:
    """Refuse what is not a single SELECT, and parameters that are used but not named, or named but not used."""
    named, used = {parameter.name for parameter in parameters}, set()
    for statement in statements:
        if not re.match(r"(SELECT|WITH)\s", statement) or ";" in statement.removesuffix(";"):
            raise QuestionError("each statement must be one SELECT, with or without WITH")
        used |= set(_USED.findall(statement))
    if wrong := (used - IMPLIED) ^ named:
        raise QuestionError(f"parameter {', '.join(sorted(wrong))} must be both in the header and in the SQL")


def parameter_value(parameter: Parameter, typed: str) -> str | int:
    """Return the value that `typed` stands for. Raises QuestionError with the parameter's name."""
    typed = typed.strip()
    if parameter.kind == "number":
        if not re.fullmatch(r"[0-9]{1,6}", typed, re.ASCII):
            raise QuestionError(f"{parameter.name} = {typed!r} must be a whole number")
        return int(typed)
    if parameter.kind == "state" and typed not in ("", *STATES):
        raise QuestionError(f"{parameter.name} = {typed!r} must be one of {', '.join(STATES)}, or nothing")
    return typed
