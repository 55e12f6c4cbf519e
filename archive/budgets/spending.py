"""Spending as a whole, its basic part and its projects (基本支出, 项目支出):
which of them an amount is, and whether a text explains them. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.budgets.amounts import plain
from archive.budgets.headings import Heading, stage_of
from archive.budgets.lines import BudgetLine
from archive.budgets.three_public import year_of_column

ROLES = ("spending", "basic", "project")
"""支出合计, 基本支出, 项目支出."""

KINDS = ("spending", "general_spending")
"""Tables whose totals and codes of three digits (类) are told apart by these roles."""

_WHOLE = re.compile("(?:本年)?(?:支出)?(?:合计|总计|小计)|金额|(?:本年)?支出")
_STAGED = re.compile(r"(?:\d{4}年度?|上年|本年|当年)?(?:年初)?(?:预算|决算)数?|\d{4}年度?")
_OUTER = re.compile("(?:本年|一般公共预算)?(?:财政拨款)?支出")
_OTHERWISE = re.compile("执行|增|减|比|调整|完成|%")
LONGEST = 500_000
"""Characters of a text that are looked through."""

_EXPLAINED = re.compile(
    "项目支出[^。;]{0,80}?(?:用于|主要(?:是|为|包括|安排|有)|其中:|具体(?:是|为|包括))|绩效目标|项目概述|项目绩效|项目(?:支出)?(?:情况|安排)说明"
)
"""Words that say what projects are for. A glossary that says what 项目支出 is in general does not."""

_ROLE_OF = {"基本支出": "basic", "项目支出": "project"}


@dataclass(frozen=True, slots=True)
class SpendingFigure:
    """An amount that is the whole of a table or of a class (类) of it,
    or the basic or project part, for a year and a stage.
    """

    line: BudgetLine
    role: str
    stage: str | None
    year: int | None


def spending_figures(heading: Heading, lines: Iterable[BudgetLine]) -> Iterator[SpendingFigure]:
    """Yield the figures of a table of spending: those of its total and of its classes, each class once in a column."""
    seen: set[tuple[int, str]] = set()
    for line in lines if heading.kind in KINDS else ():
        role = role_of_spending(line.column_name)
        if role and _is_told_apart(line) and (line.column, line.code) not in seen:
            seen.add((line.column, line.code))
            stage = stage_of(line.column_name) or heading.stage
            yield SpendingFigure(line, role, stage, year_of_column(heading, line.column_name))


def role_of_spending(column: str) -> str | None:
    """Return which of ROLES a column is, as its name and the heads above say;
    None for any other, as for one fund's part.
    """
    if _OTHERWISE.search(column):
        return None
    parts = [part for part in column.split("/") if not _STAGED.fullmatch(part)]
    named = [_ROLE_OF[part] for part in parts if part in _ROLE_OF]
    rest = [
        part for part in parts if part not in _ROLE_OF and not _WHOLE.fullmatch(part) and not _OUTER.fullmatch(part)
    ]
    if rest or len(named) > 1:
        return None
    return named[0] if named else "spending"


def _is_told_apart(line: BudgetLine) -> bool:
    """Whether a line is the total of its column, whose row may have no name,
    or a class of the functional classification.
    """
    return line.is_of_class and line.code[0] == "2" if line.code else line.is_of_whole_table


def explains_projects(text: str) -> bool:
    """Whether a text says what project spending (项目支出) is for, or which performance is expected of it."""
    return _EXPLAINED.search(plain(text[:LONGEST])) is not None
