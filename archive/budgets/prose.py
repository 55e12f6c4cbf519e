"""Amounts that the text of a budget states, held against its tables:
three public expenses, and the totals of tables. Pure.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from archive.budgets.checks import BudgetCheck, is_whole, is_whole_of, own_name
from archive.budgets.headings import Heading, stage_of, year_of
from archive.budgets.lines import BudgetLine
from archive.budgets.repeated_amounts import table_totals
from archive.budgets.statements import BudgetStatement
from archive.budgets.three_public import ExpenseSet
from archive.sentences.figures import MONEY, Figure
from archive.sentences.known_sums import last_clause, named_expense
from archive.sentences.passages import Passages, read_passages
from archive.sentences.running_text import running_text

_TOTALS = {
    ("summary", "income"): "(?<!款)收入(?:、支出)?(?:预算|决算)?总计",
    ("summary", "spending"): "(?<!款)支出(?:预算|决算)?总计",
    ("income", "income"): "本年收入(?:预算|决算)?合计",
    ("spending", "spending"): "本年支出(?:预算|决算)?合计",
    ("fiscal_summary", "income"): "财政拨款收、支总(?:预|决)算",
    (
        "general_spending",
        "spending",
    ): "(?:一般公共预算(?:财政拨款)?支出(?:预算|决算)|(?:^|[年度,，。;；:：])一般公共预算财政拨款支出)",
    ("basic_spending", "spending"): "一般公共预算(?:财政拨款)?基本支出(?:预算|决算)",
    ("operating", "spending"): "(?:一般公共预算)?机关运行经费(?:支出)?(?:财政拨款)?(?:支出)?(?:预算|决算)?",
    ("procurement", "spending"): "政府采购(?:支出)?(?:预算|决算)?",
}
_NAMED_TOTALS = {key: re.compile(rf"{name}(?:支出)?(?:数|总?(?:金?额|计))?[为是]?$") for key, name in _TOTALS.items()}
_STATED_AS = {
    **{
        name: re.compile(f"{name}(?:预算|决算)?支出(?:预算|决算)?(?:数|总?额)?[为是]?$")
        for name in ("会议费", "培训费")
    },
    **{
        name: re.compile(f"(?:采购|购买|购置)(?:的)?{name}类?(?:支出|预算|决算|金额)*[为是]?$")
        for name in ("货物", "工程", "服务")
    },
    **{name: re.compile(f"{name}(?:经费|支出)[为是]?$") for name in ("人员", "公用")},
    "机关运行经费": re.compile("机关运行经费(?:支出|预算|决算)*(?:数|总?额)?[为是]?$"),
}
"""The words before an amount that is stated of a part of the table that it is said of, by the part's name."""

_NAMED_ALONE = re.compile("(?:政府)?(?:采购)?(货物|工程|服务)类?(?:采购)?(?:支出|预算)?[A-C]?|机关运行经费")
_STAFF_CLASSES = ("301", "303", "501", "505", "509")
_OTHER_YEAR = re.compile("上年|去年")
_YEAR_OR_END = re.compile(r"(?<![\d比较与])(20\d\d)年|[。；;\n]")
"""A year that is not compared with, or the end of a sentence."""
_LONGEST_NAME = 30
_BEFORE_NAME = re.compile(
    r"^.{0,60}(?:说明|总体情况|\d\.\d+)|[(（]?[一二三四五六七八九十\d]{1,2}[)）、.．]|20\d\d|其中|[我本全该年度]|年初|部门|单位|系统|三公|经费|中"
    '|一般公共预算|财政拨款|安排|的|用于|支出|开支|预算|决算|数|收入|[“”"：:、]'
)
"""Words before the name of an amount that leave it the whole unit's; others may name a part of it, or another unit."""

_BEHIND_NAME = re.compile(
    r"(?:支出|开支|预算|决算|预计|经费|安排|总额|总计|合计|共计|年初|全年|全部|财政拨款|一般公共预算|执行|实际|发生|[数额为是共计：:]"
    r"|20\d\d年度?|本年度?|年度?)*"
)
"""Words behind the name of an amount that leave it the whole of it."""

_NUMBER = re.compile(r"^(?:其中[:：])?(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．])?")
_END_OF_NAME = re.compile("(?:[（(][类款项][)）]|支出|收入|预算|决算|安排|合计|[数额为是共计：:]){1,6}$")
_SHORTEST_NAME = 4
_UNIT_BEFORE_YEAR = re.compile(r"^(?!.{0,30}[下所]属)[^\d：:，,]{2,30}(?=20\d\d年)")
_STAGE_ALONE = re.compile("[，,；;、](?:实际)?(?:支出)?(?:预算|决算)(?:数|额|支出)?(?:为|是)?")


@dataclass(frozen=True, slots=True)
class _Expense:
    """An amount that is said to be one of the three public expenses,
    with the stage and the year that the words state, if they do.

    `lead`: the words before its name, None where others say that it may be a part of it, or a change.
    """

    figure: Figure
    role: str
    stage: str | None
    year: int | None
    lead: str | None


