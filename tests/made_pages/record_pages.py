"""Record pages: a box of metadata, a line below the title, a text, files, in the forms that templates have."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from typing import Any

from tests.made_pages.boxes import BOXES, Pairs
from tests.made_pages.page import MadePage
from tests.made_pages.samples import AGENCIES, DATE_FORMS, HOST, MEDIA, Draw
from tests.made_pages.shell import above_or_below, declared, head, menu, page, trail
from tests.made_pages.texts import text_and_files

INDEX_LABELS = ("索引号", "索 引 号", "索&ensp;引&ensp;号", "信息索引号", "索　引　号")
NUMBER_LABELS = ("文号", "文　　号", "发文字号", "文件编号", "文&nbsp;&nbsp;号")
PUBLISHER_LABELS = ("发布机构", "发文机关", "发布单位", "发文单位", "发 布 机 构", "公开主体")
PUBLISHED_LABELS = ("发布日期", "公开日期", "发布时间")
CREATED_LABELS = ("成文日期", "生成日期", "发文日期")
TITLE_LABELS = ("名称", "标题", "名　　称", "标&ensp;&ensp;题")
OTHER_LABELS = {
    "主题分类": ("财政、金融、审计", "教育", "综合政务"), "公开方式": ("主动公开", "依申请公开"), "公开时限": ("长期公开", "常年公开"), "有效性": ("有效", "失效"),
    "效力状况": ("有效", "已废止"), "组配分类": ("行政规范性文件", "其他"), "统一编号": ("YB01-2017-0004", "YB02-2018-0011"), "公开范围": ("面向全社会", "社会公众"),
    "信息类别": ("政策文件", "其他"), "信息格式": ("文本", "HTML"), "体裁": ("通知", "公告"), "公开程序": ("内部审核", "主动公开"),
    "责任部门": ("样本股", "样本县样本局办公室"), "签发人": ("样本一", "样本二"), "关键词": ("样本 测试", "样本"),
}  # fmt: skip
"""Further labels, those of common templates and others, with values."""

NO_NUMBER = ("", "&nbsp;", "无", "--", "- -")
SOURCE_LABELS = ("来源", "来源", "信息来源", "文章来源", "稿件来源")
TIME_LABELS = ("发布时间", "发布日期", "时间", "日期", "更新时间", "时间发布", "信息时间", "发表时间")
TAILS = (
    "浏览次数：<span id='hits'>15</span>", "点击率：<b>157</b>", "字体：<a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a>", "责任编辑：样本编辑",
    "【字体：大 中 小】", "访问量：163", "作者：样本作者", "[ 打印 ]", "审核：样本审核", "阅读：12 次", "撰稿：样本撰稿", "发布者：admin", "录入：样本录入", "信息员：样本",
)  # fmt: skip
"""Words that may stand behind the date and the source."""


@dataclass(slots=True)
class Record:
    """A record page under way: its draws, what it says, and what a person is to read there."""

    draw: Draw
    title: str
    column: str
    day: date
    publisher: str | None = None
    source: str = ""
    is_dated: bool = False
    title_in_box: bool = False
    expected: dict[str, Any] = field(default_factory=dict)


def record_page(draw: Draw) -> MadePage:
    """One record's page."""
    steps = draw.steps()
    record = Record(draw, draw.title(), steps[-1], draw.day())
    form = draw.pick(("no box", "two labels", *BOXES))
    box = _box(record, form)
    line = _line(record)
    metas = declared(draw, record.column, record.title, record.day, record.source or record.publisher or "")
    heading, (text, expected_text) = _heading(record, metas), text_and_files(draw)
    if not record.is_dated and "PubDate" in metas:  # nothing else says it
        record.expected["time"] = metas["PubDate"][:10]
    contents = draw.pick((f"{box}{heading}{line}{text}", f"{box}{heading}{line}{text}", f"{heading}{box}{line}{text}"))
    contents = f'<div class="main">{trail(draw, steps, of_record=True)}{contents}</div>'
    parts = above_or_below(draw, contents)
    html = page(head(draw, record.title, record.column, metas), menu(draw), *parts, draw=draw)
    address = f"{HOST}/xxgk/{record.day:%Y%m}/t{record.day:%Y%m%d}_{draw.number(1000, 99999)}.html"
    expected = {
        "kind": "detail",
        "url": address,
        "title": record.title,
        "publisher": record.publisher,
        "breadcrumb": steps,
    }
    return MadePage(f"record, {form}", html, expected | expected_text | record.expected)


# --- metadata ---


def _box(record: Record, form: str) -> str:
    """A box of metadata, and what it tells a person."""
    draw = record.draw
    if form == "no box":
        return ""
    pairs = draw.mixed(_pairs(record) if form != "two labels" else _two_pairs(record))
    mapped = {unescape(label): unescape(value).strip() for label, value in pairs}
    record.expected["meta"] = {label: value for label, value in mapped.items() if value}
    box = BOXES[form if form in BOXES else draw.pick(tuple(BOXES))](draw, pairs)
    if draw.often(0.15):
        box += "<!--<p><strong>主题词</strong>：样本主题词</p>-->"
        record.expected["only_in_html_comments"] = ["主题词"]
    return f'<div class="{draw.pick(("xxgk", "index_box", "top", "a1"))}">{box}</div>'


