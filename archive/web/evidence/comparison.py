"""Two archived copies of one page, compared word by word:
by a process of its own, for pages are as long as portals make them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from datasette.database import Database

from archive.copies.copy_text import copy_text
from archive.copies.redacted_copies import redacted_copy
from archive.copies.sanitiser import NotShown
from archive.evidence.http_exchange import EvidenceError
from archive.labels.label import Label
from archive.proof.differences import Piece, Pieces
from archive.proof.side_by_side import ComparedLines, side_by_side
from archive.web.http import reader_requests
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import Row
from archive.web.processes.frames import Head
from archive.web.views.capture_frame import made_of_originals

LONGEST = 100_000
"""Characters of each text that are compared; what is behind them is neither compared nor shown. So are at most …"""

MOST_LINES = 5_000
"""… so many lines."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts side by side. `is_cut`: not all of them is there."""

    lines: tuple[ComparedLines, ...]
    is_cut: bool

    @property
    def differing(self) -> list[ComparedLines]:
        """The lines that differ."""
        return [line for line in self.lines if line.marks]

    @property
    def marks(self) -> tuple[str, str]:
        """The text by which the first difference is found on each side; "" where there is none."""
        return next((line.marks for line in self.lines if line.marks), ("", ""))


async def compared(db: Database, before: Row, after: Row) -> tuple[Comparison | None, Label | None]:
    """Compare the copies of two captures, or say why that can't be done."""
    request = {"captures": [[row["id"], row["sha256"]] for row in (before, after)]}
    made = await made_of_originals(db, "comparison", request)
    if isinstance(made, Label):
        return None, made
    head, body = made
    lines = (
        ComparedLines(_pieces(before), _pieces(after), marks and tuple(marks))
        for before, after, marks in json.loads(body)
    )
    return Comparison(tuple(lines), head["is_cut"]), None


def _compare(_datasette: Datasette, request: Head) -> tuple[Head, bytes]:
    """Make two copies and compare their texts, or say why not."""
    try:
        texts = [
            copy_text(redacted_copy(Path(request["db"]), Path(request["evidence"]), number, digest))
            for number, digest in request["captures"]
        ]
    except NotShown as reason:
        return {"not_shown": str(reason)}, b""
    except EvidenceError:
        return {"damaged": True}, b""
    compared_lines = list(side_by_side(*(text[:LONGEST] for text in texts)))
    lines = [
        [[[piece.kind, piece.text] for piece in side] for side in (line.before, line.after)] + [line.marks]
        for line in compared_lines[:MOST_LINES]
    ]
    return {"is_cut": max(map(len, texts)) > LONGEST or len(compared_lines) > MOST_LINES}, json.dumps(
        lines, ensure_ascii=False
    ).encode()


def _pieces(pieces: list[list[str]]) -> Pieces:
    return tuple(Piece(kind, text) for kind, text in pieces)


reader_requests.JOBS["comparison"] = _compare