class _Years:
    """The years that the sentences of a text begin with, each of which goes on until the next one."""

    def __init__(self, text: str) -> None:
        self._offsets, self._years = list[int](), list[int]()
        begins = True
        for found in _YEAR_OR_END.finditer(text):
            if found[1] and begins:
                self._offsets.append(found.start())
                self._years.append(int(found[1]))
            begins = not found[1]

    def of(self, figure: Figure) -> int | None:
        """Return the year of a figure, None where none is stated before it."""
        number = bisect(self._offsets, figure.offset)
        return self._years[number - 1] if number else None


class StatedAmounts:
    """The amounts of money that a text states, by what the words before them name."""

    def __init__(self, text: str) -> None:
        passages = read_passages(running_text(text).text)
        self._years = _Years(passages.text)
        self._stated = [
            (passages.before(number), figure)
            for number, figure in enumerate(passages.figures)
            if figure.unit == MONEY and figure.is_exact
        ]
        self._first_leads = _first_leads(passages)
        self._expenses = list(_expenses(passages))
        self._parts: dict[str, list[Figure]] = {name: [] for name in _STATED_AS}
        for words, figure in self._stated:
            for name, pattern in _STATED_AS.items():
                if _named(pattern, words) is not None:
                    self._parts[name].append(figure)

    def check_expenses(self, sets: Iterable[ExpenseSet], heading: Heading) -> Iterator[BudgetCheck]:
        """Yield whether the text states the expenses of the table's year as the table does,
        those budgeted and those spent apart.

        What is not said to be either is of the table's own stage.
        Of several sets of a stage nothing says which the text means.
        """
        of_year = [each for each in sets if each.year == heading.year]
        stages = Counter(each.stage for each in of_year)
        for expenses in (each for each in of_year if stages[each.stage] == 1):
            for role, line in expenses.parts.items():
                stated = (each for each in self._expenses if each.role == role and each.year in (None, heading.year))
                place = role if expenses.stage == heading.stage else f"{role} {expenses.stage}"
                alike = [each for each in stated if (each.stage or heading.stage) == expenses.stage]
                sure = [each.figure for each in alike if self._is_sure(each.figure, each.lead, heading)]
                yield from _check(place, line, [each.figure for each in alike], sure)

    def check_names(self, lines: Iterable[BudgetLine]) -> Iterator[BudgetCheck]:
        """Yield the amounts of a table that the text states under the same name.

        Another amount under that name may be of another fund, or of a part: it says nothing.
        """
        named: dict[str, list[BudgetLine]] = {}
        for line in lines:
            named.setdefault(_name_of_line(line), []).append(line)
        once = {name: own[0] for name, own in named.items() if len(own) == 1 and own[0].value}
        by_end = {
            end: name for name in once for end in (name, _END_OF_NAME.sub("", name)) if len(end) >= _SHORTEST_NAME
        }
        for words, figure in self._stated:
            name = _longest_at_end(words, by_end) or _longest_at_end(_END_OF_NAME.sub("", words), by_end)
            stated = once.get(name or "")
            if name and stated and stated.yuan and abs(figure.value - stated.yuan) <= figure.step / 2 + stated.rounding:
                del once[name]
                yield BudgetCheck("prose", name, stated.yuan, figure.value, True, (stated,), can_fail=False)

    def check_parts(
        self, heading: Heading, lines: Sequence[BudgetLine], sets: Iterable[ExpenseSet]
    ) -> Iterator[BudgetCheck]:
        """Yield that the text states parts of a table by words of their own, where it does: 会议费 and 培训费 beside three public
        expenses, goods, works and services that are bought, 机关运行经费 beside these, 人员经费 and 公用经费 as the classes of basic spending which they are.
        """
        for name, parts in _named_parts(heading, lines, sets):
            amounts = [line.yuan for line in parts if line.yuan is not None]
            total = sum(amounts, Decimal())
            off_by = sum(line.rounding for line in parts)
            alike = (figure for figure in self._parts[name] if abs(figure.value - total) <= figure.step / 2 + off_by)
            for figure in islice(alike, 1 if total and len(amounts) == len(parts) else 0):
                yield BudgetCheck("prose", name, total, figure.value, True, tuple(parts), can_fail=False)

    def check_totals(self, statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
        """Yield whether the text states the totals of a table as the table does."""
        kind = statement.heading.kind
        for side, line in table_totals(statement, lines):
            if name := _NAMED_TOTALS.get((kind, side)):
                named = [
                    (found, figure) for words, figure in self._stated if (found := _named(name, words)) is not None
                ]
                sure = [figure for lead, figure in named if self._is_sure(figure, lead, statement.heading)]
                yield from _check(f"{kind} {side}", line, [figure for _, figure in named], sure)

    def _is_sure(self, figure: Figure, lead: str | None, heading: Heading) -> bool:
        """Whether neither the words before a figure's name nor those its sentence begins with say that it is of another year
        than the table, of a part of the unit or of another one.
        """
        leads = lead, self._first_leads.get(figure.begin, lead)
        of_whole = all(_is_of_whole(words, heading.agency) for words in leads)
        return of_whole and self._years.of(figure) in (None, heading.year)


def _named_parts(
    heading: Heading, lines: Sequence[BudgetLine], sets: Iterable[ExpenseSet]
) -> Iterator[tuple[str, Sequence[BudgetLine]]]:
    """Yield the parts of a table that _STATED_AS knows, each with its name and lines."""
    if heading.kind == "three_public":
        of_year = [each for each in sets if (each.stage, each.year) == (heading.stage, heading.year)]
        yield from ((name, [line]) for each in of_year if len(of_year) == 1 for name, line in each.beside.items())
    if heading.kind in ("three_public", "procurement"):
        named = [
            (found[1] or found[0], line)
            for line in lines
            if (found := _NAMED_ALONE.fullmatch(_NUMBER.sub("", line.name)))
        ]
        counts = Counter(name for name, _ in named)
        yield from ((name, [line]) for name, line in named if counts[name] == 1)
    elif heading.kind == "basic_spending":
        classes = [line for line in lines if line.is_of_class and is_whole_of(heading.kind, line)]
        for name, is_staff in (
            (("人员", True), ("公用", False)) if len({line.code for line in classes}) == len(classes) else ()
        ):
            if own := [line for line in classes if (line.code in _STAFF_CLASSES) == is_staff]:
                yield name, own


def _first_leads(passages: Passages) -> dict[int, str]:
    """Return the words before the first name of an expense or a total in each sentence, by where it begins."""
    leads: dict[int, str] = {}
    for number, figure in enumerate(passages.figures):
        if figure.unit == MONEY and figure.begin not in leads:
            words = passages.before(number)
            expense = _plain_lead(named) if (named := named_expense(words)) else None
            totals = (found for name in _NAMED_TOTALS.values() if (found := _named(name, words)) is not None)
            lead = next(totals, None) if expense is None else expense
            if lead is not None:
                leads[figure.begin] = lead
    return leads


def _plain_lead(named: tuple[str, str, str]) -> str | None:
    """Return the words before a named expense; None where those behind its name say that it may be a part, or a change."""
    _, before, behind = named
    return before if _BEHIND_NAME.fullmatch(behind) else None


def _expenses(passages: Passages) -> Iterator[_Expense]:
    """Yield the expenses that a text states; one may be stated twice in a row: 预算为 9 万元，支出决算为 8 万元."""
    last: _Expense | None = None
    for number, figure in enumerate(passages.figures):
        words = passages.before(number)
        clause, named = last_clause(words), named_expense(words)
        if figure.unit != MONEY or not figure.is_exact:
            last = None
        elif named:
            last = _Expense(figure, named[0], stage_of(clause), year_of([clause]), _plain_lead(named))
        elif last and _STAGE_ALONE.fullmatch(words):
            last = replace(last, figure=figure, stage=stage_of(clause))
        else:
            last = None
        if last:
            yield last


def _name_of_line(line: BudgetLine) -> str:
    """Return the name under which a text may state a line in the column of the whole; that of its column in a row of totals."""
    if line.is_of_whole_table:
        return "" if is_whole(line) else own_name(line)
    return _NUMBER.sub("", line.name.rpartition("/")[2]) if is_whole(line) else ""


def _longest_at_end(words: str, names: Mapping[str, str]) -> str | None:
    """Return what the longest of `names` stands for with which words end; None where they end with none."""
    ends = (words[-length:] for length in range(min(len(words), _LONGEST_NAME), _SHORTEST_NAME - 1, -1))
    return next((names[end] for end in ends if end in names), None)


def _named(name: re.Pattern[str], words: str) -> str | None:
    """Return the words of the clause before the name of a total; None where they end in no such name."""
    near = words[-_LONGEST_NAME:]
    found = name.search(near)
    return None if found is None or _OTHER_YEAR.search(near) else last_clause(words.removesuffix(found[0]))


def _is_of_whole(lead: str | None, agency: str | None) -> bool:
    """Whether the words before a name say nothing of a part of the unit, or of another one.

    A unit whose name no table prints is the one before the year.
    """
    if lead is None:
        return False
    rest = _BEFORE_NAME.sub("", lead.replace(agency, "") if agency else _UNIT_BEFORE_YEAR.sub("", lead))
    return set(rest) <= set(agency or "")


def _check(place: str, line: BudgetLine, stated: Sequence[Figure], sure: Sequence[Figure]) -> Iterator[BudgetCheck]:
    """Yield whether a line is stated so, unless it is 0. `sure`: those stated that are of the whole unit.

    A text that states several amounts may speak of other years:
    where one of them is the table's it agrees, else it says nothing.
    """
    yuan = line.yuan
    if yuan is None or not stated:
        return
    agreeing = [figure for figure in stated if abs(figure.value - yuan) <= figure.step / 2 + line.rounding]
    if agreeing or (sure and len({figure.value for figure in stated}) == 1):
        value = (agreeing or stated)[0].value
        if yuan or value:
            yield BudgetCheck("prose", place, yuan, value, bool(agreeing), (line,))
