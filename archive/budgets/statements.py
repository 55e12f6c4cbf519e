"""Whole tables of a document: pieces on several pages joined,
titles and heads of several rows told from rows of amounts. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from archive.budgets.amounts import amount, is_formed, plain
from archive.budgets.continuations import has_amounts, have_same_lines, is_second_half, put_together, set_below
from archive.budgets.headings import (
    Heading,
    agency_above,
    agency_in_title,
    are_of_government,
    kind_of,
    may_be_one,
    read_heading,
    title_among,
    unit_of,
)
from archive.tables.printed_table import PrintedTable, Row

CODE = re.compile(r"[1-3]\d\d(?:\d\d){0,2}|50\d(?:\d\d)?|599(?:\d\d)?")
"""A code of 功能分类 (类, 款, 项) or of 经济分类."""

TOTALS = frozenset(("合计", "总计", "小计", "共计", "支出总计", "收入总计", "支出合计", "收入合计"))

_MOST_HEAD_ROWS = 8
_MOST_COLUMNS = 60  # the widest tables of accounts have some thirty
_NUMBER_OF_COLUMN = re.compile(r"\d{1,2}(?:=[\d+\-()]+)?|栏次|栏目|行次|[类款项]+|\*+|[甲乙丙丁]|—|-")
_NOTE = re.compile(r"注[:：]|备注[:：]|说明[:：]|注\d|本表反映|本表为空|此表为空|我(?:部门|单位|局)")
_NOTHING = frozenset(("-", "—", "--", "——", "/"))
"""Marks of a cell without an amount."""

_LABELLED = re.compile(
    r"单位[:：]|部门[:：]|公开\d+表|名称[:：]|编制单位|金额单位|财决|预算\d+表|^(?:附件|附?表)[一二三四五六七八九十\d]+(?:-\d+)*$"
)
_YEAR = re.compile(r"20\d\d")
_ITEM = re.compile(r"[一二三四五六七八九十]+、|\d+[.．、]")


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A row of amounts: the number of its printed table in the document, from 0, the page, and the row there, from 0.

    `labels`: the cells, and in place of those that a merged one covers from above, its text. `places`: the column of
    each cell in the printed table.
    """

    table: int
    page: int
    row: int
    cells: tuple[str | None, ...]
    labels: tuple[str, ...]
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class BudgetStatement:
    """A table as a budget means it, however many pages it goes over. `columns`: names, upper heads before a slash."""

    heading: Heading
    columns: tuple[str, ...]
    rows: tuple[BudgetRow, ...]
    tables: tuple[int, ...]
    pages: tuple[int, ...]
    note: str = ""


Texts = tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class _Piece:
    """A printed table, or a part of one that has a title of its own."""

    table: int
    page: int
    first: int
    above: list[str]
    rows: list[tuple[str | None, ...]]
    printed: PrintedTable
    places: Sequence[int]
    head: int = 0
    columns: tuple[str, ...] = field(default=())
    head_texts: Texts = ()

    @property
    def width(self) -> int:
        return self.printed.width


def read_statements(tables: Sequence[PrintedTable]) -> list[BudgetStatement]:
    """Return the budget tables of departments and units among the tables of a document, in order."""
    statements: list[BudgetStatement] = []
    ends: dict[int, _Piece] = {}  # the last piece of each statement since the last table that is none, by its place
    for each in _pieces(tables):
        before = _goes_on_from(each, ends)
        last = ends[before] if before is not None else None
        piece = _below_same_head(_set_below(each, last), last) if last else each
        if last and before is not None and _goes_on(piece, last, statements[before]):
            head = piece.head if piece.columns == last.columns else 0
            piece = replace(piece, head=head, columns=last.columns, head_texts=last.head_texts)
            statements[before] = _joined(statements[before], piece)
        elif last and before is not None and not statements[before].rows and _is_rest(piece, last):
            statements[before] = _joined(replace(statements[before], columns=piece.columns), piece)
        elif heading := read_heading(piece.above, piece.columns):
            before = len(statements)
            statements.append(_joined(BudgetStatement(heading, piece.columns, (), (), ()), piece))
        else:
            ends.clear()
            continue
        ends[before] = piece
    return [each for each in statements if not are_of_government(label for row in each.rows for label in row.labels)]


def _goes_on_from(piece: _Piece, ends: Mapping[int, _Piece]) -> int | None:
    """Return the statement that a piece may go on from: the one before it, or of several side by side at the end of the
    page before the one whose columns stand between the same lines. None where there is none.
    """
    on_page_before = [(place, end) for place, end in ends.items() if end.page == piece.page - 1]
    is_topmost = not any(_is_above_on_page(end, piece) for end in ends.values())
    for place, end in reversed(on_page_before) if is_topmost else ():
        lowest = on_page_before[-1][1].printed
        if end.printed.y[-1:] > lowest.y[:1] and have_same_lines(end.printed, piece.printed):
            return place
    return next(reversed([*ends]), None)


