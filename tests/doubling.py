"""Hostile input of doubling lengths: made for a regular expression from its own parts, and a measure of how its time grows."""

import re
from collections.abc import Callable, Iterator, Sequence
from re import _parser as parser  # type: ignore[attr-defined]
from time import process_time
from typing import Any

LONGEST = 32_768
"""Characters of the longest input."""

MOST_GROWTH = 2.5
"""Times as long as for half the input that reading an input may take."""

LEAST_SECONDS = 0.005
"""Time from which on growth counts: below, the clock and a busy machine tell more than the work."""

GENERIC = (
    " ", "0", "7", "a", "A", "x", "_", "-", ".", ",", ":", "/", "\n", "\t", "\u3000", "预", "（", "(", "第", "年", "<", '"', "'",
    "《", "2017年", "《a", "1,", "a.", "<a ", "a=", "1 ", "a ", " \n", "://", "预算", "政策", "2017年部门", "<!--", "\\", "1\n", "(1", "\u0301\u0316",
)  # fmt: skip
"""Pieces that, repeated, are hostile to one or another way of reading."""

MOST_PIECES = 24
_MANY = 64
"""Repetitions from which on a quantifier makes an input of its own."""

_SUSPECT = 4.4
"""Times as long as for a quarter of an input: where part of the time is by the square and the longest takes more than
MOST_GROWTH allows, its quarter takes 4.6, and in proportion 4.
"""


def hostile(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Return inputs for a pattern as (before, repeated, after): what precedes each of its quantifiers, then what it repeats."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.TEMPLATE if hasattr(re, "TEMPLATE") else pattern.flags)
    pieces: dict[tuple[str, str, str], None] = {}
    for before, unit in _repeats(tree, ""):
        for repeated in (unit, before + unit, before):
            for start, end in (("", ""), (before, ""), (before, "\x00"), ("", "\x00")):
                if repeated:
                    pieces[start, repeated, end] = None
    whole = _sample(tree)
    for each in (whole, whole[:-1], whole[:1]):
        if each:
            pieces["", each, ""] = None
            pieces["", each, "\x00"] = None
    return list(pieces)[:MOST_PIECES] + [("", each, "") for each in GENERIC]


def _repeats(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield (what precedes it, what it repeats) for each quantifier without a small bound."""
    for operation, value in tree:
        name = str(operation)
        if "REPEAT" in name:
            _, most, inner = value
            if most >= _MANY:
                for unit in dict.fromkeys(_sample(inner, choice) for choice in range(3)):
                    yield before, unit
            yield from _repeats(inner, before)
        elif name in {"SUBPATTERN", "ATOMIC_GROUP"}:
            yield from _repeats(value[-1] if name == "SUBPATTERN" else value, before)
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _repeats(branch, before)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _repeats(value[1], before)
        before += _sample([(operation, value)])


def _sample(tree: Any, choice: int = 0) -> str:
    """Return a text that the tree matches, anchors and what stands around aside."""
    text = ""
    for operation, value in tree:
        name = str(operation)
        if name == "LITERAL":
            text += chr(value)
        elif name == "NOT_LITERAL":
            text += "样" if value != ord("样") else "x"
        elif name == "ANY":
            text += "样"
        elif name == "IN":
            text += _member(value, choice)
        elif name == "BRANCH":
            text += _sample(value[1][choice % len(value[1])], choice)
        elif name == "SUBPATTERN":
            text += _sample(value[-1], choice)
        elif name == "ATOMIC_GROUP":
            text += _sample(value, choice)
        elif "REPEAT" in name:
            text += _sample(value[2], choice) * max(value[0], min(1, value[1]))
    return text


def _member(members: Sequence[Any], choice: int) -> str:
    """Return a character of a class, another one for each `choice` where it has several."""
    negated = str(members[0][0]) == "NEGATE"
    accepted = re.compile("".join(_written(members)), re.DOTALL)
    firsts = [_first(member) for member in members if str(member[0]) != "NEGATE"]
    candidates = [*("样", "7", "a", " ", "<", "-"), *(chr(code) for code in range(33, 0x3100))] if negated else firsts
    fitting = [each for each in candidates[:400] if accepted.fullmatch(each)]
    return fitting[choice % len(fitting)] if fitting else ""


def _first(member: tuple[Any, Any]) -> str:
    name, value = str(member[0]), member[1]
    if name == "CATEGORY":
        return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}.get(
            str(value), "样" if "SPACE" in str(value) or "DIGIT" in str(value) else "-"
        )
    return chr(value if name == "LITERAL" else value[0])


def _written(members: Sequence[Any]) -> Iterator[str]:
    """Yield a class as it is written in a pattern, in pieces."""
    categories = {
        "DIGIT": r"\d",
        "NOT_DIGIT": r"\D",
        "SPACE": r"\s",
        "NOT_SPACE": r"\S",
        "WORD": r"\w",
        "NOT_WORD": r"\W",
    }
    yield "["
    for operation, value in members:
        name = str(operation)
        if name == "NEGATE":
            yield "^"
        elif name == "CATEGORY":
            yield categories[str(value).removeprefix("CATEGORY_").removeprefix("UNI_")]
        elif name == "LITERAL":
            yield re.escape(chr(value))
        else:
            yield f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    yield "]"


def filled(piece: tuple[str, str, str], size: int) -> str:
    """Return an input of `size` characters or a few more."""
    before, repeated, after = piece
    return before + repeated * (size // len(repeated)) + after


def is_suspect(work: Callable[[str], object], piece: tuple[str, str, str], longest: int = LONGEST) -> bool:
    """Whether the time a pattern takes grows so with shorter inputs that `slow_growth` must try the longest, by far the dearest.

    Of a pattern only: a function may take another way from some length on.
    """
    first = _seconds(work, filled(piece, longest // 16))
    if first < LEAST_SECONDS / 32:  # as in `slow_growth`
        return False
    shorter = min(first, _seconds(work, filled(piece, longest // 16)))
    return shorter >= LEAST_SECONDS or _seconds(work, filled(piece, longest // 4)) > _SUSPECT * shorter


def slow_growth(work: Callable[[str], object], piece: tuple[str, str, str], longest: int = LONGEST) -> str | None:
    """Return how the time that `work` takes grows too fast with an input's length; None where it does not.

    Compared are inputs of four times each other's length: two doublings. Time is this process's own; what looks slow is
    measured anew, several times, and must look so each time.
    """
    # By the square it would take less than eight times the least for the longest.
    if _seconds(work, filled(piece, longest // 16)) < LEAST_SECONDS / 32:
        return None
    before = _seconds(work, filled(piece, longest // 64))
    for size in (longest // 16, longest // 4, longest):
        taken = _seconds(work, filled(piece, size))
        if taken >= LEAST_SECONDS and taken > MOST_GROWTH**2 * before and (slow := _confirmed(work, piece, size)):
            return slow
        before = taken
    return None


def _confirmed(work: Callable[[str], object], piece: tuple[str, str, str], size: int) -> str | None:
    for _ in range(3):
        shorter = min(_seconds(work, filled(piece, size // 4)) for _ in range(3))
        longer = min(_seconds(work, filled(piece, size)) for _ in range(2))
        if longer < LEAST_SECONDS or longer <= MOST_GROWTH**2 * shorter:
            return None
    return f"{size // 4} characters {shorter * 1000:.2f} ms, {size} characters {longer * 1000:.2f} ms"


def _seconds(work: Callable[[str], object], text: str) -> float:
    begun = process_time()
    work(text)
    return process_time() - begun
