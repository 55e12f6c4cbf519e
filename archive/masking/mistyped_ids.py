"""ID numbers with a wrong check digit, in a text that speaks of ID numbers before: far from a heading, behind a name.

Labels and headings of columns tell what stands right behind or below them. Lists in sentences, tables whose cells stand
one on a line and tables that go on pages later keep the number's form alone: a place, a day of birth, 18 digits.
"""

import re
from functools import cache

from archive.masking import number_surroundings as surroundings
from archive.masking.labelled_values import LABELS as LABEL_WORDS
from archive.masking.personal_numbers import MaskedSpan, ascii_digits, has_form_of_resident_id, is_place
from archive.model.index_numbers import is_credit_code

_LONG_NUMBER = re.compile(r"\d{17}")
_SHAPE = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXxＸｘ](?:(?![\dA-Za-z])|(?=(?:19|20)\d\d年))")
_NEAR = 20
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = "1900", "2009"
"""Permits and projects are numbered alike, by place, day and serial, from about the year behind the last."""


@cache
def _word_about_them() -> re.Pattern[str]:
    return re.compile(f"{LABEL_WORDS['resident_id']}|准考证|考号")


def mistyped_id_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers in `text` that have the form of an ID number,
    right before the first word about such, and behind it.
    """
    if not _LONG_NUMBER.search(text):  # nearly always so, and then there is no need to look for the words
        return []
    word = _word_about_them().search(text)
    if not word:
        return []
    numbers = (
        MaskedSpan("resident_id", *number.span(), 2) for number in _SHAPE.finditer(text, max(0, word.start() - _NEAR))
    )
    return [span for span in numbers if _is_a_persons(text, span)]


def _is_a_persons(text: str, span: MaskedSpan) -> bool:
    digits = ascii_digits(text[span.start : span.end])
    if not has_form_of_resident_id(digits) or not _FIRST_BIRTH_YEAR <= digits[6:10] <= _LAST_BIRTH_YEAR:
        return False
    if (is_credit_code(digits) and is_place(digits[2:8])) or surroundings.named_otherwise(text, span.start):
        return False
    return not surroundings.in_index_number(text, span) and not surroundings.is_other_number(text, span)
