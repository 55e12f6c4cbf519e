"""The numbers in the prose of an annual report, and what its sentences say of each other's numbers.

In: the text of a report without its table. Out: one `Claim` for each number with a unit, with its place; and one
`Equation` for each sum, difference or rate that the sentences themselves state. A number is held to mean an indicator of
the table only where the words right before it name that indicator (`indicators.py`), and never where the sentence speaks
of another year or of several: lawsuits about resettlement are no lawsuits about disclosure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile

from archive.analysis.report_indicators import meant

EXACT, AT_LEAST, ABOUT = "exact", "at_least", "about"

LONGEST_SENTENCE = 1000
"""Characters of a sentence that is read: what goes on without a stop for longer is no prose."""

MOST_CLAIMS = 2000

_UNITS = "人次|万元|个百分点|[条件篇次名人个起套户项期场份家部批例宗元%％]"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z.．〔\[第/-])(?P<about>约|近|超过|逾|不少于)?(?P<number>(?:[0-9]{{1,3}}(?:[,，][0-9]{{3}}){{1,6}}(?![0-9])|[0-9]+)(?:\.[0-9]+)?)"
    rf"\s*+(?P<ten>[万亿])?(?P<more>余|多)?\s*+(?P<unit>{_UNITS})(?!月|年)"
)
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}
_SCALE = {"万": 10_000, "亿": 100_000_000}
_INTRODUCES = re.compile(r"其中|分别|包括|依次|^中[，,]|^[（(]")
_WHOLLY = re.compile("分别|依次")
_COMPARED = re.compile("^(?!.*[增减升降]).*[比较]")
_MORE, _LESS = re.compile("(?:增加|增长|上升|多)[了出]?$"), re.compile("(?:减少|下降|少)[了]?$")
_SERIES = (("周报", 52), ("月报", 12), ("季报", 4))
_RATE = re.compile("(办结|办复|答复)率(?:为|达|达到|是)?$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of the prose. `offset`: of the first digit in the text, in characters from 0. `subject`: the words before.

    `qualifier`: exact, at_least (余, 多, 超过) or about (约, 近). `indicator`: the indicators of the table that it means,
    joined by +; None where it means none of them.
    """

    offset: int
    printed: str
    value: float
    unit: str
    qualifier: str
    subject: str
    sentence: str
    indicator: str | None


@dataclass(frozen=True, slots=True)
class Equation:
    """A relation between sentences: `left` should equal `right`; `kind`: parts, difference, rate or series.

    `shown`: the equation as a reader writes it. `offset`: of its first number.
    """

    kind: str
    left: float
    right: float
    shown: str
    sentence: str
    offset: int


def read_claims(text: str, template: str | None, year: int | None) -> tuple[Claim, ...]:
    """The numbers with a unit in `text`, the first MOST_CLAIMS of them. `template` and `year` are the report's: they tell what the numbers mean."""
    return tuple(islice(_claims(text.translate(_FULL_WIDTH), template, year), MOST_CLAIMS))


def _claims(text: str, template: str | None, year: int | None) -> Iterator[Claim]:
    for sentence in _SENTENCE.finditer(text):
        if len(sentence[0]) > LONGEST_SENTENCE:
            continue
        since = sentence.start()
        for found in _NUMBER.finditer(text, sentence.start(), sentence.end()):
            before = text[sentence.start() : found.start()]
            unit = found["unit"].replace("％", "%")
            yield Claim(
                offset=found.start("number"),
                printed=found[0],
                value=float(re.sub("[,，]", "", found["number"])) * _SCALE.get(found["ten"] or "", 1),
                unit=unit,
                qualifier=_qualifier(found),
                subject=text[since : found.start()].strip("，,、；;：: （(")[-40:],
                sentence=sentence[0].strip(),
                indicator=meant(before, unit, template, year) if template else None,
            )
            since = found.end()


