"""What everything in the archive is called, in Chinese and English: the one place for the site and for docs/tables.md.

Wording states what was observed. Terms follow the field's own usage (GB/T 21063, Regulations on Open Government
Information); a code without a label here is shown as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Chinese and English, and what it means in both (may be empty where the name says it all)."""

    zh: str
    en: str
    about: str = ""
    about_en: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. `hidden`: kept out of the site's lists. `label_column` names a row where others refer to it."""

    label: Label
    columns: Mapping[str, Label]
    hidden: bool = False
    label_column: str | None = None
    sort: str | None = None
    sort_desc: str | None = None
    facets: tuple[str, ...] = field(default=())
    sortable: tuple[str, ...] | None = None


SITE = Label(
    "政府信息公开目录档案",
    "Disclosures",
    "县级政府信息公开目录的存档：目录里列出过什么、何时列出、之后有何变化。本站不是官方网站，所载内容均非官方文本，请以原页面为准。",
    "An archive of county governments' disclosure catalogues: what they listed, when, and what changed since. "
    "Nothing here is an official copy; the original page prevails.",
)

# Columns that mean the same wherever they stand.
_ID = Label("编号", "id", "本档案内的编号。", "Number within this archive.")
_PORTAL = Label("门户", "portal", "公布该信息的政府网站。", "The government site that publishes it.")
_KIND = Label("类别", "kind", "所在目录的类别。", "Kind of the catalogue that lists it.")
_RECORD = Label("记录", "record", "对应的记录。", "The record concerned.")
_CATALOG = Label("目录", "catalogue", "对应的目录。", "The catalogue concerned.")
_CRAWL = Label("采集", "crawl", "对应的一次采集。", "The crawl concerned.")
_FIRST = Label("首次发现", "first seen", "本档案首次见到的时间（UTC）。", "When this archive first saw it (UTC).")
_LAST = Label("最后发现", "last seen", "本档案最近一次见到的时间（UTC）。", "When this archive last saw it (UTC).")
_SOURCE_FIELDS = Label(
    "原页所印",
    "as printed",
    "原页面所印的标签与内容（JSON）。",
    "Every label as printed and its value as printed (JSON).",
)

_RECORDS: dict[str, Label] = {
    "id": _ID,
    "title": Label(
        "信息名称", "title", "标题；目录截断时，以开头相同的完整标题代替。",
        "Title; where a list cut it, the fuller title with the same beginning.",
    ),
    "publisher": Label("发布机构", "publisher", "发布该信息的机关。", "The publishing agency, as stated."),
    "published_on": Label(
        "发布日期", "date published", "门户所标的发布日期。", "Date of publication as the portal states it (ISO 8601)."
    ),
    "document_number": Label(
        "文号", "document number", "发文字号，如 同政发〔2017〕92号。", "Number of the document, e.g. 同政发〔2017〕92号."
    ),
    "index_number": Label(
        "索引号", "index number", "目录索引号；可能重复，也可能没有。", "The catalogue's identifier; may repeat or be missing."
    ),
    "kind": _KIND,
    "state": Label("状态", "state", "最近一次完整采集时所见的状态。", "What the last complete crawl observed."),
    "portal": _PORTAL,
    "url": Label(
        "原页面", "original page", "原页面地址；目录行无链接时，为该行内容构成的键。",
        "Address of the original page; for a row without a link, a key made of its printed cells.",
    ),
    "body": Label("正文", "body", "原页面的正文文字。", "Text of the record's own page."),
    "created_on": Label("生成日期", "date created", "门户所标的生成（成文）日期。", "Date the document was made, as stated."),
    "responsible_department": Label("责任部门", "responsible department", "门户所标的责任部门。", "As stated by the portal."),
    "disclosure_mode": Label("公开方式", "mode of disclosure", "如 主动公开。", "For example proactive disclosure (主动公开)."),
    "disclosure_period": Label(
        "公开时限", "period of disclosure", "如 长期公开；限时公开的到期后可能依规不再列出。",
        "For example permanent (长期公开); time-limited items may lawfully leave the list.",
    ),
    "topic": Label("主题分类", "subject category", "门户所标的主题分类。", "As stated by the portal."),
    "validity": Label("有效性", "validity", "如 有效、废止、失效。", "In force, repealed or expired, as stated."),
    "year": Label("年份", "year", "发布日期的年份。", "Year of the date published."),
    "first_seen": _FIRST,
    "last_seen": _LAST,
    "changed_at": Label(
        "最近变动", "last change", "本档案最近一次见到内容不同的时间（UTC）。", "When this archive last saw it say something else (UTC)."
    ),
    "flags": Label(
        "存疑标记", "flags", "数据中值得留意之处（JSON 列表）；只作标记，不作更改。", "What is doubtful (JSON list): marked, never repaired silently."
    ),
    "source_fields": _SOURCE_FIELDS,
}  # fmt: skip

