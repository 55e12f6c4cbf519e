"""Searching the archive: what a query means, the index behind it, hits best first, and the words shown in them."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.segment import BREAK, VERSION, glue, located_tokens, segment, segment_number, tokens

INDEXED = ("title", "document_number", "index_number", "publisher", "responsible_department", "body")
"""The columns of `records` that are searched; attachments' names and texts join them in the index's own column."""

LONGEST_QUERY = 1000
MOST_WORDS = 32
NOTHING = f'"{BREAK}{BREAK}"'
"""A MATCH expression that is valid and finds nothing (an empty one is an error in FTS5)."""

_QUOTES: dict[str, str | int | None] = {"”": '"', "“": '"', "„": '"', "＂": '"', "　": " "}
_WORD = re.compile(r'(?P<exclude>-?)(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_NUMBER_LIKE = re.compile(r"(?=.*[0-9])(?=.*[-/.])[0-9A-Za-z./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: its tokens in order. `prefix`: the last token may go on. `glued`: an index number's start."""

    tokens: tuple[str, ...]
    exclude: bool = False
    prefix: bool = False
    glued: str = ""

    def match(self) -> str:
        """The word as an FTS5 expression; safe, for tokens are letters and digits only."""
        phrase = f'"{" ".join(self.tokens)}"' + ("*" if self.prefix else "")
        return f'({phrase} OR "{self.glued}"*)' if self.glued else phrase


def parse(query: str) -> list[Word]:
    """The words of `query`: split at blanks, quotes keep together, a leading - excludes; nothing else is syntax."""
    text = query[:LONGEST_QUERY].translate(str.maketrans(_QUOTES))
    words = []
    for found in _WORD.finditer(text):
        written = found["plain"] if found["quoted"] is None else found["quoted"]
        cut = tuple(tokens(written))
        if not cut:
            continue
        number_like = len(glue(written)) >= 6 and _NUMBER_LIKE.fullmatch(written)
        lone_digits = len(cut) == 1 and cut[0].isascii() and cut[0].isdigit()
        year = len(cut[0]) == 4 and cut[0].startswith(("19", "20"))
        words.append(
            Word(
                tokens=cut,
                exclude=bool(found["exclude"]),
                prefix=lone_digits and len(cut[0]) >= 4 and not year,
                glued=glue(written) if number_like else "",
            )
        )
    return words[:MOST_WORDS]


def to_match(query: str | None) -> str:
    """`query`, as a person typed it, as an FTS5 expression over `records_fts`; never one that FTS5 rejects."""
    words = parse(query or "")
    wanted = [word.match() for word in words if not word.exclude]
    unwanted = [word.match() for word in words if word.exclude]
    if not wanted:
        return NOTHING
    expression = " AND ".join(wanted)
    return f"({expression}) NOT ({' OR '.join(unwanted)})" if unwanted else expression


# --- the index ---


_NAMES = ", ".join(INDEXED)
_COLUMNS = f"{_NAMES}, attachments"
_MARKS = ", ".join("?" * (len(INDEXED) + 1))
_INSERT = f"INSERT INTO records_fts (rowid, {_COLUMNS}) VALUES (?, {_MARKS})"  # noqa: S608 - constant names
_DELETE = f"INSERT INTO records_fts (records_fts, rowid, {_COLUMNS}) VALUES ('delete', ?, {_MARKS})"  # noqa: S608
_FILES = (
    "(SELECT group_concat(a.name || char(10) || coalesce(a.text, ''), char(10)) "
    "FROM (SELECT name, text FROM attachments WHERE record_id = r.id ORDER BY id) a)"
)
_SEARCHED = f"{', '.join(f'r.{name}' for name in INDEXED)}, {_FILES}"


def segmented(values: Sequence[str | None]) -> tuple[str, ...]:
    """What the index stores of a record whose searched texts are `values`: the INDEXED columns, then all of its files."""
    named = zip((*INDEXED, "attachments"), values, strict=True)
    return tuple(segment_number(value) if name == "index_number" else segment(value) for name, value in named)


def held(connection: sqlite3.Connection, record_id: int) -> list[str | None]:
    """The searched texts of a record as they stand now."""
    return list(connection.execute(f"SELECT {_SEARCHED} FROM records r WHERE r.id = ?", (record_id,)).fetchone())  # noqa: S608


def changed(connection: sqlite3.Connection, record_id: int, indexed: Sequence[str | None] | None) -> None:
    """Note that a record's index entry is behind; `indexed`: its searched texts before the change, None if it is new."""
    known = json.dumps(indexed, ensure_ascii=False) if indexed is not None else None
    connection.execute("INSERT OR IGNORE INTO unindexed VALUES (?, ?)", (record_id, known))


