"""Identities that amounts of a budget must satisfy, and whether they do. Pure.

An identity that is 0 = 0 says nothing and is left out. None of them sees scale: a table in the wrong unit balances, too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, pairwise
from typing import Literal

from archive.budgets.amounts import agree
from archive.budgets.headings import Heading
from archive.budgets.lines import BudgetLine
from archive.budgets.statements import BudgetStatement
from archive.budgets.three_public import year_of_column

RULES = (
    "children", "total", "columns", "change", "items", "carry", "balance", "three_public", "vehicles", "reception", "expenses_total", "same_total",
    "same_amount", "prose",
)  # fmt: skip
"""类 = Σ 款 and 款 = Σ 项 · 合计 = Σ 类 · 合计 = 基本 + 项目, or all columns beside it · 增减 = 本年 − 上年 · 本年合计 = Σ 一、二、… · 总计 = 本年 + 结转 · 收入 = 支出 ·
三公 = its three parts · 用车 = 购置 + 运行 · 接待 = 国内 + 国(境)外 · 合计 = 三公 + 会议费 + 培训费 · the same total in two tables, the same
amount of a code in two tables of one total · a sentence and the table."""

_WHOLE = re.compile("(?:本年)?(?:支出|收入)?合计|(?:支出|收入)总计|小计|总计")
_HALVES = (("基本支出", "项目支出"), ("人员经费", "公用经费"), ("人员支出", "公用支出"))
_BESIDE = re.compile("上缴上级支出|经营支出|对附属单位补助支出|单位预留机动经费|结转下年资金?|年终结转结余")
_BY_ITSELF = re.compile(r"其中|[比占增减]|上年|去年|\d{4}年")
"""Columns that are no part of a total beside them."""

_CONFIRMING = 2
_CHANGE = re.compile("增减(?:变[化动])?(?:金?额|数|情况)?$")
_ITEM = re.compile(r"[一二三四五六七八九十]+、")
_OTHER_ITEMS = re.compile(r"\([一二三四五六七八九十]+\)"), re.compile(r"\d{1,3}[.、]")
_SUBTOTAL = re.compile("(?:本年|当年)(?:收入|支出)?(?:合计|小计)")
_GRAND = re.compile("(?:收入|支出)?(?:总计|合计)")
_CARRIED = re.compile("结转|结余|使用非财政拨款")


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """An identity: what is printed on its left, the sum of what is printed on its right, and the lines of both sides."""

    rule: str
    place: str
    left: Decimal
    right: Decimal
    holds: bool
    lines: tuple[BudgetLine, ...]


def check_statement(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield the identities within one statement; for one of three public expenses, see `expense_checks`."""
    kind = statement.heading.kind
    if kind in ("summary", "fiscal_summary"):
        yield from _summary(lines)
    elif kind not in ("procurement", "three_public"):
        yield from _codes(lines)
        yield from _columns(lines)
        yield from check_changes(statement.heading, lines)


def check_between(tables: Sequence[tuple[BudgetStatement, Sequence[BudgetLine]]]) -> Iterator[BudgetCheck]:
    """Yield identities between tables of one document: the same total in two of them, the same amounts where that holds."""
    for (one, lines), (other, others) in combinations(tables, 2):
        kinds = {one.heading.kind, other.heading.kind}
        if kinds in _SAME_TOTAL:
            whole, part = (
                ((one, lines), (other, others)) if one.heading.kind in _SUMMARIES else ((other, others), (one, lines))
            )
            pairs = ((line, total) for side, total in table_totals(*part) for line in _on_side(side, total, whole[1]))
            yield from _equal("same_total", f"{one.heading.kind} {other.heading.kind}", pairs)
        elif kinds in _SAME_CODES:
            yield from _same_codes(one.heading.kind, lines, others)


_SUMMARIES = frozenset(("summary", "fiscal_summary"))
_SAME_TOTAL = ({"summary", "income"}, {"summary", "spending"}, {"fiscal_summary", "fiscal_spending"})
_SAME_CODES = ({"fiscal_spending", "general_spending"}, {"basic_spending"})