_SEARCHED = ("id", "title", "body", "publisher", "published_on", "kind", "state", "document_number", "index_number",
             "portal", "url", "created_on", "responsible_department", "year")  # fmt: skip

TABLES: dict[str, Table] = {
    "records": Table(
        Label(
            "记录", "records", "目录中列出过的每一条信息，一条一行，最新的在前。",
            "Every item a catalogue has listed, one row each, newest first.",
        ),
        _RECORDS,
        label_column="title",
        sort_desc="published_on",
        facets=("kind", "publisher", "year", "state"),
    ),
    "search": Table(
        Label(
            "检索", "search", "全文检索（视图）：标题、发布机构、责任部门、文号、索引号和正文，最相符的在前。",
            "Full-text search (a view) over title, publisher, responsible department, numbers and body, best first.",
        ),
        {name: _RECORDS[name] for name in _SEARCHED}
        | {
            "rank": Label("相符程度", "rank", "越小越相符。", "Smaller is better (FTS5 bm25, title weighted most)."),
            "q": Label("检索式", "q", "技术用栏：在 SQL 中写 q MATCH zh_match('词')。", "For SQL: q MATCH zh_match('words')."),
        },
        sort="rank",
        facets=("kind", "publisher", "year", "state"),
        sortable=("rank", "published_on", "created_on", "publisher", "title"),
    ),
    "catalogs": Table(
        Label("目录", "catalogues", "各门户的信息公开目录（栏目）。", "The disclosure catalogues of each portal."),
        {
            "id": _ID,
            "title": Label("目录名称", "title"),
            "kind": Label("类别", "kind", "目录的类别。", "What kind of items it lists."),
            "portal": _PORTAL,
            "path": Label("栏目路径", "path", "页面上的位置导航。", "Breadcrumb as the page prints it."),
            "url": Label("目录地址", "address", "目录首页的地址。", "Address of its first list page."),
        },
        label_column="title",
        facets=("kind",),
    ),
    "portals": Table(
        Label("门户", "portals", "本档案采集的政府网站。", "The government sites that are archived."),
        {
            "id": Label("代号", "id", "门户文件名。", "Name of its portal file."),
            "name": Label("名称", "name"),
            "division_code": Label("行政区划代码", "division code", "GB/T 2260 代码。", "GB/T 2260 code."),
            "home": Label("首页", "home page"),
            "family": Label(
                "模板", "family", "网站所用的模板；空白表示由页面判断。", "Family of portal software; empty: told from the page."
            ),
            "checked_on": Label(
                "核对日期", "checked on", "最近一次有人在该网站实地核对的日期；空白表示从未核对。",
                "The day a person last saw it work on the live site; empty: never.",
            ),
        },
        label_column="name",
    ),
    "listings": Table(
        Label("列出情况", "listings", "哪条记录列在哪个目录，首次和最后见到的时间。", "Which catalogue lists which record, first and last seen."),
        {"record_id": _RECORD, "catalog_id": _CATALOG, "first_seen": _FIRST, "last_seen": _LAST},
    ),
    "events": Table(
        Label("变动", "events", "本档案观察到的每次变动，最新的在前。", "Every change observed, newest first."),
        {
            "id": _ID,
            "at": Label("观察时间", "observed at", "观察到变动的时间（UTC），不是变动发生的时间。", "When it was observed (UTC), not when it happened."),
            "kind": Label("变动", "event", "观察到的变动。", "What was observed."),
            "record_id": _RECORD,
            "crawl_id": _CRAWL,
            "detail": Label("详情", "detail", "变动前后的内容（JSON）。", "Before and after (JSON)."),
        },
        sort_desc="at",
        facets=("kind",),
    ),
    "crawls": Table(
        Label("采集", "crawls", "每次采集的起止与结果。", "Each crawl: when, how it ended, what it counted."),
        {
            "id": _ID,
            "portal": _PORTAL,
            "mode": Label("方式", "mode", "full 全部；update 更新。", "full or update."),
            "started_at": Label("开始", "started", "UTC。", "UTC."),
            "finished_at": Label("结束", "finished", "UTC；空白表示未结束或中断。", "UTC; empty: still running, or interrupted."),
            "outcome": Label("结果", "outcome"),
            "counts": Label("计数", "counts", "这次采集的计数（JSON）。", "What it counted (JSON)."),
        },
        sort_desc="started_at",
        label_column="started_at",
    ),
    "ledger": Table(
        Label("账目", "ledger", "每次采集中每个目录声称与读到的页数、行数。", "Pages and rows claimed and read, by crawl and catalogue."),
        {
            "crawl_id": _CRAWL,
            "catalog_id": _CATALOG,
            "pages_claimed": Label("声称页数", "pages claimed", "页面自称的页数。", "Pages the list says it has."),
            "pages_read": Label("读到页数", "pages read"),
            "rows_claimed": Label("声称条数", "rows claimed", "页面自称的条数。", "Rows the list says it has."),
            "rows_read": Label("读到条数", "rows read"),
            "complete": Label("是否完整", "complete", "1 表示完整走完该目录。", "1: the catalogue was walked wholly."),
        },
    ),
    "problems": Table(
        Label("待查问题", "problems", "采集中需要留意的情况。", "What needs attention, one line each."),
        {
            "id": _ID,
            "crawl_id": _CRAWL,
            "kind": Label("类型", "kind"),
            "url": Label("地址", "address"),
            "message": Label("说明", "message"),
            "count": Label("次数", "count"),
            "first_at": Label("首次出现", "first", "UTC。", "UTC."),
            "last_at": Label("最近出现", "last", "UTC。", "UTC."),
        },
        sort_desc="last_at",
        facets=("kind",),
    ),
    "readings": Table(
        Label("各页读数", "readings", "每个页面各自说了什么；记录由此合成。", "What each page said of a record; records are put together from these."),
        {
            "record_id": _RECORD,
            "catalog_id": Label("目录", "catalogue", "0 表示记录自己的页面。", "0: the record's own page."),
            "fields": Label("理解为", "as understood", "该页各项，经整理（JSON）。", "The page's fields as understood (JSON)."),
            "source_fields": _SOURCE_FIELDS,
        },
        hidden=True,
    ),
    "unindexed": Table(
        Label("待入索引", "unindexed", "检索索引尚未跟上的记录。", "Records whose index entries are behind."),
        {
            "record_id": _RECORD,
            "indexed": Label("已入索引的内容", "indexed", "索引所知的内容（JSON）。", "What the index knows of it (JSON); empty: nothing."),
        },
        hidden=True,
    ),
    "settings": Table(
        Label("内部设置", "settings", "本档案自用。", "The archive's own notes."),
        {"name": Label("名称", "name"), "value": Label("值", "value")},
        hidden=True,
    ),
    "records_fts": Table(
        Label("检索索引", "search index", "FTS5 索引，只存分词，不存原文；请用视图 search。", "FTS5 index of segmented text, no content of its own; use the view search."),
        {name: _RECORDS[name]
         for name in ("title", "document_number", "index_number", "publisher", "responsible_department", "body")}
        | {"attachments": Label("附件", "attachments", "附件的名称与文字。", "Names and texts of attachments.")},
        hidden=True,
    ),
    "_sqlite_migrations": Table(
        Label("结构版本", "migrations", "已执行的数据库结构变更（sqlite-utils）。", "Schema changes applied (sqlite-utils)."),
        {
            "id": _ID,
            "migration_set": Label("所属", "set"),
            "name": Label("名称", "name"),
            "applied_at": Label("执行时间", "applied at", "UTC。", "UTC."),
        },
        hidden=True,
    ),
}  # fmt: skip

