"""The pages of the made-up county portal: the TRS county template's markup around words drawn at random, called sample text."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

FIRST_DAY = date(2018, 1, 1)
"""The date of day 1; the records of day 1 are older."""

SITE = "样本县人民政府"
COLUMNS = (  # kind, folder, title
    ("hot_topic_response", "yqhy", "热点回应"),
    ("policy_interpretation", "zcjd", "政策解读"),
    ("plan", "ghjh", "规划计划"),
    ("budget", "czzj", "财政资金"),
    ("notice", "tzgg", "通知公告"),
)
OFFICES = ("样本县政府办公室", "样本县财政局", "样本县教育局", "样本县交通运输局", "样本县水务局", "样本县民政局")
TOPICS = ("道路养护", "校舍修缮", "河道清理", "公园绿化", "图书馆开放时间", "农田水利项目", "公交线路调整")
FORMS = ("通知", "公告", "实施方案", "情况说明", "工作计划")
WORDS = re.findall("..", "样本工作计划项目安排推进完成季度部门单位道路校舍河道绿化水利公交图书服务宣传培训统计汇总")

# Written into a page in place of its noise, which is put in when the page is sent and is no part of its ETag.
VIEWS, MADE = "@views@", "@made@"
_STYLE = "".join(f".c{n}{{margin:{n}px;padding:{n % 7}px;color:#333;font-size:14px}}\n" for n in range(16))


@dataclass(slots=True, eq=False)
class Column:
    """One catalogue. Its lists have a hover box and a pager written by script, or neither and a pager of links."""

    kind: str
    slug: str
    title: str
    scripted: bool
    modified: datetime
    rows: list["Record"] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return f"/xxgk/zfxxgkml/{self.slug}/"


@dataclass(slots=True, eq=False)
class Record:
    """One record; `number` decides its text. A withdrawn one answers with `_GONE[gone]`."""

    number: int
    column: Column
    path: str
    name: str
    office: int
    published: date
    modified: datetime
    state: str = "listed"
    gone: int = 0
    renamed: int = 0
    edited: int = 0

    @property
    def title(self) -> str:
        return self.name + (f"（第{self.renamed}次修订）" if self.renamed else "")

    @property
    def publisher(self) -> str:
        return OFFICES[self.office % len(OFFICES)]

    @property
    def department(self) -> str:
        return OFFICES[self.number % len(OFFICES)]

    @property
    def index_number(self) -> str:
        return f"6403240{self.number % len(OFFICES) + 1:02}/{self.published.year}-{self.number:05}"

    @property
    def document_number(self) -> str:
        return "" if self.number % 3 else f"样本发〔{self.published.year}〕{self.number}号"


@dataclass(frozen=True, slots=True)
class Page:
    """An answer before it is sent. Only one with a time of its last change has an ETag. `more`: a header line of its own."""

    text: str
    status: int = 200
    modified: datetime | None = None
    content_type: str = "text/html; charset=utf-8"
    more: str | None = None


def message_page(words: str) -> str:
    """A page with a message and nothing else."""
    head = f'<head><meta charset="utf-8"><title>{SITE}</title></head>'
    return f"<html>{head}<body><div><p>{words}</p></div></body></html>"


def clock(days: int, seconds: int) -> datetime:
    """The portal's time, so long after day 1 began."""
    return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=days, seconds=seconds)


def list_page(column: Column, number: int, pages: int, size: int, columns: Sequence[Column]) -> str:
    """A list page of `size` rows; `number` from 0, of `pages`."""
    rows = "".join(_row(record) for record in column.rows[number * size : (number + 1) * size])
    if column.scripted:
        pager = f'<script>\ncreatePageHTML({pages}, {number}, "list", "html");\n</script>'
    else:
        nowhere = "javascript:void(0)"
        before = nowhere if number == 0 else "list.html" if number == 1 else f"list_{number - 1}.html"
        after = nowhere if number + 1 == pages else f"list_{number + 1}.html"
        pager = f'<a href="{before}">上一页</a> <a href="{after}">下一页</a> 共{pages}页 共{len(column.rows)}条'
    names = "".join(f"<li><span>{name}</span></li>" for name in ("索引号", "标题", "发布单位", "发布日期"))
    main = f'<div class="boxcon"><div class="xxgk_wrap"><ul>{names}</ul></div>\n{rows}</div><div class="page">{pager}</div>'
    meta = f'<meta name="ColumnName" content="{column.title}">'
    return frame(f"{column.title}-{SITE}", meta, f"{_trail(column)}{main}", columns)


