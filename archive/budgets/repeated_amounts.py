"""Amounts that tables of one document repeat, and whether they print them alike. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product

from archive.budgets.checks import (
    GRAND,
    SPENT,
    SUBTOTAL,
    SUMMARIES,
    BudgetCheck,
    check_amounts,
    grouped,
    is_whole_of,
    own_name,
    staff_and_office,
    those_that_hold,
    totals_by_label,
)
from archive.budgets.headings import Heading, stage_of
from archive.budgets.lines import BudgetLine
from archive.budgets.spending import spending_figures
from archive.budgets.statements import BudgetStatement
from archive.budgets.three_public import year_of_column

_Table = tuple[BudgetStatement, Sequence[BudgetLine]]

_SAME_TOTAL = ({"summary", "income"}, {"summary", "spending"}, {"fiscal_summary", "fiscal_spending"})
_SAME_CODES = (
    {"fiscal_spending", "general_spending"},
    {"spending", "fiscal_spending"},
    {"spending", "general_spending"},
    {"basic_spending"},
)
"""Kinds of tables with the same codes: of all funds and of one, or of one fund by two names."""

_PARTS_OF_SPENDING = re.compile("(?:基本|项目)支出|(?:人员|(?:日常)?公用)(?:经费|支出)")
_BY_FUNCTION = {"spending", "fiscal_spending", "general_spending"}
_OF_ITEMS = {"income", "spending", "general_spending", "fiscal_spending"}
_ITEM = re.compile(r"^(?:[(（]?[一二三四五六七八九十]+[)）]?[、.．]?|\d{1,2}[.．、])(?=..)")
_SUMS = ("合计", "小计", "总计")
_FUND_NAMES = re.compile(
    "(一般公共预算|政府性基金|国有资本经营|财政专户管理)(?:预算)?(?:资金)?(?:财政)?(?:拨款收入|拨款|资金|收入)?"
)
_FUNDS = {"general_spending": "一般公共预算", "fund_spending": "政府性基金", "capital_spending": "国有资本"}
"""The fund that a table is about, as it is called above its column in the summary of all funds."""

_BESIDE_EXPENSE = re.compile("^机关事业单位|(?:缴费)?(?:支出)?$")
"""Words of an expense that one of the two classifications, by function and by economy, prints and the other does not."""

_SHORTEST_NAME = 4

_NAMES = {
    "general_spending": "一般公共预算", "fund_spending": "政府性基金", "capital_spending": "国有资本经营",
    "basic_spending": "基本支出",
}  # fmt: skip
"""The names in a summary of that of which a table prints the total."""


def check_between(tables: Sequence[_Table]) -> Iterator[BudgetCheck]:
    """Yield identities between tables of one document: the same total in two, the same amounts where that holds."""
    for one, other in combinations(tables, 2):
        kinds = {one[0].heading.kind, other[0].heading.kind}
        whole, part = (one, other) if one[0].heading.kind in SUMMARIES else (other, one)
        if kinds in _SAME_TOTAL:
            for side, total in table_totals(*part):
                for line in _on_side(side, total, whole[1]):
                    yield from _equal("same_total", f"{one[0].heading.kind} {other[0].heading.kind}", line, [total])
        elif kinds in _SAME_CODES:
            yield from _same_codes(one, other)
        elif kinds == {"operating", "basic_spending"}:
            yield from _same_below_classes(*((one, other) if one[0].heading.kind == "operating" else (other, one)))
        elif kinds == {"general_spending", "basic_spending"}:
            yield from _basic_total(*((one, other) if one[0].heading.kind == "general_spending" else (other, one)))
        elif whole[0].heading.kind == "fiscal_summary":
            yield from _total_of_fund(whole, part)
        if kinds & _BY_FUNCTION and "basic_spending" in kinds:
            yield from _same_expenses(*((one, other) if other[0].heading.kind == "basic_spending" else (other, one)))
        if whole[0].heading.kind in SUMMARIES and part[0].heading.kind in _OF_ITEMS:
            yield from _same_items(whole, part)
        yield from _same_names(one, other)


def table_totals(statement: BudgetStatement, lines: Sequence[BudgetLine]) -> Iterator[tuple[str, BudgetLine]]:
    """Yield the totals of a statement that other tables repeat, each with its side: `income` or `spending`."""
    kind = statement.heading.kind
    if kind in SUMMARIES:
        for line, *_ in totals_by_label(lines, GRAND):
            yield _side(line), line
    else:
        totals = [line for line in lines if line.is_of_whole_table]
        spent = [line for line in totals if SPENT.search(line.column_name)]
        wholes = spent or [line for line in totals if is_whole_of(kind, line)]
        for line in islice(wholes, 1):
            yield "income" if kind == "income" else "spending", line


def print_one_amount(one: BudgetLine, other: BudgetLine) -> bool:
    """Whether two lines print one amount, each rounded in its own unit; no where a unit is not stated."""
    return all(check.holds for check in _equal("same_amount", "", one, [other])) and None not in (one.yuan, other.yuan)


def _equal(rule: str, place: str, whole: BudgetLine, parts: Sequence[BudgetLine]) -> Iterator[BudgetCheck]:
    """Yield that a line is the sum of lines of another table, whatever their units."""
    yield from check_amounts(rule, f"{place} {whole.code}".strip(), whole, parts)


def _same_codes(one: _Table, other: _Table) -> Iterator[BudgetCheck]:
    """Yield that codes have the same amounts in two tables of the same total, in the column of the whole and in those of
    its parts: without another fund, 财政拨款 is 一般公共预算.

    Where the totals differ, another fund has some of it: what is the same is held, no more.
    """
    codes_once = all(map(_by_code, (one, other)))
    for of_part in ("", *_parts_of_spending(one)) if codes_once else ():
        ours, theirs = (_by_code(table, of_part=of_part) for table in (one, other))
        if any(ours) and any(theirs):
            place = f"{one[0].heading.kind} {of_part}".strip()
            checks = [
                each
                for code in ours
                if code in theirs
                for each in _equal("same_amount", place, ours[code], [theirs[code]])
            ]
            are_all = "" in ours and "" in theirs and print_one_amount(ours[""], theirs[""])
            yield from checks if are_all else those_that_hold(checks)


def _parts_of_spending(table: _Table) -> list[str]:
    """Return the names of the columns of a table that are a part of spending, of its own year and stage, and no fund's."""
    own = [_part_named(name) for name in _own_columns(table)]
    return [name for name in own if _PARTS_OF_SPENDING.fullmatch(name) and own.count(name) == 1]


