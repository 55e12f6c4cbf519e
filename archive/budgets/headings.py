"""Statements of a table's title and head: which budget table it is, for which year, in which unit, whose. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.budgets.amounts import plain

PRESCRIBED = (
    "summary", "income", "spending", "fiscal_summary", "general_spending", "basic_spending", "three_public", "fund_spending",
    "capital_spending",
)  # fmt: skip
"""The nine tables that a department's budget and its final accounts have."""

LONGEST_TITLE = 80

_QUOTES = str.maketrans("", "", "\"'“”‘’《》〈〉")
_RULES = (
    ("机构运行信息|决算相关信息统计|三公.{0,40}资产占用", "three_public"),
    (
        "目录|绩效|情况说明|项目表|(?<![和与及、])项目支出(?:及其他支出)?(?:预算|决算)?(?:明细|安排|情况)?表|人员|编制|资产|社会保险",
        "",
    ),
    ("全[省市州县区旗镇乡]|[省市州县区旗]本级|预算本级", ""),
    ("采购", "procurement"),
    ("三公", "three_public"),
    ("机关运行经费", "operating"),
    ("(?:基金|国有资本).{0,40}收入(?!.{0,80}支出)", ""),
    ("基金", "fund_spending"),
    ("国有资本", "capital_spending"),
    ("一般公共预算财政拨款收入支出(?!.{0,80}总)", "general_spending"),
    ("财政拨款.{0,6}(?:收支|收入支出)", "fiscal_summary"),
    ("收支|收入支出", "summary"),
    ("基本支出", "basic_spending"),
    ("一般公共预算.{0,80}支出|公共财政.{0,80}支出", "general_spending"),
    ("财政拨款.{0,80}支出", "fiscal_spending"),
    ("收入", "income"),
    ("支出", "spending"),
)
_KIND_RULES = tuple((re.compile(pattern), kind) for pattern, kind in _RULES)
"""Patterns of titles, and the kind that each says, "" where it is no table of a budget; the first found counts."""

_NO_TITLE = re.compile(
    r"[。；;]|\.{3}|…|·{3}|^(?:公开|预算|决算|附)?\d*[一二三四五六七八九十]*表\d*$|见|详见|如下|无数据|为空|空表"
)
_STATED_EMPTY = re.compile(r"\((?:[本此]表)?(?:为?空表?|无数据)\)$")
"""The words behind a title which say that its table has no amounts."""
_BROKEN_OFF = ("支出", "收入", "费", "预", "决")
"""Ends of a line on which a title goes on below."""

_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十]+部分|[(（]?[一二三四五六七八九十\d]+[)）]?[、.．:：]|附[件表]\d*[:：]?|表[一二三四五六七八九十\d]+[:：]?)"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:年|$|(?=[部单度预决]))")
_WRITTEN_YEAR = re.compile("(?<![一二三四五六七八九十])二[〇○零][〇○零一二三四五六七八九]{2}(?=年)")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_BEFORE = re.compile("上一?年(?!结[转余])|去年")
_BESIDE_YEAR = re.compile("上一?年(?!结[转余])|去年|执行|[比增减]")
_OF_SENTENCE = re.compile(r"[,。;]|[比较](?:上|去|20\d\d)年|\d[万亿]?元")
_IN_BRACKETS = re.compile(r"\([^()]{0,80}\)")
_UNIT = re.compile(r"单位[:：]?[(（]?(?:人民币)?(百万元|千元|万元|亿元|元|万$)")
_UNIT_IN_BRACKETS = re.compile(r"[(（](?:单位[:：])?(百万元|千元|万元|亿元|元)[)）]")
_AGENCY = re.compile(
    r"(?:(?:编制|填报|预算|公开)?(?:部门|单位)(?:名称|[(（]盖?公?章[)）])?)[:：](?!(?:人民币)?(?:[千万亿]|百万)?元)(?P<name>[^:：]{2,40}?)(?=金额|单位[:：]|部门[:：]|\d{4}年|$)"
)
_BESIDE_NAME = re.compile(r"^(?:\[\d+\]|\d{6,}-?|\d{3,}-)|\((?:加?盖?公?章|签章|印章)\)$")
"""A unit's code before its name, and the word for a stamp behind it."""
_OF_GOVERNMENT = re.compile(
    "税收收入|增值税|转移性收入|返还性收入|.{0,10}债务转贷收入|上解(?:上级)?支出|利润收入|股利[、,]?股息收入|产权转让收入"
)
"""Items that a government's budget has, and none of its departments'."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: `title` as printed, its kind (a code of `budget_tables.kind`), stage (`budget`,
    `accounts`), year, unit and agency, as far as stated.
    """

    title: str
    kind: str
    stage: str | None = None
    year: int | None = None
    unit: str | None = None
    agency: str | None = None


_UNIT_NAME = r'(?P<name>[^\d,;:。、()《》“”"]{2,30}(?:局|委|院|办|厅|署|处|心|站|所|校|学|队|团|会|馆|社|乡|(?<!乡)镇|道|部(?!门)|园|场|司|台|室|府|库|协|联))'
_NO_NAME = re.compile("根据|按照|依据|参照|经|按")
_TITLES_OF_UNITS = (
    re.compile(rf"(?:关于|公开)?{_UNIT_NAME}(?:\(.{{1,6}}\))?20\d\d年度?(?:部门|单位)?(?:预算|决算)"),
    re.compile(
        rf"(?:关于|公开)?20\d\d年(?:度(?!假))?{_UNIT_NAME}(?:\(.{{1,6}}\))?(?:(?:部门|单位)?(?:预算|决算)|(?:部门|单位).{{0,40}}?(?:预算|决算))"
    ),
)


