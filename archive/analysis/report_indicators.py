"""The indicator of the table that a number in the prose means, by the words right before it.

Strict on purpose: a number that means an indicator in one of a hundred ways of writing is passed over, but none is
taken for what it does not say. The words must end where the number begins, and the rest of the sentence must not speak
of another year, of one agency or place among all, or of a part of the year.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILLING = r"(?:政府信息|信息|总数|总量|数量|数|共计|总计|合计|累计|共|为|达到|达|了|：|:|\s)*$"
_OTHER_TIME = re.compile(r"上年|去年|同期|以来|截至|截止|历年|近年|五年|三年")
_YEAR = re.compile(r"(20[0-9]{2})\s*年")
_OF_ALL = re.compile(r"全[省市县区旗州]|我[省市县区旗州]|各(?:级|乡|镇|部门|单位|有关)")
_OF_SOME = re.compile(r"局|委(?!托)|镇|乡|街道|中心|部门|单位|系统|领域|专栏|栏目|季度|[上下]半年|月份?(?![\d日])")


_OPEN = r"(?:主动)?(?:公开|发布|刊登|推送|刊发)"


@dataclass(frozen=True, slots=True)
class _Words:
    indicators: Mapping[str, str]  # template -> indicators, joined by +
    units: str
    words: re.Pattern[str]
    never: re.Pattern[str] | None


@cache
def _words() -> tuple[_Words, ...]:
    """The lines of report_indicators.csv; `{open}` in its words stands for all that publishes."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _Words(
                row,
                row["units"],
                re.compile(row["words"].replace("{open}", _OPEN) + _FILLING),
                re.compile(row["never"]) if row["never"] else None,
            )
            for row in csv.DictReader(file)
        )


def meant(before: str, unit: str, template: str, year: int | None) -> str | None:
    """The indicators, joined by +, that a number means which follows `before` in its sentence; None: none of them.

    `template` and `year` are those of the report.
    """
    clause = re.split(r"[。；;]", before)[-1]
    if _of_another_time(clause, year) or (_OF_SOME.search(clause) and not _OF_ALL.search(clause)):
        return None
    for line in _words():
        indicators = line.indicators.get(template)
        if indicators and unit in line.units and line.words.search(clause):
            return None if line.never and line.never.search(clause) else indicators
    return None


def _of_another_time(clause: str, year: int | None) -> bool:
    """Whether the words before a number put it into another year than the report's, or into several."""
    named = {int(found) for found in _YEAR.findall(clause)}
    return bool(named - {year}) or (_OTHER_TIME.search(clause) is not None and "结转" not in clause)