def _own_columns(table: _Table) -> list[str]:
    """Return the names of the columns of a table that are of its own year and stage."""
    heading, names = table[0].heading, dict.fromkeys(line.column_name for line in table[1])
    stated = [name for name in names if stage_of(name) in (None, heading.stage)]
    return [name for name in stated if year_of_column(heading, name) == heading.year]


def _part_named(column: str) -> str:
    """Return what a column is called, or of a sum the head above it."""
    path = column.split("/")
    return path[-2] if len(path) > 1 and path[-1] in _SUMS else path[-1]


def _by_code(table: _Table, *, of_any_name: bool = False, of_part: str = "") -> dict[str, BudgetLine]:
    """Return the whole of each code, "" for the total; nothing of a table that has a code twice
    or columns without a whole. `of_any_name`: its column is the whole whatever its name. `of_part`: the name of the
    column of a part of spending to be returned instead.
    """
    kind, parts = table[0].heading.kind, _parts_of_spending(table)
    own = [line for line in table[1] if line.code or line.is_total]
    if of_part:
        wholes = [line for line in own if _part_named(line.column_name) == of_part] if of_part in parts else []
    else:
        own = [line for line in own if _part_named(line.column_name) not in parts or len(parts) == 1]
        wholes = [line for line in own if of_any_name or is_whole_of(kind, line)]
    by_code = {line.code: line for line in wholes}
    return by_code if len(by_code) == len(wholes) else {}


def _same_expenses(by_function: _Table, basic: _Table) -> Iterator[BudgetCheck]:
    """Yield that an expense which both classifications name (住房公积金) has one amount in the table of its fund by function
    and in that of basic spending, where it has: projects may have more of it.
    """
    funds = ["一般公共预算" in table[0].heading.title for table in (by_function, basic)]
    if funds[0] == funds[1]:
        of_basic = _by_code(by_function, of_part="基本支出") or _by_code(by_function)
        ours, theirs = (
            _once(
                (_BESIDE_EXPENSE.sub("", line.name.rpartition("/")[2]), line)
                for line in lines
                if len(line.code) == digits
            )
            for lines, digits in ((of_basic.values(), 7), (_by_code(basic).values(), 5))
        )
        for name in (name for name in ours if name in theirs and len(name) >= _SHORTEST_NAME):
            place = f"{by_function[0].heading.kind} basic_spending {name}"
            yield from those_that_hold(check_amounts("same_amount", place, ours[name], [theirs[name]]))


