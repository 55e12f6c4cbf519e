"""Reasons that crawls give, and what they tell operators to do, in Chinese: the archive keeps them as English
sentences of a few forms, which reasons.csv has in both languages.

In a form, `{reason}` is another reason, `{fields}` are several, `{column}` and `{state}` codes, `{command}` and
`{code}` stand in backquotes; what else stands in braces is as it was observed. The first form that fits counts; what
fits none may be several reasons, with semicolons between them.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.labels.code_labels import HEALTH
from archive.labels.label import label_of
from archive.labels.language import READER
from archive.labels.tables import TABLES

_FILE = Path(__file__).with_name("reasons.csv")
_PLACE = re.compile(r"\{(\w+)\}")
_BETWEEN = "; "
_NEXT_FIELD = re.compile(r"(?<=\)), ")
_NUMBER, _NAME, _WORDS = r"\d[\d.]{0,15}", r"\S{1,300}?", ".{1,600}?"
_HOLDS = {
    **dict.fromkeys(("number", "claimed", "read", "usual", "all"), _NUMBER),
    **dict.fromkeys(("command", "other_command", "code", "other_code", "third_code"), "`[^`]{1,300}`"),
    **dict.fromkeys(("host", "other", "url", "day", "column", "share", "mark"), _NAME),
}
"""Patterns of some of the braces; any other holds anything."""

_LONGEST = 1000
"""Characters of a reason; longer ones are none of ours."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a reason. `is_ours`: it is in Chinese; else it was observed, such as an address or a portal's words."""

    text: str
    is_ours: bool


def in_chinese(reason: str) -> tuple[Phrase, ...] | None:
    """Return a reason in Chinese; None where it has none of the forms."""
    parts = _translated(reason) if len(reason) <= _LONGEST else None
    return tuple(parts) if parts else None


def in_words(reason: str) -> str:
    """Return a reason as a text in the reader's language, in English where it has none of the forms."""
    phrases = in_chinese(reason) if READER.get() == "zh" else None
    return "".join(phrase.text.replace("`", "") for phrase in phrases) if phrases else reason


def _translated(reason: str) -> list[Phrase] | None:
    for form, chinese in forms():
        if match := form.fullmatch(reason):
            return list(_phrases(chinese, match.groupdict()))
    reasons = reason.split(_BETWEEN)
    known = [phrases for phrases in map(_translated, reasons) if phrases] if len(reasons) > 1 else []
    return list(_in_a_row(known)) if len(known) == len(reasons) else None


def _in_a_row(reasons: list[list[Phrase]]) -> Iterator[Phrase]:
    for place, phrases in enumerate(reasons):
        if place:
            yield Phrase("；", is_ours=True)
        yield from phrases


def _phrases(chinese: str, values: dict[str, str]) -> Iterator[Phrase]:
    for place, piece in enumerate(_PLACE.split(chinese)):
        if place % 2:
            yield from _value(piece, values[piece])
        elif piece:
            yield Phrase(piece, is_ours=True)


def _value(name: str, value: str) -> Iterator[Phrase]:
    match name:
        case "reason":
            yield from _translated(value) or [Phrase(value, is_ours=False)]
        case "fields":
            for place, field in enumerate(_NEXT_FIELD.split(value)):
                yield from [Phrase("、", is_ours=True)] if place else []
                yield from _value("reason", field)
        case "column":
            yield Phrase(label_of(TABLES["records"].columns, value).zh, is_ours=True)
        case "state":
            yield Phrase(label_of(HEALTH, value.replace(" ", "_")).zh, is_ours=True)
        case _:
            yield Phrase(value, is_ours=value.startswith("`"))


@cache
def forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the forms, each as a pattern of the English sentence, and its Chinese one."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple((_pattern(row["en"]), row["zh"]) for row in csv.DictReader(file))


def _pattern(english: str) -> re.Pattern[str]:
    pieces = (
        f"(?P<{piece}>{_HOLDS.get(piece, _WORDS)})" if place % 2 else re.escape(piece)
        for place, piece in enumerate(_PLACE.split(english))
    )
    return re.compile("".join(pieces), re.DOTALL)