def read_equations(claims: Sequence[Claim], text: str) -> tuple[Equation, ...]:
    """The sums, differences and rates that the sentences around `claims`, read from `text`, state."""
    found: list[Equation] = []
    sums: list[tuple[Claim, list[Claim]]] = []
    for place, claim in enumerate(claims):
        following = list(takewhile(partial(_is_beside, claim), islice(claims, place + 1, None)))
        parts = _parts(claim, following, text)
        if parts:
            sums.append((claim, parts))
            found += _sum(claim, parts, text)
        found += _difference(claim, following, text)
        found += _rate(claim, sums)
        found += _series(claim)
    return tuple(found)


def _is_beside(claim: Claim, other: Claim) -> bool:
    return other.sentence == claim.sentence and other.offset - claim.offset <= LONGEST_SENTENCE


def _qualifier(found: re.Match[str]) -> str:
    if found["about"] in {"约", "近"}:
        return ABOUT
    return AT_LEAST if found["more"] or found["about"] else EXACT


def _parts(total: Claim, following: Sequence[Claim], text: str) -> list[Claim]:
    """The numbers that a sentence says `total` is made of; none where it says so of no other, or in several levels."""
    parts = []
    at = total.offset + len(total.printed)
    for place, claim in enumerate(following):
        between = text[at : claim.offset]
        if (place == 0) != bool(_INTRODUCES.search(between)) or claim.unit != total.unit or claim.qualifier != EXACT:
            break
        parts.append(claim)
        at = claim.offset + len(claim.printed)
    else:
        return parts if len(parts) > 1 and total.qualifier == EXACT else []
    nested = len(parts) < len(following) and _INTRODUCES.search(text[at : following[len(parts)].offset])
    return parts if len(parts) > 1 and not nested and total.qualifier == EXACT else []


def _sum(total: Claim, parts: Sequence[Claim], text: str) -> Iterator[Equation]:
    """Parts said to be all of it must make it up; some of the parts may be less."""
    right = sum(part.value for part in parts)
    if right >= total.value or _WHOLLY.search(text[total.offset : parts[0].offset]):
        shown = f"{_shown(total.value)} = {' + '.join(_shown(part.value) for part in parts)}"
        yield _equation("parts", total.value, right, shown, total)


def _difference(claim: Claim, following: Sequence[Claim], text: str) -> Iterator[Equation]:
    """`95篇，比2016年的40篇增加55篇`"""
    if len(following) < 2:
        return
    earlier, change = following[:2]
    compared = text[claim.offset + len(claim.printed) : earlier.offset]
    turned = text[earlier.offset + len(earlier.printed) : change.offset]
    if not _COMPARED.search(compared) or len({claim.unit, earlier.unit, change.unit}) > 1:
        return
    sign = 1 if _MORE.search(turned) else -1 if _LESS.search(turned) else 0
    if sign:
        shown = f"{_shown(claim.value)} = {_shown(earlier.value)} {'+' if sign > 0 else '−'} {_shown(change.value)}"
        yield _equation("difference", claim.value, earlier.value + sign * change.value, shown, claim)


def _rate(claim: Claim, sums: Sequence[tuple[Claim, list[Claim]]]) -> Iterator[Equation]:
    """A rate of what the sum before it counts: `办结率83%` of `88件中，办结73件`."""
    named = _RATE.search(claim.subject)
    if not sums or named is None or claim.unit != "%" or sums[-1][0].sentence != claim.sentence:
        return
    total, parts = sums[-1]
    part = next((part for part in parts if named[1] in part.subject), None)
    if part and total.value:
        digits = len(claim.printed.partition(".")[2].rstrip("%％"))
        right = round(100 * part.value / total.value, digits)
        shown = f"{_shown(claim.value)}% = {_shown(part.value)} ÷ {_shown(total.value)}"
        yield _equation("rate", claim.value, right, shown, claim)


def _series(claim: Claim) -> Iterator[Equation]:
    """A weekly bulletin has 52 issues a year, or 53; a monthly 12; a quarterly 4."""
    for name, issues in _SERIES:
        if claim.unit == "期" and claim.subject.endswith(name):
            shown = f"{name}{_shown(claim.value)}期（全年{issues}期）"
            yield _equation("series", claim.value, float(issues), shown, claim)


def _equation(kind: str, left: float, right: float, shown: str, claim: Claim) -> Equation:
    return Equation(kind, left, right, shown, claim.sentence, claim.offset)


def _shown(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
