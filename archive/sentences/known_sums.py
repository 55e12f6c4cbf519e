"""Sums that need no 其中, as their parts are known: “三公”经费, 公务用车购置及运行费 and 基本支出. Pure."""

import re
from collections.abc import Iterator, Sequence

from archive.sentences.comparisons import is_change
from archive.sentences.equations import Equation, amounts, equal, total
from archive.sentences.figures import MONEY
from archive.sentences.passages import Passages, is_planned

_SUMS = {
    "total": (("abroad", "vehicles", "reception"), ("abroad", "vehicle_purchase", "vehicle_running", "reception")),
    "vehicles": (("vehicle_purchase", "vehicle_running"),),
    "basic": (("staff", "office"),),
}
_PARTS = {whole: frozenset(part for parts in ways for part in parts) for whole, ways in _SUMS.items()}
_NAMES = {
    "total": "三公[\"'”’]?经费",
    "abroad": r"因公出国(?:[（(]境[）)])?(?:经)?费用?",
    "vehicles": "公务用车购置(?:费用?)?(?:及|和|与|、)运行(?:维护)?(?:经)?费用?",
    "vehicle_purchase": "公务用车购置(?:经?费用?)?",
    "vehicle_running": "公务用车运行(?:维护)?(?:经)?费用?",
    "reception": "公务接待(?:经)?费用?",
    "basic": "基本支出",
    "staff": "人员(?:经费|支出)",
    "office": "公用(?:经费|支出)",
}
_NAMED = {role: re.compile(rf"{name}(?P<behind>[^、比较占增减]{{0,14}})$") for role, name in _NAMES.items()}
_OTHER = re.compile("上年|去年|结转|人均|平均|其他")
_STOP = re.compile("[，,。；;]")
_LONGEST_CLAUSE = 60


def known_sums(passages: Passages) -> Iterator[Equation]:
    """Yield that the parts which follow a whole make it up, where all of them do before any other amount."""
    roles = [
        role_of(passages.before(number)) if figure.unit == MONEY and figure.is_exact else None
        for number, figure in enumerate(passages.figures)
    ]
    for whole, role in enumerate(roles):
        if role in _SUMS:
            parts = _parts(passages, roles, whole)
            known = next((each for each in _SUMS[role] if parts.keys() >= set(each)), ())
            if known:
                left, *right = amounts([passages.figures[each] for each in (whole, *(parts[part] for part in known))])
                yield equal("parts", left, total(right))


def last_clause(words: str) -> str:
    """Return the clause that ends before a figure."""
    return _STOP.split(words[-_LONGEST_CLAUSE:])[-1]


def role_of(words: str) -> str | None:
    """Return which expense the clause before a figure names, None where it names none, or one of another year."""
    expense = named_expense(words)
    return expense[0] if expense else None


def named_expense(words: str) -> tuple[str, str, str] | None:
    """Return the expense that the clause before a figure names, with the words of the clause before and behind its name."""
    clause = last_clause(words)
    found = [(role, match) for role, pattern in _NAMED.items() if (match := pattern.search(clause))]
    if not found or _OTHER.search(clause):
        return None
    role, match = max(found, key=lambda each: each[1].start())  # of two that begin there, the longer name comes first
    return role, clause[: match.start()], match["behind"]


def _parts(passages: Passages, roles: Sequence[str | None], whole: int) -> dict[str, int]:
    """The parts of a whole that follow it, up to the first amount that is none, or is a second one of its name."""
    parts: dict[str, int] = {}
    known = _PARTS[roles[whole] or ""]
    for number in range(whole + 1, len(roles)):
        role = roles[number]
        if passages.figures[number].unit != MONEY or is_change(passages, number):
            continue
        if role is None or role not in known or role in parts or _are_of_two_stages(passages, whole, number):
            break
        parts[role] = number
    return parts


def _are_of_two_stages(passages: Passages, one: int, other: int) -> bool:
    """Whether one of two amounts is said to be budgeted, and the other to be spent."""
    return {is_planned(last_clause(passages.before(number))) for number in (one, other)} == {True, False}
