"""Comparisons: 比上年增加 A 万元，增长 P%, 比 2016 年的 40 篇增加 55 篇, 与上年 10 万元持平. Pure.

A comparison is taken only where the words say of which figure it is: the one that ends right before it, or the only
amount of the sentence before. The words that name another thing between the two leave it alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archive.sentences.equations import Amount, Equation, amounts, equal, rate
from archive.sentences.figures import PERCENT, POINTS, RATES, TIMES, Figure
from archive.sentences.passages import Passages

_UP = "增加|增长|上升|提高|提升|上涨|增幅|增收|增支|净增|超出|超支|高出|大于|高于|多|增"
_DOWN = "减少|下降|降低|压减|压缩|缩减|减幅|降幅|减收|减支|净减|回落|节约|小于|低于|少|减|降"
_TURN = rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:幅度?|比例|比率|率|额)?[了出]?(?:为|约|达到?)?"
_TURNS = re.compile(rf"{_TURN}$")
_ALSO_TURNS = re.compile(rf"^[，,、；;（(]?(?:同比|环比|(?:与|比|较)(?:上年|去年|上年同期|同期)(?:相比)?)?{_TURN}$")
_NOTHING = re.compile("[）)]?(?:相比)?[，,]?")
_IN_BRACKETS = re.compile(r"^[（(]$")
_TIME = r"(?:20\d\d年|上一?年|去年|前年|上期|同期|年初|[年月]?末|本年|当年|全年|年中|调整[前后]?|度|部门|财政拨款|一般公共|公共|预算|决算|执行|安排|批复|实际|计划|收入|支出|数|额|的){1,8}"
_SINCE = rf"(?:与|和|比|较|同比?|相比|相较于?|对比)(?P<than>{_TIME})(?:相比较?|比较|对比|相较)?|同比|环比"
_COMPARES = re.compile(rf"(?:{_SINCE})(?P<noun>[，,]?[^，,。；;：:、]{{0,12}}(?:、[^，,。；;：:]{{0,12}})?)$")
_EARLIER = re.compile(
    rf"^(?P<lead>[，,、（(；;]?|.{{0,40}}?[，,；;])(?:与|和|比|较|同|相比|相较于?)(?P<than>{_TIME})[为：:（(]?$"
)
_FROM = re.compile(r"(?:由|从)(?:20\d\d年|上年|去年|[年期]初)?度?的?$")
_REACHES = re.compile(
    r"(?:增加|增长|上升|提高|提升|减少|下降|降低|压减|增|升|减|降|调整)(?:到|至|为)(?:20\d\d年|本年|今年|[年期][末底])?度?的?"
)
_DOUBLES = re.compile("的?(?:基础上)?翻了?(?P<times>[一两二三])番[，,]?(?:达到?|增加到|增至|增长到|为|至|到)")
_TIMES_DOUBLED = {"一": 2, "两": 4, "二": 4, "三": 8}
_USE = re.compile(r"^[，,](?:主要用于|用于|主要是用于|均为|全部)")
_GENERIC = re.compile("[收支入出、，,各均共总合计预决算数额款有所略也相应都度其金经费资]")
_RELATIVE = re.compile(rf"(?:[比较]{_TIME}|同比|环比)[^，,。；;：:]{{0,20}}$")
_SAME = re.compile(r"^(?:的)?(?:相比)?(?:持平|保持一致|一致|相同|相等|保持不变|没有变化)")
_NAMED = (
    ("执行", None),
    ("决算", None),
    ("预算", re.compile("决算|支出|执行|实际")),
    ("计划", re.compile("实际|完成")),
)
_OF_IT = re.compile(r"^的(?:比例|比重)?(?:约?为|是|达)?$")
"""Words between a whole and the rate of it."""

_IS_SAID_OF = re.compile(r"^[，,、（(；;]?(?:占|完成了?|为|是|相当于)[^，,。；;：:]{0,20}$")
_AVERAGE = re.compile("平均|人均|每[辆人次批个台]")
_MOST_BACK = 6
_YEARS = re.compile(r"20\d\d(?=年)|上一?年(?!结转|结余)|去年")


_OTHER_YEAR = re.compile(r"(?:与|和|比|较|同)(?:20\d\d年|上一?年|去年)")
"""A year that something is compared with, which is of no name: 与上年持平；公务接待费…."""
_ALONE = re.compile(rf"(?:^|[。；;])(?:与|和|比|较|同|相比|相较于?){_TIME}[为：:（(]?$")
_AGAIN = re.compile("(收入|支出)?(预算|决算|执行)数?")
"""A name of the figure before, said once more: 支出决算 3 万元，…，决算数较预算数减少…."""

_YEAR_WORDS = re.compile(r"(?:20\d\d年|上一?年|去年)度?")
_BEHIND = re.compile(r"^[，,]?[（(](?:20\d\d年|上一?年|去年)度?(?:同期)?(?:预算|决算|执行)?数?(?:为|是)?$")
_OPENS, _CLOSES = ("（", "("), ("）", ")")

_Sides = tuple[Figure, Figure | None]


@dataclass(frozen=True, slots=True)
class _Step:
    """A figure by which another one has changed, up or down as `sign` says, 1 or -1."""

    figure: Figure
    sign: int

    @property
    def is_rate(self) -> bool:
        """Whether it says how many per cent, or times, and not how much."""
        return self.figure.unit in (PERCENT, TIMES)


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that is stated as an amount, a rate or both, in the figures with the numbers from `first` to `last`."""

    first: int
    last: int
    amount: _Step | None
    rate: _Step | None