def kind_of(title: str) -> str | None:
    """Return the kind of the budget table that bears a title; None where it announces none."""
    if "表" not in (text := plain(title)):
        return None
    text = _STATED_EMPTY.sub("", text.translate(_QUOTES))
    if len(text) > LONGEST_TITLE or _NO_TITLE.search(text):
        return None
    for pattern, kind in _KIND_RULES:
        if pattern.search(text):
            return kind or None
    return None


def are_of_government(names: Iterable[str]) -> bool:
    """Whether the names of rows are those of a whole government's budget (一般公共预算收支总表 of a county)."""
    return any(_OF_GOVERNMENT.fullmatch(_NUMBERED.sub("", name)) for name in names)


def title_among(lines: Iterable[str]) -> str | None:
    """Return the last line, or two lines that belong together, with the title of a budget table."""
    found, before = None, ""
    for line in lines:
        if _kind_of_numbered(line):
            found = line.strip()
        if (before and "表" not in before and plain(line).startswith("表")) or plain(before).endswith(_BROKEN_OFF):
            joined = f"{before}{line.strip()}"
            found = joined if _kind_of_numbered(joined) else found
        before = line.strip()
    return found


def _kind_of_numbered(line: str) -> str | None:
    return kind_of(_NUMBERED.sub("", plain(line)))


def read_heading(lines: Sequence[str], head: Sequence[str]) -> Heading | None:
    """Return what the lines above a table and the names of its columns say; None where it is no budget table.

    The columns decide between three public expenses and others:
    their table is also printed within one of another title.
    """
    title = title_among(lines)
    names = "".join(plain(name) for name in head)
    kind = _kind_of_numbered(title) if title else None
    if "因公出国" in names and "接待" in names:
        kind = "three_public"
    elif kind == "three_public" and "功能" in names:
        kind = None
    if kind is None:
        return None
    printed = title or ""
    compact = [plain(line) for line in lines]
    return Heading(
        printed,
        kind,
        stage_of(printed) or _stage_of_columns(head),
        year_of(line for line in compact if not _is_sentence(line)),
        unit_of(compact) or _only_unit_of(head),
        agency_above(lines),
    )


def stage_of(text: str) -> str | None:
    """Return `accounts` or `budget`, as a title or a column says. 一般公共预算 names an account, not a stage; 统计数 is what
    accounts count, in a table of 机构运行信息 beside the budget.
    """
    text = re.sub("一般公共预算|政府性基金预算|国有资本经营预算|公共预算", "", plain(text))
    stages = (("决算", "accounts"), ("统计数", "accounts"), ("机构运行信息", "accounts"), ("预算", "budget"))
    return next((stage for word, stage in stages if word in text), None)


def _stage_of_columns(head: Sequence[str]) -> str | None:
    """Return the stage that the columns of the latest year state: 2024年决算数 may stand before 2025年预算数."""
    years = {name: year_of([plain(name)]) for name in head}
    latest = max(filter(None, years.values()), default=None)
    return stage_of(
        "".join(name for name, year in years.items() if year in (None, latest) and not _BEFORE.search(name))
    )


def year_of(lines: Iterable[str]) -> int | None:
    """Return the last year that lines state."""
    years = [year for line in lines for year in years_in(line)]
    return years[-1] if years else None


def years_in(text: str) -> list[int]:
    """Return the years that a text states, in digits or written out: 2024年, 二〇二四年."""
    digits = _WRITTEN_YEAR.sub(lambda match: match[0].translate(_DIGITS), text)
    return [int(match[1]) for match in _YEAR.finditer(digits)]


def _is_sentence(line: str) -> bool:
    """Whether a line is of running text, which may speak of any year."""
    return _OF_SENTENCE.search(_IN_BRACKETS.sub("", line)) is not None


def only_year_of(columns: Iterable[str]) -> int | None:
    """Return the year that columns state, where they state one alone, and do not set it beside another (上年, 执行)."""
    years = {year for name in columns if (year := year_of([plain(name)]))}
    return years.pop() if len(years) == 1 and not any(_BESIDE_YEAR.search(name) for name in columns) else None


def unit_of(lines: Iterable[str]) -> str | None:
    """Return the unit that lines or columns state, the last of several."""
    found = [match[1] for line in lines for pattern in (_UNIT_IN_BRACKETS, _UNIT) for match in pattern.finditer(line)]
    return found[-1].removesuffix("元") + "元" if found else None


def _only_unit_of(head: Iterable[str]) -> str | None:
    """Return the unit that columns state, where they do not state several."""
    units = {unit for name in head if (unit := unit_of([plain(name)]))}
    return units.pop() if len(units) == 1 else None


def agency_above(lines: Sequence[str]) -> str | None:
    """Return whose table it is that lines stand above: as they say, or a title among them."""
    compact = [plain(line) for line in lines]
    return agency_of(compact) or next(filter(None, map(agency_in_title, reversed(compact))), None)


def may_be_one(one: str | None, other: str | None) -> bool:
    """Whether two names may be of one unit: a table may cut its name, or state none."""
    return not one or not other or one in other or other in one


def agency_of(lines: Iterable[str]) -> str | None:
    """Return whose table it is, as its heading says."""
    found = [_BESIDE_NAME.sub("", match["name"]) for line in lines if (match := _AGENCY.search(line))]
    return found[-1] if found else None


def agency_in_title(title: str) -> str | None:
    """Return whose budget or accounts a title names: 样本局2026年部门预算, 2026年样本局部门决算; None where it is no such title."""
    text = _NUMBERED.sub("", plain(title))
    if len(text) > LONGEST_TITLE or _NO_NAME.match(text):
        return None
    found = next(filter(None, (pattern.match(text) for pattern in _TITLES_OF_UNITS)), None)
    return found["name"] if found else None
