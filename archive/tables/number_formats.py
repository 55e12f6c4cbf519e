"""The numbers of a workbook as its cells print them, as far as the formats are of digits alone, or of a text in their stead:
`#,##0.00`, `0.0%`, `0.00;-0.00;"-"`.
"""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
             40: "#,##0.00", 41: '#,##0;-#,##0;"-"', 43: '#,##0.00;-#,##0.00;"-"'}  # fmt: skip
"""Formats that a workbook names by their numbers alone."""
MOST_STYLED = 1_000_000
"""Cells of a sheet whose styles are read."""
_DIGITS = re.compile(r"(?P<whole>[#0,]*[#0])(?:\.(?P<decimals>0+))?(?P<scale>,*)(?P<percent>%?)")
_AROUND = re.compile(r'_.|\*.|\[[^\]\[]{0,100}\]|"[ ¥￥$]{0,20}"|[ ¥￥$]')  # widths, fillings, colours, signs of money
_INSTEAD = re.compile(r'(?:[-? ]|"[^"]{0,40}"|_.|\*.|\[[^\]\[]{0,100}\])*')  # a text that stands for any number
_NO_TEXT = re.compile(r'_.|\*.|\[[^\]\[]{0,100}\]|["?]')
_ESCAPED = re.compile(r"\\(.)")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*?)/?>")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_STYLE = re.compile(rb"""\bs=["'](\d{1,5})["']""")
UNSURE = 1e15
"""A number from which on a workbook keeps not all of its digits."""


Styles = dict[tuple[int, int], int]
"""Row and column of a cell, from 0, and the number of its style."""


@dataclass(frozen=True, slots=True)
class NumberFormats:
    """The formats of a workbook's cells. `formats`: that of each style, by its number;
    `styles`: those of the cells of each sheet.
    """

    formats: Sequence[str] = ()
    styles: Mapping[str, Styles] = field(default_factory=dict)

    def printed(self, sheet: str, row: int, column: int, value: object) -> str | None:
        """Return a number as its cell prints it; None for anything else, and where the format is unknown or general."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < UNSURE:
            return None
        style = self.styles.get(sheet, {}).get((row, column), -1)
        return formatted(value, self.formats[style]) if 0 <= style < len(self.formats) else None


def read_xlsx_formats(archive: zipfile.ZipFile) -> NumberFormats:
    """Return the formats of an xlsx workbook; of no cell where it states none."""
    if "xl/styles.xml" not in archive.namelist():
        return NumberFormats()
    formats = _cell_formats(_parsed(archive.read("xl/styles.xml")))
    if not any(map(_DIGITS.search, formats)):
        return NumberFormats()
    styles = {name: _styled_cells(archive.read(part)) for name, part in sheet_parts(archive).items()}
    return NumberFormats(formats, styles)


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of an xlsx workbook that each sheet stands in, by the sheets' names."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {
        node.get("Id"): f"xl/{(node.get('Target') or '').removeprefix('/xl/')}"
        for node in _parsed(archive.read("xl/_rels/workbook.xml.rels"))
    }
    parts: dict[str, str] = {}
    for node in _parsed(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
        if (part := targets.get(relation, "")) in names:
            parts[node.get("name") or ""] = part
    return parts


def formatted(value: float, code: str) -> str | None:
    """Return a number as a format of Excel prints it, None where the format is not of digits alone, nor of a text for zero."""
    sections = _ESCAPED.sub(r"\1", code).split(";")
    section = sections[1] if value < 0 and len(sections) > 1 and "(" not in sections[1] else sections[0]
    if value == 0 and len(sections) > 2:
        section = sections[2]
        if _INSTEAD.fullmatch(section):
            return _NO_TEXT.sub("", section).strip()
    form = _DIGITS.fullmatch(_AROUND.sub("", section).removeprefix("-"))
    if form is None:
        return None
    number = Decimal(repr(value)) * (100 if form["percent"] else 1) / 1000 ** len(form["scale"])
    places = Decimal(1).scaleb(-len(form["decimals"] or ""))
    grouped = "," if "," in form["whole"] else ""
    return f"{number.quantize(places, ROUND_HALF_UP):{grouped}f}{form['percent']}"


def _cell_formats(styles: etree._Element) -> list[str]:
    """Return the format of each style that cells name by its number, "" where it is not known."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    for node in styles.iter("{*}numFmt"):
        codes[node.get("numFmtId") or ""] = node.get("formatCode") or ""
    return [codes.get(style.get("numFmtId") or "", "") for style in styles.iterfind("{*}cellXfs/{*}xf")]


def _styled_cells(sheet: bytes) -> Styles:
    """Return row and column, from 0, of each cell of a sheet's XML that names a style, and the style's number."""
    styles: Styles = {}
    for cell in _CELL.finditer(sheet):
        place, style = _PLACE.search(cell[1]), _STYLE.search(cell[1])
        if place and style:
            styles[int(place[2]) - 1, column_number(place[1]) - 1] = int(style[1])
            if len(styles) > MOST_STYLED:
                break
    return styles


def column_number(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parsed(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
