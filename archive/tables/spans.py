"""Cells that span rows and columns, placed in the order in which a file states them. Pure."""

from archive.tables.printed_table import MOST_CELLS, MOST_COLUMNS, Merged, PrintedTable, evened, printed_cell


class Spans:
    """Places cells that state how many rows and columns they span, as in HTML."""

    def __init__(self) -> None:
        self.rows: list[list[str | None]] = []
        self.merged: list[Merged] = []
        self._open: dict[int, int] = {}
        """Column → how many further rows a cell from above covers there."""

    def start_row(self) -> None:
        """Begin a row; what cells above reach into is covered."""
        self.rows.append([])
        self._skip_covered()

    def add(self, text: str, height: int = 1, width: int = 1) -> None:
        """Add the next cell. What goes beyond the limits is cut."""
        row, column = self.rows[-1], len(self.rows[-1])
        width = max(1, min(width, MOST_COLUMNS - column))
        height = max(1, min(height, MOST_CELLS))
        if column >= MOST_COLUMNS:
            return
        row += [printed_cell(text), *[None] * (width - 1)]
        if height > 1:
            self._open |= dict.fromkeys(range(column, column + width), height - 1)
        if (height, width) != (1, 1):
            self.merged.append((len(self.rows) - 1, column, height, width))
        self._skip_covered()

    def table(self, *, page: int = 0, before: str = "") -> PrintedTable:
        """Return the table; merged cells end where it ends."""
        rows = evened([tuple(row) for row in self.rows])
        merged = tuple((r, c, min(h, len(rows) - r), w) for r, c, h, w in self.merged)
        return PrintedTable(rows, page, before, tuple(span for span in merged if span[2:] != (1, 1)))

    def _skip_covered(self) -> None:
        row = self.rows[-1]
        while self._open.get(len(row)):
            self._open[len(row)] -= 1
            row.append(None)


class CellsDownwards:
    """Places cells of which each row states again those that go on from above, as in Word and RTF."""

    def __init__(self) -> None:
        self._rows: list[list[str | None]] = []
        self._spans: list[list[int]] = []
        self._last: list[int] = []
        self._reaching: dict[int, list[int]] = {}
        """Column → the span of the last cell that begins there."""

    def start_row(self, before: int = 0) -> None:
        """Begin a row, with so many empty columns before its first cell."""
        self._rows.append([""] * min(before, MOST_COLUMNS))
        self._last = []

    def add(self, text: str, width: int = 1, *, from_left: bool = False, from_above: bool = False) -> None:
        """Add the next cell; one that goes on from the left or from above belongs to the cell there.
        What goes beyond the limits is cut.
        """
        row, column = self._rows[-1], len(self._rows[-1])
        width = min(width, MOST_COLUMNS - column)
        if width < 1:
            return
        here = len(self._rows) - 1
        above = self._reaching.get(column, [0, 0, 0, 0])
        if from_left and self._last:
            self._last[3] += width if self._last[0] == here else 0
            row += [None] * width
        elif from_above and above[0] + above[2] == here:
            self._last = above
            self._last[2] += 1
            row += [None] * width
        else:
            row += [printed_cell(text), *[None] * (width - 1)]
            self._last = self._reaching[column] = [here, column, 1, width]
            self._spans.append(self._last)

    def table(self, *, before: str = "") -> PrintedTable:
        """Return the table."""
        merged: list[Merged] = [
            (row, column, height, width) for row, column, height, width in self._spans if (height, width) != (1, 1)
        ]
        return PrintedTable(evened([tuple(row) for row in self._rows]), before=before, merged=tuple(merged))
