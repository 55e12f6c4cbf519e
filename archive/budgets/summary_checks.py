"""Identities within a summary, which sets income and spending side by side, item by item. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, takewhile

from archive.budgets.checks import (
    GRAND,
    SUBTOTAL,
    BudgetCheck,
    check_columns,
    check_parts,
    check_sum,
    grouped,
    those_that_hold,
    totals_by_label,
)
from archive.budgets.lines import BudgetLine
from archive.budgets.statements import BudgetStatement

_ITEM = re.compile(r"[一二三四五六七八九十]+、")
_OTHER_ITEMS = re.compile(r"\([一二三四五六七八九十]+\)"), re.compile(r"\d{1,3}[.、]")
_OF_WHICH = re.compile("其中")
_CARRIED = re.compile("结转|结余|使用非财政拨款|弥补收支差额")
_OF_ITEMS = re.compile("[一二三四五六七八九十]+、(?:本年(?:收入|支出)|上年结[转余](?:结余)?)")
_HALF, _HALVES = re.compile("(?:人员|(?:日常)?公用)(?:经费|支出|经费支出)$"), 2
_FUND = re.compile("一般公共预算|公共财政预算|政府性基金|国有资本")


def check_summary(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """本年合计 = Σ 一、二、…, 总计 = 本年合计 + 结转, and the totals of income and spending are equal."""
    yield from _beside_totals(lines)
    yield from _funds(lines)
    for column in grouped(lines, "column").values():
        sides = _sides(column)
        for own in sides:
            yield from _totals_of_column(own)
            yield from _items_of_items(statement, own)
        for income, spending in pairwise(side[-1] for side in sides):
            if GRAND.fullmatch(spending.name):
                yield from check_sum("balance", f"{income.name} {spending.name}", income, [spending])
    for one, other in pairwise(totals_by_label(lines, GRAND)):
        if len(one) in (1, len(other)):  # else nothing says which of them belong together
            for income, spending in zip(one, other):  # noqa: B905 - behind one alone stand its parts
                yield from check_sum("balance", f"{income.name} {spending.name}", income, [spending])


def is_listed(lines: Sequence[BudgetLine]) -> bool:
    """Whether a table has no codes, and lists its spending or income as a summary does, each number once: 一、基本支出, 二、
    项目支出.
    """
    items = [(line.column, found[0]) for line in lines if (found := _ITEM.match(line.name))]
    return 1 < len(items) == len(set(items)) and not any(line.code for line in lines)


def _funds(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """合计 = 一般公共预算 + 政府性基金 + 国有资本经营预算, in each row of a side that has columns of these."""
    by_label: dict[int, list[BudgetLine]] = {}
    for line in lines:
        by_label.setdefault(line.label_column, []).append(line)
    for side in by_label.values():
        if sum(bool(_FUND.search(name)) for name in {line.column_name for line in side}) > 1:
            yield from check_columns(side)


def _sides(column: Sequence[BudgetLine]) -> list[Sequence[BudgetLine]]:
    """Return the lines of income and those of spending, where these stand below 收入总计; else the column as a whole."""
    grand = [place for place, line in enumerate(column) if GRAND.fullmatch(line.name)]
    end = next((one + 1 for one, other in pairwise(grand) if _is_next_side(column[one], column[other])), None)
    return [column[:end], column[end:]] if end else [column]


def _is_next_side(one: BudgetLine, other: BudgetLine) -> bool:
    return one.name.startswith("收入") and other.name.startswith("支出")


def _totals_of_column(own: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """本年合计 = Σ 一、二、…, and 总计 = 本年合计 + what is carried over, or stands numbered behind it: 四、上年结转.

    Where other rows stand between the two, they may be parts of 总计: then it is held alone.
    """
    subtotal = next((line for line in own if SUBTOTAL.fullmatch(line.name)), None)
    grand = next((line for line in reversed(own) if GRAND.fullmatch(line.name)), None)
    before = _items([line for line in own if subtotal and line.row < subtotal.row])
    items = before or _items(own)
    behind = [line for line in own if subtotal and before and line.row > subtotal.row]
    carried = [
        *takewhile(lambda line: _ITEM.match(line.name), behind),
        *(line for line in own if _CARRIED.search(line.name) and not _ITEM.match(line.name) and _is_outer(line)),
    ]
    if items and subtotal:
        yield from _of_items([line for line in own if line.row < subtotal.row], subtotal.column_name, subtotal, items)
    elif items and grand:
        before = [line for line in own if line.row < grand.row]
        yield from _of_items(before, grand.column_name, grand, [*items, *carried])
    if not items and (total := subtotal or grand):
        yield from _without_numbers(total, [line for line in own if line.row < total.row])
    if grand and subtotal:
        checks = check_sum("carry", grand.column_name, grand, [subtotal, *carried])
        between = [line for line in own if subtotal.row < line.row < grand.row and line not in carried]
        yield from those_that_hold(checks) if any(line.value and _is_outer(line) for line in between) else checks


def _without_numbers(total: BudgetLine, above: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that a total is the sum of the rows above it, none of which has a number, where it is: of some that may be parts
    of others nothing says so.
    """
    numbers = (_ITEM, *_OTHER_ITEMS, _OF_WHICH)
    has_numbers = any(number.match(line.name) for line in above for number in numbers)
    if not has_numbers and sum(bool(line.value) for line in above) > 1:
        yield from those_that_hold(check_sum("items", total.column_name, total, above))


