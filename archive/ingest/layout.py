"""Changes that a portal's layout makes: most pages print a field, or a line of their text, that they did not print before, or no more.

Pure. Where most of a portal says something else at once and goes on doing so, this tells the new frame around the documents from
an edit of the documents.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from archive.model.noise import essence

LEAST_ALIKE = 0.5
"""Gains and losses that at least so large a share of the changed pages have in common are the layout's."""

LEAST_CHANGED = 10
"""Fewer changed pages say nothing of a layout."""

Changed = Mapping[str, Sequence[str | None]]
"""Old and new values by name, as in `versions.changed`."""


def common(changes: Iterable[Changed]) -> frozenset[tuple[str, str, bool]]:
    """Return what most of `changes` have in common: a field, or "body" and a line of it, and whether it was gained."""
    counts = Counter[tuple[str, str, bool]]()
    many = 0
    for changed in changes:
        many += 1
        counts.update(set(_parts(changed)))
    return frozenset(part for part, count in counts.items() if many >= LEAST_CHANGED and count >= LEAST_ALIKE * many)


def is_layout(changed: Changed, common_parts: frozenset[tuple[str, str, bool]]) -> bool:
    """Whether a change is nothing else than what most have in common."""
    return set(_parts(changed)) <= common_parts


def _parts(changed: Changed) -> Iterable[tuple[str, str, bool]]:
    """Yield what a change consists of; a value in place of another is neither gained nor lost, and stands for itself."""
    for name, (before, after) in changed.items():
        if name == "body":
            lines, now = Counter(_lines(before)), Counter(_lines(after))
            yield from ((name, line, True) for line in now - lines)
            yield from ((name, line, False) for line in lines - now)
        elif isinstance(before, str) and isinstance(after, str):
            yield name, f"{before}\n{after}", True
        else:
            yield name, "", before is None


def _lines(text: str | None) -> Iterable[str]:
    return filter(None, map(essence, (text or "").splitlines()))
