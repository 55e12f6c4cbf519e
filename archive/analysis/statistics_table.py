"""The statistics table of an annual report, read from the text of its page or file.

In: text in which a table row is a line and its cells stand apart by tabs, as `records.body` and `attachments.text` keep
it. A PDF's cells stand apart by blanks, and some pages put each cell on a line of its own: both are read as well, where
the number of values leaves no doubt. Out: one `Statistic` for each cell. Nothing is guessed: an empty cell has no
value, and a row with too few or too many numbers is left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.analysis.report_templates import Line, lawsuits, patterns, template_of

LONGEST = 200_000
"""Characters of a text that are read: a report is a tenth of that."""

FEWEST = 8
"""Lines of a template that make a table of it; fewer are a quotation."""

_MOST_CANDIDATES = 800
_FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0B: "+", 0xFF0D: "-", 0xFF0E: "."}
_REMARK = re.compile(r"\s*[（(][^（）()]{0,80}[）)]")
_UNIT = r"(?:人次|万元|[条件篇次个人项场期份元]|[—–―-]{1,4})"
_VALUE = r"[+-]?[0-9][0-9,，]*(?:\.[0-9]+)?"
# The number of the line below must not be taken for the value of an empty cell.
_UNIT_AND_VALUE = re.compile(rf"\s*(?P<unit>{_UNIT})?\s*(?P<value>{_VALUE})?(?![0-9]|\s*[.．、])")
_CELL = re.compile(rf"({_VALUE})\s*(?:{_UNIT})?")


@dataclass(frozen=True, slots=True)
class Statistic:
    """One cell: its indicator and column, the value as printed and as a number (None where nothing is filled in)."""

    indicator: str
    column: str
    label: str
    unit: str
    printed: str
    value: float | None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A statistics table: its template, its cells in the template's order, and where in the text it stands."""

    template: str
    statistics: tuple[Statistic, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _LineMatch:
    order: int
    start: int
    end: int
    line: Line
    cells: tuple[str, ...]

    @property
    def weight(self) -> int:
        return 2 if any(self.cells) else 1


def read_table(text: str, year: int | None = None) -> ReportTable | None:
    """The statistics table in `text`, or None. `year`: that of the report, which tells 2019's template from 2021's."""
    text = text[:LONGEST].translate(_FULL_WIDTH)
    template = template_of(text, year)
    if template is None:
        return None
    chain = _longest_chain(sorted(_candidates(text, template), key=lambda found: (found.start, found.order)))
    if sum(any(found.cells) for found in chain) < FEWEST:
        return None
    end = chain[-1].end
    statistics = [statistic for found in chain for statistic in _statistics(found.line, found.cells)]
    if beside := _side_by_side(text[end:], template):
        statistics += beside[0]
        end += beside[1]
    return ReportTable(template, tuple(statistics), chain[0].start, end)


def number_of(printed: str) -> float | None:
    """The number that a cell holds: `5,640`, `+3`, `12件`; None for `—`, `/`, `无` and nothing."""
    match = _CELL.fullmatch(printed.strip().translate(_FULL_WIDTH))
    return float(re.sub("[,，]", "", match[1])) if match else None


def _statistics(line: Line, cells: Sequence[str]) -> Iterator[Statistic]:
    for column, printed in zip(line.columns, cells, strict=True):
        yield Statistic(line.indicator, column, line.label, line.unit, printed, number_of(printed))


def _candidates(text: str, template: str) -> Iterator[_LineMatch]:
    """Each place where a line's label stands with something to read behind it."""
    places = [
        (order, line, found) for order, (line, find) in enumerate(patterns(template)) for found in find.finditer(text)
    ]
    starts = sorted({found.start() for _, _, found in places})
    following = dict(pairwise([*starts, len(text)]))
    for order, line, found in places[:_MOST_CANDIDATES]:
        remark = _REMARK.match(text, found.end())
        begin = remark.end() if remark else found.end()
        read = _read_one if template == "2014" else _read_row
        cells, end = read(text, begin, following[found.start()], len(line.columns))
        if cells is not None:
            yield _LineMatch(order, found.start(), end, line, cells)


def _read_one(text: str, begin: int, _: int, __: int) -> tuple[tuple[str, ...] | None, int]:
    """The value of a line of 2014's table: unit and number follow the label, or the unit alone."""
    match = _UNIT_AND_VALUE.match(text, begin)
    if match is None or not (match["unit"] or match["value"] or text[begin : begin + 1] in {"\t", "\n", ""}):
        return None, begin
    return (match["value"] or "",), match.end()


def _read_row(text: str, begin: int, following: int, columns: int) -> tuple[tuple[str, ...] | None, int]:
    """The values of a row with several columns, from behind its label up to the label that follows."""
    end = text.find("\n", begin, following)
    first = text[begin : end if end >= 0 else following]
    cells = [cell.strip() for cell in first.split("\t")[1:]]
    if any(cells) and len(cells) <= columns and all(not cell or number_of(cell) is not None for cell in cells):
        # Empty cells at the end of a row are not kept; those before are.
        return tuple(cells + [""] * (columns - len(cells))), begin + len(first)
    tokens = text[begin : min(following, begin + 400)].split()
    numbers: list[str] = []
    for token in tokens:
        if number_of(token) is None:
            if numbers:
                break
            continue
        numbers.append(token)
    return (tuple(numbers), min(following, begin + 400)) if len(numbers) == columns else (None, begin)


def _longest_chain(found: list[_LineMatch]) -> list[_LineMatch]:
    """The lines that follow each other in the text as in the template: the heaviest such chain.

    Some labels stand in several places of a template, and words of others in the prose.
    """
    best: list[tuple[int, int]] = []  # weight of the chain that ends here, and the place before
    for here, each in enumerate(found):
        before = (
            (best[place][0], place)
            for place, other in enumerate(found[:here])
            if other.order < each.order and other.end <= each.start
        )
        weight, place = max(before, default=(0, -1))
        best.append((weight + each.weight, place))
    chain: list[_LineMatch] = []
    place = max(range(len(best)), key=lambda at: best[at][0], default=-1)
    while place >= 0:
        chain.append(found[place])
        place = best[place][1]
    return chain[::-1]


def _side_by_side(text: str, template: str) -> tuple[list[Statistic], int] | None:
    """Appeals and lawsuits: all their numbers in a row under headings that end in 总计. And where that row ends."""
    lines = lawsuits(template)
    expected = sum(len(line.columns) for line in lines)
    heading = re.search(r"尚未\s*审结", text)
    if not expected or heading is None:
        return None
    row = re.compile(rf"(?:(?<=\s){_VALUE}(?:\s+|$)){{{expected}}}(?![0-9])").search(text, heading.end())
    if row is None or row.start() > heading.end() + 400:
        return None
    cells = iter(row[0].split())
    read = [s for line in lines for s in _statistics(line, [next(cells) for _ in line.columns])]
    return read, row.end()
