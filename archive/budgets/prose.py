"""Amounts that the text of a budget states, held against its tables: three public expenses, and the totals of tables. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.budgets.checks import BudgetCheck, table_totals
from archive.budgets.lines import BudgetLine
from archive.budgets.statements import BudgetStatement
from archive.budgets.three_public import ExpenseSet
from archive.sentences.figures import MONEY, Figure
from archive.sentences.known_sums import role_of
from archive.sentences.passages import read_passages
from archive.sentences.running_text import running_text

_TOTALS = {
    ("summary", "income"): "(?:^|[^款])收入(?:、支出)?(?:预算|决算)?总计",
    ("summary", "spending"): "(?:^|[^款])支出(?:预算|决算)?总计",
    ("income", "income"): "本年收入(?:预算|决算)?合计",
    ("spending", "spending"): "本年支出(?:预算|决算)?合计",
    ("fiscal_summary", "income"): "财政拨款收、支总(?:预|决)算",
    (
        "general_spending",
        "spending",
    ): "(?:一般公共预算(?:财政拨款)?支出(?:预算|决算)|(?:^|[年度,，。;；:：])一般公共预算财政拨款支出)",
    ("basic_spending", "spending"): "一般公共预算(?:财政拨款)?基本支出(?:预算|决算)",
}
_NAMED_TOTALS = {key: re.compile(rf"{name}(?:支出)?(?:数|总?额)?[为是]?$") for key, name in _TOTALS.items()}
_OTHER_YEAR = re.compile("上年|去年")
_LONGEST_NAME = 30


class StatedAmounts:
    """The amounts of money that a text states, by what the words before them name."""

    def __init__(self, text: str) -> None:
        passages = read_passages(running_text(text).text)
        self._stated = [
            (passages.before(number), figure)
            for number, figure in enumerate(passages.figures)
            if figure.unit == MONEY and figure.is_exact
        ]

    def check_expenses(self, sets: Iterable[ExpenseSet], stage: str | None, year: int | None) -> Iterator[BudgetCheck]:
        """Yield whether the text states the parts of the one set of expenses of this stage and year as the table does."""
        own = [each for each in sets if (each.stage, each.year) == (stage, year)]
        for role, line in own[0].parts.items() if len(own) == 1 else ():
            yield from _check(role, line, [figure for words, figure in self._stated if role_of(words) == role])

    def check_totals(self, statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
        """Yield whether the text states the totals of a table as the table does."""
        kind = statement.heading.kind
        for side, line in table_totals(statement, lines):
            if name := _NAMED_TOTALS.get((kind, side)):
                yield from _check(
                    f"{kind} {side}", line, [figure for words, figure in self._stated if _names(name, words)]
                )


def _names(name: re.Pattern[str], words: str) -> bool:
    near = words[-_LONGEST_NAME:]
    return name.search(near) is not None and not _OTHER_YEAR.search(near)


def _check(place: str, line: BudgetLine, stated: Sequence[Figure]) -> Iterator[BudgetCheck]:
    """Yield whether a line is stated so, unless it is 0.

    A text that states several amounts may speak of other years: where one of them is the table's it agrees, else it says nothing.
    """
    yuan = line.yuan
    if yuan is None or not stated:
        return
    agreeing = [figure for figure in stated if 2 * abs(figure.value - yuan) <= figure.step]
    if agreeing or len({figure.value for figure in stated}) == 1:
        value = (agreeing or stated)[0].value
        if yuan or value:
            yield BudgetCheck("prose", place, yuan, value, bool(agreeing), (line,))