def _is_above_on_page(one: _Piece, other: _Piece) -> bool:
    return one.page == other.page and one.printed.y[-1:] <= other.printed.y[:1]


def _pieces(tables: Iterable[PrintedTable]) -> Iterator[_Piece]:
    for number, whole in enumerate(tables):
        for begin, end in _parts(whole):
            for left, right in _side_by_side(whole.rows[begin:end], whole.width):
                table = whole.between(left, right) if right - left < whole.width else whole
                above_it = _rows_above(table.rows[begin:end])
                first = begin + (above_it.index(False) if False in above_it else end - begin)
                above = whole.before.split("\n") if begin == 0 else []
                above += [cell for row in table.rows[begin:first] for cell in row if cell and plain(cell)]
                if first < end and 1 < table.width <= _MOST_COLUMNS:
                    rows = list(table.rows[first:end])
                    yield _with_head(_Piece(number, table.page, first, above, rows, table, range(left, right)))


def _with_head(piece: _Piece) -> _Piece:
    piece.head = _head_height(piece.rows)
    piece.columns = _column_names(piece)
    piece.head_texts = _texts(piece, piece.head)
    return piece


def _texts(piece: _Piece, rows: int) -> Texts:
    """Return the texts of a piece's first rows, without those that number its columns."""
    texts = (tuple(map(plain, row)) for row in piece.rows[:rows])
    return tuple(row for row in texts if not _counts_columns(row))


def _below_same_head(piece: _Piece, last: _Piece) -> _Piece:
    """Return a piece whose head is that of the one before, if it prints that again;
    rows without amounts below it are none of it.
    """
    height = _height_of_head(piece, last.head_texts)
    return replace(piece, head=height, columns=last.columns) if height else piece


def _height_of_head(piece: _Piece, head: Texts) -> int:
    """Return how many rows of a piece are a head printed again, and rows that number its columns;
    0 where it begins otherwise.
    """
    wanted, height = list(head), 0
    for row in piece.rows:
        texts = tuple(map(plain, row))
        if wanted and texts == wanted[0]:
            wanted.pop(0)
        elif not _counts_columns(texts):
            break
        height += 1
    return height if head and not wanted else 0


def _set_below(piece: _Piece, last: _Piece) -> _Piece:
    """Return the first table of a page set below the columns of the piece before,
    if its lines are among those; else as it is.
    """
    if piece.width >= last.width or piece.page - last.page not in (0, 1) or title_among(piece.above):
        return piece
    below = set_below(piece.printed, last.printed.x)
    if below is None:
        return piece
    rows = list(below.table.rows[piece.first : piece.first + len(piece.rows)])
    return _with_head(
        replace(piece, rows=rows, printed=below.table, places=[piece.places[own] for own in below.places])
    )


def _parts(table: PrintedTable) -> Iterator[tuple[int, int]]:
    """Yield the first row of each part and the one behind its last: rows above a table, a title among them, begin another."""
    begin = above = 0
    is_titled = False
    above_one = _rows_above(table.rows)
    for place, row in enumerate(table.rows):
        if not above_one[place]:
            if is_titled and above > begin:
                yield begin, above
                begin = above
            above, is_titled = place + 1, False
        elif any(map(_is_title, row)):
            is_titled = True
    yield begin, len(table.rows)


def _is_title(cell: str | None) -> bool:
    """Whether a cell bears the title of a table, if of none that a budget has."""
    text = plain(cell)
    return "表" in text and (kind_of(text) is not None or (text.endswith("表") and not _LABELLED.search(text)))


def _side_by_side(rows: Sequence[Row], width: int) -> list[tuple[int, int]]:
    """Return the first column of each table of a part and the one behind its last:
    titles in one row are those of tables side by side.

    A table begins behind the last empty column before its title, which may stand over the middle of it.
    """
    titled = next((places for row in rows if (places := [n for n, cell in enumerate(row) if _is_title(cell)])), [])
    begins = [0, *(_behind_gap(rows, *pair) for pair in pairwise(titled))]
    return [*pairwise([*begins, width])]


def _behind_gap(rows: Sequence[Row], title: int, other: int) -> int:
    """Return the column behind the last one without text between two titles; that of the second where none is."""
    gaps = (column for column in range(other - 1, title, -1) if all(row[column] == "" for row in rows))
    return next(gaps, other - 1) + 1


