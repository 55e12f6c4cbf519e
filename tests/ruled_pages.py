"""PDF pages with ruled tables, written by hand as programs print them."""

from collections.abc import Iterable, Sequence

from tests.files import pdf

Cells = Sequence[Sequence[str | None]]

ROW, COLUMN = 20, 60  # points


def ruled(cells: Cells, *, left: int = 20, top: int = 180, style: str = "boxes", above: str = "") -> bytes:
    """The content of a page with a table; a cell None is covered by the one on its left, "^" by the one above it.

    `style`: how a program draws lines: `boxes` strokes each cell, `strips` fills thin rectangles, `path` strokes all in one path.
    """
    boxes, texts = [], []
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            if cell is None or cell == "^":
                continue
            width = 1 + sum(1 for _ in _while(line[column + 1 :], None))
            height = 1 + sum(1 for _ in _while([other[column] for other in cells[row + 1 :]], "^"))
            x, y = left + column * COLUMN, top - (row + height) * ROW
            boxes.append((x, y, width * COLUMN, height * ROW))
            if cell:
                texts.append((cell, x + 3, y + 6))
    if above:
        texts.append((above, left, top + 6))
    return _lines(boxes, style) + b" BT /F1 8 Tf " + b" ".join(
        b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, _escaped(text)) for text, x, y in texts
    ) + b" ET "  # fmt: skip


def turned(content: bytes) -> bytes:
    """Content for a page 200 points wide and 300 high that is read from the side, as one shown turned by 90° is."""
    return b"q 0 1 -1 0 300 0 cm " + content + b" Q"


def ruled_pdf(cells: Cells, **options: object) -> bytes:
    return pdf(ruled(cells, **options))  # type: ignore[arg-type]


def _while(cells: Iterable[str | None], value: str | None) -> Iterable[str | None]:
    for cell in cells:
        if cell != value:
            return
        yield cell


def _lines(boxes: Sequence[tuple[int, int, int, int]], style: str) -> bytes:
    if style == "strips":
        strips = [
            strip
            for x, y, w, h in boxes
            for strip in ((x, y, w, 0.5), (x, y + h, w, 0.5), (x, y, 0.5, h), (x + w, y, 0.5, h))
        ]
        return b" ".join(b"%.1f %.1f %.1f %.1f re f" % strip for strip in strips)
    boxed = b"%d %d %d %d re"
    if style == "path":
        return b" ".join(boxed % box for box in boxes) + b" S"
    return b" ".join(boxed % box + b" S" for box in boxes)


def _escaped(text: str) -> bytes:
    return text.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
