"""Shares: 其中基本支出 A 万元，占 P%, 占“三公”经费的 P%, 完成年初预算的 P%. Pure.

The whole is what the text says it is: the amount that 其中 parts, the one of that name, or, where the shares of one thing
make up 100 %, the sum of its parts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.sentences.comparisons import is_base, is_change
from archive.sentences.equations import Equation, amounts, rate, total
from archive.sentences.figures import PERCENT, RATES, TIMES, Figure
from archive.sentences.passages import Passages, is_planned
from archive.sentences.sums import MOST_PARTS, introduces

_SHARE = re.compile(
    r"^[，,、（(；;]?(?:约|分别)?占(?P<of>[^，,。；;：:]{0,24}?)的?(?:比例|比重|比率|比)?(?:约?为|是|达)?$"
)
_PLAN = r"(?P<of>[^，,。；;：:]{0,16}?(?:预算|计划|任务|目标)(?:数|额|安排|总额)?)"
_DONE = re.compile(rf"[，,、（(；;](?:完成|占|为|是|达到?|相当于)了?{_PLAN}的$")
_DONE_RATE = re.compile("(?:执行率|完成率|完成比例|执行进度|支出进度)(?:约?为|是|达到?)?$")
_NAMED_RATE = re.compile("(办结|办复|答复)率(?:为|达|达到|是)?$")
_QUOTES = re.compile("[“”\"'‘’（()）]")
_FILLING = re.compile("(?:总?[数额量]|为|是|共|的){1,6}$")
_PLAN_NAMES = re.compile("年初|调整|全年|追加")
_RECEIVED = re.compile("到位|下达|拨付|收到")
"""Words of an amount that a rate without a name may be of, in place of the plan."""

_LEAST_NAME = 4
_MOST_BACK = 8
_MOST_NAMED = 1000


def shares(passages: Passages, whole_of: Mapping[int, int]) -> Iterator[Equation]:
    """Yield the shares that sentences state. `whole_of`: the figure
    that each part is said to be a part of, by their numbers.
    """
    of_wholes: list[_ShareOfWhole] = []
    for number in range(1, len(passages.figures)):
        if passages.figures[number].unit not in (PERCENT, TIMES) or not passages.figures[number].is_exact:
            continue
        words = passages.before(number)
        if number > 1 and is_base(passages, number - 1):
            yield from _share(passages, number, number - 2, number - 1)
        elif (done := _DONE.search(words) or _DONE_RATE.search(words)) and (
            sides := _spent_and_planned(passages, number, done[0])
        ):
            yield from _share(passages, number, *sides)
        elif part := _named_part(passages, number, whole_of):
            yield from _share(passages, number, part, whole_of[part], "rate")
        elif (share := _SHARE.match(words)) and (amounts_before := _amounts_before(passages, number)):
            of_wholes.append(_ShareOfWhole(number, amounts_before[-1], _plain(share["of"])))
    yield from _of_wholes(passages, of_wholes, whole_of)


def _share(passages: Passages, number: int, part: int, whole: int, kind: str = "share") -> Iterator[Equation]:
    some, every = passages.figures[part], passages.figures[whole]
    if some.unit == every.unit and not _is_rate(some) and some.is_exact and every.is_exact:
        of_it, all_of_it = amounts((some, every))
        yield from filter(None, [rate(kind, passages.figures[number], of_it, all_of_it)])


def _named_part(passages: Passages, number: int, whole_of: Mapping[int, int]) -> int | None:
    """Return the part that gives a rate its name, in the same sentence: 办结率 and 办结 73 件."""
    named = _NAMED_RATE.search(passages.figures[number].subject)
    parts = (each for each in range(number - 1, max(-1, number - _MOST_BACK), -1) if each in whole_of)
    return next(
        (
            each
            for each in parts
            if named and passages.in_one_sentence(each, number) and named[1] in passages.figures[each].subject
        ),
        None,
    )


def _is_rate(figure: Figure) -> bool:
    return figure.unit in RATES


def _amounts_before(passages: Passages, number: int) -> list[int]:
    """Return the last amounts before a rate in its sentence, without other rates and changes."""
    return [
        each
        for each in range(max(0, number - _MOST_BACK), number)
        if passages.in_one_sentence(each, number)
        and not _is_rate(passages.figures[each])
        and not is_change(passages, each)
    ]


def _spent_and_planned(passages: Passages, number: int, words: str) -> tuple[int, int] | None:
    """Return the amounts of what was done and what was planned, before a rate in its sentence;
    None where that is not plain, as where what was done is a part (其中) of what was planned, or comes behind another.

    `words`: those that name the plan, where there are several: 年初预算 and 调整预算.
    """
    before = _amounts_before(passages, number)
    stages = [(each, _is_planned(passages.figures[each].subject)) for each in before]
    spent = [each for each, is_planned in stages if is_planned is False]
    planned = [each for each, is_planned in stages if is_planned]
    named = _PLAN_NAMES.findall(words)
    if len(planned) > 1:
        planned = [each for each in planned if named and named[-1] in passages.figures[each].subject]
    elif planned and named and _names_another_plan(passages.figures[planned[0]].subject, named[-1]):
        return None
    if not named and any(_RECEIVED.search(passages.figures[each].subject) for each in before):
        return None
    if not (spent and len(planned) == 1 and before[-1] in (spent[-1], planned[0])):
        return None
    behind = range(planned[0] + 1, spent[-1] + 1)
    is_of_part = any(introduces(passages.before(each)) for each in behind)
    return None if is_of_part or sum(each in behind for each in spent) > 1 else (spent[-1], planned[0])


def _names_another_plan(subject: str, name: str) -> bool:
    """Whether the words before an amount call it another plan than the one named: 调整 where that is 年初."""
    return name not in subject and _PLAN_NAMES.search(subject) is not None


def _is_planned(subject: str) -> bool | None:
    """Whether words call an amount one of a plan, as `passages.is_planned` says; no, too, where they call it spent (支出)."""
    return False if (said := is_planned(subject)) is None and "支出" in subject else said


@dataclass(frozen=True, slots=True)
class _ShareOfWhole:
    """A rate and the amount before it, by their numbers, and the name of the whole, "" where it has none."""

    number: int
    part: int
    name: str


def _plain(name: str) -> str:
    return _FILLING.sub("", _QUOTES.sub("", name))


def _of_wholes(passages: Passages, stated: Sequence[_ShareOfWhole], whole_of: Mapping[int, int]) -> Iterator[Equation]:
    """Yield shares of wholes: by name, by what 其中 parts, or by the sum of all parts."""
    names = ["" if _is_rate(each) else _plain(each.subject) for each in passages.figures] if stated else []
    for series in _series(passages, stated):
        parts = amounts([passages.figures[each.part] for each in series])
        every = total(parts) if _are_all_parts(passages, series) else None
        whole, covered = None, Decimal()
        for share, part in zip(series, parts, strict=True):
            # What has no name and is no part of another goes on with the whole of the share before, until its parts make it up.
            if whole is not None and covered >= passages.figures[whole].value:
                whole, covered = None, Decimal()
            whole = _named(passages, names, share) if share.name else whole_of.get(share.part, whole)
            covered += part.value + part.rounding
            if whole is not None:
                yield from _share(passages, share.number, share.part, whole)
            elif every is not None:
                yield from filter(None, [rate("share", passages.figures[share.number], part, every)])


def _series(passages: Passages, stated: Iterable[_ShareOfWhole]) -> Iterator[list[_ShareOfWhole]]:
    """Yield shares of one name that follow each other, none of which parts another; within a sentence the later ones may
    have none: 占支出总计的 66%；…占 34%.
    """
    series: list[_ShareOfWhole] = []
    for share in stated:
        follows = series and share.part - 1 == series[-1].number and _is_of_same(passages, series[-1], share)
        if series and not (follows and not introduces(passages.before(share.part))):
            yield series
            series = []
        series.append(share)
    if series:
        yield series


def _is_of_same(passages: Passages, before: _ShareOfWhole, share: _ShareOfWhole) -> bool:
    return share.name == before.name or (not share.name and passages.in_one_sentence(before.number, share.number))


def _named(passages: Passages, names: Sequence[str], share: _ShareOfWhole) -> int | None:
    """Return the only amount of the text before that bears the name of a whole,
    None where there is none or several differ.

    `names`: the words before each figure, without quotes and filling.
    """
    before = range(max(0, share.part - _MOST_NAMED), share.part)
    same = [each for each in before if names[each].endswith(share.name)] if len(share.name) >= _LEAST_NAME else []
    return same[-1] if len({passages.figures[each].value for each in same}) == 1 else None


def _are_all_parts(passages: Passages, series: Sequence[_ShareOfWhole]) -> bool:
    """Whether rates are the shares of all parts of one thing:
    two at least, and 100 % together, or all but one of them what they should be.
    """
    figures = [passages.figures[each.part] for each in series]
    rates = [passages.figures[each.number] for each in series]
    if not 1 < len(figures) <= MOST_PARTS or len({each.unit for each in figures}) > 1:
        return False
    if not all(each.is_exact for each in figures):
        return False
    off = sum((each.step for each in rates), Decimal(0))
    return abs(sum((each.value for each in rates), Decimal(-100))) <= off or _fit_but_one(rates, figures)


def _fit_but_one(rates: Sequence[Figure], figures: Sequence[Figure]) -> bool:
    """Whether all rates but one are shares of the sum of all figures, one with decimals, which is no chance."""
    parts = amounts(figures)
    every = total(parts)
    equations = [rate("share", each, part, every) for each, part in zip(rates, parts, strict=True)]
    fitting = [each.printed for each in equations if each and each.holds]
    return len(fitting) == len(rates) - 1 and any(each.value and each.step < 1 for each in fitting)
