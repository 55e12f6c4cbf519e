"""Figures: the numbers of sentences, with their units, as exact decimals. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

EXACT, AT_LEAST, ABOUT = "exact", "at_least", "about"

MONEY, PERCENT, POINTS, TIMES = "元", "%", "个百分点", "倍"

RATES = frozenset((PERCENT, POINTS, TIMES))

LONGEST_SENTENCE = 1000
"""Characters of a sentence that is read: what goes on without a stop for longer is no prose."""

SENTENCE, CLAUSE = re.compile(r"[^。！？!?\n]+"), re.compile(r"[^。！？!?；;\n]+")
"""Sentences, and clauses, which end at a semicolon, too."""

FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
"""Usual digits in place of full-width ones, as `read_figures` needs them."""

_SCALES = {
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "百亿": Decimal(10_000_000_000),
    "千亿": Decimal(100_000_000_000),
}
_UNITS = "人次|批次|万元|个百分点|公里|平方米|[条件篇次名人个起套户项期场份家部批例宗元倍辆台亩吨%％]"
_FIGURE = re.compile(
    r"(?<![0-9A-Za-z.．〔\[第/-])(?P<about>(?<![节集签])约|近|超过|逾|不少于)?(?P<number>(?:(?<![0-9%％元人件个年])-)?(?:[0-9]{1,3}(?:[,，][0-9]{3}){1,4}(?![0-9])|[0-9]{1,15}(?![0-9]))(?:\.[0-9]{1,8}(?![0-9]))?)"
    rf"\s*+(?P<scale>[百千]?[万亿]|千)?(?P<more>余|多)?\s*+(?P<unit>{_UNITS})(?!月|年)(?=(?P<after>左右|以[上下内外])?)"
)
PRINTED_FIGURE = re.compile(
    r"\d\s*+[百千]?\s*+[万亿]?\s*+[余多]?\s*+[人批万个公平条件篇次名起套户项期场份家部例宗元倍辆台亩吨%％]"
)
"""A number with its unit in a text as printed, whose lines may break it: its last digit and the unit's beginning."""

_DIGIT = re.compile("[0-9]")
_ABOUT_BEFORE = re.compile(
    "(?:大约|预计约|(?<![节集签契合公条特隐制])约)(?:[需为有计达共]|支出|收入|投入|安排|完成|实现|支付|花费){1,2}$"
)
"""Words that say of the number behind them that it is about that, with others between: 约支出."""

_RANGE_BEGINS = re.compile(r"[-—–~～至]\s?[0-9]")
_RANGE_ENDS = re.compile(r"[0-9%％元人件个年月日][-—–~～至]\s?$")
_MEASURED = frozenset((MONEY, "公里", "平方米", "亩", "吨"))
_SMALL = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a text. `begin`: of its sentence, `offset`: of its first digit,
    in characters from 0; `end`: behind its unit.

    `value`: in `unit`, with its `scale`, 万 or 亿, worked in; `step`: what one more in its last digit would add.
    `rounding`: how far the true value may be off by rounding, 0 for what is counted. `qualifier`: exact, at_least (余,
    多, 超过) or about (约, 近, and either end of a range). `subject`: the words before.
    """

    begin: int
    offset: int
    end: int
    printed: str
    value: Decimal
    scale: Decimal
    step: Decimal
    rounding: Decimal
    unit: str
    qualifier: str
    subject: str
    sentence: str

    @property
    def start(self) -> int:
        """Its first character, which 约 or 超过 may be, from 0."""
        return self.end - len(self.printed)

    @property
    def is_exact(self) -> bool:
        """Whether it states one number, and not about or at least that."""
        return self.qualifier == EXACT


def read_figures(text: str, most: int, part: re.Pattern[str] = SENTENCE) -> list[Figure]:
    """Return the numbers with a unit in `text`, the first `most` of them. `part` finds its sentences."""
    found = list(islice(_printed_numbers(text, part), most))
    with_decimals = {_kind(each.match) for each in found if _step(each.match) < 1}
    return [_figure(text, each, with_decimals) for each in found]


@dataclass(frozen=True, slots=True)
class _PrintedNumber:
    sentence: re.Match[str]
    match: re.Match[str]
    since: int


def _printed_numbers(text: str, part: re.Pattern[str]) -> Iterator[_PrintedNumber]:
    """Yield each number with its sentence, and where the words before it begin."""
    for sentence in part.finditer(text):
        since = max(sentence.start(), sentence.end() - LONGEST_SENTENCE)
        if not _DIGIT.search(text, since, sentence.end()):
            continue  # quick, and most have none
        for match in _FIGURE.finditer(text, since, sentence.end()):
            yield _PrintedNumber(sentence, match, since)
            since = match.end()


def _step(match: re.Match[str]) -> Decimal:
    """Return one in the last digit of a number, without its scale."""
    return Decimal(1).scaleb(-len(match["number"].partition(".")[2]))


def _kind(match: re.Match[str]) -> tuple[str, str | None]:
    return match["unit"], match["scale"]


def _rounding(match: re.Match[str], value: Decimal, with_decimals: Collection[tuple[str, str | None]]) -> Decimal:
    """Return how far a number may be off, in its own scale.

    An amount without decimals is exact where others of its kind have some
    (606万元 beside 20702.25万元), and where it is small.
    """
    step = _step(match)
    if step == 1 and (
        (match["unit"] not in _MEASURED and not match["scale"]) or _kind(match) in with_decimals or value < _SMALL
    ):
        return Decimal(0)
    return step / 2


def _figure(text: str, found: _PrintedNumber, with_decimals: Collection[tuple[str, str | None]]) -> Figure:
    match, sentence = found.match, found.sentence
    scale = _SCALES.get(match["scale"] or "", Decimal(1))
    value = Decimal(re.sub("[,，]", "", match["number"]))
    begin = max(sentence.start(), sentence.end() - LONGEST_SENTENCE)
    return Figure(
        begin=begin,
        offset=match.start("number"),
        end=match.end(),
        printed=match[0],
        value=value * scale,
        scale=scale,
        step=_step(match) * scale,
        rounding=_rounding(match, value, with_decimals) * scale,
        unit=match["unit"].replace("％", PERCENT),
        qualifier=_qualifier(text, match),
        subject=text[found.since : match.start()].strip("，,、；;：: （(")[-40:],
        sentence=text[begin : sentence.end()].strip(),
    )


def _qualifier(text: str, match: re.Match[str]) -> str:
    after = match["after"] or ""
    is_about = match["about"] in {"约", "近"} or after in {"左右", "以下", "以内"}
    if is_about or _ABOUT_BEFORE.search(text, max(0, match.start() - 8), match.start()) or _is_in_range(text, match):
        return ABOUT
    return AT_LEAST if match["more"] or match["about"] or after in {"以上", "以外"} else EXACT


def _is_in_range(text: str, match: re.Match[str]) -> bool:
    """Whether a number is either end of a range: 5至10万元, 5万元—10万元."""
    return bool(
        _RANGE_BEGINS.match(text, match.end()) or _RANGE_ENDS.search(text, max(0, match.start() - 8), match.start())
    )