def _same_below_classes(operating: _Table, basic: _Table) -> Iterator[BudgetCheck]:
    """Yield that 机关运行经费 has the codes of 一般公共预算基本支出 with their amounts, below each class that is the same in both.

    Of another class it may be a part: what is the same there, as most must be, is held.
    """
    if "一般公共预算" not in basic[0].heading.title:
        return
    ours, theirs = _by_code(operating, of_any_name=True), _by_code(basic)
    for of_class in (code for code in ours if len(code) == len("302")):
        checks = [
            check
            for code, line in ours.items()
            if code.startswith(of_class) and code in theirs
            for check in _equal("same_amount", "operating basic_spending", line, [theirs[code]])
        ]
        is_whole_class = any(check.holds for check in checks if check.lines[0].code == of_class)
        if is_whole_class or 2 * sum(check.holds for check in checks) > max(2, len(checks)):
            yield from checks if is_whole_class else those_that_hold(checks)


def _same_items(summary: _Table, part: _Table) -> Iterator[BudgetCheck]:
    """Yield that the items of a summary are the classes, rows or columns of that name in a table of the same total.

    Where only one of the two has a name, the other may have counted it in elsewhere: what is the same is held, no more.
    """
    for side, total in table_totals(*part):
        columns = _columns_of(total, side, summary) if _is_of_its_year(part[0].heading, total) else []
        for column, theirs in product(columns, map(_once, _parts_by_name(part[1], total))):
            ours = _once((_fund(_ITEM.sub("", line.name)), line) for line in column if _ITEM.match(line.name))
            are_all = {name for name in ours if ours[name].value} == {name for name in theirs if theirs[name].value}
            for name in (name for name in ours if name in theirs):
                place = f"{summary[0].heading.kind} {part[0].heading.kind} {name}"
                checks = check_amounts("same_amount", place, ours[name], [theirs[name]])
                yield from checks if are_all else those_that_hold(checks)
        is_of_one_fund = part[0].heading.kind in ("fiscal_spending", "general_spending")
        if is_of_one_fund and not columns and _is_of_its_year(part[0].heading, total):
            yield from _same_classes(summary, part, total)


def _same_classes(summary: _Table, part: _Table, total: BudgetLine) -> Iterator[BudgetCheck]:
    """Yield that an item of a summary of more funds is a class of a table of one, where that has paid all of it."""
    ours = _once((name, line) for name, line in _items_by_name(summary) if _ITEM.match(line.name))
    theirs = _once((line.name, line) for line in part[1] if line.column == total.column and line.is_of_class)
    for name in (name for name in ours if name in theirs):
        place = f"{summary[0].heading.kind} {part[0].heading.kind} {name}"
        yield from those_that_hold(check_amounts("same_amount", place, ours[name], [theirs[name]]))


def _same_names(one: _Table, other: _Table) -> Iterator[BudgetCheck]:
    """Yield that a fund, or basic spending, which a summary prints as an item, has the same amount in another summary, or
    as the total of the table that is about it; where it has not, other funds or years may be in one of them.
    """
    ours, theirs = _once(_named_amounts(one)), _once(_named_amounts(other))
    for name in (name for name in ours if name in theirs):
        place = f"{one[0].heading.kind} {other[0].heading.kind} {name}"
        yield from those_that_hold(check_amounts("same_amount", place, ours[name], [theirs[name]]))


def _named_amounts(table: _Table) -> Iterator[tuple[str, BudgetLine]]:
    """Yield the amounts of a summary's items, the first of each row, or the total of a table of one fund or of basic
    spending, by the name that both have, as far as they are of the table's own year and stage.
    """
    heading = table[0].heading
    if heading.kind in SUMMARIES:
        yield from _items_by_name(table)
    elif name := _NAMES.get(heading.kind):
        yield from ((name, total) for _, total in table_totals(*table))


def _items_by_name(summary: _Table) -> Iterator[tuple[str, BudgetLine]]:
    """Yield the items of a summary, the first of each row behind its name, as far as they are of its own year and stage."""
    heading, lines = summary[0].heading, summary[1]
    for line in {(line.row, line.label_column): line for line in reversed(lines)}.values():
        if _is_of_its_year(heading, line) and stage_of(line.column_name) in (None, heading.stage):
            yield _fund(_ITEM.sub("", line.name)), line


def _columns_of(total: BudgetLine, side: str, summary: _Table) -> list[list[BudgetLine]]:
    """Return the first column on a side of a summary whose total is that of another table, with those of the side that
    have none of their own where that is the only one; none where no column has it.
    """
    columns = [own for own in grouped(summary[1], "column").values() if _side_of_column(own[-1]) == side]
    pairs = [(own, [line for line in own if _is_sum(line)]) for own in columns]
    heading = summary[0].heading
    alike = (
        own
        for own, sums in pairs
        if any(_is_of_its_year(heading, line) and print_one_amount(line, total) for line in sums)
    )
    found = next(alike, None)
    if found and sum(bool(sums) for _, sums in pairs) == 1:
        return [own for own, sums in pairs if own is found or not sums]
    return [found] if found else []