def _items_of_items(statement: BudgetStatement, own: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """一、本年支出 = （一） + （二） + …, where these follow it; 一、财政拨款 = 1. + 2. + …, where they are its funds; 一、基本支出 =
    人员经费 + 公用经费.

    What else follows an item may be some of it alone: where it is all of it, that is held.
    """
    for place, whole in enumerate(own):
        if _ITEM.match(whole.name) and "其中" not in whole.name:
            after = map(own.__getitem__, range(place + 1, len(own)))
            below = list(takewhile(lambda line: not _ends_item(line.name), after))
            form = next((form for form in (*_OTHER_ITEMS, _HALF) if below and form.match(below[0].name)), None)
            parts = [line for line in below if form and form.match(line.name) and "其中" not in line.name]
            if form is _HALF and not (whole.name.endswith("、基本支出") and len(parts) == len(below) == _HALVES):
                continue
            if parts:
                checks = list(_of_items(below, f"{whole.name} {whole.column_name}", whole, parts))
                are_all = form is _HALF or _OF_ITEMS.fullmatch(whole.name) or _consists_of_funds(statement, whole)
                yield from checks if are_all else those_that_hold(checks)


def _consists_of_funds(statement: BudgetStatement, whole: BudgetLine) -> bool:
    """Whether the rows below an item, up to the next one, name several funds and nothing else."""
    after = map(statement.rows.__getitem__, range(whole.row + 1, len(statement.rows)))
    labels = (row.labels[whole.label_column] for row in after)
    below = [label for label in takewhile(lambda label: not _ends_item(label), labels) if label]
    return len(below) > 1 and all(map(_FUND.search, below))


def _beside_totals(lines: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that items without a total of their own, such as those of 功能分类 beside 支出用途, are all of the one that stands
    beside them below the same head: of the year's, or of that with what is carried over.
    """
    columns = list(grouped(lines, "column").values())
    summed = [own for own in columns if any(map(_is_sum, own))]
    for own in (own for own in columns if own not in summed):
        beside = [other for other in summed if _is_same_side(own[0], other[0])]
        if (
            len(beside) == 1
            and all(_ITEM.match(line.name) for line in own)
            and sum(bool(line.value) for line in own) > 1
        ):
            totals = filter(_is_sum, beside[0])
            checks = [check for total in totals for check in check_sum("items", own[0].column_name, total, own)]
            yield from [next((check for check in checks if check.holds), checks[0])] if checks else ()


def _is_sum(line: BudgetLine) -> bool:
    return bool(SUBTOTAL.fullmatch(line.name) or GRAND.fullmatch(line.name))


def _is_same_side(one: BudgetLine, other: BudgetLine) -> bool:
    """Whether two lines stand behind names of their own in columns of one name, below the same uppermost head."""
    paths = [line.column_name.split("/") for line in (one, other)]
    return (
        one.label_column != other.label_column
        and len(paths[0]) > 1
        and (paths[0][0], paths[0][-1]) == (paths[1][0], paths[1][-1])
    )


def _of_items(
    among: Iterable[BudgetLine], place: str, whole: BudgetLine, items: Sequence[BudgetLine]
) -> Iterator[BudgetCheck]:
    """Yield that a total is the sum of its items; not where it fails over a single one, or over as much as other amounts
    among them are together, whose names may be items' names that were not read.
    """
    others = [line for line in among if line.value and line not in items]
    checks = check_parts("items", place, whole, items, others)
    yield from those_that_hold(checks) if others and len(items) == 1 else checks


def _ends_item(name: str) -> bool:
    """Whether a row begins another item, or is a total."""
    return any(begins.match(name) for begins in (_ITEM, SUBTOTAL, GRAND))


def _items(own: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return the items of a column that make up its total:
    一、二、…, or where none is so numbered all, if they are （一） or 1..
    """
    items = [line for line in own if _ITEM.match(line.name)]
    if items:
        return items
    others = [
        line
        for line in own
        if not (SUBTOTAL.fullmatch(line.name) or GRAND.fullmatch(line.name) or _CARRIED.search(line.name))
    ]
    return next((others for numbered in _OTHER_ITEMS if all(numbered.match(line.name) for line in others)), [])


def _is_outer(line: BudgetLine) -> bool:
    """Whether a line is no part of another one: not 其中, not numbered below one."""
    return not re.match(r"其中|[(（]?[一二三四五六七八九十\d]+[)）.．、]", line.name)
