"""What the archive's tables and columns are called, and how each table is shown."""

from archive.labels.columns import (
    BYTES,
    CAPTURE,
    CATALOG,
    CRAWL,
    FIRST,
    ID,
    KIND,
    LAST,
    PORTAL,
    RECORD,
    SHA256,
    SOURCE_FIELDS,
    Table,
)
from archive.labels.derived_tables import DERIVED
from archive.labels.internal_tables import INTERNAL
from archive.labels.naming import Label
from archive.labels.report_tables import REPORTS

_RECORDS: dict[str, Label] = {
    "id": ID,
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
    "kind": KIND,
    "state": Label("状态", "state", "最近一次完整采集时所见的状态。", "What the last complete crawl observed."),
    "portal": PORTAL,
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
    "first_seen": FIRST,
    "last_seen": LAST,
    "changed_at": Label(
        "最近变动", "last change", "本档案最近一次见到内容不同的时间（UTC）。", "When this archive last saw it say something else (UTC)."
    ),
    "flags": Label(
        "存疑标记", "flags", "数据中值得留意之处（JSON 列表）；只作标记，不作更改。", "What is doubtful (JSON list): marked, never repaired silently."
    ),
    "source_fields": SOURCE_FIELDS,
    "capture_id": Label(
        "采集原件", "capture", "现有内容读自哪个回应；空白表示当时尚未封存原件。",
        "The answer from which what it says now was read; empty: from before originals were sealed.",
    ),
}  # fmt: skip

_SEARCHED = ("id", "title", "body", "publisher", "published_on", "kind", "state", "document_number", "index_number",
             "portal", "url", "created_on", "responsible_department", "year")  # fmt: skip


