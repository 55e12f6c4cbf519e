"""Sums: 52 件，其中办结 9 件、正在办理 38 件、列入计划 5 件. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from archive.sentences.comparisons import is_base, is_change
from archive.sentences.equations import Equation, amounts, equal, total
from archive.sentences.figures import MONEY, RATES
from archive.sentences.passages import Passages, is_planned

MOST_PARTS = 60
"""Figures behind a whole among which its parts are looked for."""

_INTRODUCES = re.compile(r"其中|^[，,、；;：:（(]?(?:分别|依次)|包括|分项|以下|^中[，,]|^[（(][^）)]*$")
"""Words between a figure and the first of those that it is made of: 其中, or an open bracket; not 预算数分别为, of something else."""

_WHOLLY = re.compile("分别|依次")
_BRACKETS = re.compile("[（(）)]")
_OPENS, _CLOSES = re.compile("[（(][^）)]*"), re.compile("[）)]")
_BESIDE = re.compile("另有|另外|此外|另行|不含|不包括")
"""Words before what is no part of a whole any more."""
_LEFT_OUT = re.compile("[^，,。；;]{0,6}(?:不在其[内中]|[不未]计入|不含在内|除外|单列)")
"""Words behind what is none."""

_BEHIND = re.compile(
    r"[，,、；;]?(?:以上|上述)?(?:(?P<number>[两二三四五六七八九])[项者类])?(?:合计|共计|总计|小计|共)(?:为|是)?"
)
"""Words between parts and the sum that follows them, which names nothing of its own: 三项合计."""

_NUMBERS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
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
    counted, and is no money, parts may overlap: 100 人，其中女性 60 人、党员 70 人. Where the first parts make up the whole,
    others part it anew, or are none.
    """
    if len(parts) < 2:
        return None
    left, *right = amounts([passages.figures[each] for each in (whole, *parts)])
    equation = equal("parts", left, total(right))
    words = passages.before(parts[0])
    if equation.holds or _WHOLLY.search(words):
        return equation
    first = next(
        (first for end in range(2, len(right)) if (first := equal("parts", left, total(right[:end]))).holds), None
    )
    if first and left.value:
        return first
    is_plain = _OPENS.fullmatch(words) is not None or not _is_part(passages, whole)
    may_overlap = passages.figures[whole].unit != MONEY
    return replace(equation, is_hint=may_overlap) if equation.right > equation.left and is_plain else None


def sums_behind(passages: Passages) -> Iterator[Equation]:
    """Yield that all amounts of a sentence, or as many as it says, make up the sum right behind them: 甲 1 万元，乙 2 万元，合计 3 万元.

    One that does not hold is a hint unless the sentence says of how many it is: some of them may be parts of others.
    """
    for whole in range(2, len(passages.figures)):
        behind = _BEHIND.fullmatch(passages.before(whole))
        if behind and passages.figures[whole].is_exact and passages.figures[whole].unit == MONEY:
            number = _NUMBERS.get(behind["number"], 0)
            parts = range(max(0, whole - number) if number else passages.first_in_sentence(whole), whole)
            if len(parts) > 1 and all(_is_of_a_sum(passages, part, parts) for part in parts):
                left, *right = amounts([passages.figures[each] for each in (whole, *parts)])
                equation = equal("parts", left, total(right))
                yield replace(equation, is_hint=not equation.holds and not number)


def _is_of_a_sum(passages: Passages, number: int, parts: Sequence[int]) -> bool:
    """Whether a figure may be one of several amounts that follow each other, and no part of the one before."""
    figure, words = passages.figures[number], passages.before(number)
    is_within = number > parts[0] and (introduces(words) or _BRACKETS.search(words) is not None)
    is_amount = figure.unit == MONEY and figure.is_exact and not is_change(passages, number)
    return is_amount and not is_within and passages.in_one_sentence(number, parts[-1] + 1)


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
    if not figures[whole].is_exact or is_change(passages, whole) or is_base(passages, whole):
        return []
    in_brackets = False
    for number in range(whole + 1, min(whole + MOST_PARTS, len(figures))):
        words = passages.before(number)
        begins = introduces(words)
        is_left_out = _LEFT_OUT.match(passages.text, figures[number].end)
        is_no_part = is_left_out or _BESIDE.search(words) or _BEHIND.fullmatch(words)
        if (
            is_no_part
            or _is_elsewhere(passages, number, words, begun=bool(parts))
            or (in_brackets and _CLOSES.search(words))
        ):
            break
        if parts and (begins or words.startswith(("（", "("))):
            return []
        if figures[number].unit in RATES or is_change(passages, number) or is_base(passages, number):
            continue
        if bool(parts) == begins or figures[number].unit != figures[whole].unit or not figures[number].is_exact:
            break
        in_brackets = in_brackets or _OPENS.fullmatch(words) is not None
        parts.append(number)
    stages = {is_planned(figures[each].subject) for each in (whole, *parts)}
    return [] if stages >= {True, False} else parts


def _is_elsewhere(passages: Passages, number: int, words: str, *, begun: bool) -> bool:
    """Whether a figure stands in another sentence than the one before it, or below another heading."""
    if passages.in_one_sentence(number - 1, number):
        return begun and _HEADING.match(words) is not None
    return begun or _INTRODUCES_SENTENCE.match(words) is None
