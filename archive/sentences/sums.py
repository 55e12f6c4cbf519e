"""Sums: 52 件，其中办结 9 件、正在办理 38 件、列入计划 5 件. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from archive.sentences.comparisons import is_change
from archive.sentences.equations import Equation, amounts, equal, total
from archive.sentences.figures import MONEY, RATES
from archive.sentences.passages import Passages

MOST_PARTS = 60
"""Figures behind a whole among which its parts are looked for."""

_INTRODUCES = re.compile(r"其中|分别|包括|依次|分项|以下|^中[，,]|^[（(][^）)]*$")
"""Words between a figure and the first of those that it is made of: 其中, or an open bracket."""

_WHOLLY = re.compile("分别|依次")
_OPENS, _CLOSES = re.compile("[（(][^）)]*"), re.compile("[）)]")
_BESIDE = re.compile("另有|另外|此外|另行|不含|不包括")
"""Words before what is no part of a whole any more."""

_HEADING = re.compile("[；;，,]?[一二三四五六七八九十]{1,3}、")
_INTRODUCES_SENTENCE = re.compile(r"[。；;](?:其中|包括|分项|具体)")


def sums(passages: Passages) -> Iterator[tuple[int, list[int]]]:
    """Yield the numbers of the figures that sentences part, with those of their parts."""
    for number in range(len(passages.figures)):
        if parts := _parts(passages, number):
            yield number, parts


def sum_equation(passages: Passages, whole: int, parts: Sequence[int]) -> Equation | None:
    """Return that parts make up a whole; None of one part, or where the sentence leaves open which they are.

    Those that are less than the whole may be some of them, unless they are said to be all. Where the whole is itself a
    part, those that are more may be parts of what it is a part of, unless brackets keep them together. Of what is
    counted, and is no money, parts may overlap: 100 人，其中女性 60 人、党员 70 人.
    """
    if len(parts) < 2:
        return None
    left, *right = amounts([passages.figures[each] for each in (whole, *parts)])
    equation = equal("parts", left, total(right))
    words = passages.before(parts[0])
    if equation.holds or _WHOLLY.search(words):
        return equation
    is_plain = _OPENS.fullmatch(words) is not None or not _is_part(passages, whole)
    may_overlap = passages.figures[whole].unit != MONEY
    return replace(equation, is_hint=may_overlap) if equation.right > equation.left and is_plain else None


def introduces(words: str) -> bool:
    """Whether words behind a figure begin what it is made of."""
    return _INTRODUCES.search(words) is not None


def _is_part(passages: Passages, number: int) -> bool:
    """Whether words before a figure in its sentence, or right before that, begin what another one is made of."""
    numbers = range(passages.first_in_sentence(number), number + 1)
    return any(introduces(passages.before(each)) for each in numbers)


def _parts(passages: Passages, whole: int) -> list[int]:
    """Return the numbers of the figures that a sentence says a figure is made of;
    none where it says so of no other, or in several levels.
    """
    figures, parts = passages.figures, list[int]()
    if not figures[whole].is_exact or is_change(passages, whole):
        return []
    in_brackets = False
    for number in range(whole + 1, min(whole + MOST_PARTS, len(figures))):
        words = passages.before(number)
        begins = introduces(words)
        is_elsewhere = _is_elsewhere(passages, number, words, begun=bool(parts)) or _BESIDE.search(words)
        if is_elsewhere or (in_brackets and _CLOSES.search(words)):
            break
        if parts and (begins or words.startswith(("（", "("))):
            return []
        if figures[number].unit in RATES or is_change(passages, number):
            continue
        if bool(parts) == begins or figures[number].unit != figures[whole].unit or not figures[number].is_exact:
            break
        in_brackets = in_brackets or _OPENS.fullmatch(words) is not None
        parts.append(number)
    return parts


def _is_elsewhere(passages: Passages, number: int, words: str, *, begun: bool) -> bool:
    """Whether a figure stands in another sentence than the one before it, or below another heading."""
    if passages.in_one_sentence(number - 1, number):
        return begun and _HEADING.match(words) is not None
    return begun or _INTRODUCES_SENTENCE.match(words) is None