def _is_above(row: Sequence[str | None]) -> bool:
    """Whether a row holds no cells of the table but its title, unit or agency, or nothing."""
    texts = [text for cell in row if (text := plain(cell))]
    if len(texts) <= 1:
        return not texts or _is_title(texts[0]) or bool(_LABELLED.search(texts[0]) or agency_in_title(texts[0]))
    return len(texts) <= 4 and all(_LABELLED.search(text) or _is_title(text) for text in texts)


def _rows_above(rows: Sequence[Row]) -> list[bool]:
    """Return whether each row stands above a table: its title, unit or agency, and a text alone right before such a row."""
    above = list(map(_is_above, rows))
    for place in range(len(rows) - 1, 0, -1):
        if above[place] and any(map(plain, rows[place])) and _is_text_alone(rows[place - 1]):
            above[place - 1] = True
    return above


def _is_text_alone(row: Row) -> bool:
    """Whether a row holds one text, which is no note."""
    texts = list(filter(None, map(plain, row)))
    return len(texts) == 1 and amount(texts[0]) is None and not _NOTE.match(texts[0])


def _head_height(rows: Sequence[Sequence[str | None]]) -> int:
    """Return how many rows name columns: those before the first with a code, an amount, an item or a total."""
    for height, row in enumerate(rows[:_MOST_HEAD_ROWS]):
        texts = [plain(cell) for cell in row]
        filled = [text for text in texts if text]
        if any(CODE.fullmatch(text) for text in texts[:2]) or any(is_formed(text) for text in texts):
            return height
        if height and filled and set(filled[1:]) and set(filled[1:]) <= _NOTHING:
            return height
        if any(_ITEM.match(text) for text in texts) or (
            filled and all(text in TOTALS or amount(text) is not None for text in filled) and not _is_over_columns(row)
        ):
            return height
        if (
            filled
            and filled[0] in TOTALS
            and any(amount(text) is not None for text in filled[1:])
            and not _counts_columns(texts)
        ):
            return height
        if height and len(filled) > 1 and _are_amounts(filled[1:]) and not _NUMBER_OF_COLUMN.fullmatch(filled[0]):
            return height
    return min(len(rows), 1 if len(rows) <= 1 else _textual_head(rows))


def _are_amounts(texts: Sequence[str]) -> bool:
    """Whether all that stands behind the first text of a row are amounts, and neither years nor numbers of columns."""
    values = list(map(amount, texts))
    return None not in values and not any(map(_YEAR.fullmatch, texts)) and values != list(range(1, len(values) + 1))


def _is_over_columns(row: Sequence[str | None]) -> bool:
    """Whether the only text of a row is one over several columns behind the first (合计 over 基本支出 and 项目支出)."""
    filled = [column for column, cell in enumerate(row) if plain(cell)]
    return len(filled) == 1 and filled[0] > 0 and row[filled[0] + 1 : filled[0] + 2] == (None,)


def _textual_head(rows: Sequence[Sequence[str | None]]) -> int:
    """Return the height of a head whose table has no row that is known for one of amounts."""
    for height, row in enumerate(rows[:_MOST_HEAD_ROWS]):
        if height and (not any(plain(cell) for cell in row) or any(amount(cell) is not None for cell in row)):
            return height
    return 1


def _counts_columns(texts: Sequence[str]) -> bool:
    """Whether a row numbers the columns: 1, 2, 3, or 7=1+3+3, or 栏次."""
    filled = [text for text in texts if text]
    numbers = [text.partition("=")[0] for text in filled if text[0].isdigit()]
    if not filled or not all(_NUMBER_OF_COLUMN.fullmatch(text) for text in filled) or not numbers:
        return False
    values = [int(number) for number in numbers]
    return len(values) > 1 and all(later == earlier + 1 for earlier, later in pairwise(values))


def _column_names(piece: _Piece) -> tuple[str, ...]:
    """Return the name of each column: the texts of the head above it, from top to bottom, slashes between."""
    covering = _covering(piece.printed, piece.first, piece.first + piece.head)
    names: list[list[str]] = [[] for _ in range(piece.width)]
    for place, row in enumerate(piece.rows[: piece.head]):
        texts = [plain(cell) for cell in row]
        if _counts_columns(texts):
            continue
        if not piece.printed.merged:
            texts = _spread(texts, names, place, piece)
        for column, text in enumerate(texts):
            row_of, column_of = covering.get((piece.first + place, column), (piece.first + place, column))
            shown = text or plain(piece.printed.rows[row_of][column_of])
            if shown and (not names[column] or names[column][-1] != shown):
                names[column].append(shown)
    return tuple("/".join(parts) for parts in names)