def comparisons(passages: Passages, whole_of: Mapping[int, int]) -> Iterator[Equation]:
    """Yield the differences and rates of change that sentences state, and amounts that are said to be the same.

    `whole_of`: the figure that each part is said to be a part of, by their numbers: what is said behind the last part
    may be of either.
    """
    wholes = {passages.figures[part]: passages.figures[whole] for part, whole in whole_of.items()}
    compared: dict[int, Figure] = {}
    number = 0
    while number < len(passages.figures):
        change = _change_at(passages, number)
        if change is None:
            yield from _same(passages, number)
            yield from _doubled(passages, number)
            number += 1
            continue
        number = change.last + 1
        sides = _sides(passages, change, compared)
        if sides is None:
            yield from _of_earlier_alone(passages, change)
        else:
            now, earlier = sides
            equations = list(_equations(now, earlier, change))
            whole = wholes.get(now) or _before_brackets(passages, now)
            if whole and not all(each.holds for each in equations) and _comparable(whole, earlier, change):
                of_whole = list(_equations(whole, earlier, change))
                now, equations = (whole, of_whole) if all(each.holds for each in of_whole) else (now, equations)
            compared[change.last] = now
            yield from equations


def is_change(passages: Passages, number: int) -> bool:
    """Whether a figure says by how much another one has changed, or what that was before."""
    words = passages.before(number)
    return _TURNS.search(words) is not None or _RELATIVE.search(words) is not None


def is_base(passages: Passages, number: int) -> bool:
    """Whether a figure is only what a rate behind it is a part of: 完成预算100万元的96%, 占支出合计100万元的80%."""
    behind = number + 1
    return (
        number > 0
        and behind < len(passages.figures)
        and passages.figures[behind].unit in (PERCENT, TIMES)
        and _OF_IT.match(passages.before(behind)) is not None
        and _IS_SAID_OF.match(passages.before(number)) is not None
    )


def _change_at(passages: Passages, number: int) -> _Change | None:
    """Return the change whose first figure has this number; None where it states none."""
    first, turn = passages.figures[number], _TURNS.search(passages.before(number))
    if turn is None or not first.is_exact:
        return None
    steps = [_step(first, _sign(turn))]
    if second := _second_step(passages, number + 1, steps[0]):
        steps.append(second)
    amount, of_rate = (next((step for step in steps if step.is_rate is rates), None) for rates in (False, True))
    return _Change(number, number + len(steps) - 1, amount, of_rate)


def _sign(match: re.Match[str]) -> int:
    return 1 if match["up"] else -1


def _step(figure: Figure, sign: int) -> _Step:
    """Return a step whose number itself may be less than nothing: 下降 -25 % and 增长 -25 % say what 下降 25 % says."""
    return _Step(figure, 1 if figure.value < 0 else sign)


def _second_step(passages: Passages, number: int, first: _Step) -> _Step | None:
    """Return the figure that says as a rate what the first says as an amount,
    or the other way round; None where none follows.
    """
    if number == len(passages.figures) or first.figure.unit == POINTS:
        return None
    words = passages.before(number)
    turn = _ALSO_TURNS.match(words)
    second = _step(passages.figures[number], _sign(turn) if turn else first.sign)
    is_beside = turn is not None or _IN_BRACKETS.match(words) is not None
    return second if is_beside and second.figure.is_exact and second.is_rate != first.is_rate else None


