"""Three public expenses that the text of a budget states, held against its table. Pure."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from archive.budgets.amounts import UNITS, agree, amount, plain
from archive.budgets.checks import BudgetCheck
from archive.budgets.three_public import ExpenseSet

LONGEST = 500_000
"""Characters of a text that are looked through."""

_NAMES = {
    "total": "三公[\"'”’]?经费",
    "abroad": r"因公出国\(境\)费用?",
    "vehicles": "公务用车购置(?:及|和)运行(?:维护)?费用?",
    "vehicle_purchase": "公务用车购置费用?",
    "vehicle_running": "公务用车运行(?:维护)?费用?",
    "reception": "公务接待费用?",
}
_STATED = {
    role: re.compile(
        rf"{name}(?P<between>[^\d。;,、比较增减占]{{0,16}})(?P<amount>\d[\d,]*(?:\.\d+)?)(?P<unit>万元|元)"
    )
    for role, name in _NAMES.items()
}
_OTHER_YEAR = re.compile("上年|去年|年初结转|人均")


def check_prose(text: str, sets: Iterable[ExpenseSet], stage: str | None, year: int | None) -> Iterator[BudgetCheck]:
    """Yield whether a text states the parts of the one set of expenses of this stage and year as the table does.

    A text that states several amounts may speak of other years: where one of them is the table's it agrees, else it says nothing.
    """
    own = [each for each in sets if (each.stage, each.year) == (stage, year)]
    if len(own) != 1:
        return
    compact = plain(text[:LONGEST])
    for role, line in own[0].parts.items():
        yuan = line.yuan
        stated = _amounts(compact, role) if yuan is not None else []
        agreeing = [(value, unit) for value, unit in stated if agree(value, (yuan or Decimal(0)) / unit, ())]
        if yuan is not None and (agreeing or len({value * unit for value, unit in stated}) == 1):
            value, unit = (agreeing or stated)[0]
            if yuan or value:
                yield BudgetCheck("prose", role, yuan, value * unit, bool(agreeing), (line,))


def _amounts(text: str, role: str) -> list[tuple[Decimal, Decimal]]:
    """Return the amounts that a text without blanks states of a part, and the yuan of their units."""
    found = []
    for match in _STATED[role].finditer(text):
        value = amount(match["amount"])
        if value is not None and not _OTHER_YEAR.search(match["between"]):
            found.append((value, UNITS[match["unit"]]))
    return found