def record_page(record: Record, seed: int, columns: Sequence[Column]) -> str:
    """A record's own page."""
    column = record.column
    views = f"<p>浏览次数：{VIEWS}</p>"
    inside, outside = (views, "") if column.scripted else ("", views)
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in _paragraphs(record, seed))
    main = f"""{_trail(column)}<h1>{record.title}</h1>
<table class="xxgk_table">
 <tr><td>索 引 号：{record.index_number}</td><td>文　　号：{record.document_number}</td><td>生成日期：{record.published}</td></tr>
 <tr><td>公开方式：主动公开</td><td>发布机构：{record.publisher}</td><td>责任部门：{record.department}</td></tr>
</table>
<div class="zz-xl-ct"><div class="TRS_Editor">
{text}</div>{inside}</div>
<div class="share">{outside}<a href="javascript:window.print()">【打印本页】</a></div>"""
    meta = f'<meta name="ColumnName" content="{column.title}"><meta name="ArticleTitle" content="{record.title}">'
    return frame(f"{record.title}-{SITE}", meta, main, columns)


def _row(record: Record) -> str:
    """A record's row in a list, with the hover box that half of the catalogues have."""
    short = record.title if len(record.title) <= 21 else f"{record.title[:20]}..."
    href = record.path.removeprefix(record.column.folder)
    link = f'<a href="./{href}" title="{record.title}" target="_blank">{short}</a>'
    cells = f'<li><span>{record.index_number}</span></li><li class="w353">{link}</li><li><span>{record.publisher}</span></li>'
    hover = f"""
 <div class="hover_box">
  <p>索 引 号：<span>{record.index_number}</span></p><p>名　　称：<span>{record.title}</span></p>
  <p>文　　号：<span>{record.document_number}</span></p><p>公开时限：长期公开</p>
  <p>生成日期：<span>{record.published}</span></p><p>责任部门：<span>{record.department}</span></p>
 </div>"""
    row = f'<ul>{cells}<li class="w100"><span>{record.published}</span></li></ul>{hover if record.column.scripted else ""}'
    return f'<div class="xxgk_wrap">{row}</div>\n'


def _paragraphs(record: Record, seed: int) -> list[str]:
    """A record's text. An edit rewrites one sentence, the same each time."""
    words = random.Random(f"{seed} {record.number}")
    sizes = [words.randint(9, 13) for _ in range(words.randint(2, 7))]
    paragraphs = [["".join(words.choices(WORDS, k=14)) + "。" for _ in range(size)] for size in sizes]
    if record.edited:
        sentences = words.choice(paragraphs)
        sentences[words.randrange(len(sentences))] = f"样本文字第{record.edited}次改动：{words.choice(TOPICS)}。"
    note = f"样本说明：{record.name}由测试程序写成，文字随机，与任何政府无关。"
    return [note, *map("".join, paragraphs)]


def _trail(column: Column) -> str:
    steps = (("/", "首页"), ("/", "政府信息公开目录"), (f"{column.folder}list.html", column.title))
    links = " > ".join(f'<a class="CurrChnlCls" href="{href}">{name}</a>' for href, name in steps)
    return f'<div class="place">当前位置：{links}</div>\n'


def frame(title: str, meta: str, main: str, columns: Sequence[Column]) -> str:
    """A whole page: head, navigation, `main`, footer with the time of its making."""
    links = "".join(f'<li><a href="{column.folder}list.html">{column.title}</a></li>\n' for column in columns)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="SiteName" content="{SITE}">
{meta}
<title>{title}</title>
<style>
{_STYLE}</style>
</head>
<body>
<div class="nav"><ul><li><a href="/">首页</a></li>
{links}</ul></div>
<div class="main">
{main}
</div>
<div class="foot"><ul>
{links}</ul><p>样本门户，文字随机生成，不是政府网站。</p><p>页面生成时间：{MADE}</p></div>
</body>
</html>
"""
