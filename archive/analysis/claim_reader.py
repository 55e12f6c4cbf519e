"""Claims read into the archive: sentences of records and their files whose figures
can be worked out, and whether they agree.

All of it follows from a record and its files alone. Triggers note each change (`archive/database/claims.sql`),
`catch_up` reads again what is noted.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from archive.analysis.rereading import Rereading
from archive.sentences.equations import Equation, shown
from archive.sentences.running_text import LONGEST
from archive.sentences.stated_equations import may_state, read_sentences

VERSION = "9"
"""Raised by hand when the same sentence is read otherwise than before; all records are then read again."""

MOST_FILES = 50
"""Files of a record that are looked through."""

MOST_SECONDS = 10.0
"""Seconds of processor time for the sentences of a record."""

DOUBTED = frozenset(("page_cut", "read_in_doubt", "row_not_read", "ocr_suspect", "personal_link", "body_overlong"))
"""Flags of records whose text may be another than the page's, and must accuse nobody."""

_EVERY = "SELECT id FROM records WHERE body IS NOT NULL UNION SELECT record_id FROM attachments WHERE text IS NOT NULL"
_FILES = (
    # Text that was recognised in a picture may be wrong, too.
    "SELECT id, capture_id, substr(text, 1, ?) FROM attachments WHERE record_id = ? AND state = 'text' AND text IS NOT NULL "
    "ORDER BY id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a file of a record, or its own where `attachment_id` is None."""

    attachment_id: int | None
    capture_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Input:
    record_id: int
    portal: str
    texts: Sequence[_Text]

    @property
    def characters(self) -> int:
        """Of all texts."""
        return sum(len(each.text) for each in self.texts)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A row of `claims`, from `attachment_id` on, and those of its checks."""

    row: tuple[int | None, int | None, int, str]
    checks: Sequence[tuple[object, ...]]


def catch_up(connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
    """Read the sentences of records noted as changed, all where another version read them, as `Rereading.catch_up` does."""
    reading = Rereading("claims", "claims", VERSION, _EVERY, _input, _read, _write, MOST_SECONDS)
    reading.catch_up(connection, own_page_read=own_page_read)


def _input(connection: sqlite3.Connection, record_id: int) -> _Input | None:
    row = connection.execute(
        "SELECT portal, capture_id, substr(body, 1, ?), flags FROM records WHERE id = ? AND state <> 'withheld'",
        (LONGEST, record_id),
    ).fetchone()
    if row is None or not DOUBTED.isdisjoint(json.loads(row[3])):
        return None
    portal, capture_id, body, _ = row
    files = (_Text(*file) for file in connection.execute(_FILES, (LONGEST, record_id, MOST_FILES)))
    texts = [each for each in (_Text(None, capture_id, body or ""), *files) if may_state(each.text)]
    return _Input(record_id, portal, texts) if texts else None


def _read(each: _Input) -> list[_Claim]:
    return [
        _Claim(
            (text.attachment_id, text.capture_id, sentence.place, sentence.text),
            [_check(place, equation) for place, equation in sentence.equations],
        )
        for text in each.texts
        for sentence in read_sentences(text.text)
    ]


def _check(place: int, equation: Equation) -> tuple[object, ...]:
    """Return a row of `claim_checks` without its claim."""
    printed = equation.printed
    return (
        equation.kind, place, printed.printed, equation.fitting, printed.unit, shown(equation.left), shown(equation.right),
        equation.shown, equation.holds, equation.is_hint,
    )  # fmt: skip


def _write(connection: sqlite3.Connection, each: _Input, claims: Sequence[_Claim]) -> None:
    for claim in claims:
        (claim_id,) = connection.execute(
            "INSERT INTO claims (record_id, attachment_id, capture_id, place, sentence) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (each.record_id, *claim.row),
        ).fetchone()
        connection.executemany(
            "INSERT INTO claim_checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(claim_id, *check) for check in claim.checks],
        )
