"""PDF pages with ruled tables, written by hand as programs print them."""

from collections.abc import Iterable, Sequence

from tests.files import pdf

Cells = Sequence[Sequence[str | None]]

ROW, COLUMN = 20, 60  # points, if not told otherwise


def ruled(
    cells: Cells,
    *,
    left: int = 20,
    top: int = 180,
    style: str = "boxes",
    above: str = "",
    column_width: int = COLUMN,
    font: int = 8,
) -> bytes:
    """The content of a page with a table; a cell None is covered by the one on its left, "^" by the one above it.

    `style`: how a program draws lines: `boxes` strokes each cell, `strips` fills thin rectangles, `path` strokes all in one path,
    `thick` strokes each side of a cell as a line of four points, `rows` strokes those above and below it alone, `none` draws none.
    """
    boxes, texts = [], []
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            if cell is None or cell == "^":
                continue
            width = 1 + sum(1 for _ in _while(line[column + 1 :], None))
            height = 1 + sum(1 for _ in _while([other[column] for other in cells[row + 1 :]], "^"))
            x, y = left + column * column_width, top - (row + height) * ROW
            boxes.append((x, y, width * column_width, height * ROW))
            if cell:
                texts.append((cell, x + 3, y + 6))
    texts += [(line, left, top + 6 + 12 * number) for number, line in enumerate(reversed(above.split("\n"))) if line]
    return drawn(boxes, texts, style, font)


def drawn(
    boxes: Sequence[tuple[int, int, int, int]], texts: Sequence[tuple[str, int, int]], style: str, font: int
) -> bytes:
    """Content with boxes (left, bottom, width, height) and texts (text, left, base line), in points."""
    return _lines(boxes, style) + b" BT " + b" ".join(
        b"/F%d %d Tf 1 0 0 1 %d %d Tm %s Tj" % (1 if text.isascii() else 2, font, x, y, _string(text))
        for text, x, y in texts
    ) + b" ET "  # fmt: skip


_CHINESE = (
    b"/F2<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000"
    b"/W[1 95 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -120 1000 880]"
    b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>>>]>>"
)
"""A font that every reader knows the characters of; none is in the file."""


def document(contents: Sequence[bytes], size: tuple[int, int], *, turned: int = 0) -> bytes:
    """A PDF of several pages with these contents, shown `turned` by so many degrees."""
    kids = b" ".join(b"%d 0 R" % (3 + 2 * number) for number in range(len(contents)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents))]
    fonts = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>%s>>" % _CHINESE
    for number, content in enumerate(contents):
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Rotate %d/Contents %d 0 R/Resources<<%s>>>>"
            % (*size, turned, 4 + 2 * number, fonts),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start, table = len(out), b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))


def line_of_text(text: str) -> bytes:
    """The content of a page with one line of Latin text."""
    return b"BT /F1 12 Tf 20 100 Td (%s) Tj ET" % text.encode()


def turned(content: bytes) -> bytes:
    """Content for a page 300 points wide and high: shown turned by 90°, it stands upright."""
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
    if style == "thick":
        sides = [
            side
            for x, y, w, h in boxes
            for side in ((x, y, x + w, y), (x, y + h, x + w, y + h), (x, y, x, y + h), (x + w, y, x + w, y + h))
        ]
        return b"q 4 w " + b" ".join(b"%d %d m %d %d l S" % side for side in sides) + b" Q"
    if style in ("rows", "none"):
        sides = [
            side for x, y, w, h in boxes for side in ((x, y, x + w, y), (x, y + h, x + w, y + h)) if style == "rows"
        ]
        return b" ".join(b"%d %d m %d %d l S" % side for side in sides)
    boxed = b"%d %d %d %d re"
    if style == "path":
        return b" ".join(boxed % box for box in boxes) + b" S"
    return b" ".join(boxed % box + b" S" for box in boxes)


def _string(text: str) -> bytes:
    if not text.isascii():
        return b"<%s>" % text.encode("utf-16-be").hex().encode()
    return b"(%s)" % text.encode().replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
