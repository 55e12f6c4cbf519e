"""Two archived copies of one page, compared word by word: by a process of its own, for pages are as long as portals make them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from datasette.database import Database

from archive.copies.copy_text import copy_text
from archive.copies.redacted_copies import redacted_copy
from archive.copies.sanitiser import NotShown
from archive.evidence.evidence_reader import place_of
from archive.evidence.http_exchange import EvidenceError
from archive.labels.label import Label
from archive.proof.differences import NEW, OLD, SAME, Piece, Pieces, differences
from archive.web.http import reader_requests
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import Row
from archive.web.processes.fork_server import WorkFailedError
from archive.web.processes.frames import Head
from archive.web.processes.lanes import NoPlaceError
from archive.web.views.capture_frame import BUSY, DAMAGED, NOT_HERE, TOO_HEAVY

LONGEST = 100_000
"""Characters of each text that are compared; what is behind them is neither compared nor shown."""

AROUND = 30
"""Characters before a difference by which it is found in a copy."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """What stands on both sides, up to a line break that both have. `differs`: it isn't the same."""

    before: Pieces
    after: Pieces
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts beside each other. `places`: how many differ; `marks`: the text by which the first is found on each side;
    `is_cut`: a text is longer than LONGEST."""

    lines: tuple[ComparedLine, ...]
    places: int
    marks: tuple[str, str]
    is_cut: bool


async def compared(db: Database, before: Row, after: Row) -> tuple[Comparison | None, Label | None]:
    """Compare the copies of two captures, or say why that can't be done."""
    evidence = place_of(Path(db.path))
    if not evidence.is_file():
        return None, NOT_HERE
    request = {
        "db": db.path,
        "evidence": str(evidence),
        "captures": [[row["id"], row["sha256"]] for row in (before, after)],
    }
    try:
        head, body = await reader_requests.job(db.ds, "copy", "comparison", request)
    except WorkFailedError:
        return None, TOO_HEAVY
    except NoPlaceError:
        return None, BUSY
    if "not_shown" in head:
        return None, Label(head["not_shown"], "")
    if "damaged" in head:
        return None, DAMAGED
    pieces = tuple(Piece(*piece) for piece in json.loads(body))
    lines = tuple(aligned(pieces))
    return Comparison(lines, _places(pieces), first_marks(pieces), head["is_cut"]), None


def _compare(_datasette: "Datasette", request: Head) -> tuple[Head, bytes]:
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
    pieces = [[piece.kind, piece.text] for piece in differences(*(text[:LONGEST] for text in texts))]
    return {"is_cut": max(map(len, texts)) > LONGEST}, json.dumps(pieces, ensure_ascii=False).encode()


reader_requests.JOBS["comparison"] = _compare


def aligned(pieces: Iterable[Piece]) -> Iterator[ComparedLine]:
    """Put pieces of a difference into lines that begin and end on both sides together."""
    before: list[Piece] = []
    after: list[Piece] = []
    for piece in pieces:
        for place, text in enumerate(piece.text.split("\n") if piece.kind == SAME else (piece.text,)):
            if place:
                yield _line(before, after)
                before, after = [], []
            if text and piece.kind != NEW:
                before.append(Piece(piece.kind, text))
            if text and piece.kind != OLD:
                after.append(Piece(piece.kind, text))
    if before or after:
        yield _line(before, after)


def _line(before: Iterable[Piece], after: Iterable[Piece]) -> ComparedLine:
    sides = tuple(before), tuple(after)
    return ComparedLine(*sides, any(piece.kind != SAME for side in sides for piece in side))


def first_marks(pieces: Pieces) -> tuple[str, str]:
    """Return, of both sides, the text in which the first difference stands, within its line; "" where there is none."""
    place = next((place for place, piece in enumerate(pieces) if piece.kind != SAME), None)
    if place is None:
        return "", ""
    ahead = pieces[place - 1].text.rpartition("\n")[2][-AROUND:] if place else ""
    sides = []
    for own in (OLD, NEW):
        text = next((piece.text for piece in pieces[place : place + 2] if piece.kind == own), "")
        sides.append((ahead + text).strip().split("\n")[0])
    return sides[0], sides[1]


def _places(pieces: Pieces) -> int:
    """Return at how many places the texts differ."""
    kinds = [piece.kind != SAME for piece in pieces]
    return sum(differs and not before for before, differs in zip([False, *kinds], kinds, strict=False))
