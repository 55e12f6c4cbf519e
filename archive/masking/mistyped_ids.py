"""ID numbers with a wrong check digit: of their form is left a place, a day of birth, 18 digits.

That is enough where the place is the code of a division that there is, unless the words before speak of land, works, permits or the like;
in a text that speaks of ID numbers before, and right beside words about a person, whatever the place.
"""

import re
from functools import cache

from archive.masking import number_surroundings as surroundings
from archive.masking.labelled_values import LABELS as LABEL_WORDS
from archive.masking.personal_numbers import BLANK, HYPHEN, MaskedSpan, ascii_digits, has_form_of_resident_id, is_place
from archive.model.divisions import divisions
from archive.model.index_numbers import is_credit_code
from archive.model.person_names import name_of

_LONG_NUMBER = re.compile(r"\d\d{16}")  # a single digit first, for that is sought faster
_SHAPE = re.compile(r"(?<![\dA-Za-z])[GLT]?(?P<id>\d{17}[\dXxＸｘ])(?:(?![\dA-Za-z])|(?=(?:19|20)\d\d年))")
_NEAR = 20
_PERSON_BEFORE = re.compile(
    rf"(?:[，,、；;（(\s][男女]|[\u4e00-\u9fff]族|\d日?出?生|\d岁|(?:[\u4e00-\u9fff]人(?![民口均大社力才])|[户车]主|[村居选]民|[死患伤]者|[原被]告|住客|家属|[父母]亲|妻子?|丈夫|配偶|儿子|女儿)[^。\n：:\d]{{0,6}}|某)[，,、；;（(：:{BLANK}]{{0,2}}\Z"
)
"""Words about a person, and perhaps a name, right before a number."""
_SEX_BEHIND = re.compile(rf"[，,、；;）){BLANK}]{{1,2}}[男女](?![\u4e00-\u9fff])")
_NAME_BEFORE = re.compile(rf"(?<![\u4e00-\u9fff])([\u4e00-\u9fff某*]{{2,4}})[，,、（(：:_{HYPHEN}{BLANK}]{{0,2}}\Z")
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = "1900", "2009"
"""Permits and projects are numbered alike, by place, day and serial, from about the year behind the last."""


@cache
def _word_about_them() -> re.Pattern[str]:
    return re.compile(f"{LABEL_WORDS['resident_id']}|准考证|考号")


def mistyped_id_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers in `text` that have the form of an ID number."""
    if not _LONG_NUMBER.search(text):  # nearly always so, and then there is no need to look for the words
        return []
    word = _word_about_them().search(text)
    first = max(0, word.start() - _NEAR) if word else len(text)
    numbers = (MaskedSpan("resident_id", *number.span("id"), 2) for number in _SHAPE.finditer(text))
    return [
        span
        for span in numbers
        if _is_a_persons(text, span)
        and (span.start >= first or _is_of_a_division(text, span) or _stands_by_a_person(text, span))
    ]


def _is_of_a_division(text: str, span: MaskedSpan) -> bool:
    """Whether it begins with the code of a division, and the words before do not speak of things that are numbered so."""
    code = ascii_digits(text[span.start : span.start + 6])
    return not {code, f"{code[:4]}00"}.isdisjoint(divisions()) and not surroundings.tells_of_things(text, span.start)


def _stands_by_a_person(text: str, span: MaskedSpan) -> bool:
    """Whether a sex, a birth, a role or a name stands before a number, or a sex right behind it."""
    before = text[max(0, span.start - _NEAR) : span.start]
    if _PERSON_BEFORE.search(before) or _SEX_BEHIND.match(text, span.end):
        return True
    name = _NAME_BEFORE.search(before)
    return bool(name and name_of(name[1]))


def _is_a_persons(text: str, span: MaskedSpan) -> bool:
    digits = ascii_digits(text[span.start : span.end])
    if not has_form_of_resident_id(digits) or not _FIRST_BIRTH_YEAR <= digits[6:10] <= _LAST_BIRTH_YEAR:
        return False
    if (is_credit_code(digits) and is_place(digits[2:8])) or surroundings.named_otherwise(text, span.start):
        return False
    return not surroundings.in_index_number(text, span) and not surroundings.is_other_number(text, span)
