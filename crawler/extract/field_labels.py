"""Labels that portals use: every label seen on a page, and the field it stands for.

Fields are read by these labels wherever they stand, never by position or CSS class: the same class means different
things on different sites, and the same thing has many names (GB/T 21063.3 and the 2009 guideline for disclosure
catalogues name the elements; portals vary them).
"""

import re

LABELS: dict[str, tuple[str, ...]] = {
    "index_number": ("索引号", "索引码", "信息索引号", "案号", "提案号", "建议号"),
    "title": ("标题", "名称", "信息名称", "文件名称", "信息标题", "文件标题", "公文标题", "题名", "案由"),
    "document_number": ("文号", "发文字号", "文件编号", "发布文号", "公文文号", "文件字号", "信息文号", "发文文号"),
    "publisher": (
        "发布机构", "发布单位", "发文机关", "发文机构", "发布机关", "发文单位", "公开主体", "制发机关", "发布部门",
        "信息发布机构", "公开机构", "公开单位", "供稿单位", "承办单位", "主办单位", "信息来源", "来源",
    ),
    "responsible_department": ("责任部门", "责任处室", "责任科室", "责任单位"),
    "published_on": (
        "发布日期", "公开日期", "发布时间", "公开时间", "信息发布日期", "上网日期", "发表日期", "办结日期", "办结时间",
        "答复日期", "日期", "时间",
    ),
    "created_on": ("生成日期", "成文日期", "发文日期", "产生日期", "印发日期", "形成日期", "制发日期", "成文时间", "生成时间"),
    "disclosure_mode": ("公开方式", "公开形式", "公开属性", "公开类别"),
    "disclosure_period": ("公开时限", "公开期限"),
    "topic": ("主题分类", "信息分类", "主题类别", "所属主题", "分类", "主题"),
    "validity": ("有效性", "时效性", "时效", "效力状态", "文件状态"),
}  # fmt: skip
"""Field → labels, the surest first: where a page states several, the earliest of the list counts."""

UNMAPPED = (
    "作者", "关键词", "主题词", "内容概述", "体裁分类", "组配分类", "公开范围", "公开程序", "语种", "信息格式", "生效日期", "失效日期",
    "有效期", "废止日期", "实施日期", "服务对象", "服务对象分类", "序号", "编辑", "责任编辑", "审核", "相关信息", "附件", "联系电话", "内容",
)  # fmt: skip
"""Labels known to stand in such blocks that fill no field: kept as printed, and they end the value before them."""

COUNTERS = (
    "浏览次数",
    "浏览量",
    "浏览",
    "点击数",
    "点击量",
    "点击",
    "阅读次数",
    "阅读量",
    "阅读",
    "访问量",
    "下载次数",
    "字号",
    "字体",
    "打印",
    "分享",
    "分享到",
)
"""Labels whose values change without the record changing, or that are no statement at all: never kept."""

FIELD_OF: dict[str, str] = {label: field for field, labels in LABELS.items() for label in labels}
RANK: dict[str, int] = {label: place for labels in LABELS.values() for place, label in enumerate(labels)}

# Alone or as a header these say what a cell is; in running text 时间, 日期, 主题 and their like are ordinary words.
PLAIN_WORDS = frozenset(
    {"日期", "时间", "分类", "主题", "内容", "附件", "来源", "名称", "标题", "时效", "审核", "编辑", *COUNTERS}
)

ABSENT = frozenset({"", "无", "空", "暂无", "其它", "其他", "-", "--", "—", "——", "/", "null", "None", "undefined"})
"""Printed values that mean that there is none."""

BLANK = r"[\s\u200b-\u200f\u2060\ufeff]"
"""Every kind of blank that portals put into labels and values, invisible characters among them."""

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_BEFORE_LABELS = (
    " \t\r\n\x0b\x0c\x1e\x1f\x85\u00a0\u1680"
    + "".join(map(chr, range(0x2000, 0x2010)))
    + "\u2028\u2029\u202f\u205f\u2060\u3000"
    "\ufeff[【(（"
)
_AROUND_LABELS = "[]【】()（）:：|｜"


def squash(text: str) -> str:
    """`text` without blanks of any kind, a closing colon or brackets around it: a label ready to be looked up."""
    if not (text.isascii() or text.isprintable()):
        text = _INVISIBLE.sub("", text)
    return "".join(text.split()).strip(_AROUND_LABELS)


def tidy(text: str) -> str:
    """`text` on one line, runs of blanks as one, none at the ends."""
    if not (text.isascii() or text.isprintable()):
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def value_of(text: str) -> str | None:
    """A printed value as understood: tidied, and None where it says that there is none."""
    value = tidy(text)
    return None if value in ABSENT else value


def _spaced(label: str) -> str:
    return f"{BLANK}*".join(re.escape(character) for character in label)


KNOWN = frozenset({*FIELD_OF, *UNMAPPED, *COUNTERS})
_ALL = sorted(KNOWN, key=len, reverse=True)
_LABEL = "(?:" + "|".join(map(_spaced, _ALL)) + ")"  # with blanks of any kind inside

LABEL_COLON = re.compile(
    rf"(?:(?<=[\s\u200b-\u200f\u2060\ufeff|｜\]】)）])|^)[\[【]?({_LABEL}){BLANK}*[\]】]?{BLANK}*[:：]"
)
"""A known label and its colon, at the start of a text or after a blank: several may stand in one line."""

_LONGEST_LABEL = 24
_FIRST_CHARACTERS = frozenset(label[0] for label in KNOWN)


def may_begin_with_label(text: str) -> bool:
    """Whether `text` begins as labels do, blanks and brackets aside: a quick look that spares most texts a closer one."""
    return text[:1] in _FIRST_CHARACTERS or text.lstrip(_BEFORE_LABELS)[:1] in _FIRST_CHARACTERS


def is_label(text: str) -> bool:
    """Whether `text`, of a whole cell, is nothing but a known label."""
    return len(text) <= _LONGEST_LABEL and may_begin_with_label(text) and squash(text) in KNOWN


UNKNOWN_LABEL = re.compile(rf"{BLANK}*[\u4e00-\u9fff]{{2,8}}{BLANK}*[:：]")
"""The form of a label of another value, whether we know the label or not."""
