"""Tables cut by the end of a page: the rest set below the columns before it, a row in two halves put together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.budgets.amounts import amount, plain
from archive.tables.printed_table import BEGINS_ROW, PrintedTable, Row

_NEAR = 3  # points; lines no further apart are one


@dataclass(frozen=True, slots=True)
class SetBelow:
    """A table with its cells below the columns of another.
    `places`: for each of these, the column of its own that stands there.
    """

    table: PrintedTable
    places: tuple[int, ...]


def set_below(table: PrintedTable, lines: Sequence[float]) -> SetBelow | None:
    """Return a table set below the columns between `lines`, some of which its cells reach over;
    None where its lines are others.

    A page whose rows are all merged alike has fewer lines than the page before.
    """
    own = [_nearest(line, lines) for line in table.x]
    if not own or None in own or own[0] != 0 or own[-1] != len(lines) - 1 or len(set(own)) < len(own):
        return None
    starts: list[int] = [place for place in own if place is not None]
    rows = tuple(_spread(row, starts) for row in table.rows)
    sizes = {(row, column): (height, width) for row, column, height, width in table.merged}
    merged = [
        (row, starts[column], height, starts[column + width] - starts[column])
        for row, line in enumerate(table.rows)
        for column, cell in enumerate(line)
        if cell is not None
        for height, width in [sizes.get((row, column), (1, 1))]
    ]
    places = tuple(max(column for column, start in enumerate(starts) if start <= place) for place in range(starts[-1]))
    spans = tuple(span for span in merged if span[2:] != (1, 1))
    return SetBelow(replace(table, rows=rows, merged=spans, x=tuple(lines)), places)


def have_same_lines(table: PrintedTable, other: PrintedTable) -> bool:
    """Whether the columns of two tables stand between the same lines."""
    return len(table.x) == len(other.x) and all(
        abs(one - two) <= _NEAR for one, two in zip(table.x, other.x, strict=True)
    )


def _nearest(line: float, lines: Sequence[float]) -> int | None:
    return next((place for place, other in enumerate(lines) if abs(line - other) <= _NEAR), None)


def _spread(row: Row, starts: Sequence[int]) -> Row:
    cells: list[str | None] = [None] * starts[-1]
    for cell, start in zip(row, starts, strict=False):
        cells[start] = cell
    return tuple(cells)


def is_second_half(row: Row, first: Row, rows: Sequence[Row]) -> bool:
    """Whether a row is the second half of the `first` one:
    it goes on with words that fill their lines there, and only one has amounts.

    `rows`: those of the table so far; a cell of several lines shows how much a line of its column holds.
    """
    words = [column for column, cell in enumerate(row) if plain(cell) and amount(cell) is None]
    if not words:
        return _ends_numbers(row, first)
    if (has_amounts(row) and has_amounts(first)) or any(BEGINS_ROW.match(plain(row[column])) for column in words):
        return False
    return all(_is_full(first[column], [each[column] for each in rows]) for column in words)


def _ends_numbers(row: Row, first: Row) -> bool:
    """Whether the amounts of a row are the ends of those of the one before, none of which can be read without its own."""
    pairs = [(cell, before) for cell, before in zip(row, first, strict=True) if plain(cell)]
    return bool(pairs) and all(
        plain(before) and amount(before) is None and amount(f"{before}{cell}") is not None for cell, before in pairs
    )


def put_together(first: Row, second: Row) -> Row:
    """Return a row of its two halves."""
    return tuple(
        "\n".join(filter(None, halves)) if any(halves) else halves[0] for halves in zip(first, second, strict=True)
    )


def has_amounts(row: Row) -> bool:
    """Whether a row holds an amount, or a code, which looks like one."""
    return any(amount(cell) is not None for cell in row)


def _is_full(cell: str | None, column: Sequence[str | None]) -> bool:
    """Whether the last line of a cell leaves no room for another character, as the broken lines of its column show."""
    broken = [line for each in column if each for line in each.split("\n")[:-1]]
    return (
        bool(cell and broken)
        and amount(cell) is None
        and _room((cell or "").split("\n")[-1]) >= max(map(_room, broken)) - 1
    )


def _room(line: str) -> float:
    """Return the width of a line in Han characters."""
    return sum(0.5 if character.isascii() else 1.0 for character in line)
