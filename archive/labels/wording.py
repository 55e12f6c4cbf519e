"""Words as templates print them: labels and dates in the reader's language, numbers with their nouns,
words of others marked as such.
"""

import json
import re
from datetime import date

from markupsafe import Markup, escape

from archive.labels.label import LABELS, Label
from archive.labels.language import READER, say
from archive.labels.tables import column_label
from archive.labels.when import english_day
from archive.model.printable import UNSEEN, code_of, quantity, with_codes

_FILE, _FILES = "attachment ", "attachments"
"""The beginning of a changed field that is a file, and the field of all their names."""

_CODE_OR_NAME = re.compile(r"`([^`]+)`|\*([^*]+)\*")
_DAY_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?")
_CHINESE = re.compile("([\u3400-\u9fff\U00020000-\U0003ffff\u3001-\u3011\u3014\u3015\uff00-\uffef]+)")


def in_words(value: object) -> object:
    """Return what a template prints: a label by its name in the reader's language,
    a text with codes for what nobody sees.
    """
    return with_codes(str(value) if isinstance(value, Label) else value)


def shown(text: Label | str) -> Markup:
    """`text` as HTML, each character that is not seen or turns the reading direction shown by its code."""
    pieces = (
        Markup('<span class="control">{}</span>').format(code_of(piece)) if place % 2 else escape(piece)
        for place, piece in enumerate(UNSEEN.split(str(text)))
    )
    return Markup("").join(pieces)


def quoted(text: object) -> Markup:
    """Words of others (a title, an agency's name) as HTML,
    marked as Chinese whatever language the page is in; HTML stays HTML.

    A label is ours: it is not marked.
    """
    if isinstance(text, Label):
        return shown(text)
    return Markup('<bdi lang="zh">{}</bdi>').format(text if isinstance(text, Markup) else shown(str(text)))


def quoting(text: object) -> Markup:
    """A sentence of ours that quotes others, as HTML: its days and times whole;
    in English, what is Chinese is marked as such.
    """
    pieces = _CHINESE.split(str(text)) if READER.get() == "en" else [str(text)]
    return Markup("").join(quoted(piece) if place % 2 else dated(piece) for place, piece in enumerate(pieces))


def dated(text: object) -> Markup:
    """A sentence as HTML, each day and time in an element of its own, within which no line breaks."""
    sentence = text if isinstance(text, Markup) else shown(str(text))
    return Markup(_DAY_OR_TIME.sub(r"<time>\g<0></time>", str(sentence)))  # noqa: S704 - escaped


def is_day_or_time(text: str) -> bool:
    """Return whether a text is a day or a time and nothing else."""
    return _DAY_OR_TIME.fullmatch(text) is not None


def prose(text: object) -> Markup:
    """A sentence of ours that quotes nobody's words but Chinese terms, as HTML: `x` in it is code, *x* is a name."""
    pieces = []
    for place, piece in enumerate(_CODE_OR_NAME.split(str(text))):
        if piece:  # a sentence, then the code and the name of which there is one
            pieces.append((quoting, _code, _name)[place % 3](piece))
    return Markup("").join(pieces)


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _name(text: str) -> Markup:
    return Markup('<span translate="no">{}</span>').format(text)


def grouped(number: float) -> str:
    """Return a number with its digits grouped by thousands."""
    return f"{number:,}"


def counted(count: int, zh: str, en: str) -> str:
    """Return a number with what is counted: a Chinese measure word, an English noun given in the singular."""
    return say(f"{count:,} {zh}", quantity(count, en))


def noun(count: int, zh: str, en: str) -> str:
    """Return what stands behind a number."""
    return say(zh, en if count == 1 else f"{en}s")


def clause(text: str) -> str:
    """The first clause of a label."""
    return re.split("[，,]", text, maxsplit=1)[0]


def county(portal_name: str) -> str:
    """The county whose government a portal's name names."""
    return portal_name.removesuffix("人民政府")


def calendar_day(day: date) -> str:
    """A day as the reader's language writes it."""
    return say(f"{day.year}年{day.month}月{day.day}日", english_day(day))


def names_of_changed(changed: str | None) -> tuple[str, ...]:
    """Return the names in a JSON list of changed fields, each once."""
    names = [str(name) for name in json.loads(changed or "[]")]
    files = any(name.startswith(_FILE) or name == _FILES for name in names)
    fields = [str(column_label("records", name)) for name in names if not (name.startswith(_FILE) or name == _FILES)]
    return tuple(fields + [str(LABELS["word.attachments"])] * files)
