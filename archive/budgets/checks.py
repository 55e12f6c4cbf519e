"""Identities that amounts of a budget must satisfy, and whether they do. Pure.

An identity that is 0 = 0 says nothing and is left out.
None of them sees scale: a table in the wrong unit balances, too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import Literal

from archive.budgets.amounts import agree, plain, rounding
from archive.budgets.headings import Heading
from archive.budgets.lines import BudgetLine
from archive.budgets.statements import TOTALS, BudgetStatement
from archive.budgets.three_public import year_of_column

_WHOLE = re.compile("(?:本年)?(?:支出|收入)?合计|(?:支出|收入)总计|小计|总计")
_HALVES = (
    (re.compile("基本支出"), re.compile("项目支出")),
    (re.compile("人员(?:经费|支出|经费支出)"), re.compile("(?:日常)?公用(?:经费|支出|经费支出)")),
)
_BESIDE = re.compile(
    "上缴上级支出|(?:事业单位)?经营支出|对附属单位补助支出|单位预留机动经费|结转下年(?:资金|支出)?|年终结转结余"
)
_BY_ITSELF = re.compile(r"其中|[比占增减]|上年(?!结[转余])|去年|\d{4}年")
"""Columns that are no part of a total beside them."""

SUMMARIES = ("summary", "fiscal_summary")
"""Kinds of tables that set income and spending side by side, item by item."""

_WHOLE_OF_KIND = {
    "basic_spending": re.compile("基本支出|(?:(?:人员|公用)经费/)?决算数"),
    "operating": re.compile("机关运行经费(?:支出)?"),
}
_CONFIRMING = 2
_GROUP = "/小计"
_CHANGE = re.compile("增减(?:变[化动])?(?:金?额|数|情况)?$")
_COMPARES_YEARS = re.compile("增[减长幅]|变[动化]")
_RATE = re.compile(r"(?:%\)?|率|幅度?|比例|百分比)$")
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_TWO = 2
_PERCENT = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)%?")
SUBTOTAL = re.compile("(?:本年|当年)(?:收入|支出)?(?:合计|小计)")
GRAND = re.compile("(?:收入|支出)?(?:总计|合计)")
_STAFF, _OFFICE = "人员经费合计", "公用经费合计"
_STAFF_CLASSES = ("301", "303")
_YEAR_OF_A_FUND = tuple(
    re.compile(rf"(?:^|/){name}(?:/(?:合计|小计))?$")
    for name in ("年初[^/]*结[转余][^/]*", "本年收入", "本年支出", "年末[^/]*结[转余][^/]*")
)
SPENT = _YEAR_OF_A_FUND[2]
"""The column of what was spent in the year, beside what was carried over."""


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """An identity: what is printed on its left, the sum of what is printed on its right, and the lines of both sides.

    `rule`: its form, a code of `budget_checks.rule`, which the labels under `budget_rule` explain. `can_fail`: no where
    other amounts would have said nothing, so that it holds whenever it is yielded.
    """

    rule: str
    place: str
    left: Decimal
    right: Decimal
    holds: bool
    lines: tuple[BudgetLine, ...]
    can_fail: bool = True


def check_statement(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield the identities within one statement; see `summary_checks` for one of SUMMARIES, `expense_checks` for one of
    three public expenses.
    """
    if statement.heading.kind == "procurement":
        yield from _nested(lines)
        yield from check_columns(lines)
    else:
        yield from _groups(lines)
        yield from _codes(lines)
        yield from check_columns(lines)
        yield from _carried_over(statement, lines)
        if not any(line.code for line in lines):
            yield from check_units(lines)
        yield from check_changes(statement, lines)


def those_that_hold(checks: Iterable[BudgetCheck]) -> Iterator[BudgetCheck]:
    """Yield the identities that hold, of which none could have failed: of the others nothing is known."""
    return (replace(check, can_fail=False) for check in checks if check.holds)


