"""The search worked out record by record, by plain substrings: the measure that the index is held against in tests.

Nothing here is taken from the code under test: texts are normalised by `unicodedata` and a table of a few characters.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

HEADS = ("title", "publisher", "responsible_department", "document_number", "index_number")
"""Columns that are short; in the second place come records in which all words stand in these."""

FIELDS = (*HEADS, "body")

_SIMPLIFIED = str.maketrans("預棚戶區會議縣員關於⺠○算開", "预棚户区会议县员关于民〇算开")


def texts_of_records(connection: sqlite3.Connection) -> dict[int, dict[str, str]]:
    """Record → column → its text as printed; the names and texts of its files, a line each, are the column `files`."""
    files: dict[int, list[str]] = {}
    for record_id, name, text in connection.execute("SELECT record_id, name, text FROM attachments ORDER BY id"):
        files.setdefault(record_id, []).append(f"{name}\n{text or ''}")
    return {
        record_id: {**dict(zip(FIELDS, (value or "" for value in values), strict=True)), "files": "\n".join(files.get(record_id, ()))}
        for record_id, *values in connection.execute(f"SELECT id, {', '.join(FIELDS)} FROM records")
    }  # fmt: skip


def scan(connection: sqlite3.Connection, *words: str) -> set[int]:
    """The records in each of which every word stands somewhere; none where no word has a letter or digit."""
    if not any(plain(word).strip("|") for word in words):
        return set()
    records = texts_of_records(connection).items()
    return {record_id for record_id, texts in records if all(any(columns(word, texts)) for word in words)}


def columns(word: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The columns of a record in which a word stands."""
    cut = plain(word).strip("|")
    if not cut:  # of marks alone: no condition
        yield from texts
        return
    for name, text in texts.items():
        if any(_stands(cut, plain(line)) for line in text.split("\n")) or (
            name == "index_number" and _begins(plain(text).replace("|", ""), cut, word)
        ):
            yield name


def place(words: tuple[str, ...], texts: Mapping[str, str]) -> int:
    """Where a record that has the words stands among the hits: 0 all in its title, 1 all in its heads, 2 elsewhere."""
    found = [set(columns(word, texts)) for word in words]
    return 0 if all("title" in each for each in found) else 1 if all(each & set(HEADS) for each in found) else 2


@cache  # the same texts are scanned for one word after the other
def plain(text: str) -> str:
    """A line in NFKC, simplified, lower case, without punctuation and blanks; | parts two numbers and two Latin words."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_SIMPLIFIED)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=[0-9])[^\w]+(?=[0-9])|(?<=[a-z])\s+(?=[a-z])", "|", text)
    return "".join(character for character in text if character.isalnum() or character == "|")


def _stands(word: str, text: str) -> bool:
    """Whether `word` stands in `text`, its digits not inside a longer number (a number's beginning will do at its end)."""
    before = r"(?<![0-9])" if word[0].isdigit() else ""
    after = r"(?![0-9])" if word[-1].isdigit() and not _goes_on(word) else ""
    return re.search(before + re.escape(word) + after, text) is not None


def _goes_on(word: str) -> bool:
    """Whether a word is the beginning of a number: digits alone, more than four, or four that are no year."""
    return word.isdigit() and (len(word) > 4 or (len(word) == 4 and word[:2] not in {"19", "20"}))


def _begins(number: str, word: str, raw: str) -> bool:
    """Whether an index number begins with a word: digits alone, or six and more digits and letters around strokes."""
    bare = word.replace("|", "")
    like_one = re.fullmatch(r"(?=.*[0-9])(?=.*[./-])[0-9A-Za-z./-]+", raw) is not None and len(bare) >= 6
    return number.startswith(bare) and (_goes_on(word) or like_one)
