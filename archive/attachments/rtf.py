"""Text and tables of RTF files. Pure. Fonts, pictures and page headers are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from archive.attachments.file_contents import FileContents
from archive.attachments.markup import tidy
from archive.tables.printed_table import MOST_COLUMNS, PrintedTable, lines_before
from archive.tables.spans import CellsDownwards

_CODEPAGE = re.compile(rb"\\ansicpg(\d{1,5})")
_RTF_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-z]{1,32})(-?\d{1,9})?[ ]?|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_RTF_SKIPPED = frozenset(
    (b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"listtable", b"listoverridetable",
     b"generator", b"header", b"footer", b"headerl", b"headerr", b"footerl", b"footerr", b"fldinst", b"themedata",
     b"colorschememapping", b"datastore", b"latentstyles", b"xmlnstbl", b"rsidtbl", b"bkmkstart", b"bkmkend")
)  # fmt: skip
_LINE_ENDS = frozenset((b"par", b"line", b"page", b"sect"))
_FORMS = frozenset((b"trowd", b"cellx", b"clmrg", b"clvmrg"))
_RTF_TEXT = {
    b"tab": "\t", b"nestcell": " ", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emdash": "—", b"endash": "–",
}  # fmt: skip
_NEAR = 20  # twips, a twentieth of a point; sides of cells no further apart are one
_LOOKED_BACK = 40  # lines before a table


@dataclass(slots=True)
class _CellForm:
    """The form of a cell as its row states it: its right side, and whether it goes on from the left or from above."""

    right: int = 0
    from_left: bool = False
    from_above: bool = False


@dataclass(slots=True)
class _TableRow:
    """A row of a table: texts, and forms of its cells."""

    texts: list[str]
    forms: list[_CellForm]


@dataclass(slots=True)
class _State:
    """The state that braces open and close: whether text is skipped, and how many bytes stand in for a character."""

    skipped: bool = False
    fallback: int = 1


@dataclass(slots=True)
class _Reader:
    """The contents read so far, and the state of the reading."""

    encoding: str
    state: _State = field(default_factory=_State)
    outer: list[_State] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    """Bytes of a multi-byte character may come one escape at a time."""
    to_drop: int = 0
    """Bytes that stand in for a character that was read."""
    lines: list[str | _TableRow] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    forms: list[_CellForm] = field(default_factory=list)
    form: _CellForm = field(default_factory=_CellForm)
    in_cell: bool = False

    def take(self, token: re.Match[bytes]) -> None:
        """Take in one token."""
        escaped, word, number, symbol, brace, plain = token.groups()
        if escaped or plain:
            self._take_bytes(bytes.fromhex(escaped.decode()) if escaped else plain)
            return
        self._decode()
        if brace == b"{":
            self.outer.append(replace(self.state))
        elif brace and self.outer:
            self.state, self.to_drop = self.outer.pop(), 0
        elif symbol == b"*" or word in _RTF_SKIPPED:
            self.state.skipped = True
        elif word == b"uc":
            self.state.fallback = max(0, int(number or 1))
        elif word == b"bin":
            self.to_drop += max(0, int(number or 0))
        elif not self.state.skipped:
            self._take_word(word or b"", int(number) if number else None, symbol)

    def end(self) -> None:
        """Take in the end of the file."""
        self._decode()
        self.lines.append(" ".join([*self.texts, self._text()]))

    def _take_bytes(self, piece: bytes) -> None:
        kept = piece[self.to_drop :]  # the stand-in for a \\u character is dropped
        self.to_drop = max(0, self.to_drop - len(piece))
        if not self.state.skipped:
            self.raw += kept

    def _take_word(self, word: bytes, number: int | None, symbol: bytes | None) -> None:
        if word == b"u" and number is not None:
            self.parts.append(chr(number & 0xFFFF))
            self.to_drop = self.state.fallback
        elif word == b"cell":
            self.texts.append(self._text())
        elif word == b"row":
            self._end_row()
        elif word in _LINE_ENDS:
            self._end_line()
        elif word in (b"pard", b"intbl"):
            self.in_cell = word == b"intbl"
        elif word in _FORMS:
            self._take_form(word, number)
        elif word:
            self.parts.append(_RTF_TEXT.get(word, ""))
        else:
            self.parts.append({b"~": " ", b"_": "-"}.get(symbol or b"", _literal(symbol)))

    def _take_form(self, word: bytes, number: int | None) -> None:
        if word == b"trowd":
            self.forms, self.form, self.in_cell = [], _CellForm(), True
        elif word == b"cellx":
            self.forms.append(replace(self.form, right=number or 0))
            self.form = _CellForm()
        elif word == b"clmrg":
            self.form.from_left = True
        else:
            self.form.from_above = True

    def _decode(self) -> None:
        if self.raw:
            self.parts.append(_decoded(bytes(self.raw), self.encoding))
            self.raw.clear()

    def _text(self) -> str:
        # Characters beyond the first plane come as two halves.
        text = "".join(self.parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        self.parts.clear()
        return text

    def _end_line(self) -> None:
        if self.in_cell or self.texts:
            self.parts.append("\n")
        else:
            self.lines.append(self._text())

    def _end_row(self) -> None:
        self.lines.append(_TableRow(self.texts, self.forms[:MOST_COLUMNS]))
        self.texts, self.in_cell = [], False
        self.parts.clear()


def read_rtf(data: bytes) -> FileContents:
    """Return the contents of an RTF file: paragraphs and table rows as lines, and the tables."""
    codepage = _CODEPAGE.search(data[:2000])
    reader = _Reader(f"cp{int(codepage[1])}" if codepage and codepage[1] not in (b"936", b"0") else "gb18030")
    for token in _RTF_TOKEN.finditer(data):
        reader.take(token)
    reader.end()
    text = tidy(line if isinstance(line, str) else "\t".join(map(_one_line, line.texts)) for line in reader.lines)
    return FileContents(text, list(_tables(reader.lines)))


def _tables(lines: list[str | _TableRow]) -> Iterator[PrintedTable]:
    """Yield the tables of rows that follow each other, if they have several columns."""
    above: list[str] = []
    for is_text, group in groupby(lines, key=lambda line: isinstance(line, str)):
        if is_text:
            above = [*above, *(line for line in group if isinstance(line, str))][-_LOOKED_BACK:]
            continue
        table = _table([row for row in group if isinstance(row, _TableRow)], lines_before(above))
        if table.width > 1:
            yield table
            above = []


def _table(rows: list[_TableRow], before: str) -> PrintedTable:
    sides: list[int] = []
    for side in sorted({form.right for row in rows for form in row.forms}):
        if not sides or side - sides[-1] > _NEAR:
            sides.append(side)
    cells = CellsDownwards()
    for row in rows:
        cells.start_row()
        left = 0
        for number, text in enumerate(row.texts):
            form = row.forms[number] if number < len(row.forms) else _CellForm()
            right = max(left + 1, sum(side <= form.right + _NEAR for side in sides))
            cells.add(text, right - left, from_left=form.from_left, from_above=form.from_above)
            left = right
    return cells.table(before=before)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _literal(symbol: bytes | None) -> str:
    return symbol.decode() if symbol in (b"\\", b"{", b"}") else ""


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "replace")
    except LookupError:
        return raw.decode("gb18030", "replace")
