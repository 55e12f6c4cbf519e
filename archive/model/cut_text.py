"""Texts that portals cut where a column ends (标题...): whether one is cut, and whether another one is the whole of it. Pure."""

import re
import unicodedata
from collections.abc import Sequence

_CUT = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+)\s*$")  # looks behind, lest a long run of dots is tried from each


def is_cut(text: str | None) -> bool:
    """Whether `text` ends in the dots that portals put where they cut it."""
    return bool(text and _CUT.search(text))


def fullest(candidates: Sequence[str]) -> str | None:
    """The first candidate, or where that is cut the longest other one with the same beginning."""
    if not candidates:
        return None
    best = candidates[0]
    if not is_cut(best):
        return best
    begun = stem(best)
    fuller = [text for text in candidates[1:] if _goes_on(stem(text), begun)]
    return max([best, *fuller], key=lambda text: (not is_cut(text), len(text)))


def stem(text: str) -> str:
    """`text` without blanks and the dots where it was cut, so that a cut text is the beginning of the whole one."""
    return compact(_CUT.sub("", text))


def compact(text: str) -> str:
    """`text` in NFKC without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def same_title(one: str, other: str) -> bool:
    """Whether two titles may be one: alike but for blanks, one cut, or one with more before or behind it."""
    first, second = stem(one), stem(other)
    return first in second or second in first


def _goes_on(text: str, begun: str) -> bool:
    """Whether `text` is `begun` and more, and not the cut text with the site's name behind its dots."""
    return text.startswith(begun) and not text[len(begun) :].startswith("...")  # which NFKC makes of … as well