def _pairs(record: Record) -> Pairs:
    draw = record.draw
    form, created = draw.pick(DATE_FORMS), record.day - timedelta(days=draw.pick((0, 0, 1, 5, 30)))
    number = draw.pick((draw.document_number(), draw.document_number(), draw.pick(NO_NUMBER)))
    pairs = [(draw.pick(INDEX_LABELS), draw.index_number()), (draw.pick(NUMBER_LABELS), number)]
    if draw.often(0.8):
        record.publisher = draw.pick((*AGENCIES, "样本县财政局、样本县教育体育局"))
        pairs.append((draw.pick(PUBLISHER_LABELS), record.publisher))
    if draw.often(0.6):
        pairs.append((draw.pick(PUBLISHED_LABELS), form.format(record.day)))
        record.is_dated = True
    if draw.often(0.6):
        pairs.append((draw.pick(CREATED_LABELS), form.format(created)))
    if draw.often(0.4):
        pairs.append((draw.pick(TITLE_LABELS), record.title))
        record.title_in_box = True
    others = draw.some(tuple(OTHER_LABELS.items()), 1, 6)
    return pairs + [(label, draw.pick((*values, draw.pick(("", "无"))))) for label, values in others]


def _two_pairs(record: Record) -> Pairs:
    record.publisher = record.draw.pick(AGENCIES)
    return [
        (record.draw.pick(NUMBER_LABELS), record.draw.document_number()),
        (record.draw.pick(PUBLISHER_LABELS), record.publisher),
    ]


# --- title, and the line below it ---


def _heading(record: Record, metas: dict[str, str]) -> str:
    """The title in a heading, in a box that its class tells, or, where something else says that it is the title, in any cell."""
    draw, title = record.draw, record.title
    middle = next(place for place in range(4, len(title)) if not any(map(str.isascii, title[place - 1 : place + 1])))
    told = (f"<h1>{title}</h1>", f"<h2 class='article_title'>{title}</h2>", f"<div class='article-title'>{title}</div>", f"<p class='con-title'> {title}</p>",
            f"<h1><font>{title[:middle]}</font><br>{title[middle:]}</h1>", f"<div class='detail-title'><h3></h3><h2>{title}</h2><h3>样本副题</h3></div>")  # fmt: skip
    bare = (
        f"<table><tr><td class='GgFwN015' height='45' align='center'>{title}</td></tr></table>",
        f"<div class='bt'><strong>{title}</strong></div>",
    )
    return draw.pick(told + bare if metas or record.title_in_box else told)


def _line(record: Record) -> str:
    """The line below the title: date and source in either order, labelled or bare, and what else stands there."""
    draw, day = record.draw, record.day
    dated, sourced = draw.often(0.75), draw.often(0.6)
    printed = draw.pick(DATE_FORMS).format(day) + draw.pick(
        ("", " 09:05", " 15:20", " 15:20:07", " 15:20:00.0", " 星期二")
    )
    parts: list[tuple[str, str]] = []
    if dated:
        parts.append((draw.pick((*TIME_LABELS, "")), printed))
        record.is_dated = True
    if sourced:
        record.source = draw.pick((*AGENCIES, *MEDIA))
        form = draw.pick(("{}", "{}", "{}", '<a href="/jg/">{}</a>'))
        parts.append((draw.pick(SOURCE_LABELS), form.format(record.source)))
        record.expected["source"] = record.source
        if record.publisher is None and record.source in AGENCIES:
            record.publisher = record.source
    if record.is_dated:
        record.expected["time"] = str(day)
    form = draw.pick((_spans, _spans, _words, _cell, _small_boxes, _in_brackets, _terms))
    return form(draw, draw.mixed(parts) if parts and parts[0][0] else parts, draw.some(TAILS, 0, 3))


def _labelled(parts: Pairs, form: str) -> list[str]:
    return [form.format(label, value) if label else value for label, value in parts]


def _spans(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    form = draw.pick(
        (
            "{}：{}",
            "{}：<!--<$[x]>begin-->{}<!--<$[x]>end-->",
            "<i>{}：</i>{}",
            "{}：<b>{}</b>",
            "{}:{}",
            '{}：<a href="/jg/">{}</a>',
        )
    )
    spans = "".join(f"<span>{piece}</span>" for piece in (*_labelled(parts, form), *tails))
    return f'<div class="info">{spans}</div>'


def _words(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    """All in one run of text, apart by blanks or bars."""
    between = draw.pick(("&nbsp;&nbsp;", "    ", " | ", "&nbsp;|&nbsp;", "　", " "))
    return f'<p class="info" align="center">{between.join((*_labelled(parts, "{}：{}"), *tails))}</p>'


def _cell(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    between = draw.pick(("&nbsp;", "    ", "<br>"))
    return f'<table width="97%"><tr><td align="center">{between.join((*_labelled(parts, "{}：{}"), *tails))}</td></tr></table>'


def _small_boxes(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    form = draw.pick(("{}：{}", "{}：<span>{}</span>", "<label>{}：</label>{}"))
    return "".join(
        f'<div class="{draw.pick(("time", "ly"))}">{piece}</div>' for piece in (*_labelled(parts, form), *tails)
    )


def _in_brackets(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    form = draw.pick(("【{}】", "【{}】 ", "[ {} ] ", "（{}）"))
    return f'<p class="info">{"".join(form.format(piece.strip("【】[]")) for piece in (*_labelled(parts, "{}：{}"), *tails))}</p>'


def _terms(draw: Draw, parts: Pairs, tails: list[str]) -> str:
    """Terms and definitions by turns; a bare date, and what else stands there, in definitions of their own."""
    terms = "".join(f"<dt>{label}：</dt><dd>{value}</dd>" if label else f"<dd>{value}</dd>" for label, value in parts)
    return f'<dl class="info">{terms}{"".join(f"<dd>{tail}</dd>" for tail in tails)}</dl>'
