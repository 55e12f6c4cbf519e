"""The numbers of an xlsx workbook as its cells print them, as far as the formats are of digits alone: `#,##0.00`, `0.0%`."""

import io
import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
             40: "#,##0.00", 41: "#,##0", 43: "#,##0.00"}  # fmt: skip
_DIGITS = re.compile(r"(?P<whole>[#0,]*[#0])(?:\.(?P<decimals>0+))?(?P<scale>,*)(?P<percent>%?)")
_AROUND = re.compile(r'_.|\*.|\[[^\]\[]{0,100}\]|"[ ¥￥$]{0,20}"|[ ¥￥$]')  # widths, fillings, colours, signs of money
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*?)/?>")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_STYLE = re.compile(rb"""\bs=["'](\d{1,5})["']""")
_MOST_STYLED = 1_000_000
_LARGEST = 1e15  # a number has no more digits than that that are sure


class NumberFormats:
    """The formats of a workbook's cells; of no cell where `data` is no xlsx file."""

    def __init__(self, data: bytes) -> None:
        self._formats: list[str] = []
        self._styles: dict[str, dict[tuple[int, int], int]] = {}
        if data:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                self._read(archive)

    def printed(self, sheet: str, row: int, column: int, value: object) -> str | None:
        """Return a number as its cell prints it; None for anything else, and where the format is unknown or general."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            return None
        style = self._styles.get(sheet, {}).get((row, column), -1)
        return formatted(value, self._formats[style]) if 0 <= style < len(self._formats) else None

    def _read(self, archive: zipfile.ZipFile) -> None:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return
        self._formats = _cell_formats(_parsed(archive.read("xl/styles.xml")))
        if not any(map(_DIGITS.search, self._formats)):
            return
        targets = {
            node.get("Id"): f"xl/{(node.get('Target') or '').removeprefix('/xl/')}"
            for node in _parsed(archive.read("xl/_rels/workbook.xml.rels"))
        }
        for node in _parsed(archive.read("xl/workbook.xml")).iter("{*}sheet"):
            relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
            part = targets.get(relation, "")
            if part in names:
                self._styles[node.get("name") or ""] = _styled_cells(archive.read(part))


def formatted(value: float, code: str) -> str | None:
    """Return a number as a format of Excel prints it, None where the format is not of digits alone."""
    sections = code.split(";")
    section = sections[1] if value < 0 and len(sections) > 1 and "(" not in sections[1] else sections[0]
    form = _DIGITS.fullmatch(_AROUND.sub("", section).removeprefix("-"))
    if form is None:
        return None
    number = Decimal(repr(value)) * (100 if form["percent"] else 1) / 1000 ** len(form["scale"])
    places = Decimal(1).scaleb(-len(form["decimals"] or ""))
    grouped = "," if "," in form["whole"] else ""
    return f"{number.quantize(places, ROUND_HALF_UP):{grouped}f}{form['percent']}"


def _cell_formats(styles: etree._Element) -> list[str]:
    """Return the format of each style that cells name by its number, "" where it is not known."""
    codes = {str(number): code for number, code in _BUILT_IN.items()}
    for node in styles.iter("{*}numFmt"):
        codes[node.get("numFmtId") or ""] = node.get("formatCode") or ""
    return [codes.get(style.get("numFmtId") or "", "") for style in styles.iterfind("{*}cellXfs/{*}xf")]


def _styled_cells(sheet: bytes) -> dict[tuple[int, int], int]:
    """Return row and column, from 0, of each cell of a sheet's XML that names a style, and the style's number."""
    styles: dict[tuple[int, int], int] = {}
    for cell in _CELL.finditer(sheet):
        place, style = _PLACE.search(cell[1]), _STYLE.search(cell[1])
        if place and style:
            styles[int(place[2]) - 1, column_number(place[1]) - 1] = int(style[1])
            if len(styles) > _MOST_STYLED:
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
