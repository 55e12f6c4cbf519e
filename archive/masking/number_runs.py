"""Numbers of persons that nothing but their digits tells: ID numbers, mobiles, bank cards, however they are grouped.

A text is cut into runs of digits with small gaps; each run is gone through once, so that the work grows with the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from archive.masking import number_surroundings as surroundings
from archive.masking.glued_numbers import cuts
from archive.masking.personal_numbers import (
    BLANK,
    DIGIT,
    GAP,
    HYPHEN,
    KEPT,
    NOTHING,
    MaskedSpan,
    ascii_digits,
    has_form_of_card,
    is_card,
    is_old_resident_id,
    is_resident_id,
    mobile_offset,
    tiles,
)

_SHORTEST, _LONGEST = 11, 19
"""Digits of what is masked here."""

_GROUP = re.compile(f"{DIGIT.pattern}+")
_RUN = re.compile(rf"\d(?:{GAP}\d){{{_SHORTEST - 1},}}+(?:{GAP}[XxＸｘ])?")

_ID = re.compile(r"(?=[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX])")
_BACKWARD = re.compile(r"(?=\d{9}(?:91|02)\d{5}[1-8])")
"""An ID number that a style sheet turns around, but for its last character, which is stored first."""
_BEGINNING = re.compile(
    r"(?:0|86|0086)?1[3-9]\d{9}|(?:62|955|[45])\d{13}|[1-8]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
)
"""The digits of a mobile, those with which a card's number begins, those of an old ID number."""
_CATEGORY_BEHIND = re.compile(
    r"\d{2}(?:[Bb]\d)?(?![\dA-Za-z])"
)  # what a disability certificate 残疾人证 adds to the ID
_ID_SHAPES = tuple(
    map(frozenset, ((2, 4, 6, 10, 12, 14, 17), (4, 8, 12, 16), (3, 6, 9, 12, 15), (3, 6, 10, 14), (6, 12)))
)
_OLD_SHAPES = ({6, 12}, set(range(1, 15)), {6, 8, 10, 12}, {6})
_MOBILE_SHAPES = ((3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (4, 4, 3))
_SINGLES = (1,) * 11
_BETWEEN_FIGURES = frozenset("。…,，、;；:：~～〜+＋=＝#|｜%％‰℃°¥￥$€£<>＜＞≤≥±×÷")
"""Marks that stand between the items of a list, ranges, sums and amounts, and not within a mobile's number."""
_UNITS = frozenset("%％‰℃°¥￥$€£")
"""Of these, what follows or precedes each figure of a row."""
_MOST_BLANKS = 2
_LEAST_BY_DOTS = 3
_MOST_YEARS = 10
_PIECE, _MARGIN = 100_000, 2_000
"""Characters of a run of digits that are gone through at a time, and those on either side that are read with them."""


@dataclass(slots=True)
class _Run:
    """A run of digits. `digits`: without gaps; `places`: where each stands in `text`;
    `edges`: where groups begin, and other figures glued to a number, and the end.
    """

    text: str
    digits: str
    places: list[int]
    edges: list[int]
    taken: list[tuple[int, int]] = field(default_factory=list)
    row_end: int = 0
    """Where the row of single digits ends that was looked at last."""

    def glued(self, start: int, end: int) -> tuple[bool, bool]:
        """Whether a further digit stands right before, and right behind."""
        places = self.places
        before = start > 0 and places[start] - places[start - 1] == 1
        behind = end < len(places) and places[end] - places[end - 1] == 1
        return before, behind

    def sizes(self, start: int, end: int) -> tuple[int, ...]:
        """The sizes of the groups of `digits[start:end]`."""
        places = self.places
        breaks = [start, *(i for i in range(start + 1, end) if places[i] - places[i - 1] > 1), end]
        return tuple(second - first for first, second in pairwise(breaks))

    def gap(self, at: int) -> str:
        """The characters between the digit `at` and the one before."""
        return self.text[self.places[at - 1] + 1 : self.places[at]]

    def gaps(self, start: int, end: int) -> list[str]:
        """The gaps between its groups."""
        pairs = pairwise(self.places[start:end])
        return [self.text[first + 1 : second] for first, second in pairs if second - first > 1]

    def span(self, kind: str, start: int, end: int) -> MaskedSpan:
        """The number as a span of the text."""
        return MaskedSpan(kind, self.places[start], self.places[end - 1] + 1, KEPT[kind])


def number_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers in `text`, in order, none in another."""
    return [span for match in _RUN.finditer(text) for span in _spans_between(text, *match.span())]


def _spans_between(text: str, start: int, end: int) -> Iterator[MaskedSpan]:
    """Yield the numbers in the run of digits at `text[start:end]`: a long one is gone through piece by piece."""
    for first in range(start, end, _PIECE):
        last = min(first + _PIECE, end)
        run = _run(text, max(first - _MARGIN, start), min(last + _MARGIN, end))
        yield from (span for span in _spans_of(run) if (first == start or first <= span.start) and span.start < last)


def _run(text: str, start: int, end: int) -> _Run:
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    places = [place for first, last in groups for place in range(first, last)]
    edges = [0, *accumulate(last - first for first, last in groups)]
    glued = zip(edges, groups, strict=False)
    edges += [at + cut for at, (first, last) in glued for cut in cuts(text, first, last, first=not at)]
    edges.sort()
    return _Run(text, ascii_digits(text[start:end]), places, edges)


def _spans_of(run: _Run) -> list[MaskedSpan]:
    spans = [*_ids(run), *_backward_ids(run)]
    run.taken.sort()
    for groups in _free(run):
        spans += _numbers_in(run, groups)
    return sorted(spans, key=lambda span: span.start)


def _free(run: _Run) -> Iterator[list[tuple[int, int]]]:
    """Yield the groups between the ID numbers found, each stretch by itself."""
    starts = [0, *(end for _, end in run.taken)]
    ends = [*(start for start, _ in run.taken), len(run.digits)]
    for start, end in zip(starts, ends, strict=True):
        within = run.edges[bisect_right(run.edges, start) : bisect_left(run.edges, end)]
        yield list(pairwise([start, *within, end]))


# --- ID numbers ---


def _ids(run: _Run) -> Iterator[MaskedSpan]:
    """Yield ID numbers of today's form, wherever in the run they stand."""
    end = 0
    for match in _ID.finditer(run.digits):
        start = match.start()
        if start < end or not _is_id(run, start, start + 18):
            continue
        end = start + 18
        span = run.span("resident_id", start, end)
        behind = _CATEGORY_BEHIND.match(run.text, span.end)
        run.taken.append((start, end))
        yield replace(span, end=behind.end()) if behind else span


def _backward_ids(run: _Run) -> Iterator[MaskedSpan]:
    """Yield ID numbers whose digits stand whole, or one by one, in the other direction. Nothing of them is kept."""
    taken = [*run.taken]
    for match in _BACKWARD.finditer(run.digits):
        start, end = match.start(), match.start() + 17  # but for the check digit
        check, begin = _character_before(run, start)
        start -= check.isdigit()
        digits = run.digits[start:end][::-1] + check * (check == "X")
        if (
            check
            and is_resident_id(digits)
            and len(run.sizes(start, end)) in {1, end - start}
            and not any(run.glued(start, end))
            and all(end <= one or other <= start for one, other in taken)
        ):
            run.taken.append((start, end))
            yield MaskedSpan("resident_id", begin, run.places[end - 1] + 1, 0)


def _character_before(run: _Run, start: int) -> tuple[str, int]:
    """Return the digit before one of a run, or the X before its first, and where it stands; "" where there is none."""
    if start:
        return run.digits[start - 1], run.places[start - 1]
    lead = run.text[max(0, run.places[0] - 3) : run.places[0]].rstrip()
    return ("X", run.text.rindex(lead[-1], 0, run.places[0])) if lead[-1:] in {"X", "x"} else ("", 0)


def _is_id(run: _Run, start: int, end: int) -> bool:
    digits = run.digits[start:end]
    if not is_resident_id(digits):
        return False
    before, behind = run.glued(start, end)
    sizes = run.sizes(start, end)
    breaks = {sum(sizes[:n]) for n in range(1, len(sizes))}
    shaped = len(sizes) in {2, 18} or any(shape.issuperset(breaks) for shape in _ID_SHAPES)
    if len(sizes) > 1 and (before or behind) and (not shaped or (before and behind)):
        return False
    span = run.span("resident_id", start, end)
    return not surroundings.in_index_number(run.text, span) and not surroundings.is_licence(
        run.text, span.start, digits
    )


def _is_old_id(run: _Run, start: int, end: int) -> bool:
    """Whether 15 digits are an ID number: one without a check digit, so that its surroundings have a say."""
    digits, text = run.digits[start:end], run.text
    if not is_old_resident_id(digits):
        return False
    sizes = run.sizes(start, end)
    if len(sizes) > 1 and {sum(sizes[:n]) for n in range(1, len(sizes))} not in _OLD_SHAPES:
        return False
    if len(sizes) == len(digits) and not _stand_alone(run, start, end):
        return False
    span = run.span("resident_id", start, end)
    if surroundings.letters_beside(text, span) or surroundings.is_other_number(text, span):
        return False
    if surroundings.named_otherwise(text, span.start) or surroundings.in_index_number(text, span):
        return False
    return not surroundings.tells_of_a_register(text, span.start)


# --- bank cards, mobiles, old ID numbers ---


def _numbers_in(run: _Run, groups: Sequence[tuple[int, int]]) -> Iterator[MaskedSpan]:
    """Yield the other numbers in a stretch of groups: the longest that begins with each group."""
    at = 0
    while at < len(groups) and groups[-1][1] - groups[at][0] >= _SHORTEST:
        found = next(_from(run, groups, at), None)
        if found is None:
            at += 1
            continue
        spans, last = found
        yield from spans
        at = last + 1


def _from(run: _Run, groups: Sequence[tuple[int, int]], at: int) -> Iterator[tuple[list[MaskedSpan], int]]:
    """Yield what begins with one group: the spans, and the number of the last group."""
    start, end = groups[at]
    if end - start > _LONGEST:
        parts = tiles(run.digits[start:end]) if end - start <= 8 * _LONGEST else []
        if parts and not surroundings.letters_beside(run.text, run.span("bank_card", start, end)):
            yield [run.span(kind, start + a, start + b) for kind, a, b in parts], at
        return
    if not _BEGINNING.match(run.digits, start) or _in_row_of_singles(run, groups, at):
        return
    ends = []
    for number in range(at, len(groups)):
        end = groups[number][1]
        if end - start > _LONGEST:
            break
        if end - start >= _SHORTEST:
            ends.append((end, number))
    for end, number in reversed(ends):
        if spans := _number(run, start, end):
            yield spans, number


def _in_row_of_singles(run: _Run, groups: Sequence[tuple[int, int]], at: int) -> bool:
    """Whether more single digits than any number has stand here in a row: none of them stands alone."""
    last = at + _LONGEST
    if last >= len(groups) or groups[last][1] - groups[at][0] != _LONGEST + 1:
        return False
    if groups[last][0] >= run.row_end:
        run.row_end = _end_of_row(run, groups, at)
    return groups[last][0] < run.row_end


def _end_of_row(run: _Run, groups: Sequence[tuple[int, int]], at: int) -> int:
    """Where the row of single digits ends that one group begins."""
    first, number = groups[at][0], at + 1
    within = run.gap(first + 1)
    while number < len(groups) and groups[number][1] - groups[number][0] == 1:
        if _parts(run.gap(groups[number][0]), within):
            break
        number += 1
    return first + number - at


def _number(run: _Run, start: int, end: int) -> list[MaskedSpan]:
    """The one number that these digits are, if they are one."""
    size, digits = end - start, run.digits[start:end]
    if size >= 16 and is_card(digits) and _is_printed_card(run, start, end):
        return [run.span("bank_card", start, end)]
    if has_form_of_card(digits) and _is_mistyped_card(run, start, end):
        return [run.span("bank_card", start, end)]
    offset = mobile_offset(digits)
    if offset is not None and _is_printed_mobile(run, start, start + offset, end):
        return [run.span("phone", start + offset, end)]
    if size == 15 and _is_old_id(run, start, end):
        return [run.span("resident_id", start, end)]
    return []


def _is_printed_card(run: _Run, start: int, end: int) -> bool:
    text, sizes = run.text, run.sizes(start, end)
    span = run.span("bank_card", start, end)
    if surroundings.is_other_number(text, span) or surroundings.in_index_number(text, span):
        return False
    if len(sizes) == 1:
        return not surroundings.is_code_with_letters(text, span)
    if surroundings.letters_beside(text, span) or not surroundings.is_whole(text, span, run.gaps(start, end)):
        return False
    return _is_grouped_card(run, start, end)


def _is_mistyped_card(run: _Run, start: int, end: int) -> bool:
    """Whether digits of a card's form stand in one group, with nothing around that makes them another number."""
    span = run.span("bank_card", start, end)
    return (
        len(run.sizes(start, end)) == 1
        and not surroundings.letters_beside(run.text, span)
        and not surroundings.is_other_number(run.text, span)
        and not surroundings.in_index_number(run.text, span)
        and not surroundings.named_otherwise(run.text, span.start)
        and not surroundings.tells_of_things(run.text, span.start)
    )


def _is_grouped_card(run: _Run, start: int, end: int) -> bool:
    """Whether a card's number is grouped as one; of other nets than China's only in fours,
    for rows of figures look alike.
    """
    digits, sizes, gaps = run.digits[start:end], run.sizes(start, end), run.gaps(start, end)
    chinese = digits.startswith(("62", "955"))
    fours = set(sizes[:-1]) == {4}
    if len(sizes) == len(digits):
        return chinese and _stand_alone(run, start, end)
    if any("\t" in gap or "\n" in gap for gap in gaps):
        return chinese and len(sizes) == 2 and min(sizes) >= 4
    if chinese:
        cores = {_core(gap) for gap in gaps}
        return fours or len(sizes) == 2 or (len(cores) == 1 and _UNITS.isdisjoint(*cores))
    span = run.span("bank_card", start, end)
    return fours and len(sizes) == 4 and not surroundings.in_number_row(run.text, span)


def _is_printed_mobile(run: _Run, start: int, first: int, end: int) -> bool:
    """Whether the digits from `first` are printed as a mobile is; its country code begins at `start`."""
    text, sizes = run.text, run.sizes(start, end)
    span = run.span("phone", first, end)
    whole = run.span("phone", start, end)
    if surroundings.is_other_number(text, whole) or surroundings.in_index_number(text, whole):
        return False
    if surroundings.is_amount(text, whole) or surroundings.named_otherwise(text, whole.start):
        return False
    if surroundings.in_column_of_amounts(text, whole):
        return False
    if len(sizes) == 1:
        return not surroundings.is_code_with_letters(text, whole) and not surroundings.is_coordinate(text, whole.start)
    gaps = run.gaps(start, end)
    if surroundings.letters_beside(text, whole) or not surroundings.is_whole(text, whole, gaps):
        return False
    return _is_grouped_mobile(run, (start, first, end), span, gaps)


def _is_grouped_mobile(run: _Run, bounds: tuple[int, int, int], span: MaskedSpan, gaps: list[str]) -> bool:
    start, first, end = bounds
    sizes = run.sizes(first, end)
    cores = {_core(gap) for gap in gaps}
    shaped = sizes in _MOBILE_SHAPES
    if sizes == _SINGLES:
        in_cells = any("\t" in gap for gap in gaps)
        told = not in_cells or surroundings.tells_of_a_phone(run.text, span.start)
        return told and len(cores) == 1 and _stand_alone(run, start, end)
    if any("\t" in gap or "\n" in gap for gap in gaps):
        return len(sizes) == 2 and shaped and cores == {""} and surroundings.within_a_sentence(run.text, span)
    if cores == {""}:  # blanks alone
        short = all(len(gap.replace(NOTHING, "")) <= _MOST_BLANKS for gap in gaps)
        return short and shaped and not surroundings.is_among_figures(run.text, span)
    return _are_groups_of_a_mobile(cores, _groups(run.digits[first:end], sizes))


def _are_groups_of_a_mobile(cores: set[str], groups: Sequence[str]) -> bool:
    """Whether groups apart by marks are those of a mobile's number, rather than of a list, a date or an address."""
    marks = set("".join(cores))
    sizes = tuple(map(len, groups))
    if marks & _BETWEEN_FIGURES or (len(groups) < _LEAST_BY_DOTS and marks & set("./")):
        return False
    if marks == {"."} and len(groups) == 4 and max(sizes) <= 3:  # an address of the internet
        return False
    dated = any(len(group) == 4 and group[:2] in {"19", "20"} for group in groups)
    if len(cores) > 1 and sizes == (3, 4, 4) and dated and 0 < int(groups[2]) - int(groups[1]) <= _MOST_YEARS:
        return False  # the years of a plan behind its number in a list: 139 2019-2020学年
    if sizes in _MOBILE_SHAPES:
        return not (dated and sizes == (4, 4, 3))
    return not dated and (len(cores) == 1 or bool(marks & set("()（）[]【】")))


def _groups(digits: str, sizes: Sequence[int]) -> list[str]:
    groups, at = [], 0
    for size in sizes:
        groups.append(digits[at : at + size])
        at += size
    return groups


def _core(gap: str) -> str:
    """The characters of a gap besides blanks, hyphens all alike."""
    return re.sub(rf"[{HYPHEN}]", "-", re.sub(rf"[{BLANK}\r\n]", "", gap))


def _stand_alone(run: _Run, start: int, end: int) -> bool:
    """Whether single digits make no longer row than this: no single digit stands beside them, or a mark between."""
    within = run.gap(start + 1)
    before = _is_single(run, start - 1) and not _parts(run.gap(start), within)
    return not before and not (_is_single(run, end) and not _parts(run.gap(end), within))


def _parts(mark: str, within: str) -> bool:
    """Whether what stands between two digits parts two numbers of which `within` stands between the digits: 1 3 8，1 3 9."""
    return mark != within and _core(mark) not in {"", _core(within)}


def _is_single(run: _Run, at: int) -> bool:
    """Whether a digit is a group by itself."""
    return 0 <= at < len(run.digits) and not any(run.glued(at, at + 1))
