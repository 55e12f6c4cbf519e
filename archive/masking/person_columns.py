"""Columns of tables that hold particulars of persons, known by their header: 身份证号, 学籍号, 账号, 联系电话, 家庭住址.

A table is lines whose cells stand apart by tabs, bars, commas or blanks. A header holds until the next header, or until
lines without cells follow; blank ones and numbers of pages aside, unless cells stand apart by blanks alone. A header
that ends a table whose columns have none holds for the rows above. Tables
turned by 90° have their headers first in each line; tables whose cells stand one on a line have them first of all.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate, pairwise

from archive.masking.labelled_values import LABELS, find_labels, label_at, labels_in, value_span
from archive.masking.number_surroundings import is_of_a_thing, tells_of_things
from archive.masking.personal_numbers import BLANK, HYPHEN, STRETCH, MaskedSpan
from archive.model.person_names import name_of

_KINDS = tuple(LABELS)
_PERSONS = re.compile(
    r"姓\s{0,4}名|户\s?主|申请人|学生|受助|补贴对象|持证人|残疾人|患者|监护人|家长|被征收人|被保障人|领取人|领款人|当事人|农户|贫困户|房主|产权人|承租人"
)
_OFFICES = re.compile(r"职\s?务|职责|分管|科室|办公|部\s?门|机构|企业|公司|岗位|单位|法人|法定代表|店名|场所")
_FIRMS_HEAD = re.compile(
    r"(?:单位|企业|公司|机构|学校)(?:名称)?|(?:单位|账户)名称|供应商|(?:收款|付款|开户|中标|预算)单位"
)
_BETWEEN = ("\t", "|", "｜", ",", "，")
_BETWEEN_WITHOUT_BLANKS = (";", "；", "、")
_ADDRESS_HEAD = re.compile(
    rf"(?:详细|所在|居住|住房|危房|房屋)?{STRETCH}(?:地{STRETCH}址|住所|住处|房屋坐落|坐落)(?:[（(][^\t]{{0,14}})?"
)
_ADDRESS_WORD = re.compile(f"地{STRETCH}址|住所|住处|坐落")
_LINE_BREAK = re.compile("\n")
_QUOTES = "\"'“”＂"
_QUOTE = re.compile(f"[{_QUOTES}]")
_PAGE_MARK = re.compile(rf"[{BLANK}\f\r{HYPHEN}第共页/·\d]*")
_BLANKS = re.compile(rf"[{BLANK}]+")
_LONGEST_HEAD, _LONGEST_LINE = 24, 2000
_LONGEST_BEFORE = 10
"""Characters before the label in a header."""
_LINES_WITHOUT_CELLS = 5
_MOST_LINES_OF_A_ROW = 12
_MANY_DIGITS = re.compile(r"\d{5}")
_KEPT = {"resident_id": 2, "bank_card": 4}
_SHAPES = {
    "resident_id": re.compile(r"[GLgl]?\d{15,17}(?:\d{1,3}|[XxＸｘ])?(?:[Bb]\d)?"),
    "bank_card": re.compile(r"\d{12,17}|\d{19}"),
}
"""Numbers that are known in a row whose cells merged ones moved;
not accounts of 18 digits, which could be credit codes.
"""

_ACCOUNT_BEHIND_BANK = re.compile(rf"[\u4e00-\u9fff（）()]{{2,24}}[{BLANK}:：]{{0,2}}(?P<number>\d{{12,19}})")
_ACCOUNT_IN_BRACKETS = re.compile(r"[^（()）\t\n]{1,24}[（(](?P<number>\d{12,19})[）)]")
_DATE = re.compile(r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?: \d{1,2}:\d\d(?::\d\d)?)?")
_LANDLINE_OR_MOBILE = re.compile(rf"[\d（(+][\d{BLANK}）)\-－—/、]{{6,30}}")


_FORMS = {
    "bank_card": re.compile(r"(?!20[012]\d[01]\d[0-3]\d)\d{12,19}"),
    "number_plate": re.compile(r"[\u4e00-\u9fff][A-Z][·.\- ]?[A-Z0-9]{5,6}"),
    "home_address": re.compile(r"[^\t\d]{2,30}\d{1,4}[组社队号栋幢][^\t]{0,20}"),
}
"""The cells of a column of accounts, of plates, of homes."""
_ROWS = re.compile(r"(?m)^[^\t\n]*+\t[^\n]*+(?:\n[^\t\n]*+\t[^\n]*+)+")
"""Lines with cells, two at least."""
_LIKE_A_PARTICULAR = re.compile(
    r"\d(?:(?<=\t\d)|(?<=\n\d))\d{11,18}(?=[\t\n]|$)|[A-Z0-9]{5}(?=[\t\n]|$)|\d[组社队号栋幢]"
)
_A_FIRM = re.compile("公司|集团|厂$|店$|合作社|中心|学校|[小中]学|医院|局$|委员会|政府|[办支分]$|[所站院]$")


@dataclass(frozen=True, slots=True)
class _Header:
    """A header: its columns' kinds by place, what stands between its cells, how many cells it has; whether it is one of firms."""

    kinds: dict[int, str]
    between: str
    cells: int
    of_firms: bool


