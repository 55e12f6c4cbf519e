"""The one page that documents what machines can ask, /-/api, with examples from the archive itself, each of which works."""

from dataclasses import dataclass

from datasette.utils.asgi import Response

from archive.export.record_rows import COLUMNS
from archive.labels.codes import EVENTS, KINDS
from archive.labels.headings import HEADINGS
from archive.labels.labels import column_label
from archive.labels.naming import Label
from archive.search.request import FILTERS
from archive.web.http.request_context import PAGE, RequestContext

_ADDRESSED = {"since": "from", "until": "to"}
"""Filter → its name in addresses, where that is another."""

_KNOWN = """
SELECT (SELECT min(id) FROM records) AS record, c.portal, c.id AS catalog, r.publisher, r.published_on
FROM catalogs c JOIN listings l ON l.catalog_id = c.id JOIN records r ON r.id = l.record_id
WHERE r.publisher IS NOT NULL AND r.published_on IS NOT NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of the API. `path`: with capitals for what varies; `examples`: addresses that work."""

    label: Label
    path: str
    parameters: tuple[tuple[str, Label], ...]
    examples: tuple[str, ...]


async def page(context: RequestContext) -> Response:
    """The page."""
    known = (await context.db.execute(_KNOWN)).first()
    return await context.render(
        "api.html",
        endpoints=_endpoints(context, dict(known) if known else {}),
        columns=[(name, HEADINGS.get(name) or column_label("records", name)) for name in (*COLUMNS, "page", "body")],
        page_size=PAGE,
        mcp=any(plugin["name"] == "datasette-mcp" for plugin in context.datasette._plugins()),
    )


def _endpoints(context: RequestContext, known: dict[str, object]) -> list[Endpoint]:
    """All of them; those whose examples need a record only where there is one."""
    base = context.datasette.urls.database(context.database)
    words = (("q", Label("检索词，写法同检索页", "words, as on the search page")),)
    filters = tuple((_ADDRESSED.get(name, name), label) for name, label in FILTERS.items())
    common = (
        ("page", Label(f"第几页，每页 {PAGE} 条（只用于 .json）", f"page of {PAGE} records (.json only)")),
        ("body", Label("yes：连同正文", "yes: with the text")),
    )
    kind = ("kind", Label("类别：" + "、".join(KINDS), "kind"))
    endpoints = [
        Endpoint(
            Label("检索", "search", "条件与检索页相同；.json 给出一页和 total、pages、next，其余给出全部。", "Parameters as on the search page; .json is a page with total, pages, next, the others are whole."),
            "/-/search.json | .jsonl | .csv | .xlsx | .atom",
            (*words, *filters, ("sort", Label("newest：最新的在前", "newest: newest first")), *common),
            (context.address("search.json", q="预算"), context.address("search.csv", q="预算", sort="newest"), context.address("search.atom", q="预算")),
        ),
        Endpoint(
            Label("变动", "changes", "本档案逐次观察到的变动；.atom 不限日期，不给 kind 则不含新发现。", "Events as observed; .atom isn't bound to days, and without a kind leaves new records out."),
            "/-/changes.json | .jsonl | .csv | .xlsx | .atom",
            (("kind", Label("：".join(("变动", "、".join(EVENTS))), "event")), ("portal", Label("门户代号", "portal id")),
             ("from", Label("起始日，如 2026-11-01；默认最近七天", "first day; by default the last seven")), ("to", Label("截止日", "last day"))),
            (context.address("changes.json"), context.address("changes.atom", kind="withdrawn")),
        ),
    ]  # fmt: skip
    if known:
        endpoints += _of_one(context, known, kind, common)
    endpoints += [
        Endpoint(
            Label("数据表", "tables", "每个表、每一栏都可筛选排序；.csv、.xlsx、.jsonl 给出全部行。", "Every table, filtered and sorted by any column; .csv, .xlsx, .jsonl hold all rows."),
            f"{base}/TABLE.json | .jsonl | .csv | .xlsx",
            (("COLUMN", Label("等于；COLUMN__gte、COLUMN__contains 等同理", "equals; COLUMN__gte, COLUMN__contains and so on")),
             ("_sort", Label("排序；_sort_desc 从大到小", "order; _sort_desc: descending")),
             ("_size", Label("每页行数，至多 max（只用于 .json）", "rows of a page, max at the most (.json only)")),
             ("_shape", Label("array 或 objects", "array or objects"))),
            (f"{base}/portals.json?_shape=array", f"{base}/catalogs.csv", f"{base}/records.json?_shape=array&_size=3&published_on__gte=2018-01-01"),
        ),
        Endpoint(
            Label("SQL", "SQL", "只读；时限与行数见 SQL 页。", "Read-only; limits are told on the SQL page."),
            f"{base}.json?sql=… | .jsonl | .csv | .xlsx",
            (("sql", Label("一句 SELECT；其中的 :名 由同名参数给出", "one SELECT; what stands as :name in it is given by a parameter of that name")),),
            (f"{base}.json?sql=select+kind,+sum(records)+as+records+from+tally_portals+group+by+kind&_shape=array",),
        ),
        Endpoint(
            Label("整个档案", "the whole archive", "一个 SQLite 文件及其 SHA-256。", "One SQLite file and its SHA-256."),
            "/-/download", (), (context.address("download"),),
        ),
        Endpoint(
            Label("给爬虫与语言模型", "for robots and language models", "", ""),
            "/robots.txt  /sitemap.xml  /llms.txt", (),
            tuple(str(context.datasette.urls.path(path)) for path in ("/robots.txt", "/sitemap.xml", "/llms.txt")),
        ),
    ]  # fmt: skip
    return endpoints


def _of_one(
    context: RequestContext, known: dict[str, object], kind: tuple[str, Label], common: tuple[tuple[str, Label], ...]
) -> list[Endpoint]:
    """Endpoints about one record, catalogue, publisher or day."""
    name = {"portal": known["portal"], "name": known["publisher"]}
    return [
        Endpoint(
            Label("一条记录", "a record", "全部字段、正文、列于何处、附件、变动与版本、采集原件。不带 .json 则转到记录页。", "All fields, text, listings, attachments, events, versions, captures. Without .json it leads to the record's page."),
            "/-/record/ID.json", (), (context.address("record", f"{known['record']}.json"),),
        ),
        Endpoint(
            Label("一个目录", "a catalogue", "", ""),
            "/-/browse/PORTAL/CATALOG.json | .jsonl | .csv | .xlsx | .atom",
            (("year", Label("年份，或 none（未载日期）", "a year, or none: undated")), *common),
            (context.address("browse", known["portal"], f"{known['catalog']}.json"), context.address("browse", known["portal"], f"{known['catalog']}.atom")),
        ),
        Endpoint(
            Label("一个发布机构", "a publisher", "", ""),
            "/-/publisher.json | .jsonl | .csv | .xlsx | .atom",
            (("portal", Label("门户代号", "portal id")), ("name", Label("发布机构全名", "its whole name")), kind, *common),
            (context.address("publisher.json", **name), context.address("publisher.atom", **name)),
        ),
        Endpoint(
            Label("一天", "a day", "所标发布日期为此日的记录。", "Records that state this day of publication."),
            "/-/day/YYYY-MM-DD.json | .jsonl | .csv | .xlsx", (kind, *common),
            (context.address("day", f"{known['published_on']}.json"),),
        ),
    ]  # fmt: skip
