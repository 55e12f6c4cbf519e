"""Facts stated by titles: whose budget of which year, which issue of what, what it explains. Pure."""

import re
from dataclasses import dataclass
from hashlib import blake2b

from archive.model.printable import normal_form

BUDGET, ACCOUNTS = "budget", "accounts"
"""预算, and 决算."""

LONGEST = 1000
"""Characters of a title that are read: the longest known is a quarter of that."""

_YEAR = re.compile(r"((?:19|20)[0-9]{2}|[一二][〇零○oO0一二三四五六七八九]{3})\s*(?:年度?|财政年度)?")
_CHINESE_DIGITS = str.maketrans("〇零○oO一二三四五六七八九", "00000123456789")
_TYPES = {BUDGET: re.compile("预算|预决算"), ACCOUNTS: re.compile("决算|预决算")}
# About budgets, but no budget.
_OTHER = re.compile(
    "编制|执行|调整|绩效|评审|招标|采购|工程|项目预算|批复|办法|培训|会议|检查|管理|意见|制度|审计|审查|最高.{0,30}限价|控制价|造价|询价|通报|问答|解读|"
    "模板|样式|考核|整改|监督|公开工作|目录|汇总表?的通知"
)
_UNIT = r"(?P<unit>[^\s:,，。;；《》〔〕()“”\"]{2,60}(?:局|委|办|院|校|学|园|所|站|中心|馆|队|会|部|室|府|镇|乡|处|团|台|社|场|厅|司|区|县|公司|集团|组|级))"
_BEFORE_YEAR = re.compile(_UNIT + rf"\s*{_YEAR.pattern}")
_AFTER_YEAR = re.compile(
    rf"{_YEAR.pattern}{_UNIT}(?:本级|机关)?(?:部门|单位|政府|财政|一般公共|收支|\"?三公\"?经费|“三公”经费|的)*(?:预算|决算|预决算)"
)
_LEAD = re.compile("^(?:.*[:：])?(?:关于)?(?:公开|公布|公示)?")


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget, or final accounts, that a title announces. `type`: BUDGET or ACCOUNTS; `unit`: whose, if stated."""

    year: int
    type: str
    unit: str | None


def budgets(title: str) -> list[Budget]:
    """The budgets and final accounts that a title announces: 2016年决算和2018年预算 is two. None without a year."""
    plain = normal_form(title[:LONGEST])
    if not re.search("预算|决算", plain):
        return []
    unit = _unit(plain)
    if _OTHER.search(plain.replace(unit or "", "", 1)):  # 市场监督管理局 is no 监督
        return []
    if "三公" in plain and not re.search("部门|单位|政府[预决]算", plain):
        return []  # a part of a budget, published by itself
    years = list(_YEAR.finditer(plain))
    announced = []
    for place, match in enumerate(years):
        end = years[place + 1].start() if place + 1 < len(years) else len(plain)
        around = plain[match.start() : end]
        year = int(match[1].translate(_CHINESE_DIGITS))
        announced += [Budget(year, kind, unit) for kind, words in _TYPES.items() if words.search(around)]
    return list(dict.fromkeys(announced))


def _unit(title: str) -> str | None:
    """The unit that a budget's title names: what stands before the year, or between it and the word for budget."""
    rest = _LEAD.sub("", "".join(title.split()))
    match = _BEFORE_YEAR.match(rest) or _AFTER_YEAR.search(rest)
    return match["unit"] if match else None


@dataclass(frozen=True, slots=True)
class Issue:
    """One of a series: `key` is the same for all of its issues in a year. `unit`: what is counted, 期, 周, 季度 or 月."""

    key: int
    number: int
    unit: str


_ISSUE = re.compile(r"(?:第\s*([0-9]{1,3}|[一二三四五六七八九十百]{1,5})\s*(期|周|季度))|(?<![0-9至到\-—~])([0-9]{1,2})\s*(月)份?(?!\s*[0-9]+\s*日)(?![至到\-—~])")  # fmt: skip


def issue(title: str) -> Issue | None:
    """The issue that a title says it is: 农产品价格周报2018年第12期 is the 12th; None where it says none."""
    plain = "".join(normal_form(title[:LONGEST]).split())
    match = _ISSUE.search(plain)
    if not match:
        return None
    number = _number(match[1] or match[3])
    unit = match[2] or match[4]
    rest = plain[: match.start()] + "#" + plain[match.end() :]
    if not number or (unit == "月" and number > 12) or (unit == "季度" and number > 4) or len(rest) < 6:
        return None
    return Issue(fingerprint(rest) or 0, number, unit)


def _number(text: str) -> int:
    """A number up to 999 in either kind of digits; 0 where it can't be read."""
    if text.isdigit():
        return int(text)
    values = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
    total, digit = 0, 0
    for character in text:
        if character in values:
            digit = values[character]
        else:
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
    return total + digit


_QUOTED = re.compile("《([^《》]{4,})》")
_BEFORE = re.compile("^.*?(?:印发|转发|发布|公布|颁布|修订|出台)")
_AFTER = re.compile("(?:[（(]?(?:试行|暂行|修订稿?|修订版)[）)]?)?的?(?:通知|决定|公告|通告|函|批复|意见的通知)$")
_EXPLAINS = re.compile(
    "(?:的)?(?:政策|文字|图文|图片|简明|专家|视频|动漫|部门|权威|媒体|一图){0,6}(?:解读|解读稿|读懂|图解|图说|问答|说明|一图读懂|起草说明)[:：]?"
)
_PUNCTUATION = re.compile(r"[\W_]+")


def explains(title: str) -> bool:
    """Whether a title says that it explains another document."""
    return bool(re.search("解读|图解|一图读懂|读懂|政策问答", title[:LONGEST]))


def subject(title: str) -> int | None:
    """Return the fingerprint of a document's subject, which a normative document and its interpretation share.

    Of 关于印发《同心县棚户区改造办法》的通知 and of 《同心县棚户区改造办法》政策解读 it is the same.
    """
    plain = normal_form(title[:LONGEST])
    quoted = _QUOTED.search(plain)
    core = quoted[1] if quoted else _EXPLAINS.sub("", _AFTER.sub("", _BEFORE.sub("", plain)))
    return fingerprint(core, 6)


def fingerprint(text: str | None, least: int = 1) -> int | None:
    """A key that texts share which differ in blanks and punctuation alone; None for one below `least` characters."""
    essence = _PUNCTUATION.sub("", normal_form(text or ""))
    if len(essence) < least:
        return None
    return int.from_bytes(blake2b(essence.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)