def column_spans(text: str) -> list[MaskedSpan]:
    """Return the cells of columns of personal particulars in `text`, in order."""
    spans: list[MaskedSpan] = []
    header: _Header | None = None
    without = 0
    lines = _lines(text)
    labelled = _labelled(text, lines)
    top = 0
    for number, (start, end) in enumerate(lines):
        if number in labelled and (across := _across(text, lines, number)):
            spans += across
            continue
        if number in labelled and (new := _header(text, lines, number)) is not None:
            if not (header and header.kinds):
                spans += _above(text, lines[top:number], new, lines[number + 1 : number + 2])
            header, without, top = new, 0, number + 1
            continue
        if header is None:
            continue
        cells = _cells(text, start, end, header.between)
        if len(cells) < 2:
            without += header.between == " " or not _PAGE_MARK.fullmatch(text, start, end)
            header = header if without < _LINES_WITHOUT_CELLS else None
            continue
        without = 0
        spans += _in_row(text, cells, header)
    return [*spans, *_down(text, lines, labelled), *_by_their_cells(text)]


def _by_their_cells(text: str) -> Iterator[MaskedSpan]:
    """Yield the cells of columns beside one of persons' names that all look like particulars of persons, whatever their header says
    that it calls no number of things.
    """
    if "\t" not in text or not _LIKE_A_PARTICULAR.search(text):
        return
    for table in _ROWS.finditer(text):
        rows, places, at = list[list[str]](), list[int](), table.start()
        for line in [*table[0].split("\n"), ""]:
            cells = line.split("\t")
            if rows and len(cells) != len(rows[-1]):
                if any(map(_LIKE_A_PARTICULAR.search, map("\t".join, rows[-2:]))):
                    yield from _in_columns(rows, places)
                rows, places = [], []
            rows.append(cells)
            places.append(at)
            at += len(line) + 1


def _in_columns(rows: Sequence[Sequence[str]], places: Sequence[int]) -> Iterator[MaskedSpan]:
    """Yield what is masked in rows of as many cells each, which begin at `places` of a text."""
    columns = [*zip(*rows, strict=True)]
    filled = [[cell.strip() for cell in column[1:] if cell.strip()] for column in columns]
    if any(sum(map(bool, map(_A_FIRM.search, cells))) > len(cells) / 2 for cells in filled if cells):
        return
    if not any(sum(bool(name_of(cell)) for cell in cells) > len(cells) / 2 for cells in filled if cells):
        return
    starts_of_cells = [
        [*accumulate(row, lambda at, cell: at + len(cell) + 1, initial=at)]
        for row, at in zip(rows, places, strict=True)
    ]
    for place, column in enumerate(columns):
        kind = next((kind for kind, form in _FORMS.items() if _are_of_a_form(column, form)), None)
        if kind is None or tells_of_things(f"{column[0]}\t", len(column[0]) + 1):
            continue
        for row, starts in zip(rows, starts_of_cells, strict=True):
            if span := _of_a_form(kind, row[place]):
                yield replace(span, start=starts[place] + span.start, end=starts[place] + span.end)