def forget(connection: sqlite3.Connection, record_id: int) -> None:
    """Take a record out of the index, before it is deleted."""
    waiting = connection.execute("SELECT indexed FROM unindexed WHERE record_id = ?", (record_id,)).fetchone()
    known = held(connection, record_id) if waiting is None else waiting[0] and json.loads(waiting[0])
    if known:
        connection.execute(_DELETE, (record_id, *segmented(known)))
    connection.execute("DELETE FROM unindexed WHERE record_id = ?", (record_id,))


def catch_up(connection: sqlite3.Connection) -> None:
    """Bring the index up to date with the records noted by `changed`; the caller's transaction."""
    rows = connection.execute(
        f"SELECT u.record_id, u.indexed, {_SEARCHED} FROM unindexed u JOIN records r ON r.id = u.record_id"  # noqa: S608
    ).fetchall()
    for record_id, indexed, *values in rows:
        if indexed is not None:
            # A contentless index forgets an entry only when told exactly what it holds; else ghosts remain.
            connection.execute(_DELETE, (record_id, *segmented(json.loads(indexed))))
        connection.execute(_INSERT, (record_id, *segmented(values)))
    connection.execute("DELETE FROM unindexed")


def refresh(connection: sqlite3.Connection) -> None:
    """Finish what a killed crawl left unindexed; build all again where another version of the segmentation made it."""
    row = connection.execute("SELECT value FROM settings WHERE name = 'segment_version'").fetchone()
    if not (row and row[0] == VERSION):
        connection.execute("INSERT INTO records_fts (records_fts) VALUES ('delete-all')")
        connection.execute("DELETE FROM unindexed")
        connection.execute("INSERT INTO unindexed SELECT id, NULL FROM records")
        connection.execute("INSERT OR REPLACE INTO settings VALUES ('segment_version', ?)", (VERSION,))
    catch_up(connection)


# --- hits ---


def count(connection: sqlite3.Connection, query: str) -> int:
    """How many records `query` finds."""
    sql = "SELECT count(*) FROM records_fts WHERE records_fts MATCH ?"
    return int(connection.execute(sql, (to_match(query),)).fetchone()[0])


def search(connection: sqlite3.Connection, query: str, limit: int) -> list[dict[str, str | None]]:
    """The best `limit` hits: title counts most. Each with a `snippet`: text around the first words found."""
    wanted = ("id", "url", "title", "index_number", "publisher", "published_on", "kind", "state", "body")
    sql = f"SELECT {', '.join(wanted)} FROM search WHERE q MATCH ? ORDER BY rank LIMIT ?"  # noqa: S608
    hits = []
    for values in connection.execute(sql, (to_match(query), limit)):
        hit = dict(zip(wanted, values, strict=True))
        record_id, body = hit.pop("id"), hit.pop("body")
        hit["snippet"] = excerpt(body, query) or _from_files(connection, record_id, query) or hit["title"] or ""
        hits.append(hit)
    return hits


def _from_files(connection: sqlite3.Connection, record_id: object, query: str) -> str | None:
    """Text of a record's files around the first words found in one."""
    files = connection.execute("SELECT name, text FROM attachments WHERE record_id = ? ORDER BY id", (record_id,))
    return next((found for name, text in files if (found := excerpt(f"{name}\n{text or ''}", query))), None)


# --- the words found, as they stand in the text ---


def spans(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words of `query` stand in `text`, in order, overlapping ones joined."""
    located = located_tokens(text)
    starts: dict[str, list[int]] = {}
    for place, (token, _, _) in enumerate(located):
        starts.setdefault(token, []).append(place)
    found: list[tuple[int, int]] = []
    for word in parse(query):
        if not word.exclude:
            found.extend(_occurrences(word, located, starts))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _occurrences(
    word: Word, located: list[tuple[str, int, int]], starts: dict[str, list[int]]
) -> Iterator[tuple[int, int]]:
    """Each place of one word: by its first token, and whole tokens that go on where it is a prefix."""
    first, *rest = word.tokens
    openings = starts.get(first, [])
    if word.prefix and not rest:
        openings = [place for token, places in starts.items() if token.startswith(first) for place in places]
    for place in openings:
        last = place + len(rest)
        if last < len(located) and all(
            located[place + step][0] == token
            or (word.glued and step == len(rest) and located[place + step][0].startswith(token))
            for step, token in enumerate(rest, 1)
        ):
            yield located[place][1], located[last][2]


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is a hit; the pieces joined give `text` again."""
    edges = [0, *(edge for span in spans(text, query) for edge in span), len(text)]
    return [(text[a:b], bool(i % 2)) for i, (a, b) in enumerate(pairwise(edges)) if a < b]


def excerpt(text: str | None, query: str, width: int = 90) -> str | None:
    """About `width` characters of `text` around the first hit, on one line; None where nothing is found."""
    if not text:
        return None
    hits = spans(text[:200_000], query)
    if not hits:
        return None
    start = max(0, hits[0][0] - width // 3)
    end = min(len(text), start + width)
    line = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{line}{'…' if end < len(text) else ''}"
