"""“三公”经费: which part of it a column or a row is. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from archive.budgets.amounts import agree, plain
from archive.budgets.headings import Heading, stage_of, year_of, years_in
from archive.budgets.lines import BudgetLine

ROLES = ("total", "abroad", "vehicles", "vehicle_purchase", "vehicle_running", "reception")
"""三公经费合计, 因公出国（境）费, 公务用车购置及运行费, 其中购置费 and 运行费, 公务接待费."""

_STAGE = re.compile(
    r"(?:\d{4}年|上年|本年)?度?(?:年初|全年|调整)?(?:预算|决算|(?:预算)?执行|统计)数?|金额(?:\([^)]*\))?"
)
_PERIOD = re.compile(
    r"(?:20\d\d年?|上一?年|去年|本年)度?(?:年初|全年|调整)?(?:预算|决算|(?:预算)?执行|统计)?数?|(?:年初|全年|调整)?(?:预算|决算)数"
)
"""All that the name of a row says which is of a year or a stage, and not of a unit."""

_NUMBERED = re.compile(r"^(?:其中|\d+[、.．]?|[一二三四五六七八九十]+、|[(（][\d一二三四五六]+[)）])+:?")
_QUOTES = str.maketrans("", "", "\"'“”‘’")
_PART_OF_RECEPTION = re.compile(r"(?:国内|国?\(?境\)?外|国外)(?:公务)?接待费(?:支出)?(?:\(.{1,4}\))?")
_OF_SOME_GUESTS = re.compile(r"国内|境\)?外|国外|外事|外宾")
_OF_TWO_YEARS = re.compile("增减|增长|增加|减少|比|较|差[额异]")
_BOTH_STAGES = re.compile("预算数.{0,20}决算数|决算数.{0,20}预算数")
_CHANGE = re.compile("增减|增长|增加|减少|增\\(减|变[动化]")
_VEHICLES = re.compile("公务用车(?:费用?|经费|支出)?")
_BESIDE = re.compile("((?:会议|培训)费)(?:支出)?")
_SUMS = ("合计", "总计", "小计", "共计", "支出合计")


@dataclass(slots=True)
class ExpenseSet:
    """The three public expenses of one unit for one year: budgeted or spent, as `stage` says.

    `receptions`: 国内接待费 and 国（境）外接待费, of which receptions consist, where a table tells them apart; `beside`: 会议费 and
    培训费 by these names, which are no part of it, where a table prints them, too.
    """

    stage: str | None
    year: int | None
    parts: dict[str, BudgetLine] = field(default_factory=dict)
    receptions: list[BudgetLine] = field(default_factory=list)
    beside: dict[str, BudgetLine] = field(default_factory=dict)

    def add(self, line: BudgetLine, name: str) -> None:
        """Take in a line that its column or row, called `name`, says to be one of these expenses;
        any other is passed over.
        """
        role, own = role_of(name), _own_and_above(name)[0]
        if role == "total" and "三公" in name:
            self.parts[role] = line  # beside it, 合计 may be of meetings and training, too
        elif role:
            self.parts.setdefault(role, line)
        elif _PART_OF_RECEPTION.fullmatch(own):
            self.receptions.append(line)
        elif beside := _BESIDE.fullmatch(own):
            self.beside.setdefault(beside[1], line)

    def drop_total_of_more(self) -> None:
        """Forget a total that meetings and training are in."""
        total = self.parts.get("total")
        vehicles = ("vehicles",) if "vehicles" in self.parts else ("vehicle_purchase", "vehicle_running")
        parts = [self.parts[role].value for role in ("abroad", *vehicles, "reception") if role in self.parts]
        more = [*parts, *(line.value for line in self.beside.values() if line.value)]
        if total and len(more) > len(parts) and agree(total.value, sum(more, Decimal()), more):
            del self.parts["total"]


def expense_sets(heading: Heading, columns: Iterable[str], lines: Iterable[BudgetLine]) -> list[ExpenseSet]:
    """Return the sets of expenses of a table, whose `columns` or else whose rows are the parts.

    Columns, or rows, of 上年 or of another year than the heading's make sets of that year;
    预算数 and 决算数 stand side by side in accounts. One below a head that names several years, or both stages, is of none.
    """
    lines = list(lines)
    roles = {role_of(line.column_name) for line in lines}
    across = "abroad" in roles or "reception" in roles
    outer = _heads_over_all(columns)
    sets: dict[tuple[object, ...], ExpenseSet] = {}
    for line in lines:
        heads = line.column_name.split("/")
        own_heads = heads[-2:]  # 比上年增减, and 金额 below it
        if any(map(_OF_TWO_YEARS.search, own_heads)) or (across and _CHANGE.search(line.name)):
            continue
        if any(map(_names_several_periods, heads)):
            continue
        period = line.name if across and _PERIOD.fullmatch(plain(line.name)) else line.column_name
        stage = _stage(heading, period, line.column_name)
        year = year_of_column(heading, period)
        place = line.row if across else line.column
        expenses = sets.setdefault((place, stage, year), ExpenseSet(stage, year))
        head, _, own = line.column_name.rpartition("/")
        expenses.add(line, line.name if not across else own if head in outer else line.column_name)
    for expenses in sets.values():
        expenses.drop_total_of_more()
    return [each for each in sets.values() if len(each.parts) > 1]


def of_whole_unit(heading: Heading, sets: Iterable[ExpenseSet]) -> list[ExpenseSet]:
    """Return the sets of the unit whose table it is: where rows of one year and stage are of several units, that of 合计, or
    else that which bears its name; none where several rows of one period have no name.
    """
    of_period: dict[tuple[str | None, int | None], list[ExpenseSet]] = {}
    for each in sets:
        of_period.setdefault((each.stage, each.year), []).append(each)
    return [each for group in of_period.values() for each in _of_whole(group, heading.agency)]


def _of_whole(sets: list[ExpenseSet], agency: str | None) -> list[ExpenseSet]:
    """Return the only set of the row of all units; all where there is no such row, or they are no rows."""
    of_row = [
        (each, next(iter(each.parts.values()))) for each in sets if len({x.row for x in each.parts.values()}) == 1
    ]
    if len(sets) == 1 or len(of_row) < len(sets):
        return sets
    if not any(line.name for _, line in of_row):
        return []
    totals = [each for each, line in of_row if line.is_total]
    named = [each for each, line in of_row if agency and plain(line.name) == plain(agency)]
    return next((found for found in (totals, named) if len(found) == 1), sets)


def _names_several_periods(head: str) -> bool:
    """Whether a head is of two columns, the line between which is not drawn."""
    text = plain(head)
    return len(set(years_in(text))) > 1 or _BOTH_STAGES.search(text) is not None


def _heads_over_all(columns: Iterable[str]) -> set[str]:
    """Return the heads over journeys abroad and receptions alike, which are over all expenses: 合计 below one is the total."""
    heads: dict[str | None, set[str]] = {"abroad": set(), "reception": set()}
    for column in columns:
        heads.setdefault(role_of(column), set()).add(column.rpartition("/")[0])
    return {head for head in heads["abroad"] & heads["reception"] if "三公" not in head}


def _stage(heading: Heading, period: str, column: str) -> str | None:
    """Return the stage of a row or column; None for what a budget says was carried out (执行数, 预算执行数),
    which is neither budget nor accounts.
    """
    stated = stage_of(period) or stage_of(column)
    executed = "执行" if stated is None else "预算执行"
    if heading.stage == "budget" and stated != "accounts" and executed in period + column:
        return None
    return stated or heading.stage


def year_of_column(heading: Heading, column: str) -> int | None:
    """Return the year that a column of a table, or a row called by its year, is of:
    its own, or the one before where it says so.
    """
    stated = year_of([plain(column)])
    if stated is None and heading.year is not None and re.search("上年|上一年|去年", column):
        return heading.year - 1
    return stated or heading.year


def role_of(name: str) -> str | None:
    """The part of three public expenses that a column is, as its name and the heads above say; None for any other."""
    own, above = _own_and_above(name)
    if "会议" in own or "培训" in own or "机关运行" in name:
        return None
    return _sum(above) if own in _SUMS else _expense(own)


def _own_and_above(name: str) -> tuple[str, str]:
    """Return the name of a column itself, and of the head above it, without those that state a stage or a year."""
    parts = [part for part in plain(name).translate(_QUOTES).split("/") if not _STAGE.fullmatch(part)]
    return _NUMBERED.sub("", parts[-1]) if parts else "", "".join(parts[-2:-1])


def _sum(above: str) -> str | None:
    """Return the part whose sum stands below a head."""
    if not above or "三公" in above:
        return "total"
    if "用车" in above:
        return "vehicles"
    return _expense(above) if re.search("接待|出国", above) else None


def _expense(own: str) -> str | None:
    if "出国" in own:
        return "abroad"
    if "接待" in own:
        return None if _OF_SOME_GUESTS.search(own) else "reception"
    if re.search("购置(?:及|和|、)?运行", own) or _VEHICLES.fullmatch(own):
        return "vehicles"
    if ("运行" in own and re.search("用车|公车", own)) or own == "运行费" or own.startswith("运行维护费"):
        return "vehicle_running"
    if "购置" in own:
        return "vehicle_purchase"
    return "total" if "三公" in own else None