def _sides(passages: Passages, change: _Change, compared: Mapping[int, Figure]) -> _Sides | None:
    """Return the figure of which a change is stated, and the earlier one if that is printed, too;
    None where words leave it open.
    """
    figures, number = passages.figures, change.first
    before = _TURNS.sub("", passages.before(number))
    sides: _Sides | None = None
    if number > 1 and _NOTHING.fullmatch(before) and (beside := _EARLIER.match(passages.before(number - 1))):
        figure = figures[number - 2]
        sides = figure if beside["lead"].strip("，,；;") else compared.get(number - 2, figure), figures[number - 1]
    elif number > 1 and _NOTHING.fullmatch(before) and _is_reached(passages, number - 1):
        sides = figures[number - 1], figures[number - 2]
    elif number and (marker := _COMPARES.search(before)):
        now = _compared(passages, number - 1, before[: marker.start()], marker["noun"], compared)
        if now:
            sides = _in_order(passages, number - 1, now) or (
                now,
                _earlier_of(passages, change, now, marker["than"] or ""),
            )
    return sides if sides and _comparable(*sides, change) else None


def _before_brackets(passages: Passages, figure: Figure) -> Figure | None:
    """Return the figure that the brackets stand behind which end with this one: 10万元（甲4万元，乙（丙）6万元），比上年…."""
    text, depth, place = passages.text, 1, figure.offset
    if text[figure.end : figure.end + 1] not in _CLOSES:
        return None
    while depth and place > figure.begin:
        place -= 1
        depth += (text[place] in _CLOSES) - (text[place] in _OPENS)
    return None if depth else next((each for each in passages.figures if each.end == place), None)


def _of_earlier_alone(passages: Passages, change: _Change) -> Iterator[Equation]:
    """Yield the rate of a change of a figure that begins the sentence: 与上年10万元相比，增加1万元，增长10%. What it is the earlier
    one of stands in another sentence.
    """
    before = _TURNS.sub("", passages.before(change.first))
    if change.first and change.amount and change.rate and _NOTHING.fullmatch(before):
        earlier, by = passages.figures[change.first - 1], change.amount
        of_one_unit = by.figure.unit == earlier.unit and earlier.is_exact
        if of_one_unit and _ALONE.search(passages.before(change.first - 1)):
            whole, part = amounts((earlier, by.figure))
            part = part if by.sign > 0 else part.negative()
            yield from filter(None, [rate("growth", change.rate.figure, part, whole, change.rate.sign)])


def _in_order(passages: Passages, last: int, now: Figure) -> _Sides | None:
    """Return the last two figures if they are of one thing, the earlier year last: 2024年300万元，2023年400万元，同比减少…."""
    later = passages.figures[last - 1] if last and now is passages.figures[last] else None
    if later is None or (later.begin, later.unit) != (now.begin, now.unit) or is_change(passages, last - 1):
        return None
    return (later, now) if _is_of_earlier_year(now.subject, later.subject) else None


def _is_of_earlier_year(words: str, others: str) -> bool:
    """Whether words name what others name, of an earlier year."""
    years, other_years = _YEARS.findall(words), _YEARS.findall(others)
    names_alike = _GENERIC.sub("", _YEAR_WORDS.sub("", words)) in _GENERIC.sub("", others)
    if not years or not names_alike:
        return False
    if years[-1].isdigit():
        return bool(other_years) and other_years[-1].isdigit() and years[-1] < other_years[-1]
    return not other_years or other_years[-1].isdigit()


def _earlier_of(passages: Passages, change: _Change, now: Figure, than: str) -> Figure | None:
    """Return the earlier figure that a comparison names, or that stands in brackets behind it;
    None where none is printed.
    """
    behind = change.last + 1
    if behind < len(passages.figures) and _BEHIND.match(passages.before(behind)):
        figure = passages.figures[behind]
        return figure if passages.text[figure.end : figure.end + 1] in _CLOSES else None
    return _named_earlier(passages, change.first, now, than)


def _is_reached(passages: Passages, number: int) -> bool:
    """Whether a figure is what another one before it has become: 由10万元增加到12万元."""
    begins = number > 0 and _FROM.search(passages.before(number - 1)) is not None
    return begins and _REACHES.fullmatch(passages.before(number)) is not None


def _comparable(now: Figure, earlier: Figure | None, change: _Change) -> bool:
    units = {now.unit} | ({earlier.unit} if earlier else set())
    if change.amount:
        unit = change.amount.figure.unit
        units.add(PERCENT if unit == POINTS and now.unit == PERCENT else unit)
    return len(units) == 1 and now.is_exact and (earlier is None or earlier.is_exact)


