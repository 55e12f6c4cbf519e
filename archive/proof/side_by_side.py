"""Two texts side by side: lines that both have next to each other, others marked word by word. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from diff_match_patch import diff_match_patch

from archive.proof.differences import NEW, OLD, SAME, Piece, Pieces, differences, first_places

_SECONDS = 1.0  # spent on finding the lines that both have; then the rest counts as replaced


@dataclass(frozen=True, slots=True)
class ComparedLines:
    """A line that both texts have, or lines that differ: what stands on each side, () where there is nothing.

    `marks`: of lines that differ, the text by which the first difference is found on each side.
    """

    before: Pieces
    after: Pieces
    marks: tuple[str, str] | None = None


def side_by_side(old: str, new: str) -> Iterator[ComparedLines]:
    """Return all of two texts, line by line."""
    ahead = ""  # the last line that both have
    for same, removed, added in _blocks(old, new):
        if same is None:
            yield _differing(removed, added, ahead)
            continue
        for line in same.split("\n"):
            yield ComparedLines((Piece(SAME, line),), (Piece(SAME, line),))
        ahead = same.rpartition("\n")[2]


def _differing(removed: str, added: str, ahead: str) -> ComparedLines:
    pieces = differences(removed, added)
    marks = first_places(pieces)
    return ComparedLines(
        tuple(piece for piece in pieces if piece.kind != NEW),
        tuple(piece for piece in pieces if piece.kind != OLD),
        (marks[0] or ahead, marks[1] or ahead),
    )


def _blocks(old: str, new: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield stretches of whole lines: what both have, or else None, what is gone and what came,
    without their last line breaks.
    """
    matcher = diff_match_patch()
    matcher.Diff_Timeout = _SECONDS
    *coded, lines = matcher.diff_linesToChars(f"{old}\n", f"{new}\n")
    steps = matcher.diff_main(*coded, checklines=False)
    matcher.diff_charsToLines(steps, lines)
    removed = added = ""
    for step, text in [*steps, (matcher.DIFF_EQUAL, "")]:
        if step == matcher.DIFF_DELETE:
            removed += text
        elif step == matcher.DIFF_INSERT:
            added += text
        else:
            if removed or added:
                yield None, removed.removesuffix("\n"), added.removesuffix("\n")
                removed = added = ""
            if text:
                yield text.removesuffix("\n"), "", ""