_INDEX: dict[str, Label] = {
    name: _RECORDS[name]
    for name in ("body", "title", "document_number", "index_number", "publisher", "responsible_department")
} | {
    "attachments": Label("附件", "attachments", "附件的名称与文字。", "Names and texts of attachments."),
    "filters": Label(
        "筛选词", "filters", "门户、类别、状态、发布机构、有无附件，如 kind_budget。",
        "Portal, kind, state, publisher and whether there are files, each as a word: kind_budget, state_withdrawn, files_yes.",
    ),
}  # fmt: skip

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
            "id": ID,
            "title": Label("目录名称", "title"),
            "kind": Label("类别", "kind", "目录的类别。", "What kind of items it lists."),
            "portal": PORTAL,
            "path": Label("栏目路径", "path", "页面上的位置导航。", "Breadcrumb as the page prints it."),
            "url": Label("目录地址", "address", "目录首页的地址。", "Address of its first list page."),
            "family": Label("模板", "family", "列表页所用的网站软件。", "The portal software that made its lists."),
            "family_reason": Label("判断依据", "told by", "据何判断所用软件。", "What shows which software it is."),
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
            "agencies": Label(
                "门户文件所述机构", "agencies", "门户文件对发布机构的更正（JSON）。", "What the portal file says of publishers (JSON)."
            ),
        },
        label_column="name",
    ),
    "listings": Table(
        Label("列出情况", "listings", "哪条记录列在哪个目录，首次和最后见到的时间。", "Which catalogue lists which record, first and last seen."),
        {
            "record_id": RECORD,
            "catalog_id": CATALOG,
            "first_seen": FIRST,
            "last_seen": LAST,
            "crawl_id": Label("采集", "crawl", "最近一次见其列出的采集。", "The crawl that last saw it listed there."),
            "link": Label(
                "所印地址", "link", "该行所印的页面地址，与记录的地址不同时才有。", "The page's address as the row prints it, where it differs from the record's."
            ),
        },
    ),
    "events": Table(
        Label("变动", "events", "本档案观察到的每次变动，最新的在前。", "Every change observed, newest first."),
        {
            "id": ID,
            "at": Label("观察时间", "observed at", "观察到变动的时间（UTC），不是变动发生的时间。", "When it was observed (UTC), not when it happened."),
            "kind": Label("变动", "event", "观察到的变动。", "What was observed."),
            "record_id": RECORD,
            "crawl_id": CRAWL,
            "detail": Label(
                "详情", "detail", "变动前后的内容，或不再列出的依据（JSON）。", "Before and after, or the proof that it is no longer listed (JSON)."
            ),
        },
        sort_desc="at",
        facets=("kind",),
    ),
    "versions": Table(
        Label(
            "版本", "versions", "每条记录先后有过的内容，每次不同为一个版本。", "What each record said in turn: one version for each difference."
        ),
        {
            "id": ID,
            "seen_at": Label("观察时间", "seen at", "见到此版本的时间（UTC）。", "When this version was seen (UTC)."),
            "record_id": RECORD,
            "number": Label("版本号", "number", "从 1 起。", "From 1."),
            "cause": Label("缘由", "cause", "原页变动，或本档案重新解析。", "An edit at the source, or this archive reading the same capture again."),
            "changed": Label("不同之处", "changed", "各栏此前与此时的内容（JSON）。", "Field → before and now (JSON)."),
            "capture_id": CAPTURE,
        },
        sort_desc="id",
        facets=("cause",),
    ),
    "attachments": Table(
        Label("附件", "attachments", "记录页面所链接的文件，及从中取出的文字。", "Files that records' pages link to, and the text taken from them."),
        {
            "id": ID,
            "name": Label("文件名", "name", "链接上所印的名称。", "As the link calls it."),
            "record_id": RECORD,
            "state": Label("状态", "state", "文件是否取得，文字是否取出。", "Whether the file was had, and text taken from it."),
            "url": Label("原地址", "address", "文件的原地址。", "Original address of the file."),
            "bytes": BYTES,
            "media_type": Label("文件类型", "media type", "由内容判断，不凭文件名。", "Told from its bytes, not its name."),
            "text": Label("文字", "text", "由文件取出的文字；个人信息已遮去。", "Text taken from the file; personal data masked."),
            "sha256": SHA256,
            "capture_id": CAPTURE,
        },
        label_column="name",
        facets=("state",),
    ),
    "captures": Table(
        Label(
            "采集原件", "captures", "采集所得每个回应的登记：列表页、记录页、附件、转向与拒绝。原件封存于 evidence.db，本站只显示遮去个人信息的副本（/-/archived/编号）；此处所载不是官方文本。",
            "Every answer the crawler got: lists, records, files, redirects and refusals. The originals are sealed in evidence.db, "
            "which is never served; the site shows masked copies (/-/archived/id); nothing here is an official copy.",
        ),
        {
            "id": ID,
            "fetched_at": Label("取得时间", "fetched at", "UTC。", "UTC."),
            "url": Label("地址", "address", "所请求的地址。", "The address asked for."),
            "status": Label("状态码", "status", "HTTP 状态码。", "HTTP status code."),
            "outcome": Label("回应", "outcome", "所得的是什么。", "What the answer turned out to be."),
            "sha256": SHA256,
            "bytes": BYTES,
            "crawl_id": CRAWL,
            "etag": Label("ETag 标识", "entity tag (ETag)", "服务器所给。", "As the server gave it."),
            "last_modified": Label(
                "服务器所称修改时间", "server's Last-Modified", "由服务器给出，不一定属实。", "As the server stated it; it need not be true."
            ),
        },
        label_column="fetched_at",
        sort_desc="id",
    ),
    "walks": Table(
        Label(
            "列表页凭据", "walks", "每次采集走过每个目录时所读的列表页；记录在列或不在列，以此为据。",
            "The list pages read on each walk of a catalogue: what proves that a record was listed, or was not.",
        ),
        {
            "crawl_id": CRAWL,
            "catalog_id": CATALOG,
            "look": Label(
                "第几遍", "look", "1 为通走；2 为有记录不见时的复核。", "1: the walk itself; 2: walked once more because records were missing."
            ),
            "capture_id": Label("采集原件", "capture", "列表页的采集原件。", "Capture of the list page."),
            "rows": Label("条数", "rows", "该页读到的条数。", "Rows read on this page."),
        },
    ),
    "redactions": Table(
        Label(
            "遮去的个人信息", "redactions", "本档案在每条记录中遮去的号码，只计处数，不载内容。",
            "How many numbers this archive masked in each record; never a value.",
        ),
        {
            "record_id": RECORD,
            "kind": Label("种类", "kind", "遮去的是哪一种号码。", "Which kind of number."),
            "count": Label("处数", "count", "遮去了几处。", "How many were masked."),
            "source": Label(
                "所在", "source", "目录的编号；0 为记录自己的页面；或附件的地址。", "A catalogue's id; 0: the record's own page; or a file's address."
            ),
            "rules_version": Label("规则版本", "rules' version", "所用遮盖规则的版本。", "Version of the masking rules applied."),
        },
        facets=("kind",),
    ),
    "crawls": Table(
        Label("采集", "crawls", "每次采集的起止与结果。", "Each crawl: when, how it ended, what it counted."),
        {
            "id": ID,
            "portal": PORTAL,
            "mode": Label("方式", "mode", "full 全部；update 更新。", "full or update."),
            "started_at": Label("开始", "started", "UTC。", "UTC."),
            "finished_at": Label("结束", "finished", "UTC；空白表示未结束或中断。", "UTC; empty: still running, or interrupted."),
            "outcome": Label("结果", "outcome"),
            "counts": Label("计数", "counts", "这次采集的计数（JSON）。", "What it counted (JSON)."),
            "stated": Label(
                "记录页所载", "stated by record pages", "所读记录页面中，载有各项目的各有几页（JSON）；read 为总页数。",
                "How many of the record pages read state each field (JSON); `read`: of so many.",
            ),
            "health": Label("门户状况", "health", "采集结束时门户的状况。", "How the portal was when the crawl ended."),
            "health_reason": Label("缘由", "reason", "何以见得。", "What it is told from."),
            "next_step": Label("下一步", "next step", "运行者可做什么；空白表示不必做。", "What its operator can do; empty: nothing."),
        },
        sort_desc="started_at",
        label_column="started_at",
    ),
    "ledger": Table(
        Label("账目", "ledger", "每次采集中每个目录声称与读到的页数、行数。", "Pages and rows claimed and read, by crawl and catalogue."),
        {
            "crawl_id": CRAWL,
            "catalog_id": CATALOG,
            "pages_claimed": Label("声称页数", "pages claimed", "页面自称的页数。", "Pages the list says it has."),
            "pages_read": Label("读到页数", "pages read"),
            "rows_claimed": Label("声称条数", "rows claimed", "页面自称的条数。", "Rows the list says it has."),
            "rows_read": Label("读到条数", "rows read"),
            "complete": Label("是否完整", "complete", "1 表示完整走完该目录。", "1: the catalogue was walked wholly."),
            "stated": Label(
                "条目所载", "stated by rows", "列表前两页中，载有各项目的各有几条（JSON）；read 为总条数，link 为有链接的条数。",
                "How many rows of the first two list pages state each field (JSON); `read`: of so many, `link`: have a page.",
            ),
        },
    ),
    "problems": Table(
        Label("待查问题", "problems", "采集中需要留意的情况。", "What needs attention, one line each."),
        {
            "id": ID,
            "crawl_id": CRAWL,
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
    "records_fts": Table(
        Label("检索索引", "search index", "FTS5 索引，只存分词，不存原文；请用视图 search。", "FTS5 index of segmented text, no content of its own; use the view search."),
        _INDEX,
        hidden=True,
    ),
    "matches": Table(
        Label("检索所得编号", "matches", "检索索引与记录编号的对应（视图），供 Datasette 的表内检索使用。", "The search index by the records' ids (a view): what Datasette's own table search asks."),
        {"rowid": RECORD, "matches": Label("检索式", "match", "写 matches MATCH zh_match('词')。", "Ask with matches MATCH zh_match('words').")} | _INDEX,
        hidden=True,
    ),
}  # fmt: skip

TABLES |= REPORTS | DERIVED | INTERNAL