def _same_codes(kind: str, lines: Sequence[BudgetLine], others: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that codes have the same amounts in two tables of the same total: without a fund, 财政拨款 is 一般公共预算."""
    ours, theirs = _by_code(lines), _by_code(others)
    if ours and theirs and "" in ours and "" in theirs and ours[""].yuan == theirs[""].yuan:
        yield from _equal("same_amount", kind, ((line, theirs[code]) for code, line in ours.items() if code in theirs))


def _by_code(lines: Sequence[BudgetLine]) -> dict[str, BudgetLine]:
    """Return the whole of each code, "" for the total; nothing of a table that has a code twice or columns without a whole."""
    wholes = [line for line in lines if (line.code or line.is_total) and is_whole(line)]
    by_code = {line.code: line for line in wholes}
    return by_code if len(by_code) == len(wholes) else {}


def _equal(rule: str, place: str, pairs: Iterable[tuple[BudgetLine, BudgetLine]]) -> Iterator[BudgetCheck]:
    """Yield that pairs of lines are equal in yuan, whatever their units."""
    for one, other in pairs:
        if one.yuan is not None and other.yuan is not None and (one.yuan or other.yuan):
            holds = agree(one.yuan, other.yuan, ()) or (
                one.unit == other.unit and agree(one.value, other.value, [other.value])
            )
            yield BudgetCheck(rule, f"{place} {one.code}".strip(), one.yuan, other.yuan, holds, (one, other))


def table_totals(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[tuple[str, BudgetLine]]:
    """Yield the totals of a statement that other tables repeat, each with its side: `income` or `spending`."""
    kind = statement.heading.kind
    if kind in _SUMMARIES:
        for line, *_ in _totals_by_label(lines, _GRAND):
            yield _side(line), line
    else:
        wholes = (line for line in lines if is_whole(line) and line.is_of_whole_table)
        for line in islice(wholes, 1):
            yield "income" if kind == "income" else "spending", line


def _side(line: BudgetLine) -> str:
    """Return the side of a summary that a total stands on, as its name says, or else its column's."""
    named = line.name if re.search("收入|支出", line.name) else line.column_name
    return "income" if "收入" in named else "spending"


def _on_side(side: str, total: BudgetLine, lines: Sequence[BudgetLine]) -> Iterator[BudgetLine]:
    """Yield the totals of a summary's side that a total repeats: of the year (本年收入合计) alone, or with what is carried over."""
    pattern = _SUBTOTAL if "本年" in _own_name(total) else _GRAND
    yield from (line for line, *_ in _totals_by_label(lines, pattern) if _side(line) == side)


def check_sum(rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield the identity of a whole and its parts, unless it is 0 = 0."""
    values = [part.value for part in parts]
    right = sum(values, Decimal(0))
    if whole.value or right:
        yield BudgetCheck(rule, place, whole.value, right, agree(whole.value, right, values), (whole, *parts))


def grouped(lines: Iterable[BudgetLine], by: Literal["row", "column", "offset"]) -> dict[int, list[BudgetLine]]:
    groups: dict[int, list[BudgetLine]] = {}
    for line in lines:
        groups.setdefault(getattr(line, by), []).append(line)
    return groups


def _codes(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """类 = Σ 款, 款 = Σ 项, and 合计 = Σ 类, in each column; a table that goes on at its own side is one."""
    alone = len({line.block for line in lines if line.code}) == 1
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
                yield from check_sum("children", f"{code} {whole.column_name}", whole, parts)
        top = [line for line in by_code.values() if line.is_of_class]
        total = next((line for line in column if line.is_total), None)
        if total and top and alone and len(by_code) == len(own):
            yield from check_sum("total", total.column_name, total, top)


def _columns(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """合计 = 基本支出 + 项目支出, or 人员 + 公用, with what stands beside them below the same head, in each row.

    Of other columns it is not known beforehand that they make up the total: where they do in most rows they should in all.
    """
    unsure = defaultdict[tuple[str, ...], list[BudgetCheck]](list)
    for row in grouped(lines, "row").values():
        by_path = {tuple(line.column_name.split("/")): line for line in row}
        for path, whole in by_path.items():
            if _WHOLE.fullmatch(path[-1]):
                beside = {name: line for name, line in _below(path[:-1], by_path).items() if line is not whole}
                place = f"{whole.code or whole.name} {'/'.join(path[:-1])}".strip()
                if halves := _halves(beside):
                    yield from check_sum("columns", place, whole, halves)
                elif others := [line for name, line in beside.items() if not _BY_ITSELF.search(name)]:
                    unsure[path] += check_sum("columns", place, whole, others)
    for checks in unsure.values():
        if known_by_most(checks):
            yield from checks


def known_by_most(checks: Sequence[BudgetCheck]) -> bool:
    """Whether most sums of a form hold, so that it is one, and all of them should."""
    several = [check for check in checks if len(check.lines) > 2]  # a whole and one part may be equal by chance
    holding = sum(check.holds for check in several)
    return holding >= _CONFIRMING and 2 * holding > len(several)


def _halves(beside: Mapping[str, BudgetLine]) -> list[BudgetLine]:
    """Return 基本支出 and 项目支出, or 人员 and 公用, with what is spent besides; none where neither pair is there."""
    for pair in _HALVES:
        if halves := [beside[name] for name in pair if name in beside]:
            return [*halves, *(line for name, line in beside.items() if _BESIDE.fullmatch(name))]
    return []


def check_changes(heading: Heading, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """增减额 = 本年 − 上年, where a row has one whole of each year."""
    for row in grouped(lines, "row").values():
        changes = [line for line in row if _CHANGE.search(line.column_name)]
        years = [(year_of_column(heading, line.column_name), line) for line in row if _is_of_a_year(line)]
        now, before = ([line for year, line in years if year == each] for each in _two_years(heading))
        if len(changes) == len(now) == len(before) == 1:
            left, right = changes[0].value, now[0].value - before[0].value
            if left or right:
                place = f"{now[0].code or now[0].name} {changes[0].column_name}"
                holds = agree(left, right, [now[0].value, before[0].value])
                yield BudgetCheck("change", place, left, right, holds, (changes[0], now[0], before[0]))


def _two_years(heading: Heading) -> tuple[int | None, int | None]:
    return heading.year, None if heading.year is None else heading.year - 1


def _is_of_a_year(line: BudgetLine) -> bool:
    """Whether a line is the whole of a year's column, not a part of it or a comparison of two."""
    path = line.column_name.split("/")
    is_whole = len(path) == 1 or _WHOLE.fullmatch(path[-1]) is not None
    return is_whole and not re.search("[比增减]", line.column_name)


def _below(head: tuple[str, ...], by_path: Mapping[tuple[str, ...], BudgetLine]) -> dict[str, BudgetLine]:
    """Return the lines of a row just below a head by the names of their columns, or of the heads whose sums they are."""
    found: dict[str, BudgetLine] = {}
    for path, line in by_path.items():
        names = path[len(head) :]
        if path[: len(head)] == head and (len(names) == 1 or (len(names) == 2 and _WHOLE.fullmatch(names[1]))):
            found[names[0]] = line
    return found


def is_whole(line: BudgetLine) -> bool:
    """Whether a line stands in the column of the whole, beside columns of its parts or as the only one."""
    own = _own_name(line)
    return _WHOLE.fullmatch(own) is not None or own.startswith("金额")


def _own_name(line: BudgetLine) -> str:
    return line.column_name.rpartition("/")[2]


def _summary(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """本年合计 = Σ 一、二、…, 总计 = 本年合计 + 结转, and the totals of income and spending are equal."""
    for own in grouped(lines, "column").values():
        items = _items(own)
        subtotal = next((line for line in own if _SUBTOTAL.fullmatch(line.name)), None)
        grand = next((line for line in reversed(own) if _GRAND.fullmatch(line.name)), None)
        carried = [
            line for line in own if _CARRIED.search(line.name) and not _ITEM.match(line.name) and _is_outer(line)
        ]
        if items and subtotal:
            yield from check_sum("items", subtotal.column_name, subtotal, items)
        elif items and grand:
            yield from check_sum("items", grand.column_name, grand, [*items, *carried])
        if grand and subtotal:
            yield from check_sum("carry", grand.column_name, grand, [subtotal, *carried])
    for one, other in pairwise(_totals_by_label(lines, _GRAND)):
        if len(one) in (1, len(other)):  # else nothing says which of them belong together
            for income, spending in zip(one, other):  # noqa: B905 - behind one alone stand its parts
                yield from check_sum("balance", f"{income.name} {spending.name}", income, [spending])


def _items(own: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return the items of a column that make up its total: 一、二、…, or where none is so numbered all, if they are （一） or 1.."""
    items = [line for line in own if _ITEM.match(line.name)]
    if items:
        return items
    others = [
        line
        for line in own
        if not (_SUBTOTAL.fullmatch(line.name) or _GRAND.fullmatch(line.name) or _CARRIED.search(line.name))
    ]
    return next((others for numbered in _OTHER_ITEMS if all(numbered.match(line.name) for line in others)), [])


def _totals_by_label(lines: Sequence[BudgetLine], pattern: re.Pattern[str]) -> list[list[BudgetLine]]:
    """Return the totals of a name behind each column of words: of several amounts there the first is the whole."""
    by_label: dict[int, list[BudgetLine]] = {}
    for line in _totals(lines, pattern):
        by_label.setdefault(line.label_column, []).append(line)
    return list(by_label.values())


def _is_outer(line: BudgetLine) -> bool:
    """Whether a line is no part of another one: not 其中, not numbered below one."""
    return not re.match(r"其中|[(（]?[一二三四五六七八九十\d]+[)）.．、]", line.name)


def _totals(lines: Sequence[BudgetLine], pattern: re.Pattern[str]) -> list[BudgetLine]:
    """Return the last total of a name in each column, from left to right."""
    found: dict[int, BudgetLine] = {}
    for line in lines:
        if pattern.fullmatch(line.name):
            found[line.column] = line
    return [found[column] for column in sorted(found)]