KINDS: dict[str, Label] = {
    "hot_topic_response": Label("热点回应", "response to public concerns"),
    "policy_interpretation": Label("政策解读", "policy interpretation"),
    "plan": Label("规划计划", "plans"),
    "budget": Label("预决算", "budgets and final accounts"),
    "normative_document": Label("规范性文件", "normative documents"),
    "rule_of_law": Label("法治政府建设", "law-based government"),
    "housing_expropriation": Label("棚户区改造/征地拆迁", "shanty-town renewal and expropriation"),
    "proposal": Label("建议提案办理", "handling of proposals"),
    "annual_report": Label("信息公开年报", "annual reports on disclosure"),
    "notice": Label("通知公告", "notices and announcements"),
    "institution": Label("工作制度", "working rules"),
    "consultation": Label("民意征集", "public consultations"),
    "other": Label("其他", "other"),
}

STATES: dict[str, Label] = {
    "listed": Label("在列", "listed", "在目录中，尚无完整采集表明它已不在。", "In a catalogue; no complete crawl has shown otherwise."),
    "unlisted": Label(
        "已撤列，原页仍在", "unlisted", "完整采集时已不在任何目录中，原页面仍可打开。",
        "No longer in any catalogue at a complete crawl; its own page still opens.",
    ),
    "withdrawn": Label(
        "已撤下", "withdrawn", "完整采集时已不在任何目录中，原页面也不能打开。原因不明，也可能是期满依规撤下。",
        "In no catalogue at a complete crawl, and its own page is gone too. The reason isn't known; it may be lawful expiry.",
    ),
}  # fmt: skip