def _are_of_a_form(column: Sequence[str], form: re.Pattern[str]) -> bool:
    """Whether all cells of a column but its header, two at least, are of a form; empty ones aside."""
    cells = [cell.strip() for cell in column if cell.strip()]
    below = cells if cells and form.fullmatch(cells[0]) else cells[1:]
    return len(below) > 1 and all(map(form.fullmatch, below))


def _of_a_form(kind: str, cell: str) -> MaskedSpan | None:
    start = len(cell) - len(cell.lstrip())
    if not _FORMS[kind].fullmatch(cell.strip()):
        return None
    if kind == "bank_card":
        return MaskedSpan(kind, start, len(cell.rstrip()), _KEPT[kind])
    return value_span(kind, cell, start)


def _lines(text: str) -> list[tuple[int, int]]:
    """The places of the lines of `text` where a header stands somewhere, else none."""
    if "\n" not in text or not (labels_in(text) or _ADDRESS_WORD.search(text)):
        return []
    ends = [*(line_break.start() for line_break in _LINE_BREAK.finditer(text)), len(text)]
    return [(before + 1, end) for before, end in pairwise([-1, *ends]) if before + 1 < len(text)]


def _labelled(text: str, lines: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The numbers of the lines in which a label begins, or a word for an address."""
    starts = [start for start, _ in lines]
    words = (*labels_in(text), *_ADDRESS_WORD.finditer(text)) if lines else ()
    return frozenset(bisect_right(starts, word.start()) - 1 for word in words)


def _cells(text: str, start: int, end: int, between: str) -> list[tuple[int, int]]:
    """The places of a line's cells, without the blanks and quotes around their texts."""
    line = text[start:end]
    if between == " ":
        edges = [(match.start(), match.end()) for match in _BLANKS.finditer(line)]
    else:
        edges = [(at, at + 1) for at, character in enumerate(line) if character == between]
    bounds = pairwise([(0, 0), *edges, (len(line), len(line))])
    cells = []
    for (_, first), (last, _) in bounds:
        cell = line[first:last]
        bare = cell.strip().strip(_QUOTES).strip()
        left = cell.index(bare) if bare else len(cell)
        cells.append((start + first + left, start + first + left + len(bare)))
    return cells


def _header(text: str, lines: Sequence[tuple[int, int]], number: int) -> _Header | None:
    """The header that a line is, if it is one."""
    start, end = lines[number]
    line = text[start:end]
    if (
        not (any(find_labels(line)) or _ADDRESS_WORD.search(line))
        or _MANY_DIGITS.search(line)
        or len(line) > _LONGEST_LINE
    ):
        return None
    between = _mark_between(line)
    cells = [text[first:last] for first, last in _cells(text, start, end, between)]
    if len(cells) < 2:
        return None
    persons = names_persons(f"{_line_before(text, lines, number)}\t{line}")
    kinds = {place: kind for place, cell in enumerate(cells) if (kind := _kind_of(cell, persons=persons))}
    known = bool(kinds or _PERSONS.search(line))
    of_firms = not _PERSONS.search(line) and any(map(_FIRMS_HEAD.fullmatch, cells))
    return _Header(kinds, between, len(cells), of_firms) if known else None


def _line_before(text: str, lines: Sequence[tuple[int, int]], number: int) -> str:
    """The line before one, where it could be the first of two with headers."""
    start, end = lines[number - 1] if number else (0, 0)
    line = text[start : min(end, start + _LONGEST_LINE)]
    return line if "\t" in line and not _MANY_DIGITS.search(line) else ""


def _above(
    text: str, lines: Sequence[tuple[int, int]], header: _Header, behind: Sequence[tuple[int, int]]
) -> Iterator[MaskedSpan]:
    """Yield what is masked in the rows right above a header, where no row follows that header."""
    if header.between == " " or not header.kinds:
        return
    if any(len(_cells(text, *line, header.between)) == header.cells for line in behind):
        return
    for line in reversed(lines):
        cells = _cells(text, *line, header.between)
        if len(cells) != header.cells:
            return
        yield from _in_row(text, cells, header)


def _mark_between(line: str) -> str:
    """The mark between the cells of a line, a blank where there is none."""
    marks = _BETWEEN if _BLANKS.search(line.strip()) else (*_BETWEEN, *_BETWEEN_WITHOUT_BLANKS)
    return next((mark for mark in marks if mark in line), " ")


def _across(text: str, lines: Sequence[tuple[int, int]], number: int) -> list[MaskedSpan]:
    """The values in a line of a table turned by 90°: all but few of the cells behind its header, and two at least."""
    start, end = lines[number]
    between = next((mark for mark in _BETWEEN if text.find(mark, start, end) >= 0), None)
    first, *others = _cells(text, start, end, between) if between else [(start, end)]
    head = text[slice(*first)]
    kind = _kind_of(head, persons=False) if others else None
    if others and (kind == "phone" or (not kind and _ADDRESS_HEAD.fullmatch(head))):
        kind = _kind_of(head, persons=names_persons(_heads_beside(text, lines, number)))
    if not kind:
        return []
    filled = [cell for cell in others if cell[0] < cell[1]]
    spans = [span for cell in filled if (span := _in_cell(text, *cell, kind))]
    return spans if len(spans) >= max(2, len(filled) / 2) else []


def _heads_beside(text: str, lines: Sequence[tuple[int, int]], number: int) -> str:
    """The beginnings of some lines around one: the headers of a table turned by 90°."""
    near = lines[max(0, number - _MOST_LINES_OF_A_ROW) : number + _MOST_LINES_OF_A_ROW]
    return "\n".join(text[start : min(end, start + _LONGEST_HEAD)].partition("\t")[0] for start, end in near)


@dataclass(slots=True)
class _Downward:
    """A column whose cells stand one on a line: its header's line, and after how many lines its values come again."""

    kind: str
    line: int
    step: int = 0
    values: list[MaskedSpan] = field(default_factory=list)

    def goes_on(self, line: int, value: MaskedSpan | None) -> bool:
        """Take in a line's value, if it is one of the column's; whether more may come."""
        away = line - self.line
        if not self.step:
            self.step = away if value and away > 1 else 0
        if self.step and not away % self.step:
            if not value:
                return False
            self.values.append(value)
        return bool(self.step) or away < _MOST_LINES_OF_A_ROW


def _down(text: str, lines: Sequence[tuple[int, int]], labelled: frozenset[int]) -> list[MaskedSpan]:
    """Return the values of columns whose cells stand one on a line, where two come at the same distance."""
    columns: list[_Downward] = []
    going_on: list[_Downward] = []
    for number, line in enumerate(lines):
        if not going_on and number not in labelled:
            continue
        (cell,) = _cells(text, *line, "\n")
        going_on = [column for column in going_on if column.goes_on(number, _in_cell(text, *cell, column.kind))]
        if number in labelled and (kind := _kind_of(text[slice(*cell)], persons=False)):
            going_on.append(_Downward(kind, number))
            columns.append(going_on[-1])
    return [value for column in columns if len(column.values) > 1 for value in column.values]


@cache
def _head(kind: str) -> re.Pattern[str]:
    """The headers of columns of a kind."""
    return re.compile(
        rf"(?:[\u4e00-\u9fff{BLANK}/（(]{{0,{_LONGEST_BEFORE}}})(?:{LABELS[kind]})(?:{STRETCH}[号码编])*[）)]?(?:[（(/][^\t]{{0,14}})?"
    )


def _possible_kinds(cell: str) -> Sequence[str]:
    """The kinds of labels that can stand in a header: where one begins, it is of the first kind that has it, or a later one."""
    labels = filter(None, (label_at(cell, start) for start in range(_LONGEST_BEFORE + 1)))
    return _KINDS[min((_KINDS.index(str(label.lastgroup)) for label in labels), default=len(_KINDS)) :]


def _kind_of(cell: str, *, persons: bool) -> str | None:
    if len(cell) > _LONGEST_HEAD:
        return None
    cell = _QUOTE.sub("", cell)
    for kind in _possible_kinds(cell):
        if _head(kind).fullmatch(cell) and not any(is_of_a_thing(cell, label) for label in find_labels(cell)):
            return "home_phone" if kind == "phone" and persons else kind
    return "home_address" if persons and _ADDRESS_HEAD.fullmatch(cell) else None


def _in_row(text: str, cells: list[tuple[int, int]], header: _Header) -> Iterator[MaskedSpan]:
    """Yield what is masked in a row. A row with fewer cells than its header is read from both of its ends."""
    shift = len(cells) - header.cells
    done: set[int] = set()
    is_a_firms = header.of_firms and not any(_names_a_person(text[first:last]) for first, last in cells)
    for place, kind in header.kinds.items():
        if is_a_firms and kind == "bank_card":
            continue
        for at in dict.fromkeys((place, place + shift)):
            if at in done or not 0 <= at < len(cells):
                continue
            if span := _in_cell(text, *cells[at], kind):
                done.add(at)
                yield span
                break
        else:
            yield from _shaped(text, cells, done, kind)


def _names_a_person(cell: str) -> bool:
    return bool(name_of(cell)) or ("某" in cell and not _A_FIRM.search(cell))


def _in_cell(text: str, start: int, end: int, kind: str) -> MaskedSpan | None:
    cell = text[start:end]
    if kind == "home_phone":
        whole = _LANDLINE_OR_MOBILE.fullmatch(cell)
        return MaskedSpan(kind, start, end, 0) if whole and sum(map(str.isdigit, cell)) >= 7 else None
    if kind == "bank_card" and (account := _ACCOUNT_IN_BRACKETS.fullmatch(text, start, end)):
        return MaskedSpan(kind, account.start("number"), account.end("number"), _KEPT[kind])
    if kind in _KEPT and _digits(cell) >= 8 and not _words(cell) and not _DATE.fullmatch(cell):
        return MaskedSpan(kind, start + _letters(cell), end, _KEPT[kind])
    if kind == "bank_card" and (account := _ACCOUNT_BEHIND_BANK.fullmatch(text, start, end)):
        return MaskedSpan(kind, account.start("number"), end, _KEPT[kind])
    if start == end or kind == "phone":  # of an office, perhaps; mobiles are masked anywhere
        return None
    if kind == "home_address":  # which goes on in no other cell
        home = value_span(kind, cell, 0)
        span = home and replace(home, start=start + home.start, end=start + home.end)
    else:
        span = value_span(kind, text, start)
    return span if span and span.end <= end else None


def _shaped(text: str, cells: list[tuple[int, int]], done: set[int], kind: str) -> Iterator[MaskedSpan]:
    """Yield the cells of a row that look like numbers of a kind: merged cells move a row's columns."""
    for at, (start, end) in enumerate(cells):
        if kind in _SHAPES and at not in done and _SHAPES[kind].fullmatch(text, start, end):
            done.add(at)
            yield MaskedSpan(kind, start + _letters(text[start:end]), end, _KEPT[kind])


def _digits(cell: str) -> int:
    return sum(map(str.isdecimal, cell))


def _letters(cell: str) -> int:
    """Count the letters before the first digit."""
    return next((at for at, character in enumerate(cell) if character.isdecimal()), 0)


def _words(cell: str) -> bool:
    """Whether a cell has words in it, or more letters than a number of a person has."""
    return len(re.findall(r"[\u4e00-\u9fff]", cell)) > 0 or len(re.findall(r"[A-Za-z]", cell)) > 3


def names_persons(header: str) -> bool:
    """Whether a header is one of a table of persons, not of offices."""
    return ("身份证" in header or _PERSONS.search(header) is not None) and not _OFFICES.search(header)
