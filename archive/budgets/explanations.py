"""Explanations of project spending in the texts of a budget. Pure."""

import re

from archive.budgets.amounts import plain

LONGEST = 500_000
"""Characters of a text that are looked through."""

_EXPLAINED = re.compile(
    "项目支出[^。;]{0,80}?(?:用于|主要(?:是|为|包括|安排|有)|其中:|具体(?:是|为|包括))|绩效目标|项目概述|项目绩效|项目(?:支出)?(?:情况|安排)说明"
)
"""Words that say what projects are for. A glossary that says what 项目支出 is in general does not."""


def explains_projects(text: str) -> bool:
    """Whether a text says what project spending (项目支出) is for, or which performance is expected of it."""
    return _EXPLAINED.search(plain(text[:LONGEST])) is not None