EVENTS: dict[str, Label] = {
    "added": Label("新发现", "added", "首次见到。", "Seen for the first time."),
    "changed": Label("内容变动", "changed", "所载内容与上次不同。", "It says something else than before."),
    "unlisted": Label("已撤列", "unlisted", "不再列出，原页仍在。", "No longer listed; its page is still there."),
    "withdrawn": Label("已撤下", "withdrawn", "不再列出，原页也不能打开。", "No longer listed; its page is gone too."),
    "returned": Label("重新出现", "returned", "撤列或撤下后又见到。", "Seen again after having been away."),
    "moved": Label("移动", "moved", "所在目录有变化。", "Listed in another catalogue than before."),
}

FLAGS: dict[str, Label] = {
    "title_missing": Label("无标题", "title missing", "各页面均未给出标题。", "No page gives a title."),
    "title_truncated": Label(
        "标题被截断", "title truncated", "门户截断了标题，未见完整标题。", "The portal cut the title and no fuller one was seen."
    ),
    "publisher_truncated": Label(
        "发布机构被截断", "publisher truncated", "门户截断了发布机构，未见全称。", "The portal cut the publisher and no fuller name was seen."
    ),
    "index_number_repeated": Label(
        "索引号重复", "index number repeated", "同一门户另有记录使用相同的索引号。", "Another record of this portal bears the same index number."
    ),
    "index_number_differs": Label(
        "索引号不一致", "index number differs", "不同页面所印的索引号不同。", "Pages print different index numbers for it."
    ),
    "index_year_differs": Label(
        "索引号年份与发布年份不同", "index year differs", "索引号中的年份与发布日期的年份不同。",
        "The year in the index number isn't that of the date published.",
    ),
    "date_in_future": Label(
        "日期在将来", "date in the future", "首次见到时，所标发布日期尚未到来。", "The stated date was still to come when first seen."
    ),
    "date_unreadable": Label("日期无法识别", "date unreadable", "所印日期无法识别。", "The printed date can't be read."),
}  # fmt: skip

MODES: dict[str, Label] = {"full": Label("全部", "full"), "update": Label("更新", "update")}

