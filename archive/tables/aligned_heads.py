"""Columns of tables without vertical lines, and which of them each head is over. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby, islice, pairwise, product
from math import inf
from operator import attrgetter

from archive.tables.aligned_words import (
    LEADING,
    NUMBER,
    Lines,
    UnclearColumnsError,
    Words,
    columns_below,
    has_amounts,
    rooms_of,
)
from archive.tables.printed_table import MOST_COLUMNS

_MOST_WORDS = 1_000  # of a head
_MOST_WAYS = 1_000  # to divide columns among heads
_ALIGNED = 1.5  # points by which amounts that end at one place may be apart
_ALIKE = 2  # points by which words that begin at one place may be apart
_CENTRED = 12  # points by which the middle of a head may be off that of its columns
_LOWER = 4  # points that a head must be off the middle of the whole head's height to be below another one


@dataclass(slots=True)
class Cell:
    """A cell: its first and last column, and the words in it."""

    first: int
    last: int
    words: list[Words]

    @property
    def columns(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return (self.words[0].height + self.words[-1].height) / 2

    @property
    def text(self) -> str:
        return "\n".join(words.text for words in self.words)


Row = list[Cell]


def read_columns(
    head: Sequence[Lines], body: Iterable[Lines], *, right_aligned: bool
) -> tuple[list[Words], frozenset[Words]]:
    """Return the room of each column, from left to right: of the words in rows of amounts, and of the heads above them;
    and the heads that stand between two columns, over both. `right_aligned`: amounts end at the right edge of their cells.
    """
    lines = [line for row in head for line in row]
    named = [line for line in lines if not line.has_numbers]
    middle = (named[0].middle + named[-1].middle) / 2 if named else 0
    if sum(len(line.words) for line in named) > _MOST_WORDS:
        raise UnclearColumnsError
    names = [words for line in named for words in line.words]
    printed = [words for row in body if has_amounts(row) for line in row for words in line.words]
    rooms = rooms_of(printed)
    amounts = [*_amounts_of(printed)]
    of_texts = {room for room in rooms if not any(each.overlaps(room) for each in amounts)}
    rooms = _widen_to_cells(rooms, amounts, names) if right_aligned else rooms
    heads = _Heads(rooms, names, of_texts, [each for each in names if each.height < middle + _LOWER])
    for line in reversed(named):
        heads.add(line.words, may_be_over_several=abs(line.middle - middle) >= _LOWER)
    for line in (line for line in lines if line.has_numbers):
        heads.add(line.words, may_be_over_several=False)
    columns = sorted(heads.columns, key=attrgetter("left"))
    if not 1 < len(columns) <= MOST_COLUMNS or any(one.overlaps(other) for one, other in pairwise(columns)):
        raise UnclearColumnsError
    return columns, frozenset(heads.between)


def _widen_to_cells(rooms: Sequence[Words], amounts: Sequence[Words], heads: Sequence[Words]) -> list[Words]:
    """Return the rooms of columns, those of `amounts` as wide as their cells: a head stands in the middle of its cell, at
    whose right edge the amounts end.

    Raises UnclearColumnsError where amounts of a column end at several places, or it has no head, or one of several; and
    where amounts of one width only, which may as well begin at the left edge, have a head on their right.
    """
    cells: list[Words] = []
    last = max(amounts, key=lambda words: words.middle)
    is_right_aligned = any(own.overlaps(room) and own.left - room.left > _ALIGNED for room in rooms for own in amounts)
    if not is_right_aligned and any(head.middle > last.middle + _ALIGNED for head in heads):
        raise UnclearColumnsError
    for before, room in pairwise((Words(-inf, -inf), *rooms)):
        own = [words for words in amounts if words.overlaps(room)]
        if own and any(room.right - words.right > _ALIGNED for words in own):
            raise UnclearColumnsError
        cells.append(Words(_left_edge(before, room, own, heads), room.right) if own else room)
    return cells


def _amounts_of(words: Sequence[Words]) -> Iterator[Words]:
    """Yield the words that are amounts, or numbers in a column of amounts."""
    amounts = [each for each in words if each.is_amount]
    for each in words:
        if each.is_amount or (NUMBER.fullmatch(each.text) and any(each.overlaps(amount) for amount in amounts)):
            yield each


def _left_edge(before: Words, room: Words, amounts: Sequence[Words], heads: Sequence[Words]) -> float:
    """Return the left edge of the cells of a column: its head, the lowest of those farthest right between the column
    `before` and the amounts, is as far from it as from the right edge.
    """
    middle = max(amounts, key=lambda words: words.right - words.left).middle
    between = [head for head in heads if before.right < head.middle <= middle + _ALIGNED]
    if not between:
        raise UnclearColumnsError
    last = max(between, key=lambda head: head.middle)
    own = min((head for head in between if head.overlaps(last)), key=lambda head: head.height)
    if any(head.height < own.height - own.size / 2 for head in between):
        raise UnclearColumnsError
    return min(room.left, max(before.right, 2 * own.middle - room.right))


class _Heads:
    """Columns of amounts that take in their heads, line by line from the lowest; `words` are those of all lines, and
    `lower` those without heads over several columns, which stand in the middle of these: between a head and the texts it is
    over, where these fill the left of their column alone.
    """

    def __init__(
        self, columns: list[Words], words: Sequence[Words], of_texts: Set[Words], lower: Sequence[Words]
    ) -> None:
        self.columns = columns
        self.between: set[Words] = set()
        self._words = words
        self._of_texts = of_texts
        self._lower = lower
        self._named: set[int] = set()

    def add(self, line: Iterable[Words], *, may_be_over_several: bool) -> None:
        """Add the heads that stand over one column, or beside what is in it; those of columns without amounts are new.

        One between two columns that have theirs is over both, unless a head of a single column stands as high as it.
        """
        named = set(self._named)
        lower = [self.columns[number] for number in named]
        between: set[Words] = set()
        beside: list[Words] = []
        for words in line:
            match columns_below(words, self.columns):
                case [column]:
                    self._name(column, words)
                case []:
                    beside.append(words)
        free = {words: self._free(words, self._words) or self._free_of_texts(words) for words in beside}
        for words in beside:
            if not free[words]:
                del free[words]
                if any(each.right <= words.left for each in lower) and any(words.right <= each.left for each in lower):
                    between.add(words)
                else:
                    self._name(len(self.columns), words)
        while free:
            words, columns = min(free.items(), key=lambda pair: len(pair[1]))
            if len(columns) != 1:
                raise UnclearColumnsError
            self._name(columns[0], words)
            free = {
                each: [one for one in others if one not in columns] for each, others in free.items() if each != words
            }
        if between and not (may_be_over_several and self._named == named):
            raise UnclearColumnsError
        self.between |= between

    def _free(self, words: Words, among: Iterable[Words]) -> list[int]:
        """Return the columns without a head between the words on the left and those on the right."""
        left = max((other.right for other in among if other.right <= words.left), default=-inf)
        right = min((other.left for other in among if other.left >= words.right), default=inf)
        return [
            number
            for number, column in enumerate(self.columns)
            if number not in self._named and left <= column.left and column.right <= right
        ]

    def _free_of_texts(self, words: Words) -> list[int]:
        """Return the column right before the words, if it is one of texts that is free but for heads over several columns."""
        free = self._free(words, self._lower) if words in self._lower else []
        before = [column for column in self.columns if column.right <= words.left]
        last = max(before, key=attrgetter("right"), default=None)
        return [number for number in free if self.columns[number] is last and last in self._of_texts]

    def _name(self, number: int, words: Words) -> None:
        """Give a column, or a new one, its head. Raises UnclearColumnsError where words of another head stand nearer to it."""
        if number == len(self.columns):
            self.columns.append(Words(words.left, words.right))
        column = self.columns[number]
        among = self._lower if column in self._of_texts and words in self._lower else self._words
        others = (other for other in among if not other.overlaps(words) and not self._is_over_another(other, column))
        if any(other.distance(column) < words.distance(column) for other in others):
            raise UnclearColumnsError
        self.columns[number] = column.with_room_of(words)
        self._named.add(number)

    def _is_over_another(self, words: Words, column: Words) -> bool:
        return not words.overlaps(column) and any(words.overlaps(other) for other in self.columns)


def join_broken(head: Sequence[Row]) -> list[Row]:
    """Return the rows of a head with texts that go on in the line below, of one column, as one: 基本支 and 出."""
    above: dict[int, Cell] = {}
    for row in head:
        for cell in list(row):
            upper = above.get(cell.first)
            if upper and len(upper.columns) == len(cell.columns) == 1 and _goes_on(upper.words[-1], cell.words[0]):
                upper.words += cell.words
                row.remove(cell)
            else:
                above |= dict.fromkeys(cell.columns, cell)
    return [row for row in head if row]


def _goes_on(words: Words, below: Words) -> bool:
    """Whether a line of words is the next one of the same text: near, not wider, and set below its middle or beginning."""
    size = below.size
    aligned = min(abs(words.middle - below.middle), abs(words.left - below.left)) < _ALIKE
    is_near = 0 < words.height - below.height <= LEADING * size
    is_full = words.right - words.left + size >= below.right - below.left
    return aligned and is_near and is_full and not NUMBER.fullmatch(below.text)


def widen_heads(head: Sequence[Row], columns: Sequence[Words], amounts: Set[int]) -> None:
    """Let upper heads reach over all columns whose heads are below them: but for those that stand in the middle of the
    whole head's height with none below, whose cells are as high as that.

    Raises UnclearColumnsError where it cannot be told which of several upper heads one is below, or amounts have none of
    their own.
    """
    levels = [row for row in head if not _numbers_columns(row)]
    for number in reversed(range(len(levels))):
        middle = (_height(levels[number]) + min(cell.middle for cell in levels[-1])) / 2
        names: dict[int, Words] = {}
        own = {cell.first for cell in levels[number]}
        for lower in levels[:number:-1]:
            named = {column: cell for cell in lower for column in cell.columns}
            whole = {column for column, cell in named.items() if abs(cell.middle - middle) < _LOWER}
            whole = whole if own.isdisjoint(whole) else set()
            names |= {column: cell.words[0] for column, cell in named.items() if column in names or column not in whole}
        for run in _runs(names):
            over = [cell for cell in levels[number] if cell.first in run]
            alone = [column for column in run if not any(column in cell.columns for cell in over)]
            if over and alone:
                _divide(run, over, names, columns, amounts)
    lowest = {column: cell for row in levels for cell in row for column in cell.columns}
    if head and not all(column in lowest and len(lowest[column].columns) == 1 for column in amounts):
        raise UnclearColumnsError


def levels_of(head: Sequence[Row]) -> list[Row]:
    """Return the cells of a head in rows: each below the cells that are over its columns, as high as it can stand.

    Raises UnclearColumnsError where one is over more columns than the one above it.
    """
    levels: list[Row] = []
    depth: dict[int, int] = {}
    over: dict[int, Cell] = {}
    for row in head:
        first = len(levels) if _numbers_columns(row) else 0
        for cell in row:
            if any(len(over.get(column, cell).columns) < len(cell.columns) for column in cell.columns):
                raise UnclearColumnsError
            over |= dict.fromkeys(cell.columns, cell)
            level = max(first, *(depth.get(column, 0) for column in cell.columns))
            levels += [[] for _ in range(level + 1 - len(levels))]
            levels[level].append(cell)
            depth |= dict.fromkeys(cell.columns, level + 1)
    return [sorted(level, key=attrgetter("first")) for level in levels]


def _height(row: Row) -> float:
    """Return how high the middle of a row stands."""
    heights = [words.height for cell in row for words in cell.words]
    return (max(heights) + min(heights)) / 2


def _numbers_columns(row: Row) -> bool:
    return sum(NUMBER.fullmatch(cell.text) is not None for cell in row) > 1


def _runs(columns: Iterable[int]) -> Iterator[list[int]]:
    """Yield the numbers of columns that follow each other."""
    for _, run in groupby(enumerate(sorted(columns)), lambda pair: pair[1] - pair[0]):
        yield [column for _, column in run]


def _divide(
    run: Sequence[int],
    over: Sequence[Cell],
    names: Mapping[int, Words],
    columns: Sequence[Words],
    amounts: Set[int],
) -> None:
    """Divide columns among the heads over them, so that each stands in the middle of its own, or begins where they do."""

    def off(bounds: tuple[int, ...]) -> float:
        return sum(
            _off(cell.words[0], first, end - 1) for cell, (first, end) in zip(over, pairwise(bounds), strict=True)
        )

    def _off(words: Words, first: int, last: int) -> float:
        if not any(column in amounts for column in range(first, last + 1)):
            return 0.0
        middles = (columns[first].left + columns[last].right) / 2, (names[first].middle + names[last].middle) / 2
        return min(abs(words.middle - middle) for middle in middles)

    starts = [cell.first for cell in over]
    if starts[0] == run[0] and all(abs(cell.words[0].left - names[cell.first].left) < _ALIKE for cell in over):
        bounds = (*starts, run[-1] + 1)
    else:
        between = [range(before.last + 1, cell.first + 1) for before, cell in pairwise(over)]
        ways = [(run[0], *ends, run[-1] + 1) for ends in islice(product(*between), _MOST_WAYS)]
        (best, bounds), *others = sorted((off(way), way) for way in ways)
        if len(ways) == _MOST_WAYS or best > _CENTRED * len(over) or (others and others[0][0] < best + _CENTRED):
            raise UnclearColumnsError
    for cell, (first, end) in zip(over, pairwise(bounds), strict=True):
        cell.first, cell.last = first, end - 1
