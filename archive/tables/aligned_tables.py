"""Tables of PDF pages without vertical lines: words that stand below each other make a column. Pure.

Nothing is guessed: where an amount could stand in either of two columns, or below either of two heads, there is no table.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice, pairwise, takewhile
from operator import attrgetter

from archive.tables.aligned_heads import Cell, Row, join_broken, levels_of, read_columns, widen_heads
from archive.tables.aligned_words import (
    LEADING,
    NUMBER,
    Lines,
    PrintedLine,
    UnclearColumnsError,
    Words,
    columns_below,
    has_amounts,
    printed_line,
)
from archive.tables.pdf_characters import Line, is_han
from archive.tables.printed_table import BEGINS_ROW, PrintedTable
from archive.tables.ruled_lines import RuledLine
from archive.tables.spans import Spans

_ONE_ROW = 0.9  # of the size: lines whose middles are nearer than that are of one row …
_WITHIN_ROW = 0.8  # of the least distance between rows of amounts: … and those nearer than that
_NEXT_LINE = 4  # of the size: a line farther up is no part of a head
_LARGER = 1.15  # times the size: larger words are the title of a table
_WHOLE = 0.8  # of the longest: a shorter rule does not go over the whole table
_FEWEST_ROWS = 3  # of amounts, where neither rules nor a title and a head say that there is a table
_FEWEST_RULES = 3  # above a head, below it, and at the end
_MOST_LINES, _MOST_WORDS = 500, 20_000
_TOTAL = "合计", "总计"
_SENTENCE, _COLON = re.compile("[，。；;]"), re.compile("[:：].")
_ABOVE_TABLE = re.compile(r"表(?:[(（][^()（）]{0,40}[)）])?[ \r]*$|单位[:：]", re.MULTILINE)
"""The title of a table, or its unit."""
_WITH_AMOUNT = re.compile(r"^.*\d(?:\.\d+|,\d{3})[)）]?(?:[千百万亿]{0,2}元)?(?=[ \r]*$|[ ]+[-—(（\d])", re.MULTILINE)
"""A line that ends in an amount, or in which a number follows one."""


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """A table, and how high its first and its last line stand."""

    cells: Spans
    top: float
    bottom: float
    left: float = 0.0

    def table(self, page: int, before: str, _origin: tuple[float, float] = (0, 0)) -> PrintedTable:
        """Return the table, which has no lines that stand anywhere."""
        return self.cells.table(page=page, before=before)


def may_have_rows(text: str, *, ruled: bool) -> bool:
    """Whether the text of a page may hold a table: lines with amounts, one at least where rules or a title announce it."""
    fewest = 1 if ruled or _ABOVE_TABLE.search(text) else _FEWEST_ROWS
    return sum(1 for _ in islice(_WITH_AMOUNT.finditer(text), fewest)) == fewest


def aligned_tables(lines: Iterable[Line], rules: Sequence[RuledLine]) -> Iterator[AlignedTable]:
    """Yield the tables among the lines of a page, from top to bottom; `rules` are its horizontal ones."""
    printed = [printed_line(line) for line in islice(lines, _MOST_LINES)]
    if sum(len(line.words) for line in printed) > _MOST_WORDS:
        return
    for part, titled in _parts(printed):
        if table := _Part(part, rules, titled=titled).table():
            yield table


def _parts(printed: Sequence[PrintedLine]) -> Iterator[tuple[list[PrintedLine], bool]]:
    """Yield lines that may be rows, as long as they follow each other, and whether the line above is a table's title or unit.

    Those beside a sentence with amounts are left out: it may be a row with a note, and the table would be cut there.
    """
    titles, sentences = (
        [any(pattern.search(words.text) and not words.is_amount for words in line.words) for line in printed]
        for pattern in (_ABOVE_TABLE, _SENTENCE)
    )
    is_row = [not (title or sentence) for title, sentence in zip(titles, sentences, strict=True)]
    for rows, numbers in groupby(range(len(printed)), is_row.__getitem__):
        own = list(numbers)
        beside = ((own[0], own[0] - 1), (own[-1], own[-1] + 1))
        if rows and not any(_may_be_next_row(printed, *pair) for pair in beside if 0 <= pair[1] < len(printed)):
            yield [printed[number] for number in own], own[0] > 0 and titles[own[0] - 1]


def _may_be_next_row(printed: Sequence[PrintedLine], row: int, other: int) -> bool:
    distance = abs(printed[row].middle - printed[other].middle)
    return has_amounts([printed[other]]) and distance < _NEXT_LINE * printed[row].size


class _Part:
    """Lines between two that are no rows, some of which may be a table. `rules` go over all of it, from top to bottom.

    `titled`: the line above is the title or the unit of a table.
    """

    def __init__(self, lines: Sequence[PrintedLine], rules: Sequence[RuledLine], *, titled: bool) -> None:
        near = _NEXT_LINE * lines[0].size
        inside = [rule for rule in rules if lines[-1].middle - near < rule.at < lines[0].middle + near]
        longest = max((rule.high - rule.low for rule in inside), default=0)
        whole = [rule.at for rule in inside if rule.high - rule.low >= _WHOLE * longest]
        self.rules = sorted(whole, reverse=True) if len(whole) >= _FEWEST_RULES else []
        self._of_heads = [rule.at for rule in inside if rule.high - rule.low < _WHOLE * longest]
        self._fewest = 1 if self.rules or titled else _FEWEST_ROWS
        self.lines = [line for line in lines if not self.rules or self.rules[0] > line.middle > self.rules[-1]]

    def table(self) -> AlignedTable | None:
        """Return the table; None where there is none, or one that is not clear.

        Where heads do not stand over their amounts, those may all end at the right edge of their cells.
        """
        rows = list(_rows_by_distance(self.lines))
        amounts = [place for place, row in enumerate(rows) if has_amounts(row)]
        if len(amounts) < self._fewest or sum(_has_columns(row) for row in rows) < 2:
            return None
        first, last = amounts[0], amounts[-1]
        above = rows[:first] if self.rules else _head_above(rows[: first + 1])
        if not above and len(amounts) < _FEWEST_ROWS:
            return None
        is_cut = not self.rules and last + 1 < len(rows)
        body = rows[first : last + 1 if is_cut else None]
        for right_aligned in (False, True) if above else (False,):
            with suppress(UnclearColumnsError):
                cells = self._cells(above, body, is_cut=is_cut, right_aligned=right_aligned)
                return AlignedTable(cells, (above or body)[0][0].middle, body[-1][-1].middle)
        return None

    def _cells(self, above: list[Lines], rows: list[Lines], *, is_cut: bool, right_aligned: bool) -> Spans:
        """Return the cells of the head `above` and of the rows below it. Raises UnclearColumnsError."""
        columns, between = read_columns(above, rows, right_aligned=right_aligned)
        cells = [_cells_of(row, columns, between) for row in self._by_rules([*above, *rows], columns, between)]
        head = cells[: sum(1 for _ in takewhile(lambda row: not _amounts(row), cells))]
        body = cells[len(head) :]
        head = join_broken(head)
        _check_body(body)
        if not self.rules:
            _check_names(body, columns, is_cut=is_cut)
        widen_heads(head, columns, {cell.first for row in body for cell in _amounts(row)})
        return _spans((*levels_of(head), *body), len(columns))

    def _by_rules(self, rows: Iterable[Lines], columns: Sequence[Words], between: frozenset[Words]) -> Iterator[Lines]:
        """Yield rows, those between two rules as one, unless several have amounts, or one is a head of several columns."""
        for _, group in groupby(rows, lambda row: sum(rule > row[0].middle for rule in self.rules)):
            band = list(group)
            whole = [line for row in band for line in row]
            words_of = [words for line in whole for words in line.words]
            spans = any(words in between or len(columns_below(words, columns)) > 1 for words in words_of)
            divided = any(whole[0].middle > rule > whole[-1].middle for rule in self._of_heads)
            if self.rules and not spans and not divided and sum(map(has_amounts, band)) < 2 and _is_row(whole, columns):
                band = [whole]
            for row in band:
                is_whole = _is_row(row, columns) and between.isdisjoint(words for line in row for words in line.words)
                yield from [row] if is_whole else ([line] for line in row)


def _rows_by_distance(lines: Sequence[PrintedLine]) -> Iterator[Lines]:
    """Yield the lines of each row: those that overlap each other, or are nearer than rows of amounts are."""
    amounts = [line for line in lines if has_amounts([line])]
    pitch = min((above.middle - below.middle for above, below in pairwise(amounts)), default=0)
    row: Lines = []
    for line in lines:
        is_apart = bool(row) and row[-1].middle - line.middle >= max(_ONE_ROW * line.size, _WITHIN_ROW * pitch)
        if is_apart or (line.has_numbers and any(each.has_numbers for each in row)):
            yield row
            row = []
        row.append(line)
    if row:
        yield row


def _has_columns(row: Lines) -> bool:
    return any(len(line.words) > 1 for line in row)


def _head_above(rows: Sequence[Lines]) -> list[Lines]:
    """Return the rows of a head above the first one with amounts, the last of `rows`: none far up, and of several words
    each, or of one that is neither larger nor stands over the first column, which has its head, as what names a table does.
    """
    first = min((words for line in rows[-1] for words in line.words), key=attrgetter("left"))
    head, has_name, below = list[Lines](), False, rows[-1]
    for row in reversed(rows[:-1]):
        words = [words for line in row for words in line.words]
        is_over_first = has_name and words[0].left < first.right
        is_title = is_over_first or row[0].size > _LARGER * below[0].size or _COLON.search(words[0].text)
        if row[-1].middle - below[0].middle >= _NEXT_LINE * below[0].size or (len(words) == 1 and is_title):
            break
        head.insert(0, row)
        has_name, below = has_name or words[0].left < first.right, row
    return head


def _cells_of(lines: Lines, columns: Sequence[Words], between: frozenset[Words]) -> Row:
    """Return the cells of a row; a head `between` two columns is over both.

    Raises UnclearColumnsError where an amount shares its cell, or words stand below no column.
    """
    cells: dict[int, Cell] = {}
    for words in (words for line in lines for words in line.words):
        below = columns_below(words, columns)
        if words in between:
            right = sum(column.middle < words.middle for column in columns)
            below = [right - 1, right]
        if not below:
            raise UnclearColumnsError
        cell = cells.setdefault(below[0], Cell(below[0], below[-1], []))
        cell.words.append(words)
        if cell.last != below[-1] or (len(cell.words) > 1 and any(NUMBER.fullmatch(each.text) for each in cell.words)):
            raise UnclearColumnsError
    row = sorted(cells.values(), key=lambda cell: cell.first)
    if any(one.last >= other.first for one, other in pairwise(row)):
        raise UnclearColumnsError
    return row


def _check_body(rows: Sequence[Row]) -> None:
    """Raise UnclearColumnsError where a column of amounts has words, too; but for those of a total in the last row, which
    may be the middle of a cell over several columns.
    """
    of_amounts = {cell.first for row in rows for cell in _amounts(row)}
    others = (cell for row in rows for cell in row if cell.first in of_amounts and not cell.words[0].is_amount)
    of_total = [cell for cell in rows[-1] if cell.text.endswith(_TOTAL)]
    if any(is_han(letter) for cell in others if cell not in of_total for letter in cell.text):
        raise UnclearColumnsError


def _check_names(rows: Sequence[Row], columns: Sequence[Words], *, is_cut: bool) -> None:
    """Raise UnclearColumnsError where a row may have more lines than one: its name may stand in the line above or below,
    unless none has a name. `is_cut`: a line follows the last row.
    """
    nameless = sum(map(_has_no_name, rows))
    if (nameless and (nameless < len(rows) or is_cut)) or any(_may_go_on(*pair, columns) for pair in pairwise(rows)):
        raise UnclearColumnsError


def _spans(rows: Iterable[Row], width: int) -> Spans:
    """Return the cells of rows, heads over several columns merged."""
    spans = Spans()
    for row in rows:
        spans.start_row()
        place = 0
        for cell in row:
            for _ in range(place, cell.first):
                spans.add("")
            spans.add(cell.text, width=len(cell.columns))
            place = cell.last + 1
        for _ in range(place, width):
            spans.add("")
    return spans


def _amounts(row: Row) -> list[Cell]:
    return [cell for cell in row if cell.words[0].is_amount] if len(row) > 1 else []


def _has_no_name(row: Row) -> bool:
    """Whether a row begins with an amount."""
    return row[0] in _amounts(row)


def _may_go_on(row: Row, below: Row, columns: Sequence[Words]) -> bool:
    """Whether the only words of the row below may be the rest of those above, which leave no room in their column."""
    rest = below[0].words[0]
    if len(below) > 1 or BEGINS_ROW.match(rest.text):
        return False
    character = (rest.right - rest.left) / len(rest.text)
    above = [cell.words[-1] for cell in row if cell.first == below[0].first]
    return any(words.right > columns[below[0].first].right - character for words in above)


def _is_row(lines: Lines, columns: Sequence[Words]) -> bool:
    """Whether lines near each other are a row: words of a head below each other must be one text, which goes on where
    a line is full.
    """
    if has_amounts(lines):
        return True
    for column in columns:
        stack = [(words, line) for line in lines for words in line.words if words.overlaps(column)]
        for (above, upper), (below, lower) in pairwise(stack):
            is_full = above.right - above.left + upper.size >= below.right - below.left
            if above.height - below.height > LEADING * lower.size or not is_full:
                return False
    return True
