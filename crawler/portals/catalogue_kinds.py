"""Kinds of catalogues, and the words by which portals call them.

Pure. A kind that is not sure is `other`, which says nothing wrong; a portal file's `kind` overrides it.
"""

import re
import unicodedata

KINDS = (
    "hot_topic_response", "policy_interpretation", "plan", "budget", "normative_document", "rule_of_law",
    "housing_expropriation", "proposal", "annual_report", "notice", "institution", "consultation", "other",
)  # fmt: skip
"""Kinds of catalogues; their Chinese names are in `archive/labels/labels.csv`."""

WITHIN: dict[str, tuple[str, ...]] = {
    "consultation": (
        "民意征集", "意见征集", "征求意见", "征集意见", "建议征集", "调查征集", "征集调查", "网上征集", "公开征集", "网上调查",
        "民意调查", "问卷调查", "意见收集", "预公开",
    ),
    "policy_interpretation": ("解读", "图解", "一图读懂", "政策问答", "政策释义"),
    "hot_topic_response": (
        "热点回应", "热点问题", "热点关切", "热点舆情", "社会热点", "舆情回应", "舆情关切", "舆情热点", "政务舆情", "网络舆情",
        "回应关切", "回应社会关切", "关切回应", "社会关切", "公众关切",
    ),
    "proposal": ("提案", "议案", "代表建议", "人大建议", "建议办理", "两会建议"),
    "housing_expropriation": ("棚户区", "棚改", "拆迁", "征地", "土地征收", "房屋征收", "征收补偿", "征收安置"),
    "rule_of_law": ("法治政府", "法治建设", "依法行政"),
    "budget": ("预算", "决算", "三公经费", "财政资金", "财政信息", "财政收支", "财政公开"),
    "normative_document": ("规范性文件", "规范性公文"),
    "plan": (
        "规划计划", "计划规划", "规划总结", "规划纲要", "发展规划", "发展计划", "专项规划", "总体规划", "区域规划", "空间规划",
        "城乡规划", "城市规划", "五年规划", "十三五规划", "十四五规划", "十五五规划", "中长期规划", "年度计划", "工作计划",
        "工作总结", "计划总结", "总结计划",
    ),
    "annual_report": (
        "公开年报", "公开年度报告", "公开年度工作报告", "公开工作年报", "公开工作年度报告", "公开工作报告",
    ),
    "institution": ("工作制度", "规章制度", "公开制度", "公开指南", "公开规定", "制度建设"),
    "notice": (
        "通知公告", "公告通知", "公示公告", "公告公示", "通告公告", "公告通告", "通知公示", "通知通告", "政府公告", "政务公告",
    ),
}  # fmt: skip
"""Kind → words that name it wherever they stand in a title, the surest kind first.

What a catalogue is about (征地拆迁) says more than the form of what it lists (公告, 制度), and what is done with a document
(征求意见, 解读) more than the document: 规范性文件解读 lists no normative documents.
"""

ALONE: dict[str, tuple[str, ...]] = {
    "hot_topic_response": ("舆情",),
    "plan": ("规划", "计划", "总结"),
    "annual_report": ("年报", "年度报告"),
    "institution": ("制度",),
    "notice": ("通知", "公告", "公示", "通告"),
}
"""Words that say too little within a title (招标公告, 规划局, 企业年报), and enough where they are all of it."""

_QUOTES = re.compile(r"[\"'`“”‘’「」『』《》〈〉【】\[\]()<>]")
_JOINERS = re.compile(r"以及|[和与及、/·,;&+]")
_AGENCY = re.compile(r"(?:局|委员会|管委会|办公室|指挥部|小组|中心)$")
_AROUND = re.compile(r"^\d{4}年度?|(?:信息|公开|专栏|栏目|专区)$")


def kind_of(title: str) -> str:
    """Return the kind of KINDS that a catalogue's title names, `other` where it names none, two side by side, or an agency.

    Two that go together in one thing (棚户区改造公示公告) are the surer one. 解读 and 回应 are one: 解读回应 is the usual
    name of the column of interpretations.
    """
    printed = "".join(filter(str.isprintable, unicodedata.normalize("NFKC", title)))
    compact = _QUOTES.sub("", "".join(printed.split()))
    bare = _JOINERS.sub("", compact)
    whole = _AROUND.sub("", bare)
    for kind, words in ALONE.items():
        if whole in words or bare in words:
            return kind
    named = [kind for kind, words in WITHIN.items() if any(word in bare for word in words)]
    if "policy_interpretation" in named:
        named = [kind for kind in named if kind != "hot_topic_response"]
    side_by_side = len(named) > 1 and _JOINERS.search(compact)
    return named[0] if named and not side_by_side and not _AGENCY.search(bare) else "other"