def _compared(passages: Passages, last: int, lead: str, noun: str, compared: Mapping[int, Figure]) -> Figure | None:
    """Return the figure that a comparison speaks of. `lead`: the words between it and the figure before,
    which has the number `last`.

    The figure before may be a rate of it: 支出 90 万元，完成预算的 90%，比上年增加….
    """
    now = compared.get(last) or passages.figures[_with_its_rate(passages, last)]
    if _is_average_beside(passages, last):
        return None
    own = passages.text[now.begin : now.offset]
    if _GENERIC.sub("", noun) not in _GENERIC.sub("", own):
        return None
    words = lead.strip("，,、；;（(：:")
    again = _AGAIN.fullmatch(words)
    if (
        words == ""
        or (again and all(map(own.__contains__, again.groups(""))))
        or (_USE.match(lead) and "。" not in lead)
    ):
        return now
    if lead.endswith("。") and lead.count("。") == 1:
        return now if lead == "。" else _only_amount(passages, last)
    return None


def _is_average_beside(passages: Passages, number: int) -> bool:
    """Whether a figure is an average of what the one before it says: a comparison behind it may be of either."""
    before = number - 1
    of_same_unit = number > 0 and passages.figures[before].unit == passages.figures[number].unit
    return (
        of_same_unit
        and passages.in_one_sentence(before, number)
        and _AVERAGE.search(passages.before(number)) is not None
    )


def _with_its_rate(passages: Passages, last: int) -> int:
    """Return the number of the amount of which the last figure says a rate, or of that itself."""
    number = max(0, last - 1) if passages.figures[last].unit in RATES else last
    return number - 1 if number < last and is_base(passages, number) else number


def _only_amount(passages: Passages, last: int) -> Figure | None:
    """Return the only amount of a sentence up to a figure, rates aside."""
    figures = passages.figures[passages.first_in_sentence(last) : last + 1]
    amounts = [figure for figure in figures if figure.unit not in RATES]
    return amounts[0] if len(amounts) == 1 else None


def _named_earlier(passages: Passages, number: int, now: Figure, than: str) -> Figure | None:
    """Return the figure before a comparison that is named as it names the earlier one: 预算数, 2016年, 上年."""
    years = set(_YEARS.findall(than))
    word, other = next(((word, other) for word, other in _NAMED if word in than), ("", None))
    if not years and not (word and (other is None or other.search(now.subject)) and word not in now.subject):
        return None
    found = [
        figure
        for each in range(max(0, number - _MOST_BACK), number)
        if (figure := passages.figures[each]) is not now
        and (figure.begin, figure.unit) == (now.begin, now.unit)
        and not is_change(passages, each)
        and word in figure.subject
        and years <= set(_YEARS.findall(_OTHER_YEAR.sub("", figure.subject)))
    ]
    return found[0] if len(found) == 1 else None


def _equations(now: Figure, earlier: Figure | None, change: _Change) -> Iterator[Equation]:
    if earlier and change.amount:
        left, before, by = amounts((now, earlier, change.amount.figure))
        yield equal("difference", left, before.changed(by, change.amount.sign))
    if change.rate and (change.amount or earlier):
        part, whole = _parts_of_rate(now, earlier, change.amount)
        yield from filter(None, [rate("growth", change.rate.figure, part, whole, change.rate.sign)])


def _parts_of_rate(now: Figure, earlier: Figure | None, by: _Step | None) -> tuple[Amount, Amount]:
    """Return the change, and what it is a change of, as they are printed, or worked out of the two others."""
    if by is None:
        current, before = amounts((now, earlier or now))
        return current.changed(before, -1), before
    current, change = amounts((now, by.figure))
    before = amounts((earlier,))[0] if earlier else current.changed(change, -by.sign)
    return (change if by.sign > 0 else change.negative()), before


def _same(passages: Passages, number: int) -> Iterator[Equation]:
    """Yield that a figure is the same as an earlier one that is printed: 5万元，与上年5万元持平."""
    if not number:
        return
    earlier, now = passages.figures[number], passages.figures[number - 1]
    after = passages.text[earlier.end : earlier.end + 12]
    if (
        _EARLIER.match(passages.before(number))
        and _SAME.match(after)
        and now.unit == earlier.unit
        and now.is_exact
        and earlier.is_exact
    ):
        yield equal("same", *amounts((now, earlier)))


def _doubled(passages: Passages, number: int) -> Iterator[Equation]:
    """Yield that a figure is an earlier one doubled: 比上年的10件翻一番，达到20件."""
    doubled = _DOUBLES.match(passages.before(number)) if number else None
    earlier, now = passages.figures[number - 1], passages.figures[number]
    if doubled and now.unit == earlier.unit and now.is_exact and earlier.is_exact:
        left, right = amounts((now, earlier))
        yield equal("times", left, right.times(_TIMES_DOUBLED[doubled["times"]]))