def _is_sum(line: BudgetLine) -> bool:
    return bool(GRAND.fullmatch(line.name) or SUBTOTAL.fullmatch(line.name))


def _is_of_its_year(heading: Heading, line: BudgetLine) -> bool:
    return year_of_column(heading, line.column_name) == heading.year


def _parts_by_name(lines: Sequence[BudgetLine], total: BudgetLine) -> Iterator[list[tuple[str, BudgetLine]]]:
    """Yield what makes up a table, each with its name: its classes in the column of the total, the columns beside that,
    and groups of rows.
    """
    own = [line for line in lines if line.column == total.column]
    yield [(line.name, line) for line in own if line.is_of_class]
    beside = (line for line in lines if line.row == total.row and line is not total)
    paths = ((["", *line.column_name.split("/")], line) for line in beside)
    yield [(_fund(path[-1] if path[-1] not in _SUMS else path[-2]), line) for path, line in paths]
    yield [(_fund(line.name.removesuffix("/小计")), line) for line in own if line.name.endswith("/小计")]


def _once(named: Iterable[tuple[str, BudgetLine]]) -> dict[str, BudgetLine]:
    """Return lines by names, without those that several have."""
    pairs = list(named)
    counts = Counter(name for name, _ in pairs)
    return {name: line for name, line in pairs if counts[name] == 1 and len(name) > 1}


def _fund(name: str) -> str:
    """Return the name of a fund however it is called: 一般公共预算拨款收入, 一般公共预算资金; any other as it is."""
    found = _FUND_NAMES.fullmatch(name)
    return found[1] if found else name


def _basic_total(general: _Table, basic: _Table) -> Iterator[BudgetCheck]:
    """Yield that the basic part of 一般公共预算 is the total of its own table, or of the two groups that this parts it in."""
    heading = general[0].heading
    wholes = [
        each.line
        for each in spending_figures(heading, general[1])
        if not each.line.code and (each.role, each.stage, each.year) == ("basic", heading.stage, heading.year)
    ]
    parts = [line for _, line in table_totals(*basic)] or staff_and_office(basic[1])
    if len(wholes) == 1 and parts and "一般公共预算" in basic[0].heading.title:
        yield from _equal("same_total", "general_spending basic_spending", wholes[0], parts)


def _total_of_fund(summary: _Table, other: _Table) -> Iterator[BudgetCheck]:
    """Yield that accounts print what was spent of a fund in the year (本年支出合计) as the table of that fund does.

    A budget may count what it carries over in its total: there the sum that is the same is held.
    """
    kind = other[0].heading.kind
    if kind not in _FUNDS:
        return
    sums = [line for line in summary[1] if _is_spent(line) and _FUNDS[kind] in line.column_name]
    place = f"fiscal_summary {kind}"
    for _, total in table_totals(*other):
        if summary[0].heading.stage == "accounts":
            for line in (line for line in sums if SUBTOTAL.fullmatch(line.name)):
                yield from _equal("same_total", place, line, [total])
        else:
            held = (check for line in sums for check in _equal("same_total", place, line, [total]) if check.holds)
            yield from those_that_hold(islice(held, 1))


def _is_spent(line: BudgetLine) -> bool:
    """Whether a line of a summary is the sum of what is spent, with or without what is carried over."""
    name = _ITEM.sub("", line.name)
    return _side(line) == "spending" and (name == "本年支出" or _is_sum(line))


def _side(line: BudgetLine) -> str:
    """Return the side of a summary that a total stands on, as its name says, or else its column's."""
    named = line.name if re.search("收入|支出", line.name) else line.column_name
    return "income" if "收入" in named else "spending"


def _side_of_column(line: BudgetLine) -> str:
    """Return the side of a summary that a column is of, as its uppermost head says, or else the name of its total."""
    named = next((text for text in (line.column_name.partition("/")[0], line.name) if re.search("收入|支出", text)), "")
    return "income" if "收入" in named else "spending" if named else ""


def _on_side(side: str, total: BudgetLine, lines: Sequence[BudgetLine]) -> Iterator[BudgetLine]:
    """Yield the totals of a summary's side that a total repeats:
    of the year (本年收入合计) alone, or with what is carried over.
    """
    pattern = SUBTOTAL if "本年" in own_name(total) else GRAND
    yield from (line for line, *_ in totals_by_label(lines, pattern) if _side(line) == side)
