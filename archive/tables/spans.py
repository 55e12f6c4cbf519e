"""Cells that span rows and columns, placed in the order in which HTML states them. Pure."""

from archive.tables.printed_table import MOST_CELLS, MOST_COLUMNS, Merged, PrintedTable, evened, printed_cell


class Spans:
    """Places cells that span rows and columns, in the order in which HTML and Word state them."""

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