def _covering(table: PrintedTable, first: int, last: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Return for each covered cell of the rows from `first` up to `last` the cell that covers it."""
    return {
        (row + down, column + right): (row, column)
        for row, column, height, width in table.merged
        if first <= row < last
        for down in range(min(height, last - row))
        for right in range(width)
    }


def _spread(texts: list[str], names: Sequence[list[str]], place: int, piece: _Piece) -> list[str]:
    """Return an upper row of a head whose merged cells are not known:
    a text reaches over blanks that have a name below it.
    """
    if place + 1 >= piece.head:
        return texts
    below = [plain(cell) for cell in piece.rows[place + 1]]
    spread = list(texts)
    for column in range(1, len(texts)):
        if not texts[column] and below[column] and names[column] == names[column - 1]:
            spread[column] = spread[column - 1]
    return spread


def _goes_on(piece: _Piece, last: _Piece, statement: BudgetStatement) -> bool:
    """Whether a piece is the continuation of the statement that ended with `last`."""
    near = (
        piece.page - last.page in (0, 1) and piece.width == last.width and piece.printed.member == last.printed.member
    )
    if not near:
        return False
    title = title_among(piece.above)
    if not may_be_one(agency_above(piece.above), statement.heading.agency):
        return False
    if piece.head and piece.columns == last.columns:
        return title is None or _without_mark(title) == _without_mark(statement.heading.title)
    if piece.page == last.page:
        return piece.head == 0 and not piece.printed.y and not any(map(plain, piece.above))
    return title is None and (piece.head == 0 or not any(piece.columns) or _no_head(piece))


def _without_mark(title: str) -> str:
    """Return a title without the mark of one that is printed again (续表, 续)."""
    return re.sub(r"\(?续表?\d*\)?$", "", plain(title))


def _is_rest(piece: _Piece, last: _Piece) -> bool:
    """Whether a piece has the rows of a head that stands by itself at the end of the page before."""
    return piece.page - last.page == 1 and bool(piece.head) and title_among(piece.above) is None


def _no_head(piece: _Piece) -> bool:
    """Whether the rows of a piece that name columns are rather the rest of a row of the page before,
    or rows with numbers of lines.
    """
    rows = piece.rows[: piece.head]
    is_rest = len(rows) == 1 and sum(bool(plain(cell)) for cell in rows[0]) <= 2
    return is_rest or all(any(amount(cell) is not None for cell in row) for row in rows)


def _joined(statement: BudgetStatement, piece: _Piece) -> BudgetStatement:
    rows, note, heading = list(statement.rows), statement.note, statement.heading
    begin = piece.first + piece.head
    covering = _covering(piece.printed, begin, piece.first + len(piece.rows))
    for place, cells in enumerate(piece.rows[piece.head :], begin):
        texts = [plain(cell) for cell in cells]
        first = next(filter(None, texts), "")
        if not first or _counts_columns(texts):
            continue
        alone = len(list(filter(None, texts))) == 1
        if alone and (unit := unit_of([first])):
            heading = replace(heading, unit=heading.unit or unit)
        elif _NOTE.match(first) or (alone and len(first) > 40):
            note = note or first
        else:
            labels = tuple(
                text or _text_above(piece.printed, covering, place, column) for column, text in enumerate(texts)
            )
            row = BudgetRow(piece.table, piece.page, place, cells, labels, piece.places)
            if rows and row.page - rows[-1].page == 1 and place == begin and _is_rest_of_row(row, rows):
                row = _put_together(rows.pop(), row)
            rows.append(row)
    return replace(
        statement,
        heading=heading,
        rows=tuple(rows),
        tables=(*statement.tables, piece.table),
        pages=tuple(dict.fromkeys((*statement.pages, piece.page))),
        note=note,
    )


def _is_rest_of_row(row: BudgetRow, rows: Sequence[BudgetRow]) -> bool:
    """Whether the first row of a page is the second half of the last one of the page before."""
    return is_second_half(row.cells, rows[-1].cells, [each.cells for each in rows])


def _put_together(first: BudgetRow, second: BudgetRow) -> BudgetRow:
    """Return a row of its two halves, at the place of the one with the amounts."""
    cells = put_together(first.cells, second.cells)
    labels = tuple(map("".join, zip(first.labels, second.labels, strict=True)))
    return replace(second if has_amounts(second.cells) else first, cells=cells, labels=labels)


def _text_above(table: PrintedTable, covering: dict[tuple[int, int], tuple[int, int]], row: int, column: int) -> str:
    """Return the text of the cell that covers a field from above, "" where none does."""
    above, left = covering.get((row, column), (row, column))
    return plain(table.rows[above][column]) if above < row and left == column else ""
