"""The language in which the site speaks to whoever reads it: Chinese or English, one at a time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

Language = Literal["zh", "en"]

LANGUAGES: dict[str, Language] = {language: language for language in get_args(Language)}
"""The languages, by their codes."""

DEFAULT: Language = "zh"

TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
"""Language tags (BCP 47), as HTML, HTTP and XML have them."""

READER: ContextVar[Language] = ContextVar("reader", default=DEFAULT)
"""The language of the reader whose request is being answered; a thread that is handed no context has the default."""


_RANGE = re.compile(
    r"(?P<language>[a-z]{1,8}|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q=(?P<quality>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?"
)


def say(zh: str, en: str) -> str:
    """Return what is said in both languages in the reader's."""
    return zh if READER.get() == "zh" else en


@contextmanager
def reading(language: Language) -> Iterator[None]:
    """Speak to a reader of this language within the block."""
    token = READER.set(language)
    try:
        yield
    finally:
        READER.reset(token)


def preferred(accepted: str) -> Language:
    """Return the language that an Accept-Language header (RFC 9110, section 12.5.4) ranks first,
    the default without one of ours.
    """
    ranked = sorted((_ranked(part) for part in accepted.split(",")), key=lambda each: -each[0])
    return next((LANGUAGES[name] for quality, name in ranked if quality > 0 and name in LANGUAGES), DEFAULT)


def _ranked(part: str) -> tuple[float, str]:
    """Return the quality of one range of an Accept-Language header, 0 where it is none,
    and the language that the range names.
    """
    match = _RANGE.fullmatch(part.strip().lower())
    return (float(match["quality"] or 1), match["language"]) if match else (0.0, "")