def check_sum(rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield the identity of a whole and its parts, unless it is 0 = 0; in yuan where they are of several units."""
    if not _of_one_unit((whole, *parts)):
        yield from check_amounts(rule, place, whole, parts)
        return
    values = [part.value for part in parts]
    right = sum(values, Decimal(0))
    if whole.value or right:
        yield BudgetCheck(rule, place, whole.value, right, agree(whole.value, right, values), (whole, *parts))


def check_parts(
    rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine], others: Sequence[BudgetLine]
) -> Iterator[BudgetCheck]:
    """Yield the identity of a whole and its parts; not where it fails over as much as `others` are together, or as one of
    them is, which may be parts whose codes or names were not read.
    """
    for check in check_sum(rule, place, whole, parts):
        lacking = check.left - check.right
        may_be = (*(line.value for line in others), sum((line.value for line in others), Decimal()))
        off_by = sum((rounding(line.value) for line in (whole, *parts)), Decimal())
        if check.holds or not any(abs(lacking - value) <= off_by for value in may_be if value):
            yield check


def check_amounts(rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that a line is the sum of others, in yuan, whatever their units, unless one states none or it is 0 = 0."""
    lines = (whole, *parts)
    left, *rest = (line.yuan for line in lines)
    amounts = [yuan for yuan in rest if yuan is not None]
    right = sum(amounts, Decimal())
    if left is not None and len(amounts) == len(parts) and (left or right):
        if _of_one_unit(lines):
            values = [part.value for part in parts]
            holds = agree(whole.value, sum(values, Decimal()), values)
        else:
            holds = abs(left - right) <= sum(line.rounding for line in lines)
        yield BudgetCheck(rule, place, left, right, holds, lines)


def _of_one_unit(lines: Iterable[BudgetLine]) -> bool:
    return len({line.unit for line in lines}) == 1


def grouped(lines: Iterable[BudgetLine], by: Literal["row", "column", "offset"]) -> dict[int, list[BudgetLine]]:
    groups: dict[int, list[BudgetLine]] = {}
    for line in lines:
        groups.setdefault(getattr(line, by), []).append(line)
    return groups


def _codes(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """类 = Σ 款, 款 = Σ 项, and 合计 = Σ 类, in each column; a table that goes on at its own side is one."""
    alone = len({line.block for line in lines if line.code}) == 1
    of_items: list[BudgetCheck] = []
    for column in grouped(lines, "offset").values():
        own = [line for line in column if line.code]
        counts = Counter(line.code for line in own)
        by_code = {line.code: line for line in own if counts[line.code] == 1}
        unsure = {code[:-2] for code, count in counts.items() if count > 1}
        parts_of = defaultdict[str, list[BudgetLine]](list)
        for code, line in by_code.items():
            parts_of[code[:-2]].append(line)
        for code, whole in by_code.items():
            if (parts := parts_of.get(code)) and code not in unsure:
                yield from check_parts(
                    "children", f"{code} {whole.column_name}", whole, parts, _without_codes(whole, column)
                )
        top = [line for code, line in by_code.items() if not {code[:-2], code[:-4]} & by_code.keys()]
        total = next((line for line in column if line.is_total), None)
        divided = sum(line.code in parts_of for line in top)
        if not total and column and not (column[0].name or column[0].code or column[0].row):
            if top and alone and len(by_code) == len(own):  # of a total that has no name another reading may be right
                yield from those_that_hold(check_sum("total", column[0].column_name, column[0], top))
        elif total and top and alone and len(by_code) == len(own):
            checks = list(check_sum("total", total.column_name, total, top))
            if all(line.is_of_class for line in top):
                # Beside classes with codes below them, one without any may be the number of a unit.
                yield from (check for check in checks if check.holds or divided in (0, len(top)))
            else:
                of_items += checks
    if known_by_most(of_items):
        yield from of_items
    yield from _staff_and_office(lines)


def _without_codes(whole: BudgetLine, column: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return the lines below one with a code, up to the next that is none of its parts, which have no code themselves."""
    below = (line for line in column[column.index(whole) + 1 :])
    parts = takewhile(lambda line: not line.is_total and line.code.startswith(whole.code if line.code else ""), below)
    return [line for line in parts if not line.code]


def _groups(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """其他资金/小计 = 其他资金/事业收入 + …, and a total without a code = the sums of all groups, where each row is of one."""
    for column in grouped(lines, "column").values():
        own = [line for line in column if not line.code and "其中" not in line.name]
        wholes = {line.name.removesuffix(_GROUP): line for line in own if line.name.endswith(_GROUP)}
        for name, whole in wholes.items():
            if parts := [line for line in own if line.name.startswith(f"{name}/") and line is not whole]:
                yield from check_sum("items", f"{name} {whole.column_name}", whole, parts)
        totals = [line for line in own if line.is_of_whole_table]
        rest = [line for line in own if line not in totals and line.name.partition("/")[0] not in wholes]
        if len(totals) == 1 and len(wholes) > 1 and not rest:
            yield from check_sum("total", totals[0].column_name, totals[0], list(wholes.values()))


def _nested(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Each amount = the sum of those of the rows below it whose words stand farther to the right, up to the next that is
    none of them, of the outermost of these; where most are, all should be.
    """
    for column in grouped(lines, "column").values():
        levels = [(-1 if line.name.partition("/")[0] in TOTALS else line.label_column) for line in column]
        checks: list[BudgetCheck] = []
        for place, whole in enumerate(column):
            behind = range(place + 1, len(column))
            end = next((other for other in behind if levels[other] <= levels[place]), len(column))
            outermost = min(levels[place + 1 : end], default=0)
            parts = [column[other] for other in range(place + 1, end) if levels[other] == outermost]
            checks += check_sum("items", f"{whole.name} {whole.column_name}", whole, parts) if parts else ()
        if known_by_most(checks):
            yield from checks


def _staff_and_office(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """人员经费合计 = 301 + 303, 公用经费合计 = Σ the other classes, where they stand side by side, each with a sum of its own."""
    classes = [line for line in lines if line.is_of_class]
    if len({line.code for line in classes}) == len(classes):
        for whole in staff_and_office(lines):
            is_staff = whole.name == _STAFF
            parts = [line for line in classes if (line.code in _STAFF_CLASSES) == is_staff]
            yield from check_sum("total", whole.name, whole, parts) if parts else ()


def staff_and_office(lines: Iterable[BudgetLine]) -> list[BudgetLine]:
    """Return 人员经费合计 and 公用经费合计, which make up basic spending in a table without a total; none where either lacks."""
    found = [line for line in lines if line.name in (_STAFF, _OFFICE)]
    return found if sorted(line.name for line in found) == [_STAFF, _OFFICE] else []


def check_units(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """合计 = the sum of the rows below it, of a unit each, in each column; where most of them are, all should be. Where one
    unit is all, its amounts may be those of 合计.
    """
    checks: list[BudgetCheck] = []
    for column in grouped(lines, "column").values():
        totals = [line for line in column if line.is_total]
        units = [line for line in column if not line.is_total]
        if len(totals) == 1 and units:
            checks += check_sum("total", totals[0].column_name, totals[0], units)
    if known_by_most(checks):
        yield from checks
    elif all(len(check.lines) == _CONFIRMING for check in checks):
        yield from those_that_hold(checks)


def _carried_over(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """年初结转和结余 + 本年收入 = 本年支出 + 年末结转和结余, in each row of a table that has all four columns."""
    filled = {line.column_name for line in lines}
    sides = [{name for name in statement.columns if side.search(name)} for side in _YEAR_OF_A_FUND]
    sides = [side & filled or side for side in sides]
    checks: list[BudgetCheck] = []
    for row in grouped(lines, "row").values() if all(len(side) == 1 for side in sides) else ():
        own = [[line for line in row if line.column_name in side] for side in sides]
        opening, income, spent, closing = (sum((line.value for line in side), Decimal()) for side in own)
        parts = tuple(line for side in own for line in side)
        left, right = opening + income, spent + closing
        if (left or right) and _of_one_unit(parts):
            place = f"{parts[0].code or parts[0].name} {parts[-1].column_name}"
            holds = agree(left, right, [line.value for line in parts])
            checks.append(BudgetCheck("carry", place, left, right, holds, parts))
    if known_by_most(checks):
        yield from checks
    elif all(check.holds for check in checks):
        yield from those_that_hold(checks)


def check_columns(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """合计 = 基本支出 + 项目支出, or 人员 + 公用, with what stands beside them below the same head, in each row.

    Where other columns stand there, too, and of these alone, it is not known beforehand what makes up the total: what
    does in most rows should in all. Where the table has one of the two alone, the other may be on a page of its own.
    """
    of_halves, of_all = (defaultdict[tuple[str, ...], list[BudgetCheck]](list) for _ in range(2))
    with_others: set[tuple[str, ...]] = set()
    for row in grouped(lines, "row").values():
        by_path = {tuple(line.column_name.split("/")): line for line in row}
        for path, whole in by_path.items():
            if _WHOLE.fullmatch(path[-1]):
                beside = {name: line for name, line in _below(path[:-1], by_path).items() if line is not whole}
                parts = [line for name, line in beside.items() if not _BY_ITSELF.search(name)]
                halves = _halves(beside)
                place = f"{whole.code or whole.name} {'/'.join(path[:-1])}".strip()
                of_halves[path] += check_sum("columns", place, whole, halves) if halves else ()
                of_all[path] += check_sum("columns", place, whole, parts) if parts else ()
                if len(parts) > len(halves):
                    with_others.add(path)
    for path, checks in of_halves.items():
        if checks and (path not in with_others or known_by_most(checks)):
            both = len({line.column_name for check in checks for line in check.lines[1:]}) > 1
            yield from checks if both else those_that_hold(checks)
        elif known_by_most(of_all[path]) or _is_no_chance(of_all[path]):
            yield from of_all[path]


def _is_no_chance(checks: Sequence[BudgetCheck]) -> bool:
    """Whether the only sum of a form holds, of two parts or more that are not 0."""
    return len(checks) == 1 and checks[0].holds and sum(bool(line.value) for line in checks[0].lines) > _CONFIRMING


def known_by_most(checks: Sequence[BudgetCheck]) -> bool:
    """Whether most sums of a form hold, so that it is one, and all of them should."""
    several = [check for check in checks if len(check.lines) > 2]  # a whole and one part may be equal by chance
    holding = sum(check.holds for check in several)
    return holding >= _CONFIRMING and 2 * holding > len(several)


def _halves(beside: Mapping[str, BudgetLine]) -> list[BudgetLine]:
    """Return 基本支出 and 项目支出, or 人员 and 公用, with what is spent besides; none where neither pair is there."""
    for pair in _HALVES:
        if any(half.fullmatch(name) for half in pair for name in beside):
            return [line for name, line in beside.items() if any(each.fullmatch(name) for each in (*pair, _BESIDE))]
    return []


def check_changes(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """增减额 = 本年 − 上年, and 增减% what that is of 上年, where a row has one whole of each year.

    A column of rates may state them otherwise (0.05 for 5%): where most are so, all should be.
    """
    heading, columns = statement.heading, statement.columns
    rates = [place for place, name in enumerate(columns) if _COMPARES_YEARS.search(name) and _RATE.search(name)]
    of_rates: list[BudgetCheck] = []
    for place, row in grouped(lines, "row").items():
        changes = [line for line in row if _CHANGE.search(line.column_name)]
        years = [(year_of_column(heading, line.column_name), line) for line in row if _is_of_a_year(line)]
        if len(changes) == 1:
            for pair in _pairs(years, _two_years(heading, changes[0].column_name)):
                yield from _change(changes[0], *pair) if _of_one_unit((changes[0], *pair)) else ()
        if len(rates) == 1:
            for pair in _pairs(years, _two_years(heading, columns[rates[0]])):
                of_rates += _rate(statement.rows[place].cells[rates[0]], *pair)
    if 2 * sum(check.holds for check in of_rates) > max(len(of_rates), _CONFIRMING):
        yield from of_rates


def _change(change: BudgetLine, now: BudgetLine, before: BudgetLine) -> Iterator[BudgetCheck]:
    left, right = change.value, now.value - before.value
    if left or right:
        place = f"{now.code or now.name} {change.column_name}"
        holds = agree(left, right, [now.value, before.value])
        yield BudgetCheck("change", place, left, right, holds, (change, now, before))


def _rate(cell: str | None, now: BudgetLine, before: BudgetLine) -> Iterator[BudgetCheck]:
    """Yield that a cell prints by which percentage an amount is another one than the year before, to its last digit."""
    found = _PERCENT.fullmatch(plain(cell))
    if found and before.value and now.value != before.value:
        printed = Decimal(found[1])
        share = now.value / before.value
        off_by = rounding(now.value) + abs(share) * rounding(before.value)
        true = (share - 1) * 100
        holds = abs(printed - true) <= 2 * rounding(printed) + abs(100 * off_by / before.value)
        place = f"{now.code or now.name} %"
        yield BudgetCheck("rate", place, printed, round(true, 2), holds, (now, before))


def _two_years(heading: Heading, column: str) -> tuple[int | None, int | None]:
    """Return the years that a column compares: those that it names, or the table's own and the one before."""
    named = sorted({int(year) for year in _YEAR.findall(column)} | ({heading.year} if heading.year else set()))
    if len(named) == 1:
        return named[0], named[0] - 1
    return (named[1], named[0]) if len(named) == _TWO else (None, None)


def _pairs(
    years: Sequence[tuple[int | None, BudgetLine]], compared: tuple[int | None, int | None]
) -> list[tuple[BudgetLine, BudgetLine]]:
    """Return the amounts of two years in a row, where it has one of each, in one unit; else nothing."""
    now, before = ([line for year, line in years if year and year == each] for each in compared)
    return [(now[0], before[0])] if len(now) == len(before) == 1 and _of_one_unit((*now, *before)) else []


def _is_of_a_year(line: BudgetLine) -> bool:
    """Whether a line is the whole of a year's column, not a part of it or a comparison of two."""
    path = line.column_name.split("/")
    is_whole = len(path) == 1 or _WHOLE.fullmatch(path[-1]) is not None
    return is_whole and not re.search("[比增减]", line.column_name)


def _below(head: tuple[str, ...], by_path: Mapping[tuple[str, ...], BudgetLine]) -> dict[str, BudgetLine]:
    """The lines of a row just below a head by the names of their columns, or of the heads whose sums they are."""
    found: dict[str, BudgetLine] = {}
    for path, line in by_path.items():
        names = path[len(head) :]
        if path[: len(head)] == head and (len(names) == 1 or (len(names) == 2 and _WHOLE.fullmatch(names[1]))):
            found[names[0]] = line
    return found


def is_whole(line: BudgetLine) -> bool:
    """Whether a line stands in the column of the whole, beside columns of its parts or as the only one."""
    own = own_name(line)
    return _WHOLE.fullmatch(own) is not None or own.startswith("金额")


def is_whole_of(kind: str, line: BudgetLine) -> bool:
    """Whether a line is the whole of its row in a table of a kind, whose column may be called as that is."""
    named = _WHOLE_OF_KIND.get(kind)
    return is_whole(line) or (named is not None and named.fullmatch(line.column_name) is not None)


def own_name(line: BudgetLine) -> str:
    return line.column_name.rpartition("/")[2]


def totals_by_label(lines: Sequence[BudgetLine], pattern: re.Pattern[str]) -> list[list[BudgetLine]]:
    """Return the totals of a name behind each column of words: of several amounts there the first is the whole."""
    by_label: dict[int, list[BudgetLine]] = {}
    for line in _totals(lines, pattern):
        by_label.setdefault(line.label_column, []).append(line)
    return list(by_label.values())


def _totals(lines: Sequence[BudgetLine], pattern: re.Pattern[str]) -> list[BudgetLine]:
    """Return the last total of a name in each column, from left to right."""
    found: dict[int, BudgetLine] = {}
    for line in lines:
        if pattern.fullmatch(line.name):
            found[line.column] = line
    return [found[column] for column in sorted(found)]
