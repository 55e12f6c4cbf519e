"""The indicator of the table that a number in the prose means, by the words right before it.

Strict on purpose: a number that means an indicator in one of a hundred ways of writing is passed over, but none is taken
for what it does not say. The words must end where the number begins, and the rest of the sentence must not speak of
another year, of one agency or place among all, or of a part of the year.
"""

import re
from dataclasses import dataclass

_FILLING = r"(?:政府信息|信息|总数|总量|数量|数|共计|总计|合计|累计|共|为|达到|达|了|：|:|\s)*$"
_OTHER_TIME = re.compile(r"上年|去年|同期|以来|截至|截止|历年|近年|五年|三年")
_YEAR = re.compile(r"(20[0-9]{2})\s*年")
_OF_ALL = re.compile(r"全[省市县区旗州]|我[省市县区旗州]|各(?:级|乡|镇|部门|单位|有关)")
_OF_SOME = re.compile(r"局|委(?!托)|镇|乡|街道|中心|部门|单位|系统|领域|专栏|栏目|季度|[上下]半年|月份?(?![\d日])")


@dataclass(frozen=True, slots=True)
class _Words:
    indicators: dict[str, str]  # template -> indicators, joined by +
    units: str
    words: re.Pattern[str]
    never: re.Pattern[str] | None = None


def _said(indicators: dict[str, str], units: str, words: str, never: str = "") -> _Words:
    return _Words(indicators, units, re.compile(words + _FILLING), re.compile(never) if never else None)


def _since_2019(indicator: str) -> dict[str, str]:
    return {"2019": indicator, "2021": indicator}


_OPEN = r"(?:主动)?(?:公开|发布|刊登|推送|刊发)"
_WORDS = (
    _said({"2014": "1.1"}, "条", r"(?<!网站)(?<!微博)(?<!微信)主动公开(?:各类|各项)?(?:政府)?信息"),
    _said({"2014": "1.1.b"}, "件个", r"(?:制发|制定|出台|印发)[^，。]{0,8}规范性文件"),
    _said({"2014": "1.1.a"}, "件个条", r"(?:主动)?公开[^，。制印备清废]{0,8}规范性文件"),
    _said({"2014": "1.2.1"}, "条", rf"政府公报(?:{_OPEN})?"),
    _said({"2014": "1.2.2"}, "条", rf"(?:政府|门户)网站{_OPEN}", never=r"(?:国务院|自治区|省|市)(?:人民)?政府网站"),
    _said({"2014": "1.2.3+1.2.4"}, "条", rf"(?:微博[、和与及]?(?:政务)?微信|两微)[^，。0-9]{{0,6}}{_OPEN}"),
    _said({"2014": "1.2.3"}, "条", rf"微博(?:平台)?{_OPEN}", never="微信"),
    _said({"2014": "1.2.4"}, "条", rf"微信(?:平台|公众号)?{_OPEN}", never="微博"),
    _said({"2014": "1.2.5"}, "条", rf"其他(?:方式|渠道|途径){_OPEN}"),
    _said({"2014": "2.1"}, "次件个条", r"回应[^，。0-9]{0,8}(?:热点|舆情|关切)[^，。0-9]{0,6}"),
    _said({"2014": "2.2.1"}, "次场", r"新闻发布会"),
    _said({"2014": "2.2.2"}, "次期", r"在线访谈"),
    _said({"2014": "2.2.3"}, "篇条件", r"政策解读(?:稿件|材料|文章|信息)?"),
    _said({"2014": "3.1"}, "件条份宗", r"(?:收到|受理|接收)[^，。0-9]{0,14}公开[^，。0-9]{0,4}申请",
          never="网络|网上|线上|当面|现场|窗口|信函|传真|邮[件寄]"),
    _said({"2014": "3.2"}, "件条份宗", r"公开申请[^。]*[，、](?:已|均已|全部|共)?办结", never="复议|诉讼"),
    _said({"2014": "4", "2019": "4.1", "2021": "4.1"}, "件起", r"(?:政府信息公开|信息公开|依申请公开)[^，。0-9]{0,8}行政复议(?:案件)?"),
    _said({"2014": "5"}, "件起", r"(?:政府信息公开|信息公开|依申请公开)[^，。0-9]{0,8}行政诉讼(?:案件)?"),
    _said({"2014": "8.2"}, "个处", r"查阅(?:点|场所|室)"),
    _said({"2014": "9.2"}, "次期场个", r"(?:政务公开|信息公开)[^，。0-9]{0,8}培训班?", never="参加|参训"),
    _said(_since_2019("3.1"), "件条份宗", r"新收[^，。0-9]{0,14}公开[^，。0-9]{0,4}申请"),
    _said(_since_2019("3.2"), "件条份宗", r"上年(?:度)?结转[^，。0-9]{0,14}(?:申请)?"),
    _said(_since_2019("3.4"), "件条份宗", r"结转(?:至|到)?下年度?[^，。0-9]{0,8}"),
)  # fmt: skip


def meant(before: str, unit: str, template: str, year: int | None) -> str | None:
    """The indicators, joined by +, that a number means which follows `before` in its sentence; None: none of them.

    `template` and `year` are those of the report.
    """
    clause = re.split(r"[。；;]", before)[-1]
    if _of_another_time(clause, year) or (_OF_SOME.search(clause) and not _OF_ALL.search(clause)):
        return None
    for said in _WORDS:
        indicators = said.indicators.get(template)
        if indicators and unit in said.units and said.words.search(clause):
            return None if said.never and said.never.search(clause) else indicators
    return None


def _of_another_time(clause: str, year: int | None) -> bool:
    """Whether the words before a number put it into another year than the report's, or into several."""
    named = {int(found) for found in _YEAR.findall(clause)}
    return bool(named - {year}) or (_OTHER_TIME.search(clause) is not None and "结转" not in clause)