OUTCOMES: dict[str, Label] = {
    "finished": Label("完成", "finished", "各目录均完整走完。", "Every catalogue was walked wholly."),
    "incomplete": Label("不完整", "incomplete", "有目录未完整走完。", "Some catalogue wasn't walked wholly."),
    "blocked": Label(
        "被拒绝", "blocked", "门户拒绝访问，采集停止。", "The portal refused this visitor; the crawl stopped."
    ),
    "shutdown": Label("提前停止", "shut down", "由操作者停止。", "Stopped by its operator."),
    "archive_error": Label(
        "档案写入失败",
        "archive error",
        "档案无法写入，采集停止。",
        "The archive could not be written; the crawl stopped.",
    ),
    "interrupted": Label("中断", "interrupted", "未正常结束。", "It never ended properly."),
}

PROBLEMS: dict[str, Label] = {
    "robots": Label("robots.txt 不允许", "forbidden by robots.txt"),
    "blocked": Label("被拒绝", "blocked"),
    "reading_failed": Label("解析出错", "reading failed"),
    "not_asked": Label("未请求", "not asked for"),
    "unreachable": Label("无法连接", "unreachable"),
    "failed": Label("请求失败", "failed"),
    "http_error": Label("返回错误", "HTTP error"),
    "not_found": Label("页面不存在", "not found"),
    "redirected_home": Label("转到首页", "redirected to the home page"),
    "led_off_site": Label("转到站外", "led to another site"),
    "not_a_page": Label("不是网页", "not a page"),
    "cut": Label("下载不完整", "broke off in the middle"),
    "page_cut": Label("页面不完整", "page cut"),
    "too_large": Label("过大", "too large"),
    "list_without_rows": Label("列表页无条目", "list without rows"),
    "pages_missing": Label("列表缺页", "pages missing"),
}

CODES: dict[tuple[str, str], Mapping[str, Label]] = {
    ("records", "kind"): KINDS,
    ("records", "state"): STATES,
    ("search", "kind"): KINDS,
    ("search", "state"): STATES,
    ("catalogs", "kind"): KINDS,
    ("events", "kind"): EVENTS,
    ("crawls", "mode"): MODES,
    ("crawls", "outcome"): OUTCOMES,
    ("problems", "kind"): PROBLEMS,
}
"""(table, column) → code → label, for the columns that hold codes."""

LOOKUPS: dict[str, str] = {
    "exact": "等于", "not": "不等于", "contains": "包含", "endswith": "结尾是", "startswith": "开头是",
    "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "like": "LIKE", "notlike": "非 LIKE", "glob": "GLOB",
    "in": "属于", "notin": "不属于", "arraycontains": "列表含", "arraynotcontains": "列表不含", "date": "日期为",
    "isnull": "为空", "notnull": "不为空", "isblank": "空白", "notblank": "不空白",
}  # fmt: skip
"""Datasette's filters, by their keys."""


def table_label(table: str) -> Label:
    """What a table is called; its own name where this archive doesn't know it."""
    known = TABLES.get(table)
    return known.label if known else Label(table, "")


def column_label(table: str | None, column: str) -> Label:
    """What a column is called; its own name where this archive doesn't know it."""
    if column == "Link":  # what Datasette heads the row links of a table with several keys
        return Label("编号", "")
    known = TABLES.get(table or "")
    return known.columns.get(column, Label(column, "")) if known else Label(column, "")


def code_label(table: str, column: str, value: object) -> str:
    """A value as a reader should see it: the Chinese label of a code, anything else as it is."""
    label = CODES.get((table, column), {}).get(str(value))
    return label.zh if label else str(value)


def arranged(table: str, names: list[str]) -> list[int]:
    """The places of a table's columns in the order they are shown: as TABLES has them, technical ones left out."""
    known = list(TABLES[table].columns) if table in TABLES else []
    shown = [place for place, name in enumerate(names) if table != "search" or name not in {"q", "rank"}]
    return sorted(shown, key=lambda place: known.index(names[place]) if names[place] in known else -1)


PLAIN: dict[str, Callable[..., object]] = {
    "table_label": lambda table: Label(table, ""),
    "column_label": lambda _table, column: Label(column, ""),
    "code_label": lambda _table, _column, value: str(value),
    "arranged": lambda _table, names: list(range(len(names))),
}
"""The same functions for databases that are no archives, whatever their tables are called."""
